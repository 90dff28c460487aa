"""connect-kit: audit school rosters before they are uploaded to SchoolStatus Connect."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connect_kit.checks import Findings, check_roster
    from connect_kit.engine import DuckDBEngine
    from connect_kit.errors import ConnectKitError
    from connect_kit.linkage import (
        Decisions,
        Duplicates,
        find_duplicates,
        match_classrooms,
        match_schools,
        read_decisions,
    )
    from connect_kit.panels import ClassroomsPanel, DuplicatesPanel
    from connect_kit.roster import Roster, read_roster
    from connect_kit.samples import SampleDistrict, sample_roster
    from connect_kit.views import write_report, write_workbook
    from connect_kit.workspace import Workspace, read_workspace

__version__ = "0.1.0"

_HOMES = {
    "ClassroomsPanel": "panels",
    "ConnectKitError": "errors",
    "Decisions": "linkage",
    "DuckDBEngine": "engine",
    "Duplicates": "linkage",
    "DuplicatesPanel": "panels",
    "Findings": "checks",
    "Roster": "roster",
    "SampleDistrict": "samples",
    "Workspace": "workspace",
    "check_roster": "checks",
    "find_duplicates": "linkage",
    "match_classrooms": "linkage",
    "match_schools": "linkage",
    "read_decisions": "linkage",
    "read_roster": "roster",
    "read_workspace": "workspace",
    "sample_roster": "samples",
    "write_report": "views",
    "write_workbook": "views",
}

__all__ = [
    "ClassroomsPanel",
    "ConnectKitError",
    "Decisions",
    "DuckDBEngine",
    "Duplicates",
    "DuplicatesPanel",
    "Findings",
    "Roster",
    "SampleDistrict",
    "Workspace",
    "check_roster",
    "find_duplicates",
    "match_classrooms",
    "match_schools",
    "read_decisions",
    "read_roster",
    "read_workspace",
    "sample_roster",
    "write_report",
    "write_workbook",
]


def __getattr__(name: str) -> Any:
    # pandas, DuckDB and Great Expectations are imported when first needed, so that the kit itself imports at once.
    if name in _HOMES:
        return getattr(importlib.import_module(f"connect_kit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'connect_kit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*__all__, "__version__"))
