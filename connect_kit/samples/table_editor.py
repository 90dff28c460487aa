"""Reads and changes the tables of a delivery row by row, and knows the line of every row."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connect_kit.samples.layouts import KEYS

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, found again by its position."""

    table: str
    pos: int
    values: dict[str, str | None] = field(compare=False, default_factory=dict)

    def __getitem__(self, column: str) -> str:
        return self.values[column] or ""


class TableEditor:
    """Rows of the in-memory tables, with what was added to them and taken away."""

    def __init__(self, con: duckdb.DuckDBPyConnection, seed: int) -> None:
        self.con = con
        self.inserted: dict[str, list[int]] = {}
        self.deleted: dict[str, list[int]] = {}
        self._counts: dict[str, int] = {}
        self._chance = random.Random(f"faults {seed}")

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a query on the tables."""
        return self.con.execute(sql, list(values)).fetchall()

    def rows(self, table: str, condition: str, *values: object) -> list[Row]:
        """Rows of a table that meet a condition, in file order."""
        result = self.con.execute(f'SELECT * FROM "{table}" WHERE {condition} ORDER BY _pos', list(values))
        names = [item[0] for item in result.description]
        found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
        return [Row(table, int(values.pop("_pos")), values) for values in found]

    def count(self, table: str) -> int:
        """Rows that the table had before anything was planted."""
        if table not in self._counts:
            self._counts[table] = int(self.query(f'SELECT count(*) FROM "{table}"')[0][0])
        return self._counts[table]

    def insert(self, table: str, **values: str | None) -> Row:
        """Add a row somewhere inside the file."""
        used = self.inserted.setdefault(table, [])
        # Nine places behind each row; never behind the last row's, as lines follow from places.
        rows = self.count(table)
        place = 9 * self._chance.randrange(rows)
        while (pos := 10 * (place // 9 + 1) + place % 9 + 1) in used:
            place = (place + 1) % (9 * rows)
        insort(used, pos)
        titles = ", ".join(f'"{name}"' for name in ("_pos", *values))
        marks = ", ".join("?" * (len(values) + 1))
        self.con.execute(
            f'INSERT INTO "{table}" ({titles}) VALUES ({marks})',
            [pos, *(value or None for value in values.values())],
        )
        return Row(table, pos, dict(values))

    def edit(self, row: Row, **values: str | None) -> Row:
        """Change values of a row."""
        titles = ", ".join(f'"{name}" = ?' for name in values)
        self.con.execute(
            f'UPDATE "{row.table}" SET {titles} WHERE _pos = ?',
            [*(value or None for value in values.values()), row.pos],
        )
        return Row(row.table, row.pos, {**row.values, **values})

    def copy(self, row: Row, **values: str | None) -> Row:
        """Add a second row like this one."""
        return self.insert(row.table, **{**row.values, **values})

    def delete(self, row: Row) -> None:
        """Take a row out of its file."""
        insort(self.deleted.setdefault(row.table, []), row.pos)
        self.con.execute(f'DELETE FROM "{row.table}" WHERE _pos = ?', [row.pos])

    def line(self, table: str, pos: int) -> int:
        """Physical line of a row once everything is planted; line 1 is the header."""
        gone = bisect_left(self.deleted.get(table, []), pos)
        return 1 + pos // 10 + bisect_right(self.inserted.get(table, []), pos) - gone

    def keys(self, table: str, positions: list[int]) -> dict[int, str]:
        """The value that names each of these rows, as it now is in the file."""
        marks = ", ".join(str(pos) for pos in positions)
        found = self.query(f'SELECT _pos, "{KEYS[table]}" FROM "{table}" WHERE _pos IN ({marks})')
        return {int(pos): str(value or "") for pos, value in found}
