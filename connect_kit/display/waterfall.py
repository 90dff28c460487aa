"""Why two records are, or are not, the same person: the match weight field by field."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from connect_kit.display.look import COLOURS, QUIET_INK, bits_axis, finished, on_white, room, share, signed

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

_WIDTH = 690
#: Characters of a label in one line; pixels of a line, and between two rows.
_CHARACTERS, _LINE, _GAP = 36, 14, 10
_COLOURS = {"start": "#8a94a0", "for": COLOURS["good"], "against": COLOURS["warning"], "whole": COLOURS["read"]}


def waterfall(summary: pd.DataFrame, match_weight: float, match_probability: float) -> alt.LayerChart:
    """How a match weight adds up, from before any comparison to the total.

    Parameters
    ----------
    summary : pandas.DataFrame
        As ``explanation.summary()``: ``field``, ``level``, ``match_weight`` in bits; the first row is the weight
        before any comparison. No names.
    match_weight : float
        The sum.
    match_probability : float
        The probability that the weight stands for.
    """
    import altair as alt
    import pandas as pd

    rows = _rows(summary)
    whole = f"{signed(match_weight)}: {share(match_probability)}"
    rows.append({"label": "total", "kind": "whole", "from": 0.0, "to": match_weight, "text": whole})
    frame = pd.DataFrame(rows)
    wrapped = [textwrap.wrap(label, _CHARACTERS) for label in frame["label"]]
    tall = pd.Series([_LINE * len(lines) + _GAP for lines in wrapped])
    height = int(tall.sum())
    frame["y"] = tall.cumsum() - tall / 2
    frame["top"], frame["bottom"] = frame["y"] - 7.5, frame["y"] + 7.5
    frame["next"], frame["right"] = frame["y"].shift(-1), frame[["from", "to"]].max(axis=1)
    # Each line of a label is drawn by itself, so that the label is centred on its bar.
    labels = pd.DataFrame(
        [
            (y + _LINE * (place - (len(lines) - 1) / 2), line)
            for y, lines in zip(frame["y"], wrapped, strict=True)
            for place, line in enumerate(lines)
        ],
        columns=["y", "line"],
    )
    low, high = min(-2.0, float(frame[["from", "to"]].min().min())), max(2.0, float(frame["right"].max()))
    # The bars are between the labels and the numbers.
    start = room(labels["line"])
    across = alt.Scale(domain=[low, high], range=[start, _WIDTH - room(frame["text"])], nice=False)
    down = alt.Scale(domain=[0, height], range=[0, height], nice=False)
    base = alt.Chart(frame).encode(y=alt.Y("y:Q", scale=down, axis=None))
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=QUIET_INK).encode(x=alt.X("at:Q", scale=across))
    steps = alt.Chart(frame.iloc[:-1]).mark_rule(color=QUIET_INK, strokeDash=[2, 2])
    bars = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("from:Q", scale=across, axis=bits_axis(low, high, ticks=6)),
            x2="to:Q",
            y=alt.Y("top:Q", scale=down, axis=None),
            y2="bottom:Q",
            color=alt.Color(
                "kind:N", scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())), legend=None
            ),
        )
    )
    numbers = base.encode(x=alt.X("right:Q", scale=across), text="text:N")
    names = alt.Chart(labels).mark_text(align="right", baseline="middle")
    title = "Why these two records are, or are not, the same person"
    read = "; ".join(f"{label} {text}" for label, text in zip(frame["label"], frame["text"], strict=True))
    layers: list[Any] = [
        zero,
        steps.encode(x=alt.X("to:Q", scale=across), y=alt.Y("y:Q", scale=down, axis=None), y2="next:Q"),
        bars,
        *on_white(numbers, align="left", dx=6, baseline="middle"),
        names.encode(x=alt.value(start - 8), y=alt.Y("y:Q", scale=down, axis=None), text="line:N"),
    ]
    return finished(
        alt.LayerChart(layer=layers).properties(width=_WIDTH, height=height),
        title,
        ["+ is evidence for one person, in green; − is evidence against it, in orange"],
        f"{title}, match weights in bits: {read}.",
    )


def _rows(summary: pd.DataFrame) -> list[dict[str, Any]]:
    """A bar for each field, from where the one before ended."""
    rows: list[dict[str, Any]] = []
    reached = 0.0
    for place, row in enumerate(summary.to_dict("records")):  # at most a dozen fields
        part = float(row["match_weight"])
        kind = "start" if place == 0 else "for" if part >= 0 else "against"
        label = f"{row['field']}: {row['level']}"
        rows.append({"label": label, "kind": kind, "from": reached, "to": reached + part, "text": signed(part)})
        reached += part
    return rows
