"""From a checked roster to Connect: prepared files, conditions, dry run, upload, forecast, results.

The package bears the name of its verb: ``connect_kit.upload(plan, target)`` carries out a plan.
"""

import sys
from types import ModuleType

from connect_kit.upload.forecast import Forecast, forecast_upload
from connect_kit.upload.plan import Critical, UploadPlan, confirmation
from connect_kit.upload.plan_file import read_plan
from connect_kit.upload.planning import plan_upload
from connect_kit.upload.result import UploadResult
from connect_kit.upload.results import Results
from connect_kit.upload.results_reading import read_results
from connect_kit.upload.run import upload
from connect_kit.upload.targets import Target, TwinTarget, as_target

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


class _Verb(ModuleType):
    # Python binds a package to its parent under its name once it is imported, over the function of that name there.
    __call__ = staticmethod(upload)


sys.modules[__name__].__class__ = _Verb
