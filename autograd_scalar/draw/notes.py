"""What has to be said of the numbers of a graph before they are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..backward import check_not_edited
from ..errors import UsageError

if TYPE_CHECKING:
    from ..value import Value
    from .reading import Graph

__all__ = ["other_passes", "stale"]


def stale(nodes: list[Value]) -> str:
    """A sentence where a leaf was edited after its use, so that results are not those of the leaves as shown."""
    try:
        check_not_edited(nodes)
    except UsageError as error:
        return f"{str(error).partition(', so the ')[0]}: the numbers of the results shown are those of before the edit"
    return ""


def other_passes(graph: Graph) -> str:
    """A sentence where a leaf's ``.grad`` is not what the pass through this graph alone leaves there."""
    if not graph.reached or any(graph.cut):
        return ""
    adjoints = [0.0] * len(graph.nodes)
    adjoints[-1] = graph.nodes[-1].grad  # the seed of the pass
    sizes = [abs(adjoint) for adjoint in adjoints]  # Σ|contribution|: what rounding is measured by, where terms cancel
    for i in reversed(range(len(graph.nodes))):
        for j, slope in graph.inputs[i]:
            adjoints[j] += adjoints[i] * slope
            sizes[j] += sizes[i] * abs(slope)
    others = [
        graph.names[i]
        for i, v in enumerate(graph.nodes)
        if not v.op and v.reached and abs(v.grad - adjoints[i]) > 1e-9 * max(sizes[i], abs(v.grad))
    ]
    if not others:
        return ""
    named = [f"{name}.grad" for name in others if name]
    named = named if len(named) == len(others) <= 4 else named[:3]
    if more := len(others) - len(named):
        leaves = "leaf" if more == 1 else "leaves"
        named.append(f"those of {more:,} more {leaves}" if named else f"The gradients of {more:,} {leaves}")
    what = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
    said = "holds more than this pass, or was set" if len(others) == 1 else "hold more than this pass, or were set"
    return f"{what} {said}: zero_grad() between passes"
