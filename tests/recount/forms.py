"""IDs in another form: lists with other separators than commas, and references that differ in form from an ID there."""

from __future__ import annotations

import re

from tests.recount.reading import BLANKS, Delivery, Row, entries, kind

QUOTES = set("\"'`\u00b4\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e")


def bare(text: str) -> str:
    """What is left where letter case, blanks, braces, quotes, .0, commas in numbers and leading zeros do not count."""
    found = "".join(c for c in text.lower() if c not in BLANKS)
    found = found.strip("{}()[]").lstrip("=").strip("".join(QUOTES)).strip("{}()[]")
    found = re.sub(r"^([0-9,]+)\.0+$", r"\1", found)
    if re.fullmatch("[0-9]{1,3}(,[0-9]{3})+", found):
        found = found.replace(",", "")
    return found.lstrip("0") if re.fullmatch("[0-9]+", found) else found


def near(lost: set[str], there: set[str]) -> dict[str, set[str]]:
    """IDs that are there in another form, by the one that is not."""
    forms: dict[str, set[str]] = {}
    for one in there:
        forms.setdefault(bare(one), set()).add(one)
    found = {one: forms.get(bare(one), set()) - {one} for one in lost if bare(one)}
    return {one: partners for one, partners in found.items() if partners}


def partners(lost: set[str], there: set[str]) -> set[str]:
    return {partner for found in near(lost, there).values() for partner in found}


def in_list(text: str | None, there: set[str]) -> list[str] | None:
    """Entries of a list in another form than with commas; None where it is none.

    Semicolons, bars and brackets make one; blanks do where every part is an ID that is there. What is known as it
    stands is no list, and neither are signs without an entry.
    """
    if text is None or text.strip() in there:
        return None
    if set(";|[") & set(text):
        parts = re.split("[;|,]", re.sub("[\\[\\]\"']", "", text))
        return list(dict.fromkeys(part.strip() for part in parts if part.strip())) or None
    parts = list(dict.fromkeys(re.split(r"[\s,]+", text.strip())))
    if re.search(r"[^\s,]\s+[^\s,]", text) and set(parts) - {""} <= there:
        return [part for part in parts if part]
    return None


def known_orgs(d: Delivery) -> set[str]:
    """School IDs that stand somewhere alone: of classes, enrollments, orgs, Connect, and of plain lists of people."""
    found = {row["schoolSourcedId"] for table in ("classes", "enrollments") for row in d.live(table)}
    found |= {row["sourcedId"] for row in d.live("orgs")} | {row["schoolId"] for row in d.connect("schools")}
    plain = {part for user in d.users for part in entries(user.get("orgSourcedIds"))}
    return {str(one) for one in found if one} | {part for part in plain if not re.search(r"[;|\[\s]", part)}


def odd_orgs(d: Delivery, user: Row) -> list[str] | None:
    return in_list(user.get("orgSourcedIds"), d.kept("known_orgs", known_orgs))


def listed(d: Delivery, user: Row) -> list[str]:
    """Schools that a person lists; of a list in another form, those that are known."""
    odd = odd_orgs(d, user)
    if odd is None:
        return entries(user.get("orgSourcedIds"))
    return [one for one in odd if one in d.kept("known_orgs", known_orgs)]


def odd_agents(d: Delivery, user: Row) -> list[str] | None:
    return in_list(user.get("agentSourcedIds"), set(d.user_by_id))


def agents(d: Delivery, user: Row) -> list[str]:
    """Guardians that a row lists, in whatever form."""
    odd = odd_agents(d, user)
    return entries(user.get("agentSourcedIds")) if odd is None else odd


def students_with_agents(d: Delivery) -> list[Row]:
    return [user for user in d.users if kind(user) == "student" and agents(d, user)]
