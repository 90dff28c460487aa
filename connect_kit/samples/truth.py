"""Writes truth.csv: what was planted, and what necessarily follows, with physical lines."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.writing import write_rows

TITLES: Final = ("code", "severity", "table", "file", "line", "sourcedId", "column", "kind")


def write_truth(planter: FaultPlanter, path: Path) -> None:
    """Resolve positions to lines and write one row per finding."""
    keys: dict[tuple[str, int], str] = {}
    for table in sorted({truth.table for truth in planter.truth}):
        positions = sorted({t.pos for t in planter.truth if t.table == table and t.pos is not None})
        if positions:
            found = planter.keys(table, positions)
            keys |= {(table, pos): value for pos, value in found.items()}
    rows = []
    for truth in planter.truth:
        line, sourced_id = truth.line, truth.sourced_id
        if truth.pos is not None:
            line = planter.line(truth.table, truth.pos)
            if sourced_id is None:
                sourced_id = keys.get((truth.table, truth.pos), "")
        rows.append(
            (
                truth.code,
                truth.severity,
                truth.table,
                truth.file,
                "" if line is None else str(line),
                sourced_id or "",
                truth.column,
                truth.kind,
            )
        )
    rows.sort(key=lambda row: (row[0], row[2], int(row[4] or 0), row[5], row[7]))
    write_rows(path, TITLES, rows)
