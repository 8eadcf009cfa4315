"""What mends a gradient that vanishes or explodes: that follows from which factors are small, or large.

A factor is a weight (a leaf that the route is multiplied by), the slope of an activation that is bounded, or something
else. No weights mend a slope that is at most 1/4 everywhere, and where there are no weights nothing is said of them.
"""

from __future__ import annotations

from contextvars import Context
from functools import lru_cache
from math import fsum, hypot, inf, isfinite, log
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from .. import _generated
from ..formula.numbers import number as written
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..ops import Row
    from .case import Case

__all__ = ["LARGE", "LOW", "SMALL", "cure", "steepest"]

LARGE = 1000.0  # a gradient from here on is called exploding,
SMALL = 1e-4  # and one up to here vanishing
MANY = 3  # factors above 1, or below 1, from which on it is depth that makes a gradient large, or small
LOW = 0.01  # what the best slopes of the activations multiply to, where they alone make a gradient small
SOME = 2000  # operations of a longer route that are looked at
_FAR = 1e4  # where an activation that is bounded is flat
_GRID = [place / 16 for place in range(-64, 65)]


def cure(case: Case, kind: str) -> list[str]:
    """That a gradient is called exploding or vanishing, from where on, and what helps where it is depth that does it.

    A small slope of the loss itself is no fault: there the model is right.
    """
    if kind not in ("exploding", "vanishing"):
        return []
    slopes = [abs(slope) for slope in case.stretches()]
    if kind == "exploding":
        called, clip = f"That is exploding: {written(LARGE)} or more.", "clip_grad_norm only bounds the step."
        if sum(slope > 1.0 for slope in slopes) < MANY:
            return [called, "Another scale of inputs, weights or targets mends it.", clip]
        sizes = _sizes(case, 1.0)
        mend = 'Smaller weights mend it (in a net init="he_normal").'
        return [called, mend if sizes.is_mostly(sizes.weights) else "Factors nearer to 1 mend it.", clip]
    if sum(slope < 1.0 for slope in slopes[1:]) < MANY or (sizes := _sizes(case, -1.0)).total < -log(SMALL):
        return []
    return [f"That is vanishing: {written(SMALL)} or less.", *_against_vanishing(sizes)]


class _Sizes(NamedTuple):
    """What makes a route small: sums of −log|slope| over the factors that do, `total` over all; large: of log|slope|.

    `limits` are what the best slopes of its activations come to, by symbol, and `beside` what they lose besides, since
    they do not stand where they are steepest.
    """

    total: float
    weights: float
    limits: dict[str, float]
    beside: dict[str, float]
    others: float
    has_weights: bool
    steepest: dict[str, float]

    def is_mostly(self, part: float) -> bool:
        """Whether a part is at least half of all."""
        return 0.0 < part >= fsum([self.weights, *self.limits.values(), *self.beside.values(), self.others]) / 2


def _against_vanishing(sizes: _Sizes) -> list[str]:
    around = ", or a way around (Residual)."
    if fsum(sizes.limits.values()) >= -log(LOW):
        symbol = max(sizes.limits, key=sizes.limits.__getitem__)
        slope = f"The slope of {symbol} is at most {written(sizes.steepest[symbol])}"
        instead = "relu or tanh in its place mends it"
        if not sizes.has_weights:
            return [f"{slope}: {instead}{around}"]
        return [f"{slope}, whatever the weights.", f'{instead} (in a net with init="he_normal"){around}']
    if sizes.is_mostly(sizes.weights):
        start = "xavier_normal" if sizes.steepest else "he_normal"
        return [f'Larger weights mend it (in a net init="{start}"){around}']
    if sizes.is_mostly(fsum(sizes.beside.values())):
        symbol = max(sizes.beside, key=sizes.beside.__getitem__)
        what = "weights or inputs" if sizes.has_weights else "inputs"
        slope = f"The slope of {symbol} is {written(sizes.steepest[symbol])} at 0 and less elsewhere"
        return [f"{slope}: {what} nearer to 0 mend it{around}"]
    return [f"Factors nearer to 1 mend it{around}"]


def _sizes(case: Case, sign: float) -> _Sizes:
    """What makes the main route large, or small (`sign` is −1), but for its first stretch, the slope of the loss.

    A weight counts as much as all that are added up with it: of many equal routes each is small, and their sum is not.
    """
    nodes, edges, slopes = case.main
    parents = case.flow.parents
    total = weights = others = 0.0
    has_weights = False
    limits: dict[str, float] = {}
    beside: dict[str, float] = {}
    steepest_of: dict[str, float] = {}
    places: Sequence[int] = range(1 if case.is_endless else len(case.segments()[0]), len(slopes))
    scale = 1.0
    if len(places) > SOME:  # drawn, since every so many-th might always be the same operation
        scale = len(places) / SOME
        places = Random(0).sample(places, SOME)
    for place in places:
        node, parent = case.flow.nodes[nodes[place]], case.flow.nodes[parents[edges[place]]]
        row = node.row
        assert row is not None
        best = steepest(row)
        together = _weights(node, parent) if best is None and place < len(slopes) - 1 else 0.0
        has_weights = has_weights or together > 0.0
        if best is not None:
            steepest_of[row.symbol] = best
        size = together or abs(slopes[place])
        size = scale * sign * log(size) if size and isfinite(size) else 0.0
        total += size
        if size <= 0.0:
            continue
        if together:
            weights += size
        elif best is not None and sign < 0.0:
            limit = scale * max(0.0, -log(best))
            limits[row.symbol] = limits.get(row.symbol, 0.0) + limit
            beside[row.symbol] = beside.get(row.symbol, 0.0) + max(0.0, size - limit)
        else:
            others += size
    return _Sizes(total, weights, limits, beside, others, has_weights, steepest_of)


def _weights(node: Value, parent: Value) -> float:
    """The size of the leaf that the parent is multiplied by; of a dot the root of the sum of the squares of all."""
    row = node.row
    assert row is not None
    if row.infix == "*":
        sides = [((node._x,), (node._y,)), ((node._y,), (node._x,))]
    elif row.form == "dot":
        sides = [(node._y[0], node._y[1]), (node._y[1], node._y[0])]
    else:
        return 0.0
    for side, others in sides:
        leaf = next((other for one, other in zip(side, others, strict=True) if one is parent), None)
        if type(leaf) is Value and leaf._rule is None:
            return hypot(*(one._data if type(one) is Value else one for one in others))
    return 0.0


@lru_cache(maxsize=256)
def steepest(row: Row) -> float | None:
    """The largest slope of a built-in operation of one number that is bounded, such as σ: 1/4; None for all others."""
    if not row.built_in or row.kinks or row.form != "call" or len(row.arguments) != 1:
        return None

    def slope(x: float) -> float:
        try:
            (one,) = getattr(_generated, row.name)(Value(x)).partials()
        except (ValueError, ArithmeticError):
            return inf
        return abs(float(one))

    def found() -> float | None:
        if not max(slope(-_FAR), slope(_FAR)) <= 1.0 / _FAR / 10:
            return None
        return max(map(slope, _GRID))

    return Context().run(found)  # without the modes of this thread: it must be recorded
