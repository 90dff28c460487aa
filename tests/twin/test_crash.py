"""A process killed in the middle of a large upload: what it sent is there wholly, or not at all (decision 14)."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.twin import Twin
from connect_kit.uploads.values import ORDER, OnProgress, UploadFile
from tests.marks import some
from tests.twin.uploads import CLASSES, USERS, Desk

STUDENTS = 6_000
MOMENTS = 6
RUN = "plan:1"
#: Sends the files in their order and reports every step, a line each.
SENDER = """
import sys
from pathlib import Path
from connect_kit.twin import Twin
from connect_kit.uploads.values import UploadFile

twin, results, *files = sys.argv[1:]
twin = Twin(twin)
report = lambda *what: print(*what, flush=True)
for place, file in enumerate(map(Path, files), 1):
    file = UploadFile.of(file, file.stem)
    report(file.kind, "begins")
    twin.send(file, results, run="plan:1", place=(place, len(files)), progress=lambda p: report(p.kind, p.stage))
    report(file.kind, "sent")
"""


@dataclass(frozen=True)
class District:
    """Files to send, the twin before, and after each of them: digest and result files."""

    folder: Path
    files: tuple[Path, ...]
    steps: tuple[str, ...]
    states: tuple[str, ...]
    results: tuple[dict[str, bytes], ...]

    @property
    def before(self) -> Path:
        """The twin before."""
        return self.folder / "before.duckdb"


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    """A district, and what an upload that nobody disturbs does to its twin."""
    folder = tmp_path_factory.mktemp("crash")
    sample = ck.sample_roster(folder / "sample", students=STUDENTS, faults="none", guardians="file")
    files = tuple(path for kind in ORDER if (path := sample.delivery / f"{kind}.csv").exists())
    assert [path.stem for path in files[:4]] == ["users", "classes", "enrollments", "guardians"]
    # The schools are connected and everything else is new, so that every file changes much.
    workspace = folder / "workspace"
    workspace.mkdir()
    shutil.copy(sample.workspace / "schools.csv", workspace)
    twin = Twin.fill(folder / "before.duckdb", workspace)
    whole = Twin(shutil.copy(twin.path, folder / "whole.duckdb"))
    states: list[str] = [whole.digest()]
    results: list[dict[str, bytes]] = [{}]
    steps: list[str] = []
    for place, path in enumerate(files, 1):
        file = UploadFile.of(path, path.stem)  # type: ignore[arg-type]
        stages: list[str] = []
        done = whole.send(file, folder / "whole", run=RUN, place=(place, len(files)), progress=_noting(stages))
        assert done.outcome == "processed"
        assert done.errors == 0
        steps += [f"{path.stem} {stage}" for stage in ("begins", *dict.fromkeys(stages), "sent")]
        states.append(whole.digest())
        results.append({path.name: path.read_bytes() for path in (folder / "whole").iterdir()})
    assert len(set(states)) == len(states)
    return District(folder, files, tuple(steps), tuple(states), tuple(results))


@pytest.mark.slow
@pytest.mark.parametrize("seed", some(range(MOMENTS), 3))
def test_a_killed_upload_is_wholly_done_or_not_done_and_the_run_goes_on(
    district: District, seed: int, tmp_path: Path
) -> None:
    """Killed with SIGKILL, which no process can catch, a random while after a random step."""
    dice = random.Random(seed)
    path = Path(shutil.copy(district.before, tmp_path / "twin.duckdb"))
    # One moment in every sixth part of the upload.
    last = district.steps[
        dice.randrange(seed * len(district.steps) // MOMENTS, (seed + 1) * len(district.steps) // MOMENTS)
    ]
    killed = kill_after(last, dice.choice([0.0, 0.01, 0.05, 0.2]), path, tmp_path / "results", district.files)
    assert killed in (-signal.SIGKILL, 0)

    twin = Twin(path)
    sent = twin.sent(RUN)
    done = len(sent)
    assert twin.digest() == district.states[done], f"killed after {last!r}: {done} files are in the ledger"
    assert sent == {identity(file) for file in district.files[:done]}
    uploads = twin.activity().query("kind == 'upload'")
    assert len(uploads) == done

    for place, file in enumerate(district.files, 1):
        upload_file = UploadFile.of(file, file.stem)  # type: ignore[arg-type]
        again = twin.send(upload_file, tmp_path / "results", run=RUN, place=(place, len(district.files)))
        assert again.outcome == ("done before" if place <= done else "processed")
    assert twin.digest() == district.states[-1]
    assert len(twin.activity().query("kind == 'upload'")) == len(district.files)
    assert {p.name: p.read_bytes() for p in (tmp_path / "results").iterdir()} == district.results[-1]
    assert sorted(p.name for p in tmp_path.iterdir()) == [".twin.duckdb.snapshot", "results", "twin.duckdb"]
    twin.undo()
    assert twin.digest() == district.states[0]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["results", "twin.duckdb"]


#: Does something to a twin and kills itself at a step: before or behind a call of one of the functions that keep,
#: look at, or put back the copy of the twin.
KILLED = """
import os, signal, sys
from connect_kit.twin import Twin, snapshots
from connect_kit.uploads.values import UploadFile

path, results, users, step, doing = sys.argv[1:]
left = int(step)

def count():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def stepping(function):
    def stepped(*given, **named):
        count()
        made = function(*given, **named)
        count()
        return made
    return stepped

for name in ("_belongs", "_copy", "_remove", "_write_log", "keep", "log", "reach_the_disk"):
    setattr(snapshots, name, stepping(getattr(snapshots, name)))
twin = Twin(path)
twin.undo() if doing == "undo" else twin.send(UploadFile.of(users, "users"), results, run="plan:2")
print("done")
"""


@pytest.mark.slow
@pytest.mark.parametrize("doing", some(["upload", "undo"]))
def test_killed_at_any_step_the_twin_is_as_before_or_as_after_and_can_be_taken_back(doing: str, tmp_path: Path) -> None:
    """Both when an upload is taken back, and when the next one replaces the copy of the one before."""
    first = Desk.empty(tmp_path)
    before = first.twin.digest()
    for kind, text in (("users", USERS), ("classes", CLASSES)):
        first.twin.send(first.file(kind, text), tmp_path / "results", run=RUN)
    uploaded = first.twin.digest()
    users = first.file("users", USERS.replace("Amal", "Amala"))
    found = set()
    for step in range(40):
        folder = tmp_path / f"killed-{step}"
        folder.mkdir()
        for name in ("twin.duckdb", ".twin.duckdb.snapshot"):
            shutil.copy(tmp_path / name, folder / name)
        given = [str(folder / "twin.duckdb"), str(folder / "results"), str(users.path), str(step), doing]
        done = subprocess.run([sys.executable, "-c", KILLED, *given], capture_output=True, text=True, check=False)
        assert done.returncode in (-signal.SIGKILL, 0), done.stderr
        twin = Twin(folder / "twin.duckdb")
        now, log = twin.digest(), twin.activity()
        found.add((now, done.returncode))
        if doing == "undo":
            assert now in (before, uploaded), step
            assert (log["kind"] == "undo").sum() == (now == before)
            if now == uploaded:
                twin.undo()
            assert twin.digest() == before
        else:
            sent = twin.sent("plan:2")
            assert (now == uploaded) == (not sent), step
            again = twin.send(UploadFile.of(users.path, "users"), folder / "results", run="plan:2")
            assert again.outcome == ("done before" if sent else "processed")
            twin.undo()
            assert twin.digest() == uploaded
        hidden = {path.name for path in folder.iterdir() if path.name.startswith(".")}
        assert hidden <= {".twin.duckdb.snapshot"}, step  # of a twin that was taken back, until the next upload
        if done.returncode == 0:
            break
    assert done.stdout == "done\n"
    assert len({state for state, _ in found}) == 2, "no step was before the change, or none behind it"


def _noting(stages: list[str]) -> OnProgress:
    return lambda progress: stages.append(progress.stage)


def kill_after(step: str, seconds: float, twin: Path, results: Path, files: tuple[Path, ...]) -> int:
    """Start the upload in a process of its own and kill it so long after it has reported the step."""
    arguments = [sys.executable, "-c", SENDER, str(twin), str(results), *map(str, files)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.strip() == step for line in process.stdout), process.stderr and process.stderr.read()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait()


def identity(file: Path) -> str:
    """How the ledger calls a file."""
    return UploadFile.of(file, file.stem).identity  # type: ignore[arg-type]
