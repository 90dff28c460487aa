"""From a checked roster to an upload plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from connect_kit import connect
from connect_kit.checks import AuditData
from connect_kit.decisions import read_decisions
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import outside
from connect_kit.errors import PlanError, SettingError
from connect_kit.uploads.plan import UploadPlan
from connect_kit.uploads.plan_data import Critical
from connect_kit.uploads.plan_file import clear, write_plan
from connect_kit.uploads.prepare import prepare
from connect_kit.uploads.values import ORDER, UploadFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    from connect_kit.checks import Findings
    from connect_kit.connect import Level
    from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
    from connect_kit.roster import Roster, Workspace

    M = TypeVar("M", SchoolMatches | None, ClassroomMatches | None)

_NOT_RUN = "The rule itself broke: findings.unchecked() says why."
_DELIVERED = """
    SELECT school FROM (
        SELECT DISTINCT trim(unnest(string_split(orgSourcedIds, ','))) AS school
        FROM (SELECT DISTINCT orgSourcedIds FROM users WHERE orgSourcedIds IS NOT NULL)
        UNION SELECT schoolSourcedId FROM classes UNION SELECT schoolSourcedId FROM enrollments
    ) WHERE school <> '' ORDER BY school
"""


@checked()
def plan_upload(
    roster: Roster | AuditData,
    workspace: Workspace | None = None,
    findings: Findings | None = None,
    schools: SchoolMatches | None = None,
    classrooms: ClassroomMatches | None = None,
    *,
    folder: str | Path | None = None,
    level: Level | None = None,
    school: str | None = None,
    archive_existing: bool | None = None,
    waivers: Mapping[str, str] | None = None,
    abandon: bool = False,
    student_id: Literal["id", "number"] = "id",
) -> UploadPlan:
    """Prepare the files that Connect asks for, and plan their upload in the documented order (S0, decisions 8-10).

    Written are only Connect's columns that were delivered, in UTF-8 with CRLF line ends, quoted where needed. Rows to
    be deleted and lines that cannot be read are left out; the delivery itself is never written to.

    Parameters
    ----------
    roster : Roster or Audit
        An audit, from :func:`connect_kit.audit`, stands for the next four as well.
    workspace : Workspace, optional
        Says which schools are on Connect, and whether students came by upload before.
    findings : Findings, optional
        Of this roster; without them the plan counts as not checked.
    schools : SchoolMatches, optional
        At school level, matched schools count besides those whose recorded School ID is the delivery's.
    classrooms : ClassroomMatches, optional
        The plan counts suggestions that nobody has decided on, as the file of decisions is now.
    folder : str or Path, optional
        An empty folder, or one whose plan is replaced; by default ``<delivery>-upload`` beside the delivery.
    level : {"district", "school"}, optional
        The roster's when left out. ``"school"`` splits a district's roster into one set a school.
    school : str, optional
        At school level, the one school that is sent: its connectSchoolId, or the School ID recorded on it.
    archive_existing : bool, optional
        Answer to "archive existing students?" (S0).
    waivers : mapping of str to str, optional
        Codes of critical findings that are waived, to the reason.
    abandon : bool
        Let guardians.csv disconnect guardians that a former upload connected and that it no longer names.
    student_id : {"id", "number"}
        ``"number"``: the column ``identifier`` is sent too, for workspaces whose setting asks for it (S14).

    Raises
    ------
    SettingError
        For an invalid argument, or findings or matches of another roster.
    PlanError
        When nothing can be prepared.
    OutputError
        When the folder holds something else, or cannot be written.
    """
    if isinstance(roster, AuditData):
        if any(part is not None for part in (workspace, findings, schools, classrooms)):
            raise SettingError("an audit holds workspace, findings, schools and classrooms; give it alone")
        audit = roster
        roster, workspace, findings = audit.roster, audit.workspace, audit.findings
        schools, classrooms = audit.schools, audit.classrooms
    level = _level(roster, level)
    for what, of in (("findings", findings), ("schools", schools), ("classrooms", classrooms)):
        if of is not None and of.roster.schema is not roster.schema:
            raise SettingError(f"{what} are of another roster; make them from the roster that is planned")
    schools, classrooms = _as_of_now(schools), _as_of_now(classrooms)
    place = _folder(roster, folder)
    delivered = tuple(row[0] for row in roster.schema.execute(_DELIVERED))
    homes = _homes(roster, workspace, schools, delivered, school) if level == "school" else {}
    critical = () if findings is None else _critical(findings)
    plan = UploadPlan(
        folder=place,
        level=level,
        files=(),
        file_rows=(),
        delivery=roster.path.name if roster.path is not None else "roster",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        checked=findings is not None,
        findings=critical,
        schools=delivered,
        first_upload=_first(workspace),
        archive_existing=archive_existing,
        undecided_classrooms=classrooms.counts["suggested"] if classrooms is not None else 0,
        undecided_schools=schools.counts["suggested"] if schools is not None else 0,
        source=str(roster.path.expanduser().resolve()) if roster.path is not None else "",
    )._waived(waivers or {})
    if not any(kind in roster.info for kind in ORDER):
        raise PlanError(f"{plan.delivery}: has none of {', '.join(f'{kind}.csv' for kind in ORDER)}; nothing to send")
    clear(place)
    made, left_out = prepare(roster, place, level, homes, identifier=student_id == "number")
    if not made:
        raise PlanError(f"{plan.delivery}: no rows to send; look at roster.summary(), and at the schools matched")
    if level == "district":
        there = _recorded(workspace)
        unmatched = tuple(one for one in delivered if one not in there)
    else:  # a school that is named is meant to go alone
        unmatched = tuple(
            one for one in delivered if school is None and one not in homes and roster.level == "district"
        )
        left_out = {} if school is not None else left_out
    files = [
        UploadFile.of(one.path, one.kind, level=level, school=one.school, abandon=abandon and one.kind == "guardians")
        for one in made
    ]
    return write_plan(
        replace(
            plan,
            files=tuple(files),
            file_rows=tuple(one.rows for one in made),
            unmatched_schools=unmatched,
            left_out=left_out,
        )
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


def _critical(findings: Findings) -> tuple[Critical, ...]:
    merged: dict[str, Critical] = {}
    found = findings.summary()
    found = found[found["severity"] == "critical"]
    columns = ["code", "title", "count", "remedy"]
    for code, title, count, remedy in found[columns].itertuples(index=False, name=None):
        before = merged.get(code, Critical(code, title, 0, remedy))
        remedies = before.remedy if remedy in before.remedy else f"{before.remedy} {remedy}"
        merged[code] = replace(before, count=before.count + int(count), remedy=remedies)
    for rule in findings.failed:
        if rule.severity == "critical":
            before = merged.get(rule.code, Critical(rule.code, "", 0, _NOT_RUN))
            titles = filter(None, (before.title, f"{rule.title}: could not be checked"))
            merged[rule.code] = replace(before, title="; ".join(titles))
    return tuple(merged.values())


def _recorded(workspace: Workspace | None) -> dict[str, str]:
    """School IDs recorded on Connect, to its own IDs."""
    if workspace is None:
        return {}
    rows = workspace.schema.execute(
        "SELECT schoolId, connectSchoolId FROM workspace_schools WHERE schoolId IS NOT NULL"
    )
    return {str(recorded): str(own) for recorded, own in rows}


def _first(workspace: Workspace | None) -> bool:
    if workspace is None:
        return True
    return not workspace.schema.execute("SELECT 1 FROM workspace_students WHERE studentId IS NOT NULL LIMIT 1")


def _homes(
    roster: Roster,
    workspace: Workspace | None,
    schools: SchoolMatches | None,
    delivered: tuple[str, ...],
    school: str | None,
) -> dict[str, str]:
    """Which school of Connect a school of the delivery goes to: School ID to connectSchoolId."""
    if workspace is None:
        raise PlanError("a school's upload needs to know the schools of Connect; give the workspace")
    recorded = _recorded(workspace)
    own = [
        str(row[0]) for row in workspace.schema.execute("SELECT connectSchoolId FROM workspace_schools ORDER BY ALL")
    ]
    if schools is not None:
        pairs = schools.partners()
        matched = pairs[pairs["status"] == "matched"]
        recorded = {**recorded, **dict(zip(matched["school"], matched["connect"], strict=True))}
    homes = {one: recorded[one] for one in delivered if one in recorded}
    if school is not None:
        chosen = school if school in own else recorded.get(school)
        if chosen is None:
            raise SettingError(f"{school!r} is not a school of Connect; its schools are {', '.join(own[:20])}")
        if roster.level == "school":
            return {school: chosen}
        homes = {one: home for one, home in homes.items() if home == chosen}
    elif roster.level == "school":
        known = set(homes.values()) | ({recorded[""]} if "" in recorded else set())
        known = known or (set(own) if len(own) == 1 else set())
        if len(known) != 1:
            raise PlanError(
                f"Connect has {len(own):,} schools, and the delivery does not say which one it belongs to; name it: "
                "plan_upload(..., school=)"
            )
        return {"": known.pop()}
    if not homes:
        raise PlanError(
            "no School ID of the delivery is on a school of Connect; match the schools first (match_schools), and give "
            "the matches to plan_upload"
        )
    return homes
