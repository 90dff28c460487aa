"""How certain the pairs are: a histogram of match weights with the threshold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from connect_kit.display.look import (
    COLOURS,
    GRID,
    INK,
    LOGARITHMIC,
    WIDEST_LINEAR_RATIO,
    bits_axis,
    counted,
    finished,
    legend,
    share,
    signed,
)
from connect_kit.engine.weights import probability

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

_MOST_BARS = 60


def match_weights(pairs: pd.DataFrame, threshold_weight: float, drawn_from: float) -> alt.LayerChart:
    """How many pairs have which match weight, and which of them reach the threshold.

    Parameters
    ----------
    pairs : pandas.DataFrame
        ``match_weight`` in bits, missing for a pair that people decided and the model did not score; ``decision``, if
        there is one.
    threshold_weight : float
        Match weight of the threshold.
    drawn_from : float
        Match weight below which pairs are left out.
    """
    import altair as alt
    import numpy as np
    import pandas as pd

    known = pairs["match_weight"].dropna().to_numpy(dtype=float)
    weights = known[known >= min(drawn_from, threshold_weight)]
    edges = _edges(min(drawn_from, threshold_weight - 1), max([10.0, *weights]), threshold_weight)
    counts, _ = np.histogram(weights, edges)
    above, below = int((weights >= threshold_weight).sum()), int((weights < threshold_weight).sum())
    words = f"at or above the threshold: {counted(above, 'pair')}", f"below it: {counted(below, 'pair')}"
    frame = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "pairs": counts})
    frame["side"] = np.where(frame["from"] >= threshold_weight, *words)
    frame = frame[frame["pairs"] > 0]
    tallest = int(counts.max()) or 1
    wide = bool(len(frame)) and tallest > WIDEST_LINEAR_RATIO * int(frame["pairs"].min())
    count_axis = alt.Axis(
        title="pairs", titleColor=INK, titleFontWeight=400, grid=True, gridColor=GRID, format=",d",
        values=[10**power for power in range(9)] if wide else _whole_ticks(tallest),
    )  # fmt: skip
    # Room above the tallest bar for the label of the threshold.
    scale = alt.Scale(type="symlog" if wide else "linear", domain=[0, tallest * (2 if wide else 1.15)], nice=False)
    bars = (
        alt.Chart(frame)
        .mark_bar(stroke="#ffffff", strokeWidth=1)
        .encode(
            x=alt.X(
                "from:Q",
                bin="binned",
                scale=alt.Scale(domain=[edges[0], edges[-1]], nice=False),
                axis=bits_axis(edges[0], edges[-1]),
            ),
            x2="to:Q",
            y=alt.Y("pairs:Q", scale=scale, axis=count_axis),
            color=alt.Color(
                "side:N",
                scale=alt.Scale(domain=list(words), range=[COLOURS["read"], COLOURS["warning"]]),
                legend=legend(),
            ),
        )
    )
    words_of_threshold = f"threshold {signed(threshold_weight)} (probability {probability(threshold_weight):.4g})"
    notes = [f"Pairs below {signed(drawn_from, 0)} ({share(probability(drawn_from))}) are left out"]
    if "decision" in pairs and (decided := int((pairs["decision"] != "").sum())):
        notes.append(f"{counted(decided, 'pair')} decided by people: drawn at the model's weight, if it has one")
    if wide:
        notes.append(LOGARITHMIC)
    title = "How certain the pairs are"
    at_left = threshold_weight > (edges[0] + edges[-1]) / 2
    chart = alt.LayerChart(layer=[bars, *_threshold(threshold_weight, words_of_threshold, left=at_left)])
    return finished(
        chart.properties(width=590, height=220),
        title,
        notes,
        f"{title}, a histogram of match weights: {words[0]}; {words[1]}; {words_of_threshold}. {'. '.join(notes)}.",
    )


def _threshold(at: float, words: str, *, left: bool) -> list[alt.Chart]:
    """A vertical line across the chart, and its label to the left or right of it."""
    import altair as alt
    import pandas as pd

    frame = pd.DataFrame({"at": [at], "words": [words]})
    rule = alt.Chart(frame).mark_rule(color=INK, strokeWidth=1.5, strokeDash=[5, 3]).encode(x="at:Q")
    text = alt.Chart(frame).mark_text(align="right" if left else "left", dx=-6 if left else 6, baseline="top")
    return [rule, text.encode(x="at:Q", y=alt.value(0), text="words:N")]


def _edges(low: float, high: float, threshold: float) -> list[float]:
    """Edges of the bars. The threshold is one of them, so that each bar is on one side of it."""
    step = next((s for s in (0.5, 1, 2, 5, 10, 20, 50, 100) if (high - low) / s <= _MOST_BARS), (high - low) / 40)
    first, last = math.floor((low - threshold) / step), math.floor((high - threshold) / step) + 1
    return [threshold + step * place for place in range(first, last + 1)]


def _whole_ticks(most: int) -> list[int]:
    """A few round numbers up to the largest."""
    size = 10 ** max(0, len(str(most)) - 1)
    step = next(s for s in (size // 5, size // 2, size, 2 * size, 5 * size) if s and most / s <= 5)
    return list(range(0, most + 1, step))
