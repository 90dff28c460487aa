"""Who resembles whom in a lifelike district: twins, siblings with fitting birth dates, and unrelated namesakes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from connect_kit.samples.layouts import school_year
from connect_kit.samples.loading import load_rows
from connect_kit.samples.names import read_rows

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.sizes import Sizes

# Pairs per student: three students of a hundred are twins.
_TWINS: Final = 0.015
_NAMESAKES: Final = 0.001
_ALIKE: Final = 0.45
_YEAR_OF_GRADE: Final = "CASE grade WHEN 'KG' THEN 0 ELSE grade::INTEGER END"


def plan_twins_and_namesakes(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    """Make twins out of students who share a grade, and choose the families whose children are namesakes."""
    twins = max(1, round(_TWINS * sizes.students))
    # Two neighbors of a grade become twins when one of them is an only child, who joins the other's family.
    con.execute(f"""
        CREATE TABLE joins AS
        WITH sizes AS (SELECT f, count(*) AS n FROM students GROUP BY f
        ), free AS (
            SELECT st.i, st.f, st.s, st.g, z.n, row_number() OVER (PARTITION BY st.s, st.g ORDER BY st.r) AS place
            FROM students st JOIN sizes z USING (f) WHERE z.n = 1 OR (z.n = 2 AND st.child = 0)
        ), paired AS (
            SELECT a.i AS a_i, a.f AS a_f, a.n AS a_n, b.i AS b_i, b.f AS b_f, b.n AS b_n
            FROM free a JOIN free b ON b.s = a.s AND b.g = a.g AND b.place = a.place + 1
            WHERE a.place % 2 = 1 AND a.f <> b.f AND least(a.n, b.n) = 1
        )
        SELECT CASE WHEN b_n = 1 THEN b_i ELSE a_i END AS i, CASE WHEN b_n = 1 THEN a_f ELSE b_f END AS f,
               CASE WHEN b_n = 1 THEN a_n ELSE b_n END AS child
        FROM paired ORDER BY u(a_i, 101), a_i LIMIT {twins}
    """)
    con.execute("UPDATE students SET f = j.f, child = j.child FROM joins j WHERE j.i = students.i")
    con.execute("DROP TABLE joins")
    # Half of the namesakes are at one school, the others in one grade; neither has brothers or sisters.
    con.execute(f"""
        CREATE TABLE namesake_pairs AS
        WITH alone AS (
            SELECT st.i, st.f, st.s, st.grade, u(st.i, 110) < 0.5 AS at_school
            FROM students st JOIN (SELECT f FROM students GROUP BY f HAVING count(*) = 1) USING (f)
        ), placed AS (
            SELECT *, row_number() OVER (PARTITION BY at_school, CASE WHEN at_school THEN s::VARCHAR ELSE grade END
                                         ORDER BY u(i, 111), i) AS place
            FROM alone
        )
        SELECT a.i, b.i AS other, a.f, b.f AS other_f, a.s = b.s AS same_school, a.grade = b.grade AS same_grade,
               CASE WHEN a.grade <> b.grade THEN '' WHEN a.s <> b.s AND u(a.i, 112) < 0.03 THEN 'date'
                    WHEN u(a.i, 112) < 0.6 THEN 'month' ELSE '' END AS born
        FROM placed a JOIN placed b ON b.at_school = a.at_school AND b.place = a.place + 1
             AND CASE WHEN a.at_school THEN b.s = a.s ELSE b.grade = a.grade END
        WHERE a.place % 2 = 1 ORDER BY u(a.i, 113), a.i LIMIT {max(1, round(_NAMESAKES * sizes.students))}
    """)
    con.execute("INSERT INTO namesakes SELECT unnest([f, other_f]), -f - 1 FROM namesake_pairs")


def name_twins_and_namesakes(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    """Give twins their names, everybody a birth date, and most a middle name."""
    seen = Counter[int]()
    rows = []
    for origin, first, second in read_rows("twins_alike.csv"):
        kind = int(origin)
        rows.append((kind, seen[kind], first, second))
        seen[kind] += 1
    columns = {"kind": "INTEGER", "k": "BIGINT", "first": "VARCHAR", "second": "VARCHAR"}
    load_rows(con, "alike_names", columns, rows)
    counts = ",".join(str(seen[kind]) for kind in sorted(seen))
    # No parents call one child William and the next one Liam: the later child takes a name further down the list.
    load_rows(con, "short_names", {"name": "VARCHAR", "short": "VARCHAR"}, read_rows("nicknames.csv"))
    con.execute("""
        UPDATE children SET given = other.name
        FROM (
            SELECT b.i AS i, g.origin, g.i AS at FROM children a JOIN children b ON b.kin = a.kin AND b.i > a.i
            JOIN short_names s ON (s.name, s.short) IN ((a.given, b.given), (b.given, a.given))
            JOIN names_given g ON g.name = b.given
            QUALIFY row_number() OVER (PARTITION BY b.i ORDER BY g.origin, g.i) = 1
        ) AS named JOIN names_given AS other ON other.origin = named.origin AND other.i = named.at + 1
        WHERE children.i = named.i
    """)
    middle = [name for (name,) in read_rows("middle_names.csv")]
    load_rows(con, "middle_names", {"k": "BIGINT", "name": "VARCHAR"}, list(enumerate(middle)))
    year = school_year(sizes.today)[0].year
    con.execute(f"""
        CREATE TABLE twins AS
        WITH sets AS (
            SELECT f, grade, count(*) AS n, min(i) AS first FROM students GROUP BY ALL HAVING count(*) > 1
        ), facts AS (
            SELECT t.*, n.names, CASE WHEN fa.origin = 1 THEN 1 WHEN fa.origin IN (0, 2) THEN 0
                        WHEN u(t.f, 131) < 0.35 THEN 0 ELSE 2 END AS kind
            FROM sets t JOIN families fa USING (f)
            JOIN (SELECT kin, list(given) AS names FROM children GROUP BY kin) n ON n.kin = t.f
        )
        SELECT st.i, t.f, t.first = st.i AS first, a.first IS NOT NULL AS alike, u(t.f, 133) < 0.2 AS middle,
               CASE WHEN t.first = st.i THEN a.first ELSE a.second END AS given
        FROM facts t JOIN students st ON st.f = t.f AND st.grade = t.grade
        LEFT JOIN alike_names a ON a.kind = t.kind AND t.n = 2 AND u(t.f, 130) < {_ALIKE}
             AND a.k = floor(u(t.f, 132) * ([{counts}])[t.kind + 1])
             -- A brother or a sister may bear the name already.
             AND NOT list_has_any(t.names, [a.first, a.second])
    """)
    con.execute(f"""
        CREATE OR REPLACE TABLE children AS
        WITH facts AS (
            SELECT c.* EXCLUDE (given, middle, birth), coalesce(t.given, c.given) AS given,
                   m.name AS middle, t.middle IS TRUE OR (t.i IS NULL AND u(c.i, 141) < 0.05) AS spelled,
                   -- Siblings of neighboring grades are at least ten months apart; those of one grade are twins.
                   (make_date({year} - 6 - {_YEAR_OF_GRADE}, 9, 1) + (floor(u(c.kin, 80) * 314))::INTEGER
                    + (floor(u(c.kin * 16 + {_YEAR_OF_GRADE}, 82) * 50))::INTEGER)::DATE AS birth
            FROM children c JOIN students st USING (i) LEFT JOIN twins t USING (i)
            LEFT JOIN middle_names m ON m.k = floor(u(CASE WHEN t.middle THEN c.kin ELSE c.i END, 140) * {len(middle)})
                 AND (t.middle IS TRUE OR u(c.i, 142) < 0.65)
                 AND NOT contains(coalesce(t.given, c.given), m.name)
        )
        SELECT * EXCLUDE (given, middle, spelled),
               CASE WHEN spelled AND middle IS NOT NULL AND NOT contains(given, ' ') THEN given || ' ' || middle
                    ELSE given END AS given,
               CASE WHEN NOT spelled THEN middle END AS middle
        FROM facts
    """)
    con.execute("""
        UPDATE children SET birth = CASE n.born WHEN 'date' THEN a.birth ELSE
            (date_trunc('month', a.birth) + to_days((floor(u(a.i, 114) * 28))::INTEGER))::DATE END
        FROM namesake_pairs n JOIN children a ON a.i = n.i WHERE n.other = children.i AND n.born <> ''
    """)
