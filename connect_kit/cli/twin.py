"""``twin``: make, look at, and change the embedded twin of a district's workspace."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import connect_kit as ck
from connect_kit.cli.commands import again
from connect_kit.cli.comparing import archive_changed, do, left_behind, record_ids
from connect_kit.cli.consequences import other_zeros_in_words, undecided_in_words
from connect_kit.cli.console import echo
from connect_kit.cli.options import TwinFile, Yes
from connect_kit.cli.printing import print_tables
from connect_kit.connect import Level
from connect_kit.errors import SettingError

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
        echo(f"{number:>4}  {happened}  {kind:<22}{what}{by_entry}")


@app.command()
def export(
    file: TwinFile, out: Annotated[Path, typer.Option(help="Folder for the CSV files; it gets names of children.")]
) -> None:
    """Write the twin as the CSV files of a workspace."""
    ck.Twin(file).export(out)
    echo(f"Written: {out}")


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
        echo(f"{zeros}. These are not recorded: export the files again with School IDs as text.")
    if actions or not (undecided or zeros):
        do(target.path, actions, yes=yes, seen=seen)
    if undecided:
        echo(f"Not decided: {undecided}.")
        echo("To decide about each: ck.ClassroomsPanel or decide(). To accept them all:")
        echo(f"  {again('--suggested', *(() if yes else ('--yes',)))}")


app.command(name="record-ids")(record_ids)
app.command(name="archive-changed")(archive_changed)
app.command(name="left-behind")(left_behind)


@app.command(name="archive-students")
def archive_students(
    file: TwinFile,
    school: School = None,
    unsynced: Annotated[bool, typer.Option("--unsynced", help="Only students without SIS ID.")] = False,
    yes: Yes = False,
) -> None:
    """Archive students, of all schools or of one."""
    do(file, [ck.Action("archive_students", school=school, unsynced=unsynced)], yes=yes)


@app.command(name="archive-classrooms")
def archive_classrooms(
    file: TwinFile,
    school: School = None,
    unsynced: Annotated[bool, typer.Option("--unsynced", help="Only classrooms without class ID.")] = False,
    yes: Yes = False,
) -> None:
    """Archive classrooms, of all schools or of one."""
    do(file, [ck.Action("archive_classrooms", school=school, unsynced=unsynced)], yes=yes)


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
    do(file, [ck.Action("change_settings", values={name: value for name, _, value in pairs})], yes=True)


@app.command()
def undo(file: TwinFile) -> None:
    """Undo the last action, merge or upload."""
    echo(ck.Twin(file).undo().what)


def _show(file: Path) -> None:
    twin = ck.Twin(file)
    echo(f"{twin.path}: twin of {twin.district}")
    print_tables(twin.summary())
    for name, value in asdict(twin.settings).items():
        echo(f"  {name} = {value}")
