"""The panel in which people decide which class belongs to which classroom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets

from connect_kit.display.characters import drawable
from connect_kit.display.look import counted
from connect_kit.engine.arguments import checked
from connect_kit.panels import classrooms_view as view
from connect_kit.panels.base import Command
from connect_kit.panels.elements import el
from connect_kit.panels.html_view import HtmlView
from connect_kit.panels.queue import Queue
from connect_kit.panels.review import STEPS, ReviewPanel

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.matching.matches import ClassroomMatches

#: Partners listed at a time.
_MOST = 20
_SEARCHED = ("title", "teachers", "grades")
_OFFERED = ["roster_id", "score", "reason"]
_ALL = "Accept all suggestions at a school"
_OUT, _IN = "The school does not take part", "The school takes part after all"


class ClassroomsPanel(ReviewPanel["ClassroomMatches"]):
    """Classes and classrooms to be matched: accept suggestions, find another partner, archive or leave.

    It only calls the methods of :class:`~connect_kit.matching.matches.ClassroomMatches`. Titles and names of teachers
    are shown on purpose; one switch masks them.

    Parameters
    ----------
    classes : ClassroomMatches
    masked : bool
        Start with names hidden.

    Attributes
    ----------
    value : ClassroomMatches
        With every decision made here.
    school, state : ipywidgets.Dropdown
        The filters.
    search : ipywidgets.Text
        Searches the titles, IDs, teachers and grades of the same school for another partner.
    """

    title: ClassVar[str] = "Classrooms"
    commands: ClassVar[Mapping[str, Command]] = {
        "accept": Command("Accept", "c", "Connect the classroom with the suggested class", True),
        "different": Command("Not this one", "d", "The suggested class does not belong to this classroom", True),
        "archive": Command("Archive", "a", "Archive the classroom before the upload", True),
        "leave": Command("Leave", "l", "Leave the classroom as it is", True),
        "undo": Command("Undo", "z", "Undo the last decision", True),
        **STEPS,
        "out": Command(_OUT, "", "Leave the chosen school out of uploads, or take it in again", True),
        "school": Command(_ALL, "", "Accept every suggestion at the chosen school; one Undo reverts them all", True),
    }

    @checked()
    def __init__(self, classrooms: ClassroomMatches, *, masked: bool = False) -> None:
        super().__init__(classrooms, masked=masked)

    def _parts(self) -> Sequence[ipywidgets.Widget]:
        self.school = self._dropdown("School", self._schools(), self._filter)
        states = {
            "to decide": "open",
            "suggested": "suggested",
            "classrooms without a class": "unmatched_workspace",
            "classes without a classroom": "unmatched_roster",
            "decided": "decided",
            "all": "all",
        }
        self.state = self._dropdown("Show", list(states.items()), self._filter)
        self.search = ipywidgets.Text(description="Partner", placeholder="title, ID, teacher or grade")
        self.search.observe(lambda _: self._run(), "value")
        self.pair = HtmlView(self._on_message, role="region", label="Classroom under review", focusable=True)
        self.partners = HtmlView(self._on_message, role="region", label="Partners to choose from")
        return (
            self._row(self.school, self.state, self.mask),
            self._row("school", "out"),
            self.status,
            self.alert,
            self.pair,
            self._row("accept", "different", "archive", "leave", "undo", *STEPS),
            self._row(self.search),
            self.partners,
            self.list,
        )

    def _schools(self) -> list[tuple[str, str]]:
        frame = self.queue.frame
        names = dict(zip(frame["group"], frame["school"], strict=True))
        return [("all schools", ""), *sorted((drawable(name, 200), group) for group, name in names.items())]

    # The queue.

    def _load(self) -> Queue:
        frame = self._value.details()
        for name in frame.columns.difference(["score", "workspace_archived"]):
            text = frame[name].astype("Int64").astype("string") if frame[name].dtype.kind == "f" else frame[name]
            frame[name] = text.astype(object).where(text.notna(), "")
        frame["workspace_archived"] = frame["workspace_archived"].eq(True)
        alone = frame["roster_group"].where(frame["roster_group"] != "", "roster:" + frame["roster_school_id"])
        frame["group"] = frame["workspace_group"].where(frame["workspace_group"] != "", alone)
        school, number = (
            frame[f"workspace_{part}"].where(frame[f"workspace_{part}"] != "", frame[f"roster_{part}"])
            for part in ("school", "school_id")
        )
        frame["school"] = (school + (" (" + number + ")").where(number != "", "")).str.strip()
        alone = (frame["status"] == "unmatched_workspace") & ~frame["workspace_archived"]
        alone &= frame["workspace_class_id"] == ""  # another class ID: left to the sync, as archived ones are
        frame["open"] = (frame["decision"] == "") & ((frame["status"] == "suggested") | alone)
        return Queue(frame)

    def _filter(self) -> None:
        frame = self.queue.frame
        self._scope = frame["group"] == self.school.value if self.school.value else frame["group"].notna()
        wanted = self.state.value
        state = {"open": frame["open"], "decided": frame["decision"] != "", "all": self._scope}
        self.queue.narrow(self._scope & state.get(wanted, frame["status"] == wanted))

    def _reload(self) -> None:
        """Load everything again, for a decision may change what is suggested elsewhere; stay at the same place."""
        at = self.queue.at
        super()._reload()
        self.queue.at = min(at, max(0, len(self.queue.shown) - 1))

    def _progress(self) -> tuple[int, int]:
        frame = self.queue.frame[self._scope]
        decided = int((frame["decision"] != "").sum())
        return decided, decided + int(frame["open"].sum())

    # What a person does.

    def _on_command(self, name: str) -> None:
        if name in ("accept", "different", "archive", "leave"):
            self._decide(name)
        elif name == "undo":
            self._undo()
        elif name == "school":
            self._accept_school()
        elif name == "out":
            self._leave_school_out()
        else:
            super()._on_command(name)

    def _on_action(self, action: str, value: str) -> None:
        if action == "connect":
            self._connect(value)
        else:
            super()._on_action(action, value)

    def _decide(self, name: str) -> None:
        row = self.queue.current
        if row is None:
            self._status = "Nothing is shown; change the filters."
            return
        roster, workspace, suggested = row["roster_id"], row["workspace_id"], row["status"] == "suggested"
        by_id = row["status"] == "matched" and not row["decision"]
        if not workspace:
            self._status = "This class has no classroom; choose one below, or let the upload create one."
        elif row["status"] == "out":
            self._status = "Its school does not take part; there is nothing to decide."
        elif by_id:
            self._status = "The class ID is recorded on this classroom; there is nothing to decide."
        elif name == "accept" and not suggested:
            self._status = "No class is suggested; choose one below."
        elif name == "different" and not roster:
            self._status = "No class is suggested, so there is nothing to reject."
        elif name in ("archive", "leave"):
            self._decided(self._value.decide(None, workspace, name), f"{workspace}: {name}.")
        else:
            word = "connect" if name == "accept" else "different"
            self._decided(self._value.decide(roster, workspace, word), f"{roster} and {workspace}: {word}.")

    def _connect(self, chosen: str) -> None:
        row = self.queue.current
        if row is None:
            return
        roster, workspace = (chosen, row["workspace_id"]) if row["workspace_id"] else (row["roster_id"], chosen)
        self._decided(self._value.decide(roster, workspace, "connect"), f"{roster} and {workspace}: connect.")

    def _decided(self, value: ClassroomMatches, status: str) -> None:
        after = self.queue.following
        self._set_value(value)
        self.search.value = ""
        self._reload()
        if after is not None:
            frame, side = self.queue.frame, "workspace_id" if after["workspace_id"] else "roster_id"
            any(self.queue.go(place) for place in frame.index[frame[side] == after[side]].tolist())
        self._status = status

    def _accept_school(self) -> None:
        if not self.school.value:
            self._status = "Choose a school above first."
            return
        number = self._suggestions()
        if not number:
            self._status = "This school has no suggestions."
            return
        status = f"{counted(number, 'suggestion')} accepted; one Undo reverts them all."
        self._decided(self._value.accept(school=self.school.value), status)

    def _leave_school_out(self) -> None:
        if not self.school.value:
            self._status = "Choose a school above first."
            return
        word = "in" if self._school_is_out() else "out"
        school = self.school.value.removeprefix("roster:")
        words = "takes part" if word == "in" else "does not take part: nothing of it is uploaded"
        self._decided(self._value.decide_school(school, word), f"School {school} {words}.")

    def _school_is_out(self) -> bool:
        return bool(self._scope.any()) and bool((self.queue.frame[self._scope]["status"] == "out").all())

    def _suggestions(self) -> int:
        return int((self.queue.frame[self._scope]["status"] == "suggested").sum())

    def _undo(self) -> None:
        before = set(self._value.decisions.about("classrooms"))
        self._decided(self._value.undo(), "")
        changed = before ^ set(self._value.decisions.about("classrooms"))
        rooms = {decision.right.removeprefix("workspace:") for decision in changed}
        places = self.queue.frame.index[self.queue.frame["workspace_id"].isin(rooms)]
        here = any(self.queue.go(place) for place in places.tolist())
        self._status = "Undone." if here else "Undone; the filters hide that classroom."

    # What is shown.

    def _draw(self) -> None:
        row, masked = self.queue.current, bool(self.mask.value)
        self._show_list("Classrooms and classes", view.HEADINGS, lambda line: view.cells(line, masked=masked))
        number = self._suggestions()
        self.buttons["school"].description = (
            f"Accept all {number:,} suggestions at this school" if self.school.value and number else _ALL
        )
        self.buttons["out"].description = _IN if self.school.value and self._school_is_out() else _OUT
        if row is None:
            self.pair.show(el("p", "Nothing to show with these filters."))
            self.partners.show()
            return
        content = list(view.side_by_side(row, place=self.queue.position, masked=masked))
        by_id = row["status"] == "matched" and not row["decision"]
        if row["workspace_id"] and not by_id:
            content.append(view.choices(self._value.choices(row["workspace_id"])))
        self.pair.show(*content)
        self.partners.show(*([] if by_id else self._partners(row, masked)))

    def _partners(self, row: pd.Series[Any], masked: bool) -> list[Any]:
        """What the current class or classroom could be connected with at its own school."""
        import pandas as pd

        frame, asked = self.queue.frame, self.search.value.casefold().split()
        side, other = ("roster", "workspace") if row["workspace_id"] else ("workspace", "roster")
        found = frame[(frame["group"] == row["group"]) & (frame[f"{side}_id"] != "")]
        found = found[found[f"{side}_id"] != row[f"{side}_id"]].assign(why="")
        if asked:
            text = found[f"{side}_id"].str.cat([found[f"{side}_{name}"] for name in _SEARCHED], sep=" ").str.casefold()
            fits = [text.str.contains(word, regex=False) for word in asked]
            found = found[pd.concat(fits, axis=1).all(axis=1)]
        elif side == "roster":
            likely = self._value.candidates(row["workspace_id"], _MOST)
            order = {one: place for place, one in enumerate(likely["roster_id"])}
            found = found[found["roster_id"].isin(order)]
            found = found.assign(place=found["roster_id"].map(order)).sort_values("place")
            common = {one: f"score {score:.2f}: {why}" for one, score, why in likely[_OFFERED].to_numpy(object)}
            found["why"] = [common[one] for one in found["roster_id"]]
        else:
            found = found[found["status"] == "unmatched_workspace"]
        if found.empty:
            if asked:
                return [el("p", "Nothing at this school matches the search.")]
            return [el("p", "Nothing at this school has anything in common with it; search above.")]
        found = found.assign(
            now=found["status"].map({"matched": "matched with ", "suggested": "suggested for "}).fillna("no partner")
            + found[f"{other}_id"],
            free=~((found["status"] == "matched") & (found["decision"] == "")),
        )
        more = (
            [el("p", f"The first {_MOST} of {len(found):,}; search to find the others.")] if len(found) > _MOST else []
        )
        return [view.partners(found.head(_MOST), side=side, masked=masked), *more]
