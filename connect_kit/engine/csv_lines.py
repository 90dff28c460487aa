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
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa

    from connect_kit.engine.csv_tidy import Tidy
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
    aside : tuple of (int, str, str)
        Line, kind and text of each line that was set aside.
    surplus, short : tuple of int
        Lines of records that had blank fields too many, or lacked some at the end; they are among the clean ones.
    """

    clean: bytes
    lines: np.ndarray[Any, Any]
    refused: pa.Table
    blank_lines: int
    aside: tuple[tuple[int, str, str], ...] = ()
    surplus: tuple[int, ...] = ()
    short: tuple[int, ...] = ()


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


def record_pattern(fields: int, delimiter: str, *, surplus: bool = False) -> str:
    """Regular expression (RE2 and Python) of one record with so many fields, its line end included.

    ``surplus``: blank fields may follow.

    RFC 4180, and like DuckDB a quote inside an unquoted value is a character as any other, and blanks around a quoted
    value do not count.
    """
    field, mark = field_pattern(delimiter), re.escape(delimiter)
    more = f"(?:{mark}{field}){{{fields - 1}}}" if fields > 1 else ""
    beyond = f'(?:{mark} *(?:" *" *)?)*' if surplus else ""
    return f"{field}{more}{beyond}(?:\\r\\n|\\r|\\n)?"


def field_pattern(delimiter: str) -> str:
    """Regular expression (RE2 and Python) of one field."""
    mark = re.escape(delimiter)
    return f'(?: *"(?:[^"]|"")*" *| *(?:[^"{mark}\\r\\n ][^{mark}\\r\\n]*)?)'


def columns_of(records: bytes, fields: int, delimiter: str) -> list[list[str | None]]:
    """The values of well-formed records, by column; an empty field is None."""
    field = re.compile(f"({field_pattern(delimiter)})(?:{re.escape(delimiter)}|\\r\\n|\\r|\\n|\\Z)")
    text = records.decode()
    found: list[str | None] = []
    place = 0
    while match := field.match(text, place) if place < len(text) or len(found) % fields else None:
        value = match[1]
        bare = value.strip(" ")
        found.append((bare[1:-1].replace('""', '"') if bare.startswith('"') else value) or None)
        place = match.end()
    return [found[column::fields] for column in range(fields)]


def split_records(
    engine: DuckDBEngine, path: Path, delimiter: str, fields: int, header_lines: int, tidy: Tidy | None = None
) -> Split:
    """Cut a plain UTF-8 file into records of so many fields.

    Parameters
    ----------
    engine : DuckDBEngine
        Runs the expression over the lines.
    path : Path
        A file whose lines end in LF or CRLF, or in CR alone; other line ends may stand inside quoted values.
    fields : int
        Number of columns of the header.
    tidy : Tidy, optional
        What is to be set aside, and which records are put right; nothing when left out.
    """
    import numpy as np

    lines = _Lines(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    record = record_pattern(fields, delimiter)
    kind = np.ones(len(lines), np.int8)  # 1 a record begins here, 0 it goes on, -1 set aside
    kind[:header_lines] = -1
    aside: list[tuple[int, str, str]] = []
    if tidy:
        for index in tidy.footer(lines.from_the_end(header_lines)):
            kind[index] = -1
            aside.append((index, "footer", lines.shown(index)))
    refused: list[tuple[int, str, str]] = []
    surplus: list[int] = []
    short: list[int] = []
    lacking: set[int] = set()
    blank = 0
    attempts = 0
    whole = re.compile(record)
    loose = re.compile(record_pattern(fields, delimiter, surplus=tidy is not None))
    unclosed = re.compile(_unclosed_pattern(fields, delimiter))
    for index in _odd_lines(engine, lines, record, fields, tidy).tolist():
        if kind[index] != 1:
            continue
        text = lines.text(index, index + 1)
        if not text.strip():
            kind[index] = -1
            blank += 1
            continue
        look = tidy.look(text) if tidy and len(text) <= MOST_BYTES_A_LINE else None
        if look and look.aside:
            kind[index] = -1
            aside.append((index, look.aside, lines.shown(index)))
            continue
        # The last line, without a line end and shorter than all others, was cut off in the middle of a value.
        cut_off = look and look.lacking and look.lacking not in lacking and not text.endswith(("\n", "\r"))
        if look and not cut_off:
            lacking.add(look.lacking)
            if not look.lacking:
                surplus.append(index)
            elif tidy and look.lacking > tidy.unnamed:  # columns without a name are none that a row could lack
                short.append(index)
            lines.edit(index, index + 1, look.kept, look.lacking)
            continue
        if tidy and _fits(text.encode(), whole):  # such as a value that is a column's name
            continue
        length = 0
        if '"' in text and attempts < _MOST_ATTEMPTS and unclosed.fullmatch(text):
            length, tries = _joined(lines, index, loose)
            attempts += 0 if length else tries
        if length:
            kind[index + 1 : index + length] = 0
            if tidy and (kept := tidy.cut(lines.text(index, index + length))):
                surplus.append(index)
                lines.edit(index, index + length, kept, 0)
        else:
            kind[index] = -1
            refused.append((index, _reason(text, fields, delimiter), lines.shown(index)))
    place = lines.numbers
    return Split(
        lines.kept(kind, delimiter),
        place[np.flatnonzero(kind == 1)],
        refused_table([(int(place[index]), why, raw) for index, why, raw in refused]),
        blank,
        tuple((int(place[index]), why, raw) for index, why, raw in sorted(aside)),
        tuple(place[surplus].tolist()),
        tuple(place[short].tolist()),
    )


class _Lines:
    """The lines of a file, and what is to be changed in them."""

    def __init__(self, data: bytes) -> None:
        import numpy as np

        self.data = data
        end = 10 if b"\n" in data else 13
        array = np.frombuffer(data, np.uint8)
        offsets = np.flatnonzero(array == end) + 1
        if not len(offsets) or offsets[-1] != len(data):
            offsets = np.append(offsets, len(data))
        self.offsets = np.concatenate(([0], offsets)).astype(np.int64)
        self.cuts: list[tuple[int, int]] = []
        self.added: list[tuple[int, int]] = []
        #: Physical line of each line; one that ends in CR alone, inside a value, counts for an editor.
        self.numbers = np.arange(1, len(self.offsets))
        if end == 10 and b"\r" in data:
            returns = np.flatnonzero(array == 13)
            alone = returns[array[np.minimum(returns + 1, len(data) - 1)] != 10]
            self.numbers += np.searchsorted(alone, self.offsets[:-1])

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def text(self, start: int, stop: int) -> str:
        return self.data[self.offsets[start] : self.offsets[stop]].decode()

    def shown(self, index: int) -> str:
        return self.text(index, index + 1).rstrip("\r\n")[:_SHOWN]

    def from_the_end(self, header_lines: int) -> Iterator[tuple[int, str]]:
        """Each line with its index, the last one first."""
        for index in range(len(self) - 1, header_lines - 1, -1):
            if self.offsets[index + 1] - self.offsets[index] > MOST_BYTES_A_LINE:
                return
            yield index, self.text(index, index + 1)

    def edit(self, start: int, stop: int, kept: int, lacking: int) -> None:
        """Keep only so many bytes of a record before its line end, or add so many separators there."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        last = first + len(self.data[first:last].rstrip(b"\r\n"))
        if lacking:
            self.added.append((last, lacking))
        else:
            self.cuts.append((first + kept, last))

    def kept(self, kind: np.ndarray[Any, Any], delimiter: str) -> bytes:
        """The bytes of the lines to keep, as changed, cut in as few pieces as possible."""
        import numpy as np

        keep = kind >= 0
        unix = self._ends_of_records(kind)
        if not (self.cuts or self.added or len(unix)):
            edges = np.flatnonzero(np.diff(np.concatenate(([0], keep.astype(np.int8), [0]))))
            places = self.offsets[edges].tolist()
            return b"".join(self.data[a:b] for a, b in zip(places[0::2], places[1::2], strict=True))
        array, mask = np.frombuffer(self.data, np.uint8), np.repeat(keep, np.diff(self.offsets))
        mask[unix] = False
        for first, last in self.cuts:
            mask[first:last] = False
        if self.added:
            places = np.repeat(*np.array(self.added, np.int64).T)
            array, mask = np.insert(array, places, ord(delimiter)), np.insert(mask, places, True)
        return array[mask].tobytes()

    def _ends_of_records(self, kind: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Places of the CR in CRLF at the end of records, where not all lines end alike: DuckDB wants one kind."""
        import numpy as np

        array, ends = np.frombuffer(self.data, np.uint8), self.offsets[1:]
        pairs = (ends >= 2) & (array[ends - 1] == 10) & (array[np.maximum(ends - 2, 0)] == 13)
        if pairs.all() or not pairs.any():
            return np.array([], np.int64)
        last = (kind >= 0) & (np.append(kind[1:], 1) != 0)
        places: np.ndarray[Any, Any] = ends[pairs & last] - 2
        return places


def _fits(line: bytes, whole: re.Pattern[str]) -> bool:
    return len(line) <= MOST_BYTES_A_LINE and whole.fullmatch(line.decode()) is not None


def _odd_lines(
    engine: DuckDBEngine, lines: _Lines, record: str, fields: int, tidy: Tidy | None
) -> np.ndarray[Any, Any]:
    """Index of every line that is not a whole record by itself, or that may be set aside."""
    import numpy as np
    import pyarrow as pa

    count, data, offsets = len(lines), lines.data, lines.offsets
    text = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))
    if fields > _MOST_REPEATS:
        whole = re.compile(record)
        pieces = (data[offsets[i] : offsets[i + 1]] for i in range(count))
        odd = [i for i, piece in enumerate(pieces) if not _fits(piece, whole) or (tidy and tidy.may_be_aside(piece))]
        return np.array(odd, np.int64)
    aside = tidy.aside_sql("line") if tidy else "false"
    with engine.cursor() as cursor:
        cursor.register("file_lines", pa.table({"i": pa.array(np.arange(count)), "line": text}))
        found = cursor.sql(
            "SELECT i FROM file_lines WHERE NOT regexp_full_match(line, ?, 's') OR strlen(line) > ? "
            f"OR {aside} ORDER BY i",
            params=[record, MOST_BYTES_A_LINE],
        ).to_arrow_table()
    indexes: np.ndarray[Any, Any] = found["i"].to_numpy()
    return indexes


def _unclosed_pattern(fields: int, delimiter: str) -> str:
    return f'(?:{field_pattern(delimiter)}{re.escape(delimiter)}){{0,{fields - 1}}} *"(?:[^"]|"")*'


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
