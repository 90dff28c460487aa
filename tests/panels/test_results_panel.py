import csv
from dataclasses import replace
from pathlib import Path

import pytest

from connect_kit.errors import OutputError
from connect_kit.panels.results import ResultsPanel
from connect_kit.results.comparing import read_results
from connect_kit.uploads.values import FileResult
from tests.panels.district import FILES, NAMES, deliver, plan_of, twin_of
from tests.panels.reading import browser_sends, shown, stored

UNKNOWN = "users.orgSourcedIds.known_school"
#: What Connect reported about users.csv, row by row; the forecast was success for all but the second.
SAID = [
    ("ERROR", "SKIPPED", UNKNOWN, "school 0999 is on no school of Connect"),
    ("ERROR", "SKIPPED", UNKNOWN, "school 0998 is on no school of Connect"),
    ("SUCCESS", "CREATED", "", ""),
    ("ERROR", "SKIPPED", "", "Row of Dina Quill was not taken (4711)"),
    ("SUCCESS", "CREATED", "", ""),
]
FORECAST = [("SUCCESS", "CREATED", "", ""), SAID[1], *[("SUCCESS", "CREATED", "", "")] * 3]


def written(path: Path, answers: list[tuple[str, str, str, str]]) -> Path:
    rows = list(csv.reader(line.strip() for line in FILES["users"].strip().splitlines()))
    with path.open("w", encoding="utf-8", newline="") as writing:
        csv.writer(writing).writerow([*rows[0], "result", "action", "code", "message"])
        csv.writer(writing).writerows([*row, *answer] for row, answer in zip(rows[1:], answers, strict=True))
    return path


@pytest.fixture
def plan(tmp_path):
    twin = twin_of(tmp_path / "maple.duckdb")
    return plan_of(deliver(tmp_path / "delivery"), twin, tmp_path / "plan")


@pytest.fixture
def results(plan, tmp_path):
    file = replace(plan, files=plan.files[:1]).files[0]
    forecast = FileResult(file, "processed", True, 5, path=written(tmp_path / "forecast.csv", FORECAST))
    (tmp_path / "got").mkdir()
    written(tmp_path / "got" / "users-result.csv", SAID)
    return read_results(tmp_path / "got", [file], forecast=[forecast])


@pytest.fixture
def panel(results):
    return ResultsPanel(results)


def test_errors_are_grouped_by_cause_with_what_to_do(panel, results):
    causes = results.causes()
    assert causes["count"].tolist() == [2, 1]
    for cause in causes["cause"]:
        assert cause in panel.list.text
    assert "3 rows failed, with 2 causes." in panel.status.text
    assert causes["remedy"][0] in panel.shown.text and "Cause 1 of 2" in panel.shown.text


def test_the_rows_of_a_cause_follow_the_one_chosen(panel):
    assert "0001" in panel.shown.text and "0002" in panel.shown.text and "Rows with this cause: 2" in panel.shown.text
    browser_sends(panel, key="n")
    assert "Rows with this cause: 1" in panel.shown.text and "9001" in panel.shown.text
    browser_sends(panel, key="n")
    assert "last one" in panel.status.text
    browser_sends(panel, action="go", value="0")
    assert "Rows with this cause: 2" in panel.shown.text


def test_files_without_a_result_are_named(plan, tmp_path):
    panel = ResultsPanel(read_results(written(tmp_path / "users-result.csv", SAID), plan))
    assert "No result file for:  classes.csv, enrollments.csv, guardians.csv." in panel.head.text


def test_differences_from_the_forecast_are_listed(panel):
    panel.part.value = "differences"
    assert panel.error is None
    assert "Differences from the forecast: 2" in panel.shown.text
    assert panel.shown.text.count("worse") == 2 and "0002" not in panel.shown.text
    assert panel.list.text == ""


def test_corrections_name_file_line_and_what_to_do(panel, results):
    panel.part.value = "corrections"
    for line, todo in results.corrections()[["line", "todo"]].itertuples(index=False, name=None):
        assert str(line) in panel.shown.text and todo in panel.shown.text
    assert "Corrections for the district: 3" in panel.shown.text


def test_the_message_to_support_can_be_copied(panel, results):
    panel.part.value = "message"
    pre = next(node for node in panel.shown.content if node[0] == "pre")
    assert "".join(pre[2:]).splitlines() == results.support_message().splitlines()
    browser_sends(panel, action="copy", value="copied")
    assert "Copied." in panel.status.text
    browser_sends(panel, action="copy", value="selected")
    assert "press Ctrl+C" in panel.status.text


def test_what_is_shown_is_saved_in_a_folder(panel, tmp_path):
    panel.buttons["save"].click()
    assert "Enter a folder first." in panel.status.text
    panel.folder.value = str(tmp_path / "kept")
    panel.buttons["save"].click()
    assert panel.error is None
    assert sorted(path.name for path in (tmp_path / "kept").glob("[!.]*")) == [
        "corrections.csv",
        "results.csv",
        "support-message.txt",
    ]


def test_a_folder_that_cannot_be_written_is_reported(panel, tmp_path):
    (tmp_path / "file").write_text("x")
    panel.folder.value = str(tmp_path / "file")
    panel.buttons["save"].click()
    assert isinstance(panel.error, OutputError) and "✖ Not done" in panel.alert.text


def test_no_name_is_shown_and_nothing_about_students_is_stored(panel):
    for part in ("causes", "differences", "corrections", "message"):
        panel.part.value = part
        assert panel.error is None
        assert [name for name in NAMES if name in shown(panel)] == [], part
        text = stored(panel)
        assert [one for one in ("0001", "0002", "9001") if one in text] == []


def test_keys_are_offered_only_for_what_the_panel_does(panel):
    assert "p previous cause" in panel.help.text and "↑ ↓ in the list" in panel.help.text
    assert "mask" not in panel.help.text


def test_many_rows_are_paged(plan, tmp_path):
    lines = "".join(f"{n:05d},ERROR,SKIPPED,users.role.known,role\r\n" for n in range(1, 121))
    (tmp_path / "users-result.csv").write_text(f"sourcedId,result,action,code,message\r\n{lines}")
    panel = ResultsPanel(read_results(tmp_path / "users-result.csv"))
    assert "Rows with this cause: 120, page 1 of 3" in panel.shown.text and "Previous page" not in panel.shown.text
    browser_sends(panel, action="turn", value="1")
    browser_sends(panel, action="turn", value="1")
    assert "page 3 of 3" in panel.shown.text and "00120" in panel.shown.text and "Next page" not in panel.shown.text
    browser_sends(panel, action="turn", value="1")
    assert "page 3 of 3" in panel.shown.text


def test_results_without_errors_say_so(plan, tmp_path):
    path = written(tmp_path / "users-result.csv", [("SUCCESS", "CREATED", "", "")] * 5)
    panel = ResultsPanel(read_results(path, plan))
    assert panel.error is None
    assert "No errors." in panel.status.text and "Every row was successful." in panel.shown.text
    for name in panel.buttons:
        panel.buttons[name].click()
    assert panel.error is None
    panel.part.value = "corrections"
    assert "Corrections for the district: none." in panel.shown.text
