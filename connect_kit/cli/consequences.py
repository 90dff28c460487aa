"""What ``prepare`` and ``twin connect`` say of an upload's consequences: doubled children, and what nobody decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from connect_kit.cli.printing import print_possible
from connect_kit.display.look import children, counted, school_label

if TYPE_CHECKING:
    import connect_kit as ck
    from connect_kit.matching import ClassroomMatches, SchoolMatches

_MOST_SCHOOLS = 20


def undecided_in_words(schools: SchoolMatches | None, classrooms: ClassroomMatches | None) -> str:
    """How many suggestions nobody has decided on: ``1 school and 57 classrooms``; blank without any."""
    counts = ((schools, "school"), (classrooms, "classroom"))
    return " and ".join(
        counted(found.counts["suggested"], thing)
        for found, thing in counts
        if found is not None and found.counts["suggested"]
    )


def print_consequences(audit: ck.Audit, plan: ck.UploadPlan, delivery: Path, workspace: Path) -> None:
    """Print what the upload would do that nobody takes back, and how it is prevented."""
    typer.echo("")
    _print_doubled(audit, plan)
    undecided = undecided_in_words(audit.schools, audit.classrooms)
    if undecided:
        typer.echo(f"  ▲ Not decided: {undecided} of Connect have a suggested partner.")
        if audit.schools is not None and audit.schools.counts["suggested"]:
            typer.echo("    A school without its School ID on Connect gets none of its rows (S9).")
        if audit.classrooms is not None and audit.classrooms.counts["suggested"]:
            typer.echo("    The upload makes a second classroom beside each such classroom (S10).")
        if workspace.is_file():
            accept = f"python -m connect_kit twin connect {workspace} {delivery} --suggested --yes"
            typer.echo(f"    → to accept them all: {accept}")
            typer.echo("    → to decide about each: ck.ClassroomsPanel or decide(), then twin connect")
        else:
            typer.echo(
                "    → record the IDs on Connect (audit writes schools.csv and classrooms.csv), or archive classrooms"
            )
            typer.echo("    → to decide about each: ck.ClassroomsPanel or decide()")


def _print_doubled(audit: ck.Audit, plan: ck.UploadPlan) -> None:
    if audit.duplicates is None:
        typer.echo("  Duplicate students were not looked for.")
        return
    many = sum(plan.doubled.values())
    if not many:
        typer.echo("  ✔ No child would be doubled.")
    else:
        typer.echo(f"  ▲ {children(many)} would be doubled:")
        names = audit.findings.by_school().set_index("schoolId")["name"].to_dict()
        by_school = sorted(plan.doubled.items(), key=lambda one: (-one[1], one[0]))
        for school, count in by_school[:_MOST_SCHOOLS]:
            typer.echo(f"{count:>12,}  {school_label(names.get(school), school)}")
        if len(by_school) > _MOST_SCHOOLS:
            typer.echo(f"    … and {len(by_school) - _MOST_SCHOOLS:,} more schools")
        typer.echo("    → before a first upload archive the existing students; otherwise merge afterwards")
        typer.echo("    → pairs that are not the same child: decide so in ck.DuplicatesPanel")
    print_possible(audit.duplicates)
