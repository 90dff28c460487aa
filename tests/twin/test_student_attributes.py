"""student_attributes.csv on the twin (S0; decision 9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.twin.uploads import OAK, USERS, Desk, outcomes


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.empty(tmp_path)
    desk.upload("users", USERS)
    return desk


@pytest.mark.parametrize("key", ["studentSourcedId", "sourcedId", "userSourcedId"])
def test_every_column_but_the_first_is_an_attribute(desk: Desk, key: str) -> None:
    # Decision 9: the key and its accepted names
    result = desk.upload("student_attributes", f'{key},ELL,Bus stop\nS1,yes,"Elm, 5"\nS2,,\n')
    assert outcomes(result) == ["CREATED", "UNCHANGED"]
    assert desk.rows("attributes", "connectStudentId", "name", "value") == [
        ("CS00000001", "Bus stop", "Elm, 5"),
        ("CS00000001", "ELL", "yes"),
    ]


def test_a_blank_field_leaves_what_is_stored(desk: Desk) -> None:
    desk.upload("student_attributes", "studentSourcedId,ELL,IEP\nS1,yes,no\n")
    assert outcomes(desk.upload("student_attributes", "studentSourcedId,ELL,IEP\nS1,,no\n")) == ["UNCHANGED"]
    assert outcomes(desk.upload("student_attributes", "studentSourcedId,ELL,FRL\nS1,no,yes\nS2,no,\n")) == [
        "UPDATED",
        "CREATED",
    ]
    assert desk.rows("attributes", "connectStudentId", "name", "value") == [
        ("CS00000001", "ELL", "no"),
        ("CS00000001", "FRL", "yes"),
        ("CS00000001", "IEP", "no"),
        ("CS00000002", "ELL", "no"),
    ]


def test_each_rule_refuses_its_rows_with_the_code_of_the_self_check(desk: Desk) -> None:
    result = desk.upload("student_attributes", "studentSourcedId,ELL\n,yes\nS9,yes\nS1,yes\nS1,no\nT1,yes\nS2,yes\n")
    assert outcomes(result) == [
        "student_attributes.studentSourcedId.present",
        "student_attributes.studentSourcedId.known_student",
        "student_attributes.studentSourcedId.unique",
        "student_attributes.studentSourcedId.unique",
        "student_attributes.studentSourcedId.known_student",
        "CREATED",
    ]


def test_names_that_differ_in_case_are_two_attributes_and_a_column_without_name_is_none(desk: Desk) -> None:
    result = desk.upload(
        "student_attributes", "studentSourcedId,ell,ELL,_line,\nS1,a,b,c,d\n", level="school", school=OAK
    )
    assert outcomes(result) == ["CREATED"]
    assert desk.rows("attributes", "name", "value") == [("ELL", "b"), ("_line", "c"), ("ell", "a")]
