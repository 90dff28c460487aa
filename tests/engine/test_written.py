"""Results replace what the kit wrote, and nothing that somebody else put there or changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.engine.files import atomic_write, replace_together
from connect_kit.engine.places import outside
from connect_kit.engine.written import RECORD
from connect_kit.errors import OutputError, SettingError

ROOT = Path(__file__).parents[2]


def write(path: Path, text: str) -> None:
    with atomic_write(path) as part:
        part.write_text(text, encoding="utf-8")


def write_all(folder: Path, *, whole: bool = False, **texts: str) -> None:
    with replace_together(folder, whole=whole) as new:
        for name, text in texts.items():
            place = new / name.replace("__", "/")
            place.parent.mkdir(exist_ok=True)
            place.write_text(text, encoding="utf-8")


def held(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*") if path.is_file() and path.name != RECORD
    }  # fmt: skip


def test_a_file_that_the_kit_wrote_is_replaced(tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        write(tmp_path / "a.csv", text)
    assert held(tmp_path) == {"a.csv": "three"}


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"files": 3}', '{"files": {"a.csv": 7}}'])
def test_a_record_that_is_gone_or_damaged_protects_every_file(damage: str, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "one")
    (tmp_path / RECORD).unlink() if not damage else (tmp_path / RECORD).write_text(damage, encoding="utf-8")
    with pytest.raises(OutputError, match=r"a\.csv: was not written by connect-kit, and is left as it is"):
        write(tmp_path / "a.csv", "two")
    assert held(tmp_path) == {"a.csv": "one"}


def test_a_file_of_somebody_else_or_with_changes_stays(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("theirs", encoding="utf-8")
    with pytest.raises(OutputError, match=r"b\.csv: was not written by connect-kit"):
        write(tmp_path / "b.csv", "ours")
    write(tmp_path / "a.csv", "one")
    (tmp_path / "a.csv").write_text("one, with a remark", encoding="utf-8")
    with pytest.raises(OutputError, match=r"a\.csv: was changed after connect-kit wrote it"):
        write(tmp_path / "a.csv", "two")
    assert held(tmp_path) == {"a.csv": "one, with a remark", "b.csv": "theirs"}


def test_one_file_of_somebody_else_keeps_all_from_being_replaced(tmp_path: Path) -> None:
    write_all(tmp_path, a="1", b="1")
    (tmp_path / "b").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="b: was changed"):
        write_all(tmp_path, a="2", b="2", c="2")
    assert held(tmp_path) == {"a": "1", "b": "mine"}


def test_files_of_a_whole_that_were_written_one_by_one_are_replaced_again(tmp_path: Path) -> None:
    for text in ("1", "2", "3"):
        with replace_together(tmp_path) as new:
            write(new / "a", text)
            (new / "b").write_text(text, encoding="utf-8")
        assert held(tmp_path) == {"a": text, "b": text}


def test_what_an_earlier_whole_left_goes_and_other_files_stay(tmp_path: Path) -> None:
    write_all(tmp_path, whole=True, a="1", in__b="1", in__c="1")
    (tmp_path / "in" / "mine").write_text("mine", encoding="utf-8")
    write_all(tmp_path, whole=True, a="2", in__b="2")
    assert held(tmp_path) == {"a": "2", "in/b": "2", "in/mine": "mine"}


def test_work_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingError), replace_together(tmp_path / "new" / "deep"):
        raise SettingError("too small")
    assert list(tmp_path.iterdir()) == []


# The sample.


def small(folder: Path, **more: object) -> ck.SampleDistrict:
    return ck.sample_roster(folder, students=60, schools=3, faults="none", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["truth.csv", "workspace/students.csv", "delivery/users.csv"])
def test_a_sample_replaces_no_file_of_somebody_else(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("theirs", encoding="utf-8")
    with pytest.raises(OutputError, match="was not written by connect-kit"):
        small(tmp_path)
    assert held(tmp_path) == {name: "theirs"}


def test_a_sample_keeps_other_files_that_are_there(tmp_path: Path) -> None:
    for name in ("truth_people.csv", "truth_notes.csv"):
        (tmp_path / name).write_text("theirs", encoding="utf-8")
    small(tmp_path)
    assert held(tmp_path)["truth_people.csv"] == held(tmp_path)["truth_notes.csv"] == "theirs"


def test_a_sample_takes_the_place_of_an_earlier_one_whole(tmp_path: Path) -> None:
    small(tmp_path / "two", layout="oneroster12")
    small(tmp_path / "two")
    small(tmp_path / "one")
    assert held(tmp_path / "two") == held(tmp_path / "one")


def test_a_sample_that_is_refused_leaves_the_earlier_one(tmp_path: Path) -> None:
    small(tmp_path)
    before = held(tmp_path)
    with pytest.raises(SettingError):
        ck.sample_roster(tmp_path, students=20, existing=True)
    assert held(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
@pytest.mark.parametrize("room", [100, 3_000])
def test_a_sample_without_room_is_refused_in_words_and_leaves_nothing(room: int, tmp_path: Path) -> None:
    import resource

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    done = subprocess.run(
        [sys.executable, "-m", "connect_kit", "sample", "--students", "60", "--out", str(tmp_path / "sample")],
        capture_output=True, text=True, cwd=ROOT, preexec_fn=little,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


# Inputs: what people handed over.


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder with a delivery in it."""
    (tmp_path / "district" / "delivery").mkdir(parents=True)
    (tmp_path / "district" / "delivery" / "users.csv").write_text("x", encoding="utf-8")
    return tmp_path / "district"


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("delivery", "is inside the delivery"),
        ("delivery/out", "is inside the delivery"),
        ("delivery/../delivery/out", "is inside the delivery"),
        (".", "contains the delivery"),
        ("..", "contains the delivery"),
        ("link", "is inside the delivery"),
        ("link/out", "is inside the delivery"),
    ],
)
def test_a_place_that_is_holds_or_lies_in_an_input_is_refused_with_another_one(
    place: str, what: str, inputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inputs / "link").symlink_to("delivery")
    monkeypatch.chdir(inputs)
    for chosen in (place, inputs / place):
        with pytest.raises(
            SettingError, match=rf"{what}, which is never written to; give another folder, as .*results"
        ):
            outside(chosen, "the delivery", Path("delivery"))


@pytest.mark.parametrize("place", ["out", "delivery-out", "report.html", "../out"])
def test_a_place_beside_an_input_is_taken(place: str, inputs: Path) -> None:
    assert outside(inputs / place, "the delivery", inputs / "delivery") == inputs / place


def test_the_folder_of_an_input_that_is_a_file_is_taken_and_the_file_is_not(inputs: Path) -> None:
    packed = inputs / "delivery.zip"
    packed.write_bytes(b"PK")
    assert outside(inputs, "the delivery", packed) == inputs
    with pytest.raises(SettingError, match="is inside the delivery"):
        outside(packed, "the delivery", packed)


def test_another_name_of_the_same_folder_is_seen_through(inputs: Path) -> None:
    """As where the letters' case does not count: there the path differs, and the folder is the same."""
    (inputs / "DELIVERY").symlink_to("delivery")
    with pytest.raises(SettingError, match="is inside the delivery"):
        outside(inputs / "DELIVERY" / "out", "the delivery", inputs / "delivery")


@pytest.mark.parametrize("out", ["delivery", "workspace", "workspace/in", "suites", "suites/in", "."])
def test_an_audit_says_before_its_work_that_its_folder_is_an_input(
    out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = small(tmp_path)
    (tmp_path / "suites").mkdir()
    before = held(tmp_path)
    with_all = ["--workspace", str(made.workspace), "--suites", str(tmp_path / "suites")]
    assert run(["audit", str(made.delivery), *with_all, "--out", str(tmp_path / out)]) == 2
    assert "which is never written to; give another folder, as " in capsys.readouterr().err
    assert held(tmp_path) == before


def test_a_twin_is_not_made_inside_what_it_is_filled_from(tmp_path: Path) -> None:
    made = small(tmp_path)
    with pytest.raises(SettingError, match="is inside the workspace's export"):
        ck.Twin.fill(made.workspace / "twin.duckdb", made.workspace)
    ck.Twin.fill(tmp_path / "twin.duckdb", made.workspace)


def test_results_replace_no_file_of_somebody_else(tmp_path: Path) -> None:
    made = small(tmp_path)
    twin = ck.Twin.fill(tmp_path / "twin.duckdb", made.workspace)
    plan = ck.plan_upload(ck.read_roster(made.delivery), twin.workspace(), folder=tmp_path / "plan")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "01-users-result.csv").write_text("theirs", encoding="utf-8")
    with pytest.raises(OutputError, match=r"01-users-result\.csv: was not written by connect-kit"):
        ck.upload(plan, twin, results=tmp_path / "results", progress=False)
    assert held(tmp_path / "results") == {"01-users-result.csv": "theirs"}
    for _ in range(2):
        ck.upload(plan, twin, results=tmp_path / "again", progress=False)
    assert len(held(tmp_path / "again")) == len(plan.files)
