"""The result file: the input's columns, then result, action, code and message, one row a record (decision 15).

The engine makes the lines, a stretch at a time, as the bytes that are written.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from connect_kit.engine import literal, quoted
from connect_kit.engine.files import reach_the_disk
from connect_kit.engine.room import reason
from connect_kit.errors import EngineError, OutputError
from connect_kit.uploads.values import RESULT_COLUMNS, Tally, children_removed_path, disconnected_path, removed_path

if TYPE_CHECKING:
    import pyarrow as pa

    from connect_kit.twin.processing.job import Job
    from connect_kit.uploads.values import UploadFile

_STRETCH = 200_000  # lines that are made at once; cancelling takes effect between two
_WHAT = {"users": "other", "student_attributes": "attributes"}
_MALFORMED = "file.malformed_line"
_SPECIAL = '",\r\n'


def result_path(folder: Path, file: UploadFile, place: int) -> Path:
    """Where the result of a file is written."""
    school = f"-{_plain(file.school)}" if file.school else ""
    return folder / f"{place:02d}-{file.kind}{school}-result.csv"


def part_of(path: Path) -> Path:
    """Where a result file is written before its upload has ended well."""
    return path.with_name(path.name + ".part")


def _plain(school: str) -> str:
    """A school's ID as it may stand in a file name."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in school)


def make_remarks(job: Job) -> None:
    """Make the temporary table ``remarks`` (``_line``, ``error``, ``code``, ``message``) from refusals and notes."""
    job.sql(
        "CREATE TEMP TABLE remarks AS SELECT _line, true AS error, code, message FROM refused "
        "UNION ALL SELECT _line, false, code, message FROM notes"
    )


def tallies(job: Job) -> tuple[Tally, ...]:
    """How many rows ended alike."""
    kind = job.given.file.kind
    rows = job.sql(
        "SELECT school, what, result, action, sum(n)::BIGINT FROM ("
        "SELECT o.school, o.what, CASE WHEN t.error THEN 'ERROR' ELSE 'SUCCESS' END AS result, o.action, count(*) AS n "
        "FROM outcome AS o LEFT JOIN (SELECT _line, error FROM remarks WHERE error) AS t ON t._line = o._line "
        "GROUP BY ALL "
        f"UNION ALL SELECT {literal(job.school) if job.school else 'NULL'}, {literal(_WHAT.get(kind, kind))}, 'ERROR', "
        "'SKIPPED', count(*) FROM malformed HAVING count(*) > 0) GROUP BY ALL ORDER BY ALL NULLS LAST"
    )
    return tuple(Tally(*row) for row in rows)


def refusals(job: Job) -> dict[str, int]:
    """How many rows were refused, by code."""
    rows = job.sql(
        "SELECT code, count(*) FROM refused GROUP BY code "
        f"UNION ALL SELECT {literal(_MALFORMED)}, count(*) FROM malformed HAVING count(*) > 0 ORDER BY code"
    )
    return dict(rows)


def write(job: Job, path: Path, *, lasting: bool) -> None:
    """Write the result file.

    Parameters
    ----------
    job : Job
    path : Path
    lasting : bool
        Whether it must be on the disk for good when this returns.

    Raises
    ------
    OutputError
        When it cannot be written; nothing of it is left.
    UploadCancelledError
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _private(path) as out:
            out.write((",".join(map(_field, (*job.given.header, *RESULT_COLUMNS))) + "\r\n").encode())
            for lines in _stretches(job):
                for chunk in lines.column("line").chunks:
                    out.write(_bytes(chunk))
            out.flush()
            if lasting:
                os.fsync(out.fileno())
    except OSError as error:
        remove(path)
        raise OutputError(
            f"{path}: the result cannot be written ({reason(error)}); the file changed nothing on "
            "Connect. Make room or give another folder, and upload again"
        ) from error
    except BaseException:
        remove(path)
        raise


def write_list(job: Job, path: Path, table: str, columns: Sequence[str], *, lasting: bool) -> None:
    """Write whom a file disconnected or removed, one a line: IDs only. As :func:`write`."""
    chosen = ", ".join(map(quoted, columns))
    try:
        with _private(path):
            pass
        job.sql(
            f"COPY (SELECT {chosen} FROM {table} ORDER BY ALL) TO {literal(path)} "
            "(FORMAT csv, HEADER true, NEW_LINE '\r\n', USE_TMP_FILE false)"
        )
        if lasting:
            reach_the_disk(path)
    except (OSError, EngineError) as error:
        remove(path)
        raise OutputError(
            f"{path}: whom the file takes away cannot be listed ({reason(error)}); the file changed nothing on "
            "Connect. Make room or give another folder, and upload again"
        ) from error


def remove_parts(path: Path) -> None:
    """Delete what was written of a result before its upload failed."""
    part = part_of(path)
    for left in (part, disconnected_path(part), removed_path(part), children_removed_path(part)):
        remove(left)


def remove(path: Path) -> None:
    """Delete a file that is worth nothing."""
    with contextlib.suppress(OSError):
        path.unlink()


def _private(path: Path) -> IO[bytes]:
    """A new file that only its owner may read, as it holds names, whatever was there before."""
    if path.is_file() or not path.exists():  # and not a device
        path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _stretches(job: Job) -> Iterator[pa.Table]:
    """The lines of the file, in order, each with its line end."""
    given = job.given
    raw, place = quoted(given.raw), given.place
    fields = [_sql_field(quoted(c), special) for c, special in zip(given.columns, _specials(job), strict=True)]
    values = " || ',' || ".join(fields)
    remarks = job.exists("remarks")
    last = int(job.sql("SELECT greatest((SELECT max(_line) FROM outcome), (SELECT max(line) FROM malformed))")[0][0])
    message = _sql_field("t.message", True)
    tail = (
        "CASE WHEN t.error THEN ',ERROR,' ELSE ',SUCCESS,' END || o.action || ',' || "
        f"coalesce(t.code, '') || ',' || {message}"
        if remarks
        else "',SUCCESS,' || o.action || ',,'"
    )
    own = "rowid" if place.startswith("rowid") else "_line"
    shift = 2 if own == "rowid" else 0
    empty = literal("," * (len(given.columns) - 1) + f",ERROR,SKIPPED,{_MALFORMED},")
    for start in range(0, last + 1, _STRETCH):
        job.report_stage("writing", min(start, given.rows))
        stop = start + _STRETCH
        here = f"BETWEEN {start} AND {stop - 1}"
        join = f"LEFT JOIN (SELECT * FROM remarks WHERE _line {here}) AS t ON t._line = r._line" if remarks else ""
        sql = (
            f"SELECT r._line, {values} || {tail} || chr(13) || chr(10) AS line FROM "
            f"(SELECT {place} AS _line, {', '.join(map(quoted, given.columns))} FROM {raw} "
            f"WHERE {own} BETWEEN {start - shift} AND {stop - 1 - shift}) AS r "
            f"JOIN (SELECT _line, action FROM outcome WHERE _line {here}) AS o ON o._line = r._line {join}"
        )
        if given.malformed:
            broken = _sql_field("'line ' || line || ' cannot be read: ' || reason", True)
            sql += f" UNION ALL SELECT line, {empty} || {broken} || chr(13) || chr(10) FROM malformed WHERE line {here}"
        yield job.arrow(f"SELECT line FROM ({sql}) ORDER BY _line")


def _specials(job: Job) -> list[bool]:
    """For each column whether some value of it must be quoted."""
    if not job.given.quotes:
        return [False] * len(job.given.columns)
    found = ", ".join(f"bool_or({_is_special(quoted(column))})" for column in job.given.columns)
    row = job.sql(f"SELECT {found} FROM {quoted(job.given.raw)}")[0]
    return [bool(value) for value in row]


def _is_special(value: str) -> str:
    return f"regexp_matches({value}, '[\",\\r\\n]')"


def _sql_field(value: str, special: bool) -> str:
    """SQL of a value as a field of RFC 4180, quoted only where it must be."""
    if not special:
        return f"coalesce({value}, '')"
    return (
        f"CASE WHEN {value} IS NULL THEN '' WHEN {_is_special(value)} "
        f"THEN '\"' || replace({value}, '\"', '\"\"') || '\"' ELSE {value} END"
    )


def _field(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if any(mark in value for mark in _SPECIAL) else value


def _bytes(lines: Any) -> memoryview:
    """The bytes of an array of text, one after the other, as they lie in memory."""
    import numpy as np

    if not len(lines):
        return memoryview(b"")
    _, offsets, data = lines.buffers()
    width = np.int64 if str(lines.type).startswith("large") else np.int32
    places = np.frombuffer(offsets, width)
    return memoryview(data)[int(places[lines.offset]) : int(places[lines.offset + len(lines)])]
