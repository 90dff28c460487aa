"""Result files as Excel workbooks, as Connect gives them for guardians (S4): read as text, and written."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.connect import BLANKS
from connect_kit.display.excel import MOST_ROWS, plain, save_book, write_rows
from connect_kit.engine import quoted
from connect_kit.engine.files import atomic_write
from connect_kit.errors import OutputError, ResultsError

if TYPE_CHECKING:
    from pathlib import Path

    from connect_kit.engine import Schema
    from connect_kit.uploads.result_files import TextFile

_PIECE = 50_000  # rows that are written at once


class Sheet(NamedTuple):
    """A sheet's rows as text, from line ``first`` on."""

    header: tuple[str, ...]
    first: int
    rows: list[list[str | None]]


def read_sheet(path: Path) -> Sheet | None:
    """The sheet of a workbook whose first row with values has a column ``result``; None where there is none.

    Raises
    ------
    ResultsError
        When it is not a workbook, or a damaged one.
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
        raise ResultsError(
            f"{path}: cannot be read ({error.strerror or error}); check that it is there, and its rights"
        ) from error
    except damaged as error:
        raise ResultsError(f"{path}: is not an Excel workbook (.xlsx), or a damaged one; download it again") from error


def _sheet(sheet: Any) -> Sheet | None:
    """None where its first row with values has no column result."""
    lines = enumerate(([_text(cell) for cell in cells] for cells in sheet.iter_rows()), 1)
    line, values = next(((line, values) for line, values in lines if any(values)), (0, []))
    while values and not values[-1]:
        values.pop()
    header = tuple(value or "" for value in values)
    if "result" not in [name.strip(BLANKS).casefold() for name in header]:
        return None
    rows = [[*values, *[None] * len(header)][: len(header)] for _, values in lines]
    while rows and not any(rows[-1]):
        rows.pop()
    return Sheet(header, line + 1, rows)


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


def write_sheet(path: Path, schema: Schema, file: TextFile) -> None:
    """Write a file's rows as a workbook whose every cell is text.

    Raises
    ------
    OutputError
        When a sheet does not hold that many rows, or the workbook cannot be written.
    """

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("result")
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        for place, name in enumerate(file.header):
            sheet.write_string(0, place, plain(name), bold)
        sheet.freeze_panes(1, 0)
        formats, chosen = dict.fromkeys(file.columns, text), ", ".join(map(quoted, file.columns))
        for first in range(0, rows, _PIECE):
            frame = schema.frame(f"SELECT {chosen} FROM {file.view} ORDER BY _line LIMIT {_PIECE} OFFSET {first}")
            write_rows(sheet, first + 1, frame, formats)

    rows = int(schema.execute(f"SELECT count(*) FROM {file.view}")[0][0])
    if rows > MOST_ROWS:
        raise OutputError(f"{path}: a sheet holds {MOST_ROWS:,} rows, and there are more; use the CSV file beside it")
    with atomic_write(path, private=True) as part:
        save_book(part, fill)
