"""Deliveries as they lie in the tests, read on one engine."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from connect_kit.checks import check_roster
from connect_kit.checks.suites import reader_rule
from connect_kit.engine import DuckDBEngine
from connect_kit.roster import read_roster
from tests.roster.cases import CLEAN
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


@pytest.fixture
def audited(engine, tmp_path):
    """Read and check the clean delivery with some files changed, and return both."""

    def audit(**files):
        for name, text in {**CLEAN, **files}.items():
            if text is not None:
                data = text if isinstance(text, bytes) else text.encode()
                (tmp_path / f"{name}.csv").write_bytes(data)
        roster = read_roster(tmp_path, engine=engine)
        findings = check_roster(roster).table()
        grave = findings[findings["severity"] != "info"]
        line = [None if pd.isna(line) else int(line) for line in grave["line"]]
        return roster, sorted(zip(grave["code"], grave["severity"], line, grave["message"], strict=True))

    return audit


@pytest.fixture
def noted(engine, tmp_path):
    """Read the clean delivery with some files changed, and return it with what the reader itself says."""

    def note(**files):
        for name, text in {**CLEAN, **files}.items():
            (tmp_path / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        roster = read_roster(tmp_path, engine=engine)
        found = []
        for code, severity, line, value in roster.schema.execute("SELECT code, severity, line, value FROM _notices"):
            rule = reader_rule(code)
            if (severity or rule.severity) != "info":
                found.append((code, severity or rule.severity, line, rule.message.replace("{value}", value or "")))
        return roster, sorted(found)

    return note
