"""One measurement, one fresh process: what one leaves in memory does not count for the next.

The process writes a line of JSON for each finished step, so that one that is stopped still reports
how far it came.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Step:
    """One measured step.

    Attributes
    ----------
    name : str
    seconds : float
    rows : int or None
        Rows that it worked on.
    peak : int or None
        The most memory that the process had taken so far, in bytes; None where the system does not
        tell.
    facts : mapping of str to object
        Whatever else it has to say.
    """

    name: str
    seconds: float
    rows: int | None = None
    peak: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The steps of one process, and why it did not come to its end (None: it did)."""

    steps: tuple[Step, ...]
    stopped: str | None = None

    def step(self, name: str) -> Step | None:
        """The step of this name, if it was finished."""
        return next((step for step in self.steps if step.name == name), None)

    @property
    def peak(self) -> int | None:
        """The most memory that the process took, in bytes."""
        return max((step.peak for step in self.steps if step.peak), default=None)


class Clock:
    """Takes the time of steps in a measuring process and writes each down when it is done."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """Measure the block; ``rows`` and other facts may be put into the dict handed to it."""
        facts: dict[str, Any] = {}
        started = time.perf_counter()
        yield facts
        self.add(name, time.perf_counter() - started, **facts)

    def add(self, name: str, seconds: float, rows: int | None = None, **facts: Any) -> None:
        """Write down a step that was measured elsewhere; ``peak`` may be given."""
        peak = facts.pop("peak", None) or peak_memory()
        line = {"name": name, "seconds": seconds, "rows": rows, "peak": peak, "facts": facts}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def measure(task: str, options: Mapping[str, Any], budget: float | None = None) -> Outcome:
    """Run a task of :mod:`tests.benchmark.child` in a fresh process, for ``budget`` seconds."""
    with tempfile.TemporaryDirectory(prefix="connect-kit-bench-") as folder:
        written, said = Path(folder) / "steps.jsonl", Path(folder) / "said.txt"
        written.touch()
        command = [
            sys.executable,
            "-m",
            "tests.benchmark.child",
            task,
            str(written),
            json.dumps(options),
        ]
        with said.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env=surroundings())  # ourselves
            try:
                code: int | None = process.wait(budget)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                process.kill()
                process.wait()
        # A process that was stopped may have left half a line.
        lines = written.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
        steps = tuple(Step(**json.loads(line)) for line in lines)
        if code is None:
            return Outcome(steps, f"stopped after {budget:.0f} s")
        if code:
            return Outcome(steps, f"failed: {last_line(said.read_text(encoding='utf-8', errors='replace'))}")
        return Outcome(steps)


def surroundings() -> dict[str, str]:
    """Environment of a process that is to find the kit where this one found it."""
    place = str(Path(__file__).parents[2])
    paths = [place, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "GX_ANALYTICS_ENABLED": "false"}


def last_line(text: str) -> str:
    """The line that says what went wrong: the last one that is not blank."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "without a word"


def peak_memory() -> int | None:
    """The most memory that this process has taken, in bytes; None where the system does not say."""
    try:
        # Linux keeps the peak of the program that started this one in getrusage, but not here.
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return _usage(of_children=False)


def peak_memory_of_children() -> int | None:
    """The same of the largest process that this one started and waited for."""
    return _usage(of_children=True)


def _usage(*, of_children: bool) -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(who).ru_maxrss * unit
