"""What a rule counts, case by case: schools that differ, people rather than rows, and what is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

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
    """Code, severity and line of what is found, of codes with one of the parts in them."""
    table = findings.table()
    found = table[["code", "severity", "line"]].astype(object).itertuples(index=False, name=None)
    return [
        (code, severity, None if line != line or line is None else int(line))
        for code, severity, line in found
        if not parts or any(part in code for part in parts)
    ]


SAME = "enrollments.schoolSourcedId.same_as_class"


def test_a_clean_delivery_has_no_finding(tmp_path: Path) -> None:
    assert rows(checked(tmp_path, {})) == []


@pytest.mark.parametrize("known", [None, ("0010",), ("0010", "10"), ("10",), ("77",)])
def test_an_enrollment_at_another_school_than_its_class_is_found_whatever_connect_has(
    tmp_path: Path, known: tuple[str, ...] | None
) -> None:
    files = {"classes": CLASSES.replace("0010", "10")}
    findings = checked(tmp_path, files, connect=None if known is None else schools(*known))
    assert rows(findings, SAME) == [(SAME, "critical", line) for line in (2, 3, 4)]


def test_without_a_workspace_an_enrollment_at_a_school_with_another_name_is_found(tmp_path: Path) -> None:
    findings = checked(tmp_path, {"enrollments": ENROLLMENTS.replace("c1,0010,2", "c1,North,2")})
    assert rows(findings, "enrollments.") == [(SAME, "critical", 3)]
    message = findings.table().set_index("code").loc[SAME, "message"]
    assert message == "the class belongs to another school than North"


def test_a_school_that_connect_does_not_know_stays_one_cause(tmp_path: Path) -> None:
    files = {"enrollments": ENROLLMENTS.replace("c1,0010,2", "c1,North,2")}
    causes = checked(tmp_path, files, connect=schools("0010")).causes()
    [cause] = causes[causes["severity"] == "critical"].itertuples()
    assert cause.cause == "School North is not a School ID recorded on Connect"
    assert cause.explains == "1 in enrollments, 1 on Connect"
