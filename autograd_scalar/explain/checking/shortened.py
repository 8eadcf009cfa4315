"""Formulas with a part left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...formula.equations import walk
from ...formula.terms import Call, Negated, Number, Product, Quotient, Sum, Symbol, Term
from ..reading import evaluate
from .claims import Guess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...formula.styles import Style
    from .judging import Numbers
    from .vocabulary import Vocabulary

__all__ = ["Terms", "has_half", "without_a_factor"]

DEEPEST = 100  # sums within sums


def without_a_factor(term: Term, env: Numbers, style: Style) -> Iterator[Guess]:
    """A product without each of its factors in turn, a quotient without its division."""
    sign = -1.0 if isinstance(term, Negated) else 1.0
    core = term.term if isinstance(term, Negated) else term
    if isinstance(core, Product):
        for place, factor in enumerate(core.factors):
            rest = Product(0.0, (*core.factors[:place], *core.factors[place + 1 :]))
            value = sign * evaluate(rest, env)[0]
            yield Guess(value, "missing factor", f"the factor {style.write(factor)} is missing")
    elif isinstance(core, Quotient):
        value = sign * evaluate(core.top, env)[0]
        yield Guess(value, "missing factor", f"the division by {style.write(core.bottom)} is missing")


def has_half(formulas: list[Term]) -> bool:
    """Whether a factor ½ stands in one of them."""
    for formula in formulas:
        for one in walk(formula):
            if isinstance(one, Number) and one.value == 0.5:
                return True
            if isinstance(one, Quotient) and isinstance(one.bottom, Number) and one.bottom.value == 2:
                return True
    return False


class Terms:
    """A formula as a sum of terms, through the steps that are sums themselves; and a function left out of each."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words

    def functions(self, formula: Term) -> dict[str, str]:
        """The functions that several terms are made of, and how each is shown."""
        found: dict[str, list[str]] = {}
        for term in self._all(formula, "", DEEPEST)[1]:
            if isinstance(term, Call):
                name, sign = ("log", "−") if term.name == "logsumexp" else (term.name, "")
                found.setdefault(name, []).append(sign + ("log" if sign else term.symbol))
            else:
                assert isinstance(term, Negated)
                assert isinstance(term.term, Call)
                found.setdefault(term.term.name, []).append("−" + term.term.symbol)
        return {name: shown[0] for name, shown in found.items() if len(shown) > 1}

    def without(self, formula: Term, name: str) -> Term:
        """The formula without a function in its terms; a minus sign goes with it, as in ``−log(p)``."""
        return self._all(formula, name, DEEPEST)[0]

    def _all(self, term: Term, name: str, depth: int) -> tuple[Term, list[Term]]:
        """A term without a function, and the terms that it is the sum of."""
        inner = term.term if isinstance(term, Negated) else term
        if isinstance(inner, Call):
            return self._shortened(term, inner, name), [term]
        parts: list[Term] = []
        if depth:
            inside: tuple[Term, ...] = ()
            match inner:
                case Sum(terms=terms):
                    inside = terms
                case Quotient(top=top, bottom=Number()):
                    inside = (top,)
                case Product(factors=(Number(), other)):
                    inside = (other,)
                case Symbol():
                    node = self.words.node(inner.name)
                    inside = (self.words.steps.formula(node),) if node is not None and node._rule is not None else ()
            found = [self._all(one, name, depth - 1) for one in inside]
            parts = [one for _, more in found for one in more]
            if parts:
                inner = self._rebuilt(inner, [shorter for shorter, _ in found])
        return (Negated(0.0, inner) if isinstance(term, Negated) else inner), parts

    @staticmethod
    def _shortened(term: Term, call: Call, name: str) -> Term:
        if call.name == name and len(call.arguments) == 1:
            return call.arguments[0]
        if call.name == "logsumexp" and name == "log" and term is call:  # log(Σ exp(…)) is −log(p), with p = 1/Σ exp(…)
            return Call(0.0, "exp", (Negated(0.0, call),), "exp", r"\exp")
        return term

    @staticmethod
    def _rebuilt(term: Term, parts: list[Term]) -> Term:
        match term:
            case Sum():
                return Sum(0.0, tuple(parts))
            case Quotient(bottom=bottom):
                return Quotient(0.0, parts[0], bottom)
            case Product(factors=(number, _)):
                return Product(0.0, (number, parts[0]))
        return parts[0]
