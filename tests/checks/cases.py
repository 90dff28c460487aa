"""A small clean delivery as users, classes and enrollments only, and what is said when one thing of it is changed."""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from tests.checks import small

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import connect_kit as ck

#: Besides what is added to them, these raise nothing.
CLEAN = {
    "users": [
        "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades,enabledUser",
        "t1,org1,teacher,Jordan,Lee,jordan.lee@lincoln.example.org,,,,true",
        "s1,org1,student,Avery,Smith,avery.smith@students.example.org,,p1,07,true",
        "s2,org1,student,Blake,Jones,,,p1,07,true",
        "p1,org1,parent,Casey,Smith,casey.smith@example.com,,,,true",
    ],
    "classes": ["sourcedId,title,grades,schoolSourcedId", "k1,Math 7 - Period 3,07,org1"],
    "enrollments": [
        "classSourcedId,schoolSourcedId,userSourcedId,role",
        "k1,org1,t1,teacher",
        "k1,org1,s1,student",
        "k1,org1,s2,student",
    ],
}

checked = small.check
#: In the order of the findings.
said = partial(small.rows, lasting=False)


def deliver(folder: Path, **files: Sequence[str] | None) -> Path:
    """Write the clean delivery with some files replaced by these lines; None leaves a file out."""
    return small.deliver(folder, CLEAN, **files)


def users(*changes: tuple[str, str]) -> list[str]:
    """The lines of the clean users.csv with texts replaced, each of which must be there."""
    return small.changed("users", *changes, clean=CLEAN)


def codes(findings: ck.Findings) -> list[tuple[str, int | None]]:
    """Code and line of every critical and warning row."""
    return [(code, line) for _, code, _, line, _ in said(findings, infos=False)]


def said_of(folder: Path, table: str, *lines: str, **files: Sequence[str]) -> list[list[small.Row]]:
    """What is said of each of these lines when they stand together behind the others of a file.

    Nothing else may be found. A line may hold a line break.
    """
    before = files.get(table, CLEAN.get(table, ()))
    ends = accumulate([len(before), *(line.count("\n") + 1 for line in lines)])
    found = said(checked(deliver(folder, **{**files, table: [*before, *lines]})))
    rows = [[row for row in found if row[2] == f"{table}.csv" and row[3] == end + 1] for end in list(ends)[:-1]]
    assert sorted(row for of_line in rows for row in of_line) == sorted(found)
    return rows
