"""Between the twin's tables and the model: reading a twin into a model, and both as plain rows to be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connect_kit.twin.database import open_session
from tests.twin.model import Classroom, Model, Student
from tests.twin.model_adults import Account, Place

State = dict[str, Any]


def read_model(path: Path) -> Model:
    """The model of what a twin holds now."""
    with open_session(path, "a look at it", write=False) as session:
        settings = session.settings()
        mobile = settings.phone_credential_column
        assert mobile == "sms", "read the model before settings are changed"
        rows = session.execute
        return Model(
            settings,
            {key: school_id for key, _, school_id in rows("SELECT * FROM schools")},
            {key: Classroom(*rest) for key, *rest in rows("SELECT * FROM classrooms")},
            {key: Student(*rest) for key, *rest in rows("SELECT * FROM students")},
            _lists(rows("SELECT * FROM student_schools")),
            Place(
                {
                    key: Account((given, family, email, sms), phone, language)
                    for key, given, family, email, sms, phone, language in rows("SELECT * FROM accounts")
                },
                rows("SELECT * FROM guardian_roles"),
                rows("SELECT * FROM staff_roles"),
                _lists(rows("SELECT * FROM staff_schools")),
            ),
            {(student, account): managed for student, account, managed in rows("SELECT * FROM relationships")},
            {(room, user): role for room, user, role in rows("SELECT * FROM enrollments")},
            {(student, name): value for student, name, value in rows("SELECT * FROM attributes")},
            {item: student for item, student, _, _ in rows("SELECT * FROM history")},
            dict(rows("SELECT * FROM counters")),
        )


def _lists(rows: list[tuple[str, str, int]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    assert len({(key, place) for key, _, place in rows}) == len(rows), "two schools of a person share a place"
    for key, school, _ in sorted(rows, key=lambda row: row[2]):
        found.setdefault(key, []).append(school)
    return found


def _ordered(rows: Any) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in rows), key=repr)


def state_of_model(model: Model) -> State:
    """Everything that the model holds."""
    place = model.place
    return {
        "settings": model.settings.to_text(),
        "counters": dict(model.next),
        "schools": _ordered(model.schools.items()),
        "classrooms": _ordered(
            (k, r.school, r.title, r.grades, r.sis, r.archived) for k, r in model.classrooms.items()
        ),
        "students": _ordered(
            (k, s.given, s.family, s.grade, s.email, s.shown, s.sis, s.archived) for k, s in model.students.items()
        ),
        "student_schools": {key: schools for key, schools in model.at.items() if schools},
        "accounts": _ordered((key, *a.who, a.home, a.language) for key, a in place.accounts.items()),
        "guardian_roles": _ordered(place.guardians),
        "staff_roles": _ordered(place.staff),
        "staff_schools": {key: schools for key, schools in place.schools.items() if schools},
        "relationships": _ordered((*pair, managed) for pair, managed in model.relationships.items()),
        "enrollments": _ordered((*pair, role) for pair, role in model.enrollments.items()),
        "attributes": _ordered((*key, value) for key, value in model.attributes.items()),
        "history": _ordered(model.history.items()),
    }


def state_of_twin(path: Path) -> State:
    """Everything that the twin holds, in the same form."""
    with open_session(path, "a look at it", write=False) as session:
        rows = session.execute
        state: State = {
            table: _ordered(rows(f"SELECT * FROM {table}"))
            for table in ("classrooms", "students", "accounts", "guardian_roles", "staff_roles", "relationships",
                          "enrollments", "attributes")
        }  # fmt: skip
        return state | {
            "settings": dict(rows("SELECT * FROM settings")),
            "counters": dict(rows("SELECT * FROM counters")),
            "schools": _ordered(rows("SELECT connectSchoolId, schoolId FROM schools")),
            "student_schools": _lists(rows("SELECT * FROM student_schools")),
            "staff_schools": _lists(rows("SELECT * FROM staff_schools")),
            "history": _ordered(rows("SELECT historyId, connectStudentId FROM history")),
        }
