"""Changed IDs in the upload panel: what it shows, and each way out by its button (issue 10)."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.panels import UploadPanel
from connect_kit.twin import Twin
from tests.panels.reading import shown, widgets_of
from tests.uploads.renumbering import count, renumber

CODE = "workspace.students.id_changed"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The first delivery is uploaded; the second one, under new IDs, is audited."""
    folder = tmp_path_factory.mktemp("migrated")
    sample = ck.sample_roster(folder / "d", students=60, schools=3, faults="none", duplicates=0, existing=False)
    with (sample.workspace / "schools.csv").open(newline="", encoding="utf-8") as file:
        schools = {row["name"]: row["schoolId"] for row in csv.DictReader(file)}
    twin = Twin.new(folder / "maple.duckdb", "Maple Valley", schools)
    plan = ck.plan_upload(
        ck.read_roster(sample.delivery), twin.workspace(), folder=folder / "first", archive_existing=False
    )
    for one in plan.files:
        assert not twin.send(one, folder / "sent", run=f"first:{one.kind}").errors
    renumber(sample.delivery / "users.csv")
    return twin, ck.audit(sample.delivery, twin), count(twin.path, folder / "export")


@pytest.fixture
def twin(made, tmp_path) -> Twin:
    return Twin(shutil.copy(made[0].path, tmp_path))


@pytest.fixture
def panel(made, twin, tmp_path) -> UploadPanel:
    return UploadPanel(ck.plan_upload(made[1], folder=tmp_path / "plan"), twin, audit=made[1])


def gate(panel) -> list[tuple[str, str]]:
    rows = panel.gates[panel.gates["code"] == "id_changes"]
    return list(rows[["state", "why"]].itertuples(index=False, name=None))


def test_without_the_audit_the_way_to_the_buttons_is_named_and_no_button(made, twin, tmp_path):
    panel = UploadPanel(ck.plan_upload(made[1], folder=tmp_path / "plan"), twin)
    said = panel.checklist.text
    assert "Open the panel with the audit to use the ways out: UploadPanel(plan, target, audit=audit)." in said
    assert "Press Use" not in said


def visible(panel, *names: str) -> list[bool]:
    rows = [box for box in widgets_of(panel.layout) if getattr(box, "children", ())]
    hidden = {
        name for name in names for box in rows if panel.buttons[name] in box.children and box.layout.display == "none"
    }
    return [name not in hidden and panel.buttons[name].layout.display != "none" for name in names]


def send(panel) -> None:
    panel.buttons["dry_run"].click()
    assert panel.wait(120)
    assert panel.error is None
    panel.confirm.value = panel.confirmation
    panel.buttons["upload"].click()
    assert panel.wait(120)
    assert panel.error is None


def test_the_gate_is_shown_with_its_numbers_and_a_button_for_each_way_out(panel):
    ((state, why),) = gate(panel)
    assert state == "blocking" and why.startswith("60 of 60 children at ")
    text = shown(panel)
    assert "Press Use Connect's IDs, Save list for recording or Archive these first" in text
    assert "Records under new IDs" in panel.changes.text
    assert (
        visible(panel, "keep_ids", "list_ids", "archive_ids", "archive_sure", "archive_not") == [True] * 3 + [False] * 2
    )
    assert panel.buttons["upload"].disabled
    assert not any(name in panel.changes.text for name in set(panel.audit.roster.users["familyName"].dropna()))


def test_the_buttons_come_between_the_conditions_and_the_dry_run_for_the_keyboard(panel):
    order = list(widgets_of(panel.layout))
    places = [order.index(one) for one in (panel.checklist, *(panel.buttons[name] for name in (
        "keep_ids", "list_ids", "archive_ids", "archive_sure", "archive_not", "waive", "dry_run")))]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.thorough
def test_connects_ids_are_used_by_one_button_and_nobody_is_added(panel, twin, made, tmp_path):
    panel.buttons["keep_ids"].click()
    assert panel.error is None
    assert gate(panel) == [("met", "prepared with the IDs that Connect has: 60 students")]
    assert panel.value.keep_ids
    assert "60 students" in panel.status.text
    assert visible(panel, "keep_ids") == [False]
    send(panel)
    assert count(twin.path, tmp_path / "after") == made[2]


def test_the_list_for_recording_is_saved_beside_the_plan(panel, twin):
    before = twin.digest()
    panel.buttons["list_ids"].click()
    assert panel.error is None
    path = Path(f"{panel.value.folder}-ids") / "id-changes-worksheet.xlsx"
    assert path.is_file() and str(path) in panel.status.text
    assert (gate(panel)[0][0], twin.digest()) == ("blocking", before)


@pytest.mark.thorough
def test_archiving_asks_first_and_then_prepares_again(panel, twin, tmp_path):
    before = twin.digest()
    panel.buttons["archive_ids"].click()
    assert "Archive 60 students on Connect, before the upload?" in panel.sure.text
    assert visible(panel, "archive_sure", "archive_not") == [True, True]
    panel.buttons["archive_not"].click()
    assert (panel.sure.text, twin.digest()) == ("", before)
    panel.buttons["archive_ids"].click()
    panel.buttons["archive_sure"].click()
    assert panel.error is None
    assert [state for state, _ in gate(panel)] == ["met"]
    assert twin.activity()["kind"].iloc[-1] == "archive_students"
    send(panel)
    after = count(twin.path, tmp_path / "after")
    assert (after["students"], after["active"]) == (120, 60)


def test_a_waiver_with_a_reason_is_the_confirmation_by_name(panel, twin):
    assert (f"{CODE}: 60 records", CODE) in panel.finding.options
    panel.finding.value = CODE
    panel.buttons["waive"].click()
    assert "Type a reason first" in panel.status.text
    panel.reason.value = "Mrs Alder: they are other children"
    panel.buttons["waive"].click()
    ((state, why),) = gate(panel)
    assert state == "met" and why.endswith("waived: Mrs Alder: they are other children")
    send(panel)
    (note,) = twin.activity().query("kind == 'waiver'")["what"]
    assert f"{CODE}: Mrs Alder: they are other children" in note


def test_without_the_audit_the_panel_says_how_to_open_it(made, twin, tmp_path):
    panel = UploadPanel(ck.plan_upload(made[1], folder=tmp_path / "plan"), twin)
    assert "UploadPanel(plan, target, audit=audit)" in panel.changes.text
    assert visible(panel, "keep_ids", "list_ids", "archive_ids") == [False] * 3
