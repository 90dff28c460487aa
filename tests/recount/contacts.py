"""Addresses and numbers, and people who are one person or share a contact; pools.py says what each value is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from functools import partial

from tests.recount.pools import EMAILS, PHONES
from tests.recount.reading import STAFF, Delivery, Row, kind, line
from tests.recount.statements import Lines, finds


def email(row: Row) -> str:
    """good, placeholder, bad, or '' where there is none."""
    text = row.get("email")
    return "" if text is None else EMAILS[text]


def bad_number(row: Row) -> bool:
    text = row.get("sms")
    return text is not None and not PHONES[text]


@finds("users.email.format", "critical")
def only_contact_is_no_address(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "guardian" and email(u) == "bad" and u.get("sms") is None]


@finds("users.email.format", "warning")
def no_address(d: Delivery) -> Lines:
    return [line(u) for u in d.users if email(u) == "bad" and not (kind(u) == "guardian" and u.get("sms") is None)]


@finds("users.email.placeholder", "warning")
def placeholder(d: Delivery) -> Lines:
    return [line(u) for u in d.users if email(u) == "placeholder"]


@finds("guardians.email.format", "warning")
def no_address_in_guardians(d: Delivery) -> Lines:
    return [line(g) for g in d.live("guardians") if email(g) == "bad"]


@finds("users.sms.format", "warning")
def not_dialable(d: Delivery) -> Lines:
    return [line(u) for u in d.users if bad_number(u)]


@finds("guardians.sms.format", "warning")
def not_dialable_in_guardians(d: Delivery) -> Lines:
    return [line(g) for g in d.live("guardians") if bad_number(g)]


@finds("users.guardian.no_contact", "critical")
def no_contact(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "guardian" and u.get("email") is None and u.get("sms") is None]


@finds("guardians.contact.present", "critical")
def no_contact_in_guardians(d: Delivery) -> Lines:
    return [line(g) for g in d.live("guardians") if g.get("email") is None and g.get("sms") is None]


@finds("users.sms.in_phone_column", "warning")
def only_a_home_phone(d: Delivery) -> Lines:
    return [line(u) for u in d.users if kind(u) == "guardian" and u.get("phone") is not None and u.get("sms") is None]


def name(row: Row) -> str:
    return f"{row['givenName'] or ''} {row['familyName'] or ''}".lower()


def address(row: Row) -> str | None:
    text = row.get("email")
    return None if text is None else text.lower()


def number(row: Row) -> str | None:
    """The last ten digits; fewer than seven, or one digit throughout, are no number."""
    digits = "".join(c for c in row.get("sms") or "" if c not in "+-(). /")[-10:]
    return digits if len(digits) >= 7 and len(set(digits)) > 1 else None


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
            yield from (line(u) for u in group if email(u) == "good")


@finds("users.sms.shared_between_people", "warning")
def shared_number(d: Delivery) -> Lines:
    for group in groups(d.users, lambda u: (number(u),)):
        if len({name(u) for u in group}) > 1:
            yield from (line(u) for u in group if not bad_number(u))


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
