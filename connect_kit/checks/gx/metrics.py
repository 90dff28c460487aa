"""What Great Expectations lacks on DuckDB, registered for an execution engine of its own.

Two adaptations (seen with GX 1.24.1):

1. **Regular expressions.** GX renders none for DuckDB; its four regex metrics gain ``regexp_matches`` (RE2: no
   look-around, and ``$`` is the very end of the text).
2. **Failing rows.** GX's ``unexpected_index_query`` forgets the expectation's ``row_condition``, or leaves a parameter
   unbound, and for compound keys it is not valid SQL; :func:`rows_query` builds it from the condition and domain of
   the count. And GX runs the query of an ``unexpected_rows_expectation`` twice, to count and to show; here it runs
   once, into a table that then is the complete list of failing rows.

GX looks a metric up by the execution engine's class, so no other database or engine is touched.
Importing this module imports GX: only :func:`connect_kit.checks.gx.bridge.prepare` does.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import sqlalchemy as sa
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import (
    SqlAlchemyExecutionEngine,
)
from great_expectations.expectations import registry
from great_expectations.expectations.metrics.column_map_metrics.column_values_match_regex import (
    ColumnValuesMatchRegex,
)
from great_expectations.expectations.metrics.column_map_metrics.column_values_match_regex_list import (
    ColumnValuesMatchRegexList,
)
from great_expectations.expectations.metrics.column_map_metrics.column_values_not_match_regex import (
    ColumnValuesNotMatchRegex,
)
from great_expectations.expectations.metrics.column_map_metrics.column_values_not_match_regex_list import (
    ColumnValuesNotMatchRegexList,
)
from great_expectations.expectations.metrics.column_map_metrics.column_values_unique import (
    ColumnValuesUnique,
)
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.is_sqlalchemy_metric_selectable import (
    _is_sqlalchemy_metric_selectable,
)
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.query_metrics.query_row_count.unexpected_rows_query_row_count import (
    UnexpectedRowsQueryRowCount,
)
from great_expectations.expectations.metrics.query_metrics.query_table.unexpected_rows_query_table import (
    UnexpectedRowsQueryTable,
)
from great_expectations.util import get_sqlalchemy_selectable

from connect_kit.checks.gx.rows import SOURCE, rows_table
from connect_kit.engine.duckdb import quoted


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """GX's SQL execution engine, under a name that the metrics below are registered for."""


class DuckDBDatasource(SQLDatasource):
    """Adds DuckDB tables to a GX context."""

    execution_engine_override: ClassVar[type[DuckDBExecutionEngine] | None] = DuckDBExecutionEngine
    type: Literal["connect_kit_duckdb"] = "connect_kit_duckdb"  # type: ignore[assignment]  # as GX's own subclasses do


def _matches(column: Any, regex: str) -> Any:
    return sa.func.regexp_matches(column, sa.literal(regex))


# Defining a class registers its metric: that is GX's way.
class MatchRegex(ColumnValuesMatchRegex):
    """``column_values.match_regex`` on DuckDB."""

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _duckdb(cls: Any, column: Any, regex: str, **kwargs: Any) -> Any:
        return _matches(column, regex)


class NotMatchRegex(ColumnValuesNotMatchRegex):
    """``column_values.not_match_regex`` on DuckDB."""

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _duckdb(cls: Any, column: Any, regex: str, **kwargs: Any) -> Any:
        return sa.not_(_matches(column, regex))


class MatchRegexList(ColumnValuesMatchRegexList):
    """``column_values.match_regex_list`` on DuckDB."""

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _duckdb(cls: Any, column: Any, regex_list: list[str], match_on: str, **kwargs: Any) -> Any:
        join = sa.and_ if match_on == "all" else sa.or_
        return join(*(_matches(column, regex) for regex in regex_list))


class NotMatchRegexList(ColumnValuesNotMatchRegexList):
    """``column_values.not_match_regex_list`` on DuckDB."""

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _duckdb(cls: Any, column: Any, regex_list: list[str], **kwargs: Any) -> Any:
        return sa.not_(sa.or_(*(_matches(column, regex) for regex in regex_list)))


class RowsQueryCount(UnexpectedRowsQueryRowCount):
    """Count of an ``unexpected_rows_expectation``, whose query is run into a table unless that was done."""

    @metric_value(engine=DuckDBExecutionEngine)
    def _duckdb(
        cls: Any, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, **kwargs: Any
    ) -> int:
        query = cls._get_query_from_metric_value_kwargs(metric_value_kwargs)
        batch, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)
        substituted = cls._get_substituted_batch_subquery_from_query_and_batch_selectable(
            query=query, batch_selectable=batch, execution_engine=execution_engine
        )
        name = str(metric_domain_kwargs["batch_id"]).removeprefix(f"{SOURCE}-")
        table = quoted(rows_table(name, query))
        made = _run(execution_engine, f"CREATE TABLE IF NOT EXISTS {table} AS {substituted}").scalar()
        return int(_run(execution_engine, f"SELECT count(*) FROM {table}").scalar_one() if made is None else made)


class RowsQueryTable(UnexpectedRowsQueryTable):
    """First rows of an ``unexpected_rows_expectation``: none; the table holds them all, and results hold no values."""

    @metric_value(engine=DuckDBExecutionEngine)
    def _duckdb(cls: Any, **kwargs: Any) -> list[dict[str, Any]]:
        return []


def _run(execution_engine: Any, sql: str) -> Any:
    # SQLAlchemy's text() would take a colon for a parameter.
    return execution_engine.execute_query(sa.text(sql.replace(":", r"\:")))


def rows_query(
    cls: Any,
    execution_engine: Any,
    metric_domain_kwargs: dict[str, Any],
    metric_value_kwargs: dict[str, Any],
    metrics: dict[str, Any],
    **kwargs: Any,
) -> str | None:
    """SQL of every failing row of a map expectation: the index columns, then the columns it looks at."""
    condition, compute, accessor = metrics["unexpected_condition"]
    names = list(metric_value_kwargs["result_format"].get("unexpected_index_column_names") or ())
    single = [accessor[key] for key in ("column", "column_A", "column_B") if key in accessor]
    names += accessor.get("column_list") or single
    chosen: list[Any] = [sa.column(name) for name in names]
    if issubclass(cls, ColumnValuesUnique):
        # Its condition uses a count that only GX's own query has.
        domain = _rows(execution_engine, metric_domain_kwargs)
        column: Any = sa.column(single[0])
        repeated = sa.select(column).select_from(domain).group_by(column).having(sa.func.count() > 1)
        query: Any = sa.select(*chosen).select_from(domain).where(column.in_(repeated))
    else:
        query = sa.select(*chosen).where(condition)
        if not _is_sqlalchemy_metric_selectable(map_metric_provider=cls):
            query = query.select_from(_rows(execution_engine, {**compute, **accessor}))
    dialect = execution_engine.engine.dialect
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _rows(execution_engine: Any, domain: dict[str, Any]) -> Any:
    return get_sqlalchemy_selectable(execution_engine.get_domain_records(domain_kwargs=domain))


def register() -> None:
    """Put :func:`rows_query` where GX keeps the ``unexpected_index_query`` of SQL databases."""
    for name, entry in registry._registered_metrics.items():
        provider = entry["providers"].get("SqlAlchemyExecutionEngine")
        if name.endswith(".unexpected_index_query") and provider:
            entry["providers"][DuckDBExecutionEngine.__name__] = (provider[0], rows_query)
