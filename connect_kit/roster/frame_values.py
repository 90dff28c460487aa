"""Values of a DataFrame as a roster holds them: text, and whole numbers of lines; whatever is neither is refused."""

from __future__ import annotations

from datetime import date, datetime, time
from numbers import Number
from typing import TYPE_CHECKING, Any

from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_MOST_LINES = 2**62


def check_frame(name: str, frame: Any) -> None:
    """Refuse what is no DataFrame of plain columns.

    Raises
    ------
    SettingError
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise SettingError(
            f"{name} is a {type(frame).__name__}; expected a DataFrame, such as pd.read_csv(..., dtype=str)"
        )
    if isinstance(frame.columns, pd.MultiIndex):
        raise SettingError(
            f"{name}: its columns have several levels; name them by one, such as frame.droplevel(0, axis=1)"
        )
    columns: list[Any] = list(frame.columns)
    for column in columns:
        if not isinstance(column, str) or _half(column):
            raise SettingError(f"{name}: a column is called {ascii(column)[:60]}; give each column its name, as text")


def lines_of(name: str, frame: pd.DataFrame) -> pa.Array:
    """The lines of a frame's rows: its index, where that is called ``line``; otherwise from 2 on.

    Raises
    ------
    SettingError
        For lines that are no whole numbers, or stand twice.
    """
    import pandas as pd
    import pyarrow as pa

    if frame.index.name != "line":
        return pa.array(range(2, len(frame) + 2), pa.int64())
    numbers = pd.to_numeric(pd.Series(frame.index.astype(object)), errors="coerce")
    wrong = ~(numbers.between(1, _MOST_LINES) & (numbers % 1 == 0)).fillna(False).to_numpy(bool)
    anew = "; number the rows anew: frame.reset_index(drop=True)"
    if wrong.any():
        value: Any = frame.index[int(wrong.argmax())]
        value = value.item() if hasattr(value, "item") else value
        raise SettingError(f"{name}: the index 'line' holds {ascii(value)[:60]}, which is no line of a file{anew}")
    if numbers.duplicated().any():
        value = int(numbers[numbers.duplicated()].iloc[0])
        raise SettingError(f"{name}: the index 'line' holds {value} twice, and a row has a line of its own{anew}")
    return pa.array(numbers.astype("int64").to_numpy(), pa.int64())


def texts_of(name: str, column: str, values: pd.Series[Any], lines: pa.Array) -> pa.Array:
    """A column as text; dates as the standard writes them, and what is missing or empty as missing.

    Raises
    ------
    SettingError
        For numbers, which have lost their leading zeros, and for what is no text: lists, bytes, half characters.
    """
    import pandas as pd
    import pyarrow as pa

    where = f"{name}.{column}"
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.astype(object).where(values.notna(), None)
        for kind in dict.fromkeys(map(type, values)):
            _refuse(where, kind)
    texts = [None if value is None or value != value else _text(value) or None for value in values.tolist()]
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError as error:
        at = next(place for place, value in enumerate(texts) if value is not None and _half(value))
        raise SettingError(
            f"{where}: line {lines[at]} holds half a character; write it whole, or leave it out"
        ) from error


def _refuse(where: str, kind: type) -> None:
    """Raise where values of a type are neither text nor a date."""
    if issubclass(kind, str | date | type(None)):
        return
    if issubclass(kind, Number) or kind.__name__ in ("bool", "bool_"):
        raise SettingError(
            f"{where} is a column of numbers, which have lost their leading zeros; read it with dtype=str"
        )
    if issubclass(kind, bytes | bytearray):
        raise SettingError(
            f"{where} holds bytes; make text of them: frame[{where.partition('.')[2]!r}].str.decode('utf-8')"
        )
    if issubclass(kind, list | tuple | set | frozenset) or kind.__name__ == "ndarray":
        raise SettingError(f"{where} holds lists; write each as one text, its IDs separated by commas: ','.join(ids)")
    raise SettingError(f"{where} holds a {kind.__name__}; expected text, such as frame.astype(str)")


def _text(value: Any) -> str:
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _half(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
