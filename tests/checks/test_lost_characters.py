"""Characters that a program could not read: two IDs that have lost one are not the same, whatever they look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks.cases import CLEAN, checked, deliver, said

if TYPE_CHECKING:
    from pathlib import Path

LOST = "file.lost_character"
GUARDIANS = ["studentSourcedId,guardianSourcedId,givenName,familyName,email", "s\udce91,g1,Ann,Oak,ao@example.com"]
ORGS = ["sourcedId,name,type", "o\udce91,Elm Street School,school"]
ROLES = ["sourcedId,userSourcedId,roleType,role,orgSourcedId", "r1,s\udce91,primary,student,org1"]


def written(folder: Path, table: str, lines: list[str]) -> Path:
    """A delivery one of whose files holds bytes that are not UTF-8, written as surrogates."""
    place = deliver(folder, **({} if table in CLEAN else {table: lines}))
    text = "\n".join([*lines, ""])
    (place / f"{table}.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    return place


@pytest.mark.parametrize(
    ("table", "lines", "severity"),
    [
        ("users", [*CLEAN["users"], "s\udce91,org1,student,Zoë,Newa,,,p1,07,true"], "critical"),
        ("users", [*CLEAN["users"], "s\ufffd1,org1,student,Zoe,Newa,,,p1,07,true"], "critical"),
        ("users", [*CLEAN["users"], "s8,o\udce91,student,Zoë,Newa,,,p1,07,true"], "critical"),
        ("users", [*CLEAN["users"], "s8,org1,student,Zoë,Newa,,,p\udce91,07,true"], "critical"),
        ("classes", [line.replace("k1,", "k\ufffd1,") for line in CLEAN["classes"]], "critical"),
        ("enrollments", [*CLEAN["enrollments"], "k1,org1,s\ufffd1,student"], "critical"),
        ("guardians", [line.replace("\udce9", "\ufffd") for line in GUARDIANS], "critical"),
        ("student_attributes", ["studentSourcedId,team", "s\ufffd1,Blue"], "critical"),
        ("student_attributes", ["studentSourcedId,team", "s1,Caf\ufffd"], "warning"),
        ("orgs", [line.replace("\udce9", "\ufffd") for line in ORGS], "warning"),
        ("roles", [line.replace("\udce9", "\ufffd") for line in ROLES], "critical"),
    ],
)
def test_an_id_that_has_lost_a_character_is_critical(
    tmp_path: Path, table: str, lines: list[str], severity: str
) -> None:
    found = said(checked(written(tmp_path, table, lines)))
    assert [(row[0], row[2]) for row in found if row[1] == LOST] == [(severity, f"{table}.csv")]


def test_ids_that_look_alike_for_what_they_have_lost_are_not_said_to_be_one(tmp_path: Path) -> None:
    people = ["s\udce9,org1,student,Zoë,Newa,,,p1,07,true", "s\udce8,org1,student,Boë,Olda,,,p1,07,true"]
    seats = [*CLEAN["enrollments"], "k1,org1,s\ufffd,student"]
    place = written(tmp_path, "users", [*CLEAN["users"], *people])
    (place / "enrollments.csv").write_text("\n".join([*seats, ""]), encoding="utf-8")
    findings = checked(place)
    rows = said(findings, infos=False)
    assert sorted(row[2:4] for row in rows if row[1] == LOST) == [
        ("enrollments.csv", 5), ("users.csv", 6), ("users.csv", 7)
    ]  # fmt: skip
    assert not [row for row in rows if "unique" in row[1] or "characters" in row[1] or "repeated" in row[1]]
    assert not findings.fit


def test_two_students_in_one_class_whose_ids_look_alike_are_not_one_who_is_there_twice(tmp_path: Path) -> None:
    seats = [*CLEAN["enrollments"], "k1,org1,s\ufffd,student", "k1,org1,s\ufffd,student"]
    codes = {row[1] for row in said(checked(deliver(tmp_path, enrollments=seats)))}
    assert LOST in codes
    assert "enrollments.pair.unique" not in codes


def test_a_name_that_has_lost_a_letter_is_said_once(tmp_path: Path) -> None:
    lines = [*CLEAN["users"], "s8,org1,student,Zo\ufffd,Newa,,,p1,07,true"]
    found = [row[1] for row in said(checked(deliver(tmp_path, users=lines))) if row[3] == len(lines)]
    assert found.count("users.names.damaged") == 1
    assert LOST not in found
