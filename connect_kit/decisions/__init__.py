"""What people decided about pairs, in one CSV file beside the delivery."""

from connect_kit.decisions.value import Decisions, read_decisions

__all__ = ["Decisions", "read_decisions"]
