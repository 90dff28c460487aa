"""What people do on Connect by hand: connect IDs, archive, remove guardians, change settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError, TwinError
from connect_kit.identity import IdChanges
from connect_kit.twin.actions_on_pairs import disconnect_guardians, remove_from_classrooms, remove_staff
from connect_kit.twin.activity import state_of
from connect_kit.twin.recording import (
    id_actions,
    record_guardian_ids,
    record_staff_ids,
    record_student_ids,
    refuse_unknown,
)
from connect_kit.twin.undo import preview_change, record_change
from connect_kit.twin.values import Action, Change, Settings

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
    from connect_kit.twin.data import TwinData
    from connect_kit.twin.session import Session


#: Kind of the log's entry of several actions.
SEVERAL = "actions"
#: Carries an action out, and returns counts for the log.
_Act: TypeAlias = "Callable[[Session, Action], Mapping[str, int]]"


class _Kind(NamedTuple):
    """An action: its name in words, the tables it changes, what does it, and which parts of an Action it takes."""

    words: str
    tables: tuple[str, ...]
    act: _Act
    takes: frozenset[str]


@checked()
def preview(twin: TwinData, action: Action) -> pd.DataFrame:
    """What an action would change: ``table``, ``id``, ``column``, ``before``, ``after``; nothing is changed.

    Raises
    ------
    SettingError
        When the action has parts that its kind does not take, or a setting cannot have its value.
    TwinError
        When it names something that is not on the twin, or an ID that is in use.
    """
    kind = _kind(action)
    with twin.writing("a preview") as session:
        return preview_change(session, kind.tables, lambda: kind.act(session, action))


@checked()
def apply(twin: TwinData, action: Action) -> Change:
    """Carry an action out, and write it to the activity log; raises what :meth:`preview` raises."""
    return apply_all(twin, (action,))


@checked()
def apply_all(twin: TwinData, actions: Sequence[Action], what: str = "", *, seen: str | None = None) -> Change:
    """Carry several actions out as one: all of them or none, one entry of the log, one undo.

    Parameters
    ----------
    actions : sequence of Action
        In their order; each sees what those before it did.
    what : str
        What they are together, for the log: IDs, never names.
    seen : str, optional
        The state (:meth:`Twin.state`) in which the twin was when the actions were chosen.

    Raises
    ------
    SettingError
        When there is none, or as for :meth:`preview`.
    TwinError
        As for :meth:`preview`, or when the twin is in another state than was seen; nothing was changed.
    """
    kinds = [_kind(action) for action in actions]
    if not kinds:
        raise SettingError("there is no action to carry out; give at least one")
    said = "; ".join(map(_words, actions))
    with twin.writing("an action") as session:
        if seen not in (None, state_of(twin, session)):
            raise TwinError(
                f"{twin.path}: was changed since it was looked at for this, so nothing was done; Twin.activity() says "
                "what was done to it; look again"
            )

        def act() -> dict[str, int]:
            counts: Counter[str] = Counter()
            for kind, action in zip(kinds, actions, strict=True):
                done = kind.act(session, action)
                counts.update(done if len(kinds) == 1 else {f"{kind.words}: {name}": n for name, n in done.items()})
            return counts

        return record_change(
            session,
            actions[0].kind if len(kinds) == 1 else SEVERAL,
            f"{what}: {said}" if what else said,
            tuple(dict.fromkeys(table for kind in kinds for table in kind.tables)),
            act,
        )


@checked()
def connections(
    matches: SchoolMatches | ClassroomMatches | IdChanges, *, suggested: bool = False, archive: bool = False
) -> list[Action]:
    """The decisions about schools or classrooms, or what is done about changed IDs, as actions on the twin.

    Parameters
    ----------
    matches : SchoolMatches, ClassroomMatches or IdChanges
    suggested : bool
        Also connect what is only suggested; never a School ID without the leading zeros that Connect has.
    archive : bool
        Of changed IDs: archive the students and classrooms that come under new IDs, in place of recording these.

    Returns
    -------
    list of Action
        ``connect_schools`` or ``connect_classrooms``, and ``archive_classrooms``. Of changed IDs: ``connect_schools``,
        ``record_student_ids``, ``record_staff_ids``, ``record_guardian_ids`` and ``connect_classrooms``; or
        ``archive_students`` and ``archive_classrooms``. Only those with something to do; children who are not paired,
        as several have one name, are archived and cannot be recorded.

    Raises
    ------
    SettingError
        For an option that has no meaning for what is given.
    """
    if isinstance(matches, IdChanges):
        if suggested:
            raise SettingError("suggested is about schools and classrooms; changed IDs are recorded or archived")
        return id_actions(matches, archive=archive)
    if archive:
        raise SettingError("archive is about changed IDs; what people decided to archive is archived anyway")
    rows = matches.details()
    named = rows["roster_id"].fillna("").astype(str).str.strip().ne("")  # a school's own files may name no School ID
    both = named & rows["workspace_id"].notna()
    chosen = both & (rows["decision"].eq("connect") | (suggested & matches.acceptable))
    values = dict(zip(rows.loc[chosen, "workspace_id"], rows.loc[chosen, "roster_id"], strict=True))
    archived = tuple(rows.loc[rows["decision"].eq("archive") & rows["workspace_id"].notna(), "workspace_id"])
    actions = []
    if values:
        actions.append(Action("connect_schools" if matches.kind == "schools" else "connect_classrooms", values=values))
    if archived:
        actions.append(Action("archive_classrooms", ids=archived))
    return actions


def words_of(kind: str) -> str:
    """An action's kind in words: ``students archived``."""
    return _KINDS[kind].words if kind in _KINDS else kind.replace("_", " ")


def _kind(action: Action) -> _Kind:
    kind = _KINDS.get(action.kind)
    if kind is None:
        raise SettingError(f"an action of kind {action.kind!r} is not known; expected one of {', '.join(_KINDS)}")
    ids: object = action.ids
    if isinstance(ids, str):  # would be read letter by letter
        raise SettingError(f"ids is {action.ids!r}; expected a sequence of IDs")
    given = {part for part in ("unsynced", "ids", "values", "pairs") if getattr(action, part)}
    given |= {"school"} if action.school is not None else set()  # a blank one is an unknown school
    if given - kind.takes:
        raise SettingError(
            f"{action.kind} does not take {min(given - kind.takes)}; it takes {', '.join(sorted(kind.takes))}"
        )
    for needed in kind.takes & {"values", "pairs"}:
        if not getattr(action, needed):
            raise SettingError(f"{action.kind} needs {needed}")
    pairs: tuple[object, ...] = action.pairs
    odd = next((pair for pair in pairs if not isinstance(pair, tuple | list) or len(pair) != 2), None)
    if odd is not None:
        raise SettingError(f"pairs holds {odd!r}; expected pairs of IDs")
    return kind


def _words(action: Action) -> str:
    kind = _KINDS[action.kind]
    if action.kind == "change_settings":
        return f"{kind.words}: " + ", ".join(f"{name} = {value}" for name, value in action.values.items())
    chosen = action.ids if action.school is None and not action.unsynced else ()
    if action.values or action.pairs or chosen:
        return f"{kind.words} ({len(action.values) or len(set(action.pairs or chosen)):,})"
    where = f"of school {action.school}" if action.school is not None else "of the whole district"
    which = ", only those not under the SIS" if action.unsynced else ""
    some = f", only {len(action.ids):,} chosen" if action.ids else ""
    return f"{kind.words} {where}{which}{some}"


def _connect(what: str, within: str, table: str, key: str, column: str) -> _Act:
    """``within`` is SQL of the school in which an ID counts, blank where it counts in the whole district."""

    def act(session: Session, action: Action) -> Mapping[str, int]:
        wanted = {str(id): str(value) if str(value or "").strip() else None for id, value in action.values.items()}
        session.create_temp_table("wanted", {"id": list(wanted), "value": list(wanted.values())})
        refuse_unknown(session, "wanted", table, key)
        # All at once, so that two records can exchange their IDs.
        repeated = session.execute(
            "SELECT value, school, string_agg(id, ', ' ORDER BY id) FROM ("
            f"SELECT {key} AS id, {within} AS school, CASE WHEN w.id IS NULL THEN {column} ELSE w.value END AS value "
            f"FROM {table} LEFT JOIN wanted AS w ON w.id = {key}) WHERE value IS NOT NULL "
            "GROUP BY value, school HAVING count(*) > 1 AND bool_or(id IN (SELECT id FROM wanted)) "
            "ORDER BY value, school LIMIT 1"
        )
        if repeated:
            value, school, ids = repeated[0]
            where, one = (f" of school {school}", "one classroom of a school") if school else ("", "one school")
            raise TwinError(
                f"{what} {value!r} would be on the {table} {ids}{where}; a {what} belongs to {one}, so remove it from "
                "the other (a blank value) in the same action"
            )
        counts = session.execute(
            "SELECT count(*) FILTER (value IS NOT NULL AND changed), count(*) FILTER (value IS NULL AND changed), "
            f"count(*) FILTER (NOT changed) FROM (SELECT value, {column} IS DISTINCT FROM value AS changed "
            f"FROM {table} JOIN wanted ON id = {key})"
        )[0]
        session.execute(
            f"UPDATE twin.main.{table} SET {column} = value FROM wanted "
            f"WHERE id = {key} AND {column} IS DISTINCT FROM value"
        )
        session.execute("DROP TABLE wanted")
        return dict(zip(("connected", "removed", "unchanged"), counts, strict=True))

    return act


def _archive(archived: bool, table: str, key: str, sis: str) -> _Act:
    def act(session: Session, action: Action) -> Mapping[str, int]:
        _choose(session, action, table, key, sis)
        # Students under a daily sync cannot be archived by hand (S22): "select all" archives the others.
        kept = archived and table == "students" and session.settings().daily_sync
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
    before = session.settings().to_text()
    after = Settings.from_text({**before, **action.values}).to_text()
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
                f"connectSchoolId {action.school!r} is not a school of this twin", step="twin_table", table="schools"
            )
        # Classrooms have one school, students several.
        source = "student_schools" if table == "students" else table
        conditions.append(f"{key} IN (SELECT {key} FROM {source} WHERE connectSchoolId = $school)")
    if action.unsynced:
        conditions.append(f"{sis} IS NULL")
    if action.ids:
        ids = list(dict.fromkeys(map(str, action.ids)))
        session.create_temp_table("asked", {"id": ids})
        refuse_unknown(session, "asked", table, key)
        conditions.append(f"{key} IN (SELECT id FROM asked)")
    where = " AND ".join(conditions).replace("$school", "?")
    parameters = [action.school] if action.school is not None else []
    session.execute(f"CREATE TEMP TABLE chosen AS SELECT {key} AS id FROM {table} WHERE {where}", parameters)
    session.execute("DROP TABLE IF EXISTS asked")


_SOME = frozenset({"school", "unsynced", "ids"})
_VALUES = frozenset({"values"})
_PAIRS = frozenset({"pairs"})
_SCHOOLS = ("schools", "connectSchoolId", "schoolId")
_STUDENTS = ("students", "connectStudentId", "studentId")
_CLASSROOMS = ("classrooms", "connectClassroomId", "classId")
_KINDS: Mapping[str, _Kind] = {
    "connect_schools": _Kind("School IDs connected", ("schools",), _connect("School ID", "''", *_SCHOOLS), _VALUES),
    # A class ID counts within a school (S10).
    "connect_classrooms": _Kind(
        "class IDs connected", ("classrooms",), _connect("class ID", "connectSchoolId", *_CLASSROOMS), _VALUES
    ),
    "record_student_ids": _Kind("new IDs of students recorded", ("students",), record_student_ids, _VALUES),
    "record_staff_ids": _Kind("new IDs of staff recorded", ("staff_roles",), record_staff_ids, _VALUES),
    "record_guardian_ids": _Kind("new IDs of guardians recorded", ("guardian_roles",), record_guardian_ids, _VALUES),
    "archive_students": _Kind("students archived", ("students",), _archive(True, *_STUDENTS), _SOME),
    "unarchive_students": _Kind("students unarchived", ("students",), _archive(False, *_STUDENTS), _SOME),
    "archive_classrooms": _Kind("classrooms archived", ("classrooms",), _archive(True, *_CLASSROOMS), _SOME),
    "unarchive_classrooms": _Kind("classrooms unarchived", ("classrooms",), _archive(False, *_CLASSROOMS), _SOME),
    "remove_guardians": _Kind("guardians removed from students", ("relationships",), _remove_guardians, _SOME),
    "disconnect_guardians": _Kind("guardians disconnected", ("relationships",), disconnect_guardians, _PAIRS),
    "remove_from_classrooms": _Kind("removed from classrooms", ("enrollments",), remove_from_classrooms, _PAIRS),
    "remove_staff_from_schools": _Kind(
        "staff removed from schools", ("staff_schools", "enrollments"), remove_staff, _PAIRS
    ),
    "change_settings": _Kind("settings changed", ("settings",), _change_settings, _VALUES),
}
