"""The rows of a merge plan: which record of a pair stays, and why a pair cannot be merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.engine.components import components
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.roster import Workspace

#: Columns of merges.csv.
COLUMNS = (
    "survivor", "other", "school", "match_probability", "decision", "state", "student_id", "left", "right", "next_step",
    "other_student_id",
)  # fmt: skip
MERGEABLE = "mergeable"
#: Why a pair cannot be merged, and what to do then.
NEXT_STEPS = {
    "both SIS IDs are delivered": "Let the SIS keep one of the records; the other one then leaves the next delivery.",
    "both have a SIS ID": "Say which of the two IDs the SIS still delivers: MergePlan.of(..., delivered=).",
    "several former SIS IDs are this student": "Merge the most certain of them first, or decide that this one is the "
    "same student, then plan again.",
    "the SIS ID of the record that stays is not delivered": "Name the record first whose SIS ID is delivered.",
    "no record with a SIS ID": "Decide which student of the delivery they are, then plan again.",
    "several SIS IDs are this student": "Let the SIS keep one of them, then plan again.",
    "not on Connect yet": "Upload users.csv first, then plan again from the workspace as it is then.",
    "gone from Connect": "Somebody merged or removed it meanwhile; read the workspace again and plan the merges again.",
    "the record that stays has no SIS ID": "Name the record with the SIS ID first; only that one can stay.",
    "cluster in conflict": "Decide which of its records are the same student (duplicates.conflicts), then plan again.",
}


def planned_merges(pairs: pd.DataFrame, workspace: Workspace, student_ids: pd.Series[str]) -> pd.DataFrame:
    """The plan's rows: each record once, then pairs of which nothing can be merged.

    A record with a SIS ID of its own can be merged when the delivery does not name that ID any more (decision 27).
    """
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
    within = pairs[(pairs["left_source"] == "roster") & (pairs["right_source"] == "roster")].assign(other="")
    made = pd.concat([across, within], ignore_index=True)
    made["student_id"] = made["person"].map(of_roster["first"]).map(student_ids).astype(object).fillna("")
    made["survivor"] = made["student_id"].map(with_id["connectStudentId"]).astype(object).fillna("")
    # A record is not its own duplicate; and the most certain pair of a record stands for it.
    made = made[made["other"].eq("") | made["other"].ne(made["survivor"])]
    made = made[made["other"].eq("") | ~made["other"].duplicated()].reset_index(drop=True)
    state = pd.Series(MERGEABLE, index=made.index, dtype=object)
    theirs = made["other"].map(on_connect)
    state = state.mask(made["survivor"].eq(""), "not on Connect yet")
    state = state.mask(made["student_id"].eq(""), "no record with a SIS ID")
    state = state.mask(theirs.isin(set(student_ids)) | made["other"].eq(""), "both SIS IDs are delivered")
    state = state.mask(~made["other"].isin(on_connect.index) & made["other"].ne(""), "gone from Connect")
    several = made["person"].map(of_roster["size"]).fillna(0).gt(1) & made["other"].ne("")
    state = state.mask(several, "several SIS IDs are this student")
    made["state"] = state.mask(made["conflict"].astype(bool), "cluster in conflict")
    # The SIS held records with different IDs to be different children; people decide where there are several.
    former = made[made["state"].eq(MERGEABLE) & theirs.notna()]
    former = former.sort_values("match_probability", ascending=False, kind="stable")
    later = former.index[former["survivor"].duplicated() & former["decision"].ne("same")]
    made.loc[later, "state"] = "several former SIS IDs are this student"
    made.loc[made["state"].isin(["both SIS IDs are delivered", "several SIS IDs are this student"]), "survivor"] = ""
    return _finished(made, workspace)


def _people(pairs: pd.DataFrame) -> Any:
    """A number for each pair, the same for all pairs that are linked."""
    import numpy as np
    import pandas as pd

    codes, keys = pd.factorize(pd.concat([pairs["left"], pairs["right"]]))
    if not len(keys):
        return np.zeros(0, np.int64)
    left, right = codes[: len(pairs)], codes[len(pairs) :]
    return components(left, right, len(keys))[left]


def _finished(made: pd.DataFrame, workspace: Workspace) -> pd.DataFrame:
    students = workspace.students.drop_duplicates("connectStudentId").set_index("connectStudentId")
    schools = students["connectSchoolId"]
    made["school"] = made["survivor"].map(schools).fillna(made["other"].map(schools)).fillna("").astype(object)
    made["other_student_id"] = made["other"].map(students["studentId"]).astype(object).fillna("")
    made["next_step"] = made["state"].map(NEXT_STEPS).fillna("").astype(object)
    made["_last"] = made["state"].ne(MERGEABLE)
    order = ["_last", "match_probability", "survivor", "other", "left", "right"]
    made = made.sort_values(order, ascending=[True, False, True, True, True, True], kind="stable", ignore_index=True)
    return made.loc[:, list(COLUMNS)]


def named_merges(
    workspace: Workspace, merges: list[tuple[str, str]], delivered: frozenset[str] | None = None
) -> pd.DataFrame:
    """The rows of given merges: pairs of ``connectStudentId``, the one that stays first.

    ``delivered``: student IDs of the delivery; without them, a record with a SIS ID of its own is not merged.
    """
    import numpy as np
    import pandas as pd

    made = pd.DataFrame(merges, columns=["survivor", "other"], dtype=object).drop_duplicates(ignore_index=True)
    repeated = made["other"][made["other"].duplicated()]
    if len(repeated):
        raise SettingError(f"{repeated.iloc[0]} is to be merged into two students; name one")
    students = workspace.students.drop_duplicates("connectStudentId").set_index("connectStudentId")["studentId"]
    ours, theirs = made["survivor"].map(students), made["other"].map(students)
    state = pd.Series(MERGEABLE, index=made.index, dtype=object)
    state = state.mask(ours.isna(), "the record that stays has no SIS ID")
    if delivered is None:
        state = state.mask(theirs.notna(), "both have a SIS ID")
    else:
        held = ours.isin(delivered)
        state = state.mask(
            ours.notna() & theirs.notna() & ~held, "the SIS ID of the record that stays is not delivered"
        )
        state = state.mask(held & theirs.isin(delivered), "both SIS IDs are delivered")
    gone = ~made["survivor"].isin(students.index) | ~made["other"].isin(students.index)
    made["state"] = state.mask(gone, "gone from Connect")
    made = made.assign(match_probability=np.nan, decision="same", student_id=ours.fillna("").astype(object))
    made["left"], made["right"] = "workspace:" + made["survivor"], "workspace:" + made["other"]
    return _finished(made, workspace)
