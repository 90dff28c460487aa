"""users.csv: students, guardians and staff (S1, S12, S18; decisions 17 and 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit import connect
from connect_kit.engine import literal
from connect_kit.twin.processing.accounts import assign
from connect_kit.twin.processing.one_school import several_schools
from connect_kit.twin.processing.refusals import refuse

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job

#: SQL of the first grade of a list, as written.
_FIRST_GRADE = (
    "CASE WHEN contains(g.grades, ',') THEN list_filter(list_transform(string_split(g.grades, ','), "
    "lambda x: trim(x)), lambda x: x <> '')[1] ELSE trim(g.grades) END"
)


def refused_whole(job: Job) -> tuple[str, str] | None:
    """At school level the file must hold one school's people (S0)."""
    job.script("lists.sql", most=connect.MOST_GUARDIANS)
    schools = "user_schools"
    return several_schools(job, "users.orgSourcedIds.one_school", "people", schools)


def process(job: Job) -> None:
    """Refuse rows, then create and update; makes ``outcome`` and ``notes``."""
    job.script("schools.sql", listed="user_schools", column="school")
    refuse(job)
    guardians = job.settings.guardians_from == "users"
    wanted = "" if guardians else " WHERE _kind <> 'guardian'"
    job.sql(f"CREATE TEMP TABLE accepted AS SELECT _line, _kind FROM given ANTI JOIN refused USING (_line){wanted}")
    job.sql(
        "CREATE TEMP TABLE persons AS SELECT g._line, a._kind AS kind, sourcedId AS id, givenName, familyName, email, "
        "sms, phone, language FROM given AS g JOIN accepted AS a ON a._line = g._line WHERE a._kind <> 'student'"
    )
    assign(job)
    _students(job)
    _schools(job)
    if guardians:
        _relationships(job)
    else:
        job.sql("CREATE TEMP TABLE connected (_line BIGINT)")
        job.sql("CREATE TEMP TABLE unknown_agents (_line BIGINT, agent VARCHAR)")
    job.script("users_outcome.sql", district=job.district, school=literal(job.school))


def _students(job: Job) -> None:
    number = job.settings.student_id == "number"
    job.script(
        "students.sql",
        first=job.next("CS"),
        email=job.given.has("email"),
        grade=job.given.has("grades"),
        first_grade=_FIRST_GRADE,
        shown="coalesce(g.identifier, g.sourcedId)" if number else "g.sourcedId",
    )
    job.given_out("CS", "new_students")


def _schools(job: Job) -> None:
    for people, table, column, changed in (
        ("student_ids", "student_schools", "connectStudentId", "student_schools_changed"),
        ("staff_ids", "staff_schools", "connectUserId", "staff_schools_changed"),
    ):
        school, place, listed = f"{literal(job.school)}", "1::INTEGER", ""
        if job.district:
            school, place = "s.connectSchoolId", "u.place"
            listed = "JOIN user_schools AS u ON u._line = p._line JOIN school_status AS s ON s.school = u.school"
        job.sql(
            f"CREATE TEMP TABLE wanted_schools AS SELECT p._line, p.id, {school} AS school, {place} AS place, p.fresh "
            f"FROM {people} AS p {listed}"
        )
        if people == "staff_ids" and job.district:
            job.script("staff_places.sql")
        job.script(
            "people_schools.sql",
            table=table,
            id=column,
            changed=changed,
            replaces=job.district,
            same_place="s.place = w.place" if job.district else "true",
        )


def _relationships(job: Job) -> None:
    job.script("agents.sql")
    job.script("relationships.sql")
