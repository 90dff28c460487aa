"""``prepare``, ``upload``, ``results``, ``merge``: from a checked delivery to merged students."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.connect import Level
    from connect_kit.uploads import UploadPlan, UploadResult

_MARKS = {"blocking": "▲ blocking", "met": "✔ met     "}
_MOST = 20
#: What is done next, by the code of a gate's step.
_STEPS = {
    "check": "python -m connect_kit prepare checks the delivery",
    "fix_or_waive": "fix it in the SIS and prepare again, or --waive CODE=REASON",
    "deliver_schools": "deliver orgSourcedIds and schoolSourcedId",
    "record_schools": "record the School IDs on Connect (S9); on a twin: python -m connect_kit twin connect",
    "choose_school": "record the School IDs on Connect (S9), and prepare again",
    "choose_target": "give the district's own twin, or prepare again with its workspace",
    "answer": "--archive-existing or --keep-existing",
    "archive": "python -m connect_kit twin archive-students TWIN --unsynced --yes",
    "name_target": "python -m connect_kit upload PLAN --twin FILE",
    "run_dry": "python -m connect_kit upload PLAN --twin FILE",
    "fix_and_run_dry": "fix it, prepare again, and python -m connect_kit upload PLAN --twin FILE",
    "fix_or_waive_rows": "fix them and prepare again, or --waive CODE=REASON for each",
}


def run_prepare(
    delivery: Path,
    workspace: Path,
    out: Path | None,
    *,
    level: Level,
    upload_level: Level | None,
    archive_existing: bool | None,
    waivers: Mapping[str, str],
    abandon: bool,
) -> int:
    """Check, match, write the files that Connect asks for, and print the gates; 1 while any but the dry run blocks."""
    import connect_kit as ck

    bars = None if sys.stderr.isatty() else False
    audit = ck.audit(delivery, workspace, level=level, duplicates=False, progress=bars)
    plan = ck.plan_upload(
        audit,
        folder=out,
        level=upload_level,
        archive_existing=archive_existing,
        waivers=dict(waivers),
        abandon=abandon,
    )
    typer.echo(f"Prepared: {plan.folder}")
    _print_table(plan.summary())
    gates = plan.gates()
    _print_gates(gates)
    still = gates[(gates["state"] == "blocking") & (gates["code"] != "dry_run")]
    return 1 if len(still) else 0


def run_upload(
    folder: Path,
    twin: Path,
    *,
    real: bool,
    results: Path | None,
    confirm: str | None,
    archive_existing: bool | None,
    waivers: Mapping[str, str],
) -> int:
    """Dry-run a plan, or upload it for real once confirmed; 1 where rows were refused or gates are blocking."""
    import connect_kit as ck

    plan = ck.read_plan(folder)
    if archive_existing is not None:
        plan = plan.answer(archive_existing=archive_existing)
    for code, reason in waivers.items():
        plan = plan.waive(code, reason)
    target = ck.Twin(twin)
    if real:
        gates = plan.gates(target)
        if (gates["state"] == "blocking").any():
            _print_gates(gates)
            typer.echo("Nothing was sent: meet what is blocking first.", err=True)
            return 1
        _confirmed(plan, target.district, confirm)
    result = ck.upload(plan, target, dry_run=not real, results=results)
    _print_result(result)
    return 0 if result.succeeded and not len(result.errors) else 1


def _confirmed(plan: UploadPlan, district: str, confirm: str | None) -> None:
    from connect_kit.uploads import confirmation

    wanted = confirmation(plan, district)
    if confirm is None and sys.stdin.isatty():
        typer.echo(f"This uploads to {district} for real. Type exactly, to go on: {wanted}")
        confirm = typer.prompt("Confirm", default="", show_default=False)
    if confirm != wanted:
        raise SettingError(f"a real upload is confirmed by its own words; give --confirm {wanted!r}. Nothing was sent")


def run_results(path: Path, plan: Path | None, out: Path) -> int:
    """Read results downloaded from Connect; 1 where a row is an error, or other than forecast."""
    import connect_kit as ck

    planned = ck.read_plan(plan) if plan is not None else None
    results = ck.read_results(path, planned)
    _print_table(results.summary())
    causes = results.causes()
    if len(causes):
        typer.echo("")
        _print_table(causes.head(_MOST))
    results.save(out)
    typer.echo(f"Written: {out}")
    return 1 if len(results.errors) or len(results.differences()) else 0


def run_merge(
    twin: Path, delivery: Path, out: Path, *, level: Level, only_decided: bool, names: bool, apply: bool
) -> int:
    """Plan the merges, write the worksheet, and with ``apply`` merge in the twin."""
    import connect_kit as ck

    target = ck.Twin(twin)
    roster = ck.read_roster(delivery, level=level)
    known = target.workspace()
    plan = ck.plan_merge(ck.find_duplicates(roster, known), known, only_decided=only_decided)
    _print_table(plan.summary())
    plan.save(out, names=names)
    typer.echo(f"Worksheet: {out}")
    if apply:
        change = target.merge(plan)
        typer.echo(f"{change.what} (number {change.number} of the log; 'twin undo' undoes it)")
    return 0


def _print_gates(gates: pd.DataFrame) -> None:
    typer.echo("")
    typer.echo("Before a real upload:")
    for gate, state, why, step in gates[["gate", "state", "why", "step"]].itertuples(index=False, name=None):
        typer.echo(f"  {_MARKS[state]}  {gate}: {why}" + (f" → {_STEPS[step]}" if step else ""))


def _print_result(result: UploadResult) -> None:
    if result.dry_run:
        typer.echo("Dry run: nothing was changed.")
    else:
        typer.echo("Uploaded." if result.succeeded else "Not all was uploaded.")
    _print_table(result.summary())
    errors = result.errors_by_cause()
    if len(errors):
        typer.echo("")
        _print_table(errors.head(_MOST))
    if result.stopped:
        typer.echo(f"Stopped: {result.stopped}")
    typer.echo(f"Result files: {result.folder}")


def _print_table(frame: pd.DataFrame) -> None:
    for line in frame.to_string(index=False, na_rep="").splitlines():
        typer.echo(f"  {line.rstrip()}")
