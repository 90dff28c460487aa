"""classes.csv and enrollments.csv: who is in which class, counted by people."""

from __future__ import annotations

import re
from collections import defaultdict
from statistics import median

from tests.recount.forms import QUOTES, listed, near, odd_orgs
from tests.recount.pools import GRADES
from tests.recount.reading import KINDS, STAFF, Delivery, Row, kind, line
from tests.recount.schools import at, lost, placed
from tests.recount.statements import Lines, Statement, finds, throughout

TOO_MANY = 60


def seats(d: Delivery) -> list[Row]:
    return d.live("enrollments")


def group(row: Row) -> str:
    """student, staff, guardian or '': of an enrollment its own role, of a person that of users.csv."""
    return "staff" if kind(row) in STAFF else kind(row)


def members(d: Delivery, name: str | None, what: str) -> set[str]:
    """IDs of people who are enrolled in a class in a role; who has none is nobody."""
    return {
        str(row["userSourcedId"])
        for row in seats(d)
        if row["classSourcedId"] == name and row["userSourcedId"] and group(row) == what
    }


def first_rows(d: Delivery) -> set[int]:
    return {line(row) for row in d.class_by_id.values()}


@finds("classes.grades.known", "critical")
def unknown_grade_of_class(d: Delivery) -> Lines:
    return [line(c) for c in d.live("classes") if c["grades"] and GRADES[c["grades"]][0] != "known"]


@finds("classes.title.repeated_in_school", "warning")
def one_title(d: Delivery) -> Lines:
    def key(row: Row) -> tuple[str | None, ...]:
        return row["schoolSourcedId"], (row["title"] or "").strip().lower(), row.get("periods")

    ids = defaultdict(set)  # copies of one class are one
    for row in d.live("classes"):
        if row["title"]:
            ids[key(row)].add(row["sourcedId"] or line(row))
    return [line(row) for row in d.live("classes") if row["title"] and len(ids[key(row)]) > 1]


def meant(d: Delivery, what: str) -> set[str]:
    """IDs that enrollments name in another form: their people and classes are findings there, not here."""
    ways = ("near", "padded", "shorter", "quoted")
    lost = {str(text) for text in (row[f"{what}SourcedId"] for row in seats(d)) if lead(d, what, text) in ways}
    return {partner for found in near(lost, found_ids(d, what)[0]).values() for partner in found}


def unmatched(d: Delivery, room: Row) -> bool:
    """Whether nothing but the class's own ID can name it in enrollments.csv."""
    return room["sourcedId"] is not None and room["sourcedId"] not in d.kept("classes", lambda d: meant(d, "class"))


@finds("classes.enrollment.no_student", "warning")
def classes_without_students(d: Delivery) -> Lines:
    return [line(c) for c in d.live("classes") if unmatched(d, c) and not members(d, c["sourcedId"], "student")]


@finds("classes.enrollment.no_teacher", "warning")
def classes_without_staff(d: Delivery) -> Lines:
    """Whose role nobody knows may be the teacher."""
    unknown = {row["classSourcedId"] for row in seats(d) if group(row) == ""}
    rooms = [c for c in d.live("classes") if unmatched(d, c) and c["sourcedId"] not in unknown]
    return [line(c) for c in rooms if not members(d, c["sourcedId"], "staff")]


@finds("classes.enrollment.size", "warning")
def unusual_size(d: Delivery) -> Lines:
    for one in d.live("classes"):
        number = len(members(d, one["sourcedId"], "student")) if unmatched(d, one) else 0
        if number == 1 or number > TOO_MANY:
            yield line(one)


def classes_of(d: Delivery) -> dict[str, set[str]]:
    """Classes that a person is enrolled in, in whatever role; people of users.csv only."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in seats(d):
        if row["userSourcedId"] in d.user_by_id:
            found[str(row["userSourcedId"])] |= {str(row["classSourcedId"])} if row["classSourcedId"] else set()
    return found


@finds("classes.schedule.only_homeroom_wanted", "info")
def several_classes_a_day(d: Delivery) -> Lines:
    numbers = [len(found) for one, found in classes_of(d).items() if kind(d.user_by_id[one]) == "student"]
    return [None] if numbers and median(numbers) >= 2 else []


def belongs(d: Delivery, row: Row) -> bool | None:
    """Whether the person of an enrollment lists the class's school; None where a School ID is a finding of its own."""
    user, room = d.user_by_id.get(row["userSourcedId"] or ""), d.class_by_id.get(row["classSourcedId"] or "")
    wrong = lost(d)
    if user is not None and odd_orgs(d, user) is not None:
        return None
    if user is None or room is None or at(room) is None or at(room) in wrong or user["orgSourcedIds"] is None:
        return None
    if any(school in wrong for school in listed(d, user)) or not_placed_by_school(d, user):
        return None
    return at(room) in listed(d, user)


def not_placed_by_school(d: Delivery, user: Row) -> bool:
    return placed(d, user) not in ("", "school")


def of_others(d: Delivery) -> set[str]:
    """IDs of classes most of whose students do not list the class's school."""
    strangers = defaultdict(set)
    for row in seats(d):
        if group(row) == "student" and belongs(d, row) is False:
            strangers[str(row["classSourcedId"])].add(row["userSourcedId"])
    return {name for name, found in strangers.items() if 2 * len(found) > len(members(d, name, "student"))}


@finds("classes.school.differs_from_members", "warning")
def classes_of_other_schools(d: Delivery) -> Lines:
    wrong = of_others(d)
    return [line(one) for one in d.live("classes") if one["sourcedId"] in wrong]


@finds("enrollments.schoolSourcedId.user_belongs", "warning")
def people_at_other_schools(d: Delivery) -> Lines:
    """Not where the enrollment's own school differs from the class's, and not in a class that is itself a finding."""
    wrong = of_others(d)
    for row in seats(d):
        room = d.class_by_id.get(row["classSourcedId"] or "")
        fits = room is not None and (at(row) is None or at(row) == at(room))
        if d.level == "district" and fits and belongs(d, row) is False and row["classSourcedId"] not in wrong:
            yield line(row)


@finds("enrollments.schoolSourcedId.same_as_class", "critical")
def other_school_than_the_class(d: Delivery) -> Lines:
    """For a class that only Connect has, its schools are those of its classrooms there."""
    names = {row["connectSchoolId"]: row["schoolId"] for row in d.connect("schools")}
    there = defaultdict(set)
    for connected in d.connect("classrooms"):
        if connected["classId"]:
            there[connected["classId"]].add(names.get(connected["connectSchoolId"]))
    for row in seats(d):
        room, named = d.class_by_id.get(row["classSourcedId"] or ""), row["classSourcedId"]
        if d.level != "district" or at(row) is None:
            continue
        if room is not None and at(room) is not None and at(room) != at(row):
            yield line(row)
        if room is None and named in there and at(row) not in there[str(named)]:
            yield line(row)


def found_ids(d: Delivery, what: str) -> tuple[set[str], dict[str, bool]]:
    """IDs of a file, and those of Connect with whether only a guardian has them."""
    if what == "class":
        return set(d.class_by_id), {str(row["classId"]): False for row in d.connect("classrooms") if row["classId"]}
    on_connect: dict[str, bool] = {}
    for table, column in (("guardians", "guardianId"), ("students", "studentId"), ("staff", "staffId")):
        for row in d.connect(table):
            if row[column]:
                on_connect[str(row[column])] = table == "guardians"
    return set(d.user_by_id), on_connect


def lead(d: Delivery, what: str, text: str | None) -> str:
    """Where the ID of an enrollment leads.

    there, connect, guardian, marked (to be deleted), quoted, padded, shorter, near (in another form) or unknown.
    """
    here, on_connect = found_ids(d, what)
    if text is None or text in here:
        return "there"
    if text in on_connect:
        return "guardian" if on_connect[text] else "connect"
    if QUOTES & set(text):
        return "quoted"
    if text in d.kept(f"every {what}", lambda d: every_id(d, what)):
        return "marked"
    zeros = [one for one in here if re.fullmatch("[0-9]+", one) and one.lstrip("0") == text.lstrip("0")]
    if re.fullmatch("[0-9]+", text) and zeros:
        return "padded" if max(map(len, zeros)) > len(text) else "shorter"
    return "near" if near({text}, here) else "unknown"


def every_id(d: Delivery, what: str) -> set[str]:
    return {str(row["sourcedId"]) for row in d.every["users" if what == "user" else "classes"]}


def _leads(what: str, *ways: str) -> Statement:
    column = f"{what}SourcedId"
    return lambda d: [line(row) for row in seats(d) if lead(d, what, row[column]) in ways]


for _what in ("user", "class"):
    # One that has lost zeros in the file it points at is unknown there; the message names that file.
    finds(f"enrollments.{_what}SourcedId.known_{_what}", "critical")(
        _leads(_what, "unknown", "marked", "near", "shorter")
    )
    finds(f"enrollments.{_what}SourcedId.leading_zero_lost", "critical")(_leads(_what, "padded"))


@finds("enrollments.userSourcedId.known_user", "warning")
def marked_and_on_connect(d: Delivery) -> Lines:
    """Connect has the person still, and takes the enrollment."""
    marked = every_id(d, "user")
    for row in seats(d):
        if row["userSourcedId"] in marked and lead(d, "user", row["userSourcedId"]) == "connect":
            yield line(row)


@finds("enrollments.role.known", "critical")
def unknown_role(d: Delivery) -> Lines:
    return [line(row) for row in seats(d) if row["role"] is not None and not kind(row)]


@finds("enrollments.role.known", "critical")
def no_role(d: Delivery) -> Lines:
    return throughout([line(row) for row in seats(d) if row["role"] is None], seats(d))


@finds("enrollments.role.form", "warning")
def role_in_another_spelling(d: Delivery) -> Lines:
    return [line(row) for row in seats(d) if kind(row) and row["role"] not in KINDS]


@finds("enrollments.role.guardian", "critical")
def enrolled_guardians(d: Delivery) -> Lines:
    for row in seats(d):
        user = d.user_by_id.get(row["userSourcedId"] or "")
        by_row = user is not None and kind(user) == "guardian"
        if kind(row) == "guardian" or by_row or lead(d, "user", row["userSourcedId"]) == "guardian":
            yield line(row)


@finds("enrollments.role.same_as_user", "warning")
def two_roles(d: Delivery) -> Lines:
    for row in seats(d):
        user = d.user_by_id.get(row["userSourcedId"] or "")
        if user is not None and {group(row), group(user)} == {"student", "staff"}:
            yield line(row)


@finds("enrollments.values.quotes", "critical")
def quotes(d: Delivery) -> Lines:
    for row in seats(d):
        if QUOTES & set("".join(row[f"{what}SourcedId"] or "" for what in ("class", "user", "school"))):
            yield line(row)


def in_no_class(d: Delivery, user: Row) -> bool:
    named = d.kept("people", lambda d: meant(d, "user"))
    return bool(user["sourcedId"]) and user["sourcedId"] not in classes_of(d) and user["sourcedId"] not in named


def left_out(d: Delivery) -> set[int]:
    """Children without a class, of grades of which others of the school have one; five of a school, and a tenth."""
    children = [user for user in d.users if kind(user) == "student" and user["sourcedId"]]
    seated = classes_of(d)
    here = defaultdict(list)
    for user in children:
        for school in set(listed(d, user)) or {""}:
            here[school].append(user)
    found: set[int] = set()
    for users in here.values():
        grades = {user.get("grades") for user in users if user["sourcedId"] in seated}
        first = [
            user for user in users if user is d.user_by_id[user["sourcedId"] or ""] and user.get("grades") in grades
        ]
        without = [user for user in first if user["sourcedId"] not in seated]
        if len(without) >= 5 and 10 * len(without) > len(first):
            found |= {line(u) for u in users if u.get("grades") in grades and u["sourcedId"] not in seated}
    return found


@finds("enrollments.student.left_out", "warning", "users")
def students_left_out(d: Delivery) -> Lines:
    return {line(u) for u in d.users if line(u) in left_out(d) and in_no_class(d, u)}


@finds("enrollments.student.none", "warning", "users")
def students_in_no_class(d: Delivery) -> Lines:
    others = left_out(d)
    return [line(u) for u in d.users if kind(u) == "student" and in_no_class(d, u) and line(u) not in others]


@finds("enrollments.teacher.none", "info", "users")
def teachers_in_no_class(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "teacher" and in_no_class(d, u)]


@finds("enrollments.student.many", "info", "users")
def unusually_many_classes(d: Delivery) -> Lines:
    numbers = {one: len(found) for one, found in classes_of(d).items() if kind(d.user_by_id[one]) == "student"}
    ranked = sorted(numbers.values())
    if not ranked:
        return
    place = 0.999 * (len(ranked) - 1)
    low = ranked[int(place)]
    limit = low + (ranked[min(int(place) + 1, len(ranked) - 1)] - low) * (place - int(place))
    for user in d.users:
        number = numbers.get(user["sourcedId"] or "", 0)
        if kind(user) == "student" and number > 15 and number > limit:
            yield line(user)


def _pairs(table: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        for row in d.live(table):
            subjects, codes = row.get("subjects"), row.get("subjectCodes")
            if subjects and codes and len(subjects.split(",")) != len(codes.split(",")):
                yield line(row)

    return lines


for _table in ("classes", "courses"):
    finds(f"{_table}.subjectCodes.parallel", "warning")(_pairs(_table))
