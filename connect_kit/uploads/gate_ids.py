"""The condition about changed IDs: none of many, unless they are kept, recorded, archived or waived (decision 26)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_kit.display.look import children
from connect_kit.identity.patterns import PATTERNS, kinds_in_words
from connect_kit.uploads.changed_ids import code_of
from connect_kit.uploads.gate import Gate, some

if TYPE_CHECKING:
    from connect_kit.uploads.changed_ids import ChangedIds
    from connect_kit.uploads.plan_data import PlanData

#: What is counted, one and many; and whether archiving the records on Connect is a way out.
_KINDS: Mapping[str, tuple[str, str, bool]] = {
    "schools": ("school", "schools", False),
    "students": ("child", "children", True),
    "staff": ("member of staff", "members of staff", False),
    "guardians": ("guardian", "guardians", False),
    "classrooms": ("classroom", "classrooms", True),
}

_NEW_TERM = "; where a new term has begun, waive this, and archive the old classrooms after the upload"
_UNDECIDED = "children cannot be given the ID that Connect has, as several have one name and nothing distinguishes them"


def changed_ids(plan: PlanData, why_stale: str) -> list[Gate]:
    """One gate a kind of records of which many come under other IDs than Connect has (decision 26), or one for all.

    ``why_stale``: why the target is no longer what the plan was made for; '' where it is.
    """
    code, made = "id_changes", []
    if why_stale:
        made.append(Gate(code, "blocking", f"{why_stale}: prepare again", "prepare_again"))
    if plan.possible_changes:
        where, count = some(plan.possible_changes), sum(plan.possible_changes.values())
        subject = code_of("students")
        why = (
            f"nobody has compared the IDs with Connect's; at {where} up to {children(count)} are new in the files "
            "while others are missing there: these may be the same children under new IDs"
        )
        reason = plan.waivers.get(subject)
        made.append(
            Gate(code, "blocking", why, "compare_ids", subject)
            if reason is None
            else Gate(code, "met", f"{why}; waived: {reason}", subject=subject)
        )
    for kind, (_, _, archives) in _KINDS.items():
        many = [one for one in plan.changed_ids if one.kind == kind and one.mass and one.changed > one.kept]
        if not many:
            continue
        subject, why = code_of(kind), _why_changed(many)
        step = "ids_taken" if plan.keep_ids else "keep_record_or_archive" if archives else "keep_or_record"
        if sum(one.undecided for one in many) == sum(one.changed - one.kept for one in many):
            step = "archive_undecided"  # nothing is paired, so nothing can be kept or recorded
        reason = plan.waivers.get(subject)
        if reason is None:
            made.append(Gate(code, "blocking", why, step, subject))
        else:
            made.append(Gate(code, "met", f"{why}; waived: {reason}", subject=subject))
    if plan.kept_ids:
        kept = kinds_in_words({kind: plan.kept_ids[kind] for kind in _KINDS if kind in plan.kept_ids})
        made.append(Gate(code, "met", f"prepared with the IDs that Connect has: {kept}{_unsure(plan)}"))
    if made:
        return made
    few = sum(one.changed - one.kept for one in plan.changed_ids)
    if few:
        ways = few > sum(one.undecided for one in plan.changed_ids) and not plan.keep_ids
        why = f"only single records come under new IDs: {few:,}{_unsure(plan)}"
        return [Gate(code, "met", why, "keep_or_record_single" if ways else "")]
    looked = (
        "no school has many records under new IDs"
        if plan.ids_compared
        else "nobody has compared the IDs with Connect's, but too few children are new or missing for many changed IDs"
    )
    return [Gate(code, "met", looked)]


def _unsure(plan: PlanData) -> str:
    """Whose IDs are not exchanged although they are asked to be, as it is not sure who they are."""
    counts = {kind: sum(one.unsure for one in plan.changed_ids if one.kind == kind) for kind in _KINDS}
    if not plan.keep_ids or not any(counts.values()):
        return ""
    return f"; left as delivered, as it is not sure that they are the same: {kinds_in_words(counts)}"


def _why_changed(many: list[ChangedIds]) -> str:
    kind, left = many[0].kind, sum(one.changed - one.kept for one in many)
    undecided = sum(one.undecided for one in many)
    one_word, many_words, _ = _KINDS[kind]
    words = f"{left:,} of {sum(one.managed for one in many):,} {many_words}"
    words += f" at {some(one.name or one.school for one in many)}" if kind != "schools" else ""
    if any(one.kept for one in many):
        taken = left - undecided
        noun = one_word if taken == 1 else many_words
        why = [f"{taken:,} {noun} could not be given the ID that Connect has, as another row of the delivery has it"]
        return "; ".join([*(why if taken else ()), *([f"{undecided:,} {_UNDECIDED}"] if undecided else ())])
    if undecided and undecided < left:
        words += f", of whom {undecided:,} are not paired, as several have one name"
    patterns = dict.fromkeys(one.pattern for one in sorted(many, key=lambda one: -one.changed))
    words += f" come under new IDs ({', '.join(PATTERNS.get(one, one) for one in patterns)})"
    return words + (_NEW_TERM if kind == "classrooms" else "")
