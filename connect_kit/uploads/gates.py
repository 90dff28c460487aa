"""The conditions of a real upload (decision 23): each met or blocking, why, and what is done next, as codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from connect_kit.checks.rules_by_code import rules_by_code
from connect_kit.uploads.records import last_dry_run
from connect_kit.uploads.targets import as_target

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.targets import Facts, Target

_LISTED = 5
#: Where a plan of an earlier version does not hold a finding's own remedy.
_REMEDY = "Fix it in the SIS."
#: Codes of findings about leading zeros of School IDs.
_ZEROS = ("orgSourcedIds.leading_zero_lost", "schoolSourcedId.leading_zero_lost")
#: What a gate is called.
NAMES: Mapping[str, str] = {
    "self_check": "self-check",
    "schools_matched": "schools matched",
    "archive_existing": "archive existing students?",
    "dry_run": "dry run",
}
#: What is done next, in the words of Python; the command line and the panel have their own for the same codes.
_STEPS: Mapping[str, str] = {
    "": "",
    "check": "check_roster, and plan_upload with its findings",
    "fix_or_waive": "prepare again, or plan.waive({subject!r}, reason)",
    "deliver_schools": "deliver orgSourcedIds and schoolSourcedId",
    "mend_zeros": "correct leading zeros on the side that the self-check names, record other School IDs on Connect "
    "(S9), and prepare again",
    "record_schools": "match_schools, and record the School IDs on Connect (S9)",
    "choose_school": "match_schools and prepare again; or name the one school that is sent: plan_upload(..., school=)",
    "choose_target": "choose the district's own target, or prepare again with its workspace",
    "answer": "plan.answer(archive_existing=True), or False",
    "archive": 'target.apply(Action("archive_students", unsynced=True))',
    "name_target": "plan.gates(target)",
    "run_dry": "upload(plan, target, dry_run=True)",
    "fix_and_run_dry": "fix it, prepare again, and upload(plan, target, dry_run=True)",
    "fix_or_waive_rows": "prepare again, or plan.waive each",
}


class Gate(NamedTuple):
    """A condition of a real upload.

    ``code`` (a key of :data:`NAMES`), ``subject`` (the code of the finding it is about, if it is about one), ``state``,
    ``why`` it is met or blocking, ``step``, the code of what is done next, and ``remedy``, what the rules that were
    broken say is done first: one line a rule.
    """

    code: str
    state: Literal["met", "blocking"]
    why: str
    step: str = ""
    subject: str = ""
    remedy: str = ""

    @property
    def name(self) -> str:
        """Its name, with the finding that it is about."""
        return NAMES[self.code] + (f": {self.subject}" if self.subject else "")


def gates(plan: PlanData, target: Target | Any = None) -> pd.DataFrame:
    """What must hold before a real upload (decision 23).

    Columns: ``code`` (self_check, schools_matched, archive_existing, dry_run), ``gate`` (its name), ``state`` (``met``,
    ``blocking``), ``why``, ``how`` (to meet it, in Python), ``step`` (code of what is done next), ``subject`` (code of
    the finding that it is about), ``remedy`` (what the broken rules say is done first; a line for each).

    Parameters
    ----------
    target : Twin, str or Path, optional
        Where the files go; without one, gates that depend on it are blocking.
    """
    import pandas as pd

    place = None if target is None else as_target(target)
    facts = None if place is None else place.facts()
    found = [*_self_check(plan), _schools(plan, facts), _archiving(plan, facts), _dry_run(plan, place)]
    rows = [
        (
            one.code, one.name, one.state, one.why,
            next_step(one.remedy.replace("\n", " "), _STEPS[one.step].format(subject=one.subject)),
            one.step, one.subject, one.remedy,
        )
        for one in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["code", "gate", "state", "why", "how", "step", "subject", "remedy"])


def next_step(remedy: str, step: str) -> str:
    """What is done next, in one sentence after the other: the remedy of what is broken, then the step."""
    return f"{remedy} Then {step}" if remedy and step else step


def _self_check(plan: PlanData) -> list[Gate]:
    code = "self_check"
    if not plan.checked:
        return [Gate(code, "blocking", "the delivery was not checked", "check")]
    if not plan.findings:
        return [Gate(code, "met", "no critical finding")]
    made = []
    for finding in plan.findings:
        rows = f"{finding.title} ({finding.count:,} {'row' if finding.count == 1 else 'rows'})"
        reason = plan.waivers.get(finding.code)
        if reason is not None:
            made.append(Gate(code, "met", f"{rows}; waived: {reason}", subject=finding.code))
        else:
            made.append(Gate(code, "blocking", rows, "fix_or_waive", finding.code, finding.remedy or _REMEDY))
    return made


def _schools(plan: PlanData, facts: Facts | None) -> Gate:
    code = "schools_matched"
    if plan.level == "district":
        if not plan.schools:
            return Gate(code, "blocking", "the files name no School ID", "deliver_schools")
        there = None if facts is None else {school.school_id for school in facts.schools.values()}
        unknown = plan.unmatched_schools if there is None else [one for one in plan.schools if one not in there]
        if unknown:
            # A School ID that lost its zeros is not to be recorded: the self-check says on which side it is wrong.
            zeros = any(finding.code.endswith(_ZEROS) for finding in plan.findings)
            why = f"on no school of Connect: {_some(unknown)}"
            return Gate(code, "blocking", why, "mend_zeros" if zeros else "record_schools")
        return Gate(code, "met", f"all {len(plan.schools):,} School IDs are on Connect")
    if plan.unmatched_schools or plan.left_out:
        lost = ", ".join(f"{count:,} of {kind}" for kind, count in plan.left_out.items())
        schools = f"no school of Connect for {_some(plan.unmatched_schools)}" if plan.unmatched_schools else ""
        rows = f"rows left out, as they belong to none of the schools: {lost}" if lost else ""
        why = "; ".join(part for part in (schools, rows) if part)
        return Gate(code, "blocking", why, "choose_school")
    sent = dict.fromkeys(file.school for file in plan.files if file.school)
    if facts is not None and (gone := [school for school in sent if school not in facts.schools]):
        why = f"the target has no school {_some(gone)}"
        return Gate(code, "blocking", why, "choose_target")
    return Gate(code, "met", f"{len(sent):,} {'school' if len(sent) == 1 else 'schools'} of Connect")


def _archiving(plan: PlanData, facts: Facts | None) -> Gate:
    code = "archive_existing"
    users = [file for file in plan.files if file.kind == "users"]
    if not users:
        return Gate(code, "met", "no users.csv is sent")
    if facts is None:
        first, left, where = plan.first_upload, 0, ""
    elif plan.level == "district":
        first, left, where = facts.synced == 0, facts.unsynced, ""
    else:
        sent = {file.school for file in users}
        there = {key: school for key, school in facts.schools.items() if key in sent}
        new = {key: school for key, school in there.items() if not school.synced}
        first, left = bool(new) or not there, sum(school.unsynced for school in new.values())
        where = f" at {_some([key for key, school in new.items() if school.unsynced])}" if left else ""
    if not first:
        return Gate(code, "met", "not the first users.csv: Connect has students with SIS ID")
    if plan.archive_existing is None:
        why = "this is the first users.csv; Connect recommends archiving the existing students before it (S0)"
        return Gate(code, "blocking", why, "answer")
    if not plan.archive_existing:
        return Gate(
            code, "met", "answered: no; students made by hand on Connect get a second record beside theirs (S12)"
        )
    if left:
        why = f"answered: yes, but {left:,} active students have no SIS ID{where}"
        return Gate(code, "blocking", why, "archive")
    why = "answered: yes" if facts is None else "answered: yes; no active student is without SIS ID"
    return Gate(code, "met", why)


def _dry_run(plan: PlanData, target: Target | None) -> Gate:
    code = "dry_run"
    if target is None:
        return Gate(code, "blocking", "no target was named", "name_target")
    last = last_dry_run(plan, target.id)
    if last is None:
        return Gate(code, "blocking", f"these files had no dry run on {target.district}", "run_dry")
    if last.refused:
        files = _some([f"{file} ({why})" for file, why in last.refused.items()])
        return Gate(code, "blocking", f"the dry run refused {files}", "fix_and_run_dry")
    refused = {why: count for why, count in last.errors.items() if why not in plan.waivers}
    if refused:
        rows = _some([f"{why or 'without a code'}: {count:,}" for why, count in refused.items()])
        remedies = [f"{why}: {rules_by_code()[why].remedy}" for why in refused if why in rules_by_code()]
        why = f"the dry run refused rows: {rows}"
        return Gate(code, "blocking", why, "fix_or_waive_rows", remedy="\n".join(remedies[:_LISTED]))
    count = sum(last.errors.values())
    rows = f", but for {count:,} refused rows that are waived" if count else ""
    return Gate(code, "met", f"succeeded at {last.when[:19]}Z{rows}")


def _some(values: Any) -> str:
    listed = list(values)
    more = f" and {len(listed) - _LISTED:,} more" if len(listed) > _LISTED else ""
    return ", ".join(map(str, listed[:_LISTED])) + more
