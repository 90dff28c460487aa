import re
from pathlib import Path

import pandas as pd
import pytest

import connect_kit.panels
from connect_kit.panels.elements import button, el, picture, table, text_of
from connect_kit.panels.queue import Queue
from tests.report.hostile import HOSTILE

SCRIPT = (Path(connect_kit.panels.__file__).parent / "html_view.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_value_stays_one_text_with_invisible_characters_written_out(value):
    node = el("td", value)
    assert isinstance(node[2], str) and len(node) == 3
    assert not re.search("[\x00-\x1f\u200b\u202e]", node[2])


def test_a_missing_value_shows_nothing():
    assert el("td", None, float("nan"), pd.NA)[2:] == ["", "", ""]


def test_the_script_never_reads_text_as_html():
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", SCRIPT)
    assert not re.search(r"https?://|import\(|fetch\(", SCRIPT)


def test_every_element_used_is_one_that_the_script_allows():
    tags = set(re.search(r'"(p div [a-z0-9 ]+)"', SCRIPT)[1].split())  # type: ignore[index]
    folder = Path(connect_kit.panels.__file__).parent
    used = {tag for file in folder.glob("*.py") for tag in re.findall(r'\bel\(\s*"([a-z0-9]+)"', file.read_text())}
    assert used <= tags and used


def test_a_button_names_its_action_and_value():
    assert button("1", "go", "7", aria_label="Show 1") == [
        "button",
        {"type": "button", "data-action": "go", "data-value": "7", "aria-label": "Show 1"},
        "1",
    ]


def test_the_first_cell_of_a_headed_row_names_it():
    made = table("Both", ["field", "left"], [["grade", "03"]], headed=True)
    assert made[4][2] == ["tr", {}, ["th", {"scope": "row"}, "grade"], ["td", {"dir": "auto"}, "03"]]
    assert text_of(made) == "Both field left grade 03"


def test_a_drawing_is_an_image_with_a_description():
    made = picture("<svg width='1'></svg>", "what it shows")
    assert made[1]["src"].startswith("data:image/svg+xml;base64,") and made[1]["alt"] == "what it shows"


def test_a_queue_stays_where_it_is_when_the_filter_keeps_the_row():
    queue = Queue(pd.DataFrame({"n": range(10)}))
    queue.go(6)
    queue.narrow(queue.frame["n"] % 2 == 0)
    assert (queue.place, queue.at) == (6, 3)
    queue.narrow(queue.frame["n"] > 7)
    assert (queue.place, queue.at) == (8, 0)
    queue.narrow(queue.frame["n"] > 100)
    assert queue.place is None and queue.current is None and not queue.step(1) and queue.on_page() == []


def test_a_queue_goes_to_the_next_waiting_row_and_starts_again_after_the_last():
    queue = Queue(pd.DataFrame({"n": range(4)}))
    waiting = pd.Series([True, False, False, True])
    assert queue.advance(waiting) and queue.at == 3
    assert queue.advance(waiting) and queue.at == 0
    assert not queue.advance(pd.Series([True, False, False, False])) and queue.at == 0
