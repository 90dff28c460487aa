"""One invented district with planted duplicates, linked once; every test decides in a file of its own."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

import connect_kit as ck
from connect_kit.matching.matches import ClassroomMatches
from connect_kit.panels import ClassroomsPanel, DuplicatesPanel
from connect_kit.panels.upload import UploadPanel
from connect_kit.twin import Twin
from connect_kit.uploads import read_plan
from tests.panels.district import deliver, plan_of, twin_of


class Linked(NamedTuple):
    """What was found in the district, without any decision."""

    sample: ck.SampleDistrict
    duplicates: ck.Duplicates
    classes: ClassroomMatches


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Linked:
    folder = tmp_path_factory.mktemp("linked")
    sample = ck.sample_roster(folder, students=300, layout="oneroster11", duplicates=True, existing=True, faults="none")
    roster, workspace = ck.read_roster(sample.delivery), ck.read_workspace(sample.workspace)
    duplicates = ck.find_duplicates(roster, workspace, progress=False)
    return Linked(sample, duplicates, ck.match_classrooms(roster, workspace, progress=False))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "decisions.csv"


@pytest.fixture
def duplicates(linked: Linked, file: Path) -> ck.Duplicates:
    return replace(linked.duplicates, decisions=ck.read_decisions(file))


@pytest.fixture
def classes(linked: Linked, file: Path) -> ClassroomMatches:
    return replace(linked.classes, decisions=ck.read_decisions(file))


@pytest.fixture
def pairs_panel(duplicates: ck.Duplicates) -> DuplicatesPanel:
    return DuplicatesPanel(duplicates)


@pytest.fixture
def rooms_panel(classes: ClassroomMatches) -> ClassroomsPanel:
    return ClassroomsPanel(classes)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A district whose upload is planned, once for all tests."""
    folder = tmp_path_factory.mktemp("district")
    twin = twin_of(folder / "maple.duckdb")
    plan_of(deliver(folder / "delivery"), twin, folder / "plan")
    return folder


@pytest.fixture
def twin(made, tmp_path):
    return Twin(shutil.copy(made / "maple.duckdb", tmp_path))


@pytest.fixture
def plan(made, tmp_path):
    return read_plan(shutil.copytree(made / "plan", tmp_path / "plan"))


@pytest.fixture
def panel(plan, twin):
    return UploadPanel(plan, twin)
