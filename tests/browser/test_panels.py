"""The panels in JupyterLab: keys and clicks land in the file of decisions, and nothing leaves the machine."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

import connect_kit as ck
from tests.browser.conftest import Lab, Opened, other_hosts, running_lab, turn_dark, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOK = "panels.ipynb"
# All tests share one notebook and with it one kernel, so that the district is read and linked once.
READ = """%cd -q {folder}
from dataclasses import replace
import time
import connect_kit as ck
if "pairs" not in globals():
    roster, workspace = ck.read_roster("delivery"), ck.read_workspace("workspace")
    pairs, classes = ck.find_duplicates(roster, workspace), ck.match_classrooms(roster, workspace)
decisions = ck.read_decisions("{name}.csv")"""
CELLS = {
    "duplicates": "ck.DuplicatesPanel(replace(pairs, decisions=decisions))",
    "classrooms": "ck.ClassroomsPanel(replace(classes, decisions=decisions))",
}
SLOW = """decide = ck.Duplicates.decide
def slow(*pair, **more):
    ck.Duplicates.decide = decide
    time.sleep(3)
    return decide(*pair, **more)
ck.Duplicates.decide = slow"""


class Shown(NamedTuple):
    """A panel on the screen, and the file its decisions go to."""

    page: Page
    panel: Locator
    file: Path
    asked: list[str]

    def decisions(self) -> list[str]:
        if not self.file.exists():
            return []
        with self.file.open(encoding="utf-8-sig", newline="") as reading:
            return [row["decision"] for row in csv.DictReader(reading)]

    def says(self, text: str) -> None:
        self.panel.get_by_role("status").get_by_text(text).wait_for()

    def settled(self) -> None:
        self.page.locator(".ck-panel:not([data-ck-busy])").wait_for()

    def look(self, to: Path) -> None:
        self.panel.screenshot(path=to)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("panels")
    ck.sample_roster(made, students=400, layout="oneroster11", duplicates=True, existing=True, faults="none")
    (made / "notebooks").mkdir()
    return made


@pytest.fixture(scope="module")
def lab(browser: Browser, folder: Path) -> Iterator[Lab]:
    with running_lab(folder) as started:
        yield started


@pytest.fixture
def show(lab: Lab, context: BrowserContext, folder: Path):
    def showing(kind: str, name: str, more: str = "") -> Shown:
        cells = [READ.format(folder=folder, name=name), more, CELLS[kind]]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, folder / "notebooks" / NOTEBOOK)
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.set_viewport_size({"width": 1400, "height": 2000})
        page.goto(lab.address(f"notebooks/{NOTEBOOK}"))
        page.wait_for_function("() => window.jupyterapp && window.jupyterapp.shell.currentWidget")
        run = Opened(page, asked).run()
        assert [out for cell in run for out in cell["outputs"] if out["output_type"] == "error"] == []
        panel = page.locator(".ck-panel")
        panel.get_by_role("status").get_by_text("reviewed").wait_for()
        return Shown(page, panel, folder / f"{name}.csv", asked)

    return showing


def sources(page: Page) -> list[str]:
    cells: list[str] = page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells.map(cell => cell.source)"
    )
    return cells


@pytest.mark.thorough
def test_pairs_are_decided_by_keys_alone(show, tmp_path):
    shown = show("duplicates", "keys")
    page, keyboard = shown.page, shown.page.keyboard
    cells = sources(page)
    shown.look(tmp_path / "first.png")
    shown.panel.get_by_role("region", name="Pair under review").focus()
    keyboard.press("s")
    shown.says(": same.")
    keyboard.press("d")
    shown.says(": different.")
    keyboard.press("u")
    shown.says(": unsure.")
    assert shown.decisions() == ["same", "different", "unsure"]
    keyboard.press("z")
    shown.says("Undone.")
    assert shown.decisions() == ["same", "different"]

    keyboard.press("w")
    shown.panel.get_by_role("img").wait_for()
    shown.look(tmp_path / "why.png")
    assert shown.panel.get_by_role("img").evaluate("image => image.complete && image.naturalWidth > 200")
    keyboard.press("m")
    shown.panel.get_by_role("checkbox", checked=True).wait_for()
    shown.panel.get_by_role("region", name="Pair under review").get_by_text("***").first.wait_for()
    shown.look(tmp_path / "masked.png")
    assert violations(shown.page) == []

    # Lab's own keys: x cuts the cell, a and b insert one, d d deletes it, m makes it text. Here they do nothing.
    for key in ("x", "a", "b", "y", "d", "d", "z", "z", "m"):
        keyboard.press(key)
        page.wait_for_timeout(150)
    assert sources(page) == cells
    assert shown.asked and other_hosts(shown.asked) == set()


@pytest.mark.parametrize("kind", ["duplicates", "classrooms"])
def test_in_the_dark_theme_everything_can_be_read(show, tmp_path, kind):
    shown = show(kind, f"dark-{kind}")
    turn_dark(shown.page)
    shown.look(tmp_path / "dark.png")
    assert violations(shown.page) == []


def test_focus_stays_in_the_list_while_going_through_it(show):
    shown = show("duplicates", "list")
    current = shown.panel.locator("tr[aria-current=true]")
    shown.panel.get_by_role("button", name="Show 2", exact=True).click()
    current.get_by_role("button", name="Show 2").wait_for()
    for number in ("3", "4", "5"):
        shown.page.keyboard.press("ArrowDown")
        current.get_by_role("button", name=f"Show {number}").wait_for()
        shown.settled()
        assert current.get_by_role("button").evaluate("one => one === document.activeElement")
    shown.page.keyboard.press("s")
    shown.says(": same.")
    current.get_by_role("button", name="Show 6").wait_for()
    shown.settled()
    assert current.get_by_role("button").evaluate("one => one === document.activeElement")
    shown.panel.get_by_role("button", name="Next page").click()
    current.get_by_role("button", name="Show 51").wait_for()


@pytest.mark.thorough
def test_letters_typed_into_a_note_decide_nothing(show):
    shown = show("duplicates", "note")
    shown.panel.get_by_label("Note").click()
    shown.page.keyboard.type("sdu asked")
    shown.panel.get_by_role("button", name="Same (s)").click()
    shown.says(": same.")
    with shown.file.open(encoding="utf-8-sig", newline="") as reading:
        assert [(row["decision"], row["note"]) for row in csv.DictReader(reading)] == [("same", "sdu asked")]


def test_a_double_click_or_a_held_key_decides_once(show):
    shown = show("duplicates", "double")
    same = shown.panel.get_by_role("button", name="Same (s)")
    same.dblclick()
    shown.says("1 of")
    shown.page.wait_for_timeout(1500)
    assert shown.decisions() == ["same"]
    shown.panel.get_by_role("region", name="Pair under review").focus()
    shown.page.keyboard.down("d")
    for _ in range(10):
        shown.page.keyboard.down("d")
        shown.page.wait_for_timeout(100)
    shown.page.keyboard.up("d")
    shown.says(": different.")
    same.focus()
    for _ in range(10):
        shown.page.keyboard.down("Enter")
        shown.page.wait_for_timeout(100)
    shown.page.keyboard.up("Enter")
    shown.says(": same.")
    assert shown.decisions() == ["same", "different", "same"]


@pytest.mark.thorough
def test_presses_while_the_kernel_is_busy_are_not_queued(show):
    shown = show("duplicates", "busy", SLOW)
    shown.panel.get_by_role("region", name="Pair under review").focus()
    for key in ("s", "s", "d"):
        shown.page.keyboard.press(key)
        shown.page.wait_for_timeout(300)
    shown.panel.get_by_role("button", name="Different (d)").click()
    shown.says(": same.")
    shown.page.wait_for_timeout(1500)
    assert shown.decisions() == ["same"]


def test_an_error_is_shown_as_text(show):
    shown = show("duplicates", "error")
    head = "about,left,right,decision,who,when,note"
    row = "students,roster:1,roster:2,<b id=evil>maybe</b>,ada,2026-08-15T09:30:00Z,"
    shown.file.write_text(f"{head}\n{row}\n", encoding="utf-8")
    shown.panel.get_by_role("button", name="Same (s)").click()
    shown.panel.get_by_role("alert").get_by_text("<b id=evil>maybe</b>").wait_for()
    assert shown.page.locator("#evil").count() == 0


def test_classrooms_are_connected_accepted_and_left(show, tmp_path):
    shown = show("classrooms", "rooms")
    panel, keyboard = shown.panel, shown.page.keyboard
    shown.look(tmp_path / "first.png")
    assert violations(shown.page) == []
    panel.get_by_role("region", name="Classroom under review").focus()
    keyboard.press("c")
    shown.says(": connect.")
    keyboard.press("l")
    shown.says(": leave.")
    keyboard.press("z")
    shown.says("Undone.")
    assert shown.decisions() == ["connect"]
    panel.get_by_role("textbox", name="Partner").fill("grade 5")
    panel.get_by_text("Partners to choose from: 1").wait_for()
    panel.get_by_role("button", name="Connect with class").click()
    shown.says("2 of")
    assert shown.decisions() == ["connect", "connect"]
    panel.get_by_label("School").select_option(index=1)  # Cedar Ridge: IDs that lost zeros
    panel.get_by_role("button", name="Accept all").click()
    shown.says("accepted; one Undo reverts them all.")
    keyboard.press("m")
    panel.get_by_role("checkbox", checked=True).wait_for()
    panel.get_by_label("School").select_option(label="all schools")
    shown.says("reviewed")
    shown.look(tmp_path / "masked.png")
    assert violations(shown.page) == []
    assert shown.asked and other_hosts(shown.asked) == set()
