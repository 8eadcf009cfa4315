"""What each row of the table ought to give: value and partials at fifty digits, written down a second time by hand.

Nothing here reads a row. A reference takes the operands, as `mpmath` numbers, in the order of the signature, and then
the parameters; it gives the value, and the partials of all operands, flat. A partial at a kink is the one that the
row promises, between Values. Zeros come as floats, because an mpf has no signed zero; `inf` stands for a pole of a
partial. Formulas are the textbook's: fifty digits forgive what floats do not.
"""

# ruff: noqa: ARG005  # the partials of a row take all its operands, whether they need them or not

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mpmath import mp

DIGITS = 50
exact = mp.clone()  # a context of our own: the precision of other users of mpmath stays what it is
exact.dps = DIGITS
inf = math.inf


class Reference(NamedTuple):
    value: Callable[..., Any]
    partials: Callable[..., Sequence[Any]]


def number(x: float) -> Any:
    """A float as an exact number; a zero keeps its sign."""
    return exact.mpf(x) if x else x


def limited(x: Any) -> Any:
    """An exponent, cut off where its exponential is beyond the square of any float: no one waits for exp(1e300)."""
    return max(min(x, 3000), -3000)


def exp(x: Any) -> Any:
    return exact.exp(limited(x))


def sigmoid(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def erfc(x: Any) -> Any:
    """The one of mpmath sums millions of terms far out, where the first one of the asymptotic series is enough."""
    return exact.erfc(x) if x < 100 else exp(-x * x) / (x * exact.sqrt(exact.pi))


def bell(x: Any) -> Any:
    """The density of the normal distribution."""
    return exp(-x * x / 2) / exact.sqrt(2 * exact.pi)


def normal(x: Any) -> Any:
    """The normal distribution."""
    return erfc(-x / exact.sqrt(2)) / 2


def power(x: Any, y: Any) -> Any:
    """xʸ through the logarithm."""
    if x == 0 or y == 0:
        return exact.mpf(1) if y == 0 else exact.mpf(0) if y > 0 else inf
    return exp(y * exact.log(abs(x))) * (-1 if x < 0 and int(y) % 2 else 1)


def power_partials(x: Any, y: Any) -> tuple[Any, Any]:
    by_base = 0 if y == 0 else y * power(x, y) / x if x else exact.mpf(y == 1) if y >= 1 else inf
    by_exponent = math.nan if x < 0 else (0 if y > 0 else -inf) if x == 0 else power(x, y) * exact.log(x)
    return by_base, by_exponent


def cube_root(x: Any) -> Any:
    return exact.sign(x) * exact.cbrt(abs(x))


def angle(y: Any, x: Any) -> Any:
    if y != 0:
        return exact.atan2(y, x)
    return math.copysign(1, y) * (exact.pi if math.copysign(1, x) < 0 else exact.mpf(0))


def over(numerator: Any, denominator: Any, at_zero: float = inf) -> Any:
    return numerator / denominator if denominator else at_zero


def largest_partials(x: list[Any], largest: Any) -> list[Any]:
    ties = x.count(largest)
    return [exact.mpf(element == largest) / ties for element in x]


def others(x: list[Any]) -> list[Any]:
    return [exact.fprod(x[:place] + x[place + 1 :]) for place in range(len(x))]


def logsumexp(x: list[Any]) -> Any:
    *rest, largest = sorted(x)
    return largest + exact.log1p(exact.fsum(exp(element - largest) for element in rest))


def softmax(x: list[Any]) -> list[Any]:
    exponentials = [exp(element - max(x)) for element in x]
    total = exact.fsum(exponentials)
    return [exponential / total for exponential in exponentials]


def clip(x: Any, low: float, high: float) -> Any:
    return min(max(x, low), high)


SELU = 1.0507009873554805, 1.7580993408473766  # the scale, and the scale times alpha: defined as these floats

REFERENCES: dict[str, Reference] = {
    name: Reference(value, partials)
    for name, value, partials in (
        ("add", lambda x, y: x + y, lambda x, y: (1, 1)),
        ("sub", lambda x, y: x - y, lambda x, y: (1, -1)),
        ("mul", lambda x, y: x * y, lambda x, y: (y, x)),
        ("abs", abs, lambda x: (exact.sign(x),)),
        ("div", lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2)),
        ("neg", lambda x: -x, lambda x: (-1,)),
        ("square", lambda x: x**2, lambda x: (2 * x,)),
        ("reciprocal", lambda x: 1 / x, lambda x: (-1 / x**2,)),
        ("identity", lambda x: x, lambda x: (1,)),
        ("sqrt", exact.sqrt, lambda x: (over(1, 2 * exact.sqrt(x)),)),
        ("cbrt", cube_root, lambda x: (over(1, 3 * cube_root(x) ** 2),)),
        ("exp", exp, lambda x: (exp(x),)),
        ("expm1", lambda x: exact.expm1(limited(x)), lambda x: (exp(x),)),
        ("log", exact.log, lambda x: (1 / x,)),
        ("pow", power, power_partials),
        ("log1p", exact.log1p, lambda x: (1 / (1 + x),)),
        ("log2", lambda x: exact.log(x) / exact.log(2), lambda x: (1 / (x * exact.log(2)),)),
        ("log10", lambda x: exact.log(x) / exact.log(10), lambda x: (1 / (x * exact.log(10)),)),
        ("hypot", exact.hypot, lambda x, y: (over(x, exact.hypot(x, y), 0), over(y, exact.hypot(x, y), 0))),
        ("sin", exact.sin, lambda x: (exact.cos(x),)),
        ("cos", exact.cos, lambda x: (-exact.sin(x),)),
        ("tan", exact.tan, lambda x: (exact.sec(x) ** 2,)),
        ("asin", exact.asin, lambda x: (over(1, exact.sqrt(1 - x**2)),)),
        ("acos", exact.acos, lambda x: (over(-1, exact.sqrt(1 - x**2), -inf),)),
        ("atan", exact.atan, lambda x: (1 / (1 + x**2),)),
        ("atan2", angle, lambda y, x: (over(x, x**2 + y**2, 0), over(-y, x**2 + y**2, 0))),
        ("sinh", lambda x: exact.sinh(limited(x)), lambda x: (exact.cosh(limited(x)),)),
        ("cosh", lambda x: exact.cosh(limited(x)), lambda x: (exact.sinh(limited(x)),)),
        ("tanh", exact.tanh, lambda x: (exact.sech(limited(x)) ** 2,)),
        ("asinh", exact.asinh, lambda x: (1 / exact.sqrt(x**2 + 1),)),
        ("acosh", exact.acosh, lambda x: (over(1, exact.sqrt(x**2 - 1)),)),
        ("atanh", exact.atanh, lambda x: (1 / (1 - x**2),)),
        ("erf", exact.erf, lambda x: (2 / exact.sqrt(exact.pi) * exp(-(x**2)),)),
        ("erfc", erfc, lambda x: (-2 / exact.sqrt(exact.pi) * exp(-(x**2)),)),
        ("sigmoid", sigmoid, lambda x: (sigmoid(x) * sigmoid(-x),)),
        ("log_sigmoid", lambda x: min(x, 0) - exact.log1p(exp(-abs(x))), lambda x: (sigmoid(-x),)),
        ("softplus", lambda x: max(x, 0) + exact.log1p(exp(-abs(x))), lambda x: (sigmoid(x),)),
        ("relu", lambda x: max(x, 0), lambda x: (x > 0,)),
        ("leaky_relu", lambda x, slope: x if x > 0 else slope * x, lambda x, slope: (1 if x > 0 else slope,)),
        (
            "elu",
            lambda x, alpha: x if x > 0 else alpha * exact.expm1(x),
            lambda x, alpha: (1 if x > 0 else alpha * exp(x),),
        ),
        (
            "selu",
            lambda x: SELU[0] * x if x > 0 else SELU[1] * exact.expm1(x),
            lambda x: (SELU[0] if x > 0 else SELU[1] * exp(x),),
        ),
        ("gelu", lambda x: x * normal(x), lambda x: (normal(x) + x * bell(x),)),
        ("silu", lambda x: x * sigmoid(x), lambda x: (sigmoid(x) * (1 + x * sigmoid(-x)),)),
        ("softsign", lambda x: x / (1 + abs(x)), lambda x: (1 / (1 + abs(x)) ** 2,)),
        ("max", max, lambda x, y: largest_partials([x, y], max(x, y))),
        ("min", min, lambda x, y: largest_partials([x, y], min(x, y))),
        ("clip", clip, lambda x, low, high: (low < x < high,)),
        ("where", lambda c, x, y: x if c else y, lambda c, x, y: (0, c != 0, c == 0)),
        ("sum", exact.fsum, lambda x: [1 for _ in x]),
        ("mean", lambda x: exact.fsum(x) / len(x), lambda x: [exact.mpf(1) / len(x) for _ in x]),
        ("prod", exact.fprod, others),
        ("dot", lambda w, x, b: exact.fdot([*w, b], [*x, 1]), lambda w, x, b: [*x, *w, 1]),
        ("logsumexp", logsumexp, softmax),
        ("maximum", max, lambda x: largest_partials(x, max(x))),
        ("minimum", min, lambda x: largest_partials(x, min(x))),
    )
}
