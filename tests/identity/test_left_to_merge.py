"""What stays behind of people whom Connect has under the delivered ID as well: they are to be merged."""

from __future__ import annotations

import pytest

from connect_kit.identity.staying import MERGE
from tests.identity.oak_and_elm import Case, rows

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
