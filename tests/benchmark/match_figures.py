"""How much of the truth was found, as values and as text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tests.benchmark.figures import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADINGS = ("", "pairs", "found", "precision", "recall", "F1", "twins, siblings", "seconds", "ratio")


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One line of the table of pairs found.

    Attributes
    ----------
    dataset : str
        With the columns that the tools were given, or the layout of the files.
    tool, way : str
        ``way`` is how the tool decides, or what was looked for.
    true, found, correct : int or None
        Pairs that there are, that were found, and that were found rightly; None where it was not measured.
    families : int or None
        Pairs found that are twins or siblings, where the truth is known.
    seconds : float or None
        Where it was measured, from the people in memory to the pairs.
    ratio : float or None
        Its time beside that of the kit.
    note : str
        Why figures are missing.
    """

    dataset: str
    tool: str
    way: str
    true: int | None = None
    found: int | None = None
    correct: int | None = None
    families: int | None = None
    seconds: float | None = None
    ratio: float | None = None
    note: str = ""

    @property
    def precision(self) -> float | None:
        """Share of the pairs found that are right; None where none was found."""
        return self.correct / self.found if self.found and self.correct is not None else None

    @property
    def recall(self) -> float | None:
        """Share of the pairs there are that was found; None where there are none."""
        return self.correct / self.true if self.true and self.correct is not None else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; 0 where nothing was found of what there is."""
        if self.correct is None or self.true is None or self.found is None or not self.true:
            return None
        return 2 * self.correct / (self.true + self.found)

    def row(self) -> dict[str, Any]:
        """The attributes with ``precision``, ``recall`` and ``f1``."""
        shares = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {name: getattr(self, name) for name in self.__slots__} | shares


def accuracy_text(figures: Sequence[Accuracy]) -> str:
    """An aligned table, a block for each dataset."""
    blocks = [(name, [_cells(figure) for figure in block]) for name, block in groupby(figures, lambda f: f.dataset)]
    first = max((len(cells[0]) for _, block in blocks for cells in block), default=0)
    lines = [_HEADINGS, *(cells for _, block in blocks for cells in block if len(cells) > 2)]
    widths = [first, *(max(len(cells[i]) for cells in lines) for i in range(1, len(_HEADINGS)))]
    text = [aligned(_HEADINGS, widths)]
    for name, block in blocks:
        text += ["", name, *(aligned(cells, widths) for cells in block)]
    return "\n".join(text)


def _cells(figure: Accuracy) -> tuple[str, ...]:
    name = ", ".join(filter(None, (figure.tool, figure.way)))
    if figure.found is None or figure.true is None:
        return name, figure.note
    shares = (figure.precision, figure.recall, figure.f1)
    return (
        name,
        f"{figure.true:,}",
        f"{figure.found:,}",
        *("–" if share is None else f"{share:.4f}" for share in shares),
        "" if figure.families is None else f"{figure.families:,}",
        "" if figure.seconds is None else f"{figure.seconds:,.2f}",
        "" if figure.ratio is None else f"{figure.ratio:.2f} × connect-kit",
    )
