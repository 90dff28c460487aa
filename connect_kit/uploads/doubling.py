"""Children whom the upload of a plan doubles: those that it sends and creates, beside another record of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connect_kit.duplicates import doubled_by_school
from connect_kit.engine import quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from connect_kit.connect import Level
    from connect_kit.duplicates import Duplicates
    from connect_kit.roster import Roster, Workspace
    from connect_kit.uploads.changed_ids import Exchange
    from connect_kit.uploads.choice import Choice

#: Students who are sent, by the ID that was delivered: the first of their schools that takes part, and whether Connect
#: has nobody under the ID that is sent. Rows that share an ID are refused, and create nobody.
_SENT = """
    SELECT o.sourcedId AS id, {created} AS created, list_filter(
        list_transform(string_split(coalesce(u.listed, ''), ','), lambda x: trim(x)),
        lambda x: list_contains(?::VARCHAR[], x)
    )[1] AS school
    FROM (SELECT _line, {shown} AS sent, orgSourcedIds AS listed FROM users WHERE _kind = 'student' {part}) AS u
    JOIN {roster}.users AS o USING (_line) WHERE o.sourcedId IS NOT NULL
    QUALIFY count(*) OVER (PARTITION BY o.sourcedId) = 1
"""
_NEW = "u.sent NOT IN (SELECT studentId FROM workspace_students WHERE studentId IS NOT NULL)"


class Doubling(NamedTuple):
    """Children who would be doubled by school as a plan names it: now, and once those made by hand are archived."""

    now: dict[str, int]
    once_archived: dict[str, int]

    def with_archived(self, schools: Collection[str]) -> Doubling:
        """The same, where the students made by hand at some schools are archived before the upload."""
        rest = {one: count for one, count in self.now.items() if one not in schools}
        return self._replace(now=rest | {one: n for one, n in self.once_archived.items() if one in schools})


def doubling(
    duplicates: Duplicates | None,
    roster: Roster,
    workspace: Workspace | None,
    level: Level,
    choice: Choice,
    made_over: Exchange | None,
) -> Doubling:
    """Children whom the upload of a plan would double; of prepared files, so that their rows are known."""
    if duplicates is None:
        return Doubling({}, {})
    sent = _sent(roster, workspace, choice, made_over).set_index("id")
    schools = sent["school"].fillna("")
    if level == "school":
        homes = choice.homes
        one = next(iter(homes.values()))
        schools = schools.map(homes).fillna("") if len(set(homes.values())) > 1 else schools.map(lambda _: one)
    created = sent.index[sent["created"]].tolist()
    kept = () if made_over is None else made_over.exchanged("students")
    by_hand, archived = (
        duplicates.doubled(created, kept=kept, by_hand=by_hand).assign(school=lambda found: found["id"].map(schools))
        for by_hand in (True, False)
    )
    return Doubling(doubled_by_school(by_hand), doubled_by_school(archived))


def _sent(roster: Roster, workspace: Workspace | None, choice: Choice, made_over: Exchange | None) -> pd.DataFrame:
    query = _SENT.format(
        created="true" if workspace is None else _NEW,
        shown="sourcedId" if workspace is None else workspace.shown_id,
        part="" if choice.whole else "AND _line IN (SELECT _line FROM part_users)",
        roster=quoted(roster.schema.name),
    )
    sides = [made_over.schema] if made_over is not None else []
    also = [one.name for one in (*sides, roster.schema, *([] if workspace is None else [workspace.schema]))]
    return choice.schema.frame(query, [list(choice.takes_part)], also=also)
