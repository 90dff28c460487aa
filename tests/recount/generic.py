"""Rules that every table has alike: blank and repeated IDs, words of a list, dates, references, marks of deltas."""

from __future__ import annotations

import re
from collections import Counter

from tests.recount.reading import Delivery, entries, iso, kind, line, word
from tests.recount.statements import Lines, Statement, finds, throughout

REQUIRED = {
    "users": "sourcedId givenName familyName",
    "classes": "sourcedId title grades",
    "enrollments": "classSourcedId userSourcedId",
    "guardians": "studentSourcedId givenName familyName",
    "student_attributes": "studentSourcedId",
    "orgs": "sourcedId name type",
    "courses": "sourcedId title orgSourcedId",
    "academicSessions": "sourcedId title type startDate endDate schoolYear",
    "demographics": "sourcedId",
    "roles": "sourcedId userSourcedId roleType orgSourcedId",
}
OF_CONNECT = ("users", "classes", "enrollments", "guardians", "student_attributes")
KEYS = {"student_attributes": "studentSourcedId"}
REFERENCES = {
    "classes.courseSourcedId.known_course": "courses",
    "classes.termSourcedIds.known_term": "academicSessions",
    "courses.orgSourcedId.known_org": "orgs",
    "courses.schoolYearSourcedId.known_term": "academicSessions",
    "academicSessions.parentSourcedId.known": "academicSessions",
    "orgs.parentSourcedId.known": "orgs",
    "roles.orgSourcedId.known_org": "orgs",
}
DATES = (
    "academicSessions.startDate academicSessions.endDate enrollments.beginDate enrollments.endDate roles.beginDate "
    "roles.endDate demographics.birthDate"
).split()
#: Words as they must be written; where case counts not (yes-or-no columns), a word in another case is an info.
WORDS = {
    "orgs.type": "department school district local state national ext:",
    "academicSessions.type": "gradingPeriod semester schoolYear term ext:",
    "classes.classType": "homeroom scheduled ext:",
    "demographics.sex": "male female unspecified other ext:",
    "roles.roleType": "primary secondary",
    "roles.role": "aide counselor districtAdministrator guardian parent principal proctor relative siteAdministrator "
    "student systemAdministrator teacher ext:",
}
RACES = (
    "americanIndianOrAlaskaNative asian blackOrAfricanAmerican nativeHawaiianOrOtherPacificIslander white "
    "demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity"
).split()
FLAGS = ["users.enabledUser", "enrollments.primary", *(f"demographics.{race}" for race in RACES)]
OF_DELTAS = ("users", "classes", "enrollments", "orgs", "courses", "academicSessions", "demographics", "roles")
STAMP = re.compile(r"\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
FULL_STAMP = re.compile(r".{10}T\d\d:\d\d:\d\d([.]\d+)?(Z|[+-]\d\d:?\d\d)")


def _blank(table: str, column: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        found = [line(row) for row in d.live(table) if row.get(column) is None]
        return throughout(found, d.live(table)) if d.has(table, column) else []

    return lines


def _repeated(table: str, column: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        counts = Counter(row[column] for row in d.live(table) if row.get(column))
        return [line(row) for row in d.live(table) if counts.get(row.get(column), 0) > 1]

    return lines


def _unknown_word(table: str, column: str, words: str, *, form: bool) -> Statement:
    exact = [word for word in words.split() if word != "ext:"]
    further = "ext:" in words.split()

    def lines(d: Delivery) -> Lines:
        for row in d.live(table):
            text = row.get(column)
            known = text in exact or (further and re.fullmatch(r"ext:[0-9A-Za-z._-]+", text or ""))
            right_but_for_form = word(text) in [one.lower() for one in exact]
            if (
                text is not None
                and not known
                and right_but_for_form == form
                and not (table == "roles" and column == "role" and line(row) in bad_roles(d))
            ):
                yield line(row)

    return lines


def bad_roles(d: Delivery) -> set[int]:
    """Lines of roles.csv that give people a role which Connect does not know, or none."""
    return {int(user["_role_line"] or 0) for user in d.users if user.get("_role_line") and not kind(user)}


@finds("roles.role.known", "critical")
def first_roles_unknown(d: Delivery) -> Lines:
    return [line(row) for row in d.live("roles") if row["role"] is not None and line(row) in bad_roles(d)]


@finds("roles.role.present", "critical")
def no_role_at_all(d: Delivery) -> Lines:
    return [line(row) for row in d.live("roles") if row["role"] is None and line(row) in bad_roles(d)]


@finds("roles.role.present", "warning")
def blank_roles(d: Delivery) -> Lines:
    return [line(row) for row in d.live("roles") if row["role"] is None and line(row) not in bad_roles(d)]


def _flag(table: str, column: str, *, form: bool) -> Statement:
    def lines(d: Delivery) -> Lines:
        for row in d.live(table):
            text = row.get(column)
            if text is not None and text not in ("true", "false"):
                right_but_for_form = word(text) in ("true", "false")
                if right_but_for_form == form:
                    yield line(row)

    return lines


def _lost_reference(table: str, column: str, other: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        if not d.has(other):
            return
        known = {row["sourcedId"] for row in d.live(other)}
        several = column.endswith("Ids")
        for row in d.live(table):
            text = row.get(column)
            named = entries(text) if several else [text] if text is not None else []
            if any(one not in known for one in named):
                yield line(row)

    return lines


def _no_date(table: str, column: str) -> Statement:
    return lambda d: [line(row) for row in d.live(table) if row.get(column) is not None and not iso(row[column])]


def _status(table: str, *, info: bool) -> Statement:
    def lines(d: Delivery) -> Lines:
        for row in d.live(table):
            text = row.get("status")
            if text is None or text == "active":
                continue
            if table == "users" and word(text) == "inactive":  # a warning of its own
                continue
            if (word(text) in ("active", "inactive")) == info:
                yield line(row)

    return lines


def _bulk(table: str) -> Statement:
    """The file as a whole, once."""
    return lambda d: [None] if any(row.get("status") or row.get("dateLastModified") for row in d.live(table)) else []


def _stamp(table: str, *, info: bool) -> Statement:
    def lines(d: Delivery) -> Lines:
        for row in d.live(table):
            text = row.get("dateLastModified")
            if text is None or (iso(text[:10]) and FULL_STAMP.fullmatch(text)):
                continue
            if bool(iso(text[:10]) and STAMP.fullmatch(text)) == info:
                yield line(row)

    return lines


def _deleted(table: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        live = {line(row) for row in d.live(table)}
        return [line(row) for row in d.every.get(table, []) if line(row) not in live]

    return lines


for _table, _columns in REQUIRED.items():
    _severity = "critical" if _table in OF_CONNECT else "warning"
    for _column in _columns.split():
        finds(f"{_table}.{_column}.present", _severity)(_blank(_table, _column))
    _key = KEYS.get(_table, "sourcedId")
    if _key in _columns.split():
        finds(f"{_table}.{_key}.unique", _severity)(_repeated(_table, _key))
for _code, _other in REFERENCES.items():
    finds(_code, "warning")(_lost_reference(_code.split(".")[0], _code.split(".")[1], _other))
for _place in DATES:
    finds(f"{_place}.iso_date", "warning")(_no_date(*_place.split(".")))
for _place, _words in WORDS.items():
    _table, _column = _place.split(".")
    finds(f"{_place}.known", "warning")(_unknown_word(_table, _column, _words, form=False))
    finds(f"{_place}.known", "info")(_unknown_word(_table, _column, _words, form=True))
for _place in FLAGS:
    finds(f"{_place}.known", "warning")(_flag(*_place.split("."), form=False))
    _form = "demographics.flags.form" if _place.startswith("demographics") else f"{_place}.form"
    finds(_form, "info")(_flag(*_place.split("."), form=True))
for _table in OF_DELTAS:
    finds(f"{_table}.status.tobedeleted", "info")(_deleted(_table))
    finds(f"{_table}.status.known", "warning")(_status(_table, info=False))
    finds(f"{_table}.status.known", "info")(_status(_table, info=True))
    finds(f"{_table}.status.bulk", "info")(_bulk(_table))
    finds(f"{_table}.dateLastModified.iso_datetime", "warning")(_stamp(_table, info=False))
    finds(f"{_table}.dateLastModified.iso_datetime", "info")(_stamp(_table, info=True))
