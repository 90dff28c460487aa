"""A small clean OneRoster delivery of one school, whose files a test changes line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import connect_kit as ck

CLEAN = {
    "users": [
        "sourcedId,status,enabledUser,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades",
        "t1,,true,org1,teacher,Jordan,Lee,jordan.lee@lincoln.example.org,,,",
        "s1,,true,org1,student,Avery,Smith,,,p1,07",
        "s2,,true,org1,student,Blake,Jones,,,p1,07",
        "p1,,true,org1,parent,Casey,Smith,casey.smith@example.com,,,",
    ],
    "classes": ["sourcedId,status,title,grades,schoolSourcedId", "k1,,Math 7 - Period 3,07,org1"],
    "enrollments": [
        "sourcedId,status,classSourcedId,schoolSourcedId,userSourcedId,role,beginDate,endDate",
        "e1,,k1,org1,t1,teacher,,",
        "e2,,k1,org1,s1,student,,",
        "e3,,k1,org1,s2,student,,",
    ],
    "orgs": [
        "sourcedId,status,name,type,identifier,parentSourcedId",
        "org1,,Lincoln Middle School,school,LMS,dist1",
        "dist1,,Springfield USD,district,,",
    ],
}
#: What the columns and files of a full OneRoster package raise by themselves.
OF_THE_PACKAGE = ("header.not_asked_for", "header.unknown_column", "header.order", "delivery.extra_file")
Row = tuple[str, str, str | None, int | None, str]
Files = Mapping[str, Sequence[str]]


def deliver(folder: Path, clean: Files = CLEAN, /, **files: Sequence[str] | None) -> Path:
    """Write the clean delivery with some files replaced by these lines; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in {**clean, **files}.items():
        if lines is not None:
            (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8", newline="")
    return folder


def changed(table: str, *changes: tuple[str, str], add: Sequence[str] = (), clean: Files = CLEAN) -> list[str]:
    """The lines of a clean file with texts replaced, each of which must be there, and lines added."""
    text = "\n".join(clean[table])
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [*text.split("\n"), *add]


def check(folder: Path, workspace: Path | None = None, level: str = "district", *, region: str = "US") -> ck.Findings:
    """Self-check a delivery; no rule may break."""
    roster = ck.read_roster(folder, level=level)  # type: ignore[arg-type]
    known = None if workspace is None else ck.read_workspace(workspace)
    findings = ck.check_roster(roster, known, region=region)
    assert [one.reason for one in findings.not_checked if one.failed] == []
    return findings


def rows(findings: ck.Findings, *, infos: bool = True, lasting: bool = True) -> list[Row]:
    """Severity, code, file, line and message of all rows, in a lasting order or in that of the findings."""
    frame = findings.table()
    frame = frame[~frame["code"].isin(OF_THE_PACKAGE)]
    if not infos:
        frame = frame[frame["severity"] != "info"]
    found = frame[["severity", "code", "file", "line", "message"]].astype(object)
    values = found.where(found.notna(), None).to_numpy()
    shown = [(s, c, f, None if line is None else int(line), m) for s, c, f, line, m in values]
    return sorted(shown, key=str) if lasting else shown
