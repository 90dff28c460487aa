"""From a checked roster to Connect: prepared files, conditions, dry run, upload, forecast, results."""

from connect_kit.uploading.forecast import Forecast, forecast_upload
from connect_kit.uploading.plan import Critical, UploadPlan, confirmation
from connect_kit.uploading.plan_file import read_plan
from connect_kit.uploading.planning import plan_upload
from connect_kit.uploading.result import UploadResult
from connect_kit.uploading.results import Results
from connect_kit.uploading.results_reading import read_results
from connect_kit.uploading.run import upload
from connect_kit.uploading.targets import Target, TwinTarget, as_target

__all__ = [
    "Critical",
    "Forecast",
    "Results",
    "Target",
    "TwinTarget",
    "UploadPlan",
    "UploadResult",
    "as_target",
    "confirmation",
    "forecast_upload",
    "plan_upload",
    "read_plan",
    "read_results",
    "upload",
]
