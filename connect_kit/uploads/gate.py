"""One condition of a real upload, as codes; what it is called, and what is done next in the words of Python."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple

from connect_kit.uploads.choice import not_shown_in_words

#: So many of a list are named.
LISTED = 5
#: What a gate is called.
NAMES: Mapping[str, str] = {
    "self_check": "self-check",
    "id_changes": "IDs as Connect has them",
    "schools_matched": "schools matched",
    "archive_existing": "students added by hand",
    "dry_run": "dry run",
    "abandon": "guardians disconnected by Abandon",
}
#: What is done next, in the words of Python; the command line and the panel have their own for the same codes.
STEPS: Mapping[str, str] = {
    "": "",
    "check": "check_roster, and plan_upload with its findings",
    "fix_or_waive": "prepare again, or plan.waive({subject!r}, reason)",
    "keep_record_or_archive": "plan_upload(audit, keep_ids=True) keeps the IDs that Connect has; or record the new "
    "IDs on Connect (audit.id_changes.save_worksheet(folder); on a twin connections(audit.id_changes)); or archive "
    "these records first (connections(audit.id_changes, archive=True)); then prepare again; or "
    "plan.waive({subject!r}, reason) ({waived})",
    "keep_or_record": "plan_upload(audit, keep_ids=True) keeps the IDs that Connect has; or record the new IDs on "
    "Connect (audit.id_changes.save_worksheet(folder); on a twin connections(audit.id_changes)) and prepare again; or "
    "plan.waive({subject!r}, reason) ({waived})",
    "keep_or_record_single": "plan_upload(audit, keep_ids=True) keeps the IDs that Connect has; or record the new "
    "IDs on Connect (audit.id_changes.save_worksheet(folder); on a twin connections(audit.id_changes)); then prepare "
    "again",
    "archive_undecided": "look at each of them (audit.id_changes.save_worksheet(folder) lists those on Connect), and "
    "record the new IDs by hand; or archive them first (connections(audit.id_changes, archive=True)); then prepare "
    "again; or plan.waive({subject!r}, reason) ({waived})",
    "prepare_again": "plan_upload(audit(delivery, target))",
    "ids_taken": "give each of these records an ID of its own in the SIS and prepare again, or "
    "plan.waive({subject!r}, reason) ({waived})",
    "compare_ids": "plan_upload(audit(delivery, workspace)), or give id_changes=find_id_changes(roster, workspace); or "
    "plan.waive({subject!r}, reason)",
    "deliver_schools": "deliver orgSourcedIds and schoolSourcedId",
    "correct_zeros": "plan_upload(audit(delivery, target)); School IDs that differ in more than zeros are recorded on "
    "Connect (S9)",
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
    "fix_or_waive_rows": "prepare again, or plan.waive(code, reason) for each of {subject}",
}
#: What comes of a waiver about changed IDs, by the code that is waived; of other kinds, :data:`_TWICE`.
_WAIVED: Mapping[str, str] = {
    "workspace.schools.id_changed": "such a school gets none of its rows",
    "workspace.students.id_changed": "every such child will be on Connect twice",
}
_TWICE = "every such record will be on Connect twice"


class Gate(NamedTuple):
    """A condition of a real upload.

    ``code`` (a key of :data:`NAMES`), ``subject`` (the code of the finding it is about, if it is about one; of a dry
    run the codes of the rows that it refused, of schools the unknown School IDs that have not lost zeros, with blanks
    between), ``state``, ``why`` it is met or blocking, ``step``, the code of what is done next, and ``remedy``, what
    the rules that were broken say is done first: one line a rule.
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
        return NAMES[self.code] + (
            f": {self.subject}" if self.subject and self.code not in ("dry_run", "schools_matched") else ""
        )


def waived(subject: str) -> str:
    """What comes of a waiver about changed IDs."""
    return _WAIVED.get(subject, _TWICE)


def some(values: Any, not_shown: Collection[str] = ()) -> str:
    """The first of some values, and how many more there are; those that may be names are counted."""
    every = list(values)
    listed = [one for one in every if one not in not_shown]
    if len(listed) < len(every):
        return ", ".join([*([some(listed)] if listed else []), not_shown_in_words(len(every) - len(listed))])
    more = f" and {len(listed) - LISTED:,} more" if len(listed) > LISTED else ""
    return ", ".join(map(str, listed[:LISTED])) + more
