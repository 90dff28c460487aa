"""Match weights and match probabilities: a weight is log2 of the odds (Fellegi and Sunter 1969; Splink)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 1000.0  # beyond it a probability is 0 or 1 as far as numbers go, and 2 ** weight would overflow


@overload
def probability(match_weight: float) -> float: ...
@overload
def probability(match_weight: NDArray[Any]) -> NDArray[Any]: ...
def probability(match_weight: Any) -> Any:
    """The probability that a match weight stands for; of a number, or of each number of an array."""
    import numpy as np

    found = 1.0 / (1.0 + np.exp2(-np.clip(match_weight, -_MOST, _MOST)))
    return found if isinstance(found, np.ndarray) else float(found)


def weight(match_probability: float) -> float:
    """The match weight of a probability between 0 and 1."""
    return math.log2(match_probability / (1.0 - match_probability))
