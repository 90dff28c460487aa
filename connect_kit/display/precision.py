"""How good the pairs found are, where the truth is known."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from connect_kit.display.charts import COLOURS, INK
from connect_kit.display.link_axes import GRID, dressed, heading, room, share, upright
from connect_kit.engine.weights import weight

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

_MEASURES = ("precision", "recall")
_TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
_WIDTH, _HEIGHT = 440, 240
#: Pixels between the words at the ends of the two lines.
_APART = 16


def precision_recall(frame: pd.DataFrame, *, default: float = 0.9) -> alt.LayerChart:
    """Precision and recall at each threshold.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``threshold`` (probability between 0 and 1), ``precision`` and ``recall`` (0 to 1; missing where nothing was
        found).
    default : float
        The threshold that is marked.
    """
    import altair as alt
    import pandas as pd

    rows = frame[frame["threshold"].between(0, 1, inclusive="neither")].sort_values("threshold")
    told = (
        rows.assign(at=rows["threshold"].map(weight)).melt("at", _MEASURES, "measure", "share").dropna(subset="share")
    )
    low, high = min([weight(default) - 1, *told["at"]]), max([weight(default) + 1, *told["at"]])
    least = max(0.0, math.floor(20 * min([0.9, *told["share"]]) - 0.2) / 20)
    ticks = [tick for tick in _TICKS if low <= weight(tick) <= high]
    places = [weight(tick) for tick in ticks]
    axis = alt.Axis(
        title="threshold, as match probability", titleColor=INK, titleFontWeight=400, values=places,
        labelOverlap=False, labelFlush=False,
        labelExpr=f"{json.dumps([f'{tick:g}' for tick in ticks])}[indexof({json.dumps(places)}, datum.value)]",
    )  # fmt: skip
    shares = alt.Axis(title=None, format=".0%", grid=True, gridColor=GRID, tickCount=5)
    base = alt.Chart(told).encode(
        x=alt.X("at:Q", scale=alt.Scale(domain=[low, high], range=[0, _WIDTH], nice=False), axis=axis),
        y=alt.Y("share:Q", scale=alt.Scale(domain=[least, 1], nice=False), axis=shares),
        color=alt.Color(
            "measure:N",
            scale=alt.Scale(domain=list(_MEASURES), range=[COLOURS["read"], COLOURS["critical"]]),
            legend=None,
        ),
    )
    shapes = alt.Shape("measure:N", scale=alt.Scale(domain=list(_MEASURES), range=["circle", "square"]), legend=None)
    layers = [base.mark_line(strokeWidth=2.5), base.mark_point(filled=True, size=45, opacity=1).encode(shape=shapes)]
    ends = told.loc[told.groupby("measure")["at"].idxmax()].sort_values("share", ascending=False)
    ends["y"] = _HEIGHT * (1 - ends["share"]) / (1 - least)
    near = len(ends) == 2 and ends["y"].diff().iloc[1] < _APART
    ends["y"] = ends["y"].mean() + pd.Series([-_APART / 2, _APART / 2], ends.index) if near else ends["y"]
    ends["told"] = [f"{end['measure']} {share(end['share'])}" for end in ends.to_dict("records")]
    words = alt.Chart(ends).mark_text(align="left", dx=8, baseline="middle")
    layers.append(words.encode(x="at:Q", y=alt.Y("y:Q", scale=None, axis=None), text="told:N"))
    here = rows[(rows["threshold"] - default).abs() < 1e-9].head(1)
    mark = f"default {default:g}"
    mark += "".join(f", {name} {share(value)}" for name in _MEASURES for value in here[name])
    title = "Precision and recall at each threshold"
    read = "; ".join(
        f"{row['threshold']:g}: precision {share(row['precision'])}, recall {share(row['recall'])}"
        for row in rows.to_dict("records")
    )
    notes = [
        "precision: how many of the pairs found are one person",
        "recall: how many of the pairs that are one person were found",
        *([f"The scale begins at {least:.0%}, not at zero"] if least else []),
    ]
    return dressed(
        [
            *layers,
            *upright(
                weight(default), mark, left=_WIDTH * (weight(default) - low) / (high - low) > room([mark]), top=False
            ),
        ],
        title=heading(title, notes),
        description=f"{title}. {read or 'nothing found'}. {mark}.",
        width=_WIDTH + 140,
        height=_HEIGHT,
    )
