"""Great Expectations on the engine's own DuckDB tables."""

from connect_kit.checks.gx.bridge import Bridge, prepare, rows_table

__all__ = ["Bridge", "prepare", "rows_table"]
