"""The verb :func:`suggest_corrections`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_kit.corrections.value import Corrections
from connect_kit.engine import create_table, quoted, run_sql
from connect_kit.engine.arguments import checked
from connect_kit.engine.contacts import contact_values

if TYPE_CHECKING:
    from connect_kit.roster import Roster

_PEOPLE: Final = """(SELECT 'users' AS tbl, _line, _kind = 'guardian' AS guardian, email, sms FROM users
    UNION ALL SELECT 'guardians', _line, true, email, sms FROM guardians)"""
#: Columns of names and titles, with the rule about such as are damaged.
_TEXTS: Final = {
    ("users", "givenName"): "users.names.damaged",
    ("users", "familyName"): "users.names.damaged",
    ("guardians", "givenName"): "guardians.names.damaged",
    ("guardians", "familyName"): "guardians.names.damaged",
    ("classes", "title"): "classes.title.damaged",
}
#: Columns of IDs, with the rule that finds quotes around them.
_IDS: Final = {
    ("users", "sourcedId"): "users.sourcedId.characters",
    ("users", "agentSourcedIds"): "users.agentSourcedIds.known",
    ("classes", "sourcedId"): "classes.sourcedId.characters",
    ("enrollments", "classSourcedId"): "enrollments.values.quotes",
    ("enrollments", "userSourcedId"): "enrollments.values.quotes",
    ("guardians", "studentSourcedId"): "guardians.studentSourcedId.known_student",
    ("student_attributes", "studentSourcedId"): "student_attributes.studentSourcedId.known_student",
}
_QUOTES: Final = "[\"'`«»‘’“”„]"  # noqa: RUF001
#: How UTF-8 begins that was read as Windows-1252 and written again.
_TWICE: Final = "[\u00c2-\u00f4][^\x01-\x7f]"
#: Bytes that Windows-1252 leaves undefined, as programs write them nevertheless.
_UNDEFINED: Final = {chr(byte): bytes((byte,)) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


@checked()
def suggest_corrections(roster: Roster) -> Corrections:
    """Suggest what could stand in a delivery instead of what the self-check finds.

    Relationships that stand on guardians' rows are turned round; addresses and numbers lose what stands around them;
    text that was encoded twice is decoded; quotes around IDs and line breaks inside names go. Nothing else is certain
    enough. Nothing is changed until it is accepted (decision 11).

    Parameters
    ----------
    roster : Roster

    Returns
    -------
    Corrections
        Every one of them open.
    """
    import pyarrow as pa

    schema, also = roster.schema.engine.new_schema("corrections"), (roster.schema.name,)
    run_sql(schema, "connect_kit.engine", "contacts.sql", also, **contact_values(_PEOPLE))
    texts, ids = _columns(_TEXTS), _columns(_IDS)
    odd = schema.execute(f"SELECT DISTINCT value FROM ({texts}) WHERE regexp_matches(value, ?)", [_TWICE], also=also)
    known = {text: decoded for (text,) in odd if (decoded := decoded_twice(text))}
    create_table(
        schema, "twice", pa.table({"old": pa.array(known, pa.string()), "new": pa.array(known.values(), pa.string())})
    )
    around = rf"^\s*{_QUOTES}+([^{_QUOTES[1:]}*){_QUOTES}+\s*$".replace("'", "''")
    run_sql(schema, __package__, "suggest.sql", also, texts=texts, ids=ids, quotes=around)
    files = pa.table({"tbl": list(roster.info), "file": [table.file for table in roster.info.values()]})
    create_table(schema, "files", files)
    return Corrections(
        roster,
        schema.frame(
            'SELECT tbl AS "table", file, _line AS line, col AS "column", rule, old, new, reason, confidence, '
            "'open' AS state FROM suggested JOIN files USING (tbl) "
            "QUALIFY row_number() OVER (PARTITION BY tbl, _line, col ORDER BY confidence DESC, rule) = 1 "
            'ORDER BY file, line, "column"'
        ),
    )


def decoded_twice(text: str) -> str | None:
    """What a text was before its UTF-8 was read as Windows-1252; None where it was not, as a whole."""
    try:
        known = b"".join(_UNDEFINED.get(one) or one.encode("cp1252") for one in text)
        decoded = known.decode("utf-8")
    except UnicodeError:
        return None
    return decoded if decoded != text and decoded.isprintable() else None


def _columns(columns: dict[tuple[str, str], str]) -> str:
    """SQL of the values of columns: ``tbl``, ``_line``, ``col``, ``rule``, ``value``."""
    return " UNION ALL ".join(
        f"SELECT '{table}' AS tbl, _line, '{name}' AS col, '{rule}' AS rule, {quoted(name)} AS value "
        f"FROM {quoted(table)} WHERE {quoted(name)} IS NOT NULL"
        for (table, name), rule in columns.items()
    )
