"""Duplicates, schools and classrooms in report and workbook: IDs, no names; nothing where nothing was given."""

import re
from typing import Any

import openpyxl
import pytest

from connect_kit import check_roster, find_duplicates, match_classrooms, read_roster, read_workspace, write_workbook
from connect_kit.display.charts import STATUSES
from connect_kit.display.headings import heading
from connect_kit.report import matched
from connect_kit.report.page import report_html
from tests.report.test_report import Page


@pytest.fixture(scope="module")
def page(doubled):
    return Page(report_html(doubled.findings, **doubled.matched))


@pytest.fixture(scope="module")
def book(doubled, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "findings.xlsx"
    return openpyxl.load_workbook(write_workbook(doubled.findings, path, **doubled.matched))


def sheet_rows(sheet):
    titles, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in rows]


def test_without_them_report_and_workbook_are_as_before(doubled, tmp_path):
    text = report_html(doubled.findings)
    assert "Duplicate students</h2>" not in text and "Schools and classrooms" not in text
    assert not any(f'href="#{link}"' in text for link in ("duplicates", "partners", "left"))
    book = openpyxl.load_workbook(write_workbook(doubled.findings, tmp_path / "findings.xlsx"))
    assert book.sheetnames[-1] == "Not checked"


def test_the_page_says_how_many_and_links_to_both_parts(page, doubled):
    links = {attrs["href"] for attrs in page.named("a")}
    assert {"#duplicates", "#partners"} <= links
    for what, count in doubled.matched["duplicates"].summary().itertuples(index=False, name=None):
        assert f"{what} {count:,}" in page.text
    for kind in ("schools", "classrooms"):
        counts = doubled.matched[kind].table()["status"].value_counts()
        here, there = (counts.get(f"unmatched_{side}", 0) for side in ("roster", "workspace"))
        text = f"{counts.get('matched', 0):,} matched, {counts.get('suggested', 0):,} suggested, "
        assert f"{text}{here:,} only in the delivery, {there:,} only on Connect" in re.sub(r" ,", ",", page.text)


def test_the_most_certain_pairs_stand_first_with_the_reason_in_words(page, doubled):
    section = matched.duplicates_section(doubled.matched["duplicates"])
    table = doubled.matched["duplicates"].table()
    for part, source in zip(section["parts"], ("roster", "workspace"), strict=True):
        of_source = table[table["right_source"] == source]
        assert part["count"] == len(of_source)
        shown = [(row["left_id"], row["right_id"]) for row in part["rows"]]
        pairs = of_source[["left_id", "right_id"]].head(matched.MOST_PAIRS)
        assert shown == list(pairs.itertuples(index=False, name=None))
        for row in part["rows"]:
            assert row["reason"] and row["left_id"] in page.text and row["reason"] in page.text


def test_what_will_happen_is_said_once_for_all_schools(page, doubled):
    for kind in ("schools", "classrooms"):
        consequences = doubled.matched[kind].consequences()
        parts = matched.partners_section(doubled.matched["schools"], doubled.matched["classrooms"])
        outcomes = next(part["outcomes"] for part in parts if part["kind"] == kind)
        assert sum(row["count"] for row in outcomes) == consequences["count"].sum()
        assert len(outcomes) == consequences["outcome"].nunique()
        for what in consequences["what"]:
            assert what in page.text


def test_suggested_classrooms_and_those_without_a_partner_are_listed_by_id(page, doubled):
    table = doubled.matched["classrooms"].table()
    for status, column in (
        ("suggested", "workspace_id"), ("unmatched_roster", "roster_id"), ("unmatched_workspace", "workspace_id"),
    ):  # fmt: skip
        ids = table.loc[table["status"] == status, column].tolist()
        assert ids, f"the sample has no classroom that is {status}"
        assert all(one in page.text for one in ids[: matched.MOST_PARTNERS])
        if len(ids) > matched.MOST_PARTNERS:
            assert f"{len(ids) - matched.MOST_PARTNERS:,} more: see classrooms.csv." in page.text


def test_no_name_and_no_title_of_a_class_is_on_the_page_or_in_the_workbook(page, book, doubled, people):
    assert not people.seen_in(page.text)
    shown = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    assert not people.seen_in(shown)
    by_hand = read_workspace(doubled.sample.workspace).classrooms
    titles = {title for title in by_hand["title"] if len(title) > 12}
    assert not {title for title in titles if title in page.text or title in shown}


def test_one_page_holds_ids_once_and_captions_everywhere(page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"].removeprefix("#") for a in page.named("a")} <= set(ids)
    assert len(page.named("caption")) == len(page.named("table"))
    assert all("scope" in attrs for attrs in page.named("th"))


def test_the_workbook_holds_every_pair_and_partner_with_ids_as_text(book, doubled):
    assert book.sheetnames[-4:] == ["Duplicates", "School matches", "Classrooms", "Left behind"]
    names = [cell.value for cell in book["Read me"]["A"]]
    assert {"Duplicates", "School matches", "Classrooms"} <= set(names)
    frames = {
        "Duplicates": doubled.matched["duplicates"].table(),
        "School matches": doubled.matched["schools"].table(),
        "Classrooms": doubled.matched["classrooms"].table(),
    }
    for name, frame in frames.items():
        rows = sheet_rows(book[name])
        assert len(rows) == len(frame)
        for column in ("left_id", "right_id", "roster_id", "workspace_id"):
            if column in frame:
                assert [row[heading(column)] for row in rows] == [
                    one if isinstance(one, str) else None for one in frame[column].tolist()
                ]
        for line in book[name].iter_rows(min_row=2):
            assert {cell.number_format for cell in line if cell.data_type == "s"} <= {"@"}
    first = book["Duplicates"]["E2"]
    assert (first.data_type, first.number_format) == ("n", "0.000")
    assert heading("roster_title") not in sheet_rows(book["Classrooms"])[0]
    assert {row["status"] for row in sheet_rows(book["Classrooms"])} <= {words for words, _ in STATUSES.values()}
    assert {row["where"] for row in sheet_rows(book["Duplicates"])} <= {"delivery", "Connect"}


@pytest.mark.thorough
def test_a_contradiction_and_a_decision_are_shown(doubled):
    pairs = doubled.matched["duplicates"]
    table = pairs.table()
    within = table[(table["left_source"] == "roster") & (table["right_source"] == "roster")]
    a, b = within["left_id"].iloc[0], within["right_id"].iloc[0]
    third = next(one for one in within["left_id"] if one not in (a, b))
    decided = find_duplicates(pairs.roster, pairs.workspace, decisions=None)
    for one, other, decision in ((a, third, "same"), (b, third, "different"), (a, b, "same")):
        decided = decided.decide(one, other, decision, who="ada")  # type: ignore[arg-type]
    try:
        section = matched.duplicates_section(decided)
        assert section["conflicts"][0]["why"].startswith("decided to be different")
        assert "decided" in {row["sure"] for row in section["parts"][0]["rows"]}
    finally:
        decided.undo().undo().undo()


def test_a_delivery_without_duplicates_reads_friendly(clean):
    text = Page(report_html(clean.findings, **clean.matched)).text
    assert "✔ No duplicate students were found." in text


def test_a_delivery_of_nobody_has_both_parts(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "w").mkdir()
    (tmp_path / "d" / "classes.csv").write_text("sourcedId,title\nC1,Room 3\n", encoding="utf-8")
    (tmp_path / "w" / "schools.csv").write_text("connectSchoolId,name,schoolId\nK1,Maple School,\n", encoding="utf-8")
    roster, workspace = read_roster(tmp_path / "d"), read_workspace(tmp_path / "w")
    classrooms = match_classrooms(roster, workspace)
    given: dict[str, Any] = {"duplicates": find_duplicates(roster, workspace), "classrooms": classrooms}
    findings = check_roster(roster, workspace, progress=False, **given)
    text = Page(report_html(findings, schools=classrooms.schools, **given)).text
    assert "No duplicate students were found" in text and "0 matched" in re.sub(r"\s+", " ", text)
    book = openpyxl.load_workbook(write_workbook(findings, tmp_path / "f.xlsx", schools=classrooms.schools, **given))
    assert book["Duplicates"].cell(2, 1).value == "none"
