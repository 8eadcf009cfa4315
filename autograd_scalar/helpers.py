"""What a rule may call besides the operations of the table: a closed list of functions of plain numbers.

Most of them take the elements of a sequence argument (``*x``). ``total`` is not here, because it takes an
expression, which the code generator writes out as a loop: it adds left to right in plain floats, so that every
Python version and every target gives the same bits (Python's own ``sum`` compensates since 3.12).
"""

from __future__ import annotations

from math import floor as whole_below
from math import frexp, inf, isfinite, ldexp, nan, pi

from .errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["count", "floor", "inf", "isfinite", "largest", "nan", "others", "pi", "product", "smallest", "unknown"]

SMALLEST_NORMAL = 2.0**-1022


def count(x: Sequence[object]) -> float:
    """How many elements there are."""
    return float(len(x))


def unknown(op: str) -> NoReturn:
    """What stands for the derivative of a partial that was given as a callable: nobody can differentiate that."""
    raise UsageError(
        f"{op} was given as a callable, with its first partials only: its second derivative is not known. "
        f"To differentiate it again, write it as a row, with op('{op}(…)', …)"
    )


def floor(x: float) -> float:
    """The largest whole number that is not larger, as a float; NaN and the infinities stay what they are."""
    return float(whole_below(x)) if isfinite(x) else x


def largest(x: Sequence[float]) -> float:
    """The largest element, or NaN if there is one among them (Python's ``max`` may lose it)."""
    result = x[0]
    for element in x:
        if element > result or element != element:
            result = element
    return result


def smallest(x: Sequence[float]) -> float:
    """The smallest element, or NaN if there is one among them."""
    result = x[0]
    for element in x:
        if element < result or element != element:
            result = element
    return result


def product(x: Sequence[float]) -> float:
    """The product, left to right; with exponents kept apart where a partial product would leave the floats.

    >>> product([1e200, 1e200, 1e-300])
    1e+100
    """
    result = 1.0
    in_range = True
    for element in x:
        result *= element
        in_range = in_range and SMALLEST_NORMAL <= abs(result) < inf
    if in_range:
        return result
    fraction, exponent = 1.0, 0
    for element in x:
        fraction, exponent = _times(fraction, exponent, element)
    return _joined(fraction, exponent)


def others(x: Sequence[float]) -> list[float]:
    """For each element the product of all the others, in linear time and without a division (an element may be 0).

    >>> others([2.0, 3.0, 0.0])
    [0.0, 0.0, 6.0]
    """
    before, after = [(1.0, 0)], [(1.0, 0)]
    for element in x[:-1]:
        before.append(_times(*before[-1], element))
    for element in x[:0:-1]:
        after.append(_times(*after[-1], element))
    return [
        _joined(left * right, left_exponent + right_exponent)
        for (left, left_exponent), (right, right_exponent) in zip(before, reversed(after), strict=True)
    ]


def _times(fraction: float, exponent: int, element: float) -> tuple[float, int]:
    """``fraction·2**exponent · element`` in the same form, the exponent apart so that nothing overflows."""
    element_fraction, element_exponent = frexp(element)
    fraction, shift = frexp(fraction * element_fraction)
    return fraction, exponent + element_exponent + shift


def _joined(fraction: float, exponent: int) -> float:
    try:
        return ldexp(fraction, exponent)
    except OverflowError:
        return inf if fraction > 0 else -inf
