"""What the kit finds on a delivery beside what the statements expect."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import connect_kit as ck
from connect_kit.connect import Level
from tests.recount.reading import Delivery
from tests.recount.statements import STATEMENTS, Key, expected
from tests.recount.writing import write_delivery, write_workspace

LAYOUTS = ("connect", "oneroster11", "oneroster12")
LEVELS = ("district", "school")
GUARDIANS = ("users", "file", "both")


def differences(
    folder: Path, seed: int, layout: str, level: str, guardians: str, *, workspace: bool
) -> dict[Key, tuple[set[int | None], set[int | None]]]:
    """Lines that only the kit finds, and lines that only the statement has, by rule."""
    schools = write_delivery(folder / "delivery", seed, layout, level, guardians)
    known = folder / "workspace" if workspace else None
    if known is not None:
        write_workspace(known, seed, folder / "delivery", schools)
    roster = ck.read_roster(folder / "delivery", level=cast("Level", level))
    findings = ck.check_roster(roster, None if known is None else ck.read_workspace(known))
    table = findings.table()
    found: dict[Key, set[int | None]] = {}
    for code, severity, name, line in zip(
        table["code"], table["severity"], table["table"], table["line"].astype(object), strict=True
    ):
        found.setdefault((code, severity, name), set()).add(line if isinstance(line, int) else None)
    wanted = expected(Delivery(folder / "delivery", level, known))
    compared = {key: (found.get(key, set()), wanted[key]) for key in STATEMENTS}
    return {key: (kit - own, own - kit) for key, (kit, own) in compared.items() if kit != own}
