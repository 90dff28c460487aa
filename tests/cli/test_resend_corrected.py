"""Only what failed is sent again, as a corrected delivery has it."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.cli import run
from tests.accidents.road import rewrite
from tests.uploads.small import deliver, new_twin

NAMELESS = "0005,,0105,student,Fay,,,,,06,\n"
SEATS = "e4,c9,0105,0002,student\ne5,c2,0105,0005,student\n"


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Uploaded but for a child without a family name, her class, and a seat in a class that nobody knows."""
    delivery = deliver(tmp_path / "d", guardians=None, student_attributes=None)
    twin = new_twin(tmp_path / "maple.duckdb")
    for name, more in (("users", NAMELESS), ("enrollments", SEATS)):
        path = delivery / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    plan = tmp_path / "plan"
    command = ["prepare", str(delivery), "--workspace", str(twin.path), "--out", str(plan), "--keep-existing"]
    run(command)
    waived = [part for one in ck.read_plan(plan).critical for part in ("--waive", f"{one.code}=the office knows")]
    assert run([*command, *waived]) == 0
    send = ["upload", str(plan), "--twin", str(twin.path)]
    run(send)
    for code in set(last_errors(plan)):
        ck.read_plan(plan).waive(code, "the office knows")
    assert run([*send, "--real", "--confirm", f"Maple Valley {ck.read_plan(plan).rows}"]) == 1
    return tmp_path


def last_errors(plan: Path) -> list[str]:
    from connect_kit.uploads.records import refused_codes

    return [code for code in refused_codes(plan) if code]


def test_failed_rows_are_sent_with_their_corrected_values(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    delivery, plan, twin = sent / "d", sent / "plan", sent / "maple.duckdb"
    rewrite(delivery / "users.csv", lambda row: {**row, "familyName": "Okafor"} if row["sourcedId"] == "0005" else row)
    rewrite(delivery / "users.csv", lambda row: {**row, "familyName": "Other"} if row["sourcedId"] == "0001" else row)
    rewrite(delivery / "enrollments.csv", lambda row: None if row["classSourcedId"] == "c9" else row)
    capsys.readouterr()
    assert run(["resend", str(plan), "--corrected", str(delivery)]) == 0
    said = capsys.readouterr().out
    assert f"Failed, as {delivery} has them: 2 rows of " in said
    assert "▲ Failed, and not in the corrected delivery: 1 row of enrollments.csv (line 5)" in said
    again = sent / "plan-resend"
    made = ck.read_plan(again)
    assert (again / "users.csv").read_bytes() == (
        b"sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades\r\n"
        b"0005,0105,student,Fay,Okafor,,,,06\r\n"
    )
    assert (again / "enrollments.csv").read_text(encoding="utf-8").splitlines()[1:] == ["c2,0105,0005,student"]
    assert made.not_corrected == {"enrollments.csv": (5,)}
    send = ["upload", str(again), "--twin", str(twin)]
    assert run(send) == 0
    assert run([*send, "--real", "--confirm", "Maple Valley 2"]) == 0
    students = ck.Twin(twin).table("students").set_index("studentId")["familyName"]
    assert (students["0005"], students["0001"]) == ("Okafor", "Quill")  # 0001 did not fail


@pytest.mark.thorough
def test_a_delivery_without_any_of_the_failed_rows_is_refused(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = deliver(sent / "other", guardians=None, student_attributes=None)
    capsys.readouterr()
    assert run(["resend", str(sent / "plan"), "--corrected", str(other)]) == 2
    assert "the corrected delivery holds none of the rows that failed" in capsys.readouterr().err
    assert run(["resend", str(sent / "plan"), "--corrected", str(sent / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err
