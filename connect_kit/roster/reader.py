"""Reading a delivery into a roster: every table, every line, every repair reported."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit import connect
from connect_kit.engine import default_engine, load_csv
from connect_kit.engine.arguments import checked
from connect_kit.engine.csv_lines import refused_table
from connect_kit.engine.csv_load import CsvSource, open_csv
from connect_kit.engine.encoding import foreign_kind
from connect_kit.engine.progress import progress_bar
from connect_kit.engine.scratch import scratch_folder
from connect_kit.errors import DeliveryError
from connect_kit.roster import tables
from connect_kit.roster.delivery import Delivery, open_delivery
from connect_kit.roster.header import Header, Notice, known_columns, read_header
from connect_kit.roster.headless import headless_notice, is_headless
from connect_kit.roster.manifest import read_manifest
from connect_kit.roster.near_names import delivery_tables, near_files, rename_words
from connect_kit.roster.remarks import records_above, remarks, tidy_rules
from connect_kit.roster.roles import one_cause
from connect_kit.roster.tables import Table
from connect_kit.roster.value import Roster

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_kit.connect import Level
    from connect_kit.engine import DuckDBEngine, Schema

_BLANK = b" \t\r\n\xef\xbb\xbf"
_BLANK_TO = 1024**2  # bytes; more of them are not an export that merely lacks its rows
#: Columns of a file. Each one of them is looked at and reported.
MOST_COLUMNS = 1_000
_ABOVE = "it stands above the header, although it looks like a row"
_MARKS = {";": "semicolon", "\t": "tab", "|": "vertical bar"}
_UNDECODABLE = (
    "its bytes are not text in any accepted encoding{}; open it in the program that it comes from and save it as CSV "
    "UTF-8, or choose UTF-8 when exporting"
)
_BAR_FROM = 64 * 1024**2  # bytes; smaller deliveries are read before a bar could be of use


@checked(paths=False)
def read_roster(
    path: str | Path,
    *,
    level: Level = "district",
    engine: DuckDBEngine | None = None,
    progress: bool | None = None,
) -> Roster:
    """Read a delivery: a folder or ZIP of OneRoster-style CSV files.

    Every value stays text; IDs keep leading zeros, case and blanks. What had to be repaired or could not be read is
    kept and becomes a finding of :func:`connect_kit.check_roster`. The files themselves are never written to.

    Parameters
    ----------
    path : str or Path
        Folder, or ZIP with the files in its root or in one folder.
    level : {"district", "school"}
        Whether the files hold several schools (School IDs needed) or one.
    engine : DuckDBEngine, optional
        Where the tables live; the process's own in-memory engine when left out.
    progress : bool, optional
        Show a progress bar; for large deliveries by default.

    Returns
    -------
    Roster

    Raises
    ------
    DeliveryError
        When the delivery cannot be read at all.
    SettingError
        For an unknown level.
    OutputError
        When temporary files find no room.
    """
    started = time.perf_counter()
    schema = (engine or default_engine()).new_schema("roster")
    tables.create_notes(schema)
    with scratch_folder() as scratch:
        delivery = open_delivery(path, Path(scratch))
        shown = delivery.size > _BAR_FROM if progress is None else progress
        # Each byte counts twice: looked at, and loaded.
        with progress_bar(shown, "Reading the delivery", total=2 * delivery.size, unit="B") as advance:
            reading = _Reading(delivery, schema, level, Path(scratch), advance)
            reading.run()
    if not reading.loaded:
        reasons = "; ".join(f"{delivery.names[table]}: {why}" for table, why in reading.unreadable.items())
        raise DeliveryError(f"{delivery.path}: none of its files can be read ({reasons or 'there is only a manifest'})")
    tables.add_notes(schema, reading.notices)
    info = tables.build(schema, reading.loaded, roles_file=reading.roles_file)
    return Roster(
        schema=schema,
        level=level,
        path=delivery.path,
        info=info,
        unreadable=reading.unreadable,
        version=reading.version,
        seconds=time.perf_counter() - started,
    )


@dataclass
class _Reading:
    """The state of one reading."""

    delivery: Delivery
    schema: Schema
    level: Level
    scratch: Path
    progress: Callable[[int], None]
    notices: list[Notice] = field(default_factory=list)
    loaded: dict[str, Table] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    version: str | None = None
    deltas: frozenset[str] = frozenset()
    roles_file: bool = False

    def run(self) -> None:
        delivered = {Path(name).stem.casefold() for name in (*self.delivery.names.values(), *self.delivery.others)}
        manifest = read_manifest(self.delivery.manifest, delivered)
        self.version, self.deltas = manifest.version, manifest.deltas
        self.notices += manifest.notices
        self._files()
        found = self.delivery.tables
        for table in sorted(found, key=lambda name: name != "roles"):  # users' header is judged by what roles.csv holds
            self._read(table, found[table])
            self.roles_file = (table == "roles" and tables.holds_roles(self.loaded)) or self.roles_file
        if "users" in self.loaded and not self.roles_file:
            self.notices = one_cause(
                self.notices,
                self.loaded["users"].columns,
                version=self.version,
                delivered=self.delivery.names.get("roles", ""),
                why=self.unreadable.get("roles", ""),
            )
        self.loaded = {table: self.loaded[table] for table in found if table in self.loaded}
        users = self.loaded.get("users")
        if self.version == "1.2" or (self.roles_file and users and "role" not in users.columns):
            self._count_roles()

    def _count_roles(self) -> None:
        """What is wrong with roles.csv is as grave as in users.csv, whose roles and schools it holds."""
        graver = {"file.undecodable", "header.none", "header.too_many", "header.repeated_column"}
        self.notices = [
            replace(note, severity=None) if note.table == "roles" and note.code in graver else note
            for note in self.notices
        ]
        self.schema.execute("UPDATE _notices SET severity = NULL WHERE tbl = 'roles' AND code = 'file.malformed_line'")

    def _files(self) -> None:
        delivered, others = self.delivery.names, self.delivery.others
        near = near_files(others, [table for table in delivery_tables() if table not in delivered])
        meant = {table: name for name, table in near.items()}
        for table, file in connect.FILES.items():
            if file.needed and table not in delivered:
                value = f"{table}.csv is missing"
                if name := meant.get(table):
                    value += f"; {name} is probably it: {rename_words(name, table)}"
                # A delivery of changes holds the files that have changed.
                severity = "info" if self.deltas else None
                self.notices.append(Notice("file.missing", table, f"{table}.csv", value, severity=severity))
        for table, name in delivered.items():
            if name != f"{table}.csv":
                self.notices.append(Notice("file.name", table, name, f"{name} is read as {table}.csv"))
            if table not in connect.FILES:
                self.notices.append(Notice("delivery.extra_file", table, name, name))
        for name in others:
            table = near.get(name, "")
            value = f"{name} (probably {table}.csv: {rename_words(name, table)})" if table else name
            self.notices.append(Notice("delivery.extra_file", "delivery", name, value))

    def _read(self, table: str, path: Path) -> None:
        name = self.delivery.names[table]
        size = path.stat().st_size
        if foreign := foreign_kind(path):
            self._refuse(table, "file.undecodable", f"it is {foreign}")
            return
        source = open_csv(path, self.scratch, known_columns(table), self.progress, titles=True)
        if source.original.encoding is None:
            where = "".join(f" (first on line {line}: byte {byte})" for line, byte in source.original.faults)
            self._refuse(table, "file.undecodable", _UNDECODABLE.format(where))
            return
        if size == 0 or (not source.header and size < _BLANK_TO and not source.path.read_bytes().strip(_BLANK)):
            self._refuse(table, "file.empty", "it is empty", needed_only=True)
            return
        if not source.header:
            self._refuse(table, "file.undecodable", "its first line is not the header of a CSV file")
            return
        if len(source.header) == 1 and len({*re.split("[,;\t|]", source.header[0])} & {*known_columns(table)}) > 1:
            self._refuse(
                table, "file.undecodable", "each of its lines stands in quotes as a whole; export it without them"
            )
            return
        if source.original.label not in ("ASCII", "UTF-8"):
            if not source.original.faults:
                self.notices.append(Notice("file.encoding", table, name, source.original.label))
            for line, odd in source.original.faults:
                self.notices.append(Notice("file.encoding", table, name, f"UTF-8 but for the bytes {odd}", line))
        if source.delimiter != ",":
            self.notices.append(Notice("file.delimiter", table, name, _MARKS[source.delimiter], 1))
        if len(source.header) > MOST_COLUMNS:
            why = f"it has {len(source.header):,} columns; a roster's file has at most {MOST_COLUMNS:,}"
            self._refuse(table, "header.too_many", why)
            return
        header = read_header(table, name, source.header, self.level, roles_file=self.roles_file)
        if is_headless(table, source.header, header):
            self.notices.append(replace(headless_notice(table, name, source), severity=tables.never_critical(table)))
            self.unreadable[table] = "it has no header"
            return
        if not header.readable:
            self._note(source, header)
            why = (
                "a column is repeated" if len(set(header.columns)) < len(header.columns) else "no column of it is known"
            )
            self.unreadable[table] = why
            return
        self._load(table, source, header)

    def _load(self, table: str, source: CsvSource, header: Header) -> None:
        """Load a file whose header is understood, and note what is to be reported of it."""
        name = self.delivery.names[table]
        rules = tidy_rules(table, source, header, self.level, roles_file=self.roles_file)
        loaded = load_csv(self.schema, table, source, header.columns, rules)
        self.progress(source.original.size)
        if loaded.dropped:  # what has neither name nor value is no column
            written = source.header[: len(source.header) - loaded.dropped]
            header = read_header(table, name, written, self.level, roles_file=self.roles_file)
        self._note(source, header)
        records = records_above(source, rules)
        self.notices += remarks(table, name, source, loaded, records)
        above = [(line, "above", text) for line, text in source.above if (line, text) not in records]
        aside = [*above, *loaded.aside]
        tables.add_aside(self.schema, table, name, aside)
        tables.add_refused(self.schema, table, name, loaded.refused)
        tables.add_refused(self.schema, table, name, refused_table([(line, _ABOVE, text) for line, text in records]))
        refused = loaded.refused.num_rows + len(records)
        if loaded.rows == 0 and refused == 0:
            self._refuse(table, "file.empty", "it has a header but no rows", needed_only=True)
            return
        if loaded.rows == 0:
            self.unreadable[table] = f"none of its {refused:,} lines can be read"
            return
        self.loaded[table] = Table(name, header.columns, loaded.rows, refused, header.missing, len(aside), header.meant)
        odd = source.original.odd_characters or source.probe.odd_characters
        tables.clear_blank_fields(self.schema, table, name, header.columns, odd=odd)
        if odd:
            tables.note_odd_characters(self.schema, table, name, header.columns)

    def _note(self, source: CsvSource, header: Header) -> None:
        """What is to be reported of a header, at its line."""
        self.notices += [replace(note, line=source.header_line) for note in header.notices]

    def _refuse(self, table: str, code: str, why: str, *, needed_only: bool = False) -> None:
        severity = tables.never_critical(table)
        if needed_only and (severity or table in self.deltas):
            severity = "info"
        name = self.delivery.names[table]
        self.notices.append(Notice(code, table, name, why, severity=severity))
        if severity != "info" or table == "roles":  # an empty file that nobody needs is like none
            self.unreadable[table] = why
