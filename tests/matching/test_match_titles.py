"""Which class is which classroom by title, teacher and members."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.matching.classrooms import match_classrooms
from tests.matching.classes_and_rooms import match, pairs, roster, rows, workspace

TITLES = [
    ("Algebra I (01)", "3", "Algebra 1 - P3"),
    ("Algebra I (02)", "4", "Alg 1 Per 4"),
    ("Algebra II (01)", "3", "ALGEBRA II (Period 3)"),
    ("English Language Arts 7", "1", "ELA 7"),
    ("Social Studies 6", "2", "SS 6 - 2nd period"),
    ("U.S. History", "5", "US Hist. P5"),
    ("Physical Education 8", "6", "P.E. 8th grade"),
    ("World Languages 6", "2", "World Lang Gr 6"),
    ("Pre-Algebra", "6", "Prealgebra"),
    ("Peña Poetry", "7", "Pena Poetry"),
    ("Biology", "8", "Biolgy Per. 8"),
]


def test_a_title_is_recognised_whatever_its_spelling(tmp_path: Path) -> None:
    found = match(
        roster(*((f"C{n}", title, "07", "0104", period) for n, (title, period, _) in enumerate(TITLES))),
        workspace(tmp_path, *((f"R{n}", title, "7") for n, (_, _, title) in enumerate(TITLES))),
    )
    assert pairs(found) == {f"C{n}": f"R{n}" for n in range(len(TITLES))}


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Algebra I", "Algebra II"),
        ("Spanish 2", "Spanish III"),
        ("English 9", "ELA 7"),
        ("Choir", "Band"),
        ("Homeroom A", "Homeroom B"),
        ("Biology", "Biology 2024-25"),
        ("Biology", "Biology (last year)"),
        ("Biology", "Biology OLD"),
        ("Reading 3", "Writing 3"),
    ],
)
def test_another_number_subject_section_or_year_is_another_class(tmp_path: Path, title: str, other: str) -> None:
    assert match(roster(("1", title)), workspace(tmp_path, ("R1", other))).counts == {
        "matched": 0, "suggested": 0, "unmatched": 2,
    }  # fmt: skip


def test_a_teacher_in_the_title_or_in_the_room_distinguishes_homerooms(tmp_path: Path) -> None:
    here = roster(
        ("1", "Grade 1 Homeroom A", "01"), ("2", "Grade 1 Homeroom B", "01"), ("3", "Grade 1 Homeroom C", "01"),
        teachers={"1": "T1", "2": "T2", "3": "T3"},
    )  # fmt: skip
    there = workspace(
        tmp_path, ("R1", "Ms. Rivera's Homeroom", "01"), ("R2", "1st grade - Silva", "01"), ("R3", "Homeroom", "01"),
        teachers={"R3": "T3"},
    )  # fmt: skip
    found = match(here, there)
    assert pairs(found) == {"1": "R1", "2": "R2", "3": "R3"}
    expected = "same title, same grade, only class and only classroom of a teacher with that family name"
    assert found.table().set_index("roster_id").loc["1", "reason"] == expected
    assert not found.table()["reason"].str.contains("Rivera|Silva|Okafor").any()


def test_members_by_name_distinguish_sections(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Science 7"), ("2", "Science 7"), members={"1": range(20), "2": range(20, 40)}),
        workspace(
            tmp_path, ("R1", "Sci 7"), ("R2", "Science Grade 7"), members={"R1": range(20, 38), "R2": range(1, 15)}
        ),
    )
    assert rows(found) == [
        ["suggested", "1", "R2", 0.9961, "same title, same number in the title, 14 of 14 recognised members in common"],
        ["suggested", "2", "R1", 0.9961, "same title, same number in the title, 18 of 18 recognised members in common"],
    ]


@pytest.mark.parametrize("known", [False, True], ids=["by name", "by ID"])
def test_last_years_members_make_it_last_years_classroom(tmp_path: Path, known: bool) -> None:
    found = match(
        roster(
            ("1", "Science 7", "07", "0104", "3"), ("2", "Art"),
            teachers={"1": "T1"}, members={"1": range(20), "2": range(40, 60)},
        ),
        workspace(
            tmp_path, ("R1", "Science 7 P3", "07"), teachers={"R1": "T1"}, members={"R1": range(40, 60)}, known=known
        ),
    )  # fmt: skip
    assert found.counts["suggested"] == 0
    likeliest = found.candidates("R1").set_index("roster_id").loc["1"]
    assert likeliest["score"] < 0.2
    assert likeliest["reason"].endswith("but no member in common of 20 recognised")


def test_a_student_decided_to_be_the_same_counts_as_a_member_in_common(tmp_path: Path) -> None:
    here = roster(("1", "Reading"), ("2", "Reading"), members={"1": range(10), "2": range(50, 60)})
    there = workspace(tmp_path, ("R1", "Reading"), members={"R1": range(100, 104)})
    assert match(here, there).counts["suggested"] == 0
    same = [("students", f"roster:P{n}", f"workspace:W{100 + n}", "same") for n in range(4)]
    found = match_classrooms(here, there, decisions=ck.read_decisions(None).decide_all(same))
    assert pairs(found) == {"1": "R1"}


def test_equal_titles_alone_are_left_to_a_person(tmp_path: Path) -> None:
    found = match(roster(("1", "Reading"), ("2", "Reading")), workspace(tmp_path, ("R1", "Reading"), ("R2", "Reading")))
    assert rows(found) == [
        ["unmatched_roster", "1", "", 0.0, "possibly classroom R1, but there is too little evidence (same title)"],
        ["unmatched_roster", "2", "", 0.0, "possibly classroom R1, but there is too little evidence (same title)"],
        ["unmatched_workspace", "", "R1", 0.0, "possibly class 1, but there is too little evidence (same title)"],
        ["unmatched_workspace", "", "R2", 0.0, "possibly class 1, but there is too little evidence (same title)"],
    ]


def test_two_classes_that_are_equally_likely_are_named_and_not_suggested(tmp_path: Path) -> None:
    found = match(
        roster(("1", "Reading 3", "03"), ("2", "Reading 3", "03"), teachers={"1": "T1", "2": "T1"}),
        workspace(tmp_path, ("R1", "Reading Gr 3", "03"), teachers={"R1": "T1"}),
    )
    evidence = "(same title, same number in the title, same grade, same teacher)"
    doubt = f"classroom R1 is likely, but another class is as likely to be its partner {evidence}"
    assert rows(found) == [
        ["unmatched_roster", "1", "", 0.0, doubt],
        ["unmatched_roster", "2", "", 0.0, doubt],
        ["unmatched_workspace", "", "R1", 0.0, f"2 classes are equally likely: 1, 2 {evidence}"],
    ]
