"""Guardians of other families who are named beside a child's own: a step-parent is normal, a whole school is not."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from tests.accidents.road import audited, codes, rewrite
from tests.accidents.years import District, Written

FAMILY = "workspace.guardians.other_family"


def with_strangers(folder: Path, share: float) -> tuple[ck.Audit, set[str]]:
    """So many children of 0101 name a guardian of 0102 beside their own; IDs of those without a sign of a family."""
    made = District(180, schools=2, seed=31)
    last = made.copy()
    year = made.year
    here = [child for child in year.children.values() if child.school == 0]
    there = [child for child in year.children.values() if child.school == 1]
    taken = here[: round(share * len(here))]
    added = {child.id: there[n % len(there)].guardians[0] for n, child in enumerate(taken)}
    delivered = made.write(folder, last)
    rewrite(
        delivered.delivery / "users.csv",
        lambda row: (
            {**row, "agentSourcedIds": f"{row['agentSourcedIds']},{year.guardians[added[row['sourcedId']]].id}"}
            if row["role"] == "student" and row["sourcedId"] in added
            else row
        ),
    )
    siblings: dict[int, set[str]] = {}  # families that have a child of both schools share a guardian
    for child in year.children.values():
        for guardian in child.guardians:
            siblings.setdefault(guardian, set()).update(str(one) for one in child.guardians)
    strange = set()
    for child in taken:
        other = year.guardians[added[child.id]]
        names = {child.family, *(year.guardians[n].family for n in child.guardians)}
        related = str(other.number) in {one for n in child.guardians for one in siblings[n]}
        if not related and not any(a in other.family or other.family in a for a in names):
            strange.add(child.id)
    return audited(delivered), strange


@pytest.mark.parametrize("share", [1, pytest.param(0.5, marks=pytest.mark.thorough)])
def test_strangers_beside_the_guardians_of_a_school_are_not_fit(share: float, tmp_path: Path) -> None:
    audit, strange = with_strangers(tmp_path, share)
    assert audit.verdict == "not fit"
    found = audit.findings.table()
    assert set(found.loc[found["code"] == FAMILY, "sourcedId"]) == strange
    assert f"{len(strange)} children would get a guardian of another family" in str(audit.judgement)


@pytest.mark.thorough
def test_step_parents_of_a_fifth_of_a_school_are_not_unfit(tmp_path: Path) -> None:
    audit, strange = with_strangers(tmp_path, 0.2)
    assert len(strange) >= 10
    assert FAMILY not in codes(audit, "critical")


def found(made: Written) -> tuple[ck.Audit, set[str]]:
    audit = audited(made)
    table = audit.findings.table()
    return audit, set(table.loc[table["code"] == FAMILY, "sourcedId"])


def name_beside(made: Written, guardians: str, whom: set[str]) -> None:
    rewrite(
        made.delivery / "users.csv",
        lambda row: (
            {**row, "agentSourcedIds": f"{row['agentSourcedIds']},{guardians}"} if row["sourcedId"] in whom else row
        ),
    )


@pytest.mark.parametrize("grade", [None, pytest.param(3, marks=pytest.mark.thorough)])
def test_one_family_filled_down_over_a_school_or_a_grade_is_not_fit(grade: int | None, tmp_path: Path) -> None:
    district = District(260, schools=2, seed=31)
    last = district.copy()
    year = district.year
    here = [one for one in year.children.values() if one.school == 0 and grade in (None, one.grade)]
    family = next(
        one for one in year.children.values() if one.school == 1 and one.family not in {c.family for c in here}
    )
    made = district.write(tmp_path, last)
    name_beside(made, ",".join(year.guardians[n].id for n in family.guardians), {one.id for one in here})
    audit, named = found(made)
    assert len(here) >= 10
    assert audit.verdict == "not fit"
    assert len(named) > 0.8 * len(here)


def test_the_staff_of_one_home_for_a_third_of_a_school_have_to_be_decided_first(tmp_path: Path) -> None:
    """They are guardians of the same children on Connect: one household, and no column that slid."""
    district = District(180, schools=2, seed=31)
    year = district.year
    here = [one for one in year.children.values() if one.school == 0]
    staff = [*here[0].guardians]
    for child in here[1:4]:  # who live there already
        child.guardians = staff
    last = district.copy()
    made = district.write(tmp_path, last)
    name_beside(made, ",".join(year.guardians[n].id for n in staff), {one.id for one in here[4 : 4 + len(here) // 3]})
    audit, named = found(made)
    assert len(named) > 10
    assert audit.verdict == "fit, but decide first"
