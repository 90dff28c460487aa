"""Siblings and namesakes are distinguished from a child entered twice, even without birth dates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates
from tests.duplicates.kinds import District, PairsOf, Row

PARENT = {
    "sourcedId": "G", "role": "guardian", "givenName": "Ruth", "familyName": "Abernathy", "sms": "+1 555 010 1004",
    "email": "ruth@example.com", "orgSourcedIds": "A",
}  # fmt: skip
#: Two children of one family.
APART = {
    "a sister whose name is the brother's second one": (
        {"givenName": "Cesar Carmen", "grades": "10"}, {"givenName": "Carmen", "grades": "05"},
    ),
    "twins with a second name in common": (
        {"givenName": "Diego Angel", "grades": "07"}, {"givenName": "Angel Angel", "grades": "07"},
    ),
    "a name with an apostrophe, which is not an initial": (
        {"givenName": "D'Andre", "grades": "07"}, {"givenName": "Destiny", "grades": "09"},
    ),
    "a misspelt name nine grades below one like it": (
        {"givenName": "Maria-Jose", "grades": "12"}, {"givenName": "Maricrla", "grades": "03"},
    ),
    "a twin, with names swapped and a letter wrong": (
        {"givenName": "Paola", "grades": "07"}, {"givenName": "Abernathy", "familyName": "Paula", "grades": "07"},
    ),
}  # fmt: skip
#: One child of one family.
SAME = {
    "a second name in the field of its own": (
        {"givenName": "Jose Luis", "grades": "07"}, {"givenName": "Jose Luis", "middleName": "Rae", "grades": "07"},
    ),
    "another family name, at another school": (
        {"givenName": "Hudson", "grades": "07"},
        {"givenName": "Hudson", "familyName": "Marwick", "grades": "07", "orgSourcedIds": "B"},
    ),
}  # fmt: skip


@pytest.fixture
def both(district: District) -> Callable[[tuple[Row, Row]], Duplicates]:
    def made(children: tuple[Row, Row]) -> Duplicates:
        family = {"familyName": "Abernathy", "orgSourcedIds": "A", "agentSourcedIds": "G"}
        rows = [{**family, "sourcedId": name, **child} for name, child in zip(("C1", "C2"), children, strict=True)]
        return find_duplicates(district(PARENT, *rows, without=["birthDate", "identifier", "email"]))

    return made


@pytest.mark.parametrize("case", APART)
def test_two_children_of_a_family_stay_two(
    case: str, both: Callable[[tuple[Row, Row]], Duplicates], pairs_of: PairsOf
) -> None:
    assert pairs_of(both(APART[case]).table()) == set()


@pytest.mark.parametrize("case", SAME)
def test_a_child_written_differently_is_one(
    case: str, both: Callable[[tuple[Row, Row]], Duplicates], pairs_of: PairsOf
) -> None:
    assert pairs_of(both(SAME[case]).table()) == {frozenset({"C1", "C2"})}


def test_where_nearly_all_have_guardians_a_record_without_is_likelier_a_second_one(district: District) -> None:
    child = {"givenName": "Isabela", "familyName": "Zubizarreta", "orgSourcedIds": "A", "grades": "07"}
    rows = [{**child, "sourcedId": "C1", "agentSourcedIds": "G"}, {**child, "sourcedId": "C2"}]
    found = find_duplicates(district(PARENT, *rows, without=["birthDate", "identifier", "email"]))
    explained = found.explain("C1", "C2").table().set_index("field").loc["family recorded"]
    assert explained["level"] == "on one side only"
    assert 1.0 < explained["match_weight"] < 5.0


def test_where_half_have_no_guardians_a_record_without_says_next_to_nothing(district: District) -> None:
    child = {"givenName": "Isabela", "familyName": "Zubizarreta", "orgSourcedIds": "A", "grades": "07"}
    rows = [{**child, "sourcedId": "C1", "agentSourcedIds": "G"}, {**child, "sourcedId": "C2"}]
    names = [(f"Ada{'abcdefghij'[n % 10]}", f"Quist{'klmnopqrstuv'[n // 10]}") for n in range(60)]
    alone = [
        {"sourcedId": f"N{n}", "givenName": given, "familyName": family, "orgSourcedIds": "B", "grades": "05"}
        for n, (given, family) in enumerate(names)
    ]
    found = find_duplicates(district(PARENT, *rows, *alone, without=["birthDate", "identifier", "email"]))
    explained = found.explain("C1", "C2").table().set_index("field").loc["family recorded"]
    assert 0.0 <= explained["match_weight"] < 0.7


@pytest.mark.parametrize("layout", ["oneroster11", "connect"])
def test_no_twin_of_a_district_is_taken_for_the_other(layout: str, tmp_path: Path) -> None:
    """In this district a twin, entered again by a pet name that both could have, was taken for the other one."""
    made = ck.sample_roster(tmp_path, students=5000, duplicates=True, faults="none", layout=layout, seed=1)  # type: ignore[arg-type]
    assert made.truth_people is not None
    truth = pd.read_csv(made.truth_people, dtype=str, keep_default_na=False)
    family = truth[truth["kind"].str.startswith(("twin", "sibling"))]
    twins_and_siblings = {frozenset(pair) for pair in zip(family["left_id"], family["right_id"], strict=True)}
    found = find_duplicates(ck.read_roster(made.delivery)).table()
    assert not twins_and_siblings & {frozenset(pair) for pair in zip(found["left_id"], found["right_id"], strict=True)}


def test_two_children_of_a_common_name_and_different_guardians_stay_two(tmp_path: Path) -> None:
    """One name, one grade and one school, but guardians who have nothing in common: it had a probability of 0.95."""
    made = ck.sample_roster(tmp_path, students=300, duplicates=True, faults="none", layout="connect", seed=2)
    assert made.truth_people is not None
    truth = pd.read_csv(made.truth_people, dtype=str, keep_default_na=False)
    namesakes = truth[truth["kind"] == "namesake+same_school+same_grade"]
    found = find_duplicates(ck.read_roster(made.delivery)).table()
    pairs = {frozenset(pair) for pair in zip(found["left_id"], found["right_id"], strict=True)}
    assert len(namesakes)
    assert not pairs & {frozenset(pair) for pair in zip(namesakes["left_id"], namesakes["right_id"], strict=True)}


def test_a_misspelt_third_record_does_not_separate_the_other_two(district: District, pairs_of: PairsOf) -> None:
    """Ted and Edqard are not the names of twins, though nothing says that Ted is Edqard."""
    child = {"familyName": "Abernathy", "orgSourcedIds": "A", "agentSourcedIds": "G", "grades": "07"}
    names = {"C1": "Edward", "C2": "Ted", "C3": "Edqard"}
    rows = [{**child, "sourcedId": number, "givenName": name} for number, name in names.items()]
    found = find_duplicates(district(PARENT, *rows, without=["birthDate", "identifier", "email"]))
    assert pairs_of(found.table()) == {frozenset({"C1", "C2"}), frozenset({"C1", "C3"})}


#: Twins, and a record misspelt in the one letter that distinguishes their names.
TWINS = [
    {"sourcedId": name, "givenName": given, "familyName": "Abernathy", "grades": "07", "agentSourcedIds": "G",
     "orgSourcedIds": school}
    for name, given, school in (("C1", "Payton", "A"), ("C2", "Peyton", "A"), ("C3", "Pryton", "B"))
]  # fmt: skip
#: Other children with these names, which makes both established.
NAMESAKES = [
    {"sourcedId": f"N{n}", "givenName": given, "familyName": family, "orgSourcedIds": "B", "grades": "05"}
    for n, (given, family) in enumerate(
        [("Payton", "Quist"), ("Payton", "Rell"), ("Peyton", "Sund"), ("Peyton", "Thule")]
    )
]


def test_a_misspelt_record_between_twins_who_sound_the_same_is_undecidable(
    district: District, pairs_of: PairsOf
) -> None:
    """Pryton is Payton or Peyton, and nobody can know which: both pairs had a probability of 1."""
    found = find_duplicates(district(PARENT, *TWINS, *NAMESAKES, without=["birthDate", "identifier", "email"]))
    assert pairs_of(found.table()) == set()


def test_a_misspelt_record_belongs_to_the_twin_with_more_evidence(district: District, pairs_of: PairsOf) -> None:
    rows = [{**row, "email": "p.abernathy@example.net"} if row["sourcedId"] != "C1" else row for row in TWINS]
    found = find_duplicates(district(PARENT, *rows, *NAMESAKES, without=["birthDate", "identifier"]))
    assert pairs_of(found.table()) == {frozenset({"C2", "C3"})}


def test_a_second_record_without_family_is_not_matched_with_the_twin(district: District, pairs_of: PairsOf) -> None:
    """Marius, again without a family and at another school, was taken for his twin Darius too."""
    child = {"familyName": "Abernathy", "grades": "07", "birthDate": "2013-05-06"}
    rows = [
        {**child, "sourcedId": "C1", "givenName": "Dariux", "orgSourcedIds": "A", "agentSourcedIds": "G"},
        {**child, "sourcedId": "C2", "givenName": "Mariux", "orgSourcedIds": "A", "agentSourcedIds": "G"},
        {**child, "sourcedId": "C3", "givenName": "Mariux", "orgSourcedIds": "B"},
    ]
    found = find_duplicates(district(PARENT, *rows, without=["identifier", "email"]))
    assert pairs_of(found.table()) == {frozenset({"C2", "C3"})}


def test_grades_far_apart_distinguish_siblings_whose_birth_dates_differ_in_a_digit(
    district: District, pairs_of: PairsOf
) -> None:
    child = {"familyName": "Abernathy", "agentSourcedIds": "G"}
    rows = [
        {**child, "sourcedId": "C1", "givenName": "Khalil Skye", "grades": "11", "birthDate": "2010-01-20",
         "orgSourcedIds": "A"},
        {**child, "sourcedId": "C2", "givenName": "Skye", "grades": "05", "birthDate": "2016-01-20",
         "orgSourcedIds": "B"},
    ]  # fmt: skip
    found = find_duplicates(district(PARENT, *rows, without=["identifier", "email"]))
    assert pairs_of(found.table()) == set()


def test_two_students_on_connect_show_which_brother_the_delivery_has(
    district: District, workspace_at: Callable[..., ck.Workspace], pairs_of: PairsOf, tmp_path: Path
) -> None:
    """Connect has both, two grades apart: the delivery's Luis Angel is the one and not the other."""
    child = {"familyName": "Abernathy", "orgSourcedIds": "A", "agentSourcedIds": "G"}
    roster = district(
        PARENT, {**child, "sourcedId": "C1", "givenName": "Luis Angel", "grades": "04"},
        without=["birthDate", "identifier", "email"],
    )  # fmt: skip
    students = [
        {"connectStudentId": number, "givenName": given, "familyName": "Abernathy", "grade": grade}
        for number, given, grade in (("W1", "Luis Angel", "03"), ("W2", "Angel", "05"))
    ]
    guardians = [
        {"connectUserId": "P1", "givenName": "Ruth", "familyName": "Abernathy", "sms": "+1 555 010 1004",
         "email": "ruth@example.com", "connectStudentIds": "W1,W2"},
    ]  # fmt: skip
    found = find_duplicates(roster, workspace_at(tmp_path / "w", students, guardians))
    assert pairs_of(found.table()) == {frozenset({"C1", "W1"})}
