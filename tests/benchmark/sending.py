"""Rehearsing and uploading an invented district's files on a twin: time by step, and memory."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_kit.errors import EngineError, SettingError
from tests.benchmark.figures import Figure, Goal, table_text
from tests.benchmark.place import workplace, write_figures
from tests.benchmark.process import measure
from tests.benchmark.run import machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmark.process import Clock

_FEWEST: Final = 20  # students of a sample district
_LIMITS: Final = {"dry run on an empty twin": 60.0}  # seconds, for 1,000,000 students
_MOST_MEMORY: Final = 8.0  # GB


def files_to_send(clock: Clock, folder: str, students: int, seed: int) -> None:
    """Write a district whose guardians are in a file of their own, so that all five kinds of files are there."""
    from connect_kit.samples import sample_roster

    with clock.step("sample_roster") as facts:
        sample_roster(folder, students=students, seed=seed, faults="none", guardians="file")
        facts["rows"] = students


def upload(clock: Clock, folder: str) -> None:
    """Prepare the files, rehearse them on a twin that holds nobody, upload them, and rehearse them once more."""
    import connect_kit as ck

    place = Path(folder)
    with clock.step("read"):
        roster = ck.read_roster(place / "delivery", progress=False)
        workspace = ck.read_workspace(place / "workspace")
    with clock.step("prepare") as facts:
        plan = ck.plan_upload(roster, workspace, folder=place / "plan")
        facts["rows"] = plan.rows
    schools = workspace.schools
    del roster, workspace
    made = ck.Twin.new(
        place / "twin.duckdb", "Bench District", dict(zip(schools["name"], schools["schoolId"], strict=True))
    )
    for name in ("dry run on an empty twin", "real upload", "dry run of the same files again"):
        with clock.step(name) as facts:
            if name == "real upload":  # without the gates, which ask for a checked delivery
                sent = [
                    made.send(file, place / "sent", run=f"{plan.digest}:1", place=(n, len(plan.files)))
                    for n, file in enumerate(plan.files, 1)
                ]
            else:
                sent = list(made.rehearse(plan.files, place / "forecast"))
            facts["rows"] = sum(one.rows for one in sent)
            facts["errors"] = sum(one.errors for one in sent)
            facts["unchanged"] = sum(one.counts["UNCHANGED"] for one in sent)
        shutil.rmtree(place / "forecast", ignore_errors=True)


def run_upload_bench(
    *, students: int = 1_000_000, seed: int = 1, folder: Path | None = None, report: Callable[[str], None]
) -> dict[str, float]:
    """Measure preparing, rehearsing and uploading a district's full set of files, in a process of its own.

    Parameters
    ----------
    students : int
    seed : int
        Draws the district.
    folder : Path, optional
        Gets ``upload.json``, and the district while it is needed; ``build/bench`` when left out.
    report : callable
        Is handed every line that there is to say.

    Returns
    -------
    dict of str to float
        Seconds by step.

    Raises
    ------
    EngineError
        When a step failed, or rows were refused.
    OutputError
        When the folder cannot be written to.
    SettingError
        For fewer than 20 students.
    """
    if students < _FEWEST:
        raise SettingError(f"students={students}: give at least {_FEWEST}")
    on = machine()
    with workplace(folder) as (target, data):
        report(", ".join(f"{name} {value}" for name, value in on.items()))
        options: dict[str, Any] = {"folder": str(data / "upload")}
        made = measure("files to send", {**options, "students": students, "seed": seed})
        outcome = measure("upload", options) if made.stopped is None else made
    steps = outcome.steps
    figures = [Figure("connect-kit", f"{students:,} students", s.name, s.seconds, s.rows, s.peak) for s in steps]
    report(table_text(figures))
    # What is promised is promised for 1,000,000 students.
    share = students / 1_000_000
    goals = [
        Goal(f"{step.name}, {students:,} students", step.seconds, " s", most * share, f"< {most * share:.0f}")
        for step in steps
        if (most := _LIMITS.get(step.name)) is not None and share >= 1
    ]
    peak = outcome.peak / 1e9 if outcome.peak else None
    goals.append(Goal("peak memory", peak, " GB", _MOST_MEMORY, f"< {_MOST_MEMORY:.0f}"))
    for goal in goals:
        report(str(goal))
    rows = [{"step": s.name, "seconds": s.seconds, "rows": s.rows, "peak": s.peak, **s.facts} for s in steps]
    write_figures(target / "upload.json", {"machine": on, "students": students, "seed": seed, "figures": rows})
    report(f"The figures: {target / 'upload.json'}")
    refused = sum(int(step.facts.get("errors", 0)) for step in steps)
    if outcome.stopped or refused:
        raise EngineError(outcome.stopped or f"{refused:,} rows of a district without faults were refused")
    return {step.name: step.seconds for step in steps}
