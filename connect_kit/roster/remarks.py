"""What a file holds besides its records, in words: one notice a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit import connect
from connect_kit.engine.csv_tidy import Tidy
from connect_kit.roster.header import Header, Notice, required_columns
from connect_kit.roster.tables import ID_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connect_kit.connect import Level
    from connect_kit.engine import LoadedFile
    from connect_kit.engine.csv_load import CsvSource

_LISTED = 5  # line numbers in a message
#: Code of what a line was set aside as, and what is said of such lines.
_ASIDE = {
    "header": ("file.header_repeated", "the header stands in the file once more", "the header stands {} times more"),
    "footer": ("file.footer", "1 line at the end is not a record", "{} lines at the end are not records"),
    "ruler": ("file.blank_rows", "1 row holds nothing but dashes", "{} rows hold nothing but dashes"),
    "blank": ("file.blank_rows", "1 row holds no value at all", "{} rows hold no value at all"),
}


def tidy_rules(table: str, source: CsvSource, header: Header, level: Level, *, roles_file: bool) -> Tidy:
    """What is set aside in a file, and which of its records are put right.

    A row may lack what stands behind the last required column, unless its role is none: then a separator was dropped
    further left, and its values have slid.
    """
    needed = required_columns(table, level, roles_file=roles_file)
    places = [place for place, name in enumerate(header.columns, 1) if name in needed]
    words = frozenset(connect.ROLE_KINDS)
    role = header.columns.index("role") if table in ("users", "enrollments") and "role" in header.columns else None
    return Tidy(
        source.header,
        source.delimiter,
        max(places, default=1),
        {} if role is None else {role: words},
        tuple(place - 1 for place in places),
        tuple(place - 1 for place in places if header.columns[place - 1].endswith(ID_ENDS)),
    )


def records_above(source: CsvSource, rules: Tidy) -> list[tuple[int, str]]:
    """Lines above the header that are records: a file was sorted, or joined the wrong way round."""
    return [(line, text) for line, text in source.above if rules.is_record(text)]


def remarks(
    table: str, file: str, source: CsvSource, loaded: LoadedFile, records: Sequence[tuple[int, str]] = ()
) -> Iterator[Notice]:
    """One notice for each kind of thing that a file holds besides its records, or that its records lack.

    ``records`` are those above the header, which are refused, and no remark.
    """
    many = source.header_line - 1 - len(records)
    if many > 0:
        above = "the line above it is" if many == 1 else f"the {many} lines above it are"
        yield Notice("file.above_header", table, file, f"line {source.header_line} is the header; {above} not read", 1)
    for kind, (code, one, several) in _ASIDE.items():
        lines = [line for line, what, _ in loaded.aside if what == kind]
        if lines:
            what = one if len(lines) == 1 else several.format(f"{len(lines):,}")
            yield Notice(code, table, file, f"{what}: {_listed(lines)}", lines[0])
    fields = len(source.header) - loaded.dropped
    if loaded.surplus or loaded.dropped:
        yield Notice("file.surplus_fields", table, file, _surplus(loaded, fields), _first(loaded.surplus))
    if loaded.short:
        many = len(loaded.short)
        lack = "1 row ends" if many == 1 else f"{many:,} rows end"
        value = f"{lack} before the last of the {fields} columns, whose values count as blank: {_listed(loaded.short)}"
        yield Notice("file.short_rows", table, file, value, loaded.short[0])


def _surplus(loaded: LoadedFile, fields: int) -> str:
    many = len(loaded.surplus)
    go_on = "1 row goes on" if many == 1 else f"{many:,} rows go on"
    who = "the header and every row go on" if loaded.dropped else go_on
    where = "" if loaded.dropped else f": {_listed(loaded.surplus)}"
    return f"{who} with blank fields behind the {fields} columns{where}"


def _first(lines: Sequence[int]) -> int:
    return lines[0] if lines else 1


def _listed(lines: Sequence[int]) -> str:
    """Line numbers in words, the first ones of many."""
    numbers = [f"{line}" for line in lines[:_LISTED]]
    more = len(lines) - len(numbers)
    if more:
        return f"lines {', '.join(numbers)} and {more:,} more"
    return f"line {numbers[0]}" if len(numbers) == 1 else f"lines {', '.join(numbers[:-1])} and {numbers[-1]}"
