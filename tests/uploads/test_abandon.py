"""Abandon: what it disconnects is counted at planning and in the dry run, listed by ID, and held up (decision 29)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import GateError, SettingError
from connect_kit.twin import Action, Twin
from connect_kit.uploads import UploadPlan, forecast_upload, plan_upload, read_plan, upload
from connect_kit.uploads.abandoning import CODE
from connect_kit.uploads.plan_file import write_plan
from connect_kit.uploads.values import Disconnections
from tests.uploads.families import ELM, OAK, STUDENTS, connected_twin, deliver, everybody, some


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return connected_twin(tmp_path_factory.mktemp("families")).path


@pytest.fixture
def twin(made: Path, tmp_path: Path) -> Twin:
    return Twin(shutil.copy(made, tmp_path / "maple.duckdb"))


def plan_of(delivery: Path, twin: Twin, folder: Path, **options) -> UploadPlan:
    """A plan with Abandon that nothing else blocks."""
    options.setdefault("abandon", True)
    return write_plan(
        replace(plan_upload(ck.read_roster(delivery), twin.workspace(), folder=folder, **options), checked=True)
    )


def gate(plan: UploadPlan, target: Twin | None = None) -> tuple[str, str, str]:
    found = plan.gates(target).set_index("code").loc["abandon"]
    return str(found["state"]), str(found["why"]), str(found["step"])


@pytest.mark.thorough
def test_the_plan_counts_by_school_what_the_dry_run_counts_again(twin: Twin, tmp_path: Path) -> None:
    plan = plan_of(deliver(tmp_path / "d", guardians_of=some(60, 38)), twin, tmp_path / "plan")
    expected = {OAK: Disconnections(120, 120, 180, "0101"), ELM: Disconnections(2, 2, 40, "0102")}
    assert plan.disconnections == expected
    assert [(one.code, one.count) for one in plan.critical] == [(CODE, 120)]
    assert read_plan(plan.folder) == plan
    result = upload(plan, twin)
    assert result.disconnections == expected
    assert result.summary()["disconnected"].tolist() == [0, 0, 0, 122]
    lost = result.disconnected
    assert lost.columns.tolist() == [
        "file", "connectStudentId", "studentId", "connectUserId", "guardianId", "connectSchoolId",
    ]  # fmt: skip
    gone = set(everybody()) - set(some(60, 38))
    assert set(zip(lost["studentId"], lost["guardianId"], strict=True)) == {(one, f"g{one}") for one in gone}
    assert lost["connectSchoolId"].value_counts().to_dict() == {OAK: 120, ELM: 2}


def test_the_forecast_counts_relationships_and_children_in_the_row_of_guardians(twin: Twin, tmp_path: Path) -> None:
    plan = plan_of(deliver(tmp_path / "d", guardians_of=some(60)), twin, tmp_path / "plan")
    forecast = forecast_upload(plan, twin)
    table = forecast.table().set_index(["connectSchoolId", "what"])[["disconnected", "disconnected_children"]]
    assert table.loc[[(OAK, "guardians")]].to_numpy().tolist() == [[120, 120]]
    assert table.loc[[(ELM, "guardians")]].to_numpy().tolist() == [[0, 0]]
    assert table.drop([(OAK, "guardians"), (ELM, "guardians")]).isna().all(axis=None)
    assert forecast.summary().set_index("what").loc["guardians", "disconnected"] == 120
    without = plan_of(deliver(tmp_path / "e", guardians_of=some(60)), twin, tmp_path / "other", abandon=False)
    assert forecast_upload(without, twin).table()["disconnected"].isna().all()


def test_siblings_are_several_children_and_a_child_with_two_guardians_is_one(twin: Twin, tmp_path: Path) -> None:
    # g10001 is named for 10002 as well: two relationships; 10001 has a second guardian.
    more = deliver(tmp_path / "more", guardians_of=everybody())
    with (more / "guardians.csv").open("a", newline="") as file:
        file.write("10002,g10001,Dina10001,Quill10001,g10001@mail.example.org\r\n")
        file.write("10001,h10001,Hal,Quill10001,h10001@mail.example.org\r\n")
    first = plan_of(more, twin, tmp_path / "first", abandon=False)
    upload(first, twin)
    upload(first, twin, dry_run=False)
    kept = [student for student in everybody() if student not in ("10001", "10002")]
    plan = plan_of(deliver(tmp_path / "d", guardians_of=kept), twin, tmp_path / "plan")
    assert plan.disconnections == {OAK: Disconnections(4, 2, 182, "0101")}
    assert upload(plan, twin).disconnections == plan.disconnections


def test_the_self_check_says_whose_the_critical_finding_is(twin: Twin, tmp_path: Path) -> None:
    def self_check(plan: UploadPlan) -> tuple[str, str]:
        found = plan.gates().set_index("code").loc["self_check"]
        return str(found["state"]), str(found["why"])

    many = plan_of(deliver(tmp_path / "d", guardians_of=some(60)), twin, tmp_path / "plan")
    assert self_check(many) == ("met", "the critical finding is Abandon's, see below")
    few = plan_of(deliver(tmp_path / "e", guardians_of=some(179)), twin, tmp_path / "other")
    assert self_check(few) == ("met", "no critical finding")


def test_the_gate_takes_the_dry_run_of_the_target_once_there_is_one(twin: Twin, tmp_path: Path) -> None:
    plan = plan_of(deliver(tmp_path / "d", guardians_of=some(60)), twin, tmp_path / "plan")
    assert gate(plan)[0] == gate(plan, twin)[0] == "blocking"
    twin.apply(Action("remove_guardians", school=OAK))  # nobody is left there who could be disconnected
    upload(plan, twin)
    state, why, step = gate(plan, twin)
    assert (state, step) == ("met", "")
    assert why == "no school loses more than 10 % of its guardian relationships; the dry run counts none"
    assert plan.ready(twin)
    assert gate(plan)[0] == "blocking"  # what the workspace let expect


def test_a_dry_run_that_counts_more_than_the_workspace_let_expect_blocks_and_can_be_waived(
    twin: Twin, tmp_path: Path
) -> None:
    roster = ck.read_roster(deliver(tmp_path / "d", guardians_of=some(60)))
    empty = Twin.new(tmp_path / "empty.duckdb", "Maple Valley", {"Oak": "0101", "Elm": "0102"}).workspace()
    plan = plan_upload(roster, empty, folder=tmp_path / "plan", abandon=True, archive_existing=False)
    plan = write_plan(replace(plan, checked=True, managed=None, new_students=None))
    assert plan.critical == ()
    assert gate(plan, twin)[0] == "met"
    upload(plan, twin)
    assert gate(plan, twin)[::2] == ("blocking", "abandon")
    with pytest.raises(GateError, match="120 of 180 guardian relationships"):
        upload(plan, twin, dry_run=False)
    waived = plan.waive(CODE, "Ms Alder: they moved")
    assert gate(waived, twin)[0] == "met"
    assert gate(waived, twin)[1].endswith("; waived: Ms Alder: they moved")
    assert upload(waived, twin, dry_run=False).disconnections[OAK].relationships == 120


def test_without_a_workspace_the_gate_waits_for_a_dry_run(twin: Twin, tmp_path: Path) -> None:
    plan = plan_upload(ck.read_roster(deliver(tmp_path / "d", guardians_of=everybody())), folder=tmp_path / "plan",
                       abandon=True)  # fmt: skip
    assert plan.disconnections is None
    assert gate(plan, twin) == (
        "blocking", "how many guardians Abandon disconnects is not known before a dry run", "run_dry",
    )  # fmt: skip
    upload(plan, twin)
    assert gate(plan, twin)[0] == "met"


def test_school_after_school_only_the_school_s_own_families_count(twin: Twin, tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "d", guardians_of=some(60, 0))
    plan = plan_of(delivery, twin, tmp_path / "plan", level="school", school="0101")
    assert plan.disconnections == {OAK: Disconnections(120, 120, 180, "0101")}
    result = upload(plan, twin)
    assert result.disconnections == plan.disconnections
    assert [path.name for path in sorted(result.folder.glob("*disconnected*"))] == [  # type: ignore[union-attr]
        "04-guardians-S001-disconnected.csv"
    ]


def test_guardians_without_id_are_known_by_name_and_address(twin: Twin, tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "d", guardians_of=everybody())
    text = (delivery / "guardians.csv").read_text()
    lines = [line.split(",") for line in text.splitlines()]
    nameless = [lines[0], *([student, "", *rest] for student, _, *rest in lines[1:])]
    (delivery / "guardians.csv").write_text("".join(",".join(line) + "\r\n" for line in nameless))
    plan = plan_of(delivery, twin, tmp_path / "plan")
    assert plan.disconnections == {}
    assert upload(plan, twin).disconnections == {}


def test_lists_are_for_their_owner_only_hold_ids_and_are_saved_with_the_results(twin: Twin, tmp_path: Path) -> None:
    plan = plan_of(deliver(tmp_path / "d", guardians_of=some(60)), twin, tmp_path / "plan")
    result = upload(plan, twin)
    (path,) = [place for one in result.files if (place := one.disconnected_path) is not None]
    assert path.stat().st_mode & 0o077 == 0
    assert not any(name in path.read_text() for name in ("Dina", "Quill", "@"))
    result.save(tmp_path / "saved", excel=True)
    copy = tmp_path / "saved" / path.name
    assert copy.read_bytes() == path.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
    none = upload(plan_of(deliver(tmp_path / "e", guardians_of=everybody()), twin, tmp_path / "all"), twin)
    assert none.disconnected.empty and none.disconnections == {}


@pytest.mark.thorough
def test_results_say_where_other_guardians_were_disconnected_than_the_dry_run_said(twin: Twin, tmp_path: Path) -> None:
    plan = plan_of(deliver(tmp_path / "d", guardians_of=some(170)), twin, tmp_path / "plan")
    dry = upload(plan, twin)
    done = upload(plan, twin, dry_run=False)
    assert done.folder is not None
    results = ck.read_results(done.folder, plan)
    assert results.disconnected()["verdict"].tolist() == ["as forecast"] * 10
    assert results.ignored == ()
    listed = done.folder / "04-guardians-disconnected.csv"
    header, first, *rest = listed.read_text().splitlines()
    listed.write_text("\n".join([header, *rest, first.replace("g10", "x10")]) + "\n")
    verdicts = ck.read_results(done.folder, plan).disconnected()["verdict"].value_counts().to_dict()
    assert verdicts == {"as forecast": 9, "not forecast": 1, "not disconnected": 1}
    listed.unlink()
    reported = ck.read_results(done.folder, plan, forecast=dry).disconnected()
    assert reported["verdict"].tolist() == ["not reported"] * 10  # Connect's results do not list it
    shown = results._repr_html_()
    assert "Abandon disconnected: 10 as forecast" in shown and "Quill" not in shown


@pytest.mark.parametrize("limit", [-1, 101])
def test_the_limit_is_a_percentage(twin: Twin, tmp_path: Path, limit: float) -> None:
    delivery = deliver(tmp_path / "d", guardians_of=everybody())
    with pytest.raises(SettingError, match=f"abandon_limit is {limit}; expected percent, 0 to 100"):
        plan_of(delivery, twin, tmp_path / "plan", abandon_limit=limit)
    assert not (tmp_path / "plan").exists()


@pytest.mark.thorough
def test_students_whose_number_is_their_id_on_connect_are_found_by_it(tmp_path: Path) -> None:
    twin = Twin.new(tmp_path / "numbers.duckdb", "Maple Valley", {"Oak": "0101", "Elm": "0102"})
    twin.apply(Action("change_settings", values={"student_id": "number"}))
    for name, guardians_of in (("first", everybody()), ("second", some(170))):
        delivery = deliver(tmp_path / name, guardians_of=guardians_of)
        header, *lines = (delivery / "users.csv").read_text().splitlines()
        numbered = [f"{header},identifier", *(f"{line},N{line.split(',')[0]}" for line in lines)]
        (delivery / "users.csv").write_text("".join(f"{line}\r\n" for line in numbered))
        plan = plan_of(delivery, twin, tmp_path / f"{name}-plan", student_id="number", archive_existing=False)
        result = upload(plan, twin)
        assert plan.disconnections == result.disconnections
        if name == "first":
            assert upload(plan, twin, dry_run=False).succeeded
    assert result.disconnections == {OAK: Disconnections(10, 10, 180, "0101")}
    assert sorted(result.disconnected["studentId"]) == [f"N{student}" for student in STUDENTS["0101"][170:]]


@pytest.mark.thorough
def test_what_abandon_removes_is_not_said_to_stay_behind(twin: Twin, tmp_path: Path) -> None:
    delivery = deliver(tmp_path / "d", guardians_of=some(162, 38))
    audit = ck.audit(delivery, twin, duplicates=False, progress=False)
    cause = "Guardians whom the delivery no longer names, still connected to a student"
    kept = "20 children would keep a guardian whom the delivery does not name"

    def said(**options) -> tuple[str, list[int], ck.LeftBehind]:
        plan = plan_upload(audit, folder=tmp_path / "plan", **options)
        assert plan.verdict is not None
        panel = ck.UploadPanel(plan, twin, audit=audit)
        assert panel.left_behind is not None
        assert panel.left_behind is panel.left_behind  # found once
        rows = [one.rows for one in plan.causes if cause in one.cause]
        return plan.verdict.sentence, rows, panel.left_behind

    sentence, rows, left = said()
    assert kept in sentence and "through Abandon" not in sentence
    assert (rows, left.counts["guardian_relationships"]) == ([20], 20)

    sentence, rows, left = said(abandon=True)
    assert "20 children would lose a guardian through Abandon" in sentence
    assert "would keep a guardian" not in sentence
    assert (rows, left.counts["guardian_relationships"]) == ([], 0)

    # Oak's are neither lost nor this plan's to name.
    sentence, rows, left = said(abandon=True, schools=["0102"])
    assert "2 children would lose a guardian through Abandon" in sentence
    assert "would keep a guardian" not in sentence
    assert (rows, left.counts["guardian_relationships"]) == ([], 0)
