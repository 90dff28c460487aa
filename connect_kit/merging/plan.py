"""Which records of students are merged into which, as one value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connect_kit.display.bars import Bar, bar_chart
from connect_kit.display.html import table_html
from connect_kit.display.look import SYMBOLS, counted, school_label
from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError
from connect_kit.merging.data import MergeData, in_order
from connect_kit.merging.pairs import MERGEABLE, named_merges
from connect_kit.merging.worksheet import save, worksheet

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from connect_kit.roster import Workspace
    from connect_kit.twin.twin import Twin


@dataclass(frozen=True, eq=False)
class MergePlan(MergeData):
    """Duplicate records of students on Connect: which one stays, and which are merged into it (decision 21).

    The record with the SIS ID that is delivered stays: with its ID, name, grade, email, guardians and enrollments. It
    takes over history, the attributes that it lacks, and classrooms of the others, which are gone afterwards: they were
    made by hand, or have a SIS ID that is not delivered any more (decision 27).

    Attributes
    ----------
    workspace : Workspace
        As it was when the plan was made.
    frame : DataFrame
        Every pair, see :meth:`table`.
    """

    @classmethod
    @checked()
    def of(
        cls, workspace: Workspace, merges: Iterable[tuple[str, str]], *, delivered: Iterable[str] | None = None
    ) -> MergePlan:
        """A plan of given merges: pairs of ``connectStudentId``, the one that stays first.

        Pairs that cannot be merged are listed with the reason, as :func:`plan_merge` does it.

        Parameters
        ----------
        workspace : Workspace
        merges : iterable of (str, str)
        delivered : iterable of str, optional
            Student IDs that the SIS delivers: a record with an ID that is not among them may be merged too. Without
            them, only records without a SIS ID are.

        Raises
        ------
        SettingError
            When a student is to be merged into two others.
        """
        return cls(
            workspace, named_merges(workspace, list(merges), None if delivered is None else frozenset(delivered))
        )

    @property
    def upload_first(self) -> int:
        """Pairs that wait for users.csv to be uploaded, where that is all that keeps anybody from being merged."""
        waiting = int((self.frame["state"] == "not on Connect yet").sum())
        return 0 if len(self) else waiting

    @checked()
    def conflicts_on(self, twin: Twin) -> pd.DataFrame:
        """:attr:`conflicts` with those of attributes, as the twin holds them. Holds names."""
        import pandas as pd

        more = twin.merge_conflicts(self.merges)
        return in_order(pd.concat([self.conflicts, more], ignore_index=True), self.merges)

    def moves(self, twin: Twin) -> pd.DataFrame:
        """What moves to each survivor.

        Columns: ``survivor``, ``other``, ``announcement``, ``backpack``, ``interaction`` (items of history),
        ``attributes`` (those that the survivor lacks), ``classrooms``, and what goes: ``attributes_lost``,
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
            When one of them is not in any of the merges.
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

    worksheet = worksheet
    save = save

    def chart(self) -> alt.LayerChart:
        """How many pairs can be merged, school by school, and how many cannot, by reason."""
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

    def __len__(self) -> int:
        return int((self.frame["state"] == MERGEABLE).sum())

    def __repr__(self) -> str:
        left = counted(len(self.frame) - len(self), "pair")
        return f"MergePlan({counted(len(self), 'merge')}, {left} that cannot be merged)"

    def _repr_html_(self) -> str:
        return table_html(self.summary()) + table_html(self.table(), "Merges", most=10)
