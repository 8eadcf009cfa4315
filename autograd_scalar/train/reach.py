"""What the shape of a network keeps it from: too few layers, too few units, and units that are identical.

The first two are said where a training has come to rest with data that are not fitted, and only of layers in a row.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..nn.layers import Activation, Linear
from ..nn.losses import absolute_error, huber, squared_error
from ..nn.modules import flattened
from ..notation import counted
from ..recording import number_of
from .fitting import judged
from .layer_report import share
from .moments import mean, root_mean_square, second_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .layer_report import LayerReport
    from .watching import Seen

__all__ = ["limit", "same_units", "unfitted"]

_REST = 0.003  # at rest this part of the gradient of the weights is left when those of the examples are added
_LITTLE = 0.01  # of what the targets vary
_FEW = 8  # fewer units are few
_MANY = 0.5  # of the units: where more are saturated, that is the reason
_FLAT = {"", "identity"}


def unfitted(loss: Callable[[Any, Any], Any], predictions: Sequence[Any], targets: Sequence[Any]) -> str:
    """How much of the data is not fitted; nothing where they are, and where the loss does not say what that is."""
    if right := judged(loss, predictions, targets):
        wrong = right.count(False)
        what = "example" if len(right) == len(targets) else "output"
        are = "is" if wrong == 1 else "are"
        return f"{wrong} of {counted(len(right), what)} {are} on the wrong side" if wrong else ""
    if loss not in {squared_error, absolute_error, huber}:
        return ""
    wanted = [y if isinstance(y, list) else [y] for y in targets]
    found = [a if isinstance(a, list) else [a] for a in predictions]
    centres = [mean(column) for column in zip(*wanted, strict=True)]
    varied = second_moment([y - centre for row in wanted for y, centre in zip(row, centres, strict=True)])
    pairs = zip(flattened(found), flattened(wanted), strict=True)
    left = second_moment([number_of(a) - y for a, y in pairs])
    return f"{share(left / varied)} of the variance of Y is left" if left > _LITTLE * varied > 0.0 else ""


def limit(
    layers: tuple[LayerReport, ...], rows: list[Seen], inputs: Sequence[Any], left: str, *, is_drawn: bool = True
) -> str:
    """What the network cannot do, where it has come to rest with so much `left`; "" where that is not sure.

    More units help only where they begin at different places: where the weights `is_drawn`.
    """
    if not (left and _are_in_a_row(rows, inputs) and _rest(layers, rows, len(inputs))):
        return ""
    linear: list[tuple[LayerReport, Any]] = [
        (layer, one.module) for layer, one in zip(layers, rows, strict=True) if isinstance(one.module, Linear)
    ]
    cause = _straight(rows) or _one_unit(*linear[0])
    if is_drawn and not cause:
        cause = _few_units(layers, [layer for layer, _ in linear], len(inputs))
    return cause and f"At rest, and not fitted: the gradient of the weights is nearly 0, and {left}. {cause}"


def same_units(
    layers: tuple[LayerReport, ...], rows: list[Seen], inputs: Sequence[Any]
) -> list[tuple[LayerReport, tuple[int, ...]]]:
    """Layers and those of their units, counted from 1, that have the same weights in and out: they will stay the same.

    Nothing is said of layers that give nothing but zeros: they have a sentence of their own.
    """
    if not (rows and _are_in_a_row(rows, inputs)):
        return []
    linear: list[tuple[LayerReport, Any]] = [
        (layer, one.module) for layer, one in zip(layers, rows, strict=True) if isinstance(one.module, Linear)
    ]
    found = []
    for (layer, module), (_, after) in pairwise(linear):
        groups: dict[tuple[float, ...], list[int]] = {}
        for j, row in enumerate(module.w):
            held = [*row, *([] if module.b is None else [module.b[j]]), *(out[j] for out in after.w)]
            groups.setdefault(tuple(map(number_of, held)), []).append(j + 1)
        if not layer.low == layer.high == 0.0:
            found += [(layer, tuple(units)) for units in groups.values() if len(units) > 1]
    return found


def _are_in_a_row(rows: list[Seen], inputs: Sequence[Any]) -> bool:
    """Whether each layer takes what the one before it gives, and the first one the inputs as they are."""
    return (
        isinstance(rows[0].module, Linear)
        and all(isinstance(one.module, Linear | Activation) for one in rows)
        and all(one.source == before.path for before, one in pairwise(rows))
        and rows[0].inputs == [float(x) for x in flattened(inputs)]
    )


def _rest(layers: tuple[LayerReport, ...], rows: list[Seen], examples: int) -> bool:
    """Whether the gradients of the examples cancel: small inputs make small ones, and they are no rest."""
    most = max(layer.weight_gradient or 0.0 for layer in layers)
    size = min(1.0, root_mean_square(rows[0].inputs) or 0.0)
    return most <= _REST * size * examples * (layers[-1].gradient or 0.0)


def _straight(rows: list[Seen]) -> str:
    modules: list[Any] = [one.module for one in rows]
    if not all(isinstance(one, Linear) and getattr(one.activation, "name", "") in _FLAT for one in modules):
        return ""
    line = "straight line" if modules[0].n_in < 3 else "plane"
    drawn = f"one {line}" if modules[-1].n_out == 1 else f"nothing but {line}s"
    if len(modules) == 1:
        return f"One layer draws {drawn}, whatever its weights are; a hidden layer can bend it."
    return f"Layers without an activation are one layer, which draws {drawn}; an activation between them can bend it."


def _one_unit(layer: LayerReport, first: Any) -> str:
    if first.n_out > 1 or first.n_in == 1:
        return ""
    lines = "straight lines" if first.n_in == 2 else "planes"
    return f"{layer.name} has one unit, so all boundaries are parallel {lines}; more units can bend them."


def _few_units(layers: tuple[LayerReport, ...], linear: list[LayerReport], examples: int) -> str:
    least = min(linear[:-1], key=lambda layer: layer.units, default=None)
    if least is None or least.units >= min(_FEW, examples) or any((one.saturated or 0.0) > _MANY for one in layers):
        return ""
    units = counted(least.units, "unit")
    dead = f", {len(least.dead)} of them shut for all examples," if least.dead else ""
    return f"With {units} in {least.name}{dead} a start can be stuck; more units or another start (rng=) may help."
