"""What stays behind on Connect: exact lists on two small schools."""

from __future__ import annotations

import pytest

import connect_kit as ck
from connect_kit.errors import LimitError
from connect_kit.identity.staying import KINDS
from tests.identity.oak_and_elm import GUARDIANS, REMOVED, STUDENT, TEACHER, Case, rows


def test_a_delivery_like_connect_leaves_nothing_behind(case: Case) -> None:
    left = case.left()
    assert rows(left) == []
    assert (left.not_judged, len(left), repr(left)) == ({}, 0, "LeftBehind(nothing)")
    assert left.actions() == []


# ---- guardians


def test_a_guardian_removed_from_a_student_is_listed_with_the_student(case: Case) -> None:
    left = case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,G1,03").left()
    assert rows(left) == [REMOVED]
    (action,) = left.actions()
    assert (action.kind, action.pairs) == ("disconnect_guardians", (("P1", "U2"),))


def test_a_guardian_removed_from_one_of_two_children_stays_with_the_other(case: Case) -> None:
    left = case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,G2,03").left()
    assert rows(left) == [("guardian_relationships", "K1", "0104", "P1", "S1", "U1", "G1", "not_named")]


def test_a_guardian_who_names_the_student_is_not_removed(case: Case) -> None:
    case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,G1,03")
    case.deliver(
        "users", "G2,0104,guardian,Di,Hadid,di@example.org,,,", "G2,0104,guardian,Di,Hadid,di@example.org,,S1,"
    )
    assert rows(case.left()) == []


@pytest.mark.parametrize(
    "line", ["S1,G2,Di,Hadid,di@example.org,", "S1,,DI,Hadid,Di@example.org,", "S1,G77,Di,Hadid,di@example.org,"]
)
def test_a_guardian_of_guardians_csv_is_not_removed(case: Case, line: str) -> None:
    case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,G1,03")
    case.sides["delivery"]["guardians"] = (GUARDIANS, line)
    assert rows(case.left()) == []


def test_a_guardian_of_the_name_with_another_address_in_guardians_csv_makes_it_unclear(case: Case) -> None:
    case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,G1,03")
    case.sides["delivery"]["guardians"] = (
        GUARDIANS,
        "S2,G2,Di,Hadid,di@example.org,",
        "S1,,Di,Hadid,other@example.org,",
    )
    assert rows(case.left()) == [(*REMOVED[:-1], "unclear")]


@pytest.mark.parametrize(("sms", "expected"), [("(202) 555-0101", []), ("+12025550199", ["S1", "S2"])])
def test_the_same_account_under_a_new_id_is_not_removed(case: Case, sms: str, expected: list[str]) -> None:
    case.deliver("users", STUDENT, 'S1,0104,student,Amal,Hadid,,,"G7,G2",03')
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06", "S2,0205,student,Bo,Hadid,,,G7,06")
    case.deliver(
        "users",
        "G1,0104,parent,Cy,Hadid,cy@example.org,+12025550101,,",
        f"G7,0104,parent,CY,Hadid,Cy@example.org,{sms},,",
    )
    left = case.left()
    assert left.table("guardian_relationships")["studentId"].tolist() == expected
    assert len(left) == len(expected)


def test_an_account_with_two_guardian_ids_is_named_by_either(case: Case) -> None:
    case.connect("guardians", "", 'U1,Cy,Hadid,cy@example.org,+12025550101,,G8,"P1,P2"')
    assert rows(case.left()) == []
    case.folder = case.folder / "again"
    left = case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,G2,03").left()
    assert rows(left) == [("guardian_relationships", "K1", "0104", "P1", "S1", "U1", "G1,G8", "not_named")]


def test_a_guardian_who_names_nobody_that_is_known_leaves_the_student_unjudged(case: Case) -> None:
    left = case.deliver("users", STUDENT, 'S1,0104,student,Amal,Hadid,,,"G1,G02",03').left()
    assert rows(left) == []


def test_without_any_relationship_guardians_are_not_judged_and_it_says_so(case: Case) -> None:
    case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,,03")
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06", "S2,0205,student,Bo,Hadid,,,,06")
    left = case.left()
    assert rows(left) == []
    assert left.not_judged == {"guardian_relationships": KINDS["guardian_relationships"].unjudged}
    assert "not judged, because the delivery names no guardian of any student" in left._repr_html_()


def test_a_student_at_a_school_that_does_not_take_part_is_not_judged(case: Case) -> None:
    case.deliver("users", "", "S3,0999,student,Cleo,Marsh,,,G1,06")
    assert rows(case.left()) == []


# ---- staff and their classrooms


def test_a_teacher_who_is_gone_is_listed_at_each_school_and_on_each_classroom(case: Case) -> None:
    case.deliver("users", TEACHER)
    case.deliver("enrollments", "C1,0104,T1,teacher").deliver("enrollments", "C2,0205,T1,teacher", "C2,0205,T2,teacher")
    left = case.left()
    assert rows(left) == [
        ("classroom_teachers", "K1", "0104", "A1", "T1", "R1", "C1", "not_in_class"),
        ("classroom_teachers", "K2", "0205", "A1", "T1", "R2", "C2", "not_in_class"),
        ("staff", "K1", "0104", "A1", "T1", "not_delivered"),
        ("staff", "K2", "0205", "A1", "T1", "not_delivered"),
    ]
    assert [(a.kind, a.pairs) for a in left.actions()] == [
        ("remove_from_classrooms", (("R1", "A1"), ("R2", "A1"))),
        ("remove_staff_from_schools", (("A1", "K1"), ("A1", "K2"))),
    ]


def test_a_teacher_who_gave_up_one_class_is_listed_on_that_classroom_only(case: Case) -> None:
    left = case.deliver("enrollments", "C2,0205,T1,teacher", "C2,0205,T2,teacher").left()
    assert rows(left) == [("classroom_teachers", "K2", "0205", "A1", "T1", "R2", "C2", "not_in_class")]


def test_staff_under_a_new_id_with_the_same_name_and_contacts_are_not_left_behind(case: Case) -> None:
    case.deliver("users", TEACHER, TEACHER.replace("T1", "T9"))
    for line in ("C1,0104,T1,teacher", "C2,0205,T1,teacher"):
        case.deliver("enrollments", line, line.replace("T1", "T9"))
    assert rows(case.left()) == []


# ---- students and classrooms


def test_a_student_who_left_is_listed_once_and_not_on_the_classrooms(case: Case) -> None:
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06").deliver("enrollments", "C2,0205,S2,student")
    left = case.left()
    assert rows(left) == [("students", "K2", "0205", "P2", "S2", "not_delivered")]
    assert [(a.kind, a.ids) for a in left.actions()] == [("archive_students", ("P2",))]


def test_an_archived_student_who_left_is_not_listed(case: Case) -> None:
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06").deliver("enrollments", "C2,0205,S2,student")
    assert rows(case.connect("students", "P2,K2,Bo,Hadid,06,,S2,false", "P2,K2,Bo,Hadid,06,,S2,TRUE").left()) == []


def test_a_child_who_changed_school_is_listed_on_the_classrooms_of_the_old_one(case: Case) -> None:
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06", "S2,0104,student,Bo,Hadid,,,G1,06")
    case.deliver("enrollments", "C2,0205,S2,student", "C1,0104,S2,student")
    left = case.left()
    assert rows(left) == [("classroom_students", "K2", "0205", "P2", "S2", "R2", "C2", "moved_school")]
    assert [(a.kind, a.pairs) for a in left.actions()] == [("remove_from_classrooms", (("R2", "P2"),))]


def test_a_child_who_visits_a_class_of_another_school_stays_in_it(case: Case) -> None:
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06", "S2,0104,student,Bo,Hadid,,,G1,06")
    assert rows(case.left()) == []


def test_a_child_who_left_a_class_is_listed_on_its_classroom(case: Case) -> None:
    left = case.deliver("enrollments", "C2,0205,S2,student", "C1,0104,S1,student").left()
    assert rows(left) == [("classroom_students", "K2", "0205", "P2", "S2", "R2", "C2", "not_in_class")]


def test_last_years_classroom_is_listed_and_archived(case: Case) -> None:
    case.deliver("classes", "C2,Math,06,0205", "D2,Math,06,0205")
    for who in ("S2,student", "T1,teacher"):
        case.deliver("enrollments", f"C2,0205,{who}", f"D2,0205,{who}")
    left = case.left()
    assert rows(left) == [("classrooms", "K2", "0205", "R2", "C2", "not_delivered")]
    assert [(a.kind, a.ids) for a in left.actions()] == [("archive_classrooms", ("R2",))]


def test_a_class_id_counts_within_its_school(case: Case) -> None:
    case.connect("classrooms", "", "R5,K1,Math,06,C2,false")
    assert rows(case.left()) == [("classrooms", "K1", "0104", "R5", "C2", "not_delivered")]


# ---- a school that is not delivered, or does not take part (Ash, K3)

FROM_ASH = ("classroom_students", "K3", "0306", "P3", "S3", "R4", "C4", "moved_school")
CLEO = "S3,0104,student,Cleo,Marsh,,,G4,06"


def test_a_child_who_moved_from_a_school_that_is_not_delivered_is_listed_in_its_classrooms(case: Case) -> None:
    left = case.deliver("users", "", CLEO).left()
    assert rows(left) == [FROM_ASH]
    assert [(a.kind, a.pairs) for a in left.actions()] == [("remove_from_classrooms", (("R4", "P3"),))]
    with pytest.raises(LimitError, match=r"1 of 1 seats of students at Ash School \(100 %\)"):
        left.actions(limit=0)


@pytest.mark.parametrize(
    ("user", "seat"),
    [
        (CLEO.replace("0104", '"0104,0306"'), ""),  # at both
        (CLEO.replace("0104", '"0104,0999"'), ""),  # the other one is not known, and may be Ash
        (CLEO.replace("0104", "0999"), ""),
        (CLEO.replace("0104", ""), ""),
        (CLEO, "C4,0306,S3,student"),  # visits a class there
        (CLEO.replace("S3", "S4"), ""),  # another child
    ],
)
def test_who_may_still_be_at_a_school_that_is_not_delivered_stays_unlisted(case: Case, user: str, seat: str) -> None:
    case.deliver("users", "", user)
    if seat:
        case.deliver("enrollments", "", seat)
    assert [row for row in rows(case.left(), "classroom_students") if row[1] == "K3"] == []


def test_an_archived_classroom_of_a_school_that_is_not_delivered_is_not_listed(case: Case) -> None:
    case.connect("classrooms", "R4,K3,Music,06,C4,false", "R4,K3,Music,06,C4,true")
    assert rows(case.deliver("users", "", CLEO).left()) == []


def test_a_class_of_the_same_id_at_another_school_keeps_nobody_in_the_old_one(case: Case) -> None:
    case.connect("classrooms", "R4,K3,Music,06,C4,false", "R4,K3,Music,06,C1,false")
    case.deliver("users", "", CLEO).deliver("enrollments", "", "C1,0104,S3,student")
    assert rows(case.left()) == [(*FROM_ASH[:6], "C1", "moved_school")]


def test_children_who_moved_to_or_from_a_school_that_does_not_take_part(case: Case) -> None:
    case.deliver("users", STUDENT, 'S1,0205,student,Amal,Hadid,,,"G1,G2",03')  # Oak to Elm, which is out: from Oak only
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06", "S2,0104,student,Bo,Hadid,,,G1,06")  # Elm to Oak
    case.deliver("enrollments", "C1,0104,S1,student").deliver("enrollments", "C2,0205,S2,student", "C1,0104,S2,student")
    case.deliver("users", "", CLEO.replace("0104", "0205"))  # Ash to Elm: neither takes part
    roster, workspace = case.read()
    schools = ck.match_schools(roster, workspace).decide("0205", None, "out", who="ada")
    assert rows(ck.left_behind(roster, workspace, schools=schools)) == [
        ("classroom_students", "K1", "0104", "P1", "S1", "R1", "C1", "moved_school"),
        ("classroom_students", "K2", "0205", "P2", "S2", "R2", "C2", "moved_school"),
    ]
