"""The rules that every tool of the comparison can say in its own way, and the kit's way.

Each tool reads the same three files with every value text, checks a clean delivery, and then checks
a damaged one and hands over its failing rows. Imports are made before the clock starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from connect_kit.connect import ROLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.benchmark.process import Clock

Kind = Literal["present", "unique", "pattern", "words", "length", "refers"]
TABLES: Final = ("users", "classes", "enrollments")
LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class Alike:
    """A rule; ``allowed`` is a pattern, the words, or the table whose ``sourcedId`` is meant."""

    table: str
    column: str
    kind: Kind
    allowed: str | tuple[str, ...] = ""


_PRESENT: Final = {
    "users": ("sourcedId", "orgSourcedIds", "role", "givenName", "familyName"),
    "classes": ("sourcedId", "title", "grades", "schoolSourcedId"),
    "enrollments": ("classSourcedId", "userSourcedId", "schoolSourcedId", "role"),
}
_ROLES: Final = tuple(ROLE_KINDS)
RULES: Final = (
    *(Alike(table, column, "present") for table, columns in _PRESENT.items() for column in columns),
    Alike("users", "sourcedId", "unique"),
    Alike("users", "sourcedId", "pattern", r"^[0-9A-Za-z./@_-]+$"),
    Alike("users", "sourcedId", "length"),
    Alike("users", "givenName", "length"),
    Alike("users", "familyName", "length"),
    Alike("users", "email", "pattern", r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    Alike("users", "role", "words", _ROLES),
    Alike("classes", "sourcedId", "unique"),
    Alike("classes", "sourcedId", "pattern", r"^[0-9A-Za-z./@_-]+$"),
    Alike("classes", "title", "length"),
    Alike("enrollments", "role", "words", _ROLES),
    Alike("enrollments", "classSourcedId", "refers", "classes"),
    Alike("enrollments", "userSourcedId", "refers", "users"),
)


def compare(
    clock: Clock,
    clean: str,
    damaged: str,
    read: Callable[[str], tuple[Any, int]],
    check: Callable[[Any, bool], int],
) -> None:
    """Measure one tool.

    Parameters
    ----------
    clean, damaged : str
        Two deliveries.
    read : callable
        From a folder to the tool's tables and how many rows they hold.
    check : callable
        From the tables, and whether to hand over the failing rows, to how many fail.
    """
    for name, folder in (("clean", clean), ("damaged", damaged)):
        with clock.step(f"read {name}") as facts:
            tables, rows = read(folder)
            facts["rows"] = rows
        listing = name == "damaged"
        with clock.step("check and list damaged" if listing else "check clean") as facts:
            facts["failing"] = check(tables, listing)
            facts["rows"] = rows
        del tables


def suites(known: Mapping[str, list[str]] | None = None) -> dict[str, list[dict[str, Any]]]:
    """The rules as Great Expectations has them, by table.

    ``known`` are the IDs of each table, for references as value sets; without them references
    are SQL.
    """
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for rule in RULES:
        kind, more = _expectation(rule, known)
        kwargs = more if kind == "unexpected_rows_expectation" else {"column": rule.column, **more}
        found[rule.table].append({"type": kind, "kwargs": kwargs})
    return found


def _expectation(rule: Alike, known: Mapping[str, list[str]] | None) -> tuple[str, dict[str, Any]]:
    name = rule.column
    match rule.kind:
        case "present":
            return "expect_column_values_to_not_be_null", {}
        case "unique":
            return "expect_column_values_to_be_unique", {}
        case "pattern":
            return "expect_column_values_to_match_regex", {"regex": rule.allowed}
        case "words":
            return "expect_column_values_to_be_in_set", {"value_set": list(rule.allowed)}
        case "length":
            return "expect_column_value_lengths_to_be_between", {"max_value": LONGEST}
        case "refers" if known is not None:
            return "expect_column_values_to_be_in_set", {"value_set": known[str(rule.allowed)]}
        case _:
            return "unexpected_rows_expectation", {
                "unexpected_rows_query": f"SELECT b._line, b.{name} AS _value "
                f"FROM {{batch}} AS b ANTI JOIN {rule.allowed} AS t ON t.sourcedId = b.{name} "
                f"WHERE b.{name} IS NOT NULL"
            }


def connect_kit(clock: Clock, clean: str, damaged: str) -> None:
    """The kit's engine with these rules in place of its own suites."""
    import great_expectations as gx

    import connect_kit as ck
    from connect_kit.checks.gx import Bridge, prepare, rows_table
    from connect_kit.engine import quoted

    prepare()

    def read(folder: str) -> tuple[Any, int]:
        roster = ck.read_roster(folder, progress=False)
        return roster, sum(roster.info[table].rows for table in TABLES)

    def check(roster: Any, listing: bool) -> int:
        schema = roster.schema.engine.new_schema("check")
        schemas = (schema.name, roster.schema.name)
        bridge = Bridge(roster.schema.engine, schemas)
        failing = 0
        for table, expectations in suites().items():
            for result in bridge.validate(table, gx.ExpectationSuite(name=table, expectations=expectations)).results:
                if result.success:
                    continue
                query = result.expectation_config.kwargs.get("unexpected_rows_query")
                failing += result.result["observed_value" if query else "unexpected_count"]
                if listing:
                    rows = (
                        f"SELECT * FROM {quoted(rows_table(table, query))}"
                        if query
                        else result.result["unexpected_index_query"]
                    )
                    schema.frame(rows.rstrip().rstrip(";"), also=schemas[1:])
        return failing

    compare(clock, clean, damaged, read, check)
