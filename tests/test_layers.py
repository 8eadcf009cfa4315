"""Neurons, layers, normalisation, recurrent cells: numbers, gradients, shapes; rows G5 and G6."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest
from torch_reference import (
    BATCH,
    C0,
    GATES,
    H0,
    SCALE,
    SECOND_BATCH,
    SHIFT,
    SOURCES,
    UPSTREAM,
    B,
    U,
    W,
    assert_equal,
    data,
    flat,
    grads,
    reference,
    values,
)

from autograd_scalar import DivisionError, DomainError, UsageError, Value, functions, op
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
from autograd_scalar.ops import table


def weighted(outputs: list[Any]) -> Any:
    return functions.dot(flat(outputs), flat(UPSTREAM))


# --------------------------------------------------------------------------------------- neurons and their sums


def test_a_neuron_is_one_dot_node_and_its_activation() -> None:
    neuron = Neuron(3, "tanh")
    output = neuron([1.0, 2.0, 3.0])
    (z,) = output.parents
    assert (output.op, z.op) == ("tanh", "dot")
    assert [id(one) for one in z.parents] == [id(one) for one in [*neuron.w, neuron.b]]
    total = 0.0
    for w, x in zip(neuron.w, (1.0, 2.0, 3.0), strict=True):
        total += w.data * x
    assert z.data == total


def test_call_forms_of_micrograd() -> None:
    model = MLP(2, [16, 16, 1])
    assert isinstance(model([1.0, -2.0]), Value)
    assert [len(layer.neurons) for layer in model.layers] == [16, 16, 1]
    assert len(model.parameters()) == 337
    assert [type(one) for one in (Neuron(2)([1, 2]), Layer(2, 3)([1, 2]), Layer(2, 1)([1, 2]))] == [Value, list, Value]
    assert Neuron(2, nonlin=False)([1, 2]).op == "dot"
    assert Neuron(2, False)([1, 2]).op == "dot"
    assert len(MLP(2, [3, 2])([1.0, 2.0])) == 2
    model([1.0, -2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.reached for p in model.parameters())


def test_a_narrow_layer_in_the_middle_hands_on_its_one_output() -> None:
    model = MLP(2, [1, 3, 1], activation="tanh")
    chained = Sequential(*model.layers)
    assert model([1.0, 2.0]).data == chained([1.0, 2.0]).data
    assert Layer(1, 2, "tanh")(0.5)[0].op == "tanh"  # an example of one number needs no list


def test_neurons_of_a_layer_are_its_own_parameters() -> None:
    layer = Layer(2, 2, "tanh")
    neuron = layer.neurons[1]
    assert neuron.w[0] is layer.w[1][0]
    assert neuron.b is layer.b[1]  # type: ignore[index]  # it has biases
    assert neuron([1.0, 2.0]).data == layer([1.0, 2.0])[1].data


def test_without_bias() -> None:
    layer = Linear(2, 2, bias=False, init="zeros")
    assert layer.b is None
    assert data(layer([1.0, 2.0])) == [0.0, 0.0]
    assert len(layer.parameters()) == 4


# ---------------------------------------------------------------------------------------------------- activations


def is_activation(name: str) -> bool:
    row = table[name]
    settled = all(one.default is not None for one in row.arguments if one.kind == "parameter")
    return settled and [one.kind for one in row.operands] == ["scalar"] and row.domain in {"", "-inf < x < inf"}


@pytest.mark.parametrize("name", [name for name in table if is_activation(name)])
def test_every_row_of_one_number_is_an_activation(name: str) -> None:
    x = Value(0.5)
    assert Activation(name)(x).data == getattr(functions, name)(0.5)
    assert Neuron(1, name, init=init.constant(1.0))([0.5]).op == name


def test_an_operation_of_ones_own_is_an_activation() -> None:
    op("cubed(x)", "x**3", "3 * x**2")
    neuron = Neuron(1, "cubed", init="zeros")
    neuron.w[0].data = 2.0
    output = neuron([3.0])
    output.backward()
    assert (output.data, neuron.w[0].grad) == (216.0, 324.0)


def test_an_activation_with_a_setting_and_one_that_is_a_function() -> None:
    assert Activation("leaky_relu", slope=0.25)([-4.0, 1.0]) == [-1.0, 1.0]
    assert Layer(1, 2, Activation("leaky_relu", slope=0.25), init="zeros")([1.0])[0].parameters == {"slope": 0.25}
    assert Neuron(1, lambda z: z * z + 1, init="zeros")([1.0]).data == 1.0


@pytest.mark.parametrize(
    ("how", "settings", "message"),
    [
        ("rellu", {}, "no operation called 'rellu'"),
        ("add", {}, "does not take exactly one number"),
        ("logsumexp", {}, "does not take exactly one number"),
        ("leaky_relu", {"alpha": 1.0}, "has no parameter alpha"),
        ("clip", {"low": 0.0}, "needs high"),
        (abs, {"slope": 1.0}, "takes no parameters"),
    ],
)
def test_bad_activations(how: Any, settings: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Activation(how, **settings)


# ------------------------------------------------------------------------------------------------------- bad input


REFUSED: list[tuple[Any, str]] = [
    (lambda: Neuron(2)([1.0]), "examples of 2 numbers; this one has 1"),
    (lambda: Linear(2, 1)([1.0, 2.0, 3.0]), "examples of 2 numbers; this one has 3"),
    (lambda: MLP(2, [2, 1])([[1.0, 2.0], [3.0, 4.0]]), r"this is a batch: model.batch\(X\)"),
    (lambda: MLP(2, [1])(1, 2.5), r"^MLP: 2.5 is one argument too many; write model\(x\), x being one ex"),  # type: ignore[call-arg]  # the point
    (lambda: Layer(2, 2)(Value(1), Value(2)), r"^Layer: Value\(2.0\) is one argument too many; write model\(x\)"),  # type: ignore[call-arg]  # the point
    (lambda: Linear(2, 1).__call__(), r"^Linear: x is missing; write model\(x\)"),  # type: ignore[call-arg]  # the point
    (lambda: Neuron(2)([1, 2], [3, 4]), r"^Neuron: \[3, 4\] is one argument too many; write model\(x\)"),  # type: ignore[call-arg]  # the point
    (lambda: Sequential(Linear(2, 1))(1, 2), r"^Sequential: 2 is one argument too many; write model\(x\)"),  # type: ignore[call-arg]  # the point
    (lambda: MLP(2, [2, 1])("12"), "not a sequence of numbers"),
    (lambda: MLP(2, [2, 1])(["1", 2.0]), "is not a real number"),
    (lambda: MLP(2, [2, 1])(None), "not a sequence of numbers"),
    (lambda: MLP(2, [2, 1])(5.0), "examples of 2 numbers; this one has 1"),
    (lambda: MLP(2, [2, 1]).batch([]), "the batch is empty"),
    (lambda: Sequential(Linear(2, 1)).batch([]), "the batch is empty"),
    (lambda: Residual(Linear(2, 1)).batch([]), "the batch is empty"),
    (lambda: MLP(2, [2, 1]).batch([[1.0, 2.0], [1.0]]), "this one has 1"),
    (lambda: MLP(2, []), "at least one layer"),
    (lambda: MLP(2, [0]), "at least 1, not 0"),
    (lambda: MLP(2, [1], activation="rleu"), "no operation called 'rleu'"),
    (lambda: MLP(2, [1], init="kaiming"), "there is no init called 'kaiming'; did you mean he_normal"),
    (lambda: MLP(2.0, [1]), "is an int, not 2.0"),  # type: ignore[arg-type]  # the point
    (lambda: Linear(n_in=True, n_out=1), "is an int, not True"),
    (Sequential, "has no layers"),
    (lambda: Residual("relu"), "takes a module"),  # type: ignore[arg-type]  # the point
    (lambda: Residual(Linear(2, 3))([1.0, 2.0]), "2 numbers go in and 3 come out"),
    (lambda: Dropout(1.0, rng=Random(0)), "probability below 1"),
    (lambda: Dropout(0.5, rng=7), "is a random.Random, not 7"),  # type: ignore[arg-type]  # the point
    (lambda: Linear(2, 1, init="kaiming"), "no init called 'kaiming'"),
    (lambda: LayerNorm(2)([1.0]), "examples of 2 numbers"),
    (lambda: LayerNorm(2, eps=-1.0), "eps is a small number"),
    (lambda: BatchNorm(2)([1.0, 2.0]), "normalises over a batch while training"),
    (lambda: BatchNorm(2).batch([[1.0, 2.0]]), "a batch of one example has no variance"),
    (lambda: BatchNorm(2, momentum=1.5), "momentum is between 0 and 1"),
    (lambda: RNNCell(2, 2)([1.0, 2.0], [0.0]), "a state of 2 numbers; this one has 1"),
    (lambda: LSTMCell(2, 2)([1.0, 2.0], [0.0]), "the state is a pair"),  # type: ignore[arg-type]  # the point
    (lambda: LSTMCell(2, 2)([1.0, 2.0], ([0.0], [0.0, 0.0])), "a state of 2 numbers; this one has 1"),
    (lambda: RNNCell(2, 2)([1.0]), "examples of 2 numbers"),
]


@pytest.mark.parametrize(("act", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_meant_is_refused(act: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        act()


def test_a_network_knows_its_sizes() -> None:
    assert (MLP(3, [4, 2]).n_in, MLP(3, [4, 2]).n_out) == (3, 2)


def test_a_module_without_a_config_says_so() -> None:
    with pytest.raises(NotImplementedError, match=r"Module does not define config\(self\)"):
        Module().config()


def test_a_module_without_a_call_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Module does not define __call__"):
        Module()([1.0])
    torch = type("Net", (Module,), {"forward": lambda _, x: x})
    with pytest.raises(NotImplementedError, match=r"Net does not .*, which is what forward\(self, x\) is called here"):
        torch()([1.0])


# -------------------------------------------------------------------------------------- residual and dropout, row G6


@pytest.mark.parametrize(("w", "factor"), [(0.5, 1.5), (5.0, 6.0)])
def test_a_residual_relu_layer_has_the_factor_1_plus_w(w: float, factor: float) -> None:
    layers = [Residual(Layer(1, 1, "relu", bias=False)) for _ in range(3)]
    for layer in layers:
        layer.parameters()[0].data = w
    x = Value(1.0)
    y = Sequential(*layers)(x)
    y.backward()
    assert y.data == factor**3
    assert x.grad == factor**3


def test_residual_takes_a_batch_through_its_inner_module() -> None:
    block = Residual(Sequential(BatchNorm(1, eps=0.0, affine=False)))
    assert block.batch([[1.0], [3.0]]) == [[0.0], [4.0]]


def test_dropout_keeps_the_mean_and_its_share() -> None:
    layer = Dropout(0.25, rng=Random(5))
    dropped = layer([1.0] * 20_000)
    assert set(dropped) == {0.0, 1 / 0.75}
    share = dropped.count(0.0) / len(dropped)
    assert abs(share - 0.25) < 5 * math.sqrt(0.25 * 0.75 / 20_000)
    assert Dropout(0.25, rng=Random(5))([1.0] * 20_000) == dropped
    x = Value(3.0)
    assert layer.eval()(x) is x


def test_no_gradient_passes_what_was_dropped() -> None:
    layer = Dropout(0.5, rng=Random(1))
    x = values([1.0] * 8)
    outputs = layer(x)
    functions.sum(outputs).backward()
    assert grads(x) == data(outputs)
    assert {0.0, 2.0} == set(data(outputs))


# ------------------------------------------------------------------------------------------------ normalisation, row G5

XHAT = [-1.3416407864998738, -0.44721359549995794, 0.44721359549995794, 1.3416407864998738]
SLOPES = [0.26832815729997476, -0.35777087639996635, -0.089442719099991588, 0.17888543819998318]


def layer_norm(x: list[Value]) -> list[Any]:
    return LayerNorm(4, eps=0.0, affine=False)(x)


def batch_norm(x: list[Value]) -> list[Any]:
    return [y for [y] in BatchNorm(1, eps=0.0, affine=False).batch([[one] for one in x])]


@pytest.mark.parametrize("norm", [layer_norm, batch_norm])
def test_one_to_four_normalised(norm: Any) -> None:
    x = values([1.0, 2.0, 3.0, 4.0])
    y = norm(x)
    assert data(y) == pytest.approx(XHAT, rel=1e-15)
    y[0].backward()
    assert grads(x) == pytest.approx(SLOPES, rel=1e-12)
    assert sum(grads(x)) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("source", SOURCES)
def test_layer_norm_is_pytorchs(source: str) -> None:
    theirs = reference(source)["layer norm"]
    layer = LayerNorm(3)
    layer.load_state_dict({"scale": SCALE, "shift": SHIFT})
    x = values(BATCH)
    y = layer.batch(x)
    weighted(y).backward()
    assert_equal(data(y), theirs["y"])
    assert_equal(grads(x), theirs["dx"])
    assert_equal(grads(layer.scale), theirs["dscale"])
    assert_equal(grads(layer.shift), theirs["dshift"])


@pytest.mark.parametrize("source", SOURCES)
def test_batch_norm_is_pytorchs(source: str) -> None:
    theirs = reference(source)["batch norm"]
    layer = BatchNorm(3)
    layer.load_state_dict(layer.state_dict() | {"scale": SCALE, "shift": SHIFT})
    x = values(BATCH)
    y = layer.batch(x)
    weighted(y).backward()
    assert_equal(data(y), theirs["y"])
    assert_equal(grads(x), theirs["dx"])
    assert_equal(grads(layer.scale), theirs["dscale"])
    assert_equal(grads(layer.shift), theirs["dshift"])
    layer.batch(SECOND_BATCH)
    assert_equal(layer.mean, theirs["mean"])
    assert_equal(layer.variance, theirs["variance"])
    layer.eval()
    assert_equal(data(layer.batch(BATCH)), theirs["in_use"])
    assert_equal(data([layer(x) for x in BATCH]), theirs["in_use"])


def test_a_bad_batch_leaves_the_running_statistics() -> None:
    layer = BatchNorm(2)
    with pytest.raises(DomainError, match=r"BatchNorm\(2\): number 1 of the examples has no finite variance"):
        layer.batch([[1.0, 2.0], [3.0, math.nan]])
    assert (layer.mean, layer.variance) == ([0.0, 0.0], [1.0, 1.0])


@pytest.mark.parametrize("power", [-1060, -600, -500, 400, 500, 600, 1021])
@pytest.mark.parametrize("x", [[1.0, -3.0, 2.0], [3.0, 3.5, 3.0], [4.0, 0.0, 0.0]])
def test_layer_norm_forgets_the_scale_of_numbers_of_any_size(x: list[float], power: int) -> None:
    layer = LayerNorm(3, eps=0.0 if power < 0 else 1e-5, affine=False)
    near = [Value(one) for one in x]
    far = [Value(math.ldexp(one, power)) for one in x]
    expected = LayerNorm(3, eps=0.0, affine=False)(near)
    found = layer(far)
    assert data(found) == pytest.approx(data(expected), rel=1e-14)
    assert layer(data(far)) == data(found)
    (expected[0] * expected[1]).backward()
    (found[0] * found[1]).backward()
    if power > -1000:
        slopes = [math.ldexp(one.grad, power) for one in far]
        assert slopes == pytest.approx([one.grad for one in near], rel=1e-10, abs=1e-13)


def test_layer_norm_passes_on_what_is_not_finite() -> None:
    for bad in (math.inf, math.nan):
        assert all(map(math.isnan, LayerNorm(3, affine=False)([bad, 1.0, 2.0])))


@pytest.mark.parametrize("kind", [float, Value])
def test_equal_numbers_without_eps_divide_by_zero(kind: Any) -> None:
    with pytest.raises(DivisionError):
        LayerNorm(2, eps=0.0, affine=False)([kind(3.0), kind(3.0)])


def test_a_batch_goes_through_layer_by_layer() -> None:
    model = Sequential(Linear(1, 1, init="zeros"), BatchNorm(1, eps=0.0, affine=False), "tanh")
    model.load_state_dict(model.state_dict() | {"layers[0].w": [[2.0]], "layers[0].b": [5.0]})
    outputs = model.batch([[1.0], [2.0]])
    assert data(outputs) == [[math.tanh(-1.0)], [math.tanh(1.0)]]


# ---------------------------------------------------------------------------------------------------- recurrent cells


@pytest.mark.parametrize("source", SOURCES)
def test_rnn_cell_is_pytorchs(source: str) -> None:
    theirs = reference(source)["rnn"]
    cell = RNNCell(3, 2)
    cell.load_state_dict({"w": W, "u": U, "b": B})
    x, h0 = values(BATCH), values(H0)
    h = cell.unroll(x, h0)[-1]
    functions.sum(h).backward()
    assert_equal(data(h), theirs["h"])
    for ours, name in ((cell.w, "dw"), (cell.u, "du"), (cell.b, "db"), (x, "dx"), (h0, "dh0")):
        assert_equal(grads(ours), theirs[name])


@pytest.mark.parametrize("source", SOURCES)
def test_lstm_cell_is_pytorchs(source: str) -> None:
    theirs = reference(source)["lstm"]
    cell = LSTMCell(3, 2)
    gates = (cell.input, cell.forget, cell.candidate, cell.output)  # in PyTorch's order
    for gate, by in zip(gates, GATES, strict=True):
        times = [[[one * by for one in row] for row in matrix] for matrix in (W, U, [B])]
        gate.load_state_dict({"w": times[0], "u": times[1], "b": times[2][0]})
    x, h0, c0 = values(BATCH), values(H0), values(C0)
    h, c = cell.unroll(x, (h0, c0))[-1]
    (functions.sum(h) + functions.dot(c, c)).backward()
    assert_equal(data(h), theirs["h"])
    assert_equal(data(c), theirs["c"])
    for name in ("w", "u", "b"):
        assert_equal([grads(getattr(gate, name)) for gate in gates], theirs[f"d{name}"])
    for ours, name in ((x, "dx"), (h0, "dh0"), (c0, "dc0")):
        assert_equal(grads(ours), theirs[name])


def test_a_state_begins_at_zero_and_an_lstm_remembers_at_first() -> None:
    cell = RNNCell(2, 3)
    assert data(cell([1.0, 2.0])) == data(cell([1.0, 2.0], [0.0, 0.0, 0.0]))
    assert RNNCell(2, 3, bias=False).b is None
    assert data(LSTMCell(1, 2).forget.b) == [1.0, 1.0]
    assert len(cell.unroll([])) == 0


@pytest.mark.parametrize(("weight", "is_lost"), [(0.5, True), (2.0, False)])
def test_the_gradient_passes_the_recurrent_weight_once_a_step(weight: float, is_lost: bool) -> None:
    cell = RNNCell(1, 1, "linear", init="zeros")
    cell.load_state_dict({"w": [[1.0]], "u": [[weight]], "b": [0.0]})
    first = Value(1.0)
    states = cell.unroll([first, *[0.0] * 50])
    states[-1][0].backward()
    assert first.grad == weight**50
    assert (first.grad < 1e-15) is is_lost
