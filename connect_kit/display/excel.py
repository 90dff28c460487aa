"""xlsxwriter as the kit uses it: a book that survives a full disk, and rows written fast."""

from __future__ import annotations

import io
import re
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from connect_kit.display.charts import named
from connect_kit.display.html import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

#: Excel's last row, less the one with the titles.
MOST_ROWS: Final = 1_048_576 - 1
#: Excel's longest text in a cell is 32,767.
LONGEST_TEXT: Final = 32_000

# What XML cannot hold or would change; written as it is, Excel would call the file damaged.
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# How a formula begins, for one spreadsheet or another.
_FORMULA = r"(?![+-]?[0-9]+(?:[.,][0-9]+)?$)[=+\-@\t\r]"
# Excel reads this in a text as a character's number, unless its first character is written so.
_LIKE_A_NUMBERED_CHARACTER = re.compile("(_x[0-9a-fA-F]{4}_)")


def plain(text: str) -> str:
    """The text as a cell can hold it; ``[U+0007]`` stands for a character that XML cannot hold."""
    shown = _NOT_XML.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)
    if len(shown) > LONGEST_TEXT:
        return f"{shown[:LONGEST_TEXT]} [cut: {len(shown):,} characters]"
    return shown


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """A table for a CSV file that people open in a spreadsheet: what would run there gets an apostrophe before it.

    A number with its sign stays as it is.
    """
    made = frame.copy()
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if not is_number(column):
            runs = column.astype("string").str.match(_FORMULA, na=False).to_numpy(bool)
            if runs.any():
                made[name] = column.astype(object).where(~runs, "'" + column.astype("string").astype(object))
    return made


def is_number(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers: counts and line numbers, never IDs."""
    return getattr(column.dtype, "kind", "O") in "iuf"


def save_book(path: Path, fill: Callable[[Any], None]) -> None:
    """Make a workbook at ``path``; ``fill`` is given the xlsxwriter workbook to write into.

    Raises
    ------
    OSError
        When the disk is full or refuses; nothing is left open.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    refused: tuple[int | None, str] | None = None
    # Sheets pass through scratch files, so memory does not grow with the rows. They stand beside
    # the workbook: only one disk must have room.
    with (
        tempfile.TemporaryDirectory(prefix=".connect-kit-", dir=path.parent, ignore_cleanup_errors=True) as scratch,
        _Sink(path, "wb") as sink,
    ):
        options = {
            "constant_memory": True, "tmpdir": scratch, "strings_to_formulas": False,
            "strings_to_urls": False, "strings_to_numbers": False,
        }  # fmt: skip
        book = xlsxwriter.Workbook(sink, options)
        try:
            fill(book)
            book.close()
        except FileCreateError as error:  # How xlsxwriter hands on what the system said.
            refused = _reason(error.args[0])
            sink.failed = True
        except OSError as error:
            refused = _reason(error)
            sink.failed = True
        finally:
            book.fileclosed = True  # Its destructor would try to write once more.
            for sheet in book.worksheets():
                for handle in (sheet.row_data_fh, sheet.fh):
                    with suppress(OSError):
                        handle.close()
    if refused:
        # A new error: the traceback of the old one would keep xlsxwriter's files open.
        raise OSError(*refused)


def _reason(error: Any) -> tuple[int | None, str]:
    return getattr(error, "errno", None), getattr(error, "strerror", None) or str(error)


class _Sink(io.FileIO):
    """A file that takes what is written after a failure and drops it.

    Python's ZIP writer writes its last record even when it is thrown away, and would complain.
    """

    failed = False

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        done = 0
        while not self.failed and done < len(view):
            done += super().write(view[done:]) or 0
        return len(view)

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0 if self.failed else super().seek(offset, whence)

    def tell(self) -> int:
        return 0 if self.failed else super().tell()

    def flush(self) -> None:
        if not self.failed:
            super().flush()


def write_rows(sheet: Any, first: int, frame: pd.DataFrame, formats: Mapping[str, Any]) -> int:
    """Write the rows of a frame from row ``first`` on; the number of the next row.

    xlsxwriter's own way takes over a minute for a million rows of eight columns. This one puts the
    XML of whole rows together and hands it to the sheet's scratch file, in a third of that.

    Parameters
    ----------
    sheet : xlsxwriter worksheet
        Of a book in constant-memory mode.
    first : int
        Counted from 0.
    frame : pandas.DataFrame
    formats : mapping of str to xlsxwriter format
        By column, and for a column ``severity`` by severity.
    """
    from xlsxwriter.utility import xl_col_to_name

    if frame.empty:
        return first
    columns = [_cells(frame.iloc[:, place], formats) for place in range(frame.shape[1])]
    letters = [f'<c r="{xl_col_to_name(place)}' for place in range(frame.shape[1])]
    lines = []
    for number, values in enumerate(zip(*columns, strict=True), first + 1):
        cells = [f"{letter}{number}{value}" for letter, value in zip(letters, values, strict=True) if value]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    following = first + len(frame)
    sheet._write_single_row(following)  # Writes the row before, which is still held back.
    sheet._check_dimensions(following - 1, frame.shape[1] - 1)
    sheet.fh.write("".join(lines))
    return following


def _cells(column: pd.Series[Any], formats: Mapping[str, Any]) -> list[str]:
    """What follows a cell's address, for each value of a column; empty where there is none."""
    style = formats[str(column.name)]._get_xf_index()
    values = column.tolist()
    if is_number(column):
        return ["" if missing(one) else f'" s="{style}"><v>{one}</v></c>' for one in values]
    # Codes, tables and messages repeat; each different text is made once.
    made: dict[Any, str] = {}
    for value in values:
        if value in made:
            continue
        if missing(value):
            made[value] = ""
        elif column.name == "severity":
            made[value] = _text_cell(named(value), formats[value]._get_xf_index())
        else:
            made[value] = _text_cell(plain(str(value)), style)
    return [made[value] for value in values]


def _text_cell(text: str, style: int) -> str:
    written = escape(_LIKE_A_NUMBERED_CHARACTER.sub(r"_x005F\1", text))
    return f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'
