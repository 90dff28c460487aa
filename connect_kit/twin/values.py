"""What is told to a twin and what it answers: settings, files, results, actions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from connect_kit import connect
from connect_kit.errors import PlanError, SettingError

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.connect import Level

Kind = Literal["users", "classes", "enrollments", "guardians", "student_attributes"]
Outcome = Literal["processed", "refused", "done before"]
#: Documented order of uploads (S0).
ORDER: tuple[Kind, ...] = ("users", "classes", "enrollments", "guardians", "student_attributes")
ACTIONS = ("CREATED", "UPDATED", "UNCHANGED", "SKIPPED")
#: Columns that a result file has behind those of the input (decision 15).
RESULT_COLUMNS = ("result", "action", "code", "message")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a workspace that matter to an upload.

    Attributes
    ----------
    deletion_threshold : int
        Percent of the SIS-managed records of a type that one nightly sync may archive at most (S20).
    unarchive_reappearing_classrooms : bool
        Whether an archived classroom whose class is uploaded again is opened again (S14, decision 19).
    guardians_from : {"users", "guardians"}
        Which file manages guardians (S14). With ``"guardians"`` the guardians of users.csv are passed over.
    student_id : {"id", "number"}
        Whether students get their sourcedId or their identifier as ID on Connect (S14).
    phone_credential_column : {"sms", "phone"}
        The incoming column that supplies the mobile number; the other one is the home phone (S14).
    daily_sync : bool
        With a daily sync on, students under the SIS cannot be archived by hand (S22).
    """

    deletion_threshold: int = connect.DELETION_THRESHOLD_PERCENT
    unarchive_reappearing_classrooms: bool = False
    guardians_from: Literal["users", "guardians"] = "users"
    student_id: Literal["id", "number"] = "id"
    phone_credential_column: Literal["sms", "phone"] = "sms"
    daily_sync: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.deletion_threshold <= 100:
            raise SettingError(f"deletion_threshold is {self.deletion_threshold}; expected percent, 0 to 100")
        for name, allowed in (
            ("guardians_from", ("users", "guardians")),
            ("student_id", ("id", "number")),
            ("phone_credential_column", ("sms", "phone")),
        ):
            if getattr(self, name) not in allowed:
                raise SettingError(f"{name} is {getattr(self, name)!r}; expected one of {', '.join(allowed)}")


@dataclass(frozen=True, slots=True)
class UploadFile:
    """One file to be uploaded.

    Attributes
    ----------
    kind : str
    path : Path
    digest : str
        SHA-256 of its bytes, as they were when it was planned.
    level : {"district", "school"}
    school : str or None
        At school level the ``connectSchoolId`` of the school that uploads.
    abandon : bool
        guardians only: disconnect guardians that a former upload connected and that the file no longer names.
    """

    kind: Kind
    path: Path
    digest: str
    level: Level = "district"
    school: str | None = None
    abandon: bool = False

    @classmethod
    def of(
        cls,
        path: str | Path,
        kind: Kind,
        *,
        level: Level = "district",
        school: str | None = None,
        abandon: bool = False,
    ) -> UploadFile:
        """A file as it lies on disk now."""
        return cls(kind, Path(path), digest_of(Path(path)), level, school, abandon)

    @property
    def identity(self) -> str:
        """Tells the same upload again: bytes, kind, level, school and abandon."""
        told = "\n".join((self.kind, self.digest, self.level, self.school or "", str(self.abandon)))
        return hashlib.sha256(told.encode()).hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes.

    Raises
    ------
    PlanError
        When the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PlanError(f"{path}: cannot be read ({error.strerror or error}); prepare the files again") from error


class Tally(NamedTuple):
    """So many rows of a file ended alike.

    ``school`` is a connectSchoolId, None where no school can be told; ``what`` is students, guardians, staff, classes,
    enrollments or attributes, and other for rows of which not even that can be told.
    """

    school: str | None
    what: str
    result: str
    action: str
    rows: int


@dataclass(frozen=True)
class FileResult:
    """What became of one file.

    Attributes
    ----------
    file : UploadFile
    outcome : {"processed", "refused", "done before"}
        ``refused``: the file as a whole (decision 16), for ``code`` and ``message``; ``done before``: it was sent
        earlier in this run, and not again.
    rows : int
        Records of the file, those that could not be parsed among them.
    tallies : tuple of Tally
    disconnected : int
        Relationships that Abandon took away.
    path : Path or None
        The result file: the input's columns, then ``result``, ``action``, ``code``, ``message``.
    """

    file: UploadFile
    outcome: Outcome
    dry_run: bool
    rows: int = 0
    code: str = ""
    message: str = ""
    tallies: tuple[Tally, ...] = field(default=(), repr=False)
    disconnected: int = 0
    path: Path | None = None
    seconds: float = 0.0

    @property
    def counts(self) -> dict[str, int]:
        """Rows by action, and ``ERROR``: those that were refused (their action is SKIPPED, counted here only)."""
        counts = dict.fromkeys((*ACTIONS, "ERROR"), 0)
        for tally in self.tallies:
            counts["ERROR" if tally.result == "ERROR" else tally.action] += tally.rows
        return counts

    @property
    def errors(self) -> int:
        """Rows that were refused."""
        return self.counts["ERROR"]

    def table(self) -> pd.DataFrame:
        """The result file as a DataFrame of text; empty where there is none. Holds names."""
        import pandas as pd

        if self.path is None:
            return pd.DataFrame(columns=list(RESULT_COLUMNS))
        return pd.read_csv(self.path, dtype=str, keep_default_na=False)


class Progress(NamedTuple):
    """How far an upload is.

    File number ``place`` (from 1) of ``files``, its ``kind`` and ``school``, what is being done with it (``reading``,
    ``checking``, ``processing``, ``writing``, ``done``), and ``done`` of ``rows`` rows.
    """

    place: int
    files: int
    kind: str
    school: str | None
    stage: str
    done: int
    rows: int


OnProgress = Callable[[Progress], object]

ActionKind = Literal[
    "connect_schools",
    "connect_classrooms",
    "archive_students",
    "unarchive_students",
    "archive_classrooms",
    "unarchive_classrooms",
    "remove_guardians",
    "change_settings",
]


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person does on Connect by hand, before or after an upload.

    Attributes
    ----------
    kind : str
    school : str or None
        ``connectSchoolId``; the whole district when None.
    unsynced : bool
        Only what is not under the SIS: students without student ID, classrooms without class ID.
    ids : tuple of str
        Only these Connect IDs (of students or classrooms); all when empty.
    values : mapping of str to str
        ``connect_schools``, ``connect_classrooms``: Connect ID to SIS ID (blank removes it).
        ``change_settings``: names of :class:`Settings` to values.
    """

    kind: ActionKind
    school: str | None = None
    unsynced: bool = False
    ids: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


class Change(NamedTuple):
    """What an action, a merge or an undo did.

    Its ``number`` in the activity log, ``what`` in words, and ``counts``: rows by what became of them.
    """

    number: int
    what: str
    counts: Mapping[str, int]
