"""Small invented districts: unrelated children, and those that a test adds."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.connect import WORKSPACE_FILES
from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates
from tests.duplicates.kinds import Pairs, Row

COLUMNS = (
    "sourcedId", "role", "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone",
    "orgSourcedIds", "grades", "agentSourcedIds",
)  # fmt: skip
GIVEN = (
    "Liam Olivia Noah Emma Mateo Sofia Amir Layla Henry Clara Oscar Nora Diego Lucia Felix Hazel Kofi Amara Hugo Ingrid"
).split()
FAMILY = (
    "Okafor Brandt Rivera Nakamura Petrov Singh Lindqvist Moreau Castellano Haddad Novak Ferreira Oyelaran Kowalski "
    "Achterberg Villanueva Tran Eriksen Baptiste Yamada"
).split()


@pytest.fixture(scope="session")
def strangers() -> list[Row]:
    """Sixty unrelated children, each with a mother; names recur as they do in a school, pairs of names do not."""
    rows = []
    for n in range(60):
        born = f"{2009 + n % 11}-{1 + n * 5 % 12:02}-{1 + n * 17 % 28:02}"
        family = FAMILY[(n + n // 20 * 3) % 20]
        rows.append(
            {
                "sourcedId": f"S{n:03}", "role": "student", "givenName": GIVEN[n % 20], "familyName": family,
                "identifier": f"{730000 + n * 3571}", "email": f"s{n:03}@students.example.org",
                "orgSourcedIds": "AB"[n % 2], "grades": f"{1 + n % 11:02}", "agentSourcedIds": f"M{n:03}",
                "birthDate": born,
            }
        )  # fmt: skip
        rows.append(
            {
                "sourcedId": f"M{n:03}", "role": "guardian", "givenName": GIVEN[(n * 7 + 3) % 20], "familyName": family,
                "email": f"m{n:03}@example.com", "sms": f"+1 555 {2000 + n * 37:04} {100 + n:03}",
                "orgSourcedIds": "AB"[n % 2],
            }
        )  # fmt: skip
    return rows


@pytest.fixture(scope="session")
def district(strangers: list[Row]) -> Callable[..., ck.Roster]:
    """A roster of the sixty and of further rows; columns that no row has, and those left out, are not delivered."""

    def made(
        *rows: Mapping[str, str], without: Iterable[str] = (), alone: bool = False, engine: object = None
    ) -> ck.Roster:
        frame = pd.DataFrame(
            [*([] if alone else strangers), *({"role": "student", **row} for row in rows)], dtype=object
        )
        columns = [name for name in COLUMNS if name in frame and name not in without]
        users = frame[columns]
        if "agentSourcedIds" in without:
            users = users[frame["role"] != "guardian"]
        frames = {"users": users.replace("", None).where(users.notna(), None)}
        if "birthDate" in frame and "birthDate" not in without:
            born = frame[["sourcedId", "birthDate"]].dropna().drop_duplicates("sourcedId")
            frames["demographics"] = born[born["birthDate"] != ""]
        return ck.Roster.from_frames(frames, engine=engine)  # type: ignore[arg-type]

    return made


@pytest.fixture(scope="session")
def twice() -> list[Row]:
    """A child entered twice, with a typing error and other numbers (P1, P2), and its mother (Q)."""
    child = {
        "givenName": "Marguerite", "familyName": "Blackwood", "orgSourcedIds": "A", "grades": "04",
        "birthDate": "2014-05-06", "agentSourcedIds": "Q",
    }  # fmt: skip
    first = {"sourcedId": "P1", "email": "mb@students.example.org", "identifier": "5550123"}
    second = {"sourcedId": "P2", "email": "blackwood.m@students.example.org", "identifier": "8810077"}
    mother = {
        "sourcedId": "Q", "role": "guardian", "givenName": "Ada", "familyName": "Blackwood", "email": "ada@example.com",
        "sms": "+1 555 010 9933", "orgSourcedIds": "A",
    }  # fmt: skip
    return [{**child, **first}, {**child, **second, "givenName": "Margeurite"}, mother]


@pytest.fixture(scope="session")
def found(district: Callable[..., ck.Roster], twice: list[Row]) -> Duplicates:
    """Duplicates among the sixty and a few more.

    P1 and P2 are one. X1 and X3 share nothing but a rare name; X2 has something in common with either. T1 and T3 are
    twins of one first name and other middle names; T2 has no middle name. H1 and H2 have names of one sound.
    """
    x = {"givenName": "Leopoldine", "familyName": "Quisenberry", "grades": "06"}
    t = {
        "givenName": "Ana", "familyName": "Zubizarreta", "birthDate": "2015-09-17", "orgSourcedIds": "B",
        "grades": "03", "agentSourcedIds": "GT",
    }  # fmt: skip
    h = {
        "familyName": "Abernathy", "birthDate": "2013-04-29", "orgSourcedIds": "A", "grades": "05",
        "agentSourcedIds": "GH",
    }  # fmt: skip
    g = {"role": "guardian", "orgSourcedIds": "A"}
    return find_duplicates(
        district(
            *twice,
            {**x, "sourcedId": "X1", "orgSourcedIds": "A", "birthDate": "2012-02-03", "agentSourcedIds": "GX1"},
            {**x, "sourcedId": "X2", "orgSourcedIds": "A,B", "agentSourcedIds": "GX1,GX3"},
            {**x, "sourcedId": "X3", "orgSourcedIds": "B", "birthDate": "2014-11-28", "agentSourcedIds": "GX3"},
            {**t, "sourcedId": "T1", "middleName": "Belen"},
            {**t, "sourcedId": "T2"},
            {**t, "sourcedId": "T3", "middleName": "Lucrecia"},
            {**h, "sourcedId": "H1", "givenName": "Caitlin"},
            {**h, "sourcedId": "H2", "givenName": "Kaitlyn"},
            {**g, "sourcedId": "GX1", "givenName": "Otto", "familyName": "Quisenberry", "sms": "+1 555 010 1001"},
            {**g, "sourcedId": "GX3", "givenName": "Nina", "familyName": "Wetherell", "sms": "+1 555 010 1002"},
            {**g, "sourcedId": "GT", "givenName": "Pilar", "familyName": "Zubizarreta", "sms": "+1 555 010 1003"},
            {**g, "sourcedId": "GH", "givenName": "Ruth", "familyName": "Abernathy", "sms": "+1 555 010 1004"},
        )
    )


@pytest.fixture(scope="session")
def workspace_at() -> Callable[..., ck.Workspace]:
    """A workspace of students (rows of students.csv) and guardians in a folder; school W1 has the School ID A."""

    def made(
        folder: Path, students: Iterable[Row], guardians: Iterable[Row] = (), *, engine: object = None
    ) -> ck.Workspace:
        tables: dict[str, Iterable[Row]] = {
            "schools": [{"connectSchoolId": "W1", "name": "Alder School", "schoolId": "A"}],
            "students": [{"connectSchoolId": "W1", "grade": "03", **row} for row in students],
            "guardians": guardians, "classrooms": (), "staff": (), "enrollments": (),
        }  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, WORKSPACE_FILES[name], restval="")
                writer.writeheader()
                writer.writerows(rows)
        return ck.read_workspace(folder, engine=engine)  # type: ignore[arg-type]

    return made


@pytest.fixture(scope="session")
def pairs_of() -> Callable[[pd.DataFrame], Pairs]:
    """The pairs of a table as sets of IDs, in which order does not matter."""

    def made(table: pd.DataFrame) -> Pairs:
        return {frozenset(pair) for pair in zip(table["left_id"], table["right_id"], strict=True)}

    return made
