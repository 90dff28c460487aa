"""Rows that are refused (decision 17), by the self-check's own rules: one truth for what is wrong with a row.

``refusals.json`` lists the codes of each kind in the order in which they count. Their level, words and, where a rule
looks at the delivery alone, their condition come from the suites in ``expectations/``. Rules about what Connect already
holds have their SQL in the list, because an upload sees the twin where the self-check sees the other files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from connect_kit.checks.suites import Rule, load_suites
from connect_kit.engine import literal, package_text, quoted, statements
from connect_kit.engine.contacts import contact_values
from connect_kit.errors import SuiteError

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job

#: Files that hold guardians, and SQL of who is one.
_GUARDIANS = {"users": "_kind = 'guardian'", "guardians": "true"}


def refuse(job: Job) -> None:
    """Make the temporary table ``refused`` (``_line``, ``code``, ``message``): the first rule that each row breaks."""
    job.sql("CREATE TEMP TABLE refusals (_line BIGINT, number INTEGER, value VARCHAR)")
    kind = job.given.file.kind
    if kind in _GUARDIANS:
        people = f"(SELECT '{kind}' AS tbl, _line, {_GUARDIANS[kind]} AS guardian, email, sms FROM given)"
        for statement in statements("connect_kit.engine", "contacts.sql", **contact_values(people, temporary=True)):
            job.sql(statement)
    reasons = []
    for number, (rule, sql) in enumerate(conditions(kind)):
        if rule.level in (None, job.given.file.level):
            job.sql(f"INSERT INTO refusals SELECT _line, {number}, _value FROM ({sql})")
            reasons.append(f"({number}, {literal(rule.code)}, {literal(rule.message)})")
    job.sql(
        "CREATE TEMP TABLE refused AS SELECT _line, code, replace(message, '{value}', coalesce(value, '')) AS message "
        "FROM (SELECT _line, min(number) AS number, min_by(value, (number, value)) AS value FROM refusals "
        "GROUP BY _line) "
        f"JOIN (VALUES {', '.join(reasons)}) AS reasons(number, code, message) USING (number)"
    )


@cache
def conditions(kind: str) -> tuple[tuple[Rule, str], ...]:
    """Rules of a kind in their order, each with SQL that gives ``_line`` and ``_value`` of the rows that break it."""
    text = package_text(__package__, "refusals.json")
    return tuple(_conditions(kind, json.loads(text)[kind]))


def _conditions(kind: str, entries: list[dict[str, str]]) -> Iterator[tuple[Rule, str]]:
    rules = [rule for rule in load_suites() if rule.batch == kind and rule.severity == "critical"]
    for entry in entries:
        found = [r for r in rules if r.code == entry["code"] and r.message.startswith(entry.get("message", ""))]
        if not found:
            raise SuiteError(f"{kind}.json: the critical rule {entry['code']} is missing; install connect-kit again")
        if "sql" in entry:
            yield found[0], entry["sql"]
        else:
            yield from ((rule, condition(rule, few=entry.get("few"))) for rule in found)


def condition(rule: Rule, *, few: str | None = None) -> str:
    """SQL of the rows of ``given`` that break a rule.

    Parameters
    ----------
    rule : Rule
        A core expectation (not null, unique, a regular expression), or one whose SQL looks at its own table.
    few : str, optional
        A column of few different values: each is judged once.

    Raises
    ------
    SuiteError
        For an expectation that an upload cannot judge.
    """
    if rule.query is not None:
        query = rule.query.replace("{batch}", "given").replace("{{", "{").replace("}}", "}")
        return query if "_value" in query else f"SELECT _line, NULL AS _value FROM ({query})"
    expectation = rule.expectation or {}
    kwargs, kind = expectation["kwargs"], expectation["type"]
    name = quoted(kwargs["column"])
    where = "".join(f" AND {part}" for part in _row_condition(kwargs.get("row_condition")))
    rows = f"SELECT _line, {name} AS _value FROM given"
    if kind == "expect_column_values_to_not_be_null":
        return f"{rows} WHERE {name} IS NULL{where}"
    if kind == "expect_column_values_to_be_unique":
        repeated = f"SELECT {name} FROM given WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) > 1"
        return f"{rows} WHERE {name} IN ({repeated}){where}"
    patterns = {"expect_column_values_to_match_regex": "NOT ", "expect_column_values_to_not_match_regex": ""}
    if kind not in patterns:
        raise SuiteError(
            f"{rule.code}: an upload cannot judge {kind}; use not_be_null, be_unique or a regular expression"
        )
    broken = f"{patterns[kind]}regexp_matches({name}, {literal(kwargs['regex'])})"
    if few == kwargs["column"]:
        broken = f"{name} IN (SELECT {name} FROM (SELECT DISTINCT {name} FROM given) WHERE {broken})"
    return f"{rows} WHERE {broken}{where}"


def _row_condition(data: Mapping[str, Any] | None) -> Iterator[str]:
    """SQL of Great Expectations' row condition."""
    for part in data["conditions"] if data else ():
        name = quoted(part["column"]["name"])
        if part["type"] == "nullity":
            yield f"{name} IS {'' if part['is_null'] else 'NOT '}NULL"
        else:
            yield f"{name} = {literal(part['parameter'])}"
