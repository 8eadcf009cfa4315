"""Losses: PyTorch's values and gradients, digits far out, and what is refused. Row G4."""

from __future__ import annotations

import math
from typing import Any

import pytest
from torch_reference import (
    CHANCES,
    DISTRIBUTIONS,
    LABELS,
    SCORES,
    SIDES,
    SOURCES,
    TARGETS,
    assert_equal,
    data,
    grads,
    reference,
    values,
)

from autograd_scalar import DivisionError, UsageError, Value, functions
from autograd_scalar.nn import (
    LOSSES,
    MLP,
    absolute_error,
    binary_cross_entropy,
    cross_entropy,
    hinge,
    huber,
    kl_divergence,
    l1_penalty,
    l2_penalty,
    squared_error,
)

CASES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "squared_error": (squared_error, TARGETS, {}),
    "half squared_error": (squared_error, TARGETS, {"half": True}),
    "sum squared_error": (squared_error, TARGETS, {"reduction": "sum"}),
    "absolute_error": (absolute_error, TARGETS, {}),
    "huber": (huber, TARGETS, {}),
    "huber 0.3": (huber, TARGETS, {"delta": 0.3}),
    "hinge": (hinge, SIDES, {}),
    "binary_cross_entropy": (binary_cross_entropy, CHANCES, {}),
    "cross_entropy": (cross_entropy, LABELS, {}),
    "sum cross_entropy": (cross_entropy, LABELS, {"reduction": "sum"}),
    "soft cross_entropy": (cross_entropy, DISTRIBUTIONS, {}),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", CASES)
def test_every_loss_is_pytorchs(name: str, source: str) -> None:
    loss, targets, settings = CASES[name]
    scores = values(SCORES)
    result = loss(scores, targets, **settings)
    result.backward()
    theirs = reference(source)[name]
    assert_equal(result.data, theirs["loss"])
    assert_equal(grads(scores), theirs["dscores"])
    assert loss(SCORES, targets, **settings) == pytest.approx(theirs["loss"], rel=1e-12)  # floats in, a float out


@pytest.mark.parametrize("source", SOURCES)
def test_kl_divergence_is_pytorchs(source: str) -> None:
    theirs = reference(source)["kl_divergence"]
    scores = values(SCORES)
    result = functions.sum([kl_divergence(p, logits=row) for p, row in zip(DISTRIBUTIONS, scores, strict=True)])
    result.backward()
    assert_equal(result.data, theirs["loss"])
    assert_equal(grads(scores), theirs["dscores"])
    again = values(SCORES)
    softmaxed = [kl_divergence(p, functions.softmax(row)) for p, row in zip(DISTRIBUTIONS, again, strict=True)]
    functions.sum(softmaxed).backward()
    assert_equal(grads(again), theirs["dscores"])


def test_every_named_loss_is_compared_above() -> None:
    assert set(LOSSES.values()) == {loss for loss, _, _ in CASES.values()}


# --------------------------------------------------------------------------------------------------- one number alone


def test_of_two_numbers_the_loss_is_the_one_term() -> None:
    a = Value(7.0)
    loss = squared_error(a, 5)
    assert loss.op == "pow"
    loss.backward()
    assert (loss.data, a.grad) == (4.0, 4.0)
    half = squared_error(a, 5, half=True)
    a.zero_grad()
    half.backward()
    assert (half.data, a.grad) == (2.0, 2.0)


@pytest.mark.parametrize(("error", "loss", "slope"), [(0.5, 0.125, 0.5), (1.0, 0.5, 1.0), (-3.0, 2.5, -1.0)])
def test_huber_within_at_and_beyond_delta(error: float, loss: float, slope: float) -> None:
    a = Value(error)
    result = huber(a, 0.0)
    result.backward()
    assert (result.data, a.grad) == (loss, slope)


def test_softmax_slope_is_p_minus_1_at_the_label() -> None:
    scores = values([1.4, 0.1])
    cross_entropy(scores, 0).backward()
    p = functions.softmax([1.4, 0.1])
    assert grads(scores) == pytest.approx([p[0] - 1, p[1]], rel=1e-14)
    assert sum(grads(scores)) == pytest.approx(0.0, abs=1e-16)


# -------------------------------------------------------------------------------------------------- digits, far out


@pytest.mark.parametrize(
    ("scores", "label", "loss", "slopes"),
    [
        ([1000.0, 0.0], 0, 0.0, [0.0, 0.0]),
        ([1000.0, 0.0], 1, 1000.0, [1.0, -1.0]),
        ([40.0, 0.0], 0, 4.248354255291589e-18, [-4.248354255291589e-18, 4.248354255291589e-18]),
        ([-1e308, 1e308], 1, 0.0, [0.0, 0.0]),
        ([1e300, 1e300], 0, math.log(2), [-0.5, 0.5]),
    ],
)
def test_cross_entropy_keeps_its_digits(scores: list[float], label: int, loss: float, slopes: list[float]) -> None:
    leaves = values(scores)
    result = cross_entropy(leaves, label)
    result.backward()
    assert result.data == pytest.approx(loss, rel=1e-14, abs=0.0)
    assert grads(leaves) == pytest.approx(slopes, rel=1e-14, abs=0.0)


@pytest.mark.parametrize(
    ("score", "target", "loss", "slope"),
    [
        (800.0, 1, 0.0, 0.0),
        (800.0, 0, 800.0, 1.0),
        (-800.0, 1, 800.0, -1.0),
        (40.0, 1, 4.248354255291589e-18, -4.248354255291589e-18),
        (0.0, 0.5, math.log(2), 0.0),
    ],
)
def test_binary_cross_entropy_keeps_its_digits(score: float, target: float, loss: float, slope: float) -> None:
    s = Value(score)
    result = binary_cross_entropy(s, target)
    result.backward()
    assert result.data == pytest.approx(loss, rel=1e-14, abs=0.0)
    assert s.grad == pytest.approx(slope, rel=1e-14, abs=1e-300)


def test_targets_may_be_values_and_receive_gradients() -> None:
    y = Value(0.25)
    binary_cross_entropy(2.0, y).backward()
    assert y.grad == pytest.approx(-2.0, rel=1e-15)
    q = values([0.25, 0.75])
    cross_entropy([2.0, 0.0], q).backward()
    assert q[1].grad - q[0].grad == pytest.approx(2.0, rel=1e-15)


# --------------------------------------------------------------------------------------------------------- penalties


def test_the_half_is_the_difference_between_two_weight_decays() -> None:  # G4, from the state of row E
    ws = [Value(5.0) for _ in range(3)]
    loss = (ws[2] * (ws[1] * ws[0].relu()).relu()).relu() ** 2 / 2
    (loss + l2_penalty(ws, 0.1, half=True)).backward()
    assert [w.grad for w in ws] == [3125.5] * 3
    for w in ws:
        w.zero_grad()
    l2_penalty(ws, 0.1).backward()
    assert [w.grad for w in ws] == [1.0] * 3


def test_penalties_of_a_model() -> None:
    model = MLP(2, [2, 1])
    numbers = [p.data for p in model.parameters()]
    assert l1_penalty(model, 0.5).data == pytest.approx(0.5 * sum(map(abs, numbers)), rel=1e-15)
    assert l2_penalty(model, 0.5).data == pytest.approx(0.5 * sum(x * x for x in numbers), rel=1e-15)
    zero = Value(0.0)
    l1_penalty([zero], 0.5).backward()
    assert zero.grad == 0.0


def test_kl_divergence_is_zero_between_equals_and_counts_no_zeros() -> None:
    assert kl_divergence([0.0, 0.25, 0.75], [0.0, 0.25, 0.75]) == 0.0
    p = values([0.25, 0.75])
    kl_divergence(p, [0.5, 0.5]).backward()
    assert grads(p) == pytest.approx([math.log(0.5) + 1, math.log(1.5) + 1], rel=1e-14)
    with pytest.raises(DivisionError):
        kl_divergence([0.5, 0.5], [0.0, 1.0])


# ---------------------------------------------------------------------------------------------------------- bad input


REFUSED: list[tuple[Any, str]] = [
    (lambda: squared_error([1.0], [1.0, 2.0]), "the predictions are 1 and the targets 2"),
    (lambda: squared_error([[1.0], [2.0]], [1.0, 2.0]), "the predictions are 2×1 and the targets 2"),
    (lambda: squared_error([[1.0], [2.0, 3.0]], [[1.0, 2.0], [3.0]]), "1, 2 and the targets 2, 1"),
    (lambda: squared_error(1.0, [1.0]), "the predictions are a number and the targets 1"),
    (lambda: absolute_error([], []), "there are no predictions"),
    (lambda: squared_error([1.0], ["1"]), "not a sequence of numbers"),
    (lambda: squared_error([1.0], [1.0], reduction="max"), "'mean' or 'sum', not 'max'"),
    (lambda: hinge([1.0], [0]), "targets are −1 or 1, and one is 0"),
    (lambda: huber(1.0, 0.0, delta=0.0), "delta is positive"),
    (lambda: binary_cross_entropy([1.0], [2]), "between 0 and 1, and one is 2"),
    (lambda: binary_cross_entropy([1.0], [math.nan]), "between 0 and 1, and one is nan"),
    (lambda: cross_entropy([], 0), "there are no logits"),
    (lambda: cross_entropy([1.0, 2.0], 2), "the label is 2, and the classes are 0 to 1"),
    (lambda: cross_entropy([1.0, 2.0], -1), "the label is -1, and the classes are 0 to 1"),
    (lambda: cross_entropy([[1.0, 2.0], [1.0, 2.0]], [0, 5]), "the label in row 1 is 5"),
    (lambda: cross_entropy([[1.0, 2.0]], [0, 1]), "1 examples and 2 targets"),
    (lambda: cross_entropy([1.0, 2.0], 1.0), "a label is an int"),
    (lambda: cross_entropy([[1.0, 2.0], [1.0]], [0, 0]), "row 0 has 2 scores and row 1 has 1"),
    (lambda: cross_entropy([1.0, 2.0], [math.nan, 1.0]), "add up to nan"),
    (lambda: cross_entropy([1.0, 2.0], True), "a label is an int"),
    (lambda: cross_entropy([1.0, 2.0], "a"), "a label is an int"),
    (lambda: cross_entropy([1.0, 2.0], [1.0]), "2 scores and 1 probabilities"),
    (lambda: cross_entropy([1.0, 2.0], [0.5, 0.6]), "add up to 1.1"),
    (lambda: cross_entropy([1.0, 2.0], [-0.5, 1.5]), "is negative"),
    (lambda: kl_divergence([1.0], [1.0], logits=[1.0]), "either q or logits"),
    (lambda: kl_divergence([0.5, 0.5], [1.0]), "2 and 1 probabilities"),
    (lambda: l2_penalty([], 0.1), "there are no parameters"),
    (lambda: l2_penalty([Value(1.0) * 2], 0.1), "is the result of mul"),
]


@pytest.mark.parametrize(("act", "message"), REFUSED, ids=range(len(REFUSED)))
def test_bad_targets(act: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        act()


def test_data_of_a_refused_loss_is_as_it_was() -> None:
    scores = values([1.0, 2.0])
    with pytest.raises(UsageError):
        cross_entropy(scores, 2)
    assert data(scores) == [1.0, 2.0]
