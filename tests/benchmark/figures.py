"""What was measured, as values and as text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADINGS = ("step", "rows", "seconds", "rows/s", "peak GB", "ratio")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes
    ----------
    tool, district, step : str
    seconds : float or None
        None where it was not measured; ``note`` says why.
    rows, peak : int or None
        Rows worked on; the most memory that the process had taken when the step was done, in bytes.
    ratio : float or None
        Its time beside that of ``ratio_of``.
    """

    tool: str
    district: str
    step: str
    seconds: float | None = None
    rows: int | None = None
    peak: int | None = None
    ratio: float | None = None
    ratio_of: str = ""
    note: str = ""

    @property
    def rows_per_second(self) -> float | None:
        """Rows by seconds."""
        return self.rows / self.seconds if self.rows and self.seconds else None

    @property
    def peak_gb(self) -> float | None:
        """``peak`` in units of 10^9 bytes."""
        return self.peak / 1e9 if self.peak else None


@dataclass(frozen=True, slots=True)
class Goal:
    """What is promised, and what was seen: None where it was not measured, or no limit is set.

    The limit is the most there may be, or the least (``at_least``).
    """

    text: str
    value: float | None
    unit: str
    limit: float | None = None
    goal: str = ""
    at_least: bool = False
    digits: int = 2

    @property
    def met(self) -> bool | None:
        """None where that cannot be said."""
        if self.value is None or self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign = {True: "✔", False: "✖", None: "·"}[self.met]
        seen = "not measured" if self.value is None else f"{self.value:.{self.digits}f}{self.unit}"
        return f"{sign} {self.text} {seen}" + (f" (goal: {self.goal})" if self.goal else "")


def table_text(figures: Sequence[Figure]) -> str:
    """An aligned table, a block for each tool and district."""
    blocks = [
        (f"{tool} · {district}", [_cells(figure) for figure in block])
        for (tool, district), block in groupby(figures, lambda figure: (figure.tool, figure.district))
    ]
    lines = [_HEADINGS, *(cells for _, block in blocks for cells in block if len(cells) > 2)]
    widths = [max(len(cells[i]) for cells in lines) for i in range(len(_HEADINGS))]
    text = [aligned(_HEADINGS, widths)]
    for title, block in blocks:
        text += ["", title, *(aligned(cells, widths) for cells in block)]
    return "\n".join(text)


def _cells(figure: Figure) -> tuple[str, ...]:
    if figure.seconds is None:
        return figure.step, figure.note
    return (
        figure.step,
        f"{figure.rows:,}" if figure.rows else "",
        f"{figure.seconds:,.2f}",
        f"{figure.rows_per_second:,.0f}" if figure.rows_per_second else "",
        f"{figure.peak_gb:.2f}" if figure.peak_gb else "",
        f"{figure.ratio:.2f} × {figure.ratio_of}" if figure.ratio else "",
    )


def aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """A line of the table; two cells are a step and a note in place of figures."""
    first, *more = cells
    if len(cells) == 2:  # a note in place of figures
        return f"  {first.ljust(widths[0])}  {more[0]}"
    numbers = [cell.rjust(width) for cell, width in zip(more[:-1], widths[1:], strict=False)]
    return "  ".join([f"  {first.ljust(widths[0])}", *numbers, more[-1]]).rstrip()
