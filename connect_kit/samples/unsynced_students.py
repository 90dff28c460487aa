"""Students and guardians that were made by hand on Connect, from an earlier year's list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_kit.samples.sizes import GRADES
from connect_kit.samples.variations import make_variation_macros, vary

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.sizes import Sizes
    from connect_kit.samples.unsynced_schools import UnsyncedSchools

_CODES: Final = [code for codes in GRADES.values() for code in codes]
# An exchange that no number of the delivery has.
_NEW_NUMBERS: Final = 32_000_000


def make_unsynced_students(con: duckdb.DuckDBPyConnection, sizes: Sizes, plan: UnsyncedSchools) -> None:
    """``unsynced_students``, ``unsynced_guardians``, and ``unsynced_links``: managed guardians of such students."""
    make_variation_macros(con, sizes)
    con.execute(f"CREATE TABLE awaiting AS SELECT * FROM schools WHERE school_id IN ({plan.awaiting_sql})")
    _who_is_known(con)
    _who_has_left(con, sizes)
    vary(
        con, "unsynced_written",
        "SELECT k, person, kin, origin, given, family, name_b, middle, NULL::DATE AS birth, s, level, last_level, "
        "moved FROM unsynced_known",
        salt=400, same=0.62, more=0.15, dates=False,
    )  # fmt: skip
    codes = f"({_CODES})"
    # A list of last year: most grades are one lower, unless somebody has updated them.
    con.execute(f"""
        CREATE TABLE unsynced_students AS
        WITH everyone AS (
            SELECT k, person, kin, given, family, s, level, last_level, moved, kinds, false AS gone
            FROM unsynced_written
            UNION ALL
            SELECT k, person, kin, given, family, s, NULL, last_level, false, []::VARCHAR[], true FROM unsynced_left
        ), facts AS (
            SELECT e.*, CASE WHEN level IS NULL OR moved OR u(e.k, 431) < 0.75 THEN coalesce(last_level, level)
                   ELSE level END AS shown, p.email AS known_email
            FROM everyone e LEFT JOIN people p ON p.part = 1 AND p.n = e.person
        )
        SELECT 'CP5' || lpad((row_number() OVER (ORDER BY u(k, 430), k))::VARCHAR, 7, '0') AS "connectStudentId",
               'CS' || lpad((s + 1)::VARCHAR, 5, '0') AS "connectSchoolId", given AS "givenName",
               family AS "familyName", {codes}[shown + 1] AS grade,
               CASE WHEN u(k, 432) < 0.35 THEN known_email
                    WHEN u(k, 432) < 0.5 THEN regexp_replace(lower(strip_accents(left(given, 1) || family)), '[^a-z]',
                        '', 'g') || k::VARCHAR || '@students.{sizes.domain}' END AS email,
               u(k, 433) < 0.1 AS archived, k, person, kin, s, last_level, gone,
               list_concat(kinds, list_filter([CASE WHEN moved THEN 'promoted' END,
                   CASE WHEN NOT gone AND shown <> level THEN 'grade' END], lambda kind: kind IS NOT NULL)) AS kinds
        FROM facts
    """)
    _make_guardians(con)


def _who_is_known(con: duckdb.DuckDBPyConnection) -> None:
    """``unsynced_known``: children of the delivery whom the school had last year; some are at the next school now."""
    level = f"list_position({_CODES}, st.grade) - 1"
    con.execute(f"""
        CREATE TABLE unsynced_known AS
        WITH rows AS (
            SELECT a.number AS s, st.i, {level} AS level, CASE WHEN st.g > 0 THEN {level} - 1 END AS last_level,
                   false AS moved
            FROM students st JOIN awaiting a ON a.number = st.s
            WHERE u(st.i, 420) < CASE WHEN st.g > 0 THEN 0.88 ELSE 0.4 END
            UNION ALL
            SELECT a.number, st.i, {level}, {level} - 1, true
            FROM awaiting a JOIN schools n ON n.zone = a.zone AND n.number = a.number + 1
            JOIN students st ON st.s = n.number AND st.g = 0 WHERE u(st.i, 420) < 0.35
        )
        SELECT row_number() OVER (ORDER BY s, i) - 1 AS k, c.person, c.kin, c.origin, c.given, c.family, c.name_b,
               c.middle, r.s, r.level, r.last_level, r.moved
        FROM rows r JOIN children c USING (i) WHERE c.person = c.i
    """)


def _who_has_left(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    """``unsynced_left``: people whom the delivery does not have; half of them are siblings of pupils."""
    known = _number(con, "SELECT count(*) FROM unsynced_known")
    first = 1 + _number(con, "SELECT max(i) FROM children")
    con.execute(f"""
        CREATE TABLE unsynced_wanted AS
        WITH wanted AS (
            SELECT s, count(*) AS n, unnest(range((1 + 0.4 * count(*))::BIGINT)) AS x FROM unsynced_known GROUP BY s
        ), numbered AS (
            SELECT s, n, {known} + row_number() OVER (ORDER BY s, x) - 1 AS k FROM wanted
        ), levels AS (
            SELECT school AS s, min(level) AS low, max(level) AS high
            FROM (SELECT school, CASE code WHEN 'KG' THEN 0 ELSE code::INTEGER END AS level FROM grades) GROUP BY school
        )
        SELECT w.k, w.s, u(w.k, 421) < 0.5 AS related, floor(u(w.k, 424) * w.n)::BIGINT AS near_place,
               floor(u(w.k, 425) * {sizes.students})::BIGINT AS far,
               CASE WHEN u(w.k, 422) < 0.6 THEN levels.high
                    ELSE levels.low + floor(u(w.k, 423) * (levels.high - levels.low + 1))::BIGINT END AS last_level
        FROM numbered w JOIN levels USING (s)
    """)
    # Strangers have the family name of somebody of the district, as names are common.
    con.execute(f"""
        CREATE TABLE unsynced_left AS
        WITH near AS (
            SELECT s, kin, row_number() OVER (PARTITION BY s ORDER BY k) - 1 AS place FROM unsynced_known
        ), related AS (
            SELECT w.k, w.s, w.last_level, CASE WHEN w.related THEN near.kin ELSE -1000 - w.k END AS kin,
                   CASE WHEN w.related THEN near.kin ELSE other.kin END AS named_by
            FROM unsynced_wanted w JOIN near ON near.s = w.s AND near.place = w.near_place
            JOIN children other ON other.i = w.far
        ), facts AS (
            SELECT r.*, f.child_name AS family, f.origin, b.names, n.n,
                   pick_given(u(r.k, 426), n.n)::BIGINT AS place
            FROM related r JOIN families f ON f.f = r.named_by
            JOIN (SELECT kin, list(DISTINCT split_part(given, ' ', 1)) AS names FROM children
                  WHERE kin IN (SELECT named_by FROM related) GROUP BY kin) b ON b.kin = r.named_by
            JOIN (SELECT origin, count(*) AS n FROM names_given GROUP BY origin) n ON n.origin = f.origin
        )
        SELECT t.k, {first} + t.k AS person, t.kin, t.s, t.last_level, t.family,
               -- No sibling has the same name; among four names there is one that none of them has.
               list_filter([g.name, h.name, l.name, m.name], lambda name: NOT list_contains(t.names, name))[1] AS given
        FROM facts t JOIN names_given g ON g.origin = t.origin AND g.i = t.place
        JOIN names_given h ON h.origin = t.origin AND h.i = (t.place + 11) % t.n
        JOIN names_given l ON l.origin = t.origin AND l.i = (t.place + 12) % t.n
        JOIN names_given m ON m.origin = t.origin AND m.i = (t.place + 14) % t.n
    """)


def _number(con: duckdb.DuckDBPyConnection, select: str) -> int:
    (found,) = con.execute(select).fetchall()
    return int(found[0])


def _make_guardians(con: duckdb.DuckDBPyConnection) -> None:
    guardians = _number(con, "SELECT count(*) FROM guardian_people")
    con.execute(f"""
        CREATE TABLE unsynced_families AS
        SELECT kin, string_agg("connectStudentId", ',' ORDER BY "connectStudentId") AS ids FROM unsynced_students
        GROUP BY kin;
        CREATE TABLE managed_families AS
        SELECT DISTINCT p.f FROM pupils p WHERE p.school_id NOT IN (SELECT school_id FROM awaiting);
        -- Most who have an account managed by the SIS already use it for all of their children.
        CREATE TABLE unsynced_links AS
        SELECT g.n, h.ids FROM guardian_people g JOIN unsynced_families h ON h.kin = g.f
        WHERE g.f IN (SELECT f FROM managed_families) AND u(g.n, 440) < 0.6;
        CREATE TABLE unsynced_guardians AS
        WITH known AS (
            SELECT g.n AS key, g.n AS of, g.given, g.family, p.email, p.sms, p.phone, h.ids
            FROM guardian_people g JOIN unsynced_families h ON h.kin = g.f JOIN people p ON p.part = 2 AND p.n = g.n
            WHERE g.n NOT IN (SELECT n FROM unsynced_links) AND u(g.n, 441) < 0.85
        ), strangers AS (
            SELECT 100000000 + s.k AS key, NULL::BIGINT AS of, c.given, s."familyName" AS family,
                   NULL::VARCHAR AS email, NULL::VARCHAR AS sms, NULL::VARCHAR AS phone, s."connectStudentId" AS ids
            FROM unsynced_students s JOIN guardian_people c ON c.n = 1 + floor(u(s.k, 442) * {guardians})::BIGINT
            WHERE s.kin < 0 AND u(s.k, 441) < 0.8
        ), facts AS (
            SELECT *, regexp_replace(lower(strip_accents(given)) || '.' || lower(strip_accents(family)), '[^a-z.]', '',
                   'g') || (key % 100000000)::VARCHAR || '@home.example.net' AS new_email,
                   phone_number({_NEW_NUMBERS} + row_number() OVER (ORDER BY key)) AS new_sms
            FROM (SELECT * FROM known UNION ALL SELECT * FROM strangers)
        ), contacts AS (
            SELECT key, of, given, family, ids, phone, new_email,
                   CASE WHEN of IS NOT NULL AND u(key, 443) < 0.55 THEN email WHEN u(key, 443) < 0.8 THEN new_email
                   END AS email,
                   CASE WHEN of IS NOT NULL AND u(key, 444) < 0.6 THEN sms WHEN u(key, 444) < 0.8 THEN new_sms
                   END AS sms
            FROM facts
        )
        SELECT 'CU5' || lpad((row_number() OVER (ORDER BY u(key, 445), key))::VARCHAR, 7, '0') AS "connectUserId",
               CASE WHEN u(key, 446) < 0.05 THEN typed(given, h(key, 447))
                    WHEN u(key, 446) < 0.13 AND k.others IS NOT NULL THEN split_part(k.others, '|', 1)
                    WHEN u(key, 446) < 0.2 THEN strip_accents(given) ELSE given END AS "givenName",
               CASE WHEN u(key, 446) > 0.95 THEN typed(family, h(key, 447))
                    WHEN u(key, 446) BETWEEN 0.13 AND 0.2 THEN strip_accents(family) ELSE family END AS "familyName",
               CASE WHEN email IS NULL AND sms IS NULL THEN new_email ELSE email END AS email, sms,
               CASE WHEN u(key, 448) < 0.3 THEN phone END AS phone, ids AS "connectStudentIds", of
        FROM contacts LEFT JOIN nicknames k ON k.name = contacts.given
    """)
