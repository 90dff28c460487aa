"""connect-kit: audit school rosters before they are uploaded to SchoolStatus Connect."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connect_kit.auditing import Audit as Audit
    from connect_kit.auditing import audit as audit
    from connect_kit.checks import Findings as Findings
    from connect_kit.checks import check_roster as check_roster
    from connect_kit.corrections import Corrections as Corrections
    from connect_kit.corrections import suggest_corrections as suggest_corrections
    from connect_kit.decisions import Decisions as Decisions
    from connect_kit.decisions import read_decisions as read_decisions
    from connect_kit.display import show as show
    from connect_kit.duplicates import Duplicates as Duplicates
    from connect_kit.duplicates import find_duplicates as find_duplicates
    from connect_kit.engine import DuckDBEngine as DuckDBEngine
    from connect_kit.errors import ConnectKitError as ConnectKitError
    from connect_kit.identity import IdChanges as IdChanges
    from connect_kit.identity import LeftBehind as LeftBehind
    from connect_kit.identity import find_id_changes as find_id_changes
    from connect_kit.identity import left_behind as left_behind
    from connect_kit.matching import match_classrooms as match_classrooms
    from connect_kit.matching import match_schools as match_schools
    from connect_kit.merging import MergePlan as MergePlan
    from connect_kit.merging import plan_merge as plan_merge
    from connect_kit.panels import ClassroomsPanel as ClassroomsPanel
    from connect_kit.panels import DuplicatesPanel as DuplicatesPanel
    from connect_kit.panels import MergePanel as MergePanel
    from connect_kit.panels import ResultsPanel as ResultsPanel
    from connect_kit.panels import UploadPanel as UploadPanel
    from connect_kit.report import write_report as write_report
    from connect_kit.report import write_workbook as write_workbook
    from connect_kit.results import Results as Results
    from connect_kit.results import plan_resend as plan_resend
    from connect_kit.results import read_results as read_results
    from connect_kit.roster import Roster as Roster
    from connect_kit.roster import Workspace as Workspace
    from connect_kit.roster import read_roster as read_roster
    from connect_kit.roster import read_workspace as read_workspace
    from connect_kit.samples import SampleDistrict as SampleDistrict
    from connect_kit.samples import sample_roster as sample_roster
    from connect_kit.twin import Action as Action
    from connect_kit.twin import Settings as Settings
    from connect_kit.twin import Twin as Twin
    from connect_kit.twin import connections as connections
    from connect_kit.uploads import Forecast as Forecast
    from connect_kit.uploads import UploadPlan as UploadPlan
    from connect_kit.uploads import UploadResult as UploadResult
    from connect_kit.uploads import forecast_upload as forecast_upload
    from connect_kit.uploads import plan_upload as plan_upload
    from connect_kit.uploads import read_plan as read_plan
    from connect_kit.uploads import upload as upload

__version__ = "0.1.0"

#: The public names, by the room that they live in. pandas, DuckDB and Great Expectations are imported when a name is
#: first asked for, so that the kit itself imports at once.
_ROOMS = {
    "auditing": "Audit audit",
    "checks": "Findings check_roster",
    "corrections": "Corrections suggest_corrections",
    "decisions": "Decisions read_decisions",
    "display": "show",
    "duplicates": "Duplicates find_duplicates",
    "engine": "DuckDBEngine",
    "errors": "ConnectKitError",
    "identity": "IdChanges LeftBehind find_id_changes left_behind",
    "matching": "match_classrooms match_schools",
    "merging": "MergePlan plan_merge",
    "panels": "ClassroomsPanel DuplicatesPanel MergePanel ResultsPanel UploadPanel",
    "report": "write_report write_workbook",
    "results": "Results plan_resend read_results",
    "roster": "Roster Workspace read_roster read_workspace",
    "samples": "SampleDistrict sample_roster",
    "twin": "Action Settings Twin connections",
    "uploads": "Forecast UploadPlan UploadResult forecast_upload plan_upload read_plan upload",
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"connect_kit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'connect_kit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
