"""What a panel shows and what it leaves in the notebook, as text."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import ipywidgets

from connect_kit.panels.base import PanelBase
from connect_kit.panels.html_view import HtmlView


def widgets_of(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from widgets_of(child)


def shown(panel: PanelBase) -> str:
    """All text in all views."""
    return "\n".join(one.text for one in widgets_of(panel.layout) if isinstance(one, HtmlView))


def stored(panel: PanelBase) -> str:
    """What a notebook may store of the panel: the state of its widgets and the output of the cell."""
    states = [
        {k: v for k, v in one.get_state().items() if k not in ("_esm", "_css")} for one in widgets_of(panel.layout)
    ]
    return json.dumps([states, panel._repr_mimebundle_()], default=str, ensure_ascii=False)


def decided(file: Path) -> list[tuple[str, str, str]]:
    """Left, right and decision of each line of the file."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as reading:
        return [(row["left"], row["right"], row["decision"]) for row in csv.DictReader(reading)]


def browser_sends(panel: PanelBase, **message: str) -> None:
    """What the browser sends for a key, or for a button in a view."""
    panel.status._handle_custom_msg(message, [])
