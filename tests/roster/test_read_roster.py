"""Reading, decision by decision, on small deliveries of invented people."""

from __future__ import annotations

import random
import shutil
import zipfile

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.errors import DeliveryError, SettingError
from connect_kit.roster import read_roster
from tests.roster.reading import COLUMNS, DELIVERIES, USERS, checked, notices, rows

# Decision 1: every value is text


def test_a_clean_delivery_is_read_whole_and_nothing_is_noted(read):
    roster = read("clean")
    assert roster.tables == ("classes", "enrollments", "guardians", "student_attributes", "users")
    assert (list(roster.users.columns), rows(roster.users)) == (COLUMNS, USERS)
    assert notices(roster) == []
    assert roster.summary().values.tolist() == [
        ["classes", "classes.csv", 2, 0, 4],
        ["enrollments", "enrollments.csv", 4, 0, 4],
        ["guardians", "guardians.csv", 1, 0, 8],
        ["student_attributes", "student_attributes.csv", 2, 0, 3],
        ["users", "users.csv", 5, 0, 9],
    ]
    assert (len(roster), len(roster.refused)) == (14, 0)


def test_every_column_is_text_and_the_index_is_the_line(read):
    users = read("clean").users
    assert {str(dtype) for dtype in users.dtypes} == {"str"} or all(
        isinstance(dtype, pd.StringDtype) for dtype in users.dtypes
    )
    assert users.index.name == "line"
    assert users.index.tolist() == [2, 3, 4, 5, 6]


def test_ids_that_differ_by_zeros_or_case_stay_different(read):
    roster = read("lost-leading-zeros")
    assert rows(roster.classes) == [(2, "c-1", "Reading", "03", "010"), (3, "C-1", "Art, music", "KG,03", "010")]
    assert [row[1:4] for row in rows(roster.enrollments)] == [
        ("c-1", "10", "17"),
        ("C-1", "10", "18"),
        ("c-1", "10", "T-1"),
        ("C-1", "10", "T-1"),
    ]


def test_blanks_inside_and_around_values_survive(read, changed):
    text = "studentSourcedId,route\n 00 17 ,  north  gate\n"
    assert rows(read(changed(student_attributes=text)).student_attributes) == [(2, " 00 17 ", "  north  gate")]


def test_a_field_of_blanks_is_not_a_value_and_is_noted(read):
    roster = read("blank-fields")
    assert rows(roster.users)[:2] == [
        (2, "00017", "010", "student", "Ada", None, None, None, "G1", "03"),
        (3, "00018", "010", "student", "Zoë", "Castle", None, None, "G1,G2", "KG"),
    ]
    assert rows(roster.users)[2:] == USERS[2:]
    assert notices(roster, "file.blank_field") == [
        ("file.blank_field", "users.csv", 2, "familyName", None),
        ("file.blank_field", "users.csv", 3, "email", None),
        ("file.blank_field", "users.csv", 3, "sms", None),
    ]


# Decision 2: headers


def test_aliases_are_read_as_the_standards_names_and_each_is_noted(read):
    roster = read("header-aliases")
    assert (list(roster.users.columns), rows(roster.users)) == (COLUMNS, USERS)
    assert notices(roster) == [
        ("header.alias", "enrollments.csv", 1, "schoolSourcedId", "'schoolSourcedID' is read as schoolSourcedId"),
        ("header.alias", "users.csv", 1, "familyName", "'familyname' is read as familyName"),
        ("header.alias", "users.csv", 1, "orgSourcedIds", "'ORGSOURCEDIDS' is read as orgSourcedIds"),
        ("header.alias", "users.csv", 1, "role", "'\\u200brole' is read as role"),
        ("header.alias", "users.csv", 1, "sms", "'SMS' is read as sms"),
        ("header.alias", "users.csv", 1, "sourcedId", "' SourceId ' is read as sourcedId"),
    ]


def test_a_repeated_column_refuses_only_its_file(read):
    roster = read("repeated-column")
    assert roster.tables == ("classes", "enrollments")
    assert roster.unreadable == {"users": "a column is repeated"}
    assert notices(roster) == [
        ("header.alias", "users.csv", 1, "email", "'Email' is read as email"),
        ("header.repeated_column", "users.csv", 1, "email", "email"),
    ]
    with pytest.raises(AttributeError, match=r"users\.csv could not be read: a column is repeated"):
        _ = roster.users


def test_unknown_columns_are_kept_and_each_is_noted_once(read):
    roster = read("unknown-columns")
    assert list(roster.users.columns) == [*COLUMNS, "shoeSize", "metadata.bus", "rowid_"]
    assert [row[-3:] for row in rows(roster.users)] == [(str(i), f"B{i}", f"r{i}") for i in range(5)]
    assert roster.users.index.tolist() == [2, 3, 4, 5, 6]
    assert notices(roster, "header.unknown_column") == [
        ("header.unknown_column", "users.csv", 1, "rowid_", "rowid_ is not a column of the standard"),
        ("header.unknown_column", "users.csv", 1, "shoeSize", "shoeSize is not a column of the standard"),
    ]


@pytest.mark.parametrize(
    "name", ["line", "_line", "_LINE", "rowid", "_kind", "Status", "file", "order", 'a "b"', "select"]
)
def test_an_attribute_may_be_called_anything(read, changed, name):
    text = f'studentSourcedId,"{name.replace(chr(34), chr(34) * 2)}"\n00017,x\n00018,y\n'
    roster = read(changed(student_attributes=text))
    assert rows(roster.student_attributes) == [(2, "00017", "x"), (3, "00018", "y")]
    assert checked(roster, "_line, studentSourcedId", "student_attributes") == [(2, "00017"), (3, "00018")]


def test_a_required_column_that_is_absent_is_noted_by_level(read):
    absent = [(note[1], note[3]) for note in notices(read("school-level"), "header.missing_column")]
    assert absent == [
        ("classes.csv", "schoolSourcedId"),
        ("enrollments.csv", "schoolSourcedId"),
        ("users.csv", "orgSourcedIds"),
    ]
    assert notices(read("school-level", level="school")) == []


def test_an_unknown_level_is_refused(read):
    with pytest.raises(SettingError, match="level is 'state'; expected 'district' or 'school'"):
        read("clean", level="state")


# Decision 6: OneRoster 1.1 and 1.2, rows to be deleted


def test_a_oneroster_1_1_package_is_read_with_its_further_tables(read):
    roster = read("oneroster-1-1")
    assert (roster.version, len(roster.tables)) == ("1.1", 7)
    assert [note for note in notices(roster) if note[0] != "header.not_asked_for"] == []
    assert [note[1] for note in notices(roster, "delivery.extra_file")] == [
        "academicSessions.csv",
        "courses.csv",
        "demographics.csv",
        "orgs.csv",
    ]
    assert rows(roster.orgs)[1] == (3, "010", None, None, "North School", "school", None, "D")


def test_from_1_2_roles_and_schools_come_from_roles_csv(read):
    roster = read("oneroster-1-2")
    assert roster.version == "1.2"
    assert [note[:3] for note in notices(roster) if note[0] != "header.not_asked_for"] == [
        ("roles.status.tobedeleted", "roles.csv", 8)
    ]
    assert checked(roster, "_line, sourcedId, role, orgSourcedIds, _kind") == [
        (2, "00017", "student", "010", "student"),
        (3, "T-1", "teacher", "010,020", "teacher"),  # the primary role first, each school once
        (4, "P-1", "administrator", "020", "administrator"),
        (5, "X-1", "administrator", "D", "administrator"),
        (6, "N-1", None, None, "unknown"),
        (7, "O-1", "aide", "020", "teacher"),  # the primary role is to be deleted
    ]


ROLES = "sourcedId,userSourcedId,roleType,role,orgSourcedId\nr1,00017,primary,student,010\n"


@pytest.mark.parametrize(
    "roles, users, cause",
    [
        (ROLES, [("00017", "student", "010")], None),
        ("userSourcedId,role\n00017,student\n", [("00017", "student", None)], None),
        ("userSourcedId,role,orgSourcedId\n00017,student,010\n", [("00017", "student", "010")], None),
        ("userSourcedId,orgSourcedId\n00017,010\n", [("00017", None, None)], ("header.missing_column", "role")),
        ("sourcedId,role\nr1,student\n", [("00017", None, None)], ("header.missing_column", "userSourcedId")),
        (
            "role,role,userSourcedId\nstudent,student,00017\n",
            [("00017", None, None)],
            ("header.repeated_column", "role"),
        ),
        (None, [("00017", None, None)], ("file.missing", None)),
    ],
    ids=["whole", "without schools", "without types", "without roles", "without users", "unreadable", "not delivered"],
)
def test_users_without_role_are_one_cause_in_roles_csv(read, changed, roles, users, cause):
    manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n"
    files = {"users": "sourcedId,givenName,familyName\n00017,Ada,Brook\n", "manifest": manifest}
    roster = read(changed(**files, **({"roles": roles} if roles else {})))
    assert checked(roster, "sourcedId, role, orgSourcedIds") == users
    found = notices(roster, "header.missing_column", "header.repeated_column", "file.missing")
    assert [note for note in found if note[1] == "users.csv"] == []
    assert cause is None or cause in {(note[0], note[3]) for note in found if note[1] == "roles.csv"}


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        ("sourcedId,givenName,familyName\n00017,Ada,Brook\n", ("student", "010")),
        ("sourcedId,givenName,familyName,role\n00017,Ada,Brook,student\n", ("student", "010")),
        ("sourcedId,givenName,familyName,role,orgSourcedIds\n00017,Ada,Brook,,\n", ("student", "010")),
        ("sourcedId,givenName,familyName,role,orgSourcedIds\n00017,Ada,Brook,teacher,020\n", ("teacher", "020")),
    ],
    ids=["absent", "one of them absent", "blank throughout", "filled in"],
)
def test_roles_csv_says_what_users_csv_does_not(read, changed, users, expected):
    roster = read(changed(users=users, roles=ROLES, manifest="propertyName,value\noneroster.version,1.2\n"))
    assert rows(roster.users[["role", "orgSourcedIds"]]) == [(2, *expected)]
    assert [note for note in notices(roster) if note[0] == "header.missing_column" and note[1] == "users.csv"] == []


def test_roles_csv_fills_the_rows_that_users_csv_leaves_blank(read, changed):
    people = "sourcedId,givenName,familyName,role,orgSourcedIds\n1,Ada,Brook,teacher,020\n2,Bo,Ash,,\n3,Cy,Elm,aide,\n"
    roles = "sourcedId,userSourcedId,roleType,role,orgSourcedId\n" + "".join(
        f"r{n},{n},primary,student,010\n" for n in (1, 2, 3)
    )
    roster = read(changed(users=people, roles=roles, manifest="propertyName,value\noneroster.version,1.2\n"))
    assert rows(roster.users[["role", "orgSourcedIds"]]) == [
        (2, "teacher", "020"),
        (3, "student", "010"),
        (4, "aide", "010"),
    ]
    found = ck.check_roster(roster).table().query("code == 'roles.role.same_as_users'")
    assert [(row.severity, row.file, row.line, row.message) for row in found.itertuples()] == [
        (
            "warning",
            "roles.csv",
            2,
            "users.csv gives the role teacher (line 2), which none of the person's rows here does",
        ),
        (
            "warning",
            "roles.csv",
            4,
            "users.csv gives the role aide (line 4), which none of the person's rows here does",
        ),
    ]


def test_the_order_of_files_in_an_archive_does_not_matter_to_roles(read, tmp_path):
    names = ["users", "roles", "classes", "enrollments", "manifest"]
    for number, order in enumerate([names, names[::-1]]):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            for name in order:
                archive.write(DELIVERIES / "oneroster-1-2" / f"{name}.csv", f"{name}.csv")
    first, second = (read(tmp_path / f"{number}.zip") for number in range(2))
    assert checked(first, "*") == checked(second, "*")
    assert [note for note in notices(first) if note[0] == "header.missing_column"] == []


def test_users_without_ids_beside_roles_are_read(read, changed):
    roster = read(changed(users="givenName,familyName\nAda,Brook\n", roles=ROLES))
    assert checked(roster, "sourcedId, role, givenName") == [(None, None, "Ada")]


def test_rows_to_be_deleted_are_kept_counted_and_not_checked(read):
    roster = read("to-be-deleted")
    assert [(row[0], row[1], row[2]) for row in rows(roster.users)] == [
        (2, "00017", "active"),
        (3, "00018", "tobedeleted"),
        (4, "T-1", " ToBeDeleted "),
        (5, "G1", None),
    ]
    assert checked(roster, "_line, sourcedId") == [(2, "00017"), (5, "G1")]
    assert [(note[1], note[2]) for note in notices(roster, "users.status.tobedeleted")] == [
        ("users.csv", 3),
        ("users.csv", 4),
    ]


# Decisions 5, 7 and 12: ZIPs, names, places; nothing is written to


@pytest.mark.parametrize("inside", ["", "export 2026/"], ids=["root", "one folder"])
def test_a_zip_is_read_like_a_folder(read, tmp_path, inside):
    place = tmp_path / "delivery.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (DELIVERIES / "clean").iterdir():
            archive.write(path, inside + path.name)
        archive.writestr("__MACOSX/users.csv", "no roster")
        archive.writestr(inside + ".hidden.csv", "no roster")
        archive.writestr(inside + "notes.txt", "for the office")
    roster = read(place)
    assert rows(roster.users) == USERS
    assert notices(roster, "delivery.extra_file") == [("delivery.extra_file", "notes.txt", None, None, "notes.txt")]


def test_a_folder_in_a_folder_is_opened_and_other_files_are_listed(read, tmp_path):
    shutil.copytree(DELIVERIES / "clean", tmp_path / "export")
    (tmp_path / "export" / "notes.txt").write_text("for the office", encoding="utf-8")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    roster = read(tmp_path)
    assert rows(roster.users) == USERS
    assert [note[1] for note in notices(roster, "delivery.extra_file")] == ["notes.txt"]


def test_a_file_name_in_another_case_is_read_and_noted(read, changed):
    folder = changed()
    (folder / "users.csv").rename(folder / "Users.CSV")
    roster = read(folder)
    assert (rows(roster.users), roster.info["users"].file) == (USERS, "Users.CSV")
    assert notices(roster) == [("file.name", "Users.CSV", None, None, "Users.CSV is read as users.csv")]


@pytest.mark.parametrize("delivery", sorted(path.name for path in DELIVERIES.iterdir()))
def test_a_delivery_is_never_written_to(read, tmp_path, delivery):
    shutil.copytree(DELIVERIES / delivery, tmp_path / "delivery")

    def state():
        return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in (tmp_path / "delivery").iterdir()}

    before = state()
    read(tmp_path / "delivery")
    assert state() == before


# Files that are missing, empty or no text


def test_a_missing_file_is_noted_and_its_table_is_there_and_empty(read, changed):
    roster = read(changed(classes=None, guardians=None))
    assert notices(roster) == [("file.missing", "classes.csv", None, None, "classes.csv is missing")]
    assert checked(roster, "*", "classes") == checked(roster, "*", "guardians") == []
    with pytest.raises(AttributeError, match=r"classes\.csv was not delivered"):
        _ = roster.classes


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\r\n\r\n\r\n",
        b"\xef\xbb\xbf",
        "\n".encode("utf-16"),
        b"sourcedId,title,grades,schoolSourcedId\r\n",
    ],
    ids=repr,
)
def test_a_file_without_rows_is_empty(read, changed, data):
    roster = read(changed(classes=data))
    assert [note[:2] for note in notices(roster, "file.empty", "file.undecodable")] == [("file.empty", "classes.csv")]
    assert checked(roster, "*", "classes") == []


GARBAGE = {
    "random bytes": lambda size: random.Random(1).randbytes(size),
    "random letters": lambda size: bytes(random.Random(2).choices(range(32, 127), k=size // 10)) * 10,
    "random lines": lambda size: bytes(random.Random(3).choices([*range(32, 127), 10], k=size // 10)) * 10,
    "one endless line": lambda size: b"a," * (size // 2),
    "zeros": lambda size: bytes(size),
    "quotes": lambda size: b'"\n' * (size // 2),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_twenty_megabytes_of_garbage_alone_are_not_a_delivery(engine, tmp_path, kind):
    (tmp_path / "users.csv").write_bytes(GARBAGE[kind](20_000_000))
    with pytest.raises(DeliveryError, match=r"none of its files can be read \(users\.csv: [^\n]*\)$"):
        read_roster(tmp_path, engine=engine)


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_beside_good_files_is_noted_and_they_are_read(read, changed, kind):
    roster = read(changed(guardians=GARBAGE[kind](2_000_000)))
    assert rows(roster.users) == USERS
    noted = {note[0] for note in notices(roster) if note[1] == "guardians.csv"}
    assert noted & {"file.undecodable", "header.missing_column"}
    assert "guardians" in roster.unreadable
