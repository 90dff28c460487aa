"""Addresses and numbers, and people who are one person or share a contact; pools.py says what each value is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from functools import partial

from tests.recount.forms import listed
from tests.recount.pools import EMAILS, PHONES
from tests.recount.reading import STAFF, Delivery, Row, kind, line
from tests.recount.statements import Lines, Statement, finds, throughout


def email(row: Row) -> str:
    """good, around, several, placeholder, bad, or '' where there is none."""
    text = row.get("email")
    return "" if text is None else EMAILS[text]


def sms(row: Row) -> str:
    """good, words, several, extension, placeholder, bad, or '' where there is none."""
    text = row.get("sms")
    return "" if text is None else PHONES[text]


def reached(row: Row) -> bool:
    """Whether an address or a number reaches somebody, also where something stands around it, or a second one."""
    return email(row) in ("good", "around", "several") or sms(row) in ("good", "words", "several")


def only_malformed(row: Row) -> bool:
    """Whether the address would only have to be corrected: a finding of its own."""
    return not reached(row) and email(row) == "bad"


def guardians(d: Delivery, table: str) -> list[Row]:
    return [row for row in d.live(table) if table == "guardians" or kind(row) == "guardian"]


def unreached(d: Delivery, table: str) -> set[int]:
    return {line(row) for row in guardians(d, table) if not reached(row)}


def _only_malformed(table: str) -> Statement:
    return lambda d: [line(row) for row in guardians(d, table) if only_malformed(row)]


def _no_contact(table: str) -> Statement:
    return lambda d: [line(row) for row in guardians(d, table) if not reached(row) and not only_malformed(row)]


def _of_contact(table: str, contact: Callable[[Row], str], *faults: str) -> Statement:
    """Rows with a fault of a contact; not said again of a guardian whom nobody can reach for it."""
    return lambda d: [
        line(row) for row in d.live(table) if contact(row) in faults and line(row) not in unreached(d, table)
    ]


for _table, _code in (("users", "users.guardian.no_contact"), ("guardians", "guardians.contact.present")):
    finds(_code, "critical")(_no_contact(_table))
    finds(f"{_table}.email.format", "critical")(_only_malformed(_table))
    finds(f"{_table}.email.format", "warning")(_of_contact(_table, email, "bad", "around", "several"))
    finds(f"{_table}.email.placeholder", "warning")(_of_contact(_table, email, "placeholder"))
    _faults = ("bad", "placeholder", "extension", "words", "several")
    finds(f"{_table}.sms.format", "warning")(_of_contact(_table, sms, *_faults))


@finds("users.staff.no_contact", "warning")
def staff_without_contact(d: Delivery) -> Lines:
    staff = [u for u in d.users if kind(u) in STAFF]
    if not d.has("users", "email"):
        return []
    return throughout([line(u) for u in staff if u.get("email") is None and u.get("sms") is None], staff)


@finds("users.sms.in_phone_column", "warning")
def only_a_home_phone(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "guardian" and u.get("phone") is not None and u.get("sms") is None]


def name(row: Row) -> str:
    return f"{row['givenName'] or ''} {row['familyName'] or ''}".lower()


def address(row: Row) -> str | None:
    """Only one that is in order: others reach nobody, or not surely this person."""
    text = row.get("email")
    return None if text is None or email(row) != "good" else text.lower()


def number(row: Row) -> str | None:
    """The last ten digits of one that is in order."""
    return "".join(c for c in row.get("sms") or "" if c.isdigit())[-10:] if sms(row) == "good" else None


def groups(rows: list[Row], key: Callable[[Row], tuple[Hashable, ...]]) -> list[list[Row]]:
    """Rows with the same key; rows with a part of it missing are in no group."""
    found = defaultdict(list)
    for row in rows:
        if None not in key(row):
            found[key(row)].append(row)
    return list(found.values())


@finds("users.email.shared_between_people", "warning")
def shared_address(d: Delivery) -> Lines:
    for group in groups(d.users, lambda u: (address(u),)):
        if len({name(u) for u in group}) > 1:
            yield from map(line, group)


@finds("users.sms.shared_between_people", "warning")
def shared_number(d: Delivery) -> Lines:
    for group in groups(d.users, lambda u: (number(u),)):
        if len({name(u) for u in group}) > 1:
            yield from map(line, group)


def _keyed(parts: tuple[Callable[[Row], str | None], ...], row: Row) -> tuple[Hashable, ...]:
    return tuple(one(row) for one in parts)


def _half(column: str, row: Row) -> str | None:
    return (row[column] or "").lower() or None


def part(row: Row) -> str:
    return "staff" if kind(row) in STAFF else kind(row)


@finds("users.person.multiple_roles_mismatch", "warning")
def one_person_in_two_roles(d: Delivery) -> Lines:
    """Staff and guardian with one name and one contact in common, the other not; or both contacts and half the name."""
    people = [u for u in d.users if part(u) in ("staff", "guardian")]
    for known, other in ((address, number), (number, address)):
        for group in groups(people, partial(_keyed, (name, known))):
            if len({part(u) for u in group}) > 1 and len({other(u) for u in group}) > 1:
                yield from map(line, group)
    for half in ("givenName", "familyName"):
        for group in groups(people, partial(_keyed, (address, number, partial(_half, half)))):
            if len({part(u) for u in group}) > 1 and len({name(u) for u in group}) > 1:
                yield from map(line, group)


@finds("users.person.repeated_row", "warning")
def one_person_under_two_ids(d: Delivery) -> Lines:
    people = [u for u in d.users if u["sourcedId"] and (u["givenName"] or u["familyName"])]
    for contact in (address, number):
        for group in groups(people, partial(_keyed, (kind, name, contact))):
            if len({u["sourcedId"] for u in group}) > 1:
                yield from map(line, group)


@finds("users.person.same_name_other_contact", "info")
def namesakes_of_one_school(d: Delivery) -> Lines:
    """A guardian and staff of one school and name, each with a contact in order, of which none agrees."""
    people = [u for u in d.users if (u["givenName"] or u["familyName"]) and (address(u) or number(u))]
    for guardian in people:
        if kind(guardian) != "guardian":
            continue
        same = [
            staff
            for staff in people
            if kind(staff) in STAFF and name(staff) == name(guardian) and staff["sourcedId"] != guardian["sourcedId"]
            if set(listed(d, staff)) & set(listed(d, guardian))
        ]
        agree = any(one(staff) and one(staff) == one(guardian) for staff in same for one in (address, number))
        if same and not agree:
            yield line(guardian)
