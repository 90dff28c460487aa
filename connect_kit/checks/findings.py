"""Findings: what the self-check found, down to every failing row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from connect_kit.checks.causes import causes
from connect_kit.checks.overview import by_school
from connect_kit.checks.suites import stage
from connect_kit.checks.unchecked import Unchecked, unchecked
from connect_kit.checks.verdict import Verdict, judge
from connect_kit.checks.verdict_words import verdict_html
from connect_kit.connect import SEVERITIES
from connect_kit.display import charts
from connect_kit.display.formulas import guarded_sql
from connect_kit.display.html import table_html
from connect_kit.engine import literal, quoted
from connect_kit.engine.arguments import checked
from connect_kit.engine.duckdb import arrow_to_frame
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.errors import SettingError
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.checks.suites import Rule
    from connect_kit.connect import Level
    from connect_kit.duplicates import Duplicates
    from connect_kit.engine import Schema
    from connect_kit.identity import IdChanges, LeftBehind
    from connect_kit.roster import Roster, Workspace

_ROWS = """
    SELECT r.code, r.severity, r.tbl AS "table", r.file, f.line, f.id AS "sourcedId", r.col AS "column",
        replace(r.message, '{value}', left(coalesce(f.value, ''), 200)) AS message
    FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule
"""
_TEXTS = ("file", "sourcedId", "column", "message")  # the columns that may hold what a delivery holds
_SHOWN = 10  # causes in a notebook's cell
_ORDER = " ORDER BY r.place, f.line, f.id, f.value"


@dataclass(frozen=True, eq=False)
class Findings:
    """What the self-check found.

    Attributes
    ----------
    roster : Roster
    workspace : Workspace or None
    rules : tuple of Rule
        One for each finding; several may share a code (two severities, two columns).
    counts : mapping of int to int
        Failing rows by position in ``rules``.
    not_checked : tuple of Unchecked
    passed : tuple of Rule
        Rules that hold.
    seconds : mapping of str to float
        Time by step.
    duplicates : Duplicates or None
        Duplicate students that the check was given.
    id_changes : IdChanges or None
        Changed IDs that it was given.
    left_behind : LeftBehind or None
        What stays behind, where it was given that.
    """

    schema: Schema = field(repr=False)
    roster: Roster
    workspace: Workspace | None
    rules: tuple[Rule, ...] = field(repr=False)
    counts: Mapping[int, int] = field(repr=False)
    not_checked: tuple[Unchecked, ...] = field(default=(), repr=False)
    passed: tuple[Rule, ...] = field(default=(), repr=False)
    seconds: Mapping[str, float] = field(default_factory=dict, repr=False)
    duplicates: Duplicates | None = field(default=None, repr=False)
    id_changes: IdChanges | None = field(default=None, repr=False)
    left_behind: LeftBehind | None = field(default=None, repr=False)

    def ready(self) -> Findings:
        """Store the rules with the failing rows, so that SQL can show both."""
        self.schema.execute(
            "CREATE TABLE _rules (rule INTEGER, place INTEGER, code VARCHAR, severity VARCHAR, tbl VARCHAR, "
            "file VARCHAR, col VARCHAR, message VARCHAR)"
        )
        order = sorted(range(len(self.rules)), key=self._place)
        for place, number in enumerate(order):
            rule = self.rules[number]
            self.schema.execute(
                "INSERT INTO _rules VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [number, place, rule.code, rule.severity, rule.table, self._file(rule), rule.column, rule.message],
            )
        return self

    def _place(self, number: int) -> tuple[int, int, str]:
        rule = self.rules[number]
        return SEVERITIES.index(rule.severity), stage(rule), rule.code

    def _file(self, rule: Rule) -> str | None:
        if rule.expectation is None:
            return rule.batch
        table = self.roster.info.get(rule.table)
        return table.file if table else None

    @property
    def level(self) -> Level:
        """``district`` or ``school``."""
        return self.roster.level

    @property
    def fit(self) -> bool:
        """Whether the delivery is fit to be sent: no critical finding, and no critical rule that failed to run."""
        return not any(rule.severity == "critical" for rule in (*self.rules, *self.failed))

    @cached_property
    def judgement(self) -> Verdict:
        """The verdict on what the check saw, with its reasons; that of an audit sees more."""
        return judge(self)

    @property
    def failed(self) -> tuple[Rule, ...]:
        """Rules that could not be checked because they broke, not because something was not delivered."""
        return tuple(item.rule for item in self.not_checked if item.failed)

    def total(self, severity: str) -> int:
        """Failing rows of a severity."""
        if severity not in SEVERITIES:
            raise SettingError(f"severity is {severity!r}; expected one of {', '.join(SEVERITIES)}")
        return sum(count for number, count in self.counts.items() if self.rules[number].severity == severity)

    def summary(self) -> pd.DataFrame:
        """One row per finding, critical ones first, in fixing order.

        Columns: ``code``, ``severity``, ``table``, ``column``, ``count`` (failing rows), ``title``, ``remedy``,
        ``source``.
        """
        import pandas as pd

        merged: dict[tuple[str, ...], int] = {}
        for number in sorted(range(len(self.rules)), key=self._place):
            rule = self.rules[number]
            key = (rule.code, rule.severity, rule.table, rule.column or "", rule.title, rule.remedy, rule.source)
            merged[key] = merged.get(key, 0) + self.counts[number]
        names = ["code", "severity", "table", "column", "title", "remedy", "source"]
        frame = pd.DataFrame([[*key, count] for key, count in merged.items()], columns=[*names, "count"])
        return frame[["code", "severity", "table", "column", "count", "title", "remedy", "source"]]

    def table(self) -> pd.DataFrame:
        """Every failing row.

        Columns: ``code``, ``severity``, ``table``, ``file``, ``line``, ``sourcedId``, ``column``, ``message``.
        """
        return self._numbered(self.schema.frame(_ROWS + _ORDER))

    @checked()
    def iter_table(self, chunk: int = 50_000) -> Iterator[pd.DataFrame]:
        """:meth:`table` in pieces of so many rows."""
        if chunk < 1:
            raise SettingError(f"chunk is {chunk}; expected a number of rows, such as 50000")
        with self.schema.engine.connect((self.schema.name,)) as cursor:
            import pyarrow as pa

            for batch in cursor.sql(_ROWS + _ORDER).to_arrow_reader(chunk):
                yield self._numbered(arrow_to_frame(pa.Table.from_batches([batch])))

    @checked()
    def rows_sample(
        self,
        code: str,
        n: int = 5,
        *,
        severity: str | None = None,
        table: str | None = None,
        column: str | None = None,
        title: str | None = None,
    ) -> pd.DataFrame:
        """The first failing rows of a code: ``file``, ``line``, ``sourcedId``, ``column``, ``message``.

        A code may be broken at several severities, in several tables or columns, and in ways with titles of their own;
        the keywords choose among them.
        """
        conditions, values = ["r.code = ?"], [code]
        for name, value in (("severity", severity), ("tbl", table), ("col", column)):
            if value is not None:
                conditions.append(f"coalesce(r.{name}, '') = ?")
                values.append(value)
        if title is not None:
            numbers = [str(number) for number, rule in enumerate(self.rules) if rule.title == title]
            conditions.append(f"f.rule IN ({', '.join(numbers) or 'NULL'})")
        found = self.schema.frame(_ROWS + " WHERE " + " AND ".join(conditions) + _ORDER + f" LIMIT {int(n)}", values)
        return self._numbered(found)[["file", "line", "sourcedId", "column", "message"]]

    @checked()
    def rows(self, code: str) -> pd.DataFrame:
        """Every failing row of a code as delivered, with ``file`` and ``line`` before the columns of its table.

        Holds names where the table does: it is for the analyst's own screen. What concerns a file, its header or a
        line that cannot be read has ``file``, ``line``, ``sourcedId`` and ``message`` instead.

        Raises
        ------
        SettingError
            When no finding has this code.
        """
        import pandas as pd

        tables = {rule.table: rule.of_rows for rule in self.rules if rule.code == code}
        if not tables:
            found = ", ".join(dict.fromkeys(rule.code for rule in self.rules)) or "none"
            raise SettingError(f"no finding has the code {code!r}; codes found: {found}")
        frames = []
        for name, of_rows in tables.items():
            chosen = (
                "SELECT DISTINCT r.file, f.line FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule "
                "WHERE r.code = ? AND r.tbl = ?"
            )
            if name in self.roster.info and of_rows:
                columns = ", ".join("t." + quoted(c) for c in self.roster.info[name].columns)
                sql = (
                    f"SELECT c.file, c.line, {columns} FROM ({chosen}) AS c LEFT JOIN {quoted('_all_' + name)} AS t "
                    "ON t._line = c.line ORDER BY c.line"
                )
                frames.append(self.schema.frame(sql, [code, name], also=(self.roster.schema.name,)))
            else:
                sql = _ROWS + " WHERE r.code = ? AND r.tbl = ?" + _ORDER
                frames.append(self.schema.frame(sql, [code, name])[["file", "line", "sourcedId", "message"]])
        return self._numbered(pd.concat(frames, ignore_index=True))

    unchecked = unchecked
    causes = causes
    by_school = by_school

    def by_file(self) -> pd.DataFrame:
        """One row a file: ``table``, ``file``, ``rows``, ``refused``, and failing rows by severity."""
        frame = self.roster.summary().drop(columns="columns")
        for severity in SEVERITIES:
            counts: dict[str, int] = {}
            for number, rule in enumerate(self.rules):
                if rule.severity == severity:
                    counts[rule.table] = counts.get(rule.table, 0) + self.counts[number]
            frame[severity] = [counts.get(table, 0) for table in frame["table"]]
        return frame

    def chart(self, kind: Literal["rules", "files", "schools"] = "rules") -> Any:
        """Failing rows, as an Altair chart.

        Parameters
        ----------
        kind : {"rules", "files", "schools"}
            By rule; by file and severity; or by school, with the share of students without a guardian.

        Raises
        ------
        SettingError
            When there is no such chart.
        """
        if kind == "rules":
            return charts.findings_by_code(self.summary())
        if kind == "files":
            return charts.findings_by_file(self.by_file())
        if kind == "schools":
            return charts.schools_overview(self.by_school())
        raise SettingError(f"there is no chart {kind!r}; expected 'rules', 'files' or 'schools'")

    @checked()
    def write_csv(self, path: str | Path) -> None:
        """Write :meth:`table` as CSV, by the engine itself; no cell runs as a formula where people open it."""
        cells = ", ".join(f"{guarded_sql(quoted(name))} AS {quoted(name)}" for name in _TEXTS)
        rows = f"SELECT * REPLACE ({cells}) FROM ({_ROWS + _ORDER})"
        self.schema.execute(f"COPY ({rows}) TO {literal(path)} (HEADER, DELIMITER ',', USE_TMP_FILE false)")

    def save(self, folder: str | Path) -> None:
        """Write ``findings.csv`` into a folder.

        Raises
        ------
        SettingError
            For a folder inside the delivery or the workspace's export.
        OutputError
            When the operating system refuses.
        """
        place = outside_originals(folder, self.roster, self.workspace)
        with atomic_write(ensure_folder(place) / "findings.csv") as part:
            self.write_csv(part)

    def _numbered(self, frame: pd.DataFrame) -> pd.DataFrame:
        if "line" in frame:
            frame["line"] = frame["line"].astype("Int64")
        return frame

    def __repr__(self) -> str:
        return f"Findings({self.judgement.text}: " + ", ".join(f"{self.total(s):,} {s}" for s in SEVERITIES) + ")"

    def _repr_html_(self) -> str:
        totals = ", ".join(f"{self.total(severity):,} {severity}" for severity in SEVERITIES)
        causes = self.causes()[["severity", "rows", "cause", "remedy"]]
        left = len(causes) - _SHOWN
        more = f"<p>… and {left} more: <code>findings.causes()</code></p>" if left > 0 else ""
        return verdict_html(self.judgement, f" (Failing rows: {totals})") + table_html(causes.head(_SHOWN)) + more
