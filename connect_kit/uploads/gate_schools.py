"""The condition about schools: that every school which is sent is on Connect (S9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.display.look import both, counted
from connect_kit.uploads.gate import Gate, some

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.targets import Facts

#: Codes of findings about leading zeros of School IDs.
_ZEROS = ("orgSourcedIds.leading_zero_lost", "schoolSourcedId.leading_zero_lost")


def schools_matched(plan: PlanData, facts: Facts | None) -> Gate:
    """Whether every school that is sent is on Connect, and what is not sent."""
    code = "schools_matched"
    if not plan.files:
        return Gate(
            code, "blocking", "nothing is prepared: it is not clear which school's files these are", "name_school"
        )
    if plan.level == "district":
        if not plan.takes_part:
            return Gate(code, "blocking", "the files name no School ID", "deliver_schools")
        there = None if facts is None else {school.school_id for school in facts.schools.values()}
        unknown = plan.unmatched_schools if there is None else [one for one in plan.takes_part if one not in there]
        if unknown:
            why = f"on no school of Connect: {some(unknown, plan.not_shown)}"
            # A School ID that lost its zeros is not to be recorded: the self-check says on which side it is wrong.
            zeros = dict.fromkeys(one.remedy for one in plan.findings if one.code.endswith(_ZEROS))
            if not zeros:
                return Gate(code, "blocking", why, "record_schools")
            others = _not_shortened(unknown, plan, there)
            return Gate(code, "blocking", why, "correct_zeros", " ".join(others), "\n".join(zeros))
        every = {1: "the School ID is", 2: "both School IDs are"}.get(
            len(plan.takes_part), f"all {len(plan.takes_part):,} School IDs are"
        )
        return Gate(code, "met", f"{every} on Connect{_left_out(plan)}")
    if plan.unmatched_schools or (plan.left_out and not (plan.named or plan.left_out_schools)):
        schools = (
            f"no school of Connect for {some(plan.unmatched_schools, plan.not_shown)}" if plan.unmatched_schools else ""
        )
        rows = f"rows left out, as they belong to none of the schools: {_by_kind(plan)}" if plan.left_out else ""
        why = "; ".join(part for part in (schools, rows) if part)
        return Gate(code, "blocking", why, "choose_school")
    sent = dict.fromkeys(file.school for file in plan.files if file.school)
    if facts is not None and (gone := [school for school in sent if school not in facts.schools]):
        why = f"the target has no school {some(gone)}"
        return Gate(code, "blocking", why, "choose_target")
    return Gate(code, "met", f"{len(sent):,} {'school' if len(sent) == 1 else 'schools'} of Connect" + _left_out(plan))


def _not_shortened(unknown: Sequence[str], plan: PlanData, there: Collection[str | None] | None) -> list[str]:
    """Those of the unknown School IDs that are no shorter than all of Connect's, or hold more than digits."""
    known = [one for one in plan.takes_part if one not in unknown] if there is None else [one for one in there if one]
    longest = max(map(len, known), default=0)
    return [one for one in unknown if longest and (len(one) >= longest or not one.isdigit())]


def _left_out(plan: PlanData) -> str:
    """What is not sent on purpose, in words that follow others."""
    words = ""
    if plan.left_out:
        sent = f", of {some(plan.takes_part, plan.not_shown)}" if plan.takes_part else ""
        words = f"; {counted(plan.rows, 'row')} sent{sent}; left out: {_by_kind(plan)}"
        if plan.left_out_schools:
            others = [
                f"{'…' if one in plan.not_shown else one}: {counted(rows, 'row')}"
                for one, rows in plan.left_out_schools.items()
            ]
            words += f" ({some(others)})"
    if plan.nowhere:
        words += f"; among them {_people(plan.nowhere)} of the district's own org without a school"
    if plan.unconnected:
        words += (
            f"; {counted(plan.unconnected, 'guardian')} left out, as no student names them: their own rows name the "
            "students, and Connect would connect nobody"
        )
    if plan.placed:
        who, one = _who(plan.placed_by_kind) or _people(plan.placed), plan.placed == 1
        words += f"; {who} {'is' if one else 'are'} sent without School IDs that do not take part, and "
        words += "comes to none of these schools" if one else "come to none of these schools"
        if plan.managed is None:
            words += (
                ": without the workspace nobody knows whom Connect has there already, and an upload takes staff and "
                "students off these schools"
            )
    if plan.staying:
        where = [
            f"{'…' if school in plan.not_shown else school}: {_who(people)}" for school, people in plan.staying.items()
        ]
        words += (
            "; sent with schools that do not take part, as Connect has them there already and an upload of the others "
            f"alone would take them off: {some(where)}"
        )
    return words


def _who(people: Mapping[str, int]) -> str:
    """In words: ``2 staff members, 1 guardian and 3 students``."""
    names = {"staff": "staff member", "guardians": "guardian", "students": "student"}
    return both([counted(people[what], name) for what, name in names.items() if people.get(what)])


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _by_kind(plan: PlanData) -> str:
    return ", ".join(f"{count:,} of {kind}" for kind, count in plan.left_out.items())
