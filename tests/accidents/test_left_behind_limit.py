"""``twin left-behind --yes`` on a delivery that lacks a part of a school, on a part of a district, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accidents.road import Lay, Road
from tests.accidents.years import District

ACTIVE = "SELECT count(*) FROM students WHERE archived = 'false' AND connectSchoolId = '{}'"


def lacking(tmp_path: Path, lay: Lay) -> tuple[Road, int, int]:
    """A district of three schools; the delivery lacks a third of the middle school and four children of the first."""
    district = District(500, schools=3, seed=8)
    last = district.copy()
    there = {s: [n for n, c in district.year.children.items() if c.school == s] for s in range(3)}
    gone = there[1][::3]
    for number in [*gone, *there[0][:4]]:
        del district.year.children[number]
    made = district.write(tmp_path / "district", last)
    return lay(made.delivery, made.workspace), len(gone), len(there[1])


@pytest.mark.thorough
def test_a_school_that_lacks_a_third_is_refused_and_nothing_at_all_is_done(tmp_path: Path, lay: Lay) -> None:
    road, gone, whole = lacking(tmp_path, lay)
    before = [road.count(ACTIVE.format(school)) for school in ("K1", "K2", "K3")]
    act = ("twin", "left-behind", road.twin, road.delivery)
    percent = -(-100 * gone // whole)
    words = f"{gone} of {whole} students at School 0102 ({percent} %)"
    assert road.run(*act) == 0, road.said
    assert "With --yes: nothing was done" in road.said and words in road.said
    assert road.run(*act, "--yes") == 2
    assert words in road.said and "School 0101" not in road.said.partition("connect-kit:")[2]
    assert "--limit 40" in road.said and "--school" in road.said
    assert [road.count(ACTIVE.format(school)) for school in ("K1", "K2", "K3")] == before

    assert road.run(*act, "--school", "0101", "--kind", "students", "--yes") == 0, road.said
    assert "left behind in the 1 school chosen (K1): students archived (4)." in road.said
    assert "whole district" not in road.said
    assert [road.count(ACTIVE.format(school)) for school in ("K1", "K2", "K3")] == [before[0] - 4, *before[1:]]

    assert road.run(*act, "--school", "K1", "--school", "0102", "--school", "K3", "--limit", "40", "--yes") == 0, (
        road.said
    )
    assert "left behind in the 3 schools chosen (K1, K2, K3): " in road.said
    assert [road.count(ACTIVE.format(school)) for school in ("K1", "K2", "K3")] == [
        before[0] - 4, before[1] - gone, before[2],
    ]  # fmt: skip


@pytest.mark.thorough
def test_all_that_a_command_did_is_one_entry_and_one_undo(tmp_path: Path, lay: Lay) -> None:
    district = District(300, schools=3, seed=6)
    last = district.summer(leaving=0.08)
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    counts = (
        "SELECT count(*) FROM students WHERE archived = 'true'",
        "SELECT count(*) FROM classrooms WHERE archived = 'true'",
        "SELECT count(*) FROM enrollments", "SELECT count(*) FROM staff WHERE connectSchoolIds IS NOT NULL",
    )  # fmt: skip
    before = [road.count(sql) for sql in counts]
    assert road.run("twin", "left-behind", road.twin, road.delivery, "--yes") == 0, road.said
    assert "left behind in the whole district: " in road.said
    after = [road.count(sql) for sql in counts]
    assert after[0] == len(set(last.children) - set(made.this.children)) and after[1] == len(last.classes)
    assert after[2] < before[2] and after[3] < before[3]
    assert road.run("twin", "log", road.twin) == 0
    lines = road.said.splitlines()
    assert len(lines) == 2 and "left behind in the whole district" in lines[1]
    assert not any(child.family in road.said for child in made.this.children.values())
    assert road.run("twin", "undo", road.twin) == 0
    assert "taken back: entry 2, left behind" in road.said
    assert [road.count(sql) for sql in counts] == before
    assert road.run("twin", "undo", road.twin) == 2


@pytest.mark.thorough
def test_new_ids_of_several_kinds_are_recorded_and_taken_back_as_one(tmp_path: Path, lay: Lay) -> None:
    district = District(200, schools=2, seed=9)
    last = district.copy()
    district.change_ids("prefix_added", ("students", "staff", "guardians"))
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    new = "SELECT count(*) FROM students WHERE studentId LIKE 'SIS-%'"
    assert road.run("twin", "record-ids", road.twin, road.delivery, "--yes") == 0, road.said
    assert road.count(new) == 200
    assert road.run("twin", "undo", road.twin) == 0
    assert road.count(new) == 0
    assert road.count("SELECT count(*) FROM staff WHERE staffId LIKE 'SIS-%'") == 0


@pytest.mark.thorough
@pytest.mark.parametrize("option", [("--limit", "101"), ("--school", "9999"), ("--kind", "people")])
def test_what_cannot_be_meant_is_refused(tmp_path: Path, lay: Lay, option: tuple[str, str]) -> None:
    made = District(60, schools=1, seed=4).write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    assert road.run("twin", "left-behind", road.twin, road.delivery, *option, "--yes") == 2
    assert option[1].partition("01")[0] in road.said


@pytest.mark.thorough
def test_with_a_limit_of_nothing_not_even_one_child_goes(tmp_path: Path, lay: Lay) -> None:
    district = District(160, schools=2, seed=8)
    last = district.copy()
    del district.year.children[next(n for n, c in district.year.children.items() if c.school == 0)]
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    before = road.count(ACTIVE.format("K1"))
    act = ("twin", "left-behind", road.twin, road.delivery, "--kind", "students")
    assert road.run(*act, "--limit", "0", "--yes") == 2
    assert "1 of " in road.said and "at most 0 may go" in road.said
    assert road.count(ACTIVE.format("K1")) == before
    assert road.run(*act, "--limit", "0") == 0
    assert "With --yes: nothing was done" in road.said
    assert road.run(*act, "--limit", "0.1", "--yes") == 0, road.said
    assert road.count(ACTIVE.format("K1")) == before - 1


@pytest.mark.thorough
def test_help_and_error_name_the_same_kinds(tmp_path: Path, lay: Lay) -> None:
    made = District(160, schools=2, seed=8).write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    kinds = "guardians, classroom_teachers, staff, classroom_students, students, classrooms"
    assert road.run("twin", "left-behind", "--help") == 0
    assert kinds in " ".join(road.said.replace("│", " ").split())
    assert road.run("twin", "left-behind", road.twin, road.delivery, "--kind", "pupils") == 2
    assert f"nothing of kind 'pupils' is left behind; expected one of {kinds}" in " ".join(road.said.split())
    for one in (kinds.replace(" ", ""), "guardian_relationships"):
        assert road.run("twin", "left-behind", road.twin, road.delivery, "--kind", one) == 0, road.said
