"""Console, report, workbook, summary, panel and forecast give the same numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

import connect_kit as ck
from connect_kit.cli import run
from tests.marks import some

# Numbers of one thing agree.


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> ck.SampleDistrict:
    return ck.sample_roster(
        tmp_path_factory.mktemp("doubled"), students=600, duplicates=0.05, existing=True, faults="none"
    )


@pytest.fixture(scope="module", params=some(["with Connect", "alone"]))
def known(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "with Connect")


def test_console_report_workbook_summary_panel_and_forecast_give_the_same_numbers(
    doubled: ck.SampleDistrict, known: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ck.audit(doubled.delivery, doubled.workspace if known else None, progress=False)
    assert found.duplicates is not None
    frame = found.duplicates.doubled()
    children, rows = frame["cluster_id"].nunique(), len(frame)
    pairs, clusters = found.duplicates.counts["pairs"], found.duplicates.counts["clusters"]
    apart = {pairs, clusters, children} if known else {pairs, children, rows}
    assert rows > children > 0 and len(apart) == 3, "these numbers differ in the sample"
    words = f"{children} children would be doubled ({rows} rows)"
    counted = f"{clusters} children have more than one record, {words}"

    more = ["--workspace", str(doubled.workspace)] if known else []
    run(["audit", str(doubled.delivery), "--out", str(tmp_path / "out"), *more])
    printed = capsys.readouterr().out
    assert words in printed.splitlines()[0] and counted in printed
    within = int((found.duplicates.table()["right_source"] == "roster").sum())
    shown = re.search(
        r"Duplicate students +(\d+) pairs in the delivery(?:, (\d+) of the delivery and Connect)?", printed
    )
    assert shown is not None and (int(shown[1]), int(shown[2] or 0)) == (within, pairs - within)

    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert {"code": "doubled", "children": children, "rows": rows} in summary["verdict_reasons"]
    possible = found.duplicates.counts["possible"]
    assert summary["duplicates"] == {"pairs": pairs, "clusters": clusters, "possible": possible}

    page = " ".join(re.sub(r"<[^>]+>", " ", (tmp_path / "out" / "report.html").read_text(encoding="utf-8")).split())
    assert words in page
    for what, count in found.duplicates.summary().itertuples(index=False, name=None):
        assert f"{what} {count:,}" in page
    numbers = found.duplicates.summary().set_index("what")["count"]
    assert numbers["children who would be doubled"] == children
    assert numbers["rows that would double them"] == rows
    assert numbers["children with more than one record"] == clusters

    read_me = openpyxl.load_workbook(tmp_path / "out" / "findings.xlsx")["Read me"]
    lines = {row[0]: row[1] for row in read_me.iter_rows(values_only=True)}
    assert words in str(lines["Why"]) and counted in str(lines["Duplicate students"])
    assert lines["Result"] == found.judgement.headline

    assert words in found._repr_html_() and words in found.findings._repr_html_()
    assert found.summary().set_index("what")["count"]["Children who would be doubled"] == children

    plan = ck.plan_upload(found, folder=tmp_path / "plan", archive_existing=False)
    schools = {f"School {own}": own for own in plan.schools}
    twin = ck.Twin.new(tmp_path / "new.duckdb", "Maple Valley", schools)  # none of the children is there yet
    panel = ck.UploadPanel(plan, twin, duplicates=found.duplicates)
    assert words in panel.head.text and found.judgement.headline in panel.head.text
    assert sum(plan.doubled.values()) == children
    if not known:  # what is known of the delivery alone is what happens on an empty Connect
        panel.buttons["dry_run"].click()
        assert panel.wait(120) and panel.forecast is not None and panel.forecast.doubled is not None
        assert sum(panel.forecast.doubled.values()) == children
        assert panel.confirmation == f"Maple Valley {plan.rows}, {children} doubled"
        by_type = panel.forecast.summary().set_index("what")["doubled"]
        assert by_type["students"] == children
