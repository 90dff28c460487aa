"""What stays behind as files: the list of IDs, the worksheet in Connect's words, the picture."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from openpyxl import load_workbook

import connect_kit as ck
from connect_kit.identity.staying import COLUMNS, KINDS
from tests.identity.oak_and_elm import Case

NAMES = ("Hadid", "Amal", "Eve", "Ito", "Grade 3", "Math")


@pytest.fixture
def left(tmp_path: Path) -> ck.LeftBehind:
    """Di is no guardian of Amal any more, Eve is gone, Bo changed to Oak School, class C2 is last year's."""
    case = Case(tmp_path)
    case.deliver("users", 'S1,0104,student,Amal,Hadid,,,"G1,G2",03', "S1,0104,student,Amal,Hadid,,,G1,03")
    case.deliver("users", 'T1,"0104,0205",teacher,Eve,Ito,eve@example.org,,,')
    case.deliver("users", "S2,0205,student,Bo,Hadid,,,G1,06", "S2,0104,student,Bo,Hadid,,,G1,06")
    case.deliver("classes", "C2,Math,06,0205", "D2,Math,06,0205")
    case.deliver("enrollments", "C1,0104,T1,teacher").deliver("enrollments", "C2,0205,T1,teacher", "D2,0205,T2,teacher")
    case.deliver("enrollments", "C2,0205,S2,student", "C1,0104,S2,student")
    return case.left()


def test_the_summary_counts_children_adults_and_classrooms_by_school(left: ck.LeftBehind) -> None:
    frame = left.summary()
    columns = ["kind", "connectSchoolId", "rows", "children", "adults", "classrooms"]
    assert list(frame[columns].itertuples(index=False, name=None)) == [
        ("guardian_relationships", "K1", 1, 1, 1, 0),
        ("classroom_teachers", "K1", 1, 0, 1, 1),
        ("staff", "K1", 1, 0, 1, 0),
        ("staff", "K2", 1, 0, 1, 0),
        ("classroom_students", "K2", 1, 1, 0, 1),
        ("classrooms", "K2", 1, 0, 0, 1),
    ]  # fmt: skip
    assert frame["school"].tolist()[0] == "Oak School"
    assert frame["source"].tolist() == [KINDS[kind].source for kind in frame["kind"]]
    assert "Remove Guardians" in frame["what_to_do"][0]
    assert left.counts == {
        "guardian_relationships": 1, "classroom_teachers": 1, "staff": 2, "classroom_students": 1, "students": 0,
        "classrooms": 1,
    }  # fmt: skip
    assert left.reach == {"children": 2, "adults": 2, "classrooms": 2}
    assert repr(left) == (
        "LeftBehind(1 guardian still connected to a student; 1 seat of teachers in classrooms; 2 members of staff not "
        "delivered; 1 seat of students in classrooms; 1 classroom not delivered)"
    )


def test_the_list_is_a_csv_file_of_ids(left: ck.LeftBehind, tmp_path: Path) -> None:
    left.save(tmp_path / "out")
    with (tmp_path / "out" / "left_behind.csv").open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    assert tuple(head) == COLUMNS
    assert lines[0] == ["guardian_relationships", "K1", "0104", "P1", "S1", "U2", "G2", "", "", "not_named"]
    assert len(lines) == len(left) == 6


def test_the_worksheet_has_a_sheet_a_kind_and_no_names(left: ck.LeftBehind, tmp_path: Path) -> None:
    left.save(tmp_path / "out")
    book = load_workbook(tmp_path / "out" / "left_behind.xlsx")
    assert book.sheetnames == [
        "Read me", "Guardians", "Teachers in classrooms", "Staff", "Students in classrooms", "Students", "Classrooms",
    ]  # fmt: skip
    head, row = book["Guardians"].iter_rows(values_only=True)
    assert head == (
        "school", "school name", "student on Connect", "student ID", "person on Connect", "person's ID", "reason",
        "what to do", "source", "done",
    )  # fmt: skip
    assert row[:7] == (
        "K1",
        "Oak School",
        "P1",
        "S1",
        "U2",
        "G2",
        "the delivery does not name this guardian for the student",
    )
    assert [cell for cell in next(book["Students"].iter_rows(min_row=2, values_only=True)) if cell] == ["none"]
    everything = " ".join(
        str(cell) for sheet in book for line in sheet.iter_rows(values_only=True) for cell in line if cell
    )
    assert not [name for name in NAMES if name in everything]
    assert "not documented" in everything


def test_names_are_a_choice_and_only_for_their_owner(left: ck.LeftBehind, tmp_path: Path) -> None:
    left.save(tmp_path / "named", names=True)
    book = load_workbook(tmp_path / "named" / "left_behind.xlsx")
    head, row = book["Guardians"].iter_rows(values_only=True)
    assert head[6:8] == ("student name", "adult name") and row[6:8] == ("Amal Hadid", "Di Hadid")
    head, row = book["Teachers in classrooms"].iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["classroom title"] == "Grade 3"
    assert stat.S_IMODE((tmp_path / "named").stat().st_mode) == 0o700
    for path in (tmp_path / "named").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_shows_itself_without_names(left: ck.LeftBehind) -> None:
    page = left._repr_html_()
    assert "1 guardian still connected to a student" in page and "Remove Guardians" in page
    assert not [name for name in NAMES if name in page]


def test_the_chart_has_a_bar_a_school(left: ck.LeftBehind) -> None:
    chart = left.chart().to_dict()
    assert "Elm School (K2) 1 staff, 1 students in classrooms, 1 classrooms" in chart["description"]
    assert "Oak School (K1) 1 guardians, 1 teachers in classrooms, 1 staff" in chart["description"]


def test_nothing_left_behind_has_a_chart_and_a_worksheet_too(tmp_path: Path) -> None:
    left = Case(tmp_path / "same").left()
    assert "none" in left.chart().to_dict()["description"]
    assert left.summary().empty
    left.save(tmp_path / "out")
    assert (tmp_path / "out" / "left_behind.csv").read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"
