"""Invented districts over a summer: what Connect holds from last year, and what the SIS delivers this year.

Written apart from the kit's own samples and from the code that it measures, with plain Python and its own names, so
that it knows what is true: which record of last year is which of this year, whose guardian was removed, who moved.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

GIVEN = (
    "Olivia Emma Ava Sophia Isabella Mia Charlotte Amelia Harper Evelyn Abigail Emily Ella Elizabeth Camila Luna "
    "Sofia Avery Mila Aria Scarlett Penelope Layla Chloe Victoria Madison Eleanor Grace Nora Riley Zoey Hannah Hazel "
    "Lily Ellie Violet Lillian Zoe Stella Aurora Natalie Emilia Everly Leah Aubrey Willow Addison Lucy Audrey Bella "
    "Nova Brooklyn Paisley Savannah Claire Skylar Isla Genesis Naomi Elena Caroline Eliana Anna Maya Valentina Ruby "
    "Kennedy Ivy Ariana Aaliyah Cora Madelyn Alice Kinsley Hailey Gabriella Allison Gianna Serenity Samantha Sarah "
    "Autumn Quinn Eva Piper Sophie Sadie Delilah Josephine Nevaeh Adeline Arya Emery Lydia Clara Vivian Madeline "
    "Peyton Julia Liam Noah Oliver William Elijah James Benjamin Lucas Mason Ethan Alexander Henry Jacob Michael "
    "Daniel Logan Jackson Sebastian Jack Aiden Owen Samuel Matthew Joseph Levi Mateo David John Wyatt Carter Julian "
    "Luke Grayson Isaac Jayden Theodore Gabriel Anthony Dylan Leo Lincoln Jaxon Asher Christopher Josiah Andrew "
    "Thomas Joshua Ezra Hudson Charles Caleb Isaiah Ryan Nathan Adrian Christian Maverick Colton Elias Aaron Eli "
    "Landon Jonathan Nolan Hunter Cameron Connor Santiago Jeremiah Ezekiel Angel Roman Easton Miles Robert Jameson "
    "Nicholas Greyson Cooper Ian Carson Axel Jaxson Dominic Leonardo Luca Austin Jordan Adam Xavier Jose Jace Everett "
    "Declan Evan Kayden Parker "
).split()
FAMILY = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson "
    "Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson "
    "Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell "
    "Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris "
    "Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward "
    "Richardson Watson Brooks Chavez Wood Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers "
    "Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Gonzales "
    "Fisher Vasquez Simmons Romero Jordan Patterson Alexander Hamilton Graham Reynolds Griffin Wallace Moreno West "
    "Cole Hayes Bryant Herrera Gibson Ellis Tran Medina Aguilar Stevens Murray Ford Castro Marshall Owens Harrison "
    "Fernandez McDonald Woods Washington Kennedy Wells Vargas Henry Chen Freeman Webb Tucker Guzman Burns Crawford "
    "Olson Simpson Porter Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon Munoz Hunt Hicks Holmes Palmer Wagner "
    "Black Robertson Boyd Rose Stone Salazar Fox Warren Mills Meyer Rice Schmidt Garza Daniels Ferguson Nichols "
    "Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley Spencer Hawkins Arnold Pierce Hansen Peters Santos "
    "Hart Bradley Knight Elliott Cunningham Duncan "
).split()
GRADES = ("KG", *(f"{n:02d}" for n in range(1, 13)))
NICKNAMES = {
    "Elizabeth": "Liz", "William": "Will", "Benjamin": "Ben", "Samuel": "Sam", "Daniel": "Danny", "Matthew": "Matt",
    "Christopher": "Chris", "Nicholas": "Nick", "Samantha": "Sam", "Madeline": "Maddie", "Alexander": "Alex",
    "Gabriella": "Gabby", "Joshua": "Josh", "Andrew": "Drew", "Thomas": "Tom", "Robert": "Rob", "Abigail": "Abby",
}  # fmt: skip

#: How an ID becomes another one.
PATTERNS: dict[str, Callable[[str], str]] = {
    "zeros_lost": lambda old: old.lstrip("0") or "0",
    "zeros_gained": lambda old: old.zfill(len(old) + 3),
    "prefix_added": lambda old: f"SIS-{old}",
    "suffix_added": lambda old: f"{old}-25",
    "prefix_removed": lambda old: old.removeprefix("S"),
    "suffix_removed": lambda old: old.removesuffix("-A"),
    "case": str.swapcase,
    "decimal": lambda old: f"{old}.0",
    "number_to_guid": lambda old: str(uuid.uuid5(uuid.NAMESPACE_OID, "district" + old)),
    "guid_to_number": lambda old: str(10_000_000 + uuid.uuid5(uuid.NAMESPACE_OID, "back" + old).int % 89_999_999),
    "unrelated": lambda old: str(500_000 + uuid.uuid5(uuid.NAMESPACE_OID, "other" + old).int % 400_000_000),
}
#: How last year's IDs look where a pattern needs them so.
FORMS: dict[str, Callable[[int], str]] = {
    "zeros_lost": lambda n: f"{n:09d}",
    "prefix_removed": lambda n: f"S{n}",
    "suffix_removed": lambda n: f"{n}-A",
    "case": lambda n: f"{n:x}ab{n % 7}f",
    "guid_to_number": lambda n: str(uuid.uuid5(uuid.NAMESPACE_OID, f"old{n}")),
}


@dataclass
class Child:
    number: int
    given: str
    family: str
    grade: int
    school: int
    born: dt.date
    guardians: list[int]
    id: str = ""
    classes: list[str] = field(default_factory=list)


@dataclass
class Adult:
    number: int
    given: str
    family: str
    email: str
    sms: str
    id: str = ""
    school: int = 0


@dataclass
class Year:
    """One school year: children, guardians and staff by number, class IDs to (school, grade, title, teacher)."""

    children: dict[int, Child]
    guardians: dict[int, Adult]
    staff: dict[int, Adult]
    classes: dict[str, tuple[int, int, str, int]]


class Written(NamedTuple):
    """Where the two sides were written, and what is true of them."""

    workspace: Path
    delivery: Path
    #: kind -> {ID on Connect: ID in the delivery} of those whose ID changed.
    crosswalk: dict[str, dict[str, str]]
    last: Year
    this: Year


class District:
    """A district of elementary, middle and high schools, and its summers."""

    def __init__(self, students: int = 600, *, schools: int = 3, seed: int = 1, pattern: str = "") -> None:
        self.random = random.Random(seed * 7919 + students)
        self.schools = [f"{101 + n:04d}" for n in range(schools)]
        self.form = FORMS.get(pattern, lambda n: str(200_000 + n))
        self._numbers = iter(self.random.sample(range(10, 90 * students + 5_000), 20 * students + 2_000))
        self.year = Year({}, {}, {}, {})
        while len(self.year.children) < students:
            self.family()
        for school in range(schools):
            for _ in range(max(2, students // schools // 18)):
                self.hire(school)
        self.seat(self.year, "24")

    # Making people.

    def _common(self, names: list[str] | tuple[str, ...]) -> str:
        """A name; the first ones of the list are several times as common as the last."""
        found: str = self.random.choices(names, [1 / (rank + 25) for rank in range(len(names))])[0]
        return found

    def _id(self) -> str:
        number: int = next(self._numbers)
        made: str = self.form(number)
        return made

    def family(self, grade: int | None = None) -> list[Child]:
        family = self._common(FAMILY)
        parents = []
        for _ in range(self.random.choice((1, 2, 2))):
            number = len(self.year.guardians) + 1
            given = self._common(GIVEN)
            own = family if self.random.random() < 0.85 else self._common(FAMILY)
            self.year.guardians[number] = Adult(
                number,
                given,
                own,
                f"{given}.{own}{number}@home.example".lower(),
                f"555{2_000_000 + number * 37:07d}",
                self._id(),
            )
            parents.append(number)
        made: list[Child] = []
        twins = self.random.random() < 0.03
        for _ in range(2 if twins else self.random.choice((1, 1, 2, 2, 3))):
            level = made[0].grade if twins and made else self.random.randrange(13) if grade is None else grade
            born = (
                made[0].born
                if twins and made
                else dt.date(2019 - level, self.random.randint(1, 12), self.random.randint(1, 28))
            )
            given = self._common(GIVEN)
            while given in {one.given for one in made}:
                given = self._common(GIVEN)
            number = len(self.year.children) + 1
            while number in self.year.children or number in getattr(self, "gone", ()):
                number += 1
            child = Child(number, given, family, level, self._school(level, number), born, list(parents), self._id())
            self.year.children[number] = child
            made.append(child)
        return made

    def _school(self, grade: int, lot: int) -> int:
        """Elementary, middle and high schools where there are three and more; else every school has every grade."""
        count = len(self.schools)
        if count < 3:
            return lot % count
        elementary = count - 2
        return lot % elementary if grade <= 5 else count - 2 if grade <= 8 else count - 1

    def hire(self, school: int) -> None:
        number = len(self.year.staff) + 1
        given, family = self._common(GIVEN), self._common(FAMILY)
        self.year.staff[number] = Adult(
            number, given, family, f"{given[0]}{family}{number}@schools.example".lower(), "", self._id(), school
        )

    def seat(self, year: Year, mark: str) -> None:
        """Give every child a homeroom and a special class, with new class IDs."""
        year.classes = {}
        for school in range(len(self.schools)):
            teachers = [one.number for one in year.staff.values() if one.school == school]
            for grade in range(13):
                group = [one for one in year.children.values() if one.school == school and one.grade == grade]
                self.random.shuffle(group)
                for part in range(0, len(group), 22):
                    room, art = (f"{mark}{school}{grade:02d}{part // 22}{kind}" for kind in "HA")
                    lead = teachers[(grade + part) % len(teachers)]
                    year.classes[room] = (school, grade, f"Homeroom {GRADES[grade]}-{part // 22 + 1}", lead)
                    year.classes[art] = (school, grade, f"Art {GRADES[grade]}-{part // 22 + 1}", teachers[0])
                    for child in group[part : part + 22]:
                        child.classes = [room, art]

    # Time.

    def copy(self) -> Year:
        year = self.year
        return Year(
            {n: replace(c, guardians=list(c.guardians), classes=list(c.classes)) for n, c in year.children.items()},
            {n: replace(g) for n, g in year.guardians.items()},
            {n: replace(s) for n, s in year.staff.items()},
            dict(year.classes),
        )

    def summer(
        self, *, leaving: float = 0.03, moving: float = 0.08, contacts: float = 0.05, slips: float = 0.02
    ) -> Year:
        """A new school year; returns last year. IDs stay, but for those of classes."""
        last, roll = self.copy(), self.random.random
        self.gone = set(last.children)
        for number, child in list(self.year.children.items()):
            if child.grade == 12 or roll() < leaving:
                del self.year.children[number]
                continue
            child.grade += 1
            lot = child.number if roll() >= moving else child.number + 1
            child.school = self._school(child.grade, lot)
            if roll() < slips / 2:
                child.given = NICKNAMES.get(child.given, child.given[:-1] + child.given[-1] * 2)
            elif roll() < slips / 2:
                child.family = f"{child.family}-{self._common(FAMILY)}"
        starting = sum(one.grade == 0 for one in last.children.values())
        while sum(one.grade == 0 for one in self.year.children.values()) < starting:
            self.family(grade=0)
        for guardian in self.year.guardians.values():
            if roll() < contacts:
                guardian.sms = f"556{self.random.randint(2_000_000, 9_999_999)}"
        for number in list(self.year.staff):
            if roll() < 0.08 and sum(s.school == self.year.staff[number].school for s in self.year.staff.values()) > 2:
                school = self.year.staff[number].school
                del self.year.staff[number]
                fresh = max(last.staff) + 1 + number
                given, family = self._common(GIVEN), self._common(FAMILY)
                self.year.staff[fresh] = Adult(
                    fresh, given, family, f"{given[0]}{family}{fresh}@schools.example".lower(), "", self._id(), school
                )
        self.seat(self.year, "25")
        return last

    def change_ids(
        self,
        pattern: str,
        kinds: Iterable[str] = ("students",),
        *,
        school: int | None = None,
        grade: int | None = None,
    ) -> None:
        """Give this year's people other IDs: of whole kinds, or of one school or one grade only."""
        change = PATTERNS[pattern]
        for kind in kinds:
            year: Any = self.year
            for person in getattr(year, "children" if kind == "students" else kind).values():
                if school is not None and getattr(person, "school", school) != school:
                    continue
                if grade is not None and getattr(person, "grade", grade) != grade:
                    continue
                person.id = change(person.id)

    def write(self, folder: Path, last: Year | None = None, *, births: bool = False) -> Written:
        """Write Connect as of last year and this year's delivery."""
        last = last or self.year
        workspace, delivery = folder / "workspace", folder / "delivery"
        write_workspace(workspace, self.schools, last)
        write_delivery(delivery, self.schools, self.year, births=births)
        named = {n for c in self.year.children.values() for n in c.guardians}
        before = {n for c in last.children.values() for n in c.guardians}
        pairs: dict[str, tuple[dict[int, Any], dict[int, Any]]] = {
            "students": (last.children, self.year.children),
            "staff": (last.staff, self.year.staff),
            "guardians": (
                {n: g for n, g in last.guardians.items() if n in before},
                {n: g for n, g in self.year.guardians.items() if n in named},
            ),
        }
        crosswalk = {
            kind: {old[n].id: new[n].id for n in old if n in new and old[n].id != new[n].id}
            for kind, (old, new) in pairs.items()
        }
        return Written(workspace, delivery, crosswalk, last, self.year)


def write_workspace(folder: Path, schools: list[str], year: Year) -> None:
    """The CSV files of a workspace (decisions.md) that holds a school year under its SIS IDs."""
    place = {n: f"CS{n:06d}" for n in year.children}
    adult = {n: f"CG{n:06d}" for n in year.guardians}
    staff = {n: f"CT{n:06d}" for n in year.staff}
    room = {own: f"CC{i:06d}" for i, own in enumerate(year.classes, 1)}
    at = [f"K{n + 1}" for n in range(len(schools))]
    named = sorted({n for child in year.children.values() for n in child.guardians})
    wards = {n: [place[c.number] for c in year.children.values() if n in c.guardians] for n in named}
    _write(folder / "schools.csv", "connectSchoolId,name,schoolId",
           ((at[n], f"School {own}", own) for n, own in enumerate(schools)))  # fmt: skip
    _write(folder / "classrooms.csv", "connectClassroomId,connectSchoolId,title,grades,classId,archived",
           ((room[own], at[s], title, GRADES[g], own, "false")
            for own, (s, g, title, _) in year.classes.items()))  # fmt: skip
    _write(folder / "students.csv",
           "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived",
           ((place[c.number], at[c.school], c.given, c.family, GRADES[c.grade], "", c.id, "false")
            for c in year.children.values()))  # fmt: skip
    _write(folder / "guardians.csv", "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds",
           ((adult[n], g.given, g.family, g.email, g.sms, "", g.id, ",".join(wards[n]))
            for n in named for g in (year.guardians[n],)))  # fmt: skip
    _write(folder / "staff.csv", "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId",
           ((staff[n], at[s.school], s.given, s.family, s.email, "", "teacher", s.id)
            for n, s in year.staff.items()))  # fmt: skip
    seats = [(room[own], place[c.number], "student") for c in year.children.values() for own in c.classes]
    seats += [(room[own], staff[lead], "teacher") for own, (_, _, _, lead) in year.classes.items() if lead in staff]
    _write(folder / "enrollments.csv", "connectClassroomId,connectUserId,role", seats)


def write_delivery(folder: Path, schools: list[str], year: Year, *, births: bool = False) -> None:
    """The CSV files that an SIS exports for a school year."""
    users: list[tuple[str, ...]] = []
    for child in year.children.values():
        agents = ",".join(year.guardians[n].id for n in child.guardians)
        users.append(
            (child.id, schools[child.school], "student", child.given, child.family, "", "", agents, GRADES[child.grade])
        )
    homes: dict[int, dict[str, None]] = {}
    for child in year.children.values():
        for n in child.guardians:
            homes.setdefault(n, {})[schools[child.school]] = None
    for n, listed in homes.items():
        g = year.guardians[n]
        users.append((g.id, ",".join(listed), "guardian", g.given, g.family, g.email, g.sms, "", ""))
    users += [
        (s.id, schools[s.school], "teacher", s.given, s.family, s.email, s.sms, "", "") for s in year.staff.values()
    ]
    header = "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades"
    _write(folder / "users.csv", header, users)
    _write(folder / "classes.csv", "sourcedId,title,grades,schoolSourcedId",
           ((own, title, GRADES[g], schools[s]) for own, (s, g, title, _) in year.classes.items()))  # fmt: skip
    seats = [(own, schools[c.school], c.id, "student") for c in year.children.values() for own in c.classes]
    seats += [(own, schools[s], year.staff[lead].id, "teacher") for own, (s, _, _, lead) in year.classes.items()]
    _write(folder / "enrollments.csv", "classSourcedId,schoolSourcedId,userSourcedId,role", seats)
    if births:
        _write(folder / "demographics.csv", "sourcedId,birthDate",
               ((c.id, c.born.isoformat()) for c in year.children.values()))  # fmt: skip


def _write(path: Path, header: str, rows: Iterable[Iterable[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
