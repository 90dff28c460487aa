"""Which class is which classroom: by ID, by an ID changed along the way, by title, teacher and members."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit.connect import WORKSPACE_FILES
from connect_kit.errors import SettingError
from connect_kit.matching.assign import assign, margins
from connect_kit.matching.classrooms import match_classrooms
from connect_kit.matching.data import COLUMNS
from connect_kit.matching.matches import ClassroomMatches
from connect_kit.matching.schools import match_schools
from connect_kit.matching.score import model

CLASS = ("sourcedId", "title", "grades", "schoolSourcedId", "periods")
ROOM = ("connectClassroomId", "title", "grades", "classId", "archived", "connectSchoolId")
STAFF = {"T1": ("Ana", "Rivera"), "T2": ("Bo", "Brandt-Silva"), "T3": ("Li", "Okafor")}
DAY = date(2026, 10, 1)


def roster(
    *classes: Sequence[str], teachers: Mapping[str, str] | None = None, members: Mapping[str, range] | None = None
) -> ck.Roster:
    """Classes as ID, title, grades, School ID (0104), periods; teachers and numbers of students by class."""
    rows = [[*row, *("", "", "0104", "")[len(row) - 1 :]][:5] if len(row) < 5 else list(row) for row in classes]
    rows = [[*row[:2], row[2] if len(row) > 2 else "", row[3] or "0104", row[4]] for row in rows]
    people = [(user, "teacher", *name, "") for user, name in STAFF.items()]
    people += [(f"P{n}", "student", f"Kid{n}", f"Family{n}", "07") for n in range(100)]
    seats = [(of, user, "teacher") for of, user in (teachers or {}).items()]
    seats += [(of, f"P{n}", "student") for of, numbers in (members or {}).items() for n in numbers]
    frames = {
        "classes": pd.DataFrame(rows, columns=list(CLASS)),
        "users": pd.DataFrame(people, columns=["sourcedId", "role", "givenName", "familyName", "grades"]),
        "enrollments": pd.DataFrame(seats, columns=["classSourcedId", "userSourcedId", "role"]),
    }
    frames["users"]["orgSourcedIds"] = "0104"
    return ck.Roster.from_frames({name: frame.replace("", None) for name, frame in frames.items()})


def workspace(
    folder: Path,
    *rooms: Sequence[str],
    schools: Sequence[tuple[str, str]] = (("S1", "0104"),),
    teachers: Mapping[str, str] | None = None,
    members: Mapping[str, range] | None = None,
    known: bool = False,
) -> ck.Workspace:
    """Classrooms as ID, title, grades, class ID, archived, school (S1); staff are Connect's own accounts by name."""
    folder.mkdir(exist_ok=True)
    filled = [[*row, *("", "", "", "", "", "S1")[len(row) :]] for row in rows_of(rooms)]
    tables: dict[str, list[dict[str, str]]] = {
        "schools": [{"connectSchoolId": own, "name": f"School {own}", "schoolId": number} for own, number in schools],
        "classrooms": [dict(zip(ROOM, row, strict=True)) for row in filled],
        "staff": [
            {"connectUserId": f"K{user}", "connectSchoolIds": "S1", "givenName": name[0], "familyName": name[1]}
            for user, name in STAFF.items()
        ],
        "students": [
            {
                "connectStudentId": f"W{n}", "connectSchoolId": "S1", "grade": "06",
                "givenName": f"kid{n}", "familyName": f"Family{n}", "studentId": f"P{n}" if known else "",
            }
            for n in range(130)
        ],
        "enrollments": [
            {"connectClassroomId": of, "connectUserId": user, "role": role}
            for of, user, role in [
                *((of, f"K{user}", "teacher") for of, user in (teachers or {}).items()),
                *((of, f"W{n}", "student") for of, numbers in (members or {}).items() for n in numbers),
            ]
        ],
    }  # fmt: skip
    for name, records in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, WORKSPACE_FILES[name], restval="")
            writer.writeheader()
            writer.writerows(records)
    return ck.read_workspace(folder)


def rows_of(rooms: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(room) for room in rooms]


def match(here: ck.Roster, there: ck.Workspace) -> ClassroomMatches:
    return match_classrooms(here, there, today=DAY)


def rows(matches: ClassroomMatches) -> list[list[object]]:
    table = matches.table()
    assert list(table.columns) == list(COLUMNS)
    return table.drop(columns=["roster_title", "workspace_title"]).fillna("").to_numpy().tolist()


def pairs(matches: ClassroomMatches) -> dict[str, str]:
    table = matches.table()
    paired = table[table["status"].isin(["matched", "suggested"])]
    return dict(zip(paired["roster_id"], paired["workspace_id"], strict=True))


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


WEIGHTS = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)), st.floats(0.1, 9, allow_subnormal=False), min_size=1, max_size=40
)


@settings(max_examples=200, deadline=None)
@given(WEIGHTS, st.booleans())
def test_an_assignment_is_one_to_one_and_never_worse_than_greedy(
    weights: dict[tuple[int, int], float], sparse: bool
) -> None:
    import connect_kit.matching.assign as module

    left, right = (np.array(side) for side in zip(*weights, strict=True))
    weight = np.array(list(weights.values()))
    with pytest.MonkeyPatch.context() as patch:
        if sparse:
            patch.setattr(module, "_MOST_CELLS", 0)
        chosen = assign(left, right, weight)
    assert len(set(left[chosen])) == len(set(right[chosen])) == chosen.sum()
    total, used_l, used_r = 0.0, set(), set()
    for place in np.argsort(-weight):
        if left[place] not in used_l and right[place] not in used_r:
            used_l.add(left[place])
            used_r.add(right[place])
            total += weight[place]
    assert weight[chosen].sum() >= total - 1e-9


@settings(max_examples=100, deadline=None)
@given(WEIGHTS)
def test_a_margin_is_at_least_the_true_loss_of_giving_a_pair_up(weights: dict[tuple[int, int], float]) -> None:
    left, right = (np.array(side) for side in zip(*weights, strict=True))
    weight = np.array(list(weights.values()))
    chosen = assign(left, right, weight)
    loss = margins(left, right, weight, chosen)
    best = weight[chosen].sum()
    assert (loss >= -1e-9).all()
    for place in np.flatnonzero(chosen & np.isfinite(loss)):
        rest = np.arange(len(weight)) != place
        without = weight[rest][assign(left[rest], right[rest], weight[rest])].sum()
        assert best - without <= loss[place] + 1e-9
