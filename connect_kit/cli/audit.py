"""``audit``: from a delivery to the files that a consultant hands on."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from connect_kit.cli.sending import open_workspace
from connect_kit.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_kit.checks import Findings
    from connect_kit.connect import Level
    from connect_kit.duplicates import Duplicates
    from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
    from connect_kit.roster import Roster, Workspace

OUTPUTS = (
    "summary.json", "findings.csv", "duplicates.csv", "schools.csv", "classrooms.csv", "report.html", "findings.xlsx",
)  # fmt: skip
_MARKS = {"critical": "✖", "warning": "▲", "info": "i"}
_MOST_CAUSES = 10


@dataclass(frozen=True, slots=True)
class Matched:
    """What was found besides the findings; None where a step was left out or had no workspace."""

    duplicates: Duplicates | None = None
    schools: SchoolMatches | None = None
    classrooms: ClassroomMatches | None = None

    def counts(self) -> dict[str, dict[str, int] | None]:
        """What summary.json holds of it."""
        found = {"duplicates": self.duplicates, "schools": self.schools, "classrooms": self.classrooms}
        return {name: value.counts if value is not None else None for name, value in found.items()}

    def save(self, folder: Path) -> None:
        """Write the three CSV files; what was not looked for is a file with its titles only."""
        from connect_kit.duplicates.value import COLUMNS
        from connect_kit.matching.base import COLUMNS as PARTNERS

        titles = {"duplicates": COLUMNS, "schools": PARTNERS, "classrooms": PARTNERS}
        for name, columns in titles.items():
            value = getattr(self, name)
            if value is not None:
                value.save(folder)
            else:
                (folder / f"{name}.csv").write_text(",".join(columns) + "\r\n", encoding="utf-8", newline="")


@dataclass(slots=True)
class _Steps:
    """Times the steps, and tells somebody who waits at a terminal which one it is."""

    seconds: dict[str, float] = field(default_factory=dict)
    told: bool = field(default_factory=lambda: sys.stderr.isatty())

    @contextmanager
    def __call__(self, name: str, doing: str = "") -> Iterator[None]:
        if self.told and doing:
            typer.echo(f"{doing} …", err=True)
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started


def run_audit(
    delivery: Path,
    out: Path,
    *,
    workspace: Path | None,
    level: Level,
    suites: Path | None,
    region: str,
    look_for_duplicates: bool = True,
) -> int:
    """Audit a delivery, write the files of the contract, print the summary; returns the exit code."""
    import connect_kit as ck
    from connect_kit.checks.gx.bridge import prepare
    from connect_kit.checks.suites import load_suites

    step = _Steps()
    bars = None if step.told else False
    load_suites(suites)  # a faulty suite is told before a long reading
    with step("read", "Reading the delivery"):
        roster = ck.read_roster(delivery, level=level, progress=bars)
        # Great Expectations takes seconds to import: that happens beside the reading of the workspace.
        threading.Thread(target=prepare, daemon=True).start()
        known = open_workspace(workspace) if workspace else None
    matched = _match(roster, known, step, bars, look_for_duplicates=look_for_duplicates)
    with step("check", "Checking"):
        findings = ck.check_roster(
            roster,
            known,
            duplicates=matched.duplicates,
            classrooms=matched.classrooms,
            suites=suites,
            region=region,
            progress=bars,
        )
    step.seconds |= {f"check: {part}": value for part, value in findings.seconds.items()}
    shown: dict[str, Any] = {name: getattr(matched, name) for name in ("duplicates", "schools", "classrooms")}
    with _replaced(out) as folder:
        with step("findings.csv", "Writing the results"):
            findings.write_csv(folder / "findings.csv")
            matched.save(folder)
        with step("report.html"):
            ck.write_report(findings, folder / "report.html", **shown)
        with step("findings.xlsx"):
            ck.write_workbook(findings, folder / "findings.xlsx", **shown)
        text = json.dumps(summary(findings, matched, step.seconds), indent=2, ensure_ascii=False) + "\n"
        (folder / "summary.json").write_text(text, encoding="utf-8")
    _print(findings, matched, out)
    return 0 if findings.fit else 1


def _match(
    roster: Roster, known: Workspace | None, step: _Steps, bars: bool | None, *, look_for_duplicates: bool
) -> Matched:
    """Look for duplicates, and with a workspace match schools and classrooms; decisions beside the delivery count."""
    import connect_kit as ck

    decisions = ck.read_decisions(roster)
    duplicates = schools = classrooms = None
    if look_for_duplicates:
        with step("duplicates", "Looking for students who are there twice"):
            duplicates = ck.find_duplicates(roster, known, decisions=decisions, progress=bars)
    if known is not None:
        with step("schools", "Matching schools"):
            schools = ck.match_schools(roster, known, decisions=decisions)
        with step("classrooms", "Matching classrooms"):
            classrooms = ck.match_classrooms(roster, known, schools=schools, decisions=decisions, progress=bars)
    return Matched(duplicates, schools, classrooms)


def summary(findings: Findings, matched: Matched, seconds: dict[str, float]) -> dict[str, Any]:
    """What summary.json holds; duplicates, schools and classrooms are null where they were not looked for."""
    roster = findings.roster
    tables = {name: {"rows": table.rows, "refused": table.refused} for name, table in roster.info.items()}
    frame = findings.summary()[["code", "severity", "table", "column", "count", "title"]]
    return {
        "fit": findings.fit,
        "level": findings.level,
        "tables": tables,
        "findings": frame.to_dict("records"),
        "not_checked": findings.unchecked()[["code", "reason"]].to_dict("records"),
        **matched.counts(),
        "seconds": {step: round(value, 3) for step, value in seconds.items()},
    }


@contextmanager
def _replaced(out: Path) -> Iterator[Path]:
    """A folder beside the old files; they are replaced together once everything is written."""
    folder: Path | None = None
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=out))
        yield folder
        for name in OUTPUTS:
            (folder / name).replace(out / name)
    except OSError as error:
        raise OutputError(
            f"{out}: the results could not be written ({error.strerror or error}); what stood there is as it was. "
            "Make room or give another folder with --out"
        ) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _print(findings: Findings, matched: Matched, out: Path) -> None:
    roster = findings.roster
    typer.echo(f"{roster.path} ({findings.level} level)")
    for name, table in roster.info.items():
        refused = f", {table.refused:,} lines refused" if table.refused else ""
        typer.echo(f"  {name:<20}{table.rows:>12,} rows{refused}")
    typer.echo("")
    causes = findings.causes()
    open_ = causes[causes["severity"] != "info"]
    verdict = "✔ FIT TO SEND: no critical finding." if findings.fit else "✖ NOT FIT TO SEND: critical findings."
    typer.echo(verdict)
    for _, row in open_.head(_MOST_CAUSES).iterrows():
        typer.echo(f"  {_MARKS[row['severity']]} {row['severity']:<9}{row['rows']:>9,}  {row['cause']}")
    if len(open_) > _MOST_CAUSES:
        typer.echo(f"  … and {len(open_) - _MOST_CAUSES} more causes; the report lists them in the order to mend them")
    unchecked = findings.unchecked()
    if len(unchecked):
        reasons = ", ".join(dict.fromkeys(unchecked["reason"]))
        typer.echo(f"  {len(unchecked)} rules could not be checked: {reasons}")
    _print_matched(matched)
    typer.echo("")
    typer.echo(f"Report:   {out / 'report.html'}")
    typer.echo(f"Workbook: {out / 'findings.xlsx'}")
    typer.echo(f"All rows: {out / 'findings.csv'}")
    if matched.duplicates is not None:
        typer.echo(f"Pairs:    {out / 'duplicates.csv'}")
    if matched.classrooms is not None:
        typer.echo(f"Partners: {out / 'schools.csv'}, {out / 'classrooms.csv'}")


def _print_matched(matched: Matched) -> None:
    if matched.duplicates is not None or matched.schools is not None:
        typer.echo("")
    if matched.duplicates is not None:
        pairs = matched.duplicates.table()
        within = int((pairs["right_source"] == "roster").sum())
        told = f"{within:,} {'pair' if within == 1 else 'pairs'} in the delivery"
        if matched.duplicates.workspace is not None:
            told += f", {len(pairs) - within:,} of the delivery and Connect"
        children = matched.duplicates.counts["clusters"]
        typer.echo(f"  {'Students twice':<20}{told}; {children:,} {'child' if children == 1 else 'children'}")
    for name, value in (("Schools", matched.schools), ("Classrooms", matched.classrooms)):
        if value is not None:
            counts = value.counts
            typer.echo(
                f"  {name:<20}{counts['matched']:,} matched, {counts['suggested']:,} suggested, "
                f"{counts['unmatched']:,} without a partner"
            )
