"""The value that find_duplicates hands back: threshold, decisions, clusters, conflicts, and what it shows of names."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.decisions.value import NAME
from connect_kit.duplicates import data as duplicates_module
from connect_kit.duplicates import explain as explain_module
from connect_kit.duplicates import find as find_module
from connect_kit.duplicates.data import COLUMNS
from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates
from connect_kit.errors import SettingError
from tests.duplicates.kinds import District, PairsOf, Row


def pair(left: str, right: str) -> frozenset[str]:
    return frozenset({left, right})


FOUND = {pair("P1", "P2"), pair("X1", "X2"), pair("X2", "X3"), pair("X1", "X3")}
#: Nobody can know: names that sound the same, and a record that may be either twin's.
UNDECIDABLE = {pair("H1", "H2"), pair("T1", "T2"), pair("T2", "T3")}


@pytest.mark.thorough
def test_the_table_has_the_columns_of_duplicates_csv(found: Duplicates) -> None:
    assert tuple(found.table().columns) == COLUMNS
    assert len(found) == len(found.table()) == found.counts["pairs"] == 4
    assert found.counts["clusters"] == 2


def test_pairs_above_even_odds_and_below_the_threshold_are_possible_and_do_not_count(
    found: Duplicates, pairs_of: PairsOf
) -> None:
    scored = found.pairs(0.01)
    for threshold in (0.5, 0.9, 0.9999999):
        value = found.at(threshold)
        possible = value.possible()
        assert tuple(possible.columns) == COLUMNS[:-1]
        assert possible["match_probability"].between(0.5, threshold, inclusive="left").all()
        assert value.counts["possible"] == len(possible)
        assert not pairs_of(possible) & pairs_of(value.table())
    likely = scored[scored["match_probability"] >= 0.5]
    assert pairs_of(found.possible()) == pairs_of(likely) - pairs_of(found.table())
    assert found.at(0.5).possible().empty
    assert ("pairs that are possible, for a person (0.5 or more)", found.counts["possible"]) in list(
        found.summary().itertuples(index=False, name=None)
    )


def test_two_records_are_one_through_a_third(found: Duplicates, pairs_of: PairsOf) -> None:
    assert pairs_of(found.table()) == FOUND
    shown: Any = found.pairs().set_index(["left_id", "right_id"])
    assert shown.loc[("X1", "X3"), "reason"].endswith("(through another record)")
    assert shown.loc[("X1", "X3"), "match_probability"] > 0.99
    assert found.explain("X1", "X3").match_probability < 0.01


def test_a_record_that_may_be_either_twins_is_matched_with_neither(found: Duplicates, pairs_of: PairsOf) -> None:
    assert not {pair("T1", "T2"), pair("T2", "T3"), pair("T1", "T3")} & pairs_of(found.table())
    likely = found.pairs(0.1).set_index(["left_id", "right_id"])["match_probability"]
    assert likely["T1", "T2"] == pytest.approx(0.5, abs=0.05) == likely["T2", "T3"]
    assert found.conflicts.empty


def test_when_people_decide_for_one_twin_the_other_is_ruled_out(found: Duplicates, pairs_of: PairsOf) -> None:
    decided = found.decide("T1", "T2", "same", who="ada")
    assert pairs_of(decided.table()) == FOUND | {pair("T1", "T2")}
    assert pair("T2", "T3") not in pairs_of(decided.pairs(0.1))


def test_two_records_that_contradict_each_other_are_not_one_through_a_third(
    found: Duplicates, pairs_of: PairsOf
) -> None:
    decided = found.decide("T1", "T2", "same", who="ada").decide("T2", "T3", "same", who="ada")
    assert pair("T1", "T3") not in pairs_of(decided.pairs())
    conflicts: Any = decided.conflicts
    assert conflicts[["left", "right"]].to_numpy().tolist() == [["roster:T1", "roster:T3"]]
    assert conflicts["why"].tolist() == ["a different given name, or twins, yet both match a third record"]
    same = decided.table().set_index(["left_id", "right_id"])["cluster_id"]
    assert conflicts["cluster_id"].tolist() == [same["T1", "T2"]] == [same["T2", "T3"]]


def test_a_cluster_holds_each_record_of_a_person_once(found: Duplicates) -> None:
    clusters = found.clusters
    assert list(clusters.columns) == ["cluster_id", "source", "id", "key", "school", "grade"]
    members = {frozenset(ids) for _, ids in clusters.groupby("cluster_id")["id"]}
    assert members == {frozenset({"P1", "P2"}), frozenset({"X1", "X2", "X3"})}
    assert set(clusters["cluster_id"]) == set(found.table()["cluster_id"]) == {1, 2}
    assert clusters["key"].tolist() == [f"roster:{number}" for number in clusters["id"]]


def test_another_threshold_compares_nothing_again(
    found: Duplicates, pairs_of: PairsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    found.table()

    def again(*_: object, **__: object) -> None:
        raise AssertionError("compared again")

    for module, name in ((find_module, "score"), (explain_module, "score"), (duplicates_module, "read_scored")):
        monkeypatch.setattr(module, name, again)
    assert pairs_of(found.at(0.45).table()) == FOUND | UNDECIDABLE
    assert pairs_of(found.at(0.9999999).table()) <= FOUND
    assert found.at(0.5).threshold == 0.5
    assert found.threshold == 0.75


def test_a_lower_threshold_never_loses_a_pair(found: Duplicates, pairs_of: PairsOf) -> None:
    tables = [pairs_of(found.at(threshold).table()) for threshold in (0.001, 0.1, 0.5, 0.75, 0.9, 0.99, 0.99999)]
    assert all(narrow <= wide for wide, narrow in pairwise(tables))


def test_decisions_override_the_model(found: Duplicates, pairs_of: PairsOf) -> None:
    decided = found.decide("H1", "H2", "same", who="ada").decide("P2", "P1", "different", who="ada", note="asked")
    assert pairs_of(decided.table()) == (FOUND | {pair("H1", "H2")}) - {pair("P1", "P2")}
    shown: Any = decided.pairs().set_index(["left_id", "right_id"])
    assert shown.loc[("H1", "H2"), "match_probability"] == 1.0
    assert shown.loc[("H1", "H2"), "match_weight"] == 0.0
    assert shown.loc[("P1", "P2"), ["decision", "match_probability", "cluster_id"]].tolist() == ["different", 0.0, 0]
    assert decided.explain("P1", "P2").words.endswith("People decided: different.")
    assert pairs_of(found.table()) == FOUND


def test_unsure_leaves_the_pair_as_the_model_sees_it(found: Duplicates, pairs_of: PairsOf) -> None:
    decided = found.decide("P1", "P2", "unsure", who="ada").decide("H1", "H2", "unsure", who="ada")
    assert pairs_of(decided.table()) == FOUND
    assert decided.pairs()["decision"].value_counts()["unsure"] == 2
    counts = decided.summary().set_index("what")["count"]
    assert counts["pairs decided by people"] == 2
    assert counts["pairs to review (below that, but 0.1 or more)"] == 2


def test_a_pair_that_was_never_compared_can_be_decided(found: Duplicates, pairs_of: PairsOf) -> None:
    assert pair("S001", "S042") not in pairs_of(found.pairs(1e-9))
    decided = found.decide("S042", "S001", "same", who="ada")
    assert pairs_of(decided.table()) == FOUND | {pair("S001", "S042")}
    assert len(decided.clusters) == len(found.clusters) + 2
    assert pairs_of(decided.decide("S001", "S042", "different", who="bo").table()) == FOUND


def test_the_last_decision_counts_and_can_be_taken_back(found: Duplicates, pairs_of: PairsOf) -> None:
    once = found.decide("P1", "P2", "different", who="ada")
    twice = once.decide("P1", "P2", "same", who="bo")
    assert pairs_of(twice.table()) == FOUND
    assert pair("P1", "P2") not in pairs_of(twice.undo().table())
    assert pairs_of(twice.undo().undo().table()) == FOUND
    with pytest.raises(SettingError, match="nothing to undo"):
        found.undo()


def test_decisions_that_contradict_each_other_are_shown(found: Duplicates, pairs_of: PairsOf) -> None:
    decided = found
    for left, right, word in (("S001", "S002", "same"), ("S002", "S003", "same"), ("S001", "S003", "different")):
        decided = decided.decide(left, right, word, who="ada")  # type: ignore[arg-type]
    assert pairs_of(decided.table()) == FOUND | {pair("S001", "S002"), pair("S002", "S003")}
    conflicts: Any = decided.conflicts.set_index(["left", "right"])
    assert len(conflicts) == len(found.conflicts) + 1
    assert conflicts.loc[("roster:S001", "roster:S003"), "why"] == (
        "decided to be different, yet both match a third record"
    )


def test_a_pair_kept_apart_is_not_brought_together_by_a_third(found: Duplicates, pairs_of: PairsOf) -> None:
    decided = found.decide("X1", "X3", "different", who="ada")
    assert pairs_of(decided.table()) == FOUND - {pair("X1", "X3")}
    assert "roster:X1" in set(decided.conflicts["left"])


def test_a_decision_about_somebody_who_left_is_kept_and_changes_nothing(found: Duplicates, pairs_of: PairsOf) -> None:
    gone = replace(
        found, decisions=found.decisions.decide("students", "roster:P1", "roster:left-in-june", "same", who="ada")
    )
    assert pairs_of(gone.table()) == FOUND
    assert len(gone.decisions) == 1


@pytest.mark.parametrize(
    ("left", "right", "decision", "message"),
    [
        ("P1", "nobody", "same", "no record in the delivery has the ID 'nobody'"),
        ("P1", "workspace:P2", "same", "no record in the delivery has the ID 'workspace:P2'"),
        ("P1", "P2", "maybe", "expected 'same', 'different' or 'unsure'"),
        ("P1", "P1", "same", "same as left; give two records"),
    ],
)
def test_an_impossible_decision_is_refused(
    left: str, right: str, decision: str, message: str, found: Duplicates
) -> None:
    with pytest.raises(SettingError, match=message):
        found.decide(left, right, decision)  # type: ignore[arg-type]


@pytest.mark.thorough
def test_decisions_survive_a_new_delivery(
    district: District, twice: list[Row], tmp_path: Path, pairs_of: PairsOf
) -> None:
    autumn, winter = tmp_path / "2026-09", tmp_path / "2027-01"
    district(*twice, alone=True).save(autumn)
    twin = {
        "sourcedId": "P9",
        "givenName": "Clementine",
        "familyName": "Blackwood",
        "agentSourcedIds": "Q",
        "grades": "04",
    }
    district(*reversed(twice), twin, alone=True).save(winter)
    before = find_duplicates(ck.read_roster(autumn))
    assert pairs_of(before.table()) == {pair("P1", "P2")}
    assert before.decide("P1", "P2", "different", who="ada").table().empty
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-09", "2027-01", NAME]
    after = find_duplicates(ck.read_roster(winter))
    assert after.table().empty
    assert after.pairs().set_index(["left", "right"]).loc[("roster:P1", "roster:P2"), "decision"] == "different"


def test_the_pairs_are_for_people_to_read(found: Duplicates) -> None:
    shown: Any = found.pairs().set_index("left_id").loc["P1"]
    assert shown["left_name"] == "Marguerite Blackwood"
    assert shown["right_name"] == "Margeurite Blackwood"
    assert (shown["left_grade"], shown["right_school"]) == ("04", "A")
    assert shown["reason"].startswith("given name: similar spelling, same family name, same birth date")
    assert not [name for name in ("Marguerite", "Blackwood") if found.pairs()["reason"].str.contains(name).any()]


def test_pairs_can_be_narrowed_to_a_school(found: Duplicates, pairs_of: PairsOf) -> None:
    assert pairs_of(found.pairs(school="B")) == {
        pair("T1", "T2"), pair("T2", "T3"), pair("X1", "X2"), pair("X2", "X3"), pair("X1", "X3"),
    }  # fmt: skip
    assert found.pairs(school="none").empty


def test_fields_are_shown_side_by_side(found: Duplicates) -> None:
    fields: Any = found.fields("P1", "P2").set_index("field")
    assert fields["agreement"].to_dict() == {
        "given name": "alike", "family name": "same", "birth date": "same", "grade": "same", "school": "same",
        "sourcedId": "differs", "identifier": "differs", "email": fields.loc["email", "agreement"],
        "family contacts": "same",
    }  # fmt: skip
    assert found.fields("S001", "P1").set_index("field").loc["birth date", "agreement"] == "differs"
    assert found.fields("X1", "X2").set_index("field").loc["birth date", "agreement"] == "missing"


def test_save_writes_the_table_as_csv_with_windows_line_ends(found: Duplicates, tmp_path: Path) -> None:
    found.save(tmp_path / "out" / "deep")
    raw = (tmp_path / "out" / "deep" / "duplicates.csv").read_bytes()
    assert raw.startswith(
        b"left_id,left_source,right_id,right_source,match_probability,match_weight,cluster_id\r\nX1,roster,X2,roster,0."
    )
    assert raw.count(b"\r\n") == raw.count(b"\n") == 5
    rows = list(csv.DictReader(raw.decode().splitlines()))
    assert [row["left_id"] for row in rows] == found.table()["left_id"].tolist()
    assert all(float(row["match_probability"]) <= 1 for row in rows)


def test_it_shows_itself_without_names(found: Duplicates) -> None:
    shown = (
        found._repr_html_() + found.explain("P1", "P2")._repr_html_() + repr(found) + repr(found.explain("P1", "P2"))
    )
    assert "P1" in shown
    assert not [name for name in ("Marguerite", "Blackwood", "Quisenberry", "Ana", "example.") if name in shown]


@pytest.mark.parametrize("kind", ["weights", "schools", "cluster"])
def test_every_chart_is_drawn_without_names(kind: str, found: Duplicates) -> None:
    drawn = found.chart(kind).to_json()  # type: ignore[arg-type]
    assert not [name for name in ("Marguerite", "Blackwood", "Quisenberry") if name in drawn]


def test_an_unknown_kind_of_chart_is_refused(found: Duplicates) -> None:
    with pytest.raises(SettingError, match="expected 'weights', 'schools' or 'cluster'"):
        found.chart("pie")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="there is no cluster 99; they go from 1 to 2"):
        found.chart("cluster", cluster_id=99)
