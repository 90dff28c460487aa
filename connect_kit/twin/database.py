"""The file of a twin: opened for the length of one operation, by one operation at a time."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.engine import DuckDBEngine, literal, statements
from connect_kit.errors import EngineError, OutputError, TwinBusyError, TwinError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

SCHEMA_VERSION = "1"
#: Tables that make the workspace itself, those of the log and the ledger aside.
STATE = (
    "settings", "counters", "schools", "classrooms", "students", "student_schools", "accounts", "guardian_roles",
    "staff_roles", "staff_schools", "relationships", "enrollments", "attributes", "history",
)  # fmt: skip
_PATIENCE = 2.0  # seconds that an operation waits for one of the same process, such as a table being drawn

_guard = threading.Lock()
_held: dict[Path, tuple[threading.Lock, list[str]]] = {}
_private: list[int] = []  # masks of file modes, the process's own first


class Session:
    """An opened twin: an in-memory engine with the twin's file attached as ``twin``.

    All work runs on one connection, whose unqualified names are looked up in ``twin`` and which may make temporary
    tables. A transaction can write to the twin and to temporary tables, and to nothing else (DuckDB).
    """

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine
        self.connection: duckdb.DuckDBPyConnection = engine.cursor()
        self.look_in()

    def look_in(self, *schemas: str) -> None:
        """Look unqualified names up in these schemas of the in-memory engine, after the twin's own tables."""
        path = ",".join(("twin.main", *(f"memory.{name}" for name in schemas)))
        self.connection.execute(f"SET search_path = {literal(path)}")

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run SQL on the session's connection and return its rows.

        Raises
        ------
        EngineError
            With DuckDB's own first line.
        """
        import duckdb

        try:
            return self.connection.execute(sql, list(parameters) or None).fetchall()
        except duckdb.Error as error:
            raise EngineError(f"DuckDB: {str(error).strip().splitlines()[0]}") from error

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Run SQL and return a DataFrame with Arrow-backed text columns."""
        from connect_kit.engine.duckdb import arrow_to_frame

        return arrow_to_frame(self.arrow(sql, parameters))

    def arrow(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Run SQL and return an Arrow table."""
        import duckdb

        try:
            return self.connection.sql(sql, params=list(parameters) or None).to_arrow_table()
        except duckdb.Error as error:
            raise EngineError(f"DuckDB: {str(error).strip().splitlines()[0]}") from error

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first value of the first row."""
        return self.execute(sql, parameters)[0][0]

    def columns(self, table: str) -> dict[str, str]:
        """Names of the columns of one of the twin's tables, in their order, with their types."""
        rows = self.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = 'twin' AND table_name = ? ORDER BY column_index",
            [table],
        )
        return dict(rows)

    @contextlib.contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[None]:
        """Everything inside happens wholly, or not at all; with ``keep`` False it is taken back at the end."""
        self.execute("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            with contextlib.suppress(EngineError):  # DuckDB has already rolled back after some failures
                self.execute("ROLLBACK")
            raise
        try:
            self.execute("COMMIT" if keep else "ROLLBACK")
        except EngineError as error:
            raise OutputError(
                f"the twin's file cannot be written ({error}); nothing was changed. Make room on its disk, try again"
            ) from error


@contextlib.contextmanager
def opened(path: Path, doing: str, *, write: bool = True, of: str | None = None) -> Iterator[Session]:
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
            f"{path}: no such twin; make one with Twin.new(...) or Twin.fill(...), or on the command line with: "
            f"python -m connect_kit twin new {path} --workspace FOLDER"
        )
    # Asked of the file itself: DuckDB takes one that it cannot read for something else, and says so.
    try:
        with place.open("rb") as file:
            start = file.read(12)
    except OSError as error:
        raise TwinError(f"{path}: cannot be read ({error.strerror or error}); check its rights") from error
    if start[8:] != b"DUCK":
        raise TwinError(f"{path}: is no twin, but another kind of file; give the .duckdb file of a twin")
    with _held_alone(place, path, doing), _attached(place, path, write=write) as session:
        _check_version(session, path)
        if of is not None:
            _check_same(session, path, of)
        yield session


@contextlib.contextmanager
def created(path: Path, doing: str = "its making") -> Iterator[Session]:
    """Make the file of a new twin and open it; the file is gone again when what follows fails.

    Raises
    ------
    TwinError
        When the path is taken, or cannot be written.
    """
    place = path.expanduser().resolve()
    if place.exists():
        raise TwinError(f"{path}: there is a file already; open it with Twin(...), or give another name")
    with _held_alone(place, path, doing):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch(exist_ok=False)
            place.unlink()
        except OSError as error:
            raise TwinError(f"{path}: cannot be made ({error.strerror or error}); give another place") from error
        try:
            with _attached(place, path, write=True) as session:
                with session.transaction():
                    for statement in statements(__package__, "schema.sql"):
                        session.execute(statement)
                yield session
        except BaseException:
            for left in (place, place.with_name(place.name + ".wal")):
                left.unlink(missing_ok=True)
            raise


def remove(path: Path) -> None:
    """Delete the file of a twin, where there is one.

    Raises
    ------
    TwinError
        When what stands there is not a twin, or cannot be deleted; it is left as it is.
    TwinBusyError
        When it is in use.
    """
    place = path.expanduser().resolve()
    if not place.exists():
        return
    doing = "its removal"
    with opened(path, doing, write=True):
        pass  # It is a twin, and nobody else works on it.
    with _held_alone(place, path, doing):
        try:
            for left in (place, place.with_name(place.name + ".wal")):
                left.unlink(missing_ok=True)
        except OSError as error:
            raise TwinError(f"{path}: cannot be deleted ({error.strerror or error}); give another name") from error


@contextlib.contextmanager
def _held_alone(place: Path, path: Path, doing: str) -> Iterator[None]:
    with _guard:
        lock, holders = _held.setdefault(place, (threading.Lock(), []))
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

    DuckDB makes the log anew whenever it needs one, so that the mode cannot be set on the file.
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
        mode = "" if write else " (READ_ONLY)"
        try:
            engine.execute(f"ATTACH {literal(place)} AS twin{mode}")
        except EngineError as error:
            raise _why_not(str(error), path) from error
        session = Session(engine)
        try:
            yield session
        finally:
            session.connection.close()
            with contextlib.suppress(EngineError):
                engine.execute("DETACH twin")


def _why_not(told: str, path: Path) -> TwinError:
    if re.search(r"set lock on file|conflicting lock|already attached|used by another process", told, re.IGNORECASE):
        process = re.search(r"PID (\d+)", told)
        who = f"process {process[1]}" if process else "another process"
        return TwinBusyError(
            f"{path}: in use by {who}, perhaps another notebook; shut that kernel down or wait, and try again"
        )
    return TwinError(f"{path}: cannot be opened ({told}); give the .duckdb file of a twin")


def _check_same(session: Session, path: Path, of: str) -> None:
    """A file may be replaced while somebody has a twin in hand, who would change another district's."""
    told = dict(session.execute("SELECT name, value FROM meta"))
    if told["id"] != of:
        raise TwinError(
            f"{path}: another twin lies there now (district {told['district']}), so nothing was done; where that one "
            f"is meant, open it anew: Twin({str(path)!r})"
        )


def _check_version(session: Session, path: Path) -> None:
    try:
        found = session.execute("SELECT value FROM twin.main.meta WHERE name = 'schemaVersion'")
    except EngineError:
        found = []
    if not found:
        raise TwinError(f"{path}: is a database, but no twin; make one with: python -m connect_kit twin new FILE")
    version = str(found[0][0])
    if version == SCHEMA_VERSION:
        return
    if version.isdigit() and int(version) > int(SCHEMA_VERSION):
        raise TwinError(f"{path}: made by a later connect-kit (schema {version}); update connect-kit and open it again")
    raise TwinError(
        f"{path}: made by an earlier connect-kit (schema {version}, now {SCHEMA_VERSION}); export it with that one "
        f"(python -m connect_kit twin export {path} --out FOLDER) and fill a new twin here "
        "(python -m connect_kit twin new FILE --workspace FOLDER)"
    )
