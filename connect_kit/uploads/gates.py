"""The conditions of a real upload (decision 23), in words, each with how to close it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from connect_kit.uploads.records import rehearsed
from connect_kit.uploads.targets import as_target

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.targets import Facts, Target

_LISTED = 5


class Gate(NamedTuple):
    """A condition: ``gate`` (its name), ``state``, ``why``, and ``how`` to close it."""

    gate: str
    state: Literal["open", "closed"]
    why: str
    how: str = ""


def gates(plan: PlanData, target: Target | Any = None) -> pd.DataFrame:
    """What must hold before a real upload (decision 23).

    Columns: ``gate``, ``state`` (``open``, ``closed``), ``why``, ``how`` (to close it).

    Parameters
    ----------
    target : Twin, str or Path, optional
        Where the files go; what only the target knows is open without it.
    """
    import pandas as pd

    place = None if target is None else as_target(target)
    facts = None if place is None else place.facts()
    found = [
        *_self_check(plan),
        _schools(plan, facts),
        _archiving(plan, facts),
        _dry_run(plan, place),
    ]
    return pd.DataFrame(found, columns=list(Gate._fields))


def _self_check(plan: PlanData) -> list[Gate]:
    name = "self-check"
    if not plan.checked:
        return [
            Gate(name, "open", "the delivery was not checked", "check_roster, and plan_upload with its findings"),
        ]
    if not plan.findings:
        return [Gate(name, "closed", "no critical finding")]
    made = []
    for finding in plan.findings:
        code = finding.code
        rows = f"{finding.title} ({finding.count:,} {'row' if finding.count == 1 else 'rows'})"
        if code in plan.waivers:
            made.append(Gate(f"{name}: {code}", "closed", f"{rows}; waived: {plan.waivers[code]}"))
        else:
            how = f"mend it in the SIS and prepare again, or plan.waive({code!r}, reason)"
            made.append(Gate(f"{name}: {code}", "open", rows, how))
    return made


def _schools(plan: PlanData, facts: Facts | None) -> Gate:
    name = "schools matched"
    if plan.level == "district":
        if not plan.schools:
            return Gate(name, "open", "the files name no School ID", "deliver orgSourcedIds and schoolSourcedId")
        there = None if facts is None else {school.school_id for school in facts.schools.values()}
        unknown = plan.unmatched_schools if there is None else [one for one in plan.schools if one not in there]
        if unknown:
            why = f"on no school of Connect: {_some(unknown)}"
            return Gate(name, "open", why, "match_schools, and record the School IDs on Connect (S9)")
        return Gate(name, "closed", f"all {len(plan.schools):,} School IDs are on Connect")
    if plan.unmatched_schools or plan.left_out:
        lost = ", ".join(f"{count:,} of {kind}" for kind, count in plan.left_out.items())
        schools = f"no school of Connect for {_some(plan.unmatched_schools)}" if plan.unmatched_schools else ""
        rows = f"rows left out, as they belong to none of the schools: {lost}" if lost else ""
        why = "; ".join(part for part in (schools, rows) if part)
        how = "match_schools and prepare again; or name the one school that is sent: plan_upload(..., school=)"
        return Gate(name, "open", why, how)
    sent = dict.fromkeys(file.school for file in plan.files if file.school)
    if facts is not None and (gone := [school for school in sent if school not in facts.schools]):
        why = f"the target has no school {_some(gone)}"
        return Gate(name, "open", why, "choose the district's own target, or prepare again with its workspace")
    return Gate(name, "closed", f"{len(sent):,} {'school' if len(sent) == 1 else 'schools'} of Connect")


def _archiving(plan: PlanData, facts: Facts | None) -> Gate:
    name = "archive existing students?"
    users = [file for file in plan.files if file.kind == "users"]
    if not users:
        return Gate(name, "closed", "no users.csv is sent")
    if facts is None:
        first, left, where = plan.first_upload, 0, ""
    elif plan.level == "district":
        first, left, where = facts.synced == 0, facts.unsynced, ""
    else:
        sent = {file.school for file in users}
        there = {school: told for school, told in facts.schools.items() if school in sent}
        new = {school: told for school, told in there.items() if not told.synced}
        first, left = bool(new) or not there, sum(told.unsynced for told in new.values())
        where = f" at {_some([school for school, told in new.items() if told.unsynced])}" if left else ""
    if not first:
        return Gate(name, "closed", "not the first users.csv: students with SIS ID are there")
    if plan.archive_existing is None:
        why = "this is the first users.csv; Connect recommends archiving the existing students before it (S0)"
        return Gate(name, "open", why, "plan.answer(archive_existing=True), or False")
    if not plan.archive_existing:
        return Gate(name, "closed", "answered: no; students who are there by hand get a second record beside (S12)")
    if left:
        why = f"answered: yes, but {left:,} active students have no SIS ID{where}"
        return Gate(name, "open", why, 'target.apply(Action("archive_students", unsynced=True))')
    told = "answered: yes" if facts is None else "answered: yes; no active student is without SIS ID"
    return Gate(name, "closed", told)


def _dry_run(plan: PlanData, target: Target | None) -> Gate:
    name = "dry run"
    if target is None:
        return Gate(name, "open", "no target was named", "plan.gates(target)")
    how = "upload(plan, target, dry_run=True)"
    last = rehearsed(plan, target.id)
    if last is None:
        return Gate(name, "open", f"these files were not rehearsed on {target.district}", how)
    if last.refused:
        told = _some([f"{file} ({code})" for file, code in last.refused.items()])
        return Gate(name, "open", f"the dry run refused {told}", f"mend it, prepare again, and {how}")
    refused = {code: count for code, count in last.errors.items() if code not in plan.waivers}
    if refused:
        told = _some([f"{code}: {count:,}" for code, count in refused.items()])
        return Gate(
            name, "open", f"the dry run refused rows: {told}", "mend them and prepare again, or plan.waive each"
        )
    count = sum(last.errors.values())
    rows = f", but for {count:,} refused rows that are waived" if count else ""
    return Gate(name, "closed", f"succeeded at {last.when}{rows}")


def _some(values: Any) -> str:
    listed = list(values)
    more = f" and {len(listed) - _LISTED:,} more" if len(listed) > _LISTED else ""
    return ", ".join(map(str, listed[:_LISTED])) + more
