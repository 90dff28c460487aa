"""The outcome of a dry run or an upload."""

from __future__ import annotations

import html
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit import connect
from connect_kit.display import charts
from connect_kit.display.html import table_html
from connect_kit.engine import quoted
from connect_kit.engine.files import replace_together
from connect_kit.uploads.abandoning import by_school, total_of
from connect_kit.uploads.removing import removed_in_words
from connect_kit.uploads.result_files import read_own_result
from connect_kit.uploads.result_workbook import write_sheet
from connect_kit.uploads.values import ACTIONS, CHILDREN_REMOVED_COLUMNS, DISCONNECTED_COLUMNS, REMOVED_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.uploads.plan import UploadPlan
    from connect_kit.uploads.values import Disconnections, FileResult, Removals

_SHOWN = 10
_COLUMNS = ("file", "kind", "line", "sourcedId", "code", "message")  # of refused rows


@dataclass(frozen=True)
class UploadResult:
    """The outcome of a plan's files; made by :func:`upload`.

    Attributes
    ----------
    plan : UploadPlan
    target : str
        Name of the district.
    target_id : str
    dry_run : bool
    files : tuple of FileResult
        Those that were reached, in order.
    cancelled : bool
        Whether somebody cancelled before the end; what had been sent before remains.
    stopped : str
        Why no further file was sent; blank when all were.
    folder : Path or None
        Where the result files are.
    run : str
        Which real upload of the plan; blank for a dry run.
    seconds : float
    """

    plan: UploadPlan
    target: str
    target_id: str
    dry_run: bool
    files: tuple[FileResult, ...] = field(repr=False)
    cancelled: bool = False
    stopped: str = ""
    folder: Path | None = None
    run: str = ""
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether every file of the plan was processed; single rows may have been refused, see :attr:`errors`."""
        done = len(self.files) == len(self.plan.files) and not any(one.outcome == "refused" for one in self.files)
        return done and not self.cancelled and not self.stopped

    def summary(self) -> pd.DataFrame:
        """One row a file.

        Columns: ``file``, ``outcome``, ``rows``, ``created``, ``updated``, ``unchanged``, ``skipped``, ``errors`` (rows
        refused), ``disconnected`` (guardian relationships that Abandon removed), ``staff_removed`` (staff
        removed from a school), ``children_removed`` (children removed from one of several schools), ``seconds``.
        """
        import pandas as pd

        rows = []
        for one in self.files:
            counts = one.counts
            actions = [counts[action] for action in ACTIONS]
            ended = (one.errors, one.disconnected, one.removed, one.children_removed, round(one.seconds, 2))
            rows.append((one.file.name, one.outcome, one.rows, *actions, *ended))
        names = ["file", "outcome", "rows", *(action.lower() for action in ACTIONS)]
        names += ["errors", "disconnected", "staff_removed", "children_removed", "seconds"]
        return pd.DataFrame(rows, columns=names)

    def table(self) -> pd.DataFrame:
        """Rows by what became of them.

        Columns: ``file``, ``connectSchoolId``, ``what`` (students, guardians, staff, classes, enrollments,
        attributes), ``result``, ``action``, ``count``.
        """
        import pandas as pd

        rows = [
            (one.file.name, tally.school or "", tally.what, tally.result, tally.action, tally.rows)
            for one in self.files
            for tally in one.tallies
        ]
        return pd.DataFrame(rows, columns=["file", "connectSchoolId", "what", "result", "action", "count"])

    @cached_property
    def errors(self) -> pd.DataFrame:
        """Every refused row, without names; for a file refused as a whole one row without a line.

        Columns: ``file``, ``kind``, ``line`` (of the prepared file), ``sourcedId``, ``code``, ``message``.
        """
        import pandas as pd

        frames = [_refused_rows(one) for one in self.files if one.outcome == "refused" or one.errors]
        frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(_COLUMNS))
        return frame.astype({"line": "Int64"})

    @cached_property
    def disconnected(self) -> pd.DataFrame:
        """Every guardian relationship that Abandon removed, or would remove: IDs only.

        Columns: ``file``, ``connectStudentId``, ``studentId``, ``connectUserId``, ``guardianId`` (several are separated
        by commas), ``connectSchoolId``.
        """
        return _listed([(one.file.name, one.disconnected_path) for one in self.files], DISCONNECTED_COLUMNS)

    @cached_property
    def staff_removed(self) -> pd.DataFrame:
        """Staff who were removed from a school, or would be, as their rows no longer list it: IDs only.

        Columns: ``file``, ``connectUserId``, ``staffId`` (several are separated by commas), ``connectSchoolId``.
        """
        return _listed([(one.file.name, one.removed_path) for one in self.files], REMOVED_COLUMNS)

    @cached_property
    def children_removed(self) -> pd.DataFrame:
        """Children of several schools who were removed from one, or would be, as their rows no longer list it.

        IDs only. Columns: ``file``, ``connectStudentId``, ``studentId``, ``connectSchoolId``.
        """
        return _listed([(one.file.name, one.children_removed_path) for one in self.files], CHILDREN_REMOVED_COLUMNS)

    @property
    def disconnections(self) -> dict[str, Disconnections]:
        """What Abandon disconnected, by connectSchoolId."""
        return {school: counts for one in self.files for school, counts in one.disconnections.items()}

    @property
    def removals(self) -> dict[str, Removals]:
        """Staff and children removed from schools, by connectSchoolId."""
        found: dict[str, Removals] = {}
        for one in self.files:
            for school, counts in one.removals.items():
                before = found.get(school, counts._replace(staff=0, children=0))
                found[school] = counts._replace(
                    staff=before.staff + counts.staff, children=before.children + counts.children
                )
        return found

    def errors_by_cause(self) -> pd.DataFrame:
        """Refused rows by code, the most first: ``code``, ``rows``, ``files``, ``message`` (of the first row)."""
        found = self.errors
        grouped = found.groupby("code", sort=False).agg(
            rows=("line", "size"),
            files=("file", lambda names: ", ".join(dict.fromkeys(names))),
            message=("message", "first"),
        )
        return grouped.reset_index().sort_values(["rows", "code"], ascending=[False, True], ignore_index=True)

    def chart(self) -> Any:
        """What became of each file's rows, as an Altair chart."""
        return charts.actions_by_line(
            self.summary().rename(columns={"file": "line", "errors": "refused"}),
            "Rows by file: what a dry run would do" if self.dry_run else "Rows by file: what the upload did",
        )

    def save(self, folder: str | Path, *, excel: bool = False) -> None:
        """Copy the result files into a folder; with ``excel``, guardians as a workbook too, as Connect does (S4).

        They hold names. Lists of what Abandon disconnected, and of people removed from schools, go with them.

        Raises
        ------
        SettingError
            For a folder inside the delivery.
        OutputError
            When the folder cannot be written to, or a result file is gone.
        """
        target = self.plan.outside_delivery(folder)
        with replace_together(target, private=True) as new:
            for one in self.files:
                for path in (one.path, one.disconnected_path, *one.removed_lists):
                    if path is not None and path.resolve() != (target / path.name).resolve():
                        shutil.copyfile(path, new / path.name)
        for one in self.files if excel else ():
            if one.path is not None and one.file.kind == "guardians":
                schema, file = read_own_result(one.path, one.file.kind)
                write_sheet(target / f"{one.path.stem}.xlsx", schema, file)

    def __repr__(self) -> str:
        what = "dry run" if self.dry_run else "upload"
        state = "cancelled" if self.cancelled else "succeeded" if self.succeeded else "stopped"
        refused = sum(one.errors for one in self.files)
        rows = sum(one.rows for one in self.files)
        return f"UploadResult({what} on {self.target}: {state}, {rows:,} rows, {refused:,} refused)"

    def _repr_html_(self) -> str:
        head = f"<p>{html.escape(repr(self))}</p>"
        if self.stopped:
            head += f"<p>▲ {html.escape(self.stopped)}</p>"
        if self.disconnections:
            total = total_of(self.disconnections.values())
            head += f"<p>▲ Abandon disconnects {html.escape(total)}: {html.escape(by_school(self.disconnections))}</p>"
        if self.removals:
            words = removed_in_words(self.removals, dry_run=self.dry_run)
            head += f"<p>▲ {html.escape(words)}</p>"
        made = head + table_html(self.summary())
        if any(one.errors or one.outcome == "refused" for one in self.files):
            made += table_html(self.errors_by_cause(), "Refused, by cause", most=_SHOWN)
        return made


def _listed(lists: Sequence[tuple[str, Path | None]], columns: Sequence[str]) -> pd.DataFrame:
    """Lists beside result files, one after the other, with the name of the file that each belongs to."""
    import pandas as pd

    frames = [
        pd.read_csv(path, dtype=str, keep_default_na=False).assign(file=name)
        for name, path in lists
        if path is not None
    ]
    wanted = ["file", *columns]
    return pd.concat(frames, ignore_index=True)[wanted] if frames else pd.DataFrame(columns=wanted, dtype=str)


def _refused_rows(one: FileResult) -> pd.DataFrame:
    """Of one file, with the columns of :attr:`UploadResult.errors`."""
    import pandas as pd

    name, kind = one.file.name, one.file.kind
    if one.path is None or one.outcome == "refused":
        return pd.DataFrame([(name, kind, None, "", one.code, one.message)], columns=list(_COLUMNS))
    schema, file = read_own_result(one.path, kind)
    code, message = (quoted(file.answer[column]) for column in ("code", "message"))
    key = file.inputs.get(connect.FILES[kind].key)
    shown = f"coalesce({quoted(key)}, '')" if key else "''"
    found = schema.frame(
        f"SELECT _line AS line, {shown} AS \"sourcedId\", coalesce({code}, '') AS code, "
        f"coalesce({message}, '') AS message FROM {file.view} WHERE {quoted(file.answer['result'])} = 'ERROR' "
        "ORDER BY _line"
    )
    return found.assign(file=name, kind=kind)[list(_COLUMNS)]
