"""``prepare``, ``upload``, ``results``, ``merge`` and ``twin``: the whole road on the command line."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.cli.printing import print_upload


class Road(NamedTuple):
    """A district and its twin, before anything was uploaded."""

    sample: ck.SampleDistrict
    twin: Path
    plan: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[ck.SampleDistrict, Path]:
    folder = tmp_path_factory.mktemp("road")
    sample = ck.sample_roster(folder / "district", students=120, faults="none", existing=True)
    twin = folder / "twin.duckdb"
    assert run(["twin", "new", str(twin), "--workspace", str(sample.workspace), "--district", "Maple Valley"]) == 0
    assert run(["twin", "connect", str(twin), str(sample.delivery), "--suggested", "--yes"]) == 0
    return sample, twin


@pytest.fixture
def road(made: tuple[ck.SampleDistrict, Path], tmp_path: Path) -> Road:
    sample, twin = made
    delivery = Path(shutil.copytree(sample.delivery, tmp_path / "district" / "delivery"))
    return Road(replace(sample, delivery=delivery), Path(shutil.copy(twin, tmp_path)), tmp_path / "plan")


def prepare(road: Road, *more: str) -> int:
    where = ["--workspace", str(road.twin), "--out", str(road.plan)]  # at one school all students were made by hand
    return run(["prepare", str(road.sample.delivery), *where, "--keep-existing", *more])


def confirmed(road: Road) -> str:
    """The words that confirm a real upload: the district, the rows, and the children whom the audit finds doubled."""
    audit = ck.audit(road.sample.delivery, road.twin, progress=False)
    doubled = audit.judgement.children("doubled")
    assert doubled > 0
    return f"Maple Valley {ck.read_plan(road.plan).rows}, {doubled} doubled"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.thorough
def test_preparing_knows_the_rules_of_the_district_itself(
    road: Road, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {
        "type": "unexpected_rows_expectation",
        "kwargs": {"unexpected_rows_query": "SELECT nope FROM users"},
        "severity": "critical",
        "meta": {"code": "users.own.rule", "title": "Lunch codes"},
    }
    (tmp_path / "users.json").write_text(json.dumps({"name": "users", "expectations": [broken]}), encoding="utf-8")
    assert prepare(road, "--suites", str(tmp_path / "users.json")) == 1
    assert "users.own.rule: Lunch codes: could not be checked" in " ".join(capsys.readouterr().out.split())


def test_a_delivery_goes_all_the_way_from_prepared_files_to_merged_students(
    road: Road, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare(road) == 0
    assert "▲ blocking  dry run" in capsys.readouterr().out
    before = ck.Twin(road.twin).digest()

    assert run(["upload", str(road.plan), "--twin", str(road.twin)]) == 0
    assert "Dry run: nothing was changed." in capsys.readouterr().out
    assert ck.Twin(road.twin).digest() == before

    real = ["upload", str(road.plan), "--twin", str(road.twin), "--real"]
    assert run([*real, "--confirm", confirmed(road), "--results", str(tmp_path / "sent")]) == 0
    assert "Uploaded." in capsys.readouterr().out
    students = ck.Twin(road.twin).table("students")
    assert set(students["studentId"].dropna()) == {
        row["sourcedId"] for row in rows(road.sample.delivery / "users.csv") if row["role"] == "student"
    }

    command = ["results", str(tmp_path / "sent"), "--plan", str(road.plan), "--out", str(tmp_path / "read")]
    assert run(command) == 0
    assert {row["verdict"] for row in rows(tmp_path / "read" / "results.csv")} == {"as forecast"}

    merge = ["merge", str(road.sample.delivery), "--twin", str(road.twin), "--out", str(tmp_path / "merge")]
    assert run([*merge, "--apply"]) == 0
    merged = {row["other"] for row in rows(tmp_path / "merge" / "merges.csv") if row["state"] == "mergeable"}
    assert merged
    assert not merged & set(ck.Twin(road.twin).table("students")["connectStudentId"])

    assert run(["twin", "undo", str(road.twin)]) == 0
    assert merged <= set(ck.Twin(road.twin).table("students")["connectStudentId"])


@pytest.mark.thorough
def test_a_real_upload_without_its_words_sends_nothing_and_names_them(
    road: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(road)
    run(["upload", str(road.plan), "--twin", str(road.twin)])
    before = ck.Twin(road.twin).digest()
    capsys.readouterr()

    for confirm in ([], ["--confirm", "yes"]):
        assert run(["upload", str(road.plan), "--twin", str(road.twin), "--real", *confirm]) == 2
        error = capsys.readouterr().err
        assert f"--confirm '{confirmed(road)}'" in error
        assert error.count("\n") == 1
    assert ck.Twin(road.twin).digest() == before


@pytest.mark.thorough
def test_a_real_upload_before_the_dry_run_says_which_gate_is_blocking(
    road: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(road)
    assert run(["upload", str(road.plan), "--twin", str(road.twin), "--real", "--confirm", "whatever"]) == 1
    printed = capsys.readouterr()
    assert "▲ blocking  dry run: these files had no dry run" in printed.out
    assert printed.err == "Nothing was sent: meet what is blocking first.\n"


def test_an_upload_that_stopped_is_not_called_done(road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(road)
    done = ck.upload(ck.read_plan(road.plan), road.twin)
    capsys.readouterr()
    print_upload(replace(done, dry_run=False, files=done.files[:1], stopped="classes.csv was refused"))
    printed = capsys.readouterr().out
    assert printed.startswith("Not all was uploaded.")
    assert "Stopped: classes.csv was refused" in printed


@pytest.mark.thorough
def test_a_critical_finding_blocks_until_it_is_waived_with_a_reason(
    road: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    users = road.sample.delivery / "users.csv"
    text = users.read_text(encoding="utf-8")
    users.write_text(text.replace(",student,", ",pupil,", 1), encoding="utf-8")
    capsys.readouterr()

    assert prepare(road) == 1
    assert "▲ blocking  self-check: users.role.known" in capsys.readouterr().out
    assert prepare(road, "--waive", "users.role.known") == 2
    assert "is not a waiver; give --waive CODE=REASON" in capsys.readouterr().err
    codes = [one.code for one in ck.read_plan(road.plan).critical]
    waived = [word for code in codes for word in ("--waive", f"{code}=the office knows")]
    assert prepare(road, *waived) == 0
    assert "waived: the office knows" in capsys.readouterr().out


def test_a_twin_shows_logs_exports_and_changes_itself(
    road: Road, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["twin", "set", str(road.twin), "deletion_threshold=25"]) == 0
    assert run(["twin", "archive-students", str(road.twin), "--unsynced"]) == 0
    assert "Nothing was changed. To do it:" in capsys.readouterr().out
    assert run(["twin", "archive-students", str(road.twin), "--unsynced", "--yes"]) == 0
    assert run(["twin", "archive-classrooms", str(road.twin), "--school", "CS00001", "--yes"]) == 0
    capsys.readouterr()
    assert run(["twin", "show", str(road.twin)]) == 0
    shown = capsys.readouterr().out
    assert "twin of Maple Valley" in shown
    assert "deletion_threshold = 25" in shown
    assert run(["twin", "log", str(road.twin)]) == 0
    kinds = [line.split()[2] for line in capsys.readouterr().out.splitlines()]
    assert kinds == ["made", "actions", "change_settings", "archive_students", "archive_classrooms"]
    assert run(["twin", "export", str(road.twin), "--out", str(tmp_path / "export")]) == 0
    assert run(["twin", "new", str(tmp_path / "again.duckdb"), "--workspace", str(tmp_path / "export")]) == 0
    assert ck.Twin(tmp_path / "again.duckdb").digest() == ck.Twin(road.twin).digest()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["twin", "show", "nowhere.duckdb"], "no such twin"),
        (["twin", "new", "empty.duckdb"], "an empty twin needs a name"),
        (["upload", "nowhere", "--twin", "nowhere.duckdb"], "plan.json: not found"),
        (["results", "nowhere", "--out", "read"], "nowhere"),
    ],
    ids=["no twin", "no name", "no plan", "no results"],
)
def test_what_is_not_there_ends_with_2_and_one_line(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.thorough
def test_a_change_to_the_twin_asks_for_another_dry_run(road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(road)
    command = ["upload", str(road.plan), "--twin", str(road.twin)]
    assert run(command) == 0
    assert run(["twin", "archive-students", str(road.twin), "--unsynced", "--yes"]) == 0
    real = [*command, "--real", "--confirm", f"Maple Valley {ck.read_plan(road.plan).rows}"]
    before = ck.Twin(road.twin).digest()
    capsys.readouterr()
    assert run(real) == 1
    printed = capsys.readouterr().out
    assert "▲ blocking  dry run: make the dry run again: 1 change since the dry run of" in printed
    assert "(students archived)\n" in printed
    again = f"python -m connect_kit upload {road.plan} --twin {road.twin}"
    assert f"→ make the dry run again:\n{' ' * 18}{again}\n" in printed
    assert ck.Twin(road.twin).digest() == before
    assert run(command) == 0
    assert run(real) == 0


@pytest.mark.thorough
def test_an_upload_is_undone_and_the_log_shows_it(road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(road)
    command = ["upload", str(road.plan), "--twin", str(road.twin)]
    real = [*command, "--real", "--confirm", confirmed(road)]
    before = ck.Twin(road.twin).digest()
    assert run(command) == 0
    assert run(real) == 0
    capsys.readouterr()
    assert run(["twin", "undo", str(road.twin)]) == 0
    assert capsys.readouterr().out.startswith("taken back: entries 3 to ")
    assert ck.Twin(road.twin).digest() == before
    assert run(["twin", "log", str(road.twin)]) == 0
    lines = capsys.readouterr().out.splitlines()
    number = lines[-1].split()[0]
    assert [line for line in lines if line.split()[2] == "upload"]
    assert all(line.endswith(f"(undone by {number})") for line in lines if line.split()[2] == "upload")
    assert run(real) == 0  # on the state that the dry run saw
