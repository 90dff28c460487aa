"""Merging students in a twin, as a merge plan says (decision 21); what moves, and where attributes differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine.arguments import checked
from connect_kit.errors import TwinError
from connect_kit.twin.undo import record_change

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.merging import MergePlan
    from connect_kit.twin.data import TwinData
    from connect_kit.twin.session import Session
    from connect_kit.twin.values import Change

_CHANGED = ("students", "student_schools", "relationships", "enrollments", "attributes", "history", "merges")
_LISTED = 5


@checked()
def merge(twin: TwinData, plan: MergePlan) -> Change:
    """Merge students (decision 21), and write what was merged and decided to the log.

    Raises
    ------
    TwinError
        When the plan holds no merge, or a student of it is not on the twin as the plan has it.
    """
    merges = plan.merges
    if merges.empty:
        raise TwinError(f"{twin.path}: the plan holds nothing that can be merged; plan.table() says why, pair by pair")
    with twin.writing("a merge") as session:
        _make_pairs(session, twin, merges)

        def act() -> dict[str, int]:
            session.script(__package__, "merging.sql")
            counts = session.frame("SELECT * FROM merged_counts")
            return {str(name): int(counts[name].iloc[0]) for name in counts}

        count, students = len(merges), merges["survivor"].nunique()
        pairs = [f"{other} into {kept}" for kept, other in merges[["survivor", "other"]].head(_LISTED).to_numpy()]
        more = f" and {count - _LISTED:,} more" if count > _LISTED else ""
        what = f"{count:,} student{'s' * (count > 1)} merged into {students:,}: {', '.join(pairs)}{more}"
        return record_change(session, "merge", what, _CHANGED, act)


def _make_pairs(session: Session, twin: TwinData, merges: pd.DataFrame) -> None:
    """Make the temporary tables ``merging`` (place, survivor, other, student_id) and ``offered``.

    Raises
    ------
    TwinError
        When the twin has changed since the plan was made.
    """
    import pyarrow as pa

    columns = {name: merges[name].tolist() for name in ("survivor", "other", "student_id", "other_student_id")}
    session.create_temp_table("merging", {"place": pa.array(range(len(merges)), pa.int32()), **columns})
    wrong = session.execute("""
        SELECT other, 'is not on the twin, perhaps merged already' FROM merging
        WHERE other NOT IN (SELECT connectStudentId FROM students)
        UNION ALL SELECT survivor, 'is not on the twin' FROM merging
        WHERE survivor NOT IN (SELECT connectStudentId FROM students)
        UNION ALL SELECT other, CASE WHEN other_student_id = '' THEN 'has a SIS ID now'
            ELSE 'has another SIS ID than in the plan' END
        FROM merging JOIN students ON other = connectStudentId
        WHERE coalesce(studentId, sourcedId, '') <> other_student_id
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
    session.script(__package__, "merging_offered.sql")


def merge_moves(twin: TwinData, merges: pd.DataFrame) -> pd.DataFrame:
    """What moves to each survivor of some merges, see :meth:`MergePlan.moves`."""
    with twin.reading() as session:
        _make_pairs(session, twin, merges)
        return session.script_frame(__package__, "merging_moves.sql")


def merge_conflicts(twin: TwinData, merges: pd.DataFrame) -> pd.DataFrame:
    """Attributes that both records of a merge have and that differ, with the columns of :attr:`MergePlan.conflicts`."""
    with twin.reading() as session:
        _make_pairs(session, twin, merges)
        return session.script_frame(__package__, "merging_conflicts.sql")
