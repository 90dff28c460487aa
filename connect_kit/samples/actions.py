"""The actions by which faults are planted, by the names that ``meta.example`` of a rule gives in ``plant``.

Here are those that only set values in a row; what spans several rows or files is in the modules ``plant_*``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from connect_kit.samples import plant_classes, plant_files, plant_people, plant_workspace
from connect_kit.samples.fault import Fault
from connect_kit.samples.layouts import KEYS, school_year
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.table_editor import Row

# The row that a new one is like, where it is not the first: the first school, the school year.
_LIKE: Final[dict[str, str]] = {"orgs": "type = 'school'", "academicSessions": "type = 'schoolYear'"}

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def plant(planter: FaultPlanter, fault: Fault) -> None:
    """Plant a fault; every row that it is planted on is in the planter's truth."""
    planter.begin(fault)
    ACTIONS[fault.plant](planter, **fault.values)


def new_row(planter: FaultPlanter, *, rows: int = 1, **values: str) -> None:
    """Add rows that nobody refers to, with these values; several rows share the ID."""
    table = planter.fault.table
    like = planter.rows(table, _LIKE.get(table, "_pos = 10"))[0]
    if "sourcedId" in like.values:
        values = {"sourcedId": f"NEW-{planter.next_number()}", **values}
    planter.planted(*(planter.copy(like, **_dated(planter, values)) for _ in range(rows)))


def change(planter: FaultPlanter, **values: str) -> None:
    """Change values of a class, or of the first row that a student has in another table.

    A value may name a date of the row, to write it in another form: ``{birthDate:%m/%d/%Y}``.
    """
    row = planter.old_class()[0] if planter.fault.table == "classes" else _row_of_student(planter)
    own = {column: date.fromisoformat(text) for column, text in row.values.items() if text and _DATE.fullmatch(text)}
    planter.planted(planter.edit(row, **_dated(planter, values, own)))


def repeat(planter: FaultPlanter, **values: str) -> None:
    """Write the first row that a student has in the table a second time, with these values changed."""
    first = _row_of_student(planter)
    planter.planted(first, planter.copy(first, **values))


def _row_of_student(planter: FaultPlanter) -> Row:
    table = planter.fault.table
    return planter.rows(table, f'"{KEYS[table]}" = ?', planter.student()["sourcedId"])[0]


def _dated(planter: FaultPlanter, values: Mapping[str, str], own: Mapping[str, date] | None = None) -> dict[str, str]:
    """Fill in days of the school year: ``{year_end}`` and the like."""
    begin, _, end = school_year(planter.sizes.today)
    days = {
        "last_year_begin": begin - timedelta(days=365),
        "last_year_end": begin - timedelta(days=30),
        "year_end": end,
        "after_year_end": end + timedelta(days=1),
        **(own or {}),
    }
    return {column: value.format(**days) for column, value in values.items()}


#: By name.
ACTIONS: Final[Mapping[str, Callable[..., object]]] = {
    action.__name__: action
    for action in (
        new_row,
        change,
        repeat,
        plant_people.new_person,
        plant_people.two_people,
        plant_people.person_of_second_school,
        plant_people.new_guardian,
        plant_people.name_agent,
        plant_people.name_seven_guardians,
        plant_people.repeat_agent,
        plant_people.agent_on_staff,
        plant_people.take_guardians,
        plant_people.guardian_on_staff,
        plant_people.guardians_in_both_files,
        plant_people.write_grade,
        plant_people.lose_zeros,
        plant_classes.wrong_school,
        plant_classes.new_class,
        plant_classes.repeat_class,
        plant_classes.repeat_title,
        plant_classes.class_of_another_school,
        plant_classes.new_enrollment,
        plant_classes.enroll_in_unknown_school,
        plant_classes.enroll_visitor,
        plant_classes.enroll_guardian,
        plant_classes.enroll_teacher_as_student,
        plant_classes.leave_classes,
        plant_classes.enroll_in_many,
        plant_files.remove_file,
        plant_files.keep_lines,
        plant_files.encode,
        plant_files.write_non_text,
        plant_files.replace,
        plant_files.break_line,
        plant_files.rename_column,
        plant_files.add_column,
        plant_files.drop_column,
        plant_files.swap_columns,
        plant_files.set_property,
        plant_files.repeat_property,
        plant_files.extra_file,
        plant_workspace.another_school,
        plant_workspace.students_made_by_hand,
        plant_workspace.former_staff,
        plant_workspace.half_of_the_classrooms,
        plant_workspace.guardian_taken_off,
        plant_workspace.colleague_who_left,
        plant_workspace.student_who_left,
        plant_workspace.classroom_of_last_year,
        plant_workspace.known_otherwise,
        plant_workspace.second_record,
        plant_workspace.crowd_of_guardians,
        plant_workspace.guardians_of_another_family,
        plant_workspace.titles_of_the_next,
        plant_workspace.half_without_classes,
        plant_workspace.teacher_without_school,
        plant_workspace.names_the_other_way_round,
    )
}
