"""Of which schools and kinds it is said what stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import SettingError
from connect_kit.identity.staying import KINDS
from connect_kit.identity.value import TABLES
from tests.identity.oak_and_elm import DELIVERY, REMOVED, SCHOOLS, STUDENT, Case, rows


def test_what_the_delivery_does_not_hold_is_not_judged(case: Case) -> None:
    case.sides["delivery"]["classes"] = DELIVERY["classes"][:1]
    case.sides["delivery"]["enrollments"] = DELIVERY["enrollments"][:1]
    left = case.left()
    assert rows(left) == []
    assert set(left.not_judged) == {"classroom_teachers", "classroom_students", "classrooms"}


def test_without_a_known_school_nothing_is_judged(case: Case) -> None:
    case.sides["connect"]["schools"] = (SCHOOLS[0], "K1,Oak School,", "K2,Elm School,")
    left = case.left()
    assert rows(left) == []
    assert set(left.not_judged) == set(KINDS) and len(set(left.not_judged.values())) == 1


def test_at_school_level_the_only_school_is_meant(case: Case) -> None:
    case.sides["connect"]["schools"] = (SCHOOLS[0], "K1,Oak School,")
    case.sides["delivery"] = {
        "users": (
            "sourcedId,role,givenName,familyName,email,agentSourcedIds,grades",
            "S1,student,Amal,Hadid,,G1,03", "G1,parent,Cy,Hadid,cy@example.org,,",
            "T2,teacher,Fay,Ito,fay@example.org,,",
        ),
        "classes": ("sourcedId,title,grades", "C1,Grade 3,03"),
        "enrollments": ("classSourcedId,userSourcedId,role", "C1,S1,student", "C1,T2,teacher"),
    }  # fmt: skip
    assert rows(case.left("school")) == [
        ("guardian_relationships", "K1", "P1", "S1", "U2", "G2", "not_named"),
        ("classroom_teachers", "K1", "A1", "T1", "R1", "C1", "not_in_class"),
        ("staff", "K1", "A1", "T1", "not_delivered"),
    ]


def test_student_numbers_on_connect_are_understood(case: Case) -> None:
    head, *lines = DELIVERY["users"]
    numbers = {"S1": "0017", "S2": "0018"}
    case.sides["delivery"]["users"] = (
        head + ",identifier", *(f"{line},{numbers.get(line.partition(',')[0], '')}" for line in lines)
    )  # fmt: skip
    for at, number in (("P1,K1,Amal,Hadid,03,,S1,false", "0017"), ("P2,K2,Bo,Hadid,06,,S2,false", "0018")):
        case.connect("students", at, at.replace("S1", number).replace("S2", number))
    case.deliver("users", STUDENT + ",0017", "S1,0104,student,Amal,Hadid,,,G1,03,0017")
    left = case.left(student_id="number")
    assert rows(left) == [("guardian_relationships", "K1", "0104", "P1", "0017", "U2", "G2", "not_named")]


def test_records_under_new_ids_are_not_left_behind(case: Case) -> None:
    new = {"S1": "N1", "S2": "N2", "G1": "H1", "G2": "H2", "T1": "V1", "T2": "V2", "C1": "D1", "C2": "D2"}
    for table, lines in list(DELIVERY.items()):
        made = []
        for line in lines:
            for old, its in new.items():
                line = line.replace(old, its)
            made.append(line.replace("example.org", "example.com"))
        case.sides["delivery"][table] = tuple(made)
    case.deliver("users", 'N1,0104,student,Amal,Hadid,,,"H1,H2",03', "N1,0104,student,Amal,Hadid,,,H1,03")
    roster, workspace = case.read()
    changes = roster.schema.engine.new_schema("identity", (roster.schema, workspace.schema))
    changes.execute(TABLES)
    for kind, pairs in {
        "students": ("P1,S1,N1", "P2,S2,N2"), "guardians": ("U1,G1,H1", "U2,G2,H2"),
        "staff": ("A1,T1,V1", "A2,T2,V2"), "classrooms": ("R1,C1,D1", "R2,C2,D2"),
    }.items():  # fmt: skip
        for pair in pairs:
            row = (kind, "0104", "K1", *pair.split(","), "unrelated", 1.0, True)
            changes.execute("INSERT INTO id_changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    left = ck.left_behind(roster, workspace, ck.IdChanges(roster, workspace, changes))
    assert rows(left) == [REMOVED]
    assert len(ck.left_behind(roster, workspace)) > 6


def test_a_school_that_people_connected_takes_part(case: Case) -> None:
    case.connect("schools", "K1,Oak School,0104", "K1,Oak School,").deliver(
        "users", STUDENT, "S1,0104,student,Amal,Hadid,,,G1,03"
    )
    roster, workspace = case.read()
    assert rows(ck.left_behind(roster, workspace)) == []
    schools = ck.match_schools(roster, workspace).decide("0104", "K1", "connect", who="ada")
    assert rows(ck.left_behind(roster, workspace, schools=schools)) == [
        ("guardian_relationships", "K1", "P1", "S1", "U2", "G2", "not_named")
    ]


def test_parts_of_another_delivery_are_refused(case: Case, tmp_path: Path) -> None:
    roster, workspace = case.read()
    other, its = Case(tmp_path / "other").read()
    with pytest.raises(SettingError, match="schools are of another roster or workspace"):
        ck.left_behind(roster, workspace, schools=ck.match_schools(other, its))
    left = ck.left_behind(roster, workspace)
    with pytest.raises(SettingError, match="nothing of kind 'people' is left behind; expected one of guardian_"):
        left.table("people")
    with pytest.raises(SettingError, match="nothing of kind 'people'"):
        left.actions(["people"])
