"""Faults of classes and enrollments that one row cannot show: classes with members, people in the wrong place.

A new class is planted beside those of the delivery, with members of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from connect_kit.errors import SettingError
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.sizes import School
from connect_kit.samples.table_editor import Row


def add_class(
    planter: FaultPlanter,
    values: Mapping[str, str] | None = None,
    *,
    school: School | None = None,
    students: int = 2,
    teachers: int = 1,
) -> Row:
    """Add a class like the school's first, with students and a teacher of the school."""
    school = school or planter.school()
    like = planter.rows("classes", '"schoolSourcedId" = ? AND _pos % 10 = 0', school.school_id)[0]
    number = planter.next_number()
    made = {"sourcedId": f"{school.school_id}9{number:04d}", "title": f"Advisory {number}", "periods": "9"}
    row = planter.copy(like, **{**made, **(values or {})})
    if row["sourcedId"]:  # nobody can name a class without an ID
        for user in planter.fillers(school, students):
            _enroll(planter, row["sourcedId"], school.school_id, user)
        for user in _teachers_of(planter, school)[:teachers]:
            _enroll(planter, row["sourcedId"], school.school_id, user, "teacher")
    return row


def _teachers_of(planter: FaultPlanter, school: School) -> list[str]:
    """IDs of the teachers of a school, as long as they have nothing planted on them."""
    found = planter.query(
        "SELECT staff_id FROM staff WHERE s = ? AND post = 1 AND guardian IS NULL ORDER BY n",
        school.number,
    )
    return [str(row[0]) for row in found]


def _enroll(planter: FaultPlanter, class_id: str, school_id: str, user_id: str, role: str = "student") -> Row:
    """Add a row to enrollments.csv."""
    like = planter.rows("enrollments", "_pos = 10")[0]
    return planter.copy(like, classSourcedId=class_id, schoolSourcedId=school_id, userSourcedId=user_id, role=role)


def _members(planter: FaultPlanter, row: Row) -> set[str]:
    enrolled = planter.rows("enrollments", '"classSourcedId" = ?', row["sourcedId"])
    return {enrollment["userSourcedId"] for enrollment in enrolled}


def new_class(planter: FaultPlanter, *, students: int = 2, teachers: int = 1, **values: str) -> Row:
    """Add a class with these values; one without any members also breaks the rules about members."""
    row = add_class(planter, values, students=students, teachers=teachers)
    planter.planted(row)
    if not students and not teachers:
        for code in ("classes.enrollment.no_student", "classes.enrollment.no_teacher"):
            planter.follows(code, "warning", row)
    return row


def wrong_school(planter: FaultPlanter, *, digit: str = "") -> None:
    """Add a person or a class of a school whose ID lost its zeros, or of one whose ID is this digit throughout.

    The unknown school is a student's second one, as an ID that only staff have could be the district's own. The class
    has no members, because their rows would break further rules.
    """
    right, column = planter.sizes.schools[0].school_id, planter.fault.column
    wrong = digit * len(right) or right.lstrip("0")
    if planter.fault.table == "users":
        if digit:
            planter.school()  # takes a turn like every fault of a person, so that no school has too many of them
            student = planter.student()
            row = planter.edit(student, orgSourcedIds=f"{student['orgSourcedIds']},{wrong}")
        else:
            row = planter.person(orgSourcedIds=wrong)
        planter.planted(row)
    else:
        row = new_class(planter, students=0, teachers=0, schoolSourcedId=wrong)
    planter.not_an_org(row, column)
    if digit:
        planter.school_unmatched(wrong)


def repeat_class(planter: FaultPlanter) -> None:
    """Add two classes of one ID."""
    first = add_class(planter)
    planter.planted(first, planter.copy(first, title=f"{first['title']} B"))


def repeat_title(planter: FaultPlanter) -> None:
    """Add two classes of one title, school and period."""
    school = planter.school()
    first = add_class(planter, school=school)
    planter.planted(first, add_class(planter, {"title": first["title"]}, school=school))


def class_of_another_school(planter: FaultPlanter) -> None:
    """Add a class whose students all belong to another school."""
    school = planter.school()
    row = add_class(planter, school=school, students=0)
    for user in planter.fillers(planter.other_school(school), 3):
        _enroll(planter, row["sourcedId"], school.school_id, user)
    planter.planted(row)


def new_enrollment(planter: FaultPlanter, **values: str) -> Row:
    """Enroll one more student in a class; ``{value}`` is what would be right, ``{short}`` is it without its zeros."""
    row, school = planter.old_class()
    members, user = _members(planter, row), planter.fillers(school, 1)[0]
    while user in members:
        user = planter.fillers(school, 1)[0]
    right = {
        "classSourcedId": row["sourcedId"],
        "schoolSourcedId": school.school_id,
        "userSourcedId": user,
        "role": "student",
    }
    written = {name: text.format(value=right[name], short=right[name].lstrip("0")) for name, text in values.items()}
    enrollment = _enroll(planter, *{**right, **written}.values())
    planter.planted(enrollment)
    return enrollment


def enroll_in_unknown_school(planter: FaultPlanter) -> None:
    """Enroll a student under the ID of a school that does not exist."""
    wrong = "7" * len(planter.school().school_id)
    row = new_enrollment(planter, schoolSourcedId=wrong)
    planter.follows("enrollments.schoolSourcedId.same_as_class", "critical", row, column="schoolSourcedId")
    planter.not_an_org(row, "schoolSourcedId")
    planter.school_unmatched(wrong)


def enroll_visitor(planter: FaultPlanter, *, own_school: bool) -> None:
    """Enroll a student in a class of another school, under the student's school or that of the class."""
    row, school = planter.old_class()
    other = planter.other_school(school)
    named = other if own_school else school
    planter.planted(_enroll(planter, row["sourcedId"], named.school_id, planter.fillers(other, 1)[0]))


def enroll_guardian(planter: FaultPlanter, *, role: str) -> None:
    """Enroll a student's guardian in this role."""
    student = planter.student()
    school = student["orgSourcedIds"]
    row = planter.rows("classes", '"schoolSourcedId" = ? AND _pos % 10 = 0', school)[0]
    found = planter.query(
        "SELECT g.guardian_id FROM pupils p JOIN guardian_people g USING (f) WHERE p.student_id = ? ORDER BY g.j",
        student["sourcedId"],
    )
    planter.planted(_enroll(planter, row["sourcedId"], school, str(found[0][0]), role))


def enroll_teacher_as_student(planter: FaultPlanter) -> None:
    """Enroll a teacher of the school, who does not teach the class, as a student of it."""
    row, school = planter.old_class()
    members = _members(planter, row)
    user = next(user for user in _teachers_of(planter, school) if user not in members)
    planter.planted(_enroll(planter, row["sourcedId"], school.school_id, user))


def leave_classes(planter: FaultPlanter) -> None:
    """Take a student out of every class."""
    student = planter.student()
    for row in planter.rows("enrollments", '"userSourcedId" = ?', student["sourcedId"]):
        planter.delete(row)
    planter.planted(student)


def enroll_in_many(planter: FaultPlanter) -> None:
    """Enroll a student of a middle or high school in thirteen more classes of that school."""
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
        _enroll(planter, str(class_id), school, student["sourcedId"])
    planter.planted(student)
