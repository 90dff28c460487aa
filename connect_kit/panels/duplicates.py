"""The panel in which people decide who is there twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import ipywidgets

from connect_kit.engine.weights import weight
from connect_kit.panels import duplicates_view as view
from connect_kit.panels.elements import Node, el
from connect_kit.panels.panel import Panel, Press
from connect_kit.panels.queue import Queue
from connect_kit.panels.sheet import Sheet

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates import Duplicates

#: Up to so many pairs, conflicts are worked out after each decision; with more it would take longer than 0.3 seconds.
AT_ONCE = 5_000
_NO_SCHOOL = "no school"


class DuplicatesPanel(Panel["Duplicates"]):
    """Pairs of records to be looked at, the strongest first: side by side, with keys for same, different and unsure.

    It calls the verbs of :class:`~connect_kit.Duplicates` and adds none: every decision goes through
    ``decide`` into the file of decisions. Names are shown on purpose; one switch masks them.

    Parameters
    ----------
    duplicates : Duplicates
    masked : bool
        Begin with names, birth dates, addresses and numbers hidden.

    Attributes
    ----------
    value : Duplicates
        With every decision made here.
    school, state, weights : ipywidgets.Dropdown
        The filters.
    note : ipywidgets.Text
        Goes with the next decision into the file.
    """

    title: ClassVar[str] = "Pairs"
    presses: ClassVar[Mapping[str, Press]] = {
        "same": Press("Same", "s", "One person: decide that both records are the same", True),
        "different": Press("Different", "d", "Two people: decide that they are not the same", True),
        "unsure": Press("Unsure", "u", "Leave it as the model sees it, and mark it as looked at", True),
        "undo": Press("Undo", "z", "Take back the last decision", True),
        "previous": Press("Previous", "p", "Show the previous pair", moves=True),
        "next": Press("Next", "n", "Show the next pair", moves=True),
        "why": Press("Why?", "w", "Show or hide how the match weight comes about"),
        "refresh": Press("Refresh", "r", "Work out pairs, clusters and conflicts anew with all decisions"),
    }

    def __init__(self, duplicates: Duplicates, *, masked: bool = False) -> None:
        self._open = False
        self._explained: tuple[str, str, str] | None = None  # keys and decision of the pair explained
        super().__init__(duplicates, masked=masked)

    def _arranged(self) -> Sequence[ipywidgets.Widget]:
        limit = f"{self._value.threshold:g}"
        self.school = ipywidgets.Dropdown(options=self._schools(), description="School")
        self.state = ipywidgets.Dropdown(
            options=[("to decide", "open"), ("decided", "decided"), ("in conflict", "conflict"), ("all", "all")],
            description="Show",
        )
        self.weights = ipywidgets.Dropdown(
            options=[
                ("all", "all"),
                (f"duplicates: {limit} or more", "above"),
                (f"to look at: below {limit}", "below"),
            ],
            description="Probability",
        )
        for filter_ in (self.school, self.state, self.weights):
            filter_.observe(self._refilter, "value")
        self.note = ipywidgets.Text(description="Note", placeholder="kept with the decision", continuous_update=False)
        self.pair = Sheet(self._heard, role="region", label="Pair under review", focusable=True)
        self.why = Sheet(role="region", label="Explanation", focusable=True)
        deciding = [self.buttons[name] for name in ("same", "different", "unsure", "undo")]
        going = [self.buttons[name] for name in ("previous", "next", "why", "refresh")]
        return (
            self._row(self.school, self.state, self.weights, self.mask),
            self.status,
            self.alert,
            self.pair,
            self._row(*deciding, *going, self.note),
            self.why,
            self.list,
        )

    def _schools(self) -> list[tuple[str, str]]:
        frame = self.queue.frame
        told = {
            school for side in ("left_school", "right_school") for text in frame[side] for school in text.split("; ")
        }
        return [("all schools", ""), *((name or _NO_SCHOOL, name or _NO_SCHOOL) for name in sorted(told))]

    # -- the queue

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
        """Bring the decisions of the value into the queue; nothing is scored or clustered anew."""
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
            sides = ("; " + frame["left_school"] + "; ", "; " + frame["right_school"] + "; ")
            mask &= sides[0].str.contains(f"; {wanted}; ", regex=False) | sides[1].str.contains(
                f"; {wanted}; ", regex=False
            )
        above = frame["match_weight"] >= weight(self._value.threshold)
        if self.weights.value != "all":
            mask &= above if self.weights.value == "above" else ~above
        self._scope = mask
        state = {"open": frame["decision"] == "", "decided": frame["decision"] != "", "conflict": frame["conflict"] > 0}
        self.queue.narrow(mask & state.get(self.state.value, mask))

    def _progress(self) -> tuple[int, int]:
        return int((self.queue.frame["decision"] != "")[self._scope].sum()), int(self._scope.sum())

    # -- what a person does

    def _press(self, name: str) -> None:
        if name in ("same", "different", "unsure"):
            self._decide(name)
        elif name == "undo":
            self._undo()
        elif name in ("previous", "next"):
            self._step(1 if name == "next" else -1)
        elif name == "why":
            self._open = not self._open
            self.buttons["why"].description = "Hide why (w)" if self._open else "Why? (w)"
        elif name == "refresh":
            self._reload()
            self._said = "Pairs, clusters and conflicts are up to date."

    def _decide(self, decision: str) -> None:
        row = self.queue.current
        if row is None:
            self._said = "No pair is shown; set the filters otherwise."
            return
        self._take(self._value.decide(row["left"], row["right"], decision, note=self.note.value.strip()))  # type: ignore[arg-type]
        self.note.value = ""
        self._mark_decisions()
        self._said = f"{view.record(row['left'])} and {view.record(row['right'])}: {decision}."
        if not self.queue.advance(self.queue.frame["decision"] == "") and not self.queue.step(1):
            self._said += " That was the last one shown."

    def _undo(self) -> None:
        before = self.queue.frame["decision"]
        self._take(self._value.undo())
        self._mark_decisions()
        changed = self.queue.frame.index[self.queue.frame["decision"] != before]
        here = len(changed) > 0 and self.queue.go(int(changed[0]))
        self._said = "Taken back." if here else "Taken back, of a pair that the filters hide."

    # -- what is seen

    def _draw(self) -> None:
        row, masked = self.queue.current, bool(self.mask.value)
        if row is None:
            self.pair.show(el("p", "No pair to show with these filters."), *self._whole())
        else:
            conflicts = self.conflicts[self.conflicts["cluster_id"] == row["conflict"]]
            place = f"{self.queue.at + 1:,} of {len(self.queue.shown):,}"
            fields = self._value.fields(row["left"], row["right"])
            self.pair.show(*view.pair(row, fields, conflicts, place=place, masked=masked), *self._whole())
        rows = [(number, at, view.cells(line, masked=masked)) for number, at, line in self.queue.on_page()]
        self._show_list("Pairs", view.HEADINGS, rows)
        if row is None or not self._open:
            self._explained = None
            self.why.show()
        elif self._explained != (row["left"], row["right"], row["decision"]):
            self.why.show(el("p", "Weighing the fields …"))

    def _draw_late(self) -> None:
        row = self.queue.current
        if row is None or not self._open:
            return
        key = (row["left"], row["right"], row["decision"])
        if self._explained == key:
            return
        told = self._value.explain(row["left"], row["right"])
        words = list(view.explanation(told))
        self.why.show(*words)  # so that a drawing that fails takes nothing else with it
        self.why.show(words[0], el("div", el("div", *words[1:]), view.waterfall(told), class_="ck-beside"))
        self._explained = key

    def _whole(self) -> list[Node]:
        """What is to be said about all pairs."""
        number = len(self.conflicts)
        if not number and not self._behind:
            return []
        told = f"▲ {number:,} conflict{'s' * (number != 1)}: choose Show: in conflict." if number else ""
        late = (
            "Clusters and conflicts are as before the last decisions; Refresh (r) works them out."
            if self._behind
            else ""
        )
        return [el("p", " ".join(filter(None, (told, late))))]
