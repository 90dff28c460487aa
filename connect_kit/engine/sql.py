"""SQL in files of a package, and tables made from values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from connect_kit.engine.duckdb import Schema, quoted

if TYPE_CHECKING:
    import pyarrow as pa


def package_text(package: str, file: str) -> str:
    """The text of a file of a package."""
    return resources.files(package).joinpath(file).read_text(encoding="utf-8")


def statements(package: str, file: str, **values: object) -> tuple[str, ...]:
    """The statements of an SQL file of a package; ``{name}`` stands for a value.

    A statement ends with a semicolon at the end of a line.
    """
    made = []
    for statement in _statements(package, file):
        for name, value in values.items():
            statement = statement.replace("{" + name + "}", str(value))
        made.append(statement)
    return tuple(made)


@cache
def _statements(package: str, file: str) -> tuple[str, ...]:
    return tuple(part for part in package_text(package, file).split(";\n") if part.strip())


def run_sql(schema: Schema, package: str, file: str, also: Sequence[str] = (), **values: object) -> None:
    """Run the statements of an SQL file of a package in a schema; ``{name}`` stands for a value.

    Raises
    ------
    EngineError
        With DuckDB's own first line.
    """
    schema.engine.execute_all(statements(package, file, **values), schemas=(schema.name, *also))


def arrow_table(columns: Mapping[str, Any]) -> pa.Table:
    """An Arrow table from columns; lists become text."""
    import pyarrow as pa

    return pa.table({name: pa.array(v, pa.string()) if isinstance(v, list) else v for name, v in columns.items()})


def create_table(schema: Schema, table: str, rows: pa.Table | Mapping[str, Any]) -> None:
    """Make a table of a schema, or replace it, from an Arrow table or from columns.

    Parameters
    ----------
    schema : Schema
    table : str
    rows : pyarrow.Table, or mapping of str to pyarrow.Array or list of str
        Lists become text columns.
    """
    import pyarrow as pa

    with schema.engine.cursor((schema.name,)) as cursor:
        cursor.register("rows", rows if isinstance(rows, pa.Table) else arrow_table(rows))
        cursor.execute(f"CREATE OR REPLACE TABLE {quoted(table)} AS SELECT * FROM rows")


def create_text_table(schema: Schema, table: str, columns: Sequence[str]) -> None:
    """Make an empty table of ``_line`` (integer) and text columns."""
    texts = "".join(f", {quoted(column)} VARCHAR" for column in columns)
    schema.execute(f"CREATE TABLE {quoted(table)} (_line BIGINT{texts})")
