"""Blocking: which pairs are compared. Never all of them, and never a block that explodes.

Every rule has one or more keys, from wide to narrow. A key has a budget of pairs: its smallest blocks are compared
whole, as many as the budget allows; the people in the larger ones go on to the rule's next, narrower key. A block that
is still too large for the last key is not compared by this rule, and is reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_kit.duplicates.model import Model
    from connect_kit.engine import Schema

#: Budget of a key in pairs: the minimum, and the allowance per person.
_MIN_BUDGET, _BUDGET_PER_PERSON = 200_000, 0.3
#: The allowance per person for keys whose blocks are families.
_FAMILY_BUDGET_PER_PERSON = 5.0
#: Among more people than this, the widest keys of wide rules find only namesakes.
_SKIP_WIDEST_ABOVE = 300_000
#: Among more people than this, a pair that agrees in names alone cannot reach any threshold.
_SKIP_NAMESAKES_ABOVE = 20_000
#: The last bits of a block's number are its rule's number; there are fewer rules than this.
_MAX_RULES = 32
#: What similar given names have in common at least, decided by one number and short texts: one of the names, or of the
#: names that a nickname stands for; most letters; or the beginning. Or each may be the other's family name.
_QUICK_TEST = """given_l IS NULL OR given_r IS NULL OR (given_bits_l & given_bits_r) <> 0 OR identifier_l = identifier_r
    OR CASE WHEN jaro_winkler_similarity(given_first_l, given_first_r) >= 0.7 THEN true
        WHEN least(length(given_first_l), length(given_first_r)) <= 3
            AND jaro_winkler_similarity(given_first_l, given_first_r) >= 0.5 THEN true
        WHEN left(given_l, 1) = left(given_r, 1) AND (least(length(given_first_l), length(given_first_r)) = 1
            OR starts_with(given_l, given_r) OR starts_with(given_r, given_l)) THEN true
        WHEN given_l <> given_first_l OR given_r <> given_first_r THEN jaro_winkler_similarity(given_l, given_r) >= 0.8
        ELSE false END
    OR (left(given_l, 1) = left(family_r, 1) OR left(family_l, 1) = left(given_r, 1))
        AND abs(length(given_l) - length(family_r)) <= 1 AND abs(length(family_l) - length(given_r)) <= 1"""
#: Columns that are compared for equality only: their hashes are compared in place of the texts.
_HASHED = ("email", "id_form", "identifier")


def build_pairs(schema: Schema, model: Model) -> int:
    """Make tables ``pairs`` (``match_key``, ``join_key_l`` < ``join_key_r``) and ``capped``; return how many pairs.

    Two people on Connect are not a pair: the delivery changes nothing between them.
    """
    people = schema.count("people")
    # Records on Connect have the higher numbers.
    existing: int = schema.execute(
        "SELECT coalesce(min(unique_id) FILTER (source = 'workspace'), 2147483647) FROM people"
    )[0][0]
    schema.execute("CREATE TABLE capped (rule VARCHAR, records BIGINT, comparisons_left_out BIGINT)")
    schema.execute("CREATE TABLE blocks (block UBIGINT, unique_id INTEGER)")
    schema.execute("CREATE TABLE block_pairs (l INTEGER, r INTEGER)")
    deepest = max(len(rule.keys) for rule in model.blocking)
    for depth in range(deepest):
        _add_blocks(schema, model, depth, people, existing)
    schema.execute(f"""CREATE TABLE found AS
        SELECT DISTINCT (l::UBIGINT << 32) | r::UBIGINT AS pair FROM (
            FROM block_pairs
            UNION ALL
            SELECT l.unique_id, r.unique_id FROM blocks AS l JOIN blocks AS r USING (block)
            WHERE l.unique_id < r.unique_id AND l.unique_id < {existing}
        )""")
    for table in ("blocks", "block_pairs", "keyed", "sizes", "left_over"):
        schema.execute(f"DROP TABLE {table}")
    _create_pairs(schema, model, people)
    schema.execute("DROP TABLE found")
    return schema.count("pairs")


def _create_pairs(schema: Schema, model: Model, people: int) -> None:
    """Make table ``pairs`` from ``found``, without what the model rules out whatever else agrees: mostly siblings."""
    every = "SELECT (pair >> 32)::INTEGER AS l, (pair & 4294967295)::INTEGER AS r FROM found"
    query = f"SELECT '0' AS match_key, l AS join_key_l, r AS join_key_r FROM ({every})"
    if model.ruled_out:
        # Among many people, a pair that agrees in names alone is a pair of namesakes.
        namesakes = surely_namesakes = "false"
        if people > _SKIP_NAMESAKES_ABOVE:
            namesakes, surely_namesakes = model.namesakes, model.surely_namesakes
        # A few numbers and short texts decide most pairs, without the lists of names and families.
        quick_test = _QUICK_TEST if model.pupils else "true"
        columns = _both_sides(f"{_QUICK_TEST} {surely_namesakes}", _HASHED)
        schema.execute(f"""CREATE TABLE possible AS SELECT l, r FROM ({every}) {columns}
            WHERE CASE WHEN {surely_namesakes} THEN false ELSE {quick_test} END""")
        columns = _both_sides(f"{model.ruled_out} {namesakes}")
        query = f"""SELECT '0' AS match_key, l AS join_key_l, r AS join_key_r FROM possible {columns}
            WHERE NOT CASE WHEN {namesakes} THEN true WHEN {model.ruled_out} THEN true ELSE false END"""
    schema.execute(f"CREATE TABLE pairs AS {query}")
    schema.execute("DROP TABLE IF EXISTS possible")


def _both_sides(condition: str, hashed: Sequence[str] = ()) -> str:
    """SQL joins that add the columns of a condition to pairs ``l`` and ``r``, some of them hashed."""
    columns = sorted(set(re.findall(r"\b(\w+)_[lr]\b", condition)))
    values = {c: f"CASE WHEN {c} IS NOT NULL THEN hash({c}) END" if c in hashed else c for c in columns}
    sides = {side: ", ".join(f"{value} AS {column}_{side}" for column, value in values.items()) for side in "lr"}
    return " ".join(
        f"JOIN (SELECT unique_id AS {side}, {chosen} FROM people) USING ({side})" for side, chosen in sides.items()
    )


def _add_blocks(schema: Schema, model: Model, depth: int, people: int, existing: int) -> None:
    """Add the blocks of every rule's key at this depth, for the people whom the wider keys left over."""
    parts = []
    for number, rule in enumerate(model.blocking):
        skipped = rule.wide and people > _SKIP_WIDEST_ABOVE
        if skipped <= depth < len(rule.keys):
            left = f" SEMI JOIN (FROM left_over WHERE rule = {number}) USING (unique_id)" if depth > skipped else ""
            parts.append(
                f"SELECT (hash(key, {number * 16 + depth}) & {2**64 - _MAX_RULES}) | {number} AS block, unique_id "
                f"FROM (SELECT {rule.keys[depth]} AS key, unique_id FROM people{left}) WHERE key IS NOT NULL"
            )
    schema.execute(f"CREATE OR REPLACE TABLE keyed AS {' UNION ALL '.join(parts)}")
    # Pairs of two records that are both on Connect do not count.
    new = f"count(*) FILTER (unique_id < {existing})" if existing < 2147483647 else "count(*)"
    schema.execute(f"""CREATE OR REPLACE TABLE sizes AS
        SELECT block, (block % {_MAX_RULES})::TINYINT AS rule, records, low, high,
            new * (new - 1) // 2 + new * (records - new) AS pairs
        FROM (
            SELECT block, count(*) AS records, {new} AS new, min(unique_id) AS low, max(unique_id) AS high
            FROM keyed GROUP BY block HAVING count(*) > 1 AND min(unique_id) < {existing}
        )""")
    fits = _fits(schema, model, people)
    # A block of two people is a pair; larger ones are joined.
    schema.execute(f"INSERT INTO block_pairs SELECT low, high FROM sizes WHERE records = 2 AND low < high AND {fits}")
    schema.execute(f"""INSERT INTO blocks SELECT block, unique_id
        FROM keyed SEMI JOIN (FROM sizes WHERE records > 2 AND {fits}) AS s USING (block)""")
    schema.execute(f"""CREATE OR REPLACE TABLE left_over AS SELECT block % {_MAX_RULES} AS rule, unique_id
        FROM keyed SEMI JOIN (FROM sizes WHERE NOT {fits}) AS s USING (block)""")
    for number, rule in enumerate(model.blocking):
        if depth == len(rule.keys) - 1 and not rule.wide:
            schema.execute(
                f"""INSERT INTO capped
                SELECT ?, (SELECT count(DISTINCT unique_id) FROM left_over WHERE rule = ?), sum(pairs) FROM sizes
                WHERE NOT {fits} AND rule = ? HAVING count(*) > 0""",
                [rule.name, number, number],
            )


def _fits(schema: Schema, model: Model, people: int) -> str:
    """The condition on ``sizes`` that a block is small enough for its rule's budget to cover all blocks of its size."""
    few = max(_MIN_BUDGET, int(people * _BUDGET_PER_PERSON))
    many = max(_MIN_BUDGET, int(people * _FAMILY_BUDGET_PER_PERSON))
    families = ", ".join(str(number) for number, rule in enumerate(model.blocking) if rule.families) or "-1"
    largest = schema.execute(f"""SELECT rule, coalesce(max(pairs) FILTER (whole <= budget), 0) AS pairs FROM (
            SELECT rule, pairs, CASE WHEN rule IN ({families}) THEN {many} ELSE {few} END AS budget,
                sum(sum(pairs)) OVER (PARTITION BY rule ORDER BY pairs) AS whole
            FROM sizes GROUP BY rule, pairs
        ) GROUP BY rule""")
    cases = " OR ".join(f"rule = {rule} AND pairs <= {pairs}" for rule, pairs in largest)
    return f"({cases or 'false'})"
