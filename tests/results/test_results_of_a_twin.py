"""From an upload to merged students: what a twin says about a sample district, read back and carried on."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import connect_kit as ck
from connect_kit.twin import Twin
from connect_kit.uploads import UploadPlan, UploadResult
from tests.uploads import small


class Sent(NamedTuple):
    """A district after its dry run and its upload, file by file."""

    roster: Any
    plan: UploadPlan
    dry: UploadResult
    twin: Twin
    real: Path


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    place = tmp_path_factory.mktemp("district")
    district = ck.sample_roster(place / "sample", students=300, faults="none", duplicates=True, existing=True)
    twin = Twin.fill(place / "twin.duckdb", district.workspace, district="Maple Valley")
    roster = ck.read_roster(district.delivery, progress=False)
    plan = ck.plan_upload(roster, twin.workspace(), folder=place / "plan")
    dry = ck.upload(plan, twin, dry_run=True)
    for number, file in enumerate(plan.files, 1):
        twin.send(file, place / "real", run=f"{plan.digest}:1", place=(number, len(plan.files)))
    return Sent(roster, plan, dry, twin, place / "real")


@pytest.mark.thorough
def test_a_real_upload_ends_row_by_row_as_its_dry_run_said(sent):
    results = ck.read_results(sent.real, sent.plan, forecast=sent.dry)
    assert set(results.table()["verdict"]) == {"as forecast"}
    assert len(results) == sum(sent.plan.file_rows)
    assert len(results.errors) == len(sent.dry.errors)
    assert len(results.differences()) == 0


def test_the_last_dry_run_of_the_plan_is_the_forecast_when_none_is_given(sent):
    results = ck.read_results(sent.real, sent.plan)
    assert [one.forecast for one in results.received] == [True] * len(sent.plan.files)
    assert set(results.table()["verdict"]) == {"as forecast"}


@pytest.mark.thorough
def test_a_dry_run_that_was_cancelled_or_came_after_the_upload_is_not_its_forecast(tmp_path):
    twin = small.new_twin(tmp_path / "maple.duckdb")
    plan = small.plan_of(small.deliver(tmp_path / "d"), twin, tmp_path / "plan")
    assert ck.upload(plan, twin).succeeded
    stop = threading.Event()
    stop.set()
    assert ck.upload(plan, twin, cancel=stop).cancelled
    first = ck.upload(plan, twin, dry_run=False)
    assert first.folder is not None
    assert set(ck.read_results(first.folder, plan).table()["verdict"]) == {"as forecast"}
    ck.upload(plan, twin)
    assert set(ck.read_results(first.folder, plan).table()["verdict"]) == {"as forecast"}
    second = ck.upload(plan, twin, dry_run=False)
    assert second.folder is not None
    assert set(ck.read_results(second.folder, plan).table()["verdict"]) == {"as forecast"}
    assert set(ck.read_results(first.folder, plan).table()["verdict"]) == {"as forecast"}


@pytest.fixture
def small_plan(tmp_path: Path) -> UploadPlan:
    twin = small.new_twin(tmp_path / "maple.duckdb")
    return small.plan_of(small.deliver(tmp_path / "d"), twin, tmp_path / "plan")


def test_a_dry_run_whose_results_were_written_elsewhere_is_the_forecast(small_plan, tmp_path):
    twin = Twin(tmp_path / "maple.duckdb")
    assert ck.upload(small_plan, twin, results=tmp_path / "elsewhere").succeeded
    assert ck.upload(small_plan, twin, dry_run=False, results=tmp_path / "real").succeeded
    results = ck.read_results(tmp_path / "real", ck.read_plan(small_plan.folder))
    assert set(results.table()["verdict"]) == {"as forecast"}
    assert set(results.summary()["note"]) == {""}


def test_the_forecast_is_found_after_the_plan_s_folder_was_moved(small_plan, tmp_path):
    twin = Twin(tmp_path / "maple.duckdb")
    ck.upload(small_plan, twin)
    assert ck.upload(small_plan, twin, dry_run=False, results=tmp_path / "real").succeeded
    moved = small_plan.folder.rename(tmp_path / "moved")
    results = ck.read_results(tmp_path / "real", ck.read_plan(moved))
    assert set(results.table()["verdict"]) == {"as forecast"}


def test_an_upload_written_over_its_dry_run_is_not_compared_with_itself(small_plan, tmp_path):
    twin = Twin(tmp_path / "maple.duckdb")
    ck.upload(small_plan, twin, results=tmp_path / "same")
    assert ck.upload(small_plan, twin, dry_run=False, results=tmp_path / "same").succeeded
    assert set(ck.read_results(tmp_path / "same", small_plan).table()["verdict"]) == {"no forecast"}


def test_a_file_that_the_last_dry_run_refused_is_forecast_as_refused(tmp_path):
    twin = small.new_twin(tmp_path / "maple.duckdb")
    classes = "sourcedId,title,grades\nc1,Homeroom,03\n"
    plan = small.plan_of(small.deliver(tmp_path / "d", classes=classes), twin, tmp_path / "plan")
    assert not ck.upload(plan, twin).succeeded
    (tmp_path / "classes-result.csv").write_text("sourcedId,title,grades,result\nc1,Homeroom,03,ERROR\n")
    (row,) = ck.read_results(tmp_path / "classes-result.csv", plan).table().to_dict("records")
    assert (row["forecast_result"], row["verdict"]) == ("ERROR", "as forecast")


def test_records_of_dry_runs_without_a_folder_of_results_are_still_read(small_plan, tmp_path):
    twin = Twin(tmp_path / "maple.duckdb")
    ck.upload(small_plan, twin)
    record = small_plan.folder / "rehearsals.json"
    (old,) = json.loads(record.read_text())
    del old["results"], old["result_files"]
    record.write_text(json.dumps([old]))
    assert small_plan.ready(twin)
    ck.upload(small_plan, twin, dry_run=False, results=tmp_path / "real")
    assert set(ck.read_results(tmp_path / "real", small_plan).table()["verdict"]) == {"no forecast"}


def test_every_error_of_the_twin_has_a_rule_with_a_remedy(sent):
    results = ck.read_results(sent.real, sent.plan)
    causes = results.causes()
    assert causes["count"].sum() == len(results.errors)
    assert not causes["remedy"].str.contains("not documented").any()
    assert (causes["code"] != "").all()


def test_support_is_asked_nothing_about_a_dry_run(sent, tmp_path):
    assert len(sent.dry.errors)
    ck.read_results(sent.dry.folder, sent.plan).save(tmp_path / "dry")
    ck.read_results(sent.real, sent.plan).save(tmp_path / "real")
    assert [(tmp_path / name / "support-message.txt").exists() for name in ("dry", "real")] == [False, True]


def test_no_name_of_the_district_is_in_what_is_saved(sent, tmp_path):
    ck.read_results(sent.real, sent.plan).save(tmp_path)
    written = " ".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    words = set(written.replace(",", " ").replace('"', " ").split())
    users = sent.roster.users
    families = {name for name in users["familyName"].dropna() if len(name) > 4}
    assert families & words == set()
    assert not any(address in written for address in users["email"].dropna())


@pytest.mark.thorough
def test_students_made_by_hand_are_merged_into_those_of_the_upload_and_back(sent):
    before, digest = sent.twin.summary().set_index("what")["count"], sent.twin.digest()
    workspace = sent.twin.workspace()
    plan = ck.plan_merge(ck.find_duplicates(sent.roster, workspace, progress=False), workspace)
    assert len(plan) > 20
    moves = plan.moves(sent.twin)
    change = sent.twin.merge(plan)
    after = sent.twin.summary().set_index("what")["count"]
    assert before["students"] - after["students"] == len(plan)
    assert change.counts["guardians_disconnected"] == moves["guardians_lost"].sum()
    assert change.counts["history"] == moves[["announcement", "backpack", "interaction"]].to_numpy().sum()
    again = ck.plan_merge(ck.find_duplicates(sent.roster, sent.twin.workspace(), progress=False), sent.twin.workspace())
    assert set(again.merges["other"]) & set(plan.merges["other"]) == set()
    sent.twin.undo()
    assert sent.twin.digest() == digest
