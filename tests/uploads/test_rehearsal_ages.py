"""A dry run holds for the bytes and for the state of the target that it saw (decision 28)."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import GateError
from connect_kit.twin import Action, Twin
from connect_kit.uploads import UploadPlan, upload
from connect_kit.uploads.records import last_dry_run
from connect_kit.uploads.values import Progress
from tests.uploads.small import USERS, deliver, plan_of

ARCHIVING = Action("archive_students", unsynced=True)
CLOSED = Action("change_settings", values={"deletion_threshold": "20"})


def gate(plan: UploadPlan, twin: Twin) -> tuple[str, str, str]:
    found = plan.gates(twin).set_index("code").loc["dry_run"]
    return str(found["state"]), str(found["why"]), str(found["step"])


@pytest.fixture
def tried(plan: UploadPlan, twin: Twin) -> UploadPlan:
    assert upload(plan, twin).succeeded
    assert gate(plan, twin)[0] == "met"
    return plan


def when(plan: UploadPlan, twin: Twin) -> str:
    made = last_dry_run(plan, twin.id)
    assert made is not None
    return made.when[:19] + "Z"


@pytest.mark.thorough
def test_every_change_to_the_target_ages_the_dry_run_and_is_named(
    tried: UploadPlan, twin: Twin, tmp_path: Path
) -> None:
    twin.apply(ARCHIVING)
    assert gate(tried, twin) == (
        "blocking",
        f"make the dry run again: 1 change since the dry run of {when(tried, twin)} (students archived)",
        "rehearse_again",
    )
    users = plan_of(
        deliver(tmp_path / "d", classes=None, enrollments=None, guardians=None, student_attributes=None),
        twin,
        tmp_path / "users",
    )
    upload(users, twin)
    upload(users, twin, dry_run=False)
    since = f"2 changes since the dry run of {when(tried, twin)} (students archived, users.csv uploaded)"
    why = f"make the dry run again: {since}"
    assert gate(tried, twin)[1] == why
    before = twin.digest()
    with pytest.raises(GateError, match="make the dry run again: 2 changes since"):
        upload(tried, twin, dry_run=False)
    assert twin.digest() == before
    upload(tried, twin)
    assert gate(tried, twin)[0] == "met"


def test_what_is_taken_back_leaves_it_as_it_was(tried: UploadPlan, twin: Twin) -> None:
    twin.apply(CLOSED)
    assert gate(tried, twin)[1].endswith("1 change since the dry run of " + when(tried, twin) + " (settings changed)")
    twin.undo()
    assert gate(tried, twin)[0] == "met"
    twin.apply(ARCHIVING)
    twin.apply(CLOSED)
    twin.undo()
    assert gate(tried, twin)[1].endswith("1 change since the dry run of " + when(tried, twin) + " (students archived)")


def test_taking_back_what_the_dry_run_saw_ages_it(plan: UploadPlan, twin: Twin) -> None:
    twin.apply(CLOSED)
    upload(plan, twin)
    twin.undo()
    assert gate(plan, twin)[1].endswith("1 change since the dry run of " + when(plan, twin) + " (taken back: entry 2)")
    twin.apply(CLOSED)  # the same again, and yet another entry
    assert gate(plan, twin)[1].endswith("(taken back: entry 2, settings changed)")


@pytest.mark.thorough
def test_an_upload_that_was_taken_back_needs_no_other_dry_run(tried: UploadPlan, twin: Twin) -> None:
    state = twin.state()
    first = upload(tried, twin, dry_run=False)
    assert twin.state() != state and gate(tried, twin)[0] == "blocking"
    twin.undo(run=first.run)
    assert twin.state() == state and gate(tried, twin)[0] == "met"
    again = upload(tried, twin, dry_run=False)
    assert again.succeeded and again.folder is not None
    assert set(ck.read_results(again.folder, tried).table()["verdict"]) == {"as forecast"}


def test_several_actions_as_one_are_one_change_in_words(tried: UploadPlan, twin: Twin) -> None:
    twin.apply_all([ARCHIVING, CLOSED], "tidied up")
    assert gate(tried, twin)[1].endswith(
        "1 change since the dry run of " + when(tried, twin) + " (tidied up: students archived of the whole district, "
        "only those not under the SIS; settings changed: deletion_threshold = 20)"
    )


def test_looks_dry_runs_and_notes_of_waivers_leave_it_as_it_is(tried: UploadPlan, twin: Twin, tmp_path: Path) -> None:
    state = twin.state()
    twin.preview(ARCHIVING)
    twin.export(tmp_path / "export")
    twin.note("waived: nothing")
    upload(plan_of(deliver(tmp_path / "d", users=USERS.replace("Ada", "Ida")), twin, tmp_path / "other"), twin)
    assert twin.state() == state
    assert twin.changes_since(state) == ()
    assert gate(tried, twin)[0] == "met"


@pytest.mark.thorough
def test_an_interrupted_run_goes_on_although_it_changed_the_target_itself(tried: UploadPlan, twin: Twin) -> None:
    stop = threading.Event()

    def watch(progress: Progress) -> None:
        if (progress.kind, progress.stage) == ("classes", "done"):
            stop.set()

    assert upload(tried, twin, dry_run=False, progress=watch, cancel=stop).cancelled
    assert gate(tried, twin)[0] == "met"
    rest = upload(tried, twin, dry_run=False)
    assert rest.succeeded
    assert [one.outcome for one in rest.files][:2] == ["done before", "done before"]
    assert rest.folder is not None
    assert set(ck.read_results(rest.folder, tried).table()["verdict"]) == {"as forecast"}
    assert gate(tried, twin)[0] == "blocking"  # for the next run


def test_an_action_between_the_files_of_an_interrupted_run_asks_for_another_dry_run(
    tried: UploadPlan, twin: Twin
) -> None:
    stop = threading.Event()

    def watch(progress: Progress) -> None:
        if (progress.kind, progress.stage) == ("users", "done"):
            stop.set()

    upload(tried, twin, dry_run=False, progress=watch, cancel=stop)
    twin.apply(CLOSED)
    assert gate(tried, twin)[1].endswith("(settings changed)")
    upload(tried, twin)
    assert upload(tried, twin, dry_run=False).succeeded


def test_a_copy_of_the_twin_that_went_another_way_is_another_state(
    tried: UploadPlan, twin: Twin, tmp_path: Path
) -> None:
    copy = Twin(shutil.copy(twin.path, tmp_path / "copy.duckdb"))
    assert gate(tried, copy)[0] == "met"
    twin.apply(ARCHIVING)
    upload(tried, twin)
    copy.apply(CLOSED)
    assert copy.changes_since(twin.state()) is None
    assert gate(tried, copy)[:2] == (
        "blocking",
        f"make the dry run again: the dry run of {when(tried, twin)} was made on another state of Maple Valley, or "
        "does not say on which",
    )


def test_copies_that_did_the_same_in_words_to_other_records_are_of_another_state(
    tried: UploadPlan, twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connect_kit.twin.activity.now", lambda: "2026-08-01T08:00:00+00:00")
    copy = Twin(shutil.copy(twin.path, tmp_path / "copy.duckdb"))
    assert copy.state() == twin.state()
    schools = twin.table("schools")["connectSchoolId"].tolist()
    said = {
        one.apply(Action("connect_schools", values={schools[0]: value})).what
        for one, value in ((twin, "0777"), (copy, "0778"))
    }
    assert len(said) == 1
    assert copy.state() != twin.state() and copy.changes_since(twin.state()) is None
    for one in (twin, copy):
        one.undo()
    assert copy.state() == twin.state()


def test_dry_runs_noted_by_an_earlier_kit_have_no_state_and_count_as_aged(tried: UploadPlan, twin: Twin) -> None:
    record = tried.folder / "rehearsals.json"
    (old,) = json.loads(record.read_text())
    del old["state"]
    record.write_text(json.dumps([old]))
    assert gate(tried, twin)[0] == "blocking"
    assert "make the dry run again: the dry run of" in gate(tried, twin)[1]


def test_results_are_compared_with_the_dry_run_of_the_state_that_the_upload_began_on(
    tried: UploadPlan, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin.apply(Action("change_settings", values={"guardians_from": "guardians"}))
    monkeypatch.setattr("connect_kit.uploads.run._require_gates", lambda plan, target: None)
    done = upload(tried, twin, dry_run=False)
    assert done.folder is not None
    assert set(ck.read_results(done.folder, tried).table()["verdict"]) == {"no forecast"}
    twin.path.touch()
    upload(tried, twin)
    again = upload(tried, twin, dry_run=False)
    assert again.folder is not None
    assert set(ck.read_results(again.folder, tried).table()["verdict"]) == {"as forecast"}
