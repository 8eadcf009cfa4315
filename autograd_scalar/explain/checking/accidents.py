"""Points near by, at which a formula that is right by accident is wrong."""

from __future__ import annotations

import random
from itertools import islice
from math import inf
from typing import TYPE_CHECKING

from ...errors import AutogradError
from ...formula.equations import walk
from ...formula.terms import Number, Term
from ...graph import topological_order
from ...ops import table
from .closeness import rounds
from .points import Point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...value import Value
    from .vocabulary import Vocabulary

__all__ = ["Accidents"]

NEAR = 1e-3  # how far the other points are, relative to each leaf
POINTS = 3  # as many are looked at
TRIES = 12
LARGEST = 200_000  # nodes of a graph that is computed anew at other points


class Accidents:
    """The points near by, each made when it is first needed."""

    def __init__(self, words: Vocabulary, recorded: Point) -> None:
        self.words = words
        self.steps = words.steps
        self.recorded = recorded
        self._zeros: dict[Value, frozenset[Value]] = {}
        self._points: dict[tuple[frozenset[Value], Value], list[Point]] = {}

    def held_still(self, term: Term) -> list[frozenset[Value]]:
        """Leaves to be held still, since their number, or that of a step made of them, may stand in the formula."""
        literals = [one for one in walk(term) if isinstance(one, Number)]

        def stands_there(node: Value) -> bool:
            own = node.data
            return any(abs(abs(one.value) - abs(own)) <= 1e-9 * abs(own) or rounds(one, own) for one in literals)

        first = frozenset(leaf for leaf in self.steps.named_leaves() if stands_there(leaf))
        below: set[Value] = set()
        for step in islice(self.words.steps_in_sight(), 2000):
            if stands_there(step):
                below |= {node for node in topological_order(step) if node._rule is None}
        return list(dict.fromkeys([frozenset(), first, first | below]))

    def hidden_by_zero(self, of: Value) -> frozenset[Value]:
        """Leaves that alone make a factor 0, the y of (1 − y)·log(1 − p): what it hides need not be written."""
        if of not in self._zeros:
            found: set[Value] = set()
            for node in topological_order(of) if not self.steps.is_large else ():
                rule = node._rule
                if rule is not None and len(node.parents) > 1 and 0 in self.recorded.partials(node):
                    for parent in node.parents:
                        leaves = [one for one in topological_order(parent) if one._rule is None]
                        found |= set(leaves) if parent.data == 0 and len(leaves) == 1 else set()
            self._zeros[of] = frozenset(found)
        return self._zeros[of]

    def points(self, frozen: frozenset[Value], top: Value) -> list[Point]:
        """Points near by, on the same side of every kink, at which the named leaves that are not frozen have moved.

        Only what `top` was made from is computed there.
        """
        if (frozen, top) not in self._points:
            self._points[frozen, top] = list(islice(self._found(frozen, top), 1 if self.steps.is_large else POINTS))
        return self._points[frozen, top]

    def _found(self, frozen: frozenset[Value], top: Value) -> Iterator[Point]:
        order = self.steps.order if top is self.steps.root else topological_order(top)
        inside = set(order)
        leaves = [leaf for leaf in self.steps.named_leaves() if leaf in inside and leaf not in frozen]
        if not leaves or len(order) > LARGEST:
            return
        kinked = [node for node in order if node._rule is not None and table[node._rule.op].kinks]
        numbers = random.Random(7)
        steps: list[float] = []
        for attempt in range(TRIES):
            if attempt % 2:  # the other side of the last one
                steps = [-step for step in steps]
            else:
                steps = [NEAR * (0.5 + numbers.random()) * (1 if numbers.random() < 0.5 else -1) for _ in leaves]
            moved = {}
            for leaf, step in zip(leaves, steps, strict=True):
                moved[leaf] = leaf.data * (1 + step) if abs(leaf.data) > NEAR else leaf.data + step
            try:
                point = Point(self.steps, moved, top)
                crossed = any(self._jumped(point, node) for node in kinked)
            except AutogradError:
                continue
            if not crossed:
                yield point

    def _jumped(self, point: Point, node: Value) -> bool:
        pairs = zip(self.recorded.partials(node), point.partials(node), strict=True)
        return any(abs(one - other) > 0.02 * (1 + abs(one)) * (1 if abs(one) < 1e6 else inf) for one, other in pairs)
