"""Other tools on the same rules, each as its manual has it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.errors import SuiteError
from tests.benchmark.subset import LONGEST, RULES, TABLES, Alike, compare, suites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.benchmark.process import Clock

_MOST_ROWS = 100_000_000  # pointblank keeps 500 failing rows by default


def great_expectations(clock: Clock, clean: str, damaged: str) -> None:
    """Run Great Expectations on pandas; references are value sets, as it has no other way there."""
    import great_expectations as gx
    import great_expectations.expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    def check(tables: Any, listing: bool) -> int:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        source = context.data_sources.add_pandas("tables")
        wanted = (
            {"result_format": "COMPLETE", "unexpected_index_column_names": ["line"]}
            if listing
            else {"result_format": "BASIC"}
        )
        failing = 0
        for table, expectations in suites(_known(tables)).items():
            whole = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("all")
            frame = tables[table].reset_index(names="line") if listing else tables[table]
            batch = whole.get_batch({"dataframe": frame})
            for result in batch.validate(
                gx.ExpectationSuite(name=table, expectations=expectations), result_format=wanted
            ).results:
                failing += result.result["unexpected_count"]
                if listing:
                    _expect_listed(
                        len(result.result["unexpected_index_list"] or ()),
                        result.result["unexpected_count"],
                    )
        return failing

    compare(clock, clean, damaged, _read_pandas, check)


def pandera(clock: Clock, clean: str, damaged: str) -> None:
    """Run pandera on pandas, lazily, so that it collects every failing row."""
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

    def check(tables: Any, listing: bool) -> int:
        known = _known(tables)
        failing = 0
        for table in TABLES:
            columns: dict[str, Any] = {}
            for name in dict.fromkeys(rule.column for rule in RULES if rule.table == table):
                rules = [rule for rule in RULES if (rule.table, rule.column) == (table, name)]
                kinds = {rule.kind for rule in rules}
                checks = [found for rule in rules if (found := _pandera_check(pa, rule, known)) is not None]
                columns[name] = pa.Column(str, checks, nullable="present" not in kinds, unique="unique" in kinds)
            try:
                pa.DataFrameSchema(columns).validate(tables[table], lazy=True)
            except SchemaErrors as errors:
                failing += len(errors.failure_cases)  # the list itself: pandera makes it in any case
        return failing

    compare(clock, clean, damaged, _read_pandas, check)


def _pandera_check(pa: Any, rule: Alike, known: Mapping[str, list[str]]) -> Any:
    match rule.kind:
        case "pattern":
            return pa.Check.str_matches(rule.allowed)
        case "words":
            return pa.Check.isin(list(rule.allowed))
        case "length":
            return pa.Check.str_length(max_value=LONGEST)
        case "refers":
            return pa.Check.isin(known[str(rule.allowed)])
        case _:  # present and unique are settings of the column
            return None


def pointblank(clock: Clock, clean: str, damaged: str) -> None:
    """Run pointblank on polars."""
    import pointblank as pb
    import polars as pl

    def read(folder: str) -> tuple[Any, int]:
        tables = {table: pl.read_csv(Path(folder) / f"{table}.csv", infer_schema=False) for table in TABLES}
        return tables, sum(len(frame) for frame in tables.values())

    def check(tables: Any, listing: bool) -> int:
        known = {table: tables[table]["sourcedId"].to_list() for table in ("users", "classes")}
        failing = 0
        for table in TABLES:
            validation = pb.Validate(tables[table])
            for rule in RULES:
                if rule.table == table:
                    validation = _pointblank_step(validation, rule, known)
            validation = validation.interrogate(collect_extracts=listing, extract_limit=_MOST_ROWS)
            found = sum(validation.n_failed().values())
            failing += found
            if listing:
                _expect_listed(sum(len(rows) for rows in validation.get_data_extracts().values()), found)
        return failing

    compare(clock, clean, damaged, read, check)


def _pointblank_step(validation: Any, rule: Alike, known: Mapping[str, list[str]]) -> Any:
    match rule.kind:
        case "present":
            return validation.col_vals_not_null(rule.column)
        case "unique":
            return validation.rows_distinct(rule.column)
        case "pattern":
            return validation.col_vals_regex(rule.column, rule.allowed, na_pass=True)
        case "words":
            return validation.col_vals_in_set(rule.column, list(rule.allowed))
        case "length":
            return validation.col_vals_regex(rule.column, f"^.{{0,{LONGEST}}}$", na_pass=True)
        case "refers":
            return validation.col_vals_in_set(rule.column, known[str(rule.allowed)])


def _read_pandas(folder: str) -> tuple[Any, int]:
    import pandas as pd

    # "NA" is a name that people have; only an empty field means missing.
    tables = {
        table: pd.read_csv(Path(folder) / f"{table}.csv", dtype=str, keep_default_na=False, na_values=[""])
        for table in TABLES
    }
    return tables, sum(len(frame) for frame in tables.values())


def _known(tables: Any) -> dict[str, list[str]]:
    return {table: tables[table]["sourcedId"].dropna().tolist() for table in ("users", "classes")}


def _expect_listed(listed: int, failing: int) -> None:
    if listed != failing:
        raise SuiteError(f"{failing} rows fail, but {listed} are listed: the comparison would not be fair")
