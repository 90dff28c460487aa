"""The part of the upload panel that is about what stays behind: the worksheet, and acting on it on the twin."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from connect_kit.errors import LimitError, SettingError
from connect_kit.identity import find_id_changes, left_behind
from connect_kit.identity.left_limit import TOO_MANY
from connect_kit.matching import match_schools
from connect_kit.panels import left_view
from connect_kit.panels.upload_layout import UploadLayout

if TYPE_CHECKING:
    from connect_kit.identity import LeftBehind
    from connect_kit.roster.action import Action
    from connect_kit.twin import Twin

#: Buttons of this part that change the twin, or lead to it.
BUTTONS = ("tidy", "tidy_sure", "tidy_not")


class UploadLeft(UploadLayout):
    """What stays behind in the upload panel; :class:`~connect_kit.panels.upload.UploadPanel` has the rest."""

    target: Twin
    left_behind: LeftBehind | None
    _tidying: tuple[Action, ...] = ()
    _seen: str = ""

    @abstractmethod
    def _check(self) -> None:
        """Bring the conditions up to date."""

    def _save_worksheet(self) -> None:
        if self.left_behind is not None:
            folder = self._value.folder / "left-behind"
            self.left_behind.save(folder)
            self._status = f"Saved in {folder}."

    def _tidy(self, name: str) -> None:
        """What a button of :data:`BUTTONS` asks for."""
        actions, self._tidying = self._tidying, ()
        if name == "tidy":
            self._look_again()
        elif name == "tidy_sure" and actions:
            done = self.target.apply_all(actions, "left behind", seen=self._seen)
            self._refresh()
            self._check()
            self._status = f"{done.what}. It is entry {done.number} of the log; twin.undo() takes it back as a whole."
        else:
            self._status = "Nothing was done."

    def _look_again(self) -> None:
        """Find what stays behind on the twin as it is now, and ask whether to act on it."""
        limit, left = _percent(self.limit.value), self._refresh()
        try:
            self._tidying = tuple(left.actions(limit=limit)) if left is not None else ()
        except LimitError as error:
            many = "; ".join(error.reasons)
            self._status = (
                f"{TOO_MANY[0].upper()}{TOO_MANY[1:]}: {many}. Is the delivery complete? If it is, enter "
                f"{error.enough} as the limit and press the button again."
            )
            return
        self._status = "" if self._tidying else "Nothing stays behind any more."

    def _refresh(self) -> LeftBehind | None:
        """What stays behind on the twin as it is now."""
        left = self.left_behind
        if left is not None:
            roster = left.roster
            self._seen, known = self.target.state(), self.target.workspace(engine=roster.schema.engine)
            schools = match_schools(roster, known)
            changes = find_id_changes(roster, known, schools=schools)
            self.left_behind = left_behind(roster, known, changes, schools=schools)
        return self.left_behind

    def _draw_left(self, *, running: bool) -> None:
        left = self.left_behind
        there = left is not None and len(left) > 0
        self.behind.show(*(left_view.left_behind(left) if left is not None else ()))
        self.tidy.show(*([left_view.question(left)] if left is not None and self._tidying else ()))
        self._behind.layout.display = None if there else "none"
        self._surely_tidy.layout.display = None if self._tidying else "none"
        for name in BUTTONS:
            self.buttons[name].disabled = running


def _percent(text: str) -> float | None:
    """The limit that a person entered; the usual one where nothing is."""
    entered = text.replace("%", "").strip()
    if not entered:
        return None
    try:
        return float(entered)
    except ValueError as error:
        raise SettingError(f"the limit is {text!r}; enter percent, 0 to 100, or nothing for the usual one") from error
