"""The page of all rules, made from the suites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.checks.provided import MISSING_INPUTS
from connect_kit.checks.suites import load_suites, reader_rules
from connect_kit.connect import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_kit.checks.suites import Rule

_TITLES = {
    "reading": "Reading (any file)",
    "users": "users.csv",
    "classes": "classes.csv",
    "enrollments": "enrollments.csv",
    "guardians": "guardians.csv",
    "student_attributes": "student_attributes.csv",
    "workspace": "Against the Connect workspace",
}
_INTRO = """# Rules

Made from `expectations/*.json` and the reader's own list by `python -m connect_kit rules`; do not edit by hand.

**critical**: Connect refuses the row or file, or damage follows; blocks a real upload. **warning**: accepted, but the
result is probably not what was meant. **info**: worth knowing. *Level*: the rule applies at that level only. *Needs*:
what must be delivered or given for the rule to be checked; `duplicates` and `classrooms` are what `find_duplicates` and
`match_classrooms` found. *Example*: what breaks the rule, as planted in a sample district. *Follows*: findings that may
come with it.
"""


def rules_page() -> str:
    """Markdown of every rule: code, severity, title, remedy, source."""
    parts = [_INTRO, _section("reading", reader_rules().values())]
    rules = load_suites()
    tables = dict.fromkeys((*(name for name in _TITLES if name != "reading"), *sorted({_home(r) for r in rules})))
    parts += [_section(table, [rule for rule in rules if _home(rule) == table]) for table in tables]
    keys = "\n".join(f"- **{key}**: {title}" for key, title in SOURCES.items())
    return "\n".join([*parts, f"## Sources\n\n{keys}\n"])


def _home(rule: Rule) -> str:
    """The part of the page: rules against the workspace are listed together, whatever file their rows are in."""
    return "workspace" if rule.code.startswith("workspace.") else rule.table


def _section(name: str, rules: Iterable[Rule]) -> str:
    lines = [f"## {_TITLES.get(name, name + '.csv')}\n"]
    by_code: dict[str, list[Rule]] = {}
    for rule in rules:
        by_code.setdefault(rule.code, []).append(rule)
    for code, group in by_code.items():
        lines.append(f"### {code}\n")
        several = len({rule.remedy for rule in group}) > 1
        for rule in {(r.severity, r.title): r for r in group}.values():
            facts = [f"**{rule.severity}**", rule.title + "."]
            if rule.level:
                facts.append(f"Level: {rule.level}.")
            # "left_behind.staff": that what was passed says something about staff.
            needs = [name for name in rule.needs if name not in MISSING_INPUTS or "." not in name]
            if needs:
                facts.append(f"Needs: {', '.join(needs)}.")
            if several:
                facts.append(rule.remedy)
            alike = (r.note for r in group if (r.severity, r.title) == (rule.severity, rule.title) and r.note)
            facts += dict.fromkeys(alike)
            lines.append(" ".join(facts) + "\n")
        first = group[0]
        lines.append(("" if several else f"{first.remedy} ") + f"*Source: {first.source}.*\n")
        examples = [text for rule in group for text in rule.examples]
        if examples:
            lines.append(f"Example: {'; '.join(examples)}.\n")
        if first.knock_on:
            lines.append(f"Follows: {', '.join(first.knock_on)}.\n")
    return "\n".join(lines)
