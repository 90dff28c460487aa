"""From a checked roster to a target: prepared files, gates, dry run, upload, forecast. The answer is in ``results``."""

from connect_kit.uploads.again import prepare_again
from connect_kit.uploads.expected import Expected, expected_upload
from connect_kit.uploads.forecast import Forecast, forecast_upload
from connect_kit.uploads.outcome import UploadResult
from connect_kit.uploads.plan import UploadPlan, confirmation, read_plan
from connect_kit.uploads.plan_data import Critical
from connect_kit.uploads.planning import plan_upload, unprepared_plan
from connect_kit.uploads.run import upload
from connect_kit.uploads.targets import Target, as_target

__all__ = [
    "Critical",
    "Expected",
    "Forecast",
    "Target",
    "UploadPlan",
    "UploadResult",
    "as_target",
    "confirmation",
    "expected_upload",
    "forecast_upload",
    "plan_upload",
    "prepare_again",
    "read_plan",
    "unprepared_plan",
    "upload",
]
