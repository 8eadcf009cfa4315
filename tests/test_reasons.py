"""`why`: one sentence for each way in which a gradient can be what it is."""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_scalar import UsageError, Value, functions, gradients, no_grad, op
from autograd_scalar.explain import explain, opening, paths, sides, why
from autograd_scalar.explain.reasons import Reason
from autograd_scalar.graph import topological_order
from autograd_scalar.nn import MLP, init
from autograd_scalar.notation import display
from autograd_scalar.testing import Graph, graphs


def text(reason: Reason) -> str:
    """All that is said, in one line."""
    return " ".join(str(reason).split("\n"))


def neuron(w: float, activation: str = "relu", **parameters: float) -> tuple[Value, dict[str, Value]]:
    """The single neuron of seed 1, labelled."""
    nodes = {name: Value(number, label=name) for name, number in (("x", 2), ("w", w), ("b", 1), ("y", 5))}
    nodes["z"] = (nodes["w"] * nodes["x"] + nodes["b"]).named("z")
    nodes["a"] = getattr(nodes["z"], activation)(**parameters).named("a")
    nodes["L"] = ((nodes["a"] - nodes["y"]) ** 2).named("L")
    return nodes["L"], nodes


def deep(k: float, depth: int, y: float = 0.0, activation: str = "relu") -> tuple[Value, list[Value]]:
    """The chain of seed 1 part E: all weights k, x = 1, L = (a − y)²/2."""
    a: Value = Value(1, label="x")
    weights = [Value(k, label=f"w{place}") for place in range(1, depth + 1)]
    for place, w in enumerate(weights, 1):
        z = (w * a).named(f"z{place}")
        a = getattr(z, activation)().named(f"a{place}")
    return (0.5 * (a - Value(y, label="y")) ** 2).named("L"), weights


# ---------------------------------------------------------------------------------------------------- a zero gradient


def test_a_shut_unit_that_something_else_may_open_is_not_shut_for_ever() -> None:
    w1, w2 = Value(1.0, label="w1"), Value(0.5, label="w2")
    h1 = w1.relu().named("h1")
    h2 = (w2 * h1 - 1.0).relu().named("h2")
    loss = ((h1 + h2 - 5.0) ** 2).named("L")
    assert "gradient descent does not move w₂ as long as it stays so." in " ".join(str(why(loss, w2)).split())
    alone = ((h2 - 5.0) ** 2).named("L")  # now nothing moves w1 either
    assert "gradient descent never moves w₂." in " ".join(str(why(alone, w2)).split())
    spike = op("spike(x)", "abs(x)", "x / abs(x)")
    undefined = (alone + spike(Value(0.0, label="u")).named("s")).named("M")  # a slope elsewhere has no value
    assert "as long as it stays so" in " ".join(str(why(undefined, w2)).split())


def test_a_shut_relu() -> None:
    """Row A3: a dead neuron, as experience has it."""
    x, w, b, y = Value(2), Value(-3), Value(1), Value(5)
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    assert str(why(L, w)) == (
        "dL/dw = dL/da · da/dz · dz/dw = (−10) · 0 · 2 = 0\n"
        "a = relu(z) is shut: z = −5 ≤ 0. All routes from w to L (1) pass a, so gradient descent never moves w.\n"
        "a opens for w > −0.5 (with the other leaves as they are)."
    )
    found = why(L, b)
    assert (found.kind, found.value, found.nodes, found.numbers) == ("shut", 0.0, ("a",), (("a", 0.0),))


def opens(result: Value, wrt: Value) -> str:
    """What is said of where a gate opens."""
    return next((one for one in why(result, wrt).sentences if " opens for " in one), "")


def test_a_shut_relu_says_where_it_opens() -> None:
    L, nodes = neuron(-3)
    others = " (with the other leaves as they are)."
    assert opens(L, nodes["w"]) == "a opens for w > −0.5" + others
    assert opens(L, nodes["x"]) == "a opens for x < 0.333333" + others
    assert opens(L, nodes["b"]) == "a opens for b > 6" + others
    assert opens(L, nodes["z"]) == ""  # nobody can move z itself
    w = Value(1.0, label="w")
    assert opens((-w * 2 - 0.0).relu().named("a"), w) == "a opens for w < 0."  # there is no other leaf, and no −0
    assert opens((3.0 - w).relu().named("a"), w) == ""  # it is open
    assert opens(w.neg().named("z").relu().named("a"), w) == "a opens for w < 0."
    shut = (Value(-2.0) * 1.0).relu().named("a")
    assert text(why(shut, shut.parents[0].parents[0])).endswith("never moves x. a opens for x > 0.")
    u = Value(-1.0, label="u")
    assert opens(u.relu().named("a"), u) == ""  # it has just been said: u = −1 ≤ 0


@settings(max_examples=60)
@given(
    w=st.integers(-5, 5),
    factors=st.lists(st.sampled_from([-3.0, -0.5, 0.5, 2.0]), min_size=1, max_size=3),
    b=st.integers(-9, 9),
)
def test_where_a_relu_opens_it_does(w: int, factors: list[float], b: int) -> None:
    def slope(w: float) -> tuple[Value, Value]:
        leaf = Value(w, label="w")
        z: Value = functions.sum([functions.dot([leaf, leaf / 4], [factor, 2.0], 1.0) for factor in factors])
        return ((z - b) / 2 - leaf * 0.25).relu().named("a"), leaf

    a, leaf = slope(w)
    said = re.fullmatch(r"a opens for w ([<>]) (−?)([\d.]+)\.", opens(a, leaf))
    if said is None:
        nowhere = slope(1e6)[0].data == slope(-1e6)[0].data
        assert a.partials() == (1.0,) or why(a, leaf).kind == "kink" or nowhere
        return
    bound = float(said[3]) * (-1.0 if said[2] else 1.0)
    side = 1.0 if said[1] == ">" else -1.0
    for far in (1e-3, 1.0, 1e3):
        assert slope(bound + side * far)[0].partials() == (1.0,)
        assert slope(bound - side * far)[0].partials() == (0.0,)


def test_where_a_gate_opens_is_not_said_where_it_is_not_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    w, v = Value(1.0, label="w"), Value(2.0, label="v")
    assert opens((w * w - 100.0).relu().named("a"), w) == ""  # not affine
    assert opens((w.exp() - 100.0).relu().named("a"), w) == ""
    assert opens(((w * 2).relu() - 100.0).relu().named("a"), w) == ""  # a kink on the way
    for decides in (w, w * 2 - 9.0):
        chosen = functions.where(decides, v, v * 2) + w
        assert opens((chosen - 100.0).relu().named("a"), w) == ""  # w decides, and nothing flows by it
    capped = op("capped(x)", "x if x < 5 else 5", "1 if x < 5 else 0")
    flat = why(capped(w * 9).named("a"), w)
    assert (flat.kind, "opens" in text(flat)) == ("flat", False)
    assert opens((w * 1e-200 * 1e-200 - 1.0).relu().named("a"), w) == ""  # beyond all floats
    assert opens((w * Value(0.0, label="x") - 1.0).relu().named("a"), w) == ""  # no w opens it
    assert opens((w * 2).clip(low=3, high=4).named("a"), w) == ""  # two comparisons
    both = (w * 2 - 30.0).relu().named("a") - 1.0
    assert opens(both.relu().named("c"), w) == ""  # a alone opens nothing
    mine = op("mine(x)", "2 * x", "2")
    assert opens((mine(w) - 100.0).relu().named("a"), w) == ""  # whoever wrote the row may err
    spike = op("spike(x)", "abs(x)", "x / abs(x)")
    hidden = spike(Value(0.0, label="u"))
    assert opens((w + hidden - 100.0).relu().named("a"), w) == ""  # a slope elsewhere has no value
    long = (w - 100.0).relu().named("a")
    assert opens(long, w) == "a opens for w > 100."
    monkeypatch.setattr(opening, "LARGE", 1)
    assert opens(long, w) == ""


def test_gates_of_ones_own_open_where_their_one_comparison_says() -> None:
    w = Value(1.0, label="w")
    for value, partial, said in (
        ("0 if x < 5 else x - 5", "0 if x < 5 else 1", "w ≥ 2.5"),
        ("0 if x > -5 else x + 5", "0 if x > -5 else 1", "w ≤ −2.5"),
        ("0 if x >= -5 else x + 5", "0 if x >= -5 else 1", "w < −2.5"),
    ):
        gate = op("gate(x)", value, partial)
        assert opens(gate(w * 2).named("a"), w) == f"a opens for {said}."
    for partial in (
        "0 if abs(x) < 9 else 1",  # of another number than the operand
        "0 if x < 9 else 0 if x < 99 else 1",  # of several
        "0 if x < 9 else 1 if x < 5000 else 0",
        "0 if 1 < x < 9 else 1",
        "x - 2 if x < 9 else 1",  # 0 only here
        "0 if x < 9 else 0",  # never open
        "0 if x < 9 else 1 / 0",
    ):
        gate = op("gate(x)", "0 * x", partial)
        assert why(gate(w * 2).named("a"), w).value == 0.0
        assert opens(gate(w * 2).named("a"), w) == "", partial


def test_leaky_relu_lets_a_little_through() -> None:
    L, nodes = neuron(-3, "leaky_relu", slope=0.01)
    found = why(L, nodes["w"])
    assert found.value == pytest.approx(-0.202)
    assert "The way back multiplies it by x = 2 and da/dz = 0.01 since z = −5 ≤ 0." in text(found)


def test_a_cut_of_several_relus_is_named() -> None:
    w = Value(1.0)
    hidden = [(w * k).relu().named(f"h{place}") for place, k in enumerate((-1.0, -2.0, -3.0), 1)]
    L = functions.sum(hidden)
    assert text(why(L, w)) == (
        "dL/dw = 0. All routes from w to L (3) pass one of 3 relus that are shut: "
        "h₁ (−w = −1), h₂ (−2·w = −2) and h₃ (−3·w = −3). So gradient descent never moves w. "
        "h₁ opens for w < 0, h₂ for w < 0 and h₃ for w < 0."
    )
    assert why(L, w).nodes == ("h1", "h2", "h3")


def test_the_smallest_cut_is_found() -> None:
    w = Value(1.0, label="w")
    hidden = [(w * k).relu() for k in (1.0, 2.0, 3.0)]
    gate = (functions.sum(hidden) - 100.0).relu().named("gate")
    L = functions.sum([(gate * k - 1.0).relu() for k in (1.0, 2.0)]).named("L")
    assert why(L, w).nodes == ("gate",)  # not the two shut relus behind it
    assert "All routes from w to L (6) pass gate" in text(why(L, w))


def test_one_open_route_is_no_cut() -> None:
    w = Value(1.0, label="w")
    L = ((w * -1.0).relu() + w * 2.0).named("L")
    assert why(L, w).kind == "ordinary"


def test_a_dead_network_names_the_first_relu_and_the_others() -> None:
    """Row E10: after one step with η = 0.1."""
    L, weights = deep(-307.5, 3)
    assert "a₁ = relu(z₁) is shut: z₁ = −307.5 ≤ 0." in text(why(L, weights[0]))
    assert "a₂, a₃ and L would stop it as well." in text(why(L, weights[0]))
    assert "A factor is 0: a₂ = 0, in z₃ = w₃·a₂." in text(why(L, weights[2]))


def test_a_zero_factor() -> None:
    x, w = Value(0.0, label="x"), Value(3.0, label="w")
    L = ((w * x + 1.0).tanh() * 2.0).named("L")
    found = why(L, w)
    assert (found.kind, found.value) == ("zero factor", 0.0)
    assert "A factor is 0: x = 0, in " in text(found)


def test_at_the_minimum() -> None:
    L, nodes = neuron(2.0)
    found = why(L, nodes["w"])
    assert found.kind == "zero factor"
    assert "A factor is 0: 2(a − y) = 0, in L = (a − y)²." in text(found)


def test_a_sigmoid_so_far_out_that_its_slope_is_lost() -> None:
    """Row B3: the stable slope is positive up to 745 and 0 from 746 on."""
    t = Value(746.0, label="t")
    s = t.sigmoid().named("s")
    L = (s * 2.0).named("L")
    assert why(L, t).kind == "saturated"
    assert "s = σ(t) is saturated: t = 746, and its slope there is too small for a float" in text(why(L, t))
    t = Value(37.0, label="t")
    assert why((t.sigmoid() * 2.0).named("L"), t).value > 0  # type: ignore[operator]  # a float


def test_a_choice_that_was_not_taken() -> None:
    p, q = Value(1.0, label="p"), Value(2.0, label="q")
    m = p.max(q).named("m")
    assert text(why((m * 3.0).named("L"), p)).startswith(
        "dL/dp = dL/dm · dm/dp = 3 · 0 = 0 m = max(p, q) does not take p = 1: it is 2."
    )
    assert why((m * 3.0).named("L"), p).kind == "chosen"


def test_a_flat_end() -> None:
    x = Value(7.0, label="x")
    c = x.clip(0, 1).named("c")
    assert why((c * 3.0).named("L"), x).kind == "flat"
    assert "c = clip(x, 0, 1) is flat there: x = 7 ≥ 1." in text(why((c * 3.0).named("L"), x))


def test_cancellation() -> None:
    x = Value(2.0)
    p = x * 3
    q = x * -3
    L = p + q
    assert text(why(L, x)) == ("dL/dx = 0. The routes cancel: x → p → L brings +3 and x → q → L brings −3; together 0.")
    assert why(L, x).nodes == ("p", "q")


def test_cancellation_further_on() -> None:
    w, x = Value(2.0, label="w"), Value(5.0, label="x")
    p = (w * x).named("p")
    L = (p * 2.0 - p * 2.0).named("L")
    assert "dL/dp = 0, since what comes back to p cancels" in text(why(L, w))


def test_near_cancellation() -> None:
    x = Value(2.0, label="x")
    L = ((x * 3.0001).named("p") + (x * -3.0).named("q")).named("L")
    found = why(L, x)
    assert found.kind == "cancelled"
    assert "Its 2 routes nearly cancel: their sizes add up to 6.0001, and 0.0001 is left." in text(found)


def test_underflow() -> None:
    a, b, c = (Value(1e-200, label=name) for name in "abc")
    L = (a * b * c).named("L")
    found = why(L, a)
    assert (found.kind, found.value) == ("underflow", 0.0)
    assert "10⁻²⁰⁰ · 10⁻²⁰⁰ is below 5·10⁻³²⁴" in text(found)


@pytest.mark.parametrize(("name", "interval"), [("relu", "[0, 1]"), ("abs", "[−1, 1]")])
def test_a_kink_and_the_slope_taken(name: str, interval: str) -> None:
    z = Value(0.0, label="z")
    a = getattr(functions, name)(z).named("a")
    found = why((a * 3.0).named("L"), z)
    assert (found.kind, found.value) == ("kink", 0.0)
    assert f"is on its kink, z = 0: the slope taken is 0, of {interval}." in text(found)


def test_a_tie_on_the_way() -> None:
    p, q = Value(2.0, label="p"), Value(2.0, label="q")
    found = why((p.max(q).named("m") * 3.0).named("L"), p)
    assert (found.kind, found.value) == ("kink", 1.5)
    assert "m = max(p, q) is on its kink, p = q = 2: the slope taken is 0.5 for p, of [0, 1]" in text(found)


def test_a_kink_among_other_zeros_is_called_one() -> None:
    w, x = Value(1.0, label="w"), Value(0.0, label="x")
    h = (w * x).named("z").relu().named("h")
    found = text(why((h + 1.0).named("L"), w))
    assert "h would stop it as well. h (z = 0) is on its kink: the slope taken is 0, of [0, 1]." in found
    w = Value(-1.0, label="w")
    shut, on = (w * 1.0).relu().named("h1"), (w + 1.0).relu().named("h2")
    found = text(why((shut + on).named("L"), w))
    assert "h₁ (w = −1) and h₂ (w + 1 = 0, on its kink: the slope taken is 0, of [0, 1])" in found
    w = Value(1.0, label="w")
    found = text(why(functions.sum([(w * k - k).relu().named(f"h{k}") for k in (2, 3)]).named("L"), w))
    assert "that are on a kink where the slope taken is 0: h₂ (2·w − 2 = 0, of [0, 1])" in found


def test_a_zero_that_an_infinity_made() -> None:
    t = Value(700.0, label="t")
    found = text(why((t.exp() * t.exp()).named("p").log().named("L"), t))
    assert "A factor is 0: 1/p = 0, in L = log(p), since p = ∞ is beyond the largest float." in found


def test_an_infinite_slope_is_traced_to_the_infinity_not_to_the_nan() -> None:
    a, z = Value(1e308, label="a"), Value(0.0, label="z")
    found = why(((a * 10.0).named("p") * z).named("L"), z)
    assert found.kind == "infinite"
    assert "Forward: p = 10·a is the first infinite number" in text(found)
    assert "first NaN" not in text(found)


def test_plain_numbers_that_multiply_are_counted() -> None:
    node = w = Value(1.0, label="w")
    for _ in range(60):
        node = node * 3.0
    assert "9 large factors, about 10²⁹ together" in text(why(node.named("L"), w))


def test_the_factor_that_is_0_is_named() -> None:
    x = Value(3.0, label="x")
    inputs = [x, *map(Value, range(1, 17))]
    found = why(functions.dot(inputs, [0.0, *range(16)]).named("L"), x)
    assert "A factor is 0: x is multiplied by 0, in L = dot of 17 operands." in text(found)
    assert "A factor is 0: x is multiplied by 0, in L = 0·x." in text(why((0.0 * x).named("L"), x))


def test_one_extreme_slope_says_where_it_is() -> None:
    w = Value(1e-300, label="w")
    assert "dL/dw = 1/w ≈ 10³⁰⁰ at w = 10⁻³⁰⁰." in text(why(w.log().named("L"), w))


def test_an_endless_route_is_told_as_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_scalar.steps.BLOCK", 100)
    monkeypatch.setattr("autograd_scalar.explain.case.EVERY", 100)
    node = w = Value(1.0, label="w")
    for _ in range(300):
        node = node * 0.9
    node = (node * 0.5).named("half") + 0.0
    found = why((node * 50.0).named("L"), w)
    assert found.kind == "vanishing"
    assert "It has 301 small factors, about 10⁻¹⁴ together. The smallest: dhalf/d" in text(found)
    assert found.nodes[0] == "L"  # 50 is the most extreme of all


# ---------------------------------------------------------------------------------------------- large and small ones


def test_the_exploding_chain_of_seed_1() -> None:
    """Rows E8 and E9, as experience has it."""
    L, weights = deep(5.0, 3)
    assert text(why(L, weights[0])) == (
        "dL/dw₁ = 3125 = 5⁵. The forward pass leads to dL/da₃ = a₃ − y = 125 = w₃·w₂·w₁·x. "
        "The way back multiplies it by w₃·w₂ = 25. The relus are open (1 each), x = 1. "
        'That is exploding: 1000 or more. Smaller weights mend it (in a net init="he_normal"). '
        "clip_grad_norm only bounds the step."
    )
    assert [why(L, w).value for w in weights] == [3125.0] * 3
    assert why(L, "x").value == 15625.0
    assert {why(L, w).kind for w in weights} == {"exploding"}


EXPLODING = "That is exploding: 1000 or more. "
CLIP = "clip_grad_norm only bounds the step."


def test_a_net_that_explodes_is_said_to_and_what_does_it_and_what_helps() -> None:
    rng = Random(1)
    model = MLP(8, [16] * 6 + [1], init=init.normal(1.0), rng=rng)
    L = ((model([rng.gauss(0.0, 1.0) for _ in range(8)]) - 1.0) ** 2).named("L")
    w = model.layers[0].w[0][0]
    found = why(L, w)
    assert found.kind == "exploding"
    assert abs(found.value or 0.0) > 1000.0
    said = text(found)
    assert "cancel" not in said  # signs by chance always leave less than the sizes add up to
    assert "It is the sum of 1,048,576 routes; the largest, " in said
    assert re.search(
        r"That route has \d large factors, about 10. together\. The largest: dL/d.* = 2\(.* − 1\) ≈ ", said
    )
    assert EXPLODING in said
    assert 'Smaller weights mend it (in a net init="he_normal"). ' + CLIP in said
    tamed = MLP(8, [16] * 6 + [1], rng=Random(1))
    assert why(((tamed([1.0] * 8) - 1.0) ** 2).named("L"), tamed.layers[0].w[0][0]).kind != "exploding"


def test_one_large_slope_is_no_matter_of_depth() -> None:
    x = Value(20.0, label="x")
    assert EXPLODING + "Another scale of inputs, weights or targets mends it. " + CLIP in text(why(x.cosh(), x))
    assert "exploding" not in text(why((x * 999.0).named("L"), x))
    assert "exploding" in text(why((x * 1000.0).named("L"), x))


def test_routes_cancel_where_they_leave_less_than_chance_would() -> None:
    def left(extra: float) -> str:
        x = Value(1.0, label="x")
        weights = [1.0, -1.0] * 5000
        return why((functions.dot([x] * 10_000, weights) + x * extra).named("L"), x).kind

    assert left(2.0) == "ordinary"  # √10,000 is 100, and the sizes are 5,000 times what is left
    assert left(0.5) == "cancelled"


def test_more_routes_than_a_float_can_count() -> None:
    node = x = Value(1.0, label="x")
    for _ in range(2200):
        node = node * 0.7 + node * 0.3
    assert why(node.named("L"), x).kind == "ordinary"


def test_vanishing_is_said_where_depth_does_it_and_not_where_the_loss_is_at_its_best() -> None:
    L, weights = deep(0.05, 5, y=1.0)
    assert (
        "That is vanishing: 0.0001 or less. "
        'Larger weights mend it (in a net init="he_normal"), or a way around (Residual).'
    ) in text(why(L, weights[0]))
    L, weights = deep(0.9, 4, y=0.9**4 + 1e-6)
    assert why(L, weights[0]).kind == "vanishing"
    assert "That is" not in text(why(L, weights[0]))
    L, weights = deep(0.005, 3, y=1.0)  # two small factors are no depth
    assert why(L, weights[0]).kind == "vanishing"
    assert "That is" not in text(why(L, weights[0]))


def sigmoids(depth: int, activation: str = "sigmoid") -> tuple[Value, Value]:
    """One operation after the other, and no weights."""
    node = x = Value(1.5, label="x")
    for _ in range(depth):
        node = getattr(node, activation)()
    return node.named("L"), x


def advice(result: Value, wrt: Value) -> str:
    """What is said to mend a gradient that vanishes."""
    return text(why(result, wrt)).partition("That is vanishing: 0.0001 or less. ")[2].partition(" where ")[0]


def test_no_weights_mend_slopes_of_a_quarter() -> None:
    L, x = sigmoids(12)
    assert (
        advice(L, x)
        == "The slope of σ is at most 0.25: relu or tanh in its place mends it, or a way around (Residual)."
    )
    for activation in ("relu", "tanh"):
        L, x = sigmoids(12, activation)
        assert why(L, x).kind == "ordinary"

    def net(activation: str, start: init.Init) -> tuple[MLP, Value]:
        rng = Random(1)
        model = MLP(16, [16] * 10 + [1], activation=activation, init=start, rng=rng)
        return model, (model([rng.gauss(0.0, 1.0) for _ in range(16)]) ** 2).named("L")

    for start in (init.he_normal(), init.xavier_normal(), init.normal(0.01)):
        model, L = net("sigmoid", start)
        assert advice(L, model.layers[0].w[0][0]) == (
            "The slope of σ is at most 0.25, whatever the weights. "
            'relu or tanh in its place mends it (in a net with init="he_normal"), or a way around (Residual).'
        )
    for activation in ("relu", "tanh"):
        model, L = net(activation, init.he_normal())
        L.backward()
        first, last = (max(abs(w.grad) for row in model.layers[at].w for w in row) for at in (0, -1))
        assert 0.01 < first / last < 100.0
    model, L = net("tanh", init.normal(0.05))
    larger = 'Larger weights mend it (in a net init="xavier_normal"), or a way around (Residual).'
    assert advice(L, model.layers[0].w[0][0]) == larger


def test_what_mends_follows_from_what_is_small() -> None:
    nearer = "Factors nearer to 1 mend it, or a way around (Residual)."
    x = Value(1.0, label="x")

    def layers(count: int, layer: Callable[[Value], Value]) -> Value:
        node = x
        for place in range(count + 1):
            node = layer(node).named(f"a{place}")
        return node

    assert advice(layers(8, lambda a: a * 0.1), x) == nearer  # numbers, and no weights
    assert advice(layers(10, lambda a: (a + 1.0).atan()), x) == (
        "The slope of atan is 1 at 0 and less elsewhere: inputs nearer to 0 mend it, or a way around (Residual)."
    )
    w = Value(1.0, label="w")
    assert ": weights or inputs nearer to 0 mend it, or a way" in advice(layers(10, lambda a: (w * a + 1.0).atan()), x)
    assert "Factors nearer to 1 mend it. " + CLIP in text(why(layers(5, lambda a: a**2 * 3.0), x))
    weights = [Value(0.05, label=f"w{place}") for place in range(100)]
    wide = layers(4, lambda a: functions.dot(weights, [a] * 100))
    assert why(wide, x).kind == "exploding"  # 5 times in each layer, though each weight is small
    assert advice(layers(4, lambda a: functions.dot([0.05] * 100, [a, *[0.0] * 99])), x) == nearer
    small = layers(4, lambda a: functions.dot([a, *[0.0] * 99], weights))
    assert advice(small, x) == ""  # one route of many as large: together they would not be small
    tall = layers(4, lambda a: functions.dot([a, 0.0], weights[:2]))
    assert advice(tall, x) == 'Larger weights mend it (in a net init="he_normal"), or a way around (Residual).'
    assert advice(layers(4, lambda a: a.exp() * 1e-3), x) == nearer
    weight = Value(0.05, label="v")
    made = (weight * 0.1).named("made")
    assert advice(layers(5, lambda a: made * a), x) == nearer  # not a leaf
    node = (w * Value(1e-6, label="input")).named("first")
    for factor in (0.5, 0.5, 0.5, 0.5, weight, 1.0):
        node = (node * factor).named("a")
    assert advice(node, w) == nearer  # a small input is no weight, and the one weight is not most of it
    node = x
    for _ in range(2):
        node = (node.sigmoid() * 0.01).named("a")
    assert advice(((node * 0.01).named("b") * 0.5).named("L"), x) == nearer  # two sigmoids alone are not small


def test_of_an_endless_route_some_factors_tell_what_is_small() -> None:
    node = x = Value(1.0, label="x")
    w = Value(0.999, label="w")
    for _ in range(20_000):
        node = w * node
    assert why(node.named("L"), x).kind == "vanishing"
    assert advice(node, x) == 'Larger weights mend it (in a net init="he_normal"), or a way around (Residual).'


def test_another_target_says_what_the_activation_is() -> None:
    """Row E10 with y = 1: gradients of 3100."""
    L, weights = deep(5.0, 3, y=1.0)
    assert "dL/dw₁ = 3100. The forward pass leads to dL/da₃ = a₃ − y = 124, with a₃ = w₃·w₂·w₁·x = 125." in text(
        why(L, weights[0])
    )


def chain_of_relus(factors: list[float], x: float = 1.0) -> tuple[Value, list[Value]]:
    weights = [Value(factor, label=f"w{place}") for place, factor in enumerate(factors, 1)]
    node = Value(x, label="x")
    for weight in weights:
        node = (weight * node).relu()
    return node.named("L"), weights


def test_equal_factors_are_a_power_and_open_relus_one_sentence() -> None:
    L, weights = chain_of_relus([5.0] * 8)
    assert text(why(L, weights[0])).startswith(
        "dL/dw₁ = 78125 = 5⁷. The way back multiplies by w₈·w₇·w₆·w₅·w₄·w₃·w₂ = 78125 = 5⁷. "
        "The relus are open (1 each), x = 1. "
    )
    L, weights = chain_of_relus([5.0] * 8, x=3.0)  # one factor that is another
    assert text(why(L, weights[0])).startswith(
        "dL/dw₁ = 234375 = 5⁷·3. The way back multiplies by w₈·w₇·w₆·w₅·w₄·w₃·w₂·x = 234375 = 5⁷·3. "
        "The relus are open (1 each). "
    )
    L, weights = chain_of_relus([5.0, 2.0, 5.0, 2.0, 5.0, 2.0, 5.0])  # two others: no power
    assert "⁴" not in text(why(L, weights[0]))
    L, weights = chain_of_relus([-1.5, -1.5, -1.5, -1.5])
    assert why(L, weights[0]).kind == "shut"


def test_equal_factors_of_a_long_route_are_counted() -> None:
    L, weights = chain_of_relus([5.0] * 100)
    said = text(why(L, weights[0]))
    assert "= 5⁹⁹. It has 99 large factors of 5 each, such as dt₉₉/dt₉₈ = w₁₀₀·1{t₉₈ > 0} = 5; " in said
    assert "about 10⁶⁹ together." in said
    x = node = Value(1.0, label="x")
    for factor in [1.00001] * 300 + [0.5]:
        node = node * factor
    assert text(why((node * 4).named("L"), x)) == "dL/dx ≈ 2.00601. The large factor: dL/dnode = 4."


@pytest.mark.parametrize(("factor", "side"), [(1.000001, "above"), (0.999999, "below")])
def test_a_factor_close_to_1_is_not_called_large_or_small(factor: float, side: str) -> None:
    def product(*factors: float) -> str:
        x = node = Value(1.0, label="x")
        for one in factors:
            node = node * one + 1e-9
        return text(why(node.named("L"), x))

    several = product(*[factor] * 9000)
    assert re.search(rf"It has \d,\d00 factors a little {side} 1, such as .*; [01]\.\d+ together\.", several)
    assert " large " not in several
    assert " small " not in several
    strong = 3.0 if factor > 1 else 1 / 3
    both = product(*[1 + 3e3 * (factor - 1)] * 700, *[strong] * 20)
    assert re.search(rf"\d more are a little {side} 1, such as .*; .* together\.", both)
    beside = product(*[factor] * 3000, strong)
    assert "a little" not in beside  # together they are next to nothing
    lone = product(*[1.0] * 3000, factor)
    assert re.search(rf"It has 1 factor a little {side} 1, dL/d.*\.", lone)
    assert "together" not in lone


@pytest.mark.parametrize(
    ("k", "depth", "kind", "words"),
    [
        (5.0, 10, "exploding", "5¹⁹"),  # F2
        (1.0, 4, "ordinary", "dL/dw₁ = 1."),  # F3
        (0.5, 3, "ordinary", "0.03125 = 0.5⁵"),  # F4
        (0.5, 10, "vanishing", "1.90735·10⁻⁶ = 0.5¹⁹"),  # F4
    ],
)
def test_the_generalisation_of_seed_1(k: float, depth: int, kind: str, words: str) -> None:
    L, weights = deep(k, depth)
    found = why(L, weights[0])
    assert found.value == k ** (2 * depth - 1)
    assert found.kind == kind
    assert words in text(found)
    if k != 1:
        assert "The relus are open (1 each)" in text(found)


def test_vanishing_names_the_small_factors() -> None:
    """Row D5: at best a quarter for each sigmoid."""
    node = x = Value(0.0, label="x")
    for place in range(1, 11):
        node = (node.sigmoid() - 0.5).named(f"a{place}")
    found = why(node, x)
    assert found.value == pytest.approx(0.25**10, rel=1e-12)
    assert found.kind == "vanishing"
    assert "σ(" in text(found)
    assert "= 0.25" in text(found)


def test_saturation() -> None:
    """Rows B4 and B11: the true number, and what makes it small."""
    L, nodes = neuron(3, "sigmoid")
    found = why(L, nodes["w"])
    assert found.value == pytest.approx(-0.014566855914322499, rel=1e-12)
    assert (found.kind, found.nodes) == ("saturated", ("a",))
    assert "a = σ(z) is saturated: z = 7, and da/dz = σ(z)(1 − σ(z)) ≈ 0.000910221." in text(found)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "erf", "softsign"])
def test_every_bounded_function_saturates(activation: str) -> None:
    t = Value(60.0 if activation == "softsign" else 5.0, label="t")
    a = getattr(t, activation)().named("a")
    assert why((a * 0.5).named("L"), t).kind == "saturated"


def test_a_small_slope_alone_is_no_saturation() -> None:
    t = Value(1000.0, label="t")
    assert why((t.log() * 2.0).named("L"), t).kind == "ordinary"


def test_an_ordinary_gradient() -> None:
    """Row A11: which factors make it."""
    L, nodes = neuron(3)
    assert text(why(L, nodes["w"])) == (
        "dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8 The forward pass leads to dL/da = 2(a − y) = 4. "
        "The way back multiplies it by x = 2. The relu is open (1)."
    )
    assert "It is one slope, of L = (a − y)²." in text(why(L, nodes["y"]))


def test_several_routes() -> None:
    x = Value(2.0, label="x")
    p, q = (x * 3.0).named("p"), x.exp().named("q")
    found = why((p * q).named("L"), x)
    assert "It is the sum of 2 routes; the largest, x → q → L, brings about 44.3343." in text(found)
    assert found.value == pytest.approx(3 * math.exp(2) + 6 * math.exp(2))


def test_routes_that_all_bring_the_same_have_no_largest() -> None:
    w, x = Value(3.0, label="w"), Value(1.0, label="x")
    h = w * x
    for _ in range(11):
        h = h * w
    assert "It is the sum of 12 routes; each brings 177147, such as w → h." in text(why(h.named("h"), w))
    t = Value(1 / 3, label="t")
    p, q = (t * 1.0).named("p"), (t * 2.0).named("q")
    assert "It is the sum of 2 routes; each brings about 0.666667, such as t → " in text(why((p * q).named("L"), t))
    r = (-t).named("r")
    assert "each" not in text(why((p * r + p).named("L"), t))


def test_uses_within_one_formula_are_one_slope() -> None:
    x = Value(2.0, label="x")
    assert text(why((x * x + 3 * x).named("y"), x)) == "dy/dx = x + x + 3 = 7 It is one slope, of y = x·x + 3·x."


# ------------------------------------------------------------------------------------------------- NaN and infinities


def test_an_infinite_slope() -> None:
    v = Value(0.0, label="v")
    s = v.sqrt().named("s")
    infinite = why((s + 1.0).named("L"), v)
    assert (infinite.kind, infinite.value) == ("infinite", math.inf)
    assert "Forward all numbers are finite. Backward, ds/dv = 1/(2·√v) is infinite at v = 0" in text(infinite)
    nan = why((s * v).named("L"), v)
    assert nan.kind == "nan"
    assert "It meets dL/ds = 0, and 0 · ∞ is NaN." in text(nan)


def test_the_first_nan_of_the_forward_pass() -> None:
    a, b, x = Value(1e200, label="a"), Value(1e200, label="b"), Value(2.0, label="x")
    p = (a * b).named("p")
    d = (p - p).named("d")
    found = why((d * x).named("L"), x)
    assert found.kind == "nan"
    assert "Forward: d = p − p is the first NaN, with p = ∞." in text(found)
    assert "Before that, p = a·b is the first infinite number, with a = 10²⁰⁰ and b = 10²⁰⁰" in text(found)
    assert found.nodes[0] == "d"


def test_a_leaf_that_is_nan() -> None:
    n, x = Value(math.nan, label="n"), Value(2.0, label="x")
    assert "n is NaN from the start; it is a leaf." in text(why((n * x).named("L"), x))
    assert "Forward: a leaf without a name is NaN from the start." in text(why((Value(math.nan) * x).named("L"), x))


def test_an_infinity_of_the_forward_pass() -> None:
    a, x = Value(1e200, label="a"), Value(2.0, label="x")
    p = (a * a).named("p")
    found = why((p * x).named("L"), x)
    assert found.kind == "infinite"
    assert "Forward: p = a·a is the first infinite number, with a = 10²⁰⁰" in text(found)


def test_a_product_that_overflows_backward() -> None:
    x = Value(1e-250, label="x")
    p = (x * 1e200).named("p")
    found = why((p * 1e200).named("L"), x)
    assert found.kind == "infinite"
    assert "Backward, dL/dp · dp/dx = 10²⁰⁰ · 10²⁰⁰ is beyond the largest float" in text(found).replace("∂", "d")


def test_two_infinities_that_meet() -> None:
    v = Value(0.0, label="v")
    found = why((v.sqrt().named("s") - v.cbrt().named("c")).named("L"), v)
    assert found.kind == "nan"
    assert "two routes bring ∞ and −∞, and their sum is NaN" in text(found)


# ---------------------------------------------------------------------------------------------------- not in the graph


def test_not_connected() -> None:
    x, q = Value(2.0), Value(7.0)
    L = x * 3
    found = why(L, q)
    assert (found.kind, found.value) == ("not connected", None)
    assert found.sentences[0] == "q does not reach L: no operation that made L used it."
    assert "Python's max(), if and int() leave no trace" in found.sentences[1]
    with pytest.raises(UsageError, match="q does not reach L"):
        explain(L, q)


def test_numpys_maximum_is_named_where_numpy_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    x, q = Value(2.0), Value(7.0)
    L = x * 3
    monkeypatch.setitem(sys.modules, "numpy", sys)
    said = "leave no trace, and neither do .data, .item() and np.maximum on a plain Value; use relu, maximum or where."
    assert said in text(why(L, q))
    monkeypatch.delitem(sys.modules, "numpy")
    assert "leave no trace, and neither do .data and .item(); use relu, maximum or where." in text(why(L, q))


def test_lost_in_pythons_own_max() -> None:
    p, q = Value(1.0), Value(2.0)
    L = max(p, q) * 3
    assert "use relu, maximum or where" in text(why(L, p))
    assert why(L, q).value == 3.0


def test_detached() -> None:
    x = Value(2.0)
    h = (x * 3).detach()
    L = h * 4
    assert why(L, x).kind == "detached"
    assert why(L, x).nodes == ("h",)
    assert "L's graph has h = 6, cut off by detach()" in text(why(L, x))
    with no_grad():
        quiet = x * 3
    loss = quiet * 4
    assert "cut off by no_grad()" in text(why(loss, x))
    assert "it was computed inside no_grad(), which records nothing" in text(why(quiet, x))


def test_the_detached_copy_itself() -> None:
    x = Value(2.0)
    copy = x.detach()
    L = x * 4
    assert "copy is a leaf of its own: detach() made it" in text(why(L, copy))


def test_rebound() -> None:
    w, x = Value(3.0), Value(2.0)
    L = w * x
    w -= 0.1
    assert why(L, w).kind == "rebound"
    assert text(why(L, w)) == (
        "w is not in L's graph: it was made by sub from an unnamed leaf (= 3), which is. "
        "If `w -= …` made it, that made a new node and gave it the name; `w.data -= …` changes the leaf itself."
    )
    w -= 0.1
    assert why(L, w).kind == "rebound"
    params = [x]
    x += 1
    assert "x is not in L's graph: it was made by add from params[0] (= 2), which is." in text(why(L, x))
    labelled = Value(3.0, label="labelled")
    y = labelled * x
    labelled -= 0.1
    assert "(2.9) is not in y's graph: it was made by sub from labelled (= 3), which is." in text(why(y, labelled))
    assert "both come from labelled" in text(why(y, y.parents[0] * 3))  # no variable holds it
    h = params[0] * 3
    M = h * 2
    h += 1
    assert text(why(M, h)) == (
        "h is not in M's graph: it was made by add from 3·params[0], which is. "
        "If `h += …` made it, that made a new node and gave it the name."
    )


def test_rebound_before_it_was_used() -> None:
    w, x = Value(3.0), Value(2.0)
    w -= 0.1
    L = w * x
    assert "w is itself the result of sub, made from an unnamed leaf (= 3)" in text(why(L, w))
    before = Value(3.0)
    after = before - 0.1
    assert "itself" not in text(why((after * x).named("y"), after))


def test_made_again() -> None:
    w, x = Value(3.0), Value(2.0)
    L = w * x
    w = Value(3.0)
    assert text(why(L, w)) == "w is not in L's graph, which has an unnamed leaf 3.0: was w made again after L?"
    other = Value(3.0, label="w")
    y = (Value(5.0, label="w") * x).named("y")
    assert "another leaf called w (= 5.0): was w made again after y?" in text(why(y, other))


def test_not_taken() -> None:
    x, w = Value(2.0), Value(3.0)
    c = functions.where(True, x, w * 2)
    L = c * 2
    assert why(L, w).kind == "not taken"
    assert text(why(L, w)) == (
        "w does not reach L: nothing flows through it in c = where(1, x, 2·w). "
        "That takes its other branch: its condition was 1 when it was recorded."
    )
    by_a_value = functions.where(x, x, w * 2)
    assert text(why(by_a_value, w)).endswith("in by_a_value = where(x, x, 2·w). That takes its other branch.")
    decides = functions.where(w - 3.5, x, 7.0) * x
    assert text(why(decides, w)) == (
        "w does not reach decides: nothing flows through it in where(w − 3.5, x, 7). "
        "It only decides there which branch is taken."
    )
    y = functions.where(True, x, functools.reduce(lambda one, _: one * 2.0, range(20), w))
    assert "in y = where(1, x, 3.14573·10⁶)." in text(why(y, w))


def test_the_other_way_round_and_no_graph() -> None:
    x = Value(2.0)
    y = x * 3
    z = y * 2
    assert text(why(y, z)) == "z was made from y, not y from z."
    assert "x is a leaf: no operation made it." in text(why(x, Value(1.0, label="v")))
    alien = Value(7.0, label="alien")
    steepness, nothing = gradients(y, [x, alien])
    assert (steepness.data, nothing.data) == (3.0, 0.0)
    for slope, said in (
        (steepness, "steepness is a constant: the slope that gradients() found is a plain number here. So no gradient"),
        (nothing, "nothing is the constant 0: what gradients() was given does not use what it was to be"),
    ):
        reason = why(slope, x)
        assert reason.kind == "no graph"
        assert text(reason).startswith(said)
        assert "leave no trace" not in text(reason)  # nothing was lost
    assert text(why(y, y)) == "dy/dy = 1: it is the result itself."


# ------------------------------------------------------------------------------------------------- for every graph


@given(graphs())
def test_every_gradient_has_a_reason(graph: Graph) -> None:
    graph.result.zero_grad()
    graph.result.backward()
    for leaf in graph.leaves:
        found = why(graph.result, leaf)
        is_used = any(leaf is one for one in graph.used)
        sizes = [abs(route.contribution) for route in paths(graph.result, leaf, k=10_000).routes] if is_used else []
        assert abs((found.value or 0.0) - leaf.grad) <= 1e-12 * math.fsum(sizes)
        assert str(found)
        assert all(sentence.endswith((".", "?")) for sentence in found.sentences)
        is_zero = {"shut", "chosen", "flat", "zero factor", "several", "underflow"}
        assert found.kind not in is_zero or found.value == 0.0
        assert (found.value is None) == (not is_used)
        assert found.ascii().isascii()
        assert found.latex()


@given(graphs())
def test_gradients_are_left_alone(graph: Graph) -> None:
    for leaf in graph.leaves:
        why(graph.result, leaf)
        assert not leaf.reached


def test_each_node_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    original = Value.partials

    def counting(self: Value) -> tuple[float, ...]:
        nonlocal asked
        asked += 1
        return original(self)

    node = x = Value(1.0, label="x")
    for _ in range(3000):
        node = (node * 0.5 + node * 0.25).tanh()
    monkeypatch.setattr(Value, "partials", counting)
    why(node, x)
    assert asked <= 12_000 + 100  # four operations a step, and a few more for the factors that are written out


def test_a_deep_chain_needs_no_recursion() -> None:
    node = x = Value(1.0, label="x")
    for _ in range(20_000):
        node = node * 0.999
    found = why(node.named("L"), x)
    assert found.kind == "vanishing"
    assert len(str(found)) < 1000
    assert why(x, node).kind == "other way round"


def test_a_wide_cut_is_shortened() -> None:
    w = Value(1.0, label="w")
    L = functions.sum([(w * -(place + 1.0)).relu().named(f"h{place}") for place in range(300)]).named("L")
    found = why(L, w)
    assert found.kind == "shut"
    assert "pass one of 300 relus that are shut" in text(found)
    assert "and 296 more" in text(found)
    assert len(str(found)) < 400


# ------------------------------------------------------------------------------------------------------- all the rest


def test_printed_in_every_style() -> None:
    L, weights = deep(5.0, 3)
    found = why(L, weights[0])
    assert "5**5" in found.ascii()
    assert ET.fromstring(found.mathml()).tag.endswith("math")
    assert "<p>" in found._repr_html_()
    shut, nodes = neuron(-3)
    assert r"\frac{dL}{dw}" in why(shut, nodes["w"]).latex()
    assert "<math" in why(shut, nodes["w"])._repr_html_()


def test_frozen_and_comparable() -> None:
    L, nodes = neuron(-3)
    assert why(L, nodes["w"]) == why(L, "w")
    with pytest.raises(dataclasses.FrozenInstanceError):
        why(L, "w").kind = "other"  # type: ignore[misc]  # that is the point


def test_a_function_and_its_arguments() -> None:
    def f(x: Value, w: Value) -> Value:
        z = w * x
        return z.relu()

    assert "z = −2 ≤ 0" in text(why(f, "w", x=2, w=-1))


def test_bad_input() -> None:
    L, nodes = neuron(3)
    with pytest.raises(UsageError, match="digits=0"):
        why(L, nodes["w"], digits=0)
    with pytest.raises(UsageError, match="neither a Value"):
        why(L, 3.0)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(UsageError, match="no node called"):
        why(L, "nobody")
    nodes["w"].data = 1.0
    with pytest.raises(UsageError, match="edited"):
        why(L, nodes["w"])


# ------------------------------------------------------------------------------------------------- no wrong equation


def test_the_slope_of_one_use_is_not_called_the_derivative() -> None:
    a = Value(3.0, label="a")
    f = (a * 2).named("f")
    g = (f / 2 + f * f * f).named("g")
    said = text(why((g + a).named("h"), a))
    assert "f·f = 36 at one of the 4 uses of f in g (dg/df = 108.5 in all)" in said
    assert "dg/df = f·f" not in said
    assert explain(g, f).value == 108.5


def test_the_slope_of_a_step_is_partial_where_another_route_leads_to_it() -> None:
    x = Value(2.0, label="x")
    c = (x * 5).named("c")
    e = (c * (x * x).exp().named("d")).named("e")
    said = text(why(e, x))
    assert "∂e/∂d = " in said
    assert "de/dd" not in said


def test_the_two_factors_of_a_square_are_two_uses() -> None:
    x = Value(1e-200, label="x")
    u = (x * x).named("u")
    said = text(why((u * Value(1e-200, label="k")).named("L"), x))
    assert "(at one of its 2 uses)" in said


def test_what_a_made_up_name_stands_for_is_said() -> None:
    x, w, b, y = (Value(one, label=name) for name, one in (("x", 2), ("w", 3000), ("b", 1), ("y", 5)))
    L = (((w * x + b).relu() - y) ** 2).named("L")
    said = str(why(L, w))
    assert "dL/dt₁ = 2·t₁ = 11992" in said
    assert "The way back multiplies it by x = 2.\nThe relu is open (1)." in said
    assert said.endswith("\nwhere t₁ = relu(w·x + b) − y")
    assert "where t₁ = " in why(L, w)._repr_html_()
    L, nodes = neuron(3)
    assert "where" not in str(why(L, nodes["w"]))


def test_a_label_that_looks_like_a_made_up_name_is_not_explained() -> None:
    t1 = Value(3.0, label="t1")
    assert "where" not in str(why((t1 * t1).named("L"), t1))


def test_other_numbers_belong_to_at() -> None:
    w, x = Value(3), Value(2)
    L = w * x
    for ask, verb in ((why, "why"), (explain, "explain")):
        with pytest.raises(UsageError, match=rf"^{verb}: w=-3 has no place here: .*; L\.at\(w=-3\) shows"):
            ask(L, w, w=-3)


def test_a_remedy_is_written_as_it_is_typed() -> None:
    w1 = Value(3)
    w1 -= 0.5
    L = w1 * 2
    assert "`w1 -= …` makes a new node, `w1.data -= …`" in str(why(L, w1))


def test_a_slope_of_zero_beside_what_cancels_is_left_aside() -> None:
    x = Value(2.0, label="x")
    L = (x + (-x).named("m") + (x - 5).relu().named("s")).named("L")
    found = why(L, x)
    assert found.kind == "cancelled"
    assert "brings +1" in text(found)
    assert "brings −1; together 0." in text(found)
    assert "s brings" not in text(found)


def test_what_is_too_small_for_a_float_is_a_product_of_an_adjoint_and_one_partial() -> None:
    x, g = Value(3.0, label="x"), Value(1e-200, label="g")
    L = ((x * g).named("v") * 1e-200).named("L")
    assert text(why(L, x)) == (
        "dL/dx = 0. It is too small for a float: dL/dv · ∂v/∂x = 10⁻²⁰⁰ · 10⁻²⁰⁰ is below 5·10⁻³²⁴, the smallest one. "
        "The small factors: dL/dv = 10⁻²⁰⁰, dv/dx = g = 10⁻²⁰⁰."
    )


def test_of_the_slopes_behind_the_result_the_most_telling_comes_first() -> None:
    x = Value(3.0, label="x")
    v = (x**5).named("u").sqrt().named("v")
    said = text(why(v.sin().named("L"), x))
    assert "The way back multiplies it by du/dx = 5·x⁴ = 405 and dv/du = " in said


def test_the_other_slopes_are_those_beside_the_saturated_one() -> None:
    L, nodes = neuron(3, "sigmoid")
    assert "The other slopes: dL/da = 2(a − y) ≈ −8.00182 and x = 2." in text(why(L, nodes["w"]))
    x = Value(2.0, label="x")
    u = (x * 3).named("u")
    assert "Its slopes: " in text(why((u.exp().named("v") + (u * u).named("s")).named("L"), x))


def test_what_is_not_finite_is_followed_to_where_it_came_from_and_nothing_else_is_said() -> None:
    def said(build: Callable[[Value], Value], number: float) -> str:
        x = Value(number, label="x")
        return text(why(build(x).named("L"), x))

    beyond = "dL/dv · ∂v/∂x = 10²⁰⁰ · 10²⁰⁰ is beyond the largest float, about 1.8·10³⁰⁸."
    assert said(lambda x: (x * 1e200).named("v") * 1e200, 3.0) == f"dL/dx = ∞. Backward, {beyond}"
    slope = "Forward all numbers are finite. Backward, dv/dx = 1/(2·√x) is infinite at x = 0, in v = √x."
    assert said(lambda x: x.sqrt().named("v") * 2, 0.0) == f"dL/dx = ∞. {slope}"
    meets = "It meets dL/dv = 0, and 0 · ∞ is NaN."
    assert said(lambda x: x.sqrt().named("v") * Value(0.0, label="g"), 0.0) == f"dL/dx = NaN. {slope} {meets}"
    two = "In dL/dx two routes bring ∞ and −∞, and their sum is NaN."
    assert said(lambda x: x.sqrt().named("v") - x.sqrt().named("u"), 0.0) == f"dL/dx = NaN. {slope} {two}"


def rounded(x: Value) -> Value:
    """What is 0 on paper for x = 0.5, and 2.8e-17 in floats."""
    return (x - 0.6 + 0.1).named("z")


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda x: rounded(x).relu(), "a = relu(z) {} (z ≈ 2.77556·10⁻¹⁷, near 0), where the slope would be 0, not 1."),
        (
            lambda x: functions.maximum([(x * 0.2 + 0.2).named("p"), (x * 0.6).named("q")]),
            "a = max(p, q) {} (p ≈ q ≈ 0.3), where the slope would be 0.5, not 1.",
        ),
        (lambda x: (rounded(x) * 1e6 + 1e-9).relu(), ""),
        (lambda x: rounded(x).leaky_relu(slope=1.0), ""),
        (lambda x: rounded(x) * 3.0, ""),
    ],
    ids=["relu", "max", "far", "same slopes", "no kink"],
)
def test_what_only_rounding_keeps_from_its_kink(build: Callable[[Value], Value], said: str) -> None:
    x = Value(0.5, label="x")
    found = text(why((build(x).named("a") * 2).named("L"), x))
    assert ("within rounding" in found) == bool(said)
    assert said.format("is within rounding of its kink") in found


def test_of_a_kink_within_rounding_nothing_is_said_where_the_route_passes_beside_it() -> None:
    added = op(
        "added_to_what_is_open(x, y)",
        "x + (0 if y <= 0 else y)",
        "1",
        "0 if y <= 0 else 1",
        kinks="y == 0",
    )
    x = Value(0.5, label="x")
    assert "rounding" not in text(why(added(x * 3, rounded(x)).named("L"), x))
    assert "rounding" in text(why(added(x * 0.3, rounded(x)).named("L"), x))


def test_a_leaf_is_as_it_was_given_and_not_rounded() -> None:
    x = Value(2.7e-17, label="x")
    assert "rounding" not in text(why((x.relu().named("a") * 2).named("L"), x))


@pytest.mark.parametrize(("depth", "more"), [(3, ""), (4, "So is 1 more; kinks() lists them."), (5, "So are 2 more;")])
def test_of_many_kinks_within_rounding_three_are_told(depth: int, more: str) -> None:
    x = node = Value(0.0, label="x")
    for place in range(depth):
        node = (node + 0.5 - 0.6 + 0.1).leaky_relu().named(f"h{place}")
    said = text(why((node * 2).named("L"), x))
    assert said.count(" is within rounding of its kink ") == 3
    assert more in said
    assert ("lists them" in said) == bool(more)


@pytest.mark.parametrize(
    ("depth", "more"), [(3, ""), (4, "So is 1 more; kinks() lists them."), (5, "So are 2 more; kinks() lists them.")]
)
def test_of_many_kinks_on_the_way_three_are_told(depth: int, more: str) -> None:
    x = node = Value(0.0, label="x")
    for place in range(depth):
        node = node.leaky_relu().named(f"h{place}")
    found = why((node * 2).named("L"), x)
    said = text(found)
    assert {f"h{place}" for place in range(depth)} <= {*found.nodes}
    assert said.count(" is on its kink, ") == 3
    assert more in said
    assert ("kinks() lists them" in said) == bool(more)


def test_an_infinity_of_the_forward_pass_comes_back_by_a_slope() -> None:
    x = Value(2.0, label="x")
    said = text(why(((x * 1e308).named("u") ** 2).named("L"), x))
    assert "u = 10³⁰⁸·x is the first infinite number, with x = 2; " in said
    assert said.endswith("Backward it comes in by dL/du = ∞.")


def test_of_a_long_route_the_large_factors_are_told_where_the_gradient_is_at_least_1() -> None:
    L, weights = chain_of_relus([1.0] * 99 + [1.5])
    assert "The large factor: " in text(why(L, weights[0]))
    L, weights = chain_of_relus([1.0] * 99 + [0.75])
    assert "The small factor: " in text(why(L, weights[0]))


def test_a_user_from_which_nothing_comes_back_is_not_where_it_got_too_small() -> None:
    x, g = Value(3.0, label="x"), Value(1e-200, label="g")
    shut = ((x * 2).named("d") - 100).relu().named("shut")
    L = (shut + (x * g).named("v") * 1e-200).named("L")
    assert "dL/dv · ∂v/∂x = 10⁻²⁰⁰ · 10⁻²⁰⁰ is below 5·10⁻³²⁴" in text(why(L, x))


@pytest.mark.parametrize(
    ("count", "said"), [(3, ""), (4, "So is 1 more; the 4 slopes"), (6, "So are 3 more; the 6 slopes")]
)
def test_saturated_ones_are_counted_and_three_are_named(count: int, said: str) -> None:
    x = Value(4.0)
    a = x
    for number in range(count):
        a = (a.tanh() * 4.0).named(f"a{number}")
    L = a * 100.0 ** (count - 1)
    reason = why(L, x)
    assert reason.kind == "saturated"
    assert str(reason).count(" is saturated") == 3
    assert ("So " in str(reason)) == bool(said)
    assert said in str(reason)


def test_of_nothing_it_asks_what() -> None:
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    with pytest.raises(UsageError, match="why asks about one gradient: give a node or its name, such as w or x"):
        why((w * x).named("L"))


# ------------------------------------------------------------------------------------------------- further cases


def test_a_result_that_nothing_used_is_no_leaf_made_again() -> None:
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    found = why((w * x).named("L"), w.exp().named("v"))
    assert (found.kind, found.value) == ("not connected", None)
    assert text(found).startswith("L does not use v; both come from w. If it should: Python's max()")


def test_what_stands_beside_a_result_was_not_in_its_graph_before() -> None:
    w, x, y = Value(3.0), Value(2.0), Value(5.0)
    z = w * x
    metric = z * 3
    penalty = w**2
    loss = (z - y) ** 2
    second = (z - y) * 2
    for node, said in (
        (metric, "loss does not use metric; both come from z."),
        (penalty, "loss does not use penalty; both come from w."),
        (second, "loss does not use second; both come from z and y."),
        (Value(3.0) * 2, "node does not reach loss: no operation that made loss used it, and their graphs"),
        (w * 5, "loss does not use node; both come from w."),
    ):
        assert (why(loss, node).kind, why(loss, node).value) == ("not connected", None)
        assert text(why(loss, node)).startswith(said)
        for ask in (explain, paths):
            with pytest.raises(UsageError, match=re.escape(said)):
                ask(loss, node)
    half = Value(0.5)
    pair = [half * 3, half * 7]
    del half
    assert text(why(pair[0], pair[1].exp())).startswith("pair[0] does not use this node (33.1155); both come from an ")
    chosen = functions.where(True, w, x.exp()).named("chosen")
    beside = x * 4  # what a choice leaves aside is in the graph, and not in the derivation
    assert text(why(chosen, beside)).startswith("beside does not reach chosen: no operation that made chosen used it. ")


@given(st.randoms(use_true_random=False))
def test_what_two_results_come_from_is_in_both_their_graphs(rng: Random) -> None:
    nodes = [Value(float(number), label=f"v{number}") for number in range(1, 5)]
    for number in range(5, 14):
        made = rng.choice(nodes) * rng.choice(nodes) if rng.random() < 0.7 else rng.choice(nodes).tanh()
        nodes.append(made.named(f"v{number}"))
    below = {node: {one.label for one in topological_order(node)} for node in nodes}
    result, node = rng.sample(nodes[4:], 2)
    said = why(result, node).sentences[0]
    of, name = display(result.label), display(node.label)
    shared = {display(label) for label in below[result] & below[node]}
    if node.label in below[result]:
        return
    if result.label in below[node]:
        assert said == f"{name} was made from {of}, not {of} from {name}."
    elif not shared:
        assert (
            said == f"{name} does not reach {of}: no operation that made {of} used it, and their graphs share no node."
        )
    else:
        told = re.fullmatch(rf"{of} does not use {name}; both come from (.*)\.", said)
        assert told is not None
        known = set(re.findall("v[₀-₉]+", told[1]))
        assert known
        assert known <= shared


def test_rebound_twice_before_it_was_used() -> None:
    w, x = Value(3.0), Value(2.0, label="x")
    w -= 0.1
    w -= 0.1
    assert "w is itself the result of sub, made from an unnamed leaf (= 3)" in text(why(w * x, w))
    middle = Value(3.0) - 0.1
    after = middle - 0.1  # a name of its own for each: nobody took it for the leaf
    assert "itself" not in text(why(after * x, after))


@pytest.mark.parametrize(
    "build",
    [lambda x: x.max(x), lambda x: functions.maximum([x, x]), lambda x: x.leaky_relu(slope=1.0)],
    ids=["max", "maximum", "leaky_relu"],
)
def test_where_all_slopes_agree_there_is_no_kink(build: Callable[[Value], Value]) -> None:
    x = Value(0.0, label="x")
    found = why((build(x).named("h") * 3.0).named("L"), x)
    assert (found.kind, found.value) == ("ordinary", 3.0)
    assert "kink" not in text(found)


def test_the_slope_at_the_result_may_be_that_of_one_use() -> None:
    x = Value(2.0, label="x")
    h = ((x * 2).named("u") + (x * 3).named("v")).named("h")
    said = text(why((h * h).named("L"), x))
    assert "It is the sum of 4 routes; the largest, x → v → h → L (1st h), brings 30." in said
    assert "Its slopes: h = 10 at one of the 2 uses of h in L (dL/dh = 20 in all)." in said


def test_a_choice_in_a_row_of_the_users_own_is_told_with_or_without_kinks() -> None:
    gate = op("gate(x)", "x if x > 1 else 0", "1 if x > 1 else 0")
    x = Value(2.0, label="x")
    assert "The switch is open (1)." in text(why((gate(x * 3).named("g") ** 2).named("L"), x))
    ends = op("ends(x)", "1 if x <= 0 or x >= 3 else x*x", "0 if x <= 0 or x >= 3 else 2*x")
    found = why(ends(Value(5.0, label="x")).named("r"), "x")
    assert found.kind == "flat"
    assert "r = ends(x) is flat there: x = 5 ≥ 3. " in text(found)
    turned = op("turned(x)", "x if 1 > x else 1", "1 if 1 > x else 0")
    assert "is flat there: x = 5 ≥ 1." in text(why(turned(Value(5.0, label="x")).named("r"), "x"))


def test_of_two_factors_that_undo_each_other_none_is_the_largest() -> None:
    x = Value(2.0, label="x")
    assert text(why(((x * 2).named("a") * 0.5).named("L"), x)) == "dL/dx = dL/da · da/dx = 0.5 · 2 = 1"


def test_a_power_beyond_every_float_is_not_written_as_one() -> None:
    node = x = Value(1e-300, label="x")
    for _ in range(1024):
        node = node * 2.0
    found = why((node * 2.0**-1000).named("L"), x)
    assert found.value == 2.0**24
    assert text(found).startswith("dL/dx ≈ 1.67772·10⁷. ")


def test_a_product_of_very_many_leaves_is_not_written_out() -> None:
    leaves = [Value(1.001, label=f"w{place}") for place in range(1001)]
    p = functions.prod(leaves).named("p")
    said = text(why(((p - 1) ** 2).named("L"), leaves[3]))
    assert "The forward pass leads to dL/dp = 2(p − 1) ≈ 3.43928. " in said  # and not what p is the product of
    p = functions.prod(leaves[:3]).named("p")
    assert "with p = w₀·w₁·w₂" in text(why(((p - 1) ** 2).named("L"), leaves[2]))


def test_a_member_of_a_cut_that_the_others_make_needless_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    x, no, yes = Value(1.0, label="x"), Value(0.0, label="no"), Value(1.0, label="yes")
    both = functions.dot([no, yes], [x, (x * 2.0).named("u")]).named("both")  # x comes through by u only
    gates = [(both - 10.0 * k).relu().named(f"g{k}") for k in (1, 2)]
    L = functions.sum([(gate - 1.0).relu() for gate in gates for _ in range(2)]).named("L")
    assert why(L, x).nodes == ("g1", "g2")
    monkeypatch.setattr("autograd_scalar.explain.flow.SOUGHT", 3)  # of a very large graph all are told
    assert why(L, x).nodes == ("both", "g1", "g2")


def test_adjoints_that_add_up_to_more_than_a_float_holds() -> None:
    x = Value(0.1, label="x")
    found = why(((x * 1e308).named("u") + (x * 1e308).named("v")).named("L"), x)
    assert (found.kind, found.nodes) == ("infinite", ("x",))
    assert text(found) == "dL/dx = ∞. dL/dx is a sum beyond the largest float, about 1.8·10³⁰⁸."


def test_an_infinity_that_meets_a_slope_of_0_on_its_way() -> None:
    x = Value(3.0, label="x")
    found = why((x * Value(0.0, label="g")).named("u").sqrt().named("L"), x)
    assert found.kind == "nan"
    assert "dL/du = 1/(2·√u) is infinite at u = 0, in L = √u." in text(found)
    assert text(found).endswith("Then dL/du · ∂u/∂x = ∞ · 0 is NaN.")


def test_an_operation_that_overflows_forward_and_backward() -> None:
    blow = op("blow(x)", "x * 1e308 * 10", "1e308 * 10")
    x = Value(3.0, label="x")
    found = text(why((blow(x).named("u") * 2).named("L"), x))
    assert "Forward: u = blow(x) is the first infinite number, with x = 3; the result is beyond" in found
    assert "comes in" not in found


def test_an_infinite_slope_of_one_of_two_uses() -> None:
    x = Value(1e-309, label="x")
    said = text(why((x / x).named("u"), x))
    assert "∂u/∂x (at one of its 2 uses), 1/x is infinite at x = 10⁻³⁰⁹, in u = x/x." in said


def test_a_plain_nan() -> None:
    x = Value(2.0, label="x")
    assert text(why((x * math.nan).named("u"), x)) == "du/dx = NaN. Forward: u = NaN·x is the first NaN, with x = 2."


@pytest.mark.parametrize(("number", "shown"), [(math.inf, "∞"), (math.nan, "NaN")])
def test_what_is_not_finite_is_followed_to_the_leaf(number: float, shown: str) -> None:
    leaf, x = Value(number, label="leaf"), Value(2.0, label="x")
    found = why(((leaf * 2).named("j") * x).named("u"), x)
    assert f"Forward: leaf is {shown} from the start; it is a leaf." in text(found)
    assert "leaf" in found.nodes


def test_a_small_slope_that_is_no_saturation() -> None:
    first, second = Value(0.0, label="x1"), Value(6.0, label="x2")
    assert why(functions.logsumexp([first, second]).named("m"), first).kind == "ordinary"  # 0.00247, and it will grow
    assert why((Value(1e-6, label="x").cosh().named("c") * 1.0).named("L"), "x").kind == "vanishing"  # it grows later


def test_two_factors_of_0_in_one_step_are_told_once() -> None:
    x, g, h = Value(2.0, label="x"), Value(0.0, label="g"), Value(0.0, label="h")
    assert text(why((x * g * h).named("u"), x)) == (
        "du/dx = h·g = 0 A factor is 0: g = 0, in u = x·g·h. "
        "All routes from x to u (1) end in it, so du/dx is 0, whatever the other slopes are."
    )


def test_of_a_long_net_of_routes_the_uses_in_each_step_are_counted() -> None:
    def halves(depth: int) -> tuple[Value, Value]:
        node = x = Value(1.0, label="x")
        for place in range(depth):
            node = (node * 0.5 + node * 0.5).named(f"a{place}")
        return node, x

    assert "routes" not in text(why(*halves(3)))  # one slope, of several uses, for each step
    assert "It is the sum of about 10³³¹ routes" in text(why(*halves(1100)))


def test_names_that_look_alike_are_told_apart_in_a_graph_of_many() -> None:
    one, other = Value(-1.0, label="w1"), Value(2.0, label="w_1")
    many = [Value(0.0, label=f"v{place}") for place in range(600)]
    said = text(why(functions.sum([(one * other).relu().named("a"), *many]).named("L"), one))
    assert "a = relu(w1·w_1) is shut: w1·w_1 = −2 ≤ 0." in said


def test_two_nodes_called_t1_are_not_explained() -> None:
    def lost() -> tuple[Value, Value]:
        first, second = Value(1.0, label="t1"), Value(2.0, label="t1")
        return (first * second).exp().named("M"), first

    assert "where" not in text(why(*lost()))


def test_routes_that_are_shut_have_no_size() -> None:
    x = Value(2.0, label="x")
    shut = ((x * 5).named("d") - 100).relu().named("shut")
    L = ((x * 1.5).named("p") + (x * -1.4999).named("m") + shut).named("L")
    assert "nearly cancel: their sizes add up to 2.9999, and 0.0001 is left." in text(why(L, x))


def test_a_name_that_is_a_path_is_written_alike_wherever_it_stands() -> None:
    sig2 = MLP(1, [1, 1, 1], activation="sigmoid", rng=Random(1))
    said = text(why((sig2([2.0]) - 1.0) ** 2, sig2.layers[0].w[0][0]))
    assert "sig₂.layers[2].w[0][0]·sig₂.layers[1].w[0][0]" in said
    assert "sig2" not in said


# ------------------------------------------------------------------------------------ kinks, and the slopes beside them


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda x: (x - 1).relu() * 3 + x, "is 1 to the left and 4 to the right: any of [1, 4] would do."),
        (lambda x: (x - 1).abs() + x, "is 0 to the left and 2 to the right: any of [0, 2] would do."),
        (lambda x: x.max(1.0) + x, "is 1 to the left and 2 to the right: any of [1, 2] would do."),
        (
            lambda x: x.max(Value(1.0, label="c")) + x,
            "is 1 to the left and 2 to the right: any of [1, 2] would",
        ),
        (
            lambda x: (x * 2 - 1).max(x) / 3,
            "is about 0.333333 to the left and about 0.666667 to the right: any",
        ),
        (lambda x: (x - 1).relu(), "is 0 to the left and 1 to the right: any of [0, 1] would do."),
        (lambda x: (x - 1).relu() - (1 - x).relu(), "is 1 on both sides: the slopes taken at the kinks do not"),
        (
            lambda x: 2 * (x - 1).relu() - 5 * (1 - x).relu() + 3 * x,
            "is 8 to the left and 5 to the right: any of [5, 8] would do, and 3 is none: the",
        ),
        (lambda x: (x - 1).relu() + x - x, "is 0 to the left and 1 to the right: any of [0, 1] would do."),
        (lambda x: (x - 1).relu().relu() + x, "is 1 to the left and 2 to the right: any of [1, 2] would do."),
        (lambda x: functions.maximum([x, 2 - x, 1.0, x * x]), "is −1 to the left and 2 to the right: any of"),
    ],
    ids=map(str, range(11)),
)
def test_a_kink_on_any_route_is_told(build: Callable[[Value], Value], said: str) -> None:
    x = Value(1.0, label="x")
    found = text(why(build(x).named("M"), x))
    assert f"At x = 1 the slope of M {said}" in found
    assert "kink" in found.partition("At x = 1 the slope")[0]


@pytest.mark.parametrize(
    "build",
    [
        lambda x: (x - 1) * (x - 1).relu() + x,  # multiplied by 0
        lambda x: functions.hypot(x - 1, (x - 1) * 2) + x,  # a point of a plane
        lambda x: ((x - 1).relu() - 5.0).relu() + x,  # what follows it is shut
        lambda x: ((x - 2).relu() * 3.0 - 0.0).relu() + x,  # what it follows is shut
        lambda x: (x - 1).relu() * 1e308 * 10.0 + x,  # more than a float holds
    ],
    ids=["nothing", "plane", "shut after", "shut before", "endless"],
)
def test_of_the_slopes_beside_a_kink_nothing_is_said_that_is_not_sure(build: Callable[[Value], Value]) -> None:
    x = Value(1.0, label="x")
    assert "to the left" not in text(why(build(x).named("M"), x))


def test_where_there_are_very_many_operations_the_kinks_of_the_main_route_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = Value(1.0, label="x")
    beside, on = ((x - 1).relu() * 3 + x).named("M"), ((x - 1).leaky_relu(slope=2.0) * 3 + x).named("M")
    monkeypatch.setattr(sides, "MANY", 0)
    assert "kink" not in text(why(beside, x))
    assert text(why(on, x)).endswith("the slope taken is 2 for x − 1, of [1, 2].")


KINKED: dict[str, Callable[[Random, Value, Value], Value]] = {
    "relu": lambda _, x, __: x.relu(),
    "abs": lambda _, x, __: x.abs(),
    "leaky": lambda _, x, __: x.leaky_relu(slope=0.5),
    "clip": lambda rng, x, _: x.clip(low=rng.randint(-3, 0), high=rng.randint(1, 3)),
    "max": lambda _, x, y: x.max(y),
    "min": lambda _, x, y: x.min(y),
    "most": lambda rng, x, y: functions.maximum([x, y, float(rng.randint(-2, 2)), x]),
    "add": lambda _, x, y: x + y,
    "scaled": lambda rng, x, y: rng.choice((-2.0, -1.0, 0.5, 2.0)) * x - y,
}


@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_the_slopes_beside_a_kink_are_what_differences_say(rng: Random) -> None:
    """All is linear in pieces, and what is computed is exact: so is a difference within one piece."""
    program = [(rng.choice([*KINKED]), rng.randrange(99), rng.randrange(99), rng.random()) for _ in range(6)]
    others = [float(rng.randint(-2, 2)) for _ in range(2)]
    at = float(rng.randint(-2, 2))

    def result(number: float) -> tuple[Value, Value]:
        x = Value(number, label="x")
        nodes = [x, *map(Value, others)]
        for name, one, two, seed in program:
            nodes.append(KINKED[name](Random(seed), nodes[one % len(nodes)], nodes[two % len(nodes)]))
        return (nodes[-1] + nodes[-2] - nodes[-3]).named("L"), x

    near = 2.0**-24
    value, left, right = (result(at + far)[0].data for far in (0.0, -near, near))
    differences = ((value - left) / near, (right - value) / near)
    said = why(*result(at))
    told = re.search(r"the slope of L is (?:(\S+) to the left and (\S+) to the right|(\S+) on both sides)", text(said))
    if told is None:
        assert said.value is None or differences == pytest.approx((said.value, said.value))
        return
    shown = (told[1], told[2]) if told[1] else (told[3], told[3])
    assert differences == tuple(float(one.replace("−", "-")) for one in shown)
    low, high = sorted(differences)
    assert ("any of" in text(said)) == (low < high)
    assert ("is none" in text(said)) == (low < high and not low <= (said.value or 0.0) <= high)


# ------------------------------------------------------------------------------------ a factor that is 0, and why it is


class Shut(NamedTuple):
    """Three leaves, and two relus that are shut."""

    w: Value
    v: Value
    x: Value
    h1: Value
    h2: Value


def shut_relus() -> Shut:
    w, v, x = Value(0.5, label="w"), Value(2.0, label="v"), Value(1.0, label="x")
    return Shut(w, v, x, *((w * x - k).relu().named(f"h{k}") for k in (10, 20)))


def test_relus_that_are_shut_come_before_the_factor_that_they_make_0() -> None:
    w, _, _, h1, h2 = shut_relus()
    L = ((h1 + h2) ** 2).named("L")
    assert text(why(L, w)) == (
        "dL/dw = 0. All routes from w to L (2) pass one of 2 relus that are shut: h₁₀ (w·x − 10 = −9.5) and h₂₀ "
        "(w·x − 20 = −19.5). So gradient descent never moves w. L would stop them as well. "
        "h₁₀ opens for w > 10 and h₂₀ for w > 20 (with the other leaves as they are)."
    )
    found = why(((h1 * 3) ** 2).named("L"), w)
    assert (found.kind, found.nodes) == ("shut", ("h10", "L"))
    assert text(found).endswith("L would stop it as well. h₁₀ opens for w > 10 (with the other leaves as they are).")
    each = functions.sum([(h1 + h2) ** 2, (h2 - h1) ** 2]).named("L")
    assert why(each, w).nodes == ("h10", "h20")  # not the two squares


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda s: s.v * (s.h1 + s.h2), "h₁₀ + h₂₀ is 0 since 2 relus are shut: h₁₀ (w·x − 10 = −9.5) and h₂₀ ("),
        (lambda s: s.v * s.h1, "h₁₀ is 0 since it is shut: w·x − 10 = −9.5 ≤ 0."),
        (lambda s: s.v * (s.h1 / s.x), "h₁₀/x is 0 since h₁₀ = relu(w·x − 10) is shut: w·x − 10 = −9.5 ≤ 0."),
        (lambda s: s.v * (0.0 - 2 * s.h1), "is 0 since h₁₀ = relu(w·x − 10) is shut: "),
        (lambda s: s.v * functions.dot([s.h1, 0.0, s.x], [s.x, s.x, s.h2]), "is 0 since 2 relus are shut: h₁₀ ("),
        (lambda s: s.v * functions.mean([s.h1, s.h2, s.h1]), "is 0 since 2 relus are shut: h₁₀ ("),
        (lambda s: s.v * functions.prod([s.x, s.h2]).tanh(), "is 0 since h₂₀ = relu(w·x − 20) is shut: "),
        (lambda s: s.v * (s.h1 - 3.0).relu().named("h"), "h is 0 since it is shut: h₁₀ − 3 = −3 ≤ 0."),
        (lambda s: s.v * (s.h1 + (s.x - 2).elu().named("e").clip(low=0, high=1)), "2 nodes are shut: h₁₀ ("),
    ],
    ids=map(str, range(9)),
)
def test_a_factor_that_shut_relus_make_0(build: Callable[[Shut], Value], said: str) -> None:
    shut = shut_relus()
    found = text(why(build(shut).named("L"), shut.v))
    assert "A factor is 0: " in found
    assert said in found


@pytest.mark.parametrize(
    "build",
    [
        lambda s: s.v * (s.h1 + s.x - 1.0),  # it cancels
        lambda s: s.v * (s.h1 + (s.x - 1.0)),
        lambda s: s.v * (s.h1 + Value(0.0, label="u")),  # a leaf has a part in it
        lambda s: s.v * (s.h1 * 0.0 + 0.0 * s.x),  # whatever h1 is
        lambda s: s.v * functions.where(s.x, s.h1, s.h2),
        lambda s: s.v * (s.x * 1e-200) * (s.x * 1e-200),  # underflow
        lambda s: s.v * (s.x - 1.0).relu(),  # on its kink
        lambda s: functions.prod([s.v, s.h1, s.h2]),  # two factors are 0
        lambda s: functions.prod([s.v] * 100 + [s.h1]),  # wide
    ],
    ids=map(str, range(9)),
)
def test_of_a_factor_that_is_0_for_another_reason_no_relu_is_told(build: Callable[[Shut], Value]) -> None:
    shut = shut_relus()
    found = text(why(build(shut).named("L"), shut.v))
    assert "= 0" in found
    assert " is 0 since " not in found


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(-9, 9)), min_size=1, max_size=4), st.integers(-3, 3))
def test_what_is_told_of_shut_relus_is_so(lines: list[tuple[int, int]], at: int) -> None:
    """All relus are named where all are shut, and no relu where one is open; each opens where it is said to."""

    def build(number: float) -> tuple[Value, Value, Value, list[Value]]:
        w, v = Value(number, label="w"), Value(2.0, label="v")
        relus = [(w * k - b).relu().named(f"h{place}") for place, (k, b) in enumerate(lines, 1)]
        total: Value = functions.sum([one * (place + 1.0) for place, one in enumerate(relus)])
        return w, v, (total**2 * v).named("L"), relus

    w, v, L, relus = build(at)
    shut = [one for one in relus if one.parents[0].data < 0]
    if len(shut) < len(relus):
        assert " is 0 since " not in text(why(L, v))
        return
    told = re.search(r" is 0 since (.*?)\. All routes", text(why(L, v)))
    assert told is not None
    named = re.findall(r"(h.) (?:= relu|\(|is 0 since it)", "h₁ is 0 since it" if told[1].startswith("it") else told[1])
    assert named == [display(one.label) for one in relus]
    for name, sign, bound in re.findall(r"(h.) (?:opens )?for w ([<>]) (−?\d+(?:[.]\d+)?)", text(why(L, w))):
        place = ["h₁", "h₂", "h₃", "h₄"].index(name)
        end = float(bound.replace("−", "-"))
        for far, is_open in ((1e-3, True), (-1e-3, False)):
            moved = build(end + (far if sign == ">" else -far))[-1][place]
            assert (moved.data > 0) == is_open


@pytest.mark.parametrize(
    ("depth", "said"),
    [
        (3, " and da₁/dv = "),
        (4, " and 1 more, which is about "),
        (5, " and 2 more, which multiply to about "),
    ],
)
def test_of_many_slopes_three_are_told_and_the_others_multiply_to_what_is_said(depth: int, said: str) -> None:
    v = a = Value(0.3, label="v")
    made = []
    for place in range(1, depth + 1):
        a = (a + 0.1 * place).sin().named(f"a{place}")
        made.append(a)
    found = text(why((a * 2).named("L"), v))
    assert said in found
    told = re.search(r"which (?:is|multiply to) about ([\d.]+)", found)
    if told is not None:
        slopes = sorted([math.cos(math.asin(one.data)) for one in made], key=lambda slope: -abs(math.log(slope)))
        assert float(told[1].rstrip(".")) == pytest.approx(math.prod(slopes[3:]), rel=1e-4)


def test_a_slope_that_is_left_over_is_exact_where_it_is() -> None:
    v = a = Value(2.0, label="v")
    for place in range(1, 5):
        a = ((a + 2) ** 2 / 4 - 2).named(f"a{place}")
    assert " and 1 more, which is 2." in text(why((a + 1).named("L"), v))


def test_a_node_beside_another_with_the_same_number_is_used_once() -> None:
    a, b, c = (Value(1e-200, label=name) for name in "abc")
    assert "uses" not in text((a * b * c).why(a))
    assert "(at one of its 2 uses)" in text((a * a * c).why(a))
    x, e = Value(0.0, label="x"), Value(0.0, label="e")
    assert "uses" not in text((x**e).why(e))


def test_a_slope_that_gets_too_small_is_no_flat_one() -> None:
    u = Value(5.0, label="u")
    for unit in (functions.elu, functions.selu, functions.softplus):
        said = text(unit(u * -200).why(u))
        assert "is saturated" in said
        assert "flat" not in said
    for unit in (functions.relu, lambda v: functions.clip(v, -1, 1), lambda v: functions.leaky_relu(v, slope=0.0)):
        assert re.search("is shut|is flat there", text(unit(u * -200).why(u)))


def test_infinity_times_nothing_is_0_because_of_the_nothing() -> None:
    i = Value(math.inf, label="i")
    assert "i is multiplied by 0, in L = 0·i." in text((i * 0).named("L").why(i))
    assert "since i = ∞ is beyond the largest float" in text((1 / i).named("L").why(i))
