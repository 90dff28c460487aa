"""A small clean delivery, and what is found once some of it is changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import connect_kit as ck
from connect_kit.checks import Findings
from connect_kit.connect import Level

USERS = """sourcedId,orgSourcedIds,role,givenName,familyName,email,agentSourcedIds,grades
1,0010,student,Ann,Lee,,3,03
2,0010,student,Bob,Lee,,3,03
3,0010,guardian,Cy,Lee,cy@example.org,,
4,0010,teacher,Di,Poe,di@example.org,,
"""
CLASSES = """sourcedId,title,grades,schoolSourcedId
c1,Math,03,0010
"""
ENROLLMENTS = """classSourcedId,schoolSourcedId,userSourcedId,role
c1,0010,1,student
c1,0010,2,student
c1,0010,4,teacher
"""
CLEAN = {"users": USERS, "classes": CLASSES, "enrollments": ENROLLMENTS}


def checked(
    folder: Path, files: Mapping[str, str], *, level: Level = "district", connect: Mapping[str, str] | None = None
) -> Findings:
    """Findings of a clean delivery with these files in place of its own; ``connect``: files of a workspace."""
    delivery = folder / "delivery"
    delivery.mkdir()
    for name, text in {**CLEAN, **files}.items():
        (delivery / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = None
    if connect is not None:
        (folder / "workspace").mkdir()
        for name, text in connect.items():
            (folder / "workspace" / f"{name}.csv").write_text(text, encoding="utf-8")
        workspace = ck.read_workspace(folder / "workspace")
    return ck.check_roster(ck.read_roster(delivery, level=level), workspace)


def schools(*ids: str) -> dict[str, str]:
    rows = [f"K{n},School {n},{school}" for n, school in enumerate(ids)]
    return {"schools": "\n".join(["connectSchoolId,name,schoolId", *rows, ""])}


def rows(findings: Findings, *parts: str) -> list[tuple[str, str, int | None]]:
    """Code, severity and line of what is found, sorted, of codes with one of the parts in them."""
    table = findings.table()
    found = zip(table["code"], table["severity"], table["line"].astype(object), strict=True)
    chosen = [
        (code, severity, line if isinstance(line, int) else None)
        for code, severity, line in found
        if not parts or any(part in code for part in parts)
    ]
    return sorted(chosen, key=str)


def seats(*rows: tuple[str, str, str]) -> str:
    """enrollments.csv of these classes, people and roles, all at one school."""
    lines = [f"{class_id},0010,{user},{role}" for class_id, user, role in rows]
    return "\n".join(["classSourcedId,schoolSourcedId,userSourcedId,role", *lines, ""])


def people(number: int, role: str = "student", start: int = 0) -> str:
    """users.csv with so many children and a teacher."""
    head, *_ = USERS.splitlines()
    names = [f"s{n}" for n in range(start, start + number)]
    lines = [
        f"{name},0010,{role},Kid{'abcdefghij'[n // 10]}{'abcdefghij'[n % 10]},Poe,,g,03" for n, name in enumerate(names)
    ]
    return "\n".join(
        [head, *lines, "g,0010,guardian,Al,Poe,al@example.org,,", "t,0010,teacher,Bo,Roe,bo@example.org,,", ""]
    )
