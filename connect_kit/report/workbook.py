"""The workbook: findings for Excel, in which every ID stays text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_kit.checks import AuditData
from connect_kit.checks.causes import causes_in_words
from connect_kit.checks.unchecked import unchecked_in_words
from connect_kit.checks.verdict_words import left_open
from connect_kit.connect import SEVERITIES
from connect_kit.display.charts import STATUSES
from connect_kit.display.excel import plain, save_book, write_rows
from connect_kit.display.headings import heading
from connect_kit.display.html import is_number
from connect_kit.display.look import named
from connect_kit.duplicates import pairs_in_words
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import atomic_write
from connect_kit.identity.staying import KINDS, REASONS
from connect_kit.report.matched import pairs_without_names, partners_without_names
from connect_kit.report.page import MEANINGS, delivery_name, in_report
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from connect_kit.checks import Findings
    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import IdChanges, LeftBehind
    from connect_kit.matching.matches import ClassroomMatches, SchoolMatches

_TINTS: Final = {"critical": "#F9DDCB", "warning": "#FBEBC8", "info": "#DDF0FB"}
_WIDTHS: Final = {
    "code": 36, "severity": 13, "table": 18, "file": 22, "line": 11, "sourcedId": 24, "column": 22,
    "message": 70, "count": 11, "title": 44, "remedy": 70, "source": 30, "order": 8, "cause": 50,
    "explains": 50, "rows": 11, "codes": 50, "schoolId": 16, "name": 32, "reason": 60,
    "students_without_guardian": 26, "left_id": 24, "right_id": 24, "left_school": 32, "right_school": 32,
    "kind": 22, "school": 16, "connect_school": 18, "connect_id": 24, "old_id": 24, "new_id": 38, "pattern": 18,
    "words": 32, "connectSchoolId": 18, "connectStudentId": 18, "studentId": 18, "connectUserId": 18, "userId": 22,
    "connectClassroomId": 20, "classId": 22, "status": 22, "roster_id": 24, "workspace_id": 24, "roster_title": 32,
    "workspace_title": 32,
}  # fmt: skip
_WRAPPED: Final = {"remedy", "explains", "cause", "title", "reason", "codes"}
#: Rows of a sheet: more of them nobody reads in a spreadsheet, and they take minutes to write. The CSV files hold all.
MOST_ROWS: Final = 200_000
#: Rows taken at a time; more of them take more memory and no less time.
_CHUNK: Final = 10_000
_SHEETS: Final = {
    "Causes": "One line for each root cause, in the order in which to fix them.",
    "Findings": "One line for each broken rule: number of rows, what to do, and the source.",
    "Rows": "Every failing row: file, line as a text editor counts it, ID, and what was found.",
    "Schools": "One line for each school: how many of what, and where the trouble is.",
    "Files": "One line for each file: rows read, lines refused, rows with a finding.",
    "Not checked": "Rules that could not be checked, and why.",
}
#: Sheets that are there only where somebody looked for these.
_MATCHED: Final = {
    "Changed IDs": "Records on Connect that the delivery holds under another ID, and how the ID changed.",
    "Duplicates": "Duplicate students, the most certain pair first: IDs, probability, and the evidence for it.",
    "School matches": "Which school of the delivery is which on Connect, and which has no partner.",
    "Classrooms": "Which class of the delivery is which classroom on Connect, and which has no partner; no titles.",
    "Left behind": "What stays on Connect although the delivery no longer holds it, guardians first: IDs.",
}
#: Sheets that may be too long, and the file that holds all of their rows.
_COMPLETE: Final = {
    "Rows": "findings.csv", "Duplicates": "duplicates.csv", "School matches": "schools.csv",
    "Classrooms": "classrooms.csv", "Changed IDs": "id_changes.csv", "Left behind": "left_behind.csv",
}  # fmt: skip

#: Codes in words, by column.
_SIDES: Final = {"roster": "delivery", "workspace": "Connect"}
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": {kind: one.many for kind, one in KINDS.items()},
    "reason": REASONS,
    "status": {**{status: words for status, (words, _) in STATUSES.items()}, "out": "does not take part"},
    "left_source": _SIDES,
    "right_source": _SIDES,
}

_PRIVACY: Final = (
    "IDs and counts, no names of students, guardians or staff. An ID still points to a person for "
    "whoever can look it up: pass the workbook on as you would a class list."
)
_IDS: Final = (
    "All IDs are text here. Opened by a double click, a CSV file loses its leading zeros: "
    "do not save roster files from a spreadsheet."
)


@checked()
def write_workbook(
    findings: Findings | AuditData,
    path: Path | str,
    *,
    most_rows: int | None = None,
    duplicates: Duplicates | None = None,
    schools: SchoolMatches | None = None,
    classrooms: ClassroomMatches | None = None,
    id_changes: IdChanges | None = None,
    left_behind: LeftBehind | None = None,
) -> Path:
    """Write the findings as an Excel workbook.

    Every text is written as text, so that leading zeros stay and nothing runs as a formula.

    Parameters
    ----------
    findings : Findings or Audit
        An audit stands for its other parts as well.
    path : path
        Replaced in one step once the workbook is complete.
    most_rows : int, optional
        Failing rows on the sheet "Rows", at most 200,000. The workbook says how many are left out; findings.csv holds
        them all.
    duplicates : Duplicates, optional
    schools : SchoolMatches, optional
    classrooms : ClassroomMatches, optional
    id_changes : IdChanges, optional
    left_behind : LeftBehind, optional
        Each adds a sheet: IDs, no names, no titles of classes.

    Returns
    -------
    Path
        Where the workbook stands.

    Raises
    ------
    SettingError
        For a file inside the delivery or the workspace's export.
    OutputError
        When it cannot be written; a workbook that was there before is unchanged.
    """
    audit = AuditData.of(findings, duplicates, schools, classrooms, id_changes, left_behind)

    def fill(book: Any) -> None:
        _Sheets(book, audit, matched).write(MOST_ROWS if most_rows is None else min(most_rows, MOST_ROWS))

    matched = {
        name: frame
        for name, frame in (
            ("Changed IDs", audit.id_changes.table() if audit.id_changes is not None else None),
            ("Duplicates", pairs_without_names(audit.duplicates) if audit.duplicates is not None else None),
            ("School matches", partners_without_names(audit.schools) if audit.schools is not None else None),
            ("Classrooms", partners_without_names(audit.classrooms) if audit.classrooms is not None else None),
            ("Left behind", audit.left_behind.table() if audit.left_behind is not None else None),
        )
        if frame is not None
    }
    matched = {name: _in_words(frame) for name, frame in matched.items()}
    with atomic_write(outside_originals(path, audit.roster, audit.workspace)) as beside:
        save_book(beside, fill)
    return Path(path)


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with words in place of the codes that the CSV files hold."""
    words = {column: frame[column].replace(dict(codes)) for column, codes in _VALUES.items() if column in frame}
    return frame.assign(**words)


class _Sheets:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, audit: AuditData, matched: Mapping[str, pd.DataFrame]) -> None:
        self.book = book
        self.audit = audit
        self.findings = audit.findings
        self.matched = matched
        top: dict[str, object] = {"valign": "top"}
        self.text = book.add_format({**top, "num_format": "@"})
        self.wrapped = book.add_format({**top, "num_format": "@", "text_wrap": True})
        self.number = book.add_format({**top, "num_format": "#,##0"})
        self.share = book.add_format({**top, "num_format": "0.000"})
        self.header = book.add_format(
            {
                "bold": True,
                "num_format": "@",
                "bg_color": "#E8ECF0",
                "bottom": 1,
                "valign": "vcenter",
            }
        )
        self.heading = book.add_format({"bold": True, "font_size": 14, "num_format": "@"})
        self.bold = book.add_format({"bold": True, "num_format": "@", "valign": "top"})
        self.severity: dict[str, Any] = {
            name: book.add_format({**top, "num_format": "@", "bold": True, "bg_color": _TINTS[name]})
            for name in SEVERITIES
        }

    def write(self, most_rows: int) -> None:
        findings = self.findings
        summary = findings.summary()
        failing = int(summary["count"].sum())
        left = max(0, failing - most_rows)
        self.book.set_properties({"title": f"Roster audit: {plain(delivery_name(findings))}"})
        causes = findings.causes()
        self.read_me(summary, failing, left, most_rows, causes_in_words(causes))
        self.sheet("Causes", [causes])
        self.sheet("Findings", [summary])
        self.sheet("Rows", findings.iter_table(chunk=_CHUNK), most_rows, left)
        self.sheet("Schools", [findings.by_school()])
        self.sheet("Files", [findings.by_file()])
        unchecked = findings.unchecked()
        self.sheet("Not checked", [unchecked.assign(reason=unchecked["reason"].map(in_report))])
        for name, frame in self.matched.items():
            self.sheet(name, [frame], left=max(0, len(frame) - MOST_ROWS))

    def read_me(self, summary: pd.DataFrame, failing: int, left: int, most_rows: int, causes: str) -> None:
        from connect_kit import __version__

        findings, sheet = self.findings, self.book.add_worksheet("Read me")
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 22, self.text)
        sheet.set_column(1, 1, 100, self.wrapped)
        verdict, duplicates = self.audit.judgement, self.audit.duplicates
        made = datetime.now().astimezone()
        lines: list[tuple[str, str]] = [
            (f"Roster audit: {delivery_name(findings)}", ""),
            ("", ""),
            ("Result", verdict.headline),
            ("Why", verdict.sentence),
            ("Level", findings.level),
            ("Made", f"{made:%Y-%m-%d %H:%M %Z}, connect-kit {__version__}"),
            ("Failing rows", f"{failing:,}; a row that breaks two rules is counted twice"),
        ]
        if verdict.left_open:
            lines.insert(4, ("Left open", left_open(verdict)))
        if duplicates is not None:
            lines.append(("Duplicate students", pairs_in_words(duplicates)))
        if left:
            lines.append(("Not in this workbook", _left_out("Rows", left, most_rows)))
        lines.append(("Causes", causes))
        if unchecked := unchecked_in_words(findings):
            lines.append(("Could not be checked", "; ".join(unchecked)))
        for severity in SEVERITIES:
            counts = summary.loc[summary["severity"] == severity, "count"]
            what = "notes" if severity == "info" else "rules broken"
            text = f"{len(counts)} {what}, {int(counts.sum()):,} rows. {MEANINGS[severity]}"
            lines.append((named(severity), text))
        lines += [("", ""), ("Sheets", ""), *_SHEETS.items()]
        lines += [*((name, _MATCHED[name]) for name in self.matched), ("", "")]
        lines += [("Privacy", _PRIVACY), ("IDs", _IDS)]
        for row, (name, text) in enumerate(lines):
            sheet.write_string(row, 0, plain(name), self.bold if row else self.heading)
            if text:
                sheet.write_string(row, 1, plain(text), self.wrapped)

    def sheet(self, name: str, frames: Iterable[pd.DataFrame], most: int | None = None, left: int = 0) -> None:
        """Write one sheet: titles, rows, and at its end what was left out."""
        sheet, most = self.book.add_worksheet(name), MOST_ROWS if most is None else most
        row, columns = 0, 0
        for frame in frames:
            if not row:
                columns = self._titles(sheet, frame)
                row = 1
            room = most - (row - 1)
            if room <= 0:
                break
            row = write_rows(sheet, row, frame.head(room), self._formats(frame))
        if row <= 1:
            sheet.write_string(1, 0, "none", self.text)
        else:
            sheet.autofilter(0, 0, row - 1, columns - 1)
        if left:
            sheet.write_string(row, 0, _left_out(name, left, most), self.bold)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _titles(self, sheet: Any, frame: pd.DataFrame) -> int:
        for column, name in enumerate(map(str, frame.columns)):
            sheet.set_column(column, column, _WIDTHS.get(name, max(11, len(heading(name)) + 4)))
            sheet.write_string(0, column, plain(heading(name)), self.header)
        return frame.shape[1]

    def _formats(self, frame: pd.DataFrame) -> dict[str, Any]:
        """The format of each column, and of each severity."""
        formats: dict[str, Any] = {**self.severity}
        for place, name in enumerate(map(str, frame.columns)):
            text = self.wrapped if name in _WRAPPED else self.text
            # A column may be called like a severity: it holds counts.
            column = frame.iloc[:, place]
            number = self.share if column.dtype.kind == "f" else self.number
            formats[name] = number if is_number(column) else text
        return formats


def _left_out(sheet: str, left: int, most: int) -> str:
    rows = "failing rows" if sheet == "Rows" else "rows"
    return f"{left:,} {rows} are not on the sheet {sheet}, which holds {most:,}. {_COMPLETE[sheet]} holds all of them."
