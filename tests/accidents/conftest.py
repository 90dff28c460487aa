"""A fixture that lays the road for one test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accidents.road import Lay, Road


@pytest.fixture
def lay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Lay:
    """From a delivery and a workspace to the road between them."""
    return lambda delivery, workspace: Road(tmp_path, capsys, delivery, workspace)
