"""The door of the benchmark: run it, tell what came out, write it down."""

from __future__ import annotations

import importlib.util
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Final

from connect_kit.errors import EngineError, SettingError
from tests.benchmark.figures import table_text
from tests.benchmark.place import workplace, write_figures
from tests.benchmark.session import BENCH_TOOLS, COMMAND_STUDENTS, FAST_TOOLS, Session

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_FEWEST: Final = 20  # students of a sample district
_VERSIONS: Final = ("duckdb", "pandas", "polars")
_COLUMNS: Final = (
    "tool", "district", "step", "seconds", "rows", "rows_per_second", "peak_gb", "ratio",
    "ratio_of", "note",
)  # fmt: skip


def run_bench(
    *,
    students: int = 1_000_000,
    folder: Path | None = None,
    others: bool = True,
    report: Callable[[str], None],
    compared: int = 100_000,
    budget: float = 180.0,
) -> pd.DataFrame:
    """Measure the kit, hand-written DuckDB SQL and other tools in one run, each in a fresh process.

    Parameters
    ----------
    students : int
        Size of the district that the kit is measured on.
    folder : Path, optional
        Gets ``bench.json``, and the districts while they are needed; ``build/bench`` when left out.
    others : bool
        Whether to measure other tools too.
    report : callable
        Is handed every line that there is to say.
    compared : int
        Size of the district that all tools are compared on (at most ``students``); the fast ones
        are compared on the whole district too, always beside the kit on the same files.
    budget : float
        Seconds that each tool is given.

    Returns
    -------
    pandas.DataFrame
        ``tool``, ``district``, ``step`` (text), ``seconds``, ``rows``, ``rows_per_second``,
        ``peak_gb``, ``ratio`` (its time beside that of ``ratio_of``), ``ratio_of`` and ``note``
        (text; why a step was not measured).

    Raises
    ------
    EngineError
        When the suites and hand-written SQL disagree on how many rows fail, or a measurement of
        the kit itself failed; what was measured has been reported and written by then.
    OutputError
        When the folder cannot be written to.
    SettingError
        For districts of fewer than 20 students, or no time.
    """
    import pandas as pd

    if min(students, compared) < _FEWEST:
        raise SettingError(f"students={students}, compared={compared}: give at least {_FEWEST}")
    if budget <= 0:
        raise SettingError(f"budget={budget}: give each tool some seconds")
    on = machine(*BENCH_TOOLS)
    with workplace(folder) as (target, data):
        report(", ".join(f"{name} {value}" for name, value in on.items()))
        session = Session(data, report)
        session.kit(students)
        session.start(min(COMMAND_STUDENTS, students))
        if others:
            session.tools(min(compared, students), budget)
            if compared < students:
                session.tools(students, budget, FAST_TOOLS)
    goals, problems = map(str, session.goals()), session.problems
    for line in ("", table_text(session.figures), "", *goals, *problems):
        report(line)
    _write(target / "bench.json", session, students, on)
    report(f"The figures: {target / 'bench.json'}")
    if problems:
        raise EngineError("; ".join(problems))
    rows = [{**asdict(f), "rows_per_second": f.rows_per_second, "peak_gb": f.peak_gb} for f in session.figures]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def machine(*packages: str) -> dict[str, str]:
    """What the figures are measured on: cores, system, Python and the packages' versions."""
    found = {
        "cores": str(os.cpu_count()),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    if hasattr(os, "getloadavg"):  # other work on the machine makes every figure worse
        found["load"] = f"{os.getloadavg()[0]:.1f}"
    installed = [name for name in (*_VERSIONS, *packages) if importlib.util.find_spec(name) is not None]
    return found | {name: metadata.version(name) for name in installed}


def _write(path: Path, session: Session, students: int, on: Mapping[str, str]) -> None:
    content = {
        "machine": on,
        "students": students,
        "figures": [{**asdict(f), "rows_per_second": f.rows_per_second} for f in session.figures],
        "goals": [{**asdict(goal), "met": goal.met} for goal in session.goals()],
        "slowest_queries": session.slowest,
        "problems": session.problems,
    }
    write_figures(path, content)
