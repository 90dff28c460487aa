"""The panel in which people decide which records of students are merged, and merge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import ipywidgets

from connect_kit.errors import TwinBusyError, TwinError
from connect_kit.merging import MergePlan
from connect_kit.merging.pairs import MERGEABLE
from connect_kit.panels import merge_view as view
from connect_kit.panels.elements import Node, el
from connect_kit.panels.panel import Panel, Press
from connect_kit.panels.queue import Queue
from connect_kit.panels.sheet import Sheet
from connect_kit.panels.work import Work
from connect_kit.twin import as_twin

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from connect_kit.twin import Change, Twin

_WAIT = "Wait until the merge has ended."


class MergePanel(Panel[MergePlan]):
    """Merges to be looked at one after the other: both records side by side, with what stays and what moves.

    Only what is accepted is merged, and the merge can be taken back. It calls the verbs of
    :class:`~connect_kit.twin.MergePlan` and of the twin and adds none. Names are shown on purpose; one switch
    masks them.

    Parameters
    ----------
    plan : MergePlan
    twin : Twin, str or Path
        Where the students are.
    masked : bool
        Begin with names hidden.

    Attributes
    ----------
    value : MergePlan
        All merges that were planned.
    chosen : MergePlan
        Those that are accepted here and not merged yet.
    twin : Twin
    state : ipywidgets.Dropdown
        The filter.
    """

    title: ClassVar[str] = "Merges"
    presses: ClassVar[Mapping[str, Press]] = {
        "accept": Press("Accept", "a", "Merge these records when Merge is pressed", True),
        "leave": Press("Leave out", "l", "Leave these records as they are", True),
        "previous": Press("Previous", "p", "Show the previous one", moves=True),
        "next": Press("Next", "n", "Show the next one", moves=True),
        "all": Press(
            "Accept all that are not decided", "", "Accept every merge that can be done and is not decided", True
        ),
        "merge": Press("Merge", "", "Merge what is accepted", True),
        "undo": Press("Undo merge", "z", "Take back the last merge done here", True),
    }

    def __init__(self, plan: MergePlan, twin: Twin | str | Path, *, masked: bool = False) -> None:
        self.twin = as_twin(twin)
        self._done: list[Change] = []
        self._merged: list[tuple[str, ...]] = []
        self._shown: tuple[tuple[str, str], pd.DataFrame, pd.DataFrame] | None = None
        self._work: Work[str] = Work(self._ended)
        super().__init__(plan, masked=masked)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until a merge that is under way has ended and is shown; False when the seconds have passed before."""
        return self._work.wait(timeout)

    @property
    def chosen(self) -> MergePlan:
        """The merges that are accepted and not done yet."""
        return self._value.only(*self._accepted())

    def _accepted(self) -> list[str]:
        frame = self.queue.frame
        return list(dict.fromkeys(frame["survivor"][frame["choice"] == "accepted"]))

    def _arranged(self) -> Sequence[ipywidgets.Widget]:
        states = {"to decide": "", "accepted": "accepted", "left out": "left out", "merged": "merged"}
        options = [*states.items(), ("cannot be merged", "not"), ("all", "all")]
        self.state = ipywidgets.Dropdown(options=options, description="Show")
        self.state.observe(self._refilter, "value")
        self.pair = Sheet(self._heard, role="region", label="Merge under review", focusable=True)
        button = self.buttons
        return (
            self._row(self.state, self.mask),
            self.status,
            self.alert,
            self.pair,
            self._row(*(button[name] for name in ("accept", "leave", "previous", "next", "all"))),
            self._row(button["merge"], button["undo"]),
            self.list,
        )

    # The queue.

    def _check_free(self) -> None:
        if self._work.running:
            raise TwinBusyError(f"{self.twin.path}: {_WAIT}")

    def _load(self) -> Queue:
        frame = self._value.table().reset_index(drop=True)
        frame["can"] = frame["state"] == MERGEABLE
        frame["choice"] = ""
        return Queue(frame)

    def _filter(self) -> None:
        frame, wanted = self.queue.frame, self.state.value
        masks = {"all": frame["choice"].notna(), "not": ~frame["can"]}
        self.queue.narrow(masks[wanted] if wanted in masks else frame["can"] & (frame["choice"] == wanted))

    def _progress(self) -> tuple[int, int]:
        frame = self.queue.frame
        return int((frame["choice"] != "")[frame["can"]].sum()), int(frame["can"].sum())

    # What a person does.

    def _press(self, name: str) -> None:
        if name in ("previous", "next"):
            self._step(1 if name == "next" else -1)
        elif self._work.running:
            self._said = _WAIT
        elif name in ("accept", "leave"):
            self._choose("accepted" if name == "accept" else "left out")
        elif name == "all":
            self._accept_all()
        elif name == "merge":
            self._merge()
        elif name == "undo":
            self._undo()

    def _choose(self, choice: str) -> None:
        row, frame = self.queue.current, self.queue.frame
        if row is None:
            self._said = "Nothing is shown; set the filter otherwise."
        elif not row["can"]:
            self._said = "This cannot be merged; see below."
        elif row["choice"] == "merged":
            self._said = "This is merged already; Undo merge takes it back."
        else:
            # A record takes over all that were found to be the same student, or none of them.
            frame.loc[frame["can"] & (frame["survivor"] == row["survivor"]), "choice"] = choice
            self._said = f"{row['survivor']}: {choice}."
            if not self.queue.advance(frame["can"] & (frame["choice"] == "")):
                self._said += " That was the last one."

    def _accept_all(self) -> None:
        frame = self.queue.frame
        waiting = frame["can"] & (frame["choice"] == "")
        frame.loc[waiting, "choice"] = "accepted"
        self._said = f"{int(waiting.sum()):,} accepted."

    def _merge(self) -> None:
        accepted = tuple(self._accepted())
        if not accepted:
            self._said = "Accept a merge first."
            return
        plan = self.chosen
        self._work.start(lambda _: self._carry_out(plan, accepted))
        self._said = f"Merging {len(accepted):,} …"

    def _carry_out(self, plan: MergePlan, accepted: tuple[str, ...]) -> str:
        change = self.twin.merge(plan)
        self._done.append(change)
        self._merged.append(accepted)
        return f"Merged: {change.what}."

    def _ended(self, said: str | None, fault: Exception | None) -> None:
        self._run(self._tell_end, said, fault)

    def _tell_end(self, said: str | None, fault: Exception | None) -> None:
        self._shown = None
        if fault is not None:
            raise fault
        frame = self.queue.frame
        frame.loc[frame["can"] & frame["survivor"].isin(self._merged[-1]), "choice"] = "merged"
        self._said = said or ""

    def _undo(self) -> None:
        if not self._done:
            self._said = "No merge was done here."
            return
        log = self.twin.activity()
        last = log[(log["kind"] != "undo") & log["undone"].isna()].iloc[-1]
        if int(last["number"]) != self._done[-1].number:
            raise TwinError(
                f"{self.twin.path}: entry {last['number']} ({last['what']}) has come since the merge, "
                f"entry {self._done[-1].number}; take that back first with twin.undo(), if it is no upload"
            )
        self.twin.undo()
        self._done.pop()
        frame = self.queue.frame
        frame.loc[frame["can"] & frame["survivor"].isin(self._merged.pop()), "choice"] = "accepted"
        self._shown = None
        self._said = "Taken back; the merges are accepted as before."

    # What is seen.

    def _draw(self) -> None:
        row, masked, frame = self.queue.current, bool(self.mask.value), self.queue.frame
        number = int((frame["choice"] == "accepted").sum())
        self.buttons["merge"].description = f"Merge {number:,} accepted"
        self.buttons["merge"].disabled = not number or self._work.running
        self.buttons["undo"].disabled = not self._done or self._work.running
        rows = [(at, place, view.cells(line)) for at, place, line in self.queue.on_page()]
        self._show_list("Merges", view.HEADINGS, rows)
        if row is None:
            self.pair.show(el("p", "No merge to show with this filter."))
            return
        place = f"{self.queue.at + 1:,} of {len(self.queue.shown):,}"
        told = list(view.merge(row, place=place))
        if not row["can"]:
            why = f"{row['state']}. {row['next_step']}"
            told.append(el("p", el("strong", "▲ Cannot be merged: "), why, class_="ck-warning"))
        self.pair.show(*told, *self._beside(row, masked))

    def _beside(self, row: pd.Series, masked: bool) -> list[Node]:
        """Both records, read from the twin when they are looked at."""
        survivor, other = row["survivor"] or "", row["other"] or ""
        if not survivor or not other:
            return []
        if row["choice"] == "merged":
            return [el("p", f"The record {other} is gone; all of it that moves is with {survivor}.")]
        if self._shown is None or self._shown[0] != (survivor, other):
            if self._work.running:
                return [el("p", _WAIT)]
            try:
                self._shown = ((survivor, other), self.twin.student(survivor), self.twin.student(other))
            except TwinError as fault:
                return [el("p", el("strong", "Not shown: "), str(fault))]
        conflicts = self._value.conflicts
        found = conflicts[(conflicts["survivor"] == survivor) & (conflicts["other"] == other)]
        return [view.beside(*self._shown[1:], frozenset(found["field"]), masked=masked)]
