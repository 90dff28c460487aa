"""Great Expectations gives the same verdict and the same failing rows on DuckDB as on pandas."""

from __future__ import annotations

import itertools
import logging

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pyarrow as pa
import pytest
from great_expectations.expectations.row_conditions import Column
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_kit.engine import DuckDBEngine
from connect_kit.engine.gx_bridge import Bridge, SharedConnection, rows_table

# Values are chosen so that both engines mean the same by an expectation. Left out, because GX itself differs:
# - line ends: Python's `$` also matches before a final line feed, RE2's is the very end of the text, and `.` differs too
# - text outside the basic plane and combining marks: pandas counts code points, which DuckDB's length() does as well,
#   but case folding and character classes of the two regex engines are of different Unicode versions
# - the empty string: a roster has none (an empty field is NULL)
VALUES = st.one_of(st.none(), st.sampled_from(["a", "b", "ab", "A", "007", "7", "a-1", "é", " a", "x'y", "a:b", "50%"]))
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=12)

CONDITIONS = {
    "every row": None,
    "where b is null": Column("b").is_null(),
    "where b is not null": Column("b").is_not_null(),
    "where b is a": Column("b") == "a",
    "where b is not a and given": (Column("b") != "a") & Column("b").is_not_null(),
    "where b is a or c is given": (Column("b") == "a") | Column("c").is_not_null(),
}


def expectations(condition):
    """One of each kind of expectation that a suite may hold, all with the same condition."""
    where = {"row_condition": condition} if condition is not None else {}
    pair = {"column_A": "a", "column_B": "b", **where}
    return [
        gxe.ExpectColumnValuesToNotBeNull(column="a", **where),
        gxe.ExpectColumnValuesToBeNull(column="a", **where),
        gxe.ExpectColumnValuesToBeUnique(column="a", **where),
        gxe.ExpectColumnValuesToBeInSet(column="a", value_set=["a", "7", "x'y", "a:b"], **where),
        gxe.ExpectColumnValuesToNotBeInSet(column="a", value_set=["a", "é"], **where),
        gxe.ExpectColumnValuesToMatchRegex(column="a", regex=r"^[a-z'%:0-9]+", **where),
        gxe.ExpectColumnValuesToNotMatchRegex(column="a", regex=r"\d|^\s|:", **where),
        gxe.ExpectColumnValuesToMatchRegexList(column="a", regex_list=["^a", "7$"], match_on="any", **where),
        gxe.ExpectColumnValuesToMatchRegexList(column="a", regex_list=["^a", "b$"], match_on="all", **where),
        gxe.ExpectColumnValuesToNotMatchRegexList(column="a", regex_list=["^A$", "0{2}"], **where),
        gxe.ExpectColumnValueLengthsToBeBetween(column="a", min_value=2, max_value=3, **where),
        gxe.ExpectColumnValueLengthsToEqual(column="a", value=1, **where),
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=["a", "b"], ignore_row_if="any_value_is_missing", **where
        ),
        gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(
            column_list=["a", "b", "c"], ignore_row_if="any_value_is_missing", **where
        ),
        gxe.ExpectColumnPairValuesToBeEqual(ignore_row_if="either_value_is_missing", **pair),
        gxe.ExpectTableRowCountToBeBetween(min_value=3, max_value=8, **where),
        gxe.ExpectColumnToExist(column="b"),
        gxe.ExpectColumnToExist(column="nowhere"),
    ]


@pytest.fixture(scope="module")
def engine():
    return DuckDBEngine(threads=1)


@pytest.fixture(scope="module")
def pandas_batch():
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def table(engine, rows, name="t"):
    schema = engine.new_schema("gx")
    with engine.cursor((schema.name,)) as cursor:
        cursor.register(
            "rows",
            pa.table(
                {"_line": pa.array(range(2, len(rows) + 2), pa.int64())}
                | {column: pa.array([row[i] for row in rows], pa.string()) for i, column in enumerate("abc")}
            ),
        )
        cursor.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows')
    return schema


def suite(items):
    numbered = [item.model_copy if False else item for item in items]
    made = gx.ExpectationSuite(name="s")
    for number, item in enumerate(numbered):
        item.meta = {"number": number}
        made.add_expectation(item)
    return made


def listed_by_engine(schema, result):
    """The lines that the engine lists for a result of GX; none for a rule on the table as a whole."""
    query = result.result.get("unexpected_index_query")
    if query is None or "$1" in query:
        return []
    return sorted(row[0] for row in schema.execute(query))


def on_duckdb(engine, rows, items):
    schema = table(engine, rows)
    results = Bridge(engine, (schema.name,)).validate("t", suite(items)).results
    return {
        r.expectation_config.meta["number"]: (
            r.success,
            r.result.get("unexpected_count"),
            listed_by_engine(schema, r) if r.result.get("unexpected_count") else [],
        )
        for r in results
    }


def on_pandas(batch, rows, items):
    frame = pd.DataFrame(rows, columns=list("abc"), dtype="object")
    frame.insert(0, "_line", range(2, len(rows) + 2))
    results = (
        batch.get_batch(batch_parameters={"dataframe": frame})
        .validate(
            suite(items),
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["_line"]},
        )
        .results
    )
    return {
        r.expectation_config.meta["number"]: (
            r.success,
            r.result.get("unexpected_count"),
            sorted(found["_line"] for found in r.result.get("unexpected_index_list") or []),
        )
        for r in results
    }
