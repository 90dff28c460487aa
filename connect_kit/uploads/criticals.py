"""The critical findings of a plan: those that concern what is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connect_kit.engine import create_table, quoted
from connect_kit.uploads.plan_data import Critical
from connect_kit.uploads.values import ORDER
from connect_kit.uploads.waiving import NEVER

if TYPE_CHECKING:
    from connect_kit.checks import Findings
    from connect_kit.checks.suites import Rule
    from connect_kit.uploads.choice import Choice

_SCHOOL_COLUMNS = ("orgSourcedIds", "schoolSourcedId")

_NOT_RUN = "The rule itself broke: findings.unchecked() says why."


def criticals(findings: Findings, choice: Choice, *, one_school: bool) -> tuple[Critical, ...]:
    """Critical findings with their failing rows, without those of schools that take no part.

    Parameters
    ----------
    findings : Findings
    choice : Choice
        Once its files are prepared.
    one_school : bool
        Whether the files are a school's own, so that a second school in the delivery is no longer in them.
    """
    merged: dict[str, Critical] = {}
    counts = findings.counts if choice.whole else _recounted(findings, choice)
    found = findings.summary()
    for code in dict.fromkeys(found.loc[found["severity"] == "critical", "code"]):
        numbers = [n for n, rule in enumerate(findings.rules) if rule.code == code and rule.severity == "critical"]
        rows = {n: counts.get(n, 0) for n in numbers}
        if sum(rows.values()) and not (one_school and code in NEVER):
            rules = [findings.rules[n] for n in numbers if rows[n]]
            remedy = " ".join(dict.fromkeys(rule.remedy for rule in rules))
            merged[code] = Critical(code, rules[0].title, sum(rows.values()), remedy)
    for rule in findings.failed:
        if rule.severity == "critical":
            before = merged.get(rule.code, Critical(rule.code, "", 0, _NOT_RUN))
            titles = filter(None, (before.title, f"{rule.title}: could not be checked"))
            merged[rule.code] = replace(before, title="; ".join(titles))
    return tuple(merged.values())


def _recounted(findings: Findings, choice: Choice) -> dict[int, int]:
    """Failing rows by rule that may belong to what is sent; what concerns a file or its header counts as it is."""
    create_table(choice.schema, "foreign_ids", {"id": sorted(choice.foreign)})
    also = (findings.schema.name,)
    counts = {}
    for number, rule in enumerate(findings.rules):
        if rule.severity != "critical":
            continue
        condition = _of_others(rule)
        counts[number] = (
            findings.counts[number]
            if condition is None
            else int(
                choice.schema.execute(
                    f"SELECT count(*) FROM _failing AS f WHERE f.rule = {number} AND NOT ({condition})", also=also
                )[0][0]
            )
        )
    return counts


def _of_others(rule: Rule) -> str | None:
    """SQL of the failing rows that belong to other schools; None where that cannot be said of a rule."""
    if rule.table in ORDER and rule.of_rows:
        others = f"f.line IS NOT NULL AND f.line IN (SELECT _line FROM {quoted('excluded_' + rule.table)})"
        if rule.column in _SCHOOL_COLUMNS:  # the School ID itself is wrong, and it is not sent
            others += " OR (f.value IS NOT NULL AND f.value IN (SELECT id FROM foreign_ids))"
        return others
    if rule.table == "workspace":
        return "f.line IS NULL AND f.id IS NOT NULL AND f.id IN (SELECT id FROM foreign_ids)"
    return None
