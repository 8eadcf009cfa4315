"""Every number of the worked examples: a neuron with a relu, the same with a sigmoid, a chain of three relus.

The graphs are built as a user builds them, without a label; the names are this file's own variables. Small rational
numbers are exact, the others were computed in 40-digit arithmetic.
"""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from autograd_scalar import Value
from autograd_scalar.errors import RangeError
from autograd_scalar.explain import Derivation, explain, explain_update
from autograd_scalar.explain.what_if import at
from autograd_scalar.functions import exp, leaky_relu, relu, sigmoid
from autograd_scalar.transforms import gradients


def near(x: float) -> Any:
    return pytest.approx(x, rel=1e-12, abs=0)


def lines(derivation: object) -> list[str]:
    """The lines of a derivation, without section titles and columns."""
    text = re.sub(r"^(forward|backward|chain) ", "", str(derivation), flags=re.MULTILINE)
    return [" ".join(line.split()) for line in text.splitlines()]


def slopes(derivation: Derivation) -> dict[str, float]:
    return {f"d{one.of}/d{one.wrt}": one.value for one in derivation.factors}


# ------------------------------------------------------------------------------------------- a neuron with a relu


def test_a1_relu() -> None:
    assert (relu(7.0), relu(0.0), relu(-5.0)) == (7.0, 0.0, 0.0)


def test_a2_slope_of_relu() -> None:
    assert [relu(Value(x)).partials()[0] for x in (7.0, 0.0, -5.0)] == [1.0, 0.0, 0.0]


def test_a3_a_dead_neuron_stays_dead_and_a_leaky_one_does_not() -> None:
    x, w, b, y = Value(2), Value(-3), Value(1), Value(5)
    for _ in range(100):
        z = w * x + b
        a = relu(z)
        L = (a - y) ** 2
        L.zero_grad()
        L.backward()
        assert (z.data, a.data, L.data, w.grad, b.grad) == (-5.0, 0.0, 25.0, 0.0, 0.0)
        told = lines(explain(L, w))
        w.data -= 0.1 * w.grad
        b.data -= 0.1 * b.grad
    assert "da/dz = 1{z > 0} = 0 since z = −5 ≤ 0" in told
    a = leaky_relu(w * x + b)
    L = (a - y) ** 2
    L.zero_grad()
    L.backward()
    assert (a.data, L.data) == (near(-0.05), near(25.5025))
    assert w.grad == near(-0.202)


def test_a4_to_a11_the_chain_of_the_relu_neuron() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = relu(z)
    L = (a - y) ** 2
    L.backward()
    assert (z.data, a.data, L.data) == (7.0, 7.0, 4.0)
    derivation = explain(L, w)
    assert slopes(derivation) == {"dL/da": 4.0, "da/dz": 1.0, "dz/dw": 2.0}
    assert derivation.value == w.grad == 8.0
    assert lines(derivation) == [
        "z = w·x + b = 3·2 + 1 = 7",
        "a = relu(z) = relu(7) = 7",
        "L = (a − y)² = (7 − 5)² = 4",
        "dL/da = 2(a − y) = 2·(7 − 5) = 4",
        "da/dz = 1{z > 0} = 1 since z = 7 > 0",
        "dz/dw = x = 2",
        "dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8",
    ]


def test_a12_the_step() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    L = (relu(w * x + b) - y) ** 2
    update = explain_update(L, w, lr=0.1)
    assert update.after == (("w", 2.2),)
    assert lines(update) == ["w ← w − η·dL/dw = 3 − 0.1·8 = 2.2", "L: 4 → 0.16"]
    assert w.data == 3.0


def test_a13_the_other_gradients() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    L = (relu(z) - y) ** 2
    L.backward()
    assert (b.grad, x.grad, y.grad, z.grad) == (4.0, 12.0, -4.0, 4.0)


def test_a14_more_steps() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    L = (relu(z) - y) ** 2
    step = at(L, w=2.2)
    assert step["z"].after == near(5.4)
    assert step.value == 0.16000000000000028
    seen = []
    weight = 3.0
    for _ in range(4):
        weight -= 0.1 * at(L, w=weight)["w"].gradient_after
        seen.append(at(L, w=weight)["z"].after)
    assert seen == [near(5.4), near(5.08), near(5.016), near(5.0032)]
    both = at(L, w=2.2, b=0.6)
    assert both["z"].after == near(5.0)
    assert abs(both.value) < 1e-30
    curvature = 0.0
    for leaf in (w, b):
        (slope,) = gradients(L, [leaf])
        (second,) = gradients(slope, [leaf])
        curvature += second.data
    assert curvature == 10.0


# ------------------------------------------------------------------------------------- the same neuron with a sigmoid


def test_b1_the_sigmoid_does_not_overflow_where_the_formula_does() -> None:
    with pytest.raises(RangeError):
        1 / (1 + exp(-Value(-710.0)))
    assert 0.0 < sigmoid(-710.0) < 1e-300
    assert sigmoid(7.0) == near(0.99908894880559935)


def test_b2_its_slope_is_largest_at_0() -> None:
    slope = {z: sigmoid(Value(z)).partials()[0] for z in (-7.0, -0.1, 0.0, 0.1, 7.0)}
    assert max(slope.values()) == slope[0.0] == 0.25
    z = Value(7.0)
    a = sigmoid(z)
    assert "da/dz = σ(z)(1 − σ(z)) ≈ 0.999089·0.000911051 ≈ 0.000910221" in lines(explain(a, z))


def test_b3_the_slope_is_zero_in_floats_after_all() -> None:
    def written(z: float) -> float:
        return sigmoid(z) * (1 - sigmoid(z))

    def slope(z: float) -> float:
        return sigmoid(Value(z)).partials()[0]

    assert written(36.0) == near(2.220446049250313e-16)
    assert slope(36.0) == near(2.3195228302435686e-16)
    assert (written(37.0), written(100.0)) == (0.0, 0.0)
    assert slope(37.0) == near(math.exp(-37.0))
    assert slope(745.0) > 0.0
    assert slope(746.0) == 0.0


@pytest.mark.parametrize(
    ("z", "slope"),
    [(0.0, 0.25), (7.0, 9.1022118012182652e-4), (10.0, 4.5395807735951673e-5), (20.0, 2.0611536139418486e-9)],
)
def test_b4_it_saturates(z: float, slope: float) -> None:
    assert sigmoid(Value(z)).partials()[0] == near(slope)


def test_b5_to_b11_the_chain_of_the_sigmoid_neuron() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = sigmoid(z)
    L = (a - y) ** 2
    L.backward()
    assert z.data == 7.0
    assert a.data == near(0.99908894880559935)
    assert L.data == near(16.00728923956948)
    derivation = explain(L, w)
    found = slopes(derivation)
    assert found["dL/da"] == near(-8.0018221023888013)
    assert found["da/dz"] == near(0.00091022118012182652)
    assert found["dz/dw"] == 2.0
    assert derivation.value == w.grad == near(-0.014566855914322499)
    told = lines(derivation)
    assert told[:6] == [
        "z = w·x + b = 3·2 + 1 = 7",
        "a = σ(z) = σ(7) ≈ 0.999089",
        "L = (a − y)² ≈ (−4.00091)² ≈ 16.0073",
        "dL/da = 2(a − y) ≈ 2·(−4.00091) ≈ −8.00182",
        "da/dz = σ(z)(1 − σ(z)) ≈ 0.999089·0.000911051 ≈ 0.000910221",
        "dz/dw = x = 2",
    ]
    assert told[6] == "dL/dw = dL/da · da/dz · dz/dw ≈ (−8.00182) · 0.000910221 · 2 ≈ −0.0145669"


def test_b12_the_step() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    L = (sigmoid(w * x + b) - y) ** 2
    update = explain_update(L, w, lr=0.1)
    assert update.after == (("w", near(3.0014566855914322)),)
    assert "≈ 3.00146" in lines(update)[0]


def test_b13_the_other_gradients() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    L = (sigmoid(w * x + b) - y) ** 2
    L.backward()
    assert w.data == 3.0
    assert (b.grad, x.grad) == (near(-0.0072834279571612496), near(-0.021850283871483749))


# ------------------------------------------------------------------------------------------------- a chain of three


def test_e1_to_e9_the_chain() -> None:
    x, w1, w2, w3, y = Value(1), Value(5), Value(5), Value(5), Value(0)
    z1 = w1 * x
    a1 = relu(z1)
    z2 = w2 * a1
    a2 = relu(z2)
    z3 = w3 * a2
    a3 = relu(z3)
    L = 0.5 * (a3 - y) ** 2
    L.backward()
    assert [v.data for v in (z1, a1, z2, a2, z3, a3, L)] == [5.0, 5.0, 25.0, 25.0, 125.0, 125.0, 7812.5]
    derivation = explain(L, w1)
    assert slopes(derivation) == {
        "dL/da3": 125.0, "da3/dz3": 1.0, "dz3/da2": 5.0, "da2/dz2": 1.0, "dz2/da1": 5.0, "da1/dz1": 1.0, "dz1/dw1": 1.0,
    }  # fmt: skip
    assert derivation.value == 3125.0
    assert lines(derivation)[7:] == [
        "dL/da₃ = a₃ − y = 125 − 0 = 125",
        "da₃/dz₃ = 1{z₃ > 0} = 1 since z₃ = 125 > 0",
        "dz₃/da₂ = w₃ = 5",
        "da₂/dz₂ = 1{z₂ > 0} = 1 since z₂ = 25 > 0",
        "dz₂/da₁ = w₂ = 5",
        "da₁/dz₁ = 1{z₁ > 0} = 1 since z₁ = 5 > 0",
        "dz₁/dw₁ = x = 1",
        "dL/dw₁ = dL/da₃ · da₃/dz₃ · dz₃/da₂ · da₂/dz₂ · dz₂/da₁ · da₁/dz₁ · dz₁/dw₁",
        "= 125 · 1 · 5 · 1 · 5 · 1 · 1",
        "= 3125",
    ]
    assert [v.grad for v in (w1, w2, w3, x, a2, a1)] == [3125.0, 3125.0, 3125.0, 15625.0, 625.0, 3125.0]
    assert {v.data * v.grad for v in (w1, w2, w3)} == {15625.0}
