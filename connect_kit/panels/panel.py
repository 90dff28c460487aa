"""A panel in which people go through rows one after the other: a queue, a list, and a switch that masks names."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar

import ipywidgets

from connect_kit.panels.board import Board, Press
from connect_kit.panels.elements import Node, button, el, table
from connect_kit.panels.queue import Queue
from connect_kit.panels.sheet import Sheet

__all__ = ["Panel", "Press"]

V = TypeVar("V")
_ARROWS = {"ArrowUp": -1, "ArrowDown": 1}


class Panel(Board[V]):
    """A view on a frozen value, of whose rows one is the current one.

    Attributes
    ----------
    layout : ipywidgets.VBox
        The widget, for an arrangement of your own.
    buttons : dict of str to ipywidgets.Button
    mask : ipywidgets.Checkbox
        Whether names, birth dates, addresses and numbers are hidden.
    error : Exception or None
        What went wrong last; it is shown in the panel too.
    """

    keys: ClassVar = {"m": False, **dict.fromkeys(_ARROWS, True)}

    def __init__(self, value: V, *, masked: bool = False) -> None:
        self._masked = masked
        super().__init__(value)

    # What a panel of its own kind does.

    @abstractmethod
    def _load(self) -> Queue:
        """The rows of the value, as a queue."""

    @abstractmethod
    def _filter(self) -> None:
        """Narrow the queue by what the filters say."""

    def _progress(self) -> tuple[int, int]:
        """How many are looked at, and of how many; none where nothing is to be gone through."""
        return 0, 0

    # What is the same in all of them.

    def _prepare(self) -> None:
        self.queue = self._load()
        self.list = Sheet(self._heard, role="region", label=f"{self.title}: list")
        self.list.add_class("ck-list")
        self.mask = ipywidgets.Checkbox(self._masked, description="Mask names (m)", indent=False)
        self.mask.observe(lambda _: self._run(), "value")

    def _first(self) -> None:
        self._filter()

    def _reload(self) -> None:
        self.queue = self._load()
        self._filter()

    def _refilter(self, _: object = None) -> None:
        self._run(self._filter)

    def _key(self, key: str) -> None:
        if key == "m":
            self.mask.value = not self.mask.value
        else:
            self._step(_ARROWS[key])

    def _asked(self, do: str, of: str) -> None:
        if do == "go":
            self.queue.go(int(of))
        elif do == "page":
            self.queue.turn(int(of))

    def _step(self, by: int) -> None:
        if not self.queue.step(by):
            self._said = "This is the last one shown." if by > 0 else "This is the first one shown."

    # What stands in all of them.

    def _state(self) -> list[Node]:
        done, whole = self._progress()
        bar = [el("progress", max=whole, value=done, aria_label="Progress")] if whole else []
        words = f"{done:,} of {whole:,} looked at." if whole else "Nothing is to be looked at."
        return [el("div", *bar, el("span", words), el("span", self._said), class_="ck-done")]

    def _further_keys(self) -> str:
        return ", m mask; ↑ ↓ in the list"

    def _show_list(self, caption: str, head: Sequence[str], rows: Sequence[tuple[int, int, Sequence[object]]]) -> None:
        """Show the list: of each row its number, its place in the queue, and its cells."""
        made = []
        for number, place, cells in rows:
            current = place == self.queue.place
            opener = button(f"{'▶ ' * current}{number:,}", "go", str(place), aria_label=f"Show {number:,}")
            row = [el("th", opener, scope="row"), *(el("td", cell, dir="auto") for cell in cells)]
            made.append(el("tr", *row, aria_current="true" if current else None))
        if not made:
            self.list.show(el("p", f"{caption}: none with these filters."))
            return
        page, pages = self.queue.page, self.queue.pages
        turns = [("Previous page", -1)] * (page > 0) + [("Next page", 1)] * (page + 1 < pages)
        pager = [el("p", *(button(words, "page", str(by)) for words, by in turns))] if turns else []
        told = f"{caption}: {len(self.queue.shown):,}" + f", page {page + 1:,} of {pages:,}" * (pages > 1)
        self.list.show(*pager, table(told, ["show", *head], made, data_rows=""))
