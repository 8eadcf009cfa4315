"""`report` and the theory beside it: rows D7, H2 to H10 and I1 of the worked values, and the words of the verdict."""

from __future__ import annotations

import math
import re
from base64 import b64decode
from random import Random
from statistics import mean, median, pvariance
from typing import Any

import pytest
from models import mixed

from autograd_scalar import UsageError, Value
from autograd_scalar.formula.numbers import number
from autograd_scalar.nn import (
    MLP,
    Activation,
    BatchNorm,
    Dropout,
    Layer,
    LayerNorm,
    Linear,
    LSTMCell,
    Module,
    Neuron,
    Residual,
    RNNCell,
    Sequential,
    init,
)
from autograd_scalar.plots import LIGHT, Plot, blank, read_look, spans_decades, themed
from autograd_scalar.train import fit, report
from autograd_scalar.train.layer_report import share
from autograd_scalar.train.theory import Spread, activated, added, integrals, weighted

pytestmark = pytest.mark.once


def relu(z: float) -> float:
    return max(z, 0.0)


def through(width: int, depth: int, weight: float) -> Spread:
    """Theory for `depth` relu layers of that width, from an input of second moment 1."""
    spread = Spread(1.0)
    for _ in range(depth):
        after = activated(weighted(spread, width, width, weight), width, relu)
        assert after is not None
        spread = after
    return spread


def batch(count: int, size: int, rng: Random) -> list[list[float]]:
    return [[rng.gauss(0.0, 1.0) for _ in range(size)] for _ in range(count)]


# -------------------------------------------------------------------------------------------------------- the theory


@pytest.mark.parametrize(("weight", "root"), [(0.01, 8.88e-16), (0.02, 1.0), (1.0, 8.88e84)])
def test_the_mean_over_nets_after_a_hundred_layers(weight: float, root: float) -> None:  # D7, H5, I1
    assert math.sqrt(through(100, 100, weight).second) == pytest.approx(root, rel=2e-3)


@pytest.mark.slow
def test_other_readings_of_the_formulas() -> None:  # H8, I1
    assert math.sqrt(through(100, 100, math.sqrt(2 / 100)).second) == pytest.approx(2.98e42, rel=2e-3)
    assert math.sqrt(through(100, 100, 1 / 200).second) == pytest.approx(7.89e-31, rel=2e-3)


def test_a_typical_net_lies_below_the_mean() -> None:  # H5
    deep = through(100, 100, 0.02)
    assert deep.log_variance == pytest.approx(100 * 5 / 100, rel=1e-6)
    assert math.sqrt(deep.typical) == pytest.approx(0.27, abs=0.03)
    assert [math.sqrt(one) for one in deep.band] == pytest.approx([0.04, 1.6], rel=0.2)
    assert math.sqrt(through(256, 20, 2 / 256).typical) == pytest.approx(0.87, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "weight"),
    [(relu, 2.0), (lambda z: z, 1.0), (math.tanh, 1.5), (lambda z: z if z > 0 else 0.3 * z, 1.8)],
    ids=["relu", "linear", "tanh", "leaky"],
)  # fmt: skip
def test_the_random_walk_is_as_derived(function: Any, weight: float) -> None:
    """Given one layer, the sums of the next are independent and normal: so they are drawn, and not the weights."""
    width, depth, rng = 40, 6, Random(3)
    spread = Spread(1.0)
    for _ in range(depth):
        after = activated(weighted(spread, width, width, weight / width), width, function)
        assert after is not None
        spread = after
    logarithms = []
    for _ in range(600):
        second = 1.0
        for _ in range(depth):
            deviation = math.sqrt(weight * second)
            second = math.fsum(function(rng.gauss(0.0, deviation)) ** 2 for _ in range(width)) / width
        logarithms.append(math.log(second))
    assert pvariance(logarithms) == pytest.approx(spread.log_variance, rel=0.25)
    assert median(logarithms) == pytest.approx(math.log(spread.typical), abs=0.2)
    low, high = spread.band
    assert mean(low < math.exp(one) < high for one in logarithms) == pytest.approx(0.9, abs=0.04)


def test_integrals_over_the_normal_distribution() -> None:  # H3
    of_relu = integrals(relu, 1.0)
    assert of_relu is not None
    assert of_relu.mean == pytest.approx(0.3989422804014327, rel=1e-4)
    assert [of_relu.second, of_relu.scatter, of_relu.slope] == pytest.approx([0.5, 5.0, 0.5], rel=1e-5)
    assert of_relu.second - of_relu.mean**2 == pytest.approx(0.34084505690810466, rel=1e-4)
    assert of_relu.growth == pytest.approx(1.0)
    assert integrals(relu, math.inf) is None
    assert integrals(lambda z: math.exp(z * 1e6), 1.0) is None
    assert integrals(math.log, 1.0) is None


def test_no_telling() -> None:
    assert activated(Spread(1.0), 10, lambda _: 0.0) is None
    assert added(Spread(0.0), Spread(0.0)).second == 0.0
    assert weighted(Spread(0.0), 3, 4, 0.0).log_variance == 0.5
    assert Spread(2.0).band == (2.0, 2.0)


# ------------------------------------------------------------------------------------------------------- the measuring


def rms(numbers: list[float]) -> float:
    return math.sqrt(math.fsum(one * one for one in numbers) / len(numbers))


def test_what_is_measured_is_what_the_layers_compute() -> None:
    rng = Random(1)
    model = MLP(3, [5, 4, 2], rng=rng)
    X, Y = batch(6, 3, rng), [[rng.gauss(0.0, 1.0), 1.0] for _ in range(6)]
    state = model.state_dict()
    found = report(model, X, Y)
    hidden = [model.layers[0].outputs(x) for x in X]
    last = [model.layers[2].outputs(model.layers[1].outputs(h)) for h in hidden]
    loss: Any = sum((a - y) ** 2 for out, ys in zip(last, Y, strict=True) for a, y in zip(out, ys, strict=True)) / 12
    loss.backward()
    numbers = [one.data for example in hidden for one in example]
    first = found[0]
    assert (first.name, first.kind, first.units) == ("layers[0]", "3→5 relu", 5)
    assert first.mean == pytest.approx(mean(numbers))
    assert (first.low, first.high) == (min(numbers), max(numbers))
    assert first.second == pytest.approx(mean(one * one for one in numbers))
    assert first.shut == mean(one == 0.0 for one in numbers)
    assert first.gradient == pytest.approx(rms([one.grad for example in hidden for one in example]))
    weights = [w.grad for row in model.layers[0].w for w in row] + [b.grad for b in model.layers[0].b or []]
    assert first.weight_gradient == pytest.approx(rms(weights))
    assert found.loss == pytest.approx(loss.data)
    assert found.second == pytest.approx(mean(one * one for x in X for one in x))
    assert [layer.name for layer in found] == ["layers[0]", "layers[1]", "layers[2]"]
    assert found[2].shut is None
    assert model.state_dict() == state


def test_nothing_of_the_model_changes() -> None:
    model = mixed()
    before = model.state_dict()
    random = model.layers[3].rng.getstate()  # type: ignore[attr-defined]  # it is Dropout
    X = batch(5, 2, Random(2))
    assert str(report(model, X, [0.0] * 5)) == str(report(model, X, [0.0] * 5))
    assert model.state_dict() == before
    assert model.layers[3].rng.getstate() == random  # type: ignore[attr-defined]  # it is Dropout
    assert [parameter.reached for parameter in model.parameters()] == [False] * len(model.parameters())
    assert type(model) is Sequential
    assert type(model.layers[0]) is Linear
    assert {"_path", "_log"}.isdisjoint(vars(model))


@pytest.mark.slow
@pytest.mark.parametrize("weight", [0.01, 0.02, 0.04, 1.0])
def test_a_wide_net_lies_where_theory_says(weight: float) -> None:  # D7, G1, H5, H11, J7 to J9
    width, rng = 100, Random(5)
    model = MLP(width, [width] * 6, output="relu", init=init.normal(math.sqrt(weight)), rng=rng)
    found = report(model, [[rng.choice((-1.0, 1.0)) for _ in range(width)]])
    assert found.second == 1.0
    for k, layer in enumerate(found, 1):
        assert layer.expected == pytest.approx((50 * weight) ** k, rel=0.1)
        assert layer.band is not None
        assert layer.band[0] / 2 < layer.second < layer.band[1] * 2
    assert found.verdicts[0].partition(":")[0] == {1.0: "Exploding"}.get(weight, "Healthy")


def test_backward_it_is_the_outputs_that_count() -> None:  # H9
    rng = Random(4)
    model = MLP(64, [32, 16, 32, 64], init="he_normal", rng=rng)
    targets = [[100.0 * y for y in row] for row in batch(4, 64, rng)]  # so the gradient knows nothing of the weights
    found = report(model, batch(4, 64, rng), targets)
    factors = []
    for layer, after in zip(found.layers, found.layers[1:], strict=False):
        assert layer.expected_gradient is not None
        assert after.expected_gradient is not None
        assert layer.gradient is not None
        factors.append((layer.expected_gradient / after.expected_gradient) ** 2)
        assert layer.gradient == pytest.approx(layer.expected_gradient, rel=0.6)
    assert factors == pytest.approx([16 / 32, 32 / 16, 2 * 64 / 32], rel=0.15)  # n_out/n_in; the last is not halved


class Own(Module):
    """A module with a way of its own: layers in a branch, and a plain parameter."""

    def __init__(self) -> None:
        self.inner = {"a": Linear(2, 2, rng=Random(1)), "b": (Activation("tanh"),)}
        self.scale = Value(2.0)

    def __call__(self, x: Any) -> Any:
        return [self.scale * one for one in self.inner["b"][0](self.inner["a"](x))]  # type: ignore[index, operator]


def test_every_kind_of_layer_has_a_row() -> None:
    rng = Random(2)
    X = batch(40, 12, rng)
    branch = Sequential(Linear(12, 12, rng=rng), "tanh", Linear(12, 12, rng=rng))
    model = Sequential(
        Linear(12, 12, rng=rng), "relu", BatchNorm(12), Residual(branch), LayerNorm(12), Dropout(0.3, rng=rng),
        Linear(12, 1, rng=rng),
    )  # fmt: skip
    found = report(model, X, [0.0] * 40)
    assert [(layer.name, layer.kind) for layer in found] == [
        ("layers[0]", "12→12 linear"),
        ("layers[1]", "relu"),
        ("layers[2]", "BatchNorm"),
        ("layers[3].inner.layers[0]", "12→12 linear"),
        ("layers[3].inner.layers[1]", "tanh"),
        ("layers[3].inner.layers[2]", "12→12 linear"),
        ("layers[3]", "Residual"),
        ("layers[4]", "LayerNorm"),
        ("layers[5]", "Dropout"),
        ("layers[6]", "12→1 linear"),
    ]
    for layer in found.layers[:-1]:
        assert layer.expected == pytest.approx(layer.second, rel=0.4)
    assert found[2].expected == found[7].expected == 1.0
    assert "layers[5]" not in [layer.name for layer in report(model.eval(), X)]  # in use, Dropout does nothing


def test_modules_of_other_kinds() -> None:
    X = [[1.0, -1.0], [0.5, 2.0]]
    own = report(Own(), X)
    assert [(layer.name, layer.kind) for layer in own] == [
        ("inner['a']", "2→2 linear"),
        ("inner['b'][0]", "tanh"),
        ("own", "Own"),
    ]
    assert own[2].expected is None
    cell = report(RNNCell(2, 3), X)[0]
    assert (cell.name, cell.kind, cell.expected) == ("rnncell", "RNNCell", None)
    assert cell.saturated is not None
    assert [layer.units for layer in report(LSTMCell(2, 3), X)] == [3, 3, 3, 3, 6]
    assert report(Neuron(2), X)[0].kind == "2→1 relu"
    assert report(MLP(2, [3, 1], activation=lambda z: z * 2), X)[0].expected is not None
    assert report(Linear(2, 1, bias=False), X)[0].kind == "2→1 linear"
    shared = Linear(2, 2)
    assert report(Sequential(shared, shared), X)[0].name == "layers[0]"


# -------------------------------------------------------------------------------------------------------- the verdicts


def test_dead_units_are_counted_from_one() -> None:
    model = MLP(2, [8, 1], init=init.uniform(-1.0, 1.0), rng=Random(2))
    for j in range(8):
        model.layers[0].b[j].data = -100.0 if j in {2, 6} else 3.0  # type: ignore[index]  # it has biases
    found = report(model, batch(20, 2, Random(1)))
    assert found[0].dead == (3, 7)
    assert found.verdicts[1] == "Dead, shut for all 20 examples: units 3 and 7 of layers[0]."
    assert report(model, batch(2, 2, Random(1))).verdicts[0].startswith("Healthy")  # too few to say so


def test_many_dead_units_are_counted() -> None:
    model = MLP(2, [12, 2, 2, 2, 1], init=init.constant(1e-3), output="relu")
    for layer in model.layers:
        for b in layer.b or []:
            b.data = -1.0
    found = report(model, batch(9, 2, Random(1)), [1.0] * 9)
    assert found.verdicts == (
        (
            "Silent: layers[0] gives nothing but zeros, so no layer after it can tell the examples apart. "
            "If training has shut its units, make the model anew and take a smaller learning rate; if they were shut "
            "from the start, another one (rng=), more units or leaky_relu may help."
        ),
        "No gradient: the loss is flat here, so nothing would move."
        if found[-1].gradient == 0.0
        else "Vanishing gradient: nothing of it is left on its way back from layers[4] to layers[0].",
        (
            "Dead, shut for all 9 examples: all 12 units of layers[0]; all 2 units of layers[1]; all 2 units of "
            "layers[2]; 3 more in 2 other layers."
        ),
    )


def test_of_many_dead_units_the_first_are_named() -> None:
    model = MLP(2, [12, 1], init=init.constant(1.0), output="relu")
    for j in range(12):
        model.layers[0].b[j].data = 9.0 if j == 4 else -100.0  # type: ignore[index]  # it has biases
    assert report(model, batch(9, 2, Random(1))).verdicts[-1] == (
        "Dead, shut for all 9 examples: units 1, 2, 3, 4, 6, 7, 8, 9 and 3 more of layers[0]."
    )


@pytest.mark.parametrize(
    ("std", "first", "second"),
    [(1.0, "Exploding", "Exploding gradient"), (0.05, "Vanishing", "Vanishing gradient")],
)
def test_exploding_and_vanishing(std: float, first: str, second: str) -> None:  # D6, H11
    rng = Random(3)
    model = MLP(20, [20] * 6 + [1], init=init.normal(std), rng=rng)
    found = report(model, batch(3, 20, rng), [0.0] * 3)
    assert [verdict.partition(":")[0] for verdict in found.verdicts] == [first, second]
    assert re.search(r", on average .* (as large|smaller) in each of 7 layers", found.verdicts[0])
    assert found.verdicts[0].endswith('. init="he_normal" keeps it.')
    assert "on its way back from layers[6] to layers[0]" in found.verdicts[1]


def test_weights_that_are_all_0_are_named_and_what_helps() -> None:
    rows, targets = batch(3, 2, Random(1)), [1.0] * 3
    for activation in ("relu", "tanh"):
        zeros = MLP(2, [8, 1], activation=activation, init=init.zeros())
        (verdict,) = report(zeros, rows).verdicts
        assert verdict == (
            "Silent: the weights of layers[0] are all 0, and it gives nothing but zeros, so no layer after it can tell "
            "the examples apart. Draw them at random, as is done without init=."
        )
    last = Sequential(Linear(2, 4), "tanh", Linear(4, 1, init="zeros"))
    said = "Silent: the weights of layers[2] are all 0, and it gives nothing but zeros."
    assert report(last, rows).verdicts == (said,)
    assert report(last, rows, targets).verdicts[0] == f"{said} Training can move them."


def test_of_a_layer_without_weights_that_gives_zeros_only_that_is_said() -> None:
    model = Sequential(Linear(2, 3), BatchNorm(3)).train()
    rows = [[1.0, 2.0]] * 3  # so nothing is left of them when their mean is taken away
    assert report(model, rows).verdicts[0] == "Silent: layers[1] gives nothing but zeros."
    assert report(model[0], [[0.0, 0.0]]).verdicts == (
        "Silent: linear gives nothing but zeros. What goes into it is 0.",
    )


def chain(*factors: float) -> Module:
    """Layers of one number, each of which multiplies it."""
    return Sequential(*(Linear(1, 1, bias=False, init=init.constant(factor)) for factor in factors))


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ((0.1, 0.1, 0.1), "Vanishing: … goes from 1 to 10⁻⁶, on average 100 times smaller in each of 3 layers."),
        ((10.0, 100.0), "Exploding: … goes from 1 to 10⁶, on average 10³ times as large in each of 2 layers."),
        ((1.0, 1e-3, 1.0), "Vanishing: … goes from 1 to 10⁻⁶, most of it in layers[1], 10⁶ times smaller there."),
        ((1e200, 1e-100, 1e-80), "Exploding: the activations leave the floats in layers[0]."),
        ((1e-170, 1e170), "Healthy: … stays between 0 and 1."),
        (
            (0.9, 1.1, 1e-3),
            (
                "Small outputs: their second moment is 9.8·10⁻⁷, 10⁶ times smaller than that of layers[1]. In the "
                "layers before it stays between 0.81 and 0.98."
            ),
        ),
        (
            (2.0, 1e3),
            (
                "Large outputs: their second moment is 4·10⁶, 10⁶ times as large as that of layers[0]. In the layers "
                "before it stays at 4."
            ),
        ),
        (
            (0.05, 0.05, 0.05, 1e-9),
            "Vanishing: … goes from 1 to 1.56·10⁻⁸, on average 400 times smaller in each of the first 3 layers.",
        ),
        ((1e-3,), "Small outputs: their second moment is 10⁻⁶, that of the input 1."),
        ((1e3,), "Large outputs: their second moment is 10⁶, that of the input 1."),
    ],
)
def test_a_trend_over_layers_is_one_and_else_the_layer_is_named(factors: tuple[float, ...], said: str) -> None:
    assert report(chain(*factors), [[1.0], [-1.0]]).verdicts == (
        said.replace("…", "the second moment of the activations"),
    )


def test_the_outputs_of_a_sigmoid_net_are_no_trend() -> None:
    rng = Random(1)
    rows = batch(4, 16, rng)
    found = report(MLP(16, [16] * 10 + [1], activation="sigmoid", rng=Random(1)), rows, [0] * 4).verdicts
    assert [verdict.partition(":")[0] for verdict in found] == ["Small outputs", "Vanishing gradient"]


# ---------------------------------------------------------------------------------------- what a shape cannot do


XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
REST = "At rest, and not fitted: the gradient of the weights is nearly 0, and "


def set_to(model: Any, *numbers: float) -> Any:
    for parameter, one in zip(model.parameters(), numbers, strict=True):
        parameter.data = one
    return model


def test_one_layer_draws_one_line() -> None:
    line = set_to(MLP(2, [1]), 0.0, 0.0, 0.5)
    left = "100 % of the variance of Y is left. "
    drawn = "One layer draws one straight line, whatever its weights are; a hidden layer can bend it."
    line.layers[0].w[0][0].data = 1e-9
    found = report(line, XOR, [0, 1, 1, 0])
    assert found.verdicts[-1] == REST + left + drawn
    assert str(found).replace("\n  ", " ").endswith(drawn)
    assert found.verdicts[0].startswith("Sizes are healthy")
    assert report(line, XOR, [0.5] * 4).verdicts[-1].startswith("Healthy")  # fitted
    assert report(set_to(line, 0.1, 0.0, 0.5), XOR, [0, 1, 1, 0]).verdicts[-1].startswith("Healthy")  # not at rest
    score = set_to(line, 1e-9, 0.0, 0.0)
    small, said = report(score, XOR, [0, 1, 1, 0], loss="binary_cross_entropy").verdicts
    assert small.startswith("Small outputs")
    assert said == f"{REST}2 of 4 examples are on the wrong side. {drawn}"
    both = Linear(2, 2, init=init.constant(1e-9))
    labels = [[0, 0], [1, 0], [1, 0], [0, 0]]
    both.b[1].data = -50.0  # type: ignore[index]  # it has biases
    assert report(both, XOR, labels, loss="binary_cross_entropy").verdicts[-1] == (
        f"{REST}1 of 8 outputs is on the wrong side. One layer draws nothing but straight lines, whatever its weights "
        "are; a hidden layer can bend it."
    )


def test_layers_without_an_activation_are_one_layer() -> None:
    flat = Sequential(Linear(3, 2, init=init.constant(1e-9)), Layer(2, 2, "identity", init=init.constant(1.0)))
    flat[1].b[0].data = flat[1].b[1].data = 0.5  # type: ignore[attr-defined]  # it has biases
    X = [[*x, 0.0] for x in XOR]
    assert report(flat, X, [[0, 0], [1, 1], [1, 1], [0, 0]]).verdicts[-1] == (
        REST
        + "100 % of the variance of Y is left. Layers without an activation are one layer, which draws nothing but "
        "planes; an activation between them can bend it."
    )


def test_one_unit_at_the_start_draws_parallel_lines() -> None:
    model = MLP(2, [1, 1], activation="tanh")
    fit(model, XOR, [0, 1, 1, 0], loss="binary_cross_entropy", lr=0.1, epochs=300)
    assert report(model, XOR, [0, 1, 1, 0], loss="binary_cross_entropy").verdicts[-1] == (
        f"{REST}1 of 4 examples is on the wrong side. layers[0] has one unit, so all boundaries are parallel straight "
        "lines; more units can bend them."
    )


@pytest.mark.parametrize(("seed", "left", "dead"), [(0, 66.7, ", 1 of them shut for all examples,"), (2, 50, "")])
def test_few_units_can_be_stuck(seed: int, left: float, dead: str) -> None:
    model = MLP(2, [2, 1], rng=Random(seed))
    fit(model, XOR, [0, 1, 1, 0], lr=0.1, epochs=200)
    assert report(model, XOR, [0, 1, 1, 0]).verdicts[-1] == (
        f"{REST}{left} % of the variance of Y is left. With 2 units in layers[0]{dead} a start can be stuck; more "
        "units or another start (rng=) may help."
    )


@pytest.mark.parametrize(("activation", "bias"), [("relu", -9.0), ("tanh", 9.0)])
def test_nothing_is_said_of_few_units_that_are_shut_or_saturated(activation: str, bias: float) -> None:
    model = MLP(2, [2, 1], activation=activation)
    found = report(set_to(model, 0.1, 0.1, 0.1, 0.1, bias, bias, 0.5, -0.5, 0.5), XOR, [0, 1, 1, 0])
    words = [verdict.partition(":")[0] for verdict in found.verdicts]
    assert "At rest, and not fitted" not in words
    assert {"Silent", "Saturated, on a flat part of the activation"} & set(words)


def test_nothing_is_said_of_a_shape_that_is_not_known() -> None:
    class Squared(Module):
        def __init__(self) -> None:
            self.layer = Linear(2, 1, init=init.constant(1e-9))
            self.layer.b[0].data = 0.5  # type: ignore[index]  # it has one

        def __call__(self, x: Any) -> Any:
            return self.layer([one * one + 1.0 for one in x])[0]

    class Around(Module):
        def __init__(self) -> None:
            self.one, self.last = set_to(Layer(2, 1, "tanh"), 0.02, -0.02, 0.0), Layer(3, 1, None)
            set_to(self.last, 0.05, 0.0, 0.0, 0.5)

        def __call__(self, x: Any) -> Any:
            return self.last([self.one(x), *x])  # so one unit is not all that the last layer sees

    own = [*report(Squared(), XOR, [0, 1, 1, 0]).verdicts, *report(Around(), XOR, [0, 1, 1, 0]).verdicts]
    around = report(Sequential(Linear(2, 2), Residual(Linear(2, 2))), XOR, [[0.0, 0.0]] * 4).verdicts
    other = report(MLP(2, [1], init=init.zeros()), XOR, [0, 1, 1, 0], loss=lambda a, _: a[0] * 0.0).verdicts
    assert not any(verdict.startswith("At rest") for verdict in (*own, *around, *other))


def test_activations_may_be_layers_of_their_own() -> None:
    model = Sequential(Linear(2, 2), "tanh", Linear(2, 1))
    said = []
    for u in (0.02, 9.0):
        numbers = iter((u, u, -u, -u, 0.0, 0.0, 1.0, 1.0, 0.5))
        for parameter in model.parameters():
            parameter.data = next(numbers)
        said.append(report(model, XOR, [0, 1, 1, 0]).verdicts[-1])
    assert "With 2 units in layers[0] a start can be stuck" in said[0]
    assert said[1].startswith("Saturated")
    line = Sequential(Linear(2, 1, init=init.constant(1e-9)), "tanh")  # whatever an activation does at the end
    line[0].b[0].data = 0.5  # type: ignore[attr-defined]  # it has one
    assert report(line, XOR, [0, 1, 1, 0]).verdicts[-1].startswith("Healthy")


def test_small_inputs_are_no_rest() -> None:
    model = set_to(MLP(2, [1]), 1e-9, 0.0, 0.5)
    for size in (1e-6, 1.0):
        X = [[size * a, size * b] for a, b in XOR]
        assert not report(model, X, [0, 0, 1, 1]).verdicts[-1].startswith("At rest")  # a line would do
        assert report(model, X, [0, 1, 1, 0]).verdicts[-1].startswith("At rest")


@pytest.mark.parametrize(("units", "is_few"), [(2, True), (4, False)])
def test_as_many_units_as_examples_are_not_few(units: int, is_few: bool) -> None:
    model = MLP(2, [units, 1], activation="tanh")
    weights = [0.02, 0.02, -0.02, -0.02] * (units // 2)  # which cancel
    found = report(set_to(model, *weights, *[0.0] * units, *[1.0] * units, 0.5), XOR, [0, 1, 1, 0])
    assert found.verdicts[-1].startswith("At rest") is is_few


def test_of_one_number_one_unit_is_few() -> None:
    model = set_to(MLP(1, [1, 1], activation="tanh"), 1.0, 0.0, 0.02, 1 / 3)
    assert "With 1 unit in layers[0] a start" in report(model, [-0.1, 0.0, 0.1], [0, 1, 0]).verdicts[-1]


@pytest.mark.parametrize(
    ("activation", "how", "cure"),
    [
        ("tanh", init.normal(0.02), ' init="xavier_normal" keeps it.'),
        ("relu", init.normal(0.02), ' init="he_normal" keeps it.'),
        ("elu", init.normal(0.02), ""),
        ("tanh", init.xavier_normal(), ""),
        ("relu", init.he_normal(), ""),
    ],
)
def test_the_verdict_names_the_start_that_keeps_sizes(activation: str, how: init.Init, cure: str) -> None:
    rng = Random(3)
    model = MLP(20, [20] * 6, activation=activation, output=activation, init=how, rng=rng)
    (verdict,) = report(model, batch(3, 20, rng)).verdicts
    assert verdict.startswith("Vanishing" if how.name == "normal" else "Healthy")
    assert verdict.partition(" init=")[2] == cure.removeprefix(" init=")


def test_of_many_layers_the_first_and_the_last_are_printed() -> None:
    model = MLP(2, [2] * 30, rng=Random(0))
    found = report(model, [[1.0, -1.0]])
    text = str(found).splitlines()
    assert len(found) == 30
    assert text[3].startswith("layers[0]")
    assert text[13] == "… 10 more layers; lines=None shows all"
    assert text[14].startswith("layers[20]")
    assert "layers[15]" not in found._repr_html_()
    assert "… 29 more layers" in str(report(model, [[1.0, -1.0]], lines=1))
    assert "layers[15]" in str(report(model, [[1.0, -1.0]], lines=None))
    with pytest.raises(UsageError, match="lines is at least 1"):
        report(model, [[1.0, -1.0]], lines=0)


def test_saturated_units() -> None:
    rng = Random(3)
    model = MLP(5, [5, 1], activation="sigmoid", init=init.normal(20.0), rng=rng)
    found = report(model, batch(10, 5, rng))
    assert found[0].saturated is not None
    assert found[0].saturated > 0.5
    assert found[0].shut is None
    assert (
        found.verdicts[-1]
        == f"Saturated, on a flat part of the activation: {share(found[0].saturated)} of layers[0]. {SMALLER}"
    )
    deep = MLP(5, [5] * 6, activation="tanh", output="tanh", init=init.normal(20.0), rng=rng)
    for start, rest in ((0, "3 other layers"), (1, "2 other layers"), (2, "1 other layer")):
        kept = Sequential(*deep.layers[start:])
        assert (
            report(kept, batch(3, 5, rng)).verdicts[-1].endswith(f" of layers[2]; more than half of {rest}. {SMALLER}")
        )


SMALLER = "Where that keeps it from learning, smaller weights or inputs help."


def constant(model: Module, number: float) -> Module:
    for one in model.parameters():
        one.data = number
    return model


SAME = "Identical (same weights), so they learn the same: {}. Draw their weights at random, as is done without init=."


def test_units_that_are_identical_stay_so() -> None:
    model = constant(MLP(2, [4, 1], activation="tanh"), 0.5)
    fit(model, XOR, [0, 1, 1, 0], epochs=30)
    found = report(model, XOR, [0, 1, 1, 0])
    assert found.verdicts[0].startswith("Sizes are healthy")
    assert found.verdicts[1:] == (SAME.format("all 4 units of layers[0]"),)
    assert report(model, XOR).verdicts[1:] == found.verdicts[1:]  # a gradient is not needed for that
    deep = constant(MLP(2, [2, 3, 2, 2, 1], activation="tanh"), 0.5)
    named = "all 2 units of layers[0]; all 3 units of layers[1]; all 2 units of layers[2]; 2 more"
    assert SAME.format(named) in report(deep, XOR).verdicts
    some = MLP(2, [3, 1], activation="tanh", rng=Random(0))
    for one, other in zip(some.layers[0].w[0], some.layers[0].w[2], strict=True):
        other.data = one.data
    assert not any(verdict.startswith("Identical") for verdict in report(some, XOR).verdicts)  # they give other things
    some.layers[1].w[0][2].data = some.layers[1].w[0][0].data
    assert report(some, XOR).verdicts[-1] == SAME.format("units 1 and 3 of layers[0]")
    some.layers[0].b[2].data = 1.0  # type: ignore[index]  # it has one
    assert not any(verdict.startswith("Identical") for verdict in report(some, XOR).verdicts)


def test_more_units_do_not_help_where_they_are_identical() -> None:
    model = constant(MLP(2, [4, 1], activation="tanh"), 0.0)
    model.layers[1].b[0].data = 0.5  # type: ignore[attr-defined]  # it has one
    said = report(model, XOR, [0, 1, 1, 0]).verdicts  # of zeros one sentence is enough
    assert said[0].startswith("Silent: the weights of layers[0] are all 0")
    assert not any(verdict.startswith("Identical") for verdict in said)
    for sign, is_same in ((1.0, True), (-1.0, False)):
        numbers = [0.01, 0.01, sign * 0.01, sign * 0.01, 0.0, 0.0, 0.01, 0.01, 0.5]
        said = report(set_to(MLP(2, [2, 1], activation="tanh"), *numbers), XOR, [0, 1, 1, 0]).verdicts
        assert said[-1].startswith("Identical" if is_same else "At rest, and not fitted")
        assert any("more units or another start" in verdict for verdict in said) is not is_same


def test_a_way_around_can_tell_units_apart() -> None:
    model = constant(Sequential(Linear(2, 2), "tanh", Residual(Linear(2, 2)), Linear(2, 1)), 0.5)
    assert not any(verdict.startswith("Identical") for verdict in report(model, XOR, [0, 1, 1, 0]).verdicts)


def test_a_gradient_that_bounded_slopes_make_small_names_its_cure() -> None:
    rng = Random(0)
    X, Y = batch(10, 4, rng), [k % 2 for k in range(10)]
    cure = (
        "The slope of σ is at most 0.25, whatever the weights: relu or tanh in its place (in a net with "
        'init="he_normal"), or a way around (Residual), mends it.'
    )
    (found,) = report(MLP(4, [8] * 12 + [1], activation="sigmoid", rng=rng), X, Y).verdicts
    assert found.startswith("Vanishing gradient: it shrinks ")
    assert found.endswith(f" on its way back from layers[12] to layers[0]. {cure}")
    alone = Sequential(*[one for _ in range(6) for one in (Linear(4, 4, rng=rng), "sigmoid")], Linear(4, 1, rng=rng))
    assert report(alone, X, Y).verdicts[-1].endswith(cure)
    for activation in ("relu", lambda x: x * 1.0):
        others = MLP(4, [8] * 6 + [1], activation=activation, init=init.normal(0.1), rng=rng)
        (found,) = (one for one in report(others, X, Y).verdicts if one.startswith("Vanishing gradient"))
        assert found.endswith(" to layers[0].")


@pytest.mark.slow
def test_numbers_that_leave_the_floats_are_said_and_do_no_harm() -> None:
    model = MLP(2, [2] * 5, init=init.constant(1e80))
    found = report(model, [[1.0, 1.0]])
    assert found.verdicts[0].startswith("Exploding: the activations leave the floats in layers[")
    assert str(found)
    assert found.plot().written("png")
    beyond = report(Linear(1, 1, init=init.constant(1e300)), [[1e300]])
    assert re.search(r" +∞ +∞ +∞ to ∞", str(beyond))  # the mean, the second moment and the range
    assert beyond.plot().figure.axes[0].get_lines()[:] == []
    assert str(beyond.plot()).startswith("plot of 1 layer;")
    still = report(Linear(2, 2, init="zeros"), [[0.0, 0.0]], [[0.0, 0.0]])
    assert still.verdicts[0] == "Silent: linear gives nothing but zeros. What goes into it is 0."
    assert report(Sequential("relu", "relu"), [[Value(0.0).data, 1.0]]).examples == 1


def test_an_input_of_zeros_is_no_start_to_compare_with() -> None:
    model = MLP(2, [3, 1], rng=Random(0))
    for name, parameter in model.named_parameters():
        parameter.data = 0.5 if ".b" in name else parameter.data
    assert report(model, [[0.0, 0.0]]).verdicts[0].startswith("Healthy")


def test_numbers_whose_squares_vanish_are_not_silent() -> None:
    deep = MLP(1, [1, 1, 1], activation="identity", init=init.constant(1e100))
    verdicts = report(deep, [[1e-300]], [1.0]).verdicts
    assert not any(verdict.startswith("Silent") for verdict in verdicts)


def test_a_gradient_that_is_flat_and_one_that_leaves_the_floats() -> None:
    sure = MLP(2, [3, 3, 1], init=init.constant(5.0))
    flat = report(sure, [[1.0, 2.0], [0.5, 3.0]], [1, 1], loss="hinge")
    assert "No gradient: the loss is flat here, so nothing would move." in flat.verdicts
    deep = MLP(1, [1, 1, 1], activation="identity", init=init.constant(1e100))
    beyond = "Exploding gradient: it leaves the floats on its way back from layers[2] to layers[0]."
    assert beyond in report(deep, [[1e-250]], [1e150]).verdicts


# -------------------------------------------------------------------------------------------------- printed and plotted


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_it_fits_a_narrow_window(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(0)
    found = report(MLP(6, [6] * 6 + [1], rng=rng), batch(3, 6, rng), [0.0] * 3, lines=4)
    whole = str(found)
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = str(found)
    assert max(map(len, shown.splitlines())) <= columns
    assert " ".join(shown.split()).endswith(" ".join(found.verdicts))
    assert sorted(set(shown.split())) == sorted(set(whole.split()))  # nothing is left out, and nothing is cut
    table = shown.partition("\n")[2].split("\n\n")
    assert (len(table) > 1) == (max(map(len, whole.splitlines())) > columns)
    for block in [one for one in table if one.startswith("layer ")]:  # each begins with the names of the layers
        assert [line.split()[0] for line in block.splitlines() if line.startswith("layers[")] == [
            f"layers[{j}]" for j in (0, 1, 5, 6)
        ]
        assert "… 3 more layers; lines=None shows all" in block


def test_it_prints_as_a_table_and_leaves_out_what_is_not_there() -> None:
    model = Linear(2, 2, init=init.constant(0.5))
    text = str(report(model, [[1.0, 2.0]], [[1.0, 2.0]])).split("\n")
    assert text[0] == "1 example, loss 0.25; second moment: the mean of the squares; rms: its root"
    assert text[1].split() == [
        "layer",
        "mean",
        "second",
        "moment",
        "theory",
        "nine",
        "nets",
        "in",
        "ten",
        "range",
        *("rms", "dL/da", "theory", "dL/da", "rms", "dL/dw"),
    ]
    assert text[2].split() == ["input", "2.5"]
    assert text[3].split()[:5] == ["linear", "2→2", "linear", "1.5", "2.25"]
    unasked = report(model, [[1.0, 2.0]])
    assert str(unasked).startswith("1 example; second moment: the mean of the squares\n")
    assert "<table" in unasked._repr_html_()


def test_the_gradient_stands_beside_its_theory_and_that_of_the_weights() -> None:
    rng = Random(4)
    found = report(MLP(6, [6, 6, 1], rng=rng), batch(3, 6, rng), [0.0] * 3)
    assert len({layer.weight_gradient for layer in found}) == 3
    for shown in (str(found), found._repr_html_()):
        for layer in found:
            for one in (layer.gradient, layer.expected_gradient, layer.weight_gradient):
                assert number(one, 3) in shown  # type: ignore[arg-type]  # there are targets
    assert "50\N{NO-BREAK SPACE}%" in found._repr_html_()  # a notebook breaks no line there
    asked = "With targets, report(model, X, Y) shows the gradient as well."
    assert asked not in str(found)
    forward = report(MLP(6, [6, 6, 1], rng=rng), batch(3, 6, rng))
    assert str(forward).endswith(asked)
    assert asked in forward._repr_html_()
    assert "dL/d" not in str(forward).partition("input")[0]


@pytest.mark.parametrize("std", [0.02, 0.14, 1.0])
def test_it_plots(std: float) -> None:
    rng = Random(1)
    found = report(MLP(10, [10] * 8 + [1], init=init.normal(std), rng=rng), batch(3, 10, rng), [0.0] * 3)
    forward, backward = found.plot(look="dark").figure.axes
    assert forward.get_xlabel() == backward.get_xlabel() == "layer"
    assert forward.get_ylabel() == "second moment of the activations"
    assert forward.get_yscale() == "log"
    assert backward.get_ylabel() == "root mean square of the gradient dL/da"
    marks: Any = backward.get_legend()
    assert {text.get_text() for text in marks.get_texts()} == {"measured", "theory, mean over nets"}
    legend: Any = forward.get_legend()
    assert {text.get_text() for text in legend.get_texts()} == {
        "measured", "theory, mean over nets", "nine nets in ten"
    }  # fmt: skip
    assert len(report(MLP(2, [2]), [[1.0, 1.0]]).plot().figure.axes) == 1


@pytest.mark.slow
def test_a_plot_is_written_as_its_suffix_says(tmp_path: Any) -> None:
    plot = report(MLP(2, [2]), [[1.0, 1.0]]).plot()
    for name, start in (("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")):
        assert plot.save(tmp_path / name) is plot
        assert (tmp_path / name).read_bytes().startswith(start)
    assert plot._repr_png_().startswith(b"\x89PNG")
    assert repr(plot) == 'plot of 1 layer; .save("plot.png") writes it'
    with pytest.raises(UsageError, match=r"a plot is written as \.png, \.svg, \.pdf, not as 'a\.gif'"):
        plot.save(tmp_path / "a.gif")


def test_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_look("light") is LIGHT
    with pytest.raises(UsageError, match="look is 'light' or 'dark', not 'blue'"):
        read_look("blue")
    assert spans_decades([]) is False
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UsageError, match=r"a plot needs matplotlib: pip install matplotlib"):
        blank()


def test_what_cannot_be_reported() -> None:
    with pytest.raises(UsageError, match="report takes a module"):
        report(5, [[1.0]])  # type: ignore[arg-type]  # the point
    with pytest.raises(UsageError, match="there is no loss called"):
        report(MLP(1, [1]), [[1.0]], [1.0], loss="none")
    with pytest.raises(UsageError, match="X has 1 example and Y 2 targets"):
        report(MLP(1, [1]), [[1.0]], [1.0, 2.0])


@pytest.mark.slow
def test_a_themed_plot_is_drawn_on_both_grounds_and_the_reader_s_colours_choose() -> None:
    def picture(look: str) -> Plot:
        return Plot(blank(look=look)[0], f"<{look}>")

    both = themed(picture)
    shown = both._repr_html_()
    (outer,) = re.findall('base64,([^"]*)', shown)
    svg = b64decode(outer).decode()
    sources = [b64decode(source) for source in re.findall('base64,([^"]*)', svg)]

    assert sources == [both.light.written("png"), both.dark.written("png")]
    assert sources[0] != sources[1]
    assert svg.index("(prefers-color-scheme:dark)") < svg.index('class="light"') < svg.index('class="dark"')
    assert 'alt="&lt;light&gt;"' in shown


def test_a_loss_of_ones_own_may_want_values_and_must_be_made_of_them() -> None:
    model = MLP(2, [2, 1], activation="tanh")
    found = report(
        model, XOR, [0, 1, 1, 0], loss=lambda a, y: sum((one - t).square() for one, t in zip(a, y, strict=True))
    )
    assert found[0].gradient != 0.0
    for lost, shown in ((lambda a, _: a[0].data, r"-?\d\.\d+ \(a float\)"), (lambda a, _: a[0].detach(), "Value")):
        with pytest.raises(UsageError, match=rf"report: the loss is {shown}.*, which no operation on Values made"):
            report(model, XOR, [0, 1, 1, 0], loss=lost)
