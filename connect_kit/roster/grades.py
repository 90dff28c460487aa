"""Grades as numbers in which neighbours differ by one, for comparing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import create_table
from connect_kit.grades import grade_code
from connect_kit.oneroster import GRADES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_kit.engine import Schema

_RANKS = {code: rank for rank, code in enumerate(GRADES[:-3])}  # PS, UG and Other have no place in the order


def create_grade_ranks(schema: Schema, values: str, also: Sequence[str] = ()) -> None:
    """Make table ``grade_ranks`` of a schema: ``written``, ``rank``.

    A list of grades has the rank of its first; a grade without a place in the order has no row.

    Parameters
    ----------
    schema : Schema
    values : str
        SQL query for the grades as written, in one column.
    also : sequence of str
        Schemas that the query reads from as well.
    """
    import pyarrow as pa

    written = [row[0] for row in schema.execute(f"SELECT DISTINCT * FROM ({values}) WHERE #1 IS NOT NULL", also=also)]
    ranks = {value: _RANKS.get(grade_code(value.split(",")[0]) or "") for value in written}
    known = {value: rank for value, rank in ranks.items() if rank is not None}
    create_table(schema, "grade_ranks", {"written": list(known), "rank": pa.array(list(known.values()), pa.int32())})
