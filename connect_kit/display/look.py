"""What all charts have in common: colours, fonts, titles, axes and legends, and numbers in words.

Colours are Okabe and Ito's, which people with colour blindness can tell apart; a severity is also named by a word and
a symbol. Numbers are beside their bars: no bar chart is read against an axis.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from connect_kit.display.svg import AnyChart, draws_itself
from connect_kit.engine.weights import probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import altair as alt

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
GRID = "#dde2e7"
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
#: Beyond this ratio of the largest to the smallest bar, small ones vanish on a linear scale.
WIDEST_LINEAR_RATIO = 50
LOGARITHMIC = "Bars on a logarithmic scale"
#: Beyond this match weight, the probability no longer changes in the digits shown.
_SURE = 10


def theme() -> dict[str, Any]:
    """Vega-Lite configuration of every chart of the kit: plain fonts, dark text on white, few lines."""
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
    }  # fmt: skip


def finished(chart: AnyChart, title: str, notes: Sequence[str], description: str) -> AnyChart:
    """The chart with its title and notes, in the kit's style; a screen reader reads the description."""
    import altair as alt

    lines = [note for note in notes if note]
    heading = alt.Title(title, subtitle=lines, frame="bounds") if lines else alt.Title(title, frame="bounds")
    made: Any = chart
    drawn: AnyChart = draws_itself(made.properties(title=heading, description=description).configure(**theme()))
    return drawn


def legend() -> alt.Legend:
    """Colours and what they mean, above the chart; one per line, as the reader's font may be wider than ours."""
    import altair as alt

    return alt.Legend(
        title=None, orient="top", direction="vertical", labelFontSize=12, labelColor=INK, labelLimit=400,
        symbolType="square", symbolStrokeWidth=0, offset=6,
    )  # fmt: skip


def bits_axis(low: float, high: float, *, ticks: int = 11) -> alt.Axis:
    """A horizontal axis of match weights, with the probability below each, as far as it changes."""
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


def on_white(words: alt.Chart, **mark: Any) -> list[alt.Chart]:
    """Words that can be read where they cross a line, by a white outline."""
    return [words.mark_text(**mark, stroke="#ffffff", strokeWidth=4, strokeJoin="round"), words.mark_text(**mark)]


def room(texts: Iterable[str]) -> int:
    """Pixels for the longest text in a wide font, as the reader may not have ours."""
    return 12 + 8 * max((len(text) for text in texts), default=0)


# ---- words


def named(severity: str) -> str:
    """The severity as symbol and word: ``✖ critical``."""
    return f"{SYMBOLS[severity]} {severity}"


def share(part: float) -> str:
    """A share from 0 to 1 in words; a small one never reads as none, and a large one never as all."""
    if part != part:
        return "unknown"
    if 0 < part < 0.001:
        return "under 0.1 %"
    if 0.999 < part < 1:
        return "over 99.9 %"
    return f"{100 * part:.1f} %".replace(".0 %", " %")


def percent(part: int, whole: int) -> str:
    """A part of a whole in words, as in :func:`share`; 0 % where the whole is 0."""
    return share(part / whole) if whole else "0 %"


def signed(weight: float, digits: int = 1) -> str:
    """A match weight with its sign: ``+3.2``, ``−12.8``; zero is ``0``."""
    text = f"{abs(weight):,.{digits}f}"
    if not float(text.replace(",", "")):
        return "0"
    return ("+" if weight > 0 else "−") + text


def counted(number: int, thing: str) -> str:
    """A number with its thing: ``1 pair``, ``1,200 pairs``."""
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"


def both(words: Sequence[str]) -> str:
    """Several things in a row, the last after ``and``."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def children(number: int) -> str:
    """A number of children: ``1 child``, ``1,200 children``."""
    return "1 child" if number == 1 else f"{number:,} children"


def disconnections(number: int) -> str:
    """What becomes of guardians: ``40 guardian relationships would be removed``."""
    return f"{counted(number, 'guardian relationship')} would be removed"


def staff_and_children(staff: int, pupils: int) -> str:
    """Whom an upload removes from schools: ``2 staff members and 1 child``."""
    return both([counted(staff, "staff member")] * bool(staff) + [children(pupils)] * bool(pupils))


def removals(staff: int, pupils: int) -> str:
    """What becomes of them: ``2 staff members and 1 child would be removed from a school``."""
    return f"{staff_and_children(staff, pupils)} would be removed from a school"


def left_out(number: int, most: int, things: str = "") -> str:
    """A note on what a chart leaves out: ``40 schools shown, and 260 more``; empty where it shows all."""
    return f"{most} {things} shown, and {number - most:,} more".replace("  ", " ") if number > most else ""


def school_label(name: object, school_id: object) -> str:
    """A school's name with its ID, or its ID alone where no name is known."""
    known, number = (value.strip() if isinstance(value, str) else "" for value in (name, school_id))
    shortened = known if len(known) <= 32 else known[:31] + "…"
    return f"{shortened} ({number})" if shortened and number else shortened or number or "no school"
