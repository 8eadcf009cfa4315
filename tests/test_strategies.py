"""The strategies: points where an operation has a value, graphs that are programs, networks with data."""

# Rows are added at run time, where no type checker sees them:
# mypy: disable-error-code="attr-defined, arg-type"

from __future__ import annotations

import math
import re
import subprocess
import sys
from random import Random
from typing import Any

import many_graphs
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from autograd_scalar import DivisionError, UsageError, Value, functions, gradients, op
from autograd_scalar.graph import topological_order
from autograd_scalar.ops import Row, table
from autograd_scalar.testing import (
    Graph,
    Network,
    Point,
    gradcheck,
    graphs,
    networks,
    points,
    random_graph,
)
from autograd_scalar.testing.sides import distance_to_kink, is_on_kink

pytestmark = pytest.mark.once

MANY = settings().max_examples
ROWS = [row for row in table.values() if row.built_in]
KINKED = [row for row in ROWS if row.kinks]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
each_kinked_row = pytest.mark.parametrize("row", KINKED, ids=lambda row: row.name)
few = settings(max_examples=MANY * 3 // 10, suppress_health_check=[HealthCheck.filter_too_much])


# ------------------------------------------------------------------------------------------------------------ points


@each_row
def test_points_are_where_the_row_has_a_value_and_gradcheck_passes_there(row: Row) -> None:
    @few
    @given(points(row))
    def at(point: Point) -> None:
        assert math.isfinite(point())
        assert len(point.operands) == len(row.operands)
        assert point.parameters.keys() == {one.name for one in row.arguments if one.kind == "parameter"}
        assert not row.kinks or distance_to_kink(row, point.operands, point.parameters) >= 0.01
        numbers = [x for x in point.operands if not isinstance(x, list)]
        if row.form == "select" or 0.0 not in numbers:  # at 0 a root has an infinite slope, and so has a power
            result = gradcheck(point, *point.operands, raises=False)
            assert result or result.verdict in ("not differentiable", "non-finite")

    at()


@each_kinked_row
def test_points_aim_at_kinks(row: Row) -> None:
    @few
    @given(points(row, kinks="aim"))
    def at(point: Point) -> None:
        assert is_on_kink(row, point.operands, point.parameters, point())
        assert gradcheck(point, *point.operands, raises=False).verdict in ("kink", "pass", "not differentiable")

    at()


def test_a_point_is_a_call() -> None:
    point = find(points("leaky_relu"), lambda point: point.operands[0] < 0)
    assert repr(point).startswith("leaky_relu(-1.0, slope=")
    assert point() == point(-1.0) == -point.parameters["slope"]


def test_points_of_ones_own_operation_find_the_mistake() -> None:
    halve = op("halve(x, y)", "x / (2 * y)", "1 / (2 * y)", "x / (2 * y * y)", poles="y == 0")

    @given(points(halve))
    def test_halve(point: Point) -> None:
        assert gradcheck(point, *point.operands)

    with pytest.raises(AssertionError, match="rule 'halve': its partial for y, “x / ") as caught:
        test_halve()
    assert "its values say −" in str(caught.value)


def test_points_of_an_operation_whose_domain_depends_on_a_parameter() -> None:
    above = op("above(x, *, low=1)", "log(x - low)", "1 / (x - low)", domain="x > low")

    @few
    @given(points(above), points(above, kinks="any"))
    def at(first: Point, second: Point) -> None:
        for point in (first, second):
            assert point.operands[0] > point.parameters["low"]
            assert math.isfinite(point())

    at()


@pytest.mark.parametrize("kinks", ["aim", "avoid"])
def test_points_of_an_operation_on_a_number_and_a_sequence(kinks: str) -> None:
    top = op(
        "top(k, *x)", "k * largest(x)", "largest(x)", "0 if x < largest(x) else k * share(x, largest(x))",
        kinks="share(x, largest(x)) != 1",
    )  # fmt: skip

    @few
    @given(points(top, kinks=kinks))
    def at(point: Point) -> None:
        _, x = point.operands
        assert (x.count(max(x)) > 1) == (kinks == "aim")
        assert gradcheck(point, *point.operands).verdict in ("pass", kinks.replace("aim", "kink"))

    at()


def test_conditions_may_call_rows() -> None:
    """What a kink or a pole says is read at numbers in many places: each must know the rows."""
    saw = op(
        "saw(x)",
        "abs(sin(x))",
        "cos(x) if sin(x) > 0 else -cos(x) if sin(x) < 0 else 0",
        kinks="sin(x) == 0",
    )
    cosecant = op("cosecant(x)", "1 / sin(x)", "-cos(x) / sin(x)**2", poles="sin(x) == 0")

    @few
    @given(points(saw), points(cosecant))
    def at(first: Point, second: Point) -> None:
        assert gradcheck(first, *first.operands)
        assert gradcheck(second, *second.operands, raises=False).verdict in ("pass", "non-finite")

    at()
    assert "kink   saw at sin(x) = 0: left slope −1, right slope 1" in str(gradcheck(functions.saw, 0.0))
    (kink,) = functions.saw(Value(0.0, label="x")).named("L").kinks().kinks
    assert "sin(x) = 0" in str(kink)
    with pytest.raises(DivisionError, match="cosecant"):
        functions.cosecant(Value(0.0))


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: points("reelu"), "no operation of that name"),
        (lambda: points("relu", kinks="some"), "'avoid', 'aim' or 'any'"),
        (lambda: points("sin", kinks="aim"), "states no kinks"),
        (lambda: points("sin", largest=-1.0), "largest=-1.0"),
        (
            lambda: find(
                points(op("far(x)", "abs(x*x - 2)", "2*x if x*x > 2 else -2*x", kinks="x*x == 2"), "aim"), bool
            ),
            "x . x == 2 cannot be solved for an operand",
        ),
        (lambda: graphs(rows=("reelu",)), "no operation 'reelu'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(attempt: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        attempt()


@pytest.mark.slow
def test_without_hypothesis_gradcheck_works_and_strategies_say_what_is_missing() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from autograd_scalar import sin\nfrom autograd_scalar.testing import gradcheck, random_graph\n"
        "assert gradcheck(sin, 1.0)\n"
        "try:\n    from autograd_scalar.testing import points\nexcept TypeError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install hypothesis" in done.stdout


# ------------------------------------------------------------------------------------------------------------ graphs


@given(graphs())
def test_the_program_of_a_graph_makes_it_again(graph: Graph) -> None:
    _made_again(graph)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_program_of_a_graph_of_one_row_makes_it_again(row: Row) -> None:
    for seed in range(5):
        _made_again(random_graph(Random(seed), operations=3, rows=(row.name,)))


def _made_again(graph: Graph) -> None:
    scope: dict[str, Any] = {}
    exec(repr(graph), scope)
    again = scope["L"]
    old, new = topological_order(graph.result), topological_order(again)
    assert [(node.op, node.data, node.label) for node in old] == [(node.op, node.data, node.label) for node in new]


def test_graphs_have_everything_in_them() -> None:
    seen: set[str] = set()
    for seed in range(600):
        graph = random_graph(Random(seed), operations=20)
        nodes = topological_order(graph.result)
        seen |= {node.op for node in nodes}
        uses: dict[int, int] = {}
        for node in nodes:
            for parent in node.parents:
                uses[id(parent)] = uses.get(id(parent), 0) + 1
        seen |= {"reuse"} if max(uses.values(), default=0) > 1 else set()
        for node in nodes:
            numbers = [isinstance(x, float) for x in node.operands]
            seen |= {"number at the left"} if numbers[:1] == [True] else set()
            seen |= {"number at the right"} if numbers[-1:] == [True] else set()
            mixed = [{type(x) for x in one} for one in node.operands if isinstance(one, tuple)]
            seen |= {"mixed sequence"} if any(len(types) > 1 for types in mixed) else set()
            seen |= {"unlabelled"} if not node.label else set()
    assert seen >= {"reuse", "number at the left", "number at the right", "mixed sequence", "unlabelled"}
    assert {row.name for row in ROWS} <= seen


@pytest.mark.slow
def test_a_failing_graph_shrinks_to_a_program_of_a_few_lines() -> None:
    graph = find(graphs(operations=3), lambda graph: any(node.op == "tanh" for node in topological_order(graph.result)))
    assert repr(graph) == (
        'from autograd_scalar import Value, functions\nx1 = Value(0.0, label="x1")\nL = (functions.tanh(x1)).named("L")'
    )


def test_graphs_of_given_rows_only() -> None:
    for seed in range(30):
        graph = random_graph(Random(seed), rows=("add", "mul"))
        assert {node.op for node in topological_order(graph.result)} <= {"add", "mul", ""}


def test_an_independent_oracle_agrees_on_random_graphs() -> None:
    report = many_graphs.run(10 * MANY)
    assert not report.wrong
    assert report.ill <= 0.01 * report.graphs


def test_the_oracle_is_not_easily_satisfied(monkeypatch: Any) -> None:
    monkeypatch.setattr(many_graphs, "gradients", lambda L, wrt: [one * (1 + 1e-9) for one in gradients(L, wrt)])
    assert len(many_graphs.run(20).wrong) > 10


# ---------------------------------------------------------------------------------------------------------- networks


def test_a_failing_network_is_shown_as_its_program() -> None:
    @settings(phases=[Phase.generate])
    @given(networks())
    def fails(network: Network) -> None:
        raise AssertionError(network.loss)

    with pytest.raises(AssertionError) as caught:
        fails()
    note = "\n".join(caught.value.__notes__)  # in CI hypothesis adds how to reproduce it
    assert "network=from random import Random\n" in note
    assert "\nL = nn." in note


@given(networks())
def test_networks_pass(network: Network) -> None:
    scope: dict[str, Any] = {}
    exec(repr(network), scope)
    assert scope["L"].data == network().data
    result = gradcheck(network, wrt=network.model, raises=False)
    assert result or result.verdict == "kink"


@pytest.mark.parametrize(
    ("name", "words"),
    [("sigmod", "did you mean sigmoid or "), ("qq", "it has abs, acos, "), (3, "it has abs, "), ("", "it has abs, ")],
)
def test_an_operation_that_is_not_there_is_answered_with_those_that_are(name: Any, words: str) -> None:
    with pytest.raises(
        UsageError, match=re.escape(f"points({name!r}): there is no operation of that name in the table; {words}")
    ):
        points(name)


@given(graphs())
def test_a_graph_can_be_called_and_brings_its_point(graph: Graph) -> None:
    again = graph(*graph.operands)
    assert again.data == graph.result.data
    leaves = [Value(x) for x in graph.operands]
    graph(*leaves).backward()
    graph.result.backward()
    assert [leaf.grad for leaf in leaves] == [leaf.grad for leaf in graph.used]
    assert [one.name for one in gradcheck(graph, raises=False).slopes] in ([f"dL/d{x.label}" for x in graph.used], [])
