"""What the command line says of gates: each with its finding's own remedy, and long texts in lines of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.checks.rules_by_code import rules_by_code
from connect_kit.cli import run
from tests.uploads.small import deliver, new_twin


def lay_out(place: Path, *more: str) -> None:
    """A district whose users.csv lost the zeros of one School ID, with more rows; its twin; and the plan of it."""
    rows = (
        "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades",
        "0001,104,student,Ada,Quill,,,,03",
        "0002,0105,student,Bo,Quill,,,,06",
        "7001,0105,teacher,Ezra,Thorn,e@s.example.org,,,",
        *more,
    )
    deliver(place / "d", users="\n".join([*rows, ""]), guardians=None, student_attributes=None)
    new_twin(place / "maple.duckdb")
    prepare(place)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    lay_out(tmp_path)
    return tmp_path


def prepare(place: Path) -> None:
    command = ["prepare", str(place / "d"), "--workspace", str(place / "maple.duckdb"), "--keep-existing"]
    assert run([*command, "--out", str(place / "plan")]) == 1


CODE = "users.orgSourcedIds.leading_zero_lost"


def test_a_gate_names_the_side_that_is_to_be_mended(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    prepare(place)
    lines = capsys.readouterr().out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"  ▲ blocking  self-check: {CODE}: "))
    assert lines[at].endswith("(1 row)")
    assert lines[at + 1].startswith(" " * 14 + "Export the file again with School IDs as text")
    after = [line for line in lines[at + 2 :] if "self-check" not in line]
    ways = after.index(" " * 14 + "→ then prepare again:")
    assert after[ways + 1].strip().startswith(f"python -m connect_kit prepare {place / 'd'} --workspace ")
    upload = f"python -m connect_kit upload {place / 'plan'} --twin {place / 'maple.duckdb'}"
    assert after[ways + 3].strip().startswith(f"{upload} --waive ")
    assert f" --waive {CODE}=REASON" in after[ways + 3]
    schools = next(n for n, line in enumerate(lines) if line.startswith("  ▲ blocking  schools matched: "))
    assert lines[schools].endswith("on no school of Connect: 104")
    assert lines[schools + 1] == lines[at + 1]
    assert lines[schools + 2].strip().startswith("→ then prepare again; School IDs that differ in more than zeros")


@pytest.mark.thorough
def test_rows_that_the_dry_run_refused_have_their_remedy(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["upload", str(place / "plan"), "--twin", str(place / "maple.duckdb")]
    assert run(arguments) == 1
    capsys.readouterr()
    assert run([*arguments, "--real"]) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("  ▲ blocking  dry run: the dry run refused rows: "))
    printed_after = [line.strip() for line in lines[at + 1 :]]
    assert f"{CODE}: {rules_by_code()[CODE].remedy}" in printed_after
    codes = [part.partition(": ")[0] for part in lines[at].partition("refused rows: ")[2].split(", ")]
    assert CODE in codes
    upload = f"python -m connect_kit {' '.join(arguments)}"
    assert f"{upload} " + " ".join(f"--waive {one}=REASON" for one in codes) in printed_after


@pytest.mark.thorough
def test_only_a_school_that_lost_no_zeros_is_left_out_beside_one_that_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(tmp_path, "0003,7777,student,Cy,Quill,,,,06")
    decide = ["decide-school", str(tmp_path / "d"), "7777", "--workspace", str(tmp_path / "maple.duckdb"), "--out"]
    said = capsys.readouterr().out
    assert f"python -m connect_kit {' '.join(decide)}" in said
    assert said.count(" decide-school ") == 1
    assert "  ▲ blocking  schools matched: on no school of Connect: 104, 7777\n" in said

    shortened = ["104" if word == "7777" else word for word in decide]
    assert run(shortened) == 2
    assert "104 is the School ID 0104 of Connect without its leading zeros" in capsys.readouterr().err
    assert run([*shortened, "--yes"]) == 0
    assert run(decide) == 0
    assert run(["105" if word == "104" else word for word in shortened]) == 2
    assert "'105' is not an ID of schools" in capsys.readouterr().err  # it is not delivered

    both = ck.Twin.new(tmp_path / "both.duckdb", "Maple Valley", {"North": "0104", "Annex": "104"})
    assert run([str(both.path) if word.endswith("maple.duckdb") else word for word in shortened]) == 0


def test_the_word_in_place_of_a_reason_waives_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["upload", str(place / "plan"), "--twin", str(place / "maple.duckdb"), "--waive", f"{CODE}=REASON"]) == 2
    assert "REASON stands for your own words" in capsys.readouterr().err


def test_an_error_of_gates_is_printed_with_a_line_for_each(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where gates become blocking after they were shown, as when another process changes the twin."""
    monkeypatch.setattr(ck.UploadPlan, "gates", _met_once(ck.UploadPlan.gates))
    plan = ck.read_plan(place / "plan")
    shutil.rmtree(place / "plan" / "results", ignore_errors=True)
    capsys.readouterr()
    command = ["upload", str(place / "plan"), "--twin", str(place / "maple.duckdb"), "--real"]
    assert run([*command, "--confirm", f"Maple Valley {plan.rows}"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "connect-kit: Maple Valley: nothing was sent, as gates are blocking:"
    assert lines[1].startswith(f"  self-check: {CODE}: ")
    assert lines[2].startswith("    to meet it: Export the file again")
    assert sum(line.startswith("  dry run: ") for line in lines) == 1


def _met_once(gates):
    """The gates as met when they are first looked at; then as they are."""
    seen: list[bool] = []

    def looked_at(plan, target=None):
        found = gates(plan, target)
        if not seen:
            seen.append(True)
            return found.assign(state="met")
        return found

    return looked_at
