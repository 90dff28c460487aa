"""How good the crosswalks are, on districts and summers that the code has not seen."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from tests.accidents.road import rewrite
from tests.accidents.years import District, Written
from tests.marks import some


def crosswalk(made: Written, kind: str = "students") -> dict[str, str]:
    roster, workspace = ck.read_roster(made.delivery), ck.read_workspace(made.workspace)
    changes = ck.find_id_changes(roster, workspace, ck.find_duplicates(roster, workspace))
    frame = changes.crosswalk(kind)
    return dict(zip(frame["old_id"], frame["new_id"], strict=True))


def measure(found: dict[str, str], truth: dict[str, str]) -> tuple[float, float]:
    """Precision and recall."""
    right = len(set(found.items()) & set(truth.items()))
    return right / max(len(found), 1), right / max(len(truth), 1)


@pytest.mark.thorough
@pytest.mark.parametrize("births", [True, False], ids=["birth dates", "no birth dates"])
@pytest.mark.parametrize(
    ("pattern", "kinds", "leaving"),
    [
        ("number_to_guid", ("students",), 0.03),
        ("unrelated", ("students", "guardians", "staff"), 0.3),
        ("zeros_lost", ("students", "guardians", "staff"), 0.1),
    ],
    ids=["GUIDs", "a new SIS, and 30 % left", "zeros lost"],
)
def test_children_are_found_again_over_a_summer(
    births: bool, pattern: str, kinds: tuple[str, ...], leaving: float, tmp_path: Path
) -> None:
    district = District(1_500, schools=5, seed=len(pattern), pattern=pattern)
    last = district.summer(leaving=leaving)
    district.change_ids(pattern, kinds)
    made = district.write(tmp_path, last, births=births)
    precision, recall = measure(crosswalk(made), made.crosswalk["students"])
    assert precision >= (0.995 if births else 0.98)
    assert recall >= (0.98 if births else 0.95)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["guardians", "staff"])
def test_adults_are_found_again_too(kind: str, tmp_path: Path) -> None:
    district = District(900, schools=4, seed=11)
    last = district.summer()
    district.change_ids("unrelated", ("students", "guardians", "staff"))
    made = district.write(tmp_path, last)
    precision, recall = measure(crosswalk(made, kind), made.crosswalk[kind])
    assert precision >= 0.98
    assert recall >= 0.9


@pytest.mark.thorough
def test_children_are_found_again_without_any_guardian(tmp_path: Path) -> None:
    district = District(900, schools=4, seed=12)
    last = district.summer()
    district.change_ids("unrelated")
    made = district.write(tmp_path, last)
    (made.workspace / "guardians.csv").unlink()
    rewrite(
        made.delivery / "users.csv", lambda row: None if row["role"] == "guardian" else {**row, "agentSourcedIds": ""}
    )
    precision, recall = measure(crosswalk(made), made.crosswalk["students"])
    assert precision >= 0.98
    assert recall >= 0.95


@pytest.mark.thorough
def test_twins_are_never_swapped(tmp_path: Path) -> None:
    for seed in range(20, 24):
        district = District(400, schools=2, seed=seed)
        last = district.summer()
        district.change_ids("unrelated", ("students", "guardians"))
        made = district.write(tmp_path / str(seed), last)
        families: dict[tuple[int, ...], list[str]] = {}
        for child in made.last.children.values():
            families.setdefault(tuple(child.guardians), []).append(child.id)
        siblings = {one for ids in families.values() if len(ids) > 1 for one in ids}
        wrong = {
            old: new
            for old, new in crosswalk(made).items()
            if old in siblings and made.crosswalk["students"].get(old) != new
        }
        assert not wrong


@pytest.mark.parametrize("seed", some([31, 32]))
def test_a_normal_summer_changes_no_ids(seed: int, tmp_path: Path) -> None:
    district = District(900, schools=4, seed=seed)
    last = district.summer(contacts=0.1)
    made = district.write(tmp_path, last)
    roster, workspace = ck.read_roster(made.delivery), ck.read_workspace(made.workspace)
    changes = ck.find_id_changes(roster, workspace, ck.find_duplicates(roster, workspace))
    table = changes.table()
    assert not table["mass"].any()
    assert len(table) <= 3
