"""Where the SQL of a district's own suite runs: a DuckDB of its own that knows no files, no network and no settings.

:mod:`connect_kit.checks.sql_guard` refuses what is not one SELECT over the roster. This is the second door: DuckDB's
own switches (``enable_external_access``, ``lock_configuration``) hold for a whole database and cannot be taken back,
so they cannot be set where the kit goes on reading deliveries and writing results. Here they can: the tables that a
query reads are handed over as Arrow, and nothing else is there.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from connect_kit.checks.sql_guard import tables_read
from connect_kit.engine import quoted
from connect_kit.engine.stopping import stoppable
from connect_kit.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from connect_kit.engine import Schema

MOST_SECONDS = 300  #: a query that takes longer was not meant


class Sandbox:
    """Runs queries over copies of some tables.

    Parameters
    ----------
    schema : Schema
        Where the tables are looked up first.
    others : sequence of str
        Schemas in which they are looked up after it.
    readable : frozenset of str
        Names of the tables that a query may read.
    """

    def __init__(self, schema: Schema, others: Sequence[str], readable: frozenset[str]) -> None:
        self._schema, self._others, self._readable = schema, tuple(others), readable
        self._tables: dict[str, pa.Table] = {}

    def rows(self, query: str) -> pa.Table:
        """The rows that a query selects.

        Raises
        ------
        EngineError
            When the query cannot be run, or takes longer than :data:`MOST_SECONDS`.
        """
        import duckdb

        settings = {"autoload_known_extensions": False, "autoinstall_known_extensions": False}
        with duckdb.connect(config={**settings, "python_enable_replacements": False}) as connection:
            for table in tables_read(query, self._readable):
                connection.register(table, self._table(table))
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            late = threading.Timer(MOST_SECONDS, connection.interrupt)
            late.daemon = True
            late.start()
            try:
                with stoppable(connection, timed=True):
                    return connection.sql(query).to_arrow_table()
            except duckdb.InterruptException as error:
                raise EngineError(f"it takes longer than {MOST_SECONDS} seconds") from error
            except duckdb.Error as error:
                raise EngineError(str(error)) from error
            finally:
                late.cancel()

    def _table(self, name: str) -> pa.Table:
        if name not in self._tables:
            schemas = (self._schema.name, *self._others)
            self._tables[name] = self._schema.engine.arrow(f"SELECT * FROM {quoted(name)}", schemas=schemas)
        return self._tables[name]
