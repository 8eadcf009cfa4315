"""Where rounding has changed a gradient or a result, `why` says so, and what they would be with more digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from random import Random

import many_graphs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import REFERENCES

from autograd_scalar import Value, functions, op
from autograd_scalar.explain import exact as exact_room
from autograd_scalar.explain import rounded, why
from autograd_scalar.explain.exact import exact
from autograd_scalar.ops import table
from autograd_scalar.testing import random_graph


def said(build: Callable[[Value], Value], at: float) -> str:
    """All that is said of dL/dw, in one line."""
    w = Value(at, label="w")
    return " ".join(str(why(build(w).named("L"), w)).split("\n"))


@pytest.mark.parametrize(
    ("build", "at", "told"),
    [
        (
            lambda w: w * 2 + 1e17 - 1e17,
            0.7,
            (
                "2·w = 1.4 is lost in 2·w + 10¹⁷: the sum of floats is 10¹⁷ with it and without it. The digits of "
                "L = 2·w + 10¹⁷ − 10¹⁷ cancel: 0 is left of numbers as large as 10¹⁷. "
                "With more digits L is 1.4, not 0; the slope is right."
            ),
        ),
        (
            lambda w: (900 * w).exp() / ((900 * w).exp() + 1),
            0.7,
            (
                "together 0. 1 is lost in exp(900·w) + 1: the sum of floats is 4.03203·10²⁷³ with it and without it. "
                "With more digits dL/dw is about 2.23213·10⁻²⁷¹, not 0."
            ),
        ),
        (
            lambda w: (1 - (60 * w).sigmoid()) ** 2,
            0.7,
            (
                "The digits of 1 − σ(60·w) cancel: 0 is left of numbers as large as 1. "
                "With more digits dL/dw is about −3.96684·10⁻³⁵, not 0."
            ),
        ),
        (
            lambda w: (1 - w.cos()) / w**2,
            1e-9,
            (
                "The digits of 1 − cos(w) cancel: 0 is left of numbers as large as 1. "
                "With more digits dL/dw is about −8.33333·10⁻¹¹, not 10⁹."
            ),
        ),
        (
            lambda w: (w + 0.2 - 0.3) ** 2,
            0.1,
            "With more digits dL/dw is 0, not 1.11022·10⁻¹⁶.",
        ),
        (
            lambda w: functions.sum([w, 1e20]) - functions.dot([w, 1e10], [3.0, 1e10], 0.5),
            1.0,
            "With more digits L is −2.5, not 0; the slope is right.",
        ),
        (lambda w: functions.mean([w, 1e20]) * 2, 1.0, "w = 1 is lost in (w + 10²⁰)/2: "),
        (lambda w: functions.dot([w, 1e10], [3.0, 1e10], 0.5), 1.0, "w = 1 is lost in L = 3·w + "),
    ],
    ids=["lost", "quotient", "saturated", "difference", "decimal", "sums", "mean", "dot"],
)
def test_what_rounding_has_done_is_told(build: Callable[[Value], Value], at: float, told: str) -> None:
    assert told in said(build, at)


@pytest.mark.parametrize(
    ("build", "at"),
    [
        (lambda w: w - w, 0.7),  # it is 0
        (lambda w: (w - 0.7) ** 2, 0.7),  # the minimum
        (lambda w: (3 * w - 0.3) ** 2 * 0, 0.1),
        (lambda w: w * 2 + 1, 0.7),
        (lambda w: w + 1e3, 1e-3),
        (lambda w: (w * 2 + 1e17).gelu() - 1e17, 0.7),  # nobody knows more digits of a constant of the row
        (lambda w: 0.0 * w + 5.0, 0.7),
    ],
    ids=["zero", "minimum", "no factor", "plain", "small", "gelu", "nothing"],
)
def test_where_rounding_has_done_nothing_that_is_sure_nothing_is_told(
    build: Callable[[Value], Value], at: float
) -> None:
    assert "With more digits" not in said(build, at)


def test_a_gradient_that_rounding_has_made_is_not_mended() -> None:
    def build(w: Value) -> Value:
        return (1 - w.cos()) / w**2

    assert "mends it" not in said(build, 1e-9)
    assert "clip_grad_norm" not in said(build, 1e-9)


def test_at_a_kink_more_digits_tell_nothing() -> None:
    assert "is lost in" in said(lambda w: w.relu() + 3 * w + 1e17 - 1e17, 0.5)
    for build in (
        lambda w: (w - 0.5).relu() + (3 * w + 1e17) - 1e17,
        lambda w: (w + 0.2 - 0.7).relu() + (3 * w + 1e17) - 1e17,
    ):
        told = said(build, 0.5)
        assert "3·w = 1.5 is lost in " in told
        assert "With more digits" not in told


def test_of_a_large_graph_the_sums_on_the_main_route_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounded, "NODES", 0)
    assert "w = 1 is lost in w + 10²⁰" in said(lambda w: w + 1e20 - 1e20, 1.0)
    assert "With more digits" not in said(lambda w: w + 1e20 - 1e20, 1.0)
    assert "is lost" not in said(lambda w: (w + 1e-20 * w) * 2, 1.0)  # on another route


def test_of_a_wide_sum_no_term_is_looked_at() -> None:
    assert "is lost" in said(lambda w: functions.sum([w, *[1e20] * 7]), 1.0)
    assert "is lost" not in said(lambda w: functions.sum([w, *[1e20] * 8]), 1.0)


@settings(max_examples=80)
@given(
    st.lists(st.floats(-1e20, 1e20).filter(bool), min_size=1, max_size=4),
    st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-3),
)
def test_what_is_lost_is_lost_and_what_more_digits_say_is_so(numbers: list[float], at: float) -> None:
    """Sums are exact in fractions: nothing that is said may differ from them."""
    w = Value(at, label="w")
    total: Value = w * 1.0
    for number in numbers:
        total = total + number
    total = (total - sum(numbers[:1])).named("L")
    told = " ".join(why(total, w).sentences)
    true = Fraction(repr(at)) + sum(map(Fraction, map(repr, numbers))) - Fraction(repr(sum(numbers[:1])))
    found = re.search(r"With more digits L is (?:about )?(\S+), not", told)
    is_off = abs(Fraction(total.data) - true) > Fraction(1, 1000) * abs(true)
    if found is None:
        assert not is_off or not re.search("is lost|cancel", told)
    else:
        assert is_off
    if "is lost in" in told and found is None:
        assert any(abs(one) > 1e13 * abs(at) for one in [*numbers, total.data])


# ---------------------------------------------------------------------------------------------------------- more digits


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_more_digits_are_those_of_the_oracle(seed: int) -> None:
    smooth = tuple(name for name in REFERENCES if not table[name].kinks)
    graph = random_graph(Random(seed), operations=8, rows=smooth)
    true = many_graphs.oracle(graph)
    for leaf, slope in zip(graph.leaves, true, strict=True):
        found = exact(graph.result, leaf) if any(leaf is one for one in graph.used) else None
        if found is not None:
            assert found.slope == pytest.approx(float(slope), rel=1e-9, abs=1e-40)
            assert found.value == pytest.approx(graph.result.data, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    "name",
    [
        "abs", "neg", "square", "reciprocal", "identity", "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10",
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "log_sigmoid", "softplus", "relu", "silu", "softsign",
    ],
)  # fmt: skip
def test_every_function_has_more_digits(name: str) -> None:
    for at in (0.3, 1.7, 1e-9):
        x = Value(at)
        z = getattr(functions, name)(x)
        found = exact(z, x)
        assert found is not None
        assert found.slope == pytest.approx(z.partials()[0], rel=1e-12)
        assert found.value == pytest.approx(z.data, rel=1e-12)


def test_operations_of_several_numbers_have_more_digits() -> None:
    x, y = Value(0.3), Value(-1.5)
    for z in (
        functions.prod([x, y, x]),
        functions.maximum([x, y, 0.1]),
        functions.minimum([x, 2.0]),
        functions.where(x > 0, x * y, y),
        x.clip(low=-1, high=2),
        x.leaky_relu(slope=0.25),
        x.max(y),
        x**y,
        functions.dot([x, y], [y, x], 0.5) / functions.mean([x, 7.0]),
    ):
        z.zero_grad()
        z.backward()
        found = exact(z, x)
        assert found is not None
        assert found.slope == pytest.approx(x.grad, rel=1e-12)
        assert found.value == pytest.approx(z.data, rel=1e-12)


@pytest.mark.parametrize(
    "build",
    [
        functions.erf,  # decimal numbers have none
        lambda x: x.gelu(),  # its constants are rounded
        lambda x: (x * 1000).sin(),  # too far out
        lambda x: (x * -1e17).exp(),  # farther still
        lambda x: functions.logsumexp([x, 2.0]),  # text for each element
        lambda x: op("mine(x)", "2 * x", "2")(x * 1.0),
        lambda x: functions.sum([x * number for number in range(400)]),  # large
        lambda x: x * 1e300 * 1e300,  # not finite
        lambda x: x * 1e-300 + 1e300 + functions.sum([x + number for number in range(100)]),  # far apart
        lambda x: (x - 0.5) ** 3,  # too flat for differences
        lambda x: (x - 0.5).sqrt(),  # no value at the left
    ],
    ids=map(str, range(11)),
)
def test_where_it_is_not_sure_there_are_no_more_digits(build: Callable[[Value], Value]) -> None:
    x = Value(0.5)
    assert exact(build(x), x) is None


def test_the_two_computations_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Value(0.5)
    assert exact(x * x, x) is not None
    monkeypatch.setattr(exact_room, "AGREES", -1)
    assert exact(x * x, x) is None
