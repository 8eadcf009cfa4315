"""A slope and a value with as many digits as it takes: what a graph would have, were floats not rounded.

Numbers that were given are what they are written as: 0.1 is a tenth. The rows are computed once more by their own text,
in decimal numbers of hundreds of digits, beside the node in question at both sides; nothing is said where a row needs
what decimal numbers have not.
"""

from __future__ import annotations

import ast
import decimal
from decimal import Decimal
from functools import lru_cache
from math import isfinite, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from ..graph import one_by_one, topological_order
from ..ops import table
from ..validation import parse
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..ops import Row

__all__ = ["Exact", "exact"]

NODES = 300  # of a graph that is computed so
DIGITS = 100  # that are left when the smallest number of the graph is added to the largest, at least
FINER = 20  # by how many digits a second computation has more, and takes its differences nearer
STEP = 30  # digits by which the node in question is moved
MOST = 20_000  # digits times nodes
AGREES = Decimal("1e-9")  # of two computations
FAR = 2000  # beyond which, on both sides, the exponential of a number is no float
SMALL_ANGLE = 30  # up to which a sine is summed as it stands


class Exact(NamedTuple):
    """dL/dx and L, rounded to floats at the very end."""

    slope: float
    value: float


class _Unknown(Exception):  # noqa: N818  # no error: it is caught here, and then nothing is said
    """Decimal numbers have not what a row needs."""


class _Numbers(tuple[Decimal, ...]):
    """A sequence among the operands, multiplied element by element."""

    __slots__ = ()

    def __mul__(self, other: Any) -> Any:
        return _Numbers([one * two for one, two in zip(self, other, strict=True)])


def exact(root: Value, wrt: Value) -> Exact | None:
    """dL/dx and L for the very numbers of the leaves; None where that is not sure."""
    order = topological_order(root, all_operands=True)
    sizes = {abs(node._data) for node in order} | {
        abs(one) for node in order for one in one_by_one(node.operands) if type(one) is float
    }
    if len(order) > NODES or not all(map(isfinite, sizes)):
        return None
    exponents = [Decimal(size).adjusted() for size in sizes - {0.0}]
    digits = DIGITS + 3 * (max(exponents, default=0) - min(exponents, default=0)) // 2
    if digits * len(order) > MOST:
        return None
    try:
        (slope, value), (slope2, value2) = (_both(order, wrt, digits, more) for more in (0, FINER))
        if abs(slope - slope2) > AGREES * abs(slope2) or abs(value - value2) > AGREES * abs(value2):
            return None
        return Exact(float(slope2), float(value2))
    except (_Unknown, KeyError, TypeError, ArithmeticError, ValueError):
        return None


def _both(order: Sequence[Value], wrt: Value, digits: int, more: int) -> tuple[Decimal, Decimal]:
    with decimal.localcontext(
        prec=digits + more, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, rounding=decimal.ROUND_HALF_EVEN
    ) as context:
        context.clear_traps()
        for trap in (decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow):
            context.traps[trap] = True
        here = _value_at(order, wrt, None)
        start = here[wrt]
        step = abs(start or Decimal(1)).scaleb(-STEP - more // 2)
        left, right = (_value_at(order, wrt, start + side * step)[order[-1]] for side in (-1, 1))
        return (right - left) / (2 * step), here[order[-1]]


def _value_at(order: Sequence[Value], wrt: Value, at: Decimal | None) -> dict[Value, Decimal]:
    numbers: dict[Value, Decimal] = {}
    for node in order:
        if node is wrt and at is not None:
            numbers[node] = at
        elif node._rule is None:
            numbers[node] = _written(node._data)
        else:
            row = table[node._rule.op]
            operands = [_number_of(one, numbers) for one in node.operands]
            numbers[node] = _computed(row, [*operands, *map(_written, node.parameters.values())])
    return numbers


def _number_of(operand: Any, numbers: dict[Value, Decimal]) -> Any:
    if isinstance(operand, tuple):
        return _Numbers([_number_of(one, numbers) for one in operand])
    return numbers[operand] if type(operand) is Value else _written(operand)


def _written(number: float) -> Decimal:
    return Decimal(repr(float(number)))


def _computed(row: Row, arguments: Sequence[Any]) -> Decimal:
    scope = _Scope(zip((argument.name for argument in row.arguments), arguments, strict=True))
    given, value = _code(row)
    for name, code in given:
        scope[name] = eval(code, {"__builtins__": {}}, scope)  # noqa: S307  # the text of a row, which was validated
    found: Decimal = eval(value, {"__builtins__": {}}, scope)  # noqa: S307  # so is this
    return found


class _Scope(dict[str, Any]):
    """The arguments of a row, and the functions that its text may call."""

    def __missing__(self, name: str) -> Any:
        if name in _FUNCTIONS:
            return _FUNCTIONS[name]
        row = table[name]
        if f"{name}(" in row.value:  # Python's own function of that name
            raise _Unknown(name)
        return lambda *arguments: _computed(row, arguments)


@lru_cache(maxsize=256)
def _code(row: Row) -> tuple[list[tuple[str, Any]], Any]:
    if not row.built_in:
        raise _Unknown(row.name)
    return [(name, _compiled(text)) for name, text in row.given.items()], _compiled(row.value)


def _compiled(text: str) -> Any:
    tree = ast.Expression(_Decimals().visit(parse(text)))
    return compile(ast.fix_missing_locations(tree), "<a row in decimal numbers>", "eval")


class _Decimals(ast.NodeTransformer):
    """Numbers in the text of a row as decimal ones; of 0.70710678 nobody knows what it was rounded from."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:  # the name is Python's
        if type(node.value) not in (int, float) or len(repr(node.value)) > 4:
            raise _Unknown(node.value)
        return ast.Call(ast.Name("number", ast.Load()), [ast.Constant(repr(node.value))], [])


# ---------------------------------------------------------------------------------------- functions of decimal numbers


def _exp(x: Decimal) -> Decimal:
    if abs(x) > FAR:  # it is no float, and would take its time
        raise _Unknown(x)
    return x.exp()


def _expm1(x: Decimal) -> Decimal:
    with decimal.localcontext() as context:
        context.prec += max(0, -x.adjusted()) if x else 0
        return _exp(x) - 1


def _sinh(x: Decimal) -> Decimal:
    return (_expm1(x) - _expm1(-x)) / 2


def _cosh(x: Decimal) -> Decimal:
    return (_exp(x) + _exp(-x)) / 2


def _tanh(x: Decimal) -> Decimal:
    e = _expm1(-2 * abs(x))
    return (-e / (2 + e)).copy_sign(x)


def _log1p(x: Decimal) -> Decimal:
    with decimal.localcontext() as context:
        context.prec += max(0, -x.adjusted()) if x else 0
        return (1 + x).ln()


def _series(x: Decimal, term: Decimal, first: int) -> Decimal:
    """A sine or cosine: term − term·x²/(first·(first + 1)) + …."""
    if abs(x) > SMALL_ANGLE:
        raise _Unknown(x)
    with decimal.localcontext() as context:
        context.prec += 2 * SMALL_ANGLE
        total, place = term, first
        while term and term.adjusted() > total.adjusted() - context.prec:
            term = -term * x * x / (place * (place + 1))
            total += term
            place += 2
        return total


def _sin(x: Decimal) -> Decimal:
    return _series(x, x, 2)


def _cos(x: Decimal) -> Decimal:
    return _series(x, Decimal(1), 1)


def _total(numbers: Sequence[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0))


def _product(numbers: Sequence[Decimal]) -> Decimal:
    return prod(numbers, start=Decimal(1))


def _count(numbers: Sequence[Decimal]) -> Decimal:
    return Decimal(len(numbers))


def _tan(x: Decimal) -> Decimal:
    return _sin(x) / _cos(x)


def _log2(x: Decimal) -> Decimal:
    return x.ln() / Decimal(2).ln()


_FUNCTIONS: dict[str, Any] = {
    "number": Decimal, "abs": abs, "isfinite": Decimal.is_finite, "largest": max, "smallest": min,
    "exp": _exp, "log": Decimal.ln, "log2": _log2, "log10": Decimal.log10, "sqrt": Decimal.sqrt,
    "expm1": _expm1, "log1p": _log1p, "sinh": _sinh, "cosh": _cosh, "tanh": _tanh,
    "sin": _sin, "cos": _cos, "tan": _tan, "total": _total, "count": _count, "product": _product,
}  # fmt: skip
