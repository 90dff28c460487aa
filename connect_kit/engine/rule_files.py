"""Where the rules lie as data, for whoever checks them and whoever plants what breaks them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from connect_kit.errors import SuiteError

_PACKAGE: Final = Path(__file__).parents[1]
#: What the reader itself looks for.
READER_RULES: Final = _PACKAGE / "checks" / "reader_rules.json"


def suites_folder() -> Path:
    """Where the kit's own suites lie: the checkout's ``expectations``, or a copy inside the installed package."""
    beside, inside = _PACKAGE.parent / "expectations", _PACKAGE / "_expectations"
    for folder in (beside, inside):
        if (folder / "users.json").is_file():
            return folder
    raise SuiteError(f"{beside}: the kit's expectation suites are missing; install connect-kit again")
