"""How much of a district's known truth is found; the bench measures the large ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.duplicates.find import find_duplicates

Layout = Literal["oneroster11", "connect"]
#: Precision and recall at the default threshold; layout ``connect`` has no birth dates. A small sample is noisy.
LEAST = {"oneroster11": (0.98, 0.95), "connect": (0.95, 0.90)}


@dataclass(frozen=True)
class Measured:
    """Pairs found and pairs that are one child, as sets of keys; ``kinds`` of the pairs known to be two."""

    layout: Layout
    found: set[frozenset[str]]
    same: set[frozenset[str]]
    kinds: dict[frozenset[str], str]

    @staticmethod
    def _is_of(pair: frozenset[str], source: str) -> bool:
        with_connect = any(key.startswith("workspace:") for key in pair)
        return not source or with_connect is (source == "workspace")

    def quality(self, source: str = "") -> tuple[float, float]:
        """Precision and recall, of the pairs whose second record is of a source."""
        found, same = ({pair for pair in pairs if self._is_of(pair, source)} for pairs in (self.found, self.same))
        return len(found & same) / len(found), len(found & same) / len(same)


def keys(table: pd.DataFrame) -> list[frozenset[str]]:
    left, right = (table[f"{side}_source"] + ":" + table[f"{side}_id"] for side in ("left", "right"))
    return [frozenset(pair) for pair in zip(left, right, strict=True)]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(case, id=f"{case[0]}, seed {case[1]}", marks=pytest.mark.thorough if place else ())
        for place, case in enumerate((layout, seed) for seed in (3, 4) for layout in ("oneroster11", "connect"))
    ],
)  # fmt: skip
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    layout, seed = request.param
    district = ck.sample_roster(
        tmp_path_factory.mktemp("accuracy"), students=3000, duplicates=True, existing=True, faults="none",
        layout=layout, seed=seed,
    )  # fmt: skip
    assert district.truth_people is not None
    truth = pd.read_csv(district.truth_people, dtype=str, keep_default_na=False)
    same = truth["relation"] == "same"
    found = find_duplicates(ck.read_roster(district.delivery), ck.read_workspace(district.workspace))
    kinds = dict(zip(keys(truth[~same]), truth.loc[~same, "kind"], strict=True))
    return Measured(layout, set(keys(found.table())), set(keys(truth[same])), kinds)


@pytest.mark.thorough
def test_what_is_found_is_right_and_what_is_right_is_found(measured: Measured) -> None:
    precision, recall = measured.quality()
    least_precision, least_recall = LEAST[measured.layout]
    assert precision >= least_precision
    assert recall >= least_recall


@pytest.mark.parametrize("source", ["roster", "workspace"])
def test_both_within_the_delivery_and_against_connect(source: str, measured: Measured) -> None:
    """Some sixty pairs are within the delivery: three wrong ones are a twentieth."""
    precision, recall = measured.quality(source)
    least_precision, least_recall = LEAST[measured.layout]
    slack = 0.05 if source == "roster" else 0.0
    assert precision >= least_precision - slack
    assert recall >= least_recall - slack


def test_twins_and_siblings_are_not_found(measured: Measured) -> None:
    """Without birth dates one pair in a hundred may slip through."""
    family = {pair: kind for pair, kind in measured.kinds.items() if kind.startswith(("twins", "siblings"))}
    wrong = {kind for pair, kind in family.items() if pair in measured.found}
    if measured.layout == "oneroster11":
        assert not {kind for kind in wrong if "alike" not in kind}
    assert len([pair for pair in family if pair in measured.found]) <= len(family) / 100
