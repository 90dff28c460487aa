"""Ctrl-C and a full disk: what was done, what was not, and never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.cli.sending import _stopping
from connect_kit.engine.duckdb import DuckDBEngine
from tests.marks import some

ROOT = Path(__file__).parents[2]
#: Work for hours; DuckDB does not look for Ctrl-C itself within minutes of the second.
LONG = {
    "scan": "SELECT count(*) FROM range(1000000000000) AS t(i) WHERE hash(i) = 5",
    "join": "SELECT count(*) FROM range(20000) AS a(i), range(3000000000) AS b(j) WHERE hash(i + j) = 7",
}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
#: Says that it begins, and works until it is stopped.
WORKING = """
from connect_kit.engine import DuckDBEngine
engine = DuckDBEngine(threads={threads})
engine.execute("SELECT 1")
try:
    print("begun", flush=True)
    {call}
except KeyboardInterrupt:
    print(engine.execute("SELECT 1"))
"""
CALLS = {
    "rows": 'engine.execute("{sql}")',
    "arrow": 'engine.arrow("{sql}")',
    "cursor": 'with engine.cursor() as cursor:\n        cursor.execute("{sql}")',
}


@pytest.mark.parametrize("threads", some([4, 1, 2], 1))
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("sql", LONG)
def test_ctrl_c_within_a_query_is_what_it_is_elsewhere(sql: str, call: str, threads: int) -> None:
    words = [sys.executable, "-c", WORKING.format(call=CALLS[call].format(sql=LONG[sql]), threads=threads)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        said = None
        while said is None:  # one that comes before the query does is heard as well, or not at all
            process.send_signal(signal.SIGINT)
            try:
                said = process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                continue
    assert said == ("[(1,)]\n", "")


def test_whoever_handles_ctrl_c_otherwise_goes_on_doing_so() -> None:
    engine, heard = DuckDBEngine(), []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("stop after this"))
    try:
        with engine.cursor() as cursor:
            os.kill(os.getpid(), signal.SIGINT)
            assert cursor.execute("SELECT 1").fetchall() == [(1,)]
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == ["stop after this"]
    engine.close()


def test_what_handled_ctrl_c_before_does_so_again_after_it_came() -> None:
    outer, inner, before = DuckDBEngine(), DuckDBEngine(), signal.getsignal(signal.SIGINT)
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt), outer.cursor() as one, inner.cursor() as other:
            other.execute("SELECT 1")
            os.kill(os.getpid(), signal.SIGINT)
            one.execute("SELECT 1")
        assert signal.getsignal(signal.SIGINT) is before
        assert signal.set_wakeup_fd(-1) == -1
        assert inner.execute("SELECT 1") == outer.execute("SELECT 1") == [(1,)]
    outer.close()
    inner.close()


def test_a_sample_that_is_stopped_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    out = tmp_path / "sample"
    words = [sys.executable, "-m", "connect_kit", "sample", "--students", "200000", "--out", str(out)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not list(out.glob(".writing-*")):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    assert process.returncode == 130
    assert said.strip() == "connect-kit: stopped; no file was left half-written"
    assert list(tmp_path.iterdir()) == []


def test_the_first_ctrl_c_of_an_upload_stops_it_and_the_second_ends_the_command() -> None:
    before = signal.getsignal(signal.SIGINT)
    with _stopping() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_upload_that_breaks_names_the_files_that_were_uploaded_before(
    clean: ck.SampleDistrict, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = ck.Twin.fill(tmp_path / "twin.duckdb", clean.workspace, district="Maple Valley")
    plan, results = tmp_path / "plan", tmp_path / "results"
    assert run(["prepare", str(clean.delivery), "--workspace", str(twin.path), "--out", str(plan)]) == 0
    assert run(["upload", str(plan), "--twin", str(twin.path)]) == 0
    (results / "02-classes-result.csv").mkdir(parents=True)
    real = ["upload", str(plan), "--twin", str(twin.path), "--real", "--results", str(results)]
    run([*real, "--confirm", "?"])
    confirmed = capsys.readouterr().err.partition("--confirm '")[2].partition("'")[0]
    assert run([*real, "--confirm", confirmed]) == 2
    said = capsys.readouterr().err
    assert "Before that, users.csv was uploaded; another start goes on with the rest." in said
    (results / "02-classes-result.csv").rmdir()
    assert run([*real, "--confirm", confirmed]) == 0


def test_a_reason_that_the_terminal_could_not_write_is_one_line(
    clean: ck.SampleDistrict, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["prepare", str(clean.delivery), "--workspace", str(clean.workspace), "--out", str(tmp_path / "plan")]
    words += ["--waive", "users.email.format=Gr\udcfcnde"]
    assert run(words) == 2
    assert "holds characters that this terminal cannot write; give the reason in UTF-8" in capsys.readouterr().err


def test_a_query_that_cannot_write_says_to_make_room_and_nothing_for_programs(tmp_path: Path) -> None:
    code = f"""
import resource
from connect_kit.engine.duckdb import DuckDBEngine
from tests.marks import some
from connect_kit.errors import EngineError
engine = DuckDBEngine()
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    engine.execute("COPY (SELECT range FROM range(1000000)) TO '{tmp_path / "big.csv"}'")
except EngineError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    big = tmp_path / "big.csv"
    assert done.stdout == f"the disk is full, and {big} could not be written; make room there, and try again\n"
