"""How the same child is written differently: nicknames, typing errors, double names, accents, birth dates.

Everything is SQL on whole tables; chance follows from the row's key, as everywhere in the sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_kit.samples.loading import load_rows
from connect_kit.samples.names import read_rows

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.sizes import Sizes

# Two neighbors of each key on a keyboard, in the order of the alphabet.
_BESIDE: Final = ("svvfrghjokjknmiowtdrybectx", "qnxswdfguhlokbplaeayicqzus")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"

_BORN: Final = ("birth_swapped", "birth_digit", "birth_year", "birth_missing")
# Kinds by what they change, with the share of those who have no special name.
_OFTEN: Final[dict[bool, tuple[tuple[str, float], ...]]] = {
    True: (
        ("typing_given", 0.15), ("typing_family", 0.15), ("swapped", 0.07), ("double_family", 0.11), ("middle", 0.12),
        ("family_changed", 0.07), ("birth_swapped", 0.09), ("birth_digit", 0.08), ("birth_year", 0.05),
        ("birth_missing", 0.06),
    ),
    False: (
        ("typing_given", 0.22), ("typing_family", 0.22), ("swapped", 0.08), ("double_family", 0.15), ("middle", 0.15),
        ("family_changed", 0.08),
    ),
}  # fmt: skip
_PREFIX: Final = "'^(St\\.|Mc|Mac|Al|El|De|Da|Di|La|Du|Dos|Van|Von|Dela|Delos|Abu|Abdul|Au|Ou|Ponce)[ .-]'"


def make_variation_macros(con: duckdb.DuckDBPyConnection, sizes: Sizes) -> None:
    """Register the changes of one value as SQL macros, and load the nicknames; a second call does nothing."""
    if con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'nicknames'").fetchone() == (1,):
        return
    both = [row for full, short in read_rows("nicknames.csv") for row in ((full, short), (short, full))]
    listed: dict[str, list[str]] = {}
    for name, other in both:
        listed.setdefault(name, []).append(other)
    rows = [(name, "|".join(dict.fromkeys(others))) for name, others in listed.items()]
    load_rows(con, "nicknames", {"name": "VARCHAR", "others": "VARCHAR"}, rows)
    con.execute(
        f"""
        CREATE MACRO h(key, salt) AS (hash(key::BIGINT, salt::BIGINT, {int(sizes.seed)}::BIGINT) % 1000003)::BIGINT;
        CREATE MACRO beside(letter, x) AS CASE WHEN x % 2 = 0
            THEN translate(lower(letter), '{_ALPHABET}', '{_BESIDE[0]}')
            ELSE translate(lower(letter), '{_ALPHABET}', '{_BESIDE[1]}') END;
        CREATE MACRO typed_at(name, p, x) AS CASE x % 4
            WHEN 0 THEN left(name, p) || beside(substr(name, p + 1, 1), x // 4) || substr(name, p + 1)
            WHEN 1 THEN left(name, p) || substr(name, p + 2)
            WHEN 2 THEN left(name, p) || beside(substr(name, p + 1, 1), x // 4) || substr(name, p + 2)
            ELSE left(name, p) || substr(name, p + 2, 1) || substr(name, p + 1, 1) || substr(name, p + 3) END;
        -- The first letter stays; where blanks, hyphens or equal letters are in the way, the last letter is doubled.
        CREATE MACRO typed(name, x) AS CASE
            WHEN length(name) < 4 OR regexp_matches(substr(name, (1 + x // 8 % greatest(1, length(name) - 2))::INTEGER,
                 3), '[^\\p{{L}}]') OR typed_at(name, 1 + x // 8 % (length(name) - 2), x) = name
                 THEN name || right(name, 1)
            ELSE typed_at(name, 1 + x // 8 % (length(name) - 2), x) END;
        CREATE MACRO capital(name) AS upper(left(name, 1)) || substr(name, 2);
        CREATE MACRO squeezed(name) AS regexp_replace(name, '[ ''.-]', '', 'g');
        CREATE MACRO respelled(name, x) AS CASE
            WHEN regexp_matches(name, '^Ma?c[A-Z]') THEN CASE WHEN x % 2 = 0 THEN capital(lower(name))
                ELSE regexp_replace(name, '^(Ma?c)', '\\1 ') END
            WHEN x % 3 = 0 AND squeezed(name) <> name THEN capital(squeezed(name))
            WHEN x % 3 = 1 AND regexp_replace(name, '[''.-]+ ?', ' ', 'g') <> name
                THEN regexp_replace(name, '[''.-]+ ?', ' ', 'g')
            ELSE capital(lower(squeezed(name))) END;
        CREATE MACRO doubled(name, other, x) AS CASE
            WHEN contains(name, '-') OR contains(name, ' ') THEN CASE x % 4
                WHEN 0 THEN regexp_extract(name, '^[^ -]+') WHEN 1 THEN regexp_extract(name, '[^ -]+$')
                ELSE CASE WHEN contains(name, '-') THEN replace(name, '-', ' ') ELSE replace(name, ' ', '-') END END
            ELSE CASE x % 5 WHEN 0 THEN name || ' ' || other WHEN 1 THEN other || '-' || name
                 WHEN 2 THEN name || ' ' || other ELSE name || '-' || other END END;
        CREATE MACRO other_digit(d, x) AS CASE
            WHEN (day(d) // 10) * 10 + (day(d) % 10 + 1 + x % 9) % 10 BETWEEN 1 AND 28
            THEN make_date(year(d), month(d), ((day(d) // 10) * 10 + (day(d) % 10 + 1 + x % 9) % 10))
            WHEN day(d) > 10 THEN (d - 10)::DATE ELSE (d + 10)::DATE END
    """
    )


def vary(
    con: duckdb.DuckDBPyConnection, table: str, source: str, *, salt: int, same: float, more: float, dates: bool
) -> None:
    """Create ``table``: the rows of ``source`` with ``kinds`` (list of words) and the names and dates that follow.

    ``source`` has ``k`` (key), ``given, family, name_b`` (the family's other name), ``middle, birth``. The new table
    has them as they are written the second time. ``same`` is the share that is written as before, ``more`` that of
    those who differ in a second way.
    """
    often, edge, bands = _OFTEN[dates], 0.0, []
    total = sum(share for _, share in often)
    for kind, share in often:
        edge += share / total
        bands.append(f"WHEN x < {edge:.6f} THEN '{kind}'")
    born = f"({list(_BORN)})[(h(k, {salt + 9}) % 4 + 1)::INTEGER]"
    typing = "CASE WHEN {slot} THEN 'typing_given' ELSE 'typing_family' END"
    second = f"""CASE
        WHEN main IN ('typing_given', 'nickname', 'middle') THEN
            CASE WHEN y < 0.5 OR NOT {dates} THEN 'typing_family' ELSE {born} END
        WHEN main IN ('typing_family', 'double_family', 'respelled') THEN
            CASE WHEN nick IS NOT NULL AND y < 0.4 THEN 'nickname' WHEN y < 0.5 OR NOT {dates} THEN 'typing_given'
                 ELSE {born} END
        WHEN main = 'accents' THEN CASE WHEN y < 0.5 OR NOT {dates} THEN 'typing_family' ELSE {born} END
        ELSE CASE WHEN nick IS NOT NULL AND y < 0.4 THEN 'nickname' ELSE {typing.format(slot="y < 0.7")} END END"""
    con.execute(f"""
        CREATE TABLE "{table}" AS
        WITH facts AS (
            SELECT s.*, n.others AS nick, u(s.k, {salt}) AS x, u(s.k, {salt + 1}) AS y,
                   strip_accents(s.given || s.family) <> s.given || s.family AS accented,
                   regexp_matches(s.family, '['' ]|^Ma?c[A-Z]') AND NOT double AS special, double
            FROM (SELECT *, regexp_matches(family, '^[^ -]+[ -][^ -]+$') AND NOT regexp_matches(lower(family),
                         lower({_PREFIX})) AS double FROM ({source})) s
            LEFT JOIN nicknames n ON n.name = split_part(s.given, ' ', 1)
        ), first AS (
            SELECT *, CASE WHEN u(k, {salt + 2}) < {same} THEN 'same'
                WHEN special AND u(k, {salt + 3}) < 0.6 THEN 'respelled'
                WHEN double AND u(k, {salt + 4}) < 0.45 THEN 'double_family'
                WHEN nick IS NOT NULL AND u(k, {salt + 5}) < 0.28 THEN 'nickname'
                WHEN accented AND u(k, {salt + 6}) < 0.25 THEN 'accents'
                ELSE CASE {" ".join(bands)} ELSE 'typing_given' END END AS wish
            FROM facts
        ), fitting AS (
            SELECT *, CASE
                WHEN wish = 'double_family' AND NOT double AND (name_b = family OR special
                     OR regexp_matches(family || name_b, '[ -]')) THEN 'typing_family'
                WHEN wish = 'family_changed' AND name_b = family THEN 'typing_family'
                WHEN wish = 'middle' AND middle IS NULL AND NOT contains(given, ' ') THEN 'typing_given'
                WHEN wish = 'birth_swapped' AND (day(birth) > 12 OR day(birth) = month(birth)) THEN 'birth_digit'
                ELSE wish END AS main
            FROM first
        ), paired AS (
            SELECT *, CASE WHEN u(k, {salt + 7}) < {more} AND main NOT IN ('same', 'swapped', 'family_changed')
                THEN {second} END AS further FROM fitting
        ), settled AS (
            SELECT * EXCLUDE (further), list_filter([main, CASE WHEN further = 'birth_swapped'
                AND (day(birth) > 12 OR day(birth) = month(birth)) THEN 'birth_digit' ELSE further END],
                lambda kind: kind IS NOT NULL AND kind <> 'same') AS kinds
            FROM paired
        ), written AS (
            SELECT *, CASE
                WHEN main = 'swapped' THEN family
                WHEN list_contains(kinds, 'nickname') THEN string_split(nick, '|')[
                    (h(k, {salt + 8}) % len(string_split(nick, '|')) + 1)::INTEGER]
                WHEN list_contains(kinds, 'typing_given') THEN typed(given, h(k, {salt + 8}))
                WHEN main = 'middle' THEN CASE WHEN contains(given, ' ') THEN split_part(given, ' ', 1)
                    WHEN u(k, {salt + 8}) < 0.4 THEN given || ' ' || left(middle, 1) ELSE given || ' ' || middle END
                ELSE given END AS new_given,
                CASE WHEN main = 'swapped' THEN given WHEN main = 'family_changed' THEN name_b
                WHEN main = 'respelled' THEN respelled(family, h(k, {salt + 10}))
                WHEN main = 'double_family' THEN doubled(family, name_b, h(k, {salt + 10}))
                WHEN list_contains(kinds, 'typing_family') THEN typed(family, h(k, {salt + 10}))
                ELSE family END AS new_family,
                CASE WHEN list_contains(kinds, 'birth_missing') THEN NULL
                WHEN list_contains(kinds, 'birth_swapped') THEN make_date(year(birth), day(birth), month(birth))
                WHEN list_contains(kinds, 'birth_digit') THEN other_digit(birth, h(k, {salt + 11}))
                WHEN list_contains(kinds, 'birth_year') THEN
                    (birth + CASE WHEN u(k, {salt + 11}) < 0.5 THEN INTERVAL 1 YEAR ELSE -INTERVAL 1 YEAR END)::DATE
                ELSE birth END AS new_birth
            FROM settled
        )
        SELECT * EXCLUDE (given, family, middle, birth, nick, x, y, accented, special, double, wish, main, new_given,
                          new_family, new_birth),
               CASE WHEN list_contains(kinds, 'accents') THEN strip_accents(new_given) ELSE new_given END AS given,
               CASE WHEN list_contains(kinds, 'accents') THEN strip_accents(new_family) ELSE new_family END AS family,
               CASE WHEN list_contains(kinds, 'middle') OR u(k, {salt + 12}) < 0.25 THEN NULL
                    WHEN u(k, {salt + 12}) < 0.5 THEN left(middle, 1) ELSE middle END AS middle,
               new_birth AS birth
        FROM written
    """)
