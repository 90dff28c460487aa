"""What ``audit`` prints on the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from connect_kit.auditing import Audit

_MARKS = {"critical": "✖", "warning": "▲", "info": "i"}
_MOST_CAUSES = 10


def print_audit(result: Audit, out: Path) -> None:
    """Print the verdict, the first causes, and where the files are."""
    roster, findings = result.roster, result.findings
    typer.echo(f"{roster.path} ({findings.level} level)")
    for name, table in roster.info.items():
        refused = f", {table.refused:,} lines refused" if table.refused else ""
        typer.echo(f"  {name:<20}{table.rows:>12,} rows{refused}")
    typer.echo("")
    causes = findings.causes()
    to_fix = causes[causes["severity"] != "info"]
    broken = [rule.code for rule in findings.failed if rule.severity == "critical"]
    verdict, _, why = findings.verdict_text.partition(":")
    typer.echo(f"{'✔' if findings.fit else '✖'} {verdict.upper()}:{why}.")
    for code in broken:
        typer.echo(f"  ✖ critical  {code}: could not run, so nobody knows whether the delivery keeps it")
    for _, row in to_fix.head(_MOST_CAUSES).iterrows():
        typer.echo(f"  {_MARKS[row['severity']]} {row['severity']:<9}{row['rows']:>9,}  {row['cause']}")
    if len(to_fix) > _MOST_CAUSES:
        typer.echo(f"  … and {len(to_fix) - _MOST_CAUSES} more causes; the report lists them in the order to fix them")
    unchecked = findings.unchecked()
    if len(unchecked):
        reasons = ", ".join(dict.fromkeys(unchecked["reason"]))
        typer.echo(f"  {len(unchecked)} rules could not be checked: {reasons}")
    _print_matched(result)
    typer.echo("")
    typer.echo(f"Report:   {out / 'report.html'}")
    typer.echo(f"Workbook: {out / 'findings.xlsx'}")
    typer.echo(f"All rows: {out / 'findings.csv'}")
    if result.duplicates is not None:
        typer.echo(f"Pairs:    {out / 'duplicates.csv'}")
    if result.classrooms is not None:
        typer.echo(f"Partners: {out / 'schools.csv'}, {out / 'classrooms.csv'}")


def _print_matched(result: Audit) -> None:
    if result.duplicates is not None or result.schools is not None:
        typer.echo("")
    if result.duplicates is not None:
        pairs = result.duplicates.table()
        within = int((pairs["right_source"] == "roster").sum())
        counts = f"{within:,} {'pair' if within == 1 else 'pairs'} in the delivery"
        if result.duplicates.workspace is not None:
            counts += f", {len(pairs) - within:,} of the delivery and Connect"
        children = result.duplicates.counts["clusters"]
        typer.echo(f"  {'Duplicate students':<20}{counts}; {children:,} {'child' if children == 1 else 'children'}")
    for name, value in (("Schools", result.schools), ("Classrooms", result.classrooms)):
        if value is not None:
            counted = value.counts
            typer.echo(
                f"  {name:<20}{counted['matched']:,} matched, {counted['suggested']:,} suggested, "
                f"{counted['unmatched']:,} without a partner"
            )
