"""A workspace with duplicate students, and the plan to merge them."""

from pathlib import Path

from connect_kit.merging import MergePlan
from connect_kit.twin import Twin

STUDENTS = """connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived
CS00000001,S001,Adeline,Quill,03,,,false
CS00000002,S001,Adelina,Quill,03,,0001,false
CS00000003,S001,Bruno,Lark,04,,,false
CS00000004,S001,Bruno,Lark,05,,0002,false
CS00000005,S001,Cleo,Marsh,05,,,false
CS00000006,S001,Cleo,Marsh,05,,0003,false
CS00000007,S001,Cleo,Marsh,05,,,false
"""
CLASSROOMS = """connectClassroomId,connectSchoolId,title,grades,classId,archived
CC00000001,S001,Ms. Thornton Homeroom,03,,false
"""
GUARDIANS = """connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds
CU00000001,Dinah,Quillfeather,dinah@mail.example.org,,,,CS00000001
"""
ENROLLMENTS = "connectClassroomId,connectUserId,role\nCC00000001,CS00000001,student\n"
#: Who is merged into whom; the last one cannot be, for both have a SIS ID.
PAIRS = [
    ("CS00000002", "CS00000001"),
    ("CS00000004", "CS00000003"),
    ("CS00000006", "CS00000005"),
    ("CS00000006", "CS00000007"),
    ("CS00000002", "CS00000004"),
]


def twin_with_duplicates(path: Path) -> Twin:
    folder = path.with_suffix(".exported")
    folder.mkdir()
    for name, text in (
        ("schools", "connectSchoolId,name,schoolId\nS001,Cedar Ridge,0104\n"),
        ("students", STUDENTS),
        ("classrooms", CLASSROOMS),
        ("guardians", GUARDIANS),
        ("enrollments", ENROLLMENTS),
    ):
        (folder / f"{name}.csv").write_text(text)
    return Twin.fill(path, folder, district="Maple Valley")


def plan_of_duplicates(twin: Twin) -> MergePlan:
    return MergePlan.of(twin.workspace(), PAIRS)
