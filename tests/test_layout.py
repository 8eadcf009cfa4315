"""Boxes stand apart, lines go from left to right and under no box, labels lie free, and it is the same every time."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import EXAMPLES

from autograd_scalar import Value
from autograd_scalar.functions import dot, exp, log
from autograd_scalar.graph import topological_order
from autograd_scalar.layout import Layout, Point, layout, sort
from autograd_scalar.layout.routes import RAIL

pytestmark = pytest.mark.once

Edges = list[tuple[int, int]]
Graph = tuple[list[tuple[float, float]], Edges, list[float]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Boxes of several sizes, edges from lower to higher numbers, some of them twice, some with a label."""
    n = draw(st.integers(1, 14))
    sizes = draw(
        st.lists(st.tuples(st.sampled_from([40.0, 112.0]), st.sampled_from([30.0, 62.0])), min_size=n, max_size=n)
    )
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] < e[1])
    edges = draw(st.lists(pair, max_size=24)) if n > 1 else []
    labels = draw(st.lists(st.sampled_from([0.0, 15.0, 60.0]), min_size=len(edges), max_size=len(edges)))
    return sizes, edges, labels


def drawn(route: tuple[Point, ...]) -> list[Point]:
    """The points a pen passes: a cubic curve with level ends between points at different heights."""
    points = [route[0]]
    for (x0, y0), (x1, y1) in pairwise(route):
        steps = 1 if y0 == y1 else 12
        for i in range(1, steps + 1):
            t = i / steps
            a, b = 3 * t * (1 - t) ** 2 + 3 * t * t * (1 - t), t**3
            points.append((x0 * (1 - t) ** 3 + (x0 + x1) / 2 * a + x1 * b, y0 + (y1 - y0) * t * t * (3 - 2 * t)))
    return points


def passes_through(points: list[Point], box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = box
    for (x0, y0), (x1, y1) in pairwise(points):
        if x1 <= left or x0 >= right:
            continue
        # The part of this short piece that lies between the box's sides.
        at = [max(left, x0), min(right, x1)]
        ys = [y0 + (y1 - y0) * ((x - x0) / (x1 - x0) if x1 > x0 else 0.0) for x in at]
        if min(ys) < bottom and max(ys) > top:
            return True
    return False


def check(graph: Graph, plan: Layout) -> None:
    sizes, edges, labels = graph
    boxes = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(plan.boxes, sizes, strict=True)]
    assert len(plan.routes) == len(plan.labels) == len(edges)
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], "two boxes overlap"
    for x0, y0, x1, y1 in boxes:
        assert x0 >= 0
        assert y0 >= 0
        assert x1 <= plan.width + 0.1
        assert y1 <= plan.height + 0.1
    written = []
    for (source, target), route, (x, y), room in zip(edges, plan.routes, plan.labels, labels, strict=True):
        assert plan.columns[source] < plan.columns[target]
        assert route[0] == pytest.approx((boxes[source][2], (boxes[source][1] + boxes[source][3]) / 2), abs=0.21)
        assert route[-1] == pytest.approx((boxes[target][0], (boxes[target][1] + boxes[target][3]) / 2), abs=0.21)
        assert all(x0 <= x1 for (x0, _), (x1, _) in pairwise(route)), "a line runs back"
        if room:
            written.append((x - room / 2, y - RAIL + 4, x + room / 2, y - 1.5))
    lines = [drawn(route) for route in plan.routes]
    inner = [(x0 + 0.2, y0 + 0.2, x1 - 0.2, y1 - 0.2) for x0, y0, x1, y1 in boxes]
    for line in lines:
        assert not any(passes_through(line, box) for box in inner), "a line passes under a box"
        assert not any(passes_through(line, label) for label in written), "a line passes through a label"
    for a, b in combinations(written, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], "two labels overlap"


@given(graphs())
def test_a_layout_is_in_order_and_the_same_every_time(graph: Graph) -> None:
    sizes, edges, labels = graph
    plan = layout(sizes, edges, labels=labels)
    check(graph, plan)
    assert layout(sizes, edges, labels=labels) == plan


@given(graphs())
def test_inputs_stand_just_before_their_first_use(graph: Graph) -> None:
    sizes, edges, _ = graph
    plan = layout(sizes, edges)
    for v in range(len(sizes)):
        uses = [plan.columns[target] for source, target in edges if source == v]
        if uses and v not in {target for _, target in edges}:
            assert plan.columns[v] == min(uses) - 1


def test_only_the_pinned_boxes_are_held_when_they_are_named() -> None:
    edges = [(0, 1), (1, 2), (3, 2)]
    assert layout([(10, 10)] * 4, edges, pinned=[3]).columns == (0, 1, 2, 1)


def test_no_boxes_and_one_box() -> None:
    assert layout([], []) == Layout(0.0, 0.0, (), (), (), (), 0)
    assert layout([(30, 20)], []) == Layout(30.0, 20.0, ((0.0, 0.0),), (), (), (0,), 0)


@pytest.mark.parametrize("edges", [[(0, 0)], [(0, 1), (1, 0)], [(0, 1), (1, 2), (2, 1)]])
def test_a_cycle_is_refused(edges: Edges) -> None:
    with pytest.raises(ValueError, match="cycle"):
        layout([(10, 10)] * 3, edges)
    assert len(sort(3, edges)) < 3


def test_a_chain_is_one_straight_line() -> None:
    plan = layout([(112, 62)] * 12, [(i, i + 1) for i in range(11)])
    assert len({y for _, y in plan.boxes}) == 1
    assert all(len(route) == 2 for route in plan.routes)


def test_a_long_line_is_straight_and_passes_no_box() -> None:
    edges = [(i, i + 1) for i in range(11)] + [(0, 11)]
    plan = layout([(112, 62)] * 12, edges)
    check(([(112, 62)] * 12, edges, [0.0] * len(edges)), plan)
    levels = [y for _, y in plan.routes[-1]]
    assert len(set(levels)) <= 3, "it leaves, runs level, and arrives"


def test_an_edge_that_occurs_twice_is_two_lines() -> None:
    plan = layout([(112, 62)] * 2, [(0, 1), (0, 1)], labels=[20, 20])
    first, second = plan.labels
    assert second[1] - first[1] >= RAIL
    assert plan.routes[0] != plan.routes[1]


def test_a_tree_crosses_nothing() -> None:
    edges = [(i, (i - 1) // 2) for i in range(1, 63)]
    assert layout([(60, 30)] * 63, edges).crossings == 0


@pytest.mark.slow
def test_lines_above_the_drawing_that_do_not_meet_share_a_height() -> None:
    def chain(start: int, n: int) -> Edges:
        return [(start + i, start + i + 1) for i in range(n - 1)] + [(start + i, start + n - 1) for i in range(n - 2)]

    one = layout([(40.0, 30.0)] * 160, chain(0, 160))
    two = layout([(40.0, 30.0)] * 320, [*chain(0, 160), (159, 160), *chain(160, 160)])
    assert two.height <= one.height


@pytest.mark.slow
def test_many_long_edges_run_above_the_drawing() -> None:
    n = 220  # a place in every column for every long edge would be 24,000
    edges = [(i, i + 1) for i in range(n - 1)] + [(i, n - 1) for i in range(n - 2)]
    graph: Graph = [(40.0, 30.0)] * n, edges, [10.0] * len(edges)
    plan = layout(graph[0], edges, labels=graph[2])
    boxes = [(x, y, x + 40, y + 30) for x, y in plan.boxes]
    for route in plan.routes[:: len(plan.routes) // 40]:
        points = drawn(route)
        assert not any(passes_through(points, (a + 0.2, b + 0.2, c - 0.2, d - 0.2)) for a, b, c, d in boxes)


# ------------------------------------------------------------------------------------- crossings, and Graphviz


def neuron() -> Value:
    x, w, b, y = (Value(float(v)) for v in (2, 3, 1, 5))
    return ((w * x + b).relu() - y) ** 2


def softmax_network() -> Value:
    x = [Value(1.0), Value(2.0)]
    hidden = [dot([Value(0.1 * i - 0.2 * j) for i in range(2)], x, Value(0.5)).relu() for j in range(3)]
    scores = [dot([Value(0.3 * i - j) for i in range(3)], hidden, Value(0.1)) for j in range(2)]
    e = [exp(score) for score in scores]
    loss: Value = -log(e[0] / (e[0] + e[1]))
    return loss


def mlp(sizes: list[int]) -> Value:
    values = [Value(0.1 * i - 0.2) for i in range(sizes[0])]
    for k, size in enumerate(sizes[1:]):
        values = [
            dot([Value(0.2 * (i - j) + 0.1 * k) for i in range(len(values))], values, Value(0.1)).tanh()
            for j in range(size)
        ]
    return values[0]


def fan_out() -> Value:
    x = Value(1.5)
    return x * x + x.exp() * x.tanh() + 3 * x / x + x**3


def edges_of(root: Value) -> tuple[int, Edges]:
    order = topological_order(root)
    index = {id(v): i for i, v in enumerate(order)}
    return len(order), [(index[id(p)], i) for i, v in enumerate(order) for p in v.parents]


def crossings_of_dot(n: int, edges: Edges) -> int:
    nodes = "".join(f"n{i};" for i in range(n))
    lines = "".join(f"n{a}->n{b};" for a, b in edges)
    command = [shutil.which("dot") or "dot", "-v", "-Tplain"]
    text = f"digraph{{rankdir=LR;node[shape=box,width=1.5,label=x];{nodes}{lines}}}"
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)  # Graphviz
    return sum(map(int, re.findall(r"mincross.*: (\d+) crossings", done.stderr)))


# What `dot` of Graphviz 2.43 counts; in the worked examples that are not named it counts none.
RECORDED = {
    "neuron": 0, "softmax": 12, "mlp": 118, "fan_out": 0, "batch-and-layer-norm": 4, "scalars-to-matrices": 325,
    "softmax-network": 325, "two-moons": 1, "xavier": 5, "xor": 24,
}  # fmt: skip
MADE = {"neuron": neuron, "softmax": softmax_network, "mlp": lambda: mlp([3, 4, 4, 1]), "fan_out": fan_out}


@pytest.mark.parametrize("name", [*MADE, *EXAMPLES])
def test_no_more_crossings_than_graphviz(name: str) -> None:
    n, edges = edges_of(MADE[name]() if name in MADE else EXAMPLES[name].record().result)
    plan = layout([(112, 62)] * n, edges)
    assert plan.crossings <= RECORDED.get(name, 0)
    if shutil.which("dot"):
        assert plan.crossings <= crossings_of_dot(n, edges)


@pytest.mark.slow
def test_crossings_at_random_stay_as_few_as_they_were() -> None:
    total = 0
    for seed in range(12):
        chance = random.Random(seed)
        edges = [
            (chance.randrange(max(0, i - 12), i), i) for i in range(1, 40) for _ in range(chance.choice((1, 1, 2)))
        ]
        total += layout([(60, 30)] * 40, edges).crossings
    assert total <= 98


# ------------------------------------------------------------------------------------------------- large graphs


def thousand_at_random() -> tuple[int, Edges]:
    chance = random.Random(1)
    edges = [
        (chance.randrange(max(0, i - 30), i), i)
        for i in range(1, 1000)
        if chance.random() < 0.7
        for _ in range(chance.choice((1, 2)))
    ]
    return 1000, edges


def thousand_of_a_sequence() -> tuple[int, Edges]:
    h, w = Value(0.1), Value(0.5)
    for _ in range(333):
        h = (h * w + 0.1).tanh()
    return edges_of(h)


@pytest.mark.slow
@pytest.mark.parametrize(
    "graph", [thousand_at_random, thousand_of_a_sequence, lambda: edges_of(mlp([10, 20, 18, 15, 1]))]
)
def test_a_thousand_boxes_are_all_placed(graph: object) -> None:
    assert callable(graph)
    n, edges = graph()
    assert 950 < n < 1050
    plan = layout([(112, 62)] * n, edges, labels=[20.0] * len(edges))
    assert len(set(plan.boxes)) == n
    assert len(plan.routes) == len(edges)


def test_nothing_recurses() -> None:
    n = 3000
    plan = layout([(10, 10)] * n, [(i, i + 1) for i in range(n - 1)])
    assert plan.columns[-1] == n - 1 > sys.getrecursionlimit()


@pytest.mark.slow
def test_the_layout_does_not_depend_on_hashes() -> None:
    program = (
        "from autograd_scalar.layout import layout\n"
        "print(layout([(60, 30)] * 40, [(i * 7 % j, j) for j in range(1, 40) for i in (1, 2, 3)]))"
    )
    top = Path(__file__).parents[1]
    said = {
        subprocess.run(  # this Python, on the program above
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, cwd=top, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(said) == 1
