"""Whoever names a row that is there and cannot be read is sent to its line, and not asked to add it."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck

HEAD = {
    "users": "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades",
    "classes": "title,sourcedId,grades,schoolSourcedId",
    "enrollments": "classSourcedId,schoolSourcedId,userSourcedId,role",
    "guardians": "studentSourcedId,guardianSourcedId,givenName,familyName,email,sms,phone,language",
    "student_attributes": "studentSourcedId,bus",
    "demographics": "sourcedId,sex",
}
ROWS = {
    "users": [
        "s1,0101,student,Ann,Poe,,,g1,01",
        's2,0101,student,Ben "B" Poe,Poe,,,g9,01,too many',  # line 3
        "g1,0101,guardian,Zoe,Poe,zoe@example.org,,,,more",  # line 4: one field too many
        "t1,0101,teacher,Lee,Fox,lee@example.org,,,",
    ],
    "classes": ["Room 1,c1,01,0101", "Room 2,c2,01"],  # line 3: one field too few
    "enrollments": [
        "c1,0101,s1,student", "c1,0101,s2,student", "c2,0101,s1,student", "c1,0101,s8,student", "c1,0101,g9,student",
        "c1,0101,t1,teacher",
    ],
    "student_attributes": ["s1,4", "s2,5", "s8,6"],
    "demographics": ["s1,female", "s2,male", "s8,male"],
}  # fmt: skip


def deliver(folder: Path, rows: dict[str, list[str]]) -> ck.Roster:
    folder.mkdir()
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join([HEAD[name], *lines, ""]), encoding="utf-8")
    return ck.read_roster(folder)


@pytest.fixture
def findings(tmp_path: Path) -> ck.Findings:
    return ck.check_roster(deliver(tmp_path / "delivery", ROWS))


def found(findings: ck.Findings, code: str) -> list[tuple[int, str]]:
    table = findings.table()
    return sorted(table.loc[table["code"] == code, ["line", "message"]].itertuples(index=False, name=None))


TOO_MANY = "10 fields where the header has 9"


def test_each_reference_to_a_refused_row_names_its_line_and_the_reason(findings: ck.Findings) -> None:
    [(_, reason)] = [(row.line, row.reason) for row in findings.roster.refused.itertuples() if row.line == 3
                     and row.file == "users.csv"]  # fmt: skip
    s2 = f"s2, line 3 of users.csv: {reason}"
    assert found(findings, "enrollments.userSourcedId.known_user") == [
        (3, f"user {s2}"),
        (5, "user s8 is not a row of users.csv"),
        (6, "user g9 is not a row of users.csv"),  # it only stands in a refused row
    ]
    assert found(findings, "enrollments.classSourcedId.known_class") == [
        (4, "class c2, line 3 of classes.csv: 3 fields where the header has 4")
    ]
    assert found(findings, "users.agentSourcedIds.known") == [(2, f"guardian g1, line 4 of users.csv: {TOO_MANY}")]
    assert found(findings, "student_attributes.studentSourcedId.known_student") == [
        (3, f"student {s2}"),
        (4, "student s8 is not a student of users.csv"),
    ]
    assert found(findings, "demographics.sourcedId.known_user") == [
        (3, f"person {s2}"),
        (4, "ID s8 is not a row of users.csv"),
    ]


def test_the_remedy_is_to_correct_the_line(findings: ck.Findings) -> None:
    causes = findings.causes().set_index("cause")["remedy"]
    title = next(title for title in causes.index if title.startswith("Guardians whose row cannot be read"))
    assert title == f"Guardians whose row cannot be read: g1, line 4 of users.csv: {TOO_MANY}"
    assert causes[title].startswith("The row is in users.csv, but its line cannot be read: correct the line")
    unknown = next(title for title in causes.index if title.startswith("Enrollments of an unknown user: s8"))
    assert causes[unknown].startswith("Add the user to users.csv")


def test_guardians_in_a_file_of_their_own_name_the_line_of_their_student(tmp_path: Path) -> None:
    rows = {
        "users": ["s1,0101,student,Ann,Poe,,,,01", "s2,0101,student,Ben,Poe,,,,01,more"],
        "guardians": [f"{student},g{n},Zoe,Poe,z{n}@example.org,,," for n, student in enumerate(("s1", "s2", "s3"))],
    }
    findings = ck.check_roster(deliver(tmp_path / "delivery", rows))
    assert found(findings, "guardians.studentSourcedId.known_student") == [
        (3, f"student s2, line 3 of users.csv: {TOO_MANY}"),
        (4, "student s3 is not a student of users.csv"),
    ]


def test_an_id_that_another_row_has_is_known(tmp_path: Path) -> None:
    rows = {
        "users": ["s1,0101,student,Ann,Poe,,,,01", "s1,0101,student,Ann,Poe,,,,01,more", "t1,0101,teacher,Lee,Fox,,,,"],
        "classes": ["Room 1,c1,01,0101"],
        "enrollments": ["c1,0101,s1,student", "c1,0101,t1,teacher"],
    }
    assert found(ck.check_roster(deliver(tmp_path / "d", rows)), "enrollments.userSourcedId.known_user") == []


def test_a_guardian_whose_child_stands_on_a_line_that_cannot_be_read_is_not_to_be_left_out(tmp_path: Path) -> None:
    rows = {**ROWS, "users": [*ROWS["users"][:2], "g9,0101,guardian,Zoe,Poe,zoe@example.org,,s2,", *ROWS["users"][3:]]}
    assert found(ck.check_roster(deliver(tmp_path / "delivery", rows)), "users.guardian.no_student") == []
    assert found(ck.check_roster(deliver(tmp_path / "again", rows)), "users.agentSourcedIds.on_student_only") == []
