"""What the sample data that vendors publish taught: each small, invented, and rebuilt from one of them."""

from __future__ import annotations

from pathlib import Path

from tests.checks.small import changed, check, deliver, rows

DEMOGRAPHICS = "sourcedId,status,dateLastModified,birthDate,sex"


def test_an_optional_file_with_only_a_header_changes_no_verdict(tmp_path: Path) -> None:
    findings = check(deliver(tmp_path, demographics=[DEMOGRAPHICS], courses=["sourcedId,title,orgSourcedId"]))
    assert findings.judgement.reasons == ()
    empty = [(severity, code, file) for severity, code, file, _, _ in rows(findings) if code == "file.empty"]
    assert empty == [("info", "file.empty", "courses.csv"), ("info", "file.empty", "demographics.csv")]


def test_a_column_that_is_absent_concerns_every_child(tmp_path: Path) -> None:
    classes = [line.rpartition(",")[0] for line in changed("classes")]
    [reason] = [one for one in check(deliver(tmp_path, classes=classes)).judgement.reasons if one.code == "critical"]
    assert reason.counts["children"] == 2


def test_a_column_that_connect_does_not_ask_for_may_be_misspelt(tmp_path: Path) -> None:
    head, *more = changed("classes")
    classes = [f"{head},termSourcedId", *(f"{line},t1" for line in more)]
    sessions = ["sourcedId,title,type,startDate,endDate,schoolYear", "t1,Fall,term,2026-08-01,2090-12-31,2090"]
    findings = check(deliver(tmp_path, classes=classes, academicSessions=sessions))
    assert "rules_unchecked" not in {reason.code for reason in findings.judgement.reasons}


def test_a_role_that_nobody_knows_is_not_said_of_the_class_and_of_the_lists_as_well(tmp_path: Path) -> None:
    people = changed("users", ("true,org1,teacher", "true,org1,professor"), ("org1,student,Avery", "org1,pupil,Avery"))
    seats = changed("enrollments", (",t1,teacher", ",t1,professor"))
    found = {code for _, code, _, _, _ in rows(check(deliver(tmp_path, users=people, enrollments=seats)), infos=False)}
    assert found <= {"users.role.known", "enrollments.role.known", "users.guardian.no_student"}


def test_nobody_says_what_connect_knows_where_no_workspace_was_given(tmp_path: Path) -> None:
    seats = changed("enrollments", ("k1,org1,s1", "k9,org1,s1"))
    messages = {row[4] for row in rows(check(deliver(tmp_path, enrollments=seats)), infos=False)}
    assert "class k9 is not a row of classes.csv" in messages


def test_a_teacher_who_is_a_guardian_as_well_is_no_guardian_for_connect(tmp_path: Path) -> None:
    people = [
        "sourcedId,givenName,familyName,email,agentSourcedIds,grades,userMasterIdentifier",
        "t1,Jordan,Lee,jordan.lee@example.org,,,", "s1,Avery,Smith,,p1,07,", "s2,Blake,Jones,,t1,07,",
        "p1,Casey,Smith,casey.smith@example.com,,,",
    ]  # fmt: skip
    roles = [
        "sourcedId,userSourcedId,roleType,role,orgSourcedId", "r1,t1,primary,teacher,org1",
        "r2,t1,secondary,guardian,org1", "r3,s1,primary,student,org1", "r4,s2,primary,student,org1",
        "r5,p1,primary,guardian,org1",
    ]  # fmt: skip
    found = rows(check(deliver(tmp_path / "d", users=people, roles=roles)))
    assert [(severity, code, line) for severity, code, _, line, _ in found if code.startswith("users.guardian")] == [
        ("info", "users.guardian.is_student", 4)
    ]
    assert {severity for severity, *_ in found} == {"info"}
