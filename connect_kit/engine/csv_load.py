"""Reading one CSV file into a table: every value text, every row with its physical line, no line lost.

DuckDB parses. A file of one record a line is read in parallel in place, and a row's line follows from its
position. Anything else (line breaks in values, blank lines, lines that do not parse) goes through
:mod:`connect_kit.engine.csv_lines`, which finds the records' lines and sets aside what cannot be read.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.connect import BLANKS
from connect_kit.engine.csv_lines import (
    MOST_BYTES_A_LINE,
    MOST_LINES_A_RECORD,
    columns_of,
    refused_table,
    split_records,
)
from connect_kit.engine.duckdb import Schema, literal, quoted
from connect_kit.engine.encoding import Probe, chunks, probe_file, write_plain
from connect_kit.engine.scratch import scratch_folder
from connect_kit.engine.sql import arrow_table
from connect_kit.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from connect_kit.engine.csv_tidy import Tidy

DELIMITERS = (",", ";", "\t", "|")
MOST_LINES_ABOVE = 20  # that are looked at for a header
_HEADER_BYTES = 256 * 1024
_FOOTER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A CSV file made ready for loading.

    Attributes
    ----------
    path : Path
        What is read: the file, or a plain copy of it.
    probe : Probe
        The original's bytes; of the copy where there is one.
    original : Probe
        The original's bytes.
    header : tuple of str
        Names as written, undamaged.
    delimiter : str
    header_lines : int
        Physical lines of the header, and of what stands above it.
    above : tuple of (int, str)
        Lines above the header that are not blank.
    header_line : int
        Physical line on which the header begins.
    """

    path: Path
    probe: Probe
    original: Probe
    header: tuple[str, ...] = ()
    delimiter: str = ","
    header_lines: int = 1
    above: tuple[tuple[int, str], ...] = ()
    header_line: int = 1


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What became of a file.

    Attributes
    ----------
    rows : int
        Records read.
    refused : pyarrow.Table
        ``line``, ``reason`` and ``raw`` of records that cannot be read.
    blank_lines : int
        Passed over.
    aside : tuple of (int, str, str)
        Line, kind (``blank``, ``header``, ``footer``) and text of each line that was set aside.
    surplus, short : tuple of int
        Lines of records that had blank fields too many, or lacked some at the end.
    dropped : int
        Columns at the end, without name and without any value, that are left out.
    """

    rows: int
    refused: pa.Table
    blank_lines: int = 0
    aside: tuple[tuple[int, str, str], ...] = ()
    surplus: tuple[int, ...] = ()
    short: tuple[int, ...] = ()
    dropped: int = 0


def open_csv(
    path: Path,
    folder: Path,
    known: Sequence[str] = (),
    advance: Callable[[int], None] | None = None,
    *,
    titles: bool = False,
) -> CsvSource:
    """Find out a file's encoding, delimiter and header; copy it to ``folder`` in plain UTF-8 where it is not.

    ``known`` are column names expected in the header; they decide between the delimiters, and with ``titles`` they
    tell the header from lines above it. A source without header has no text, or no accepted encoding
    (``original.encoding`` is None).
    """
    original = probe_file(path, advance)
    probe, place = original, path
    if original.encoding is None or original.size == 0:
        return CsvSource(path, original, original)
    if original.encoding not in ("utf-8", "utf-8-sig") or original.lone_returns or original.faults:
        place = folder / f"plain-{path.name}"
        try:
            write_plain(path, original.encoding, place, "replace" if original.faults else "strict")
        except UnicodeDecodeError:
            unknown = Probe(None, original.label, original.size)
            return CsvSource(path, unknown, unknown)
        probe = probe_file(place)
    with place.open(encoding="utf-8-sig", newline="") as file:
        start = file.read(_HEADER_BYTES)
    if not start.strip() or not ("\n" in start or "\r" in start or len(start) < _HEADER_BYTES):
        return CsvSource(place, probe, original)
    above = _above(start, known) if titles else []
    start = start[sum(map(len, above)) :]
    first = re.split(r"[\r\n]", start, maxsplit=1)[0]
    delimiter = max(DELIMITERS, key=lambda mark: _known_names(first, mark, known))
    header, lines = _header(start, first, delimiter)
    if place != path and lines == 1:
        _part_header(place, "".join([*above, first]))
    shown = tuple((number, text.rstrip("\r\n")) for number, text in enumerate(above, 1) if text.strip())
    return CsvSource(
        place, probe, original, tuple(header), delimiter, len(above) + lines, shown, header_line=len(above) + 1
    )


def _part_header(copy: Path, until: str) -> None:
    """End the header of a copy at its CR: one quote in a name, and rows would count as of one line with it."""
    data = copy.read_bytes()
    place = len(until.encode()) + len(codecs.BOM_UTF8) * data.startswith(codecs.BOM_UTF8)
    end = data.find(b"\n", place)
    if end > place + 1 and data[place : place + 1] == b"\r":
        copy.write_bytes(data[:place] + re.sub(rb"\r(?!\n)", b"\n", data[place : end + 1]) + data[end + 1 :])


def _above(start: str, known: Sequence[str]) -> list[str]:
    """Lines above the header: those before the first line that names columns as no line before it does."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", start)[: MOST_LINES_ABOVE + 1]
    counts = [max(_known_names(line, mark, known)[0] for mark in DELIMITERS) for line in lines]
    least = min(2, len(known))
    if not counts or counts[0] >= least:
        return []
    place = next((place for place, count in enumerate(counts) if count >= least), 0)
    if not place and not lines[0].strip():  # blank lines, and a header of which no name is known
        place = next((place for place, line in enumerate(lines) if line.strip()), 0)
    return lines[:place]


def _header(start: str, first: str, delimiter: str) -> tuple[list[str], int]:
    """Column names and the physical lines they take; one line where a name that goes on must be an unclosed quote."""
    try:
        header = next(csv.reader([first], delimiter=delimiter, strict=True))
    except StopIteration:
        return [], 1
    except csv.Error:
        with contextlib.suppress(csv.Error, StopIteration):
            reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, strict=True)
            header = next(reader)
            # A name that holds a line break and a separator has swallowed rows, which must not be lost silently.
            swallowed = any(delimiter in name and re.search(r"[\r\n]", name) for name in header)
            if reader.line_num <= MOST_LINES_A_RECORD and not swallowed:
                return header, reader.line_num
        if first.count('"') % 2 == 0:  # such as a blank after a closing quote, which loses nothing
            with contextlib.suppress(csv.Error):
                return next(csv.reader([first], delimiter=delimiter)), 1
        return first.split(delimiter), 1
    return header, 1


def _known_names(line: str, delimiter: str, known: Sequence[str]) -> tuple[int, int]:
    parts = [part.strip(' "\ufeff\r\n').casefold() for part in line.split(delimiter)]
    wanted = {name.casefold() for name in known}
    return sum(part in wanted for part in parts), len(parts)


def load_csv(
    schema: Schema, table: str, source: CsvSource, columns: Sequence[str], tidy: Tidy | None = None
) -> LoadedFile:
    """Load a file's records into a schema: view ``_all_<table>`` with ``_line`` and ``columns``, all text but the line.

    The values are in the table ``_file_<table>``, as written; empty fields are NULL. Rows read, records refused and
    lines set aside together are the records of the file. ``tidy`` says what is set aside and which records are put
    right; nothing when left out.

    Raises
    ------
    EngineError
        When DuckDB does not read what was found to be well formed.
    """
    values, view = quoted(f"_file_{table}"), quoted(f"_all_{table}")
    if source.header_lines == 1 and source.probe.plain and _reads(schema, values, source, columns):
        rows = schema.count(f"_file_{table}")
        if (
            rows == source.probe.lines - 1
            and _whole(schema, values, source, columns, rows)
            and not (tidy and _untidy(schema, values, source.path, columns, tidy))
        ):
            dropped = _drop_unnamed(schema, values, columns, tidy)
            schema.execute(f"CREATE VIEW {view} AS SELECT rowid + 2 AS _line, * FROM {values}")
            return LoadedFile(rows, refused_table([]), dropped=dropped)
    split = split_records(schema.engine, source.path, source.delimiter, len(columns), source.header_lines, tidy)
    with scratch_folder() as folder:
        clean = Path(folder) / "records.csv"
        mark = codecs.BOM_UTF8 if split.clean.startswith(codecs.BOM_UTF8) else b""  # the value's own; DuckDB takes one
        clean.write_bytes(mark + split.clean)
        if not _reads(schema, values, source, columns, clean):
            _read_one_by_one(schema, values, source, columns, split.clean)
    rows = schema.count(f"_file_{table}")
    if rows != len(split.lines):
        msg = f"{source.path.name}: {len(split.lines)} records were found, but {rows} rows were read"
        raise EngineError(msg)
    with schema.engine.cursor((schema.name,)) as cursor:
        cursor.register("starts", arrow_table({"_line": split.lines}))
        cursor.execute(f"CREATE TABLE {quoted('_lines_' + table)} AS SELECT _line FROM starts")
    dropped = _drop_unnamed(schema, values, columns, tidy)
    schema.execute(f"CREATE VIEW {view} AS SELECT * FROM {quoted('_lines_' + table)} POSITIONAL JOIN {values}")
    return LoadedFile(rows, split.refused, split.blank_lines, split.aside, split.surplus, split.short, dropped)


def _untidy(schema: Schema, values: str, path: Path, columns: Sequence[str], tidy: Tidy) -> bool:
    """Whether a file of well-formed lines may hold some that are not records."""
    if schema.execute(f"SELECT 1 FROM {values} WHERE {tidy.rows_sql(columns)} LIMIT 1"):
        return True
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _FOOTER_BYTES))
        lines = re.split(r"[\r\n]+", file.read().decode(errors="replace"))
    return next(tidy.footer(enumerate(reversed(lines[1:]))), None) is not None


def _drop_unnamed(schema: Schema, values: str, columns: Sequence[str], tidy: Tidy | None) -> int:
    """Leave out columns at the end that have neither name nor value, and say how many."""
    unnamed = list(map(quoted, columns[len(columns) - tidy.unnamed :])) if tidy and tidy.unnamed else []
    filled = " OR ".join(f"trim({name}, {literal(BLANKS)}) <> ''" for name in unnamed)
    if not unnamed or schema.execute(f"SELECT 1 FROM {values} WHERE {filled} LIMIT 1"):
        return 0
    for name in unnamed:
        schema.execute(f"ALTER TABLE {values} DROP COLUMN {name}")
    return len(unnamed)


def csv_relation(
    path: Path,
    columns: Sequence[str],
    delimiter: str = ",",
    *,
    header: bool = True,
    longest: int = MOST_BYTES_A_LINE,
) -> str:
    """SQL that reads a file of well-formed records as they are asked for; all text, empty fields NULL."""
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    options = f"columns = {{{types}}}, auto_detect = false, strict_mode = true, quote = '\"', escape = '\"'"
    return (
        f"read_csv({literal(path)}, {options}, delim = {literal(delimiter)}, header = {str(header).lower()}, "
        f"max_line_size = {longest})"
    )


def _reads(schema: Schema, values: str, source: CsvSource, columns: Sequence[str], clean: Path | None = None) -> bool:
    """Let DuckDB read the file strictly; False where it finds a record that does not parse."""
    read = csv_relation(clean or source.path, columns, source.delimiter, header=clean is None)
    try:
        schema.execute(f"CREATE OR REPLACE TABLE {values} AS SELECT * FROM {read}")
    except EngineError:
        return False
    return True


def _whole(schema: Schema, values: str, source: CsvSource, columns: Sequence[str], rows: int) -> bool:
    """Whether no record has a field too many; DuckDB passes over an empty one at the end of a line, even strictly."""
    import numpy as np

    mark = ord(source.delimiter)
    written = sum(int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == mark)) for chunk in chunks(source.path))
    inside = written - (rows + 1) * (len(columns) - 1) - sum(name.count(source.delimiter) for name in source.header)
    if inside == 0:
        return True
    sign = literal(source.delimiter)
    counts = (
        f"CASE WHEN contains({name}, {sign}) THEN strlen({name}) - strlen(replace({name}, {sign}, '')) ELSE 0 END"
        for name in map(quoted, columns)
    )
    return bool(schema.execute(f"SELECT coalesce(sum({' + '.join(counts)}), 0) = ? FROM {values}", [inside])[0][0])


def _read_one_by_one(schema: Schema, values: str, source: CsvSource, columns: Sequence[str], clean: bytes) -> None:
    """The slow way, for records that are well formed but that DuckDB does not accept."""
    data = dict(zip(columns, columns_of(clean, len(columns), source.delimiter), strict=True))
    with schema.engine.cursor((schema.name,)) as cursor:
        cursor.register("records", arrow_table(data))
        cursor.execute(f"CREATE OR REPLACE TABLE {values} AS SELECT * FROM records")
