"""Which column or file a name probably stands for, and no guess where two could be meant."""

from __future__ import annotations

import pytest

from connect_kit import connect
from connect_kit.roster.header import known_columns
from connect_kit.roster.near_names import SYNONYMS, near_columns, near_files


def guess(table, *unknown, present=()):
    absent = [name for name in known_columns(table) if name not in present]
    return near_columns(table, unknown, absent)


@pytest.mark.parametrize(
    ("table", "written", "meant"),
    [
        ("users", "orgSourcedId", "orgSourcedIds"),
        ("users", "orgs", "orgSourcedIds"),
        ("users", "school_id", "orgSourcedIds"),
        ("users", "schoolSourcedIds", "orgSourcedIds"),
        ("users", "agents", "agentSourcedIds"),
        ("users", "agentSourceIds", "agentSourcedIds"),
        ("users", "grade", "grades"),
        ("users", "Grade Level", "grades"),
        ("users", "firstName", "givenName"),
        ("users", "First Name", "givenName"),
        ("users", "lastName", "familyName"),
        ("users", "surname", "familyName"),
        ("users", "dataLastModified", "dateLastModified"),
        ("users", "soucedId", "sourcedId"),
        ("users", "student_id", "sourcedId"),
        ("users", "E-Mail Address", "email"),
        ("users", "cell phone", "sms"),
        ("classes", "class id", "sourcedId"),
        ("classes", "school id", "schoolSourcedId"),
        ("classes", "Class Name", "title"),
        ("classes", "grade", "grades"),
        ("enrollments", "class id", "classSourcedId"),
        ("enrollments", "classSourceId", "classSourcedId"),
        ("enrollments", "userSourceId", "userSourcedId"),
        ("enrollments", "student id", "userSourcedId"),
        ("enrollments", "school", "schoolSourcedId"),
        ("guardians", "student_id", "studentSourcedId"),
        ("guardians", "mobile", "sms"),
        ("student_attributes", "student number", "studentSourcedId"),
    ],
)
def test_a_column_is_guessed(table, written, meant):
    assert guess(table, written) == {written: meant}


@pytest.mark.parametrize(
    ("table", "unknown", "present"),
    [
        ("users", ["bus"], []),
        ("users", ["shoeSize"], []),
        ("users", ["homeroom teacher"], []),
        ("users", ["name"], []),
        ("users", ["sms2"], ["sms"]),
        ("users", ["firstName"], ["givenName"]),
        ("users", ["agents", "guardian ids"], []),
        ("users", ["firstName", "first_name"], []),
        ("classes", ["teacher"], []),
        ("users", ["user id"], []),  # the ID, or the name to log in with
    ],
)
def test_nothing_is_guessed_where_nothing_is_certain(table, unknown, present):
    assert guess(table, *unknown, present=present) == {}


def test_an_ambiguous_name_is_certain_once_the_other_column_is_there():
    assert guess("users", "user id", present=["username", "userIds"]) == {"user id": "sourcedId"}


def test_several_names_have_a_partner_each():
    assert guess("users", "firstName", "lastName", "orgs", "grade") == {
        "firstName": "givenName",
        "lastName": "familyName",
        "orgs": "orgSourcedIds",
        "grade": "grades",
    }


@pytest.mark.parametrize("table", [name for name in SYNONYMS if name])
def test_synonyms_are_of_columns_that_the_table_has(table):
    assert set(SYNONYMS[table]) <= set(known_columns(table))


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("enrollments (1).csv", "enrollments"),
        ("enrolments.csv", "enrollments"),
        ("enrollment.csv", "enrollments"),
        ("student.csv", "users"),
        ("users_2026.csv", "users"),
        ("users-2026-08-01.csv", "users"),
        ("Users - Copy.csv", "users"),
        ("Copy of users.csv", "users"),
        ("OneRoster_users_final_v2.csv", "users"),
        ("user.csv", "users"),
        ("users.csv.csv", "users"),
        ("users.txt", "users"),
        ("users.xlsx", "users"),
        ("guardian.csv", "guardians"),
        ("clases.csv", "classes"),
        ("sections.csv", "classes"),
        ("student attributes.csv", "student_attributes"),
        ("academic_sessions.csv", "academicSessions"),
    ],
)
def test_a_file_is_guessed(file, table):
    assert near_files([file], [*connect.FILES, "academicSessions"]) == {file: table}


@pytest.mark.parametrize(
    "files",
    [
        ["bell_schedule.csv"],
        ["users.pdf"],
        ["notes.txt"],
        ["2026.csv"],
        ["users (1).csv", "users (2).csv"],
        ["students.csv", "teachers.csv"],
    ],
)
def test_no_file_is_guessed_where_none_is_certain(files):
    assert near_files(files, list(connect.FILES)) == {}


def test_a_file_that_was_delivered_is_not_guessed():
    assert near_files(["users (1).csv"], ["classes", "enrollments"]) == {}
