"""Horizontal bars by category, plain or of several parts, each with its number beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.display.characters import drawable
from connect_kit.display.look import COLOURS, LOGARITHMIC, WIDEST_LINEAR_RATIO, finished, legend, room

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

#: How far apart charts are, one below the other or side by side, in pixels.
_SPACING = {"vconcat": 14, "hconcat": 24}


class Bar(NamedTuple):
    """One line of a chart: its name, its colour, its length and the words beside it.

    A bar of several parts has ``parts`` in place of kind and size: the length of each kind, from left to right.
    """

    name: str
    kind: str = ""
    size: float = 0
    text: str = ""
    heading: bool = False
    parts: Mapping[str, float] | None = None


class Bars(NamedTuple):
    """Bars under one title, in the order given.

    Attributes
    ----------
    title : str
    bars : sequence of Bar
    top : float
        Length of the longest possible bar; 0 takes the longest one there is.
    legend : bool
        Whether the kinds are named above the bars. Otherwise, the words beside a bar name them.
    labels : bool
        Whether each bar has its name to the left.
    """

    title: str
    bars: Sequence[Bar]
    top: float = 0
    legend: bool = False
    labels: bool = True

    @property
    def logarithmic(self) -> bool:
        """Whether small bars would vanish on a linear scale. Parts of a bar only add up on a linear one."""
        sizes = [bar.size for bar in self.bars if bar.size > 0]
        return not self.top and bool(sizes) and max(sizes) > WIDEST_LINEAR_RATIO * min(sizes)

    @property
    def drawable(self) -> Bars:
        """The same with names and words that can be drawn."""
        bars = [bar._replace(name=drawable(bar.name), text=drawable(bar.text)) for bar in self.bars]
        return self._replace(title=drawable(self.title), bars=bars)

    @property
    def read_out(self) -> str:
        """All bars in words."""
        return "; ".join(f"{bar.name} {bar.text}".strip() for bar in self.bars) or "none"


def bar_chart(
    title: str,
    bars: Sequence[Bar],
    note: str = "",
    *,
    colours: Mapping[str, str] = COLOURS,
    legend: bool = False,
    width: int = 260,
) -> alt.LayerChart:
    """One chart of horizontal bars, the longest ``width`` pixels wide.

    Parameters
    ----------
    title : str
    bars : sequence of Bar
    note : str
        Shown below the title.
    colours : mapping of str to str
        The colour of each kind.
    legend : bool
        Name the kinds above the bars.
    width : int
    """
    shown = Bars(title, bars, legend=legend).drawable
    notes = ". ".join(filter(None, (note, LOGARITHMIC if shown.logarithmic else "")))
    layers = _layers(shown, colours, width, room(bar.name for bar in shown.bars))
    return finished(layers, title, [notes], f"{title}: {shown.read_out}.")


def bar_charts(
    title: str,
    charts: Sequence[Bars],
    notes: Sequence[str] = (),
    *,
    colours: Mapping[str, str] = COLOURS,
    beside: bool = False,
    width: int = 150,
) -> Any:
    """Several charts of bars under one title, one below the other or side by side.

    Parameters
    ----------
    title : str
    charts : sequence of Bars
    notes : sequence of str
        Each is a line below the title.
    colours : mapping of str to str
    beside : bool
    width : int
        Pixels of the longest bar of each chart.
    """
    import altair as alt

    charts = [chart.drawable for chart in charts]
    extent = room(bar.name for chart in charts for bar in chart.bars)
    made = [
        _layers(chart, colours, width, extent).properties(title=alt.Title(chart.title, frame="group"))
        for chart in charts
    ]
    whole = (alt.hconcat if beside else alt.vconcat)(*made, spacing=_SPACING["hconcat" if beside else "vconcat"])
    read = " ".join(f"{chart.title}: {chart.read_out}." for chart in charts)
    return finished(whole, title, notes, f"{title}. {read}")


def _layers(chart: Bars, colours: Mapping[str, str], width: int, extent: int) -> alt.LayerChart:
    import altair as alt
    import pandas as pd

    parts, ends = [], []
    for place, bar in enumerate(chart.bars):
        line = f"{place}|{bar.name}"  # The number, which is not shown, distinguishes lines with the same name.
        start = 0.0
        for kind, size in (bar.parts or {bar.kind: bar.size}).items():
            parts.append((line, kind, start, start + size))
            start += size
        ends.append((line, start, bar.text))
    lines = [line for line, _, _ in ends]
    headings = [line for line, bar in zip(lines, chart.bars, strict=True) if bar.heading]
    is_heading = f"indexof({json.dumps(headings)}, datum.value) >= 0"
    axis = alt.Axis(
        title=None,
        labelLimit=400,
        minExtent=extent,
        labelFontWeight={"condition": {"test": is_heading, "value": 600}, "value": 400},
        labelExpr="slice(datum.label, indexof(datum.label, '|') + 1)",
    )
    longest = chart.top or max((end for _, end, _ in ends), default=0) or 1
    scale = alt.Scale(
        type="symlog" if chart.logarithmic else "linear", domain=[0, longest], range=[0, width], nice=False
    )
    y = alt.Y("line:N", sort=lines, axis=axis if chart.labels else None)
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        legend=legend() if chart.legend else None,
    )
    drawn = pd.DataFrame([part for part in parts if part[3] > part[2]], columns=["line", "kind", "start", "end"])
    words = pd.DataFrame(ends, columns=["line", "end", "text"])
    single = not any(bar.parts for bar in chart.bars)
    layers: list[Any] = [
        alt.Chart(drawn)
        .mark_bar(height=14, cornerRadiusEnd=2 if single else 0)
        .encode(y=y, x=alt.X("start:Q", scale=scale, axis=None), x2="end:Q", color=colour),
        alt.Chart(words)
        .mark_text(align="left", dx=5, baseline="middle")
        .encode(y=y, x=alt.X("end:Q", scale=scale, axis=None), text="text:N"),
    ]
    whole = max(width + room(bar.text for bar in chart.bars), room([chart.title]))
    layered: alt.LayerChart = alt.LayerChart(layer=layers)
    return layered.properties(width=whole, height={"step": 20})
