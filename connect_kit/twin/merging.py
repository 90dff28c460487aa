"""Merging students who are on Connect twice (decision 21): planned from duplicates, done in a twin, undone there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.errors import SettingError, TwinError
from connect_kit.twin.database import opened, statements
from connect_kit.twin.merge_plan import COLUMNS, MERGEABLE, MergePlan
from connect_kit.twin.undo import record_change

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.linkage import Duplicates
    from connect_kit.twin.database import Session
    from connect_kit.twin.twin import Twin
    from connect_kit.twin.values import Change
    from connect_kit.workspace import Workspace

__all__ = ["MergePlan", "merge", "plan_merge"]

#: Why a pair cannot be merged, and what to do then.
NEXT_STEPS = {
    "both have a SIS ID": "Let the SIS keep one of the records; the other one then leaves the next delivery.",
    "no record with a SIS ID": "Decide which student of the delivery they are, then plan again.",
    "several SIS IDs are this student": "Let the SIS keep one of them, then plan again.",
    "not on Connect yet": "Upload users.csv first, then plan again from the workspace as it is then.",
    "gone from Connect": "Somebody merged or removed it meanwhile; read the workspace again and plan anew.",
    "the record that stays has no SIS ID": "Name the record with the SIS ID first; only that one can stay.",
    "cluster in conflict": "Decide which of its records are the same student (duplicates.conflicts), then plan again.",
}
_TOUCHED = ("students", "student_schools", "relationships", "enrollments", "attributes", "history", "merges")
_SHOWN = 5


def plan_merge(duplicates: Duplicates, workspace: Workspace, *, only_decided: bool = False) -> MergePlan:
    """Plan which existing students are merged into those of the delivery.

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
    return MergePlan(workspace, _planned(pairs, workspace, _student_ids(duplicates, workspace)))


def _student_ids(duplicates: Duplicates, workspace: Workspace) -> pd.Series[str]:
    """The student ID on Connect of each student of the delivery: sourcedId or, where Connect has these, identifier."""
    users = duplicates.roster.users
    ids = users["sourcedId"].dropna().astype(object)
    if "identifier" in users:
        known = set(workspace.students["studentId"].dropna())
        numbers = (
            users["identifier"].astype(object).where(users["identifier"].notna(), users["sourcedId"].astype(object))
        )
        if numbers.isin(known).sum() > ids.isin(known).sum():  # the setting student_id is "number" (S14)
            return numbers.set_axis(users["sourcedId"].astype(object))
    return ids.set_axis(ids)


def _planned(pairs: pd.DataFrame, workspace: Workspace, student_ids: pd.Series[str]) -> pd.DataFrame:
    """The plan's rows: each record made by hand once, then pairs of which nothing can be merged."""
    import pandas as pd

    students = workspace.students
    with_id = students[students["studentId"].notna()].drop_duplicates("studentId").set_index("studentId")
    on_connect = students.drop_duplicates("connectStudentId").set_index("connectStudentId")["studentId"]
    student_ids = student_ids[~student_ids.index.duplicated()]
    pairs = pairs.assign(person=_people(pairs))
    sides = [pairs[["person", f"{side}_source", f"{side}_id"]] for side in ("left", "right")]
    ends = pd.concat([side.set_axis(["person", "source", "id"], axis=1) for side in sides]).drop_duplicates()
    of_roster = ends[ends["source"] == "roster"].groupby("person")["id"].agg(["first", "size"])
    across = pairs[(pairs["left_source"] != pairs["right_source"]) | (pairs["right_source"] == "workspace")].copy()
    across["other"] = across["right_id"].where(across["right_source"].eq("workspace"), across["left_id"])
    across = across.drop_duplicates("other")  # the most certain pair of a record tells of it
    within = pairs[(pairs["left_source"] == "roster") & (pairs["right_source"] == "roster")].assign(other="")
    made = pd.concat([across, within], ignore_index=True)
    made["student_id"] = made["person"].map(of_roster["first"]).map(student_ids).fillna("").astype(object)
    made["survivor"] = made["student_id"].map(with_id["connectStudentId"]).fillna("").astype(object)
    state = pd.Series(MERGEABLE, index=made.index, dtype=object)
    theirs = made["other"].map(on_connect)
    state = state.mask(made["survivor"].eq(""), "not on Connect yet")
    state = state.mask(made["student_id"].eq(""), "no record with a SIS ID")
    state = state.mask(theirs.notna() | made["other"].eq(""), "both have a SIS ID")
    state = state.mask(~made["other"].isin(on_connect.index) & made["other"].ne(""), "gone from Connect")
    several = made["person"].map(of_roster["size"]).fillna(0).gt(1) & made["other"].ne("")
    state = state.mask(several, "several SIS IDs are this student")
    made["state"] = state.mask(made["conflict"].astype(bool), "cluster in conflict")
    made.loc[made["state"].isin(["both have a SIS ID", "several SIS IDs are this student"]), "survivor"] = ""
    return _dressed(made, workspace)


def _people(pairs: pd.DataFrame) -> Any:
    """A number for each pair, the same for all pairs that hang together."""
    import numpy as np
    import pandas as pd
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    codes, keys = pd.factorize(pd.concat([pairs["left"], pairs["right"]]))
    if not len(keys):
        return np.zeros(0, np.int64)
    left, right = codes[: len(pairs)], codes[len(pairs) :]
    graph = coo_array((np.ones(len(pairs)), (left, right)), shape=(len(keys), len(keys)))
    return connected_components(graph, directed=False)[1][left]


def _dressed(made: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    schools = workspace.students.drop_duplicates("connectStudentId").set_index("connectStudentId")["connectSchoolId"]
    made["school"] = made["survivor"].map(schools).fillna(made["other"].map(schools)).fillna("").astype(object)
    made["next_step"] = made["state"].map(NEXT_STEPS).fillna("").astype(object)
    made["_last"] = made["state"].ne(MERGEABLE)
    order = ["_last", "match_probability", "survivor", "other", "left", "right"]
    made = made.sort_values(order, ascending=[True, False, True, True, True, True], kind="stable", ignore_index=True)
    return made.loc[:, list(COLUMNS)]


def plan_of(workspace: Workspace, merges: list[tuple[str, str]]) -> MergePlan:
    """See :meth:`MergePlan.of`."""
    import numpy as np
    import pandas as pd

    made = pd.DataFrame(merges, columns=["survivor", "other"], dtype=object).drop_duplicates(ignore_index=True)
    twice = made["other"][made["other"].duplicated()]
    if len(twice):
        raise SettingError(f"{twice.iloc[0]} is to be merged into two students; name one")
    students = workspace.students.drop_duplicates("connectStudentId").set_index("connectStudentId")["studentId"]
    ours, theirs = made["survivor"].map(students), made["other"].map(students)
    state = pd.Series(MERGEABLE, index=made.index, dtype=object)
    state = state.mask(ours.isna(), "the record that stays has no SIS ID").mask(theirs.notna(), "both have a SIS ID")
    gone = ~made["survivor"].isin(students.index) | ~made["other"].isin(students.index)
    made["state"] = state.mask(gone, "gone from Connect")
    made = made.assign(match_probability=np.nan, decision="same", student_id=ours.fillna("").astype(object))
    made["left"], made["right"] = "workspace:" + made["survivor"], "workspace:" + made["other"]
    return MergePlan(workspace, _dressed(made, workspace))


def merge(twin: Twin, plan: MergePlan) -> Change:
    """See :meth:`Twin.merge`.

    Raises
    ------
    TwinError
        When the plan holds no merge, or a student of it is not on the twin as the plan has it.
    """
    merges = plan.merges
    if merges.empty:
        raise TwinError(f"{twin.path}: the plan holds nothing that can be merged; plan.table() says why, pair by pair")
    with opened(twin.path, "a merge", of=twin.id) as session:
        _make_pairs(session, merges)
        _check(session, twin)

        def act() -> dict[str, int]:
            for statement in statements("merging.sql"):
                session.execute(statement)
            told = session.frame("SELECT * FROM merged_counts")
            return {str(name): int(told[name].iloc[0]) for name in told}

        count, students = len(merges), merges["survivor"].nunique()
        what = f"{count:,} student{'s' * (count > 1)} merged into {students:,}: " + _listed(merges)
        return record_change(session, "merge", what, _TOUCHED, act)


def _listed(merges: pd.DataFrame) -> str:
    told = [f"{other} into {survivor}" for survivor, other in merges[["survivor", "other"]].head(_SHOWN).to_numpy()]
    return ", ".join(told) + (f" and {len(merges) - _SHOWN:,} more" if len(merges) > _SHOWN else "")


def _make_pairs(session: Session, merges: pd.DataFrame) -> None:
    """Temporary table ``merging``: place, survivor, other, student_id."""
    import pyarrow as pa

    columns = {"place": pa.array(range(len(merges)), pa.int32())}
    columns |= {name: pa.array(merges[name].tolist(), pa.string()) for name in ("survivor", "other", "student_id")}
    session.connection.register("planned_merges", pa.table(columns))
    session.execute("CREATE TEMP TABLE merging AS SELECT * FROM planned_merges")
    session.connection.unregister("planned_merges")


def _check(session: Session, twin: Twin) -> None:
    """Raise when the twin has changed since the plan was made."""
    wrong = session.execute("""
        SELECT other, 'is not on the twin, perhaps merged already' FROM merging
        WHERE other NOT IN (SELECT connectStudentId FROM students)
        UNION ALL SELECT survivor, 'is not on the twin' FROM merging
        WHERE survivor NOT IN (SELECT connectStudentId FROM students)
        UNION ALL SELECT other, 'has a SIS ID now' FROM merging JOIN students ON other = connectStudentId
        WHERE coalesce(studentId, sourcedId) IS NOT NULL
        UNION ALL SELECT survivor, 'has no SIS ID any more' FROM merging JOIN students ON survivor = connectStudentId
        WHERE coalesce(studentId, sourcedId) IS NULL
        UNION ALL SELECT survivor, 'has another SIS ID than in the plan' FROM merging
        JOIN students ON survivor = connectStudentId WHERE studentId <> student_id
        ORDER BY ALL""")
    if wrong:
        more = f" (and {len(wrong) - 1:,} more like this)" if len(wrong) > 1 else ""
        raise TwinError(
            f"{twin.path}: student {wrong[0][0]} {wrong[0][1]}{more}, so nothing was merged; plan the merge again from "
            "the twin's workspace as it is now"
        )


def moves(twin: Twin, merges: pd.DataFrame) -> pd.DataFrame:
    """See :meth:`MergePlan.moves`."""
    return _asked(twin, merges, "merging_moves.sql")


def attribute_conflicts(twin: Twin, merges: pd.DataFrame) -> pd.DataFrame:
    """Attributes that both records have and that differ, with the columns of :attr:`MergePlan.conflicts`."""
    return _asked(twin, merges, "merging_conflicts.sql")


def _asked(twin: Twin, merges: pd.DataFrame, file: str) -> pd.DataFrame:
    with opened(twin.path, "a look at it", write=False, of=twin.id) as session:
        _make_pairs(session, merges)
        _check(session, twin)
        *before, last = statements(file)
        for statement in before:
            session.execute(statement)
        return session.frame(last.rstrip().removesuffix(";"))
