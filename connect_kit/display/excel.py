"""Workbooks as the kit writes them: every text stays a text, and a full disk leaves nothing behind."""

from __future__ import annotations

import gc
import io
import tempfile
from typing import TYPE_CHECKING, Any, Final

from connect_kit.display.characters import storable
from connect_kit.display.headings import heading
from connect_kit.display.html import is_number
from connect_kit.display.look import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pandas as pd

#: Excel's last row, less the one for the headings.
MOST_ROWS: Final = 1_048_576 - 1
#: Excel's longest text in a cell is 32,767.
LONGEST_TEXT: Final = 32_000
_TEXT: Final = {"num_format": "@", "valign": "top", "text_wrap": True}


def plain(text: str) -> str:
    """The text as a cell can hold it; ``[U+0007]`` stands for a character that XML cannot hold."""
    shown = storable(text)
    if len(shown) > LONGEST_TEXT:
        return f"{shown[:LONGEST_TEXT]} [cut: {len(shown):,} characters]"
    return shown


def save_book(path: Path, fill: Callable[[Any], None]) -> None:
    """Make a workbook at ``path``; ``fill`` is given the xlsxwriter workbook to write into.

    Raises
    ------
    OSError
        When the disk is full or refuses.
    """
    from xlsxwriter.exceptions import FileCreateError

    # Sheets pass through scratch files, so that memory does not grow with the rows. These are beside the workbook, so
    # that only one disk needs room.
    made, refused = b"", None
    with tempfile.TemporaryDirectory(prefix=".connect-kit-", dir=path.parent, ignore_cleanup_errors=True) as scratch:
        try:
            made = _filled(scratch, fill)
        except FileCreateError as error:  # How xlsxwriter passes on the system's error.
            refused = _reason(error.args[0])
        except OSError as error:
            refused = _reason(error)
        if refused:
            gc.collect()  # An abandoned workbook keeps its scratch files open in a circle of references.
    if refused:
        raise OSError(*refused)
    path.write_bytes(made)


def _filled(scratch: str, fill: Callable[[Any], None]) -> bytes:
    """The workbook, made in memory: a ZIP file on a full disk would raise again when it is discarded."""
    import xlsxwriter

    made = io.BytesIO()
    options = {
        "constant_memory": True, "tmpdir": scratch, "strings_to_formulas": False,
        "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(made, options)
    fill(book)
    book.close()
    return made.getvalue()


def _reason(error: Any) -> tuple[int | None, str]:
    return getattr(error, "errno", None), getattr(error, "strerror", None) or str(error)


def add_read_me(book: Any, lines: Iterable[str], *, width: int) -> None:
    """Add the sheet "Read me": a line a row, in a column of this width."""
    text = book.add_format(_TEXT)
    sheet = book.add_worksheet("Read me")
    sheet.set_column(0, 0, width, text)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, plain(line), text)


def add_list(book: Any, title: str, frame: pd.DataFrame, widths: Mapping[str, int], *, empty: str = "") -> None:
    """Add a sheet that is worked through line by line: headings that stay, a filter, as wide as a printed page.

    Parameters
    ----------
    book : xlsxwriter workbook
    title : str
    frame : pandas.DataFrame
        Its column ``order`` is a number, every other one text. Rows that Excel has no room for are left out.
    widths : mapping of str to int
        By column; those that are not named are 22 wide.
    empty : str
        What stands in place of the rows where there are none.
    """
    text, number = book.add_format(_TEXT), book.add_format({"num_format": "0", "valign": "top"})
    header = book.add_format({"bold": True, "num_format": "@", "bg_color": "#E8ECF0", "bottom": 1})
    sheet = book.add_worksheet(title)
    names = [str(name) for name in frame]
    for column, name in enumerate(names):
        sheet.set_column(column, column, widths.get(name, 22))
        sheet.write_string(0, column, plain(heading(name)), header)
    if len(frame):
        write_rows(sheet, 1, frame.head(MOST_ROWS), {name: number if name == "order" else text for name in names})
        sheet.autofilter(0, 0, min(len(frame), MOST_ROWS), len(names) - 1)
    elif empty:
        sheet.write_string(1, 0, empty, text)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def write_rows(sheet: Any, first: int, frame: pd.DataFrame, formats: Mapping[str, Any]) -> int:
    """Write the rows of a frame from row ``first`` on, and return the number of the next row.

    Parameters
    ----------
    sheet : xlsxwriter worksheet
    first : int
        Counted from 0.
    frame : pandas.DataFrame
    formats : mapping of str to xlsxwriter format
        By column, and for a column ``severity`` by severity.
    """
    columns = [_cells(sheet, frame.iloc[:, place], formats) for place in range(frame.shape[1])]
    for row, values in enumerate(zip(*columns, strict=True), first):
        for place, cell in enumerate(values):
            if cell is not None:
                write, value, style = cell
                write(row, place, value, style)
    return first + len(frame)


def _cells(sheet: Any, column: pd.Series[Any], formats: Mapping[str, Any]) -> list[tuple[Any, Any, Any] | None]:
    """For each value of a column: what writes it, the value as written, and its format; None for a missing value."""
    style, values, gaps = formats[str(column.name)], column.tolist(), column.isna().tolist()
    if is_number(column):
        return [None if gap else (sheet.write_number, value, style) for value, gap in zip(values, gaps, strict=True)]
    # Codes, tables and messages repeat; each different text is made once.
    made: dict[Any, tuple[Any, Any, Any] | None] = {}
    for value, gap in zip(values, gaps, strict=True):
        if value in made:
            continue
        if gap:
            made[value] = None
        elif column.name == "severity":
            made[value] = (sheet.write_string, named(value), formats[value])
        else:
            made[value] = (sheet.write_string, plain(str(value)), style)
    return [made[value] for value in values]
