"""The numbers and slopes of a graph at one point: as it was recorded, or at other numbers of its leaves."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from ...flat import deep_copied
from ...formula.terms import total
from ..again import evaluated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...steps import Steps
    from ...value import Value

__all__ = ["ROUTES", "Point", "total"]

ROUTES = 32  # as many are looked at one by one


class Point:
    """The graph at its recorded numbers, or at other numbers of its leaves; values and slopes by the engine's rules."""

    def __init__(
        self,
        steps: Steps,
        leaves: dict[Value, float] | None = None,
        top: Value | None = None,
        shut: frozenset[tuple[Value, int]] = frozenset(),
    ) -> None:
        """With other numbers at some `leaves`; then only what `top` was made from has a number and slopes.

        Nothing flows from a node that is `shut` to its parent at that place.
        """
        self.steps = steps
        self.shut = shut
        self.copies: dict[int, Any] | None = None
        self._adjoints: dict[tuple[Value, int], tuple[dict[Value, float], dict[Value, float]]] = {}
        self._partials: dict[Value, tuple[float, ...]] = {}
        if leaves is not None:
            order = steps.order if top is None or top is steps.root else [top]
            numbers = evaluated(order, leaves)
            self.copies = {}
            deep_copied(order[-1], self.copies)
            for node, value in numbers.items():
                self.copies[id(node)]._data = value

    @property
    def is_recorded(self) -> bool:
        """Whether these are the numbers that were recorded."""
        return self.copies is None

    def number(self, node: Value) -> float:
        """The number of a node."""
        return node.data if self.copies is None else float(self.copies[id(node)]._data)

    def partials(self, node: Value) -> tuple[float, ...]:
        """The partials of a node, one for each parent."""
        if node not in self._partials:
            found = (node if self.copies is None else self.copies[id(node)]).partials()
            self._partials[node] = self._opened(node, found) if self.shut else found
        return self._partials[node]

    def _opened(self, node: Value, partials: Iterable[float]) -> tuple[float, ...]:
        """The partials of a node, 0 where it is shut."""
        return tuple(0.0 if (node, place) in self.shut else one for place, one in enumerate(partials))

    def derivative(self, of: Value, wrt: Value) -> tuple[float, float]:
        """d`of`/d`wrt` through every route, and the sum of the magnitudes of what was added up."""
        if of not in self.steps.place or wrt not in self.steps.place:  # an operand through which nothing flows
            return (1.0, 1.0) if of is wrt else (0.0, 0.0)
        first = 0 if of is self.steps.root else self.steps.place[wrt]  # what comes before cannot lie between
        if (of, first) not in self._adjoints:
            self._adjoints[of, first] = self._walked(of, first)
        adjoints, sizes = self._adjoints[of, first]
        return adjoints.get(wrt, 0.0), sizes.get(wrt, 0.0)

    def _walked(self, of: Value, first: int) -> tuple[dict[Value, float], dict[Value, float]]:
        """The adjoints of all nodes from `of` back to place `first`, and the same with every slope made positive."""
        adjoints, sizes, copies = {of: 1.0}, {of: 1.0}, self.copies
        for node in reversed(self.steps.order[first : self.steps.place[of] + 1]):
            rule = node._rule
            if rule is None or node not in adjoints:
                continue
            adjoint, size = adjoints[node], sizes[node]
            partials = rule.partials(node if copies is None else copies[id(node)])
            if self.shut:
                partials = self._opened(node, partials)
            for parent, partial in zip(rule.parents(node), partials, strict=True):
                if parent in adjoints:
                    adjoints[parent] += adjoint * partial
                    sizes[parent] += abs(size * partial)
                else:
                    adjoints[parent] = 0.0 + adjoint * partial
                    sizes[parent] = abs(size * partial)
        return adjoints, sizes

    def inner_routes(self, step: Value, source: Value) -> list[list[tuple[Value, float]]]:
        """The routes within one step's own formula, each a list of nodes with their partials, from the outside in."""
        found: list[list[tuple[Value, float]]] = []
        pending: list[tuple[Value, list[tuple[Value, float]]]] = [(step, [])]
        while pending and len(found) < ROUTES:
            node, route = pending.pop()
            follow = []
            for parent, partial in zip(node.parents, self.partials(node), strict=True):
                longer = [*route, (node, partial)]
                if parent is source:
                    found.append(longer)
                elif not self.steps.is_step(parent):
                    follow.append((parent, longer))
            pending += reversed(follow)
        return found

    def one_step(self, of: Value, wrt: Value) -> tuple[float, float] | None:
        """∂`of`/∂`wrt` within the formula of `of`; None where it does not mention `wrt`."""
        if wrt not in self.steps.sources(of):
            return None
        products = [prod(partial for _, partial in route) for route in self.inner_routes(of, wrt)]
        return total(products), sum(map(abs, products))
