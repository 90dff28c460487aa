"""What a panel shows, as plain lists: a tag, its attributes, its children.

The browser's side makes elements and text nodes of them and never reads any of it as HTML, so that no value of a
delivery can become markup.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from connect_kit.display.html import visible

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
        ``class_``, ``aria_label``, ``data_do`` ...; an underscore stands for a hyphen. None leaves one out.
    """
    named = {name.rstrip("_").replace("_", "-"): str(told) for name, told in attributes.items() if told is not None}
    return [tag, named, *(child if isinstance(child, list) else visible(child) for child in children)]


def button(label: str, do: str, of: str = "", **attributes: object) -> list[Any]:
    """A button that tells Python ``do`` and ``of`` when it is pressed."""
    return el("button", label, type="button", data_do=do, data_of=of, **attributes)


def pager(do: str, page: int, pages: int) -> tuple[list[Node], str]:
    """Buttons that say ``do`` and by how many pages to turn, and the words that say which page this is (from 0)."""
    turns = [("Previous page", -1)] * (page > 0) + [("Next page", 1)] * (page + 1 < pages)
    buttons: list[Node] = [el("p", *(button(words, do, str(by)) for words, by in turns))] if turns else []
    return buttons, f", page {page + 1:,} of {pages:,}" if pages > 1 else ""


def table(
    caption: str, head: Sequence[Node], rows: Iterable[Sequence[object]], *, headed: bool = False, **attributes: object
) -> list[Any]:
    """A table; with ``headed``, the first cell of each row names the row. A row that is an element stays as it is."""
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


def picture(svg: str, alt: str) -> list[Any]:
    """A drawing. As an image it can run nothing and ask for nothing, whatever stands in it."""
    named = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return el("img", src=f"data:image/svg+xml;base64,{b64encode(named.encode()).decode()}", alt=alt)


def text_of(content: object) -> str:
    """All that can be read in nodes: text, labels and descriptions; for tests and searches."""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple):
        inner = content[2:] if len(content) > 1 and isinstance(content[1], dict) else content
        said = (
            [content[1][key] for key in ("aria-label", "alt", "title") if key in content[1]] if inner != content else []
        )
        return " ".join(filter(None, [*said, *map(text_of, inner)]))
    return ""
