"""Which record of two students stays, what moves, and a worksheet for doing it on Connect; the twin carries it out."""

from connect_kit.merging.plan import MergePlan
from connect_kit.merging.planning import plan_merge

__all__ = ["MergePlan", "plan_merge"]
