"""Each command of the road says which one is next, as it can be typed."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.cli.commands import Places
from tests.accidents.road import rewrite
from tests.accidents.years import District

TOOL = "python -m connect_kit "
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command: its exit code, and what it printed."""

    def running(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return running


def commands(printed: str, *containing: str) -> list[list[str]]:
    """Commands among what was printed that contain all these words, as the shell splits them."""
    lines = [line.partition(TOOL)[2].rstrip(".") for line in printed.splitlines() if TOOL in line]
    return [shlex.split(line) for line in lines if all(word in line for word in containing)]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A district in a folder with blanks and an apostrophe, of which six children left; its twin and its workspace."""
    folder = tmp_path / "Maple's valley"
    made = District(160, schools=2, seed=1).write(folder / "district")
    gone = [child.id for child in made.this.children.values() if child.school == 0][:6]
    rewrite(made.delivery / "users.csv", lambda row: None if row["sourcedId"] in gone else row)
    rewrite(made.delivery / "enrollments.csv", lambda row: None if row["userSourcedId"] in gone else row)
    made.delivery.rename(folder / "delivery")
    made.workspace.rename(folder / "workspace")
    return folder


@pytest.fixture
def twin(place: Path, say: Say) -> Path:
    words = ["--workspace", place / "workspace", "--district", "St. Mary's"]
    code, said = say("twin", "new", place / "maple.duckdb", *words)
    assert code == 0, said
    return place / "maple.duckdb"


@pytest.mark.thorough
def test_a_dry_run_prints_the_command_of_the_real_upload_which_then_uploads(place: Path, twin: Path, say: Say) -> None:
    code, said = say("prepare", place / "delivery", "--workspace", twin, "--out", place / "plan")
    assert code == 0, said
    rehearse = commands(said, "upload ")[0]
    assert rehearse == ["upload", str(place / "plan"), "--twin", str(twin)]
    code, said = say(*rehearse)
    assert code == 0, said
    assert "Nothing is blocking. Next, the real upload:" in said
    [real] = commands(said, "--real")
    plan = ck.read_plan(place / "plan")
    assert real == [*rehearse, "--real", "--confirm", f"St. Mary's {plan.rows}"]
    code, said = say(*real)
    assert code == 0, said
    assert "Uploaded." in said


@pytest.mark.thorough
def test_a_dry_run_says_what_still_blocks_the_real_upload_and_what_is_done(place: Path, twin: Path, say: Say) -> None:
    lines = (place / "delivery" / "users.csv").read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace(",student,", ",pupil,")
    (place / "delivery" / "users.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    code, said = say("prepare", place / "delivery", "--workspace", twin, "--out", place / "plan")
    assert code == 1, said
    _, said = say("upload", place / "plan", "--twin", twin)
    assert "the real upload:" not in said
    after = said.partition("Before a real upload, ")[2]
    assert after.splitlines()[0] in ("1 condition is blocking:", "2 conditions are blocking:")
    assert "▲ blocking  self-check: " in after
    assert "✔ met" not in after
    where = ["--workspace", str(twin), "--out", str(place / "plan")]
    assert "→ then prepare again:" in after
    assert commands(after, "prepare ")[0] == ["prepare", str(place / "delivery"), *where]
    waived = ["upload", str(place / "plan"), "--twin", str(twin), "--waive", "users.role.known=REASON"]
    assert commands(after, "--waive users.role.known=REASON")[0] == waived


def test_a_verdict_says_what_it_is_of_and_what_is_still_to_be_done(place: Path, twin: Path, say: Say) -> None:
    _, said = say("prepare", place / "delivery", "--workspace", twin, "--out", place / "plan")
    of = "Verdict on what is sent (what a real upload needs besides stands at the end):\n"
    assert said.partition(of)[2].startswith("▲ FIT, BUT DECIDE FIRST: ")
    assert "Before a real upload, only the dry run is still to be made:" in said
    say("upload", place / "plan", "--twin", twin)
    _, said = say("upload", place / "plan", "--twin", twin, "--real", "--confirm", "?")
    assert "Before a real upload" not in said  # nothing is blocking


@pytest.mark.thorough
def test_what_stays_behind_is_named_with_the_command_that_lists_it(place: Path, twin: Path, say: Say) -> None:
    delivery = place / "delivery"
    for words, beside in (
        (["audit", delivery, "--workspace", twin, "--out", place / "out"], place / "out-left-behind"),
        (["prepare", delivery, "--workspace", twin, "--out", place / "plan"], place / "plan-left-behind"),
    ):
        _, said = say(*words)
        [command] = commands(said, "left-behind ")
        assert command == ["twin", "left-behind", str(twin), str(delivery), "--out", str(beside)]
        code, said = say(*command)
        assert code == 0, said
        assert (beside / "left_behind.xlsx").is_file()
    lines = (beside / "left_behind.csv").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("students,") for line in lines) == 6


@pytest.mark.thorough
@pytest.mark.parametrize("part", [["--schools", "0101"], ["--upload-level", "school", "--school", "0101"]])
def test_of_a_part_of_the_district_only_that_part_is_named(part: list[str], place: Path, twin: Path, say: Say) -> None:
    delivery = place / "delivery"
    code, said = say("prepare", delivery, "--workspace", twin, "--out", place / "plan", *part)
    assert code == 0, said
    [listing] = commands(said, "left-behind ")
    assert listing[4:6] == ["--school", "0101"]
    code, left = say(*listing, "--yes")
    assert code == 0, left
    assert "left behind in the 1 school chosen (K1)" in left
    prepared = Places(ck.read_plan(place / "plan"), twin).prepare("--keep-ids")
    assert shlex.split(prepared.removeprefix(TOOL)) == [
        "prepare", str(delivery), "--workspace", str(twin), "--out", str(place / "plan"), *part, "--keep-ids",
    ]  # fmt: skip


@pytest.mark.thorough
def test_of_an_export_the_worksheet_is_written_and_nothing_is_done(place: Path, twin: Path, say: Say) -> None:
    delivery, export = place / "delivery", place / "export"
    ck.Twin(twin).export(export)
    before = {path.name: path.read_bytes() for path in export.iterdir()}
    _, said = say("audit", delivery, "--workspace", export, "--out", place / "out")
    [command] = commands(said, "left-behind ")
    assert command == ["twin", "left-behind", str(export), str(delivery), "--out", str(place / "out-left-behind")]
    code, said = say(*command)
    assert code == 0, said
    assert "To do it:" not in said
    assert (place / "out-left-behind" / "left_behind.xlsx").is_file()
    for more in ([], ["--yes"], ["--yes", "--out", place / "x"]):
        for name in ("left-behind", "record-ids"):
            code, said = say("twin", name, export, delivery, *more)
            assert code == 2, said
            assert "is a folder, and not a twin: give --out FOLDER for a worksheet" in said
    assert {path.name: path.read_bytes() for path in export.iterdir()} == before


@pytest.fixture
def migrated(tmp_path: Path) -> tuple[Path, Path]:
    """A district whose first school comes under new IDs: its delivery, and the workspace's export."""
    district = District(160, schools=2, seed=1)
    last = district.copy()
    district.change_ids("number_to_guid", school=0)
    made = district.write(tmp_path / "my district", last)
    return made.delivery, made.workspace


@pytest.mark.thorough
def test_the_list_of_new_ids_is_written_by_the_command_that_prepare_names(
    migrated: tuple[Path, Path], tmp_path: Path, say: Say
) -> None:
    delivery, export = migrated
    code, said = say("prepare", delivery, "--workspace", export, "--out", tmp_path / "plan")
    assert code == 1, said
    assert "write the list for recording the new IDs on Connect; then export Connect, and prepare again:" in said
    [words] = commands(said, "twin record-ids ")
    out = tmp_path / "plan-record-ids"
    assert words == ["twin", "record-ids", str(export), str(delivery), "--out", str(out)]
    code, said = say(*words)
    assert code == 0, said
    changes = ck.audit(delivery, export).id_changes
    assert changes is not None and len(changes) > 20
    assert f"{changes.counts['students']} students under another ID than Connect has" in said
    sheets = openpyxl.load_workbook(out / "id-changes-worksheet.xlsx").worksheets[1:]
    listed = {sheet.title.lower(): sheet.max_row - 1 for sheet in sheets}
    assert listed == {kind: number for kind, number in changes.counts.items() if number}
    assert all("name" not in next(sheet.iter_rows(values_only=True)) for sheet in sheets)
    shutil.rmtree(out)
    code, said = say(*words, "--kind", "students", "--names")
    assert code == 0, said
    [sheet] = openpyxl.load_workbook(out / "id-changes-worksheet.xlsx").worksheets[1:]
    assert sheet.title == "Students"
    assert "name" in next(sheet.iter_rows(values_only=True))
    assert (out / "id-changes-worksheet.xlsx").stat().st_mode & 0o777 == 0o600
