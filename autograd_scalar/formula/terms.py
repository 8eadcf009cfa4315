"""What a formula consists of: terms, and the few identities that are used in printing.

A term comes from a recorded graph (`of_row`) or from the text of a rule (`from_text`); one printer for each style
writes both. The constructors below (`add`, `multiply`, …) know the identities of a person who writes neatly: ·1 and
+0 are dropped, x¹ is x, numbers stand first, signs come out of products. Numbers never pass through them: each term
that stands for a node carries the engine's own value.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ..graph import one_by_one
from ..ops import table
from ..validation import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..ops import Row

__all__ = [
    "Bars", "Call", "Condition", "Derivative", "Dots", "Negated", "Number", "Plugging", "Power", "Precise", "Product",
    "Quotient", "Root", "Sum", "Switch", "Symbol", "Term", "add", "children", "divide", "from_inside", "from_text",
    "is_deep", "multiply", "negate", "of_row", "plugged", "power", "total", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a formula. `value` is its number."""

    value: float


@dataclass(frozen=True, slots=True)
class Number(Term):
    """A plain number."""


@dataclass(frozen=True, slots=True)
class Precise(Number):
    """A number with digits of its own, so that a small change is seen."""

    digits: int | None


@dataclass(frozen=True, slots=True)
class Symbol(Term):
    """A named node."""

    name: str


@dataclass(frozen=True, slots=True)
class Sum(Term):
    """``a + b − c``: a negative term is a `Negated` one."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Negated(Term):
    """``−a``."""

    term: Term


@dataclass(frozen=True, slots=True)
class Product(Term):
    """``2(a − y)``; `spaced` is the product of a chain, ``dL/da · da/dz``."""

    factors: tuple[Term, ...]
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Quotient(Term):
    """``x/y``."""

    top: Term
    bottom: Term


@dataclass(frozen=True, slots=True)
class Power(Term):
    """``xⁿ``."""

    base: Term
    exponent: Term


@dataclass(frozen=True, slots=True)
class Call(Term):
    """``σ(z)``: `name` in ASCII, as Python calls it; `symbol` and `latex` as it is shown."""

    name: str
    arguments: tuple[Term, ...]
    symbol: str
    latex: str


@dataclass(frozen=True, slots=True)
class Bars(Term):
    """``|x|``."""

    term: Term


@dataclass(frozen=True, slots=True)
class Root(Term):
    """``√x``."""

    term: Term


@dataclass(frozen=True, slots=True)
class Condition(Term):
    """``z > 0``, or several joined by ``and`` or ``or``; `parts` alternates terms and words. Its value is 1 or 0."""

    parts: tuple[Term | str, ...]


@dataclass(frozen=True, slots=True)
class Switch(Term):
    """``1{z > 0}``: 1 where the condition holds, else 0."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Derivative(Term):
    """``dL/dw``, or ``∂a/∂z`` where the other arguments stand still; `order` 2 is d²L/dw²."""

    of: str
    wrt: str
    partial: bool = False
    order: int = 1


@dataclass(frozen=True, slots=True)
class Dots(Term):
    """``…``: a part that was left out, of `count` operations."""

    count: int = field(default=0)


def children(term: Term) -> tuple[Term, ...]:
    """The terms directly inside a term."""
    match term:
        case Sum(terms=parts) | Product(factors=parts) | Call(arguments=parts):
            return parts
        case Negated(term=inner) | Bars(term=inner) | Root(term=inner):
            return (inner,)
        case Switch(condition=inner):
            return (inner,)
        case Quotient(top=first, bottom=second) | Power(base=first, exponent=second):
            return first, second
        case Condition(parts=mixed):
            return tuple(part for part in mixed if isinstance(part, Term))
    return ()


def walk(term: Term) -> Iterator[Term]:
    """The term and all inside it, except the exponents that are printed as raised whole numbers."""
    pending = [term]
    while pending:
        one = pending.pop()
        yield one
        pending += children(one)


DEEP = 60  # levels: within what has fewer, one may recurse


def is_deep(term: Term, levels: int = DEEP) -> bool:
    """Whether there are terms within terms, `levels` of them or more."""
    level: tuple[Term, ...] = (term,)
    for _ in range(levels):
        level = tuple(inner for one in level for inner in children(one))
        if not level:
            return False
    return True


def from_inside(term: Term) -> Iterator[Term]:
    """Each term within a term once, what is inside first and the term itself last: nobody has to recurse.

    What a caller keeps about them it keeps by `id`: terms are compared, and hashed, by all that is in them.
    """
    seen: set[int] = set()
    pending = [(term, False)]
    while pending:
        one, is_told = pending.pop()
        if is_told:
            yield one
        elif id(one) not in seen:
            seen.add(id(one))
            pending.append((one, True))
            pending += [(child, False) for child in children(one)]


# ------------------------------------------------------------------------------------------ writing them neatly


def add(terms: Sequence[Term]) -> Term:
    """The sum, without zeros and inner brackets."""
    flat: list[Term] = []
    for term in terms:
        flat += term.terms if isinstance(term, Sum) else [term]
    kept = [term for term in flat if not (isinstance(term, Number) and term.value == 0)]
    if not kept:
        return Number(0.0)
    kept[1:] = [
        Negated(one.value, Number(-one.value)) if isinstance(one, Number) and one.value < 0 else one for one in kept[1:]
    ]
    return kept[0] if len(kept) == 1 else Sum(total([term.value for term in kept]), tuple(kept))


def total(numbers: Sequence[float]) -> float:
    """The sum, rounded once; where it leaves the range of floats on its way, as the engine's additions have it."""
    if all(map(math.isfinite, numbers)):
        with suppress(OverflowError):
            return math.fsum(numbers)
    return sum(numbers)


def negate(term: Term) -> Term:
    """−term; the sign goes into a number, and two of them cancel."""
    if isinstance(term, Number):
        return Number(-term.value)
    if isinstance(term, Negated):
        return term.term
    return Negated(-term.value, term)


def subtracted(term: Term) -> Term:
    """−term as it stands in a sum: ``a − 5``, where ``a + (−5)`` was not meant."""
    return term.term if isinstance(term, Negated) else Negated(-term.value, term)


_ORDER = {Number: 0, Symbol: 1, Power: 1}  # calls and brackets come next, as they were written


def multiply(factors: Sequence[Term], *, fold: bool = True) -> Term:
    """The product in the usual order: one number, then names, then calls and brackets; 1 is dropped, 0 is 0.

    ``fold=False`` keeps all numbers as they were recorded: it writes a graph, not a slope.
    """
    flat: list[Term] = []
    tops: list[Term] = []
    bottoms: list[Term] = []
    sign = 1.0
    pending = list(reversed(factors))
    while pending:
        factor = pending.pop()
        if isinstance(factor, Negated):
            sign = -sign
            pending.append(factor.term)
        elif isinstance(factor, Product):
            pending += reversed(factor.factors)
        elif isinstance(factor, Quotient):
            bottoms.append(factor.bottom)
            pending.append(factor.top)
            tops.append(factor.top)
        else:
            flat.append(factor)
    numbers = [factor.value for factor in flat if isinstance(factor, Number)]
    coefficient = sign * math.prod(numbers)
    others = sorted((f for f in flat if not isinstance(f, Number)), key=lambda f: _ORDER.get(type(f), 2))
    if not fold or (len(numbers) > 1 and not _is_exact_product(numbers)):  # else folding would change the number
        others = [*(Number(abs(number)) for number in numbers if abs(number) != 1), *others]
        coefficient = math.copysign(1.0, coefficient)
    if coefficient == 0:
        return Number(0.0)
    negative = coefficient < 0
    if abs(coefficient) != 1 or not others:
        others.insert(0, Number(abs(coefficient)))
    value = math.prod(factor.value for factor in others)
    product = others[0] if len(others) == 1 else Product(value, tuple(others))
    if bottoms:
        product = divide(product, multiply(bottoms, fold=fold), cancel=fold)
    return negate(product) if negative else product


def _is_exact_product(numbers: Sequence[float]) -> bool:
    if not all(map(math.isfinite, numbers)):
        return True
    product = math.prod(numbers)
    return math.isfinite(product) and math.prod(map(Fraction, numbers)) == Fraction(product)


def divide(top: Term, bottom: Term, *, cancel: bool = True) -> Term:
    """The quotient; ``x/1`` is x, a sign comes out, and, unless a recorded graph is written, equal factors cancel."""
    if isinstance(bottom, Number) and bottom.value == 1:
        return top
    if isinstance(top, Negated):
        return negate(divide(top.term, bottom, cancel=cancel))
    if isinstance(top, Number) and top.value < 0:
        return negate(divide(Number(-top.value), bottom, cancel=cancel))
    if isinstance(bottom, Negated) or (isinstance(bottom, Number) and bottom.value < 0):
        return negate(divide(top, negate(bottom), cancel=cancel))
    if not cancel:
        return Quotient(top.value / bottom.value if bottom.value else math.nan, top, bottom)
    if isinstance(top, Quotient):
        return divide(top.top, multiply([top.bottom, bottom]))
    if isinstance(bottom, Quotient):
        return divide(multiply([top, bottom.bottom]), bottom.top)
    above, below = _without_common_factors(top, bottom)
    if above != _factors(top) or below != _factors(bottom):
        return divide(multiply(above or [Number(1.0)]), multiply(below or [Number(1.0)]))
    value = top.value / bottom.value if bottom.value else math.nan
    return Quotient(value, top, bottom)


def _factors(term: Term) -> list[Term]:
    return list(term.factors) if isinstance(term, Product) else [term]


def _without_common_factors(top: Term, bottom: Term) -> tuple[list[Term], list[Term]]:
    above, below = _factors(top), _factors(bottom)
    for factor in list(above):
        if not isinstance(factor, Number) and factor in below:
            above.remove(factor)
            below.remove(factor)
    over, under = ([one for one in factors if isinstance(one, Number)] for factors in (above, below))
    if len(over) == len(under) == 1 < len(above) and _are_whole(over[0].value, under[0].value):
        common = math.gcd(int(over[0].value), int(under[0].value))
        if common > 1:  # 2(a − y)/2 is a − y
            above[above.index(over[0])] = Number(over[0].value / common)
            below[below.index(under[0])] = Number(under[0].value / common)
    return above, below


def _are_whole(*numbers: float) -> bool:
    return all(number == math.floor(number) and 0 < number < 2.0**53 for number in numbers)


def power(base: Term, exponent: Term) -> Term:
    """The power; x¹ is x and x⁰ is 1."""
    if isinstance(exponent, Number):
        if exponent.value == 1:
            return base
        if exponent.value == 0:
            return Number(1.0)
    try:
        value = math.pow(base.value, exponent.value)
    except (ValueError, OverflowError):
        value = math.nan
    return Power(value, base, exponent)


def plugged(term: Term, *, exact: Callable[[float], bool]) -> Term:
    """The term with numbers in place of names.

    A bracket or a call whose numbers would have to be rounded is computed first: ``1 − 0.999089`` would show digits
    that the difference does not have.
    """
    plugging = Plugging(exact)
    for part in from_inside(term):
        plugging.known[id(part)] = plugging.plug(part)
    return plugging.known[id(term)]


class Plugging:
    """How numbers are put in place of names; what else stands for a number overrides `number` and `bracket`."""

    def __init__(self, exact: Callable[[float], bool]) -> None:
        self.exact = exact
        self.known: dict[int, Term] = {}
        """What has been plugged in already, by the id of its term, so that a deep one needs no deep recursion."""

    def number(self, term: Term) -> Term:
        """What stands for the number of a term."""
        return Number(term.value)

    def bracket(self, inner: Term, term: Term) -> Term:
        """A bracket with its numbers, `inner`, or computed first where they would have to be rounded.

        One that leaves the range of floats stays: (1.5·10³⁰⁸ + 1.5·10³⁰⁸)/2 is no ∞/2.
        """
        if math.isinf(term.value) and all(math.isfinite(one.value) for one in _numbers_in(inner)):
            return inner
        return inner if all(self.exact(one.value) for one in _numbers_in(inner)) else self.number(term)

    def plug(self, term: Term) -> Term:
        """The term with numbers in place of names."""
        if id(term) in self.known:
            return self.known[id(term)]
        match term:
            case Symbol() | Derivative() | Switch():
                return self.number(term)
            case Product(factors=factors):
                return Product(term.value, tuple(map(self._factor, factors)), term.spaced)
            case Sum(terms=terms):
                return Sum(term.value, tuple(map(self._addend, terms)))
            case Negated(term=inner):
                plugged_in = self.plug(inner) if isinstance(inner, Call) else self._factor(inner)
                return Number(0.0) if _is_number_zero(plugged_in) else Negated(term.value, plugged_in)
            case Quotient(top=top, bottom=bottom):
                return Quotient(term.value, self._factor(top), self._factor(bottom))
            case Power(base=base, exponent=exponent):
                return Power(term.value, self._factor(base), self.plug(exponent))
            case Call(arguments=arguments):
                return Call(term.value, term.name, tuple(map(self.plug, arguments)), term.symbol, term.latex)
            case Bars(term=inner):
                return Bars(term.value, self.plug(inner))
            case Root(term=inner):
                return Root(term.value, self.plug(inner))
        return term

    def _addend(self, term: Term) -> Term:
        if isinstance(term, Negated):
            return Negated(term.value, self._addend(term.term))
        return self.number(term) if isinstance(term, Call) else self.plug(term)

    def _factor(self, term: Term) -> Term:
        if isinstance(term, Call | Root | Bars):
            return self.number(term)
        if isinstance(term, Sum | Power | Quotient):
            return self.bracket(self.plug(term), term)
        return self.plug(term)


def _is_number_zero(term: Term) -> bool:
    return type(term) is Number and term.value == 0  # −0 is written nowhere; a page fills its numbers in later


def _numbers_in(term: Term) -> Iterator[Number]:
    pending = [term]
    while pending:
        one = pending.pop()
        if isinstance(one, Number):
            yield one
        pending += children(one)


# -------------------------------------------------------------------------------------- from the table's own text


def call(row: Row, arguments: Sequence[Term], value: float) -> Call:
    """The call of a row, as it is written."""
    shown = row.symbol
    latex = row.latex or rf"\operatorname{{{shown}}}"
    return Call(value, row.name, tuple(arguments), shown, latex.replace("_", r"\_") if not row.latex else latex)


def of_row(
    row: Row,
    operands: Sequence[Term | tuple[Term, ...]],
    parameters: Mapping[str, float],
    value: float,
    *,
    fold: bool = False,
    count: int = 0,
) -> Term:
    """A row applied to terms, in the form that the row names. `value` is the node's number; `fold` as in `multiply`.

    `count` is how many elements a sequence has, where `Dots` stand for some of them.
    """
    first = operands[0]
    every: list[Term] = one_by_one(operands)
    match row.form:
        case "infix" if len(every) == 1:
            return negate(every[0])
        case "infix" if row.infix == "+":
            return add(every)
        case "infix" if row.infix == "-":
            return add([every[0], subtracted(every[1])])
        case "infix":
            return multiply(every, fold=fold)
        case "fraction":
            return divide(*every, cancel=fold)
        case "power":
            return power(*every)
        case "square":
            return power(every[0], Number(2.0))
        case "bars":
            return Bars(value, every[0])
        case "root":
            return Root(value, every[0])
        case "same":
            return every[0]
        case "inverse":
            return divide(Number(1.0), every[0])
        case "sum":
            return add(every)
        case "mean":
            return _mean(every, value, count)
        case "product":
            return multiply(every, fold=fold)
        case "dot":
            assert isinstance(first, tuple)
            assert isinstance(operands[1], tuple)
            pairs = [
                pair[0] if isinstance(pair[0], Dots) else multiply(pair, fold=fold)
                for pair in zip(first, operands[1], strict=True)
            ]
            rest = [one for one in operands[2:] if isinstance(one, Term)]
            return add([*pairs, *rest])
    shown = [Number(number) for name, number in parameters.items() if number != _default(row, name)]
    return call(row, [*every, *shown], value)


def _mean(terms: Sequence[Term], value: float, count: int) -> Term:
    total = add(terms)
    if count > len(terms):  # dots have no number that could be summed
        total = replace(total, value=value * count)
    mean = divide(total, Number(float(count or len(terms))))
    if isinstance(mean, Quotient) and math.isinf(mean.value):  # its sum left the range, which it need not
        return replace(mean, value=value)
    return mean


def _default(row: Row, parameter: str) -> float | None:
    return next(argument.default for argument in row.arguments if argument.name == parameter)


class _Reader:
    """Turns the text of a rule into a term: arguments are replaced by terms, conditions decided by their numbers."""

    def __init__(
        self, row: Row, names: Mapping[str, Term | tuple[Term, ...]], element: int | None, decide: Decide | None
    ) -> None:
        self.row = row
        self.names = names
        self.element = element
        self.decide = decide
        self.conditions: list[Condition] = []

    def read(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant(value=int() | float() as value):
                return Number(float(value))
            case ast.Name(id="pi"):
                return Symbol(math.pi, "pi")
            case ast.Name(id="inf"):
                return Number(math.inf)
            case ast.Name(id="nan"):
                return Number(math.nan)
            case ast.Name(id=name):
                return self.named(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negate(self.read(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                a, b = self.read(left), self.read(right)
                return Number(a.value + b.value) if isinstance(a, Number) and isinstance(b, Number) else add([a, b])
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                a, b = self.read(left), self.read(right)
                return (
                    Number(a.value - b.value)
                    if isinstance(a, Number) and isinstance(b, Number)
                    else add([a, subtracted(b)])
                )
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return multiply([self.read(left), self.read(right)])
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return divide(self.read(left), self.read(right))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return power(self.read(left), self.read(right))
            case ast.IfExp():
                return self.choose(node)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.called(name, arguments)
        raise AssertionError(ast.dump(node))

    def named(self, name: str) -> Term:
        if name in self.names:
            found = self.names[name]
            if isinstance(found, tuple):
                assert self.element is not None
                return found[self.element]
            return found
        return self.read(parse(self.row.given[name]))

    def called(self, name: str, arguments: list[ast.expr]) -> Term:
        if name == "total":
            return self.total(arguments[0])
        if name in ("count", "others", "share", "largest", "smallest", "product"):
            sequence = self.names[arguments[0].id] if isinstance(arguments[0], ast.Name) else ()
            assert isinstance(sequence, tuple)
            if name == "count":
                return Number(float(len(sequence)))
            if name == "others":
                return multiply([one for place, one in enumerate(sequence) if place != self.element] or [Number(1.0)])
            if name == "share":
                return self.named("share of ties")
            if name == "product":
                return multiply(sequence)
            chosen = {"largest": max, "smallest": min}[name]
            return of_row(table[f"{chosen.__name__}imum"], [sequence], {}, chosen(one.value for one in sequence))
        terms = [self.read(argument) for argument in arguments]
        if name == "floor":
            return Number(float(math.floor(terms[0].value)))
        row = table[name]
        from .. import functions

        numbers = [term.value for term in terms]
        try:
            value = float(getattr(functions, name)(*numbers))
        except (ArithmeticError, ValueError):
            value = math.nan
        return of_row(row, terms, {}, value)

    def total(self, node: ast.expr) -> Term:
        """The sum of what `node` is for each element of the sequences in it."""
        named = [self.names.get(one.id) for one in ast.walk(node) if isinstance(one, ast.Name)]
        count = next(len(one) for one in named if isinstance(one, tuple))
        return add([_Reader(self.row, self.names, place, self.decide).read(node) for place in range(count)])

    def choose(self, node: ast.IfExp, *, is_whole: bool = True) -> Term:
        """``0 if x <= 0 else 1`` is the switch 1{x > 0}; any other choice is the branch that its number takes.

        A choice of three is no switch: the end of ``-1 if x < 0 else 0 if x == 0 else 1``, read as 1{x ≠ 0}, would not
        say that x is not less than 0.
        """
        condition = self.condition(node.test)
        holds = self.decide(condition) if self.decide else bool(condition.value)
        if is_whole and _is_number(node.body, 0) and _is_number(node.orelse, 1):
            opposite = _opposite(condition)
            self._decided_by(self._deciding(condition if holds else opposite))
            return Switch(1.0 - condition.value, opposite)
        if is_whole and _is_number(node.body, 1) and _is_number(node.orelse, 0):
            self._decided_by(self._deciding(condition if holds else _opposite(condition)))
            return Switch(condition.value, condition)
        self._decided_by(condition if holds else _opposite(condition))
        taken = node.body if holds else node.orelse
        return self.choose(taken, is_whole=False) if isinstance(taken, ast.IfExp) else self.read(taken)

    def _decided_by(self, condition: Condition) -> None:
        """One more condition; x ≥ y and then x = y is x = y, and with x ≠ y it is x > y."""
        if self.conditions:
            told = _both(self.conditions[-1], condition)
            if told is not None:
                self.conditions[-1] = told
                return
        self.conditions.append(condition)

    def _deciding(self, condition: Condition) -> Condition:
        """Of several conditions joined by ``or``, the first that holds: it decides alone."""
        if "or" not in condition.parts or self.decide:
            return condition
        return next((part for part in condition.parts if isinstance(part, Condition) and part.value), condition)

    def condition(self, node: ast.expr) -> Condition:
        match node:
            case ast.Compare(left=left, ops=operators, comparators=rest):
                terms = [self.read(one) for one in (left, *rest)]
                triples = zip(terms, operators, terms[1:], strict=False)
                return _joined("and", [_compared(one, type(operator), other) for one, operator, other in triples])
            case ast.BoolOp(op=operator, values=values):
                word = "and" if isinstance(operator, ast.And) else "or"
                return _joined(word, [self.condition(value) for value in values])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _opposite(self.condition(operand))
        return _compared(self.read(node), ast.NotEq, Number(0.0))


def _compared(left: Term, operator: type[ast.cmpop], right: Term) -> Condition:
    """``x > 0``, also where the row has ``0 < x``."""
    word, compare = _COMPARE[operator]
    holds = float(compare(left.value, right.value))
    if isinstance(left, Number) and not isinstance(right, Number):
        return Condition(holds, (right, _SWAPPED.get(word, word), left))
    return Condition(holds, (left, word, right))


def _joined(word: str, conditions: list[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    holds = (all if word == "and" else any)(one.value for one in conditions)
    parts: list[Term | str] = [conditions[0]]
    for one in conditions[1:]:
        parts += [word, one]
    return Condition(float(holds), tuple(parts))


_COMPARE: dict[type[ast.cmpop], tuple[str, Callable[[float, float], bool]]] = {
    ast.Lt: ("<", lambda a, b: a < b),
    ast.LtE: ("≤", lambda a, b: a <= b),
    ast.Gt: (">", lambda a, b: a > b),
    ast.GtE: ("≥", lambda a, b: a >= b),
    ast.Eq: ("=", lambda a, b: a == b),
    ast.NotEq: ("≠", lambda a, b: a != b),
}
_OPPOSITES = {"<": "≥", "≤": ">", ">": "≤", "≥": "<", "=": "≠", "≠": "="}
_SWAPPED = {"<": ">", "≤": "≥", ">": "<", "≥": "≤"}


def _both(first: Condition, second: Condition) -> Condition | None:
    """Two conditions on the same two terms as one, in the order of the first."""
    if len(first.parts) == len(second.parts) == 3 and first.parts[::2] in (second.parts[::2], second.parts[::-2]):
        left, word, right = first.parts
        both = str(word), str(second.parts[1])
        told = {("≥", "="): "=", ("≤", "="): "=", ("≥", "≠"): ">", ("≤", "≠"): "<"}.get(both)
        return Condition(min(first.value, second.value), (left, told, right)) if told else None
    return None


def _opposite(condition: Condition) -> Condition:
    """The condition that holds where this one does not."""
    if condition.parts[1] in _OPPOSITES:
        left, word, right = condition.parts
        assert isinstance(word, str)
        return Condition(1.0 - condition.value, (left, _OPPOSITES[word], right))
    words = {"and": "or", "or": "and"}
    flipped = tuple(
        words[p] if isinstance(p, str) and p in words else _opposite(p) if isinstance(p, Condition) else p
        for p in condition.parts
    )
    return Condition(1.0 - condition.value, flipped)


def _is_number(node: ast.expr, value: float) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


Decide = Callable[[Condition], bool]


def from_text(
    row: Row,
    text: str,
    names: Mapping[str, Term | tuple[Term, ...]],
    element: int | None = None,
    decide: Decide | None = None,
) -> tuple[Term, list[Condition]]:
    """An expression of a row with terms for its arguments, and the conditions that decided a choice in it.

    `element` is the place of the element in question, where `text` is the partial of a sequence. `decide` says which
    way each choice goes, where that is not the way of its numbers.
    """
    reader = _Reader(row, names, element, decide)
    return reader.read(parse(text)), reader.conditions
