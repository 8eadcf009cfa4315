"""The steps between one node and the result, with the slopes of their edges.

Between a node and the result of a graph of a million nodes lie too many steps to look at each. There only the steps
near both ends are read, those that can be shown, and what lies between is counted in operations.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from .flow import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..steps import Slope, Steps
    from ..value import Value

__all__ = ["MANY", "Chain", "Ends", "both_ends", "ends_of", "users_of"]

T = TypeVar("T")

MANY = 6  # up to so many routes are written as a sum of products
LARGE = 2000  # nodes of a part of a large graph, of which the ends only are read
USERS = 64  # users of one node that are read
CLOSE = 800  # steps up to which it is asked whether one operand of a step reaches another


class Ends(NamedTuple, Generic[T]):
    """What can be shown of a row of steps (or other things), from both its ends, and how many are left out between."""

    steps: list[T]
    hidden: int = 0
    what: str = "steps"
    split: int = 0  # how many of those shown stand before what is left out


def both_ends(path: list[T], limit: int) -> Ends[T]:
    """The path, or its beginning and its end where it is longer than `limit`."""
    if len(path) <= limit:
        return Ends(path)
    last = limit // 2
    return Ends([*path[: limit - last], *path[len(path) - last :]], len(path) - limit, split=limit - last)


def ends_of(steps: Steps, nodes: Sequence[Value], limit: int) -> Ends[Value]:
    """The first and the last steps among very many nodes; what is between is counted in operations."""
    last = limit // 2
    head = list(islice(((place, one) for place, one in enumerate(nodes) if is_step(steps, one)), limit - last))
    start = head[-1][0] + 1
    backward = ((place, nodes[place]) for place in range(len(nodes) - 1, start - 1, -1))
    tail = list(islice(((place, one) for place, one in backward if is_step(steps, one)), last))[::-1]
    stop = tail[0][0] if tail else len(nodes)
    hidden = sum(1 for place in range(start, stop) if nodes[place]._rule is not None)
    return Ends([one for _, one in [*head, *tail]], hidden, "operations", len(head))


def is_step(steps: Steps, node: Value) -> bool:
    """Whether a node is a step, and no leaf."""
    return node._rule is not None and steps.is_step(node)


def users_of(steps: Steps, nodes: list[Value]) -> tuple[list[Value], int]:
    """The steps that some operations stand in, the nearest to the result first; of very many both ends; how many."""
    shown = both_ends(nodes, USERS) if steps.is_large else Ends(nodes)
    users = sorted({steps.step_of(node) for node in shown.steps}, key=steps.place.__getitem__, reverse=True)
    return users, len(users) + shown.hidden


class Chain:
    """The steps between one node and the result."""

    def __init__(self, steps: Steps, wrt: Value) -> None:
        self.steps = steps
        self.wrt = wrt
        self.flow = Flow(steps, wrt)
        self.is_large = steps.is_large and self.flow.last > LARGE
        self.slopes: dict[tuple[Value, Value], Slope] = {}
        self._sources: dict[Value, list[Value]] = {}
        self.path = [] if self.is_large else [node for node in self.flow.nodes[1:] if steps.is_step(node)]
        self.routes = self._routes()

    def ends(self, limit: int) -> Ends[Value]:
        """The steps that can be shown."""
        if not self.is_large:
            return both_ends(self.path, limit)
        return ends_of(self.steps, self.flow.nodes[1:], limit)

    def is_readable(self, steps: int, slopes: int) -> bool:
        """Whether there are at most so many steps, and slopes between them."""
        if self.is_large or len(self.path) > steps:
            return False
        return self.count_slopes() <= slopes

    def count_slopes(self) -> int:
        """How many slopes there are between the steps; not asked of a large graph."""
        return sum(len(self.sources(step)) for step in self.path)

    def adjoint(self, node: Value) -> float:
        """dL/d(node)."""
        return self.flow.adjoints[self.flow.index[node]]

    def slope(self, step: Value, source: Value) -> Slope:
        """∂step/∂source."""
        key = (step, source)
        if key not in self.slopes:
            self.slopes[key] = self.steps.slope(step, source)
        return self.slopes[key]

    def sources(self, step: Value) -> list[Value]:
        """What a step is made of, as far as it comes from the node in question, in order of first use."""
        if step not in self._sources:
            flow, nodes, is_folded = self.flow, self.flow.nodes, self.steps.is_folded
            self.steps.is_step(step)
            found: dict[Value, None] = {}
            pending = flow.parents_of(flow.index[step])[::-1]
            while pending:
                number = pending.pop()
                node = nodes[number]
                if is_folded(node):
                    pending += flow.parents_of(number)[::-1]
                else:
                    found[node] = None
            self._sources[step] = list(found)
        return self._sources[step]

    def users(self, node: Value) -> tuple[list[Value], int]:
        """The steps that are made of a node, the nearest to the result first; of very many both ends; how many."""
        numbers = list(dict.fromkeys(user for user, _, _ in self.flow.out_of(self.flow.index[node])))
        return users_of(self.steps, [self.flow.nodes[number] for number in numbers])

    def leads_on_only(self, node: Value) -> bool:
        """Whether the result itself is all that is made of a node."""
        return self.users(node)[0] == [self.steps.root]

    def _routes(self) -> int:
        """The number of ways, from step to step, in which the node in question reaches the result; not of very many."""
        if self.is_large:
            first, parents = self.flow.first, self.flow.parents
            is_line = self.flow.is_line or all(
                len(set(parents[first[node] : first[node + 1]])) == 1 for node in range(1, self.flow.last + 1)
            )
            return 1 if is_line else MANY + 1
        count = {self.wrt: 1}
        for step in self.path:
            count[step] = sum(count.get(source, 0) for source in self.sources(step))
        return count[self.steps.root]

    def all_routes(self) -> list[list[Value]]:
        """Every route as the list of its nodes, from the result down; only called where they are few."""
        found: list[list[Value]] = []
        pending = [[self.steps.root]]
        while pending:
            route = pending.pop()
            if route[-1] is self.wrt:
                found.append(route)
                continue
            pending += [[*route, source] for source in reversed(self.sources(route[-1]))]
        return sorted(found, key=lambda route: [self.steps.place[node] for node in route], reverse=True)

    def is_partial(self, step: Value, source: Value) -> bool:
        """∂ where `source` reaches `step` in another way too; d where this edge is the only one."""
        if self.routes == 1:
            return False
        sources = self.sources(step)
        if len(sources) == 1 or self.is_large or len(self.path) > CLOSE:
            return len(sources) > 1  # there it is not asked whether `source` reaches the others
        made = self._made_from(source)
        return any(one in made for one in sources if one is not source)

    def _made_from(self, source: Value) -> set[Value]:
        reached = {source}
        for node in self.path:
            if any(one in reached for one in self.sources(node)):
                reached.add(node)
        return reached

    def edges(self, path: Iterable[Value]) -> list[tuple[Value, Value]]:
        """The edges between some steps, and to the node in question, from the result down."""
        visible = [*path]
        seen = {*visible, self.wrt}
        return [(step, source) for step in reversed(visible) for source in self.sources(step) if source in seen]
