"""Abandon through the command line: counted, listed and held up before it disconnects anybody (decision 29)."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.cli import run
from tests.uploads.families import connected_twin, deliver, everybody, relationships, some

CODE = "guardians.abandon.many"
OAK_LOST = "school 0101: 120 of 180 guardian relationships, 66.7 %, of 120 children"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return connected_twin(tmp_path_factory.mktemp("families")).path


@pytest.fixture
def twin(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "maple.duckdb"))


def prepare(tmp_path: Path, twin: Path, delivery: Path, *more: str) -> int:
    """Prepare with Abandon; what else blocks in the made district is waived."""
    command = ["prepare", str(delivery), "--workspace", str(twin), "--out", str(tmp_path / "plan"), "--abandon"]
    run([*command, *more])
    others = [one.code for one in ck.read_plan(tmp_path / "plan").critical if one.code != CODE]
    return run([*command, *more, *(word for code in others for word in ("--waive", f"{code}=a made district"))])


def upload(tmp_path: Path, twin: Path, *more: str) -> int:
    return run(["upload", str(tmp_path / "plan"), "--twin", str(twin), *more])


def real(tmp_path: Path, twin: Path, *more: str, lost: int = 120) -> int:
    rows = ck.read_plan(tmp_path / "plan").rows
    return upload(tmp_path, twin, "--real", "--confirm", f"Maple Valley {rows}, {lost} disconnected", *more)


def exported(twin: Path, folder: Path) -> int:
    assert run(["twin", "export", str(twin), "--out", str(folder)]) == 0
    return relationships(folder)


@pytest.mark.thorough
def test_120_of_180_families_are_not_disconnected_before_somebody_has_waived_it(
    twin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exported(twin, tmp_path / "before") == 220
    delivery = deliver(tmp_path / "d", guardians_of=some(60))
    assert prepare(tmp_path, twin, delivery) == 1
    printed = capsys.readouterr().out
    assert f"▲ blocking  guardians disconnected by Abandon: {CODE}: Abandon would disconnect more than 10 %" in printed
    assert f"(the workspace counts): {OAK_LOST}\n" in printed
    assert "→ deliver all guardians, and prepare again:\n" in printed
    ways = printed.partition("or prepare without Abandon:\n")[2].splitlines()
    assert ways[0].startswith(f"{' ' * 18}python -m connect_kit prepare {delivery} --workspace {twin} ")
    assert "--abandon" not in ways[0]
    assert f" --waive {CODE}=REASON" in ways[2]
    assert [(one.code, one.count) for one in ck.read_plan(tmp_path / "plan").critical if one.code == CODE] == [
        (CODE, 120)
    ]

    assert upload(tmp_path, twin) == 0
    printed = capsys.readouterr().out
    assert f"▲ Abandon would disconnect 120 guardian relationships of 120 children: {OAK_LOST}" in printed
    assert exported(twin, tmp_path / "rehearsed") == 220

    assert real(tmp_path, twin) == 1
    blocked = capsys.readouterr()
    assert f"(the dry run counts): {OAK_LOST}" in blocked.out
    assert blocked.err == "Nothing was sent: meet what is blocking first.\n"
    assert exported(twin, tmp_path / "blocked") == 220

    waived = ["--waive", f"{CODE}=Ms Alder: moved to another list"]
    assert real(tmp_path, twin, *waived, "--results", str(tmp_path / "sent")) == 0
    printed = capsys.readouterr().out
    assert f"▲ Abandon disconnected 120 guardian relationships of 120 children: {OAK_LOST}" in printed
    assert exported(twin, tmp_path / "after") == 100
    with (tmp_path / "sent" / "04-guardians-disconnected.csv").open(newline="") as file:
        lost = list(csv.DictReader(file))
    assert list(lost[0]) == ["connectStudentId", "studentId", "connectUserId", "guardianId", "connectSchoolId"]
    gone = sorted(set(everybody()) - set(some(60)))
    assert sorted(row["studentId"] for row in lost) == gone
    assert sorted(row["guardianId"] for row in lost) == [f"g{student}" for student in gone]
    assert {row["connectSchoolId"] for row in lost} == {"S001"}
    log = ck.Twin(twin).activity()
    assert f"{CODE}: Ms Alder: moved to another list" in " ".join(log["what"])

    command = ["results", str(tmp_path / "sent"), "--plan", str(tmp_path / "plan"), "--out", str(tmp_path / "read")]
    assert run(command) == 0
    assert "that Abandon disconnected: 120 as forecast" in capsys.readouterr().out
    with (tmp_path / "read" / "disconnected.csv").open(newline="") as file:
        assert [row["verdict"] for row in csv.DictReader(file)] == ["as forecast"] * 120

    assert run(["twin", "undo", str(twin)]) == 0
    assert exported(twin, tmp_path / "undone") == 220


@pytest.mark.thorough
def test_up_to_the_limit_a_line_says_how_many(twin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare(tmp_path, twin, deliver(tmp_path / "d", guardians_of=some(162))) == 0  # 18 of 180 are 10 %
    words = "no school loses more than 10 % of its guardian relationships; the workspace counts 18 guardian"
    assert f"✔ met       guardians disconnected by Abandon: {CODE}: {words}" in capsys.readouterr().out
    assert upload(tmp_path, twin) == 0
    assert real(tmp_path, twin, lost=18) == 0
    assert "Abandon disconnected 18 guardian relationships of 18 children" in capsys.readouterr().out
    assert exported(twin, tmp_path / "after") == 202


@pytest.mark.thorough
def test_the_limit_is_a_setting(twin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    delivery = deliver(tmp_path / "d", guardians_of=some(162))
    assert prepare(tmp_path, twin, delivery, "--abandon-limit", "9.9") == 1
    assert ck.read_plan(tmp_path / "plan").abandon_limit == 9.9
    assert "more than 9.9 %" in capsys.readouterr().out
    assert prepare(tmp_path, twin, deliver(tmp_path / "e", guardians_of=some(60)), "--abandon-limit", "70") == 0


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("guardians_of", "unknown"), [(some(1, 0), False), (everybody(), True)], ids=["one row", "unknown students only"]
)
def test_a_file_that_names_nobody_disconnects_nobody_unseen(
    twin: Path, tmp_path: Path, guardians_of: list[str], unknown: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = deliver(tmp_path / "d", guardians_of=guardians_of, unknown=unknown)
    assert prepare(tmp_path, twin, delivery) == 1
    upload(tmp_path, twin)
    capsys.readouterr()
    assert real(tmp_path, twin) == 1
    printed = capsys.readouterr().out
    assert f"school 0101: {180 if unknown else 179} of 180 guardian relationships" in printed
    assert "school 0102: 40 of 40 guardian relationships, 100 %, of 40 children" in printed
    assert exported(twin, tmp_path / "after") == 220


@pytest.mark.thorough
def test_without_abandon_there_is_no_such_condition(
    twin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = deliver(tmp_path / "d", guardians_of=some(60))
    run(["prepare", str(delivery), "--workspace", str(twin), "--out", str(tmp_path / "plan")])
    assert "Abandon" not in capsys.readouterr().out
    upload(tmp_path, twin)
    assert "Abandon" not in capsys.readouterr().out
