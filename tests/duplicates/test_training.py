"""The model is fitted to the delivery: twenty records change nothing, a million decide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from connect_kit.duplicates.model import KINDS, Comparison, Kind, Model, read_model
from connect_kit.duplicates.training import fit_chance, fit_matches
from connect_kit.duplicates.value import Duplicates
from connect_kit.engine.weights import probability, weight


@pytest.fixture(scope="module")
def default(found: Duplicates) -> Model:
    """The default model for the district of ``found``, not fitted yet."""
    unused = frozenset(found.evidence.loc[~found.evidence["used"], "field"])
    return read_model("students").for_people(found.schema.count("people"), years=10.0, unused=unused)


def pairs(model: Model, count: int, weight_of_each: float, **levels: str) -> pd.DataFrame:
    """Scored pairs that all have these levels (by comparison), and nothing to compare in the other fields."""
    made = {"match_weight": np.full(count, weight_of_each)}
    for comparison in model.comparisons:
        values = {level.label: value for value, level in comparison.values}
        made[f"gamma_{comparison.name}"] = np.full(count, values.get(levels.get(comparison.name, ""), -1))
        made[f"mw_{comparison.name}"] = np.full(count, 5.0 if comparison.name in levels else 0.0)
    return pd.DataFrame(made)


def by_name(model: Model) -> dict[str, Comparison]:
    return {comparison.name: comparison for comparison in model.comparisons}


def share(model: Model, comparison: str, label: str, which: str = "m") -> float:
    level = next(level for level in by_name(model)[comparison].levels if level.label == label)
    return float(getattr(level, which))


@pytest.mark.parametrize("kind", KINDS)
def test_the_default_model_is_consistent(kind: Kind) -> None:
    model = read_model(kind)
    for comparison in model.comparisons:
        compared = [level for level in comparison.levels if not level.null]
        assert compared[-1].sql == "ELSE"
        assert all(0 < level.m <= 1 and 0 < level.u <= 1 for level in compared)
        assert len({level.label for level in comparison.levels}) == len(comparison.levels)
        if not comparison.fixed:
            assert 0 < sum(level.m for level in compared if not level.fixed) <= 1.05
    assert model.sibling_guard.fixed
    assert "{" not in str(model.blocking)


def test_probability_and_weight_are_each_others_inverse() -> None:
    assert probability(0) == 0.5
    assert weight(0.5) == 0
    for likely in (1e-9, 0.01, 0.75, 0.999):
        assert probability(weight(likely)) == pytest.approx(likely)
    assert probability(1e6) == 1.0
    assert probability(-1e6) < 1e-300


@pytest.mark.parametrize(
    ("people", "least", "most"), [(0, 0.0, 0.2), (2, 0.2, 0.2), (1000, 1e-5, 1e-4), (10**6, 1e-8, 1e-7)]
)
def test_the_chance_of_two_people_being_one_falls_with_their_number(people: int, least: float, most: float) -> None:
    assert least <= read_model("students").for_people(people, years=None, unused=frozenset()).prior <= most


def test_chance_agreement_in_a_small_district_is_near_the_default(found: Duplicates, default: Model) -> None:
    """Seventy children have 2,415 pairs; the default model counts for 3,000."""
    fitted = fit_chance(found.schema, default)
    for comparison in default.comparisons:
        for before, after in zip(comparison.levels, by_name(fitted)[comparison.name].levels, strict=True):
            assert replace(after, u=before.u) == replace(before, m=after.m)
            assert after.m == before.m or comparison.field == "family recorded"
            if comparison.fixed or before.fixed in (True, "u") or before.null or before.least == "u":
                assert after.u == before.u
            if not before.null:
                assert 0.4 * before.u <= after.u <= before.u + 0.6
    assert share(fitted, "school", "one in common", "u") > share(default, "school", "one in common", "u")
    assert fit_chance(found.schema, default) == fitted


def test_a_few_matches_change_little_and_many_decide(default: Model) -> None:
    before = share(default, "given_name", "nickname")
    fitted = {
        count: share(
            fit_matches(default, pairs(default, count, 20.0, given_name="nickname", birth_date="same"), 70),
            "given_name",
            "nickname",
        )
        for count in (0, 5, 100_000)
    }
    assert fitted[0] == pytest.approx(before)
    assert before < fitted[5] < before + 0.06
    assert fitted[100_000] > 0.9


def test_pairs_that_are_certainly_two_people_teach_nothing(default: Model) -> None:
    apart = pairs(default, 1000, -60.0, given_name="different", birth_date="same")
    assert share(fit_matches(default, apart, 70), "given_name", "different") == pytest.approx(
        share(default, "given_name", "different"), rel=1e-3
    )


def test_among_many_people_pairs_that_agree_in_names_alone_teach_nothing(default: Model) -> None:
    namesakes = pairs(default, 5000, 25.0, given_name="same", family_name="same")
    few, many = fit_matches(default, namesakes, 20_000), fit_matches(default, namesakes, 20_001)
    assert share(few, "given_name", "same") > share(default, "given_name", "same")
    assert share(many, "given_name", "same") == pytest.approx(share(default, "given_name", "same"))


def test_the_prior_follows_what_is_found_within_bounds(default: Model) -> None:
    people, every = 1000, 1000 * 999 / 2
    none = fit_matches(default, pairs(default, 0, 0.0), people)
    assert none.prior == pytest.approx(0.1 * default.expected * people / every, rel=0.01)
    found = fit_matches(default, pairs(default, 300, 40.0, given_name="same", birth_date="same"), people)
    assert found.prior == pytest.approx(300 / every, rel=0.01)
    assert fit_matches(default, pairs(default, 400_000, 60.0, given_name="same"), people).prior == 0.2


def test_the_sibling_guard_is_never_fitted(found: Duplicates, default: Model) -> None:
    assert found.model.sibling_guard == default.sibling_guard
    assert by_name(found.model)["sourcedId"] == by_name(default)["sourcedId"]


def test_shares_among_matches_add_up_to_what_they_did(found: Duplicates, default: Model) -> None:
    for comparison in default.comparisons:
        before, after = (
            sum(level.m for level in c.levels) for c in (comparison, by_name(found.model)[comparison.name])
        )
        assert after == pytest.approx(before)
