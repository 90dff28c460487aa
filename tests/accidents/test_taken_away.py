"""Whom an upload takes off a school, and whom it leaves at one: teachers, closed schools, children under two IDs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.accidents.road import ACTIVE, Lay, Road, plain, read, rewrite
from tests.accidents.test_changed_ids import migrated
from tests.accidents.years import District, Written
from tests.marks import some

# A teacher's row that drops a school.


def teachers_of_two(folder: Path, lay: Lay) -> tuple[Road, list[str]]:
    """Three teachers who are on Connect at both schools; the delivery lists two of them at one school again."""
    road, year = plain(folder, lay)
    both = [one.id for one in year.staff.values() if one.school == 0][:3]

    def at(people: list[str], schools: str) -> None:
        rewrite(
            road.delivery / "users.csv",
            lambda row: {**row, "orgSourcedIds": schools} if row["sourcedId"] in people else row,
        )

    at(both, "0101,0102")
    for step in (road.prepare, road.rehearse, road.upload):
        assert step() == 0, road.said
    at(both[:2], "0101")
    return road, both


MEMBERS = "SELECT count(*) FROM staff WHERE contains(connectSchoolIds, 'K2')"


@pytest.mark.thorough
def test_staff_whose_rows_drop_a_school_are_counted_listed_and_confirmed(tmp_path: Path, lay: Lay) -> None:
    road, both = teachers_of_two(tmp_path, lay)
    dropped = set(both[:2])
    members = road.count(MEMBERS)
    accounts = {
        row[0] for row in road.rows("SELECT connectUserId FROM staff WHERE staffId IN ('" + "','".join(dropped) + "')")
    }
    said = f"removed from schools that their rows no longer list: school 0102: 2 of {members} staff"
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert f"▲ 2 staff members would be {said}" in road.said
    listed = read(Path(road.said.partition("Removed, by ID: ")[2].splitlines()[0]))
    assert {(r["connectUserId"], r["connectSchoolId"]) for r in listed} == {(one, "K2") for one in accounts}
    assert {r["staffId"] for r in listed} == dropped
    assert road.count(MEMBERS) == members  # a dry run

    assert road.run("forecast", road.plan, "--twin", road.twin, "--out", road.folder / "forecast") == 0, road.said
    forecast = read(road.folder / "forecast" / "forecast.csv")
    removed = {
        (r["connectSchoolId"], r["what"]): r["staff_removed"] for r in forecast if r["staff_removed"] not in ("", "0")
    }
    assert removed == {("K2", "staff"): "2"}

    real = ("upload", road.plan, "--twin", road.twin, "--real")
    plan = json.loads((road.plan / "plan.json").read_text(encoding="utf-8"))
    rows = sum(file["rows"] for file in plan["files"])
    assert road.run(*real, "--confirm", f"Maple Valley {rows}") == 2  # not without them
    assert f"--confirm 'Maple Valley {rows}, 2 staff removed'" in road.said
    assert road.count(MEMBERS) == members
    assert road.run(*real, "--confirm", "?") == 2
    assert "2 staff members would be removed from a school, as their rows no longer list it." in road.said
    assert road.run(*real, "--confirm", f"Maple Valley {rows}, 2 staff removed") == 0, road.said
    assert f"▲ 2 staff members were {said}" in road.said
    assert road.count(MEMBERS) == members - 2
    assert road.run("twin", "log", road.twin) == 0
    assert "2 staff removed from schools" in road.said

    assert road.run("results", road.plan, "--out", road.out) == 0, road.said
    assert "Staff removed from schools that their rows no longer list: 2 as forecast" in road.said
    assert {(r["staffId"], r["verdict"]) for r in read(road.out / "staff-removed.csv")} == {
        (one, "as forecast") for one in dropped
    }


@pytest.mark.thorough
def test_a_child_whose_row_drops_a_second_school_is_counted_listed_and_confirmed(tmp_path: Path, lay: Lay) -> None:
    road, year = plain(tmp_path, lay)
    child, mover = [one for one in year.children.values() if one.school == 0][:2]

    def at(schools: dict[str, str]) -> None:
        rewrite(
            road.delivery / "users.csv",
            lambda row: {**row, "orgSourcedIds": schools.get(row["sourcedId"], row["orgSourcedIds"])},
        )

    at({child.id: "0101,0102"})
    for step in (road.prepare, road.rehearse, road.upload):
        assert step() == 0, road.said
    pupils = sum(one.school == 1 for one in year.children.values()) + 1
    at({child.id: "0101", mover.id: "0102"})  # who changes school is taken off none
    said = f"removed from schools that their rows no longer list: school 0102: 1 of {pupils} children"
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert f"▲ 1 child would be {said}" in road.said
    listed = read(Path(road.said.partition("Removed, by ID: ")[2].splitlines()[0]))
    assert [(r["studentId"], r["connectSchoolId"]) for r in listed] == [(child.id, "K2")]
    assert road.run("forecast", road.plan, "--twin", road.twin, "--out", road.folder / "forecast") == 0, road.said
    forecast = read(road.folder / "forecast" / "forecast.csv")
    removed = [(r["connectSchoolId"], r["what"], r["children_removed"]) for r in forecast]
    assert [one for one in removed if one[2] not in ("", "0")] == [("K2", "students", "1")]
    assert road.upload() == 0, road.said
    assert f"▲ 1 child was {said}" in road.said
    assert road.run("twin", "log", road.twin) == 0
    assert "1 children removed from schools" in road.said
    assert road.run("results", road.plan, "--out", road.out) == 0, road.said
    assert "Children removed from one of several schools, which their rows no longer list: 1 as forecast" in road.said
    assert [(r["studentId"], r["verdict"]) for r in read(road.out / "children-removed.csv")] == [
        (child.id, "as forecast")
    ]


@pytest.mark.thorough
def test_a_dry_run_that_did_not_count_staff_has_to_be_repeated(tmp_path: Path, lay: Lay) -> None:
    road, _ = teachers_of_two(tmp_path, lay)
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    kept = road.plan / "rehearsals.json"
    before = [
        {k: v for k, v in one.items() if k != "taken_off"} for one in json.loads(kept.read_text(encoding="utf-8"))
    ]
    kept.write_text(json.dumps(before), encoding="utf-8")
    assert road.upload() == 1
    assert "which did not count children removed from schools" in road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said


@pytest.mark.thorough
def test_staff_who_come_to_a_school_or_stay_are_removed_from_none(tmp_path: Path, lay: Lay) -> None:
    road, year = plain(tmp_path, lay)
    joining = next(one.id for one in year.staff.values() if one.school == 0)
    rewrite(
        road.delivery / "users.csv",
        lambda row: (
            {**row, "orgSourcedIds": "0101,0102", "email": "new@schools.example"}
            if row["sourcedId"] == joining
            else row
        ),
    )
    for step in (road.prepare, road.rehearse, road.upload):
        assert step() == 0, road.said
        assert "emoved from schools" not in road.said
    assert road.count(f"SELECT connectSchoolIds FROM staff WHERE staffId = '{joining}'") == "K1,K2"


# A school that has closed.


def closed(folder: Path, lay: Lay) -> tuple[Road, Written, set[str]]:
    """The second of four schools has closed: its children are at the first one, but for three who are gone."""
    district = District(240, schools=4, seed=4)
    last = district.copy()
    there = [child for child in district.year.children.values() if child.school == 1]
    for child in there[:3]:
        del district.year.children[child.number]
    for child in there[3:]:
        child.school = 0
    staff = [one for one in district.year.staff.values() if one.school == 1]
    del district.year.staff[staff[0].number]
    for one in staff[1:]:
        one.school = 0
    district.seat(district.year, "24")
    made = district.write(folder / "district", last)
    return lay(made.delivery, made.workspace), made, {child.id for child in there[3:]}


SEATS = """
    SELECT c.classId, s.studentId FROM enrollments AS e JOIN students AS s ON s.connectStudentId = e.connectUserId
    JOIN classrooms AS c USING (connectClassroomId) WHERE c.connectSchoolId = 'K2'
"""


def listed_seats(road: Road) -> tuple[set[tuple[str, str]], set[str]]:
    rows = [r for r in read(road.out / "left_behind.csv") if r["connectSchoolId"] == "K2"]
    return {(r["classId"], r["studentId"]) for r in rows}, {f"{r['kind']} {r['reason']}" for r in rows}


@pytest.mark.thorough
@pytest.mark.parametrize("decided", some([False, True]))
def test_children_who_moved_from_a_closed_school_are_listed_in_its_classrooms(
    decided: bool, tmp_path: Path, lay: Lay
) -> None:
    road, _, moved = closed(tmp_path, lay)
    seats = {seat for seat in map(tuple, road.rows(SEATS)) if seat[1] in moved}
    assert seats
    if decided:
        assert road.run("decide-school", road.delivery, "0102", "--workspace", road.twin, "--out") == 0, road.said
    assert road.audit() == (0 if decided else 1)
    assert listed_seats(road) == (seats, {"classroom_students moved_school"})
    assert road.summary["left_behind"]["students"] == 0  # three are nowhere delivered, at a school that is not either
    if not decided:
        return
    assert road.found("workspace.students.left_behind") == road.summary["left_behind"]["classroom_students"]
    for step in (road.prepare, road.rehearse, road.upload):
        assert step() == 0, road.said
    assert road.audit() == 0
    assert listed_seats(road) == (seats, {"classroom_students moved_school"})

    before = road.count(SEATS.replace("c.classId, s.studentId", "count(*)"))
    act = ("twin", "left-behind", road.twin, road.delivery, "--school", "0102")
    assert road.run(*act, "--yes") == 2
    assert f"{len(seats)} of " in road.said and "seats of students at School 0102" in road.said
    assert road.run(*act, "--limit", "100", "--yes", "--out", road.folder / "list") == 0, road.said
    assert (road.folder / "list" / "left_behind.xlsx").is_file()
    assert {seat for seat in map(tuple, road.rows(SEATS)) if seat[1] in moved} == set()
    assert road.count(SEATS.replace("c.classId, s.studentId", "count(*)")) == before - len(seats)
    assert road.run("twin", "undo", road.twin) == 0
    assert road.count(SEATS.replace("c.classId, s.studentId", "count(*)")) == before


@pytest.mark.thorough
def test_the_audit_says_what_becomes_of_a_school_that_was_merged_into_another(tmp_path: Path, lay: Lay) -> None:
    road, made, _ = closed(tmp_path, lay)
    staff = {one.id for one in made.last.staff.values() if one.school == 1} & {
        one.id for one in made.this.staff.values()
    }
    assert road.audit() == 1
    report = " ".join((road.out / "report.html").read_text(encoding="utf-8").split())
    assert "was merged into another one" in report and "decide-school --out" in report
    assert "its classrooms and whoever is nowhere delivered stay active on Connect" in report
    assert road.run("decide-school", road.delivery, "0102", "--workspace", road.twin, "--out") == 0, road.said
    for step in (road.prepare, road.rehearse):
        assert step() == 0, road.said
    assert f"school 0102: {len(staff)} of {len(staff) + 1} staff" in road.said
    assert road.upload() == 0, road.said
    assert road.count("SELECT count(*) FROM classrooms WHERE connectSchoolId = 'K2' AND archived = 'true'") == 0
    assert road.count("SELECT count(*) FROM students WHERE connectSchoolId = 'K2' AND archived = 'false'") == 3
    assert road.count("SELECT count(*) FROM staff WHERE contains(connectSchoolIds, 'K2')") == 1


@pytest.mark.thorough
def test_a_pilot_lists_nothing_of_the_schools_that_it_does_not_deliver(tmp_path: Path, lay: Lay) -> None:
    made = District(180, schools=3, seed=4).write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    pilot = {"0101", "0103"}
    rewrite(made.delivery / "users.csv", lambda row: row if pilot & {*row["orgSourcedIds"].split(",")} else None)
    for name in ("classes", "enrollments"):
        rewrite(made.delivery / f"{name}.csv", lambda row: row if row["schoolSourcedId"] in pilot else None)
    assert road.run("decide-school", road.delivery, "0102", "--workspace", road.twin, "--out") == 0, road.said
    assert road.audit() == 0, road.said
    assert road.count("SELECT count(*) FROM students WHERE connectSchoolId = 'K2'") > 0
    assert read(road.out / "left_behind.csv") == []


# Children who are on Connect under two IDs.


@pytest.mark.thorough
@pytest.mark.parametrize(
    "kinds",
    [("students",), pytest.param(("students", "guardians", "staff"), marks=pytest.mark.thorough)],
    ids=["students", "everybody"],
)
def test_after_a_waived_change_of_ids_the_old_records_are_merged_and_never_archived(
    kinds: tuple[str, ...], tmp_path: Path, lay: Lay
) -> None:
    made = migrated(tmp_path, kinds=kinds)
    road = lay(made.delivery, made.workspace)
    children, old = len(made.this.children), {child.id for child in made.last.children.values()}
    waived = [f"--waive=workspace.{kind}.id_changed=merged afterwards" for kind in kinds]
    assert road.prepare(*waived) == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == 2 * children
    assert road.audit() == 0, road.said
    rows = [r for r in read(road.out / "left_behind.csv") if r["kind"] == "students"]
    assert {r["studentId"] for r in rows} == old and {r["reason"] for r in rows} == {"merge"}
    assert road.summary["left_behind_to_merge"]["students"] == children
    assert road.summary["left_behind_unclear"]["students"] == 0
    act = ("twin", "left-behind", road.twin, road.delivery)
    assert road.run(*act, "--kind", "students", "--limit", "100", "--yes") == 0, road.said
    assert f"{children} students not delivered ({children} to be merged)" in road.said
    merge = f"python -m connect_kit merge {road.delivery} --twin {road.twin} --out {road.twin.with_suffix('')}-merges"
    assert f"merge them:\n    {merge}\n" in road.said
    assert "There is nothing to do." in road.said
    assert road.count(ACTIVE) == 2 * children
    assert road.run("merge", road.delivery, "--twin", road.twin, "--out", road.folder / "merge", "--apply") == 0, (
        road.said
    )
    assert road.count(ACTIVE) == children
    assert road.run(*act, "--kind", "students") == 0
    assert "to be merged" not in road.said


@pytest.mark.thorough
def test_after_a_waived_change_of_ids_and_contacts_no_adult_is_taken_away(tmp_path: Path, lay: Lay) -> None:
    district = District(120, schools=2, seed=4)
    last = district.copy()
    district.change_ids("unrelated", ["staff", "guardians"])
    for one in [*district.year.staff.values(), *district.year.guardians.values()]:
        one.email, one.sms = f"new{one.number}.{one.email}", one.sms and f"557{one.sms[3:]}"
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    waived = [f"--waive=workspace.{kind}.id_changed=compared by hand" for kind in ("guardians", "staff")]
    assert road.prepare(*waived) == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert road.audit() == 0, road.said
    relations = sum(len(child.guardians) for child in last.children.values())
    rows = [r for r in read(road.out / "left_behind.csv") if r["kind"] in ("guardian_relationships", "staff")]
    assert {r["reason"] for r in rows} == {"merge"}
    assert road.summary["left_behind_to_merge"]["guardian_relationships"] == relations
    assert road.summary["left_behind_to_merge"]["staff"] == len(last.staff)
    kinds = "guardians,staff,classroom_teachers"
    assert road.run("twin", "left-behind", road.twin, road.delivery, "--kind", kinds, "--limit", "100", "--yes") == 0
    assert "There is nothing to do." in road.said
    assert "never acted on" in road.said and "connect_kit merge" not in road.said


def test_a_child_who_left_is_archived_although_a_namesake_of_another_family_stays(tmp_path: Path, lay: Lay) -> None:
    district = District(120, schools=2, seed=4)
    first, second = [c for c in district.year.children.values() if c.school == 0 and c.guardians][:2]
    second.given, second.family, second.grade = first.given, first.family, first.grade
    assert not {*first.guardians} & {*second.guardians}
    district.seat(district.year, "24")
    last = district.copy()
    del district.year.children[first.number]
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    rows = [(r["studentId"], r["reason"]) for r in read(road.out / "left_behind.csv") if r["kind"] == "students"]
    assert rows == [(first.id, "not_delivered")]
