"""What is written where nobody knows a name says nothing; names that look so are names."""

from __future__ import annotations

import pytest

from connect_kit.duplicates.find import find_duplicates
from tests.duplicates.kinds import District, PairsOf

CHILD = {"familyName": "Zubizarreta", "orgSourcedIds": "A", "grades": "07", "birthDate": "2013-05-06"}
#: Fields in which the two records differ, or that they do not have.
WITHOUT = ["identifier", "email", "agentSourcedIds"]


@pytest.mark.parametrize(
    "word",
    ["Baby", "Boy", "BABY GIRL", "Baby-Boy", "Female Child", "Male", "Infant", "Newborn", "Student", "New Student",
     "Test Student", "Unknown", "unknown name", "UNK", "No Name", "NFN", "None", "N/A not available"],
)  # fmt: skip
def test_a_word_that_is_no_name_is_compared_with_nothing(district: District, word: str) -> None:
    rows = [{**CHILD, "sourcedId": "C1", "givenName": "Isabela"}, {**CHILD, "sourcedId": "C2", "givenName": word}]
    found = find_duplicates(district(*rows, without=WITHOUT)).explain("C1", "C2").table().set_index("field")
    expected = "missing" if word != "N/A not available" else "different"
    assert found.loc["given name", "level"] == expected


@pytest.mark.parametrize("name", ["Son", "Na", "Boyd", "Babyface", "Noname", "Testa", "Malena", "Childe", "Nona"])
def test_a_name_that_looks_like_none_is_one(district: District, name: str, pairs_of: PairsOf) -> None:
    rows = [{**CHILD, "sourcedId": "C1", "givenName": name}, {**CHILD, "sourcedId": "C2", "givenName": name}]
    found = find_duplicates(district(*rows, without=WITHOUT))
    assert pairs_of(found.table()) == {frozenset({"C1", "C2"})}
    level = found.explain("C1", "C2").table().set_index("field").loc["given name", "level"]
    assert str(level).startswith("same")


@pytest.mark.parametrize("names", [("Baby A", "Baby B"), ("Baby Boy", "Baby Girl"), ("Unknown", "Unknown")])
def test_two_children_whose_names_nobody_knows_stay_two(
    district: District, names: tuple[str, str], pairs_of: PairsOf
) -> None:
    rows = [{**CHILD, "sourcedId": f"C{n}", "givenName": name} for n, name in enumerate(names)]
    assert pairs_of(find_duplicates(district(*rows, without=WITHOUT)).table()) == set()


def test_a_family_name_that_nobody_knows_is_compared_with_nothing(district: District) -> None:
    rows = [
        {**CHILD, "sourcedId": "C1", "givenName": "Isabela"},
        {**CHILD, "sourcedId": "C2", "givenName": "Isabela", "familyName": "Unknown"},
    ]
    found = find_duplicates(district(*rows, without=WITHOUT)).explain("C1", "C2").table().set_index("field")
    assert found.loc["family name", "level"] == "missing"
