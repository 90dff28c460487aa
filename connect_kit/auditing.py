"""The whole audit of a delivery: read, match, find duplicate students, check; shown, and saved as one folder.

The verb is ``connect_kit.audit``; a module of that name would hide it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from connect_kit.checks import AuditData, check_roster
from connect_kit.checks.gx import prepare
from connect_kit.checks.phones import known_region
from connect_kit.checks.suites import load_suites
from connect_kit.checks.unchecked import unchecked_in_words
from connect_kit.checks.verdict_words import verdict_html
from connect_kit.decisions import read_decisions
from connect_kit.display.html import table_html
from connect_kit.duplicates import find_duplicates
from connect_kit.duplicates.data import COLUMNS as PAIR_COLUMNS
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import replace_together
from connect_kit.engine.progress import progress_bar
from connect_kit.identity import find_id_changes, left_behind
from connect_kit.identity.staying import COLUMNS as LEFT_COLUMNS
from connect_kit.identity.value import COLUMNS as CHANGE_COLUMNS
from connect_kit.matching import match_classrooms, match_schools
from connect_kit.matching.data import COLUMNS as MATCH_COLUMNS
from connect_kit.report import write_report, write_workbook
from connect_kit.report.numbers import summary, summary_record
from connect_kit.roster import Roster, Workspace, read_roster, read_workspace
from connect_kit.roster.originals import outside_originals
from connect_kit.twin import Twin

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.connect import Level

#: The files that an audit is saved as; nothing else of a folder is replaced.
OUTPUTS = (
    "summary.json", "findings.csv", "duplicates.csv", "schools.csv", "classrooms.csv", "id_changes.csv",
    "left_behind.csv", "report.html",
    "findings.xlsx",
)  # fmt: skip
#: What duplicates.csv, schools.csv, classrooms.csv and id_changes.csv are called, and their columns.
_MATCHED = {
    "duplicates": PAIR_COLUMNS, "schools": MATCH_COLUMNS, "classrooms": MATCH_COLUMNS, "id_changes": CHANGE_COLUMNS,
}  # fmt: skip
_SHOWN = 8  # causes in a notebook's cell


@dataclass(frozen=True, eq=False)
class Audit(AuditData):
    """Everything that was found in one delivery.

    Attributes
    ----------
    findings : Findings
        What the self-check found.
    duplicates : Duplicates or None
        Duplicate students; None where nobody looked for them.
    schools : SchoolMatches or None
        Which schools belong together; None without a workspace.
    classrooms : ClassroomMatches or None
        Which classes and classrooms belong together; None without a workspace.
    id_changes : IdChanges or None
        Records that come under another ID than Connect has; None without a workspace or duplicates.
    left_behind : LeftBehind or None
        What stays behind on Connect when the delivery is uploaded; None without a workspace.
    seconds : mapping of str to float
        Time by step.
    """

    seconds: Mapping[str, float] = field(default_factory=dict, repr=False)

    summary = summary

    @property
    def verdict(self) -> Literal["not fit", "fit, but decide first", "fit"]:
        """``not fit``, ``fit, but decide first`` or ``fit``; :attr:`judgement` has the reasons (decision 25)."""
        return self.judgement.text

    def table(self) -> pd.DataFrame:
        """Every failing row, as in findings.csv; see :meth:`Findings.table`."""
        return self.findings.table()

    def causes(self) -> pd.DataFrame:
        """One line per root cause, in the order in which to fix them; see :meth:`Findings.causes`."""
        return self.findings.causes()

    def chart(self, kind: Literal["rules", "files", "schools"] = "rules") -> Any:
        """Failing rows by rule, file or school, as an Altair chart; see :meth:`Findings.chart`."""
        return self.findings.chart(kind)

    @checked()
    def save(self, folder: str | Path) -> Path:
        """Write what was found into a folder: IDs and no names, but for the titles of classrooms.csv.

        Written are report.html, findings.xlsx, findings.csv, duplicates.csv, schools.csv, classrooms.csv,
        id_changes.csv, left_behind.csv and summary.json, all or none; other files of the folder are left alone. What
        was not looked for is a CSV file with only its header.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        SettingError
            For a folder inside the delivery or the workspace's export: originals are never written to.
        OutputError
            When they cannot be written; what was there before is unchanged.
        """
        place = outside_originals(folder, self.roster, self.workspace)
        seconds = dict(self.seconds)
        with replace_together(place) as new:
            with _timed(seconds, "findings.csv"):
                self.findings.write_csv(new / "findings.csv")
                for name, columns in _MATCHED.items():
                    found = getattr(self, name)
                    if found is not None:
                        found.save(new)
                    else:
                        _only_header(new / f"{name}.csv", columns)
                if self.left_behind is not None:
                    self.left_behind.write_csv(new / "left_behind.csv")
                else:
                    _only_header(new / "left_behind.csv", LEFT_COLUMNS)
            with _timed(seconds, "report.html"):
                write_report(self, new / "report.html")
            with _timed(seconds, "findings.xlsx"):
                write_workbook(self, new / "findings.xlsx")
            text = json.dumps(summary_record(self, seconds), indent=2, ensure_ascii=False) + "\n"
            (new / "summary.json").write_text(text, encoding="utf-8")
        return place

    def __repr__(self) -> str:
        rows = ", ".join(f"{self.findings.total(severity):,} {severity}" for severity in ("critical", "warning"))
        return f"Audit({self.verdict}: {rows})"

    def _repr_html_(self) -> str:
        causes = self.causes()[["order", "severity", "cause", "rows", "remedy"]]
        unchecked = "; ".join(unchecked_in_words(self.findings))
        left = f" {unchecked}: <code>audit.findings.unchecked()</code>" if unchecked else ""
        counts = self.summary()
        return (
            verdict_html(self.judgement, left)
            + table_html(causes.head(_SHOWN), "First causes")
            + table_html(counts[counts["count"] > 0], "In numbers")
        )


@checked(region=known_region)
def audit(
    delivery: str | Path | Roster,
    workspace: str | Path | Workspace | Twin | None = None,
    *,
    level: Level = "district",
    suites: str | Path | None = None,
    region: str = "US",
    duplicates: bool = True,
    student_id: Literal["id", "number"] | None = None,
    progress: bool | None = None,
) -> Audit:
    """Audit a delivery: read it, match it with Connect, find duplicate students and what stays behind, check it.

    What people decided about pairs is read from ``connect-kit-decisions.csv`` beside the delivery. Nothing is written.

    Parameters
    ----------
    delivery : str, Path or Roster
        Folder or ZIP with the CSV files, or a roster once read.
    workspace : str, Path, Workspace or Twin, optional
        The district as Connect has it: a folder of exported CSV files, a twin or the path of one, or a workspace once
        read. Without it School IDs, existing students and classrooms cannot be compared.
    level : {"district", "school"}
        Whether the files hold several schools or one; a roster knows its own.
    suites : str or Path, optional
        The district's own suites: a JSON file, or a folder of them.
    region : str
        Country (ISO 3166, two capital letters) of phone numbers written without country code.
    duplicates : bool
        Whether to look for duplicate students; changed IDs are looked for among these.
    student_id : {"id", "number"}, optional
        The workspace's setting Student ID (S14): whether its students have the sourcedIds of users.csv as IDs, or the
        identifiers. By default what the workspace says.
    progress : bool, optional
        Show how far it is; by default in a notebook and on a terminal.

    Returns
    -------
    Audit

    Raises
    ------
    DeliveryError, WorkspaceError, TwinError, DecisionsError
        When one of the sides, or what people decided, cannot be read.
    SuiteError
        When a file of the district's own suites is not a suite; before anything else is read.
    SettingError
        For a value that is not allowed.
    """
    load_suites(suites)  # a faulty suite is reported before a long reading
    shown = progress if progress is not None else sys.stderr.isatty() or "ipykernel" in sys.modules
    bars = None if shown else False
    seconds: dict[str, float] = {}
    with progress_bar(shown, "Audit", total=6) as advance:

        @contextmanager
        def step(name: str, doing: str) -> Iterator[None]:
            advance(0, doing)
            with _timed(seconds, name):
                yield
            advance()

        with step("read", "reading"):
            roster = delivery if isinstance(delivery, Roster) else read_roster(delivery, level=level, progress=bars)
            # Great Expectations takes seconds to import: that happens while the workspace is read.
            threading.Thread(target=prepare, daemon=True).start()
            known = open_workspace(workspace) if workspace is not None else None
            if known is not None and student_id is not None:
                known = replace(known, student_id=student_id)
        decisions = read_decisions(roster)
        pairs = schools = classrooms = changes = behind = None
        if duplicates:
            with step("duplicates", "finding duplicate students"):
                pairs = find_duplicates(roster, known, decisions=decisions, progress=bars)
        if known is not None:
            with step("schools", "matching schools"):
                schools = match_schools(roster, known, decisions=decisions)
            with step("classrooms", "matching classrooms"):
                classrooms = match_classrooms(roster, known, schools=schools, decisions=decisions, progress=bars)
            if pairs is not None:
                with step("ID changes", "finding changed IDs"):
                    changes = find_id_changes(roster, known, pairs, schools=schools, classrooms=classrooms)
            with step("left behind", "finding what stays behind"):
                behind = left_behind(roster, known, changes, schools=schools)
        with step("check", "checking"):
            findings = check_roster(
                roster,
                known,
                duplicates=pairs,
                classrooms=classrooms,
                id_changes=changes,
                left_behind=behind,
                decisions=decisions,
                suites=suites,
                region=region,
                progress=bars,
            )
    seconds |= {f"check: {part}": value for part, value in findings.seconds.items()}
    return Audit(findings, pairs, schools, classrooms, changes, behind, seconds=seconds)


def open_workspace(thing: str | Path | Workspace | Twin) -> Workspace:
    """A workspace from itself, from a folder of exported files, or from a twin or the path of one."""
    if isinstance(thing, Workspace):
        return thing
    if isinstance(thing, Twin):
        return thing.workspace()
    return Twin(thing).workspace() if Path(thing).expanduser().is_file() else read_workspace(thing)


def _only_header(path: Path, columns: tuple[str, ...]) -> None:
    path.write_text(",".join(columns) + "\r\n", encoding="utf-8", newline="")


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started
