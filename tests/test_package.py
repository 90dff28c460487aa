"""The package as a whole: quick to import, silent on the network, and as its documents say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import connect_kit as ck

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


HEAVY = ["pandas", "numpy", "duckdb", "pyarrow", "great_expectations", "altair", "sqlalchemy", "ipywidgets"]


def test_importing_the_kit_imports_nothing_heavy() -> None:
    code = f"import connect_kit, sys; print([name for name in {[*HEAVY, 'typer']} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["--help", "audit --help", "upload --help", "twin --help"])
def test_the_help_of_the_command_line_imports_nothing_heavy(command: str) -> None:
    code = (
        f"from connect_kit.cli import run; import sys; run({command.split()}); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_public_name_is_there_and_documented() -> None:
    for name in ck.__all__:
        assert getattr(ck, name).__doc__, name


def test_the_readmes_notebook_lines_use_names_that_exist() -> None:
    used = set(re.findall(r"\bck\.(\w+)", README))
    assert used <= set(ck.__all__)


def test_the_readme_links_to_files_that_exist() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.thorough
def test_a_whole_audit_opens_no_socket(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    code = f"""
import socket, sys
def refused(*args, **kwargs):
    raise AssertionError(f"the network was asked for: {{args}}")
socket.socket.connect = refused
socket.socket.connect_ex = refused
socket.create_connection = refused
socket.getaddrinfo = refused
from connect_kit.cli import run
sys.exit(run(["audit", {str(clean.delivery)!r}, "--workspace", {str(clean.workspace)!r}, "--out", {str(tmp_path)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert "network" not in done.stderr


def test_great_expectations_analytics_are_off_before_it_is_imported() -> None:
    code = (
        "import connect_kit.checks.gx.bridge as bridge, os, sys;"
        "assert 'great_expectations' not in sys.modules;"
        "print(os.environ['GX_ANALYTICS_ENABLED'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "false"


def test_no_notebook_is_stored_with_outputs() -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells), path.name
