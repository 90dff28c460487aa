"""The conditions of a real upload (decision 23): each met or blocking, why, and what is done next, as codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from connect_kit.checks.rules_by_code import rules_by_code
from connect_kit.display.look import counted
from connect_kit.identity.patterns import PATTERNS
from connect_kit.uploads import abandoning
from connect_kit.uploads.changed_ids import code_of
from connect_kit.uploads.records import last_dry_run
from connect_kit.uploads.runs import changes_by_others
from connect_kit.uploads.targets import as_target
from connect_kit.uploads.waiving import NEVER

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.uploads.changed_ids import ChangedIds
    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.records import DryRun
    from connect_kit.uploads.targets import Facts, Target

_LISTED = 5
#: Where a plan of an earlier version does not hold a finding's own remedy.
_REMEDY = "Fix it in the SIS."
#: Codes of findings about leading zeros of School IDs.
_ZEROS = ("orgSourcedIds.leading_zero_lost", "schoolSourcedId.leading_zero_lost")
#: What a gate is called.
NAMES: Mapping[str, str] = {
    "self_check": "self-check",
    "id_changes": "IDs as Connect has them",
    "schools_matched": "schools matched",
    "archive_existing": "archive existing students?",
    "dry_run": "dry run",
    "abandon": "guardians disconnected by Abandon",
}
#: What is done next, in the words of Python; the command line and the panel have their own for the same codes.
_STEPS: Mapping[str, str] = {
    "": "",
    "check": "check_roster, and plan_upload with its findings",
    "fix_or_waive": "prepare again, or plan.waive({subject!r}, reason)",
    "keep_record_or_archive": "plan_upload(audit, keep_ids=True) keeps the IDs that Connect has; or record the new "
    "IDs on Connect (audit.id_changes.save_worksheet(folder); on a twin connections(audit.id_changes)); or archive "
    "these records first (connections(audit.id_changes, archive=True)); then prepare again; or "
    "plan.waive({subject!r}, reason)",
    "keep_or_record": "plan_upload(audit, keep_ids=True) keeps the IDs that Connect has; or record the new IDs on "
    "Connect (audit.id_changes.save_worksheet(folder); on a twin connections(audit.id_changes)) and prepare again; or "
    "plan.waive({subject!r}, reason)",
    "ids_taken": "give each of these records an ID of its own in the SIS and prepare again, or "
    "plan.waive({subject!r}, reason)",
    "compare_ids": "plan_upload(audit(delivery, workspace)), or give id_changes=find_id_changes(roster, workspace); or "
    "plan.waive({subject!r}, reason)",
    "deliver_schools": "deliver orgSourcedIds and schoolSourcedId",
    "correct_zeros": "correct leading zeros on the side that the self-check names, record other School IDs on Connect "
    "(S9), and prepare again",
    "record_schools": (
        "match_schools, and record the School IDs on Connect (S9); or send only some schools: plan_upload(..., "
        "schools=[...]); or decide that one does not take part: match_schools(...).decide(School ID, None, 'out')"
    ),
    "name_school": "name the one school that is sent: plan_upload(..., school=)",
    "choose_school": "match_schools and prepare again; or name the one school that is sent: plan_upload(..., school=)",
    "choose_target": "choose the district's own target, or prepare again with its workspace",
    "answer": "plan.answer(archive_existing=True), or False",
    "archive": 'target.apply(Action("archive_students", unsynced=True))',
    "name_target": "plan.gates(target)",
    "run_dry": "upload(plan, target, dry_run=True)",
    "rehearse_again": "upload(plan, target, dry_run=True)",
    "fix_and_run_dry": "fix it, prepare again, and upload(plan, target, dry_run=True)",
    "abandon": "deliver all guardians, or prepare without abandon; or plan.waive('guardians.abandon.many', reason)",
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

    Columns: ``code`` (self_check, id_changes, schools_matched, archive_existing, dry_run; abandon, where a file is
    sent with it), ``gate`` (its name), ``state`` (``met``, ``blocking``), ``why``, ``how`` (to meet it, in Python),
    ``step`` (code of what is done next), ``subject`` (code of the finding that it is about), ``remedy`` (what the
    broken rules say is done first; a line for each).

    Parameters
    ----------
    target : Twin, str or Path, optional
        Where the files go; without one, gates that depend on it are blocking.
    """
    import pandas as pd

    place = None if target is None else as_target(target)
    facts = None if place is None else place.facts()
    found = [
        *_self_check(plan), *_changed_ids(plan), _schools(plan, facts), _archiving(plan, facts),
        *_abandon(plan, place), _dry_run(plan, place),
    ]  # fmt: skip
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
    found = [finding for finding in plan.findings if finding.code != abandoning.CODE]  # has a gate of its own
    if not found:
        return [Gate(code, "met", "no critical finding")]
    made = []
    for finding in found:
        rows = f"{finding.title} ({finding.count:,} {'row' if finding.count == 1 else 'rows'})"
        reason = plan.waivers.get(finding.code)
        if finding.code in NEVER:
            made.append(Gate(code, "blocking", rows, "name_school", finding.code))
        elif reason is not None:
            made.append(Gate(code, "met", f"{rows}; waived: {reason}", subject=finding.code))
        else:
            made.append(Gate(code, "blocking", rows, "fix_or_waive", finding.code, finding.remedy or _REMEDY))
    return made


#: What is counted, one and many; and whether archiving the records on Connect is a way out.
_KINDS: Mapping[str, tuple[str, str, bool]] = {
    "schools": ("school", "schools", False),
    "students": ("child", "children", True),
    "staff": ("member of staff", "members of staff", False),
    "guardians": ("guardian", "guardians", False),
    "classrooms": ("classroom", "classrooms", True),
}


def _changed_ids(plan: PlanData) -> list[Gate]:
    """One gate a kind of records of which many come under other IDs than Connect has (decision 26), or one for all."""
    code, made = "id_changes", []
    if plan.possible_changes:
        where, count = _some(plan.possible_changes), sum(plan.possible_changes.values())
        subject = code_of("students")
        why = (
            f"nobody has looked for changed IDs; at {where} up to {count:,} children may be on Connect under other IDs"
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
        reason = plan.waivers.get(subject)
        if reason is None:
            made.append(Gate(code, "blocking", why, step, subject))
        else:
            made.append(Gate(code, "met", f"{why}; waived: {reason}", subject=subject))
    if plan.kept_ids:
        kept = ", ".join(f"{plan.kept_ids[kind]:,} {kind}" for kind in _KINDS if kind in plan.kept_ids)
        made.append(Gate(code, "met", f"prepared with the IDs that Connect has: {kept}"))
    if made:
        return made
    few = sum(one.changed - one.kept for one in plan.changed_ids)
    if few:
        return [
            Gate(code, "met", f"only single records come under new IDs: {few:,}; see the warnings of the self-check")
        ]
    looked = (
        "no school has many records under new IDs" if plan.ids_compared else "too few came and went for many new IDs"
    )
    return [Gate(code, "met", looked)]


def _why_changed(many: list[ChangedIds]) -> str:
    kind, left = many[0].kind, sum(one.changed - one.kept for one in many)
    one_word, many_words, _ = _KINDS[kind]
    words = f"{left:,} of {sum(one.managed for one in many):,} {many_words}"
    words += f" at {_some(one.name or one.school for one in many)}" if kind != "schools" else ""
    if any(one.kept for one in many):
        noun = one_word if left == 1 else many_words
        return f"{left:,} {noun} could not be given the ID that Connect has, as another row of the delivery has it"
    patterns = dict.fromkeys(one.pattern for one in sorted(many, key=lambda one: -one.changed))
    return f"{words} come under new IDs ({', '.join(PATTERNS.get(one, one) for one in patterns)})"


def _schools(plan: PlanData, facts: Facts | None) -> Gate:
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
            # A School ID that lost its zeros is not to be recorded: the self-check says on which side it is wrong.
            zeros = any(finding.code.endswith(_ZEROS) for finding in plan.findings)
            why = f"on no school of Connect: {_some(unknown)}"
            return Gate(code, "blocking", why, "correct_zeros" if zeros else "record_schools")
        every = f"all {len(plan.takes_part):,} School IDs are on Connect"
        return Gate(code, "met", every + _left_out(plan))
    if plan.unmatched_schools or (plan.left_out and not (plan.named or plan.left_out_schools)):
        schools = f"no school of Connect for {_some(plan.unmatched_schools)}" if plan.unmatched_schools else ""
        rows = f"rows left out, as they belong to none of the schools: {_by_kind(plan)}" if plan.left_out else ""
        why = "; ".join(part for part in (schools, rows) if part)
        return Gate(code, "blocking", why, "choose_school")
    sent = dict.fromkeys(file.school for file in plan.files if file.school)
    if facts is not None and (gone := [school for school in sent if school not in facts.schools]):
        why = f"the target has no school {_some(gone)}"
        return Gate(code, "blocking", why, "choose_target")
    return Gate(code, "met", f"{len(sent):,} {'school' if len(sent) == 1 else 'schools'} of Connect" + _left_out(plan))


def _left_out(plan: PlanData) -> str:
    """What is not sent on purpose, in words that follow others."""
    words = ""
    if plan.left_out:
        sent = f", of {_some(plan.takes_part)}" if plan.takes_part else ""
        words = f"; {counted(plan.rows, 'row')} sent{sent}; left out: {_by_kind(plan)}"
        if plan.left_out_schools:
            others = [f"{one}: {counted(rows, 'row')}" for one, rows in plan.left_out_schools.items()]
            words += f" ({_some(others)})"
    if plan.nowhere:
        words += f"; among them {_people(plan.nowhere)} of the district's own org without a school"
    if plan.placed:
        are = "is" if plan.placed == 1 else "are"
        words += f"; {_people(plan.placed)} {are} sent with School IDs of schools that take part only"
    return words


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _by_kind(plan: PlanData) -> str:
    return ", ".join(f"{count:,} of {kind}" for kind, count in plan.left_out.items())


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


def _abandon(plan: PlanData, target: Target | None) -> list[Gate]:
    """How many guardians a file sent with Abandon disconnects: as the last dry run counted them, if there is one."""
    if not plan.abandons:
        return []
    last = None if target is None else last_dry_run(plan, target.id)
    found = plan.disconnections if last is None else last.disconnections
    met, why, step = abandoning.judge(plan, found, rehearsed=last is not None)
    return [Gate("abandon", "met" if met else "blocking", why, step, abandoning.CODE)]


def _dry_run(plan: PlanData, target: Target | None) -> Gate:
    code = "dry_run"
    if target is None:
        return Gate(code, "blocking", "no target was named", "name_target")
    last = last_dry_run(plan, target.id)
    if last is None:
        return Gate(code, "blocking", f"these files had no dry run on {target.district}", "run_dry")
    if aged := _aged(plan, target, last):
        return Gate(code, "blocking", aged, "rehearse_again")
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


def _aged(plan: PlanData, target: Target, last: DryRun) -> str:
    """Why a dry run no longer holds: what was done to the target since (decision 28); blank while it holds."""
    done = changes_by_others(plan, target, last.state)
    when = f"the dry run of {last.when[:19]}Z"
    if done is None:
        return f"rehearse again: {when} was made on another state of {target.district}, or does not say on which"
    if not done:
        return ""
    count = "1 change" if len(done) == 1 else f"{len(done):,} changes"
    return f"rehearse again: {count} since {when} ({_some(one.what for one in done)})"


def _some(values: Any) -> str:
    listed = list(values)
    more = f" and {len(listed) - _LISTED:,} more" if len(listed) > _LISTED else ""
    return ", ".join(map(str, listed[:_LISTED])) + more
