"""A panel in which people review rows one after the other: a queue, a list, and a switch that masks names."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import ipywidgets

from connect_kit.panels.base import Command, PanelBase
from connect_kit.panels.elements import Node, button, el, pager, table
from connect_kit.panels.html_view import HtmlView
from connect_kit.panels.queue import Queue

V = TypeVar("V")
_ARROWS = {"ArrowUp": -1, "ArrowDown": 1}
#: The commands that go through the queue.
STEPS: Mapping[str, Command] = {
    "previous": Command("Previous", "p", "Show the previous one", moves=True),
    "next": Command("Next", "n", "Show the next one", moves=True),
}


class ReviewPanel(PanelBase[V]):
    """A view of a frozen value, of whose rows one is the current one.

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

    # What each kind of review defines.

    @abstractmethod
    def _load(self) -> Queue:
        """The rows of the value, as a queue."""

    @abstractmethod
    def _filter(self) -> None:
        """Narrow the queue by the filters."""

    def _progress(self) -> tuple[int, int]:
        """How many are reviewed, and of how many; (0, 0) where nothing needs a review."""
        return 0, 0

    # What is the same in all of them.

    def _prepare(self) -> None:
        self.queue = self._load()
        self.list = HtmlView(self._on_message, role="region", label=f"{self.title}: list")
        self.list.add_class("ck-list")
        self.mask = ipywidgets.Checkbox(self._masked, description="Mask names (m)", indent=False)
        self.mask.observe(lambda _: self._run(), "value")

    def _start(self) -> None:
        self._filter()

    def _reload(self) -> None:
        self.queue = self._load()
        self._filter()

    def _on_command(self, name: str) -> None:
        if name in STEPS:
            self._step(1 if name == "next" else -1)

    def _on_key(self, key: str) -> None:
        if key == "m":
            self.mask.value = not self.mask.value
        else:
            self._step(_ARROWS[key])

    def _on_action(self, action: str, value: str) -> None:
        if action == "go":
            self.queue.go(int(value))
        elif action == "page":
            self.queue.turn(int(value))

    def _step(self, by: int) -> None:
        if not self.queue.step(by):
            self._status = "This is the last one shown." if by > 0 else "This is the first one shown."

    # What all of them show.

    def _status_line(self) -> list[Node]:
        done, whole = self._progress()
        bar = [el("progress", max=whole, value=done, aria_label="Progress")] if whole else []
        words = f"{done:,} of {whole:,} reviewed." if whole else "Nothing to review."
        return [el("div", *bar, el("span", words), el("span", self._status), class_="ck-done")]

    def _more_shortcuts(self) -> str:
        return ", m mask; ↑ ↓ in the list"

    def _show_list(self, caption: str, head: Sequence[Node], cells: Callable[[Any], Sequence[object]]) -> None:
        """Show the current page of the queue; ``cells`` makes those of a row."""
        rows = []
        for number, place, row in self.queue.on_page():
            current = place == self.queue.place
            opener = button(f"{'▶ ' * current}{number:,}", "go", str(place), aria_label=f"Show {number:,}")
            made = [el("th", opener, scope="row"), *(el("td", cell, dir="auto") for cell in cells(row))]
            rows.append(el("tr", *made, aria_current="true" if current else None))
        if not rows:
            self.list.show(el("p", f"{caption}: none with these filters."))
            return
        turns, where = pager("page", self.queue.page, self.queue.pages)
        title = f"{caption}: {len(self.queue.shown):,}{where}"
        self.list.show(*turns, table(title, ["show", *head], rows, data_rows="", class_="ck-figures"))
