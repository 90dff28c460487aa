"""The small district: delivered, its twin, and a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.twin import Twin
from connect_kit.uploads import UploadPlan, upload
from tests.uploads import parts, small


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """The small district's files."""
    return small.deliver(tmp_path / "2026-08-15")


@pytest.fixture
def twin(tmp_path: Path) -> Twin:
    """Its workspace, still empty."""
    return small.new_twin(tmp_path / "maple.duckdb")


@pytest.fixture
def plan(delivery: Path, twin: Twin, tmp_path: Path) -> UploadPlan:
    """A plan at district level, whose self-check found nothing."""
    return small.plan_of(delivery, twin, tmp_path / "plan")


@pytest.fixture
def three(tmp_path: Path) -> Twin:
    """A workspace with three schools, still empty."""
    return parts.new_twin(tmp_path / "three.duckdb", Ash="0101", Elm="0102", Fir="0103")


@pytest.fixture
def tried(plan: UploadPlan, twin: Twin) -> UploadPlan:
    assert upload(plan, twin).succeeded
    return plan
