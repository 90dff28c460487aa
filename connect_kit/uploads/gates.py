"""The conditions of a real upload (decision 23): each met or blocking, why, and what is done next, as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.checks.rules_by_code import rules_by_code, unit_of
from connect_kit.display.look import counted
from connect_kit.uploads import abandoning
from connect_kit.uploads.gate import LISTED, STEPS, Gate, some, waived
from connect_kit.uploads.gate_archive import archiving
from connect_kit.uploads.gate_ids import changed_ids
from connect_kit.uploads.gate_schools import schools_matched
from connect_kit.uploads.records import last_dry_run
from connect_kit.uploads.runs import changes_by_others
from connect_kit.uploads.stale import stale
from connect_kit.uploads.targets import as_target
from connect_kit.uploads.waiving import NEVER

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.records import DryRun
    from connect_kit.uploads.targets import Target

#: Where a plan of an earlier version does not hold a finding's own remedy.
_REMEDY = "Fix it in the SIS."
#: What is said where all that is critical has a gate of its own: whether it is changed IDs, and Abandon.
_ELSEWHERE = {
    (False, False): "no critical finding",
    (False, True): "the critical finding is Abandon's, see below",
    (True, False): "the critical findings are those of changed IDs, see below",
    (True, True): "the critical findings are those of changed IDs and Abandon's, see below",
}


def gates(plan: PlanData, target: Target | Any = None) -> pd.DataFrame:
    """What must hold before a real upload (decision 23).

    Columns: ``code`` (self_check, id_changes, schools_matched, archive_existing, dry_run; abandon, where a file is
    sent with it), ``gate`` (its name), ``state`` (``met``, ``blocking``), ``why``, ``how`` (to meet it, in Python),
    ``step`` (code of what is done next), ``subject`` (code of the finding that it is about; of the dry run
    codes of refused rows, with blanks between), ``remedy`` (what the broken rules say is done first; a line for each).

    Parameters
    ----------
    target : Twin, str or Path, optional
        Where the files go; without one, gates that depend on it are blocking.
    """
    import pandas as pd

    place = None if target is None else as_target(target)
    facts = None if place is None else place.facts()
    last = None if place is None else last_dry_run(plan, place.id)
    why_stale = "" if place is None or facts is None else stale(plan, place, facts, last)
    found = [
        *_self_check(plan), *changed_ids(plan, why_stale), schools_matched(plan, facts), archiving(plan, facts),
        *_abandon(plan, last), _dry_run(plan, place, last),
    ]  # fmt: skip
    rows = [
        (
            one.code, one.name, one.state, one.why,
            next_step(
                one.remedy.replace("\n", " "), STEPS[one.step].format(subject=one.subject, waived=waived(one.subject))
            ),
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
    found = [finding for finding in plan.findings if finding.code != abandoning.CODE]  # has a gate of its own
    if not found:
        ids = any(one.mass and one.changed > one.kept for one in plan.changed_ids)
        return [Gate(code, "met", _ELSEWHERE[ids, bool(plan.findings)])]
    made = []
    for finding in found:
        rows = f"{finding.title} ({counted(finding.count, unit_of(finding.code))})"
        reason = plan.waivers.get(finding.code)
        if finding.code in NEVER:
            made.append(Gate(code, "blocking", rows, "name_school", finding.code))
        elif reason is not None:
            made.append(Gate(code, "met", f"{rows}; waived: {reason}", subject=finding.code))
        else:
            made.append(Gate(code, "blocking", rows, "fix_or_waive", finding.code, finding.remedy or _REMEDY))
    return made


def _abandon(plan: PlanData, last: DryRun | None) -> list[Gate]:
    """How many guardians a file sent with Abandon disconnects: as the last dry run counted them, if there is one."""
    if not plan.abandons:
        return []
    found = plan.disconnections if last is None else last.disconnections
    met, why, step = abandoning.judge(plan, found, rehearsed=last is not None)
    return [Gate("abandon", "met" if met else "blocking", why, step, abandoning.CODE)]


def _dry_run(plan: PlanData, target: Target | None, last: DryRun | None) -> Gate:
    code = "dry_run"
    if target is None:
        return Gate(code, "blocking", "not made yet", "name_target")
    if last is None:
        return Gate(code, "blocking", f"these files had no dry run on {target.district}", "run_dry")
    if aged := _aged(plan, target, last):
        return Gate(code, "blocking", aged, "rehearse_again")
    if last.refused:
        files = some([f"{file} ({why})" for file, why in last.refused.items()])
        return Gate(code, "blocking", f"the dry run refused {files}", "fix_and_run_dry")
    refused = {why: count for why, count in last.errors.items() if why not in plan.waivers}
    if refused:
        rows = some([f"{why or 'without a code'}: {count:,}" for why, count in refused.items()])
        known = {code: rule.remedy for code, rule in rules_by_code().items()}
        known |= {one.code: one.remedy for one in plan.findings if one.remedy}  # these know the side that is wrong
        remedies = [f"{why}: {known[why]}" for why in refused if why in known]
        why = f"the dry run refused rows: {rows}"
        subject = " ".join(filter(None, refused))
        step = "fix_or_waive_rows" if subject and "" not in refused else "fix_and_run_dry"
        return Gate(code, "blocking", why, step, subject, remedy="\n".join(remedies[:LISTED]))
    count = sum(last.errors.values())
    rows = f", but for {count:,} refused rows that are waived" if count else ""
    return Gate(code, "met", f"succeeded at {last.when[:19]}Z{rows}")


def _aged(plan: PlanData, target: Target, last: DryRun) -> str:
    """Why a dry run no longer holds: what was done to the target since (decision 28); blank while it holds."""
    done = changes_by_others(plan, target, last.state)
    when = f"the dry run of {last.when[:19]}Z"
    if done is None:
        other = f"another state of {target.district}, or does not say on which"
        return f"make the dry run again: {when} was made on {other}"
    if not done and last.taken_off is None:
        lacks = "did not count children removed from schools"
        return f"make the dry run again: {when} is of an earlier connect-kit, which {lacks}"
    if not done:
        return ""
    return f"make the dry run again: {counted(len(done), 'change')} since {when} ({some(one.what for one in done)})"
