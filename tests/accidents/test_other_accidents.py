"""Accidents 2 to 10, each from the delivery to what Connect holds afterwards."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.accidents.road import Lay, Road, read, rewrite
from tests.accidents.years import District, Year

ACTIVE = "SELECT count(*) FROM students WHERE archived = 'false'"
RELATED = (
    "SELECT count(*) FROM (SELECT unnest(string_split(connectStudentIds, ',')) AS one FROM guardians) WHERE one <> ''"
)


def plain(folder: Path, lay: Lay, *, students: int = 180, schools: int = 2) -> tuple[Road, Year]:
    """A district whose delivery is what Connect has, uploaded once so that all of it came by upload."""
    district = District(students, schools=schools, seed=4)
    district.hire(schools - 1)  # somebody without a class
    made = district.write(folder / "district")
    road = lay(made.delivery, made.workspace)
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    return road, made.this


def with_guardians_file(road: Road, year: Year, families: int) -> int:
    """Move guardians into guardians.csv, for so many children only; returns how many relationships that holds."""
    kept = list(year.children.values())[:families]
    rows = [
        (
            child.id,
            year.guardians[n].id,
            year.guardians[n].given,
            year.guardians[n].family,
            year.guardians[n].email,
            year.guardians[n].sms,
        )
        for child in kept
        for n in child.guardians
    ]
    rewrite(
        road.delivery / "users.csv", lambda row: None if row["role"] == "guardian" else {**row, "agentSourcedIds": ""}
    )
    with (road.delivery / "guardians.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow("studentSourcedId guardianSourcedId givenName familyName email sms".split())
        writer.writerows(rows)
    return len(rows)


# Duplicate students change the verdict.


def test_a_child_delivered_twice_changes_the_verdict_and_is_counted_alike_everywhere(tmp_path: Path, lay: Lay) -> None:
    made = District(180, schools=2, seed=4).write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    again = [row for row in read(made.delivery / "users.csv") if row["role"] == "student"][:12]
    with (made.delivery / "users.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([{**row, "sourcedId": f"9{row['sourcedId']}"}.values() for row in again])
    assert road.audit() == 0, road.said
    assert road.summary["verdict"] == "fit, but decide first"
    reasons = {one["code"]: one["children"] for one in road.summary["verdict_reasons"]}
    assert 12 in reasons.values()
    assert "12 children would be doubled" in road.said.replace("\n", " ")
    assert "12 children would be doubled" in (road.out / "report.html").read_text(encoding="utf-8")
    assert road.audit("--strict") == 1


# Abandon is previewed.


def test_abandon_that_would_disconnect_most_families_blocks_until_it_is_waived(tmp_path: Path, lay: Lay) -> None:
    road, year = plain(tmp_path, lay)
    before = road.count(RELATED)
    kept = with_guardians_file(road, year, 60)
    assert kept < before
    assert road.prepare("--abandon") == 1
    assert "guardians.abandon.many" in road.said
    road.rehearse()
    assert f"{before - kept:,}" in road.said
    assert road.upload() == 1
    assert road.count(RELATED) == before
    assert road.prepare("--abandon", "--waive", "guardians.abandon.many=all families were asked") == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert road.count(RELATED) == kept


def test_abandon_of_a_few_is_counted_and_does_not_block(tmp_path: Path, lay: Lay) -> None:
    road, year = plain(tmp_path, lay)
    before = road.count(RELATED)
    kept = with_guardians_file(road, year, len(year.children) - 4)
    assert road.prepare("--abandon") == 0, road.said
    assert road.rehearse() == 0, road.said
    assert str(before - kept) in road.said
    assert road.upload() == 0, road.said
    assert road.count(RELATED) == kept


# Two schools in a school-level delivery.


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


# What stays behind.


def test_what_stays_behind_is_listed_and_can_be_tidied_and_untidied(tmp_path: Path, lay: Lay) -> None:
    road, year = plain(tmp_path, lay)
    child = next(c for c in year.children.values() if len(c.guardians) == 2)
    removed = year.guardians[child.guardians[1]].id
    mover = next(c for c in year.children.values() if c.school == 0 and c is not child)
    homeroom = next(own for own, (school, grade, _, _) in year.classes.items() if school == 1 and grade == mover.grade)
    gone = next(
        s for s in year.staff.values() if s.school == 1 and all(lead != s.number for *_, lead in year.classes.values())
    )

    def users(row: dict[str, str]) -> dict[str, str] | None:
        if row["sourcedId"] == child.id:
            row["agentSourcedIds"] = ",".join(a for a in row["agentSourcedIds"].split(",") if a != removed)
        if row["sourcedId"] == mover.id:
            row["orgSourcedIds"] = "0102"
        return None if row["sourcedId"] == gone.id else row

    def seats(row: dict[str, str]) -> dict[str, str] | None:
        if row["userSourcedId"] == mover.id:
            if row["classSourcedId"].endswith("A"):
                return None
            row |= {"classSourcedId": homeroom, "schoolSourcedId": "0102"}
        return row

    rewrite(road.delivery / "users.csv", users)
    rewrite(road.delivery / "enrollments.csv", seats)
    assert road.audit() == 0, road.said
    assert road.summary["verdict"] == "fit, but decide first"
    assert road.found("workspace.guardians.left_behind") == 1
    assert road.found("workspace.staff.left_behind") == 1
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    seated = f"""SELECT count(*) FROM enrollments JOIN students ON connectUserId = connectStudentId
        WHERE studentId = '{mover.id}'"""
    related = f"""SELECT count(*) FROM (SELECT unnest(string_split(connectStudentIds, ',')) AS one FROM guardians)
        JOIN students ON one = connectStudentId WHERE studentId = '{child.id}'"""
    assert road.count(seated) == 3
    assert road.count(related) == 2
    assert road.run("twin", "left-behind", road.twin, road.delivery) == 0, road.said
    assert road.count(related) == 2
    assert road.run("twin", "left-behind", road.twin, road.delivery, "--yes") == 0, road.said
    assert road.count(related) == 1
    assert road.count(seated) == 1
    while "disconnect" not in road.said.lower() and road.run("twin", "undo", road.twin) == 0:
        pass
    assert road.run("twin", "log", road.twin) == 0
    assert "undone" in road.said


# Part of a district.


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


# A rehearsal ages.


def test_a_dry_run_counts_only_on_the_state_that_it_saw(tmp_path: Path, lay: Lay) -> None:
    made = District(120, schools=2, seed=4).write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    assert road.prepare() == 0
    assert road.rehearse() == 0
    assert road.run("twin", "archive-classrooms", road.twin, "--school", "K1", "--yes") == 0, road.said
    assert road.run("twin", "set", road.twin, "deletion_threshold=20") == 0
    assert road.upload() == 1
    assert "2 changes since" in road.said
    assert road.rehearse() == 0
    assert road.upload() == 0, road.said


# One cause, one direction.


def shorten(path: Path, column: str) -> None:
    """Lose the zero of School ID 0101."""

    def change(row: dict[str, str]) -> dict[str, str]:
        return {**row, column: ",".join("101" if one == "0101" else one for one in row[column].split(","))}

    rewrite(path, change)


@pytest.mark.parametrize(
    ("files", "connect", "words"),
    [
        (("users",), False, "users.csv"),
        pytest.param(("enrollments",), False, "enrollments.csv", marks=pytest.mark.thorough),
        (("users", "classes", "enrollments"), False, ""),
        ((), True, "Connect"),
    ],
    ids=["users.csv", "enrollments.csv", "every file", "Connect"],
)
def test_lost_zeros_of_a_school_id_are_one_cause_that_names_the_side(
    files: tuple[str, ...], connect: bool, words: str, tmp_path: Path, lay: Lay
) -> None:
    made = District(120, schools=2, seed=4).write(tmp_path / "district")
    for name in files:
        shorten(made.delivery / f"{name}.csv", "orgSourcedIds" if name == "users" else "schoolSourcedId")
    if connect:
        shorten(made.workspace / "schools.csv", "schoolId")
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1
    causes = [line for line in road.said.splitlines() if line.startswith("  ✖ critical")]
    assert len(causes) == 1, road.said
    assert "101" in causes[0]
    assert words in causes[0]


def test_four_guardians_on_connect_and_four_others_in_the_file_are_found_before_the_upload(
    tmp_path: Path, lay: Lay
) -> None:
    road, year = plain(tmp_path, lay, students=60, schools=1)
    child = next(iter(year.children.values()))
    before = len(child.guardians)

    def four(mark: str) -> None:
        rows = read(road.delivery / "users.csv")
        made = [
            {**dict.fromkeys(rows[0], ""), "sourcedId": f"{mark}{n}", "orgSourcedIds": "0101", "role": "guardian",
             "givenName": f"Guardian{mark}{n}", "familyName": "Invented", "email": f"{mark}{n}@home.example".lower()}
            for n in range(4)
        ]  # fmt: skip
        with (road.delivery / "users.csv").open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, list(rows[0])).writerows(made)
        listed = ",".join(one["sourcedId"] for one in made)
        rewrite(
            road.delivery / "users.csv",
            lambda row: {**row, "agentSourcedIds": listed} if row["sourcedId"] == child.id else row,
        )

    rewrite(
        road.delivery / "users.csv", lambda row: {**row, "agentSourcedIds": ""} if row["sourcedId"] == child.id else row
    )
    four("A")
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    four("B")
    road.audit()
    found = [one for one in road.summary["findings"] if "six" in one["code"]]
    assert [one["count"] for one in found] == [1], road.said
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0
    assert road.upload() == 0, road.said
    listed = "SELECT trim(unnest(string_split(connectStudentIds, ','))) AS one FROM guardians"
    assert (
        road.count(f"""SELECT count(*) FROM ({listed}) JOIN students ON one = connectStudentId
        WHERE studentId = '{child.id}'""")
        == before + 8
    )


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


# What people handed over is never written to.


def test_lists_are_not_written_into_the_delivery(tmp_path: Path, lay: Lay) -> None:
    made = District(60, schools=1, seed=4).write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    before = sorted(path.name for path in made.delivery.iterdir())
    assert road.run("twin", "left-behind", road.twin, road.delivery, "--out", road.delivery) == 2
    assert "is inside the delivery" in road.said
    assert road.prepare() == 0
    assert road.run("forecast", road.plan, "--twin", road.twin, "--out", road.delivery) == 2
    assert sorted(path.name for path in made.delivery.iterdir()) == before
