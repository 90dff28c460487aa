"""The whole road, gone by what each command prints: whoever pastes the next command gets what it announces."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.accidents.road import ACTIVE, Road, rewrite
from tests.accidents.years import District, Written
from tests.marks import some

TOOL = "python -m connect_kit "
Lay = Callable[[Path, Path], Road]


class Pasted:
    """A terminal on which only commands are run that the one before has printed."""

    def __init__(self, road: Road) -> None:
        self.road, self.said = road, ""

    def start(self, *words: object) -> int:
        code = self.road.run(*words)
        self.said = self.road.said
        return code

    def printed(self, *containing: str) -> list[list[str]]:
        """The printed commands that contain these words, as the shell splits them."""
        lines = [line.partition(TOOL)[2] for line in self.said.splitlines() if TOOL in line]
        commands = [shlex.split(line) for line in lines]
        return [words for words in commands if all(word in words for word in containing)]

    def paste(self, *containing: str, reason: str = "Ms. Alder knows") -> int:
        """Run the first printed command that contains these words, with a reason where one is to be filled in."""
        before = self.said
        found = self.printed(*containing)
        assert found, (containing, before)
        words = [word.replace("REASON", reason) for word in found[0]]
        assert not [word for word in words if re.fullmatch(r"[A-Z]{2,}(,[A-Z]{2,})*|…", word)], words
        return self.start(*words)

    def after(self, words: str) -> Pasted:
        """Only what is printed beneath some words."""
        assert words in self.said, self.said
        made = Pasted(self.road)
        made.said = self.said.partition(words)[2]
        return made


def changed(district: District) -> None:
    district.change_ids("number_to_guid")


def clean(district: District) -> None:
    """Nothing changes."""


@pytest.fixture
def lay_out(tmp_path: Path, lay: Lay) -> Callable[..., tuple[Pasted, Written]]:
    def laid(schools: int, change: Callable[[District], None]) -> tuple[Pasted, Written]:
        district = District(140, schools=schools, seed=6)
        last = district.copy()
        change(district)
        made = district.write(tmp_path / "Maple's district", last)
        gone = [child.id for child in made.this.children.values() if child.school == 0][:4]
        rewrite(made.delivery / "users.csv", lambda row: None if row["sourcedId"] in gone else row)
        rewrite(made.delivery / "enrollments.csv", lambda row: None if row["userSourcedId"] in gone else row)
        return Pasted(lay(made.delivery, made.workspace)), made

    return laid


def audited(shell: Pasted, level: str) -> None:
    road = shell.road
    more = ["--level", "school"] if level == "school" else []
    assert shell.start("audit", road.delivery, "--workspace", road.twin, "--out", road.out, *more) in (0, 1)


LEVELS = pytest.mark.parametrize(("level", "schools"), some([("district", 2), ("school", 1)]))


@pytest.mark.thorough
@LEVELS
def test_a_clean_delivery_is_sent_by_pasting(level: str, schools: int, lay_out, tmp_path: Path) -> None:
    shell, made = lay_out(schools, clean)
    audited(shell, level)
    assert shell.paste("prepare") == 0, shell.said
    assert shell.paste("upload") == 0, shell.said
    assert "Nothing is blocking." in shell.said
    assert shell.paste("upload", "--real") == 0, shell.said
    uploaded = shell.said
    assert "Uploaded." in uploaded
    assert shell.paste("results") == 0, shell.said
    assert "Written: " in shell.said
    assert shell.paste("left-behind") == 0, shell.said
    assert "4 students not delivered" in shell.said
    assert shell.paste("left-behind", "--yes") == 0, shell.said
    assert shell.road.count(ACTIVE) == len(made.this.children) - 4
    assert shell.paste("undo") == 0, shell.said
    assert shell.road.count(ACTIVE) == len(made.this.children)
    shell.said = uploaded
    assert shell.paste("undo") == 0, shell.said


@LEVELS
@pytest.mark.parametrize("way", some(["--keep-ids", "record-ids", "archive-changed"]))
@pytest.mark.thorough
def test_changed_ids_are_solved_by_pasting_any_way_out(
    way: str, level: str, schools: int, lay_out, tmp_path: Path
) -> None:
    shell, made = lay_out(schools, changed)
    audited(shell, level)
    assert shell.paste("prepare") == 1
    ways = shell.said
    assert shell.paste(way) == 0, shell.said
    done = shell.said
    if way != "--keep-ids":
        shell.said = ways
        beneath = shell.after(f" {way} ")
        assert beneath.paste("prepare") == 0, beneath.said
        shell.said = beneath.said
    assert shell.paste("upload") == 0, shell.said
    assert shell.paste("upload", "--real") == 0, shell.said
    assert shell.road.count(ACTIVE) == len(made.this.children)  # who is gone was not archived
    assert shell.paste("results") == 0, shell.said
    if way == "archive-changed":
        assert shell.road.count("SELECT count(*) FROM students") == 2 * len(made.this.children) - 4
        shell.said = done
        assert shell.paste("merge") == 0, shell.said
        assert shell.paste("merge", "--apply") == 0, shell.said
        assert shell.road.count("SELECT count(*) FROM students") == len(made.this.children)


@pytest.mark.thorough
@LEVELS
def test_a_waiver_is_pasted_with_a_reason_and_the_children_are_merged_by_pasting(
    level: str, schools: int, lay_out
) -> None:
    shell, made = lay_out(schools, changed)
    audited(shell, level)
    assert shell.paste("prepare") == 1
    assert shell.paste("upload", "--waive", "workspace.students.id_changed=REASON") == 0, shell.said
    assert shell.paste("upload", "--real") == 0, shell.said
    assert shell.paste("merge") == 0, shell.said
    assert shell.paste("merge", "--apply") == 0, shell.said
    assert shell.road.count("SELECT count(*) FROM students") == len(made.this.children)


@pytest.mark.thorough
def test_a_folder_exported_from_connect_gets_its_twin_by_pasting(lay_out, tmp_path: Path) -> None:
    shell, made = lay_out(2, clean)
    assert shell.start("audit", made.delivery, "--workspace", made.workspace, "--out", tmp_path / "out") == 0
    assert shell.paste("prepare") == 0, shell.said
    prepared = shell.said
    assert shell.paste("twin", "new") == 0, shell.said
    shell.said = prepared
    assert shell.paste("upload") == 0, shell.said
    assert shell.paste("upload", "--real") == 0, shell.said
    assert "Uploaded." in shell.said


@pytest.mark.thorough
def test_of_an_exported_folder_the_old_records_are_archived_on_its_twin_by_pasting(lay_out, tmp_path: Path) -> None:
    shell, made = lay_out(2, changed)
    assert shell.start("audit", made.delivery, "--workspace", made.workspace, "--out", tmp_path / "out") == 1
    assert shell.paste("prepare") == 1
    ways = shell.said
    shell.said = ways.partition("archive these records first")[2]
    beneath = shell.said
    for step in ("new", "archive-changed", "prepare", "upload"):
        assert shell.paste(step) == 0, (step, shell.said)
        shell.said = beneath if step in ("new", "archive-changed") else shell.said
    assert "Nothing is blocking." in shell.said


def test_critical_rows_are_waived_and_the_failed_ones_sent_again_by_pasting(lay_out, tmp_path: Path) -> None:
    shell, made = lay_out(2, clean)
    users = made.delivery / "users.csv"
    right = users.read_text(encoding="utf-8")
    wrong = right.replace(",student,", ",pupil,", 1)
    users.write_text(wrong, encoding="utf-8")
    audited(shell, "district")
    assert shell.paste("prepare") == 1
    assert "→ then prepare again:" in shell.said
    while shell.printed("--waive"):
        shell.paste("upload", "--waive")
    assert "Nothing is blocking." in shell.said, shell.said
    assert shell.paste("upload", "--real") == 1, shell.said  # one row is refused
    assert shell.paste("results") == 1, shell.said
    users.write_text(right, encoding="utf-8")
    assert shell.paste("resend") == 0, shell.said
    assert shell.paste("upload") == 0, shell.said
    assert shell.paste("upload", "--real") == 0, shell.said


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("answer", "twice"), [("--archive-existing", 0), pytest.param("--keep-existing", 1, marks=pytest.mark.thorough)]
)
def test_the_question_about_students_added_by_hand_is_answered_by_pasting(
    answer: str, twice: int, tmp_path: Path, lay: Lay
) -> None:
    made = District(140, schools=2, seed=6).write(tmp_path / "district")
    rewrite(made.workspace / "students.csv", lambda row: {**row, "studentId": ""})
    shell = Pasted(lay(made.delivery, made.workspace))
    audited(shell, "district")
    assert shell.paste("prepare") == 1
    assert "Are they to be archived?" in shell.said
    shell.paste("upload", answer)
    if answer == "--archive-existing":
        tried = shell.said
        assert shell.paste("archive-students") == 0, shell.said
        shell.said = tried
        beneath = shell.after("archive-students")
        assert beneath.paste("upload") == 0, beneath.said
        shell.said = beneath.said
    assert shell.paste("upload", "--real") == 0, shell.said
    assert shell.road.count(ACTIVE) == len(made.this.children) * (1 + twice)


@pytest.mark.thorough
@pytest.mark.parametrize("typed", ["relative", pytest.param("absolute", marks=pytest.mark.thorough)])
def test_paths_are_printed_as_they_were_typed(
    typed: str, lay_out, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, _ = lay_out(2, changed)
    monkeypatch.chdir(tmp_path)
    road = shell.road
    if typed == "relative":
        road.delivery, road.twin, road.out = (
            path.relative_to(tmp_path) for path in (road.delivery, road.twin, road.out)
        )
    shell.start("audit", road.delivery, "--workspace", road.twin, "--out", road.out)
    outputs = [shell.said]
    for words in (["prepare"], ["--keep-ids"], ["upload"], ["upload", "--real"], ["results"]):
        shell.paste(*words)
        outputs.append(shell.said)
    for said in outputs:
        assert (str(tmp_path) in said) == (typed == "absolute"), said
