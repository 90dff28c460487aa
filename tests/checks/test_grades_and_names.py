"""Grades, names and other facts of people and classes as districts write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks.cases import checked, deliver, said, users

if TYPE_CHECKING:
    from pathlib import Path


def test_the_clean_delivery_raises_nothing(tmp_path: Path) -> None:
    assert said(checked(deliver(tmp_path))) == []


@pytest.mark.parametrize(
    ("written", "severity", "code", "message"),
    [
        ("K", "warning", "form", "grade 'K' is probably KG"),
        (
            "-1",
            "critical",
            "known",
            "grade '-1' is a number below 1 of some student information systems: ask whether it is PK or KG",
        ),
        ("06-08", "critical", "known", "grade '06-08' is a range of grades"),
        ("1-2", "critical", "known", "grade '1-2' is a range of grades"),
        ("7-Jan", "critical", "known", "grade '7-Jan' is a date that a spreadsheet made; the grade is lost"),
        ('"[""07""]"', "critical", "known", "grade '[\"07\"]' is a list in another form: write 07"),
        ("07|08", "critical", "known", "grade '07|08' is a list in another form: write 07,08"),
        ("12+", "critical", "known", "grade '12+' is not one of IT PR PK TK KG 01 to 13 PS UG Other"),
    ],
)
def test_a_grade_is_named_for_what_it_is(tmp_path: Path, written: str, severity: str, code: str, message: str) -> None:
    found = said(checked(deliver(tmp_path, users=users((",p1,07,", f",p1,{written},")))))
    assert found == [(severity, f"users.grades.{code}", "users.csv", line, message) for line in (3, 4)]


def test_grades_of_one_kind_are_one_cause(tmp_path: Path) -> None:
    findings = checked(
        deliver(
            tmp_path,
            users=users(
                (
                    ",p1,07,",
                    ",p1,1-2,",
                ),
            ),
        )
    )
    assert findings.causes()["cause"].tolist()[0] == "Grades of students that are ranges (grades)"


def test_a_class_for_a_range_of_grades_is_named_as_such(tmp_path: Path) -> None:
    classes = ["sourcedId,title,grades,schoolSourcedId", "k1,Math,06-08,org1"]
    found = said(checked(deliver(tmp_path, classes=classes)))
    assert found == [("critical", "classes.grades.known", "classes.csv", 2, "grade '06-08' is a range of grades")]


def test_the_grade_of_a_class_in_another_spelling_names_the_likely_code(tmp_path: Path) -> None:
    classes = ["sourcedId,title,grades,schoolSourcedId", "k1,Math,7,org1"]
    found = said(checked(deliver(tmp_path, classes=classes)))
    message = "grade '7', probably 07, is not one of IT PR PK TK KG 01 to 13 PS UG Other"
    assert found == [("critical", "classes.grades.known", "classes.csv", 2, message)]
