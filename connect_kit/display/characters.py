"""Characters that nobody sees, or that end what draws them: each is spelled out before a text leaves Python.

The drawing of charts dies of a control character, and the process with it; XML, and so a workbook, cannot hold one;
a browser shows neither these nor what hides or reverses text. ``[U+0007]`` stands for such a character.
"""

from __future__ import annotations

import re
from typing import Any

#: What XML cannot hold or would change. Tab and line feed are not among it.
_NOT_XML = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
# Besides, what a browser does not show: zero-width characters, and marks that reverse the direction of the text.
# Letters of every script stay.
_UNSEEN = re.compile(f"[{_NOT_XML}\t\n\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
_NO_CELL = re.compile(f"[{_NOT_XML}]")
#: Longest text in a chart: a longer one is cut, as nobody reads it there and its drawing takes minutes.
_DRAWN = 80
_DESCRIBED = 20_000


def visible(value: object) -> str:
    """The value as text in which every character can be seen; a missing value is empty.

    A zero-width space reads ``[U+200B]``. The text is not escaped for HTML yet.
    """
    return "" if missing(value) else _spelled(_UNSEEN, str(value))


def storable(text: str) -> str:
    """The text as XML can hold it, with its tabs and line ends."""
    return _spelled(_NO_CELL, text)


def drawable(value: object, most: int = _DRAWN) -> str:
    """The value as it is drawn in a chart: visible, and short enough."""
    text = visible(value if not isinstance(value, str) else value[: most + 1])
    return text if len(text) <= most else f"{text[:most]}…"


def drawable_parts(part: Any, most: int = _DESCRIBED) -> Any:
    """A chart's specification, or a part of it, in which every text is drawable."""
    if isinstance(part, str):
        return drawable(part, most)
    if isinstance(part, dict):
        return {name: drawable_parts(value, most) for name, value in part.items()}
    return [drawable_parts(value, most) for value in part] if isinstance(part, list | tuple) else part


def missing(value: object) -> bool:
    """Whether there is no value: None, NaN or NA, but not an empty text."""
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # a list of numbers has no single answer
        return False


def _spelled(kind: re.Pattern[str], text: str) -> str:
    return kind.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
