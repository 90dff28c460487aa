"""Reading a file as Connect reads it: literally (S21), every line kept; decision 16 says what refuses it as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit import connect
from connect_kit.connect import BLANKS
from connect_kit.engine import create_table, load_csv, quoted
from connect_kit.engine.csv_load import open_csv
from connect_kit.engine.encoding import chunks
from connect_kit.engine.room import is_full
from connect_kit.errors import PlanError
from connect_kit.uploads.values import digest_of

if TYPE_CHECKING:
    from connect_kit.engine import DuckDBEngine, Schema
    from connect_kit.engine.csv_load import CsvSource, LoadedFile
    from connect_kit.twin.values import Settings
    from connect_kit.uploads.values import UploadFile

#: Spellings of Connect's own articles (S1, S3), and decision 9's; any other column is unknown (S21).
ACCEPTED: Mapping[str, Mapping[str, str]] = {
    "users": {"sourceId": "sourcedId"},
    "classes": {"sourceId": "sourcedId", "schoolSourcedID": "schoolSourcedId"},
    "enrollments": {"schoolSourcedID": "schoolSourcedId"},
    "guardians": {"sourcedId": "guardianSourcedId"},
    "student_attributes": {"sourcedId": "studentSourcedId", "userSourcedId": "studentSourcedId"},
}
#: Columns that Connect does not ask for, but reads if they are there: student number (S14) and language (S18).
OPTIONAL_COLUMNS: Mapping[str, tuple[str, ...]] = {"users": ("identifier", "language")}
_BOM = "\ufeff"


@dataclass(frozen=True, eq=False)
class Given:
    """A file that was read.

    Its schema holds the view ``given`` (``_line`` and every column that is used, blanks as NULL, absent ones NULL), the
    values as they were written, and ``malformed`` (``line``, ``reason``) for lines that cannot be read.

    Attributes
    ----------
    file : UploadFile
    schema : Schema or None
        None where there is nothing to process.
    header : tuple of str
        As written.
    columns : tuple of str
        What the columns are called in the table of values.
    raw, place : str
        That table, and SQL of a row's physical line in it.
    rows, malformed : int
    refusal : tuple of str or None
        Code and message, where the file is refused as a whole.
    quotes : bool
        Whether there is a quote in the file; without one, no value holds a comma, a quote or a line break.
    """

    file: UploadFile
    schema: Schema | None = field(default=None, repr=False)
    header: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    raw: str = ""
    place: str = "_line"
    rows: int = 0
    malformed: int = 0
    refusal: tuple[str, str] | None = None
    quotes: bool = True

    def has(self, *columns: str) -> bool:
        """Whether the file holds one of these columns."""
        return any(column in self.columns for column in columns)

    @property
    def attributes(self) -> dict[str, str]:
        """student_attributes: name of an attribute to its column in the table of values."""
        pairs = zip(self.header, self.columns, strict=True)
        return {name: column for name, column in pairs if column.startswith("_other_") and name.strip()}


def load(engine: DuckDBEngine, file: UploadFile, settings: Settings, scratch: Path) -> Given:
    """Read a file into a schema of its own.

    Raises
    ------
    PlanError
        When the file cannot be read, or its bytes are no longer those that were planned.
    """
    if digest_of(file.path) != file.digest:
        raise PlanError(f"{file.path}: changed after it was planned; plan the upload again")
    name = file.path.name
    try:
        source = open_csv(file.path, scratch, connect.FILES[file.kind].columns)
    except OSError as error:
        if is_full(error):  # the disk for temporary files
            raise
        raise PlanError(f"{file.path}: cannot be read ({error.strerror or error}); prepare the files again") from error
    refused = _unreadable(source, name)
    if refused:
        return Given(file, refusal=refused)
    bom = source.original.encoding == "utf-8-sig"
    header = (_BOM + source.header[0], *source.header[1:]) if bom else source.header
    accepted = ACCEPTED[file.kind]
    used = (*connect.FILES[file.kind].columns, *OPTIONAL_COLUMNS.get(file.kind, ()))
    meant = [accepted.get(text, text) for text in header]
    refused = _header_refused(file, header, meant, settings, source.delimiter)
    if refused:
        return Given(file, header=header, refusal=refused)
    columns = tuple(text if text in used else f"_other_{i}" for i, text in enumerate(meant))
    schema = engine.new_schema("input")
    loaded = load_csv(schema, file.kind, source, columns)
    malformed = loaded.refused.num_rows
    if not loaded.rows and not malformed:
        return Given(file, header=header, refusal=("file.empty", f"{name} has a header and no rows; export it again"))
    raw, place = _keep(schema, file.kind, loaded)
    _view(schema, raw, place, columns, used, settings)
    quotes = any(b'"' in chunk for chunk in chunks(source.path))
    return Given(file, schema, header, columns, raw, place, loaded.rows + malformed, malformed, quotes=quotes)


def _unreadable(source: CsvSource, name: str) -> tuple[str, str] | None:
    if source.original.size == 0:
        return "file.empty", f"{name} is empty; export it again"
    if source.original.encoding not in ("utf-8", "utf-8-sig"):
        return "file.undecodable", f"{name} is read as {source.original.label}; expected ASCII or UTF-8: export it so"
    for line, odd in source.original.faults:
        return "file.undecodable", f"{name}, line {line}: the bytes {odd} are not UTF-8; export it as UTF-8"
    if not source.header:
        return "file.empty", f"{name} has no header; export it again"
    return None


def _header_refused(
    file: UploadFile, header: Sequence[str], meant: Sequence[str], settings: Settings, delimiter: str
) -> tuple[str, str] | None:
    """Why a header refuses its file, if it does."""
    name = file.path.name
    named = [text for text in meant if text.strip()]
    repeated = next((text for i, text in enumerate(named) if text in named[:i]), None)
    if repeated is not None:
        return "header.repeated_column", f"{name}: column {repeated} is repeated; keep one of them"
    wanted = connect.FILES[file.kind]
    required = [*wanted.required, *(wanted.district if file.level == "district" else ())]
    if file.kind == "users" and settings.student_id == "number":
        required.append("identifier")
    missing = [column for column in required if column not in meant]
    if file.kind == "guardians" and not set(connect.GUARDIAN_CONTACTS) & set(meant):
        missing.append("email or sms")
    if delimiter != "," and len(header) > 1:  # read literally, the whole line is one unknown name
        missing = missing or required
        why = "its fields are not separated by commas"
    elif header[0].startswith(_BOM):
        why = "a byte order mark hides the first one; export as UTF-8 without it"
    else:
        why = "headers are read literally; spell it exactly so"
    if missing:
        return "header.missing_column", f"{name}: column {missing[0]} is absent ({why})"
    return None


def _keep(schema: Schema, kind: str, loaded: LoadedFile) -> tuple[str, str]:
    """The table that holds the values, with the SQL of their lines, and beside it the lines that cannot be read."""
    create_table(schema, "malformed", loaded.refused.select(["line", "reason"]))
    if not schema.columns(f"_lines_{kind}"):  # the rows are in the order of their lines
        return f"_file_{kind}", "rowid + 2"
    schema.execute(f"CREATE TABLE raw AS SELECT * FROM {quoted('_all_' + kind)} ORDER BY _line")
    return "raw", "_line"


def _view(
    schema: Schema, raw: str, place: str, columns: Sequence[str], used: Sequence[str], settings: Settings
) -> None:
    """View ``given``: ``sms`` is the number that is a credential, ``phone`` the other, by the setting of S14."""
    # Text that begins with a blank sorts before '!': comparing first bytes spares trimming millions of values.
    tests = ", ".join(
        f"bool_or(CASE WHEN {quoted(c)} < '!' OR {quoted(c)} >= '\u00a0' THEN trim({quoted(c)}, '{BLANKS}') = '' "
        "ELSE false END)"
        for c in columns
    )
    blank = dict(zip(columns, schema.execute(f"SELECT {tests} FROM {raw}")[0], strict=True))
    swapped = {"sms": "phone", "phone": "sms"} if settings.phone_credential_column == "phone" else {}
    chosen = []
    for name in (*used, *(column for column in columns if column not in used)):
        column = swapped.get(name, name)
        if column not in columns:
            value = "NULL::VARCHAR"
        elif blank[column]:
            value = f"CASE WHEN trim({quoted(column)}, '{BLANKS}') <> '' THEN {quoted(column)} END"
        else:
            value = quoted(column)
        chosen.append(f"{value} AS {quoted(name)}")
    kind = f", {role_kind('role')} AS _kind" if "role" in columns else ""
    schema.execute(f"CREATE VIEW given AS SELECT {place} AS _line, {', '.join(chosen)}{kind} FROM {raw}")


def role_kind(column: str) -> str:
    """SQL of the kind of a role: student, guardian, teacher, administrator or unknown (S1)."""
    exact = " ".join(f"WHEN '{role}' THEN '{kind}'" for role, kind in connect.ROLE_KINDS.items())
    return f"CASE {column} {exact} ELSE CASE lower(trim({column}, '{BLANKS}')) {exact} ELSE 'unknown' END END"
