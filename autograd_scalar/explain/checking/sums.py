"""Which term of a sum is off: the one that is no part of the true sum, where each of the others is one."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import nan, prod
from typing import TYPE_CHECKING

from ...formula.terms import Negated, Number, Product, Sum, Symbol, Term
from ..reading import TypedSum, evaluate
from .claims import NOTHING, Guess
from .classic_slips import with_other
from .closeness import agrees, tidy
from .points import total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...value import Value
    from ..reading import Written
    from .claims import Target
    from .judging import Judge
    from .points import Point

    Part = Callable[[Point], float]
    """One part of a true sum, at any point."""

__all__ = ["Sums"]

MOST = 12  # parts of a sum that are told apart
ALONE = Number(1.0)  # what a sum is multiplied by that stands alone
TOGETHER = 2  # parts of the true sum that are one term
LONGEST = 6  # nodes of a route that is written out


class Sums:
    """Compares the terms of a written sum with the parts of the true one."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.words = judge.words
        self.steps = judge.steps

    def guess(self, written: Written, target: Target, true: float) -> Guess:
        """The one term that is off, where all the others are right; else nothing."""
        typed_sums = [(one, factor) for one, factor in _sums(written.term) if isinstance(one, TypedSum)]
        for typed, factor in typed_sums:
            for parts, names in self._true_sums(target, true):
                guess = self._compared(typed, factor, parts, names, target)
                if guess.slip:
                    return guess
        return NOTHING

    def _true_sums(self, target: Target, true: float) -> Iterator[tuple[list[Part], list[str]]]:
        """The ways in which the truth is a sum, with names for its parts: see `_parted`."""
        for parts, names in self._parted(target):
            numbers = [part(self.judge.recorded) for part in parts] if 1 < len(parts) <= MOST else [nan]
            if agrees(total(numbers), 0.0, true, sum(map(abs, numbers))):  # a step is not all of what d means
                yield parts, names or [""] * len(parts)

    def _parted(self, target: Target) -> Iterator[tuple[list[Part], list[str]]]:
        """A sum over routes; of one step that of its formula, and that over the routes within it."""
        of, wrt = target.of, target.wrt
        if wrt is None:
            yield from self._terms_of(self.steps.formula(of))
            return
        routes = self.judge.routes(of, wrt)
        yield [self._along(route) for route in routes], [self._name(route) for route in routes]
        if wrt in self.steps.sources(of):
            own = self.steps.symbol(of)
            named = with_other(self.steps.slope(of, wrt).term, self.steps.formula(of), own)  # h² for tanh(z)²
            yield from self._terms_of(named if isinstance(own, Symbol) else self.steps.slope(of, wrt).term)
            count = len(self.judge.recorded.inner_routes(of, wrt))
            yield [self._within(of, wrt, place) for place in range(count)], []

    def _terms_of(self, formula: Term) -> Iterator[tuple[list[Part], list[str]]]:
        for true, factor in _sums(formula):
            shown = ["" if _is_number(one) or factor != ALONE else self.words.style.write(one) for one in true.terms]
            yield [self._number(Product(nan, (factor, one))) for one in true.terms], shown

    def _number(self, term: Term) -> Part:
        return lambda point: evaluate(term, self.judge.value_of(point, {}))[0]

    @staticmethod
    def _along(route: list[Value]) -> Part:
        return lambda point: prod((point.one_step(*pair) or (0.0, 0.0))[0] for pair in pairwise(route))

    @staticmethod
    def _within(of: Value, wrt: Value, place: int) -> Part:
        return lambda point: prod(partial for _, partial in point.inner_routes(of, wrt)[place])

    def _name(self, route: list[Value]) -> str:
        names = " → ".join(map(self.words.shown, reversed(route)))
        return f" for the route {names}" if len(route) <= LONGEST else ""

    def _compared(self, typed: TypedSum, factor: Term, parts: list[Part], names: list[str], target: Target) -> Guess:
        """Each term beside its own parts; the one that is left over is beside what is left over."""
        if len(typed.terms) > len(parts):
            return NOTHING
        rest = list(range(len(parts)))
        off: list[tuple[Term, str]] = []
        for one, text in zip(typed.terms, typed.texts, strict=True):
            own = self._own_parts(Product(nan, (factor, one)), [parts[place] for place in rest], target)
            if not own:
                off.append((one, tidy(text)))
            rest = [place for at, place in enumerate(rest) if at not in own]
        if len(off) != 1 or not rest:
            return NOTHING
        ((one, text),) = off
        text = "−" + text[1:].lstrip() if text[0] in "-−" else text
        left = [parts[place] for place in rest]
        turned = Negated(nan, Product(nan, (factor, one)))
        if self.judge.stays(turned, target, _added(left)):
            return Guess(nan, "sign", f"the term {text} has the wrong sign")
        scale = evaluate(factor, self.judge.value_of(self.judge.recorded, {}))[0]
        if len(rest) > 1 or not scale:
            return NOTHING
        number = left[0](self.judge.recorded) / scale
        if not number:  # a route through which nothing flows need not be written
            return NOTHING
        name, should = names[rest[0]], self.words.number(number)
        if not name and factor != ALONE and not _is_number(factor):
            return NOTHING  # of h(1 − h) the 1 is no part of a sum
        if name.startswith(" "):
            return Guess(nan, "wrong term", f"the term {text}{name} should be {should}")
        return Guess(nan, "wrong term", f"the term {text} should be {name or should}")

    def _own_parts(self, term: Term, parts: list[Part], target: Target) -> tuple[int, ...]:
        """The part that a term is, or the few that it is the sum of, as 2p is p + p."""
        for count in range(1, TOGETHER + 1):
            for some in combinations(range(len(parts)), count):
                if self.judge.stays(term, target, _added([parts[place] for place in some])):
                    return some
        return ()


def _added(parts: list[Part]) -> Part:
    return lambda point: total([part(point) for part in parts])


def _is_number(term: Term) -> bool:
    return isinstance(term.term if isinstance(term, Negated) else term, Number)


def _sums(term: Term) -> Iterator[tuple[Sum, Term]]:
    """The sums that a formula is, or has as a factor; and what each is multiplied by."""
    pending: list[tuple[Term, tuple[Term, ...]]] = [(term, ())]
    while pending:
        one, others = pending.pop()
        if isinstance(one, Negated):
            pending.append((one.term, (*others, Number(-1.0))))
        elif isinstance(one, Sum):
            yield one, Product(nan, others) if others else ALONE
        elif isinstance(one, Product):
            for place, factor in enumerate(one.factors):
                pending.append((factor, (*others, *one.factors[:place], *one.factors[place + 1 :])))
