"""The roster: the tables of a delivery once read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from connect_kit.display import charts
from connect_kit.display.html import table_html
from connect_kit.engine import literal, quoted
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import replace_together
from connect_kit.engine.places import outside
from connect_kit.errors import SettingError
from connect_kit.roster.frames import fields_from_frames
from connect_kit.roster.tables import ALL_TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from connect_kit.connect import Level
    from connect_kit.engine import DuckDBEngine, Schema


@dataclass(frozen=True, eq=False)
class Roster:
    """The tables of a delivery, as read and unchanged.

    ``roster.users``, ``roster.classes`` and so on are DataFrames of text whose index ``line`` is the physical line in
    the file. They are copies: edit one and pass it to :meth:`replace` for a new roster.

    Attributes
    ----------
    schema : Schema
        Where the tables live.
    level : {"district", "school"}
    path : Path or None
        The delivery; None for a roster made from DataFrames.
    info : mapping of str to Table
        What is known of each table that was read.
    unreadable : mapping of str to str
        Tables whose file could not be read, with the reason.
    version : str or None
        OneRoster version that manifest.csv declares.
    seconds : float
        Time the reading took.
    """

    schema: Schema = field(repr=False)
    level: Level
    path: Path | None
    info: Mapping[str, Table]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    seconds: float = 0.0

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that were read."""
        return tuple(self.info)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name not in ALL_TABLES:
            raise AttributeError(f"a roster has no {name!r}; its tables are {', '.join(self.info)}")
        if name not in self.info:
            why = self.unreadable.get(name)
            state = why.removeprefix("it ") if why and why.startswith("it ") else f"could not be read: {why}"
            state = state if why else "was not delivered"
            raise AttributeError(f"{name}.csv {state}; the tables are {', '.join(self.info)}")
        return self.frame(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.info]

    @checked()
    def frame(self, table: str) -> pd.DataFrame:
        """A table as delivered: text columns, index ``line``; missing values are NaN.

        Raises
        ------
        SettingError
            For a table that was not read.
        """
        if table not in self.info:
            raise SettingError(f"table is {table!r}; expected one of those that were read: {', '.join(self.info)}")
        columns = ", ".join(quoted(name) for name in self.info[table].columns)
        found = self.schema.frame(f"SELECT _line, {columns} FROM {quoted('_all_' + table)} ORDER BY _line")
        return found.set_index("_line").rename_axis("line")  # a file may have a column of that name

    @property
    def refused(self) -> pd.DataFrame:
        """Lines that cannot be read: ``file``, ``line``, ``reason``, ``raw`` text (holds names: do not pass it on)."""
        return self.schema.frame("SELECT file, line, reason, raw FROM _refused ORDER BY file, line")

    @property
    def aside(self) -> pd.DataFrame:
        """Lines that are not records and were set aside: ``file``, ``line``, ``kind`` and ``raw`` text.

        ``kind`` is ``above`` (above the header), ``header`` (the header once more), ``footer`` or ``blank`` (separators
        only). Rows read, lines refused and lines set aside are together all lines of a file that are not blank.
        """
        return self.schema.frame("SELECT file, line, kind, raw FROM _aside ORDER BY file, line")

    def replace(self, **frames: pd.DataFrame) -> Roster:
        """A new roster with some tables replaced, for instance ``roster.replace(users=edited)``.

        The index ``line`` of a frame is kept as the rows' line; another index is numbered from 2 on. What was noted of
        the other files stays noted, and a refused line stays refused until a frame has a row of that line.
        """
        return type(self)(**fields_from_frames(frames, self.level, self.schema.engine, before=self))

    @classmethod
    def from_frames(
        cls, frames: Mapping[str, pd.DataFrame], *, level: Level = "district", engine: DuckDBEngine | None = None
    ) -> Roster:
        """A roster from DataFrames, by table name. Values are taken as text; a missing value stays missing.

        Raises
        ------
        SettingError
            For a table that no roster has, or a column of numbers (a number has lost its leading zeros).
        """
        return cls(**fields_from_frames(frames, level, engine))

    def summary(self) -> pd.DataFrame:
        """One row per file: ``table``, ``file``, ``rows`` read, ``refused`` lines, ``columns``."""
        import pandas as pd

        rows = [(name, t.file, t.rows, t.refused, len(t.columns)) for name, t in self.info.items()]
        rows += [(name, f"{name}.csv", 0, 0, 0) for name in self.unreadable if name not in self.info]
        return pd.DataFrame(rows, columns=["table", "file", "rows", "refused", "columns"])

    def chart(self, kind: Literal["files", "roles"] = "files") -> Any:
        """How much was delivered, as an Altair chart.

        Parameters
        ----------
        kind : {"files", "roles"}
            Rows read and refused by file; or people by role as delivered, the most frequent first.

        Raises
        ------
        SettingError
            When there is no such chart, or no file that says roles.
        """
        if kind == "files":
            return charts.rows_by_file(self.summary())
        if kind != "roles":
            raise SettingError(f"there is no chart {kind!r}; expected 'files' or 'roles'")
        if "users" not in self.info or "role" not in self.info["users"].columns:
            raise SettingError("there is no chart 'roles': no file of this delivery says who has which role")
        counts = "SELECT role, count(*) AS people FROM _all_users GROUP BY role ORDER BY people DESC, role"
        return charts.people_by_role(self.schema.frame(counts))

    def save(self, folder: str | Path) -> None:
        """Write every table as CSV (UTF-8, columns as delivered) into a folder outside the delivery: all, or none.

        The files hold names: only their owner may read them.

        Raises
        ------
        SettingError
            For a folder inside the one that the roster was read from: originals are never written to.
        OutputError
            When they cannot be written; what was there before is unchanged.
        """
        with replace_together(outside(folder, "the delivery", self.path), private=True) as new:
            for name, table in self.info.items():
                chosen = f"SELECT {', '.join(map(quoted, table.columns))} FROM {quoted('_all_' + name)} ORDER BY _line"
                self.schema.execute(f"COPY ({chosen}) TO {literal(new / f'{name}.csv')} (HEADER)")

    def __len__(self) -> int:
        return sum(table.rows for table in self.info.values())

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {table.rows:,}" for name, table in self.info.items())
        return f"Roster({self.level} level: {sizes})"

    def _repr_html_(self) -> str:
        return f"<p>{self.level} level</p>" + table_html(self.summary())
