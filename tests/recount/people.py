"""users.csv, guardians.csv and student_attributes.csv: IDs, roles, names, grades, and who is whose guardian."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.recount.pools import DAMAGED, GRADES
from tests.recount.reading import KINDS, Delivery, Row, kind, line, word
from tests.recount.statements import Lines, Statement, finds, throughout

QUOTES = set("\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e")
ALLOWED = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./@_-")
INVISIBLE = "\u00a0\u00ad\u200b-\u200f\u202a-\u202f\u2060\ufeff"
PLACEHOLDERS = {"test", "unknown", "n/a", "do not use", "xx", "r2", "null", "none", ".", "-", "?"}
#: Words that stand for a child without a name, but are family names.
NO_GIVEN_NAMES = {"baby boy", "student", "child"}
LANGUAGES = ("en", "es")  # of those that pools.py has


def spreadsheet(text: str) -> bool:
    """1.23E+11, 1E5 is none, 12.0 is one."""
    return bool(re.fullmatch(r"\d([.,]\d+)?[eE]\+\d{1,3}|\d\.\d+[eE]\d{1,3}|\d+\.0+", text))


def _quoted(table: str) -> Statement:
    return lambda d: [line(row) for row in d.live(table) if QUOTES & set(row["sourcedId"] or "")]


def _odd_id(table: str) -> Statement:
    """Quotes, and numbers as a spreadsheet writes them, are findings of their own."""

    def lines(d: Delivery) -> Lines:
        for row in d.live(table):
            text = row["sourcedId"] or ""
            power = re.fullmatch(r"\d([.,]\d+)?[eE]\+\d{1,3}", text)
            quoted = QUOTES & set(text)
            if (len(text) > 255 or set(text) - ALLOWED) and not quoted and not power:
                yield line(row)

    return lines


def _spreadsheet(table: str) -> Statement:
    return lambda d: [line(row) for row in d.live(table) if spreadsheet(row["sourcedId"] or "")]


for _table in ("users", "classes"):
    finds(f"{_table}.sourcedId.characters", "critical")(_quoted(_table))
    finds(f"{_table}.sourcedId.characters", "warning")(_odd_id(_table))
    finds(f"{_table}.sourcedId.scientific", "critical")(_spreadsheet(_table))


@finds("users.sourcedId.unique_ignoring_form", "warning")
def ids_that_differ_in_form(d: Delivery) -> Lines:
    forms = defaultdict(set)
    for user in d.users:
        if user["sourcedId"]:
            forms[form(user)].add(user["sourcedId"])
    return [line(u) for u in d.users if u["sourcedId"] and len(forms[form(u)]) > 1]


def form(user: Row) -> str:
    return (user["sourcedId"] or "").replace(" ", "").lower().lstrip("0")


@finds("users.sourcedId.leading_zero_lost", "warning")
def ids_shorter_than_those_of_the_role(d: Delivery) -> Lines:
    """Usual is a width of three IDs of the role and six in ten, a tenth of them with zeros in front."""
    by_role = defaultdict(list)
    for user in d.users:
        if re.fullmatch("[0-9]+", user["sourcedId"] or ""):
            by_role[kind(user)].append(user)
    for users in by_role.values():
        widths = defaultdict(list)
        for user in users:
            widths[len(str(user["sourcedId"]))].append(str(user["sourcedId"]))
        for width, ids in widths.items():
            zeros = sum(one.startswith("0") for one in ids)
            if len(ids) >= 3 and 10 * len(ids) >= 6 * len(users) and 10 * zeros >= len(ids):
                yield from (
                    line(u) for u in users if len(str(u["sourcedId"])) < width and str(u["sourcedId"])[0] != "0"
                )


@finds("users.role.known", "critical")
def unknown_role(d: Delivery) -> Lines:
    """From OneRoster 1.2, only of people whom roles.csv does not name: other roles are found there."""
    return [line(u) for u in d.users if not kind(u) and not u.get("_role_line")]


@finds("users.role.form", "warning")
def role_in_another_spelling(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) and u["role"] not in KINDS]


def _placeholder(d: Delivery) -> Lines:
    for user in d.users:
        for text, words in ((user["givenName"], PLACEHOLDERS | NO_GIVEN_NAMES), (user["familyName"], PLACEHOLDERS)):
            bare = word(text)
            if text is not None and (bare in words or re.fullmatch(r"[b-df-hj-np-tv-xz]\.?", bare)):
                yield line(user)


finds("users.names.placeholder", "warning")(_placeholder)


@finds("users.names.blanks", "warning")
def names_with_blanks(d: Delivery) -> Lines:
    for user in d.users:
        for text in (user["givenName"] or "", user["familyName"] or ""):
            if re.search(rf"^\s|\s$|\s\s|\t|[{INVISIBLE}]", text):
                yield line(user)


@finds("users.names.shouting", "info")
def names_in_one_case(d: Delivery) -> Lines:
    for user in d.users:
        text = f"{user['givenName']}{user['familyName']}"
        both = user["givenName"] and user["familyName"] and len(text) > 3
        if both and text in (text.upper(), text.lower()) and text.upper() != text.lower():
            yield line(user)


@finds("users.userIds.form", "warning")
def further_ids(d: Delivery) -> Lines:
    return [
        line(u)
        for u in d.users
        if u.get("userIds") and not re.fullmatch(r"\{\w+:\w+\}(,\{\w+:\w+\})*", str(u["userIds"]))
    ]


def grade(user: Row) -> str:
    """What a student's grade is: known, form and so on; '' for none, and of everybody else."""
    written = user.get("grades")
    return GRADES[written][0] if kind(user) == "student" and written else ""


@finds("users.grades.known", "critical")
def unknown_grade(d: Delivery) -> Lines:
    """Ranges, dates of a spreadsheet, numbers below 1 and lists in another form are named, each for what it is."""
    return [line(u) for u in d.users if grade(u) not in ("", "known", "form")]


@finds("users.grades.form", "warning")
def grade_in_another_spelling(d: Delivery) -> Lines:
    return [line(u) for u in d.users if grade(u) == "form"]


@finds("users.grades.present", "warning")
def students_without_a_grade(d: Delivery) -> Lines:
    students = [u for u in d.users if kind(u) == "student"]
    if d.has("users", "grades"):
        return throughout([line(u) for u in students if u["grades"] is None], students)
    return []


def _damaged(table: str, columns: str, *, lost: bool) -> Statement:
    """Names with a letter lost for good are critical, and not a warning as well."""

    def lines(d: Delivery) -> Lines:
        for row in d.live(table):
            found = {DAMAGED[one] for one in (row[column] or "" for column in columns.split()) if one in DAMAGED}
            if found and any(found) == lost:
                yield line(row)

    return lines


for _table in ("users", "guardians"):
    finds(f"{_table}.names.damaged", "critical")(_damaged(_table, "givenName familyName", lost=True))
    finds(f"{_table}.names.damaged", "warning")(_damaged(_table, "givenName familyName", lost=False))
for _lost in (True, False):
    finds("classes.title.damaged", "warning")(_damaged("classes", "title", lost=_lost))


@finds("users.status.inactive", "warning")
def not_in_use(d: Delivery) -> Lines:
    for user in d.users:
        if word(user.get("status")) == "inactive" or word(user.get("enabledUser")) == "false":
            yield line(user)
