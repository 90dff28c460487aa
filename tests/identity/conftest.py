"""The two sides of what stays behind, for one test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.identity.oak_and_elm import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)
