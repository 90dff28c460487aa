"""The fields of a merge plan: its pairs, the merges among them, and where both records differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from connect_kit.merging.pairs import COLUMNS, MERGEABLE

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.roster import Workspace

#: What of two records is compared (workspace's students.csv). That the other one is archived is intended (S0).
FIELDS = ("givenName", "familyName", "grade", "email", "connectSchoolId", "studentId")
#: The name of a field where a record is shown (:meth:`Twin.student`).
_SHOWN = {"connectSchoolId": "school"}


@dataclass(frozen=True, eq=False)
class MergeData:
    """The fields of a merge plan; see :class:`MergePlan`."""

    workspace: Workspace = field(repr=False)
    frame: pd.DataFrame = field(repr=False)

    def table(self) -> pd.DataFrame:
        """Every pair, those that can be merged first, the most certain first. IDs only.

        Columns: ``survivor`` and ``other`` (connectStudentId; blank where there is none), ``school`` (connectSchoolId
        of the survivor), ``match_probability``, ``decision`` (``same`` where people decided), ``state`` (``mergeable``,
        or why not), ``student_id`` (the survivor's ID of the SIS), ``left`` and ``right`` (keys of the pair, as
        ``roster:00017342``), ``next_step`` (of a pair that cannot be merged), ``other_student_id`` (the other's own ID
        of the SIS, which is not delivered any more; it goes).
        """
        return self.frame.loc[:, list(COLUMNS)].copy()

    @property
    def merges(self) -> pd.DataFrame:
        """The pairs that can be merged, with the columns of :meth:`table`."""
        found: pd.DataFrame = self.frame[self.frame["state"] == MERGEABLE]
        return found.loc[:, list(COLUMNS)].reset_index(drop=True)

    @cached_property
    def conflicts(self) -> pd.DataFrame:
        """Where the two records differ, field by field: the survivor's value stays. Holds names.

        Columns: ``survivor``, ``other``, ``field``, ``survivor_value``, ``other_value``, ``stays``
        (``survivor``, decision 21). ``guardian``: IDs of the other's guardians, who are not connected to the survivor
        afterwards. ``studentId``: both records have a SIS ID, and the other's goes. Attributes are on the twin only:
        :meth:`conflicts_on`.
        """
        import pandas as pd

        students = self.workspace.students.set_index("connectStudentId")
        pairs = self.merges[["survivor", "other"]]
        parts = []
        for name in FIELDS:
            left, right = pairs["survivor"].map(students[name]), pairs["other"].map(students[name])
            differ = right.fillna("").ne("") & left.fillna("").ne(right.fillna(""))
            parts.append(_conflict(pairs[differ], _SHOWN.get(name, name), left[differ], right[differ]))
        guardians = self._guardians()
        left, right = pairs["survivor"].map(guardians), pairs["other"].map(guardians)
        more = [bool(theirs - ours) for ours, theirs in zip(map(_set, left), map(_set, right), strict=True)]
        differ = pd.Series(more, index=pairs.index, dtype=bool)
        parts.append(_conflict(pairs[differ], "guardian", left[differ], right[differ]))
        found = pd.concat(parts, ignore_index=True)
        return in_order(found, pairs)

    def _guardians(self) -> pd.Series[str]:
        """IDs of each student's guardians on Connect, in order and separated by commas."""
        listed = self.workspace.guardians[["connectUserId", "connectStudentIds"]].dropna()
        listed = listed.assign(student=listed["connectStudentIds"].str.split(",")).explode("student")
        listed["student"] = listed["student"].str.strip()
        pairs = listed[["student", "connectUserId"]].drop_duplicates().sort_values("connectUserId").astype(object)
        return pairs.groupby("student")["connectUserId"].agg(", ".join)


def _set(listed: object) -> set[str]:
    return set(listed.split(", ")) if isinstance(listed, str) else set()


def _conflict(pairs: pd.DataFrame, name: str, left: pd.Series[str], right: pd.Series[str]) -> pd.DataFrame:
    made: pd.DataFrame = pairs.assign(
        field=name, survivor_value=left.astype(object).fillna(""), other_value=right.astype(object), stays="survivor"
    )
    return made.astype(object)


def in_order(conflicts: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The conflicts in the order of the pairs."""
    place = {pair: at for at, pair in enumerate(zip(pairs["survivor"], pairs["other"], strict=True))}
    at = [place[pair] for pair in zip(conflicts["survivor"], conflicts["other"], strict=True)]
    ordered = conflicts.assign(_at=at).sort_values("_at", kind="stable", ignore_index=True)
    return ordered.drop(columns="_at")
