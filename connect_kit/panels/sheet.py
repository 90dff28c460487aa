"""The one widget of the kit's own: a sheet of text, tables and buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from connect_kit.panels.elements import Node, text_of

_HERE = Path(__file__).parent


class Sheet(anywidget.AnyWidget):
    """Shows elements, and says which button or key was pressed.

    What it shows is sent as a message and is no part of the widget's state, because state may be stored in the
    notebook, and with it the names of pupils.
    """

    _esm = _HERE / "sheet.js"
    _css = _HERE / "sheet.css"
    role = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    #: Keys listened to, anywhere in the panel around the sheet.
    listens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    #: Those among them that only move, and may be held.
    moves = traitlets.List(traitlets.Unicode()).tag(sync=True)
    focusable = traitlets.Bool(False).tag(sync=True)

    def __init__(self, heard: Callable[[Mapping[str, Any]], None] | None = None, **told: Any) -> None:
        self.content: tuple[Node, ...] = ()
        super().__init__(**told)
        self._tell = heard
        self.on_msg(lambda _, message, __: self._heard(message))

    def show(self, *content: Node, answered: bool = False) -> None:
        """Show this instead of what was there; ``answered`` lets the panel take the next press."""
        message: dict[str, Any] = {"answered": answered}
        if content != self.content:  # what is the same is not read out again
            self.content = message["content"] = content
        if len(message) > 1 or answered:
            self.send(message)

    @property
    def text(self) -> str:
        """All that can be read on it."""
        return text_of(self.content)

    def _heard(self, message: Mapping[str, Any]) -> None:
        if "ready" in message:  # a view that has just opened
            self.send({"content": list(self.content)})
        elif self._tell:
            self._tell(message)
