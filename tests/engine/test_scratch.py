"""Temporary folders are private, and those of killed runs are swept, and no others."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from connect_kit.engine import DuckDBEngine
from connect_kit.engine.scratch import make_scratch, remove_scratch, scratch_folder, sweep

pytestmark = pytest.mark.skipif(os.name == "nt", reason="on Windows nothing says whether a process still runs")
KILLED = """
import os, signal
from connect_kit.engine import DuckDBEngine
from connect_kit.engine.scratch import make_scratch
engine = DuckDBEngine()
folder = make_scratch()
open(os.path.join(folder, "users.csv"), "w").write("a child")
print(folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def temp(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def dead_process():
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_folder_is_private_and_gone_at_the_end(temp):
    with scratch_folder() as folder:
        assert Path(folder).stat().st_mode & 0o777 == 0o700
    assert list(temp.iterdir()) == []


def test_folders_of_a_killed_run_are_swept(temp):
    environment = {**os.environ, "TMPDIR": str(temp)}
    ended = subprocess.run([sys.executable, "-c", KILLED], env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode < 0, ended.stderr
    left = sorted(path.name for path in temp.iterdir())
    assert len(left) == 2
    assert sorted(path.name for path in sweep()) == left
    assert list(temp.iterdir()) == []


def test_folders_of_a_living_run_and_foreign_ones_stay(temp):
    mine, engine = make_scratch(), DuckDBEngine()
    dead = dead_process()
    for name in ("connect-kit-1-abc", "connect-kit-notes", f"connect-kit-{dead}", f"other-{dead}-abc"):
        (temp / name).mkdir(mode=0o700)
    (temp / f"connect-kit-{dead}-open").mkdir()
    (temp / f"connect-kit-{dead}-open").chmod(0o755)
    (temp / f"connect-kit-{dead}-file").write_text("x", encoding="utf-8")
    (temp / f"connect-kit-{dead}-link").symlink_to(temp / "connect-kit-notes")
    before = sorted(temp.iterdir())
    assert sweep() == []
    assert sorted(temp.iterdir()) == before
    engine.close()
    remove_scratch(mine)


def test_a_folder_that_is_locked_stays_whatever_its_number(temp):
    folder = make_scratch()
    renamed = temp / f"connect-kit-{dead_process()}-abc"
    Path(folder).rename(renamed)  # as a process of another container would see it
    assert sweep() == []
    remove_scratch(folder)
    assert sweep() == [renamed]
