"""The panel in which people decide which records of students are merged, and merge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import ipywidgets

from connect_kit.engine.arguments import checked
from connect_kit.errors import TwinBusyError, TwinError
from connect_kit.merging import MergePlan
from connect_kit.merging.pairs import MERGEABLE
from connect_kit.panels import merge_view as view
from connect_kit.panels.background import BackgroundTask
from connect_kit.panels.base import Command
from connect_kit.panels.elements import Node, el
from connect_kit.panels.html_view import HtmlView
from connect_kit.panels.queue import Queue
from connect_kit.panels.review import STEPS, ReviewPanel
from connect_kit.twin import as_twin

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from connect_kit.twin import Change, Twin

_WAIT = "Wait until the merge has finished."


class MergePanel(ReviewPanel[MergePlan]):
    """Merges to review one after the other: both records side by side, with what stays and what moves.

    Only what is accepted is merged, and the merge can be undone. It only calls the methods of
    :class:`~connect_kit.merging.MergePlan` and of the twin. Names are shown on purpose; one switch masks them.

    Parameters
    ----------
    plan : MergePlan
    twin : Twin, str or Path
        Where the students are.
    masked : bool
        Start with names hidden.

    Attributes
    ----------
    value : MergePlan
        All planned merges.
    chosen : MergePlan
        Those accepted here and not merged yet.
    twin : Twin
    state : ipywidgets.Dropdown
        The filter.
    """

    title: ClassVar[str] = "Merges"
    commands: ClassVar[Mapping[str, Command]] = {
        "accept": Command("Accept", "a", "Merge these records when Merge is pressed", True),
        "leave": Command("Leave out", "l", "Leave these records as they are", True),
        **STEPS,
        "all": Command("Accept all undecided", "", "Accept every possible merge that is not decided yet", True),
        "merge": Command("Merge", "", "Merge everything that is accepted", True),
        "undo": Command("Undo merge", "z", "Undo the last merge made here", True),
    }

    @checked(paths=False)
    def __init__(self, plan: MergePlan, twin: Twin | str | Path, *, masked: bool = False) -> None:
        self.twin = as_twin(twin)
        self._done: list[Change] = []
        self._merged: list[tuple[str, ...]] = []
        self._shown: tuple[tuple[str, str], pd.DataFrame, pd.DataFrame] | None = None
        self._task: BackgroundTask[str] = BackgroundTask(partial(self._run, self._finish))
        super().__init__(plan, masked=masked)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until a running merge has finished and is shown; False when the time runs out first."""
        return self._task.wait(timeout)

    @property
    def chosen(self) -> MergePlan:
        """The merges that are accepted and not carried out yet."""
        return self._value.only(*self._accepted())

    def _accepted(self) -> list[str]:
        frame = self.queue.frame
        return list(dict.fromkeys(frame["survivor"][frame["choice"] == "accepted"]))

    def _parts(self) -> Sequence[ipywidgets.Widget]:
        states = {"to decide": "", "accepted": "accepted", "left out": "left out", "merged": "merged"}
        self.state = self._dropdown(
            "Show", [*states.items(), ("cannot be merged", "not"), ("all", "all")], self._filter
        )
        self.pair = HtmlView(self._on_message, role="region", label="Merge under review", focusable=True)
        return (
            self._row(self.state, self.mask),
            self.status,
            self.alert,
            self.pair,
            self._row("accept", "leave", *STEPS, "all"),
            self._row("merge", "undo"),
            self.list,
        )

    # The queue.

    def _check_idle(self) -> None:
        if self._task.running:
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

    def _on_command(self, name: str) -> None:
        if name in STEPS:
            super()._on_command(name)
        elif self._task.running:
            self._status = _WAIT
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
            self._status = "Nothing is shown; change the filter."
        elif not row["can"]:
            self._status = "This cannot be merged; the reason is shown."
        elif row["choice"] == "merged":
            self._status = "This has already been merged; Undo merge reverses it."
        else:
            # A record absorbs all that were found to be the same student, or none of them.
            frame.loc[frame["can"] & (frame["survivor"] == row["survivor"]), "choice"] = choice
            self._status = f"{row['survivor']}: {choice}."
            if not self.queue.advance(frame["can"] & (frame["choice"] == "")):
                self._status += " That was the last one."

    def _accept_all(self) -> None:
        frame = self.queue.frame
        waiting = frame["can"] & (frame["choice"] == "")
        frame.loc[waiting, "choice"] = "accepted"
        self._status = f"{int(waiting.sum()):,} accepted."

    def _merge(self) -> None:
        accepted = tuple(self._accepted())
        if not accepted:
            self._status = "Accept a merge first."
            return
        plan = self.chosen
        self._task.start(lambda _: self._carry_out(plan, accepted))
        self._status = f"Merging {len(accepted):,} …"

    def _carry_out(self, plan: MergePlan, accepted: tuple[str, ...]) -> str:
        change = self.twin.merge(plan)
        self._done.append(change)
        self._merged.append(accepted)
        return f"Merged: {change.what}."

    def _finish(self, outcome: str | None, fault: Exception | None) -> None:
        self._shown = None
        if fault is not None:
            raise fault
        frame = self.queue.frame
        frame.loc[frame["can"] & frame["survivor"].isin(self._merged[-1]), "choice"] = "merged"
        self._status = outcome or ""

    def _undo(self) -> None:
        if not self._done:
            self._status = "No merge has been made here."
            return
        log = self.twin.activity()
        last = log[(log["kind"] != "undo") & log["undone"].isna()].iloc[-1]
        if int(last["number"]) != self._done[-1].number:
            raise TwinError(
                f"{self.twin.path}: entry {last['number']} ({last['what']}) was made after the merge, "
                f"entry {self._done[-1].number}; undo it first with twin.undo()"
            )
        self.twin.undo()
        self._done.pop()
        frame = self.queue.frame
        frame.loc[frame["can"] & frame["survivor"].isin(self._merged.pop()), "choice"] = "accepted"
        self._shown = None
        self._status = "Undone; the merges are accepted as before."

    # What is shown.

    def _draw(self) -> None:
        row, masked, frame = self.queue.current, bool(self.mask.value), self.queue.frame
        number = int((frame["choice"] == "accepted").sum())
        self.buttons["merge"].description = f"Merge {number:,} accepted"
        self.buttons["merge"].disabled = not number or self._task.running
        self.buttons["undo"].disabled = not self._done or self._task.running
        self._show_list("Merges", view.HEADINGS, view.cells)
        if row is None:
            self.pair.show(el("p", "No merge to show with this filter."))
            return
        words = list(view.merge(row, place=self.queue.position))
        if not row["can"]:
            why = f"{row['state']}. {row['next_step']}"
            words.append(el("p", el("strong", "▲ Cannot be merged: "), why, class_="ck-warning"))
        self.pair.show(*words, *self._beside(row, masked))

    def _beside(self, row: pd.Series, masked: bool) -> list[Node]:
        """Both records, read from the twin when they are shown."""
        survivor, other = row["survivor"] or "", row["other"] or ""
        if not survivor or not other:
            return []
        if row["choice"] == "merged":
            return [el("p", f"Record {other} is gone; everything that moves is now with {survivor}.")]
        if self._shown is None or self._shown[0] != (survivor, other):
            if self._task.running:
                return [el("p", _WAIT)]
            try:
                self._shown = ((survivor, other), self.twin.student(survivor), self.twin.student(other))
            except TwinError as fault:
                return [el("p", el("strong", "Not shown: "), str(fault))]
        conflicts = self._value.conflicts
        found = conflicts[(conflicts["survivor"] == survivor) & (conflicts["other"] == other)]
        marks = frozenset(found["field"])
        return [view.beside(*self._shown[1:], marks, mergeable=row["can"], masked=masked)]
