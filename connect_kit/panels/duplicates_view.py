"""How a pair of records, its explanation and the queue of pairs look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from connect_kit.display.html import missing
from connect_kit.panels.elements import Node, el, picture, table
from connect_kit.panels.masking import mask

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates.explain import Explanation

#: A decision as symbol and word.
DECISIONS: Mapping[str, str] = {"same": "✔ same", "different": "✖ different", "unsure": "? unsure", "": "not decided"}
_AGREEMENTS: Mapping[str, str] = {"same": "= same", "alike": "≈ alike", "differs": "≠ differs", "missing": "– missing"}
_LONGEST = 200  # characters up to which the very letters that differ are marked
_ALIKE = 0.5  # less alike than this, two values are marked whole


def record(key: str) -> str:
    """Where a record stands and under which ID: ``roster:0042`` reads ``delivery 0042``."""
    source, _, identifier = key.partition(":")
    return f"{'delivery' if source == 'roster' else 'Connect'} {identifier}"


def pair(
    row: pd.Series[Any], fields: pd.DataFrame, conflicts: pd.DataFrame, *, place: str, masked: bool
) -> Iterable[Node]:
    """Two records side by side."""
    told = f"match weight {row['match_weight']:+.1f}, probability {row['match_probability']:.3f}"
    if missing(row["match_weight"]):
        told = "never compared by the model"
    decided = DECISIONS.get(row["decision"], row["decision"])
    yield el("p", el("strong", f"Pair {place}"), f": {told}. Decision: ", el("strong", decided), ".")
    if row["reason"]:
        yield el("p", f"Speaks for one person: {row['reason']}.")
    for left, right, why in conflicts[["left", "right", "why"]].head(5).astype(str).to_numpy():
        who = f"{record(left)} and {record(right)}"
        yield el("p", el("strong", "▲ Conflict: "), f"{who}: {why}.", class_="ck-warning")
    names = ["field", "left", "right", "agreement"]
    lines = [_line(*line, masked=masked) for line in fields[names].astype(str).to_numpy()]
    head = ["field", record(row["left"]), record(row["right"]), "agreement"]
    yield table("Both records side by side", head, lines, headed=True, class_="ck-pair")


def _line(field: str, left: str, right: str, agreed: str, *, masked: bool) -> list[object]:
    word = agreement(agreed)
    if masked:
        return [field, mask(field, left), mask(field, right), word]
    if agreed in ("alike", "differs"):
        return [field, *marked(left, right), word]
    return [field, left, right, word]


def agreement(word: str) -> Node:
    """Same, alike, differs or missing, as symbol and word beside a colour."""
    return el("span", _AGREEMENTS.get(word, word), class_=f"ck-agreement ck-{word}")


def marked(left: str, right: str) -> tuple[Node, Node]:
    """Two texts with what differs marked; of lists, the items that only one side has."""
    if any(mark in text for mark in ("; ", ", ") for text in (left, right)):
        return _items(left, right), _items(right, left)
    matcher = SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False)
    # Letters that become two when folded would move the marks; such a pair is rare and is marked whole.
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


def explanation(told: Explanation) -> Iterable[Node]:
    """Why the model holds two records to be one person: words, and what each field adds. Holds no names."""
    yield el("p", el("strong", "Why? "), told.words)
    rows: list[list[object]] = [
        [field, level, _weight(weight)] for field, level, weight in told.summary().itertuples(index=False, name=None)
    ]
    rows.append([el("strong", "in all"), f"probability {told.match_probability:.3f}", _weight(told.match_weight)])
    head = ["field", "how they agree", "match weight"]
    yield table("What each field adds: + speaks for one person, − against", head, rows, headed=True)


def waterfall(told: Explanation) -> Node:
    """The drawing of the parts."""
    from connect_kit.display.svg import to_svg

    return picture(to_svg(told.chart()), "Waterfall of the match weights; the table above has the numbers.")


def _weight(weight: float) -> Node:
    return el("span", f"{weight:+.1f}".replace("-", "−"), class_="ck-number")


def cells(row: pd.Series[Any], *, masked: bool) -> list[object]:
    """A line of the queue."""
    names = [mask("name", row[f"{side}_name"]) if masked else row[f"{side}_name"] for side in ("left", "right")]
    sides = [
        el("span", record(row[side]), ": ", el("bdi", name), dir="auto")
        for side, name in zip(("left", "right"), names, strict=True)
    ]
    grades = " / ".join(dict.fromkeys(filter(None, (row["left_grade"], row["right_grade"]))))
    schools = " / ".join(dict.fromkeys(filter(None, (row["left_school"], row["right_school"]))))
    decided = DECISIONS[row["decision"]] if row["decision"] else "–"
    state = f"{decided}, ▲ conflict" if row["conflict"] else decided
    weight = "" if missing(row["match_weight"]) else _weight(row["match_weight"])
    return [weight, *sides, grades, schools, el("span", state, class_="ck-tight")]


#: Headings of :func:`cells`.
HEADINGS = ("match weight", "left", "right", "grade", "school", "decided")
