"""`report`: what a network does to the numbers that pass it, layer by layer, beside what theory predicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, fsum, inf, isfinite, log, sqrt
from typing import TYPE_CHECKING, Any

from .. import recording
from ..errors import UsageError
from ..formula.numbers import number
from ..nn.layers import Activation, Dropout, Linear, Neuron, Residual
from ..nn.losses import cross_entropy
from ..nn.modules import Module, flattened, joined, read_size
from ..nn.normalisation import BatchNorm, LayerNorm
from ..ops import table
from ..plots import Plot, blank, legend, read_look, spans_decades, whole_numbers
from ..value import Value
from .data import aligned, check_targets, read_examples, read_inputs
from .fitting import read_loss
from .forward import outputs
from .theory import Spread, activated, added, backward_factor, integrals, normalised, weighted
from .watching import Seen, adjoints, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["LayerReport", "Report", "report"]

_DIGITS = 3
_FAR = 100.0  # by what a root mean square may grow or shrink on its way before it is said to explode or vanish
_FLAT = 0.05  # a unit is saturated where its slope is below this part of its slope at 0
_LINES = 20  # layers that are printed
_OFF = 1.25  # by what factor n·E[w²] may differ from the one that keeps sizes before another start is advised
_FEW = 8  # with fewer examples a unit that is shut for all of them may just be unlucky


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What one layer made of the examples.

    Attributes:
        name: its name in the model: ``layers[0]``.
        kind: what it is: ``256→128 relu``.
        units: how many numbers it gives for an example.
        mean: the mean of its activations, over units and examples.
        second: their second moment, the mean of a².
        low: the least of them.
        high: the largest.
        expected: the second moment that theory predicts, as the mean over nets; None where it does not.
        band: where it lies for nine nets in ten, or None.
        gradient: the root mean square of dL/da; None without a loss.
        expected_gradient: what theory makes of it, going back from the last layer; or None.
        weight_gradient: the root mean square of dL/dw over its own parameters, or None.
        shut: the share of activations whose slope is 0; None where the activation has no such place.
        saturated: the share of those on a flat part: with a slope below a twentieth of that at 0; or None.
        dead: the units, counted from 1, that are shut for every example.
    """

    name: str
    kind: str
    units: int
    mean: float
    second: float
    low: float
    high: float
    expected: float | None = None
    band: tuple[float, float] | None = None
    gradient: float | None = None
    expected_gradient: float | None = None
    weight_gradient: float | None = None
    shut: float | None = None
    saturated: float | None = None
    dead: tuple[int, ...] = ()


@dataclass(frozen=True)
class Report:
    """What `report` gives: the input, one `LayerReport` after another, and the verdict in words.

    Attributes:
        layers: the layers, in the order in which they compute.
        verdicts: what is to be said, one sentence each.
        examples: how many examples it was measured with.
        second: the second moment of the input.
        loss: the loss, or None.
        lines: how many layers are printed, the first and the last; None for all. The data are whole.
    """

    layers: tuple[LayerReport, ...]
    verdicts: tuple[str, ...]
    examples: int
    second: float
    loss: float | None = None
    lines: int | None = None

    def __iter__(self) -> Iterator[LayerReport]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> LayerReport:
        return self.layers[index]

    # ------------------------------------------------------------------------------------------------------ printed

    def _table(self) -> list[list[str]]:
        head = [
            "layer",
            "",
            "mean",
            "second moment",
            "theory",
            "nine nets in ten",
            "range",
            "gradient",
            "shut",
            "saturated",
        ]
        rows = [
            [
                layer.name,
                layer.kind,
                _short(layer.mean if abs(layer.mean) > 1e-12 * layer.high else 0.0),
                _short(layer.second),
                _short(layer.expected),
                f"{number(layer.band[0], 2)} to {number(layer.band[1], 2)}" if layer.band else "–",
                f"{number(layer.low, 3)} to {number(layer.high, 3)}",
                _short(layer.gradient),
                _share(layer.shut),
                _share(layer.saturated),
            ]
            for layer in self.layers
        ]
        start = ["input", "", "", _short(self.second)]
        table = [head, start + [""] * (len(head) - len(start)), *rows]
        if self.lines is not None and len(rows) > self.lines:
            first = 2 + (self.lines + 1) // 2  # below the head and the input
            more = len(rows) - self.lines
            words = f"… {more} more {'layer' if more == 1 else 'layers'}; lines=None shows all"
            table[first : first + more] = [[words]]
        keep = [
            j for j in range(len(head)) if j < 2 or any(row[j] not in {"", "–"} for row in table[1:] if len(row) > 1)
        ]
        return [[row[j] for j in keep] if len(row) > 1 else row for row in table]

    def _title(self) -> str:
        loss = "" if self.loss is None else f", loss {number(self.loss)}"
        return f"{self.examples} {'example' if self.examples == 1 else 'examples'}{loss}"

    def __str__(self) -> str:
        from ..explain.tables import text_table

        return "\n".join([self._title(), text_table(self._table()), *self.verdicts])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from ..explain.tables import html_table

        head, *rows = self._table()
        return html_table(rows, head=head, below=[self._title(), *self.verdicts])

    # ------------------------------------------------------------------------------------------------------ plotted

    def plot(self, *, look: str = "light") -> Plot:
        """Second moments and gradients by layer: measured as points, the theory as a thin line with its band.

        Needs matplotlib; `look` is "light" or "dark". Raises `UsageError` where matplotlib is missing.
        """
        colours = read_look(look)
        has_gradients = any(layer.gradient is not None for layer in self.layers)
        figure, all_axes = blank(1 + has_gradients, look=look, size=(5.2, 3.6))
        at = range(1, len(self.layers) + 1)
        forward: list[tuple[float, float | None, float | None, tuple[float, float] | None]] = [
            (0.0, self.second, self.second, (self.second, self.second))
        ]
        forward += [(float(i), one.second, one.expected, one.band) for i, one in zip(at, self.layers, strict=True)]
        _draw(all_axes[0], forward, colours.forward, colours.ink, colours.soft)
        all_axes[0].set_ylabel("second moment of the activations")
        legend(all_axes[0], look)
        if has_gradients:
            backward = [
                (float(i), one.gradient, one.expected_gradient, None) for i, one in zip(at, self.layers, strict=True)
            ]
            _draw(all_axes[1], backward, colours.backward, colours.ink, colours.soft)
            all_axes[1].set_ylabel("root mean square of the gradient")
        for axes in all_axes:
            axes.set_xlabel("layer")
            axes.set_xlim(-0.4 if axes is all_axes[0] else 0.6, len(self.layers) + 0.4)
            whole_numbers(axes)
        return Plot(figure, f"{len(self.layers)} layers")


def _draw(
    axes: Any,
    points: Sequence[tuple[float, float | None, float | None, tuple[float, float] | None]],
    colour: str,
    ink: str,
    soft: str,
) -> None:
    banded = [(i, *band) for i, _, _, band in points if band and band[1] > 0.0]
    if len(banded) > 1:
        places, lows, highs = zip(*banded, strict=True)
        axes.fill_between(places, lows, highs, color=soft, alpha=0.2, linewidth=0, label="nine nets in ten")
    expected = [(i, theory) for i, _, theory, _ in points if theory is not None]
    if len(expected) > 1:
        axes.plot(*zip(*expected, strict=True), color=ink, linewidth=0.9, label="theory, mean over nets")
    measured = [(i, one) for i, one, _, _ in points if one is not None and isfinite(one)]
    if measured:
        axes.plot(*zip(*measured, strict=True), "o", color=colour, markersize=5, label="measured")
    shown = [y for _, y in (*expected, *measured)]
    if spans_decades([*shown, *(low for _, low, _ in banded), *(high for _, _, high in banded)]):
        axes.set_yscale("log")
    elif shown and min(shown) >= 0.0:
        axes.set_ylim(0.0, 1.25 * max(shown) or 1.0)


# ---------------------------------------------------------------------------------------------------------- measuring


def report(
    model: Module,
    X: Any,
    Y: Any = None,
    *,
    loss: str | Callable[[Any, Any], Any] = "squared_error",
    lines: int | None = _LINES,
) -> Report:
    """Look at what each layer does to the activations of a batch, and to the gradient on its way back.

    Args:
        model: the module; it is looked at as it is now, in training or in use, and nothing of it changes.
        X: the examples, as `fit` takes them.
        Y: their targets; without them there is no gradient.
        loss: a name in `nn.LOSSES`, or a function.
        lines: how many layers are printed; None for all.

    Beside each second moment stands what theory predicts for independently drawn weights of this size: the mean over
    all nets, and the band where nine in ten of them lie (see the text of `autograd_scalar.train.theory`). The band is
    for one example; the mean over several lies well inside it.

    Raises `UsageError` and `DomainError` for data that cannot be meant.

    >>> from autograd_scalar.nn import MLP
    >>> from autograd_scalar.train import report
    >>> found = report(MLP(2, [8, 8, 1]), [[1.0, -1.0], [0.5, 2.0]], [0.0, 1.0])
    >>> [layer.name for layer in found], found[0].kind
    (['layers[0]', 'layers[1]', 'layers[2]'], '2→8 relu')
    """
    if not isinstance(model, Module):
        raise UsageError(f"report takes a module, not {recording.described(model)}")
    function = read_loss(loss)
    lines = None if lines is None else read_size(lines, "lines")
    if Y is None:
        inputs, targets = read_inputs(X, model), None
    else:
        examples = read_examples(X, Y, model)
        inputs = examples.X
        targets = check_targets(function, outputs(model, inputs[:1])[0], examples.Y)
    copied, seen = watched(model)
    predictions = copied.batch(inputs)
    gradients: dict[Value, float] | None = None
    root = None
    if targets is not None:
        root = function(predictions if function is cross_entropy else aligned(predictions), targets)
        gradients = adjoints(root)
    start = Spread(_second(flattened(inputs)), _mean(flattened(inputs)))
    rows = _rows(seen)
    spreads = _spreads(seen)
    back = _expected_gradients(rows, spreads, gradients)
    layers = tuple(_measured(one, spreads.get(one.path), back.get(one.path), gradients) for one in rows)
    found_loss = None if root is None else recording.number_of(root)
    verdicts = _verdicts(layers, start.second, len(inputs), _cure(rows))
    return Report(layers, verdicts, len(inputs), start.second, found_loss, lines)


def _rows(seen: dict[str, Seen]) -> list[Seen]:
    """What gets a row: modules whose outputs are not just those of a module inside them."""
    rows: list[Seen] = []
    last: set[int] = set()
    for one in seen.values():
        made = {id(number) for example in one.outputs for number in example}
        if made and not made <= last:
            rows.append(one)
        last |= made
    return rows


def _measured(
    seen: Seen, spread: Spread | None, expected_gradient: float | None, gradients: dict[Value, float] | None
) -> LayerReport:
    made = [[recording.number_of(one) for one in example] for example in seen.outputs]
    numbers = [one for example in made for one in example]
    units = len(made[0]) if len({len(example) for example in made}) == 1 else 0
    shut, saturated, dead = _slopes(seen, units)
    gradient = weight_gradient = None
    if gradients is not None:
        gradient = _root_mean_square([gradients.get(one, 0.0) for ex in seen.outputs for one in ex if _is_value(one)])
        own = [one for _, held in vars(seen.module).items() for one in flattened(held) if _is_value(one)]
        weight_gradient = _root_mean_square([gradients.get(one, 0.0) for one in own])
    return LayerReport(
        seen.path or type(seen.module).__name__.lower(),
        _kind(seen.module),
        units,
        _mean(numbers),
        _second(numbers),
        min(numbers),
        max(numbers),
        spread.second if spread else None,
        spread.band if spread else None,
        gradient,
        expected_gradient,
        weight_gradient,
        shut,
        saturated,
        dead,
    )


def _is_value(one: Any) -> bool:
    return isinstance(one, Value)


def _kind(module: Module) -> str:
    activation = module if isinstance(module, Activation) else getattr(module, "activation", None)
    name = activation.name if isinstance(activation, Activation) else ""
    if isinstance(module, Linear):
        return f"{module.n_in}→{module.n_out} {name or 'linear'}"
    if isinstance(module, Neuron):
        return f"{module.n_in}→1 {name or 'linear'}"
    if isinstance(module, Activation):
        return name
    return type(module).__name__


def _slopes(seen: Seen, units: int) -> tuple[float | None, float | None, tuple[int, ...]]:
    """The share of shut units, of saturated ones, and the units that are shut for every example."""
    activation = seen.module if isinstance(seen.module, Activation) else getattr(seen.module, "activation", None)
    if not (isinstance(activation, Activation) and activation.is_row and units):
        return None, None, ()
    if not all(_is_value(one) and one.op == activation.name for example in seen.outputs for one in example):
        return None, None, ()
    slopes = [[abs(one.partials()[0]) for one in example] for example in seen.outputs]
    count = units * len(slopes)
    if table[activation.name].kinks:
        shut = sum(slope == 0.0 for example in slopes for slope in example) / count
        return shut, None, tuple(j + 1 for j in range(units) if all(example[j] == 0.0 for example in slopes))
    flat = _FLAT * abs(activation(Value(0.0)).partials()[0])
    return None, sum(slope < flat for example in slopes for slope in example) / count, ()


# ------------------------------------------------------------------------------------------------------------- theory


def _spreads(seen: dict[str, Seen]) -> dict[str, Spread]:
    """What theory predicts for the outputs of each module, from what it predicts for those of the one before."""
    found: dict[str, Spread] = {}
    for one in seen.values():
        before = found.get(one.source) if one.source is not None else None
        if before is None:
            before = Spread(_second(one.inputs), _mean(one.inputs))
        spread = _spread(one, before, found, seen)
        if spread is not None and isfinite(spread.second):
            found[one.path] = spread
    return found


def _spread(one: Seen, before: Spread, found: dict[str, Spread], seen: dict[str, Seen]) -> Spread | None:
    module, units = one.module, len(one.outputs[0])
    if isinstance(module, Linear | Neuron):
        weights = [w._data for w in flattened(module.w)]
        sums = weighted(before, module.n_in, units, _second(weights), _second(_biases(module)))
        return sums if module.activation is None else activated(sums, units, module.activation)
    if isinstance(module, Activation):
        return activated(before, units, module)
    if isinstance(module, BatchNorm | LayerNorm):
        scale, shift = [w._data for w in module.scale], [w._data for w in module.shift]
        return normalised(_second(scale) if scale else 1.0, _second(shift), _mean(shift))
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


def _expected_gradients(
    rows: list[Seen], spreads: dict[str, Spread], gradients: dict[Value, float] | None
) -> dict[str, float]:
    """The root mean square of the gradient at each row, from the last one back, as far as the chain goes."""
    if gradients is None or not rows:
        return {}
    last = rows[-1]
    measured = _root_mean_square([gradients.get(one, 0.0) for example in last.outputs for one in example])
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
        weights = _second([w._data for w in flattened(module.w)])
        if module.activation is None:
            return backward_factor(units, weights, 1.0)
        sums = weighted(before, module.n_in, units, weights, _second(_biases(module)))
        through = integrals(module.activation, sums.second)
        return None if through is None else backward_factor(units, weights, through.slope)
    if isinstance(module, Activation):
        through = integrals(module, before.second)
        return None if through is None else through.slope
    return None


# ------------------------------------------------------------------------------------------------------------ verdicts


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
            factors.append(one.module.n_in * _second([w._data for w in flattened(one.module.w)]) / wanted)
    if len(starts) != 1 or not all(0.0 < factor < inf for factor in factors):
        return ""
    off = exp(fsum(map(log, factors)) / len(factors))
    return "" if 1 / _OFF <= off <= _OFF else f" init={starts.pop()}() keeps it."


def _verdicts(layers: tuple[LayerReport, ...], start: float, examples: int, cure: str) -> tuple[str, ...]:
    sizes = [*_of_activations(layers, start), *_of_gradients(layers)]
    if sizes and sizes[0].startswith(("Exploding", "Vanishing")):
        sizes[0] += cure
    units = _of_units(layers, examples)
    return (*(sizes or [_healthy(layers, "Sizes are healthy" if units else "Healthy")]), *units)


def _healthy(layers: tuple[LayerReport, ...], word: str) -> str:
    seconds = [layer.second for layer in layers]
    words = f"{word}: the second moment of the activations stays {_between(seconds)}"
    if gradients := [layer.gradient for layer in layers if layer.gradient is not None]:
        words += f", the gradient {_between(gradients)}"
    return f"{words}."


def _between(numbers: Sequence[float]) -> str:
    low, high = _short(min(numbers)), _short(max(numbers))
    return f"at {low}" if low == high else f"between {low} and {high}"


def _of_activations(layers: tuple[LayerReport, ...], start: float) -> list[str]:
    if silent := [layer.name for layer in layers if layer.second == 0.0]:
        return [f"Silent: {silent[0]} gives nothing but zeros, so no layer after it sees the example."]
    if wild := [layer.name for layer in layers if not isfinite(layer.second)]:
        return [f"Exploding: the activations leave the floats in {wild[0]}."]
    if not (layers and start > 0.0):
        return []
    growth = layers[-1].second / start
    each = exp(log(growth) / len(layers))
    change = f"the second moment of the activations goes from {_short(start)} to {_short(layers[-1].second)}"
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
        named = [f"{'unit' if len(one.dead) == 1 else 'units'} {_listed(one.dead)} of {one.name}" for one in dead[:3]]
        if rest := dead[3:]:
            named.append(f"{sum(len(one.dead) for one in rest)} more in {len(rest)} other layers")
        found.append(f"Dead, shut for all {examples} examples: {'; '.join(named)}.")
    found += [
        f"Saturated: {_share(layer.saturated)} of the activations of {layer.name} are on a flat part."
        for layer in layers
        if layer.saturated is not None and layer.saturated > 0.5
    ]
    return found


def _listed(units: tuple[int, ...]) -> str:
    shown = [str(unit) for unit in units[:8]]
    if len(units) > len(shown):
        return f"{', '.join(shown)} and {len(units) - len(shown)} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


# ------------------------------------------------------------------------------------------------------------- numbers


def _mean(numbers: Sequence[float]) -> float:
    return fsum(numbers) / len(numbers) if numbers and all(map(isfinite, numbers)) else _unbounded(numbers)


def _second(numbers: Sequence[float]) -> float:
    """The mean of the squares; infinite where they leave the floats."""
    squares = [one * one for one in numbers]
    return fsum(squares) / len(squares) if numbers and all(map(isfinite, squares)) else abs(_unbounded(squares))


def _unbounded(numbers: Sequence[float]) -> float:
    return sum(numbers) if numbers else 0.0


def _root_mean_square(numbers: Sequence[float]) -> float | None:
    if not numbers:
        return None
    largest = max(map(abs, numbers))
    if not (0.0 < largest < inf):
        return largest
    return largest * sqrt(fsum((one / largest) ** 2 for one in numbers) / len(numbers))


def _short(x: float | None) -> str:
    return "–" if x is None else number(x, _DIGITS)


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100.0 * share:.3g} %"
