"""The part of the upload panel that comes after a run: saving its results, and taking an upload back."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from connect_kit.panels.upload_layout import UploadLayout
from connect_kit.roster.originals import outside_originals
from connect_kit.uploads.narrowing import left_behind_sent

if TYPE_CHECKING:
    from connect_kit.checks import AuditData
    from connect_kit.identity import LeftBehind
    from connect_kit.twin import Twin
    from connect_kit.uploads import Forecast, UploadPlan, UploadResult


class AfterUpload(UploadLayout):
    """What follows a run; :class:`~connect_kit.panels.upload.UploadPanel` has the rest."""

    target: Twin
    audit: AuditData | None
    result: UploadResult | None
    forecast: Forecast | None
    _left_behind: LeftBehind | None
    _undone: str = ""
    _left_sent: LeftBehind | None = None
    _left_of: tuple[LeftBehind | None, UploadPlan | None] = (None, None)

    @property
    def left_behind(self) -> LeftBehind | None:
        """What stays behind on Connect at the schools that are sent, and after what the files remove."""
        of = (self._left_behind, self._value)
        if any(now is not before for now, before in zip(of, self._left_of, strict=True)):
            self._left_sent, self._left_of = left_behind_sent(*of), of
        return self._left_sent

    @left_behind.setter
    def left_behind(self, found: LeftBehind | None) -> None:
        self._left_behind = found

    @abstractmethod
    def _check(self) -> None:
        """Bring the conditions up to date."""

    def _undo(self) -> None:
        """Take the shown upload back, if nothing was done since."""
        if self.result is None or not self._undoable:
            self._status = "No upload to take back is shown."
            return
        self._undone = self.target.undo(run=self.result.run).what
        self._check()
        if self._blocking("dry_run"):
            self.forecast = None  # it was of another state of the workspace
            self._check()
        self._status = f"The upload was {self._undone}."

    @abstractmethod
    def _blocking(self, code: str) -> bool:
        """Whether a condition is blocking."""

    @property
    def _undoable(self) -> bool:
        """Whether the result that is shown is an upload of which something was processed and nothing taken back."""
        result = self.result
        return (
            result is not None
            and not result.dry_run
            and not self._undone
            and any(one.outcome != "refused" for one in result.files)
        )

    def _save(self) -> None:
        folder = self.folder.value.strip()
        if self.result is None or not folder:
            self._status = "Nothing to save." if self.result is None else "Enter a folder first."
            return
        if self.audit is not None:
            outside_originals(folder, self.audit.roster, self.audit.workspace)
        self.result.save(folder, excel=True)
        self._status = f"Saved in {folder}."
