"""The files of a hostile delivery, and of a workspace that knows some of what is in it."""

# ruff: noqa: E501  # one table reads best as one expression

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

from tests.recount.rosters import Maker


def write_delivery(folder: Path, seed: int, layout: str, level: str, guardians: str) -> list[str]:
    """Write the delivery of a seed; gives the School IDs that it means."""
    maker = Maker(seed, layout, level, guardians)
    folder.mkdir(parents=True)
    for table, (columns, rows) in maker.make().items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    return maker.schools


def write_workspace(folder: Path, seed: int, delivery: Path, schools: Sequence[str]) -> None:
    """Write a workspace that knows some of the schools, people and classes, not all as they are delivered."""
    chance = random.Random(f"{seed} workspace")
    folder.mkdir(parents=True)
    known = [chance.choice((school, school, school, school.lstrip("0"), "0" + school, "")) for school in schools]
    places = [f"K{n}" for n in range(len(known))]
    users = list(csv.DictReader((delivery / "users.csv").open(encoding="utf-8", newline="")))
    classes = list(csv.DictReader((delivery / "classes.csv").open(encoding="utf-8", newline="")))
    some = [row["sourcedId"] for row in users if chance.random() < 0.3]
    managed = chance.random() < 0.6
    files = {
        "schools": ("connectSchoolId,name,schoolId", [[place, place, school] for place, school in zip(places, known, strict=True)]),
        "students": (
            "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived",
            [[f"X{n}", chance.choice(places), "Zed", f"Zoe{n}", "03", "", one if managed else "", chance.choice(("true", "false", "", "TRUE"))] for n, one in enumerate([*some, "x99", "n1"])],
        ),
        "staff": ("connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId", [["T1", places[0], "Yul", "Yew", "", "", "teacher", "x98"]]),
        "guardians": ("connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds", [["G1", "Uma", "Urn", "uma@example.org", "", "", "x97", "X0"]]),
        "classrooms": (
            "connectClassroomId,connectSchoolId,title,grades,classId,archived",
            [[f"R{n}", chance.choice(places), "Room", "03", row["sourcedId"].lstrip("0") if chance.random() < 0.5 else "", "false"] for n, row in enumerate([*classes, {"sourcedId": "x99"}])],
        ),
        "enrollments": ("connectClassroomId,connectUserId,role", []),
    }  # fmt: skip
    for name, (header, rows) in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header.split(","), *rows])
