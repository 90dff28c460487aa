"""A district of one school, small enough to count: its delivery, its twin, and a plan to upload it."""

from dataclasses import replace
from pathlib import Path

import connect_kit as ck
from connect_kit.connect import Level
from connect_kit.twin import Twin
from connect_kit.uploads import Critical, UploadPlan, plan_upload
from connect_kit.uploads.plan_file import write_plan

NAMES = ["Ada", "Quill", "Bruno", "Lark", "Cleo", "Marsh", "Dina", "Frost", "Ezra", "Thorn"]
#: Rows of all files together.
ROWS = 14

FILES = {
    "users": """
        sourcedId,role,givenName,familyName,email,sms,grades,orgSourcedIds,agentSourcedIds
        0001,student,Ada,Quill,,,03,0104,9001
        0002,student,Bruno,Lark,,,04,0104,
        0003,student,Cleo,Marsh,,,05,0104,9001
        9001,guardian,Dina,Quill,dina@mail.example.org,+15035550191,,0104,
        7001,teacher,Ezra,Thorn,ezra@school.example.org,,,0104,
        """,
    "classes": """
        sourcedId,title,grades,schoolSourcedId
        c1,Grade 3 Homeroom,03,0104
        c2,Math 4,04,0104
        """,
    "enrollments": """
        classSourcedId,schoolSourcedId,userSourcedId,role
        c1,0104,0001,student
        c1,0104,7001,teacher
        c2,0104,0002,student
        c2,0104,0003,student
        c2,0104,7001,teacher
        """,
    "guardians": """
        studentSourcedId,guardianSourcedId,givenName,familyName,email,sms,phone,language
        0001,9001,Dina,Quill,dina@mail.example.org,+15035550191,,
        0002,9002,Gil,Lark,gil@mail.example.org,,,
        """,
}


def deliver(folder: Path, **replaced: str) -> Path:
    """Write the delivery; ``replaced`` gives other text for a file."""
    folder.mkdir(parents=True)
    for name, text in (FILES | replaced).items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    return folder


HAND_MADE = """connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived
CS00000001,S001,Bruno,Lark,04,,,false
CS00000002,S001,Ada,Quill,03,,,false
"""


def twin_of(path: Path) -> Twin:
    """A workspace without any student."""
    return Twin.new(path, "Maple Valley", {"Cedar Ridge": "0104"})


def twin_with_students(path: Path) -> Twin:
    """A workspace with two students made by hand."""
    folder = path.with_suffix(".exported")
    folder.mkdir()
    (folder / "schools.csv").write_text("connectSchoolId,name,schoolId\nS001,Cedar Ridge,0104\n")
    (folder / "students.csv").write_text(HAND_MADE)
    return Twin.fill(path, folder, district="Maple Valley")


def plan_of(delivery: Path, twin: Twin, folder: Path, *critical: Critical, level: Level | None = None) -> UploadPlan:
    """A plan as the self-check leaves it: with these critical findings, or none."""
    roster, workspace = ck.read_roster(delivery), twin.workspace()
    plan = plan_upload(roster, workspace, folder=folder, level=level)
    return write_plan(replace(plan, checked=True, findings=critical))
