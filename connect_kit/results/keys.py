"""SQL of reading results: keys by which rows are found again, and messages without what is personal in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import quoted
from connect_kit.uploads.result_files import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connect_kit.engine import Schema
    from connect_kit.uploads.result_files import TextFile

#: Key columns of a table of rows: k1 to k4, NULL where a kind has fewer.
_NAMES = tuple(f"k{place}" for place in range(1, max(map(len, KEYS.values())) + 1))
#: What a message may repeat, and what it is never to show.
_PERSONAL = ("givenName", "familyName", "email", "sms", "phone")
_ADDRESS = r"[^\s@,;:<>()]+@[^\s@,;:<>()]+"
_NUMBER = r"\+\d[\d ().-]{7,}\d|\(\d{3}\) ?\d{3}[-. ]\d{4}|\d{3}[-. ]\d{3}[-. ]\d{4}"
_HIDDEN = "[…]"
_BEFORE, _BEHIND = "\ue000", "\ue001"  # for private use: no text holds them


def key_columns(file: TextFile, keys: Sequence[str]) -> str:
    """SQL that selects k1 to k4: the columns of ``keys``, in the places they have for the kind."""
    named = dict(zip(_NAMES, KEYS[file.kind], strict=False))
    inputs = file.inputs
    return ", ".join(
        f"{quoted(inputs[named[name]]) if named.get(name) in keys else 'NULL::VARCHAR'} AS {name}" for name in _NAMES
    )


def exact_key(columns: Iterable[str] = _NAMES, *, table: str = "") -> str:
    """The key as written."""
    return _joined(f"coalesce({table}{name}, '')" for name in columns)


def zero_stripped_key(columns: Iterable[str] = _NAMES) -> str:
    """The key without surrounding blanks and without leading zeros, as a spreadsheet leaves it."""
    return _joined(rf"ltrim(regexp_replace(trim(coalesce({name}, '')), '\.0$', ''), '0')" for name in columns)


def _joined(parts: Iterable[str]) -> str:
    return f"concat_ws(chr(31), {', '.join(parts)})"


def masked(received: Mapping[str, str], original: Mapping[str, str]) -> str:
    """SQL for the message ``g.message`` without the names, addresses and numbers of its row (``r``, ``o``)."""
    text = f"regexp_replace(regexp_replace(g.message, '{_ADDRESS}', '{_HIDDEN}', 'g'), '{_NUMBER}', '{_HIDDEN}', 'g')"
    values = [
        f"{alias}.{quoted(columns[name])}"
        for name in _PERSONAL
        for alias, columns in (("r", received), ("o", original))
        if name in columns
    ]
    return f"trim(hidden({text}, [{', '.join(values)}]::VARCHAR[]))"


def make_macros(schema: Schema) -> None:
    """``hidden(text, listed)``: the text without the values where they stand as words, in any case."""
    # Words are put between two marks first, so that the pattern of a value needs no classes of letters: they take RE2 a
    # thousandth of a second for each value.
    words = rf"regexp_replace({{}}, '([\pL\pN]+)', '{_BEFORE}\1{_BEHIND}', 'g')"
    value = words.format("trim(value)")
    shown = (
        f"list_reduce(list_prepend({words.format('text')}, listed), lambda shown, value: CASE "
        f"WHEN length(trim(value)) > 1 AND contains(lower(shown), lower({value})) "
        f"THEN regexp_replace(shown, '(?i)' || regexp_escape({value}), '{_HIDDEN}', 'g') ELSE shown END)"
    )
    schema.execute(f"CREATE MACRO {schema.name}.hidden(text, listed) AS translate({shown}, '{_BEFORE}{_BEHIND}', '')")
