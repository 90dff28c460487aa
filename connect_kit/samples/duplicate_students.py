"""Duplicate students: entered again under another ID, some a third time, with all that a second row brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_kit.samples.variations import make_variation_macros, vary

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.sizes import Sizes

# One in this many duplicate students is entered a third time.
_THIRD: Final = 20
_CODE: Final = "CASE {} WHEN 'KG' THEN 0 ELSE {}::INTEGER END"


def make_duplicates(con: duckdb.DuckDBPyConnection, sizes: Sizes, share: float, *, dates: bool) -> None:
    """Enter a share of the students a second time; ``duplicates`` says who, and how the rows differ.

    The new rows come after all others in ``students`` and ``children``; the guardians of some are entered again,
    others have none.
    """
    make_variation_macros(con, sizes)
    count = max(1, round(share * sizes.students))
    # Students whose names are often misspelled are duplicated more often.
    con.execute(f"""
        CREATE TABLE chosen AS
        WITH ranked AS (
            SELECT i, row_number() OVER (ORDER BY u(i, 200) / CASE WHEN regexp_matches(family, '[''-]|^Ma?c[A-Z]| ')
                                                   THEN 2.5 ELSE 1 END, i) AS rank
            FROM children QUALIFY rank <= {count}
        ), rows AS (
            SELECT i, unnest(range(CASE WHEN rank % {_THIRD} = 0 THEN 2 ELSE 1 END)) AS copy FROM ranked
        )
        SELECT row_number() OVER (ORDER BY copy, i) - 1 AS k, i, copy FROM rows
    """)
    vary(
        con,
        "duplicates_written",
        "SELECT d.k, d.i AS person, c.kin, c.origin, c.given, c.family, c.name_b, c.middle, c.birth "
        "FROM chosen d JOIN children c USING (i)",
        salt=300, same=0.18, more=0.22, dates=dates,
    )  # fmt: skip
    _seat(con)
    con.execute("""
        CREATE TABLE duplicates AS
        WITH last AS (SELECT max(f) + 1 AS f, (SELECT max(i) + 1 FROM students) AS i FROM families
        ), staffed AS (
            -- Whoever is staff too has one contact in every row, or other rules would find the rows first.
            SELECT DISTINCT g.f FROM staff k JOIN guardian_people g ON g.n = k.guardian
        )
        SELECT last.i + w.k AS i, w.k, w.person, w.kin, w.origin, w.given, w.family, w.name_b, w.middle, w.birth,
               s.zone, s.s, s.school_id, s.g, s.grade, s.sections, s.r, w.kinds, s.moved, s.other_grade,
               -- Whoever comes without guardians must be known by the name, or nobody could recognize them.
               CASE WHEN len(w.kinds) < CASE WHEN s.moved THEN 1 ELSE 2 END AND u(w.k, 230) < 0.27
                         AND NOT list_has_any(w.kinds, ['family_changed', 'swapped']) THEN 'none'
                    WHEN list_contains(w.kinds, 'family_changed') OR st.f IS NOT NULL OR u(w.k, 231) < 0.5 THEN 'same'
                    ELSE 'again' END AS guardians,
               last.f + w.k AS new_f
        FROM duplicates_written w JOIN duplicates_seated s USING (k) LEFT JOIN staffed st ON st.f = w.kin, last
    """)
    con.execute("""
        INSERT INTO students BY NAME
        SELECT i, zone, CASE guardians WHEN 'same' THEN kin ELSE new_f END AS f, 0 AS child, s, school_id, g, grade,
               sections, r, (r % sections)::INTEGER AS section
        FROM duplicates ORDER BY i;
        INSERT INTO children BY NAME
        SELECT i, kin, person, origin, given, family, name_b, middle, birth, u(k, 232) < 0.7 AS mail
        FROM duplicates ORDER BY i;
        UPDATE families SET children = children + 1 WHERE f IN (SELECT kin FROM duplicates)
    """)
    _enter_guardians_again(con)


def _seat(con: duckdb.DuckDBPyConnection) -> None:
    """``duplicates_seated``: a place in a school; nearly half are transfers, where another school has the grade."""
    con.execute(f"""
        CREATE TABLE places AS
        SELECT g.school AS s, sc.zone, sc.school_id, g.number AS g, g.code, {_CODE.format("g.code", "g.code")} AS level,
               g.sections, g.size, row_number() OVER (PARTITION BY g.code ORDER BY g.school) - 1 AS place,
               count(*) OVER (PARTITION BY g.code) AS places
        FROM grades g JOIN schools sc ON sc.number = g.school
    """)
    con.execute(f"""
        CREATE TABLE duplicates_seated AS
        WITH facts AS (
            SELECT d.k, st.s, {_CODE.format("st.grade", "st.grade")} AS old, u(d.k, 220) < 0.42 AS moves,
                   {_CODE.format("st.grade", "st.grade")} + CASE WHEN u(d.k, 221) < 0.06 THEN -1
                       WHEN u(d.k, 221) < 0.12 THEN 1 WHEN u(d.k, 221) < 0.18 AND u(d.k, 220) < 0.42 THEN -1
                       WHEN u(d.k, 221) < 0.24 AND u(d.k, 220) < 0.42 THEN 1 ELSE 0 END AS level
            FROM chosen d JOIN students st USING (i)
        ), counted AS (
            SELECT t.*, n.places FROM facts t
            LEFT JOIN (SELECT DISTINCT level, places FROM places) n USING (level)
        ), sought AS (
            SELECT c.*, coalesce(
                CASE WHEN c.moves AND a.s <> c.s THEN a END, CASE WHEN c.moves AND b.s <> c.s THEN b END,
                CASE WHEN own.s = c.s THEN own END, was) AS p
            FROM counted c
            LEFT JOIN places a ON a.level = c.level AND a.place = floor(u(c.k, 222) * c.places)
            LEFT JOIN places b ON b.level = c.level AND b.place = (a.place + 1) % c.places
            LEFT JOIN places own ON own.level = c.level AND own.s = c.s
            LEFT JOIN places was ON was.level = c.old AND was.s = c.s
        )
        SELECT k, p.zone AS zone, p.s AS s, p.school_id AS school_id, p.g AS g, p.code AS grade, p.sections AS sections,
               floor(u(k, 223) * p.size)::BIGINT AS r, p.s <> s AS moved, p.level <> old AS other_grade
        FROM sought
    """)


def _enter_guardians_again(con: duckdb.DuckDBPyConnection) -> None:
    """New guardian rows under new IDs, some with other contacts; ``again`` says whose, and what they keep."""
    con.execute("""
        CREATE TABLE again AS
        WITH rows AS (
            SELECT g.n AS of, d.new_f AS f, g.j, d.school_id AS schools, g.role, g.given, g.family, d.k,
                   d.k * 4 + g.j AS key
            FROM duplicates d JOIN guardian_people g ON g.f = d.kin
            WHERE d.guardians = 'again' AND (g.j = 0 OR u(d.k * 4 + g.j, 240) < 0.65)
        )
        SELECT (SELECT max(n) FROM guardian_people) + row_number() OVER (ORDER BY f, j) AS n, of, f, j, schools, role,
               CASE WHEN u(key, 241) < 0.06 THEN typed(given, h(key, 242))
                    WHEN u(key, 241) < 0.14 AND k.others IS NOT NULL THEN split_part(k.others, '|', 1)
                    WHEN u(key, 241) < 0.2 THEN strip_accents(given) ELSE given END AS given,
               CASE WHEN u(key, 241) BETWEEN 0.94 AND 0.97 THEN typed(family, h(key, 242))
                    WHEN u(key, 241) BETWEEN 0.14 AND 0.2 THEN strip_accents(family) ELSE family END AS family,
               u(key, 243) AS reach, u(key, 244) AS home, u(key, 245) < 0.6 AS keeps_email,
               u(key, 245) >= 0.85 AS drops_email, u(key, 246) < 0.65 AS keeps_sms, u(key, 246) >= 0.9 AS drops_sms
        FROM rows LEFT JOIN nicknames k ON k.name = rows.given
    """)
    con.execute("""
        INSERT INTO guardian_people BY NAME
        SELECT n, f, j, schools, role, given, family, reach, home FROM again ORDER BY n;
        UPDATE guardian_people SET schools = x.schools FROM (
            SELECT f, array_to_string(list_sort(list(DISTINCT school_id)), ',') AS schools FROM students
            WHERE f IN (SELECT kin FROM duplicates WHERE guardians = 'same') GROUP BY f
        ) x WHERE x.f = guardian_people.f
    """)


def share_contacts(con: duckdb.DuckDBPyConnection) -> None:
    """Give guardians who were entered again the contacts that they keep; nobody is left without one."""
    con.execute("""
        UPDATE people SET
            email = CASE WHEN kept.email IS NULL AND kept.sms IS NULL THEN kept.old_email ELSE kept.email END,
            sms = CASE WHEN kept.email IS NULL AND kept.sms IS NULL THEN kept.old_sms ELSE kept.sms END,
            phone = CASE WHEN kept.email IS NULL AND kept.sms IS NULL THEN kept.old_phone
                         WHEN kept.keeps_sms THEN kept.old_phone WHEN kept.sms IS NOT NULL THEN people.phone END
        FROM (
            SELECT a.n, o.email AS old_email, o.sms AS old_sms, o.phone AS old_phone, a.keeps_sms,
                   CASE WHEN a.keeps_email THEN o.email WHEN NOT a.drops_email THEN p.email END AS email,
                   CASE WHEN a.keeps_sms THEN o.sms WHEN NOT a.drops_sms THEN p.sms END AS sms
            FROM again a JOIN people o ON o.part = 2 AND o.n = a.of JOIN people p ON p.part = 2 AND p.n = a.n
        ) kept WHERE people.part = 2 AND people.n = kept.n
    """)
