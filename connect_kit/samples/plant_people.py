"""Faults of people: new rows whose IDs and contacts must be new, and what holds between students and guardians."""

from __future__ import annotations

from typing import Final

from connect_kit.connect import FILES, MOST_GUARDIANS
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.table_editor import Row

_NUMBERED: Final = tuple(f"{number:02d}" for number in range(1, 13))


def new_person(planter: FaultPlanter, **values: str) -> None:
    """Add an administrator, or somebody of another role, with these values."""
    planter.planted(planter.person(**values))


def two_people(planter: FaultPlanter, *, share: list[str], lower: bool = False) -> None:
    """Add two administrators who share the values of these columns and nothing else."""
    first = planter.person()
    shared = {column: first[column].lower() if lower else first[column] for column in share}
    planter.planted(first, planter.person(**shared))


def person_of_second_school(planter: FaultPlanter) -> None:
    """Add an administrator of a school that the file of one school does not have."""
    planter.planted(planter.person(orgSourcedIds="1" + planter.school().school_id[1:]))


def new_guardian(planter: FaultPlanter, **values: str) -> None:
    """Give a student one more guardian with these values, wherever this delivery keeps guardians."""
    if planter.guardians == "users":
        planter.planted(guardian_in_users(planter, **values)[1])
        return
    student = values.pop("studentSourcedId", None)
    if student is None:
        student = planter.student()["sourcedId"]
    planter.planted(_guardian_row(planter, student, **values))


def guardian_in_users(planter: FaultPlanter, **values: str) -> tuple[Row, Row]:
    """Give a student one more guardian; return the student and the guardian."""
    student = planter.student()
    guardian = planter.person("guardian", orgSourcedIds=student["orgSourcedIds"], **values)
    return _add_agents(planter, student, guardian["sourcedId"]), guardian


def _guardian_row(planter: FaultPlanter, student: str, **values: str) -> Row:
    made = {**planter.contact(), "language": "en", **values}
    number = planter.next_number()
    return planter.insert("guardians", studentSourcedId=student, guardianSourcedId=f"G99{number:05d}", **made)


def _add_agents(planter: FaultPlanter, student: Row, *agents: str) -> Row:
    return planter.edit(student, agentSourcedIds=",".join((student["agentSourcedIds"], *agents)))


def name_agent(planter: FaultPlanter, *, agent: str) -> None:
    """Let a student name one agent too many: a new ``administrator``, another ``student``, or this ID."""
    student = planter.student()
    if agent == "administrator":
        agent = planter.person()["sourcedId"]
    elif agent == "student":
        agent = planter.student()["sourcedId"]
    planter.planted(_add_agents(planter, student, agent))


def name_seven_guardians(planter: FaultPlanter) -> None:
    """Give a student one guardian more than Connect takes."""
    student = planter.student()
    if planter.guardians == "file":
        rows = planter.rows("guardians", '"studentSourcedId" = ?', student["sourcedId"])
        while len(rows) <= MOST_GUARDIANS:
            rows.append(_guardian_row(planter, student["sourcedId"]))
        planter.planted(*rows)
    else:
        missing = MOST_GUARDIANS + 1 - len(student["agentSourcedIds"].split(","))
        added = [planter.person("guardian", orgSourcedIds=student["orgSourcedIds"]) for _ in range(missing)]
        planter.planted(_add_agents(planter, student, *(guardian["sourcedId"] for guardian in added)))


def repeat_agent(planter: FaultPlanter) -> None:
    """Let a student name the first guardian again."""
    student = planter.student()
    planter.planted(_add_agents(planter, student, student["agentSourcedIds"].split(",")[0]))


def agent_on_staff(planter: FaultPlanter) -> None:
    """Let an administrator name a guardian."""
    agent = planter.student()["agentSourcedIds"].split(",")[0]
    planter.planted(planter.person(agentSourcedIds=agent))


def take_guardians(planter: FaultPlanter) -> None:
    """Take a student's guardians away; another student keeps them, so that they are not orphans."""
    student, other = planter.student(), planter.student()
    _add_agents(planter, other, student["agentSourcedIds"])
    planter.planted(planter.edit(student, agentSourcedIds=None))


def guardian_on_staff(planter: FaultPlanter) -> None:
    """Add somebody who works at a school and has a child there, with two mobile numbers."""
    _, guardian = guardian_in_users(planter)
    same = {name: guardian[name] for name in ("givenName", "familyName", "email")}
    planter.planted(guardian, planter.person(orgSourcedIds=guardian["orgSourcedIds"], **same))


def guardians_in_both_files(planter: FaultPlanter) -> None:
    """Deliver a guardians.csv beside the guardians of users.csv: one of them, once more."""
    student = planter.student()
    agent = student["agentSourcedIds"].split(",")[0]
    user = planter.rows("users", '"sourcedId" = ?', agent)[0]
    titles = FILES["guardians"].columns
    values = {**user.values, "studentSourcedId": student["sourcedId"], "guardianSourcedId": agent}
    line = ",".join((values.get(title) or "") for title in titles)
    planter.extra["guardians.csv"] = f"{','.join(titles)}\n{line}\n"
    planter.planted_file("guardians.csv")


def write_grade(planter: FaultPlanter, *, form: str) -> None:
    """Write the grade of a student of grades 01 to 12 in another form; ``{number}`` is it without its zero."""
    student = planter.student()
    while student["grades"] not in _NUMBERED:
        student = planter.student()
    grade = student["grades"]
    written = form.format(number=grade.lstrip("0"))
    # From grade 10 on no zero can be lost.
    planter.planted(planter.edit(student, grades=f"Grade {grade}" if written == grade else written))


def lose_zeros(planter: FaultPlanter) -> None:
    """Shorten a student's ID wherever it stands, as when one spreadsheet made all files."""
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
