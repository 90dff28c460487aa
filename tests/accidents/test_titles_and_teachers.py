"""Titles or teachers of classes that slid against the rest, and the turns of a year that look like it and are none."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

import connect_kit as ck
from tests.accidents.road import Lay, audited, codes, read, rewrite
from tests.accidents.test_slid_columns import THOROUGH, district, role, slide
from tests.accidents.years import GRADES, District, Written, Year

TITLE = "workspace.classrooms.title_of_another"
TEACHERS = "workspace.classrooms.other_teachers"
Row = dict[str, str]


def shuffle(path: Path, column: str, only: Callable[[Row], bool], key: Callable[[Row], str] = lambda _: "") -> None:
    """Shuffle the values of a column among the rows of each key."""
    rows = [row for row in read(path) if only(row)]
    values: dict[str, list[str]] = {}
    for row in rows:
        values.setdefault(key(row), []).append(row[column])
    for one in values.values():
        random.Random(len(one)).shuffle(one)
    rewrite(path, lambda row: {**row, column: values[key(row)].pop()} if only(row) else row)


def school(row: Row) -> str:
    return row["schoolSourcedId"]


def everybody(_: Row) -> bool:
    return True


def one_school(row: Row) -> bool:
    return school(row) == "0102"


TITLES: dict[str, Callable[[Path], None]] = {
    "by one": lambda path: slide(path, "title", 1),
    "by five": lambda path: slide(path, "title", 5),
    "sorted": lambda path: slide(path, "title", None),
    "shuffled in each school": lambda path: shuffle(path, "title", everybody, school),
    "shuffled": lambda path: shuffle(path, "title", everybody),
    "by one in one school": lambda path: slide(path, "title", 1, one_school),
    "shuffled in one school": lambda path: shuffle(path, "title", one_school),
}


def other_titles(made: Written) -> set[str]:
    """IDs of classes that have another title than on Connect."""
    before = {own: title for own, (_, _, title, _) in made.last.classes.items()}
    return {
        row["sourcedId"] for row in read(made.delivery / "classes.csv")
        if before.get(row["sourcedId"], row["title"]) != row["title"]
    }  # fmt: skip


@pytest.mark.parametrize("how", ["by one", *(pytest.param(one, marks=THOROUGH) for one in list(TITLES)[1:])])
@pytest.mark.parametrize("named_by_school", [False, True])
def test_titles_that_slid_are_not_fit(how: str, named_by_school: bool, tmp_path: Path) -> None:
    made = District(180, schools=3, seed=31)
    if named_by_school:  # so that no title is at two schools
        made.year.classes = {own: (s, g, f"{t} ({s})", lead) for own, (s, g, t, lead) in made.year.classes.items()}
    written = made.write(tmp_path / "district", made.copy())
    TITLES[how](written.delivery / "classes.csv")
    audit = audited(written)
    assert audit.verdict == "not fit"
    found = set(audit.findings.table().query("code == @TITLE")["sourcedId"])
    assert found <= other_titles(written)
    assert len(found) > 0.7 * len(other_titles(written))


@pytest.mark.thorough
def test_titles_that_slid_stop_the_upload_and_rename_nothing(tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, students=90)
    slide(made.delivery / "classes.csv", "title", 1)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1, road.said
    assert road.found(TITLE, "critical") == len(other_titles(made))
    assert road.summary["verdict_reasons"][0]["children"] == len(made.this.children)
    assert road.prepare() == 1
    assert TITLE in road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 1
    titles = {own: title for own, (_, _, title, _) in made.last.classes.items()}
    assert dict(road.rows("SELECT classId, title FROM classrooms")) == titles


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["by one", pytest.param("shuffled in each school", marks=THOROUGH)])
def test_titles_that_slid_on_the_first_day_are_seen_by_the_grades_where_class_ids_stay(
    how: str, tmp_path: Path
) -> None:
    made = District(300, schools=3, seed=31)
    last = made.summer()
    made.seat(made.year, "24")
    written = made.write(tmp_path / "district", last)
    assert TITLE not in codes(audited(written), "critical")
    TITLES[how](written.delivery / "classes.csv")
    assert TITLE in codes(audited(written), "critical")


# Titles that change as they should.


def retitled(folder: Path, change: Callable[[str, tuple[int, int, str, int]], str]) -> ck.Audit:
    """The same year, with the titles that a function gives."""
    made = District(180, schools=2, seed=31)
    last = made.copy()
    made.year.classes = {own: (c[0], c[1], change(own, c), c[3]) for own, c in made.year.classes.items()}
    return audited(made.write(folder / "district", last))


def test_titles_that_are_reworded_as_a_whole_are_no_titles_of_others(tmp_path: Path) -> None:
    audit = retitled(tmp_path, lambda _, c: c[2].replace("Homeroom", "HR").replace("-", " P"))
    assert audit.verdict == "fit", audit.causes().to_string()


@pytest.mark.thorough
def test_titles_that_take_the_words_of_another_school_are_no_titles_of_others(tmp_path: Path) -> None:
    made = District(180, schools=2, seed=31)
    now = made.year.classes
    made.year.classes = {
        own: (s, g, t if s else t.replace("Homeroom", "HR"), lead) for own, (s, g, t, lead) in now.items()
    }
    last = made.copy()
    made.year.classes = now
    audit = audited(made.write(tmp_path / "district", last))
    assert audit.verdict == "fit", audit.causes().to_string()


@pytest.mark.thorough
def test_two_sections_that_exchange_titles_are_no_titles_of_others(tmp_path: Path) -> None:
    """In several pairs of a school."""
    made = District(180, schools=1, seed=31)
    pairs = [title for _, _, title, _ in made.year.classes.values()][:12]
    other = dict(zip(pairs, (pairs[n ^ 1] for n in range(len(pairs))), strict=True))
    last = made.copy()
    made.year.classes = {
        own: (s, g, other.get(title, title), lead) for own, (s, g, title, lead) in made.year.classes.items()
    }
    audit = audited(made.write(tmp_path / "district", last))
    assert audit.verdict == "fit", audit.causes().to_string()


def teacher_in_title(year: Year) -> None:
    year.classes = {
        own: (s, g, f"Math {year.staff[lead].family} {lead}", lead) for own, (s, g, _, lead) in year.classes.items()
    }


@pytest.mark.thorough
def test_titles_that_follow_their_teachers_are_no_titles_of_others(tmp_path: Path) -> None:
    """Titles are the teachers' names, and at midyear every teacher takes the next one's classes."""
    made = District(180, schools=1, seed=31)
    teacher_in_title(made.year)
    last = made.copy()
    leads = sorted({lead for _, _, _, lead in made.year.classes.values()})
    after = dict(zip(leads, [*leads[1:], leads[0]], strict=True))
    made.year.classes = {own: (s, g, t, after[lead]) for own, (s, g, t, lead) in made.year.classes.items()}
    teacher_in_title(made.year)
    assert TITLE not in codes(audited(made.write(tmp_path / "district", last)), "critical")


@pytest.mark.thorough
@pytest.mark.parametrize("graded", [True, False])
def test_class_ids_that_are_given_to_other_classes_in_a_new_year_are_no_titles_of_others(
    graded: bool, tmp_path: Path
) -> None:
    made = District(300, schools=2, seed=31)
    if not graded:
        made.year.classes = {own: (s, 9, t, lead) for own, (s, _, t, lead) in made.year.classes.items()}
    last = made.summer()
    made.seat(made.year, "24")
    own = [one for one in made.year.classes if one in last.classes]
    given = dict(zip(own, [*own[7:], *own[:7]], strict=True))
    made.year.classes = {given.get(one, one): what for one, what in made.year.classes.items()}
    if not graded:
        made.year.classes = {one: (s, 9, t, lead) for one, (s, _, t, lead) in made.year.classes.items()}
    for child in made.year.children.values():
        child.classes = [given.get(one, one) for one in child.classes]
    audit = audited(made.write(tmp_path / "district", last))
    assert TITLE not in codes(audit, "critical"), audit.causes().to_string()


@pytest.mark.thorough
def test_classes_whose_children_go_up_together_are_no_titles_of_others(tmp_path: Path) -> None:
    """A class keeps its ID and its children; title and grade are those that the class above had."""
    made = District(180, schools=1, seed=31)
    last = made.copy()
    for child in made.year.children.values():
        child.grade = min(child.grade + 1, 12)
    made.year.classes = {
        own: (s, min(g + 1, 12), t.replace(f" {GRADES[g]}-", f" {GRADES[min(g + 1, 12)]}-"), lead)
        for own, (s, g, t, lead) in made.year.classes.items()
    }
    audit = audited(made.write(tmp_path / "district", last))
    assert TITLE not in codes(audit, "critical"), audit.causes().to_string()


# Teachers.


@pytest.mark.parametrize("by", [3, pytest.param(1, marks=THOROUGH), pytest.param(None, marks=THOROUGH)])
def test_teachers_of_enrollments_that_slid_within_a_year_have_to_be_decided_first(
    by: int | None, tmp_path: Path
) -> None:
    made = district(tmp_path, students=300, schools=3)
    path = made.delivery / "enrollments.csv"
    if by is None:
        shuffle(path, "userSourcedId", role("teacher"), school)
    else:
        slide(path, "userSourcedId", by, role("teacher"))
    audit = audited(made)
    assert audit.verdict == "fit, but decide first"
    assert TEACHERS in codes(audit, "warning")
    assert "other_teachers" in {reason.code for reason in audit.judgement.reasons}


@pytest.mark.thorough
def test_teachers_who_change_with_a_new_term_and_its_children_are_not_unfit(tmp_path: Path) -> None:
    """Classes of one grade exchange teachers, and the children are in other sections."""
    made = District(600, schools=1, seed=35)
    last = made.copy()
    leads = sorted({lead for _, _, _, lead in made.year.classes.values()})
    after = dict(zip(leads, [*leads[1:], leads[0]], strict=True))
    made.year.classes = {
        f"{own}-2" if own.endswith("A") else own: (s, g, t, after[lead] if own.endswith("A") else lead)
        for own, (s, g, t, lead) in made.year.classes.items()
    }
    for child in made.year.children.values():
        child.classes = [f"{own}-2" if own.endswith("A") else own for own in child.classes]
    assert TEACHERS not in codes(audited(made.write(tmp_path / "district", last)), "warning")


@pytest.mark.thorough
def test_a_few_teachers_who_take_over_classes_of_each_other_are_not_unfit(tmp_path: Path) -> None:
    made = District(300, schools=1, seed=35)
    last = made.copy()
    rooms = [own for own in made.year.classes if own.endswith("H")][:4]
    leads = [made.year.classes[own][3] for own in rooms]
    for own, lead in zip(rooms, [*leads[1:], leads[0]], strict=True):
        made.year.classes[own] = (*made.year.classes[own][:3], lead)
    audit = audited(made.write(tmp_path / "district", last))
    assert audit.verdict == "fit, but decide first", audit.causes().to_string()


@pytest.mark.thorough
def test_teachers_who_are_new_at_every_class_are_not_unfit(tmp_path: Path) -> None:
    """A school whose whole staff changed during the year."""
    made = District(180, schools=1, seed=35)
    last = made.copy()
    before = list(made.year.staff)
    for _ in before:
        made.hire(0)
    fresh = dict(zip(before, [n for n in made.year.staff if n not in before], strict=True))
    made.year.classes = {own: (s, g, t, fresh[lead]) for own, (s, g, t, lead) in made.year.classes.items()}
    assert TEACHERS not in codes(audited(made.write(tmp_path / "district", last)), "warning")


@pytest.mark.thorough
@pytest.mark.parametrize("only", [None, pytest.param(0, marks=THOROUGH)])
def test_another_period_of_the_same_course_is_not_another_class(only: int | None, tmp_path: Path) -> None:
    """The bell schedule moves by one, in the district or at one school."""
    made = District(180, schools=2, seed=31)
    made.year.classes = {
        own: (s, g, f"Algebra {GRADES[g]} P{n % 8 + 1}", lead)
        for n, (own, (s, g, _, lead)) in enumerate(made.year.classes.items())
    }
    written = made.write(tmp_path / "district", made.copy())

    def later(row: Row) -> Row:
        at = only is None or made.year.classes[row["sourcedId"]][0] == only
        return {**row, "title": f"{row['title'][:-1]}{int(row['title'][-1]) % 8 + 1}"} if at else row

    rewrite(written.delivery / "classes.csv", later)
    audit = audited(written)
    assert audit.verdict != "not fit", audit.causes().to_string()
    assert TITLE not in set(audit.findings.summary()["code"])
