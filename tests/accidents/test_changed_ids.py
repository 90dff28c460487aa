"""Accident 1: the SIS was changed, or its export, and children come under other IDs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.accidents.road import ACTIVE, Lay, Road, read
from tests.accidents.years import FAMILY, PATTERNS, Adult, Child, District, Written

#: Children of whom Connect holds more than one record that is not archived.
DOUBLED = """
    SELECT count(*) FROM (SELECT givenName, familyName, connectSchoolId, grade FROM students WHERE archived = 'false'
    GROUP BY ALL HAVING count(*) > 1)
"""


def migrated(
    folder: Path, pattern: str = "number_to_guid", kinds: tuple[str, ...] = ("students",), *, seed: int = 1,
    **scope: int,
) -> Written:  # fmt: skip
    """A district in the middle of a year, whose IDs change and nothing else."""
    district = District(180, schools=2, seed=seed, pattern=pattern)
    last = district.copy()
    district.change_ids(pattern, kinds, **scope)
    return district.write(folder / "district", last)


def blocked_by_ids(road: Road) -> None:
    assert road.audit() == 1
    assert road.summary["verdict"] == "not fit"
    assert road.found("workspace.students.id_changed", "critical") > 0
    first = next(line for line in road.said.splitlines() if "critical" in line)
    assert "ID" in first
    assert road.prepare() == 1
    assert "changed" in road.said or "IDs as Connect has them" in road.said


@pytest.mark.parametrize(
    "pattern",
    [pytest.param(one, marks=() if one == "number_to_guid" else pytest.mark.thorough) for one in sorted(PATTERNS)],
)
def test_a_delivery_in_which_every_child_has_a_new_id_is_not_fit_and_names_the_pattern(
    pattern: str, tmp_path: Path, lay: Lay
) -> None:
    made = migrated(tmp_path, pattern)
    road = lay(made.delivery, made.workspace)
    blocked_by_ids(road)
    assert road.found("workspace.students.id_changed", "critical") == len(made.crosswalk["students"])
    listed = [one for one in read(road.out / "id_changes.csv") if one["kind"] == "students"]
    assert {one["oldId"]: one["newId"] for one in listed} == made.crosswalk["students"]
    assert {one["pattern"] for one in listed} == {pattern}


@pytest.mark.parametrize(
    "kinds",
    [
        ("students", "guardians", "staff"),
        *(pytest.param((one,), marks=pytest.mark.thorough) for one in ("students", "guardians", "staff")),
    ],
)
def test_with_the_ids_that_connect_has_nothing_is_doubled(kinds: tuple[str, ...], tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path, kinds=kinds)
    road = lay(made.delivery, made.workspace)
    before = {table: road.count(f"SELECT count(*) FROM {table}") for table in ("students", "guardians", "staff")}
    assert road.audit() == 1
    assert road.prepare("--keep-ids") == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == len(made.this.children)
    assert road.count(DOUBLED) == 0
    assert {table: road.count(f"SELECT count(*) FROM {table}") for table in before} == before
    kept = {one.id for one in made.last.children.values()}
    assert {row[0] for row in road.rows("SELECT studentId FROM students")} == kept
    changed = [one for one in read(road.plan / "crosswalk.csv") if one["kind"] in kinds]
    assert {one["oldId"]: one["newId"] for one in changed} == {
        old: new for kind in kinds for old, new in made.crosswalk[kind].items()
    }


@pytest.mark.thorough
def test_one_school_alone_that_changed_its_ids_blocks_the_upload(tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path, school=1)
    road = lay(made.delivery, made.workspace)
    blocked_by_ids(road)
    assert road.found("workspace.students.id_changed") == len(made.crosswalk["students"])
    assert "0102" in road.said
    assert road.prepare("--keep-ids") == 0, road.said
    assert road.rehearse() == 0
    assert road.upload() == 0, road.said
    assert road.count(DOUBLED) == 0


def most_common_grade(students: int) -> int:
    """Of the district that :func:`migrated` makes."""
    children = District(students, schools=2, seed=1, pattern="number_to_guid").year.children.values()
    return Counter(child.grade for child in children).most_common(1)[0][0]


@pytest.mark.thorough
def test_one_grade_alone_that_changed_its_ids_blocks_the_upload(tmp_path: Path, lay: Lay) -> None:
    grade = most_common_grade(180)
    made = migrated(tmp_path, grade=grade)
    road = lay(made.delivery, made.workspace)
    blocked_by_ids(road)
    assert road.found("workspace.students.id_changed") == len(made.crosswalk["students"])


@pytest.mark.thorough
def test_a_plan_is_stale_once_its_ids_were_recorded_on_connect_too(tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path)
    road = lay(made.delivery, made.workspace)
    assert road.prepare("--keep-ids") == 0, road.said
    assert road.run("twin", "record-ids", road.twin, road.delivery, "--yes") == 0
    assert road.rehearse() == 0
    assert road.upload() == 1
    assert "prepare again" in road.said
    assert road.count(ACTIVE) == len(made.this.children)


@pytest.mark.thorough
def test_a_plan_is_stale_once_the_archiving_that_it_counted_on_is_undone(tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path)
    road = lay(made.delivery, made.workspace)
    assert road.run("twin", "archive-changed", road.twin, road.delivery, "--yes") == 0, road.said
    assert road.prepare() == 0, road.said
    assert road.run("twin", "undo", road.twin) == 0
    assert road.rehearse() == 0
    assert road.upload() == 1
    assert "prepare again" in road.said
    assert road.count(ACTIVE) == len(made.this.children)


@pytest.mark.thorough
def test_a_single_changed_id_is_a_warning(tmp_path: Path, lay: Lay) -> None:
    district = District(180, schools=2)
    last = district.copy()
    one = next(iter(district.year.children.values()))
    one.id = PATTERNS["unrelated"](one.id)
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.summary["verdict"] == "fit, but decide first"
    assert road.found("workspace.students.id_changed", "warning") == 1
    assert road.found("workspace.students.id_changed", "critical") == 0
    assert road.audit("--strict") == 1


@pytest.mark.thorough
def test_new_ids_can_be_recorded_on_connect_first(tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path)
    road = lay(made.delivery, made.workspace)
    assert road.run("twin", "record-ids", road.twin, road.delivery) == 0
    assert road.count("SELECT count(*) FROM students WHERE length(studentId) = 36") == 0  # a preview changes nothing
    assert road.run("twin", "record-ids", road.twin, road.delivery, "--yes") == 0, road.said
    assert road.audit() == 0, road.said
    assert road.found("workspace.students.id_changed") == 0
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == len(made.this.children)
    assert {row[0] for row in road.rows("SELECT studentId FROM students")} == {
        c.id for c in made.this.children.values()
    }


@pytest.mark.thorough
def test_records_under_old_ids_can_be_archived_first(tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path)
    road = lay(made.delivery, made.workspace)
    assert road.run("twin", "archive-changed", road.twin, road.delivery, "--yes") == 0, road.said
    assert road.audit() == 0, road.said
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == len(made.this.children)
    assert road.count("SELECT count(*) FROM students WHERE archived = 'true'") == len(made.last.children)


@pytest.mark.thorough
def test_what_was_doubled_on_purpose_can_be_merged_and_the_merge_undone(tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path)
    road = lay(made.delivery, made.workspace)
    children = len(made.this.children)
    assert road.prepare("--waive", "workspace.students.id_changed=Ms. Lee knows: they are merged afterwards") == 0, (
        road.said
    )
    assert road.rehearse() == 0
    assert str(children) in road.said
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == 2 * children
    assert road.run("merge", road.delivery, "--twin", road.twin, "--out", road.folder / "merge", "--apply") == 0, (
        road.said
    )
    assert road.count(ACTIVE) == children
    assert {row[0] for row in road.rows("SELECT studentId FROM students")} == {
        c.id for c in made.this.children.values()
    }
    assert road.run("twin", "undo", road.twin) == 0, road.said
    assert road.count(ACTIVE) == 2 * children


def namesakes(folder: Path, number: int) -> Written:
    """Pairs of children of one name, in one grade of one school, without guardians, all under new IDs."""
    district = District(50, schools=1, seed=3)
    kept = list(district.year.children.values())[:number]
    for place, child in enumerate(kept):
        child.given, child.family, child.grade, child.guardians = "Emma", FAMILY[place // 2], 3, []
    district.seat(district.year, "24")
    last = district.copy()
    for child in kept:
        child.id = PATTERNS["unrelated"](child.id)
    return district.write(folder / "district", last)


@pytest.mark.thorough
def test_children_of_one_name_under_new_ids_block_and_nobody_is_archived_as_left_behind(
    tmp_path: Path, lay: Lay
) -> None:
    made = namesakes(tmp_path, 10)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1
    assert road.found("workspace.students.id_changed", "critical") == 10
    assert [one["newId"] for one in read(road.out / "id_changes.csv")] == [""] * 10
    assert road.run("twin", "left-behind", road.twin, road.delivery, "--kind", "students", "--yes") == 0
    assert "10 unclear" in road.said
    assert road.count(ACTIVE) == len(made.last.children)
    assert road.prepare("--keep-ids") == 1
    assert "several" in road.said and "archive-changed" in road.said
    assert road.run("twin", "record-ids", road.twin, road.delivery, "--yes") == 0
    assert "10 students left out: not paired" in road.said
    assert road.run("twin", "archive-changed", road.twin, road.delivery, "--yes") == 0, road.said
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == len(made.this.children)


def with_other_guardians(folder: Path, change: Callable[[Adult], None]) -> Written:
    """The first guardian of every fifth family comes under a new ID, as somebody whom ``change`` makes of them."""
    district = District(120, schools=2, seed=4)
    last = district.copy()
    for number in sorted({child.guardians[0] for child in district.year.children.values()})[::5]:
        adult = district.year.guardians[number]
        adult.id = PATTERNS["unrelated"](adult.id)
        change(adult)
    return district.write(folder / "district", last)


@pytest.mark.thorough
def test_a_parent_who_shares_contacts_with_another_is_never_sent_under_the_others_id(tmp_path: Path, lay: Lay) -> None:
    def replaced(adult: Adult) -> None:
        adult.given = f"{adult.given[0]}zubert"  # no name of the list, and the same initial

    made = with_other_guardians(tmp_path, replaced)
    road = lay(made.delivery, made.workspace)
    road.prepare("--keep-ids")
    kept = read(road.plan / "crosswalk.csv") if (road.plan / "crosswalk.csv").exists() else []
    assert not [one for one in kept if one["kind"] == "guardians"]


def test_a_guardian_under_a_new_id_with_new_contacts_is_not_disconnected(tmp_path: Path, lay: Lay) -> None:
    def reached_otherwise(adult: Adult) -> None:
        adult.email, adult.sms = f"new{adult.number}@home.example", f"557{3_000_000 + adult.number}"
        adult.given = f"{adult.given}a" if adult.number % 2 else adult.given

    made = with_other_guardians(tmp_path, reached_otherwise)
    road = lay(made.delivery, made.workspace)
    connected = "SELECT sum(len(string_split(connectStudentIds, ','))) FROM guardians"
    before = road.count(connected)
    assert road.run("twin", "left-behind", road.twin, road.delivery, "--kind", "guardians", "--yes") == 0
    assert "unclear" in road.said
    assert road.count(connected) == before


@pytest.mark.thorough
def test_the_last_upload_can_be_taken_back(tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path)
    road = lay(made.delivery, made.workspace)
    before = road.rows("SELECT * FROM students ORDER BY ALL"), road.rows("SELECT * FROM enrollments ORDER BY ALL")
    assert road.prepare("--waive", "workspace.students.id_changed=a try") == 0, road.said
    assert road.rehearse() == 0
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == 2 * len(made.this.children)
    assert road.run("twin", "undo", road.twin) == 0, road.said
    after = road.rows("SELECT * FROM students ORDER BY ALL"), road.rows("SELECT * FROM enrollments ORDER BY ALL")
    assert after == before
    assert road.prepare("--keep-ids") == 0, road.said
    assert road.rehearse() == 0
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == len(made.this.children)


@pytest.mark.thorough
def test_names_are_in_nothing_that_says_which_ids_changed(tmp_path: Path, lay: Lay) -> None:
    made = migrated(tmp_path, kinds=("students", "guardians", "staff"))
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1
    road.prepare("--keep-ids")
    texts = [path.read_text(encoding="utf-8") for path in (
        road.out / "id_changes.csv", road.out / "findings.csv", road.out / "summary.json", road.out / "report.html",
        road.plan / "crosswalk.csv", road.plan / "plan.json",
    )]  # fmt: skip
    people: list[Child | Adult] = [
        *made.this.children.values(),
        *made.this.guardians.values(),
        *made.this.staff.values(),
    ]
    for text in texts:
        words = set(text.replace(",", " ").replace('"', " ").replace(">", " ").replace("<", " ").split())
        assert not {one.family for one in people if len(one.family) > 4} & words - {"School", "Young", "Green", "Black"}
