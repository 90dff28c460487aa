"""enrollments.csv on the twin (S3; decision 17)."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.twin import Action
from tests.twin.uploads import CLASSES, ELM, ENROLLMENTS, OAK, USERS, Desk, outcomes

HEADER = "classSourcedId,schoolSourcedId,userSourcedId,role\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.started(tmp_path)


def test_students_and_teachers_are_enrolled(desk: Desk) -> None:
    assert outcomes(desk.upload("enrollments", ENROLLMENTS)) == ["CREATED"] * 3
    assert desk.rows("enrollments", "connectClassroomId", "connectUserId", "role") == [
        ("CC00000001", "CS00000001", "student"),
        ("CC00000001", "CU00000003", "teacher"),
        ("CC00000002", "CS00000002", "student"),
    ]


def test_a_second_row_for_the_same_person_and_class_changes_nothing(desk: Desk) -> None:
    twice = ENROLLMENTS + "C1,0104,S1,student\n"
    assert outcomes(desk.upload("enrollments", twice)) == ["CREATED"] * 3 + ["UNCHANGED"]
    assert outcomes(desk.upload("enrollments", twice)) == ["UNCHANGED"] * 4
    assert len(desk.rows("enrollments", "connectUserId")) == 3


def test_nobody_is_taken_out_of_a_class(desk: Desk) -> None:
    # Decision 20: manual uploads add and update
    desk.upload("enrollments", ENROLLMENTS)
    assert outcomes(desk.upload("enrollments", HEADER + "C2,0205,T1,teacher\n")) == ["CREATED"]
    assert len(desk.rows("enrollments", "connectUserId")) == 4


def test_the_role_that_is_stored_is_the_one_of_users_csv(desk: Desk) -> None:
    # S3: the user's role as set in users.csv; a differing one is a warning of the self-check, no error
    assert outcomes(desk.upload("enrollments", HEADER + "C1,0104,S1,teacher\nC1,0104,T1,STUDENT\n")) == ["CREATED"] * 2
    assert desk.rows("enrollments", "connectUserId", "role") == [("CS00000001", "student"), ("CU00000003", "teacher")]


def test_each_rule_refuses_its_rows_with_the_code_of_the_self_check(desk: Desk) -> None:
    # S3: only students and teachers, IDs exactly as on Connect, particularly leading zeros, no quotation marks
    desk.upload("users", USERS.replace("S2,", "0007,"))
    desk.upload("classes", CLASSES.replace("C2,", "0011,"))
    result = desk.upload(
        "enrollments",
        HEADER
        + ",0104,S1,student\nC9,0104,S1,student\n11,0205,S1,student\nC1,0104,,student\nC1,0104,S9,student\n"
        + "C1,0104,7,student\nC1,,S1,student\nC1,9999,S1,student\nC1,0205,S1,student\nC1,0104,S1,pupil\n"
        + "C1,0104,S1,\nC1,0104,G1,student\nC1,0104,S1,guardian\nC1,0104,S'1,student\nC1,0104,S1,student\n",
    )
    assert outcomes(result) == [
        "enrollments.classSourcedId.present",
        "enrollments.classSourcedId.known_class",
        "enrollments.classSourcedId.leading_zero_lost",
        "enrollments.userSourcedId.present",
        "enrollments.userSourcedId.known_user",
        "enrollments.userSourcedId.leading_zero_lost",
        "enrollments.schoolSourcedId.present",
        "enrollments.schoolSourcedId.known_school",
        "enrollments.schoolSourcedId.same_as_class",
        "enrollments.role.known",
        "enrollments.role.known",
        "enrollments.role.guardian",
        "enrollments.role.guardian",
        "enrollments.values.quotes",
        "CREATED",
    ]


def test_the_same_class_id_in_two_schools_is_distinguished_by_the_school(desk: Desk) -> None:
    desk.upload("classes", CLASSES.replace("C2,", "C1,").replace("C1,Grade 3,03,Room 1,0104,1\n", ""))
    assert outcomes(desk.upload("enrollments", HEADER + "C1,0205,S1,student\n")) == ["CREATED"]
    (found,) = desk.rows("enrollments", "connectClassroomId")
    assert (*found, ELM) in desk.rows("classrooms", "connectClassroomId", "connectSchoolId")


def test_at_school_level_only_the_school_s_own_classes_count(desk: Desk) -> None:
    # S0; the school column may be left out
    text = "classSourcedId,userSourcedId,role\nC1,S1,student\nC2,S1,student\n"
    result = desk.upload("enrollments", text, level="school", school=OAK)
    assert outcomes(result) == ["CREATED", "enrollments.classSourcedId.known_class"]


def test_people_are_enrolled_into_an_archived_classroom(desk: Desk) -> None:
    # S23: an archived classroom keeps all information
    desk.twin.apply(Action("archive_classrooms"))
    assert outcomes(desk.upload("enrollments", ENROLLMENTS)) == ["CREATED"] * 3
    assert desk.rows("classrooms", "archived") == [(True,)] * 2


def test_a_row_refused_does_not_make_the_next_one_a_repetition(desk: Desk) -> None:
    text = HEADER + "C1,0104,S1,pupil\nC1,0104,S1,student\nC1,0104,S1,student\n"
    assert outcomes(desk.upload("enrollments", text)) == ["enrollments.role.known", "CREATED", "UNCHANGED"]
