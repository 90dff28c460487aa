"""The panel in which an upload is tried in a dry run, reviewed, and sent."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from connect_kit.checks import AuditData
from connect_kit.checks.rules_by_code import unit_of
from connect_kit.display.look import counted
from connect_kit.engine.arguments import checked
from connect_kit.errors import TwinBusyError
from connect_kit.panels import upload_view as view
from connect_kit.panels.background import BackgroundTask, Throttle
from connect_kit.panels.elements import Node, el
from connect_kit.panels.result_rows import ResultRows
from connect_kit.panels.upload_after import AfterUpload
from connect_kit.panels.upload_ids import BUTTONS, UploadIds
from connect_kit.panels.upload_left import BUTTONS as TIDYING
from connect_kit.panels.upload_left import UploadLeft
from connect_kit.panels.upload_school import SchoolChoice, planned
from connect_kit.twin import Action, as_twin
from connect_kit.uploads import as_target, confirmation, expected_upload, forecast_upload, upload
from connect_kit.uploads.abandoning import CODE as ABANDON
from connect_kit.uploads.gate_archive import first_at
from connect_kit.uploads.records import last_dry_run
from connect_kit.uploads.waiving import NEVER

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from connect_kit.checks import AuditData
    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import LeftBehind
    from connect_kit.twin import Twin
    from connect_kit.uploads import Expected, Forecast, UploadPlan, UploadResult
    from connect_kit.uploads.values import Progress

_ARCHIVING = "archive_existing"  # code of the gate
_WAIT = "Wait until the current run has ended, or cancel it."


class UploadPanel(SchoolChoice, UploadIds, UploadLeft, AfterUpload):
    """An upload from its conditions to its results: dry run first, the real upload after a typed confirmation.

    It only calls the verbs of :mod:`connect_kit.uploads`. They run in a thread of their own, so that the panel and the
    notebook keep responding. It shows IDs and counts, and no names of people.

    Parameters
    ----------
    plan : UploadPlan or Audit
        From an audit the files are prepared here; where it is not clear to which school of Connect a school's own
        files belong, that is asked first.
    target : Twin, str or Path
        Where the files go.
    audit : Audit, optional
        What the plan was made from; with it the panel can prepare again: for another school, or where records come
        under new IDs.
    duplicates : Duplicates, optional
        Of the roster's students; with them the forecast counts the students who would become duplicates. By default
        those of the audit.
    left_behind : LeftBehind, optional
        Of the roster; with it the panel says what stays behind on Connect, saves the worksheet, and acts on it on the
        twin. By default that of the audit.

    Attributes
    ----------
    value : UploadPlan
        With every waiver and answer given here.
    target : Twin
    gates : pandas.DataFrame
        The conditions as they were when they were last checked.
    expected : Expected
        What the upload would do then, school by school: the confirmation names it.
    result : UploadResult or None
        The last one, of a dry run or of a real upload.
    forecast : Forecast or None
        Of the last dry run.
    school : ipywidgets.Dropdown
        The school of Connect that a school-level plan is prepared for.
    limit : ipywidgets.Text
        Percent of a school's records of a kind that may go, see :meth:`LeftBehind.actions`.
    confirm : ipywidgets.Text
        Takes the text that a real upload asks for.
    """

    @checked(paths=False)
    def __init__(
        self,
        plan: UploadPlan | AuditData,
        target: Twin | str | Path,
        *,
        audit: AuditData | None = None,
        duplicates: Duplicates | None = None,
        left_behind: LeftBehind | None = None,
    ) -> None:
        self.target = as_twin(target)
        self.audit = audit = plan if isinstance(plan, AuditData) else audit
        plan, self._unclear = planned(plan)
        self.duplicates = audit.duplicates if duplicates is None and audit is not None else duplicates
        self._left_behind = audit.left_behind if left_behind is None and audit is not None else left_behind
        self.gates: pd.DataFrame | None = None
        self.expected: Expected | None = None
        self.result: UploadResult | None = None
        self.forecast: Forecast | None = None
        self._log: pd.DataFrame | None = None
        self._rows = ResultRows()
        self._progress: dict[int, Progress] = {}
        self._dry_run, self._ending, self._undone, self._concerned = True, "", "", 0
        self._task: BackgroundTask[None] = BackgroundTask(partial(self._run, self._finish))
        self._throttled = Throttle(self._show_progress)
        super().__init__(plan)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the current run has ended and is shown; False when the time runs out first."""
        return self._task.wait(timeout)

    @property
    def running(self) -> bool:
        """Whether a dry run or an upload is running."""
        return self._task.running

    @property
    def confirmation(self) -> str:
        """What must be typed before a real upload: the district, the rows that are sent, and what else matters."""
        return confirmation(self._value, self.target.district, self.expected)

    def _start(self) -> None:
        self._check()
        self._status = self._unclear
        self._offer_schools()

    def _check_idle(self) -> None:
        if self.running:
            raise TwinBusyError(f"{self.target.path}: {_WAIT}")

    def _reload(self) -> None:
        self.result, self.forecast, self._rows = None, None, ResultRows()
        self._progress, self._ending, self._undone = {}, "", ""
        self._check()

    def _check(self) -> None:
        """Bring the conditions up to date, and the log where it is shown."""
        self.gates = self._value.gates(self.target)
        doubled = None if self.forecast is None else self.forecast.doubled
        self.expected = expected_upload(self._value, self.target, doubled)
        self._concerned, _ = self._existing()
        if self._log is not None:
            self._log = self.target.activity()

    # What a person does.

    def _on_command(self, name: str) -> None:
        if not self._value.files and name in ("dry_run", "upload", "waive", "yes", "no", "archive"):
            self._status = "Nothing is prepared yet: choose the school first."
        elif name in ("dry_run", "upload"):
            self._begin(dry_run=name == "dry_run")
        elif name == "cancel":
            self._status = "Stopping as soon as possible." if self._task.cancel() else "Nothing is running."
        elif name == "save":
            self._save()
        elif name == "worksheet":
            self._save_worksheet()
        elif name == "prepare" and not self.running:
            self._prepare_again()
        elif self.running:  # the twin is in use, and the plan is being carried out
            self._status = _WAIT
        elif name == "waive":
            self._waive()
        elif name in BUTTONS:
            self._change_ids(name)
        elif name in TIDYING:
            self._tidy(name)
        elif name == "log":
            self._log = self.target.activity() if self._log is None else None
        elif name == "archive":
            self._archive()
        elif name == "undo":
            self._undo()
        elif name == "check":
            self._check()
            self._status = "The conditions are up to date."
        else:
            self._set_value(self._value.answer(archive_existing=name == "yes"))
            self._check()
            self._status = f"Answered: {name}."

    def _on_action(self, action: str, value: str) -> None:
        if action == "page":
            self._rows.turn(int(value))

    def _filter(self) -> None:
        self._rows.narrow(file=self.file.value or "", result=self.results.value, action=self.action.value)

    def _blocking(self, code: str) -> bool:
        gates = self.gates
        return gates is not None and bool(((gates["code"] == code) & (gates["state"] == "blocking")).any())

    def _archive(self) -> None:
        """Archive the students without a SIS ID of the district, or of the schools that upload for the first time."""
        _, schools = self._existing()
        if schools:
            actions = [Action("archive_students", school=school, unsynced=True) for school in schools]
            self._status += f"{self.target.apply_all(actions).what}. "
        self._check()

    def _existing(self) -> tuple[int, list[str | None]]:
        """How many students without a SIS ID the question is about, and their schools; None is the whole district."""
        facts = as_target(self.target).facts()
        if self._value.level == "district" and facts.synced == 0 and not self._value.left_out_schools:
            return facts.unsynced, [None]
        new = {own: left for own, left in first_at(self._value, facts).items() if left}
        return sum(new.values()), [*new]

    def _waivable(self) -> list[tuple[str, str]]:
        """Codes that block: of the self-check, and of rows that the last dry run refused."""
        critical = [one for one in self._value.critical if one.code not in (ABANDON, *NEVER)]
        codes = [(f"{one.code}: {counted(one.count, unit_of(one.code))}", one.code) for one in critical]
        last = last_dry_run(self._value, self.target.id)
        refused = last.errors if last else {}
        known = {*self._value.waivers, *(one.code for one in critical)}
        codes += [(f"{code}: {counted(count, 'row')}", code) for code, count in refused.items() if code not in known]
        codes += [(f"{code}: {counted(count, 'record')}", code) for code, count in self._value.undecided_ids.items()]
        gates = self.gates
        if gates is not None and "abandon" in set(gates.loc[gates["state"] == "blocking", "step"]):
            codes.append((f"{ABANDON}: see section 1", ABANDON))
        return codes

    def _waive(self) -> None:
        code, reason = self.finding.value, self.reason.value.strip()
        if not code or not reason:
            self._status = "Type a reason first." if code else "No finding is blocking."
            return
        self._set_value(self._value.waive(code, reason))
        self.reason.value = ""
        self._check()
        self._status = f"Waived: {code}."

    def _ready(self) -> bool:
        """Whether a real upload waits for nothing but the typed text."""
        return self.gates is not None and not (self.gates["state"] == "blocking").any()

    def _confirmed(self) -> bool:
        return str(self.confirm.value).split() == self.confirmation.split()

    def _begin(self, *, dry_run: bool) -> None:
        if self.running:
            self._status = _WAIT
            return
        if not dry_run and not self._ready():
            self._status = "Conditions are still blocking; see section 1."
            return
        if not dry_run and not self._confirmed():
            self._status = "First type the text that section 3 asks for."
            return
        self.confirm.value = ""  # a second press finds nothing confirmed
        self._dry_run, self._progress, self._ending = dry_run, {}, ""
        if dry_run:
            self.forecast = None
        plan = self._value
        self._task.start(lambda cancel: self._carry_out(plan, dry_run, cancel))

    # In the thread.

    def _carry_out(self, plan: UploadPlan, dry_run: bool, cancel: threading.Event) -> None:
        result = upload(plan, self.target, dry_run=dry_run, progress=self._on_progress, cancel=cancel)
        self.result, self._rows, self._undone = result, ResultRows(result.files), ""
        self._ending = "cancelled" if result.cancelled else "ended"
        if dry_run and not result.cancelled:
            self.forecast = forecast_upload(
                plan, self.target, duplicates=self.duplicates, left_behind=self.left_behind, result=result
            )

    def _on_progress(self, progress: Progress) -> None:
        self._progress[progress.place] = progress
        self._throttled()

    def _show_progress(self) -> None:
        self._show_bars()
        self.status.show(*self._status_line())

    def _finish(self, _: None, fault: Exception | None) -> None:
        if fault is not None:
            self._ending = self._ending or "failed"
        self.confirm.value = ""
        if self.result is not None:
            self.file.options = [("all files", ""), *((name, name) for name in self._rows.files)]
            self.results.value = "ERROR" if any(one.errors for one in self.result.files) else ""
            self.action.value = ""
            self.folder.value = str(self.result.folder or "")
            self._filter()
        try:
            self._check()
        finally:
            if fault is not None:
                raise fault
        self._status = f"The {self._run_name} has {self._ending}."
        if self._ending == "cancelled":
            self._status = f"The {self._run_name} was cancelled; the file in progress left nothing behind."
        elif self._dry_run:
            self._status += f" {view.what_is_next(self.gates)}"

    # What is shown.

    @property
    def _run_name(self) -> str:
        return "dry run" if self._dry_run else "upload"

    def _status_line(self) -> list[Node]:
        if not self.running:
            return [el("p", self._status)]
        place = max(self._progress, default=0)
        at = self._progress.get(place)
        where = f": file {place:,} of {at.files:,}, {at.name}, {at.stage}" if at else ""
        return [el("p", f"The {self._run_name} is running{where}. {self._status}")]

    def _draw(self) -> None:
        plan, running, ready = self._value, self.running, self._ready()
        self.head.show(*view.head(plan, self.target))
        known = self._changes is not None
        self.checklist.show(*(view.checklist(self.gates, known=known) if self.gates is not None else ()))
        self._draw_ids(running=running)
        asked = plan.asks_to_archive or self._blocking(_ARCHIVING)
        self.question.show(*([view.question(plan.archive_existing, self._concerned)] if asked else ()))
        waivable = self._waivable()
        if waivable != list(self.finding.options):
            self.finding.options = waivable
            self.finding.value = waivable[0][1] if waivable else None
        self._show_bars()
        self.outlook.show(*view.forecast(self.forecast))
        self._draw_left(running=running)
        self.ask.show(
            *view.asking(plan, self.target.district, self.confirmation, self.forecast, self.expected, ready=ready)
        )
        self.outcome.show(*(view.results(self.result, undone=self._undone) if self.result and not running else ()))
        self.rows.show(*(view.result_rows(self._rows, self._rows.rows()) if not running else ()))
        self.log.show(*(view.activity(self._log) if self._log is not None else ()))
        self._enable(running=running, ready=ready)
        for part, there in (
            (self._choosing, self.audit is not None and plan.level == "school"),
            (self._question, asked),
            (self._waiving, bool(waivable)),
            (self._filters, bool(self._rows.files) and not running),
            (self._saving, bool(self._rows.files) and not running),
            (self._undoing, self._undoable and not running),
        ):
            part.layout.display = None if there else "none"

    def _enable(self, *, running: bool, ready: bool) -> None:
        for name in ("yes", "no", "archive", "waive", "prepare", "dry_run", "check", "log"):
            self.buttons[name].disabled = running
        archiving = self._value.archive_existing is True and self._blocking(_ARCHIVING)
        self.buttons["archive"].layout.display = None if archiving else "none"
        self.buttons["cancel"].disabled = not running
        self.buttons["upload"].disabled = running or not ready or not self._confirmed()
        self.confirm.disabled = running or not ready
        self.buttons["log"].description = "Hide activity log (l)" if self._log is not None else "Activity log (l)"

    def _show_bars(self) -> None:
        state = "in progress" if self.running else self._ending
        shown: list[Node] = []
        if state and (self._progress or self.running):
            shown = view.bars(self._value.files, self._progress, dry_run=self._dry_run, state=state)
        self.bars.show(*shown)
