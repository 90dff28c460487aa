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
    from connect_kit.panels import ClassroomsPanel, DuplicatesPanel, MergePanel, ResultsPanel, UploadPanel
    from connect_kit.roster import Roster, read_roster
    from connect_kit.samples import SampleDistrict, sample_roster
    from connect_kit.twin import Action, MergePlan, Settings, Twin, plan_merge
    from connect_kit.uploading import (
        Forecast,
        Results,
        UploadPlan,
        UploadResult,
        forecast_upload,
        plan_upload,
        read_plan,
        read_results,
        upload,
    )
    from connect_kit.views import write_report, write_workbook
    from connect_kit.workspace import Workspace, read_workspace

__version__ = "0.1.0"

_HOMES = {
    "Action": "twin",
    "ClassroomsPanel": "panels",
    "ConnectKitError": "errors",
    "Decisions": "linkage",
    "DuckDBEngine": "engine",
    "Duplicates": "linkage",
    "DuplicatesPanel": "panels",
    "Findings": "checks",
    "Forecast": "uploading",
    "MergePanel": "panels",
    "MergePlan": "twin",
    "Results": "uploading",
    "ResultsPanel": "panels",
    "Roster": "roster",
    "SampleDistrict": "samples",
    "Settings": "twin",
    "Twin": "twin",
    "UploadPanel": "panels",
    "UploadPlan": "uploading",
    "UploadResult": "uploading",
    "Workspace": "workspace",
    "check_roster": "checks",
    "find_duplicates": "linkage",
    "forecast_upload": "uploading",
    "match_classrooms": "linkage",
    "match_schools": "linkage",
    "plan_merge": "twin",
    "plan_upload": "uploading",
    "read_decisions": "linkage",
    "read_plan": "uploading",
    "read_results": "uploading",
    "read_roster": "roster",
    "read_workspace": "workspace",
    "sample_roster": "samples",
    "upload": "uploading",
    "write_report": "views",
    "write_workbook": "views",
}

__all__ = [
    "Action",
    "ClassroomsPanel",
    "ConnectKitError",
    "Decisions",
    "DuckDBEngine",
    "Duplicates",
    "DuplicatesPanel",
    "Findings",
    "Forecast",
    "MergePanel",
    "MergePlan",
    "Results",
    "ResultsPanel",
    "Roster",
    "SampleDistrict",
    "Settings",
    "Twin",
    "UploadPanel",
    "UploadPlan",
    "UploadResult",
    "Workspace",
    "check_roster",
    "find_duplicates",
    "forecast_upload",
    "match_classrooms",
    "match_schools",
    "plan_merge",
    "plan_upload",
    "read_decisions",
    "read_plan",
    "read_results",
    "read_roster",
    "read_workspace",
    "sample_roster",
    "upload",
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
