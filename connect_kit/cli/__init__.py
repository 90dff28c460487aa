"""The command line: nothing but calls of the public API.

Exit codes: 0 fit to send, also where somebody must decide first (1 with --strict), 1 not fit, 2 the delivery could not
be read or the results could not be written.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

import connect_kit as ck
from connect_kit.auditing import OUTPUTS
from connect_kit.cli.again import forecast, resend, results
from connect_kit.cli.commands import again, beside, command, remember_typed
from connect_kit.cli.console import close_console, echo, open_console
from connect_kit.cli.errors import error_words
from connect_kit.cli.options import Delivery, StudentId, Suites, bars
from connect_kit.cli.printing import print_audit, print_verdict
from connect_kit.cli.sending import decide_school, merge, prepare, upload
from connect_kit.cli.twin import app as twin_app
from connect_kit.connect import Level
from connect_kit.engine.places import outside
from connect_kit.engine.room import FULL, is_full
from connect_kit.engine.stopping import interrupted
from connect_kit.engine.written import refuse_foreign
from connect_kit.errors import ConnectKitError, GateError, LimitError, OutputError
from connect_kit.samples.layouts import Layout

app = typer.Typer(
    help="Audit school rosters before they are uploaded to SchoolStatus Connect.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


#: The exit code after Ctrl-C.
_STOPPED = 130


@app.command()
def audit(
    delivery: Delivery,
    out: Annotated[Path, typer.Option(help="Folder for the results; only the audit's own files are replaced.")],
    workspace: Annotated[
        Path | None, typer.Option(help="Folder with the CSV files exported from Connect, or a twin.")
    ] = None,
    level: Annotated[Level, typer.Option(help="Whether the files hold several schools or one.")] = "district",
    suites: Suites = None,
    region: Annotated[
        str,
        typer.Option(
            help="Country whose phone numbers are expected; Connect reads those without country code as US numbers."
        ),
    ] = "US",
    duplicates: Annotated[
        bool, typer.Option("--duplicates/--no-duplicates", help="Whether to look for duplicate students.")
    ] = True,
    student_id: StudentId = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 also where it is fit, but somebody must decide first.")
    ] = False,
) -> None:
    """Read a delivery, check it, and write what was found.

    Writes report.html, findings.xlsx, findings.csv, duplicates.csv, schools.csv, classrooms.csv, id_changes.csv,
    left_behind.csv and summary.json: all of them, or none. What people decided about pairs is read from
    connect-kit-decisions.csv beside the delivery.
    """
    # Before the work, not after it.
    for what, given in (("the delivery", delivery), ("the workspace's export", workspace), ("the suites", suites)):
        outside(out, what, given)
    refuse_foreign(out.expanduser(), OUTPUTS)
    found = ck.audit(
        delivery,
        workspace,
        level=level,
        suites=suites,
        region=region,
        duplicates=duplicates,
        student_id=student_id,
        progress=bars(),
    )
    try:
        found.save(out)
    except OutputError:
        print_verdict(found.judgement)
        raise
    options = ["--level", "school"] if level == "school" else []
    worksheet = ("twin", "left-behind", workspace, delivery, *options, "--out", beside(out, "left-behind"))
    print_audit(found, out, command(*worksheet))
    further = [] if suites is None else ["--suites", suites]
    further += [] if student_id is None else ["--student-id", student_id]
    further += [] if duplicates else ["--no-duplicates"]
    if workspace is None:
        first = "" if found.fit else "correct what is critical, and then "
        echo(
            f"Next, {first}compare it with Connect; WORKSPACE is a folder of CSV files exported from there, or a twin:"
        )
        echo(f"  {again('--workspace', 'WORKSPACE')}")
    else:
        where = ("--workspace", workspace, "--out", beside(out, "plan"))
        if not found.fit:
            echo("Next, correct what is critical, and audit again:")
            echo(f"  {again()}")
            echo("Or prepare the files all the same, and see what a real upload still needs:")
        else:
            echo("Next, prepare the files for Connect, and see what a real upload still needs:")
        echo(f"  {command('prepare', delivery, *where, *options, *further)}")
    raise typer.Exit(int(not found.fit or (strict and found.verdict != "fit")))


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Folder for the delivery, the workspace and the truth.")],
    students: Annotated[int, typer.Option(min=20, help="Number of students.")] = 2_000,
    schools: Annotated[
        int | None, typer.Option(min=1, help="Number of schools; fitting the students by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives another district.")] = 1,
    faults: Annotated[str, typer.Option(help="all, none, or codes of rules separated by commas.")] = "all",
    layout: Annotated[Layout, typer.Option(help="Connect's columns only, or full OneRoster.")] = "connect",
    level: Annotated[Level, typer.Option(help="Several schools, or one.")] = "district",
    duplicates: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            show_default=False,
            help="Share of duplicate students; 0.02 by default, 0 with --faults none.",
        ),
    ] = None,
    existing: Annotated[
        bool | None,
        typer.Option(
            "--existing/--no-existing",
            help="Students and classrooms made by hand on Connect; so by default for a district with faults. Among "
            "them are mistakes made on Connect, such as a School ID without its zeros: with --faults none such a "
            "district is not fit either.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write an invented district with planted faults, and where they are."""
    clean = faults == "none"
    chosen = faults if faults in ("all", "none") else [code.strip() for code in faults.split(",") if code.strip()]
    made = ck.sample_roster(
        out,
        students=students,
        schools=schools,
        seed=seed,
        faults=chosen,
        layout=layout,
        level=level,
        duplicates=(0 if clean else 0.02) if duplicates is None else duplicates,
        existing=level == "district" and not clean if existing is None else existing,
    )
    echo(f"An invented district of {students:,} students: {made.delivery}")
    echo(f"Its Connect workspace: {made.workspace}")
    if not clean:
        echo(f"The planted faults, file and line: {made.truth}")
    elif made.truth_schools and "zeros_lost" in made.truth_schools.read_text(encoding="utf-8"):
        echo(
            "No fault is planted in the files, but the district is not fit: a School ID that was recorded by hand on "
            f"Connect lacks its zeros ({made.truth_schools}). With --no-existing it is clean."
        )
    for path, what in (
        (made.truth_people, "Duplicate students, and students who are only alike"),
        (made.truth_classrooms, "Which class is which classroom"),
    ):
        if path:
            echo(f"{what}: {path}")
    options = ["--level", "school"] if level == "school" else []
    echo("Next, audit it:")
    audit_out = beside(out, "audit")
    echo(f"  {command('audit', made.delivery, '--workspace', made.workspace, *options, '--out', audit_out)}")


@app.command()
def rules() -> None:
    """Print the page of all rules, made from the suites (docs/rules.md is this)."""
    from connect_kit.checks.page import rules_page  # late, so that --help is quick

    echo(rules_page(), nl=False)


for verb in (prepare, forecast, upload, results, resend, merge, decide_school):
    app.command()(verb)
app.add_typer(twin_app, name="twin")


def run(arguments: list[str] | None = None, commands: typer.Typer = app) -> int:
    """Run a command and return its exit code; an error is printed in one line, blocking gates in a line each."""
    remember_typed(sys.argv[1:] if arguments is None else arguments)
    try:
        code = commands(args=arguments, standalone_mode=False)
    except (GateError, LimitError) as error:
        echo(f"connect-kit: {error_words(error)}", err=True)
        return 2
    except ConnectKitError as error:
        echo(f"connect-kit: {' '.join(error_words(error).split())}", err=True)
        return 2
    except typer.Abort:
        echo("connect-kit: stopped; nothing was changed", err=True)
        return _STOPPED
    except typer._click.exceptions.ClickException as error:  # a wrong option or argument
        error.show()
        return 2
    except Exception as error:
        if is_full(error):  # at a place that says nothing of its own
            file = getattr(error, "filename", None)
            where = f", and {file} could not be written" if file else ""
            echo(f"connect-kit: {FULL}{where}; the command did not end. Make room, and give it again", err=True)
            return 2
        if not interrupted(error):
            raise
        code = _STOPPED
    if code == _STOPPED:
        return _stopped()
    return code if isinstance(code, int) else 0


def _stopped() -> int:
    echo("connect-kit: stopped; no file was left half-written", err=True)
    return _STOPPED


def main(commands: typer.Typer = app) -> None:
    """Run what the command line asks for, and end the process with its exit code."""
    open_console()
    try:
        code = run(commands=commands)
        close_console()
    except (BrokenPipeError, SystemExit):  # the reader of our output has closed it, as in "audit ... | head"
        code = 141
    except KeyboardInterrupt:
        code = _stopped()
    except ConnectKitError as error:
        echo(f"connect-kit: {error}", err=True)
        code = 2
    except Exception:  # noqa: BLE001  # a bug of ours: shown in full
        traceback.print_exc()
        code = 70
    if code == _STOPPED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second press would break the tidying up, and say so at length
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    # DuckDB's binding prints leak warnings when Python tears down after Great Expectations was imported; the tidy-up
    # that matters (private temporary folders) is registered with atexit, so run that and leave.
    atexit._run_exitfuncs()
    os._exit(code)
