import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from connect_kit import Roster, check_roster, write_workbook
from connect_kit.display.headings import heading
from connect_kit.display.look import named
from connect_kit.report import workbook
from tests.report.hostile import HOSTILE

SHEETS = ["Read me", "Causes", "Findings", "Rows", "Schools", "Files", "Not checked"]


@pytest.fixture(scope="module")
def book(faulty, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "findings.xlsx"
    return openpyxl.load_workbook(write_workbook(faulty.findings, path))


@pytest.fixture(scope="module")
def hostile_book(hostile, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "findings.xlsx"
    return openpyxl.load_workbook(write_workbook(hostile, path))


def cells(sheet, column):
    titles = [cell.value for cell in sheet[1]]
    return [row[titles.index(column)] for row in sheet.iter_rows(min_row=2)]


def test_the_workbook_has_its_sheets_and_says_what_they_are(book):
    assert book.sheetnames == SHEETS
    names = [cell.value for cell in book["Read me"]["A"]]
    assert set(SHEETS[1:]) <= set(names)
    assert "✖ Not fit to send" in [cell.value for cell in book["Read me"]["B"]]


def test_every_failing_row_is_on_the_sheet_in_order(book, faulty):
    expected = faulty.findings.table()
    assert [cell.value for cell in cells(book["Rows"], "code")] == expected["code"].tolist()
    lines = [None if pd.isna(line) else line for line in expected["line"]]
    assert [cell.value for cell in cells(book["Rows"], "line")] == lines


@pytest.mark.parametrize("sheet", SHEETS[1:])
def test_sheets_agree_with_the_findings(book, faulty, sheet):
    found = faulty.findings
    frames = {
        "Causes": found.causes(), "Findings": found.summary(), "Rows": found.table(),
        "Schools": found.by_school(), "Files": found.by_file(), "Not checked": found.unchecked(),
    }  # fmt: skip
    assert [cell.value for cell in book[sheet][1]] == [heading(name) for name in frames[sheet]]
    assert book[sheet].max_row == max(2, len(frames[sheet]) + 1)
    assert book[sheet].freeze_panes == "A2"


def test_severity_is_worded_and_coloured(book):
    for cell in cells(book["Rows"], "severity"):
        assert cell.value in [named(s) for s in ("critical", "warning", "info")]
        assert cell.fill.fgColor.rgb not in (None, "00000000")


@pytest.mark.parametrize("kind", [k for k in HOSTILE if k not in ("control", "c1", "long", "newline")])
def test_a_hostile_value_stays_the_text_it_is(hostile_book, kind):
    found = [
        cell
        for cell in cells(hostile_book["Rows"], "sourcedId")
        # Excel reads _x005F_ as the _ it stands for; openpyxl leaves that to its caller.
        if cell.value is not None and unescape(cell.value) == HOSTILE[kind]
    ]
    assert found
    for cell in found:
        assert (cell.data_type, cell.number_format) == ("s", "@")
        assert cell.hyperlink is None


def test_no_cell_of_any_sheet_is_a_formula(hostile_book, book):
    for one in (hostile_book, book):
        for sheet in one:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type in ("s", "n"), cell
                    assert cell.data_type == "n" or cell.number_format == "@", cell


def test_what_xml_cannot_hold_is_named_in_its_place(hostile_book):
    ids = {cell.value for cell in cells(hostile_book["Rows"], "sourcedId")}
    assert "bell[U+0007]and[U+001B]escape" in ids
    assert "next[U+0085]line" in ids


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(hostile_book):
    ids = [c.value for c in cells(hostile_book["Rows"], "sourcedId") if isinstance(c.value, str)]
    assert [one for one in ids if one.endswith("9 [cut: 40,000 characters]")]


def test_counts_are_numbers(book):
    for cell in cells(book["Findings"], "count"):
        assert (cell.data_type, cell.number_format) == ("n", "#,##0")


def test_the_workbook_says_how_many_rows_are_left_out(faulty, tmp_path):
    total = len(faulty.findings.table())
    path = write_workbook(faulty.findings, tmp_path / "findings.xlsx", most_rows=10)
    book = openpyxl.load_workbook(path)
    text = f"{total - 10:,} failing rows are not on the sheet Rows, which holds 10."
    assert any(text in str(cell.value) for cell in book["Read me"]["B"])
    assert text in str(book["Rows"].cell(12, 1).value)
    assert book["Rows"].max_row == 12


@pytest.mark.thorough
def test_a_sheet_that_is_capped_names_its_own_file(doubled, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    book = openpyxl.load_workbook(write_workbook(doubled.findings, tmp_path / "findings.xlsx", **doubled.matched))
    for sheet, file in (("Duplicates", "duplicates.csv"), ("Classrooms", "classrooms.csv")):
        assert book[sheet].max_row == 5
        text = str(book[sheet].cell(5, 1).value)
        assert f"rows are not on the sheet {sheet}, which holds 3. {file} holds all of them." in text


def test_no_sheet_holds_more_than_200_000_rows():
    assert workbook.MOST_ROWS == 200_000


@pytest.mark.thorough
def test_a_clean_delivery_gives_a_workbook_too(clean, tmp_path):
    book = openpyxl.load_workbook(write_workbook(clean.findings, tmp_path / "findings.xlsx"))
    assert book.sheetnames == SHEETS
    assert "✔ Fit to send" in [cell.value for cell in book["Read me"]["B"]]
    assert book["Not checked"].cell(2, 1).value == "none"


def test_no_name_address_or_number_of_a_person_is_in_the_workbook(faulty, people, tmp_path):
    path = write_workbook(faulty.findings, tmp_path / "findings.xlsx")
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            assert not people.seen_in(parts.read(name).decode("utf-8")), name


def test_nothing_is_left_beside_the_workbook(faulty, tmp_path):
    write_workbook(faulty.findings, tmp_path / "findings.xlsx")
    assert [path.name for path in tmp_path.glob("[!.]*")] == ["findings.xlsx"]


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_rows(tmp_path):
    def peak():
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) // 1024

    users = pd.DataFrame({"sourcedId": [f"{n:09d}" for n in range(100_000)]}).assign(
        orgSourcedIds="0104", role="pupil", givenName="Ada", familyName="Quill"
    )
    findings = check_roster(Roster.from_frames({"users": users}), progress=False)
    write_workbook(findings, tmp_path / "findings.xlsx", most_rows=100)
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    write_workbook(findings, tmp_path / "findings.xlsx")
    assert peak() - before < 120
