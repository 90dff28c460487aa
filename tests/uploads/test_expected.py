"""What a real upload is confirmed by: created, updated, doubled, disconnected, school by school."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import connect_kit as ck
from connect_kit.checks import Reason
from connect_kit.cli import app
from connect_kit.twin import Action, Twin
from connect_kit.uploads import confirmation, expected_upload, forecast_upload, plan_upload, read_plan, upload
from tests.uploads.small import FILES, GUARDIANS, deliver, new_twin, plan_of

CONNECT = {
    "schools": "connectSchoolId,name,schoolId\nK1,North,0104\nK2,South,0105\n",
    "students": "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n"
    "C1,K1,Ada,Quill,03,,,false\n"
    "C2,K2,Bo,Quill,06,,OLD2,false\n",
}
DECISIONS = """about,left,right,decision,who,when,note
students,roster:0001,workspace:C1,same,ada,2026-08-15T08:00:00Z,
students,roster:0002,workspace:C2,same,ada,2026-08-15T08:01:00Z,
"""
COLUMNS = [
    "connectSchoolId", "school", "children_created", "children_updated", "children_doubled", "rows_created",
    "rows_updated", "disconnected", "staff_removed", "children_removed",
]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Ada was made by hand at North, Bo has another SIS ID at South; Cleo is new."""
    deliver(tmp_path / "delivery")
    (tmp_path / "connect").mkdir()
    for name, text in CONNECT.items():
        (tmp_path / "connect" / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "connect-kit-decisions.csv").write_text(DECISIONS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def district(place: Path) -> Twin:
    return Twin.fill(place / "twin.duckdb", place / "connect", district="Maple Valley")


def planned(place: Path, district: Twin, **options: Any) -> ck.UploadPlan:
    return plan_upload(
        ck.audit(place / "delivery", district, progress=False), folder=place / "plan", archive_existing=False, **options
    )


def counts(plan: ck.UploadPlan, district: Twin) -> dict[str, tuple[int, ...]]:
    frame = expected_upload(plan, district).table()
    assert frame.columns.tolist() == COLUMNS
    return {row[1]: row[2:] for row in frame.itertuples(index=False, name=None)}


@pytest.mark.thorough
def test_a_plan_keeps_the_verdict_and_the_children_who_would_be_doubled(place: Path, district: Twin) -> None:
    plan = planned(place, district)
    assert plan.verdict is not None
    assert Reason("doubled", {"children": 2, "rows": 2}) in plan.verdict.reasons
    assert plan.doubled == {"0104": 1, "0105": 1}
    assert plan.doubled_once_archived == {"0105": 1}
    assert read_plan(plan.folder) == plan
    kept = json.loads((plan.folder / "plan.json").read_text(encoding="utf-8"))
    assert (kept["verdict"], kept["doubled"]) == (plan.verdict.text, {"0104": 1, "0105": 1})
    assert plan.verdict.text in repr(plan) and "2 children would be doubled" in plan._repr_html_()


@pytest.mark.thorough
def test_at_school_level_they_are_counted_where_they_are_sent(place: Path, district: Twin) -> None:
    assert planned(place, district, level="school").doubled == {"K1": 1, "K2": 1}
    assert planned(place, district, level="school", school="0105").doubled == {"K2": 1}


def test_a_plan_of_a_delivery_that_nobody_checked_says_so(place: Path, district: Twin) -> None:
    roster, known = ck.read_roster(place / "delivery"), district.workspace()
    plan = plan_upload(roster, known, folder=place / "unchecked")
    assert (plan.verdict, plan.doubled) == (None, {})
    assert expected_upload(plan, district).doubled is None
    by_findings = plan_upload(roster, known, ck.check_roster(roster, known), folder=place / "findings")
    assert by_findings.verdict is not None and "duplicates" in by_findings.verdict.left_open
    assert expected_upload(by_findings, district).doubled is None


def test_what_is_expected_is_what_the_dry_run_and_the_forecast_count(place: Path, district: Twin) -> None:
    plan = planned(place, district)
    # No dry run yet.
    assert counts(plan, district) == {"North": (0, 0, 1, 0, 0, 0, 0, 0), "South": (0, 0, 1, 0, 0, 0, 0, 0)}
    result = upload(plan, district)
    found = counts(plan, district)
    table = result.table().query("result == 'SUCCESS'")
    for school, own in (("North", "K1"), ("South", "K2")):
        here = table[table["connectSchoolId"] == own]
        rows = here.groupby("action")["count"].sum()
        students = here[here["what"] == "students"].groupby("action")["count"].sum()
        created, updated = (int(students.get(action, 0)) for action in ("CREATED", "UPDATED"))
        assert found[school] == (created, updated, 1, rows["CREATED"], rows.get("UPDATED", 0), 0, 0, 0)
    audit = ck.audit(place / "delivery", district, progress=False)
    forecast = forecast_upload(plan, district, duplicates=audit.duplicates, result=result)
    assert forecast.doubled == {"K1": 1, "K2": 1}
    expected = expected_upload(plan, district)
    assert expected.doubled == sum(forecast.doubled.values()) == 2
    assert confirmation(plan, "Maple Valley", expected) == f"Maple Valley {plan.rows}, 2 doubled"


@pytest.mark.thorough
def test_children_who_are_archived_first_are_not_doubled(place: Path, district: Twin) -> None:
    plan = planned(place, district)
    district.apply(Action("archive_students", unsynced=True))
    upload(plan, district)
    assert expected_upload(plan, district).doubled == 1


@pytest.mark.thorough
def test_a_second_upload_doubles_nobody_again(place: Path, district: Twin) -> None:
    plan = planned(place, district)
    for code in [one.code for one in plan.critical]:
        plan = plan.waive(code, "tried out in a test")
    upload(plan, district)
    assert upload(plan, district, dry_run=False).succeeded
    upload(plan, district)
    expected = expected_upload(plan, district)
    assert (expected.doubled, confirmation(plan, "Maple Valley", expected)) == (0, f"Maple Valley {plan.rows}")
    assert expected.table().empty


@pytest.mark.thorough
def test_guardians_who_are_disconnected_are_named(tmp_path: Path) -> None:
    twin = new_twin(tmp_path / "t.duckdb")
    first = plan_of(deliver(tmp_path / "first"), twin, tmp_path / "plan")
    upload(first, twin)
    assert upload(first, twin, dry_run=False).succeeded
    fewer = "\n".join(GUARDIANS.strip().splitlines()[:2]) + "\n"
    plan = plan_of(deliver(tmp_path / "second", guardians=fewer), twin, tmp_path / "again", abandon=True)
    upload(plan, twin)
    expected = expected_upload(plan, twin)
    assert expected.disconnected == int(expected.table()["disconnected"].sum()) == 2
    words = confirmation(plan, "Maple Valley", expected)
    assert words == f"Maple Valley {plan.rows}, doubled unknown, 2 disconnected"  # a plan without an audit
    before = len(twin.table("relationships"))
    plan = plan.waive("guardians.abandon.many", "a small district")
    assert upload(plan, twin, dry_run=False).succeeded
    assert before - len(twin.table("relationships")) == 2


@pytest.mark.thorough
def test_staff_who_are_removed_from_a_school_are_named_in_the_panel(tmp_path: Path) -> None:
    twin = new_twin(tmp_path / "t.duckdb")
    both = FILES["users"].replace("7001,,0104,", '7001,,"0104,0105",')
    first = plan_of(deliver(tmp_path / "first", users=both), twin, tmp_path / "plan")
    upload(first, twin)
    assert upload(first, twin, dry_run=False).succeeded
    plan = plan_of(deliver(tmp_path / "second"), twin, tmp_path / "again")
    panel = ck.UploadPanel(plan, twin)
    panel.buttons["dry_run"].click()
    assert panel.wait(60)
    expected = expected_upload(plan, twin)
    assert expected.staff_removed == int(expected.table()["staff_removed"].sum()) == 1
    words = f"Maple Valley {plan.rows}, doubled unknown, 1 staff removed"
    assert panel.confirmation == confirmation(plan, "Maple Valley", expected) == words
    assert "1 staff member would be removed from a school, as their rows no longer list it." in panel.ask.text
    lost = "removed from schools that their rows no longer list: school 0105: 1 of 1 staff"
    assert f"1 staff member would be {lost}" in panel.outlook.text and "-removed.csv" in panel.outlook.text
    panel.confirm.value = words
    panel.buttons["upload"].click()
    assert panel.wait(60)
    assert f"1 staff member was {lost}" in panel.outcome.text
    assert "staff removed" in panel.outcome.text


# The two fronts.


@pytest.mark.thorough
def test_command_line_and_panel_ask_for_the_same_words_and_show_the_same_numbers(place: Path, district: Twin) -> None:
    def command(*words: object) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        return done.output + (str(done.exception) if done.exception else "")

    folder = place / "plan"
    printed = command("prepare", place / "delivery", "--workspace", district.path, "--out", folder, "--keep-existing")
    plan = read_plan(folder)
    assert plan.verdict is not None
    assert plan.verdict.headline.upper() in printed and "2 children would be doubled" in printed
    for code in [one.code for one in plan.critical]:
        plan = plan.waive(code, "tried out in a test")
    command("upload", folder, "--twin", district.path)
    words = f"Maple Valley {plan.rows}, 2 doubled"

    panel = ck.UploadPanel(plan, district)
    assert panel.confirmation == words
    assert plan.verdict is not None
    assert plan.verdict.headline in panel.head.text and "2 children would be doubled" in panel.head.text
    asked = " ".join(panel.ask.text.split())
    assert words in asked and "2 children would be doubled, and no guardian would be disconnected." in asked
    numbers = {"North": "2 0 1 8 1 0 0", "South": "1 0 1 5 0 0 0"}
    for school, counted in numbers.items():
        assert f"{school} {counted}" in asked

    wrong = command("upload", folder, "--twin", district.path, "--real", "--confirm", f"Maple Valley {plan.rows}")
    assert words in wrong and "2 children would be doubled, and no guardian would be disconnected." in wrong
    assert not district.table("students")["studentId"].eq("0001").any()
    for school, counted in numbers.items():
        assert f"{school} {counted}" in " ".join(wrong.split())
    done = command("upload", folder, "--twin", district.path, "--real", "--confirm", words)
    assert "Uploaded." in done
    assert district.table("students")["studentId"].eq("0001").any()


@pytest.mark.thorough
def test_a_plan_without_a_look_at_duplicates_is_confirmed_by_saying_so(place: Path, district: Twin) -> None:
    def command(*words: object) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        return done.output + (str(done.exception) if done.exception else "")

    folder = place / "plan"
    sides = (place / "delivery", "--workspace", district.path, "--out", folder)
    assert "nobody looked for duplicate students" in command("prepare", *sides, "--keep-existing", "--no-duplicates")
    plan = read_plan(folder)
    for code in [one.code for one in plan.critical] + list(plan.undecided_ids):
        plan = plan.waive(code, "tried out in a test")
    command("upload", folder, "--twin", district.path)
    words = f"Maple Valley {plan.rows}, doubled unknown"
    assert confirmation(plan, "Maple Valley", expected_upload(plan, district)) == words

    panel = ck.UploadPanel(plan, district)
    assert panel.confirmation == words
    asked = " ".join(panel.ask.text.split())
    assert words in asked and "nobody knows how many children would be doubled" in asked
    panel.confirm.value = f"Maple Valley {plan.rows}"
    assert panel.buttons["upload"].disabled
    panel.confirm.value = words
    assert not panel.buttons["upload"].disabled

    real = ("upload", folder, "--twin", district.path, "--real", "--confirm")
    wrong = command(*real, f"Maple Valley {plan.rows}")
    assert words in wrong and "nothing was sent" in wrong
    assert not district.table("students")["studentId"].eq("0001").any()
    assert "Uploaded." in command(*real, words)
    assert district.table("students")["studentId"].eq("0001").any()


def test_a_plan_that_sends_no_children_doubles_none(place: Path, district: Twin) -> None:
    (place / "delivery" / "users.csv").unlink()
    plan = plan_upload(ck.read_roster(place / "delivery"), district.workspace(), folder=place / "p")
    expected = expected_upload(plan, district)
    assert (expected.doubled, confirmation(plan, "Maple Valley", expected)) == (0, f"Maple Valley {plan.rows}")


@pytest.mark.thorough
def test_the_panel_says_that_nobody_looked_for_duplicates(place: Path, district: Twin) -> None:
    plan = plan_upload(ck.read_roster(place / "delivery"), district.workspace(), folder=place / "p")
    panel = ck.UploadPanel(plan, district)
    panel.buttons["dry_run"].click()
    assert panel.wait(60)
    assert panel.expected is not None and panel.expected.doubled is None
    assert panel.confirmation == f"Maple Valley {plan.rows}, doubled unknown"
    with_them = ck.UploadPanel(
        plan, district, duplicates=ck.find_duplicates(ck.read_roster(place / "delivery"), district.workspace())
    )
    with_them.buttons["dry_run"].click()
    assert with_them.wait(60)
    assert with_them.confirmation == f"Maple Valley {plan.rows}, 2 doubled"
