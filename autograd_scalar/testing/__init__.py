"""Trust: gradient checks that explain themselves, and hypothesis strategies for points, graphs and networks.

`gradcheck` needs nothing but this package; the strategies need hypothesis (``pip install hypothesis``).

The recipe for an operation of one's own, with a rule that is wrong by a sign in one place: ::

    halve = op("halve(x, y)", "x / (2 * y)", "1 / (2 * y)", "x / (2 * y * y)")

    @given(points(halve))
    def test_halve(point):
        assert gradcheck(point, *point.operands)

hypothesis finds x = 1, y = 1, and the report names the row: its partial for y says 0.5, its values say −0.5. For a
layer of one's own, ``gradcheck(layer, [0.5, -1.0])`` checks all its parameters and inputs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .gradient_check import GradCheck, GradientError, Slope, gradcheck
from .numerical import Curve, Step
from .rules import WrongRule

if TYPE_CHECKING:
    from .graph_strategy import Graph, graphs, random_graph
    from .network_strategy import Network, networks
    from .point_strategy import Point, points

__all__ = [
    "Curve",
    "GradCheck",
    "GradientError",
    "Graph",
    "Network",
    "Point",
    "Slope",
    "Step",
    "WrongRule",
    "gradcheck",
    "graphs",
    "networks",
    "points",
    "random_graph",
]

_LATER = {
    "Graph": "graph_strategy",
    "Network": "network_strategy",
    "Point": "point_strategy",
    "graphs": "graph_strategy",
    "networks": "network_strategy",
    "points": "point_strategy",
    "random_graph": "graph_strategy",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = made
    return made
