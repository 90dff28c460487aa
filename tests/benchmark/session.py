"""What is measured in one run of the benchmark, in which order, and which goals it speaks to."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.benchmark.figures import Figure, Goal
from tests.benchmark.process import Outcome, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: Other tools that are measured where they are installed (extra ``bench``), as modules are named.
BENCH_TOOLS: Final = ("great_expectations", "pandera", "pointblank")
#: Those that do with a whole district what takes the others too long.
FAST_TOOLS: Final = ("pandera", "pointblank")
COMMAND_STUDENTS: Final = 25_000
KIT: Final = "connect-kit"
HAND_WRITTEN: Final = "hand-written SQL"
_ON: Final = {"pointblank": "polars"}
_AUDITED: Final = ("read_roster", "read_workspace", "check_roster")
_MOST_SECONDS: Final = 600.0  # for the command


class Session:
    """One run; collects figures and what went wrong.

    Parameters
    ----------
    data : Path
        Folder for districts.
    report : callable
        Is handed a line for each step that is done.
    """

    def __init__(self, data: Path, report: Callable[[str], None]) -> None:
        self.data, self.report = data, report
        self.figures: list[Figure] = []
        self.problems: list[str] = []
        self.slowest: list[dict[str, Any]] = []
        self._students = self._middling = 0
        self._audits: dict[str, Outcome] = {}
        self._start: dict[str, float] = {}
        self._ratio: float | None = None

    def kit(self, students: int) -> None:
        """The kit, from files to report: a clean district, and one with as many failing rows."""
        self._students = students
        clean, damaged = self._districts(students, shown=True)
        for kind, delivery in (("clean", clean), ("damaged", damaged)):
            district = _named(students, kind)
            paths = {"delivery": str(delivery), "workspace": str(clean.parent / "workspace")}
            out = {"out": str(self.data / f"out-{kind}")}
            self._audits[kind] = self._own("audit", district, {**paths, **out})
            self._beside_hand_written(kind, district, paths)

    def start(self, students: int) -> None:
        """What it costs to start: the import, and the command on a middling district."""
        self._middling = students
        self._own("import kit", "start", {})
        clean, _ = self._districts(students)
        paths = {"delivery": str(clean), "workspace": str(clean.parent / "workspace")}
        options = {**paths, "out": str(self.data / "command"), "budget": _MOST_SECONDS}
        self._own("command", _named(students, "clean"), options)

    def tools(self, students: int, budget: float, tools: tuple[str, ...] = BENCH_TOOLS) -> None:
        """Tools on the same rules and files, the kit first."""
        from tests.benchmark.subset import RULES

        clean, damaged = self._districts(students)
        options = {"clean": str(clean), "damaged": str(damaged)}
        district = f"{len(RULES)} rules alike, {students:,} students"
        own = self._measured(KIT, KIT, district, options, budget=budget)
        if own.stopped:
            self.problems.append(f"{KIT}, {district}: {own.stopped}")
        for tool in tools:
            label = f"{tool} on {_ON.get(tool, 'pandas')}"
            if importlib.util.find_spec(tool) is None:
                note = "not installed: it comes with the extra 'bench'"
                self.figures.append(Figure(label, district, "check", note=note))
                continue
            outcome = self._measured(label, tool, district, options, budget=budget, beside=own)
            for step in outcome.steps:
                mine, its = own.step(step.name), step.facts.get("failing")
                if mine and mine.facts.get("failing") != its:
                    note = f"finds {its:,} failing rows, the kit {mine.facts.get('failing'):,}"
                    self.figures.append(Figure(label, district, step.name, note=note))

    def goals(self) -> list[Goal]:
        """The promises of the kit, and what this run saw."""
        clean, damaged = (self._audits.get(kind, Outcome(())) for kind in ("clean", "damaged"))
        audited = [step.seconds for step in clean.steps if step.name in _AUDITED]
        total = sum(audited) if len(audited) == len(_AUDITED) else None
        peak = max(clean.peak or 0, damaged.peak or 0) / 1e9 or None
        listed = damaged.step("rows of the largest finding")
        rows = f"{listed.rows or 0:,}" if listed else "the"
        checked = f"district of {self._students:,} students read and self-checked in"
        command = f"{self._middling:,}-student district command to report"
        return [
            Goal(checked, total, " s", 60, "well under 60"),
            Goal("peak memory", peak, " GB", 6, "< 6"),
            Goal("suites : hand-written", self._ratio, "", 3, "<= 3"),
            Goal(f"listing {rows} failing rows", listed.seconds if listed else None, " s"),
            Goal("import connect_kit", self._start.get("import connect_kit"), " s", 1, "< 1"),
            Goal(command, self._start.get("command to report"), " s", 20, "< 20"),
        ]

    def _beside_hand_written(self, kind: str, district: str, paths: Mapping[str, str]) -> None:
        """Count the same rules with hand-written SQL, and compare counts and time."""
        outcome = self._own("by hand", district, paths)
        suites, written = outcome.step("suites"), outcome.step("hand-written")
        if suites is None or written is None:
            return
        ratio = suites.seconds / written.seconds
        self.figures[-2] = replace(self.figures[-2], ratio=ratio, ratio_of=HAND_WRITTEN)
        if written.facts["different"]:
            codes = ", ".join(written.facts["different"])
            self.problems.append(f"{district}: suites and {HAND_WRITTEN} differ on {codes}")
        else:
            agreed = f"{written.facts['rules']} rules and {written.facts['failing']:,} failing rows"
            self.report(f"  suites and {HAND_WRITTEN} agree on {agreed}")
        if kind == "clean":
            self._ratio = ratio
            self.slowest = list(written.facts["slowest"])

    def _districts(self, students: int, *, shown: bool = False) -> tuple[Path, Path]:
        """A clean delivery of this size and a damaged one; made once."""
        home = self.data / str(students)
        clean, damaged = home / "delivery", home / "damaged"
        if not damaged.exists():
            made = {"folder": str(home), "students": students}
            self._own("sample", _named(students, "clean"), made, only=None if shown else "")
            worse = {"delivery": str(clean), "damaged": str(damaged), "rows": students}
            self._own("damage", _named(students, "damaged"), worse, only="")
        return clean, damaged

    def _own(self, task: str, district: str, options: Mapping[str, Any], *, only: str | None = None) -> Outcome:
        """A measurement that must not fail."""
        tool = f"{KIT} beside {HAND_WRITTEN}" if task == "by hand" else KIT
        outcome = self._measured(tool, task, district, options, only=only)
        self._start.update({step.name: step.seconds for step in outcome.steps})
        if outcome.stopped:
            self.problems.append(f"{task}, {district}: {outcome.stopped}")
        return outcome

    def _measured(
        self,
        tool: str,
        task: str,
        district: str,
        options: Mapping[str, Any],
        *,
        budget: float | None = None,
        beside: Outcome | None = None,
        only: str | None = None,
    ) -> Outcome:
        """Run a task; ``only`` names the one step that is shown (empty: none)."""
        outcome = measure(task, options, budget)
        for step in outcome.steps:
            if only is not None and step.name != only:
                continue
            figure = Figure(tool, district, step.name, step.seconds, step.rows, step.peak)
            other = beside.step(step.name) if beside else None
            if other is not None:
                figure = replace(figure, ratio=step.seconds / other.seconds, ratio_of=KIT)
            self.figures.append(figure)
            self.report(f"  {tool}, {district}: {step.name} {step.seconds:.2f} s")
        if outcome.stopped:
            self.figures.append(Figure(tool, district, task, note=outcome.stopped))
            self.report(f"  {tool}, {district}: {task} {outcome.stopped}")
        return outcome


def _named(students: int, kind: str) -> str:
    return f"{students:,} students, {kind}"
