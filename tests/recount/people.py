"""users.csv, guardians.csv and student_attributes.csv: IDs, roles, names, grades, and who is whose guardian."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from tests.recount.pools import GRADES
from tests.recount.reading import KINDS, STAFF, Delivery, Row, entries, kind, line, word
from tests.recount.statements import Lines, Statement, finds

QUOTES = set("\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e")
ALLOWED = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./@_-")
INVISIBLE = "\u00a0\u00ad\u200b-\u200f\u202a-\u202f\u2060\ufeff"
PLACEHOLDERS = {"test", "unknown", "n/a", "do not use", "xx", "r2"}
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
            if (len(text) > 255 or set(text) - ALLOWED - QUOTES) and not power:
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
    return [line(u) for u in d.users if not kind(u)]


@finds("users.role.form", "warning")
def role_in_another_spelling(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) and u["role"] not in KINDS]


def _placeholder(d: Delivery) -> Lines:
    for user in d.users:
        for text in (user["givenName"], user["familyName"]):
            bare = word(text)
            if text is not None and (bare in PLACEHOLDERS or re.fullmatch(r"[a-z]\.?", bare)):
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


@finds("users.grades.known", "critical")
def unknown_grade(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "student" and GRADES.get(u.get("grades") or "") == "unknown"]


@finds("users.grades.form", "warning")
def grade_in_another_spelling(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "student" and GRADES.get(u.get("grades") or "") == "form"]


def agents(user: Row) -> list[str]:
    return entries(user.get("agentSourcedIds"))


@finds("users.guardian.no_student", "warning")
def guardians_nobody_names(d: Delivery) -> Lines:
    named = {agent for user in d.users for agent in agents(user)}
    named |= {str(row.get("guardianSourcedId")) for row in d.live("guardians")}
    return [line(u) for u in d.users if kind(u) == "guardian" and u["sourcedId"] and u["sourcedId"] not in named]


@finds("users.guardian.is_student", "critical")
def agents_that_are_no_guardians(d: Delivery) -> Lines:
    """From OneRoster 1.2, somebody whose first role is another one may be a guardian too."""
    further = {row["userSourcedId"] for row in d.live("roles") if row["role"] in ("guardian", "parent", "relative")}
    for user in d.users:
        found = [d.user_by_id.get(agent) for agent in agents(user)]
        if kind(user) == "student" and any(
            one and kind(one) in ("student", *STAFF) and one["sourcedId"] not in further for one in found
        ):
            yield line(user)


@finds("users.agentSourcedIds.known", "critical")
def unknown_agents(d: Delivery) -> Lines:
    """Off once guardians.csv is delivered."""
    if not d.has("guardians"):
        yield from (line(u) for u in d.users if any(agent not in d.user_by_id for agent in agents(u)))


@finds("users.agentSourcedIds.at_most_six", "critical")
def too_many_agents(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "student" and len(set(agents(u))) > 6]


@finds("users.agentSourcedIds.repeated", "warning")
def repeated_agents(d: Delivery) -> Lines:
    return [line(u) for u in d.users if len(set(agents(u))) < len(agents(u))]


@finds("users.agentSourcedIds.on_student_only", "warning")
def agents_of_others(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) != "student" and u.get("agentSourcedIds") is not None]


@finds("users.student.no_guardian", "warning")
def students_without_guardian(d: Delivery) -> Lines:
    named = {row["studentSourcedId"] for row in d.live("guardians")} - {None}
    return [line(u) for u in d.users if kind(u) == "student" and not agents(u) and u["sourcedId"] not in named]


def students(d: Delivery) -> set[str | None]:
    """Students of the delivery, one row an ID, and those on Connect."""
    found = {one for one, user in d.user_by_id.items() if kind(user) == "student"}
    return found | {row["studentId"] for row in d.connect("students")} - {None}


def _no_student(table: str) -> Statement:
    def lines(d: Delivery) -> Lines:
        known = students(d)
        return [line(row) for row in d.live(table) if row["studentSourcedId"] and row["studentSourcedId"] not in known]

    return lines


for _table in ("guardians", "student_attributes"):
    finds(f"{_table}.studentSourcedId.known_student", "critical")(_no_student(_table))


def who(row: Row) -> str:
    """A guardian without an ID is known by name and contact."""
    parts = (row["givenName"], row["familyName"], row.get("email"), row.get("sms"))
    return row.get("guardianSourcedId") or "|".join(part for part in parts if part is not None).lower()


@finds("guardians.student.at_most_six", "critical")
def too_many_guardians(d: Delivery) -> Lines:
    found = defaultdict(set)
    for row in d.live("guardians"):
        found[row["studentSourcedId"]].add(who(row))
    return [
        line(row) for row in d.live("guardians") if row["studentSourcedId"] and len(found[row["studentSourcedId"]]) > 6
    ]


@finds("guardians.pair.unique", "warning")
def repeated_guardians(d: Delivery) -> Lines:
    counts = Counter((row["studentSourcedId"], who(row)) for row in d.live("guardians"))
    return [
        line(row)
        for row in d.live("guardians")
        if row["studentSourcedId"] and counts[row["studentSourcedId"], who(row)] > 1
    ]


@finds("guardians.language.known", "warning")
def unknown_language(d: Delivery) -> Lines:
    return [line(row) for row in d.live("guardians") if row.get("language") and row["language"] not in LANGUAGES]


@finds("guardians.both_sources", "warning")
def guardians_in_both_files(d: Delivery) -> Lines:
    return [None] if d.live("guardians") and any(kind(u) == "guardian" for u in d.users) else []
