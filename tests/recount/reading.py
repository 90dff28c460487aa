"""A delivery read once more, with nothing but csv: rows that count, what was delivered, who holds which role.

Written from docs/decisions.md and docs/rules.md. A field of blanks is no value; a row marked to be deleted is not
there, unless a rule says so; from OneRoster 1.2, role and schools of a person are in roles.csv, the primary role first.
Rows without any value are not read (they are a finding of the reader's).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from tests.recount.pools import DAYS

BLANKS = " \t\r\n\u00a0\u200b\ufeff"
Row = dict[str, str | None]

KINDS = {
    "student": "student",
    **dict.fromkeys(("guardian", "parent", "relative"), "guardian"),
    **dict.fromkeys(("teacher", "aide", "proctor"), "teacher"),
    "administrator": "administrator",
}
STAFF = ("teacher", "administrator")
FROM_1_2 = {
    "counselor": "aide",
    "districtadministrator": "administrator",
    "principal": "administrator",
    "siteadministrator": "administrator",
    "systemadministrator": "administrator",
}


def word(text: str | None) -> str:
    """In small letters, without the blanks around it."""
    return (text or "").strip(BLANKS).lower()


def entries(text: str | None) -> list[str]:
    """The list of a field: separated by commas, blanks around an entry do not count."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def line(row: Row) -> int:
    return int(row["_line"] or 0)


def kind(row: Row) -> str:
    """student, guardian, teacher or administrator; '' for no role and for one that is not known."""
    return KINDS.get(word(row.get("role")), "")


def iso(text: str | None) -> date | None:
    """A date of the form 2026-09-01."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def day(d: Delivery, table: str, text: str | None) -> date | None:
    """The day that is meant, also in other forms than the standard's.

    Numbers are month, day and year, unless the file holds a first number above 12 and no second one; where it holds
    both, only those that leave no choice are read.
    """
    if text is None or iso(text):
        return iso(text)
    meant = DAYS.get(text, "")
    if isinstance(meant, str):
        return iso(meant)
    first, second, year = meant
    written = (
        row.get(name) or "" for row in d.live(table) for name in ("beginDate", "startDate", "endDate", "birthDate")
    )
    read = [one for one in map(DAYS.get, written) if isinstance(one, tuple)]
    day_first, month_first = any(one[0] > 12 for one in read), any(one[1] > 12 for one in read)
    if day_first and month_first and (first > 12) == (second > 12) and first <= 12:
        return None
    swapped = first > 12 if day_first and month_first else day_first
    month, number = (second, first) if swapped else (first, second)
    try:
        return date(year, month, number)
    except ValueError:
        return None


@dataclass
class Delivery:
    """A delivery and its workspace; ``every`` has all rows, ``live`` those that are not to be deleted."""

    folder: Path
    level: str
    workspace: Path | None = None
    columns: dict[str, list[str]] = field(default_factory=dict)
    every: dict[str, list[Row]] = field(default_factory=dict)
    counted: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted(self.folder.glob("*.csv")):
            rows = list(_rows(path))
            if rows:
                self.columns[path.stem], self.every[path.stem] = _header(path), rows
        if "roles" in self.every:
            self._take_roles()

    def _take_roles(self) -> None:
        held = defaultdict(list)
        for row in self.live("roles"):
            if row["userSourcedId"]:
                held[row["userSourcedId"]].append(row)
        for user in self.every["users"]:
            roles = sorted(held[user["sourcedId"] or ""], key=lambda r: (word(r.get("roleType")) != "primary", line(r)))
            named = [row for row in roles if row["role"]] or roles
            role = named[0]["role"] if named else None
            user["_role_line"] = None
            if not user.get("role"):
                user["role"] = FROM_1_2.get(word(role), word(role) if word(role) in KINDS else role) if role else None
                user["_role_line"] = named[0]["_line"] if named else None
            orgs = dict.fromkeys(row["orgSourcedId"] for row in roles if row["orgSourcedId"])
            user["orgSourcedIds"] = user.get("orgSourcedIds") or ",".join(str(org) for org in orgs) or None
        self.columns["users"] = list(dict.fromkeys([*self.columns["users"], "role", "orgSourcedIds"]))

    def live(self, table: str) -> list[Row]:
        return [row for row in self.every.get(table, []) if word(row.get("status")) != "tobedeleted"]

    def has(self, table: str, column: str = "") -> bool:
        return table in self.every and (not column or column in self.columns[table])

    def kept(self, name: str, count: Callable[[Delivery], set[str]]) -> set[str]:
        """What is counted once for a delivery."""
        if name not in self.counted:
            self.counted[name] = count(self)
        return self.counted[name]

    @cached_property
    def users(self) -> list[Row]:
        return self.live("users")

    @cached_property
    def user_by_id(self) -> dict[str, Row]:
        """The first row of an ID counts."""
        return {str(row["sourcedId"]): row for row in reversed(self.users) if row["sourcedId"]}

    @cached_property
    def class_by_id(self) -> dict[str, Row]:
        return {str(row["sourcedId"]): row for row in reversed(self.live("classes")) if row["sourcedId"]}

    def connect(self, table: str) -> list[Row]:
        """A table of the workspace."""
        path = None if self.workspace is None else self.workspace / f"{table}.csv"
        return list(_rows(path)) if path is not None and path.exists() else []

    @cached_property
    def known_schools(self) -> set[str]:
        return {row["schoolId"] for row in self.connect("schools") if row["schoolId"]}


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        end = reader.line_num
        for cells in reader:
            values: Row = {name: cell if cell.strip(BLANKS) else None for name, cell in zip(header, cells, strict=True)}
            if any(values.values()):
                yield {**values, "_line": str(end + 1)}
            end = reader.line_num
