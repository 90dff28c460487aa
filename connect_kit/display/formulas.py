"""CSV files that people open in a spreadsheet: no cell of them runs as a formula, and each is exact again when read.

An apostrophe precedes a text that would run, and one that begins so after apostrophes of its own; a number with its
sign stays. :func:`exact` takes it off. Files for Connect, and all that programs read, hold every text as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from connect_kit.display.html import is_number
from connect_kit.engine import literal

if TYPE_CHECKING:
    import pandas as pd

# How a formula begins in one spreadsheet program or another; the last four are the wide forms of East Asia.
_SIGNS: Final = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
_RUNS: Final = "'*[=+@\t\r\uff1d\uff0b\uff0d\uff20-]"
_NUMBER: Final = "[+-]?[0-9]+([.,][0-9]+)?"


def guarded(text: str) -> str:
    """The text as a cell holds it."""
    return f"'{text}" if re.match(_RUNS, text) and not re.fullmatch(_NUMBER, text) else text


def exact(text: str) -> str:
    """The text of a cell as it was before."""
    return text[1:] if re.match(f"'{_RUNS}", text) else text


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose every text is as a cell holds it."""
    made = frame.copy()
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if is_number(column):
            continue
        texts = column.astype("string")
        runs = (texts.str.match(_RUNS) & ~texts.str.fullmatch(_NUMBER)).fillna(False).to_numpy(bool)
        if runs.any():
            made.isetitem(place, column.astype(object).where(~runs, "'" + texts.astype(object)).to_numpy())
    return made


def guarded_sql(column: str) -> str:
    """SQL of a text column whose every value is as a cell holds it."""
    first = ", ".join(map(literal, f"{_SIGNS}'"))
    runs = f"regexp_matches({column}, {literal(f'^{_RUNS}')}) AND NOT regexp_full_match({column}, {literal(_NUMBER)})"
    return f"CASE WHEN left({column}, 1) IN ({first}) AND {runs} THEN '''' || {column} ELSE {column} END"
