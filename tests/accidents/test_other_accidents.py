"""Accidents 2 to 10, each from the delivery to what Connect holds afterwards."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.accidents.road import Lay, Road, plain, read, rewrite
from tests.accidents.years import District, Year

RELATED = (
    "SELECT count(*) FROM (SELECT unnest(string_split(connectStudentIds, ',')) AS one FROM guardians) WHERE one <> ''"
)


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


@pytest.mark.thorough
def test_abandon_of_a_few_is_counted_and_does_not_block(tmp_path: Path, lay: Lay) -> None:
    road, year = plain(tmp_path, lay)
    before = road.count(RELATED)
    kept = with_guardians_file(road, year, len(year.children) - 4)
    assert road.prepare("--abandon") == 0, road.said
    assert road.rehearse() == 0, road.said
    assert str(before - kept) in road.said
    assert road.upload() == 0, road.said
    assert road.count(RELATED) == kept


# What stays behind.


@pytest.mark.thorough
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
        pytest.param(("users", "classes", "enrollments"), False, "", marks=pytest.mark.thorough),
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


@pytest.mark.thorough
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


# What people handed over is never written to.


@pytest.mark.thorough
def test_lists_are_not_written_into_the_delivery(tmp_path: Path, lay: Lay) -> None:
    made = District(60, schools=1, seed=4).write(tmp_path / "district")
    road = lay(made.delivery, made.workspace)
    before = sorted(path.name for path in made.delivery.iterdir())
    assert road.run("twin", "left-behind", road.twin, road.delivery, "--out", road.delivery) == 2
    assert "is inside the delivery" in road.said
    assert road.prepare() == 0
    assert road.run("forecast", road.plan, "--twin", road.twin, "--out", road.delivery) == 2
    assert sorted(path.name for path in made.delivery.iterdir()) == before
