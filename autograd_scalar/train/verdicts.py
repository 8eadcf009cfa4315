"""What is to be said about a network, in words: exploding, vanishing, dead, saturated, healthy; and what would help."""

from __future__ import annotations

from math import exp, fsum, inf, isfinite, log
from typing import TYPE_CHECKING

from ..formula.numbers import number
from ..nn.layers import Linear
from ..nn.modules import flattened
from .layer_report import share, short
from .moments import second_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .layer_report import LayerReport
    from .watching import Seen

__all__ = ["cure", "verdicts"]

_FAR = 100.0  # by what a root mean square may grow or shrink on its way before it is said to explode or vanish
_OFF = 1.25  # by what factor n·E[w²] may differ from the one that keeps sizes before another start is advised
_FEW = 8  # with fewer examples a unit that is shut for all of them may just be unlucky
_KEEPS = {"relu": ("he_normal", 2.0), "leaky_relu": ("he_normal", 2.0), "tanh": ("xavier_normal", 1.0)}
"""For an activation the start that keeps sizes, and the n·E[w²] it has in layers of one width."""


def cure(rows: list[Seen]) -> str:
    """The start that keeps sizes, where that is known and the weights are not of its size."""
    factors, starts = [], set()
    for one in rows:
        if isinstance(one.module, Linear) and (activation := one.module.activation) is not None:
            if activation.name not in _KEEPS:
                return ""
            start, wanted = _KEEPS[activation.name]
            starts.add(start)
            factors.append(one.module.n_in * second_moment([w._data for w in flattened(one.module.w)]) / wanted)
    if len(starts) != 1 or not all(0.0 < factor < inf for factor in factors):
        return ""
    off = exp(fsum(map(log, factors)) / len(factors))
    return "" if 1 / _OFF <= off <= _OFF else f' init="{starts.pop()}" keeps it.'


def verdicts(layers: tuple[LayerReport, ...], start: float, examples: int, advice: str) -> tuple[str, ...]:
    """The sentences: how sizes change from `start`, the second moment of the input, and which units are of no use.

    `advice` ends the sentence about activations that explode or vanish.
    """
    sizes = [*_of_activations(layers, start, examples), *_of_gradients(layers)]
    if sizes and sizes[0].startswith(("Exploding", "Vanishing")):
        sizes[0] += advice
    units = _of_units(layers, examples)
    return (*(sizes or [_healthy(layers, "Sizes are healthy" if units else "Healthy")]), *units)


def _healthy(layers: tuple[LayerReport, ...], word: str) -> str:
    seconds = [layer.second for layer in layers]
    words = f"{word}: the second moment of the activations stays {_between(seconds)}"
    if gradients := [layer.gradient for layer in layers if layer.gradient is not None]:
        words += f", the gradient {_between(gradients)}"
    return f"{words}."


def _between(numbers: Sequence[float]) -> str:
    low, high = short(min(numbers)), short(max(numbers))
    return f"at {low}" if low == high else f"between {low} and {high}"


def _of_activations(layers: tuple[LayerReport, ...], start: float, examples: int) -> list[str]:
    if silent := [layer.name for layer in layers if layer.low == layer.high == 0.0]:
        sees = "sees the example" if examples == 1 else "can tell the examples apart"
        cause = f"Silent: {silent[0]} gives nothing but zeros, so no layer after it {sees}."
        return [f"{cause} Another start (rng=), more units or leaky_relu may help."]
    if wild := [layer.name for layer in layers if not isfinite(layer.second)]:
        return [f"Exploding: the activations leave the floats in {wild[0]}."]
    if not (layers and start > 0.0):
        return []
    growth = layers[-1].second / start
    each = exp(log(growth) / len(layers))
    change = f"the second moment of the activations goes from {short(start)} to {short(layers[-1].second)}"
    if growth > _FAR**2:
        return [f"Exploding: {change}, {number(each, 3)} times as large in each of {len(layers)} layers."]
    if growth < _FAR**-2:
        return [f"Vanishing: {change}, {number(1 / each, 3)} times smaller in each of {len(layers)} layers."]
    return []


def _of_gradients(layers: tuple[LayerReport, ...]) -> list[str]:
    with_gradient = [layer for layer in layers if layer.gradient is not None]
    if len(with_gradient) < 2:
        return []
    first, last = with_gradient[0], with_gradient[-1]
    assert first.gradient is not None
    assert last.gradient is not None
    change = f"on its way back from {last.name} to {first.name}"
    if last.gradient == 0.0:
        return ["No gradient: the loss is flat here, so nothing would move."]
    if not (isfinite(first.gradient) and isfinite(last.gradient)):
        return [f"Exploding gradient: it leaves the floats {change}."]
    if first.gradient == 0.0:
        return [f"Vanishing gradient: nothing of it is left {change}."]
    growth = first.gradient / last.gradient
    if growth > _FAR:
        return [f"Exploding gradient: it grows {number(growth, 3)} times {change}."]
    if growth < 1 / _FAR:
        return [f"Vanishing gradient: it shrinks {number(1 / growth, 3)} times {change}."]
    return []


def _of_units(layers: tuple[LayerReport, ...], examples: int) -> list[str]:
    found = []
    dead = [layer for layer in layers if layer.dead] if examples >= _FEW else []
    if dead:
        named = [f"{_listed(one.dead, one.units)} of {one.name}" for one in dead[:3]]
        if rest := dead[3:]:
            named.append(f"{sum(len(one.dead) for one in rest)} more in {_others(len(rest))}")
        found.append(f"Dead, shut for all {examples} examples: {'; '.join(named)}.")
    flat = [layer for layer in layers if layer.saturated is not None and layer.saturated > 0.5]
    if flat:
        named = [f"{share(one.saturated)} of {one.name}" for one in flat[:3]]
        if rest := flat[3:]:
            named.append(f"more than half of {_others(len(rest))}")
        found.append(f"Saturated, on a flat part of the activation: {'; '.join(named)}.")
    return found


def _others(count: int) -> str:
    return f"{count} other {'layer' if count == 1 else 'layers'}"


def _listed(dead: tuple[int, ...], units: int) -> str:
    if len(dead) == units > 1:
        return f"all {units} units"
    shown = [str(unit) for unit in dead[:8]]
    if len(dead) > len(shown):
        return f"units {', '.join(shown)} and {len(dead) - len(shown)} more"
    return f"unit {shown[0]}" if len(shown) == 1 else f"units {', '.join(shown[:-1])} and {shown[-1]}"
