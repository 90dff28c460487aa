"""Suggested corrections as one value: accept, reject, and apply to a new roster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from connect_kit.display.html import table_html
from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from connect_kit.roster import Roster

_STATES: Final = ("open", "accepted", "rejected")


@dataclass(frozen=True, eq=False)
class Corrections:
    """What could stand in a delivery instead; each suggestion is open, accepted or rejected.

    Attributes
    ----------
    roster : Roster
        What they are about, which stays as it is.
    frame : DataFrame
        See :meth:`table`.
    """

    roster: Roster
    frame: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Every suggestion; once applied, the accepted ones are the log of what changed.

        Columns: ``table``, ``file``, ``line``, ``column``, ``rule``, ``old`` and ``new`` (text; ``old`` is missing
        where the field is blank), ``reason``, ``confidence`` (0 to 1), ``state``. The index numbers them. Holds names.
        """
        return self.frame.copy()

    def summary(self) -> pd.DataFrame:
        """One row a rule: ``rule``, ``reason``, ``confidence``, and counts of ``open``, ``accepted``, ``rejected``."""
        keys = ["rule", "reason", "confidence"]
        counts = self.frame.groupby([*keys, "state"], sort=False).size().unstack("state", fill_value=0)
        return counts.reindex(columns=list(_STATES), fill_value=0).reset_index().rename_axis(columns=None)

    @checked()
    def accept(
        self, rule: str | None = None, *, at_least: float | None = None, rows: Iterable[int] | None = None
    ) -> Corrections:
        """Accept suggestions: all, or those of a rule, from a confidence on, or by their numbers.

        Parameters
        ----------
        rule : str, optional
            A code, or a pattern of codes: ``"*.email.format"``.
        at_least : float, optional
            The least confidence, between 0 and 1.
        rows : iterable of int, optional
            Numbers of :meth:`table`.

        Raises
        ------
        SettingError
            When no suggestion is of the rule or has the number, or ``at_least`` is no share.
        """
        return self._marked("accepted", rule, at_least, rows)

    @checked()
    def reject(
        self, rule: str | None = None, *, at_least: float | None = None, rows: Iterable[int] | None = None
    ) -> Corrections:
        """Reject suggestions, named as in :meth:`accept`."""
        return self._marked("rejected", rule, at_least, rows)

    def _marked(self, state: str, rule: str | None, at_least: float | None, rows: Iterable[int] | None) -> Corrections:
        chosen = self.frame["state"].ne("")
        if rule is not None:
            codes = [code for code in self.frame["rule"].unique() if fnmatchcase(code, rule)]
            if not codes:
                known = ", ".join(self.frame["rule"].unique()) or "none"
                raise SettingError(f"no suggestion is of a rule {rule!r}; those that are: {known}")
            chosen &= self.frame["rule"].isin(codes)
        if at_least is not None:
            if not 0 <= at_least <= 1:
                raise SettingError(f"at_least is {at_least!r}; expected a share between 0 and 1, such as 0.9")
            chosen &= self.frame["confidence"] >= at_least
        if rows is not None:
            numbers = list(rows)
            unknown = [number for number in numbers if number not in self.frame.index]
            if unknown:
                known = f"they are numbered 0 to {len(self.frame) - 1}" if len(self.frame) else "there are none"
                raise SettingError(f"there is no suggestion {unknown[0]!r}; {known}")
            chosen &= self.frame.index.isin(numbers)
        return replace(self, frame=self.frame.assign(state=self.frame["state"].mask(chosen, state)))

    def apply(self) -> Roster:
        """A new roster with what was accepted; the delivered files are never written to."""
        accepted = self.frame[self.frame["state"] == "accepted"]
        frames = {table: self.roster.frame(table) for table in accepted["table"].unique()}
        for table, frame in frames.items():
            for column, changes in accepted[accepted["table"] == table].groupby("column"):
                frame.loc[changes["line"], column] = changes["new"].to_numpy()
        return self.roster.replace(**frames) if frames else self.roster

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        counts = self.frame["state"].value_counts()
        return f"Corrections({', '.join(f'{counts.get(state, 0):,} {state}' for state in _STATES)})"

    def _repr_html_(self) -> str:
        return table_html(self.summary())
