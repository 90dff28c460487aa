"""Files of an earlier year, and files of which one school is missing, are not fit to send."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import connect_kit as ck
from tests.accidents.road import audited, codes, read, rewrite
from tests.accidents.years import District, Written

EARLIER = "workspace.students.earlier_grades"
ELSEWHERE = "enrollments.classSourcedId.only_on_connect"
UNMATCHED = "workspace.schools.unmatched"
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


def only(path: Path, keep: Callable[[Row], bool]) -> None:
    rewrite(path, lambda row: row if keep(row) else None)


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


def test_an_office_with_a_few_former_students_on_connect_is_no_missing_school(tmp_path: Path) -> None:
    made = District(180, schools=2, seed=12)
    delivered = made.write(tmp_path, made.copy())
    files, there = delivered.delivery, delivered.workspace
    [place] = [row["connectSchoolId"] for row in read(there / "schools.csv") if row["schoolId"] == "0102"]
    former = [row["studentId"] for row in read(there / "students.csv") if row["connectSchoolId"] == place][:4]
    only(there / "students.csv", lambda row: row["connectSchoolId"] != place or row["studentId"] in former)
    only(files / "users.csv", lambda row: row["role"] != "student" or row["orgSourcedIds"] != "0102")
    only(files / "classes.csv", lambda row: row["schoolSourcedId"] != "0102")
    only(files / "enrollments.csv", lambda row: row["schoolSourcedId"] != "0102")
    assert len(former) == 4
    assert found(audited(delivered), UNMATCHED) == []


@pytest.mark.parametrize("stay", [("guardian",), ("guardian", "teacher")])
def test_a_school_of_which_only_adults_are_delivered_is_missing(stay: tuple[str, ...], tmp_path: Path) -> None:
    made = District(180, schools=2, seed=12)
    delivered = made.write(tmp_path, made.copy())
    files = delivered.delivery
    only(files / "users.csv", lambda row: row["role"] in stay or row["orgSourcedIds"] != "0102")
    only(files / "classes.csv", lambda row: row["schoolSourcedId"] != "0102")
    only(files / "enrollments.csv", lambda row: row["schoolSourcedId"] != "0102")
    assert any("0102" in row["orgSourcedIds"] for row in read(files / "users.csv"))
    audit = audited(delivered)
    assert audit.verdict == "not fit"
    assert found(audit, UNMATCHED) == ["0102"]
    assert str(audit.judgement).startswith("✖ Not fit to send: critical findings concern 1 school")
