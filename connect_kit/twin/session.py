"""An open twin: SQL on its tables, transactions, its settings."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.engine import DuckDBEngine, literal, statements
from connect_kit.engine.duckdb import arrow_to_frame, engine_error
from connect_kit.engine.room import is_full, reason
from connect_kit.engine.sql import arrow_table
from connect_kit.engine.stopping import stoppable
from connect_kit.errors import EngineError, OutputError
from connect_kit.twin.values import Settings

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa


class Session:
    """An open twin: an in-memory engine with the twin's file attached as ``twin``.

    All work runs on one connection, whose unqualified names are looked up in ``twin`` and which may make temporary
    tables. A transaction can write to the twin and to temporary tables, and to nothing else (DuckDB). ``place`` is the
    twin's file.
    """

    def __init__(self, engine: DuckDBEngine, place: Path) -> None:
        self.engine = engine
        self.place = place
        self.connection: duckdb.DuckDBPyConnection = engine.connect()
        self.set_search_path()

    def set_search_path(self, *schemas: str) -> None:
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
            with stoppable(self.connection):
                return self.connection.execute(sql, list(parameters) or None).fetchall()
        except duckdb.Error as error:
            raise engine_error(error) from error

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Run SQL and return a DataFrame with Arrow-backed text columns."""
        return arrow_to_frame(self.arrow(sql, parameters))

    def arrow(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Run SQL and return an Arrow table."""
        import duckdb

        try:
            with stoppable(self.connection):
                return self.connection.sql(sql, params=list(parameters) or None).to_arrow_table()
        except duckdb.Error as error:
            raise engine_error(error) from error

    def script(self, package: str, file: str, **values: object) -> None:
        """Run the statements of an SQL file of a package; ``{name}`` stands for a value."""
        for statement in statements(package, file, **values):
            self.execute(statement)

    def script_frame(self, package: str, file: str) -> pd.DataFrame:
        """Run the statements of an SQL file, and return the rows of the last one."""
        *first, last = statements(package, file)
        for statement in first:
            self.execute(statement)
        return self.frame(last)

    def create_temp_table(self, name: str, columns: Mapping[str, Any]) -> None:
        """Make a temporary table from columns; lists become text."""
        self.connection.register("rows_given", arrow_table(columns))
        self.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM rows_given")
        self.connection.unregister("rows_given")

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

    def settings(self) -> Settings:
        """The settings of the workspace."""
        return Settings.from_text(dict(self.execute("SELECT name, value FROM settings")))

    @contextlib.contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[None]:
        """Everything inside happens wholly, or not at all; with ``keep`` False it is taken back at the end.

        Raises
        ------
        OutputError
            When the twin's file cannot be written; nothing was changed.
        """
        self.execute("BEGIN TRANSACTION")
        try:
            yield
        except BaseException as error:
            with contextlib.suppress(EngineError):  # DuckDB has already rolled back after some failures
                self.execute("ROLLBACK")
            if isinstance(error, EngineError) and is_full(error):
                raise self._unwritten(error) from error
            raise
        try:
            self.execute("COMMIT" if keep else "ROLLBACK")
        except EngineError as error:
            raise self._unwritten(error) from error

    def _unwritten(self, error: EngineError) -> OutputError:
        return OutputError(
            f"{self.place}: the twin's file cannot be written ({reason(error)}); nothing was changed. Make room on its "
            "disk, and try again"
        )
