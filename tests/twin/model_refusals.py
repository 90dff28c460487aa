"""What the model refuses: whole files (decision 16), and records (decision 17)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tests.twin.model_files import GUARDIAN, REQUIRED, ROLES, STUDENT, File, Row, Value, spelt

if TYPE_CHECKING:
    from tests.twin.model import Model

QUOTES = re.compile("[\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e]")


def refused(model: Model, file: File) -> str:
    """Decision 16: the reason to refuse the file as a whole."""
    names = spelt(file)
    required, district = REQUIRED[file.kind]
    wanted = [*required, *(district if file.level == "district" else ())]
    if file.kind == "users" and model.settings.student_id == "number":
        wanted.append("identifier")
    if file.encoding not in ("utf-8", "utf-8-sig"):
        return "file.undecodable"
    if len(set(names)) < len(names):
        return "header.repeated_column"
    unreachable = file.kind == "guardians" and not {"email", "sms"} & set(names)  # S18: one of them is needed
    if unreachable or any(name not in names for name in wanted):
        return "header.missing_column"
    if not file.records:
        return "file.empty"
    column = {"users": "orgSourcedIds", "classes": "schoolSourcedId", "enrollments": "schoolSourcedId"}.get(file.kind)
    if file.level == "school" and column in names:
        place = names.index(column)
        schools = {s.strip(" ") for record in file.records if record for s in record[place].split(",")}
        if len(schools - {""}) > 1:
            return f"{file.kind}.{column}.one_school"
    return "" if in_order(model, file) else "upload.order"


def in_order(model: Model, file: File) -> bool:
    """S3: enrollments come after users and classes; guardians and attributes need a student (S4)."""
    if file.kind in ("guardians", "student_attributes"):
        return any(student.sis is not None for student in model.students.values())
    if file.kind != "enrollments":
        return True
    people = any(s.sis is not None for s in model.students.values()) or any(
        staff_id is not None for _, _, staff_id in model.place.staff
    )
    classes = any(room.sis is not None for room in model.classrooms.values())
    users_done = ("users", file.level, file.school) in model.done
    return (people or users_done) and (classes or ("classes", file.level, file.school) in model.done)


def refuse(model: Model, file: File, rows: list[Row], names: set[str]) -> None:
    """Decision 17: give each record its first reason to be refused."""
    shared = Counter(row["sourcedId"] or row["studentSourcedId"] for row in rows)
    heads: dict[str, set[str]] = {}
    for row in rows:
        details = (
            row["guardianSourcedId"]
            or "|".join(
                v for v in (row["givenName"], row["familyName"], row["email"], row["sms"]) if v is not None
            ).lower()
        )
        heads.setdefault(row["studentSourcedId"] or "", set()).add(details)
    for row in rows:
        reasons = REASONS[file.kind](model, file, row, names)
        for reason in reasons:
            if reason == "unique":
                key = "sourcedId" if file.kind in ("users", "classes") else "studentSourcedId"
                if shared[row[key]] > 1:
                    row.code = f"{file.kind}.{key}.unique"
            elif reason == "six":
                if len(heads[row["studentSourcedId"] or ""]) > 6:
                    row.code = "guardians.student.at_most_six"
            elif reason:
                row.code = reason
            if row.code:
                break


def unknown_school(model: Model, school: str, column: str) -> str:
    """The code for a school that Connect does not know (S3: leading zeros matter)."""
    known = [s for s in model.schools.values() if s is not None]
    if school in known:
        return ""
    lost = padded(school, known)
    return f"{column}.leading_zero_lost" if lost else f"{column}.known_school"


def _users_reasons(model: Model, file: File, row: Row, names: set[str]) -> Iterable[str]:
    kind = ROLES.get((row["role"] or "").strip().lower())
    yield "" if row["sourcedId"] else "users.sourcedId.present"
    yield "unique"
    yield "users.sourcedId.characters" if QUOTES.search(row["sourcedId"] or "") else ""
    yield "" if kind else "users.role.known"
    yield "" if row["givenName"] else "users.givenName.present"
    yield "" if row["familyName"] else "users.familyName.present"
    if file.level == "district":
        yield "" if row["orgSourcedIds"] else "users.orgSourcedIds.present"
        codes = [unknown_school(model, school, "users.orgSourcedIds") for school in row.list("orgSourcedIds")]
        # One school that Connect knows is enough to place a person.
        yield next((code for code in sorted(codes) if code), "") if all(codes) else ""
    yield "users.agentSourcedIds.at_most_six" if kind == STUDENT and len(row.list("agentSourcedIds")) > 6 else ""
    yield unreachable(model, row, "users", "guardian.no_contact") if kind == GUARDIAN else ""


def _classes_reasons(model: Model, file: File, row: Row, names: set[str]) -> Iterable[str]:
    yield "" if row["sourcedId"] else "classes.sourcedId.present"
    yield "unique"
    yield "classes.sourcedId.characters" if QUOTES.search(row["sourcedId"] or "") else ""
    yield "" if row["title"] else "classes.title.present"
    if file.level == "district":
        yield "" if row["schoolSourcedId"] else "classes.schoolSourcedId.present"
        yield unknown_school(model, row["schoolSourcedId"] or "", "classes.schoolSourcedId")


def _enrollments_reasons(model: Model, file: File, row: Row, names: set[str]) -> Iterable[str]:
    room, user, school = row["classSourcedId"] or "", row["userSourcedId"] or "", row["schoolSourcedId"] or ""
    own = {r.sis for r in model.classrooms.values() if r.school == model.school_of(file, school)}
    rooms = {r.sis for r in model.classrooms.values() if file.level == "district" or r.school == file.school}
    people = model.enrollable()
    guardians = {guardian_id for _, guardian_id in model.place.guardians}
    named = (room, user, school if "schoolSourcedId" in names else "")
    yield "enrollments.values.quotes" if any(map(QUOTES.search, named)) else ""  # S3
    yield "" if room else "enrollments.classSourcedId.present"
    yield lost(room, rooms, "enrollments.classSourcedId", "known_class")
    yield "" if user else "enrollments.userSourcedId.present"
    yield "" if user in guardians else lost(user, people, "enrollments.userSourcedId", "known_user")
    if file.level == "district":
        yield "" if school else "enrollments.schoolSourcedId.present"
        yield unknown_school(model, school, "enrollments.schoolSourcedId")
        yield "enrollments.schoolSourcedId.same_as_class" if room in rooms and room not in own else ""
    kind = ROLES.get((row["role"] or "").strip().lower())
    yield "" if kind else "enrollments.role.known"
    wrong = kind == GUARDIAN or (user in guardians and user not in people)
    yield "enrollments.role.guardian" if wrong else ""


def _guardians_reasons(model: Model, file: File, row: Row, names: set[str]) -> Iterable[str]:
    yield "" if row["studentSourcedId"] else "guardians.studentSourcedId.present"
    yield "" if model.student(row["studentSourcedId"]) else "guardians.studentSourcedId.known_student"
    yield "" if row["givenName"] else "guardians.givenName.present"
    yield "" if row["familyName"] else "guardians.familyName.present"
    yield unreachable(model, row, "guardians", "contact.present")
    yield "six"


def _student_attributes_reasons(model: Model, file: File, row: Row, names: set[str]) -> Iterable[str]:
    yield "" if row["studentSourcedId"] else "student_attributes.studentSourcedId.present"
    known = model.student(row["studentSourcedId"])
    yield "" if known else "student_attributes.studentSourcedId.known_student"
    yield "unique"


def unreachable(model: Model, row: Row, table: str, rule: str) -> str:
    """S18: a guardian needs a usable email or mobile number. The strategies know one unusable one of each kind."""
    email, number = row["email"], row[model.settings.phone_credential_column]
    if number not in (None, "000") or email not in (None, "none", "casey"):
        return ""
    return f"{table}.email.format" if email == "casey" else f"{table}.{rule}"


def padded(value: str, known: Iterable[Value]) -> bool:
    """Whether a known ID differs by leading zeros only."""
    digits = [k.lstrip("0") for k in known if k is not None and re.fullmatch("[0-9]+", k)]
    return re.fullmatch("[0-9]+", value) is not None and value.lstrip("0") in digits


def lost(value: str, known: Iterable[Value], column: str, rule: str) -> str:
    """The code for a reference that leads nowhere."""
    known = list(known)
    if not value or value in known:
        return ""
    return f"{column}.leading_zero_lost" if padded(value, known) else f"{column}.{rule}"


REASONS: dict[str, Callable[[Model, File, Row, set[str]], Iterable[str]]] = {
    "users": _users_reasons,
    "classes": _classes_reasons,
    "enrollments": _enrollments_reasons,
    "guardians": _guardians_reasons,
    "student_attributes": _student_attributes_reasons,
}
