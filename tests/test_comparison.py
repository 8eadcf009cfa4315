"""Two computations side by side: seed 1's table of relu against sigmoid, with the true numbers."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from math import inf, isclose, nan
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from autograd_scalar import UsageError, Value
from autograd_scalar.explain import Comparison, compare, explain
from autograd_scalar.testing import Graph, graphs

if TYPE_CHECKING:
    from collections.abc import Callable


def relu_net(x: Value, w: Value, b: Value, y: Value) -> Value:
    z = w * x + b
    a = z.relu()
    return (a - y) ** 2


def sigmoid_net(x: Value, w: Value, b: Value, y: Value) -> Value:
    z = w * x + b
    a = z.sigmoid()
    return (a - y) ** 2


def renamed_net(x: Value, w: Value, b: Value, y: Value) -> Value:
    s = w * x + b
    h = s.tanh()
    return (h - y) ** 2


def reusing_net(x: Value, w: Value) -> Value:
    z = w * x
    u = z.exp()
    return z * u


POINT: dict[str, Any] = {"x": 2, "w": 3, "b": 1, "y": 5}


def values(comparison: Comparison, name: str) -> tuple[float | None, ...]:
    return next(row.values for row in comparison.rows if row.name == name)


def test_the_table_as_it_is_printed() -> None:
    assert str(compare(relu_net, sigmoid_net, **POINT, wrt="w")).splitlines() == [
        "        relu_net   sigmoid_net",
        "dL/da   4          −8.00182",
        "da/dz   1          0.000910221   ← first large difference",
        "dz/dw   2          2",
        "dL/dw   8          −0.0145669    549 times smaller",
        (
            "sigmoid_net's dL/dw is 0.00182 times relu_net's, with the other sign: "
            "−2.00046 from dL/da, 0.000910221 from da/dz."
        ),
    ]


def test_c1_to_c4_with_the_true_numbers() -> None:
    found = compare(relu_net, sigmoid_net, **POINT, wrt="w", lr=0.1)
    expected = {
        "z": (7.0, 7.0),
        "a": (7.0, 0.99908894880559935),
        "L": (4.0, 16.00728923956948),
        "dL/da": (4.0, -8.0018221023888013),
        "da/dz": (1.0, 0.00091022118012182652),
        "dz/dw": (2.0, 2.0),
        "dL/dw": (8.0, -0.014566855914322499),
        "w − 0.1·dL/dw": (2.2, 3.0014566855914322),
    }
    assert [row.name for row in found.rows] == list(expected)
    for name, numbers in expected.items():
        for one, other in zip(values(found, name), numbers, strict=True):
            assert one is not None
            assert isclose(one, other, rel_tol=1e-12), name
    assert "3.00146" in str(found)
    gradient = next(row for row in found.rows if row.kind == "gradient")
    assert gradient.ratio is not None
    assert isclose(1 / abs(gradient.ratio), 549.19, rel_tol=1e-4)
    assert gradient.remark == "549 times smaller"


def test_the_first_large_difference_is_one_row() -> None:
    found = compare(relu_net, sigmoid_net, **POINT, wrt="w")
    assert found.first_large is not None
    assert found.first_large.name == "da/dz"
    assert str(found).count("←") == 1
    assert compare(relu_net, relu_net, **POINT, wrt="w").first_large is None


def test_names_that_differ_are_matched_by_structure() -> None:
    found = compare(relu_net, renamed_net, **POINT, wrt="w")
    assert [row.name for row in found.rows] == ["dL/da and dL/dh", "da/dz and dh/ds", "dz/dw and ds/dw", "dL/dw"]
    assert all(value is not None for row in found.rows for value in row.values)


def test_a_longer_chain_keeps_its_own_rows() -> None:
    def deeper(x: Value, w: Value, b: Value, y: Value) -> Value:
        z = w * x + b
        q = z * 3.0
        a = q.relu()
        return (a - y) ** 2

    found = compare(relu_net, deeper, **POINT, wrt="w")
    assert found.gradients == (8.0, explain(deeper, wrt="w", **POINT).value)
    empty = [row for row in found.rows if None in row.values]
    assert empty
    assert all(row.kind == "slope" for row in empty)


def test_graphs_in_hand() -> None:
    expected = compare(relu_net, sigmoid_net, **POINT, wrt="w").gradients
    x, w, b, y = (Value(POINT[name], label=name) for name in ("x", "w", "b", "y"))
    one = relu_net(x, w, b, y).named("L1")
    other = sigmoid_net(x, w, b, y).named("L2")
    found = compare(one, other, wrt=w)
    assert found.titles == ("L₁", "L₂")
    assert found.gradients == expected
    assert [row.name for row in found.rows][-1] == "dL/dw"
    assert found == compare(one, other, wrt="w")
    assert found == compare(one, other, wrt=(w, "w"))
    assert (w.grad, one.reached) == (0.0, False)


def test_three_at_once() -> None:
    found = compare(relu_net, sigmoid_net, renamed_net, **POINT, wrt="w")
    assert len(found.titles) == 3
    assert "sigmoid_net: 549 times smaller" in str(found)


def test_lambdas_and_equal_names_are_told_apart() -> None:
    found = compare(lambda x, w: (w * x).relu(), lambda x, w: (w * x).tanh(), x=2, w=3, wrt="w")
    assert found.titles == ("first", "second")


def test_each_function_takes_what_it_knows() -> None:
    found = compare(relu_net, reusing_net, **POINT, wrt="w")
    assert "adds up over 2 routes" in str(found)


@given(graphs(), graphs())
def test_every_gradient_is_the_engines(one: Graph, other: Graph) -> None:
    leaves = one.used[0], other.used[0]
    found = compare(one.result, other.result, wrt=leaves, digits=None, forward=True)
    for value, graph, leaf in zip(found.gradients, (one, other), leaves, strict=True):
        graph.result.backward()
        assert value is not None
        assert isclose(value, leaf.grad, rel_tol=1e-12, abs_tol=1e-12 * max(1.0, abs(value)))
        leaf.zero_grad()
        for used in graph.leaves:
            used.grad = 0.0
    assert str(found)


def test_a_comparison_is_frozen_data() -> None:
    found = compare(relu_net, sigmoid_net, **POINT, wrt="w")
    with pytest.raises(FrozenInstanceError):
        found.wrt = "b"  # type: ignore[misc]  # the point
    html = found._repr_html_()
    assert html.count("<tr") == 5
    assert "font-weight:bold" in html


def test_zero_against_something_and_the_same() -> None:
    found = compare(relu_net, sigmoid_net, x=2, w=-3, b=1, y=5, wrt="w")
    assert found.first_large is not None
    assert found.first_large.name == "da/dz"
    assert "the first is zero" in str(found)
    assert "the same" in str(compare(relu_net, relu_net, **POINT, wrt="w"))


def test_bad_input_is_a_clear_sentence() -> None:
    with pytest.raises(UsageError, match="two computations at least"):
        compare(relu_net, **POINT, wrt="w")
    with pytest.raises(UsageError, match="no computation takes q"):
        compare(relu_net, sigmoid_net, **POINT, q=3, wrt="w")
    with pytest.raises(UsageError, match="relu_net also needs y"):
        compare(relu_net, sigmoid_net, x=2, w=3, b=1, wrt="w")
    with pytest.raises(UsageError, match="no node called 'q'"):
        compare(relu_net, sigmoid_net, **POINT, wrt="q")
    with pytest.raises(UsageError, match="wrt names 3 nodes for 2"):
        compare(relu_net, sigmoid_net, **POINT, wrt=("w", "w", "w"))
    with pytest.raises(UsageError, match="digits"):
        compare(relu_net, sigmoid_net, **POINT, wrt="w", digits=0)
    with pytest.raises(UsageError):
        compare(SimpleNamespace(), relu_net, **POINT, wrt="w")  # type: ignore[arg-type]  # the point


@pytest.mark.slow
def test_a_long_chain_is_shortened() -> None:
    def chain(w: Value, factor: Value) -> Value:
        nodes = [w]
        for _ in range(200):
            nodes.append((nodes[-1] * factor).exp().log())
        return nodes[-1]

    found = compare(chain, chain, w=1.0, factor=1.001, wrt="w")
    assert len(str(found).splitlines()) < 60
    assert "left out" in str(found)


def test_the_last_sentence_names_the_computations() -> None:
    assert "\nrelu_net's dL/dw is 549 times sigmoid_net's, with the other sign: " in str(
        compare(sigmoid_net, relu_net, **POINT, wrt="w")
    )
    found = compare(lambda x, w: ((w * x).relu() - 1) ** 2, lambda x, w: ((w * x).tanh() - 3) ** 2, x=2, w=3, wrt="w")
    assert "\nThe second's d" in str(found)
    assert " times the first's" in str(found)


def test_without_wrt_the_right_call_is_shown() -> None:
    x, w, b, y = (Value(POINT[name], label=name) for name in ("x", "w", "b", "y"))
    with pytest.raises(UsageError, match=r"compare needs wrt=.*compare\(L1, L2, wrt=w\)"):
        compare(relu_net(x, w, b, y), sigmoid_net(x, w, b, y), w)
    with pytest.raises(UsageError, match=r"^compare: "):
        compare(SimpleNamespace(), relu_net, **POINT, wrt="w")  # type: ignore[arg-type]  # the point


def test_a_function_that_takes_any_argument_is_given_all() -> None:
    def any_net(**given: Value) -> Value:
        return given["w"] * given["x"]

    class Unread:
        """Its arguments cannot be read off it."""

        __signature__ = "unknown"

        def __call__(self, x: Value, w: Value) -> Value:
            return w * x * 2

    assert compare(any_net, Unread(), x=2, w=3, wrt="w").gradients == (2.0, 4.0)


def test_a_step_beside_the_routes_is_no_row() -> None:
    def scaled(w: Value, x: Value) -> Value:
        k = x * x
        return w * k

    def plain(w: Value, x: Value) -> Value:
        return w * x

    assert [row.name for row in compare(scaled, plain, w=3, x=2, wrt="w").rows] == ["dL/dw"]


def test_each_side_bears_its_own_name() -> None:
    def curved(w: Value, u: Value) -> Value:
        return w * w * u

    found = compare(curved, curved, wrt=["w", "u"], w=2, u=5, lr=0.1)
    assert [(row.name, row.values) for row in found.rows] == [
        ("L", (20.0, 20.0)),
        ("dL/dw and dL/du", (20.0, 4.0)),
        ("w − 0.1·dL/dw and u − 0.1·dL/du", (0.0, 4.6)),
    ]
    assert found.rows[-1].remark == "w and u after one step"
    three = compare(relu_net, renamed_net, relu_net, wrt=["w", "x", "w"], **POINT)
    assert three.rows[-2].name == "dz/dw, ds/dx and dz/dw"
    beside = str(compare(relu_net, renamed_net, wrt=["w", "b"], **POINT))
    assert beside.splitlines()[-1] == (
        "renamed_net's dL/db is 3.33·10⁻⁶ times relu_net's dL/dw, with the other sign: "
        "−2 from dL/da and dL/dh, 3.32611·10⁻⁶ from da/dz and dh/ds, 0.5 from dz/dw and ds/db."
    )


def test_the_routes_are_those_of_its_own_derivative() -> None:
    found = compare(reusing_net, reusing_net, wrt=["w", "x"], x=2, w=3)
    assert [note.partition(" adds")[0] for note in found.notes] == ["reusing_net: dL/dw", "second: dL/dx"]


@pytest.mark.parametrize(
    ("one", "other", "is_large", "remark"),
    [
        (inf, 2.0, True, ""),
        (nan, 2.0, True, ""),
        (nan, nan, False, ""),
        (0.0, 2.0, True, "the first is zero"),
        (2.0, 0.0, True, "zero"),
        (1e-200, 1e200, True, ""),  # a ratio beyond every float
        (2.0, -2.0, False, "the other sign"),
        (2.0, 2.5, False, "25 % larger"),
    ],
)
def test_what_is_said_of_two_gradients(one: float, other: float, is_large: bool, remark: str) -> None:
    def named(factor: float) -> Callable[[Value], Value]:
        def scaled(w: Value) -> Value:
            a = w * factor
            return a + 1

        return scaled

    found = compare(named(one), named(other), w=3, wrt="w")
    assert (found.first_large is not None) == is_large
    assert found.rows[-1].remark == remark


def test_of_very_long_chains_the_slopes_nearest_to_the_result_are_set_side_by_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("autograd_scalar.explain.comparison.LONGEST", 3)

    def chain(w: Value) -> Value:
        a = w.sin()
        b = a.sin()
        c = b.sin()
        return c.sin()

    found = compare(chain, chain, w=0.5, wrt="w")
    assert [row.name for row in found.rows] == ["dL/dc", "dc/db", "db/da", "dL/dw"]
    assert "Only the 3 slopes nearest to the result are set side by side; there are 4." in found.notes
