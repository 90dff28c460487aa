"""Result files, dry and real runs, runs that are resumed, and what goes wrong on the way (decisions 13 to 15, 22)."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from connect_kit.errors import OutputError, UploadCancelledError
from connect_kit.uploads.values import Progress
from tests.twin.uploads import CLASSES, ENROLLMENTS, OAK, USERS, Desk, lines, outcomes

GUARDIANS = """\
studentSourcedId,guardianSourcedId,givenName,familyName,email
S1,G1,Cy,Hadid,cy@example.org
S9,G1,Cy,Hadid,cy@example.org
"""
ATTRIBUTES = "studentSourcedId,ELL\nS1,yes\nS2,\n"
ALL = (
    ("users", USERS), ("classes", CLASSES), ("enrollments", ENROLLMENTS), ("guardians", GUARDIANS),
    ("student_attributes", ATTRIBUTES),
)  # fmt: skip


def test_the_result_is_the_input_then_result_action_code_and_message(desk: Desk) -> None:
    # S0: every row should read SUCCESS; S4: result and action; decision 15
    text = (
        "sourcedId,title,grades,schoolSourcedId,periods\n"
        'C1,"Art, ""A""",03,0104,"1,2"\nC2,Süße,,0104,\n,Art,,0104,\nC4,x\n'
    )
    result = desk.upload("classes", text)
    assert lines(result) == [
        "sourcedId,title,grades,schoolSourcedId,periods,result,action,code,message",
        'C1,"Art, ""A""",03,0104,"1,2",SUCCESS,CREATED,,',
        "C2,Süße,,0104,,SUCCESS,CREATED,,",
        ",Art,,0104,,ERROR,SKIPPED,classes.sourcedId.present,sourcedId is blank; every row needs its own ID",
        ",,,,,ERROR,SKIPPED,file.malformed_line,line 5 cannot be read: 2 fields where the header has 5",
    ]


def test_refused_rows_are_counted_by_code_as_the_result_file_lists_them(desk: Desk) -> None:
    classes = "sourcedId,title,grades,schoolSourcedId\nC1,Art,03,0104\n,Art,,0104\n,Art,,0104\nC4,Art,,9\nC5,x\n"
    done = desk.upload("classes", classes)
    assert dict(done.refusals) == {
        "classes.schoolSourcedId.known_school": 1, "classes.sourcedId.present": 2, "file.malformed_line": 1,
    }  # fmt: skip
    rows = done.table()
    assert rows.loc[rows["result"] == "ERROR", "code"].value_counts().to_dict() == dict(done.refusals)
    assert sum(done.refusals.values()) == done.errors
    (refused,) = desk.dry_run(desk.file("classes", "sourcedId,title\nC1,Art\n"))
    assert (refused.outcome, dict(refused.refusals)) == ("refused", {})


def test_the_file_s_name_shows_place_kind_and_school_and_only_its_owner_may_read_it(desk: Desk) -> None:
    text = "sourcedId,title,grades\nC1,Art,03\n"
    file = desk.file("classes", text, level="school", school=OAK)
    result = desk.twin.send(file, desk.folder / "results", run="r", place=(7, 12))
    assert result.path == desk.folder / "results" / "07-classes-S001-result.csv"
    assert stat.S_IMODE(result.path.stat().st_mode) == 0o600
    assert [path.name for path in result.path.parent.iterdir()] == ["07-classes-S001-result.csv"]


def test_a_part_that_was_left_by_somebody_is_not_written_through(desk: Desk) -> None:
    folder, victim = desk.folder / "results", desk.folder / "victim"
    folder.mkdir()
    victim.write_text("mine")
    (folder / "01-classes-result.csv.part").symlink_to(victim)
    result = desk.twin.send(desk.file("classes", CLASSES), folder, run="r", place=(1, 1))
    assert victim.read_text() == "mine"
    assert (
        result.path is not None and not result.path.is_symlink() and stat.S_IMODE(result.path.stat().st_mode) == 0o600
    )


def test_a_dry_run_and_the_real_run_give_the_same_result_files_and_a_dry_run_changes_nothing(desk: Desk) -> None:
    # Decision 13
    files = [desk.file(kind, text) for kind, text in ALL]
    before, entries = desk.twin.digest(), len(desk.twin.activity())
    dry = desk.dry_run(*files)
    assert (desk.twin.digest(), len(desk.twin.activity())) == (before, entries)
    assert desk.twin.sent("dry run") == frozenset()
    folder = desk.folder / "real"
    real = [desk.twin.send(file, folder, run="r", place=(n, 5)) for n, file in enumerate(files, 1)]
    for one, other in zip(dry, real, strict=True):
        assert one.path is not None and other.path is not None
        assert one.path.read_bytes() == other.path.read_bytes()
        assert (one.tallies, one.rows, one.dry_run, other.dry_run) == (other.tallies, other.rows, True, False)


def test_the_same_files_a_second_time_change_nothing(desk: Desk) -> None:
    for kind, text in ALL:
        desk.upload(kind, text)
    before = desk.twin.digest()
    for kind, text in ALL:
        again = desk.upload(kind, text)
        assert {tally.action for tally in again.tallies if tally.result == "SUCCESS"} == {"UNCHANGED"}
    assert desk.twin.digest() == before


def test_a_real_upload_is_in_the_log_with_digest_and_counts_and_without_names(desk: Desk) -> None:
    # Decisions 22 and 24
    file = desk.file("users", USERS + "S1,0104,student,Zoe,Hadid,,,,,\n")
    desk.twin.send(file, desk.folder / "r", run="r")
    entry = desk.twin.activity().iloc[-1]
    assert (entry["kind"], entry["what"]) == ("upload", "users.csv, district level: 5 created, 2 refused")
    assert (entry["digest"], entry["counts"]) == (file.digest, '{"created": 5, "error": 2}')
    assert "Zoe" not in entry.to_string()


def test_what_a_run_has_sent_is_not_sent_again_and_what_became_of_it_is_returned(desk: Desk) -> None:
    # Decision 14: resumed after a crash, nothing is sent twice
    file = desk.file("users", USERS + "S9,0104,student,,Hadid,,,,,\n")
    first = desk.twin.send(file, desk.folder / "r", run="plan:1")
    again = desk.twin.send(file, desk.folder / "r", run="plan:1")
    assert (again.outcome, again.tallies, again.rows, again.path) == ("done before", first.tallies, 7, first.path)
    assert again.refusals == first.refusals == {"users.givenName.present": 1}
    assert desk.twin.sent("plan:1") == {file.identity}
    assert desk.twin.send(file, desk.folder / "s", run="plan:2").outcome == "processed"
    assert desk.twin.runs("plan") == ("plan:1", "plan:2")


def test_a_result_whose_upload_ended_before_it_got_its_name_gets_it_when_the_run_is_resumed(desk: Desk) -> None:
    file = desk.file("users", USERS)
    path = desk.twin.send(file, desk.folder / "r", run="plan:1").path
    assert path is not None
    written = path.read_bytes()
    path.rename(path.with_name(path.name + ".part"))
    again = desk.twin.send(file, desk.folder / "r", run="plan:1")
    assert again.path == path
    assert path.read_bytes() == written


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "real run"])
def test_a_full_disk_while_the_result_is_written_leaves_the_workspace_as_it_was(desk: Desk, dry: bool) -> None:
    desk.upload("users", USERS)
    before, entries = desk.twin.digest(), len(desk.twin.activity())
    results = desk.folder / "results"
    results.mkdir()
    part = results / "01-classes-result.csv.part"
    part.symlink_to("/dev/full")
    file = desk.file("classes", CLASSES)
    with pytest.raises(OutputError, match=r"01-classes-result\.csv\.part: the result cannot be written \(the disk"):
        desk.twin.dry_run([file], results) if dry else desk.twin.send(file, results, run="r")
    assert (desk.twin.digest(), len(desk.twin.activity())) == (before, entries)
    assert list(results.iterdir()) == []
    assert desk.twin.send(file, results, run="r").outcome == "processed"


def test_a_results_folder_that_is_a_file_is_refused_before_anything_is_changed(desk: Desk) -> None:
    (desk.folder / "results").write_text("")
    before = desk.twin.digest()
    with pytest.raises(OutputError, match="cannot be written"):
        desk.twin.send(desk.file("users", USERS), desk.folder / "results", run="r")
    assert desk.twin.digest() == before


@pytest.mark.parametrize("stage", ["reading", "checking", "processing", "writing"])
def test_cancelling_leaves_nothing_behind(desk: Desk, stage: str) -> None:
    desk.upload("users", USERS)
    before, entries = desk.twin.digest(), len(desk.twin.activity())
    cancel = threading.Event()

    def watch(step: Progress) -> None:
        if step.stage == stage:
            cancel.set()

    file, results = desk.file("classes", CLASSES), desk.folder / "results"
    with pytest.raises(UploadCancelledError, match=r"classes\.csv: cancelled; the file left nothing behind"):
        desk.twin.send(file, results, run="r", progress=watch, cancel=cancel)
    assert (desk.twin.digest(), len(desk.twin.activity())) == (before, entries)
    assert not results.exists() or list(results.iterdir()) == []


def test_progress_shows_every_stage_of_every_file(desk: Desk) -> None:
    seen: list[Progress] = []
    desk.dry_run(desk.file("users", USERS), desk.file("classes", CLASSES), progress=seen.append)
    assert list(dict.fromkeys((step.place, step.kind, step.stage) for step in seen)) == [
        (1, "users", "reading"), (2, "classes", "reading"),
        *[(1, "users", stage) for stage in ("checking", "processing", "writing", "done")],
        *[(2, "classes", stage) for stage in ("checking", "processing", "writing", "done")],
    ]  # fmt: skip
    assert (seen[-1].done, seen[-1].rows, seen[-1].files) == (2, 2, 2)


def test_a_file_refused_in_a_dry_run_does_not_stop_the_next_ones(desk: Desk) -> None:
    found = desk.dry_run(
        desk.file("users", USERS), desk.file("classes", ""), desk.file("student_attributes", ATTRIBUTES)
    )
    assert [result.outcome for result in found] == ["processed", "refused", "processed"]
    assert outcomes(found[2]) == ["CREATED", "UNCHANGED"]
