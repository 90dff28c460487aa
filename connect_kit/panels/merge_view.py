"""How a merge of two students' records looks: both side by side, what stays, what moves, and the list of merges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from connect_kit.display.characters import missing
from connect_kit.display.headings import heading
from connect_kit.display.look import share
from connect_kit.panels.comparison import agreement, marked
from connect_kit.panels.elements import Node, el, number, table
from connect_kit.panels.masking import mask, mask_name, mask_title

if TYPE_CHECKING:
    import pandas as pd

#: What was chosen for a merge, or what became of it, in words.
CHOICES: Mapping[str, str] = {
    "accepted": "✔ accepted",
    "left out": "– left out",
    "merged": "✔ merged",
    "": "not decided",
}
#: Headings of :func:`cells`.
HEADINGS = ("kept record", "merged into it", "school", number("probability"), "state", "choice")
#: Fields of a record that are not names; everything else is masked.
_PLAIN = frozenset(
    {"connectStudentId", "studentId", "sourcedId", "grade", "school", "archived", "announcement", "backpack",
     "interaction"}
)  # fmt: skip
_IDS = frozenset({"connectStudentId", "studentId", "sourcedId"})
#: What the kept record takes over from the other one (decision 21).
_MOVES: Mapping[str, str] = {
    "classroom": "all classrooms",
    "announcement": "all of both",
    "backpack": "all of both",
    "interaction": "all of both",
}


def masked_value(what: str, value: str, *, masked: bool) -> str:
    """A value of a student's record; IDs, grades and schools stay, names keep their initials."""
    if not masked or what in _PLAIN or not value:
        return value
    if what in ("guardian", "classroom"):
        number, _, name = value.partition(" ")
        return f"{number} {mask_name(name) if what == 'guardian' else mask_title(name)}".strip()
    return mask("email" if what == "email" else "name", value)


def beside(
    survivor: pd.DataFrame, other: pd.DataFrame, conflicts: frozenset[str], *, mergeable: bool, masked: bool
) -> Node:
    """Two records, field by field, with what happens; ``survivor`` and ``other`` have the columns ``what, value``."""
    sides = [_gathered(record) for record in (survivor, other)]
    lines = []
    for what in dict.fromkeys([*sides[0], *sides[1]]):
        left, right = (side.get(what, []) for side in sides)
        if not left and not right:
            continue
        shown = ["; ".join(masked_value(what, one, masked=masked) for one in side) for side in (left, right)]
        agreed = "same" if left == right else "differs" if left and right else "missing"
        clash = what in conflicts or (what.startswith("attribute ") and agreed == "differs")
        word: Node = el("span", "▲ conflict", class_="ck-agreement ck-differs") if clash else agreement(agreed)
        cells: list[object] = list(shown)
        if what in _IDS:  # two records always have two
            word = ""
        if not masked and agreed == "differs" and what not in _IDS and what not in _MOVES:
            cells = list(marked(*shown))
        lines.append([heading(what), *cells, word, *([_stays(what, left, right)] if mergeable else ())])
    head = ["field", "kept record", "merged into it", "agreement", "what happens"]
    if not mergeable:
        head = ["field", "one record", "the other", "agreement"]
    return table("Both records side by side", head, lines, headed=True, class_="ck-pair")


def _gathered(record: pd.DataFrame) -> dict[str, list[str]]:
    """The values of each field, in their order, without missing ones."""
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
    if not left:  # an ID of its own, a guardian: the kept record keeps what it has (decision 21)
        return "is disconnected" if what == "guardian" else "is dropped with the record"
    return "stays"


def _probability(row: pd.Series[Any]) -> str:
    probability: Any = row.get("match_probability")
    return "" if missing(probability) else share(probability)


def merge(row: pd.Series[Any], *, place: str) -> Iterable[Node]:
    """One merge in words."""
    words = f"{row['other']} into {row['survivor']}" if row.get("survivor") and row.get("other") else "no merge"
    words += f", probability {probability}" if (probability := _probability(row)) else ""
    words += f", reviewed as {row['decision']}" if row.get("decision") else ""
    choice = CHOICES[row["choice"]] if row["can"] else "not possible"
    yield el("p", el("strong", f"Merge {place}: "), f"{words}. Choice: ", el("strong", choice), ".")


def cells(row: pd.Series[Any]) -> list[object]:
    """A line of the list."""
    choice = el("span", CHOICES[row["choice"]] if row["choice"] else "–", class_="ck-tight")
    return [row["survivor"], row["other"], row["school"], number(_probability(row)), row["state"], choice]
