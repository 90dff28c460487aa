"""How many records come under new IDs, as the audit prints it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.cli import run
from connect_kit.identity.patterns import KINDS, kinds_in_words
from tests.identity.small import USERS, pupil, student, workspace


@pytest.mark.thorough
def test_one_school_under_a_new_id_is_one_school(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    users = [student(n, f"9{n:02d}", school="101").replace("|", ",") for n in range(6)]
    (delivery / "users.csv").write_text("\n".join([",".join(USERS), *users, ""]), encoding="utf-8")
    workspace(tmp_path / "workspace", students=[pupil(n, f"9{n:02d}") for n in range(6)])
    run(["audit", str(delivery), "--workspace", str(tmp_path / "workspace"), "--out", str(tmp_path / "out")])
    assert "\n  Under new IDs       1 school\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "none"),
        (1, "1 school, 1 student, 1 staff, 1 guardian, 1 classroom"),
        (1200, "1,200 schools, 1,200 students, 1,200 staff, 1,200 guardians, 1,200 classrooms"),
    ],
)
def test_kinds_are_counted_as_one_and_as_many(number: int, words: str) -> None:
    assert kinds_in_words(dict.fromkeys(KINDS, number)) == words
