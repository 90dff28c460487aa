"""Match weights and shares in words, and the axes and lines that the pictures of duplicates have in common."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from connect_kit.display.charts import INK, theme
from connect_kit.display.svg import drawn_here
from connect_kit.engine.weights import probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import altair as alt

GRID = "#dde2e7"
#: Beyond this match weight, the probability is the same in every digit that is shown.
_SURE = 10


def signed(weight: float, digits: int = 1) -> str:
    """A match weight with its sign: ``+3.2``, ``−12.8``; nothing is ``0``."""
    text = f"{abs(weight):,.{digits}f}"
    if not float(text.replace(",", "")):
        return "0"
    return ("+" if weight > 0 else "−") + text


def share(part: float) -> str:
    """A share from 0 to 1 in words; a small one never reads as none, nor a large one as all."""
    if part != part:
        return "unknown"
    if 0 < part < 0.001:
        return "under 0.1 %"
    if 0.999 < part < 1:
        return "over 99.9 %"
    return f"{100 * part:.1f} %".replace(".0 %", " %")


def counted(number: int, thing: str) -> str:
    """A number with its thing: ``1 pair``, ``1,200 pairs``."""
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"


def room(texts: Iterable[str]) -> int:
    """Pixels for the longest text in a wide font: the reader need not have the one drawn with."""
    return 12 + 8 * max((len(text) for text in texts), default=0)


def bits_axis(low: float, high: float, *, ticks: int = 11) -> alt.Axis:
    """A horizontal axis of match weights, with the probability beneath each as far as it changes."""
    import altair as alt

    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if (high - low) / s <= ticks), 1000)
    places = list(range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step))
    labels = [[signed(place, 0), _short(share(probability(place))) if abs(place) <= _SURE else ""] for place in places]
    return alt.Axis(
        title="match weight in bits, and the probability it stands for",
        titleColor=INK, titleFontWeight=400, values=places, grid=True, gridColor=GRID, labelLineHeight=14,
        labelOverlap=False, labelFlush=False,
        labelExpr=f"{json.dumps(labels)}[indexof({json.dumps(places)}, datum.value)]",
    )  # fmt: skip


def _short(words: str) -> str:
    return words.replace("under ", "<").replace("over ", ">")


def upright(at: float, text: str, *, left: bool) -> list[alt.Chart]:
    """An upright line across the picture and its words, at the left of it or at the right."""
    import altair as alt
    import pandas as pd

    frame = pd.DataFrame({"at": [at], "text": [text]})
    rule = alt.Chart(frame).mark_rule(color=INK, strokeWidth=1.5, strokeDash=[5, 3]).encode(x="at:Q")
    words = alt.Chart(frame).mark_text(
        align="right" if left else "left", dx=-6 if left else 6, baseline="top", color=INK
    )
    return [rule, words.encode(x="at:Q", y=alt.value(0), text="text:N")]


def legend() -> alt.Legend:
    """Colours with their words, above the picture; one a line, as a reader's font may be wider than ours."""
    import altair as alt

    return alt.Legend(
        title=None, orient="top", direction="vertical", labelFontSize=12, labelColor=INK, labelLimit=400,
        symbolType="square", symbolStrokeWidth=0, offset=6,
    )  # fmt: skip


def on_white(words: alt.Chart, **mark: Any) -> list[alt.Chart]:
    """Words that can be read where they cross a line: white beneath, broader."""
    return [words.mark_text(**mark, stroke="#ffffff", strokeWidth=4, strokeJoin="round"), words.mark_text(**mark)]


def heading(title: str, notes: Sequence[str] = ()) -> alt.Title:
    """The title, and beneath it each note in a line."""
    import altair as alt

    return alt.Title(title, subtitle=list(notes), frame="bounds") if notes else alt.Title(title, frame="bounds")


def dressed(layers: Iterable[Any], **properties: Any) -> alt.LayerChart:
    """Layers as one chart in the kit's own look."""
    import altair as alt

    chart: alt.LayerChart = alt.LayerChart(layer=list(layers)).properties(**properties)
    chart = chart.configure(**{**theme(), "legend": {}})
    return drawn_here(chart)
