"""Home phones of guardians that slid against the rest, and those that only changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accidents.road import audited, codes, read, rewrite
from tests.accidents.test_gone_columns import Row, write
from tests.accidents.test_slid_columns import THOROUGH, district, role, slide, with_guardians_file
from tests.accidents.test_titles_and_teachers import shuffle
from tests.accidents.years import Written

PHONE = "workspace.guardians.phone_of_another"


def with_home_phones(made: Written) -> None:
    """Each family has one, on both sides."""
    home: dict[str, str] = {}
    for year in (made.last, made.this):
        for child in year.children.values():
            for number in child.guardians:
                home.setdefault(year.guardians[number].id, f"555{7_000_000 + child.guardians[0] * 31:07d}")
    for path, own in ((made.workspace / "guardians.csv", "guardianId"), (made.delivery / "users.csv", "sourcedId")):
        write(path, [{**row, "phone": home.get(row[own], "")} for row in read(path)])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("by", "in_file", "summer"),
    [
        (1, False, True),
        *(pytest.param(*one, marks=THOROUGH) for one in ((5, False, False), (None, False, True), (1, True, False))),
    ],
)
def test_home_phones_that_slid_are_not_fit(by: int | None, in_file: bool, summer: bool, tmp_path: Path) -> None:
    made = district(tmp_path, summer=summer, students=180)
    with_home_phones(made)
    assert PHONE not in set(audited(made).findings.summary()["code"])
    path, only = made.delivery / "users.csv", role("guardian")
    if in_file:
        phones = {row["sourcedId"]: row["phone"] for row in read(path)}
        with_guardians_file(made.delivery)
        path = made.delivery / "guardians.csv"
        write(path, [{**row, "phone": phones[row["guardianSourcedId"]]} for row in read(path)])
        only = lambda _: True  # noqa: E731
    if by is None:
        shuffle(path, "phone", only)
    else:
        slide(path, "phone", by, only)
    assert PHONE in codes(audited(made), "critical")


@pytest.mark.thorough
def test_home_phones_that_change_or_are_those_of_the_family_are_no_phones_of_others(tmp_path: Path) -> None:
    """Some have a new number, some that of the other parent; a dozen have the school's as a placeholder."""
    made = district(tmp_path, students=180)
    with_home_phones(made)
    seen: list[str] = []

    def other(row: Row) -> Row:
        if row["role"] != "guardian":
            return row
        seen.append(row["sourcedId"])
        if len(seen) % 4 == 0:
            return {**row, "phone": f"5558{len(seen):06d}"}
        return {**row, "phone": "5557000031"} if len(seen) % 9 == 0 else row

    rewrite(made.delivery / "users.csv", other)
    assert PHONE not in set(audited(made).findings.summary()["code"])


@pytest.mark.thorough
def test_families_that_move_in_with_others_share_their_home_phones(tmp_path: Path) -> None:
    made = district(tmp_path, students=180)
    with_home_phones(made)
    path = made.delivery / "users.csv"
    phones = sorted({row["phone"] for row in read(path) if row["phone"]})
    moved = dict(zip(phones[:30:2], phones[1:30:2], strict=True))
    rewrite(path, lambda row: {**row, "phone": moved.get(row["phone"], row["phone"])})
    assert PHONE not in set(audited(made).findings.summary()["code"])
