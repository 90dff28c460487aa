"""Great Expectations on the engine's own DuckDB tables."""

from connect_kit.checks.gx.bridge import Bridge, prepare
from connect_kit.checks.gx.rows import rows_table

__all__ = ["Bridge", "prepare", "rows_table"]
