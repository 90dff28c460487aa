"""The tables that rules across files look at, beside ``relations.sql``: grades, phone numbers, an absent workspace."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from connect_kit.connect import WORKSPACE_FILES, grade_code
from connect_kit.engine import quoted
from connect_kit.oneroster import GRADES

if TYPE_CHECKING:
    from connect_kit.engine import Schema

_LONGEST_NUMBER = 32
#: Digits after the third stand as 9: whether a number is possible depends on its length and its first digits only,
#: so that a million numbers come down to some hundred shapes.
_PHONE_SHAPE = f"""CREATE MACRO phone_shape(number) AS
    CASE WHEN length(number) > {_LONGEST_NUMBER} THEN 'too long' ELSE
        regexp_extract(number, '^[^0-9]*[0-9]?[^0-9]*[0-9]?[^0-9]*[0-9]?')
        || regexp_replace(substr(number, length(regexp_extract(number, '^[^0-9]*[0-9]?[^0-9]*[0-9]?[^0-9]*[0-9]?')) + 1), '[0-9]', '9', 'g')
    END"""


def build(schema: Schema, others: tuple[str, ...], *, workspace: bool, region: str) -> None:
    """Make the tables in a check's schema; ``others`` are the roster's and the workspace's schemas."""
    if not workspace:
        for name, columns in WORKSPACE_FILES.items():
            spelled = ", ".join(f"{quoted(column)} VARCHAR" for column in columns)
            schema.execute(f"CREATE TABLE workspace_{name} (_line BIGINT, {spelled})")
    text = resources.files("connect_kit.checks").joinpath("relations.sql").read_text(encoding="utf-8")
    for statement in text.split(";\n"):
        if statement.strip():
            schema.execute(statement, also=others)
    _grades(schema, others)
    _phones(schema, others, region)


def _grades(schema: Schema, others: tuple[str, ...]) -> None:
    written = schema.execute(
        "SELECT DISTINCT grades FROM (SELECT grades FROM users WHERE _kind = 'student' UNION ALL SELECT grades FROM classes) "
        "WHERE grades IS NOT NULL",
        also=others,
    )
    rows = []
    for (value,) in written:
        codes = [grade_code(part) for part in value.split(",") if part.strip()]
        exact = all(part.strip() in GRADES for part in value.split(",") if part.strip())
        status = "known" if exact and codes else "form" if codes and None not in codes else "unknown"
        rows.append((value, status, ",".join(c for c in codes if c) if status != "unknown" else None))
    _fill(schema, "grade_values", ("written", "status", "code"), rows)


def _phones(schema: Schema, others: tuple[str, ...], region: str) -> None:
    schema.execute(_PHONE_SHAPE)
    shapes = schema.execute(
        "SELECT DISTINCT phone_shape(sms) FROM (SELECT sms FROM users UNION ALL SELECT sms FROM guardians) WHERE sms IS NOT NULL",
        also=others,
    )
    _fill(schema, "phone_shapes", ("shape", "possible"), [(shape, str(_possible(shape, region))) for (shape,) in shapes])
    schema.execute("ALTER TABLE phone_shapes ALTER possible TYPE BOOLEAN")


def _possible(number: str, region: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _fill(schema: Schema, table: str, columns: tuple[str, ...], rows: list[tuple[str | None, ...]]) -> None:
    import pyarrow as pa

    data = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(columns)}
    with schema.engine.cursor((schema.name,)) as cursor:
        cursor.register("rows", pa.table(data))
        cursor.execute(f"CREATE TABLE {quoted(table)} AS SELECT * FROM rows")
