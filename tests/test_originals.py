"""Nothing that can be saved is ever written into what people handed over: a delivery, or a workspace's export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.errors import SettingError
from connect_kit.merging import MergePlan
from connect_kit.panels.upload import UploadPanel


@dataclass(frozen=True)
class Found:
    """Everything that is made of one delivery and one workspace."""

    sample: ck.SampleDistrict
    audit: Any  # every part of it is there
    plan: ck.UploadPlan
    result: Any
    forecast: ck.Forecast
    twin: ck.Twin


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder = tmp_path_factory.mktemp("originals")
    sample = ck.sample_roster(folder / "sample", students=120, faults="none", duplicates=True, existing=True)
    audit = ck.audit(sample.delivery, sample.workspace, progress=False)
    plan = ck.plan_upload(audit, folder=folder / "plan")
    twin = ck.Twin.fill(folder / "twin.duckdb", sample.workspace)
    result = ck.upload(plan, twin)
    forecast = ck.forecast_upload(plan, twin, left_behind=audit.left_behind)
    return Found(sample, audit, plan, result, forecast, twin)


def merges(found: Found) -> MergePlan:
    one, two = found.audit.findings.workspace.students["connectStudentId"].iloc[:2]
    return MergePlan.of(found.audit.findings.workspace, [(one, two)])


#: What saves itself, and whether it knows the delivery and the workspace.
SAVING: dict[str, tuple[Callable[[Found, Path], object], str]] = {
    "roster": (lambda f, to: f.audit.roster.save(to), "delivery"),
    "findings": (lambda f, to: f.audit.findings.save(to), "both"),
    "audit": (lambda f, to: f.audit.save(to), "both"),
    "duplicates": (lambda f, to: f.audit.duplicates.save(to), "both"),
    "schools": (lambda f, to: f.audit.schools.save(to), "both"),
    "classrooms": (lambda f, to: f.audit.classrooms.save(to), "both"),
    "changed IDs": (lambda f, to: f.audit.id_changes.save(to), "both"),
    "list for recording": (lambda f, to: f.audit.id_changes.save_worksheet(to), "both"),
    "left behind": (lambda f, to: f.audit.left_behind.save(to), "both"),
    "list of left behind": (lambda f, to: f.audit.left_behind.write_csv(to / "left.csv"), "both"),
    "report": (lambda f, to: ck.write_report(f.audit, to / "report.html"), "both"),
    "workbook": (lambda f, to: ck.write_workbook(f.audit, to / "findings.xlsx"), "both"),
    "merge plan": (lambda f, to: merges(f).save(to), "workspace"),
    "plan": (lambda f, to: f.plan.save(to), "delivery"),
    "upload": (lambda f, to: f.result.save(to), "delivery"),
    "upload's results": (lambda f, to: ck.upload(f.plan, f.twin, results=to), "delivery"),
    "forecast": (lambda f, to: f.forecast.save(to), "delivery"),
    "results": (lambda f, to: ck.read_results(f.result.folder, f.plan).save(to), "delivery"),
}


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.thorough
@pytest.mark.parametrize("inside", ["", "out", "../{}/out"])
@pytest.mark.parametrize(("what", "side"), [
    (what, side) for what, (_, knows) in SAVING.items() for side in ("delivery", "workspace") if knows in (side, "both")
])  # fmt: skip
def test_what_is_saved_never_lands_in_what_was_handed_over(found: Found, what: str, side: str, inside: str) -> None:
    original: Path = getattr(found.sample, side)
    before = names(original)
    with pytest.raises(SettingError, match="which is never written to; give another folder"):
        SAVING[what][0](found, original / inside.format(original.name))
    assert names(original) == before


@pytest.mark.parametrize("what", SAVING)
def test_elsewhere_it_is_saved(found: Found, what: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    SAVING[what][0](found, folder)
    assert names(folder)


@pytest.mark.parametrize("side", ["delivery", "workspace"])
def test_the_upload_panel_says_so_where_it_saves(found: Found, side: str) -> None:
    original: Path = getattr(found.sample, side)
    before = names(original)
    panel = UploadPanel(found.plan, found.twin, audit=found.audit)
    panel.buttons["dry_run"].click()
    assert panel.wait(60)
    panel.folder.value = str(original / "results")
    panel.buttons["save"].click()
    assert "which is never written to; give another folder" in panel.alert.text
    assert names(original) == before
