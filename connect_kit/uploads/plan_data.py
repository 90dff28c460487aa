"""The fields of an upload plan, for whatever reads, writes or judges one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.checks import Verdict
from connect_kit.engine.places import outside
from connect_kit.uploads.changed_ids import code_of
from connect_kit.uploads.first import is_first

if TYPE_CHECKING:
    from connect_kit.connect import Level
    from connect_kit.uploads.changed_ids import ChangedIds
    from connect_kit.uploads.values import Disconnections, UploadFile


@dataclass(frozen=True, slots=True)
class Critical:
    """A critical finding: its ``code``, ``title``, ``count`` of failing rows, and ``remedy``."""

    code: str
    title: str
    count: int
    remedy: str = ""


class Cause(NamedTuple):
    """One root cause in what is sent: its ``severity``, failing ``rows``, and what it is."""

    severity: str
    rows: int
    cause: str


@dataclass(frozen=True)
class PlanData:
    """The fields of an upload plan, as plan.json holds them; see :class:`UploadPlan`."""

    folder: Path
    level: Level
    files: tuple[UploadFile, ...]
    file_rows: tuple[int, ...]
    delivery: str
    made: str
    checked: bool = False
    findings: tuple[Critical, ...] = ()
    waivers: Mapping[str, str] = field(default_factory=dict)
    schools: tuple[str, ...] = ()
    unmatched_schools: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    takes_part: tuple[str, ...] = ()
    named: bool = False
    left_out_schools: Mapping[str, int] = field(default_factory=dict)
    nowhere: int = 0
    placed: int = 0
    placed_by_kind: Mapping[str, int] = field(default_factory=dict)
    staying: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unconnected: int = 0
    first_upload: bool = True
    archive_existing: bool | None = None
    undecided_classrooms: int = 0
    undecided_schools: int = 0
    source: str = ""
    changed_ids: tuple[ChangedIds, ...] = ()
    ids_compared: bool = False
    managed: int | None = None
    new_students: int | None = None
    keep_ids: bool = False
    possible_changes: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None
    doubled: Mapping[str, int] = field(default_factory=dict)
    doubled_once_archived: Mapping[str, int] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    causes_elsewhere: int = 0
    causes_solved: int = 0
    not_shown: tuple[str, ...] = ()
    first_schools: Mapping[str, int] = field(default_factory=dict)
    not_corrected: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    abandon_limit: float = 10
    disconnections: Mapping[str, Disconnections] | None = field(default_factory=dict)
    command: tuple[str, ...] = ()

    def outside_delivery(self, folder: str | Path) -> Path:
        """The folder, unless it lies inside the delivery, which is never written to.

        Raises
        ------
        SettingError
            Where it does.
        """
        return outside(folder, "the delivery", Path(self.source) if self.source else None)

    @property
    def abandons(self) -> bool:
        """Whether a file is sent with Abandon."""
        return any(file.abandon for file in self.files)

    @property
    def asks_to_archive(self) -> bool:
        """Whether a school got no users.csv before, when the plan was made (S0)."""
        return is_first(self.level, self.first_schools, district=self.first_upload)

    @property
    def idle_archiving(self) -> bool:
        """Whether the answer "archive existing students" has no effect, as no school gets its first users.csv."""
        return bool(self.archive_existing) and not self.asks_to_archive

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(self.file_rows)

    @property
    def critical(self) -> tuple[Critical, ...]:
        """Critical findings that nobody has waived."""
        return tuple(finding for finding in self.findings if finding.code not in self.waivers)

    @property
    def judgement(self) -> Verdict | None:
        """The verdict; it names what is waived, where nothing critical is left unwaived."""
        if self.verdict is None or self.verdict.text != "not fit" or self.critical or self.undecided_ids:
            return self.verdict
        of_ids = (one.code for one in self.changed_ids if one.mass and one.changed > one.kept)
        return replace(self.verdict, waived=tuple(dict.fromkeys((*(one.code for one in self.findings), *of_ids))))

    @property
    def undecided_ids(self) -> Mapping[str, int]:
        """Codes of changed IDs that keep a real upload waiting and that nobody has waived, to the number of records."""
        counts: dict[str, int] = {}
        for one in self.changed_ids:
            if one.mass and one.changed > one.kept:
                counts[one.code] = counts.get(one.code, 0) + one.changed - one.kept
        if self.possible_changes:
            counts = {code_of("students"): sum(self.possible_changes.values()), **counts}
        return {code: count for code, count in counts.items() if code not in self.waivers}

    @property
    def id_codes(self) -> tuple[str, ...]:
        """Codes about changed IDs that can be waived."""
        codes = [one.code for one in self.changed_ids if one.mass]
        return tuple(dict.fromkeys([*codes, *([code_of("students")] if self.possible_changes else [])]))

    @property
    def kept_ids(self) -> Mapping[str, int]:
        """Records that are prepared with the ID that Connect has, by kind."""
        counts: dict[str, int] = {}
        for one in self.changed_ids:
            if one.kept:
                counts[one.kind] = counts.get(one.kind, 0) + one.kept
        return counts

    @property
    def digest(self) -> str:
        """The same for the same files sent in the same way."""
        return hashlib.sha256("\n".join(file.identity for file in self.files).encode()).hexdigest()
