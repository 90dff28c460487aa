"""users.csv on the twin (S1, S12, S14, S18; decisions 17 and 18)."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.connect import ROLE_KINDS
from connect_kit.twin import Action, Twin
from tests.twin.uploads import ELM, OAK, USERS, Desk, outcomes
from tests.twin.user_rows import users


def test_what_the_sync_stores_of_a_users_row_is_stored(desk: Desk) -> None:
    """S18: students: SIS ID, name, email, grade; adults: SIS ID, name, email, SMS number, home phone; staff: role."""
    assert outcomes(desk.upload("users", USERS)) == ["CREATED"] * 6
    assert desk.rows(
        "students", "connectStudentId", "givenName", "familyName", "grade", "email", "studentId", "archived"
    ) == [
        ("CS00000001", "Amal", "Hadid", "03", None, "S1", False),
        ("CS00000002", "Bo", "Hadid", "KG", "bo@example.org", "S2", False),
    ]
    assert desk.rows("accounts", "connectUserId", "givenName", "email", "sms", "phone") == [
        ("CU00000001", "Cy", "cy@example.org", "+12025550101", None),
        ("CU00000002", "Di", "di@example.org", None, "+12025550199"),
        ("CU00000003", "Eve", "eve@example.org", None, None),
        ("CU00000004", "Fay", "fay@example.org", None, None),
    ]
    assert desk.rows("guardian_roles", "connectUserId", "guardianId") == [("CU00000001", "G1"), ("CU00000002", "G2")]
    assert desk.rows("staff_roles", "connectUserId", "role", "staffId") == [
        ("CU00000003", "teacher", "T1"),
        ("CU00000004", "admin", "T2"),
    ]
    assert desk.rows("student_schools", "connectStudentId", "connectSchoolId", "place") == [
        ("CS00000001", OAK, 1),
        ("CS00000002", ELM, 1),
    ]
    assert desk.rows("staff_schools", "connectUserId", "connectSchoolId", "place") == [
        ("CU00000003", OAK, 1),
        ("CU00000003", ELM, 2),
        ("CU00000004", ELM, 1),
    ]
    assert desk.rows("relationships", "connectStudentId", "connectUserId", "managed") == [
        ("CS00000001", "CU00000001", True),
        ("CS00000001", "CU00000002", True),
        ("CS00000002", "CU00000001", True),
    ]


@pytest.mark.parametrize("role", ROLE_KINDS)
def test_every_role_of_the_article_is_taken_as_its_kind(desk: Desk, role: str) -> None:
    # S1: parent = guardian = relative; teacher = aide = proctor. Case and blanks do not count (kit decision).
    assert outcomes(desk.upload("users", users(f"X1,0104, {role.upper()},Amal,Hadid,a@example.org,,,,"))) == ["CREATED"]
    kind = ROLE_KINDS[role]
    summary = desk.twin.summary().set_index("what")["count"]
    found = {what: int(summary[what]) for what in ("students", "guardians", "staff")}
    expected = {"student": "students", "guardian": "guardians"}.get(kind, "staff")
    assert found == {what: int(what == expected) for what in found}
    if expected == "staff":
        assert desk.rows("staff_roles", "role") == [("admin" if kind == "administrator" else "teacher",)]


def test_each_rule_refuses_its_rows_with_the_code_of_the_self_check(desk: Desk) -> None:
    # Decision 17; S1 (IDs, roles, schools, six guardians), S3 (quotes, leading zeros), S18 (contacts)
    result = desk.upload(
        "users",
        users(
            ",0104,student,Amal,Hadid,,,,,",
            "D1,0104,student,Bo,Hadid,,,,,",
            "D1,0104,parent,Cy,Hadid,cy@example.org,,,,",
            "Q'1,0104,student,Di,Hadid,,,,,",
            "R1,0104,pupil,Ed,Hadid,,,,,",
            "R2,0104,,Ed,Hadid,,,,,",
            "N1,0104,student,,Hadid,,,,,",
            "N2,0104,student,Flo,  ,,,,,",
            "O1,,student,Gus,Hadid,,,,,",
            'O2,"9998,9999",student,Hal,Hadid,,,,,',
            "O3,104,student,Ian,Hadid,,,,,",
            'A1,0104,student,Jan,Hadid,,,,"1,2,3,4,5,6,7",',
            'A2,0104,student,Jan,Hadid,,,,"1, 2,3,4,5,6,,6",',
            "G1,0104,parent,Kim,Hadid,,,+12025550100,,",
            "OK,0104,student,Lea,Hadid,,,,,",
        ),
    )
    assert outcomes(result) == [
        "users.sourcedId.present",
        "users.sourcedId.unique",
        "users.sourcedId.unique",
        "users.sourcedId.characters",
        "users.role.known",
        "users.role.known",
        "users.givenName.present",
        "users.familyName.present",
        "users.orgSourcedIds.present",
        "users.orgSourcedIds.known_school",
        "users.orgSourcedIds.leading_zero_lost",
        "users.agentSourcedIds.at_most_six",
        "CREATED",
        "users.guardian.no_contact",
        "CREATED",
    ]
    assert desk.rows("students", "studentId") == [("A2",), ("OK",)]
    assert result.table()["message"][1] == "ID D1 is on several rows; expected one row per ID"
    assert result.table()["message"][9] == "School 9998 is not a School ID recorded on Connect"


def test_one_school_that_connect_knows_places_a_row(desk: Desk) -> None:
    # Decision 17 refuses a row that has no such school; a district's own org beside one does no harm.
    rows = ('S1,"9999,0104",student,Amal,Hadid,,,,,03', 'T1,"0104,DIST",teacher,Bo,Hadid,bo@example.org,,,,')
    assert outcomes(desk.upload("users", users(*rows))) == ["CREATED", "CREATED"]
    assert outcomes(desk.upload("users", users(*rows))) == ["UNCHANGED", "UNCHANGED"]
    assert desk.rows("student_schools", "connectSchoolId", "place") == [(OAK, 1)]
    assert desk.rows("staff_schools", "connectSchoolId", "place") == [(OAK, 1)]


def test_a_row_that_breaks_several_rules_names_the_first(desk: Desk) -> None:
    assert outcomes(desk.upload("users", users(",,pupil,,,,,,,"))) == ["users.sourcedId.present"]


def test_a_student_made_by_hand_is_left_beside_the_new_one(desk: Desk) -> None:
    """S12: the first sync does not touch existing students and creates new ones."""
    desk.upload("users", users("S1,0104,student,Amal,Hadid,,,,,03"))
    desk.twin.apply(Action("archive_students", school=OAK))
    before = desk.rows("students", "connectStudentId", "givenName", "archived")
    assert outcomes(desk.upload("users", users("S9,0104,student,Amal,Hadid,,,,,03"))) == ["CREATED"]
    after = desk.rows("students", "connectStudentId", "givenName", "archived")
    assert after == [*before, ("CS00000002", "Amal", False)]


def test_name_email_and_grade_of_a_student_are_updated(desk: Desk) -> None:
    # S18; the second time nothing changes
    desk.upload("users", users("S1,0104,student,Amal,Hadid,,,,,03", "S2,0104,student,Bo,Hadid,,,,,03"))
    changed = users('S1,0104,student,Amal,Haddad,a@example.org,,,,"04,05"', "S2,0104,student,Bo,Hadid,,,,,03")
    assert outcomes(desk.upload("users", changed)) == ["UPDATED", "UNCHANGED"]
    assert desk.rows("students", "familyName", "email", "grade") == [
        ("Haddad", "a@example.org", "04"),
        ("Hadid", None, "03"),
    ]
    assert outcomes(desk.upload("users", changed)) == ["UNCHANGED", "UNCHANGED"]


def test_an_absent_column_leaves_what_is_stored_and_a_blank_field_clears_it(desk: Desk) -> None:
    desk.upload(
        "users",
        users(
            "S1,0104,student,Amal,Hadid,a@example.org,,,,03",
            "G1,0104,parent,Cy,Hadid,c@example.org,2025550105,2025550106,,",
        ),
    )
    short = (
        "sourcedId,orgSourcedIds,role,givenName,familyName,sms\n"
        "S1,0104,student,Amal,Hadid,\nG1,0104,parent,Cy,Hadid,2025550105\n"
    )
    assert outcomes(desk.upload("users", short)) == ["UNCHANGED", "UNCHANGED"]
    assert desk.rows("students", "email", "grade") == [("a@example.org", "03")]
    cleared = users("S1,0104,student,Amal,Hadid,,,,,", "G1,0104,parent,Cy,Hadid,c@example.org,2025550105,,,")
    assert outcomes(desk.upload("users", cleared)) == ["UPDATED", "UPDATED"]
    assert desk.rows("students", "email", "grade") == [(None, None)]
    assert desk.rows("accounts", "email", "sms", "phone") == [("c@example.org", "2025550105", None)]


def test_an_archived_student_of_the_file_stays_archived_and_the_row_says_so(desk: Desk) -> None:
    # Decision 20: manual uploads archive nothing, and unarchive nothing
    desk.upload("users", users("S1,0104,student,Amal,Hadid,,,,,03"))
    desk.twin.apply(Action("archive_students"))
    result = desk.upload("users", users("S1,0104,student,Amal,Hadid,,,,,04"))
    assert (outcomes(result), list(result.table()["code"])) == (["UPDATED"], ["users.student.archived"])
    assert desk.rows("students", "grade", "archived") == [("04", True)]


def test_the_same_name_email_and_phone_is_one_account_with_several_roles(desk: Desk) -> None:
    # S12: every role of a person must have exactly the same name, email and phone
    result = desk.upload(
        "users",
        users(
            "T1,0104,teacher,Eve,Ito,eve@example.org,+12025550101,,,",
            "G1,0104,parent,Eve,Ito,eve@example.org,+12025550101,,,",
            "G2,0104,parent,Eve,Ito,EVE@example.org,+12025550101,,,",
            "G3,0104,parent,Eve,Ito,eve@example.org,,,,",
        ),
    )
    assert outcomes(result) == ["CREATED", "UPDATED", "CREATED", "CREATED"]
    assert desk.rows("guardian_roles", "connectUserId", "guardianId") == [
        ("CU00000001", "G1"),
        ("CU00000002", "G2"),
        ("CU00000003", "G3"),
    ]
    assert desk.rows("staff_roles", "connectUserId", "staffId") == [("CU00000001", "T1")]


def test_staff_without_email_and_mobile_number_are_joined_to_nobody(desk: Desk) -> None:
    rows = users("T1,0104,teacher,Eve,Ito,,,,,", "T2,0104,teacher,Eve,Ito,,,,,")
    assert outcomes(desk.upload("users", rows)) == ["CREATED", "CREATED"]
    assert outcomes(desk.upload("users", rows)) == ["UNCHANGED", "UNCHANGED"]
    assert desk.rows("accounts", "connectUserId") == [("CU00000001",), ("CU00000002",)]


def test_people_may_share_an_email_address(desk: Desk) -> None:
    # S31: shared contact methods are supported
    rows = users("G1,0104,parent,Cy,Hadid,home@example.org,,,,", "G2,0104,parent,Di,Hadid,home@example.org,,,,")
    assert outcomes(desk.upload("users", rows)) == ["CREATED", "CREATED"]


def test_the_role_of_staff_is_set_when_it_is_made_and_not_changed(desk: Desk) -> None:
    # S18: role (can be changed later by hand), not updated
    desk.upload("users", users("T1,0104,teacher,Eve,Ito,eve@example.org,,,,"))
    assert outcomes(desk.upload("users", users("T1,0104,administrator,Eve,Ito,eve@example.org,,,,"))) == ["UNCHANGED"]
    assert desk.rows("staff_roles", "role") == [("teacher",)]


def test_new_details_of_somebody_with_one_id_change_the_account(desk: Desk) -> None:
    # S18: name, email, SMS number and home phone are updated
    desk.upload("users", users("G1,0104,parent,Cy,Hadid,cy@example.org,5,6,,"))
    changed = users("G1,0104,parent,Cy,Haddad,new@example.org,7,8,,")
    assert outcomes(desk.upload("users", changed)) == ["UPDATED"]
    assert desk.rows("accounts", "connectUserId", "familyName", "email", "sms", "phone") == [
        ("CU00000001", "Haddad", "new@example.org", "7", "8")
    ]
    assert outcomes(desk.upload("users", changed)) == ["UNCHANGED"]


BOTH = ("T1,0104,teacher,Eve,Ito,eve@example.org,,,,", "G1,0104,parent,Eve,Ito,eve@example.org,,,,")


def test_new_details_of_all_roles_change_the_account_they_share(desk: Desk) -> None:
    desk.upload("users", users(*BOTH))
    changed = users(*(row.replace("eve@", "ito@") for row in BOTH))
    assert outcomes(desk.upload("users", changed)) == ["UPDATED", "UPDATED"]
    assert desk.rows("accounts", "connectUserId", "email") == [("CU00000001", "ito@example.org")]


def test_new_details_of_one_role_part_the_accounts_and_take_the_children_along(desk: Desk) -> None:
    # S12: different contact data per role make several independent accounts
    child = "S1,0104,student,Amal,Ito,,,,G1,03"
    desk.upload("users", users(*BOTH, child))
    assert outcomes(desk.upload("users", users(BOTH[0], BOTH[1].replace("eve@", "ito@"), child))) == [
        "UNCHANGED",
        "CREATED",
        "UPDATED",
    ]
    assert desk.rows("guardian_roles", "connectUserId", "guardianId") == [("CU00000002", "G1")]
    assert desk.rows("staff_roles", "connectUserId", "staffId") == [("CU00000001", "T1")]
    assert desk.rows("relationships", "connectStudentId", "connectUserId") == [("CS00000001", "CU00000002")]


def test_a_guardian_made_by_hand_with_the_same_details_gets_the_id(tmp_path: Path) -> None:
    # S12: guardians keep their accounts when their details match the SIS

    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "schools.csv").write_text("connectSchoolId,name,schoolId\nS001,Oak,0104\n")
    (folder / "students.csv").write_text(
        "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\nA,S001,Amal,Hadid,03,,,false\n"
    )
    (folder / "guardians.csv").write_text(
        "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds\nB,Cy,Hadid,cy@example.org,,,,A\n"
    )
    desk = Desk(Twin.fill(tmp_path / "twin.duckdb", folder), tmp_path)
    rows = users("S1,0104,student,Amal,Hadid,,,,G1,03", "G1,0104,parent,Cy,Hadid,cy@example.org,,,,")
    assert outcomes(desk.upload("users", rows)) == ["CREATED", "UPDATED"]
    assert desk.rows("guardian_roles", "connectUserId", "guardianId") == [("B", "G1")]
    assert desk.rows("relationships", "connectStudentId", "connectUserId", "managed") == [
        ("A", "B", False),
        ("CS00000001", "B", True),
    ]


def test_a_guardian_whom_connect_does_not_know_is_not_connected_and_the_row_says_so(desk: Desk) -> None:
    result = desk.upload("users", users("S1,0104,student,Amal,Hadid,,,,G7,03"))
    frame = result.table()
    assert outcomes(result) == ["CREATED"]
    assert frame["code"][0] == "users.agentSourcedIds.known"
    assert frame["message"][0] == "guardian G7 is not a guardian on Connect, and was not connected"


def test_relationships_are_added_and_never_taken_away(desk: Desk) -> None:
    guardians = ("G1,0104,parent,Cy,Hadid,cy@example.org,,,,", "G2,0104,parent,Di,Hadid,di@example.org,,,,")
    desk.upload("users", users("S1,0104,student,Amal,Hadid,,,,G1,03", *guardians))
    assert outcomes(desk.upload("users", users("S1,0104,student,Amal,Hadid,,,,G2,03"))) == ["UPDATED"]
    assert desk.rows("relationships", "connectUserId") == [("CU00000001",), ("CU00000002",)]


def test_with_the_guardian_file_guardians_of_users_csv_are_passed_over(desk: Desk) -> None:
    # S14: "Allow sync to manage guardians" is off when guardians come from guardians.csv
    desk.set(guardians_from="guardians")
    result = desk.upload("users", USERS)
    assert outcomes(result) == ["CREATED", "CREATED", "SKIPPED", "SKIPPED", "CREATED", "CREATED"]
    assert list(result.table()["code"])[2] == "settings.guardians_from"
    assert desk.rows("relationships", "connectUserId") == []
    assert result.counts["SKIPPED"] == 2


def test_the_phone_column_supplies_the_mobile_number_where_the_setting_says_so(desk: Desk) -> None:
    # S14: phone credential column
    desk.set(phone_credential_column="phone")
    result = desk.upload(
        "users", users("G1,0104,parent,Cy,Hadid,,2025550111,2025550122,,", "G2,0104,parent,Di,Hadid,,2025550133,,,")
    )
    assert outcomes(result) == ["CREATED", "users.guardian.no_contact"]
    assert desk.rows("accounts", "sms", "phone") == [("2025550122", "2025550111")]


def test_the_student_number_is_shown_where_the_setting_says_so(desk: Desk) -> None:
    # S14: STUDENT NUMBER is OneRoster's identifier (kit decision); a blank one falls back to the sourcedId
    desk.set(student_id="number")
    assert desk.upload("users", USERS).code == "header.missing_column"
    text = (
        "sourcedId,orgSourcedIds,role,givenName,familyName,identifier\n"
        "S1,0104,student,Amal,Hadid,77\nS2,0104,student,Bo,Hadid,\n"
    )
    assert outcomes(desk.upload("users", text)) == ["CREATED", "CREATED"]
    assert desk.rows("students", "studentId", "sourcedId") == [("77", "S1"), ("S2", "S2")]
    desk.set(student_id="id")
    assert outcomes(desk.upload("users", text)) == ["UPDATED", "UNCHANGED"]
    assert desk.rows("students", "studentId", "sourcedId") == [("S1", "S1"), ("S2", "S2")]
