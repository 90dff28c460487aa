"""Identical students who are all or much of a roster: found, or reported as too common to tell apart; never silence."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from tests.marks import some

HEAD = "sourcedId,orgSourcedIds,role,givenName,familyName,email,agentSourcedIds,grades"


def found_or_capped(folder: Path, number: int, *, email: str = "", guardian: str = "", others: int = 0) -> set[str]:
    """What is said of so many identical students: that all their pairs are duplicates, or that they are too many."""
    rows = [f"{n + 100},10,student,Ann,Poe,{email},{guardian},03" for n in range(number)]
    rows += [f"x{n},10,student,Kid{'abcdefgh'[n]},Ray{'hgfedcba'[n]},,,03" for n in range(others)]
    rows += ["g1,10,guardian,Al,Poe,al@example.org,,"] if guardian else []
    (folder / "users.csv").write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    found = ck.find_duplicates(ck.read_roster(folder))
    every = number * (number - 1) // 2
    said = {"found"} if len(found.table()) == every else set()
    capped = found.capped
    capped = capped[(capped["records"] == number) & (capped["comparisons_left_out"] == every)]
    return said | ({"capped"} if len(capped) else set())


@pytest.mark.parametrize(
    ("number", "email", "guardian", "others"),
    some(
        [
            (12, "", "", 0), (12, "ann@example.org", "", 0), (13, "", "g1", 0), (50, "", "", 0), (11, "", "", 8),
            (5, "", "", 0), (10, "", "", 0), (10, "ann@example.org", "", 0), (11, "ann@example.org", "", 0),
            (12, "", "g1", 0), (20, "", "", 0), (31, "ann@example.org", "g1", 0), (50, "ann@example.org", "g1", 8),
        ],
        5,
    ),
)  # fmt: skip
def test_identical_students_are_found_or_reported_as_capped_and_not_both(
    tmp_path: Path, number: int, email: str, guardian: str, others: int
) -> None:
    assert len(found_or_capped(tmp_path, number, email=email, guardian=guardian, others=others)) == 1


def test_two_namesakes_in_a_roster_are_not_too_common(tmp_path: Path) -> None:
    assert "capped" not in found_or_capped(tmp_path, 2, others=8)
