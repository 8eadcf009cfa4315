"""Formulas and sentences with the numbers left out, to be filled in later: by the page, with the numbers of its leaves.

A *template* is a list of parts. A text stands for itself; what else there is are holes:

    n               number n
    [n, level]      the same, in brackets where it binds less tightly than its place demands
    ["(", n, T]     T, in brackets where number n is negative
    ["^", n]        number n as an exponent: raised where it is a whole number
    ["x", T, U]     T where all numbers in it are shown exactly, else U: a bracket that had to be computed first
    ["x", T, U, W]  the same for T and U that begin with a bracket, which is W
    null            nothing, but the plain number before it is rounded

A number is one of a list of *expressions*: ``["v", i]`` and ``["g", i]`` are value and gradient of node i, and
``["of", n]`` is the value of the program's node n, which need be no node of the trace;
``["p", k]``, ``["c", k]``, ``["b", k]`` and ``["a", k]`` are the slope of step k, its contribution and the gradient
before and after it; all else is arithmetic over such. The text around the holes comes from the printers of `formula`,
and so do the rules for brackets: nothing about notation is known to the page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from ..codegen.javascript import given_as_callables
from ..formula.equations import walk
from ..formula.exactness import arithmetic_of
from ..formula.numbers import is_exact
from ..formula.styles import Mathml, Style
from ..formula.terms import (
    Bars,
    Call,
    Condition,
    Negated,
    Number,
    Plugging,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Switch,
    Symbol,
    Term,
)
from ..ops import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..formula.equations import Equation

__all__ = ["Expressions", "Live", "Plug", "Template", "filled", "lines"]

Template = list[Any]
_MARK = "\0"  # no printer writes it: names are shown without control characters
_NEGATIVE, _ROUNDED, _PLAIN = 1, 2, 4  # how tightly −2, 2·10⁷ and 2 bind (10⁷: 3), as `formula.styles` has it


@dataclass(frozen=True, slots=True)
class Live(Number):
    """A number that is filled in later: number `at`."""

    at: int


@dataclass(frozen=True, slots=True)
class _Either(Term):
    """A bracket with its numbers, or computed first where they would have to be rounded."""

    exact: Term
    computed: Live


class Expressions:
    """The numbers that are filled in, each once, with what each was when the graph was recorded.

    `known` says which terms are the numbers of nodes, and `names` what number a name stands for.
    """

    def __init__(self, names: Mapping[str, Any], known: Mapping[Term, Any] | None = None) -> None:
        self.all: list[Any] = []
        self.called: set[str] = set()
        self.symbols: dict[tuple[str, str], str] = {}
        self.names = dict(names)
        self.known = known or {}
        self._places: dict[str, int] = {}

    def add(self, expression: Any) -> int:
        """The place of an expression in the list."""
        key = json.dumps(expression)
        if key not in self._places:
            self._places[key] = len(self.all)
            self.all.append(expression)
        return self._places[key]

    def live(self, value: float, *expression: Any) -> Live:
        """A number that is filled in, and is `value` now."""
        return Live(value, self.add(list(expression)))

    def of(self, term: Term) -> Any:
        """The expression of a term's number."""
        if not isinstance(term, Symbol) and term in self.known:
            return self.known[term]
        match term:
            case Live(at=at):
                return self.all[at]
            case Symbol(name=name) if name in self.names:
                return self.names[name]
            case Sum(terms=parts):
                return ["+", *map(self.of, parts)]
            case Product(factors=parts):
                return ["*", *map(self.of, parts)]
            case Negated(term=inner):
                return ["-", self.of(inner)]
            case Bars(term=inner):
                return ["abs", self.of(inner)]
            case Root(term=inner):
                return ["^", self.of(inner), 0.5]
            case Quotient(top=first, bottom=second):
                return ["/", self.of(first), self.of(second)]
            case Power(base=first, exponent=second):
                return ["^", self.of(first), self.of(second)]
            case Call(name=name) if given_as_callables([name]):
                pass  # only Python can call it; and the leaves of a page that has it cannot be changed
            case Call(name=name, arguments=parts):
                self.called.add(name)
                return ["f", name, *_as_called(name, [self.of(one) for one in parts])]
            case Switch(condition=condition):
                return ["+", self.of(condition)]  # 1 or 0
            case Condition(parts=parts):
                return self._condition(parts)
        return term.value if isfinite(term.value) else str(term.value)

    def zero(self, term: Term, digits: int | None) -> Any:
        """The test that a term is 0 as it is written, as `Equation.parts` has it."""
        match term:
            case _Either(exact=exact, computed=computed):
                whole = ["exact", *[one.at for one in walk(exact) if isinstance(one, Live)]]
                is_whole = all(is_exact(one.value, digits) for one in walk(exact) if type(one) is Number) and whole
                rounded = ["and", ["not", is_whole], ["=", self.of(computed), 0]]
                return ["or", ["and", is_whole, self.zero(exact, digits)], rounded]
            case Product(factors=parts):
                return ["and", ["=", self.of(term), 0], ["or", *[self.zero(one, digits) for one in parts]]]
            case Sum(terms=parts):
                return ["and", *[self.zero(one, digits) for one in parts]]
            case Negated(term=inner) | Bars(term=inner) | Root(term=inner) | Quotient(top=inner) | Power(base=inner):
                return ["and", ["=", self.of(term), 0], self.zero(inner, digits)]
            case Call(name=name) if name not in table or not table[name].kinks:
                return False
            case Number(value=value) if not isinstance(term, Live):
                return value == 0
        return ["=", self.of(term), 0]

    def exactly(self, term: Term) -> Any:
        """What a term is exactly, as `formula.exactness` has it: a tree that the page computes in fractions.

        ``["n", n]`` is number n, ``["c", text]`` a constant, ``["^", T, U, n]`` a power and ``["f", kind, name, n, …]``
        a function whose value is number n, ``["x", places, T, U]`` is T where these numbers are shown exactly, else U.
        """
        match term:
            case _Either(exact=exact, computed=computed):
                places = [one.at for one in walk(exact) if isinstance(one, Live)]
                return ["x", places, self.exactly(exact), self.exactly(computed)]
            case Number() if not isinstance(term, Live):
                return ["c", repr(term.value)]
            case Number() | Symbol() | Switch():
                return ["n", self.add(self.of(term))]
            case Sum(terms=parts):
                return ["+", *map(self.exactly, parts)]
            case Product(factors=parts):
                return ["*", *map(self.exactly, parts)]
            case Negated(term=inner):
                return ["*", ["c", "-1.0"], self.exactly(inner)]
            case Bars(term=inner):
                return ["abs", self.exactly(inner)]
            case Quotient(top=top, bottom=bottom):
                return ["*", self.exactly(top), ["^", self.exactly(bottom), ["c", "-1.0"], 0]]
            case Power(base=base, exponent=exponent):
                return ["^", self.exactly(base), self.exactly(exponent), self.add(self.of(term))]
            case Root(term=inner):
                return ["^", self.exactly(inner), ["c", "0.5"], self.add(self.of(term))]
            case Call(name=name, arguments=arguments) if name in table and (kind := arithmetic_of(table[name])):
                return ["f", kind, name, self.add(self.of(term)), *map(self.exactly, arguments)]
        return None

    def _condition(self, parts: tuple[Term | str, ...]) -> Any:
        own = [part if isinstance(part, str) else self.of(part) for part in parts]
        return [own[1], *own[::2]]  # two sides, or all that is joined by one word


def _as_called(name: str, given: list[Any]) -> list[Any]:
    """The arguments of a call as its rule takes them: a sequence in one list, and what the formula leaves out."""
    row = table[name]
    if any(argument.kind == "sequence" for argument in row.arguments):
        return [["list", *given]] if len(row.arguments) == 1 else given
    if len(given) > len(row.operands):
        return given
    return [*given, *(argument.default for argument in row.arguments[len(given) :])]


class Plug(Plugging):
    """Puts holes in place of names."""

    def __init__(self, expressions: Expressions) -> None:
        super().__init__(lambda _: True)
        self.expressions = expressions

    def number(self, term: Term) -> Term:
        """A hole for the number of a term."""
        return Live(term.value, self.expressions.add(self.expressions.of(term)))

    def bracket(self, inner: Term, term: Term) -> Term:
        """The bracket, and a hole for its number."""
        computed = self.number(term)
        assert isinstance(computed, Live)
        return _Either(term.value, inner, computed)


class _Holes(Style):
    """Writes templates: what a style writes, with marks where a number belongs."""

    live: Expressions
    holes: list[Any]

    def symbol(self, name: str) -> str:
        """A name; in a page each is written very often."""
        key = (self.name, name)
        if key not in self.live.symbols:
            self.live.symbols[key] = super().symbol(name)
        return self.live.symbols[key]

    def template(self, term: Term) -> Template:
        """The term as a template."""
        return self.split(self.write(term))

    def split(self, text: str) -> Template:
        """Text with marks, as a template."""
        pieces: list[Any] = text.split(_MARK)
        pieces[1::2] = [self.holes[int(place)] for place in pieces[1::2]]
        return [piece for piece in pieces if piece != ""]

    def hole(self, *hole: Any) -> str:
        """A mark for a hole; a single one stands for its number alone."""
        self.holes.append(hole[0] if len(hole) == 1 else list(hole))
        return f"{_MARK}{len(self.holes) - 1}{_MARK}"

    def _form(self, term: Term) -> tuple[str, int]:
        match term:
            case Live(at=at):
                return self.hole(at), _PLAIN
            case _Either(exact=exact, computed=computed):
                return self.hole("x", self.template(exact), self.template(computed)), _PLAIN
            case Symbol(name=name) if name.startswith(_MARK):
                return self.hole(self.live.add(self.live.names[name])), _PLAIN
            case Number(value=value) if not is_exact(value, self.digits):
                written, level = super()._form(term)
                return written + self.hole(None), level
        return super()._form(term)

    def _within(self, term: Term, level: int) -> str:
        match term:
            case Live(at=at):
                return self.hole(at, level) if level > _NEGATIVE else self.hole(at)
            case _Either(exact=exact, computed=computed):
                return self.hole("x", self.split(self._within(exact, level)), self.split(self._within(computed, level)))
        return super()._within(term, level)

    def _factor(self, term: Term, *, first: bool) -> str:
        if isinstance(term, _Either):
            branches = [self.split(self._factor(one, first=first)) for one in (term.exact, term.computed)]
            return self.hole("x", *branches)
        return super()._factor(term, first=first)

    def _addend(self, term: Term) -> str:
        begins = _beginning(term)
        if isinstance(begins, _Either):
            branches = [self.split(self._addend(_beginning_with(term, one))) for one in (begins.exact, begins.computed)]
            return self.hole("x", *branches, self.template(begins.exact))
        if isinstance(begins, Live):
            return self.hole("(", begins.at, self.split(self._within(term, _ROUNDED)))
        return super()._addend(term)

    def _power(self, base: Term, exponent: Term) -> str:
        if isinstance(exponent, Live) and self.name == "text":
            return self._within(base, _PLAIN) + self.hole("^", exponent.at)
        return super()._power(base, exponent)


class _Text(_Holes):
    def __init__(self, live: Expressions, digits: int | None, as_typed: Mapping[str, bool]) -> None:
        super().__init__(digits, as_typed)
        self.live = live
        self.holes = []


class _Mathml(_Holes, Mathml):
    def __init__(self, live: Expressions, digits: int | None, as_typed: Mapping[str, bool]) -> None:
        super().__init__(digits, as_typed)
        self.live = live
        self.holes = []


def _beginning(term: Term) -> Term | None:
    """The number with which a product begins, if it is one that is filled in."""
    match term:
        case Product(factors=(first, *_), spaced=False):
            return first if isinstance(first, Live | _Either) else _beginning(first)
        case Quotient(top=Product() as top):
            return _beginning(top)
    return None


def _beginning_with(term: Term, number: Term) -> Term:
    """The same product, with something else at its beginning."""
    match term:
        case Product(factors=(first, *rest)):
            return replace(term, factors=(_beginning_with(first, number), *rest))
        case Quotient(top=top):
            return replace(term, top=_beginning_with(top, number))
    return number


def lines(
    equation: Equation, live: Expressions, digits: int | None, as_typed: Mapping[str, bool], *, colon: bool = False
) -> dict[str, Any]:
    """An equation as templates: ``m`` for MathML and ``t`` for text, each its left side and its members.

    ``zeros`` says for each member where the test stands that it is 0 as it is written, ``exact`` what it is exactly.
    """
    written = {}
    for key, kind in (("m", _Mathml), ("t", _Text)):
        members = [kind(live, digits, as_typed).template(member) for member in equation.members]
        written[key] = [kind(live, digits, as_typed).template(equation.left), *members]
    zeros = [live.add(live.zero(member, digits)) for member in equation.members]
    exact = [live.add(live.exactly(member)) for member in equation.members]
    return written | {"zeros": zeros, "exact": exact} | ({"colon": True} if colon else {})


def filled(text: str, numbers: Mapping[str, int]) -> Template:
    """A sentence as a template: each of some shown numbers stands for a hole."""
    parts: Template = [text]
    for shown, place in numbers.items():
        parts = [
            piece
            for part in parts
            for piece in ([part] if not isinstance(part, str) else _between(part.split(shown), place))
        ]
    return [part for part in parts if part != ""]


def _between(pieces: list[str], place: int) -> list[Any]:
    joined: list[Any] = [pieces[0]]
    for piece in pieces[1:]:
        joined += [place, piece]
    return joined
