"""The twin of a district's Connect workspace: it takes uploads by the documented rules, and people's actions."""

from connect_kit.twin.actions import connections
from connect_kit.twin.merging import MergePlan, plan_merge
from connect_kit.twin.twin import Twin, as_twin
from connect_kit.twin.values import Action, Change, FileResult, Progress, Settings, Tally, UploadFile

__all__ = [
    "Action",
    "Change",
    "FileResult",
    "MergePlan",
    "Progress",
    "Settings",
    "Tally",
    "Twin",
    "UploadFile",
    "as_twin",
    "connections",
    "plan_merge",
]
