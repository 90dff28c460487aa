"""Twins of two small districts."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.twin import Twin
from tests.twin.acted import FILES, PAIRED
from tests.twin.uploads import Desk


@pytest.fixture
def twin(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return Twin.fill(tmp_path / "maple.duckdb", folder, district="Maple Valley")


@pytest.fixture
def peopled(tmp_path):
    folder = tmp_path / "peopled"
    folder.mkdir()
    for name, text in PAIRED.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return Twin.fill(tmp_path / "peopled.duckdb", folder, district="Maple Valley")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where files are uploaded to an empty twin."""
    return Desk.empty(tmp_path)
