"""orgs.csv, academicSessions.csv, demographics.csv and roles.csv of a OneRoster package."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from tests.recount.pools import GRADES
from tests.recount.reading import FROM_1_2, KINDS, Delivery, Row, day, kind, line, word
from tests.recount.statements import Lines, Statement, finds
from tests.recount.times import over, seat_days

SIZES = {"schoolYear": 3, "semester": 2, "term": 2, "gradingPeriod": 1}
AGES = {"PR": -2, "PK": -1, "TK": -1, "KG": 0}


def by_id(d: Delivery, table: str) -> dict[str, Row]:
    """The first row of an ID."""
    return {str(row["sourcedId"]): row for row in reversed(d.live(table)) if row["sourcedId"]}


@finds("orgs.parentSourcedId.type_fits", "warning")
def unsuitable_parents(d: Delivery) -> Lines:
    orgs = by_id(d, "orgs")
    for row in d.live("orgs"):
        parent = orgs.get(row["parentSourcedId"] or "")
        if parent is None or parent["sourcedId"] == row["sourcedId"]:
            continue
        if row["type"] in ("school", "district") and parent["type"] in ("school", "department"):
            yield line(row)


def _circle(table: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        rows = by_id(d, table)
        for row in rows.values():
            above, steps = rows.get(row["parentSourcedId"] or ""), 0
            while above is not None and above is not row and steps <= len(rows):
                above, steps = rows.get(above["parentSourcedId"] or ""), steps + 1
            if above is row:
                yield line(row)

    return lines


for _table in ("orgs", "academicSessions"):
    finds(f"{_table}.parentSourcedId.cycle", "warning")(_circle(_table))


def sessions(d: Delivery) -> dict[str, Row]:
    return by_id(d, "academicSessions")


def days(d: Delivery, row: Row) -> tuple[date | None, date | None]:
    """First and last day of a term."""
    read = [day(d, "academicSessions", row[column]) for column in ("startDate", "endDate")]
    return read[0], read[1]


def parent(d: Delivery, row: Row) -> Row | None:
    return sessions(d).get(row["parentSourcedId"] or "")


@finds("academicSessions.parentSourcedId.type_fits", "warning")
def unsuitable_terms(d: Delivery) -> Lines:
    """Grading periods lie in terms or semesters, those in school years; terms and semesters may lie in each other."""
    for row in sessions(d).values():
        above = parent(d, row)
        if above is None or above is row:
            continue
        inner, outer = SIZES.get(row["type"] or ""), SIZES.get(above["type"] or "")
        if inner and outer and not outer > inner and not (inner == outer == 2 and row["type"] != above["type"]):
            yield line(row)


@finds("academicSessions.dates.order", "warning")
def ends_before_it_begins(d: Delivery) -> Lines:
    for row in d.live("academicSessions"):
        start, end = days(d, row)
        if start and end and start >= end:
            yield line(row)


def forward(d: Delivery, row: Row) -> tuple[date | None, date | None]:
    """Its days, unless it ends before it begins: nothing else is judged by such days."""
    start, end = days(d, row)
    return (None, None) if start and end and start > end else (start, end)


@finds("academicSessions.dates.inside_parent", "warning")
def beyond_its_parent(d: Delivery) -> Lines:
    for row in sessions(d).values():
        above = parent(d, row)
        if above is None:
            continue
        (start, end), (first, last) = forward(d, row), forward(d, above)
        if (start and first and start < first) or (end and last and end > last + timedelta(days=1)):
            yield line(row)


@finds("academicSessions.dates.overlap", "warning")
def overlapping_periods(d: Delivery) -> Lines:
    periods = defaultdict(list)
    for row in sessions(d).values():
        start, end = days(d, row)
        if row["type"] == "gradingPeriod" and row["parentSourcedId"] and start and end and start < end:
            periods[row["parentSourcedId"]].append((start, line(row), end))
    for found in periods.values():
        latest = None
        for start, place, end in sorted(found):
            if latest is not None and latest > start:
                yield place
            latest = max(latest or end, end)


@finds("academicSessions.schoolYear.year", "warning")
def no_year(d: Delivery) -> Lines:
    for row in d.live("academicSessions"):
        text = row["schoolYear"]
        if text is not None and not (len(text) == 4 and text.isascii() and text.isdigit()):
            yield line(row)


@finds("academicSessions.schoolYear.end_year", "warning")
def another_year_than_the_one_it_ends_in(d: Delivery) -> Lines:
    """The year in which the school year ends; an end on 1 January may be of the day after the last one."""
    for row in sessions(d).values():
        (_, end), text = forward(d, row), row["schoolYear"]
        if end is None or text is None or len(text) != 4 or not text.isdigit():
            continue
        above = parent(d, row)
        last = forward(d, above)[1] if above is not None and above["type"] == "schoolYear" else None
        if row["type"] == "schoolYear" or last is None:
            late = row["type"] != "schoolYear" and end.month >= 7
            years = (end.year, end.year + 1) if late else (end.year, (end - timedelta(days=1)).year)
        else:
            years = (last.year, (last - timedelta(days=1)).year)
        if int(text) not in years:
            yield line(row)


def _nobody(table: str, column: str) -> Statement:
    """People whose row is to be deleted are in users.csv all the same."""

    def lines(d: Delivery) -> Lines:
        known = {row["sourcedId"] for row in d.every["users"]}
        return [line(row) for row in d.live(table) if row[column] and row[column] not in known]

    return lines


finds("demographics.sourcedId.known_user", "warning")(_nobody("demographics", "sourcedId"))
finds("roles.userSourcedId.known_user", "warning")(_nobody("roles", "userSourcedId"))


@finds("demographics.birthDate.plausible", "warning")
def impossible_birth(d: Delivery) -> Lines:
    for row in d.live("demographics"):
        born = day(d, "demographics", row["birthDate"])
        if born is not None and not date(1900, 1, 1) <= born <= date.today():
            yield line(row)


@finds("demographics.birthDate.plausible", "warning")
def birth_and_grade(d: Delivery) -> Lines:
    """About five and a half on 1 January of the school year in KG; three years more or less."""
    today = date.today()
    january = date(today.year + (today.month >= 7), 1, 1)
    for row in d.live("demographics"):
        born, user = day(d, "demographics", row["birthDate"]), d.user_by_id.get(row["sourcedId"] or "")
        if born is None or user is None or kind(user) != "student" or not date(1900, 1, 1) <= born <= today:
            continue
        written = user.get("grades")
        code = GRADES[written][1] if written else ""
        usual = AGES[code] if code in AGES else int(code) if code.isdigit() else None
        if usual is None:
            continue
        if abs((january - born).days / 365.25 - 5.5 - usual) > 3:
            yield line(row)


def held(d: Delivery) -> dict[str, list[Row]]:
    found = defaultdict(list)
    seen = set()
    for row in d.live("roles"):
        names = ("sourcedId", "userSourcedId", "role", "roleType", "orgSourcedId")
        copy = tuple(row.get(name) for name in names)
        if row["userSourcedId"] and copy not in seen:  # copies of a row are one role
            found[row["userSourcedId"]].append(row)
        seen.add(copy)
    return found


@finds("roles.roleType.one_primary", "warning")
def no_primary_role(d: Delivery) -> Lines:
    """A roleType that is blank or unknown is a finding of its own: such a person may have a primary role."""
    return [line(rows[0]) for rows in held(d).values() if all(word(row["roleType"]) == "secondary" for row in rows)]


@finds("roles.roleType.one_primary", "warning")
def two_primary_roles_at_one_org(d: Delivery) -> Lines:
    for rows in held(d).values():
        orgs = [row["orgSourcedId"] for row in rows if word(row["roleType"]) == "primary"]
        primary = [row for row in rows if word(row["roleType"]) == "primary"]
        yield from (line(row) for n, row in enumerate(primary) if row["orgSourcedId"] in orgs[:n])


@finds("roles.roleType.one_primary", "info")
def primary_roles_at_two_orgs(d: Delivery) -> Lines:
    for rows in held(d).values():
        primary = [row for row in rows if word(row["roleType"]) == "primary"]
        orgs = [row["orgSourcedId"] for row in primary]
        yield from (line(row) for n, row in enumerate(primary) if n and row["orgSourcedId"] not in orgs[:n])


@finds("roles.role.same_as_users", "warning")
def roles_other_than_users_have(d: Delivery) -> Lines:
    for user in d.users:
        rows = [row for row in d.live("roles") if row["userSourcedId"] == user["sourcedId"] is not None]
        kinds = [KINDS.get(FROM_1_2.get(word(row["role"]), word(row["role"]))) for row in rows]
        if rows and kind(user) and not user.get("_role_line") and None not in kinds and kind(user) not in kinds:
            yield min(line(row) or 0 for row in rows)


@finds("roles.dates.order", "warning")
def roles_that_end_before_they_begin(d: Delivery) -> Lines:
    for row in d.live("roles"):
        begin, end = (day(d, "roles", row[column]) for column in ("beginDate", "endDate"))
        if begin and end and begin > end:
            yield line(row)


@finds("delivery.all_terms_over", "critical")
def a_year_that_is_over(d: Delivery) -> Lines:
    """Every term is over, and no enrollment still runs; or every enrollment is, for a month where a term still runs."""
    today = date.today()
    backward = [row for row in d.live("academicSessions") if days(d, row) != forward(d, row)]
    ends = [days(d, row)[1] for row in d.live("academicSessions") if row not in backward]
    terms_over = bool(ends) and all(end is not None and end < today for end in ends)
    seats = [over(d, row) for row in d.live("enrollments")]
    known = [end for end in (seat_days(d, row)[1] for row in d.live("enrollments")) if end is not None]
    if not d.live("classes"):
        return
    seats_over = bool(seats) and all(seats) and (terms_over or max(known) < today - timedelta(days=30))
    if (ends and terms_over and not (known and max(known) >= today)) or seats_over:
        yield None
