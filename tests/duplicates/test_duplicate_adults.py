"""Adults who have several IDs."""

from __future__ import annotations

import pytest

from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates
from tests.duplicates.kinds import District, PairsOf


@pytest.fixture(scope="module")
def adults(district: District) -> Duplicates:
    child = {"orgSourcedIds": "A", "grades": "02"}
    at = {"role": "guardian", "orgSourcedIds": "A"}
    return find_duplicates(
        district(
            {**child, "sourcedId": "K1", "givenName": "Elodie", "familyName": "Marchetti",
             "agentSourcedIds": "A1,A2,A3"},
            {**child, "sourcedId": "K2", "givenName": "Casimir", "familyName": "Holloway", "agentSourcedIds": "A4"},
            {**at, "sourcedId": "A1", "givenName": "Francesca", "familyName": "Marchetti", "sms": "+1 555 010 4401",
             "email": "francesca@example.com"},
            {**at, "sourcedId": "A2", "givenName": "Francesca", "familyName": "Marchetti", "sms": "+1 555 010 4402",
             "email": "fm@work.example.com"},
            {**at, "sourcedId": "A3", "givenName": "Lorenzo", "familyName": "Marchetti", "sms": "+1 555 010 4401",
             "email": "lorenzo@example.com"},
            {**at, "sourcedId": "A4", "givenName": "Philippa", "familyName": "Holloway", "sms": "+1 555 010 7788"},
            {"sourcedId": "T4", "role": "teacher", "orgSourcedIds": "A", "givenName": "Philippa",
             "familyName": "Holloway", "email": "p.holloway@school.example.org", "sms": "+1 555 010 7788"},
        ),
        kind="people",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pair", "found"),
    [(("A1", "A2"), True), (("A1", "A3"), False), (("A2", "A3"), False), (("A4", "T4"), True), (("A1", "A4"), False)],
    ids=[
        "a mother entered twice with another address is one", "a couple that shares a number is two",
        "a couple that shares a child is two", "a teacher who is a guardian too is one", "strangers are two",
    ],
)  # fmt: skip
def test_of_the_adults(pair: tuple[str, str], found: bool, adults: Duplicates, pairs_of: PairsOf) -> None:
    assert (frozenset(pair) in pairs_of(adults.table())) is found


def test_children_are_not_adults(adults: Duplicates) -> None:
    numbers = {number for pair in adults.pairs(0.0001)[["left_id", "right_id"]].to_numpy() for number in pair}
    assert not numbers & {"K1", "K2"}
    assert "adults in the delivery" in set(adults.summary()["what"])
