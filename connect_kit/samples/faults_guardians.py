"""Faults in guardians.csv and student_attributes.csv, on rows added for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connect_kit.connect import FILES, Severity
from connect_kit.samples.fault import Fault
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.table_editor import Row


def _guardian(planter: FaultPlanter, student: str, **values: str | None) -> Row:
    made = {**planter.contact(), "language": "en", **values}
    number = planter.next_number()
    return planter.insert("guardians", studentSourcedId=student, guardianSourcedId=f"G99{number:05d}", **made)


def _for_student(student: str | None = None, **values: str) -> Callable[[FaultPlanter], None]:
    """Add a guardian to a student, or to this ID."""

    def plant(planter: FaultPlanter) -> None:
        of = planter.student()["sourcedId"] if student is None else student
        planter.planted(_guardian(planter, of, **values))

    return plant


def _seven(planter: FaultPlanter) -> None:
    student = planter.student()["sourcedId"]
    rows = planter.rows("guardians", '"studentSourcedId" = ?', student)
    while len(rows) < 7:
        rows.append(_guardian(planter, student))
    planter.planted(*rows)


def _pair_twice(planter: FaultPlanter) -> None:
    first = planter.rows("guardians", '"studentSourcedId" = ?', planter.student()["sourcedId"])[0]
    planter.planted(first, planter.copy(first))


def _both_sources(planter: FaultPlanter) -> None:
    """Deliver a guardians.csv beside the guardians of users.csv: one of them, once more."""
    student = planter.student()
    agent = student["agentSourcedIds"].split(",")[0]
    user = planter.rows("users", '"sourcedId" = ?', agent)[0]
    titles = FILES["guardians"].columns
    values = {**user.values, "studentSourcedId": student["sourcedId"], "guardianSourcedId": agent}
    line = ",".join((values.get(title) or "") for title in titles)
    planter.extra["guardians.csv"] = f"{','.join(titles)}\n{line}\n"
    planter.planted_file("guardians.csv")


def _attribute(student: str) -> Callable[[FaultPlanter], None]:
    def plant(planter: FaultPlanter) -> None:
        like = planter.rows("student_attributes", "_pos = 10")[0]
        planter.planted(planter.copy(like, studentSourcedId=student))

    return plant


def _attribute_twice(planter: FaultPlanter) -> None:
    student = planter.student()["sourcedId"]
    first = planter.rows("student_attributes", '"studentSourcedId" = ?', student)[0]
    planter.planted(first, planter.copy(first, transport="walk"))


def _unnamed(planter: FaultPlanter) -> None:
    planter.bytes.append(("student_attributes.csv", lambda data: data.replace(b"homeroom_colour", b"", 1)))
    planter.planted_file("student_attributes.csv", line=1)


def _sensitive(planter: FaultPlanter) -> None:
    planter.headers["student_attributes"].append(("iep_status", "'none'"))
    planter.planted_file("student_attributes.csv", line=1)


def _of(
    table: str, rule: str, severity: Severity, title: str, plant: Callable[[FaultPlanter], None],
    *, column: str, **more: object,
) -> Fault:  # fmt: skip
    return Fault(
        code=f"{table}.{rule}", severity=severity, table=table, column=column, title=title,
        plant=plant, guardians="file" if table == "guardians" else "",
        **more,  # type: ignore[arg-type]  # further fields of Fault, checked where Fault is made
    )  # fmt: skip


FAULTS: Final[tuple[Fault, ...]] = (
    _of("guardians", "studentSourcedId.present", "critical", "a guardian of nobody",
        _for_student(""), column="studentSourcedId"),
    _of("guardians", "studentSourcedId.known_student", "critical",
        "a guardian of a student who does not exist", _for_student("99999997"),
        column="studentSourcedId"),
    _of("guardians", "givenName.present", "critical", "a guardian without a given name",
        _for_student(givenName=""), column="givenName"),
    _of("guardians", "familyName.present", "critical", "a guardian without a family name",
        _for_student(familyName=""), column="familyName"),
    _of("guardians", "contact.present", "critical", "a guardian without any contact",
        _for_student(email="", sms=""), column="email"),
    _of("guardians", "email.format", "warning", "an address without an at sign",
        _for_student(email="guardian.example.org"), column="email"),
    _of("guardians", "sms.format", "warning", "a number that is too short",
        _for_student(sms="555-02"), column="sms"),
    _of("guardians", "student.at_most_six", "critical", "a student with seven guardians", _seven,
        column="studentSourcedId"),
    _of("guardians", "pair.unique", "warning", "a guardian twice with a student", _pair_twice,
        column="guardianSourcedId"),
    _of("guardians", "language.known", "warning", "a language that has no code",
        _for_student(language="zz"), column="language"),
    Fault(
        code="guardians.both_sources", severity="warning", table="guardians", column="",
        title="guardians stand in users.csv and in guardians.csv", plant=_both_sources,
        excludes=("*",), guardians="users",
    ),
    _of("student_attributes", "studentSourcedId.present", "critical", "attributes of nobody",
        _attribute(""), column="studentSourcedId"),
    _of("student_attributes", "studentSourcedId.known_student", "critical",
        "attributes of a student who does not exist", _attribute("99999998"),
        column="studentSourcedId"),
    _of("student_attributes", "studentSourcedId.unique", "critical",
        "a student has two rows of attributes", _attribute_twice, column="studentSourcedId"),
    _of("student_attributes", "columns.named", "critical", "an attribute without a name",
        _unnamed, column="", excludes=("*",)),
    _of("student_attributes", "sensitive", "info", "an attribute that is special-category data",
        _sensitive, column="iep_status"),
)  # fmt: skip
