"""Small hostile deliveries from a seed, with every kind of dirt; nothing of the kit is used to make them."""

# ruff: noqa: E501  # one row of a file reads best as one expression

from __future__ import annotations

import random

from tests.recount.dirt import Dirt
from tests.recount.pools import (
    BAD_DATES,
    DAMAGED,
    EMAILS,
    FAMILY,
    FLAGS,
    GIVEN,
    GOOD_DATES,
    GRADES,
    LANGUAGES,
    ODD_NAMES,
    ODD_ROLES,
    ORG_TYPES,
    PHONES,
    ROLES,
    SESSIONS,
)


class Maker(Dirt):
    """One delivery from one seed."""

    def make(self) -> dict[str, tuple[list[str], list[list[str]]]]:
        rich = self.layout != "connect"
        self.homes = {person: self.random.choice(self.schools) for group in self.people.values() for person in group}
        self._users(rich)
        rooms = {name: self.random.choice(self.schools) for name in self.classes}
        self._classes(rich, rooms)
        self._enrollments(rich, rooms)
        if self.guardians != "users":
            self._guardians()
        if self.random.random() < 0.4:
            rows = [[self.ref(s), self.random.choice(("blue", "red", ""))] for s in self.people["student"]]
            self.put("student_attributes", "studentSourcedId House", rows)
        if rich:
            self._orgs()
            self._sessions()
            self._courses()
            self._demographics()
        return self.files

    def _users(self, rich: bool) -> None:
        rows = []
        agents = self.people["guardian"] if self.guardians != "file" else []
        for group, persons in self.people.items():
            if group == "guardian" and not agents:
                continue
            for person in persons:
                home = self.homes[person]
                role = {"student": "student", "guardian": self.random.choice(ROLES[2:5])}.get(group) or self.pick(
                    ("teacher",), ROLES[5:]
                )
                listed = [self.school(home)]
                if self.dirty():
                    listed.append(self.school(self.random.choice(self.schools)))
                named = (
                    self.random.sample(agents, min(len(agents), self.random.choice((1, 1, 2, 2, 0))))
                    if group == "student"
                    else []
                )
                if self.dirty():
                    named = self.random.choice(
                        (
                            [],
                            named * 2,
                            [*named, "x1"],
                            [*named, self.random.choice(self.people["student"])],
                            agents[:9],
                            [*named, self.people["staff"][0]],
                        )
                    )
                rows.append([
                    self.own_id(person), *self.head(), self.pick(("true",), FLAGS), self.separator().join(listed),
                    self.pick((role,), (role,), ODD_ROLES, ROLES), self.pick(GIVEN, ODD_NAMES), self.pick(FAMILY, ODD_NAMES),
                    self.pick(("",), ("{a:1}", "{a:1},{b:2}", "a:1", "{a}")), self._contact(group, tuple(EMAILS)), self._contact(group, tuple(PHONES)),
                    self._contact(group, tuple(PHONES), 0.2), self.separator().join(self.ref(a) for a in named),
                    self.pick(("03", "KG"), tuple(GRADES), ("", " ")) if group == "student" or self.dirty() else "",
                ])  # fmt: skip
        self.random.shuffle(rows)
        names = "sourcedId status dateLastModified enabledUser orgSourcedIds role givenName familyName userIds email sms phone agentSourcedIds grades"
        if self.layout == "connect":
            self.put(
                "users",
                names,
                rows,
                "status dateLastModified enabledUser userIds email sms phone agentSourcedIds grades",
            )
        elif self.layout == "oneroster11":
            self.put("users", names, rows, "email sms phone agentSourcedIds grades")
        else:
            self._roles(rows)
            rows = [[*row, self.school(self.random.choice(self.schools))] for row in rows]
            names += " primaryOrgSourcedId"
            apart = random.Random(str(rows[0]))  # of its own, so that the rest stays as it was
            if apart.random() < 0.6:  # as the standard has it
                rows = [[*row[:4], *row[6:]] for row in rows]
                names = names.replace("orgSourcedIds role ", "")
            else:  # some rows, or all of them, leave both or one to roles.csv
                few = apart.choice(([(0, 0)], [(0, 0), (0, 1), (1, 0), (1, 1)]))
                for row in rows:
                    at_school, in_role = apart.choice(few)
                    row[4] = row[4] if at_school else ""
                    row[5] = apart.choice((row[5], row[5], "teacher")) if in_role else ""
            self.put("users", names, rows, "email sms phone agentSourcedIds grades primaryOrgSourcedId")

    def _contact(self, group: str, pool: tuple[str, ...], share: float = 0.7) -> str:
        usual = ("", *pool[:4]) if group == "student" or self.random.random() > share else pool[:5]
        return self.pick(usual, usual, pool, ("", "\t"))

    def _roles(self, users: list[list[str]]) -> None:
        later = {"administrator": "principal", "aide": "counselor"}
        rows: list[list[str]] = []
        for user in users:
            for n, org in enumerate(part.strip() for part in user[4].split(",")):
                role = later.get(user[5], user[5])
                rows.append([
                    f"r{len(rows)}", *self.head(), self.ref(user[0]), self.pick(("primary",), ("secondary", "Primary", "")) if n == 0 else "secondary",
                    self.pick((role,), (role, "guardian", "coach", "ext:coach")), self.pick(("",), GOOD_DATES, BAD_DATES), self.pick(("",), GOOD_DATES, BAD_DATES), org,
                ])  # fmt: skip
                if self.dirty():
                    break
        self.put(
            "roles",
            "sourcedId status dateLastModified userSourcedId roleType role beginDate endDate orgSourcedId",
            rows,
        )

    def _classes(self, rich: bool, rooms: dict[str, str]) -> None:
        rows = [
            [
                self.own_id(name), *self.head(), self.pick(("Math " + name, "Art"), ("Math", " math", "MATH", ""), tuple(DAMAGED)), self.pick(("03", "KG"), tuple(GRADES), ("",)),
                self.pick(("k1", "k2"), ("", "k9")), self.pick(("scheduled", "homeroom"), ("Scheduled", "", "ext:lab", "club")), self.school(school),
                self.pick(("t1", "y1"), ("t1,t2", "t9", "", "f1")), self.pick(("", "Math"), ("Math,Art",)), self.pick(("", "1"), ("1,2",)), self.pick(("1", "2"), ("",)),
            ]
            for name, school in rooms.items()
        ]  # fmt: skip
        names = "sourcedId status dateLastModified title grades courseSourcedId classType schoolSourcedId termSourcedIds subjects subjectCodes periods"
        drop = (
            "periods"
            if rich
            else "status dateLastModified courseSourcedId classType termSourcedIds subjects subjectCodes periods"
        )
        self.put("classes", names, rows, drop)

    def _enrollments(self, rich: bool, rooms: dict[str, str]) -> None:
        rows = []
        crowd = self.random.random() < 0.1
        for person in (*self.people["student"], *self.people["staff"]):
            role = "student" if person in self.people["student"] else "teacher"
            fitting = [name for name, school in rooms.items() if school == self.homes[person] or self.dirty()]
            number = 18 if self.dirty(0.2) else self.random.choice((1, 1, 2, 0))
            chosen = [self.random.choice(fitting) for _ in range(number)] if fitting else []
            rows += [self._seat(name, rooms[name], person, role) for name in chosen]
        if self.dirty():
            rows.append(self._seat(self.classes[0], rooms[self.classes[0]], self.people["guardian"][0], "student"))
        if crowd:
            name = self.classes[0]
            more = [f"n{n}" for n in range(self.random.randint(58, 66))]
            rows += [self._seat(name, rooms[name], self.random.choice(more), "student") for _ in range(90)]
        names = "sourcedId status dateLastModified classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate"
        drop = "beginDate endDate" if rich else "sourcedId status dateLastModified primary beginDate endDate"
        self.random.shuffle(rows)
        self.put("enrollments", names, rows, drop)

    def _seat(self, name: str, school: str, person: str, role: str) -> list[str]:
        return [
            f"e{self.random.randint(1, 10**6)}", *self.head(), self.ref(name), self.school(school), self.ref(person), self.pick((role,), (role,), ODD_ROLES, ROLES),
            self.pick(("",), FLAGS), self.pick(("",), GOOD_DATES, BAD_DATES), self.pick(("",), GOOD_DATES, BAD_DATES),
        ]  # fmt: skip

    def _guardians(self) -> None:
        rows = []
        for student in self.people["student"]:
            for n in range(8 if self.dirty(0.3) else self.random.choice((1, 2, 0))):
                rows.append([
                    self.ref(student), self.pick((f"g{self.random.randint(0, 9)}{n}",), ("", self.people["guardian"][0])), self.pick(GIVEN, ODD_NAMES), self.pick(FAMILY, ODD_NAMES),
                    self._contact("guardian", tuple(EMAILS)), self._contact("guardian", tuple(PHONES)), "", self.pick(("en",), LANGUAGES),
                ])  # fmt: skip
        gone = self.random.choice(("", "", "email", "sms"))
        self.put(
            "guardians",
            "studentSourcedId guardianSourcedId givenName familyName email sms phone language",
            rows,
            "phone language",
        )
        columns, rows = self.files["guardians"]
        if gone in columns:
            place = columns.index(gone)
            self.files["guardians"] = (
                columns[:place] + columns[place + 1 :],
                [row[:place] + row[place + 1 :] for row in rows],
            )

    def _orgs(self) -> None:
        rows = [
            [
                self.school(school),
                *self.head(),
                self.pick((school,), ("",)),
                self.pick(("school",), ORG_TYPES),
                self.pick(("D1",), ("", "x", school, *self.schools)),
            ]
            for school in self.schools
        ]
        rows.append(["D1", "", "", "District", "district", self.pick(("",), ("D1", *self.schools))])
        self.put("orgs", "sourcedId status dateLastModified name type parentSourcedId", rows)

    def _sessions(self) -> None:
        plan = [("y1", "schoolYear", "2024-08-01", "2025-06-30", "", "2025"), ("t1", "term", "2024-08-01", "2025-01-15", "y1", "2025"), ("t2", "term", "2025-01-15", "2025-06-30", "y1", "2025"),
                ("g1", "gradingPeriod", "2024-08-01", "2024-10-15", "t1", "2025"), ("g2", "gradingPeriod", "2024-10-15", "2024-12-20", "t1", "2025"), ("f1", "term", "2098-08-01", "2098-12-20", "", "2099")]  # fmt: skip
        ids = [row[0] for row in plan]
        rows = [
            [self.own_id(name) if self.dirty() else name, *self.head(), self.pick((name,), ("",)), self.pick((sort,), SESSIONS), self.pick((start,), GOOD_DATES, BAD_DATES, ("",)),
             self.pick((end,), GOOD_DATES, BAD_DATES, ("2025-07-01", "2024-12-31")), self.pick((parent,), (*ids, "x", "")), self.pick((year,), ("2024", "2026", "25", ""))]
            for name, sort, start, end, parent, year in plan
        ]  # fmt: skip
        self.put(
            "academicSessions",
            "sourcedId status dateLastModified title type startDate endDate parentSourcedId schoolYear",
            rows,
        )

    def _courses(self) -> None:
        rows = [
            [
                name,
                *self.head(),
                self.pick(("y1",), ("", "x")),
                self.pick((name,), ("",)),
                self.pick(("D1", *self.schools), ("", "x")),
                self.pick(("", "Math"), ("Math,Art",)),
                self.pick(("", "1"), ("1,2",)),
            ]
            for name in ("k1", "k2")
        ]
        self.put(
            "courses",
            "sourcedId status dateLastModified schoolYearSourcedId title orgSourcedId subjects subjectCodes",
            rows,
        )

    def _demographics(self) -> None:
        births = ("2016-05-01", "1890-01-01", "2099-01-01", "2001-01-01", "9/1/2025", "06/15/2024", "")
        rows = [
            [
                self.ref(person),
                *self.head(),
                self.pick(("2016-05-01",), births),
                self.pick(("female", "male"), ("", "F", "ext:x")),
                self.pick(("true", "false"), FLAGS),
                self.pick(("",), FLAGS),
            ]
            for person in self.people["student"]
        ]
        self.put("demographics", "sourcedId status dateLastModified birthDate sex asian white", rows)
