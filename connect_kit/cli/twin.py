"""``twin``: make, look at, and change the embedded twin of a district's workspace."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import connect_kit as ck
from connect_kit.cli.consequences import other_zeros_in_words, undecided_in_words
from connect_kit.cli.errors import error_words
from connect_kit.cli.gates import shell
from connect_kit.cli.options import Delivery, Names, TwinFile, TwinOrFolder, Worksheet, Yes
from connect_kit.cli.printing import print_changes, print_left_behind, print_tables
from connect_kit.connect import Level
from connect_kit.display.look import counted
from connect_kit.errors import LimitError, SettingError
from connect_kit.identity.patterns import kinds_in_words
from connect_kit.identity.staying import KINDS
from connect_kit.identity.worksheet import NAME
from connect_kit.twin.actions import words_of

app = typer.Typer(help="Make, look at and change the twin of a district's workspace.", no_args_is_help=True)

School = Annotated[str | None, typer.Option(help="Only this school: its connectSchoolId.", show_default=False)]


@app.command()
def new(
    file: TwinFile,
    workspace: Annotated[
        Path | None, typer.Option(help="Folder with the CSV files exported from Connect, or from another twin.")
    ] = None,
    district: Annotated[str | None, typer.Option(help="Name of the district.", show_default=False)] = None,
) -> None:
    """Make a twin from a workspace's files; without them, an empty one."""
    if workspace is None and district is None:
        raise SettingError("an empty twin needs a name: give --district NAME, or --workspace FOLDER to fill it")
    if workspace is not None:
        ck.Twin.fill(file, workspace, district=district)
    else:
        ck.Twin.new(file, district or "")
    _show(file)


@app.command()
def sample(
    file: TwinFile,
    students: Annotated[int, typer.Option(min=20, help="Number of students.")] = 2_000,
    seed: Annotated[int, typer.Option(help="Another seed gives another district.")] = 1,
) -> None:
    """Make the twin of an invented district."""
    _show(ck.Twin.sample(file, students=students, seed=seed).path)


@app.command()
def show(file: TwinFile) -> None:
    """Show what a twin holds, and its settings."""
    _show(file)


@app.command()
def log(file: TwinFile) -> None:
    """Print the activity log. It holds IDs and counts, no names."""
    frame = ck.Twin(file).activity()
    for number, happened, kind, what, undone in frame[["number", "happened", "kind", "what", "undone"]].itertuples(
        index=False, name=None
    ):
        by_entry = f" (undone by {int(undone)})" if undone == undone and undone is not None else ""
        typer.echo(f"{number:>4}  {happened}  {kind:<22}{what}{by_entry}")


@app.command()
def export(
    file: TwinFile, out: Annotated[Path, typer.Option(help="Folder for the CSV files; it gets names of children.")]
) -> None:
    """Write the twin as the CSV files of a workspace."""
    ck.Twin(file).export(out)
    typer.echo(f"Written: {out}")


@app.command()
def connect(
    file: TwinFile,
    delivery: Annotated[Path, typer.Argument(help="The delivery whose decisions count.", show_default=False)],
    level: Annotated[Level, typer.Option(help="Whether the files hold several schools or one.")] = "district",
    suggested: Annotated[bool, typer.Option("--suggested", help="Also what is suggested and not decided.")] = False,
    yes: Yes = False,
) -> None:
    """Record School IDs and class IDs, and archive classrooms, as people decided beside the delivery."""
    target = ck.Twin(file)
    seen, known = target.state(), target.workspace()
    roster = ck.read_roster(delivery, level=level)
    schools = ck.match_schools(roster, known)
    classrooms = ck.match_classrooms(roster, known, schools=schools)
    actions = [
        *ck.connections(schools, suggested=suggested),
        *ck.connections(classrooms, suggested=suggested),
    ]
    undecided = "" if suggested else undecided_in_words(schools, classrooms)
    zeros = other_zeros_in_words(schools)
    if zeros:
        typer.echo(f"{zeros}. These are not recorded: export the files again with School IDs as text.")
    if actions or not (undecided or zeros):
        _do(target.path, actions, yes=yes, seen=seen)
    if undecided:
        typer.echo(f"Not decided: {undecided}.")
        typer.echo("To accept them all, add --suggested; or decide about each, in ck.ClassroomsPanel or with decide().")


Kind = Annotated[
    str | None,
    typer.Option(help="Only these: schools, students, staff, guardians, classrooms, with commas.", show_default=False),
]
DeliveryLevel = Annotated[Level, typer.Option(help="Whether the files hold several schools or one.")]


@app.command(name="record-ids")
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


@app.command(name="archive-changed")
def archive_changed(
    file: TwinFile, delivery: Delivery, level: DeliveryLevel = "district", kind: Kind = None, yes: Yes = False
) -> None:
    """Archive the students and classrooms that the delivery holds under other IDs than the twin."""
    _about_ids(file, delivery, level, kind, archive=True, yes=yes)


@app.command(name="archive-students")
def archive_students(
    file: TwinFile,
    school: School = None,
    unsynced: Annotated[bool, typer.Option("--unsynced", help="Only students without SIS ID.")] = False,
    yes: Yes = False,
) -> None:
    """Archive students, of all schools or of one."""
    _do(file, [ck.Action("archive_students", school=school, unsynced=unsynced)], yes=yes)


@app.command(name="archive-classrooms")
def archive_classrooms(
    file: TwinFile,
    school: School = None,
    unsynced: Annotated[bool, typer.Option("--unsynced", help="Only classrooms without class ID.")] = False,
    yes: Yes = False,
) -> None:
    """Archive classrooms, of all schools or of one."""
    _do(file, [ck.Action("archive_classrooms", school=school, unsynced=unsynced)], yes=yes)


#: The kinds of what stays behind, by their names on the command line.
_LEFT_KINDS = {("guardians" if one == "guardian_relationships" else one): one for one in KINDS}


@app.command(name="left-behind")
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
    print_left_behind(found)
    if out is not None:
        found.save(out, names=names)
        typer.echo(f"Worksheet: {out / 'left_behind.xlsx'}")
        typer.echo(f"All lines: {out / 'left_behind.csv'}")
    if not seen:
        return
    if too_many is not None and yes:
        raise too_many
    where = (
        "the whole district" if chosen is None else f"the {counted(len(chosen), 'school')} chosen ({', '.join(chosen)})"
    )
    _do(file, actions, yes=yes, what=f"left behind in {where}", seen=seen)
    if too_many is not None:
        typer.echo(f"With --yes: {error_words(too_many)}")


def _left_kinds(given: str) -> list[str]:
    """The kinds of an option ``--kind``, also by their names in left_behind.csv."""
    asked = [_LEFT_KINDS.get(one.strip(), one.strip()) for one in given.split(",")]
    for one in asked:
        if one not in KINDS:
            raise SettingError(f"nothing of kind {one!r} is left behind; expected one of {', '.join(_LEFT_KINDS)}")
    return asked


@app.command(name="set")
def set_(
    file: TwinFile,
    values: Annotated[list[str], typer.Argument(help="Settings as NAME=VALUE, for example deletion_threshold=20.")],
) -> None:
    """Change settings of the workspace."""
    pairs = [value.partition("=") for value in values]
    wrong = next((value for value, (_, sign, _) in zip(values, pairs, strict=True) if not sign), None)
    if wrong is not None:
        raise SettingError(f"{wrong!r} is not a setting; give NAME=VALUE, for example deletion_threshold=20")
    _do(file, [ck.Action("change_settings", values={name: value for name, _, value in pairs})], yes=True)


@app.command()
def undo(file: TwinFile) -> None:
    """Undo the last action, merge or upload."""
    typer.echo(ck.Twin(file).undo().what)


def _side(file: Path, out: Path | None, *, yes: bool) -> tuple[str, ck.Workspace]:
    """The state of a twin and its workspace; of a folder of exported files no state, as nothing can be done there."""
    if not file.expanduser().is_dir():
        target = ck.Twin(file)
        return target.state(), target.workspace()
    if yes or out is None:
        raise SettingError(
            f"{file} is a folder, and not a twin: give --out FOLDER for a worksheet to work through on Connect, or "
            f"make a twin of it: python -m connect_kit twin new TWIN --workspace {shell(file)}"
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
            typer.echo(
                f"  {kinds_in_words({kind: count})} under another ID than {'the twin' if seen else 'Connect'} has"
            )
    if changes.undecided and not archive:
        undecided = counted(changes.undecided, "student")
        typer.echo(f"  {undecided} left out: not paired, as several have one name and nothing distinguishes them")
    zeros = other_zeros_in_words(schools) if not archive and changes.counts["schools"] else ""
    if zeros:
        typer.echo(f"{zeros}. These are not recorded: export the files again with School IDs as text.")
    if out is not None:
        changes.save_worksheet(out, names=names)
        typer.echo(f"Worksheet: {out / NAME}")
    if seen:
        _do(file, ck.connections(changes, archive=archive), yes=yes, seen=seen)


def _do(file: Path, actions: list[ck.Action], *, yes: bool, what: str = "", seen: str | None = None) -> None:
    target = ck.Twin(file)
    if not actions:
        typer.echo("There is nothing to do.")
    elif yes:
        change = target.apply_all(actions, what, seen=seen)
        typer.echo(f"{change.what}.")
        typer.echo(f"To take it back: python -m connect_kit twin undo {file}")
    else:
        for action in actions:
            print_changes(words_of(action.kind), target.preview(action))
        typer.echo("Nothing was changed; add --yes to do it.")


def _show(file: Path) -> None:
    twin = ck.Twin(file)
    typer.echo(f"{twin.path}: twin of {twin.district}")
    print_tables(twin.summary())
    for name, value in asdict(twin.settings).items():
        typer.echo(f"  {name} = {value}")
