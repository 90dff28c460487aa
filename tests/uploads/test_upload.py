"""Carrying out a plan: dry run, real upload, what stops it, and how it goes on."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.errors import GateError, OutputError, PlanError, SettingError, TwinBusyError, TwinError
from connect_kit.twin import Twin
from connect_kit.twin.database import open_session
from connect_kit.uploads import Critical, UploadPlan, UploadResult, as_target, forecast_upload, read_plan, upload
from connect_kit.uploads.records import last_dry_run
from connect_kit.uploads.values import FileResult, Progress
from tests.uploads.counting import KINDS, counts, results
from tests.uploads.small import ROWS, USERS, deliver, new_twin, plan_of

#: created, updated, unchanged, skipped, errors of each file on an empty workspace.
FIRST = [(7, 0, 0, 0, 0), (2, 0, 0, 0, 0), (3, 0, 0, 0, 0), (0, 1, 1, 0, 0), (1, 0, 1, 0, 0)]


def test_a_dry_run_shows_what_would_happen_and_changes_nothing(plan: UploadPlan, twin: Twin) -> None:
    before, log = twin.digest(), len(twin.activity())
    result = upload(plan, twin)
    assert result.succeeded
    assert result.summary()["file"].tolist() == [f"{kind}.csv" for kind in KINDS]
    assert result.summary()["rows"].tolist() == list(ROWS)
    assert counts(result)[:3] == FIRST[:3]
    assert (twin.digest(), len(twin.activity())) == (before, log)


def test_the_upload_does_what_the_dry_run_said_byte_for_byte(tried: UploadPlan, twin: Twin) -> None:
    dry = upload(tried, twin)
    done = upload(tried, twin, dry_run=False)
    assert done.succeeded
    assert results(done) == results(dry)
    assert done.table().equals(dry.table())
    assert sorted(twin.table("students")["sourcedId"]) == ["0001", "0002", "0003"]


@pytest.mark.thorough
def test_a_second_upload_changes_nothing(tried: UploadPlan, twin: Twin) -> None:
    first = upload(tried, twin, dry_run=False)
    before = twin.digest()
    upload(tried, twin)
    again = upload(tried, twin, dry_run=False)
    assert (first.run, again.run) == (f"{tried.digest}:1", f"{tried.digest}:2")
    assert counts(again) == [(0, 0, rows, 0, 0) for rows in ROWS]
    assert twin.digest() == before


def test_school_after_school_gives_the_same_workspace_as_the_district_at_once(
    delivery: Path, plan: UploadPlan, twin: Twin, tmp_path: Path
) -> None:
    other = new_twin(tmp_path / "other.duckdb")
    by_school = plan_of(delivery, other, tmp_path / "schools", level="school")
    for one, place in ((plan, twin), (by_school, other)):
        upload(one, place)
        assert upload(one, place, dry_run=False).succeeded
    for name, columns in (("students", ["sourcedId", "grade"]), ("accounts", ["email"]), ("classrooms", ["classId"])):
        tables = [sorted(map(tuple, place.table(name)[columns].fillna("").to_numpy())) for place in (twin, other)]
        assert tables[0] == tables[1], name
    assert by_school.summary()["school"].nunique() == 2


def test_results_lie_in_the_plan_s_folder_or_where_they_are_asked_for(
    plan: UploadPlan, twin: Twin, tmp_path: Path
) -> None:
    first, second = upload(plan, twin), upload(plan, twin)
    assert first.folder is not None and second.folder is not None
    assert first.folder.parent == plan.folder / "results"
    assert first.folder.name.endswith("-dry-run")
    assert first.folder < second.folder
    elsewhere = upload(plan, twin, results=tmp_path / "here")
    assert sorted(path.name for path in (tmp_path / "here").glob("*.csv")) == sorted(results(elsewhere))


def test_a_results_folder_that_cannot_be_made_is_one_clear_error(plan: UploadPlan, twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    before = twin.digest()
    with pytest.raises(OutputError, match="give another folder for results"):
        upload(plan, twin, results=tmp_path / "file")
    assert twin.digest() == before


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_file_that_changed_after_planning_stops_everything(tried: UploadPlan, twin: Twin, dry_run: bool) -> None:
    with (tried.folder / "users.csv").open("ab") as file:
        file.write(b"0009,0104,student,Eve,Quill,,,,03\r\n")
    before = twin.digest()
    with pytest.raises(PlanError, match=r"users\.csv: changed since it was planned"):
        upload(tried, twin, dry_run=dry_run)
    assert twin.digest() == before


def test_a_target_may_be_the_path_of_a_twin(plan: UploadPlan, twin: Twin) -> None:
    assert upload(plan, str(twin.path)).target == "Maple Valley"
    with pytest.raises(SettingError, match="target is 7; expected a Twin or a path"):
        upload(plan, 7)  # type: ignore[arg-type]


def test_the_verb_may_be_called_by_its_public_name(plan: UploadPlan, twin: Twin) -> None:
    assert ck.upload(plan, twin).succeeded


# What goes wrong.


@pytest.fixture
def one_bad(twin: Twin, tmp_path: Path) -> UploadPlan:
    """The second enrollment is into a class that nobody has."""
    enrollments = (
        "classSourcedId,schoolSourcedId,userSourcedId,role\nc1,0104,0001,student\nc9,0104,0003,student\n"
        "c2,0105,7001,teacher\n"
    )
    found = Critical("enrollments.classSourcedId.known_class", "Unknown class", 1)
    return plan_of(deliver(tmp_path / "d", enrollments=enrollments), twin, tmp_path / "plan", found)


def test_refused_rows_are_listed_by_line_and_id_without_names(one_bad: UploadPlan, twin: Twin) -> None:
    result = upload(one_bad, twin)
    assert result.succeeded  # the files were processed; single rows were refused
    errors = result.errors
    assert errors.columns.tolist() == ["file", "kind", "line", "sourcedId", "code", "message"]
    assert errors.drop(columns="message").to_numpy().tolist() == [
        ["enrollments.csv", "enrollments", 3, "0003", "enrollments.classSourcedId.known_class"]
    ]
    by_cause = result.errors_by_cause()
    assert by_cause[["code", "rows", "files"]].to_numpy().tolist() == [
        ["enrollments.classSourcedId.known_class", 1, "enrollments.csv"]
    ]
    shown = errors.to_string() + result._repr_html_()
    assert not any(name in shown for name in ("Cleo", "Marsh"))


@pytest.mark.parametrize("counted", [True, False], ids=["a twin", "a target that does not count by code"])
def test_a_dry_run_keeps_how_many_rows_were_refused_without_reading_results_back(
    one_bad: UploadPlan, twin: Twin, monkeypatch: pytest.MonkeyPatch, counted: bool
) -> None:
    def without_results(plain: FileResult) -> FileResult:
        return replace(plain, path=None, refusals=plain.refusals if counted else {})

    dry_run = Twin.dry_run
    monkeypatch.setattr(Twin, "dry_run", lambda *given, **named: tuple(map(without_results, dry_run(*given, **named))))
    upload(one_bad, twin)
    code = "enrollments.classSourcedId.known_class" if counted else ""
    made = last_dry_run(one_bad, twin.id)
    assert made is not None
    assert made.errors == {code: 1}
    why = one_bad.gates(twin).set_index("code").loc["dry_run", "why"]
    assert why == f"the dry run refused rows: {code or 'without a code'}: 1"


def test_what_was_waived_is_logged_with_its_reason(one_bad: UploadPlan, twin: Twin) -> None:
    plan = one_bad.waive("enrollments.classSourcedId.known_class", "Mrs Alder: next week")
    upload(plan, twin)
    assert upload(plan, twin, dry_run=False).succeeded
    log = twin.activity()
    notes = log.loc[log["kind"] == "waiver", "what"].tolist()
    assert notes == ["waived for the upload of d: enrollments.classSourcedId.known_class: Mrs Alder: next week"]


def test_attributes_called_like_columns_of_a_result_do_not_hide_what_was_refused(twin: Twin, tmp_path: Path) -> None:
    attributes = "studentSourcedId,Code,result,message\n0001,ERROR,ERROR,x\n0099,a,SUCCESS,b\n"
    plan = plan_of(deliver(tmp_path / "d", student_attributes=attributes), twin, tmp_path / "plan")
    result = upload(plan, twin)
    code = "student_attributes.studentSourcedId.known_student"
    assert result.errors[["line", "sourcedId", "code"]].to_numpy().tolist() == [[3, "0099", code]]
    assert plan.waive(code, "Mrs Alder: left in June").ready(twin)


def test_line_breaks_inside_values_do_not_move_the_lines_of_refused_rows(twin: Twin, tmp_path: Path) -> None:
    users = (
        "sourcedId,orgSourcedIds,role,givenName,familyName\n"
        '0001,0104,student,"Ada\nMay",Quill\n0002,0199,student,Bo,Quill\n'
    )
    plan = plan_of(deliver(tmp_path / "d", users=users), twin, tmp_path / "plan")
    errors = upload(plan, twin).errors
    assert errors.loc[errors["kind"] == "users", ["line", "sourcedId"]].to_numpy().tolist() == [[4, "0002"]]


def test_a_file_refused_as_a_whole_stops_those_after_it(twin: Twin, tmp_path: Path) -> None:
    classes = "sourcedId,title,grades\nc1,Homeroom,03\n"
    plan = plan_of(deliver(tmp_path / "d", classes=classes), twin, tmp_path / "plan")
    dry = upload(plan, twin)
    assert not dry.succeeded
    assert dry.errors[["file", "code"]].to_numpy()[0].tolist() == ["classes.csv", "header.missing_column"]
    gates = plan.gates(twin)
    assert str(gates.set_index("gate")["why"]["dry run"]).startswith("the dry run refused classes.csv")


def test_no_further_file_is_sent_after_one_that_was_refused(
    tried: UploadPlan, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    # School IDs taken off Connect between dry run and upload: every row of users.csv is refused.
    with open_session(twin.path, "a test") as session:
        session.execute("UPDATE schools SET schoolId = schoolId || 'x'")
    monkeypatch.setattr("connect_kit.uploads.run._require_gates", lambda plan, target: None)
    result = upload(tried, twin, dry_run=False)
    assert not result.succeeded
    assert result.stopped == "every row of users.csv was refused; no further file was sent"
    assert [one.file.kind for one in result.files] == ["users"]
    again = upload(tried, twin, dry_run=False)  # pressing once more does not get past it
    assert again.stopped == result.stopped and again.run == result.run
    assert len(twin.table("classrooms")) == 0
    with open_session(twin.path, "a test") as session:
        session.execute("UPDATE schools SET schoolId = rtrim(schoolId, 'x')")
    last = upload(tried, twin, dry_run=False)
    assert last.succeeded and last.run == result.run
    assert [one.outcome for one in last.files] == ["processed"] * 5


def test_a_twin_put_in_the_place_of_the_one_that_was_tried_gets_nothing(tried: UploadPlan, twin: Twin) -> None:
    twin.path.unlink()
    other = new_twin(twin.path)
    for dry_run in (True, False):
        with pytest.raises(TwinError, match="another twin is there now"):
            upload(tried, twin, dry_run=dry_run)
    assert len(other.activity()) == 1
    assert not tried.ready(other)


@pytest.mark.parametrize("verb", [upload, forecast_upload])
def test_what_is_not_a_plan_is_refused_with_how_to_get_one(verb: Any, tried: UploadPlan, twin: Twin) -> None:
    with pytest.raises(SettingError, match=r"expected an UploadPlan \(from plan_upload or read_plan\)"):
        verb(str(tried.folder), twin)


# Cancel and resume.


def cancel_at(kind: str, stage: str) -> tuple[threading.Event, list[Progress], object]:
    event, steps = threading.Event(), []

    def watch(progress: Progress) -> None:
        steps.append(progress)
        if (progress.kind, progress.stage) == (kind, stage):
            event.set()

    return event, steps, watch


def test_a_dry_run_can_be_cancelled_and_leaves_no_note(plan: UploadPlan, twin: Twin) -> None:
    event, _, watch = cancel_at("classes", "reading")
    result = upload(plan, twin, progress=watch, cancel=event)  # type: ignore[arg-type]
    assert result.cancelled and not result.succeeded
    assert not plan.ready(twin)


def test_an_upload_cancelled_after_two_files_goes_on_with_the_third(tried: UploadPlan, twin: Twin) -> None:
    event, _, watch = cancel_at("enrollments", "reading")
    part = upload(tried, twin, dry_run=False, progress=watch, cancel=event)  # type: ignore[arg-type]
    assert part.cancelled
    assert [one.file.kind for one in part.files] == ["users", "classes"]
    assert len(twin.table("enrollments")) == 0

    rest = upload(read_plan(tried.folder), twin, dry_run=False)
    assert rest.succeeded
    assert rest.run == part.run
    assert rest.folder is not None and part.folder is not None
    assert rest.folder == part.folder.resolve()
    assert [one.outcome for one in rest.files] == ["done before", "done before", *["processed"] * 3]
    log = twin.activity()
    sent = log.loc[log["kind"] == "upload", "what"].str.partition(",")[0].tolist()
    assert sent == [f"{kind}.csv" for kind in KINDS]  # nothing twice

    upload(tried, twin)
    after = upload(tried, twin, dry_run=False)
    assert counts(after) == [(0, 0, rows, 0, 0) for rows in ROWS]


@pytest.mark.thorough
def test_what_another_plan_has_overwritten_meanwhile_is_sent_again(
    tried: UploadPlan, twin: Twin, tmp_path: Path
) -> None:
    event, _, watch = cancel_at("enrollments", "reading")
    assert upload(tried, twin, dry_run=False, progress=watch, cancel=event).cancelled  # type: ignore[arg-type]
    other = plan_of(deliver(tmp_path / "d", users=USERS.replace("Ada", "Adah")), twin, tmp_path / "other")
    upload(other, twin)
    assert upload(other, twin, dry_run=False).succeeded
    with pytest.raises(GateError, match="make the dry run again: 5 changes since"):
        upload(tried, twin, dry_run=False)
    upload(tried, twin)
    rest = upload(tried, twin, dry_run=False)
    assert rest.succeeded
    assert rest.folder is not None
    assert set(ck.read_results(rest.folder, tried).table()["verdict"]) == {"as forecast"}
    assert [one.outcome for one in rest.files] == ["processed"] * 5
    assert "Ada" in set(twin.table("students")["givenName"])


def test_cancelled_before_it_begins_nothing_is_sent(tried: UploadPlan, twin: Twin) -> None:
    event = threading.Event()
    event.set()
    before = twin.digest()
    result = upload(tried, twin, dry_run=False, cancel=event)
    assert (result.cancelled, result.files) == (True, ())
    assert twin.digest() == before


def test_a_second_upload_to_the_same_twin_waits_its_turn(tried: UploadPlan, twin: Twin) -> None:
    inside, go_on = threading.Event(), threading.Event()
    ended: list[UploadResult] = []

    def watch(_: Progress) -> None:
        inside.set()
        go_on.wait(30)

    first = threading.Thread(target=lambda: ended.append(upload(tried, twin, dry_run=False, progress=watch)))
    first.start()
    assert inside.wait(30)
    with pytest.raises(TwinBusyError, match="an upload to it is under way"):
        upload(tried, as_target(twin))
    go_on.set()
    first.join(60)
    assert ended[0].succeeded  # in a thread of its own


def test_progress_is_reported_for_every_file_and_its_end(plan: UploadPlan, twin: Twin) -> None:
    steps: list[Progress] = []
    upload(plan, twin, progress=steps.append)
    assert [(one.place, one.kind) for one in steps if one.stage == "done"] == list(enumerate(KINDS, 1))
    assert {one.files for one in steps} == {5}


def test_a_bar_is_shown_when_asked_for(plan: UploadPlan, twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    upload(plan, twin, progress=True)
    assert "rows" in capsys.readouterr().err
    upload(plan, twin)
    assert capsys.readouterr().err == ""
