"""Rules that look at duplicates, matched classrooms and accounts on Connect: exact rows on small invented data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import connect_kit as ck
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    from connect_kit.checks import Findings

USERS = "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades"
CLASSES = "sourcedId,title,grades,schoolSourcedId"
ENROLLMENTS = "classSourcedId,schoolSourcedId,userSourcedId,role"
STUDENTS = "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived"
CLASSROOMS = "connectClassroomId,connectSchoolId,title,grades,classId,archived"
GUARDIANS = "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds"


def delivery(
    folder: Path, *students: str, guardians: tuple[str, ...] = (), classes: tuple[str, ...] = ("0001,Room 3,03,0104",)
) -> ck.Roster:
    """Students as ``ID,given,family[,guardians]``; everybody at one school, in all classes."""
    place = folder / "delivery"
    place.mkdir(parents=True, exist_ok=True)
    lines = []
    for student in students:
        number, given, family, *agents = student.split(",")
        lines.append(f'{number},0104,student,{given},{family},,,"{",".join(agents)}",03')
    lines += [f"{number},0104,guardian,{rest},," for number, _, rest in (g.partition(",") for g in guardians)]
    lines.append("T1,0104,teacher,Lee,Brandt,lee@example.org,,,")
    (place / "users.csv").write_text("\n".join([USERS, *lines, ""]), encoding="utf-8")
    (place / "classes.csv").write_text("\n".join([CLASSES, *classes, ""]), encoding="utf-8")
    seats = [
        f"{of.partition(',')[0]},0104,{who.partition(',')[0]},{role}"
        for of in classes
        for who, role in (*((student, "student") for student in students), ("T1", "teacher"))
    ]
    (place / "enrollments.csv").write_text("\n".join([ENROLLMENTS, *seats, ""]), encoding="utf-8")
    return ck.read_roster(place)


def connect(folder: Path, **files: tuple[str, ...]) -> ck.Workspace:
    place = folder / "workspace"
    place.mkdir()
    titles = {"students": STUDENTS, "classrooms": CLASSROOMS, "guardians": GUARDIANS}
    (place / "schools.csv").write_text("connectSchoolId,name,schoolId\nK1,Maple School,0104\n", encoding="utf-8")
    for name, lines in files.items():
        (place / f"{name}.csv").write_text("\n".join([titles[name], *lines, ""]), encoding="utf-8")
    return ck.read_workspace(place)


def rows(findings: Findings, code: str, *severities: str) -> list[tuple[object, ...]]:
    table = findings.table()
    found = table[table["code"] == code].astype(object).where(lambda frame: frame.notna(), None)
    assert set(found["severity"]) <= set(severities or {"warning"})
    return list(found[["table", "file", "line", "sourcedId", "message"]].itertuples(index=False, name=None))


# ---- students


def test_a_duplicate_student_is_named_with_the_other_id_on_both_lines(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", "0002,Teo,Lind", "0003,Minna,Okafor", "0004,M.,Okafor")
    pairs = ck.find_duplicates(roster)
    for one, other, decision in (
        ("0001", "0003", "same"), ("0003", "0004", "same"), ("0001", "0004", "different"),
        ("0001", "0002", "different"), ("0002", "0003", "different"), ("0002", "0004", "different"),
    ):  # fmt: skip
        pairs = pairs.decide(one, other, decision, who="ada")  # type: ignore[arg-type]
    assert rows(ck.check_roster(roster, duplicates=pairs), "users.student.entered_twice") == [
        ("users", "users.csv", 2, "0001", "is probably the same child as 0003"),
        ("users", "users.csv", 4, "0003", "is probably the same child as 0001, 0004"),
        ("users", "users.csv", 5, "0004", "is probably the same child as 0003"),
    ]


def test_many_others_are_named_up_to_five(tmp_path: Path) -> None:
    roster = delivery(tmp_path, *(f"000{n},Ann,Test" for n in range(8)))
    pairs = ck.find_duplicates(roster)
    for n in range(1, 8):
        pairs = pairs.decide("0000", f"000{n}", "same", who="ada")
    shown = rows(ck.check_roster(roster, duplicates=pairs), "users.student.entered_twice")
    assert shown[0][2:] == (2, "0000", "is probably the same child as 0001, 0002, 0003, 0004, 0005, …")


@pytest.mark.thorough
def test_a_student_beside_an_existing_one_is_named_with_connects_id(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", "0002,Teo,Lind")
    workspace = connect(tmp_path, students=("CP1,K1,Mina,Okafor,03,,,false", "CP2,K1,Teo,Lind,03,,0002,false"))
    pairs = ck.find_duplicates(roster, workspace).decide("0001", "workspace:CP1", "same", who="ada")
    findings = ck.check_roster(roster, workspace, duplicates=pairs)
    assert rows(findings, "workspace.students.duplicates_expected") == [
        ("users", "users.csv", 2, "0001", "is probably the student CP1 on Connect; both will be there side by side")
    ]
    assert rows(findings, "users.student.entered_twice") == []
    assert findings.rows("workspace.students.duplicates_expected")["givenName"].tolist() == ["Mina"]


def test_a_student_who_is_on_connect_twice_already_is_not_added_once_more(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", "0002,Teo,Lind", "0003,Ann,Poe")
    there = ("CP1,K1,Mina,Okafor,03,,,false", "CP2,K1,Mina,Okafor,03,,0001,false", "CP3,K1,Ann,Poe,03,,,TRUE")
    workspace = connect(tmp_path, students=there)
    pairs = ck.find_duplicates(roster, workspace).decide("0001", "workspace:CP1", "same", who="ada")
    pairs = pairs.decide("0003", "workspace:CP3", "same", who="ada")  # archived there
    findings = ck.check_roster(roster, workspace, duplicates=pairs)
    assert rows(findings, "workspace.students.duplicates_expected") == []
    words = "is probably the student CP1 on Connect, too, and has a record there under the delivery's ID"
    assert rows(findings, "workspace.students.on_connect_twice") == [("users", "users.csv", 2, "0001", words)]


def test_a_second_row_of_a_child_who_is_on_connect_is_added_beside_it(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", "0002,Minna,Okafor")
    workspace = connect(tmp_path, students=("CP1,K1,Mina,Okafor,03,,0001,false",))
    pairs = ck.find_duplicates(roster, workspace).decide("0001", "0002", "same", who="ada")
    findings = ck.check_roster(roster, workspace, duplicates=pairs)
    words = "is probably the student with ID 0001 on Connect; both will be there side by side"
    assert rows(findings, "workspace.students.duplicates_expected") == [("users", "users.csv", 3, "0002", words)]
    assert rows(findings, "workspace.students.on_connect_twice") == []


@pytest.mark.thorough
def test_a_pair_decided_to_be_different_is_not_a_finding(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor")
    workspace = connect(tmp_path, students=("CP1,K1,Mina,Okafor,03,,,false",))
    ck.find_duplicates(roster, workspace).decide("0001", "workspace:CP1", "different", who="ada")
    findings = ck.check_roster(roster, workspace, duplicates=ck.find_duplicates(roster, workspace))
    assert rows(findings, "workspace.students.duplicates_expected") == []


def test_what_was_not_given_is_named_with_the_call_that_gives_it(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor")
    workspace = connect(tmp_path)
    reasons = ck.check_roster(roster, workspace).unchecked().set_index("code")["reason"]
    assert "find_duplicates(roster, workspace)" in reasons["users.student.entered_twice"]
    assert "find_duplicates(roster, workspace)" in reasons["workspace.students.duplicates_expected"]
    assert "match_classrooms(roster, workspace)" in reasons["workspace.classrooms.unmatched"]
    assert "workspace.guardians.contact_changed" not in reasons.index
    alone = ck.check_roster(roster, duplicates=ck.find_duplicates(roster)).unchecked().set_index("code")["reason"]
    assert alone["workspace.students.duplicates_expected"] == "no workspace was given"
    assert "users.student.entered_twice" not in alone.index


def test_rules_without_duplicates_are_not_blamed_on_a_missing_column(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor")
    frames = {name: getattr(roster, name) for name in ("users", "classes", "enrollments")}
    frames["users"] = frames["users"].drop(columns="givenName")
    findings = ck.check_roster(ck.Roster.from_frames(frames))
    causes = findings.causes()
    shown = causes.loc[causes["codes"] == "header.missing_column", "explains"].iloc[0]
    unchecked = findings.unchecked()["reason"]
    of_column = int((unchecked == "column givenName is missing in users.csv").sum())
    assert 0 < of_column < len(unchecked)
    assert shown.endswith(f"; {of_column} rules could not be checked")


@pytest.mark.thorough
def test_duplicates_of_another_roster_or_of_adults_are_refused(tmp_path: Path) -> None:
    roster = delivery(tmp_path / "a", "0001,Mina,Okafor")
    other = delivery(tmp_path / "b", "0001,Mina,Okafor")
    workspace = connect(tmp_path)
    with pytest.raises(SettingError, match="duplicates were found in another roster or workspace"):
        ck.check_roster(roster, duplicates=ck.find_duplicates(other))
    with pytest.raises(SettingError, match=r"pass duplicates=find_duplicates\(roster, workspace\)"):
        ck.check_roster(roster, workspace, duplicates=ck.find_duplicates(roster))
    with pytest.raises(SettingError, match="kind 'people'"):
        ck.check_roster(roster, duplicates=ck.find_duplicates(roster, kind="people"))
    with pytest.raises(SettingError, match="classrooms were found in another roster or workspace"):
        ck.check_roster(roster, workspace, classrooms=ck.match_classrooms(other, workspace))


@pytest.mark.thorough
def test_an_id_that_a_guardian_shares_does_not_move_the_finding_to_the_guardian(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", "0002,Mina,Okafor")
    users = roster.users
    lead = users.iloc[[-1]].assign(sourcedId="0001", role="guardian")
    import pandas as pd

    roster = roster.replace(users=pd.concat([lead, users], ignore_index=True))
    pairs = ck.find_duplicates(roster).decide("0001", "0002", "same", who="ada")
    found = rows(ck.check_roster(roster, duplicates=pairs), "users.student.entered_twice")
    assert [row[2] for row in found] == [3, 4]


# ---- classrooms


def test_a_classroom_whose_class_is_only_suggested_will_be_duplicated(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", classes=("0011,Room 3,03,0104", "0012,Room 4,03,0104"))
    workspace = connect(
        tmp_path,
        classrooms=(
            "R1,K1,Room 3,03,11,false",  # lost its zeros
            "R2,K1,Room 4,03,12,true",  # archived: it is not in the way
        ),
    )
    classrooms = ck.match_classrooms(roster, workspace)
    found = rows(ck.check_roster(roster, workspace, classrooms=classrooms), "workspace.classrooms.unmatched")
    shown = "Classroom R1 has class ID 11; class 0011 is probably it: the upload makes a second classroom"
    assert found == [("workspace", None, None, "R1", shown)]


def test_a_classroom_made_by_hand_is_named_with_the_class_suggested_for_it(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", classes=("0011,Grade 3 Room 3,03,0104",))
    workspace = connect(tmp_path, classrooms=("R1,K1,Grade 3 Room 3,03,,false", "R2,K1,Chess club,,,false"))
    classrooms = ck.match_classrooms(roster, workspace)
    suggested = classrooms.suggested().table()["workspace_id"].tolist()
    found = rows(ck.check_roster(roster, workspace, classrooms=classrooms), "workspace.classrooms.unmatched")
    assert [row[3] for row in found] == suggested
    for row in found:
        assert (
            row[4]
            == f"Classroom {row[3]} has no class ID; class 0011 is probably it: the upload makes a second classroom"
        )


def test_a_matched_classroom_and_one_to_be_archived_or_left_are_not_findings(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", classes=tuple(f"00{n},Room {n},03,0104" for n in (11, 12, 13, 14)))
    workspace = connect(
        tmp_path,
        classrooms=(
            "R1,K1,Room 11,03,0011,false", "R2,K1,Room 12,03,12,false",
            "R3,K1,Room 13,03,13,false", "R4,K1,Room 14,03,14,false",
        ),
    )  # fmt: skip
    classrooms = ck.match_classrooms(roster, workspace)
    classrooms = classrooms.decide(None, "R2", "archive", who="ada").decide(None, "R3", "leave", who="ada")
    found = rows(ck.check_roster(roster, workspace, classrooms=classrooms), "workspace.classrooms.unmatched")
    assert [row[3] for row in found] == ["R4"]


# ---- guardians


CASES = {
    "same email, other number": ("a@example.org", "2025550101", "A@Example.org", "2025550199", False),
    "other email, same number": ("a@example.org", "(202) 555-0101", "b@example.org", "+12025550101", False),
    "both other": ("a@example.org", "2025550101", "b@example.org", "2025550199", True),
    "other email, no numbers": ("a@example.org", "", "b@example.org", "", True),
    "an email instead of the number": ("", "2025550101", "b@example.org", "", True),
    "no contact in the delivery": ("a@example.org", "2025550101", "", "", False),
    "no contact on Connect": ("", "", "b@example.org", "2025550199", False),
    "a number that is none": ("a@example.org", "000-0000", "b@example.org", "000-0000", True),
}
NEW = (
    "neither email nor mobile number is that of account {} on Connect, nor is the guardian ID: a new account is made "
    "beside it"
)
UPDATED = "account {} on Connect is found by its guardian ID and gets this email and mobile number"


@pytest.mark.parametrize("known_by", ["guardianId", "name and student"])
def test_a_guardian_whose_contacts_on_connect_are_all_others_is_updated_by_id_or_gets_a_new_account(
    tmp_path: Path, known_by: str
) -> None:
    message, severity = (UPDATED, "info") if known_by == "guardianId" else (NEW, "warning")
    students, guardians, accounts, existing, expected = [], [], [], [], []
    for n, (old_email, old_sms, email, sms, changed) in enumerate(CASES.values()):
        name = f"Ada{'xyzuvwst'[n]}"
        students.append(f"000{n},Mina,Okafor,G{n}")
        guardians.append(f"G{n},{name},Okafor,{email},{sms}")
        by_id = known_by == "guardianId"
        account = (
            f"U{n},Adaeze,O.,{old_email},{old_sms},,G{n},"
            if by_id
            else f"U{n},{name.upper()},Okafor,{old_email},{old_sms},,,"
        )
        accounts.append(account + ("" if by_id else f'"CP99, CP{n}"'))
        existing.append(f"CP{n},K1,Mina,Okafor,03,,000{n},false")
        if changed:
            expected.append(("users", "users.csv", 2 + len(CASES) + n, f"G{n}", message.format(f"U{n}")))
    roster = delivery(tmp_path, *students, guardians=tuple(guardians))
    workspace = connect(tmp_path, students=tuple(existing), guardians=tuple(accounts))
    found = rows(ck.check_roster(roster, workspace), "workspace.guardians.contact_changed", severity)
    assert found == expected


def test_a_namesake_of_another_student_is_somebody_else(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor,G1", "0002,Teo,Lind", guardians=("G1,Ada,Okafor,new@example.org,",))
    workspace = connect(
        tmp_path,
        students=("CP1,K1,Mina,Okafor,03,,0001,false", "CP2,K1,Teo,Lind,03,,0002,false"),
        guardians=("U1,Ada,Okafor,old@example.org,,,,CP2",),
    )
    assert rows(ck.check_roster(roster, workspace), "workspace.guardians.contact_changed") == []


def test_a_second_account_that_has_the_contact_is_used_so_none_is_made(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor,G1", guardians=("G1,Ada,Okafor,new@example.org,",))
    workspace = connect(
        tmp_path,
        students=("CP1,K1,Mina,Okafor,03,,0001,false",),
        guardians=("U1,Ada,Okafor,old@example.org,,,G1,CP1", "U2,Ada,Okafor,new@example.org,,,,"),
    )
    assert rows(ck.check_roster(roster, workspace), "workspace.guardians.contact_changed") == []


def test_guardians_of_their_own_file_are_looked_at_too(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor", "0002,Teo,Okafor")
    (tmp_path / "delivery" / "guardians.csv").write_text(
        "studentSourcedId,guardianSourcedId,givenName,familyName,email,sms\n"
        "0001,,Ada,Okafor,new@example.org,\n0002,,Ada,Okafor,old@example.org,\n0002,G7,Ben,Okafor,ben@example.org,\n",
        encoding="utf-8",
    )
    roster = ck.read_roster(tmp_path / "delivery")
    workspace = connect(
        tmp_path,
        students=("CP1,K1,Mina,Okafor,03,,0001,false", "CP2,K1,Teo,Okafor,03,,0002,false"),
        guardians=('U1,Ada,Okafor,old@example.org,,,,"CP1, CP2"', "U2,Ben,Okafor,,2025550143,,G7,"),
    )
    found = rows(ck.check_roster(roster, workspace), "workspace.guardians.contact_changed", "warning", "info")
    assert found == [
        ("guardians", "guardians.csv", 2, "0001", NEW.format("U1")),
        ("guardians", "guardians.csv", 4, "0002", UPDATED.format("U2")),
    ]


# ---- classes that only Connect knows


def test_a_class_known_to_connect_at_another_school_is_not_one_of_the_enrollments_school(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor")
    with (tmp_path / "delivery" / "enrollments.csv").open("a", encoding="utf-8") as file:
        file.write("R8,0104,0001,student\nR9,0104,0001,student\n")
    roster = ck.read_roster(tmp_path / "delivery")
    connect(tmp_path, classrooms=("C8,K1,Art,03,R8,false", "C9,K2,Music,03,R9,false"))
    with (tmp_path / "workspace" / "schools.csv").open("a", encoding="utf-8") as file:
        file.write("K2,Oak School,0105\n")
    table = ck.check_roster(roster, ck.read_workspace(tmp_path / "workspace")).table()
    found = table[table["code"] == "enrollments.schoolSourcedId.same_as_class"]
    assert found[["line", "severity"]].values.tolist() == [[5, "critical"]]


# ---- the sample


def test_a_clean_district_breaks_none_of_these_rules(clean: ck.SampleDistrict) -> None:
    roster, workspace = ck.read_roster(clean.delivery), ck.read_workspace(clean.workspace)
    findings = ck.check_roster(
        roster,
        workspace,
        duplicates=ck.find_duplicates(roster, workspace, threshold=0.999),
        classrooms=ck.match_classrooms(roster, workspace),
        id_changes=ck.find_id_changes(roster, workspace),
        left_behind=ck.left_behind(roster, workspace),
    )
    assert findings.fit
    assert findings.unchecked().empty
    assert set(findings.summary()["severity"]) <= {"info"}


# ---- what stays behind


def test_a_guardian_who_is_not_named_any_more_is_first_to_be_looked_at(tmp_path: Path) -> None:
    guardians = ("G1,Ada,Okafor,ada@example.org,", "G2,Ben,Okafor,ben@example.org,")
    roster = delivery(tmp_path, "0001,Mina,Okafor,G1", guardians=guardians)
    workspace = connect(
        tmp_path,
        students=("CP1,K1,Mina,Okafor,03,,0001,false", "CP2,K1,Teo,Lind,03,,0002,false"),
        guardians=("U1,Ada,Okafor,ada@example.org,,,G1,CP1", "U2,Ben,Okafor,ben@example.org,,,G2,CP1"),
        classrooms=("R1,K1,Room 2,02,0009,false",),
    )
    left = ck.left_behind(roster, workspace)
    findings = ck.check_roster(roster, workspace, left_behind=left)
    connected = "Account U2 (guardian G2) and student CP1 (student ID 0001): connected on Connect, and not named by "
    connected += "the delivery"
    assert rows(findings, "workspace.guardians.left_behind") == [("workspace", None, None, "CP1", connected)]
    assert [row[3:] for row in rows(findings, "workspace.students.left_behind")] == [
        ("CP2", "Student CP2 (student ID 0002) is not delivered: an upload does not archive or remove them")
    ]
    assert [row[3] for row in rows(findings, "workspace.classrooms.left_behind")] == ["R1"]
    causes = findings.causes()
    warnings = causes.loc[causes["severity"] == "warning", "codes"].tolist()
    assert warnings[0] == "workspace.guardians.left_behind"
    assert findings.fit


def test_what_was_not_looked_for_or_cannot_be_judged_is_said_to_be_unchecked(tmp_path: Path) -> None:
    roster = delivery(tmp_path, "0001,Mina,Okafor")
    workspace = connect(tmp_path)
    reasons = ck.check_roster(roster, workspace).unchecked().set_index("code")["reason"]
    assert "left_behind(roster, workspace)" in reasons["workspace.guardians.left_behind"]
    left = ck.left_behind(roster, workspace)
    reasons = ck.check_roster(roster, workspace, left_behind=left).unchecked().set_index("code")["reason"]
    assert "names no guardian of any student" in reasons["workspace.guardians.left_behind"]
    assert "workspace.staff.left_behind" not in reasons
    with pytest.raises(SettingError, match="left_behind was found in another roster or workspace"):
        ck.check_roster(delivery(tmp_path, "0001,Mina,Okafor"), workspace, left_behind=left)
