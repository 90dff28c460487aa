"""Contacts, roles, names and IDs: what a rule counts, case by case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connect_kit.checks.page import rules_page
from connect_kit.checks.suites import load_suites, reader_rules
from connect_kit.engine import DuckDBEngine, run_sql
from connect_kit.engine.contacts import contact_values
from tests.checks.counted import CLASSES, ENROLLMENTS, USERS, checked, people, rows, seats
from tests.marks import some

SHARED = """sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades
1,0010,student,Ann,Lee,,,3,03
2,0010,student,Bob,Lee,,,3,03
3,0010,guardian,Cy,Lee,cy@example.org,,,
4,0010,teacher,Di,Poe,di@example.org,,,
"""


def test_contacts_that_nobody_can_use_are_not_shared(tmp_path: Path) -> None:
    users = SHARED + "7,0010,teacher,Bea,Ray,shared@,5551234,,\n8,0010,teacher,Cal,Roe,shared@,5551234,,\n"
    assert rows(checked(tmp_path, {"users": users}), "shared") == []


def test_people_who_share_every_contact_are_one_person_only_where_a_name_agrees(tmp_path: Path) -> None:
    contact = "ray@example.org,2125550142"
    users = SHARED + f"7,0010,teacher,Bea,Ray,{contact},,\n8,0010,guardian,Al,Poe,{contact},,\n"
    (tmp_path / "others").mkdir()
    assert rows(checked(tmp_path / "others", {"users": users}), "multiple_roles") == []
    users += f"9,0010,administrator,Beatrice,Ray,{contact},,\n10,0010,guardian,bea,Foe,{contact},,\n"
    found = rows(checked(tmp_path, {"users": users}), "multiple_roles")
    assert [line for *_, line in found] == [6, 9]


@pytest.mark.parametrize("word", some(["\tStudent ", "\u00a0student", "student\u200b", " STUDENT"]))
def test_a_role_that_is_right_but_for_blanks_is_not_unknown(tmp_path: Path, word: str) -> None:
    files = {
        "users": USERS.replace(",student,Ann", f",{word},Ann"),
        "enrollments": ENROLLMENTS.replace("1,student", f"1,{word}"),
    }
    found = rows(checked(tmp_path, files), ".role.", "size", "none")
    assert found == [("enrollments.role.form", "warning", 2), ("users.role.form", "warning", 2)]


@pytest.mark.parametrize("blank", some(["\u00a0", " ", "\t", "\u200b"]))
def test_words_of_a_list_with_blanks_around_them_are_in_another_spelling_and_never_unknown(
    tmp_path: Path, blank: str
) -> None:
    head, *people = USERS.splitlines()
    roles = [f"{one.split(',')[0]},primary,{one.split(',')[2]},0010" for one in people]
    roles[0] = f"1,{blank}Primary,{blank}student,0010"
    files = {
        "users": f"{head},status,enabledUser\n" + "".join(f"{one},{blank}active,TRUE{blank}\n" for one in people),
        "classes": CLASSES.replace("Id\n", "Id,classType\n").replace("10\n", f"10,{blank}homeroom\n"),
    }
    assert rows(checked(tmp_path, files), ".known", ".form", "classType") == [
        ("classes.classType.known", "info", 2),
        *(("users.enabledUser.form", "info", line) for line in (2, 3, 4, 5)),
        *(("users.status.known", "info", line) for line in (2, 3, 4, 5)),
    ]
    folder = tmp_path / "later"
    folder.mkdir()
    users = [",".join((*one.split(",")[:1], *one.split(",")[3:])) for one in USERS.splitlines()]
    listed = ["userSourcedId,roleType,role,orgSourcedId", *roles]
    found = checked(folder, {"users": "\n".join([*users, ""]), "roles": "\n".join([*listed, ""])})
    assert rows(found, "roles.role", "users.role") == [
        ("roles.role.known", "info", 2),
        ("roles.roleType.known", "info", 2),
    ]


@pytest.mark.parametrize("word", some(["TOBEDELETED\u00a0", "tobedeleted", "ToBeDeleted", "\ttobedeleted"]))
def test_to_be_deleted_counts_as_the_word_in_any_case(tmp_path: Path, word: str) -> None:
    enrollments = "".join(
        f"{line},{mark}\n" for line, mark in zip(ENROLLMENTS.splitlines(), ("status", word, "", ""), strict=True)
    )
    found = rows(checked(tmp_path, {"enrollments": enrollments}), "tobedeleted", "size", "status")
    assert ("enrollments.status.tobedeleted", "info", 2) in found
    assert ("classes.enrollment.size", "warning", 2) in found


def test_a_tab_inside_a_name_is_found(tmp_path: Path) -> None:
    findings = checked(tmp_path, {"users": USERS.replace("Bob", "Bob\tJr")})
    assert rows(findings) == [("users.names.blanks", "warning", 3)]


def test_every_note_of_a_rule_is_on_the_page_of_rules() -> None:
    page = rules_page()
    notes = [rule.note for rule in (*load_suites(), *reader_rules().values()) if rule.note]
    assert len(notes) > 20
    assert [note for note in notes if note not in page] == []


@pytest.mark.parametrize("name", ["Baby Boy", "BABY", "Female Child", "Twin Girl", "New Student", "student", "FNU"])
def test_what_stands_for_a_child_without_a_name_is_a_placeholder(tmp_path: Path, name: str) -> None:
    users = SHARED + f"7,0010,student,{name},Oak,,,3,03\n8,0010,student,Ann,{name},,,3,03\n"
    assert rows(checked(tmp_path, {"users": users}), "placeholder") == [("users.names.placeholder", "warning", 6)]


def test_the_placeholders_that_a_note_names_are_known() -> None:
    [names] = [rule for rule in load_suites() if rule.code == "users.names.placeholder" and rule.note]
    [addresses] = [rule for rule in load_suites() if rule.code == "users.email.placeholder" and rule.note]
    assert names.expectation is not None
    for word in names.note.partition(": ")[2].partition(". ")[0].split(", "):
        assert re.search(names.expectation["kwargs"]["regex"], word), word
    people = "(SELECT '' AS tbl, 0 AS _line, false AS guardian, '' AS email, '' AS sms)"
    engine = DuckDBEngine(threads=1)
    schema = engine.new_schema("contacts")
    run_sql(schema, "connect_kit.engine", "contacts.sql", **contact_values(people))
    named, alone = (
        addresses.note.partition(": ")[2].partition(" with any domain")[0],
        addresses.note.partition("alone ")[2],
    )
    for word in (*named.split(", "), *alone.partition(", zeros")[0].split(", ")):
        value = f"{word}example.org" if word.endswith("@") else word
        assert schema.execute("SELECT email_fault(?)", [value]) == [("placeholder",)], word


def test_a_student_whose_id_is_repeated_is_in_the_classes_of_the_id(tmp_path: Path) -> None:
    users = people(12) + "s0,0010,student,Kidaa,Poe,,g,03\n"
    seated = [("c1", f"s{n}", "student") for n in range(6)]
    findings = checked(tmp_path, {"users": users, "enrollments": seats(*seated, ("c1", "t", "teacher"))})
    found = rows(findings, "enrollments.student")
    assert sorted(line or 0 for *_, line in found) == [8, 9, 10, 11, 12, 13]


def test_an_org_of_the_district_that_nothing_can_show_is_not_checked_rather_than_passed(tmp_path: Path) -> None:
    code = "users.orgSourcedIds.district_org"
    users = USERS.replace("4,0010,teacher", "4,D1,teacher")
    alone = checked(tmp_path, {"users": users})
    assert code in {item.rule.code for item in alone.not_checked}
    assert code not in {rule.code for rule in alone.passed}
    (tmp_path / "with").mkdir()
    orgs = "sourcedId,name,type\n0010,Oak,school\nD1,District,district\n"
    assert (code, "info", 5) in rows(checked(tmp_path / "with", {"users": users, "orgs": orgs}), code)
