"""What people do by hand about pairs: a guardian of a student, somebody in a classroom, staff at a school."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_kit.twin.recording import refuse_unknown

if TYPE_CHECKING:
    from connect_kit.roster.action import Action
    from connect_kit.twin.session import Session


def disconnect_guardians(session: Session, action: Action) -> Mapping[str, int]:
    """Relationships only, as for all guardians of a student (S12): the accounts stay."""
    students, adults = ("students", "connectStudentId"), ("accounts", "connectUserId")
    there = _pairs(session, action, "relationships", students, adults)
    session.execute(
        "DELETE FROM twin.main.relationships AS r USING pairs AS p "
        "WHERE r.connectStudentId = p.l AND r.connectUserId = p.r"
    )
    session.execute("DROP TABLE pairs")
    return {"disconnected": there[0], "not connected before": there[1]}


def remove_from_classrooms(session: Session, action: Action) -> Mapping[str, int]:
    """Students and teachers, who stay at the school."""
    session.execute(
        "CREATE TEMP TABLE members AS SELECT connectUserId FROM accounts "
        "UNION ALL SELECT connectStudentId FROM students"
    )
    rooms, members = ("classrooms", "connectClassroomId"), ("members", "connectUserId")
    there = _pairs(session, action, "enrollments", rooms, members)
    session.execute(
        "DELETE FROM twin.main.enrollments AS e USING pairs AS p "
        "WHERE e.connectClassroomId = p.l AND e.connectUserId = p.r"
    )
    session.execute("DROP TABLE pairs")
    session.execute("DROP TABLE members")
    return {"removed": there[0], "not there before": there[1]}


def remove_staff(session: Session, action: Action) -> Mapping[str, int]:
    """From the school and its classrooms; the account stays, as it may be a guardian's too (kit decision)."""
    there = _pairs(session, action, "staff_schools", ("accounts", "connectUserId"), ("schools", "connectSchoolId"))
    session.execute(
        "DELETE FROM twin.main.staff_schools AS s USING pairs AS p "
        "WHERE s.connectUserId = p.l AND s.connectSchoolId = p.r"
    )
    rooms = (
        "FROM twin.main.enrollments AS e JOIN classrooms AS c ON c.connectClassroomId = e.connectClassroomId "
        "JOIN pairs AS p ON p.l = e.connectUserId AND p.r = c.connectSchoolId"
    )
    seats = session.one(f"SELECT count(*) {rooms}")
    session.execute(f"DELETE FROM twin.main.enrollments WHERE rowid IN (SELECT e.rowid {rooms})")
    session.execute("DROP TABLE pairs")
    return {"removed": there[0], "not there before": there[1], "seats in classrooms": int(seats)}


def _pairs(
    session: Session, action: Action, table: str, left: tuple[str, str], right: tuple[str, str]
) -> tuple[int, int]:
    """Temp table ``pairs`` (``l``, ``r``) of an action; how many of them are in a table, and how many are not.

    ``left`` and ``right`` are where their IDs must be known: table and column.
    """
    wanted = list(dict.fromkeys((str(one), str(other)) for one, other in action.pairs))
    session.create_temp_table("pairs", {"l": [one for one, _ in wanted], "r": [other for _, other in wanted]})
    for side, (known, key) in (("l", left), ("r", right)):
        session.execute(f"CREATE TEMP TABLE asked AS SELECT DISTINCT {side} AS id FROM pairs")
        refuse_unknown(session, "asked", known, key)
        session.execute("DROP TABLE asked")
    there = int(
        session.one(
            f"SELECT count(DISTINCT (l, r)) FROM pairs JOIN {table} AS t ON t.{left[1]} = l AND t.{right[1]} = r"
        )
    )
    return there, len(wanted) - there
