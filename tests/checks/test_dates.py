"""Dates are compared as days, whatever their form; and a delivery of a year that is over is one cause."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.checks.cases import CLEAN, checked, codes, deliver, said
from tests.marks import some

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date.today()
PAST, FUTURE = TODAY - timedelta(days=200), TODAY + timedelta(days=200)
SESSIONS = "sourcedId,title,type,startDate,endDate,parentSourcedId,schoolYear"
IN_FORM = "has the form {} and is read so; expected YYYY-MM-DD"


def enrolled(end: object, begin: object = "") -> list[str]:
    """enrollments.csv where every row has these days, in double quotes."""
    head, *rows = CLEAN["enrollments"]
    return [f"{head},beginDate,endDate", *(f'{row},"{begin}","{end}"' for row in rows)]


def us(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


@pytest.mark.parametrize(
    ("end", "form"),
    some(
        [
            (us(FUTURE), "M/D/Y"),
            (f"{FUTURE:%m/%d/%Y}", "M/D/Y"),
            (f"{FUTURE:%m/%d/%y}", "M/D/Y"),
            (f"{FUTURE}T00:00:00.000Z", "YYYY-MM-DD with a time or blanks"),
            (f"{FUTURE} 00:00:00", "YYYY-MM-DD with a time or blanks"),
            (f"{FUTURE:%Y%m%d}", "YYYYMMDD"),
            (f"{FUTURE:%Y/%m/%d}", "Y/M/D"),
            (f"{FUTURE:%d.%m.%Y}", "D.M.Y"),
            (f"{FUTURE:%d-%b-%Y}", "the month in letters"),
            (f"{FUTURE:%b %d, %Y}", "the month in letters"),
            (str((FUTURE - date(1899, 12, 30)).days), "the day number of a spreadsheet"),
        ],
        3,
    ),
)
def test_a_date_in_another_form_is_one_finding_on_its_form_and_is_not_over(tmp_path: Path, end: str, form: str) -> None:
    found = said(checked(deliver(tmp_path, enrollments=enrolled(end))))
    words = f"endDate '{end}' {IN_FORM.format(form)}"
    assert found == [("warning", "enrollments.endDate.iso_date", "enrollments.csv", line, words) for line in (2, 3, 4)]


def test_a_date_in_another_form_that_has_passed_is_over(tmp_path: Path) -> None:
    head, *rows = CLEAN["enrollments"]
    lines = [f"{head},endDate", *(f"{row},{us(PAST if 't1' in row else FUTURE)}" for row in rows)]
    found = said(checked(deliver(tmp_path, enrollments=lines)))
    assert [row for row in found if row[1] == "enrollments.dates.past"] == [
        ("warning", "enrollments.dates.past", "enrollments.csv", 2, f"the enrollment ended on {PAST}")
    ]


def test_a_first_number_above_twelve_shows_that_the_day_comes_first(tmp_path: Path) -> None:
    head, *rows = CLEAN["enrollments"]
    days = (f"31/12/{TODAY.year + 1}", f"02/03/{TODAY.year + 1}", f"01/06/{TODAY.year + 1}")
    lines = [f"{head},endDate", *(f"{row},{day}" for row, day in zip(rows, days, strict=True))]
    found = said(checked(deliver(tmp_path, enrollments=lines)))
    assert {row[4].partition(" ")[2] for row in found} == {f"'{day}' {IN_FORM.format('D/M/Y')}" for day in days}


def test_one_column_of_a_file_shows_the_order_for_the_others(tmp_path: Path) -> None:
    year = TODAY.year + 1
    sessions = [SESSIONS, f"sy,Year,schoolYear,27/01/{year},11/12/{year},,{year}"]
    found = said(checked(deliver(tmp_path, academicSessions=sessions)), infos=False)
    assert {row[4].partition(" ")[2] for row in found} == {
        f"'{day}/{year}' {IN_FORM.format('D/M/Y')}" for day in ("27/01", "11/12")
    }


def test_a_column_of_both_orders_is_read_only_where_there_is_no_choice(tmp_path: Path) -> None:
    head, *rows = CLEAN["enrollments"]
    days = (f"31/12/{TODAY.year + 1}", f"12/31/{TODAY.year + 1}", f"01/06/{TODAY.year - 1}")
    lines = [f"{head},endDate", *(f"{row},{day}" for row, day in zip(rows, days, strict=True))]
    found = said(checked(deliver(tmp_path, enrollments=lines)))
    assert [row[4] for row in found] == [
        f"endDate '{days[0]}' {IN_FORM.format('D/M/Y')}",
        f"endDate '{days[1]}' {IN_FORM.format('M/D/Y')}",
        f"endDate '{days[2]}' is either M/D/Y or D/M/Y, so that nothing could be compared with it; expected YYYY-MM-DD",
    ]


@pytest.mark.parametrize("written", some(["soon", "2026-02-30", "13/13/2026", "99/99/9999", "0000-00-00", "TBD"], 2))
def test_what_is_no_date_says_that_nothing_could_be_compared_with_it(tmp_path: Path, written: str) -> None:
    found = said(checked(deliver(tmp_path, enrollments=enrolled(written))))
    words = f"endDate '{written}' is not a date that can be read, so that nothing could be compared with it"
    assert {row[1:2] + row[4:] for row in found} == {("enrollments.endDate.iso_date", f"{words}; expected YYYY-MM-DD")}


def test_an_enrollment_that_ends_before_it_begins_has_a_message_of_its_own(tmp_path: Path) -> None:
    begin, end = FUTURE + timedelta(days=9), FUTURE
    found = said(checked(deliver(tmp_path, enrollments=enrolled(end, begin))))
    words = f"the enrollment runs from {begin} to {end}: it ends before it begins"
    assert found == [("warning", "enrollments.dates.past", "enrollments.csv", line, words) for line in (2, 3, 4)]


def test_who_has_left_a_class_twice_is_not_there_and_who_came_back_is(tmp_path: Path) -> None:
    earlier, first, second = (TODAY - timedelta(days=days) for days in (300, 200, 100))
    head, teacher, one, other = CLEAN["enrollments"]
    lines = [
        f"{head},beginDate,endDate", f"{teacher},,",
        f"{one},{earlier},{first}", f"{one},{first + timedelta(3)},{second}",
        f"{other},{earlier},{first}", f"{other},{first + timedelta(3)},",
    ]  # fmt: skip
    found = said(checked(deliver(tmp_path, enrollments=lines)))
    past = f"the enrollment ended on {second}"
    again = [("s1", 3), ("s1", 4), ("s2", 5), ("s2", 6)]
    assert found == [("warning", "enrollments.dates.past", "enrollments.csv", 4, past)] + [
        ("info", "enrollments.pair.unique", "enrollments.csv", line,
         f"user {who} is enrolled in this class at different times") for who, line in again
    ]  # fmt: skip


def of_terms(*terms: tuple[str, date, date, str]) -> dict[str, list[str]]:
    """Files of one class in a term ``now`` and academicSessions.csv."""
    return {
        "classes": ["sourcedId,title,grades,schoolSourcedId,termSourcedIds", "k1,Math,07,org1,now"],
        "academicSessions": [
            SESSIONS,
            *(f"{name},{name},term,{starts},{ends},{parent},{ends.year}" for name, starts, ends, parent in terms),
        ],
    }


def test_a_class_of_a_term_that_is_over_is_a_warning(tmp_path: Path) -> None:
    files = of_terms(("now", PAST - timedelta(days=90), PAST, ""), ("next", PAST, FUTURE, ""))
    found = said(checked(deliver(tmp_path, **files)), infos=False)
    words = f"every term of the class is over; the last one ended on {PAST}"
    assert [row for row in found if "schoolYear" not in row[1]] == [
        ("warning", "classes.termSourcedIds.past", "classes.csv", 2, words)
    ]


def test_a_delivery_whose_terms_are_all_over_is_one_cause_and_the_first(tmp_path: Path) -> None:
    files = of_terms(("now", PAST - timedelta(days=90), PAST, ""))
    files["users"] = [line.replace(",p1,07,", ",p1,99,") for line in CLEAN["users"]]
    findings = checked(deliver(tmp_path, **files, enrollments=enrolled(us(PAST))))
    causes = findings.causes()
    assert (
        causes["codes" if "codes" in causes else "cause"]
        .iloc[0]
        .startswith(("delivery.all_terms_over", "A delivery of a year or term that is over"))
    )
    assert not any("Enrollments that are over" in cause or "terms that are over" in cause for cause in causes["cause"])
    assert not findings.fit


def test_a_term_whose_days_are_swapped_is_that_and_is_not_over(tmp_path: Path) -> None:
    found = said(checked(deliver(tmp_path, **of_terms(("now", FUTURE, PAST, "")))), infos=False)
    assert [row[1] for row in found] == ["academicSessions.dates.order"]


@pytest.mark.parametrize(("days", "over"), [(10, []), (60, [("delivery.all_terms_over", None)])])
def test_enrollments_may_all_be_over_for_a_month_within_a_running_year(
    tmp_path: Path, days: int, over: list[tuple[str, int | None]]
) -> None:
    files = of_terms(("now", PAST, FUTURE, ""))
    found = codes(checked(deliver(tmp_path, **files, enrollments=enrolled(TODAY - timedelta(days=days)))))
    assert [row for row in found if row[0].startswith("delivery.")] == over
    assert [row for row in found if row[0] == "enrollments.dates.past"] == [
        ("enrollments.dates.past", line) for line in (2, 3, 4)
    ]


@pytest.mark.parametrize(("days", "over"), [(2, False), (40, True)])
def test_enrollments_that_are_all_over_are_enough_where_no_terms_are_delivered(
    tmp_path: Path, days: int, over: bool
) -> None:
    found = codes(checked(deliver(tmp_path, enrollments=enrolled(TODAY - timedelta(days=days)))))
    assert (("delivery.all_terms_over", None) in found) is over


def test_the_year_of_a_term_is_named_after_the_end_of_its_school_year(tmp_path: Path) -> None:
    year = TODAY.year
    sessions = [
        SESSIONS,
        f"sy,Year,schoolYear,{year}-08-01,{year + 1}-06-30,,{year}",
        f"fall,Fall,semester,{year}-08-01,{year}-12-20,sy,{year}",
    ]
    found = said(checked(deliver(tmp_path, academicSessions=sessions)), infos=False)
    assert [row[4] for row in found if row[1] == "academicSessions.schoolYear.end_year"] == [
        f"schoolYear is {year} for an end on {year + 1}-06-30; expected the year in which the school year ends",
        f"schoolYear is {year} for a school year that ends on {year + 1}-06-30; expected the year in which the school "
        "year ends",
    ]
