"""The engine holds the tables and runs the SQL; with it, what every room needs: files, arguments, bars and numbers."""

from connect_kit.engine.csv_load import LoadedFile, load_csv
from connect_kit.engine.duckdb import DuckDBEngine, Schema, default_engine, literal, quoted
from connect_kit.engine.sql import create_table, create_text_table, package_text, run_sql, statements

__all__ = [
    "DuckDBEngine",
    "LoadedFile",
    "Schema",
    "create_table",
    "create_text_table",
    "default_engine",
    "literal",
    "load_csv",
    "package_text",
    "quoted",
    "run_sql",
    "statements",
]
