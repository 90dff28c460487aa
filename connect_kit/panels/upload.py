"""The panel in which an upload is rehearsed, looked at, and sent."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from connect_kit.errors import TwinBusyError
from connect_kit.panels import upload_view as view
from connect_kit.panels.elements import Node, el
from connect_kit.panels.result_rows import ResultRows
from connect_kit.panels.upload_parts import UploadParts
from connect_kit.panels.work import Paced, Work
from connect_kit.twin import Action, as_twin
from connect_kit.uploads import as_target, confirmation
from connect_kit.uploads.records import last_dry_run

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from connect_kit.duplicates import Duplicates
    from connect_kit.twin import Twin
    from connect_kit.uploads import Forecast, UploadPlan, UploadResult
    from connect_kit.uploads.values import Progress

_ARCHIVING = "archive_existing"  # code of the gate
_WAIT = "Wait until what is under way has ended, or cancel it."


class UploadPanel(UploadParts):
    """An upload from its conditions to its results: dry run first, the real upload behind a typed confirmation.

    It calls the verbs of :mod:`connect_kit.uploads` and adds none. Work runs in a thread of its own, so that the
    panel and the notebook go on answering. It shows IDs and counts, and no names of people.

    Parameters
    ----------
    plan : UploadPlan
    target : Twin, str or Path
        Where the files go.
    duplicates : Duplicates, optional
        Of the roster's students; with them the forecast counts who will be there twice.

    Attributes
    ----------
    value : UploadPlan
        With every waiver and answer given here.
    target : Twin
    gates : pandas.DataFrame
        The conditions as they were when they were last looked at.
    result : UploadResult or None
        The last one, of a dry run or of a real upload.
    forecast : Forecast or None
        Of the last dry run.
    confirm : ipywidgets.Text
        Takes the text that a real upload asks for.
    """

    def __init__(self, plan: UploadPlan, target: Twin | str | Path, *, duplicates: Duplicates | None = None) -> None:
        self.target = as_twin(target)
        self.duplicates = duplicates
        self.gates: pd.DataFrame | None = None
        self.result: UploadResult | None = None
        self.forecast: Forecast | None = None
        self._log: pd.DataFrame | None = None
        self._rows = ResultRows()
        self._told: dict[int, Progress] = {}
        self._dry_run, self._ending = True, ""
        self._work: Work[None] = Work(self._ended)
        self._paced = Paced(self._show_progress)
        super().__init__(plan)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until what is under way has ended and is shown; False when the seconds have passed before."""
        return self._work.wait(timeout)

    @property
    def running(self) -> bool:
        """Whether a dry run or an upload is under way."""
        return self._work.running

    @property
    def confirmation(self) -> str:
        """What is to be typed before a real upload: the district, and the rows that are sent."""
        return confirmation(self._value, self.target.district)

    def _first(self) -> None:
        self._look()

    def _check_free(self) -> None:
        if self.running:
            raise TwinBusyError(f"{self.target.path}: {_WAIT}")

    def _reload(self) -> None:
        self.result, self.forecast, self._rows = None, None, ResultRows()
        self._told, self._ending = {}, ""
        self._look()

    def _look(self) -> None:
        """The conditions, and the log where it is shown, as they are now."""
        self.gates = self._value.gates(self.target)
        if self._log is not None:
            self._log = self.target.activity()

    # What a person does.

    def _press(self, name: str) -> None:
        if name in ("rehearse", "upload"):
            self._begin(dry_run=name == "rehearse")
        elif name == "cancel":
            self._said = "It stops as soon as it can." if self._work.cancel() else "Nothing is under way."
        elif name == "save":
            self._save()
        elif self.running:  # the twin is in use, and the plan is being carried out
            self._said = _WAIT
        elif name == "waive":
            self._waive()
        elif name == "log":
            self._log = self.target.activity() if self._log is None else None
        elif name == "archive":
            self._archive()
        elif name == "look":
            self._look()
            self._said = "Conditions are as they are now."
        else:
            self._take(self._value.answer(archive_existing=name == "yes"))
            self._look()
            self._said = f"Answered: {'yes' if name == 'yes' else 'no'}."

    def _asked(self, do: str, of: str) -> None:
        if do == "page":
            self._rows.turn(int(of))

    def _filter(self) -> None:
        self._rows.narrow(file=self.file.value or "", result=self.results.value, action=self.action.value)

    def _blocking(self, code: str) -> bool:
        gates = self.gates
        return gates is not None and bool(((gates["code"] == code) & (gates["state"] == "blocking")).any())

    def _archive(self) -> None:
        """Archive the students without SIS ID of the district, or of the schools that upload for the first time."""
        facts = as_target(self.target).facts()
        sent = {file.school for file in self._value.files}
        new: list[str | None] = [one for one in facts.schools if one in sent and not facts.schools[one].synced]
        for school in [None] if self._value.level == "district" else new:
            self._said += f"{self.target.apply(Action('archive_students', school=school, unsynced=True)).what}. "
        self._look()

    def _waivable(self) -> list[tuple[str, str]]:
        """Codes that block: of the self-check, and of rows that the last dry run refused."""
        told = {one.code: one.count for one in self._value.critical}
        last = last_dry_run(self._value, self.target.id)
        told |= {
            code: count for code, count in (last.errors if last else {}).items() if code not in self._value.waivers
        }
        return [(f"{code}: {count:,} rows", code) for code, count in told.items()]

    def _waive(self) -> None:
        code, reason = self.finding.value, self.reason.value.strip()
        if not code or not reason:
            self._said = "Type a reason first." if code else "No finding is blocking."
            return
        self._take(self._value.waive(code, reason))
        self.reason.value = ""
        self._look()
        self._said = f"Waived: {code}."

    def _save(self) -> None:
        if self.result is None or not self.folder.value.strip():
            self._said = "Nothing to save." if self.result is None else "Name a folder first."
            return
        self.result.save(self.folder.value.strip(), excel=True)
        self._said = f"Saved in {self.folder.value.strip()}."

    def _ready(self) -> bool:
        """Whether nothing but the typed text blocks a real upload."""
        return self.gates is not None and not (self.gates["state"] == "blocking").any()

    def _confirmed(self) -> bool:
        return " ".join(str(self.confirm.value).split()) == " ".join(self.confirmation.split())

    def _begin(self, *, dry_run: bool) -> None:
        if self.running:
            self._said = _WAIT
            return
        if not dry_run and not (self._ready() and self._confirmed()):
            self._said = (
                "Type the text first that the panel asks for."
                if self._ready()
                else "Conditions are blocking; see above."
            )
            return
        self.confirm.value = ""  # a second press finds nothing confirmed
        self._dry_run, self._told, self._ending = dry_run, {}, ""
        if dry_run:
            self.forecast = None
        plan = self._value
        self._work.start(lambda cancel: self._carry_out(plan, dry_run, cancel))

    # In the thread.

    def _carry_out(self, plan: UploadPlan, dry_run: bool, cancel: threading.Event) -> None:
        from connect_kit.uploads import forecast_upload, upload

        result = upload(plan, self.target, dry_run=dry_run, progress=self._heard_of, cancel=cancel)
        self.result, self._rows = result, ResultRows(result.files)
        self._ending = "cancelled" if result.cancelled else "ended"
        if dry_run and not result.cancelled:
            self.forecast = forecast_upload(plan, self.target, duplicates=self.duplicates, result=result)

    def _heard_of(self, progress: Progress) -> None:
        self._told[progress.place] = progress
        self._paced()

    def _show_progress(self) -> None:
        self._show_bars()
        self.status.show(*self._state())

    def _ended(self, _: None, fault: Exception | None) -> None:
        self._run(self._tell_end, fault)

    def _tell_end(self, fault: Exception | None) -> None:
        if fault is not None:
            self._ending = self._ending or "failed"
        self.confirm.value = ""
        if self.result is not None:
            self.file.options = [("all files", ""), *((name, name) for name in self._rows.files)]
            errors = any(one.errors for one in self.result.files)
            self.results.value = "ERROR" if errors else ""
            self.action.value = ""
            self.folder.value = str(self.result.folder or "")
            self._filter()
        try:
            self._look()
        finally:
            if fault is not None:
                raise fault
        self._said = f"The {'dry run' if self._dry_run else 'upload'} has {self._ending}."
        if self._ending == "cancelled":
            self._said = f"The {'dry run' if self._dry_run else 'upload'} was cancelled; the file in hand left nothing."

    # What is seen.

    def _state(self) -> list[Node]:
        told = self._said
        if self.running:
            place = max(self._told, default=0)
            at = self._told.get(place)
            where = f": file {place:,} of {at.files:,}, {at.name}, {at.stage}" if at else ""
            told = f"The {'dry run' if self._dry_run else 'upload'} is under way{where}. {told}"
        return [el("p", told)]

    def _draw(self) -> None:
        plan, running, ready = self._value, self.running, self._ready()
        self.head.show(*view.head(plan, self.target))
        self.checklist.show(*(view.checklist(self.gates) if self.gates is not None else ()))
        answers = {True: "Yes, archive them first", False: "No, leave them"}
        told = f" Answered: {answers[plan.archive_existing]}." if plan.archive_existing is not None else ""
        asked = plan.first_upload or self._blocking(_ARCHIVING)
        self.question.show(*[el("p", el("strong", "Archive existing students?"), view.QUESTION, told)] * asked)
        waivable = self._waivable()
        if waivable != list(self.finding.options):
            self.finding.options = waivable
            self.finding.value = waivable[0][1] if waivable else None
        self._show_bars()
        self.outlook.show(*view.forecast(self.forecast))
        self.ask.show(*view.asking(plan, self.target.district, self.confirmation, self.forecast, ready=ready))
        self.outcome.show(*(view.results(self.result) if self.result and not running else ()))
        self.rows.show(*(view.result_rows(self._rows, self._rows.rows()) if not running else ()))
        self.log.show(*(view.activity(self._log) if self._log is not None else ()))
        self._enable(running=running, ready=ready)
        for part, there in (
            (self._question, asked),
            (self._waiving, bool(waivable)),
            (self._filters, bool(self._rows.files) and not running),
            (self._saving, bool(self._rows.files) and not running),
        ):
            part.layout.display = None if there else "none"

    def _enable(self, *, running: bool, ready: bool) -> None:
        for name in ("yes", "no", "archive", "waive", "rehearse", "look", "log"):
            self.buttons[name].disabled = running
        archiving = self._value.archive_existing is True and self._blocking(_ARCHIVING)
        self.buttons["archive"].layout.display = None if archiving else "none"
        self.buttons["cancel"].disabled = not running
        self.buttons["upload"].disabled = running or not ready or not self._confirmed()
        self.confirm.disabled = running or not ready
        self.buttons["log"].description = "Hide activity log (l)" if self._log is not None else "Activity log (l)"

    def _show_bars(self) -> None:
        state = "under way" if self.running else self._ending
        there = state and (self._told or self.running)
        shown: list[Any] = view.bars(self._value.files, self._told, dry_run=self._dry_run, state=state) if there else []
        self.bars.show(*shown)
