"""A recorded result, read three ways: backwards, forwards, and for how far it may be rounded."""

from __future__ import annotations

from fractions import Fraction
from math import inf, isfinite
from operator import add, mul, sub
from typing import TYPE_CHECKING

from ..conditions import numbers_of
from ..graph import topological_order
from ..steps import Steps
from .numerical import EPSILON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..explain.words import Words
    from ..value import Value
    from .trial import Record

__all__ = ["engine_slopes", "noise_of", "off_by", "tangents_of", "words_of"]


def engine_slopes(base: Record) -> list[list[float]]:
    """The backward pass, for each output the slope of every leaf; all gradients are as before."""
    found = []
    for output in base.outputs:
        order = topological_order(output)
        before = [(node, node._grad) for node in [*order, *base.leaves]]
        try:
            for node, _ in before:
                node._grad = None
            output.backward()
            found.append([leaf.grad for leaf in base.leaves])
        finally:
            for node, grad in before:
                node._grad = grad
    return found


def tangents_of(base: Record, directions: Sequence[float]) -> dict[Value, float]:
    """Forward mode: ∂node/∂direction of every node, from the leaves up."""
    tangents: dict[Value, float] = dict(zip(base.leaves, directions, strict=True))
    for output in base.outputs:
        for node in topological_order(output):
            if node not in tangents:
                pairs = zip(node.partials(), node.parents, strict=True)
                tangents[node] = sum(slope * t for slope, p in pairs if (t := tangents[p]) != 0.0)
    return tangents


def noise_of(output: Value, *, is_exact: bool = False) -> float:
    """How much the result may be off: every operation's own rounding, times what the result depends on it.

    With `is_exact`, a sum or product of two has the rounding that it really had: 1.0·10¹⁵ had none.
    """
    order = topological_order(output)
    adjoints = dict.fromkeys(order, 0.0)
    adjoints[output] = 1.0
    noise = 0.0
    for node in reversed(order):
        adjoint = adjoints[node]
        if node._rule is None or adjoint == 0.0:
            continue
        size = abs(node.data)
        for parent, slope in zip(node.parents, node.partials(), strict=True):
            adjoints[parent] += adjoint * slope
            if node._rule.many and isfinite(slope):
                size += abs(parent.data * slope)
        rounding = _rounding(node) if is_exact else None
        rounding = EPSILON * size if rounding is None else rounding
        if rounding:  # where nothing was rounded, nothing is magnified, not even by the slope of √0
            noise += abs(adjoint) * rounding
    return noise if isfinite(noise) else inf


def _rounding(node: Value) -> float | None:
    """By how much a sum, difference or product of two numbers was rounded; None for all else."""
    compute = _EXACT.get(node.op)
    numbers = numbers_of(node)
    if compute is None or not all(map(isfinite, [*numbers, node.data])):
        return None
    return abs(float(compute(*map(Fraction, numbers)) - Fraction(node.data)))


_EXACT: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"add": add, "sub": sub, "mul": mul}


def words_of(output: Value, base: Record) -> Words:
    """How the nodes are called in the function; only a report needs it."""
    from ..explain.words import Words

    return Words(Steps(output, scopes=base.scopes), 6)


def off_by(x: float, y: float) -> float:
    """The relative difference."""
    return abs(x - y) / max(abs(x), abs(y)) if x != y else 0.0
