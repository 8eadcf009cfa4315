"""What theory expects of each module of a network: of its outputs, going forward, and of its gradient, going back."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, sqrt
from typing import TYPE_CHECKING

from ..nn.layers import Activation, Dropout, Linear, Neuron, Residual
from ..nn.modules import flattened, joined
from ..nn.normalisation import BatchNorm, LayerNorm
from .moments import mean, root_mean_square, second_moment
from .theory import Spread, activated, added, backward_factor, integrals, normalised, weighted

if TYPE_CHECKING:
    from ..value import Value
    from .watching import Seen

__all__ = ["expected_gradients", "expected_spreads"]


def expected_spreads(seen: dict[str, Seen]) -> dict[str, Spread]:
    """What theory predicts for the outputs of each module, from what it predicts for those of the one before."""
    found: dict[str, Spread] = {}
    for one in seen.values():
        before = found.get(one.source) if one.source is not None else None
        if before is None:
            before = Spread(second_moment(one.inputs), mean(one.inputs))
        spread = _spread(one, before, found, seen)
        if spread is not None and isfinite(spread.second):
            found[one.path] = spread
    return found


def _spread(one: Seen, before: Spread, found: dict[str, Spread], seen: dict[str, Seen]) -> Spread | None:
    module, units = one.module, len(one.outputs[0])
    if isinstance(module, Linear | Neuron):
        weights = [w._data for w in flattened(module.w)]
        sums = weighted(before, module.n_in, units, second_moment(weights), second_moment(_biases(module)))
        return sums if module.activation is None else activated(sums, units, module.activation)
    if isinstance(module, Activation):
        return activated(before, units, module)
    if isinstance(module, BatchNorm | LayerNorm):
        scale, shift = [w._data for w in module.scale], [w._data for w in module.shift]
        return normalised(second_moment(scale) if scale else 1.0, second_moment(shift), mean(shift))
    if isinstance(module, Dropout):
        return replace(before, second=before.second / (1.0 - module.p)) if module.training else before
    if isinstance(module, Residual):
        branch = next((found[path] for path in reversed(found) if path.startswith(joined(one.path, "inner"))), None)
        return None if branch is None else added(before, branch)
    inside = [path for path in found if path.startswith(one.path)]
    made = {id(number) for number in one.outputs[0]}
    return next((found[path] for path in inside if made == {id(number) for number in seen[path].outputs[0]}), None)


def _biases(module: Linear | Neuron) -> list[float]:
    return [] if module.b is None else [b._data for b in flattened(module.b)]


def expected_gradients(
    rows: list[Seen], spreads: dict[str, Spread], gradients: dict[Value, float] | None
) -> dict[str, float]:
    """The root mean square of the gradient at each row, from the last one back, as far as the chain goes."""
    if gradients is None or not rows:
        return {}
    last = rows[-1]
    measured = root_mean_square([gradients.get(one, 0.0) for example in last.outputs for one in example])
    found = {last.path: measured or 0.0}
    for one, before in zip(reversed(rows), reversed(rows[:-1]), strict=False):
        factor = _backward(one, spreads.get(before.path))
        if one.source != before.path or factor is None:
            break
        found[before.path] = found[one.path] * sqrt(factor)
    return found


def _backward(one: Seen, before: Spread | None) -> float | None:
    """By what a module multiplies the second moment of the gradient; None where theory does not say."""
    module, units = one.module, len(one.outputs[0])
    if before is None:
        return None
    if isinstance(module, Linear | Neuron):
        weights = second_moment([w._data for w in flattened(module.w)])
        if module.activation is None:
            return backward_factor(units, weights, 1.0)
        sums = weighted(before, module.n_in, units, weights, second_moment(_biases(module)))
        through = integrals(module.activation, sums.second)
        return None if through is None else backward_factor(units, weights, through.slope)
    if isinstance(module, Activation):
        through = integrals(module, before.second)
        return None if through is None else through.slope
    return None
