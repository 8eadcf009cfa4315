"""The number of a term that was read, and how far rounding may have moved it."""

from __future__ import annotations

from math import copysign, inf, isfinite, nan
from typing import TYPE_CHECKING, NamedTuple

from ... import functions
from ...errors import AutogradError
from ...formula import terms
from ...formula.equations import walk
from ...formula.terms import Condition, Derivative, Number, Symbol, Term
from ...ops import table
from ...value import Value
from .written import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["evaluate", "mentions"]

EPSILON = 2.0**-52


def evaluate(
    term: Term, value_of: Callable[[Symbol | Derivative], float], *, rounding: bool = False, digits: int | None = None
) -> tuple[float, float]:
    """The number of a term, and how far floating point may have moved it; names and derivatives by `value_of`.

    With `rounding` the error also counts what each typed number may have lost when it was rounded to its digits; with
    `digits` each name and each function is rounded to so many significant digits before it is used.

    What has no number (a logarithm of −1, a part left out) is NaN.
    """
    return _Evaluation(value_of, rounding, digits).of(term)


class _Evaluation(NamedTuple):
    """How names get their numbers, and what is rounded on the way."""

    value_of: Callable[[Symbol | Derivative], float]
    rounding: bool
    digits: int | None

    def of(self, one: Term) -> tuple[float, float]:  # one case for each kind of term
        match one:
            case Literal(value=value, unit=unit, digits=significant):
                is_whole = unit == 1 or (unit > 1 and significant < 2)
                return value, 0.5 * unit if self.rounding and not is_whole else 0.0
            case Number(value=value):
                return value, 0.0
            case Symbol() | Derivative():
                value = self.rounded(self.value_of(one))
                return value, 2 * EPSILON * abs(value)
            case terms.Sum(terms=parts):
                return self.sum(parts)
            case terms.Negated(term=inner):
                value, error = self.of(inner)
                return -value, error
            case terms.Product(factors=parts):
                return self.product(parts)
            case terms.Quotient(top=top, bottom=bottom):
                return self.quotient(top, bottom)
            case terms.Power(base=base, exponent=exponent):
                return _function_of(_power, [self.of(base), self.of(exponent)])
            case terms.Root(term=inner):
                return _function_of(lambda x: _called("sqrt", [x]), [self.of(inner)])
            case terms.Bars(term=inner):
                value, error = self.of(inner)
                return abs(value), error
            case terms.Call(name=name, arguments=parts):
                value, error = _function_of(lambda *x: _called(name, list(x)), [self.of(part) for part in parts])
                return self.rounded(value), error
            case terms.Switch(condition=condition):
                return self.of(condition)
            case Condition():
                return _holds(one, self.of), 0.0
        return nan, 0.0

    def rounded(self, value: float) -> float:
        return float(f"{value:.{self.digits}g}") if self.digits is not None and isfinite(value) else value

    def sum(self, parts: Iterable[Term]) -> tuple[float, float]:
        total = slack = 0.0
        for value, error in map(self.of, parts):
            total += value
            slack += error + EPSILON * (abs(value) + abs(total))
        return total, slack

    def product(self, parts: Iterable[Term]) -> tuple[float, float]:
        product, slack = 1.0, 0.0
        for value, error in map(self.of, parts):
            slack = abs(product) * error + abs(value) * slack + error * slack + EPSILON * abs(product * value)
            product *= value
        return product, slack

    def quotient(self, top: Term, bottom: Term) -> tuple[float, float]:
        (a, da), (b, db) = self.of(top), self.of(bottom)
        if b == 0:
            return nan, 0.0
        slack = (da + abs(a / b) * db) / (abs(b) - db) if db < abs(b) else inf
        return a / b, slack + EPSILON * abs(a / b)


def _function_of(function: Callable[..., float], arguments: list[tuple[float, float]]) -> tuple[float, float]:
    """A function at numbers with errors: each argument is moved by its own error."""
    values = [value for value, _ in arguments]
    result = function(*values)
    error = 2 * EPSILON * abs(result)
    for place, (value, slack) in enumerate(arguments):
        if slack and isfinite(slack):
            moves = [function(*values[:place], value + step, *values[place + 1 :]) for step in (-slack, slack)]
            error += max((abs(moved - result) for moved in moves if isfinite(moved)), default=0.0)
    return result, error


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent) if base >= 0 or exponent == int(exponent) else nan
    except (ValueError, ArithmeticError):
        return nan


def _called(name: str, arguments: list[float]) -> float:
    row = table[name.rstrip("'")]
    parameters = [argument.name for argument in row.arguments if argument.kind == "parameter"]
    is_sequence = any(argument.kind == "sequence" for argument in row.arguments)
    own = len(arguments) if is_sequence else len(row.operands)
    given = dict(zip(parameters, arguments[own:], strict=False))
    try:
        if name.endswith("'"):
            (slope, *_) = getattr(functions, row.name)(Value(arguments[0]), *arguments[1:own], **given).partials()
            return float(slope)
        return float(getattr(functions, row.name)(*arguments[:own], **given))
    except (AutogradError, TypeError, ValueError, ArithmeticError):
        return nan


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "≤": lambda a, b: a <= b, ">": lambda a, b: a > b, "≥": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "≠": lambda a, b: a != b,
}  # fmt: skip


def _holds(condition: Condition, of: Callable[[Term], tuple[float, float]]) -> float:
    parts = condition.parts
    if parts[0] == "not":
        return 1.0 - of(parts[1])[0] if isinstance(parts[1], Term) else nan
    numbers = [of(part)[0] if isinstance(part, Term) else part for part in parts]
    if any(part in ("and", "or") for part in parts):
        held = [bool(number) for number in numbers[::2]]
        result = held[0]
        for word, one in zip(numbers[1::2], held[1:], strict=True):
            result = (result and one) if word == "and" else (result or one)
        return float(result)
    result = True
    for place in range(1, len(numbers), 2):
        left, word, right = numbers[place - 1 : place + 2]
        assert isinstance(left, float | int)
        assert isinstance(right, float | int)
        assert isinstance(word, str)
        result = result and _COMPARE[word](left, right)
    return float(result) if len(numbers) > 1 else float(copysign(1.0, abs(float(numbers[0]))) if numbers[0] else 0.0)


def mentions(term: Term) -> list[Symbol | Derivative]:
    """The names and derivatives in a term, conditions included."""
    return [one for one in walk(term) if isinstance(one, Symbol | Derivative)]
