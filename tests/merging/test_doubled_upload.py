"""A district uploaded a second time under new student IDs, and made one again by merging (issue 10, decision 27)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.twin import Twin
from tests.uploads.renumbering import count, renumber


def upload(delivery: Path, twin: Path, folder: Path) -> None:
    plan = ck.plan_upload(ck.read_roster(delivery), Twin(twin).workspace(), folder=folder, archive_existing=False)
    found = plan.gates(twin)
    assert not set(found.loc[found["state"] == "blocking", "code"]) - {"dry_run", "self_check", "id_changes"}
    for file, rows in zip(plan.files, plan.file_rows, strict=True):
        result = Twin(twin).send(file, folder / "sent", run=f"{folder.name}:{file.kind}")
        assert (result.outcome, result.rows, result.errors) == ("processed", rows, 0)


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, int]]:
    """The second delivery, the twin with every child twice, and what it held before."""
    place = tmp_path_factory.mktemp("doubled")
    sample = ck.sample_roster(
        place / "district", students=180, schools=3, faults="none", duplicates=0, existing=False, layout="oneroster11"
    )
    twin = place / "maple.duckdb"
    rows = (sample.workspace / "schools.csv").read_text(encoding="utf-8").splitlines()[1:]
    schools = {row[1]: row[2] for row in csv.reader(rows)}
    Twin.new(twin, "Maple Valley", schools)
    upload(sample.delivery, twin, place / "first")
    before = count(twin, place / "export-before")
    renumber(sample.delivery / "users.csv")
    upload(sample.delivery, twin, place / "second")
    return sample.delivery, twin, before


def test_every_child_who_came_twice_is_merged_and_counted_once(doubled, tmp_path):
    delivery, twin, before = doubled
    twice = count(twin, tmp_path / "twice")
    assert (before["students"], twice["students"]) == (180, 360)
    found = ck.find_duplicates(ck.read_roster(delivery), Twin(twin).workspace())
    plan = ck.plan_merge(found, Twin(twin).workspace())
    assert plan.table()["state"].value_counts().to_dict() == {"mergeable": 180}
    Twin(twin).merge(plan)
    assert count(twin, tmp_path / "once") == before
    delivered = set(ck.read_roster(delivery).users.query("role == 'student'")["sourcedId"])
    assert set(Twin(twin).table("students")["studentId"]) == delivered
    Twin(twin).undo()
    assert count(twin, tmp_path / "again") == twice


def test_on_the_command_line_too_and_files_with_names_are_private(doubled, tmp_path, capsys):
    delivery, twin, before = doubled
    command = ["merge", str(delivery), "--twin", str(twin), "--out", str(tmp_path / "out"), "--names"]
    assert run([*command, "--apply"]) == 0
    assert "180 students merged into 180" in capsys.readouterr().out
    assert count(twin, tmp_path / "once") == before
    assert run(["twin", "undo", str(twin)]) == 0
    out = tmp_path / "out"
    assert {path.name: path.stat().st_mode & 0o777 for path in out.glob("[!.]*")} == {
        "merges.csv": 0o600, "merge-worksheet.csv": 0o600, "merge-worksheet.xlsx": 0o600,
    }  # fmt: skip
    assert out.stat().st_mode & 0o777 == 0o700


@pytest.mark.thorough
def test_before_the_upload_the_command_says_to_upload_first(tmp_path, capsys):
    sample = ck.sample_roster(tmp_path / "district", students=60, faults="none", existing=True)
    students = sample.workspace / "students.csv"
    with students.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with students.open("w", newline="", encoding="utf-8") as file:
        made = csv.DictWriter(file, rows[0])
        made.writeheader()
        made.writerows({**row, "studentId": ""} for row in rows)
    twin = Twin.fill(tmp_path / "maple.duckdb", sample.workspace, district="Maple Valley")
    known = twin.workspace()
    pairs = ck.find_duplicates(ck.read_roster(sample.delivery), known)
    waiting = ck.plan_merge(pairs, known).table()["state"]
    waiting = waiting[waiting == "not on Connect yet"]
    assert len(waiting)
    out = tmp_path / "out"
    assert run(["merge", str(sample.delivery), "--twin", str(twin.path), "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert f"upload the delivery first, and plan the merges then; of {len(waiting)} pairs, none has" in error
    assert not out.exists()
