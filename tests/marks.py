"""Which cases of a claim every run of the tests tries; the others are for make test-slow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some(cases: Iterable[Any], number: int = 1) -> list[Any]:
    """The cases, all but the first ones marked as thorough; a tuple is the arguments of one case."""
    marked: list[Any] = []
    for place, case in enumerate(cases):
        values = case if isinstance(case, tuple) else (case,)
        marked.append(pytest.param(*values, marks=() if place < number else pytest.mark.thorough))
    return marked
