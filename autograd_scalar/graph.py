"""The order of a graph: which node comes before which.

A graph is a root node and all it was made from. Nothing here knows a number: a node is something with a `Rule`, the
rule knows the node's parents, and that is enough to walk. Nothing recurses, so a chain of a million nodes is walked
like one of three.

Why an order is needed at all: ``b = a + a; c = b + b``. The slope dc/db is complete (1 + 1 = 2) only when *both*
edges from c have been followed. Whoever passes a first, incomplete 1 on to a, and later the complete 2 as well, gets
the wrong gradient. In topological order every node waits for all its users, and dc/da = 4 comes out.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from .value import Value

__all__ = ["Edge", "Rule", "ancestors", "edges", "leaves", "topological_order"]


class Rule:
    """How one kind of node was made, and how its gradient moves on: a row of the table with some operands Values.

    ``w * x`` of two Values and ``w * 2.0`` follow different rules of the row ``mul``, so the engine never asks at
    an edge what kind of operand is there.

    A node that bears a label, or whose line of code was noted, has a copy of the rule of its own for it.

    ``parents_in`` says where a node keeps its parents: ``"x"``, ``"y"`` or ``"xy"``, which are the slots ``_x`` and
    ``_y``; or, with ``many`` operands, at which places of the tuple in ``_y``, which holds all arguments: each of
    these is a parent, or a tuple of nothing but parents. Where an operand has parents and numbers in it, or something
    that nothing flows to, that is the place after the arguments: there the node has its parents as a tuple of their
    own. ``in_x``, ``in_y`` and ``from_last`` (the places from right to left) are ``parents_in`` as a walk wants it.

    ``backward(node)`` adds the node's adjoint times each partial to the parents; ``partials(node)`` gives the partials
    as a tuple, one for each parent. ``label`` and ``place`` (file and line) belong to one node: see above.
    """

    __slots__ = ("backward", "from_last", "in_x", "in_y", "label", "many", "op", "parents_in", "partials", "place")

    def __init__(
        self,
        op: str,
        parents_in: str | tuple[int, ...],
        backward: Callable[[Any], None],
        partials: Callable[[Any], tuple[float, ...]],
        label: str = "",
        place: tuple[str, int] | None = None,
    ) -> None:
        self.op = op
        self.parents_in = parents_in
        self.in_x = "x" in parents_in
        self.in_y = "y" in parents_in
        self.many = type(parents_in) is tuple
        self.from_last = parents_in[::-1]
        self.backward = backward
        self.partials = partials
        self.label = label
        self.place = place

    def labelled(self, label: str) -> Rule:
        """The same rule for one node that bears a label: nodes without one need no room for it."""
        return Rule(self.op, self.parents_in, self.backward, self.partials, label, self.place)

    def recorded_at(self, place: tuple[str, int] | None) -> Rule:
        """The same rule for one node that was recorded at this file and line of the user's code."""
        return Rule(self.op, self.parents_in, self.backward, self.partials, self.label, place)

    def parents(self, node: Value) -> tuple[Value, ...]:
        """The Values that `node` was computed from and that its gradient flows to, in order; ``a + a`` has two."""
        if self.many:
            found: list[Any] = [node._y[at] for at in self.parents_in]
            return found[0] if len(found) == 1 and type(found[0]) is tuple else tuple(one_by_one(found))
        return (node._x,) * self.in_x + (node._y,) * self.in_y


class Edge:
    """One use of a node: `parent` is operand number `position` of `node` (counting the parents)."""

    __slots__ = ("node", "parent", "position")

    def __init__(self, parent: Value, node: Value, position: int) -> None:
        self.parent = parent
        self.node = node
        self.position = position


def topological_order(root: Value, *, all_operands: bool = False) -> list[Value]:
    """All nodes of the graph of `root`, each after its parents, `root` last.

    Depth first, operands from left to right, which is nearly the order of recording, and the same every time. Each
    node is entered once and each edge looked at once. `all_operands` also follows operands through which nothing
    flows: the branch of a `where` that was not taken.

    >>> from autograd_scalar import Value
    >>> a = Value(1.0, label="a")
    >>> b = (a + a).named("b")
    >>> [node.label for node in topological_order((b + b).named("c"))]
    ['a', 'b', 'c']
    """
    order: list[Value] = []
    entered: set[Value] = set()  # sets compare by identity first, and identical hashes mean identical nodes
    stack: list[Value | None] = [root]
    pop, push, enter, leave = stack.pop, stack.append, entered.add, order.append
    while stack:
        node = pop()
        if node is None:  # all parents of the next one are done
            leave(pop())  # type: ignore[arg-type]  # None is always pushed on top of a node
            continue
        if node in entered:
            continue
        enter(node)
        rule = node._rule
        if rule is None:
            leave(node)
            continue
        push(node)
        push(None)
        if rule.many:
            places = range(len(node._y)) if all_operands else rule.parents_in
            parents = [one for one in one_by_one([node._y[at] for at in places]) if type(one) is type(node)]
            if not entered.issuperset(parents):  # most neurons of a layer read what its first one has read
                for parent in reversed(parents):
                    if parent not in entered:
                        push(parent)
            continue
        if rule.in_y and node._y not in entered:
            push(node._y)
        if rule.in_x and node._x not in entered:
            push(node._x)
    return order


def one_by_one(operands: Sequence[Any]) -> list[Any]:
    """Operands one after the other: the elements of a sequence in its place."""
    return [one for operand in operands for one in (operand if type(operand) is tuple else (operand,))]


def leaves(root: Value) -> list[Value]:
    """The nodes that no operation made: parameters and inputs, in the order of their first use."""
    return [node for node in topological_order(root) if node._rule is None]


def ancestors(root: Value) -> list[Value]:
    """All nodes that `root` was computed from, without `root` itself."""
    return topological_order(root)[:-1]


def edges(root: Value) -> Iterator[Edge]:
    """Every use of a node in the graph of `root`, in topological order; ``a + a`` gives two edges from a."""
    for node in topological_order(root):
        if node._rule is not None:
            for position, parent in enumerate(node._rule.parents(node)):
                yield Edge(parent, node, position)
