"""The OneRoster CSV standard as data: tables, columns, types, references, enumerations.

Sources: 1EdTech *OneRoster CSV Tables* 1.1 (17 April 2017, corrected 1.1.1, 22 August 2023) and *OneRoster CSV
Binding* 1.2 (1.2.1, 22 August 2023). Code that reads, checks or writes a table walks these tuples; nothing of the
standard is spelt anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Need = Literal["required", "delta", "optional"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of the standard.

    Attributes
    ----------
    name : str
        Spelling of the standard (case matters there).
    need : {"required", "delta", "optional"}
        ``delta`` columns are filled in delta deliveries only.
    type : str
        One of guid, guid list, text, list, date, datetime, year, boolean, enum, user ids.
    values : str or None
        Key of :data:`ENUMERATIONS` when ``type`` is enum.
    refers : str or None
        Table whose sourcedId the column holds.
    """

    name: str
    need: Need = "optional"
    type: str = "text"
    values: str | None = None
    refers: str | None = None


def _columns(text: str) -> tuple[Column, ...]:
    """Columns written as ``name!`` (required), ``name~`` (delta), ``name:type``, ``name=values``, ``name>table``."""
    found = []
    for word in text.split():
        name, _, refers = word.partition(">")
        name, _, values = name.partition("=")
        name, _, kind = name.partition(":")
        need: Need = "required" if name.endswith("!") else "delta" if name.endswith("~") else "optional"
        default = "enum" if values else "guid" if refers else "text"
        found.append(Column(name.rstrip("!~"), need, kind.replace("-", " ") or default, values or None, refers or None))
    return tuple(found)


_HEAD = "sourcedId!:guid status~=status dateLastModified~:datetime "

USERS_1_1 = _columns(
    _HEAD + "enabledUser!=boolean orgSourcedIds!:guid-list>orgs role!=role username! userIds:user-ids givenName! "
    "familyName! middleName identifier email sms phone agentSourcedIds:guid-list>users grades:list password"
)
USERS_1_2 = _columns(
    _HEAD + "enabledUser!=boolean username! userIds:user-ids givenName! familyName! middleName identifier email sms "
    "phone agentSourcedIds:guid-list>users grades:list password userMasterIdentifier resourceSourcedIds:guid-list "
    "preferredGivenName preferredMiddleName preferredFamilyName primaryOrgSourcedId>orgs pronouns"
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "users": USERS_1_1,
    "classes": _columns(
        _HEAD + "title! grades:list courseSourcedId!>courses classCode classType!=classType location "
        "schoolSourcedId!>orgs termSourcedIds!:guid-list>academicSessions subjects:list subjectCodes:list periods:list"
    ),
    "enrollments": _columns(
        _HEAD + "classSourcedId!>classes schoolSourcedId!>orgs userSourcedId!>users role!=enrollmentRole "
        "primary=boolean beginDate:date endDate:date"
    ),
    "orgs": _columns(_HEAD + "name! type!=orgType identifier parentSourcedId>orgs"),
    "courses": _columns(
        _HEAD + "schoolYearSourcedId>academicSessions title! courseCode grades:list orgSourcedId!>orgs subjects:list "
        "subjectCodes:list"
    ),
    "academicSessions": _columns(
        _HEAD
        + "title! type!=sessionType startDate!:date endDate!:date parentSourcedId>academicSessions schoolYear!:year"
    ),
    "demographics": _columns(
        "sourcedId!:guid>users status~=status dateLastModified~:datetime birthDate:date sex=sex "
        "americanIndianOrAlaskaNative=boolean asian=boolean blackOrAfricanAmerican=boolean "
        "nativeHawaiianOrOtherPacificIslander=boolean white=boolean demographicRaceTwoOrMoreRaces=boolean "
        "hispanicOrLatinoEthnicity=boolean countryOfBirthCode stateOfBirthAbbreviation cityOfBirth "
        "publicSchoolResidenceStatus"
    ),
    "roles": _columns(
        _HEAD + "userSourcedId!>users roleType!=roleType role!=role12 beginDate:date endDate:date orgSourcedId!>orgs "
        "userProfileSourcedId"
    ),
}

#: Files of a package that the standard knows but no rule of the kit looks into.
OTHER_FILES = (
    "categories classResources courseResources lineItems resources results userProfiles userResources scoreScales "
    "lineItemLearningObjectiveIds lineItemScoreScales resultLearningObjectiveIds resultScoreScales"
).split()

#: Users' columns that 1.2 added; known, so never reported as unknown.
LATER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "users": tuple(c.name for c in USERS_1_2 if c.name not in {d.name for d in USERS_1_1})
}

GRADES = tuple("IT PR PK TK KG 01 02 03 04 05 06 07 08 09 10 11 12 13 PS UG Other".split())  # CEDS entry grade level

ENUMERATIONS: Mapping[str, tuple[str, ...]] = {
    "status": ("active", "tobedeleted"),
    "role": ("administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"),
    "role12": tuple(
        "aide counselor districtAdministrator guardian parent principal proctor relative siteAdministrator student "
        "systemAdministrator teacher".split()
    ),
    "roleType": ("primary", "secondary"),
    "enrollmentRole": ("administrator", "proctor", "student", "teacher"),
    "classType": ("homeroom", "scheduled"),
    "orgType": ("department", "school", "district", "local", "state", "national"),
    "sessionType": ("gradingPeriod", "semester", "schoolYear", "term"),
    "sex": ("male", "female", "unspecified", "other"),
    "boolean": ("true", "false"),
}

#: roles.csv of 1.2 to users.role of 1.1, the vocabulary Connect speaks (S1). Counselor as aide: kit decision.
ROLE_1_2_TO_1_1: Mapping[str, str] = {
    "counselor": "aide",
    "districtAdministrator": "administrator",
    "principal": "administrator",
    "siteAdministrator": "administrator",
    "systemAdministrator": "administrator",
} | {role: role for role in ("aide", "guardian", "parent", "proctor", "relative", "student", "teacher")}

#: The properties of manifest.csv, besides ``file.NAME`` for each data file.
MANIFEST_PROPERTIES = ("manifest.version", "oneroster.version", "source.systemName", "source.systemCode")
#: What a manifest must say something about, be it ``absent``; the files that 1.2 added may be left out.
MANIFEST_FILES = (
    "academicSessions categories classes classResources courses courseResources demographics enrollments lineItems "
    "orgs resources results users"
).split()
MANIFEST_MODES = ("absent", "bulk", "delta")


def column_names(table: str) -> tuple[str, ...]:
    """Names of the columns of a table, in the standard's order (users: 1.1)."""
    return tuple(column.name for column in TABLES.get(table, ()))
