"""What a nightly sync of files would archive, against the deletion threshold (S20, S21; decision 20)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.engine import literal
from connect_kit.engine.arguments import checked
from connect_kit.engine.scratch import scratch_folder
from connect_kit.twin.processing.loading import load

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.twin.data import TwinData
    from connect_kit.twin.processing.loading import Given
    from connect_kit.twin.values import Settings
    from connect_kit.uploads.values import UploadFile

#: Types of records, in the order of the table.
_WHAT = ("students", "guardians", "staff", "classrooms")


@checked()
def sync_deletions(twin: TwinData, files: Sequence[UploadFile]) -> pd.DataFrame:
    """What a nightly sync of these files would archive, against the deletion threshold (S20, S21).

    Columns: ``what`` (students, guardians, staff, classrooms), ``managed``, ``gone``, ``percent``, ``allowed``
    (floor(managed × threshold)), ``would_exceed``, ``threshold_needed`` (percent).

    Rows of schools that Connect does not know are left out, and a file that Connect does not recognise holds nothing,
    so that everything counts as gone (S21). Files at school level concern the records of their schools. Without a
    users.csv or a classes.csv among the files, their types are left out of the table.
    """
    import pandas as pd

    with twin.reading() as session, scratch_folder() as scratch:
        settings = session.settings()
        session.execute("CREATE TEMP TABLE incoming (what VARCHAR, id VARCHAR)")
        for number, file in enumerate(files):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            given = load(session.engine, file, settings, folder)
            if given.schema is not None:
                session.set_search_path(given.schema.name)
                for select in _incoming(given):
                    session.execute(f"INSERT INTO incoming {select}")
        session.set_search_path()
        schools = sorted({file.school for file in files if file.school})
        scope = f"connectSchoolId IN ({', '.join(map(literal, schools))})" if schools else "true"
        session.script(__package__, "sync.sql", district=not schools, scope=scope)
        counted = session.execute(
            "SELECT m.what, count(*), count(*) FILTER (i.id IS NULL) FROM managed AS m "
            "LEFT JOIN (SELECT DISTINCT what, id FROM incoming) AS i ON i.what = m.what AND i.id = m.id GROUP BY m.what"
        )
    counts = {what: (int(managed), int(gone)) for what, managed, gone in counted}
    kinds = {file.kind for file in files}
    listed = [what for what in _WHAT if ("classes" if what == "classrooms" else "users") in kinds]
    rows = [_row(what, *counts.get(what, (0, 0)), settings) for what in listed]
    columns = ["what", "managed", "gone", "percent", "allowed", "would_exceed", "threshold_needed"]
    return pd.DataFrame(rows, columns=columns)


def _row(what: str, managed: int, gone: int, settings: Settings) -> tuple[object, ...]:
    """One type of records. The number allowed is rounded down: 10 % of 501 students are 50 (S20)."""
    allowed = managed * settings.deletion_threshold // 100
    needed = -(-100 * gone // managed) if managed else 0
    percent = round(100 * gone / managed, 1) if managed else 0.0
    return what, managed, gone, percent, allowed, gone > allowed, needed


def _incoming(given: Given) -> Iterator[str]:
    """SQL of what a file brings: what, id."""
    kind, school = given.file.kind, given.file.school
    known = "SELECT schoolId FROM schools WHERE schoolId IS NOT NULL"
    if kind == "users":
        listed = "SELECT _line, trim(unnest(string_split(orgSourcedIds, ','))) AS school FROM given"
        at_known = f"_line IN (SELECT _line FROM ({listed}) WHERE school IN ({known}))" if school is None else "true"
        yield (
            "SELECT CASE _kind WHEN 'student' THEN 'students' WHEN 'guardian' THEN 'guardians' ELSE 'staff' END, "
            f"sourcedId FROM given WHERE sourcedId IS NOT NULL AND _kind <> 'unknown' AND {at_known}"
        )
    elif kind == "guardians":
        yield "SELECT 'guardians', guardianSourcedId FROM given WHERE guardianSourcedId IS NOT NULL"
    elif kind == "classes" and school is None:
        yield (
            "SELECT 'classrooms', s.connectSchoolId || ' ' || g.sourcedId FROM given AS g "
            "JOIN schools AS s ON s.schoolId = g.schoolSourcedId WHERE g.sourcedId IS NOT NULL"
        )
    elif kind == "classes":
        yield f"SELECT 'classrooms', {literal(school)} || ' ' || sourcedId FROM given WHERE sourcedId IS NOT NULL"
