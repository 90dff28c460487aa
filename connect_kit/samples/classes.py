"""Classes and their members, made by SQL from grades and sections.

An elementary section is one homeroom. A middle or high school section stays together for its
subjects, each at a period of its own; the last subject is an elective that mixes the sections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_kit.samples.loading import load_rows
from connect_kit.samples.names import by_first, read_rows
from connect_kit.samples.people import CLASSES_PER_TEACHER

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.sizes import Sizes

#: Titles of the subjects of each grade.
SUBJECTS: Final = by_first(read_rows("subjects.csv"))


def make_classes(con: duckdb.DuckDBPyConnection, sizes: Sizes, *, letters: bool = False) -> None:
    """``classes``: school ``s``, grade ``g``, subject ``u``, section, teacher ``t``, aide.

    ``letters``: whether the class IDs of high schools end in a letter, so that its case can differ.
    """
    rows = [
        (grade, u, title, u > 0 and u == len(titles) - 1)
        for grade, titles in SUBJECTS.items()
        for u, title in enumerate(titles)
    ]
    columns = {"grade": "VARCHAR", "u": "INTEGER", "title": "VARCHAR", "last": "BOOLEAN"}
    load_rows(con, "subjects", columns, rows)
    con.execute(f"""
        CREATE TABLE classes AS
        WITH cut AS (
            SELECT g.school AS s, g.number AS g, g.code AS grade, b.u, b.title, b.last, g.sections,
                   unnest(range(g.sections)) AS section
            FROM grades g JOIN subjects b ON b.grade = g.code
        ), numbered AS (
            SELECT *, row_number() OVER (PARTITION BY s ORDER BY g, u, section) AS no,
                   row_number() OVER (PARTITION BY s, u ORDER BY g, section) - 1 AS turn
            FROM cut
        ), width AS (SELECT greatest(5, max(no)::VARCHAR.length()) AS w FROM numbered)
        SELECT n.s, n.g, n.grade, n.u, n.last, n.section, n.no, sc.school_id, sc.kind,
               sc.school_id || lpad(n.no::VARCHAR, width.w::INTEGER, '0')
               || CASE WHEN {letters} AND sc.kind = 'high' THEN '-' || chr((65 + n.section % 26)::INTEGER) ELSE '' END
               AS class_id,
               n.title || CASE WHEN n.sections = 1 THEN '' WHEN sc.kind = 'elementary'
                    AND n.section < 26 THEN ' ' || chr((65 + n.section)::INTEGER)
                    ELSE ' (' || lpad((n.section + 1)::VARCHAR, 2, '0') || ')' END AS title,
               CASE WHEN sc.kind = 'elementary' THEN '1,2,3,4,5,6'
                    WHEN n.last THEN '8'
                    ELSE ((n.u + n.section) % 7 + 1)::VARCHAR END AS periods,
               'Room ' || (101 + n.no % 180)::VARCHAR AS location,
               CASE WHEN sc.kind = 'elementary' THEN n.turn
                    ELSE n.turn // {CLASSES_PER_TEACHER} END AS t,
               CASE WHEN n.u = 0 THEN n.turn // 4 END AS aide
        FROM numbered n JOIN schools sc ON sc.number = n.s, width
    """)


def make_enrollments(con: duckdb.DuckDBPyConnection, aide_role: str) -> None:
    """``seats``: class, user, role and school as text, in the order of the classes."""
    student = "st.student_id"
    # The mixed section differs from a student's own by the rank, so electives stay balanced.
    con.execute(f"""
        CREATE TABLE seats AS
        WITH members AS (
            SELECT c.class_id, c.school_id, {student} AS user_id, 'student' AS role, 2 AS part
            FROM students st JOIN classes c
              ON c.s = st.s AND c.g = st.g AND c.section = st.section AND NOT c.last
            UNION ALL
            SELECT c.class_id, c.school_id, {student}, 'student', 2
            FROM students st JOIN classes c ON c.s = st.s AND c.g = st.g AND c.last
             AND c.section = (st.section + st.r // st.sections) % st.sections
            UNION ALL
            SELECT c.class_id, c.school_id, k.staff_id, 'teacher', 0
            FROM classes c JOIN staff k ON k.post = 1 AND k.s = c.s AND k.u = c.u AND k.t = c.t
            UNION ALL
            SELECT c.class_id, c.school_id, k.staff_id, '{aide_role}', 1
            FROM classes c JOIN staff k ON k.post = 2 AND k.s = c.s AND k.u = c.u AND k.t = c.aide
            WHERE c.aide IS NOT NULL
        )
        SELECT row_number() OVER (ORDER BY class_id, part, user_id) AS n, * EXCLUDE (part)
        FROM members
    """)
