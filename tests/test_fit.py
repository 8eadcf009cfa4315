"""`fit`: it learns, it says what happened, it refuses what cannot be meant, and nothing is ever half done."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from models import XOR, Adder, addition, mixed
from moons import moons

from autograd_scalar import AutogradError, DomainError, RangeError, UsageError, Value, exp, gradients
from autograd_scalar.formula.numbers import number
from autograd_scalar.nn import (
    LOSSES,
    MLP,
    OPTIMISERS,
    SGD,
    Adam,
    BatchNorm,
    Dropout,
    Linear,
    Module,
    Sequential,
    init,
    squared_error,
)
from autograd_scalar.testing import gradcheck
from autograd_scalar.train import Boundary, Epoch, History, boundary, fit, fitting, report
from autograd_scalar.train.data import batches
from autograd_scalar.train.forward import outputs, plain
from autograd_scalar.train.history import sparkline
from autograd_scalar.train.outcome import How, outcome

pytestmark = pytest.mark.once


# ----------------------------------------------------------------------------------------------------- demonstrations


@pytest.fixture(scope="module")
def trained_on_moons() -> tuple[Module, list[list[float]], list[int], History]:
    X, Y = moons(100, Random(2))
    model = MLP(2, [16, 16, 1], init=init.uniform(-1.0, 1.0), rng=Random(3))
    history = fit(model, X, Y, loss="hinge", optimiser="SGD", l2=1e-4, epochs=100, lr=lambda k: 1.0 - 0.9 * k / 100)
    return model, X, Y, history


Trained = tuple[Module, list[list[float]], list[int], History]


@pytest.mark.slow
def test_micrograds_demo_reaches_every_point(trained_on_moons: Trained) -> None:
    model, X, Y, history = trained_on_moons
    assert [(score > 0) == (y > 0) for score, y in zip(outputs(model, X), Y, strict=True)] == [True] * 100
    assert len(history) == 100
    assert history[-1].accuracy == 1.0
    assert history.losses[-1] < 0.05 < history.losses[0]
    assert history.learning_rates == [1.0 - 0.9 * k / 100 for k in range(100)]


@pytest.mark.slow
def test_its_boundary_is_drawn_in_characters(trained_on_moons: Trained) -> None:
    model, X, Y, _ = trained_on_moons
    found = boundary(model, X, Y, points=33)
    assert found.wrong == ()
    *lines, axes, key = str(found).split("\n")
    assert {len(line) for line in lines} == {64}
    assert len(lines) == 24
    assert set("".join(lines)) == set("·░○●")
    assert re.fullmatch(r"x₁ across: −\S+ to \S+   x₂ up: −\S+ to \S+", axes)
    assert key == "○ class 0 on ·   ● class 1 on ░   × wrong side: 0 of 100"
    for row, up in zip(found.scores, found.up, strict=True):
        for score, across in zip(row[::16], found.across[::16], strict=True):
            assert score == model([across, up]).data
    worse = boundary(model, X, [-y for y in Y], points=3)
    assert len(worse.wrong) == 100
    assert "× wrong side: 100 of 100" in str(worse)


@pytest.mark.slow
def test_its_boundary_and_history_are_plotted(trained_on_moons: Trained, tmp_path: Any) -> None:
    model, X, Y, history = trained_on_moons
    found = boundary(model, X, [-Y[0], *Y[1:]], points=9)
    for look in ("light", "dark"):
        for plot in (found.plot(look=look), history.plot(look=look)):
            assert all(axes.get_xlabel() and axes.get_ylabel() for axes in plot.figure.axes)
    loss, accuracy, gradients = history.plot().figure.axes
    assert [axes.get_ylabel() for axes in (loss, accuracy, gradients)] == ["loss", "accuracy", "gradient norm"]
    assert gradients.get_yscale() == "log"
    found.plot().save(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert found.plot().written("svg") == found.plot().written("svg")


def test_xor_is_solved() -> None:
    model = MLP(2, [8, 1], activation="tanh")
    history = fit(model, XOR, [0, 1, 1, 0], loss="binary_cross_entropy", lr=0.1)
    assert [score > 0 for score in outputs(model, XOR)] == [False, True, True, False]
    assert history.accuracies[-1] == 1.0


def test_three_classes_and_their_boundary() -> None:
    rng = Random(1)
    X = [[rng.gauss(c, 0.2), rng.gauss((c - 1) ** 2, 0.2)] for c in range(3) for _ in range(10)]
    Y = [c for c in range(3) for _ in range(10)]
    model = MLP(2, [6, 3], rng=rng)
    history = fit(model, X, Y, loss="cross_entropy", lr=0.1, epochs=60, batch=10)
    assert history[-1].accuracy == 1.0
    found = boundary(model, X, Y, points=12)
    assert found.wrong == ()
    assert {score for row in found.scores for score in row} == {0, 1, 2}
    assert "■" not in str(found)
    assert "◆" in str(found)
    assert found.plot().figure.axes[0].get_legend() is not None


@pytest.mark.slow
def test_a_recurrent_network_learns_to_add_and_adds_longer_numbers() -> None:
    rng = Random(1)
    examples = [addition(rng.randrange(16), rng.randrange(16), 5) for _ in range(64)]
    model = Adder(rng)
    history = fit(
        model, [x for x, _ in examples], [y for _, y in examples],
        loss="binary_cross_entropy", lr=0.1, epochs=30, batch=8, max_norm=1.0, rng=rng,
    )  # fmt: skip
    assert history[-1].accuracy == 1.0
    for _ in range(10):
        x, y = addition(rng.randrange(2**20), rng.randrange(2**20), 21)
        assert [score.data > 0 for score in model(x)] == [bit == 1 for bit in y]


# --------------------------------------------------------------------------------------------------------- what it does


def by_hand(epochs: int) -> list[float]:
    """The loop that `fit` stands for."""
    model = MLP(2, [3, 1], activation="tanh", rng=Random(5))
    optimiser = Adam(model, lr=0.01)
    for _ in range(epochs):
        loss = squared_error(model.batch(XOR), [0, 1, 1, 0])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return [parameter.data for parameter in model.parameters()]


def test_it_is_the_loop_that_everyone_writes() -> None:
    model = MLP(2, [3, 1], activation="tanh", rng=Random(5))
    history = fit(model, XOR, [0, 1, 1, 0], epochs=7)
    assert [parameter.data for parameter in model.parameters()] == by_hand(7)
    assert str(history).startswith("Adam, learning rate 0.01; squared error; 4 examples, 7 epochs, all examples in one")
    assert history.accuracies == history.validation_losses == []
    fit(model, XOR, [0, 1, 1, 0], epochs=1)  # gradients left from before are cleared


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_and_its_rate(name: str) -> None:
    model = MLP(2, [3, 1], activation="tanh")
    assert fit(model, XOR, [0, 1, 1, 0], optimiser=name, epochs=1)[0].learning_rate == fitting.RATES[name]
    assert set(fitting.RATES) == set(OPTIMISERS)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_goes_down(name: str) -> None:
    model = MLP(2, [4, 2], activation="tanh")
    Y: list[Any] = [0, 1, 1, 0] if name == "cross_entropy" else [[1, -1], [-1, 1], [-1, 1], [1, -1]]
    if name == "binary_cross_entropy":
        Y = [[1, 0], [0, 1], [0, 1], [1, 0]]
    losses = fit(model, XOR, Y, loss=name, epochs=20, lr=0.05).losses
    assert losses[-1] < losses[0]


def test_a_loss_of_ones_own_that_needs_values() -> None:
    def margin(scores: list[Value], targets: list[float]) -> Any:
        return sum((1 - s * y).relu() for s, y in zip(scores, targets, strict=True))

    model = MLP(2, [3, 1], activation="tanh")
    history = fit(model, XOR, [-1, 1, 1, -1], loss=margin, epochs=5, validation=(XOR, [-1, 1, 1, -1]))
    assert history.losses[-1] < history.losses[0]
    assert len(history.validation_losses) == 5
    assert "; margin;" in history.settings


def test_it_is_deterministic_and_depends_on_the_rng() -> None:
    X, Y = moons(20, Random(1))

    def run(seed: int) -> tuple[History, dict[str, Any]]:
        model = MLP(2, [4, 1], rng=Random(0))
        history = fit(model, X, Y, loss="hinge", epochs=4, batch=6, validation=0.25, rng=Random(seed))
        return history, model.state_dict()

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert "15 examples, 4 epochs, 3 steps an epoch" in run(1)[0].settings
    once = fit(MLP(2, [4, 1], rng=Random(0)), X[:1], Y[:1], loss="hinge", epochs=1).settings
    assert once.endswith("1 example, 1 epoch, one step an epoch")


KINDS: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = [
    ("lists", list, list),
    ("tuples", tuple, tuple),
    ("floats", lambda X: np.array(X, dtype=float), lambda Y: np.array(Y, dtype=float)),
    ("float32", lambda X: np.array(X, dtype=np.float32), lambda Y: np.array(Y, dtype=np.float32)),
    ("rows of arrays", lambda X: [np.array(x) for x in X], lambda Y: [np.int64(y) for y in Y]),
    ("a column", np.array, lambda Y: np.array(Y).reshape(-1, 1)),
]


@pytest.mark.parametrize(("read_X", "read_Y"), [kind[1:] for kind in KINDS], ids=[kind[0] for kind in KINDS])
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_lists_and_arrays_are_read_alike(loss: str, read_X: Any, read_Y: Any) -> None:
    def run(X: Any, Y: Any) -> list[float]:
        model = MLP(2, [3, 1 + (loss == "cross_entropy")], rng=Random(1))
        return fit(model, X, Y, loss=loss, epochs=3).losses

    assert run(read_X(XOR), read_Y([0, 1, 1, 0])) == run(XOR, [0, 1, 1, 0])


def test_single_inputs_and_a_list_of_one_output() -> None:
    line = Linear(1, 1, init="zeros")
    history = fit(line, [1.0, 2.0, 3.0], [[2.0], [4.0], [6.0]], optimiser="SGD", epochs=200)
    assert line.w[0][0].data == pytest.approx(2.0, abs=0.05)
    assert history[-1].loss < 1e-2


def test_the_penalty_is_micrograds_alpha() -> None:
    line = Linear(1, 1, init=init.constant(3.0))
    history = fit(line, [0.0], [0.0], l2=0.1, optimiser=SGD(line, lr=0.5), epochs=1)
    assert history.losses == [pytest.approx(0.9)]
    assert line.w[0][0].data == pytest.approx(3.0 - 0.5 * 0.1 * 2 * 3.0)
    assert "L2 penalty 0.1" in history.settings


def test_gradients_are_clipped_and_their_norm_is_that_before() -> None:
    line = Linear(1, 1, init=init.constant(3.0), bias=False)
    history = fit(line, [1.0], [0.0], optimiser=SGD(line, lr=1.0), epochs=1, max_norm=0.5)
    assert history.gradient_norms == [6.0]
    assert line.w[0][0].data == 2.5


def test_no_example_is_left_alone_in_a_batch() -> None:
    assert [len(part) for part in batches(range(7), 3)] == [3, 4]
    assert [len(part) for part in batches(range(8), 3)] == [3, 3, 2]
    assert [len(part) for part in batches(range(3), 1)] == [1, 1, 1]
    for count in range(1, 30):
        for size in range(1, 12):
            assert [i for part in batches(range(count), size) for i in part] == list(range(count))
    model = Sequential(Linear(2, 3), BatchNorm(3), "relu", Linear(3, 1))
    X, Y = moons(7, Random(0))
    assert len(fit(model, X, Y, batch=3, epochs=2)) == 2


def test_validation_is_measured_in_use_and_changes_nothing() -> None:
    def run(validation: Any) -> tuple[dict[str, Any], History]:
        model = mixed()
        history = fit(model, XOR, [0, 1, 1, 0], loss="binary_cross_entropy", epochs=3, validation=validation)
        assert not any(module.training for _, module in model.modules())
        return model.state_dict(), history

    without, _ = run(None)
    with_it, history = run((XOR, [0, 1, 1, 0]))
    assert without == with_it
    assert all(epoch.validation_accuracy is not None for epoch in history)


def test_patience_goes_back_to_the_best_epoch() -> None:
    line = Linear(1, 1, init="zeros", bias=False)
    seen: list[float] = []
    history = fit(
        line, [1.0], [1.0], optimiser=SGD(line, lr=0.05), epochs=50, patience=3, validation=([1.0], [0.3]),
        callbacks=lambda _: seen.append(line.w[0][0].data),
    )  # fmt: skip
    best = min(range(len(history)), key=history.validation_losses.__getitem__)
    assert len(history) == best + 1 + 3
    assert line.w[0][0].data == seen[best]
    assert history.stopped == (
        f"Stopped after epoch {best + 4}: no lower loss in 3 epochs. The model is that of epoch {best + 1} again."
    )
    assert history.stopped in str(history)


def test_patience_without_validation_keeps_the_model_as_it_is() -> None:
    line = Linear(1, 1, init="zeros", bias=False)
    history = fit(line, [1.0], [1.0], optimiser=SGD(line, lr=1.5), epochs=50, patience=2)
    assert history.stopped == "Stopped after epoch 3: no lower loss in 2 epochs."


def test_the_curves_of_a_regression_and_its_validation_are_plotted() -> None:
    line = Linear(1, 1, rng=Random(0))
    history = fit(line, [1.0, 2.0], [1.0, 3.0], epochs=3, validation=([1.5], [2.0]))
    loss, gradient = history.plot().figure.axes
    assert (loss.get_ylabel(), gradient.get_ylabel()) == ("loss", "gradient norm")
    legend: Any = loss.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]
    assert gradient.get_legend() is None


def test_targets_between_the_classes_have_no_right_side() -> None:
    model = MLP(1, [2, 1], rng=Random(0))
    assert fit(model, [0.0, 1.0], [0.3, 0.8], loss="binary_cross_entropy", epochs=2).accuracies == []
    assert len(fit(model, [0.0, 1.0], [0, 1], loss="binary_cross_entropy", epochs=2).accuracies) == 2


def test_a_loss_that_takes_each_example_and_not_all_says_so_itself() -> None:
    def single(outputs: Any, targets: Any) -> Any:
        if len(targets) > 1:
            raise UsageError("single: give one example")
        return squared_error(outputs, targets)

    with pytest.raises(UsageError, match=r"^Y: single: give one example"):
        fit(Linear(1, 1), [1.0, 2.0], [1.0, 3.0], loss=single)


def test_callbacks_see_each_epoch_and_may_stop() -> None:
    seen: list[Epoch] = []
    history = fit(MLP(2, [2, 1]), XOR, [0, 1, 1, 0], callbacks=[lambda epoch: epoch.number == 3, seen.append], epochs=9)
    assert tuple(seen) == history.epochs
    assert [epoch.number for epoch in history] == [1, 2, 3]
    assert history.stopped == "Stopped by a callback after epoch 3."


class HalfOf(Module):
    """A model of which an optimiser may be given one half only."""

    def __init__(self) -> None:
        self.first, self.second = Linear(2, 1, rng=Random(1)), Linear(2, 1, rng=Random(2))

    def __call__(self, x: Any) -> Any:
        return self.first(x)[0] + self.second(x)[0]


def test_afterwards_the_gradients_are_cleared() -> None:
    def stop(epoch: Epoch) -> None:
        assert any(one.grad for one in model.parameters())
        if epoch.number == 3:
            raise KeyboardInterrupt

    model = HalfOf()
    ways: list[dict[str, Any]] = [{}, {"callbacks": stop}, {"optimiser": SGD(model.first, lr=0.1)}]
    for way in ways:
        fit(model, XOR, [0, 1, 1, 0], epochs=5, **way)
        assert not any(one.reached for one in model.parameters())
    with pytest.raises(AutogradError):
        fit(model, XOR, [0, 1, 1, 0], epochs=500, optimiser="SGD", lr=100)
    assert not any(one.reached for one in model.parameters())
    model = HalfOf()
    fit(model, XOR, [0, 1, 1, 0], epochs=5)
    loss = squared_error([model(x) for x in XOR], [0, 1, 1, 0])
    loss.backward()
    assert model.first.w[0][0].grad == gradients(loss, [model.first.w[0][0]])[0].data


def test_ctrl_c_keeps_the_model_and_the_history(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(epoch: Epoch) -> None:
        if epoch.number == 4:
            raise KeyboardInterrupt

    model = MLP(2, [3, 1], activation="tanh", rng=Random(5))
    history = fit(model, XOR, [0, 1, 1, 0], epochs=7, callbacks=interrupt)
    assert [parameter.data for parameter in model.parameters()] == by_hand(4)
    assert len(history) == 4
    assert history.stopped == "Stopped by Ctrl-C in epoch 5: the model keeps what it has learnt so far."
    assert history.stopped in capsys.readouterr().err
    assert "4 of 7 epochs" in history.settings


# ----------------------------------------------------------------------------------------------------- what goes wrong

BAD: list[tuple[Any, Any, dict[str, Any], str]] = [
    (XOR, [0, 1, 1], {}, "X has 4 examples and Y 3 targets"),
    ([], [], {}, "X is empty"),
    ([[0, 0], [0, 1, 2]], [0, 1], {}, "X is ragged: row 0 has 2 numbers and row 1 has 3 numbers"),
    ([[0, 0], [1]], [0, 1], {}, "X is ragged: row 0 has 2 numbers and row 1 has 1 number;"),
    ([[0, 0], 1], [0, 1], {}, "X is ragged: row 0 has 2 numbers and row 1 is one number"),
    ([[0, 0], []], [0, 1], {}, "X, row 1 is empty"),
    ([[0, 0, 0]], [0], {}, "X has rows of 3 and the model takes 2 numbers"),
    ([[0, math.nan], [0, 1]], [0, 1], {}, "X, row 0, column 1 is nan"),
    ([[0, 0], [-math.inf, 1]], [0, 1], {}, "X, row 1, column 0 is -inf"),
    (np.array([[0, 0], [np.nan, 1]]), [0, 1], {}, "X, row 1, column 0 is nan"),
    (XOR, [0, 1, math.nan, 0], {}, "Y, row 2 is nan"),
    ([[0, "1"]], [0], {}, r"X, row 0, column 1: '1' \(a str\) is not a real number"),
    ([[0, None]], [0], {}, "X, row 0, column 1: None is not a real number"),
    ([[0, 10**400]], [0], {}, "X, row 0, column 1: an int of 1329 bits is beyond the largest float"),
    ([[0, 1]], [10**400], {}, "Y, row 0: an int of 1329 bits is beyond the largest float"),
    ([[0, 1j]], [0], {}, "X, row 0, column 1: 1j"),
    ([None], [0], {}, "X, row 0: None is not a real number"),
    ("ab", [0, 1], {}, "X is a list or an array of examples"),
    ({"a": 1}, [0], {}, "X is a list or an array of examples"),
    (XOR, 5, {}, "Y is a list or an array"),
    (XOR, [[0, 1]] * 4, {}, "Y, row 0: squared_error: the predictions are 1 and the targets 1×2"),
    (XOR, [-1, 1, 0, 1], {"loss": "hinge"}, "Y, row 2: hinge: targets are −1 or 1, and one is 0"),
    (
        XOR,
        [0, 1, 2, 1],
        {"loss": "binary_cross_entropy"},
        "Y, row 2: binary_cross_entropy: targets are between 0 and 1",
    ),
    (XOR, [0, 1, 1, 0], {"loss": "cross_entropy"}, "the model has one output"),
    (XOR, [0, 1, 1, 0], {"loss": "hingee"}, "there is no loss called 'hingee'; did you mean hinge"),
    (XOR, [0, 1, 1, 0], {"loss": "mse"}, "there is no loss called 'mse'; did you mean squared_error"),
    (XOR, [0, 1, 1, 0], {"loss": ["hinge"]}, r"there is no loss called \['hinge'\]"),
    (XOR, [0, 1, 1, 0], {"loss": "none"}, "there are squared_error, absolute_error"),
    (XOR, [0, 1, 1, 0], {"optimiser": "adam"}, r"there is no optimiser called 'adam'; did you mean Adam\?$"),
    ([1.0, 2.0], [0], {}, r"X is a list of examples, and this is one example, of 2 numbers: write \[X\]"),
    ([1.0, 2.0, 3.0], [0], {}, "X has rows of 1 and the model takes 2 numbers"),
    (XOR, [0, 1, 1, 0], {"optimiser": "moon"}, "there are SGD, Adam, AdamW, or one made by hand"),
    (XOR, [0, 1, 1, 0], {"callbacks": 5}, "callbacks are functions of one Epoch, not 5"),
    (XOR, [0, 1, 1, 0], {"callbacks": [len, "stop"]}, "callbacks are functions of one Epoch, not 'stop'"),
    (XOR, [0, 1, 1, 0], {"loss": lambda *_: Value(1.0)}, "does not depend on the model's parameters"),
    (XOR, [0, 1, 1, 0], {"optimiser": SGD(MLP(2, [1]))}, "which is not the model's: was the model made again"),
    (XOR, [0, 1, 1, 0], {"optimizer": "SGD"}, "fit has no argument optimizer=; did you mean optimiser="),
    (XOR, [0, 1, 1, 0], {"learning_rate": 0.1}, "did you mean lr="),
    (XOR, [0, 1, 1, 0], {"epoch": 3}, "did you mean epochs="),
    (XOR, [0, 1, 1, 0], {"zzz": 3}, "it has loss=, optimiser="),
    (XOR, [0, 1, 1, 0], {"epochs": 0}, "epochs is at least 1"),
    (XOR, [0, 1, 1, 0], {"batch": 0}, "batch is at least 1"),
    (XOR, [0, 1, 1, 0], {"batch": 1.5}, "batch is an int"),
    (XOR, [0, 1, 1, 0], {"patience": 0}, "patience is at least 1"),
    (XOR, [0, 1, 1, 0], {"lr": -1.0}, "lr is a finite number"),
    (XOR, [0, 1, 1, 0], {"l2": -1.0}, "l2 is a strength"),
    (XOR, [0, 1, 1, 0], {"validation": 0.01}, "validation=0.01 of 4 examples"),
    (XOR, [0, 1, 1, 0], {"validation": (XOR,)}, r"validation is a pair \(X, Y\)"),
    (
        XOR,
        [0, 1, 1, 0],
        {"validation": (XOR, [0])},
        "X of the validation has 4 examples and Y of the validation 1 target",
    ),
    (XOR, [0, 1, 1, 0], {"rng": 5}, r"rng is a random\.Random"),
    (XOR, [0, 1, 1, 0], {"loss": lambda *_: 1.0}, "the loss is a Value that depends on the model"),
]


@pytest.mark.parametrize(("X", "Y", "options", "message"), BAD, ids=range(len(BAD)))
def test_what_cannot_be_meant_is_refused_and_nothing_moves(
    X: Any, Y: Any, options: dict[str, Any], message: str
) -> None:
    model = MLP(2, [3, 1])
    before = model.state_dict()
    with pytest.raises((UsageError, DomainError, RangeError), match=message):
        fit(model, X, Y, **options)
    assert model.state_dict() == before


def test_labels_out_of_range_are_named_before_anything_moves() -> None:
    model = MLP(2, [3, 3])
    before = model.state_dict()
    for labels, message in (
        ([0, 1, 2, 3], "the label is 3"),
        ([0, 1, 2, -1], "the label is -1"),
        ([0, 1, 2, 0.5], "0.5"),
    ):
        with pytest.raises(UsageError, match=f"Y, row 3: cross_entropy: .*{message}"):
            fit(model, XOR, labels, loss="cross_entropy", batch=1)
    assert model.state_dict() == before


def test_only_a_module_can_be_fitted() -> None:
    with pytest.raises(UsageError, match="fit takes a module"):
        fit(lambda x: x, XOR, [0, 1, 1, 0])  # type: ignore[arg-type]  # the point


def test_a_loss_that_leaves_the_floats_stops_before_the_step() -> None:
    model = Linear(1, 1, init=init.constant(1.0), bias=False)
    seen: list[float] = []
    with pytest.raises(AutogradError) as caught:
        fit(
            model, [1e30], [0.0], optimiser=SGD(model, lr=1e10), epochs=50,
            callbacks=lambda _: seen.append(model.w[0][0].data),
        )  # fmt: skip
    assert model.w[0][0].data == seen[-1]
    assert math.isfinite(seen[-1])
    history = caught.value.history  # type: ignore[attr-defined]  # fit puts it there
    assert len(history) == len(seen) < 50
    assert caught.value.__notes__ == [
        f"in epoch {len(seen) + 1} of fit; the parameters are as they were before this step"
    ]
    assert history.verdict == (
        "Diverged: the loss grew from 10⁶⁰ to 4·10²⁰⁰. The learning rate, 10¹⁰, is probably too large."
    )
    assert "is beyond the largest float" in history.stopped
    assert str(caught.value) == f"{history.verdict} It ended with this: {history.stopped}"


def test_a_loss_that_is_not_a_number_names_where_it_began() -> None:
    def broken(scores: list[Value], _: list[float]) -> Value:
        return scores[0] * math.inf - scores[0] * math.inf

    model = Linear(1, 1, init=init.constant(1.0))
    with pytest.raises(DomainError, match=r"the loss is nan; the first number that is not finite is .*made by mul"):
        fit(model, [1.0], [0.0], loss=broken)
    with pytest.raises(DomainError) as caught:
        fit(model, [1.0], [0.0], loss=broken)
    assert caught.value.__notes__[-1] == BEGIN
    assert model.w[0][0].data == 1.0


BEGIN = "no step was taken yet, so neither another learning rate nor max_norm= helps"


@pytest.mark.parametrize(("loss", "before"), [("hinge", 1e150), ("squared_error", 1e50)])
def test_parameters_that_are_too_large_already_are_named(loss: str, before: float) -> None:
    model = MLP(2, [3, 3, 1], init=init.constant(1.0))
    model.layers[1].w[0][2].data = before
    model.layers[2].w[0][0].data = -1.342e200
    with pytest.raises(AutogradError) as caught:
        fit(model, [[1, 2], [3, 4]], [-1, 1], loss=loss, max_norm=1)
    assert "smaller learning rate" not in str(caught.value)
    assert caught.value.__notes__[-1] == (
        f"{BEGIN}: the parameters are too large already, layers[2].w[0][0] is −1.342·10²⁰⁰; make the model anew"
    )


def test_numbers_in_X_that_are_too_large_are_named() -> None:
    with pytest.raises(AutogradError) as caught:
        fit(MLP(2, [3, 1]), [[1, 2], [-2e200, 4]], [-1, 1])
    assert caught.value.__notes__[-1] == f"{BEGIN}: the numbers in X are too large, up to 2·10²⁰⁰; scale them"


def test_a_gradient_that_is_not_finite_is_named() -> None:
    model = Linear(1, 1, init="zeros", bias=False)
    with pytest.raises(DomainError, match=r"fit: the gradient of w\[0\]\[0\] is inf\. Nothing was changed"):
        fit(model, [1e300], [0.0], loss=lambda s, _: s[0] * 1e10)
    assert model.w[0][0].data == 0.0


# ------------------------------------------------------------------------------------------------------------- the bar


def test_without_tqdm_it_works_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [*(name for name in sys.modules if name.startswith("tqdm")), "tqdm", "tqdm.auto"]:
        monkeypatch.setitem(sys.modules, name, None)
    fitting._say_once.cache_clear()
    for _ in range(2):
        assert len(fit(MLP(2, [2, 1]), XOR, [0, 1, 1, 0], epochs=2, progress=True)) == 2
    assert capsys.readouterr().err.count("pip install tqdm") == 1
    fit(MLP(2, [2, 1]), XOR, [0, 1, 1, 0], epochs=2)  # nobody is looking
    assert capsys.readouterr().err == ""


def test_the_bar_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    fit(MLP(2, [2, 1]), XOR, [-1, 1, 1, -1], loss="hinge", epochs=2, validation=(XOR, [-1, 1, 1, -1]), progress=True)
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert "loss=" in shown
    assert "validation=" in shown
    assert "accuracy=" in shown
    fit(MLP(2, [2, 1]), XOR, [-1, 1, 1, -1], epochs=2, progress=False)
    assert capsys.readouterr().err == ""


# --------------------------------------------------------------------------------------------------------- the history


def test_a_history_prints_as_a_table() -> None:
    epochs = tuple(Epoch(i + 1, 10.0**-i, 0.5, 0.1, accuracy=i / 2) for i in range(3))
    assert str(History(epochs, "SGD", "Stopped.")).split("\n") == [
        "SGD",
        "                first   last    best",
        "loss            1       0.01    0.01 at 3    █▅▁",
        "accuracy        0 %     100 %   100 % at 3   ▁▅█",
        "gradient norm   0.5     0.5",
        "learning rate   0.1     0.1",
        "Stopped.",
    ]
    assert "<table" in History(epochs, "a < b")._repr_html_()
    assert "a &lt; b" in History(epochs, "a < b")._repr_html_()
    assert str(History((), "SGD", "Interrupted.")) == "SGD\nno epoch was finished\nInterrupted."
    with pytest.raises(UsageError, match="nothing to plot"):
        History(()).plot()


def ended(losses: list[float], outputs: list[Any] | None = None, loss: str = "hinge", **more: Any) -> str:
    """The verdict on a training with these losses, for targets of −1 and 1."""
    rest = {"gradient_norm": 1.0, "learning_rate": 0.1} | more
    epochs = [Epoch(i + 1, loss, **rest) for i, loss in enumerate(losses)]
    return outcome(epochs, How(0.1, loss), [-1.0, 1.0], lambda: outputs or [0.0, 9.0])


def test_a_loss_that_grew_is_said_to_and_the_rate_is_named() -> None:
    model = MLP(2, [8, 1], activation="tanh")
    history = fit(model, XOR, [0, 1, 1, 0], loss="binary_cross_entropy", optimiser="SGD", lr=100)
    assert re.fullmatch(
        r"Diverged: the loss grew from 0\.7161 to \d+\.?\d*\. The learning rate, 100, is probably too large\.",
        history.verdict,
    )
    assert str(history).split("\n")[-1] == history.verdict
    assert f"<p>{history.verdict}</p>" in history._repr_html_()
    grew = "Diverged: the loss grew from 1 to 3. The learning rate, 0.1, is probably too large."
    assert ended([1.0, 3.0]) == grew
    assert ended([1.0, 9.0, 2.1, 2.1, 3.0]) == grew
    assert outcome([Epoch(1, 1.0, 1.0, 0.1), Epoch(2, 3.0, 1.0, 0.2)], How(None, "")) == (
        "Diverged: the loss grew from 1 to 3. The learning rate is probably too large."
    )
    for losses in ([1.0], [], [1.0, 1.9], [1.0, 9.0, 1.9, 2.1, 3.0], [-1.0, 5.0], [0.0, 5.0]):  # not so sure
        assert not ended(losses)


@pytest.mark.parametrize(
    ("model", "rate", "output"),
    [
        (MLP(2, [8, 1]), 10, "0.64"),
        (MLP(2, [8, 1]), 1, "0.51"),
        (MLP(2, [8, 1], rng=Random(3)), 5, "0.46"),
        (MLP(2, [2, 1], activation="tanh"), 10, "0.52"),
    ],
)
def test_a_loss_that_rose_on_its_way_for_nothing_names_the_rate(model: MLP, rate: float, output: str) -> None:
    assert re.fullmatch(
        r"Overshot: on its way the loss rose from \S+ to \S+, and it ends at 0\.\d+, with the output about "
        rf"{output} for every example\. The learning rate, {rate}, is probably too large: make the model anew and take "
        r"a smaller rate\.",
        fit(model, XOR, [0, 1, 1, 0], lr=rate).verdict,
    )


def test_what_is_an_overshoot_and_what_is_none() -> None:
    begin = "Overshot: on its way the loss rose from 1 to 11, and it ends at"
    end = "The learning rate, 0.1, is probably too large: make the model anew and take a smaller rate."
    assert ended([1.0, 11.0, 0.6]) == f"{begin} 0.6. {end}"
    assert ended([1.0, 11.0, 0.4], [3.0, 3.0]) == f"{begin} 0.4, with the output about 3 for every example. {end}"
    assert ended([1.0, 11.0] + [0.6] * 12).startswith("Overshot")  # rather than that it stands still
    assert ended([1.0, 11.0, 11.0, 11.0]).startswith("Diverged")
    assert not ended([1.0, 11.0, 0.4])  # it was good for something
    assert not ended([1.0, 9.0, 0.6])
    assert not ended([1.0, 11.0, 0.6], accuracy=1.0)
    assert outcome(
        [Epoch(1, 1.0, 1.0, 0.1), Epoch(2, 11.0, 1.0, 0.2), Epoch(3, 1.0, 1.0, 0.2)], How(None, "")
    ).endswith("The learning rate is probably too large: make the model anew and take a smaller rate.")


def test_a_loss_that_stands_still_is_said_to_and_what_the_model_gives() -> None:
    history = fit(MLP(2, [2, 1], rng=Random(7)), XOR, [0, 1, 1, 0], epochs=300)
    assert re.fullmatch(
        r"Stuck: the loss moved by less than 0\.1 % in the last 2\d\d epochs, and the model gives about 0\.5 for every "
        r"example\. report\(model, X, Y\) shows what its layers do\.",
        history.verdict,
    )
    assert str(history).endswith(history.verdict)
    look = ' report(model, X, Y, loss="hinge") shows what its layers do.'
    still = [1.0] * 10 + [0.5, 0.5004] * 6
    said = "the loss moved by less than 0.1 % in the last 12 epochs"
    assert ended(still) == f"Standing still: {said}, so the training is done, or stuck.{look}"
    assert ended(still, [0.5, 0.55]) == ended(still)
    assert ended(still, [0.49, 0.51]) == f"Stuck: {said}, and the model gives about 0.5 for every example.{look}"
    assert "gives about 0 for every example" in ended(still, [-1e-9, 1e-9])
    assert "gives the same for every example" in ended(still, [[0.5, 1.0], [0.5, 1.01]])
    assert ended(still, [[0.5, 1.0], [0.5, 0.9]]) == ended(still)
    assert ended(still, [0.5, 0.5], loss="").startswith("Standing still: ")
    assert ended(still, [0.5, 0.53], loss="cross_entropy").startswith("Standing still: ")
    assert outcome([Epoch(i, 1.0, 1.0, 0.1) for i in range(12)], How(0.1, "hinge"), [1.0], lambda: [0.5]).startswith(
        "Standing"
    )
    whole = "Standing still: the loss moved by less than 0.1 % in all 12 epochs"
    assert ended([0.5] * 12) == f"{whole}. The learning rate, 0.1, may be too small.{look}"
    assert ended([0.5] * 12, gradient_norm=0.0) == f"{whole}, so the training is done, or stuck.{look}"
    assert ended([0.5] * 12, [0.0, 0.0]).startswith("Stuck: the loss moved by less than 0.1 % in all 12 epochs, and")


def test_a_loss_far_above_that_of_a_constant_is_said_to_be() -> None:
    rng = Random(0)
    X, Y = [[rng.gauss(0.0, 1.0) for _ in range(4)] for _ in range(8)], [0, 1] * 4
    model = MLP(4, [8] * 12 + [1], init=init.normal(1.5), rng=rng)
    verdict = fit(model, X, Y, epochs=10).verdict
    assert re.fullmatch(
        r"Far off: a squared error of \S+ is left, and a constant output, the mean of Y, would leave 0\.25\. "
        r"report\(model, X, Y\) shows what its layers do\.",
        verdict,
    )
    left = report(model, X, Y).loss
    assert left is not None
    assert f" of {number(left, 4)} is left" in verdict

    def said(
        loss: float, outputs: Sequence[Any], targets: Sequence[Any] = (0.0, 1.0), name: str = "squared_error"
    ) -> str:
        epochs = [Epoch(1, 1e9, 1.0, 0.1), Epoch(2, loss, 1.0, 0.1)]
        return outcome(epochs, How(0.1, name), targets, lambda: outputs)

    assert said(9.0, [3.0, 4.0]).startswith("Far off: a squared error of 9 is left")
    assert said(9.0, [[3.0, 4.0], [4.0, 3.0]], [[0.0, 1.0], [1.0, 0.0]]).startswith("Far off: a squared error of 9 is")
    assert not said(9.0, [1.5, 2.5])  # nine times as much is not far, and the rest of the loss a penalty
    assert not said(2.0, [3.0, 4.0])
    assert not said(9.0, [3.0, 4.0], name="absolute_error")
    assert not said(9.0, [3.0, 4.0], [1.0, 1.0])  # what does not vary a constant fits
    assert not said(9.0, [[3.0], [4.0, 4.0]], [[0.0], [1.0, 1.0]])
    assert said(9.0, [[[3.0], [4.0]]] * 2, [[[0.0], [1.0]], [[1.0], [0.0]]])
    epochs = [Epoch(1, 1e9, 1.0, 0.1), Epoch(2, 9.0, 1.0, 0.1)]
    assert not outcome(epochs, How(0.1, "squared_error"), [0.0, 1.0], lambda: [exp(1e3)])  # refused


def test_nothing_is_said_where_it_went_well_or_is_not_sure() -> None:
    still = [1.0] * 10 + [0.5] * 12
    assert not ended(still, accuracy=1.0)
    assert ended(still, accuracy=0.75)
    assert not ended([60.0, *still])  # less than a hundredth is left
    assert ended([60.0, *still], [0.5, 0.5]).startswith("Stuck")  # but all examples have the same output
    assert ended([40.0, *still])
    assert not ended([1.0] + [0.5] * 9)  # nine epochs are not many
    assert not ended([1.0] * 40 + [0.5] * 12)  # twelve of fifty-two are not a quarter
    assert not ended([1.0] * 10 + [0.5, 0.501] * 10)
    assert not fit(MLP(2, [8, 1], activation="tanh"), XOR, [0, 1, 1, 0], loss="binary_cross_entropy", lr=0.1).verdict
    assert str(History((), "SGD", "Interrupted.", "Bad.")) == "SGD\nno epoch was finished\nInterrupted.\nBad."


@pytest.mark.parametrize("columns", [50, 60, 80])
def test_a_history_fits_a_narrow_window_and_no_curve_is_broken(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLP(2, [4, 1], activation="tanh")
    history = fit(
        model, XOR, [0, 1, 1, 0], loss="binary_cross_entropy", epochs=40, validation=(XOR, [0, 1, 1, 0]), patience=1,
        lr=lambda epoch: 0.1 / (epoch + 1), batch=3, max_norm=1.0,
    )  # fmt: skip
    whole = str(history)
    curves = {word for word in whole.split() if set(word) <= set("▁▂▃▄▅▆▇█")}
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = str(history)
    assert max(map(len, shown.splitlines())) <= columns
    assert curves
    assert curves <= set(shown.split())
    assert set(shown.split()) == set(whole.split())


@pytest.mark.parametrize("columns", [20, 63, 64, 200])
def test_a_boundary_fits_a_narrow_window(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Linear(2, 1, init=init.constant(1.0), bias=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = str(boundary(model, XOR, [0, 1, 1, 1])).splitlines()
    width = min(columns, 64)
    rows = [line for line in lines if set(line) <= set("·░○●×")]
    assert {len(row) for row in rows} == {width}
    assert len(rows) == round(24 * width / 64)
    assert max(map(len, lines)) <= columns
    assert "".join(rows).count("●") == 3
    assert rows[0][-1] == "░"
    assert rows[-1][0] == "·"


def test_a_boundary_says_what_lies_across_and_up(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Linear(2, 1, init=init.constant(1.0), bias=False)
    plain, named = (boundary(model, XOR, [0, 1, 1, 1], names=names) for names in (("x₁", "x₂"), ["age", "height"]))
    assert plain == boundary(model, XOR, [0, 1, 1, 1])
    assert str(plain).splitlines()[-2] == "x₁ across: −0.12 to 1.12   x₂ up: −0.12 to 1.12"
    assert str(named).splitlines()[-2] == "age across: −0.12 to 1.12   height up: −0.12 to 1.12"
    monkeypatch.setenv("COLUMNS", "20")
    lines = str(plain).splitlines()
    assert max(map(len, lines)) == 20
    assert "x₁ across: −0.12 to 1.12 x₂ up: −0.12 to 1.12" in " ".join(" ".join(lines).split())
    for found, names in ((plain, ("x₁", "x₂")), (named, ("age", "height"))):
        (axes,) = found.plot().figure.axes
        assert (axes.get_xlabel(), axes.get_ylabel()) == names
    for wrong in ("ab", ("x",)):
        with pytest.raises(UsageError, match=r'names are those of the two inputs, such as \("age", "height"\), not'):
            boundary(model, XOR, [0, 1, 1, 1], names=wrong)


def test_sparklines() -> None:
    assert sparkline([1.0, 1.0]) == "▁▁"
    assert sparkline([1.0, math.inf]) == "▁▁"
    assert len(sparkline([float(i) for i in range(1000)])) == 24
    assert sparkline([1.0, 10.0, 100.0]) == "▁▅█"  # by its logarithm
    assert sparkline([1.0, 2.0, 9.0]) == "▁▂█"


# --------------------------------------------------------------------------------------------------------- plain floats


class Own(Module):
    """A layer that only Values go through."""

    def __init__(self) -> None:
        self.w = {"a": (Value(2.0), [Value(-1.0)])}
        self.dropout = Dropout(0.5, rng=Random(1))

    def __call__(self, x: Any) -> Any:
        (y,) = self.dropout([(self.w["a"][0] * x[0] + self.w["a"][1][0] * x[1])])
        return y.tanh()


def test_a_plain_model_gives_the_same_numbers_and_leaves_the_model() -> None:
    model = mixed(2)
    expected = [[one.data for one in model.eval()(x)] for x in XOR]
    model.train()
    assert outputs(model, XOR) == expected
    assert all(module.training for _, module in model.modules())
    assert all(isinstance(parameter, Value) for parameter in model.parameters())
    assert isinstance(plain(MLP(2, [3, 1]))([1.0, 2.0]), float)


def test_a_layer_that_is_used_twice_is_one_layer_in_the_plain_model_too() -> None:
    twice = Linear(2, 2, rng=Random(0))
    model = Sequential(twice, "tanh", twice)
    copied: Any = plain(model)
    assert copied([0.5, -1.0]) == [one.data for one in model([0.5, -1.0])]
    assert copied.layers[0] is copied.layers[2]


def test_a_layer_that_needs_values_gets_them() -> None:
    model = Own()
    assert outputs(model, [[1, 1]]) == [math.tanh(1.0)]
    assert model.training
    assert model.dropout.training


# ------------------------------------------------------------------------------------------------------- the boundary


def test_what_has_no_boundary() -> None:
    with pytest.raises(UsageError, match="boundary takes a module"):
        boundary(5, XOR, [0, 1, 1, 0])  # type: ignore[arg-type]  # the point
    with pytest.raises(UsageError, match="a plane has two inputs"):
        boundary(MLP(3, [1]), [[1, 2, 3]], [1])
    with pytest.raises(UsageError, match="Y, row 1: the class is 5, and the classes are 0 to 1"):
        boundary(MLP(2, [1]), [[1, 2], [3, 4]], [1, 5])


@pytest.mark.slow
def test_the_threshold_and_one_point() -> None:
    line = Linear(2, 1, init="zeros")
    line.w[0][0].data = 1.0
    found = boundary(line, [[0.0, 0.0], [1.0, 0.0], [0.4, 1.0]], [0, 1, 1], threshold=0.5)
    assert found.found == (0, 1, 0)
    assert found.wrong == (2,)
    alone = boundary(line, [[1.0, 1.0]], [1])
    assert isinstance(alone, Boundary)
    legend: Any = alone.plot().figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["class 1"]
    probabilities = boundary(MLP(2, [2], rng=Random(0)), XOR, [[1, 0], [0, 1], [0, 1], [1, 0]], points=5)
    assert probabilities.targets == (0, 1, 1, 0)
    assert str(probabilities)
    assert len(probabilities.plot().figure.axes) == 1


def test_a_plot_is_written_by_save_and_the_error_says_so() -> None:
    model = MLP(2, [3, 1])
    plots = [
        (boundary(model, XOR, [0, 1, 1, 0]).plot, "boundary(model, X, Y)"),
        (fit(model, XOR, [0, 1, 1, 0], epochs=2).plot, "history"),
        (report(model, XOR).plot, "report(model, X, Y)"),
        (gradcheck(lambda x: x * x, 2.0).plot, "gradcheck(f, x)"),
    ]
    for plot, called in plots:
        told = f"plot: 'b.png' is one argument too many; write {called}.plot().save(\"plot.png\")"
        with pytest.raises(UsageError, match=re.escape(told)):
            plot("b.png")  # type: ignore[call-arg]  # the point
