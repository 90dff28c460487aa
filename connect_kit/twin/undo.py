"""Changes that can be taken back: the rows that an action or a merge removed and added.

The tables concerned are copied before; afterwards the difference is written to the table ``changes``. So undoing
needs to know nothing about what was done. Uploads change too much for that: see :mod:`connect_kit.twin.snapshots`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from connect_kit.engine import literal, quoted
from connect_kit.engine.arguments import checked
from connect_kit.errors import TwinError
from connect_kit.twin.activity import log
from connect_kit.twin.snapshots import take_back
from connect_kit.twin.values import Change

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.twin.data import TwinData
    from connect_kit.twin.session import Session

#: Columns that identify a table's rows.
KEYS: Mapping[str, tuple[str, ...]] = {
    "settings": ("name",),
    "counters": ("kind",),
    "schools": ("connectSchoolId",),
    "classrooms": ("connectClassroomId",),
    "students": ("connectStudentId",),
    "student_schools": ("connectStudentId", "connectSchoolId"),
    "accounts": ("connectUserId",),
    "guardian_roles": ("connectUserId", "guardianId"),
    "staff_roles": ("connectUserId", "staffId"),
    "staff_schools": ("connectUserId", "connectSchoolId"),
    "relationships": ("connectStudentId", "connectUserId"),
    "enrollments": ("connectClassroomId", "connectUserId"),
    "attributes": ("connectStudentId", "name"),
    "history": ("historyId",),
    "merges": ("activity", "survivor", "other", "field"),
}
#: What a row of a table says by being there, and by being gone.
_THERE: Mapping[str, tuple[str, str]] = {
    "relationships": ("connected", "disconnected"),
    "enrollments": ("in the classroom", "not in the classroom"),
    "staff_schools": ("at the school", "not at the school"),
}
#: Tables whose rows are the IDs of a record.
_IDS: Mapping[str, str] = {"guardian_roles": "guardianId", "staff_roles": "staffId"}
#: Makes the changes; it returns the counts for the log, or None to have the rows counted by table.
Act = Callable[[], Mapping[str, int] | None]


def record_change(session: Session, kind: str, what: str, tables: Sequence[str], act: Act) -> Change:
    """Do something in a transaction, and log it so that :func:`undo` can take it back.

    Parameters
    ----------
    session : Session
    kind : str
        Of an action, or ``merge``.
    what : str
        In words, for the log: IDs, never names.
    tables : sequence of str
        Every table that ``act`` writes to.
    act : callable
        Runs its SQL on the session; when it raises, everything is taken back.
    """
    with session.transaction():
        counts = _run(session, tables, act)
        number = log(session, kind, what, counts=counts)
        for table in tables:
            session.execute(
                f"INSERT INTO changes SELECT {number}, {literal(table)}, side, row FROM ("
                f"SELECT -1 AS side, to_json(r) AS row FROM {_removed(table)} AS r "
                f"UNION ALL SELECT 1, to_json(r) FROM {_added(table)} AS r)"
            )
            session.execute(f"DROP TABLE before_{table}")
        # Two twins of one origin may do the same number of things with the same words to other records.
        session.execute(
            "UPDATE activity SET digest = (SELECT md5(concat_ws(' ', count(*), "
            "sum(md5_number_lower(to_json([tbl, side::VARCHAR, row])::VARCHAR)))) FROM changes WHERE activity = $1) "
            "WHERE number = $1",
            [number],
        )
    return Change(number, what, counts)


def preview_change(session: Session, tables: Sequence[str], act: Act) -> pd.DataFrame:
    """What :func:`record_change` would change: ``table``, ``id``, ``column``, ``before``, ``after``.

    One line a value; ``id`` holds the IDs of the record, separated by blanks. Whether a record is archived is in words
    (``active``, ``archived``), and so is what goes or comes as a whole, with ``column`` blank: ``connected``,
    ``disconnected``; ``in the classroom``, ``not in the classroom``. Where an account gets another ID, ``before`` and
    ``after`` hold its IDs.
    """
    with session.transaction(keep=False):
        _run(session, tables, act)
        return session.frame(
            " UNION ALL ".join(_changed_values(session, table) for table in tables) + ' ORDER BY "table", id, "column"'
        )


@checked()
def undo(twin: TwinData, *, run: str | None = None) -> Change:
    """Take back the last action, merge or upload that has not been taken back yet.

    An upload is taken back as a whole: all files of its run. For that, a copy of the twin from before the run is kept
    until the next one (decision 27). Its entries stay in the log, and the same plan can be sent again, as a new run.

    Parameters
    ----------
    run : str, optional
        Take this upload back, and nothing else (:attr:`UploadResult.run`).

    Raises
    ------
    TwinError
        When there is nothing to take back, or ``run`` is not the last thing that was done; for an upload, when
        something else came between its files, or the copy is gone.
    TwinBusyError
        When an upload to the twin is under way.
    OutputError
        When there is no room for putting the twin of before the upload in its place; nothing was changed.
    """
    with twin.writing("an undo") as session:
        last = session.execute(
            "SELECT a.number, a.kind, a.what, a.counts, u.run FROM activity AS a "
            "LEFT JOIN uploads AS u ON u.activity = a.number WHERE a.kind NOT IN ('made', 'waiver', 'undo') "
            "AND a.undone IS NULL AND coalesce(u.outcome, '') <> 'refused' ORDER BY a.number DESC LIMIT 1"
        )
        if not last:
            raise TwinError(
                f"{twin.path}: there is no action, merge or upload to take back", step="activity", path=str(twin.path)
            )
        number, kind, what, counts, uploaded = last[0]
        if run not in (None, uploaded):
            raise TwinError(
                f"{twin.path}: the upload is not the last thing that was done, or was taken back already: entry "
                f"{number} ({kind}: {what}); take that back first, with twin.undo()"
            )
        if uploaded is not None:
            with twin.lock():
                return take_back(session, twin, uploaded)
        return _undo_change(session, twin, int(number), what, json.loads(counts))


def _undo_change(session: Session, twin: TwinData, number: int, what: str, counts: dict[str, int]) -> Change:
    with session.transaction():
        tables = session.execute("SELECT DISTINCT tbl FROM changes WHERE activity = ? ORDER BY tbl", [number])
        for (table,) in tables:
            _take_back(session, twin, number, table)
        what = f"taken back: entry {number}, {what}"
        entry = log(session, "undo", what, counts=counts)
        session.execute("UPDATE activity SET undone = ? WHERE number = ?", [entry, number])
        session.execute("DELETE FROM changes WHERE activity = ?", [number])
    return Change(entry, what, counts)


def _run(session: Session, tables: Sequence[str], act: Act) -> dict[str, int]:
    for table in tables:
        session.execute(f"CREATE TEMP TABLE before_{table} AS SELECT * FROM twin.main.{table}")
    counts = act()
    if counts is not None:
        return dict(counts)
    return {table: int(session.one(f"SELECT count(*) FROM {_added(table)}")) for table in tables}


def _removed(table: str) -> str:
    return f"(SELECT * FROM before_{table} EXCEPT ALL SELECT * FROM twin.main.{table})"


def _added(table: str) -> str:
    return f"(SELECT * FROM twin.main.{table} EXCEPT ALL SELECT * FROM before_{table})"


def _changed_values(session: Session, table: str) -> str:
    """SQL for the changed values of a table, one a row."""
    if table in _IDS:
        ids = ", ".join(
            f"string_agg({quoted(_IDS[table])}, ', ' ORDER BY {quoted(_IDS[table])}) FILTER (side = '{side}') AS {side}"
            for side in ("before", "after")
        )
        return (
            f'SELECT {literal(table)} AS "table", connectUserId AS id, {literal(_IDS[table])} AS "column", {ids} FROM ('
            f"SELECT *, 'before' AS side FROM {_removed(table)} UNION ALL SELECT *, 'after' FROM {_added(table)}"
            ") GROUP BY connectUserId"
        )
    keys = KEYS[table]
    id_text = "concat_ws(' ', " + ", ".join(map(quoted, keys)) + ")"
    values = [column for column in session.columns(table) if column not in keys]
    same_row = " AND ".join(f"g.{quoted(key)} IS NOT DISTINCT FROM c.{quoted(key)}" for key in keys)
    there, gone = map(literal, _THERE.get(table, ("there", "gone")))
    lines = [
        f"CASE WHEN c.id IS NULL THEN {{'col': '', 'before': {there}, 'after': {gone}}} "
        f"WHEN g.id IS NULL THEN {{'col': '', 'before': {gone}, 'after': {there}}} END"
    ]
    for value in map(quoted, values):
        before, after = (
            f"CASE WHEN {side}.{value} THEN 'archived' ELSE 'active' END"
            if value == quoted("archived")
            else f"{side}.{value}::VARCHAR"
            for side in "gc"
        )
        lines.append(
            f"CASE WHEN g.id IS NOT NULL AND c.id IS NOT NULL AND g.{value} IS DISTINCT FROM c.{value} THEN "
            f"{{'col': {literal(value[1:-1])}, 'before': {before}, 'after': {after}}} END"
        )
    return (
        f'SELECT {literal(table)} AS "table", id, part.col AS "column", part.before AS before, part.after AS after '
        f"FROM (SELECT coalesce(g.id, c.id) AS id, unnest([{', '.join(lines)}]) AS part "
        f"FROM (SELECT *, {id_text} AS id FROM {_removed(table)}) AS g "
        f"FULL JOIN (SELECT *, {id_text} AS id FROM {_added(table)}) AS c ON {same_row}) WHERE part IS NOT NULL"
    )


def _take_back(session: Session, twin: TwinData, number: int, table: str) -> None:
    columns = session.columns(table)
    shape = json.dumps(columns)
    for side, name in ((1, "brought"), (-1, "taken")):
        session.execute(
            f"CREATE TEMP TABLE {name}_{table} AS SELECT unnest(from_json(row, {literal(shape)})) FROM changes "
            f"WHERE activity = {number} AND tbl = {literal(table)} AND side = {side}"
        )
    named = ", ".join(map(quoted, columns))
    of_table = ", ".join(f"t.{quoted(column)}" for column in columns)
    same = " AND ".join(f"t.{quoted(column)} IS NOT DISTINCT FROM b.{quoted(column)}" for column in columns)
    # Of rows that are equal in everything, only as many go as have come.
    session.execute(
        f"CREATE TEMP TABLE back_{table} AS SELECT place FROM ("
        f"SELECT t.rowid AS place, b.times, row_number() OVER (PARTITION BY {of_table}) AS n "
        f"FROM twin.main.{table} AS t JOIN (SELECT {named}, count(*) AS times "
        f"FROM brought_{table} GROUP BY ALL) AS b ON {same}) WHERE n <= times"
    )
    found = session.one(f"SELECT count(*) FROM back_{table}")
    if found != session.one(f"SELECT count(*) FROM brought_{table}"):
        raise TwinError(
            f"{twin.path}: entry {number} cannot be taken back, because the table {table} was changed since without a "
            "log entry; fill a new twin from an export"
        )
    session.execute(f"DELETE FROM twin.main.{table} WHERE rowid IN (SELECT place FROM back_{table})")
    session.execute(f"INSERT INTO twin.main.{table} SELECT {named} FROM taken_{table}")
    for name in ("brought", "taken", "back"):
        session.execute(f"DROP TABLE {name}_{table}")
