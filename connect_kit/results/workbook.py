"""Result files as Excel workbooks, as Connect gives them for guardians (S4): the sheet with the results, as text."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.connect import BLANKS
from connect_kit.engine import quoted
from connect_kit.errors import ResultsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from connect_kit.engine import Schema


class Sheet(NamedTuple):
    """A sheet's rows as text, from line ``first`` on; ``numbers`` where cells were numbers, without leading zeros."""

    header: tuple[str, ...]
    first: int
    rows: list[list[str | None]]
    numbers: bool

    def store(self, schema: Schema, name: str, columns: Sequence[str]) -> None:
        """Make table ``_all_<name>``: ``_line`` and the columns."""
        import pyarrow as pa

        data = {"_line": pa.array(range(self.first, self.first + len(self.rows)), pa.int64())}
        data |= {column: pa.array([row[at] for row in self.rows], pa.string()) for at, column in enumerate(columns)}
        with schema.engine.cursor((schema.name,)) as cursor:
            cursor.register("cells", pa.table(data))
            cursor.execute(f"CREATE TABLE {quoted('_all_' + name)} AS SELECT * FROM cells")


def read_sheet(path: Path) -> Sheet | None:
    """The sheet of a workbook whose first row with values has a column ``result``; None where there is none.

    Raises
    ------
    ResultsError
        When it is no workbook, or a damaged one.
    """
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    damaged = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, EOFError, SyntaxError)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return next((sheet for sheet in map(_sheet, book.worksheets) if sheet), None)
        finally:
            book.close()
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror or error}); check its rights") from error
    except damaged as error:
        raise ResultsError(f"{path}: is no Excel workbook (.xlsx), or a damaged one; download it again") from error


def _sheet(sheet: Any) -> Sheet | None:
    """None where its first row with values has no column result."""
    header: list[str] = []
    first, numbers = 0, False
    rows: list[list[str | None]] = []
    for line, cells in enumerate(sheet.iter_rows(), 1):
        values = [_text(cell) for cell in cells]
        if not header:
            if not any(values):
                continue
            while values and not values[-1]:
                values.pop()
            header, first = [value or "" for value in values], line + 1
            if "result" not in [name.strip(BLANKS).casefold() for name in header]:
                return None
            continue
        numbers = numbers or any(isinstance(cell.value, int | float) for cell in cells)
        rows.append([*values, *[None] * len(header)][: len(header)])
    while rows and not any(rows[-1]):
        rows.pop()
    return Sheet(tuple(header), first, rows, numbers) if header else None


def _text(cell: Any) -> str | None:
    """A cell as text; a number keeps the zeros that its format shows."""
    value = cell.value
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        text = str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
        shown = str(getattr(cell, "number_format", "") or "")
        return text.zfill(len(shown)) if re.fullmatch("0+", shown) else text
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value)
