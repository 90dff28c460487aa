"""What each layout writes: files, columns in order, and the SQL expression behind every column."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from connect_kit.connect import FILES
from connect_kit.oneroster import OTHER_FILES, TABLES, USERS_1_2

Layout = Literal["connect", "oneroster11", "oneroster12"]
LAYOUTS: Final[tuple[Layout, ...]] = ("connect", "oneroster11", "oneroster12")
Column = tuple[str, str]


_ATTRIBUTES: Final[tuple[str, ...]] = (
    "studentSourcedId",
    "transport",
    "homeroom_colour",
    "language_at_home",
)
# Columns of the standard that the kit's tables do not store; every other one is written blank.
_COMPUTED: Final[dict[str, dict[str, str]]] = {
    "users": {
        "enabledUser": "'true'",
        "username": 'coalesce(email, lower("sourcedId"))',
        "primaryOrgSourcedId": "split_part(\"orgSourcedIds\", ',', 1)",
    },
    "classes": {"classCode": "'K' || _pos::VARCHAR", "termSourcedIds": "'TERM-1,TERM-2'"},
    "enrollments": {
        "sourcedId": "'E' || lpad(_pos::VARCHAR, 9, '0')",
        "primary": "CASE WHEN role = 'teacher' THEN 'true' ELSE 'false' END",
    },
}
_STORED: Final[dict[str, tuple[str, ...]]] = {
    "users": (*FILES["users"].columns, "status", "middleName"),
    "classes": (*FILES["classes"].columns, "courseSourcedId", "classType", "status"),
    "enrollments": (*FILES["enrollments"].columns, "beginDate", "endDate"),
}
#: Tables of the standard beside those that Connect asks for; ``roles`` in 1.2 only.
FURTHER: Final[tuple[str, ...]] = ("orgs", "courses", "academicSessions", "demographics", "roles")
#: The column that names a row in findings and in truth.csv.
KEYS: Final[dict[str, str]] = {
    **{name: file.key for name, file in FILES.items()},
    **dict.fromkeys(FURTHER, "sourcedId"),
}


def files_of(layout: Layout, guardians: str) -> tuple[str, ...]:
    """Tables that a clean delivery of the layout holds, in the order in which they are written."""
    tables = ["users", "classes", "enrollments", "student_attributes"]
    if guardians == "file":
        tables.insert(3, "guardians")
    if layout != "connect":
        tables += [table for table in FURTHER if table != "roles" or layout == "oneroster12"]
    return tuple(tables)


def columns_of(table: str, layout: Layout) -> list[Column]:
    """Columns of a file as (title, SQL expression)."""
    if table == "student_attributes":
        return [(name, f'"{name}"') for name in _ATTRIBUTES]
    if table == "guardians":
        return [(name, f'"{name}"') for name in FILES["guardians"].columns]
    if layout == "connect":
        return [(name, f'"{name}"') for name in FILES[table].columns]
    standard = USERS_1_2 if (table, layout) == ("users", "oneroster12") else TABLES[table]
    stored = _STORED.get(table)
    computed = _COMPUTED.get(table, {})
    found = []
    for column in standard:
        if column.name in computed:
            found.append((column.name, computed[column.name]))
        elif stored is None or column.name in stored:
            found.append((column.name, f'"{column.name}"'))
        else:
            found.append((column.name, "NULL"))
    return found


def school_year(today: date) -> tuple[date, date, date]:
    """First day, middle and end (exclusive) of the school year around a day."""
    first = today.year if today.month >= 7 else today.year - 1
    return date(first, 7, 1), date(first + 1, 1, 1), date(first + 1, 7, 1)


def manifest_rows(layout: Layout, tables: tuple[str, ...]) -> list[tuple[str, str]]:
    """Properties of manifest.csv for the files that are written."""
    version = "1.1" if layout == "oneroster11" else "1.2"
    later = {"roles", *OTHER_FILES[OTHER_FILES.index("userProfiles") :]}
    names = sorted(name for name in {*TABLES, *OTHER_FILES} if layout == "oneroster12" or name not in later)
    return [
        ("manifest.version", "1.0"),
        ("oneroster.version", version),
        *((f"file.{name}", "bulk" if name in tables else "absent") for name in names),
        ("source.systemName", "Invented SIS"),
        ("source.systemCode", "invented-sis"),
    ]
