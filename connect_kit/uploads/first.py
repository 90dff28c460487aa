"""Which schools get their first users.csv: those without any student with SIS ID on Connect (S0, S12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from connect_kit.connect import Level
    from connect_kit.roster import Workspace

_BY_SCHOOL = """
    SELECT connectSchoolId, count(studentId), count(*) FILTER (
        studentId IS NULL AND archived IS DISTINCT FROM 'true'
    ) FROM workspace_students GROUP BY connectSchoolId
"""


def first_schools(workspace: Workspace | None, sent: Collection[str]) -> dict[str, int]:
    """Schools that are sent and have no student with SIS ID yet, to the active students made by hand there."""
    if workspace is None:
        return {}
    known = {str(own): (int(synced), int(left)) for own, synced, left in workspace.schema.execute(_BY_SCHOOL)}
    found = {own: known.get(own, (0, 0)) for own in sorted(sent)}
    return {own: left for own, (synced, left) in found.items() if not synced}


def is_first(level: Level, first: Mapping[str, int], *, district: bool, there: bool = True) -> bool:
    """Whether a school gets its first users.csv; ``district``: nobody of the whole district has a SIS ID."""
    return not there or (bool(first) if level == "school" else district or any(first.values()))
