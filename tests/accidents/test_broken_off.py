"""A command that is killed, finds no room, or meets another one at work: nothing is half done, and the next says so."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.errors import PlanError, TwinError
from connect_kit.twin import Action, Twin
from tests.accidents.years import District
from tests.marks import some
from tests.twin.holding import held_elsewhere

KILLS = 6
#: Runs a command of the command line and kills the process at a step: before or behind whatever changes the twin, or at
#: a file that is opened, renamed or removed in the folder. Prints how many steps there were.
KILLED = """
import os, signal, sys
folder, step, room, *arguments = sys.argv[1:]
done = 0

def count():
    global done
    if done == int(step):
        os.kill(os.getpid(), signal.SIGKILL)
    done += 1

from connect_kit.cli import run
from connect_kit.twin.session import Session
whole = Session.execute

def stepping(self, sql, parameters=()):
    if sql.lstrip().startswith("SELECT"):
        return whole(self, sql, parameters)
    count()
    made = whole(self, sql, parameters)
    count()
    return made

Session.execute = stepping
EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
sys.addaudithook(lambda event, given: count() if event in EVENTS and str(given[0]).startswith(folder + "/") else None)
if int(room):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), resource.RLIM_INFINITY))
code = run(arguments)
print("steps", done)
sys.stdout.flush()
os._exit(code)
"""


@dataclass(frozen=True)
class Case:
    """A folder with a delivery and a twin, and a command on them."""

    folder: Path
    words: tuple[str, ...]

    def run(self, *, step: int = -1, room: int = 0) -> subprocess.CompletedProcess[str]:
        given = [sys.executable, "-c", KILLED, str(self.folder), str(step), str(room), *self.words]
        return subprocess.run(given, capture_output=True, text=True, check=False, cwd=self.folder)

    def copy(self, folder: Path) -> Case:
        shutil.copytree(self.folder, folder)
        return Case(folder, tuple(word.replace(str(self.folder), str(folder)) for word in self.words))

    @property
    def twin(self) -> Twin:
        return Twin(self.folder / "twin.duckdb")

    def names(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Last year on the twin, this year delivered."""
    folder = tmp_path_factory.mktemp("broken") / "district"
    district = District(60, schools=1, seed=6)
    made = district.write(folder, district.summer(leaving=0.05))
    Twin.fill(folder / "twin.duckdb", made.workspace, district="Maple Valley")
    return folder


def case(ready: Path, folder: Path, command: str) -> Case:
    """The command on a copy of its own."""
    shutil.copytree(ready, folder)
    twin, delivery, plan = str(folder / "twin.duckdb"), str(folder / "delivery"), str(folder / "plan")
    words = {
        "left-behind": ("twin", "left-behind", twin, delivery, "--yes"),
        "undo": ("twin", "undo", twin),
        "prepare": ("prepare", delivery, "--workspace", twin, "--out", plan),
        "prepare again": ("prepare", delivery, "--workspace", twin, "--out", plan),
    }
    if command == "undo":
        assert run(list(words["left-behind"])) == 0
    if command == "prepare again":
        assert run(list(words["prepare"])) == 0
    return Case(folder, words[command])


def carried_out(ready: Path, folder: Path, command: str) -> tuple[Case, Case, int]:
    """A case as it is before, as it is after its command, and the steps that this took."""
    first = case(ready, folder / "first", command)
    whole = first.copy(folder / "whole")
    done = whole.run()
    assert done.returncode == 0, done.stderr
    return first, whole, int(done.stdout.rpartition("steps ")[2])


def kills(steps: int) -> Iterator[int]:
    """Moments spread over all steps, the last of them among them."""
    return iter(sorted({round(n * (steps - 1) / (KILLS - 1)) for n in range(KILLS)}))


@pytest.mark.thorough
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("command", ["left-behind", "undo"])
def test_a_killed_command_on_a_twin_has_done_all_or_nothing(ready: Path, tmp_path: Path, command: str) -> None:
    first, whole, steps = carried_out(ready, tmp_path, command)
    before, after, entries = first.twin.digest(), whole.twin.digest(), len(whole.twin.activity())
    assert before != after and steps > KILLS
    seen = set()
    for step in kills(steps):
        one = first.copy(tmp_path / f"killed-{step}")
        assert one.run(step=step).returncode == -signal.SIGKILL
        held = one.twin.digest()
        seen.add(held)
        assert held in (before, after), step
        assert len(one.twin.activity()) == entries - (held == before)
        assert one.run().returncode == (0 if held == before or command == "left-behind" else 2)
        assert one.twin.digest() == after
        assert len(one.twin.activity()) == entries, "what was done is not done again"
    assert before in seen


@pytest.mark.thorough
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("command", ["prepare", "prepare again"])
def test_a_killed_preparation_leaves_no_plan_that_could_be_sent(ready: Path, tmp_path: Path, command: str) -> None:
    first, whole, steps = carried_out(ready, tmp_path, command)
    before, files = first.twin.digest(), whole.names()
    delivered = {path.name: path.read_bytes() for path in (first.folder / "delivery").iterdir()}
    for step in kills(steps):
        one = first.copy(tmp_path / f"killed-{step}")
        assert one.run(step=step).returncode == -signal.SIGKILL
        sent = Case(one.folder, ("upload", str(one.folder / "plan"), "--twin", str(one.folder / "twin.duckdb"))).run()
        if sent.returncode == 2:
            assert "did not end" in sent.stderr or "plan_upload" in sent.stderr or "prepare" in sent.stderr, sent.stderr
            assert "Traceback" not in sent.stderr
        else:
            ck.read_plan(one.folder / "plan").verify()
        assert one.twin.digest() == before
        again = one.run()
        assert again.returncode == 0, again.stderr
        assert [name for name in one.names() if "results" not in name and "rehearsals" not in name] == files
        assert {path.name: path.read_bytes() for path in (one.folder / "delivery").iterdir()} == delivered


@pytest.mark.thorough
def test_killed_while_the_old_plan_is_removed_it_can_be_prepared_again(
    ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = case(ready, tmp_path / "removing", "prepare again")
    plan = one.folder / "plan"
    files = sorted(path.name for path in plan.iterdir())
    unlink = Path.unlink

    def killed(path: Path, missing_ok: bool = False) -> None:
        if path.parent == plan and path.suffix == ".csv":
            raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", killed)
        assert run(list(one.words)) == 130
    (plan / ".users.csv.0badcafe.part").write_text("half of a file")
    (plan / ".mine.part").write_text("somebody's own")
    with pytest.raises(PlanError, match="its preparation did not end"):
        ck.read_plan(plan)
    assert run(list(one.words)) == 0
    ck.read_plan(plan).verify()
    assert sorted(path.name for path in plan.iterdir()) == sorted([".mine.part", *files])


@pytest.mark.skipif(os.name == "nt", reason="limits of file sizes are POSIX's")
@pytest.mark.parametrize("room", some([1, 300, 1_500]))
@pytest.mark.parametrize("command", some(["prepare", "left-behind", "undo"]))
def test_on_a_full_disk_nothing_is_done_and_that_is_said(ready: Path, tmp_path: Path, command: str, room: int) -> None:
    one = case(ready, tmp_path / "full", command)
    before, entries = one.twin.digest(), len(one.twin.activity())
    done = one.run(room=room)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    said = " ".join(done.stderr.split()).lower()
    assert "make room" in said or "disk is full" in said, done.stderr
    assert (one.twin.digest(), len(one.twin.activity())) == (before, entries)
    again = one.run()
    assert again.returncode == 0, again.stderr


def test_a_command_meets_another_process_at_work_and_says_so(ready: Path, tmp_path: Path) -> None:
    one = case(ready, tmp_path / "two", "left-behind")
    before = one.twin.digest()
    with held_elsewhere(one.twin.path) as process:
        for words in (one.words, ("twin", "undo", str(one.folder / "twin.duckdb"))):
            done = Case(one.folder, words).run()
            assert done.returncode == 2 and f"in use by process {process.pid}" in done.stderr, done.stderr
    assert one.twin.digest() == before
    assert one.run().returncode == 0


def test_what_was_chosen_on_another_state_of_the_twin_is_not_done(ready: Path, tmp_path: Path) -> None:
    """Somebody else changes it between the look and the act."""
    one = case(ready, tmp_path / "overtaken", "left-behind")
    twin = one.twin
    seen = twin.state()
    actions = ck.left_behind(ck.read_roster(one.folder / "delivery"), twin.workspace()).actions()
    twin.apply(Action("change_settings", values={"deletion_threshold": "20"}))
    before = twin.digest()
    with pytest.raises(TwinError, match="was changed since it was looked at for this, so nothing was done"):
        twin.apply_all(actions, seen=seen)
    assert twin.digest() == before
    twin.undo()
    twin.apply_all(actions, seen=seen)
    assert twin.digest() != before
