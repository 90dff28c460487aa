"""Grades, names and other facts of people and classes as districts write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks.cases import CLEAN, checked, deliver, said, said_of, users

if TYPE_CHECKING:
    from pathlib import Path

    from tests.checks.small import Row


def said_of_students(folder: Path, students: dict[str, str]) -> dict[str, list[Row]]:
    """What is said of each student, given as ``givenName,grades``, in a delivery of all of them."""
    lines, seats = [], []
    for n, student in enumerate(students.values()):
        given, grades = student.split(",", 1)
        lines.append(f"x{n},org1,student,{given},Brook{chr(97 + n)}a,,,p1,{grades},true")
        seats.append(f"k1,org1,x{n},student")
    found = said_of(folder, "users", *lines, enrollments=[*CLEAN["enrollments"], *seats])
    return dict(zip(students, found, strict=True))


def test_the_clean_delivery_raises_nothing(tmp_path: Path) -> None:
    assert said(checked(deliver(tmp_path))) == []


GRADES = [
    ("K", "warning", "form", "grade 'K' is probably KG"),
    (
        "-1",
        "critical",
        "known",
        "grade '-1' is how some student information systems write a grade below 1: ask whether it is PK or KG",
    ),
    ("06-08", "critical", "known", "grade '06-08' is a range of grades"),
    ("1-2", "critical", "known", "grade '1-2' is a range of grades"),
    ("7-Jan", "critical", "known", "grade '7-Jan' is a date that a spreadsheet made; the grade is lost"),
    ('"[""07""]"', "critical", "known", "grade '[\"07\"]' is a list in another form: write 07"),
    ("07|08", "critical", "known", "grade '07|08' is a list in another form: write 07,08"),
    ("12+", "critical", "known", "grade '12+' is not one of IT PR PK TK KG 01 to 13 PS UG Other"),
]


@pytest.fixture(scope="module")
def of_grades(tmp_path_factory) -> dict[str, list[Row]]:
    """What is said of a student with each of these grades."""
    return said_of_students(tmp_path_factory.mktemp("grades"), {one: f"Ada,{one}" for one, *_ in GRADES})


@pytest.mark.parametrize(("written", "severity", "code", "message"), GRADES)
def test_a_grade_is_named_for_what_it_is(of_grades, written: str, severity: str, code: str, message: str) -> None:
    assert [(row[0], row[1], row[4]) for row in of_grades[written]] == [(severity, f"users.grades.{code}", message)]


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


NAMES = [
    ("Jos?", "warning", "damaged", "the text holds a question mark in place of a letter"),
    ("N??ez", "warning", "damaged", "the text holds a question mark in place of a letter"),
    ("Jos\u00c3\u00a9", "warning", "damaged", "the text holds text that was encoded twice"),
    ("O\u00e2\u20ac\u2122Neil", "warning", "damaged", "the text holds text that was encoded twice"),
    ('"Av\nery"', "warning", "damaged", "the text holds a line break"),
    ('"William ""Bill"""', "warning", "damaged", "the text holds a double quote"),
    ("Mar\ufffda", "critical", "damaged", "a letter is lost: U+FFFD stands in its place"),
    ("Av\tery", "warning", "blanks", None),
    *((word, "warning", "placeholder", None) for word in ("NULL", "none", ".", "-", "N/A", "TEST", "X")),
]
#: Of any script, and none of them damaged.
FINE = ("José", "JOÃO", "Ñusta", "李", "O", "D'Arcy", "Åse", "Nguyễn", "Â", "Nan")


@pytest.fixture(scope="module")
def of_names(tmp_path_factory) -> dict[str, list[Row]]:
    """What is said of a student with each of these names."""
    names = (*(one for one, *_ in NAMES), *FINE)
    return said_of_students(tmp_path_factory.mktemp("names"), {one: f"{one},07" for one in names})


@pytest.mark.parametrize(("given", "severity", "code", "message"), NAMES)
def test_a_name_that_is_damaged_or_none_is_found(of_names, given, severity, code, message) -> None:
    [row] = of_names[given]
    assert row[:2] == (severity, f"users.names.{code}")
    assert message is None or row[4] == message


@pytest.mark.parametrize("name", FINE)
def test_a_name_of_any_script_is_no_damage(of_names, name: str) -> None:
    assert of_names[name] == []


def test_a_title_that_is_damaged_is_found(tmp_path: Path) -> None:
    classes = ["sourcedId,title,grades,schoolSourcedId", "k1,Espa\u00c3\u00b1ol,07,org1"]
    found = said(checked(deliver(tmp_path, classes=classes)))
    words = "the text holds text that was encoded twice"
    assert found == [("warning", "classes.title.damaged", "classes.csv", 2, words)]


def test_students_without_a_grade_and_staff_without_a_contact_are_warnings(tmp_path: Path) -> None:
    lines = users((",p1,07,", ",p1,,"), ("jordan.lee@lincoln.example.org", ""))
    assert said(checked(deliver(tmp_path, users=lines))) == [
        ("warning", "users.grades.present", "users.csv", 3, "grades is blank"),
        ("warning", "users.grades.present", "users.csv", 4, "grades is blank"),
        ("warning", "users.staff.no_contact", "users.csv", 2, "neither email nor mobile number"),
    ]


def test_a_column_that_is_blank_throughout_is_one_line_with_the_count(tmp_path: Path) -> None:
    more = [f"x{n},org1,student,Ada{chr(97 + n)}a,Brook,,,p1,,true" for n in range(12)]
    seats = ["k1,org1,t1,teacher", *(f"k1,org1,{s}" + ",student" for s in ("s1", "s2", *(f"x{n}" for n in range(12))))]
    files = {
        "users": [*users((",p1,07,", ",p1,,")), *more],
        "enrollments": ["classSourcedId,schoolSourcedId,userSourcedId,role", *seats],
    }
    findings = checked(deliver(tmp_path, **files))
    assert said(findings) == [
        ("warning", "users.grades.present", "users.csv", None, "Students without a grade, all 14 of them")
    ]
    assert findings.causes()["cause"].tolist()[0] == ("Students without a grade, all 14 of them (grades)")


def test_a_required_column_that_is_blank_throughout_concerns_every_child(tmp_path: Path) -> None:
    more = [f"x{n},,student,Ada{chr(97 + n)}a,Brook,,,p1,07,true" for n in range(12)]
    files = {"users": [line.replace(",org1,", ",,") for line in users()] + more}
    findings = checked(deliver(tmp_path, **files))
    assert (
        "critical",
        "users.orgSourcedIds.present",
        "users.csv",
        None,
        "People without a school, all 16 of them",
    ) in said(findings)
    assert findings.judgement.reasons[0].counts["children"] == 14


def test_a_delivery_without_any_guardian_says_so_in_one_line_and_by_school(tmp_path: Path) -> None:
    more = [f"x{n},org1,student,Ada{chr(97 + n)}a,Brook,,,,07,true" for n in range(12)]
    lines = [line.replace(",p1,07,", ",,07,") for line in users()[:-1]] + more
    findings = checked(deliver(tmp_path, users=lines))
    assert [row for row in said(findings) if "guardian" in row[1]] == [
        ("warning", "users.student.no_guardian", "users.csv", None, "Students without a guardian, all 14 of them")
    ]
    assert findings.by_school()["students_without_guardian"].tolist() == [14]
