"""Points near by, at which a formula that is right by accident is wrong."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from functools import cached_property
from itertools import islice, product
from math import inf, nan
from typing import TYPE_CHECKING, Any

from ...errors import AutogradError
from ...formula.equations import walk
from ...formula.terms import Number, Symbol, Term
from ...graph import topological_order
from ...ops import table
from ..reading import Literal
from .closeness import rounds
from .points import Point

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ...value import Value
    from .vocabulary import Vocabulary

    Shut = frozenset[tuple[Value, int]]
    """Edges along which nothing flows, each a node and the place of a parent."""

__all__ = ["Accidents"]

NEAR = 1e-3  # how far the other points are, relative to each leaf
POINTS = 3  # as many are looked at
TRIES = 12
FEW, MOST = 8, 200  # numbers in a formula that steps may stand for, and formulas with names in their place
LARGEST = 200_000  # nodes of a graph that is computed anew at other points


class Accidents:
    """The points near by, each made when it is first needed."""

    def __init__(self, words: Vocabulary, recorded: Point) -> None:
        self.words = words
        self.steps = words.steps
        self.recorded = recorded
        self._zeros: dict[Value, dict[Value, Shut]] = {}
        self._points: dict[tuple[frozenset[Value], Value, Shut], list[Point]] = {}

    def held_still(self, term: Term, mentioned: Collection[Value]) -> list[frozenset[Value]]:
        """Leaves to be held still, since their number, or that of a step made of them, may stand in the formula.

        What is mentioned by name is not held still: there its number is put in (see `put_in`).
        """
        literals = [one for one in walk(term) if isinstance(one, Number)]

        def stands_there(node: Value) -> bool:
            return any(_is_number_of(one, node.data) for one in literals)

        first = frozenset(leaf for leaf in self.steps.named_leaves() if stands_there(leaf))
        below: set[Value] = set()
        for step in islice(self.words.steps_in_sight(), 2000):
            if stands_there(step):
                below |= {node for node in topological_order(step) if node._rule is None}
        sets = [frozenset(), first, first | below]
        return list(dict.fromkeys(one.difference(mentioned) for one in sets))

    def put_in(self, term: Term, top: Value, mentioned: Collection[Value]) -> Iterator[Term]:
        """The formula with names in place of some of its numbers, where these are those of nodes that `top` is made of.

        A 1 is no name that is mentioned too: it mostly is a 1, and 1 − y would be y − y.
        """
        inside = self.steps.place if top is self.steps.root else set(topological_order(top))
        places = [one for one in walk(term) if isinstance(one, Literal)]
        choices: list[list[Value | None]] = []
        for one in places:
            leaves = [leaf for leaf in self.steps.named_leaves() if _is_number_of(one, leaf.data)]
            steps = islice(self.words.steps_in_sight(), 2000) if len(places) <= FEW else ()
            nodes = [*leaves, *(step for step in steps if _is_number_of(one, step.data))]
            taken_for_one = mentioned if one.value == 1 else ()
            choices.append([None, *(node for node in nodes if node in inside and node not in taken_for_one)])
        for choice in islice(product(*choices), 1, MOST):
            taken = [(one, node) for one, node in zip(places, choice, strict=True) if node is not None]
            yield _with_names(term, {id(one): Symbol(nan, self.steps.name(node)) for one, node in taken})

    @cached_property
    def zeros(self) -> list[Value]:
        """Leaves that are 0: a formula may leave them out, 2a for 2(a − y)."""
        return [leaf for leaf in self.steps.named_leaves() if leaf.data == 0][:FEW]

    def hidden_by_zero(self, of: Value) -> dict[Value, Shut]:
        """Leaves that alone make a factor 0, the y of (1 − y)·log(1 − p), and where nothing flows since they do.

        What they hide need not be written.
        """
        if of not in self._zeros:
            found: dict[Value, set[tuple[Value, int]]] = {}
            for node in topological_order(of) if not self.steps.is_large else ():
                rule = node._rule
                if rule is None or len(node.parents) < 2 or 0 not in self.recorded.partials(node):
                    continue
                shut = {(node, place) for place, one in enumerate(self.recorded.partials(node)) if one == 0}
                for parent in node.parents:
                    leaves = [one for one in topological_order(parent) if one._rule is None]
                    if parent.data == 0 and len(leaves) == 1:
                        found.setdefault(leaves[0], set()).update(shut)
            self._zeros[of] = {leaf: frozenset(shut) for leaf, shut in found.items()}
        return self._zeros[of]

    def points(self, frozen: frozenset[Value], top: Value, shut: Shut = frozenset()) -> list[Point]:
        """Points near by, on the same side of every kink, at which the named leaves that are not frozen have moved.

        Only what `top` was made from is computed there; nothing flows along the edges that are `shut`.
        """
        key = (frozen, top, shut)
        if key not in self._points:
            self._points[key] = list(islice(self._found(*key), 1 if self.steps.is_large else POINTS))
        return self._points[key]

    def _found(self, frozen: frozenset[Value], top: Value, shut: Shut) -> Iterator[Point]:
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
                point = Point(self.steps, moved, top, shut)
                crossed = any(self._jumped(point, node) for node in kinked)
            except AutogradError:
                continue
            if not crossed:
                yield point

    def _jumped(self, point: Point, node: Value) -> bool:
        pairs = zip(self.recorded.partials(node), point.partials(node), strict=True)
        return any(abs(one - other) > 0.02 * (1 + abs(one)) * (1 if abs(one) < 1e6 else inf) for one, other in pairs)


def _is_number_of(one: Number, true: float) -> bool:
    """Whether a number in a formula is that of a node, its sign aside."""
    return abs(abs(one.value) - abs(true)) <= 1e-9 * abs(true) or rounds(one, true)


def _with_names(term: Term, names: Mapping[int, Term]) -> Term:
    """A formula with names in place of some of its numbers."""
    if id(term) in names:
        return names[id(term)]
    changed: dict[str, Any] = {}
    for field in fields(term):
        part = getattr(term, field.name)
        if isinstance(part, Term):
            changed[field.name] = _with_names(part, names)
        elif isinstance(part, tuple):
            changed[field.name] = tuple(_with_names(one, names) if isinstance(one, Term) else one for one in part)
    return replace(term, **changed)
