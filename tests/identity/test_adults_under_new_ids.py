"""Guardians and staff under new IDs: who is the same person, and who only has the same contact."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from tests.identity.small import found, pupil, roster, student, workspace
from tests.marks import some

MAIL, MOBILE = "home@example.org", "+12025550123"


def guardians(folder: Path, old: list[str], new: list[str]) -> ck.IdChanges:
    """One child with guardians on Connect, ``ID,given,family,email,sms,phone``, and those of the delivery, likewise."""
    there = []
    for n, line in enumerate(old):
        own, given, family, email, sms, phone = line.split(",")
        there.append(f'U{n},{given},"{family}",{email},{sms},{phone},{own},P0')
    space = workspace(folder, students=[pupil(n, f"{1000 + n}") for n in range(4)], guardians=there)
    here = [student(0, "1000", agents=",".join(line.split(",")[0] for line in new))]
    here += [student(n, f"{1000 + n}") for n in range(1, 4)]
    for line in new:
        own, given, family, email, sms, _ = line.split(",")
        here.append(f"{own}|0101|guardian|{given}|{family}|{email}|{sms}||")
    return ck.find_id_changes(roster(here), space)


@pytest.mark.parametrize(
    ("old", "new"),
    some(
        [
            ("John,Zwick", "Jane,Zwick"),
            ("John,Zwick", "Jose,Zwick"),
            ("Daniel,Ruiz", "Daniela,Ruiz"),
            ("Maria,Ruiz", "Mario,Ruiz"),
            ("John,Zwick Jr", "John,Zwick Sr"),
            ("John,Zwick Jr.", "John,Zwick III"),
            ("John,Zwick", "John,Zwick Jr"),
            ("J,Zwick", "Jane,Zwick"),
            ("John,Zwick", "Karl,Zwick"),
        ],
        4,
    ),
)
def test_two_people_who_share_contacts_are_not_one(old: str, new: str, tmp_path: Path) -> None:
    changes = guardians(tmp_path, [f"G1,{old},{MAIL},{MOBILE},"], [f"H1,{new},{MAIL},{MOBILE},"])
    assert found(changes, "guardians") == {}


@pytest.mark.parametrize(
    ("old", "new", "sure"),
    some(
        [
            ("John,Zwick", "JOHN,zwick", True),
            ("John,Zwick Jr", "John Junior,Zwick", True),
            ("Ana,O'Hara", "Ana,OHara", True),
            ("Elizabeth,Ruiz", "Liz,Ruiz", False),
            ("Katherine,Ruiz", "Katharine,Ruiz", False),
            ("Mary Ann,Ruiz", "Mary,Ruiz", False),
            ("Ana,Ruiz", "Ana,Feld", False),  # married
            ("Liz,Ruiz", "Elizabeth,Ruiz-Feld", False),
        ],
        3,
    ),
)
def test_one_person_in_another_spelling_or_married_is_found(old: str, new: str, sure: bool, tmp_path: Path) -> None:
    changes = guardians(tmp_path, [f"G1,{old},{MAIL},,"], [f"H1,{new},{MAIL},,"])
    assert found(changes, "guardians") == {"G1": "H1"}
    assert (changes.table()["probability"].item() >= 0.99) == sure


@pytest.mark.thorough
def test_whoever_has_the_very_name_goes_before_a_similar_one(tmp_path: Path) -> None:
    old, both = [f"G1,Elizabeth,Ruiz,{MAIL},{MOBILE},"], f",Liz,Ruiz,{MAIL},{MOBILE},"
    changes = guardians(tmp_path / "new", old, [f"H1{both}", "H2,Elizabeth,Ruiz,other@example.org,+12025550177,"])
    assert found(changes, "guardians") == {"G1": "H2"}
    # The very name is delivered under an ID of Connect: whoever has a similar one is somebody else.
    known = [*old, f"G2,Elizabeth,Ruiz,{MAIL},,"]
    changes = guardians(tmp_path / "known", known, [f"H1{both}", f"G2,Elizabeth,Ruiz,{MAIL},,"])
    assert found(changes, "guardians") == {}


def test_the_same_name_and_child_is_one_person_with_new_contacts_but_not_surely(tmp_path: Path) -> None:
    old, new = "G1,Ana,Ruiz,a@example.org,,", "H1,Ana,Ruiz,b@example.org,+12025550177,"
    changes = guardians(tmp_path / "one", [old], [new])
    assert found(changes, "guardians") == {"G1": "H1"}
    assert changes.table()["probability"].tolist() == [0.9]
    another = "G2,Ana,Ruiz,c@example.org,,"
    assert found(guardians(tmp_path / "delivered", [old], [new, another]), "guardians") == {}
    assert found(guardians(tmp_path / "both", [old, another], [new, another]), "guardians") == {}


def test_a_number_is_the_same_in_another_column_and_format(tmp_path: Path) -> None:
    changes = guardians(tmp_path, ["G1,Ana,Ruiz,,,(202) 555-0123"], ["H1,Ana,Ruiz,,+1 202 555 0123,"])
    assert found(changes, "guardians") == {"G1": "H1"}
    assert changes.table()["probability"].tolist() == [0.999]


def test_staff_who_share_an_address_are_not_one(tmp_path: Path) -> None:
    there = ["T1,S1,John,Zwick,office@example.org,,teacher,701", "T2,S1,Ana,Ruiz,ana@example.org,,teacher,702"]
    space = workspace(tmp_path, students=[pupil(0, "1000")], staff=there)
    here = [student(0, "1000"), "801|0101|teacher|Jane|Zwick|office@example.org|||"]
    here += ["802|0101|teacher|Ana|Ruiz|ana@new.example.org|||"]
    assert found(ck.find_id_changes(roster(here), space), "staff") == {"702": "802"}


@pytest.mark.thorough
def test_brothers_of_one_name_in_another_generation_are_two_children(tmp_path: Path) -> None:
    there = [pupil(n, f"00{n + 100}") for n in range(12)] + ["K1,S1,Max,Kessler Jr,03,,0900,false"]
    space = workspace(tmp_path, students=there)
    for suffix, expected in (("III", {}), ("Jr.", {"0900": "900"})):
        here = [student(n, str(n + 100)) for n in range(12)] + [f"900|0101|student|Max|Kessler {suffix}||||03"]
        changes = found(ck.find_id_changes(roster(here), space))
        assert {old: new for old, new in changes.items() if old == "0900"} == expected
