"""Every exception that connect-kit raises.

Bad data is returned as findings; these are for what stops the work: a delivery that cannot be opened, a setting
that cannot be, a tool that fails. Each message names the thing, the place, the expectation and the next step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

#: What is done next, by code, in the words of Python; the command line has its own for the same codes.
NEXT: Mapping[str, str] = {
    "name_school": "name the one school that is sent: plan_upload(..., school=)",
    "name_or_match": "name one of these, or match the schools first (match_schools)",
    "match_schools": "match the schools first (match_schools), and give the matches to plan_upload",
    "take_part": "to send it, decide first: match_schools(...).decide({school!r}, None, 'in')",
    "look_at_rows": "look at roster.summary(), and at the schools matched",
    "compare_ids": "keep_ids needs that: plan_upload(audit(delivery, workspace), keep_ids=True), or give id_changes",
    "plan_folder": "give the folder that plan_upload wrote",
    "prepare_again": "prepare the files again with plan_upload, and put corrections into the roster, not into the "
    "prepared file",
    "read_plan": "go on with read_plan(folder)",
    "read_results": "read them with read_results(path, plan)",
    "make_twin": "make one with Twin.new(...) or Twin.fill(...)",
    "open_twin": "open it with Twin(...), or give another name",
    "open_again": "if you mean that one, open it again: Twin({path!r})",
    "activity": "Twin.activity() lists what was done",
    "list_matches": "table() lists them",
    "known_faults": "see known_faults()",
    "twin_table": "Twin.table({table!r}) lists them",
    "raise_limit": "Is the delivery complete? If it is: limit={enough} lets so many go; schools= and kinds= leave the "
    "others out",
}


class ConnectKitError(Exception):
    """Base of the family: catch this one to catch all.

    Attributes
    ----------
    step : str
        Code of what is done next, a key of :data:`NEXT`; blank where the message says it.
    names : mapping
        What stands for the names in its words.
    done : str
        A sentence on what was done before it, where the message speaks of a part of the work only; mostly blank.
    """

    def __init__(self, message: str, *, step: str = "", **names: object) -> None:
        super().__init__(message)
        self.step, self.names, self.done = step, names, ""

    def __str__(self) -> str:
        return self.in_words(NEXT)

    def in_words(self, words: Mapping[str, str], names: Mapping[str, object] | None = None) -> str:
        """The message and what is done next, in the words that a front has for each step, and with its ``names``."""
        message = super().__str__()
        if self.step:
            message += f"; {words[self.step].format(**(names or self.names))}"
        return f"{message.removesuffix('.')}. {self.done}" if self.done else message


class DeliveryError(ConnectKitError):
    """The delivery cannot be read at all (no folder, no ZIP, nothing in it that is a roster table)."""


class WorkspaceError(ConnectKitError):
    """The exported Connect workspace cannot be read, or lacks a column it must have."""


class SuiteError(ConnectKitError):
    """An expectation suite is not a suite, or one of its expectations lacks what a rule needs."""


class EngineError(ConnectKitError):
    """The engine that holds the tables failed, or was asked for something it does not have."""


class OutputError(ConnectKitError):
    """A result could not be written; what was there before is unchanged."""


class SettingError(ConnectKitError, ValueError):
    """An argument has a value that is not allowed; the message lists the allowed ones."""


class DecisionsError(ConnectKitError):
    """The file of decisions has lines that cannot be read; ``problems`` holds every one. The file is left as it is."""

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class LimitError(ConnectKitError):
    """More would go than a limit allows, so nothing was done; ``reasons`` names each, ``enough`` would let them go."""

    def __init__(self, message: str, reasons: tuple[str, ...] = (), enough: int = 100) -> None:
        super().__init__(message, step="raise_limit", enough=enough)
        self.reasons = reasons
        self.enough = enough

    def in_words(self, words: Mapping[str, str], names: Mapping[str, object] | None = None) -> str:
        """What is too much, a line each, and what is done next below."""
        return f"{self.args[0]}\n{words[self.step].format(**(names or self.names))}"


class TwinError(ConnectKitError):
    """A twin cannot be opened, made or changed as asked."""


class TwinBusyError(TwinError):
    """A twin is in use, by another process or by another operation of this one."""


class PlanError(ConnectKitError):
    """An upload plan cannot be made, read or carried out; for instance its files changed after planning."""


class GateError(PlanError):
    """A real upload was asked for while conditions are blocking; ``gates`` names them, one line each in the message."""

    def __init__(self, message: str, gates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.gates = gates


class ResultsError(ConnectKitError):
    """A result file cannot be read, or belongs to another upload or district."""


class UploadCancelledError(ConnectKitError):
    """Somebody cancelled; the file in hand left nothing behind."""


@contextmanager
def saying(done: str) -> Iterator[None]:
    """An error that is raised meanwhile also says what was done before it."""
    try:
        yield
    except ConnectKitError as error:
        error.done = done
        raise
