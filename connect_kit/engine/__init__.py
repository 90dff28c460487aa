"""Engines hold the tables and run the SQL. :class:`DuckDBEngine` is the default."""

from connect_kit.engine.csv_load import LoadedFile, load_csv
from connect_kit.engine.duckdb import DuckDBEngine, Schema, default_engine, literal, quoted

__all__ = ["DuckDBEngine", "LoadedFile", "Schema", "default_engine", "literal", "load_csv", "quoted"]
