"""The tables of a delivery as text, keyed by ``_pos`` (ten times the place of the row in its file).

People get their IDs and contacts here. The gaps between positions are room for planted rows.
"""

from __future__ import annotations

import math
from dataclasses import astuple
from typing import TYPE_CHECKING, Final

from connect_kit.samples.classes import make_classes, make_enrollments
from connect_kit.samples.duplicate_students import make_duplicates, share_contacts
from connect_kit.samples.loading import load_rows
from connect_kit.samples.names import NameLists, few_names, many_names
from connect_kit.samples.people import make_children, make_families, make_macros, make_names, make_staff, make_students
from connect_kit.samples.twins_and_namesakes import name_twins_and_namesakes, plan_twins_and_namesakes

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.sizes import Sizes

_ORIGIN_LANGUAGE: Final[str] = "CASE WHEN u({key}, 71) < 0.6 THEN 'en' ELSE ({languages})[{origin} + 1] END"


def make_tables(
    con: duckdb.DuckDBPyConnection,
    sizes: Sizes,
    *,
    guardians: str,
    aide_role: str,
    lifelike: bool = False,
    duplicates: float = 0.0,
    dates: bool = False,
    letters: bool = False,
) -> None:
    """Make users, classes, enrollments, guardians and student_attributes of one district.

    ``lifelike``: with the wider name tables, twins and namesakes; ``duplicates``: the share of students who are
    entered a second time; ``dates``: whether birth dates are written, so that they can be wrong; ``letters``: whether
    some class IDs have letters.
    """
    names = many_names() if lifelike else few_names()
    make_macros(con, sizes, names)
    make_names(con, names)
    _load(con, sizes)
    make_students(con, sizes)
    load_rows(con, "namesakes", {"f": "BIGINT", "key": "BIGINT"}, [])
    if lifelike:
        plan_twins_and_namesakes(con, sizes)
    make_families(con, names)
    make_classes(con, sizes, letters=letters)
    make_staff(con, names)
    make_children(con, names)
    if lifelike:
        name_twins_and_namesakes(con, sizes)
    if duplicates:
        make_duplicates(con, sizes, duplicates, dates=dates)
    _give_ids(con, sizes)
    make_enrollments(con, aide_role)
    _make_adults(con, sizes, lifelike=lifelike, duplicates=bool(duplicates))
    _make_users(con, sizes, guardians)
    _make_rest(con, guardians, names)


def _load(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    # The columns are the fields of the values, in their order.
    text = dict.fromkeys(("kind", "school_id", "name"), "VARCHAR")
    schools = {"number": "INTEGER", "zone": "INTEGER", **text, "start": "BIGINT", "size": "BIGINT"}
    zones = dict.fromkeys(("zone", "size", "first", "step", "shift"), "BIGINT")
    grades = {
        "school": "INTEGER", "number": "INTEGER", "code": "VARCHAR",
        "start": "BIGINT", "size": "BIGINT", "sections": "BIGINT",
    }  # fmt: skip
    load_rows(con, "schools", schools, [astuple(school) for school in sizes.schools])
    load_rows(con, "zones", zones, [astuple(zone) for zone in sizes.zones])
    load_rows(con, "grades", grades, [astuple(grade) for grade in sizes.grades])


def _give_ids(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    """Students get scattered eight-digit IDs that begin with a zero; staff count from T00001."""
    room = max(80_000, 4 * sizes.students)
    step = round(room * 0.382)
    while math.gcd(step, room) != 1:
        step += 1
    con.execute(
        "ALTER TABLE students ADD COLUMN student_id VARCHAR; UPDATE students SET student_id = "
        f"lpad((10000 + (i * {step} + {sizes.seed * 7919 % room}) % {room})::VARCHAR, 8, '0')"
    )
    con.execute(
        "ALTER TABLE staff ADD COLUMN staff_id VARCHAR; UPDATE staff SET staff_id = 'T' || "
        "lpad(n::VARCHAR, greatest(5, length((SELECT count(*) FROM staff)::VARCHAR))::INTEGER, '0')"
    )
    con.execute(
        "ALTER TABLE guardian_people ADD COLUMN guardian_id VARCHAR; "
        "UPDATE guardian_people SET guardian_id = 'G' || lpad(n::VARCHAR, 7, '0')"
    )


def _make_adults(con: duckdb.DuckDBPyConnection, sizes: Sizes, *, lifelike: bool, duplicates: bool) -> None:
    """``people``: everyone with a unique email and unique numbers; staff parents share theirs."""
    slug = "regexp_replace(lower(strip_accents({})), '[^a-z]', '', 'g')"
    local = f"{slug.format('given')} || '.' || {slug.format('family')}"
    con.execute(
        """
        -- A name that a guardian of the same zone has belongs to somebody else unless it is a
        -- staff parent; a second family name keeps the two apart.
        UPDATE staff SET family = family || '-' || (
            SELECT name FROM names_family WHERE origin = 0 AND i = staff.n % 60)
        WHERE guardian IS NULL AND EXISTS (
            SELECT 1 FROM guardian_people g JOIN schools sc ON sc.number = staff.s
            JOIN zone_families z ON z.f = g.f AND z.zone = sc.zone
            WHERE g.given = staff.given AND g.family = staff.family)
    """.replace("zone_families", "(SELECT DISTINCT f, zone FROM students)")
    )
    con.execute(f"""
        CREATE TABLE pupils AS
        SELECT st.student_id, st.school_id, st.grade, st.i, st.f, c.origin, c.given, c.family, c.middle, c.kin,
               c.person, c.mail, c.birth, {lifelike} AS dated
        FROM students st JOIN children c USING (i)
    """)
    con.execute(f"""
        CREATE TABLE people AS
        WITH everyone AS (
            SELECT 0 AS part, n, given, family, true AS mail, reach < 0.6 AS mobile,
                   reach < 0.2 AS house, '{sizes.domain}' AS domain
            FROM staff WHERE guardian IS NULL
            UNION ALL
            SELECT 1, i, given, family, mail, false, false, 'students.{sizes.domain}' FROM pupils
            UNION ALL
            SELECT 2, n, given, family, reach >= 0.08, NOT (reach >= 0.08 AND reach < 0.16),
                   home < 0.25 AND NOT (reach >= 0.08 AND reach < 0.16),
                   (['example.com','example.net','example.org','mail.example.com',
                     'post.example.net'])[(n % 5 + 1)::INTEGER]
            FROM guardian_people
        ), counted AS (
            SELECT part, n, mail, domain, {local} AS local,
                   row_number() OVER (PARTITION BY domain, {local} ORDER BY part, n) AS turn,
                   CASE WHEN mobile THEN sum(mobile::INTEGER + house::INTEGER)
                        OVER (ORDER BY part, n) - 1 END AS q, house
            FROM everyone
        )
        SELECT part, n, CASE WHEN mail THEN local || CASE WHEN turn = 1 THEN '' ELSE turn::VARCHAR
                    END || '@' || domain END AS email,
               CASE WHEN q IS NOT NULL THEN phone_number((q - house::INTEGER)::BIGINT) END AS sms,
               CASE WHEN q IS NOT NULL AND house THEN phone_number(q::BIGINT) END AS phone
        FROM counted
    """)
    if duplicates:
        share_contacts(con)


def _make_users(con: duckdb.DuckDBPyConnection, sizes: Sizes, guardians: str) -> None:
    """Staff first, then students, then guardians, each in the order of their IDs."""
    in_users = guardians == "users"
    agents = "a.agents" if in_users else "NULL"
    con.execute(f"""
        CREATE TABLE users AS
        WITH agents AS (
            SELECT f, string_agg(guardian_id, ',' ORDER BY j) AS agents FROM guardian_people GROUP BY f
        ), everyone AS (
            SELECT 0 AS part, k.staff_id AS "sourcedId",
                   k.school_id || coalesce(',' || k.second_school, '') AS "orgSourcedIds", k.role,
                   k.given AS "givenName", k.family AS "familyName", p.email, p.sms, p.phone,
                   NULL::VARCHAR AS "agentSourcedIds", NULL::VARCHAR AS grades, NULL::VARCHAR AS "middleName"
            FROM staff k JOIN people p ON p.part = CASE WHEN k.guardian IS NULL THEN 0 ELSE 2 END
                 AND p.n = coalesce(k.guardian, k.n)
            UNION ALL
            SELECT 1, s.student_id, s.school_id, 'student', s.given, s.family, p.email, NULL, NULL,
                   {agents}, s.grade, s.middle
            FROM pupils s JOIN people p ON p.part = 1 AND p.n = s.i LEFT JOIN agents a ON a.f = s.f
            UNION ALL
            SELECT 2, g.guardian_id, g.schools, g.role, g.given, g.family, p.email, p.sms, p.phone,
                   NULL, NULL, NULL
            FROM guardian_people g JOIN people p ON p.part = 2 AND p.n = g.n
            WHERE {in_users}
        )
        SELECT 10 * row_number() OVER (ORDER BY part, "sourcedId") AS _pos, * EXCLUDE (part),
               NULL::VARCHAR AS status
        FROM everyone ORDER BY _pos
    """)


def _make_rest(con: duckdb.DuckDBPyConnection, guardians: str, names: NameLists) -> None:
    languages = f"[{','.join(repr(language) for language in names.languages)}]"
    con.execute(
        """
        CREATE TABLE classes_out AS
        SELECT 10 * row_number() OVER (ORDER BY class_id) AS _pos, class_id AS "sourcedId", title,
               grade AS grades, location, school_id AS "schoolSourcedId", periods,
               'C' || grade || '-' || lpad((u + 1)::VARCHAR, 2, '0') AS "courseSourcedId",
               CASE WHEN kind = 'elementary' THEN 'homeroom' ELSE 'scheduled' END AS "classType",
               NULL::VARCHAR AS status
        FROM classes ORDER BY _pos;
        ALTER TABLE classes RENAME TO class_plan;
        ALTER TABLE classes_out RENAME TO classes;
        CREATE TABLE enrollments AS
        SELECT 10 * n AS _pos, class_id AS "classSourcedId", school_id AS "schoolSourcedId",
               user_id AS "userSourcedId", role, NULL::VARCHAR AS "beginDate",
               NULL::VARCHAR AS "endDate"
        FROM seats ORDER BY n;
        DROP TABLE seats;
        CREATE TABLE student_attributes AS
        SELECT 10 * row_number() OVER (ORDER BY student_id) AS _pos,
               student_id AS "studentSourcedId",
               (['bus','walk','car','bicycle'])[(i % 4 + 1)::INTEGER] AS transport,
               (['blue','green','orange','violet','teal'])[(i * 7 % 5 + 1)::INTEGER]
                   AS homeroom_colour, LANGUAGE AS language_at_home
        FROM pupils ORDER BY _pos
    """.replace("LANGUAGE", _ORIGIN_LANGUAGE.format(key="kin", origin="origin", languages=languages))
    )
    con.execute(f"""
        CREATE TABLE guardians AS
        SELECT 10 * row_number() OVER (ORDER BY s.student_id, g.j) AS _pos,
               s.student_id AS "studentSourcedId", g.guardian_id AS "guardianSourcedId",
               g.given AS "givenName", g.family AS "familyName", p.email, p.sms, p.phone,
               {_ORIGIN_LANGUAGE.format(key="s.kin", origin="s.origin", languages=languages)} AS language
        FROM pupils s JOIN guardian_people g ON g.f = s.f JOIN people p ON p.part = 2 AND p.n = g.n
        WHERE {guardians == "file"} ORDER BY _pos
    """)
