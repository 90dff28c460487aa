"""What an upload is given and what it answers: files, tallies, results, progress."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from connect_kit.engine.written import file_digest
from connect_kit.errors import PlanError

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
#: Columns of the list of what Abandon disconnected; IDs only.
DISCONNECTED_COLUMNS = ("connectStudentId", "studentId", "connectUserId", "guardianId", "connectSchoolId")
#: Columns of the list of staff who are removed from a school; IDs only.
REMOVED_COLUMNS = ("connectUserId", "staffId", "connectSchoolId")
#: Columns of the list of children who are removed from a second school; IDs only.
CHILDREN_REMOVED_COLUMNS = ("connectStudentId", "studentId", "connectSchoolId")


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
        """A file as it is on disk now."""
        return cls(kind, Path(path), digest_of(Path(path)), level, school, abandon)

    @property
    def name(self) -> str:
        """What it is called everywhere; see :func:`file_name`."""
        return file_name(self.kind, self.school)

    @property
    def identity(self) -> str:
        """The same for the same upload again: bytes, kind, level, school and abandon."""
        parts = "\n".join((self.kind, self.digest, self.level, self.school or "", str(self.abandon)))
        return hashlib.sha256(parts.encode()).hexdigest()


def file_name(kind: str, school: str | None) -> str:
    """What a file is called everywhere: ``users.csv``, at school level with its school: ``S001/users.csv``."""
    return f"{school}/{kind}.csv" if school else f"{kind}.csv"


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes.

    Raises
    ------
    PlanError
        When the file cannot be read.
    """
    try:
        return file_digest(path)
    except OSError as error:
        raise PlanError(f"{path}: cannot be read ({error.strerror or error}); prepare the files again") from error


class Tally(NamedTuple):
    """How many rows of a file ended in the same way.

    ``school`` is a connectSchoolId, None where it is not known; ``what`` is students, guardians, staff, classes,
    enrollments or attributes, and other for rows of which not even that is known.
    """

    school: str | None
    what: str
    result: str
    action: str
    rows: int


class Disconnections(NamedTuple):
    """What Abandon disconnects of a school: guardian ``relationships``, of how many ``children``.

    ``connected`` is how many relationships of the school uploads had made before. ``school_id`` is the School ID
    recorded on the school; blank where there is none.
    """

    relationships: int
    children: int
    connected: int
    school_id: str = ""


class Removals(NamedTuple):
    """People whom users.csv removes from a school, as their rows no longer list it.

    ``staff`` is how many, ``members`` how many with a staff ID the school had before; ``children`` is how many of those
    who were at several schools and are at fewer now, ``pupils`` how many with a student ID the school had before.
    ``school_id`` is the School ID recorded on the school; blank where there is none.
    """

    staff: int
    members: int
    school_id: str = ""
    children: int = 0
    pupils: int = 0


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
        Records of the file, including those that cannot be read.
    tallies : tuple of Tally
    refusals : mapping of str to int
        Rows that were refused, by code; ``''`` stands for those without one. Empty for a file refused as a whole, and
        where a target does not count them by code.
    disconnected : int
        Relationships that Abandon removed.
    disconnections : mapping of str to Disconnections
        The same by school (connectSchoolId); those of which nobody was disconnected are left out.
    removals : mapping of str to Removals
        Staff, and children of several schools, who were removed from one, by connectSchoolId; schools that nobody was
        removed from are left out.
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
    refusals: Mapping[str, int] = field(default_factory=dict, repr=False)
    disconnected: int = 0
    disconnections: Mapping[str, Disconnections] = field(default_factory=dict, repr=False)
    removals: Mapping[str, Removals] = field(default_factory=dict, repr=False)
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
    def removed(self) -> int:
        """Staff removed from a school, counted at each of them."""
        return sum(one.staff for one in self.removals.values())

    @property
    def children_removed(self) -> int:
        """Children removed from one of several schools, counted at each of them."""
        return sum(one.children for one in self.removals.values())

    @property
    def removed_lists(self) -> tuple[Path, ...]:
        """The lists of staff and of children removed from a school, beside the result file, where there are any."""
        return tuple(path for path in (self.removed_path, self.children_removed_path) if path is not None)

    @property
    def children_removed_path(self) -> Path | None:
        """The list of children removed from one of several schools, beside the result file; None where nobody was."""
        return _beside(self.path, children_removed_path) if self.file.kind == "users" else None

    @property
    def removed_path(self) -> Path | None:
        """The list of staff removed from a school, beside the result file; None where nobody was."""
        return _beside(self.path, removed_path) if self.file.kind == "users" else None

    @property
    def disconnected_path(self) -> Path | None:
        """The list of relationships that Abandon removed, beside the result file; None where there is none."""
        return _beside(self.path, disconnected_path) if self.file.abandon else None

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


def _beside(result: Path | None, named: Callable[[Path], Path]) -> Path | None:
    """A list beside a result file, where there is one; results of other names have none."""
    place = None if result is None else named(result)
    return place if place is not None and place != result and place.is_file() else None


def disconnected_path(result: Path) -> Path:
    """Where the relationships that Abandon removed are listed, beside a result file."""
    return result.with_name(result.name.replace("-result.csv", "-disconnected.csv"))


def removed_path(result: Path) -> Path:
    """Where staff who were removed from a school are listed, beside a result file."""
    return result.with_name(result.name.replace("-result.csv", "-removed.csv"))


def children_removed_path(result: Path) -> Path:
    """Where children who were removed from one of several schools are listed, beside a result file."""
    return result.with_name(result.name.replace("-result.csv", "-children-removed.csv"))


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

    @property
    def name(self) -> str:
        """What the file is called; see :func:`file_name`."""
        return file_name(self.kind, self.school)


OnProgress = Callable[[Progress], object]
