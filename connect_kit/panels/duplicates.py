"""The panel in which people decide which records are duplicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import ipywidgets

from connect_kit.display.characters import drawable
from connect_kit.display.look import counted
from connect_kit.engine.arguments import checked
from connect_kit.engine.weights import weight
from connect_kit.panels import duplicates_view as view
from connect_kit.panels.base import Command
from connect_kit.panels.elements import Node, el
from connect_kit.panels.html_view import HtmlView
from connect_kit.panels.queue import Queue
from connect_kit.panels.review import STEPS, ReviewPanel

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates import Duplicates

#: Up to this many pairs, conflicts are found after each decision; with more that would take over 0.3 seconds.
AT_ONCE = 5_000
_NO_SCHOOL = "no school"


class DuplicatesPanel(ReviewPanel["Duplicates"]):
    """Pairs of records to review, the strongest first: side by side, with keys for same, different and unsure.

    It only calls the methods of :class:`~connect_kit.Duplicates`: every decision goes through ``decide`` into the file
    of decisions. Names are shown on purpose; one switch masks them.

    Parameters
    ----------
    duplicates : Duplicates
    masked : bool
        Start with names, birth dates, addresses and numbers hidden.

    Attributes
    ----------
    value : Duplicates
        With every decision made here.
    school, state, weights : ipywidgets.Dropdown
        The filters.
    note : ipywidgets.Text
        Is written into the file with the next decision.
    """

    title: ClassVar[str] = "Pairs"
    commands: ClassVar[Mapping[str, Command]] = {
        "same": Command("Same", "s", "Both records are one person", True),
        "different": Command("Different", "d", "The records are two different people", True),
        "unsure": Command("Unsure", "u", "Leave the pair as the model sees it, and mark it as reviewed", True),
        "undo": Command("Undo", "z", "Undo the last decision", True),
        **STEPS,
        "why": Command("Why?", "w", "Show or hide what makes up the match weight"),
        "refresh": Command("Refresh", "r", "Find pairs, clusters and conflicts again with all decisions"),
    }

    @checked()
    def __init__(self, duplicates: Duplicates, *, masked: bool = False) -> None:
        self._explaining = False
        self._explained: tuple[str, str, str] | None = None  # keys and decision of the pair explained
        super().__init__(duplicates, masked=masked)

    def _parts(self) -> Sequence[ipywidgets.Widget]:
        limit = f"{self._value.threshold:g}"
        self.school = self._dropdown("School", self._schools(), self._filter)
        states = [("to decide", "open"), ("decided", "decided"), ("in conflict", "conflict"), ("all", "all")]
        self.state = self._dropdown("Show", states, self._filter)
        above, below = (f"duplicates: {limit} or more", "above"), (f"to review: below {limit}", "below")
        self.weights = self._dropdown("Probability", [("all", "all"), above, below], self._filter)
        self.note = ipywidgets.Text(description="Note", placeholder="kept with the decision", continuous_update=False)
        self.pair = HtmlView(self._on_message, role="region", label="Pair under review", focusable=True)
        self.why = HtmlView(role="region", label="Explanation", focusable=True)
        return (
            self._row(self.school, self.state, self.weights, self.mask),
            self.status,
            self.alert,
            self.pair,
            self._row(*self.commands, self.note),
            self.why,
            self.list,
        )

    def _schools(self) -> list[tuple[str, str]]:
        frame = self.queue.frame
        texts = [*frame["left_school"], *frame["right_school"]]
        schools = sorted({school for text in texts for school in text.split("; ")})
        return [("all schools", ""), *((drawable(name) or _NO_SCHOOL, name or _NO_SCHOOL) for name in schools)]

    # The queue.

    def _load(self) -> Queue:
        frame = self._value.pairs().sort_values("match_weight", ascending=False, kind="stable", ignore_index=True)
        queue = Queue(frame.assign(conflict=0))
        self._find_conflicts(queue.frame)
        return queue

    def _reload(self) -> None:
        before = self.queue.current
        super()._reload()
        self.school.options = self._schools()
        self._filter()
        if before is not None:
            frame = self.queue.frame
            same = frame.index[(frame["left"] == before["left"]) & (frame["right"] == before["right"])]
            if len(same):
                self.queue.go(int(same[0]))

    def _find_conflicts(self, frame: pd.DataFrame) -> None:
        """Mark the pairs whose cluster contradicts itself."""
        self.conflicts, self._behind = self._value.conflicts, False
        table = self._value.table()
        table = table[table["cluster_id"].isin(self.conflicts["cluster_id"])]
        cluster: dict[str, int] = {}
        for side in ("left", "right"):
            keys = table[f"{side}_source"].astype(str) + ":" + table[f"{side}_id"].astype(str)
            cluster.update(zip(keys, table["cluster_id"], strict=True))
        left, right = (frame[side].map(cluster).fillna(0).astype("int64") for side in ("left", "right"))
        frame["conflict"] = left.where(left == right, 0)

    def _mark_decisions(self) -> None:
        """Bring the decisions of the value into the queue; nothing is scored or clustered again."""
        import pandas as pd

        frame, kind = self.queue.frame, self._value.kind
        found = {(made.left, made.right): made.decision for made in self._value.decisions.about(kind)}
        pairs = zip(frame["left"], frame["right"], strict=True)
        frame["decision"] = pd.Series([found.get(key, "") for key in pairs], index=frame.index, dtype=object)
        self._behind = True
        if len(frame) <= AT_ONCE:
            self._find_conflicts(frame)

    def _filter(self) -> None:
        frame = self.queue.frame
        mask = frame["left"].notna()
        if self.school.value:
            wanted = "" if self.school.value == _NO_SCHOOL else self.school.value
            left, right = (
                ("; " + frame[f"{side}_school"] + "; ").str.contains(f"; {wanted}; ", regex=False)
                for side in ("left", "right")
            )
            mask &= left | right
        above = frame["match_weight"] >= weight(self._value.threshold)
        if self.weights.value != "all":
            mask &= above if self.weights.value == "above" else ~above
        self._scope = mask
        state = {"open": frame["decision"] == "", "decided": frame["decision"] != "", "conflict": frame["conflict"] > 0}
        self.queue.narrow(mask & state.get(self.state.value, mask))

    def _progress(self) -> tuple[int, int]:
        return int((self.queue.frame["decision"] != "")[self._scope].sum()), int(self._scope.sum())

    # What a person does.

    def _on_command(self, name: str) -> None:
        if name in ("same", "different", "unsure"):
            self._decide(name)
        elif name == "undo":
            self._undo()
        elif name == "why":
            self._explaining = not self._explaining
            self.buttons["why"].description = "Hide why (w)" if self._explaining else "Why? (w)"
        elif name == "refresh":
            self._reload()
            self._status = "Pairs, clusters and conflicts are up to date."
        else:
            super()._on_command(name)

    def _decide(self, decision: str) -> None:
        row = self.queue.current
        if row is None:
            self._status = "No pair is shown; change the filters."
            return
        self._set_value(self._value.decide(row["left"], row["right"], decision, note=self.note.value.strip()))  # type: ignore[arg-type]
        self.note.value = ""
        self._mark_decisions()
        self._status = f"{view.record(row['left'])} and {view.record(row['right'])}: {decision}."
        if not self.queue.advance(self.queue.frame["decision"] == "") and not self.queue.step(1):
            self._status += " That was the last one shown."

    def _undo(self) -> None:
        before = self.queue.frame["decision"]
        self._set_value(self._value.undo())
        self._mark_decisions()
        changed = self.queue.frame.index[self.queue.frame["decision"] != before]
        here = len(changed) > 0 and self.queue.go(int(changed[0]))
        self._status = "Undone." if here else "Undone; the filters hide that pair."

    # What is shown.

    def _draw(self) -> None:
        row, masked = self.queue.current, bool(self.mask.value)
        if row is None:
            self.pair.show(el("p", "No pair to show with these filters."), *self._whole())
        else:
            conflicts = self.conflicts[self.conflicts["cluster_id"] == row["conflict"]]
            fields = self._value.fields(row["left"], row["right"])
            pair = view.pair(row, fields, conflicts, place=self.queue.position, masked=masked)
            self.pair.show(*pair, *self._whole())
        self._show_list("Pairs", view.HEADINGS, lambda line: view.cells(line, masked=masked))
        if row is None or not self._explaining:
            self._explained = None
            self.why.show()
        elif self._explained != (row["left"], row["right"], row["decision"]):
            self.why.show(el("p", "Comparing the fields …"))

    def _draw_late(self) -> None:
        row = self.queue.current
        if row is None or not self._explaining:
            return
        key = (row["left"], row["right"], row["decision"])
        if self._explained == key:
            return
        explained = self._value.explain(row["left"], row["right"])
        words = list(view.explanation(explained))
        self.why.show(*words)  # so that a drawing that fails takes nothing else with it
        self.why.show(words[0], el("div", el("div", *words[1:]), view.waterfall(explained), class_="ck-beside"))
        self._explained = key

    def _whole(self) -> list[Node]:
        """Remarks about all pairs."""
        remarks = []
        if len(self.conflicts):
            remarks.append(f"▲ {counted(len(self.conflicts), 'conflict')}: set Show to 'in conflict' to see them.")
        if self._behind:
            remarks.append("Clusters and conflicts do not include the latest decisions yet; press Refresh (r).")
        return [el("p", " ".join(remarks))] if remarks else []
