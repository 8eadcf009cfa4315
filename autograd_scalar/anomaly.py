"""`detect_anomaly`: stop at the first operation that makes a NaN or an infinity, forward or backward.

A NaN spreads: by the time a loss is NaN, everything is. What a person needs to know is where the first one came from,
so this mode looks at each result as it is recorded, and at each adjoint as a backward pass leaves it.
"""

from __future__ import annotations

import linecache
from math import isfinite, isnan
from typing import TYPE_CHECKING

from .errors import AutogradError
from .graph import one_by_one
from .names import callers_line
from .recording import Mode, called, described_result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .value import Value

__all__ = ["AnomalyError", "detect_anomaly"]


class AnomalyError(AutogradError, ArithmeticError):
    """A NaN or an infinity came up inside ``with detect_anomaly():``."""


class detect_anomaly(Mode):  # noqa: N801  # a context manager, written as PyTorch users write it
    """Inside ``with detect_anomaly():`` the first operation that makes a NaN or an infinity raises `AnomalyError`.

    Forward: a result z = f(x, …) that is not finite. Backward: an adjoint dL/dx that is not finite though the adjoint
    dL/dz that it came from is; `backward` then leaves all gradients as they were. The message gives the operation, its
    operands by name with their numbers, and the line of code that recorded it (for a backward pass, where the graph
    was recorded inside the block too). A leaf that is NaN or infinite from the start is reported at its first use.
    Local to its thread and task. Each operation costs several times its usual time: it is a mode for finding
    mistakes.

    >>> from autograd_scalar import Value, detect_anomaly
    >>> a, b = Value(1e200), Value(1e200)
    >>> with detect_anomaly():
    ...     L = a * b - a
    Traceback (most recent call last):
        ...
    autograd_scalar.anomaly.AnomalyError: mul made inf out of finite numbers: a * b at a = 1e+200, b = 1e+200...
    """

    def recorded(self, node: Value) -> Value:
        """The node, with a note of the line that made it.

        Raises `AnomalyError` when its number is not finite.
        """
        place = callers_line()
        if not isfinite(node._data):
            raise AnomalyError(_forward(node, place))
        if node._rule is not None:
            node._rule = node._rule.recorded_at(place)
        return node

    def passed_on(self, node: Value, adjoint: float, to_parents: Sequence[float]) -> None:
        """Look at the adjoints of the parents.

        Raises `AnomalyError` when one of them is not finite.
        """
        for parent, partial, passed in zip(node.parents, node.partials(), to_parents, strict=True):
            if not isfinite(passed):
                raise AnomalyError(_backward(node, parent, adjoint, partial, passed))


def _forward(node: Value, place: tuple[str, int] | None) -> str:
    shown = described_result(node) + _line(place)
    strange = next((one for one in node.parents if not isfinite(one._data)), None)
    if strange is not None and strange._rule is None:
        return f"{node.op} met {called(strange)}, a leaf that is {_word(strange._data)} itself: {shown}"
    if strange is not None:
        return (
            f"{node.op} met {called(strange)}, which is older than this detect_anomaly(): {shown}\n"
            "  compute that inside the block too, to see where it came from"
        )
    is_finite = all(isfinite(one) for one in one_by_one(node.operands) if isinstance(one, float))
    source = "finite numbers" if is_finite else "a number that was not finite"
    return f"{node.op} made {_word(node._data)} out of {source}: {shown}"


def _backward(node: Value, parent: Value, adjoint: float, partial: float, passed: float) -> str:
    if not isfinite(adjoint):
        reason = f"it began with a seed of {_word(adjoint)}"
    elif not isfinite(partial):
        reason = f"the partial by {called(parent)} is {_word(partial)} there"
    elif not isfinite(adjoint * partial):
        reason = f"the adjoint {adjoint:.6g} times the partial {partial:.6g} is more than a float holds"
    else:
        reason = f"what the routes bring to {called(parent)} adds up to more than a float holds"
    place = node._rule.place if node._rule else None
    shown = described_result(node) + _line(place)
    return f"the pass back through {node.op} made a gradient of {_word(passed)}: {reason}: {shown}"


def _word(number: float) -> str:
    return "nan" if isnan(number) else f"{number:g}"


def _line(place: tuple[str, int] | None) -> str:
    """``; line 3 of net.py: L = a * b``, with as much of it as is known."""
    if place is None:
        return ""
    filename, number = place
    source = linecache.getline(filename, number).strip()
    short = filename.replace("\\", "/").rpartition("/")[2]
    return f"\n  line {number} of {short}" + (f": {source}" if source else "")
