"""What a term is exactly, as it is written: whether ``=`` may stand before the number that floats give for it.

Floats swallow: 10¹⁶ + 1 is 10¹⁶ there, 10⁻²⁰⁰·10⁻²⁰⁰ is 0, and tanh(40) is 1. Nothing of that is dropped by a printer,
and yet it is not equal. So sums, products and powers are computed again in fractions; and a function that is no
arithmetic, such as tanh, has a short number as its value at few points only, which are known.
"""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Final

from ..ops import table
from ..validation import parse
from .terms import (
    Bars,
    Call,
    Negated,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Switch,
    Symbol,
    Term,
    from_inside,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..ops import Row

__all__ = ["IRRATIONAL", "Exact", "arithmetic_of", "differ", "exactly"]

IRRATIONAL: Final = "irrational"
"""What no decimal is."""
Exact = Fraction | str | None
"""A fraction, `IRRATIONAL`, or None where it is not known."""

SHORT = 12  # significant digits: the value of such a function has so few only where it is exact, or swallowed something
LARGEST = 64  # exponent
_RATIONAL = {"abs", "floor", "isfinite", "total", "count", "product", "others", "share", "largest", "smallest"}


def differ(one: Exact, other: Exact) -> bool:
    """Whether it is sure that two terms are not equal."""
    return one is not None and other is not None and one != other


def exactly(term: Term) -> Exact:
    """What a term is exactly, where each name and number in it stands for the shortest decimal that is its float.

    >>> from autograd_scalar.formula.terms import add
    >>> exactly(add([Number(1e16), Number(1.0)])), exactly(add([Number(0.1), Number(0.2)]))
    (Fraction(10000000000000001, 1), Fraction(3, 10))
    """
    known: dict[int, Exact] = {}
    for part in from_inside(term):
        known[id(part)] = _exactly(part, known)
    return known[id(term)]


def _exactly(term: Term, known: Mapping[int, Exact]) -> Exact:
    match term:
        case Number() | Symbol() | Switch():
            return _fraction(term.value)
        case Sum(terms=parts):
            return _sum([known[id(part)] for part in parts])
        case Product(factors=parts):
            return _product([known[id(part)] for part in parts])
        case Negated(term=inner):
            return _product([Fraction(-1), known[id(inner)]])
        case Bars(term=inner):
            of = known[id(inner)]
            return abs(of) if isinstance(of, Fraction) else of
        case Quotient(top=top, bottom=bottom):
            return _product([known[id(top)], _raised(known[id(bottom)], Fraction(-1), math.nan)])
        case Power(base=base, exponent=exponent):
            return _raised(known[id(base)], known[id(exponent)], term.value)
        case Root(term=inner):
            return _raised(known[id(inner)], Fraction(1, 2), term.value)
        case Call(name=name, arguments=arguments) if name in table:
            return _called(table[name], [known[id(one)] for one in arguments], term.value)
    return None


def _fraction(x: float) -> Fraction | None:
    return Fraction(repr(float(x))) if math.isfinite(x) else None


def _sum(parts: Sequence[Exact]) -> Exact:
    if None in parts:
        return None
    fractions = [part for part in parts if isinstance(part, Fraction)]
    return sum(fractions, Fraction(0)) if len(fractions) == len(parts) else IRRATIONAL


def _product(parts: Sequence[Exact]) -> Exact:
    if None in parts:
        return None
    fractions = [part for part in parts if isinstance(part, Fraction)]
    product = math.prod(fractions, start=Fraction(1))
    return product if len(fractions) == len(parts) or product == 0 else IRRATIONAL


def _raised(base: Exact, exponent: Exact, value: float) -> Exact:
    """A power: of a whole exponent computed, of a half or a third proved by raising its value."""
    if not (isinstance(base, Fraction) and isinstance(exponent, Fraction)):
        return None if base is None or exponent is None else IRRATIONAL
    if abs(exponent) > LARGEST or (base == 0 and exponent <= 0):
        return None
    if exponent.denominator == 1:
        return base ** int(exponent)
    found = _fraction(value)
    if found is None or exponent.denominator > LARGEST:
        return None if found is None else IRRATIONAL
    return found if found**exponent.denominator == base**exponent.numerator else IRRATIONAL


def _called(row: Row, arguments: Sequence[Exact], value: float) -> Exact:
    found = _fraction(value)
    kind = arithmetic_of(row)
    if kind is None or found is None or None in arguments:
        return None
    known = [one for one in arguments if isinstance(one, Fraction)]
    if len(known) < len(arguments):
        return IRRATIONAL
    if kind == "all" or (kind == "some" and found in known):
        return found
    if all(abs(one) in (0, 1) for one in known) and float(f"{value:.{SHORT}g}") == value:
        return found
    return found if _is_proved(row.name, known, found) else IRRATIONAL


def _is_proved(name: str, arguments: Sequence[Fraction], value: Fraction) -> bool:
    """Whether a value is that of a root or a logarithm: the inverse says so."""
    first = arguments[0]
    match name:
        case "cbrt":
            return value**3 == first
        case "hypot":
            return value**2 == first**2 + arguments[1] ** 2
        case "log2" | "log10" if value.denominator == 1:
            return Fraction(2 if name == "log2" else 10) ** int(value) == first
    return False


@cache
def arithmetic_of(row: Row) -> str | None:
    """How much of a row's value is arithmetic: "all", "some" (it may be an argument itself), "none"; None: unknown."""
    if row.compute is not None:
        return None
    texts = [row.value, *row.given.values()]
    if all(_is_arithmetic(parse(text), row) for text in texts):
        return "all"
    branches = [
        branch for one in ast.walk(parse(row.value)) if isinstance(one, ast.IfExp) for branch in (one.body, one.orelse)
    ]
    return "some" if any(isinstance(branch, ast.Name) for branch in branches) else "none"


def _is_arithmetic(tree: ast.expr, row: Row) -> bool:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                if name not in _RATIONAL and (name in (row.name, "pow") or arithmetic_of(table[name]) != "all"):
                    return False  # a function of its own, as tanh, or made of one
            case ast.Name(id="pi"):
                return False
            case ast.BinOp(op=ast.Pow(), right=exponent) if not isinstance(exponent, ast.Constant | ast.UnaryOp):
                return False
    return True
