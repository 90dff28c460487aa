"""The condition about existing students: whether they are archived before a school's first users.csv (S0, S12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_kit.display.look import counted, school_label
from connect_kit.uploads.first import is_first
from connect_kit.uploads.gate import Gate, some

if TYPE_CHECKING:
    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.targets import Facts

_NOT_FIRST = "nothing to decide, as this is not the first users.csv: Connect has students with SIS ID"
_NOT_FIRST = "nothing to decide, as this is not the first users.csv: Connect has students with SIS ID"
_IDLE = (
    "answered: yes, which has no effect: every school that is sent has students with SIS ID on Connect, so that this "
    "is not its first users.csv; students who were made by hand stay as they are"
)


def first_at(plan: PlanData, facts: Facts | None) -> Mapping[str, int]:
    """Schools that get their first users.csv, as the target is now, to their active students made by hand."""
    if facts is None:
        return plan.first_schools
    if plan.level == "school":
        sent = {file.school for file in plan.files if file.kind == "users"}
    else:
        sent = {own for own, school in facts.schools.items() if school.school_id in set(plan.takes_part)}
    return {own: one.unsynced for own, one in facts.schools.items() if own in sent and not one.synced}


def _named(own: str, facts: Facts | None) -> str:
    """A school with its name, where the target is known."""
    return school_label(facts.schools[own].name if facts is not None and own in facts.schools else "", own)


def archiving(plan: PlanData, facts: Facts | None) -> Gate:
    """Whether the question of a first users.csv is answered, and the answer carried out; school by school."""
    code = "archive_existing"
    users = [file for file in plan.files if file.kind == "users"]
    if not users:
        return Gate(code, "met", "no users.csv is sent, so no student is added")
    new = first_at(plan, facts)
    known = facts is None or plan.level == "district" or any(file.school in facts.schools for file in users)
    district = plan.first_upload if facts is None else facts.synced == 0
    if not is_first(plan.level, new, district=district, there=known):
        if plan.archive_existing:
            return Gate(code, "met", _IDLE)
        return Gate(code, "met", _NOT_FIRST)
    where = (
        some([_named(own, facts) for own, left in new.items() if left])
        if not district or plan.level == "school"
        else ""
    )
    if plan.archive_existing is None:
        at = f" of {where}" if where else ""
        why = (
            f"this is the first users.csv{at}; Connect recommends archiving the existing students before it (S0), as "
            "an upload does not recognize who was added by hand, and adds them again. Are they to be archived?"
        )
        return Gate(code, "blocking", why, "answer")
    if not plan.archive_existing:
        return Gate(
            code, "met", "answered: no; students made by hand on Connect get a second record beside theirs (S12)"
        )
    left = sum(new.values())
    if left and facts is not None:
        at = f" at {where}" if where else ""
        have = "active student has" if left == 1 else "active students have"
        return Gate(code, "blocking", f"answered: yes, but {left:,} {have} no SIS ID{at}", "archive")
    why = "answered: yes" if facts is None else "answered: yes; no active student is without SIS ID"
    if left:
        why += f"; {counted(left, 'active student')} without SIS ID must be archived before the upload"
    return Gate(code, "met", why)
