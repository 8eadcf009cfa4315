"""Rounded too early: a formula with each number in it rounded before it is used."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ...formula.equations import walk
from ...formula.numbers import number
from ...formula.terms import Call, Negated, Sum, Symbol, Term
from ..reading import evaluate
from .claims import Guess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...value import Value
    from .judging import Judge, Numbers
    from .points import Point

__all__ = ["Rounding"]


class Rounding:
    """What a formula gives where its parts were rounded to few digits."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.words = judge.words
        self.steps = judge.steps

    def of_slope(self, pair: tuple[Value, Value], point: Point) -> Iterator[Guess]:
        """The slope of one step, rounded on the way."""
        slope = self.steps.slope(*pair)
        yield from self.early(slope.term, self.judge.value_of(point, {}), self.words.shown(pair[0]))

    def early(self, term: Term, env: Numbers, of: str) -> Iterator[Guess]:
        """The formula with each name and each function rounded to few digits before it is used."""
        for digits in range(1, 8):
            value = evaluate(term, env, digits=digits)[0]
            yield Guess(value, "rounded too early", self._what_was_rounded(term, env, digits, of))

    def _what_was_rounded(self, term: Term, env: Numbers, digits: int, of: str) -> str:
        def name(inner: Term) -> str:
            """σ(z) is called a, where the graph calls it so."""
            if isinstance(inner, Call):
                value = evaluate(inner, env)[0]
                for step in islice(self.words.steps_in_sight(), 1000):
                    if self.steps.formula(step) == inner and step.data == value:
                        return self.words.shown(step)
            return self.words.style.write(inner)

        for one in walk(term):
            if isinstance(one, Sum) and len(one.terms) == 2:
                parts = [part.term if isinstance(part, Negated) else part for part in one.terms]
                moving = [part for part in parts if isinstance(part, Call | Symbol)]
                if len(moving) == 1:
                    rounded = evaluate(moving[0], env, digits=digits)[0]
                    signs = [isinstance(part, Negated) for part in one.terms]
                    words = [name(part) if part is moving[0] else self.words.style.write(part) for part in parts]
                    joined = f"{'−' * signs[0]}{words[0]} {'−' if signs[1] else '+'} {words[1]}"
                    return f"{name(moving[0])} was rounded to {number(rounded, None)} before {joined}"
        return f"what {of or 'it'} is made of was rounded to {digits} digit{'s' * (digits > 1)} too early"
