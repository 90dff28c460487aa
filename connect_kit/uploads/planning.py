"""From a checked roster to an upload plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from connect_kit import connect
from connect_kit.checks import AuditData
from connect_kit.checks.verdict import judge
from connect_kit.decisions import read_decisions
from connect_kit.engine.arguments import checked
from connect_kit.engine.places import outside
from connect_kit.errors import PlanError, SettingError
from connect_kit.matching.matches import SchoolMatches
from connect_kit.uploads.abandoning import CODE as ABANDON
from connect_kit.uploads.abandoning import check_limit, expected, finding
from connect_kit.uploads.changed_ids import changed_ids, code_of, exchange_if_kept, possible_changes
from connect_kit.uploads.choice import choose, recorded
from connect_kit.uploads.criticals import criticals
from connect_kit.uploads.doubling import doubling
from connect_kit.uploads.first import first_schools, is_first
from connect_kit.uploads.narrowing import causes_of, left_behind_here, narrow
from connect_kit.uploads.plan import UploadPlan
from connect_kit.uploads.plan_folder import prepared_beside, settle
from connect_kit.uploads.prepare import prepare
from connect_kit.uploads.prepared_verdict import as_prepared
from connect_kit.uploads.stale import seen_students
from connect_kit.uploads.values import ORDER, UploadFile
from connect_kit.uploads.waiving import check_waiver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    from connect_kit.checks import Findings
    from connect_kit.connect import Level
    from connect_kit.identity import IdChanges
    from connect_kit.matching.matches import ClassroomMatches
    from connect_kit.roster import Roster, Workspace

    M = TypeVar("M", SchoolMatches | None, ClassroomMatches | None)


@checked()
def plan_upload(
    roster: Roster | AuditData,
    workspace: Workspace | None = None,
    findings: Findings | None = None,
    schools: SchoolMatches | Sequence[str] | None = None,
    classrooms: ClassroomMatches | None = None,
    *,
    folder: str | Path | None = None,
    level: Level | None = None,
    school: str | None = None,
    place_at: str | None = None,
    archive_existing: bool | None = None,
    waivers: Mapping[str, str] | None = None,
    abandon: bool = False,
    abandon_limit: float = 10,
    student_id: Literal["id", "number"] | None = None,
    id_changes: IdChanges | None = None,
    keep_ids: bool = False,
) -> UploadPlan:
    """Prepare the files that Connect asks for, and plan their upload in the documented order (S0, decisions 8-10).

    Written are only Connect's columns that were delivered, in UTF-8 with CRLF line ends, quoted where needed. Rows to
    be deleted and lines that cannot be read are left out; the delivery itself is never written to.

    Schools that were decided not to take part are left out, and so are all but ``school`` or ``schools``, where these
    are named. People of several schools are sent with the School IDs of those that take part; whoever Connect has at
    another of their schools already stays there (this needs the workspace). Guardians, enrollments and attributes
    follow their students and classes. What is wrong with rows of other schools blocks nothing. The
    district's own org is left out of people's School IDs: who lists no school beside it is placed by the classes, or
    at ``place_at``, or is not sent.

    Parameters
    ----------
    roster : Roster or Audit
        An audit, from :func:`connect_kit.audit`, stands for the next four as well, and for ``id_changes``; schools may
        be named beside it.
    workspace : Workspace, optional
        Says which schools are on Connect, and whether students came by upload before.
    findings : Findings, optional
        Of this roster; without them the plan counts as not checked.
    schools : SchoolMatches or sequence of str, optional
        Matches: at school level, matched schools count besides those whose recorded School ID is the delivery's. A
        list: only these schools take part, by School ID or connectSchoolId.
    classrooms : ClassroomMatches, optional
        The plan counts suggestions that nobody has decided on, as the file of decisions is now.
    folder : str or Path, optional
        An empty folder, or one whose plan is replaced; by default ``<delivery>-upload`` beside the delivery.
    level : {"district", "school"}, optional
        The roster's when left out. ``"school"`` splits a district's roster into one set a school.
    school : str, optional
        The one school that is sent: its connectSchoolId, or the School ID recorded on it.
    place_at : str, optional
        The school at which people of the district are placed who list no other school and teach no class.
    archive_existing : bool, optional
        Answer to "archive existing students?" (S0).
    waivers : mapping of str to str, optional
        Codes of critical findings that are waived, to the reason.
    abandon : bool
        Let guardians.csv disconnect guardians that a former upload connected and that it no longer names.
    abandon_limit : float
        Percent of a school's connected guardian relationships that this may disconnect; beyond it, the critical finding
        ``guardians.abandon.many`` blocks the upload until it is waived.
    student_id : {"id", "number"}, optional
        ``"number"``: the column ``identifier`` is sent too, for workspaces whose setting asks for it (S14). By default
        what the workspace says.
    id_changes : IdChanges, optional
        Records that the delivery holds under another ID than Connect, from :func:`connect_kit.find_id_changes`.
    keep_ids : bool
        Prepare these records with the IDs that Connect has, wherever the files name them; ``crosswalk.csv`` in the
        plan's folder says which IDs were exchanged. An ID that another row of the delivery has is not exchanged.

    Raises
    ------
    SettingError
        For an invalid argument, findings, matches or changed IDs of another roster, a school that is not there, or a
        waiver of what cannot be waived; for ``keep_ids`` without changed IDs, or where Connect has student numbers as
        IDs: its exports do not hold the sourcedId.
    PlanError
        When nothing can be prepared, or a school-level delivery holds rows of several schools and none is named.
    OutputError
        When the folder holds something else, or cannot be written.
    """
    matches = schools if isinstance(schools, SchoolMatches) else None
    names = None if schools is None or isinstance(schools, SchoolMatches) else list(schools)
    audit = None
    if isinstance(roster, AuditData):
        if any(part is not None for part in (workspace, findings, matches, classrooms)):
            raise SettingError("an audit holds workspace, findings, schools and classrooms; give it alone")
        audit = roster
        roster, workspace, findings = audit.roster, audit.workspace, audit.findings
        matches, classrooms = audit.schools, audit.classrooms
        id_changes = audit.id_changes if id_changes is None else id_changes
    elif findings is not None:
        audit = AuditData(findings)
    level = _level(roster, level)
    given = (("findings", findings), ("schools", matches), ("classrooms", classrooms), ("id_changes", id_changes))
    for what, of in given:
        if of is not None and of.roster.schema is not roster.schema:
            raise SettingError(f"{what} are of another roster; make them from the roster that is planned")
    matches, classrooms = _as_of_now(matches), _as_of_now(classrooms)
    check_limit(abandon_limit)
    place = _folder(roster, folder)
    if workspace is not None:
        outside(place, "the workspace's export", workspace.path)
    for code, reason in (waivers or {}).items():
        check_waiver(code, reason)
    if workspace is not None and student_id is not None:
        workspace = replace(workspace, student_id=student_id)
    number = (student_id if workspace is None else workspace.student_id) == "number"
    made_over = exchange_if_kept(roster, id_changes, keep_ids=keep_ids, number=number)
    exchanged = None if made_over is None else made_over.schema
    choice = choose(
        roster, workspace, matches, level, school=school, schools=names, place_at=place_at, exchanged=exchanged
    )
    delivery = roster.path.name if roster.path is not None else "roster"
    if not any(kind in roster.info for kind in ORDER):
        raise PlanError(f"{delivery}: has none of {', '.join(f'{kind}.csv' for kind in ORDER)}; nothing to send")
    with prepared_beside(place) as work:
        made, left = prepare(
            roster,
            work,
            level,
            choice.homes,
            identifier=number,
            choice=choice,
            exchanged=exchanged,
            workspace=workspace,
        )
        if made_over is not None:
            made_over.write(work)
        if not made:
            raise PlanError(f"{delivery}: no rows to send", step="look_at_rows")
        there = recorded(workspace) if level == "district" else choice.homes
        asked = level == "district" or roster.level == "district"  # a school's own files need no School ID
        files = [
            UploadFile.of(
                one.path, one.kind, level=level, school=one.school, abandon=abandon and one.kind == "guardians"
            )
            for one in made
        ]
        lost, gone = expected(files, workspace, roster, numbers=number)
        one_school = level == "school"
        narrowed = None if findings is None else narrow(findings, choice, made_over, gone, one_school=one_school)
        critical = () if narrowed is None else criticals(narrowed.findings)
        gated = () if id_changes is None else tuple(map(code_of, id_changes.counts))  # these have a gate of their own
        managed = new = None
        if workspace is not None:
            managed, new = seen_students(roster, workspace, choice, exchanged)
        possible = {}
        if id_changes is None and workspace is not None:
            possible = possible_changes(roster, workspace, choice.foreign)
        duplicates = None if audit is None else audit.duplicates or audit.findings.duplicates
        twice = doubling(duplicates, roster, workspace, level, choice, made_over)
        homes = choice.homes if level == "school" else {one: there[one] for one in choice.takes_part if one in there}
        first = first_schools(workspace, set(homes.values()))
        # Those whom somebody added by hand are archived before the upload.
        if archive_existing and is_first(level, first, district=_first(workspace)):
            ours = set(first) if level == "school" else {one for one in choice.takes_part if there.get(one) in first}
            twice = twice.with_archived(ours)
        plan = UploadPlan(
            folder=place,
            level=level,
            files=tuple(files),
            file_rows=tuple(one.rows for one in made),
            delivery=delivery,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            checked=findings is not None,
            findings=(*(one for one in critical if one.code not in gated), *finding(lost, abandon_limit)),
            abandon_limit=abandon_limit,
            disconnections=lost,
            schools=choice.delivered,
            takes_part=choice.takes_part,
            named=choice.named,
            unmatched_schools=tuple(one for one in choice.takes_part if asked and one not in there),
            left_out=left.rows,
            left_out_schools=left.schools,
            nowhere=left.nowhere,
            placed=sum(left.placed.values()),
            placed_by_kind=left.placed,
            staying=left.staying,
            unconnected=left.unconnected,
            first_upload=_first(workspace),
            first_schools=first,
            not_shown=tuple(sorted(choice.not_shown)),
            archive_existing=archive_existing,
            undecided_classrooms=classrooms.undecided if classrooms is not None else 0,
            undecided_schools=matches.undecided if matches is not None else 0,
            source=str(roster.path.expanduser().resolve()) if roster.path is not None else "",
            changed_ids=() if id_changes is None else changed_ids(id_changes, made_over, choice.foreign),
            ids_compared=id_changes is not None,
            managed=managed,
            new_students=new,
            keep_ids=keep_ids,
            possible_changes=possible,
            options={
                "abandon": abandon,
                "abandon_limit": abandon_limit,
                "school": school,
                "schools": names,
                "place_at": place_at,
                "student_id": "number" if number else "id",
            },
            doubled=twice.now,
            doubled_once_archived=twice.once_archived,
        )
        if audit is not None and narrowed is not None:
            behind = left_behind_here(audit.left_behind or audit.findings.left_behind, choice.foreign, gone)
            judged = judge(narrowed.findings, duplicates, id_changes, behind)
            plan = replace(plan, verdict=as_prepared(judged, plan), **causes_of(narrowed, choice.not_shown))
        waived = plan._waived(waivers or {}, frozenset({ABANDON}) if abandon else frozenset())
        return settle(waived, work)


def unprepared_plan(audit: AuditData, folder: str | Path | None = None, level: Level | None = None) -> UploadPlan:
    """A plan without files, for whoever has to choose the school first; nothing is written."""
    roster, findings = audit.roster, audit.findings
    return UploadPlan(
        folder=_folder(roster, folder),
        level=_level(roster, level),
        files=(),
        file_rows=(),
        delivery=roster.path.name if roster.path is not None else "roster",
        made="",
        checked=True,
        findings=criticals(findings),
        first_upload=_first(audit.workspace),
    )


def _as_of_now(matches: M) -> M:
    """The same matches with what people have decided meanwhile, in a panel or in the file of decisions."""
    if matches is None or matches.decisions.path is None:
        return matches
    now = read_decisions(matches.decisions.path)
    return matches if now.rows == matches.decisions.rows else replace(matches, decisions=now)


def _level(roster: Roster, level: Level | None) -> Level:
    level = level or roster.level
    if level not in ("district", "school"):
        raise SettingError(f"level is {level!r}; expected 'district' or 'school'")
    if level == "district" and roster.level == "school":
        for kind, file in connect.FILES.items():
            missing = [name for name in file.district if kind in roster.info and name not in roster.info[kind].columns]
            if missing:
                raise PlanError(
                    f"{kind}.csv: column {missing[0]!r} is missing, which a district's upload needs; upload at school "
                    "level, or deliver it"
                )
    return level


def _folder(roster: Roster, folder: str | Path | None) -> Path:
    if folder is None:
        if roster.path is None:
            raise SettingError("a roster from DataFrames has no folder beside it; name one: plan_upload(..., folder=)")
        delivery = roster.path.expanduser().resolve()
        name = delivery.name if delivery.is_dir() else delivery.stem
        return delivery.parent / f"{name}-upload"
    place = outside(folder, "the delivery", roster.path)
    if roster.path is not None and roster.path.expanduser().resolve().is_relative_to(place.resolve()):
        raise SettingError(f"{place}: contains the delivery, which is never written to; give another folder")
    return place


def _first(workspace: Workspace | None) -> bool:
    if workspace is None:
        return True
    return not workspace.schema.execute("SELECT 1 FROM workspace_students WHERE studentId IS NOT NULL LIMIT 1")
