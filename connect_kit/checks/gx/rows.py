"""Names that the bridge and its metrics agree on."""

from __future__ import annotations

import hashlib

SOURCE = "kit"  #: GX's name of the data source; a batch's ID is this, a hyphen and the table


def rows_table(table: str, query: str) -> str:
    """Name of the table that holds the rows which an ``unexpected_rows_expectation`` found on a table."""
    return "_rows_" + hashlib.sha256(f"{SOURCE}-{table}\n{query}".encode()).hexdigest()[:24]
