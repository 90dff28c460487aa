"""``twin record-ids``, ``archive-changed``, ``left-behind``: the IDs and people of a delivery and of Connect.

The worksheets are also written for a folder exported from Connect, where nothing can be done.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import connect_kit as ck
from connect_kit.cli.commands import again, beside, command
from connect_kit.cli.consequences import other_zeros_in_words
from connect_kit.cli.console import echo
from connect_kit.cli.errors import error_words
from connect_kit.cli.options import Delivery, Names, TwinFile, TwinOrFolder, Worksheet, Yes
from connect_kit.cli.printing import print_changes, print_left_behind
from connect_kit.connect import Level
from connect_kit.display.look import counted
from connect_kit.errors import LimitError, SettingError, saying
from connect_kit.identity.patterns import kinds_in_words
from connect_kit.identity.staying import KINDS
from connect_kit.identity.worksheet import NAME
from connect_kit.twin.actions import words_of

Kind = Annotated[
    str | None,
    typer.Option(help="Only these: schools, students, staff, guardians, classrooms, with commas.", show_default=False),
]
DeliveryLevel = Annotated[Level, typer.Option(help="Whether the files hold several schools or one.")]


def record_ids(
    file: TwinOrFolder,
    delivery: Delivery,
    level: DeliveryLevel = "district",
    kind: Kind = None,
    out: Worksheet = None,
    names: Names = False,
    yes: Yes = False,
) -> None:
    """Record the delivery's IDs on the records that it holds under other IDs than the twin.

    With --out, write the worksheet id-changes-worksheet.xlsx for recording them on Connect by hand.
    """
    _about_ids(file, delivery, level, kind, archive=False, yes=yes, out=out, names=names)


def archive_changed(
    file: TwinFile, delivery: Delivery, level: DeliveryLevel = "district", kind: Kind = None, yes: Yes = False
) -> None:
    """Archive the students and classrooms that the delivery holds under other IDs than the twin."""
    _about_ids(file, delivery, level, kind, archive=True, yes=yes)


#: The kinds of what stays behind, by their names on the command line.
_LEFT_KINDS = {("guardians" if one == "guardian_relationships" else one): one for one in KINDS}


def left_behind(
    file: TwinOrFolder,
    delivery: Delivery,
    level: Annotated[Level, typer.Option(help="Whether the files hold several schools or one.")] = "district",
    kind: Annotated[
        str | None,
        typer.Option(
            help=f"Only these, separated by commas: {', '.join(_LEFT_KINDS)}.",
            show_default=False,
        ),
    ] = None,
    school: Annotated[
        list[str] | None,
        typer.Option(help="Only this school: its connectSchoolId or School ID; may be repeated.", show_default=False),
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option(
            help="Percent of a school's records of a kind that may go; three always may, unless it is 0.",
            show_default="10; where the year turns 20 of students, 30 of staff",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for left_behind.csv and the worksheet.")] = None,
    names: Names = False,
    yes: Yes = False,
) -> None:
    """Show what stays on Connect although the delivery no longer holds it; with --yes, act on it on the twin.

    Guardians are disconnected, people removed from classrooms and schools, students and classrooms archived: all of it,
    and undone as one, or nothing. Where more would go from a school than --limit allows, nothing is done.
    """
    seen, known = _side(file, out, yes=yes)
    roster = ck.read_roster(delivery, level=level)
    schools = ck.match_schools(roster, known)
    found = ck.left_behind(roster, known, ck.find_id_changes(roster, known, schools=schools), schools=schools)
    kinds = None if kind is None else _left_kinds(kind)
    chosen = found.at_schools(school)
    try:
        actions, too_many = found.actions(kinds, schools=chosen, limit=limit), None
    except LimitError as error:
        actions, too_many = found.actions(kinds, schools=chosen, limit=100), error
    one_school = ["--level", "school"] if level == "school" else []
    where = beside(file.with_suffix(""), "merges") if out is None else beside(out, "merges")
    print_left_behind(
        found, command("merge", delivery, "--twin", file if seen else "TWIN", *one_school, "--out", where)
    )
    if out is not None:
        with saying("Nothing was changed on the twin." if seen else ""):
            found.save(out, names=names)
        echo(f"Worksheet: {out / 'left_behind.xlsx'}")
        echo(f"All lines: {out / 'left_behind.csv'}")
    if not seen:
        return
    if too_many is not None and yes:
        raise too_many
    whose = (
        "the whole district" if chosen is None else f"the {counted(len(chosen), 'school')} chosen ({', '.join(chosen)})"
    )
    do(file, actions, yes=yes, what=f"left behind in {whose}", seen=seen, ask=too_many is None)
    if too_many is not None:
        echo(f"With --yes: {error_words(too_many)}. If it is complete:")
        echo(f"  {again('--limit', str(too_many.enough), '--yes', without='--limit')}")


def _left_kinds(given: str) -> list[str]:
    """The kinds of an option ``--kind``, also by their names in left_behind.csv."""
    asked = [_LEFT_KINDS.get(one.strip(), one.strip()) for one in given.split(",")]
    for one in asked:
        if one not in KINDS:
            raise SettingError(f"nothing of kind {one!r} is left behind; expected one of {', '.join(_LEFT_KINDS)}")
    return asked


def _side(file: Path, out: Path | None, *, yes: bool) -> tuple[str, ck.Workspace]:
    """The state of a twin and its workspace; of a folder of exported files no state, as nothing can be done there."""
    if not file.expanduser().is_dir():
        target = ck.Twin(file)
        return target.state(), target.workspace()
    if yes or out is None:
        raise SettingError(
            f"{file} is a folder, and not a twin: give --out FOLDER for a worksheet to work through on Connect, or "
            f"make a twin of it: {command('twin', 'new', f'{file}.duckdb', '--workspace', file)}"
        )
    return "", ck.read_workspace(file)


def _about_ids(
    file: Path,
    delivery: Path,
    level: Level,
    kinds: str | None,
    *,
    archive: bool,
    yes: bool,
    out: Path | None = None,
    names: bool = False,
) -> None:
    seen, known = _side(file, out, yes=yes)
    roster = ck.read_roster(delivery, level=level)
    schools = ck.match_schools(roster, known)
    changes = ck.find_id_changes(
        roster,
        known,
        ck.find_duplicates(roster, known),
        schools=schools,
        classrooms=ck.match_classrooms(roster, known, schools=schools),
    )
    if kinds is not None:
        changes = changes.only(*(kind.strip() for kind in kinds.split(",")))
    for kind, count in changes.counts.items():
        if count:
            echo(f"  {kinds_in_words({kind: count})} under another ID than {'the twin' if seen else 'Connect'} has")
    if changes.undecided and not archive:
        undecided = counted(changes.undecided, "student")
        echo(f"  {undecided} left out: not paired, as several have one name and nothing distinguishes them")
    zeros = other_zeros_in_words(schools) if not archive and changes.counts["schools"] else ""
    if zeros:
        echo(f"{zeros}. These are not recorded: export the files again with School IDs as text.")
    if out is not None:
        with saying("Nothing was changed on the twin." if seen else ""):
            changes.save_worksheet(out, names=names)
        echo(f"Worksheet: {out / NAME}")
    if seen:
        do(file, ck.connections(changes, archive=archive), yes=yes, seen=seen)
    if archive and yes and len(changes):
        one_school = ["--level", "school"] if level == "school" else []
        echo("The next upload adds them under their new IDs. To merge both records of each child after it:")
        where = beside(file.with_suffix(""), "merges")
        echo(f"  {command('merge', delivery, '--twin', file, *one_school, '--out', where)}")


def do(
    file: Path, actions: list[ck.Action], *, yes: bool, what: str = "", seen: str | None = None, ask: bool = True
) -> None:
    """Show what actions change on a twin, or do all of them as one; ``ask``: say how they are done."""
    target = ck.Twin(file)
    if not actions:
        echo("There is nothing to do.")
    elif yes:
        change = target.apply_all(actions, what, seen=seen)
        echo(f"{change.what}.")
        echo("To take it back:")
        echo(f"  {command('twin', 'undo', file)}")
    else:
        echo("What would be done:")
        for action in actions:
            print_changes(words_of(action.kind), target.preview(action))
        echo("Nothing was changed." + (" To do it:" if ask else ""))
        if ask:
            echo(f"  {again('--yes')}")
