"""The twin as it was before its last run of uploads: a private copy beside its file, by which the run is taken back.

A copy waits as ``.part`` until the run's first file has been processed, and then takes the place of the one before. It
counts for a run only if it is of this twin and its log is the twin's own up to that run, so that no copy is taken for
another, wherever a process was killed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING

from connect_kit.engine import literal
from connect_kit.engine.files import reach_the_disk
from connect_kit.engine.room import reason
from connect_kit.errors import EngineError, OutputError, TwinError
from connect_kit.twin.activity import NOTES, log, log_until
from connect_kit.twin.database import beside, closed, with_log
from connect_kit.twin.values import Change

if TYPE_CHECKING:
    from connect_kit.twin.data import TwinData
    from connect_kit.twin.session import Session

#: The only log entries that may stand between the files of a run: they changed nothing, or were taken back.
_HARMLESS = f"(a.undone IS NOT NULL OR a.kind IN ('undo', '{NOTES}'))"


def before_run(session: Session, twin: TwinData, run: str) -> bool:
    """Copy the twin, unless the run has begun; whether the copy is new, and waits for :func:`keep`.

    Raises
    ------
    OutputError
        When there is no room for it; nothing was changed.
    """
    place = session.place
    kept, part = beside(place, "snapshot"), beside(place, "snapshot.part")
    _remove(beside(place, "restoring"))
    if _first_entry(session, run) is not None:
        if part.exists() and _belongs(session, twin, part, run):  # killed before it could be kept
            part.replace(kept)
        _remove(part)
        return False
    try:
        with closed(session) as file:
            _copy(file, part)
    except (OSError, EngineError) as error:
        raise OutputError(
            f"{place}: no copy of it could be kept beside it ({reason(error)}), without which the upload could not be "
            "taken back; nothing was sent. Make room on its disk and allow files beside it, and try again"
        ) from error
    return True


def keep(session: Session) -> None:
    """Put the new copy in the place of the one before."""
    beside(session.place, "snapshot.part").replace(beside(session.place, "snapshot"))


def drop(session: Session) -> None:
    """Delete the new copy, of a run that did not begin."""
    _remove(beside(session.place, "snapshot.part"))


def take_back(session: Session, twin: TwinData, run: str) -> Change:
    """Put the twin as it was before a run in its place, with the log and the ledger as they are now.

    Raises
    ------
    TwinError
        When something else was done between the run's files, or the copy is gone.
    OutputError
        When there is no room for it; nothing was changed.
    """
    entries = _entries(session, twin, run)
    place = session.place
    copies = [beside(place, name) for name in ("snapshot", "snapshot.part")]
    source = next((path for path in copies if path.exists() and _belongs(session, twin, path, run)), None)
    if source is None:
        raise TwinError(
            f"{twin.path}: the upload of entry {entries[0][0]} cannot be taken back, because the copy of the twin "
            "before it is gone (one is kept until the next upload, beside the twin's file); archive, connect or merge "
            "by hand what should be otherwise, or fill a new twin from an export"
        )
    new = beside(place, "restoring")
    names = ", ".join(name for _, name in entries)
    numbers = f"entry {entries[0][0]}" if len(entries) == 1 else f"entries {entries[0][0]} to {entries[-1][0]}"
    what = f"taken back: {numbers}, the upload of {names}"
    try:
        with source.open("rb") as file:
            _copy(file, new)
        number = _write_log(session, new, run, [entry for entry, _ in entries], what)
        reach_the_disk(new)
        with closed(session) as file:
            if os.name == "nt":  # an open file cannot be replaced there
                file.close()
            new.replace(place)
            reach_the_disk(place.parent)
    except (OSError, EngineError) as error:
        _remove(new)
        raise OutputError(
            f"{place}: the twin of before the upload cannot be put in its place ({reason(error)}); nothing was "
            "changed. Make room on its disk, close it elsewhere, and try again"
        ) from error
    for path in copies:
        _remove(path)
    return Change(number, what, {"files": len(entries)})


def _entries(session: Session, twin: TwinData, run: str) -> list[tuple[int, str]]:
    """Entries of a run's uploads, each with its file; raises where something else was done between them."""
    found = session.execute(
        "SELECT a.number, split_part(a.what, ',', 1), coalesce(u.run = $1, false), a.kind, a.what FROM activity AS a "
        "LEFT JOIN uploads AS u ON u.activity = a.number AND u.outcome = 'processed' "
        f"WHERE a.number >= $2 AND NOT {_HARMLESS} ORDER BY a.number",
        [run, _first_entry(session, run)],
    )
    other = [(number, kind, what) for number, _, own, kind, what in found if not own]
    if other:
        number, kind, what = other[-1]
        raise TwinError(
            f"{twin.path}: the upload of entry {found[0][0]} cannot be taken back alone, because entry {number} "
            f"({kind}: {what}) came between its files; archive, connect or merge by hand what should be otherwise, or "
            "fill a new twin from an export"
        )
    return [(int(number), str(name)) for number, name, *_ in found]


def _first_entry(session: Session, run: str) -> int | None:
    number = session.one("SELECT min(activity) FROM uploads WHERE run = ? AND outcome = 'processed'", [run])
    return None if number is None else int(number)


def _belongs(session: Session, twin: TwinData, path: Path, run: str) -> bool:
    """Whether a copy is of this twin, as it was when a run began."""
    first = _first_entry(session, run)
    if first is None:
        return False
    try:
        session.execute(f"ATTACH {literal(path)} AS snapshot (READ_ONLY)")
    except EngineError:  # a copy that was broken off, or not a database
        return False
    try:
        whose = session.one("SELECT value FROM snapshot.main.meta WHERE name = 'id'")
        return whose == twin.id and log_until(session, of="snapshot") == log_until(session, first - 1)
    except EngineError:
        return False
    finally:
        session.execute("DETACH snapshot")


def _write_log(session: Session, path: Path, run: str, entries: list[int], what: str) -> int:
    """Give the twin of before the log and the ledger of now, in which the run is marked as taken back."""
    session.execute(f"ATTACH {literal(path)} AS restored")
    try:
        session.execute("SET search_path = 'restored.main'")
        with session.transaction():
            for table in ("activity", "uploads"):
                session.execute(f"DELETE FROM restored.main.{table}")
                session.execute(f"INSERT INTO restored.main.{table} SELECT * FROM twin.main.{table}")
            number = log(session, "undo", what, counts={"files": len(entries)})
            listed = ", ".join(map(str, entries))
            session.execute(f"UPDATE activity SET undone = ? WHERE number IN ({listed})", [number])
            session.execute("UPDATE uploads SET outcome = 'undone' WHERE run = ? AND outcome = 'processed'", [run])
        session.execute("CHECKPOINT restored")
    finally:
        session.set_search_path()
        session.execute("DETACH restored")
    return number


def _copy(file: IO[bytes], to: Path) -> None:
    """Copy an open file into a new one that only its owner may read, and that is on the disk when this returns."""
    _remove(to)
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            shutil.copyfileobj(file, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        _remove(to)
        raise


def _remove(path: Path) -> None:
    for left in with_log(path):
        left.unlink(missing_ok=True)
