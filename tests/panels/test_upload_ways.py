"""The upload panel once something else comes between: aged dry runs, undo, Abandon, what stays behind, schools."""

from dataclasses import replace

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.panels.upload import UploadPanel
from connect_kit.twin import Twin
from connect_kit.uploads import read_plan
from connect_kit.uploads.abandoning import CODE
from connect_kit.uploads.plan_file import write_plan
from tests.accidents.years import District
from tests.panels.district import FILES, NAMES, deliver, plan_of, twin_with_students
from tests.panels.reading import shown
from tests.panels.uploading import check_succeeded, display_of, dry_run, send
from tests.uploads import families


def test_an_action_ages_the_dry_run_and_the_conditions_say_so_at_once(tmp_path):
    twin = twin_with_students(tmp_path / "maple.duckdb")
    panel = UploadPanel(plan_of(deliver(tmp_path / "delivery"), twin, tmp_path / "planned"), twin)
    dry_run(panel)
    assert "✔ met:  dry run" in panel.checklist.text
    panel.buttons["yes"].click()
    panel.buttons["archive"].click()
    assert "make the dry run again: 1 change since the dry run of" in panel.checklist.text
    assert "(students archived). Next: Press Dry run." in " ".join(panel.checklist.text.split())
    assert panel.buttons["upload"].disabled
    dry_run(panel)
    assert "✔ met:  dry run" in panel.checklist.text
    panel.confirm.value = panel.confirmation
    assert not panel.buttons["upload"].disabled


def test_after_an_upload_the_next_one_asks_for_another_dry_run(panel):
    send(panel)
    assert "make the dry run again: 4 changes since the dry run of" in panel.checklist.text
    assert "(users.csv uploaded, classes.csv uploaded" in panel.checklist.text


def test_an_upload_is_undone_by_a_button_and_can_be_sent_again(panel, twin):
    before = twin.digest()
    button = panel.buttons["undo"]
    assert display_of(panel._undoing) == "none"
    dry_run(panel)
    assert display_of(panel._undoing) == "none"
    send(panel)
    assert display_of(panel._undoing) is None
    assert button.description.startswith("Undo this upload")
    panel.buttons["log"].click()
    button.click()
    assert panel.error is None and twin.digest() == before
    assert "the upload was taken back: entries 2 to 5, the upload of users.csv" in " ".join(panel.outcome.text.split())
    assert "taken back: entries 2 to 5" in panel.status.text and "undo" in panel.log.text
    assert display_of(panel._undoing) == "none"
    assert "✔ met:  dry run" in panel.checklist.text and panel.forecast is not None
    button.click()
    assert "No upload to take back is shown." in panel.status.text
    panel.confirm.value = panel.confirmation
    panel.buttons["upload"].click()
    assert panel.wait(60)
    assert panel.error is None
    assert panel.result.run.endswith(":2")
    assert len(twin.table("students")) == 3


@pytest.mark.thorough
def test_an_upload_is_not_undone_over_what_was_done_after_it(panel, twin):
    send(panel)
    twin.apply(ck.Action("archive_students"))
    after = twin.digest()
    panel.buttons["undo"].click()
    assert "is not the last thing that was done" in panel.alert.text and "archive_students" in panel.alert.text
    assert twin.digest() == after and panel._undoing.layout.display is None
    twin.undo()
    panel.buttons["undo"].click()
    assert panel.error is None and twin.table("students").empty


@pytest.mark.thorough
def test_abandon_is_previewed_held_up_waived_and_undone_in_the_panel(tmp_path):
    twin = families.connected_twin(tmp_path)
    delivery = families.deliver(tmp_path / "d", guardians_of=families.some(60))
    plan = ck.plan_upload(ck.read_roster(delivery), twin.workspace(), folder=tmp_path / "plan", abandon=True)
    panel = UploadPanel(write_plan(replace(plan, checked=True)), twin)
    lost = "school 0101: 120 of 180 guardian relationships, 66.7 %, of 120 children"

    def text(view):
        return " ".join(view.text.split())

    assert f"(the workspace counts): {lost}" in text(panel.checklist)
    assert "or waive it below, with a reason" in text(panel.checklist)
    dry_run(panel)
    assert f"✖ blocking: guardians disconnected by Abandon: {CODE}:" in text(panel.checklist)
    assert f"(the dry run counts): {lost}" in text(panel.checklist)
    assert f"Abandon would disconnect 120 guardian relationships of 120 children: {lost}" in text(panel.outlook)
    assert "disconnected children" in text(panel.outlook) and "-disconnected.csv" in text(panel.outlook)
    assert "Abandon would disconnect 120 guardian relationships of 120 children." in text(panel.ask)
    panel.confirm.value = panel.confirmation
    assert panel.buttons["upload"].disabled
    assert panel.finding.value == CODE
    panel.reason.value = "Ms Alder: they moved"
    panel.buttons["waive"].click()
    assert panel.error is None and panel.finding.options == ()
    panel.confirm.value = panel.confirmation
    panel.buttons["upload"].click()
    assert panel.wait(60)
    check_succeeded(panel)
    assert f"Abandon disconnected 120 guardian relationships of 120 children: {lost}" in text(panel.outcome)
    twin.export(tmp_path / "after")
    assert families.relationships(tmp_path / "after") == 100
    assert [name for name in ("Dina", "Quill", "Ada10") if name in shown(panel)] == []
    panel.buttons["undo"].click()
    twin.export(tmp_path / "undone")
    assert families.relationships(tmp_path / "undone") == 220


def test_what_stays_behind_is_counted_and_saved_as_a_worksheet(plan, twin, tmp_path):
    delivery = deliver(tmp_path / "delivery")
    plan = plan.answer(archive_existing=False)
    ck.upload(plan, twin)
    ck.upload(plan, twin, dry_run=False)
    text = (delivery / "classes.csv").read_text(encoding="utf-8")
    head, _, rest = text.partition("\n")
    gone = rest.partition("\n")[0].partition(",")[0]
    (delivery / "classes.csv").write_text(head + "\n" + rest.partition("\n")[2], encoding="utf-8")
    left = ck.left_behind(ck.read_roster(delivery), twin.workspace())
    assert left.table("classrooms")["classId"].tolist() == [gone]
    panel = UploadPanel(plan, twin, left_behind=left)
    assert "1 classroom not delivered" in panel.behind.text
    assert not [name for name in NAMES if name in panel.behind.text]
    panel.buttons["worksheet"].click()
    saved = plan.folder / "left-behind"
    assert {path.name for path in saved.glob("[!.]*")} == {"left_behind.csv", "left_behind.xlsx"}
    assert str(saved) in panel.status.text
    assert read_plan(plan.folder) == plan


@pytest.fixture
def emptied(tmp_path):
    """A panel of a delivery that lacks a third of the school within the year, and the twin of before."""
    district = District(120, schools=1, seed=4)
    last = district.copy()
    for number in [n for n, c in district.year.children.items() if c.grade < 12][::3]:
        del district.year.children[number]
    made = district.write(tmp_path / "district", last)
    twin = Twin.fill(tmp_path / "maple.duckdb", made.workspace, district="Maple Valley")
    audit = ck.audit(made.delivery, twin, duplicates=False, progress=False)
    panel = UploadPanel(ck.plan_upload(audit, folder=tmp_path / "plan"), twin, audit=audit)
    return panel, twin, len(last.children) - len(district.year.children)


def test_what_stays_behind_is_acted_on_once_asked_and_within_the_limit(emptied):
    panel, twin, gone = emptied
    before = twin.digest()
    panel.buttons["tidy"].click()
    assert (
        panel.error is None
        and f"{gone} of {len(twin.table('students'))} students at School 0101 (" in panel.status.text
    )
    assert "enter 40 as the limit" in panel.status.text and display_of(panel._surely_tidy) == "none"
    panel.limit.value = "a third"
    panel.buttons["tidy"].click()
    assert "the limit is 'a third'; enter percent" in panel.alert.text
    panel.limit.value = "40 %"
    panel.buttons["tidy"].click()
    assert f"Do this on the twin? {gone} students not delivered" in " ".join(panel.tidy.text.split())
    panel.buttons["tidy_not"].click()
    assert twin.digest() == before
    assert "Nothing was done." in panel.status.text
    panel.buttons["tidy"].click()
    panel.buttons["tidy_sure"].click()
    assert f"left behind: students archived ({gone})" in panel.status.text
    assert int(twin.table("students")["archived"].sum()) == gone
    assert "Nothing that was looked for stays behind." in panel.behind.text
    twin.undo()
    assert twin.digest() == before


@pytest.mark.thorough
def test_what_was_asked_about_another_state_of_the_twin_is_not_done(emptied):
    panel, twin, _ = emptied
    panel.limit.value = "40"
    panel.buttons["tidy"].click()
    twin.apply(ck.Action("change_settings", values={"deletion_threshold": "20"}))
    before = twin.digest()
    panel.buttons["tidy_sure"].click()
    assert "was changed since it was looked at" in panel.alert.text and twin.digest() == before


def test_without_it_the_panel_says_nothing_about_what_stays_behind(panel):
    assert panel.behind.text == ""
    assert panel._behind.layout.display == "none"


@pytest.fixture
def two_schools(tmp_path):
    """A school's own files in which one child is of another school, and the twin of both."""
    twin = Twin.new(tmp_path / "maple.duckdb", "Maple Valley", {"Cedar Ridge": "0104", "Oak Hill": "0105"})
    delivery = deliver(tmp_path / "delivery", users=FILES["users"].replace("05,0104,9001", "05,0105,"))
    return ck.audit(delivery, twin, level="school", duplicates=False), twin


@pytest.mark.thorough
def test_a_file_of_two_schools_asks_which_one_is_sent_and_sends_no_child_of_the_other(two_schools, tmp_path):
    audit, twin = two_schools
    panel = UploadPanel(audit, twin)
    assert "choose the one school that is sent" in panel.status.text
    assert panel.value.files == () and panel._choosing.layout.display is None
    panel.buttons["dry_run"].click()
    assert "choose the school first" in panel.status.text and not panel.running
    panel.school.value = "S001"
    panel.buttons["prepare"].click()
    assert panel.error is None and "Prepared for S001" in panel.status.text
    assert "0105: 1 row" in panel.checklist.text
    send(panel)
    check_succeeded(panel)
    twin.export(tmp_path / "after")
    students = pd.read_csv(tmp_path / "after" / "students.csv", dtype=str)
    assert students[["studentId", "connectSchoolId"]].to_numpy().tolist() == [["0001", "S001"], ["0002", "S001"]]


@pytest.mark.thorough
def test_a_plan_is_prepared_again_for_another_school_with_its_answers(two_schools):
    audit, twin = two_schools
    plan = ck.plan_upload(audit, school="0104", archive_existing=False)
    panel = UploadPanel(plan, twin, audit=audit)
    assert panel.school.value == "S001"
    panel.school.value = "S002"
    panel.buttons["prepare"].click()
    assert panel.error is None
    assert {file.school for file in panel.value.files} == {"S002"}
    assert panel.value.archive_existing is False
    assert panel.value.takes_part == ("0105",)


@pytest.mark.thorough
def test_two_schools_in_one_file_cannot_be_waived_in_the_panel(two_schools):
    audit, twin = two_schools
    panel = UploadPanel(audit, twin)
    assert "users.orgSourcedIds.one_school" in panel.checklist.text
    assert not any("one_school" in code for _, code in panel.finding.options)


def test_without_an_audit_no_choice_of_school_is_offered(panel):
    assert panel._choosing.layout.display == "none"
