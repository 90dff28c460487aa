import ast
import os
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from connect_kit import sample_roster

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
MOST_LINES = 12
NEED_A_WORKSPACE = ("04_schools_and_classrooms", "05_upload", "06_results_and_merge")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


class ThisPython(AsyncKernelManager):
    """Starts kernels with the Python that runs the tests, whatever kernels this machine has."""

    @property
    def kernel_spec(self):
        return KernelSpec(**get_kernel_dict())


@pytest.fixture
def kernels_without_settings(tmp_path, monkeypatch):
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "own" / name))
    paths = [str(ROOT), os.environ.get("PYTHONPATH")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))


def cells(notebook, kind):
    return [cell["source"] for cell in notebook.cells if cell["cell_type"] == kind]


def read(path):
    return nbformat.read(path, as_version=4)


def run(notebook, folder):
    """Run a notebook in a folder; its outputs. An error in a cell is raised."""
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_manager_class=ThisPython,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return [out for cell in notebook.cells for out in cell.get("outputs", [])]


def copied(tmp_path):
    return shutil.copytree(ROOT / "notebooks", tmp_path / "project" / "notebooks")


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shown_in_tables(outputs):
    """The text of every table cell among the outputs."""
    pages = [str(out["data"].get("text/html", "")) for out in outputs if "data" in out]
    return {text for page in pages for text in re.findall(r"<td[^>]*>([^<]*)</td>", page)}


def people(*deliveries):
    users = pd.concat([pd.read_csv(delivery / "users.csv", dtype=str) for delivery in deliveries])
    return {name for column in ("givenName", "familyName", "email") for name in users[column].dropna()}


def samples(tmp_path):
    """The deliveries that a notebook made for itself."""
    return list((tmp_path / "project/build/notebooks").glob("*/delivery"))


def no_noise(outputs):
    return [out for out in outputs if out["output_type"] in ("stream", "error")] == []


@pytest.mark.slow
@every_notebook
def test_it_runs_on_the_invented_district_and_shows_ids_without_names(path, tmp_path, kernels_without_settings):
    folder = copied(tmp_path)
    before = contents(folder)

    outputs = run(read(folder / path.name), folder)

    assert no_noise(outputs)
    shown = shown_in_tables(outputs)
    assert shown
    assert shown & people(*samples(tmp_path)) == set()
    assert contents(folder) == before  # what it writes lies in build


@pytest.mark.thorough
@every_notebook
def test_it_runs_on_a_delivery_without_faults_of_another_shape(path, tmp_path, kernels_without_settings):
    # OneRoster 1.2 keeps roles in a file of their own; one school only; nothing critical; a workspace only if needed.
    made = sample_roster(tmp_path / "made", students=80, faults="none", layout="oneroster12", level="school")
    before = contents(made.delivery)
    notebook = read(path)
    text = "\n".join(cells(notebook, "code"))
    assert text.count("\nDELIVERY = None ") == 1
    assert text.count('\nLEVEL = "district" ') == 1
    for cell in notebook.cells:
        own = cell["source"].replace("DELIVERY = None ", f"DELIVERY = {str(made.delivery)!r} ")
        own = own.replace('LEVEL = "district" ', 'LEVEL = "school" ')
        if path.stem in NEED_A_WORKSPACE:
            own = own.replace("WORKSPACE = None ", f"WORKSPACE = {str(made.workspace)!r} ")
        cell["source"] = own
    folder = copied(tmp_path)

    outputs = run(notebook, folder)

    assert no_noise(outputs)
    assert shown_in_tables(outputs) & people(made.delivery) == set()
    assert contents(made.delivery) == before
    assert samples(tmp_path) == []
    assert not (made.delivery.parent / "connect-kit-decisions.csv").exists()  # running a page decides nothing


@every_notebook
def test_it_is_stored_without_outputs(path):
    code = [cell for cell in read(path).cells if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in code if cell["outputs"]] == []
    assert [cell["execution_count"] for cell in code if cell["execution_count"]] == []


@every_notebook
def test_it_imports_nothing_but_the_kit_and_pandas(path):
    nodes = [node for source in cells(read(path), "code") for node in ast.walk(ast.parse(source))]
    assert [node.module for node in nodes if isinstance(node, ast.ImportFrom)] == []
    imports = [name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    assert {(name.name, name.asname) for name in imports} <= {("connect_kit", "ck"), ("pandas", "pd")}


@every_notebook
def test_its_cells_are_short_and_define_nothing(path):
    for source in cells(read(path), "code"):
        assert len(source.splitlines()) <= MOST_LINES
        defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, defined)], source


@every_notebook
def test_it_begins_with_a_question_and_ends_with_what_the_reader_now_knows(path):
    text = cells(read(path), "markdown")
    assert re.match(r"# .+\?\n", text[0])
    assert "## What you now know\n" in text[-1]
    assert "**Next:**" in text[-1]
    assert read(path).cells[-1]["cell_type"] == "markdown"


@every_notebook
def test_it_explains_as_much_as_it_does(path):
    notebook = read(path)
    words = {kind: len(" ".join(cells(notebook, kind)).split()) for kind in ("markdown", "code")}
    assert words["markdown"] >= words["code"]


@every_notebook
def test_its_text_holds_no_count_of_the_sample(path):
    # A number of the data is computed and shown by a cell; in the text it would be wrong for any other delivery.
    assert re.findall(r"\b\d[\d,]{2,}\b", " ".join(cells(read(path), "markdown"))) == []


@every_notebook
def test_its_links_lead_to_notebooks_that_exist(path):
    links = re.findall(r"\]\(([^)]+)\)", " ".join(cells(read(path), "markdown")))
    assert [link for link in links if not (path.parent / link).is_file()] == []


def test_there_are_notebooks():
    assert NOTEBOOKS
