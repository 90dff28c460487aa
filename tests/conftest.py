"""What several test folders share: one clean and one faulty invented district, read and checked once."""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING

import pytest

import connect_kit as ck

if TYPE_CHECKING:
    from connect_kit.checks import Findings
    from connect_kit.samples import SampleDistrict


@atexit.register
def _end_quietly() -> None:
    """DuckDB's binding prints leak warnings when Python ends after GX was imported; they would bury the result."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> SampleDistrict:
    """A clean district of 300 students."""
    return ck.sample_roster(tmp_path_factory.mktemp("clean"), students=300, faults="none")


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> SampleDistrict:
    """A district of 500 students with every fault that can stand beside others."""
    return ck.sample_roster(tmp_path_factory.mktemp("faulty"), students=500, faults="all")


@pytest.fixture(scope="session")
def clean_findings(clean: SampleDistrict) -> Findings:
    """The clean district, checked against its workspace."""
    return ck.check_roster(ck.read_roster(clean.delivery), ck.read_workspace(clean.workspace))


@pytest.fixture(scope="session")
def faulty_findings(faulty: SampleDistrict) -> Findings:
    """The faulty district, checked against its workspace."""
    return ck.check_roster(ck.read_roster(faulty.delivery), ck.read_workspace(faulty.workspace))
