"""Students some of whom are on Connect twice, and what the tests ask of a twin."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from connect_kit.merging import MergePlan
from connect_kit.twin import Twin

STUDENTS = "connectStudentId connectSchoolId givenName familyName grade email studentId archived".split()
#: Ada was made by hand twice, Ben once; both came with an upload. Cal is by hand only, Dee under the SIS only.
PEOPLE = [
    ["CS01", "S001", "Ada", "Ashford", "05", "ada@maple.example", "", "true"],
    ["CS02", "S001", "Ada M", "Ashford", "05", "", "", "true"],
    ["CS03", "S002", "Ben", "Birchwood", "06", "", "", "false"],
    ["CS04", "S001", "Cal", "Cove", "07", "", "", "false"],
    ["CS11", "S001", "Adah", "Ashford", "06", "", "0011", "false"],
    ["CS12", "S002", "Ben", "Birchwood", "06", "", "0012", "false"],
    ["CS13", "S001", "Dee", "Dunn", "06", "", "0013", "false"],
]
ADA, ADA_TOO, BEN = ("CS11", "CS01"), ("CS11", "CS02"), ("CS12", "CS03")


def write(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])


def plan_for(twin: Twin, *merges: tuple[str, str]) -> MergePlan:
    return MergePlan.of(twin.workspace(), merges)


def contents(twin: Twin, table: str, *columns: str) -> set[tuple[Any, ...]]:
    return set(twin.table(table)[list(columns)].astype(object).itertuples(index=False, name=None))
