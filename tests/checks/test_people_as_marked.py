"""Whom a row is about: guardians on either side, repeated IDs, marked and inactive rows, one name in two roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import connect_kit as ck
from tests.checks.small import CLEAN, changed, check, deliver, rows

if TYPE_CHECKING:
    from pathlib import Path

HEAD = CLEAN["users"][0]


def test_guardians_and_students_who_name_each_other_raise_nothing(tmp_path: Path) -> None:
    users = changed("users", ("casey.smith@example.com,,", 'casey.smith@example.com,,"s1,s2"'))
    assert rows(check(deliver(tmp_path / "delivery", users=users))) == []


def test_guardians_who_name_the_students_are_one_cause_and_nothing_follows(tmp_path: Path) -> None:
    users = changed("users", ("casey.smith@example.com,,", 'casey.smith@example.com,,"s1,s2"'), (",p1,07", ",,07"))
    findings = check(deliver(tmp_path / "delivery", users=users))
    words = (
        "guardian p1 names s1, s2; list the guardian in agentSourcedIds of each of these students: until then the "
        "guardian is left out"
    )
    assert rows(findings) == [("warning", "users.agentSourcedIds.on_guardian_only", "users.csv", 5, words)]
    causes = findings.causes()
    remedies = causes.loc[causes["severity"] == "warning", "remedy"]
    assert [one.partition(":")[0] for one in remedies] == ["The relationship stands on the guardian's row"]


def test_such_a_guardian_is_in_no_prepared_file_until_somebody_turns_the_relationship_round(tmp_path: Path) -> None:
    users = changed(
        "users",
        ("casey.smith@example.com,,", 'casey.smith@example.com,,"s1,s2"'),
        (",p1,07", ",,07"),
        add=[
            "p2,,true,org1,parent,Kim,Jones,kim.jones@example.com,,,",
            "p3,,true,org1,parent,Lou,Day,lou@example.com,,s1,",
        ],
    )
    users[2] = users[2].replace(",,07", ",p3,07")
    roster = ck.read_roster(deliver(tmp_path / "delivery", users=users))
    plan = ck.plan_upload(roster, folder=tmp_path / "plan", place_at="org1", schools=["org1"])
    sent = (tmp_path / "plan" / "users.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in sent] == ["sourcedId", "t1", "s1", "s2", "p2", "p3"]
    assert (plan.unconnected, dict(plan.left_out)) == (1, {})
    again = ck.read_plan(tmp_path / "plan")
    assert again.unconnected == 1
    whole = ck.plan_upload(roster, folder=tmp_path / "whole")
    sent = (tmp_path / "whole" / "users.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in sent] == ["sourcedId", "t1", "s1", "s2", "p2", "p3"]
    assert (whole.unconnected, dict(whole.left_out)) == (1, {})


def test_a_list_on_another_row_names_nobody(tmp_path: Path) -> None:
    users = changed(
        "users",
        ("jordan.lee@lincoln.example.org,,", "jordan.lee@lincoln.example.org,,p2"),
        add=[
            "p2,,true,org1,parent,Kim,Jones,kim.jones@example.com,,p2,",
            "p3,,true,org1,parent,Lou,Day,lou.day@example.com,,gone,",
        ],
    )
    staff = "agentSourcedIds: filled in on a row of neither a student nor a guardian"
    of = "agentSourcedIds: a guardian's row names {}, no student of users.csv"
    assert rows(check(deliver(tmp_path / "delivery", users=users))) == [
        ("warning", "users.agentSourcedIds.on_student_only", "users.csv", 2, staff),
        ("warning", "users.agentSourcedIds.on_student_only", "users.csv", 6, of.format("p2")),
        ("warning", "users.agentSourcedIds.on_student_only", "users.csv", 7, of.format("gone")),
        ("warning", "users.guardian.no_student", "users.csv", 6, "no student names guardian p2"),
        ("warning", "users.guardian.no_student", "users.csv", 7, "no student names guardian p3"),
    ]


def test_each_kind_of_repeated_id_has_a_remedy_of_its_own(tmp_path: Path) -> None:
    users = changed(
        "users",
        add=[
            CLEAN["users"][2],  # s1 again, the same
            "s2,,true,org2,student,Blake,Jones,,,p1,07",  # another school
            "s3,,true,org1,student,Ann,Poe,,,p1,07",
            "s3,,true,org1,student,Ann,Poe,,,p1,08",  # another grade
            "s4,,true,org1,student,Ann,Hay,,,p1,07",
            "s4,,true,org1,student,Joe,Fox,,,p1,07",  # another child
        ],
    )
    seats = [f"x{n},,k1,org1,s{n},student,," for n in (3, 4)]
    classes = changed("classes", add=[CLEAN["classes"][1], "k2,,Art,07,org1", "k2,,Art,08,org1", "k3,,Art,07,org1"])
    classes += ["k3,,Band,07,org1"]
    more = [f"y{n},,k{n},org1,{who},{role},," for n in (2, 3) for who, role in (("t1", "teacher"), ("s1", "student"))]
    folder = deliver(
        tmp_path / "delivery",
        users=users,
        classes=classes,
        enrollments=changed("enrollments", add=[*seats, *more]),
        orgs=changed("orgs", add=["org2,,Grant High School,school,GHS,dist1"]),
    )
    findings = check(folder)
    frame = findings.table()
    found = frame[frame["code"].str.endswith("sourcedId.unique")]
    said = {(rule.table, rule.message.replace("{value}", "")): rule.remedy for rule in findings.rules}
    shown = {}
    for table, line, sis, message in found[["table", "line", "sourcedId", "message"]].to_numpy().tolist():
        words = message.replace(f"ID {sis}", "ID ", 1)
        shown[table, int(line)] = (message, said[table, words])
    kinds = {place: remedy.partition(":")[0].partition(",")[0] for place, (_, remedy) in shown.items()}
    assert kinds == {
        ("users", 3): "Delete the copy", ("users", 6): "Delete the copy",
        ("users", 4): "Make it one row listing both", ("users", 7): "Make it one row listing both",
        ("users", 8): "Keep the row that is right", ("users", 9): "Keep the row that is right",
        ("users", 10): "Exactly one row per ID", ("users", 11): "Exactly one row per ID",
        ("classes", 2): "Delete the copy", ("classes", 3): "Delete the copy",
        ("classes", 4): "Make it one row listing both", ("classes", 5): "Make it one row listing both",
        ("classes", 6): "Exactly one row per ID", ("classes", 7): "Exactly one row per ID",
    }  # fmt: skip
    assert set(found["severity"]) == {"critical"}
    assert all("renumber" not in remedy for place, (_, remedy) in shown.items() if "Exactly" not in remedy)
    assert shown["users", 6][0] == "the row of ID s1 is there more than once: delete the copies"


def test_a_copy_that_is_marked_as_deleted_repeats_no_id(tmp_path: Path) -> None:
    users = changed("users", add=["s2,tobedeleted,true,org1,student,Blake,Jones,,,,07"])
    assert rows(check(deliver(tmp_path / "delivery", users=users))) == [
        ("info", "users.status.tobedeleted", "users.csv", 6, "status is tobedeleted: kept out of the upload")
    ]


def test_enrollments_that_are_there_twice_are_copies_returns_or_a_repetition(tmp_path: Path) -> None:
    seats = changed(
        "enrollments",
        add=[
            "e2,,k1,org1,s1,student,,",  # a copy
            "e4,,k1,org1,s2,student,2025-08-15,2025-09-15",  # left, and came back
            "e5,,k1,org1,t1,aide,,",  # in another role
        ],
    )
    found = [row for row in rows(check(deliver(tmp_path / "d", enrollments=seats))) if row[1].endswith("pair.unique")]
    assert [(severity, line, message) for severity, _, _, line, message in found] == [
        ("info", 4, "user s2 is enrolled in this class at different times"),
        ("info", 6, "user s2 is enrolled in this class at different times"),
        ("warning", 2, "user t1 is enrolled in this class more than once"),
        ("warning", 3, "user s1 is enrolled in this class more than once, in rows that say the same"),
        ("warning", 5, "user s1 is enrolled in this class more than once, in rows that say the same"),
        ("warning", 7, "user t1 is enrolled in this class more than once"),
    ]


def test_whoever_names_a_row_that_is_marked_as_deleted_is_sent_to_the_line_of_the_mark(tmp_path: Path) -> None:
    folder = deliver(
        tmp_path / "delivery",
        users=changed("users", ("s2,,", "s2,tobedeleted,"), ("p1,,", "p1,ToBeDeleted,")),
        classes=changed("classes", add=["k2,tobedeleted,Art,07,org1"]),
        enrollments=changed("enrollments", add=["e4,,k2,org1,s1,student,,"]),
    )
    assert [row for row in rows(check(folder), infos=False) if row[0] == "critical"] == [
        ("critical", "enrollments.classSourcedId.known_class", "enrollments.csv", 5,
         "class k2 is marked tobedeleted on line 3 of classes.csv"),
        ("critical", "enrollments.userSourcedId.known_user", "enrollments.csv", 4,
         "user s2 is marked tobedeleted on line 4 of users.csv"),
        ("critical", "users.agentSourcedIds.known", "users.csv", 3,
         "guardian p1 is marked tobedeleted on line 5 of users.csv"),
    ]  # fmt: skip


def test_inactive_people_are_warned_of_with_the_number_of_children_who_would_be_created(tmp_path: Path) -> None:
    folder = deliver(
        tmp_path / "delivery",
        users=changed("users", ("t1,,true", "t1,,FALSE"), ("s1,,", "s1,Inactive,"), ("s2,,true", "s2,,false")),
    )
    words = ", and the row is read like any other; 2 children so marked would be created"
    assert rows(check(folder), infos=False) == [
        ("warning", "users.status.inactive", "users.csv", 2, f"enabledUser is false{words}"),
        ("warning", "users.status.inactive", "users.csv", 3, f"status is inactive{words}"),
        ("warning", "users.status.inactive", "users.csv", 4, f"enabledUser is false{words}"),
    ]


def test_one_name_in_two_roles_of_a_school_without_a_common_contact_is_worth_knowing(tmp_path: Path) -> None:
    people = [
        "p2,,true,org1,parent,Jordan,Lee,jordan@home.example.com,555-201-4477,,",  # the teacher's name
        "p3,,true,org2,parent,Jordan,Lee,other@home.example.com,,,",  # of another school
        "p4,,true,org1,parent,Sam,Fox,sam.fox@lincoln.example.org,,,",  # one person, as the email says
        "t2,,true,org1,teacher,Sam,Fox,sam.fox@lincoln.example.org,,,",
    ]
    users = changed("users", (",p1,07", ',"p1,p2,p3,p4",07'), add=people)
    orgs = changed("orgs", add=["org2,,Grant High School,school,GHS,dist1"])
    found = rows(check(deliver(tmp_path / "delivery", users=users, orgs=orgs)))
    assert [row for row in found if row[1].startswith("users.person.")] == [
        ("info", "users.person.same_name_other_contact", "users.csv", 6,
         "p2 and t1 have one name and school, and no email or mobile number in common")
    ]  # fmt: skip


def test_a_role_between_blanks_of_any_kind_is_right_but_for_the_blanks(tmp_path: Path) -> None:
    users = changed("users", (",student,Avery", ",\u00a0student,Avery"), (",student,Blake", ",janitor,Blake"))
    found = [row for row in rows(check(deliver(tmp_path / "d", users=users))) if row[1].startswith("users.role.")]
    assert [(severity, code, line) for severity, code, _, line, _ in found] == [
        ("critical", "users.role.known", 4), ("warning", "users.role.form", 3)
    ]  # fmt: skip


def test_guardians_who_would_be_left_out_are_to_be_decided_first(tmp_path: Path) -> None:
    people = changed("users", (",p1,07", ",,07"), ("casey.smith@example.com,,,", 'casey.smith@example.com,,"s1,s2",'))
    judged = check(deliver(tmp_path, users=people)).judgement
    assert (judged.text, [(reason.code, reason.counts) for reason in judged.reasons]) == (
        "fit, but decide first",
        [("on_guardian_only", {"adults": 1})],
    )
