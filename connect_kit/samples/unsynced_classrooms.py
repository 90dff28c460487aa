"""Classrooms that teachers made on Connect: titles as people type them, no class IDs, some left from last year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from connect_kit.samples.classes import SUBJECTS
from connect_kit.samples.layouts import school_year
from connect_kit.samples.loading import load_rows
from connect_kit.samples.names import by_first, read_rows

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.sizes import Sizes

_SHORT: Final = by_first(read_rows("subject_spellings.csv"))
_ORDINAL: Final = {"1": "1st", "2": "2nd", "3": "3rd", "4": "4th", "5": "5th"}
# The pattern's name in the truth, and its SQL; mx is the salutation, sec the letter or number of the section.
_HOMEROOM: Final = (
    ("teacher", "mx || ' ' || teacher || '''s Homeroom'"),
    ("grade_letter", "CASE WHEN sec = '' THEN course || ' - ' || teacher ELSE course || ' ' || sec END"),
    ("grade_teacher", "course || ' - ' || teacher"),
    ("grade_teacher", "mx || ' ' || teacher || ' ' || course"),
    ("subject", "course || ' Reading (' || teacher || ')'"),
    ("room", "'Rm ' || room || ' ' || teacher"),
    ("grade_letter", "course || ' Homeroom ' || sec"),
)
_PERIOD: Final = (
    ("period", "course || ' - P' || periods"),
    ("period", "course || ' Period ' || periods"),
    ("period_teacher", "course || ' Per ' || periods || ' ' || teacher"),
    ("period_teacher", "teacher || ' ' || course || ' P' || periods"),
    ("period_teacher", "mx || ' ' || teacher || ' - ' || course || ' P' || periods"),
    ("period_teacher", "course || ' (' || teacher || ') ' || periods"),
    ("section", "course || CASE WHEN sec = '' THEN ' - P' || periods ELSE ' - ' || sec END"),
)


def spellings(title: str) -> tuple[str, ...]:
    """How people write the title of a course when they make its classroom."""
    if title.startswith("Kindergarten"):
        return ("Kinder", "Kindergarten", "K", "KG")
    if found := re.fullmatch(r"Grade (\d) Homeroom", title):
        digit = found[1]
        return (f"Gr {digit}", f"{_ORDINAL[digit]} Grade", f"Grade {digit}", f"Gr. {digit}")
    found = re.fullmatch(r"(.*?)( \d+)?", title)
    base, level = (found[1], found[2] or "") if found else (title, "")
    short = _SHORT.get(base, (base,))
    return tuple(dict.fromkeys([*(name + level for name in short), *([f"Gr{level} {short[0]}"] if level else [])]))


def _pattern_sql(patterns: tuple[tuple[str, str], ...], part: int, salt: int) -> str:
    cases = " ".join(
        f"WHEN {k} THEN {pattern[part] if part else repr(pattern[0])}" for k, pattern in enumerate(patterns)
    )
    return f"CASE floor(u(key, {salt}) * {len(patterns)})::INTEGER {cases} END"


def make_unsynced_classrooms(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    """``unsynced_classrooms``, ``unsynced_members``, and ``class_ids``: class IDs that Connect writes differently."""
    year = school_year(sizes.today)[0].year
    rows = [
        (title, k, text)
        for title in dict.fromkeys(title for titles in SUBJECTS.values() for title in titles)
        for k, text in enumerate(spellings(title))
    ]
    load_rows(con, "spellings", {"subject": "VARCHAR", "k": "BIGINT", "text": "VARCHAR"}, rows)
    teacher = """SELECT k.staff_id, k.n, k.s, k.u, k.t, k.family FROM staff k WHERE k.post = 1"""
    # Last year a class was often another teacher's.
    con.execute(f"""
        CREATE TABLE unsynced_plan AS
        WITH mine AS (
            SELECT c.*, c.s * 100000 + c.no AS base FROM class_plan c JOIN awaiting a ON a.number = c.s
        ), chosen AS (
            SELECT *, base * 2 AS key, false AS old FROM mine WHERE u(base, 460) < 0.8
            UNION ALL SELECT *, base * 2 + 1, true FROM mine WHERE u(base, 461) < 0.25
        ), taught AS (
            SELECT b.*, CASE WHEN b.old AND u(b.key, 462) < 0.4 THEN (b.t + 1) % n.teachers ELSE b.t END AS by
            FROM chosen b JOIN (SELECT s, u, max(t) + 1 AS teachers FROM class_plan GROUP BY ALL) n
              ON n.s = b.s AND n.u = b.u
        )
        SELECT b.*, k.staff_id, k.n AS staff_n, k.family AS teacher, sub.title AS subject, sp.text AS course,
               (['Ms.','Mr.','Mrs.','Ms','Mr'])[(h(k.n, 463) % 5 + 1)::INTEGER] AS mx,
               CASE WHEN b.title = sub.title THEN '' WHEN b.kind = 'elementary' THEN right(b.title, 1)
                    ELSE ltrim(regexp_extract(b.title, '\\((\\d+)\\)', 1), '0') END AS sec,
               regexp_extract(b.location, '\\d+') AS room
        FROM taught b JOIN ({teacher}) k ON k.s = b.s AND k.u = b.u AND k.t = b.by
        JOIN subjects sub ON sub.grade = b.grade AND sub.u = b.u
        JOIN (SELECT *, count(*) OVER (PARTITION BY subject) AS n FROM spellings) sp
          ON sp.subject = sub.title AND sp.k = floor(u(b.key, 464) * sp.n)
    """)
    con.execute(f"""
        CREATE TABLE unsynced_classrooms AS
        WITH titled AS (
            SELECT *, CASE WHEN kind = 'elementary' THEN {_pattern_sql(_HOMEROOM, 1, 465)}
                           ELSE {_pattern_sql(_PERIOD, 1, 465)} END AS typed,
                   CASE WHEN kind = 'elementary' THEN {_pattern_sql(_HOMEROOM, 0, 465)}
                        ELSE {_pattern_sql(_PERIOD, 0, 465)} END AS pattern,
                   CASE WHEN NOT old THEN '' WHEN u(key, 466) < 0.45 THEN 'archived' WHEN u(key, 466) < 0.75 THEN 'year'
                        ELSE 'unmarked' END AS mark
            FROM unsynced_plan
        )
        SELECT 'CC5' || lpad((row_number() OVER (ORDER BY u(key, 467), key))::VARCHAR, 7, '0') AS "connectClassroomId",
               'CS' || lpad((s + 1)::VARCHAR, 5, '0') AS "connectSchoolId",
               CASE WHEN u(key, 468) < 0.06 THEN upper(trim(typed)) WHEN u(key, 468) < 0.12 THEN lower(trim(typed))
                    ELSE trim(typed) END || CASE WHEN mark <> 'year' THEN ''
                    ELSE ([' (last year)', ' {year - 1}-{year % 100}', ' OLD'])[(h(key, 471) % 3 + 1)::INTEGER]
                    END AS title,
               CASE WHEN u(key, 469) < 0.85 THEN grade END AS grades,
               mark = 'archived' OR (NOT old AND u(key, 470) < 0.02) AS archived, key, old, class_id, s, grade,
               section, staff_n, pattern, mark
        FROM titled
    """)
    _make_members(con)


def _make_members(con: duckdb.DuckDBPyConnection) -> None:
    """Who sits in them: this year's pupils as far as they were made by hand, or those of last year."""
    con.execute("""
        CREATE TABLE unsynced_members AS
        WITH seated AS (
            SELECT DISTINCT h."connectClassroomId", st."connectStudentId", 'student' AS role
            FROM unsynced_classrooms h JOIN enrollments e ON e."classSourcedId" = h.class_id AND e.role = 'student'
            JOIN pupils p ON p.student_id = e."userSourcedId"
            JOIN unsynced_students st ON st.person = p.person AND st.s = h.s
            WHERE NOT h.old AND u(st.k * 1000 + h.key % 1000, 480) < 0.75
        ), before AS (
            SELECT h."connectClassroomId", st."connectStudentId", 'student'
            FROM unsynced_classrooms h JOIN grades g ON g.school = h.s AND g.code = h.grade
            JOIN unsynced_students st ON st.s = h.s AND h.section = h(st.k, 481) % g.sections
             AND st.last_level = CASE h.grade WHEN 'KG' THEN 0 ELSE h.grade::INTEGER END
            WHERE h.old AND u(st.k * 1000 + h.key % 1000, 480) < 0.8
        ), staffed AS (
            SELECT h."connectClassroomId", 'CT' || lpad(h.staff_n::VARCHAR, 8, '0'), 'teacher'
            FROM unsynced_classrooms h WHERE u(h.key, 482) < 0.94
        )
        SELECT "connectClassroomId", "connectStudentId" AS "connectUserId", role
        FROM (SELECT * FROM seated UNION ALL SELECT * FROM before UNION ALL SELECT * FROM staffed)
    """)


def spoil_class_ids(con: duckdb.DuckDBPyConnection, awaiting: str) -> None:
    """``class_ids``: a few class IDs lost their zeros, hold a blank or differ in upper and lower case on Connect."""
    con.execute(f"""
        CREATE TABLE class_ids AS
        WITH free AS (
            SELECT class_id, school_id, row_number() OVER (ORDER BY u(s * 100000 + no, 490), class_id) AS place,
                   count(*) OVER () AS n, regexp_matches(class_id, '[A-Z]') AS lettered
            FROM class_plan WHERE school_id NOT IN ({awaiting})
        ), kinds AS (
            SELECT *, CASE
                WHEN place <= ceil(n * 0.012) AND starts_with(class_id, '0') AND NOT lettered THEN 'zeros_lost'
                WHEN place <= ceil(n * 0.024) AND lettered THEN 'letter_case'
                WHEN place BETWEEN ceil(n * 0.024) AND ceil(n * 0.036) THEN 'blank' END AS kind
            FROM free
        )
        SELECT class_id, kind, CASE kind WHEN 'zeros_lost' THEN ltrim(class_id, '0')
            WHEN 'letter_case' THEN lower(class_id)
            ELSE school_id || ' ' || substr(class_id, length(school_id) + 1) END AS written
        FROM kinds WHERE kind IS NOT NULL
    """)
