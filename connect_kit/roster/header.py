"""What a header line says: which column is which, and what Connect would trip over.

Connect reads headers literally (S21). The kit reads what is meant, and reports each repair.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connect_kit import connect, oneroster
from connect_kit.engine.encoding import INVISIBLE
from connect_kit.roster.near_names import near_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_kit.connect import Level, Severity

_STRIPPED = " \t\r\n" + INVISIBLE
MOST_UNKNOWN = 50  # columns that are reported one by one
_MOST_COMPARED = 1_000  # columns
_TAKEN = ("_line", "_kind", "rowid")  # the tables' own names; a file's column of that name gets an underscore behind


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader noticed: one row of a finding that no suite can look for.

    ``line`` is None for what concerns a file as a whole; ``value`` is what the message shows.
    """

    code: str
    table: str
    file: str
    value: str
    line: int | None = None
    column: str | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """A header understood.

    Attributes
    ----------
    columns : tuple of str
        A name for every column: the standard's where it is known, the file's own otherwise.
    notices : tuple of Notice
        What is to be reported.
    readable : bool
        False when a repeated column or the lack of any known one refuses the file.
    missing : tuple of str
        Required columns that are absent.
    meant : mapping of str to str
        Columns that are absent, and the unknown one that each probably is.
    """

    columns: tuple[str, ...]
    notices: tuple[Notice, ...]
    readable: bool
    missing: tuple[str, ...]
    meant: Mapping[str, str] = field(default_factory=dict)


def known_columns(table: str) -> tuple[str, ...]:
    """Every column that the standard or Connect knows for a table, in order."""
    own = connect.FILES[table].columns if table in connect.FILES else ()
    names = (*oneroster.column_names(table), *own, *oneroster.LATER_COLUMNS.get(table, ()))
    return tuple(dict.fromkeys(names))


def required_columns(table: str, level: Level, *, roles_file: bool) -> tuple[str, ...]:
    """Columns without which a file of a table cannot be checked or uploaded.

    ``roles_file``: OneRoster 1.2, where users' roles and schools are in roles.csv.
    """
    if table not in connect.FILES:
        return tuple(column.name for column in oneroster.TABLES[table] if column.need == "required")
    file = connect.FILES[table]
    names = file.required + (file.district if level == "district" else ())
    return tuple(name for name in names if not (roles_file and table == "users" and name in ("role", "orgSourcedIds")))


def read_header(table: str, file: str, written: Iterable[str], level: Level, *, roles_file: bool = False) -> Header:
    """Understand a header line."""
    notices: list[Notice] = []
    columns = []
    for position, text in enumerate(written, 1):
        name, alias = _meaning(table, text.replace("\0", "\\u0000"))  # which no name of a column may hold
        if alias:
            notices.append(Notice("header.alias", table, file, f"{_visible(text)} is read as {name}", 1, name))
        if not name:
            code = "student_attributes.columns.named" if table == "student_attributes" else "header.unknown_column"
            notices.append(Notice(code, table, file, f"column {position} has no name", 1))
            name = f"_unnamed_{position}"
        columns.append(f"{name}_" if name.casefold() in _TAKEN else name)
    repeated = _repeated(columns)
    severity: Severity | None = None if table in connect.FILES else "warning"
    notices += [Notice("header.repeated_column", table, file, name, 1, name, severity) for name in repeated]
    known = known_columns(table)
    roles_file = roles_file and not {"role", "orgSourcedIds"} <= set(columns)
    missing = tuple(name for name in required_columns(table, level, roles_file=roles_file) if name not in columns)
    readable = not repeated and any(name in known for name in columns)
    near = {} if repeated else _near(table, columns, known)
    meant = {column: name for name, column in near.items()}
    if not repeated:
        notices += [
            Notice("header.missing_column", table, file, _with_hint(name, meant.get(name)), 1, name, severity)
            for name in missing
        ]
        if table == "guardians" and not set(connect.GUARDIAN_CONTACTS) & set(columns):
            notices.append(Notice("header.missing_column", table, file, "column email or sms is absent", 1))
    if readable:
        notices += _notices_of_columns(table, file, columns, known, missing, near)
    return Header(tuple(columns), tuple(notices), readable, missing, meant)


def _near(table: str, columns: list[str], known: tuple[str, ...]) -> dict[str, str]:
    """The absent column that an unknown one probably is, where that is certain."""
    unknown = [name for name in columns if name not in known and not name.startswith(("_unnamed_", "metadata."))]
    absent = [name for name in known if name not in columns]
    return near_columns(table, unknown, absent) if unknown and len(columns) <= _MOST_COMPARED else {}


def _with_hint(name: str, written: str | None) -> str:
    absent = f"column {name} is absent"
    return f"{absent}; {_visible(written)} is probably it: rename it" if written else absent


def _notices_of_columns(
    table: str,
    file: str,
    columns: list[str],
    known: tuple[str, ...],
    missing: tuple[str, ...],
    near: Mapping[str, str],
) -> list[Notice]:
    found: list[Notice] = []
    if table == "student_attributes":
        words = "|".join(word + ("(?![a-z])" if len(word) <= 4 else "") for word in connect.SENSITIVE_WORDS)
        pattern = re.compile(rf"(?:^|[\W_])(?:{words})", re.IGNORECASE)
        return [
            Notice("student_attributes.sensitive", table, file, name, 1, name)
            for name in columns
            if name != "studentSourcedId" and pattern.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
        ]
    wanted = connect.FILES[table].columns if table in connect.FILES else ()
    unknown = [name for name in columns if name not in known and not name.startswith(("_unnamed_", "metadata."))]
    if len(unknown) > MOST_UNKNOWN:
        value = f"{len(unknown):,} columns are not of the standard: {', '.join(unknown[:5])} and so on"
        found.append(Notice("header.unknown_column", table, file, value, 1))
        unknown = [name for name in unknown if name in near]
    for name in unknown:
        value, meant = f"{name} is not a column of the standard", near.get(name)
        if meant:
            value += f"; it is probably {meant}: rename it"
        # Connect ignores a column by that name, and what it holds; a required one is critical by itself.
        lost = meant in wanted and meant not in missing
        found.append(Notice("header.unknown_column", table, file, value, 1, name, "warning" if lost else None))
    if wanted:
        unused = [name for name in columns if name in known and name not in wanted]
        if unused:
            found.append(Notice("header.not_asked_for", table, file, ", ".join(unused), 1))
    order = [name for name in known if name in columns]
    if [name for name in columns if name in known] != order:
        found.append(Notice("header.order", table, file, ", ".join(order), 1))
    return found


def _meaning(table: str, text: str) -> tuple[str, bool]:
    """The column a written name means, and whether that took a repair."""
    name = text.strip(_STRIPPED)
    known = known_columns(table)
    if text in known or text in connect.ACCEPTED_NAMES.get(table, ()):
        exact = connect.ALIASES.get(table, {}).get(text.casefold(), text) if text not in known else text
        return exact, False
    key = "".join(character for character in name if character not in _STRIPPED).casefold()
    by_key = {column.casefold(): column for column in known}
    by_key |= {k: v for k, v in connect.ALIASES[""].items() if v in known} | dict(connect.ALIASES.get(table, {}))
    if key in by_key:
        return by_key[key], True
    return name, name != text and bool(name)


def _repeated(columns: list[str]) -> list[str]:
    counts: dict[str, int] = {}
    for name in columns:
        counts[name.casefold()] = counts.get(name.casefold(), 0) + 1
    return list(dict.fromkeys(name for name in columns if counts[name.casefold()] > 1))


def _visible(text: str) -> str:
    shown = "".join(c if c.isprintable() and c not in INVISIBLE else f"\\u{ord(c):04x}" for c in text)
    return f"'{shown}'"
