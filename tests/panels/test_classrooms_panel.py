import pytest

from connect_kit.errors import SettingError
from connect_kit.matching.matches import ClassroomMatches
from connect_kit.panels import ClassroomsPanel
from tests.panels.reading import browser_sends, decided, shown, stored


def keys(row):
    return f"roster:{row['roster_id']}", f"workspace:{row['workspace_id']}"


def go_to(panel, **wanted):
    """Show the first row of that kind."""
    panel.state.value = "all"
    frame = panel.queue.frame
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    assert len(frame), wanted
    browser_sends(panel, action="go", value=str(frame.index[0]))
    return panel.queue.current


@pytest.mark.thorough
def test_a_suggestion_is_accepted_singly(rooms_panel, file):
    row = go_to(rooms_panel, status="suggested")
    rooms_panel.buttons["accept"].click()
    assert rooms_panel.error is None
    assert decided(file) == [(*keys(row), "connect")]
    table = rooms_panel.value.table().set_index("workspace_id")
    assert table.loc[row["workspace_id"], "status"] == "matched"


@pytest.mark.parametrize(("key", "decision"), [("a", "archive"), ("l", "leave")])
def test_a_classroom_is_archived_or_left_by_key(rooms_panel, file, key, decision):
    row = go_to(rooms_panel, status="unmatched_workspace", workspace_archived=False)
    browser_sends(rooms_panel, key=key)
    assert decided(file) == [("", f"workspace:{row['workspace_id']}", decision)]


def test_the_choices_are_shown_with_their_consequences(rooms_panel, classes):
    row = go_to(rooms_panel, status="unmatched_workspace", workspace_archived=False)
    for consequence in classes.choices(row["workspace_id"])["consequence"]:
        assert consequence in rooms_panel.pair.text
    assert "If nothing more is done" in rooms_panel.pair.text and row["consequence"] in rooms_panel.pair.text


def test_a_class_alone_is_not_said_to_miss_anything(rooms_panel):
    go_to(rooms_panel, status="unmatched_roster")
    assert "no classroom on Connect" in rooms_panel.pair.text
    assert "– missing" not in rooms_panel.pair.text and "none recorded" not in rooms_panel.pair.text


def test_a_rejected_suggestion_is_not_suggested_again(rooms_panel, file):
    row = go_to(rooms_panel, status="suggested")
    browser_sends(rooms_panel, key="d")
    assert decided(file) == [(*keys(row), "different")]
    table = rooms_panel.value.table()
    pairs = table[(table["roster_id"] == row["roster_id"]) & (table["workspace_id"] == row["workspace_id"])]
    assert pairs.empty


def test_all_suggestions_at_a_school_are_accepted_and_undone_in_one_step(rooms_panel, file):
    row = go_to(rooms_panel, status="suggested")
    rooms_panel.school.value = row["group"]
    frame = rooms_panel.queue.frame
    here = frame[(frame["group"] == row["group"]) & (frame["status"] == "suggested")]
    others = (frame["status"] == "suggested").sum() - len(here)
    assert f"Accept all {len(here)} suggestion" in rooms_panel.buttons["school"].description
    rooms_panel.buttons["school"].click()
    assert {line[:2] for line in decided(file)} == {keys(one) for _, one in here.iterrows()}
    assert rooms_panel.value.counts["suggested"] == others
    browser_sends(rooms_panel, key="z")
    assert decided(file) == []


def test_without_a_school_chosen_nothing_is_accepted_in_bulk(rooms_panel, file):
    rooms_panel.buttons["school"].click()
    assert "Choose a school above first." in rooms_panel.status.text
    assert decided(file) == []


def test_another_partner_is_found_by_searching_and_connected(rooms_panel, file):
    row = go_to(rooms_panel, status="suggested")
    frame = rooms_panel.queue.frame
    other = frame[(frame["group"] == row["group"]) & (frame["status"] == "unmatched_roster")].iloc[0]
    rooms_panel.search.value = f"{other['roster_title'].upper()} {other['roster_grades']}"
    assert f"Connect with class {other['roster_id']}" in rooms_panel.partners.text
    browser_sends(rooms_panel, action="connect", value=other["roster_id"])
    assert decided(file) == [(f"roster:{other['roster_id']}", keys(row)[1], "connect")]
    assert rooms_panel.search.value == ""


def test_a_class_without_classroom_is_given_one_of_its_school(rooms_panel, file):
    row = go_to(rooms_panel, status="unmatched_roster")
    frame = rooms_panel.queue.frame
    room = frame[(frame["group"] == row["group"]) & (frame["workspace_class_id"] == "") & (frame["workspace_id"] != "")]
    rooms_panel.search.value = room.iloc[0]["workspace_id"]
    browser_sends(rooms_panel, action="connect", value=room.iloc[0]["workspace_id"])
    assert decided(file) == [(keys(row)[0], f"workspace:{room.iloc[0]['workspace_id']}", "connect")]


def test_only_partners_of_the_same_school_are_offered(rooms_panel):
    row = go_to(rooms_panel, status="unmatched_workspace")
    frame = rooms_panel.queue.frame
    other = frame[(frame["group"] != row["group"]) & (frame["roster_id"] != "")].iloc[0]
    rooms_panel.search.value = other["roster_id"]
    assert "Nothing at this school matches" in rooms_panel.partners.text


def test_a_class_connected_by_its_id_is_not_offered(rooms_panel):
    frame = rooms_panel.queue.frame
    matched = frame[
        (frame["status"] == "matched") & frame["group"].isin(frame[frame["status"] == "suggested"]["group"])
    ]
    matched = matched.iloc[0]
    go_to(rooms_panel, status="suggested", group=matched["group"])
    rooms_panel.search.value = matched["roster_id"]
    assert "connected by its class ID" in rooms_panel.partners.text
    assert "Connect with" not in rooms_panel.partners.text


@pytest.mark.parametrize(
    ("status", "name", "message"),
    [
        ("unmatched_roster", "archive", "no classroom"),
        ("matched", "archive", "nothing to decide"),
        ("unmatched_workspace", "accept", "No class is suggested"),
        ("unmatched_workspace", "different", "No class is suggested"),
    ],
)
def test_what_cannot_be_decided_is_reported_and_not_written(rooms_panel, file, status, name, message):
    go_to(rooms_panel, status=status)
    rooms_panel.buttons[name].click()
    assert message in rooms_panel.status.text
    assert decided(file) == []


def test_undo_shows_the_classroom_again(rooms_panel, file):
    row = go_to(rooms_panel, status="suggested")
    browser_sends(rooms_panel, key="c")
    browser_sends(rooms_panel, key="n")
    browser_sends(rooms_panel, key="z")
    assert decided(file) == []
    assert rooms_panel.queue.current["workspace_id"] == row["workspace_id"]
    browser_sends(rooms_panel, key="z")
    assert isinstance(rooms_panel.error, SettingError) and "nothing to undo" in rooms_panel.alert.text


def test_working_through_all_that_is_open_leaves_nothing_open(rooms_panel):
    number = len(rooms_panel.queue.shown)
    assert number and f"0 of {number} reviewed" in rooms_panel.status.text
    for _ in range(number):
        browser_sends(rooms_panel, key="c" if rooms_panel.queue.current["status"] == "suggested" else "l")
        assert rooms_panel.error is None
    assert rooms_panel.queue.shown == []
    assert f"{number} of {number} reviewed" in rooms_panel.status.text
    assert rooms_panel.value.counts["suggested"] == 0


def test_in_the_list_of_all_the_next_one_comes_after_a_decision(rooms_panel):
    go_to(rooms_panel, status="suggested")
    after = rooms_panel.queue.following
    browser_sends(rooms_panel, key="c")
    assert rooms_panel.queue.current["workspace_id"] == after["workspace_id"]


@pytest.mark.parametrize("state", ["suggested", "unmatched_workspace", "unmatched_roster"])
def test_the_filters_by_status_agree_with_the_table(rooms_panel, classes, state):
    rooms_panel.state.value = state
    assert len(rooms_panel.queue.shown) == (classes.table()["status"] == state).sum()


def test_the_filters_by_school_add_up(rooms_panel, classes):
    rooms_panel.state.value = "all"
    counts = []
    for _, value in rooms_panel.school.options[1:]:
        rooms_panel.school.value = value
        counts.append(len(rooms_panel.queue.shown))
    assert sum(counts) == len(classes) and min(counts) > 0


@pytest.fixture
def teachers(classes) -> list[str]:
    details = classes.details()
    names = [name for side in ("roster", "workspace") for name in details[f"{side}_teachers"].dropna()]
    return sorted({word for listed in names for name in listed.split(", ") for word in name.split()})


def seen(names, text):
    return [name for name in names if f" {name} " in f" {text} " or f" {name}'s " in f" {text} "]


def test_masked_no_teacher_is_named_in_titles_or_beside_them(rooms_panel, teachers):
    go_to(rooms_panel, status="suggested")
    assert seen(teachers, shown(rooms_panel))
    rooms_panel.mask.value = True
    for state in ("open", "unmatched_roster", "unmatched_workspace"):
        rooms_panel.state.value = state
        for place in rooms_panel.queue.shown:
            browser_sends(rooms_panel, action="go", value=str(place))
            rooms_panel.search.value = "grade"
            assert seen(teachers, shown(rooms_panel)) == []
            rooms_panel.search.value = ""
            assert seen(teachers, shown(rooms_panel)) == []


def test_nothing_about_a_teacher_is_stored_with_the_notebook(rooms_panel, teachers):
    go_to(rooms_panel, status="suggested")
    text = stored(rooms_panel)
    assert seen(teachers, shown(rooms_panel))
    assert [name for name in teachers if name in text and len(name) > 4] == []
    assert rooms_panel.queue.current["roster_id"] not in text


def test_a_verb_that_fails_is_shown_in_the_panel(rooms_panel, monkeypatch, file):
    def broken(*_, **__):
        raise RuntimeError("engine gone")

    go_to(rooms_panel, status="suggested")
    with monkeypatch.context() as patching:
        patching.setattr(ClassroomMatches, "decide", broken)
        rooms_panel.buttons["accept"].click()
    assert "RuntimeError: engine gone" in rooms_panel.alert.text and isinstance(rooms_panel.error, RuntimeError)
    rooms_panel.buttons["accept"].click()
    assert rooms_panel.alert.text == "" and len(decided(file)) == 1


def test_watchers_receive_the_new_value(rooms_panel, classes):
    received: list[ClassroomMatches] = []
    rooms_panel.observe_value(received.append)
    go_to(rooms_panel, status="suggested")
    assert received == []
    browser_sends(rooms_panel, key="c")
    assert received == [rooms_panel.value] and rooms_panel.value is not classes


def test_a_narrowed_value_is_reviewed_as_it_is(classes):
    panel = ClassroomsPanel(classes.unmatched())
    assert panel.error is None
    panel.state.value = "all"
    assert len(panel.queue.shown) == len(classes.unmatched())
    for status in ("unmatched_roster", "unmatched_workspace"):
        panel.state.value = status
        for asked in ("nothing of that name", "grade", ""):
            panel.search.value = asked
            assert panel.error is None
    nothing = ClassroomsPanel(classes.unmatched().matched())
    assert nothing.error is None and "Nothing to show" in nothing.pair.text
    for button in nothing.buttons.values():
        button.click()


def test_a_school_is_left_out_and_taken_in_again(rooms_panel, file):
    school = rooms_panel.queue.frame.loc[rooms_panel.queue.frame["status"] == "suggested", "group"].iloc[0]
    rooms_panel.buttons["out"].click()
    assert "Choose a school above first" in rooms_panel.status.text
    rooms_panel.state.value = "all"
    rooms_panel.school.value = school
    rooms_panel.buttons["out"].click()
    assert rooms_panel.error is None
    assert decided(file) == [("", f"workspace:{school}", "out")]
    frame = rooms_panel.queue.frame
    assert set(frame.loc[frame["group"] == school, "status"]) == {"out"}
    assert not frame.loc[frame["group"] == school, "open"].any()
    assert set(rooms_panel.value.schools.table().set_index("workspace_id").loc[[school], "status"]) == {"out"}
    assert rooms_panel.buttons["out"].description == "The school takes part after all"
    rooms_panel.buttons["out"].click()
    frame = rooms_panel.queue.frame
    assert "out" not in set(frame["status"]) and "suggested" in set(frame.loc[frame["group"] == school, "status"])
    rooms_panel.buttons["undo"].click()
    assert set(rooms_panel.queue.frame.loc[rooms_panel.queue.frame["group"] == school, "status"]) == {"out"}
