"""Files with people who collide: few IDs, names and addresses, so that everything meets everything."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

from tests.twin.model_files import REQUIRED, File

Column = st.SearchStrategy[str]
WORKSPACE = {
    "schools": "connectSchoolId,name,schoolId\nS1,Elm,001\nS2,Oak,002\nS3,Ash,\n",
    "classrooms": (
        "connectClassroomId,connectSchoolId,title,grades,classId,archived\n"
        "R1,S1,Art,01,C1,false\nR2,S1,Art,01,,true\nR3,S2,Art,02,C1,true\nCC00000004,S2,Gym,02,007,false\n"
    ),
    "students": (
        "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n"
        "T1,S1,Ann,Lee,01,,1,false\nT2,S1,Bo,Lee,01,,,false\nT3,S2,Bo,Roe,02,a@x.org,A,true\n"
        "T4,S2,Ann,Lee,01,,,true\nCS00000002,S1,Cy,Roe,,,02,false\n"
    ),
    "guardians": (
        "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds\n"
        'U1,Ann,Roe,a@x.org,,2025550177,,"T1,T2"\nU2,Bo,Roe,b@x.org,2025550151,,G1,"T1,T3"\nU3,Ann,Lee,,2025550151,2025550188,G2,T1\nU3,Ann,Lee,,2025550151,2025550188,G3,\n'
        "U5,Bo,Lee,b@x.org,,,,T3\nU6,Bo,Lee,b@x.org,,,G4,\n"
    ),
    "staff": (
        "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId\n"
        'U2,"S2,S1",Bo,Roe,b@x.org,2025550151,teacher,P1\nU4,S1,Cy,Lee,a@x.org,,admin,\nU7,S1,Cy,Roe,,,teacher,P2\n'
    ),
    "enrollments": (
        "connectClassroomId,connectUserId,role\nR1,T1,student\nR1,U2,teacher\nR2,T2,student\nR3,T4,student\n"
    ),
    "history": "historyId,connectStudentId,kind,happened\nH1,T2,backpack,2025-01-01\nH2,T4,interaction,2025-01-02\n",
    "student_attributes": "connectStudentId,name,value\nT2,bus,1\nT2,house,Red\nT1,bus,2\n",
    "settings": "name,value\n",
}  # fmt: skip
KINDS = ("users", "classes", "enrollments", "guardians", "student_attributes")
SCHOOLS = ("S1", "S2", "S3")


def some(*values: str, often: int = 3) -> Column:
    """One of the values; the first ones, written before a bar, come more often."""
    bar = values.index("|") if "|" in values else len(values)
    usual, rare = values[:bar], values[bar + 1 :]
    return st.sampled_from([*(usual * often), *rare])


IDS = some(
    "1",
    "02",
    "A",
    "G1",
    "G2",
    "G3",
    "G4",
    "G5",
    "P1",
    "P2",
    "P3",
    "N1",
    "N2",
    "N3",
    "|",
    "2",
    "a",
    "A ",
    "",
    " ",
    'N"1',
    "N’",
)
STUDENTS = some("1", "02", "A", "N1", "N2", "N3", "|", "2", "G1", "", " ", 'N"1')
GUARDIANS = some("G1", "G2", "G3", "G4", "G5", "|", "1", "P1", "G9", often=4)
GIVEN, FAMILY = some("Ann", "Bo", "Cy", "|", "ann", "", " "), some("Lee", "Roe", "|", "Lee ", "", often=5)
MAIL, MOBILE, HOME = (
    some("a@x.org", "b@x.org", "", "|", " ", "none", "casey"),
    some("2025550151", "2025550152", "", "", "|", " ", "000"),
    some("2025550177", "2025550188", "", often=1),
)
ROLE = some(
    "student",
    "guardian",
    "teacher",
    "administrator",
    "|",
    "parent",
    "relative",
    "aide",
    "proctor",
    " Student",
    "pupil",
    "",
)
SCHOOL = some("001", "002", "|", "1", "003", "999", "", '"001', often=8)
GRADE = some("01", "02", "|", "KG,01", "", often=4)
CLASS = some("C1", "C2", "C3", "007", "|", "7", "C9", "", "c1", "C'1", often=5)


def _listed(entries: Column, most: int) -> Column:
    return st.lists(entries, max_size=most).map(",".join)


COLUMNS: dict[str, dict[str, Column]] = {
    "users": {
        "sourcedId": IDS, "role": ROLE, "givenName": GIVEN, "familyName": FAMILY,
        "orgSourcedIds": st.one_of(SCHOOL, SCHOOL, some("001,002", "002, 001", "001,001", "|", "001,999", "1,002")),
        "email": MAIL, "sms": MOBILE, "phone": HOME, "identifier": some("9", "8", "", often=1), "grades": GRADE,
        "agentSourcedIds": st.one_of(_listed(GUARDIANS, 3), _listed(GUARDIANS, 3), _listed(GUARDIANS, 10)),
    },
    "classes": {
        "sourcedId": CLASS, "title": some("Art", "Gym", "|", "", often=5),
        "grades": some("01", "02", "01,02", "", often=1),
        "schoolSourcedId": SCHOOL, "location": some("R 1", "", often=1),
    },
    "enrollments": {"classSourcedId": CLASS, "userSourcedId": IDS, "role": ROLE, "schoolSourcedId": SCHOOL},
    "guardians": {
        "studentSourcedId": STUDENTS, "givenName": GIVEN, "familyName": FAMILY,
        "guardianSourcedId": some("G1", "G2", "G3", "G4", "G5", "", "", "|", "P1", "1", " "),
        "email": MAIL, "sms": MOBILE, "phone": HOME, "language": some("en", "es", "", often=1),
    },
    "student_attributes": {
        "studentSourcedId": STUDENTS, "bus": some("1", "2", "", often=1),
        "house": some("Red", "Blue", "", " ", often=1),
    },
}  # fmt: skip
RESPELT = {"users": "sourceId", "classes": "sourceId", "guardians": "sourcedId", "student_attributes": "userSourcedId"}
RESPELT_OF = {
    "users": "sourcedId",
    "classes": "sourcedId",
    "guardians": "guardianSourcedId",
    "student_attributes": "studentSourcedId",
}
#: IDs with a role that suits them, and whole people, among them those of the workspace.
SUITED = [
    *((sis, "student") for sis in ("1", "02", "A", "N1")),
    *((sis, "guardian") for sis in ("G1", "G2", "G3", "G4", "G5", "G6", "P1")),
    *((sis, role) for sis in ("P1", "P2", "P3", "G2") for role in ("teacher", "administrator")),
]
PEOPLE = [
    ("Ann", "Lee", "", "2025550151"), ("Bo", "Roe", "b@x.org", "2025550151"), ("Ann", "Roe", "a@x.org", ""),
    ("Bo", "Lee", "b@x.org", ""), ("Cy", "Lee", "a@x.org", ""), ("Cy", "Roe", "", ""), ("Di", "Poe", "", "2025550153"),
]  # fmt: skip


@st.composite
def families(draw: st.DrawFn, kind: str, names: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Records of users or guardians that are in order, so that accounts meet, move and change."""
    one = st.sampled_from(SUITED)
    users = draw(st.lists(one, min_size=1, max_size=most, unique_by=lambda user: user[0]))
    records = []
    for sis, role in users:
        person = dict(zip(("givenName", "familyName", "email", "sms"), draw(st.sampled_from(PEOPLE)), strict=True))
        values = {name: draw(COLUMNS[kind][name]) for name in names if name not in person} | person
        if kind == "users":
            agents = draw(st.lists(st.sampled_from(["G1", "G2", "G3", "G4", "G5"]), max_size=4, unique=True))
            values |= {"sourcedId": sis, "role": role, "agentSourcedIds": ",".join(agents)}
            values["orgSourcedIds"] = draw(st.sampled_from(["001", "002", "002,001"]))
        else:
            values["studentSourcedId"] = draw(st.sampled_from(["1", "02", "A"]))
        records.append(tuple(values[name] for name in names))
    return records


@st.composite
def files(draw: st.DrawFn, kind: str, most: int = 9) -> File:
    """A file of a kind, now and then with a header or an encoding that refuses it."""
    level = draw(st.sampled_from(["district", "district", "school"]))
    school = draw(st.sampled_from(SCHOOLS)) if level == "school" else None
    needed = [*REQUIRED[kind][0], *(REQUIRED[kind][1] if level == "district" else ())]
    columns = dict(COLUMNS[kind])
    optional = [name for name in columns if name not in needed]
    dropped = (
        draw(st.sets(st.sampled_from(optional), max_size=2)) if optional and draw(st.integers(0, 2)) == 0 else set()
    )
    if level == "school" and kind in ("users", "classes"):  # one school only, most of the time
        column = REQUIRED[kind][1][0]
        columns[column] = some("001", "001", "001", "|", "002", "") if draw(st.integers(0, 5)) == 0 else st.just("001")
    names = [name for name in columns if name not in dropped]
    records = draw(
        st.lists(
            st.tuples(*(columns[name] for name in names)),
            max_size=most,
            min_size=0 if draw(st.integers(0, 15)) == 0 else 1,
        )
    )
    if kind in ("users", "guardians") and level == "district" and draw(st.booleans()):
        records = draw(families(kind, names, most))
    header, encoding = list(names), "utf-8"
    flaw = draw(st.integers(0, 40))
    if flaw == 1:
        header[names.index(draw(st.sampled_from(needed)))] = "other"
    elif flaw == 2 and names[-1] not in needed:
        header[-1] = header[0]
    elif flaw == 3:
        encoding = "utf-8-sig"
    elif flaw == 4:
        encoding = "utf-16"
    elif flaw < 9 and RESPELT_OF.get(kind) in header:
        header[header.index(RESPELT_OF[kind])] = RESPELT[kind]
    rows: list[tuple[str, ...] | None] = list(records)
    if rows and len(header) > 1 and flaw in (10, 11):
        rows.insert(draw(st.integers(0, len(rows))), None)
    abandon = kind == "guardians" and draw(st.booleans())
    return File(kind, tuple(header), tuple(rows), level, school, abandon, encoding)


def write(file: File, path: Path) -> None:
    """Write it as CSV; a record of None becomes a line with one field."""
    text = io.StringIO(newline="")
    rows: Sequence[Sequence[str] | None] = [file.header, *file.records]
    for row in rows:
        csv.writer(text, lineterminator="\r\n").writerow(["broken"] if row is None else row)
    path.write_bytes(text.getvalue().encode(file.encoding))


def write_workspace(folder: Path) -> None:
    """The workspace that every example begins with."""
    folder.mkdir()
    for name, text in WORKSPACE.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
