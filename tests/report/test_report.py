import html.parser
import re

import pandas as pd
import pytest

from connect_kit import Roster, check_roster, write_report
from connect_kit.report.page import in_report, report_html
from tests.report.hostile import HOSTILE


class Page(html.parser.HTMLParser):
    """The elements and the text of a page, as a browser would tell them apart."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def named(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(faulty):
    return Page(report_html(faulty.findings))


@pytest.fixture(scope="module")
def hostile_page(hostile):
    # As a title too, which stands in two places.
    return Page(report_html(hostile, title="<script>alert('title')</script>"))


def test_the_page_says_in_word_and_symbol_that_the_delivery_is_not_fit(page):
    assert "✖ Not fit to send" in page.text


def test_the_page_of_a_clean_delivery_is_friendly(clean):
    text = Page(report_html(clean.findings)).text
    assert "✔ Fit to send" in text
    assert "✔ Every rule that applies could be checked." in text
    assert "Not fit" not in text


def test_every_finding_is_on_the_page_with_its_remedy(page, faulty):
    for row in faulty.findings.summary().to_dict("records"):
        assert row["code"] in page.text
        assert " ".join(row["remedy"].split()) in page.text


def test_every_cause_is_on_the_page(page, faulty):
    for cause in faulty.findings.causes()["cause"]:
        assert " ".join(cause.split()) in page.text


def test_examples_are_never_more_than_the_rows_found(faulty):
    from connect_kit.checks import AuditData
    from connect_kit.report.page import _context

    context = _context(AuditData(faulty.findings), "x")
    for group in context["groups"]:
        for part in group["files"]:
            for finding in part["findings"]:
                assert 0 < len(finding["examples"]) <= min(5, finding["count"]), finding["code"]


def test_what_could_not_be_checked_has_a_section_of_its_own(hostile, hostile_page):
    unchecked = hostile.unchecked()
    assert len(unchecked)
    assert "See which, and why" in hostile_page.text
    for reason in unchecked["reason"]:
        assert in_report(reason) in hostile_page.text


def test_no_value_becomes_markup(hostile_page, page):
    for tag in ("script", "img", "iframe", "link", "object", "base", "form"):
        assert not hostile_page.named(tag)
    # A break stands in the table of rules that could not be checked.
    assert {tag for tag, _ in hostile_page.elements} - {tag for tag, _ in page.elements} <= {"br"}
    assert "<script>alert(1)</script>" in hostile_page.text
    assert not [name for _, attrs in hostile_page.elements for name in attrs if name.startswith("on")]


@pytest.mark.parametrize("kind", ["script", "command", "sum", "plus", "zeros", "right_to_left", "template", "entity"])
def test_a_hostile_value_is_shown_as_it_is(kind):
    # Alone in a roster, so that it is among the examples.
    users = pd.DataFrame({"sourcedId": [HOSTILE[kind]], "role": "pupil", "givenName": "Ada"})
    findings = check_roster(Roster.from_frames({"users": users}), progress=False)
    assert HOSTILE[kind] in [text.strip() for text in Page(report_html(findings)).texts]


def test_nothing_on_the_page_is_fetched_from_anywhere(page, hostile_page):
    for tag, attrs in (*page.elements, *hostile_page.elements):
        assert not attrs.keys() & {"src", "srcset", "data", "action", "poster", "xlink:href"}, tag
        assert attrs.get("href", "#").startswith("#"), tag
        assert "url(" not in attrs.get("style", ""), tag


def test_a_policy_forbids_the_page_to_load_or_run_anything(page):
    policies = [m["content"] for m in page.named("meta") if "http-equiv" in m]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_style_sheet_asks_for_nothing(faulty):
    style = re.search(r"<style>(.*?)</style>", report_html(faulty.findings), re.S)
    assert style and "url(" not in style[1] and "@import" not in style[1] and "http" not in style[1]


def test_ids_are_unique_and_links_lead_somewhere(page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"].removeprefix("#") for a in page.named("a")} <= set(ids)


def test_the_page_has_one_first_heading_one_main_part_and_captions(page):
    assert len(page.named("h1")) == len(page.named("main")) == 1
    assert len(page.named("caption")) == len(page.named("table"))
    assert all("scope" in attrs for attrs in page.named("th"))
    assert all(s.get("role") == "img" and s.get("aria-label") for s in page.named("svg"))


def test_no_name_address_or_number_of_a_person_is_on_the_page(page, people):
    assert not people.seen_in(page.text)


def test_a_page_says_how_many_causes_and_schools_it_leaves_out(faulty, monkeypatch):
    from connect_kit.report import page as report

    monkeypatch.setattr(report, "MOST_CAUSES", 3)
    monkeypatch.setattr(report, "MOST_SCHOOLS", 1)
    text = Page(report_html(faulty.findings)).text
    assert re.search(r"\d+ causes more: see the sheet “Causes” of the workbook", text)
    assert re.search(r"\d+ more schools with less trouble", text)


def test_the_page_is_written_where_it_is_asked_for(faulty, tmp_path):
    path = write_report(faulty.findings, tmp_path / "report.html", title="Maple Valley")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert Page(text).named("h1") and "Roster audit: Maple Valley" in text


def test_the_page_says_at_its_end_whether_values_were_changed_after_the_files_were_read(clean):
    roster = clean.findings.roster
    users = roster.frame("users")
    changed = roster.replace(users=users.assign(givenName=["Other", *users["givenName"][1:]]))
    ends = {
        True: "from the files as delivered; they were not changed.",
        False: "values were changed after the files were",
    }
    for one, as_delivered in ((roster, True), (changed, False)):
        text = Page(report_html(check_roster(one))).text
        assert ends[as_delivered] in text
        assert ends[not as_delivered] not in text
