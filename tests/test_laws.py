"""Laws of the calculus that hold whatever the numbers are: no oracle is asked, the engine is compared with itself."""

from __future__ import annotations

import builtins
import copy
import json
import math
import pickle
import random
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd_scalar import AutogradError, Value, detect_anomaly, functions, gradients, no_grad, program
from autograd_scalar.anomaly import AnomalyError
from autograd_scalar.explain import check_derivation
from autograd_scalar.functions import (
    abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    clip,
    cos,
    cosh,
    div,
    dot,
    elu,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    hypot,
    identity,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    logsumexp,
    max,
    maximum,
    mean,
    min,
    minimum,
    prod,
    reciprocal,
    relu,
    selu,
    sigmoid,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    softsign,
    sqrt,
    square,
    sum,
    tan,
    tanh,
    where,
)
from autograd_scalar.graph import topological_order
from autograd_scalar.nn import MLP, SGD, load, load_optimiser, save
from autograd_scalar.ops import table
from autograd_scalar.program import Program, numbered
from autograd_scalar.testing import Graph, graphs, random_graph
from autograd_scalar.trace import trace
from autograd_scalar.typed import evaluate, parse

ROUNDING = 1e-13  # of all that is added up on the way: some hundred roundings

# -------------------------------------------------------------------------------------------------- of whole graphs


def slopes(result: Value, leaves: Iterable[Value], seed: float = 1.0) -> list[float]:
    """dL/dx for each leaf, by a backward pass that leaves nothing behind."""
    result.zero_grad()
    leaves = list(leaves)
    result.backward(seed)
    found = [leaf.grad for leaf in leaves]
    result.zero_grad()
    return found


def sizes(result: Value) -> dict[Value, float]:
    """Σ |products of partials| over all routes: what rounding is measured by, where routes cancel."""
    order = topological_order(result)
    size = dict.fromkeys(order, 0.0)
    size[result] = 1.0
    for node in reversed(order):
        for parent, partial in zip(node.parents, node.partials(), strict=True):
            size[parent] += size[node] * math.fabs(partial)
    return size


def agree(found: Sequence[float], wanted: Sequence[float], scale: Sequence[float]) -> None:
    for one, other, size in zip(found, wanted, scale, strict=True):
        assert math.isfinite(one)
        assert math.fabs(one - other) <= ROUNDING * size, (found, wanted)


def some_node(graph: Graph, place: int) -> Value:
    """Any node of the graph, the leaves among them."""
    order = topological_order(graph.result)
    return order[place % len(order)]


FACTORS = st.floats(-4, 4).map(lambda x: round(x, 2))
PLACES = st.integers(0, 1000)


def says_why(error: AutogradError) -> None:
    """What is refused is refused in words."""
    assert str(error)


@given(graphs(), PLACES, FACTORS, FACTORS)
def test_the_gradient_is_linear(graph: Graph, place: int, alpha: float, beta: float) -> None:
    f, g = graph.result, some_node(graph, place)
    both = alpha * f + beta * g
    size = sizes(both)
    wanted = [alpha * x + beta * y for x, y in zip(slopes(f, graph.leaves), slopes(g, graph.leaves), strict=True)]
    agree(slopes(both, graph.leaves), wanted, [size.get(leaf, 0.0) for leaf in graph.leaves])


@given(graphs(), PLACES)
def test_the_product_rule_and_the_quotient_rule(graph: Graph, place: int) -> None:
    f, g = graph.result, some_node(graph, place)
    of_f, of_g = slopes(f, graph.leaves), slopes(g, graph.leaves)
    size = sizes(f * g)
    wanted = [g.data * x + f.data * y for x, y in zip(of_f, of_g, strict=True)]
    agree(slopes(f * g, graph.leaves), wanted, [size.get(leaf, 0.0) for leaf in graph.leaves])
    if g.data:
        size = sizes(f / g)
        wanted = [(x * g.data - f.data * y) / g.data**2 for x, y in zip(of_f, of_g, strict=True)]
        agree(slopes(f / g, graph.leaves), wanted, [size.get(leaf, 0.0) for leaf in graph.leaves])


@given(graphs(), graphs(), st.sampled_from((0.5, -1.0, 3.0)))
def test_the_chain_rule_of_two_graphs(inner: Graph, outer: Graph, stretch: float) -> None:
    outside, places = numbered(outer.result)
    leaf = next(node for node in places if not node.op)
    u = (inner.result - inner.result.data) * stretch + leaf.data  # the number of that leaf, with the inner slopes
    assert u.data == leaf.data
    chained = outside.record([u, *(number for _, number in outside.inputs[1:])])
    assert chained.data == outer.result.data
    (outer_slope,) = slopes(outer.result, [leaf])
    size = sizes(chained)
    wanted = [outer_slope * stretch * slope for slope in slopes(inner.result, inner.leaves)]
    agree(slopes(chained, inner.leaves), wanted, [size.get(one, 0.0) for one in inner.leaves])


@given(graphs())
def test_the_hessian_is_symmetric(graph: Graph) -> None:
    first = gradients(graph.result, graph.used)
    for place, by_x in enumerate(first):
        across = gradients(by_x, graph.used[:place])
        for other, x_then_y in enumerate(across):
            (y_then_x,) = gradients(first[other], [graph.used[place]])
            routes = [(by_x, graph.used[other]), (first[other], graph.used[place])]
            size = math.fsum(sizes(slope).get(leaf, 0.0) for slope, leaf in routes)
            assert math.fabs(x_then_y.data - y_then_x.data) <= 1e-11 * size


@given(graphs(), st.integers(-200, 200), FACTORS)
def test_the_gradient_scales_with_the_seed(graph: Graph, power: int, factor: float) -> None:
    once = slopes(graph.result, graph.leaves)
    exact = slopes(graph.result, graph.leaves, math.ldexp(-1.0, power))
    assert exact == [math.ldexp(-slope, power) for slope in once]  # a power of two rounds nothing
    size = [factor and math.fabs(factor) * sizes(graph.result).get(leaf, 0.0) for leaf in graph.leaves]
    agree(slopes(graph.result, graph.leaves, factor), [factor * slope for slope in once], size)


@given(graphs())
def test_every_way_to_the_gradient_is_the_same_way(graph: Graph) -> None:
    result, leaves = graph.result, graph.used
    eager = slopes(result, leaves)
    size = [sizes(result)[leaf] for leaf in leaves]
    agree([one.data for one in gradients(result, leaves)], eager, size)
    assert [program(result).run().gradients[leaf.label] for leaf in leaves] == eager
    traced = {node.name: node.grad for node in trace(result).nodes}
    agree([traced[leaf.label] for leaf in leaves], eager, size)
    shallow = copy.copy(result)
    assert slopes(shallow, leaves) == eager
    for twin, *others in (copy.deepcopy([result, *leaves]), pickle.loads(pickle.dumps([result, *leaves]))):
        assert slopes(twin, others) == eager
    fresh = [Value(leaf.data, label=leaf.label) for leaf in leaves]
    assert slopes(program(result).record({leaf.label: leaf for leaf in fresh}), fresh) == eager
    assert [leaf.grad for leaf in leaves] == [0.0] * len(leaves)


class SoughtByNumberError(AssertionError):
    """Two nodes were compared by their numbers."""


_EQUALS = Value.__eq__


def _by_number(one: Value, other: object) -> bool:
    if isinstance(other, Value):
        raise SoughtByNumberError
    return _EQUALS(one, other)


@given(graphs())
def test_no_reader_takes_two_nodes_with_one_number_for_one_node(graph: Graph) -> None:
    """Contract 7: nodes are compared by `is`, and never sought in lists, where == would find another one."""
    result, leaves = graph.result, graph.used
    Value.__eq__ = _by_number  # type: ignore[method-assign]
    try:
        result.backward()
        for leaf in leaves:
            for read in (result.explain, result.why, result.paths):
                str(read(leaf))
            str(check_derivation(f"dL/d{leaf.label} = 1", result, leaf))
        for show in (result.formula, result.kinks, result.program, result.draw, result.tree, result.steps):
            str(show())
        copy.deepcopy(pickle.loads(pickle.dumps(result)))
        result.zero_grad()
    finally:
        Value.__eq__ = _EQUALS  # type: ignore[method-assign]


# ---------------------------------------------------------------------------------------------------- two ways to write

HALF_TURN = math.pi / 2
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


class Identity(NamedTuple):
    """Two ways to write one function of one to three numbers, between `low` and `high`."""

    left: Callable[..., Any]
    right: Callable[..., Any]
    low: float = -3.0
    high: float = 3.0


IDENTITIES = {
    "add": Identity(lambda x, y: x + y, lambda x, y: x - (-y)),
    "sub": Identity(lambda x, y: x - y, lambda x, y: -(y - x)),
    "mul": Identity(lambda x, y: x * y, lambda x, y: (square(x + y) - square(x - y)) / 4),
    "div": Identity(lambda x, y: x / y, lambda x, y: x * reciprocal(y), 0.2),
    "div by itself": Identity(lambda x, y: div(x, y) * div(y, x), lambda x, y: 1 + 0 * x * y, 0.2),
    "neg": Identity(lambda x: -x, lambda x: 0 - x),
    "identity": Identity(identity, lambda x: x * 1),
    "square": Identity(lambda x: x * x, square),
    "square as a power": Identity(lambda x: x**2, square),
    "power": Identity(lambda x, y: x**y, lambda x, y: exp(y * log(x)), 0.2),
    "power of a sum": Identity(lambda x, y: x ** (y + 1.5), lambda x, y: x**y * x * sqrt(x), 0.2),
    "power of a number": Identity(lambda x: 2**x, lambda x: exp(x * math.log(2))),
    "reciprocal": Identity(reciprocal, lambda x: x**-1, 0.2),
    "sqrt": Identity(sqrt, lambda x: x**0.5, 0.2),
    "cbrt": Identity(lambda x: cbrt(x) ** 3, lambda x: x * 1, 0.2),
    "abs": Identity(abs, lambda x: sqrt(square(x))),
    "exp of log": Identity(lambda x: exp(log(x)), lambda x: x * 1, 0.2),
    "log of exp": Identity(lambda x: log(exp(x)), lambda x: x * 1),
    "log of a product": Identity(lambda x, y: log(x * y), lambda x, y: log(x) + log(y), 0.2),
    "log2": Identity(log2, lambda x: log(x) / math.log(2), 0.2),
    "log10": Identity(log10, lambda x: log(x) / math.log(10), 0.2),
    "log1p": Identity(log1p, lambda x: log(1 + x), -0.8),
    "expm1": Identity(expm1, lambda x: exp(x) - 1),
    "hypot": Identity(hypot, lambda x, y: sqrt(x * x + y * y)),
    "sin and cos": Identity(lambda x: square(sin(x)) + square(cos(x)), lambda x: 1 + 0 * x),
    "sin of a sum": Identity(lambda x, y: sin(x + y), lambda x, y: sin(x) * cos(y) + cos(x) * sin(y)),
    "tan": Identity(tan, lambda x: sin(x) / cos(x), -1.4, 1.4),
    "asin": Identity(lambda x: sin(asin(x)), lambda x: x * 1, -0.9, 0.9),
    "acos": Identity(acos, lambda x: HALF_TURN - asin(x), -0.9, 0.9),
    "atan": Identity(lambda x: tan(atan(x)), lambda x: x * 1),
    "atan2": Identity(lambda y: atan2(y, 1), atan),
    "atan2 by half the angle": Identity(atan2, lambda y, x: 2 * atan(y / (hypot(x, y) + x)), 0.2),
    "sinh": Identity(sinh, lambda x: (exp(x) - exp(-x)) / 2),
    "cosh": Identity(lambda x: square(cosh(x)) - square(sinh(x)), lambda x: 1 + 0 * x),
    "tanh by sigmoid": Identity(tanh, lambda x: 2 * sigmoid(2 * x) - 1),
    "tanh": Identity(tanh, lambda x: sinh(x) / cosh(x)),
    "asinh": Identity(asinh, lambda x: log(x + sqrt(x * x + 1))),
    "acosh": Identity(acosh, lambda x: log(x + sqrt(x * x - 1)), 1.2),
    "atanh": Identity(atanh, lambda x: log((1 + x) / (1 - x)) / 2, -0.9, 0.9),
    "erf and erfc": Identity(lambda x: erf(x) + erfc(x), lambda x: 1 + 0 * x),
    "erf is odd": Identity(lambda x: erf(-x), lambda x: -erf(x)),
    "sigmoid": Identity(sigmoid, lambda x: 1 / (1 + exp(-x))),
    "sigmoid at both sides": Identity(lambda x: sigmoid(x) + sigmoid(-x), lambda x: 1 + 0 * x),
    "log_sigmoid": Identity(log_sigmoid, lambda x: -softplus(-x)),
    "softplus": Identity(softplus, lambda x: log(1 + exp(x))),
    "softplus at both sides": Identity(lambda x: softplus(x) - softplus(-x), lambda x: x * 1),
    "softplus and relu": Identity(lambda x: softplus(x) - relu(x), lambda x: log1p(exp(-abs(x)))),
    "softplus of many": Identity(lambda x: logsumexp(x, 0), softplus),
    "relu": Identity(relu, lambda x: max(x, 0)),
    "relu and abs": Identity(relu, lambda x: (x + abs(x)) / 2),
    "leaky_relu": Identity(leaky_relu, lambda x: max(x, 0.01 * x)),
    "elu": Identity(elu, lambda x: max(x, 0) + min(expm1(x), 0)),
    "selu": Identity(selu, lambda x: SELU_SCALE * elu(x, alpha=SELU_ALPHA)),
    "gelu": Identity(gelu, lambda x: x * (1 + erf(x / math.sqrt(2))) / 2),
    "silu": Identity(silu, lambda x: x * sigmoid(x)),
    "softsign": Identity(softsign, lambda x: x / (1 + abs(x))),
    "max": Identity(max, lambda x, y: (x + y + abs(x - y)) / 2),
    "min": Identity(min, lambda x, y: -max(-x, -y)),
    "max and min": Identity(lambda x, y: max(x, y) + min(x, y), lambda x, y: x + y),
    "clip": Identity(lambda x: clip(x, low=-1, high=1), lambda x: max(min(x, 1), -1)),
    "where": Identity(lambda x, y: where(x > y, x, y), max),
    "where of the other": Identity(lambda x, y: where(x > y, y, x), min),
    "sum": Identity(sum, lambda x, y, z: x + y + z),
    "mean": Identity(mean, lambda x, y, z: (x + y + z) / 3),
    "prod": Identity(prod, lambda x, y, z: x * y * z),
    "prod of one twice": Identity(lambda x, y: prod(x, y, x), lambda x, y: square(x) * y),
    "dot": Identity(lambda x, y, z: dot([x, y, 2.0], [y, z, x], z), lambda x, y, z: x * y + y * z + 2 * x + z),
    "dot of one with itself": Identity(lambda x, y: dot([x, y], [x, y]), lambda x, y: square(x) + square(y)),
    "logsumexp": Identity(logsumexp, lambda x, y: log(exp(x) + exp(y))),
    "logsumexp, shifted": Identity(lambda x, y, z: logsumexp(x + z, y + z), lambda x, y, z: z + logsumexp(x, y)),
    "logsumexp of equals": Identity(lambda x: logsumexp(x, x), lambda x: x + math.log(2)),
    "softmax": Identity(lambda x, y: softmax([x, y])[0], lambda x, y: sigmoid(x - y)),
    "log of softmax": Identity(lambda x, y: log(softmax([x, y])[1]), lambda x, y: y - logsumexp(x, y)),
    "maximum": Identity(maximum, lambda x, y, z: max(max(x, y), z)),
    "minimum": Identity(minimum, lambda x, y, z: min(min(x, y), z)),
    "maximum of opposites": Identity(maximum, lambda x, y: -minimum(-x, -y)),
}


def derivatives(f: Callable[..., Any], point: Sequence[float], order: int) -> list[float]:
    """The value and all partial derivatives up to an order."""
    leaves = [Value(number) for number in point]
    found = [f(*leaves)]
    newest = found
    for _ in range(order):
        newest = [slope for one in newest for slope in gradients(one, leaves)]
        found = [*found, *newest]
    return [one.data for one in found]


@pytest.mark.parametrize("name", IDENTITIES)
@settings(max_examples=settings().max_examples // 5)
@given(data=st.data())
def test_two_ways_to_write_a_function_have_one_value_and_one_gradient(name: str, data: st.DataObject) -> None:
    left, right, low, high = IDENTITIES[name]
    count = right.__code__.co_argcount
    number = st.floats(low, high).map(lambda x: round(x, 3)).filter(lambda x: math.fabs(x) > 1e-2)
    point = data.draw(st.lists(number, min_size=count, max_size=count, unique=True))
    gap = [math.fabs(x - y) for place, x in enumerate(point) for y in point[:place]]
    assume(all(one > 1e-2 for one in [*gap, *(math.fabs(math.fabs(x) - 1) for x in point)]))  # no kink, no tie
    pairs = zip(derivatives(left, point, 2), derivatives(right, point, 2), strict=True)
    scale = 10 + math.fsum(map(math.fabs, derivatives(right, point, 2)))
    for one, other in pairs:
        assert math.isclose(one, other, rel_tol=1e-11, abs_tol=1e-12 * scale), point
    leaves = [Value(number) for number in point]
    wanted = derivatives(left, point, 1)[1:]
    assert all(
        math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-13)
        for x, y in zip(slopes(left(*leaves), leaves), wanted, strict=True)
    )


def test_every_row_is_written_in_two_ways() -> None:
    met: set[str] = set()
    for left, right, low, high in IDENTITIES.values():
        for f in (left, right):
            leaves = [Value((low + 2 * high) / 3 - 0.1 * place) for place in range(right.__code__.co_argcount)]
            met |= {node.op for node in topological_order(f(*leaves))}
    assert {name for name, row in table.items() if row.built_in} <= met


COMMUTATIVE = {"add", "mul", "hypot", "max", "min", "sum", "mean", "prod", "logsumexp", "maximum", "minimum"}


@pytest.mark.parametrize("name", sorted(COMMUTATIVE))
@given(numbers=st.lists(FACTORS, min_size=2, max_size=6), order=st.randoms(use_true_random=False))
def test_the_order_of_operands_does_not_matter(name: str, numbers: list[float], order: random.Random) -> None:
    if all(argument.kind == "scalar" for argument in table[name].operands):
        numbers = numbers[:2]
    leaves = [Value(number) for number in numbers]
    shuffled = order.sample(leaves, len(leaves))
    f = getattr(functions, name)
    one, other = f(*leaves), f(*shuffled)
    assert math.isclose(one.data, other.data, rel_tol=1e-14, abs_tol=1e-14)
    for x, y in zip(slopes(one, leaves), slopes(other, leaves), strict=True):
        assert math.isclose(x, y, rel_tol=1e-14, abs_tol=1e-14)


@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=8), st.floats(-1e100, 1e100))
def test_one_node_of_many_operands_has_the_bits_of_its_operations(numbers: list[float], bias: float) -> None:
    leaves = [Value(number) for number in numbers]
    weights = [Value(number / 3) for number in reversed(numbers)]
    added: Value = Value(0.0)
    for leaf in leaves:
        added = added + leaf
    weighted: Value = Value(0.0)
    for w, x in zip(weights, leaves, strict=True):
        weighted = weighted + w * x
    b = Value(bias)
    pairs = [(sum(leaves), added), (dot(weights, leaves, b), weighted + b), (mean(leaves), added / len(leaves))]
    for many, one_by_one in pairs:
        assert many.data == one_by_one.data
        every = [*leaves, *weights, b]
        for one, other in zip(slopes(many, every), slopes(one_by_one, every), strict=True):
            assert math.isclose(one, other, rel_tol=1e-15)


# --------------------------------------------------------------------------------------------- the ends of the floats

OF_DEGREE_ONE = ("abs", "neg", "identity", "relu", "leaky_relu", "add", "sub", "hypot", "max", "min", "sum", "mean",
                 "maximum", "minimum")  # fmt: skip
OF_DEGREE_ZERO = ("div", "atan2")


@pytest.mark.parametrize("name", [*OF_DEGREE_ONE, *OF_DEGREE_ZERO])
@given(x=st.floats(0.5, 1), y=st.floats(0.5, 1), power=st.integers(-1021, 1022), sign=st.sampled_from((-1, 1)))
def test_a_homogeneous_function_knows_no_scale(name: str, x: float, y: float, power: int, sign: int) -> None:
    """f(2ⁿx, 2ⁿy) is 2ⁿf(x, y) with the same slopes, or f(x, y) with slopes smaller by 2ⁿ."""
    count = sum([1 + (argument.kind == "sequence") for argument in table[name].operands])
    f = getattr(functions, name)
    near = [Value(number) for number in (x * sign, y)[: int(count)]]
    far = [Value(math.ldexp(leaf.data, power)) for leaf in near]
    degree = 1 if name in OF_DEGREE_ONE else 0
    here, there = f(*near), f(*far)
    assert math.isclose(there.data, math.ldexp(here.data, power * degree), rel_tol=1e-14, abs_tol=5e-324)
    for slope, slope_far in zip(slopes(here, near), slopes(there, far), strict=True):
        try:
            wanted = math.ldexp(slope, power * (degree - 1))
        except OverflowError:
            wanted = math.copysign(math.inf, slope)
        assert math.isclose(slope_far, wanted, rel_tol=1e-14, abs_tol=5e-323) or math.fabs(wanted) > 1e308


ENDS = [0.0, 5e-324, 2.3e-308, 1e-300, 1e-160, 1.0, 1e160, 1e300, sys.float_info.max]


@given(graph=graphs(operations=4), numbers=st.lists(st.sampled_from([*ENDS, *(-x for x in ENDS)]), min_size=4))
def test_at_the_ends_of_the_floats_a_graph_agrees_with_itself_or_refuses(graph: Graph, numbers: list[float]) -> None:
    line = program(graph.result)
    leaves = [Value(number, label=name) for (name, _), number in zip(line.inputs, numbers, strict=False)]
    try:
        result = line.record(leaves)
        result.backward()
    except AutogradError as error:
        says_why(error)  # what is refused is refused in words
        return
    found = [leaf.grad for leaf in leaves]
    run = line.run([leaf.data for leaf in leaves])
    assert [run.value, *run.gradients.values()] == pytest.approx([result.data, *found], rel=0, abs=0, nan_ok=True)
    for one, other in zip(gradients(result, leaves), found, strict=True):
        if math.isfinite(other) and math.isfinite(one.data):
            assert math.isclose(one.data, other, rel_tol=1e-9, abs_tol=1e-290)


@pytest.mark.slow
def test_a_hundred_thousand_parameters() -> None:
    rng = random.Random(0)
    w, x = ([Value(rng.uniform(-1, 1)) for _ in range(100_000)] for _ in range(2))
    numbers = [one.data for one in w]
    dot(w, x, 0.5).backward()
    assert [one.grad for one in x] == numbers
    assert [one.grad for one in w] == [one.data for one in x]
    half_square = dot(w, w) / 2
    assert [slope.data for slope in gradients(half_square, w)] == numbers
    one_by_one = sum([square(one) for one in w]) / 2
    half_square.zero_grad()
    one_by_one.backward()
    assert [one.grad for one in w] == numbers


# ------------------------------------------------------------------------------------------------------------- threads


def test_eight_threads_with_graphs_and_modes_of_their_own() -> None:
    """Each thread finds what it would have found alone: its gradients, its leaves, its anomalies, and no one else's."""
    rounds, threads = 9, 8
    alone = {}
    for seed in range(rounds * threads):
        graph = random_graph(random.Random(seed))
        alone[seed] = (graph.result.data, slopes(graph.result, graph.leaves))
    barrier = threading.Barrier(threads)
    wrong: list[str] = []

    def plain(seed: int) -> None:
        graph = random_graph(random.Random(seed))
        if (graph.result.data, slopes(graph.result, graph.leaves)) != alone[seed]:
            wrong.append(f"graph {seed}")
        if not math.isnan((Value(math.inf) - math.inf).data):
            wrong.append("an anomaly of another thread's")

    def without_gradients(seed: int) -> None:
        with no_grad():
            if (Value(float(seed)) * 2.0 + 1.0).op:
                wrong.append(f"recorded under no_grad: {seed}")

    def watched(seed: int) -> None:
        with detect_anomaly():
            graph = random_graph(random.Random(seed))
            if (graph.result.data, slopes(graph.result, graph.leaves)) != alone[seed]:
                wrong.append(f"graph {seed}, watched")
            x = Value(1e300)
            try:
                x * x
            except AnomalyError:
                return
            wrong.append(f"an anomaly unnoticed: {seed}")

    def work(number: int) -> None:
        try:
            for round_ in range(rounds):
                barrier.wait(timeout=300)
                (plain, without_gradients, watched)[(number + round_) % 3](round_ * threads + number)
        except Exception as error:  # noqa: BLE001  # told by the thread that waits
            wrong.append(repr(error))
            barrier.abort()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []
    assert (Value(1.0) * 2.0).op == "mul"


# ------------------------------------------------------------------------------------------------------------- readers

ARITHMETIC = ["x", "y", "2.0", "0.5", "3.0", "(", ")", "(", ")", "+", "-", "*", "/", "**", "-", "relu(", "max(", ","]


@given(st.lists(st.sampled_from(ARITHMETIC), min_size=1, max_size=25).map(" ".join))
def test_what_python_can_read_too_has_python_s_value(text: str) -> None:
    numbers = {"x": 1.25, "y": -0.75}
    try:
        found: Any = evaluate(text, {name: numbers[name] for name in parse(text).inputs}).result.data
    except AutogradError as error:
        found = error
    try:
        scope = {"relu": lambda x: x if x > 0 else 0.0, "max": builtins.max, **numbers}
        wanted: Any = eval(text, {"__builtins__": {}}, scope)
    except (SyntaxError, TypeError, ArithmeticError) as error:
        wanted = error
    if isinstance(wanted, float):
        assert found == wanted
    else:  # Python refuses too, or answers with what is no real number
        assert isinstance(found, AutogradError), (found, wanted)


def spliced(texts: Sequence[str], pieces: Sequence[str]) -> st.SearchStrategy[str]:
    """A text that is nearly right: some stretches of it taken out, doubled, or replaced."""

    def splice(text: str, cuts: list[tuple[int, int, str]]) -> str:
        for start, length, piece in cuts:
            at = start % (len(text) + 1)
            text = text[:at] + (text[at : at + length] * 2 if piece == "twice" else piece) + text[at + length :]
        return text

    cut = st.tuples(st.integers(0, 500), st.integers(0, 6), st.sampled_from(["", "twice", *pieces]))
    return st.builds(splice, st.sampled_from(texts), st.lists(cut, min_size=1, max_size=5))


PROGRAMS = (
    "z = w*x + b; a = relu(z); (a - 5)**2",
    "sum([x, y², max(x, 1)]) / (1 + exp(-x))",
    "where(x > 0, log(x), x.tanh()) # a choice",
    "dot([x, y], [1, 2.5e-3], b=3)\nlogsumexp(x, y, 1e308)",
)
ODD = (
    "(", ")", "[", "]", ",", ";", "=", "==", "<", "**", "^", "-", ".", "1e999", "0", "π", "²", "\x00", "\ud800", "'",
    "#", "x", "_", "９", "1_0", "0x1", "1j", "lambda", "__import__", "\n", "\t", "\\", "é", "nan", "inf", "5e-324",
)  # fmt: skip


@given(spliced(PROGRAMS, ODD), st.sampled_from([*ENDS, -1.0, math.nan, math.inf]))
def test_a_program_that_is_nearly_right_runs_or_is_refused(text: str, number: float) -> None:
    try:
        read = parse(text)
        made = read.run(dict.fromkeys(read.inputs, number))
        made.result.backward()
    except AutogradError as error:
        says_why(error)
        return
    assert isinstance(made.result.data, float)


DERIVATIONS = (
    "dL/da = 2(a - y) = 2*(7 - 5) = 4\nda/dz = 1{z > 0} = 1\ndz/dw = x = 2\ndL/dw = 4 * 1 * 2 = 8",
    "dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8",
    r"\frac{dL}{dw} = \frac{dL}{da} \cdot \frac{da}{dz} \cdot \frac{dz}{dw} = 4 \cdot 1 \cdot 2 = 8",
    "z = 3*2 + 1 = 7\na = relu(7) = 7\nL = (7 - 5)^2 = 4\ne = a − y\ndL/dw = 2·e·x = 8\nw_new = 3 - 0.1*8 = 2.2",
    "d²L/dw² = 2x² = 8",
)
ODD_DERIVATIONS = (
    *ODD,
    "≈",
    "·",
    "∂",
    "d",
    "\\frac{",
    "}",
    "{",
    "|",
    "since",
    "…",
    "½",
    "1,000",
    "₁",
    "⁻",
    "dL/dw",
    "8.0001",
)


@given(spliced(DERIVATIONS, ODD_DERIVATIONS))
def test_a_derivation_that_is_nearly_right_is_judged_or_refused(text: str) -> None:
    x, w, b, y = (Value(n, label=name) for name, n in (("x", 2.0), ("w", 3.0), ("b", 1.0), ("y", 5.0)))
    z = (w * x + b).named("z")
    a = z.relu().named("a")
    try:
        check = check_derivation(text, ((a - y) ** 2).named("L"), w)
    except AutogradError as error:
        says_why(error)
        return
    assert str(check)
    assert check._repr_html_()


JSON = st.recursive(
    st.sampled_from([None, True, 0, 1, -1, 3, 7, 0.5, -0.0, 1e308, "", "x", "mul", "inf", "nan", "MLP", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["class", "w", "n_in"]), inner, max_size=2)
    ),
    max_leaves=5,
)


def places_in(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a document that may be replaced."""
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [place for key, one in inside for place in ((*path, key), *places_in(one, (*path, key)))]


def changed(document: Any, data: st.DataObject) -> str:
    """The document as text, with something in it replaced, taken out or doubled; or with its text cut."""
    document = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(places_in(document)))
        held = document
        for key in way:
            held = held[key]
        how = data.draw(st.sampled_from(["replaced", "replaced", "taken out", "doubled"]))
        if how == "replaced":
            held[last] = data.draw(JSON)
        elif how == "taken out":
            del held[last]
        elif isinstance(held, list):
            held.insert(last, held[last])
    text = json.dumps(document)
    cut = data.draw(st.integers(0, 4 * len(text)))
    return text[:cut]


@given(graphs(operations=4), st.data())
def test_a_program_file_that_is_nearly_right_is_read_or_refused(graph: Graph, data: st.DataObject) -> None:
    text = changed(json.loads(program(graph.result).to_json()), data)
    try:
        read = Program.from_json(text)
    except AutogradError as error:
        says_why(error)
        return
    assert Program.from_json(read.to_json()) == read
    assert str(read)
    try:
        read.run()
    except AutogradError as error:
        says_why(error)  # an operand outside its domain, as in any graph


@given(st.data())
def test_a_model_file_that_is_nearly_right_is_loaded_or_refused(tmp_path_factory: Any, data: st.DataObject) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "model.json"
    model = MLP(2, [2, 1])
    save(model, path, optimiser=SGD(model, momentum=0.5))
    path.write_text(changed(json.loads(path.read_text()), data))
    before = model.state_dict()
    try:
        output: Any = load(path)([0.5, -0.5])
    except AutogradError as error:
        says_why(error)
    else:
        assert output is not None
    try:
        load_optimiser(path, model)
    except AutogradError as error:
        says_why(error)
    assert model.state_dict() == before
    try:
        load(path, model)
    except AutogradError:
        assert model.state_dict() == before


@given(st.binary(max_size=40))
def test_bytes_are_no_model_and_no_program(tmp_path_factory: Any, content: bytes) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "bytes.json"
    path.write_bytes(content)
    with pytest.raises(AutogradError):
        load(path)
    with pytest.raises(AutogradError):
        Program.from_json(content)
