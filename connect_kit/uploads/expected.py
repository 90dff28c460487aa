"""What a real upload will do, school by school, as it is shown before somebody confirms it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connect_kit.display.look import children, disconnections, removals
from connect_kit.uploads.records import last_dry_run

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.targets import Facts, Target
    from connect_kit.uploads.values import FileResult

#: What a dry run is remembered for, by school.
_OF_DRY_RUN = (
    "children_created", "children_updated", "rows_created", "rows_updated", "disconnected", "staff_removed",
    "children_removed",
)  # fmt: skip
COLUMNS = (
    "children_created", "children_updated", "children_doubled", "rows_created", "rows_updated", "disconnected",
    "staff_removed", "children_removed",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Expected:
    """What a real upload will do, from the last dry run on this target and the duplicates of the plan.

    Attributes
    ----------
    when : str
        Time of the dry run (UTC); blank where there was none.
    doubled : int or None
        Children who would be doubled; None where nobody looked for duplicates.
    disconnected : int
        Guardian relationships that would be removed.
    staff_removed : int
        Staff who would be removed from a school, counted at each of them.
    children_removed : int
        Children who would be removed from one of several schools, counted at each of them.
    """

    when: str
    doubled: int | None
    disconnected: int
    staff_removed: int
    children_removed: int
    _table: pd.DataFrame = field(repr=False)

    @property
    def sentences(self) -> list[str]:
        """What matters of it, in words: whom it would double, disconnect and remove."""
        if self.doubled is None:
            made = ["Nobody looked for duplicate students, so nobody knows how many children would be doubled."]
        else:
            lost = disconnections(self.disconnected) if self.disconnected else "no guardian would be disconnected"
            made = [f"{children(self.doubled) if self.doubled else 'No child'} would be doubled, and {lost}."]
        if self.staff_removed or self.children_removed:
            made.append(f"{removals(self.staff_removed, self.children_removed)}, as their rows no longer list it.")
        return made

    def table(self) -> pd.DataFrame:
        """One row a school that something happens to.

        Columns: ``connectSchoolId`` (blank where the school is not known), ``school`` (name), ``children_created``,
        ``children_updated``, ``children_doubled`` (missing where nobody looked for duplicates), ``rows_created`` and
        ``rows_updated`` (of all files), ``disconnected`` (guardian relationships removed),
        ``staff_removed`` (staff whose rows no longer list the school), ``children_removed`` (children of several
        schools whose rows no longer list this one).
        """
        return self._table.copy()


def expected_upload(plan: PlanData, target: Target, doubled: Mapping[str, int] | None = None) -> Expected:
    """What a real upload of a plan to a target will do.

    Parameters
    ----------
    plan : UploadPlan
    target : Target
    doubled : mapping of str to int, optional
        Children who will be doubled, by connectSchoolId, as a forecast of the last dry run counts them; by default
        those of the plan.
    """
    import pandas as pd

    facts, last = target.facts(), last_dry_run(plan, target.id)
    seen = {} if last is None else last.schools
    if doubled is None:
        doubled = _planned(plan, facts, seen if last is not None else None)
    rows = []
    for own in sorted({*seen, *(doubled or {})}, key=lambda own: (own == "", own)):
        counts = dict.fromkeys(COLUMNS, 0) | dict(seen.get(own, {}))
        again = None if doubled is None else doubled.get(own, 0)
        name = facts.schools[own].name if own in facts.schools else ""
        rows.append((own, name, *(counts | {"children_doubled": again}).values()))
    frame = pd.DataFrame(rows, columns=["connectSchoolId", "school", *COLUMNS])
    frame = frame.astype({**dict.fromkeys(COLUMNS, "int64"), "children_doubled": "Int64"})
    return Expected(
        "" if last is None else last.when,
        None if doubled is None else sum(doubled.values()),
        int(frame["disconnected"].sum()),
        int(frame["staff_removed"].sum()),
        int(frame["children_removed"].sum()),
        frame[(frame[list(COLUMNS)].fillna(0) != 0).any(axis=1)].reset_index(drop=True),
    )


def _planned(plan: PlanData, facts: Facts, seen: Mapping[str, Mapping[str, int]] | None) -> dict[str, int] | None:
    """Children by connectSchoolId whom the plan knows to be doubled; no more of a school than are created there."""
    if not any(file.kind == "users" for file in plan.files):
        return {}  # no child is created
    if plan.verdict is None or "duplicates" in plan.verdict.left_open:
        return None
    recorded = {school.school_id: own for own, school in facts.schools.items() if school.school_id}
    found: dict[str, int] = {}
    # Archived records double nobody (S12).
    for school, number in (plan.doubled if facts.unsynced else plan.doubled_once_archived).items():
        own = school if plan.level == "school" else recorded.get(school, "")
        found[own] = found.get(own, 0) + number
    if seen is None:
        return found
    return {own: min(number, seen.get(own, {}).get("children_created", 0)) for own, number in found.items()}


def counts_by_school(files: Sequence[FileResult]) -> dict[str, dict[str, int]]:
    """What a dry run would do, by connectSchoolId; blank where that is not known."""
    found: dict[str, dict[str, int]] = {}

    def add(school: str | None, what: str, number: int) -> None:
        counts = found.setdefault(school or "", dict.fromkeys(_OF_DRY_RUN, 0))
        counts[what] += number

    for one in files:
        for tally in one.tallies:
            action = tally.action.lower()
            if tally.result == "SUCCESS" and action in ("created", "updated"):
                add(tally.school, f"rows_{action}", tally.rows)
                if tally.what == "students":
                    add(tally.school, f"children_{action}", tally.rows)
        for school, lost in one.disconnections.items():
            add(school, "disconnected", lost.relationships)
        for school, removed in one.removals.items():
            add(school, "staff_removed", removed.staff)
            add(school, "children_removed", removed.children)
    return found
