"""What stays behind of people whom Connect has under the delivered ID as well: they are to be merged."""

from __future__ import annotations

import pytest

import connect_kit as ck
from connect_kit.identity.staying import MERGE, MERGE_ADULTS
from tests.identity.oak_and_elm import REMOVED, STUDENT, TEACHER, Case, rows

TWICE = "P5,K2,Bo,Hadid,06,,N2,false"


def under_two_ids(case: Case, record: str = TWICE) -> Case:
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06", "N2,0205,student,Bo,Hadid,,,G1,06")
    case.deliver("enrollments", "C2,0205,S2,student", "C2,0205,N2,student")
    return case.connect("students", "", record)


def with_guardians_of_both(case: Case, *more: str) -> Case:
    case.connect("guardians", 'U1,Cy,Hadid,cy@example.org,+12025550101,,G1,"P1,P2"', more[0])
    for line in more[1:]:
        case.connect("guardians", "", line)
    return case


SHARED = 'U1,Cy,Hadid,cy@example.org,+12025550101,,G1,"P1,P2,P5"'


@pytest.mark.parametrize(
    ("record", "guardians"),
    [
        (TWICE, ()),  # one of the two has no guardian
        (TWICE, (SHARED,)),
        (TWICE.replace(",Hadid", ",Hadid-Ruiz"), (SHARED,)),
        (TWICE.replace("K2", "K1").replace("06", "07"), (SHARED,)),  # has moved, and was promoted
        (TWICE, ('U1,Cy,Hadid,cy@example.org,,,G1,"P1,P2"', "U7,Cy,Hadid,new@example.org,,,G7,P5")),
    ],
)
def test_the_old_record_of_a_child_who_is_there_under_the_delivered_id_is_merged_and_not_archived(
    case: Case, record: str, guardians: tuple[str, ...]
) -> None:
    under_two_ids(case, record).connect("enrollments", "", "R2,P5,student")
    left = (with_guardians_of_both(case, *guardians) if guardians else case).left()
    assert rows(left, "students") == [("students", "K2", "0205", "P2", "S2", "merge")]
    assert left.actions(["students"]) == []
    assert (left.counts["students"], left.unclear["students"], left.to_merge["students"]) == (1, 0, 1)
    assert "1 student not delivered (1 to be merged)" in left.words
    sheet = left.worksheet("students")
    assert sheet["what_to_do"].tolist() == [MERGE] and "connect-kit merge" in MERGE


@pytest.mark.parametrize(
    ("record", "guardians"),
    [
        (TWICE, ('U1,Cy,Hadid,cy@example.org,,,G1,"P1,P2"', "U7,Zoe,Hadid,zoe@example.org,,,G7,P5")),  # of others
        (TWICE.replace("Bo,", "Ben,"), (SHARED,)),  # a brother
        (TWICE.replace(",Hadid", ",Hadid-Ruiz"), (SHARED,)),  # another name, in no classroom with the old record
        (TWICE.replace("06", "03"), (SHARED,)),
        (TWICE.replace("K2", "K1"), ()),
        (TWICE.replace("N2", ""), ()),  # made by hand: a pair too, but not under the delivered ID
    ],
)
def test_a_namesake_or_brother_who_is_delivered_makes_no_pair(
    case: Case, record: str, guardians: tuple[str, ...]
) -> None:
    under_two_ids(case, record)
    left = (with_guardians_of_both(case, *guardians) if guardians else case).left()
    assert "merge" not in {row[-1] for row in rows(left, "students")}


@pytest.mark.parametrize("pair", [("workspace:P2", "workspace:P5"), ("roster:N2", "workspace:P2")])
def test_records_decided_to_be_of_different_children_are_not_merged(case: Case, pair: tuple[str, str]) -> None:
    under_two_ids(case).connect("enrollments", "", "R2,P5,student")
    roster, workspace = case.read()
    decisions = ck.read_decisions(None).decide("students", *pair, "different", who="ada")
    left = ck.left_behind(roster, workspace, schools=ck.match_schools(roster, workspace, decisions=decisions))
    assert rows(left, "students") == [("students", "K2", "0205", "P2", "S2", "not_delivered")]
    assert [(action.kind, action.ids) for action in left.actions(["students"])] == [("archive_students", ("P2",))]


def test_records_decided_to_be_of_one_child_are_merged_whatever_their_names(case: Case) -> None:
    under_two_ids(case, TWICE.replace("Bo,Hadid", "Robert,Marsh"))
    roster, workspace = case.read()
    decisions = ck.read_decisions(None).decide("students", "workspace:P5", "workspace:P2", "same", who="ada")
    schools = ck.match_schools(roster, workspace, decisions=decisions)
    assert [row[-1] for row in rows(ck.left_behind(roster, workspace, schools=schools), "students")] == ["merge"]


# Adults: the waived upload made a second account, with the new ID and the new contact.

DI = "G2,0104,guardian,Di,Hadid,di@example.org,,,"
DI_AGAIN = "U7,Di,Hadid,new@example.com,,,H2,P1"


def guardian_under_two_ids(case: Case, again: str = DI_AGAIN) -> Case:
    case.deliver("users", STUDENT, 'S1,0104,student,Amal,Hadid,,,"G1,H2",03')
    case.deliver("users", DI, "H2,0104,guardian,Di,Hadid,new@example.com,,,")
    return case.connect("guardians", "", again)


def test_a_guardian_who_is_connected_under_the_delivered_id_as_well_is_merged_and_not_disconnected(case: Case) -> None:
    left = guardian_under_two_ids(case).left()
    assert rows(left) == [(*REMOVED[:-1], "merge")]
    assert left.actions() == []
    assert left.words == "1 guardian still connected to a student (1 to be merged)"
    assert list(left.merging.items()) == [("1 guardian still connected to a student", MERGE_ADULTS)]
    assert left.worksheet("guardian_relationships")["what_to_do"].tolist() == [MERGE_ADULTS]


@pytest.mark.parametrize(
    "again",
    [
        DI_AGAIN.replace("Di,", "Dora,"),  # the new wife
        DI_AGAIN.replace("Hadid", "Marsh"),
        DI_AGAIN.replace("Hadid", "Hadid Sr").replace("H2", "H2"),
        DI_AGAIN.replace("P1", "P2"),  # of another child
        DI_AGAIN.replace("H2", "H9"),  # an account whose ID is not delivered either
    ],
)
def test_another_guardian_of_the_child_makes_no_pair(case: Case, again: str) -> None:
    case.connect("guardians", "U2,Di,Hadid,di@example.org,,,G2,P1", "U2,Di,Hadid Jr,di@example.org,,,G2,P1")
    left = guardian_under_two_ids(case, again).left()
    assert "merge" not in {row[-1] for row in rows(left)}


def test_staff_who_are_at_the_school_under_the_delivered_id_as_well_are_merged_and_not_removed(case: Case) -> None:
    case.deliver("users", TEACHER, 'T9,"0104,0205",teacher,Eve,Ito,new@example.com,,,')
    for line in ("C1,0104,T1,teacher", "C2,0205,T1,teacher"):
        case.deliver("enrollments", line, line.replace("T1", "T9"))
    case.connect("staff", "", 'A9,"K1,K2",Eve,Ito,new@example.com,,teacher,T9')
    case.connect("enrollments", "", "R1,A9,teacher").connect("enrollments", "", "R2,A9,teacher")
    left = case.left()
    assert [(row[0], row[1], row[-1]) for row in rows(left)] == [
        ("classroom_teachers", "K1", "merge"), ("classroom_teachers", "K2", "merge"),
        ("staff", "K1", "merge"), ("staff", "K2", "merge"),
    ]  # fmt: skip
    assert left.actions() == []


def test_a_colleague_of_the_name_at_another_school_makes_no_pair(case: Case) -> None:
    case.deliver("users", TEACHER, "T9,0205,teacher,Eve,Ito,new@example.com,,,")
    case.deliver("enrollments", "C1,0104,T1,teacher").deliver("enrollments", "C2,0205,T1,teacher", "C2,0205,T9,teacher")
    case.connect("staff", "", "A9,K2,Eve,Ito,new@example.com,,teacher,T9")
    assert {(row[1], row[-1]) for row in rows(case.left(), "staff")} == {("K1", "not_delivered"), ("K2", "merge")}


def test_accounts_decided_to_be_of_different_people_are_not_merged(case: Case) -> None:
    roster, workspace = guardian_under_two_ids(case).read()
    decisions = ck.read_decisions(None).decide("people", "workspace:U2", "workspace:U7", "different", who="ada")
    left = ck.left_behind(roster, workspace, schools=ck.match_schools(roster, workspace, decisions=decisions))
    assert rows(left) == [REMOVED]
