"""Which names are said to be one: a name and what it is shortened to, and never two children's whole names."""

from __future__ import annotations

import pytest
from rapidfuzz.distance import DamerauLevenshtein

from connect_kit.duplicates.find import find_duplicates
from connect_kit.engine import package_text
from tests.duplicates.kinds import District, PairsOf

PAIRS = [tuple(line.split(",")) for line in package_text("connect_kit.duplicates", "nicknames.csv").splitlines()[1:]]
COMMON = {*package_text("connect_kit.duplicates", "given_names.csv").splitlines()[1:]}
CHILD = {"familyName": "Zubizarreta", "orgSourcedIds": "A", "grades": "07", "birthDate": "2013-05-06"}


def test_there_are_many_and_each_stands_there_once_in_order() -> None:
    assert len(PAIRS) >= 1_500
    assert sorted(set(PAIRS)) == PAIRS
    assert all(len(pair) == 2 and all(name.isalpha() and name == name.lower() for name in pair) for pair in PAIRS)


def test_no_pair_joins_two_common_names_that_are_spelled_alike() -> None:
    alike = {pair for pair in PAIRS if COMMON.issuperset(pair) and DamerauLevenshtein.distance(*pair) <= 1}
    assert alike == {("steven", "steve"), ("maria", "mari")}
    for one, other in (
        ("sarah", "sara"),
        ("emma", "emily"),
        ("angel", "angela"),
        ("stephen", "steven"),
        ("jon", "john"),
    ):
        assert not {(one, other), (other, one)} & set(PAIRS)


@pytest.mark.parametrize(
    ("name", "nickname"), [("Zachariah", "Zach"), ("Prudence", "Prue"), ("Bartholomew", "Bart"), ("Theresa", "Tess")]
)
def test_a_child_under_a_nickname_is_one(district: District, pairs_of: PairsOf, name: str, nickname: str) -> None:
    rows = [{**CHILD, "sourcedId": "C1", "givenName": name}, {**CHILD, "sourcedId": "C2", "givenName": nickname}]
    found = find_duplicates(district(*rows, without=["identifier", "email", "agentSourcedIds"]))
    assert found.explain("C1", "C2").table().set_index("field").loc["given name", "level"] == "nickname"
    assert pairs_of(found.table()) == {frozenset({"C1", "C2"})}
