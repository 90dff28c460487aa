"""Columns of guardians that were filled down in a spreadsheet: one address or number in place of many."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accidents.road import audited, codes, read, rewrite
from tests.accidents.test_home_phones import PHONE, with_home_phones
from tests.accidents.test_slid_columns import CONTACT, district
from tests.marks import some


def fill(path: Path, column: str, every: int) -> int:
    """Give each guardian the value of the first of so many; returns of how many it changed."""
    guardians = [row for row in read(path) if row["role"] == "guardian"]
    firsts = {row["sourcedId"]: guardians[n // every * every][column] for n, row in enumerate(guardians)}
    rewrite(path, lambda row: {**row, column: firsts.get(row["sourcedId"], row[column])})
    return sum(row[column] != firsts[row["sourcedId"]] for row in guardians)


@pytest.mark.parametrize(
    ("column", "every", "code"),
    some([
        ("email", 8, CONTACT), ("email", 10_000, CONTACT), ("sms", 8, CONTACT), ("sms", 10_000, CONTACT),
        ("phone", 8, PHONE), ("phone", 10_000, PHONE),
    ]),
)  # fmt: skip
def test_a_contact_that_was_filled_down_is_not_fit(column: str, every: int, code: str, tmp_path: Path) -> None:
    made = district(tmp_path)
    if column == "phone":
        with_home_phones(made)
    changed = fill(made.delivery / "users.csv", column, every)
    audit = audited(made)
    assert audit.verdict == "not fit"
    found = (audit.findings.table()["code"] == code).sum()
    assert changed - every < found <= changed  # a last group may be too small


def test_guardians_without_an_address_who_get_that_of_the_office_are_not_unfit(tmp_path: Path) -> None:
    made = district(tmp_path)
    without = {row["sourcedId"] for row in read(made.delivery / "users.csv") if row["role"] == "guardian"}
    without = set(sorted(without)[::3])
    rewrite(
        made.workspace / "guardians.csv",
        lambda row: {**row, "email": "" if row["guardianId"] in without else row["email"]},
    )
    office = "office@school.example"
    rewrite(made.delivery / "users.csv", lambda row: {**row, "email": office} if row["sourcedId"] in without else row)
    assert len(without) > 40
    assert CONTACT not in codes(audited(made), "critical")


def test_a_few_families_who_get_the_address_of_an_agency_are_not_unfit(tmp_path: Path) -> None:
    made = district(tmp_path)
    moved = [row["sourcedId"] for row in read(made.delivery / "users.csv") if row["role"] == "guardian"][:40:10]
    agency = "foster.care@agency.example"
    rewrite(made.delivery / "users.csv", lambda row: {**row, "email": agency} if row["sourcedId"] in moved else row)
    assert len(moved) == 4
    assert CONTACT not in codes(audited(made), "critical")
