"""How a pair of records, its explanation and the queue of pairs look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from connect_kit.display.characters import missing
from connect_kit.display.look import share, signed
from connect_kit.display.svg import to_svg
from connect_kit.panels.comparison import agreement, marked
from connect_kit.panels.elements import Node, el, number, picture, table
from connect_kit.panels.masking import mask

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates.explain import Explanation

#: A decision as symbol and word.
DECISIONS: Mapping[str, str] = {"same": "✔ same", "different": "✖ different", "unsure": "? unsure", "": "not decided"}
#: Headings of :func:`cells`.
HEADINGS = (number("match weight"), "left", "right", "grade", "school", "decision")


def record(key: str) -> str:
    """Where a record is and under which ID: ``roster:0042`` reads ``delivery 0042``."""
    source, _, identifier = key.partition(":")
    return f"{'delivery' if source == 'roster' else 'Connect'} {identifier}"


def pair(
    row: pd.Series[Any], fields: pd.DataFrame, conflicts: pd.DataFrame, *, place: str, masked: bool
) -> Iterable[Node]:
    """Two records side by side."""
    score = f"match weight {signed(row['match_weight'])}, probability {share(row['match_probability'])}"
    if missing(row["match_weight"]):
        score = "not compared by the model"
    decided = DECISIONS.get(row["decision"], row["decision"])
    yield el("p", el("strong", f"Pair {place}"), f": {score}. Decision: ", el("strong", decided), ".")
    if row["reason"]:
        yield el("p", f"Evidence for one person: {row['reason']}.")
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


def explanation(explained: Explanation) -> Iterable[Node]:
    """Why the model takes two records for one person: words, and what each field adds. Contains no names."""
    yield el("p", el("strong", "Why? "), explained.words)
    rows: list[list[object]] = [
        [field, level, number(signed(weight))]
        for field, level, weight in explained.summary().itertuples(index=False, name=None)
    ]
    total = f"probability {share(explained.match_probability)}"
    rows.append([el("strong", "total"), total, number(signed(explained.match_weight))])
    head = ["field", "how they agree", number("match weight")]
    yield table("What each field adds: + for one person, − against", head, rows, headed=True, class_="ck-figures")


def waterfall(explained: Explanation) -> Node:
    """The drawing of the parts."""
    return picture(to_svg(explained.chart()), "Waterfall of the match weights; the table above has the numbers.")


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
    weight = "" if missing(row["match_weight"]) else number(signed(row["match_weight"]))
    return [weight, *sides, grades, schools, el("span", state, class_="ck-tight")]
