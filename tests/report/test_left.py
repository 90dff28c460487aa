"""The section of the report, and the sheet of the workbook, on what stays behind."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

import connect_kit as ck
from connect_kit.checks import AuditData
from connect_kit.display.headings import heading
from connect_kit.identity.staying import COLUMNS
from connect_kit.report.page import report_html
from tests.identity.oak_and_elm import Case


@pytest.fixture
def audit(tmp_path: Path) -> AuditData:
    """Di is no guardian of Amal any more, and class C2 is not delivered."""
    case = Case(tmp_path)
    case.deliver("users", 'S1,0104,student,Amal,Hadid,,,"G1,G2",03', "S1,0104,student,Amal,Hadid,,,G1,03")
    case.deliver("classes", "C2,Math,06,0205")
    roster, workspace = case.read()
    left = ck.left_behind(roster, workspace)
    return AuditData(ck.check_roster(roster, workspace, left_behind=left), left_behind=left)


def text_of(page: str) -> str:
    section = page[page.index('<section aria-labelledby="left">') :]
    return " ".join(re.sub("<[^>]*>", " ", section[: section.index("</section>")]).split())


@pytest.mark.thorough
def test_the_report_lists_guardians_first_with_what_to_do(audit: AuditData) -> None:
    page = report_html(audit)
    assert 'href="#left"' in page
    text = text_of(page)
    assert "Guardians whom the delivery no longer names for a student: 1 relationship, at 1 school" in text
    assert "K1 P1 S1 U2 G2 the delivery does not name this guardian for the student" in text
    assert "Directory, select the student, Actions, Remove Guardians" in text
    assert "Active classrooms whose class is no longer delivered: 1 classroom, at 1 school" in text
    assert text.index("Guardians whom") < text.index("Active classrooms")
    assert not [name for name in ("Hadid", "Amal", "Math") if name in text]


def test_what_was_not_judged_is_said(tmp_path: Path) -> None:
    case = Case(tmp_path)
    for table in ("classes", "enrollments"):
        case.sides["delivery"][table] = case.sides["delivery"][table][:1]
    roster, workspace = case.read()
    left = ck.left_behind(roster, workspace)
    text = text_of(report_html(ck.check_roster(roster, workspace, left_behind=left), left_behind=left))
    assert "Nothing that was looked for stays behind." in text
    assert (
        "Active classrooms whose class is no longer delivered: not judged, because the delivery holds no classes"
        in text
    )


def test_the_workbook_has_a_sheet_of_ids(audit: AuditData, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(ck.write_workbook(audit, tmp_path / "findings.xlsx"))
    head, *rows = book["Left behind"].iter_rows(values_only=True)
    assert head == tuple(map(heading, COLUMNS))
    assert [row[:2] for row in rows] == [("guardian relationships", "K1"), ("classrooms", "K2")]
    reasons = ("the delivery does not name this guardian for the student", "the delivery does not hold it")
    assert tuple(row[-1] for row in rows) == reasons
