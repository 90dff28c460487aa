"""Faults in users.csv that stand on new staff: IDs, schools, roles, names, contacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connect_kit.connect import Severity
from connect_kit.samples.fault import Fault
from connect_kit.samples.layouts import Layout
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.table_editor import Row

# 1.2 keeps roles and schools of users in roles.csv, where a blank or repeated user breaks more.
_BEFORE_1_2: Final[tuple[Layout, ...]] = ("connect", "oneroster11")
_FULL: Final[tuple[Layout, ...]] = ("oneroster11", "oneroster12")


def _staff(planter: FaultPlanter, *, role: str = "administrator", **values: str) -> Row:
    row = planter.person(role, **values)
    planter.planted(row)
    return row


def _one(values: dict[str, str]) -> Callable[[FaultPlanter], None]:
    """Plant one administrator with these values."""

    def plant(planter: FaultPlanter) -> None:
        _staff(planter, **values)

    return plant


def _pair(shared: tuple[str, ...]) -> Callable[[FaultPlanter], None]:
    """Plant two administrators who share the values of these columns and nothing else."""

    def plant(planter: FaultPlanter) -> None:
        first = _staff(planter)
        _staff(planter, **{column: first[column] for column in shared})

    return plant


def _only_form_differs(planter: FaultPlanter) -> None:
    first = _staff(planter)
    _staff(planter, sourcedId=first["sourcedId"].lower())


def _unknown_school(planter: FaultPlanter) -> None:
    wrong = "9" * len(planter.sizes.schools[0].school_id)
    planter.not_an_org(_staff(planter, orgSourcedIds=wrong), "orgSourcedIds")
    planter.school_unmatched(wrong)


def _short_school(planter: FaultPlanter) -> None:
    short = planter.sizes.schools[0].school_id.lstrip("0")
    planter.not_an_org(_staff(planter, orgSourcedIds=short), "orgSourcedIds")


def _second_school(planter: FaultPlanter) -> None:
    school_id = planter.school().school_id
    _staff(planter, orgSourcedIds="1" + school_id[1:])


def _id(rule: str, severity: Severity, title: str, value: str, **more: object) -> Fault:
    return Fault(
        code=f"users.sourcedId.{rule}",
        severity=severity,
        table="users",
        column="sourcedId",
        title=title,
        plant=_one({"sourcedId": value}),
        **more,  # type: ignore[arg-type]  # further fields of Fault, checked where Fault is made
    )


def _value(column: str, rule: str, severity: Severity, title: str, value: str, **more: object) -> Fault:
    return Fault(
        code=f"users.{rule}",
        severity=severity,
        table="users",
        column=column,
        title=title,
        plant=_one({column: value}),
        **more,  # type: ignore[arg-type]  # further fields of Fault, checked where Fault is made
    )


IDS: Final[tuple[Fault, ...]] = (
    _id("present", "critical", "a row without an ID", "", layouts=_BEFORE_1_2),
    Fault(
        code="users.sourcedId.unique", severity="critical", table="users", column="sourcedId",
        title="two people share an ID", plant=_pair(("sourcedId",)), layouts=_BEFORE_1_2,
    ),
    Fault(
        code="users.sourcedId.unique_ignoring_form", severity="warning", table="users",
        column="sourcedId", title="two IDs differ by case only", plant=_only_form_differs,
    ),
    _id("characters", "warning", "an ID holds a number sign", "T90001#1"),
    _id("characters", "warning", "an ID is longer than 255 characters", "T" + "9" * 260),
    _id("characters", "critical", "an ID holds an apostrophe", "T'90002"),
    _id("characters", "critical", "an ID holds a double quote", 'T"90003'),
    Fault(
        code="users.sourcedId.scientific", severity="critical", table="users",
        column="sourcedId", title="a spreadsheet wrote an ID as a power of ten",
        plant=_one({"sourcedId": "1.23E+11"}),
    ),
    Fault(
        code="users.sourcedId.scientific", severity="critical", table="users",
        column="sourcedId", title="a spreadsheet wrote an ID as a decimal",
        plant=_one({"sourcedId": "90210.0"}),
    ),
)  # fmt: skip

SCHOOLS: Final[tuple[Fault, ...]] = (
    _value("orgSourcedIds", "orgSourcedIds.present", "critical", "a person without a school", "",
           layouts=_BEFORE_1_2, level="district"),
    Fault(
        code="users.orgSourcedIds.known_school", severity="critical", table="users",
        column="orgSourcedIds", title="a person of a school that does not exist",
        plant=_unknown_school,
        knock_on=("workspace.schools.unmatched", "users.orgSourcedIds.known_org"),
        layouts=_BEFORE_1_2, level="district",
    ),
    Fault(
        code="users.orgSourcedIds.leading_zero_lost", severity="critical", table="users",
        column="orgSourcedIds", title="a School ID lost its leading zero",
        plant=_short_school, knock_on=("users.orgSourcedIds.known_org",),
        layouts=_BEFORE_1_2, level="district",
    ),
    Fault(
        code="users.orgSourcedIds.one_school", severity="critical", table="users",
        column="orgSourcedIds", title="a person of another school in one school's file",
        plant=_second_school, layouts=_BEFORE_1_2, level="school",
    ),
)  # fmt: skip

ROLES: Final[tuple[Fault, ...]] = (
    _value("role", "role.known", "critical", "a role that does not exist", "janitor",
           layouts=_BEFORE_1_2),
    _value("role", "role.known", "critical", "a row without a role", "", layouts=_BEFORE_1_2),
    _value("role", "role.form", "warning", "a role in capitals", "ADMINISTRATOR",
           layouts=_BEFORE_1_2),
    _value("role", "role.form", "warning", "a role with a blank behind it", "administrator ",
           layouts=_BEFORE_1_2),
)  # fmt: skip

NAMES: Final[tuple[Fault, ...]] = (
    _value("givenName", "givenName.present", "critical", "a person without a given name", ""),
    _value("familyName", "familyName.present", "critical", "a person without a family name", ""),
    _value("givenName", "names.placeholder", "warning", "a given name that is none", "Unknown"),
    _value("familyName", "names.placeholder", "warning", "a family name that is none",
           "Do Not Use"),
    Fault(
        code="users.names.shouting", severity="info", table="users", column="givenName",
        title="names in capitals", plant=_one({"givenName": "MARTA", "familyName": "OLDACRE"}),
    ),
    Fault(
        code="users.names.shouting", severity="info", table="users", column="givenName",
        title="names in small letters", plant=_one({"givenName": "bruno", "familyName": "oldacre"}),
    ),
    _value("givenName", "names.blanks", "warning", "a blank before a given name", " Perla"),
    _value("familyName", "names.blanks", "warning", "two blanks inside a family name",
           "Van  Oldacre"),
)  # fmt: skip

CONTACTS: Final[tuple[Fault, ...]] = (
    _value("email", "email.format", "warning", "an address without an at sign",
           "office.maple-valley.example.org"),
    _value("email", "email.placeholder", "warning", "an address that says there is none",
           "noemail@example.org"),
    _value("email", "email.placeholder", "warning", "another such address", "none@none.com"),
    Fault(
        code="users.email.shared_between_people", severity="warning", table="users",
        column="email", title="two people share an address", plant=_pair(("email",)),
    ),
    _value("sms", "sms.format", "warning", "a number that is too short", "555-01"),
    Fault(
        code="users.sms.shared_between_people", severity="warning", table="users", column="sms",
        title="two people share a mobile number", plant=_pair(("sms",)),
    ),
    Fault(
        code="users.person.repeated_row", severity="warning", table="users", column="sourcedId",
        title="one administrator in two rows with two IDs",
        plant=_pair(("givenName", "familyName", "email", "sms")),
    ),
    _value("status", "status.tobedeleted", "info", "a row that is to be deleted", "tobedeleted",
           layouts=_FULL),
)  # fmt: skip

FAULTS: Final[tuple[Fault, ...]] = (*SCHOOLS, *IDS, *ROLES, *NAMES, *CONTACTS)
