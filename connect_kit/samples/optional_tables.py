"""The tables of the standard that Connect does not ask for, made for the OneRoster layouts."""

from __future__ import annotations

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
    orgs: list[dict[str, str | None]] = [
        {"sourcedId": DISTRICT_ID, "name": f"{sizes.place} District", "type": "district"}
    ]
    for school in sizes.schools:
        row = {"sourcedId": school.school_id, "name": school.name, "type": "school"}
        orgs.append({**row, "parentSourcedId": DISTRICT_ID})
    first, middle, end = school_year(sizes.today)
    year = str(end.year)
    sessions = [
        ("YEAR", f"School year {year}", "schoolYear", first, end, None),
        ("TERM-1", "First semester", "semester", first, middle, "YEAR"),
        ("TERM-2", "Second semester", "semester", middle, end, "YEAR"),
    ]
    _load(con, "orgs", orgs)
    _load(
        con,
        "academicSessions",
        [
            {
                "sourcedId": key,
                "title": title,
                "type": kind,
                "startDate": start.isoformat(),
                "endDate": stop.isoformat(),
                "parentSourcedId": parent,
                "schoolYear": year,
            }
            for key, title, kind, start, stop, parent in sessions
        ],
    )
    _load(
        con,
        "courses",
        [
            {
                "sourcedId": f"C{grade}-{u + 1:02d}",
                "schoolYearSourcedId": "YEAR",
                "title": title,
                "courseCode": f"{grade}{u + 1:02d}",
                "grades": grade,
                "orgSourcedId": DISTRICT_ID,
            }
            for grade, titles in SUBJECTS.items()
            for u, title in enumerate(titles)
        ],
    )
    _make_demographics(con, first.year)
    con.execute(f"UPDATE enrollments SET \"beginDate\" = '{first.isoformat()}', \"endDate\" = '{end.isoformat()}'")


def _load(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, str | None]]) -> None:
    names = [column.name for column in TABLES[table]]
    load_rows(
        con,
        table,
        {"_pos": "BIGINT", **dict.fromkeys(names, "VARCHAR")},
        [(10 * (i + 1), *(row.get(name) for name in names)) for i, row in enumerate(rows)],
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
