"""What a panel shows, as plain lists: a tag, its attributes, its children.

The browser turns them into elements and text nodes and never reads any of it as HTML, so that no value of a delivery
can become markup.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from connect_kit.display.characters import missing, visible
from connect_kit.display.headings import heading
from connect_kit.engine.arguments import is_bool

if TYPE_CHECKING:
    import pandas as pd

#: Rows of a table that is read as a whole; its CSV file has all of them.
MOST = 200

#: Text, or ``[tag, {attribute: value}, child, ...]``.
Node: TypeAlias = "str | list[Any]"


def el(tag: str, *children: object, **attributes: object) -> list[Any]:
    """One element.

    Parameters
    ----------
    tag : str
    *children
        Elements, and values to be shown as text; a missing value shows nothing.
    **attributes
        ``class_``, ``aria_label``, ``data_action`` ...; an underscore stands for a hyphen, and None leaves one out.
    """
    named = {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items() if value is not None}
    return [tag, named, *(child if isinstance(child, list) else visible(child) for child in children)]


def button(label: str, action: str, value: str = "", **attributes: object) -> list[Any]:
    """A button that sends ``action`` and ``value`` to Python when it is pressed."""
    return el("button", label, type="button", data_action=action, data_value=value, **attributes)


def pager(action: str, page: int, pages: int) -> tuple[list[Node], str]:
    """Buttons that turn to the pages before and after this one (from 0), and words that say which page it is."""
    turns = [("Previous page", -1)] * (page > 0) + [("Next page", 1)] * (page + 1 < pages)
    buttons: list[Node] = [el("p", *(button(words, action, str(by)) for words, by in turns))] if turns else []
    return buttons, f", page {page + 1:,} of {pages:,}" if pages > 1 else ""


def table(
    caption: str, head: Sequence[Node], rows: Iterable[Sequence[object]], *, headed: bool = False, **attributes: object
) -> list[Any]:
    """A table; with ``headed``, the first cell of each row names the row. A row that is already an element is kept."""
    made = [row if row and row[0] == "tr" else _row(row, headed) for row in map(list, rows)]
    return el(
        "table",
        el("caption", caption),
        el("thead", el("tr", *(el("th", name, scope="col") for name in head))),
        el("tbody", *made),
        **attributes,
    )


def _row(cells: Sequence[object], headed: bool) -> list[Any]:
    first = [el("th", cells[0], scope="row")] if headed else []
    return el("tr", *first, *(el("td", cell, dir="auto") for cell in cells[headed:]))


def number(text: str) -> Node:
    """A number, aligned with those above and below it."""
    return el("span", text, class_="ck-number")


def frame_table(caption: str, frame: pd.DataFrame, *, most: int = MOST, class_: str = "ck-figures") -> list[Node]:
    """A DataFrame as a table, numbers at the right; beyond ``most`` rows it says how many there are."""
    rows = [[_cell(value) for value in row] for row in frame.head(most).itertuples(index=False, name=None)]
    names = [heading(name) for name in frame.columns]
    head = [number(name) if dtype.kind in "iuf" else name for name, dtype in zip(names, frame.dtypes, strict=True)]
    more: list[Node] = [el("p", f"The first {most:,} of {len(frame):,} rows.")] if len(frame) > most else []
    return [table(caption, head, rows, class_=class_), *more]


def _cell(value: Any) -> object:
    if missing(value) or isinstance(value, str):
        return value
    if is_bool(value):
        return "yes" if value else "no"
    if isinstance(value, int) or (hasattr(value, "is_integer") and float(value).is_integer()):
        return number(f"{int(value):,}")
    return number(f"{value:,.1f}") if isinstance(value, float) else value


def picture(svg: str, alt: str) -> list[Any]:
    """A drawing. As an image it can neither run nor request anything, whatever it contains."""
    named = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return el("img", src=f"data:image/svg+xml;base64,{b64encode(named.encode()).decode()}", alt=alt)


def text_of(content: object) -> str:
    """All that can be read in nodes: text, labels and descriptions; for tests and searches."""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple):
        inner = content[2:] if len(content) > 1 and isinstance(content[1], dict) else content
        labels = (
            [content[1][key] for key in ("aria-label", "alt", "title") if key in content[1]] if inner != content else []
        )
        return " ".join(filter(None, [*labels, *map(text_of, inner)]))
    return ""
