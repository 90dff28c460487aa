"""A district's own rules are validated when they are loaded, so that a slip in one is an error and not a silence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connect_kit.checks.gx import prepare
from connect_kit.checks.sql_guard import refusal, tables_read
from connect_kit.errors import SuiteError
from connect_kit.roster.tables import ALL_TABLES

if TYPE_CHECKING:
    from connect_kit.checks.suites import Rule

#: What a rule's SQL may read: rows that would be uploaded, and all rows as delivered.
READABLE = frozenset(ALL_TABLES) | {f"_all_{table}" for table in ALL_TABLES}
OF_HEADER = "expect_column_to_exist"  #: the one that holds for a file without such a column
_SQL_KWARGS = "unexpected_rows_expectation takes one argument, unexpected_rows_query: expected SQL as text"
#: Expectations about all columns of a table, which here has some of the kit's own besides.
_OF_COLUMNS = frozenset(
    "expect_table_columns_to_match_ordered_list expect_table_columns_to_match_set expect_table_column_count_to_equal "
    "expect_table_column_count_to_be_between".split()
)


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
    kind = expectation["type"]
    if kind in _OF_COLUMNS:
        raise SuiteError(f"{rule.place}: {kind} cannot be run here; expected expect_column_to_exist for each column")
    _construct(rule, kwargs)
    other = kwargs.get("other_table_name")
    if other is not None and other not in ALL_TABLES:
        raise SuiteError(
            f"{rule.place}: other_table_name {other!r} is not a table; expected one of {', '.join(ALL_TABLES)}"
        )
    if rule.is_sql:
        why = refusal(district_query(rule), READABLE)
        if why:
            raise SuiteError(
                f"{rule.place}: {why}; expected one SELECT over the tables of the roster, such as "
                "SELECT _line FROM {batch} WHERE ..."
            )
    elif any("query" in name for name in kwargs):
        raise SuiteError(f"{rule.place}: of the expectations with SQL, only unexpected_rows_expectation can be run")
    read = tables_read(district_query(rule), READABLE) if rule.is_sql else [other] if other else []
    return replace(rule, district=True, needs=(*rule.needs, *(name.removeprefix("_all_") for name in read)))


def district_query(rule: Rule) -> str:
    """The SQL of a district's own rule, on its own table; in a GX suite a brace is written twice."""
    return str(rule.query).replace("{batch}", rule.batch).replace("{{", "{").replace("}}", "}")


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

    if rule.is_sql:
        if set(kwargs) != {"unexpected_rows_query"} or not isinstance(kwargs["unexpected_rows_query"], str):
            raise SuiteError(f"{rule.place}: {_SQL_KWARGS}")
        return  # it does not run through Great Expectations, which would only print advice
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
