"""What stays behind and is unclear: probably the same person under another ID."""

from __future__ import annotations

import pytest

from tests.identity.oak_and_elm import GUARDIANS, REMOVED, STUDENT, TEACHER, Case, rows


@pytest.mark.parametrize(
    "new",
    [
        "H2,0104,guardian,Di,Hadid,new@example.com,+12025550199,,",
        "H2,0104,guardian,Dii,Hadid,new@example.com,,,",
        "H2,0104,guardian,D,Hadid,,+12025550199,,",
        "H2,0104,guardian,Di,Marsh,di@example.org,,,",  # married
        "H2,0104,guardian,Hadid,Di,new@example.com,,,",
        "H2,0104,guardian,,Hadid,new@example.com,,,",
        "H2,0104,guardian,Di,Hadid Jr,new@example.com,,,",
    ],
)
def test_a_guardian_who_may_be_there_under_a_new_id_is_unclear_and_never_disconnected(case: Case, new: str) -> None:
    case.deliver("users", STUDENT, 'S1,0104,student,Amal,Hadid,,,"G1,H2",03')
    left = case.deliver("users", "G2,0104,guardian,Di,Hadid,di@example.org,,,", new).left()
    assert rows(left) == [("guardian_relationships", "K1", "0104", "P1", "S1", "U2", "G2", "unclear")]
    assert left.actions() == []
    assert (left.counts["guardian_relationships"], left.unclear["guardian_relationships"]) == (1, 1)
    assert left.words == "1 guardian still connected to a student (1 unclear)"
    assert left.summary()[["rows", "unclear"]].to_numpy().tolist() == [[1, 1]]
    sheet = left.worksheet("guardian_relationships")
    assert sheet["reason"].tolist() == ["unclear: probably the same person under another ID"]


@pytest.mark.parametrize(
    ("new", "agents"),
    [
        ("H2,0104,guardian,Dora,Hadid,di@example.org,,,", "G1,H2"),  # a new wife who took over the address
        ("H2,0104,guardian,Di,Marsh,new@example.org,,,", "G1,H2"),
        ("H2,0104,guardian,Di,Hadid,new@example.org,,,", "G1"),  # of nobody, or of another child
    ],
)
def test_a_guardian_of_another_name_or_of_another_child_makes_nothing_unclear(
    case: Case, new: str, agents: str
) -> None:
    case.deliver("users", STUDENT, f'S1,0104,student,Amal,Hadid,,,"{agents}",03')
    left = case.deliver("users", "G2,0104,guardian,Di,Hadid,di@example.org,,,", new).left()
    assert rows(left) == [REMOVED]
    assert len(left.actions()) == 1


def test_a_guardian_of_another_generation_is_another_guardian(case: Case) -> None:
    case.connect("guardians", "U2,Di,Hadid,di@example.org,,,G2,P1", "U2,Di,Hadid Sr.,di@example.org,,,G2,P1")
    case.deliver("users", STUDENT, 'S1,0104,student,Amal,Hadid,,,"G1,H2",03')
    case.deliver("users", "G2,0104,guardian,Di,Hadid,di@example.org,,,", "H2,0104,guardian,Di,Hadid III,,,,")
    assert rows(case.left()) == [REMOVED]


def test_guardians_of_their_own_file_make_it_unclear_too(case: Case) -> None:
    case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,G1,03")
    case.sides["delivery"]["guardians"] = (GUARDIANS, "S1,,Di,Hadid,,+12025550199")
    assert rows(case.left()) == [("guardian_relationships", "K1", "0104", "P1", "S1", "U2", "G2", "unclear")]


def test_of_two_guardians_only_the_one_with_a_new_record_is_unclear(case: Case) -> None:
    case.deliver("users", STUDENT, "S1,0104,student,Amal,Hadid,,,H2,03")
    case.deliver("users", "G2,0104,guardian,Di,Hadid,di@example.org,,,", "H2,0104,guardian,Di,Hadid,new@e.org,,,")
    left = case.left()
    assert [row[-3:] for row in rows(left)] == [("U1", "G1", "not_named"), ("U2", "G2", "unclear")]
    assert [action.pairs for action in left.actions()] == [(("P1", "U1"),)]


def test_ann_and_anne_with_another_number_are_probably_one(case: Case) -> None:
    case.connect("guardians", "U2,Di,Hadid,di@example.org,,,G2,P1", "U2,Ann,Hadid,,,(202) 555-0101,G2,P1")
    case.deliver("users", STUDENT, 'S1,0104,student,Amal,Hadid,,,"G1,H2",03')
    case.deliver("users", "G2,0104,guardian,Di,Hadid,di@example.org,,,", "H2,0104,guardian,Anne,Hadid,,2025550188,,")
    left = case.left()
    assert rows(left) == [("guardian_relationships", "K1", "0104", "P1", "S1", "U2", "G2", "unclear")]
    assert left.actions() == []


def test_staff_of_the_name_at_the_school_under_a_new_id_are_unclear_there_and_in_the_classrooms(case: Case) -> None:
    case.deliver("users", TEACHER, 'T9,"0104,0205",teacher,Eve,Ito,new@example.com,,,')
    for line in ("C1,0104,T1,teacher", "C2,0205,T1,teacher"):
        case.deliver("enrollments", line, line.replace("T1", "T9"))
    left = case.left()
    assert {row[-1] for row in rows(left)} == {"unclear"}
    assert (len(left), left.actions()) == (4, [])


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("N2,0205,student,Bo,Hadid,,,G1,07", "unclear"),
        ("N2,0104,student,Bo,Hadid,,,G1,06", "unclear"),
        ("N2,0205,student,Bo,Hadid,,,G1,KG", "not_delivered"),
        ("N2,0205,student,Bea,Hadid,,,G1,06", "not_delivered"),
        ("N2,0205,student,Bo,Hadid Jr,,,G1,06", "unclear"),
    ],
)
def test_a_student_of_the_same_name_in_a_fitting_grade_makes_it_unclear(case: Case, new: str, reason: str) -> None:
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06", new)
    left = case.deliver("enrollments", "C2,0205,S2,student").left()
    assert rows(left) == [("students", "K2", "0205", "P2", "S2", reason)]
    assert bool(left.actions()) == (reason == "not_delivered")
