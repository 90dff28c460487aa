"""Merging students in a twin, as a merge plan says (decision 21); what moves, and where attributes differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import statements
from connect_kit.errors import TwinError
from connect_kit.twin.database import opened
from connect_kit.twin.undo import record_change

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.merging import MergePlan
    from connect_kit.twin.database import Session
    from connect_kit.twin.twin import Twin
    from connect_kit.twin.values import Change

_TOUCHED = ("students", "student_schools", "relationships", "enrollments", "attributes", "history", "merges")
_SHOWN = 5


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
            for statement in statements(__package__, "merging.sql"):
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
    """What moves to each survivor, see :meth:`MergePlan.moves`."""
    return _asked(twin, merges, "merging_moves.sql")


def attribute_conflicts(twin: Twin, merges: pd.DataFrame) -> pd.DataFrame:
    """Attributes that both records have and that differ, with the columns of :attr:`MergePlan.conflicts`."""
    return _asked(twin, merges, "merging_conflicts.sql")


def _asked(twin: Twin, merges: pd.DataFrame, file: str) -> pd.DataFrame:
    with opened(twin.path, "a look at it", write=False, of=twin.id) as session:
        _make_pairs(session, merges)
        _check(session, twin)
        *before, last = statements(__package__, file)
        for statement in before:
            session.execute(statement)
        return session.frame(last.rstrip().removesuffix(";"))
