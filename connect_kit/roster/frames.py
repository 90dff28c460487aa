"""A roster made in a notebook, from DataFrames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, get_args

from connect_kit import connect
from connect_kit.display.look import counted
from connect_kit.engine import DuckDBEngine, create_table, default_engine, quoted
from connect_kit.errors import SettingError
from connect_kit.roster import tables
from connect_kit.roster.frame_values import check_frame, lines_of, texts_of
from connect_kit.roster.header import Notice, read_header
from connect_kit.roster.tables import Table, check_table_names

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from connect_kit.connect import Level
    from connect_kit.engine import Schema
    from connect_kit.roster.value import Roster

#: How many of the lines that were changed are named.
_NAMED: Final = 5


def fields_from_frames(
    frames: Mapping[str, pd.DataFrame], level: Level, engine: DuckDBEngine | None, before: Roster | None = None
) -> dict[str, Any]:
    """What a roster made from DataFrames holds, by field; tables without a frame are those of the roster ``before``."""
    _check(frames, level, engine)
    schema = (engine or default_engine()).new_schema("roster", (before.schema,) if before else ())
    tables.create_notes(schema)
    info = _kept(schema, before, frames) if before else {}
    roles_file = tables.holds_roles(info)
    notices: list[Notice] = []
    for name in sorted(frames, key=lambda name: name != "roles"):  # users' header is judged by what roles hold
        frame = frames[name]
        file = before.info[name].file if before and name in before.info else f"{name}.csv"
        header = read_header(name, file, [str(c) for c in frame.columns], level, roles_file=roles_file)
        notices += header.notices
        if not header.readable:
            raise SettingError(f"{name}: the frame has a repeated column, or none that a roster knows")
        create_table(schema, f"_file_{name}", _as_text(name, frame, header.columns))
        schema.execute(f"CREATE VIEW {quoted('_all_' + name)} AS SELECT * FROM {quoted('_file_' + name)}")
        refused = _still_refused(schema, before, name) if before else 0
        info[name] = Table(file, header.columns, len(frame), refused, header.missing, meant=header.meant)
        roles_file = roles_file or tables.holds_roles(info)
        tables.clear_blank_fields(schema, name, file, header.columns)
        tables.note_odd_characters(schema, name, file, header.columns)
        if before and name in before.info:
            notices += _changed(schema, before, name, header.columns)
    unreadable = before.unreadable if before else {}
    missing = _missing(before) if before else {}
    notices += [
        Notice("file.missing", name, f"{name}.csv", missing.get(name, f"{name}.csv is missing"))
        for name, file_ in connect.FILES.items()
        if file_.needed and name not in info and name not in unreadable
    ]
    tables.add_notes(schema, notices)
    info = tables.build(schema, info, roles_file=roles_file)
    return {
        "schema": schema,
        "level": level,
        "path": before.path if before else None,
        "info": info,
        "unreadable": {name: why for name, why in unreadable.items() if name not in info},
        "version": before.version if before else None,
    }


def _missing(before: Roster) -> dict[str, str]:
    """What was said of each file that is missing, such as which other one is probably it."""
    return dict(before.schema.execute("SELECT tbl, value FROM _notices WHERE code = 'file.missing'"))


def _check(frames: Any, level: Any, engine: Any) -> None:
    if not isinstance(frames, Mapping):
        raise SettingError(
            f"frames is a {type(frames).__name__}; expected a dict of table names to DataFrames: {{'users': frame}}"
        )
    check_table_names(frames)
    for name, frame in frames.items():
        check_frame(name, frame)
    if level not in get_args(connect.Level):
        raise SettingError(f"level is {level!r}; expected 'district' or 'school'")
    if engine is not None and not isinstance(engine, DuckDBEngine):
        raise SettingError(f"engine is a {type(engine).__name__}; expected a DuckDBEngine or None")


def _kept(schema: Schema, before: Roster, frames: Mapping[str, pd.DataFrame]) -> dict[str, Table]:
    """Show the tables of a roster that are not replaced in another schema, with what was noted about them."""
    old = quoted(before.schema.name)
    kept = {name: table for name, table in before.info.items() if name not in frames}
    own = before.schema.columns(tables.OWN_USERS) if "users" in kept else ()
    if own:  # what users.csv leaves to roles.csv is filled anew
        kept["users"] = replace(kept["users"], columns=tuple(name for name in own if name != "_line"))
    for name in kept:
        source = tables.OWN_USERS if own and name == "users" else quoted("_all_" + name)
        schema.execute(f"CREATE VIEW {quoted('_all_' + name)} AS SELECT * FROM {old}.{source}")
    replaced = ", ".join(f"'{name}'" for name in frames) or "''"
    for lines in ("_refused", "_aside"):
        schema.execute(f"INSERT INTO {lines} SELECT * FROM {old}.{lines} WHERE tbl NOT IN ({replaced})")
    # Rows to be deleted are noted anew when the tables are built, missing files when all is known.
    schema.execute(
        f"INSERT INTO _notices SELECT * FROM {old}._notices WHERE tbl NOT IN ({replaced}) "
        "AND code <> 'file.missing' AND NOT ends_with(code, '.status.tobedeleted')"
    )
    return kept


def _still_refused(schema: Schema, before: Roster, name: str) -> int:
    """Keep a replaced table's refused lines that no row replaces now, and count them: none is lost silently."""
    old, rows = quoted(before.schema.name), quoted("_all_" + name)
    for notes in ("_refused", "_notices"):
        schema.execute(
            f"INSERT INTO {notes} SELECT * FROM {old}.{notes} WHERE tbl = ? AND line NOT IN (SELECT _line FROM {rows})"
            + (" AND code = 'file.malformed_line'" if notes == "_notices" else ""),
            [name],
        )
    return int(schema.execute("SELECT count(*) FROM _refused WHERE tbl = ?", [name])[0][0])


def _changed(schema: Schema, before: Roster, name: str, columns: tuple[str, ...]) -> list[Notice]:
    """What of a table is not as it was before, in words; with it, what was said of an earlier change."""
    there = before.info[name].columns
    common = [column for column in columns if column in there]
    old = f"{quoted(before.schema.name)}.{quoted('_all_' + name)}"
    differ = [f"n.{quoted(column)} IS DISTINCT FROM o.{quoted(column)}" for column in common]
    counts = "".join(f", count(*) FILTER (both_there AND {one})" for one in differ)
    added, gone, lines, *values = schema.execute(f"""
        SELECT count(*) FILTER (o._line IS NULL), count(*) FILTER (n._line IS NULL),
               list(n._line ORDER BY n._line) FILTER (both_there AND ({" OR ".join(differ) or "false"})){counts}
        FROM {quoted("_file_" + name)} AS n FULL JOIN {old} AS o USING (_line),
            LATERAL (SELECT n._line IS NOT NULL AND o._line IS NOT NULL AS both_there)
    """)[0]
    changed = {column: many for column, many in zip(common, values, strict=True) if many}
    words = [
        counted(many, what) + how
        for many, what, how in (
            (sum(changed.values()), "value", f" changed ({', '.join(changed)}; {_lines(lines)})"),
            (added, "row", " added"),
            (gone, "row", " taken out"),
            (len(set(columns) - set(there)), "column", " added"),
            (len(set(there) - set(columns)), "column", " taken out"),
        )
        if many
    ]
    said = before.schema.execute("SELECT value FROM _notices WHERE code = 'file.changed_here' AND tbl = ?", [name])
    now = [f"after it was read: {', '.join(words)}"] if words else []
    return [Notice("file.changed_here", name, before.info[name].file, text) for text in (*(t for (t,) in said), *now)]


def _lines(lines: list[int] | None) -> str:
    """Lines in words, the first of many."""
    named = ", ".join(map(str, (lines or [])[:_NAMED]))
    return ("line " if len(lines or ()) == 1 else "lines ") + named + (" ..." if len(lines or ()) > _NAMED else "")


def _as_text(name: str, frame: pd.DataFrame, columns: tuple[str, ...]) -> pa.Table:
    import pyarrow as pa

    made = {"_line": lines_of(name, frame)}
    for position, column in enumerate(columns):
        made[column] = texts_of(name, column, frame.iloc[:, position], made["_line"])
    return pa.table(made)
