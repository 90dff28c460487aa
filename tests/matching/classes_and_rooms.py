"""Classes of a delivery and classrooms of Connect, made for one test."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

import connect_kit as ck
from connect_kit.connect import WORKSPACE_FILES
from connect_kit.matching.classrooms import match_classrooms
from connect_kit.matching.data import COLUMNS
from connect_kit.matching.matches import ClassroomMatches

CLASS = ("sourcedId", "title", "grades", "schoolSourcedId", "periods")
ROOM = ("connectClassroomId", "title", "grades", "classId", "archived", "connectSchoolId")
STAFF = {"T1": ("Ana", "Rivera"), "T2": ("Bo", "Brandt-Silva"), "T3": ("Li", "Okafor")}
DAY = date(2026, 10, 1)


def roster(
    *classes: Sequence[str], teachers: Mapping[str, str] | None = None, members: Mapping[str, range] | None = None
) -> ck.Roster:
    """Classes as ID, title, grades, School ID (0104), periods; teachers and numbers of students by class."""
    rows = [[*row, *("", "", "0104", "")[len(row) - 1 :]][:5] if len(row) < 5 else list(row) for row in classes]
    rows = [[*row[:2], row[2] if len(row) > 2 else "", row[3] or "0104", row[4]] for row in rows]
    people = [(user, "teacher", *name, "") for user, name in STAFF.items()]
    people += [(f"P{n}", "student", f"Kid{n}", f"Family{n}", "07") for n in range(100)]
    seats = [(of, user, "teacher") for of, user in (teachers or {}).items()]
    seats += [(of, f"P{n}", "student") for of, numbers in (members or {}).items() for n in numbers]
    frames = {
        "classes": pd.DataFrame(rows, columns=list(CLASS)),
        "users": pd.DataFrame(people, columns=["sourcedId", "role", "givenName", "familyName", "grades"]),
        "enrollments": pd.DataFrame(seats, columns=["classSourcedId", "userSourcedId", "role"]),
    }
    frames["users"]["orgSourcedIds"] = "0104"
    return ck.Roster.from_frames({name: frame.replace("", None) for name, frame in frames.items()})


def workspace(
    folder: Path,
    *rooms: Sequence[str],
    schools: Sequence[tuple[str, str]] = (("S1", "0104"),),
    teachers: Mapping[str, str] | None = None,
    members: Mapping[str, range] | None = None,
    known: bool = False,
) -> ck.Workspace:
    """Classrooms as ID, title, grades, class ID, archived, school (S1); staff are Connect's own accounts by name."""
    folder.mkdir(exist_ok=True)
    filled = [[*row, *("", "", "", "", "", "S1")[len(row) :]] for row in rows_of(rooms)]
    tables: dict[str, list[dict[str, str]]] = {
        "schools": [{"connectSchoolId": own, "name": f"School {own}", "schoolId": number} for own, number in schools],
        "classrooms": [dict(zip(ROOM, row, strict=True)) for row in filled],
        "staff": [
            {"connectUserId": f"K{user}", "connectSchoolIds": "S1", "givenName": name[0], "familyName": name[1]}
            for user, name in STAFF.items()
        ],
        "students": [
            {
                "connectStudentId": f"W{n}", "connectSchoolId": "S1", "grade": "06",
                "givenName": f"kid{n}", "familyName": f"Family{n}", "studentId": f"P{n}" if known else "",
            }
            for n in range(130)
        ],
        "enrollments": [
            {"connectClassroomId": of, "connectUserId": user, "role": role}
            for of, user, role in [
                *((of, f"K{user}", "teacher") for of, user in (teachers or {}).items()),
                *((of, f"W{n}", "student") for of, numbers in (members or {}).items() for n in numbers),
            ]
        ],
    }  # fmt: skip
    for name, records in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, WORKSPACE_FILES[name], restval="")
            writer.writeheader()
            writer.writerows(records)
    return ck.read_workspace(folder)


def rows_of(rooms: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(room) for room in rooms]


def match(here: ck.Roster, there: ck.Workspace) -> ClassroomMatches:
    return match_classrooms(here, there, today=DAY)


def rows(matches: ClassroomMatches) -> list[list[object]]:
    table = matches.table()
    assert list(table.columns) == list(COLUMNS)
    return table.drop(columns=["roster_title", "workspace_title"]).fillna("").to_numpy().tolist()


def pairs(matches: ClassroomMatches) -> dict[str, str]:
    table = matches.table()
    paired = table[table["status"].isin(["matched", "suggested"])]
    return dict(zip(paired["roster_id"], paired["workspace_id"], strict=True))
