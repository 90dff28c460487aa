"""The pictures of an upload: what is sent, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.display.charts import Bar, single, theme
from connect_kit.display.svg import drawn_here

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt
    import pandas as pd

#: Okabe and Ito's colours; the words beside a bar name each part besides.
ACTION_COLOURS: Mapping[str, str] = {
    "created": "#009E73",
    "updated": "#56B4E9",
    "unchanged": "#BFC5CC",
    "skipped": "#E69F00",
    "refused": "#D55E00",
}
_MOST = 40


def rows_planned(summary: pd.DataFrame) -> alt.LayerChart:
    """Rows of each file of a plan, at school level of each school together.

    Parameters
    ----------
    summary : pandas.DataFrame
        As ``plan.summary()``: ``school``, ``file``, ``rows``.
    """
    by_school = (summary["school"] != "").any()
    sizes = summary.groupby("school" if by_school else "file", sort=False)["rows"].sum()
    bars = [Bar(str(name), "read", int(rows), f"{int(rows):,} rows") for name, rows in sizes.head(_MOST).items()]
    return single("Rows to be sent, by school" if by_school else "Rows to be sent, by file", bars, _more(len(sizes)))


def actions_by_line(counts: pd.DataFrame, title: str) -> alt.LayerChart:
    """One stacked bar a line: rows created, updated, unchanged, skipped and refused.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``line`` (what stands beside the bar), and a count for each action.
    title : str
    """
    import altair as alt
    import pandas as pd

    rows: list[dict[str, Any]] = []
    lines, said = [], []
    for place, row in enumerate(counts.head(_MOST).to_dict("records")):
        line = f"{place}|{row['line']}"  # two schools may have one name: the number keeps them apart
        told = ", ".join(f"{int(row[action]):,} {action}" for action in ACTION_COLOURS if row[action]) or "no row"
        lines.append(line)
        said.append(f"{row['line']}: {told}")
        start = 0
        for action in ACTION_COLOURS:
            end = start + int(row[action])
            rows.append({"line": line, "action": action, "from": start, "to": end, "told": told})
            start = end
    frame = pd.DataFrame(rows, columns=["line", "action", "from", "to", "told"])
    width, longest = 260, int(frame["to"].max()) if len(frame) else 1
    room = _room([line.partition("|")[2] for line in lines])
    axis = alt.Axis(
        title=None,
        labelLimit=400,
        minExtent=room,
        labelExpr="slice(datum.label, indexof(datum.label, '|') + 1)",
    )
    scale = alt.Scale(domain=[0, longest or 1], range=[0, width], nice=False)
    y = alt.Y("line:N", sort=lines, axis=axis)
    colour = alt.Color(
        "action:N",
        scale=alt.Scale(domain=list(ACTION_COLOURS), range=list(ACTION_COLOURS.values())),
        legend=alt.Legend(
            title=None, orient="top", direction="vertical", labelFontSize=12, symbolType="square",
            labelColor="#1f2933", labelLimit=240,
        ),
    )  # fmt: skip
    parts = alt.Chart(frame).encode(y=y, x=alt.X("from:Q", scale=scale, axis=None), x2=alt.X2("to:Q"), color=colour)
    ends = frame[frame["action"] == "refused"]
    words = alt.Chart(ends).encode(y=y, x=alt.X("to:Q", scale=scale, axis=None), text="told:N")
    chart: alt.LayerChart = alt.LayerChart(
        layer=[parts.mark_bar(height=14), words.mark_text(align="left", dx=5, baseline="middle")]
    )
    note = _more(len(counts))
    chart = chart.properties(
        width=width + _room(ends["told"].tolist()),
        height={"step": 20},
        title=alt.Title(title, subtitle=note) if note else alt.Title(title),
        description=f"{title}: {'; '.join(said) or 'none'}.",
    )
    dressed: alt.LayerChart = chart.configure(**{**theme(), "legend": {}})
    return drawn_here(dressed)


def _more(number: int) -> str:
    return f"{_MOST} shown, and {number - _MOST:,} more" if number > _MOST else ""


def _room(texts: list[str]) -> int:
    """Pixels for the longest text in a wide font."""
    return 12 + 8 * max((len(text) for text in texts), default=0)
