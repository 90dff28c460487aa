"""Planning merges from duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError
from connect_kit.merging.pairs import planned_merges
from connect_kit.merging.plan import MergePlan

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates import Duplicates
    from connect_kit.roster import Workspace


@checked()
def plan_merge(duplicates: Duplicates, workspace: Workspace, *, only_decided: bool = False) -> MergePlan:
    """Plan which existing students are merged into those of the delivery.

    An existing student whose own SIS ID the delivery does not name any more is merged too: that is how children who
    came a second time under new IDs become one again (decision 27).

    Pairs above the threshold or decided to be the same are planned; those decided to be different are not, and of a
    cluster in conflict none is. The record that stays is the one whose student ID the delivery names.

    Parameters
    ----------
    duplicates : Duplicates
        Of students, between a delivery and a workspace.
    workspace : Workspace
        As it is now: after users.csv was uploaded, for a merge needs both records on Connect.
    only_decided : bool
        Only pairs that people decided to be the same.

    Returns
    -------
    MergePlan

    Raises
    ------
    SettingError
        For duplicates among adults.
    """
    if duplicates.kind != "students":
        raise SettingError(f"duplicates of {duplicates.kind} cannot be merged; give those of students")
    pairs = duplicates.table().astype({"left_id": object, "right_id": object})
    for side in ("left", "right"):
        pairs[side] = (pairs[f"{side}_source"] + ":" + pairs[f"{side}_id"]).astype(object)
    decided = {
        frozenset((decision.left, decision.right)): decision.decision
        for decision in duplicates.decisions.about("students")
    }
    keys = zip(pairs["left"], pairs["right"], strict=True)
    pairs["decision"] = [decided.get(frozenset(pair), "") for pair in keys]
    pairs["conflict"] = pairs["cluster_id"].isin(duplicates.conflicts["cluster_id"])
    if only_decided:
        pairs = pairs[pairs["decision"] == "same"].reset_index(drop=True)
    return MergePlan(workspace, planned_merges(pairs, workspace, _student_ids(duplicates, workspace)))


def _student_ids(duplicates: Duplicates, workspace: Workspace) -> pd.Series[str]:
    """The student ID on Connect of each student of the delivery: sourcedId or, by its setting, identifier (S14)."""
    users = duplicates.roster.users
    users = users[users["sourcedId"].notna()]
    ids = users["sourcedId"].astype(object)
    if workspace.student_id == "number" and "identifier" in users:
        shown = users["identifier"].astype(object)
        return shown.where(shown.notna(), ids).set_axis(ids)
    return ids.set_axis(ids)
