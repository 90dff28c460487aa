"""A district's own suites change nothing that the kit's rules say, and a slip in one is never silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.checks.sql_guard import refusal
from connect_kit.checks.suites import load_suites
from connect_kit.errors import SuiteError
from tests.checks.own_suites import NOT_NULL, SQL, TABLES, query, rule, suite

HOSTILE = {
    "two statements": "SELECT _line FROM users; SELECT 1",
    "a statement behind a comment": "SELECT _line FROM users; -- x\nDROP TABLE users",
    "delete": "DELETE FROM users",
    "insert": "INSERT INTO users SELECT * FROM users",
    "update": "UPDATE users SET role = 'x'",
    "drop": "DROP TABLE users",
    "create": "CREATE TABLE mine AS SELECT 1",
    "a CTE that deletes": "WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone",
    "a CTE that inserts": "WITH more AS (INSERT INTO users SELECT * FROM users RETURNING *) SELECT * FROM more",
    "copy to": "COPY users TO 'out.csv'",
    "copy of a query": "COPY (SELECT * FROM users) TO 'out.csv'",
    "copy from": "COPY users FROM 'in.csv'",
    "attach": "ATTACH 'other.duckdb' AS other",
    "detach": "DETACH memory",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "set": "SET threads = 1",
    "pragma": "PRAGMA database_list",
    "call": "CALL pragma_version()",
    "export": "EXPORT DATABASE 'out'",
    "a file name": "SELECT _line FROM 'x.csv'",
    "a quoted file name": 'SELECT _line FROM "x.parquet"',
    "a file name in a subquery": "SELECT _line FROM users WHERE role IN (SELECT a FROM 'x.csv')",
    "a file name in a join": "SELECT u._line FROM users AS u JOIN 'x.json' AS j ON true",
    "a file name in a union": "SELECT _line FROM users UNION ALL SELECT _line FROM 'x.csv'",
    "a file name in a CTE": "WITH a AS (SELECT * FROM 'x.csv') SELECT * FROM a",
    "a file name as the CTE's own name": 'WITH "x.csv" AS (SELECT * FROM "x.csv") SELECT _line FROM "x.csv"',
    "a name of a CTE used outside of it": "SELECT _line FROM hidden, (WITH hidden AS (SELECT 1) SELECT * FROM hidden)",
    "a CTE that reads its own name": "WITH hidden AS (SELECT * FROM hidden) SELECT * FROM hidden",
    "read_csv": "SELECT _line FROM read_csv('x.csv')",
    "read_text": "SELECT content FROM read_text('/etc/hosts')",
    "read_blob": "SELECT content FROM read_blob('/etc/hosts')",
    "read_parquet": "SELECT * FROM read_parquet('x.parquet')",
    "parquet_scan": "SELECT * FROM parquet_scan('x.parquet')",
    "read_json": "SELECT * FROM read_json('x.json')",
    "glob": "SELECT * FROM glob('*')",
    "sniff_csv": "SELECT * FROM sniff_csv('x.csv')",
    "query()": "SELECT * FROM query('SELECT 1')",
    "query_table()": "SELECT * FROM query_table('users')",
    "duckdb_secrets": "SELECT * FROM duckdb_secrets()",
    "duckdb_settings": "SELECT * FROM duckdb_settings()",
    "getenv": "SELECT _line FROM users WHERE getenv('HOME') = 'x'",
    "getenv in a deep expression": "SELECT _line, CASE WHEN true THEN upper(getenv('HOME')) END FROM users",
    "current_setting": "SELECT current_setting('threads') FROM users",
    "serialised SQL": "SELECT * FROM json_execute_serialized_sql('{}')",
    "another schema": "SELECT * FROM roster_1.users",
    "another database": "SELECT * FROM memory.main.users",
    "the catalogue": "SELECT * FROM information_schema.tables",
    "the catalogue of DuckDB": "SELECT * FROM duckdb_tables()",
    "a table of the check": "SELECT rule FROM _rules",
    "a table that is not there": "SELECT _line FROM pupils",
    "describe": "DESCRIBE users",
    "show": "SHOW TABLES",
    "a table function of an extension": "SELECT * FROM sqlite_scan('x.db', 't')",
    "a plan of SQL that reads a file": "SELECT _line, json_serialize_plan('SELECT * FROM read_csv(''x'')') FROM users",
    "the version": "SELECT _line FROM users WHERE version() = 'x'",
    "the user": "SELECT _line FROM users WHERE session_user = 'x' OR user() = 'x'",
    "a pause": "SELECT _line FROM users WHERE pg_sleep(9) IS NULL",
    "a function that is not DuckDB's": "SELECT _line FROM users WHERE shell('ls') = 'x'",
    "a parameter": "SELECT _line FROM users WHERE role = $1",
    "another version of a table": "SELECT _line FROM users AT (VERSION => 1)",
    "a pivot": "SELECT _line FROM users PIVOT (count(*) FOR role IN ('a'))",
    "a hundred thousand brackets": "SELECT _line FROM " + "(SELECT * FROM " * 100_000 + "users" + ")" * 100_000,
    "a wrong spelling": "SELEKT _line FROM users",
    "nothing": "",
}
HARMLESS = {
    "plain": "SELECT _line FROM users WHERE role = 'student'",
    "all rows as delivered": "SELECT _line FROM _all_users",
    "from first": "FROM users SELECT _line",
    "other letter case": "SELECT _line FROM USERS",
    "join": (
        "SELECT e._line FROM enrollments AS e LEFT JOIN users AS u ON u.sourcedId = "
        "e.userSourcedId WHERE u._line IS NULL"
    ),
    "subquery": "SELECT _line FROM users WHERE sourcedId NOT IN (SELECT userSourcedId FROM enrollments)",
    "exists": (
        "SELECT _line FROM users AS u WHERE EXISTS (SELECT 1 FROM enrollments AS e WHERE e.userSourcedId = u.sourcedId)"
    ),
    "CTE": "WITH s AS (SELECT * FROM users), t AS (SELECT * FROM s) SELECT _line FROM t",
    "recursive CTE": (
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT _line FROM users, n"
    ),
    "union": "SELECT _line FROM users UNION ALL SELECT _line FROM classes ORDER BY 1 LIMIT 3",
    "window": (
        "SELECT _line FROM (SELECT _line, row_number() OVER (PARTITION BY email ORDER BY _line "
        "DESC) AS n FROM users) WHERE n > 1"
    ),
    "qualify": "SELECT _line FROM users QUALIFY count(*) OVER (PARTITION BY sourcedId) > 1",
    "group": "SELECT min(_line) AS _line FROM users GROUP BY ALL HAVING count(*) > 1",
    "unnest": "SELECT _line, unnest(string_split(agentSourcedIds, ',')) AS a FROM users",
    "unnest as a table": "SELECT u._line FROM users AS u, unnest(string_split(u.grades, ',')) AS g(grade)",
    "values": "SELECT _line FROM users WHERE role IN (SELECT r FROM (VALUES ('a'), ('b')) AS v(r))",
    "cast and case": (
        "SELECT _line, CASE WHEN sourcedId::DECIMAL(9, 2) > 3 THEN 1 END FROM users WHERE "
        "TRY_CAST(grades AS INTEGER) IS NULL"
    ),
    "lambda": "SELECT _line FROM users WHERE len(list_filter(string_split(grades, ','), lambda g: g = 'x')) > 0",
    "regular expressions": "SELECT _line FROM users WHERE NOT regexp_full_match(sourcedId, '[0-9]{8}')",
    "words that only look dangerous": (
        "SELECT _line FROM users WHERE givenName = 'COPY; DROP TABLE users' -- read_csv('x')"
    ),
    "star with exclude": "SELECT * EXCLUDE (role) FROM users",
    "distinct": "SELECT DISTINCT _line FROM users",
    "a date compared with today": "SELECT _line FROM users WHERE TRY_CAST(grades AS DATE) > current_date",
    "JSON in a column": "SELECT u._line FROM users AS u, json_each(u.metadata) AS j",
    "a semicolon at the end": "SELECT _line FROM users;",
    "positional join, sample and lateral": (
        "SELECT u._line FROM users AS u POSITIONAL JOIN classes, LATERAL (SELECT u.role AS r) USING SAMPLE 3"
    ),
    "aggregates with filter and rollup": "SELECT max(_line) FILTER (role = 'x') FROM users GROUP BY ROLLUP (role)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_more_than_one_select_over_the_roster_is_refused(name: str) -> None:
    assert refusal(HOSTILE[name], TABLES) is not None


@pytest.mark.parametrize("name", HARMLESS)
def test_one_select_over_the_roster_is_allowed(name: str) -> None:
    assert refusal(HARMLESS[name], TABLES) is None


def test_a_refused_query_names_file_rule_and_what_is_expected(tmp_path: Path) -> None:
    path = suite(tmp_path, rule(column="role"), query("SELECT * FROM read_csv('x')"))
    with pytest.raises(
        SuiteError, match=r"users\.json, expectation 2: the table function read_csv is not allowed; expected one SELECT"
    ):
        load_suites(path)


def test_the_placeholder_of_the_batch_is_the_table(tmp_path: Path) -> None:
    loaded = load_suites(suite(tmp_path, query("SELECT _line FROM {batch} WHERE role = 'x'")))
    assert loaded[-1].district


WRONG: dict[str, tuple[list[Any], dict[str, Any], str]] = {
    "a share of 95": ([rule(column="role", mostly=95)], {}, "does not take these kwargs: mostly"),
    "an unbound parameter": ([rule(column={"$PARAMETER": "c"})], {}, "column is dict"),
    "an unbound parameter inside": (
        [rule("expect_column_values_to_be_in_set", column="role", value_set=[{"$PARAMETER": "roles"}])],
        {},
        "[$]PARAMETER 'roles' has no value",
    ),
    "an unknown expectation": ([rule("expect_pupils_to_be_nice", column="role")], {}, "not an expectation that Great"),
    "an unknown argument": ([rule(column="role", colour="red")], {}, "does not take these kwargs: colour"),
    "no column": ([rule()], {}, "does not take these kwargs: column"),
    "SQL of another kind": (
        [
            rule(
                "expect_query_results_to_match_comparison",
                base_query="SELECT 1",
                comparison_data_source_name="x",
                comparison_query="SELECT 1",
            )
        ],
        {},
        "only unexpected_rows_expectation",
    ),
    "meta is text": ([rule(column="role", meta="x")], {}, "meta is str; expected an object"),
    "meta of the suite is a list": ([], {"meta": ["x"]}, "meta is list; expected an object"),
    "type is a number": ([{"type": 7, "kwargs": {}}], {}, "expected an object with a text 'type'"),
    "kwargs are a list": ([{"type": NOT_NULL, "kwargs": []}], {}, "expected an object with a text 'type'"),
    "an expectation is text": (["x"], {}, "expected an object with a text 'type'"),
    "needs is text": ([rule(column="role", meta={"needs": "users"})], {}, "meta.needs is .* expected a list of texts"),
    "code is a number": ([rule(column="role", meta={"code": 7})], {}, "meta.code is 7; expected text"),
    "title is a list": ([rule(column="role", meta={"title": ["a"]})], {}, "meta.title is .* expected text"),
    "severity is an empty list": ([rule(column="role", severity=[])], {}, r"severity \[\] is not one of"),  # type: ignore[arg-type]
    "the level is misspelt": (
        [rule(column="role", meta={"level": "distrct"})],
        {},
        "meta.level is 'distrct'; expected",
    ),
    "a field is misspelt": ([{**rule(column="role"), "severty": "info"}], {}, "'severty' is not a field"),
    "meta is nested a thousand deep": (
        [rule(column="role", meta={"x": json.loads("[" * 900 + "]" * 900)})],
        {},
        "nested too deeply; expected at most 30 levels",
    ),
    "half a character": ([rule(column="role", meta={"title": "\ud800"})], {}, "holds half a character"),
    "the other table is a file": (
        [rule("expect_table_row_count_to_equal_other_table", other_table_name="x.csv")],
        {},
        "other_table_name 'x.csv' is not a table",
    ),
    "all columns of a table": (
        [rule("expect_table_columns_to_match_set", column_set=["sourcedId"])],
        {},
        "expected expect_column_to_exist for each column",
    ),
    "a query that is a number": (
        [rule(SQL, unexpected_rows_query=7)],
        {},
        "unexpected_rows_query: expected SQL as text",
    ),
    "severity is a number": ([rule(column="role", severity=3)], {}, "severity 3 is not one of"),  # type: ignore[arg-type]
    "the table of the rule is unknown": (
        [rule(column="role", meta={"table": "pupils"})],
        {},
        "'pupils' is not a table",
    ),
    "the table of the suite is unknown": (
        [rule(column="role")],
        {"meta": {"table": "pupils"}},
        "'pupils' is not a table",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_slip_is_an_error_that_names_its_place(name: str, tmp_path: Path) -> None:
    expectations, more, message = WRONG[name]
    with pytest.raises(SuiteError, match=message) as caught:
        load_suites(suite(tmp_path, *expectations, **more))
    assert str(caught.value).startswith("users.json")


def test_a_suite_whose_name_is_not_a_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"lunch\.json, expectation 1: 'lunch' is not a table; name the suite"):
        load_suites(suite(tmp_path, rule(column="role"), name="lunch"))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"expectations": ' + "[" * 100_000, '{"a":' * 50_000], ids=["list", "inside", "objects"]
)
def test_a_hundred_thousand_brackets_are_an_error_of_the_suite(text: str, tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match=r"users\.json"):
        load_suites(tmp_path)


def test_a_rule_with_the_code_of_one_of_the_kits_is_an_error(tmp_path: Path) -> None:
    own = rule(column="email")
    own["meta"] = {"code": "users.email.format"}
    with pytest.raises(
        SuiteError, match=r"expectation 1: the code 'users\.email\.format' is the kit's; expected another"
    ):
        load_suites(suite(tmp_path, own))


@pytest.mark.thorough
def test_a_critical_rule_that_broke_is_named_by_the_gate_beside_a_finding_of_the_same_code(
    clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    path = suite(tmp_path / "suites", query("SELECT _line FROM users LIMIT 2"), query("SELECT nope FROM users"))
    audit = ck.audit(clean.delivery, clean.workspace, suites=path, duplicates=False, progress=False)
    (critical,) = ck.plan_upload(audit, folder=tmp_path / "plan").critical
    assert (critical.code, critical.count) == ("users.own.rule", 2)
    assert "could not be checked" in critical.title


def test_rules_without_a_code_get_one_each(tmp_path: Path) -> None:
    select = rule(SQL, meta={}, unexpected_rows_query="SELECT _line FROM users LIMIT 2")
    path = suite(tmp_path, select, select)
    codes = [one.code for one in load_suites(path)[-2:]]
    assert codes == ["users.table.unexpected_rows_expectation", "users.table.unexpected_rows_expectation_2"]


def test_a_suite_is_read_whatever_the_case_of_its_ending(tmp_path: Path) -> None:
    suite(tmp_path, rule(column="role")).rename(tmp_path / "USERS.JSON")
    assert load_suites(tmp_path)[-1].code == "users.own.rule"


def test_a_value_never_stands_in_the_reason_of_a_rule_that_broke(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    names = set(ck.read_roster(clean.delivery).users["familyName"].dropna())
    path = suite(
        tmp_path,
        rule("expect_column_median_to_be_between", column="familyName", min_value=1, max_value=2),
    )
    reasons = ck.check_roster(ck.read_roster(clean.delivery), suites=path).unchecked()
    (reason,) = reasons.loc[reasons["code"] == "users.own.rule", "reason"]
    assert not [name for name in names if name in reason]


def test_a_long_value_never_stands_in_a_reason_either(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    roster = ck.read_roster(clean.delivery)
    changed = roster.replace(users=roster.users.assign(familyName="Zqx" * 200))
    ranges = {"quantiles": [0.5], "value_ranges": [[1, 2]]}
    kind = "expect_column_quantile_values_to_be_between"
    path = suite(tmp_path, rule(kind, column="familyName", quantile_ranges=ranges))
    reasons = ck.check_roster(changed, suites=path).unchecked()
    (reason,) = reasons.loc[reasons["code"] == "users.own.rule", "reason"]
    assert "Zqx" not in reason and "could not convert string to float" in reason


def test_a_byte_order_mark_is_not_an_error(tmp_path: Path) -> None:
    path = suite(tmp_path, rule(column="role"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_suites(path)[-1].code == "users.own.rule"


def test_a_rule_on_a_missing_column_is_said_to_be_unchecked(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    path = suite(tmp_path, rule(column="lunchCode"), query("SELECT _line FROM users WHERE nope = 1", "warning"))
    unchecked = ck.check_roster(ck.read_roster(clean.delivery), suites=path).unchecked()
    (reasons,) = unchecked[unchecked["code"] == "users.own.rule"]["reason"]
    broken, missing = reasons.split("; ")
    assert missing == "no column lunchCode in users.csv"
    assert "nope" in broken


def test_a_rule_on_a_table_that_was_not_delivered_is_said_to_be_unchecked(
    clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    path = suite(tmp_path, rule(column="title"), name="courses")
    unchecked = ck.check_roster(ck.read_roster(clean.delivery), suites=path).unchecked()
    assert list(unchecked[unchecked["code"] == "users.own.rule"]["reason"]) == ["courses.csv was not delivered"]
