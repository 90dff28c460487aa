"""A district whose students all come under new IDs, on the command line: what blocks, and each way out (issue 10)."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.twin import Twin
from tests.uploads.renumbering import count, renumber

CODE = "workspace.students.id_changed"


class Place(NamedTuple):
    """The second delivery, the twin after the first, where a plan goes, and what the twin held."""

    delivery: Path
    twin: Path
    plan: Path
    before: dict[str, int]
    new: dict[str, str]


def prepare(place: Place, *more: str) -> int:
    return run(["prepare", str(place.delivery), "--workspace", str(place.twin), "--out", str(place.plan), *more])


def upload(plan: Path, twin: Path, *more: str) -> None:
    assert run(["upload", str(plan), "--twin", str(twin), *more]) == 0
    words = ["--real", "--confirm", f"Maple Valley {ck.read_plan(plan).rows}"]
    assert run(["upload", str(plan), "--twin", str(twin), *words]) == 0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("migrated")
    sample = ck.sample_roster(folder / "d", students=90, schools=3, faults="none", duplicates=0, existing=False)
    with (sample.workspace / "schools.csv").open(newline="", encoding="utf-8") as file:
        schools = {row["name"]: row["schoolId"] for row in csv.DictReader(file)}
    twin = Twin.new(folder / "maple.duckdb", "Maple Valley", schools)
    plan = ck.plan_upload(
        ck.read_roster(sample.delivery), twin.workspace(), folder=folder / "first", archive_existing=False
    )
    for one, rows in zip(plan.files, plan.file_rows, strict=True):
        result = twin.send(one, folder / "sent", run=f"first:{one.kind}")
        assert (result.rows, result.errors) == (rows, 0)
    before = count(twin.path, folder / "export")
    return Place(sample.delivery, twin.path, folder, before, renumber(sample.delivery / "users.csv"))


@pytest.fixture
def place(made: Place, tmp_path: Path) -> Place:
    delivery = Path(shutil.copytree(made.delivery, tmp_path / "delivery"))
    return made._replace(delivery=delivery, twin=Path(shutil.copy(made.twin, tmp_path)), plan=tmp_path / "plan")


def test_prepare_blocks_and_names_all_ways_out_and_a_waiver_lets_it_pass(place: Place, capsys) -> None:
    assert prepare(place) == 1
    out = " ".join(capsys.readouterr().out.split())
    gate = out[out.index("▲ blocking IDs as Connect has them") :]
    assert f"IDs as Connect has them: {CODE}: 90 of 90 children at " in gate
    where = f"{place.twin} {place.delivery} --yes"
    prepared = f"python -m connect_kit prepare {place.delivery} --workspace {place.twin} --out {place.plan}"
    waiver = f"upload {place.plan} --twin {place.twin} --waive {CODE}=REASON"
    for way in (f"{prepared} --keep-ids", f"twin record-ids {where}", f"twin archive-changed {where}", waiver):
        assert way in gate
    assert f"self-check: {CODE}" not in out
    plan = ck.read_plan(place.plan)
    assert plan.undecided_ids == {CODE: 90}
    waived = plan.waive(CODE, "Mrs Alder wants them twice")
    gates = waived.gates().set_index("code").loc[["id_changes"]]
    assert set(gates["state"]) == {"met"}
    assert "waived: Mrs Alder wants them twice" in gates["why"].iloc[0]


@pytest.mark.thorough
def test_kept_ids_add_nobody_and_leave_the_delivery_alone(place: Place, tmp_path: Path, capsys) -> None:
    delivered = {path.name: path.read_bytes() for path in place.delivery.iterdir()}
    assert prepare(place, "--keep-ids") == 0
    out = capsys.readouterr().out
    assert "With the ID that Connect has: 90 students" in out
    assert f"Which ID stands for which: {place.plan / 'crosswalk.csv'}" in out
    assert "prepared with the IDs that Connect has: 90 students" in out
    with (place.plan / "crosswalk.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["oldId"], row["newId"]) for row in rows if row["kind"] == "students"} == set(place.new.items())
    upload(place.plan, place.twin)
    assert count(place.twin, tmp_path / "after") == place.before
    assert {path.name: path.read_bytes() for path in place.delivery.iterdir()} == delivered


@pytest.mark.thorough
def test_recorded_ids_are_found_by_the_next_upload(place: Place, tmp_path: Path, capsys) -> None:
    command = ["twin", "record-ids", str(place.twin), str(place.delivery)]
    before = Twin(place.twin).digest()
    assert run(command) == 0
    said = capsys.readouterr().out
    assert f"Nothing was changed. To do it:\n  python -m connect_kit {' '.join(command)} --yes\n" in said
    assert Twin(place.twin).digest() == before
    assert run([*command, "--kind", "staff,guardians", "--yes"]) == 0
    assert "There is nothing to do." in capsys.readouterr().out
    assert run([*command, "--yes"]) == 0
    assert "new IDs of students recorded (90)" in capsys.readouterr().out
    assert prepare(place) == 0
    upload(place.plan, place.twin)
    assert count(place.twin, tmp_path / "after") == place.before
    assert set(Twin(place.twin).table("students")["sourcedId"]) == set(place.new.values())
    assert run([*command, "--kind", "pupils"]) == 2
    assert "there are no changed IDs of 'pupils'" in capsys.readouterr().err


@pytest.mark.thorough
def test_archived_first_they_come_a_second_time_and_are_merged(place: Place, tmp_path: Path, capsys) -> None:
    command = ["twin", "archive-changed", str(place.twin), str(place.delivery)]
    assert run(command) == 0
    assert "students archived: 90 changes" in capsys.readouterr().out
    assert run([*command, "--yes"]) == 0
    assert prepare(place) == 0
    upload(place.plan, place.twin)
    after = count(place.twin, tmp_path / "after")
    assert (after["students"], after["active"]) == (180, 90)
    merge = ["merge", str(place.delivery), "--twin", str(place.twin), "--out", str(tmp_path / "merge"), "--apply"]
    assert run(merge) == 0
    assert count(place.twin, tmp_path / "merged") == place.before


def test_the_list_for_connect_holds_ids_and_names_only_on_request(place: Place, tmp_path: Path) -> None:
    known = Twin(place.twin).workspace()
    changes = ck.find_id_changes(ck.read_roster(place.delivery), known)
    changes.save_worksheet(tmp_path / "ids")
    path = tmp_path / "ids" / "id-changes-worksheet.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Read me", "Students"]
    steps = " ".join(str(row[0]) for row in book["Read me"].iter_rows(values_only=True))
    assert "Settings → SIS Rostering → Classroom Connections to SIS → Add" in steps
    head, *rows = book["Students"].iter_rows(values_only=True)
    assert head == ("order", "school", "school name", "connect id", "recorded id", "new id", "pattern", "done")
    assert {(row[4], row[5]) for row in rows} == set(place.new.items())
    families = set(known.students["familyName"])
    assert not any(str(cell) in families for row in rows for cell in row)
    changes.save_worksheet(tmp_path / "named", names=True)
    path = tmp_path / "named" / "id-changes-worksheet.xlsx"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    head, *rows = openpyxl.load_workbook(path)["Students"].iter_rows(values_only=True)
    names = {(row[3], row[7]) for row in rows}
    students = known.students
    full = students["givenName"] + " " + students["familyName"]
    assert names == set(zip(students["connectStudentId"], full, strict=True))


@pytest.mark.thorough
def test_kept_ids_of_every_kind_leave_nothing_blocking_and_change_nothing(place: Place, tmp_path: Path, capsys) -> None:
    renumber(place.delivery / "users.csv", "schools", "staff", "guardians", "classrooms")
    assert prepare(place) == 1
    out = capsys.readouterr().out
    for kind in ("schools", "students", "staff", "guardians", "classrooms"):
        assert f"IDs as Connect has them: workspace.{kind}.id_changed" in out
    assert prepare(place, "--keep-ids") == 0
    upload(place.plan, place.twin)
    assert count(place.twin, tmp_path / "after") == place.before
    (last,) = Twin(place.twin).activity().tail(1)["kind"]
    assert last == "upload"
