"""The nodes and edges of a graph, as they were when it was drawn; of one that is too large, a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import AutogradError, UsageError
from ..formula import number
from ..graph import topological_order
from ..layout import sort
from ..notation import display, displayed
from .operations import op_text

if TYPE_CHECKING:
    from ..value import Value

__all__ = [
    "A_PART",
    "COUNTED",
    "NEAR",
    "UNKNOWN",
    "Graph",
    "Names",
    "connect",
    "nearest",
    "read_graph",
    "subject_of",
    "typed_name",
]

Names = Callable[["Value"], "str | None"]

NEAR = 40
"""The cards around the output that are left of a picture which folding could not make readable."""
COUNTED = 200_000
"""The most nodes that are read; of a larger graph only what is near the output is drawn."""
UNKNOWN = float("nan")
"""The slope that an operation refuses to give; told from a slope that was computed by `is`."""
A_PART = "draw(to=…) shows what lies between a node and the output"


def typed_name(v: Value, names: Names | None) -> str:
    """The name of a node as it was typed, or ``""``; a label always wins."""
    return v.label or (names(v) if names else "") or ""


def subject_of(root: Value, names: Names | None) -> str:
    """What the picture is called."""
    return display(typed_name(root, names)) or "a graph"


@dataclass(slots=True)
class Graph:
    """The nodes that are read, operands first, each with (operand's index, partial) for each way to an operand."""

    nodes: list[Value]
    numbers: list[int]
    inputs: list[list[tuple[int, float]]]
    cut: list[int]
    """How many operands of each node are not among the nodes."""
    names: list[str]
    reached: bool
    """Whether a backward pass has gone through the root: any other gradient among these nodes is another graph's."""
    _called: dict[int, str] = field(default_factory=dict)

    def called(self, i: int) -> str:
        """What to call a node in a sentence: its name, else its operation, else its number."""
        if i not in self._called:
            v = self.nodes[i]
            self._called[i] = self.names[i] or op_text(v) or number(v.data)
        return self._called[i]


def read_graph(
    root: Value, to: Value | Iterable[Value] | None, names: Names | None, *, may_cut: bool
) -> tuple[Graph, list[str]]:
    """Read the whole graph, or the part between; of one that is too large, what is near the output."""
    if to is not None:
        return _between(connect(topological_order(root), root, names), root, to, names), []
    if len(nearest(root, COUNTED + 1)) <= COUNTED:
        return connect(topological_order(root), root, names), []
    if may_cut:
        few = connect(nearest(root, NEAR)[::-1], root, names)
        return few, [f"The graph has more than {COUNTED:,} nodes: the {NEAR} nearest the output are drawn; {A_PART}"]
    raise UsageError(
        f"the graph has more than {COUNTED:,} nodes, too many to draw with fold=False; draw(to=…) draws a part"
    )


def nearest(root: Value, limit: int) -> list[Value]:
    """At most `limit` nodes, those with the fewest steps to the root first."""
    found = [root]
    seen = {id(root)}
    at = 0
    while at < len(found):
        for parent in found[at].parents:
            if id(parent) not in seen:
                if len(found) == limit:
                    return found
                seen.add(id(parent))
                found.append(parent)
        at += 1
    return found


def connect(nodes: list[Value], root: Value, names: Names | None) -> Graph:
    """Read the edges among these nodes; put operands first, whatever the order was."""
    index = {id(v): i for i, v in enumerate(nodes)}
    edges = [(index[id(p)], i) for i, v in enumerate(nodes) for p in v.parents if id(p) in index]
    if any(a > b for a, b in edges):
        nodes = [nodes[i] for i in sort(len(nodes), edges)]
        index = {id(v): i for i, v in enumerate(nodes)}
    inputs, cut = [], []
    for v in nodes:
        parents = v.parents
        slopes = _slopes(v) if parents else ()
        inputs.append([(index[id(p)], d) for p, d in zip(parents, slopes, strict=True) if id(p) in index])
        cut.append(len({id(p) for p in parents if id(p) not in index}))
    typed = [typed_name(v, names) for v in nodes]
    shown = displayed(filter(None, typed)) | {"": ""}
    return Graph(nodes, list(range(len(nodes))), inputs, cut, [shown[name] for name in typed], root.reached)


def _slopes(v: Value) -> tuple[float, ...]:
    try:
        return v.partials()
    except AutogradError:  # a backward pass says why; the values are there to be seen
        return (UNKNOWN,) * len(v.parents)


def _between(graph: Graph, root: Value, to: Value | Iterable[Value], names: Names | None) -> Graph:
    """What lies on the ways from the given nodes to the root."""
    starts = list(to) if isinstance(to, Iterable) else [to]
    index = {id(v): i for i, v in enumerate(graph.nodes)}
    keep = [False] * len(graph.nodes)
    for v in starts:
        if id(v) not in index:
            who, where = display(typed_name(v, names)) or "that node", subject_of(root, names)
            raise UsageError(f"draw(to=…): {who} does not reach {where}: no operation that made {where} used it")
        keep[index[id(v)]] = True
    for i, inputs in enumerate(graph.inputs):
        keep[i] = keep[i] or any(keep[j] for j, _ in inputs)
    kept = [i for i, k in enumerate(keep) if k]
    new = {i: place for place, i in enumerate(kept)}
    return Graph(
        [graph.nodes[i] for i in kept],
        [graph.numbers[i] for i in kept],
        [[(new[j], slope) for j, slope in graph.inputs[i] if j in new] for i in kept],
        [0] * len(kept),
        [graph.names[i] for i in kept],
        graph.reached,
    )
