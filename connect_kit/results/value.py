"""What Connect said about an upload, row by row, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.display.bars import Bar, bar_chart
from connect_kit.display.formulas import without_formulas
from connect_kit.display.html import table_html
from connect_kit.display.look import SYMBOLS, counted
from connect_kit.engine.files import replace_together
from connect_kit.engine.places import outside
from connect_kit.results.causes import causes, corrections, incomplete, rows_of
from connect_kit.results.data import SURPRISES, ResultsData
from connect_kit.results.disconnecting import TAKEN_AWAY, children_removed, disconnected, staff_removed
from connect_kit.results.support import asks, support_message

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Results(ResultsData):
    """What Connect said about an upload.

    Attributes
    ----------
    received : tuple of Received
        The result files.
    missing : tuple of UploadFile
        Files that were sent, and whose result is missing here.
    ignored : tuple of Path
        Files of the folder that are not result files.
    planned : bool
        Whether it is known what was sent.
    schema : Schema
        Holds every row as table ``rows``.
    """

    causes = causes
    disconnected = disconnected
    staff_removed = staff_removed
    children_removed = children_removed
    rows_of = rows_of
    corrections = corrections
    incomplete = incomplete
    support_message = support_message

    def chart(self) -> alt.LayerChart:
        """Rows of each file: succeeded, refused, and other than forecast."""
        bars = []
        for row in self.summary().to_dict("records"):
            words = counted(row["rows"], "row") + (f", {row['note']}" if not row["rows"] else "")
            bars.append(Bar(str(row["file"]), "read", text=words, heading=True))
            other = sum(row[verdict.replace(" ", "_")] for verdict in SURPRISES)
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

        The message is written where there is something to ask: a row has an error, or is missing or foreign.
        disconnected.csv is written too where a file was sent with Abandon and disconnected somebody, and
        staff-removed.csv where staff, and children-removed.csv where children of several schools were removed from one.

        These are for people: a text that a spreadsheet would run as a formula has an apostrophe before it.

        Raises
        ------
        SettingError
            For a folder inside the delivery of the plan that was sent.
        OutputError
            When they cannot be written; files that were there before are unchanged.
        """
        target, message = outside(folder, "the delivery", self.delivery), "support-message.txt"
        with replace_together(target) as new:
            for name, frame in (
                ("results.csv", self.table()),
                ("corrections.csv", self.corrections()),
                *self.lists().items(),
            ):
                without_formulas(frame).to_csv(new / name, index=False, lineterminator="\r\n")
            if asks(self):
                (new / message).write_text(self.support_message(), encoding="utf-8")
        if not asks(self):
            (target / message).unlink(missing_ok=True)  # of results that were saved here before

    def lists(self) -> dict[str, pd.DataFrame]:
        """The tables of whom the upload took away, by the names of their files; those that are empty are left out."""
        found = {
            "disconnected.csv": self.disconnected(),
            "staff-removed.csv": self.staff_removed(),
            "children-removed.csv": self.children_removed(),
        }
        return {name: frame for name, frame in found.items() if len(frame)}

    def taken_away(self) -> dict[str, str]:
        """The same in words, by the names of their files: how many there are of each verdict."""
        return {
            name: ", ".join(f"{count:,} {verdict}" for verdict, count in frame["verdict"].value_counts().items())
            for name, frame in self.lists().items()
        }

    def __repr__(self) -> str:
        bad = self.count("result <> 'SUCCESS'")
        return f"Results({counted(len(self.received), 'file')}, {counted(len(self), 'row')}, {counted(bad, 'error')})"

    def _repr_html_(self) -> str:
        head = "".join(f"<p>▲ {TAKEN_AWAY[name]}: {counts}</p>" for name, counts in self.taken_away().items())
        return (
            head
            + table_html(self.summary(), "What Connect said")
            + table_html(self.causes(), "Errors by cause", most=10)
        )
