"""`paths`: the routes from a node to the result, listed or counted, and the largest of them found."""

from __future__ import annotations

import dataclasses
import itertools
import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import UsageError, Value, functions
from autograd_scalar.explain import flow as flow_module
from autograd_scalar.explain import paths
from autograd_scalar.explain import words as words_module
from autograd_scalar.explain.flow import Flow
from autograd_scalar.explain.routes import Paths
from autograd_scalar.explain.words import Words
from autograd_scalar.steps import Steps
from autograd_scalar.testing import Graph, graphs


def products(result: Value, wrt: Value) -> list[float]:
    """Every route's product, by following the definition."""
    found = []
    pending = [(result, 1.0)]
    while pending:
        node, product = pending.pop()
        if node is wrt:
            found.append(product)
            continue
        pairs = zip(node.parents, node.partials(), strict=True)
        pending += [(parent, product * slope) for parent, slope in pairs]
    return found


def doubling(depth: int, *slopes: float) -> tuple[Value, Value]:
    """A chain in which each node is made from the one before in as many ways as there are slopes."""
    x = node = Value(1.0, label="x")
    for _ in range(depth):
        node = functions.dot(list(slopes), [node] * len(slopes))
    return node.named("L"), x


# ------------------------------------------------------------------------------------------------------- as text


def test_a_value_used_twice_reads_as_on_paper() -> None:
    x = Value(2)
    y = x * x + 3 * x
    assert str(paths(y, x)) == (
        "dy/dx = 7, the sum of 3 routes\n"
        "  x → x·x (1st x) → y    2 · 1 = 2\n"
        "  x → x·x (2nd x) → y    2 · 1 = 2\n"
        "  x → 3·x → y            3 · 1 = 3"
    )


def test_one_route_and_the_result_itself() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    assert str(paths(L, w)) == "dL/dw = 8, by one route\n  w → w·x → z → a → a − y → L    2 · 1 · 1 · 1 · 4 = 8"
    assert str(paths(L, L)) == "dL/dL = 1, by one route\n  L    1"
    assert paths(L, "w") == paths(L, w)
    assert str(paths(w * x, w)).endswith("  w → result    2")  # one slope is no product; L is another node here
    assert str(paths((x * x).named("s"), x)).endswith("  x → s (1st x)    2\n  x → s (2nd x)    2")


def test_a_function_and_its_arguments() -> None:
    def f(x: Value, w: Value) -> Value:
        z = w * x
        return z * z

    assert paths(f, "w", x=2, w=3).value == 24.0
    assert paths(f, "w", x=2, w=3).routes[0].nodes[:2] == ("w", "z")


def test_what_a_made_up_name_is_made_of_is_said_too() -> None:
    w = u = Value(2.0, label="w")
    for _ in range(4):
        u = u * u
    assert str(u.paths(w)).splitlines()[-1] == "where t₁ = w·w, t₂ = t₁·t₁, t₃ = t₂·t₂"


def test_the_largest_are_listed_and_the_rest_is_summed() -> None:
    x = Value(1.0, label="x")
    y = (x * 4.0 + x * -3.0 + x * 2.0 + x * 1.0).named("y")
    found = paths(y, x, k=2)
    assert [route.contribution for route in found.routes] == [4.0, -3.0]
    assert (found.count, found.rest, found.is_complete) == (4, 3.0, False)
    assert str(found).splitlines()[0] == "dy/dx = 4, the sum of 4 routes; the 2 largest:"
    assert str(found).splitlines()[-1] == "  … 2 more routes, which together bring 3"


def test_long_routes_are_shortened_and_differ_to_the_eye() -> None:
    L, x = doubling(30, 1.5, -0.5)
    text = str(paths(L, x, k=5))
    rows = [line for line in text.splitlines() if line.startswith("  x")]
    assert len(rows) == len(set(rows)) == 5
    assert all(len(row) < 260 for row in rows)
    assert "more …" in rows[0]


def test_steps_without_a_name_are_written_out() -> None:
    x = Value(0.5, label="x")
    L = ((x.tanh() * 3.0).exp().sin() + x).named("L")
    (route, _) = paths(L, x).routes
    assert "t1" in route.nodes
    assert str(paths(L, x)).splitlines()[-1].startswith("where t")


@pytest.mark.parametrize("slopes", [(2.0, 2.0), (1.0, -3.0)])
def test_every_style_speaks_of_every_route(slopes: tuple[float, float]) -> None:
    L, x = doubling(2, *slopes)
    found = paths(L, x)
    assert found.ascii().isascii()
    assert found.latex().count(r"\to L") == 4
    assert found.markdown().startswith("$$")
    assert len(ET.fromstring(found.mathml()).findall(".//{*}mtr")) == 5
    assert len(ET.fromstring(found._repr_html_()).findall(".//tr")) == 4


def test_frozen_and_comparable() -> None:
    L, x = doubling(2, 1.0, 2.0)
    found = paths(L, x)
    assert found == paths(L, x)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.value = 1.0  # type: ignore[misc]  # that is the point


# ------------------------------------------------------------------------------------------------------ as numbers


@given(graphs())
def test_contributions_add_up_to_the_gradient(graph: Graph) -> None:
    for leaf in graph.used:
        leaf.zero_grad()
    graph.result.zero_grad()
    graph.result.backward()
    for leaf in graph.used:
        expected = products(graph.result, leaf)
        found = paths(graph.result, leaf, k=len(expected))
        contributions = [route.contribution for route in found.routes]
        assert found.is_complete
        assert found.count == len(expected)
        assert abs(found.value - leaf.grad) <= 1e-12 * math.fsum(map(abs, contributions))
        assert sorted(contributions) == pytest.approx(sorted(expected), rel=1e-13, abs=1e-300)
        assert abs(math.fsum(contributions) - leaf.grad) <= 1e-12 * math.fsum(map(abs, contributions))
        for route in found.routes:
            assert math.prod(route.slopes) == pytest.approx(route.contribution, rel=1e-13)


@given(graphs(operations=9), st.integers(1, 6))
def test_the_largest_are_those_of_brute_force(graph: Graph, k: int) -> None:
    for leaf in graph.used:
        expected = sorted(map(abs, products(graph.result, leaf)), reverse=True)
        found = paths(graph.result, leaf, k=k)
        sizes = sorted((abs(route.contribution) for route in found.routes), reverse=True)
        assert sizes == pytest.approx(expected[:k], rel=1e-11)
        assert len(found.routes) == min(k, len(expected))


@given(st.lists(st.sampled_from([0.0, 1.0, -2.0, math.inf, math.nan, 0.5, 1e-200, 1e200]), min_size=2, max_size=3),
       st.integers(1, 3))  # fmt: skip
def test_zeros_and_slopes_that_are_not_finite(slopes: list[float], depth: int) -> None:
    """However few are asked for: first those with a slope that is not finite, and last those with one of 0."""
    L, x = doubling(depth, *slopes)
    flow = Flow(Steps(L), x)
    everything = len(slopes) ** depth
    assert flow.count()[0] == everything

    def rank(route: list[int]) -> tuple[int, float]:
        found = [slope for _, _, slope, _ in flow.edges_of(route)]
        if not all(map(math.isfinite, found)):
            return 2, 0.0
        return (0, 0.0) if 0.0 in found else (1, math.fsum(math.log2(abs(slope)) for slope in found))

    ranks = [rank(list(route)) for route in itertools.product(range(len(slopes)), repeat=depth)]
    expected = [pytest.approx(one, abs=1e-9) for one in sorted(ranks, reverse=True)]
    for k in range(1, everything + 1):
        assert [rank(route) for route in flow.largest(k)] == expected[:k]


def test_equal_routes_stand_in_the_order_of_the_operands() -> None:
    x = Value(0.7, label="x")
    parts = [x * 0.3, x * 0.1 * 3.0, x * 0.3, x * 5.0, x * 3.0 * 0.1, x * 0.001]  # 0.1·3 is not 0.3 to the last digit
    found = paths(functions.sum(parts), x, k=5)
    assert len({route.contribution for route in found.routes}) == 3
    assert [route.nodes[-2] for route in found.routes] == [f"parts[{place}]" for place in (3, 0, 1, 2, 4)]
    doubled, x = doubling(5, 1.0, 1.0)
    uses = [tuple(hop.use for hop in reversed(route.hops)) for route in paths(doubled, x, k=10).routes]
    assert uses == sorted(uses)


def test_every_route_is_listed_once() -> None:
    L, x = doubling(5, 1.0, 1.0, 1.0)
    found = paths(L, x, k=243)
    uses = [tuple(hop.use for hop in route.hops) for route in found.routes]
    assert uses == sorted(itertools.product((1, 2, 3), repeat=5), key=lambda route: route[::-1])
    some = paths(L, x, k=200)  # all of one size: any 200 of them, and no two the same
    assert len({tuple(hop.use for hop in route.hops) for route in some.routes}) == 200


@pytest.mark.parametrize(
    ("depth", "ways", "count", "shown"),
    [
        (10, 2, 1024, "1,024 routes"),
        (18, 10, 10**18, "1,000,000,000,000,000,000 routes"),
        (60, 2, None, "about 10¹⁸ routes"),
        (1000, 2, None, "about 10³⁰¹ routes"),
    ],
)
def test_counts(depth: int, ways: int, count: int | None, shown: str) -> None:
    L, x = doubling(depth, *[0.5] * ways)
    found = paths(L, x, k=1)
    assert found.count == count
    assert found.log10_count == pytest.approx(depth * math.log10(ways), rel=1e-12)
    assert shown in str(found)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=8),
    st.lists(st.integers(2, 90), max_size=2),
    st.sampled_from([1, 100]),
)
def test_counts_are_exact_or_as_good_as_a_float(ways: list[int], back: list[int], times: int) -> None:
    """Of nodes that are made from the last one in several ways, and from earlier ones, as Python's integers count."""
    nodes, counts = [Value(1.0)], [1]
    for many in ways * times:
        made_from = [-1] * many + [-one for one in back if one <= len(nodes)]
        nodes.append(functions.sum([nodes[one] for one in made_from]))
        counts.append(sum(counts[one] for one in made_from))
    count, power = Flow(Steps(nodes[-1]), nodes[0]).count()
    assert count == (counts[-1] if counts[-1] <= 10**18 else None)
    assert power == pytest.approx(math.log10(counts[-1]), rel=1e-13)


def test_the_largest_of_very_many_are_exact() -> None:
    L, x = doubling(40, 3.0, -2.0)  # 10¹² routes: 3⁴⁰, then forty of 3³⁹·2
    found = paths(L, x, k=42)
    assert [route.contribution for route in found.routes[:41]] == [3.0**40] + [-(3.0**39) * 2.0] * 40
    assert found.routes[41].contribution == 3.0**38 * 4.0
    assert found.value == 1.0


# ------------------------------------------------------------------------------------------------------ large graphs


def test_each_node_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The partials of each node between are asked for once, whatever the number of routes."""
    asked = 0
    original = Value.partials

    def counting(self: Value) -> tuple[float, ...]:
        nonlocal asked
        asked += 1
        return original(self)

    L, x = doubling(3000, 0.5, 0.25)
    aside = Value(1.0)
    for _ in range(1000):
        aside = aside * 0.5
    root = L + aside
    monkeypatch.setattr(Value, "partials", counting)
    flow = Flow(Steps(root), x)
    flow.count()
    list(flow.largest(5))
    assert asked == 3001  # not the chain beside, and nothing twice


def test_edges_are_weighed_in_proportion_to_routes_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed = 0
    original = flow_module._weight

    def counting(slope: float) -> int:
        nonlocal weighed
        weighed += 1
        return original(slope)

    monkeypatch.setattr(flow_module, "_weight", counting)
    depth, k = 2000, 10
    L, x = doubling(depth, 0.5, 0.25)
    flow = Flow(Steps(L), x)
    assert len(list(flow.largest(k))) == k
    assert weighed <= 2 * depth * (k + 1)  # of 2²⁰⁰⁰ routes


@pytest.mark.slow
def test_a_deep_chain_has_one_long_route() -> None:
    x = node = Value(1.0, label="x")
    for _ in range(30_000):
        node = node * 1.0
    found = paths(node.named("L"), x)
    assert (found.count, found.value) == (1, 1.0)
    (route,) = found.routes
    assert len(route.hops) + route.left_out == 30_000
    assert len(str(found)) < 500


# ------------------------------------------------------------------------------------------------------- bad input


def test_bad_input_is_answered_by_a_sentence() -> None:
    x, q = Value(2.0, label="x"), Value(1.0, label="q")
    y = (x * 2).named("y")
    for k in (0, -1, True, 2.5):
        with pytest.raises(UsageError, match="number of routes"):
            paths(y, x, k=k)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(UsageError, match="digits=0"):
        paths(y, x, digits=0)
    with pytest.raises(UsageError, match="q does not reach y"):
        paths(y, q)
    with pytest.raises(UsageError, match="no node called 'nobody'"):
        paths(y, "nobody")
    x.data = 5.0
    with pytest.raises(UsageError, match="edited"):
        paths(y, x)


def test_gradients_are_left_alone() -> None:
    L, x = doubling(3, 1.0, 2.0)
    paths(L, x)
    assert not x.reached
    assert not L.reached


def test_type_of_the_answer() -> None:
    L, x = doubling(1, 2.0)
    assert isinstance(paths(L, x), Paths)


def test_of_many_made_up_names_a_few_are_explained_and_of_others_the_numbers_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = node = Value(0.5, label="x")
    for _ in range(3):
        a, b = node.sin(), node.cos()
        node = (a * a).tanh() + (b * b).exp() * node
    (note,) = paths(node.named("L"), x, k=40).notes
    assert note.startswith("where t₃ = x·exp(t₂·t₂), t₄ = tanh(t₁·t₁) + t₃, ")
    assert note.count(" = ") == 4
    assert note.endswith(", and so on (5 more)")
    node = Value(1.0, label="y")
    for _ in range(7):
        node = node.sin() * node.cos() + node
    words = Words(Steps(node.named("M")), 6)
    assert words.definitions(["t12"], 1) == "where t₁₂ = t₁₁·cos(t₁₀) + t₁₀, t₁₀ ≈ 1.5708, t₁₁ = 1"
    monkeypatch.setattr(words_module, "NUMBERS", 1)
    assert words.definitions(["t12"], 1).endswith(", t₁₁ = 1, and so on (1 more)")


def test_mathml_has_the_title_in_one_cell_and_each_route_in_two() -> None:
    x = Value(2)
    y = x * x + 3 * x
    math = "{http://www.w3.org/1998/Math/MathML}"
    rows = [*ET.fromstring(paths(y, x).mathml()).iter(f"{math}mtr")]
    assert [len(row) for row in rows] == [1, 2, 2, 2]
    texts = ["".join(row.itertext()) for row in rows]
    assert texts[0] == "dydx=7, the sum of 3 routes"
    assert texts[3].endswith("3·1=3")
    assert texts[1] != texts[2]


def test_of_long_routes_that_differ_in_the_middle_the_place_is_shown() -> None:
    x = Value(0.5, label="x")
    a = x
    for number in range(6):
        a = (a * 2.0).named(f"a{number}")
    a = (a.sin().named("left") + a.cos().named("right")).named("joined")
    for number in range(6):
        a = (a * 2.0).named(f"b{number}")
    first, second = str(paths(a.named("L"), x)).splitlines()[1:3]
    assert "x → a₀ → a₁ → a₂ → … 7 more … → b₂ → b₃ → b₄ → L  " in first
    assert "x → a₀ → a₁ → a₂ → … 3 more … → right → … 3 more … → b₂ → b₃ → b₄ → L  " in second


def test_what_is_left_when_all_or_none_can_be_added_up() -> None:
    x = Value(2.0, label="x")
    assert paths((x * x + x).named("y"), x).rest == 0.0
    node = x
    for _ in range(3):
        node = node * 1e200 + node * 1e200
    found = paths(node, x, k=2)
    assert not math.isfinite(found.rest)
    assert str(found).splitlines()[3] == "  … 6 more routes"


def test_a_product_with_a_factor_of_0_is_0_and_one_that_floats_swallow_is_not() -> None:
    x, w, t = Value(-1.0, label="x"), Value(0.3, label="w"), Value(1e-200, label="t")
    L = ((w * x).tanh() * x.relu()).named("L")
    assert "0.3 · 0.915137 · 0 = 0" in str(paths(L, x))
    assert str(paths((t * 1e-200 * 1e-200).named("u"), t)).endswith("10⁻²⁰⁰ · 10⁻²⁰⁰ ≈ 0")
    assert str(paths((t * 3 * 0.1).named("u"), t)).endswith("3 · 0.1 ≈ 0.3")
    assert str(paths((w * 1.0000001 * 2).named("u"), w)).endswith("1 · 2 ≈ 2")


def test_routes_that_leave_the_range_of_floats_are_not_called_a_sum() -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    c = a * 1e308 * 10
    found = paths(((c - c) * b).named("L"), a)
    assert found.value == 0
    assert not found.adds_up
    assert str(found).startswith("dL/da = 0, by 2 routes\n")
    assert found.notes[0].endswith(
        "these products do not add up. The backward pass adds at each node before it multiplies on; so it gets 0."
    )
    assert paths((c + c).named("L"), a).adds_up  # ∞ + ∞
    assert ", the sum of 2 routes" in str(paths((c + c).named("L"), a))
