"""Modules as a whole: parameters and their names, state, training, pictures, XOR; and what `nn` may import."""

from __future__ import annotations

import ast
import copy
import pickle
from pathlib import Path
from random import Random
from typing import Any

import pytest
from models import XOR, Adder, addition, mixed

from autograd_scalar import UsageError, Value, log, nn
from autograd_scalar.names import read_names
from autograd_scalar.nn import (
    MLP,
    SGD,
    Adam,
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
    binary_cross_entropy,
    clip_grad_norm,
    hinge,
    init,
    l2_penalty,
    other_words,
    squared_error,
)


class Tower(Module):
    """A module as users write them: no base constructor, all kinds of containers, and things that are no parameters."""

    def __init__(self) -> None:
        self.bias = Value(0.5)
        self.parts = {"a": Linear(2, 1, bias=False), "b": [Neuron(1), Value(2.0)]}
        self.tied = self.bias
        self.table = ((Value(1.0), Value(2.0)), (Value(3.0), Value(4.0)))
        self.last: Any = None
        self.history: list[Any] = []
        self.me = self

    def __call__(self, x: Any) -> Any:
        self.last = self.parts["a"](x)[0] + self.bias  # type: ignore[operator]  # it is a layer
        self.history.append(self.last)
        return self.last


def test_parameters_are_found_wherever_they_are_and_once() -> None:
    tower = Tower()
    tower([1.0, 2.0])  # the results that it keeps are no parameters
    assert [name for name, _ in tower.named_parameters()] == [
        "bias", 'parts["a"].w[0][0]', 'parts["a"].w[0][1]', 'parts["b"][0].w[0]', 'parts["b"][0].b', 'parts["b"][1]',
        "table[0][0]", "table[0][1]", "table[1][0]", "table[1][1]",
    ]  # fmt: skip
    assert [path for path, _ in tower.modules()] == ["", 'parts["a"]', 'parts["b"][0]', 'parts["b"][0].activation']
    assert list(map(id, tower.parameters())) == [id(parameter) for _, parameter in tower.named_parameters()]
    assert tower.state_dict()["table"] == [[1.0, 2.0], [3.0, 4.0]]


def test_names_are_the_expressions_that_reach_the_parameters() -> None:
    model = MLP(2, [3, 2])
    for name, parameter in model.named_parameters():
        assert eval(f"model.{name}") is parameter
    assert model.named_parameters()[5][0] == "layers[0].w[2][1]"


def test_derivations_and_errors_use_the_names() -> None:
    model = MLP(1, [2, 1], activation="tanh")
    names = read_names(Value)
    assert names.of(model.layers[0].w[1][0]) == "model.layers[0].w[1][0]"
    loss = squared_error(model([2.0]), 1.0)
    loss.backward()
    assert "model.layers[1].w[0][1]" in str(loss.explain(model.layers[1].w[0][1]))
    model.layers[1].w[0][1].data = -2.0
    with pytest.raises(ValueError, match=r"log\(model\.layers\[1\]\.w\[0\]\[1\]\)"):
        log(model.layers[1].w[0][1])


def test_a_weighted_sum_reads_as_one() -> None:
    neuron = Neuron(2, None, init="zeros")
    x = [Value(3.0, label="x1"), Value(4.0, label="x2")]
    z = neuron(x)
    assert len(z.parents) == 5
    assert "w" in str(z.formula())
    assert "x₁" in str(z.formula())


def test_training_and_use() -> None:
    model = Sequential(Linear(1, 1), Dropout(0.5, rng=Random(0)), Residual(Sequential(BatchNorm(1))))
    assert all(module.training for _, module in model.modules())
    assert model.eval() is model
    assert not any(module.training for _, module in model.modules())
    model.train()
    assert all(module.training for _, module in model.modules())
    assert Module.training  # the class is as it was


def test_copies_are_apart() -> None:
    model = Sequential(Linear(1, 2), "tanh", LayerNorm(2))
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.state_dict() == model.state_dict()
        other.parameters()[0].data += 1.0
        assert other.state_dict() != model.state_dict()


def test_a_sequence_of_layers() -> None:
    model = Sequential(Linear(2, 3), "tanh", Linear(3, 1), None)  # type: ignore[arg-type]  # None is no activation
    assert len(model) == 3
    assert model[0] is next(iter(model))
    assert repr(model) == "Sequential(Linear(2, 3), Activation('tanh'), Linear(3, 1))"
    with pytest.raises(UsageError, match="no operation called 'tan_h'"):
        Sequential("tan_h")


@pytest.mark.parametrize(
    ("module", "shown"),
    [
        (Neuron(2), "Neuron(2, 'relu')"),
        (Layer(2, 3, None), "Layer(2, 3, None)"),
        (MLP(2, [3, 1], output="sigmoid"), "MLP(2, [3, 1], activation='relu', output='sigmoid')"),
        (Linear(2, 3, bias=False), "Linear(2, 3, bias=False)"),
        (Residual(LayerNorm(2)), "Residual(LayerNorm(2))"),
        (Dropout(0.5, rng=Random(0)), "Dropout(0.5)"),
        (BatchNorm(2), "BatchNorm(2)"),
        (RNNCell(1, 2), "RNNCell(1, 2)"),
        (LSTMCell(1, 2), "LSTMCell(1, 2)"),
    ],
    ids=repr,
)
def test_a_module_shows_what_it_is(module: Module, shown: str) -> None:
    assert repr(module) == shown


# ----------------------------------------------------------------------------------------------------------- learning


@pytest.mark.parametrize("seed", range(5))
def test_xor_is_solved(seed: int) -> None:
    model = MLP(2, [8, 1], activation="tanh", rng=Random(seed))
    optimiser = Adam(model, lr=0.1)
    for _ in range(100):
        loss = binary_cross_entropy(model.batch(XOR), [0, 1, 1, 0])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert [score.data > 0 for score in model.batch(XOR)] == [False, True, True, False]
    assert loss.data < 0.02


@pytest.mark.slow
def test_a_recurrent_network_learns_to_add_and_adds_longer_numbers() -> None:
    rng = Random(1)
    model = Adder(rng)
    optimiser = Adam(model, lr=0.1)
    for _ in range(200):
        examples = [addition(rng.randrange(16), rng.randrange(16), 5) for _ in range(8)]
        loss = binary_cross_entropy(model.batch([x for x, _ in examples]), [y for _, y in examples])
        optimiser.zero_grad()
        loss.backward()
        clip_grad_norm(model, 1.0)
        optimiser.step()
    for _ in range(20):
        x, y = addition(rng.randrange(2**20), rng.randrange(2**20), 21)
        assert [score.data > 0 for score in model(x)] == [bit == 1 for bit in y]


def trained(seed: int) -> tuple[list[float], dict[str, Any]]:
    model = mixed(activation="relu", p=0.2, seed=seed)
    optimiser = SGD(model, lr=0.05, momentum=0.9)
    losses = []
    for _ in range(10):
        loss = hinge([one for [one] in model.batch(XOR)], [-1, 1, 1, -1]) + l2_penalty(model, 1e-4)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.data)
    return losses, model.state_dict()


def test_the_same_seed_gives_the_same_bits() -> None:
    assert trained(1) == trained(1)
    assert trained(1) != trained(2)


# ----------------------------------------------------------------------------------------------------------- pictures


def cards(picture: Any, kind: str = "") -> list[str]:
    return sorted(card.name for card in picture.cards if not kind or card.kind == kind)


def test_a_network_is_drawn_by_layer_and_neuron() -> None:
    model = MLP(2, [3, 2], activation="tanh")
    picture = model.draw()
    assert cards(picture) == [
        "layers[0] neuron 1", "layers[0] neuron 2", "layers[0] neuron 3", "layers[1] neuron 1", "layers[1] neuron 2",
        "sum of the outputs", "x₁", "x₂",
    ]  # fmt: skip
    opened = model.draw(fold=False)
    assert sum(card.nodes for card in picture.cards) == len(opened.cards)
    assert "model.layers[0].w[1][0]" in cards(opened)


def test_a_large_network_is_drawn_by_layer() -> None:
    names = cards(MLP(2, [298, 2, 1]).draw())
    assert set(names) == {"layers[0]", "layers[1]", "layers[2]", "x₁", "x₂"}


def test_a_loss_is_drawn_with_the_network_folded_and_its_gradients(tmp_path: Path) -> None:
    model = Layer(2, 2, "tanh")
    x = [Value(1.0, label="x1"), Value(2.0, label="x2")]
    loss = (squared_error(model(x), [0.0, 1.0]) + l2_penalty(model, 0.1)).named("L")
    loss.backward()
    picture = model.draw(tmp_path / "loss.svg", of=loss)
    assert (tmp_path / "loss.svg").read_text(encoding="utf-8").startswith("<svg")
    shown = {card.name: card for card in picture.cards}
    assert {"neuron 1", "neuron 2", "x₁", "x₂", "L"} <= set(shown)
    assert shown["L"].nodes == 1  # what does not belong to a neuron stays by itself


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (
            Sequential(Linear(2, 2), LayerNorm(2), "tanh"),
            {"layers[0] neuron 1", "layers[1] unit 1", "layers[1] unit 2"},
        ),
        (Residual(Layer(2, 2)), {"inner neuron 1", "inner neuron 2"}),
        (RNNCell(1, 2), {"neuron 1", "neuron 2"}),
        (Neuron(2), {"neuron"}),
        (Sequential(Linear(2, 2), BatchNorm(2), Dropout(0.5, rng=Random(0))), {"layers[1] unit 1", "layers[1] unit 2"}),
    ],
    ids=range(5),
)
def test_each_kind_of_layer_is_folded(model: Module, expected: set[str]) -> None:
    training = [module.training for _, module in model.modules()]
    assert expected <= set(cards(model.draw()))
    assert [module.training for _, module in model.modules()] == training


def test_drawing_leaves_the_model_and_its_randomness_alone() -> None:
    rng = Random(3)
    model = Sequential(Linear(1, 1), Dropout(0.5, rng=rng))
    before, state = model.state_dict(), rng.getstate()
    model.draw(x=[2.0])
    assert (model.state_dict(), rng.getstate()) == (before, state)
    assert not any(parameter.reached for parameter in model.parameters())


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(UsageError, match="does not say how many inputs it has"):
        Tower.draw(type("Blank", (Module,), {"__call__": lambda _, x: x})())
    with pytest.raises(UsageError, match="there is no graph to draw"):
        Dropout(0.5, rng=Random(0)).draw(x=[1.0])


# -------------------------------------------------------------------------------------------------------------- floors

BELOW = {
    "_generated", "errors", "ops", "names", "graph", "value", "functions", "recording", "whole", "calls", "other_words",
}  # fmt: skip


@pytest.mark.parametrize("file", sorted(Path(nn.__file__).parent.glob("*.py")), ids=lambda file: file.name)
def test_nn_imports_only_what_is_below_it(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            names = {node.module} if node.module else {alias.name for alias in node.names}
            assert names <= BELOW
        elif (isinstance(node, ast.ImportFrom) and node.level == 0) or isinstance(node, ast.Import):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            from sys import stdlib_module_names

            assert {str(module).partition(".")[0] for module in modules} <= stdlib_module_names | {"__future__"}


def test_every_public_name_is_there() -> None:
    assert sorted(nn.__all__) == sorted(set(nn.__all__))
    assert all(hasattr(nn, name) for name in nn.__all__)


def test_the_words_of_other_libraries_are_answered_with_the_name_here() -> None:
    for word, name in other_words._OTHER_WORDS.items():
        if "(" not in name:
            assert name in {*nn.__all__, *init._BY_NAME, "Value"}
            assert other_words.meant(word.upper(), [name]) == f"did you mean {name}?"
    for wrong, answer in (
        ("MSELoss", "squared_error"), ("ReLU", 'Activation("relu")'), ("Lineer", "Linear"), ("adam", "Adam"),
    ):  # fmt: skip
        with pytest.raises(AttributeError) as caught:
            getattr(nn, wrong)
        assert str(caught.value) == f"there is no {wrong} in autograd_scalar.nn; did you mean {answer}?"
    assert not hasattr(nn, "__path_of_nothing__")
    assert other_words.meant("zzz", ["SGD", "Adam"]) == "there are SGD, Adam"


def test_a_dict_is_no_example() -> None:
    for model in (MLP(2, [1]), MLP(2, [3, 1])):
        with pytest.raises(UsageError, match="walked by its keys"):
            model({1.0: "a", 2.0: "b"})


@pytest.mark.parametrize("how", [None, 3, ["relu"], {"how": "relu"}, b"relu"], ids=repr)
def test_an_activation_is_a_name_or_a_function(how: Any) -> None:
    with pytest.raises(UsageError, match="an activation is the name of an operation, or a function, not "):
        nn.Activation(how)
