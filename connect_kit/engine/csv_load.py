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
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.engine.csv_lines import (
    MOST_BYTES_A_LINE,
    MOST_LINES_A_RECORD,
    columns_of,
    refused_table,
    split_records,
)
from connect_kit.engine.duckdb import Schema, literal, quoted
from connect_kit.engine.encoding import Probe, chunks, probe_file, write_plain
from connect_kit.engine.sql import arrow_table
from connect_kit.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

DELIMITERS = (",", ";", "\t")
_HEADER_BYTES = 256 * 1024


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
        Physical lines of the header.
    """

    path: Path
    probe: Probe
    original: Probe
    header: tuple[str, ...] = ()
    delimiter: str = ","
    header_lines: int = 1


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What became of a file: ``rows`` read, ``refused`` records, ``blank_lines`` passed over."""

    rows: int
    refused: pa.Table
    blank_lines: int = 0


def open_csv(
    path: Path, folder: Path, known: Sequence[str] = (), advance: Callable[[int], None] | None = None
) -> CsvSource:
    """Find out a file's encoding, delimiter and header; copy it to ``folder`` in plain UTF-8 where it is not.

    ``known`` are column names expected in the header; they decide between the delimiters.
    A source without header has no text, or no accepted encoding (``original.encoding`` is None).
    """
    original = probe_file(path, advance)
    probe, place = original, path
    if original.encoding is None or original.size == 0:
        return CsvSource(path, original, original)
    if not original.plain:
        place = folder / f"plain-{path.name}"
        try:
            write_plain(path, original.encoding, place)
        except UnicodeDecodeError:
            unknown = Probe(None, original.label, original.size)
            return CsvSource(path, unknown, unknown)
        probe = probe_file(place)
    with place.open(encoding="utf-8-sig", newline="") as file:
        start = file.read(_HEADER_BYTES)
    if not start.strip() or not ("\n" in start or "\r" in start or len(start) < _HEADER_BYTES):
        return CsvSource(place, probe, original)
    first = re.split(r"[\r\n]", start, maxsplit=1)[0]
    delimiter = max(DELIMITERS, key=lambda mark: _known_names(first, mark, known))
    header, lines = _header(start, first, delimiter)
    return CsvSource(place, probe, original, tuple(header), delimiter, lines)


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
    parts = [part.strip(' "\ufeff').casefold() for part in line.split(delimiter)]
    wanted = {name.casefold() for name in known}
    return sum(part in wanted for part in parts), len(parts)


def load_csv(schema: Schema, table: str, source: CsvSource, columns: Sequence[str]) -> LoadedFile:
    """Load a file's records into a schema: view ``_all_<table>`` with ``_line`` and ``columns``, all text but the line.

    The values are in the table ``_file_<table>``, as written; empty fields are NULL. Rows read and records refused
    together are the records of the file.

    Raises
    ------
    EngineError
        When DuckDB does not read what was found to be well formed.
    """
    values, view = quoted(f"_file_{table}"), quoted(f"_all_{table}")
    if source.header_lines == 1 and _reads(schema, values, source, columns):
        rows = schema.count(f"_file_{table}")
        if rows == source.probe.lines - 1 and _whole(schema, values, source, columns, rows):
            schema.execute(f"CREATE VIEW {view} AS SELECT rowid + 2 AS _line, * FROM {values}")
            return LoadedFile(rows, refused_table([]))
    split = split_records(schema.engine, source.path, source.delimiter, len(columns), source.header_lines)
    with tempfile.TemporaryDirectory(prefix="connect-kit-") as folder:
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
    schema.execute(f"CREATE VIEW {view} AS SELECT * FROM {quoted('_lines_' + table)} POSITIONAL JOIN {values}")
    return LoadedFile(rows, split.refused, split.blank_lines)


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
