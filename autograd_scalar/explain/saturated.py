"""Whether an operation is saturated where it stands: flat from there outward."""

from __future__ import annotations

from .. import _generated
from ..value import Value

__all__ = ["is_saturated"]


def is_saturated(node: Value, place: int) -> bool:
    """Whether an operation of one number is flat from here outward: it changes hardly at all, however far one goes."""
    row = node.row
    if row is None or row.kinks or row.form != "call" or len(node.operands) != 1 or place:
        return False
    operand = node.operands[0]
    if type(operand) is not Value:
        return False
    x, z = operand.data, node.data
    compute = getattr(_generated, f"_{node.op}")
    for far in (10 * x, 1e3 * x, 1e300 if x > 0 else -1e300):
        try:
            value = compute(far, *node.parameters.values())
        except (ValueError, ArithmeticError):
            return False
        if not abs(value - z) <= 0.02 * max(1.0, abs(z)):
            return False
    return True
