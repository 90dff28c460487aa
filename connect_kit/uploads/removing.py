"""Whom users.csv removes from a school, as their rows no longer list it (decision 29), in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from connect_kit.display.look import percent, staff_and_children
from connect_kit.uploads.abandoning import first_schools

if TYPE_CHECKING:
    from connect_kit.uploads.values import Removals


def total_removed(found: Iterable[Removals]) -> str:
    """In words: ``2 staff members and 1 child``; somebody who is removed from two schools counts at each."""
    listed = list(found)
    return staff_and_children(sum(one.staff for one in listed), sum(one.children for one in listed))


def removed_in_words(found: Mapping[str, Removals], *, dry_run: bool) -> str:
    """In words: ``2 staff members would be removed from schools that their rows no longer list: school 0101: ...``."""
    total = total_removed(found.values())
    were = "would be" if dry_run else "was" if total.startswith("1 ") else "were"
    return f"{total} {were} removed from schools that their rows no longer list: {removed_by_school(found)}"


def removed_by_school(found: Mapping[str, Removals]) -> str:
    """In words: ``school 0101: 2 of 12 staff, 16.7 %, 1 of 200 children, 0.5 %``; the most first."""
    ranked = sorted(found.items(), key=lambda item: (-item[1].staff - item[1].children, item[0]))
    return first_schools([f"school {one.school_id or school}: {_of_school(one)}" for school, one in ranked])


def _of_school(one: Removals) -> str:
    parts = ((one.staff, one.members, "staff"), (one.children, one.pupils, "children"))
    return ", ".join(f"{n:,} of {whole:,} {who}, {percent(n, whole)}" for n, whole, who in parts if n)
