"""Models as files: every bit comes back, half a file is never seen, and nothing in a file is run."""

from __future__ import annotations

import json
import math
import os
import re
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from torch_reference import bowl, data

from autograd_scalar import AutogradError, UsageError, Value, functions
from autograd_scalar.nn import (
    MLP,
    SGD,
    Activation,
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
    load,
    load_optimiser,
    modules,
    save,
    squared_error,
)
from autograd_scalar.nn import files as model_files
from autograd_scalar.value import tick

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS: dict[str, Module] = {
    "neuron": Neuron(3, "tanh"),
    "linear": Linear(2, 3, bias=False),
    "layer": Layer(2, 3, Activation("leaky_relu", slope=0.3)),
    "mlp": MLP(2, [4, 3, 1], activation="tanh", output="sigmoid"),
    "sequential": Sequential(
        Linear(2, 3), BatchNorm(3, eps=1e-3, momentum=0.2), "relu", Dropout(0.25, rng=Random(3)),
        Residual(Sequential(LayerNorm(3, affine=False), Layer(3, 3, None))),
    ),
    "rnn": RNNCell(2, 3, "relu", bias=False),
    "lstm": LSTMCell(2, 3),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    model = MODELS[name]
    for i, parameter in enumerate(model.parameters()):
        parameter.data = math.sin(i) / 3
    path = tmp_path / "model.json"
    save(model, path)
    again = load(path)
    assert repr(again) == repr(model)
    assert again.state_dict() == model.state_dict()
    assert [one for one, _ in again.named_parameters()] == [one for one, _ in model.named_parameters()]
    x = [0.3, -0.7, 0.2][: 3 if name == "neuron" else 2]
    ours, theirs = model.eval()(x), again.eval()(x)
    assert data([ours]) == data([theirs])


def test_every_class_of_a_file_is_tried_above() -> None:
    seen = {type(module).__name__ for model in MODELS.values() for _, module in model.modules()}
    assert seen == set(model_files._CLASSES)


@given(st.floats())
@example(math.inf)
@example(-math.inf)
@example(math.nan)
def test_every_bit_of_every_float(number: float) -> None:
    text = json.dumps(model_files._encoded(number), allow_nan=False)
    back = model_files._decoded(json.loads(text), "model.json")
    assert back.hex() == number.hex()


def test_whether_it_was_in_training_comes_back(tmp_path: Path) -> None:
    model = Sequential(BatchNorm(1, eps=0.0, affine=False))
    model.batch([[1.0], [2.0]])
    save(model.eval(), tmp_path / "model.json")
    again = load(tmp_path / "model.json")
    assert [module.training for _, module in again.modules()] == [False, False]
    assert again.state_dict() == {"layers[0].mean": [pytest.approx(0.15)], "layers[0].variance": [pytest.approx(0.95)]}


def test_training_goes_on_from_a_file(tmp_path: Path) -> None:
    def steps(model: Module, optimiser: Any, n: int) -> None:
        for _ in range(n):
            optimiser.zero_grad()
            squared_error(model.batch([[0.0, 1.0], [1.0, 1.0]]), [1.0, 0.0]).backward()
            optimiser.step()

    whole = MLP(2, [3, 1], activation="tanh")
    steps(whole, Adam(whole, lr=0.05), 8)
    model = MLP(2, [3, 1], activation="tanh")
    optimiser = Adam(model, lr=0.05)
    steps(model, optimiser, 3)
    save(model, tmp_path / "model.json", optimiser=optimiser)
    again = load(tmp_path / "model.json")
    steps(again, load_optimiser(tmp_path / "model.json", again), 5)
    assert again.state_dict() == whole.state_dict()


class Own(Module):
    """A class that no file may name."""

    def __init__(self) -> None:
        self.head = Linear(1, 1)
        self.extra: dict[str, Any] = {"a": Value(2.0), "b": [Value(3.0), Value(4.0)]}

    def __call__(self, x: Any) -> Any:
        return self.head(x)[0] * self.extra["a"]


def test_a_model_of_ones_own_class_is_loaded_into_another(tmp_path: Path) -> None:
    model, other = Own(), Own()
    model.extra["a"].data = math.pi
    save(model, tmp_path / "own.json")
    assert load(tmp_path / "own.json", other) is other
    assert other.state_dict() == model.state_dict()
    with pytest.raises(UsageError, match=r"a class of its own; load it into a model"):
        load(tmp_path / "own.json")


# ------------------------------------------------------------------------------------------------------ what goes wrong


def saved(tmp_path: Path, **changes: Any) -> Path:
    path = tmp_path / "model.json"
    save(MLP(2, [2, 1]), path)
    document = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    save(MLP(1, [1]), path)
    whole = path.read_bytes()
    model = MLP(1, [1], rng=Random(9))
    before = model.state_dict()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(AutogradError, match=r"model\.json' cannot be loaded: it is not JSON, or cut short"):
            load(path, model)
    assert model.state_dict() == before


def state_of(model: Module, **changes: Any) -> dict[str, Any]:
    return model.state_dict() | changes


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (MLP(3, [2, 1]).state_dict(), r"layers\[0\]\.w is 2×3 in the state and 2×2 in the model"),
        (MLP(2, [2, 2, 1]).state_dict(), r"layers\[1\]\.w is 2×2 in the state and 1×2 in the model|has no layers\[2\]"),
        (MLP(2, [1]).state_dict(), r"it lacks layers\[1\]\.w, layers\[1\]\.b"),
        (state_of(MLP(2, [2, 1]), extra=[1.0]), "the model has no extra"),
        (state_of(MLP(2, [2, 1]), **{"layers[1].b": ["1"]}), "is not a real number"),
        (state_of(MLP(2, [2, 1]), **{"layers[1].b": [None]}), "is not a real number"),
        (state_of(MLP(2, [2, 1]), **{"layers[1].b": 1.0}), r"layers\[1\]\.b is a number in the state and 1 in"),
        (state_of(MLP(2, [2, 1]), **{"layers[0].w": [[1.0, 2.0], [3.0]]}), r"is 2, 1 in the state and 2×2"),
    ],
    ids=range(8),
)
def test_a_state_of_another_model_changes_nothing(state: dict[str, Any], message: str, tmp_path: Path) -> None:
    model = MLP(2, [2, 1])
    before = model.state_dict()
    with pytest.raises(UsageError, match=message):
        model.load_state_dict(state)
    with pytest.raises(UsageError, match=message):
        load(saved(tmp_path, state=state), model)
    with pytest.raises(UsageError, match=message):
        load(saved(tmp_path, state=state))
    assert model.state_dict() == before


LEAKY = Activation("leaky_relu", slope=0.3)
OTHERS: dict[str, tuple[Module, Module, str]] = {
    "mlp": (MLP(2, [3, 1], activation="tanh"), MLP(2, [3, 1]), "layers[0] of … has tanh, layers[0] in this one relu"),
    "output": (
        MLP(2, [1], output="sigmoid"), MLP(2, [1]), "layers[0] of … has sigmoid, layers[0] in this one no activation"
    ),
    "none": (Neuron(2, None), Neuron(2, "relu"), "… has no activation, this one relu"),
    "settings": (Layer(2, 1, LEAKY), Layer(2, 1, "leaky_relu"), "… has leaky_relu (slope = 0.3), this one leaky_relu"),
    "a function": (Layer(2, 1, "tanh"), Layer(2, 1, lambda z: z.tanh()), "… has tanh, this one <lambda>"),
    "sequential": (
        Sequential(Linear(2, 2), "relu"), Sequential(Linear(2, 2), "tanh"),
        "layers[1] of … has relu, layers[1] in this one tanh",
    ),
    "recurrent": (RNNCell(2, 3), RNNCell(2, 3, "relu"), "… has tanh, this one relu"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHERS)
def test_a_model_with_another_activation_is_refused_and_both_are_named(kind: str, tmp_path: Path) -> None:
    theirs, ours, message = OTHERS[kind]
    path = tmp_path / "model.json"
    save(theirs, path)
    before = ours.state_dict()
    with pytest.raises(UsageError) as caught:
        load(path, ours)
    assert str(caught.value) == (
        f"{message.replace('…', f'the model in {str(path)!r}')}: give that the same activation, "
        "or let load(path) make the model of the file. Nothing was loaded"
    )
    assert ours.state_dict() == before


def test_a_model_that_computes_the_same_is_loaded_whatever_it_is_called_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    for theirs, ours in (
        (MLP(2, [3, 1], activation="linear"), MLP(2, [3, 1], activation=None)),
        (Layer(2, 1, LEAKY), Layer(2, 1, Activation("leaky_relu", slope=0.3))),
        (Layer(2, 1, "leaky_relu"), Layer(2, 1, Activation("leaky_relu", slope=0.01))),
        (Layer(2, 1, "tanh"), Layer(2, 1, functions.tanh)),
    ):
        for i, parameter in enumerate(theirs.parameters()):
            parameter.data = i / 7
        save(theirs, path)
        assert load(path, ours).state_dict() == theirs.state_dict()
    document = json.loads(path.read_text(encoding="utf-8"))
    document["model"]["activation"]["how"] = "one that is defined elsewhere"  # nobody can say whether it is another
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load(path, Layer(2, 1, "relu")).state_dict() == theirs.state_dict()


def test_arguments_in_another_order_are_answered_with_what_to_write(tmp_path: Path) -> None:
    path, model = tmp_path / "model.json", MLP(2, [1])
    save(model, path, optimiser=SGD(model))
    wrong: list[tuple[Callable[[], object], str]] = [
        (lambda: load(model, path), 'load("model.json", model)'),  # type: ignore[arg-type]  # the point
        (lambda: load(model), 'load("model.json", model)'),  # type: ignore[arg-type]
        (lambda: load(path, path), 'load("model.json", model)'),  # type: ignore[arg-type]
        (lambda: load(5), 'write load("model.json")'),  # type: ignore[arg-type]
        (lambda: save(path, model), 'save(model, "model.json")'),  # type: ignore[arg-type]
        (lambda: save(model, model), 'write save(model, "model.json")'),  # type: ignore[arg-type]
        (lambda: load_optimiser(model, path), 'load_optimiser("model.json", model)'),  # type: ignore[arg-type]
        (lambda: load_optimiser(path, path), 'load_optimiser("model.json", model)'),  # type: ignore[arg-type]
    ]
    for call, advice in wrong:
        with pytest.raises(UsageError, match=re.escape(advice) + "$"):
            call()


def test_an_interrupted_load_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Sequential(BatchNorm(2), Linear(2, 1))
    before = model.state_dict()
    new = {name: [[5.0, 5.0]] if name.endswith("w") else [5.0] * len(row) for name, row in before.items()}
    ticks = []

    def interrupted() -> int:
        ticks.append(model.layers[1].w[0][1].data)  # type: ignore[attr-defined]  # it is Linear
        if len(ticks) == 1:
            raise KeyboardInterrupt
        return tick()

    monkeypatch.setattr(modules, "tick", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.load_state_dict(new)
    assert ticks[0] == 5.0
    assert model.state_dict() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "something"}, "it is JSON, but of something else"),
        ({"version": 2}, "it is of version 2"),
        ({"state": 5}, "parts of it are missing"),
        ({"model": {"class": "os.system"}}, "names the class 'os.system', which is not one of"),
        ({"model": {"class": "Module"}}, "names the class 'Module'"),
        ({"model": {"class": ["MLP"]}}, "names the class"),
        ({"model": {"n_in": 2}}, "names the class None"),
        ({"model": {"class": "MLP", "n_in": 2}}, "its MLP cannot be made"),
        ({"model": {"class": "MLP", "n_in": "2", "n_outs": [2, 1]}}, "its MLP cannot be made .*is an int"),
        (
            {"model": {"class": "MLP", "n_in": 2, "n_outs": [2, 1], "activation": "__import__"}},
            "its MLP cannot be made",
        ),
        ({"model": {"class": "Activation", "how": "exp", "__class__": 1}}, "its Activation cannot be made"),
        ({"model": [1]}, "it describes no model"),
        ({"model": {"class": "Sequential", "layers": [1]}}, "its Sequential cannot be made"),
    ],
    ids=range(13),
)
def test_what_is_no_model_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(AutogradError, match=message):
        load(saved(tmp_path, **changes))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "of something else"),
        ("[" * 100_000, "nested too deeply|cut short"),
        ('{"format": NaN}', "NaN is not JSON"),
        ("\udcff", "not JSON"),
        (
            '{"format": "autograd_scalar model", "version": 1, "model": null, "state": {"w": 1e999}}',
            "no float can hold",
        ),
    ],
    ids=range(5),
)
def test_other_texts_are_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(AutogradError, match=message):
        load(path)


@pytest.mark.parametrize(
    ("optimiser", "message"),
    [
        (None, "it holds no optimiser"),
        ({"class": "Optimiser", "parameters": []}, "of no class that is known here"),
        ({"class": "SGD", "settings": {}, "memory": [], "parameters": ["nothing"]}, "trains nothing, which the model"),
        ({"class": "SGD", "settings": {}, "memory": {}, "parameters": ["layers[0].b[0]"]}, "is not whole"),
        ({"class": "SGD", "settings": 5, "memory": {}, "parameters": ["layers[0].b[0]"]}, "is not whole"),
        ({"class": "SGD", "parameters": [[]]}, r"trains \[\], which the model"),
    ],
    ids=range(6),
)
def test_a_bad_optimiser_is_refused(optimiser: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(AutogradError, match=message):
        load_optimiser(saved(tmp_path, optimiser=optimiser), MLP(2, [2, 1]))


def test_code_is_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    with pytest.raises(UsageError, match=r"the activation <lambda> is a function and cannot be saved"):
        save(Layer(1, 1, lambda z: z), path)
    save(Layer(1, 1, functions.relu), path)
    with pytest.raises(UsageError, match="save takes a module, not int"):
        save(5, path)  # type: ignore[arg-type]  # the point
    with pytest.raises(UsageError, match="that are not the model's"):
        save(MLP(1, [1]), path, optimiser=SGD(MLP(1, [1])))
    mixed = MLP(1, [1, 1, 1])
    mixed.layers[0].activation = Activation("tanh")
    with pytest.raises(UsageError, match="different activations"):
        save(mixed, path)
    assert repr(load(path)) == "Layer(1, 1, 'relu')"


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.json"
    save(MLP(1, [1]), path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(MLP(2, [2]), path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["model.json"]
    with pytest.raises(FileNotFoundError):
        save(MLP(1, [1]), tmp_path / "nowhere" / "model.json")


def test_the_bytes_are_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        model = MLP(2, [2, 1], rng=Random(4))
        optimiser = SGD(model, momentum=0.5)
        bowl(model.parameters()[:3]).backward()
        optimiser.step()
        save(model, tmp_path / name, optimiser=optimiser)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("sizes", [{"n_in": 10**9}, {"n_outs": [10**12, 1]}, {"n_outs": [20, 20, 20, 1]}])
def test_a_layer_larger_than_its_file_is_refused_before_it_is_made(tmp_path: Path, sizes: Any) -> None:
    path = tmp_path / "model.json"
    save(MLP(2, [3, 1], rng=Random(1)), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["model"] |= sizes
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(AutogradError, match="its MLP is larger than all it holds"):
        load(path)


def places(described: Any) -> Any:
    """Where each part of nested data stands: what holds it, and its key."""
    pairs = described.items() if isinstance(described, dict) else enumerate(described)
    for key, one in list(pairs):
        yield described, key
        if isinstance(one, dict | list):
            yield from places(one)


@pytest.mark.parametrize("wrong", [None, 3, 0.5, "x", True, [], {}, ["relu"], {"how": 1}], ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_whatever_stands_in_a_description_it_is_a_model_or_refused(name: str, wrong: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    save(MODELS[name], path)
    document = json.loads(path.read_text(encoding="utf-8"))
    for held, key in list(places(document["model"])):
        kept, held[key] = held[key], wrong
        path.write_text(json.dumps(document), encoding="utf-8")
        with suppress(AutogradError):
            assert isinstance(load(path), Module)
        held[key] = kept
