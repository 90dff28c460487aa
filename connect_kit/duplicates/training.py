"""Fits the default model to a delivery: chance agreement, agreement among matches, and how many matches there are.

Each is the expectation-maximisation step of Fellegi and Sunter's model with the default model as its prior: twenty
records change nothing, a million decide (Winkler, "Using the EM Algorithm for Weight Computation in the
Fellegi-Sunter Model of Record Linkage", 1988). Splink's own training takes no prior, and a delivery of two thousand
students has forty matches to learn from. Nothing is drawn at random: the same people give the same model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from connect_kit.duplicates.scoring import score
from connect_kit.engine.weights import probability, weight

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates.model import Comparison, Level, Model
    from connect_kit.engine import Schema

#: How many pairs picked at random the default model counts for.
_PAIRS = 3_000.0
#: How many matches it counts for: so many, and so many for each person. Where one in fifty has a second record,
#: namesakes and siblings teach more than matches do, and the default model holds; where one in three has, files decide.
_MATCHES, _MATCHES_EACH = 100.0, 0.1
#: Pairs picked to see how often a field agrees by chance, and people they are picked from.
_PICKED, _SOME = 100_000, 20_000
#: Match weight below which two people picked at random are surely two.
_SURELY_APART = -5.0
#: The share of such pairs that there is in any list of people.
_MOST_APART = 0.9
#: Names this many times more alike than usual were numbered or made up by a rule.
_ALIKE = 4.0
#: Match weight of a field other than a name from which on a pair teaches what matches look like. In a large district
#: namesakes are so many that they would teach that matches agree in nothing else.
_INFORMATIVE = 1.0
#: Among so few people there are hardly any namesakes, and every pair may teach.
_FEW = 20_000
#: The share of people with a second record is not believed to be below this part of the expected share.
_LEAST_SHARE = 0.1
_STEPS, _STILL = 200, 1e-3


def fit_chance(schema: Schema, model: Model) -> Model:
    """Fit every ``u`` on pairs of people who have nothing to do with each other.

    Parameters
    ----------
    schema : Schema
        Holds ``people``.
    model : Model

    Returns
    -------
    Model
    """
    people = min(schema.count("people"), _SOME)
    picked = min(_PICKED, people * (people - 1) // 2)
    # Hashes pick the same people and the same pairs each time.
    schema.execute(f"""CREATE OR REPLACE TABLE a_few AS
        SELECT unique_id, row_number() OVER (ORDER BY hash(unique_id)) AS place
        FROM (SELECT unique_id FROM people ORDER BY hash(unique_id) LIMIT {people})""")
    schema.execute(f"""CREATE OR REPLACE TABLE picked AS
        SELECT DISTINCT '0' AS match_key, least(a.unique_id, b.unique_id) AS join_key_l,
            greatest(a.unique_id, b.unique_id) AS join_key_r
        FROM (SELECT 1 + hash(i, 1) % {people} AS a, 1 + hash(i, 2) % {people} AS b FROM range({picked}) AS t(i)) AS p
        JOIN a_few AS a ON a.place = p.a JOIN a_few AS b ON b.place = p.b WHERE p.a <> p.b""")
    score(schema, model, "picked", "by_chance")
    found = schema.frame("SELECT match_weight, COLUMNS('^gamma_') FROM by_chance")
    schema.execute("DROP TABLE a_few; DROP TABLE picked; DROP TABLE by_chance")
    apart = (found["match_weight"].to_numpy() < _SURELY_APART).astype(float)
    if len(apart) and apart.mean() < _MOST_APART:  # so many matches there cannot be: names alike by their making
        apart[:] = 1.0
    fitted = []
    for comparison in model.comparisons:
        levels = found[f"gamma_{comparison.name}"].to_numpy()
        fitted.append(comparison if comparison.fixed else _with_chance(comparison, levels, apart))
    return replace(model, comparisons=tuple(fitted))


def _with_chance(comparison: Comparison, levels: np.ndarray, apart: np.ndarray) -> Comparison:
    compared = apart[levels >= 0].sum()
    shares = {
        level.label: (apart[levels == value].sum() + _PAIRS * level.u) / (compared + _PAIRS)
        for value, level in comparison.values
        if level.fixed not in (True, "u") and level.least != "u"
    }
    fitted = (_fitted(level, shares.get(level.label)) for level in comparison.levels)
    return replace(comparison, levels=_missing_m(tuple(fitted)))


def _missing_m(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    """Adjust ``m`` of a missing value: what is missing in any list is missing in a second record too."""
    missing = next((level for level in levels if level.missing), None)
    if missing is None:
        return levels
    m = missing.u + (1.0 - missing.u) * missing.m
    rest = (1.0 - m) / (1.0 - missing.m)
    return tuple(replace(level, m=m if level is missing else level.m * rest) for level in levels)


def _fitted(level: Level, share: float | None) -> Level:
    if share is None:
        return level
    # Where spellings are alike far more often than names are, a rare spelling says nothing.
    alike = level.tf_weight < 1 and share > _ALIKE * level.u
    return replace(level, u=float(share), tf="" if alike else level.tf)


def fit_matches(model: Model, scored: pd.DataFrame, people: int, share: float = 1.0) -> Model:
    """Fit every ``m`` and the prior on scored pairs.

    Parameters
    ----------
    model : Model
        With which the pairs were scored.
    scored : DataFrame
        ``match_weight``, ``gamma_<name>`` and ``mw_<name>`` of each pair worth a thought.
    people : int
    share : float
        Part of all pairs that ``scored`` was taken from.

    Returns
    -------
    Model
    """
    pairs = share * max(people * (people - 1) / 2, 1.0)
    evidence = scored["match_weight"].to_numpy() - weight(model.prior)
    trained = [comparison for comparison in model.comparisons if not comparison.fixed]
    levels = {c.name: scored[f"gamma_{c.name}"].to_numpy() for c in trained}
    assumed = {c.name: _shares(c) for c in trained}
    believed = share * (_MATCHES + _MATCHES_EACH * people)
    informative = [scored[f"mw_{c.name}"].to_numpy() for c in trained if not c.namesake]
    teaches = np.max([*informative, np.full(len(scored), -np.inf)], axis=0) >= _INFORMATIVE
    teaches |= people <= _FEW
    current, prior = dict(assumed), model.prior
    fewest = share * max(_LEAST_SHARE * model.expected * people, 0.05)
    for _ in range(_STEPS):
        weights = evidence + weight(prior)
        for comparison in trained:
            name = comparison.name
            change = np.log2(np.maximum(current[name], 1e-12) / np.maximum(assumed[name], 1e-12))
            weights = weights + np.append(change, 0.0)[levels[name]]  # -1, the null level, takes the last
        likely = probability(weights)
        likely = np.where(teaches, likely, 0.0)
        found = {}
        for comparison in trained:
            name = comparison.name
            compared = levels[name] >= 0
            counts = np.bincount(levels[name][compared], weights=likely[compared], minlength=len(assumed[name]))
            counts = np.where(assumed[name] > 0, counts, 0.0)
            found[name] = (counts + believed * assumed[name]) / (counts.sum() + believed)
        moved = max((float(np.abs(found[n] - current[n]).max()) for n in found), default=0.0)
        before, prior = prior, min(max(float(likely.sum()), fewest) / pairs, 0.2)
        current = found
        if moved < _STILL and abs(prior / before - 1) < _STILL:
            break
    return replace(
        model, comparisons=tuple(_with_matches(c, current.get(c.name)) for c in model.comparisons), prior=prior
    )


def _shares(comparison: Comparison) -> np.ndarray:
    """The ``m`` of each level by its value, adding up to 1; a fixed level takes no part."""
    shares = np.zeros(len(comparison.values))
    for value, level in comparison.values:
        shares[value] = 0.0 if level.fixed in (True, "m") else level.m
    return np.asarray(shares / shares.sum())


def _with_matches(comparison: Comparison, shares: np.ndarray | None) -> Comparison:
    if shares is None:
        return comparison
    assumed = _shares(comparison)
    values = {level.label: value for value, level in comparison.values if level.fixed not in (True, "m")}
    levels = tuple(
        replace(lv, m=float(lv.m * shares[values[lv.label]] / assumed[values[lv.label]])) if lv.label in values else lv
        for lv in comparison.levels
    )
    return replace(comparison, levels=levels)
