"""Twins of two small districts."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.twin import Twin
from tests.twin.acted import FILES, PAIRED
from tests.twin.uploads import Desk


def filled(place: Path, files: dict[str, str]) -> Twin:
    place.mkdir()
    for name, text in files.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return Twin.fill(place.with_suffix(".duckdb"), place, district="Maple Valley")


@pytest.fixture
def twin(tmp_path: Path) -> Twin:
    """Students, guardians and classrooms at three schools."""
    return filled(tmp_path / "maple", FILES)


@pytest.fixture
def peopled(tmp_path: Path) -> Twin:
    """The same with staff and seats in classrooms."""
    return filled(tmp_path / "peopled", PAIRED)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where files are uploaded to an empty twin."""
    return Desk.empty(tmp_path)
