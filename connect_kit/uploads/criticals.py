"""The critical findings of a plan: those that concern what is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connect_kit.uploads.plan_data import Critical

if TYPE_CHECKING:
    from connect_kit.checks import Findings

#: Rows by code: one that names several School IDs is one row.
_ROWS = """
    SELECT r.code, count(DISTINCT (r.tbl, f.line)) FILTER (f.line IS NOT NULL) + count(*) FILTER (f.line IS NULL)
    FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule WHERE r.severity = 'critical' GROUP BY r.code
"""
_NOT_RUN = "The rule itself broke: findings.unchecked() says why."


def criticals(findings: Findings) -> tuple[Critical, ...]:
    """Critical findings with their failing rows; of a plan, those that were narrowed to what it sends."""
    merged: dict[str, Critical] = {}
    found, rows = findings.summary(), dict(findings.schema.execute(_ROWS))
    for code in dict.fromkeys(found.loc[found["severity"] == "critical", "code"]):
        numbers = [n for n, rule in enumerate(findings.rules) if rule.code == code and rule.severity == "critical"]
        remedy = " ".join(dict.fromkeys(findings.rules[n].remedy for n in numbers))
        merged[code] = Critical(code, findings.rules[numbers[0]].title, int(rows[code]), remedy)
    for rule in findings.failed:
        if rule.severity == "critical":
            before = merged.get(rule.code, Critical(rule.code, "", 0, _NOT_RUN))
            titles = filter(None, (before.title, f"{rule.title}: could not be checked"))
            merged[rule.code] = replace(before, title="; ".join(titles))
    return tuple(merged.values())
