"""How a classroom, its choices, its possible partners and the list of classrooms look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from connect_kit.panels.comparison import agreement, marked
from connect_kit.panels.elements import Node, button, el, number, table
from connect_kit.panels.masking import mask, mask_title

if TYPE_CHECKING:
    import pandas as pd

#: A status, in words.
STATUSES: Mapping[str, str] = {
    "matched": "✔ matched",
    "suggested": "? suggested",
    "unmatched_roster": "▲ class without a classroom",
    "unmatched_workspace": "▲ classroom without a class",
    "out": "– does not take part",
}
#: Headings of :func:`cells`.
HEADINGS = ("status", "class in the delivery", "classroom on Connect", number("score"), "school", "decision")
_FIELDS = ("title", "school", "grades", "teachers", "members")
_KEYS: Mapping[str, str] = {"connect": "Accept (c), or Connect below", "archive": "Archive (a)", "leave": "Leave (l)"}


def shown(field: str, value: object, masked: bool) -> str:
    """A value of a class or classroom; titles and teachers are masked."""
    text = value if isinstance(value, str) else ""
    if not masked or field not in ("title", "teachers"):
        return text
    return mask_title(text) if field == "title" else mask("teachers", text)


def side_by_side(row: pd.Series[Any], *, place: str, masked: bool) -> Iterable[Node]:
    """A class and a classroom, or one of them alone, and what happens if nothing is done."""
    decided = f" Decision: {row['decision']}." if row["decision"] else ""
    both = row["roster_id"] and row["workspace_id"]
    score = f", score {row['score']:.2f}" if both else ""
    what = "Classroom" if row["workspace_id"] else "Class"
    yield el("p", el("strong", f"{what} {place}: {STATUSES.get(row['status'], row['status'])}"), f"{score}.{decided}")
    yield el("p", f"Reason: {row['reason']}.")
    left = f"class {row['roster_id']}" if row["roster_id"] else "no class in the delivery"
    right = f"classroom {row['workspace_id']}" if row["workspace_id"] else "no classroom on Connect"
    lines = []
    for field in _FIELDS:
        a, b = (shown(field, row.get(f"{side}_{field}", ""), False) for side in ("roster", "workspace"))
        agreed = "same" if a.casefold() == b.casefold() else "differs" if a and b else "missing"
        word = agreement(agreed) if both else ""
        if masked:
            lines.append([field, shown(field, a, True), shown(field, b, True), word])
        elif a and b and a.casefold() != b.casefold() and field in ("title", "teachers"):
            lines.append([field, *marked(a, b), word])
        elif a or b:
            lines.append([field, a, b, word])
    lines.append(["periods", row.get("roster_periods", ""), "", ""])
    recorded = row.get("workspace_class_id", "") or ("none recorded" if row["workspace_id"] else "")
    lines.append(["class ID", row["roster_id"], recorded, ""])
    if row.get("workspace_archived"):
        lines.append(["archived", "", "yes", ""])
    head = ["field", left, right, "agreement"]
    yield table("Class and classroom side by side", head, lines, headed=True, class_="ck-pair")
    yield el("p", el("strong", "If nothing more is done: "), row["consequence"])


def choices(frame: pd.DataFrame) -> Node:
    """What happens with each choice."""
    rows = [
        [_KEYS.get(choice, choice), consequence, source]
        for choice, consequence, source in frame.itertuples(index=False, name=None)
    ]
    return table("The choices for this classroom", ["choice", "what happens", "source"], rows, headed=True)


def partners(found: pd.DataFrame, *, side: str, masked: bool) -> Node:
    """Classes, or classrooms, to choose from; ``side`` is ``roster`` or ``workspace``."""
    what = "class" if side == "roster" else "classroom"
    rows = []
    for row in found.to_dict("records"):  # a screenful
        title = shown("title", row[f"{side}_title"], masked)
        choose = button("Connect", "connect", row[f"{side}_id"], aria_label=f"Connect with {what} {row[f'{side}_id']}")
        rows.append([
            choose if row["free"] else "connected by its class ID",
            row[f"{side}_id"], title, row[f"{side}_grades"], shown("teachers", row[f"{side}_teachers"], masked),
            row["now"], row["why"],
        ])  # fmt: skip
    head = ["choose", "ID", "title", "grades", "teachers", "now", "in common"]
    return table(f"Partners to choose from: {len(rows):,}", head, rows, class_="ck-decides")


def cells(row: pd.Series[Any], *, masked: bool) -> list[object]:
    """A line of the list."""
    sides = []
    for side in ("roster", "workspace"):
        title = shown("title", row[f"{side}_title"], masked)
        sides.append(el("span", row[f"{side}_id"], ": ", el("bdi", title)) if row[f"{side}_id"] else "–")
    score = number(f"{row['score']:.2f}") if row["roster_id"] and row["workspace_id"] else ""
    status = el("span", STATUSES.get(row["status"], row["status"]), class_="ck-tight")
    return [status, *sides, score, row["school"], row["decision"] or "–"]
