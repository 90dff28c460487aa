"""The picture of a matching: what was matched, suggested and left over, school by school."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.display.charts import school_label, theme
from connect_kit.display.svg import drawn_here

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt
    import pandas as pd

#: Okabe and Ito's colours; the numbers beside a bar name each status besides.
STATUS_COLOURS: Mapping[str, str] = {
    "matched": "#009E73",
    "suggested": "#56B4E9",
    "unmatched_roster": "#E69F00",
    "unmatched_workspace": "#CC79A7",
}
STATUS_WORDS: Mapping[str, str] = {
    "matched": "matched",
    "suggested": "suggested",
    "unmatched_roster": "only in the delivery",
    "unmatched_workspace": "only on Connect",
}


def matches_by_school(
    by_school: pd.DataFrame, title: str = "Classrooms by school, most without a partner first", most: int = 40
) -> alt.LayerChart:
    """One stacked bar a school: matched, suggested, unmatched on either side; most unmatched first.

    Parameters
    ----------
    by_school : pandas.DataFrame
        ``schoolId``, ``name`` and a count for each of ``matched``, ``suggested``, ``unmatched_roster``,
        ``unmatched_workspace``.
    title : str
    most : int
        Schools shown; a note tells of the others.
    """
    import altair as alt
    import pandas as pd

    statuses = list(STATUS_COLOURS)
    loose = by_school[statuses[1:]].sum(axis=1)
    ordered = by_school.assign(_loose=loose).sort_values(
        ["_loose", "matched", "schoolId"], ascending=[False, False, True], kind="stable"
    )
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for place, row in enumerate(ordered.head(most).to_dict("records")):
        # Two schools may have one name: the number keeps them apart and is not shown.
        line = f"{place}|{school_label(row['name'], row['schoolId'])}"
        lines.append(line)
        told = ", ".join(f"{int(row[status]):,} {STATUS_WORDS[status]}" for status in statuses if row[status])
        start = 0
        for status in statuses:
            count = int(row[status])
            rows.append(
                {"line": line, "status": STATUS_WORDS[status], "from": start, "to": start + count, "told": told}
            )
            start += count
    frame = pd.DataFrame(rows, columns=["line", "status", "from", "to", "told"])
    longest = int(frame["to"].max()) if len(frame) else 1
    width = 280
    more = len(by_school) - most
    note = f"{most} schools shown, and {more:,} more" if more > 0 else ""
    names = [line.partition("|")[2] for line in lines]
    axis = alt.Axis(
        title=None,
        labelLimit=400,
        minExtent=_room(names),
        labelExpr="slice(datum.label, indexof(datum.label, '|') + 1)",
    )
    words = [STATUS_WORDS[status] for status in statuses]
    scale = alt.Scale(domain=[0, longest or 1], range=[0, width], nice=False)
    base = alt.Chart(frame).encode(y=alt.Y("line:N", sort=lines, axis=axis))
    colour = alt.Color(
        "status:N",
        scale=alt.Scale(domain=words, range=list(STATUS_COLOURS.values())),
        legend=alt.Legend(
            title=None, orient="top", direction="vertical", labelFontSize=12, symbolType="square",
            labelColor="#1f2933", labelLimit=240,
        ),
    )  # fmt: skip
    bars = base.mark_bar(height=14).encode(x=alt.X("from:Q", scale=scale, axis=None), x2=alt.X2("to:Q"), color=colour)
    ends = frame[frame["status"] == words[-1]]
    numbers = (
        alt.Chart(ends)
        .encode(y=alt.Y("line:N", sort=lines, axis=axis), x=alt.X("to:Q", scale=scale, axis=None), text="told:N")
        .mark_text(align="left", dx=5, baseline="middle")
    )
    said = "; ".join(f"{name} {told}" for name, told in zip(names, ends["told"].tolist(), strict=True))
    chart: alt.LayerChart = alt.LayerChart(layer=[bars, numbers])
    chart = chart.properties(
        width=width + _room(ends["told"].tolist()),
        height={"step": 20},
        title=alt.Title(title, subtitle=note) if note else alt.Title(title),
        description=f"{title}: {said or 'none'}.",
    )
    dressed: alt.LayerChart = chart.configure(**{**theme(), "legend": {}})
    return drawn_here(dressed)


def _room(texts: list[str]) -> int:
    """Pixels for the longest text in a wide font."""
    return 12 + 8 * max((len(text) for text in texts), default=0)
