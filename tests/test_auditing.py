"""``ck.audit``: one call finds everything, and saves what the command line writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.auditing import OUTPUTS
from connect_kit.cli import run
from connect_kit.errors import DeliveryError, OutputError, SettingError, SuiteError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def audit(faulty: ck.SampleDistrict) -> ck.Audit:
    return ck.audit(faulty.delivery, faulty.workspace, progress=False)


def without_seconds(path: Path) -> dict[str, object]:
    summary: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return {name: value for name, value in summary.items() if name != "seconds"}


def test_what_is_saved_is_what_the_command_line_writes(
    audit: ck.Audit, faulty: ck.SampleDistrict, tmp_path: Path
) -> None:
    saved = audit.save(tmp_path / "saved")
    written = tmp_path / "written"
    run(["audit", str(faulty.delivery), "--workspace", str(faulty.workspace), "--out", str(written)])
    assert {path.name for path in saved.glob("[!.]*")} == {path.name for path in written.glob("[!.]*")} == set(OUTPUTS)
    for name in (
        "findings.csv",
        "duplicates.csv",
        "schools.csv",
        "classrooms.csv",
        "id_changes.csv",
        "left_behind.csv",
    ):
        assert (saved / name).read_bytes() == (written / name).read_bytes(), name
    assert without_seconds(saved / "summary.json") == without_seconds(written / "summary.json")


@pytest.mark.thorough
def test_an_audit_says_the_same_as_its_parts_made_one_by_one(audit: ck.Audit, faulty: ck.SampleDistrict) -> None:
    roster = ck.read_roster(faulty.delivery)
    workspace = ck.read_workspace(faulty.workspace)
    duplicates = ck.find_duplicates(roster, workspace)
    schools = ck.match_schools(roster, workspace)
    classrooms = ck.match_classrooms(roster, workspace, schools=schools)
    changes = ck.find_id_changes(roster, workspace, duplicates, schools=schools, classrooms=classrooms)
    left = ck.left_behind(roster, workspace, changes, schools=schools)
    findings = ck.check_roster(
        roster, workspace, duplicates=duplicates, classrooms=classrooms, id_changes=changes, left_behind=left
    )
    assert audit.left_behind is not None and audit.left_behind.table().equals(left.table())
    assert audit.findings.summary().equals(findings.summary())
    assert audit.duplicates is not None and audit.duplicates.table().equals(duplicates.table())
    assert audit.schools is not None and audit.schools.table().equals(schools.table())
    assert audit.classrooms is not None and audit.classrooms.table().equals(classrooms.table())
    assert (audit.fit, audit.verdict) == (False, "not fit")


@pytest.mark.thorough
def test_values_once_read_are_audited_like_their_paths(audit: ck.Audit, faulty: ck.SampleDistrict) -> None:
    again = ck.audit(audit.roster, audit.workspace, duplicates=False, progress=False)
    assert again.roster is audit.roster
    assert again.duplicates is None
    codes = set(audit.findings.summary()["code"]) - set(again.findings.summary()["code"])
    without = ("duplicates", "repeated_row", "id_changed")  # changed IDs are looked for among the duplicates
    assert all(any(part in code for part in without) for code in codes), codes


def test_a_twin_stands_for_the_workspace(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    twin = ck.Twin.fill(tmp_path / "twin.duckdb", clean.workspace)
    by_value = ck.audit(clean.delivery, twin, duplicates=False, progress=False)
    by_path = ck.audit(clean.delivery, twin.path, duplicates=False, progress=False)
    assert by_value.findings.summary().equals(by_path.findings.summary())


@pytest.mark.thorough
def test_without_a_workspace_nothing_is_matched(clean: ck.SampleDistrict) -> None:
    alone = ck.audit(clean.delivery, progress=False)
    assert (alone.workspace, alone.schools, alone.classrooms) == (None, None, None)
    assert alone.verdict == "fit"


def test_it_shows_itself_without_names(audit: ck.Audit) -> None:
    page = audit._repr_html_()
    assert "Not fit to send" in page and "First causes" in page
    names = audit.roster.users["familyName"].dropna()
    assert not [name for name in names.unique() if len(name) > 4 and f">{name}<" in page]


def test_its_summary_counts_what_the_parts_count(audit: ck.Audit) -> None:
    counts = audit.summary().set_index("what")["count"]
    assert counts["Rows of users.csv"] == audit.roster.info["users"].rows
    assert counts["Failing rows, critical"] == audit.findings.total("critical")
    assert audit.duplicates is not None
    assert counts["Pairs of duplicate students"] == len(audit.duplicates.table())
    assert counts["Children with more than one record"] == audit.duplicates.counts["clusters"]
    assert counts["Children who would be doubled"] == audit.duplicates.doubled()["cluster_id"].nunique()
    assert not [what for what in counts.index if ":" in what or what[0].islower()]


def test_a_faulty_suite_is_reported_before_the_delivery_is_read(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text("{", encoding="utf-8")
    with pytest.raises(SuiteError, match=r"users\.json"):
        ck.audit(tmp_path / "nowhere", suites=tmp_path)


def test_a_delivery_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="nowhere"):
        ck.audit(tmp_path / "nowhere")


def test_results_that_cannot_be_saved_leave_what_was_there(audit: ck.Audit, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="what was there is unchanged"):
        audit.save(tmp_path / "file")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_it_says_how_far_it_is(clean: ck.SampleDistrict, capsys: pytest.CaptureFixture[str]) -> None:
    ck.audit(clean.delivery, clean.workspace, progress=True)
    shown = capsys.readouterr().err
    for doing in ("reading", "finding duplicate students", "matching schools", "matching classrooms", "checking"):
        assert doing in shown


@pytest.mark.thorough
def test_a_plain_script_that_uses_the_kit_ends_without_a_word_on_stderr(clean: ck.SampleDistrict) -> None:
    script = f"""
import connect_kit as ck
found = ck.audit({str(clean.delivery)!r}, {str(clean.workspace)!r}, progress=False)
print(found.verdict, len(found.roster.users))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("fit ")


@pytest.mark.parametrize("inside", ["", "audit"])
@pytest.mark.parametrize("what", ["delivery", "workspace"])
def test_an_audit_is_never_saved_into_what_was_handed_over(
    what: str, inside: str, audit: ck.Audit, faulty: ck.SampleDistrict
) -> None:
    handed_over: Path = getattr(faulty, what)
    before = {path.name: path.read_bytes() for path in handed_over.iterdir()}
    with pytest.raises(SettingError, match="which is never written to; give another folder"):
        audit.save(handed_over / inside)
    assert {path.name: path.read_bytes() for path in handed_over.iterdir()} == before


def test_an_audit_shows_how_many_rules_could_not_be_checked(clean: ck.SampleDistrict) -> None:
    alone = ck.audit(clean.delivery, duplicates=False, progress=False)
    unchecked = len(alone.findings.unchecked())
    assert unchecked > 1
    assert f"{unchecked} rules were not checked" in alone._repr_html_()
