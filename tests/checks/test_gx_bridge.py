"""Great Expectations gives the same verdict and the same failing rows on DuckDB as on pandas."""

# mypy: disable-error-code="attr-defined"
# GX marks none of its expectations as exported.

from __future__ import annotations

import contextlib
import sqlite3
import threading

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pyarrow as pa
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.row_conditions import Column
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_kit.checks.gx import rows_table
from connect_kit.checks.gx.bridge import Bridge, SharedConnection
from connect_kit.engine import DuckDBEngine

# Values are chosen so that both engines mean the same by an expectation. Left out, because GX itself differs:
# - line ends: Python's `$` also matches before a final line feed, RE2's is the very end of the text
# - letters and digits beyond ASCII in `\d`, `\w`, `\s`: Python takes Unicode's, RE2 only ASCII's
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


def null_test_only(condition):
    """GX 1.24.1 writes no valid SQL for the rows of `unique` under such a condition; see the test of its own below."""
    return condition is not None and condition in (CONDITIONS["where b is null"], CONDITIONS["where b is not null"])


def expectations(condition):
    """One of each kind of expectation that a suite may hold, all with the same condition."""
    where = {"row_condition": condition} if condition is not None else {}
    pair = {"column_A": "a", "column_B": "b", **where}
    return [
        gxe.ExpectColumnValuesToNotBeNull(column="a", **where),
        gxe.ExpectColumnValuesToBeNull(column="a", **where),
        *([] if null_test_only(condition) else [gxe.ExpectColumnValuesToBeUnique(column="a", **where)]),
        gxe.ExpectColumnValuesToBeInSet(column="a", value_set=["a", "7", "x'y", "a:b"], **where),
        gxe.ExpectColumnValuesToNotBeInSet(column="a", value_set=["a", "é"], **where),
        gxe.ExpectColumnValuesToMatchRegex(column="a", regex=r"^[a-z'%:0-9]+", **where),
        gxe.ExpectColumnValuesToNotMatchRegex(column="a", regex=r"\d|^\s|:", **where),
        gxe.ExpectColumnValuesToMatchRegexList(column="a", regex_list=["^a", "7$"], match_on="any", **where),
        gxe.ExpectColumnValuesToMatchRegexList(column="a", regex_list=["^a", "b$"], match_on="all", **where),
        gxe.ExpectColumnValuesToNotMatchRegexList(column="a", regex_list=["^A$", "0{2}"], **where),
        gxe.ExpectColumnValueLengthsToBeBetween(column="a", min_value=2, max_value=3, **where),
        gxe.ExpectColumnValueLengthsToEqual(column="a", value=1, **where),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["a", "b"], ignore_row_if="any_value_is_missing", **where),
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
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
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
    made = gx.ExpectationSuite(name="s")
    for number, item in enumerate(items):
        item.meta = {"number": number}
        made.add_expectation(item)
    return made


def listed_by_engine(schema, result):
    """The lines that the engine lists for a result of GX; none for a rule on the table as a whole."""
    query = result.result.get("unexpected_index_query")
    if query is None:
        return []
    return sorted(row[0] for row in schema.execute(query))


def on_duckdb(engine, rows, items):
    schema = table(engine, rows)
    results = Bridge(engine, (schema.name,)).validate("t", suite(items)).results
    return {
        r.expectation_config.meta["number"]: (
            r.success,
            r.result.get("unexpected_count") or 0,  # no row that meets the condition: SQL's sum of none is NULL
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
            r.result.get("unexpected_count") or 0,
            sorted(found["_line"] for found in r.result.get("unexpected_index_list") or []),
        )
        for r in results
    }


@pytest.mark.thorough
@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS.keys())
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_duckdb_and_pandas_agree_on_verdict_count_and_failing_lines(engine, pandas_batch, condition, rows):
    on_both = on_duckdb(engine, rows, expectations(condition)), on_pandas(pandas_batch, rows, expectations(condition))
    assert on_both[0] == on_both[1]
    for success, count, lines in on_both[0].values():
        assert count == len(lines)
        assert success == (not lines) or lines == []  # a rule on the table as a whole lists no rows


def test_rows_of_unique_under_a_condition_on_nullity_are_listed(engine):
    rows = [("x", "b", None), ("x", "b", None), ("y", "b", None), ("x", None, None)]
    items = [gxe.ExpectColumnValuesToBeUnique(column="a", row_condition=Column("b").is_not_null())]
    assert on_duckdb(engine, rows, items) == {0: (False, 2, [2, 3])}


def test_the_end_of_a_pattern_is_the_very_end_of_the_text(engine):
    items = [gxe.ExpectColumnValuesToMatchRegex(column="a", regex="^x$")]
    assert on_duckdb(engine, [("x", None, None), ("x\n", None, None)], items) == {0: (False, 1, [3])}


@pytest.mark.parametrize(
    "where, lines",
    [("a = 'x:y'", [2]), ("a LIKE '50%'", [3]), ("a IS NULL", [4]), ("false", [])],
    ids=["a colon", "a per cent sign", "null", "no row"],
)
def test_an_sql_expectation_keeps_every_row_it_found(engine, where, lines):
    query = f"SELECT _line FROM {{batch}} WHERE {where}"
    schema = table(engine, [("x:y", "1", "1"), ("50%", "1", "1"), (None, "1", "1")])
    expectation = gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description="rows")
    (result,) = Bridge(engine, (schema.name,)).validate("t", suite([expectation])).results
    kept = schema.execute(f'SELECT _line FROM "{rows_table("t", query)}" ORDER BY 1')
    assert [row[0] for row in kept] == lines
    assert (result.success, result.result["observed_value"]) == (not lines, len(lines))


def test_an_sql_expectation_lists_more_rows_than_gx_shows(engine):
    query = "SELECT _line FROM {batch} WHERE a = 'x'"
    schema = table(engine, [("x", None, None)] * 5_000)
    expectation = gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description="rows")
    (result,) = Bridge(engine, (schema.name,)).validate("t", suite([expectation])).results
    assert result.result["observed_value"] == schema.count(rows_table("t", query)) == 5_000


def test_counts_are_those_of_the_rows_listed_at_any_number(engine):
    rows = [("x" if i % 3 else None, "b", None) for i in range(30_000)]
    items = [
        gxe.ExpectColumnValuesToNotBeNull(column="a"),
        gxe.ExpectColumnValuesToBeUnique(column="a"),
        gxe.ExpectColumnValuesToNotMatchRegex(column="a", regex="x", row_condition=Column("b") == "b"),
    ]
    missing = [i + 2 for i in range(0, 30_000, 3)]
    there = [i + 2 for i in range(30_000) if i % 3]
    assert on_duckdb(engine, rows, items) == {
        0: (False, 10_000, missing),
        1: (False, 20_000, there),
        2: (False, 20_000, there),
    }


def test_a_thousand_results_stay_readable_after_their_connection_was_closed(engine):
    schema = table(engine, [(str(i), None, None) for i in range(1_000)])
    cursors = []
    for i in range(1_000):
        connection = SharedConnection(engine, (schema.name,))
        cursor = connection.cursor()
        cursor.execute(f"SELECT a FROM t WHERE _line = {i + 2}")
        connection.close()
        cursors.append(cursor)
    read: dict[int, list] = {}

    def fetch(part):
        read.update({i: cursors[i].fetchall() for i in range(part, 1_000, 4)})

    threads = [threading.Thread(target=fetch, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == {i: [(str(i),)] for i in range(1_000)}
    for cursor in cursors:
        cursor.close()


def test_another_database_of_gx_is_not_touched(engine, tmp_path):
    on_duckdb(engine, [("a", None, None)], [gxe.ExpectColumnValuesToMatchRegex(column="a", regex="^a")])
    file = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE t (a TEXT)")
        database.executemany("INSERT INTO t VALUES (?)", [("a",), ("b",), (None,)])
        database.commit()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sqlite("other", connection_string=f"sqlite:///{file}")
    batch = source.add_table_asset("t", table_name="t").add_batch_definition_whole_table("w").get_batch()
    items = [
        gxe.ExpectColumnValuesToMatchRegex(column="a", regex="^a"),
        gxe.ExpectColumnValuesToNotMatchRegex(column="a", regex="^c"),
        gxe.ExpectColumnValuesToBeUnique(column="a"),
    ]
    found = {r.expectation_config.meta["number"]: r for r in batch.validate(suite(items)).results}
    assert [(found[i].success, found[i].result["unexpected_count"]) for i in range(3)] == [
        (False, 1),
        (True, 0),
        (True, 0),
    ]
