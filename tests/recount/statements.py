"""The register of statements: each says once more, in plain Python, which lines a rule of the catalogue finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tests.recount.reading import Delivery, Row

#: A line of the table that the code begins with, None for the file as a whole.
Lines = Iterable[int | None]
Statement = Callable[[Delivery], Lines]
#: Code, severity and the table of the rows: what a statement is about.
Key = tuple[str, str, str]

STATEMENTS: dict[Key, list[Statement]] = {}


def finds(code: str, severity: str, table: str = "") -> Callable[[Statement], Statement]:
    """Say which rule a statement is about; ``table`` of the rows is the code's first word unless it is named."""

    def register(statement: Statement) -> Statement:
        STATEMENTS.setdefault((code, severity, table or code.partition(".")[0]), []).append(statement)
        return statement

    return register


#: From so many rows on, a finding of all rows that it can concern is one finding of the file.
MANY = 10


def throughout(lines: list[int], concerned: list[Row]) -> Lines:
    """Lines of a finding about blank fields, or the file as a whole where the column is blank throughout."""
    return [None] if MANY <= len(lines) == len(concerned) else lines


def expected(delivery: Delivery) -> Mapping[Key, set[int | None]]:
    """Lines that each rule must find in a delivery."""
    return {key: {line for one in statements for line in one(delivery)} for key, statements in STATEMENTS.items()}
