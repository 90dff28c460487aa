"""One line per root cause: what one mistake explains, and in which order to fix it.

Failing rows are grouped by what they have in common: the same unknown school across all files, the same missing
class, a column whose IDs lost their zeros, a blank column. A finding that follows from another one is shown with it.
The list of rows stays complete.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connect_kit.checks.suites import STAGES, stage
from connect_kit.connect import SEVERITIES
from connect_kit.display.look import counted

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.checks.findings import Findings
    from connect_kit.checks.suites import Rule

_MOST_SCHOOLS = 500  # more than this are not schools but a damaged column
_MOST_VALUES = 10  # more different values than this are one cause: "237 different classes"
_MOST_CHARACTERS = 120  # of a value in a title
_BLANK_SHARE = 0.95
#: Warnings of what an upload does to children and nobody takes back: they stand among what is critical, by their reach.
OF_CHILDREN = frozenset(("users.student.entered_twice", "workspace.students.duplicates_expected"))
#: A critical row counts as much as so many children of theirs.
_CRITICAL_WEIGHT = 10
_GROUPS = """
    SELECT f.rule, CASE WHEN r.tbl = 'workspace' THEN f.id ELSE f.value END AS value, any_value(f.value) AS shown,
        count(*) AS rows
    FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule GROUP BY ALL
"""
#: What is not there, and may be there under another name.
_ABSENT = ("file.missing", "header.missing_column")
#: Rows that fail by rule; one that names several unknown School IDs, say, is one row.
_LINES = "SELECT rule, count(DISTINCT line) + count(*) FILTER (line IS NULL) FROM _failing GROUP BY rule"

#: Rows of a school that several rules of one table name: each is one row of the cause.
_ROWS_OF_SCHOOL = "SELECT count(DISTINCT line) FROM _failing WHERE value = ? AND list_contains(?, rule)"

#: Failing rows by how their ID changed: what follows the last colon.
_PATTERNS = """
    SELECT trim(regexp_extract(value, '[^:]*$')) AS words, count(*) FROM _failing WHERE rule = ? GROUP BY words
"""
#: Rows of rules that follow from a changed ID, in so far as they are about the same child.
_SAME_CHILDREN = """
    SELECT f.rule, c.mass, count(*) FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule AND r.tbl = 'users'
    JOIN (SELECT _line, bool_or(mass) AS mass FROM changed_ids WHERE kind = 'students' GROUP BY _line) AS c
        ON c._line = f.line
    WHERE r.code IN ('workspace.students.duplicates_expected', 'users.student.entered_twice') GROUP BY f.rule, c.mass
"""


@dataclass
class _Cause:
    title: str
    rule: Rule
    rows: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    codes: dict[str, None] = field(default_factory=dict)
    follows: dict[str, int] = field(default_factory=dict)
    value: str | None = None
    numbers: dict[str, list[int]] = field(default_factory=dict)

    def add(self, rule: Rule, rows: int) -> None:
        self.rows += rows
        if SEVERITIES.index(rule.severity) < SEVERITIES.index(self.rule.severity):
            self.rule = rule
        where = rule.table if rule.table not in ("delivery", "") else "files"
        self.parts[where] = self.parts.get(where, 0) + rows
        self.codes[rule.code] = None


def causes(findings: Findings) -> pd.DataFrame:
    """One row a root cause, in the order in which to fix them.

    What must be right before anything else can be comes first: files, headers, schools, changed IDs. Then come critical
    causes, and children who would be doubled, by severity and reach; then warnings and notes, by reach.

    Columns: ``order``, ``severity``, ``cause``, ``explains``, ``rows``, ``remedy``, ``codes``.
    """
    import pandas as pd

    found = _fold(_explained(findings, list(_collect(findings).values())))
    found.sort(key=_rank)
    unrun = _unrun(findings)
    rows = []
    for order, cause in enumerate(found, 1):
        explains = ", ".join(
            f"{count:,} {'on Connect' if where == 'workspace' else f'in {where}'}"
            for where, count in cause.parts.items()
        )
        if cause.follows:
            explains += "; probably also " + ", ".join(f"{n:,} × {title.lower()}" for title, n in cause.follows.items())
        if cause.rule.code in ("header.missing_column", "file.missing") and unrun.get(cause.rule.table):
            explains += f"; {unrun[cause.rule.table]} rules could not be checked"
        rows.append(
            (order, cause.rule.severity, cause.title, explains, cause.rows, cause.rule.remedy, ", ".join(cause.codes))
        )
    return pd.DataFrame(rows, columns=["order", "severity", "cause", "explains", "rows", "remedy", "codes"])


def causes_in_words(causes: pd.DataFrame) -> str:
    """How many causes there are: ``12 causes to fix, 75 worth a look, 9 for information``.

    To fix is what is critical; warnings are worth a look, and block nothing.
    """
    counts = causes["severity"].value_counts()
    named = (("critical", "to fix"), ("warning", "worth a look"), ("info", "for information"))
    found = [(int(counts[severity]), words) for severity, words in named if severity in counts]
    if not found:
        return "no causes"
    (first, what), *others = found
    return ", ".join((f"{counted(first, 'cause')} {what}", *(f"{number:,} {words}" for number, words in others)))


def _rank(cause: _Cause) -> tuple[int, int, int, int, str]:
    """Place of a cause: group, fixing order where that counts first, reach, fixing order, title."""
    rule, place = cause.rule, stage(cause.rule)
    critical, of_children = rule.severity == "critical", rule.code in OF_CHILDREN
    first = place <= STAGES.index("schools") or rule.code.endswith(".id_changed")
    if critical and first:
        return 0, place, -cause.rows, place, cause.title
    if critical or (of_children and rule.severity == "warning"):
        return 1, 0, -cause.rows * (_CRITICAL_WEIGHT if critical else 1), place, cause.title
    return 1 + SEVERITIES.index(rule.severity), place if first else len(STAGES), -cause.rows, place, cause.title


def _collect(findings: Findings) -> dict[tuple[str, ...], _Cause]:
    groups: dict[int, dict[str | None, int]] = {}
    shown: dict[tuple[int, str | None], str] = {}
    for number, value, text, rows in findings.schema.execute(_GROUPS):
        groups.setdefault(number, {})[value] = rows
        shown[number, value] = text or ""
    found: dict[tuple[str, ...], _Cause] = {}
    lines = dict(findings.schema.execute(_LINES))
    for number, rule in enumerate(findings.rules):
        if rule.cause == "id_change":
            kind = rule.code.split(".")[1]
            for words, rows in findings.schema.execute(_PATTERNS, [number]):
                title = _change_title(findings, kind, rule.severity == "critical", words)
                found.setdefault((rule.code, rule.severity, words), _Cause(title, rule)).add(rule, rows)
            continue
        values = groups.get(number, {})
        most = {"school": _MOST_SCHOOLS, "value": _MOST_VALUES}.get(rule.cause or "", 0)
        split = 0 < len(values) <= most
        for value, rows in values.items() if split else [(None, lines.get(number, 0))]:
            key, title = _named(findings, rule, value, len(values), rows)
            only = next(iter(values)) if len(values) == 1 else None
            if rule.code in _ABSENT and only and "; " in only:  # what is probably meant goes on behind it
                title = only if rule.code == "file.missing" else f"{rule.batch}: {only}"
            if rule.cause == "school" and rule.table == "workspace" and value is not None:
                title = rule.message.replace("{value}", shown[number, value])
            # A district's own rule may have a code or a school of the kit's: it is a cause of its own.
            cause = found.setdefault((*key, "district") if rule.district else key, _Cause(title, rule))
            cause.add(rule, rows)
            if rule.cause == "school" and value is not None:
                cause.value = value
                cause.numbers.setdefault(rule.table, []).append(number)
    for cause in found.values():
        _count_once(findings, cause)
    return found


def _count_once(findings: Findings, cause: _Cause) -> None:
    """Count a row once that several rules of its table find for one school."""
    for table, numbers in cause.numbers.items():
        if len(numbers) > 1 and table != "workspace":
            rows = int(findings.schema.execute(_ROWS_OF_SCHOOL, [cause.value, numbers])[0][0])
            cause.rows -= cause.parts[table] - rows
            cause.parts[table] = rows


def _change_title(findings: Findings, kind: str, mass: bool, words: str) -> str:
    """How many records of a kind come under new IDs, and how these changed."""
    query = "SELECT title FROM id_change_causes WHERE kind = ? AND mass = ? AND words = ?"
    return str(findings.schema.execute(query, [kind, mass, words])[0][0])


def _explained(findings: Findings, found: list[_Cause]) -> list[_Cause]:
    """Put the doubled rows of children under new IDs with the change of their IDs; other children's stay a cause."""
    changes = [cause for cause in found if cause.rule.code == "workspace.students.id_changed"]
    if not changes:
        return found
    by_rule = {(rule.code, rule.severity, rule.column): cause for cause in found for rule in [cause.rule]}
    for number, mass, rows in findings.schema.execute(_SAME_CHILDREN):
        rule = findings.rules[number]
        cause = by_rule[rule.code, rule.severity, rule.column]
        parents = [one for one in changes if (one.rule.severity == "critical") == mass] or changes
        parent = max(parents, key=lambda one: one.rows)
        parent.follows[rule.title] = parent.follows.get(rule.title, 0) + rows
        parent.codes[rule.code] = None
        cause.rows -= rows
        cause.parts = {where: count - rows for where, count in cause.parts.items()}
    return [cause for cause in found if cause.rows > 0]


def _named(findings: Findings, rule: Rule, value: str | None, values: int, rows: int) -> tuple[tuple[str, ...], str]:
    """What makes rows one cause, and its name."""
    if rule.cause == "school" and value is not None:
        return ("school", value), rule.message.replace("{value}", value).partition(";")[0]
    if rule.cause == "value" and value is not None:
        return (rule.code, rule.severity, value), f"{rule.title}: {value[:_MOST_CHARACTERS]}"
    if rule.cause in ("school", "value") and value is None and values > 1:
        return (rule.code, rule.severity), f"{rule.title}: {values:,} different ones"
    table = findings.roster.info.get(rule.table)
    blank = not rule.district and rule.code.endswith((".present", ".role.known"))
    if blank and table and rows >= _BLANK_SHARE * max(table.rows, 1):
        return (rule.code, "blank"), f"Column {rule.column} of {table.file} is blank throughout"
    if rule.expectation is None and rule.column and rule.code.startswith("header."):
        title = f"{rule.batch}: {rule.title[0].lower()}{rule.title[1:]} ({rule.column})"
        return (rule.code, rule.table, rule.column), title
    if rule.expectation is None:
        return (rule.code, rule.batch), f"{rule.batch}: {rule.title[0].lower()}{rule.title[1:]}"
    key = (rule.code, rule.severity, rule.column or "", rule.title)
    return key, rule.title + (f" ({rule.column})" if rule.column else "")


def _fold(found: list[_Cause]) -> list[_Cause]:
    """Put what follows from a graver cause with that cause."""
    kept = []
    for cause in found:
        parents = [
            other
            for other in found
            if other is not cause
            and cause.rule.code in other.rule.knock_on
            and cause.rule.district >= other.rule.district  # the kit's findings do not hide behind a district's
            and SEVERITIES.index(other.rule.severity) < SEVERITIES.index(cause.rule.severity)
        ]
        # Only what the parent can explain in number; a single bad row does not excuse a thousand.
        parents = [other for other in parents if other.rows >= cause.rows or other.rule.table == "delivery"]
        if parents:
            parent = max(parents, key=lambda other: other.rows)
            parent.follows[cause.rule.title] = parent.follows.get(cause.rule.title, 0) + cause.rows
            parent.codes |= cause.codes
        else:
            kept.append(cause)
    return kept


def _unrun(findings: Findings) -> dict[str, int]:
    codes: dict[str, set[str]] = {}
    for item in findings.not_checked:
        if item.why != "not_given":
            codes.setdefault(item.rule.batch, set()).add(item.rule.code)
    return {batch: len(found) for batch, found in codes.items()}
