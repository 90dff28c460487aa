"""Faults in classes.csv, on new classes with members of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from connect_kit.connect import Severity
from connect_kit.samples.fault import Fault
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.sizes import School
from connect_kit.samples.table_editor import Row

_NO_ORG: Final = "classes.schoolSourcedId.known_org"
_EMPTY: Final = ("classes.enrollment.no_student", "classes.enrollment.no_teacher")


def add_class(
    planter: FaultPlanter,
    *,
    school: School | None = None,
    students: int = 2,
    teachers: int = 1,
    values: dict[str, str] | None = None,
) -> Row:
    """Add a class like the school's first, with students and a teacher of the school."""
    school = school or planter.school()
    like = planter.rows("classes", '"schoolSourcedId" = ? AND _pos % 10 = 0', school.school_id)[0]
    number = planter.next_number()
    row = planter.copy(
        like,
        **{
            "sourcedId": f"{school.school_id}9{number:04d}",
            "title": f"Advisory {number}",
            "periods": "9",
            **(values or {}),
        },
    )
    if row["sourcedId"]:
        for user in planter.fillers(school, students):
            enroll(planter, row["sourcedId"], school.school_id, user)
        for user in teachers_of(planter, school)[:teachers]:
            enroll(planter, row["sourcedId"], school.school_id, user, "teacher")
    return row


def teachers_of(planter: FaultPlanter, school: School) -> list[str]:
    """IDs of the teachers of a school, as long as they have nothing planted on them."""
    found = planter.query(
        "SELECT staff_id FROM staff WHERE s = ? AND post = 1 AND guardian IS NULL ORDER BY n",
        school.number,
    )
    return [str(row[0]) for row in found]


def enroll(planter: FaultPlanter, class_id: str, school_id: str, user_id: str, role: str = "student") -> Row:
    """Add a row to enrollments.csv."""
    like = planter.rows("enrollments", "_pos = 10")[0]
    return planter.copy(like, classSourcedId=class_id, schoolSourcedId=school_id, userSourcedId=user_id, role=role)


def _new_id(value: str) -> Callable[[FaultPlanter], None]:
    def plant(planter: FaultPlanter) -> None:
        planter.planted(add_class(planter, values={"sourcedId": value}))

    return plant


def _old(column: str, value: str) -> Callable[[FaultPlanter], None]:
    """Change a value of a class that is there anyway."""

    def plant(planter: FaultPlanter) -> None:
        planter.planted(planter.edit(planter.old_class()[0], **{column: value}))

    return plant


def _without_members(planter: FaultPlanter, column: str, value: str) -> Row:
    row = add_class(planter, students=0, teachers=0, values={column: value})
    planter.planted(row)
    for code in _EMPTY:
        planter.follows(code, "warning", row)
    return row


def _blank_id(planter: FaultPlanter) -> None:
    """No row can name this class, so nothing is said about its members."""
    planter.planted(add_class(planter, students=0, teachers=0, values={"sourcedId": ""}))


def _school_column(planter: FaultPlanter, *, value: Callable[[str], str], unknown: bool = False) -> None:
    """A class of no known school has no members: their rows would break further rules."""
    wrong = value(planter.sizes.schools[0].school_id)
    row = _without_members(planter, "schoolSourcedId", wrong)
    if wrong:
        planter.not_an_org(row, "schoolSourcedId")
    if unknown:
        planter.school_unmatched(wrong)


def _twice(planter: FaultPlanter) -> None:
    first = add_class(planter)
    second = planter.copy(first, title=f"{first['title']} B")
    planter.planted(first, second)


def _quoted(planter: FaultPlanter) -> None:
    """Without members, whose rows would hold the quote character too."""
    _without_members(planter, "sourcedId", "K'1")


def _same_title(planter: FaultPlanter) -> None:
    school = planter.school()
    first = add_class(planter, school=school)
    planter.planted(first, add_class(planter, school=school, values={"title": first["title"]}))


def _members(planter: FaultPlanter, *, students: int, teachers: int) -> None:
    planter.planted(add_class(planter, students=students, teachers=teachers))


def _of_another_school(planter: FaultPlanter) -> None:
    school = planter.school()
    row = add_class(planter, school=school, students=0)
    for user in planter.fillers(planter.other_school(school), 3):
        enroll(planter, row["sourcedId"], school.school_id, user)
    planter.planted(row)


def _fault(rule: str, severity: Severity, title: str, plant: Callable[[FaultPlanter], None], **more: object) -> Fault:
    column = rule.split(".")[0]
    return Fault(
        code=f"classes.{rule}", severity=severity, table="classes",
        column="" if column in ("enrollment", "school") else column, title=title, plant=plant,
        **more,  # type: ignore[arg-type]  # further fields of Fault, checked where Fault is made
    )  # fmt: skip


FAULTS: Final[tuple[Fault, ...]] = (
    _fault("schoolSourcedId.present", "critical", "a class without a school",
           partial(_school_column, value=lambda school: ""), knock_on=_EMPTY, level="district"),
    _fault("schoolSourcedId.known_school", "critical", "a class of a school that does not exist",
           partial(_school_column, value=lambda school: "8" * len(school), unknown=True),
           knock_on=(*_EMPTY, "workspace.schools.unmatched", _NO_ORG), level="district"),
    _fault("schoolSourcedId.leading_zero_lost", "critical", "a School ID lost its leading zero",
           partial(_school_column, value=lambda school: school.lstrip("0")),
           knock_on=(*_EMPTY, _NO_ORG),
           level="district"),
    _fault("sourcedId.present", "critical", "a class without an ID", _blank_id),
    _fault("sourcedId.unique", "critical", "two classes share an ID", _twice),
    _fault("sourcedId.characters", "warning", "an ID holds a number sign", _new_id("K#1")),
    _fault("sourcedId.characters", "critical", "an ID holds an apostrophe", _quoted,
           knock_on=_EMPTY),
    _fault("sourcedId.scientific", "critical", "a spreadsheet wrote an ID as a power of ten",
           _new_id("1.04E+11")),
    _fault("sourcedId.scientific", "critical", "a spreadsheet wrote an ID as a decimal",
           _new_id("104001.0")),
    _fault("title.present", "critical", "a class without a title", _old("title", "")),
    _fault("title.repeated_in_school", "warning", "two classes share title and period",
           _same_title),
    _fault("grades.present", "critical", "a class without a grade", _old("grades", "")),
    _fault("grades.known", "critical", "a grade that is no code", _old("grades", "99")),
    _fault("enrollment.no_student", "warning", "a class without students",
           partial(_members, students=0, teachers=1)),
    _fault("enrollment.no_teacher", "warning", "a class without a teacher",
           partial(_members, students=2, teachers=0)),
    _fault("enrollment.size", "warning", "a class with one student",
           partial(_members, students=1, teachers=1)),
    _fault("enrollment.size", "warning", "a class with 61 students",
           partial(_members, students=61, teachers=1)),
    _fault("school.differs_from_members", "warning", "a class whose students are of another school",
           _of_another_school, level="district"),
)  # fmt: skip
