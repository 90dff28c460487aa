"""Every code of the catalogue has a planted fault, found at its exact file and line, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.checks.suites import load_suites, reader_rules
from connect_kit.samples import known_faults
from tests.marks import some

if TYPE_CHECKING:
    from pathlib import Path

    from connect_kit.checks import Findings

FAULTS = known_faults()
LEVELS = {fault.code: fault.level or "district" for fault in FAULTS}
CODES = list(dict.fromkeys(fault.code for fault in FAULTS))
SINGLE = list(dict.fromkeys(fault.code for fault in FAULTS if fault.alone))
Row = tuple[str, str, str, str]

#: Codes whose planting follows from the delivery rather than from one fault, or that come with a later version.
WITHOUT_FAULT = {
    **dict.fromkeys(
        ("users.names.damaged", "users.grades.present", "users.staff.no_contact", "classes.title.damaged"),
        "written row by row in tests/checks/test_grades_and_names.py",
    ),
    "file.changed_here": "changed in a notebook: tests/corrections/test_suggest_corrections.py",
    "file.lost_character": "written row by row in tests/checks/test_lost_characters.py",
    "guardians.names.damaged": "written by hostile deliveries in tests/recount",
    "guardians.email.placeholder": "written row by row in tests/checks/test_contacts.py",
    "delivery.all_terms_over": "needs a year that is over: tests/checks/test_dates.py",
    "file.blank_field": "blanks that count as no value come with the .present faults",
    "header.not_asked_for": "the full OneRoster layouts have such columns by themselves",
    "workspace.schools.out": "needs a decision: tests/matching/test_schools_out.py",
    "workspace.change.by_school": "every other change shows there",
    "classes.schedule.only_homeroom_wanted": "every sample has schools with several classes a day",
    "users.student.entered_twice": "needs duplicates: tests/checks/test_matched_rules.py",
    "workspace.students.duplicates_expected": "needs duplicates: tests/checks/test_matched_rules.py",
    "workspace.classrooms.unmatched": "needs classrooms: tests/checks/test_matched_rules.py",
    **{
        f"workspace.{kind}.id_changed": "needs changed IDs: tests/identity/test_rules.py"
        for kind in ("schools", "classrooms")
    },
    **{
        f"workspace.{kind}.contact_of_another": "needs many: tests/accidents/test_slid_columns.py"
        for kind in ("students", "staff", "guardians")
    },
    "workspace.students.other_grades": "needs many: tests/accidents/test_slid_columns.py",
    "workspace.students.missing": "needs many: tests/accidents/test_missing_students.py",
    "workspace.students.earlier_grades": "needs another year: tests/accidents/test_earlier_files.py",
    "enrollments.classSourcedId.only_on_connect": "needs another year: tests/accidents/test_earlier_files.py",
    "workspace.classrooms.other_members": "needs many: tests/accidents/test_slid_columns.py",
    "workspace.classrooms.other_teachers": "needs many: tests/accidents/test_titles_and_teachers.py",
    **{
        f"workspace.{what}": "needs many: tests/accidents/test_gone_columns.py"
        for what in (
            "students.emptied",
            "staff.emptied",
            "guardians.emptied",
            "guardians.none_named",
            "classrooms.no_teachers",
            "staff.other_role",
        )
    },
    "workspace.guardians.phone_of_another": "needs many: tests/accidents/test_home_phones.py",
    "users.orgSourcedIds.other_than_classes": "needs many: tests/accidents/test_slid_columns.py",
    "workspace.guardians.contact_changed": "made row by row in tests/checks/test_matched_rules.py",
    "enrollments.schoolSourcedId.one_school": "planted in tests/checks/test_counts.py",
    "enrollments.schoolSourcedId.leading_zero_lost": "planted on every side in tests/checks/test_school_zeros.py",
    **{
        f"users.{what}": "planted in tests/checks/test_people_as_marked.py"
        for what in ("agentSourcedIds.on_guardian_only", "status.inactive", "person.same_name_other_contact")
    },
    **{f"users.{what}SourcedIds.list_form": "planted in tests/checks/test_near_ids.py" for what in ("org", "agent")},
    "file.name": "planted in tests/roster, where files are renamed",
    **dict.fromkeys(
        (
            "file.above_header",
            "file.header_repeated",
            "file.footer",
            "file.blank_rows",
            "file.surplus_fields",
            "file.short_rows",
            "header.none",
        ),
        "planted in tests/roster/test_shared_cases.py",
    ),
    "header.too_many": "planted in tests/roster/test_many_columns.py",
}
#: Codes whose rules need duplicates or changed IDs, besides the two sides.
COMPARED = {
    "workspace.students.on_connect_twice",
    *(f"workspace.{kind}.id_changed" for kind in ("students", "staff", "guardians")),
}


def rows(frame: pd.DataFrame, *, infos: frozenset[str] = frozenset()) -> set[Row]:
    """Code, severity, table and line of critical and warning rows, and of chosen infos."""
    wanted = frame[(frame["severity"] != "info") | frame["code"].isin(infos)]
    columns = [wanted[name].astype("string").fillna("") for name in ("code", "severity", "table", "line")]
    return set(zip(*columns, strict=True))


def truth(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def audited(folder: Path, codes: list[str] | str, layout: str, level: str) -> tuple[pd.DataFrame, Findings]:
    district = ck.sample_roster(folder, students=500, faults=codes, layout=layout, level=level)  # type: ignore[arg-type]
    roster = ck.read_roster(district.delivery, level=level)  # type: ignore[arg-type]
    workspace = ck.read_workspace(district.workspace)
    # What spoils IDs leaves records behind as well; where everything is planted, the truth does not list them.
    pairs = changes = None
    if set(codes) & COMPARED:
        pairs = ck.find_duplicates(roster, workspace)
        changes = ck.find_id_changes(roster, workspace, pairs)
    left = None if codes == "all" else ck.left_behind(roster, workspace, changes)
    findings = ck.check_roster(roster, workspace, duplicates=pairs, id_changes=changes, left_behind=left)
    return truth(district.truth), findings


def test_every_code_of_the_kit_has_a_planted_fault_or_a_reason_for_none() -> None:
    codes = {rule.code for rule in load_suites()} | {code for code in reader_rules() if not code.startswith("*")}
    without = codes - set(CODES) - set(WITHOUT_FAULT)
    further = {code for code in without if code.partition(".")[0] in FURTHER or code in FURTHER_CODES}
    assert without - further == set()


#: Rules of further OneRoster tables, planted one by one in test_further_tables.py.
FURTHER = {"orgs", "courses", "academicSessions", "demographics", "roles"}
FURTHER_CODES = {
    rule.code
    for rule in load_suites()
    if rule.table in ("users", "classes", "enrollments") and rule.source.startswith("OneRoster")
}


@pytest.mark.parametrize(
    ("layout", "level"),
    [("connect", "district"), ("connect", "school"), ("oneroster11", "district"), ("oneroster12", "district")],
)
def test_a_clean_district_has_no_critical_and_no_warning_finding(tmp_path: Path, layout: str, level: str) -> None:
    _, findings = audited(tmp_path, "none", layout, level)
    assert rows(findings.table()) == set()
    assert findings.fit


def test_every_fault_of_a_district_is_found_at_its_line_and_nothing_else(
    faulty: ck.SampleDistrict, faulty_findings: Findings
) -> None:
    expected = truth(faulty.truth)
    infos = frozenset(expected.loc[expected["severity"] == "info", "code"])
    assert rows(faulty_findings.table(), infos=infos) == rows(expected, infos=infos)


def test_the_same_holds_where_guardians_have_a_file_of_their_own(tmp_path: Path) -> None:
    district = ck.sample_roster(tmp_path, students=500, faults="all", guardians="file")
    findings = ck.check_roster(ck.read_roster(district.delivery), ck.read_workspace(district.workspace))
    expected = truth(district.truth)
    assert rows(findings.table()) == rows(expected)
    assert {"guardians.contact.present", "guardians.language.known"} <= set(expected["code"])


@pytest.mark.parametrize(
    ("layout", "level"), some([("oneroster12", "school"), ("oneroster11", "district"), ("connect", "school")])
)
def test_the_same_holds_for_full_oneroster_packages(tmp_path: Path, layout: str, level: str) -> None:
    expected, findings = audited(tmp_path, "all", layout, level)
    # A full package is full of files that Connect does not ask for.
    infos = frozenset(expected.loc[expected["severity"] == "info", "code"]) - {"delivery.extra_file"}
    assert rows(findings.table(), infos=infos) == rows(expected, infos=infos)


@pytest.mark.parametrize("code", some(SINGLE, 4))
def test_a_fault_that_spoils_a_whole_file_is_found_by_itself(tmp_path: Path, code: str) -> None:
    fault = next(fault for fault in FAULTS if fault.code == code)
    expected, findings = audited(tmp_path, [code], fault.layouts[0], LEVELS[code])
    infos = frozenset({code})
    assert rows(findings.table(), infos=infos) == rows(expected, infos=infos)
    assert code in set(findings.table()["code"])
