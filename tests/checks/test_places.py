"""A fault stands where it is: in roles.csv, at the school of Connect, inside a delivery of changes, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks.small import changed, check, deliver, rows

if TYPE_CHECKING:
    from pathlib import Path

USERS = [
    "sourcedId,status,enabledUser,givenName,familyName,email,agentSourcedIds,grades,primaryOrgSourcedId",
    "t1,,true,Jordan,Lee,jordan.lee@lincoln.example.org,,,org1",
    "s1,,true,Avery,Smith,,p1,07,org1",
    "s2,,true,Blake,Jones,,p1,07,org1",
    "p1,,true,Casey,Smith,casey.smith@example.com,,,org1",
]
ROLES = [
    "sourcedId,status,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId",
    "r1,,t1,primary,teacher,,,org1",
    "r2,,s1,primary,student,,,org1",
    "r3,,s2,primary,student,,,org1",
    "r4,,p1,primary,guardian,,,org1",
]
WORKSPACE = {
    "schools": "connectSchoolId,name,schoolId\nS1,Lincoln Middle School,{school}\nS2,Grant High School,\n",
    "classrooms": "connectClassroomId,connectSchoolId,title,grades,classId,archived\n",
    "students": "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n",
    "guardians": "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds\n",
    "staff": "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId\n",
    "enrollments": "connectClassroomId,connectUserId,role\n",
}


def roles(*changes: tuple[str, str]) -> list[str]:
    """roles.csv with texts replaced."""
    text = "\n".join(ROLES)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.split("\n")


def workspace(folder: Path, school: str, **files: str) -> Path:
    """A workspace of two schools, one of which has this School ID."""
    folder.mkdir()
    for name, text in (WORKSPACE | files).items():
        (folder / f"{name}.csv").write_text(text.replace("{school}", school), encoding="utf-8")
    return folder


def test_a_clean_delivery_of_1_2_raises_nothing(tmp_path: Path) -> None:
    assert rows(check(deliver(tmp_path / "delivery", users=USERS, roles=ROLES))) == []


def test_a_role_that_connect_does_not_know_is_reported_in_roles_csv_at_its_line_and_once(tmp_path: Path) -> None:
    users = [*USERS, "n1,,true,Noor,Haddad,noor@lincoln.example.org,,,org1", "m1,,true,Max,Ott,m@x.example.org,,,org1"]
    lines = [*roles(("p1,primary,guardian", "p1,primary,janitor")), "r5,,n1,primary,ext:nurse,,,org1",
             "r6,,m1,primary,,,,org1"]  # fmt: skip
    found = rows(check(deliver(tmp_path / "delivery", users=users, roles=lines)))
    assert [row for row in found if ".role." in row[1]] == [
        ("critical", "roles.role.known", "roles.csv", 5,
         "role 'janitor', the person's first, is not one that Connect knows"),
        ("critical", "roles.role.known", "roles.csv", 6,
         "role 'ext:nurse', the person's first, is not one that Connect knows"),
        ("critical", "roles.role.present", "roles.csv", 7, "role is blank, and the person has no other role"),
    ]  # fmt: skip


def test_whom_roles_csv_does_not_name_is_reported_in_users_csv(tmp_path: Path) -> None:
    found = rows(check(deliver(tmp_path / "delivery", users=USERS, roles=roles(("r4,,p1,", "r4,,t1,")))))
    assert ("critical", "users.role.known", "users.csv", 5, "no row of roles.csv names user p1") in found


def test_words_that_differ_by_case_or_blanks_only_are_worth_knowing_and_read_as_meant(tmp_path: Path) -> None:
    folder = deliver(
        tmp_path / "delivery",
        users=[line.replace(",true,Jordan", ",TRUE,Jordan") for line in USERS],
        roles=roles(("s1,primary,student", "s1,Primary,Student")),
        classes=["sourcedId,title,grades,classType,schoolSourcedId", "k1,Math 7 - Period 3,07,Scheduled,org1"],
        orgs=changed("orgs", (",district,", ",District,")),
    )
    assert rows(check(folder)) == [
        ("info", "classes.classType.known", "classes.csv", 2,
         "classType 'Scheduled' is right except for case or blanks"),
        ("info", "orgs.type.known", "orgs.csv", 3, "type 'District' is right except for case or blanks"),
        ("info", "roles.role.known", "roles.csv", 3, "role 'Student' is right except for case or blanks"),
        ("info", "roles.roleType.known", "roles.csv", 3, "roleType 'Primary' is right except for case or blanks"),
        ("info", "users.enabledUser.form", "users.csv", 2, "enabledUser 'TRUE' is right except for case or blanks"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code", "file"),
    [
        (b"\x00\xff\xfe\x81garbage\x8d\x8f" * 40, "file.undecodable", "roles.csv"),
        (b"", "file.empty", "roles.csv"),
        (b"sourcedId,userSourcedId,roleType,role,orgSourcedId\n", "file.empty", "roles.csv"),
        (b"sourcedId,roleType,role,orgSourcedId\nr1,primary,teacher,org1\n", "header.missing_column", "roles.csv"),
        (None, "file.missing", "roles.csv"),
    ],
)
def test_roles_that_cannot_be_read_are_one_cause_and_no_column_of_users_is_missing(
    tmp_path: Path, content: bytes | None, code: str, file: str
) -> None:
    folder = deliver(tmp_path / "delivery", users=USERS)
    if content is not None:
        (folder / "roles.csv").write_bytes(content)
    findings = check(folder)
    critical = [row[:3] for row in rows(findings) if row[0] == "critical"]
    assert critical == [("critical", code, file)]
    causes = findings.causes()
    assert list(causes.loc[causes["severity"] == "critical", "codes"]) == [code]


def test_a_school_that_connect_has_under_its_identifier_is_one_cause_that_says_which_to_record(tmp_path: Path) -> None:
    findings = check(deliver(tmp_path / "delivery"), workspace(tmp_path / "workspace", "LMS"))
    causes = findings.causes()
    found = causes[causes["severity"] != "info"]
    assert list(found["cause"]) == ["School org1 is on Connect under its identifier LMS"]
    assert found["remedy"].iloc[0].startswith("Record as School ID on the Connect school")
    assert "in place of its identifier" in found["remedy"].iloc[0]
    assert {row[1] for row in rows(findings, infos=False)} == {
        "users.orgSourcedIds.known_school", "classes.schoolSourcedId.known_school",
        "enrollments.schoolSourcedId.known_school",
    }  # fmt: skip


def test_a_school_that_connect_has_in_another_form_is_one_cause_too(tmp_path: Path) -> None:
    findings = check(deliver(tmp_path / "delivery"), workspace(tmp_path / "workspace", "ORG1"))
    causes = findings.causes()
    assert list(causes.loc[causes["severity"] != "info", "cause"]) == [
        "School org1 is ORG1 on Connect: capital and small letters differ"
    ]


def test_one_school_is_said_to_change_once_for_all_its_files(tmp_path: Path) -> None:
    students = WORKSPACE["students"] + "X1,S1,Old,Child,07,,s9,false\n"
    classrooms = WORKSPACE["classrooms"] + "R1,S1,Old Room,07,k9,false\n"
    there = workspace(tmp_path / "workspace", "org1", students=students, classrooms=classrooms)
    found = [row for row in rows(check(deliver(tmp_path / "delivery"), there)) if ".change." in row[1]]
    assert [(code, message) for _, code, _, _, message in found] == [
        ("workspace.change.by_school",
         "School org1: students 2 added, 1 removed, 0 changed; classes 1 added, 1 removed, 0 changed")
    ]  # fmt: skip


def test_inside_a_delivery_of_changes_nothing_outside_it_is_missing(tmp_path: Path) -> None:
    manifest = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.1", "file.users,delta",
                "file.classes,delta", "file.enrollments,delta"]  # fmt: skip
    folder = deliver(
        tmp_path / "delivery",
        manifest=manifest,
        orgs=None,
        users=changed("users", (",p1,07", ",p9,07")),
        classes=["sourcedId,status,title,grades,schoolSourcedId", "k8,,Art,07,org1"],
        enrollments=changed("enrollments", (",s1,", ",s77,")),
    )
    found = rows(check(folder), infos=False)
    assert {code for _, code, _, _, _ in found} <= {"delivery.delta", "manifest.mismatch"}


def test_the_same_files_without_the_manifest_are_refused(tmp_path: Path) -> None:
    folder = deliver(
        tmp_path / "delivery",
        users=changed("users", (",p1,07", ",p9,07")),
        enrollments=changed("enrollments", (",s1,", ",s77,")),
    )
    critical = {row[1] for row in rows(check(folder)) if row[0] == "critical"}
    assert critical == {"users.agentSourcedIds.known", "enrollments.userSourcedId.known_user"}


def test_a_guardian_of_another_school_or_a_district_in_the_list_is_no_unmatched_school(tmp_path: Path) -> None:
    users = changed("users", (",org1,student", ',"org1,dist1",student'), (",org1,parent", ",org9,parent"))
    orgs = changed("orgs", add=["org9,,Private School,school,PS,"])
    findings = check(deliver(tmp_path / "delivery", users=users, orgs=orgs), workspace(tmp_path / "workspace", "org1"))
    assert rows(findings, infos=False) == []


def test_the_marked_user_whom_connect_has_is_warned_of(tmp_path: Path) -> None:
    students = WORKSPACE["students"] + "X1,S1,Blake,Jones,07,,s2,false\n"
    there = workspace(tmp_path / "workspace", "org1", students=students)
    users = changed("users", ("s2,,", "s2,tobedeleted,"))
    found = rows(check(deliver(tmp_path / "delivery", users=users), there))
    assert [row[:2] + row[3:] for row in found if row[1].startswith("enrollments.")] == [
        ("warning", "enrollments.userSourcedId.known_user", 4,
         "user s2 is marked tobedeleted on line 4 of users.csv; Connect still has the person, and would take the "
         "enrollment")
    ]  # fmt: skip
