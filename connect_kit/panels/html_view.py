"""The kit's own widget: a view of text, tables and buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from connect_kit.panels.elements import Node, text_of

_HERE = Path(__file__).parent


class HtmlView(anywidget.AnyWidget):
    """Shows elements, and reports which button or key was pressed.

    What it shows is sent as a message and is not part of the widget's state, because the state may be stored in the
    notebook, and the names of students with it.
    """

    _esm = _HERE / "html_view.js"
    _css = _HERE / "html_view.css"
    role = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    #: Keys that decide something, taken anywhere in the panel around the view; holding one down counts once.
    deciding_keys = traitlets.List(traitlets.Unicode()).tag(sync=True)
    #: Keys that only move, and may be held down.
    moving_keys = traitlets.List(traitlets.Unicode()).tag(sync=True)
    focusable = traitlets.Bool(False).tag(sync=True)

    def __init__(self, on_message: Callable[[Mapping[str, Any]], None] | None = None, **traits: Any) -> None:
        self.content: tuple[Node, ...] = ()
        super().__init__(**traits)
        self._callback = on_message
        self.on_msg(lambda _, message, __: self._on_message(message))

    def show(self, *content: Node, answered: bool = False) -> None:
        """Show this instead of the previous content; ``answered`` lets the panel take the next press."""
        message: dict[str, Any] = {"answered": answered}
        if content != self.content:  # what has not changed is not read out again
            self.content = message["content"] = content
        if len(message) > 1 or answered:
            self.send(message)

    @property
    def text(self) -> str:
        """All text that can be read in it."""
        return text_of(self.content)

    def _on_message(self, message: Mapping[str, Any]) -> None:
        if "ready" in message:  # the browser has just opened a view
            self.send({"content": list(self.content)})
        elif self._callback:
            self._callback(message)
