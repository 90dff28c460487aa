"""What the columns of tables are called where people read them; files that scripts read keep the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_WORDS: Final[Mapping[str, str]] = {
    "connectSchoolId": "school on Connect",
    "schoolId": "School ID",
    "connectStudentId": "student on Connect",
    "studentId": "student ID",
    "connectUserId": "person on Connect",
    "userId": "person's ID",
    "connectClassroomId": "classroom on Connect",
    "classId": "class ID",
    "connect_school": "school on Connect",
    "roster_id": "ID in the delivery",
    "roster_title": "title in the delivery",
    "workspace_id": "ID on Connect",
    "workspace_title": "title on Connect",
    "left_id": "ID",
    "right_id": "other ID",
    "left_source": "where",
    "right_source": "where the other is",
    "cluster_id": "child",
    "sis": "with SIS ID",
    "as_forecast": "as in the dry run",
    "other_action": "other action than in the dry run",
    "better": "better than in the dry run",
    "worse": "worse than in the dry run",
    "not_in_result": "missing from the result file",
    "errors": "refused",
    "disconnected_children": "children who lose a guardian",
}
#: Columns that are left out of a table where nothing of it is there.
_RARE: Final = frozenset(
    (
        "school", "skipped", "disconnected", "disconnected_children", "staff_removed", "children_removed", "unclear",
        "to_merge", "adults", "note",
    )
)  # fmt: skip


def without_rare(frame: pd.DataFrame) -> pd.DataFrame:
    """A table without those of its columns that seldom hold anything, and hold nothing here."""
    rare = [name for name in frame if name in _RARE and (frame[name].isna() | frame[name].isin([0, ""])).all()]
    return frame.drop(columns=rare)


def heading(name: object) -> str:
    """A column's name in words: ``not_in_result`` is ``missing from the result file``; ``sourcedId`` stays."""
    return _WORDS.get(str(name), str(name).replace("_", " "))
