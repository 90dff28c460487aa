"""School IDs: which are schools, which Connect knows, and on which side leading zeros are missing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from tests.recount.forms import listed, odd_orgs
from tests.recount.reading import STAFF, Delivery, Row, kind, line, word
from tests.recount.statements import Lines, Statement, finds, throughout

ABOVE = ("district", "local", "state", "national")
Status = dict[str, str]


def digits(school: str) -> str | None:
    """A numeric School ID without its leading zeros."""
    return school.lstrip("0") if re.fullmatch("[0-9]+", school) else None


def at(row: Row) -> str | None:
    return row["schoolSourcedId"]


def taught(d: Delivery) -> set[str | None]:
    return {at(row) for table in ("classes", "enrollments") for row in d.live(table)} - {None}


def not_schools(d: Delivery) -> Status:
    """Orgs of people that are no schools: the district's own, and, with Connect, those that only guardians have.

    orgs.csv says which stand above the schools; without one, at district level and with Connect, the only ID that
    only staff have is the district's.
    """
    holders = defaultdict(set)
    for user in d.users:
        for school in listed(d, user):
            holders[school].add(kind(user))
    above = {row["sourcedId"] for row in d.live("orgs") if word_of(row["type"]) in ABOVE}
    near = {digits(school) for school in d.known_schools} - {None}
    found: Status = {}
    alone = []
    for school, kinds in holders.items():
        if school in taught(d) or school in d.known_schools:
            continue
        if school in above:
            found[school] = "district"
        elif digits(school) is None or digits(school) not in near:
            if d.known_schools and kinds == {"guardian"}:
                found[school] = "guardians"
            if kinds <= set(STAFF):
                alone.append(school)
    guess = d.level == "district" and d.known_schools and not any(row["sourcedId"] for row in d.live("orgs"))
    if len(alone) == 1 and guess:
        found[alone[0]] = "district"
    return found


def word_of(text: str | None) -> str:
    return (text or "").strip().lower()


def status(d: Delivery) -> Status:
    """known, district, guardians, padded (known with other zeros) or unknown."""
    delivered = {school for user in d.users for school in listed(d, user)} | taught(d)
    delivered |= {row["sourcedId"] for row in d.live("orgs") if row["type"] == "school"} - {None}
    near = {digits(school) for school in d.known_schools} - {None}
    no = not_schools(d)
    return {
        str(s): "known"
        if s in d.known_schools
        else no.get(str(s)) or ("padded" if digits(str(s)) in near else "unknown")
        for s in delivered
    }


def zeros(d: Delivery) -> Status:
    """School IDs that miss their school for their zeros, and the side that is wrong: file, connect or both."""
    sides: list[tuple[str, Counter[str]]] = [
        ("Connect", Counter(d.known_schools)),
        ("users", Counter(school for user in d.users for school in set(listed(d, user)))),
        ("classes", Counter(str(at(row)) for row in d.live("classes") if at(row))),
        ("enrollments", Counter(str(at(row)) for row in d.live("enrollments") if at(row))),
        ("orgs", Counter({str(row["sourcedId"]): 1 for row in d.live("orgs") if row["type"] == "school"})),
    ]  # fmt: skip
    spelt: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    for side, schools in sides:
        for school, rows in schools.items():
            if digits(school) is not None:
                spelt[str(digits(school))].setdefault(side, Counter())[school] = rows
    #: How each side writes a school most often; of two that are as frequent, the longer one.
    main = {
        number: {side: max((rows, len(s), s) for s, rows in forms.items())[2] for side, forms in by_side.items()}
        for number, by_side in spelt.items()
    }
    delivered = {school for forms in main.values() for side, school in forms.items() if side != "Connect"}
    widths = Counter(len(school) for school in delivered)
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    of_connect = {len(school) for forms in main.values() for side, school in forms.items() if side == "Connect"}
    of_connect |= {len(school) for school in d.known_schools if digits(school) is not None}
    found: Status = {}
    disputed = set()
    for number, by_side in spelt.items():
        in_files = {school for side, forms in by_side.items() if side != "orgs" for school in forms}
        if len(in_files) < 2 or len(by_side.get("Connect", ())) > 1 or len(by_side.get("orgs", ())) > 1:
            continue
        disputed.add(number)
        files = Counter(main[number][side] for side in ("users", "classes", "enrollments") if side in main[number])
        votes = Counter(main[number].values())
        connect, org = main[number].get("Connect"), main[number].get("orgs")
        best = max(files, key=lambda school: (votes[school], len(school)), default=None)
        right: str | None
        if connect is None:
            right = best
        elif files[connect]:
            right = connect
        elif best is not None and len(best) > len(connect):
            right = best
        elif org == connect or usual == len(connect) or (of_connect == {len(connect)} and len(connect) in widths):
            right = connect
        else:
            right = None
        for side in ("users", "classes", "enrollments"):
            for school in by_side.get(side, ()):
                if right is None:
                    if school != connect:
                        found[school] = "both"
                elif school != right:
                    found[school] = "file"
                elif connect is not None and connect != right:
                    found[school] = "connect"
    for school, what in status(d).items():
        if what == "padded" and digits(school) not in disputed:
            found[school] = "both"
    return found


def lost(d: Delivery) -> set[str]:
    """School IDs that are findings of their own, so that nothing is compared with them."""
    found = {school for school, side in zeros(d).items() if side == "file"}
    if d.known_schools:
        found |= {school for school, what in status(d).items() if what in ("unknown", "padded")}
    return found


def placed(d: Delivery, user: Row) -> str:
    """How somebody is placed who lists an org that is no school; '' for everybody else."""
    no = not_schools(d)
    if not any(school in no for school in listed(d, user)):
        return ""
    if any(school not in no for school in listed(d, user)):
        return "school"
    if kind(user) in ("guardian", "student"):
        return "students" if kind(user) == "guardian" else "refused"
    enrolled = {row["userSourcedId"] for row in d.live("enrollments")} - {None}
    return "classes" if user["sourcedId"] in enrolled else "nowhere"


def _district(statement: Statement) -> Statement:
    return lambda d: statement(d) if d.level == "district" else []


def _blank_school(table: str, column: str) -> Statement:
    return lambda d: throughout([line(row) for row in d.live(table) if row[column] is None], d.live(table))


def _wrong_zeros(table: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        wrong = zeros(d)
        for row in d.live(table):
            named = listed(d, row) if table == "users" else [str(at(row))]
            for school in named:
                # Two of the three cases are about Connect, and need it.
                if school in wrong and (wrong[school] == "file" or d.workspace is not None):
                    yield line(row)

    return lines


COLUMNS = {"users": "orgSourcedIds", "classes": "schoolSourcedId", "enrollments": "schoolSourcedId"}
for _table, _column in COLUMNS.items():
    finds(f"{_table}.{_column}.present", "critical")(_district(_blank_school(_table, _column)))
    finds(f"{_table}.{_column}.leading_zero_lost", "critical")(_district(_wrong_zeros(_table)))


@finds("users.orgSourcedIds.list_form", "critical")
@_district
def schools_in_another_list(d: Delivery) -> Lines:
    return [line(user) for user in d.users if odd_orgs(d, user) is not None]


@finds("users.orgSourcedIds.known_school", "critical")
@_district
def people_of_unknown_schools(d: Delivery) -> Lines:
    what = status(d)
    if d.workspace is None:
        return
    for user in d.users:
        for school in listed(d, user):
            if what[school] == "unknown" or (what[school] == "district" and placed(d, user) == "refused"):
                yield line(user)


def _unknown_school(table: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        what = status(d)
        return [line(r) for r in d.live(table) if d.workspace is not None and at(r) and what[str(at(r))] == "unknown"]

    return lines


for _table in ("classes", "enrollments"):
    finds(f"{_table}.schoolSourcedId.known_school", "critical")(_district(_unknown_school(_table)))


@finds("users.orgSourcedIds.district_org", "warning")
def people_placed_nowhere(d: Delivery) -> Lines:
    return [line(user) for user in d.users if placed(d, user) == "nowhere"]


@finds("users.orgSourcedIds.district_org", "info")
def people_of_other_orgs(d: Delivery) -> Lines:
    return [line(user) for user in d.users if placed(d, user) in ("school", "classes", "students")]


def _no_org(table: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        if not d.has("orgs") or (table == "users" and d.has("roles")):
            return
        orgs = {row["sourcedId"] for row in d.live("orgs")}
        for row in d.live(table):
            named = listed(d, row) if table == "users" else [at(row)] if at(row) else []
            if any(one not in orgs for one in named):
                yield line(row)

    return lines


for _table, _column in COLUMNS.items():
    finds(f"{_table}.{_column}.known_org", "warning")(_district(_no_org(_table)))


@finds("users.primaryOrgSourcedId.known_org", "warning")
@_district
def primary_orgs(d: Delivery) -> Lines:
    orgs = {row["sourcedId"] for row in d.live("orgs")}
    named = "primaryOrgSourcedId"
    return [line(user) for user in d.users if d.has("orgs") and user.get(named) and user[named] not in orgs]


def the_one(d: Delivery) -> set[str]:
    """The school of most people, else of most classes, else of most enrollments; of a tie none is the one."""
    no = not_schools(d)
    counts = Counter(school for user in d.users for school in set(listed(d, user)) if no.get(school) != "district")
    for table in ("classes", "enrollments"):
        counts = counts or Counter(str(at(row)) for row in d.live(table) if at(row))
    most = [school for school, rows in counts.items() if rows == max(counts.values())]
    return set(most) if len(most) == 1 else set()


def _second_school(table: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        no = not_schools(d)
        right = {school for school, what in no.items() if what == "district"} | the_one(d)
        for row in d.live(table):
            named = listed(d, row) if table == "users" else [str(at(row))] if at(row) else []
            if d.level == "school" and any(school not in right for school in named):
                yield line(row)

    return lines


for _table, _column in COLUMNS.items():
    finds(f"{_table}.{_column}.one_school", "critical")(_second_school(_table))


@finds("workspace.students.not_archived", "warning")
def schools_with_students_made_by_hand(d: Delivery) -> Lines:
    """One line a school of Connect: no student has an ID, and some are active."""
    found = defaultdict(list)
    for row in d.connect("students"):
        found[row["connectSchoolId"]].append(row)
    for rows in found.values():
        active = [row for row in rows if word(row["archived"]) not in ("true", "1", "yes")]
        if active and not any(row["studentId"] for row in rows):
            yield None


@finds("workspace.schools.unmatched", "critical")
@_district
def schools_on_one_side(d: Delivery) -> Lines:
    if d.workspace is None:
        return
    what = status(d)
    padded = {digits(school) for school, state in what.items() if state == "padded"}
    if any(state == "unknown" for state in what.values()):
        yield None
    if d.connect("schools") and any(
        s not in what and (digits(s) is None or digits(s) not in padded) for s in d.known_schools
    ):
        yield None
