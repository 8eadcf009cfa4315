"""Where floats lose a value or a slope: the node at which nearly equal numbers leave little of each other."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING, NamedTuple

from ..backward import adjoints
from ..errors import AutogradError
from ..explain.exact import exact
from ..formula.numbers import number
from ..graph import topological_order
from ..transforms import gradients
from .modes import noise_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..value import Value
    from .trial import Record

__all__ = ["Doubt", "doubt_of_slope", "lost_in_slope", "lost_in_value", "rounding_of_slope"]

MANY = 1e3  # times that relative errors must be magnified to be worth a word


class _Loss(NamedTuple):
    """A node where digits go: how many times it magnifies relative errors, and how far that moves what is asked for."""

    node: Value
    factor: float
    moves: float
    is_backward: bool = False


def rounding_of_slope(output: Value, leaf: Value) -> float:
    """How far the slope may be off by the rounding of both passes; 0 where no rule tells that.

    >>> from autograd_scalar import Value
    >>> x = Value(1e-4)
    >>> rounding_of_slope((1 - x.cos()) / x**2, x) > 1e-5
    True
    """
    try:
        return noise_of(gradients(output, [leaf])[0])
    except AutogradError:  # a callable's partial, or one that has no slope of its own here
        return 0.0


class Doubt(NamedTuple):
    """A slope that has lost its digits: by how much it may be off, and what more digits say, where they can."""

    error: float
    true: float | None = None


def doubt_of_slope(output: Value, leaf: Value, slope: float, allowed: float) -> Doubt | None:
    """Whether `slope` may be off by more than `allowed` of it; decimal numbers have the last word where they can.

    >>> from autograd_scalar import Value
    >>> x = Value(35.0)
    >>> doubt_of_slope((1 - x.sigmoid()).log(), x, -0.946524, 1e-3).true
    -0.9999999999999993
    """
    try:
        error = noise_of(gradients(output, [leaf])[0], is_exact=True)
    except AutogradError:  # as in `rounding_of_slope`
        return None
    if error <= allowed * abs(slope):
        return None
    known = exact(output, leaf)
    if known is None:
        return Doubt(error)
    return None if abs(known.slope - slope) <= allowed * abs(known.slope) else Doubt(error, known.slope)


def lost_in_value(output: Value, base: Record) -> str:
    """The node that loses most of the output's digits, in words; nothing where none stands out."""
    nodes = [node for node in topological_order(output) if node.data or node is output]
    losses = [loss for node in nodes if (loss := _forward(node, 1.0)) is not None]
    return _told(max(losses, key=lambda loss: loss.factor, default=None), output, base)


def lost_in_slope(output: Value, leaf: Value, base: Record) -> str:
    """The node whose lost digits move the slope by `leaf` most, forward or backward; its rounding is known."""
    order = topological_order(output)
    (slope,) = gradients(output, [leaf])
    flowing = adjoints(topological_order(slope))
    losses = [loss for node in order if (loss := _forward(node, flowing.get(node, 0.0))) is not None]
    losses += _backward(order, leaf)
    return _told(max(losses, key=lambda loss: loss.moves, default=None), output, base)


def _forward(node: Value, weight: float) -> _Loss | None:
    if node._rule is None:
        return None
    terms = [abs(p.data * s) for p, s in zip(node.parents, node.partials(), strict=True)]
    return _loss(node, terms, abs(node.data), abs(weight))


def _loss(
    node: Value, terms: Sequence[float], left: float, weight: float, *, is_backward: bool = False
) -> _Loss | None:
    largest = max(terms, default=0.0)
    factor = largest / left if left else inf
    is_one = isfinite(largest) and largest > 0.0 and factor > MANY
    return _Loss(node, factor, weight * largest, is_backward) if is_one else None


def _backward(order: Sequence[Value], leaf: Value) -> list[_Loss]:
    """Where what flows back over several edges is added up to much less."""
    flowing = adjoints(order)
    tangents = {leaf: 1.0}
    arriving: dict[Value, list[float]] = {}
    for node in order:
        pairs = list(zip(node.parents, node.partials(), strict=True)) if node._rule is not None else []
        if node is not leaf:
            tangents[node] = sum(slope * tangents[parent] for parent, slope in pairs)
        for parent, slope in pairs:
            arriving.setdefault(parent, []).append(abs(flowing[node] * slope))
    losses = (
        _loss(node, terms, abs(flowing[node]), abs(tangents[node]), is_backward=True)
        for node, terms in arriving.items()
        if len(terms) > 1
    )
    return [loss for loss in losses if loss is not None]


def _told(loss: _Loss | None, output: Value, base: Record) -> str:
    if loss is None:
        return ""
    words = words_of(output, base)
    if loss.is_backward:
        where = f"the sum over the routes to {words.called(loss.node)}"
    else:
        where = f"{words.formula(loss.node)} = {number(loss.node.data)}"
    if loss.factor == inf:
        return f"{where}, which leaves no digit"
    return f"{where}, which magnifies relative errors {number(loss.factor, 2)} times"
