"""Rows to be reviewed one after the other: which are shown, and which is the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Rows on a page.
PAGE = 50


class Queue:
    """A frame of rows, the places of those that the filters leave, and the current one.

    A row that is decided stays where it is until the filters are changed, so that people see what they did.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame.reset_index(drop=True)
        self.shown: list[int] = list(range(len(self.frame)))
        self.at = 0

    def narrow(self, mask: pd.Series[Any]) -> None:
        """Show the rows of the mask; stay on the current one if it is among them, otherwise go to the first."""
        before = self.place
        self.shown = self.frame.index[mask].tolist()
        self.at = self.shown.index(before) if before in self.shown else 0

    @property
    def place(self) -> int | None:
        """Position of the current row in the frame; None where nothing is shown."""
        return self.shown[self.at] if self.at < len(self.shown) else None

    @property
    def position(self) -> str:
        """Which of the rows shown is the current one, in words."""
        return f"{self.at + 1:,} of {len(self.shown):,}"

    @property
    def current(self) -> pd.Series[Any] | None:
        """The current row."""
        place = self.place
        return None if place is None else self.frame.iloc[place]

    @property
    def following(self) -> pd.Series[Any] | None:
        """The row after the current one."""
        return self.frame.iloc[self.shown[self.at + 1]] if self.at + 1 < len(self.shown) else None

    def go(self, place: int) -> bool:
        """Go to a row of the frame; False where the filters hide it."""
        if place not in self.shown:
            return False
        self.at = self.shown.index(place)
        return True

    def step(self, by: int) -> bool:
        """Go forward or back; False at either end."""
        to = self.at + by
        if not 0 <= to < len(self.shown):
            return False
        self.at = to
        return True

    def advance(self, waiting: pd.Series[Any]) -> bool:
        """Go to the next waiting row, after the last one to the first; False where none is waiting."""
        order = [*range(self.at + 1, len(self.shown)), *range(self.at)]
        found = next((at for at in order if waiting.iat[self.shown[at]]), None)
        if found is not None:
            self.at = found
        return found is not None

    @property
    def pages(self) -> int:
        """How many pages the rows shown fill."""
        return max(1, -(-len(self.shown) // PAGE))

    @property
    def page(self) -> int:
        """The page of the current row, from 0."""
        return self.at // PAGE

    def on_page(self) -> list[tuple[int, int, pd.Series[Any]]]:
        """The rows of the current page: number in the list (from 1), position in the frame, row."""
        first = self.page * PAGE
        places = self.shown[first : first + PAGE]
        return [(number, place, self.frame.iloc[place]) for number, place in enumerate(places, first + 1)]

    def turn(self, by: int) -> bool:
        """Go to the first row of another page; False where there is none."""
        to = self.page + by
        if not 0 <= to < self.pages:
            return False
        self.at = min(to * PAGE, max(0, len(self.shown) - 1))
        return True
