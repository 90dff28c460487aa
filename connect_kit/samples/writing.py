"""Writes tables as CSV files of a delivery or a workspace: UTF-8, LF, quotes where needed."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.connect import WORKSPACE_FILES
from connect_kit.engine import literal
from connect_kit.samples.layouts import Column

if TYPE_CHECKING:
    import duckdb

_WORKSPACE: Mapping[str, str] = {
    "schools": """
        SELECT 'CS' || lpad((number + 1)::VARCHAR, 5, '0') AS "connectSchoolId", {school_name} AS name,
               {school_id} AS "schoolId" FROM schools ORDER BY number""",
    "classrooms": """
        SELECT 'CC' || lpad((c._pos // 10)::VARCHAR, 8, '0') AS "connectClassroomId",
               'CS' || lpad((sc.number + 1)::VARCHAR, 5, '0') AS "connectSchoolId", c.title,
               c.grades, {class_id} AS "classId", 'false' AS archived
        FROM classes c JOIN schools sc ON sc.school_id = c."schoolSourcedId" {class_ids}
        WHERE {classrooms} ORDER BY c._pos""",
    "students": """
        SELECT 'CP' || lpad((u._pos // 10)::VARCHAR, 8, '0') AS "connectStudentId",
               'CS' || lpad((sc.number + 1)::VARCHAR, 5, '0') AS "connectSchoolId",
               u."givenName", u."familyName", u.grades AS grade, u.email,
               u."sourcedId" AS "studentId", 'false' AS archived
        FROM users u JOIN schools sc ON sc.school_id = u."orgSourcedIds"
        WHERE u.role = 'student' AND {students} ORDER BY u._pos""",
    "guardians": """
        SELECT 'CU' || lpad(g.n::VARCHAR, 8, '0') AS "connectUserId", g.given AS "givenName",
               g.family AS "familyName", p.email, p.sms, p.phone, g.guardian_id AS "guardianId",
               {children} AS "connectStudentIds"
        FROM guardian_people g JOIN people p ON p.part = 2 AND p.n = g.n
        LEFT JOIN (SELECT s.f, string_agg('CP' || lpad((u._pos // 10)::VARCHAR, 8, '0'), ','
                     ORDER BY u._pos) AS children
              FROM pupils s JOIN users u ON u."sourcedId" = s.student_id
              WHERE {students} GROUP BY s.f) k
          ON k.f = g.f {links} WHERE {guardians} ORDER BY g.n""",
    "staff": """
        SELECT 'CT' || lpad(k.n::VARCHAR, 8, '0') AS "connectUserId",
               'CS' || lpad((k.s + 1)::VARCHAR, 5, '0')
               || CASE WHEN k.second_school IS NULL THEN ''
                       ELSE ',CS' || lpad((k.s + 2)::VARCHAR, 5, '0') END AS "connectSchoolIds",
               u."givenName", u."familyName", u.email, u.sms, u.role, {staff_id} AS "staffId"
        FROM staff k JOIN users u ON u."sourcedId" = k.staff_id ORDER BY k.n""",
    "enrollments": """
        SELECT 'CC' || lpad((c._pos // 10)::VARCHAR, 8, '0') AS "connectClassroomId",
               CASE WHEN e.role = 'student' THEN 'CP' || lpad((u._pos // 10)::VARCHAR, 8, '0')
                    ELSE 'CT' || lpad(k.n::VARCHAR, 8, '0') END AS "connectUserId", e.role
        FROM enrollments e JOIN classes c ON c."sourcedId" = e."classSourcedId"
        JOIN users u ON u."sourcedId" = e."userSourcedId"
        LEFT JOIN staff k ON k.staff_id = e."userSourcedId"
        WHERE {classrooms} AND (e.role <> 'student' OR {students}) ORDER BY e._pos""",
}

# What fills the gaps above where nothing was made by hand.
_AS_DELIVERED: Mapping[str, str] = {
    "school_name": "name",
    "school_id": "school_id",
    "class_id": 'c."sourcedId"',
    "class_ids": "",
    "children": "k.children",
    "links": "",
    "guardians": "true",
    "staff_id": "k.staff_id",
}


def write_table(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    table: str,
    columns: Sequence[Column],
    *,
    sort: bool,
) -> None:
    """Write one table by ``_pos``; only a table that rows were added to needs sorting."""
    titles = ", ".join(f'{sql} AS "{name}"' for name, sql in columns)
    order = "ORDER BY _pos" if sort else ""
    copy_to(con, f'SELECT {titles} FROM "{table}" {order}', path)


def write_workspace(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    kept: Mapping[str, str],
    added: Mapping[str, Iterable[Mapping[str, str]]],
    by_hand: Mapping[str, str] | None = None,
    otherwise: Sequence[tuple[str, str, str, Mapping[str, str]]] = (),
) -> None:
    """Write the six files of a workspace that agrees with the delivery, but for what is planted.

    ``kept`` fills the gaps of the queries; ``by_hand`` has a further query for some of the files; ``otherwise``: file,
    column, ID in it, and the values that this record has in place of the delivery's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, titles in WORKSPACE_FILES.items():
        path = folder / f"{name}.csv"
        query = _WORKSPACE[name].format(**{**_AS_DELIVERED, **kept})
        for key, own, values in (one[1:] for one in otherwise if one[0] == name):
            cases = [f'if("{key}" = {literal(own)}, {literal(to)}, "{at}") AS "{at}"' for at, to in values.items()]
            query = f"SELECT * REPLACE ({', '.join(cases)}) FROM ({query})"
        copy_to(con, query, path)
        if by_hand and name in by_hand:
            more = path.with_suffix(".more")
            copy_to(con, by_hand[name], more)
            with path.open("ab") as end, more.open("rb") as rows:
                rows.readline()
                shutil.copyfileobj(rows, end)
            more.unlink()
        with path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, titles, restval="", lineterminator="\n")
            writer.writerows(added.get(name, ()))


def write_rows(path: Path, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a small file row by row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(titles)
        writer.writerows(rows)


def copy_to(con: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    """Write the result of a query."""
    con.execute(f"COPY ({select}) TO {literal(path)} (FORMAT csv, HEADER, NULLSTR '')")
