"""A workspace in plain Python dicts and what an upload does to it, written from the documentation, not from the SQL.

It is slow, small and obvious: one record after the other. The twin must agree with it (test_stateful.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from connect_kit.twin.values import Settings
from tests.twin.model_adults import Home, Place, Want, place_adults

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
QUOTES = re.compile("[\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e]")


@dataclass(frozen=True, slots=True)
class File:
    """A file as a test writes it; a record of None stands for a line that is no record."""

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
    def told(self) -> tuple[str, str, str]:
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


@dataclass(slots=True)
class Student:
    given: Value
    family: Value
    grade: Value
    email: Value
    shown: Value
    sis: Value
    archived: bool = False


@dataclass(slots=True)
class Classroom:
    school: str
    title: Value
    grades: Value
    sis: Value
    archived: bool = False


@dataclass
class Model:
    """The workspace. Keys are Connect's IDs."""

    settings: Settings = field(default_factory=Settings)
    schools: dict[str, Value] = field(default_factory=dict)
    classrooms: dict[str, Classroom] = field(default_factory=dict)
    students: dict[str, Student] = field(default_factory=dict)
    at: dict[str, list[str]] = field(default_factory=dict)  # a student's schools
    place: Place = field(default_factory=Place)  # accounts and their roles
    relationships: dict[tuple[str, str], bool] = field(default_factory=dict)
    enrollments: dict[tuple[str, str], str] = field(default_factory=dict)
    attributes: dict[tuple[str, str], str] = field(default_factory=dict)
    history: dict[str, str] = field(default_factory=dict)  # whose record an item belongs to
    next: dict[str, int] = field(default_factory=lambda: {"CC": 1, "CS": 1, "CU": 1})
    done: set[tuple[str, str, str | None]] = field(default_factory=set)  # the ledger: kind, level, school

    def upload(self, file: File) -> Answer:
        """Process one file (decisions 13 to 20)."""
        if code := self.refused(file):
            return Answer(code)
        names = spelt(file)
        rows = []
        for number, record in enumerate(file.records):
            values = dict(zip(names, record or (), strict=False))
            row = Row(number, {name: value if value.strip(" ") else None for name, value in values.items()})
            row.code = "" if record else "file.malformed_line"
            rows.append(row)
        read = [row for row in rows if not row.code]
        self.refuse(file, read, set(names))
        good = [row for row in read if not row.code]
        gone = getattr(self, "_" + file.kind)(file, good, [row for row in read if row.code], set(names)) or 0
        if good:
            self.done.add((file.kind, file.level, file.school))
        return Answer("", [row.told for row in rows], gone)

    # What is refused.

    def refused(self, file: File) -> str:
        """Decision 16: the reason to refuse the file as a whole."""
        names = spelt(file)
        required, district = REQUIRED[file.kind]
        wanted = [*required, *(district if file.level == "district" else ())]
        if file.kind == "users" and self.settings.student_id == "number":
            wanted.append("identifier")
        if file.encoding not in ("utf-8", "utf-8-sig"):
            return "file.undecodable"
        if not file.records:
            return "file.empty"
        unreachable = file.kind == "guardians" and not {"email", "sms"} & set(names)  # S18: one of them is needed
        if unreachable or any(name not in names for name in wanted):
            return "header.missing_column"
        if len(set(names)) < len(names):
            return "header.repeated_column"
        column = {"users": "orgSourcedIds", "classes": "schoolSourcedId"}.get(file.kind)
        if file.level == "school" and column in names:
            place = names.index(column)
            schools = {s.strip(" ") for record in file.records if record for s in record[place].split(",")}
            if len(schools - {""}) > 1:
                return f"{file.kind}.{column}.one_school"
        return "" if self.in_order(file) else "upload.order"

    def in_order(self, file: File) -> bool:
        """S3: enrollments come after users and classes; guardians and attributes need a student (S4)."""
        if file.kind in ("guardians", "student_attributes"):
            return any(student.sis is not None for student in self.students.values())
        if file.kind != "enrollments":
            return True
        people = any(s.sis is not None for s in self.students.values()) or any(
            staff_id is not None for _, _, staff_id in self.place.staff
        )
        classes = any(room.sis is not None for room in self.classrooms.values())
        users_done = ("users", file.level, file.school) in self.done
        return (people or users_done) and (classes or ("classes", file.level, file.school) in self.done)

    def refuse(self, file: File, rows: list[Row], names: set[str]) -> None:
        """Decision 17: give each record its first reason to be refused."""
        shared = Counter(row["sourcedId"] or row["studentSourcedId"] for row in rows)
        heads: dict[str, set[str]] = {}
        for row in rows:
            told = (
                row["guardianSourcedId"]
                or "|".join(
                    v for v in (row["givenName"], row["familyName"], row["email"], row["sms"]) if v is not None
                ).lower()
            )
            heads.setdefault(row["studentSourcedId"] or "", set()).add(told)
        for row in rows:
            reasons = getattr(self, f"_{file.kind}_reasons")(file, row, names)
            for reason in reasons:
                if reason == "unique":
                    key = "sourcedId" if file.kind in ("users", "classes") else "studentSourcedId"
                    if shared[row[key]] > 1:
                        row.code = f"{file.kind}.{key}.unique"
                elif reason == "six":
                    if len(heads[row["studentSourcedId"] or ""]) > 6:
                        row.code = "guardians.student.at_most_six"
                elif reason:
                    row.code = reason
                if row.code:
                    break

    def unknown_school(self, school: str, column: str) -> str:
        """The code for a school that Connect does not know (S3: leading zeros matter)."""
        known = [s for s in self.schools.values() if s is not None]
        if school in known:
            return ""
        lost = column != "enrollments.schoolSourcedId" and padded(school, known)
        return f"{column}.leading_zero_lost" if lost else f"{column}.known_school"

    def _users_reasons(self, file: File, row: Row, names: set[str]) -> Iterable[str]:
        kind = ROLES.get((row["role"] or "").strip().lower())
        yield "" if row["sourcedId"] else "users.sourcedId.present"
        yield "unique"
        yield "users.sourcedId.characters" if QUOTES.search(row["sourcedId"] or "") else ""
        yield "" if kind else "users.role.known"
        yield "" if row["givenName"] else "users.givenName.present"
        yield "" if row["familyName"] else "users.familyName.present"
        if file.level == "district":
            yield "" if row["orgSourcedIds"] else "users.orgSourcedIds.present"
            told = [self.unknown_school(school, "users.orgSourcedIds") for school in row.list("orgSourcedIds")]
            yield next((code for code in sorted(told) if code), "")
        yield "users.agentSourcedIds.at_most_six" if kind == STUDENT and len(row.list("agentSourcedIds")) > 6 else ""
        yield "users.guardian.no_contact" if kind == GUARDIAN and not self.reachable(row) else ""

    def _classes_reasons(self, file: File, row: Row, names: set[str]) -> Iterable[str]:
        yield "" if row["sourcedId"] else "classes.sourcedId.present"
        yield "unique"
        yield "classes.sourcedId.characters" if QUOTES.search(row["sourcedId"] or "") else ""
        yield "" if row["title"] else "classes.title.present"
        if file.level == "district":
            yield "" if row["schoolSourcedId"] else "classes.schoolSourcedId.present"
            yield self.unknown_school(row["schoolSourcedId"] or "", "classes.schoolSourcedId")

    def _enrollments_reasons(self, file: File, row: Row, names: set[str]) -> Iterable[str]:
        room, user, school = row["classSourcedId"] or "", row["userSourcedId"] or "", row["schoolSourcedId"] or ""
        own = {r.sis for r in self.classrooms.values() if r.school == self.school_of(file, school)}
        rooms = {r.sis for r in self.classrooms.values() if file.level == "district" or r.school == file.school}
        people = self.enrollable()
        guardians = {guardian_id for _, guardian_id in self.place.guardians}
        told = (room, user, school if "schoolSourcedId" in names else "")
        yield "enrollments.values.quotes" if any(map(QUOTES.search, told)) else ""  # S3
        yield "" if room else "enrollments.classSourcedId.present"
        yield lost(room, rooms, "enrollments.classSourcedId", "known_class")
        yield "" if user else "enrollments.userSourcedId.present"
        yield "" if user in guardians else lost(user, people, "enrollments.userSourcedId", "known_user")
        if file.level == "district":
            yield "" if school else "enrollments.schoolSourcedId.present"
            yield self.unknown_school(school, "enrollments.schoolSourcedId")
            yield "enrollments.schoolSourcedId.same_as_class" if room in rooms and room not in own else ""
        kind = ROLES.get((row["role"] or "").strip().lower())
        yield "" if kind else "enrollments.role.known"
        wrong = kind == GUARDIAN or (user in guardians and user not in people)
        yield "enrollments.role.guardian" if wrong else ""

    def _guardians_reasons(self, file: File, row: Row, names: set[str]) -> Iterable[str]:
        yield "" if row["studentSourcedId"] else "guardians.studentSourcedId.present"
        yield "" if self.student(row["studentSourcedId"]) else "guardians.studentSourcedId.known_student"
        yield "" if row["givenName"] else "guardians.givenName.present"
        yield "" if row["familyName"] else "guardians.familyName.present"
        yield "" if self.reachable(row) else "guardians.contact.present"
        yield "six"

    def _student_attributes_reasons(self, file: File, row: Row, names: set[str]) -> Iterable[str]:
        yield "" if row["studentSourcedId"] else "student_attributes.studentSourcedId.present"
        known = self.student(row["studentSourcedId"])
        yield "" if known else "student_attributes.studentSourcedId.known_student"
        yield "unique"

    def reachable(self, row: Row) -> bool:
        """S18: a guardian needs an email or a mobile number."""
        return row["email"] is not None or row[self.settings.phone_credential_column] is not None

    # What an upload changes.

    def _users(self, file: File, rows: list[Row], bad: list[Row], names: set[str]) -> None:
        students, adults = [], []
        for row in rows:
            kind = ROLES[(row["role"] or "").strip().lower()]
            if kind == STUDENT:
                students.append(row)
            elif kind == GUARDIAN and self.settings.guardians_from == "guardians":
                row.action = "SKIPPED"
            else:
                adults.append((row, kind))
        for row in students:
            self._student(file, row, names)
        homes = self._adults(file, adults, names)
        if self.settings.guardians_from == "guardians":
            return
        listed = [(row, row["sourcedId"], agent) for row in students for agent in row.list("agentSourcedIds")]
        self.take_along([(student, agent) for _, student, agent in listed], homes)
        owner = {guardian_id: user for user, guardian_id in self.place.guardians if guardian_id is not None}
        for row, student, agent in listed:
            if agent in owner:
                self.connect(row, self.student(student) or "", owner[agent])

    def _student(self, file: File, row: Row, names: set[str]) -> None:
        sis = row["sourcedId"]
        shown = (row["identifier"] or sis) if self.settings.student_id == "number" else sis
        known = self.student(sis)
        if known is None:
            known = self.new_id("CS")
            self.students[known] = Student(None, None, None, None, shown, sis)
            self.at[known] = []
            row.action = "CREATED"
        old = self.students[known]
        new = replace(old, given=row["givenName"], family=row["familyName"], shown=shown)
        if "email" in names:
            new.email = row["email"]
        if "grades" in names:
            new.grade = next(iter(row.list("grades")), None)
        schools = self.schools_of(file, row, self.at[known])
        if new != old or schools != self.at[known]:
            row.changed()
        self.students[known], self.at[known] = new, schools

    def _adults(self, file: File, adults: list[tuple[Row, str]], names: set[str]) -> dict[str, Home]:
        wants = [
            Want(row.number, GUARDIAN if kind == GUARDIAN else STAFF, row["sourcedId"], kind, *self.details(row, names))
            for row, kind in adults
        ]
        homes = place_adults(self.place, wants, lambda: self.new_id("CU"))
        for (row, _), home in zip(adults, homes, strict=True):
            row.action = home.action
        teams: dict[str, list[Row]] = {}
        for (row, kind), home in zip(adults, homes, strict=True):
            if kind != GUARDIAN:
                teams.setdefault(home.account, []).append(row)
        for account, team in teams.items():
            before = self.place.schools.get(account, [])
            after: list[str] = [] if file.level == "district" else before
            for row in team:
                after = [*after, *(s for s in self.schools_of(file, row, []) if s not in after)]
            for row in team if after != before else ():
                row.changed()
            self.place.schools[account] = after
        return {
            row["sourcedId"] or "": home for (row, kind), home in zip(adults, homes, strict=True) if kind == GUARDIAN
        }

    def _classes(self, file: File, rows: list[Row], bad: list[Row], names: set[str]) -> None:
        for row in rows:
            school = self.school_of(file, row["schoolSourcedId"])
            known = self.classroom(school, row["sourcedId"])
            if known is None:
                self.classrooms[self.new_id("CC")] = Classroom(school, row["title"], row["grades"], row["sourcedId"])
                row.action = "CREATED"
                continue
            new = replace(known[1], title=row["title"], grades=row["grades"])
            if self.settings.unarchive_reappearing_classrooms:
                new.archived = False
            if new != known[1]:
                row.changed()
            self.classrooms[known[0]] = new

    def _enrollments(self, file: File, rows: list[Row], bad: list[Row], names: set[str]) -> None:
        for row in rows:
            known = self.classroom(self.school_of(file, row["schoolSourcedId"]), row["classSourcedId"])
            assert known is not None
            user = self.student(row["userSourcedId"])
            role = "student" if user else "teacher"
            user = user or next(a for a, _, staff_id in self.place.staff if staff_id == row["userSourcedId"])
            if (known[0], user) not in self.enrollments:
                self.enrollments[known[0], user] = role
                row.action = "CREATED"

    def _guardians(self, file: File, rows: list[Row], bad: list[Row], names: set[str]) -> int:
        groups: dict[object, list[Row]] = {}
        for row in rows:
            groups.setdefault(self.group(row, names), []).append(row)
        firsts = [team[0] for team in groups.values()]
        wants = [
            Want(row.number, GUARDIAN, row["guardianSourcedId"], GUARDIAN, *self.details(row, names)) for row in firsts
        ]
        homes = place_adults(self.place, wants, lambda: self.new_id("CU"))
        for row, home in zip(firsts, homes, strict=True):
            row.action = home.action
        at = dict(zip(groups, homes, strict=True))
        told = [(row["studentSourcedId"] or "", row["guardianSourcedId"]) for row in rows]
        moved = {r["guardianSourcedId"]: h for r, h in zip(firsts, homes, strict=True) if r["guardianSourcedId"]}
        self.take_along([(student, guardian) for student, guardian in told if guardian], moved)
        named = set()
        for row in rows:
            pair = self.student(row["studentSourcedId"]) or "", at[self.group(row, names)].account
            self.connect(row, *pair)
            named.add(pair)
        return self.abandon(file, named, bad, names) if file.abandon else 0

    def abandon(self, file: File, named: set[tuple[str, str]], bad: list[Row], names: set[str]) -> int:
        """Decision 20: disconnect what the file no longer names; a refused record names its pair all the same."""
        for row in bad:
            student, guardian = self.student(row["studentSourcedId"]), row["guardianSourcedId"]
            account = self.place.owner(GUARDIAN, guardian) if guardian else None
            account = account or self.place.with_details(self.details(row, names)[0])
            if student and account:
                named.add((student, account))
        gone = [
            pair
            for pair, managed in self.relationships.items()
            if managed and pair not in named and (file.level == "district" or file.school in self.at[pair[0]])
        ]
        for pair in gone:
            del self.relationships[pair]
        return len(gone)

    def _student_attributes(self, file: File, rows: list[Row], bad: list[Row], names: set[str]) -> None:
        for row in rows:
            student = self.student(row["studentSourcedId"]) or ""
            had = any(key[0] == student for key in self.attributes)
            for name, value in row.values.items():
                if name != "studentSourcedId" and value is not None and self.attributes.get((student, name)) != value:
                    self.attributes[student, name] = value
                    row.action = "UPDATED" if had else "CREATED"

    # Who and what is meant.

    def details(self, row: Row, names: set[str]) -> tuple[dict[str, Value], dict[str, Value]]:
        """What tells an adult (S12), and what is only noted; of the columns that the file has."""
        mobile = self.settings.phone_credential_column
        home = "phone" if mobile == "sms" else "sms"
        who = {"given": "givenName", "family": "familyName", "email": "email", "mobile": mobile}
        noted = {"home": home, "language": "language"}
        return (
            {key: row[column] for key, column in who.items() if column in names},
            {key: row[column] for key, column in noted.items() if column in names},
        )

    def group(self, row: Row, names: set[str]) -> object:
        """Which guardian of guardians.csv a record is about."""
        return row["guardianSourcedId"] or tuple(sorted(self.details(row, names)[0].items()))

    def student(self, sis: Value) -> str | None:
        return next((key for key, student in self.students.items() if sis and student.sis == sis), None)

    def classroom(self, school: str, sis: Value) -> tuple[str, Classroom] | None:
        return next((item for item in self.classrooms.items() if item[1].school == school and item[1].sis == sis), None)

    def enrollable(self) -> set[str]:
        students = {student.sis for student in self.students.values()}
        return {sis for sis in students | {staff_id for _, _, staff_id in self.place.staff} if sis is not None}

    def school_of(self, file: File, sis: Value) -> str:
        if file.level == "school":
            return file.school or ""
        return next((key for key, school_id in self.schools.items() if sis and school_id == sis), "")

    def schools_of(self, file: File, row: Row, before: list[str]) -> list[str]:
        if file.level == "district":
            return [self.school_of(file, school) for school in row.list("orgSourcedIds")]
        return before if file.school in before else [*before, file.school or ""]

    def connect(self, row: Row, student: str, account: str) -> None:
        if not self.relationships.get((student, account)):
            row.changed()
        self.relationships[student, account] = True

    def take_along(self, named: list[tuple[Value, str]], homes: dict[str, Home]) -> None:
        """Relationships that this file names go with a guardian's ID to its other account."""
        left = []
        for student, guardian in named:
            home = homes.get(guardian)
            if home and home.left:
                left.append((self.student(student) or "", home.left))
        staying = {
            (self.student(student) or "", self.place.owner(GUARDIAN, guardian) or "") for student, guardian in named
        }
        for pair in left:
            if pair not in staying:
                self.relationships.pop(pair, None)

    def new_id(self, kind: str) -> str:
        number = self.next[kind]
        self.next[kind] = number + 1
        return f"{kind}{number:08d}"


def spelt(file: File) -> list[str]:
    """The header's names as OneRoster spells them; a byte order mark belongs to the first name (S21)."""
    names = {**SPELT[""], **SPELT.get(file.kind, {})}
    mark = "\ufeff" if file.encoding == "utf-8-sig" else ""
    header = [mark + file.header[0], *file.header[1:]]
    return [names.get(name, name) for name in header]


def padded(value: str, known: Iterable[Value]) -> bool:
    """Whether a known ID differs by leading zeros only."""
    digits = [k.lstrip("0") for k in known if k is not None and re.fullmatch("[0-9]+", k)]
    return re.fullmatch("[0-9]+", value) is not None and value.lstrip("0") in digits


def lost(value: str, known: Iterable[Value], column: str, rule: str) -> str:
    """The code for a reference that leads nowhere."""
    known = list(known)
    if not value or value in known:
        return ""
    return f"{column}.leading_zero_lost" if padded(value, known) else f"{column}.{rule}"
