"""A users.csv that was sent, and its forecast."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.uploads.values import FileResult, UploadFile
from tests.results.written import ADA, BEN, CAL, DONE, SAID, UNKNOWN, USERS, dry, write


@pytest.fixture
def sent(tmp_path: Path) -> UploadFile:
    return UploadFile.of(write(tmp_path / "plan" / "users.csv", USERS, ADA, BEN, CAL), "users")


@pytest.fixture
def forecast(tmp_path: Path, sent: UploadFile) -> FileResult:
    dry_file = write(tmp_path / "dry" / "01-users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + UNKNOWN)
    return dry(sent, dry_file)
