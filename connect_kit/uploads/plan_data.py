"""The fields of an upload plan, for whatever reads, writes or judges one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connect_kit.connect import Level
    from connect_kit.uploads.values import UploadFile


@dataclass(frozen=True, slots=True)
class Critical:
    """A critical finding: its ``code``, ``title``, ``count`` of failing rows, and ``remedy``."""

    code: str
    title: str
    count: int
    remedy: str = ""


@dataclass(frozen=True)
class PlanData:
    """The fields of an upload plan, as plan.json holds them; see :class:`UploadPlan`."""

    folder: Path
    level: Level
    files: tuple[UploadFile, ...]
    file_rows: tuple[int, ...]
    delivery: str
    made: str
    checked: bool = False
    findings: tuple[Critical, ...] = ()
    waivers: Mapping[str, str] = field(default_factory=dict)
    schools: tuple[str, ...] = ()
    unmatched_schools: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    first_upload: bool = True
    archive_existing: bool | None = None
    undecided_classrooms: int = 0
    undecided_schools: int = 0
    source: str = ""

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(self.file_rows)

    @property
    def critical(self) -> tuple[Critical, ...]:
        """Critical findings that nobody has waived."""
        return tuple(finding for finding in self.findings if finding.code not in self.waivers)

    @property
    def digest(self) -> str:
        """The same for the same files sent in the same way."""
        return hashlib.sha256("\n".join(file.identity for file in self.files).encode()).hexdigest()
