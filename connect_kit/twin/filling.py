"""Making a twin: an empty one, one from a workspace's files, an invented one."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.connect import WORKSPACE_FILES
from connect_kit.engine import create_table, create_text_table, quoted, statements
from connect_kit.errors import SettingError, TwinError, WorkspaceError
from connect_kit.roster.workspace import Workspace, load_tables, read_workspace
from connect_kit.twin.activity import log, now
from connect_kit.twin.database import SCHEMA_VERSION, created
from connect_kit.twin.exporting import EXTRA_FILES
from connect_kit.twin.stored_settings import parsed, spelled
from connect_kit.twin.values import Settings

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.twin.database import Session

_DISTRICT = "district"  # stands among the exported settings; no setting is called so
_temporary: list[tempfile.TemporaryDirectory[str]] = []  # samples without a path; gone when the process ends


def make(path: Path, district: str, schools: Mapping[str, str | None] | Sequence[str]) -> None:
    """Make the twin of an empty workspace; its schools are called ``S001`` and so on (kit decision).

    Raises
    ------
    TwinError
        When the path is taken or cannot be written, a name is blank, or a School ID is given twice.
    """
    named = dict(schools) if isinstance(schools, Mapping) else dict.fromkeys(schools)
    given = [school_id for school_id in named.values() if school_id]
    twice = next((school_id for school_id in given if given.count(school_id) > 1), None)
    if twice is not None:
        raise TwinError(f"{path}: School ID {twice!r} is given to two schools; a School ID belongs to one")
    if not all(name.strip() for name in named):
        raise TwinError(f"{path}: the name of a school is blank; give every school a name")
    with created(path) as session, session.transaction():
        for number, (name, school_id) in enumerate(named.items(), 1):
            session.execute("INSERT INTO schools VALUES (?, ?, ?)", [f"S{number:03d}", name, school_id or None])
        session.execute("INSERT INTO counters VALUES ('CC', 1), ('CS', 1), ('CU', 1)")
        _finish(session, path, district, Settings(), f"empty, with {len(named)} schools")


def fill(path: Path, workspace: Workspace | str | Path, district: str | None) -> None:
    """Make a twin that holds a workspace.

    A guardian or member of staff with several SIS IDs has a line for each of them.

    Parameters
    ----------
    path : Path
    workspace : Workspace or path
        Of a folder the files in :data:`connect_kit.twin.exporting.EXTRA_FILES` are read too, where there are any.
    district : str, optional
        By default the name that a twin has exported, or that of the folder.

    Raises
    ------
    WorkspaceError
        When the folder cannot be read, or what it holds does not hang together: IDs that are blank, stand there twice
        or are nowhere. Names the file and the line.
    TwinError
        When the path is taken or cannot be written.
    """
    _fill(path, workspace, district)


def _fill(path: Path, workspace: Workspace | str | Path, district: str | None, also: str = "") -> None:
    source = workspace if isinstance(workspace, Workspace) else Path(workspace).expanduser()
    with created(path) as session:
        place = source.path if isinstance(source, Workspace) else source
        inputs = _copied(source, session) if isinstance(source, Workspace) else _read(source, session)
        session.look_in(*(schema.name for schema in inputs))
        for statement in statements(__package__, "filling_checks.sql"):
            session.execute(statement)
        _refuse_problems(session, place)
        with session.transaction():
            for statement in (
                *statements(__package__, "filling.sql"),
                *(statements(__package__, also) if also else ()),
            ):
                session.execute(statement)
            told = dict(session.execute("SELECT name, coalesce(value, '') FROM workspace_settings"))
            named = district or told.get(_DISTRICT) or place.stem
            students = session.one("SELECT count(*) FROM students")
            what = f"filled with a workspace of {students:,} students"
            _finish(session, path, named, _settings(told, place), what)


def sample(path: Path | None, students: int, seed: int) -> Path:
    """Make the twin of an invented district, whose students made by hand have some history and attributes.

    Raises
    ------
    SettingError
        For a number of students that no sample has.
    TwinError
        When the path is taken or cannot be written.
    """
    from connect_kit.samples import sample_roster

    if path is None:
        _temporary.append(tempfile.TemporaryDirectory(prefix="connect-kit-"))
        path = Path(_temporary[-1].name) / "sample.duckdb"
    with tempfile.TemporaryDirectory(prefix="connect-kit-") as folder:
        written = sample_roster(folder, students=students, seed=seed, faults="none", duplicates=True, existing=True)
        _fill(path, written.workspace, "Sample District", "filling_history.sql")
    return path


def _copied(workspace: Workspace, session: Session) -> tuple[Schema, ...]:
    """Take a workspace over from another engine."""
    schema = session.engine.new_schema("input")
    for name, columns in WORKSPACE_FILES.items():
        chosen = ", ".join(map(quoted, columns))
        rows = workspace.schema.engine.arrow(
            f"SELECT _line, {chosen} FROM workspace_{name} ORDER BY _line", schemas=(workspace.schema.name,)
        )
        create_table(schema, f"workspace_{name}", rows)
    return schema, _without_extras(session)


def _read(folder: Path, session: Session) -> tuple[Schema, ...]:
    if not (folder / "settings.csv").is_file():
        return read_workspace(folder, engine=session.engine).schema, _without_extras(session)
    # A twin has exported it: blanks around a value are the value's own.
    schema = session.engine.new_schema("input")
    load_tables(schema, folder, {**WORKSPACE_FILES, **EXTRA_FILES}, as_written=True)
    return (schema,)


def _without_extras(session: Session) -> Schema:
    schema = session.engine.new_schema("input")
    for name, columns in EXTRA_FILES.items():
        create_text_table(schema, f"workspace_{name}", columns)
    return schema


def _refuse_problems(session: Session, place: Path) -> None:
    problems = session.execute("SELECT file, line, told FROM problems ORDER BY file, line, told LIMIT 1")
    if problems:
        count = int(session.one("SELECT count(*) FROM problems"))
        file, line, told = problems[0]
        more = f" ({count - 1:,} more of the kind)" if count > 1 else ""
        raise WorkspaceError(
            f"{place / file}.csv, line {line}: {told}{more}; correct it there or on Connect, and fill the twin again"
        )


def _settings(told: Mapping[str, str], place: Path) -> Settings:
    try:
        return parsed({name: value for name, value in told.items() if name != _DISTRICT})
    except SettingError as error:
        raise WorkspaceError(f"{place / 'settings.csv'}: {error}") from error


def _finish(session: Session, path: Path, district: str, settings: Settings, what: str) -> None:
    if not district.strip():
        raise TwinError(f"{path}: the district has no name; give one")
    meta = {"schemaVersion": SCHEMA_VERSION, "district": district.strip(), "id": uuid.uuid4().hex, "made": now()}
    for table, values in (("meta", meta), ("settings", spelled(settings))):
        for name, value in values.items():
            session.execute(f"INSERT INTO {table} VALUES (?, ?)", [name, value])
    log(session, "made", what)
