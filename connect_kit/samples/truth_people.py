"""Writes truth_people.csv: which rows are one child, and which are children who could be mistaken for each other.

Words of a ``same`` pair: ``typing_given``, ``typing_family``, ``swapped`` (given and family name), ``nickname``,
``double_family``, ``respelled`` (apostrophes, blanks, hyphens), ``accents``, ``middle`` (name inside the given name),
``family_changed``, ``birth_swapped``, ``birth_digit``, ``birth_year``, ``birth_missing``, ``transfer``, ``grade``,
``guardians_again`` (under new IDs), ``no_guardians``, ``promoted`` (made by hand at the school before); ``again``
where nothing else differs. Of a ``different`` pair: ``twins`` with ``alike`` (given names) and ``middle`` (the same in
both given names), ``siblings``, ``namesake`` with ``same_school``, ``same_grade``, ``same_birth_month`` and
``same_birth_date``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.samples.writing import copy_to

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from connect_kit.samples.planting import FaultPlanter

# Children of one family; the older child's row may be on either side.
_KIN = """
    SELECT a.person AS a, b.person AS b, CASE WHEN ga.grade = gb.grade THEN concat_ws('+', 'twins',
               CASE WHEN t.alike THEN 'alike' END, CASE WHEN t.middle THEN 'middle' END) ELSE 'siblings' END AS kind
    FROM persons a JOIN persons b ON b.kin = a.kin AND b.person <> a.person
    LEFT JOIN students ga ON ga.i = a.person LEFT JOIN students gb ON gb.i = b.person
    LEFT JOIN twins t ON t.i = a.person
"""
_NAMESAKES = """
    SELECT unnest([i, other]) AS a, unnest([other, i]) AS b, concat_ws('+', 'namesake',
           CASE WHEN same_school THEN 'same_school' END, CASE WHEN same_grade THEN 'same_grade' END,
           CASE born WHEN 'date' THEN 'same_birth_date' WHEN 'month' THEN 'same_birth_month' END) AS kind
    FROM namesake_pairs
"""


def make_person_rows(con: duckdb.DuckDBPyConnection, *, with_duplicates: bool) -> None:
    """``person_rows``: every student row of the delivery, the child behind it, and what sets it apart."""
    con.execute("CREATE TABLE person_rows (id VARCHAR, source VARCHAR, person BIGINT, kin BIGINT, kinds VARCHAR[])")
    duplicates = (
        """LEFT JOIN (SELECT i, list_concat(kinds, list_filter([CASE WHEN moved THEN 'transfer' END,
                      CASE WHEN other_grade THEN 'grade' END, CASE guardians WHEN 'none' THEN 'no_guardians'
                      WHEN 'again' THEN 'guardians_again' END], lambda kind: kind IS NOT NULL)) AS kinds
                      FROM duplicates) d USING (i)"""
        if with_duplicates
        else "CROSS JOIN (SELECT []::VARCHAR[] AS kinds) d"
    )
    con.execute(
        "INSERT INTO person_rows SELECT p.student_id, 'roster', p.person, p.kin, coalesce(d.kinds, []) "
        f"FROM pupils p {duplicates}"
    )


def write_truth_people(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write every pair of rows of one child, and every pair of twins, siblings and planted namesakes."""
    con.execute("CREATE TABLE persons AS SELECT DISTINCT person, kin FROM person_rows")
    ordered = "a.source < b.source OR (a.source = b.source AND a.source = 'roster' AND a.id < b.id)"
    copy_to(
        con,
        f"""
        WITH pairs AS (
            SELECT a.id AS left_id, a.source AS left_source, b.id AS right_id, b.source AS right_source,
                   'same' AS relation, coalesce(nullif(array_to_string(list_distinct(list_concat(a.kinds, b.kinds)),
                   '+'), ''), 'again') AS kind
            FROM person_rows a JOIN person_rows b ON b.person = a.person AND ({ordered})
            UNION ALL
            SELECT a.id, a.source, b.id, b.source, 'different', k.kind
            FROM ({_KIN} UNION ALL {_NAMESAKES}) k JOIN person_rows a ON a.person = k.a
            JOIN person_rows b ON b.person = k.b AND ({ordered})
        )
        SELECT * FROM pairs ORDER BY relation DESC, left_id, right_source, right_id
        """,
        path,
    )


def write_truth_adults(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write every pair of rows of one adult of the delivery, and every pair of guardians of one family."""
    copy_to(
        con,
        """
        WITH rows AS (
            SELECT g.guardian_id AS id, coalesce(a.of, g.n) AS human, coalesce(o.f, g.f) AS kin, false AS staff
            FROM guardian_people g LEFT JOIN again a ON a.n = g.n LEFT JOIN guardian_people o ON o.n = a.of
            UNION ALL
            SELECT k.staff_id, k.guardian, g.f, true FROM staff k JOIN guardian_people g ON g.n = k.guardian
        )
        SELECT a.id AS left_id, 'roster' AS left_source, b.id AS right_id, 'roster' AS right_source,
               CASE WHEN a.human = b.human THEN 'same' ELSE 'different' END AS relation,
               CASE WHEN a.human <> b.human THEN 'household' WHEN a.staff OR b.staff THEN 'staff_and_guardian'
                    ELSE 'guardian_again' END AS kind
        FROM rows a JOIN rows b ON b.kin = a.kin AND a.id < b.id
        ORDER BY relation DESC, left_id, right_id
        """,
        path,
    )


def record_knock_ons(planter: FaultPlanter) -> None:
    """Record the findings that the second rows necessarily bring: no guardians, guardians with two IDs."""
    lost = """SELECT _pos FROM users WHERE role = 'student' AND "sourcedId" IN (SELECT student_id FROM pupils p
        JOIN duplicates d USING (i) WHERE d.guardians = 'none')"""
    planter.follows_at("users.student.no_guardian", "warning", "users", "agentSourcedIds", lost)
    if planter.guardians != "users":
        return
    about = """
        WITH new AS (
            SELECT u.email, u.sms FROM users u JOIN guardian_people g ON g.guardian_id = u."sourcedId"
            JOIN again a ON a.n = g.n
        ),
        near AS (
            SELECT _pos, role IN ('guardian', 'parent', 'relative') AS guardian, email, sms,
                   lower("givenName") || ' ' || lower("familyName") AS name
            FROM users WHERE email IN (SELECT email FROM new) OR sms IN (SELECT sms FROM new)
        )"""
    again = (
        "SELECT _pos FROM near WHERE guardian QUALIFY {0} IS NOT NULL AND count(*) OVER (PARTITION BY name, {0}) > 1"
    )
    planter.follows_at(
        "users.person.repeated_row",
        "warning",
        "users",
        "sourcedId",
        f"{about} {again.format('email')} UNION ({about} {again.format('sms')})",
    )
    for column in ("email", "sms"):
        planter.follows_at(
            f"users.{column}.shared_between_people",
            "warning",
            "users",
            column,
            f"{about} SELECT _pos FROM near WHERE {column} IS NOT NULL "
            f"QUALIFY min(name) OVER (PARTITION BY {column}) <> max(name) OVER (PARTITION BY {column})",
        )
