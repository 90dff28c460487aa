"""Files that lack most of a school or a whole grade are not fit; those of graduates, movers and newcomers are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import connect_kit as ck
from tests.accidents.road import audited, codes, only, read, rewrite
from tests.accidents.years import Child, District, Written
from tests.marks import some

MISSING = "workspace.students.missing"
UNMATCHED = "workspace.schools.unmatched"


def without(made: Written, gone: set[str], *, adults: bool = False, classes: bool = True) -> None:
    """Leave these students out of the delivery, with their enrollments; of school 0102 also adults and classes."""
    files = made.delivery
    there = [row for row in read(files / "users.csv") if row["orgSourcedIds"] == "0102"]
    out = gone | ({row["sourcedId"] for row in there if row["role"] == "teacher"} if adults else set())
    only(files / "users.csv", lambda row: row["sourcedId"] not in out)
    only(files / "enrollments.csv", lambda row: row["userSourcedId"] not in out)
    if not classes:
        only(files / "classes.csv", lambda row: row["schoolSourcedId"] != "0102")
        only(files / "enrollments.csv", lambda row: row["schoolSourcedId"] != "0102")


def missing(audit: ck.Audit, folder: Written) -> set[str]:
    """Student IDs of those who are found to be missing; the findings name Connect's IDs."""
    own = {row["connectStudentId"]: row["studentId"] for row in read(folder.workspace / "students.csv")}
    table = audit.findings.table()
    return {own[one] for one in table.loc[table["code"] == MISSING, "sourcedId"]}


def district(folder: Path, *, summer: bool = False) -> tuple[District, Written]:
    made = District(260, schools=2, seed=12)
    last = made.summer() if summer else made.copy()
    return made, made.write(folder, last)


def ids(children: dict[int, Child], which: Callable[[Child], bool]) -> set[str]:
    return {child.id for child in children.values() if which(child)}


@pytest.mark.parametrize(
    ("left", "adults", "classes"), some([(1, True, True), (0, True, True), (0, False, False), (30, True, True)], 2)
)
def test_a_school_of_which_most_students_are_missing_is_not_fit(
    left: int, adults: bool, classes: bool, tmp_path: Path
) -> None:
    made, delivered = district(tmp_path)
    here = sorted(ids(made.year.children, lambda child: child.school == 1))
    gone = set(here[left:])
    without(delivered, gone, adults=adults and classes, classes=classes)
    audit = audited(delivered)
    assert audit.verdict == "not fit"
    assert missing(audit, delivered) == gone
    assert f"critical findings concern {len(gone)} children" in str(audit.judgement)


@pytest.mark.parametrize("summer", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_a_grade_that_is_missing_is_not_fit(summer: bool, tmp_path: Path) -> None:
    _, delivered = district(tmp_path, summer=summer)
    there = ids(delivered.last.children, lambda child: child.school == 0 and child.grade == 3)
    without(delivered, there)
    audit = audited(delivered)
    assert audit.verdict == "not fit"
    assert len(there) >= 10
    assert missing(audit, delivered) == there


def test_new_students_by_themselves_are_no_missing_school(tmp_path: Path) -> None:
    _, delivered = district(tmp_path, summer=True)
    before = {child.id for child in delivered.last.children.values()}
    without(delivered, before)
    audit = audited(delivered)
    assert MISSING not in codes(audit, "critical")


def test_a_school_that_a_third_leaves_and_its_graduates_are_not_missing(tmp_path: Path) -> None:
    _, delivered = district(tmp_path, summer=True)
    here = sorted(ids(delivered.last.children, lambda child: child.school == 1))
    without(delivered, set(here[::3]))
    assert MISSING not in codes(audited(delivered), "critical")


@pytest.mark.parametrize(("lost", "fit"), [((7, 8), True), ((6,), False)])
def test_a_school_may_give_up_its_last_grades_and_not_one_among_them(
    lost: tuple[int, ...], fit: bool, tmp_path: Path
) -> None:
    made = District(420, schools=3, seed=12)
    last = made.summer()
    delivered = made.write(tmp_path, last)
    without(delivered, ids(last.children, lambda child: child.school == 1 and child.grade in lost))
    assert (MISSING not in codes(audited(delivered), "critical")) is fit


def test_an_office_with_a_few_former_students_on_connect_is_no_missing_school(tmp_path: Path) -> None:
    made, delivered = district(tmp_path)
    there = delivered.workspace
    former = sorted(ids(made.year.children, lambda child: child.school == 1))
    only(there / "students.csv", lambda row: row["studentId"] not in former[4:])
    without(delivered, set(former), classes=False)
    assert {MISSING, UNMATCHED}.isdisjoint(codes(audited(delivered), "critical"))


def test_a_school_that_is_not_delivered_is_counted_with_its_children(tmp_path: Path) -> None:
    made, delivered = district(tmp_path)
    first = {"0101": "0101", "0101,0102": "0101", "0102,0101": "0101"}
    rewrite(delivered.delivery / "users.csv", lambda row: {**row, "orgSourcedIds": first.get(row["orgSourcedIds"], "")})
    only(delivered.delivery / "users.csv", lambda row: row["orgSourcedIds"] != "")
    only(delivered.delivery / "classes.csv", lambda row: row["schoolSourcedId"] != "0102")
    only(delivered.delivery / "enrollments.csv", lambda row: row["schoolSourcedId"] != "0102")
    here = ids(made.year.children, lambda child: child.school == 1)
    audit = audited(delivered)
    assert f"critical findings concern {len(here)} children and 1 school" in str(audit.judgement)
