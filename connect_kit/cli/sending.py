"""``prepare``, ``upload``, ``merge``: from a checked delivery to merged students."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import connect_kit as ck
from connect_kit.cli.commands import Places, again, shell
from connect_kit.cli.consequences import print_consequences
from connect_kit.cli.console import echo
from connect_kit.cli.gates import print_after, print_gates, print_next
from connect_kit.cli.options import (
    ArchiveExisting,
    Delivery,
    OneSchool,
    SomeSchools,
    StudentId,
    Suites,
    TwinOption,
    Waive,
    bars,
    waivers,
)
from connect_kit.cli.printing import (
    print_expected,
    print_plan_causes,
    print_staying,
    print_tables,
    print_upload,
    print_verdict,
)
from connect_kit.connect import Level
from connect_kit.display.look import counted
from connect_kit.engine.places import outside
from connect_kit.errors import SettingError, TwinError, saying
from connect_kit.identity.patterns import kinds_in_words
from connect_kit.roster.originals import outside_originals
from connect_kit.uploads.narrowing import left_behind_sent

if TYPE_CHECKING:
    from connect_kit.matching import SchoolMatches


def prepare(
    delivery: Delivery,
    workspace: Annotated[Path, typer.Option(help="Folder with the CSV files exported from Connect, or a twin.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the plan; beside the delivery by default.", show_default=False)
    ] = None,
    level: Annotated[Level, typer.Option(help="Whether the delivery holds several schools or one.")] = "district",
    upload_level: Annotated[
        Level | None, typer.Option(help="school: one set of files for each school.", show_default="as --level")
    ] = None,
    school: OneSchool = None,
    schools: SomeSchools = None,
    place_at: Annotated[
        str | None,
        typer.Option(help="School of the people who list only the district's own org.", show_default=False),
    ] = None,
    suites: Suites = None,
    archive_existing: ArchiveExisting = None,
    waive: Waive = None,
    abandon: Annotated[
        bool, typer.Option("--abandon", help="Disconnect guardians that guardians.csv no longer names.")
    ] = False,
    keep_ids: Annotated[
        bool, typer.Option("--keep-ids", help="Prepare records that come under new IDs with those that Connect has.")
    ] = False,
    abandon_limit: Annotated[
        float,
        typer.Option(min=0, max=100, help="Percent of a school's guardians whom --abandon may disconnect unwaived."),
    ] = 10,
    duplicates: Annotated[
        bool, typer.Option("--duplicates/--no-duplicates", help="Whether to look for duplicate students.")
    ] = True,
    student_id: StudentId = None,
) -> None:
    """Write the files that Connect asks for, and say what an upload would do and what blocks it."""
    from connect_kit.checks.rules_by_code import rules_by_code  # late, so that --help is quick
    from connect_kit.uploads.plan import rewrite_plan
    from connect_kit.uploads.waiving import NEVER

    reasons = waivers(waive)
    if keep_ids and not duplicates:  # before the work, not after it
        raise SettingError("changed IDs are found among duplicate students", step="compare_ids")
    for what, source in (("the delivery", delivery), ("the workspace's export", workspace), ("the suites", suites)):
        if out is not None:
            outside(out, what, source)
    given = {
        "--level": level if level != "district" else None, "--upload-level": upload_level, "--school": school,
        "--schools": schools, "--place-at": place_at, "--suites": suites, "--abandon": abandon,
        "--abandon-limit": f"{abandon_limit:g}" if abandon_limit != 10 else None, "--no-duplicates": not duplicates,
        "--student-id": student_id,
    }  # fmt: skip
    options = [word for name, value in given.items() if value for word in (name, str(value))[: 1 + (value is not True)]]
    found = ck.audit(
        delivery, workspace, level=level, suites=suites, duplicates=duplicates, student_id=student_id, progress=bars()
    )
    there = {rule.code for rule in (*found.findings.rules, *found.findings.failed)}
    idle = [code for code in reasons if code in rules_by_code() and code not in there and code not in NEVER]
    plan = ck.plan_upload(
        found,
        schools=[one.strip() for one in schools.split(",") if one.strip()] if schools is not None else None,
        folder=out,
        level=upload_level,
        school=school,
        place_at=place_at,
        archive_existing=archive_existing,
        waivers={code: reason for code, reason in reasons.items() if code not in idle},
        abandon=abandon,
        keep_ids=keep_ids,
        abandon_limit=abandon_limit,
    )
    with saying(f"The plan is complete in {plan.folder}; it only lacks the command that made it."):
        plan = rewrite_plan(replace(plan, command=("prepare", str(delivery), *options)))
    echo(f"Prepared: {plan.folder}")
    if idle:
        echo(f"  No waiver needed: {', '.join(idle)}")
    places = Places(plan, workspace)
    _print_kept(places, found.schools)
    if plan.judgement is not None:
        echo("Verdict on what is sent (what a real upload needs besides stands at the end):")
        print_verdict(plan.judgement)
    print_tables(plan.summary())
    echo("")
    echo("In what is sent:" if plan.left_out or plan.causes_elsewhere else "In the delivery:")
    print_plan_causes(plan, places.audit())
    print_consequences(found, places)
    print_staying(left_behind_sent(found.left_behind, plan), places.worksheet("left-behind"))
    gates = plan.gates()
    print_gates(gates, places)
    blocking = (gates["state"] == "blocking") & (gates["code"] != "dry_run")
    raise typer.Exit(int(blocking.any()))


def _print_kept(places: Places, schools: SchoolMatches | None) -> None:
    """Print what was prepared with Connect's IDs, and that later deliveries need the same."""
    plan = places.plan
    if not plan.kept_ids:
        return
    echo(f"  With the ID that Connect has: {kinds_in_words(plan.kept_ids)}")
    echo(f"  Which ID stands for which: {shell(plan.folder / 'crosswalk.csv')}")
    zeros = 0 if schools is None else min(len(schools.other_zeros()), plan.kept_ids.get("schools", 0))
    always = "  ▲ Every later delivery needs this, until"
    if zeros:
        echo(f"{always} School IDs are exported as text, with their zeros:")
        echo(f"    {places.prepare()}")
    if sum(plan.kept_ids.values()) > zeros:
        echo(f"{always} the new IDs are recorded on Connect: --keep-ids again, or record them:")
        record = places.worksheet("record-ids") if places.of_folder else places.on_twin("record-ids", "--yes")
        echo(f"    {record}")


def decide_school(
    delivery: Delivery,
    school: Annotated[str, typer.Argument(help="Its School ID, or its connectSchoolId.", show_default=False)],
    workspace: Annotated[Path, typer.Option(help="Folder with the CSV files exported from Connect, or a twin.")],
    out: Annotated[bool, typer.Option("--out/--in", help="Does not take part in uploads, or does after all.")],
    level: Annotated[Level, typer.Option(help="Whether the delivery holds several schools or one.")] = "district",
    note: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Leave out even an ID that has only lost its zeros.")] = False,
) -> None:
    """Decide that a school does not take part: it is left out of uploads, and its missing match blocks nothing."""
    from connect_kit.auditing import open_workspace  # late, so that --help is quick

    known = open_workspace(workspace)
    matches = ck.match_schools(ck.read_roster(delivery, level=level), known)
    delivered = school in set(matches.table()["roster_id"].dropna())
    recorded = known.schools["schoolId"].dropna()
    whole = recorded[(recorded.str.len() > len(school)) & (recorded.str.lstrip("0") == school)]
    if out and delivered and len(whole) and school not in set(recorded) and not yes:
        raise SettingError(
            f"{school} is the School ID {whole.iloc[0]} of Connect without its leading zeros, and no other school; "
            "export the files again with School IDs as text, or prepare them with --keep-ids. "
            f"To leave its rows out all the same: {again('--yes')}"
        )
    places = known.schools.loc[known.schools["schoolId"] == school, "connectSchoolId"]
    on_connect = str(places.iloc[0]) if len(places) == 1 else school
    decided = matches.decide(
        school if delivered else None, None if delivered else on_connect, "out" if out else "in", note=note
    )
    echo(f"School {school}: {'does not take part' if out else 'takes part'}")
    print_tables(decided.summary())
    echo(f"Decisions: {decided.decisions.path}")
    echo("Next, audit or prepare the delivery again.")


def upload(
    plan: Annotated[Path, typer.Argument(help="Folder that 'prepare' wrote.", show_default=False)],
    twin: TwinOption,
    real: Annotated[bool, typer.Option("--real", help="Upload for real; otherwise it is a dry run.")] = False,
    confirm: Annotated[
        str | None, typer.Option(help="The words that confirm a real upload; asked for on a terminal.")
    ] = None,
    results: Annotated[Path | None, typer.Option(help="Folder for the result files.", show_default=False)] = None,
    archive_existing: ArchiveExisting = None,
    waive: Waive = None,
) -> None:
    """Make a dry run of a plan on a twin, or upload it there for real."""
    reasons = waivers(waive)
    planned = ck.read_plan(plan)
    with saying("Nothing was sent."):
        if archive_existing is not None:
            planned = planned.answer(archive_existing=archive_existing)
        for code, reason in reasons.items():
            planned = planned.waive(code, reason)
    target = ck.Twin(twin)
    if planned.idle_archiving and archive_existing:
        echo("▲ --archive-existing has no effect: no school that is sent gets its first users.csv.")
    if real:
        gates = planned.gates(target)
        if (gates["state"] == "blocking").any():
            print_gates(gates, Places(planned, twin))
            echo("Nothing was sent: meet what is blocking first.", err=True)
            raise typer.Exit(1)
        _confirm(planned, target, confirm)
    with _stopping() as stop:
        result = ck.upload(planned, target, dry_run=not real, results=results, cancel=stop)
    print_upload(result)
    if result.cancelled:
        raise typer.Exit(130)
    if not real:
        print_next(planned, target, Places(planned, twin))
    else:
        print_after(Places(planned, twin))
    raise typer.Exit(0 if result.succeeded and not len(result.errors) else 1)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets, so that the file in hand leaves nothing behind; a second one ends the command."""
    stop = threading.Event()

    def set_it(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, set_it)
    try:
        yield stop
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


def _confirm(plan: ck.UploadPlan, target: ck.Twin, confirm: str | None) -> None:
    from connect_kit.uploads import confirmation, expected_upload  # late, so that --help is quick

    expected = expected_upload(plan, target)
    wanted = confirmation(plan, target.district, expected)
    print_expected(expected)
    if confirm is None and sys.stdin.isatty():
        echo(f"This uploads to {target.district} for real. Type exactly, to go on: {wanted}")
        confirm = typer.prompt("Confirm", default="", show_default=False)
    if confirm != wanted:
        raise SettingError(
            "nothing was sent; to confirm the real upload (the district, how many rows are sent, and whom that would "
            f"double or disconnect): {again('--confirm', wanted, without='--confirm')}"
        )


def merge(
    delivery: Annotated[Path, typer.Argument(help="The delivery that was uploaded.", show_default=False)],
    twin: TwinOption,
    out: Annotated[Path, typer.Option(help="Folder for the worksheet.")],
    level: Annotated[Level, typer.Option(help="Whether the files hold several schools or one.")] = "district",
    only_decided: Annotated[
        bool, typer.Option("--only-decided", help="Only pairs that people decided to be the same.")
    ] = False,
    names: Annotated[bool, typer.Option("--names", help="Put names beside the IDs of the worksheet.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Merge in the twin; otherwise it is only planned.")] = False,
) -> None:
    """Plan the merges of old and new students, with a worksheet for doing them on Connect."""
    target = ck.Twin(twin)
    roster = ck.read_roster(delivery, level=level)
    known = target.workspace()
    outside_originals(out, roster, known)
    plan = ck.plan_merge(ck.find_duplicates(roster, known), known, only_decided=only_decided)
    if plan.upload_first:
        raise TwinError(
            f"{target.path}: upload the delivery first, and plan the merges then; of "
            f"{counted(plan.upload_first, 'pair')}, none has its student of the delivery on Connect yet"
        )
    print_tables(plan.summary())
    with saying("Nothing was merged."):
        plan.save(out, names=names)
    echo(f"Worksheet: {out}")
    if not len(plan.merges):
        echo("There is nothing to merge.")
    elif not apply:
        echo("Nothing was merged. To merge these in the twin:")
        echo(f"  {again('--apply')}")
    if apply:
        change = target.merge(plan)
        echo(f"{change.what} (number {change.number} of the log; 'twin undo' undoes it)")
