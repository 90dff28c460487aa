"""Every exception that connect-kit raises.

Bad data is returned as findings; these are for what stops the work: a delivery that cannot be opened, a setting
that cannot be, a tool that fails. Each message names the thing, the place, the expectation and the next step.
"""


class ConnectKitError(Exception):
    """Base of the family: catch this one to catch all."""


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
        super().__init__(message)
        self.reasons = reasons
        self.enough = enough


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
