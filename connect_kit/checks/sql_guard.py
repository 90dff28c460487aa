"""What the SQL of a district's own suite may do: one SELECT over the tables of the roster, and nothing else.

The query is parsed by DuckDB and its syntax tree is walked with a list of what is allowed; no word is looked for in the
text. DuckDB's own switch against reading files (``enable_external_access``) is no help: it holds for the whole database
and cannot be taken back, and the same database reads and writes the kit's own files afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

#: Parts of a SELECT that read no table.
_NODES = frozenset(
    "SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE JOIN SUBQUERY EMPTY EXPRESSION_LIST "
    "ASCENDING DESCENDING".split()
)
_HARMLESS = re.compile(r"\w+_MODIFIER|ORDER_\w+|\w+_TYPE_INFO")
_TABLE_FUNCTIONS = frozenset("unnest range generate_series".split())
#: Functions that look outside of the tables, or change something.
_FUNCTIONS = frozenset(
    "getenv current_setting getvariable nextval currval query query_table read_text read_blob read_csv read_csv_auto "
    "read_json read_json_auto read_json_objects read_parquet parquet_scan glob sniff_csv which_secret duckdb_secrets "
    "write_log parse_duckdb_log_message add_parquet_key json_execute_serialized_sql from_substrait set_config".split()
)
_NAME = re.compile(r"[A-Za-z_]\w*")


def refusal(query: str, tables: frozenset[str]) -> str | None:
    """Why a query is not one SELECT over these tables; None when it is."""
    import duckdb

    with duckdb.connect(config={"autoload_known_extensions": False, "autoinstall_known_extensions": False}) as parser:
        try:
            if len(duckdb.extract_statements(query)) != 1:
                return "it is not one statement"
            (text,) = parser.execute("SELECT json_serialize_sql(?)", [query]).fetchone() or ("{}",)
        except duckdb.Error as error:
            return f"it is not valid SQL ({str(error).strip().splitlines()[0]})"
    try:
        parsed = json.loads(text)
        if parsed.get("error") or len(parsed["statements"]) != 1:
            return "it is not a SELECT"
        return _refused(parsed["statements"][0]["node"], frozenset(name.casefold() for name in tables))
    except RecursionError:
        return "it is nested too deeply"


def _refused(part: Any, tables: frozenset[str]) -> str | None:
    """What of a part of the syntax tree is not allowed; ``tables`` are the names that it may read, in small letters."""
    if isinstance(part, list):
        return next((why for why in (_refused(one, tables) for one in part) if why), None)
    if not isinstance(part, Mapping):
        return None
    listed = (part.get("cte_map") or {}).get("map", [])
    for one in listed:
        name, value = str(one["key"]), one["value"]
        if not _NAME.fullmatch(name):
            return f"{name!r} is not a plain name for a part of it"
        inner = value.get("query_node") or value.get("query")
        # Only a recursive part may read itself; for any other its own name is a table of that name.
        recursive = isinstance(inner, Mapping) and "RECURSIVE_CTE_NODE" in json.dumps(inner)[:200]
        why = _refused(value, tables | {name.casefold()} if recursive else tables)
        if why:
            return why
        tables = tables | {name.casefold()}
    why = _refused_here(part, tables)
    if why:
        return why
    return next((w for w in (_refused(value, tables) for name, value in part.items() if name != "cte_map") if w), None)


def _refused_here(part: Mapping[str, Any], tables: frozenset[str]) -> str | None:
    kind = part.get("type")
    name = str(part.get("function_name") or "").casefold()
    if name and (name in _FUNCTIONS or name in _side_effects()):
        return f"the function {name} is not allowed"
    if "class" in part or not isinstance(kind, str):
        return None
    if kind == "BASE_TABLE":
        table = str(part.get("table_name"))
        if part.get("schema_name") or part.get("catalog_name") or table.casefold() not in tables:
            return f"{table!r} is not a table of the roster"
    elif kind == "TABLE_FUNCTION":
        called = str((part.get("function") or {}).get("function_name")).casefold()
        if called not in _TABLE_FUNCTIONS:
            return f"the table function {called} is not allowed"
    elif kind.endswith("_QUERY_NODE"):
        return "it changes data"
    elif kind not in _NODES and not _HARMLESS.fullmatch(kind):
        return f"{kind.lower().replace('_', ' ')} is not allowed"
    return None


@cache
def _side_effects() -> frozenset[str]:
    """Functions of DuckDB whose result is not told by their arguments alone."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE has_side_effects"
        ).fetchall()
    return frozenset(str(row[0]).casefold() for row in rows)
