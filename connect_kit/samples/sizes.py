"""How many schools, grades and sections a district of a given size has.

Only small tables are made here (one row per school, or per school and grade); everything that
grows with the students is made by SQL from them.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date
from typing import Final

from connect_kit.samples.names import PLACES

GRADES: Final[dict[str, tuple[str, ...]]] = {
    "elementary": ("KG", "01", "02", "03", "04", "05"),
    "middle": ("06", "07", "08"),
    "high": ("09", "10", "11", "12"),
}
# Middle and high schools weigh more, so that a large district has about six enrollments a student.
WEIGHTS: Final[dict[str, int]] = {"elementary": 3, "middle": 4, "high": 5}
SECTION: Final[dict[str, int]] = {"elementary": 22, "middle": 26, "high": 26}
STUDENTS_PER_SCHOOL: Final[int] = 700
FEWEST_PER_SCHOOL: Final[int] = 6


@dataclass(frozen=True)
class School:
    """One school: the students of places ``offset`` to ``offset + size`` of its zone."""

    number: int
    zone: int
    kind: str
    school_id: str
    name: str
    offset: int
    size: int


@dataclass(frozen=True)
class Grade:
    """One grade of one school, cut into sections of about equal size."""

    school: int
    number: int
    code: str
    start: int
    size: int
    sections: int


@dataclass(frozen=True)
class Zone:
    """Schools that share families; a student's place follows from ``(k * step + shift) % size``."""

    number: int
    size: int
    first: int
    step: int
    shift: int


@dataclass(frozen=True)
class Sizes:
    """Everything about a district that does not grow with its students."""

    students: int
    seed: int
    level: str
    today: date
    place: str
    schools: tuple[School, ...]
    zones: tuple[Zone, ...]
    grades: tuple[Grade, ...]

    @property
    def domain(self) -> str:
        """Domain of the district's own email addresses."""
        return self.place.lower().replace(" ", "-") + ".example.org"


def plan_sizes(students: int, schools: int | None, seed: int, level: str, today: date) -> Sizes:
    """Lay out schools, zones and grades; the same arguments give the same layout."""
    if level == "school":
        schools = 1
    count = schools or max(3, 3 * round(students / STUDENTS_PER_SCHOOL / 3))
    chance = random.Random(f"connect-kit {seed}")
    kinds = ["elementary", "middle", "high"]
    of_school = ["middle"] if count == 1 else [kinds[i % 3] for i in range(count)]
    weights = [WEIGHTS[kind] * (0.85 + 0.3 * chance.random()) for kind in of_school]
    edges = _edges(students, weights)
    place = chance.choice(PLACES)
    ids = _school_ids(count, chance)
    made: list[School] = []
    zones: list[Zone] = []
    for first in range(0, count, 3):
        offset, zone = 0, len(zones)
        for number in range(first, min(first + 3, count)):
            size = edges[number + 1] - edges[number]
            name = f"{_school_name(number)} {of_school[number].title()} School"
            made.append(School(number, zone, of_school[number], ids[number], name, offset, size))
            offset += size
        zones.append(_zone(zone, offset, edges[first], chance))
    grades = tuple(grade for school in made for grade in _grades(school))
    return Sizes(students, seed, level, today, place, tuple(made), tuple(zones), grades)


def _edges(students: int, weights: list[float]) -> list[int]:
    """Cut the students by weight, no school below the fewest that can fill its classes."""
    spare = students - FEWEST_PER_SCHOOL * len(weights)
    total, edges, done = sum(weights), [0], 0.0
    for index, weight in enumerate(weights):
        done += weight
        edges.append(FEWEST_PER_SCHOOL * (index + 1) + math.floor(spare * done / total + 1e-9))
    edges[-1] = students
    return edges


def _school_ids(count: int, chance: random.Random) -> list[str]:
    """School IDs of one width that all begin with a zero, as spreadsheets like to damage them."""
    numbers, number = [], 100
    for _ in range(count):
        number += chance.randint(1, 4)
        numbers.append(number)
    width = max(4, len(str(number)) + 1)
    return [str(value).zfill(width) for value in numbers]


def _school_name(number: int) -> str:
    place = PLACES[number % len(PLACES)]
    turn = number // len(PLACES)
    return place if turn == 0 else f"{place} {turn + 1}"


def _zone(number: int, size: int, first: int, chance: random.Random) -> Zone:
    """A step near the golden section puts siblings, who follow each other, grades apart."""
    step = max(1, round(size * 0.618))
    while math.gcd(step, size) != 1:
        step += 1
    return Zone(number, size, first, step, chance.randrange(size))


def _grades(school: School) -> list[Grade]:
    """Cut a school into grades of equal size; a tiny school has fewer grades."""
    codes = GRADES[school.kind]
    count = min(len(codes), school.size // 2)
    found = []
    for number in range(count):
        start = -(-number * school.size // count)
        end = -(-(number + 1) * school.size // count)
        code = codes[number * len(codes) // count]
        sections = max(1, round((end - start) / SECTION[school.kind]))
        found.append(Grade(school.number, number, code, start, end - start, sections))
    return found
