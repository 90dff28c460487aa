"""What is done with the rows of each kind of file: some are refused, the others create, change and connect.

Each function makes the temporary table ``outcome`` (``_line``, ``action``, ``what``, ``school``) and fills ``notes``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from connect_kit.engine import literal, quoted
from connect_kit.twin.processing.refusals import refuse
from connect_kit.uploads.values import Disconnections, Removals

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job

#: SQL of the first grade of a list, as written.
_FIRST_GRADE = (
    "CASE WHEN contains(g.grades, ',') THEN list_filter(list_transform(string_split(g.grades, ','), "
    "lambda x: trim(x)), lambda x: x <> '')[1] ELSE trim(g.grades) END"
)


def _users(job: Job) -> None:
    """Students, guardians and staff (S1, S12, S18; decisions 17 and 18)."""
    job.script("schools.sql", listed="user_schools", column="school")
    # A row is placed by the schools that Connect knows; one that lists none of them is refused (decision 17).
    job.sql(
        "CREATE TEMP TABLE placed_people AS SELECT u._line, s.connectSchoolId, u.school, "
        "row_number() OVER (PARTITION BY u._line ORDER BY u.place)::INTEGER AS place "
        "FROM user_schools AS u JOIN school_status AS s ON s.school = u.school WHERE s.connectSchoolId IS NOT NULL"
    )
    refuse(job)
    guardians = job.settings.guardians_from == "users"
    wanted = "" if guardians else " WHERE _kind <> 'guardian'"
    job.sql(f"CREATE TEMP TABLE accepted AS SELECT _line, _kind FROM given ANTI JOIN refused USING (_line){wanted}")
    job.sql(
        "CREATE TEMP TABLE persons AS SELECT g._line, a._kind AS kind, sourcedId AS id, givenName, familyName, email, "
        "sms, phone, language FROM given AS g JOIN accepted AS a ON a._line = g._line WHERE a._kind <> 'student'"
    )
    job.script("people_before.sql")
    _accounts(job)
    job.script(
        "students.sql",
        first=job.next("CS"),
        email=job.given.has("email"),
        grade=job.given.has("grades"),
        first_grade=_FIRST_GRADE,
        shown="coalesce(g.identifier, g.sourcedId)" if job.settings.student_id == "number" else "g.sourcedId",
    )
    job.advance_counter("CS", "new_students")
    _schools_of_people(job)
    job.script("people_removed.sql")
    rows = job.sql("SELECT school, staff, members, schoolId, children, pupils FROM removals ORDER BY school")
    job.removals = {
        school: Removals(int(staff), int(members), school_id, int(children), int(pupils))
        for school, staff, members, school_id, children, pupils in rows
    }
    if guardians:
        job.script("agents.sql")
        job.script("relationships.sql")
    else:
        job.sql("CREATE TEMP TABLE connected (_line BIGINT)")
        job.sql("CREATE TEMP TABLE unknown_agents (_line BIGINT, agent VARCHAR)")
    job.script("users_outcome.sql", school=job.row_school)


def _accounts(job: Job) -> None:
    """Give every row of ``persons`` its account and its role (S12, S18; decision 18); see ``adults.sql``."""
    columns = {name: job.given.has(name) for name in ("email", "sms", "phone", "language")}
    if job.settings.phone_credential_column == "phone":  # ``given`` has exchanged the two
        columns["sms"], columns["phone"] = columns["phone"], columns["sms"]
    job.script("adults.sql", first=job.next("CU"), **columns)
    job.advance_counter("CU", "new_accounts")


def _schools_of_people(job: Job) -> None:
    job.sql("CREATE TEMP TABLE staff_ids AS SELECT _line, account AS id, fresh FROM assigned WHERE kind <> 'guardian'")
    place, listed = "1::INTEGER", ""
    if job.district:
        place, listed = "s.place", "JOIN placed_people AS s ON s._line = p._line"
    for people, table, column in (
        ("student_ids", "student_schools", "connectStudentId"),
        ("staff_ids", "staff_schools", "connectUserId"),
    ):
        job.sql(
            f"CREATE TEMP TABLE wanted_schools AS SELECT p._line, p.id, {job.row_school} AS school, {place} AS place, "
            f"p.fresh FROM {people} AS p {listed}"
        )
        if people == "staff_ids" and job.district:
            job.script("staff_places.sql")
        job.script(
            "people_schools.sql",
            table=table,
            id=column,
            replaces=job.district,
            same_place="s.place = w.place" if job.district else "true",
        )


def _classes(job: Job) -> None:
    """Classrooms, found by class ID within their school (S2, S14, S23; decision 19)."""
    job.script("schools.sql", listed="given", column="schoolSourcedId")
    refuse(job)
    unarchive = job.settings.unarchive_reappearing_classrooms
    job.script("classes.sql", first=job.next("CC"), school=job.row_school, unarchive=unarchive)
    job.advance_counter("CC", "new_classrooms")


def _enrollments(job: Job) -> None:
    """Who is in which classroom (S3). Nobody is taken out of one."""
    within = "true" if job.district else f"connectSchoolId = {literal(job.school)}"
    job.script(
        "enrollments.sql",
        within=within.replace("connectSchoolId", "c.connectSchoolId"),
        same_school="c.schoolId = g.schoolSourcedId" if job.district else "true",
    )
    if job.exists("enrolled WHERE classroom IS NULL OR person IS NULL"):
        job.script("enrollments_strays.sql", within=within, district=job.district)
    else:
        job.sql(
            "CREATE TEMP TABLE strays (_line BIGINT, classId VARCHAR, userId VARCHAR, school VARCHAR, "
            "class_state VARCHAR, user_state VARCHAR, school_state VARCHAR)"
        )
    refuse(job)
    schools = "JOIN given AS g ON g._line = e._line LEFT JOIN schools AS s ON s.schoolId = g.schoolSourcedId"
    job.script("enrollments_outcome.sql", school=job.row_school, join=schools if job.district else "")


def _guardians(job: Job) -> None:
    """One row for a student and a guardian (S4, S5, S14); ``Abandon`` disconnects those who are no longer named."""
    refuse(job)
    if job.given.file.abandon:
        job.script("guardians_before.sql", district=job.district, school=literal(job.school))
    job.script("guardians.sql")
    _accounts(job)
    job.script("guardians_pairs.sql")
    job.script("relationships.sql")
    if job.given.file.abandon:
        job.script("guardians_abandon.sql")
        rows = job.sql(
            "SELECT school, relationships, children, connected, schoolId FROM disconnections ORDER BY school"
        )
        job.disconnections = {school: Disconnections(*counts) for school, *counts in rows}
    job.script("guardians_outcome.sql", school=job.row_school)


def _student_attributes(job: Job) -> None:
    """A student's ID, and a column for each attribute (S0; decision 9)."""
    refuse(job)
    job.sql(
        "CREATE TEMP TABLE attribute_rows AS SELECT g._line, s.connectStudentId AS id, "
        "s.connectStudentId IN (SELECT connectStudentId FROM attributes) AS known "
        "FROM given AS g ANTI JOIN refused AS x ON x._line = g._line "
        "JOIN students AS s ON s.sourcedId = g.studentSourcedId"
    )
    job.sql("CREATE TEMP TABLE wanted (_line BIGINT, id VARCHAR, name VARCHAR, value VARCHAR)")
    for name, column in job.given.attributes.items():
        job.sql(
            f"INSERT INTO wanted SELECT r._line, r.id, {literal(name)}, g.{quoted(column)} "
            f"FROM attribute_rows AS r JOIN given AS g ON g._line = r._line WHERE g.{quoted(column)} IS NOT NULL"
        )
    job.script("student_attributes.sql", school=job.row_school)


PROCESS: Mapping[str, Callable[[Job], None]] = {
    "users": _users,
    "classes": _classes,
    "enrollments": _enrollments,
    "guardians": _guardians,
    "student_attributes": _student_attributes,
}
