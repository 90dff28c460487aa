"""The file of a twin: made, opened for one operation at a time, deleted."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from connect_kit.engine import DuckDBEngine, literal
from connect_kit.engine.room import FULL, is_full, reason
from connect_kit.errors import EngineError, TwinBusyError, TwinError
from connect_kit.twin.session import Session

SCHEMA_VERSION = "1"
#: Tables that make the workspace itself, those of the log and the ledger aside.
STATE = (
    "settings", "counters", "schools", "classrooms", "students", "student_schools", "accounts", "guardian_roles",
    "staff_roles", "staff_schools", "relationships", "enrollments", "attributes", "history",
)  # fmt: skip
_PATIENCE = 2.0  # seconds that an operation waits for one of the same process, such as a table being drawn

#: What lies beside a twin's file, hidden: the copy before its last run of uploads, one that is being made, and a twin
#: that is about to take its place.
BESIDE = ("snapshot", "snapshot.part", "restoring")
_guard = threading.Lock()
_locks: dict[Path, tuple[threading.Lock, list[str]]] = {}
_private: list[int] = []  # masks of file modes, the process's own first


@contextlib.contextmanager
def open_session(path: Path, doing: str, *, write: bool = True, of: str | None = None) -> Iterator[Session]:
    """Open an existing twin for one operation.

    Parameters
    ----------
    path : Path
    doing : str
        What is done with it, for whoever finds it in use: "an upload", "a look at it".
    write : bool
    of : str, optional
        The id of the twin that is meant; any when left out.

    Raises
    ------
    TwinError
        When there is no twin of this version at the path, or another one than is meant.
    TwinBusyError
        When another process, or another operation of this one, has it open.
    """
    place = path.expanduser().resolve()
    if not place.is_file():
        raise TwinError(
            f"{path}: no such twin", step="make_twin", path=f"{path}.duckdb" if path.is_dir() else str(path)
        )
    # Checked here, because DuckDB takes a file that it cannot read for something else, and says so.
    try:
        with place.open("rb") as file:
            start = file.read(12)
    except OSError as error:
        raise TwinError(f"{path}: cannot be read ({error.strerror or error}); check its rights") from error
    if start[8:] != b"DUCK":
        raise TwinError(f"{path}: is not a twin, but another kind of file; give the .duckdb file of a twin")
    with _exclusively(place, path, doing), _attached(place, path, write=write) as session:
        _check(session, path, of)
        yield session


@contextlib.contextmanager
def create_session(path: Path) -> Iterator[Session]:
    """Make the file of a new twin and open it; the file is gone again when what follows fails.

    Raises
    ------
    TwinError
        When the path is taken, or cannot be written.
    """
    place = path.expanduser().resolve()
    log = place.with_name(place.name + ".wal")
    if place.exists():
        raise TwinError(f"{path}: a file is there already", step="open_twin")
    if log.exists():
        raise TwinError(f"{path}: a file {log.name} is there already; give another name")
    with _exclusively(place, path, "its making"):
        stale = [hidden for name in BESIDE for hidden in with_log(beside(place, name))]
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.touch(exist_ok=False)
            place.unlink()
        except OSError as error:
            raise TwinError(f"{path}: cannot be made ({reason(error)}); give another place") from error
        try:
            with _attached(place, path, write=True) as session:
                with session.transaction():
                    session.script(__package__, "schema.sql")
                yield session
        except BaseException as error:
            for left in (place, log):
                left.unlink(missing_ok=True)
            if is_full(error):
                raise TwinError(
                    f"{path}: cannot be made ({FULL}); nothing of it is left there. Make room, or give another place, "
                    "and try again"
                ) from error
            raise
        for left in stale:  # of a twin that was here before
            left.unlink(missing_ok=True)


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[None]:
    """Set the twin at a path aside, where there is one, while another is made; it comes back where that fails.

    Raises
    ------
    TwinError
        When what is there is not a twin, or cannot be set aside; it is left as it is.
    TwinBusyError
        When it is in use.
    """
    place = path.expanduser().resolve()
    if not place.exists():
        yield
        return
    with open_session(path, "its replacement"):
        pass  # it is a twin, and nobody else works on it
    aside = place.with_name(f".{place.name}.replaced")
    try:
        place.replace(aside)
    except OSError as error:
        raise TwinError(f"{path}: cannot be replaced ({error.strerror or error}); give another name") from error
    try:
        yield
    except BaseException:
        aside.replace(place)
        raise
    aside.unlink()


def beside(place: Path, name: str) -> Path:
    """A hidden file beside that of a twin; its names are :data:`BESIDE`."""
    return place.with_name(f".{place.name}.{name}")


def with_log(place: Path) -> tuple[Path, Path]:
    """A database's file and its write-ahead log."""
    return place, place.with_name(place.name + ".wal")


@contextlib.contextmanager
def closed(session: Session) -> Iterator[IO[bytes]]:
    """A twin's file, whole and closed for a moment, in which it may be copied or another put in its place.

    Nobody else opens it meanwhile. Temporary tables of the session stay.

    Raises
    ------
    TwinBusyError
        When another process has opened it in the same moment.
    """
    place = session.place
    session.execute("CHECKPOINT twin")  # so that nothing is left in a write-ahead log
    seen = _mark(place)
    session.execute("SET search_path = 'memory.main'")
    session.execute("DETACH twin")
    with place.open("r+b") as file:
        if not _locked(file) or _mark(place) != seen:
            raise TwinBusyError(f"{place}: another process has opened it in this moment; try again when it has ended")
        yield file
    try:
        session.execute(f"ATTACH {literal(place)} AS twin")
    except EngineError as error:
        raise _cannot_open(str(error), place) from error
    session.set_search_path()


def _mark(place: Path) -> tuple[int, ...]:
    """Whether a database's file was written to can be seen by this, without opening it."""
    found = place.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, *(path.exists() for path in with_log(place))


def _locked(file: IO[bytes]) -> bool:
    """Whether a file could be locked, in the way in which DuckDB does; closing it takes the lock away."""
    try:
        import fcntl
    except ImportError:  # Windows itself refuses to open a file that another process has open
        return True
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _exclusively(place: Path, path: Path, doing: str) -> Iterator[None]:
    with _guard:
        lock, holders = _locks.setdefault(place, (threading.Lock(), []))
    if not lock.acquire(timeout=_PATIENCE):
        holder = holders[-1] if holders else "another operation"
        raise TwinBusyError(f"{path}: in use by {holder}; wait until it has ended, or cancel it, and try again")
    holders.append(doing)
    try:
        yield
    finally:
        holders.remove(doing)
        lock.release()


@contextlib.contextmanager
def _private_files() -> Iterator[None]:
    """Files made meanwhile are for their owner only: a twin holds children's data, and so does its write-ahead log.

    DuckDB makes a new log whenever it needs one, so that the mode cannot be set on the file.
    """
    with _guard:
        _private.append(os.umask(0o077))
    try:
        yield
    finally:
        with _guard:
            own = _private[0]
            _private.pop()
            if not _private:
                os.umask(own)


@contextlib.contextmanager
def _attached(place: Path, path: Path, *, write: bool) -> Iterator[Session]:
    with contextlib.ExitStack() as stack:
        if write:
            stack.enter_context(_private_files())
        engine = DuckDBEngine()
        stack.callback(engine.close)
        # A COMMIT only writes the log: were it to tidy up the file as well, it could fail though the change is there.
        engine.execute("SET checkpoint_threshold = '1TB'")
        mode = "" if write else " (READ_ONLY)"
        try:
            engine.execute(f"ATTACH {literal(place)} AS twin{mode}")
        except EngineError as error:
            raise _cannot_open(str(error), path) from error
        session = Session(engine, place)
        try:
            yield session
        finally:
            session.connection.close()
            with contextlib.suppress(EngineError):
                engine.execute("DETACH twin")


def _cannot_open(reason: str, path: Path) -> TwinError:
    if re.search(r"set lock on file|conflicting lock|already attached|used by another process", reason, re.IGNORECASE):
        process = re.search(r"PID (\d+)", reason)
        who = f"process {process[1]}" if process else "another process"
        return TwinBusyError(
            f"{path}: in use by {who}, perhaps another notebook; shut that kernel down or wait, and try again"
        )
    return TwinError(f"{path}: cannot be opened ({reason}); give the .duckdb file of a twin")


def _check(session: Session, path: Path, of: str | None) -> None:
    """Raise where the file is not a twin of this version, or not the one that is meant.

    A file may be replaced while somebody has a twin in hand, who would then change another district's.
    """
    try:
        meta = dict(session.execute("SELECT name, value FROM twin.main.meta"))
    except EngineError:
        meta = {}
    if "schemaVersion" not in meta:
        raise TwinError(f"{path}: is a database, but not a twin; make one with: python -m connect_kit twin new FILE")
    version = str(meta["schemaVersion"])
    if version != SCHEMA_VERSION and version.isdigit() and int(version) > int(SCHEMA_VERSION):
        raise TwinError(f"{path}: made by a later connect-kit (schema {version}); update connect-kit and open it again")
    if version != SCHEMA_VERSION:
        raise TwinError(
            f"{path}: made by an earlier connect-kit (schema {version}, now {SCHEMA_VERSION}); export it with that one "
            f"(python -m connect_kit twin export {path} --out FOLDER) and fill a new twin here "
            "(python -m connect_kit twin new FILE --workspace FOLDER)"
        )
    if of not in (None, meta["id"]):
        raise TwinError(
            f"{path}: another twin is there now (district {meta['district']}), so nothing was done",
            step="open_again",
            path=str(path),
        )
