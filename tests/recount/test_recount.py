"""Every rule is stated twice: what the kit finds on hostile deliveries is what plain Python finds."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from connect_kit.checks.suites import load_suites
from tests.marks import some
from tests.recount import contacts, further, generic, guardians, people, schools, seats, times
from tests.recount.compare import GUARDIANS, LAYOUTS, LEVELS, differences
from tests.recount.statements import STATEMENTS

MODULES = (contacts, further, generic, guardians, people, schools, seats, times)
MANY = "about many records at once"

#: Codes of the suites without a statement of their own, and why.
LEFT_OUT = {
    "users.student.entered_twice": "needs duplicates: tests/checks/test_matched_rules.py",
    "workspace.students.duplicates_expected": "needs duplicates: tests/checks/test_matched_rules.py",
    "workspace.students.on_connect_twice": "needs duplicates: tests/checks/test_matched_rules.py",
    "workspace.classrooms.unmatched": "needs classrooms: tests/checks/test_matched_rules.py",
    "workspace.guardians.contact_changed": "judged by the twin's own accounts: tests/checks/test_matched_rules.py",
    "workspace.students.guardians_at_most_six": "tests/checks/test_guardians_on_connect.py",
    "workspace.schools.out": "needs a decision: tests/matching/test_schools_out.py",
    "workspace.threshold.would_exceed": "numbers without a line: tests/checks/test_matched_rules.py",
    "workspace.change.unusual": "numbers without a line: tests/checks/test_catalogue.py",
    "workspace.change.by_school": "numbers without a line: tests/checks/test_catalogue.py",
    "users.orgSourcedIds.other_than_classes": f"{MANY}: tests/accidents/test_slid_columns.py",
    "enrollments.classSourcedId.only_on_connect": f"{MANY}: tests/accidents/test_earlier_files.py",
    **{
        f"workspace.{kind}.id_changed": "needs changed IDs: tests/identity/test_rules.py"
        for kind in ("students", "staff", "guardians", "classrooms", "schools")
    },
    **{
        f"workspace.{kind}.left_behind": "needs left_behind: tests/identity/test_left_behind.py"
        for kind in ("students", "staff", "guardians", "classrooms")
    },
    **{
        f"workspace.{kind}.{what}": "written over another record: tests/accidents/test_slid_columns.py"
        for kind in ("students", "staff", "guardians")
        for what in ("id_reused", "names_swapped", "contact_of_another")
    },
    "workspace.guardians.other_family": "written over another record: tests/accidents/test_slid_columns.py",
    "workspace.students.other_grades": f"{MANY}: tests/accidents/test_slid_columns.py",
    "workspace.students.earlier_grades": f"{MANY}: tests/accidents/test_earlier_files.py",
    "workspace.students.missing": f"{MANY}: tests/accidents/test_missing_students.py",
    "workspace.classrooms.other_members": f"{MANY}: tests/accidents/test_slid_columns.py",
    **{
        f"workspace.{what}": f"{MANY}: tests/accidents/test_titles_and_teachers.py"
        for what in ("classrooms.title_of_another", "classrooms.other_teachers", "staff.other_school")
    },
    "workspace.guardians.phone_of_another": f"{MANY}: tests/accidents/test_home_phones.py",
    **{
        f"workspace.{what}": f"{MANY}: tests/accidents/test_gone_columns.py"
        for what in (
            "students.emptied", "staff.emptied", "guardians.emptied", "guardians.none_named", "classrooms.no_teachers",
            "staff.other_role",
        )
    },
}  # fmt: skip


def test_every_rule_has_a_statement_or_a_reason_for_none() -> None:
    stated = {code for code, _, _ in STATEMENTS}
    catalogue = {rule.code for rule in load_suites()}
    assert catalogue - stated == set(LEFT_OUT)


def test_each_severity_of_a_stated_code_is_stated() -> None:
    stated = {(code, severity) for code, severity, _ in STATEMENTS}
    wanted = {(rule.code, rule.severity) for rule in load_suites() if rule.code not in LEFT_OUT}
    assert wanted - stated == set()


#: Layout, level, where guardians are, and whether there is a workspace; each with further seeds in the thorough tests.
KINDS = list(product(LAYOUTS, LEVELS, GUARDIANS, (False, True)))
CHOSEN = [5 * number % len(KINDS) for number in range(20)]
FIRST = [(number, *KINDS[number]) for number in CHOSEN]
CASES = [*FIRST, *((seed, *kind) for seed, kind in enumerate(KINDS * 6, 100))]


@pytest.mark.parametrize(("seed", "layout", "level", "guardians", "workspace"), some(CASES, 10))
def test_the_kit_finds_what_plain_python_finds(
    tmp_path: Path, seed: int, layout: str, level: str, guardians: str, workspace: bool
) -> None:
    assert differences(tmp_path, seed, layout, level, guardians, workspace=workspace) == {}
