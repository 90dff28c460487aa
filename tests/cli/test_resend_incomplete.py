"""Rows that succeeded in part only, as a child whose guardian was refused, are sent again with those that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.uploads.records import refused_codes
from tests.accidents.road import read, rewrite
from tests.uploads.small import deliver, new_twin

NAMELESS = "9005,,0105,parent,Ivo,,ivo@mail.example.org,,,,\n"
CHILD = '0005,,0105,student,Fay,Okafor,,,"9005",06,\n'


def confirmed(plan: Path, twin: Path) -> int:
    send = ["upload", str(plan), "--twin", str(twin)]
    run(send)
    return run([*send, "--real", "--confirm", f"Maple Valley {ck.read_plan(plan).rows}"])


def guardians_of_fay(folder: Path) -> list[str]:
    assert run(["twin", "export", str(folder / "maple.duckdb"), "--out", str(folder / "exported")]) == 0
    fay = next(
        row["connectStudentId"]
        for row in read(folder / "exported" / "students.csv")
        if (row["givenName"], row["studentId"]) == ("Fay", "0005")
    )
    guardians = read(folder / "exported" / "guardians.csv")
    return [row["guardianId"] for row in guardians if fay in row["connectStudentIds"].split(",")]


def sent(folder: Path, more: str) -> Path:
    """Upload the delivery with further rows of users.csv, whatever is wrong with them."""
    delivery = deliver(folder / "d", guardians=None, student_attributes=None)
    twin, plan = new_twin(folder / "maple.duckdb"), folder / "plan"
    path = delivery / "users.csv"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    command = ["prepare", str(delivery), "--workspace", str(twin.path), "--out", str(plan), "--keep-existing"]
    run(command)
    waived = [part for one in ck.read_plan(plan).critical for part in ("--waive", f"{one.code}=the office knows")]
    assert run([*command, *waived]) == 0
    run(["upload", str(plan), "--twin", str(twin.path)])
    for code in refused_codes(plan):
        ck.read_plan(plan).waive(code, "the office knows")
    confirmed(plan, twin.path)
    assert guardians_of_fay(folder) == []
    return plan


@pytest.mark.thorough
def test_a_child_whose_guardian_was_refused_is_sent_again_with_the_guardian(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = sent(tmp_path, NAMELESS + CHILD)
    rewrite(
        tmp_path / "d" / "users.csv", lambda row: {**row, "familyName": "Ude"} if row["sourcedId"] == "9005" else row
    )
    capsys.readouterr()
    assert run(["resend", str(plan), "--corrected", str(tmp_path / "d")]) == 0
    said = capsys.readouterr().out
    assert f"Failed or incomplete, as {tmp_path / 'd'} has them: 2 rows of " in said
    next_one = f"python -m connect_kit upload {tmp_path / 'plan-resend'} --twin {tmp_path / 'maple.duckdb'}"
    assert f"→ make the dry run:\n{' ' * 18}{next_one}\n" in said
    assert "sent again" not in said
    again, twin = tmp_path / "plan-resend", tmp_path / "maple.duckdb"
    assert [row["sourcedId"] for row in read(again / "users.csv")] == ["9005", "0005"]
    assert run(["resend", str(plan), "--corrected", str(tmp_path / "d")]) == 0  # replaced, as it was not uploaded
    assert "sent again" not in capsys.readouterr().out
    assert confirmed(again, twin) == 0
    assert guardians_of_fay(tmp_path) == ["9005"]
    capsys.readouterr()
    assert run(["resend", str(again)]) == 2
    assert "nothing failed, so there is nothing to resend" in capsys.readouterr().err

    sealed = (again / "plan.json").read_bytes()
    assert run(["resend", str(plan), "--corrected", str(tmp_path / "d")]) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert "was uploaded on " in err and "its results say what became of its rows" in err
    assert (again / "plan.json").read_bytes() == sealed
    other = tmp_path / "other"
    assert run(["resend", str(plan), "--corrected", str(tmp_path / "d"), "--out", str(other)]) == 0
    said = capsys.readouterr().out
    assert f"▲ Rows of this plan were sent again by {again} on " in said
    assert f"python -m connect_kit results {again} --out {again}-results\n" in said
    assert run(["results", str(again), "--out", str(tmp_path / "seen")]) == 0
    assert not (tmp_path / "seen" / "support-message.txt").exists()


@pytest.mark.thorough
def test_a_child_is_sent_again_unchanged_once_the_guardian_is_on_connect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = sent(tmp_path, CHILD)
    assert run(["results", str(plan), "--out", str(tmp_path / "read")]) in (0, 1)
    named = {(row["file"], int(row["line"])) for row in read(tmp_path / "read" / "corrections.csv")}
    late = deliver(
        tmp_path / "late", classes=None, enrollments=None, guardians=None, student_attributes=None,
        users="sourcedId,orgSourcedIds,role,givenName,familyName,email\n"
        "9005,0105,parent,Ivo,Ude,ivo@mail.example.org\n",
    )  # fmt: skip
    twin = ck.Twin(tmp_path / "maple.duckdb")
    files = ck.plan_upload(ck.read_roster(late), twin.workspace(), folder=tmp_path / "late-plan").files
    twin.dry_run(files, tmp_path / "late-results")
    assert twin.send(files[0], tmp_path / "late-sent", run="late").errors == 0
    capsys.readouterr()
    assert run(["resend", str(plan)]) == 0
    assert "Failed or incomplete: 1 row of " in capsys.readouterr().out
    assert len(named) == 1
    assert [row["sourcedId"] for row in read(tmp_path / "plan-resend" / "users.csv")] == ["0005"]
    assert confirmed(tmp_path / "plan-resend", twin.path) == 0
    assert guardians_of_fay(tmp_path) == ["9005"]
