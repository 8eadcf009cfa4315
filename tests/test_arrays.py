"""NumPy arrays of Values, plain ones and `values`: numbers as NumPy's, gradients as the engine's, nothing lost."""

# ruff: noqa: E501  # an error is one line, as it is read

from __future__ import annotations

import copy
import itertools
import math
import pickle
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_scalar
from autograd_scalar import (
    AutogradError,
    DivisionError,
    DomainError,
    ShapeError,
    UsageError,
    Value,
    arrays,
    custom,
    functions,
    op,
    train,
    values,
)
from autograd_scalar.arrays.elementwise import records
from autograd_scalar.ops import table


def plain(numbers: Any) -> Any:
    """An ordinary object array of Values."""
    array = np.empty(np.shape(numbers), dtype=object)
    for index in np.ndindex(array.shape):
        array[index] = Value(float(np.asarray(numbers)[index]))
    return array


def grads(array: Any) -> Any:
    return np.array([node.grad for node in array.ravel()]).reshape(array.shape)


def numbers(array: Any) -> Any:
    return np.array([functions.add(x, 0.0).data if isinstance(x, Value) else x for x in np.ravel(array)]).reshape(
        np.shape(array)
    )


both = pytest.mark.parametrize("make", [plain, values], ids=["plain", "values"])


# ------------------------------------------------------------------------------------------- the two-layer network

SMOOTH, KINK = [0.0, 0.6, 0.4], [0.0, 0.5, 0.5]


class Network:
    """The forward pass and the backward pass as they are printed in the paper."""

    def __init__(self, make: Any, bias: Any) -> None:
        self.X = X = make([[1, 2], [-1, 0.5], [0, -1]])
        self.W1 = W1 = make([[0.5, -1, 1], [0.25, 0.5, -0.75]])
        self.b1 = b1 = make(bias)
        self.W2 = W2 = make([[1, -1], [0.5, 2], [-1.5, 1]])
        self.b2 = b2 = make([0.1, -0.1])
        y = [0, 1, 1]
        N = 3

        y1 = X.dot(W1) + b1
        h1 = np.maximum(0, y1)
        y2 = h1.dot(W2) + b2
        scores = y2
        exp_scores = np.exp(scores)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
        correct_logprobs = -np.log(probs[range(N), y])
        loss = np.sum(correct_logprobs) / N

        self.y1, self.h1, self.y2, self.losses, self.loss, self.p = y1, h1, y2, correct_logprobs, loss, probs.copy()
        loss.backward()
        self.dy2_of_engine = grads(y2)

        dy2 = probs
        dy2[range(N), y] -= 1
        dy2 /= N
        dW2 = h1.T.dot(dy2)
        db2 = np.sum(dy2, axis=0)
        dh1 = dy2.dot(W2.T)
        self.dy1_printed = dh1 * (y1 >= 0)
        self.dy1 = dh1 * (y1 > 0)
        self.dy2, self.dW2, self.db2, self.dh1 = dy2, dW2, db2, dh1


def near(x: Any) -> Any:
    return pytest.approx(np.asarray(x, dtype=float), rel=1e-12, abs=1e-15)


@both
def test_p_the_forward_pass_as_printed(make: Any) -> None:
    net = Network(make, SMOOTH)
    assert [a.shape for a in (net.X, net.W1, net.b1, net.h1, net.W2, net.y2, net.b2)] == [
        (3, 2), (2, 3), (3,), (3, 3), (3, 2), (3, 2), (2,),
    ]  # fmt: skip
    assert numbers(net.y1) == near([[1, 0.6, -0.1], [-0.375, 1.85, -0.975], [-0.25, 0.1, 1.15]])
    assert numbers(net.y2) == near([[1.4, 0.1], [1.025, 3.6], [-1.575, 1.25]])
    assert numbers(net.p)[:, 0] == near([0.78583498304255861, 0.070764811856140789, 0.055988079061821668])
    assert numbers(net.losses) == near([0.24100845383299221, 0.073393409513346356, 0.057616484803893259])
    assert net.loss.data == near(0.12400611605007727)
    # The formula in the paper's text has no logarithm: its mean is another number.
    assert np.mean(numbers(net.p)[range(3), [0, 1, 1]]) == near(0.88636069737479985)


@both
def test_p_the_gradients_of_the_fixture(make: Any) -> None:
    net = Network(make, SMOOTH)
    first = [-0.071388338985813796, 0.023588270618713596, 0.018662693020607223]
    assert net.dy2_of_engine == near(np.transpose([first, np.negative(first)]))
    dW2 = [-0.071388338985813796, 0.0026715665551925983, 0.021462096973698306]
    assert grads(net.W2) == near(np.transpose([dW2, np.negative(dW2)]))
    assert grads(net.b2) == near([-0.029137375346492977, 0.029137375346492977])
    assert grads(net.W1) == near(
        [
            [-0.14277667797162759, 0.14246491440679109, 0],
            [-0.28555335594325518, 0.22446785352431702, 0.046656732551518057],
        ]
    )
    assert grads(net.b1) == near([-0.14277667797162759, 0.043706063019739465, -0.046656732551518057])
    assert grads(net.X) == near(
        [
            [-0.17847084746453449, 0.017847084746453449],
            [0.035382405928070395, -0.017691202964035197],
            [-0.018662693020607223, 0.020995529648183126],
        ]
    )


def test_p_the_gradient_of_the_hidden_layer() -> None:
    net = Network(values, SMOOTH)
    expected = [
        [-0.14277667797162759, 0.10708250847872069, 0.17847084746453449],
        [0.047176541237427193, -0.035382405928070395, -0.058970676546783991],
        [0.037325386041214446, -0.027994039530910834, -0.046656732551518057],
    ]
    assert net.h1.grad == near(expected)
    assert net.y1.grad == near(np.where(net.y1.data > 0, expected, 0))
    assert numbers(net.dh1) == near(expected)


@both
def test_p_the_backward_pass_as_printed_agrees(make: Any) -> None:
    net = Network(make, SMOOTH)
    assert numbers(net.dy2) == near(net.dy2_of_engine)
    assert numbers(net.dy2).sum(axis=1) == near([0, 0, 0])
    assert numbers(net.dW2) == near(grads(net.W2))
    assert numbers(net.db2) == near(grads(net.b2))
    assert numbers(net.X.T.dot(net.dy1_printed)) == near(grads(net.W1))
    assert numbers(np.sum(net.dy1_printed, axis=0)) == near(grads(net.b1))
    assert numbers(net.dy1_printed.dot(net.W1.T)) == near(grads(net.X))


@both
def test_p_at_the_kink_the_slope_is_zero_and_the_paper_s_code_takes_one(make: Any) -> None:
    net = Network(make, KINK)
    assert net.loss.data == near(0.11592591153798683)
    assert [net.y1[0, 2].data, net.y1[2, 1].data] == [0.0, 0.0]
    W1 = grads(net.W1)
    assert [W1[0, 2], W1[1, 1], W1[1, 2]] == near([0, 0.16968004611191972, 0.042442891877452942])
    assert grads(net.b1) == near([-0.12666771067687532, 0.054357743200869986, -0.042442891877452942])
    assert numbers(net.X.T.dot(net.dy1)) == near(W1)
    printed = numbers(net.X.T.dot(net.dy1_printed))
    assert [printed[0, 2], printed[1, 1], printed[1, 2]] == near(
        [0.15833463834609415, 0.19514578123839149, 0.35911216856964123]
    )
    assert numbers(np.sum(net.dy1_printed, axis=0)) == near(
        [-0.12666771067687532, 0.028892008074398221, 0.1158917464686412]
    )


def test_p_why_names_the_kink() -> None:
    net = Network(values, KINK)
    W1, y1, loss = net.W1.named("W1"), net.y1.named("y1"), net.loss
    told = str(loss.why(y1[0, 2])).replace("₁", "1")
    assert "is on its kink, 0 = y1[0][2]: the slope taken is 0, of [0, 1]" in told
    told = str(loss.why(W1[0, 2])).replace("₁", "1")
    assert "dloss/dW1[0][2] = 0" in told
    assert "(y1[0][2] = 0" in told
    kinks = str(loss.kinks()).replace("₁", "1")
    assert "y1[0][2]" in kinks
    assert "y1[2][1]" in kinks


@pytest.mark.parametrize(
    ("place", "expected"),
    [(("W1", (0, 2)), 0.0791673), (("W1", (1, 1)), 0.1824129), (("W1", (1, 2)), 0.20077753),
     (("b1", (1,)), 0.0416249), (("b1", (2,)), 0.03672443)],
)  # fmt: skip
def test_p_a_central_difference_at_the_kink_is_between_the_slopes(place: Any, expected: float) -> None:
    name, index = place

    def loss(h: float) -> float:
        X, W1 = np.array([[1, 2], [-1, 0.5], [0, -1]]), np.array([[0.5, -1, 1], [0.25, 0.5, -0.75]])
        b1 = np.array(KINK)
        {"W1": W1, "b1": b1}[name][index] += h
        y2 = np.maximum(0, X @ W1 + b1) @ np.array([[1, -1], [0.5, 2], [-1.5, 1]]) + [0.1, -0.1]
        return float(np.mean(np.log(np.exp(y2).sum(axis=1)) - y2[range(3), [0, 1, 1]]))

    assert (loss(1e-7) - loss(-1e-7)) / 2e-7 == pytest.approx(expected, abs=1e-7)


def test_p_without_a_shift_a_large_score_is_refused_by_name_not_nan() -> None:
    scores = values([[710.0, 0.0]], label="s")
    with pytest.raises(AutogradError, match=r"np\.exp, element \[0, 0\]: exp\(s\[0\]\[0\]\) is beyond"):
        np.exp(scores)
    shifted = np.exp(scores - np.max(scores.data))
    assert (shifted / np.sum(shifted)).data == near([[1, 0]])


@both
def test_p_a_bias_as_a_column_is_refused_or_silently_wrong(make: Any) -> None:
    column = make([[0.1], [-0.1]])
    with pytest.raises(ValueError, match=r"broadcast|do not fit"):
        make(np.zeros((3, 2))) + column
    assert numbers(make(np.zeros((2, 2))) + column).tolist() == [[0.1, 0.1], [-0.1, -0.1]]
    assert numbers(make(np.zeros((2, 2))) + make([0.1, -0.1])).tolist() == [[0.1, -0.1], [0.1, -0.1]]


def test_p_one_weight_reaches_one_column_of_scores() -> None:
    net = Network(values, SMOOTH)
    h1, W2 = net.h1, net.W2
    for q in range(2):
        for p in range(3):
            net.y2.zero_grad()
            net.y2[p, q].backward()
            expected = np.zeros((3, 2))
            expected[:, q] = h1.data[p]
            assert W2.grad.tolist() == expected.tolist()


def test_p_the_jacobian_of_relu_is_diagonal_for_a_vector_and_for_a_matrix() -> None:
    for shape in ((4,), (2, 3)):
        x = values(np.linspace(-1, 1.5, math.prod(shape)).reshape(shape))
        y = np.maximum(0, x)
        rows = []
        for one in y.ravel():
            x.zero_grad()
            one.backward()
            rows.append(x.grad.ravel())
        assert np.array(rows).tolist() == np.diag((x.data > 0).astype(float).ravel()).tolist()


# ---------------------------------------------------------------------------------------- plain arrays of objects


def test_plain_arrays_compute_on_both_sides() -> None:
    o, v = plain([[1.0, 2.0], [3.0, 4.0]]), Value(2.0)
    f = np.array([0.5, -1.0])
    half: Any = np.float32(0.5)
    two: Any = np.int64(2)
    yes: Any = np.bool_(True)
    results: list[tuple[Any, Any]] = [
        (np.float64(2) * v, 4.0), (v * half, 1.0), (two - v, 0.0), (yes * v, 2.0),
        (f * v, f * 2), (v * f, f * 2), (f - v, f - 2), (v**f, 2.0**f), (np.float64(3) * o, 3 * numbers(o)),
        (o @ f, numbers(o) @ f), (f @ o, f @ numbers(o)), (o.dot(o), numbers(o) @ numbers(o)),
        (np.exp(o), np.exp(numbers(o))), (np.log(o), np.log(numbers(o))), (np.tanh(o), np.tanh(numbers(o))),
        (np.sqrt(o), np.sqrt(numbers(o))), (np.sum(o, axis=0), [4, 6]), (np.mean(o), 2.5), (o[o > 2], [3, 4]),
        (o * (o > 2), [[0, 0], [3, 4]]), (np.maximum(2.5, o), [[2.5, 2.5], [3, 4]]), (o + f, numbers(o) + f),
    ]  # fmt: skip
    for result, expected in results:
        assert numbers(result) == near(expected)


def test_plain_arrays_only_compare_where_values_record() -> None:
    o, X = plain([-1.0, 2.0]), values([-1.0, 2.0])
    assert np.maximum(0, o).tolist() == [0, o[1]]
    assert np.maximum(0, o)[1] is o[1]
    assert np.where(o > 0, o, 0)[1] is o[1]
    assert [x.op for x in np.maximum(0, X)] == ["max", "max"]
    assert [x.op for x in np.where(X > 0, X, 0)] == ["where", "where"]
    assert "plain" in str(arrays.__doc__)


# ------------------------------------------------------------------------------------------ which row is recorded


def _sample(row: Any) -> list[float]:
    """Numbers at which an operation of scalars has a value."""
    for numbers_tried in ([0.6, 0.4, 0.3], [1.6, 1.4, 1.3]):
        try:
            getattr(functions, row.name)(*numbers_tried[: len(row.operands)])
        except AutogradError:
            continue
        return numbers_tried[: len(row.operands)]
    raise AssertionError(row)


RECORDED = [name for name in table if records(name) is not None]


def test_the_rows_that_numpy_has_a_function_for() -> None:
    assert {"add", "sub", "mul", "div", "neg", "abs", "pow", "exp", "log", "tanh", "acos", "atan2", "cbrt"} <= {
        *RECORDED
    }
    assert len(RECORDED) > 25


@pytest.mark.parametrize("name", RECORDED)
def test_numpy_s_function_records_the_row(name: str) -> None:
    ufunc, sample = records(name), _sample(table[name])
    assert ufunc is not None
    own = [values([x, x]) for x in sample]
    result: Any = ufunc(*own)
    assert [x.op for x in result] == [name] * 2
    assert result.data == near([float(ufunc(*sample))] * 2)
    assert result[1].parents == tuple(x[1] for x in own)


def test_a_row_that_a_user_adds_is_recorded_by_the_function_of_its_name() -> None:
    X = values([1.0, 2.0])
    with pytest.raises(UsageError, match=r"np\.spacing is no operation of the table"):
        np.spacing(X)
    op("sinc(x)", "sin(x) / x", "cos(x) / x - sin(x) / x**2")
    op("fabs(x)", "x if x > 0 else -x", "1 if x > 0 else -1")
    assert [x.op for x in np.fabs(X)] == ["fabs", "fabs"]
    answers = iter([None])
    custom(lambda x: x if next(answers, x) else math.sqrt(-1), lambda x: x, name="rint")
    with pytest.raises(DomainError, match=r"^rint\(X\[0\]\) cannot be computed at X\[0\] = 1: .* ValueError"):
        np.rint(X)  # asked again for the place, it does not refuse


@pytest.mark.parametrize(
    ("compute", "row"),
    [
        (lambda X: np.maximum(0, X), "max"), (lambda X: np.minimum(X, 1), "min"), (lambda X: np.clip(X, 0, 1), "clip"),
        (lambda X: X.clip(0, 1), "clip"), (lambda X: np.where(X > 0, X, 0.0), "where"), (np.abs, "abs"),
        (lambda X: np.sum(X, axis=0), "sum"), (lambda X: X.sum(axis=1), "sum"), (lambda X: np.mean(X, axis=0), "mean"),
        (lambda X: X.mean(axis=1), "mean"), (lambda X: np.prod(X, axis=0), "prod"),
        (lambda X: np.max(X, axis=0), "maximum"), (lambda X: np.min(X, axis=1), "minimum"),
        (lambda X: np.logaddexp.reduce(X, axis=0), "logsumexp"), (lambda X: X @ X, "dot"), (lambda X: X.dot(X), "dot"),
        (lambda X: np.dot(X, X), "dot"), (lambda X: np.inner(X, X), "dot"), (lambda X: np.ones((2, 2)) @ X, "dot"),
        (lambda X: X @ np.ones((3, 2, 2)), "dot"), (np.linalg.norm, "sqrt"), (np.trace, "sum"),
    ],
    ids=map(str, itertools.count()),
)  # fmt: skip
def test_one_node_of_a_row_for_each_entry(compute: Any, row: str) -> None:
    X = values([[1.5, -2.0], [0.5, 3.0]])
    result = compute(X)
    assert {x.op for x in np.ravel(result)} == {row}
    assert numbers(result) == near(compute(X.data))


@pytest.mark.parametrize(
    "compute",
    [
        np.exp2, np.degrees, np.rad2deg, np.radians, np.deg2rad, np.positive, np.conjugate,
        lambda X: np.logaddexp(X, 1.5), lambda X: np.float_power(2.0, X), lambda X: np.clip(X, X[0, 1], X[1, 1]),
        lambda X: np.vdot(X, X * 2), lambda X: np.dot(X, 3.0), lambda X: np.dot(2.0, X), lambda X: X[0] @ np.ones((3, 2, 2)),
        lambda X: np.ones((3, 2, 2)) @ X[0],
    ],
    ids=map(str, itertools.count()),
)  # fmt: skip
def test_what_rows_make_up_has_numpy_s_numbers_and_its_slopes(compute: Any) -> None:
    X = values([[1.5, -2.0], [0.5, 3.0]])
    result = compute(X)
    assert numbers(result) == near(compute(X.data))
    np.sum(result).backward()
    for place in np.ndindex(2, 2):
        step = np.zeros((2, 2))
        step[place] = 1e-6
        difference = np.sum(compute(X.data + step) - compute(X.data - step))
        assert X.grad[place] == pytest.approx(difference / 2e-6, rel=1e-6)


def test_a_product_may_be_put_into_an_array_that_is_there() -> None:
    X, y, out = values([[1.0, 2.0], [3.0, 4.0]]), values([1.0, 2.0]), values([0.0, 0.0])
    assert np.dot(X, y, out=out) is out
    assert out.data.tolist() == [5.0, 11.0]
    assert out[0].parents == (*X[0], *y)


def test_reductions_take_axes_masks_and_starts() -> None:
    X = values(np.arange(1.0, 25.0).reshape(2, 3, 4))
    mask = X.data % 2 == 0
    for function in (np.sum, np.prod, np.max, np.min, np.mean):
        for options in ({}, {"axis": 1}, {"axis": (0, 2)}, {"axis": -1, "keepdims": True}):
            assert numbers(function(X, **options)) == near(function(X.data, **options))
    assert np.sum(X, where=mask).data == X.data.sum(where=mask)
    assert np.max(X, axis=0, initial=20.5).data.tolist() == X.data.max(axis=0, initial=20.5).tolist()
    assert np.var(X, axis=0, ddof=1).data == near(np.var(X.data, axis=0, ddof=1))
    assert np.std(X).data == near(np.std(X.data))
    with pytest.raises(DomainError, match="maximum of no numbers"):
        np.max(values([]))


# --------------------------------------------------------------------------- numbers and gradients, at random shapes


@st.composite
def two_arrays(draw: st.DrawFn) -> tuple[Any, Any]:
    shape = draw(st.lists(st.integers(1, 3), min_size=0, max_size=3))
    other = [draw(st.sampled_from([1, size])) for size in shape][draw(st.integers(0, len(shape))) :]
    cells = st.floats(0.25, 3.0).map(lambda x: round(x, 3))
    one, two = (
        np.array(draw(st.lists(cells, min_size=math.prod(s), max_size=math.prod(s)))).reshape(s) for s in (shape, other)
    )
    return one, two


EXPRESSIONS: list[Any] = [
    lambda x, y: x * y + x / y - 2.0 ** (y / 4),
    lambda x, y: np.maximum(x, y) - np.minimum(x * 2, y) * np.tanh(x),
    lambda x, y: np.where(np.greater(x, y), x * y, np.log(y)) + np.clip(x, 0.5, 2),
    lambda x, y: np.exp(-x) / np.sum(np.exp(-x), axis=None) + np.arctan2(x, y),
    lambda x, y: np.mean(x * y, axis=0) * np.max(y) if np.ndim(x) else np.sqrt(x * y),
]


@given(two_arrays(), st.sampled_from(EXPRESSIONS))
def test_numbers_are_numpy_s_and_gradients_are_the_slopes(pair: Any, expression: Any) -> None:
    x, y = pair
    X, Y = values(x), values(y)
    result = expression(X, Y)
    assert numbers(result) == pytest.approx(np.asarray(expression(x, y)), rel=1e-12, abs=1e-12)
    total = np.sum(result)
    total.backward()
    h = 1e-6
    for array, floats in ((X, x), (Y, y)):
        index = tuple(size - 1 for size in floats.shape)
        moved = []
        for step in (h, -h):
            changed = floats.copy()
            changed[index] += step
            moved.append(float(np.sum(expression(changed, y) if array is X else expression(x, changed))))
        slope, at = (moved[0] - moved[1]) / (2 * h), float(np.sum(expression(x, y)))
        kinked = abs(moved[0] + moved[1] - 2 * at) > 1e-8  # a kink is nearer than h
        assert kinked or array.grad[index] == pytest.approx(slope, rel=1e-5, abs=1e-5)


@given(st.integers(0, 3), st.integers(1, 3), st.integers(0, 3), st.sampled_from([plain, values]), st.randoms())
def test_a_product_is_numpy_s_and_its_gradients_are_products(n: int, k: int, m: int, make: Any, random: Any) -> None:
    left = np.array([random.uniform(-2, 2) for _ in range(max(n, 1) * k)]).reshape((n, k) if n else (k,))
    right = np.array([random.uniform(-2, 2) for _ in range(k * max(m, 1))]).reshape((k, m) if m else (k,))
    A, B = make(left), make(right)
    Y = A @ B
    assert numbers(Y) == pytest.approx(left @ right, rel=1e-12, abs=1e-12)
    np.sum(Y).backward()
    ones = np.ones((max(n, 1), max(m, 1)))
    assert grads(A).reshape(max(n, 1), k) == near(ones @ right.reshape(k, -1).T)
    assert grads(B).reshape(k, max(m, 1)) == near(left.reshape(-1, k).T @ ones)


# ------------------------------------------------------------------------------------------------ an array of Values


def test_it_is_made_from_whatever_holds_numbers() -> None:
    v = Value(2.0, label="v")
    X = values([[v, 1], [np.float32(0.5), True]], label="X")
    assert X[0, 0] is v
    assert [x.label for x in X.ravel()] == ["v", "X[0][1]", "X[1][0]", "X[1][1]"]
    assert X.data.tolist() == [[2.0, 1.0], [0.5, 1.0]]
    assert values(range(3)).data.tolist() == values(x for x in range(3)).data.tolist() == [0.0, 1.0, 2.0]
    assert values(X)[0, 1] is X[0, 1]
    assert values(plain([1.0]))[0].data == 1.0
    assert values(3.0, label="s").item().label == "s"
    assert repr(values([1.0, -2.5])) == "values([ 1. , -2.5])"
    assert str(values([[1.0], [2.0]])) == "[[1.]\n [2.]]"


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([[1, 2], [3]], "rows are of different lengths"),
        ([1.0, "a"], r"element \[1\]: 'a' \(a str\) is not a real number"),
        ([[1.0], [None]], r"element \[1\]\[0\]: None is not a real number"),
        ([1j], "real functions only"),
        (np.array(["a"]), "is not a real number"),
    ],
)
def test_what_is_no_number_is_refused_by_its_place(numbers: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        values(numbers)


def test_a_label_of_an_array_is_text() -> None:
    with pytest.raises(UsageError, match="values: a label is a str, not 3"):
        values([1.0], label=3)  # type: ignore[arg-type]


def test_data_and_grad_are_floats_and_a_step_is_one_line() -> None:
    W = values([[1.0, 2.0], [3.0, 4.0]], label="W")
    for _ in range(2):
        W.zero_grad()
        np.sum(W * W).backward()
        W.data -= 0.25 * W.grad
    assert W.data.tolist() == [[0.25, 0.5], [0.75, 1.0]]
    assert W.data.dtype == W.grad.dtype == np.float64
    W.grad = None
    assert not any(x.reached for x in W.flat)
    W.data = 7
    assert W.data.tolist() == [[7.0, 7.0], [7.0, 7.0]]
    with pytest.raises(UsageError, match=r"shape \(3,\) do not fit"):
        W.data = [1, 2, 3]
    twice: Any = W * 2
    with pytest.raises(UsageError, match="is the result of mul"):
        twice.data = 0.0
    assert W.data.tolist() == [[7.0, 7.0], [7.0, 7.0]]


def test_zero_grad_clears_what_the_elements_were_made_from() -> None:
    W = values([1.0, 2.0])
    Y: Any = W * W
    np.sum(Y).backward()
    Y.zero_grad()
    assert (W.grad.tolist(), Y.grad.tolist()) == ([0.0, 0.0], [0.0, 0.0])


def test_backward_starts_at_one_number() -> None:
    X = values([[1.0, 2.0]], label="X")
    with pytest.raises(UsageError, match=r"shape \(1, 2\).*np\.sum\(…\)\.backward\(\)"):
        X.backward()
    values(X[0, 0]).backward(2.0)
    assert X.grad.tolist() == [[2.0, 0.0]]


def test_no_gradient_is_lost_silently() -> None:
    X = values([[1.0, 2.0]], label="X")
    for attempt in (
        lambda: X.astype(float), lambda: np.floor(X), lambda: np.sign(X), lambda: np.round(X), X.round,
        lambda: X // 2, lambda: X % 2, lambda: np.asarray(X, dtype=float), lambda: np.exp(X, out=np.empty((1, 2))),
        lambda: np.add(X, 1, dtype=float), lambda: np.exp(X, out=np.empty((1, 2), dtype=bool)),
        lambda: X.mean(dtype=float), lambda: np.linalg.inv(X @ X.T), lambda: np.fmax(X, 0), lambda: float(X[0, 0]),
        lambda: np.exp(X, where=X > 1), lambda: np.interp(1.5, X[0], X[0]),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=r"\.data|where="):
            attempt()
    assert X.astype(object)[0, 0] is X[0, 0]


def test_comparisons_and_places_are_plain() -> None:
    X = values([[1.0, 3.0], [2.0, 0.0]])
    for result, expected in [
        (X > 1, X.data > 1), (X == X, X.data == X.data), (np.isnan(X), np.isnan(X.data)), (X.argmax(), 1),
        (np.argmax(X, axis=0), [1, 0]), (X.argsort(axis=1), [[0, 1], [1, 0]]), (np.logical_and(X, 1), X.data > 0),
        (X.any(axis=0), [True, True]), (np.isclose(X, X), X.data == X.data), (plain(X.data) >= X, True),
    ]:  # fmt: skip
        assert type(result) in (np.ndarray, np.int64, np.bool_)
        assert np.all(result == np.asarray(expected))
    assert np.allclose(X, X)
    places: Any = np.nonzero(X > 1)
    assert [one.tolist() for one in places] == [[0, 1], [1, 0]]
    numbers_of_it: Any = np.where(X)
    assert [one.tolist() for one in numbers_of_it] == [[0, 0, 1], [0, 1, 0]]


def test_slices_and_in_place_operations_stay_arrays_of_values() -> None:
    X = values([[1.0, 2.0], [3.0, 4.0]], label="X")
    first = X[0, 0]
    for part in (X[0], X[:, 1], X[X > 1], X.T, X.reshape(-1), X[None], np.concatenate([X, [[1, 2]]]), np.stack([X, X])):
        assert type(part) is arrays.Values
    Y = X * 1
    Y += X
    Y[0] /= 2
    Y[1, [0, 1]] -= 1
    Y[1, 0] = 10
    np.multiply(Y, 2, out=Y, where=Y > 3)
    assert np.array_equal(Y.data, [[1.0, 2.0], [20.0, 14.0]])
    assert all(type(x) is Value for x in Y.flat)
    np.sum(Y).backward()
    assert X.grad.tolist() == [[1.0, 1.0], [0.0, 4.0]]
    np.add.at(Y, ([0, 0], [0, 0]), 1.0)
    assert Y[0, 0].data == 3.0
    assert X[0, 0] is first
    assert {type(x) for x in np.zeros_like(X).flat} == {Value}
    assert type(np.zeros_like(X, dtype=float)) is np.ndarray


def test_copies_and_pickles_keep_leaves_and_what_is_shared() -> None:
    X = values([1.0, 2.0], label="X")
    assert copy.copy(X)[0] is X[0]
    assert X.copy()[1] is X[1]
    shared = np.sum(X)
    Y = X * shared
    for again, leaves in (pickle.loads(pickle.dumps((Y, X))), copy.deepcopy((Y, X))):
        assert type(again) is arrays.Values
        assert again[0].parents[1] is again[1].parents[1]
        assert again[0].parents[0] is leaves[0]
        assert [x.label for x in leaves] == ["X[0]", "X[1]"]
        np.sum(again).backward()
        assert leaves.grad.tolist() == [6.0, 6.0]
    assert X.grad.tolist() == [0.0, 0.0]


def test_errors_name_the_function_and_the_element() -> None:
    X = values([[1.0, 0.0]], label="X")
    with pytest.raises(DomainError, match=r"np\.log, element \[0, 1\]: log\(X\[0\]\[1\]\) has no real value"):
        np.log(X)
    with pytest.raises(DivisionError, match=r"np\.divide, element \[0, 1\]: 1 / X\[0\]\[1\] divides by zero"):
        1 / X
    with pytest.raises(DomainError, match=r"^log\(X\[0\]\[1\]\) has no real value"):
        np.log(X, where=[[False, True]], out=X * 1)
    with pytest.raises(UsageError, match=r"np\.add, element \[0, 0\]: X\[0\]\[0\] \+ 'a'"):
        X + "a"
    with pytest.raises(UsageError, match=r"made by values"):
        arrays.Values((2, 2))


# What does not fit, on X (3, 4), W (3, 2), b (5,), row (3,): the beginning of the sentence, and its end.
MISFITS: dict[str, tuple[str, str]] = {
    "X @ W": ("X @ W: X of shape (3, 4) and W of shape (3, 2) do not fit: a row of X has 4 numbers, a column of W has 3; ", "X.T @ W would fit"),
    "W.T @ X.T": ("@: the left of shape (2, 3) and the right of shape (4, 3) do not fit: ", "has 4; the right turned over (.T) would fit"),
    "X.dot(W)": ("dot: X of shape (3, 4) and W of shape (3, 2) do not fit: ", "X.T @ W would fit"),
    "X.data @ W": ("@: the left of shape (3, 4) and W of shape (3, 2) do not fit: ", "the left turned over (.T) would fit"),
    "X @ b": ("X @ b: X of shape (3, 4) and b of shape (5,) do not fit: ", "has 5; a row and a column must be of one length"),
    "X @ 2.0": ("@ multiplies matrices and vectors; ", "for a single number write *"),
    "X @ values(2.0)": ("@ multiplies matrices and vectors; ", "for a single number write *"),
    "np.matmul(2.0, X)": ("@ multiplies matrices and vectors; ", "for a single number write *"),
    "values(np.ones((2, 3, 4))) @ np.ones((2, 5, 4))": ("@: the left of shape (2, 3, 4) and the right of shape (2, 5, 4) do not fit: ", "has 5; a row and a column must be of one length"),
    "np.inner(X, W)": ("np.inner: X of shape (3, 4) and W of shape (3, 2) do not fit: ", "they must be of one length"),
    "values(np.ones((2, 3, 4))) @ np.ones((3, 4, 2))": ("@: the left of shape (2, 3, 4) and the right of shape (3, 4, 2) do not fit: ", "of size 1"),
    "X + b": ("X + b: X of shape (3, 4) and b of shape (5,) do not fit: on the last axis 4 stands against 5; ", "make the sizes equal, or one of them 1"),
    "X - row": ("X - row: X of shape (3, 4) and row of shape (3,) do not fit: on the last axis 4 stands against 3; ", "row[:, None], of shape (3, 1), would fit"),
    "X * W": ("X * W: ", "make the sizes equal, or one of them 1"),
    "X / X.data.T": ("/: X of shape (3, 4) and the right of shape (4, 3) do not fit: ", "the right with .T, of shape (3, 4), would fit"),
    "X ** values(np.ones((2, 4)))": ("**: X of shape (3, 4) and the right of shape (2, 4) do not fit: on axis -2, counted from the end, 3 stands against 2; ", "1"),
    "X < b": ("np.less: X of shape (3, 4) and b of shape (5,) do not fit: ", "or one of them 1"),
    "np.maximum(X, b)": ("np.maximum: X of shape (3, 4) and b of shape (5,) do not fit: ", "or one of them 1"),
    "np.where(X > 0, X, b)": ("np.where: the first of shape (3, 4) and b of shape (5,) do not fit: ", "or one of them 1"),
    "np.add(X, 1, where=X > 1, out=X[:2])": ("+ of X of shape (3, 4)", ""),
    "np.where(X > 0, X)": ("np.where takes a condition and two choices, ", "or a condition alone"),
    "X[5]": ("X[…] of shape (3, 4): there is no index 5 on axis 0: ", "its places there are 0 to 2, or -3 to -1 from the end"),
    "X[0, -5]": ("X[…] of shape (3, 4): there is no index -5 on axis 1: ", "its places there are 0 to 3, or -4 to -1 from the end"),
    "X[:0][0]": ("an array[…] of shape (0, 4): there is no index 0 on axis 0: ", "it has none there"),
    "X[1.5]": ("X[…] of shape (3, 4): only integers", "valid indices"),
    "X.__setitem__(7, 1.0)": ("X[…] of shape (3, 4): there is no index 7", "-1 from the end"),
    "X.__setitem__((7, 0), Value(1.0))": ("X[…] of shape (3, 4): there is no index 7", "-1 from the end"),
    "X.__setitem__([7], 1.0)": ("X[…] of shape (3, 4): there is no index 7", "-1 from the end"),
    "X.__setitem__(0, [1, 2])": ("numbers of shape (2,) do not fit into a place of shape (4,)", ""),
    "setattr(X, 'data', [1, 2])": ("data = …: numbers of shape (2,) do not fit an array of shape (3, 4)", ""),
    "X.sum(axis=3)": ("sum along axis 3 of X of shape (3, 4): ", ""),
    "X.mean(axis=(0, 2))": ("mean along axis (0, 2) of X of shape (3, 4): ", ""),
    "X.reshape(5, 5)": ("reshape(5, 5) of X of shape (3, 4): ", ""),
    "np.concatenate([X, W])": ("np.concatenate of X of shape (3, 4) and W of shape (3, 2): ", ""),
    "np.einsum('ij,jk->ik', X, W)": ("np.einsum of X of shape (3, 4) and W of shape (3, 2): ", ""),
    "values([[1], [2, 3]])": ("values: the rows are of different lengths; ", "rows of one length"),
    "values([[1, 2], [[3], 4]])": ("values: the rows are of different lengths; ", "rows of one length"),
    "values([np.ones((2, 2)), np.ones((2, 3))])": ("values: the rows are of different lengths; ", "rows of one length"),
    "list(values(1.0))": ("a single number is no sequence; ", ".item() is the Value itself"),
}  # fmt: skip


@pytest.mark.parametrize("attempt", MISFITS)
def test_what_does_not_fit_is_said_by_name_and_changes_nothing(attempt: str) -> None:
    X, W = values(np.arange(12.0).reshape(3, 4)), values(np.ones((3, 2)))
    b, row = values(np.ones(5)), np.ones(3)
    nodes, before = [X.ravel().tolist(), W.ravel().tolist(), b.tolist()], [X.data.tolist(), X.shape]
    start, end = MISFITS[attempt]
    with pytest.raises(UsageError) as caught:
        eval(attempt, {**globals(), "X": X, "W": W, "b": b, "row": row})
    assert str(caught.value).startswith(start)
    assert str(caught.value).endswith(end)
    assert len(str(caught.value)) < 300
    assert isinstance(caught.value, ShapeError) or attempt in ("np.where(X > 0, X)", "list(values(1.0))")
    assert [X.data.tolist(), X.shape] == before
    assert all(
        x is y for array, held in zip((X, W, b), nodes, strict=True) for x, y in zip(array.flat, held, strict=True)
    )


def test_an_error_of_shapes_is_also_what_numpy_raises() -> None:
    assert issubclass(ShapeError, UsageError)
    assert issubclass(ShapeError, ValueError)
    assert issubclass(ShapeError, IndexError)
    X = values([1.0, 2.0])
    assert [x.data for x in X] == [1.0, 2.0]
    assert [type(row) for row in X[None]] == [arrays.Values]
    assert X[-1] in list(X)


def test_elements_are_named_by_the_variable() -> None:
    weights = values([[1.0, 2.0]])
    total = np.sum(weights * 3)
    assert "weights[0, 1]" in str(total.explain(weights[0, 1]))


def test_no_grad_leaves_no_graph() -> None:
    X = values([[1.0, 2.0]])
    with autograd_scalar.no_grad():
        Y = np.maximum(0, X @ X.T) + np.exp(X)
    assert all(x.parents == () for x in Y.flat)


def test_without_numpy_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.delitem(sys.modules, "autograd_scalar.arrays")
    monkeypatch.delitem(vars(autograd_scalar), "values")
    with pytest.raises(UsageError, match=r"need NumPy: pip install numpy"):
        autograd_scalar.values  # noqa: B018  # asking is the point
    monkeypatch.delitem(sys.modules, "autograd_scalar.train.matrix_view", raising=False)
    monkeypatch.delitem(vars(train), "matrix_view", raising=False)
    with pytest.raises(UsageError, match=r"need NumPy: pip install numpy"):
        train.matrix_view  # noqa: B018  # asking is the point


def test_a_function_of_numpys_that_stumbles_over_values_says_so() -> None:
    X = autograd_scalar.values([[1.0, -2.0], [3.0, 4.0]])
    with pytest.raises(UsageError, match=r"np\.cov of an array of Values: .* give it X\.data"):
        np.cov(X)
    assert np.cov(X.data).shape == (2, 2)
