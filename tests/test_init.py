"""How weights begin: rows H and I of the worked values, G1, and that what is drawn is what is said."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random
from statistics import median

import pytest

from autograd_scalar import UsageError, no_grad
from autograd_scalar.nn import MLP, LayerNorm, Linear, Neuron, RNNCell, Sequential, init, initialise
from autograd_scalar.nn.init import Init, read_init, relu_factor, relu_moments

NORMAL = [init.he_normal(), init.xavier_normal(), init.lecun_normal(), init.normal(0.3, 1.5)]
UNIFORM = [init.he_uniform(), init.xavier_uniform(), init.uniform(-1.0, 3.0)]


# ------------------------------------------------------------------------------------------------ numbers of the rows


def test_he_for_a_hundred_inputs() -> None:  # H6, H7
    he = init.he_normal()
    assert he.variance(100, 100) == 0.02
    assert he.std(100, 100) == pytest.approx(0.1414213562373095, rel=1e-15)
    assert "variance 2/fan_in = 0.02, standard deviation 0.141421" in he.describe(100, 100)


def test_he_read_as_a_variance_explodes() -> None:  # H8
    factor = relu_factor(math.sqrt(2 / 100), 100)
    assert factor == pytest.approx(7.071, abs=5e-4)
    assert math.sqrt(factor) == pytest.approx(2.659, abs=5e-4)
    assert factor**50 == pytest.approx(2.98e42, rel=2e-3)  # the root of the second moment after 100 layers


@pytest.mark.parametrize(("variance", "root"), [(0.01, 8.88e-16), (0.02, 1.0), (1.0, 8.88e84)])
def test_expected_second_moment_after_a_hundred_layers(variance: float, root: float) -> None:  # H5, D7
    assert relu_factor(variance, 100) ** 50 == pytest.approx(root, rel=1e-3)


def test_moments_behind_a_relu() -> None:  # H3
    moments = relu_moments(1.0)
    assert moments.mean == pytest.approx(0.3989422804014327, rel=1e-15)
    assert moments.second == 0.5
    assert moments.variance == pytest.approx(0.34084505690810466, rel=1e-15)

    def integral(power: int) -> float:  # of relu(z)ᵖ over the normal distribution, by the midpoint rule
        step = 1e-3
        points = ((i + 0.5) * step for i in range(12_000))
        return sum(z**power * math.exp(-z * z / 2) for z in points) * step / math.sqrt(2 * math.pi)

    assert integral(1) == pytest.approx(moments.mean, rel=1e-6)
    assert integral(2) == pytest.approx(moments.second, rel=1e-6)
    assert relu_moments(4.0).variance == 4 * moments.variance


def test_what_he_keeps_is_the_second_moment() -> None:  # H2, H6, G1
    factor = relu_factor(init.he_normal().variance(100, 100), 100)
    assert factor == 1.0
    before = relu_moments(2.0)  # the activations behind a layer whose own have second moment 1
    assert before.second * factor == 1.0
    assert before.variance == pytest.approx(0.68169, abs=5e-6)  # 1 − 1/π: not what is kept at 1


def test_backward_it_is_the_outputs_that_count() -> None:  # H9
    sizes = [256, 128, 64, 10]
    forward_kept = init.he_normal()
    product = 1.0
    for n_in, n_out in pairwise(sizes):
        variance = forward_kept.variance(n_in, n_out)
        product *= relu_factor(variance, n_out)
        assert relu_factor(init.he_normal(fan="fan_out").variance(n_in, n_out), n_out) == 1.0
    assert product == pytest.approx(10 / 256, rel=1e-15)  # it telescopes: no exponential


def test_leaky_gain() -> None:  # H10
    leaky = init.he_normal(slope=0.5)
    assert leaky.variance(100, 100) == pytest.approx(2 / (1.25 * 100), rel=1e-15)
    assert relu_factor(leaky.variance(100, 100), 100, slope=0.5) == pytest.approx(1.0, rel=1e-15)


def test_xavier_has_a_2() -> None:  # I1
    variance = init.xavier_normal().variance(100, 100)
    assert variance == 2 / 200
    assert relu_factor(variance, 100) == 0.5
    assert relu_factor(variance, 100) ** 50 == pytest.approx(8.88e-16, rel=1e-3)
    assert relu_factor(1 / 200, 100) == 0.25  # as the document has it
    assert relu_factor(1 / 200, 100) ** 50 == pytest.approx(7.89e-31, rel=1e-3)


@pytest.mark.slow
def test_the_network_of_the_document() -> None:  # I3, I4
    model = MLP(256, [128, 64, 10])
    biases = [p for name, p in model.named_parameters() if ".b[" in name]
    assert (len(model.parameters()) - len(biases), len(biases), len(model.parameters())) == (41_600, 202, 41_802)
    stds = [init.he_normal().std(layer.n_in, layer.n_out) for layer in model.layers]
    assert stds == pytest.approx([0.088388347648318447, 0.125, 0.17677669529663687], rel=1e-15)
    assert init.lecun_normal().std(64, 10) == 0.125
    for bias in biases:
        bias.data = 0.25
    initialise(model, "he_normal", rng=Random(3))
    assert {bias.data for bias in biases} == {0.25}  # only weights
    for layer, std in zip(model.layers, stds, strict=True):
        weights = [w.data for row in layer.w for w in row]
        assert math.sqrt(sum(w * w for w in weights) / len(weights)) == pytest.approx(std, rel=0.1)
    initialise(model, "he_normal", rng=Random(3), bias="zeros")
    assert {bias.data for bias in biases} == {0.0}


# ---------------------------------------------------------------------------------------------- what typically happens


def root_mean_square(variance: float, width: int, depth: int, rng: Random) -> float:
    """Of the activations of one relu net without biases, drawn and run, for an input of second moment 1.

    Whatever the activations a are, fresh normal weights make each weighted sum of them normal and independent, with the
    variance Var[w]·Σa². So the sums are drawn, and not the weights: the same nets, in a hundredth of the time.
    """
    second = 1.0
    for _ in range(depth):
        std = math.sqrt(variance * width * second)
        second = math.fsum(max(0.0, rng.gauss(0.0, std)) ** 2 for _ in range(width)) / width
    return math.sqrt(second)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "depth", "centre", "low", "high"), [(100, 100, 0.27, 0.04, 1.6), (256, 20, 0.87, 0.5, 1.5)]
)
def test_a_typical_deep_net_lies_below_the_mean_over_nets(  # H5
    width: int, depth: int, centre: float, low: float, high: float
) -> None:
    rng = Random(11)
    variance = init.he_normal().variance(width, width)
    scales = sorted(root_mean_square(variance, width, depth, rng) for _ in range(101))
    assert median(scales) == pytest.approx(centre, rel=0.25)
    within = [one for one in scales if low < one < high]
    assert len(within) > 80  # about 90 for the first, where the bounds are its 5 and 95 %


@pytest.mark.parametrize("variance", [0.01, 0.02, 1.0])
def test_a_net_as_it_is_built_does_as_the_theory_says(variance: float) -> None:  # H5, H11
    width, depth, rng = 40, 20, Random(2)
    model = MLP(width, [width] * depth, init=init.normal(math.sqrt(variance)), rng=rng, output="relu")
    x = [rng.choice((-1.0, 1.0)) for _ in range(width)]
    with no_grad():
        outputs = [one.data for one in model(x)]
    measured = math.sqrt(math.fsum(one * one for one in outputs) / width)
    expected = relu_factor(variance, width) ** (depth / 2)
    assert expected / 5 < measured < expected * 5


@pytest.mark.parametrize("one", [*NORMAL, *UNIFORM], ids=lambda one: one.name)
def test_what_is_drawn_has_the_moments_that_are_said(one: Init) -> None:
    n = 40_000
    drawn = [w for row in one.weights(20, n // 20, Random(7)) for w in row]
    variance = one.variance(20, n // 20)
    mean = math.fsum(drawn) / n
    assert abs(mean - one.centre) < 5 * math.sqrt(variance / n)
    assert math.fsum((w - one.centre) ** 2 for w in drawn) / n == pytest.approx(variance, rel=0.05)
    assert one.std(20, n // 20) == math.sqrt(variance)
    if one.shape == "uniform":
        bound = one.bound(20, n // 20)
        assert bound * 0.99 < max(abs(w - one.centre) for w in drawn) <= bound


@pytest.mark.parametrize("one", [*NORMAL, *UNIFORM], ids=lambda one: one.name)
def test_the_description_has_both_variance_and_standard_deviation(one: Init) -> None:
    text = one.describe(50, 30)
    assert f"{one.variance(50, 30):.6g}" in text
    assert f"standard deviation {one.std(50, 30):.6g}" in text


@pytest.mark.parametrize("one", [*NORMAL, *UNIFORM, init.constant(0.5)], ids=lambda one: one.name)
def test_a_layer_s_weights_are_drawn_one_after_the_other(one: Init) -> None:
    rng = Random(7)
    assert one.weights(3, 2, Random(7)) == [[one.draw(3, 2, rng) for _ in range(3)] for _ in range(2)]


def test_constants() -> None:
    assert init.constant(0.5).weights(2, 2, Random(0)) == [[0.5, 0.5], [0.5, 0.5]]
    assert init.constant(0.5).describe(2, 2) == "constant: every weight 0.5"
    assert init.zeros().weights(2, 1, Random(0)) == [[0.0, 0.0]]
    assert init.uniform(-1, 1).bound(9, 9) == pytest.approx(1.0, rel=1e-15)


# ---------------------------------------------------------------------------------------------------------- in models


def test_the_usual_init_follows_the_activation() -> None:
    names = {name: read_init(activation=name).name for name in ("", "relu", "gelu", "selu", "tanh", "sigmoid")}
    assert names == {
        "": "lecun_normal", "relu": "he_normal", "gelu": "he_normal", "selu": "lecun_normal",
        "tanh": "xavier_normal", "sigmoid": "xavier_normal",
    }  # fmt: skip
    assert read_init(activation="leaky_relu", slope=0.5).scale == pytest.approx(2 / 1.25, rel=1e-15)


def test_same_rng_same_network_and_never_the_global_one() -> None:
    import random

    state = random.getstate()
    first, second = MLP(3, [4, 2], rng=Random(5)), MLP(3, [4, 2], rng=Random(5))
    assert first.state_dict() == second.state_dict() != MLP(3, [4, 2], rng=Random(6)).state_dict()
    assert MLP(3, [4, 2]).state_dict() == MLP(3, [4, 2]).state_dict()
    assert random.getstate() == state
    rng = Random(5)
    assert Linear(2, 2, rng=rng).state_dict() != Linear(2, 2, rng=rng).state_dict()


def test_initialise_finds_the_matrices_and_leaves_scales_alone() -> None:
    model = Sequential(Linear(2, 2), LayerNorm(2), RNNCell(2, 2))
    initialise(model, init.constant(0.5), rng=Random(0), bias=init.constant(-1.0))
    state = model.state_dict()
    assert state["layers[2].u"] == state["layers[0].w"] == [[0.5, 0.5], [0.5, 0.5]]
    assert state["layers[2].b"] == [-1.0, -1.0]
    assert state["layers[1].scale"] == [1.0, 1.0]
    neuron = Neuron(3)
    initialise(neuron, init.constant(2.0), rng=Random(0))
    assert neuron.state_dict() == {"w": [2.0, 2.0, 2.0], "b": 0.0}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: init.he_normal(fan="in"), "fan is 'fan_in'"),
        (lambda: init.normal(math.inf), "not finite"),
        (lambda: init.uniform(1.0, 0.0), "low must not be above high"),
        (lambda: init.he_normal().variance(0, 1), "fan_in is at least 1"),
        (lambda: read_init(0.5), "a name or an Init, not 0.5"),  # type: ignore[arg-type]  # the point
    ],
)
def test_bad_inits(make: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()  # type: ignore[operator]  # each is a lambda


@pytest.mark.parametrize("name", ["he_normal", "xavier_uniform"])
def test_an_init_without_its_brackets(name: str) -> None:
    with pytest.raises(UsageError, match=rf"write {name}\(\)"):
        MLP(2, [1], init=getattr(init, name))
