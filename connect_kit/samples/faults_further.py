"""Faults in the tables of the standard that Connect does not ask for; OneRoster layouts only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connect_kit.connect import Severity
from connect_kit.samples.fault import Fault
from connect_kit.samples.layouts import Layout, school_year
from connect_kit.samples.planting import FaultPlanter

_FULL: Final[tuple[Layout, ...]] = ("oneroster11", "oneroster12")
# The row that a new one is like: the first school, the first course, the school year.
_LIKE: Final[dict[str, str]] = {
    "orgs": "type = 'school'",
    "courses": "_pos = 10",
    "academicSessions": "type = 'schoolYear'",
}


def _new(table: str, values: dict[str, str], rows: int = 1) -> Callable[[FaultPlanter], None]:
    """Add rows nobody refers to, with these values; several rows share the ID."""

    def plant(planter: FaultPlanter) -> None:
        like = planter.rows(table, _LIKE[table])[0]
        made = {"sourcedId": f"NEW-{planter.next_number()}", **values}
        planter.planted(*(planter.copy(like, **made) for _ in range(rows)))

    return plant


def _year(column: str) -> Callable[[FaultPlanter], None]:
    """A school year that ends on the day on which it begins, or is named after another year."""

    def plant(planter: FaultPlanter) -> None:
        end = school_year(planter.sizes.today)[2]
        value = end.isoformat() if column == "startDate" else "2001"
        _new("academicSessions", {column: value})(planter)

    return plant


def _demographics(column: str, value: str) -> Callable[[FaultPlanter], None]:
    def plant(planter: FaultPlanter) -> None:
        student = planter.student()["sourcedId"]
        row = planter.rows("demographics", '"sourcedId" = ?', student)[0]
        planter.planted(planter.edit(row, **{column: value}))

    return plant


def _nobody(planter: FaultPlanter) -> None:
    like = planter.rows("demographics", "_pos = 10")[0]
    planter.planted(planter.copy(like, sourcedId="99999996"))


def _class(column: str, value: str) -> Callable[[FaultPlanter], None]:
    def plant(planter: FaultPlanter) -> None:
        planter.planted(planter.edit(planter.old_class()[0], **{column: value}))

    return plant


def _of(
    table: str, rule: str, title: str, plant: Callable[[FaultPlanter], None],
    *, severity: Severity = "warning",
) -> Fault:  # fmt: skip
    column = rule.split(".")[0]
    return Fault(
        code=f"{table}.{rule}", severity=severity, table=table,
        column="" if column == "dates" else column, title=title, plant=plant, layouts=_FULL,
    )  # fmt: skip


FAULTS: Final[tuple[Fault, ...]] = (
    _of("orgs", "sourcedId.present", "an organisation without an ID",
        _new("orgs", {"sourcedId": ""})),
    _of("orgs", "sourcedId.unique", "two organisations share an ID", _new("orgs", {}, 2)),
    _of("orgs", "name.present", "an organisation without a name", _new("orgs", {"name": ""})),
    _of("orgs", "type.known", "a type that does not exist", _new("orgs", {"type": "campus"})),
    _of("orgs", "parentSourcedId.known", "a parent that does not exist",
        _new("orgs", {"parentSourcedId": "NOWHERE"})),
    _of("courses", "sourcedId.present", "a course without an ID",
        _new("courses", {"sourcedId": ""})),
    _of("courses", "sourcedId.unique", "two courses share an ID", _new("courses", {}, 2)),
    _of("courses", "title.present", "a course without a title", _new("courses", {"title": ""})),
    _of("courses", "orgSourcedId.known_org", "an organisation that does not exist",
        _new("courses", {"orgSourcedId": "NOWHERE"})),
    _of("academicSessions", "title.present", "a session without a title",
        _new("academicSessions", {"title": ""})),
    _of("academicSessions", "type.known", "a type that does not exist",
        _new("academicSessions", {"type": "trimester"})),
    _of("academicSessions", "dates.order", "a session that ends when it begins",
        _year("startDate")),
    _of("academicSessions", "schoolYear.end_year", "a school year named after another year",
        _year("schoolYear")),
    _of("demographics", "sourcedId.known_user", "data of nobody", _nobody),
    _of("demographics", "sex.known", "a value that does not exist", _demographics("sex", "X")),
    _of("demographics", "birthDate.iso_date", "a date in another form",
        _demographics("birthDate", "09/14/2015")),
    _of("demographics", "birthDate.plausible", "a student far too old",
        _demographics("birthDate", "1950-05-01")),
    _of("classes", "classType.known", "a type that does not exist", _class("classType", "lecture")),
    _of("classes", "courseSourcedId.known_course", "a course that does not exist",
        _class("courseSourcedId", "NOWHERE")),
)  # fmt: skip
