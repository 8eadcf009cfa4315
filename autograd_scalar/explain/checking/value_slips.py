"""What the usual slips would have given in a forward line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...formula.terms import Call, Negated, Number, Power, Sum, Symbol, Term
from ..reading import evaluate
from .claims import Guess, Target
from .rounding import Rounding
from .shortened import Terms, has_half, without_a_factor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .judging import Judge, Numbers
    from .points import Point

__all__ = ["ValueSlips"]


class ValueSlips:
    """Slips in a value: a function, a term, a factor or a half left out, a sign turned, rounding too early."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.words = judge.words
        self.steps = judge.steps
        self.rounding = Rounding(judge)

    def guesses(self, target: Target, point: Point) -> Iterator[Guess]:
        """Slips in a forward line."""
        formula = self.steps.formula(target.of)
        value = point.number(target.of)
        env = self.judge.value_of(point, {})
        yield Guess(-value, "sign", "")
        yield from self._without_the_outside(formula, env)
        if has_half([formula]):
            yield Guess(2 * value, "half forgotten", "the factor ½ was left out")
        core = formula.term if isinstance(formula, Negated) else formula
        if isinstance(core, Sum):
            for place, part in enumerate(core.terms):
                rest = Sum(0.0, (*core.terms[:place], *core.terms[place + 1 :]))
                words = f"the term {self.words.style.write(part)} was left out"
                yield Guess(evaluate(rest, env)[0], "missing term", words)
        yield from without_a_factor(formula, env, self.words.style)
        yield from self._without_a_function_in_each_term(formula, env)
        yield from self.rounding.early(formula, env, "")

    def _without_the_outside(self, formula: Term, env: Numbers) -> Iterator[Guess]:
        """``−log(p)`` without the logarithm, ``(a − y)²`` without the square."""
        inner, outside, write = formula, "", self.words.style.write
        while True:
            if isinstance(inner, Negated):
                outside, inner = outside + "−", inner.term
            elif isinstance(inner, Call) and len(inner.arguments) == 1:
                outside, inner = outside + inner.symbol, inner.arguments[0]
            elif isinstance(inner, Power) and isinstance(inner.exponent, Number):
                outside, inner = outside + write(Power(0.0, Symbol(0.0, "( )"), inner.exponent)), inner.base
            else:
                return
            if outside.strip("−"):
                words = f"the {outside} of {write(formula)} was left out"
                yield Guess(evaluate(inner, env)[0], "function forgotten", words)

    def _without_a_function_in_each_term(self, formula: Term, env: Numbers) -> Iterator[Guess]:
        """A sum or mean of ``−log(p)`` over several samples, without the logarithms: the mean of the p."""
        terms = Terms(self.words)
        for name, shown in terms.functions(formula).items():
            value = evaluate(terms.without(formula, name), env)[0]
            words = f"the {shown} of each term was left out"
            yield Guess(value, "function forgotten", words)
            yield Guess(-value, "function forgotten", words)
