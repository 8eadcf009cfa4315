"""Positions for a layered drawing that reads from left to right.

The package knows boxes, edges and sizes, and nothing of Values: `layout` takes a directed graph without cycles
and says where each box stands and which points each edge passes. It works in the four steps of Sugiyama:

1. **columns**: the longest path to the output decides, so an input stands in the column before its first use;
2. **order**: the boxes of a column are arranged to cross as few edges as can be found (barycentres, then sifting);
   an edge that spans several columns gets a *trunk*, one place in each column that it passes, so that it never runs
   under a box, and long edges from one box share their trunk;
3. **heights**: chains and trunks are made straight, everything else stands in the middle of its neighbours;
4. **routes**: each edge leaves its box on a level *rail* that has room for its label; no two rails overlap.

No step recurses, none looks at the clock or at a hash: work is bounded by the size of the graph, never by time, and the
same graph has the same layout, everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .columns import columns_of, sort
from .heights import heights_of
from .net import net_of
from .order import arrange
from .routes import Layout, Point, lay_routes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["Layout", "Point", "layout", "sort"]


def layout(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    *,
    labels: Sequence[float] | None = None,
    pinned: Collection[int] | None = None,
) -> Layout:
    """Lay out a directed graph without cycles.

    Args:
        sizes: width and height of each box; the boxes are 0, 1, …
        edges: (source, target) pairs; an edge may occur several times.
        labels: the width of the text each edge carries, 0 for none.
        pinned: the boxes that stand in the column just before their first use; those without an incoming edge by
            default.

    Raises:
        ValueError: the edges form a cycle.

    >>> plan = layout([(40, 20)] * 3, [(0, 2), (1, 2)])
    >>> plan.columns, plan.crossings
    ((0, 0, 1), 0)
    >>> plan.boxes
    ((0.0, 0.0), (0.0, 32.0), (88.0, 16.0))

    """
    widths = [0.0] * len(edges) if labels is None else list(labels)
    columns = columns_of(len(sizes), edges, pinned)
    net = net_of(sizes, edges, columns)
    arrange(net)
    return lay_routes(net, sizes, edges, widths, heights_of(net))
