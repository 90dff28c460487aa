"""What every panel has: a value, a layout, one way to run what a person asks for, and a place for what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import ipywidgets

from connect_kit.errors import ConnectKitError
from connect_kit.panels.elements import Node, button, el, table
from connect_kit.panels.queue import Queue
from connect_kit.panels.sheet import Sheet

V = TypeVar("V")
_ARROWS = {"ArrowUp": -1, "ArrowDown": 1}


class Press(NamedTuple):
    """A button: its words, the key that does the same, what it is for, and whether it decides or moves."""

    words: str
    key: str
    tooltip: str
    decides: bool = False
    moves: bool = False


class Panel(Generic[V]):
    """A view on a frozen value: it shows it, calls its methods, and holds the one that comes back.

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

    title: ClassVar[str]
    presses: ClassVar[Mapping[str, Press]]

    def __init__(self, value: V, *, masked: bool = False) -> None:
        self._value = value
        self._watching: list[Callable[[V], object]] = []
        self._said = ""
        self._changed = False
        self._lock, self._runner = threading.Lock(), 0
        self.error: Exception | None = None
        self.queue = self._load()
        deciding = [press.key for press in self.presses.values() if press.key and not press.moves]
        moving = [press.key for press in self.presses.values() if press.moves]
        self.status = Sheet(self._heard, role="status", listens=[*deciding, "m"], moves=[*moving, *_ARROWS])
        self.alert = Sheet(role="alert")
        self.alert.add_class("ck-alert")
        self.list = Sheet(self._heard, role="region", label=f"{self.title}: list")
        self.list.add_class("ck-list")
        self.mask = ipywidgets.Checkbox(masked, description="Mask names (m)", indent=False)
        self.mask.observe(lambda _: self._run(), "value")
        self.buttons = {name: self._button(name, press) for name, press in self.presses.items()}
        self.help = Sheet(self._heard)
        self.layout = ipywidgets.VBox([*self._arranged(), self.help])
        self.layout.add_class("ck-panel")
        self.help.show(self._keys())
        self._run(self._filter)

    # What a panel of its own kind does.

    def _load(self) -> Queue:
        """The rows of the value, as a queue."""
        raise NotImplementedError

    def _arranged(self) -> Sequence[ipywidgets.Widget]:
        """The parts from top to bottom, which is the order in which the keyboard reaches them."""
        raise NotImplementedError

    def _filter(self) -> None:
        """Narrow the queue by what the filters say."""
        raise NotImplementedError

    def _press(self, name: str) -> None:
        """Do what a button does."""
        raise NotImplementedError

    def _draw(self) -> None:
        """Show the current row and the list."""
        raise NotImplementedError

    def _draw_late(self) -> None:
        """Show what takes its time."""

    def _progress(self) -> tuple[int, int]:
        """How many are looked at, and of how many."""
        raise NotImplementedError

    # The value.

    @property
    def value(self) -> V:
        """The value with every decision made here. Setting it shows another one."""
        return self._value

    @value.setter
    def value(self, value: V) -> None:
        self._take(value)
        self._run(self._reload)

    def observe_value(self, callback: Callable[[V], object]) -> None:
        """Call this with the new value after each decision."""
        self._watching.append(callback)

    def _take(self, value: V) -> None:
        self._value, self._changed = value, True

    def _reload(self) -> None:
        self.queue = self._load()
        self._filter()

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

    def _refilter(self, _: object = None) -> None:
        self._run(self._filter)

    def _heard(self, message: Mapping[str, Any]) -> None:
        self._run(self._do, message)

    def _do(self, message: Mapping[str, Any]) -> None:
        """What a key asks for, or a button on a sheet."""
        key, asked, of = (str(message.get(name, "")) for name in ("key", "do", "of"))
        if key == "m":
            self.mask.value = not self.mask.value
        elif key in _ARROWS:
            self._step(_ARROWS[key])
        elif key:
            self._press(next(name for name, press in self.presses.items() if press.key == key))
        elif asked == "go":
            self.queue.go(int(of))
        elif asked == "page":
            self.queue.turn(int(of))

    def _step(self, by: int) -> None:
        if not self.queue.step(by):
            self._said = "This is the last one shown." if by > 0 else "This is the first one shown."

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

    def _state(self) -> list[Node]:
        done, whole = self._progress()
        bar = [el("progress", max=whole, value=done, aria_label="Progress")] if whole else []
        words = f"{done:,} of {whole:,} looked at." if whole else "Nothing is to be looked at."
        return [el("div", *bar, el("span", words), el("span", self._said), class_="ck-done")]

    def _keys(self) -> Node:
        told = ", ".join(
            f"{press.key} {press.words.casefold().strip('?')}" for press in self.presses.values() if press.key
        )
        return el("p", f"Keys, while the focus is in this panel: {told}, m mask; ↑ ↓ in the list.", class_="ck-quiet")

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

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Show the panel as the last line of a cell; what is stored with the notebook holds no names."""
        shown: dict[str, Any] = dict(self.layout._repr_mimebundle_(**options))
        shown["text/plain"] = repr(self)
        return shown

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value!r})"
