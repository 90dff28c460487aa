"""The fields of duplicates, and their plain tables: pairs, clusters, conflicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from connect_kit.decisions.value import Decisions
from connect_kit.duplicates import records
from connect_kit.duplicates.clusters import link, read_scored
from connect_kit.engine.weights import weight
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates.clusters import Linked
    from connect_kit.duplicates.model import Kind, Model
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

#: Columns of duplicates.csv.
COLUMNS = (
    "left_id", "left_source", "right_id", "right_source", "match_probability", "match_weight", "cluster_id",
)  # fmt: skip

#: From this match probability on, two records are likelier one person than two.
EVEN = 0.5


@dataclass(frozen=True, eq=False)
class DuplicatesData:
    """The fields of duplicates; see :class:`Duplicates`."""

    kind: Kind
    threshold: float
    decisions: Decisions
    roster: Roster = field(repr=False)
    workspace: Workspace | None = field(repr=False)
    schema: Schema = field(repr=False)
    model: Model = field(repr=False)
    evidence: pd.DataFrame = field(repr=False)
    _scored: list[pd.DataFrame] = field(default_factory=list, repr=False)  # shared by values made from this one
    _doubled: list[pd.DataFrame] = field(default_factory=list, init=False, repr=False)  # of this value alone

    def table(self) -> pd.DataFrame:
        """The duplicates, the most certain first: the columns of duplicates.csv.

        Columns: ``left_id``, ``left_source`` (``roster`` or ``workspace``), ``right_id``, ``right_source``,
        ``match_probability``, ``match_weight`` (log2 of the odds; always the model's, even where people decided),
        ``cluster_id`` (the same for all records of one person).
        """
        table: pd.DataFrame = self._linked.duplicates.loc[:, list(COLUMNS)].copy()
        return table

    def possible(self) -> pd.DataFrame:
        """Pairs that are likelier one person than two, but not likely enough to count as duplicates: for a person.

        Columns: those of :meth:`table` without ``cluster_id``; the most certain first. Their match probability is 0.5
        or more and below the threshold.
        """
        pairs = self._linked.pairs
        between = pairs["match_probability"].between(EVEN, self.threshold, inclusive="left") & pairs["cluster_id"].eq(0)
        found: pd.DataFrame = pairs.loc[between, list(COLUMNS[:-1])].reset_index(drop=True)
        return found

    @property
    def clusters(self) -> pd.DataFrame:
        """The records of each person who has more than one.

        Columns: ``cluster_id``, ``source``, ``id``, ``key``, ``school``, ``grade``.
        """
        return records.members(self.schema, self._linked.members)

    @property
    def conflicts(self) -> pd.DataFrame:
        """Pairs within a cluster that are not the same person: ``cluster_id``, ``left``, ``right``, ``why``."""
        found: pd.DataFrame = self._linked.conflicts
        return found

    @property
    def capped(self) -> pd.DataFrame:
        """Blocks too large to compare whole: ``rule``, ``records``, ``comparisons_left_out``."""
        return self.schema.frame("SELECT * FROM capped ORDER BY records DESC, rule")

    @property
    def counts(self) -> dict[str, int]:
        """``pairs`` and ``clusters``, as in summary.json, and the pairs of :meth:`possible`, which do not count."""
        found = self._linked.duplicates
        return {"pairs": len(found), "clusters": int(found["cluster_id"].nunique()), "possible": len(self.possible())}

    @cached_property
    def _linked(self) -> Linked:
        if not self._scored:
            self._scored.append(read_scored(self.schema, self.model))
        return link(self._scored[0], self.schema, self.decisions.about(self.kind), weight(self.threshold))

    def _person(self, key: str) -> int:
        """The number of the record with this ID or key."""
        source, _, rest = key.partition(":")
        known = source in ("roster", "workspace")
        found = self.schema.execute(
            "SELECT unique_id FROM people WHERE id = ? AND (? OR source = ?) ORDER BY source LIMIT 1",
            [rest if known else key, not known, source],
        )
        if not found:
            where = "the delivery" if self.workspace is None else "the delivery or among those compared on Connect"
            raise SettingError(f"no record in {where} has the ID {key!r}; give a sourcedId, or roster:ID, workspace:ID")
        return int(found[0][0])

    def _key(self, person: int) -> str:
        source, number = self.schema.execute("SELECT source, id FROM people WHERE unique_id = ?", [person])[0]
        return f"{source}:{number}"
