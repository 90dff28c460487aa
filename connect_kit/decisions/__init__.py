"""What people decided about pairs of records, in a CSV file beside the delivery; other rooms act on it."""

from connect_kit.decisions.value import Decisions, read_decisions

__all__ = ["Decisions", "read_decisions"]
