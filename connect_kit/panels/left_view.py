"""How what stays behind on Connect looks beside an upload: counts and what to do, no names and no IDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.display.headings import without_rare
from connect_kit.identity.staying import KINDS
from connect_kit.panels.elements import Node, el, frame_table

if TYPE_CHECKING:
    from connect_kit.identity import LeftBehind


def question(left: LeftBehind) -> Node:
    """What is asked before what stays behind is acted on."""
    words = (
        f" {left.words}. Guardians are disconnected from the students, people are removed from the classrooms, staff "
        "from the schools, students and classrooms are archived. All of it is one entry of the log, undone as one."
    )
    return el("p", el("strong", "Do this on the twin?"), words)


def left_behind(left: LeftBehind) -> list[Node]:
    """What an upload leaves on Connect although the delivery no longer holds it, by kind and school."""
    made: list[Node] = [el("p", "What stays behind on Connect", class_="ck-step")]
    summary = left.summary()
    if len(summary):
        words = "An upload archives nothing and disconnects nobody. Save the worksheet to work through it on Connect."
        made.append(el("p", el("strong", f"▲ {left.words}. "), words, class_="ck-warning"))
        shown = without_rare(summary.drop(columns=["what_to_do", "source"]))
        shown["kind"] = shown["kind"].map(lambda kind: KINDS[kind].many)
        made += frame_table("What stays behind, by school; guardians first", shown)
    else:
        made.append(el("p", "Nothing that was looked for stays behind."))
    for number, steps in left.merging.items():
        words = f"{number}, as Connect has the delivered ID as well. {steps}"
        made.append(el("p", el("strong", "To be merged: "), words))
    for kind, why in left.not_judged.items():
        made.append(el("p", f"{KINDS[kind].title}: not judged, because {why}."))
    return made
