"""The pictures of duplicates: how sure the pairs are, where they are, and why two records are one person.

Functions from a DataFrame to an Altair chart, as in :mod:`connect_kit.charts`. They show IDs, never names. What a
colour tells, a word or a sign tells too.
"""

from __future__ import annotations

from connect_kit.link_charts.graph import cluster_graph
from connect_kit.link_charts.precision import precision_recall
from connect_kit.link_charts.schools import duplicates_by_school
from connect_kit.link_charts.waterfall import waterfall
from connect_kit.link_charts.weights import match_weights

__all__ = ["cluster_graph", "duplicates_by_school", "match_weights", "precision_recall", "waterfall"]
