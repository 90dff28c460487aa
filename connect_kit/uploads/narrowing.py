"""What was found in a delivery, narrowed to what a plan sends: without other schools, and without what is solved."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.engine import create_table, literal, quoted
from connect_kit.uploads.abandoning import expected
from connect_kit.uploads.changed_ids import solved_codes
from connect_kit.uploads.choice import recorded
from connect_kit.uploads.plan_data import Cause
from connect_kit.uploads.values import ORDER
from connect_kit.uploads.waiving import NEVER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from connect_kit.checks import Findings
    from connect_kit.checks.suites import Rule
    from connect_kit.engine import Schema
    from connect_kit.identity import LeftBehind
    from connect_kit.uploads.changed_ids import Exchange
    from connect_kit.uploads.choice import Choice
    from connect_kit.uploads.plan_data import PlanData

_SCHOOL_COLUMNS = ("orgSourcedIds", "schoolSourcedId")
#: Connect's records by school, and those none of whose schools is sent.
_ELSEWHERE = """
    CREATE TABLE {table} AS SELECT id FROM ({records}) GROUP BY id
    HAVING bool_and(school IN (SELECT id FROM foreign_ids))
"""
_RECORDS = """
    SELECT connectStudentId AS id, connectSchoolId AS school FROM workspace_students
    UNION ALL SELECT connectClassroomId, connectSchoolId FROM workspace_classrooms
    UNION ALL SELECT connectUserId, trim(unnest(string_split(connectSchoolIds, ','))) FROM workspace_staff
"""
_LEFT = """
    SELECT unnest([student, account, classroom]) AS id, coalesce(sent_school, connect_school) AS school FROM left_behind
"""
#: Relationships that Abandon removes do not stay behind.
_ABANDONED = (
    "EXISTS (FROM abandoned AS a WHERE a.student = f.id AND starts_with(f.value, 'Account ' || a.account || ' ('))"
)
#: Which words are names of people in the delivery.
_NAMES = """
    SELECT word FROM words WHERE word IN (
        SELECT lower(unnest(string_split(name, ' ')))
        FROM (SELECT DISTINCT givenName AS name FROM users UNION SELECT DISTINCT familyName FROM users)
    )
"""
#: Where people and classes stand in the files, by kind of changed ID.
_ROWS_OF = {
    "users": "SELECT _line FROM users JOIN kept_ids AS k ON k.id = sourcedId AND k.kind = "
    "CASE _kind WHEN 'student' THEN 'students' WHEN 'guardian' THEN 'guardians' ELSE 'staff' END",
    "guardians": "SELECT _line FROM guardians JOIN kept_ids AS k ON k.id = guardianSourcedId AND k.kind = 'guardians'",
    "classes": "SELECT _line FROM classes JOIN kept_ids AS k ON k.id = sourcedId AND k.kind = 'classrooms'",
}  # fmt: skip
#: What follows from changed IDs, beside those whose rows are named.
_OF_TURNOVER = ("workspace.change.unusual", "workspace.change.by_school")
_GUARDIANS_LEFT = "workspace.guardians.left_behind"
_OF_SYNC = "workspace.threshold.would_exceed"
_OF_KEPT = ("workspace.guardians.contact_changed", "workspace.students.duplicates_expected")


class Narrowed(NamedTuple):
    """``findings`` on what is sent, and how many causes are left out: of other schools, and ``solved`` by kept IDs."""

    findings: Findings
    elsewhere: int = 0
    solved: int = 0


def narrow(
    findings: Findings, choice: Choice, made_over: Exchange | None, abandoned: Schema | None = None, *, one_school: bool
) -> Narrowed:
    """The findings on what a plan sends, once its files are prepared.

    Parameters
    ----------
    findings : Findings
    choice : Choice
    made_over : Exchange, optional
        IDs that were exchanged for Connect's.
    abandoned : Schema, optional
        Holds ``abandoned``: guardian relationships that the files remove, which therefore do not stay behind.
    one_school : bool
        Whether the files are a school's own, so that a second school in the delivery is no longer in them.
    """
    part = not choice.whole or bool(choice.foreign)
    if abandoned is not None:
        choice.schema.execute(f"CREATE OR REPLACE TABLE abandoned AS FROM {quoted(abandoned.name)}.abandoned")
        gone = {n: _ABANDONED for n, rule in enumerate(findings.rules) if rule.code == _GUARDIANS_LEFT}
        findings = _only(findings, choice, gone) if gone else findings
    if not part and made_over is None:
        return Narrowed(findings)
    here = _only(findings, choice, _elsewhere(findings, choice, one_school)) if part or one_school else findings
    sent = _only(here, choice, _solved(here, choice, made_over)) if made_over is not None else here
    every = len(findings.causes())
    elsewhere = every if here is findings else len(here.causes())
    solved = elsewhere if sent is here else len(sent.causes())
    return Narrowed(sent, every - elsewhere, elsewhere - solved)


def causes_of(narrowed: Narrowed, not_shown: Collection[str] = ()) -> dict[str, Any]:
    """The fields of a plan about causes; what may be a name is not in them (decision 24)."""
    findings = narrowed.findings
    rows = list(findings.causes()[["severity", "rows", "cause"]].itertuples(index=False, name=None))
    asked = [str(cause).partition(": ")[2] for _, _, cause in rows]
    words = sorted({word.lower() for value in asked for word in value.split()})
    create_table(schema := findings.schema.engine.new_schema("asked"), "words", {"word": words})
    names = {str(row[0]) for row in schema.execute(_NAMES, also=(findings.roster.schema.name,))}
    return {
        "causes": tuple(
            Cause(str(severity), int(count), _without_names(str(cause), value, names, not_shown))
            for (severity, count, cause), value in zip(rows, asked, strict=True)
        ),
        "causes_elsewhere": narrowed.elsewhere,
        "causes_solved": narrowed.solved,
    }


def _without_names(cause: str, value: str, names: Collection[str], not_shown: Collection[str]) -> str:
    if value and all(word.lower() in names for word in value.split()):
        cause = cause.replace(value, "…")
    for school in not_shown:
        cause = re.sub(rf"(?<!\w){re.escape(school)}(?!\w)", "…", cause)
    return cause


def left_behind_here(
    left: LeftBehind | None, foreign: Collection[str], abandoned: Schema | None = None
) -> LeftBehind | None:
    """What stays behind at the schools that are sent, without the guardian relationships that Abandon removes."""
    if left is None or not (foreign or abandoned):
        return left
    schema = left.schema.engine.new_schema("left", (left.schema, *left.schema.parents))
    rows = f"FROM {quoted(left.schema.name)}.left_behind_rows WHERE "
    rows += f"coalesce(coalesce(sent_school, connect_school) NOT IN ({_listed(foreign)}), true)" if foreign else "true"
    if abandoned is not None:
        pairs = f"SELECT student, account FROM {quoted(abandoned.name)}.abandoned"
        rows += f" AND NOT (kind = 'guardian_relationships' AND coalesce((student, account) IN ({pairs}), false))"
    schema.execute(f"CREATE TABLE left_behind_rows AS {rows}")
    return replace(left, schema=schema)


def left_behind_sent(left: LeftBehind | None, plan: PlanData) -> LeftBehind | None:
    """What stays behind at the schools that a plan sends, and after what its files remove."""
    if left is None:
        return None
    gone = None
    if plan.abandons and all(file.path.is_file() for file in plan.files):
        numbers = plan.options.get("student_id") == "number"
        gone = expected(plan.files, left.workspace, left.roster, numbers=numbers).schema
    if not (plan.named or plan.left_out_schools or plan.level == "school"):
        return left_behind_here(left, (), gone)
    there = recorded(left.workspace)
    sent = {there.get(one) for one in plan.takes_part} | {file.school for file in plan.files}
    known = left.workspace.schools["connectSchoolId"].dropna()
    return left_behind_here(left, frozenset(map(str, known[~known.isin(sent)])), gone)


def _only(findings: Findings, choice: Choice, leave_out: dict[int, str]) -> Findings:
    """The findings without the failing rows that the conditions of their rules name; '' stands for none of a rule's."""
    before = findings.schema
    schema = before.engine.new_schema("narrowed", (choice.schema, before, *before.parents))
    also = _also(findings, choice)
    own = quoted(before.name)
    for table in sorted(_tables(before) - {"_failing", "_rules"}):
        schema.execute(f"CREATE VIEW {quoted(table)} AS FROM {own}.{quoted(table)}")
    gone = " ".join(f"WHEN {number} THEN {condition}" for number, condition in leave_out.items() if condition)
    kept = f"NOT coalesce(CASE f.rule {gone} END, false)" if gone else "true"
    schema.execute(f"CREATE TABLE kept AS SELECT f.* FROM {own}._failing AS f WHERE {kept}", also=also)
    counts = dict(schema.execute("SELECT rule, count(*) FROM kept GROUP BY rule"))
    numbers = [n for n in range(len(findings.rules)) if counts.get(n)]
    create_table(schema, "numbers", {"old": [str(n) for n in numbers], "new": [str(n) for n in range(len(numbers))]})
    for table, rows in (("_failing", "kept"), ("_rules", f"{own}._rules")):
        schema.execute(
            f"CREATE TABLE {table} AS SELECT r.* REPLACE (n.new::INTEGER AS rule) FROM {rows} AS r "
            "JOIN numbers AS n ON n.old::INTEGER = r.rule"
        )
    for helper in ("kept", "numbers"):
        schema.execute(f"DROP TABLE {helper}")
    return replace(
        findings,
        schema=schema,
        rules=tuple(findings.rules[n] for n in numbers),
        counts={new: int(counts[old]) for new, old in enumerate(numbers)},
    )


def _also(findings: Findings, choice: Choice) -> tuple[str, ...]:
    there = () if findings.workspace is None else (findings.workspace.schema.name,)
    return (findings.schema.name, choice.schema.name, findings.roster.schema.name, *there)


def _elsewhere(findings: Findings, choice: Choice, one_school: bool) -> dict[int, str]:
    """Failing rows that certainly belong to other schools, by rule; what concerns a file or its header stays."""
    create_table(choice.schema, "foreign_ids", {"id": sorted(choice.foreign)})
    if findings.workspace is not None:
        also = _also(findings, choice)
        choice.schema.execute("DROP TABLE IF EXISTS elsewhere")
        choice.schema.execute(_ELSEWHERE.format(table="elsewhere", records=_RECORDS), also=also)
        choice.schema.execute("DROP TABLE IF EXISTS left_elsewhere")
        records = _LEFT if "left_behind" in _tables(findings.schema) else _RECORDS
        choice.schema.execute(_ELSEWHERE.format(table="left_elsewhere", records=records), also=also)
    made = {number: _of_others(rule, choice) for number, rule in enumerate(findings.rules)}
    if one_school:
        made |= {number: "true" for number, rule in enumerate(findings.rules) if rule.code in NEVER}
    return made


def _tables(schema: Schema) -> frozenset[str]:
    rows = schema.engine.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = ?", [schema.name]
    )
    return frozenset(str(row[0]) for row in rows)


def _of_others(rule: Rule, choice: Choice) -> str:
    if rule.table in ORDER and rule.of_rows and not choice.whole:
        others = f"f.line IS NOT NULL AND f.line IN (SELECT _line FROM {quoted('excluded_' + rule.table)})"
        if rule.column in _SCHOOL_COLUMNS:  # the School ID itself is wrong, and it is not sent
            others += " OR (f.value IS NOT NULL AND f.value IN (SELECT id FROM foreign_ids))"
        return others
    if rule.table == "workspace" and rule.code == _OF_SYNC:
        return "true"  # a sync brings all schools
    if rule.table == "workspace":
        records = "left_elsewhere" if rule.code.endswith(".left_behind") else "elsewhere"
        return f"f.line IS NULL AND f.id IN (SELECT id FROM foreign_ids UNION ALL SELECT id FROM {records})"
    return ""


def _solved(findings: Findings, choice: Choice, made_over: Exchange) -> dict[int, str]:
    """Failing rows that the IDs which Connect has make good, by rule, with what follows from changed IDs."""
    codes = solved_codes(made_over, choice.delivered, recorded(findings.workspace))
    rows = made_over.schema.execute("SELECT DISTINCT kind, new_id FROM crosswalk")
    kinds, ids = [str(kind) for kind, _ in rows], [str(one) for _, one in rows]
    create_table(choice.schema, "kept_ids", {"kind": kinds, "id": ids})
    schools = {school for kind, school in made_over.kept if kind in ("students", "classrooms")}
    there = [own for own, connect in recorded(findings.workspace).items() if connect in schools]
    turned = f"f.id IN ({_listed([*there, *schools])})"
    return {
        number: condition
        for number, rule in enumerate(findings.rules)
        if (condition := _made_good(rule, codes, turned, anything=bool(rows)))
    }


def _made_good(rule: Rule, codes: Collection[str], turned: str, *, anything: bool) -> str:
    if rule.code in codes or (rule.code == _OF_SYNC and anything):
        return "true"
    if rule.code in _OF_TURNOVER:
        return turned
    if rule.code == "workspace.schools.id_changed":
        return "f.id IN (SELECT id FROM kept_ids WHERE kind = 'schools')"
    if (rule.cause == "id_change" or rule.code in _OF_KEPT) and rule.table in _ROWS_OF:
        return f"f.line IN ({_ROWS_OF[rule.table]})"
    return ""


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(literal, sorted(values))) or "NULL"
