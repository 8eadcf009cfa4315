"""The slips of who knows the rule, and applies it to the wrong thing: in the slope of one step."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from ...formula.terms import Call, Derivative, Negated, Power, Product, Quotient, Sum, Symbol, Term
from ..reading import evaluate
from .claims import Guess

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from ...value import Value
    from .judging import Judge
    from .points import Point

    Route = list[tuple[Value, float]]
    """The nodes within one step, with their partials, from the outside in."""

__all__ = ["ClassicSlips", "with_other"]

SLOPES: dict[str, Callable[[float], float]] = {"sigmoid": lambda own: own * (1 - own), "tanh": lambda own: 1 - own**2}
"""Slopes that are easily taken for each other, each by the function's own number."""


class ClassicSlips:
    """What they would have given."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.words = judge.words
        self.steps = judge.steps

    def guesses(self, step: Value, source: Value, point: Point, mentioned: Collection[Value]) -> Iterator[Guess]:
        """Of the slope of one step; `mentioned` are the nodes that were written."""
        routes = point.inner_routes(step, source)
        yield from self._at_another_point(step, source, point, mentioned)
        yield from self._quotient(routes, source)
        for route in routes:
            rest = sum(_product(other) for other in routes if other is not route)
            for place, (node, _) in enumerate(route):
                others = prod(partial for at, (_, partial) in enumerate(route) if at != place)
                below = route[place + 1][0] if place + 1 < len(route) else source
                for guess in self._of_one_operation(node, below, point):
                    yield guess._replace(value=rest + others * guess.value)

    def _of_one_operation(self, node: Value, below: Value, point: Point) -> Iterator[Guess]:
        """A power whose exponent stayed as it was; a function that was not differentiated."""
        row = node.row
        if row is None or row.infix in ("+", "-", "*", "/") or row.name in ("neg", "sum", "dot", "mean", "mul"):
            return
        base = node.operands[0]
        name = self._called(node)
        if (
            row.form in ("power", "square")
            and base is below
            and (row.form == "square" or node.operands[1] is not below)
        ):
            exponent = 2.0 if row.form == "square" else _number(node.operands[1], point)
            words = f"the exponent in {name} was not lowered"
            yield Guess(exponent * point.number(node), "exponent not lowered", words)
            words = f"the exponent of {name} is missing as a factor"
            partial = point.partials(node)[0]
            yield Guess(partial / exponent if exponent else 0.0, "missing factor", words)
        for other, slope in SLOPES.items():
            if row.name in SLOPES and row.name != other:
                words = f"that is the slope of a {other}, and {name} is a {row.name}"
                yield Guess(slope(point.number(node)), "wrong function", words)
        yield Guess(point.number(node), "function not differentiated", f"that is {name} itself, not its derivative")

    def _called(self, node: Value) -> str:
        """An operation by its name, or as it is written in its step."""
        name = self.words.shown(node) if self.steps.name(node) else ""
        return name or self.words.style.write(self.steps.formula(node))

    def _at_another_point(
        self, step: Value, source: Value, point: Point, mentioned: Collection[Value]
    ) -> Iterator[Guess]:
        """σ(s)·(1 − σ(s)) as s·(1 − s), and σ(z) as σ(h)."""
        slope, env = self.steps.slope(step, source).term, self.judge.value_of(point, {})
        inner, outer = self.words.shown(source), self.words.shown(step)
        turned = with_other(slope, self.steps.formula(step), self.steps.symbol(source))
        if turned != slope:
            words = f"the slope was taken at the wrong point: {inner} in place of {outer}"
            yield Guess(evaluate(turned, env)[0], "wrong point", words)
        is_function = isinstance(self.steps.formula(step), Call)
        for other in dict.fromkeys([*([step] if is_function else []), *mentioned]):
            if other is source or other not in self.steps.place:
                continue

            def moved(one: Symbol | Derivative, other: Value = other) -> float:
                is_source = isinstance(one, Symbol) and self.words.node(one.name) is source
                return point.number(other) if is_source else env(one)

            words = f"the slope was taken at the wrong point: {self.words.shown(other)} in place of {inner}"
            yield Guess(evaluate(slope, moved)[0], "wrong point", words)

    def _quotient(self, routes: list[Route], source: Value) -> Iterator[Guess]:
        """u′·v + u·v′ over v², where it is a difference."""
        below = [route for route in routes if _is_below(route, source)]
        above = [route for route in routes if not _is_below(route, source)]
        if below and above:
            value = sum(map(_product, above)) - sum(map(_product, below))
            yield Guess(value, "quotient rule", "the quotient rule has a minus where a plus was written")


def _number(operand: Value | float, point: Point) -> float:
    return operand if isinstance(operand, float | int) else point.number(operand)


def _product(route: Route) -> float:
    return prod(partial for _, partial in route)


def _is_below(route: Route, source: Value) -> bool:
    """Whether a route passes the lower part of a fraction."""
    nodes = [*(node for node, _ in route), source]
    return any(
        node.row is not None and node.row.form == "fraction" and node.operands[1] is nodes[place + 1]
        for place, node in enumerate(nodes[:-1])
    )


def with_other(term: Term, old: Term, new: Term) -> Term:
    """A formula with another one in the place of some part."""
    if term == old:
        return new
    match term:
        case Sum(terms=parts):
            return replace(term, terms=tuple(with_other(one, old, new) for one in parts))
        case Product(factors=parts):
            return replace(term, factors=tuple(with_other(one, old, new) for one in parts))
        case Call(arguments=parts):
            return replace(term, arguments=tuple(with_other(one, old, new) for one in parts))
        case Negated(term=inner):
            return replace(term, term=with_other(inner, old, new))
        case Quotient(top=top, bottom=bottom):
            return replace(term, top=with_other(top, old, new), bottom=with_other(bottom, old, new))
        case Power(base=base, exponent=exponent):
            return replace(term, base=with_other(base, old, new), exponent=with_other(exponent, old, new))
    return term
