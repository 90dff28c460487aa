"""Faults in users.csv between students and their guardians, and in students' own rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connect_kit.connect import Severity
from connect_kit.samples.fault import Fault
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.table_editor import Row

_NUMBERED: Final = tuple(f"{number:02d}" for number in range(1, 13))


def _guardian(planter: FaultPlanter, **values: str | None) -> tuple[Row, Row]:
    """Give a student one more guardian; return the student and the guardian."""
    student = planter.student()
    guardian = planter.person("guardian", orgSourcedIds=student["orgSourcedIds"], **values)
    agents = f"{student['agentSourcedIds']},{guardian['sourcedId']}"
    return planter.edit(student, agentSourcedIds=agents), guardian


def _new_guardian(values: dict[str, str]) -> Callable[[FaultPlanter], None]:
    def plant(planter: FaultPlanter) -> None:
        planter.planted(_guardian(planter, **values)[1])

    return plant


def _orphan(planter: FaultPlanter) -> None:
    planter.planted(planter.person("guardian"))


def _names(value: Callable[[FaultPlanter], str]) -> Callable[[FaultPlanter], None]:
    """Let a student name one agent too many: the one this function returns."""

    def plant(planter: FaultPlanter) -> None:
        student, agent = planter.student(), value(planter)
        agents = f"{student['agentSourcedIds']},{agent}"
        planter.planted(planter.edit(student, agentSourcedIds=agents))

    return plant


def _seven(planter: FaultPlanter) -> None:
    student = planter.student()
    agents = student["agentSourcedIds"].split(",")
    while len(agents) < 7:
        guardian = planter.person("guardian", orgSourcedIds=student["orgSourcedIds"])
        agents.append(guardian["sourcedId"])
    planter.planted(planter.edit(student, agentSourcedIds=",".join(agents)))


def _repeated(planter: FaultPlanter) -> None:
    student = planter.student()
    agents = student["agentSourcedIds"]
    planter.planted(planter.edit(student, agentSourcedIds=f"{agents},{agents.split(',')[0]}"))


def _on_staff(planter: FaultPlanter) -> None:
    agent = planter.student()["agentSourcedIds"].split(",")[0]
    planter.planted(planter.person(agentSourcedIds=agent))


def _none(planter: FaultPlanter) -> None:
    """Take a student's guardians away; another student keeps them, so that they are not orphans."""
    student, other = planter.student(), planter.student()
    agents = f"{other['agentSourcedIds']},{student['agentSourcedIds']}"
    planter.edit(other, agentSourcedIds=agents)
    planter.planted(planter.edit(student, agentSourcedIds=None))


def _other_contact(planter: FaultPlanter) -> None:
    """Somebody who works at a school and has a child there, with two mobile numbers."""
    _, guardian = _guardian(planter)
    same = {name: guardian[name] for name in ("givenName", "familyName", "email")}
    staff = planter.person(orgSourcedIds=guardian["orgSourcedIds"], **same)
    planter.planted(guardian, staff)


def _grade(form: Callable[[str], str]) -> Callable[[FaultPlanter], None]:
    """Write the grade of a student of grades 01 to 12 in another form."""

    def plant(planter: FaultPlanter) -> None:
        student = planter.student()
        while student["grades"] not in _NUMBERED:
            student = planter.student()
        planter.planted(planter.edit(student, grades=form(student["grades"])))

    return plant


def _lost_zeros(planter: FaultPlanter) -> None:
    """Shorten an ID wherever it stands, as when one spreadsheet made all files."""
    student = planter.student()
    old = student["sourcedId"]
    new = old.lstrip("0")
    for table, column in (
        ("enrollments", "userSourcedId"),
        ("student_attributes", "studentSourcedId"),
        ("guardians", "studentSourcedId"),
        ("demographics", "sourcedId"),
    ):
        if table in planter.tables:
            for row in planter.rows(table, f'"{column}" = ?', old):
                planter.edit(row, **{column: new})
    planter.planted(planter.edit(student, sourcedId=new))


def _new_admin(planter: FaultPlanter) -> str:
    return planter.person()["sourcedId"]


def _another_student(planter: FaultPlanter) -> str:
    return planter.student()["sourcedId"]


def _fault(code: str, severity: Severity, column: str, title: str, plant: Callable[[FaultPlanter], None]) -> Fault:
    return Fault(
        code=f"users.{code}", severity=severity, table="users", column=column, title=title,
        plant=plant, guardians="users",
    )  # fmt: skip


FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        code="users.sourcedId.leading_zero_lost", severity="warning", table="users",
        column="sourcedId", title="a student's ID lost its leading zeros in every file",
        plant=_lost_zeros,
    ),
    _fault("email.format", "critical", "email", "a guardian whose only contact is no address",
           _new_guardian({"email": "guardian(at)example.org", "sms": ""})),
    _fault("sms.in_phone_column", "warning", "phone", "a guardian's number stands as home phone",
           _new_guardian({"sms": "", "phone": "+12015880000"})),
    _fault("guardian.no_contact", "critical", "email", "a guardian without any contact",
           _new_guardian({"email": "", "sms": ""})),
    _fault("guardian.no_student", "warning", "sourcedId", "a guardian whom no student names",
           _orphan),
    _fault("guardian.is_student", "critical", "agentSourcedIds", "a student names an administrator",
           _names(_new_admin)),
    _fault("guardian.is_student", "critical", "agentSourcedIds", "a student names a student",
           _names(_another_student)),
    _fault("agentSourcedIds.known", "critical", "agentSourcedIds",
           "a student names a guardian who is not there", _names(lambda planter: "G9999999")),
    _fault("agentSourcedIds.at_most_six", "critical", "agentSourcedIds",
           "a student with seven guardians", _seven),
    _fault("agentSourcedIds.repeated", "warning", "agentSourcedIds",
           "a student names a guardian twice", _repeated),
    _fault("agentSourcedIds.on_student_only", "warning", "agentSourcedIds",
           "an administrator names a guardian", _on_staff),
    _fault("student.no_guardian", "warning", "agentSourcedIds", "a student without guardians",
           _none),
    _fault("person.multiple_roles_mismatch", "warning", "sourcedId",
           "one person as guardian and as administrator with two mobile numbers", _other_contact),
    Fault(
        code="users.grades.known", severity="critical", table="users", column="grades",
        title="a grade that is no code", plant=_grade(lambda grade: "99"),
    ),
    Fault(
        code="users.grades.form", severity="warning", table="users", column="grades",
        title="a grade without its zero, or with a word",
        plant=_grade(lambda grade: grade.lstrip("0") if grade < "10" else f"Grade {grade}"),
    ),
    Fault(
        code="users.grades.form", severity="warning", table="users", column="grades",
        title="a grade with a word", plant=_grade(lambda grade: f"Grade {grade.lstrip('0')}"),
    ),
)  # fmt: skip
