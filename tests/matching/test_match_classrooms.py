"""Which class is which classroom, whatever comes: IDs first, and what a delivery or a workspace may lack."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.matching.classrooms import match_classrooms
from connect_kit.matching.schools import match_schools
from connect_kit.matching.score import model
from tests.matching.classes_and_rooms import match, pairs, roster, rows, workspace


def test_the_class_id_decides_and_a_changed_one_is_a_suggestion(tmp_path: Path) -> None:
    found = match(
        roster(("0042", "Algebra I"), ("C-7", "Choir"), ("A 1", "Band"), ("0050", "Art")),
        workspace(
            tmp_path, ("R1", "Thing", "", "0042"), ("R2", "x", "", "c-7"), ("R3", "x", "", "A1"), ("R4", "", "", "50")
        ),
    )  # fmt: skip
    assert rows(found) == [
        ["matched", "0042", "R1", 1.0, "same class ID"],
        ["suggested", "0050", "R4", 0.98, "class ID '0050' lost its leading zeros on Connect: '50'"],
        ["suggested", "A 1", "R3", 0.98, "class ID 'A 1' has different spaces on Connect: 'A1'"],
        ["suggested", "C-7", "R2", 0.98, "class ID 'C-7' is written in different letter case on Connect: 'c-7'"],
    ]


def test_an_archived_classroom_needs_no_partner_unless_it_has_the_class_id(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir"), ("2", "Band")),
        workspace(tmp_path, ("R1", "Choir", "", "", "true"), ("R2", "Band", "", "2", "true")),
    )
    assert rows(found) == [
        [
            "matched", "2", "R2", 1.0,
            "same class ID, archived: it stays so unless the setting "
            "'Unarchive classrooms that reappear in the roster data' is on",
        ],
        ["unmatched_roster", "1", "", 0.0, "no similar classroom in its school"],
        ["unmatched_workspace", "", "R1", 0.0, "archived: needs no partner"],
    ]  # fmt: skip
    assert found.consequences()["outcome"].tolist() == ["archived", "unmatched_roster", "unmatched and archived"]


def test_an_active_classroom_has_the_id_before_an_archived_one(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir")), workspace(tmp_path, ("R1", "Choir", "", "1", "true"), ("R2", "Choir", "", "1"))
    )
    assert rows(found) == [
        ["matched", "1", "R2", 1.0, "same class ID"],
        ["unmatched_workspace", "", "R1", 0.0, "class ID '1' is recorded on 2 classrooms of this school"],
    ]


def test_an_id_on_two_classrooms_is_reported_and_the_likelier_one_suggested(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir"), ("2", "Band")), workspace(tmp_path, ("R1", "Band", "", "1"), ("R2", "Choir", "", "1"))
    )
    assert rows(found) == [
        [
            "suggested", "1", "R2", 0.9,
            "class ID recorded on 2 classrooms of this school, same title, the only one of the school on both sides",
        ],
        ["unmatched_roster", "2", "", 0.0, "no similar classroom in its school"],
        ["unmatched_workspace", "", "R1", 0.0, "class ID '1' is recorded on 2 classrooms of this school"],
    ]  # fmt: skip


def test_an_id_recorded_at_another_school_is_not_a_match(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir", "", "0104"), ("2", "Band", "", "0105")),
        workspace(
            tmp_path, ("R1", "Choir", "", "1", "", "S2"), ("R2", "Band", "", "2", "", "S2"),
            schools=[("S1", "0104"), ("S2", "0105")],
        ),
    )  # fmt: skip
    assert rows(found) == [
        ["matched", "2", "R2", 1.0, "same class ID"],
        ["unmatched_roster", "1", "", 0.0, "its class ID is recorded on classroom R1 of another Connect school"],
        ["unmatched_workspace", "", "R1", 0.0, "class ID '1' belongs to a class of school 0104 in the delivery"],
    ]


def test_classes_and_classrooms_without_a_school_say_so(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir", "", "0999")),
        workspace(tmp_path, ("R1", "Choir", "", "", "", "S9"), schools=[("S9", "0555")]),
    )
    assert rows(found) == [
        ["unmatched_roster", "1", "", 0.0, "School 0999 has no partner on Connect"],
        ["unmatched_workspace", "", "R1", 0.0, "its Connect school has no partner in the delivery"],
    ]
    assert set(found.consequences()["outcome"]) == {"no school", "unmatched_workspace"}


def test_a_recorded_id_that_no_class_has_is_left_alone(tmp_path: Path) -> None:
    found = match(roster(("1", "Choir")), workspace(tmp_path, ("R1", "Choir", "", "999")))
    assert rows(found) == [
        ["unmatched_roster", "1", "", 0.0, "no similar classroom in its school"],
        ["unmatched_workspace", "", "R1", 0.0, "class ID '999' is not in the delivery"],
    ]
    assert "nightly sync archives it" in str(found.consequences()["what"].tolist()[1])


def test_at_school_level_the_file_is_one_school(tmp_path: Path) -> None:
    classes = pd.DataFrame({"sourcedId": ["1", "2"], "title": ["Choir", "Band"], "grades": ["03", "03"]})
    here = ck.Roster.from_frames({"classes": classes}, level="school")
    found = match(here, workspace(tmp_path, ("R1", "Choir"), ("R2", "x", "", "2"), schools=[("S1", "")]))
    assert pairs(found) == {"1": "R1", "2": "R2"}


@pytest.mark.parametrize(
    "titles",
    [
        ["", "", ""],
        ["🎨", "🎨", "🎵"],
        ["حساب", "علوم", "لغة"],
        ["1", "2", "3"],
        ["Class", "Class", "Class"],
        ["'", "\\", '"'],
    ],
    ids=["blank", "emoji", "right to left", "numbers", "nothing but class", "signs"],
)
def test_titles_of_any_kind_are_accepted(tmp_path: Path, titles: list[str]) -> None:
    found = match(
        roster(*((f"C{n}", title) for n, title in enumerate(titles))),
        workspace(tmp_path, *((f"R{n}", title) for n, title in enumerate(titles))),
    )
    unique_titles = [title for title in titles if title and titles.count(title) == 1 and title not in "123'\\\""]
    assert (
        pairs(found) == {f"C{n}": f"R{n}" for n, title in enumerate(titles) if title in unique_titles}
        or unique_titles == []
    )
    assert len(found) == 6 - len(pairs(found))


def test_a_missing_side_is_not_an_error(tmp_path: Path) -> None:
    users = pd.DataFrame({"sourcedId": ["1"], "role": ["student"], "orgSourcedIds": ["0104"]})
    nothing = ck.Roster.from_frames({"users": users})
    assert match(nothing, workspace(tmp_path / "a", ("R1", "Choir"))).counts["unmatched"] == 1
    assert match(roster(("1", "Choir")), workspace(tmp_path / "b")).counts["unmatched"] == 1
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "schools.csv").write_text("connectSchoolId,name,schoolId\nS1,One,0104\n", encoding="utf-8")
    empty = match(nothing, ck.read_workspace(tmp_path / "c"))
    assert empty.table().empty
    assert empty.consequences().empty
    empty.chart().to_dict()
    assert "0 matched" in empty._repr_html_()


def test_repeated_and_missing_class_ids_are_accepted(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Choir"), ("1", "Choir again"), ("", "Band")), workspace(tmp_path, ("R1", "Choir", "", "1"))
    )
    assert rows(found) == [
        ["matched", "1", "R1", 1.0, "same class ID"],
        ["unmatched_roster", "", "", 0.0, "has no class ID"],
    ]


def test_decisions_about_schools_count_for_their_classrooms(tmp_path: Path) -> None:
    here = roster(("1", "Choir"))
    there = workspace(tmp_path, ("R1", "Choir"), schools=[("S1", "")])
    schools = match_schools(here, there)
    assert schools.counts["suggested"] == 1  # by its students' names
    assert match_classrooms(here, there, schools=schools).counts["suggested"] == 1
    assert match_classrooms(here, there, schools=schools.decide("0104", "S1", "different")).counts["unmatched"] == 2
    assert match_classrooms(here, there, schools=schools.decide("0104", "S1", "connect")).counts["suggested"] == 1


def test_blocks_that_explode_are_left_out_and_reported(tmp_path: Path) -> None:
    many = 300
    found = match(
        roster(*((f"C{n}", "Homeroom") for n in range(many)), teachers={"C7": "T1"}),
        workspace(tmp_path, *((f"R{n}", "Homeroom") for n in range(many)), teachers={"R9": "T1"}),
    )
    assert pairs(found) == {"C7": "R9"}
    assert found.capped.to_numpy().tolist()[0][1:] == [many, many, many * many]
    whys = found.table()["reason"].value_counts()
    assert whys.iloc[0] == 2 * (many - 1)
    assert "300 classes and 300 classrooms of the school have its title, too many to compare" in str(whys.index[0])


def test_every_weight_has_its_reason() -> None:
    for kind in ("schools", "classrooms"):
        levels = [level for part in model(kind)["evidence"] for level in part["levels"]]
        assert all(len(level["why"]) > 20 and level["words"] for level in levels)


def test_the_sample_district_is_matched(tmp_path: Path) -> None:
    sample = ck.sample_roster(tmp_path, students=3000, seed=11, faults="none", existing=True)
    assert sample.truth_classrooms is not None
    truth = pd.read_csv(sample.truth_classrooms, dtype=str, keep_default_na=False)
    same = truth[truth["relation"] == "same"]
    true = set(zip(same["roster_id"], same["workspace_id"], strict=True))
    found = match_classrooms(ck.read_roster(sample.delivery), ck.read_workspace(sample.workspace))
    table = found.suggested().table()
    suggested = set(zip(table["roster_id"], table["workspace_id"], strict=True))
    open_ = true - set(pairs(found.matched()).items())
    assert len(suggested & true) >= 0.98 * len(suggested)
    assert len(suggested & true) >= 0.9 * len(open_)
