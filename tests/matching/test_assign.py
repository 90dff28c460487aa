"""One partner each, so that the whole is best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_kit.matching.assign import assign, margins

WEIGHTS = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)), st.floats(0.1, 9, allow_subnormal=False), min_size=1, max_size=40
)


@settings(max_examples=200, deadline=None)
@given(WEIGHTS, st.booleans())
def test_an_assignment_is_one_to_one_and_never_worse_than_greedy(
    weights: dict[tuple[int, int], float], sparse: bool
) -> None:
    import connect_kit.matching.assign as module

    left, right = (np.array(side) for side in zip(*weights, strict=True))
    weight = np.array(list(weights.values()))
    with pytest.MonkeyPatch.context() as patch:
        if sparse:
            patch.setattr(module, "_MOST_CELLS", 0)
        chosen = assign(left, right, weight)
    assert len(set(left[chosen])) == len(set(right[chosen])) == chosen.sum()
    total, used_l, used_r = 0.0, set(), set()
    for place in np.argsort(-weight):
        if left[place] not in used_l and right[place] not in used_r:
            used_l.add(left[place])
            used_r.add(right[place])
            total += weight[place]
    assert weight[chosen].sum() >= total - 1e-9


@settings(max_examples=100, deadline=None)
@given(WEIGHTS)
def test_a_margin_is_at_least_the_true_loss_of_giving_a_pair_up(weights: dict[tuple[int, int], float]) -> None:
    left, right = (np.array(side) for side in zip(*weights, strict=True))
    weight = np.array(list(weights.values()))
    chosen = assign(left, right, weight)
    loss = margins(left, right, weight, chosen)
    best = weight[chosen].sum()
    assert (loss >= -1e-9).all()
    for place in np.flatnonzero(chosen & np.isfinite(loss)):
        rest = np.arange(len(weight)) != place
        without = weight[rest][assign(left[rest], right[rest], weight[rest])].sum()
        assert best - without <= loss[place] + 1e-9
