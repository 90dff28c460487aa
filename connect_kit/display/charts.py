"""The pictures of an audit: functions from a DataFrame to an Altair chart, and from a chart to SVG.

Colours are Okabe and Ito's, which people with colour blindness can tell apart; a severity is also
named by a word and a symbol. Numbers stand beside their bars: no chart is read against an axis.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from connect_kit.connect import SEVERITIES
from connect_kit.display.svg import drawn_here, to_svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import altair as alt
    import pandas as pd

__all__ = [
    "COLOURS",
    "SYMBOLS",
    "findings_by_code",
    "findings_by_file",
    "named",
    "percent",
    "rows_by_file",
    "school_label",
    "schools_by_trouble",
    "schools_overview",
    "single",
    "theme",
    "to_svg",
]

COLOURS: Mapping[str, str] = {
    "critical": "#D55E00",
    "warning": "#E69F00",
    "info": "#56B4E9",
    "good": "#009E73",
    "read": "#0072B2",
}
SYMBOLS: Mapping[str, str] = {"critical": "✖", "warning": "▲", "info": "ℹ", "good": "✔"}

INK = "#1f2933"
QUIET_INK = "#52606d"
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"

#: Beyond this ratio of the largest to the smallest bar, small ones vanish on a linear scale.
WIDEST_LINEAR_RATIO = 50


class Bar(NamedTuple):
    """One line of a chart: its name, its colour, its length and the number beside it."""

    name: str
    kind: str
    size: float = 0
    told: str = ""
    heading: bool = False


def theme() -> dict[str, Any]:
    """Vega-Lite configuration of every chart of the kit: plain fonts, dark text, few lines."""
    return {
        "font": FONT,
        "background": "#ffffff",
        "padding": 4,
        "title": {
            "anchor": "start", "frame": "group", "color": INK, "fontSize": 13, "fontWeight": 600,
            "offset": 8, "subtitleColor": QUIET_INK, "subtitleFontSize": 12, "subtitlePadding": 4,
        },
        "axis": {
            "labelColor": INK, "labelFontSize": 12, "labelPadding": 6, "domain": False,
            "ticks": False, "grid": False,
        },
        "text": {"color": INK, "fontSize": 12},
        "view": {"stroke": None},
        "legend": {"disable": True},
    }  # fmt: skip


def named(severity: str) -> str:
    """The severity as symbol and word: ``✖ critical``."""
    return f"{SYMBOLS[severity]} {severity}"


def findings_by_file(by_file: pd.DataFrame) -> alt.LayerChart:
    """Failing rows of each file, one bar a severity; a file without any is shown as such.

    Parameters
    ----------
    by_file : pandas.DataFrame
        As ``findings.by_file()``: ``file``, ``rows``, ``critical``, ``warning``, ``info``.
    """
    bars: list[Bar] = []
    for row in by_file.to_dict("records"):
        read = _whole(row["rows"])
        bars.append(Bar(str(row["file"]), "read", told=f"{read:,} rows read", heading=True))
        found = [(severity, _whole(row[severity])) for severity in SEVERITIES]
        for severity, count in found:
            if count:
                bars.append(Bar(named(severity), severity, count, f"{count:,}"))
        if not any(count for _, count in found):
            bars.append(Bar(f"{SYMBOLS['good']} nothing found", "good"))
    return single("Rows with a finding, by file and severity", bars)


def rows_by_file(by_file: pd.DataFrame) -> alt.LayerChart:
    """Rows read from each file and lines refused, as ``findings.by_file()`` counts them."""
    bars: list[Bar] = []
    for row in by_file.to_dict("records"):
        read, refused = _whole(row["rows"]), _whole(row["refused"])
        bars.append(Bar(str(row["file"]), "read", read, f"{read:,} rows"))
        if refused:
            lines = "1 line" if refused == 1 else f"{refused:,} lines"
            bars.append(Bar(f"{SYMBOLS['critical']} refused", "critical", refused, lines))
    return single("Rows read and lines refused", bars)


def findings_by_code(summary: pd.DataFrame, most: int = 20) -> alt.LayerChart:
    """Failing rows of each broken rule, critical ones first; a note tells of those not shown.

    Parameters
    ----------
    summary : pandas.DataFrame
        As ``findings.summary()``: ``code``, ``severity``, ``count``.
    most : int
        Bars shown.
    """
    rank: dict[str, int] = {severity: place for place, severity in enumerate(SEVERITIES)}
    rows = [(str(row["severity"]), _whole(row["count"]), str(row["code"])) for row in summary.to_dict("records")]
    rows.sort(key=lambda row: (rank[row[0]], -row[1], row[2]))
    bars: list[Bar] = []
    for severity, count, code in rows[:most]:
        if named(severity) not in [bar.name for bar in bars]:
            bars.append(Bar(named(severity), severity, heading=True))
        bars.append(Bar(code, severity, count, f"{count:,}"))
    return single("Rows with a finding, by rule", bars, _more(len(rows), most, "rule"))


def schools_overview(by_school: pd.DataFrame, most: int = 40) -> alt.HConcatChart:
    """Each school's critical rows and share of students without a guardian, the worst first.

    Parameters
    ----------
    by_school : pandas.DataFrame
        As ``findings.by_school()``: ``schoolId``, ``name``, ``students``,
        ``students_without_guardian``, ``critical``.
    most : int
        Schools shown.
    """
    import altair as alt

    critical: list[Bar] = []
    alone: list[Bar] = []
    for row in schools_by_trouble(by_school).head(most).to_dict("records"):
        name = school_label(row["name"], row["schoolId"])
        count, students = _whole(row["critical"]), _whole(row["students"])
        without = _whole(row["students_without_guardian"])
        critical.append(Bar(name, "critical", count, f"{count:,}"))
        told = f"{percent(without, students)} of {students:,}" if students else "no students"
        alone.append(Bar(name, "warning", 100 * without / students if students else 0, told))
    titles = "✖ Rows with a critical finding", "▲ Students without a guardian"
    left = _bars(critical, width=130, title=titles[0])
    left = left.properties(title=_heading(titles[0], frame="group"))
    right = _bars(alone, width=130, title=titles[1], labels=False, top=100)
    right = right.properties(title=_heading(titles[1], frame="group"))
    notes = (_more(len(by_school), most, "school"), _scale_note(critical))
    chart = alt.hconcat(left, right, spacing=24).properties(
        title=_heading("Schools, most trouble first", ". ".join(note for note in notes if note)),
        description=f"Two bar charts. Rows with a critical finding: {_read_out(critical)} "
        f"Students without a guardian: {_read_out(alone)}",
    )
    dressed: alt.HConcatChart = chart.configure(**theme())
    return drawn_here(dressed)


def schools_by_trouble(by_school: pd.DataFrame) -> pd.DataFrame:
    """The schools with most critical rows first, then those with most guardians missing."""
    keys = ["critical", "students_without_guardian", "warning", "schoolId"]
    return by_school.sort_values(keys, ascending=[False, False, False, True], kind="stable")


def percent(part: int, whole: int) -> str:
    """The share in words: ``2.3 %``; a small share never reads as none, nor a large one as all."""
    if not part or not whole:
        return "0 %"
    share = 100 * part / whole
    if share < 0.1:
        return "under 0.1 %"
    if 99.9 < share < 100:
        return "over 99.9 %"
    return f"{share:.1f} %".replace(".0 %", " %")


def school_label(name: object, school_id: object) -> str:
    """A school's name with its ID, or its ID alone where no name is known."""
    known, number = _text(name), _text(school_id)
    shortened = known if len(known) <= 32 else known[:31] + "…"
    return f"{shortened} ({number})" if shortened and number else shortened or number or "no school"


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    return 0 if value is None or value != value else int(value)


def _more(there: int, most: int, thing: str) -> str:
    return f"{most} {thing}s shown, and {there - most:,} more" if there > most else ""


def _logarithmic(bars: Sequence[Bar]) -> bool:
    sizes = [bar.size for bar in bars if bar.size > 0]
    return bool(sizes) and max(sizes) > WIDEST_LINEAR_RATIO * min(sizes)


def _scale_note(bars: Sequence[Bar]) -> str:
    return "Bars on a logarithmic scale" if _logarithmic(bars) else ""


def _read_out(bars: Sequence[Bar]) -> str:
    return "; ".join(f"{bar.name} {bar.told}".strip() for bar in bars) + "."


def _heading(title: str, note: str = "", frame: Literal["bounds", "group"] = "bounds") -> alt.Title:
    import altair as alt

    return alt.Title(title, subtitle=note, frame=frame) if note else alt.Title(title, frame=frame)


def single(title: str, bars: Sequence[Bar], note: str = "") -> alt.LayerChart:
    """One chart of horizontal bars in the order given, each with its number beside it."""
    notes = ". ".join(part for part in (note, _scale_note(bars)) if part)
    chart = _bars(bars, width=260).properties(title=_heading(title, notes), description=f"{title}: {_read_out(bars)}")
    dressed: alt.LayerChart = chart.configure(**theme())
    return drawn_here(dressed)


def _bars(
    bars: Sequence[Bar],
    *,
    width: int,
    title: str = "",
    labels: bool = True,
    top: float | None = None,
) -> alt.LayerChart:
    """Horizontal bars in the order given, the longest ``width`` wide, each with its number."""
    import altair as alt
    import pandas as pd

    # Two lines may share a name (two schools, the severities of two files): each gets a number.
    rows = [(f"{place}|{bar.name}", bar.kind, float(bar.size), bar.told) for place, bar in enumerate(bars)]
    frame = pd.DataFrame(rows, columns=["line", "kind", "size", "told"])
    headings = [row[0] for row, bar in zip(rows, bars, strict=True) if bar.heading]
    longest = top or max((bar.size for bar in bars), default=0) or 1
    symlog = top is None and _logarithmic(bars)
    scale = alt.Scale(type="symlog" if symlog else "linear", domain=[0, longest], range=[0, width], nice=False)
    is_heading = f"indexof({json.dumps(headings)}, datum.value) >= 0"
    axis = alt.Axis(
        title=None,
        labelLimit=400,
        minExtent=_room(bar.name for bar in bars),
        labelFontWeight={"condition": {"test": is_heading, "value": 600}, "value": 400},
        labelExpr="slice(datum.label, indexof(datum.label, '|') + 1)",
    )
    base = alt.Chart(frame).encode(
        y=alt.Y("line:N", sort=[row[0] for row in rows], axis=axis if labels else None),
        x=alt.X("size:Q", scale=scale, axis=None),
    )
    colour = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    drawn = base.mark_bar(height=14, cornerRadiusEnd=2).encode(color=alt.Color("kind:N", scale=colour))
    numbers = base.mark_text(align="left", dx=5, baseline="middle").encode(text="told:N")
    whole = max(width + _room(bar.told for bar in bars), _room([title]))
    layered: alt.LayerChart = alt.LayerChart(layer=[drawn, numbers])
    return layered.properties(width=whole, height={"step": 20})


def _room(texts: Iterable[str]) -> int:
    """Pixels for the longest text in a wide font: the reader need not have the one drawn with."""
    return 12 + 8 * max((len(text) for text in texts), default=0)
