"""Staff who change as they do every year, and things that are written in another way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.accidents.road import Lay, read
from tests.accidents.test_slid_columns import THOROUGH, role, slide
from tests.accidents.turns import SEATS, is_not_unfit, turned
from tests.accidents.years import Adult, District

# Staff, and how things are written.


def posts(made: District) -> list[Adult]:
    """Half of the staff have the address of a post, the others their own."""
    seats = list(made.year.staff.values())[::2]
    for place, one in enumerate(seats):
        one.email = f"{('principal', 'nurse', 'frontdesk', 'room12', 'library')[place % 5]}.{place}@schools.example"
    return seats


@pytest.mark.thorough
@pytest.mark.parametrize("rooms", [False, pytest.param(True, marks=THOROUGH)])
def test_addresses_of_rooms_and_posts_that_others_have_now_are_not_unfit(rooms: bool, tmp_path: Path) -> None:
    def before(made: District) -> None:
        if rooms:
            for place, one in enumerate(made.year.staff.values()):
                one.email = f"room{place}@schools.example"
        else:
            posts(made)

    def change(made: District) -> None:
        seats = list(made.year.staff.values())[:: 1 if rooms else 2]
        addresses = [one.email for one in seats]
        for one, address in zip(seats, [*addresses[3:], *addresses[:3]], strict=True):
            one.email = address

    made = turned(tmp_path, 69, change, before=before, students=500, schools=2)
    assert SEATS not in set(is_not_unfit(made).findings.summary()["code"])


@pytest.mark.thorough
def test_own_addresses_that_slid_are_not_fit_beside_those_of_posts(tmp_path: Path, lay: Lay) -> None:
    made = turned(tmp_path, 69, before=posts, students=500, schools=2)
    slide(made.delivery / "users.csv", "email", 1, role("teacher"))
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1, road.said
    owned = {one.email for one in list(made.last.staff.values())[1::2]}
    rows = {row["sourcedId"] for row in read(road.out / "findings.csv") if row["code"] == SEATS}
    assert rows == {row["sourcedId"] for row in read(made.delivery / "users.csv") if row["email"] in owned}
    assert road.prepare() == 1
    assert f"--waive {SEATS}=REASON" in road.said


def new_domain(made: District) -> None:
    for one in made.year.staff.values():
        one.email = f"{one.given}.{one.family}{one.number}@k12.example".lower()


def other_phones(made: District) -> None:
    for one in made.year.guardians.values():
        one.sms = f"+1 {one.sms[:3]}-{one.sms[3:]}"


def capitals(made: District) -> None:
    for people in (made.year.children, made.year.guardians, made.year.staff):
        for one in people.values():
            one.given, one.family = one.given.upper(), one.family.upper()


def other_titles(made: District) -> None:
    made.year.classes = {
        own: (s, g, f"{own} - {title.upper().replace('-', ' SEC ')} [P1]", lead)
        for own, (s, g, title, lead) in made.year.classes.items()
    }


def substitute(made: District) -> None:
    """A teacher is on leave; another one has all of her classes."""
    old = next(iter(made.year.staff))
    new = max(made.year.staff) + 1
    school = made.year.staff[old].school
    made.year.staff[new] = Adult(new, "Tamsin", "Quill", "tquill@schools.example", "", made._id(), school)
    made.year.classes = {
        own: (s, g, title, new if lead == old else lead) for own, (s, g, title, lead) in made.year.classes.items()
    }


@THOROUGH
@pytest.mark.parametrize("change", [new_domain, other_phones, capitals, other_titles, substitute])
def test_what_is_only_written_in_another_way_is_not_unfit(change: Callable[[District], None], tmp_path: Path) -> None:
    is_not_unfit(turned(tmp_path, 70, change, schools=2))
