"""The parts of an audit, as one value: verbs that need several of them take it whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from connect_kit.checks.verdict import Verdict, judge

if TYPE_CHECKING:
    from connect_kit.checks.findings import Findings
    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import IdChanges, LeftBehind
    from connect_kit.matching import ClassroomMatches, SchoolMatches
    from connect_kit.roster import Roster, Workspace


@dataclass(frozen=True, eq=False)
class AuditData:
    """What belongs together because it was found in one delivery and one workspace.

    Attributes
    ----------
    findings : Findings
        Of the self-check; it holds the roster and the workspace.
    duplicates : Duplicates or None
        None where nobody looked for duplicate students.
    schools : SchoolMatches or None
        None without a workspace.
    classrooms : ClassroomMatches or None
        None without a workspace.
    id_changes : IdChanges or None
        None without a workspace, and where nobody looked for duplicate students.
    left_behind : LeftBehind or None
        What stays behind on Connect; None without a workspace.
    """

    findings: Findings = field(repr=False)
    duplicates: Duplicates | None = field(default=None, repr=False)
    schools: SchoolMatches | None = field(default=None, repr=False)
    classrooms: ClassroomMatches | None = field(default=None, repr=False)
    id_changes: IdChanges | None = field(default=None, repr=False)
    left_behind: LeftBehind | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        findings: Findings | AuditData,
        duplicates: Duplicates | None,
        schools: SchoolMatches | None,
        classrooms: ClassroomMatches | None,
        id_changes: IdChanges | None = None,
        left_behind: LeftBehind | None = None,
    ) -> AuditData:
        """The parts as one value; an audit in place of the findings is that value already."""
        if isinstance(findings, AuditData):
            return findings
        return cls(findings, duplicates, schools, classrooms, id_changes, left_behind)

    @property
    def roster(self) -> Roster:
        """The delivery."""
        return self.findings.roster

    @property
    def workspace(self) -> Workspace | None:
        """The side of Connect."""
        return self.findings.workspace

    @property
    def fit(self) -> bool:
        """Whether nothing critical stands against sending the delivery; see :attr:`judgement` for what is to decide."""
        return self.findings.fit

    @cached_property
    def judgement(self) -> Verdict:
        """The verdict with its reasons, as data."""
        return judge(self.findings, self.duplicates, self.id_changes, self.left_behind)
