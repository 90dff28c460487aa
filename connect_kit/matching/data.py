"""The fields of matched schools or classrooms, and their tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from connect_kit.engine.weights import probability
from connect_kit.errors import SettingError
from connect_kit.matching.resolve import OUT, STATUSES, leave_out, resolve

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.decisions.value import Decisions
    from connect_kit.matching.consequences import Outcome
    from connect_kit.matching.score import Evidence
    from connect_kit.roster import Roster, Workspace

#: Columns of schools.csv and classrooms.csv.
COLUMNS = ("status", "roster_id", "roster_title", "workspace_id", "workspace_title", "score", "reason")


@dataclass(frozen=True, eq=False)
class MatchesData(ABC):
    """The fields of what is matched; see :class:`Matches`."""

    roster: Roster
    workspace: Workspace
    decisions: Decisions
    evidence: Evidence = field(repr=False)
    _statuses: tuple[str, ...] = field(default=(*STATUSES, OUT), repr=False)
    _names: bool = field(default=False, repr=False)

    kind: ClassVar[str]
    outcomes: ClassVar[Mapping[str, Outcome]]

    @cached_property
    def _all(self) -> pd.DataFrame:
        return leave_out(resolve(self.evidence, self.decisions), *self._out())

    @abstractmethod
    def _out(self) -> tuple[pd.Series[Any], pd.Series[Any]]:
        """Which of either side belong to a school that does not take part."""

    @cached_property
    def _frame(self) -> pd.DataFrame:
        """The rows shown, with the numbers of both sides."""
        rows = self._all[self._all["status"].isin(self._statuses)]
        left, right = self._side("left", rows["l"]), self._side("right", rows["r"])
        frame = rows.assign(
            roster_id=left["id"], roster_title=left["title"], workspace_id=right["id"], workspace_title=right["title"]
        )
        rank = {status: place for place, status in enumerate((*STATUSES, OUT))}
        frame["_rank"] = frame["status"].map(rank)
        keys = ["_rank", "score", "roster_id", "workspace_id"]
        return frame.sort_values(keys, ascending=[True, False, True, True], kind="stable").reset_index(drop=True)

    def _side(self, side: str, numbers: pd.Series[Any]) -> pd.DataFrame:
        """Rows of a side by number; blank where the number is -1."""
        whole: pd.DataFrame = getattr(self.evidence, side)
        found = whole.reindex(numbers.to_numpy())
        return found.set_axis(numbers.index, axis=0)

    def table(self) -> pd.DataFrame:
        """One row per pair, and per school or classroom without a partner, in the columns of the CSV file.

        Columns: ``status`` (``matched``, ``suggested``, ``unmatched_roster``, ``unmatched_workspace``, ``out``: decided
        not to take part), ``roster_id``, ``roster_title``, ``workspace_id``, ``workspace_title``, ``score`` (0 to 1),
        ``reason`` (words, without names).
        """
        return self._frame[list(COLUMNS)].copy()

    def details(self) -> pd.DataFrame:
        """:meth:`table` with everything else known about both sides, the ``decision`` and the ``consequence``.

        Holds names of teachers: it is for the analyst's own screen.
        """
        frame = self._frame
        table = frame[list(COLUMNS)].copy()
        for side, prefix in (("left", "roster"), ("right", "workspace")):
            more = self._side(side, frame["l" if side == "left" else "r"])
            for name in more.columns.drop(["id", "title", "why"]):
                table[f"{prefix}_{name}"] = more[name]
        table["decision"] = frame["decision"]
        table["consequence"] = self._outcome().map(lambda key: self.outcomes[key].what)
        return table

    @abstractmethod
    def _outcome(self) -> pd.Series[Any]:
        """The key of what happens to each row."""

    @property
    def counts(self) -> dict[str, int]:
        """How many are ``matched``, ``suggested``, ``unmatched`` on either side; ``out`` where some take no part."""
        counts = self._frame["status"].value_counts()
        unmatched = sum(int(counts.get(status, 0)) for status in STATUSES[2:])
        out = {OUT: int(counts[OUT])} if OUT in counts else {}
        return {**{status: int(counts.get(status, 0)) for status in STATUSES[:2]}, "unmatched": unmatched, **out}

    @property
    def sides(self) -> dict[str, int]:
        """:attr:`counts` with each side's own: ``unmatched_roster`` and ``unmatched_workspace``."""
        counts = self._frame["status"].value_counts()
        return {status: int(counts.get(status, 0)) for status in (*STATUSES, OUT) if status != OUT or OUT in counts}

    @property
    def words(self) -> str:
        """The counts in words, each side by name."""
        names = {
            "matched": "matched", "suggested": "suggested", "unmatched_roster": "only in the delivery",
            "unmatched_workspace": "only on Connect", OUT: "not taking part",
        }  # fmt: skip
        return ", ".join(f"{number:,} {names[status]}" for status, number in self.sides.items())

    def summary(self) -> pd.DataFrame:
        """``status`` and ``count``."""
        import pandas as pd

        counts = self._frame["status"].value_counts()
        rows = [(status, int(counts.get(status, 0))) for status in self._statuses if status != OUT or OUT in counts]
        return pd.DataFrame(rows, columns=["status", "count"])

    def consequences(self) -> pd.DataFrame:
        """What happens if nothing more is done, one row per school and outcome.

        Columns: ``school_id``, ``school``, ``outcome``, ``count``, ``what``, ``source`` (article).
        """
        keys = self._outcome()
        frame = self._schools().assign(outcome=keys)
        order = {key: place for place, key in enumerate(self.outcomes)}
        grouped = frame.groupby(["group", "school_id", "school", "outcome"], dropna=False).size()
        rows = grouped.rename("count").reset_index()
        rows["what"] = rows["outcome"].map(lambda key: self.outcomes[key].what)
        rows["source"] = rows["outcome"].map(lambda key: self.outcomes[key].source)
        rows["_order"] = rows["outcome"].map(order)
        rows = rows.sort_values(["school_id", "group", "_order"], kind="stable", ignore_index=True)
        return rows[["school_id", "school", "outcome", "count", "what", "source"]]

    def by_school(self) -> pd.DataFrame:
        """``schoolId``, ``name``, and a count for each status but ``out``."""
        frame = self._schools().assign(status=self._frame["status"])
        counts = frame.groupby(["group", "school_id", "school", "status"], dropna=False).size().unstack(fill_value=0)
        counts = counts.reindex(columns=list(STATUSES), fill_value=0).reset_index()
        counts.columns.name = None
        return counts.drop(columns="group").rename(columns={"school_id": "schoolId", "school": "name"})

    @abstractmethod
    def _schools(self) -> pd.DataFrame:
        """``group``, ``school_id`` and ``school`` of each row."""

    def candidates(self, workspace_id: str, most: int = 20) -> pd.DataFrame:
        """Possible partners of a school or classroom on Connect, best first.

        Columns: ``roster_id``, ``roster_title``, ``score``, ``reason``. Only what has something in common with it was
        compared.
        """
        import numpy as np

        number = self._number("right", workspace_id)
        found = self.evidence.schema.frame(
            "SELECT l, weight, ceiling FROM scored WHERE r = ? ORDER BY weight DESC, l LIMIT ?", [number, most]
        )
        left = self.evidence.left.iloc[found["l"].to_numpy()].reset_index(drop=True)
        reasons = self.evidence.reasons(found["l"].to_numpy(), np.full(len(found), number))
        table = left[["id", "title"]].set_axis(["roster_id", "roster_title"], axis=1)
        scores = np.minimum(probability(found["weight"].to_numpy(float)), found["ceiling"].to_numpy())
        return table.assign(score=scores.round(4), reason=reasons)

    def _number(self, side: str, identifier: str) -> int:
        import numpy as np

        ids = getattr(self.evidence, side)["id"].to_numpy(object)
        found = np.flatnonzero(ids == identifier)
        if not len(found):
            where = "delivery" if side == "left" else "workspace"
            raise SettingError(
                f"{identifier!r} is not an ID of {self.kind} in the {where}", step="list_matches", of=self.kind
            )
        return int(found[0])
