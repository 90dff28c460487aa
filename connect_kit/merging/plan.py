"""Which records of students are merged into which, as one value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.errors import SettingError
from connect_kit.merging.pairs import COLUMNS, MERGEABLE, named_merges
from connect_kit.merging.worksheet import save_worksheet, worksheet

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from connect_kit.roster import Workspace
    from connect_kit.twin.twin import Twin

#: What of two records is compared (workspace's students.csv). That the other one is archived is as it should be (S0).
FIELDS = ("givenName", "familyName", "grade", "email", "connectSchoolId")
#: Its name where a record is shown (:meth:`Twin.student`).
_SHOWN = {"connectSchoolId": "school"}


@dataclass(frozen=True, eq=False)
class MergePlan:
    """Records of one student that are on Connect twice: which stays, and which are merged into it (decision 21).

    The record with the SIS ID stays: with its ID, name, grade, email, guardians and enrollments. It takes over history,
    the attributes that it has not, and classrooms of the others, which were made by hand and are gone afterwards.

    Attributes
    ----------
    workspace : Workspace
        As it was when the plan was made.
    frame : DataFrame
        Every pair, see :meth:`table`.
    """

    workspace: Workspace = field(repr=False)
    frame: pd.DataFrame = field(repr=False)

    @classmethod
    def of(cls, workspace: Workspace, merges: Iterable[tuple[str, str]]) -> MergePlan:
        """A plan of merges that somebody names: pairs of ``connectStudentId``, the one that stays first.

        Pairs that cannot be merged are listed with the reason, as :func:`plan_merge` does it.

        Raises
        ------
        SettingError
            When a student is to be merged into two others.
        """
        return cls(workspace, named_merges(workspace, list(merges)))

    def table(self) -> pd.DataFrame:
        """Every pair, those that can be merged first, the most certain first. IDs only.

        Columns: ``survivor`` and ``other`` (connectStudentId; blank where there is none), ``school`` (connectSchoolId
        of the survivor), ``match_probability``, ``decision`` (``same`` where people decided), ``state`` (``mergeable``,
        or why not), ``student_id`` (the survivor's ID of the SIS), ``left`` and ``right`` (keys of the pair, as
        ``roster:00017342``), ``next_step`` (of a pair that cannot be merged).
        """
        return self.frame.loc[:, list(COLUMNS)].copy()

    @property
    def merges(self) -> pd.DataFrame:
        """The pairs that can be merged, with the columns of :meth:`table`."""
        found: pd.DataFrame = self.frame[self.frame["state"] == MERGEABLE]
        return found.loc[:, list(COLUMNS)].reset_index(drop=True)

    @cached_property
    def conflicts(self) -> pd.DataFrame:
        """Where both records say different things, field by field: the survivor's value stays. Holds names.

        Columns: ``survivor``, ``other``, ``field``, ``survivor_value``, ``other_value``, ``stays``
        (``survivor``, decision 21). ``guardian``: IDs of the other's guardians, who are not connected to the survivor
        afterwards. Attributes are on the twin only: :meth:`conflicts_on`.
        """
        import pandas as pd

        students = self.workspace.students.set_index("connectStudentId")
        pairs = self.merges[["survivor", "other"]]
        parts = []
        for name in FIELDS:
            left, right = pairs["survivor"].map(students[name]), pairs["other"].map(students[name])
            told = right.fillna("").ne("") & left.fillna("").ne(right.fillna(""))
            parts.append(_conflict(pairs[told], _SHOWN.get(name, name), left[told], right[told]))
        guardians = self._guardians()
        left, right = pairs["survivor"].map(guardians), pairs["other"].map(guardians)
        more = [bool(theirs - ours) for ours, theirs in zip(map(_set, left), map(_set, right), strict=True)]
        told = pd.Series(more, index=pairs.index, dtype=bool)
        parts.append(_conflict(pairs[told], "guardian", left[told], right[told]))
        found = pd.concat(parts, ignore_index=True)
        return _in_order(found, pairs)

    def conflicts_on(self, twin: Twin) -> pd.DataFrame:
        """:attr:`conflicts` with those of attributes, as the twin holds them. Holds names."""
        import pandas as pd

        more = twin.merge_conflicts(self.merges)
        return _in_order(pd.concat([self.conflicts, more], ignore_index=True), self.merges)

    def moves(self, twin: Twin) -> pd.DataFrame:
        """What moves to each survivor.

        Columns: ``survivor``, ``other``, ``announcement``, ``backpack``, ``interaction`` (items of history),
        ``attributes`` (those that the survivor has not), ``classrooms``, and what goes: ``attributes_lost``,
        ``guardians_lost`` (connections; the accounts stay).
        """
        return twin.merge_moves(self.merges)

    def only(self, *survivors: str) -> MergePlan:
        """The plan with the merges into these students only: their connectStudentId or student ID.

        Raises
        ------
        SettingError
            When none of the merges is into one of them.
        """
        return replace(self, frame=self.frame[self._into(survivors)].reset_index(drop=True))

    def without(self, *students: str) -> MergePlan:
        """The plan without the merges of these students: connectStudentId of either record, or student ID.

        Raises
        ------
        SettingError
            When there is no merge of one of them.
        """
        known = set(self.frame["other"])
        others = [student for student in students if student in known]
        into = self._into([student for student in students if student not in known])
        return replace(self, frame=self.frame[~into & ~self.frame["other"].isin(others)].reset_index(drop=True))

    def _into(self, survivors: Iterable[str]) -> pd.Series[bool]:
        mergeable = self.frame["state"] == MERGEABLE
        chosen = mergeable & False
        for survivor in survivors:
            found = mergeable & (self.frame["survivor"].eq(survivor) | self.frame["student_id"].eq(survivor))
            if not found.any():
                raise SettingError(f"{survivor!r}: nobody in the plan's merges has this ID")
            chosen |= found
        return chosen

    def summary(self) -> pd.DataFrame:
        """The numbers: ``what`` and ``count``."""
        import pandas as pd

        merges = self.merges
        rows = [
            ("records to be merged into another", len(merges)),
            ("students whom they belong to", int(merges["survivor"].nunique())),
            ("fields in which both records differ", len(self.conflicts)),
        ]
        left = self.frame["state"][self.frame["state"] != MERGEABLE]
        rows += [(f"not mergeable: {state}", int(count)) for state, count in left.value_counts().items()]
        return pd.DataFrame(rows, columns=["what", "count"])

    def worksheet(self, *, names: bool = False) -> pd.DataFrame:
        """The merges as work to be done by hand on Connect, school by school.

        No article tells the steps of Connect's merge function; which record stays, and what to look at, is decision 21.

        Parameters
        ----------
        names : bool
            Names of students beside their IDs: for whoever does the merging, and not to be passed on.
        """
        return worksheet(self, names=names)

    def save(self, folder: str | Path, *, names: bool = False) -> None:
        """Write merges.csv, merge-worksheet.csv and merge-worksheet.xlsx into a folder; without ``names`` IDs only.

        Raises
        ------
        OutputError
            When they cannot be written; what stood there before is as it was.
        """
        save_worksheet(self, folder, names=names)

    def chart(self) -> alt.LayerChart:
        """How many pairs can be merged, school by school, and how many cannot, by reason."""
        from connect_kit.display.bars import Bar, bar_chart
        from connect_kit.display.look import SYMBOLS, school_label

        merges, schools = self.merges, self.workspace.schools
        names = dict(zip(schools["connectSchoolId"], schools["name"], strict=True))
        bars = [Bar(f"{SYMBOLS['good']} mergeable", "good", heading=True)]
        bars += [
            Bar(school_label(names.get(school), school), "good", count, f"{count:,}")
            for school, count in merges["school"].value_counts().items()
        ]
        left = self.frame["state"][self.frame["state"] != MERGEABLE].value_counts()
        if len(left):
            bars.append(Bar(f"{SYMBOLS['warning']} not mergeable", "warning", heading=True))
            bars += [Bar(str(state), "warning", count, f"{count:,}") for state, count in left.items()]
        return bar_chart("Students to be merged", bars)

    def _guardians(self) -> pd.Series[str]:
        """IDs of each student's guardians on Connect, in order and parted by commas."""
        told = self.workspace.guardians[["connectUserId", "connectStudentIds"]].dropna()
        told = told.assign(student=told["connectStudentIds"].str.split(",")).explode("student")
        told["student"] = told["student"].str.strip()
        pairs = told[["student", "connectUserId"]].drop_duplicates().sort_values("connectUserId").astype(object)
        return pairs.groupby("student")["connectUserId"].agg(", ".join)

    def __len__(self) -> int:
        return int((self.frame["state"] == MERGEABLE).sum())

    def __repr__(self) -> str:
        return f"MergePlan({len(self):,} merges, {len(self.frame) - len(self):,} pairs that cannot be merged)"

    def _repr_html_(self) -> str:
        from connect_kit.display.html import table_html

        return table_html(self.summary()) + table_html(self.table(), "Merges", most=10)


def _set(listed: object) -> set[str]:
    return set(listed.split(", ")) if isinstance(listed, str) else set()


def _conflict(pairs: pd.DataFrame, name: str, left: pd.Series[str], right: pd.Series[str]) -> pd.DataFrame:
    made: pd.DataFrame = pairs.assign(
        field=name, survivor_value=left.astype(object).fillna(""), other_value=right.astype(object), stays="survivor"
    )
    return made.astype(object)


def _in_order(conflicts: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The conflicts in the order of the pairs."""
    place = {pair: at for at, pair in enumerate(zip(pairs["survivor"], pairs["other"], strict=True))}
    at = [place[pair] for pair in zip(conflicts["survivor"], conflicts["other"], strict=True)]
    ordered = conflicts.assign(_at=at).sort_values("_at", kind="stable", ignore_index=True)
    return ordered.drop(columns="_at")
