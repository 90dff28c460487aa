"""Who is whose guardian: agentSourcedIds on either side, guardians.csv; and whose attributes are delivered."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.recount.forms import agents, near, odd_agents
from tests.recount.people import LANGUAGES
from tests.recount.reading import STAFF, Delivery, Row, kind, line
from tests.recount.statements import Lines, Statement, finds, throughout


def further_guardians(d: Delivery) -> set[str | None]:
    """From OneRoster 1.2, somebody whose first role is another one may be a guardian too."""
    return {row["userSourcedId"] for row in d.live("roles") if row["role"] in ("guardian", "parent", "relative")}


def first(d: Delivery, user: Row) -> bool:
    """Whether a row is the first of its ID."""
    return user["sourcedId"] is not None and d.user_by_id[user["sourcedId"]] is user


def student_of(d: Delivery, entry: str) -> Row | None:
    found = d.user_by_id.get(entry)
    return found if found is not None and kind(found) == "student" else None


def turned(d: Delivery) -> list[tuple[Row, Row]]:
    """Guardians who name a student that does not name them, in neither file, with that student."""
    pairs = {(row["studentSourcedId"], row.get("guardianSourcedId")) for row in d.live("guardians")}
    found = []
    for user in d.users:
        if not first(d, user) or not (kind(user) == "guardian" or user["sourcedId"] in further_guardians(d)):
            continue
        for student in (student_of(d, one) for one in agents(d, user) if kind(user) not in ("student", "")):
            if student is None or user["sourcedId"] in agents(d, student):
                continue
            if (student["sourcedId"], user["sourcedId"]) not in pairs:
                found.append((user, student))
    return found


@finds("users.agentSourcedIds.on_guardian_only", "warning")
def the_wrong_way_round(d: Delivery) -> Lines:
    return {line(guardian) for guardian, _ in turned(d)}


@finds("users.agentSourcedIds.on_student_only", "warning")
def agents_of_others(d: Delivery) -> Lines:
    """Legal on both sides: a guardian may list students, who list the guardian or not (a finding of its own then)."""
    for user in d.users:
        of_guardian = kind(user) == "guardian" or (first(d, user) and user["sourcedId"] in further_guardians(d))
        named = [student_of(d, one) for one in agents(d, user)]
        if kind(user) not in ("student", "") and named and not (of_guardian and None not in named):
            yield line(user)


@finds("users.guardian.no_student", "warning")
def guardians_nobody_names(d: Delivery) -> Lines:
    """Not where a student names the guardian in another form, or the guardian names the students."""
    named = {agent for user in d.users if kind(user) == "student" for agent in agents(d, user)}
    plain = {agent for u in d.users if kind(u) == "student" and odd_agents(d, u) is None for agent in agents(d, u)}
    for partners in near(plain - set(d.user_by_id), set(d.user_by_id)).values():
        named |= partners
    named |= {str(row.get("guardianSourcedId")) for row in d.live("guardians")}
    rows = {line(guardian) for guardian, _ in turned(d)}
    for user in d.users:
        if kind(user) == "guardian" and user["sourcedId"] and user["sourcedId"] not in named and line(user) not in rows:
            yield line(user)


def in_other_roles(d: Delivery, user: Row) -> set[str | None]:
    """IDs that a student lists as guardians, of people whose first role is another one."""
    found = [d.user_by_id.get(agent) for agent in agents(d, user)] if kind(user) == "student" else []
    return {one["sourcedId"] for one in found if one and kind(one) in ("student", *STAFF)}


@finds("users.guardian.is_student", "critical")
def agents_that_are_no_guardians(d: Delivery) -> Lines:
    further = further_guardians(d)
    return [line(user) for user in d.users if in_other_roles(d, user) - further]


@finds("users.guardian.is_student", "info")
def agents_that_are_guardians_as_well(d: Delivery) -> Lines:
    """From OneRoster 1.2: the first role is another one, and a further one is a guardian's."""
    further = further_guardians(d)
    return [line(user) for user in d.users if in_other_roles(d, user) & further]


@finds("users.agentSourcedIds.known", "critical")
def unknown_agents(d: Delivery) -> Lines:
    """Off once guardians.csv is delivered; of a list in another form its form is the finding."""
    for user in d.users:
        plain = kind(user) == "student" and odd_agents(d, user) is None
        if plain and not d.has("guardians") and any(agent not in d.user_by_id for agent in agents(d, user)):
            yield line(user)


@finds("users.agentSourcedIds.list_form", "critical")
def agents_in_another_list(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "student" and odd_agents(d, u) is not None]


@finds("users.agentSourcedIds.at_most_six", "critical")
def too_many_agents(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "student" and len(set(agents(d, u))) > 6]


@finds("users.agentSourcedIds.repeated", "warning")
def repeated_agents(d: Delivery) -> Lines:
    return [line(u) for u in d.users if len(set(agents(d, u))) < len(agents(d, u))]


@finds("users.student.no_guardian", "warning")
def students_without_guardian(d: Delivery) -> Lines:
    named = {row["studentSourcedId"] for row in d.live("guardians")} - {None}
    rows = {line(student) for _, student in turned(d)}
    found = [u for u in d.users if kind(u) == "student" and not agents(d, u) and u["sourcedId"] not in named]
    return throughout([line(u) for u in found if line(u) not in rows], [u for u in d.users if kind(u) == "student"])


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
