"""Errors on the command line name commands and options, never what a Python program would call."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from pathlib import Path

import pytest

from connect_kit.cli import run
from connect_kit.cli.errors import _NEXT
from connect_kit.errors import NEXT
from tests.marks import some
from tests.uploads.small import deliver, new_twin

#: What only a Python program says: a call, a keyword argument, a class.
_PYTHON = re.compile(r"\w+\((?!s\))[^)]*\)|\b(?:Twin|UploadPlan|Findings)\b|\b[a-z]+_[a-z_]+=|\w+=(?:True|False)|=\)")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    deliver(tmp_path / "d", guardians=None)
    new_twin(tmp_path / "maple.duckdb")
    return tmp_path


def prepare(place: Path, *more: str) -> list[str]:
    words = ["prepare", str(place / "d"), "--workspace", str(place / "maple.duckdb"), "--out", str(place / "plan")]
    return [*words, *more]


WRONG: dict[str, Callable[[Path], list[str]]] = {
    "two schools at school level": lambda at: prepare(at, "--level", "school"),
    "several schools at school level": lambda at: prepare(at, "--level", "school", "--schools", "0104,0105"),
    "no school of the list": lambda at: prepare(at, "--schools", ""),
    "school and schools": lambda at: prepare(at, "--school", "0104", "--schools", "0105"),
    "an unknown school": lambda at: prepare(at, "--school", "0199"),
    "placed nowhere": lambda at: prepare(at, "--place-at", "0199"),
    "placed in a school's files": lambda at: prepare(at, "--level", "school", "--school", "0104", "--place-at", "0104"),
    "kept IDs that nobody compared": lambda at: prepare(at, "--keep-ids", "--no-duplicates"),
    "what cannot be waived": lambda at: prepare(at, "--waive", "users.orgSourcedIds.one_school=x"),
    "what needs no waiver": lambda at: prepare(at, "--waive", "nonsense=x"),
    "no plan": lambda at: ["upload", str(at / "nowhere"), "--twin", str(at / "maple.duckdb")],
    "no plan to resend": lambda at: ["resend", str(at / "nowhere")],
    "no plan to forecast": lambda at: ["forecast", str(at / "nowhere"), "--twin", str(at / "maple.duckdb")],
    "no twin": lambda at: ["twin", "show", str(at / "none.duckdb")],
    "a twin that is there": lambda at: ["twin", "new", str(at / "maple.duckdb"), "--district", "x"],
    "nothing to undo": lambda at: ["twin", "undo", str(at / "maple.duckdb")],
    "a school that the twin does not have": lambda at: [
        "twin", "archive-students", str(at / "maple.duckdb"), "--school", "K9", "--yes",
    ],
    "no school to decide about": lambda at: [
        "decide-school", str(at / "d"), "0199", "--workspace", str(at / "maple.duckdb"), "--out",
    ],
    "an unknown fault": lambda at: ["sample", "--out", str(at / "sample"), "--faults", "cats"],
    "no result files": lambda at: ["results", str(at / "nowhere"), "--out", str(at / "out")],
}  # fmt: skip


@pytest.mark.parametrize("wrong", some(WRONG.values(), 3), ids=WRONG)
def test_an_error_names_no_python(
    wrong: Callable[[Path], list[str]], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(wrong(place)) == 2
    said = capsys.readouterr().err
    assert said.startswith("connect-kit: ")
    assert not _PYTHON.search(said.replace(str(place), "")), said


def test_kept_ids_without_a_comparison_are_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["prepare", str(tmp_path / "nowhere"), "--workspace", str(tmp_path), "--keep-ids", "--no-duplicates"]
    assert run(words) == 2
    assert "--keep-ids needs that: leave out --no-duplicates" in capsys.readouterr().err


def test_every_step_has_words_on_the_command_line_for_the_same_names() -> None:
    def names(words: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    assert set(NEXT) == set(_NEXT)
    assert not [step for step, words in _NEXT.items() if _PYTHON.search(words)]
    known = {"make_twin": {"path"}, "activity": {"path"}, "list_matches": {"of"}}
    for step, words in _NEXT.items():
        assert names(words) <= names(NEXT[step]) | known.get(step, set()), step


@pytest.mark.thorough
def test_rules_that_were_not_checked_say_so_in_the_words_of_the_command_line(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["audit", str(place / "d"), "--workspace", str(place / "maple.duckdb"), "--out", str(place / "out")]
    capsys.readouterr()
    run([*words, "--no-duplicates"])
    said = capsys.readouterr().out
    assert "duplicate students were not looked for (--no-duplicates)" in said
    assert "find_duplicates" not in said and "find_id_changes" not in said
