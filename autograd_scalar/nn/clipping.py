"""Gradients made smaller before a step, so that one steep place does not throw the parameters away.

By norm, all gradients shrink by one factor and keep their direction; by value, each is cut off by itself, and the
direction changes.
"""

from __future__ import annotations

from math import inf, isfinite, sqrt
from sys import float_info
from typing import TYPE_CHECKING

from .. import recording
from ..errors import DomainError, UsageError
from .modules import called, read_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from ..value import Value
    from .modules import Module

__all__ = ["clip_grad_norm", "clip_grad_value"]


def clip_grad_norm(parameters: Module | Iterable[Any], max_norm: float) -> float:
    """Scale all gradients so that their norm √Σg² is at most `max_norm`; gives the norm before.

    Where nothing has to shrink, nothing changes. The factor is max_norm/norm exactly; PyTorch adds 10⁻⁶ to the norm.
    A norm beyond the largest float is given as infinite, and the gradients are scaled by what it is.

    Raises `DomainError` for a NaN or infinite gradient, by name, and `UsageError` for a `max_norm` that is not
    positive; then nothing has changed.

    >>> from autograd_scalar import Value
    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_grad_norm([a, b], 1.0)
    5.0
    >>> a.grad, b.grad
    (0.6000000000000001, 0.8)
    """
    max_norm = _positive(max_norm, "clip_grad_norm: max_norm")
    named = read_parameters(parameters)
    gradients = read_gradients(named, "clip_grad_norm")
    root, scale = _root_and_scale(gradients)
    norm = root * scale
    if norm > max_norm:
        factor = max_norm / norm if norm < inf else max_norm / scale / root
        if factor >= float_info.min:
            clipped = [g * factor for g in gradients]
        else:  # it has lost its digits
            largest = max(map(abs, gradients))
            clipped = [g / largest * (max_norm / (root * (scale / largest))) for g in gradients]
        _set(named, clipped)
    return norm


def clip_grad_value(parameters: Module | Iterable[Any], limit: float) -> None:
    """Keep each gradient between −limit and limit.

    Raises `DomainError` for a NaN or infinite gradient, by name, and `UsageError` for a `limit` that is not positive;
    then nothing has changed.

    >>> from autograd_scalar import Value
    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, -0.5
    >>> clip_grad_value([a, b], 1.0)
    >>> a.grad, b.grad
    (1.0, -0.5)
    """
    limit = _positive(limit, "clip_grad_value: limit")
    named = read_parameters(parameters)
    _set(named, [min(max(g, -limit), limit) for g in read_gradients(named, "clip_grad_value")])


def gradient_norm(named: Sequence[tuple[str, Value]], who: str) -> float:
    """The norm √Σg² of all gradients. Raises `DomainError` for one that is NaN or infinite, by name."""
    root, scale = _root_and_scale(read_gradients(named, who))
    return root * scale


def read_gradients(named: Sequence[tuple[str, Value]], who: str) -> list[float]:
    """The gradients, all of them finite. Raises `DomainError`, with the name of the first that is not."""
    gradients = [0.0 if (grad := parameter._grad) is None else grad for _, parameter in named]
    if not all(map(isfinite, gradients)):
        i = next(i for i, g in enumerate(gradients) if not isfinite(g))
        raise DomainError(f"{who}: the gradient of {called(*named[i])} is {gradients[i]}. Nothing was changed")
    return gradients


class Used(float):
    """A gradient that an optimiser has made a step with. What is added to it is added to a used one.

    `zero_grad` leaves none, so a used gradient at the next step says that it was forgotten, at no cost to anyone else.
    """

    __slots__ = ()

    def __add__(self, other: float) -> Used:
        return Used(float(self) + other)


def _set(named: Sequence[tuple[str, Value]], gradients: Sequence[float]) -> None:
    """Set the gradients of those that a backward pass has reached: the others have none."""
    for (_, parameter), g in zip(named, gradients, strict=True):
        if parameter._grad is not None:
            parameter._grad = Used(g) if type(parameter._grad) is Used else g


def _root_and_scale(gradients: Sequence[float]) -> tuple[float, float]:
    """√Σg² as a product: the sum, left to right, is scaled by the largest where the squares would leave the floats."""
    largest = max(map(abs, gradients))
    scale = 1.0 if largest == 0.0 or 1e-140 < largest < 1e140 else largest
    total = 0.0
    for g in gradients:
        total += (g / scale) * (g / scale)
    return sqrt(total), scale


def _positive(number: float, what: str) -> float:
    number = recording.number(number, what)
    if not number > 0.0:
        raise UsageError(f"{what} is positive, not {number:g}")
    return number
