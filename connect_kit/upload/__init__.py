"""From a checked roster to Connect: prepared files, conditions, dry run, upload, forecast, results."""

from connect_kit.upload.plan import Critical, UploadPlan, confirmation
from connect_kit.upload.plan_file import read_plan
from connect_kit.upload.planning import plan_upload
from connect_kit.upload.targets import Target, TwinTarget, as_target

__all__ = ["Critical", "Target", "TwinTarget", "UploadPlan", "as_target", "confirmation", "plan_upload", "read_plan"]
