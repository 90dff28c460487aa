"""How values show themselves: charts, tables, HTML and SVG. They show IDs, never names.

What a colour tells, a word or a sign tells too.
"""

from connect_kit.display.graph import cluster_graph
from connect_kit.display.schools import duplicates_by_school
from connect_kit.display.waterfall import waterfall
from connect_kit.display.weights import match_weights

__all__ = ["cluster_graph", "duplicates_by_school", "match_weights", "waterfall"]
