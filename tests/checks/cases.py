"""A small clean delivery in the full OneRoster layout, and what the self-check says when one thing of it is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.checks import check_roster
from connect_kit.roster import read_roster, read_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from connect_kit.checks import Findings

#: Besides what is added to them, these raise nothing.
CLEAN = {
    "users.csv": [
        "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades,enabledUser",
        "t1,org1,teacher,Jordan,Lee,jordan.lee@lincoln.example.org,,,,true",
        "s1,org1,student,Avery,Smith,avery.smith@students.example.org,,p1,07,true",
        "s2,org1,student,Blake,Jones,,,p1,07,true",
        "p1,org1,parent,Casey,Smith,casey.smith@example.com,,,,true",
    ],
    "classes.csv": ["sourcedId,title,grades,schoolSourcedId", "k1,Math 7 - Period 3,07,org1"],
    "enrollments.csv": [
        "classSourcedId,schoolSourcedId,userSourcedId,role",
        "k1,org1,t1,teacher",
        "k1,org1,s1,student",
        "k1,org1,s2,student",
    ],
}
#: What is said of any delivery that holds more than Connect asks for.
ABOUT_COLUMNS = ("header.not_asked_for", "header.unknown_column", "header.order", "delivery.extra_file")
Row = tuple[str, str, str | None, int | None, str]


def deliver(folder: Path, **files: list[str] | None) -> Path:
    """Write the clean delivery; ``users=[...]`` replaces users.csv, None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (CLEAN | {f"{table}.csv": lines for table, lines in files.items()}).items():
        if lines is not None:
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return folder


def users(*changes: tuple[str, str]) -> list[str]:
    """users.csv of the clean delivery with texts replaced."""
    lines = "\n".join(CLEAN["users.csv"])
    for old, new in changes:
        assert old in lines, old
        lines = lines.replace(old, new)
    return lines.split("\n")


def checked(folder: Path, workspace: Path | None = None, *, level: str = "district", region: str = "US") -> Findings:
    """The self-check of a delivery."""
    known = None if workspace is None else read_workspace(workspace)
    return check_roster(read_roster(folder, level=level), known, region=region)  # type: ignore[arg-type]


def said(findings: Findings, *, infos: bool = True) -> list[Row]:
    """Severity, code, file, line and message of every row, without remarks on columns that Connect does not ask for."""
    frame = findings.table()
    frame = frame[~frame["code"].isin(ABOUT_COLUMNS) & (infos | (frame["severity"] != "info"))]
    names = ("severity", "code", "file", "line", "message")
    rows = frame[list(names)].astype(object).where(frame[list(names)].notna(), None).itertuples(index=False, name=None)
    return [(s, c, f, None if line is None else int(line), m) for s, c, f, line, m in rows]


def codes(findings: Findings) -> list[tuple[str, int | None]]:
    """Code and line of every critical and warning row."""
    return [(code, line) for _, code, _, line, _ in said(findings, infos=False)]
