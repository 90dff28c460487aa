"""Which records belong together through pairs."""

from __future__ import annotations

from typing import Any


def components(left: Any, right: Any, nodes: int) -> Any:
    """Number the connected components of a graph.

    Parameters
    ----------
    left, right : arrays of int
        The two ends of each edge, as numbers of nodes from 0.
    nodes : int
        How many nodes there are.

    Returns
    -------
    array of int
        The component of each node, counted from 0.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(left), bool), (left, right)), shape=(nodes, nodes))
    return connected_components(edges, directed=False)[1]
