"""A district of two schools, small enough to count: its delivery, its twin, and a plan as the self-check leaves it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import connect_kit as ck
from connect_kit.twin import Twin
from connect_kit.uploads import Critical, UploadPlan, plan_upload
from connect_kit.uploads.plan_file import write_plan

#: Ada and Bo are siblings at two schools; Cleo is at both; Ezra is of North and teaches at South; nobody names Gil.
USERS = """
sourcedId,status,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades,birthDate
0001,,0104,student,Ada,Quill,,,"9001,9002",03,2016-02-01
0002,,0105,student,Bo,Quill,,,9001,06,2013-05-09
0003,active,"0104, 0105",student,Cleo,"Marsh, Jr",,,,06,
0004,tobedeleted,0104,student,Dot,Frost,,,,03,
9001,,0104,parent,Dina,Quill,dina@mail.example.org,,,,
9002,,0104,guardian,"Hal ""Bud"" Jay",Quill,,+15035550192,,,
9003,,0105,guardian,Gil,Thorn,gil@mail.example.org,,,,
7001,,0104,teacher,Ezra,Thorn,ezra@school.example.org,,,,
"""
CLASSES = """
sourcedId,title,grades,schoolSourcedId,courseSourcedId
c1,Homeroom,03,0104,x
c2,Math,06,0105,x
"""
ENROLLMENTS = """
sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role
e1,c1,0104,0001,student
e2,c2,0105,0002,student
e3,c2,0105,7001,teacher
"""
GUARDIANS = """
studentSourcedId,guardianSourcedId,givenName,familyName,email,language
0001,9001,Dina,Quill,dina@mail.example.org,en
0002,9001,Dina,Quill,dina@mail.example.org,en
"""
ATTRIBUTES = """
studentSourcedId,house,status
0001,red,
0003,,
"""
FILES = {
    "users": USERS,
    "classes": CLASSES,
    "enrollments": ENROLLMENTS,
    "guardians": GUARDIANS,
    "student_attributes": ATTRIBUTES,
}
#: Rows of a district's plan, file by file.
ROWS = (7, 2, 3, 2, 2)


def deliver(folder: Path, **replaced: str | None) -> Path:
    """Write the delivery; ``replaced`` gives other text for a file, or None to leave it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (FILES | replaced).items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8")
    return folder


def new_twin(path: Path) -> Twin:
    """A workspace of the two schools, without any student."""
    return Twin.new(path, "Maple Valley", {"North": "0104", "South": "0105"})


def plan_of(delivery: Path, twin: Twin, folder: Path, *critical: Critical, **options) -> UploadPlan:
    """A plan whose self-check found these critical findings, or none; existing students are not archived."""
    options.setdefault("archive_existing", False)
    plan = plan_upload(ck.read_roster(delivery), twin.workspace(), folder=folder, **options)
    return write_plan(replace(plan, checked=True, findings=critical))


def states(plan: UploadPlan, target: object = None) -> dict[str, str]:
    """Gates to their state."""
    gates = plan.gates(target)
    return dict(zip(gates["gate"], gates["state"], strict=True))
