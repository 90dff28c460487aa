"""Which pairs are compared: never all, never a block that explodes.

Every rule has one or more keys, from wide to narrow. A key brings a budget of pairs: its smallest blocks are compared
whole, as many as the budget holds; the people in the others go on to the rule's next, narrower key. What is too large
for the last key is not compared by this rule, and is reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.linkage.model import Model

#: Pairs that a key may bring: at least so many, and so many for each person.
_LEAST_BUDGET, _BUDGET_EACH = 200_000, 0.3
#: The same for keys whose blocks are families.
_FAMILY_EACH = 5.0
#: Among so many people the widest keys of wide rules bring nothing but namesakes.
_MANY = 300_000
#: Among so many people, names in common and nothing else cannot reach any threshold.
_SOME = 20_000


def build_pairs(schema: Schema, model: Model) -> int:
    """Make tables ``pairs`` (``match_key``, ``join_key_l`` < ``join_key_r``) and ``capped``; return how many pairs.

    Two people on Connect are no pair: the delivery changes nothing between them.
    """
    people = schema.count("people")
    schema.execute("CREATE TABLE capped (rule VARCHAR, records BIGINT, comparisons_left_out BIGINT)")
    schema.execute("CREATE TABLE blocks (block UBIGINT, unique_id INTEGER, old BOOLEAN)")
    deepest = max(len(rule.keys) for rule in model.blocking)
    for depth in range(deepest):
        _block(schema, model, depth, people)
    schema.execute("""CREATE TABLE found AS
        SELECT DISTINCT (l.unique_id::UBIGINT << 32) | r.unique_id::UBIGINT AS pair
        FROM blocks AS l JOIN blocks AS r ON l.block = r.block AND l.unique_id < r.unique_id
        WHERE NOT (l.old AND r.old)""")
    _leave_out_ruled_out(schema, model)
    schema.execute("DROP TABLE blocks; DROP TABLE keyed; DROP TABLE sizes; DROP TABLE largest; DROP TABLE found")
    return schema.count("pairs")


def _leave_out_ruled_out(schema: Schema, model: Model) -> None:
    """Table ``pairs``, without those which the model rules out whatever else agrees: mostly brothers and sisters."""
    every = "SELECT (pair >> 32)::INTEGER AS l, (pair & 4294967295)::INTEGER AS r FROM found"
    query = f"SELECT '0' AS match_key, l AS join_key_l, r AS join_key_r FROM ({every})"
    if model.ruled_out:
        # Most are told by the first letters alone, without looking at the names.
        narrow = {
            side: f"SELECT unique_id AS {side}, initials AS initials_{side}, given_first AS given_{side}, "
            f"identifier AS identifier_{side} FROM people"
            for side in "lr"
        }
        schema.execute(f"""CREATE TABLE possible AS SELECT l, r FROM ({every}) AS p
            JOIN ({narrow["l"]}) USING (l) JOIN ({narrow["r"]}) USING (r)
            WHERE given_l IS NULL OR given_r IS NULL OR (initials_l & initials_r) <> 0
                OR jaro_winkler_similarity(given_l, given_r) >= 0.7 OR identifier_l = identifier_r""")
        # Among many people a pair that agrees in nothing but names is a pair of namesakes.
        namesakes = model.namesakes if schema.count("people") > _SOME else "false"
        asked = f"{model.ruled_out} {namesakes}"
        columns = sorted(set(re.findall(r"\b(\w+)_[lr]\b", asked)))
        sides = {side: ", ".join(f"{column} AS {column}_{side}" for column in columns) for side in "lr"}
        query = f"""SELECT '0' AS match_key, l AS join_key_l, r AS join_key_r FROM possible
            JOIN (SELECT unique_id AS l, {sides["l"]} FROM people) USING (l)
            JOIN (SELECT unique_id AS r, {sides["r"]} FROM people) USING (r)
            WHERE NOT CASE WHEN {namesakes} THEN true WHEN {model.ruled_out} THEN true ELSE false END"""
    schema.execute(f"CREATE TABLE pairs AS {query}")
    schema.execute("DROP TABLE IF EXISTS possible")


def _block(schema: Schema, model: Model, depth: int, people: int) -> None:
    """Add the blocks of every rule's key at a depth, for those whom the wider keys left over."""
    parts = []
    for number, rule in enumerate(model.blocking):
        skipped = rule.wide and people > _MANY
        if skipped <= depth < len(rule.keys):
            left = f" SEMI JOIN (FROM left_over WHERE rule = {number}) USING (unique_id)" if depth > skipped else ""
            parts.append(
                f"SELECT {number}::TINYINT AS rule, hash(key, {number * 16 + depth}) AS block, unique_id, old FROM ("
                f"SELECT {rule.keys[depth]} AS key, unique_id, source = 'workspace' AS old FROM people{left}) "
                "WHERE key IS NOT NULL"
            )
    schema.execute(f"CREATE OR REPLACE TABLE keyed AS {' UNION ALL '.join(parts)}")
    few = max(_LEAST_BUDGET, int(people * _BUDGET_EACH))
    many = max(_LEAST_BUDGET, int(people * _FAMILY_EACH))
    families = ", ".join(str(number) for number, rule in enumerate(model.blocking) if rule.families) or "-1"
    # A block's pairs are those of which not both are on Connect already.
    schema.execute("""CREATE OR REPLACE TABLE sizes AS
        SELECT rule, block, records, new * (new - 1) // 2 + new * (records - new) AS pairs FROM (
            SELECT rule, block, count(*) AS records, count(*) FILTER (NOT old) AS new
            FROM keyed GROUP BY rule, block HAVING count(*) > 1 AND count(*) FILTER (NOT old) > 0
        )""")
    # Smallest blocks first: the size up to which the budget holds all blocks.
    schema.execute(f"""CREATE OR REPLACE TABLE largest AS
        SELECT rule, coalesce(max(pairs) FILTER (whole <= budget), 0) AS pairs FROM (
            SELECT rule, pairs, CASE WHEN rule IN ({families}) THEN {many} ELSE {few} END AS budget,
                sum(sum(pairs)) OVER (PARTITION BY rule ORDER BY pairs) AS whole
            FROM sizes GROUP BY rule, pairs
        ) GROUP BY rule""")
    schema.execute("""CREATE OR REPLACE TABLE sizes AS
        SELECT s.*, s.pairs <= l.pairs AS fits FROM sizes AS s JOIN largest AS l USING (rule)""")
    schema.execute("""INSERT INTO blocks SELECT block, unique_id, old
        FROM keyed SEMI JOIN (FROM sizes WHERE fits) AS s USING (block)""")
    schema.execute("""CREATE OR REPLACE TABLE left_over AS SELECT rule, unique_id
        FROM keyed SEMI JOIN (FROM sizes WHERE NOT fits) AS s USING (block)""")
    for number, rule in enumerate(model.blocking):
        if depth == len(rule.keys) - 1 and not rule.wide:
            schema.execute(
                """INSERT INTO capped
                SELECT ?, (SELECT count(DISTINCT unique_id) FROM left_over WHERE rule = ?), sum(pairs) FROM sizes
                WHERE NOT fits AND rule = ? HAVING count(*) > 0""",
                [rule.name, number, number],
            )
