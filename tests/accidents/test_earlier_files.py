"""Files of an earlier year are not fit to send; where it is a part of them, somebody has to decide."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import connect_kit as ck
from tests.accidents.road import audited, codes, only, read, rewrite
from tests.accidents.years import Child, District, Written

EARLIER = "workspace.students.earlier_grades"
ELSEWHERE = "enrollments.classSourcedId.only_on_connect"
Row = dict[str, str]


def found(audit: ck.Audit, code: str) -> list[str]:
    table = audit.findings.table()
    return sorted(table.loc[table["code"] == code, "sourcedId"])


def both_years(folder: Path) -> tuple[Written, Written]:
    """A summer: this year's delivery where Connect has last year, and the other way round."""
    made = District(180, schools=2, seed=12)
    last = made.summer()
    this = made.year
    forth = made.write(folder / "this", last)
    made.year = last
    return forth, made.write(folder / "last", this)


def test_last_year_s_delivery_is_not_fit_and_names_the_children_who_would_go_back_a_grade(tmp_path: Path) -> None:
    _, made = both_years(tmp_path)
    audit = audited(made)
    assert audit.verdict == "not fit"
    back = sorted(made.this.children[n].id for n in made.last.children if n in made.this.children)
    assert len(back) > 100
    assert found(audit, EARLIER) == back


def test_a_child_who_goes_back_a_grade_is_not_unfit(tmp_path: Path) -> None:
    made = District(180, schools=2, seed=12)
    last = made.copy()
    for child in [one for one in made.year.children.values() if one.grade > 1][:12]:
        child.grade -= 1
    audit = audited(made.write(tmp_path, last))
    assert EARLIER not in codes(audit, "critical")


def test_last_year_s_enrollments_beside_this_year_s_classes_are_not_fit(tmp_path: Path) -> None:
    made, other = both_years(tmp_path)
    shutil.copy(other.delivery / "enrollments.csv", made.delivery / "enrollments.csv")
    audit = audited(made)
    assert audit.verdict == "not fit"
    assert len(found(audit, ELSEWHERE)) == len(read(made.delivery / "enrollments.csv"))


def test_a_few_enrollments_in_classes_that_only_connect_has_are_not_unfit(tmp_path: Path) -> None:
    made = District(180, schools=2, seed=12)
    delivered = made.write(tmp_path, made.copy())
    new = [{**row, "sourcedId": f"NEW{n}"} for n, row in enumerate(read(delivered.delivery / "classes.csv")[:6])]
    rows = iter(new)
    rewrite(delivered.delivery / "classes.csv", lambda _: next(rows, None))
    kept = {row["sourcedId"] for row in read(delivered.delivery / "users.csv") if row["role"] == "student"}
    kept = set(sorted(kept)[:15])
    only(delivered.delivery / "enrollments.csv", lambda row: row["userSourcedId"] in kept)
    assert ELSEWHERE not in codes(audited(delivered), "critical")


def set_back(made: District, which: Callable[[Child], bool]) -> set[str]:
    """Give this year's children that many the grade of a year before; their IDs."""
    back = [child for child in made.year.children.values() if which(child)]
    for child in back:
        child.grade -= 1
    return {child.id for child in back}


@pytest.mark.parametrize(
    ("summer", "which"),
    [
        pytest.param(False, lambda child: child.school == 1 and child.grade == 4, id="a grade of this year"),
        pytest.param(True, lambda child: child.school == 1 and child.grade > 0, id="a school after the summer"),
        pytest.param(True, lambda child: child.school == 1 and child.grade == 4, id="a grade after the summer"),
    ],
)
def test_a_school_or_grade_of_last_year_has_to_be_decided_first(
    summer: bool, which: Callable[[Child], bool], tmp_path: Path
) -> None:
    made = District(260, schools=2, seed=12)
    last = made.summer() if summer else made.copy()
    back = set_back(made, which) & {child.id for child in last.children.values() if child.school == 1}
    assert len(back) >= 5
    audit = audited(made.write(tmp_path, last))
    assert set(found(audit, EARLIER)) == back
    assert audit.verdict != "fit"
    assert EARLIER not in codes(audit, "critical")
    assert f"{len(back)} children would be in the grade of an earlier year" in str(audit.judgement)


def test_a_year_without_a_new_grade_for_kindergarten_or_for_a_few_is_silent(tmp_path: Path) -> None:
    made = District(260, schools=2, seed=12)
    last = made.summer()
    repeat = [child for child in made.year.children.values() if child.grade > 1][:9]
    for child in repeat:
        child.grade -= 1
    assert EARLIER not in {
        rule for one in ("critical", "warning") for rule in codes(audited(made.write(tmp_path, last)), one)
    }


AHEAD = "workspace.students.other_grades"


@pytest.mark.parametrize(("summer", "by"), [(False, 1), pytest.param(True, 1, marks=pytest.mark.thorough)])
def test_a_grade_that_rises_further_than_the_others_has_to_be_decided_first(
    summer: bool, by: int, tmp_path: Path
) -> None:
    made = District(260, schools=2, seed=12)
    last = made.summer() if summer else made.copy()
    ahead = [one for one in made.year.children.values() if one.school == 1 and one.grade == 4]
    for child in ahead:
        child.grade += by
    audit = audited(made.write(tmp_path, last))
    there = {child.id for child in last.children.values() if child.school == 1}
    assert set(found(audit, AHEAD)) == {child.id for child in ahead} & there
    assert audit.verdict != "fit"
    assert "would rise or fall by other grades than is usual" in str(audit.judgement)
