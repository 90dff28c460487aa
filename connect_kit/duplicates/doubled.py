"""Children who would be doubled: the one count that verdict, forecast, report and confirmation share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connect_kit.display.look import children, counted
from connect_kit.engine import package_text
from connect_kit.engine.duckdb import arrow_to_frame
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    import pyarrow as pa

    from connect_kit.duplicates.data import DuplicatesData

#: Students are found on Connect by their SIS ID only (S12): whoever has another one, or none there, is created.
_UNKNOWN = "{shown} NOT IN (SELECT studentId FROM workspace_students WHERE studentId IS NOT NULL)"
_ACTIVE = "{shown} IN (SELECT studentId FROM active_students WHERE studentId IS NOT NULL)"


class Doubled(NamedTuple):
    """How many ``children`` would be doubled, and by how many ``rows`` of users.csv."""

    children: int
    rows: int


def doubled(
    duplicates: DuplicatesData,
    created: Iterable[str] | None = None,
    *,
    kept: Iterable[str] = (),
    by_hand: bool = True,
) -> pd.DataFrame:
    """Students of the delivery who would be created although the same child has another record.

    Archived records on Connect do not double anybody, and nor does a row that is neither on Connect nor created. A
    child that the delivery holds three times has two rows here.

    Parameters
    ----------
    created : iterable of str, optional
        IDs of the students that are created, from a dry run; by default those that no student on Connect has.
    kept : iterable of str
        IDs of students that are sent with the ID that Connect has in place of their own.
    by_hand : bool
        False: as if the students without SIS ID on Connect were archived first.

    Returns
    -------
    DataFrame
        One row a student: ``id``, ``school`` (the first School ID, blank without one), ``cluster_id`` (the child),
        ``why``: ``connect`` (an active record is on Connect, or comes to one there) or ``delivery`` (another row of
        the delivery is the same child).

    Raises
    ------
    SettingError
        For duplicates of adults.
    """
    if duplicates.kind != "students":
        raise SettingError("duplicates are of adults; children are doubled: find_duplicates(roster, workspace)")
    kept = tuple(kept)
    if created is not None or kept or not by_hand:
        return _look(duplicates, created, kept, by_hand=by_hand)
    if not duplicates._doubled:  # verdict, rules and words all ask for it
        duplicates._doubled.append(_look(duplicates, None, (), by_hand=True))
    return duplicates._doubled[0].copy()


def member_numbers(duplicates: DuplicatesData) -> pa.Table:
    """The records of each child who has more than one: ``cluster_id``, ``unique_id`` (of the table ``persons``)."""
    import pyarrow as pa

    return pa.Table.from_pandas(duplicates._linked.members, preserve_index=False)


def _look(
    duplicates: DuplicatesData, created: Iterable[str] | None, kept: Iterable[str], *, by_hand: bool
) -> pd.DataFrame:
    import pyarrow as pa

    schema, workspace = duplicates.schema, duplicates.workspace
    number = workspace is not None and workspace.student_id == "number"
    shown = "coalesce(p.identifier, p.id)" if number else "p.id"
    query = package_text(__package__, "doubled.sql").format(
        created=_UNKNOWN.format(shown=shown) if created is None else "p.id IN (SELECT id FROM created)",
        there=f"({_ACTIVE.format(shown=shown)} OR p.id IN (SELECT id FROM kept))",
        counted="true" if by_hand else "studentId IS NOT NULL",
    )
    with schema.engine.cursor((schema.name, *(parent.name for parent in schema.parents))) as cursor:
        cursor.register("members", member_numbers(duplicates))
        for name, ids in (("created", created or ()), ("kept", kept)):
            cursor.register(name, pa.table({"id": pa.array(sorted(ids), pa.string())}))
        return arrow_to_frame(cursor.sql(query).to_arrow_table())


def count_doubled(found: pd.DataFrame) -> Doubled:
    """Children and rows of :func:`doubled`."""
    return Doubled(int(found["cluster_id"].nunique()), len(found))


def doubled_by_school(found: pd.DataFrame) -> dict[str, int]:
    """Children by the school of :func:`doubled`; each counts once, at the first of them."""
    children = found.drop_duplicates("cluster_id")
    return {str(school): int(count) for school, count in children.groupby("school", sort=True).size().items()}


def pairs_in_words(duplicates: DuplicatesData) -> str:
    """Pairs of duplicate students, the children they are, and who of them would be doubled: each with its name."""
    found, count = duplicates.table(), count_doubled(doubled(duplicates))
    within = int((found["right_source"] == "roster").sum())
    pairs = f"{counted(within, 'pair')} in the delivery"
    if duplicates.workspace is not None:
        pairs += f", {len(found) - within:,} of the delivery and Connect"
    number = duplicates.counts["clusters"]
    has = f"{children(number)} {'has' if number == 1 else 'have'} more than one record"
    return f"{pairs}; {has}, {doubled_in_words(count)}"


def doubled_in_words(count: Doubled) -> str:
    """``588 children would be doubled (590 rows)``; the rows only where they are not as many."""
    rows = f" ({counted(count.rows, 'row')})" if count.rows != count.children else ""
    return f"{children(count.children)} would be doubled{rows}"
