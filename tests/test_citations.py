"""Every article, decision and rule that is cited exists: in suites, code, messages, notebooks and documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from connect_kit.checks.suites import load_suites, reader_rules
from connect_kit.connect import SOURCES

ROOT = Path(__file__).parents[1]
TEXTS = sorted(
    path
    for folder, kinds in {
        "connect_kit": ("py", "sql", "json", "j2", "js"),
        "expectations": ("json",),
        "notebooks": ("ipynb",),
        "docs": ("md",),
        "tests": ("py",),
        ".": ("md",),
    }.items()
    for kind in kinds
    for path in (ROOT.glob("*.md") if folder == "." else (ROOT / folder).rglob(f"*.{kind}"))
)
SHIPPED = [path for path in TEXTS if path.relative_to(ROOT).parts[0] != "tests"]
#: S and one or two digits, unless it is part of an ID, a file name or a number (S001, S1.csv, T-S1).
ARTICLE = re.compile(r"(?<![\w/.%-])S[0-9]{1,2}(?![\w/%-]|\.\w)")
DECISION = re.compile(r"\bdecisions?\s+((?:[0-9]+(?:\s*(?:,|and|to|-|–)\s*)?)+)", re.IGNORECASE)
#: A code of three parts in quotes or backticks; the first part is a table, or what the reader looks at.
CODE = re.compile(
    r"[\"'`]((?:users|classes|enrollments|guardians|student_attributes|orgs|courses|academicSessions|demographics|roles"
    r"|workspace|manifest|delivery|header|file)\.[A-Za-z_]+\.[a-z_0-9]+)[\"'`]"
)
#: Codes that no suite has: what a twin did besides, what a plan finds about Abandon, and the rule that notebook 02
#: writes as a district's own.
NOT_OF_A_SUITE = {
    "classes.classroom.archived",
    "users.student.archived",
    "users.email.short",
    "guardians.abandon.many",
}


def decisions() -> set[int]:
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    return {int(number) for number in re.findall(r"^([0-9]+)\. \*\*", text, re.MULTILINE)}


def cited(paths: list[Path], pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for match in pattern.finditer(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), match[match.lastindex or 0]


def test_decisions_are_numbered_without_a_gap() -> None:
    assert decisions() == set(range(1, 45))


def test_every_decision_that_is_cited_exists() -> None:
    known = decisions()
    numbers = [(where, int(number)) for where, text in cited(TEXTS, DECISION) for number in re.findall("[0-9]+", text)]
    assert len(numbers) > 50
    assert [(where, number) for where, number in numbers if number not in known] == []


def test_every_article_that_is_cited_has_a_title() -> None:
    articles = list(cited(SHIPPED, ARTICLE))
    assert len(articles) > 200
    assert [(where, key) for where, key in articles if key not in SOURCES] == []


def test_every_source_of_a_rule_or_a_table_has_a_title() -> None:
    named = re.compile(r"\bsource(?:\": |=)\"([^\"]+)\"")
    data = [path for path in SHIPPED if path.suffix == ".json" or path.name == "connect.py"]
    sources = [(where, key.strip()) for where, text in cited(data, named) for key in text.split(",")]
    assert len(sources) > 200
    assert [(where, key) for where, key in sources if key not in SOURCES] == []


def test_every_rule_code_that_is_cited_exists() -> None:
    codes = {rule.code for rule in load_suites()} | set(reader_rules())
    found = list(cited(SHIPPED, CODE))
    assert len(found) > 300
    assert {code for _, code in found} >= NOT_OF_A_SUITE
    unknown = [(where, code) for where, code in found if code not in codes | NOT_OF_A_SUITE]
    assert [(where, code) for where, code in unknown if "*." + code.partition(".")[2] not in codes] == []
