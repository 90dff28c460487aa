"""A JupyterLab server on a copy of the notebooks, and a browser that is cut off from the internet."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 90  # seconds; a cold start on a busy machine takes twenty

# A browser has errands of its own; without them every request is one of the page's. And no name but
# this machine's can be resolved, so whatever needs the internet fails here as on a locked-down laptop.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

# Cells are run by command: a click on "Run All" before the kernel is there silently runs nothing.
RUN_ALL = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const notebook = app.shell.currentWidget;
    await notebook.context.ready;
    await notebook.sessionContext.ready;
    await notebook.sessionContext.session.kernel.info;
    await app.commands.execute('notebook:run-all-cells');
}"""
# A question that Lab asks (which kernel?) would otherwise be waited for without end.
IN_TIME = """(run => async () => Promise.race([
    run(),
    new Promise((_, late) => setTimeout(() => late(new Error('not run within 3 minutes')), 180000)),
]))"""

CODE_CELLS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()
    .cells.filter(cell => cell.cell_type === 'code')"""


class Lab(NamedTuple):
    """A running JupyterLab."""

    url: str
    token: str

    def address(self, path: str) -> str:
        """The address at which it opens a file, with no tab left over from before."""
        return f"{self.url}/lab/tree/{path}?token={self.token}&reset"


class Opened(NamedTuple):
    """A notebook in the browser, and the addresses that the page asked for."""

    page: Page
    asked: list[str]

    def run(self) -> list[dict[str, Any]]:
        """Run all cells; the code cells as they stand then."""
        self.page.evaluate(f"{IN_TIME}({RUN_ALL})")
        cells: list[dict[str, Any]] = self.page.evaluate(CODE_CELLS)
        return cells


def other_hosts(asked: list[str]) -> set[str]:
    """Those of the addresses that lie on another machine."""
    own = {"127.0.0.1", "localhost"}
    return {url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname not in own}


def turn_dark(page: Page) -> None:
    """Switch JupyterLab to its dark theme."""
    page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_timeout(500)  # the style sheet is exchanged after the attribute


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong with the panel of a page: the rule, and the element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=".ck-panel").response["violations"]
    return [(one["id"], node["html"]) for one in found for node in one["nodes"]]


@contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """Start JupyterLab on a folder as ``make lab`` does, without the user's own settings."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    own = folder / ".own"
    environment = os.environ | {
        "JUPYTER_CONFIG_PATH": str(ROOT / ".jupyter"),
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
        "IPYTHONDIR": str(own / "ipython"),
        "JUPYTER_TOKEN": token,
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    own.mkdir()
    log = own / "lab.log"
    with log.open("wb") as writing:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=writing, stderr=subprocess.STDOUT)
    try:
        started = Lab(f"http://127.0.0.1:{port}", token)
        _wait(server, started, log)
        yield started
    finally:
        # Ctrl-C twice would do; one terminate ends the kernels too.
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], lab: Lab, log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(f"{lab.url}/api/status?token={lab.token}", timeout=5):  # noqa: S310
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-2000:]}")


def chromium() -> str:
    """Where the browser is; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on this machine; install the package chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: only one Playwright can run at a time, and other tests start theirs.
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with running_lab(folder) as started:
        yield started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    # So tall that every cell is on the screen: Lab draws only what can be seen.
    made = browser.new_context(viewport={"width": 1400, "height": 6000})
    made.set_default_timeout(120_000)
    yield made
    made.close()


@pytest.fixture
def open_notebook(lab: Lab, context: BrowserContext):
    def opening(name: str) -> Opened:
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.goto(lab.address(f"notebooks/{name}"))
        page.wait_for_function("() => window.jupyterapp && window.jupyterapp.shell.currentWidget")
        return Opened(page, asked)

    return opening
