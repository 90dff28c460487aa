"""What people decide about classrooms, and how matches are shown and saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.errors import SettingError
from tests.matching.classes_and_rooms import match, pairs, roster, workspace


def test_candidates_and_choices_help_to_decide(tmp_path: Path) -> None:
    found = match(roster(("1", "Reading"), ("2", "Reading"), ("3", "Art")), workspace(tmp_path, ("R1", "Reading")))
    assert found.candidates("R1")["roster_id"].tolist() == ["1", "2", "3"]
    choices = found.choices("R1")
    assert choices["choice"].tolist() == ["connect", "archive", "leave"]
    assert choices["source"].str.contains("S10").all()
    with pytest.raises(SettingError, match="'R9' is not an ID of classrooms in the workspace"):
        found.choices("R9")


def test_decisions_override_the_suggestions(tmp_path: Path) -> None:
    here = roster(("1", "Choir"), ("2", "Band"), ("3", "Art"))
    found = match(here, workspace(tmp_path, ("R1", "Choir"), ("R2", "Band"), ("R3", "Art")))
    assert pairs(found) == {"1": "R1", "2": "R2", "3": "R3"}
    decided = found.decide("1", "R2", "connect").decide(None, "R1", "archive").decide(None, "R3", "leave")
    table = decided.table().set_index(decided.table()["workspace_id"].fillna(decided.table()["roster_id"]))
    assert list(table.loc["R2", ["status", "roster_id", "reason"]]) == ["matched", "1", "decided: connect"]
    assert list(table.loc["R1", ["status", "reason"]]) == ["unmatched_workspace", "decided: archive"]
    assert list(table.loc["R3", ["status", "reason"]]) == ["unmatched_workspace", "decided: leave"]
    assert set(decided.consequences()["outcome"]) == {
        "decided: connect", "decided: archive", "decided: leave", "unmatched_roster",
    }  # fmt: skip
    assert pairs(decided.undo().undo().undo()) == pairs(found)
    assert pairs(found.decide("1", "R1", "different")) == {"2": "R2", "3": "R3"}


def test_the_later_of_two_decisions_about_a_classroom_counts(tmp_path: Path) -> None:
    found = match(roster(("1", "Choir"), ("2", "Band")), workspace(tmp_path, ("R1", "x"), ("R2", "y")))
    assert pairs(found.decide("1", "R1", "connect").decide("2", "R1", "connect")) == {"2": "R1"}
    assert pairs(found.decide("1", "R1", "connect").decide("1", "R2", "connect")) == {"1": "R2"}
    assert pairs(found.decide("1", "R1", "connect").decide(None, "R1", "leave")) == {}
    assert pairs(found.decide(None, "R1", "leave").decide("1", "R1", "connect")) == {"1": "R1"}


def test_suggestions_are_accepted_school_by_school(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir", "", "0104"), ("2", "Band", "", "0105")),
        workspace(
            tmp_path, ("R1", "Choir"), ("R2", "Band", "", "", "", "S2"), schools=[("S1", "0104"), ("S2", "0105")]
        ),
    )  # fmt: skip
    assert found.counts == {"matched": 0, "suggested": 2, "unmatched": 0}
    one = found.accept("0105")
    assert one.counts == {"matched": 1, "suggested": 1, "unmatched": 0}
    assert one.table()["reason"].tolist()[0] == "decided: connect"
    assert one.accept().counts["matched"] == 2
    assert found.accept(least=0.99).counts["suggested"] == 2
    assert one.undo().counts == found.counts
    with pytest.raises(SettingError, match="'0999' is not a school here"):
        found.accept("0999")


def test_a_narrowed_value_is_of_the_same_kind(tmp_path: Path) -> None:
    found = match(roster(("1", "Choir"), ("2", "Band")), workspace(tmp_path, ("R1", "Choir"), ("R2", "Art", "", "2")))
    assert [len(part) for part in (found.matched(), found.suggested(), found.unmatched())] == [1, 1, 0]
    assert found.matched().summary().to_numpy().tolist() == [["matched", 1]]
    assert found.unmatched().chart().to_dict()["description"].startswith("Classrooms by school")
    assert found.suggested().counts == {"matched": 0, "suggested": 1, "unmatched": 0}


def test_a_notebook_shows_titles_only_on_request(tmp_path: Path) -> None:
    found = match(roster(("1", "Ms. Rivera's Choir")), workspace(tmp_path, ("R1", "Rivera <b>choir</b>")))
    assert "ivera" not in found._repr_html_()
    assert repr(found) == "ClassroomMatches(0 matched, 1 suggested, 0 unmatched)"
    shown = found.show(names=True)._repr_html_()
    assert "Ms. Rivera" in shown
    assert "<b>" not in shown


def test_a_chart_of_many_schools_stays_readable(tmp_path: Path) -> None:
    schools = [(f"S{n}", f"{n:04}") for n in range(50)]
    found = match(
        roster(*((f"C{n}", "Choir", "", number) for n, (_, number) in enumerate(schools))),
        workspace(
            tmp_path, *((f"R{n}", "Choir", "", "", "", own) for n, (own, _) in enumerate(schools)), schools=schools
        ),
    )
    assert found.counts["suggested"] == 50
    chart = found.chart().to_dict()
    assert chart["title"]["subtitle"] == ["40 schools shown, and 10 more"]
    assert "1 suggested" in chart["description"]


def test_a_class_is_not_connected_with_a_classroom_of_another_school(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir", "", "0104")),
        workspace(tmp_path, ("R1", "Choir", "", "", "", "S2"), schools=[("S1", "0104"), ("S2", "0105")]),
    )
    with pytest.raises(SettingError, match="class 1 belongs to Connect school S1, classroom R1 to S2"):
        found.decide("1", "R1", "connect")


def test_details_hold_both_sides_and_the_consequence(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir", "03", "0104", "2"), teachers={"1": "T1"}, members={"1": range(3)}),
        workspace(tmp_path, ("R1", "Choir", "3"), teachers={"R1": "T1"}, members={"R1": range(2)}),
    )
    row = found.details().iloc[0]
    assert row[["roster_teachers", "roster_members", "roster_periods", "workspace_members"]].tolist() == [
        "Ana Rivera",
        3,
        "2",
        2,
    ]
    assert row["roster_school_id"] == row["workspace_school_id"] == "0104"
    assert "second classroom is created" in row["consequence"]


def test_the_saved_file_has_the_documented_columns(tmp_path: Path) -> None:
    found = match(roster(("1", "Choir")), workspace(tmp_path / "w", ("R1", "Choir", "", "1")))
    found.save(tmp_path / "out")
    assert (tmp_path / "out" / "classrooms.csv").read_text(encoding="utf-8").splitlines() == [
        "status,roster_id,roster_title,workspace_id,workspace_title,score,reason",
        "matched,1,Choir,R1,Choir,1.0,same class ID",
    ]
