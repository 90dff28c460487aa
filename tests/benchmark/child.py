"""The measuring process: ``python -m tests.benchmark.child TASK STEPS OPTIONS``."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from tests.benchmark.process import Clock

#: Where each task stands; a module is imported only in the process that measures it.
TASKS = {
    "sample": "kit",
    "damage": "kit",
    "audit": "kit",
    "by hand": "kit",
    "import kit": "kit",
    "command": "kit",
    "connect-kit": "subset",
    "great_expectations": "tools",
    "pandera": "tools",
    "pointblank": "tools",
    "febrl": "people_sets",
    "find by connect-kit": "linkers",
    "find by splink": "linkers",
    "find by recordlinkage": "linkers",
    "district": "districts",
    "matches": "districts",
    "find within": "districts",
    "find against": "districts",
    "match classes": "districts",
    "files to send": "sending",
    "upload": "sending",
}


def main(task: str, steps: str, options: str) -> None:
    """Run one task; its options are named as its function's arguments."""
    module = importlib.import_module(f"tests.benchmark.{TASKS[task]}")
    name = task.replace(" ", "_").replace("-", "_")
    getattr(module, name)(Clock(Path(steps)), **json.loads(options))


if __name__ == "__main__":
    main(*sys.argv[1:])
