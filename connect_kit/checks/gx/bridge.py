"""Great Expectations on the engine's own DuckDB tables.

GX speaks to DuckDB through SQLAlchemy and ``duckdb-engine``. :class:`SharedConnection` hands it cursors of the engine's
database instead of a database of its own. GX closes its connection before it fetches; each cursor therefore is a
connection of its own that stays open until its result is gone, and results are streamed, never buffered.
What GX's metrics lack on DuckDB is in :mod:`connect_kit.checks.gx.metrics`.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from connect_kit.checks.gx.rows import SOURCE
from connect_kit.engine.stopping import stoppable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_kit.engine.duckdb import DuckDBEngine

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # before GX is imported anywhere

_ready = False
_lock = threading.Lock()


class SharedCursor:
    """DBAPI cursor that owns a DuckDB cursor of the engine."""

    rowcount = -1

    def __init__(self, connection: SharedConnection) -> None:
        self.connection = connection
        self._cursor = connection.engine.connect(connection.schemas)

    def execute(self, statement: str, parameters: Any = None, context: object = None) -> None:
        """Run a statement."""
        with stoppable(self._cursor):  # GX takes any other error for a rule that broke
            self._cursor.execute(statement, parameters or None)

    def fetchone(self) -> Any:
        """The next row, or None."""
        return self._cursor.fetchone()

    def fetchmany(self, size: int = 1) -> list[Any]:
        """The next rows."""
        return self._cursor.fetchmany(size)

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self._cursor.fetchall()

    @property
    def description(self) -> Any:
        """Names and types of the columns; the types as text, because SQLAlchemy keeps them until the process ends."""
        columns = self._cursor.description
        return columns and [(name, str(kind), *more) for name, kind, *more in columns]

    def close(self) -> None:
        """Let go of the result."""
        self._cursor.close()


class SharedConnection:
    """DBAPI connection on the engine's database; transactions are the engine's business, so they do nothing here."""

    autocommit = None
    closed = False
    notices: Sequence[str] = ()

    def __init__(self, engine: DuckDBEngine, schemas: Sequence[str]) -> None:
        self.engine = engine
        self.schemas = tuple(schemas)

    def cursor(self) -> SharedCursor:
        """A cursor with a DuckDB connection of its own."""
        return SharedCursor(self)

    def begin(self) -> None:
        """Nothing to begin: every statement stands alone."""

    def commit(self) -> None:
        """Nothing to commit."""

    def rollback(self) -> None:
        """Nothing to roll back."""

    def close(self) -> None:
        """Stays usable: results of its cursors may still be read."""


def prepare() -> None:
    """Import Great Expectations and register the adaptations; the first call takes some seconds.

    May be called early from a thread, so that the import runs while files are read; later calls return at once.
    """
    global _ready
    with _lock:
        if not _ready:
            from connect_kit.checks.gx import metrics as gx_duckdb

            gx_duckdb.register()
            atexit.register(_release_duckdb)
            _ready = True


def _release_duckdb() -> None:
    """Let go of DuckDB's types when the process ends.

    Once Great Expectations was imported, something keeps the modules of duckdb-engine past the end of the interpreter,
    and DuckDB's binding then prints some forty lines of leak warnings.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "duckdb_engine":
            vars(module).clear()


class Bridge:
    """GX batches on the tables of some schemas of an engine.

    Parameters
    ----------
    engine : DuckDBEngine
        Holds the tables.
    schemas : sequence of str
        Where unqualified table names are looked up, in order; failing rows of SQL expectations are kept in the first.
    """

    def __init__(self, engine: DuckDBEngine, schemas: Sequence[str]) -> None:
        prepare()
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        self.engine = engine
        self.schemas = tuple(schemas)
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._source = self._context.data_sources.add_connect_kit_duckdb(
            SOURCE,
            connection_string="duckdb:///:memory:",
            create_temp_table=False,
            kwargs={"creator": lambda: SharedConnection(engine, self.schemas)},
        )

    def batch(self, table: str) -> Any:
        """The whole of a table as a GX batch."""
        names = {asset.name for asset in self._source.assets}
        asset = (
            self._source.get_asset(table) if table in names else self._source.add_table_asset(table, table_name=table)
        )
        return asset.add_batch_definition_whole_table(f"{table} {len(asset.batch_definitions)}").get_batch()

    def validate(self, table: str, suite: Any) -> Any:
        """Validate a suite on a table; map expectations carry ``unexpected_index_query``, complete at any count."""
        return self.batch(table).validate(
            suite,
            result_format={
                "result_format": "BASIC",
                "partial_unexpected_count": 0,  # a LIMIT 0 costs nothing; the rows are fetched by SQL
                "return_unexpected_index_query": True,
                "unexpected_index_column_names": ["_line"],
            },
        )
