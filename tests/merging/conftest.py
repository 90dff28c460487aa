"""A district on Connect whose records are to be merged, and a twin of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.twin import Twin
from connect_kit.twin.database import open_session
from tests.merging.small import PEOPLE, STUDENTS, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "connect"
    schools = [["S001", "Alder", "A"], ["S002", "Birch", "B"]]
    write(place / "schools.csv", ["connectSchoolId", "name", "schoolId"], schools)
    write(place / "students.csv", STUDENTS, PEOPLE)
    rooms = [[f"CC0{n}", f"S00{1 + n // 4}", f"Room {n}", "06", "", "false"] for n in (1, 2, 3, 4)]
    write(
        place / "classrooms.csv",
        ["connectClassroomId", "connectSchoolId", "title", "grades", "classId", "archived"],
        rooms,
    )
    guardians = [
        ["CU1", "Amy", "Ashford", "amy@maple.example", "", "", "", "CS01"],
        ["CU2", "Abe", "Ashford", "abe@maple.example", "", "", "G2", "CS01,CS11"],
        ["CU3", "Bo", "Birchwood", "bo@maple.example", "", "", "", "CS03"],
    ]
    write(
        place / "guardians.csv",
        "connectUserId givenName familyName email sms phone guardianId connectStudentIds".split(),
        guardians,
    )
    seats = [["CC01", "CS01"], ["CC02", "CS01"], ["CC01", "CS02"], ["CC02", "CS11"], ["CC03", "CS11"], ["CC04", "CS03"]]
    write(
        place / "enrollments.csv",
        ["connectClassroomId", "connectUserId", "role"],
        [[*seat, "student"] for seat in seats],
    )
    return place


@pytest.fixture
def twin(tmp_path: Path, folder: Path) -> Twin:
    made = Twin.fill(tmp_path / "maple.duckdb", folder, district="Maple Valley")
    attributes = [
        ("CS01", "Bus", "7"), ("CS01", "Locker", "21"), ("CS02", "Locker", "22"), ("CS02", "House", "Red"),
        ("CS11", "Bus", "9"), ("CS03", "Bus", "1"),
    ]  # fmt: skip
    history = [("H1", "CS01", "announcement"), ("H2", "CS01", "backpack"), ("H3", "CS02", "interaction"),
               ("H4", "CS11", "announcement"), ("H5", "CS03", "backpack")]  # fmt: skip
    with open_session(made.path, "a test") as session, session.transaction():
        for row in attributes:
            session.execute("INSERT INTO attributes VALUES (?, ?, ?)", row)
        for row in history:
            session.execute("INSERT INTO history VALUES (?, ?, ?, '2026-01-01')", row)
    return made
