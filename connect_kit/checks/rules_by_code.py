"""The rule of a code, for what others report by code: results, and rows that a target refuses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from connect_kit.checks.suites import load_suites, reader_rules
from connect_kit.connect import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_kit.checks.suites import Rule


@cache
def rules_by_code() -> Mapping[str, Rule]:
    """The rule of each code, the most severe of those that share it."""
    found: dict[str, Rule] = dict(reader_rules())
    for rule in sorted(load_suites(), key=lambda rule: SEVERITIES.index(rule.severity), reverse=True):
        found[rule.code] = rule
    return found


def unit_of(code: str) -> str:
    """What a code counts: ``row``, ``School ID``, ``line`` (one that cannot be read), or ``finding`` (of a file)."""
    if code.startswith("workspace.schools."):
        return "School ID"
    if code == "file.malformed_line":
        return "line"
    rule = rules_by_code().get(code)
    return "row" if rule is None or (rule.of_rows and rule.table != "workspace") else "finding"
