"""A file whose first line is no header: what its columns look like, without showing what they hold."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

from connect_kit import connect, oneroster
from connect_kit.connect import BLANKS
from connect_kit.grades import grade_code
from connect_kit.roster.header import Header, Notice, known_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_kit.engine.csv_load import CsvSource

_LOOKED_AT: Final = 200  # rows
_SHARE: Final = 0.8  # of a column's values that look alike
#: What a value looks like, the most telling first.
_LOOKS: Final = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z"),
    "role": re.compile("(?:" + "|".join(connect.ROLE_KINDS) + r")\Z", re.IGNORECASE),
    "date": re.compile(r"\d{4}-\d\d?-\d\d?(?:T.*)?\Z|\d\d?/\d\d?/\d{2,4}\Z"),
    "true/false": re.compile(r"(?:true|false)\Z", re.IGNORECASE),
    "phone": re.compile(r"\+?[\d(][\d ().-]{8,}\d\Z"),
    "number": re.compile(r"\d+\Z"),
    "ID": re.compile(r"(?=.*\d)[\w{}:.-]{2,}\Z"),
}
_CERTAIN: Final = ("email", "date", "true/false", "phone", "number")


def is_headless(table: str, names: Sequence[str], header: Header) -> bool:
    """Whether a first line holds values and no names: it names no column, or one by chance, and looks like a row."""
    known = known_columns(table)
    named = sum(column in known for column in header.columns)
    if named > min(1, len(known) - 1):
        return False
    looks = [_look(name) for name in names]
    telling = sum(look in _CERTAIN for look in looks)
    return telling > 0 and telling + looks.count("role") + looks.count("ID") > named


def headless_notice(table: str, file: str, source: CsvSource) -> Notice:
    """The one notice of a file without a header: what its columns look like, by their place."""
    count = len(source.header)
    sizes = {"the standard": len(oneroster.column_names(table))}
    if table in connect.FILES:
        sizes["Connect"] = len(connect.FILES[table].columns)
    whose = next((f", as many as {who} names" for who, size in sizes.items() if size == count), "")
    looks = ", ".join(f"{place} {look}" for place, look in _columns(source))
    value = f"line {source.header_line} holds no column names; {count} columns{whose}"
    return Notice("header.none", table, file, f"{value}; they look like: {looks}" if looks else value, 1)


def _columns(source: CsvSource) -> list[tuple[int, str]]:
    """Place and look of each column whose values look alike."""
    values: list[list[str]] = [[] for _ in source.header]
    with source.path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        try:
            for number, row in enumerate(csv.reader(file, delimiter=source.delimiter)):
                if number >= _LOOKED_AT:
                    break
                for column, value in zip(values, row, strict=False):
                    if value.strip(BLANKS):
                        column.append(value.strip(BLANKS))
        except csv.Error:  # what was read until then is enough
            pass
    found = []
    for place, column in enumerate(values, 1):
        looks = [_look(value) for value in column]
        best = max(dict.fromkeys(looks), key=looks.count, default="")
        if column and all(grade_code(value) for value in column) and best != "role":
            best, looks = "grades", ["grades"] * len(column)
        if best and looks.count(best) >= _SHARE * len(column):
            found.append((place, best))
    return found


def _look(value: str) -> str:
    text = value.strip(BLANKS)
    return next((look for look, pattern in _LOOKS.items() if pattern.match(text)), "")
