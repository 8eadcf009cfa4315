"""One kink: the slope that was taken there, and the slopes on all sides of it.

A row of the table says where its kinks are, and its partials are what the slopes are beside them: the operands are
moved by the least that a float can be moved, and the partials are read again.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import inf, isnan, nextafter
from sys import float_info
from typing import TYPE_CHECKING, Any

from .. import _generated
from ..conditions import number_at, numbers_of
from ..formula.numbers import number
from ..formula.terms import Number, Symbol, from_text
from ..value import Value, new
from .kink_place import at_node, computed, elements_of, nearest, scale
from .words import UNNAMED, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..formula.terms import Term
    from ..ops import Row
    from .kink_place import Case, Equality

__all__ = ["ROUNDING", "Kink", "Slopes", "interval", "kink_of", "partials_at", "partials_on"]

ROUNDING = 4 * float_info.epsilon  # relative: so far from a kink a few additions may take what is on it on paper
MOVED = 8  # elements of a sequence that are moved one by one; the others, by symmetry, have the same slopes


@dataclass(frozen=True, slots=True)
class Slopes:
    """∂node/∂`wrt` at a kink: the slope that was `taken`, and the interval of those that were possible."""

    wrt: str
    taken: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Kink:
    """A node on a kink (`distance` is 0) or near one. `where` says it in words: ``z = 0``.

    `distance` is relative to the size of the terms that the operand was added up from.
    """

    node: str
    formula: str
    where: str
    distance: float
    slopes: tuple[Slopes, ...]

    @property
    def is_on(self) -> bool:
        """Whether the node is on the kink itself."""
        return self.distance == 0.0


def interval(slopes: Slopes, digits: int | None) -> str:
    """``[0, 1]``, ``(−∞, ∞)``."""
    low = "(" if slopes.low == -inf else "["
    high = ")" if slopes.high == inf else "]"
    return f"{low}{number(slopes.low, digits)}, {number(slopes.high, digits)}{high}"


def kink_of(node: Value, words: Words, near: float = 0.0) -> Kink | None:
    """The kink that a node is on or near, if any, with the slopes on all sides of it."""
    row = node.row
    if row is None or not row.kinks:
        return None
    found = nearest(node, row, near)
    if found is None:
        return None
    distance, case = found
    around = [partials_at(node, moved) for moved in _points(node, row, case)]
    known = [partials for partials in around if partials is not None]
    slopes: list[Slopes] = []
    shared = _shared(node, row, case, known)
    places: dict[Value, list[int]] = {}  # a Value may be an operand more than once
    for place, parent in enumerate(node.parents):
        places.setdefault(parent, []).append(place)
    partials = node.partials()
    for parent, uses in places.items():
        taken = sum(partials[use] for use in uses)
        sides = [side for one in known if not isnan(side := sum(one[use] for use in uses))]
        low, high = min([taken, *sides]), max([taken, *sides])
        if shared and len(uses) == 1 and _is_top(node, parent, distance):
            low, high = min(low, shared[0]), max(high, shared[1])
        if low < high:
            slopes.append(Slopes(words.called(parent), taken, low, high))
    if not slopes:
        return None
    return Kink(
        words.plain_name(node), words.formula(node), _where(node, row, case, distance, words), distance, tuple(slopes)
    )


def partials_on(node: Value) -> tuple[float, ...] | None:
    """The partials that a node would have on its kink, where only rounding keeps it from there and they are others.

    A leaf is not rounded: its number is as it was given.
    """
    row = node.row
    found = nearest(node, row, ROUNDING) if row is not None and row.kinks else None
    if row is None or found is None or not found[0] or all(parent._rule is None for parent in node.parents):
        return None
    on = partials_at(node, next(_points(node, row, found[1])))
    return None if on == node.partials() else on


def _is_top(node: Value, parent: Value, distance: float) -> bool:
    return abs(parent.data - node.data) <= distance * max(abs(node.data), scale(parent))


def _shared(node: Value, row: Row, case: Case, known: Sequence[tuple[float, ...]]) -> tuple[float, float] | None:
    """The slopes of the elements that were moved, for those, just as near, that were not."""
    if not case.tie or len(elements_of(node, row, case.tie)) <= MOVED:
        return None
    every = [slope for partials in known for slope in partials if not isnan(slope)]
    return (min(every), max(every)) if every else None


def _points(node: Value, row: Row, case: Case) -> Iterator[dict[tuple[int, int | None], float]]:
    """Operands moved to all sides of the kink, as {(operand, element): number}."""
    names = [argument.name for argument in row.operands]
    if case.tie:
        place = names.index(case.tie)
        elements = elements_of(node, row, case.tie)
        ranked = sorted((abs(number_at(one) - node.data), index) for index, one in enumerate(elements))
        gap = ranked[1][0]
        top = [index for distance, index in ranked if distance <= gap]
        together: dict[tuple[int, int | None], float] = {(place, index): node.data for index in top}
        yield together
        at_top: dict[Value, list[int]] = {}
        for index in top:
            if type(elements[index]) is Value:
                at_top.setdefault(elements[index], []).append(index)
        for indices in list(at_top.values())[:MOVED]:
            for end in (-inf, inf):
                yield {**together, **{(place, index): nextafter(node.data, end) for index in indices}}
        return
    base = _solved(node, row, case)
    yield _of_operands(node, names, base)
    for sides in itertools.product((-inf, 0.0, inf), repeat=len(base)):
        if any(sides):
            pairs = zip(base.items(), sides, strict=True)
            yield _of_operands(
                node, names, {name: nextafter(value, side) if side else value for (name, value), side in pairs}
            )


def _of_operands(node: Value, names: list[str], moved: Mapping[str, float]) -> dict[tuple[int, int | None], float]:
    """The numbers by place; a Value that stands in two places moves in both."""
    by_value = {node.operands[names.index(name)]: value for name, value in moved.items()}
    return {
        (place, None): by_value[one]
        for place, one in enumerate(node.operands)
        if type(one) is Value and one in by_value
    }


def _solved(node: Value, row: Row, case: Case) -> dict[str, float]:
    """Operands that put the node on the kink: each equality is solved for its first Value, as if it were linear."""
    scope = at_node(node, row, numbers_of(node))
    names = [argument.name for argument in row.operands]
    for one in case.equalities:
        difference = computed(one.left, scope) - computed(one.right, scope)
        free = [name for name in one.names if type(node.operands[names.index(name)]) is Value]
        if not difference or not free:
            continue
        name = free[0]
        start = scope[name]
        for side, other in ((one.left, one.right), (one.right, one.left)):
            if side == name:  # the usual case, and exact
                scope[name] = computed(other, scope)
                break
        else:
            width = max(abs(start), 1.0) * 2.0**-20
            scope[name] = start + width
            slope = (computed(one.left, scope) - computed(one.right, scope) - difference) / width
            scope[name] = start - difference / slope if slope else start
    involved = dict.fromkeys(name for one in case.equalities for name in one.names)
    different: dict[Value, str] = {}
    for name in involved:
        operand = node.operands[names.index(name)]
        if type(operand) is Value:
            different.setdefault(operand, name)
    return {name: scope[name] for name in different.values()}


def partials_at(node: Value, moved: Mapping[tuple[int, int | None], float]) -> tuple[float, ...] | None:
    """The partials of the node's rule with other numbers at some operands; None where the row has no value there.

    A second node is made by hand, beside the graph, so that no mode sees it and no operation is recorded.
    """

    def at(operand: Any, key: tuple[int, int | None]) -> Any:
        if isinstance(operand, tuple):
            return tuple(at(one, (key[0], index)) for index, one in enumerate(operand))
        if type(operand) is not Value:
            return operand
        return Value(moved.get(key, operand.data))

    operands = [at(operand, (place, None)) for place, operand in enumerate(node.operands)]
    try:
        value = float(getattr(_generated, f"_{node.op}")(*map(number_at, operands), *node.parameters.values()))
        rule = node._rule
        assert rule is not None
        copy = new()
        copy._data, copy._grad, copy._rule, copy._clock = value, None, rule, node._clock
        if rule.many:
            copy._x, copy._y = None, (*operands, *node.parameters.values())
        else:
            copy._x = operands[0]
            copy._y = operands[1] if len(operands) > 1 else node._y
        return copy.partials()
    except (ValueError, ArithmeticError):
        return None


# ------------------------------------------------------------------------------------------------------in words


def _where(node: Value, row: Row, case: Case, distance: float, words: Words) -> str:
    """``z = 0``; ``p = q = 2``; near a kink ``z = 10⁻⁹, near 0``."""
    if case.tie:
        near = [
            one
            for one in elements_of(node, row, case.tie)
            if abs(number_at(one) - node.data) <= 2 * distance * max(abs(node.data), 1.0)
        ]
        names = [words.write(_mention(one, words)) for one in near]
        shown = names if len(names) <= 4 else [*names[:3], f"{len(names) - 3:,} more"]
        return (
            f"{' ≈ '.join(shown)} ≈ {words.number(node.data)}"
            if distance
            else " = ".join(dict.fromkeys([*shown, words.number(node.data)]))
        )
    parts = [_equality(node, row, one, words) for one in case.equalities]
    return " and ".join(parts)


def _mention(operand: Any, words: Words) -> Term:
    if type(operand) is not Value:
        return Number(operand)
    return Symbol(operand.data, UNNAMED) if words.called(operand) == UNNAMED else words.mention(operand)


def _equality(node: Value, row: Row, equality: Equality, words: Words) -> str:
    names: dict[str, Term | tuple[Term, ...]] = {
        argument.name: _mention(operand, words)
        for argument, operand in zip(row.operands, node.operands, strict=True)
        if not isinstance(operand, tuple)
    }
    names |= {name: Number(value) for name, value in node.parameters.items()}
    names["z"] = Symbol(node.data, "z")
    left, right = (from_text(row, text, names)[0] for text in (equality.left, equality.right))
    if left.value == right.value:
        shown = [words.write(left), words.write(right)]
        last = words.number(right.value)
        return " = ".join(dict.fromkeys([*shown, last]))
    if isinstance(right, Number):
        return f"{words.write(left)} {words.equals(left.value)} {words.number(left.value)}, near {words.write(right)}"
    gap = left.value - right.value
    return f"{words.write(left)} − {words.write(right)} {words.equals(gap)} {words.number(gap)}"
