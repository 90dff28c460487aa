"""Faults in the written bytes, for what no table can hold: broken lines, encodings, headers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from connect_kit.samples.planting import FaultPlanter


def spoil_files(planter: FaultPlanter, delivery: Path) -> None:
    """Carry out the byte faults: single lines first, then whole files."""
    lines: dict[str, dict[int, Callable[[bytes], bytes]]] = {}
    for file, row, change in planter.raw:
        lines.setdefault(file, {})[planter.line(row.table, row.pos)] = change
    for file, changes in lines.items():
        _spoil_lines(delivery / file, changes)
    for file, whole in planter.bytes:
        path = delivery / file
        data = whole(path.read_bytes())
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)


def _spoil_lines(path: Path, changes: dict[int, Callable[[bytes], bytes]]) -> None:
    spoilt = path.with_suffix(".spoilt")
    with path.open("rb") as old, spoilt.open("wb") as new:
        for number, line in enumerate(old, start=1):
            change = changes.get(number)
            new.write(line if change is None else change(line.rstrip(b"\n")) + b"\n")
    spoilt.replace(path)
