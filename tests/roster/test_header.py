"""What a header line says."""

from __future__ import annotations

import pytest

from connect_kit import connect, oneroster
from connect_kit.engine.encoding import INVISIBLE
from connect_kit.roster.header import known_columns, read_header, required_columns

USERS = list(connect.FILES["users"].columns)


def read(names, table="users", level="school", **options):
    return read_header(table, f"{table}.csv", names, level, **options)


def notes(header, *codes):
    return [(note.code, note.column, note.value) for note in header.notices if not codes or note.code in codes]


@pytest.mark.parametrize("table", [*oneroster.TABLES, *connect.FILES])
def test_the_columns_of_the_standard_are_understood_as_they_are(table):
    header = read(known_columns(table), table, "district")
    assert (header.columns, header.missing, header.readable) == (known_columns(table), (), True)
    assert notes(header, "header.alias", "header.missing_column", "header.unknown_column", "header.order") == []


@pytest.mark.parametrize("table", [*oneroster.TABLES, *connect.FILES])
def test_every_column_is_understood_in_any_case_and_each_repair_is_noted(table):
    for change in (str.upper, str.lower):
        header = read([change(name) for name in known_columns(table)], table, "district")
        assert header.columns == known_columns(table)
        repaired = [name for name in known_columns(table) if change(name) != name]
        assert [note[1] for note in notes(header, "header.alias")] == repaired


@pytest.mark.parametrize("character", [" ", "\t", *INVISIBLE], ids=lambda c: f"U+{ord(c):04X}")
def test_blanks_around_and_in_a_name_are_repaired_and_shown(character):
    header = read([f"{character}sourcedId", f"given{character}Name{character}"])
    assert header.columns == ("sourcedId", "givenName")
    shown = " " if character == " " else f"\\u{ord(character):04x}"
    assert notes(header, "header.alias") == [
        ("header.alias", "sourcedId", f"'{shown}sourcedId' is read as sourcedId"),
        ("header.alias", "givenName", f"'given{shown}Name{shown}' is read as givenName"),
    ]


@pytest.mark.parametrize(
    "table, written, meant, noted",
    [
        ("users", "sourceId", "sourcedId", True),
        ("enrollments", "schoolSourcedID", "schoolSourcedId", True),
        ("guardians", "sourcedId", "guardianSourcedId", False),
        ("guardians", "SOURCEDID", "guardianSourcedId", True),
        ("student_attributes", "sourcedId", "studentSourcedId", False),
        ("student_attributes", "userSourcedId", "studentSourcedId", False),
        ("student_attributes", "usersourcedid", "studentSourcedId", True),
    ],
)
def test_other_names_are_accepted_for(table, written, meant, noted):
    header = read([written], table)
    assert (header.columns, bool(notes(header, "header.alias"))) == ((meant,), noted)


@pytest.mark.parametrize(
    "names, repeated",
    [
        (["sourcedId", "role", "role"], ["role"]),
        (["sourcedId", "sourceId"], ["sourcedId"]),
        (["sourcedId", "Colour", "colour"], ["Colour", "colour"]),
        (["sourcedId", "rowid", "ROWID"], ["rowid_", "ROWID_"]),
    ],
    ids=["a column", "a column and its alias", "an unknown column in another case", "a taken name"],
)
def test_a_repeated_column_makes_the_file_unreadable(names, repeated):
    header = read(names)
    assert not header.readable
    assert [note[1] for note in notes(header, "header.repeated_column")] == repeated


def test_a_header_without_any_known_column_is_unreadable():
    assert not read(["colour", "shape"]).readable


def test_a_column_without_a_name_gets_one_and_is_noted():
    header = read(["sourcedId", "", " "])
    assert header.columns == ("sourcedId", "_unnamed_2", "_unnamed_3")
    assert [note[2] for note in notes(header, "header.unknown_column")] == [
        "column 2 has no name",
        "column 3 has no name",
    ]
    attributes = read(["studentSourcedId", ""], "student_attributes")
    assert notes(attributes) == [("student_attributes.columns.named", None, "column 2 has no name")]


@pytest.mark.parametrize("name", ["_line", "_LINE", "rowid", "RowID", "_kind"])
def test_a_name_that_the_tables_need_themselves_gets_an_underscore(name):
    assert read(["studentSourcedId", name], "student_attributes").columns == ("studentSourcedId", f"{name}_")


@pytest.mark.parametrize(
    "table, level, needed",
    [
        ("users", "school", ("sourcedId", "role", "givenName", "familyName")),
        ("users", "district", ("sourcedId", "role", "givenName", "familyName", "orgSourcedIds")),
        ("classes", "school", ("sourcedId", "title", "grades")),
        ("classes", "district", ("sourcedId", "title", "grades", "schoolSourcedId")),
        ("enrollments", "school", ("classSourcedId", "userSourcedId", "role")),
        ("enrollments", "district", ("classSourcedId", "userSourcedId", "role", "schoolSourcedId")),
        ("guardians", "district", ("studentSourcedId", "givenName", "familyName")),
        ("student_attributes", "district", ("studentSourcedId",)),
    ],
)
def test_required_columns(table, level, needed):
    assert required_columns(table, level, roles_file=False) == needed
    others = [name for name in known_columns(table) if name not in needed]
    assert read(others or ["studentSourcedId"], table, level).missing == (needed if others else ())


def test_role_and_schools_are_not_required_where_roles_csv_has_them():
    names = ["sourcedId", "givenName", "familyName"]
    assert read(names, level="district", roles_file=True).missing == ()
    assert read([*names, "Role"], level="district", roles_file=True).missing == ()


def test_guardians_need_an_email_or_a_mobile_number():
    names = ["studentSourcedId", "givenName", "familyName"]
    assert notes(read(names, "guardians")) == [("header.missing_column", None, "column email or sms is absent")]
    assert notes(read([*names, "sms"], "guardians")) == []


def test_a_missing_column_of_a_table_that_connect_does_not_ask_for_is_a_warning():
    (note,) = [n for n in read(["sourcedId"], "orgs").notices if n.column == "name"]
    assert (note.code, note.severity) == ("header.missing_column", "warning")


def test_another_order_is_noted_with_the_standards():
    assert notes(read(["role", "sourcedId", "givenName", "familyName"])) == [
        ("header.order", None, "sourcedId, role, givenName, familyName")
    ]


def test_columns_of_the_standard_that_connect_does_not_ask_for_are_noted_together():
    assert notes(read([*USERS, "username", "password"]), "header.not_asked_for") == [
        ("header.not_asked_for", None, "username, password")
    ]


@pytest.mark.parametrize(
    "name, sensitive",
    [("healthPlan", True), ("IEP", True), ("freeLunch", True), ("bus", False), ("homeroom", False), ("house", False)],
)
def test_names_of_attributes_that_suggest_special_category_data_are_noted(name, sensitive):
    header = read(["studentSourcedId", name], "student_attributes")
    assert notes(header) == ([("student_attributes.sensitive", name, name)] if sensitive else [])
