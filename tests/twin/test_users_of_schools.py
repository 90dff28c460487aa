"""Rows of users.csv at several schools, and how they are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.errors import SettingError, TwinError
from connect_kit.twin import Twin
from connect_kit.uploads.values import Removals
from tests.twin.uploads import ASH, ELM, OAK, USERS, Desk, outcomes
from tests.twin.user_rows import users


def test_the_list_of_schools_replaces_those_of_a_person_at_district_level(desk: Desk) -> None:
    # S1: several IDs for people in several schools, separated by commas
    desk.upload("users", users("S1,0104,student,Amal,Hadid,,,,,03"))
    assert outcomes(desk.upload("users", users('S1,"0205, 0104,0205",student,Amal,Hadid,,,,,03'))) == ["UPDATED"]
    assert desk.rows("student_schools", "connectSchoolId", "place") == [(OAK, 2), (ELM, 1)]
    assert outcomes(desk.upload("users", users('S1,"0205,0104",student,Amal,Hadid,,,,,03'))) == ["UNCHANGED"]
    assert outcomes(desk.upload("users", users("S1,0205,student,Amal,Hadid,,,,,03"))) == ["UPDATED"]
    assert desk.rows("student_schools", "connectSchoolId", "place") == [(ELM, 1)]


def test_a_child_whose_row_drops_a_second_school_is_counted_and_listed_by_id(desk: Desk) -> None:
    both = users('S1,"0104,0205",student,Amal,Hadid,,,,,03', "S2,0205,student,Bo,Hadid,,,,,06")
    desk.upload("users", both)
    fewer = both.replace('"0104,0205"', "0104")
    (dry,) = desk.dry_run(desk.file("users", fewer))
    done = desk.upload("users", fewer)
    assert dry.removals == done.removals == {ELM: Removals(0, 0, "0205", 1, 2)}
    assert (done.removed, done.children_removed, done.removed_path) == (0, 1, None)
    assert done.removed_lists == (done.children_removed_path,)
    assert done.children_removed_path is not None and dry.children_removed_path is not None
    text = done.children_removed_path.read_bytes().decode()
    assert text == "connectStudentId,studentId,connectSchoolId\r\n" + f"CS00000001,S1,{ELM}\r\n"
    assert text == dry.children_removed_path.read_bytes().decode()
    assert done.children_removed_path.stat().st_mode & 0o777 == 0o600
    assert desk.twin.activity()["what"].iloc[-1].endswith(", 1 children removed from schools")
    unchanged = desk.upload("users", fewer)
    assert (unchanged.removals, unchanged.removed_lists) == ({}, ())


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("0104", "0205", []),  # changes school
        ('"0104,0306"', '"0205,0306"', []),  # changes one of two
        ('"0104,0306"', "0205", [OAK, ASH]),
        ('"0104,0205,0306"', '"0306,0104"', [ELM]),
        ("0104", '"0104,0205"', []),
    ],
)
def test_a_child_who_only_changes_school_is_taken_off_none(
    tmp_path: Path, before: str, after: str, lost: list[str]
) -> None:
    schools = {"Oak": "0104", "Elm": "0205", "Ash": "0306"}
    desk = Desk(Twin.new(tmp_path / "t.duckdb", "Maple Valley", schools), tmp_path)
    desk.upload("users", users(f"S1,{before},student,Amal,Hadid,,,,,03"))
    done = desk.upload("users", users(f"S1,{after},student,Amal,Hadid,,,,,03"))
    assert [school for school, one in done.removals.items() if one.children] == lost


def test_staff_whose_row_drops_a_school_are_counted_by_school_and_listed_by_id(desk: Desk) -> None:
    desk.upload("users", USERS)
    fewer = USERS.replace('T1,"0104,0205"', "T1,0104")
    (dry,) = desk.dry_run(desk.file("users", fewer))
    file = desk.file("users", fewer)
    done = desk.twin.send(file, desk.folder / "sent", run="fewer")
    again = desk.twin.send(file, desk.folder / "again", run="fewer")
    assert dry.removals == done.removals == again.removals == {ELM: Removals(1, 2, "0205", 0, 1)}
    assert (dry.removed, again.outcome) == (1, "done before")
    assert dry.removed_path is not None and done.removed_path is not None and again.removed_path is None
    text = done.removed_path.read_bytes().decode()
    assert text == "connectUserId,staffId,connectSchoolId\r\nCU00000003,T1,S002\r\n"
    assert text == dry.removed_path.read_bytes().decode() and done.removed_path.stat().st_mode & 0o777 == 0o600
    assert desk.twin.activity()["what"].iloc[-1].endswith(", 1 staff removed from schools")
    unchanged = desk.upload("users", fewer)
    assert (unchanged.removals, unchanged.removed_path) == ({}, None)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        (["T1,0104,teacher,Eve", "T2,0205,teacher,Eve"], ["T1,0104,teacher,Eve"], {ELM: Removals(1, 1, "0205")}),
        (["T1,0104,teacher,Eve"], ["T9,0205,teacher,Eve"], {OAK: Removals(1, 1, "0104")}),  # the account is the same
        (["T1,0104,teacher,Eve", "T2,0205,teacher,Eve"], ["T1,0104,teacher,Eva", "T2,0205,teacher,Eve"], {}),
        (['T1,"0104,0205",teacher,Eve'], ['T1,"0205,0104",administrator,Eve'], {}),
        (["T1,0104,teacher,Eve"], ["T1,0104,parent,Eve"], {}),  # a guardian with the ID of staff is another record
    ],
)
def test_whoever_holds_the_staff_id_counts(
    desk: Desk, before: list[str], after: list[str], lost: dict[str, Removals]
) -> None:
    desk.upload("users", users(*(f"{row},Ito,eve@example.org,,,," for row in before)))
    assert desk.upload("users", users(*(f"{row},Ito,eve@example.org,,,," for row in after))).removals == lost


def test_a_school_level_upload_removes_nobody_from_other_schools(desk: Desk) -> None:
    desk.upload("users", USERS)
    text = "sourcedId,role,givenName,familyName,email\nT1,teacher,Eve,Ito,eve@example.org\n"
    assert desk.upload("users", text, level="school", school=OAK).removals == {}


def test_a_school_level_upload_adds_its_school_and_needs_no_school_column(desk: Desk) -> None:
    # S0, S1: at school level the School ID is optional and the column may be removed
    text = "sourcedId,role,givenName,familyName,email\nS1,student,Amal,Hadid,\nT1,teacher,Eve,Ito,eve@example.org\n"
    assert outcomes(desk.upload("users", text, level="school", school=ASH)) == ["CREATED", "CREATED"]
    assert outcomes(desk.upload("users", text, level="school", school=OAK)) == ["UPDATED", "UPDATED"]
    assert outcomes(desk.upload("users", text, level="school", school=OAK)) == ["UNCHANGED", "UNCHANGED"]
    assert desk.rows("student_schools", "connectSchoolId", "place") == [(OAK, 2), (ASH, 1)]
    assert desk.rows("staff_schools", "connectSchoolId", "place") == [(OAK, 2), (ASH, 1)]


def test_a_school_that_is_not_there_is_named(desk: Desk) -> None:
    with pytest.raises(TwinError, match="Connect does not have a school 'S009'; its schools are S001, S002, S003"):
        desk.upload("users", USERS, level="school", school="S009")
    with pytest.raises(SettingError, match="needs the school's connectSchoolId"):
        desk.upload("users", USERS, level="school")


def test_ids_given_by_the_twin_begin_above_those_that_are_there(desk: Desk) -> None:
    desk.upload(
        "users",
        users("S1,0104,student,Amal,Hadid,,,,,", "S2,0104,pupil,Bo,Hadid,,,,,", "S3,0104,student,Cy,Hadid,,,,,"),
    )
    desk.upload("users", users("S4,0104,student,Di,Hadid,,,,,"))
    assert desk.rows("students", "connectStudentId", "sourcedId") == [
        ("CS00000001", "S1"),
        ("CS00000002", "S3"),
        ("CS00000003", "S4"),
    ]


def test_rows_are_counted_by_school_and_what_they_are(desk: Desk) -> None:
    result = desk.upload("users", USERS + "S3,9999,student,Gus,Hadid,,,,,\nX1,0104,pupil,Hal,Hadid,,,,,\n")
    assert [tuple(tally) for tally in result.tallies] == [
        (OAK, "guardians", "SUCCESS", "CREATED", 2),
        (OAK, "other", "ERROR", "SKIPPED", 1),
        (OAK, "staff", "SUCCESS", "CREATED", 1),
        (OAK, "students", "SUCCESS", "CREATED", 1),
        (ELM, "staff", "SUCCESS", "CREATED", 1),
        (ELM, "students", "SUCCESS", "CREATED", 1),
        (None, "students", "ERROR", "SKIPPED", 1),
    ]
    assert (result.rows, result.errors) == (8, 2)
