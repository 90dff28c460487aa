"""The panel that shows what Connect said about an upload, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import ipywidgets

from connect_kit.panels import results_view as view
from connect_kit.panels.elements import Node, el
from connect_kit.panels.panel import Panel, Press
from connect_kit.panels.queue import PAGE, Queue
from connect_kit.panels.sheet import Sheet
from connect_kit.results.value import Results

if TYPE_CHECKING:
    import pandas as pd

_PARTS: Mapping[str, str] = {
    "errors by cause": "causes",
    "differences from the forecast": "differences",
    "corrections for the district": "corrections",
    "message to support": "message",
}


class ResultsPanel(Panel[Results]):
    """Errors by cause with their rows, differences from the forecast, corrections, and a message to support.

    It calls the verbs of :class:`~connect_kit.Results` and adds none. It shows IDs and no names.

    Parameters
    ----------
    results : Results

    Attributes
    ----------
    value : Results
    part : ipywidgets.Dropdown
        What is shown.
    folder : ipywidgets.Text
        Where it is saved.
    """

    title: ClassVar[str] = "Causes"
    keys: ClassVar = {key: moves for key, moves in Panel.keys.items() if moves}
    presses: ClassVar[Mapping[str, Press]] = {
        "previous": Press("Previous cause", "p", "Show the rows of the previous cause", moves=True),
        "next": Press("Next cause", "n", "Show the rows of the next cause", moves=True),
        "save": Press("Save", "", "Write results.csv, corrections.csv and support-message.txt into the folder", True),
    }

    def __init__(self, results: Results) -> None:
        self._pages = dict.fromkeys(_PARTS.values(), 0)
        self._frames: dict[tuple[str, int], pd.DataFrame] = {}
        super().__init__(results)

    def _arranged(self) -> Sequence[ipywidgets.Widget]:
        self.head = Sheet(role="region", label="What Connect said")
        self.part = ipywidgets.Dropdown(options=list(_PARTS.items()), description="Show")
        self.part.observe(lambda _: self._run(), "value")
        self.shown = Sheet(self._heard, role="region", label="What is chosen above", focusable=True)
        self.folder = ipywidgets.Text(description="Folder", continuous_update=False, layout={"width": "620px"})
        self._steps = self._row(self.buttons["previous"], self.buttons["next"])
        return (
            self.head,
            self._row(self.part),
            self.status,
            self.alert,
            self.list,
            self._steps,
            self.shown,
            self._row(self.folder, self.buttons["save"]),
        )

    # The queue.

    def _load(self) -> Queue:
        self._frames = {}
        return Queue(self._value.causes())

    def _filter(self) -> None:
        self.queue.narrow(self.queue.frame["count"].notna())

    def _frame(self, part: str) -> pd.DataFrame:
        """Rows of the current cause, differences or corrections; computed once."""
        key = (part, self.queue.place or 0 if part == "causes" else 0)
        if key not in self._frames:
            made = {
                "causes": lambda: self._value.rows_of(key[1]),
                "differences": self._value.differences,
                "corrections": self._value.corrections,
            }
            self._frames = {one: frame for one, frame in self._frames.items() if one[0] != part} | {key: made[part]()}
        return self._frames[key]

    # What a person does.

    def _press(self, name: str) -> None:
        if name == "save":
            self._save()
        else:
            self._step(1 if name == "next" else -1)

    def _step(self, by: int) -> None:
        super()._step(by)
        self._pages["causes"] = 0

    def _asked(self, do: str, of: str) -> None:
        if do == "copy":
            self._said = "Copied." if of == "copied" else "Marked; press Ctrl+C to copy it."
        elif do == "turn":
            part = self.part.value
            last = max(0, -(-len(self._frame(part)) // PAGE) - 1)
            self._pages[part] = min(max(0, self._pages[part] + int(of)), last)
        else:
            super()._asked(do, of)
            self._pages["causes"] = 0

    def _save(self) -> None:
        folder = self.folder.value.strip()
        if not folder:
            self._said = "Name a folder first."
            return
        self._value.save(folder)
        self._said = f"Saved in {folder}."

    # What is seen.

    def _state(self) -> list[Node]:
        errors = int(self.queue.frame["count"].sum())
        causes = len(self.queue.frame)
        rows = "row" if errors == 1 else "rows"
        of = "cause" if causes == 1 else "causes"
        text = f"{errors:,} {rows} without success, of {causes:,} {of}." if errors else "No errors."
        return [el("p", text, " ", self._said)]

    def _further_keys(self) -> str:
        return "; ↑ ↓ in the list"

    def _draw(self) -> None:
        part, row = self.part.value, self.queue.current
        self.head.show(*view.summary(self._value))
        by_cause = part == "causes"
        self._steps.layout.display = None if by_cause and row is not None else "none"
        if by_cause:
            rows = [(number, at, view.cells(line)) for number, at, line in self.queue.on_page()]
            self._show_list("Errors by cause", view.HEADINGS, rows)
        else:
            self.list.show()
        if part == "message":
            self.shown.show(*view.message(self._value.support_message()))
        elif not by_cause:
            self.shown.show(*view.paged(str(self.part.label).capitalize(), self._frame(part), self._pages[part]))
        elif row is None:
            self.shown.show(el("p", "Every row here went through."))
        else:
            place = f"{self.queue.at + 1:,} of {len(self.queue.shown):,}"
            page = view.paged("Its rows", self._frame(part).drop(columns="code"), self._pages[part])
            self.shown.show(*view.cause(row, place), *page)
