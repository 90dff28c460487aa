"""Duplicates as one value: tables, charts, explanations, decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from connect_kit.display.formulas import without_formulas
from connect_kit.display.html import table_html
from connect_kit.duplicates import records
from connect_kit.duplicates.data import DuplicatesData
from connect_kit.duplicates.doubled import doubled
from connect_kit.duplicates.explain import Explanation, explain_pair
from connect_kit.duplicates.showing import chart, summary
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.errors import SettingError
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def validate_threshold(threshold: float) -> None:
    """Check that a threshold is a probability.

    Raises
    ------
    SettingError
        When it is not between 0 and 1.
    """
    if not 0 < threshold < 1:
        raise SettingError(f"threshold is {threshold}; expected a probability between 0 and 1, for instance 0.9")


@dataclass(frozen=True, eq=False, repr=False)
class Duplicates(DuplicatesData):
    """Pairs of records that are one person, and the clusters that they form.

    Attributes
    ----------
    kind : {"students", "people"}
    threshold : float
        Pairs of at least this match probability are duplicates.
    decisions : Decisions
        What people decided; it overrides the model.
    roster : Roster
    workspace : Workspace or None
    schema : Schema
        Holds the tables ``people``, ``persons``, ``scored`` and ``capped``.
    model : Model
        The default model, fitted to these people.
    evidence : DataFrame
        Which fields were compared: ``field``, ``filled`` (share of people who have it), ``used``, ``why``.
    """

    chart = chart
    doubled = doubled
    summary = summary

    @checked()
    def pairs(self, floor: float | None = None, *, school: str | None = None) -> pd.DataFrame:
        """Pairs for clerical review, the most certain first. Holds names.

        Parameters
        ----------
        floor : float, optional
            The lowest match probability shown; by default 0.1, or the threshold if that is lower.
        school : str, optional
            School ID: only pairs with a record at this school.

        Returns
        -------
        DataFrame
            ``left`` and ``right`` (keys such as ``roster:00017342``), the columns of :meth:`table`, ``decision``,
            ``left_name``, ``right_name``, ``left_grade``, ``right_grade``, ``left_school``, ``right_school``,
            ``reason`` (in words, without names).
        """
        least = min(0.1, self.threshold) if floor is None else floor
        frame = self._linked.pairs
        frame = frame[(frame["match_probability"] >= least) | (frame["decision"] != "")]
        return records.review_table(self.schema, self.model, frame, school=school)

    def fields(self, left: str, right: str) -> pd.DataFrame:
        """The fields of two records side by side: ``field``, ``left``, ``right``, ``agreement``. Holds names.

        ``agreement`` is ``same``, ``alike``, ``differs`` or ``missing``.
        """
        return records.side_by_side(self.schema, self._person(left), self._person(right))

    @checked()
    def explain(self, left: str, right: str) -> Explanation:
        """Why two records are, or are not, the same person.

        Parameters
        ----------
        left, right : str
            IDs in the delivery, or keys ``roster:ID``, ``workspace:ID``. An ID that is only on Connect needs no prefix.

        Returns
        -------
        Explanation

        Raises
        ------
        SettingError
            When no record has the ID.
        """
        a, b = self._person(left), self._person(right)
        if a == b:
            raise SettingError(f"{left!r} and {right!r} are the same record; give two IDs")
        return explain_pair(self.schema, self.model, a, b, self.decisions.of(self.kind, self._key(a), self._key(b)))

    @checked()
    def at(self, threshold: float) -> Duplicates:
        """The same pairs at another threshold; nothing is compared again."""
        validate_threshold(threshold)
        return replace(self, threshold=threshold)

    @checked()
    def decide(
        self,
        left: str,
        right: str,
        decision: Literal["same", "different", "unsure"],
        *,
        who: str | None = None,
        note: str = "",
    ) -> Duplicates:
        """Decide about a pair. The decision is kept in the file of decisions and overrides the model.

        Parameters
        ----------
        left, right : str
            IDs or keys, as in :meth:`explain`.
        decision : {"same", "different", "unsure"}
            ``unsure`` leaves the pair to the model and marks it as reviewed.
        who : str, optional
            By default, the user's name on this machine.
        note : str

        Raises
        ------
        SettingError
            When no record has the ID, or for an unknown decision.
        DecisionsError, OutputError
            When the file of decisions cannot be read or written.
        """
        a, b = self._key(self._person(left)), self._key(self._person(right))
        return replace(self, decisions=self.decisions.decide(self.kind, a, b, decision, who=who, note=note))

    def undo(self) -> Duplicates:
        """Undo the last decision made here."""
        return replace(self, decisions=self.decisions.undo())

    def save(self, folder: str | Path) -> None:
        """Write duplicates.csv into a folder.

        Raises
        ------
        SettingError
            For a folder inside the delivery or the workspace's export.
        OutputError
            When the operating system refuses.
        """
        table = self.table().round({"match_probability": 6, "match_weight": 3})
        place = outside_originals(folder, self.roster, self.workspace)
        with atomic_write(ensure_folder(place) / "duplicates.csv") as path:
            without_formulas(table).to_csv(path, index=False, lineterminator="\r\n")

    def __len__(self) -> int:
        return len(self._linked.duplicates)

    def __repr__(self) -> str:
        return f"Duplicates({self.kind}: {self.counts['pairs']:,} pairs, {self.counts['clusters']:,} clusters)"

    def _repr_html_(self) -> str:
        return table_html(self.summary()) + table_html(self.table(), "Duplicates", most=10)
