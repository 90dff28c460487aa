import shutil

import pytest

from connect_kit import write_report
from tests.marks import some

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Tests run as root in a container, where Chromium's own sandbox does not start.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(params=["faulty", "clean", "hostile", "doubled"])
def report(request, tmp_path):
    found = request.getfixturevalue(request.param)
    # The findings alone, or with everything that can stand beside them.
    more = found.matched if request.param == "doubled" else {}
    return write_report(getattr(found, "findings", found), tmp_path / "report.html", **more).as_uri()


@pytest.fixture
def opened(browser, report):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("dialog", lambda dialog: page.said.append(dialog.message))
    page.goto(report)
    page.wait_for_load_state("networkidle")
    yield page
    page.close()


def test_the_page_asks_for_nothing_but_itself(opened, report):
    assert opened.asked == [report]
    assert opened.said == []


def test_the_page_can_be_used_with_a_screen_reader_and_a_keyboard(opened):
    from axe_playwright_python.sync_playwright import Axe

    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    # The page's own policy forbids scripts, axe among them; the test looks past it.
    found = Axe().run(opened).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in grave] == []


@pytest.mark.parametrize("width", some([360, 1280, 390, 768]))
def test_the_page_is_never_wider_than_the_window(opened, width):
    opened.set_viewport_size({"width": width, "height": 800})
    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("paper", some(["Letter", "A4"]))
def test_the_page_prints(opened, paper):
    assert opened.pdf(format=paper).startswith(b"%PDF")
