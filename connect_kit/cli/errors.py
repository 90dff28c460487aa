"""What is done next after an error, in the words of the command line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_kit.checks.provided import MISSING_INPUTS

if TYPE_CHECKING:
    from connect_kit.errors import ConnectKitError

_TOOL = "python -m connect_kit"
#: By the code of an error's step.
_NEXT: Mapping[str, str] = {
    "name_school": "name the one school that is sent: --school ID",
    "name_or_match": f"name one of these, or record its School ID on Connect (S9); on a twin: {_TOOL} twin connect",
    "match_schools": f"record the School IDs on Connect first (S9); on a twin: {_TOOL} twin connect",
    "take_part": f"to send it, decide first: {_TOOL} decide-school DELIVERY {{school}} --workspace WORKSPACE --in",
    "look_at_rows": f"look at what {_TOOL} audit says of the files and of the schools",
    "compare_ids": "--keep-ids needs that: leave out --no-duplicates",
    "plan_folder": f"give the folder that {_TOOL} prepare wrote",
    "prepare_again": "prepare the files again, and put corrections into the delivery, not into the prepared file",
    "read_plan": "give the command again",
    "read_results": "give the results of this plan's own upload",
    "make_twin": f"make one: {_TOOL} twin new {{path}} --workspace FOLDER",
    "open_twin": "if it is the twin already, go on with the next command; otherwise give another name",
    "open_again": "give the command again if you mean that one",
    "activity": f"{_TOOL} twin log {{path}} lists what was done",
    "list_matches": f"{{of}}.csv, which {_TOOL} audit writes, lists them",
    "known_faults": f"{_TOOL} rules lists the codes",
    "twin_table": f"{_TOOL} twin export lists the {{table}}",
    "raise_limit": "Is the delivery complete? If it is: --limit {enough} lets so many go; --school ID and --kind leave "
    "the others out",
}
#: Why rules could not be checked, where nobody looked for what they need.
_NOT_GIVEN: Mapping[str, str] = {
    MISSING_INPUTS["duplicates"]: "duplicate students were not looked for (--no-duplicates)",
    MISSING_INPUTS["id_changes"]: "changed IDs were not looked for (--no-duplicates)",
}


def error_words(error: ConnectKitError) -> str:
    """An error with what is done next."""
    paths = ("path", "school")
    return error.in_words(_NEXT, {k: shlex.quote(str(v)) if k in paths else v for k, v in error.names.items()})


def reason_words(reason: str) -> str:
    """Why a rule could not be checked."""
    return _NOT_GIVEN.get(reason, reason)
