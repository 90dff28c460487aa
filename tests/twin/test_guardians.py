"""guardians.csv on the twin (S4, S5, S14; decisions 8 and 20)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.twin.uploads import ELM, OAK, Desk, outcomes

HEADER = "studentSourcedId,guardianSourcedId,givenName,familyName,email,sms,phone,language\n"
STUDENTS = """\
sourcedId,orgSourcedIds,role,givenName,familyName
S1,0104,student,Amal,Hadid
S2,0205,student,Bo,Hadid
T1,0104,teacher,Cy,Hadid
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.empty(tmp_path)
    desk.upload("users", STUDENTS)
    return desk


def guardians(*rows: str) -> str:
    return HEADER + "".join(row + "\n" for row in rows)


def test_guardians_are_attached_to_students_who_are_there(desk: Desk) -> None:
    # S4, S5: one row a student and a guardian; CREATED: not yet in the system, UPDATED: has an account already
    rows = guardians("S1,G1,Di,Hadid,di@example.org,+12025550101,+12025550102,es", "S2,G1,Di,Hadid,di@example.org,,,")
    result = desk.upload("guardians", rows)
    assert outcomes(result) == ["CREATED", "UPDATED"]
    columns = ("connectUserId", "givenName", "email", "sms", "phone", "language")
    assert desk.rows("accounts", *columns)[1:] == [
        ("CU00000002", "Di", "di@example.org", "+12025550101", "+12025550102", "es")
    ]
    assert desk.rows("relationships", "connectStudentId", "connectUserId", "managed") == [
        ("CS00000001", "CU00000002", True),
        ("CS00000002", "CU00000002", True),
    ]
    assert [tuple(tally) for tally in result.tallies] == [
        (OAK, "guardians", "SUCCESS", "CREATED", 1),
        (ELM, "guardians", "SUCCESS", "UPDATED", 1),
    ]
    assert outcomes(desk.upload("guardians", rows)) == ["UNCHANGED", "UNCHANGED"]


def test_without_guardian_id_rows_with_equal_details_are_one_guardian(desk: Desk) -> None:
    rows = guardians("S1,,Di,Hadid,di@example.org,,,", "S2,,Di,Hadid,di@example.org,,,", "S2,,Di,Hadid,,2025550107,,")
    assert outcomes(desk.upload("guardians", rows)) == ["CREATED", "UPDATED", "CREATED"]
    assert outcomes(desk.upload("guardians", rows)) == ["UNCHANGED"] * 3
    assert desk.rows("guardian_roles", "connectUserId", "guardianId") == [("CU00000002", None), ("CU00000003", None)]


def test_the_same_details_as_an_account_of_staff_join_it(desk: Desk) -> None:
    # S12: one account with several roles
    desk.upload(
        "users", "sourcedId,orgSourcedIds,role,givenName,familyName,email\nT1,0104,teacher,Cy,Hadid,cy@example.org\n"
    )
    assert outcomes(desk.upload("guardians", guardians("S1,,Cy,Hadid,cy@example.org,,,"))) == ["UPDATED"]
    assert desk.rows("guardian_roles", "connectUserId", "guardianId") == [("CU00000001", None)]
    assert outcomes(desk.upload("guardians", guardians("S1,G1,Cy,Hadid,cy@example.org,,,"))) == ["UPDATED"]
    assert desk.rows("guardian_roles", "connectUserId", "guardianId") == [("CU00000001", "G1")]


def test_a_guardian_who_has_an_account_is_updated_and_not_doubled(desk: Desk) -> None:
    # S4
    desk.upload("guardians", guardians("S1,G1,Di,Hadid,di@example.org,,,"))
    assert outcomes(desk.upload("guardians", guardians("S1,G1,Di,Haddad,new@example.org,5,,"))) == ["UPDATED"]
    (_, changed) = desk.rows("accounts", "connectUserId", "familyName", "email", "sms")
    assert changed == ("CU00000002", "Haddad", "new@example.org", "5")


def test_each_rule_refuses_its_rows_with_the_code_of_the_self_check(desk: Desk) -> None:
    # S4, S5 (student, names), S18 (contact), S1 (six guardians)
    many = [f"S2,M{i},Di,Hadid,di{i}@example.org,,," for i in range(7)]
    result = desk.upload(
        "guardians",
        guardians(
            ",G1,Di,Hadid,di@example.org,,,", "S9,G1,Di,Hadid,di@example.org,,,", "S1,G1,,Hadid,di@example.org,,,",
            "S1,G1,Di,,di@example.org,,,", "S1,G1,Di,Hadid,,,+12025550101,", "S1,G1,Di,Hadid,,2025550105,,", *many,
        ),
    )  # fmt: skip
    assert outcomes(result) == [
        "guardians.studentSourcedId.present",
        "guardians.studentSourcedId.known_student",
        "guardians.givenName.present",
        "guardians.familyName.present",
        "guardians.contact.present",
        "CREATED",
        *["guardians.student.at_most_six"] * 7,
    ]


def test_without_abandon_a_guardian_whom_the_file_no_longer_names_stays(desk: Desk) -> None:
    # Decision 20
    desk.upload("guardians", guardians("S1,G1,Di,Hadid,di@example.org,,,", "S1,G2,Ed,Hadid,ed@example.org,,,"))
    desk.upload("guardians", guardians("S1,G1,Di,Hadid,di@example.org,,,"))
    assert len(desk.rows("relationships", "connectUserId")) == 2


def test_abandon_disconnects_guardians_whom_the_file_no_longer_names(desk: Desk) -> None:
    # S4 (the box), S19 (abandoned users are disconnected); decision 20
    both = guardians(
        "S1,G1,Di,Hadid,di@example.org,,,", "S1,G2,Ed,Hadid,ed@example.org,,,", "S2,G2,Ed,Hadid,ed@example.org,,,"
    )
    desk.upload("guardians", both)
    result = desk.upload("guardians", guardians("S1,G1,Di,Hadid,di@example.org,,,"), abandon=True)
    assert (outcomes(result), result.disconnected) == (["UNCHANGED"], 2)
    assert desk.rows("relationships", "connectStudentId", "connectUserId") == [("CS00000001", "CU00000002")]
    assert len(desk.rows("accounts", "connectUserId")) == 3
    assert desk.twin.activity()["what"].iloc[-1] == "guardians.csv, district level: 1 unchanged, 2 disconnected"


def test_abandon_at_school_level_concerns_the_school_s_students(desk: Desk) -> None:
    desk.upload("guardians", guardians("S1,G1,Di,Hadid,di@example.org,,,", "S2,G2,Ed,Hadid,ed@example.org,,,"))
    result = desk.upload(
        "guardians", guardians("S1,G3,Fay,Hadid,fay@example.org,,,"), abandon=True, level="school", school=OAK
    )
    assert result.disconnected == 1
    assert desk.rows("relationships", "connectStudentId", "connectUserId") == [
        ("CS00000001", "CU00000004"),
        ("CS00000002", "CU00000003"),
    ]


def test_abandon_spares_guardians_whose_rows_were_refused(desk: Desk) -> None:
    desk.upload("guardians", guardians("S1,G1,Di,Hadid,di@example.org,,,", "S1,,Ed,Hadid,ed@example.org,,,"))
    faulty = guardians(
        "S1,G1,Di,Hadid,,,,", "S1,,Ed,Hadid,ed@example.org,,,", *[f"S1,M{i},X,Y,x{i}@z.org,,," for i in range(6)]
    )
    result = desk.upload("guardians", faulty, abandon=True)
    assert result.errors == 8
    assert result.disconnected == 0


def test_guardians_that_somebody_connected_by_hand_are_not_abandoned(tmp_path: Path) -> None:
    from connect_kit.twin import Twin

    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "schools.csv").write_text("connectSchoolId,name,schoolId\nS001,Oak,0104\n")
    (folder / "students.csv").write_text(
        "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\nA,S001,Amal,Hadid,03,,S1,false\n"
    )
    (folder / "guardians.csv").write_text(
        "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds\nB,Di,Hadid,di@example.org,,,,A\n"
    )
    desk = Desk(Twin.fill(tmp_path / "twin.duckdb", folder), tmp_path)
    other = guardians("S1,,Ed,Hadid,ed@example.org,,,")
    assert desk.upload("guardians", other, abandon=True).disconnected == 0
    # Once an upload names her, the relationship is the SIS's.
    assert outcomes(desk.upload("guardians", guardians("S1,,Di,Hadid,di@example.org,,,"))) == ["UPDATED"]
    assert desk.upload("guardians", other, abandon=True).disconnected == 1
