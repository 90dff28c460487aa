"""What matched schools and matched classrooms have in common: views, decisions and charts of their tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from connect_kit.display.charts import matches_by_school
from connect_kit.display.formulas import without_formulas
from connect_kit.display.html import table_html
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.errors import SettingError
from connect_kit.matching.data import COLUMNS, MatchesData
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_ROWS_SHOWN = 10  # rows in a notebook's cell


@dataclass(frozen=True, eq=False, repr=False)
class Matches(MatchesData):
    """What is matched, suggested, or left without a partner.

    Attributes
    ----------
    roster : Roster
    workspace : Workspace
    decisions : Decisions
        What people decided, applied.
    """

    def matched(self) -> Self:
        """Only what is matched."""
        return self._only("matched")

    def suggested(self) -> Self:
        """Only what is suggested and awaits a decision."""
        return self._only("suggested")

    def unmatched(self) -> Self:
        """Only what has no partner, on either side."""
        return self._only("unmatched_roster", "unmatched_workspace")

    def _only(self, *statuses: str) -> Self:
        return self._with_same_rows(replace(self, _statuses=tuple(s for s in self._statuses if s in statuses)))

    def _with_same_rows(self, other: Self) -> Self:
        """Share the resolved pairs with another view, as its decisions are the same."""
        other.__dict__["_all"] = self._all
        return other

    def show(self, *, names: bool = True) -> Self:
        """The same value, with titles in a notebook as well; titles of classes may contain names of teachers."""
        return self._with_same_rows(replace(self, _names=names))

    @checked()
    def decide(
        self,
        roster_id: str | None,
        workspace_id: str | None,
        decision: str,
        *,
        who: str | None = None,
        note: str = "",
    ) -> Self:
        """Decide about a pair, or about one side alone.

        Alone are a classroom that is archived or left (``archive``, ``leave``; ``roster_id`` is None), and a school
        that does not take part, or does after all (``out``, ``in``; on either side, the other one is None).

        Raises
        ------
        SettingError
            For an unknown ID, a decision that is not valid, or a class and a classroom of different schools.
        """
        if decision in ("out", "in"):
            return self._decide_alone(roster_id, workspace_id, decision, who=who, note=note)
        if workspace_id is None:
            raise SettingError(f"{decision!r} needs the ID on Connect as well")
        self._number("right", workspace_id)
        left = ""
        if decision not in ("archive", "leave"):
            if roster_id is None:
                raise SettingError(f"{decision!r} needs the ID in the delivery as well")
            self._number("left", roster_id)
            if decision == "connect":
                self._validate_pair(roster_id, workspace_id)
            left = f"roster:{roster_id}"
        right = f"workspace:{workspace_id}"
        return replace(self, decisions=self.decisions.decide(self.kind, left, right, decision, who=who, note=note))

    def _decide_alone(
        self, roster_id: str | None, workspace_id: str | None, decision: str, *, who: str | None, note: str
    ) -> Self:
        if (roster_id is None) == (workspace_id is None):
            raise SettingError(f"{decision!r} is about one school: give its School ID, or its connectSchoolId")
        side, source, identifier = (
            ("left", "roster", roster_id) if roster_id is not None else ("right", "workspace", workspace_id)
        )
        self._number(side, identifier or "")
        return replace(
            self,
            decisions=self.decisions.decide(self.kind, "", f"{source}:{identifier}", decision, who=who, note=note),
        )

    def _validate_pair(self, roster_id: str, workspace_id: str) -> None:
        """Check that the two may be connected."""

    @property
    def acceptable(self) -> pd.Series[bool]:
        """Which rows, in the order of :meth:`details`, are suggestions that can be accepted without looking at each."""
        return self._frame["status"] == "suggested"

    @property
    def undecided(self) -> int:
        """How many suggestions wait for nothing but to be accepted."""
        return int(self.acceptable.sum())

    @checked()
    def accept(self, school: str | None = None, *, least: float = 0, who: str | None = None) -> Self:
        """Accept the suggestions shown, as far as they are :attr:`acceptable`; :meth:`undo` undoes all at once.

        Parameters
        ----------
        school : str, optional
            Only those of this school: its School ID, or Connect's own ID.
        least : float
            Only those with at least this score.
        who : str, optional

        Raises
        ------
        SettingError
            When no row belongs to that school.
        """
        rows = self._frame
        chosen = self.acceptable & (rows["score"] >= least)
        if school is not None:
            places = self._schools()
            of_school = (places["school_id"] == school) | (places["group"] == school)
            if not of_school.any():
                raise SettingError(f"{school!r} is not a school here; by_school() lists them")
            chosen &= of_school
        pairs = rows.loc[chosen, ["roster_id", "workspace_id"]].itertuples(index=False, name=None)
        new = [(self.kind, f"roster:{left}", f"workspace:{right}", "connect") for left, right in pairs]
        return replace(self, decisions=self.decisions.decide_all(new, who=who))

    def undo(self) -> Self:
        """Undo the last decision, or the last :meth:`accept`."""
        return replace(self, decisions=self.decisions.undo())

    def chart(self) -> Any:
        """Matched, suggested and unmatched on both sides, school by school, as an Altair chart."""
        return matches_by_school(self.by_school())

    def save(self, folder: str | Path) -> None:
        """Write :meth:`table` as CSV into a folder: ``schools.csv`` or ``classrooms.csv``.

        Raises
        ------
        SettingError
            For a folder inside the delivery or the workspace's export.
        OutputError
            When the operating system refuses.
        """
        place = outside_originals(folder, self.roster, self.workspace)
        with atomic_write(ensure_folder(place) / f"{self.kind}.csv") as path:
            without_formulas(self.table()).to_csv(path, index=False, encoding="utf-8", lineterminator="\r\n")

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(" + ", ".join(f"{n:,} {word}" for word, n in self.counts.items()) + ")"

    def _repr_html_(self) -> str:
        columns = [name for name in COLUMNS if self._names or not name.endswith("_title")]
        frame = self._frame
        unresolved = frame[frame["status"] != "matched"]
        rows = frame if unresolved.empty else unresolved
        left = len(rows) - _ROWS_SHOWN
        more = f"<p>… and {left:,} more: <code>.table()</code></p>" if left > 0 else ""
        head = f"<p><strong>{self.kind.capitalize()}</strong>: {self.words}</p>"
        return head + table_html(rows[columns].head(_ROWS_SHOWN)) + more
