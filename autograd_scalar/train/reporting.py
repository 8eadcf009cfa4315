"""`report`: what a network does to the numbers that pass it, layer by layer, beside what theory predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import recording
from ..backward import adjoints
from ..calls import called_as
from ..errors import UsageError
from ..graph import topological_order
from ..nn.layers import Activation, Linear, Neuron
from ..nn.losses import cross_entropy
from ..nn.modules import Module, flattened, read_size
from ..ops import table
from ..value import Value
from .data import aligned, check_targets, read_examples, read_inputs
from .expecting import expected_gradients, expected_spreads
from .fitting import as_values, read_loss
from .forward import outputs
from .layer_report import LayerReport, Report
from .moments import mean, root_mean_square, second_moment
from .reach import limit, same_units, unfitted
from .verdicts import verdicts
from .watching import Seen, watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from .theory import Spread

__all__ = ["report"]

_FLAT = 0.05  # a unit is saturated where its slope is below this part of its slope at 0
_LINES = 20  # layers that are printed


@called_as("report(model, X)")
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
        targets = check_targets(function, as_values(outputs(model, inputs[:1])[0]), examples.Y)
    copied, seen = watched(model)
    gradients: dict[Value, float] | None = None
    root, left = None, ""
    with recording.own_graph():
        predictions = copied.batch(inputs)
        if targets is not None:
            root = function(predictions if function is cross_entropy else aligned(predictions), targets)
    if targets is not None:
        if not (isinstance(root, Value) and root.op):
            shown = recording.described(root)
            raise UsageError(
                f"report: the loss is {shown}, which no operation on Values made; compute it from the predictions"
            )
        gradients = adjoints(topological_order(root))
        left = unfitted(function, aligned(predictions), targets)
    start = second_moment(flattened(inputs))
    rows = _rows(seen)
    spreads = expected_spreads(seen)
    back = expected_gradients(rows, spreads, gradients)
    layers = tuple(_measured(one, spreads.get(one.path), back.get(one.path), gradients) for one in rows)
    found_loss = None if root is None else recording.number_of(root)
    same = same_units(layers, rows, inputs)
    reach = limit(layers, rows, inputs, left, is_drawn=not same)
    words = verdicts(layers, rows, start, len(inputs), reach, same)
    return Report(layers, words, len(inputs), start, found_loss, lines)


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
        gradient = root_mean_square([gradients.get(one, 0.0) for ex in seen.outputs for one in ex if _is_value(one)])
        own = [one for _, held in vars(seen.module).items() for one in flattened(held) if _is_value(one)]
        weight_gradient = root_mean_square([gradients.get(one, 0.0) for one in own])
    return LayerReport(
        seen.path or type(seen.module).__name__.lower(),
        _kind(seen.module),
        units,
        mean(numbers),
        second_moment(numbers),
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
    with recording.own_graph():
        flat = _FLAT * abs(activation(Value(0.0)).partials()[0])
    return None, sum(slope < flat for example in slopes for slope in example) / count, ()
