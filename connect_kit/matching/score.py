"""What schools and classrooms have in common when they are matched: scored pairs, decisions, one partner each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from connect_kit.connect import grade_code
from connect_kit.engine import create_table, literal, package_text, quoted
from connect_kit.engine.weights import weight
from connect_kit.oneroster import GRADES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from connect_kit.engine import Schema

_ORDERED_GRADES = {code: rank for rank, code in enumerate(GRADES[:-3])}  # PS, UG and Other stand in no order
_LITTLE = 1  # what weighs so much too little for a suggestion is still told of


@cache
def model(kind: str) -> Mapping[str, Any]:
    """The part of ``match_model.json`` for ``schools`` or ``classrooms``."""
    part: Mapping[str, Any] = _data("model.json")[kind]
    return part


@cache
def spellings(part: str) -> Any:
    """A part of ``spellings.json``."""
    return _data("spellings.json")[part]


@cache
def _data(file: str) -> Any:
    return json.loads(package_text(__package__, file))


def fill_spellings(schema: Schema, part: str) -> None:
    """Table ``spellings`` (written, meant)."""
    pairs = spellings(part)
    create_table(schema, "spellings", {"written": list(pairs), "meant": list(pairs.values())})


def fill_grades(schema: Schema, also: Sequence[str], values: str) -> None:
    """Table ``grade_ranks`` (written, rank): neighbouring grades differ by one. ``values`` is SQL for the written ones.

    A list of grades has the rank of its first.
    """
    import pyarrow as pa

    written = [row[0] for row in schema.execute(f"SELECT DISTINCT * FROM ({values}) WHERE #1 IS NOT NULL", also=also)]
    ranks = {value: _ORDERED_GRADES.get(grade_code(value.split(",")[0]) or "") for value in written}
    known = {value: rank for value, rank in ranks.items() if rank is not None}
    ranked = pa.array(list(known.values()), pa.int32())
    create_table(schema, "grade_ranks", {"written": list(known), "rank": ranked})


def compare_words(schema: Schema) -> None:
    """Table ``alike`` from ``cores`` (a, b ...): how alike two texts of sorted words are, as ``ratio`` 0 to 100."""
    import numpy as np
    import pyarrow as pa
    from rapidfuzz import fuzz, process

    cores = schema.engine.arrow("SELECT * FROM cores WHERE a IS NOT NULL AND b IS NOT NULL", schemas=(schema.name,))
    a, b = cores.column("a").to_pylist(), cores.column("b").to_pylist()
    ratio = process.cpdist(a, b, scorer=fuzz.ratio, dtype=np.float32, workers=-1) if a else np.zeros(0, np.float32)
    create_table(schema, "alike", cores.append_column("ratio", pa.array(ratio, pa.float32())))


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of two sides before anybody decides, as worked out once from roster and workspace.

    Attributes
    ----------
    kind : {"schools", "classrooms"}
    left, right : pandas.DataFrame
        The two sides by number: ``id``, ``title``, ``why`` (what is said of one without partner, if it is known), and
        what details show.
    certain : pandas.DataFrame
        Pairs by ID: ``l``, ``r``, ``status``, ``reason``.
    lefts, rights, weights, ceilings : array
        Pairs by similarity that come near a suggestion; a score is not higher than its ceiling.
    schema : Schema
        Holds all scored pairs as table ``scored``.
    capped : pandas.DataFrame
        Blocks too large to be compared.
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
    capped: pd.DataFrame = field(repr=False)

    def reasons(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> list[str]:
        """In words, what speaks for and against each of these pairs."""
        with self.schema.engine.cursor((self.schema.name,)) as cursor:
            import pyarrow as pa

            cursor.register("wanted", pa.table({"l": left, "r": right, "n": range(len(left))}))
            rows = cursor.execute(
                f"SELECT n, {_reason(self.kind)} FROM wanted LEFT JOIN evidence USING (l, r) ORDER BY n"
            ).fetchall()
        return [row[1] for row in rows]

    def doubts(
        self, left: Any, right: Any, weight: Any, *, own: str, words: tuple[str, str, str], near: float
    ) -> tuple[NDArray[np.int64], Any]:
        """Numbers of one side (``own``: l or r), and for each in words which partners are likely, and why none is sure.

        ``words``: what a partner is called, what several are, and what a rival is. ``near``: how much less a partner
        may weigh than the best to be equally likely.
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
                ), told AS (
                    SELECT own, count(*) AS rivals, max(weight) AS weight, arg_min(other, (-weight, other)) AS other,
                        list(s.id ORDER BY weight DESC, other)[:3] AS likely
                    FROM rivals JOIN {side} AS s ON s.n = other GROUP BY own
                )
                SELECT t.own, CASE
                    WHEN t.weight < {floor_weight(self.kind)}
                        THEN '{one} ' || t.likely[1] || ' may be it, but too little speaks for it'
                    WHEN t.rivals = 1 THEN '{one} ' || t.likely[1] || ' is likely, but so is another {rival} for it'
                    ELSE format('{{:,}}', t.rivals) || ' {many} are equally likely: ' || array_to_string(t.likely, ', ')
                        || CASE WHEN t.rivals > 3 THEN ', …' ELSE '' END END
                    || ' (' || {_reason(self.kind)} || ')' AS told
                FROM told AS t JOIN evidence AS e ON e.{own} = t.own AND e.{other} = t.other
            """).to_arrow_table()
        return found.column("own").to_numpy(), found.column("told").to_numpy(zero_copy_only=False)


def floor_weight(kind: str) -> float:
    """The weight from which on a pair is suggested."""
    return weight(model(kind)["floor"])


def near_pairs(schema: Schema, kind: str) -> dict[str, Any]:
    """Make table ``scored`` from ``evidence``, and return the pairs that a suggestion or its doubt can come from."""
    whens = [
        f"WHEN coalesce({', '.join(map(quoted, limit['without']))}) IS NULL THEN {limit['score']}"
        for limit in model(kind)["ceilings"]
    ]
    ceiling = f"(CASE WHEN false THEN 1 {' '.join(whens)} ELSE 1 END)::DOUBLE"
    schema.execute(f"CREATE TABLE scored AS SELECT l, r, {_weight(kind)} AS weight, {ceiling} AS ceiling FROM evidence")
    least = floor_weight(kind) - model(kind)["margin"] - _LITTLE
    found = schema.engine.arrow(
        "SELECT l, r, weight, ceiling FROM scored WHERE weight >= ? ORDER BY l, r", [least], schemas=(schema.name,)
    )
    names = {"lefts": "l", "rights": "r", "weights": "weight", "ceilings": "ceiling"}
    return {name: found.column(column).to_numpy() for name, column in names.items()}


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
    """SQL of a pair's reason: what speaks for it, then what against."""
    spoken: dict[bool, list[str]] = {True: [], False: []}
    for part in model(kind)["evidence"]:
        for speaks_for, cases in spoken.items():
            whens = [
                f"WHEN {literal(level['level'])} THEN {_words(level['words'])}"
                for level in part["levels"]
                if (level["weight"] >= 0) is speaks_for
            ]
            if whens:
                cases.append(f"CASE {quoted(part['field'])} {' '.join(whens)} END")
    good, bad = (f"nullif(concat_ws(', ', {', '.join(cases)}), '')" for cases in spoken.values())
    return f"coalesce(concat_ws(', but ', {good}, {bad}), '')"


def _words(words: str) -> str:
    import re

    parts = re.split(r"\{(\w+)\}", words)
    return " || ".join(quoted(part) if place % 2 else literal(part) for place, part in enumerate(parts))
