"""A workspace in plain Python dicts and what an upload does to it, written from the documentation, not from the SQL.

It is slow, small and obvious: one record after the other. The twin must agree with it (test_stateful.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from connect_kit.twin.values import Settings
from tests.twin.model_adults import Home, Place, Want, place_adults
from tests.twin.model_files import GUARDIAN, ROLES, STAFF, STUDENT, Answer, File, Row, Value, spelt
from tests.twin.model_refusals import refuse, refused


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
        if code := refused(self, file):
            return Answer(code)
        names = spelt(file)
        rows = []
        for number, record in enumerate(file.records):
            values = dict(zip(names, record or (), strict=False))
            row = Row(number, {name: value if value.strip(" ") else None for name, value in values.items()})
            row.code = "" if record else "file.malformed_line"
            rows.append(row)
        read = [row for row in rows if not row.code]
        refuse(self, file, read, set(names))
        good = [row for row in read if not row.code]
        gone = getattr(self, "_" + file.kind)(file, good, [row for row in read if row.code], set(names)) or 0
        if good:
            self.done.add((file.kind, file.level, file.school))
        return Answer("", [row.outcome for row in rows], gone)

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
        records = [(row["studentSourcedId"] or "", row["guardianSourcedId"]) for row in rows]
        moved = {r["guardianSourcedId"]: h for r, h in zip(firsts, homes, strict=True) if r["guardianSourcedId"]}
        self.take_along([(student, guardian) for student, guardian in records if guardian], moved)
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
        """What identifies an adult (S12), and what is only noted; of the columns that the file has."""
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
            return [there for school in row.list("orgSourcedIds") if (there := self.school_of(file, school))]
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
