"""The panel that shows what Connect reported about an upload, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import ipywidgets

from connect_kit.display.look import counted
from connect_kit.engine.arguments import checked
from connect_kit.panels import results_view as view
from connect_kit.panels.base import Command
from connect_kit.panels.elements import Node, el
from connect_kit.panels.html_view import HtmlView
from connect_kit.panels.queue import PAGE, Queue
from connect_kit.panels.review import ReviewPanel
from connect_kit.results.value import Results

if TYPE_CHECKING:
    import pandas as pd

_PARTS: Mapping[str, str] = {
    "errors by cause": "causes",
    "differences from the forecast": "differences",
    "corrections for the district": "corrections",
    "guardians disconnected by Abandon": "disconnected",
    "staff removed from schools": "staff_removed",
    "children removed from schools": "children_removed",
    "message to support": "message",
}


class ResultsPanel(ReviewPanel[Results]):
    """Errors by cause with their rows, differences from the forecast, corrections, and a message to support.

    It only calls the methods of :class:`~connect_kit.Results`. It shows IDs and no names.

    Parameters
    ----------
    results : Results

    Attributes
    ----------
    value : Results
    part : ipywidgets.Dropdown
        Which part is shown.
    folder : ipywidgets.Text
        Where the results are saved.
    """

    title: ClassVar[str] = "Causes"
    keys: ClassVar = {key: moves for key, moves in ReviewPanel.keys.items() if moves}
    commands: ClassVar[Mapping[str, Command]] = {
        "previous": Command("Previous cause", "p", "Show the rows of the previous cause", moves=True),
        "next": Command("Next cause", "n", "Show the rows of the next cause", moves=True),
        "save": Command("Save", "", "Save results.csv, corrections.csv and support-message.txt in the folder", True),
    }

    @checked()
    def __init__(self, results: Results) -> None:
        self._pages = dict.fromkeys(_PARTS.values(), 0)
        self._frames: dict[tuple[str, int], pd.DataFrame] = {}
        super().__init__(results)

    def _parts(self) -> Sequence[ipywidgets.Widget]:
        self.head = HtmlView(role="region", label="What Connect reported")
        self.part = self._dropdown("Show", list(_PARTS.items()), self._filter)
        self.shown = HtmlView(self._on_message, role="region", label="Details", focusable=True)
        self.folder = ipywidgets.Text(description="Folder", continuous_update=False, layout={"width": "620px"})
        self._steps = self._row("previous", "next")
        return (
            self.head,
            self._row(self.part),
            self.status,
            self.alert,
            self.list,
            self._steps,
            self.shown,
            self._row(self.folder, "save"),
        )

    # The queue.

    def _load(self) -> Queue:
        self._frames = {}
        return Queue(self._value.causes())

    def _filter(self) -> None:
        self.queue.narrow(self.queue.frame["count"].notna())

    def _frame(self, part: str) -> pd.DataFrame:
        """The rows of the current cause, the differences or the corrections; computed once."""
        key = (part, self.queue.place or 0 if part == "causes" else 0)
        if key not in self._frames:
            made = {
                "causes": lambda: self._value.rows_of(key[1]),
                "differences": self._value.differences,
                "corrections": self._value.corrections,
                "disconnected": self._value.disconnected,
                "staff_removed": self._value.staff_removed,
                "children_removed": self._value.children_removed,
            }
            self._frames = {one: frame for one, frame in self._frames.items() if one[0] != part} | {key: made[part]()}
        return self._frames[key]

    # What a person does.

    def _on_command(self, name: str) -> None:
        if name == "save":
            self._save()
        else:
            super()._on_command(name)

    def _step(self, by: int) -> None:
        super()._step(by)
        self._pages["causes"] = 0

    def _on_action(self, action: str, value: str) -> None:
        if action == "copy":
            self._status = "Copied." if value == "copied" else "Selected; press Ctrl+C to copy it."
        elif action == "turn":
            part = self.part.value
            last = max(0, -(-len(self._frame(part)) // PAGE) - 1)
            self._pages[part] = min(max(0, self._pages[part] + int(value)), last)
        else:
            super()._on_action(action, value)
            self._pages["causes"] = 0

    def _save(self) -> None:
        folder = self.folder.value.strip()
        if not folder:
            self._status = "Enter a folder first."
            return
        self._value.save(folder)
        self._status = f"Saved in {folder}."

    # What is shown.

    def _status_line(self) -> list[Node]:
        errors = int(self.queue.frame["count"].sum())
        causes = len(self.queue.frame)
        text = f"{counted(errors, 'row')} failed, with {counted(causes, 'cause')}." if errors else "No errors."
        return [el("p", text, " ", self._status)]

    def _more_shortcuts(self) -> str:
        return "; ↑ ↓ in the list"

    def _draw(self) -> None:
        part, row = self.part.value, self.queue.current
        self.head.show(*view.summary(self._value))
        by_cause = part == "causes"
        self._steps.layout.display = None if by_cause and row is not None else "none"
        if by_cause:
            self._show_list("Errors by cause", view.HEADINGS, view.cells)
        else:
            self.list.show()
        if part == "message":
            self.shown.show(*view.message(self._value.support_message()))
        elif not by_cause:
            self.shown.show(*view.paged(str(self.part.label).capitalize(), self._frame(part), self._pages[part]))
        elif row is None:
            self.shown.show(el("p", "Every row was successful."))
        else:
            page = view.paged("Rows with this cause", self._frame(part).drop(columns="code"), self._pages[part])
            self.shown.show(*view.cause(row, self.queue.position), *page)
