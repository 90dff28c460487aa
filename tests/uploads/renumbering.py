"""A delivery whose students come under new IDs, and plain counts of what a twin holds."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from connect_kit.twin import Twin


def renumber(users: Path) -> dict[str, str]:
    """Give every student of a delivery another ID, in all of its files; old to new."""
    with users.open(newline="", encoding="utf-8") as file:
        students = [row["sourcedId"] for row in csv.DictReader(file) if row["role"] == "student"]
    new = {old: f"stu-{place * 7919 % 100_003:05d}-x" for place, old in enumerate(students, 1)}
    for path in users.parent.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = [[new.get(value, value) for value in row] for row in csv.reader(file)]
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    return new


def count(twin: Path, folder: Path) -> dict[str, int]:
    """Students, those with an ID, not archived ones, and seats of students, by plain SQL on the exported files."""
    Twin(twin).export(folder)
    students, seats = (str(folder / f"{name}.csv") for name in ("students", "enrollments"))
    with duckdb.connect() as connection:
        read = "read_csv('{}', all_varchar = true, header = true)".format
        rows = connection.execute(
            f"SELECT count(*), count(studentId), count(*) FILTER (archived = 'false') FROM {read(students)}"
        ).fetchone()
        seated = connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT connectClassroomId, connectUserId FROM {read(seats)} "
            f"JOIN {read(students)} ON connectUserId = connectStudentId)"
        ).fetchone()
    assert rows is not None and seated is not None
    return {"students": rows[0], "with ID": rows[1], "active": rows[2], "seats": seated[0]}
