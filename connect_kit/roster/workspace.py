"""Reading a district's Connect workspace from exported CSV files (decisions, "The workspace as files")."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from connect_kit.connect import WORKSPACE_FILES
from connect_kit.display.html import table_html
from connect_kit.engine import create_text_table, default_engine, load_csv, quoted
from connect_kit.engine.arguments import checked
from connect_kit.engine.csv_load import open_csv
from connect_kit.engine.places import unusable
from connect_kit.engine.room import is_full
from connect_kit.engine.scratch import scratch_folder
from connect_kit.errors import SettingError, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from connect_kit.engine import DuckDBEngine, Schema
    from connect_kit.roster.value import Roster

#: The column that says whether a record is archived, and how people and spreadsheets write that it is, and that not.
_ARCHIVED = "archived"
_YES, _NO = ("true", "t", "yes", "y", "1", "x", "archived"), ("", "false", "f", "no", "n", "0", "active")
#: The file of a twin's export that holds the workspace's settings, and its columns.
_SETTINGS = ("settings.csv", ("name", "value"))
#: The file of a twin's export, and table of a workspace, that holds the schools of students beside their first one.
FURTHER_SCHOOLS = {"student_schools": ("connectStudentId", "connectSchoolId", "place")}


@dataclass(frozen=True, eq=False)
class Workspace:
    """The state of one district on Connect.

    ``workspace.schools``, ``.classrooms``, ``.students``, ``.guardians``, ``.staff`` and ``.enrollments`` are
    DataFrames of text with the columns of the exported files; ``archived`` is ``true`` or ``false``, however written.

    Attributes
    ----------
    schema : Schema
        Where the tables live, each as ``workspace_<name>``.
    path : Path
    rows : mapping of str to int
        Rows of each table.
    student_id : {"id", "number"}
        The setting Student ID (S14): whether ``studentId`` is the sourcedId of users.csv, or its identifier.
    """

    schema: Schema = field(repr=False)
    path: Path
    rows: Mapping[str, int]
    student_id: Literal["id", "number"] = "id"

    @property
    def shown_id(self) -> str:
        """SQL of what a row of users.csv is shown under on Connect, as student."""
        return "coalesce(identifier, sourcedId)" if self.student_id == "number" else "sourcedId"

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in WORKSPACE_FILES:
            raise AttributeError(f"a workspace has no {name!r}; its tables are {', '.join(WORKSPACE_FILES)}")
        columns = ", ".join(quoted(column) for column in WORKSPACE_FILES[name])
        found = self.schema.frame(f"SELECT _line AS line, {columns} FROM workspace_{name} ORDER BY line")
        return found.set_index("line")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *WORKSPACE_FILES]

    def summary(self) -> pd.DataFrame:
        """One row per table: ``table`` and ``rows``."""
        import pandas as pd

        return pd.DataFrame(list(self.rows.items()), columns=["table", "rows"])

    def __repr__(self) -> str:
        return "Workspace(" + ", ".join(f"{name} {rows:,}" for name, rows in self.rows.items()) + ")"

    def _repr_html_(self) -> str:
        return table_html(self.summary())


@checked(paths=False)
def read_workspace(
    path: str | Path, *, engine: DuckDBEngine | None = None, student_id: Literal["id", "number"] | None = None
) -> Workspace:
    """Read a district's Connect workspace from a folder of exported CSV files.

    Parameters
    ----------
    path : str or Path
        Folder with schools.csv and any of classrooms.csv, students.csv, guardians.csv, staff.csv, enrollments.csv;
        a missing one is an empty table.
    engine : DuckDBEngine, optional
        Must be the roster's; both share the process's own engine when left out.
    student_id : {"id", "number"}, optional
        The workspace's setting Student ID (S14): ``"number"`` where its studentIds are the identifiers of users.csv.
        By default what the export of a twin says, and ``"id"`` for any other.

    Returns
    -------
    Workspace

    Raises
    ------
    WorkspaceError
        When the folder holds no workspace, a file of it cannot be read whole, or a value of ``archived`` says neither
        that a record is archived nor that it is not: with file, line and value.
    """
    if expected := unusable(path):
        raise WorkspaceError(f"{ascii(str(path))[:200]}: cannot be read; expected {expected}")
    folder = Path(path)
    there = False
    with contextlib.suppress(RuntimeError, OSError):  # an unknown ~user, a name too long: not a folder either
        folder = folder.expanduser()
        there = folder.is_dir()
    if not there:
        raise WorkspaceError(
            f"{folder}: no such folder; give the folder with Connect's schools.csv and the other exports"
        )
    if not any((folder / f"{name}.csv").is_file() for name in WORKSPACE_FILES):
        raise WorkspaceError(f"{folder}: holds none of {', '.join(f'{name}.csv' for name in WORKSPACE_FILES)}")
    schema = (engine or default_engine()).new_schema("workspace")
    rows = load_tables(schema, folder, WORKSPACE_FILES)
    if (folder / _SETTINGS[0]).is_file():  # a twin has exported it
        load_tables(schema, folder, FURTHER_SCHOOLS)
    else:
        for name, columns in FURTHER_SCHOOLS.items():
            create_text_table(schema, f"workspace_{name}", columns)
    return Workspace(schema, folder, rows, student_id or _setting(schema, folder))


def _setting(schema: Schema, folder: Path) -> Literal["id", "number"]:
    """The setting Student ID, as a twin has exported it."""
    if not (folder / _SETTINGS[0]).is_file():
        return "id"
    name, columns = _SETTINGS[0].partition(".")[0], _SETTINGS[1]
    load_tables(schema, folder, {name: columns})
    found = schema.execute(f"SELECT 1 FROM workspace_{name} WHERE name = 'student_id' AND value = 'number'")
    return "number" if found else "id"


def load_tables(
    schema: Schema, folder: Path, files: Mapping[str, tuple[str, ...]], *, as_written: bool = False
) -> dict[str, int]:
    """Load files of a folder as ``workspace_<name>``: ``_line`` and the columns; a missing file is an empty table.

    Parameters
    ----------
    schema : Schema
    folder : Path
    files : mapping of str to tuple of str
        Columns that each file must have.
    as_written : bool
        Keep blanks around a value, which mean something in what a twin has exported.

    Returns
    -------
    dict of str to int
        Rows of each table.

    Raises
    ------
    WorkspaceError
        When a file cannot be read whole, or lacks a column.
    """
    rows = {}
    with scratch_folder() as scratch:
        for name, columns in files.items():
            file = folder / f"{name}.csv"
            if file.is_file():
                rows[name] = _load(schema, name, file, Path(scratch), columns)
                if not as_written:
                    _trim(schema, name, columns)
                if _ARCHIVED in columns:
                    _read_archived(schema, name, file)
            else:
                create_text_table(schema, f"workspace_{name}", columns)
                rows[name] = 0
    return rows


def _load(schema: Schema, name: str, file: Path, scratch: Path, columns: tuple[str, ...]) -> int:
    try:
        source = open_csv(file, scratch, columns)
    except OSError as error:
        if is_full(error):  # the disk for temporary files
            raise
        raise WorkspaceError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    if source.original.encoding is None or not source.header:
        raise WorkspaceError(f"{file}: is not a CSV text file; export it from Connect again")
    for line, odd in source.original.faults:
        raise WorkspaceError(f"{file}, line {line}: the bytes {odd} are not UTF-8; export it from Connect again")
    header = [column.strip() for column in source.header]
    missing = [column for column in columns if column not in header]
    if missing:
        raise WorkspaceError(f"{file}: column {missing[0]!r} is missing; expected {','.join(columns)}")
    if len({name.casefold() for name in header}) < len(header):
        raise WorkspaceError(f"{file}: a column is repeated; expected {','.join(columns)}")
    # Other columns are not used, so that they may be called anything.
    loaded = load_csv(schema, name, source, [c if c in columns else f"other {i}" for i, c in enumerate(header)])
    if loaded.refused.num_rows:
        first = loaded.refused.slice(0, 1).to_pylist()[0]
        raise WorkspaceError(f"{file}, line {first['line']}: {first['reason']}; export it from Connect again")
    chosen = ", ".join(map(quoted, columns))
    schema.execute(f"CREATE VIEW workspace_{name} AS SELECT _line, {chosen} FROM {quoted('_all_' + name)}")
    return loaded.rows


def _trim(schema: Schema, name: str, columns: tuple[str, ...]) -> None:
    values = quoted(f"_file_{name}")
    for column in map(quoted, columns):  # blanks around a value are a spreadsheet's; blanks alone are not a value
        # Few values hold a blank, and looking for one is sooner done than trimming.
        blanks = f"CASE WHEN contains({column}, ' ') THEN {column} <> trim({column}) ELSE false END"
        if schema.execute(f"SELECT 1 FROM {values} WHERE {blanks} LIMIT 1"):
            schema.execute(f"UPDATE {values} SET {column} = nullif(trim({column}), '') WHERE {blanks}")


def _read_archived(schema: Schema, name: str, file: Path) -> None:
    """Write ``true`` or ``false`` for whatever says so."""
    values, written = quoted(f"_file_{name}"), f"lower(trim(coalesce({_ARCHIVED}, '')))"
    other = f"SELECT _line, {_ARCHIVED} FROM workspace_{name} WHERE list_contains($1, {written}) IS NOT TRUE"
    wrong = schema.execute(f"{other} ORDER BY _line", [[*_YES, *_NO]])
    if wrong:
        line, value = wrong[0]
        more = f" ({len(wrong) - 1:,} more of the kind)" if len(wrong) > 1 else ""
        raise WorkspaceError(
            f"{file}, line {line}: archived is {value!r}; expected true or false{more}; correct it there or on "
            "Connect, and read it again"
        )
    schema.execute(f"UPDATE {values} SET {_ARCHIVED} = list_contains($1, {written})::VARCHAR", [list(_YES)])


def require_same_engine(roster: Roster, workspace: Workspace | None) -> None:
    """Check that roster and workspace are on one engine, so that one query sees both.

    Raises
    ------
    SettingError
        When they are not.
    """
    if workspace is not None and workspace.schema.engine is not roster.schema.engine:
        raise SettingError("roster and workspace are on different engines; pass the same engine= to both readers")


def empty_workspace(schema: Schema) -> None:
    """Make the tables of a workspace that holds nothing, where there is none."""
    for name, columns in WORKSPACE_FILES.items():
        create_text_table(schema, f"workspace_{name}", columns)
