"""The state of a twin, by what is in force of its log: which one it is, and what was done since another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine.arguments import checked
from connect_kit.twin.actions import SEVERAL, words_of
from connect_kit.twin.activity import NOTES, state_of
from connect_kit.uploads.targets import Done

if TYPE_CHECKING:
    from connect_kit.twin.data import TwinData


def state(twin: TwinData) -> str:
    """Identifies what the twin holds: its id, and the last entry and a digest of all entries that are in force.

    It changes with every action, merge and upload, and returns to what it was when they are taken back. A dry run and a
    note leave it as it is.
    """
    with twin.reading() as session:
        return state_of(twin, session)


@checked()
def changes_since(twin: TwinData, before: str) -> tuple[Done, ...] | None:
    """What was done since a state and is in force, oldest first; None where the twin was never in that state.

    What was done and taken back since is left out; what was taken back and had been done before counts.
    """
    with twin.reading() as session:
        if before == state_of(twin, session):
            return ()
        number = before.split(":")[1] if before.count(":") == 2 else ""
        if not number.isdecimal() or state_of(twin, session, int(number)) != before:
            return None
        rows = session.execute(
            "SELECT a.kind, a.what, coalesce(u.run, '') FROM activity AS a LEFT JOIN uploads AS u "
            "ON u.activity = a.number WHERE a.number > $1 AND a.kind <> $2 AND a.undone IS NULL AND (a.kind <> 'undo' "
            "OR EXISTS (FROM activity AS b WHERE b.undone = a.number AND b.number <= $1)) ORDER BY a.number",
            [int(number), NOTES],
        )
    return tuple(Done(_words(kind, what), run) for kind, what, run in rows)


def _words(kind: str, what: str) -> str:
    """An entry in few words: ``students archived``, ``users.csv uploaded``, ``taken back: entry 4``."""
    if kind == SEVERAL:
        return what
    first = what.partition(",")[0]
    if kind == "upload":
        return f"{first} uploaded"
    if kind == "undo":
        return first
    return "students merged" if kind == "merge" else words_of(kind)
