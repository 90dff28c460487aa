import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit.display.characters import visible
from connect_kit.duplicates.explain import Explanation
from connect_kit.errors import SettingError
from connect_kit.panels import DuplicatesPanel, queue
from connect_kit.panels import duplicates as module
from connect_kit.panels.comparison import marked
from connect_kit.panels.elements import text_of
from tests.panels.reading import browser_sends, decided, shown, stored


def current(panel):
    row = panel.queue.current
    return row["left"], row["right"]


@pytest.mark.thorough
@pytest.mark.parametrize("decision", ["same", "different", "unsure"])
def test_a_click_writes_the_decision_and_shows_the_next_pair(pairs_panel, file, decision):
    pair = current(pairs_panel)
    pairs_panel.buttons[decision].click()
    assert pairs_panel.error is None
    assert decided(file) == [(*pair, decision)]
    assert pairs_panel.queue.at == 1
    assert f"{decision}." in pairs_panel.status.text


@pytest.mark.parametrize(("key", "decision"), [("s", "same"), ("d", "different"), ("u", "unsure")])
def test_a_key_does_what_its_button_does(pairs_panel, file, key, decision):
    pair = current(pairs_panel)
    browser_sends(pairs_panel, key=key)
    assert decided(file) == [(*pair, decision)]


def test_undo_takes_the_line_out_of_the_file_and_shows_the_pair_again(pairs_panel, file):
    first = current(pairs_panel)
    browser_sends(pairs_panel, key="s")
    browser_sends(pairs_panel, key="n")
    browser_sends(pairs_panel, key="z")
    assert decided(file) == []
    assert current(pairs_panel) == first
    assert pairs_panel.queue.current["decision"] == ""


def test_undo_with_nothing_to_undo_says_so_and_writes_nothing(pairs_panel, file):
    pairs_panel.buttons["undo"].click()
    assert isinstance(pairs_panel.error, SettingError)
    assert "nothing to undo" in pairs_panel.alert.text
    assert pairs_panel.alert.role == "alert"
    assert not file.exists()
    pairs_panel.buttons["next"].click()
    assert pairs_panel.alert.text == "" and pairs_panel.error is None


def test_the_value_is_replaced_and_watchers_are_called(pairs_panel, duplicates):
    seen: list[ck.Duplicates] = []
    pairs_panel.observe_value(seen.append)
    pairs_panel.buttons["next"].click()
    assert seen == [] and pairs_panel.value is duplicates
    pairs_panel.buttons["same"].click()
    assert len(seen) == 1 and seen[0] is pairs_panel.value is not duplicates
    assert len(duplicates.decisions) == 0 and len(pairs_panel.value.decisions) == 1


def test_a_watcher_that_fails_is_shown_and_the_decision_stays(pairs_panel, file):
    def failing(value):
        raise ZeroDivisionError("of the watcher")

    pairs_panel.observe_value(failing)
    pairs_panel.buttons["same"].click()
    assert len(decided(file)) == 1
    assert "ZeroDivisionError: of the watcher" in pairs_panel.alert.text


def test_an_error_is_shown_and_the_next_press_still_works(pairs_panel, monkeypatch, file):
    def broken(*_, **__):
        raise RuntimeError("<b>engine</b> gone")

    with monkeypatch.context() as patching:
        patching.setattr(ck.Duplicates, "decide", broken)
        pairs_panel.buttons["same"].click()
    assert "RuntimeError: <b>engine</b> gone" in pairs_panel.alert.text  # as text: see the test in the browser
    assert pairs_panel.queue.at == 0
    pairs_panel.buttons["same"].click()
    assert len(decided(file)) == 1 and pairs_panel.alert.text == ""


def test_a_file_with_a_faulty_line_is_reported_and_left_as_it_is(pairs_panel, file):
    text = "about,left,right,decision,who,when,note\nstudents,roster:1,roster:2,perhaps,ada,2026-08-15T09:30:00Z,\n"
    file.write_text(text, encoding="utf-8")
    pairs_panel.buttons["same"].click()
    assert "line 2" in pairs_panel.alert.text and "perhaps" in pairs_panel.alert.text
    assert file.read_text(encoding="utf-8") == text


def test_pairs_come_by_match_weight(pairs_panel):
    assert pairs_panel.queue.frame["match_weight"].dropna().is_monotonic_decreasing


def test_the_filters_by_probability_divide_the_pairs_at_the_threshold(pairs_panel, duplicates):
    whole = len(pairs_panel.queue.shown)
    pairs_panel.weights.value = "above"
    above = len(pairs_panel.queue.shown)
    pairs_panel.weights.value = "below"
    assert above + len(pairs_panel.queue.shown) == whole
    assert above == (duplicates.pairs()["match_probability"] >= duplicates.threshold).sum()


def test_the_filter_by_school_keeps_pairs_with_a_record_there(pairs_panel, duplicates):
    for label, value in pairs_panel.school.options[1:]:
        pairs_panel.school.value = value
        number = label.rpartition("(")[2].rstrip(")")
        assert len(pairs_panel.queue.shown) == len(duplicates.pairs(school=number))


def test_decided_pairs_stay_visible_until_the_filter_is_changed(pairs_panel):
    whole = len(pairs_panel.queue.shown)
    browser_sends(pairs_panel, key="s")
    assert len(pairs_panel.queue.shown) == whole
    assert "✔ same" in pairs_panel.list.text
    pairs_panel.state.value = "decided"
    assert len(pairs_panel.queue.shown) == 1
    pairs_panel.state.value = "open"
    assert len(pairs_panel.queue.shown) == whole - 1


def test_progress_counts_what_is_reviewed(pairs_panel):
    whole = len(pairs_panel.queue.frame)
    assert f"0 of {whole} reviewed" in pairs_panel.status.text
    for key in "sdu":
        browser_sends(pairs_panel, key=key)
    assert f"3 of {whole} reviewed" in pairs_panel.status.text
    assert pairs_panel.status.role == "status"
    assert pairs_panel.status.content[0][2][1] == {"max": str(whole), "value": "3", "aria-label": "Progress"}


@pytest.mark.thorough
def test_when_all_are_decided_it_says_so_and_decides_nothing_more(pairs_panel, file):
    pairs_panel.weights.value = "above"
    for _ in range(len(pairs_panel.queue.shown)):
        browser_sends(pairs_panel, key="u")
    assert "That was the last one shown." in pairs_panel.status.text
    lines = len(decided(file))
    pairs_panel.weights.value = "all"
    pairs_panel.weights.value = "above"
    browser_sends(pairs_panel, key="u")
    assert "No pair is shown" in pairs_panel.status.text
    assert len(decided(file)) == lines


def test_neither_end_of_the_queue_is_passed(pairs_panel):
    browser_sends(pairs_panel, key="p")
    assert "first one" in pairs_panel.status.text and pairs_panel.queue.at == 0
    browser_sends(pairs_panel, action="go", value=str(pairs_panel.queue.shown[-1]))
    browser_sends(pairs_panel, key="ArrowDown")
    assert "last one" in pairs_panel.status.text


def test_a_pair_says_in_words_what_differs(pairs_panel, duplicates):
    fields = duplicates.fields(*current(pairs_panel))
    for field, left, right in fields[["field", "left", "right"]].to_numpy():
        assert field in pairs_panel.pair.text
        assert "".join(left.split()) in "".join(pairs_panel.pair.text.split())
        assert "".join(right.split()) in "".join(pairs_panel.pair.text.split())
    assert {"same": "= same"}["same"] in pairs_panel.pair.text


def test_the_explanation_is_one_press_away_and_follows_the_pair(pairs_panel):
    assert pairs_panel.why.text == ""
    browser_sends(pairs_panel, key="w")
    first = pairs_panel.why.text
    assert "Match weight" in first and "before any comparison" in first and "Waterfall" in first
    browser_sends(pairs_panel, key="n")
    assert pairs_panel.why.text not in ("", first)
    browser_sends(pairs_panel, key="w")
    assert pairs_panel.why.text == ""


def test_a_drawing_that_fails_leaves_the_words(pairs_panel, monkeypatch):
    def broken(self):
        raise RuntimeError("no drawing")

    monkeypatch.setattr(Explanation, "chart", broken)
    browser_sends(pairs_panel, key="w")
    assert "no drawing" in pairs_panel.alert.text
    assert "Match weight" in pairs_panel.why.text


@pytest.fixture
def names(linked) -> list[str]:
    users = pd.read_csv(linked.sample.delivery / "users.csv", dtype=str, keep_default_na=False)
    found = {f"{g} {f}" for g, f in zip(users["givenName"], users["familyName"], strict=True)}
    found |= set(users["familyName"]) | set(users["email"]) | set(users["sms"])
    demographics = pd.read_csv(linked.sample.delivery / "demographics.csv", dtype=str, keep_default_na=False)
    found |= set(demographics["birthDate"])
    return sorted(name for name in found if len(name) > 3)


def private(names, text):
    # School names stay; a family name may be a word of one.
    words = " ".join(line for line in text.split("  "))
    return [name for name in names if f" {name} " in f" {words} " or ("@" in name and name in words)]


def test_masked_no_name_address_or_birth_date_is_left(pairs_panel, names):
    assert private(names, shown(pairs_panel))
    browser_sends(pairs_panel, key="m")
    assert pairs_panel.mask.value is True
    pairs_panel.state.value = "all"
    for place in pairs_panel.queue.shown[::5]:
        browser_sends(pairs_panel, action="go", value=str(place))
        assert private(names, shown(pairs_panel)) == []
    browser_sends(pairs_panel, key="w")
    assert private(names, shown(pairs_panel)) == []
    assert "***" in pairs_panel.pair.text


def test_a_panel_may_start_masked(duplicates, names):
    assert private(names, shown(DuplicatesPanel(duplicates, masked=True))) == []


def test_nothing_about_a_student_is_stored_with_the_notebook(pairs_panel, names):
    browser_sends(pairs_panel, key="w")
    assert private(names, shown(pairs_panel))
    text = stored(pairs_panel)
    assert [name for name in names if name in text and not name.isalpha()] == []
    assert pairs_panel.queue.current["left_id"] not in text


def test_a_panel_shows_itself_as_the_last_line_of_a_cell(pairs_panel):
    bundle = pairs_panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"].startswith("DuplicatesPanel(Duplicates(students: ")


def test_a_conflict_is_marked_listed_and_explained(pairs_panel, duplicates):
    table = duplicates.table()
    sizes = table["cluster_id"].value_counts()
    triple = table[table["cluster_id"] == sizes[sizes >= 3].index.min()]
    chosen = triple.iloc[-1]
    left, right = (f"{chosen[f'{side}_source']}:{chosen[f'{side}_id']}" for side in ("left", "right"))
    frame = pairs_panel.queue.frame
    browser_sends(
        pairs_panel, action="go", value=str(frame.index[(frame["left"] == left) & (frame["right"] == right)][0])
    )
    before = len(pairs_panel.conflicts)
    browser_sends(pairs_panel, key="d")
    assert len(pairs_panel.conflicts) > before
    pairs_panel.state.value = "conflict"
    assert (left, right) in {(row["left"], row["right"]) for _, _, row in pairs_panel.queue.on_page()}
    assert "▲ Conflict" in pairs_panel.pair.text and "▲ conflict" in pairs_panel.list.text


def test_with_many_pairs_conflicts_wait_for_refresh(pairs_panel, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 0)
    known = pairs_panel.conflicts
    browser_sends(pairs_panel, key="s")
    assert pairs_panel.conflicts is known
    assert "Refresh (r)" in pairs_panel.pair.text
    pair = current(pairs_panel)
    browser_sends(pairs_panel, key="r")
    assert pairs_panel.conflicts is not known
    assert "Refresh (r)" not in pairs_panel.pair.text
    assert current(pairs_panel) == pair


def test_a_decision_does_not_find_the_pairs_again(pairs_panel, monkeypatch):
    def never(*_, **__):
        raise AssertionError("pairs() was called")

    monkeypatch.setattr(ck.Duplicates, "pairs", never)
    for key in "sdunpz":
        browser_sends(pairs_panel, key=key)
    assert pairs_panel.error is None


def test_a_long_queue_is_paged(pairs_panel, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 10)
    pairs_panel.buttons["next"].click()
    assert pairs_panel.list.text.count("Show ") == 10
    assert "page 1 of" in pairs_panel.list.text and "Previous page" not in pairs_panel.list.text
    browser_sends(pairs_panel, action="page", value="1")
    assert "▶ 11" in pairs_panel.list.text and "Previous page" in pairs_panel.list.text


def test_a_note_goes_into_the_file_with_the_next_decision_only(pairs_panel, file):
    pairs_panel.note.value = "asked the school"
    browser_sends(pairs_panel, key="s")
    browser_sends(pairs_panel, key="d")
    notes = pairs_panel.value.decisions.table()["note"].tolist()
    assert notes == ["asked the school", ""]
    assert pairs_panel.note.value == ""


def test_decisions_made_before_the_panel_are_known_and_can_be_undone(duplicates, file):
    first = duplicates.pairs().iloc[0]
    panel = DuplicatesPanel(duplicates.decide(first["left"], first["right"], "different"))
    assert "1 of" in panel.status.text
    panel.state.value = "all"
    panel.buttons["undo"].click()
    assert panel.error is None and decided(file) == []
    assert current(panel) == (first["left"], first["right"])


def test_another_value_may_be_shown(pairs_panel, duplicates):
    browser_sends(pairs_panel, key="n")
    strict = duplicates.at(0.99999)
    seen: list[ck.Duplicates] = []
    pairs_panel.observe_value(seen.append)
    pairs_panel.value = strict
    assert seen == [strict] and pairs_panel.value is strict and pairs_panel.error is None


def test_a_district_without_pairs_shows_an_empty_panel():
    users = pd.DataFrame({"sourcedId": ["1"], "role": ["student"], "givenName": ["Ada"], "familyName": ["Quill"]})
    panel = DuplicatesPanel(ck.find_duplicates(ck.Roster.from_frames({"users": users}), progress=False))
    assert panel.error is None
    assert "Nothing to review" in panel.status.text and "No pair to show" in panel.pair.text
    for name in panel.buttons:
        panel.buttons[name].click()
    assert "No pair" in panel.pair.text


def test_adults_are_reviewed_the_same_way(linked, file):
    people = ck.find_duplicates(
        linked.duplicates.roster, kind="people", decisions=ck.read_decisions(file), progress=False
    )
    panel = DuplicatesPanel(people, masked=True)
    assert panel.error is None
    if panel.queue.shown:
        panel.buttons["same"].click()
        assert panel.value.decisions.table()["about"].tolist() == ["people"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_marks_change_no_letter(left, right):
    def plain(node):
        return node if isinstance(node, str) else "".join(map(plain, node[2:]))

    a, b = marked(left, right)
    assert (plain(a), plain(b)) == (visible(left), visible(right))


def test_only_what_differs_is_marked():
    assert "mark" not in str(marked("Ada Quill", "ada quill"))
    assert marked("Jon", "John")[1][2:] == ["Jo", ["mark", {}, "h"], "n"]
    one, other = marked("Ann Lee, a@x.org, 5550101; Bo Lee", "Ann Lee, 5550101")
    assert text_of(one).count("Lee") == 2
    assert [part for part in one[2:] if isinstance(part, list)] == [["mark", {}, "a@x.org"], ["mark", {}, "Bo Lee"]]
    assert [part for part in other[2:] if isinstance(part, list)] == []
