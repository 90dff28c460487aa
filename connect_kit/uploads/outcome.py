"""What came of a dry run or an upload."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.errors import OutputError
from connect_kit.uploads.values import ACTIONS

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.uploads.plan import UploadPlan
    from connect_kit.uploads.values import FileResult

_SHOWN = 10


@dataclass(frozen=True)
class UploadResult:
    """What came of a plan's files; :func:`upload` makes it.

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
        Whether somebody cancelled before the end; what had been sent before is there.
    stopped : str
        Why no further file was sent; blank where all were.
    folder : Path or None
        Where the result files lie.
    run : str
        Which carrying out of the plan; blank for a dry run.
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
        refused), ``seconds``.
        """
        import pandas as pd

        rows = []
        for one in self.files:
            counts = one.counts
            actions = [counts[action] for action in ACTIONS]
            rows.append((one.file.name, one.outcome, one.rows, *actions, one.errors, round(one.seconds, 2)))
        names = ["file", "outcome", "rows", *(action.lower() for action in ACTIONS), "errors", "seconds"]
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
        """Every refused row, without names; of a file refused as a whole one row without line.

        Columns: ``file``, ``kind``, ``line`` (of the prepared file), ``sourcedId``, ``code``, ``message``.
        """
        from connect_kit.uploads.result_rows import refused_rows

        return refused_rows(self.files)

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
        from connect_kit.display import charts

        return charts.actions_by_line(
            self.summary().rename(columns={"file": "line", "errors": "refused"}),
            "Rows by file: what a dry run would do" if self.dry_run else "Rows by file: what the upload did",
        )

    def save(self, folder: str | Path, *, excel: bool = False) -> None:
        """Copy the result files into a folder; with ``excel``, guardians as a workbook too, as Connect does (S4).

        They hold names.

        Raises
        ------
        OutputError
            When the folder cannot be written to, or a result file is gone.
        """
        target = Path(folder).expanduser()
        try:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in self._paths():
                if path.resolve() != (target / path.name).resolve():
                    (target / path.name).touch(mode=0o600)  # nobody else on this machine may read it
                    shutil.copyfile(path, target / path.name)
        except OSError as error:
            raise OutputError(
                f"{target}: the result files could not be copied there ({error.strerror or error}); make room, or name "
                "another folder"
            ) from error
        if excel:
            from connect_kit.uploads.result_rows import save_workbook

            for one in self.files:
                if one.path is not None and one.file.kind == "guardians":
                    save_workbook(one.path, target / f"{one.path.stem}.xlsx")

    def _paths(self) -> Iterator[Path]:
        return (one.path for one in self.files if one.path is not None)

    def __repr__(self) -> str:
        what = "dry run" if self.dry_run else "upload"
        state = "cancelled" if self.cancelled else "succeeded" if self.succeeded else "stopped"
        refused = sum(one.errors for one in self.files)
        rows = sum(one.rows for one in self.files)
        return f"UploadResult({what} on {self.target}: {state}, {rows:,} rows, {refused:,} refused)"

    def _repr_html_(self) -> str:
        import html

        from connect_kit.display.html import table_html

        head = f"<p>{html.escape(repr(self))}</p>"
        if self.stopped:
            head += f"<p>▲ {html.escape(self.stopped)}</p>"
        made = head + table_html(self.summary())
        if any(one.errors or one.outcome == "refused" for one in self.files):
            made += table_html(self.errors_by_cause(), "Refused, by cause", most=_SHOWN)
        return made
