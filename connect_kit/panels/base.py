"""What every panel has: a value, a layout, one way to run what a person asks for, and a place for errors."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import ipywidgets

from connect_kit.errors import ConnectKitError
from connect_kit.panels.elements import Node, el
from connect_kit.panels.html_view import HtmlView

V = TypeVar("V")


class Command(NamedTuple):
    """A button: its label, the key that does the same, what it is for, and whether it decides or moves."""

    label: str
    key: str
    tooltip: str
    decides: bool = False
    moves: bool = False


class PanelBase(ABC, Generic[V]):
    """A view of a frozen value: it shows the value, calls its methods, and keeps the new value that they return.

    Attributes
    ----------
    layout : ipywidgets.VBox
        The widget, for an arrangement of your own.
    buttons : dict of str to ipywidgets.Button
    error : Exception or None
        What went wrong last; it is shown in the panel too.
    """

    title: ClassVar[str]
    commands: ClassVar[Mapping[str, Command]]
    #: Keys beside those of the buttons: the key, and whether it may be held down.
    keys: ClassVar[Mapping[str, bool]] = {}

    def __init__(self, value: V) -> None:
        self._value = value
        self._watchers: list[Callable[[V], object]] = []
        self._status = ""
        self._changed = False
        self._lock, self._runner = threading.Lock(), 0
        self.error: Exception | None = None
        moves = {**{one.key: one.moves for one in self.commands.values() if one.key}, **self.keys}
        self.status = HtmlView(
            self._on_message,
            role="status",
            deciding_keys=[key for key in moves if not moves[key]],
            moving_keys=[key for key in moves if moves[key]],
        )
        self.alert = HtmlView(role="alert")
        self.alert.add_class("ck-alert")
        self.buttons = {name: self._button(name, command) for name, command in self.commands.items()}
        self.help = HtmlView(self._on_message)
        self._prepare()
        self.layout = ipywidgets.VBox([*self._parts(), self.help])
        self.layout.add_class("ck-panel")
        self.help.show(self._shortcuts())
        self._run(self._start)

    # What each kind of panel defines.

    def _prepare(self) -> None:
        """Make what must exist before the parts are arranged."""

    @abstractmethod
    def _parts(self) -> Sequence[ipywidgets.Widget]:
        """The parts from top to bottom, which is the order in which the keyboard reaches them."""

    def _start(self) -> None:
        """What is done before the panel is drawn for the first time."""

    def _check_idle(self) -> None:
        """Raise while work in progress needs the value."""

    @abstractmethod
    def _reload(self) -> None:
        """Show another value."""

    @abstractmethod
    def _on_command(self, name: str) -> None:
        """Do what a button of :attr:`commands` asks for."""

    def _on_action(self, action: str, value: str) -> None:
        """Do what a button on a view asks for."""

    def _on_key(self, key: str) -> None:
        """Do what one of :attr:`keys` asks for."""

    @abstractmethod
    def _draw(self) -> None:
        """Show everything as it is now."""

    def _draw_late(self) -> None:
        """Show what takes longer."""

    def _status_line(self) -> list[Node]:
        """What the status line says."""
        return [el("p", self._status)]

    # The value.

    @property
    def value(self) -> V:
        """The value with every decision made here. Setting it shows another one."""
        return self._value

    @value.setter
    def value(self, value: V) -> None:
        self._check_idle()
        self._set_value(value)
        self._run(self._reload)

    def observe_value(self, callback: Callable[[V], object]) -> None:
        """Call this with the new value after each decision."""
        self._watchers.append(callback)

    def _set_value(self, value: V) -> None:
        self._value, self._changed = value, True

    # What a person does.

    def _button(self, name: str, command: Command) -> ipywidgets.Button:
        label = f"{command.label} ({command.key})" if command.key else command.label
        button = ipywidgets.Button(description=label, tooltip=command.tooltip, layout={"width": "auto"})
        if command.decides:
            button.add_class("ck-decides")
        button.on_click(lambda _: self._run(self._on_command, name))
        return button

    def _row(self, *parts: ipywidgets.Widget | str) -> ipywidgets.Box:
        """Parts side by side; a text stands for the button of that name."""
        widgets = [self.buttons[part] if isinstance(part, str) else part for part in parts]
        for widget in widgets:
            widget.style.description_width = "initial"
        row = ipywidgets.Box(widgets, layout={"flex_flow": "row wrap", "align_items": "center"})
        row.add_class("ck-row")
        return row

    def _dropdown(
        self, description: str, options: Sequence[tuple[str, str]], action: Callable[[], object]
    ) -> ipywidgets.Dropdown:
        """A choice that does something when it changes."""
        dropdown = ipywidgets.Dropdown(options=options, description=description)
        dropdown.observe(lambda _: self._run(action), "value")
        return dropdown

    def _on_message(self, message: Mapping[str, Any]) -> None:
        self._run(self._dispatch, message)

    def _dispatch(self, message: Mapping[str, Any]) -> None:
        """Do what a key or a button on a view asks for."""
        key, action, value = (str(message.get(name, "")) for name in ("key", "action", "value"))
        if key in self.keys:
            self._on_key(key)
        elif key:
            self._on_command(next(name for name, command in self.commands.items() if command.key == key))
        else:
            self._on_action(action, value)

    def _run(self, action: Callable[..., object] | None = None, *arguments: object) -> None:
        """The one way in for whatever a widget calls: ipywidgets would swallow its exceptions."""
        if self._runner == threading.get_ident():  # a widget that this run itself has changed
            return
        with self._lock:  # JupyterLab runs callbacks in a thread beside the cells, which may press buttons too
            self._runner, self._status = threading.get_ident(), ""
            self._run_steps(action, *arguments)

    def _run_steps(self, action: Callable[..., object] | None, *arguments: object) -> None:
        faults: dict[str, Exception] = {}  # by their text, since drawing may fail again for the same reason
        status: list[Node] = []
        quick: list[Callable[[], object]] = [self._draw, lambda: status.extend(self._status_line())]
        if action is not None:
            quick.insert(0, lambda: action(*arguments))
        try:
            self._attempt(quick, faults)
        finally:
            self._show_faults(faults)
            self.status.show(*status, answered=True)
        # What is on the screen now can be decided; a press that arrives meanwhile waits its turn.
        try:
            self._attempt([self._notify_watchers, self._draw_late], faults)
        finally:
            self._runner = 0
            self._show_faults(faults)

    @staticmethod
    def _attempt(steps: Sequence[Callable[[], object]], faults: dict[str, Exception]) -> None:
        for step in steps:
            try:
                step()
            except Exception as fault:  # noqa: BLE001 - shown in the panel and kept; nobody is there to catch it
                faults.setdefault(repr(fault), fault)

    def _notify_watchers(self) -> None:
        if self._changed:
            self._changed = False
            for callback in self._watchers:
                callback(self._value)

    # What every panel shows.

    def _show_faults(self, faults: Mapping[str, Exception]) -> None:
        self.error = next(iter(faults.values()), None)
        self.alert.show(*map(self._fault, faults.values()))

    def _fault(self, fault: Exception) -> Node:
        if isinstance(fault, ConnectKitError):
            return el("p", el("strong", "✖ Not done: "), str(fault))
        kind = f"{type(fault).__name__}: {fault}"
        return el("p", el("strong", "✖ The panel failed: "), kind, ". The exception is in ", el("code", ".error"), ".")

    def _shortcuts(self) -> Node:
        keys = [f"{one.key} {one.label.casefold().strip('?')}" for one in self.commands.values() if one.key]
        text = f"Keyboard shortcuts while the focus is in this panel: {', '.join(keys)}{self._more_shortcuts()}."
        return el("p", text, class_="ck-quiet")

    def _more_shortcuts(self) -> str:
        """What is added to the line of keyboard shortcuts."""
        return ""

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Show the panel as the last line of a cell; what is stored with the notebook contains no names."""
        shown: dict[str, Any] = dict(self.layout._repr_mimebundle_(**options))
        shown["text/plain"] = repr(self)
        return shown

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value!r})"
