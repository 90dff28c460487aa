"""A file and what became of it, as the model sees them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Value = str | None
STUDENT, GUARDIAN, STAFF = "student", "guardian", "staff"
ROLES = {
    "student": STUDENT, "parent": GUARDIAN, "guardian": GUARDIAN, "relative": GUARDIAN,
    "teacher": "teacher", "aide": "teacher", "proctor": "teacher", "administrator": "admin",
}  # fmt: skip  # S1
REQUIRED = {
    "users": (["sourcedId", "role", "givenName", "familyName"], ["orgSourcedIds"]),
    "classes": (["sourcedId", "title", "grades"], ["schoolSourcedId"]),
    "enrollments": (["classSourcedId", "userSourcedId", "role"], ["schoolSourcedId"]),
    "guardians": (["studentSourcedId", "givenName", "familyName"], []),
    "student_attributes": (["studentSourcedId"], []),
}  # S1, S2, S3, decisions 8 and 9
SPELT = {
    "": {"sourceId": "sourcedId", "schoolSourcedID": "schoolSourcedId"},  # as S1 and S3 spell them
    "guardians": {"sourcedId": "guardianSourcedId"},
    "student_attributes": {"sourcedId": "studentSourcedId", "userSourcedId": "studentSourcedId"},  # decision 9
}


@dataclass(frozen=True, slots=True)
class File:
    """A file as a test writes it; a record of None stands for a line that cannot be read."""

    kind: str
    header: tuple[str, ...]
    records: tuple[tuple[str, ...] | None, ...]
    level: str = "district"
    school: str | None = None
    abandon: bool = False
    encoding: str = "utf-8"


@dataclass(slots=True)
class Row:
    """One record: its values by name (None: no value), and what becomes of it."""

    number: int
    values: dict[str, Value]
    code: str = ""
    action: str = "UNCHANGED"

    @property
    def outcome(self) -> tuple[str, str, str]:
        """Result, action and code."""
        return ("ERROR", "SKIPPED", self.code) if self.code else ("SUCCESS", self.action, "")

    def __getitem__(self, name: str) -> Value:
        return self.values.get(name)

    def list(self, name: str) -> list[str]:
        """The entries of a list, each once (S1: separated by commas)."""
        entries = (entry.strip(" ") for entry in (self[name] or "").split(","))
        return list(dict.fromkeys(entry for entry in entries if entry))

    def changed(self, action: str = "UPDATED") -> None:
        """Something was changed for this record; CREATED stays."""
        if self.action != "CREATED":
            self.action = action


@dataclass(slots=True)
class Answer:
    """What became of a file: the code that refused it, or the result of each record."""

    code: str = ""
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    disconnected: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """As FileResult.counts."""
        kinds = Counter("ERROR" if result == "ERROR" else action for result, action, _ in self.rows)
        return {name: kinds[name] for name in ("CREATED", "UPDATED", "UNCHANGED", "SKIPPED", "ERROR")}


def spelt(file: File) -> list[str]:
    """The header's names as OneRoster spells them; a byte order mark belongs to the first name (S21)."""
    names = {**SPELT[""], **SPELT.get(file.kind, {})}
    mark = "\ufeff" if file.encoding == "utf-8-sig" else ""
    header = [mark + file.header[0], *file.header[1:]]
    return [names.get(name, name) for name in header]
