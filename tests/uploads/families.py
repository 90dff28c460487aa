"""A district of two schools whose guardians come in guardians.csv: 180 families at 0101, 40 at 0102."""

from __future__ import annotations

from pathlib import Path

import connect_kit as ck
from connect_kit.twin import Twin

OAK, ELM = "S001", "S002"
SIZES = {"0101": 180, "0102": 40}
#: Students of each school, in order: 10001 to 10180, 20001 to 20040.
STUDENTS = {"0101": [str(10001 + n) for n in range(180)], "0102": [str(20001 + n) for n in range(40)]}


def deliver(folder: Path, *, guardians_of: list[str], unknown: bool = False) -> Path:
    """A delivery in which only these students' guardians are in guardians.csv.

    ``unknown``: each row names a student that nobody has instead.
    """
    folder.mkdir(parents=True)
    users = ["sourcedId,orgSourcedIds,role,givenName,familyName,grades"]
    classes = ["sourcedId,title,grades,schoolSourcedId"]
    enrollments = ["classSourcedId,schoolSourcedId,userSourcedId,role"]
    for school, students in STUDENTS.items():
        classes.append(f"c{school},Homeroom,03,{school}")
        users.append(f"t{school},{school},teacher,Tess,Alder{school},")
        enrollments.append(f"c{school},{school},t{school},teacher")
        for student in students:
            users.append(f"{student},{school},student,Ada{student},Quill{student},03")
            enrollments.append(f"c{school},{school},{student},student")
    guardians = ["studentSourcedId,guardianSourcedId,givenName,familyName,email"]
    for student in guardians_of:
        named = f"9{student}" if unknown else student
        guardians.append(f"{named},g{student},Dina{student},Quill{student},g{student}@mail.example.org")
    for name, lines in (
        ("users", users), ("classes", classes), ("enrollments", enrollments), ("guardians", guardians),
    ):  # fmt: skip
        (folder / f"{name}.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    return folder


def everybody() -> list[str]:
    """All students."""
    return [student for students in STUDENTS.values() for student in students]


def some(oak: int, elm: int = 40) -> list[str]:
    """The first students of each school."""
    return STUDENTS["0101"][:oak] + STUDENTS["0102"][:elm]


def connected_twin(folder: Path) -> Twin:
    """The twin of the district, all of whose guardians an upload has connected."""
    twin = Twin.new(folder / "maple.duckdb", "Maple Valley", {"Oak": "0101", "Elm": "0102"})
    delivery = deliver(folder / "first", guardians_of=everybody())
    workspace = twin.workspace()
    findings = ck.check_roster(ck.read_roster(delivery), workspace, progress=False)
    plan = ck.plan_upload(findings.roster, workspace, findings, folder=folder / "first-plan", archive_existing=False)
    for code in [one.code for one in plan.critical]:
        plan = plan.waive(code, "a made district")
    ck.upload(plan, twin)
    assert ck.upload(plan, twin, dry_run=False).succeeded
    return twin


def relationships(export: Path) -> int:
    """Relationships of a workspace's guardians.csv, counted with plain SQL."""
    import duckdb

    rows = duckdb.connect().execute(
        "SELECT coalesce(sum(len(string_split(connectStudentIds, ','))), 0) FROM "
        f"read_csv('{export / 'guardians.csv'}', all_varchar = true) WHERE connectStudentIds <> ''"
    )
    return int(rows.fetchall()[0][0])
