"""Looking at what a twin holds: as a workspace, as files, as tables, as one number that equal twins share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.connect import WORKSPACE_FILES
from connect_kit.engine import create_table, default_engine, literal, quoted
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import replace_together
from connect_kit.errors import TwinError
from connect_kit.roster import Workspace
from connect_kit.roster.workspace import FURTHER_SCHOOLS
from connect_kit.twin.database import STATE

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.engine import DuckDBEngine
    from connect_kit.twin.data import TwinData

#: What an export writes beside the workspace's files, because these have no place for it (kit decision): the settings
#: and the name of the district, further schools, the IDs that the roster's files refer to where students show another,
#: details of accounts that are on no line of guardians or staff, and so on. Only what differs from what
#: :func:`connect_kit.twin.filling.fill` takes for granted is written.
EXTRA_FILES: Mapping[str, tuple[str, ...]] = {
    "settings": ("name", "value"),
    "counters": ("kind", "next"),
    **FURTHER_SCHOOLS,
    "student_ids": ("connectStudentId", "sourcedId"),
    "accounts": tuple("connectUserId givenName familyName email sms phone language".split()),
    "staff_schools": ("connectUserId", "connectSchoolId", "place"),
    "relationships": ("connectStudentId", "connectUserId", "managed"),
    "student_attributes": ("connectStudentId", "name", "value"),
    "history": ("historyId", "connectStudentId", "kind", "happened"),
}
_TABLES = tuple(table for table in STATE if table not in ("settings", "counters"))


def workspace(twin: TwinData, *, engine: DuckDBEngine | None = None) -> Workspace:
    """The value that the other verbs take, as it is now; on the process's own engine when none is given.

    An account with several SIS IDs of a kind has a row for each of them.
    """
    schema = (engine or default_engine()).new_schema("workspace")
    rows = {}
    with twin.reading() as session:
        session.script(__package__, "exporting.sql")
        for name, columns in WORKSPACE_FILES.items():
            chosen = ", ".join(map(quoted, columns))
            found = session.arrow(
                f"SELECT row_number() OVER (ORDER BY {chosen}) + 1 AS _line, {chosen} FROM file_{name} ORDER BY _line"
            )
            create_table(schema, f"workspace_{name}", found)
            rows[name] = found.num_rows
        for name, columns in FURTHER_SCHOOLS.items():
            further = session.arrow(f"SELECT {', '.join(map(quoted, columns))} FROM file_{name} ORDER BY ALL")
            create_table(schema, f"workspace_{name}", further)
        setting = session.settings().student_id
    return Workspace(schema, twin.path, rows, setting)


@checked()
def export(twin: TwinData, folder: str | Path) -> None:
    """Write the workspace's CSV files, and beside them what these have no place for (see :meth:`Twin.fill`).

    Only their owner may read the files, and the folder if it is new. A line break in a value comes back as a line feed,
    whatever it was (decision 3).

    Raises
    ------
    OutputError
        When the folder cannot be written, or holds files of these names that the kit did not write; files that were
        there before are as they were.
    """
    names = {**WORKSPACE_FILES, **EXTRA_FILES}
    with twin.reading() as session, replace_together(folder, private=True) as new:
        session.script(__package__, "exporting.sql")
        for name, columns in names.items():
            chosen = ", ".join(map(quoted, columns))
            session.execute(
                f"COPY (SELECT {chosen} FROM file_{name} ORDER BY ALL) TO {literal(new / f'{name}.csv')} "
                "(FORMAT csv, HEADER true)"
            )


@checked()
def table(twin: TwinData, name: str) -> pd.DataFrame:
    """A table of the twin, as a DataFrame. Holds names.

    ``students``, ``accounts``, ``classrooms``, ``schools``, ``relationships``, ``enrollments``, ``attributes``,
    ``history``, ``guardian_roles``, ``staff_roles``, ``student_schools``, ``staff_schools``.

    Raises
    ------
    TwinError
        When there is none of this name.
    """
    if name not in _TABLES:
        raise TwinError(f"a twin has no table {name!r}; its tables are {', '.join(sorted(_TABLES))}")
    with twin.reading() as session:
        return session.frame(f"SELECT * FROM {name} ORDER BY ALL")


@checked()
def student(twin: TwinData, student: str) -> pd.DataFrame:
    """All that one student's record holds: ``what``, ``value``. Holds names.

    Parameters
    ----------
    student : str
        ``connectStudentId`` or ``studentId``.

    Raises
    ------
    TwinError
        When no student has the ID, or several do.
    """
    with twin.reading() as session:
        found = session.execute(
            "SELECT connectStudentId FROM students WHERE connectStudentId = $1 OR studentId = $1", [student]
        )
        if len(found) != 1:
            count = "no student has" if not found else f"{len(found)} students have"
            raise TwinError(f"{twin.path}: {count} the ID {student!r}; give a connectStudentId or a studentId")
        session.execute("CREATE TEMP TABLE chosen AS SELECT ? AS id", [found[0][0]])
        return session.script_frame(__package__, "exporting_student.sql")


def digest(twin: TwinData) -> str:
    """A number that two twins share when they hold the same rows, in whatever order; the log is left aside."""
    sums = hashlib.sha256()
    with twin.reading() as session:
        for name in STATE:
            # A sum, unlike an exclusive or, shows that a row is repeated.
            # Lengths keep ('a', 'bc') and ('ab', 'c') apart, and no value from an empty one.
            texts = (f"{quoted(column)}::VARCHAR" for column in session.columns(name))
            parts = ", ".join(f"coalesce(length({text}) || ':' || {text}, '-')" for text in texts)
            rows, total = session.execute(
                "SELECT count(*), coalesce(sum(md5_number_lower(t)), 0) "
                f"FROM (SELECT concat({parts}) AS t FROM twin.main.{name})"
            )[0]
            sums.update(f"{name}:{rows}:{total}\n".encode())
    return sums.hexdigest()


def summary(twin: TwinData) -> pd.DataFrame:
    """What it holds: ``what``, ``count``, ``sis`` (with SIS ID), ``archived``."""
    with twin.reading() as session:
        return session.script_frame(__package__, "exporting_summary.sql")
