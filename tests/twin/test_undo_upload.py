"""Taking back the last upload as a whole, by the copy that the twin keeps from before it (decision 27)."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.engine.written import RECORD
from connect_kit.errors import TwinBusyError, TwinError, WorkspaceError
from connect_kit.twin import Action, Twin
from connect_kit.uploads import UploadPlan, upload
from connect_kit.uploads.values import Progress
from tests.twin.holding import held_elsewhere
from tests.twin.uploads import CLASSES, ENROLLMENTS, USERS, Desk, outcomes
from tests.uploads import small

CLOSED = Action("change_settings", values={"deletion_threshold": "20"})
KEPT = ".twin.duckdb.snapshot"
GONE = "the copy of the twin before it is gone"


def hidden(desk: Desk) -> list[str]:
    """What lies beside the twin's file."""
    return sorted(path.name for path in desk.twin.path.parent.iterdir() if path.name.startswith("."))


def send(desk: Desk, run: str, **files: str) -> None:
    """Files of one run, in order."""
    for kind, text in files.items():
        done = desk.twin.send(desk.file(kind, text), desk.folder / run, run=run)
        assert done.errors == 0


def test_an_upload_of_several_files_is_taken_back_as_a_whole(desk: Desk) -> None:
    before = desk.twin.digest()
    send(desk, "plan:1", users=USERS, classes=CLASSES, enrollments=ENROLLMENTS)
    assert desk.twin.digest() != before
    change = desk.twin.undo()
    assert change.what == "taken back: entries 2 to 4, the upload of users.csv, classes.csv, enrollments.csv"
    assert desk.twin.digest() == before
    log = desk.twin.activity()
    assert log["kind"].tolist() == ["made", "upload", "upload", "upload", "undo"]
    assert log["undone"].tolist()[1:4] == [5, 5, 5]
    assert hidden(desk) == []


def test_what_was_taken_back_counts_no_longer_and_can_be_sent_again(desk: Desk) -> None:
    send(desk, "plan:1", users=USERS, classes=CLASSES)
    after = desk.twin.digest()
    desk.twin.undo()
    assert desk.twin.sent("plan:1") == frozenset()
    assert desk.twin.runs("plan") == ()
    assert desk.twin.new_run("plan") == "plan:2"
    assert desk.upload("enrollments", ENROLLMENTS).code == "upload.order"  # users.csv has not been uploaded
    send(desk, "plan:2", users=USERS, classes=CLASSES)
    assert desk.twin.digest() == after
    assert desk.twin.runs("plan") == ("plan:2",)


def test_the_copy_is_for_its_owner_only_and_one_is_kept_until_the_next_run(desk: Desk) -> None:
    send(desk, "a:1", users=USERS)
    kept = desk.twin.path.parent / KEPT
    first = kept.read_bytes()
    assert hidden(desk) == [KEPT]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    send(desk, "a:1", classes=CLASSES)  # the same run goes on: the first copy stays
    assert kept.read_bytes() == first
    between = desk.twin.digest()
    send(desk, "b:1", users=USERS.replace("Amal", "Amala"))
    assert hidden(desk) == [KEPT]
    desk.twin.undo()
    assert desk.twin.digest() == between
    with pytest.raises(TwinError, match=f"entry 2 cannot be taken back, because {GONE}"):
        desk.twin.undo()
    assert desk.twin.digest() == between


def test_a_run_that_goes_on_in_another_hand_keeps_its_first_copy(desk: Desk) -> None:
    before = desk.twin.digest()
    send(desk, "plan:1", users=USERS)
    resumed = Desk(Twin(desk.twin.path), desk.folder, desk.number)
    send(resumed, "plan:1", classes=CLASSES)
    resumed.twin.undo()
    assert resumed.twin.digest() == before


def test_actions_after_an_upload_are_taken_back_before_it_and_those_before_it_afterwards(desk: Desk) -> None:
    states = [desk.twin.digest()]
    desk.twin.apply(CLOSED)
    states.append(desk.twin.digest())
    send(desk, "plan:1", users=USERS, classes=CLASSES)
    states.append(desk.twin.digest())
    desk.twin.apply(Action("archive_students"))
    states.append(desk.twin.digest())
    with pytest.raises(TwinError, match=r"the upload is not the last thing .* entry 5 \(archive_students:"):
        desk.twin.undo(run="plan:1")
    for expected in reversed(states[:-1]):
        desk.twin.undo()
        assert desk.twin.digest() == expected
    with pytest.raises(TwinError, match="there is no action, merge or upload to take back"):
        desk.twin.undo()


def test_an_upload_with_something_else_between_its_files_cannot_be_taken_back_alone(desk: Desk) -> None:
    send(desk, "plan:1", users=USERS)
    desk.twin.apply(CLOSED)
    send(desk, "plan:1", classes=CLASSES)
    before = desk.twin.digest()
    with pytest.raises(TwinError, match=r"entry 3 \(change_settings: .*\) came between its files"):
        desk.twin.undo()
    assert desk.twin.digest() == before


def test_what_was_taken_back_between_its_files_does_no_harm(desk: Desk) -> None:
    before = desk.twin.digest()
    send(desk, "plan:1", users=USERS)
    desk.twin.apply(CLOSED)
    desk.twin.undo()
    desk.twin.note("waived: nothing")
    send(desk, "plan:1", classes=CLASSES)
    desk.twin.undo()
    assert desk.twin.digest() == before


def test_a_file_that_is_refused_as_a_whole_leaves_the_copy_of_the_run_before(desk: Desk) -> None:
    before = desk.twin.digest()
    send(desk, "plan:1", users=USERS)
    assert desk.upload("classes", "sourcedId,title\nC1,Grade 3\n").outcome == "refused"
    assert hidden(desk) == [KEPT]
    desk.twin.undo()
    assert desk.twin.digest() == before


def test_a_copy_that_is_gone_or_of_another_twin_is_not_put_in_its_place(desk: Desk, tmp_path: Path) -> None:
    send(desk, "plan:1", users=USERS)
    after, kept = desk.twin.digest(), desk.twin.path.parent / KEPT
    own = kept.read_bytes()
    (tmp_path / "other").mkdir()
    other = Desk.empty(tmp_path / "other")
    send(other, "plan:1", users=USERS)
    for content in (None, b"", b"not a database", (other.twin.path.parent / KEPT).read_bytes(), own[: len(own) // 2]):
        kept.unlink(missing_ok=True)
        if content is not None:
            kept.write_bytes(content)
        with pytest.raises(TwinError, match=GONE):
            desk.twin.undo()
        assert desk.twin.digest() == after
    kept.write_bytes(own)
    desk.twin.undo()
    assert desk.twin.table("students").empty


def test_a_new_twin_in_the_place_of_one_leaves_no_copy_of_it_behind(desk: Desk, tmp_path: Path) -> None:
    send(desk, "plan:1", users=USERS)
    desk.twin.export(tmp_path / "export")
    assert [path.name for path in (tmp_path / "export").iterdir() if path.name.startswith(".")] == [RECORD]
    filled = Twin.fill(desk.twin.path, tmp_path / "export", replace=True)
    assert hidden(desk) == []
    with pytest.raises(TwinError, match="there is no action, merge or upload to take back"):
        filled.undo()
    send(Desk(filled, tmp_path, desk.number), "plan:1", users=USERS)
    filled.path.unlink()
    Twin.new(filled.path, "Cedar Hills")
    assert hidden(desk) == []


def test_a_replacement_that_fails_leaves_the_copy_where_it_was(desk: Desk, tmp_path: Path) -> None:
    before = desk.twin.digest()
    send(desk, "plan:1", users=USERS)
    with pytest.raises(WorkspaceError):
        Twin.fill(desk.twin.path, tmp_path / "nowhere", replace=True)
    Twin(desk.twin.path).undo()
    assert desk.twin.digest() == before


@pytest.mark.skipif(os.name == "nt", reason="limits of file sizes are POSIX's")
@pytest.mark.parametrize("doing", ["upload", "undo"])
def test_a_full_disk_refuses_before_anything_was_changed(desk: Desk, doing: str) -> None:
    send(desk, "plan:1", users=USERS)
    before = desk.twin.digest()
    file = desk.file("users", USERS.replace("Amal", "Amala"))
    code = f"""
import resource
from connect_kit.errors import OutputError
from connect_kit.twin import Twin
from connect_kit.uploads.values import UploadFile
twin = Twin({str(desk.twin.path)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))  # as on a disk with so little room
try:
    if {doing == "undo"}:
        twin.undo()
    else:
        twin.send(UploadFile.of({str(file.path)!r}, "users"), {str(desk.folder / "full")!r}, run="plan:2")
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    said = "nothing was sent. Make room" if doing == "upload" else "nothing was changed. Make room"
    assert said in done.stdout, done.stdout + done.stderr
    assert desk.twin.digest() == before
    assert hidden(desk) == [KEPT]
    desk.twin.undo()
    assert desk.twin.table("students").empty


def test_another_process_that_has_the_twin_open_keeps_it_from_being_taken_back(desk: Desk) -> None:
    send(desk, "plan:1", users=USERS)
    after = desk.twin.digest()
    with held_elsewhere(desk.twin.path), pytest.raises(TwinBusyError, match="in use by process"):
        desk.twin.undo()
    assert desk.twin.digest() == after
    desk.twin.undo()


def test_students_get_the_ids_that_they_had_before_it_was_taken_back(desk: Desk) -> None:
    assert outcomes(desk.upload("users", USERS))[0] == "CREATED"
    ids = desk.rows("students", "connectStudentId", "studentId")
    desk.twin.undo()
    desk.upload("users", USERS)
    assert desk.rows("students", "connectStudentId", "studentId") == ids


# Through a plan.


@pytest.fixture
def planned(tmp_path: Path) -> tuple[UploadPlan, Twin]:
    twin = small.new_twin(tmp_path / "maple.duckdb")
    return small.plan_of(small.deliver(tmp_path / "d"), twin, tmp_path / "plan"), twin


@pytest.mark.thorough
def test_a_plan_is_uploaded_taken_back_and_uploaded_again(planned: tuple[UploadPlan, Twin]) -> None:
    plan, twin = planned
    before = twin.digest()
    upload(plan, twin)
    first = upload(plan, twin, dry_run=False)
    after = twin.digest()
    twin.undo(run=first.run)
    assert twin.digest() == before
    assert plan.gates(twin).set_index("code").loc["dry_run", "state"] == "met"  # the twin is what it was then
    second = upload(plan, twin, dry_run=False)
    assert (first.run, second.run) == (f"{plan.digest}:1", f"{plan.digest}:2")
    assert second.folder is not None and second.folder != first.folder
    assert [one.outcome for one in second.files] == ["processed"] * 5
    assert twin.digest() == after
    assert set(ck.read_results(second.folder, plan).table()["verdict"]) == {"as forecast"}


@pytest.mark.thorough
def test_while_an_upload_is_under_way_nothing_is_taken_back(planned: tuple[UploadPlan, Twin]) -> None:
    plan, twin = planned
    upload(plan, twin)
    refused: list[Exception] = []

    def take_back() -> None:
        try:
            twin.undo()
        except TwinBusyError as error:
            refused.append(error)

    def watch(progress: Progress) -> None:
        if (progress.kind, progress.stage) == ("classes", "reading"):
            thread = threading.Thread(target=take_back)
            thread.start()
            thread.join()

    assert upload(plan, twin, dry_run=False, progress=watch).succeeded
    assert len(refused) == 1
    twin.undo()
    assert twin.table("students").empty


def test_a_copied_twin_without_its_copy_beside_it_says_so(planned: tuple[UploadPlan, Twin], tmp_path: Path) -> None:
    plan, twin = planned
    upload(plan, twin)
    upload(plan, twin, dry_run=False)
    (tmp_path / "elsewhere").mkdir()
    copy = Twin(shutil.copy(twin.path, tmp_path / "elsewhere"))
    with pytest.raises(TwinError, match=GONE):
        copy.undo()
