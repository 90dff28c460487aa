"""A reference that leads nowhere names the ID that is probably meant, and nothing is said of what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks.small import changed, check, deliver, rows

if TYPE_CHECKING:
    from pathlib import Path

GUID = "9B9FD2E0-50EF-5070-A285-1A667DD7DFCC"
KNOWN, NEAR = "enrollments.userSourcedId.known_user", "is not in users.csv, but"
#: ID in users.csv, ID in enrollments.csv, and what differs.
FORMS = [
    (GUID, GUID.lower(), "capital and small letters differ"),
    ("{A140C691-C584}", "A140C691-C584", "one of the two is in braces"),
    ("20231.0", "20231", "one of the two ends in .0, as a spreadsheet writes numbers"),
    ("20232", "20232.0", "one of the two ends in .0, as a spreadsheet writes numbers"),
    ('"12,345"', "12345", "one of the two has commas between its digits"),
    ("77 001", "77001", "blanks differ"),
    ("77002", "77\u00a0002", "blanks differ"),
    ("'0017", "0017", "one of the two has quote characters, as a spreadsheet marks text"),
    ('"=""0018"""', "0018", "one of the two has quote characters, as a spreadsheet marks text"),
    ("“s9”", "s9", "one of the two has quote characters, as a spreadsheet marks text"),
    ("1.23457E+11", "123456789012", "a spreadsheet has shortened the number"),
    ("55555678901234500", "55555678901234523", "a spreadsheet has changed the digits after the fifteenth"),
    ("66665678901234589", "66665678901234600", "a spreadsheet has changed the digits after the fifteenth"),
]


def plain(cell: str) -> str:
    """A cell's value."""
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def test_each_form_of_an_id_that_is_there_is_named_with_its_partner_and_nothing_follows(tmp_path: Path) -> None:
    people = [f"{held},,true,org1,student,Cleo,Number{chr(97 + i)},,,p1,07" for i, (held, _, _) in enumerate(FORMS)]
    seats = [f"x{i},,k1,org1,{written},student,," for i, (_, written, _) in enumerate(FORMS)]
    folder = deliver(
        tmp_path / "delivery", users=changed("users", add=people), enrollments=changed("enrollments", add=seats)
    )
    found = rows(check(folder), infos=False)
    of_seats = [row for row in found if row[1] == KNOWN]
    assert of_seats == sorted(
        [
            ("critical", KNOWN, "enrollments.csv", line, f"user {written} {NEAR} {plain(held)} is: {why}")
            for line, (held, written, why) in enumerate(FORMS, 5)
        ],
        key=str,
    )
    assert {code for _, code, _, _, _ in found} == {
        KNOWN, "users.sourcedId.characters", "users.sourcedId.scientific", "file.nul_or_control"
    }  # fmt: skip


def test_rounding_that_may_have_made_either_of_two_ids_names_both(tmp_path: Path) -> None:
    users = changed("users", ("s1,", "12345678901234500,"), ("s2,", "12345678901234600,"))
    seats = changed("enrollments", (",s1,", ",12345678901234567,"), (",s2,", ",12345678901234589,"))
    why = "12345678901234500 or 12345678901234600 is: a spreadsheet has changed the digits after the fifteenth"
    assert rows(check(deliver(tmp_path / "delivery", users=users, enrollments=seats)), infos=False) == [
        ("critical", KNOWN, "enrollments.csv", 3, f"user 12345678901234567 {NEAR} {why}"),
        ("critical", KNOWN, "enrollments.csv", 4, f"user 12345678901234589 {NEAR} {why}"),
    ]


def test_leading_zeros_are_one_cause_and_no_student_is_said_to_be_in_no_class(tmp_path: Path) -> None:
    users = changed("users", ("s1,", "001234,"), ("s2,", "001235,"))
    seats = changed("enrollments", (",s1,", ",1234,"), (",s2,", ",1235,"))
    findings = check(deliver(tmp_path / "delivery", users=users, enrollments=seats))
    assert {row[1] for row in rows(findings, infos=False)} == {"enrollments.userSourcedId.leading_zero_lost"}


def test_an_id_that_lost_its_zeros_in_the_file_pointed_at_is_one_cause_as_well(tmp_path: Path) -> None:
    users = changed("users", ("s1,", "1234,"), ("t1,", "77,"))
    classes = changed("classes", ("k1,", "9,"))
    seats = changed("enrollments", (",s1,", ",001234,"), (",t1,", ",077,"), (",k1,", ",009,"))
    folder = deliver(tmp_path / "delivery", users=users, classes=classes, enrollments=seats)
    of_users = [("user 077 is 77", 2), ("user 001234 is 1234", 3)]
    assert rows(check(folder)) == [
        ("critical", "enrollments.classSourcedId.known_class", "enrollments.csv", line,
         "class 009 is 9 in classes.csv, without its leading zeros") for line in (2, 3, 4)
    ] + [
        ("critical", KNOWN, "enrollments.csv", line, f"{words} in users.csv, without its leading zeros")
        for words, line in of_users
    ]  # fmt: skip


def test_a_guardian_whom_only_an_enrollment_names_in_another_form_is_still_named_by_no_student(tmp_path: Path) -> None:
    users = changed("users", add=["p9,,true,org1,parent,Kim,Jones,kim.jones@example.com,,,"])
    seats = changed("enrollments", add=["e9,,k1,org1,P9,student,,"])
    found = rows(check(deliver(tmp_path / "delivery", users=users, enrollments=seats)), infos=False)
    assert found == [
        ("critical", KNOWN, "enrollments.csv", 5, f"user P9 {NEAR} p9 is: capital and small letters differ"),
        ("warning", "users.guardian.no_student", "users.csv", 6, "no student names guardian p9"),
    ]


@pytest.mark.parametrize(("held", "written"), [("0017", "17"), ("17", "0017")])
def test_an_id_that_is_there_but_marked_as_deleted_has_not_lost_its_zeros(
    tmp_path: Path, held: str, written: str
) -> None:
    users = changed("users", ("s1,", f"{held},"), add=[f"{written},tobedeleted,true,org1,student,Eden,Fox,,,p1,07"])
    seats = changed("enrollments", (",s1,", f",{held},"), add=[f"e9,,k1,org1,{written},student,,"])
    found = rows(check(deliver(tmp_path / "delivery", users=users, enrollments=seats)), infos=False)
    words = f"user {written} is marked tobedeleted on line 6 of users.csv"
    assert ("critical", KNOWN, "enrollments.csv", 5, words) in found
    assert {code for _, code, _, line, _ in found if line == 5} == {KNOWN}


def test_classes_guardians_and_attributes_are_looked_for_in_the_same_way(tmp_path: Path) -> None:
    folder = deliver(
        tmp_path / "delivery",
        users=changed("users", (",p1,07", ",P1,07")),
        enrollments=changed("enrollments", (",k1,", ",K1,")),
        student_attributes=["studentSourcedId,bus", "S1,4", "s2,5", "nobody,6"],
    )
    assert rows(check(folder), infos=False) == [
        ("critical", "enrollments.classSourcedId.known_class", "enrollments.csv", line,
         "class K1 is not in classes.csv, but k1 is: capital and small letters differ") for line in (2, 3, 4)
    ] + [
        ("critical", "student_attributes.studentSourcedId.known_student", "student_attributes.csv", 2,
         "student S1 is not in users.csv, but s1 is: capital and small letters differ"),
        ("critical", "student_attributes.studentSourcedId.known_student", "student_attributes.csv", 4,
         "student nobody is not a student of users.csv"),
    ] + [
        ("critical", "users.agentSourcedIds.known", "users.csv", line,
         "guardian P1 is not in users.csv, but p1 is: capital and small letters differ") for line in (3, 4)
    ]  # fmt: skip


def test_the_students_of_guardians_csv_are_looked_for_in_the_same_way(tmp_path: Path) -> None:
    guardians = ["studentSourcedId,guardianSourcedId,givenName,familyName,email", "S1,g1,Zoe,Smith,zoe@example.com"]
    found = rows(check(deliver(tmp_path / "delivery", guardians=guardians)), infos=False)
    assert ("critical", "guardians.studentSourcedId.known_student", "guardians.csv", 2,
            "student S1 is not in users.csv, but s1 is: capital and small letters differ") in found  # fmt: skip


def test_a_school_that_orgs_csv_has_in_another_form_is_named(tmp_path: Path) -> None:
    folder = deliver(tmp_path / "delivery", users=changed("users", (",org1,", ",ORG1,")))
    messages = {row[4] for row in rows(check(folder), infos=False) if row[1] == "users.orgSourcedIds.known_org"}
    assert messages == {"orgSourcedIds ORG1 (probably org1: capital and small letters differ) is not a row of orgs.csv"}


@pytest.mark.parametrize("code", ["users", "classes"])
def test_a_decimal_point_has_lost_nothing_and_a_power_of_ten_has(tmp_path: Path, code: str) -> None:
    changes = {
        "users": {
            "users": changed("users", ("s1,", "20231.0,"), ("s2,", "1E+19,")),
            "enrollments": changed("enrollments", (",s1,", ",20231.0,"), (",s2,", ",1E+19,")),
        },
        "classes": {
            "classes": changed("classes", ("k1,", "20231.0,"), add=["1E+19,,Art,07,org1"]),
            "enrollments": changed("enrollments", (",k1,", ",20231.0,"), add=["e9,,1E+19,org1,t1,teacher,,"]),
        },
    }[code]
    findings = check(deliver(tmp_path / "delivery", **changes))
    found = findings.rows_sample(f"{code}.sourcedId.scientific")
    assert sorted(found["message"]) == [
        "ID 1E+19 is a number as a spreadsheet writes it; the original digits are lost",
        "ID 20231.0 has .0 at its end, as a spreadsheet writes numbers; the digits before it are the ID",
    ]
    remedies = [rule.remedy for rule in findings.rules if rule.code == f"{code}.sourcedId.scientific"]
    assert [remedy.startswith("Take .0 off the IDs") for remedy in remedies] == [False, True]


@pytest.mark.parametrize(
    ("agents", "orgs", "form"),
    [
        ("p1;p2", "org1;org2", "semicolons"),
        ("p1|p2", "org1|org2", "vertical bars"),
        ('"[""p1"",""p2""]"', '"[""org1""]"', "brackets"),
        ("p1 p2", "org1 org2", "blanks"),
    ],
)
def test_a_list_in_another_form_is_named_and_nothing_follows(tmp_path: Path, agents: str, orgs: str, form: str) -> None:
    users = [
        *changed("users", (",p1,07", f",{agents},07"), (",org1,student", f",{orgs},student")),
        "p2,,true,org1,parent,Kim,Jones,kim.jones@example.com,,,",
    ]
    more = [*changed("orgs"), "org2,,Grant High School,school,GHS,dist1"]
    findings = check(deliver(tmp_path / "delivery", users=users, orgs=more))
    assert rows(findings, infos=False) == [
        ("critical", f"users.{column}.list_form", "users.csv", line,
         f"{column} is a list with {form}; expected commas only")
        for column in ("agentSourcedIds", "orgSourcedIds") for line in (3, 4)
    ]  # fmt: skip
    causes = findings.causes()
    assert len(causes[causes["severity"] == "critical"]) == 2


def test_entries_of_such_a_list_that_are_nowhere_wait_until_its_form_is_right(tmp_path: Path) -> None:
    users = changed("users", (",p1,07", ",p1;p9,07"), (",org1,student", ",org1;org9,student"))
    codes = {row[1] for row in rows(check(deliver(tmp_path / "delivery", users=users)), infos=False)}
    assert codes == {"users.agentSourcedIds.list_form", "users.orgSourcedIds.list_form"}


def test_blanks_in_an_id_that_is_known_as_it_stands_or_nowhere_make_no_list(tmp_path: Path) -> None:
    users = changed("users", (",org1,", ",Lincoln Middle,"), ("p1,,", "p 1,,"), (",p1,07", ",p 1,07"))
    classes, seats = changed("classes", ("org1", "Lincoln Middle")), changed("enrollments", ("org1", "Lincoln Middle"))
    orgs = changed("orgs", ("org1,", "Lincoln Middle,"))
    found = rows(
        check(deliver(tmp_path / "d", users=users, classes=classes, enrollments=seats, orgs=orgs)), infos=False
    )
    assert {row[1] for row in found} == {"users.sourcedId.characters"}


def test_the_closest_of_several_forms_is_the_one_that_is_named(tmp_path: Path) -> None:
    people = changed("users", ("s1,", "abc,"), ("s2,", "a bc,"))
    seats = changed("enrollments", (",s1,", ",ABC,"), (",s2,", ",a bc,"))
    found = rows(check(deliver(tmp_path, users=people, enrollments=seats)), infos=False)
    assert "user ABC is not in users.csv, but abc is: capital and small letters differ" in {row[4] for row in found}


def test_a_child_whose_id_is_written_otherwise_elsewhere_counts_once(tmp_path: Path) -> None:
    people = changed("users", ("s1,", "AB1,"), ("s2,", "AB2,"), (",p1,07", ",P1,07"))
    seats = changed("enrollments", (",s1,", ",ab1,"), (",s2,", ",ab2,"))
    judged = check(deliver(tmp_path, users=people, enrollments=seats)).judgement
    assert judged.children("critical") == 2
