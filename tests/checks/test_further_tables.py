"""The further OneRoster tables: each rule finds its planted fault at exactly its line."""

from __future__ import annotations

import re
import time

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.checks.suites import load_suites
from connect_kit.oneroster import ENUMERATIONS, TABLES
from tests.checks.further_deliveries import (
    CRITICALS_1_2,
    DELIVERY,
    DELIVERY_1_2,
    FURTHER,
    INFOS,
    INFOS_1_2,
    TOMORROW,
    WARNINGS,
    WARNINGS_1_2,
    Y,
    Z,
    listed,
    planted,
    write,
)


def codes_of_this_file():
    named = {*WARNINGS, *INFOS, *WARNINGS_1_2, *INFOS_1_2}
    return named | {rule.code for rule in load_suites() if rule.table in FURTHER}


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    return ck.check_roster(ck.read_roster(write(tmp_path_factory.mktemp("v11"), DELIVERY)))


@pytest.fixture(scope="module")
def findings_1_2(tmp_path_factory):
    return ck.check_roster(ck.read_roster(write(tmp_path_factory.mktemp("v12"), DELIVERY_1_2)))


@pytest.fixture(scope="module")
def found(findings):
    return listed(findings)


@pytest.fixture(scope="module")
def found_1_2(findings_1_2):
    return listed(findings_1_2)


def check(found, expected, texts, severity, code):
    wanted = planted({code: expected[code]}, texts, severity)
    assert {row for row in found if row[:2] == (code, severity)} == wanted


@pytest.mark.thorough
@pytest.mark.parametrize("code", WARNINGS)
def test_a_rule_warns_at_exactly_the_planted_lines(found, code):
    check(found, WARNINGS, DELIVERY, "warning", code)


@pytest.mark.parametrize("code", INFOS)
def test_what_can_still_be_understood_is_only_mentioned(found, code):
    check(found, INFOS, DELIVERY, "info", code)


@pytest.mark.parametrize("code", WARNINGS_1_2)
def test_a_rule_on_roles_warns_at_exactly_the_planted_lines(found_1_2, code):
    check(found_1_2, WARNINGS_1_2, DELIVERY_1_2, "warning", code)


def test_a_first_role_that_connect_does_not_know_refuses_the_person(found_1_2):
    check(found_1_2, CRITICALS_1_2, DELIVERY_1_2, "critical", "roles.role.known")


def test_primary_roles_at_two_orgs_are_allowed_and_only_mentioned(found_1_2):
    check(found_1_2, INFOS_1_2, DELIVERY_1_2, "info", "roles.roleType.one_primary")


def test_nothing_else_is_found_in_either_delivery(found, found_1_2):
    ours = codes_of_this_file()
    expected = planted(WARNINGS, DELIVERY, "warning") | planted(INFOS, DELIVERY, "info")
    assert {row for row in found if row[0] in ours} == expected
    expected = planted(WARNINGS_1_2, DELIVERY_1_2, "warning") | planted(INFOS_1_2, DELIVERY_1_2, "info")
    expected |= planted(CRITICALS_1_2, DELIVERY_1_2, "critical")
    assert {row for row in found_1_2 if row[0] in ours} == expected


def test_every_rule_of_the_further_tables_could_be_run(findings, findings_1_2):
    ours = codes_of_this_file()
    assert not set(findings.unchecked()["code"]) & ours
    assert not set(findings_1_2.unchecked()["table"]) & set(FURTHER)
    ran = {rule.code for result in (findings, findings_1_2) for rule in (*result.passed, *result.rules)}
    assert ours <= ran


@pytest.mark.thorough
def test_no_two_tables_share_the_text_of_a_query():
    # The rows that a query finds are kept under its text, once a check.
    tables: dict[str, set[str]] = {}
    for rule in load_suites():
        if rule.query and rule.code in codes_of_this_file():
            tables.setdefault(rule.query, set()).add(rule.batch)
    assert [query for query, batches in tables.items() if len(batches) > 1] == []


def test_no_further_table_is_reason_enough_to_refuse_a_delivery_but_for_the_role_that_somebody_has_first():
    critical = {rule.code for rule in load_suites() if rule.table in FURTHER and rule.severity == "critical"}
    assert critical == {"roles.role.known", "roles.role.present"}


def test_messages_show_neither_birth_dates_nor_answers_of_demographics(findings):
    messages = findings.table().query("table == 'demographics'")["message"]
    assert len(messages) > 0
    assert not messages.str.contains(rf"{Y - 12}|{Y - 9}|{TOMORROW}|2015|'F'|'Y'|TRUE", regex=True).any()


def test_a_class_waiting_for_its_term_says_when_that_begins(findings):
    assert f"{Z}-07-01" in findings.rows_sample("classes.termSourcedIds.future")["message"].iloc[0]


def test_the_suites_name_exactly_the_words_of_the_standard():
    words = {
        "orgs.type.known": "orgType",
        "academicSessions.type.known": "sessionType",
        "demographics.sex.known": "sex",
        "roles.roleType.known": "roleType",
        "roles.role.known": "role12",
        "classes.classType.known": "classType",
    }
    rules = {
        r.code: (r.expectation or {})["kwargs"] for r in load_suites() if r.code in words and r.severity == "warning"
    }
    for code, name in words.items():
        extension = "" if name == "roleType" else "|^ext:[0-9A-Za-z._-]+$"
        known = "|".join(ENUMERATIONS[name])
        shown = rules[code].get("regex") or rules[code]["unexpected_rows_query"].split("regexp_matches(b.role, '")[1]
        assert re.sub(r"\[[^]]*\]\*", "", shown.removesuffix("')")) == f"(?i)^({known})${extension}"


def test_every_required_column_of_the_further_tables_is_looked_at():
    codes = {rule.code for rule in load_suites()}
    for table in FURTHER:
        for column in TABLES[table]:
            assert column.need != "required" or f"{table}.{column.name}.present" in codes


def test_a_delta_may_fill_status_and_date_and_a_bulk_file_beside_it_may_not(tmp_path):
    manifest = "propertyName,value\noneroster.version,1.1\nfile.orgs,delta\nfile.courses,bulk\n"
    orgs = "sourcedId,status,dateLastModified,name,type\nA,active,2026-09-01T08:00:00Z,A,school\n"
    courses = "sourcedId,status,dateLastModified,title,orgSourcedId\nC,active,,Art,A\n"
    folder = write(tmp_path / "delta", {"manifest": manifest, "orgs": orgs, "courses": courses})
    codes = set(ck.check_roster(ck.read_roster(folder)).table()["code"])
    assert "courses.status.bulk" in codes
    assert "orgs.status.bulk" not in codes


def test_at_school_level_a_school_id_need_not_stand_in_orgs():
    classes = pd.DataFrame({"sourcedId": ["c"], "title": ["One"], "grades": ["05"], "schoolSourcedId": ["X"]})
    orgs = pd.DataFrame({"sourcedId": ["A"], "name": ["School A"], "type": ["school"]})
    roster = ck.Roster.from_frames({"classes": classes, "orgs": orgs}, level="school")
    assert "classes.schoolSourcedId.known_org" not in set(ck.check_roster(roster).table()["code"])


def test_a_circle_of_a_hundred_thousand_orgs_and_as_many_overlapping_periods_end_soon():
    n = 100_000
    ids = pd.Series(range(n)).astype(str)
    orgs = pd.DataFrame(
        {
            "sourcedId": ids,
            "name": "Org",
            "type": "local",
            "parentSourcedId": ids.shift(-1, fill_value="0"),
        }
    )
    sessions = pd.DataFrame(
        {
            "sourcedId": ids,
            "title": "Period",
            "type": "gradingPeriod",
            "startDate": f"{Y}-08-01",
            "endDate": f"{Z}-06-01",
            "parentSourcedId": "0",
            "schoolYear": f"{Z}",
        }
    )
    started = time.perf_counter()
    findings = ck.check_roster(ck.Roster.from_frames({"orgs": orgs, "academicSessions": sessions}))
    assert time.perf_counter() - started < 30
    counts = findings.summary().groupby("code")["count"].sum()
    assert counts["orgs.parentSourcedId.cycle"] == n
    assert counts["academicSessions.parentSourcedId.cycle"] == 1
    assert counts["academicSessions.dates.overlap"] == n - 1


def test_a_clean_sample_of_every_table_is_neither_warned_of_nor_refused(tmp_path):
    sample = ck.sample_roster(tmp_path, students=40, layout="oneroster12", faults="none")
    summary = ck.check_roster(ck.read_roster(sample.delivery)).summary()
    assert summary[summary["severity"] != "info"].to_dict("records") == []
