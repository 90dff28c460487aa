"""A normal summer is never called unfit: new kindergarten, graduates gone, moves, new class IDs, promoted grades."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connect_kit as ck
from tests.accidents.road import Lay
from tests.accidents.years import District

SUMMERS = given(
    seed=st.integers(1, 10_000), students=st.integers(60, 400), schools=st.integers(1, 5),
    leaving=st.floats(0, 0.1), moving=st.floats(0, 0.08), contacts=st.floats(0, 0.2),
)  # fmt: skip
SHARED = [HealthCheck.function_scoped_fixture]


def is_not_unfit(folder: Path, *, seed: int, students: int, schools: int, **turns: float) -> None:
    district = District(students, schools=schools, seed=seed)
    last = district.summer(**turns)
    made = district.write(folder, last)
    audit = ck.audit(made.delivery, made.workspace, progress=False)
    assert audit.verdict in ("fit", "fit, but decide first"), audit.causes().to_string()


@settings(max_examples=3, deadline=None, suppress_health_check=SHARED)
@SUMMERS
def test_no_generated_summer_is_not_fit(tmp_path_factory: pytest.TempPathFactory, **made: Any) -> None:
    is_not_unfit(tmp_path_factory.mktemp("summer"), **made)


@pytest.mark.thorough
@settings(max_examples=40, deadline=None, suppress_health_check=SHARED)
@SUMMERS
def test_none_of_many_generated_summers_is_not_fit(tmp_path_factory: pytest.TempPathFactory, **made: Any) -> None:
    is_not_unfit(tmp_path_factory.mktemp("summer"), **made)


def test_the_same_delivery_again_is_fit(tmp_path: Path) -> None:
    made = District(200, schools=2, seed=5).write(tmp_path)
    assert ck.audit(made.delivery, made.workspace, progress=False).verdict == "fit"


@pytest.mark.thorough
def test_a_summer_goes_through_and_nobody_is_doubled(tmp_path: Path, lay: Lay) -> None:
    district = District(240, schools=3, seed=6)
    last = district.summer()
    made = district.write(tmp_path / "district", last)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.summary["verdict"] == "fit, but decide first"  # graduates and last year's classrooms
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    everybody = {c.id for c in [*made.last.children.values(), *made.this.children.values()]}
    assert {row[0] for row in road.rows("SELECT studentId FROM students")} == everybody
    assert road.count("SELECT count(*) FROM students") == len(everybody)
