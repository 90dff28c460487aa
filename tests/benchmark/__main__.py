"""``python -m tests.benchmark``, which ``make bench`` runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connect_kit.cli import main
from tests.benchmark import MATCH_SIZES, run_bench, run_match_bench, run_upload_bench

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    students: Annotated[int, typer.Option(min=20, help="Size of the district.")] = 1_000_000,
    out: Annotated[Path, typer.Option(help="Folder for the district and the figures.")] = Path("build/bench"),
    others: Annotated[bool, typer.Option(help="Also run the other tools, where they are installed.")] = True,
    matching: Annotated[
        bool,
        typer.Option("--matching", help="Measure how duplicates and classrooms are found, in place of the checks."),
    ] = False,
    uploading: Annotated[
        bool, typer.Option("--upload", help="Measure dry run and upload on a twin, in place of the checks.")
    ] = False,
    size: Annotated[
        list[int] | None,
        typer.Option(min=20, help="With --matching: students of a district with known truth; may be repeated."),
    ] = None,
) -> None:
    """Measure speed and memory, or how well duplicates and classrooms are found, beside other tools in the same run."""
    if uploading:
        run_upload_bench(students=students, folder=out, report=typer.echo)
    elif matching:
        run_match_bench(students=students, sizes=size or MATCH_SIZES, folder=out, others=others, report=typer.echo)
    elif size:
        raise typer.BadParameter("goes with --matching only; without it, --students is the size", param_hint="--size")
    else:
        run_bench(students=students, folder=out, others=others, report=typer.echo)


if __name__ == "__main__":
    main(app)
