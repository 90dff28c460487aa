"""How a merge of two students' records looks: both side by side, what stays, what moves, and the list of merges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from connect_kit.display.html import missing
from connect_kit.panels.duplicates_view import agreement, marked
from connect_kit.panels.elements import Node, el, table
from connect_kit.panels.masking import mask, mask_name, mask_title

if TYPE_CHECKING:
    import pandas as pd

#: What was chosen for a merge, or became of it, in words.
CHOICES: Mapping[str, str] = {
    "accepted": "✔ accepted",
    "left out": "– left out",
    "merged": "✔ merged",
    "": "– not decided",
}
#: Headings of :func:`cells`.
HEADINGS = ("stays", "is merged into it", "school", "probability", "state", "chosen")
#: What of a record is no name; all else is masked.
_PLAIN = frozenset(
    {"connectStudentId", "studentId", "sourcedId", "grade", "school", "archived", "announcement", "backpack",
     "interaction"}
)  # fmt: skip
_IDS = frozenset({"connectStudentId", "studentId", "sourcedId"})
#: What the surviving record takes over from the other one (decision 21).
_MOVES: Mapping[str, str] = {
    "classroom": "all classrooms",
    "announcement": "all of both",
    "backpack": "all of both",
    "interaction": "all of both",
}


def masked_value(what: str, value: str, *, masked: bool) -> str:
    """A value of a student's record; IDs, grades and schools stay, names are left with their initials."""
    if not masked or what in _PLAIN or not value:
        return value
    if what in ("guardian", "classroom"):
        number, _, name = value.partition(" ")
        return f"{number} {mask_name(name) if what == 'guardian' else mask_title(name)}".strip()
    return mask("email" if what == "email" else "name", value)


def beside(survivor: pd.DataFrame, other: pd.DataFrame, conflicts: frozenset[str], *, masked: bool) -> Node:
    """Two records, field by field, with what stays; ``survivor`` and ``other`` are ``what, value``."""
    sides = [_gathered(record) for record in (survivor, other)]
    lines = []
    for what in dict.fromkeys([*sides[0], *sides[1]]):
        left, right = (side.get(what, []) for side in sides)
        if not left and not right:
            continue
        shown = ["; ".join(masked_value(what, one, masked=masked) for one in side) for side in (left, right)]
        told = "same" if left == right else "differs" if left and right else "missing"
        clash = what in conflicts or (what.startswith("attribute ") and told == "differs")
        word: Node = el("span", "▲ conflict", class_="ck-agreement ck-differs") if clash else agreement(told)
        cells: list[object] = list(shown)
        if what in _IDS:  # two records always have two
            word = ""
        if not masked and told == "differs" and what not in _IDS and what not in _MOVES:
            cells = list(marked(*shown))
        lines.append([what, *cells, word, _stays(what, left, right)])
    head = ["field", "stays", "is merged into it", "agreement", "afterwards"]
    return table("Both records side by side", head, lines, headed=True, class_="ck-pair")


def _gathered(record: pd.DataFrame) -> dict[str, list[str]]:
    """The values of each field, in their order; a missing one is none."""
    found: dict[str, list[str]] = {}
    for what, value in record.itertuples(index=False, name=None):
        values = found.setdefault(str(what), [])
        if not missing(value) and str(value):
            values.append(str(value))
    return found


def _stays(what: str, left: list[str], right: list[str]) -> str:
    if what in _MOVES:
        return _MOVES[what] if right else ""
    if what.startswith("attribute ") and right and not left:
        return "moves"
    if not left:  # an ID of its own, a guardian: the record that stays keeps what it has (decision 21)
        return "is disconnected" if what == "guardian" else "goes with the record"
    return "as it is"


def _chosen(row: pd.Series[Any]) -> str:
    return CHOICES[row["choice"]] if row["can"] else "–"


def merge(row: pd.Series[Any], *, place: str) -> Iterable[Node]:
    """One merge in words."""
    probability = row.get("match_probability")
    told = "" if missing(probability) else f", probability {probability:.3f}"
    decided = f", decided: {row['decision']}" if row.get("decision") else ""
    words = f"{row['other']} into {row['survivor']}" if row.get("survivor") and row.get("other") else "no merge"
    yield el(
        "p",
        el("strong", f"Merge {place}: "),
        words,
        f"{told}{decided}. ",
        el("strong", CHOICES[row["choice"]] if row["can"] else "Not possible"),
        ".",
    )


def cells(row: pd.Series[Any]) -> list[object]:
    """A line of the list."""
    probability = row.get("match_probability")
    told = "" if missing(probability) else f"{probability:.3f}"
    return [
        row["survivor"], row["other"], row["school"], told, row["state"],
        el("span", _chosen(row), class_="ck-tight"),
    ]  # fmt: skip
