"""Duplicates as charts and as counts in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from connect_kit.display.charts import duplicates_by_school
from connect_kit.display.graph import cluster_graph
from connect_kit.display.histogram import match_weights
from connect_kit.duplicates.clusters import FLOOR
from connect_kit.duplicates.data import EVEN
from connect_kit.duplicates.doubled import count_doubled, doubled
from connect_kit.engine.weights import weight
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates.data import DuplicatesData


def chart(
    duplicates: DuplicatesData,
    kind: Literal["weights", "schools", "cluster"] = "weights",
    cluster_id: int | None = None,
) -> Any:
    """A chart: match weights with the threshold, duplicates by school and grade, or one cluster as a graph.

    Parameters
    ----------
    kind : {"weights", "schools", "cluster"}
    cluster_id : int, optional
        For ``"cluster"``; by default, the largest one.
    """
    if kind == "weights":
        return match_weights(duplicates._linked.pairs, weight(duplicates.threshold), FLOOR)
    if kind == "schools":
        return duplicates_by_school(duplicates.clusters)
    if kind == "cluster":
        found = duplicates._linked.duplicates
        if found.empty:
            raise SettingError("there is no cluster to draw: no pair is above the threshold")
        chosen = int(found["cluster_id"].mode().iloc[0]) if cluster_id is None else cluster_id
        if not (found["cluster_id"] == chosen).any():
            raise SettingError(f"there is no cluster {chosen}; they go from 1 to {found['cluster_id'].max()}")
        return cluster_graph(found[found["cluster_id"] == chosen], duplicates.conflicts)
    raise SettingError(f"there is no chart {kind!r}; expected 'weights', 'schools' or 'cluster'")


def summary(duplicates: DuplicatesData) -> pd.DataFrame:
    """The main counts: ``what`` and ``count``."""
    import pandas as pd

    linked, frame = duplicates._linked, duplicates._linked.duplicates
    compared = dict(duplicates.schema.execute("SELECT source, count(*) FROM people GROUP BY source"))
    people, whom = ("students", "children") if duplicates.kind == "students" else ("adults", "people")
    within = frame[frame["right_source"] == "roster"]
    unsure = linked.pairs["match_probability"].between(
        min(0.1, duplicates.threshold), duplicates.threshold, inclusive="left"
    )
    rows = [(f"{people} in the delivery", compared.get("roster", 0))]
    if duplicates.workspace is not None and duplicates.kind == "students":
        rows.append(("students on Connect whose ID is not in the delivery", compared.get("workspace", 0)))
    rows.append(
        (f"pairs within the delivery that are one person (probability {duplicates.threshold:g} or more)", len(within))
    )
    if duplicates.workspace is not None and duplicates.kind == "students":
        rows.append(("pairs of the delivery and Connect that are one person", len(frame) - len(within)))
    rows += [
        (f"{whom} with more than one record", duplicates.counts["clusters"]),
        *(_would_be_doubled(duplicates) if duplicates.kind == "students" else ()),
        (f"pairs that are possible, for a person ({EVEN:g} or more)", duplicates.counts["possible"]),
        ("pairs to review (below that, but 0.1 or more)", int((unsure & (linked.pairs["decision"] == "")).sum())),
        ("pairs decided by people", int((linked.pairs["decision"] != "").sum())),
        ("conflicts", len(linked.conflicts)),
    ]
    left_out = int(duplicates.capped["comparisons_left_out"].sum())
    if left_out:
        rows.append(("comparisons left out of oversized blocks", left_out))
    return pd.DataFrame(rows, columns=["what", "count"])


def _would_be_doubled(duplicates: DuplicatesData) -> tuple[tuple[str, int], ...]:
    count = count_doubled(doubled(duplicates))
    return ("children who would be doubled", count.children), ("rows that would double them", count.rows)
