"""Every command ends well on consoles that know few characters, with paths that are no text, and where nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import connect_kit as ck
from connect_kit.cli import app
from connect_kit.cli import run as main
from connect_kit.cli.twin import app as twin_app
from tests.marks import some

ROOT = Path(__file__).parents[2]


def verbs(commands: typer.Typer) -> list[str]:
    named = [one for one in commands.registered_commands if one.callback]
    return [one.name or one.callback.__name__.replace("_", "-") for one in named if one.callback]


HELP = ["", *verbs(app), "twin", *(f"twin {verb}" for verb in verbs(twin_app))]


def run(*words: object, **more: object) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "connect_kit", *map(os.fsencode, map(str, words))],
        env=environment, timeout=300, check=False, **{"capture_output": True, **more},
    )  # fmt: skip


@pytest.fixture(scope="module")
def place(faulty: ck.SampleDistrict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan, its twin, and an upload that was made."""
    made = tmp_path_factory.mktemp("consoles")
    twin = ck.Twin.fill(made / "twin.duckdb", faulty.workspace)
    plan = ck.plan_upload(ck.read_roster(faulty.delivery), twin.workspace(), folder=made / "plan")
    ck.upload(plan, twin, progress=False)
    return made


def journey(faulty: ck.SampleDistrict, place: Path, to: Path) -> list[tuple[tuple[object, ...], int]]:
    """Each command with its exit code."""
    twin, plan, delivery = place / "twin.duckdb", place / "plan", faulty.delivery
    with_workspace = (delivery, "--workspace", faulty.workspace)
    return [
        (("audit", *with_workspace, "--out", to / "audit"), 1),
        (("prepare", *with_workspace, "--out", to / "plan"), 1),
        (("audit", delivery, "--out", to / "alone"), 1),
        (("sample", "--students", "60", "--faults", "none", "--out", to / "sample"), 0),
        (("rules",), 0),
        (("forecast", plan, "--twin", twin), 0),
        (("upload", plan, "--twin", twin), 1),
        (("upload", plan, "--twin", twin, "--real", "--confirm", "x"), 1),
        (("results", next((plan / "results").glob("*dry-run")), "--plan", plan, "--out", to / "results"), 1),
        (("merge", delivery, "--twin", twin, "--out", to / "merge"), 2),  # the delivery was only tried
        (("decide-school", *with_workspace, "7777", "--out"), 0),
        (("decide-school", *with_workspace, "7777", "--in"), 0),
        (("twin", "new", to / "new.duckdb", "--workspace", faulty.workspace), 0),
        (("twin", "sample", to / "sample.duckdb", "--students", "40"), 0),
        (("twin", "show", twin), 0),
        (("twin", "log", twin), 0),
        (("twin", "export", twin, "--out", to / "export"), 0),
        (("twin", "connect", twin, delivery), 0),
        (("twin", "left-behind", twin, delivery, "--out", to / "left"), 0),
        (("twin", "record-ids", twin, delivery), 0),
        (("twin", "archive-changed", twin, delivery), 0),
        (("audit", to / "nowhere", "--out", to / "x"), 2),
        (("audit", "--no-such-option"), 2),
    ]


@pytest.mark.parametrize("encoding", some(["cp1252", "ascii"]))
def test_audit_and_prepare_end_well_where_the_console_knows_few_characters(
    encoding: str, faulty: ck.SampleDistrict, tmp_path: Path
) -> None:
    for verb in ("audit", "prepare"):
        done = run(
            verb,
            faulty.delivery,
            "--workspace",
            faulty.workspace,
            "--out",
            tmp_path / verb,
            env={"PYTHONIOENCODING": encoding},
        )
        assert (done.returncode, done.stderr) == (1, b"")
        assert "x NOT FIT TO SEND: critical findings concern" in done.stdout.decode(encoding)


@pytest.mark.thorough
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_every_command_ends_well_where_the_console_knows_few_characters(
    encoding: str, faulty: ck.SampleDistrict, place: Path, tmp_path: Path
) -> None:
    for words, code in journey(faulty, place, tmp_path):
        done = run(*words, env={"PYTHONIOENCODING": encoding})
        said = done.stdout.decode(encoding) + done.stderr.decode(encoding)
        assert (done.returncode, "Traceback" in said) == (code, False), (words, said[-2_000:])
        if words[0] == "audit" and code == 1:
            assert said.startswith("x NOT FIT TO SEND")


@pytest.mark.thorough
def test_every_command_ends_well_where_nobody_listens(faulty: ck.SampleDistrict, place: Path, tmp_path: Path) -> None:
    for words, code in journey(faulty, place, tmp_path):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            done = run(*words, capture_output=False, stdout=writing, stderr=subprocess.PIPE)
        finally:
            os.close(writing)
        said = done.stderr.decode()
        assert done.returncode in (code, 141) and "Traceback" not in said, (words, done.returncode, said[-2_000:])


@pytest.mark.parametrize("words", some(HELP, 2))
def test_every_help_page_can_be_printed(words: str) -> None:
    for encoding in ("ascii", "cp1252"):
        done = run(*words.split(), "--help", env={"PYTHONIOENCODING": encoding})
        assert (done.returncode, done.stderr) == (0, b"")
        assert "Usage:" in done.stdout.decode(encoding)
    reading, writing = os.pipe()
    os.close(reading)
    done = run(*words.split(), "--help", capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert done.returncode in (0, 141) and b"Traceback" not in done.stderr


def test_a_name_that_the_console_cannot_write_is_written_by_its_numbers(tmp_path: Path) -> None:
    done = run("audit", tmp_path / "José", "--out", tmp_path / "x", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert b"Jos\\xe9: not found" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such device")
def test_a_full_disk_under_what_is_printed_is_one_line(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run(
            "audit", clean.delivery, "--out", tmp_path, capture_output=False, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "connect-kit: what was done cannot be printed (No space left on device); it is done all the same: look at the "
        "folder that was named for it"
    ]
    assert (tmp_path / "report.html").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file system takes no such name")
def test_a_path_that_is_no_text_is_one_line(
    faulty: ck.SampleDistrict, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = tmp_path / os.fsdecode(b"Maple\xff")
    odd.mkdir()
    with_workspace, twin, plan = ("--workspace", faulty.workspace), place / "twin.duckdb", place / "plan"
    for words in (
        ("audit", odd, "--out", tmp_path / "x"),
        ("audit", faulty.delivery, "--workspace", odd, "--out", tmp_path / "x"),
        ("audit", faulty.delivery, "--suites", odd, "--out", tmp_path / "x"),
        ("audit", faulty.delivery, *with_workspace, "--out", odd),
        ("prepare", faulty.delivery, *with_workspace, "--out", odd / "plan"),
        ("sample", "--out", odd),
        ("forecast", odd, "--twin", twin),
        ("forecast", plan, "--twin", odd),
        ("forecast", plan, "--twin", twin, "--out", odd),
        ("upload", odd, "--twin", twin),
        ("upload", plan, "--twin", odd),
        ("upload", plan, "--twin", twin, "--results", odd),
        ("results", odd, "--plan", plan, "--out", tmp_path / "x"),
        ("results", next((plan / "results").glob("*dry-run")), "--plan", plan, "--out", odd),
        ("resend", odd),
        ("resend", plan, "--out", odd),
        ("merge", faulty.delivery, "--twin", twin, "--out", odd),
        ("merge", odd, "--twin", twin, "--out", tmp_path / "x"),
        ("decide-school", odd, *with_workspace, "7777", "--out"),
        ("twin", "new", odd / "t.duckdb", *with_workspace),
        ("twin", "new", tmp_path / "t.duckdb", "--workspace", odd),
        ("twin", "export", twin, "--out", odd),
        ("twin", "show", odd),
        ("twin", "left-behind", twin, faulty.delivery, "--out", odd),
    ):
        code, said = main([str(word) for word in words]), capsys.readouterr().err.strip().splitlines()
        assert (code, len(said)) == (2, 1), (words, said)
        assert said[0].startswith("connect-kit: ")
    assert list(odd.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file system takes no such name")
def test_a_file_of_a_delivery_whose_name_is_no_text_is_listed_and_not_read(
    clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    for file in clean.delivery.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / os.fsdecode(b"notes\xff.txt")).write_text("x", encoding="utf-8")
    found = ck.check_roster(ck.read_roster(tmp_path)).rows("delivery.extra_file")
    assert [r"notes\udcff.txt" in text for text in found["file"] + found["message"]] == [True]


@pytest.mark.parametrize("module", ["typer", "connect_kit.auditing", "duckdb", "pandas"])
def test_ctrl_c_while_the_kit_is_imported_ends_it_in_one_line(
    module: str, clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n",
        encoding="utf-8",
    )
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    done = run("audit", clean.delivery, "--out", tmp_path / "out", env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr.decode().startswith("connect-kit: stopped; ") and done.stderr.count(b"\n") == 1
