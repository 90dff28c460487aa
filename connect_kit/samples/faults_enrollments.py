"""Faults in enrollments.csv, on rows added for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final

from connect_kit.connect import Severity
from connect_kit.errors import SettingError
from connect_kit.samples.fault import Fault
from connect_kit.samples.faults_classes import enroll, teachers_of
from connect_kit.samples.layouts import Layout, school_year
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.sizes import School
from connect_kit.samples.table_editor import Row

_FULL: Final[tuple[Layout, ...]] = ("oneroster11", "oneroster12")


def _seat(planter: FaultPlanter, **values: str) -> Row:
    """Add one student to a class made for this, with other values where asked for."""
    row, school = planter.old_class()
    user = newcomer(planter, row, school)
    seat = enroll(
        planter,
        values.get("classSourcedId", row["sourcedId"]),
        values.get("schoolSourcedId", school.school_id),
        values.get("userSourcedId", user),
        values.get("role", "student"),
    )
    planter.planted(seat)
    return seat


def newcomer(planter: FaultPlanter, row: Row, school: School) -> str:
    """A student of the school who is not in this class."""
    members = {seat["userSourcedId"] for seat in _seats(planter, row)}
    user = planter.fillers(school, 1)[0]
    while user in members:
        user = planter.fillers(school, 1)[0]
    return user


def _other_teacher(planter: FaultPlanter, row: Row, school: School) -> str:
    members = {seat["userSourcedId"] for seat in _seats(planter, row)}
    return next(user for user in teachers_of(planter, school) if user not in members)


def _seats(planter: FaultPlanter, row: Row) -> list[Row]:
    return planter.rows("enrollments", '"classSourcedId" = ?', row["sourcedId"])


def _with(**values: str) -> Callable[[FaultPlanter], None]:
    def plant(planter: FaultPlanter) -> None:
        _seat(planter, **values)

    return plant


def _lost_zero_class(planter: FaultPlanter) -> None:
    row, school = planter.old_class()
    seat = enroll(planter, row["sourcedId"].lstrip("0"), school.school_id, newcomer(planter, row, school))
    planter.planted(seat)


def _lost_zero_user(planter: FaultPlanter) -> None:
    row, school = planter.old_class()
    user = newcomer(planter, row, school)
    planter.planted(enroll(planter, row["sourcedId"], school.school_id, user.lstrip("0")))


def _quoted(planter: FaultPlanter, *, column: str, quote: str) -> None:
    """A quote character before an ID, as spreadsheets write text."""
    row, school = planter.old_class()
    user = newcomer(planter, row, school)
    values = {"classSourcedId": row["sourcedId"], "userSourcedId": user}
    values[column] = quote + values[column]
    seat = enroll(planter, values["classSourcedId"], school.school_id, values["userSourcedId"])
    planter.planted(seat, column=column)


def _unknown_school(planter: FaultPlanter) -> None:
    wrong = "7" * len(planter.school().school_id)
    planter.not_an_org(_seat(planter, schoolSourcedId=wrong), "schoolSourcedId")
    planter.school_unmatched(wrong)


def _visitor(planter: FaultPlanter, *, says_own_school: bool) -> None:
    """Seat a student in a class of another school, under that school's ID or the student's."""
    row, school = planter.old_class()
    other = planter.other_school(school)
    named = other if says_own_school else school
    user = planter.fillers(other, 1)[0]
    planter.planted(enroll(planter, row["sourcedId"], named.school_id, user))


def _guardian(planter: FaultPlanter, *, role: str) -> None:
    student = planter.student()
    school = student["orgSourcedIds"]
    row = planter.rows("classes", '"schoolSourcedId" = ? AND _pos % 10 = 0', school)[0]
    found = planter.query(
        "SELECT g.guardian_id FROM pupils p JOIN guardians g USING (f) WHERE p.student_id = ? ORDER BY g.j",
        student["sourcedId"],
    )
    seat = enroll(planter, row["sourcedId"], school, str(found[0][0]), role)
    planter.planted(seat)


def _teacher_as_student(planter: FaultPlanter) -> None:
    row, school = planter.old_class()
    user = _other_teacher(planter, row, school)
    planter.planted(enroll(planter, row["sourcedId"], school.school_id, user))


def _twice(planter: FaultPlanter) -> None:
    first = planter.rows("enrollments", '"userSourcedId" = ?', planter.student()["sourcedId"])[0]
    planter.planted(first, planter.copy(first))


def _student_in_no_class(planter: FaultPlanter) -> None:
    student = planter.student()
    for row in planter.rows("enrollments", '"userSourcedId" = ?', student["sourcedId"]):
        planter.delete(row)
    planter.planted(student)


def _teacher_in_no_class(planter: FaultPlanter) -> None:
    planter.planted(planter.person("teacher"))


def _student_in_many(planter: FaultPlanter) -> None:
    """Seat a student of a middle or high school in classes of that school until there are 20."""
    student = planter.student()
    while student["grades"] < "06" or student["grades"] == "KG":
        student = planter.student()
    school = student["orgSourcedIds"]
    classes = planter.query(
        'SELECT "sourcedId" FROM classes WHERE "schoolSourcedId" = ? AND _pos % 10 = 0 AND '
        '"sourcedId" NOT IN (SELECT "classSourcedId" FROM enrollments WHERE "userSourcedId" = ?) '
        "ORDER BY _pos LIMIT 13",
        school,
        student["sourcedId"],
    )
    if len(classes) < 13:
        raise SettingError(f"school {school} has too few classes for {planter.fault.code}")
    for (class_id,) in classes:
        enroll(planter, str(class_id), school, student["sourcedId"])
    planter.planted(student)


def _dates(planter: FaultPlanter, *, begin: date, end: date) -> None:
    row = planter.rows("enrollments", '"userSourcedId" = ?', planter.student()["sourcedId"])[0]
    planter.planted(planter.edit(row, beginDate=begin.isoformat(), endDate=end.isoformat()))


def _ended(planter: FaultPlanter) -> None:
    first = school_year(planter.sizes.today)[0]
    _dates(planter, begin=first - timedelta(days=365), end=first - timedelta(days=30))


def _backwards(planter: FaultPlanter) -> None:
    end = school_year(planter.sizes.today)[2]
    _dates(planter, begin=end + timedelta(days=1), end=end)


def _fault(rule: str, severity: Severity, title: str, plant: Callable[[FaultPlanter], None], **more: object) -> Fault:
    column = rule.split(".")[0]
    of_user = column in ("student", "teacher")
    return Fault(
        code=f"enrollments.{rule}", severity=severity, table="users" if of_user else "enrollments",
        column="" if of_user or column in ("pair", "values", "dates") else column, title=title,
        plant=plant,
        **more,  # type: ignore[arg-type]  # further fields of Fault, checked where Fault is made
    )  # fmt: skip


FAULTS: Final[tuple[Fault, ...]] = (
    _fault("classSourcedId.present", "critical", "a seat in no class", _with(classSourcedId="")),
    _fault("classSourcedId.known_class", "critical", "a seat in a class that does not exist",
           _with(classSourcedId="999999999")),
    _fault("classSourcedId.leading_zero_lost", "critical", "a class ID lost its leading zero",
           _lost_zero_class),
    _fault("userSourcedId.present", "critical", "a seat of nobody", _with(userSourcedId="")),
    _fault("userSourcedId.known_user", "critical", "a seat of somebody who does not exist",
           _with(userSourcedId="99999999")),
    _fault("userSourcedId.leading_zero_lost", "critical", "a student's ID lost its leading zeros",
           _lost_zero_user),
    _fault("schoolSourcedId.present", "critical", "a seat in no school",
           _with(schoolSourcedId=""), level="district"),
    _fault("schoolSourcedId.known_school", "critical", "a seat in a school that does not exist",
           _unknown_school, level="district",
           knock_on=("workspace.schools.unmatched", "enrollments.schoolSourcedId.known_org")),
    _fault("schoolSourcedId.same_as_class", "critical", "a seat under another school's ID",
           partial(_visitor, says_own_school=True), level="district"),
    _fault("schoolSourcedId.user_belongs", "warning", "a student of another school in a class",
           partial(_visitor, says_own_school=False), level="district"),
    _fault("role.known", "critical", "a role that does not exist", _with(role="pupil")),
    _fault("role.form", "warning", "a role in capitals", _with(role="STUDENT")),
    _fault("role.guardian", "critical", "a guardian enrolled as student",
           partial(_guardian, role="student"), guardians="users"),
    _fault("role.guardian", "critical", "a guardian enrolled as guardian",
           partial(_guardian, role="guardian"), guardians="users"),
    _fault("role.same_as_user", "warning", "a teacher enrolled as student", _teacher_as_student),
    _fault("pair.unique", "warning", "a student twice in a class", _twice),
    _fault("student.none", "warning", "a student in no class", _student_in_no_class),
    _fault("teacher.none", "info", "a teacher in no class", _teacher_in_no_class),
    _fault("student.many", "info", "a student in twenty classes", _student_in_many),
    _fault("dates.past", "warning", "a seat that ended last year", _ended, layouts=_FULL),
    _fault("dates.past", "warning", "a seat that begins after its end", _backwards, layouts=_FULL),
    _fault("values.quotes", "critical", "an apostrophe before a student's ID",
           partial(_quoted, column="userSourcedId", quote="'")),
    _fault("values.quotes", "critical", "a double quote before a class ID",
           partial(_quoted, column="classSourcedId", quote='"')),
)  # fmt: skip
