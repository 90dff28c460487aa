"""Rules of a district that break, or find rows, beside the kit's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.checks.sandbox import Sandbox
from connect_kit.cli import run
from connect_kit.errors import EngineError
from tests.checks.own_suites import TABLES, kits_own, query, rule, suite
from tests.marks import some

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
