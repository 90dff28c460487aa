import importlib
import threading

import pytest

import connect_kit as ck
from connect_kit.errors import GateError, PlanError, TwinBusyError
from connect_kit.panels import upload_view
from connect_kit.panels.elements import text_of
from connect_kit.panels.upload import UploadPanel
from connect_kit.twin import Twin, database
from connect_kit.uploads import Critical, read_plan
from connect_kit.uploads.values import Progress
from tests.panels.district import FILES, NAMES, ROWS, deliver, plan_of, twin_with_students
from tests.panels.reading import browser_sends, shown, stored
from tests.panels.uploading import dry_run, meet_conditions, send

UNKNOWN_SCHOOL = FILES["users"].replace("0002,student,Bruno,Lark,,,04,0104,", "0002,student,Bruno,Lark,,,04,0999,")


@pytest.fixture
def held(monkeypatch):
    """Uploads start, and continue when the event is set."""
    module = importlib.import_module("connect_kit.panels.upload")
    go, real = threading.Event(), module.upload

    def waiting(*given, **more):
        go.wait(20)
        return real(*given, **more)

    monkeypatch.setattr(module, "upload", waiting)
    yield go
    go.set()


def test_conditions_are_a_checklist_that_says_what_to_do_next(panel):
    gates = panel.gates
    text = panel.checklist.text
    for gate, state in gates[["gate", "state"]].itertuples(index=False, name=None):
        assert gate in text and (state == "met" or "Next" in text)
    number = int((gates["state"] == "blocking").sum())
    assert text.count("✖ blocking:") == number > 0 and f"{number} of {len(gates)} conditions" in text


def test_a_condition_repeats_the_remedy_of_its_finding(tmp_path, twin):
    remedy = "Correct the School ID on Connect; leave the files as they are."
    lost = Critical("users.orgSourcedIds.leading_zero_lost", "Leading zeros", 2, remedy)
    plan = plan_of(deliver(tmp_path / "zeros"), twin, tmp_path / "zeros-plan", lost)
    text = " ".join(UploadPanel(plan, twin).checklist.text.split())
    assert f"Leading zeros (2 rows). {remedy} Next: Prepare again, or waive it below, with a reason." in text


def test_target_level_and_files_stand_at_the_top(panel, plan):
    assert "to Maple Valley, district level" in " ".join(panel.head.text.split()).replace(" ,", ",")
    assert [name in panel.head.text for name in ("users.csv", "classes.csv", "enrollments.csv")] == [True] * 3
    assert plan.rows == ROWS


def test_a_dry_run_shows_the_forecast_and_changes_nothing(panel, twin):
    before = twin.digest()
    dry_run(panel)
    assert panel.error is None and panel.result.dry_run and panel.result.succeeded
    assert twin.digest() == before
    assert "13 created, 0 updated, 1 unchanged" in panel.ask.text
    assert "What the upload would do" in panel.outlook.text and "nightly sync" in panel.outlook.text
    assert "nothing was changed" in panel.outcome.text
    assert panel.bars.text.count("✔ done") == len(panel.value.files)
    assert "The dry run has ended." in panel.status.text


def test_the_real_upload_waits_for_conditions_and_for_the_text(panel, twin):
    button = panel.buttons["upload"]
    panel.confirm.value = panel.confirmation
    assert button.disabled
    button.click()
    assert panel.result is None and not panel.running
    meet_conditions(panel)
    assert panel.confirmation == f"Maple Valley {ROWS}, doubled unknown" and panel.confirmation in panel.ask.text
    for text, disabled in (
        ("maple valley", True),
        (f"Maple Valley {ROWS}", True),
        (f"Maple Valley {ROWS + 1}, doubled unknown", True),
        (f" Maple Valley {ROWS},  doubled unknown ", False),
    ):
        panel.confirm.value = text
        assert button.disabled is disabled, text
    assert twin.table("students").empty


def test_an_upload_sends_the_files_and_is_logged(panel, twin):
    send(panel)
    assert panel.error is None and not panel.result.dry_run and panel.result.succeeded
    assert sorted(twin.table("students")["studentId"]) == ["0001", "0002", "0003"]
    panel.buttons["log"].click()
    assert panel.log.text.count(" upload ") == len(panel.value.files)
    panel.buttons["log"].click()
    assert panel.log.text == ""


def test_a_second_click_on_upload_does_nothing(panel, twin, held):
    held.set()
    meet_conditions(panel)
    held.clear()
    panel.confirm.value = panel.confirmation
    panel.buttons["upload"].click()
    panel.buttons["upload"].click()
    panel.confirm.value = panel.confirmation
    panel.buttons["upload"].click()
    assert panel.buttons["upload"].disabled and panel.running
    held.set()
    assert panel.wait(60)
    panel.buttons["upload"].click()
    assert not panel.running and panel.confirm.value == ""
    assert (twin.activity()["kind"] == "upload").sum() == len(panel.value.files)


def test_while_it_runs_the_panel_keeps_responding(panel, held):
    panel.buttons["dry_run"].click()
    assert panel.running and "is running" in panel.status.text
    for name in ("dry_run", "upload", "waive", "yes", "no", "check", "log"):
        assert panel.buttons[name].disabled
    browser_sends(panel, key="r")
    assert "Wait until the current run has ended" in panel.status.text and panel.error is None
    assert not panel.buttons["cancel"].disabled
    held.set()
    assert panel.wait(60) and panel.buttons["cancel"].disabled


def test_another_plan_is_shown_only_after_the_current_run_has_ended(panel, plan, twin, held, tmp_path):
    other = plan_of(deliver(tmp_path / "other"), twin, tmp_path / "other-plan")
    panel.buttons["dry_run"].click()
    with pytest.raises(TwinBusyError, match="Wait until the current run has ended"):
        panel.value = other
    assert panel.value == plan
    held.set()
    assert panel.wait(60) and panel.forecast.plan == plan
    panel.value = other
    assert panel.value == other and panel.forecast is None and panel.result is None


def test_a_cancelled_dry_run_says_so_and_can_be_started_again(panel, twin, held):
    before = twin.digest()
    panel.buttons["dry_run"].click()
    browser_sends(panel, key="c")
    assert "Stopping as soon as possible" in panel.status.text
    held.set()
    assert panel.wait(60)
    assert panel.result.cancelled and "cancelled" in panel.status.text and "✖ cancelled" in panel.outcome.text
    assert twin.digest() == before
    dry_run(panel)
    assert panel.result.succeeded


def test_a_twin_in_use_is_reported_and_nothing_is_damaged(plan, twin, monkeypatch):
    monkeypatch.setattr(database, "_PATIENCE", 0.01)
    first, second = UploadPanel(plan, twin), UploadPanel(plan, twin)
    with database.open_session(twin.path, "an upload"):
        dry_run(second)
    assert isinstance(second.error, TwinBusyError)
    assert "in use by an upload; wait until it has ended" in second.alert.text
    dry_run(first)
    dry_run(second)
    assert (first.error, second.alert.text) == (None, "")
    assert "every file was processed" in second.outcome.text


def test_the_question_about_existing_students_says_how_many_and_is_two_buttons(panel, twin):
    assert twin.facts().unsynced == 0
    asked = "Archive existing students, before the upload? Connect has none that no SIS manages."
    assert asked in " ".join(panel.question.text.split())
    panel.buttons["yes"].click()
    assert "Answered: Yes" in panel.question.text
    assert read_plan(panel.value.folder).archive_existing is True
    panel.buttons["no"].click()
    assert "Answered: No" in panel.question.text
    assert read_plan(panel.value.folder).archive_existing is False


def test_existing_students_are_archived_by_a_button_where_the_answer_asks_for_it(tmp_path):
    twin = twin_with_students(tmp_path / "maple.duckdb")
    panel = UploadPanel(plan_of(deliver(tmp_path / "delivery"), twin, tmp_path / "planned"), twin)
    button = panel.buttons["archive"]
    assert button.layout.display == "none"
    asked = "Archive all 2 students on Connect that no SIS manages, before the upload?"
    assert asked in " ".join(panel.question.text.split())
    panel.buttons["yes"].click()
    assert (
        "2 active students have no SIS ID" in panel.checklist.text and "Press Archive them now" in panel.checklist.text
    )
    assert button.layout.display is None
    button.click()
    assert panel.error is None and twin.table("students")["archived"].all()
    assert "no active student is without SIS ID" in panel.checklist.text and button.layout.display == "none"


def test_a_critical_finding_is_waived_with_a_reason_only(tmp_path, twin):
    finding = Critical("users.role.known", "Roles that Connect does not know", 3)
    panel = UploadPanel(plan_of(deliver(tmp_path / "delivery"), twin, tmp_path / "planned", finding), twin)
    assert (
        panel.finding.value == "users.role.known"
        and "✖ blocking:  self-check: users.role.known" in panel.checklist.text
    )
    panel.buttons["waive"].click()
    assert "Type a reason first." in panel.status.text and not panel.value.waivers
    panel.reason.value = "the district knows"
    panel.buttons["waive"].click()
    assert dict(panel.value.waivers) == {"users.role.known": "the district knows"}
    assert panel.reason.value == "" and panel.finding.options == ()
    assert "✔ met:  self-check: users.role.known" in panel.checklist.text


def test_rows_that_the_dry_run_refused_can_be_waived(tmp_path, twin):
    plan = plan_of(deliver(tmp_path / "delivery", users=UNKNOWN_SCHOOL), twin, tmp_path / "planned")
    panel = UploadPanel(plan, twin)
    meet_conditions(panel)
    assert "users.orgSourcedIds.known_school" in panel.value.waivers
    assert panel.checklist.text.count("✖ blocking:") == 1  # the School ID itself is on no school
    assert panel.buttons["upload"].disabled


def test_the_next_step_is_worded_as_the_panel_offers_it(panel):
    assert "Press Dry run" in panel.checklist.text and "Answer the question below" in panel.checklist.text
    assert "plan." not in panel.checklist.text and "upload(" not in panel.checklist.text


def test_files_changed_after_planning_are_not_sent(panel, plan):
    meet_conditions(panel)
    users = next(file for file in plan.files if file.kind == "users")
    users.path.write_bytes(users.path.read_bytes().replace(b"Ada", b"Ida"))
    panel.confirm.value = panel.confirmation
    panel.buttons["upload"].click()
    assert panel.wait(60)
    assert isinstance(panel.error, PlanError | GateError) and "users.csv" in panel.alert.text
    assert panel.target.table("students").empty


def test_refused_rows_are_shown_first_and_filters_show_the_others(tmp_path, twin):
    plan = plan_of(deliver(tmp_path / "delivery", users=UNKNOWN_SCHOOL), twin, tmp_path / "planned")
    panel = UploadPanel(plan, twin)
    dry_run(panel)
    assert panel.results.value == "ERROR"
    assert "users.orgSourcedIds.known_school" in panel.rows.text and "0002" in panel.rows.text
    panel.results.value = ""
    panel.file.value = "users.csv"
    assert "Rows: 5" in panel.rows.text
    panel.action.value = "CREATED"
    assert "Rows: 4" in panel.rows.text
    panel.file.value = "classes.csv"
    assert "Rows: 2" in panel.rows.text
    panel.action.value = "UNCHANGED"
    assert "none with these filters" in panel.rows.text


def test_results_are_saved_in_a_folder_with_the_guardians_as_a_workbook(panel, tmp_path):
    panel.buttons["save"].click()
    assert "Nothing to save." in panel.status.text
    dry_run(panel)
    assert panel.folder.value == str(panel.result.folder)
    panel.folder.value = str(tmp_path / "kept")
    panel.buttons["save"].click()
    assert panel.error is None
    assert {path.suffix for path in (tmp_path / "kept").iterdir()} >= {".csv", ".xlsx"}


def test_no_name_is_shown_and_nothing_about_students_is_stored_with_the_notebook(panel):
    dry_run(panel)
    panel.results.value = ""
    assert "0001" in panel.rows.text
    text = stored(panel)
    assert [name for name in NAMES if name in text or name in shown(panel)] == []
    assert [one for one in ("0001", "0002", "9001") if f'"{one}' in text] == []


def test_conditions_that_cannot_be_checked_are_reported_in_the_panel(plan, twin, monkeypatch):
    monkeypatch.setattr(database, "_PATIENCE", 0.01)
    with database.open_session(twin.path, "an upload"):
        panel = UploadPanel(plan, twin)
    assert "in use by an upload" in panel.alert.text and panel.buttons["upload"].disabled
    panel.buttons["check"].click()
    assert panel.error is None and panel.gates is not None


@pytest.mark.thorough
def test_students_who_would_become_duplicates_are_counted_where_duplicates_are_given(tmp_path):
    twin = twin_with_students(tmp_path / "maple.duckdb")
    roster, workspace = ck.read_roster(deliver(tmp_path / "delivery")), twin.workspace()
    plan = ck.plan_upload(roster, workspace, folder=tmp_path / "planned")
    pairs = ck.find_duplicates(roster, workspace, progress=False, decisions=ck.read_decisions(tmp_path / "made.csv"))
    for own, theirs in (("0001", "CS00000002"), ("0002", "CS00000001")):
        pairs = pairs.decide(f"roster:{own}", f"workspace:{theirs}", "same")
    panel = UploadPanel(plan, twin, duplicates=pairs)
    dry_run(panel)
    assert panel.error is None
    table = panel.forecast.table() if panel.forecast else pytest.fail("no forecast")
    assert table[table["what"] == "students"]["doubled"].tolist() == [2]
    assert "children doubled" in panel.outlook.text and "find_duplicates" not in panel.outlook.text


def test_the_forecast_says_where_duplicates_were_not_counted(panel):
    dry_run(panel)
    assert "Duplicates were not counted" in panel.outlook.text and " duplicates " not in panel.outlook.text


def test_a_screen_reader_hears_how_far_the_work_is(panel):
    assert panel.status.role == "status" and panel.alert.role == "alert"
    dry_run(panel)
    bars = panel.bars.content[0][4][2:]
    assert all(row[3][2][0] == "progress" and row[3][2][1]["aria-label"].startswith("File ") for row in bars)


def test_a_panel_shows_itself_as_the_last_line_of_a_cell(panel):
    bundle = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"].startswith("UploadPanel(")


def test_at_school_level_the_files_of_each_school_are_distinguished(tmp_path):
    twin = Twin.new(tmp_path / "maple.duckdb", "Maple Valley", {"Cedar Ridge": "0104", "Oak Hill": "0105"})
    users = FILES["users"].replace("05,0104,9001", "05,0105,9001").replace("191,,0104,", '191,,"0104,0105",')
    delivery = deliver(tmp_path / "delivery", users=users)
    plan = plan_of(delivery, twin, tmp_path / "planned", level="school")
    assert [file.school for file in plan.files].count("S002") == 1 and len(plan.files) == 5
    panel = UploadPanel(plan, twin)
    assert "Files to be sent for 2 schools" in panel.head.text and "school level" in panel.head.text
    dry_run(panel)
    assert panel.error is None
    assert "S002/users.csv" in panel.bars.text and "Oak Hill" in panel.outlook.text
    panel.file.value = "S002/users.csv"
    assert "Rows: 2" in panel.rows.text and "0003" in panel.rows.text


def test_of_many_files_the_bars_around_the_current_one_are_shown(panel):
    files = panel.value.files * 6
    progress = {14: Progress(14, 24, "classes", None, "writing", 5, 10)}
    (made,) = upload_view.bars(files, progress, dry_run=True, state="in progress")
    text = text_of(made)
    assert "Dry run in progress, files 11 to 20 of 24" in text and text.count("waiting") == 9
    assert "writing 5 of 10 rows" in text


@pytest.mark.thorough
def test_a_cancelled_upload_continues_where_it_stopped(panel, twin, monkeypatch):
    module = importlib.import_module("connect_kit.panels.upload")
    meet_conditions(panel)
    with monkeypatch.context() as patch:
        real = module.upload

        def cancelling(*given, progress, **more):
            def cancel_after_the_first(one):
                progress(one)
                if (one.place, one.stage) == (1, "done"):
                    panel.buttons["cancel"].click()

            return real(*given, progress=cancel_after_the_first, **more)

        patch.setattr(module, "upload", cancelling)
        panel.confirm.value = panel.confirmation
        panel.buttons["upload"].click()
        assert panel.wait(60)
    assert panel.result.cancelled and "✖ cancelled" in panel.outcome.text
    assert len(twin.table("students")) == 3 and twin.table("classrooms").empty
    panel.confirm.value = panel.confirmation
    panel.buttons["upload"].click()
    assert panel.wait(60)
    assert panel.result.summary()["outcome"].tolist() == ["done before", "processed", "processed", "processed"]
    assert (twin.activity()["kind"] == "upload").sum() == 4


@pytest.mark.thorough
def test_after_a_dry_run_the_panel_says_what_is_next(panel):
    assert "Verdict on what is sent: " in panel.head.text or panel.value.judgement is None
    dry_run(panel)
    assert "The dry run has ended. Next: section 1 says what is done about students added by hand." in (
        panel.status.text.replace("self-check, ", "")
    )
    meet_conditions(panel)
    assert "1. Conditions of a real upload: all are met" in panel.checklist.text
    dry_run(panel)
    assert panel.status.text.endswith("Next: type the text of section 3, and press Upload for real.")


def test_a_panel_whose_dry_run_alone_is_missing_says_so(panel):
    panel.buttons["no"].click()
    for _, code in panel.finding.options:
        panel.finding.value = code
        panel.reason.value = "tried out in a test"
        panel.buttons["waive"].click()
    assert "1. Conditions of a real upload: only the dry run is still to be made" in panel.checklist.text
