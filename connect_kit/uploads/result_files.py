"""Files that were uploaded and their results, one at a time: a target's own, or Connect's; CSV or Excel, all text.

What is compared, and what follows from it, is in ``results``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit import connect
from connect_kit.connect import BLANKS
from connect_kit.engine import create_table, default_engine, load_csv, quoted
from connect_kit.engine.csv_load import csv_relation, open_csv
from connect_kit.engine.scratch import scratch_folder
from connect_kit.errors import ResultsError
from connect_kit.uploads.result_workbook import read_sheet
from connect_kit.uploads.values import ORDER, RESULT_COLUMNS

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.uploads.values import Kind

#: Columns that identify a row, of each kind.
KEYS: Mapping[Kind, tuple[str, ...]] = {
    "users": ("sourcedId",),
    "classes": ("sourcedId", "schoolSourcedId"),
    "enrollments": ("userSourcedId", "classSourcedId", "schoolSourcedId"),
    "guardians": ("studentSourcedId", "guardianSourcedId", "givenName", "familyName"),
    "student_attributes": ("studentSourcedId",),
}
#: Those of them without which no row can be identified.
REQUIRED_KEYS: Mapping[Kind, tuple[str, ...]] = {
    "users": ("sourcedId",),
    "classes": ("sourcedId",),
    "enrollments": ("userSourcedId", "classSourcedId"),
    "guardians": ("studentSourcedId",),
    "student_attributes": ("studentSourcedId",),
}
#: Columns that show a kind, the most distinctive first (student_attributes has one known column only).
_MARKS: Mapping[Kind, tuple[str, ...]] = {
    "enrollments": ("userSourcedId", "classSourcedId"),
    "guardians": ("studentSourcedId", "givenName", "familyName"),
    "users": ("sourcedId", "role", "givenName", "familyName"),
    "classes": ("sourcedId", "title"),
    "student_attributes": ("studentSourcedId",),
}
#: Names of the columns of an answer (S4: result and action; the others: kit decision, no article names them).
RESULT_ALIASES: Mapping[str, tuple[str, ...]] = {
    "result": ("result",),
    "action": ("action",),
    "code": ("code", "error code", "error_code"),
    "message": ("message", "error", "errors", "error message", "error_message", "reason", "details"),
}
_LONGEST = 2**24  # bytes of a line, to which the answer has added
_OF_KIT = {"verdict", "forecast_result"}  # columns of results.csv, which the kit itself writes


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that was uploaded, or its result: every record, all text.

    Attributes
    ----------
    path : Path
    kind : str
    table : str
        The view ``_all_<table>`` of a schema has ``_line`` and the columns.
    header : tuple of str
        As written.
    columns : tuple of str
        The same names, made unique.
    answer : mapping of str to str
        ``result`` and those of ``action``, ``code``, ``message`` that it has, each with its column.
    refused : tuple of (int, str)
        Lines that cannot be read, and why.
    """

    path: Path
    kind: Kind
    table: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    answer: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[tuple[int, str], ...] = ()

    @property
    def view(self) -> str:
        """Its rows, as SQL names them."""
        return quoted(f"_all_{self.table}")

    @property
    def inputs(self) -> dict[str, str]:
        """Connect's columns, each with the name of its column here; the first where one is repeated."""
        return _inputs(self.kind, self.header, self.columns)

    def bind_to_header(self, sent: Sequence[str]) -> TextFile:
        """The same result, knowing the header that was sent: an attribute called ``code`` is not Connect's."""
        return replace(self, answer=_answer(self.header, self.columns, sent))

    def drop(self, schema: Schema) -> None:
        """Drop its rows, of which there may be millions."""
        schema.execute(f"DROP VIEW {self.view}")
        schema.execute(f"DROP TABLE {quoted('_file_' + self.table)}")
        schema.execute(f"DROP TABLE IF EXISTS {quoted('_lines_' + self.table)}")


def read_text_file(schema: Schema, table: str, path: Path, kind: Kind) -> TextFile:
    """Read a CSV file that was uploaded.

    Raises
    ------
    ResultsError
        When it is not one, or damaged.
    """
    header, refused = _load_csv(schema, table, path)
    return TextFile(path, kind, table, header, unique_names(header), refused=refused)


def read_result_file(schema: Schema, table: str, path: Path, kind: Kind | None = None) -> TextFile | None:
    """Read a result; None where it is not one, as it has no column ``result``.

    Parameters
    ----------
    schema : Schema
    table : str
    path : Path
    kind : str, optional
        By default its name or its columns show it.

    Raises
    ------
    ResultsError
        When it cannot be read, or its columns do not show which file was uploaded.
    """
    refused: tuple[tuple[int, str], ...] = ()
    if path.suffix.casefold() in (".xlsx", ".xlsm"):
        sheet = read_sheet(path)
        if sheet is None:
            return None
        header = sheet.header
        texts = {column: [row[at] for row in sheet.rows] for at, column in enumerate(unique_names(header))}
        create_table(schema, f"_file_{table}", texts)
        lines = f"SELECT rowid + {sheet.first} AS _line, * FROM {quoted('_file_' + table)}"
        schema.execute(f"CREATE VIEW {quoted('_all_' + table)} AS {lines}")
    else:
        header, refused = _load_csv(schema, table, path)
    names = set(map(_plain, header))
    if "result" not in names or names >= _OF_KIT:
        return None
    columns = unique_names(header)
    kind = kind or _kind(path, header)
    return TextFile(path, kind, table, header, columns, _answer(header, columns, connect.FILES[kind].columns), refused)


def read_own_result(path: Path, kind: Kind) -> tuple[Schema, TextFile]:
    """Read the result that an upload wrote, as table ``rows`` of a schema of its own.

    Raises
    ------
    ResultsError
        When the file is gone, or no longer what the upload wrote.
    """
    schema = default_engine().new_schema("result")
    return schema, _own(path, read_result_file(schema, "rows", path, kind))


def scan_own_result(path: Path, kind: Kind) -> tuple[str, TextFile]:
    """SQL that reads the result that an upload wrote when it is executed, and its columns.

    Raises
    ------
    OSError
        When the file cannot be read.
    ResultsError
        When it is no longer what the upload wrote.
    """
    with path.open(encoding="utf-8", newline="") as reading:
        header = tuple(next(csv.reader(reading), ()))
    columns = unique_names(header)
    answer = _answer(header, columns, connect.FILES[kind].columns)
    file = _own(path, TextFile(path, kind, "", header, columns, answer))
    return csv_relation(path, columns, longest=_LONGEST), file


def _own(path: Path, file: TextFile | None) -> TextFile:
    if file is None or file.header[-len(RESULT_COLUMNS) :] != RESULT_COLUMNS:
        raise ResultsError(f"{path}: is not a result file any more; upload again")
    return file


def _load_csv(schema: Schema, table: str, path: Path) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    """Header and refused lines of a CSV file that is loaded as table ``table``."""
    known = (*(column for file in connect.FILES.values() for column in file.columns), "result")
    try:
        with scratch_folder() as scratch:
            source = open_csv(path, Path(scratch), known)
            if source.original.encoding is None or not source.header:
                raise ResultsError(f"{path}: is not a CSV or Excel (.xlsx) file, or an empty one; download it again")
            loaded = load_csv(schema, table, source, unique_names(source.header))
    except OSError as error:
        reason = error.strerror or error
        raise ResultsError(f"{path}: cannot be read ({reason}); check that it is there, and its permissions") from error
    return source.header, tuple((int(row["line"]), str(row["reason"])) for row in loaded.refused.to_pylist())


def _plain(written: str) -> str:
    return written.strip(BLANKS).casefold()


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of a header, each one once; a repeated one gets its place."""
    made: list[str] = []
    taken = {"_line"}
    for place, written in enumerate(header, 1):
        name = written.strip(BLANKS) or f"column {place}"
        chosen = name if name.casefold() not in taken else f"{name} ({place})"
        taken.add(chosen.casefold())
        made.append(chosen)
    return tuple(made)


def _inputs(kind: Kind, header: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    known = {name.casefold(): name for name in connect.FILES[kind].columns}
    known |= {} if kind in connect.ALIASES else connect.ALIASES[""]
    known |= connect.ALIASES.get(kind, {})
    found: dict[str, str] = {}
    for written, column in zip(header, columns, strict=True):
        found.setdefault(known.get(_plain(written), written.strip(BLANKS)), column)
    return found


def _answer(header: Sequence[str], columns: Sequence[str], sent: Sequence[str]) -> dict[str, str]:
    """The columns of the answer: those beyond what was sent, the last of several (decision 15)."""
    left = list(map(_plain, sent))
    beyond: dict[str, str] = {}
    for name, column in zip(map(_plain, header), columns, strict=True):
        if name in left:
            left.remove(name)
        else:
            beyond[name] = column
    found = {}
    for name, aliases in RESULT_ALIASES.items():
        there = [beyond[alias] for alias in aliases if alias in beyond]
        if there:
            found[name] = there[0]
    return found


def _kind(path: Path, header: Sequence[str]) -> Kind:
    named = [kind for kind in ORDER if re.search(rf"(?<![a-z]){kind}(?![a-z])", path.name.casefold())]
    for kind in [*named, *_MARKS]:
        wanted = REQUIRED_KEYS[kind] if kind in named else _MARKS[kind]
        if set(wanted) <= set(_inputs(kind, header, header)):
            return kind
    expected = "; ".join(f"{kind}: {', '.join(REQUIRED_KEYS[kind])}" for kind in ORDER)
    raise ResultsError(
        f"{path}: its columns do not show which file was uploaded; expected the uploaded columns before 'result' "
        f"({expected}). Download the result again and leave its columns as they are"
    )
