"""What people do on Connect by hand: connect IDs, archive, remove guardians, change settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError, TwinError
from connect_kit.twin.database import opened
from connect_kit.twin.stored_settings import parsed, read_settings, spelled
from connect_kit.twin.undo import preview_change, record_change, undo
from connect_kit.twin.values import Action, Change

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
    from connect_kit.twin.database import Session
    from connect_kit.twin.twin import Twin

__all__ = ["apply", "connections", "preview", "undo"]


class _Kind(NamedTuple):
    """An action: what it is called, what it writes to, what carries it out, and which parts of an Action it takes."""

    words: str
    tables: tuple[str, ...]
    act: Callable[[Session, Action], Mapping[str, int]]
    takes: frozenset[str]


def preview(twin: Twin, action: Action) -> pd.DataFrame:
    """What an action would change: ``table``, ``id``, ``column``, ``before``, ``after``; nothing is changed.

    Raises
    ------
    SettingError
        When the action has parts that its kind does not take, or a setting cannot have its value.
    TwinError
        When it names what is not there, or an ID that is in use.
    """
    kind = _kind(action)
    with opened(twin.path, "a preview", of=twin.id) as session:
        return preview_change(session, kind.tables, lambda: kind.act(session, action))


def apply(twin: Twin, action: Action) -> Change:
    """Carry an action out and log it; raises what :func:`preview` raises."""
    kind = _kind(action)
    with opened(twin.path, "an action", of=twin.id) as session:
        return record_change(session, action.kind, _words(action), kind.tables, lambda: kind.act(session, action))


@checked()
def connections(matches: SchoolMatches | ClassroomMatches, *, suggested: bool = False) -> list[Action]:
    """What was decided about schools or classrooms, as actions on the twin.

    Parameters
    ----------
    matches : SchoolMatches or ClassroomMatches
    suggested : bool
        Connect what is only suggested too.

    Returns
    -------
    list of Action
        ``connect_schools`` or ``connect_classrooms``, and ``archive_classrooms``; without what has nothing to do.
    """
    rows = matches.details()
    both = rows["roster_id"].notna() & rows["workspace_id"].notna()
    chosen = both & (rows["decision"].eq("connect") | (suggested & rows["status"].eq("suggested")))
    values = dict(zip(rows.loc[chosen, "workspace_id"], rows.loc[chosen, "roster_id"], strict=True))
    archived = tuple(rows.loc[rows["decision"].eq("archive") & rows["workspace_id"].notna(), "workspace_id"])
    actions = []
    if values:
        actions.append(Action("connect_schools" if matches.kind == "schools" else "connect_classrooms", values=values))
    if archived:
        actions.append(Action("archive_classrooms", ids=archived))
    return actions


def _kind(action: Action) -> _Kind:
    kind = _KINDS.get(action.kind)
    if kind is None:
        raise SettingError(f"an action of kind {action.kind!r} is not known; expected one of {', '.join(_KINDS)}")
    ids: object = action.ids
    if isinstance(ids, str):  # would be taken letter by letter
        raise SettingError(f"ids is {action.ids!r}; expected a sequence of IDs")
    given = {part for part in ("unsynced", "ids", "values") if getattr(action, part)}
    given |= {"school"} if action.school is not None else set()  # a blank one is a school that is not there
    if given - kind.takes:
        raise SettingError(
            f"{action.kind} takes no {min(given - kind.takes)}; it takes {', '.join(sorted(kind.takes))}"
        )
    if "values" in kind.takes and not action.values:
        raise SettingError(f"{action.kind} needs values")
    return kind


def _words(action: Action) -> str:
    kind = _KINDS[action.kind]
    if action.kind == "change_settings":
        return f"{kind.words}: " + ", ".join(f"{name} = {value}" for name, value in action.values.items())
    if action.values:
        return f"{kind.words} ({len(action.values):,})"
    where = f"of school {action.school}" if action.school is not None else "of the whole district"
    which = ", only those not under the SIS" if action.unsynced else ""
    some = f", only {len(action.ids):,} chosen" if action.ids else ""
    return f"{kind.words} {where}{which}{some}"


def _connect_schools(session: Session, action: Action) -> Mapping[str, int]:
    _wanted(session, action.values, "schools", "connectSchoolId")
    # All at once, so that two schools can exchange their IDs.
    twice = session.execute(
        "SELECT value, string_agg(id, ', ' ORDER BY id) FROM ("
        "SELECT connectSchoolId AS id, CASE WHEN w.id IS NULL THEN schoolId ELSE w.value END AS value "
        "FROM schools LEFT JOIN wanted AS w ON w.id = connectSchoolId) WHERE value IS NOT NULL "
        "GROUP BY value HAVING count(*) > 1 AND bool_or(id IN (SELECT id FROM wanted)) ORDER BY value LIMIT 1"
    )
    if twice:
        raise TwinError(
            f"School ID {twice[0][0]!r} would be on the schools {twice[0][1]}; a School ID belongs to one school, so "
            "remove it from the other (a blank value) in the same action"
        )
    return _set(session, "schools", "connectSchoolId", "schoolId")


def _connect_classrooms(session: Session, action: Action) -> Mapping[str, int]:
    _wanted(session, action.values, "classrooms", "connectClassroomId")
    # An ID counts within a school (S10).
    twice = session.execute(
        "SELECT value, school, string_agg(id, ', ' ORDER BY id) FROM ("
        "SELECT connectClassroomId AS id, connectSchoolId AS school, "
        "CASE WHEN w.id IS NULL THEN classId ELSE w.value END AS value "
        "FROM classrooms LEFT JOIN wanted AS w ON w.id = connectClassroomId) WHERE value IS NOT NULL "
        "GROUP BY value, school HAVING count(*) > 1 AND bool_or(id IN (SELECT id FROM wanted)) "
        "ORDER BY value, school LIMIT 1"
    )
    if twice:
        value, school, rooms = twice[0]
        raise TwinError(
            f"class ID {value!r} would be on the classrooms {rooms} of school {school}; a class ID belongs to one "
            "classroom of a school, so remove it from the other (a blank value) in the same action"
        )
    return _set(session, "classrooms", "connectClassroomId", "classId")


def _wanted(session: Session, values: Mapping[str, str], table: str, key: str) -> None:
    """Temp table ``wanted``: ``id``, ``value`` (no value for a blank one)."""
    told = {str(name): str(value) if str(value or "").strip() else None for name, value in values.items()}
    _hold(session, "wanted", list(told), list(told.values()))
    _refuse_unknown(session, "wanted", table, key)


def _set(session: Session, table: str, key: str, column: str) -> Mapping[str, int]:
    counts = session.execute(
        f"SELECT count(*) FILTER (value IS NOT NULL AND changed), count(*) FILTER (value IS NULL AND changed), "
        f"count(*) FILTER (NOT changed) FROM (SELECT value, {column} IS DISTINCT FROM value AS changed "
        f"FROM {table} JOIN wanted ON id = {key})"
    )[0]
    session.execute(
        f"UPDATE twin.main.{table} SET {column} = value FROM wanted "
        f"WHERE id = {key} AND {column} IS DISTINCT FROM value"
    )
    session.execute("DROP TABLE wanted")
    return dict(zip(("connected", "removed", "unchanged"), counts, strict=True))


def _archive(archived: bool, table: str, key: str, sis: str) -> Callable[[Session, Action], Mapping[str, int]]:
    def act(session: Session, action: Action) -> Mapping[str, int]:
        _choose(session, action, table, key, sis)
        # Students under a daily sync cannot be archived by hand (S22): "select all" archives the others.
        kept = archived and table == "students" and read_settings(session).daily_sync
        blocked = f"{sis} IS NOT NULL" if kept else "false"
        counts = session.execute(
            f"SELECT count(*) FILTER (archived <> {archived} AND NOT {blocked}), "
            f"count(*) FILTER (archived = {archived}), count(*) FILTER (archived <> {archived} AND {blocked}) "
            f"FROM {table} JOIN chosen ON id = {key}"
        )[0]
        session.execute(
            f"UPDATE twin.main.{table} SET archived = {archived} "
            f"WHERE archived <> {archived} AND NOT {blocked} AND {key} IN (SELECT id FROM chosen)"
        )
        session.execute("DROP TABLE chosen")
        done = "archived" if archived else "unarchived"
        return {done: counts[0], f"{done} before": counts[1], "skipped": counts[2]}

    return act


def _remove_guardians(session: Session, action: Action) -> Mapping[str, int]:
    """Relationships only (S12): the accounts stay."""
    _choose(session, action, "students", "connectStudentId", "studentId")
    removed, students = session.execute(
        "SELECT count(*), count(DISTINCT connectStudentId) FROM relationships JOIN chosen ON id = connectStudentId"
    )[0]
    session.execute("DELETE FROM twin.main.relationships WHERE connectStudentId IN (SELECT id FROM chosen)")
    session.execute("DROP TABLE chosen")
    return {"relationships removed": removed, "students": students}


def _change_settings(session: Session, action: Action) -> Mapping[str, int]:
    before = spelled(read_settings(session))
    after = spelled(parsed({**before, **action.values}))
    changed = {name: value for name, value in after.items() if value != before[name]}
    for name, value in changed.items():
        session.execute("DELETE FROM twin.main.settings WHERE name = ?", [name])
        session.execute("INSERT INTO twin.main.settings VALUES (?, ?)", [name, value])
    return {"changed": len(changed), "unchanged": len(set(action.values) - set(changed))}


def _choose(session: Session, action: Action, table: str, key: str, sis: str) -> None:
    """Temp table ``chosen``: ``id`` of the students or classrooms that an action is about."""
    conditions = ["true"]
    if action.school is not None:
        if not session.execute("SELECT 1 FROM schools WHERE connectSchoolId = ?", [action.school]):
            raise TwinError(
                f"connectSchoolId {action.school!r} is no school of this twin; Twin.table('schools') lists them"
            )
        # Classrooms have one school, students several.
        source = "student_schools" if table == "students" else table
        conditions.append(f"{key} IN (SELECT {key} FROM {source} WHERE connectSchoolId = $school)")
    if action.unsynced:
        conditions.append(f"{sis} IS NULL")
    if action.ids:
        ids = list(dict.fromkeys(map(str, action.ids)))
        _hold(session, "asked", ids, [None] * len(ids))
        _refuse_unknown(session, "asked", table, key)
        conditions.append(f"{key} IN (SELECT id FROM asked)")
    where = " AND ".join(conditions).replace("$school", "?")
    parameters = [action.school] if action.school is not None else []
    session.execute(f"CREATE TEMP TABLE chosen AS SELECT {key} AS id FROM {table} WHERE {where}", parameters)
    session.execute("DROP TABLE IF EXISTS asked")


def _hold(session: Session, name: str, ids: Sequence[str], values: Sequence[str | None]) -> None:
    import pyarrow as pa

    rows = pa.table({"id": pa.array(ids, pa.string()), "value": pa.array(values, pa.string())})
    session.connection.register("given", rows)
    session.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM given")
    session.connection.unregister("given")


def _refuse_unknown(session: Session, asked: str, table: str, key: str) -> None:
    unknown = session.execute(f"SELECT id FROM {asked} WHERE id NOT IN (SELECT {key} FROM {table}) ORDER BY id")
    if unknown:
        more = f" and {len(unknown) - 1:,} more" if len(unknown) > 1 else ""
        raise TwinError(
            f"{key} {unknown[0][0]!r}{more}: not among the {table} of this twin; Twin.table({table!r}) lists them"
        )


_SOME = frozenset({"school", "unsynced", "ids"})
_VALUES = frozenset({"values"})
_STUDENTS = ("students", "connectStudentId", "studentId")
_CLASSROOMS = ("classrooms", "connectClassroomId", "classId")
_KINDS: Mapping[str, _Kind] = {
    "connect_schools": _Kind("School IDs connected", ("schools",), _connect_schools, _VALUES),
    "connect_classrooms": _Kind("class IDs connected", ("classrooms",), _connect_classrooms, _VALUES),
    "archive_students": _Kind("students archived", ("students",), _archive(True, *_STUDENTS), _SOME),
    "unarchive_students": _Kind("students unarchived", ("students",), _archive(False, *_STUDENTS), _SOME),
    "archive_classrooms": _Kind("classrooms archived", ("classrooms",), _archive(True, *_CLASSROOMS), _SOME),
    "unarchive_classrooms": _Kind("classrooms unarchived", ("classrooms",), _archive(False, *_CLASSROOMS), _SOME),
    "remove_guardians": _Kind("guardians removed from students", ("relationships",), _remove_guardians, _SOME),
    "change_settings": _Kind("settings changed", ("settings",), _change_settings, _VALUES),
}
