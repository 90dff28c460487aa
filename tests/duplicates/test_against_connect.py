"""Students of a delivery beside those on Connect."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import connect_kit as ck
from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates
from tests.duplicates.kinds import District, PairsOf, Row

CONNECT: tuple[Row, ...] = (
    {"connectStudentId": "W1", "givenName": "Ottilie", "familyName": "Farnsworth", "studentId": "R1"},
    {"connectStudentId": "W2", "givenName": "Ottilie", "familyName": "Farnsworth"},
    {"connectStudentId": "W3", "givenName": "Ferdinand", "familyName": "Underhill", "grade": "05", "archived": "true"},
    {"connectStudentId": "W4", "givenName": "Rosamund", "familyName": "Winterbourne", "studentId": "gone"},
    {"connectStudentId": "W5", "givenName": "Cassian", "familyName": "Drummond"},
    {"connectStudentId": "W6", "givenName": "Cassian", "familyName": "Drummond"},
    {"connectStudentId": "S000", "givenName": "Euphemia", "familyName": "Larkspur"},
)
DELIVERED: tuple[Row, ...] = (
    {"sourcedId": "R1", "givenName": "Ottilie", "familyName": "Farnsworth", "grades": "03", "orgSourcedIds": "A"},
    {"sourcedId": "R3", "givenName": "Ferdinand", "familyName": "Underhill", "grades": "05", "orgSourcedIds": "A"},
    {"sourcedId": "R4", "givenName": "Rosamund", "familyName": "Winterbourne", "grades": "03", "orgSourcedIds": "A"},
    {"sourcedId": "R5", "givenName": "Euphemia", "familyName": "Larkspur", "grades": "03", "orgSourcedIds": "A"},
)


@pytest.fixture(scope="module")
def on_connect(
    district: District, workspace_at: Callable[..., ck.Workspace], tmp_path_factory: pytest.TempPathFactory
) -> Duplicates:
    return find_duplicates(district(*DELIVERED), workspace_at(tmp_path_factory.mktemp("connect") / "w", CONNECT))


@pytest.mark.parametrize(
    ("pair", "found"),
    [(("R1", "W1"), False), (("R1", "W2"), True), (("R3", "W3"), True), (("R4", "W4"), True), (("W5", "W6"), False)],
    ids=[
        "a student whose ID is in the delivery is nobody's duplicate", "one without an ID is found",
        "an archived one is found too", "one whose ID the delivery does not know is found",
        "two existing students are not a pair",
    ],
)  # fmt: skip
def test_of_the_students_on_connect(
    pair: tuple[str, str], found: bool, on_connect: Duplicates, pairs_of: PairsOf
) -> None:
    assert (frozenset(pair) in pairs_of(on_connect.table())) is found


def test_the_delivery_is_left_and_connect_right(on_connect: Duplicates) -> None:
    table = on_connect.table()
    assert set(table["left_source"]) == {"roster"}
    assert set(table["right_source"]) == {"workspace"}
    assert (
        on_connect.summary().set_index("what")["count"]["students on Connect whose ID is not in the delivery"]
        == len(CONNECT) - 1
    )


def test_the_same_id_in_the_delivery_and_on_connect_is_distinguished_by_its_key(on_connect: Duplicates) -> None:
    """A connectStudentId may be the sourcedId of somebody else."""
    assert on_connect.explain("R5", "workspace:S000").match_probability > 0.75
    assert on_connect.explain("R5", "S000").right == "roster:S000"
    assert on_connect.explain("R5", "roster:S000").match_probability < 0.01
