"""Recording new IDs on a twin, in place of those that it has: of students, staff and guardians."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_kit.errors import TwinError
from connect_kit.twin.values import Action, ActionKind

if TYPE_CHECKING:
    from connect_kit.identity import IdChanges
    from connect_kit.twin.session import Session

#: What records the changed IDs of a kind, and what identifies a record there: Connect's own ID, or the old ID.
_RECORDING: Mapping[str, tuple[ActionKind, str]] = {
    "schools": ("connect_schools", "connect_id"),
    "students": ("record_student_ids", "connect_id"),
    "staff": ("record_staff_ids", "old_id"),
    "guardians": ("record_guardian_ids", "old_id"),
    "classrooms": ("connect_classrooms", "connect_id"),
}
_ARCHIVING: Mapping[str, ActionKind] = {"students": "archive_students", "classrooms": "archive_classrooms"}


def id_actions(changes: IdChanges, *, archive: bool = False) -> list[Action]:
    """The actions that record the new IDs, or archive the records that come under them; see :func:`connections`.

    Those that are not paired have no new ID to record; all of them can be archived.
    """
    rows = changes.table() if archive else changes.to_record().dropna(subset=["new_id"])
    actions = []
    for kind, (action, key) in _RECORDING.items():
        of_kind = rows[rows["kind"] == kind].sort_values(key)
        if len(of_kind) and not archive:
            values = dict(zip(of_kind[key].astype(str), of_kind["new_id"].astype(str), strict=True))
            actions.append(Action(action, values=values))
        elif len(of_kind) and kind in _ARCHIVING:
            actions.append(Action(_ARCHIVING[kind], ids=tuple(of_kind["connect_id"].astype(str))))
    return actions


def record_student_ids(session: Session, action: Action) -> Mapping[str, int]:
    """The ID by which files find a student, and the one that Connect shows unless that is the student number (S14)."""
    _wanted(session, action)
    refuse_unknown(session, "wanted", "students", "connectStudentId")
    _refuse_taken(
        session,
        "student",
        "SELECT connectStudentId AS id, coalesce(value, sourcedId, studentId) AS value, value IS NOT NULL AS given "
        "FROM students LEFT JOIN wanted ON id = connectStudentId",
    )
    shown = session.settings().student_id == "id"
    changed = "(sourcedId IS DISTINCT FROM value" + (" OR studentId IS DISTINCT FROM value)" if shown else ")")
    counts = session.execute(
        f"SELECT count(*) FILTER ({changed}), count(*) FILTER (NOT {changed}) "
        "FROM students JOIN wanted ON id = connectStudentId"
    )[0]
    also = ", studentId = value" if shown else ""
    session.execute(
        f"UPDATE twin.main.students SET sourcedId = value{also} FROM wanted WHERE id = connectStudentId AND {changed}"
    )
    session.execute("DROP TABLE wanted")
    return dict(zip(("recorded", "unchanged"), counts, strict=True))


def record_staff_ids(session: Session, action: Action) -> Mapping[str, int]:
    """By the old ID, as an account may have several."""
    return _record(session, action, "member of staff", "staff_roles", "staffId")


def record_guardian_ids(session: Session, action: Action) -> Mapping[str, int]:
    """By the old ID, as an account may have several."""
    return _record(session, action, "guardian", "guardian_roles", "guardianId")


def _record(session: Session, action: Action, what: str, table: str, column: str) -> Mapping[str, int]:
    _wanted(session, action)
    refuse_unknown(session, "wanted", table, column)
    _refuse_taken(
        session,
        what,
        f"SELECT {column} AS id, coalesce(value, {column}) AS value, value IS NOT NULL AS given "
        f"FROM {table} LEFT JOIN wanted ON id = {column}",
    )
    counts = session.execute("SELECT count(*) FILTER (id <> value), count(*) FILTER (id = value) FROM wanted")[0]
    session.execute(f"UPDATE twin.main.{table} SET {column} = value FROM wanted WHERE id = {column} AND id <> value")
    session.execute("DROP TABLE wanted")
    return dict(zip(("recorded", "unchanged"), counts, strict=True))


def _wanted(session: Session, action: Action) -> None:
    """Temp table ``wanted``: ``id`` and the new ID, ``value``."""
    blank = next((id for id, value in action.values.items() if not str(value or "").strip()), None)
    if blank is not None:
        raise TwinError(f"{action.kind}: {blank!r} has no new ID; give one, or leave the record out")
    session.create_temp_table(
        "wanted", {"id": list(map(str, action.values)), "value": list(map(str, action.values.values()))}
    )


def _refuse_taken(session: Session, what: str, after: str) -> None:
    """All at once, so that two records can exchange their IDs; ``after``: SQL of ``id``, ``value``, ``given``."""
    taken = session.execute(
        f"SELECT value, string_agg(id, ', ' ORDER BY id) FROM ({after}) WHERE value IS NOT NULL "
        "GROUP BY value HAVING count(*) > 1 AND bool_or(given) ORDER BY value LIMIT 1"
    )
    if taken:
        value, ids = taken[0]
        raise TwinError(
            f"the ID {value!r} would be that of {ids}; an ID belongs to one {what}: merge or archive one of the "
            "records, or leave it out"
        )


def refuse_unknown(session: Session, asked: str, table: str, key: str) -> None:
    """Raise where ``id`` of the temp table ``asked`` is not in the column ``key`` of a table."""
    unknown = session.execute(
        f"SELECT id FROM {asked} WHERE id NOT IN (SELECT {key} FROM {table} WHERE {key} IS NOT NULL) ORDER BY id"
    )
    if unknown:
        more = f" and {len(unknown) - 1:,} more" if len(unknown) > 1 else ""
        raise TwinError(
            f"{key} {unknown[0][0]!r}{more}: not among the {table} of this twin", step="twin_table", table=table
        )
