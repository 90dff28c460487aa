"""classes.csv on the twin (S2, S10, S14, S23; decision 19)."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.twin import Action, Twin
from tests.twin.uploads import CLASSES, ELM, OAK, Desk, outcomes

HEADER = "sourcedId,title,grades,location,schoolSourcedId,periods\n"


def test_class_id_title_and_grade_are_stored(desk: Desk) -> None:
    # S2, S18: class: SIS ID, class name, grade
    assert outcomes(desk.upload("classes", CLASSES)) == ["CREATED", "CREATED"]
    columns = ("connectClassroomId", "connectSchoolId", "title", "grades", "classId", "archived")
    assert desk.rows("classrooms", *columns) == [
        ("CC00000001", OAK, "Grade 3", "03", "C1", False),
        ("CC00000002", ELM, "Kindergarten", "KG", "C2", False),
    ]


def test_title_and_grade_are_updated_within_the_school(desk: Desk) -> None:
    # Decision 19: found by class ID within the school
    desk.upload("classes", CLASSES)
    changed = HEADER + "C1,Grade 3 Red,03,,0104,\nC2,Kindergarten,KG,,0104,\n"
    assert outcomes(desk.upload("classes", changed)) == ["UPDATED", "CREATED"]
    assert outcomes(desk.upload("classes", changed)) == ["UNCHANGED", "UNCHANGED"]
    assert desk.rows("classrooms", "connectSchoolId", "title", "classId") == [
        (OAK, "Grade 3 Red", "C1"),
        (OAK, "Kindergarten", "C2"),
        (ELM, "Kindergarten", "C2"),
    ]


def test_each_rule_refuses_its_rows_with_the_code_of_the_self_check(desk: Desk) -> None:
    # Decision 17; S2 (ID, title, school), S3 (quotes, leading zeros), S9 (School IDs)
    result = desk.upload(
        "classes",
        HEADER
        + ",Art,03,,0104,\nD1,Art,03,,0104,\nD1,Art,03,,0205,\nQ`1,Art,03,,0104,\nT1, ,03,,0104,\nO1,Art,03,,,\n"
        + "O2,Art,03,,9999,\nO3,Art,03,,104,\nOK,Art,,,0104,\n",
    )
    assert outcomes(result) == [
        "classes.sourcedId.present",
        "classes.sourcedId.unique",
        "classes.sourcedId.unique",
        "classes.sourcedId.characters",
        "classes.title.present",
        "classes.schoolSourcedId.present",
        "classes.schoolSourcedId.known_school",
        "classes.schoolSourcedId.leading_zero_lost",
        "CREATED",
    ]
    assert desk.rows("classrooms", "classId") == [("OK",)]


def test_an_existing_classroom_without_class_id_is_left_beside_the_new_one(tmp_path: Path) -> None:
    # S10, S11: left as it is, a new classroom is made for every class; connected to the SIS, it is taken over
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "schools.csv").write_text("connectSchoolId,name,schoolId\nS001,Oak,0104\n")
    (folder / "classrooms.csv").write_text(
        "connectClassroomId,connectSchoolId,title,grades,classId,archived\nR1,S001,Art,03,,false\nR2,S001,Music,,C2,false\n"
    )
    desk = Desk(Twin.fill(tmp_path / "twin.duckdb", folder), tmp_path)
    assert outcomes(desk.upload("classes", HEADER + "C1,Art,03,,0104,\nC2,Music,03,,0104,\n")) == ["CREATED", "UPDATED"]
    assert desk.rows("classrooms", "connectClassroomId", "classId", "grades") == [
        ("CC00000001", "C1", "03"),
        ("R1", None, "03"),
        ("R2", "C2", "03"),
    ]


@pytest.mark.parametrize("unarchive", [False, True], ids=["stays archived", "is opened again"])
def test_an_archived_classroom_that_reappears_follows_the_setting(desk: Desk, unarchive: bool) -> None:
    # S14, S23: "Unarchive classrooms that reappear in the roster data"
    desk.upload("classes", CLASSES)
    desk.twin.apply(Action("archive_classrooms"))
    desk.set(unarchive_reappearing_classrooms=str(unarchive).lower())
    result = desk.upload("classes", CLASSES)
    assert outcomes(result) == ["UPDATED" if unarchive else "UNCHANGED"] * 2
    assert set(result.table()["code"]) == ({""} if unarchive else {"classes.classroom.archived"})
    assert desk.rows("classrooms", "archived") == [(not unarchive,)] * 2


def test_a_school_level_upload_needs_no_school_column(desk: Desk) -> None:
    # S0, S2: the school column may be left out
    text = "sourcedId,title,grades\nC1,Art,03\n"
    assert outcomes(desk.upload("classes", text, level="school", school=ELM)) == ["CREATED"]
    assert desk.rows("classrooms", "connectSchoolId", "classId") == [(ELM, "C1")]
    assert outcomes(desk.upload("classes", text, level="school", school=ELM)) == ["UNCHANGED"]
    assert outcomes(desk.upload("classes", text, level="school", school=OAK)) == ["CREATED"]
