"""Students, families, guardians and staff, made by SQL from the layout of the schools.

Chance is ``u(key, salt)``: a number in [0, 1) that depends on the key, the salt and the seed
alone, so that neither threads nor row order can change a district.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_kit.samples.loading import load_rows
from connect_kit.samples.names import AREA_CODES, NameLists

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from connect_kit.samples.sizes import Sizes

# Twenty students in thirteen families, in four orders: seven only children, five pairs, one three.
_FAMILIES: Final[tuple[tuple[int, ...], ...]] = (
    (1, 2, 1, 1, 3, 2, 1, 2, 1, 1, 2, 1, 2),
    (2, 1, 2, 3, 1, 1, 2, 1, 2, 1, 1, 2, 1),
    (1, 1, 2, 2, 1, 1, 2, 1, 3, 2, 1, 2, 1),
    (3, 1, 1, 2, 1, 2, 1, 1, 2, 2, 1, 1, 2),
)
_BLOCK, _PER_BLOCK = 20, 13
CLASSES_PER_TEACHER: Final[int] = 5
_FICTIONAL: Final[int] = 100 * len(AREA_CODES)


def make_macros(con: duckdb.DuckDBPyConnection, sizes: Sizes, names: NameLists) -> None:
    """Register chance as SQL macros bound to the seed."""
    seed = int(sizes.seed)
    con.execute(f"CREATE MACRO u(key, salt) AS (hash(key::BIGINT, salt::BIGINT, {seed}::BIGINT) % 1000003) / 1000003.0")
    con.execute(f"CREATE MACRO pick_given(x, n) AS CAST({names.pick_given} AS INTEGER)")
    con.execute(f"CREATE MACRO pick_family(x, n) AS CAST({names.pick_family} AS INTEGER)")
    con.execute(f"CREATE MACRO phone_number(q) AS {_phone_sql(seed)}")


def _phone_sql(seed: int) -> str:
    """A possible US number per index: 555-01xx while they last, then other invented exchanges."""
    areas = ",".join(f"'{code}'" for code in AREA_CODES)
    count = len(AREA_CODES)
    # The step shares no factor with the number of fictional numbers, so no number is repeated.
    step = next(s for s in range(7919, 9000, 2) if s % 5 and all(s % p for p in _primes(count)))
    fictional = f"((q * {step} + {seed % 9973}) % {_FICTIONAL})"
    rest = f"(q - {_FICTIONAL})"
    # 20 exchanges x 10,000 lines x the area codes: about five million further numbers.
    return f"""CASE WHEN q < {_FICTIONAL}
        THEN '+1' || ([{areas}])[({fictional} % {count} + 1)::INTEGER] || '55501'
             || lpad(({fictional} // {count})::VARCHAR, 2, '0')
        ELSE '+1' || ([{areas}])[({rest} % {count} + 1)::INTEGER]
             || (632 + ({rest} // {count}) // 10000)::VARCHAR
             || lpad(((({rest} // {count}) * 7919) % 10000)::VARCHAR, 4, '0') END"""


def _primes(number: int) -> list[int]:
    return [p for p in range(2, number + 1) if number % p == 0 and all(p % d for d in range(2, p))]


def make_names(con: duckdb.DuckDBPyConnection, names: NameLists) -> None:
    """Load the names, each with the form it takes in an email address."""
    for table, lists in (("given", names.given), ("family", names.family)):
        rows = [
            (origin, index, name)
            for origin, listed in enumerate(lists[key] for key in names.shares)
            for index, name in enumerate(listed)
        ]
        columns = {"origin": "INTEGER", "i": "INTEGER", "name": "VARCHAR"}
        load_rows(con, f"names_{table}", columns, rows)


def _origin_sql(chance: str, names: NameLists) -> str:
    edge, cases = 0, []
    for origin, share in enumerate(names.shares.values()):
        edge += share
        cases.append(f"WHEN {chance} < {edge / 100} THEN {origin}")
    return f"CASE {' '.join(cases)} ELSE 0 END"


def _count_sql(lists: Mapping[str, tuple[str, ...]], origin: str) -> str:
    counts = ",".join(str(len(listed)) for listed in lists.values())
    return f"([{counts}])[{origin} + 1]"


def make_students(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    """``students``: number ``i``, family ``f``, school ``s``, grade ``g``, rank ``r``, section."""
    rows = [
        (pattern, place, family, child)
        for pattern, families in enumerate(_FAMILIES)
        for place, (family, child) in enumerate(
            (family, child) for family, n in enumerate(families) for child in range(n)
        )
    ]
    load_rows(con, "pattern", dict.fromkeys(("pattern", "place", "f", "child"), "INTEGER"), rows)
    # Families do not cross zones: every zone starts a block of its own.
    con.execute(f"""
        CREATE TABLE students AS
        WITH places AS (
            SELECT zone, first, step, shift, size, unnest(range(size)) AS k FROM zones
        ), slots AS (
            SELECT zone, first + k AS i, (k * step + shift) % size AS slot,
                   (k % {_BLOCK})::INTEGER AS place,
                   first // {_BLOCK} + zone + k // {_BLOCK} AS block
            FROM places
        )
        SELECT slots.i, slots.zone, slots.block * {_PER_BLOCK} + p.f AS f, p.child,
               sc.number AS s, sc.school_id, g.number AS g, g.code AS grade, g.sections,
               slots.slot - sc.start - g.start AS r,
               ((slots.slot - sc.start - g.start) % g.sections)::INTEGER AS section
        FROM slots
        JOIN pattern p ON p.place = slots.place
             AND p.pattern = (hash(slots.block::BIGINT, 3::BIGINT, {int(sizes.seed)}::BIGINT) % 4)
        JOIN schools sc ON sc.zone = slots.zone
             AND slots.slot >= sc.start AND slots.slot < sc.start + sc.size
        JOIN grades g ON g.school = sc.number
             AND slots.slot - sc.start >= g.start AND slots.slot - sc.start < g.start + g.size
    """)
    if con.execute("SELECT count(*) FROM students").fetchone() != (sizes.students,):
        raise AssertionError("every place of every zone belongs to exactly one grade")


def make_families(con: duckdb.DuckDBPyConnection, names: NameLists) -> None:
    """``families``: origin, names and number of guardians; ``guardian_people``: one row each."""
    in_list = _count_sql(names.family, "c.origin")
    # Namesakes take their names by the number of another family, and from the commoner half.
    common = "CASE WHEN c.key = c.f THEN u(c.f, 12) ELSE 0.5 * u(c.key, 12) END"
    con.execute(f"""
        CREATE TABLE families AS
        WITH base AS (
            SELECT f, min(i) AS first_child, count(*) AS children,
                   array_to_string(list_sort(list(DISTINCT school_id)), ',') AS schools
            FROM students GROUP BY f
        ), keyed AS (SELECT base.*, coalesce(k.key, f) AS key FROM base LEFT JOIN namesakes k USING (f)
        ), chosen AS (SELECT *, {_origin_sql("u(key, 11)", names)} AS origin FROM keyed)
        SELECT c.*, a.name AS name_a, b.name AS name_b,
               CASE WHEN c.key < 0 OR a.name = b.name OR regexp_matches(a.name || b.name, '[ -]') THEN a.name
                    WHEN u(c.f, 14) < 0.05 THEN a.name || '-' || b.name
                    WHEN c.origin = 1 AND u(c.f, 14) < 0.05 + {names.two_names} THEN a.name || ' ' || b.name
                    ELSE a.name END AS child_name,
               CASE WHEN u(c.f, 15) < 0.45 THEN 1 WHEN u(c.f, 15) < 0.97 THEN 2 ELSE 3 END AS adults
        FROM chosen c
        JOIN names_family a ON a.origin = c.origin AND a.i = pick_family({common}, {in_list})
        JOIN names_family b ON b.origin = c.origin AND b.i = pick_family(u(c.f, 13), {in_list})
    """)
    count = _count_sql(names.given, "a.origin")
    con.execute(f"""
        CREATE TABLE guardian_people AS
        WITH adults AS (SELECT *, unnest(range(adults)) AS j FROM families)
        SELECT row_number() OVER (ORDER BY a.f, a.j) AS n, a.f, a.j, a.schools,
               CASE WHEN u(a.f, 16) < 0.05 THEN 'relative' WHEN u(a.f, 16) < 0.5 THEN 'parent'
                    ELSE 'guardian' END AS role,
               g.name AS given,
               CASE WHEN a.j = 0 OR (a.j = 1 AND u(a.f, 17) < 0.6) THEN a.name_a
                    ELSE a.name_b END AS family,
               u(a.f * 4 + a.j, 18) AS reach, u(a.f * 4 + a.j, 19) AS home
        FROM adults a
        JOIN names_given g ON g.origin = a.origin AND g.i = (pick_given(u(a.f, 20), {count}) + 7 * a.j) % {count}
    """)


def make_children(con: duckdb.DuckDBPyConnection, names: NameLists) -> None:
    """``children``: the names of every student ``i``, of the family ``kin``; later also those of duplicate students."""
    count = _count_sql(names.given, "c.of")
    common = "CASE WHEN c.key = c.f THEN u(c.f, 40) ELSE 0.5 * u(c.key, 40) END"
    con.execute(f"""
        CREATE TABLE children AS
        WITH c AS (
            SELECT st.i, st.f, st.child, f.key, f.origin, f.child_name, f.name_b,
                   CASE WHEN u(f.key, 41) < {names.anglicized} THEN 0 ELSE f.origin END AS of
            FROM students st JOIN families f ON f.f = st.f
        )
        SELECT c.i, c.f AS kin, c.i AS person, c.origin, g.name AS given, c.child_name AS family, c.name_b,
               NULL::VARCHAR AS middle, NULL::DATE AS birth, true AS mail
        FROM c JOIN names_given g ON g.origin = c.of AND g.i = (pick_given({common}, {count}) + 5 * c.child) % {count}
    """)


def make_staff(con: duckdb.DuckDBPyConnection, names: NameLists) -> None:
    """``staff``: teachers and aides of the classes, administrators; some of them are parents."""
    con.execute("""
        CREATE TABLE staff_keys AS
        WITH posts AS (
            SELECT DISTINCT s, 1 AS post, u, t FROM classes
            UNION ALL SELECT DISTINCT s, 2, u, aide FROM classes WHERE aide IS NOT NULL
            UNION ALL SELECT number, 0, 0, unnest(range(
                CASE kind WHEN 'elementary' THEN 2 WHEN 'middle' THEN 3 ELSE 4 END)) FROM schools
        )
        SELECT row_number() OVER (ORDER BY s, post, u, t) AS n, s, post, u, t FROM posts
    """)
    con.execute(f"""
        CREATE TABLE staff AS
        WITH parents AS (
            -- A parent of the same zone; the first of several staff who hit the same one keeps it.
            SELECT k.n, g.n AS guardian, g.given, g.family,
                   row_number() OVER (PARTITION BY g.n ORDER BY k.n) AS turn
            FROM staff_keys k JOIN schools sc ON sc.number = k.s
            JOIN zones z ON z.zone = sc.zone
            JOIN students st ON st.i = z.first + CAST(floor(u(k.n, 31) * z.size) AS BIGINT)
            JOIN guardian_people g ON g.f = st.f AND g.j = 0
            WHERE u(k.n, 30) < 0.05
        ), chosen AS (SELECT *, {_origin_sql("u(n, 32)", names)} AS origin FROM staff_keys)
        SELECT k.n, k.s, k.post, k.u, k.t, sc.school_id,
               CASE k.post WHEN 0 THEN 'administrator' WHEN 2 THEN
                    CASE WHEN sc.kind = 'high' AND k.t % 3 = 2 THEN 'proctor' ELSE 'aide' END
                    ELSE 'teacher' END AS role,
               p.guardian, coalesce(p.given, g.name) AS given, coalesce(p.family, f.name) AS family,
               CASE WHEN k.post > 0 AND u(k.n, 33) < 0.03 THEN other.school_id END AS second_school,
               u(k.n, 34) AS reach
        FROM chosen k JOIN schools sc ON sc.number = k.s
        LEFT JOIN parents p ON p.n = k.n AND p.turn = 1
        LEFT JOIN schools other ON other.number = k.s + 1 AND other.zone = sc.zone
        JOIN names_given g ON g.origin = k.origin
             AND g.i = pick_given(u(k.n, 35), {_count_sql(names.given, "k.origin")})
        JOIN names_family f ON f.origin = k.origin
             AND f.i = pick_family(u(k.n, 36), {_count_sql(names.family, "k.origin")})
    """)
