import threading

import pytest

from connect_kit.errors import TwinBusyError, TwinError
from connect_kit.merging import MergePlan
from connect_kit.panels.merge import MergePanel
from connect_kit.twin import Action, Twin, database
from tests.panels.duplicate_students import plan_of_duplicates, twin_with_duplicates
from tests.panels.reading import browser_sends, shown, stored

NAMES = ["Adeline", "Adelina", "Quill", "Bruno", "Lark", "Marsh", "Thornton", "Dinah", "Quillfeather"]


@pytest.fixture
def twin(tmp_path):
    return twin_with_duplicates(tmp_path / "maple.duckdb")


@pytest.fixture
def plan(twin):
    return plan_of_duplicates(twin)


@pytest.fixture
def panel(plan, twin):
    return MergePanel(plan, twin)


def current(panel):
    row = panel.queue.current
    return row["survivor"], row["other"]


def go_to(panel, other):
    panel.state.value = "all"
    frame = panel.queue.frame
    browser_sends(panel, action="go", value=str(frame.index[frame["other"] == other][0]))
    assert current(panel)[1] == other


def merge(panel):
    panel.buttons["merge"].click()
    assert panel.wait(60)


def test_both_records_are_side_by_side_with_conflicts_marked(panel, plan):
    go_to(panel, "CS00000001")
    text = panel.pair.text
    for value in ("Adelina", "Adeline", "0001", "CC00000001", "Thornton", "CU00000001"):
        assert value in "".join(text.split())
    fields = plan.conflicts[plan.conflicts["other"] == "CS00000001"]["field"].tolist()
    assert fields == ["givenName", "guardian"] and text.count("▲ conflict") == 2
    assert "is disconnected" in text and "all classrooms" in text


def test_only_what_is_accepted_is_merged(panel, twin):
    go_to(panel, "CS00000001")
    browser_sends(panel, key="a")
    go_to(panel, "CS00000003")
    browser_sends(panel, key="l")
    assert panel.chosen.merges["other"].tolist() == ["CS00000001"]
    assert panel.buttons["merge"].description == "Merge 1 accepted"
    merge(panel)
    assert panel.error is None
    left = set(twin.table("students")["connectStudentId"])
    assert "CS00000001" not in left and "CS00000003" in left
    go_to(panel, "CS00000001")
    assert "✔ merged" in panel.list.text and "CS00000001 is gone" in panel.pair.text


def test_a_merge_is_undone(panel, twin):
    before = twin.digest()
    panel.buttons["all"].click()
    merge(panel)
    assert panel.error is None and twin.digest() != before
    browser_sends(panel, key="z")
    assert twin.digest() == before
    assert "accepted as before" in panel.status.text and panel.buttons["undo"].disabled
    merge(panel)
    assert twin.digest() != before


def test_nothing_is_merged_before_something_is_accepted(panel, twin):
    before = twin.digest()
    assert panel.buttons["merge"].disabled
    panel.buttons["merge"].click()
    assert "Accept a merge first." in panel.status.text and twin.digest() == before
    panel.buttons["undo"].click()
    assert "No merge has been made here." in panel.status.text


def test_records_of_one_student_are_accepted_together(panel):
    go_to(panel, "CS00000005")
    browser_sends(panel, key="a")
    assert sorted(panel.chosen.merges["other"]) == ["CS00000005", "CS00000007"]
    frame = panel.queue.frame
    assert frame[frame["choice"] == "accepted"]["survivor"].unique().tolist() == ["CS00000006"]


def test_what_cannot_be_merged_is_shown_with_the_reason_and_the_next_step(panel, plan):
    panel.state.value = "not"
    row = panel.queue.current
    assert row["state"] in panel.pair.text and row["next_step"] in panel.pair.text
    browser_sends(panel, key="a")
    assert "cannot be merged" in panel.status.text and panel.chosen.merges.empty


def test_of_a_pair_that_cannot_be_merged_no_record_is_called_the_kept_one(panel):
    go_to(panel, "CS00000001")
    assert "kept record" in panel.pair.text and "what happens" in panel.pair.text
    panel.state.value = "not"
    assert "one record" in panel.pair.text and "kept record" not in panel.pair.text
    assert "what happens" not in panel.pair.text and "Choice:  not possible" in panel.pair.text


def test_progress_counts_what_is_reviewed(panel):
    assert "0 of 4 reviewed" in panel.status.text
    for key in "al":
        browser_sends(panel, key=key)
    decided = (panel.queue.frame["choice"] != "").sum()
    assert f"{decided} of 4 reviewed" in panel.status.text


def test_an_action_made_after_the_merge_is_not_undone_instead(panel, twin):
    panel.buttons["all"].click()
    merge(panel)
    twin.apply(Action("archive_students", ids=("CS00000002",)))
    after = twin.digest()
    panel.buttons["undo"].click()
    assert isinstance(panel.error, TwinError) and "was made after the merge" in panel.alert.text
    assert twin.digest() == after


def test_a_student_that_is_gone_is_reported_and_nothing_is_merged(panel, plan, twin):
    twin.merge(plan.only("CS00000002"))
    after = twin.digest()
    panel.buttons["all"].click()
    merge(panel)
    assert isinstance(panel.error, TwinError) and "✖ Not done" in panel.alert.text
    assert twin.digest() == after and panel.buttons["undo"].disabled


def test_while_a_merge_is_running_the_panel_responds_and_decides_nothing(panel, twin, monkeypatch):
    go, real = threading.Event(), Twin.merge

    def waiting(*given):
        go.wait(20)
        return real(*given)

    monkeypatch.setattr(Twin, "merge", waiting)
    panel.buttons["all"].click()
    panel.buttons["merge"].click()
    panel.buttons["merge"].click()
    assert "Wait until the merge has finished." in panel.status.text and panel.buttons["merge"].disabled
    with pytest.raises(TwinBusyError, match="Wait until the merge has finished"):
        panel.value = panel.value
    go.set()
    assert panel.wait(60) and panel.error is None
    assert (twin.activity()["kind"] == "merge").sum() == 1


def test_a_twin_in_use_is_reported(panel, twin, monkeypatch):
    monkeypatch.setattr(database, "_PATIENCE", 0.01)
    panel.buttons["all"].click()
    with database.opened(twin.path, "an upload"):
        merge(panel)
    assert isinstance(panel.error, TwinBusyError) and "in use by an upload" in panel.alert.text
    merge(panel)
    assert panel.error is None


def test_masked_no_name_is_left(plan, twin):
    panel = MergePanel(plan, twin, masked=True)
    panel.state.value = "all"
    for place in panel.queue.shown:
        browser_sends(panel, action="go", value=str(place))
        assert panel.error is None
        assert [name for name in NAMES if name in shown(panel)] == []
    assert "***" in panel.pair.text or "***" in shown(panel)
    browser_sends(panel, key="m")
    go_to(panel, "CS00000001")
    assert "Dinah Quillfeather" in panel.pair.text


def test_nothing_about_a_student_is_stored_with_the_notebook(panel):
    go_to(panel, "CS00000001")
    text = stored(panel)
    assert [name for name in [*NAMES, "CS00000001", "CU00000001"] if name in text] == []


def test_an_empty_plan_shows_an_empty_panel(twin):
    panel = MergePanel(MergePlan.of(twin.workspace(), []), twin)
    assert panel.error is None and "Nothing to review" in panel.status.text
    for name in panel.buttons:
        panel.buttons[name].click()
    assert panel.wait(60) and "No merge to show" in panel.pair.text
