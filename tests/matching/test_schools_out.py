"""Schools that were decided not to take part, on either side."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import SettingError
from connect_kit.matching.classrooms import match_classrooms
from connect_kit.matching.schools import match_schools
from tests.matching.test_match_schools import roster, rows, workspace

SCHOOLS = [("S1", "One", "0101"), ("S2", "Two", "")]


def test_a_delivered_school_that_is_not_on_connect_takes_no_part(tmp_path: Path) -> None:
    found = match_schools(roster(("P1", "0101", "03"), ("P2", "0999", "03")), workspace(tmp_path, SCHOOLS))
    out = found.decide("0999", None, "out", who="ada")
    assert rows(out)[-1] == ["out", "0999", "", 0.0, "decided: does not take part"]
    assert out.counts == {"matched": 1, "suggested": 0, "unmatched": 1, "out": 1}
    assert out.summary()["count"].sum() == 3
    assert out.consequences().set_index("outcome").loc["out", "source"] == "S9, S20, kit decision"
    assert rows(out.decide("0999", None, "in")) == rows(found)
    assert rows(out.undo()) == rows(found)
    out.chart().to_dict()


def test_a_connect_school_takes_its_recorded_school_with_it(tmp_path: Path) -> None:
    found = match_schools(roster(("P1", "0101", "03")), workspace(tmp_path, SCHOOLS)).decide(None, "S1", "out")
    assert rows(found)[-1] == ["out", "0101", "S1", 1.0, "decided: does not take part"]
    assert found.partners().empty
    assert len(found.partners(out=True)) == 1


def test_a_school_that_is_connected_later_takes_part_again(tmp_path: Path) -> None:
    found = match_schools(roster(("P1", "0999", "03")), workspace(tmp_path, SCHOOLS)).decide("0999", None, "out")
    assert "out" not in found.decide("0999", "S2", "connect").counts


def test_its_classes_and_classrooms_are_out_as_well(tmp_path: Path) -> None:
    classes = [("C1", "Choir", "0101"), ("C2", "Band", "0102")]
    here = roster(("P1", "0101", "03"), ("P2", "0102", "03"), classes=classes)
    there = workspace(tmp_path, [("S1", "One", "0101"), ("S2", "Two", "0102")],
                      classrooms=["R1,S1,Choir,,,", "R2,S2,Band,,,"])  # fmt: skip
    found = match_classrooms(here, there, schools=match_schools(here, there))
    assert found.counts == {"matched": 0, "suggested": 2, "unmatched": 0}
    out = found.decide_school("S2", "out")
    assert out.counts == {"matched": 0, "suggested": 1, "unmatched": 0, "out": 1}
    again = match_classrooms(here, there, schools=out.schools)
    assert again.counts == out.counts
    assert again.decide_school("0102", "in").schools.counts["matched"] == 1
    with pytest.raises(SettingError, match="expected 'out' or 'in'"):
        found.decide_school("S2", "archive")


@pytest.mark.parametrize(
    ("ids", "words"),
    [((None, None), "is about one school"), (("0101", "S1"), "is about one school"), (("9", None), "'9' is not an ID")],
)
def test_a_decision_about_a_school_alone_names_one_that_is_there(
    tmp_path: Path, ids: tuple[str | None, str | None], words: str
) -> None:
    found = match_schools(roster(("P1", "0101", "03")), workspace(tmp_path, SCHOOLS))
    with pytest.raises(SettingError, match=words):
        found.decide(*ids, "out")


def test_a_file_of_decisions_with_a_key_on_the_left_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is about one school alone"):
        ck.read_decisions(tmp_path / "d.csv").decide("schools", "roster:1", "workspace:S1", "out")
