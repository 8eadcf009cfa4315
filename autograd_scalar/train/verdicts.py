"""What is to be said about a network, in words: exploding, vanishing, dead, saturated, healthy; and what would help."""

from __future__ import annotations

from itertools import pairwise
from math import exp, fsum, inf, isfinite, log, prod
from typing import TYPE_CHECKING

from ..explain.cure import LOW, steepest
from ..formula.numbers import number
from ..nn.layers import Activation, Linear, Neuron
from ..nn.modules import flattened
from ..ops import table
from .layer_report import share, short
from .moments import second_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .layer_report import LayerReport
    from .watching import Seen

__all__ = ["verdicts"]

_FAR = 100.0  # by what a root mean square may grow or shrink on its way before it is said to explode or vanish
_LEAST, _MOST = 5e-324, 709.0  # the least size, where squares have left the floats; the largest exponent
_OFF = 1.25  # by what factor n·E[w²] may differ from the one that keeps sizes before another start is advised
_FEW = 8  # with fewer examples a unit that is shut for all of them may just be unlucky
_KEEPS = {"relu": ("he_normal", 2.0), "leaky_relu": ("he_normal", 2.0), "tanh": ("xavier_normal", 1.0)}
"""For an activation the start that keeps sizes, and the n·E[w²] it has in layers of one width."""


def _cure(rows: list[Seen]) -> str:
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


def verdicts(
    layers: tuple[LayerReport, ...],
    rows: list[Seen],
    start: float,
    examples: int,
    limit: str,
    same: Sequence[tuple[LayerReport, tuple[int, ...]]] = (),
) -> tuple[str, ...]:
    """The sentences: how sizes change from `start`, the second moment of the input, and which units are of no use.

    `same` are units that are identical. `limit` is what the shape of the network keeps it from, said where that is not
    overshadowed by something worse.
    """
    sizes = [*_of_activations(layers, rows, start, examples), *_of_gradients(layers, rows)]
    units = [*_of_same(same), *_of_units(layers, examples)]
    limits = [limit] if limit and all(one.startswith(("Small", "Large")) for one in sizes) else []
    return (*(sizes or [_healthy(layers, "Sizes are healthy" if units or limits else "Healthy")]), *units, *limits)


def _healthy(layers: tuple[LayerReport, ...], word: str) -> str:
    seconds = [layer.second for layer in layers]
    words = f"{word}: the second moment of the activations stays {_between(seconds)}"
    if gradients := [layer.gradient for layer in layers if layer.gradient is not None]:
        words += f", the gradient {_between(gradients)}"
    return f"{words}."


def _between(numbers: Sequence[float]) -> str:
    low, high = short(min(numbers)), short(max(numbers))
    return f"at {low}" if low == high else f"between {low} and {high}"


def _of_activations(layers: tuple[LayerReport, ...], rows: list[Seen], start: float, examples: int) -> list[str]:
    silent = [pair for pair in zip(layers, rows, strict=True) if pair[0].low == pair[0].high == 0.0]
    if silent:
        return [_silent(*silent[0], examples, is_last=silent[0][0] is layers[-1])]
    if wild := [layer.name for layer in layers if not isfinite(layer.second)]:
        return [f"Exploding: the activations leave the floats in {wild[0]}."]
    if not (layers and start > 0.0):
        return []
    return [sentence] if (sentence := _trend(layers, rows, start)) else []


def _silent(layer: LayerReport, seen: Seen, examples: int, *, is_last: bool) -> str:
    sees = "sees the example" if examples == 1 else "can tell the examples apart"
    zeros = "gives nothing but zeros" + ("" if is_last else f", so no layer after it {sees}")
    if not any(seen.inputs):
        return f"Silent: {layer.name} {zeros}. What goes into it is 0."
    if isinstance(seen.module, Linear | Neuron) and not any(w._data for w in flattened(seen.module.w)):
        cure = " Training can move them." if layer.weight_gradient else ""
        if not is_last:
            cure = " Draw them at random, as is done without init=."
        return f"Silent: the weights of {layer.name} are all 0, and it {zeros}.{cure}"
    if layer.shut != 1.0:
        return f"Silent: {layer.name} {zeros}."
    return (
        f"Silent: {layer.name} {zeros}. If training has shut its units, make the model anew and take a smaller "
        "learning rate; if they were shut from the start, another one (rng=), more units or leaky_relu may help."
    )


def _trend(layers: tuple[LayerReport, ...], rows: list[Seen], start: float, of: str = "") -> str:
    """How sizes change over the layers; where most of it happens in one of them, that one is named."""
    sizes = [log(max(size, _LEAST)) for size in (start, *(layer.second for layer in layers))]
    steps = [after - before for before, after in pairwise(sizes)]
    total = sizes[-1] - sizes[0]
    if abs(total) <= 2 * log(_FAR):
        return ""
    word = "Exploding" if total > 0 else "Vanishing"
    change = f"{word}: the second moment of the activations goes from {short(start)} to {short(layers[-1].second)}"
    most = max(range(len(steps)), key=lambda i: steps[i] / total)
    if steps[most] / total <= (1 + 1 / len(steps)) / 2 < 1:
        each = _times(total / len(layers))
        return f"{change}, on average {each} in each of {of}{len(layers)} layers.{_cure(rows)}"
    if most < len(steps) - 1:
        return f"{change}, most of it in {layers[most].name}, {_times(steps[most])} there.{_cure(rows)}"
    before = layers[:-1]
    if before and (trend := _trend(before, rows[:-1], start, "the first ")):
        return trend
    large = "Large" if total > 0 else "Small"
    words = f"{large} outputs: their second moment is {short(layers[-1].second)}"
    if not before:
        return f"{words}, that of the input {short(start)}."
    stays = _between([one.second for one in before])
    than = "as" if total > 0 else "than"
    return f"{words}, {_times(steps[-1])} {than} that of {before[-1].name}. In the layers before it stays {stays}."


def _times(growth: float) -> str:
    """The factor that is the exponential of `growth`."""
    factor = number(exp(min(abs(growth), _MOST)), 3)
    return f"{factor} times as large" if growth > 0 else f"{factor} times smaller"


def _of_gradients(layers: tuple[LayerReport, ...], rows: list[Seen]) -> list[str]:
    with_gradient = [pair for pair in zip(layers, rows, strict=True) if pair[0].gradient is not None]
    if len(with_gradient) < 2:
        return []
    first, last = with_gradient[0][0], with_gradient[-1][0]
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
        cure = _against_flatness([one for _, one in with_gradient[1:]])
        return [f"Vanishing gradient: it shrinks {number(1 / growth, 3)} times {change}.{cure}"]
    return []


def _against_flatness(rows: list[Seen]) -> str:
    """What mends a gradient that no weights mend: the best slopes of the activations multiply to next to nothing."""
    bests: dict[str, list[float]] = {}
    for one in rows:
        activation = one.module if isinstance(one.module, Activation) else getattr(one.module, "activation", None)
        if isinstance(activation, Activation) and activation.is_row:
            row = table[activation.name]
            if (best := steepest(row)) is not None:
                bests.setdefault(row.symbol, []).append(best)
    if prod(prod(found) for found in bests.values()) > LOW:
        return ""
    symbol = min(bests, key=lambda one: prod(bests[one]))
    return (
        f" The slope of {symbol} is at most {number(bests[symbol][0])}, whatever the weights: relu or tanh "
        'in its place (in a net with init="he_normal"), or a way around (Residual), mends it.'
    )


def _of_same(same: Sequence[tuple[LayerReport, tuple[int, ...]]]) -> list[str]:
    if not same:
        return []
    named = [f"{_listed(units, layer.units)} of {layer.name}" for layer, units in same[:3]]
    if rest := same[3:]:
        named.append(f"{sum(len(units) for _, units in rest)} more")
    words = f"Identical (same weights), so they learn the same: {'; '.join(named)}."
    return [f"{words} Draw their weights at random, as is done without init=."]


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
        found.append(
            f"Saturated, on a flat part of the activation: {'; '.join(named)}. "
            "Where that keeps it from learning, smaller weights or inputs help."
        )
    return found


def _others(count: int) -> str:
    return f"{count} other {'layer' if count == 1 else 'layers'}"


def _listed(found: tuple[int, ...], units: int) -> str:
    if len(found) == units > 1:
        return f"all {units} units"
    shown = [str(unit) for unit in found[:8]]
    if len(found) > len(shown):
        return f"units {', '.join(shown)} and {len(found) - len(shown)} more"
    return f"unit {shown[0]}" if len(shown) == 1 else f"units {', '.join(shown[:-1])} and {shown[-1]}"
