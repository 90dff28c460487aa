"""The forecast: what an upload will do, school by school, before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.duplicates.find import find_duplicates
from connect_kit.errors import OutputError, PlanError, SettingError
from connect_kit.twin import Twin
from connect_kit.uploads import UploadPlan, forecast_upload, plan_upload, upload
from tests.uploads.small import CLASSES, deliver, new_twin, plan_of


def school_ids(twin: Twin) -> dict[str, str]:
    schools = twin.table("schools")
    return dict(zip(schools["connectSchoolId"], schools["name"], strict=True))


def rows_of(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(frame[list(columns)].astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


def test_a_forecast_counts_by_school_and_type_and_changes_nothing(plan: UploadPlan, twin: Twin) -> None:
    before = twin.digest()
    forecast = forecast_upload(plan, twin)
    table = forecast.table()
    assert table.columns.tolist() == [
        "connectSchoolId", "school", "what", "created", "updated", "unchanged", "skipped", "refused", "doubled",
        "disconnected", "disconnected_children", "staff_removed", "children_removed",
    ]  # fmt: skip
    north, south = sorted(school_ids(twin), key=lambda own: school_ids(twin)[own])
    students = table[table["what"] == "students"].set_index("connectSchoolId")["created"].to_dict()
    assert students[north] + students.get(south, 0) == 3
    classes = table[table["what"] == "classes"]
    assert rows_of(classes, "school", "created") == [("North", 1), ("South", 1)]
    assert table["doubled"].isna().all()  # nobody looked for duplicates
    assert twin.digest() == before


def test_the_summary_adds_the_schools_up(plan: UploadPlan, twin: Twin) -> None:
    summary = forecast_upload(plan, twin).summary()
    assert rows_of(summary, "what", "created", "updated", "unchanged", "refused")[:2] == [
        ("students", 3, 0, 0, 0),
        ("guardians", 3, 1, 1, 0),
    ]


@pytest.mark.thorough
def test_after_the_upload_the_forecast_is_that_nothing_changes(plan: UploadPlan, twin: Twin) -> None:
    upload(plan, twin)
    upload(plan, twin, dry_run=False)
    summary = forecast_upload(plan, twin).summary()
    assert summary[["created", "updated", "skipped", "refused"]].to_numpy().sum() == 0
    assert summary["unchanged"].sum() == plan.rows


@pytest.mark.thorough
def test_a_forecast_says_what_a_nightly_sync_would_archive(plan: UploadPlan, twin: Twin, tmp_path: Path) -> None:
    upload(plan, twin)
    upload(plan, twin, dry_run=False)
    users = "sourcedId,orgSourcedIds,role,givenName,familyName\n0001,0104,student,Ada,Quill\n"
    fewer = plan_of(deliver(tmp_path / "d", users=users, enrollments=None, guardians=None), twin, tmp_path / "fewer")
    sync = forecast_upload(fewer, twin).sync().set_index("what")
    assert rows_of(sync.loc[["students"]], "managed", "gone", "would_exceed") == [(3, 2, True)]


def test_a_dry_run_s_result_spares_another_one(plan: UploadPlan, twin: Twin) -> None:
    result = upload(plan, twin)
    assert forecast_upload(plan, twin, result=result).result is result


def test_results_of_another_plan_or_target_are_refused(
    delivery: Path, plan: UploadPlan, twin: Twin, tmp_path: Path
) -> None:
    other = new_twin(tmp_path / "other.duckdb")
    with pytest.raises(PlanError, match="the result is of another plan or target"):
        forecast_upload(plan, twin, result=upload(plan, other))
    fewer = plan_of(deliver(tmp_path / "d", guardians=None), twin, tmp_path / "fewer")
    with pytest.raises(PlanError, match="the result is of another plan or target"):
        forecast_upload(plan, twin, result=upload(fewer, twin))


def test_a_forecast_is_saved_and_shows_itself_without_names(plan: UploadPlan, twin: Twin, tmp_path: Path) -> None:
    forecast = forecast_upload(plan, twin)
    forecast.save(tmp_path / "out")
    lines = (tmp_path / "out" / "forecast.csv").read_bytes().decode().split("\r\n")
    assert lines[0] == (
        "connectSchoolId,school,what,created,updated,unchanged,skipped,refused,doubled,disconnected,"
        "disconnected_children,staff_removed,children_removed"
    )
    assert len(lines) == len(forecast.table()) + 2
    shown = forecast._repr_html_() + repr(forecast)
    assert not any(name in shown for name in ("Ada", "Quill", "Cleo"))
    assert forecast.chart().to_dict()["description"].startswith("Rows by school: what the upload will do: ")


def test_a_forecast_that_cannot_be_saved_is_one_clear_error(plan: UploadPlan, twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputError, match="taken"):
        forecast_upload(plan, twin).save(tmp_path / "taken")


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> tuple[ck.SampleDistrict, ck.Roster, ck.Workspace]:
    """A district with students entered more than once, and others made by hand on Connect."""
    folder = tmp_path_factory.mktemp("doubled")
    sample = ck.sample_roster(folder, students=400, faults="none", duplicates=True, existing=True)
    return sample, ck.read_roster(sample.delivery), ck.read_workspace(sample.workspace)


@pytest.mark.parametrize("level", ["district", "school"])
def test_doubled_are_the_children_who_are_created_beside_another_record_of_theirs_that_is_not_archived(
    doubled: tuple[ck.SampleDistrict, ck.Roster, ck.Workspace], level: str, tmp_path: Path
) -> None:
    _, roster, workspace = doubled
    twin = Twin.fill(tmp_path / "t.duckdb", workspace, district="Maple Valley")
    plan = plan_upload(roster, workspace, folder=tmp_path / "plan", level=level)  # type: ignore[arg-type]
    duplicates = find_duplicates(roster, workspace)
    result = upload(plan, twin)
    forecast = forecast_upload(plan, twin, duplicates=duplicates, result=result)

    users = pd.concat([one.table() for one in result.files if one.file.kind == "users"])
    created = set(users.loc[users["action"] == "CREATED", "sourcedId"])
    known = workspace.students
    archived = set(known.loc[known["archived"] == "true", "connectStudentId"])
    active = set(known.loc[known["archived"] != "true", "studentId"].dropna())
    expected, only_archived = 0, 0
    for _, records in duplicates.clusters.groupby("cluster_id"):
        ours = records.loc[records["source"] == "roster", "id"]
        new = int(ours.isin(created).sum())
        connect = set(records.loc[records["source"] == "workspace", "id"])
        there = bool(connect - archived) or bool(ours.isin(active).any())
        expected += new > (0 if there else 1)  # a child counts once, however many rows double it
        only_archived += bool(connect) and not there
    assert expected > 0 and only_archived > 0
    assert forecast.table()["doubled"].sum() == expected
    assert (forecast.table().query("doubled > 0")["connectSchoolId"] != "").all()


def test_duplicates_of_adults_are_not_doubled_students(clean: ck.SampleDistrict, plan: UploadPlan, twin: Twin) -> None:
    duplicates = find_duplicates(ck.read_roster(clean.delivery), kind="people")
    with pytest.raises(SettingError, match="duplicates are of adults"):
        forecast_upload(plan, twin, duplicates=duplicates)


@pytest.mark.thorough
def test_a_forecast_says_what_stays_behind_where_it_is_given(plan: UploadPlan, twin: Twin, tmp_path: Path) -> None:
    assert forecast_upload(plan, twin).left_behind is None
    upload(plan, twin)
    upload(plan, twin, dry_run=False)
    classes = [line for line in CLASSES.lstrip().splitlines(keepends=True) if not line.startswith("c2")]
    roster = ck.read_roster(deliver(tmp_path / "next", classes="".join(classes), enrollments=None))
    left = ck.left_behind(roster, twin.workspace())
    forecast = forecast_upload(plan, twin, left_behind=left)
    assert forecast.left_behind is left
    assert "1 classroom not delivered" in forecast._repr_html_()
    forecast.save(tmp_path / "out")
    assert (tmp_path / "out" / "left_behind.csv").read_text(encoding="utf-8").count("classrooms,") == 1
