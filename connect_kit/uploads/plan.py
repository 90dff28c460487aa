"""The upload plan: prepared files in the documented order, and what must hold before they are sent."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.checks.verdict_words import verdict_html
from connect_kit.display import charts
from connect_kit.display.html import table_html
from connect_kit.display.look import children, counted
from connect_kit.engine.arguments import checked
from connect_kit.errors import PlanError, SettingError
from connect_kit.uploads.abandoning import CODE as ABANDON
from connect_kit.uploads.gates import gates
from connect_kit.uploads.plan_data import PlanData
from connect_kit.uploads.plan_file import plan_fields, write_plan
from connect_kit.uploads.plan_folder import copy_files, prepared_beside, settle
from connect_kit.uploads.records import refused_codes
from connect_kit.uploads.values import digest_of
from connect_kit.uploads.waiving import NEVER, check_waiver

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.uploads.expected import Expected
    from connect_kit.uploads.targets import Target


@dataclass(frozen=True)
class UploadPlan(PlanData):
    """Which files are sent in which order, and what is known of them; :func:`plan_upload` makes it.

    It is kept in its folder as ``plan.json``, beside the files; :func:`read_plan` reads it again.

    Attributes
    ----------
    folder : Path
    level : {"district", "school"}
    files : tuple of UploadFile
        In the order of uploads (S0), school by school at school level.
    file_rows : tuple of int
        Rows of each file.
    delivery : str
        Name of the delivery.
    made : str
        When, in UTC.
    checked : bool
        Whether findings of the self-check were given.
    findings : tuple of Critical
        Critical ones, waived or not; see :attr:`critical`.
    waivers : mapping of str to str
        Code of what is waived, to the reason.
    schools : tuple of str
        School IDs that the delivery names; the district's own org is not one.
    takes_part : tuple of str
        Those of them that take part in this upload.
    named : bool
        Whether somebody named the schools that take part.
    unmatched_schools : tuple of str
        Those that take part and are on no school of the workspace.
    left_out : mapping of str to int
        Rows that are not sent, as they belong to none of the schools that are, by kind.
    left_out_schools : mapping of str to int
        Rows of users, classes and enrollments that are not sent, by the School ID of a school that does not take part.
    nowhere : int
        People of the district's own org who are not sent, as no school was found for them.
    placed : int
        People who are sent without School IDs that they list, or with others: those of schools that take part, and
        those that they stay at.
    placed_by_kind : mapping of str to int
        The same by what they are: ``students``, ``guardians``, ``staff``.
    staying : mapping of str to mapping
        Where people stay, as the delivery and Connect both have them there, although the school does not take part: its
        School ID, to students and staff by number. Without their School IDs an upload would take them off the school.
    unconnected : int
        Guardians who are not sent, as they name their students instead of being named, and nobody would be connected.
    first_upload : bool
        Whether no student of the workspace had a SIS ID.
    archive_existing : bool or None
        The answer to "archive existing students?" (S0); None as long as nobody has answered.
    undecided_classrooms : int
        Classrooms of Connect whose partner is suggested and not decided.
    changed_ids : tuple of ChangedIds
        Records that the delivery holds under another ID than Connect, by kind and school; see :attr:`kept_ids`.
    ids_compared : bool
        Whether anybody has looked for them.
    managed, new_students : int or None
        Students under the SIS on Connect, not archived, and students of the files whom Connect does not have, when the
        plan was made: where the target differs, its conclusions about IDs no longer hold. None without a workspace.
    keep_ids : bool
        Whether the files hold the IDs that Connect has; ``crosswalk.csv`` beside them says which were exchanged.
    possible_changes : mapping of str to int
        Where nobody has looked: schools at which so many students came and went that IDs may have changed.
    options : mapping
        Further options with which :func:`plan_upload` was called, so that it can be called again.
    verdict : Verdict or None
        That of the audit, without what is solved in the prepared files; None for a delivery that was not checked.
    doubled : mapping of str to int
        Children who would be doubled, by School ID; at school level by connectSchoolId.
    doubled_once_archived : mapping of str to int
        The same, once the students without SIS ID on Connect are archived.
    not_shown : tuple of str
        What stands as School ID and may be a name of a person, so that nothing shows it.
    causes : tuple of Cause
        Root causes in what is sent, in the order in which to correct them.
    causes_elsewhere, causes_solved : int
        Causes of the delivery that are not among them: of schools that are not sent, and solved by the IDs that Connect
        has.
    first_schools : mapping of str to int
        Schools that are sent and have no student with SIS ID on Connect yet, by connectSchoolId, to the active students
        who were made by hand there.
    not_corrected : mapping of str to tuple of int
        Of a plan to send corrected rows again: lines that failed and that the corrected delivery does not hold, by the
        file that was sent.
    abandon_limit : float
        Percent of a school's connected guardian relationships that Abandon may disconnect without a waiver.
    disconnections : mapping of str to Disconnections, or None
        What Abandon would disconnect, by connectSchoolId, as far as the workspace shows it; None without one. A dry run
        counts exactly.
    undecided_schools : int
        Schools of Connect whose partner is suggested and not decided.
    source : str
        Where the delivery was when the plan was made; blank for a roster from DataFrames.
    command : tuple of str
        What made the plan on the command line: ``prepare``, the delivery as it was typed and the options; or
        ``resend``, the plan that was sent and the corrected delivery; empty where it was made in Python.
    """

    # Conditions.

    gates = gates

    def ready(self, target: Target | Any) -> bool:
        """Whether all gates are met."""
        return bool((self.gates(target)["state"] == "met").all())

    def waive(self, code: str, reason: str) -> UploadPlan:
        """Waive a critical finding, what Abandon disconnects, or rows that the target refuses with this code.

        Raises
        ------
        SettingError
            Without a reason, for a code that neither the self-check nor a dry run has reported, or for one that
            cannot be waived.
        PlanError
            When another plan has taken its place in the folder.
        """
        further = refused_codes(self.folder) | ({ABANDON} if self.abandons else frozenset())
        waived = self._waived({code: reason}, further)
        return rewrite_plan(waived, lambda there: {"archive_existing": there.archive_existing})

    def _waived(self, waivers: Mapping[str, str], further: frozenset[str] = frozenset()) -> UploadPlan:
        known = dict.fromkeys((*(finding.code for finding in self.findings), *self.id_codes, *sorted(further)))
        for code, reason in waivers.items():
            if code not in known and code not in NEVER:
                codes = ", ".join(one for one in known if one not in NEVER) or "none"
                raise SettingError(f"{code!r} needs no waiver; codes that can be waived here: {codes}")
            check_waiver(code, reason)
        return replace(self, waivers={**self.waivers, **{code: str(why).strip() for code, why in waivers.items()}})

    def answer(self, *, archive_existing: bool) -> UploadPlan:
        """Answer "archive existing students?", which the first users.csv asks (S0, decision 23).

        Raises
        ------
        SettingError
            For another answer than True or False.
        PlanError
            When another plan has taken its place in the folder.
        """
        yes_or_no("archive_existing", archive_existing)
        return rewrite_plan(replace(self, archive_existing=archive_existing))

    def verify(self) -> None:
        """Check that the files are as they were planned.

        Raises
        ------
        PlanError
            Naming the file that is gone or changed.
        """
        for file in self.files:
            if digest_of(file.path) != file.digest:
                raise PlanError(f"{file.path}: changed since it was planned", step="prepare_again")

    # Showing.

    def summary(self) -> pd.DataFrame:
        """One row a file: ``place``, ``school`` (connectSchoolId; blank at district level), ``file``, ``rows``."""
        import pandas as pd

        rows = [
            (place, file.school or "", f"{file.kind}.csv", count)
            for place, (file, count) in enumerate(zip(self.files, self.file_rows, strict=True), 1)
        ]
        return pd.DataFrame(rows, columns=["place", "school", "file", "rows"])

    def table(self) -> pd.DataFrame:
        """:meth:`summary` with ``level``, ``abandon``, ``digest`` (SHA-256 of the bytes) and ``path``."""
        return self.summary().assign(
            level=[file.level for file in self.files],
            abandon=[file.abandon for file in self.files],
            digest=[file.digest for file in self.files],
            path=[str(file.path) for file in self.files],
        )

    def chart(self) -> Any:
        """Rows by file, and by school at school level, as an Altair chart."""
        return charts.rows_planned(self.summary())

    @checked()
    def save(self, folder: str | Path) -> None:
        """Copy the prepared files and the plan into another folder.

        Raises
        ------
        SettingError
            For a folder inside the delivery.
        PlanError
            When the files are not as they were planned.
        OutputError
            When the folder holds something else, or cannot be written.
        """
        self.verify()
        if Path(folder).expanduser().resolve() == self.folder.resolve():
            rewrite_plan(self)  # the files are there already
        else:
            place = self.outside_delivery(folder)
            with prepared_beside(place) as work:
                settle(replace(self, folder=place, files=copy_files(self, work)), work)

    def __repr__(self) -> str:
        judged = "" if (now := self.judgement) is None else f"{now.text}{', waived by name' if now.waived else ''}; "
        files = f"{counted(len(self.files), 'file')}, {counted(self.rows, 'row')}"
        idle = "; archive_existing has no effect, as no school gets its first users.csv" if self.idle_archiving else ""
        return f"UploadPlan({self.delivery}: {judged}{self.level} level, {files}{idle})"

    def _repr_html_(self) -> str:
        head = f"<p>Upload of {html.escape(self.delivery)}, {self.level} level, {counted(self.rows, 'row')}</p>"
        if (judged := self.judgement) is not None:
            head += verdict_html(judged)
        if self.undecided_schools:
            head += (
                f"<p>▲ Suggested and not decided: {counted(self.undecided_schools, 'school')} on Connect; their rows "
                "are refused until the School ID is recorded (S9).</p>"
            )
        if self.undecided_classrooms:
            head += (
                f"<p>▲ Suggested and not decided: {counted(self.undecided_classrooms, 'classroom')} on Connect; the "
                "upload makes a second classroom beside each (S10).</p>"
            )
        return head + table_html(self.summary()) + table_html(self.gates(), "Before a real upload")


def yes_or_no(name: str, value: object) -> None:
    """Raise where an option is neither True nor False: a text such as "no" would count as yes."""
    if not isinstance(value, bool):
        raise SettingError(f"{name} is {value!r}; expected True or False")


def confirmation(plan: UploadPlan, district: str, expected: Expected | None = None) -> str:
    """What a person types before a real upload: the district, the rows that are sent, and what else matters.

    With what is ``expected`` of it, that is the children who would be doubled, the guardian relationships that would
    be removed and the staff and children who would be removed from schools, where there are any: ``Maple District
    1200, 12 doubled, 40 disconnected, 2 staff removed, 1 child removed``. Where nobody looked for
    duplicate students: ``Maple District 1200, doubled unknown``.
    """
    matters = [f"{district} {plan.rows}"]
    if expected is not None:
        doubled = "doubled unknown" if expected.doubled is None else f"{expected.doubled} doubled"
        matters += [doubled] if expected.doubled != 0 else []
        matters += [f"{expected.disconnected} disconnected"] if expected.disconnected else []
        matters += [f"{expected.staff_removed} staff removed"] if expected.staff_removed else []
        matters += [f"{children(expected.children_removed)} removed"] if expected.children_removed else []
    return ", ".join(matters)


@checked()
def read_plan(folder: str | Path) -> UploadPlan:
    """Read a plan from the folder of its prepared files. Whether these are unchanged is seen when they are sent.

    Parameters
    ----------
    folder : str or Path
        The folder, or its plan.json.

    Raises
    ------
    PlanError
        When there is no plan, or a damaged one, one edited by hand, or one of another version.
    """
    return UploadPlan(**plan_fields(folder))


def rewrite_plan(plan: UploadPlan, kept: Callable[[UploadPlan], Mapping[str, Any]] = lambda there: {}) -> UploadPlan:
    """Write a plan in place of the one in its folder, of which waivers stay, and whatever ``kept`` takes from it.

    Raises
    ------
    PlanError
        When there is none any more, or another one.
    """
    there = read_plan(plan.folder)
    if there.digest != plan.digest:
        raise PlanError(
            f"{plan.folder}: another plan is there now, made {there.made}, so nothing was written",
            step="read_plan",
        )
    return write_plan(replace(plan, waivers={**there.waivers, **plan.waivers}, **kept(there)))
