"""Looking at what a twin holds: as a workspace, as files, as tables, as one number that tells whether two are equal."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.connect import WORKSPACE_FILES
from connect_kit.engine import default_engine, literal, quoted, statements
from connect_kit.errors import EngineError, OutputError, TwinError
from connect_kit.roster import Workspace
from connect_kit.twin.database import STATE, Session, opened
from connect_kit.twin.stored_settings import read_settings

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.engine import DuckDBEngine
    from connect_kit.twin.twin import Twin
    from connect_kit.twin.values import Settings

#: What an export writes beside the workspace's files, because these have no place for it (kit decision):
#: the settings and the name of the district, further schools, the IDs that the roster's files refer to where students
#: show another, details of accounts that no line of guardians or staff tells, and so on. Only what differs from what
#: :func:`connect_kit.twin.filling.fill` takes for granted stands there.
EXTRA_FILES: Mapping[str, tuple[str, ...]] = {
    "settings": ("name", "value"),
    "counters": ("kind", "next"),
    "student_schools": ("connectStudentId", "connectSchoolId", "place"),
    "student_ids": ("connectStudentId", "sourcedId"),
    "accounts": tuple("connectUserId givenName familyName email sms phone language".split()),
    "staff_schools": ("connectUserId", "connectSchoolId", "place"),
    "relationships": ("connectStudentId", "connectUserId", "managed"),
    "student_attributes": ("connectStudentId", "name", "value"),
    "history": ("historyId", "connectStudentId", "kind", "happened"),
}
_LOOK = "a look at it"
_SHOWN = tuple(table for table in STATE if table not in ("settings", "counters"))


def workspace(twin: Twin, engine: DuckDBEngine | None) -> Workspace:
    """The twin's state as the value that the other verbs take, on the given engine or the process's own.

    An account with several SIS IDs of a kind has a row for each of them.
    """
    schema = (engine or default_engine()).new_schema("workspace")
    rows = {}
    with opened(twin.path, _LOOK, write=False, of=twin.id) as session:
        queries = _queries(session)
        for name, columns in WORKSPACE_FILES.items():
            chosen = ", ".join(map(quoted, columns))
            found = session.arrow(
                f"SELECT row_number() OVER (ORDER BY {chosen}) + 1 AS _line, {chosen} FROM {queries[name]}"
            )
            with schema.engine.cursor((schema.name,)) as cursor:
                cursor.register("found", found)
                cursor.execute(f"CREATE TABLE workspace_{name} AS SELECT * FROM found ORDER BY _line")
            rows[name] = found.num_rows
    return Workspace(schema, twin.path, rows)


def export(twin: Twin, folder: Path) -> None:
    """Write the workspace's files and :data:`EXTRA_FILES`; only their owner may read them.

    A line break in a value comes back as a line feed, whatever it was (decision 3).

    Raises
    ------
    OutputError
        When the folder cannot be written; files that stood there before are as they were.
    """
    written: dict[Path, Path] = {}
    with opened(twin.path, "an export", write=False, of=twin.id) as session:
        queries = _queries(session)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, columns in {**WORKSPACE_FILES, **EXTRA_FILES}.items():
                part = folder / f".{name}.{secrets.token_hex(4)}.part"
                written[part] = folder / f"{name}.csv"
                os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                chosen = ", ".join(map(quoted, columns))
                session.execute(
                    f"COPY (SELECT {chosen} FROM {queries[name]} ORDER BY ALL) TO {literal(part)} "
                    "(FORMAT csv, HEADER true, USE_TMP_FILE false)"
                )
            for part, file in written.items():
                part.replace(file)
        except OSError as error:
            raise OutputError(
                f"{folder}: cannot be written ({error.strerror or error}); give another folder"
            ) from error
        except EngineError as error:
            raise OutputError(f"{folder}: cannot be written ({error}); make room, or give another folder") from error
        finally:
            for part in written:
                with suppress(OSError):
                    part.unlink(missing_ok=True)


def table(twin: Twin, name: str) -> pd.DataFrame:
    """One of the twin's tables.

    Raises
    ------
    TwinError
        When there is none of this name.
    """
    if name not in _SHOWN:
        raise TwinError(f"a twin has no table {name!r}; its tables are {', '.join(sorted(_SHOWN))}")
    with opened(twin.path, _LOOK, write=False, of=twin.id) as session:
        return session.frame(f"SELECT * FROM {name} ORDER BY ALL")


def student(twin: Twin, student: str) -> pd.DataFrame:
    """All that a student's record holds: ``what``, ``value``.

    Raises
    ------
    TwinError
        When no student has the ID, or several do.
    """
    with opened(twin.path, _LOOK, write=False, of=twin.id) as session:
        found = session.execute(
            "SELECT connectStudentId FROM students WHERE connectStudentId = $1 OR studentId = $1", [student]
        )
        if len(found) != 1:
            said = "no student has" if not found else f"{len(found)} students have"
            raise TwinError(f"{twin.path}: {said} the ID {student!r}; give a connectStudentId or a studentId")
        session.execute("CREATE TEMP TABLE chosen AS SELECT ? AS id", [found[0][0]])
        (query,) = statements(__package__, "exporting_student.sql")
        return session.frame(query)


def settings(twin: Twin) -> Settings:
    """The settings of the workspace."""
    with opened(twin.path, _LOOK, write=False, of=twin.id) as session:
        return read_settings(session)


def digest(twin: Twin) -> str:
    """A number that two twins share when they hold the same rows, in whatever order; the log is left aside."""
    with opened(twin.path, _LOOK, write=False, of=twin.id) as session:
        return state_digest(session)


def state_digest(session: Session) -> str:
    """:func:`digest` of an opened twin, within its transaction."""
    import hashlib

    told = hashlib.sha256()
    for name in STATE:
        # Sums, unlike exclusive ors, tell a row that stands there twice from one that does not stand there.
        # Lengths keep ('a', 'bc') and ('ab', 'c') apart, and no value from an empty one.
        texts = (f"{quoted(column)}::VARCHAR" for column in session.columns(name))
        parts = ", ".join(f"coalesce(length({text}) || ':' || {text}, '-')" for text in texts)
        row = session.execute(
            "SELECT count(*), coalesce(sum(md5_number_lower(t)), 0) "
            f"FROM (SELECT concat({parts}) AS t FROM twin.main.{name})"
        )[0]
        told.update(f"{name}:{row[0]}:{row[1]}\n".encode())
    return told.hexdigest()


def summary(twin: Twin) -> pd.DataFrame:
    """What it holds: ``what``, ``count``, ``sis`` (with SIS ID), ``archived``."""
    with opened(twin.path, _LOOK, write=False, of=twin.id) as session:
        (query,) = statements(__package__, "exporting_summary.sql")
        return session.frame(query)


def _queries(session: Session) -> dict[str, str]:
    """Where the rows of each file come from."""
    for statement in statements(__package__, "exporting.sql"):
        session.execute(statement)
    return {name: f"file_{name}" for name in (*WORKSPACE_FILES, *EXTRA_FILES)}
