"""From files to tables: what the reader noted, and the tables that rules look at.

A schema of a roster holds, for each delivered table ``T``: ``_all_T`` (every row as delivered, with ``_line``) and
``T`` (the rows that would be uploaded, with every column of the standard; absent ones are NULL). Tables that were not
delivered are there and empty, so that SQL across tables always runs. ``_notices`` holds what the reader noted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from connect_kit import connect, oneroster
from connect_kit.connect import BLANKS
from connect_kit.engine import quoted
from connect_kit.engine.encoding import INVISIBLE, LOST
from connect_kit.errors import SettingError
from connect_kit.roster.header import Notice, known_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from connect_kit.connect import Severity
    from connect_kit.engine import Schema

ALL_TABLES = tuple(dict.fromkeys((*connect.FILES, *oneroster.TABLES)))
#: SQL of everybody whose contacts are judged, for ``contacts.sql``.
CONTACTS = """(SELECT 'users' AS tbl, _line, _kind = 'guardian' AS guardian, email, sms FROM users
    UNION ALL SELECT 'guardians', _line, true, email, sms FROM guardians)"""
_AT_ONCE = 40  # columns in one query
_ODD = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}" + INVISIBLE + "]"
#: SQL of a text without what is half a letter that was encoded twice: who took it away would lose the letter.
_NOT_TWICE = r"regexp_replace({0}, '[\x{{c2}}-\x{{f4}}][\x{{80}}-\x{{9f}}]|[ÃÂ][\x{{a0}}\x{{ad}}]', '', 'g')"
ID_ENDS = ("sourcedId", "SourcedId", "SourcedIds")  # how columns of IDs end, in the standard and on Connect
_NAMES = ("givenName", "familyName", "title")
#: The rows of users.csv as they are there, where roles.csv has filled what they leave to it.
OWN_USERS: Final = "_own_users"


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of a delivered table: ``file`` name, ``columns``, number of ``rows`` and ``refused`` lines.

    ``missing`` names required columns that the file lacks. ``aside`` counts lines that are not records and were set
    aside: rows without any value, footers, repeated headers, lines above the header. ``meant`` names absent columns
    with the unknown one that each probably is.
    """

    file: str
    columns: tuple[str, ...]
    rows: int
    refused: int = 0
    missing: tuple[str, ...] = ()
    aside: int = 0
    meant: Mapping[str, str] = field(default_factory=dict)


def check_table_names(frames: Mapping[str, Any]) -> None:
    """Refuse a name that is not a table of a roster."""
    for name in frames:
        if name not in ALL_TABLES:
            raise SettingError(f"{name!r} is not a table of a roster; expected one of {', '.join(ALL_TABLES)}")


def create_notes(schema: Schema) -> None:
    """Make the tables of what the reader notes."""
    schema.execute(
        "CREATE TABLE _notices (code VARCHAR, severity VARCHAR, tbl VARCHAR, file VARCHAR, line BIGINT, col VARCHAR, "
        "value VARCHAR)"
    )
    schema.execute("CREATE TABLE _refused (tbl VARCHAR, file VARCHAR, line BIGINT, reason VARCHAR, raw VARCHAR)")
    schema.execute("CREATE TABLE _aside (tbl VARCHAR, file VARCHAR, line BIGINT, kind VARCHAR, raw VARCHAR)")


def add_notes(schema: Schema, notices: Sequence[Notice]) -> None:
    """Keep what the reader noticed, besides the mass of rows already noted."""
    if not notices:
        return
    import pyarrow as pa

    names = ("code", "severity", "table", "file", "line", "column", "value")
    rows = pa.table({name: pa.array([getattr(note, name) for note in notices]) for name in names})
    with schema.engine.cursor((schema.name,)) as cursor:
        cursor.register("noted", rows)
        cursor.execute("INSERT INTO _notices SELECT * FROM noted")


def add_aside(schema: Schema, table: str, file: str, lines: Sequence[tuple[int, str, str]]) -> None:
    """Keep the lines of a file that were set aside: line, kind and text of each."""
    if not lines:
        return
    import pyarrow as pa

    numbers, kinds, raws = zip(*lines, strict=True)
    rows = pa.table({"line": pa.array(numbers, pa.int64()), "kind": list(kinds), "raw": list(raws)})
    with schema.engine.cursor((schema.name,)) as cursor:
        cursor.register("lines_aside", rows)
        cursor.execute("INSERT INTO _aside SELECT ?, ?, line, kind, raw FROM lines_aside", [table, file])


def add_refused(schema: Schema, table: str, file: str, refused: pa.Table) -> None:
    """Keep the lines of a file that cannot be read, and note each; of a file that is never sent, as a warning."""
    if refused.num_rows == 0:
        return
    with schema.engine.cursor((schema.name,)) as cursor:
        cursor.register("refused", refused)
        cursor.execute("INSERT INTO _refused SELECT ?, ?, line, reason, raw FROM refused", [table, file])
        cursor.execute(
            "INSERT INTO _notices SELECT 'file.malformed_line', ?, ?, ?, line, NULL, reason FROM refused",
            [never_critical(table), table, file],
        )


def never_critical(table: str) -> Severity | None:
    """The severity of what would be critical in a file that Connect is sent; None where it is one."""
    return None if table in connect.FILES else "warning"


def clear_blank_fields(schema: Schema, table: str, file: str, columns: Sequence[str], *, odd: bool = True) -> None:
    """Make a field of blanks NULL and note it: it is not a value (decision 1).

    ``odd`` says whether the file may hold blanks other than space and tab.
    """
    values = quoted(f"_file_{table}")
    # Text that begins with a blank sorts before '!': comparing first bytes spares trimming millions of values, where it
    # comes first, as in a CASE and not with AND.
    first = "({0} < '!' OR {0} >= '\u00a0')" if odd else "{0} < '!'"
    blank = f"CASE WHEN {first} THEN trim({{0}}, '{BLANKS}') = '' ELSE false END"
    found = {name: blank.format(quoted(name)) for name in columns}
    for name, blank in _found(schema, values, found).items():
        schema.execute(
            "INSERT INTO _notices SELECT 'file.blank_field', NULL, ?, ?, _line, ?, NULL "
            f"FROM {quoted('_all_' + table)} WHERE {blank}",
            [table, file, name],
        )
        schema.execute(f"UPDATE {values} SET {quoted(name)} = NULL WHERE {blank}")


def _found(schema: Schema, values: str, conditions: Mapping[str, str]) -> dict[str, str]:
    """The conditions that some row of a table meets; many are asked for at once, as hardly any is met."""
    names = list(conditions)
    found: dict[str, str] = {}
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        any_of = " OR ".join(f"({conditions[name]})" for name in some)
        if not schema.execute(f"SELECT 1 FROM {values} WHERE {any_of} LIMIT 1"):
            continue
        asked = ", ".join(f"coalesce(bool_or({conditions[name]}), false)" for name in some)
        met = schema.execute(f"SELECT {asked} FROM {values}")[0]
        found |= {name: conditions[name] for name, holds in zip(some, met, strict=True) if holds}
    return found


def note_odd_characters(schema: Schema, table: str, file: str, columns: Sequence[str]) -> None:
    """Note every value with a NUL, control, zero-width or non-breaking character, and those that have lost one.

    Where an ID has lost one, two of them may look alike; names and titles have rules of their own.
    """
    for name in columns:
        graver = None if table == "roles" else never_critical(table)  # roles.csv holds the roles of users.csv
        lost = graver if name.endswith(ID_ENDS) else "warning"
        found = {"file.nul_or_control": (None, _ODD)} | (
            {} if name in _NAMES else {"file.lost_character": (lost, LOST)}
        )
        for code, (severity, pattern) in found.items():
            value = _NOT_TWICE if name in _NAMES else "{0}"
            schema.execute(
                "INSERT INTO _notices SELECT ?, ?, ?, ?, _line, ?, NULL "
                f"FROM {quoted('_all_' + table)} WHERE regexp_matches({value.format(quoted(name))}, ?)",
                [code, severity, table, file, name, pattern],
            )


def build(schema: Schema, info: Mapping[str, Table], *, roles_file: bool) -> dict[str, Table]:
    """Make the tables that rules look at, and note rows to be deleted.

    Returns what is known of the tables; users of OneRoster 1.2 have gained ``role`` and ``orgSourcedIds``.
    """
    info = dict(info)
    schema.execute("CREATE TABLE _role_lines (_line BIGINT, role_line BIGINT)")
    users = info.get("users")
    if roles_file and users and "sourcedId" in users.columns and _needs_roles(schema, users.columns):
        _join_roles(schema, users.columns)
        joined = tuple(name for name in schema.columns("_all_users") if name != "_line")
        info["users"] = replace(users, columns=joined)
    for table in ALL_TABLES:
        delivered = schema.columns(f"_all_{table}") if table in info else ()
        names = dict.fromkeys((*known_columns(table), *delivered))
        names.pop("_line", None)
        chosen = [quoted(n) if n in delivered else f"NULL::VARCHAR AS {quoted(n)}" for n in names]
        chosen += ["NULL::VARCHAR AS status"] if "status" not in map(str.casefold, names) else []
        if table == "users":
            role = "role" if "role" in delivered else "NULL"
            # Exact words first: comparing them costs nothing, and hardly any row needs the rest.
            chosen.append(f"CASE {_whens(role)} ELSE {_case(bare(role), connect.ROLE_KINDS, 'unknown')} END AS _kind")
        condition = _keep(schema, table, info) if "status" in delivered else "true"
        source = quoted(f"_all_{table}") if delivered else "(SELECT NULL::BIGINT AS _line) WHERE false AND"
        where = f"WHERE {condition}" if delivered else "true"
        schema.execute(f"CREATE VIEW {quoted(table)} AS SELECT _line, {', '.join(chosen)} FROM {source} {where}")
    return info


def _needs_roles(schema: Schema, columns: Sequence[str]) -> bool:
    """Whether users.csv itself does not say of everybody which role at which school."""
    blank = "SELECT 1 FROM _all_users WHERE role IS NULL OR orgSourcedIds IS NULL LIMIT 1"
    return not {"role", "orgSourcedIds"} <= {*columns} or bool(schema.execute(blank))


def _keep(schema: Schema, table: str, info: Mapping[str, Table]) -> str:
    """Condition that leaves out rows to be deleted (decision 6), each of which is noted."""
    deleted = f"{bare('status')} = 'tobedeleted'"
    source = quoted(f"_all_{table}")
    if not schema.execute(f"SELECT count(*) FROM {source} WHERE {deleted}")[0][0]:
        return "true"
    schema.execute(
        f"INSERT INTO _notices SELECT ?, NULL, ?, ?, _line, 'status', NULL FROM {source} WHERE {deleted}",
        [f"{table}.status.tobedeleted", table, info[table].file],
    )
    return f"({deleted}) IS NOT TRUE"


def bare(value: str) -> str:
    """SQL of a word in small letters without the blanks around it, so that ``ToBeDeleted`` counts as the word."""
    return f"lower(trim({value}, '{BLANKS}'))"


def holds_roles(info: Mapping[str, Table]) -> bool:
    """Whether roles.csv was read and says who holds which role (OneRoster 1.2)."""
    return "roles" in info and {"userSourcedId", "role"} <= set(info["roles"].columns)


def _join_roles(schema: Schema, columns: Sequence[str]) -> None:
    """OneRoster 1.2: a user's role and schools are in roles.csv; the primary role counts (decision 6).

    What the user's own row says counts more: Connect takes it from there.
    """
    words = {word: word for word in connect.ROLE_KINDS}
    words |= {word.casefold(): known for word, known in oneroster.ROLE_1_2_TO_1_1.items()}
    known = _case(f"lower(trim(role, '{BLANKS}'))", words, "")
    role = f"coalesce(nullif({known}, ''), role)"
    there = schema.columns("_all_roles")
    org, kind, status = (c if c in there else f"NULL::VARCHAR AS {c}" for c in ("orgSourcedId", "roleType", "status"))
    held = {"role": "f.role", "orgSourcedIds": "l.orgSourcedIds"}
    kept = ", ".join(f"u.{quoted(name)}" for name in columns if name not in held)
    held |= {name: f"coalesce(u.{name}, {found})" for name, found in held.items() if name in columns}
    line = "CASE WHEN u.role IS NULL THEN f._role_line END" if "role" in columns else "f._role_line"
    schema.execute(f"""
        CREATE TABLE _joined AS
        WITH roles_held AS (
            SELECT userSourcedId, {role} AS role, orgSourcedId, _line,
                   CASE WHEN lower(trim(roleType)) = 'primary' THEN 0 ELSE 1 END AS rank
            FROM (SELECT _line, userSourcedId, role, {org}, {kind}, {status} FROM _all_roles)
            WHERE {bare("status")} IS DISTINCT FROM 'tobedeleted'
        ), schools AS (
            SELECT userSourcedId, orgSourcedId, min(rank * 1e12 + _line) AS place
            FROM roles_held WHERE orgSourcedId IS NOT NULL GROUP BY ALL
        ), listed AS (
            SELECT userSourcedId, string_agg(orgSourcedId, ',' ORDER BY place) AS orgSourcedIds
            FROM schools GROUP BY ALL
        ), first AS (
            SELECT userSourcedId, arg_min(role, rank * 1e12 + _line) AS role,
                   coalesce(arg_min(_line, rank * 1e12 + _line) FILTER (role IS NOT NULL), min(_line)) AS _role_line
            FROM roles_held GROUP BY ALL
        )
        SELECT u._line, {kept}, {held["orgSourcedIds"]} AS orgSourcedIds, {held["role"]} AS role, {line} AS _role_line
        FROM _all_users AS u
        LEFT JOIN first AS f ON f.userSourcedId = u.sourcedId
        LEFT JOIN listed AS l ON l.userSourcedId = u.sourcedId
    """)
    schema.execute("INSERT INTO _role_lines SELECT _line, _role_line FROM _joined WHERE _role_line IS NOT NULL")
    schema.execute(f"ALTER VIEW _all_users RENAME TO {OWN_USERS}")
    schema.execute("CREATE VIEW _all_users AS SELECT * EXCLUDE (_role_line) FROM _joined")


def _whens(role: str) -> str:
    words: dict[str, list[str]] = {}
    for word, kind in connect.ROLE_KINDS.items():
        words.setdefault(kind, []).append(f"'{word}'")
    return " ".join(f"WHEN {role} IN ({', '.join(spelled)}) THEN '{kind}'" for kind, spelled in words.items())


def _case(value: str, words: Mapping[str, str], other: str | None) -> str:
    """An SQL CASE from a mapping; the value itself where ``other`` is None."""
    whens = " ".join(f"WHEN '{key}' THEN '{word}'" for key, word in words.items())
    return f"CASE {value} {whens} ELSE {value if other is None else repr(other)} END"
