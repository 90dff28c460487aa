"""Carrying out a plan: a dry run, or file by file for real."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.engine.arguments import checked
from connect_kit.engine.progress import progress_bar
from connect_kit.engine.room import reason as why
from connect_kit.engine.written import note, refuse_foreign
from connect_kit.errors import ConnectKitError, GateError, OutputError, UploadCancelledError, saying
from connect_kit.uploads.expected import counts_by_school
from connect_kit.uploads.outcome import UploadResult
from connect_kit.uploads.records import DRY_RUN, DryRun, remember_dry_run, remember_run, results_of, state_of
from connect_kit.uploads.runs import changes_by_others, run_of
from connect_kit.uploads.targets import as_target

if TYPE_CHECKING:
    import threading

    from connect_kit.twin import Twin
    from connect_kit.uploads.plan import UploadPlan
    from connect_kit.uploads.targets import Target
    from connect_kit.uploads.values import FileResult, OnProgress, Progress

#: From so many rows on, a progress bar is shown by default.
_MANY = 200_000


@checked()
def upload(
    plan: UploadPlan,
    target: Target | Twin | str | Path,
    *,
    dry_run: bool = True,
    results: str | Path | None = None,
    progress: OnProgress | bool | None = None,
    cancel: threading.Event | None = None,
) -> UploadResult:
    """Carry out a plan: a dry run, or the upload of its files in order.

    A dry run (the default) shows what would happen and changes nothing; the plan's folder remembers it. A real upload
    requires that all gates are met, among them a dry run of the same bytes on this target as it is now (decisions 23
    and 28). It sends a file only after the one before has succeeded, each in one transaction (decision 14). One that
    was interrupted goes on where it stopped: what the target has is not sent again, unless another plan was uploaded
    there meanwhile. Once everything was sent, or the upload was taken back, uploading again is a new run.

    Parameters
    ----------
    plan : UploadPlan
    target : Twin, str or Path
    dry_run : bool
    results : str or Path, optional
        Folder for the result files; by default one named by the time, in ``results`` of the plan's folder.
    progress : callable or bool, optional
        Called with the progress so far (:class:`connect_kit.uploads.values.Progress`). By default, large plans show a
        bar; True and False decide it.
    cancel : threading.Event, optional
        Set it to stop; the file in hand leaves nothing behind.

    Returns
    -------
    UploadResult
        With ``cancelled`` or ``stopped`` where not all was done.

    Raises
    ------
    SettingError
        For something that is not a plan or not a target, or results inside the delivery.
    GateError
        Naming the gates that block a real upload; nothing was sent.
    PlanError
        When a prepared file has changed.
    TwinBusyError
        When the target is in use.
    OutputError
        When results cannot be written; the file in hand left nothing behind.
    """
    place = as_target(target)
    begun = time.monotonic()
    with place.lock():
        plan.verify()
        if not dry_run:
            _require_gates(plan, place)
        with _reporting(plan, progress) as report:
            made = (_dry_run if dry_run else _send)(plan, place, results, report, cancel)
    return replace(made, seconds=time.monotonic() - begun)


def _dry_run(
    plan: UploadPlan,
    target: Target,
    results: str | Path | None,
    progress: OnProgress | None,
    cancel: threading.Event | None,
) -> UploadResult:
    folder = _results_folder(plan, results, DRY_RUN)
    empty = UploadResult(plan, target.district, target.id, dry_run=True, files=(), folder=folder)
    if cancel is not None and cancel.is_set():
        return replace(empty, cancelled=True)
    state = target.state()  # what comes between is counted as a change since
    try:
        with _unless_empty(folder):
            files = target.dry_run(plan.files, folder, progress=progress, cancel=cancel)
    except UploadCancelledError:
        return replace(empty, cancelled=True)
    made = replace(empty, files=files)
    refused = {one.file.name: one.code for one in files if one.outcome == "refused"}
    with saying(f"The dry run was made, and its result files are in {folder}; but no upload counts it: make it again."):
        _note(results, files)
        remember_dry_run(
            plan.folder,
            DryRun(
                target=target.id,
                plan=plan.digest,
                files=tuple(one.file.identity for one in files),
                when=_now().isoformat(),
                results=str(folder.resolve()),
                result_files=tuple(one.path.name if one.path else "" for one in files),
                refused=refused,
                errors=_refusals(files),
                state=state,
                schools=counts_by_school(files),
                disconnections=made.disconnections,
                taken_off=made.removals,
            ),
        )
    return made


def _refusals(files: Sequence[FileResult]) -> dict[str, int]:
    """Rows refused, by code; those that a target does not count by code have none."""
    counts: Counter[str] = Counter()
    for one in files:
        counts.update(one.refusals)
        if uncoded := one.errors - sum(one.refusals.values()):
            counts[""] += uncoded
    return dict(sorted(counts.items()))


def _send(
    plan: UploadPlan,
    target: Target,
    results: str | Path | None,
    progress: OnProgress | None,
    cancel: threading.Event | None,
) -> UploadResult:
    run, begun = run_of(plan, target)
    before = results_of(plan.folder, run) if begun and results is None else None
    folder = before or _results_folder(plan, results, "upload")
    moved = changes_by_others(plan, target, state_of(plan.folder, run)) if begun else ()
    with saying("Nothing was sent."), _unless_empty(folder):
        remember_run(
            plan.folder, run, folder, begun=_now().isoformat(), state=target.state(), again=moved != (),
            twin=getattr(target, "path", None),
        )  # fmt: skip
        if plan.waivers and not begun:
            waived = "; ".join(f"{code}: {reason}" for code, reason in plan.waivers.items())
            target.note(f"waived for the upload of {plan.delivery}: {waived}")
    done: list[FileResult] = []
    stopped, cancelled, number = "", False, len(plan.files)
    for place, file in enumerate(plan.files, 1):
        try:
            if cancel is not None and cancel.is_set():
                raise UploadCancelledError(f"cancelled before {file.name}")
            with _unless_empty(folder):
                one = target.send(file, folder, run=run, place=(place, number), progress=progress, cancel=cancel)
            done.append(one)
            _note(results, (one,))
        except UploadCancelledError:
            cancelled = True
            break
        except ConnectKitError as error:
            if done:
                were = ", ".join(one.file.name for one in done) + (" was" if len(done) == 1 else " were")
                error.done = f"Before that, {were} uploaded; another start goes on with the rest."
            raise
        stopped = _stop_reason(one) if place < number or one.outcome == "refused" else ""
        if stopped:
            break
    return UploadResult(
        plan, target.district, target.id, dry_run=False, files=tuple(done), cancelled=cancelled, stopped=stopped,
        folder=folder, run=run,
    )  # fmt: skip


def _stop_reason(one: FileResult) -> str:
    name = one.file.name
    if one.outcome == "refused":
        return f"{name} was refused ({one.code}): {one.message}; no further file was sent"
    if one.outcome == "processed" and one.rows and one.errors == one.rows:
        return f"every row of {name} was refused; no further file was sent"
    return ""


def _require_gates(plan: UploadPlan, target: Target) -> None:
    gates = plan.gates(target)
    blocking = gates[gates["state"] == "blocking"]
    if len(blocking):
        reasons = "".join(
            f"\n  {gate}: {why}" + (f"\n    to meet it: {how}" if how else "")
            for gate, why, how in blocking[["gate", "why", "how"]].itertuples(index=False, name=None)
        )
        raise GateError(
            f"{target.district}: nothing was sent, as gates are blocking:{reasons}", tuple(blocking["gate"])
        )


def _results_folder(plan: UploadPlan, results: str | Path | None, word: str) -> Path:
    if results is not None:
        folder = plan.outside_delivery(results)
    else:
        # Names in the order of time: a second one within a second is ...Z2-dry-run, or ...Z2-upload.
        place, begun, number = plan.folder / "results", f"{_now():%Y-%m-%dT%H-%M-%SZ}", 1
        name = begun
        while any(place.glob(f"{name}-*")):
            number += 1
            name = f"{begun}{number}"
        folder = place / f"{name}-{word}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be made ({why(error)}); give another folder for results, results="
        ) from error
    if results is not None:
        refuse_foreign(folder, [path.name for path in folder.glob("[0-9]*-*.csv")])
    return folder


@contextmanager
def _unless_empty(folder: Path) -> Iterator[None]:
    """Remove a folder of results that holds none after an error: it would be taken for the newest."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise


def _note(results: str | Path | None, files: Sequence[FileResult]) -> None:
    """Note result files in a folder that people named, so that later ones may replace them."""
    paths = [
        path for one in files for path in (one.path, one.disconnected_path, *one.removed_lists) if path is not None
    ]
    if results is None or not paths:
        return
    folder = paths[0].parent
    try:
        note(folder, {path.name: path for path in paths}, private=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: the result files are there, but that they are connect-kit's could not be noted "
            f"({why(error)}). Make room, and give another folder for results"
        ) from error


@contextmanager
def _reporting(plan: UploadPlan, progress: OnProgress | bool | None) -> Iterator[OnProgress | None]:
    """What the progress is reported to: the caller's own function, a progress bar, or nothing."""
    if progress is not None and not isinstance(progress, bool):
        yield progress
        return
    if not (plan.rows >= _MANY if progress is None else progress):
        yield None
        return
    done: dict[int, int] = {}
    with progress_bar(True, "Uploading", total=plan.rows, unit=" rows") as advance:

        def show(at: Progress) -> None:
            before = sum(done.values())
            if at.stage == "done":  # a dry run reads all files before it processes the first
                done[at.place] = plan.file_rows[at.place - 1]
            advance(sum(done.values()) - before, f"{at.name}: {at.stage}")

        yield show


def _now() -> Any:
    return datetime.now(UTC)
