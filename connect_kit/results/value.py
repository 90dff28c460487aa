"""What Connect said of an upload, row by row, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.engine import quoted
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

    from connect_kit.engine import Schema
    from connect_kit.results.files import ResultFile
    from connect_kit.uploads.values import UploadFile

#: Columns of results.csv.
COLUMNS = (
    "kind", "file", "line", "sourcedId", "second_id", "result", "action", "code", "message", "forecast_result",
    "forecast_action", "verdict", "note",
)  # fmt: skip
VERDICTS = ("as forecast", "other action", "better", "worse", "not in result", "not sent", "no forecast")
#: Verdicts that are not what was forecast.
SURPRISES = ("other action", "better", "worse", "not in result", "not sent")


@dataclass(frozen=True, slots=True)
class Received:
    """A result file and what it is the result of.

    Attributes
    ----------
    place : int
        Of its rows in the table ``rows``.
    file : ResultFile
    sent : UploadFile or None
    forecast : bool
        Whether its rows were forecast.
    by_zeros : bool
        Whether a spreadsheet dropped leading zeros of its IDs, so that rows were found again without them.
    """

    place: int
    file: ResultFile
    sent: UploadFile | None
    forecast: bool
    by_zeros: bool

    @property
    def label(self) -> str:
        """What was sent, as people call it; the result file's own name where that is not known."""
        return label(self.sent) if self.sent else self.file.path.name


def label(file: UploadFile) -> str:
    """``users.csv``, at school level with the school before it."""
    return f"{file.school}/{file.path.name}" if file.school else file.path.name


@dataclass(frozen=True, eq=False)
class Results:
    """What Connect said of an upload.

    Attributes
    ----------
    received : tuple of Received
        The result files.
    missing : tuple of UploadFile
        Files that were sent, and of which there is no result here.
    ignored : tuple of Path
        Files of the folder that are no result files.
    planned : bool
        Whether it is known what was sent.
    schema : Schema
        Holds every row as table ``rows``.
    """

    schema: Schema = field(repr=False)
    received: tuple[Received, ...]
    missing: tuple[UploadFile, ...] = ()
    ignored: tuple[Path, ...] = ()
    planned: bool = False

    def __post_init__(self) -> None:
        self.schema.execute("CREATE OR REPLACE TABLE files (place INTEGER, kind VARCHAR, file VARCHAR)")
        for one in self.received:
            self.schema.execute("INSERT INTO files VALUES (?, ?, ?)", [one.place, one.file.kind, one.label])

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
        """Rows that did not end as forecast, with the columns of :meth:`table`; the graver first."""
        listed = ", ".join(
            f"'{verdict}'" for verdict in ("worse", "not in result", "not sent", "other action", "better")
        )
        return self.where(f"verdict IN ({listed})", order=f"list_position([{listed}], verdict), ")

    def causes(self) -> pd.DataFrame:
        """Errors by cause, the most frequent first.

        Columns: ``kind``, ``cause`` (the rule's title, or Connect's text without IDs and numbers), ``code``, ``count``,
        ``first`` (line and ID of the first three), ``remedy``, ``source``.
        """
        from connect_kit.results.causes import causes

        return causes(self)

    def rows_of(self, cause: int) -> pd.DataFrame:
        """The rows of a cause, by its place in :meth:`causes` (from 0), with the columns of :meth:`table`."""
        from connect_kit.results.causes import rows_of

        return rows_of(self, cause)

    def corrections(self) -> pd.DataFrame:
        """What the district has to mend.

        Columns: ``file``, ``line``, ``sourcedId``, ``second_id``, ``column``, ``wrong``, ``todo``. Errors, and rows
        that succeeded in part only, as a student whose guardian Connect does not know. IDs only.
        """
        from connect_kit.results.causes import corrections

        return corrections(self)

    def support_message(self) -> str:
        """A message to SchoolStatus support about the errors: counts, causes, IDs; never names."""
        from connect_kit.results.support import support_message

        return support_message(self)

    def received_rows(self, file: str) -> pd.DataFrame:
        """A result file as it came, columns that the kit does not know included. Holds names.

        Parameters
        ----------
        file : str
            As in :meth:`summary`: what was sent, or the name of the result file.
        """
        for one in self.received:
            if file in (one.label, one.file.path.name):
                columns = ", ".join(map(quoted, one.file.table.columns))
                view = quoted(f"_all_{one.file.table.name}")
                return self.schema.frame(f"SELECT {columns} FROM {view} ORDER BY _line")
        known = ", ".join(one.label for one in self.received)
        raise SettingError(f"{file!r} is none of the files here; expected one of {known}")

    def summary(self) -> pd.DataFrame:
        """One row a file.

        Columns: ``file``, ``kind``, ``result_file``, ``rows`` (in the result), ``success``, ``errors``, the numbers of
        rows by verdict (``as_forecast``, ``other_action``, ``better``, ``worse``, ``not_in_result``, ``not_sent``),
        ``note``.
        """
        import pandas as pd

        by_verdict = ", ".join(
            f"count(r.place) FILTER (verdict = '{verdict}') AS {verdict.replace(' ', '_')}" for verdict in VERDICTS[:-1]
        )
        told = self.schema.frame(
            "SELECT f.place, f.file, f.kind, '' AS result_file, count(result) AS rows, "
            "count(result) FILTER (result = 'SUCCESS') AS success, "
            "count(result) FILTER (result <> 'SUCCESS') AS errors, "
            f"{by_verdict}, '' AS note FROM files AS f LEFT JOIN rows AS r ON r.place = f.place GROUP BY ALL "
            "ORDER BY f.place"
        ).set_index("place")
        told[["result_file", "note"]] = [(one.file.path.name, self._note(one)) for one in self.received]
        gone = [(label(file), file.kind, "", *[0] * (len(told.columns) - 4), "no result file") for file in self.missing]
        more = pd.DataFrame(gone, columns=told.columns)
        return pd.concat([told, more], ignore_index=True) if len(more) else told.reset_index(drop=True)

    def _note(self, one: Received) -> str:
        notes = []
        if one.file.table.refused:
            lines = ", ".join(str(line) for line, _ in one.file.table.refused[:5])
            notes.append(f"{len(one.file.table.refused):,} lines of the result file are no record (line {lines})")
        if one.by_zeros:
            notes.append("a spreadsheet dropped leading zeros of its IDs; rows were found again without them")
        if self.planned and not one.forecast:
            notes.append("no forecast: rehearse the plan to compare")
        return "; ".join(notes)

    def chart(self) -> alt.LayerChart:
        """Rows of each file: succeeded, refused, and other than forecast."""
        from connect_kit.display.bars import Bar, bar_chart
        from connect_kit.display.look import SYMBOLS

        bars = []
        for row in self.summary().to_dict("records"):
            bars.append(
                Bar(
                    str(row["file"]),
                    "read",
                    text=f"{row['rows']:,} rows" + (f", {row['note']}" if not row["rows"] else ""),
                    heading=True,
                )
            )
            other = sum(row[name] for name in ("other_action", "better", "worse", "not_in_result", "not_sent"))
            for name, kind, count in (
                (f"{SYMBOLS['good']} success", "good", row["success"]),
                (f"{SYMBOLS['critical']} error", "critical", row["errors"]),
                (f"{SYMBOLS['warning']} other than forecast", "warning", other),
            ):
                if count:
                    bars.append(Bar(name, kind, count, f"{count:,}"))
        return bar_chart("What Connect said, by file", bars)

    def save(self, folder: str | Path) -> None:
        """Write results.csv, corrections.csv and support-message.txt into a folder; IDs only.

        corrections.csv is for people: a text that a spreadsheet would run as a formula has an apostrophe before it.

        Raises
        ------
        OutputError
            When they cannot be written; what stood there before is as it was.
        """
        from connect_kit.display.excel import without_formulas
        from connect_kit.engine.files import atomic_write, ensure_folder

        target = ensure_folder(folder)
        with atomic_write(target / "results.csv") as beside:
            self.table().to_csv(beside, index=False, lineterminator="\r\n")
        with atomic_write(target / "corrections.csv") as beside:
            without_formulas(self.corrections()).to_csv(beside, index=False, lineterminator="\r\n")
        with atomic_write(target / "support-message.txt") as beside:
            beside.write_text(self.support_message(), encoding="utf-8")

    def where(self, condition: str = "true", parameters: Sequence[Any] = (), *, order: str = "") -> pd.DataFrame:
        """Rows that an SQL condition holds of, with the columns of :meth:`table`."""
        columns = ", ".join(map(quoted, COLUMNS))
        return self.schema.frame(
            f"SELECT {columns} FROM rows JOIN files USING (place) WHERE {condition} ORDER BY {order}place, line, n",
            parameters,
        )

    def count(self, where: str) -> int:
        """Rows that an SQL condition holds of."""
        return int(self.schema.execute(f"SELECT count(*) FROM rows WHERE {where}")[0][0])

    def __len__(self) -> int:
        return self.count("result IS NOT NULL")

    def __repr__(self) -> str:
        bad = self.count("result <> 'SUCCESS'")
        return f"Results({len(self.received)} files, {len(self):,} rows, {bad:,} errors)"

    def _repr_html_(self) -> str:
        from connect_kit.display.html import table_html

        return table_html(self.summary(), "What Connect said") + table_html(self.causes(), "Errors by cause", most=10)
