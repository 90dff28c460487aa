"""What a person does on Connect by hand, as data: what stays behind proposes it, a twin carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ActionKind = Literal[
    "connect_schools",
    "connect_classrooms",
    "record_student_ids",
    "record_staff_ids",
    "record_guardian_ids",
    "archive_students",
    "unarchive_students",
    "archive_classrooms",
    "unarchive_classrooms",
    "remove_guardians",
    "disconnect_guardians",
    "remove_from_classrooms",
    "remove_staff_from_schools",
    "change_settings",
]


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person does on Connect by hand, before or after an upload.

    Attributes
    ----------
    kind : str
    school : str or None
        ``connectSchoolId``; the whole district when None.
    unsynced : bool
        Only what is not under the SIS: students without student ID, classrooms without class ID.
    ids : tuple of str
        Only these Connect IDs (of students or classrooms); all when empty.
    values : mapping of str to str
        ``connect_schools``, ``connect_classrooms``: Connect ID to SIS ID (blank removes it).
        ``record_student_ids``: connectStudentId to the new ID. ``record_staff_ids``, ``record_guardian_ids``: the old
        SIS ID to the new one, as an account may have several.
        ``change_settings``: names of :class:`Settings` to values.
    pairs : tuple of pairs of str
        ``disconnect_guardians``: connectStudentId and connectUserId. ``remove_from_classrooms``: connectClassroomId,
        and connectUserId or connectStudentId. ``remove_staff_from_schools``: connectUserId and connectSchoolId.
    """

    kind: ActionKind
    school: str | None = None
    unsynced: bool = False
    ids: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()
