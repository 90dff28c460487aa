"""The rows of result files beside what was sent and forecast: the fields of :class:`Results`, and its plain tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.engine import quoted
from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from connect_kit.engine import Schema
    from connect_kit.uploads.result_files import TextFile
    from connect_kit.uploads.values import UploadFile

#: Columns of results.csv.
COLUMNS = (
    "kind", "file", "line", "sourcedId", "second_id", "result", "action", "code", "message", "forecast_result",
    "forecast_action", "verdict", "note",
)  # fmt: skip
#: Verdicts that are not what was forecast, the most serious first.
SURPRISES = ("worse", "not in result", "not sent", "other action", "better")
#: Makes the table that holds every row.
ROWS = """CREATE TABLE rows (place INTEGER, n BIGINT, line BIGINT, result_line BIGINT, "sourcedId" VARCHAR,
    second_id VARCHAR, result VARCHAR, action VARCHAR, code VARCHAR, message VARCHAR, forecast_result VARCHAR,
    forecast_action VARCHAR, forecast_code VARCHAR, verdict VARCHAR, note VARCHAR)"""


@dataclass(frozen=True, slots=True)
class Received:
    """A result file and what it is the result of.

    Attributes
    ----------
    place : int
        Of its rows in the table ``rows``.
    file : TextFile
    sent : UploadFile or None
    forecast : bool
        Whether its rows were forecast.
    by_zeros : bool
        Whether a spreadsheet dropped leading zeros of its IDs, so that rows were found again without them.
    """

    place: int
    file: TextFile
    sent: UploadFile | None
    forecast: bool
    by_zeros: bool

    @property
    def name(self) -> str:
        """What was sent, as it is called everywhere; the result file's own name where that is not known."""
        return self.sent.name if self.sent else self.file.path.name


@dataclass(frozen=True, eq=False)
class ResultsData:
    """The fields of results; see :class:`Results`."""

    schema: Schema = field(repr=False)
    received: tuple[Received, ...]
    missing: tuple[UploadFile, ...] = ()
    ignored: tuple[Path, ...] = ()
    planned: bool = False
    delivery: Path | None = None

    def __post_init__(self) -> None:
        columns = "place INT, file TEXT, kind TEXT, result_file TEXT, remark TEXT"
        self.schema.execute(f"CREATE OR REPLACE TABLE files ({columns})")
        files = [(one.place, one.name, one.file.kind, one.file.path.name, self._remark(one)) for one in self.received]
        files += [
            (len(files) + number, one.name, one.kind, "", "no result file") for number, one in enumerate(self.missing)
        ]
        for row in files:
            self.schema.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", row)

    def _remark(self, one: Received) -> str:
        notes = []
        if one.file.refused:
            lines = ", ".join(str(line) for line, _ in one.file.refused[:5])
            notes.append(f"{len(one.file.refused):,} lines of the result file cannot be read (line {lines})")
        if one.by_zeros:
            notes.append("a spreadsheet dropped leading zeros of its IDs; rows were found again without them")
        if self.planned and not one.forecast:
            notes.append("no forecast: make a dry run of the plan to compare")
        return "; ".join(notes)

    def where(self, condition: str = "true", parameters: Sequence[Any] = (), *, order: str = "") -> pd.DataFrame:
        """Rows for which an SQL condition holds, with the columns of :meth:`table`."""
        columns = ", ".join(map(quoted, COLUMNS))
        return self.schema.frame(
            f"SELECT {columns} FROM rows JOIN files USING (place) WHERE {condition} ORDER BY {order}place, line, n",
            parameters,
        )

    def count(self, condition: str) -> int:
        """How many rows an SQL condition holds for."""
        return int(self.schema.execute(f"SELECT count(*) FROM rows WHERE {condition}")[0][0])

    def __len__(self) -> int:
        return self.count("result IS NOT NULL")

    def table(self) -> pd.DataFrame:
        """Every row, as in results.csv: IDs only, no names.

        Columns: ``kind``, ``file`` and ``line`` (of what was sent), ``sourcedId`` (of the person, class or student),
        ``second_id`` (the class of an enrollment, the guardian of a student, the school of a class), ``result``
        (``SUCCESS``, ``ERROR`` or what else Connect wrote), ``action``, ``code``, ``message`` (names, addresses and
        numbers of its row left out), ``forecast_result``, ``forecast_action``, ``verdict`` (``as forecast``,
        ``other action``, ``better``, ``worse``, ``not in result``, ``not sent``, ``no forecast``), ``note``.
        """
        return self.where()

    @property
    def errors(self) -> pd.DataFrame:
        """Rows without success, with the columns of :meth:`table`."""
        return self.where("result <> 'SUCCESS'")

    def differences(self) -> pd.DataFrame:
        """Rows that did not end as forecast, with the columns of :meth:`table`; the most serious first."""
        return self.where(f"verdict IN {SURPRISES}", order=f"list_position({list(SURPRISES)}, verdict), ")

    @checked()
    def received_rows(self, file: str) -> pd.DataFrame:
        """A result file as it came, with columns that the kit does not know. Holds names.

        Parameters
        ----------
        file : str
            As in :meth:`summary`: what was sent, or the name of the result file.
        """
        for one in self.received:
            if file in (one.name, one.file.path.name):
                columns = ", ".join(map(quoted, one.file.columns))
                return self.schema.frame(f"SELECT {columns} FROM {one.file.view} ORDER BY _line")
        known = ", ".join(one.name for one in self.received)
        raise SettingError(f"{file!r} is none of the files here; expected one of {known}")

    def summary(self) -> pd.DataFrame:
        """One row a file.

        Columns: ``file``, ``kind``, ``result_file``, ``rows`` (in the result), ``success``, ``errors``, the numbers of
        rows by verdict (``as_forecast``, ``other_action``, ``better``, ``worse``, ``not_in_result``, ``not_sent``),
        ``note``.
        """
        by_verdict = ", ".join(
            f"count(*) FILTER (verdict = '{verdict}') AS {verdict.replace(' ', '_')}"
            for verdict in ("as forecast", "other action", "better", "worse", "not in result", "not sent")
        )
        return self.schema.frame(
            "SELECT file, kind, result_file, count(result) AS rows, "
            "count(result) FILTER (result = 'SUCCESS') AS success, "
            f"count(result) FILTER (result <> 'SUCCESS') AS errors, {by_verdict}, remark AS note "
            "FROM files LEFT JOIN rows USING (place) GROUP BY place, file, kind, result_file, remark ORDER BY place"
        )
