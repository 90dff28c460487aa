"""What every panel has: a value, a layout, one way to run what a person asks for, and a place for what goes wrong."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import ipywidgets

from connect_kit.errors import ConnectKitError
from connect_kit.panels.elements import Node, el
from connect_kit.panels.sheet import Sheet

V = TypeVar("V")


class Press(NamedTuple):
    """A button: its words, the key that does the same, what it is for, and whether it decides or moves."""

    words: str
    key: str
    tooltip: str
    decides: bool = False
    moves: bool = False


class Board(ABC, Generic[V]):
    """A view on a frozen value: it shows it, calls its methods, and holds the one that comes back.

    Attributes
    ----------
    layout : ipywidgets.VBox
        The widget, for an arrangement of your own.
    buttons : dict of str to ipywidgets.Button
    error : Exception or None
        What went wrong last; it is shown in the panel too.
    """

    title: ClassVar[str]
    presses: ClassVar[Mapping[str, Press]]
    #: Keys beside those of the buttons: the key, and whether it may be held.
    keys: ClassVar[Mapping[str, bool]] = {}

    def __init__(self, value: V) -> None:
        self._value = value
        self._watching: list[Callable[[V], object]] = []
        self._said = ""
        self._changed = False
        self._lock, self._runner = threading.Lock(), 0
        self.error: Exception | None = None
        heard = {**{press.key: press.moves for press in self.presses.values() if press.key}, **self.keys}
        deciding, moving = ([key for key in heard if heard[key] is moves] for moves in (False, True))
        self.status = Sheet(self._heard, role="status", listens=deciding, moves=moving)
        self.alert = Sheet(role="alert")
        self.alert.add_class("ck-alert")
        self.buttons = {name: self._button(name, press) for name, press in self.presses.items()}
        self.help = Sheet(self._heard)
        self._prepare()
        self.layout = ipywidgets.VBox([*self._arranged(), self.help])
        self.layout.add_class("ck-panel")
        self.help.show(self._keys())
        self._run(self._first)

    # What a panel of its own kind does.

    def _prepare(self) -> None:
        """What is to be there before the parts are arranged."""

    @abstractmethod
    def _arranged(self) -> Sequence[ipywidgets.Widget]:
        """The parts from top to bottom, which is the order in which the keyboard reaches them."""

    def _first(self) -> None:
        """What is done before the panel is drawn for the first time."""

    def _check_free(self) -> None:
        """Raise while the value is needed for what is under way."""

    @abstractmethod
    def _reload(self) -> None:
        """Another value is to be shown."""

    @abstractmethod
    def _press(self, name: str) -> None:
        """Do what a button does."""

    def _asked(self, do: str, of: str) -> None:
        """Do what a button on a sheet asks for."""

    def _key(self, key: str) -> None:
        """Do what one of ``keys`` asks for."""

    @abstractmethod
    def _draw(self) -> None:
        """Show everything as it is now."""

    def _draw_late(self) -> None:
        """Show what takes its time."""

    def _state(self) -> list[Node]:
        """What the status line says."""
        return [el("p", self._said)]

    # The value.

    @property
    def value(self) -> V:
        """The value with every decision made here. Setting it shows another one."""
        return self._value

    @value.setter
    def value(self, value: V) -> None:
        self._check_free()
        self._take(value)
        self._run(self._reload)

    def observe_value(self, callback: Callable[[V], object]) -> None:
        """Call this with the new value after each decision."""
        self._watching.append(callback)

    def _take(self, value: V) -> None:
        self._value, self._changed = value, True

    # What a person does.

    def _button(self, name: str, press: Press) -> ipywidgets.Button:
        words = f"{press.words} ({press.key})" if press.key else press.words
        made = ipywidgets.Button(description=words, tooltip=press.tooltip, layout={"width": "auto"})
        if press.decides:
            made.add_class("ck-decides")
        made.on_click(lambda _: self._run(self._press, name))
        return made

    def _row(self, *parts: ipywidgets.Widget) -> ipywidgets.Box:
        for part in parts:
            part.style.description_width = "initial"
        row = ipywidgets.Box(parts, layout={"flex_flow": "row wrap", "align_items": "center"})
        row.add_class("ck-row")
        return row

    def _heard(self, message: Mapping[str, Any]) -> None:
        self._run(self._do, message)

    def _do(self, message: Mapping[str, Any]) -> None:
        """What a key asks for, or a button on a sheet."""
        key, asked, of = (str(message.get(name, "")) for name in ("key", "do", "of"))
        if key in self.keys:
            self._key(key)
        elif key:
            self._press(next(name for name, press in self.presses.items() if press.key == key))
        else:
            self._asked(asked, of)

    def _run(self, action: Callable[..., object] | None = None, *arguments: object) -> None:
        """The one way in for whatever a widget calls: ipywidgets would swallow what goes wrong."""
        if self._runner == threading.get_ident():  # a widget that this run itself has changed
            return
        with self._lock:  # JupyterLab runs callbacks in a thread beside the cells, which may press buttons too
            self._runner, self._said = threading.get_ident(), ""
            self._run_steps(action, *arguments)

    def _run_steps(self, action: Callable[..., object] | None, *arguments: object) -> None:
        faults: dict[str, Exception] = {}  # by what they say, since drawing may stumble over the same thing again
        state: list[Node] = []
        quick: list[Callable[[], object]] = [self._draw, lambda: state.extend(self._state())]
        if action is not None:
            quick.insert(0, lambda: action(*arguments))
        try:
            self._attempt(quick, faults)
        finally:
            self.error = next(iter(faults.values()), None)
            self.alert.show(*map(self._fault, faults.values()))
            self.status.show(*state, answered=True)
        # What is on the screen now can be decided about; a press that comes meanwhile waits its turn.
        try:
            self._attempt([self._tell_watchers, self._draw_late], faults)
        finally:
            self._runner = 0
            self.error = next(iter(faults.values()), None)
            self.alert.show(*map(self._fault, faults.values()))

    @staticmethod
    def _attempt(steps: Sequence[Callable[[], object]], faults: dict[str, Exception]) -> None:
        for step in steps:
            try:
                step()
            except Exception as fault:  # noqa: BLE001 - shown in the panel and kept; nobody is there to catch it
                faults.setdefault(repr(fault), fault)

    def _tell_watchers(self) -> None:
        if self._changed:
            self._changed = False
            for callback in self._watching:
                callback(self._value)

    # What stands in every panel.

    def _fault(self, fault: Exception) -> Node:
        if isinstance(fault, ConnectKitError):
            return el("p", el("strong", "✖ Not done: "), str(fault))
        kind = f"{type(fault).__name__}: {fault}"
        return el("p", el("strong", "✖ The panel failed: "), kind, ". ", el("code", ".error"), " holds it.")

    def _keys(self) -> Node:
        told = [f"{press.key} {press.words.casefold().strip('?')}" for press in self.presses.values() if press.key]
        more = self._further_keys()
        return el("p", f"Keys, while the focus is in this panel: {', '.join(told)}{more}.", class_="ck-quiet")

    def _further_keys(self) -> str:
        """What else is said about keys."""
        return ""

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Show the panel as the last line of a cell; what is stored with the notebook holds no names."""
        shown: dict[str, Any] = dict(self.layout._repr_mimebundle_(**options))
        shown["text/plain"] = repr(self)
        return shown

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value!r})"
