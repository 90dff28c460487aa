"""Duplicates as one value: tables, charts, explanations, decisions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from connect_kit.decisions.value import Decisions
from connect_kit.display.charts import duplicates_by_school
from connect_kit.display.graph import cluster_graph
from connect_kit.display.histogram import match_weights
from connect_kit.display.html import table_html
from connect_kit.duplicates import records
from connect_kit.duplicates.clusters import FLOOR, link, read_scored
from connect_kit.duplicates.doubled import count_doubled, doubled
from connect_kit.duplicates.explain import Explanation, explain_pair
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.engine.weights import weight
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    from pathlib import Path

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


def validate_threshold(threshold: float) -> None:
    """Check that a threshold is a probability.

    Raises
    ------
    SettingError
        When it is not between 0 and 1.
    """
    if not 0 < threshold < 1:
        raise SettingError(f"threshold is {threshold}; expected a probability between 0 and 1, for instance 0.9")


@dataclass(frozen=True, eq=False)
class Duplicates:
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

    kind: Kind
    threshold: float
    decisions: Decisions
    roster: Roster = field(repr=False)
    workspace: Workspace | None = field(repr=False)
    schema: Schema = field(repr=False)
    model: Model = field(repr=False)
    evidence: pd.DataFrame = field(repr=False)
    _scored: list[pd.DataFrame] = field(default_factory=list, repr=False)  # shared by values made from this one

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

    @property
    def clusters(self) -> pd.DataFrame:
        """The records of each person who has more than one.

        Columns: ``cluster_id``, ``source``, ``id``, ``key``, ``school``, ``grade``.
        """
        return records.members(self.schema, self._linked.members)

    doubled = doubled

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

    def at(self, threshold: float) -> Duplicates:
        """The same pairs at another threshold; nothing is compared again."""
        validate_threshold(threshold)
        return replace(self, threshold=threshold)

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

    def chart(self, kind: Literal["weights", "schools", "cluster"] = "weights", cluster_id: int | None = None) -> Any:
        """A chart: match weights with the threshold, duplicates by school and grade, or one cluster as a graph.

        Parameters
        ----------
        kind : {"weights", "schools", "cluster"}
        cluster_id : int, optional
            For ``"cluster"``; by default, the largest one.
        """
        if kind == "weights":
            return match_weights(self._linked.pairs, weight(self.threshold), FLOOR)
        if kind == "schools":
            return duplicates_by_school(self.clusters)
        if kind == "cluster":
            found = self._linked.duplicates
            if found.empty:
                raise SettingError("there is no cluster to draw: no pair is above the threshold")
            chosen = int(found["cluster_id"].mode().iloc[0]) if cluster_id is None else cluster_id
            if not (found["cluster_id"] == chosen).any():
                raise SettingError(f"there is no cluster {chosen}; they go from 1 to {found['cluster_id'].max()}")
            return cluster_graph(found[found["cluster_id"] == chosen], self.conflicts)
        raise SettingError(f"there is no chart {kind!r}; expected 'weights', 'schools' or 'cluster'")

    def summary(self) -> pd.DataFrame:
        """The main counts: ``what`` and ``count``."""
        import pandas as pd

        linked, frame = self._linked, self._linked.duplicates
        compared = dict(self.schema.execute("SELECT source, count(*) FROM people GROUP BY source"))
        people, whom = ("students", "children") if self.kind == "students" else ("adults", "people")
        within = frame[frame["right_source"] == "roster"]
        unsure = linked.pairs["match_probability"].between(min(0.1, self.threshold), self.threshold, inclusive="left")
        rows = [(f"{people} in the delivery", compared.get("roster", 0))]
        if self.workspace is not None and self.kind == "students":
            rows.append(("students on Connect whose ID is not in the delivery", compared.get("workspace", 0)))
        rows.append(
            (f"pairs within the delivery that are one person (probability {self.threshold:g} or more)", len(within))
        )
        if self.workspace is not None and self.kind == "students":
            rows.append(("pairs of the delivery and Connect that are one person", len(frame) - len(within)))
        rows += [
            (f"{whom} with more than one record", self.counts["clusters"]),
            *(self._would_be_doubled() if self.kind == "students" else ()),
            (f"pairs that are possible, for a person ({EVEN:g} or more)", self.counts["possible"]),
            ("pairs to review (below that, but 0.1 or more)", int((unsure & (linked.pairs["decision"] == "")).sum())),
            ("pairs decided by people", int((linked.pairs["decision"] != "").sum())),
            ("conflicts", len(linked.conflicts)),
        ]
        left_out = int(self.capped["comparisons_left_out"].sum())
        if left_out:
            rows.append(("comparisons left out of oversized blocks", left_out))
        return pd.DataFrame(rows, columns=["what", "count"])

    def _would_be_doubled(self) -> tuple[tuple[str, int], ...]:
        count = count_doubled(self.doubled())
        return ("children who would be doubled", count.children), ("rows that would double them", count.rows)

    def save(self, folder: str | Path) -> None:
        """Write duplicates.csv into a folder.

        Raises
        ------
        OutputError
            When the operating system refuses.
        """
        table = self.table().round({"match_probability": 6, "match_weight": 3})
        with atomic_write(ensure_folder(folder) / "duplicates.csv") as path:
            table.to_csv(path, index=False, lineterminator="\r\n")

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

    def __len__(self) -> int:
        return len(self._linked.duplicates)

    def __repr__(self) -> str:
        return f"Duplicates({self.kind}: {self.counts['pairs']:,} pairs, {self.counts['clusters']:,} clusters)"

    def _repr_html_(self) -> str:
        return table_html(self.summary()) + table_html(self.table(), "Duplicates", most=10)
