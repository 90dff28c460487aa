"""The suites are data that any Great Expectations tool loads, and every expectation says what is needed of a rule."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest

import connect_kit as ck
from connect_kit.checks.page import rules_page
from connect_kit.checks.suites import Rule, load_suites, reader_rules
from connect_kit.connect import DELETION_THRESHOLD_PERCENT, MOST_GUARDIANS, PERSONAL_COLUMNS, SEVERITIES, SOURCES
from connect_kit.engine.rule_files import suites_folder
from connect_kit.errors import SuiteError
from connect_kit.oneroster import ENUMERATIONS

SUITES = sorted(suites_folder().glob("*.json"))
RULES = load_suites()
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_a_suite_file_loads_as_a_great_expectations_suite(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    suite = gx.ExpectationSuite(**data)
    assert [(e.meta or {})["code"] for e in suite.expectations] == [e["meta"]["code"] for e in data["expectations"]]
    assert [str(e.severity.value) for e in suite.expectations] == [e["severity"] for e in data["expectations"]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_expectation_carries_severity_code_title_remedy_source_and_message(rule: Rule) -> None:
    assert rule.severity in SEVERITIES
    assert len(rule.code.split(".")) in (2, 3)
    assert all((rule.title, rule.remedy, rule.source, rule.message))
    assert all(part.strip() in SOURCES for part in rule.source.split(","))


def test_a_rule_across_tables_always_selects_the_line_and_names_its_batch() -> None:
    queries = [rule.query for rule in RULES if rule.is_sql and rule.query]
    assert all("_line" in query and "{batch}" in query for query in queries)


def test_codes_that_follow_from_others_exist() -> None:
    codes = {rule.code for rule in RULES} | set(reader_rules())
    assert {code for rule in RULES for code in rule.knock_on} <= codes


def test_no_message_could_show_a_personal_value() -> None:
    shown = [rule for rule in RULES if "{value}" in rule.message]
    core = {rule.code for rule in shown if not rule.is_sql and set(rule.columns) & PERSONAL_COLUMNS}
    sql = {r.code for r in shown if set(re.findall(r"(\w+)(?:::VARCHAR)? AS _value", r.query or "")) & PERSONAL_COLUMNS}
    assert core | sql == set()


def test_the_page_of_rules_is_what_the_suites_say() -> None:
    page = ROOT / "docs" / "rules.md"
    assert page.read_text(encoding="utf-8") == rules_page(), "run: python -m connect_kit rules > docs/rules.md"


@pytest.mark.parametrize("rule", [*RULES, *reader_rules().values()], ids=lambda rule: rule.code)
def test_the_page_shows_every_example_below_its_rule(rule: Rule) -> None:
    part = rules_page().partition(f"### {rule.code}\n")[2].partition("\n#")[0]
    assert all(text in part.partition("Example: ")[2] for text in rule.examples)


@pytest.mark.parametrize("example", [7, "text", None, [], ["text", 7], {"text": 7}, [{}]], ids=json.dumps)
def test_whatever_a_districts_own_suite_has_as_an_example_is_ignored(tmp_path: Path, example: Any) -> None:
    rule = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "email"},
        "meta": {"code": "users.email.present", "example": example},
    }
    assert load_suites(write_suite(tmp_path / "users.json", rule))[-1].examples == ()


def write_suite(path: Path, *expectations: dict[str, Any], **more: Any) -> Path:
    path.write_text(json.dumps({"name": "users", "expectations": list(expectations), **more}), encoding="utf-8")
    return path


def test_a_districts_own_suite_runs_beside_the_kits(tmp_path: Path, clean: ck.SampleDistrict) -> None:
    rule = {
        "type": "expect_column_values_to_match_regex",
        "kwargs": {"column": "sourcedId", "regex": "^[0-9]{8}$"},
        "severity": "warning",
        "meta": {"code": "users.sourcedId.eight_digits", "title": "IDs of eight digits"},
    }
    suite = write_suite(tmp_path / "users.json", rule)
    roster = ck.read_roster(clean.delivery)
    found = ck.check_roster(roster, suites=suite).rows("users.sourcedId.eight_digits")
    expected = roster.users[~roster.users["sourcedId"].str.fullmatch("[0-9]{8}")]
    assert list(found["line"]) == list(expected.index)


def test_an_own_expectation_needs_no_meta(tmp_path: Path, clean: ck.SampleDistrict) -> None:
    suite = write_suite(
        tmp_path / "own.json",
        {"type": "expect_table_row_count_to_be_between", "kwargs": {"max_value": 1}, "severity": "info"},
        meta={"table": "classes"},
    )
    table = ck.check_roster(ck.read_roster(clean.delivery), suites=tmp_path).table()
    row = table[table["code"] == "classes.table.table_row_count_to_be_between"].iloc[0]
    assert (row["table"], row["file"], row["severity"]) == ("classes", "classes.csv", "info")
    assert suite.is_file()


def test_an_expectation_that_cannot_run_is_distinguished_from_one_that_failed(
    tmp_path: Path, clean: ck.SampleDistrict
) -> None:
    suite = write_suite(
        tmp_path / "users.json",
        {
            "type": "unexpected_rows_expectation",
            "kwargs": {"unexpected_rows_query": "SELECT _line FROM {batch} WHERE nope = 1"},
        },
    )
    findings = ck.check_roster(ck.read_roster(clean.delivery), suites=suite)
    unchecked = findings.unchecked()
    row = unchecked[unchecked["code"] == "users.table.unexpected_rows_expectation"].iloc[0]
    assert "nope" in row["reason"]
    assert "users.table.unexpected_rows_expectation" not in set(findings.table()["code"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is not an expectation suite"),
        (
            '{"expectations": [{"type": "x"}]}',
            "expectation 1: expected an object with a text 'type' and an object 'kwargs'",
        ),
        ('{"expectations": [{"type": "x", "kwargs": {}, "severity": "bad"}]}', "severity 'bad' is not one of"),
    ],
    ids=["no json", "a list", "no kwargs", "unknown severity"],
)
def test_a_file_that_is_not_a_suite_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "users.json").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match=message):
        load_suites(tmp_path)


def test_a_folder_without_suites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="holds no suite"):
        load_suites(tmp_path)


def expectation(code: str, severity: str | None = None) -> Rule:
    return next(r for r in RULES if r.code == code and r.is_sql and (severity is None or r.severity == severity))


def test_the_suites_spell_the_words_and_limits_that_stand_in_the_tables_of_the_standard() -> None:
    roles = re.findall(r"'(\w+)'", (expectation("users.role.form").query or "").partition(" AND ")[0])
    assert sorted(roles) == sorted(ENUMERATIONS["role"])
    assert f"> {MOST_GUARDIANS}" in (expectation("users.agentSourcedIds.at_most_six").query or "")
    assert f"> {MOST_GUARDIANS}" in (expectation("guardians.student.at_most_six").query or "")
    threshold = expectation("workspace.threshold.would_exceed").query or ""
    assert f"total * {DELETION_THRESHOLD_PERCENT / 100}" in threshold


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("orgs.type.known", "orgType"),
        ("academicSessions.type.known", "sessionType"),
        ("classes.classType.known", "classType"),
        ("roles.roleType.known", "roleType"),
        ("demographics.sex.known", "sex"),
    ],
)
def test_the_suites_allow_exactly_the_standards_enumerations(code: str, words: str) -> None:
    text = json.dumps([rule.expectation for rule in RULES if rule.code == code])
    assert {word for word in ENUMERATIONS[words] if word not in text} == set()


def test_no_text_of_a_suite_looks_like_a_parameter_of_a_query() -> None:
    # SQLAlchemy, which stock Great Expectations runs SQL by, takes :word for a parameter; (?:word) holds one.
    kwargs = [value for rule in load_suites() for value in (rule.expectation or {})["kwargs"].values()]
    texts = [one for value in kwargs for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    assert [text for text in texts if re.search(r"(?<![:\w\\]):(\w+)(?!:)", text) or "(?:" in text] == []
