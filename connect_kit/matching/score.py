"""Score pairs of schools or classrooms, by the weights in model.json, and put the evidence into words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from connect_kit.engine import create_table, literal, package_text, quoted
from connect_kit.engine.weights import weight

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from connect_kit.engine import Schema

_NEAR_MISS = 1  # a pair whose weight is this much too low for a suggestion is still mentioned


@cache
def model(kind: str) -> Mapping[str, Any]:
    """The part of ``model.json`` for ``schools`` or ``classrooms``."""
    part: Mapping[str, Any] = _data("model.json")[kind]
    return part


@cache
def spellings(part: str) -> Any:
    """A part of ``spellings.json``."""
    return _data("spellings.json")[part]


@cache
def _data(file: str) -> Any:
    return json.loads(package_text(__package__, file))


def create_spellings(schema: Schema, part: str) -> None:
    """Make table ``spellings`` (written, meant)."""
    pairs = spellings(part)
    create_table(schema, "spellings", {"written": list(pairs), "meant": list(pairs.values())})


def compare_words(schema: Schema) -> None:
    """Make table ``similar_cores`` from ``cores`` (a, b ...) with ``ratio``: how similar the sorted words are."""
    import numpy as np
    import pyarrow as pa
    from rapidfuzz import fuzz, process

    cores = schema.engine.arrow("SELECT * FROM cores WHERE a IS NOT NULL AND b IS NOT NULL", schemas=(schema.name,))
    a, b = cores.column("a").to_pylist(), cores.column("b").to_pylist()
    ratio = process.cpdist(a, b, scorer=fuzz.ratio, dtype=np.float32, workers=-1) if a else np.zeros(0, np.float32)
    create_table(schema, "similar_cores", cores.append_column("ratio", pa.array(ratio, pa.float32())))


@dataclass(frozen=True, eq=False)
class Evidence:
    """What roster and workspace show about the two sides, before any decision.

    Attributes
    ----------
    kind : {"schools", "classrooms"}
    left, right : pandas.DataFrame
        The two sides by number: ``id``, ``title``, ``why`` (why there is no partner, if that is known), and what the
        details show.
    certain : pandas.DataFrame
        Pairs by ID: ``l``, ``r``, ``status``, ``reason``.
    lefts, rights, weights, ceilings : array
        Similar pairs that are suggested or nearly so; a score is at most its ceiling.
    schema : Schema
        Holds all scored pairs as table ``scored``; for classrooms, ``capped`` lists the blocks too large to compare.
    """

    kind: str
    left: pd.DataFrame
    right: pd.DataFrame
    certain: pd.DataFrame
    lefts: NDArray[np.int64]
    rights: NDArray[np.int64]
    weights: NDArray[np.float64]
    ceilings: NDArray[np.float64]
    schema: Schema = field(repr=False)

    def reasons(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> list[str]:
        """The evidence for and against each of these pairs, in words."""
        import pyarrow as pa

        with self.schema.engine.cursor((self.schema.name,)) as cursor:
            cursor.register("wanted", pa.table({"l": left, "r": right, "n": range(len(left))}))
            rows = cursor.execute(
                f"SELECT n, {_reason(self.kind)} FROM wanted LEFT JOIN evidence USING (l, r) ORDER BY n"
            ).fetchall()
        return [row[1] for row in rows]

    def likely_partners(
        self, left: Any, right: Any, weight: Any, *, own: str, words: tuple[str, str, str], near: float
    ) -> tuple[NDArray[np.int64], Any]:
        """Numbers of one side (``own``: l or r), and for each, in words, the likely partners and why none is suggested.

        ``words``: what to call a partner, several partners, and a rival. ``near``: partners are equally likely if their
        weights are at most this far below the best.
        """
        import numpy as np
        import pyarrow as pa

        if not len(left):
            return np.zeros(0, np.int64), np.zeros(0, object)
        one, many, rival = words
        other, side = ("l", "left_side") if own == "r" else ("r", "right_side")
        with self.schema.engine.cursor((self.schema.name,)) as cursor:
            cursor.register("near", pa.table({"l": left, "r": right, "weight": weight}))
            found = cursor.sql(f"""
                WITH rivals AS (
                    SELECT {own} AS own, {other} AS other, weight FROM near
                    QUALIFY weight >= max(weight) OVER (PARTITION BY {own}) - {near}
                ), best AS (
                    SELECT own, count(*) AS rivals, max(weight) AS weight, arg_min(other, (-weight, other)) AS other,
                        list(s.id ORDER BY weight DESC, other)[:3] AS likely
                    FROM rivals JOIN {side} AS s ON s.n = other GROUP BY own
                )
                SELECT t.own, CASE
                    WHEN t.weight < {floor_weight(self.kind)}
                        THEN 'possibly {one} ' || t.likely[1] || ', but there is too little evidence'
                    WHEN t.rivals = 1
                        THEN '{one} ' || t.likely[1] || ' is likely, but another {rival} is as likely to be its partner'
                    ELSE format('{{:,}}', t.rivals) || ' {many} are equally likely: ' || array_to_string(t.likely, ', ')
                        || CASE WHEN t.rivals > 3 THEN ', …' ELSE '' END END
                    || ' (' || {_reason(self.kind)} || ')' AS text
                FROM best AS t JOIN evidence AS e ON e.{own} = t.own AND e.{other} = t.other
            """).to_arrow_table()
        return found.column("own").to_numpy(), found.column("text").to_numpy(zero_copy_only=False)


def floor_weight(kind: str) -> float:
    """The lowest weight at which a pair is suggested."""
    return weight(model(kind)["floor"])


def collect_evidence(schema: Schema, kind: str, left: str, right: str) -> Evidence:
    """Score the pairs of table ``evidence``, and collect what is known about both sides.

    Parameters
    ----------
    schema : Schema
        Holds ``evidence`` and ``certain``; gets ``scored``.
    kind : {"schools", "classrooms"}
    left, right : str
        Queries for the two sides, in the order of their numbers.
    """
    whens = [
        f"WHEN coalesce({', '.join(map(quoted, limit['without']))}) IS NULL THEN {limit['score']}"
        for limit in model(kind)["ceilings"]
    ]
    ceiling = f"(CASE WHEN false THEN 1 {' '.join(whens)} ELSE 1 END)::DOUBLE"
    schema.execute(f"CREATE TABLE scored AS SELECT l, r, {_weight(kind)} AS weight, {ceiling} AS ceiling FROM evidence")
    least = floor_weight(kind) - model(kind)["margin"] - _NEAR_MISS
    found = schema.engine.arrow(
        "SELECT l, r, weight, ceiling FROM scored WHERE weight >= ? ORDER BY l, r", [least], schemas=(schema.name,)
    )
    lefts, rights, weights, ceilings = (found.column(name).to_numpy() for name in ("l", "r", "weight", "ceiling"))
    return Evidence(
        kind=kind,
        left=schema.frame(left),
        right=schema.frame(right),
        certain=schema.frame("SELECT l, r, status, reason FROM certain ORDER BY l"),
        lefts=lefts,
        rights=rights,
        weights=weights,
        ceilings=ceilings,
        schema=schema,
    )


def _weight(kind: str) -> str:
    """SQL of a pair's weight."""
    cases = [
        f"CASE {quoted(part['field'])} "
        + " ".join(f"WHEN {literal(level['level'])} THEN {level['weight']}" for level in part["levels"])
        + " ELSE 0 END"
        for part in model(kind)["evidence"]
    ]
    return f"({model(kind)['prior']} + {' + '.join(cases)})::DOUBLE"


def _reason(kind: str) -> str:
    """SQL of a pair's reason: the evidence for it, then the evidence against it."""
    sides: dict[bool, list[str]] = {True: [], False: []}
    for part in model(kind)["evidence"]:
        for supports, cases in sides.items():
            whens = [
                f"WHEN {literal(level['level'])} THEN {_words(level['words'])}"
                for level in part["levels"]
                if (level["weight"] >= 0) is supports
            ]
            if whens:
                cases.append(f"CASE {quoted(part['field'])} {' '.join(whens)} END")
    for_, against = (f"nullif(concat_ws(', ', {', '.join(cases)}), '')" for cases in sides.values())
    return f"coalesce(concat_ws(', but ', {for_}, {against}), '')"


def _words(words: str) -> str:
    parts = re.split(r"\{(\w+)\}", words)
    return " || ".join(quoted(part) if place % 2 else literal(part) for place, part in enumerate(parts))
