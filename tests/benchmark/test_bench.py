"""The benchmark runs, and its yardstick counts what the suites count."""

import json
import shutil

import pytest

import connect_kit as ck
from connect_kit.errors import OutputError, SettingError, SuiteError
from tests.benchmark import run_bench
from tests.benchmark.by_hand import count_by_hand, failing
from tests.benchmark.figures import Figure, Goal, table_text
from tests.benchmark.process import Clock, measure
from tests.benchmark.subset import connect_kit


@pytest.mark.thorough
def test_a_run_measures_the_kit_from_files_to_report(tmp_path):
    said: list[str] = []
    frame = run_bench(students=200, folder=tmp_path, others=False, report=said.append)
    measured = frame[frame["seconds"].notna()]
    assert {"read_roster", "check_roster", "check: suites", "findings.csv", "hand-written"} <= set(measured["step"])
    content = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert content["problems"] == []
    assert len(content["figures"]) == len(frame)
    assert all(goal["value"] is not None for goal in content["goals"])
    assert any("listing 200 failing rows" in line for line in said)
    assert [path.name for path in tmp_path.iterdir()] == ["bench.json"]


@pytest.mark.thorough
def test_hand_written_sql_counts_what_the_suites_count(tmp_path):
    sample = ck.sample_roster(tmp_path, students=500, faults="all")
    roster = ck.read_roster(sample.delivery)
    workspace = ck.read_workspace(sample.workspace)
    findings = ck.check_roster(roster, workspace)
    counted = {i: rule for i, rule in enumerate(findings.rules) if rule.expectation is not None}
    rules = [*counted.values(), *findings.passed]
    others = (roster.schema.name, workspace.schema.name)
    counts, _ = count_by_hand(findings.schema, others, rules)
    expected = [*(findings.counts[i] for i in counted), *(0 for _ in findings.passed)]
    assert len(counted) > 40
    codes = [rule.code for rule in rules]
    assert list(zip(codes, counts, strict=True)) == list(zip(codes, expected, strict=True))


@pytest.mark.thorough
def test_the_rules_of_the_comparison_list_a_reference_that_leads_nowhere(tmp_path):
    sample = ck.sample_roster(tmp_path / "clean", students=50, faults="none")
    damaged = tmp_path / "damaged"
    shutil.copytree(sample.delivery, damaged)
    with (damaged / "enrollments.csv").open("a", encoding="utf-8") as file:
        file.write("no-class,00101,no-user,student\n")
    connect_kit(Clock(tmp_path / "steps"), str(sample.delivery), str(damaged))
    steps = [json.loads(line) for line in (tmp_path / "steps").read_text("utf-8").splitlines()]
    failing = {step["name"]: step["facts"].get("failing") for step in steps}
    assert failing["check clean"] == 0
    assert failing["check and list damaged"] == 2


def test_an_expectation_without_hand_written_sql_is_named():
    unknown = {"type": "expect_column_values_to_be_dateutil_parseable", "kwargs": {"column": "x"}}
    with pytest.raises(SuiteError, match="dateutil_parseable: the benchmark has no SQL for it"):
        failing(unknown)


def test_a_measurement_out_of_time_is_stopped_and_says_so(tmp_path):
    outcome = measure("sample", {"folder": str(tmp_path), "students": 1_000}, budget=0.01)
    assert outcome.stopped == "stopped after 0 s"
    assert outcome.steps == ()


def test_a_measurement_that_fails_says_why(tmp_path):
    outcome = measure("sample", {"folder": str(tmp_path), "students": 1})
    assert "a sample has at least 20" in str(outcome.stopped)


def test_a_note_stands_where_a_figure_is_missing():
    figures = [
        Figure("connect-kit", "small", "check", 2.0, 1_000_000, 1_500_000_000, 1.5, "SQL"),
        Figure("other", "small", "check", note="stopped after 180 s"),
    ]
    text = table_text(figures)
    assert "1,000,000     2.00  500,000     1.50  1.50 × SQL" in text
    assert "check  stopped after 180 s" in text


def test_a_goal_says_whether_it_is_met():
    assert str(Goal("import", 0.5, " s", 1, "< 1")) == "✔ import 0.50 s (goal: < 1)"
    assert str(Goal("import", 1.5, " s", 1, "< 1")).startswith("✖")
    assert str(Goal("import", None, " s", 1, "< 1")) == "· import not measured (goal: < 1)"


def test_settings_that_measure_nothing_are_refused(tmp_path):
    with pytest.raises(SettingError, match=r"students=1, .*at least 20"):
        run_bench(students=1, folder=tmp_path, report=lambda _: None)
    with pytest.raises(SettingError, match="budget=0"):
        run_bench(students=20, budget=0, folder=tmp_path, report=lambda _: None)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="name another folder"):
        run_bench(students=20, folder=tmp_path / "file" / "bench", report=lambda _: None)
