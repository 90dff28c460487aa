"""Where the records of an untidy CSV file begin, and which lines cannot be read.

The file is cut at its line ends; one regular expression, run by the engine over all lines at once, finds the lines
that are a whole record by themselves. Only the others are looked at one by one: blank, the beginning of a record
whose quoted value holds line breaks, or malformed.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa

    from connect_kit.engine.duckdb import DuckDBEngine

MOST_BYTES_A_LINE = 1_000_000
MOST_LINES_A_RECORD = 20
_MOST_REPEATS = 1_000  # of RE2; a table with more columns is Python's
_MOST_ATTEMPTS = 200_000  # to join lines in vain; a file of a million unclosed quotes ends in seconds
_SHOWN = 2_000  # characters of a refused line that are kept


@dataclass(frozen=True, slots=True)
class Split:
    """The records of a file.

    Attributes
    ----------
    clean : bytes
        The well-formed records, without header.
    lines : numpy array of int64
        Physical line on which each of them begins.
    refused : pyarrow.Table
        ``line`` (int64), ``reason`` and ``raw`` (text) of each malformed line.
    blank_lines : int
    """

    clean: bytes
    lines: np.ndarray[Any, Any]
    refused: pa.Table
    blank_lines: int


def refused_table(rows: Sequence[tuple[int, str, str]]) -> pa.Table:
    """Refused lines as an Arrow table: line, reason, raw."""
    import pyarrow as pa

    lines, reasons, raws = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "line": pa.array(lines, pa.int64()),
            "reason": pa.array(reasons, pa.string()),
            "raw": pa.array(raws, pa.string()),
        }
    )


def record_pattern(fields: int, delimiter: str) -> str:
    """Regular expression (RE2 and Python) of one record with so many fields, its line end included.

    RFC 4180, and like DuckDB a quote inside an unquoted value is a character as any other, and blanks around a quoted
    value do not count.
    """
    field, mark = _field_pattern(delimiter), re.escape(delimiter)
    more = f"(?:{mark}{field}){{{fields - 1}}}" if fields > 1 else ""
    return f"{field}{more}(?:\\r\\n|\\r|\\n)?"


def _field_pattern(delimiter: str) -> str:
    mark = re.escape(delimiter)
    return f'(?: *"(?:[^"]|"")*" *| *(?:[^"{mark}\\r\\n ][^{mark}\\r\\n]*)?)'


def columns_of(records: bytes, fields: int, delimiter: str) -> list[list[str | None]]:
    """The values of well-formed records, by column; an empty field is None."""
    field = re.compile(f"({_field_pattern(delimiter)})(?:{re.escape(delimiter)}|\\r\\n|\\r|\\n|\\Z)")
    text = records.decode()
    found: list[str | None] = []
    place = 0
    while match := field.match(text, place) if place < len(text) or len(found) % fields else None:
        value = match[1]
        bare = value.strip(" ")
        found.append((bare[1:-1].replace('""', '"') if bare.startswith('"') else value) or None)
        place = match.end()
    return [found[column::fields] for column in range(fields)]


def split_records(engine: DuckDBEngine, path: Path, delimiter: str, fields: int, header_lines: int) -> Split:
    """Cut a plain UTF-8 file into records of so many fields.

    Parameters
    ----------
    engine : DuckDBEngine
        Runs the expression over the lines.
    path : Path
        A file with LF, CRLF or CR line ends of one kind.
    fields : int
        Number of columns of the header.
    """
    import numpy as np

    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    end = 10 if b"\n" in data else 13
    offsets = np.flatnonzero(np.frombuffer(data, np.uint8) == end) + 1
    if not len(offsets) or offsets[-1] != len(data):
        offsets = np.append(offsets, len(data))
    offsets = np.concatenate(([0], offsets)).astype(np.int64)
    lines = _Lines(data, offsets)
    record = record_pattern(fields, delimiter)
    kind = np.ones(len(offsets) - 1, np.int8)  # 1 a record begins here, 0 it goes on, -1 set aside
    kind[:header_lines] = -1
    refused: list[tuple[int, str, str]] = []
    blank = 0
    attempts = 0
    whole = re.compile(record)
    unclosed = re.compile(_unclosed_pattern(fields, delimiter))
    for index in _odd_lines(engine, data, offsets, record, fields).tolist():
        if index < header_lines or kind[index] == 0:
            continue
        text = lines.text(index, index + 1)
        if not text.strip():
            kind[index] = -1
            blank += 1
            continue
        length = 0
        if '"' in text and attempts < _MOST_ATTEMPTS and unclosed.fullmatch(text):
            length, tries = _joined(lines, index, whole)
            attempts += 0 if length else tries
        if length:
            kind[index + 1 : index + length] = 0
        else:
            kind[index] = -1
            refused.append((index + 1, _reason(text, fields, delimiter), text.rstrip("\r\n")[:_SHOWN]))
    return Split(lines.kept(kind >= 0), np.flatnonzero(kind == 1) + 1, refused_table(refused), blank)


class _Lines:
    def __init__(self, data: bytes, offsets: np.ndarray[Any, Any]) -> None:
        self.data, self.offsets = data, offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def text(self, start: int, stop: int) -> str:
        return self.data[self.offsets[start] : self.offsets[stop]].decode()

    def kept(self, keep: np.ndarray[Any, Any]) -> bytes:
        """The bytes of the lines to keep, cut in as few pieces as possible."""
        import numpy as np

        edges = np.flatnonzero(np.diff(np.concatenate(([0], keep.astype(np.int8), [0]))))
        places = self.offsets[edges].tolist()
        return b"".join(self.data[a:b] for a, b in zip(places[0::2], places[1::2], strict=True))


def _fits(line: bytes, whole: re.Pattern[str]) -> bool:
    return len(line) <= MOST_BYTES_A_LINE and whole.fullmatch(line.decode()) is not None


def _odd_lines(
    engine: DuckDBEngine, data: bytes, offsets: np.ndarray[Any, Any], record: str, fields: int
) -> np.ndarray[Any, Any]:
    """Index of every line that is not a whole record by itself."""
    import numpy as np
    import pyarrow as pa

    count = len(offsets) - 1
    text = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))
    if fields > _MOST_REPEATS:
        whole = re.compile(record)
        odd = [i for i in range(count) if not _fits(data[offsets[i] : offsets[i + 1]], whole)]
        return np.array(odd, np.int64)
    with engine.cursor() as cursor:
        cursor.register("file_lines", pa.table({"i": pa.array(np.arange(count)), "line": text}))
        found = cursor.sql(
            "SELECT i FROM file_lines WHERE NOT regexp_full_match(line, ?, 's') OR strlen(line) > ? ORDER BY i",
            params=[record, MOST_BYTES_A_LINE],
        ).to_arrow_table()
    indexes: np.ndarray[Any, Any] = found["i"].to_numpy()
    return indexes


def _unclosed_pattern(fields: int, delimiter: str) -> str:
    return f'(?:{_field_pattern(delimiter)}{re.escape(delimiter)}){{0,{fields - 1}}} *"(?:[^"]|"")*'


def _joined(lines: _Lines, index: int, whole: re.Pattern[str]) -> tuple[int, int]:
    """How many lines from here are one record (0 when none are), and how often that was tried."""
    tries = 0
    for stop in range(index + 2, min(index + MOST_LINES_A_RECORD, len(lines)) + 1):
        if lines.offsets[stop] - lines.offsets[index] > MOST_BYTES_A_LINE:
            break
        if '"' in lines.text(stop - 1, stop):
            tries += 1
            if whole.fullmatch(lines.text(index, stop)):
                return stop - index, tries
    return 0, tries


def _reason(text: str, fields: int, delimiter: str) -> str:
    if len(text.encode()) > MOST_BYTES_A_LINE:
        return f"longer than {MOST_BYTES_A_LINE:,} bytes"
    found = text.count(delimiter) + 1
    if '"' in text:
        try:
            found = len(next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter, strict=True)))
        except (csv.Error, StopIteration):
            found = fields
    if found == fields:
        return "broken quoting: a quote is not closed, or text follows a closing quote"
    return f"{found} field{'s' if found != 1 else ''} where the header has {fields}"
