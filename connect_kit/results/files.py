"""Result files as they come from Connect or from a twin: CSV or Excel, read as text with every line."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit import connect
from connect_kit.connect import BLANKS
from connect_kit.engine import load_csv
from connect_kit.engine.csv_load import open_csv
from connect_kit.errors import ResultsError, SettingError
from connect_kit.uploads.result_rows import unique_names
from connect_kit.uploads.values import ORDER, FileResult, UploadFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connect_kit.engine import Schema
    from connect_kit.uploads.values import Kind

#: Columns by which a row is told again, of each kind.
KEYS: Mapping[Kind, tuple[str, ...]] = {
    "users": ("sourcedId",),
    "classes": ("sourcedId", "schoolSourcedId"),
    "enrollments": ("userSourcedId", "classSourcedId", "schoolSourcedId"),
    "guardians": ("studentSourcedId", "guardianSourcedId", "givenName", "familyName"),
    "student_attributes": ("studentSourcedId",),
}
#: Those of them without which no row can be told.
MUST: Mapping[Kind, tuple[str, ...]] = {
    "users": ("sourcedId",),
    "classes": ("sourcedId",),
    "enrollments": ("userSourcedId", "classSourcedId"),
    "guardians": ("studentSourcedId",),
    "student_attributes": ("studentSourcedId",),
}
#: What tells a kind by its columns, the most telling first (student_attributes has one known column only).
_MARKS: Mapping[Kind, tuple[str, ...]] = {
    "enrollments": ("userSourcedId", "classSourcedId"),
    "guardians": ("studentSourcedId", "givenName", "familyName"),
    "users": ("sourcedId", "role", "givenName", "familyName"),
    "classes": ("sourcedId", "title"),
    "student_attributes": ("studentSourcedId",),
}
#: Names of what Connect says of a row (S4: result and action; the others: kit decision, no article names them).
_SAID: Mapping[str, tuple[str, ...]] = {
    "result": ("result",),
    "action": ("action",),
    "code": ("code", "error code", "error_code"),
    "message": ("message", "error", "errors", "error message", "error_message", "reason", "details"),
}
_OF_KIT = {"verdict", "forecast_result"}  # columns of results.csv, which the kit itself writes


@dataclass(frozen=True, slots=True)
class TextTable:
    """A file's records in a schema, all text.

    Attributes
    ----------
    path : Path
    name : str
        The view ``_all_<name>`` has ``_line`` and the columns, whose names are those of the header made unique.
    columns : tuple of str
    header : tuple of str
        As written.
    refused : tuple of (int, str)
        Lines that are no record, and why.
    numbers : bool
        Whether cells of a spreadsheet held numbers, which have lost their leading zeros.
    """

    path: Path
    name: str
    columns: tuple[str, ...]
    header: tuple[str, ...]
    refused: tuple[tuple[int, str], ...] = ()
    numbers: bool = False

    def inputs(self, kind: Kind) -> dict[str, str]:
        """Connect's columns for a kind, each with the name of its column here; the first where one is repeated."""
        found: dict[str, str] = {}
        for column, written in zip(self.columns, self.header, strict=True):
            found.setdefault(canonical(kind, written), column)
        return found


def canonical(kind: Kind, written: str) -> str:
    """Connect's spelling of a column, or the name as written where Connect knows none."""
    plain = written.strip(BLANKS)
    known = {name.casefold(): name for name in connect.FILES[kind].columns}
    known |= {} if kind in connect.ALIASES else connect.ALIASES[""]
    known |= connect.ALIASES.get(kind, {})
    return known.get(plain.casefold(), plain)


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A result file that was read.

    Attributes
    ----------
    table : TextTable
    kind : str
        Told by its name or its columns.
    said : mapping of str to str
        ``result`` and those of ``action``, ``code``, ``message`` that it has, each with its column.
    """

    table: TextTable
    kind: Kind
    said: Mapping[str, str]

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.table.path


def files_of(path: str | Path) -> tuple[Path, ...]:
    """The result files that a path means: itself, or the CSV and Excel files of a folder.

    Raises
    ------
    ResultsError
        When there is none.
    """
    place = Path(path).expanduser()
    if place.is_dir():
        found = sorted(
            file
            for file in place.iterdir()
            if file.suffix.casefold() in (".csv", ".xlsx") and not file.name.startswith((".", "~$")) and file.is_file()
        )
        if not found:
            raise ResultsError(f"{place}: holds no CSV or Excel file; give the folder that you downloaded results to")
        return tuple(found)
    if not place.is_file():
        raise ResultsError(f"{place}: no such file; give a result file downloaded from Connect, or a folder of them")
    return (place,)


def read_result_file(schema: Schema, name: str, path: Path) -> ResultFile | None:
    """Read one; None where it is no result file, for it has no column ``result``.

    Raises
    ------
    ResultsError
        When it cannot be read, or its columns do not tell which file was uploaded.
    """
    workbook = path.suffix.casefold() in (".xlsx", ".xlsm")
    table = _from_workbook(schema, name, path) if workbook else read_table(schema, name, path)
    if table is None:
        return None
    plain = [written.strip(BLANKS).casefold() for written in table.header]
    if "result" not in plain or set(plain) >= _OF_KIT:
        return None
    kind = _kind(table)
    return ResultFile(table, kind, _said(table, connect.FILES[kind].columns))


def said_beyond(file: ResultFile, sent: Sequence[str]) -> ResultFile:
    """The same file, knowing the header that was sent: an attribute called ``code`` is not what Connect says."""
    return ResultFile(file.table, file.kind, _said(file.table, sent))


def _said(table: TextTable, sent: Iterable[str]) -> dict[str, str]:
    left = [name.strip(BLANKS).casefold() for name in sent]
    beyond: dict[str, str] = {}
    for column, written in zip(table.columns, table.header, strict=True):
        plain = written.strip(BLANKS).casefold()
        if plain in left:
            left.remove(plain)
        else:
            beyond[plain] = column  # the last of several: Connect's stand behind the input's (decision 15)
    found = {}
    for said, names in _SAID.items():
        there = [beyond[name] for name in names if name in beyond]
        if there:
            found[said] = there[0]
    return found


def _kind(table: TextTable) -> Kind:
    named = [kind for kind in ORDER if re.search(rf"(?<![a-z]){kind}(?![a-z])", table.path.name.casefold())]
    for kind in [*named, *_MARKS]:
        wanted = MUST[kind] if kind in named else _MARKS[kind]
        if set(wanted) <= set(table.inputs(kind)):
            return kind
    told = "; ".join(f"{kind}: {', '.join(MUST[kind])}" for kind in ORDER)
    raise ResultsError(
        f"{table.path}: its columns do not tell which file was uploaded; expected the uploaded columns before 'result' "
        f"({told}). Download the result again and leave its columns as they are"
    )


def read_table(schema: Schema, name: str, path: Path) -> TextTable:
    """Read a CSV file into a schema.

    Raises
    ------
    ResultsError
        When it is none, or damaged.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="connect-kit-") as scratch:
            known = {column for file in connect.FILES.values() for column in file.columns}
            source = open_csv(path, Path(scratch), (*known, "result"))
            if source.original.encoding is None or not source.header:
                raise ResultsError(f"{path}: is no CSV or Excel (.xlsx) file, or an empty one; download it again")
            columns = unique_names(source.header)
            loaded = load_csv(schema, name, source, columns)
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror or error}); check its rights") from error
    refused = tuple((int(row["line"]), str(row["reason"])) for row in loaded.refused.to_pylist())
    return TextTable(path, name, columns, source.header, refused)


def _from_workbook(schema: Schema, name: str, path: Path) -> TextTable | None:
    from connect_kit.results.workbook import read_sheet

    sheet = read_sheet(path)
    if sheet is None:
        return None
    columns = unique_names(sheet.header)
    sheet.store(schema, name, columns)
    return TextTable(path, name, columns, sheet.header, numbers=sheet.numbers)


def forecasts_of(forecast: Any) -> tuple[FileResult, ...]:
    """What a dry run told of each file.

    Raises
    ------
    SettingError
        For what is no result.
    ResultsError
        For a real upload.
    """
    if forecast is None:
        return ()
    files: tuple[FileResult, ...] = _listed(forecast, FileResult, "forecast; give the UploadResult of a dry run")
    if not all(file.dry_run for file in files):
        raise ResultsError("the forecast is a real upload; give the UploadResult of the dry run before it")
    return files


def sent_of(plan: Any, forecasts: Sequence[FileResult]) -> tuple[UploadFile, ...]:
    """The files of a plan, or those that were forecast where there is no plan."""
    if plan is None:
        return tuple(result.file for result in forecasts)
    return _listed(plan, UploadFile, "plan; give an UploadPlan, from plan_upload or read_plan(folder)")


def _listed(thing: Any, kind: type, wanted: str) -> tuple[Any, ...]:
    """The files of a plan or a result, or files that are given one by one."""
    listed = getattr(thing, "files", thing)
    found = tuple(listed) if isinstance(listed, Iterable) else (None,)
    if not all(isinstance(one, kind) for one in found):
        raise SettingError(f"{type(thing).__name__} is not a {wanted}")
    return found
