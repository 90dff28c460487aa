"""The tables of the standard that Connect does not ask for, made for the OneRoster layouts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from connect_kit.oneroster import TABLES
from connect_kit.samples.classes import SUBJECTS
from connect_kit.samples.layouts import school_year
from connect_kit.samples.loading import load_rows

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.sizes import Sizes

DISTRICT_ID = "DISTRICT-1"


def make_optional_tables(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    """Make orgs, courses, academicSessions and demographics, every column of the standard."""
    first, middle, end = school_year(sizes.today)
    year = str(end.year)
    _load(
        con,
        "orgs",
        ("sourcedId", "name", "type", "parentSourcedId"),
        [
            (DISTRICT_ID, f"{sizes.place} District", "district", None),
            *((school.school_id, school.name, "school", DISTRICT_ID) for school in sizes.schools),
        ],
    )
    _load(
        con,
        "academicSessions",
        ("sourcedId", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
        [
            ("YEAR", f"School year {year}", "schoolYear", first.isoformat(), end.isoformat(), None, year),
            ("TERM-1", "First semester", "semester", first.isoformat(), middle.isoformat(), "YEAR", year),
            ("TERM-2", "Second semester", "semester", middle.isoformat(), end.isoformat(), "YEAR", year),
        ],
    )
    _load(
        con,
        "courses",
        ("sourcedId", "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId"),
        [
            (f"C{grade}-{u:02d}", "YEAR", title, f"{grade}{u:02d}", grade, DISTRICT_ID)
            for grade, titles in SUBJECTS.items()
            for u, title in enumerate(titles, 1)
        ],
    )
    _make_demographics(con, first.year)
    con.execute(f"UPDATE enrollments SET \"beginDate\" = '{first.isoformat()}', \"endDate\" = '{end.isoformat()}'")


def _load(
    con: duckdb.DuckDBPyConnection, table: str, titles: Sequence[str], rows: Iterable[Sequence[str | None]]
) -> None:
    """Create a table of the standard with these columns filled and all others blank."""
    names = [column.name for column in TABLES[table]]
    filled = [dict(zip(titles, row, strict=True)) for row in rows]
    load_rows(
        con,
        table,
        {"_pos": "BIGINT", **dict.fromkeys(names, "VARCHAR")},
        [(10 * number, *(row.get(name) for name in names)) for number, row in enumerate(filled, 1)],
    )


def _make_demographics(con: duckdb.DuckDBPyConnection, year: int) -> None:
    """Birth dates: five years old by the start of kindergarten, one more for each grade, unless they are known."""
    grade = "CASE grade WHEN 'KG' THEN 0 ELSE grade::INTEGER END"
    chosen = f"(make_date({year} - 6 - {grade}, 9, 1) + (floor(u(i, 80) * 364))::INTEGER)::DATE"
    known = {
        "sourcedId": "student_id",
        "birthDate": f"(CASE WHEN dated THEN birth ELSE {chosen} END)::VARCHAR",
        "sex": "CASE WHEN u(person, 81) < 0.5 THEN 'female' ELSE 'male' END",
    }
    titles = ", ".join(
        f'{known.get(column.name, "NULL::VARCHAR")} AS "{column.name}"' for column in TABLES["demographics"]
    )
    con.execute(f"""
        CREATE TABLE demographics AS
        SELECT 10 * row_number() OVER (ORDER BY student_id) AS _pos, {titles}
        FROM pupils ORDER BY _pos
    """)


def make_roles(con: duckdb.DuckDBPyConnection) -> None:
    """1.2 moves roles out of users.csv: one row per person and school, the first one primary."""
    role = "CASE WHEN role = 'administrator' THEN 'siteAdministrator' ELSE role END"
    known = {
        "sourcedId": "'R-' || _pos::VARCHAR || '-' || k::VARCHAR",
        "userSourcedId": '"sourcedId"',
        "roleType": "CASE WHEN k = 1 THEN 'primary' ELSE 'secondary' END",
        "role": role,
        "orgSourcedId": "orgs[k]",
    }
    titles = ", ".join(f'{known.get(column.name, "NULL::VARCHAR")} AS "{column.name}"' for column in TABLES["roles"])
    con.execute(f"""
        CREATE TABLE roles AS
        WITH lists AS (
            SELECT _pos, "sourcedId", role, string_split("orgSourcedIds", ',') AS orgs FROM users
        ), each AS (SELECT *, unnest(range(1, len(orgs) + 1)) AS k FROM lists)
        SELECT 10 * row_number() OVER (ORDER BY _pos, k) AS _pos, {titles}
        FROM each ORDER BY _pos
    """)
