"""Accidents with schools: two in one delivery, a part of a district, people of several schools or of none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accidents.road import ACTIVE, Lay, Road, plain, read, rewrite
from tests.accidents.years import District

# Two schools in a school-level delivery.


@pytest.mark.thorough
def test_a_school_level_upload_sends_the_rows_of_the_school_that_it_names(tmp_path: Path, lay: Lay) -> None:
    district = District(180, schools=2, seed=4)
    last = district.copy()
    extra = district.family(grade=3) + district.family(grade=4) + district.family(grade=2)
    district.seat(district.year, "24")
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    here = [c for c in extra if c.school == 0]
    assert here
    assert len(here) < len(extra)
    before = dict(road.rows("SELECT connectSchoolId, count(*) FROM students GROUP BY ALL"))
    assert road.run(
        "prepare", road.delivery, "--workspace", road.twin, "--out", road.plan, "--level", "school", "--school", "0101"
    ) == 0, road.said  # fmt: skip
    assert "0102" in road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    after = dict(road.rows("SELECT connectSchoolId, count(*) FROM students GROUP BY ALL"))
    assert after == {"K1": before["K1"] + len(here), "K2": before["K2"]}
    assert {row[0] for row in road.rows("SELECT studentId FROM students WHERE connectSchoolId = 'K1'")} == {
        c.id for c in made.this.children.values() if c.school == 0
    }


def test_one_school_cannot_be_waived_at_school_level(tmp_path: Path, lay: Lay) -> None:
    made = District(120, schools=2, seed=4).write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    words = ("prepare", road.delivery, "--workspace", road.twin, "--out", road.plan, "--level", "school")
    assert road.run(*words) in (1, 2)
    assert "0101" in road.said
    assert "0102" in road.said
    assert road.run(*words, "--waive", "users.orgSourcedIds.one_school=we want to") == 2
    assert "cannot be waived" in road.said


@pytest.mark.thorough
def test_a_school_level_delivery_without_school_ids_goes_to_the_school_that_is_named(tmp_path: Path, lay: Lay) -> None:
    district = District(120, schools=2, seed=4)
    made = district.write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    own = {c.id for c in made.this.children.values() if c.school == 1}
    agents = {
        a for r in read(made.delivery / "users.csv") if r["sourcedId"] in own for a in r["agentSourcedIds"].split(",")
    }
    staff = {s.id for s in made.this.staff.values() if s.school == 1}
    rewrite(
        made.delivery / "users.csv",
        lambda r: {**r, "orgSourcedIds": ""} if r["sourcedId"] in own | agents | staff else None,
    )
    for name in ("classes", "enrollments"):
        rewrite(
            made.delivery / f"{name}.csv",
            lambda r: {**r, "schoolSourcedId": ""} if r["schoolSourcedId"] == "0102" else None,
        )
    before = road.count(ACTIVE)
    assert road.run(
        "prepare", road.delivery, "--workspace", road.twin, "--out", road.plan, "--level", "school", "--school", "0102"
    ) == 0, road.said  # fmt: skip
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == before


# Part of a district.


@pytest.mark.thorough
def test_a_pilot_of_one_school_needs_no_waiver(tmp_path: Path, lay: Lay) -> None:
    district = District(240, schools=4, seed=4)
    last = district.copy()
    new = [child for _ in range(6) for child in district.family(grade=3)]
    district.seat(district.year, "24")
    made = district.write(tmp_path / "district", last)
    rewrite(
        made.workspace / "schools.csv",
        lambda row: {**row, "schoolId": "" if row["schoolId"] == "0103" else row["schoolId"]},
    )
    road = lay(made.delivery, made.workspace)
    before = road.count("SELECT count(*) FROM students")
    assert road.prepare() == 1  # school 0103 is not on Connect
    assert road.prepare("--schools", "0101") == 0, road.said
    assert "0103" in road.said or "left out" in road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    here = sum(child.school == 0 for child in new)
    assert 0 < here < len(new)
    assert road.count("SELECT count(*) FROM students") == before + here


@pytest.mark.thorough
def test_a_school_that_has_closed_is_decided_out_by_its_school_id(tmp_path: Path, lay: Lay) -> None:
    district = District(160, schools=2, seed=4)
    last = district.copy()
    for child in district.year.children.values():
        child.school = 0
    for colleague in district.year.staff.values():
        colleague.school = 0
    district.seat(district.year, "24")
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    assert road.prepare() == 1
    assert road.run("decide-school", road.delivery, "0102", "--workspace", road.twin, "--out") == 0, road.said
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert road.count(ACTIVE) == len(made.this.children)


def shared_people(folder: Path, lay: Lay) -> tuple[Road, dict[str, str], dict[str, str]]:
    """Teachers and children of two schools, on Connect at both; one of each has come to the second school since."""
    road, year = plain(folder, lay)
    staff = [one.id for one in year.staff.values() if one.school == 0]
    children = [one.id for one in year.children.values() if one.school == 0]
    both, new = {*staff[:2], *children[:2]}, {staff[2], children[2]}

    def at_both(people: set[str]) -> None:
        rewrite(
            road.delivery / "users.csv",
            lambda row: {**row, "orgSourcedIds": "0101,0102"} if row["sourcedId"] in people else row,
        )

    at_both(both)
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    at_both(new)
    schools = places(road)
    assert {one: schools[one] for one in (*both, *new)} == dict.fromkeys(both, "K1,K2") | dict.fromkeys(new, "K1")
    return road, schools, dict.fromkeys(new, "K1,K2")


def places(road: Road) -> dict[str, str]:
    """SIS IDs of staff and students, to their schools on Connect."""
    rows = road.rows(
        """SELECT staffId, connectSchoolIds FROM staff UNION ALL
        SELECT studentId, concat_ws(',', s.connectSchoolId, f.connectSchoolId)
        FROM students AS s LEFT JOIN student_schools AS f USING (connectStudentId)"""
    )
    return {str(one): str(schools) for one, schools in rows}


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["named", pytest.param("decided", marks=pytest.mark.thorough)])
def test_people_of_two_schools_stay_at_the_one_that_does_not_take_part(how: str, tmp_path: Path, lay: Lay) -> None:
    road, schools, joining = shared_people(tmp_path, lay)
    if how == "decided":
        assert road.run("decide-school", road.delivery, "0102", "--workspace", road.twin, "--out") == 0, road.said
    assert road.prepare(*(("--schools", "0101") if how == "named" else ())) == 0, road.said
    said = " ".join(road.said.split())
    users = read(road.delivery / "users.csv")
    parents = sum(row["role"] == "guardian" and "," in row["orgSourcedIds"] for row in users)
    assert parents > 1
    who = f"1 staff member, {parents} guardians and 1 student"
    assert f"{who} are sent without School IDs that do not take part" in said
    assert "0102: 2 staff members and 2 students" in said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert places(road) == schools  # nobody was taken off a school, or came to one that does not take part
    if how == "decided":
        assert road.run("decide-school", road.delivery, "0102", "--workspace", road.twin, "--in") == 0, road.said
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert places(road) == schools | joining


# People of the district.


def test_staff_of_the_district_itself_do_not_block_the_upload(tmp_path: Path, lay: Lay) -> None:
    made = District(120, schools=2, seed=4).write(tmp_path / "district")
    teacher = next(iter(made.this.staff.values()))
    office = "D900,DIST,administrator,Ruth,Office,ruth@schools.example,,,\r\n"
    with (made.delivery / "users.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(office)
    rewrite(
        made.delivery / "users.csv",
        lambda row: {**row, "orgSourcedIds": f"{row['orgSourcedIds']},DIST"} if row["sourcedId"] == teacher.id else row,
    )
    (made.delivery / "orgs.csv").write_text(
        "sourcedId,name,type,identifier,parentSourcedId\nDIST,Maple Valley,district,,\n0101,One,school,,DIST\n"
        "0102,Two,school,,DIST\n",
        encoding="utf-8",
    )
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert road.count(f"SELECT count(*) FROM staff WHERE staffId = '{teacher.id}'") == 1
    assert road.count("SELECT count(*) FROM schools") == 2
