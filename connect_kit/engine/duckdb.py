"""The embedded engine: DuckDB in memory or in a file.

Every roster and workspace has a schema of its own in one database, so that SQL can join them. Work runs on cursors,
each a connection of its own to the same database, because DuckDB 2.0 refuses new work on a connection whose last
result was not fetched to the end.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.engine.arguments import checked
from connect_kit.engine.room import in_words
from connect_kit.engine.scratch import make_scratch, remove_scratch
from connect_kit.engine.stopping import stoppable
from connect_kit.errors import EngineError, SettingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import duckdb
    import pandas as pd
    import pyarrow as pa


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A value's text as an SQL literal, for the places where DuckDB takes no parameter."""
    return "'" + str(value).replace("'", "''") + "'"


class DuckDBEngine:
    """Holds tables in DuckDB and runs SQL on them.

    Parameters
    ----------
    path : str or Path, optional
        Database file; in memory when left out.
    memory_limit : str, optional
        For example ``"4GB"``; DuckDB takes up to 80 % of the machine's memory otherwise and spills to a private
        temporary folder beyond it.
    threads : int, optional
        All cores when left out.

    Raises
    ------
    EngineError
        When the database file cannot be opened, for instance because another process holds it.
    SettingError
        When a setting has no sensible value.
    """

    name = "duckdb"

    @checked()
    def __init__(
        self, path: str | Path | None = None, *, memory_limit: str | None = None, threads: int | None = None
    ) -> None:
        import duckdb

        if threads is not None and threads < 1:
            raise SettingError(f"threads={threads}: give a number of at least 1, or leave it out")
        # Spilled rows are children's data: a folder only this user can read, removed with the engine.
        self._spill = make_scratch()
        self._cleanup = weakref.finalize(self, remove_scratch, self._spill)
        settings: dict[str, Any] = {
            "temp_directory": self._spill,
            "autoinstall_known_extensions": False,  # nothing is loaded from the internet at run time
            "autoload_known_extensions": False,
        }
        if memory_limit:
            settings["memory_limit"] = memory_limit
        if threads:
            settings["threads"] = threads
        try:
            self._connection = duckdb.connect(str(path) if path else ":memory:", config=settings)
        except duckdb.Error as error:
            where = f"database {path}" if path else "in-memory database"
            why = in_words(str(error)) or _first_line(error)
            raise EngineError(f"{where}: DuckDB could not open it ({why})") from error
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    @contextmanager
    def cursor(self, schemas: Sequence[str] = ()) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection as of :meth:`connect`, closed afterwards, whose queries Ctrl-C ends."""
        with self.connect(schemas) as cursor, stoppable(cursor):
            yield cursor

    def connect(self, schemas: Sequence[str] = ()) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same database; unqualified names are looked up in ``schemas``, in order."""
        cursor = self._connection.cursor()
        if schemas:
            path = ",".join(schemas)
            cursor.execute(f"SET search_path = '{path}'")
        return cursor

    def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, schemas: Sequence[str] = ()
    ) -> list[tuple[Any, ...]]:
        """Run SQL and return its rows.

        Raises
        ------
        EngineError
            With DuckDB's own first line.
        """
        return self.execute_all((sql,), parameters, schemas=schemas)

    def execute_all(
        self, statements: Iterable[str], parameters: Sequence[Any] = (), *, schemas: Sequence[str] = ()
    ) -> list[tuple[Any, ...]]:
        """Run statements on one cursor, each with the same parameters, and return the rows of the last one.

        Raises
        ------
        EngineError
            With DuckDB's own first line; the statements before it have been run.
        """
        import duckdb

        rows: list[tuple[Any, ...]] = []
        with self.cursor(schemas) as cursor:
            try:
                for statement in statements:
                    rows = cursor.execute(statement, list(parameters) or None).fetchall()
            except duckdb.Error as error:
                raise engine_error(error) from error
        return rows

    def frame(self, sql: str, parameters: Sequence[Any] = (), *, schemas: Sequence[str] = ()) -> pd.DataFrame:
        """Run SQL and return a DataFrame with Arrow-backed text columns (missing values are ``NaN``)."""
        return arrow_to_frame(self.arrow(sql, parameters, schemas=schemas))

    def arrow(self, sql: str, parameters: Sequence[Any] = (), *, schemas: Sequence[str] = ()) -> pa.Table:
        """Run SQL and return an Arrow table."""
        import duckdb

        with self.cursor(schemas) as cursor:
            try:
                return cursor.sql(sql, params=list(parameters) or None).to_arrow_table()
            except duckdb.Error as error:
                raise engine_error(error) from error

    def new_schema(self, kind: str, parents: tuple[Schema, ...] = ()) -> Schema:
        """An empty schema that is dropped when nothing refers to it any more.

        ``parents`` are schemas that its views look into; they live as long as it does.
        """
        with self._lock:
            name = f"{kind}_{next(self._numbers)}"
        self.execute(f"CREATE SCHEMA {quoted(name)}")
        return Schema(self, name, parents)

    def close(self) -> None:
        """Close the database and remove what was spilled; an engine that is not closed ends with the process."""
        self._connection.close()
        self._cleanup()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@dataclass(frozen=True, eq=False)
class Schema:
    """One schema of an engine; keeps the schemas alive that its views look into (``parents``)."""

    engine: DuckDBEngine
    name: str
    parents: tuple[Schema, ...] = ()
    _finalizer: list[Any] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._finalizer.append(weakref.finalize(self, _drop, self.engine, self.name))

    def execute(self, sql: str, parameters: Sequence[Any] = (), also: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Run SQL that sees this schema's tables first."""
        return self.engine.execute(sql, parameters, schemas=(self.name, *also))

    def frame(self, sql: str, parameters: Sequence[Any] = (), also: Sequence[str] = ()) -> pd.DataFrame:
        """Like :meth:`DuckDBEngine.frame`, seeing this schema's tables first."""
        return self.engine.frame(sql, parameters, schemas=(self.name, *also))

    def columns(self, table: str) -> tuple[str, ...]:
        """Names of a table's columns; empty when there is no such table."""
        rows = self.engine.execute(
            "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
            [self.name, table],
        )
        return tuple(row[0] for row in rows)

    def count(self, table: str) -> int:
        """Number of rows of a table."""
        return int(self.execute(f"SELECT count(*) FROM {quoted(table)}")[0][0])


def arrow_to_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a DataFrame whose text stays in Arrow's memory."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    text = pd.StringDtype("pyarrow", na_value=np.nan)
    kinds = {pa.string(): text, pa.large_string(): text, pa.string_view(): text}
    frame: pd.DataFrame = table.to_pandas(types_mapper=kinds.get)
    return frame


_default: DuckDBEngine | None = None
_default_lock = threading.Lock()


def default_engine() -> DuckDBEngine:
    """The in-memory engine that this process shares, made when first asked for."""
    global _default
    with _default_lock:
        if _default is None:
            _default = DuckDBEngine()
        return _default


def _drop(engine: DuckDBEngine, name: str) -> None:
    # At interpreter exit the database goes as a whole, so a failure here loses nothing.
    import contextlib

    with contextlib.suppress(Exception):
        engine.execute(f"DROP SCHEMA IF EXISTS {quoted(name)} CASCADE")


def engine_error(error: BaseException) -> EngineError:
    """What DuckDB raised, as an error of the kit: a full disk in the kit's words, all else in DuckDB's first line."""
    return EngineError(in_words(str(error)) or f"DuckDB: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return text.partition(' {"exception_type"')[0]  # what its threads add for programs
