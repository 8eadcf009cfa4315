"""The steps that a person sees: which nodes they are, what they are called, and what stands in their formulas."""

from __future__ import annotations

import pytest

from autograd_scalar import UsageError, Value, cos, exp, explain, functions, sin
from autograd_scalar.trace import trace


def test_a_name_that_a_step_would_get_may_be_taken() -> None:
    def f(t1: Value, x: Value) -> Value:
        return exp(sin(t1 * x)) * exp(cos(t1 * x))

    steps = [step.equation.text().partition(" = ")[0] for step in trace(f, 2, 3) if step.phase == "forward"]
    assert steps == ["t₂", "t₃", "t₄", "L"]


def test_a_name_that_a_leaf_would_get_may_be_taken() -> None:
    def f(v1: Value) -> Value:
        return v1 * Value(3.0)

    assert trace(f, 2).steps[0].equation.text() == "L = v₁·v₂ = 2·3 = 6"


def test_a_leaf_without_a_name_gets_one_when_it_is_asked_about() -> None:
    L = (Value(2.0) * Value(3.0)).named("L")
    assert str(L.explain(L.parents[0])).splitlines()[:2] == ["forward   L = 3·x = 3·2 = 6", "backward  dL/dx = 3"]
    with pytest.raises(UsageError, match="such as x or v"):
        L.why()


def test_a_label_wins_over_a_variable_that_holds_another_node() -> None:
    a, b = Value(2.0, label="w"), Value(5.0)
    w = Value(3.0)
    L = a * b
    assert "dL/dw = b = 5" in str(L.explain("w"))
    assert (w * 2).data == 6.0


def test_a_sum_of_short_terms_is_one_step_however_many_they_are() -> None:
    """Signs alone are not worth a step: fifteen of them stay in one formula, which is shortened in its middle."""
    made = trace(functions.sum([-Value(1.0, label=letter) for letter in "abcdefghijklmno"]).named("S"))
    assert len(made) == 1 + 1 + 15
    assert made.steps[0].equation.text().startswith("S = −a − b − c − d − e − f + …(3 more)… − j − k")


@pytest.mark.slow
def test_of_a_very_large_graph_a_step_is_called_by_its_place_even_where_that_name_is_taken() -> None:
    chain = leaf = Value(0.5, label="t7")
    for _ in range(20_001):
        chain = chain + 1.0
    forward = str(explain(chain.named("L"), "t7")).splitlines()
    assert forward[0].startswith("forward   t7′    = t₇ + 1 + 1 + 1 + 1 + 1 + 1 + 1 = 0.5 + 1")
    assert forward[1].split()[:3] == ["t₁₄", "=", "t7′"]
    with pytest.raises(UsageError, match="this pass has 40,003 steps, and at most 10,000 are listed"):
        trace(chain, every_op=True)
    assert leaf.data == 0.5
