"""Faults of whole files, which no table can hold: missing files, encodings, broken lines, headers, the manifest."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from connect_kit.samples.plant_classes import add_class
from connect_kit.samples.planting import FaultPlanter


def _spoil(planter: FaultPlanter, change: Callable[[bytes], bytes | None], line: int | None = None) -> None:
    """Change the written bytes of the fault's file."""
    file = f"{planter.fault.table}.csv"
    planter.bytes.append((file, change))
    planter.planted_file(file, line=line)


def remove_file(planter: FaultPlanter) -> None:
    """Leave the file out."""
    _spoil(planter, lambda data: None)


def keep_lines(planter: FaultPlanter, *, lines: int) -> None:
    """Cut the file behind its first lines."""
    _spoil(planter, lambda data: b"".join(line + b"\n" for line in data.split(b"\n", lines)[:lines]))


def encode(planter: FaultPlanter, *, encoding: str) -> None:
    """Write the file in another encoding."""
    _spoil(planter, lambda data: data.decode("utf-8").encode(encoding))


def write_non_text(planter: FaultPlanter) -> None:
    """Half a character pair over and over, and an odd number of bytes: text in no encoding."""
    _spoil(planter, lambda data: b"\xff\xfe" + b"\x00\xd8" * 40 + b"\x00")


def replace(planter: FaultPlanter, *, old: str, new: str, count: int = 1) -> None:
    """Replace a text as often as ``count`` says, 0 for everywhere; the header is changed then."""
    _spoil(planter, lambda data: re.sub(old.encode(), new.encode(), data, count=count), line=1)


def break_line(planter: FaultPlanter, *, old: str, new: str) -> None:
    """Replace a pattern in one line of classes.csv; the class has no members, as its row is refused."""
    row = add_class(planter, students=0, teachers=0)
    planter.raw.append(("classes.csv", row, lambda line: re.sub(old.encode(), new.encode(), line, count=1)))
    planter.planted(row, named=False)


def rename_column(planter: FaultPlanter, *, new: str) -> None:
    """Write the fault's column under another name."""
    table, old = planter.fault.table, planter.fault.column
    planter.headers[table] = [(new if name == old else name, sql) for name, sql in planter.headers[table]]
    planter.planted_file(f"{table}.csv", line=1)


def add_column(planter: FaultPlanter, *, value: str) -> None:
    """Add the fault's column, with one value in every row."""
    table = planter.fault.table
    planter.headers[table].append((planter.fault.column, f"'{value}'"))
    planter.planted_file(f"{table}.csv", line=1)


def drop_column(planter: FaultPlanter) -> None:
    """Leave the fault's column out."""
    table, column = planter.fault.table, planter.fault.column
    planter.headers[table] = [item for item in planter.headers[table] if item[0] != column]
    planter.planted_file(f"{table}.csv", line=1)


def swap_columns(planter: FaultPlanter, *, first: str, second: str) -> None:
    """Let two columns change places."""
    table = planter.fault.table
    header = planter.headers[table]
    names = [name for name, _ in header]
    a, b = names.index(first), names.index(second)
    header[a], header[b] = header[b], header[a]
    planter.planted_file(f"{table}.csv", line=1)


def set_property(planter: FaultPlanter, *, name: str, value: str | None) -> None:
    """Change a property of manifest.csv, add it, or take it out."""
    names = [key for key, _ in planter.manifest]
    place = names.index(name) if name in names else len(names)
    planter.manifest[place : place + 1] = [] if value is None else [(name, value)]
    planter.planted_file("manifest.csv", sourced_id=name, line=None if value is None else place + 2)


def repeat_property(planter: FaultPlanter, *, name: str, value: str) -> None:
    """Add a property that manifest.csv has already."""
    planter.manifest.append((name, value))
    planter.planted_file("manifest.csv", sourced_id=name, line=len(planter.manifest) + 1)


def extra_file(planter: FaultPlanter) -> None:
    """Deliver a file of the SIS's own."""
    planter.extra["bell_schedule.csv"] = "period,start\n1,08:00\n2,08:55\n"
    planter.planted_file("bell_schedule.csv")


def spoil_files(planter: FaultPlanter, delivery: Path) -> None:
    """Carry out what the actions have noted, once the files are written: single lines first, then whole files."""
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
    spoiled = path.with_suffix(".spoiled")
    with path.open("rb") as old, spoiled.open("wb") as new:
        for number, line in enumerate(old, start=1):
            change = changes.get(number)
            new.write(line if change is None else change(line.rstrip(b"\n")) + b"\n")
    spoiled.replace(path)
