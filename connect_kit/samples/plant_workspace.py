"""Faults between the delivery and the workspace, which nearly all are planted in."""

from __future__ import annotations

from connect_kit.engine import literal
from connect_kit.samples.plant_people import guardian_in_users
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.table_editor import Row

_UNSYNCED, _VANISHED_SHARE = 3, 0.4
_AT_MOST = 6  # guardians of a student on Connect


def another_school(planter: FaultPlanter) -> None:
    """A school on Connect that the SIS no longer sends."""
    school_id = "6" * len(planter.sizes.schools[0].school_id)
    row = {"connectSchoolId": "CS99999", "name": "Hollow Oak School", "schoolId": school_id}
    planter.added.setdefault("schools", []).append(row)
    planter.planted_file("", sourced_id=school_id)


def students_made_by_hand(planter: FaultPlanter) -> None:
    """One school awaits its first upload: all of its students on Connect were made by hand."""
    school = min(planter.sizes.schools, key=lambda school: school.size)
    connect_id = f"CS{school.number + 1:05d}"
    planter.kept_students = f"u.\"orgSourcedIds\" <> '{school.school_id}'"
    rows = planter.added.setdefault("students", [])
    for number in range(_UNSYNCED):
        # Nobody in the delivery has these names, so no duplicate is planted beside them.
        contact = planter.contact()
        rows.append(
            {
                "connectStudentId": f"CP9900000{number}",
                "connectSchoolId": connect_id,
                "givenName": contact["givenName"] or "",
                "familyName": contact["familyName"] or "",
                "grade": next(g.code for g in planter.sizes.grades if g.school == school.number),
                "archived": "false",
            }
        )
    planter.planted_file("", sourced_id=connect_id)


def former_staff(planter: FaultPlanter) -> None:
    """Add more managed staff than a deletion threshold lets vanish: 40 % of those who stay."""
    staff = int(planter.query("SELECT count(*) FROM staff")[0][0])
    rows = planter.added.setdefault("staff", [])
    for number in range(int(staff * _VANISHED_SHARE) + 1):
        rows.append(
            {
                "connectUserId": f"CT99{number:06d}",
                "connectSchoolIds": "CS00001",
                "givenName": "Former",
                "familyName": f"Colleague {number}",
                "email": f"former.colleague{number}@{planter.sizes.domain}",
                "role": "teacher",
                "staffId": f"F{number:06d}",
            }
        )
    planter.planted_file("", sourced_id="staff")


def half_of_the_classrooms(planter: FaultPlanter) -> None:
    """One school has half of its classrooms on Connect; the delivery brings the rest."""
    school = max(planter.sizes.schools, key=lambda school: school.size)
    planter.kept_classrooms = f"NOT (c.\"schoolSourcedId\" = '{school.school_id}' AND c._pos // 10 % 2 = 0)"
    planter.planted_file("", sourced_id=school.school_id)


def guardian_taken_off(planter: FaultPlanter) -> None:
    """A guardian under the SIS on Connect whom the student does not name any more."""
    student = _connect_student(planter.student())
    _stays(planter, "guardians", student, connectUserId="CU99000001", guardianId="G9900001", connectStudentIds=student)


def colleague_who_left(planter: FaultPlanter) -> None:
    """Somebody of the staff under the SIS on Connect who is not delivered any more."""
    school = _largest(planter)
    row = {"connectSchoolIds": school, "role": "teacher", "staffId": "T99001"}
    _stays(planter, "staff", "CT99000001", connectUserId="CT99000001", **row)


def student_who_left(planter: FaultPlanter) -> None:
    """A student under the SIS on Connect who is not delivered any more."""
    row = {"connectSchoolId": _largest(planter), "grade": "05", "studentId": "99000001", "archived": "false"}
    _stays(planter, "students", "CP99000001", connectStudentId="CP99000001", **row)


def classroom_of_last_year(planter: FaultPlanter) -> None:
    """An active classroom whose class ID is not delivered any more."""
    row = {"connectClassroomId": "CC99000001", "connectSchoolId": _largest(planter), "title": "Homeroom of last year"}
    planter.added.setdefault("classrooms", []).append({**row, "classId": "LAST-1", "archived": "false"})
    planter.planted_file("", sourced_id="CC99000001")


def known_otherwise(planter: FaultPlanter, *, what: str, **values: str) -> None:
    """Connect has other values in the record of a student, of a guardian or of somebody of the staff."""
    row = planter.student()
    if what == "guardians":
        named = str(row["agentSourcedIds"]).partition(",")[0]
        row = planter.rows("users", '"sourcedId" = ?', named)[0]
    elif what == "staff":
        row = planter.rows("users", "role = 'teacher'")[0]
    planter.otherwise.append((what, f"{what.removesuffix('s')}Id", row["sourcedId"] or "", values))
    planter.planted(row)
    if "studentId" in values:
        planter.follows("workspace.students.duplicates_expected", "warning", row, column="sourcedId")


def second_record(planter: FaultPlanter) -> None:
    """A student has a second record on Connect, made by hand, beside that of the delivery."""
    row = planter.student()
    school = _connect_school(planter, row["orgSourcedIds"])
    copied = {"givenName": row["givenName"], "familyName": row["familyName"], "grade": row["grades"]}
    own = {"connectStudentId": "CP98000001", "connectSchoolId": school, "archived": "false"}
    planter.added.setdefault("students", []).append({**{at: value or "" for at, value in copied.items()}, **own})
    planter.planted(row)


def crowd_of_guardians(planter: FaultPlanter) -> None:
    """A student has six further guardians on Connect, made by hand, and the delivery names a new one besides."""
    row = planter.student()
    new = planter.person("guardian", orgSourcedIds=row["orgSourcedIds"])
    row = planter.edit(row, agentSourcedIds=f"{row['agentSourcedIds']},{new['sourcedId']}")
    for number in range(_AT_MOST):
        contact = {at: value or "" for at, value in planter.contact().items()}
        own = {"connectUserId": f"CU9800000{number}", "connectStudentIds": _connect_student(row)}
        planter.added.setdefault("guardians", []).append({**contact, **own})
    planter.planted(row)


def guardians_of_another_family(planter: FaultPlanter) -> None:
    """A student names the guardians of another family, and no longer those who are connected on Connect."""
    student, other = planter.student(), planter.student()
    while other["familyName"] == student["familyName"]:
        other = planter.student()
    own, theirs = student["agentSourcedIds"], other["agentSourcedIds"]
    planter.edit(other, agentSourcedIds=f"{theirs},{own}")  # so that nobody is a guardian without a student
    planter.planted(planter.edit(student, agentSourcedIds=theirs))
    planter.follows_in_workspace(
        "workspace.guardians.left_behind", "warning", "agentSourcedIds", _connect_student(student)
    )


def titles_of_the_next(planter: FaultPlanter) -> None:
    """The titles of a school's classes stand one class further on Connect."""
    school = _elementary(planter)
    rows = planter.rows("classes", '"schoolSourcedId" = ?', school)
    for row, before in zip(rows, [rows[-1], *rows[:-1]], strict=True):
        if row["title"] != before["title"]:
            planter.otherwise.append(("classrooms", "classId", row["sourcedId"], {"title": before["title"]}))
            planter.planted(row)


def half_without_classes(planter: FaultPlanter) -> None:
    """Every second student of a school is in no class."""
    for row in planter.rows("users", "role = 'student' AND \"orgSourcedIds\" = ?", _elementary(planter))[::2]:
        for seat in planter.rows("enrollments", '"userSourcedId" = ?', row["sourcedId"]):
            planter.delete(seat)
        planter.planted(row)
        planter.follows_in_workspace("workspace.students.left_behind", "warning", "studentId", _connect_student(row))


def teacher_without_school(planter: FaultPlanter) -> None:
    """A teacher is at another school by their row, while their classes, and Connect, have them where they were."""
    seated = 'role = \'teacher\' AND "sourcedId" IN (SELECT "userSourcedId" FROM enrollments)'
    row = planter.rows("users", f"{seated} AND NOT contains(\"orgSourcedIds\", ',')")[0]
    before = _connect_school(planter, row["orgSourcedIds"])
    other = next(school.school_id for school in planter.sizes.schools if school.school_id != row["orgSourcedIds"])
    planter.otherwise.append(("staff", "staffId", row["sourcedId"], {"connectSchoolIds": before}))
    planter.planted(planter.edit(row, orgSourcedIds=other))
    seats = planter.rows("enrollments", '"userSourcedId" = ?', row["sourcedId"])
    planter.follows("enrollments.schoolSourcedId.user_belongs", "warning", *seats, column="schoolSourcedId")


def names_the_other_way_round(planter: FaultPlanter, *, kind: str) -> None:
    """Somebody whose given and family names stand the other way round on Connect."""
    if kind == "students":
        person = planter.student()
        planter.kept_students = f'u."sourcedId" <> {literal(person["sourcedId"])}'
        own = {
            "connectStudentId": _connect_student(person),
            "connectSchoolId": _connect_school(planter, person["orgSourcedIds"]),
            "grade": person["grades"],
            "studentId": person["sourcedId"],
            "archived": "false",
        }
    elif kind == "staff":
        person = planter.person()
        school = _connect_school(planter, person["orgSourcedIds"])
        own = {"connectUserId": "CT99000002", "connectSchoolIds": school, "role": "administrator"}
        own |= {"staffId": person["sourcedId"], "email": person["email"], "sms": person["sms"]}
    else:
        student, person = guardian_in_users(planter)
        own = {"connectUserId": "CU99000002", "guardianId": person["sourcedId"], "email": person["email"]}
        own |= {"connectStudentIds": _connect_student(student), "sms": person["sms"]}
    names = {"givenName": person["familyName"], "familyName": person["givenName"]}
    planter.added.setdefault(kind, []).append({**own, **names})
    planter.planted(person)


def _connect_student(row: Row) -> str:
    return f"CP{row.pos // 10:08d}"


def _connect_school(planter: FaultPlanter, school_id: str) -> str:
    number = next(school.number for school in planter.sizes.schools if school.school_id == school_id)
    return f"CS{number + 1:05d}"


def _stays(planter: FaultPlanter, table: str, found_at: str, **values: str) -> None:
    """Add somebody new to a table of the workspace; the rule finds it at this ID."""
    contact = {name: value or "" for name, value in planter.contact().items()}
    if table == "students":
        del contact["sms"]
    planter.added.setdefault(table, []).append({**contact, **values})
    planter.planted_file("", sourced_id=found_at)


def _largest(planter: FaultPlanter) -> str:
    """The connectSchoolId of the school with the most students."""
    return f"CS{max(planter.sizes.schools, key=lambda school: school.size).number + 1:05d}"


def _elementary(planter: FaultPlanter) -> str:
    """The largest elementary school, whose classes have titles of their own."""
    return max((one for one in planter.sizes.schools if one.kind == "elementary"), key=lambda one: one.size).school_id
