"""``results``, ``resend`` and ``forecast``: what became of a plan, what is sent again, what an upload would do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import connect_kit as ck
from connect_kit.cli.commands import Places, as_typed, beside, command
from connect_kit.cli.console import echo
from connect_kit.cli.gates import print_after, print_gates
from connect_kit.cli.options import TwinOption
from connect_kit.cli.printing import print_tables
from connect_kit.display.headings import without_rare
from connect_kit.display.look import counted
from connect_kit.errors import DeliveryError, SettingError, saying
from connect_kit.results.data import SURPRISES as _SURPRISES
from connect_kit.results.disconnecting import DISCONNECTED_SURPRISES, TAKEN_AWAY

if TYPE_CHECKING:
    import pandas as pd

_MOST_LINES = 20
#: What the columns of a forecast count that do not count rows.
_COUNTED = {
    "doubled": "doubled: children",
    "disconnected": "disconnected: guardian relationships",
    "staff_removed": "staff removed: those whose rows no longer list the school",
    "children_removed": "children removed: those whose rows no longer list the school",
}
Plan = Annotated[Path, typer.Argument(help="Folder that 'prepare' wrote.", show_default=False)]


def results(
    path: Annotated[
        Path,
        typer.Argument(
            help="A result file of Connect, a folder of them, or a plan's folder for its last upload.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the comparison, corrections and support message.")],
    plan: Annotated[
        Path | None, typer.Option(help="Folder that 'prepare' wrote, to compare with its dry run.", show_default=False)
    ] = None,
) -> None:
    """Read the results back, and compare them row by row with the dry run."""
    from connect_kit.uploads.records import last_upload, of_dry_run  # late, so that --help is quick

    folder, own = _find(path, plan)
    sent = None if own is None else ck.read_plan(own)
    read = ck.read_results(folder, sent)
    if folder != path:
        echo(f"Results: {folder}" + (" (of a dry run)" if of_dry_run(folder) else ""))
    print_tables(_that_happened(read.summary()), read.causes())
    for name, words in read.taken_away().items():
        echo(f"▲ {TAKEN_AWAY[name]}: {words}; listed by ID in {name}")
    read.save(out)
    echo(f"Written: {out}")
    if sent is not None and own is not None and last_upload(sent.folder)[0] and not of_dry_run(folder):
        if len(read.errors) or read.incomplete():
            echo("To send only what failed, once it is corrected:")
            corrected = Places(sent).delivery
            echo(f"  {command('resend', own, '--corrected', corrected, '--out', beside(own, 'resend'))}")
        twin = last_upload(sent.folder)[1]
        print_after(Places(sent, None if twin is None else as_typed(twin, own)), results=False)
    other = any(frame["verdict"].isin(DISCONNECTED_SURPRISES).any() for frame in read.lists().values())
    raise typer.Exit(1 if len(read.errors) or len(read.differences()) or other else 0)


def resend(
    plan: Plan,
    results: Annotated[
        Path | None,
        typer.Option(help="Results of the upload; those of the plan's last one by default.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the new plan; PLAN-resend by default.", show_default=False)
    ] = None,
    corrected: Annotated[
        Path | None,
        typer.Option(help="A delivery with the failed rows corrected; its values are sent.", show_default=False),
    ] = None,
) -> None:
    """Make a plan of only the rows that failed or are incomplete; 'upload' then tries it and sends it as any other.

    Incomplete is a child, say, whose guardian was refused and so not connected: 'results' lists both as corrections.
    With --corrected DELIVERY these rows are sent as that delivery has them; other changes in it are not sent.
    """
    from connect_kit.uploads.plan import rewrite_plan  # late, so that --help is quick
    from connect_kit.uploads.records import last_upload, of_dry_run, sent_again

    sent = ck.read_plan(plan)
    folder, _ = _find(results if results is not None else plan, plan)
    if of_dry_run(folder) or folder == plan:
        raise SettingError(f"{plan}: nothing was uploaded yet, so nothing failed; upload it first, or give --results")
    read, before = ck.read_results(folder, sent), sent_again(sent.folder)
    made = ck.plan_resend(read, sent, folder=out, corrected=corrected)
    with saying(f"The plan is complete in {made.folder}; it only lacks the command that made it."):
        made = rewrite_plan(replace(made, command=("resend", str(plan), "" if corrected is None else str(corrected))))
    what = "Failed or incomplete" if read.incomplete() else "Failed"
    both = "" if corrected is None else f", as {corrected} has them"
    echo(f"{what}{both}: {counted(made.rows, 'row')} of {sent.rows:,}, according to {folder}")
    for file, lines in made.not_corrected.items():
        more = f" and {len(lines) - _MOST_LINES:,} more" if len(lines) > _MOST_LINES else ""
        listed = ", ".join(map(str, lines[:_MOST_LINES]))
        where = f"line{'s' if len(lines) > 1 else ''} {listed}{more}"
        echo(f"▲ {what}, and not in the corrected delivery: {counted(len(lines), 'row')} of {file} ({where})")
    for place, when in before:
        echo(f"▲ Rows of this plan were sent again by {place} on {when[:10]}; see what became of them first:")
        echo(f"  {command('results', place, '--out', beside(place, 'results'))}")
    echo(f"Prepared: {made.folder}")
    print_tables(made.summary())
    twin = last_upload(sent.folder)[1]
    print_gates(made.gates(), Places(made, None if twin is None else as_typed(twin, plan)))


def forecast(
    plan: Plan,
    twin: TwinOption,
    out: Annotated[Path | None, typer.Option(help="Folder for forecast.csv.", show_default=False)] = None,
    delivery: Annotated[
        Path | None,
        typer.Option(
            help="The plan's delivery, to look for doubled children; by default where it was.", show_default=False
        ),
    ] = None,
) -> None:
    """Make a dry run of a plan, and say by school what an upload would create, update, refuse and double."""
    planned, target = ck.read_plan(plan), ck.Twin(twin)
    duplicates, why = _duplicates(planned, target, delivery)
    made = ck.forecast_upload(planned, target, duplicates=duplicates)
    found = made.in_words()
    shown = without_rare(found)
    counted_so = [words for name, words in _COUNTED.items() if name in shown]
    echo("; ".join(["Rows of the files, by school", *counted_so]) + ":")
    placed = found["connectSchoolId"].fillna("") != ""
    print_tables(found.assign(school=found["school"].where(placed, "on no school of Connect")))
    if why:
        echo(f"Doubled children were not looked for: {why}; give --delivery FOLDER.")
    if out is not None:
        made.save(out)
        echo(f"Written: {out / 'forecast.csv'}")
    echo("Next, the dry run, which says what a real upload still needs:")
    echo(f"  {Places(planned, twin).upload()}")


def _that_happened(summary: pd.DataFrame) -> pd.DataFrame:
    """The table of result files without columns of what did not happen."""
    rare = [name for name in (verdict.replace(" ", "_") for verdict in _SURPRISES) if not summary[name].any()]
    same = (summary["kind"] + ".csv").equals(summary["file"])
    return summary.drop(columns=[*rare, *(["kind"] if same else [])])


def _find(path: Path, plan: Path | None) -> tuple[Path, Path | None]:
    """The folder of results that is meant, and the plan, where the path is the plan's folder or its results."""
    from connect_kit.uploads.records import newest_results  # late, so that --help is quick

    if plan is None:
        plan = next((one for one in (path, path.parent) if path.is_dir() and (one / "plan.json").is_file()), None)
    return as_typed(newest_results(path), path), plan


def _duplicates(plan: ck.UploadPlan, target: ck.Twin, delivery: Path | None) -> tuple[ck.Duplicates | None, str]:
    """Duplicate students of the plan's delivery; or None, and why they were not looked for."""
    place = delivery or (Path(plan.source) if plan.source else plan.folder.parent / plan.delivery)
    if delivery is None and not place.exists():
        return None, f"the delivery {place} is not there"
    schools = {file.school for file in plan.files}
    try:
        roster = ck.read_roster(place, level="school" if plan.level == "school" and len(schools) == 1 else "district")
    except DeliveryError as error:
        if delivery is not None:
            raise
        return None, str(error)
    if "users" not in roster.tables:
        return None, f"{place} has no users.csv"
    return ck.find_duplicates(roster, target.workspace()), ""
