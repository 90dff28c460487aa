"""manifest.csv of a OneRoster package: what it promises and what was delivered."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connect_kit import oneroster
from connect_kit.engine.encoding import probe_file
from connect_kit.roster.header import Notice

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_FILES = {f"file.{name}" for name in (*oneroster.TABLES, *oneroster.OTHER_FILES)}
_NAME = "manifest.csv"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What manifest.csv says.

    Attributes
    ----------
    version : str or None
        Of the standard; None when it does not say.
    notices : tuple of Notice
        What is to be reported.
    deltas : frozenset of str
        Tables whose files hold changes only.
    """

    version: str | None = None
    notices: tuple[Notice, ...] = ()
    deltas: frozenset[str] = frozenset()


def read_manifest(path: Path | None, delivered: Collection[str]) -> Manifest:
    """Read manifest.csv and compare it with the files delivered (names without ``.csv``, lower case)."""
    if path is None:
        return Manifest()
    probe = probe_file(path)
    if probe.encoding is None:
        return Manifest(notices=(_notice("cannot be decoded"),))
    try:
        text = path.read_text(encoding=probe.encoding, errors="replace" if probe.faults else "strict")
        reader = csv.reader(io.StringIO(text))
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except (csv.Error, UnicodeDecodeError):
        return Manifest(notices=(_notice("cannot be read as CSV"),))
    if not rows or [cell.casefold() for cell in rows[0][1][:2]] != ["propertyname", "value"]:
        return Manifest(notices=(_notice("the first line is not propertyName,value", 1),))
    notices: list[Notice] = []
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, row in rows[1:]:
        name, value = row[0], row[1] if len(row) > 1 else ""
        if name in values:
            notices.append(_notice(f"{name} is repeated", line))
        elif name not in _FILES and name not in oneroster.MANIFEST_PROPERTIES:
            notices.append(_notice(f"{name} is not a property of the standard", line))
        elif name in _FILES:
            notices += _file_line(name, value, delivered, line)
        values.setdefault(name, value)
        lines.setdefault(name, line)
    for name in sorted(_FILES - set(values)):
        table = name.removeprefix("file.")
        if table.casefold() in delivered:
            notices.append(_notice(f"{name} is missing, but {table}.csv was delivered"))
        elif table in oneroster.MANIFEST_FILES:
            notices.append(_notice(f"{name} is missing; expected absent, bulk or delta"))
    notices += _versions(values, lines)
    deltas = frozenset(name.removeprefix("file.") for name, value in values.items() if value == "delta")
    return Manifest(values.get("oneroster.version"), tuple(notices), deltas & {f.removeprefix("file.") for f in _FILES})


def _file_line(name: str, value: str, delivered: Collection[str], line: int) -> list[Notice]:
    table = name.removeprefix("file.")
    there = table.casefold() in delivered
    if value not in oneroster.MANIFEST_MODES:
        return [_notice(f"{name} is {value!r}; expected absent, bulk or delta", line)]
    found = []
    if there and value == "absent":
        found.append(_notice(f"{name} is absent, but {table}.csv was delivered", line))
    if not there and value != "absent":
        found.append(_notice(f"{name} is {value}, but there is no {table}.csv", line))
    if value == "delta":
        found.append(Notice("delivery.delta", "manifest", _NAME, f"{table}.csv holds changes only", line))
    return found


def _versions(values: dict[str, str], lines: dict[str, int]) -> list[Notice]:
    found = []
    for name, allowed in (("manifest.version", ("1.0",)), ("oneroster.version", ("1.1", "1.2"))):
        value = values.get(name)
        if value is None:
            found.append(_notice(f"{name} is missing"))
        elif value not in allowed:
            found.append(_notice(f"{name} is {value!r}; expected {' or '.join(allowed)}", lines[name]))
    return found


def _notice(text: str, line: int | None = None) -> Notice:
    return Notice("manifest.mismatch", "manifest", _NAME, text, line)
