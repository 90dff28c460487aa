"""The panels of an upload in JupyterLab: what is pressed reaches the twin, and nothing leaves the machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from connect_kit.twin import Twin
from tests.browser.conftest import Lab, Opened, other_hosts, running_lab, turn_dark, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UPLOAD = """from pathlib import Path
from connect_kit.panels.upload import UploadPanel
from tests.panels.district import deliver, plan_of, twin_of
here = Path({here!r})
twin = twin_of(here / "maple.duckdb")
panel = UploadPanel(plan_of(deliver(here / "delivery"), twin, here / "plan"), twin)
panel"""
# The upload itself is the real one; it starts when somebody cancels, or after a minute.
HELD = """import connect_kit.panels.upload as module
real = module.upload
def waiting(*given, cancel, **more):
    cancel.wait(60)
    return real(*given, cancel=cancel, **more)
module.upload = waiting"""


RESULTS = """from pathlib import Path
import connect_kit as ck
from tests.panels.district import FILES, deliver, plan_of, twin_of
here = Path({here!r})
twin = twin_of(here / "maple.duckdb")
unknown = FILES["users"].replace("04,0104,", "04,0999,")
plan = plan_of(deliver(here / "delivery", users=unknown), twin, here / "plan")
dry = ck.upload(plan, twin)
users = next(one.path for one in dry.files if one.file.kind == "users")
answer = users.read_text(encoding="utf-8").replace("SUCCESS,CREATED,,", "ERROR,SKIPPED,,Try again", 1)
(here / "got").mkdir()
(here / "got" / "users-result.csv").write_text(answer, encoding="utf-8", newline="")
ck.ResultsPanel(ck.read_results(here / "got", plan, forecast=dry))"""
MERGES = """from pathlib import Path
import connect_kit as ck
from tests.panels.duplicate_students import plan_of_duplicates, twin_with_duplicates
twin = twin_with_duplicates(Path({here!r}) / "maple.duckdb")
ck.MergePanel(plan_of_duplicates(twin), twin)"""


class Shown(NamedTuple):
    """A panel on the screen, and the folder of its district."""

    page: Page
    panel: Locator
    here: Path
    asked: list[str]

    @property
    def twin(self) -> Twin:
        return Twin(self.here / "maple.duckdb")

    def press(self, name: str) -> None:
        self.panel.get_by_role("button", name=name).click()

    def says(self, text: str) -> None:
        self.panel.get_by_role("status").get_by_text(text).wait_for()

    def look(self, name: str) -> None:
        self.panel.screenshot(path=self.here / f"{name}.png")

    def violations(self) -> list[tuple[str, str]]:
        return violations(self.page)

    def others(self) -> set[str]:
        assert self.asked
        return other_hosts(self.asked)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("panels")
    (made / "notebooks").mkdir()
    return made


@pytest.fixture(scope="module")
def lab(browser: Browser, folder: Path) -> Iterator[Lab]:
    with running_lab(folder) as started:
        yield started


@pytest.fixture
def show(lab: Lab, folder: Path, context: BrowserContext, tmp_path: Path):
    def showing(*cells: str) -> Shown:
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell.replace("{here!r}", repr(str(tmp_path)))) for cell in cells]
        )
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        name = f"{tmp_path.name}.ipynb"  # its own: a kernel goes on when its notebook is opened again
        nbformat.write(notebook, folder / "notebooks" / name)
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.set_viewport_size({"width": 1400, "height": 2600})
        page.goto(lab.address(f"notebooks/{name}"))
        page.wait_for_function("() => window.jupyterapp && window.jupyterapp.shell.currentWidget")
        run = Opened(page, asked).run()
        assert [out for cell in run for out in cell["outputs"] if out["output_type"] == "error"] == []
        panel = page.locator(".ck-panel")
        panel.get_by_text("Keyboard shortcuts").wait_for()
        return Shown(page, panel, tmp_path, asked)

    return showing


def test_a_district_is_tried_in_a_dry_run_confirmed_and_uploaded(show):
    shown = show(UPLOAD)
    panel, keyboard = shown.panel, shown.page.keyboard
    shown.look("conditions")
    assert shown.violations() == []
    panel.get_by_role("button", name="Dry run (r)").focus()
    keyboard.press("r")
    shown.says("The dry run has ended.")
    panel.get_by_role("region", name="Forecast").get_by_text("What the upload would do, by school").wait_for()
    assert shown.twin.table("students").empty
    upload = panel.get_by_role("button", name="Upload for real")
    expect(upload).to_be_disabled()
    shown.press("No, leave them")
    shown.says("Answered: no.")
    assert shown.violations() == []
    shown.look("rehearsed")

    text = panel.get_by_role("textbox", name="Confirmation")
    text.press_sequentially("Maple Valley 1")
    expect(upload).to_be_disabled()
    text.press_sequentially("4, doubled unknow")
    expect(upload).to_be_disabled()
    text.press_sequentially("n")
    expect(upload).to_be_enabled(timeout=60_000)
    shown.look("confirmed")
    upload.dblclick()
    shown.says("The upload has ended.")
    assert sorted(shown.twin.table("students")["studentId"]) == ["0001", "0002", "0003"]
    assert (shown.twin.activity()["kind"] == "upload").sum() == 4

    shown.press("Activity log (l)")
    panel.get_by_role("region", name="Activity log").get_by_text("Activity log: ").wait_for()
    panel.get_by_label("File", exact=True).select_option(label="users.csv")
    panel.get_by_role("region", name="Rows of the result files").get_by_text("Rows: 5").wait_for()
    shown.look("uploaded")
    assert shown.violations() == []
    assert shown.others() == set()


@pytest.mark.parametrize("cell", [UPLOAD, RESULTS, MERGES], ids=["upload", "results", "merges"])
def test_in_the_dark_theme_everything_can_be_read(show, cell):
    shown = show(cell)
    turn_dark(shown.page)
    shown.look("dark")
    assert shown.violations() == []


@pytest.mark.thorough
def test_while_a_dry_run_is_running_the_panel_responds_and_cancels(show):
    shown = show(HELD, UPLOAD)
    shown.press("Dry run (r)")
    shown.says("The dry run is running")
    shown.look("under-way")
    assert shown.panel.get_by_role("button", name="Dry run (r)").is_disabled()
    assert shown.panel.get_by_role("progressbar").count() == 4
    assert shown.violations() == []
    shown.panel.get_by_role("button", name="Cancel (c)").focus()
    shown.page.keyboard.press("r")
    shown.says("Wait until the current run has ended")
    shown.page.keyboard.press("c")
    shown.says("was cancelled; the file in progress left nothing behind.")
    shown.look("cancelled")
    assert shown.twin.table("students").empty


def test_results_are_reviewed_by_cause_and_the_message_is_copied(show):
    shown = show(RESULTS)
    panel, keyboard = shown.panel, shown.page.keyboard
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    region = panel.get_by_role("region", name="Details")
    region.get_by_text("Rows with this cause: 1").wait_for()
    shown.look("causes")
    assert shown.violations() == []
    panel.get_by_role("region", name="Causes: list").get_by_role("button", name="Show 1").focus()
    keyboard.press("ArrowDown")
    region.get_by_text("Cause 2 of").wait_for()
    for part, text in (
        ("differences from the forecast", "Differences from the forecast: "),
        ("corrections for the district", "Corrections for the district: "),
        ("message to support", "The message contains IDs"),
    ):
        panel.get_by_label("Show", exact=True).select_option(label=part)
        region.get_by_text(text).wait_for()
        shown.look(part.split()[0])
        assert shown.violations() == []
    shown.press("Copy")
    shown.says("Copied.")
    copied = shown.page.evaluate("() => navigator.clipboard.readText()")
    assert copied.splitlines() == region.locator("pre").inner_text().splitlines() and len(copied) > 100
    assert shown.others() == set()


def test_merges_are_accepted_carried_out_and_undone(show):
    shown = show(MERGES)
    panel, keyboard = shown.panel, shown.page.keyboard
    before = shown.twin.digest()
    region = panel.get_by_role("region", name="Merge under review")
    region.get_by_text("▲ conflict").first.wait_for()
    shown.look("merge")
    assert shown.violations() == []
    region.focus()
    keyboard.press("a")
    shown.says(": accepted.")
    keyboard.press("l")
    shown.says(": left out.")
    shown.press("Merge 1 accepted")
    shown.says("Merged: ")
    assert "CS00000001" not in set(shown.twin.table("students")["connectStudentId"])
    keyboard.press("m")
    panel.get_by_role("checkbox", checked=True).wait_for()
    panel.get_by_label("Show", exact=True).select_option(label="all")
    shown.look("merged")
    assert shown.violations() == []
    shown.press("Undo merge (z)")
    shown.says("Undone")
    assert shown.twin.digest() == before
    assert shown.others() == set()
