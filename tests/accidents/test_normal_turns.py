"""Normal turns of a school year that look like an accident: none of them is called unfit."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.accidents.road import Lay, audited, codes, read, rewrite
from tests.accidents.test_slid_columns import MEMBERS, SCHOOL, THOROUGH, role, slide
from tests.accidents.turns import is_not_unfit, turned
from tests.accidents.years import FAMILY, GRADES, District, Written

RENUMBERED = "workspace.classrooms.id_changed"
COURSES = ("Math", "English", "Science", "History", "PE")


# Classes and their children.


def sections(made: District) -> None:
    """Every child gets a section of each course, dealt by chance among those of the grade."""
    made.year.classes = {}
    for child in made.year.children.values():
        child.classes = []
    for school in range(len(made.schools)):
        lead = next(one.number for one in made.year.staff.values() if one.school == school)
        for grade in range(13):
            group = [one for one in made.year.children.values() if one.school == school and one.grade == grade]
            for course in COURSES:
                made.random.shuffle(group)
                for place, child in enumerate(group):
                    part = place % max(1, -(-len(group) // 20)) + 1
                    own = f"24{school}{grade:02d}{course[:2]}{part}"
                    made.year.classes[own] = (school, grade, f"{course} {GRADES[grade]}-{part}", lead)
                    child.classes.append(own)


@pytest.mark.parametrize("whole", [True, pytest.param(False, marks=THOROUGH)])
def test_sections_that_are_dealt_anew_under_their_ids_are_not_unfit(whole: bool, tmp_path: Path, lay: Lay) -> None:
    """A new semester: every child keeps the courses, in other sections; or only one school deals anew."""

    def change(made: District) -> None:
        kept = {} if whole else {n: c.classes for n, c in made.year.children.items() if c.school == 0}
        sections(made)
        for number, classes in kept.items():
            made.year.children[number].classes = classes

    made = turned(tmp_path, 61, change, before=sections, students=500, schools=2)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.summary["verdict"] == "fit, but decide first"
    assert road.found(MEMBERS) == 0
    assert road.summary["left_behind"]["classroom_students"] > 100


def test_homerooms_that_are_dealt_anew_are_not_unfit(tmp_path: Path) -> None:
    is_not_unfit(turned(tmp_path, 62, lambda made: made.seat(made.year, "24"), students=400))


@pytest.mark.thorough
@pytest.mark.parametrize("by", [22, pytest.param(30, marks=THOROUGH), pytest.param(100, marks=THOROUGH)])
def test_a_column_that_slid_in_a_file_sorted_by_class_is_no_new_deal(by: int, tmp_path: Path) -> None:
    """Most children stay in the course and the grade, and many do not."""
    made = turned(tmp_path, 61, before=sections, students=500, schools=2)
    path = made.delivery / "enrollments.csv"
    rows = sorted(read(path), key=lambda row: (row["classSourcedId"], row["role"]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    slide(path, "userSourcedId", by, role("student"))
    audit = audited(made)
    assert MEMBERS in codes(audit, "critical")


@pytest.mark.thorough
def test_grades_that_rise_before_the_classes_end_are_not_unfit(tmp_path: Path) -> None:
    """In July, the SIS has promoted the children, and enrollments.csv still holds last year's classes."""

    def change(made: District) -> None:
        for child in made.year.children.values():
            child.grade = min(child.grade + 1, 12)

    is_not_unfit(turned(tmp_path, 63, change))


@pytest.mark.thorough
def test_a_new_term_in_other_classes_that_connect_has_is_not_unfit(tmp_path: Path) -> None:
    """Classes of both terms are on Connect; from one day on, the children are in those of the second."""

    def before(made: District) -> None:
        classes = made.year.classes
        made.year.classes |= {f"{own}-2": (s, g, f"{title} (2)", lead) for own, (s, g, title, lead) in classes.items()}

    def change(made: District) -> None:
        for child in made.year.children.values():
            child.classes = [f"{own}-2" for own in child.classes]

    is_not_unfit(turned(tmp_path, 35, change, before=before, students=120))


def second_term(made: District) -> None:
    """The classes of the second term have new IDs, the same titles and the same children."""
    made.year.classes = {f"{own}S2": one for own, one in made.year.classes.items()}
    for child in made.year.children.values():
        child.classes = [f"{own}S2" for own in child.classes]


def with_terms(made: Written, term: str, sessions: str) -> None:
    """Write the term of the classes, and academicSessions.csv where there is any."""
    path = made.delivery / "classes.csv"
    rows = [{**row, "termSourcedIds": term} for row in read(path)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    if sessions:
        head = "sourcedId,title,type,startDate,endDate,parentSourcedId,schoolYear"
        (made.delivery / "academicSessions.csv").write_text(f"{head}\n{sessions}", encoding="utf-8")


#: A year that began 200 days ago, so that it is never over.
DAYS = [date.today() + timedelta(days=days) for days in (-200, -70, -60, 100)]
YEAR = f"y,The year,schoolYear,{DAYS[0]},{DAYS[3]},,2026\n"
FIRST = f"t1,First half,semester,{DAYS[0]},{DAYS[1]},y,2026\n"
SECOND = f"t2,Second half,semester,{DAYS[2]},{DAYS[3]},y,2026\n"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("term", "sessions"),
    [
        ("t2", YEAR + FIRST + SECOND),
        pytest.param("t2", YEAR + SECOND, marks=THOROUGH),
        pytest.param("t2", SECOND.replace("Second half", "Semester 2"), marks=THOROUGH),
        pytest.param("2026-S2", "", marks=THOROUGH),
    ],
    ids=["a year and its halves", "a year and a half", "a half", "no session"],
)
def test_classes_of_a_second_term_are_new_ones_whatever_their_titles(term: str, sessions: str, tmp_path: Path) -> None:
    made = turned(tmp_path, 64, second_term)
    with_terms(made, term, sessions)
    audit = is_not_unfit(made)
    assert RENUMBERED not in set(audit.findings.summary()["code"])
    assert audit.left_behind is not None and audit.left_behind.counts["classrooms"] == len(made.last.classes)


@pytest.mark.parametrize("term", ["", *(pytest.param(term, marks=THOROUGH) for term in ("t1", "y", "t1,t2"))])
@pytest.mark.thorough
def test_classes_under_new_ids_that_may_be_a_new_term_say_so(term: str, tmp_path: Path, lay: Lay) -> None:
    made = turned(tmp_path, 64, second_term)
    with_terms(made, term, YEAR + FIRST + SECOND)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1, road.said
    assert road.found(RENUMBERED, "critical") == len(made.last.classes)
    assert "(or is it a new term?)" in road.said
    assert road.prepare() == 1
    assert "where a new term has begun, waive this, and archive the old classrooms" in road.said
    assert road.prepare("--waive", f"{RENUMBERED}=the second term") == 0, road.said


@pytest.mark.thorough
def test_terms_do_not_hide_that_the_sis_has_changed(tmp_path: Path) -> None:
    def change(made: District) -> None:
        second_term(made)
        made.change_ids("unrelated", ["students"])

    made = turned(tmp_path, 64, change)
    with_terms(made, "t2", YEAR + FIRST + SECOND)
    assert {RENUMBERED, "workspace.students.id_changed"} <= codes(audited(made), "critical")


def all_third_grade(made: District) -> None:
    made.year.classes = {own: (s, 3, title, lead) for own, (s, _, title, lead) in made.year.classes.items()}


@pytest.mark.thorough
def test_classes_whose_grades_never_fitted_are_not_unfit(tmp_path: Path) -> None:
    """A high school that writes one grade for every class, on Connect as well."""
    is_not_unfit(turned(tmp_path, 36, all_third_grade, before=all_third_grade, summer=True))


@pytest.mark.thorough
def test_class_ids_that_stay_over_the_summer_are_not_unfit_where_connect_has_no_grades(tmp_path: Path) -> None:
    """Rooms keep their IDs; that they have other children now is the new year, which only grades would show."""
    made = turned(tmp_path, 40, lambda made: made.seat(made.year, "24"), summer=True)
    rewrite(made.workspace / "students.csv", lambda row: {**row, "grade": ""})
    is_not_unfit(made)


@pytest.mark.thorough
def test_users_who_were_uploaded_before_the_classes_are_not_unfit(tmp_path: Path) -> None:
    """Connect has this year's grades, and the rooms, under the same IDs, still hold the children of last year."""
    made = turned(tmp_path, 40, lambda made: made.seat(made.year, "24"), summer=True)
    now = {row["sourcedId"]: row["grades"] for row in read(made.delivery / "users.csv") if row["role"] == "student"}
    rewrite(made.workspace / "students.csv", lambda row: {**row, "grade": now.get(row["studentId"], row["grade"])})
    audit = audited(made)
    assert MEMBERS not in codes(audit, "critical"), audit.causes().to_string()


@pytest.mark.thorough
def test_a_class_of_every_grade_that_is_split_in_two_is_not_unfit(tmp_path: Path) -> None:
    def change(made: District) -> None:
        for own, (school, grade, title, lead) in list(made.year.classes.items()):
            made.year.classes[f"{own}B"] = (school, grade, f"{title}B", lead)
            for child in [one for one in made.year.children.values() if own in one.classes][::2]:
                child.classes = [f"{own}B" if one == own else one for one in child.classes]

    is_not_unfit(turned(tmp_path, 65, change))


# Children, their schools and families.


@pytest.mark.thorough
def test_a_second_year_of_prekindergarten_is_not_another_grade(tmp_path: Path) -> None:
    """Half of the pre-kindergarten goes on to kindergarten; between the two, others have a transitional one."""
    made = turned(tmp_path, 41)
    own = [row["sourcedId"] for row in read(made.delivery / "users.csv") if row["role"] == "student"][:60]
    rewrite(made.workspace / "students.csv", lambda row: {**row, "grade": "PK" if row["studentId"] in own else "TK"})
    rewrite(
        made.delivery / "users.csv",
        lambda row: (
            row if row["role"] != "student"
            else {**row, "grades": "KG" if row["sourcedId"] in own[::2] else "PK" if row["sourcedId"] in own else "TK"}
        ),
    )  # fmt: skip
    assert "workspace.students.other_grades" not in codes(audited(made), "critical")


@pytest.mark.thorough
def test_children_who_are_taught_at_another_school_as_before_are_not_unfit(tmp_path: Path) -> None:
    """A school for the deaf: its children stay children of their own schools, on Connect as well."""
    made = turned(tmp_path, 37, schools=2)
    own = [row["sourcedId"] for row in read(made.delivery / "users.csv") if row["role"] == "student"][:20]
    schools = {row["sourcedId"]: row["orgSourcedIds"] for row in read(made.delivery / "users.csv")}
    there = {row["schoolSourcedId"]: row["sourcedId"] for row in read(made.delivery / "classes.csv")}

    def away(row: dict[str, str]) -> dict[str, str]:
        if row["userSourcedId"] not in own:
            return row
        other = next(school for school in there if school != schools[row["userSourcedId"]])
        return {**row, "schoolSourcedId": other, "classSourcedId": there[other]}

    rewrite(made.delivery / "enrollments.csv", away)
    assert SCHOOL not in set(audited(made).findings.summary()["code"])


@pytest.mark.thorough
def test_names_that_are_corrected_and_grades_that_are_repeated_are_not_unfit(tmp_path: Path) -> None:
    def change(made: District) -> None:
        for number, child in enumerate(made.year.children.values()):
            if number % 12 == 0:
                child.grade = max(child.grade - 1, 0)
            elif number % 12 == 1:
                child.family = f"Corrected{number}"
            elif number % 40 == 2:
                child.grade = min(child.grade + 1, len(GRADES) - 1)

    is_not_unfit(turned(tmp_path, 38, change, summer=True, students=200))


@THOROUGH
@pytest.mark.parametrize("summer", [False, True])
def test_new_boundaries_between_schools_are_not_unfit(summer: bool, tmp_path: Path) -> None:
    """Three in ten children of two elementary schools go to the other one."""

    def change(made: District) -> None:
        for child in made.year.children.values():
            if child.school in (0, 1) and child.number % 10 < 3:
                child.school = 1 - child.school
        made.seat(made.year, "25" if summer else "24")

    is_not_unfit(turned(tmp_path, 66, change, summer=summer, students=300, schools=4))


@THOROUGH
def test_twins_who_join_and_new_kindergarten_children_are_not_unfit(tmp_path: Path) -> None:
    def change(made: District) -> None:
        for grade in (0, 0, 0, 0, 0, 0, 3, 3):
            child = made.family(grade=grade)[0]
            twin = replace(child, number=max(made.year.children) + 1, given=f"Zed{child.given}", id=made._id())
            made.year.children[twin.number] = twin

    is_not_unfit(turned(tmp_path, 67, change))


@THOROUGH
def test_parents_who_marry_again_are_not_unfit(tmp_path: Path) -> None:
    """One in ten has another family name and another address."""

    def change(made: District) -> None:
        for guardian in list(made.year.guardians.values())[::10]:
            guardian.family = made.random.choice(FAMILY)
            guardian.email = f"{guardian.given}.{guardian.family}{guardian.number}@home.example".lower()

    is_not_unfit(turned(tmp_path, 68, change, students=200, schools=2))
