"""The order of a graph, on graphs of every shape, and how much work it takes to find it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import Value, functions
from autograd_scalar.backward import results_and_leaves
from autograd_scalar.codegen import is_flat
from autograd_scalar.graph import Rule, ancestors, edges, leaves, one_by_one, topological_order
from autograd_scalar.ops import table

Recipe = list[tuple[int, tuple[int, ...]]]
recipes = st.lists(
    st.tuples(st.integers(0, 4), st.lists(st.integers(0, 10**6), min_size=1, max_size=4).map(tuple)), max_size=40
)


def build(recipe: Recipe) -> list[Value]:
    """Nodes in the order of recording: of one operand, of two, with a number, and of many."""
    nodes = [Value(1.0), Value(1.0), Value(1.0)]
    for kind, picks in recipe:
        chosen = [nodes[pick % len(nodes)] for pick in picks]
        kinds: list[Callable[[list[Value]], Value]] = [
            lambda c: c[0].sin(),
            lambda c: c[0] + c[-1],
            lambda c: 2.0 - c[0],
            functions.sum,
            lambda c: functions.where(c[0] > 0.5, functions.sum([*c, 1.0]), c[-1]),
        ]
        nodes.append(kinds[kind](chosen))
    return nodes


@given(recipes)
def test_every_node_once_and_after_its_parents(recipe: Any) -> None:
    root = build(recipe)[-1]
    order = topological_order(root)
    place = {id(node): index for index, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is root
    for node in order:
        assert all(place[id(parent)] < place[id(node)] for parent in node.parents)


@given(recipes)
def test_the_order_is_the_whole_graph_and_nothing_else(recipe: Any) -> None:
    root = build(recipe)[-1]
    found, ahead = {id(root)}, [root]
    while ahead:
        for parent in ahead.pop().parents:
            if id(parent) not in found:
                found.add(id(parent))
                ahead.append(parent)
    assert {id(node) for node in topological_order(root)} == found


@given(recipes)
def test_the_same_graph_has_the_same_order(recipe: Any) -> None:
    shapes = []
    for _ in range(2):
        order = topological_order(build(recipe)[-1])
        place = {id(node): index for index, node in enumerate(order)}
        shapes.append([(node.op, [place[id(parent)] for parent in node.parents]) for node in order])
    assert shapes[0] == shapes[1]


@given(recipes)
def test_leaves_ancestors_and_edges_are_what_they_say(recipe: Any) -> None:
    root = build(recipe)[-1]
    order = topological_order(root)
    assert list(map(id, leaves(root))) == [id(node) for node in order if not node.op]
    assert list(map(id, ancestors(root))) == [id(node) for node in order[:-1]]
    listed = [(id(edge.parent), id(edge.node), edge.position) for edge in edges(root)]
    assert listed == [(id(p), id(node), place) for node in order for place, p in enumerate(node.parents)]


@given(recipes)
def test_a_pass_meets_the_same_results_in_the_same_order(recipe: Any) -> None:
    for root in build(recipe)[-3:]:
        results, found, _ = results_and_leaves(root)
        assert list(map(id, results)) == [id(node) for node in topological_order(root) if node.op]
        assert {id(leaf) for leaf in found} == set(map(id, leaves(root)))


def test_a_pass_meets_the_results_of_many_operands_in_their_order() -> None:
    a, b = Value(1.0), Value(2.0)
    w, x, bias = [a + 1.0, b + 2.0], [a + 3.0, b + 4.0], a * b
    results, _, _ = results_and_leaves(functions.dot(w, x, bias))
    assert list(map(id, results[:-1])) == list(map(id, [*w, *x, bias]))


def test_a_pass_waits_for_a_result_that_another_sequence_has_named_before() -> None:
    """The sum names `late` before it is walked to, and `early`, which is walked first, needs it."""
    x = Value(1.0)
    late = x * 2.0
    early = functions.sum([late])
    results, found, _ = results_and_leaves(functions.sum([early, late, x]))
    assert list(map(id, results[:-1])) == list(map(id, [late, early]))
    assert found == {x}


def test_results_that_are_named_once_more_among_many_operands_are_no_leaves() -> None:
    x = Value(1.0)
    double = x * 2.0
    sums = functions.sum([double]), functions.sum([double, x]), functions.dot([x], [x], double)
    results, found, _ = results_and_leaves(double + sums[0] + sums[1] + sums[2])
    assert len(results) == 7
    assert found == {x}


def test_multiplicity_is_kept() -> None:
    a = Value(1.0)
    assert [edge.position for edge in edges(a + a)] == [0, 1]
    assert (a + a).parents == (a, a)


def test_operands_nothing_flows_through_are_found_when_asked_for() -> None:
    x, y = Value(1.0), Value(2.0)
    root = functions.where(x > 0, x, y * 2)
    assert [node.data for node in topological_order(root)] == [1.0, 1.0]
    assert len(topological_order(root, all_operands=True)) == 4


def test_names_are_not_needed_and_equal_numbers_do_not_confuse() -> None:
    a, b = Value(0.0), Value(0.0)
    root = (a - b) * (b - a)
    assert len(topological_order(root)) == 5


# ------------------------------------------------------------------------------------------------------ how much work


class Counting(Rule):
    """A rule that counts how often a walk asks it what its node is."""

    asked = 0

    @property
    def many(self) -> Any:
        Counting.asked += 1
        return self.is_many

    @many.setter
    def many(self, is_many: Any) -> None:
        self.is_many = is_many


def _nothing(node: Any) -> Any:
    raise AssertionError(node)


BINARY = Counting("binary", "xy", _nothing, _nothing)
MANY = Counting("many", (0,), _nothing, _nothing)


def chain(size: Any) -> Any:
    leaf = node = Value(0.0)
    for _ in range(size):
        node = node + leaf
        node._rule = BINARY
    return node


def fan_out(size: Any) -> Any:
    leaf = Value(0.0)
    root = functions.sum([leaf + leaf for _ in range(size)])
    for node in root.parents:
        node._rule = BINARY
    root._rule = MANY
    return root


@pytest.mark.slow
@pytest.mark.parametrize("shape", [chain, fan_out])
def test_the_work_is_linear_from_a_thousand_nodes_to_a_million(shape: Any) -> None:
    for size in (10**3, 10**6):
        root = shape(size)
        Counting.asked = 0
        order = topological_order(root)
        assert Counting.asked == len(order) - 1  # once for each node but the leaf


MANY_ROWS = [row for row in table.values() if row.built_in and not is_flat(row) and "nothing" not in row.partials[-1]]


@pytest.mark.parametrize("row", MANY_ROWS, ids=lambda row: row.name)
def test_the_parents_are_the_values_among_the_operands_in_their_order(row: Any) -> None:
    """For operands that are Values altogether, numbers altogether, and a mixture of both."""
    sizes = [3 if argument.kind == "sequence" else 1 for argument in row.operands]
    for kinds in itertools.product(("values", "numbers", "both"), repeat=len(sizes)):
        operands: list[Any] = []
        for size, kind in zip(sizes, kinds, strict=True):
            numbers = [0.25 + 0.125 * (len(operands) + place) for place in range(size)]
            made = [Value(n) if kind == "values" or (kind == "both" and at != 1) else n for at, n in enumerate(numbers)]
            operands.append(made if size > 1 else made[0])
        z = getattr(functions, row.name)(*operands)
        flat = one_by_one([tuple(one) if isinstance(one, list) else one for one in operands])
        expected = [one for one in flat if isinstance(one, Value)]
        assert [*map(id, z.parents)] == [*map(id, expected)] if expected else type(z) is float
        if expected:
            assert [*map(id, topological_order(z)[:-1])] == [*map(id, expected)]
            assert len(z.partials()) == len(expected)
