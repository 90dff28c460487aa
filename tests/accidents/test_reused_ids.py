"""IDs that were assigned anew among the same people: the upload would write one person over another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from tests.accidents.road import Lay
from tests.accidents.years import District, Written
from tests.marks import some


def exchanged(folder: Path, number: int) -> Written:
    """A summer in which so many children who stay are given each other's IDs."""
    district = District(180, schools=2, seed=9)
    last = district.summer()
    stay = [child for child in district.year.children.values() if child.number in last.children][:number]
    ids = [child.id for child in stay]
    for child, own in zip(stay, [*ids[1:], ids[0]], strict=True):
        child.id = own
    return district.write(folder / "district", last)


def test_children_under_the_ids_of_other_children_block_the_upload(tmp_path: Path, lay: Lay) -> None:
    made = exchanged(tmp_path, 60)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1
    assert road.found("workspace.students.id_reused", "critical") >= 50
    assert road.prepare() == 1
    assert "workspace.students.id_reused" in road.said


@pytest.mark.thorough
def test_two_children_who_have_each_others_id_are_found(tmp_path: Path, lay: Lay) -> None:
    made = exchanged(tmp_path, 2)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.found("workspace.students.id_reused", "warning") == 2


def shifted(folder: Path, kind: str, by: int, *, seed: int = 81) -> Written:
    """Within the year, the adults of a kind get the IDs of others of the kind; nothing else changes."""
    district = District(90, schools=2, seed=seed)
    last = district.copy()
    people: list[Any] = list(getattr(district.year, kind).values())
    ids = [one.id for one in people]
    for person, own in zip(people, ids[by:] + ids[:by], strict=True):
        person.id = own
    return district.write(folder / "district", last)


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "by"), some([("guardians", 7), ("staff", 1)]))
def test_adults_under_the_ids_of_others_block_the_upload(kind: str, by: int, tmp_path: Path, lay: Lay) -> None:
    made = shifted(tmp_path, kind, by)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1, road.said
    assert road.found(f"workspace.{kind}.id_reused", "critical") >= 4
    assert "adults would be written over somebody else" in road.said
    assert road.prepare() == 1
    assert f"workspace.{kind}.id_reused" in road.said


@pytest.mark.thorough
def test_parents_who_have_each_others_ids_are_found(tmp_path: Path) -> None:
    district = District(90, schools=2, seed=82)
    last = district.copy()
    child = next(one for one in district.year.children.values() if len(one.guardians) == 2)
    one, two = (district.year.guardians[number] for number in child.guardians)
    one.id, two.id = two.id, one.id
    made = district.write(tmp_path / "district", last)
    audit = ck.audit(made.delivery, made.workspace, progress=False)
    assert set(audit.findings.rows("workspace.guardians.id_reused")["sourcedId"]) == {one.id, two.id}
    assert audit.verdict == "fit, but decide first"


def test_few_children_under_the_ids_of_others_have_to_be_decided_first(tmp_path: Path) -> None:
    district = District(300, schools=1, seed=83)
    last = district.copy()
    for guardians in (last.children, district.year.children):
        for child in guardians.values():
            child.guardians = []
    stay = list(district.year.children.values())[:4]
    ids = [one.id for one in stay]
    for child, own in zip(stay, ids[1:] + ids[:1], strict=True):
        child.id = own
    made = district.write(tmp_path / "district", last)
    audit = ck.audit(made.delivery, made.workspace, progress=False)
    assert audit.verdict == "fit, but decide first"
    (reason,) = [one for one in audit.judgement.reasons if one.code == "id_reused"]
    assert reason.counts == {"children": 4}


def test_a_name_that_was_corrected_is_not_another_person(tmp_path: Path) -> None:
    """Nicknames, marriages and typing errors at the same email address."""
    district = District(90, schools=1, seed=84)
    last = district.copy()
    for number, guardian in enumerate(district.year.guardians.values()):
        if number % 3 == 0:
            guardian.family = f"{guardian.family}-Oakes"
        elif number % 3 == 1:
            guardian.family = "Marriedname"
        else:
            guardian.given = guardian.given[:-1] + guardian.given[-1] * 2
    made = district.write(tmp_path / "district", last)
    audit = ck.audit(made.delivery, made.workspace, progress=False)
    assert "workspace.guardians.id_reused" not in set(audit.findings.summary()["code"])
