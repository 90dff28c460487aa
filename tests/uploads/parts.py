"""A district of three schools, small enough to count: people of two schools, of the district, and of nowhere."""

from __future__ import annotations

from pathlib import Path

from connect_kit.twin import Twin

#: 0101 and 0102 are on Connect, 0103 is not. Bea is at 0101 and 0102. Gwen is of Ann, Bea and Cal, Hal of Cal, Ida of
#: Dot.
#: Tom teaches at 0101, Una at 0102 and 0103, Vic at 0103.
USERS = """
sourcedId,orgSourcedIds,role,givenName,familyName,email,agentSourcedIds,grades
1,0101,student,Ann,Lee,,g1,03
2,"0101,0102",student,Bea,Moss,,g1,04
3,0102,student,Cal,Ray,,"g1,g2",03
4,0103,student,Dot,Sims,,g3,05
g1,0102,guardian,Gwen,Lee,gwen@mail.example.org,,
g2,0102,guardian,Hal,Ray,hal@mail.example.org,,
g3,0103,guardian,Ida,Sims,ida@mail.example.org,,
t1,0101,teacher,Tom,Poe,tom@school.example.org,,
t2,"0102,0103",teacher,Una,Poe,una@school.example.org,,
t3,0103,teacher,Vic,Poe,vic@school.example.org,,
"""
CLASSES = """
sourcedId,title,grades,schoolSourcedId
c1,Art,03,0101
c2,Music,03,0102
c3,Math,05,0103
"""
ENROLLMENTS = """
classSourcedId,schoolSourcedId,userSourcedId,role
c1,0101,1,student
c1,0101,2,student
c1,0101,t1,teacher
c2,0102,2,student
c2,0102,3,student
c2,0102,t2,teacher
c3,0103,4,student
c3,0103,t2,teacher
c3,0103,t3,teacher
"""
ATTRIBUTES = """
studentSourcedId,house
1,red
3,blue
4,green
"""
FILES = {"users": USERS, "classes": CLASSES, "enrollments": ENROLLMENTS, "student_attributes": ATTRIBUTES}


def deliver(folder: Path, **replaced: str) -> Path:
    """Write the delivery; ``replaced`` gives other text for a file, or a further file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (FILES | replaced).items():
        (folder / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8")
    return folder


def school_s(**replaced: str) -> dict[str, str]:
    """The files as a school's own: without what only 0103 has."""
    files = {name: "".join(line for line in text.splitlines(True) if "0103" not in line or "0102,0103" in line)
             for name, text in (FILES | replaced).items()}  # fmt: skip
    files["users"] = files["users"].replace('"0102,0103"', "0102")
    files["student_attributes"] = files["student_attributes"].replace("4,green\n", "")
    return files


def new_twin(path: Path, **schools: str | None) -> Twin:
    """A workspace without any student: Ash (0101) and Elm (0102), or other schools."""
    return Twin.new(path, "Maple Valley", schools or {"Ash": "0101", "Elm": "0102"})
