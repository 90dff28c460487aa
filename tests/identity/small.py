"""Small schools made by hand: who is on Connect, and who is delivered."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import connect_kit as ck

GIVEN = "Mina Teo Ada Leon Noor Ines Karl Jae Ruth Omar Petra Silas Wanda Yusuf Greta Bo".split()
FAMILY = "Okafor Brandt Rivera Lund Haddad Silva Novak Parkes Stone Diallo Feld Moreau".split()
USERS = "sourcedId orgSourcedIds role givenName familyName email sms agentSourcedIds grades".split()
HEADERS = {
    "schools": "connectSchoolId,name,schoolId",
    "students": "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived",
    "guardians": "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds",
    "staff": "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId",
    "classrooms": "connectClassroomId,connectSchoolId,title,grades,classId,archived",
    "enrollments": "connectClassroomId,connectUserId,role",
}


def name(number: int) -> tuple[str, str]:
    """A given and a family name that no other of 192 numbers has."""
    return GIVEN[number % 16], FAMILY[number // 16 % 12]


def student(number: int, new_id: str, *, school: str = "0101", grade: str = "03", agents: str = "") -> str:
    """A line of users.csv."""
    given, family = name(number)
    return f"{new_id}|{school}|student|{given}|{family}|||{agents}|{grade}"


def pupil(number: int, old_id: str, *, school: str = "S1", grade: str = "03", archived: str = "false") -> str:
    """A line of Connect's students.csv."""
    given, family = name(number)
    return f"P{number},{school},{given},{family},{grade},,{old_id},{archived}"


def roster(users: list[str], **tables: tuple[list[str], list[str]]) -> ck.Roster:
    """Lines of users.csv, and other tables as their columns and lines; the fields are separated by bars."""
    lines = {"users": (USERS, users), **tables}
    frames = {
        table: pd.DataFrame([row.split("|") for row in rows], columns=columns, dtype=object).replace("", None)
        for table, (columns, rows) in lines.items()
    }
    return ck.Roster.from_frames(frames)


def workspace(folder: Path, schools: tuple[str, ...] = ("S1,Alder School,0101",), **files: list[str]) -> ck.Workspace:
    """Lines of the exported files."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in {"schools": list(schools), **files}.items():
        (folder / f"{table}.csv").write_text("\n".join([HEADERS[table], *rows, ""]), encoding="utf-8")
    return ck.read_workspace(folder)


def found(changes: ck.IdChanges, kind: str = "students") -> dict[str, str]:
    """The crosswalk as a dictionary."""
    return dict(changes.crosswalk(kind).itertuples(index=False, name=None))
