"""What Abandon disconnects (S4; decisions 20 and 29): counted before anything is sent, and held up where it is much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.display.look import children, counted, percent
from connect_kit.engine import quoted, run_sql
from connect_kit.errors import SettingError
from connect_kit.uploads.plan_data import Critical
from connect_kit.uploads.result_files import read_text_file
from connect_kit.uploads.values import Disconnections

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace
    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.values import UploadFile

CODE = "guardians.abandon.many"
_LISTED = 5
_SENT = ("studentSourcedId", "guardianSourcedId", "givenName", "familyName", "email", "sms")


def check_limit(limit: float) -> None:
    """Raise where a limit is not a percentage."""
    if not 0 <= limit <= 100:
        raise SettingError(f"abandon_limit is {limit}; expected percent, 0 to 100")


class Abandoned(NamedTuple):
    """What the files would disconnect, as far as the workspace shows it.

    ``found`` by connectSchoolId; None without a workspace. ``schema``, where something is sent with Abandon, holds
    table ``abandoned``: connectStudentId (``student``) and connectUserId (``account``) of each relationship.
    """

    found: dict[str, Disconnections] | None
    schema: Schema | None = None


def expected(files: Sequence[UploadFile], workspace: Workspace | None, roster: Roster, *, numbers: bool) -> Abandoned:
    """What the files would disconnect.

    ``numbers``: Connect has the students' identifiers in place of their sourcedIds (S14).
    """
    abandoning = [file for file in files if file.abandon]
    if not abandoning:
        return Abandoned({})
    if workspace is None:
        return Abandoned(None)
    schema = workspace.schema.engine.new_schema("abandoning", (workspace.schema, roster.schema))
    schema.execute("CREATE TABLE abandoned (student VARCHAR, account VARCHAR)")
    found: dict[str, Disconnections] = {}
    for number, file in enumerate(abandoning):
        for table in ("scope", "connected", "named", "disconnections"):
            schema.execute(f"DROP TABLE IF EXISTS {table}")
        schema.execute("CREATE TABLE scope (school VARCHAR)")
        if file.school:
            schema.execute("INSERT INTO scope VALUES (?)", [file.school])
        _load(schema, f"file_{number}", file, roster, numbers=numbers)
        run_sql(schema, __package__, "abandoning.sql", (workspace.schema.name,))
        rows = schema.execute("SELECT school, relationships, children, connected, schoolId FROM disconnections")
        found |= {str(school): Disconnections(*counts) for school, *counts in rows}
    return Abandoned(dict(sorted(found.items())), schema)


def _load(schema: Schema, name: str, file: UploadFile, roster: Roster, *, numbers: bool) -> None:
    """Table ``sent``: the rows of a prepared guardians.csv, with the IDs that Connect has for their students."""
    read = read_text_file(schema, name, file.path, file.kind)
    columns = [f"g.{quoted(read.inputs[column])}" if column in read.inputs else "NULL::VARCHAR" for column in _SENT]
    users = ""
    if numbers and "identifier" in roster.schema.columns("users"):
        columns[0] = f"coalesce(u.identifier, {columns[0]})"
        users = f" LEFT JOIN users AS u ON u.sourcedId = g.{quoted(read.inputs[_SENT[0]])}"
    names = ("student", "guardian", *_SENT[2:])
    chosen = ", ".join(f"{column} AS {quoted(name)}" for column, name in zip(columns, names, strict=True))
    schema.execute(
        f"CREATE OR REPLACE TABLE sent AS SELECT DISTINCT {chosen} FROM {read.view} AS g{users}",
        also=(roster.schema.name,),
    )


def beyond(found: Mapping[str, Disconnections], limit: float) -> dict[str, Disconnections]:
    """Schools of whose connected relationships more than ``limit`` percent would be disconnected."""
    return {school: one for school, one in found.items() if 100 * one.relationships > limit * one.connected}


def finding(found: Mapping[str, Disconnections] | None, limit: float) -> tuple[Critical, ...]:
    """The critical finding of a plan, where it would disconnect too many."""
    many = beyond(found or {}, limit)
    if not many:
        return ()
    title = f"Abandon would disconnect more than {limit:g} % of a school's guardian relationships"
    return (Critical(CODE, title, sum(one.relationships for one in many.values())),)


def judge(plan: PlanData, found: Mapping[str, Disconnections] | None, *, rehearsed: bool) -> tuple[bool, str, str]:
    """Whether Abandon may go on, why, and the code of what is done next.

    ``found`` is what a dry run counted (``rehearsed``), or what the workspace let expect.
    """
    if found is None:
        return False, "how many guardians Abandon disconnects is not known before a dry run", "run_dry"
    by = "the dry run" if rehearsed else "the workspace"
    many = beyond(found, plan.abandon_limit)
    if not many:
        total = f"; {by} counts {total_of(found.values())}: {by_school(found)}" if found else f"; {by} counts none"
        return True, f"no school loses more than {plan.abandon_limit:g} % of its guardian relationships{total}", ""
    why = f"Abandon would disconnect more than {plan.abandon_limit:g} % ({by} counts): {by_school(many)}"
    reason = plan.waivers.get(CODE)
    return (True, f"{why}; waived: {reason}", "") if reason is not None else (False, why, "abandon")


def by_school(found: Mapping[str, Disconnections]) -> str:
    """In words: ``school 0101: 120 of 180 guardian relationships, 66.7 %, of 118 children``; the most first."""
    ranked = sorted(found.items(), key=lambda item: (-item[1].relationships, item[0]))
    words = [
        f"school {one.school_id or school or 'unknown'}: {one.relationships:,} of {one.connected:,} guardian "
        f"relationships, {percent(one.relationships, one.connected)}, of {children(one.children)}"
        for school, one in ranked
    ]
    return first_schools(words)


def first_schools(words: Sequence[str]) -> str:
    """The first schools of a list, and how many more there are."""
    more = f"; and {counted(len(words) - _LISTED, 'more school')}" if len(words) > _LISTED else ""
    return "; ".join(words[:_LISTED]) + more


def total_of(found: Iterable[Disconnections]) -> str:
    """In words: ``120 guardian relationships of 118 children``."""
    listed = list(found)
    relationships, lost = sum(one.relationships for one in listed), sum(one.children for one in listed)
    return f"{counted(relationships, 'guardian relationship')} of {children(lost)}"
