"""The activity log of a twin (decision 22): when, what, which bytes, how many. It holds IDs, never names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.twin.data import TwinData
    from connect_kit.twin.session import Session


#: Kind of entries that change nothing of the workspace: what people waived.
NOTES = "waiver"


def activity(twin: TwinData) -> pd.DataFrame:
    """The log: ``number``, ``happened`` (UTC), ``kind``, ``what``, ``digest``, ``counts``, ``undone``. IDs only."""
    with twin.reading() as session:
        return session.frame("SELECT * FROM activity ORDER BY number")


def log(session: Session, kind: str, what: str, digest: str = "", counts: Mapping[str, int] | None = None) -> int:
    """Write an entry, in the transaction that is open, and return its number.

    Parameters
    ----------
    session : Session
    kind : str
        ``made``, ``upload``, the kind of an action, ``merge`` or ``undo``.
    what : str
        In words, with IDs and without names.
    digest : str
        SHA-256 of the file that was uploaded; of an action or a merge, its digest is set with its changes.
    counts : mapping of str to int, optional
    """
    number = int(session.one("SELECT coalesce(max(number), 0) + 1 FROM activity"))
    session.execute(
        "INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?, NULL)",
        [number, now(), kind, what, digest, json.dumps(dict(counts or {}))],
    )
    return number


def log_until(session: Session, number: int | None = None, *, of: str = "twin") -> tuple[int, str]:
    """The number of the last entry up to a number, and a digest of the log until then; notes aside.

    ``of`` is the attached database whose log is read.
    """
    entry = "concat_ws('|', number, happened, kind, what, digest)"
    last, digest = session.execute(
        f"SELECT coalesce(max(number), 0), coalesce(md5(string_agg({entry}, chr(10) ORDER BY number)), '') "
        f"FROM {of}.main.activity WHERE kind <> ? AND number <= coalesce(?, number)",
        [NOTES, number],
    )[0]
    return int(last), str(digest)


def state_of(twin: TwinData, session: Session, number: int | None = None) -> str:
    """What is in force: the twin's id, the number of the last entry, and a digest of all; as it was behind an entry."""
    entry = "[a.number::VARCHAR, a.happened, a.kind, a.what, a.digest, u.identity]"
    last, digest = session.execute(
        f"SELECT coalesce(max(a.number), 0), coalesce(md5(to_json(list({entry} ORDER BY a.number))::VARCHAR), '') "
        "FROM activity AS a LEFT JOIN uploads AS u ON u.activity = a.number "
        "WHERE a.kind NOT IN ('undo', $1) AND ($2 IS NULL AND a.undone IS NULL "
        "OR a.number <= $2 AND coalesce(a.undone > $2, true))",
        [NOTES, number],
    )[0]
    return f"{twin.id}:{last}:{digest}"


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
