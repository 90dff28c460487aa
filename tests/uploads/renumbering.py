"""A delivery whose records come under new IDs, and plain counts of what a twin holds."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from connect_kit.twin import Twin


def _column(path: Path, name: str) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row[name]]


def renumber(users: Path, *kinds: str) -> dict[str, str]:
    """Give every record of these kinds (by default students) of a delivery another ID, in all files; old to new."""
    wanted, folder = kinds or ("students",), users.parent
    old: dict[str, list[str]] = {kind: [] for kind in ("schools", "students", "staff", "guardians", "classrooms")}
    for row in _column(users, "sourcedId"):
        adult = "guardians" if row["role"] in ("guardian", "parent", "relative") else "staff"
        old["students" if row["role"] == "student" else adult].append(row["sourcedId"])
        old["schools"] += row["orgSourcedIds"].split(",")
    old["classrooms"] = [row["sourcedId"] for row in _column(folder / "classes.csv", "sourcedId")]
    new = {
        one: f"{kind[:3]}-{place * 7919 % 100_003:05d}-x"
        for kind in wanted
        for place, one in enumerate(dict.fromkeys(old[kind]), 1)
    }
    for path in folder.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = [
                [",".join(new.get(one, one) for one in value.split(",")) for value in row] for row in csv.reader(file)
            ]
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    return new


def count(twin: Path, folder: Path) -> dict[str, int]:
    """Students, those with an ID, active ones, seats of students, and others, by plain SQL on the files."""
    Twin(twin).export(folder)
    students, seats, *others = (
        f"read_csv('{folder / name}.csv', all_varchar = true, header = true)"
        for name in ("students", "enrollments", "guardians", "staff", "classrooms")
    )
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT count(*), count(studentId), count(*) FILTER (archived = 'false'), "
            f"(SELECT count(*) FROM (SELECT DISTINCT connectClassroomId, connectUserId FROM {seats} "
            f"JOIN {students} ON connectUserId = connectStudentId)), "
            + ", ".join(f"(SELECT count(*) FROM {other})" for other in others)
            + f" FROM {students}"
        ).fetchone()
    assert rows is not None
    names = ("students", "with ID", "active", "seats", "guardians", "staff", "classrooms")
    return dict(zip(names, rows, strict=True))
