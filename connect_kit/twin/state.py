"""The state of a twin, by its log: which one it is, and what was done since another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.twin.actions import words_of
from connect_kit.twin.activity import NOTES, log_until
from connect_kit.uploads.targets import Done

if TYPE_CHECKING:
    from connect_kit.twin.data import TwinData
    from connect_kit.twin.session import Session


def state(twin: TwinData) -> str:
    """Identifies what the twin holds: the twin's id, the number of its last entry, and what the log says up to it.

    It changes with every action, merge, upload and undo, and with nothing else: a dry run leaves it as it is.
    """
    with twin.reading() as session:
        return _state(twin, session)


def changes_since(twin: TwinData, before: str) -> tuple[Done, ...] | None:
    """What was done since a state, oldest first; None where the twin was never in that state."""
    with twin.reading() as session:
        number = before.split(":")[1] if before.count(":") == 2 else ""
        if not number.isdecimal() or _state(twin, session, int(number)) != before:
            return None
        rows = session.execute(
            "SELECT a.kind, a.what, coalesce(u.run, '') FROM activity AS a LEFT JOIN uploads AS u "
            "ON u.activity = a.number WHERE a.number > ? AND a.kind <> ? ORDER BY a.number",
            [int(number), NOTES],
        )
    return tuple(Done(_words(kind, what), run) for kind, what, run in rows)


def _state(twin: TwinData, session: Session, number: int | None = None) -> str:
    last, digest = log_until(session, number)
    return f"{twin.id}:{last}:{digest}"


def _words(kind: str, what: str) -> str:
    """An entry in few words: ``students archived``, ``users.csv uploaded``, ``taken back: entry 4``."""
    first = what.partition(",")[0]
    if kind == "upload":
        return f"{first} uploaded"
    if kind == "undo":
        return first
    return "students merged" if kind == "merge" else words_of(kind)
