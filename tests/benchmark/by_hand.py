"""The suites' rules once more, as DuckDB SQL written by hand: the yardstick for the suites' time.

All core rules of a table are counted in one pass over it; uniqueness and each rule across tables
are queries of their own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connect_kit.engine import literal, quoted
from connect_kit.errors import SuiteError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connect_kit.checks.suites import Rule
    from connect_kit.engine import Schema

_UNIQUE = "expect_column_values_to_be_unique"


@dataclass(frozen=True, slots=True)
class Query:
    """A query that counts the failing rows of some rules, by their positions."""

    sql: str
    rules: tuple[int, ...]


def queries_by_hand(rules: Sequence[Rule]) -> list[Query]:
    """The queries for some rules of the suites."""
    found, passes = [], dict[str, list[int]]()
    for number, rule in enumerate(rules):
        if rule.is_sql:
            rows = (rule.query or "").format(batch=quoted(rule.batch))  # braces are doubled, as GX wants them
            found.append(Query(f"SELECT count(*) FROM ({rows})", (number,)))
        elif _expectation(rule)["type"] == _UNIQUE:
            column = quoted(_expectation(rule)["kwargs"]["column"])
            repeated = (
                f"SELECT count(*) AS n FROM {quoted(rule.batch)} WHERE {column} IS NOT NULL "
                f"GROUP BY {column} HAVING n > 1"
            )
            found.append(Query(f"SELECT coalesce(sum(n), 0) FROM ({repeated})", (number,)))
        else:
            passes.setdefault(rule.batch, []).append(number)
    for table, numbers in passes.items():
        conditions = [failing(_expectation(rules[number])) for number in numbers]
        # CASE passes over what is not asked for; FILTER was seen to take half as long again.
        counts = ", ".join(f"count(CASE WHEN {condition} THEN 1 END)" for condition in conditions)
        found.append(Query(f"SELECT {counts} FROM {quoted(table)}", tuple(numbers)))
    return found


def count_by_hand(schema: Schema, others: tuple[str, ...], rules: Sequence[Rule]) -> tuple[list[int], list[float]]:
    """Failing rows of each rule, and the seconds of each of :func:`queries_by_hand`.

    ``schema`` holds the tables of :func:`connect_kit.checks.relations.build`, ``others`` are the
    roster's and the workspace's schemas.
    """
    counts, seconds = [0] * len(rules), []
    for query in queries_by_hand(rules):
        started = time.perf_counter()
        row = schema.execute(query.sql, also=others)[0]
        seconds.append(time.perf_counter() - started)
        for number, count in zip(query.rules, row, strict=True):
            counts[number] = int(count)
    return counts, seconds


def failing(expectation: Mapping[str, Any]) -> str:
    """SQL condition that a failing row of a core expectation meets.

    Raises
    ------
    SuiteError
        For an expectation that the benchmark has no SQL for.
    """
    kind, kwargs = expectation["type"], expectation["kwargs"]
    column = quoted(kwargs["column"])
    match kind.removeprefix("expect_column_values_to_"):
        case "not_be_null":
            condition = f"{column} IS NULL"
        case "be_null":
            condition = f"{column} IS NOT NULL"
        case "be_in_set":
            condition = f"{column} NOT IN ({', '.join(literal(value) for value in kwargs['value_set'])})"
        case "match_regex":
            condition = f"NOT {_matches(column, kwargs['regex'])}"
        case "not_match_regex":
            condition = _matches(column, kwargs["regex"])
        case "match_regex_list":
            join = " AND " if kwargs["match_on"] == "all" else " OR "
            condition = f"NOT ({join.join(_matches(column, regex) for regex in kwargs['regex_list'])})"
        case _:
            raise SuiteError(f"{kind}: the benchmark has no SQL for it; add it to tests/benchmark/by_hand.py")
    only = kwargs.get("row_condition")
    return f"CASE WHEN {_row_condition(only)} THEN {condition} END" if only else condition


def _expectation(rule: Rule) -> Mapping[str, Any]:
    if rule.expectation is None:
        raise SuiteError(f"{rule.code}: the reader finds it, no suite does")
    return rule.expectation


def _row_condition(condition: Mapping[str, Any]) -> str:
    """GX's own form of a row condition, as SQL."""
    if condition["type"] in ("and", "or"):
        parts = [_row_condition(part) for part in condition["conditions"]]
        return "(" + f" {condition['type'].upper()} ".join(parts) + ")"
    column = quoted(condition["column"]["name"])
    if condition["type"] == "nullity":
        return f"{column} IS {'' if condition['is_null'] else 'NOT '}NULL"
    operator = {"==": "="}.get(condition["operator"], condition["operator"])
    return f"{column} {operator} {literal(condition['parameter'])}"


def _matches(column: str, regex: str) -> str:
    return f"regexp_matches({column}, {literal(regex)})"
