"""Making a twin: an empty one, one from a workspace's files, an invented one."""

from __future__ import annotations

import atexit
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.connect import WORKSPACE_FILES
from connect_kit.engine import create_table, create_text_table, quoted
from connect_kit.engine.scratch import make_scratch, remove_scratch, scratch_folder
from connect_kit.errors import SettingError, TwinError, WorkspaceError
from connect_kit.roster.workspace import Workspace, load_tables, read_workspace
from connect_kit.samples import sample_roster
from connect_kit.twin.activity import log, now
from connect_kit.twin.database import SCHEMA_VERSION, create_session
from connect_kit.twin.exporting import EXTRA_FILES
from connect_kit.twin.values import Settings

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.twin.session import Session

_DISTRICT = "district"  # is among the exported settings; no setting has this name


def make(path: Path, district: str, schools: Mapping[str, str | None] | Sequence[str]) -> None:
    """Make the file of :meth:`Twin.new`."""
    named = dict(schools) if isinstance(schools, Mapping) else dict.fromkeys(schools)
    given = [school_id for school_id in named.values() if school_id]
    repeated = next((school_id for school_id in given if given.count(school_id) > 1), None)
    if repeated is not None:
        raise TwinError(f"{path}: School ID {repeated!r} is given to two schools; a School ID belongs to one")
    if not all(name.strip() for name in named):
        raise TwinError(f"{path}: the name of a school is blank; give every school a name")
    with create_session(path) as session, session.transaction():
        for number, (name, school_id) in enumerate(named.items(), 1):
            session.execute("INSERT INTO schools VALUES (?, ?, ?)", [f"S{number:03d}", name, school_id or None])
        session.execute("INSERT INTO counters VALUES ('CC', 1), ('CS', 1), ('CU', 1)")
        _finish(session, path, district, Settings(), f"empty, with {len(named)} schools")


def fill(path: Path, workspace: Workspace | str | Path, district: str | None, *, history: bool = False) -> None:
    """Make the file of :meth:`Twin.fill`; ``history`` gives students made by hand an invented one, for samples."""
    source = workspace if isinstance(workspace, Workspace) else Path(workspace).expanduser()
    with create_session(path) as session:
        place = source.path if isinstance(source, Workspace) else source
        inputs = _copied(source, session) if isinstance(source, Workspace) else _read(source, session)
        session.set_search_path(*(schema.name for schema in inputs))
        session.script(__package__, "filling_checks.sql")
        _refuse_problems(session, place)
        with session.transaction():
            session.script(__package__, "filling.sql")
            if history:
                session.script(__package__, "filling_history.sql")
            texts = dict(session.execute("SELECT name, coalesce(value, '') FROM workspace_settings"))
            named = district or texts.pop(_DISTRICT, "") or place.stem
            texts.pop(_DISTRICT, None)
            try:
                settings = Settings.from_text(texts)
            except SettingError as error:
                raise WorkspaceError(f"{place / 'settings.csv'}: {error}") from error
            students = session.one("SELECT count(*) FROM students")
            _finish(session, path, named, settings, f"filled with a workspace of {students:,} students")


def sample(path: Path | None, students: int, seed: int) -> Path:
    """Make the file of :meth:`Twin.sample`, and return its path."""
    if path is None:
        made = make_scratch()
        atexit.register(remove_scratch, made)
        path = Path(made) / "sample.duckdb"
    with scratch_folder() as folder:
        written = sample_roster(folder, students=students, seed=seed, faults="none", duplicates=True, existing=True)
        fill(path, written.workspace, "Sample District", history=True)
    return path


def _copied(workspace: Workspace, session: Session) -> tuple[Schema, ...]:
    """Copy a workspace from another engine."""
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
    problems = session.execute("SELECT file, line, problem FROM problems ORDER BY file, line, problem LIMIT 1")
    if problems:
        count = int(session.one("SELECT count(*) FROM problems"))
        file, line, problem = problems[0]
        more = f" ({count - 1:,} more of the kind)" if count > 1 else ""
        raise WorkspaceError(
            f"{place / file}.csv, line {line}: {problem}{more}; correct it there or on Connect, and fill the twin again"
        )


def _finish(session: Session, path: Path, district: str, settings: Settings, what: str) -> None:
    if not district.strip():
        raise TwinError(f"{path}: the district has no name; give one")
    meta = {"schemaVersion": SCHEMA_VERSION, "district": district.strip(), "id": uuid.uuid4().hex, "made": now()}
    for table, values in (("meta", meta), ("settings", settings.to_text())):
        for name, value in values.items():
            session.execute(f"INSERT INTO {table} VALUES (?, ?)", [name, value])
    log(session, "made", what)
