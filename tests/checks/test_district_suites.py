"""A district's own suites change nothing that the kit's rules say, and a slip in one is never silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.checks.sandbox import Sandbox
from connect_kit.checks.sql_guard import refusal
from connect_kit.checks.suites import load_suites
from connect_kit.cli import run
from connect_kit.errors import EngineError, SuiteError
from tests.marks import some

TABLES = frozenset(("users", "classes", "enrollments", "_all_users"))
NOT_NULL = "expect_column_values_to_not_be_null"
SQL = "unexpected_rows_expectation"


def suite(folder: Path, *expectations: Any, name: str = "users", **more: Any) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"name": name, "expectations": list(expectations), **more}), encoding="utf-8")
    return path


def rule(kind: str = NOT_NULL, severity: str = "critical", meta: Any = None, **kwargs: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "kwargs": kwargs,
        "severity": severity,
        "meta": {"code": "users.own.rule"} if meta is None else meta,
    }


def query(sql: str, severity: str = "critical") -> dict[str, Any]:
    return rule(SQL, severity, unexpected_rows_query=sql)


def kits_own(findings: ck.Findings) -> list[tuple[str, str, int]]:
    frame = findings.summary()
    frame = frame[~frame["code"].str.contains(r"\.own\.")]
    return [
        (str(code), str(severity), int(count))
        for code, severity, count in frame[["code", "severity", "count"]].itertuples(index=False, name=None)
    ]


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


BREAKS = {
    "a column that is not there, in SQL": query("SELECT _line FROM {batch} WHERE nope = 1"),
    "a cast that fails": query("SELECT _line FROM {batch} WHERE CAST(givenName AS INTEGER) = 1"),
    "no line selected": query("SELECT role FROM {batch}"),
    "a line that is not a number": query("SELECT 'x' AS _line FROM {batch}"),
    "an ID that is a list": query("SELECT _line, [1] AS _id FROM {batch}"),
    "values of another type": rule("expect_column_values_to_be_between", column="givenName", min_value=1),
    "a type of check that DuckDB does not have": rule(
        "expect_column_values_to_match_json_schema", column="role", json_schema={}
    ),
    "a regular expression that is none": rule("expect_column_values_to_match_regex", column="sourcedId", regex="(("),
}


@pytest.mark.parametrize("name", some(BREAKS, 3))
def test_a_rule_that_breaks_takes_no_other_with_it_and_a_critical_one_is_never_fit(
    name: str, faulty: ck.SampleDistrict, clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    roster = ck.read_roster(faulty.delivery)
    path = suite(tmp_path, BREAKS[name], rule(column="role", severity="info"))
    before, after = ck.check_roster(roster), ck.check_roster(roster, suites=path)
    assert kits_own(after) == kits_own(before)
    assert len(after.failed) == 1
    sound = ck.check_roster(ck.read_roster(clean.delivery), suites=path)
    assert not sound.fit
    assert not sound.total("critical")
    assert "1 critical rule could not run" in sound._repr_html_()


def test_a_warning_that_breaks_leaves_the_delivery_fit(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    path = suite(tmp_path, query("SELECT _line FROM users WHERE nope = 1", "warning"))
    assert ck.check_roster(ck.read_roster(clean.delivery), suites=path).fit


@pytest.mark.parametrize(
    "slip", [rule(column="role", mostly=95), rule(column={"$PARAMETER": "x"}), query("COPY users TO 'x'")], ids=str
)
def test_a_slip_ends_the_audit_with_2_and_no_verdict(slip: Any, faulty: ck.SampleDistrict, tmp_path: Path) -> None:
    path = suite(tmp_path / "own", slip)
    out = tmp_path / "out"
    assert run(["audit", str(faulty.delivery), "--suites", str(path), "--out", str(out)]) == 2
    assert not out.exists()


@pytest.mark.thorough
def test_a_critical_rule_that_breaks_ends_with_1_and_blocks_the_upload(
    clean: ck.SampleDistrict, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = suite(tmp_path / "own", query("SELECT _line FROM users WHERE nope = 1"))
    out = tmp_path / "out"
    code = run(
        ["audit", str(clean.delivery), "--workspace", str(clean.workspace), "--suites", str(path), "--out", str(out)]
    )
    assert code == 1
    assert "✖ NOT FIT TO SEND: 1 critical rule could not run." in capsys.readouterr().out
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["fit"] is False
    assert {row["code"]: row["failed"] for row in summary["not_checked"]}["users.own.rule"] is True
    assert not [row for row in summary["not_checked"] if row["failed"] and row["code"] != "users.own.rule"]
    assert "could not run" in (out / "report.html").read_text(encoding="utf-8")
    roster, workspace = ck.read_roster(clean.delivery), ck.read_workspace(clean.workspace)
    findings = ck.check_roster(roster, workspace, suites=path)
    plan = ck.plan_upload(roster, workspace, findings, folder=tmp_path / "plan")
    assert [finding.code for finding in plan.critical] == ["users.own.rule"]


def test_a_rule_of_the_district_still_finds_its_rows(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    roster = ck.read_roster(clean.delivery)
    path = suite(tmp_path, query("SELECT _line FROM {batch} WHERE role = 'teacher'", "warning"))
    found = ck.check_roster(roster, suites=path).rows("users.own.rule")
    assert list(found["line"]) == list(roster.users[roster.users["role"] == "teacher"].index)


def test_a_reason_shows_no_value_of_a_person(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    roster = ck.read_roster(clean.delivery)
    path = suite(tmp_path, query("SELECT _line FROM users WHERE CAST(givenName AS INTEGER) = 1"))
    reason = ck.check_roster(roster, suites=path).unchecked()["reason"].iloc[-1]
    assert "Conversion Error" in reason
    assert not [name for name in roster.users["givenName"] if f"'{name}'" in reason]


def test_a_column_of_names_that_was_observed_is_not_shown(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    kind = "expect_column_distinct_values_to_be_in_set"
    meta = {"code": "users.own.rule", "message": "saw {value}"}
    path = suite(tmp_path, rule(kind, meta=meta, column="familyName", value_set=["x"]))
    table = ck.check_roster(ck.read_roster(clean.delivery), suites=path).table()
    assert list(table[table["code"] == "users.own.rule"]["message"]) == ["saw "]


@pytest.mark.parametrize(("column", "fit"), [("grades", True), ("lunchCode", False)])
def test_a_column_that_must_exist_is_looked_for_in_the_file(
    column: str, fit: bool, clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    path = suite(tmp_path, rule("expect_column_to_exist", column=column))
    findings = ck.check_roster(ck.read_roster(clean.delivery), suites=path)
    assert findings.fit is fit
    assert not [item for item in findings.not_checked if item.rule.district]


def test_sql_that_reads_a_table_that_was_not_delivered_is_unchecked(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    path = suite(tmp_path, query("SELECT u._line FROM users AS u ANTI JOIN courses AS c ON c.sourcedId = u.sourcedId"))
    findings = ck.check_roster(ck.read_roster(clean.delivery), suites=path)
    assert [item.reason for item in findings.not_checked if item.rule.district] == ["courses.csv was not delivered"]


@pytest.mark.parametrize(
    ("sql", "lines"),
    [("SELECT _line FROM {batch} WHERE _line < 4;", [2, 3]), ("SELECT _line, {{'a': 1}} AS s FROM users LIMIT 1", [2])],
    ids=["semicolon", "braces written twice"],
)
def test_sql_is_read_as_in_a_great_expectations_suite(
    sql: str, lines: list[int], clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    findings = ck.check_roster(ck.read_roster(clean.delivery), suites=suite(tmp_path, query(sql)))
    assert list(findings.rows("users.own.rule")["line"]) == lines


@pytest.mark.thorough
def test_a_districts_causes_stand_beside_the_kits_and_hide_none(faulty: ck.SampleDistrict, tmp_path: Path) -> None:
    roster = ck.read_roster(faulty.delivery)
    before = ck.check_roster(roster)
    codes = [rule.code for rule in before.rules]
    meta = {"code": "users.own.rule", "title": "Ours", "knock_on": codes}
    path = suite(tmp_path, rule("expect_column_values_to_match_regex", meta=meta, column="sourcedId", regex="^nobody$"))
    after = ck.check_roster(roster, suites=path).causes()
    kit = after[after["cause"] != "Ours (sourcedId)"]
    assert len(kit) == len(after) - 1
    columns = ["severity", "cause", "explains", "rows", "remedy", "codes"]
    assert kit[columns].to_numpy().tolist() == before.causes()[columns].to_numpy().tolist()


def test_the_sandbox_knows_no_files_even_for_sql_that_was_not_looked_at(
    clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text("_line\n1\n", encoding="utf-8")
    sandbox = Sandbox(ck.read_roster(clean.delivery).schema, (), TABLES)
    for sql in (f"SELECT * FROM '{tmp_path}/x.csv'", f"SELECT * FROM read_text('{tmp_path}/x.csv')", "SET threads = 1"):
        with pytest.raises(EngineError):
            sandbox.rows(sql)


def test_a_query_without_an_end_is_stopped(clean: ck.SampleDistrict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connect_kit.checks.sandbox.MOST_SECONDS", 0.5)
    sandbox = Sandbox(ck.read_roster(clean.delivery).schema, (), TABLES)
    endless = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i % 7 + 1 FROM n) SELECT max(i) AS _line FROM n"
    with pytest.raises(EngineError, match=r"takes longer than 0\.5 seconds"):
        sandbox.rows(endless)


def test_nothing_but_the_audit_is_printed(
    clean: ck.SampleDistrict, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ck.check_roster(ck.read_roster(clean.delivery), suites=suite(tmp_path, query("SELECT _line FROM users LIMIT 0")))
    assert capfd.readouterr().out == ""
