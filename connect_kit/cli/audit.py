"""``audit``: from a delivery to the files that a consultant hands on."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from connect_kit.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_kit.checks import Findings
    from connect_kit.connect import Level

OUTPUTS = ("summary.json", "findings.csv", "report.html", "findings.xlsx")
_MARKS = {"critical": "✖", "warning": "▲", "info": "i"}
_MOST_CAUSES = 10


def run_audit(
    delivery: Path, out: Path, *, workspace: Path | None, level: Level, suites: Path | None, region: str
) -> int:
    """Audit a delivery, write the files of the contract, print the summary; returns the exit code."""
    import connect_kit as ck
    from connect_kit.checks.suites import load_suites
    from connect_kit.engine.gx_bridge import prepare

    seconds: dict[str, float] = {}
    bars = None if sys.stderr.isatty() else False
    load_suites(suites)  # a faulty suite is told before a long reading
    with _timed(seconds, "read"):
        roster = ck.read_roster(delivery, level=level, progress=bars)
        # Great Expectations takes seconds to import: that happens beside the reading of the workspace.
        threading.Thread(target=prepare, daemon=True).start()
        known = ck.read_workspace(workspace) if workspace else None
    with _timed(seconds, "check"):
        findings = ck.check_roster(roster, known, suites=suites, region=region, progress=bars)
    seconds |= {f"check: {step}": value for step, value in findings.seconds.items()}
    with _replaced(out) as folder:
        with _timed(seconds, "findings.csv"):
            findings.write_csv(folder / "findings.csv")
        with _timed(seconds, "report.html"):
            ck.write_report(findings, folder / "report.html")
        with _timed(seconds, "findings.xlsx"):
            ck.write_workbook(findings, folder / "findings.xlsx")
        text = json.dumps(summary(findings, seconds), indent=2, ensure_ascii=False) + "\n"
        (folder / "summary.json").write_text(text, encoding="utf-8")
    _print(findings, out)
    return 0 if findings.fit else 1


def summary(findings: Findings, seconds: dict[str, float]) -> dict[str, Any]:
    """What summary.json holds. Duplicates, schools and classrooms are null: this version does not match them."""
    roster = findings.roster
    tables = {name: {"rows": table.rows, "refused": table.refused} for name, table in roster.info.items()}
    frame = findings.summary()[["code", "severity", "table", "column", "count", "title"]]
    return {
        "fit": findings.fit,
        "level": findings.level,
        "tables": tables,
        "findings": frame.to_dict("records"),
        "not_checked": findings.unchecked()[["code", "reason"]].to_dict("records"),
        "duplicates": None,
        "schools": None,
        "classrooms": None,
        "seconds": {step: round(value, 3) for step, value in seconds.items()},
    }


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - started


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


def _print(findings: Findings, out: Path) -> None:
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
    typer.echo("")
    typer.echo(f"Report:   {out / 'report.html'}")
    typer.echo(f"Workbook: {out / 'findings.xlsx'}")
    typer.echo(f"All rows: {out / 'findings.csv'}")
