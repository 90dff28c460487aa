"""Two values side by side: whether they agree, and what differs between them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher

from connect_kit.panels.elements import Node, el

_AGREEMENTS: Mapping[str, str] = {
    "same": "= same",
    "alike": "≈ similar",
    "differs": "≠ differs",
    "missing": "– missing",
}
_LONGEST = 200  # characters up to which the very letters that differ are marked
_ALIKE = 0.5  # two values less similar than this are marked as a whole


def agreement(word: str) -> Node:
    """Same, alike, differs or missing, as symbol and word beside a colour."""
    return el("span", _AGREEMENTS.get(word, word), class_=f"ck-agreement ck-{word}")


def marked(left: str, right: str) -> tuple[Node, Node]:
    """Two texts with what differs marked; of lists, the items that only one side has."""
    if any(mark in text for mark in ("; ", ", ") for text in (left, right)):
        return _items(left, right), _items(right, left)
    matcher = SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False)
    # Letters that become two when folded would move the marks; such a pair is rare and is marked as a whole.
    whole = len(left.casefold()) != len(left) or len(right.casefold()) != len(right)
    if whole or max(len(left), len(right)) > _LONGEST or matcher.ratio() < _ALIKE:
        return el("span", el("mark", left)), el("span", el("mark", right))
    a, b = [], []
    for kind, i, j, k, m in matcher.get_opcodes():
        a.append(left[i:j] if kind == "equal" else el("mark", left[i:j]))
        b.append(right[k:m] if kind == "equal" else el("mark", right[k:m]))
    return el("span", *a), el("span", *b)


def _items(one: str, other: str) -> Node:
    """People and contacts, with marks on the names and numbers that the other side does not have at all."""
    others = {part for item in other.split("; ") for part in item.split(", ")}
    made: list[Node] = []
    for item in one.split("; "):
        made += ["; "] if made else []
        for place, part in enumerate(item.split(", ")):
            made += [", "] if place else []
            made.append(part if part in others else el("mark", part))
    return el("span", *made)
