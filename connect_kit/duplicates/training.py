"""Fit the default model to a delivery: chance agreement, agreement among matches, and how many matches there are.

Each is the expectation-maximisation step of Fellegi and Sunter's model with the default model as its prior: twenty
records change nothing, a million decide (Winkler, "Using the EM Algorithm for Weight Computation in the
Fellegi-Sunter Model of Record Linkage", 1988). Splink's own training takes no prior, and a delivery of two thousand
students has forty matches to learn from. Nothing is drawn at random: the same people give the same model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connect_kit.duplicates.scoring import score
from connect_kit.engine.weights import probability, weight

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from connect_kit.duplicates.model import Comparison, Level, Model
    from connect_kit.engine import Schema

#: For how many random pairs the default model counts.
_PRIOR_PAIRS = 3_000.0
#: For how many matches it counts: a fixed number, and a number for each person. Where one person in fifty has a second
#: record, there is more to learn from namesakes and siblings than from matches, and the default model holds; where one
#: in three has, the files decide.
_PRIOR_MATCHES, _PRIOR_MATCHES_PER_PERSON = 100.0, 0.1
#: How many random pairs show how often a field agrees by chance, and from how many people they are drawn.
_RANDOM_PAIRS, _SAMPLED_PEOPLE = 100_000, 20_000
#: Match weight below which a random pair is certainly two people.
_CERTAINLY_TWO = -5.0
#: The share of such pairs in any list of people, at least.
_MIN_SHARE_OF_TWO = 0.9
#: Names that are similar this many times as often as usual were numbered or generated.
_NUMBERED_NAMES = 4.0
#: The model learns from pairs that have at least this match weight in a field other than a name. A large district has
#: so many namesakes that, learning from them, it would conclude that matches agree in nothing else.
_INFORMATIVE = 1.0
#: So few people have hardly any namesakes, and the model learns from every pair.
_ALL_TEACH_UP_TO = 20_000
#: The share of people with a second record is taken to be at least this part of the expected share.
_MIN_SHARE_OF_EXPECTED = 0.1
#: The fit ends after this many steps, or when nothing changes by more than this.
_MAX_STEPS, _TOLERANCE = 200, 1e-3


def fit_chance(schema: Schema, model: Model) -> Model:
    """Fit every ``u`` to random pairs of people.

    Parameters
    ----------
    schema : Schema
        Holds ``people``.
    model : Model

    Returns
    -------
    Model
    """
    people = min(schema.count("people"), _SAMPLED_PEOPLE)
    count = min(_RANDOM_PAIRS, people * (people - 1) // 2)
    # Hashes choose the same people and the same pairs each time.
    schema.execute(f"""CREATE OR REPLACE TABLE sampled_people AS
        SELECT unique_id, row_number() OVER (ORDER BY hash(unique_id)) AS place
        FROM (SELECT unique_id FROM people ORDER BY hash(unique_id) LIMIT {people})""")
    schema.execute(f"""CREATE OR REPLACE TABLE random_pairs AS
        SELECT DISTINCT '0' AS match_key, least(a.unique_id, b.unique_id) AS join_key_l,
            greatest(a.unique_id, b.unique_id) AS join_key_r
        FROM (SELECT 1 + hash(i, 1) % {people} AS a, 1 + hash(i, 2) % {people} AS b FROM range({count}) AS t(i)) AS p
        JOIN sampled_people AS a ON a.place = p.a JOIN sampled_people AS b ON b.place = p.b WHERE p.a <> p.b""")
    score(schema, model, "random_pairs", "random_scored")
    found = schema.frame("SELECT match_weight, COLUMNS('^gamma_') FROM random_scored")
    schema.execute("DROP TABLE sampled_people; DROP TABLE random_pairs; DROP TABLE random_scored")
    apart = (found["match_weight"].to_numpy() < _CERTAINLY_TWO).astype(float)
    if len(apart) and apart.mean() < _MIN_SHARE_OF_TWO:  # there cannot be so many matches: the names were generated
        apart[:] = 1.0
    fitted = []
    for comparison in model.comparisons:
        levels = found[f"gamma_{comparison.name}"].to_numpy()
        fitted.append(comparison if comparison.fixed else _fit_u(comparison, levels, apart))
    return replace(model, comparisons=tuple(fitted))


def _fit_u(comparison: Comparison, levels: np.ndarray, apart: np.ndarray) -> Comparison:
    compared = apart[levels >= 0].sum()
    shares = {
        level.label: (apart[levels == value].sum() + _PRIOR_PAIRS * level.u) / (compared + _PRIOR_PAIRS)
        for value, level in comparison.values
        if level.fixed not in (True, "u") and level.least != "u"
    }
    fitted = (_fitted(level, shares.get(level.label)) for level in comparison.levels)
    return replace(comparison, levels=_missing_m(tuple(fitted)))


def _missing_m(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    """Adjust ``m`` of a missing value: what is missing in every list is missing in second records too."""
    missing = next((level for level in levels if level.missing), None)
    if missing is None:
        return levels
    m = missing.u + (1.0 - missing.u) * missing.m
    rest = (1.0 - m) / (1.0 - missing.m)
    return tuple(replace(level, m=m if level is missing else level.m * rest) for level in levels)


def _fitted(level: Level, share: float | None) -> Level:
    if share is None:
        return level
    # Where similar spellings are far more frequent than among real names, a rare spelling says nothing.
    numbered = level.tf_weight < 1 and share > _NUMBERED_NAMES * level.u
    return replace(level, u=float(share), tf="" if numbered else level.tf)


def fit_matches(model: Model, scored: pd.DataFrame, people: int, share: float = 1.0) -> Model:
    """Fit every ``m`` and the prior to scored pairs.

    Parameters
    ----------
    model : Model
        With which the pairs were scored.
    scored : DataFrame
        ``match_weight``, ``gamma_<name>`` and ``mw_<name>`` of each pair above the floor.
    people : int
    share : float
        The part of all pairs from which ``scored`` was taken.

    Returns
    -------
    Model
    """
    import numpy as np

    pairs = share * max(people * (people - 1) / 2, 1.0)
    evidence = scored["match_weight"].to_numpy() - weight(model.prior)
    trained = [comparison for comparison in model.comparisons if not comparison.fixed]
    levels = {c.name: scored[f"gamma_{c.name}"].to_numpy() for c in trained}
    assumed = {c.name: _shares(c) for c in trained}
    prior_matches = share * (_PRIOR_MATCHES + _PRIOR_MATCHES_PER_PERSON * people)
    beyond_names = [scored[f"mw_{c.name}"].to_numpy() for c in trained if not c.namesake]
    informative = np.max([*beyond_names, np.full(len(scored), -np.inf)], axis=0) >= _INFORMATIVE
    informative |= people <= _ALL_TEACH_UP_TO
    current, prior = dict(assumed), model.prior
    fewest = share * max(_MIN_SHARE_OF_EXPECTED * model.expected * people, 0.05)
    for _ in range(_MAX_STEPS):
        weights = evidence + weight(prior)
        for comparison in trained:
            name = comparison.name
            change = np.log2(np.maximum(current[name], 1e-12) / np.maximum(assumed[name], 1e-12))
            weights = weights + np.append(change, 0.0)[levels[name]]  # -1, the null level, takes the appended 0
        likely = np.where(informative, probability(weights), 0.0)
        found = {}
        for comparison in trained:
            name = comparison.name
            compared = levels[name] >= 0
            counts = np.bincount(levels[name][compared], weights=likely[compared], minlength=len(assumed[name]))
            counts = np.where(assumed[name] > 0, counts, 0.0)
            found[name] = (counts + prior_matches * assumed[name]) / (counts.sum() + prior_matches)
        moved = max((float(np.abs(found[n] - current[n]).max()) for n in found), default=0.0)
        before, prior = prior, min(max(float(likely.sum()), fewest) / pairs, 0.2)
        current = found
        if moved < _TOLERANCE and abs(prior / before - 1) < _TOLERANCE:
            break
    return replace(model, comparisons=tuple(_fit_m(c, current.get(c.name)) for c in model.comparisons), prior=prior)


def _shares(comparison: Comparison) -> np.ndarray:
    """The ``m`` of each level by its value, adding up to 1; that of a fixed level is 0."""
    import numpy as np

    shares = np.zeros(len(comparison.values))
    for value, level in comparison.values:
        shares[value] = 0.0 if level.fixed in (True, "m") else level.m
    return np.asarray(shares / shares.sum())


def _fit_m(comparison: Comparison, shares: np.ndarray | None) -> Comparison:
    if shares is None:
        return comparison
    assumed = _shares(comparison)
    values = {level.label: value for value, level in comparison.values if level.fixed not in (True, "m")}
    levels = tuple(
        replace(lv, m=float(lv.m * shares[values[lv.label]] / assumed[values[lv.label]])) if lv.label in values else lv
        for lv in comparison.levels
    )
    return replace(comparison, levels=levels)
