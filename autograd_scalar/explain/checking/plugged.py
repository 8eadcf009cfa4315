"""Numbers put in for some factors of a slope, and names left for the others: which is right, and changes near by."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from math import nan
from typing import TYPE_CHECKING

from ...formula.terms import Negated, Number, Product, Quotient, Term
from ..reading import evaluate, mentions

if TYPE_CHECKING:
    from .claims import Target
    from .judging import Judge
    from .points import Point

__all__ = ["is_plugged"]

MOST = 8  # factors, of the slope or as written


def is_plugged(judge: Judge, term: Term, target: Target) -> bool:
    """Whether the factors of a formula are those of the slope of one step, where numbers may stand for some."""
    of, wrt = target.of, target.wrt
    if wrt is None or target.order > 1 or [route[1:-1] for route in judge.routes(of, wrt)] != [[]]:
        return False
    true, typed = _factors(judge.steps.slope(of, wrt).term), _factors(term)
    return max(len(true), len(typed)) <= MOST and _Pairs(judge, target).are(typed, true)


class _Pairs:
    """Typed factors beside true ones."""

    def __init__(self, judge: Judge, target: Target) -> None:
        self.judge = judge
        self.target = target

    def are(self, typed: list[Term], true: list[Term]) -> bool:
        """Whether typed factors are the true ones, each one of them or the product of a few."""
        if not typed:
            return all(self._number(one, self.judge.recorded) == 1 for one in true)
        first, *others = typed
        for count in range(len(true) + 1):
            for some in combinations(range(len(true)), count):
                own = Product(nan, tuple(true[place] for place in some))
                rest = [one for place, one in enumerate(true) if place not in some]
                if self._is(first, own) and self.are(others, rest):
                    return True
        return False

    def _is(self, typed: Term, true: Term) -> bool:
        """Whether one is the other but for the sign: that of the whole product is right."""
        for own in (true, Negated(nan, true)):
            value = self._number(own, self.judge.recorded)
            if mentions(typed):
                if self.judge.stays(typed, self.target, partial(self._number, own)):
                    return True
            elif self.judge.compared(typed, self.judge.recorded, [(value, abs(value))]).is_right:
                return True
        return False

    def _number(self, term: Term, point: Point) -> float:
        return evaluate(term, self.judge.value_of(point, {}))[0]


def _factors(term: Term) -> list[Term]:
    """The factors of a formula, a minus sign and a division among them."""
    match term:
        case Negated(term=inner):
            return [Number(-1.0), *_factors(inner)]
        case Product(factors=parts):
            return [one for part in parts for one in _factors(part)]
        case Quotient(top=top, bottom=bottom):
            below = [Quotient(nan, Number(1.0), one) for one in _factors(bottom)]
            return [*([] if isinstance(top, Number) and top.value == 1 else _factors(top)), *below]
    return [term]
