"""How much of a school may go at once: a delivery that lacks a part of a school by accident does not empty it."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import LimitError, SettingError
from tests.accidents.years import GRADES, District, Written, Year
from tests.identity import small
from tests.marks import some


def left_of(made: Written) -> ck.LeftBehind:
    roster, known = ck.read_roster(made.delivery), ck.read_workspace(made.workspace)
    return ck.left_behind(roster, known, ck.find_id_changes(roster, known))


def drop(district: District, school: int, every: int, *, grades: range = range(12)) -> int:
    """Take every so-maniest child of a school and some grades out of the delivery."""
    there = [n for n, c in district.year.children.items() if c.school == school and c.grade in grades]
    for number in there[::every]:
        del district.year.children[number]
    return len(there[::every])


def mid_year(tmp_path: Path, every: int, **options: range) -> tuple[ck.LeftBehind, int]:
    district = District(300, schools=2, seed=5)
    last = district.copy()
    gone = drop(district, 1, every, **options)
    return left_of(district.write(tmp_path, last)), gone


def test_a_school_that_lacks_a_third_of_its_students_is_refused_by_name_and_numbers(tmp_path: Path) -> None:
    left, gone = mid_year(tmp_path, 3)
    whole = int((left.workspace.students["connectSchoolId"] == "K2").sum())
    with pytest.raises(LimitError) as refused:
        left.actions()
    percent = -(-100 * gone // whole)
    assert f"{gone} of {whole} students at School 0102 ({percent} %)" in refused.value.reasons
    assert all("School 0102" in reason for reason in refused.value.reasons)
    assert refused.value.enough >= percent
    assert f"limit={refused.value.enough}" in str(refused.value)
    assert sum(len(a.ids) for a in left.actions(limit=refused.value.enough) if a.kind == "archive_students") == gone
    assert [a.kind for a in left.actions(schools=["K1"])] == []
    assert left.actions(["staff"]) == []


@pytest.mark.thorough
def test_few_may_always_go_and_many_up_to_the_limit(tmp_path: Path) -> None:
    left, gone = mid_year(tmp_path, 12)
    whole = int((left.workspace.students["connectSchoolId"] == "K2").sum())
    assert 3 < gone <= 0.1 * whole
    assert sum(len(a.ids) for a in left.actions(["students"])) == gone
    with pytest.raises(LimitError, match=f"{gone} of {whole} students"):
        left.actions(["students"], limit=100 * (gone - 1) / whole)
    assert sum(len(a.ids) for a in left.actions(["students"], limit=100 * gone / whole)) == gone


def test_three_of_four_may_go_and_four_of_five_may_not(tmp_path: Path) -> None:
    for count, refused in ((4, False), (5, True)):
        known = small.workspace(tmp_path / str(count), students=[small.pupil(n, f"{n}") for n in range(count)])
        left = ck.left_behind(small.roster([small.student(0, "0")]), known)
        if refused:
            with pytest.raises(LimitError, match=r"4 of 5 students at Alder School \(80 %\)"):
                left.actions()
        else:
            assert [len(a.ids) for a in left.actions()] == [3]


@pytest.mark.parametrize(("schools", "seed"), some([(n, seed) for seed in range(1, 7) for n in (1, 2, 5)], 5))
def test_a_normal_summer_passes(tmp_path: Path, seed: int, schools: int) -> None:
    """Graduates gone, eight in a hundred moved away, as many to another school, new classes, promoted grades."""
    district = District(400, schools=schools, seed=seed)
    last = district.summer(leaving=0.08)
    left = left_of(district.write(tmp_path, last))
    done = {a.kind: len(a.ids) for a in left.actions()}
    assert done["archive_students"] == len(set(last.children) - set(district.year.children))
    assert done["archive_classrooms"] == len(last.classes)


def after(last: Year, this: Year) -> Year:
    """What Connect holds once this year's delivery was uploaded: an upload archives nothing."""
    return Year(
        {**last.children, **this.children}, {**last.guardians, **this.guardians}, {**last.staff, **this.staff},
        {**last.classes, **this.classes},
    )  # fmt: skip


@pytest.mark.parametrize("seed", some(range(1, 5), 2))
def test_a_normal_summer_passes_after_its_upload_too(tmp_path: Path, seed: int) -> None:
    district = District(400, schools=3, seed=seed)
    last = district.summer(leaving=0.08)
    connect = after(last, district.year)
    for number, child in district.year.children.items():
        if number in last.children:  # still in the classrooms of last year
            connect.children[number] = type(child)(
                **{**vars(child), "classes": last.children[number].classes + child.classes}
            )
    left = left_of(district.write(tmp_path, connect))
    done = {a.kind: len(a.ids) for a in left.actions()}
    assert done["archive_students"] == len(set(last.children) - set(district.year.children))
    assert done["archive_classrooms"] == len(last.classes)


@pytest.mark.parametrize("schools", some([3, 1]))
def test_a_third_of_the_continuing_grades_missing_is_refused_in_the_summer_too(tmp_path: Path, schools: int) -> None:
    district = District(400, schools=schools, seed=3)
    last = district.summer(leaving=0.03)
    drop(district, 0, 3, grades=range(1, 12))
    with pytest.raises(LimitError, match=r"students at School 0101 \(3\d %\)"):
        left_of(district.write(tmp_path, last)).actions()


def test_all_of_the_highest_grade_missing_within_the_year_is_no_graduation(tmp_path: Path) -> None:
    left, gone = mid_year(tmp_path, 1, grades=range(12, 13))
    assert gone > 3
    with pytest.raises(LimitError, match=f"{gone} of .* students at School 0102"):
        left.actions(["students"], limit=5)


def test_a_third_of_the_classes_missing_within_the_year_is_refused(tmp_path: Path) -> None:
    district = District(600, schools=1, seed=5)
    last = district.copy()
    rooms = sorted(district.year.classes)[::3]
    for room in rooms:
        del district.year.classes[room]
    for child in district.year.children.values():
        child.classes = [room for room in child.classes if room not in rooms]
    left = left_of(district.write(tmp_path, last))
    with pytest.raises(LimitError, match=f"{len(rooms)} of {len(last.classes)} classrooms at School 0101"):
        left.actions()
    assert len(GRADES) == 13


def test_a_limit_that_is_not_percent_and_a_school_that_is_not_known_are_refused(tmp_path: Path) -> None:
    left, _ = mid_year(tmp_path, 30)
    with pytest.raises(SettingError, match="limit is 120; expected percent, 0 to 100"):
        left.actions(limit=120)
    with pytest.raises(SettingError, match="no school of Connect has the ID 'K9'"):
        left.actions(schools=["K9"])
    assert left.at_schools(["0102", "K2", "K1"]) == ("K2", "K1")
