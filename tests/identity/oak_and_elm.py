"""Oak and Elm School on Connect, and their delivery: what a test changes is the only difference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

import connect_kit as ck
from connect_kit.identity.staying import COLUMNS

#: Oak is K1 (0104), Elm K2 (0205); Ash is not delivered.
SCHOOLS = ("connectSchoolId,name,schoolId", "K1,Oak School,0104", "K2,Elm School,0205", "K3,Ash School,0306")
CONNECT = {
    "schools": SCHOOLS,
    "students": (
        "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived",
        "P1,K1,Amal,Hadid,03,,S1,false",
        "P2,K2,Bo,Hadid,06,,S2,false",
        "P3,K3,Cleo,Marsh,06,,S3,false",
        "P9,K1,Old,Hand,,,,false",
    ),
    "guardians": (
        "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds",
        'U1,Cy,Hadid,cy@example.org,+12025550101,,G1,"P1,P2"',
        "U2,Di,Hadid,di@example.org,,,G2,P1",
        "U3,Grand,Hadid,grand@example.org,,,,P1",
        "U4,Ida,Marsh,ida@example.org,,,G4,P3",
    ),
    "staff": (
        "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId",
        'A1,"K1,K2",Eve,Ito,eve@example.org,,teacher,T1',
        "A2,K2,Fay,Ito,fay@example.org,,admin,T2",
        "A3,K1,By,Hand,by@example.org,,teacher,",
    ),
    "classrooms": (
        "connectClassroomId,connectSchoolId,title,grades,classId,archived",
        "R1,K1,Grade 3,03,C1,false",
        "R2,K2,Math,06,C2,false",
        "R3,K1,Chess club,,,false",
        "R4,K3,Music,06,C4,false",
    ),
    "enrollments": (
        "connectClassroomId,connectUserId,role",
        "R1,P1,student", "R1,A1,teacher", "R1,A3,teacher", "R2,P2,student", "R2,A1,teacher", "R3,P2,student",
        "R4,P3,student",
    ),
}  # fmt: skip
DELIVERY = {
    "users": (
        "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades",
        'S1,0104,student,Amal,Hadid,,,"G1,G2",03',
        "S2,0205,student,Bo,Hadid,,,G1,06",
        "G1,0104,parent,Cy,Hadid,cy@example.org,+12025550101,,",
        "G2,0104,guardian,Di,Hadid,di@example.org,,,",
        'T1,"0104,0205",teacher,Eve,Ito,eve@example.org,,,',
        "T2,0205,administrator,Fay,Ito,fay@example.org,,,",
    ),
    "classes": ("sourcedId,title,grades,schoolSourcedId", "C1,Grade 3,03,0104", "C2,Math,06,0205"),
    "enrollments": (
        "classSourcedId,schoolSourcedId,userSourcedId,role",
        "C1,0104,S1,student", "C1,0104,T1,teacher", "C2,0205,S2,student", "C2,0205,T1,teacher",
    ),
}  # fmt: skip
GUARDIANS = "studentSourcedId,guardianSourcedId,givenName,familyName,email,sms"


def written(folder: Path, files: dict[str, tuple[str, ...]]) -> Path:
    folder.mkdir(parents=True)
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder


class Case:
    """The two sides; ``changed(table, old, new)`` replaces one line, or takes it out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sides: dict[str, dict[str, tuple[str, ...]]] = {"delivery": dict(DELIVERY), "connect": dict(CONNECT)}

    def deliver(self, table: str, old: str, new: str | None = None) -> Case:
        return self._change("delivery", table, old, new)

    def connect(self, table: str, old: str, new: str | None = None) -> Case:
        return self._change("connect", table, old, new)

    def _change(self, side: str, table: str, old: str, new: str | None) -> Case:
        lines = self.sides[side].get(table, ())
        if not old:
            lines = (*lines, new or "")
        else:
            assert old in lines
            lines = tuple(filter(None, (new if line == old else line for line in lines)))
        self.sides[side][table] = lines
        return self

    def read(self, level: Any = "district") -> tuple[ck.Roster, ck.Workspace]:
        delivery = written(self.folder / "delivery", self.sides["delivery"])
        return ck.read_roster(delivery, level=level), ck.read_workspace(
            written(self.folder / "ws", self.sides["connect"])
        )

    def left(self, level: Any = "district", student_id: Any = "id") -> ck.LeftBehind:
        delivered, connect = self.read(level)
        return ck.left_behind(delivered, replace(connect, student_id=student_id))


def rows(left: ck.LeftBehind, kind: str | None = None) -> list[tuple[str, ...]]:
    """The rows without what is missing."""
    frame = left.table(kind)
    assert tuple(frame.columns) == COLUMNS
    return [tuple(str(v) for v in row if not pd.isna(v)) for row in frame.itertuples(index=False, name=None)]


STUDENT = 'S1,0104,student,Amal,Hadid,,,"G1,G2",03'
REMOVED = ("guardian_relationships", "K1", "0104", "P1", "S1", "U2", "G2", "not_named")
TEACHER = 'T1,"0104,0205",teacher,Eve,Ito,eve@example.org,,,'
