"""Files that are refused as a whole (decision 16; S0, S1, S3, S7, S21), and what is taken although it looks odd."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from connect_kit.errors import PlanError, SettingError
from connect_kit.uploads.values import UploadFile
from tests.twin.uploads import CLASSES, ELM, ENROLLMENTS, OAK, USERS, Desk, outcomes


@pytest.mark.parametrize(
    ("kind", "text", "code", "words"),
    [
        ("users", b"", "file.empty", "users.csv is empty"),
        ("users", USERS.splitlines()[0], "file.empty", "a header and no rows"),
        ("users", USERS.encode("utf-16"), "file.undecodable", "read as UTF-16; expected ASCII or UTF-8"),
        ("users", USERS.replace("Amal", "Amál").encode("cp1252"), "file.undecodable", "read as ISO-8859-1"),
        (
            "users",
            f"{USERS}9,Jos\udce9,Ó".encode("utf-8", "surrogateescape"),
            "file.undecodable",
            "the bytes E9 are not UTF-8",
        ),
        ("users", b"PK\x03\x04\x00\x81\x90" * 100, "file.undecodable", "no accepted encoding"),
        ("users", USERS.encode("utf-8-sig"), "header.missing_column", "sourcedId is absent (a byte order mark hides"),
        (
            "users",
            USERS.replace("sourcedId,", "SourcedID,", 1),
            "header.missing_column",
            "sourcedId is absent (headers",
        ),
        ("users", USERS.replace(",role,", ",Role,"), "header.missing_column", "column role is absent"),
        ("users", USERS.replace(",", ";"), "header.missing_column", "sourcedId is absent (its fields are not"),
        (
            "users",
            USERS.replace(",sms,", ",email,"),
            "header.repeated_column",
            "column email is repeated",
        ),
        ("users", USERS.replace(",sms,", ",sourceId,"), "header.repeated_column", "column sourcedId is repeated"),
        ("users", USERS.replace("orgSourcedIds", "schools"), "header.missing_column", "column orgSourcedIds is absent"),
        ("classes", CLASSES.replace("grades", "grade"), "header.missing_column", "column grades is absent"),
        ("classes", CLASSES.replace("schoolSourcedId", "school"), "header.missing_column", "schoolSourcedId is absent"),
        ("enrollments", ENROLLMENTS.replace("role", "rôle"), "header.missing_column", "column role is absent"),
        ("guardians", "studentSourcedId,givenName,familyName\nS1,Cy,Hadid\n", "header.missing_column", "email or sms"),
        ("student_attributes", "student,ELL\nS1,yes\n", "header.missing_column", "studentSourcedId is absent"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and " " not in value and len(value) < 30 else "",
)
def test_a_file_is_refused_for_one_clear_reason(
    desk: Desk, kind: str, text: str | bytes, code: str, words: str
) -> None:
    before = desk.twin.digest()
    result = desk.upload(kind, text)
    assert (result.outcome, result.code, result.path, result.tallies) == ("refused", code, None, ())
    assert words in result.message
    assert desk.twin.digest() == before
    assert list(desk.twin.activity()["kind"]) == ["made"]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [("users", "sourcedId,", "sourceId,"), ("classes", "schoolSourcedId", "schoolSourcedID")],
)
def test_the_spellings_of_connect_s_own_articles_are_taken(desk: Desk, kind: str, old: str, new: str) -> None:
    # S1 writes sourceId, S3 schoolSourcedID
    text = USERS if kind == "users" else CLASSES
    assert set(outcomes(desk.upload(kind, text.replace(old, new, 1)))) == {"CREATED"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "parents"}, "kind is 'parents'; expected one of users, classes"),
        ({"level": "District"}, "level is 'District'; expected 'district' or 'school'"),
        ({"level": "state", "school": OAK}, "level is 'state'; expected 'district' or 'school'"),
    ],
)
def test_an_unknown_kind_or_level_is_refused(desk: Desk, change: dict[str, Any], message: str) -> None:
    file = replace(desk.file("users", USERS), **change)
    with pytest.raises(SettingError, match=re.escape(message)):
        desk.twin.dry_run([file], desk.folder / "results")


def test_a_school_level_file_holds_one_school(desk: Desk) -> None:
    # S0
    users = desk.upload("users", USERS, level="school", school=OAK)
    classes = desk.upload("classes", CLASSES, level="school", school=ELM)
    assert (users.code, classes.code) == ("users.orgSourcedIds.one_school", "classes.schoolSourcedId.one_school")
    assert "people of school 0104 and of school 0205" in users.message


def test_a_school_level_file_of_enrollments_holds_one_school(desk: Desk) -> None:
    # S0
    desk.upload("users", USERS)
    desk.upload("classes", CLASSES)
    refused = desk.upload("enrollments", ENROLLMENTS, level="school", school=OAK)
    assert (refused.outcome, refused.code) == ("refused", "enrollments.schoolSourcedId.one_school")
    assert "enrollments of school 0104 and of school 0205" in refused.message


def test_enrollments_come_only_after_users_and_classes_were_uploaded_with_success(desk: Desk) -> None:
    # S3
    assert desk.upload("enrollments", ENROLLMENTS).message.startswith(
        "enrollments.csv: users.csv has not been uploaded"
    )
    desk.upload("users", USERS)
    assert desk.upload("classes", CLASSES.replace("0104", "9999").replace("0205", "9999")).errors == 2
    refused = desk.upload("enrollments", ENROLLMENTS)
    assert (refused.code, refused.outcome) == ("upload.order", "refused")
    assert "classes.csv has not been uploaded successfully yet" in refused.message
    desk.upload("classes", CLASSES)
    assert desk.upload("enrollments", ENROLLMENTS).outcome == "processed"


def test_earlier_files_of_a_dry_run_count_as_uploaded(desk: Desk) -> None:
    # Decision 13: later files see what earlier ones would have done
    files = [desk.file("users", USERS), desk.file("classes", CLASSES), desk.file("enrollments", ENROLLMENTS)]
    assert [outcomes(result) for result in desk.dry_run(*files)] == [["CREATED"] * 6, ["CREATED"] * 2, ["CREATED"] * 3]
    assert desk.dry_run(files[2])[0].code == "upload.order"


@pytest.mark.parametrize("kind", ["guardians", "student_attributes"])
def test_what_belongs_to_students_needs_students(desk: Desk, kind: str) -> None:
    # S4: attached to students who exist already
    text = "studentSourcedId,givenName,familyName,email\nS1,Cy,Hadid,c@example.org\n"
    assert desk.upload(kind, text).code == "upload.order"


def test_a_line_that_cannot_be_read_is_refused_with_its_number_and_the_rest_is_processed(desk: Desk) -> None:
    # Decision 4 and 15: a result row for lines that could not be parsed too
    text = (
        'sourcedId,title,grades,schoolSourcedId\nC1,Art,03,0104\nC2,Music\nC3,"Big\nBand",03,0104\nC4,"Drama,03,0104\n'
    )
    result = desk.upload("classes", text)
    assert outcomes(result) == ["CREATED", "file.malformed_line", "CREATED", "file.malformed_line"]
    frame = result.table()
    assert list(frame["sourcedId"]) == ["C1", "", "C3", ""]
    assert frame["message"][1] == "line 3 cannot be read: 2 fields where the header has 4"
    assert frame["message"][3].startswith("line 6 cannot be read: broken quoting")
    assert (result.rows, result.errors) == (4, 2)


def test_a_file_cut_off_in_the_middle_of_a_line_loses_that_line_only(desk: Desk) -> None:
    result = desk.upload("users", USERS[:-40])
    assert outcomes(result) == ["CREATED"] * 5 + ["file.malformed_line"]


def test_columns_that_connect_does_not_ask_for_are_carried_into_the_result_and_not_used(desk: Desk) -> None:
    text = USERS.replace("sourcedId,", "_line,rowid,sourcedId,", 1).replace("\n", "\nx,y,").removesuffix("x,y,")
    result = desk.upload("users", text)
    assert set(outcomes(result)) == {"CREATED"}
    assert list(result.table().columns)[:3] == ["_line", "rowid", "sourcedId"]


def test_fields_of_blanks_are_no_value_and_blanks_around_an_id_are_a_part_of_it(desk: Desk) -> None:
    # Decision 1; S3: IDs must match exactly
    desk.upload("users", USERS)
    assert outcomes(desk.upload("users", USERS.replace("S1,0104", "S1 ,0104"))) == ["CREATED"] + ["UNCHANGED"] * 5
    assert outcomes(desk.upload("users", USERS.replace("S1,0104", " \t,0104")))[0] == "users.sourcedId.present"


def test_a_file_that_changed_after_it_was_planned_is_not_uploaded(desk: Desk) -> None:
    file = desk.file("users", USERS)
    file.path.write_text(USERS + "S9,0104,student,Gus,Hadid,,,,,\n")
    with pytest.raises(PlanError, match=r"users\.csv: changed after it was planned; plan the upload again"):
        desk.twin.send(file, desk.folder / "r", run="run")
    with pytest.raises(PlanError, match="cannot be read"):
        desk.dry_run(UploadFile("users", desk.folder / "nowhere.csv", "0"))


def test_two_hundred_thousand_bad_rows_are_reported_one_by_one(desk: Desk) -> None:
    rows = "".join(f"X{i},9999,pupil,,,,,,,\n" for i in range(100_000)) + "broken\n" * 100_000
    result = desk.upload("users", USERS.splitlines()[0] + "\n" + rows)
    assert result.errors == result.rows == 200_000
    codes = result.table()["code"].value_counts().to_dict()
    assert codes == {"users.role.known": 100_000, "file.malformed_line": 100_000}
