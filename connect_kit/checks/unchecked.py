"""Rules that could not be checked: one row a rule, and how many for which reason, counted once for all outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_kit.checks.provided import MISSING_INPUTS
from connect_kit.connect import SEVERITIES
from connect_kit.display.look import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from connect_kit.checks.findings import Findings
    from connect_kit.checks.suites import Rule

#: Why a rule could not be checked, the gravest first, and what is said of such rules.
WHY: Final[Mapping[str, str]] = {
    "critical_broken": "{} could not run",
    "broken": "{} broke and could not be checked",
    "lacking": "{} could not be checked, because a file or column is missing or damaged",
    "not_given": "{} not checked",
}


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A rule that could not be checked, and why; ``failed`` when it broke, not when something was not delivered."""

    rule: Rule
    reason: str
    failed: bool = False

    @property
    def why(self) -> str:
        """A key of :data:`WHY`. What was not given to the check is counted apart from what was not delivered."""
        if self.failed:
            return "critical_broken" if self.rule.severity == "critical" else "broken"
        return "not_given" if self.reason in MISSING_INPUTS.values() else "lacking"


def unchecked(findings: Findings) -> pd.DataFrame:
    """Rules that could not be checked, one row a code.

    Columns: ``code``, ``severity`` (the gravest), ``table``, ``title``, ``reason``, ``failed``. What a code checks in
    several ways stands in one row, with the titles and reasons of those that could not be checked.

    ``failed`` is True for a rule that broke, False where something that it needs was not delivered or given.
    """
    import pandas as pd

    rows = [
        (
            code,
            min((one.rule.severity for one in items), key=SEVERITIES.index),
            _each(one.rule.table for one in items),
            _each(one.rule.title for one in items),
            _each(one.reason for one in sorted(items, key=lambda one: tuple(WHY).index(one.why))),
            any(one.failed for one in items),
        )
        for code, items in _by_code(findings).items()
    ]
    return pd.DataFrame(rows, columns=["code", "severity", "table", "title", "reason", "failed"])


def unchecked_counts(findings: Findings) -> dict[str, int]:
    """How many rules could not be checked, by the gravest reason: the keys of :data:`WHY`."""
    found = Counter(_gravest(items) for items in _by_code(findings).values())
    return {why: found[why] for why in WHY if found[why]}


def unchecked_reasons(findings: Findings, why: str) -> list[str]:
    """The different reasons of the rules that are counted under one of :data:`WHY`."""
    groups = (items for items in _by_code(findings).values() if _gravest(items) == why)
    return list(dict.fromkeys(one.reason for items in groups for one in items if one.why == why))


def unchecked_in_words(findings: Findings) -> list[str]:
    """How many rules could not be checked, a sentence for each of :data:`WHY` without its full stop."""
    return [_words(why, number) for why, number in unchecked_counts(findings).items()]


def _words(why: str, number: int) -> str:
    if why == "not_given":
        return WHY[why].format(f"{counted(number, 'rule')} {'was' if number == 1 else 'were'}")
    return WHY[why].format(counted(number, "critical rule" if why == "critical_broken" else "rule"))


def _by_code(findings: Findings) -> dict[str, list[Unchecked]]:
    found: dict[str, list[Unchecked]] = {}
    for one in findings.not_checked:
        found.setdefault(one.rule.code, []).append(one)
    return found


def _gravest(items: Iterable[Unchecked]) -> str:
    return min((one.why for one in items), key=tuple(WHY).index)


def _each(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(values))
