"""What people do by hand, on the model (decisions 19 to 21; S10, S12, S22)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connect_kit.twin.values import Action
from tests.twin.model import Model


class RefusedError(Exception):
    """The action cannot be done."""


def act(model: Model, action: Action) -> None:
    """Change the model as the action says."""
    kind = action.kind
    if kind == "change_settings":
        changed: dict[str, Any] = dict(action.values)
        for name in ("unarchive_reappearing_classrooms", "daily_sync"):
            if name in changed:
                changed[name] = changed[name] == "true"
        model.settings = replace(model.settings, **changed)
    elif kind == "connect_schools":
        after = model.schools | {key: value.strip() or None for key, value in action.values.items()}
        once([value for value in after.values() if value])
        model.schools = after
    elif kind == "connect_classrooms":
        for key, value in action.values.items():
            model.classrooms[key] = replace(model.classrooms[key], sis=value.strip() or None)
        once([(room.school, room.sis) for room in model.classrooms.values() if room.sis])
    elif kind == "remove_guardians":
        chosen = students(model, action)
        model.relationships = {pair: m for pair, m in model.relationships.items() if pair[0] not in chosen}
    elif kind in ("archive_students", "unarchive_students"):
        for key in students(model, action):
            student = model.students[key]
            kept = kind == "archive_students" and model.settings.daily_sync and student.shown is not None
            if not kept:  # S22: the sync's students cannot be archived by hand
                model.students[key] = replace(student, archived=kind == "archive_students")
    else:
        for key, room in model.classrooms.items():
            wanted = (
                (not action.ids or key in action.ids)
                and (action.school in (None, room.school))
                and (not action.unsynced or room.sis is None)
            )
            if wanted:
                model.classrooms[key] = replace(room, archived=kind == "archive_classrooms")


def once(values: list[Any]) -> None:
    """An ID belongs to one school, or to one classroom of a school."""
    if len(set(values)) < len(values):
        raise RefusedError


def students(model: Model, action: Action) -> list[str]:
    """The students that an action is about."""
    return [
        key
        for key, student in model.students.items()
        if (not action.ids or key in action.ids)
        and (action.school is None or action.school in model.at.get(key, ()))
        and (not action.unsynced or student.shown is None)
    ]


def merge(model: Model, survivor: str, other: str) -> None:
    """Decision 21: the survivor keeps what it has and takes over history, attributes and classrooms."""
    for item, student in model.history.items():
        if student == other:
            model.history[item] = survivor
    for (student, name), value in list(model.attributes.items()):
        if student == other:
            model.attributes.setdefault((survivor, name), value)
            del model.attributes[student, name]
    for (room, user), role in list(model.enrollments.items()):
        if user == other:
            model.enrollments.setdefault((room, survivor), role)
            del model.enrollments[room, user]
    model.relationships = {pair: m for pair, m in model.relationships.items() if pair[0] != other}
    del model.students[other]
    model.at.pop(other, None)
