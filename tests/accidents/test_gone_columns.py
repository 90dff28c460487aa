"""Columns that are empty though Connect has values, rows that are missing, and staff whose schools or roles slid."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

import connect_kit as ck
from tests.accidents.road import Lay, audited, codes, read, rewrite
from tests.accidents.test_slid_columns import (
    SCHOOL,
    THOROUGH,
    district,
    role,
    slide,
    with_guardians_file,
)
from tests.accidents.test_titles_and_teachers import shuffle
from tests.accidents.years import District, Written

OTHER_SCHOOL = "workspace.staff.other_school"
ROLE = "workspace.staff.other_role"
LEFT_OUT = "enrollments.student.left_out"
NONE_NAMED = "workspace.guardians.none_named"
Row = dict[str, str]


def write(path: Path, rows: list[Row]) -> None:
    """Write rows, with other columns than the file had."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def blank(path: Path, column: str, only: Callable[[Row], bool]) -> None:
    rewrite(path, lambda row: {**row, column: ""} if only(row) else row)


def drop(path: Path, only: Callable[[Row], bool]) -> None:
    rewrite(path, lambda row: None if only(row) else row)


# Schools of the staff.


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("by", "summer"), [(0, False), *(pytest.param(*one, marks=THOROUGH) for one in ((0, True), (1, False), (4, False)))]
)
def test_staff_whose_schools_were_shuffled_are_not_fit(by: int, summer: bool, tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, summer=summer, students=300, schools=3)
    users = made.delivery / "users.csv"
    if by:
        slide(users, "orgSourcedIds", by, role("teacher"))
    else:
        shuffle(users, "orgSourcedIds", role("teacher"))
    homes = {one.id: f"{101 + one.school:04d}" for one in made.this.staff.values()}
    away = {
        row["sourcedId"] for row in read(users) if homes.get(row["sourcedId"], "") not in ("", row["orgSourcedIds"])
    }
    road = lay(made.delivery, made.workspace)
    assert road.audit() == (0 if by == 1 else 1), road.said  # of a sorted file, one of a school goes to the next
    assert road.summary["verdict"] == ("fit, but decide first" if by == 1 else "not fit")
    rows = [row for row in read(road.out / "findings.csv") if row["code"] in (SCHOOL, OTHER_SCHOOL)]
    taught = {row["userSourcedId"] for row in read(made.delivery / "enrollments.csv") if row["role"] == "teacher"}
    assert {row["sourcedId"] for row in rows} == away & taught
    assert by == 1 or {row["severity"] for row in rows} == {"critical"}
    assert by == 1 or road.prepare() == 1


@pytest.mark.thorough
def test_a_shuffle_of_the_staff_is_seen_without_connect(tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, students=300, schools=3)
    shuffle(made.delivery / "users.csv", "orgSourcedIds", role("teacher"))
    road = lay(made.delivery, made.workspace)
    assert road.run("audit", made.delivery, "--out", road.out) == 1, road.said
    assert road.found(SCHOOL, "critical") >= 5


@pytest.mark.thorough
def test_one_teacher_whose_row_drops_the_school_of_the_classes_has_to_be_decided_first(
    tmp_path: Path, lay: Lay
) -> None:
    made = district(tmp_path, students=120)
    own = next(one.id for one in made.this.staff.values() if one.school == 0)
    rewrite(
        made.delivery / "users.csv",
        lambda row: {**row, "orgSourcedIds": "0102"} if row["sourcedId"] == own else row,
    )
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.found(OTHER_SCHOOL, "warning") == 1
    assert road.summary["verdict"] == "fit, but decide first"
    assert "1 adult would be taken off a school on Connect" in road.said


@pytest.mark.thorough
def test_teachers_who_move_with_their_classes_and_itinerants_are_no_staff_of_others(tmp_path: Path) -> None:
    """A third of the teachers teach at the other school now, as their rows say; two teach at both by both rows."""
    made = District(240, schools=2, seed=31)
    last = made.copy()
    movers = [one for number, one in enumerate(made.year.staff.values()) if number % 3 == 0]
    for one in movers:
        one.school = 1 - one.school
    made.seat(made.year, "24")
    audit = audited(made.write(tmp_path / "district", last))
    found = set(audit.findings.summary()["code"])
    assert not found & {SCHOOL, OTHER_SCHOOL}, audit.causes().to_string()


@pytest.mark.thorough
def test_staff_without_classes_are_counted_where_many_leave_a_school_at_once(tmp_path: Path, lay: Lay) -> None:
    made = District(120, schools=2, seed=31)
    office = []
    for number in range(8):
        made.hire(number % 2)
        office.append(made.year.staff[len(made.year.staff)])
    last = made.copy()
    for one in office:
        one.school = 1 - one.school
    taught = {lead for _, _, _, lead in made.year.classes.values()}
    written = made.write(tmp_path / "district", last)
    road = lay(written.delivery, written.workspace)
    assert road.audit() == 0, road.said
    assert {one.number for one in office}.isdisjoint(taught)
    assert road.found(OTHER_SCHOOL, "warning") == 8
    assert "8 adults would be taken off a school on Connect" in road.said


# Roles of the staff.


def with_administrators(made: Written) -> list[str]:
    """Every fourth of the staff is an administrator, on both sides; returns their IDs."""
    own = [row["sourcedId"] for row in read(made.delivery / "users.csv") if row["role"] == "teacher"][::4]
    rewrite(
        made.delivery / "users.csv",
        lambda row: {**row, "role": "administrator"} if row["sourcedId"] in own else row,
    )
    rewrite(made.workspace / "staff.csv", lambda row: {**row, "role": "admin"} if row["staffId"] in own else row)
    return own


def staff(row: Row) -> bool:
    return row["role"] in ("teacher", "administrator")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("how", "summer"),
    [("by one", False), *(pytest.param(*one, marks=THOROUGH) for one in (("shuffled", False), ("by one", True)))],
)
def test_roles_of_the_staff_that_slid_have_to_be_decided_first(how: str, summer: bool, tmp_path: Path) -> None:
    made = district(tmp_path, summer=summer, students=400, schools=3)
    with_administrators(made)
    if how == "shuffled":
        shuffle(made.delivery / "users.csv", "role", staff)
    else:
        slide(made.delivery / "users.csv", "role", 1, staff)
    audit = audited(made)
    assert audit.verdict == "fit, but decide first"
    assert ROLE in codes(audit, "warning")


@pytest.mark.thorough
def test_promotions_are_no_roles_of_others_and_roles_coded_anew_have_to_be_decided_first(
    tmp_path: Path, lay: Lay
) -> None:
    made = district(tmp_path, students=400, schools=3)
    own = with_administrators(made)
    teachers = [row["sourcedId"] for row in read(made.delivery / "users.csv") if row["role"] == "teacher"]

    def becomes(new: str, ids: list[str]) -> None:
        rewrite(made.delivery / "users.csv", lambda row: {**row, "role": new} if row["sourcedId"] in ids else row)

    becomes("administrator", teachers[:1])
    becomes("teacher", own[:1])
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.summary["verdict"] == "fit"
    becomes("administrator", teachers)
    assert road.audit() == 0, road.said
    assert road.found(ROLE, "warning") >= len(teachers)
    assert "have another role than on Connect" in road.said


# Columns that are empty.


@pytest.mark.thorough
def test_guardians_whom_no_student_names_any_more_have_to_be_decided_first(tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, students=90)
    blank(made.delivery / "users.csv", "agentSourcedIds", role("student"))
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.summary["verdict"] == "fit, but decide first"
    assert road.found(NONE_NAMED) == len(made.this.children)
    assert f"{len(made.this.children)} children with guardians on Connect have none in the delivery" in road.said


def test_a_delivery_without_guardians_or_with_a_file_of_them_names_nobody_and_is_fit(tmp_path: Path) -> None:
    made = district(tmp_path, students=90)
    with_guardians_file(made.delivery)
    assert audited(made).verdict == "fit"
    (made.delivery / "guardians.csv").unlink()
    assert audited(made).verdict == "fit"


def test_a_file_of_guardians_with_only_its_header_is_not_fit(tmp_path: Path) -> None:
    made = district(tmp_path, students=90)
    with_guardians_file(made.delivery)
    header = (made.delivery / "guardians.csv").read_text(encoding="utf-8").splitlines()[0]
    (made.delivery / "guardians.csv").write_text(f"{header}\n", encoding="utf-8")
    assert audited(made).verdict == "not fit"


def one_school(row: Row) -> bool:
    return row["orgSourcedIds"] == "0101"


@pytest.mark.parametrize(("who", "column", "verdict"), [
    ("student", "grades", "not fit"), ("teacher", "email", "not fit"), ("guardian", "sms", "fit, but decide first"),
    pytest.param("guardian", "email", "fit, but decide first", marks=THOROUGH),
])  # fmt: skip
@pytest.mark.parametrize(
    "of", [None, pytest.param("one school", marks=THOROUGH), pytest.param("new year", marks=THOROUGH)]
)
def test_a_column_that_is_empty_though_connect_has_values_is_not_fit_or_to_be_decided(
    who: str, column: str, verdict: str, of: str | None, tmp_path: Path
) -> None:
    made = district(tmp_path, students=240, schools=3, summer=of == "new year")
    only = one_school if of == "one school" else lambda _: True
    blank(made.delivery / "users.csv", column, lambda row: row["role"] == who and only(row))
    audit = audited(made)
    assert audit.verdict == verdict
    assert f"workspace.{who.replace('teacher', 'staff')}{'' if who == 'teacher' else 's'}.emptied" in set(
        audit.findings.summary()["code"]
    )


@pytest.mark.thorough
def test_a_code_that_is_no_grade_in_place_of_all_grades_is_not_fit(tmp_path: Path) -> None:
    made = district(tmp_path, students=90)
    rewrite(made.delivery / "users.csv", lambda row: {**row, "grades": "UG"} if row["role"] == "student" else row)
    audit = audited(made)
    assert audit.verdict == "not fit"
    assert "workspace.students.emptied" in codes(audit, "critical")


@pytest.mark.thorough
def test_a_column_that_is_left_out_blanks_nothing_and_values_made_on_connect_are_let_be(tmp_path: Path) -> None:
    """No sms is delivered; some of the staff have entered theirs on Connect. The grades are no column of the file."""
    made = district(tmp_path, students=90)
    rewrite(
        made.workspace / "staff.csv", lambda row: {**row, "sms": "5552019988" if int(row["staffId"]) % 3 == 0 else ""}
    )
    users = made.delivery / "users.csv"
    write(users, [{name: value for name, value in row.items() if name != "grades"} for row in read(users)])
    found = set(audited(made).findings.summary()["code"])
    assert not [code for code in found if code.endswith(".emptied")]


@pytest.mark.thorough
def test_a_class_without_its_teachers_has_to_be_decided_first_where_all_are_gone(tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, students=90)
    drop(made.delivery / "enrollments.csv", role("teacher"))
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.summary["verdict"] == "fit, but decide first"
    assert f"{len(made.this.classes)} classrooms would come without a teacher" in road.said


# Children in no class.


def without_classes(made: Written, share: float, school: int | None = None) -> set[str]:
    """Take so many children out of all classes; returns their IDs."""
    lot = random.Random(8)
    taken = {one.id for one in made.this.children.values() if lot.random() < share and school in (None, one.school)}
    drop(made.delivery / "enrollments.csv", lambda row: row["userSourcedId"] in taken)
    return taken


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("share", "school"), [(0.5, None), *(pytest.param(*one, marks=THOROUGH) for one in ((0.5, 0), (0.8, None)))]
)
def test_half_of_the_children_in_no_class_have_to_be_decided_first_even_without_connect(
    share: float, school: int | None, tmp_path: Path, lay: Lay
) -> None:
    made = district(tmp_path, students=300, schools=2)
    taken = without_classes(made, share, school)
    road = lay(made.delivery, made.workspace)
    assert road.run("audit", made.delivery, "--out", road.out) == 0, road.said
    assert road.summary["verdict"] == "fit, but decide first"
    rows = [row for row in read(road.out / "findings.csv") if row["code"] == LEFT_OUT]
    assert {row["severity"] for row in rows} == {"warning"}
    seated = {(one.school, one.grade) for one in made.this.children.values() if one.id not in taken}
    places = {one.id: (one.school, one.grade) for one in made.this.children.values()}
    assert {row["sourcedId"] for row in rows} == {own for own in taken if places[own] in seated}
    assert road.found(LEFT_OUT) + road.found("enrollments.student.none") == len(taken)
    assert "would be in no class, though others of their grade are" in road.said


def test_half_of_the_children_in_no_class_are_seen_in_the_file_of_one_school(tmp_path: Path) -> None:
    """Which names no school."""
    made = district(tmp_path, students=120, schools=1)
    without_classes(made, 0.5)
    for name, column in (
        ("users", "orgSourcedIds"),
        ("classes", "schoolSourcedId"),
        ("enrollments", "schoolSourcedId"),
    ):
        rows = [{k: v for k, v in row.items() if k != column} for row in read(made.delivery / f"{name}.csv")]
        write(made.delivery / f"{name}.csv", rows)
    roster = ck.read_roster(made.delivery, level="school")
    assert LEFT_OUT in set(ck.check_roster(roster).summary()["code"])


def test_a_fifth_of_the_children_in_no_class_has_to_be_decided_first(tmp_path: Path) -> None:
    made = district(tmp_path, students=300, schools=2)
    without_classes(made, 0.2)
    audit = audited(made)
    assert audit.verdict == "fit, but decide first"
    assert LEFT_OUT in codes(audit, "warning")


@pytest.mark.thorough
def test_schools_and_grades_without_classes_are_left_alone(tmp_path: Path) -> None:
    """One school delivers no enrollments, and the other one none of its first grades; two children are on their way."""
    made = district(tmp_path, students=300, schools=2)
    off = {one.id for one in made.this.children.values() if one.school == 0 or one.grade < 5}
    off |= {one.id for one in list(made.this.children.values())[-2:]}
    drop(made.delivery / "enrollments.csv", lambda row: row["userSourcedId"] in off)
    audit = audited(made)
    assert LEFT_OUT not in set(audit.findings.summary()["code"])
    assert audit.verdict != "not fit", audit.causes().to_string()
