"""A district's own rules are validated when they are loaded, so that a slip in one is an error and not a silence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connect_kit.checks.gx import prepare
from connect_kit.checks.sql_guard import refusal
from connect_kit.errors import SuiteError
from connect_kit.roster.tables import ALL_TABLES

if TYPE_CHECKING:
    from connect_kit.checks.suites import Rule

#: What a rule's SQL may read: rows that would be uploaded, and all rows as delivered.
_READABLE = frozenset(ALL_TABLES) | {f"_all_{table}" for table in ALL_TABLES}


def validated(rule: Rule) -> Rule:
    """A district's own rule, once it is sure that it can be run.

    Raises
    ------
    SuiteError
        With the file, the number of the expectation, and what is expected.
    """
    for table in (rule.batch, rule.table):
        if table not in ALL_TABLES:
            raise SuiteError(
                f"{rule.place}: {table!r} is not a table; name the suite, or meta.table, after one of "
                f"{', '.join(ALL_TABLES)}"
            )
    expectation = rule.expectation or {}
    kwargs = expectation["kwargs"]
    unbound = _parameter(kwargs)
    if unbound is not None:
        raise SuiteError(f"{rule.place}: $PARAMETER {unbound!r} has no value here; write the value itself")
    _construct(rule, kwargs)
    if rule.is_sql:
        query = kwargs.get("unexpected_rows_query")
        why = refusal(str(query).replace("{batch}", rule.batch), _READABLE)
        if why:
            raise SuiteError(
                f"{rule.place}: {why}; expected one SELECT over the tables of the roster, such as "
                "SELECT _line FROM {batch} WHERE ..."
            )
    elif any("query" in name for name in kwargs):
        raise SuiteError(f"{rule.place}: of the expectations with SQL, only unexpected_rows_expectation can be run")
    return replace(rule, district=True)


def _parameter(value: Any) -> str | None:
    """The name of a suite parameter somewhere in a value."""
    if isinstance(value, dict):
        if "$PARAMETER" in value:
            return str(value["$PARAMETER"])
        value = list(value.values())
    if isinstance(value, list):
        return next((found for found in map(_parameter, value) if found is not None), None)
    return None


def _construct(rule: Rule, kwargs: dict[str, Any]) -> None:
    """Let Great Expectations say whether there is such an expectation, and whether it takes these arguments."""
    prepare()
    from great_expectations.exceptions.exceptions import GreatExpectationsError
    from great_expectations.expectations.registry import get_expectation_impl

    kind = (rule.expectation or {})["type"]
    try:
        expectation = get_expectation_impl(kind)
    except GreatExpectationsError as error:
        raise SuiteError(f"{rule.place}: {kind!r} is not an expectation that Great Expectations knows") from error
    try:
        expectation(**kwargs)
    except (GreatExpectationsError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise SuiteError(f"{rule.place}: {kind} does not take these kwargs: {_reasons(error)}") from error


def _reasons(error: Exception) -> str:
    errors = getattr(error, "errors", None)
    if not callable(errors):
        return " ".join(str(error).split())[:300]
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in errors())[:300]
