"""Schools before their first upload: which they are, and what they are called on Connect.

A tenth of the schools await their first upload. Besides, one school's ID lost its leading zeros, and in a OneRoster
package, which holds the schools' names, another has no ID at all.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connect_kit.samples.names import PLACES

if TYPE_CHECKING:
    from connect_kit.samples.planting import FaultPlanter
    from connect_kit.samples.sizes import School, Sizes


@dataclass(frozen=True, slots=True)
class UnsyncedSchools:
    """The schools of a district whose data on Connect differs from the delivery.

    Attributes
    ----------
    awaiting : tuple of School
        Nothing was uploaded for them yet: students, guardians and classrooms were made by hand.
    without_zeros, without_id : School or None
        The school's ID on Connect lost its leading zeros; or the school has none there.
    not_rostered : str
        Name of a school on Connect that is not part of the delivery, or empty.
    """

    awaiting: tuple[School, ...]
    without_zeros: School | None
    without_id: School | None
    not_rostered: str

    @property
    def awaiting_sql(self) -> str:
        """School IDs as an SQL list."""
        return ", ".join(f"'{school.school_id}'" for school in self.awaiting)

    def workspace_id(self, school: School) -> str:
        """The ID that the school has on Connect."""
        if school == self.without_id:
            return ""
        return school.school_id.lstrip("0") if school == self.without_zeros else school.school_id

    def workspace_name(self, school: School) -> str:
        """The name that the school has on Connect."""
        if school != self.without_id:
            return school.name
        short = {"Elementary School": "Elem.", "Middle School": "MS", "High School": "High"}
        return next(school.name.replace(long, s) for long, s in short.items() if school.name.endswith(long))


def plan_unsynced(sizes: Sizes, *, layout: str, faults: bool) -> UnsyncedSchools:
    """Choose the schools; with planted faults no ID is lost, and no school that a fault takes is chosen."""
    chance = random.Random(f"by hand {sizes.seed}")
    schools = sorted(sizes.schools, key=lambda school: (school.size, school.number))
    free = schools[1:-1] if faults and len(schools) > 2 else schools
    free = chance.sample(free, len(free))
    count = max(1, round(len(schools) / 10))
    awaiting, others = free[:count], free[count:]
    lose = not faults and len(schools) > 2
    return UnsyncedSchools(
        tuple(sorted(awaiting, key=lambda school: school.number)),
        others[0] if lose else None,
        others[1] if lose and layout != "connect" else None,
        f"{PLACES[(len(schools) + 7) % len(PLACES)]} Adult Learning Center" if sizes.level == "district" else "",
    )


def school_truth(sizes: Sizes, plan: UnsyncedSchools) -> list[tuple[str, str, str, str]]:
    """Rows of truth_schools.csv."""
    rows = []
    for school in sizes.schools:
        kind = "zeros_lost" if school == plan.without_zeros else "name" if school == plan.without_id else "id"
        rows.append((school.school_id, f"CS{school.number + 1:05d}", "same", kind))
    if plan.not_rostered:
        rows.append(("", f"CS{len(sizes.schools) + 1:05d}", "no_counterpart", "not_rostered"))
    return rows


def record_what_connect_lacks(planter: FaultPlanter, plan: UnsyncedSchools) -> None:
    """Record what the self-check must find: students not archived, schools that Connect knows by another ID."""
    for school in plan.awaiting:
        connect = f"CS{school.number + 1:05d}"
        if planter.query(
            'SELECT 1 FROM unsynced_students WHERE NOT archived AND "connectSchoolId" = ? LIMIT 1', connect
        ):
            planter.follows_in_workspace("workspace.students.not_archived", "warning", "studentId", connect)
    if lost := plan.without_zeros:
        _about_rows(planter, lost, "leading_zero_lost")
        short = plan.workspace_id(lost)
        for select in (
            "SELECT count(*) FROM users WHERE role = 'student' AND \"orgSourcedIds\" = ?",
            'SELECT count(*) FROM classes WHERE "schoolSourcedId" = ?',
        ):
            if planter.query(select, lost.school_id)[0][0] >= 5:
                planter.follows_in_workspace("workspace.change.unusual", "warning", "", short)
    if plan.without_id:
        _about_rows(planter, plan.without_id, "known_school")
        planter.school_unmatched(plan.without_id.school_id)


def _about_rows(planter: FaultPlanter, school: School, rule: str) -> None:
    for table, column, code in (
        ("users", "orgSourcedIds", rule),
        ("classes", "schoolSourcedId", rule),
        ("enrollments", "schoolSourcedId", rule),
    ):
        planter.follows_at(
            f"{table}.{column}.{code}",
            "critical",
            table,
            column,
            f"SELECT _pos FROM {table} WHERE list_contains(string_split(\"{column}\", ','), ?)",
            school.school_id,
        )
