"""Derivatives as graphs: they agree with the backward pass, can be differentiated again, and touch nothing."""

# What types forbid is tried here too:
# mypy: disable-error-code="arg-type, assignment, list-item, var-annotated"
# ruff: noqa: ARG005, PLW0108  # functions that ignore their argument are tried here

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pytest

from autograd_scalar import DivisionError, UsageError, Value, functions, grad, gradients, no_grad, op, value_and_grad
from autograd_scalar.graph import edges, topological_order
from autograd_scalar.ops import table
from autograd_scalar.recording import Mode


def sample(row: Any) -> Any:
    """Arguments for a row, within its domain and away from its kinks: Values, and numbers for the parameters."""
    scalars = iter([1.5, 0.75, 0.5] if row.name == "acosh" else [0.4, 0.75, 0.5])
    arguments = []
    for argument in row.arguments:
        if argument.kind == "sequence":
            arguments.append([Value(0.5 + 0.25 * len(arguments)), Value(0.3), Value(-0.2)])
        else:
            number = next(scalars) if argument.kind == "scalar" else {"low": 0.1, "high": 0.9}.get(argument.name, 0.3)
            arguments.append(Value(number) if argument.kind == "scalar" else number)
    return arguments


def leaves_of(arguments: Any) -> Any:
    return [v for x in arguments for v in (x if isinstance(x, list) else [x]) if isinstance(v, Value)]


rows = pytest.mark.parametrize("row", table.values(), ids=lambda row: row.name)


@rows
def test_the_gradient_graph_agrees_with_the_backward_pass(row: Any) -> None:
    arguments = sample(row)
    leaves = leaves_of(arguments)
    L = getattr(functions, row.name)(*arguments) ** 2 * 3.0
    slopes = gradients(L, leaves)
    assert all(not leaf.reached for leaf in topological_order(L))
    L.backward()
    for leaf, slope in zip(leaves, slopes, strict=True):
        assert slope.data == pytest.approx(leaf.grad, rel=1e-14, abs=1e-300)


@rows
def test_second_and_third_derivatives_agree_with_differences(row: Any) -> None:
    arguments = sample(row)
    leaves = leaves_of(arguments)

    def slope(order: Any, numbers: Any) -> Any:
        for leaf, number in zip(leaves, numbers, strict=True):
            leaf.data = number
        result = getattr(functions, row.name)(*arguments)
        for _ in range(order):
            (result,) = gradients(result, leaves[:1]) if row.name != "where" else gradients(result, leaves[1:2])
        return result.data

    at = [leaf.data for leaf in leaves]
    place, step = int(row.name == "where"), 1e-5
    around = [[number + sign * step * (n == place) for n, number in enumerate(at)] for sign in (1, -1)]
    for order in (1, 2):
        difference = (slope(order, around[0]) - slope(order, around[1])) / (2 * step)
        assert slope(order + 1, at) == pytest.approx(difference, rel=1e-6, abs=1e-6)


@rows
def test_numbers_among_the_operands_stay_numbers(row: Any) -> None:
    arguments = sample(row)
    for leaf in leaves_of(arguments):

        def without_others(x: Any, leaf: Any = leaf) -> Any:
            return (
                [*map(without_others, x)]
                if isinstance(x, list)
                else x.data
                if isinstance(x, Value) and x is not leaf
                else x
            )

        L = getattr(functions, row.name)(*map(without_others, arguments))
        (slope,) = gradients(L, [leaf])
        assert slope.data == pytest.approx(sum(L.partials()), rel=1e-14)


def test_gradients_of_results_in_the_middle_and_of_the_root() -> None:
    x = Value(3.0)
    z = x * 2
    L = z * z
    assert [v.data for v in gradients(L, [x, z, L])] == [24.0, 12.0, 1.0]
    assert gradients(L, [Value(5.0)])[0].data == 0.0
    assert gradients(L, [x, x])[1].data == 24.0
    assert gradients(L, iter([x]))[0].data == 24.0
    assert gradients(L, []) == []


def test_only_what_lies_between_is_differentiated() -> None:
    op("halfway(x)", "x * x", "1 / x")
    x, a = Value(0.0), Value(3.0)
    z = functions.halfway(x)
    L = z * a
    assert [slope.data for slope in gradients(L, [z, a, L])] == [3.0, 0.0, 1.0]
    assert gradients(z, [z])[0].data == 1.0
    with pytest.raises(DivisionError, match="1 / x"):
        gradients(L, [x])


def test_a_mode_is_told_of_the_adjoints_on_the_way() -> None:
    class Listening(Mode):
        def recorded(self, node: Value) -> Value:
            return node

        def passed_on(self, node: Value, adjoint: float, to_parents: Any) -> None:
            told.append((node, adjoint, to_parents))

    told: list[Any] = []
    x, w = Value(3.0), Value(5.0)
    z = x * w
    L = z * x
    with Listening():
        gradients(L, [x])
    assert told == [(L, 1.0, [3.0, 15.0]), (z, 3.0, [30.0, 0.0])]  # nothing flows to w, which nobody has asked for


@pytest.mark.parametrize(("count", "large"), [(20, 2.0), (200, 2.0), (200, 2.0**10)])
def test_the_gradient_of_a_product_grows_with_its_elements_and_no_faster(count: int, large: float) -> None:
    x = [Value(large if place % 2 else 1 / large) for place in range(count)]
    slopes = gradients(functions.prod(x), x)
    assert [slope.data for slope in slopes] == [1 / one.data for one in x]
    assert len(list(edges(functions.sum(slopes)))) < 10 * count


def test_of_a_product_of_a_few_no_slope_is_lost_beyond_the_floats() -> None:
    x = [Value(2.0**power) for power in (600, 600, 0, -600, -600)]
    assert [slope.data for slope in gradients(functions.prod(x), x)] == [1 / one.data for one in x]


def test_what_a_user_s_partial_makes_of_all_elements_is_differentiated_too() -> None:
    peak = op("peak(*x)", "largest(x) ** 2", "2 * largest(x) * share(x, largest(x))")
    depth = op("depth(*x)", "smallest(x) ** 2", "2 * smallest(x) * share(x, smallest(x))")
    power = op("square_of_all(*x)", "product(x) ** 2", "2 * product(x) ** 2 / x")
    x = [Value(3.0), Value(5.0)]
    for row, expected in ((peak, [0.0, 2.0]), (depth, [2.0, 0.0]), (power, [50.0, 60.0])):
        place = 1 if row is peak else 0
        slope = gradients(row(x), x)[place]
        assert [second.data for second in gradients(slope, x)] == expected
        assert slope.data == row(x).partials()[place]


def test_gradients_sees_edits() -> None:
    pressure = Value(3.0)
    L = pressure * 2
    pressure.data = 4.0
    with pytest.raises(UsageError, match=r"pressure .* was edited after mul"):
        gradients(L, [pressure])


@pytest.mark.slow
def test_gradients_of_a_long_chain_do_not_recurse() -> None:
    x = v = Value(1.0)
    for _ in range(20_000):
        v = v * 1.0 + x
    (first,) = gradients(v, [x])
    assert first.data == 20_001.0


def test_the_gradient_of_logsumexp_is_softmax_and_nothing_else() -> None:
    x = Value(1.0)
    (slope,) = gradients(functions.logsumexp([x, Value(2.0)]), [x])
    assert {node.op for node in topological_order(slope)} <= {"", "sub", "exp", "sum", "div", "mul"}


def test_derivatives_of_every_order() -> None:
    assert grad(grad(lambda x: x**4 - 3 * x**3 + 2))(3.0) == 54.0
    derivative, expected = math.sin, [math.sin, math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x), math.sin]
    derivative = functions.sin
    for function in expected:
        assert derivative(0.7) == pytest.approx(function(0.7), rel=1e-14)
        derivative = grad(derivative)


def test_grad_gives_floats_for_floats() -> None:
    value, slope = value_and_grad(lambda x: x * Value(2.0))(3)
    assert (value, slope) == (6.0, 2.0)
    assert type(value) is type(slope) is float


def test_a_gradient_is_called_after_its_function() -> None:
    assert grad(math.hypot).__name__ == "grad of hypot"
    assert grad(partial(math.hypot, 1.0)).__name__ == "grad of a function"


def test_argnums() -> None:
    def f(x: Any, y: Any, *, k: Any = 1) -> Any:
        return k * x**2 * y

    assert grad(f)(3.0, 2.0) == 12.0
    assert grad(f, 1)(3.0, 2.0) == grad(f, -1)(3.0, 2.0) == 9.0
    assert grad(f, (0, 1))(3.0, 2.0, k=10) == (120.0, 90.0)
    assert grad(f, (1, 0, 1, -2))(3.0, 2.0) == (9.0, 12.0, 9.0, 12.0)
    assert value_and_grad(f, ())(3.0, 2.0) == (18.0, ())
    assert value_and_grad(f, (1,))(3.0, 2.0) == (18.0, (9.0,))


def test_constants_have_slope_zero() -> None:
    assert value_and_grad(lambda x: 3)(1.0) == (3.0, 0.0)
    assert grad(lambda x, y: y, (0, 1))(1.0, 2.0) == (0.0, 1.0)
    assert grad(grad(lambda x: 3 * x))(1.0) == 0.0


def test_perturbations_are_not_confused() -> None:
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: x * y * y)(x))(3.0) == 12.0
    assert grad(lambda x: grad(lambda y: y * y)(x) * x)(3.0) == 12.0


def test_no_gradient_of_what_stands_outside_is_lost() -> None:
    assert grad(lambda x: grad(lambda y: x * y)(5.0))(2.0) == 1.0
    assert grad(lambda x: value_and_grad(lambda y: x * x * y)(5.0)[0])(2.0) == 20.0
    w = Value(3.0)
    slope = grad(lambda x: w * x**2)(2.0)
    (slope**2).backward()
    assert (slope.data, w.grad) == (12.0, 2 * 12.0 * 4.0)


def test_values_in_values_out() -> None:
    x = Value(3.0)
    value, slope = value_and_grad(lambda x: x**3)(x)
    (second,) = gradients(slope, [x])
    assert (value.data, slope.data, second.data) == (27.0, 27.0, 18.0)
    assert isinstance(grad(lambda x: 1.0)(x), Value)
    assert not x.reached


def test_grad_leaves_grads_alone_and_works_beside_a_pass() -> None:
    w = Value(3.0)
    (w * 2).backward()
    assert grad(lambda x: x * w)(2.0).data == 3.0
    assert w.grad == 2.0


def test_under_no_grad_slopes_are_zero_not_wrong() -> None:
    x = Value(3.0)
    with no_grad():
        y = x * 2
    assert gradients(y, [x])[0].data == 0.0
    L = x**2
    with no_grad():
        (slope,) = gradients(L, [x])
    assert (slope.data, slope.parents) == (6.0, ())


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: grad(lambda x: "a")(1.0), r"grad: the function must return one number: 'a' \(a str\)"),
        (lambda: grad(lambda x: None)(1.0), "did a function forget its return"),
        (lambda: grad(lambda x: [x])(1.0), r"\(a list\) is not a real number"),
        (lambda: grad(3.0), r"3.0 \(a float\) is not a function; write grad\(f\)\(x\)"),
        (lambda: grad(lambda x: x)("a"), r"grad: argument 0: 'a' \(a str\)"),
        (lambda: grad(lambda x: x)(), "no argument 0: the function was called with 0 by position"),
        (lambda: grad(lambda x: x, 5)(1.0), "no argument 5: the function was called with 1"),
        (lambda: grad(lambda x: x, "x"), "argnums is an int or a tuple of ints, not 'x'"),
        (lambda: grad(lambda x: x, [0]), r"argnums is an int or a tuple of ints, not \[0\]"),
        (lambda: grad(lambda x: x, True), "argnums is an int or a tuple of ints, not True"),
        (lambda: gradients(Value(1.0), [1.0]), r"1.0 \(a float\) is none"),
        (lambda: gradients(Value(1.0), Value(2.0, label="w")), r"wrt is a list of Values; write gradients\(L, \[w\]\)"),
        (lambda: gradients(3.0, []), r"L is 3.0 \(a float\), not a Value that remembers"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_cannot_be_differentiated_is_refused(attempt: Any, words: Any) -> None:
    with pytest.raises(UsageError, match=words):
        attempt()
