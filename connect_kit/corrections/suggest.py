"""The verb :func:`suggest_corrections`."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from connect_kit.corrections.value import Corrections
from connect_kit.engine import create_table, quoted, run_sql
from connect_kit.engine.arguments import checked
from connect_kit.engine.contacts import contact_values
from connect_kit.roster.tables import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_kit.roster import Roster

#: Columns of names and titles, with the rule about such as are damaged.
_TEXTS: Final = {
    ("users", "givenName"): "users.names.damaged",
    ("users", "familyName"): "users.names.damaged",
    ("guardians", "givenName"): "guardians.names.damaged",
    ("guardians", "familyName"): "guardians.names.damaged",
    ("classes", "title"): "classes.title.damaged",
}
#: Columns that name users and classes: which table, rows of which kinds, and the rule that finds quotes around what
#: they name; without a rule nothing is suggested there.
_REFERENCES: Final = {
    ("users", "agentSourcedIds"): ("users", "guardian", "users.agentSourcedIds.known"),
    ("enrollments", "classSourcedId"): ("classes", "", "enrollments.values.quotes"),
    ("enrollments", "userSourcedId"): ("users", "student teacher administrator", "enrollments.values.quotes"),
    ("guardians", "studentSourcedId"): ("users", "student", "guardians.studentSourcedId.known_student"),
    ("guardians", "guardianSourcedId"): ("users", "guardian", ""),
    ("student_attributes", "studentSourcedId"): (
        "users",
        "student",
        "student_attributes.studentSourcedId.known_student",
    ),
    ("demographics", "sourcedId"): ("users", "", ""),
    ("roles", "userSourcedId"): ("users", "", ""),
}
_QUOTES: Final = "[\"'`«»‘’“”„]"  # noqa: RUF001
#: How text looks that was encoded twice, as the rules on names and titles have it.
TWICE: Final = (
    "[\xc3\xc2][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]|"
    "\xe2\u20ac|"
    "[\xc4\xc5\xce\xcf\xd0\xd7\xd8\xd9][\x80-\x9f\u20ac\u201a\u0192\u201e\u2020\u2021\u02c6\u2030\u2039\u2022\u02dc\u2122\u203a\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xac\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbc\xbd\xbe\xbf]|"
    "\xc8[\x98-\x9b\u02dc\u2122\u0161\u203a]|"
    "\xd1[\x80-\x9f\u20ac\u201a\u0192\u201e\u2020\u2021\u02c6\u2030\u2039\u2022\u02dc\u2122\u203a\u2026\u0160\u0152\u017d\u2018\u2019\u201c\u201d\u2013\u2014\u0161\u0153\u017e\u0178]|"
    "\xe1[\xba\xbb][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
#: Bytes that Windows-1252 leaves undefined, as programs write them nevertheless.
_UNDEFINED: Final = {chr(byte): bytes((byte,)) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}

#: Of the rarer Latin letters, those that names have: Romanian and Vietnamese ones.
_LATIN: Final = "ƠơƯưȘșȚț"
#: Scripts that stand in one Japanese or Korean name.
_EAST_ASIAN: Final = {"HIRAGANA", "KATAKANA", "HANGUL"}


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
    run_sql(schema, "connect_kit.engine", "contacts.sql", also, **contact_values(CONTACTS))
    texts = _columns({place: f"'{rule}' AS rule" for place, rule in _TEXTS.items()})
    references = _columns(
        {place: f"'{rule}' AS rule, '{to}' AS names, '{of}' AS kinds" for place, (to, of, rule) in _REFERENCES.items()}
    )
    odd = schema.execute(f"SELECT DISTINCT value FROM ({texts}) WHERE regexp_matches(value, ?)", [TWICE], also=also)
    known = {text: decoded for (text,) in odd if (decoded := decoded_twice(text))}
    create_table(
        schema, "twice", pa.table({"old": pa.array(known, pa.string()), "new": pa.array(known.values(), pa.string())})
    )
    quote = _QUOTES.replace("'", "''")
    # What a spreadsheet makes of text is written ="07" or '07; around='s two groups hold what is inside.
    around = rf"^\s*(?:=?{quote}+([^{quote[1:]}*){quote}+|''([^{quote[1:]}+))\s*$"
    values = {"people": CONTACTS, "texts": texts, "references": references, "held": _held(roster)}
    values |= {"quote": quote, "quotes": around}
    run_sql(schema, __package__, "suggest.sql", also, **values)
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
    return decoded if decoded != text and decoded.isprintable() and _is_of_one_script(decoded) else None


def _is_of_one_script(text: str) -> bool:
    """Whether its letters can stand in one name: what was right, and only looks encoded twice, mixes them."""
    letters = [one for one in text if one >= "À" and unicodedata.category(one) in {"Lu", "Ll", "Lt", "Lo"}]
    words = {unicodedata.name(one, "").partition(" ")[0] for one in letters}
    scripts = {"CJK" if word in _EAST_ASIAN else word for word in words}
    if any("A" <= one <= "z" for one in text if one.isalpha()):
        scripts.add("LATIN")
    return len(scripts) < 2 and not any("\u0180" <= one <= "\u024f" and one not in _LATIN for one in text)


def _held(roster: Roster) -> str:
    """SQL of all IDs of users and classes, also on lines marked as deleted or that cannot be read: ``tbl``, ``id``."""
    tables = [name for name in ("users", "classes") if name in roster.info and "sourcedId" in roster.info[name].columns]
    words = "SELECT tbl, unnest(regexp_split_to_array(raw, '[,;\t|\" ]')) AS id FROM _refused"
    return " UNION ALL ".join([words, *(f"SELECT '{name}', sourcedId FROM _all_{name}" for name in tables)])


def _columns(columns: Mapping[tuple[str, str], str]) -> str:
    """SQL of the values of columns: ``tbl``, ``_line``, ``col``, ``value``, and what else is said of each."""
    return " UNION ALL ".join(
        f"SELECT '{table}' AS tbl, _line, '{name}' AS col, {more}, {quoted(name)} AS value "
        f"FROM {quoted(table)} WHERE {quoted(name)} IS NOT NULL"
        for (table, name), more in columns.items()
    )
