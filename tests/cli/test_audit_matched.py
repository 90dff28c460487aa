"""The audit's three further files: duplicate students, and which schools and classrooms belong together."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connect_kit.cli import app, run

PAIRS = "left_id,left_source,right_id,right_source,match_probability,match_weight,cluster_id"
CHANGES = "kind,connectSchoolId,connectId,oldId,newId,pattern,match_probability"
PARTNERS = "status,roster_id,roster_title,workspace_id,workspace_title,score,reason"
USERS = """sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades
0001,0104,student,Mina,Okafor,,,G1,03
0002,0104,student,Teo,Lind,,,G2,03
0003,0104,student,Minna,Okafor,,,G1,03
G1,0104,guardian,Ada,Okafor,ada@example.org,,,
G2,0104,guardian,Eva,Lind,eva@example.org,,,
T1,0104,teacher,Lee,Brandt,lee@example.org,,,
"""
CLASSES = """sourcedId,title,grades,schoolSourcedId
0011,Room 3,03,0104
0012,"Ms. Brandt, Room 4",03,0104
"""
WORKSPACE = {
    "schools": "connectSchoolId,name,schoolId\nK1,Maple School,0104\n",
    "classrooms": "connectClassroomId,connectSchoolId,title,grades,classId,archived\n"
    "R1,K1,Room 3,03,0011,false\nR2,K1,Chess club,12,,true\n",
    "students": "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n"
    "CP2,K1,Teo,Lind,03,,,false\n",
}
#: What people decided, so that these tests do not hang on what the model thinks.
DECISIONS = """about,left,right,decision,who,when,note
students,roster:0001,roster:0003,same,ada,2026-08-15T08:00:00Z,
students,roster:0002,workspace:CP2,same,ada,2026-08-15T08:01:00Z,
classrooms,,workspace:R2,archive,ada,2026-08-15T08:02:00Z,
classrooms,roster:0012,workspace:R2,different,ada,2026-08-15T08:03:00Z,
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A tiny delivery, its workspace and what was decided about both."""
    seats = "classSourcedId,schoolSourcedId,userSourcedId,role\n" + "".join(
        f"{of},0104,{who},{role}\n"
        for of in ("0011", "0012")
        for who, role in (("0001", "student"), ("0002", "student"), ("0003", "student"), ("T1", "teacher"))
    )
    write(tmp_path / "delivery", users=USERS, classes=CLASSES, enrollments=seats)
    write(tmp_path / "workspace", **WORKSPACE)
    (tmp_path / "connect-kit-decisions.csv").write_text(DECISIONS, encoding="utf-8")
    return tmp_path


def write(folder: Path, **files: str) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def audit(place: Path, *more: str, workspace: bool = True) -> tuple[int, str, dict[str, Any]]:
    """Exit code, what was printed, and summary.json."""
    known = ["--workspace", str(place / "workspace")] if workspace else []
    done = CliRunner().invoke(app, ["audit", str(place / "delivery"), *known, "--out", str(place / "out"), *more])
    assert done.exit_code in (0, 1), done.output
    return done.exit_code, done.stdout, json.loads((place / "out" / "summary.json").read_text(encoding="utf-8"))


def lines(place: Path, name: str) -> tuple[str, list[dict[str, str]]]:
    """The titles as they are written, and the rows."""
    with (place / "out" / name).open(encoding="utf-8", newline="") as file:
        text = file.read()
    return text.partition("\r\n")[0], list(csv.DictReader(text.splitlines()))


@pytest.mark.thorough
def test_the_three_files_hold_what_was_found_and_decided(place: Path) -> None:
    code, printed, summary = audit(place)
    assert code == 0, "duplicate students never make a delivery unfit"
    titles, pairs = lines(place, "duplicates.csv")
    assert titles == PAIRS
    found = {(row["left_id"], row["left_source"], row["right_id"], row["right_source"]) for row in pairs}
    assert found == {("0001", "roster", "0003", "roster"), ("0002", "roster", "CP2", "workspace")}
    assert {row["match_probability"] for row in pairs} == {"1.0"}
    assert sorted(row["cluster_id"] for row in pairs) == ["1", "2"]
    titles, schools = lines(place, "schools.csv")
    assert titles == PARTNERS
    assert [list(row.values()) for row in schools] == [
        ["matched", "0104", "", "K1", "Maple School", "1.0", "same School ID"]
    ]
    titles, classrooms = lines(place, "classrooms.csv")
    assert titles == PARTNERS
    read = [[row["status"], row["roster_id"], row["workspace_id"], row["reason"]] for row in classrooms]
    assert read[0] == ["matched", "0011", "R1", "same class ID"]
    assert [row[:3] for row in read[1:]] == [["unmatched_roster", "0012", ""], ["unmatched_workspace", "", "R2"]]
    assert read[2][3] == "decided: archive"
    assert summary["duplicates"] == {"pairs": 2, "clusters": 2, "possible": 0}
    assert summary["schools"] == {"matched": 1, "suggested": 0, "unmatched": 0}
    assert summary["classrooms"] == {"matched": 1, "suggested": 0, "unmatched": 2}
    assert {"read", "duplicates", "schools", "classrooms", "check"} <= set(summary["seconds"])
    counts = {finding["code"]: finding["count"] for finding in summary["findings"]}
    assert counts["users.student.entered_twice"] == 2
    assert counts["workspace.students.duplicates_expected"] == 1
    assert "1 pair in the delivery, 1 of the delivery and Connect; 2 children" in printed
    assert "1 matched, 0 suggested, 1 only in the delivery, 1 only on Connect" in printed


@pytest.mark.thorough
def test_without_a_workspace_the_files_are_there_with_their_titles(place: Path) -> None:
    _, printed, summary = audit(place, workspace=False)
    assert lines(place, "schools.csv") == (PARTNERS, [])
    assert lines(place, "classrooms.csv") == (PARTNERS, [])
    assert [row["right_id"] for row in lines(place, "duplicates.csv")[1]] == ["0003"]
    assert (summary["schools"], summary["classrooms"]) == (None, None)
    assert summary["duplicates"] == {"pairs": 1, "clusters": 1, "possible": 0}
    assert "1 pair in the delivery; 1 child" in printed
    assert "Classrooms " not in printed


@pytest.mark.thorough
def test_duplicates_are_left_out_on_request_and_their_rules_said_to_be_unchecked(place: Path) -> None:
    _, printed, summary = audit(place, "--no-duplicates")
    assert lines(place, "duplicates.csv") == (PAIRS, [])
    assert summary["duplicates"] is None
    assert summary["classrooms"] == {"matched": 1, "suggested": 0, "unmatched": 2}
    assert "duplicates" not in summary["seconds"]
    unchecked = {row["code"] for row in summary["not_checked"]}
    changed = {f"workspace.{kind}.id_changed" for kind in ("schools", "students", "staff", "guardians", "classrooms")}
    pairs = {
        "users.student.entered_twice",
        "workspace.students.duplicates_expected",
        "workspace.students.on_connect_twice",
    }
    assert unchecked == pairs | changed
    assert lines(place, "id_changes.csv") == (CHANGES, [])
    assert summary["id_changes"] is None
    assert "Duplicate students" not in printed


def test_a_broken_decisions_file_ends_with_2_naming_every_line_and_changes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = "about,left,right,decision,who,when,note\nstudents,roster:0001,roster:0003,maybe,ada,2026-08-15,\n"
    broken += "students,0001,roster:0003,same,ada,2026-08-15T08:00:00Z,\n"
    decisions = place / "connect-kit-decisions.csv"
    decisions.write_text(broken, encoding="utf-8")
    asked = ["audit", str(place / "delivery"), "--workspace", str(place / "workspace"), "--out", str(place / "out")]
    assert run(asked) == 2
    read = capsys.readouterr().err
    assert read.startswith("connect-kit: ") and read.count("\n") == 1
    assert "maybe" in read and "line 2" in read and "line 3" in read
    assert not (place / "out").exists()
    assert decisions.read_text(encoding="utf-8") == broken


@pytest.mark.parametrize("left", ["no student", "no users.csv"])
def test_a_delivery_without_students_is_audited_all_the_same(place: Path, left: str) -> None:
    users = place / "delivery" / "users.csv"
    if left == "no users.csv":
        users.unlink()
    else:
        users.write_text(USERS.splitlines()[0] + "\n" + USERS.splitlines()[-1] + "\n", encoding="utf-8")
    code, _, summary = audit(place)
    assert code == 1, "enrollments of nobody are critical"
    assert summary["duplicates"] == {"pairs": 0, "clusters": 0, "possible": 0}
    assert lines(place, "duplicates.csv") == (PAIRS, [])
    assert lines(place, "classrooms.csv")[1]


@pytest.mark.thorough
def test_report_and_workbook_tell_of_it_too(place: Path) -> None:
    import openpyxl

    audit(place)
    page = (place / "out" / "report.html").read_text(encoding="utf-8")
    assert '<h2 id="duplicates">Duplicate students</h2>' in page and "Schools and classrooms" in page
    assert not {name for name in ("Mina", "Lind", "Ada", "Brandt", "Chess club") if name in page}
    book = openpyxl.load_workbook(place / "out" / "findings.xlsx")
    assert book.sheetnames[-4:] == ["Duplicates", "School matches", "Classrooms", "Left behind"]
