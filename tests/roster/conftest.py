"""Deliveries as they lie in the tests, read on one engine."""

from __future__ import annotations

import shutil

import pytest

from connect_kit.engine import DuckDBEngine
from connect_kit.roster import read_roster
from tests.roster.reading import DELIVERIES


@pytest.fixture(scope="module")
def engine():
    return DuckDBEngine(threads=2)


@pytest.fixture
def read(engine):
    def read(delivery, **options):
        path = DELIVERIES / delivery if isinstance(delivery, str) else delivery
        return read_roster(path, engine=engine, **options)

    return read


@pytest.fixture
def changed(tmp_path):
    """A copy of the delivery "clean" with files changed, added, or taken away (None)."""

    def change(**files):
        folder = tmp_path / "delivery"
        shutil.copytree(DELIVERIES / "clean", folder, dirs_exist_ok=True)
        for name, data in files.items():
            path = folder / f"{name}.csv"
            if data is None:
                path.unlink()
            else:
                path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return folder

    return change
