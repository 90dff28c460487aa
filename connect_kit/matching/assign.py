"""One-to-one assignment: of all possible pairs, those with the highest total weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.engine.components import components

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Weights = NDArray[np.float64]

#: Larger components are solved as sparse graphs, so that memory grows with the pairs given, not with all combinations.
_MOST_CELLS = 4_000_000


def assign(left: Numbers, right: Numbers, weight: Weights) -> NDArray[np.bool_]:
    """Choose pairs so that nothing occurs twice and the sum of the weights is as high as possible.

    Parameters
    ----------
    left, right : array of int
        The two sides of each pair; a pair occurs once.
    weight : array of float
        Each more than 0, the weight of no pair.

    Returns
    -------
    array of bool
        Whether a pair was chosen.
    """
    import numpy as np

    chosen = np.zeros(len(left), bool)
    if not len(left):
        return chosen
    lefts, row = np.unique(left, return_inverse=True)
    rights, column = np.unique(right, return_inverse=True)
    label = components(row, column + len(lefts), len(lefts) + len(rights))
    order = np.argsort(label[row], kind="stable")
    starts = np.flatnonzero(np.diff(label[row][order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    alone = ends - starts == 1  # most components are one pair
    chosen[order[starts[alone]]] = True
    for start, end in zip(starts[~alone].tolist(), ends[~alone].tolist(), strict=True):
        pairs = order[start:end]
        chosen[pairs[_solve(row[pairs], column[pairs], weight[pairs])]] = True
    return chosen


def _solve(left: Any, right: Any, weight: Any) -> Any:
    """Positions of the chosen pairs of one component."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    lefts, row = np.unique(left, return_inverse=True)
    rights, column = np.unique(right, return_inverse=True)
    if len(lefts) * len(rights) > _MOST_CELLS:
        return _solve_sparse(row, column, weight, len(lefts), len(rights))
    gain = np.zeros((len(lefts), len(rights)))
    gain[row, column] = weight
    place = np.full(gain.shape, -1)
    place[row, column] = np.arange(len(row))
    found = place[linear_sum_assignment(gain, maximize=True)]
    return found[found >= 0]


def _solve_sparse(row: Any, column: Any, weight: Any, lefts: int, rights: int) -> Any:
    """Like :func:`_solve`, with a further partner for each left that stands for none."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    # An entry of 0 would count as missing. Every left gets a partner, so all entries can be raised by the same amount.
    lift = 1.0
    gain = np.concatenate([weight + lift, np.full(lefts, lift)])
    rows = np.concatenate([row, np.arange(lefts)])
    columns = np.concatenate([column, rights + np.arange(lefts)])
    graph = csr_array((gain, (rows, columns)), shape=(lefts, rights + lefts))
    found_l, found_r = min_weight_full_bipartite_matching(graph, maximize=True)
    partner = np.full(lefts, -1)
    partner[found_l] = found_r
    return np.flatnonzero(partner[row] == column)


def margins(left: Numbers, right: Numbers, weight: Weights, chosen: NDArray[np.bool_]) -> Weights:
    """How much the sum would lose if a chosen pair gave way to the best alternative; infinite where found is none.

    For a pair that was not chosen: what the sum loses when it is forced. The two partners it leaves alone then form a
    pair in turn, if they can.
    """
    import numpy as np

    loss = np.full(len(left), np.inf)
    if not len(left):
        return loss
    width = int(right.max()) + 1
    partner_of_left = np.full(int(left.max()) + 1, -1)
    partner_of_right = np.full(width, -1)
    partner_of_left[left[chosen]], partner_of_right[right[chosen]] = right[chosen], left[chosen]
    codes = left * width + right
    order = np.argsort(codes)

    def weight_of(a: Any, b: Any) -> Any:
        """Weight of a pair; 0 where it was not found."""
        wanted = np.where((a >= 0) & (b >= 0), a * width + b, -1)
        at = np.minimum(np.searchsorted(codes[order], wanted), len(order) - 1)
        found = codes[order][at] == wanted
        return np.where(found, np.maximum(weight[order][at], 0), 0)

    rest = ~chosen
    a, b = left[rest], right[rest]
    own_b, own_a = partner_of_left[a], partner_of_right[b]
    loss[rest] = weight_of(a, own_b) + weight_of(own_a, b) - weight[rest] - weight_of(own_a, own_b)
    least = np.full(len(partner_of_left), np.inf)  # by left; a chosen pair is found by its left as well as its right
    np.minimum.at(least, a, loss[rest])
    taken = own_a >= 0
    np.minimum.at(least, own_a[taken], loss[rest][taken])
    loss[chosen] = least[left[chosen]]
    return loss
