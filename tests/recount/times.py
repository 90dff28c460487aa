"""Enrollments and classes that are over or have not begun, and people who are in a class twice or have come back."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from tests.recount.reading import Delivery, Row, day, entries, line
from tests.recount.seats import seats
from tests.recount.statements import Lines, finds


def repeated(d: Delivery) -> list[list[Row]]:
    """Enrollments of one person in one class, where there are several."""
    pairs = defaultdict(list)
    for row in seats(d):
        if row["classSourcedId"] and row["userSourcedId"]:
            pairs[row["classSourcedId"], row["userSourcedId"]].append(row)
    return [rows for rows in pairs.values() if len(rows) > 1]


def seat_days(d: Delivery, row: Row) -> tuple[date | None, date | None]:
    read = [day(d, "enrollments", row.get(column)) for column in ("beginDate", "endDate")]
    return read[0], read[1]


def clash(d: Delivery, one: Row, other: Row) -> bool:
    """Whether two enrollments run at one time, as far as their days say."""
    spans = [seat_days(d, row) for row in (one, other)]
    (_, end), (later, last) = sorted(spans, key=lambda span: (span[0] or span[1] or date.max, span[1] or date.max))
    if end is not None and later is not None:
        return end >= later
    return all(stop is None or stop >= date.today() for stop in (end, last))


def comes_back(d: Delivery, rows: list[Row]) -> bool:
    """Whether somebody has left a class and come back: other rows than copies, of which no two run at one time."""
    own = ("_line", "sourcedId", "status", "dateLastModified")
    copies = len({tuple(value for name, value in row.items() if name not in own) for row in rows}) == 1
    return not copies and not any(clash(d, one, other) for n, one in enumerate(rows) for other in rows[:n])


@finds("enrollments.pair.unique", "warning")
def repeated_pairs(d: Delivery) -> Lines:
    return [line(row) for rows in repeated(d) if not comes_back(d, rows) for row in rows]


@finds("enrollments.pair.unique", "info")
def enrolled_again(d: Delivery) -> Lines:
    return [line(row) for rows in repeated(d) if comes_back(d, rows) for row in rows]


def over(d: Delivery, row: Row) -> bool:
    """Ended before today; one that ends before it begins is a finding of its own."""
    begin, end = seat_days(d, row)
    return end is not None and end < date.today() and not (begin is not None and end < begin)


@finds("enrollments.dates.past", "warning")
def ended(d: Delivery) -> Lines:
    """Only of dates that can be read, and not of somebody who has come back to the class since."""
    back = set()
    for rows in repeated(d):
        if comes_back(d, rows):
            days = {line(row): seat_days(d, row) for row in rows}
            order = {place: (begin or end or date.max, end or date.max) for place, (begin, end) in days.items()}
            back |= {*sorted(order, key=lambda place: order[place])[:-1]}
    return [line(row) for row in seats(d) if over(d, row) and line(row) not in back]


@finds("enrollments.dates.past", "warning")
def ended_before_it_began(d: Delivery) -> Lines:
    for row in seats(d):
        begin, end = seat_days(d, row)
        if begin is not None and end is not None and end < begin:
            yield line(row)


def term_days(d: Delivery, room: Row, column: str) -> list[date | None]:
    """First or last days of the terms of a class."""
    rows = {row["sourcedId"]: row for row in reversed(d.live("academicSessions"))}
    terms = [rows.get(term) for term in set(entries(room.get("termSourcedIds")))]
    found = []
    for term in terms:
        first, last = (
            None if term is None else day(d, "academicSessions", term[one]) for one in ("startDate", "endDate")
        )
        backward = first is not None and last is not None and first > last
        found.append(None if backward else first if column == "startDate" else last)
    return found


@finds("classes.termSourcedIds.future", "warning")
def not_begun(d: Delivery) -> Lines:
    for one in d.live("classes"):
        days = term_days(d, one, "startDate")
        if days and all(found is not None and found > date.today() for found in days):
            yield line(one)


@finds("classes.termSourcedIds.past", "warning")
def ended_terms(d: Delivery) -> Lines:
    for one in d.live("classes"):
        days = term_days(d, one, "endDate")
        if days and all(found is not None and found < date.today() for found in days):
            yield line(one)
