"""What the SQL of a district's own suite may do: one SELECT over the tables of the roster, and nothing else.

The query is parsed by DuckDB and its syntax tree is walked with a list of what is allowed; no word is looked for in the
text. What passes runs in a database of its own without files: :mod:`connect_kit.checks.sandbox`.
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
_TABLE_FUNCTIONS = frozenset("unnest range generate_series json_each json_tree".split())
#: Functions whose result is not made from their arguments alone, and which a rule may need all the same.
_CLOCK = frozenset("current_date today now get_current_timestamp transaction_timestamp".split())
#: Functions that DuckDB calls pure, but that plan or parse SQL, or say something about the database.
_ABOUT_SQL = frozenset(
    "json_serialize_plan json_serialize_sql json_deserialize_sql parse_duckdb_log_message version".split()
)
#: DuckDB's macros that only compute; the others look into its catalogue, sleep or stop.
_MACROS = re.compile(
    r"(array|list|map|md5_number)_\w+|date_add|days_in_month|fdiv|fmod|geomean|geometric_mean|if|json|json_group_\w+"
    r"|nullif|regexp_split_to_table|split_part|wavg|weighted_avg"
)
#: Functions that the parser makes and the catalogue does not list.
_OF_THE_PARSER = frozenset("unnest count_star grouping struct_pack row list_value".split())
MOST_CHARACTERS = 20_000  #: longer SQL is not a rule, and the parser's own stack is not endless
_NAME = re.compile(r"[A-Za-z_]\w*")


def refusal(query: str, tables: frozenset[str]) -> str | None:
    """Why a query is not one SELECT over these tables; None when it is."""
    if len(query) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS:,} characters"
    try:
        parsed = _parsed(query)
        if isinstance(parsed, str):
            return parsed
        return _refused(parsed, frozenset(name.casefold() for name in tables))
    except RecursionError:
        return "it is nested too deeply"


def tables_read(query: str, tables: frozenset[str]) -> list[str]:
    """Which of these tables a query reads."""
    parsed, found = _parsed(query), set()
    parts: list[Any] = [parsed]
    while parts:
        part = parts.pop()
        if isinstance(part, Mapping):
            if part.get("type") == "BASE_TABLE":
                found.add(str(part.get("table_name")).casefold())
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    return [table for table in sorted(tables) if table.casefold() in found]


def _parsed(query: str) -> Mapping[str, Any] | str:
    """The syntax tree of a single SELECT; a text says why it is not one."""
    import duckdb

    with duckdb.connect(config={"autoload_known_extensions": False, "autoinstall_known_extensions": False}) as parser:
        try:
            if len(parser.extract_statements(query)) != 1:
                return "it is not one statement"
            (text,) = parser.execute("SELECT json_serialize_sql(?)", [query]).fetchone() or ("{}",)
        except duckdb.Error as error:
            return f"it is not valid SQL ({str(error).strip().splitlines()[0]})"
    answer = json.loads(text)
    if answer.get("error") or len(answer["statements"]) != 1:
        return "it is not a SELECT"
    node: Mapping[str, Any] = answer["statements"][0]["node"]
    return node


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
        recursive = isinstance(inner, Mapping) and inner.get("node", inner).get("type") == "RECURSIVE_CTE_NODE"
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
    if kind == "TABLE_FUNCTION":
        return None if _called(part) in _TABLE_FUNCTIONS else f"the table function {_called(part)} is not allowed"
    if "class" in part:
        if part["class"] == "PARAMETER":
            return "it has a parameter without a value"
        name = str(part.get("function_name") or "").casefold()
        return f"the function {name} is not allowed" if name and name not in _functions() else None
    if not isinstance(kind, str):
        return None
    if kind == "BASE_TABLE":
        table = str(part.get("table_name"))
        if part.get("at_clause"):
            return "it asks for another version of a table"
        if part.get("schema_name") or part.get("catalog_name") or table.casefold() not in tables:
            return f"{table!r} is not a table of the roster"
    elif kind.endswith("_QUERY_NODE"):
        return "it changes data"
    elif kind not in _NODES and not _HARMLESS.fullmatch(kind):
        return f"{kind.lower().replace('_', ' ')} is not allowed"
    return None


def _called(part: Mapping[str, Any]) -> str:
    return str((part.get("function") or {}).get("function_name")).casefold()


@cache
def _functions() -> frozenset[str]:
    """Functions that only compute: what DuckDB calls consistent, its aggregates and windows, and a few more."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT lower(function_name), function_type, coalesce(stability, '') FROM duckdb_functions()"
        ).fetchall()
    allowed = {name for name, kind, _ in rows if kind in ("aggregate", "window")}
    allowed |= {name for name, kind, stability in rows if kind == "scalar" and stability == "CONSISTENT"}
    allowed |= {name for name, kind, _ in rows if kind == "macro" and _MACROS.fullmatch(name)}
    changing = {name for name, kind, stability in rows if kind == "scalar" and stability != "CONSISTENT"}
    return frozenset((allowed - changing - _ABOUT_SQL) | _CLOCK | _OF_THE_PARSER | _TABLE_FUNCTIONS)
