"""Derivations: they read as on paper, and what they print adds up to the gradient."""

from __future__ import annotations

import math
import random
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from autograd_scalar import DomainError, UsageError, Value, dot, functions, gradients, nn, program, sin
from autograd_scalar.explain import check_derivation, explain, explain_update, paths, why
from autograd_scalar.formula.equations import Equation
from autograd_scalar.formula.terms import Product, Sum, Term
from autograd_scalar.graph import leaves
from autograd_scalar.testing import Graph, graphs
from autograd_scalar.trace.data import Line

if TYPE_CHECKING:
    from collections.abc import Callable


def relu_neuron() -> str:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    L.backward()
    return str(explain(L, w))


def test_one_route_is_a_product() -> None:
    assert relu_neuron().splitlines() == [
        "forward   z = w·x + b  = 3·2 + 1  = 7",
        "          a = relu(z)  = relu(7)  = 7",
        "          L = (a − y)² = (7 − 5)² = 4",
        "backward  dL/da = 2(a − y) = 2·(7 − 5) = 4",
        "          da/dz = 1{z > 0} = 1   since z = 7 > 0",
        "          dz/dw = x = 2",
        "chain     dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8",
    ]


def test_rounding_is_honest() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = z.sigmoid()
    L = (a - y) ** 2
    text = str(explain(L, w))
    assert "da/dz = σ(z)(1 − σ(z)) ≈ 0.999089·0.000911051 ≈ 0.000910221" in text
    assert "≈ −0.0145669" in text
    assert "as they stand here they multiply to −0.0145668" in text
    full = str(explain(L, w, digits=None))
    assert "−0.0145668559143" in full
    assert b.label == ""


def test_several_routes_are_a_sum_of_products() -> None:
    x = Value(2)
    a = x**2
    y = x * a
    text = str(explain(y, x))
    assert "chain     dy/dx = dy/da · da/dx + ∂y/∂x = 2 · 4 + 4 = 8 + 4 = 12" in text
    assert "∂y/∂x = a = 4" in text


def test_a_value_used_twice_in_one_step_adds_its_uses() -> None:
    x = Value(2)
    y = x * x + 3 * x
    assert "dy/dx = x + x + 3 = 2 + 2 + 3 = 7" in str(explain(y, x))


def test_many_routes_are_the_adjoint_recursion() -> None:
    x = Value(0.5)
    nodes = [x]
    for place in range(6):
        nodes.append((functions.sin(nodes[-1]) * functions.cos(nodes[-1])).named(f"h{place}"))
        nodes.append((nodes[-1] + nodes[-2]).named(f"s{place}"))
    text = str(explain(nodes[-1], x))
    assert "chain" in text
    assert "ds₅/dx  = ds₅/ds₀ · ∂s₀/∂x + ds₅/dh₀ · ∂h₀/∂x + ds₅/dt₁ · ∂t₁/∂x" in text


def test_every_op_can_be_shown() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    L = (z.relu() - y) ** 2
    text = str(explain(L, w, detail="every-op"))
    assert "t₁ = w·x     = 3·2     = 6" in text
    assert text.count("=") > str(explain(L, w)).count("=")
    assert x is not b


def test_a_function_names_its_own_steps() -> None:
    def f(x: Any, w: Any) -> Any:
        z = w * x
        a = z.relu()
        return (a - 1) ** 2

    text = str(explain(f, x=2, w=3, wrt="w"))
    assert "z = w·x      = 3·2" in text
    assert "dL/dw = dL/da · da/dz · dz/dw = 10 · 1 · 2 = 20" in text
    assert ".grad" not in text
    assert "dL/dw" in str(explain(lambda w: (w * 2).sigmoid(), w=3, wrt="w"))


def test_the_whole_pass() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    text = str(explain(L))
    for line in ("dL/dz = dL/da · da/dz = 4 · 1 = 4", "dL/dx = dL/dz · dz/dx = 4 · 3 = 12", "dL/dy = −2(a − y) = −4"):
        assert line in text
    assert (w.label, b.label) == ("", "")


def test_a_gradient_of_another_graph_is_not_taken_for_passes_of_this_one() -> None:
    w = Value(3.0, label="w")
    (w * 2.0).backward()
    L = (w * 1.0).named("L")
    said = "w.grad is 2: another graph left it there, or it was set; no pass has gone through L."
    assert said in str(explain(L, w))


def test_what_grad_holds_is_said() -> None:
    x, w = Value(2), Value(3)
    L = (w * x) ** 2
    assert "no backward pass has reached w yet" in str(explain(L, w))
    L.backward()
    assert ".grad" not in str(explain(L, w))
    L.backward()
    assert "w.grad is 48: it holds two passes; call zero_grad() between them." in str(explain(L, w))
    w.grad = 1.0
    assert "another" in str(explain(L, w))
    assert x.label == ""


def test_second_order() -> None:
    x = Value(3.0)
    y = x**4
    derivation = explain(y, x, order=2)
    assert derivation.value == 108.0
    assert "d²y/dx² = 12·x²" in str(derivation)


def test_updates_change_nothing() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    update = explain_update(L, w, lr=0.1)
    assert str(update).splitlines() == ["w ← w − η·dL/dw = 3 − 0.1·8 = 2.2", "L: 4 → 0.16"]
    assert (w.data, w.grad, L.data) == (3.0, 0.0, 4.0)
    assert dict(explain_update(L, lr=0.1).after)["b"] == 0.6
    with pytest.raises(UsageError, match="gradient descent moves leaves"):
        explain_update(L, z, lr=0.1)
    assert (x.label, b.label) == ("", "")


@given(graphs())
def test_what_is_printed_adds_up_to_the_gradient(drawn: Graph) -> None:
    result, leaves = drawn.result, drawn.leaves
    expected = [gradient.data for gradient in gradients(result, leaves)]
    for leaf, gradient in zip(leaves, expected, strict=True):
        if not any(leaf is used for used in drawn.used):
            with pytest.raises(UsageError, match="does not reach"):
                explain(result, leaf)
            assert gradient == 0
            continue
        derivation = explain(result, leaf, digits=None)
        scale = contributions(result, leaf)
        assert abs(derivation.value - gradient) <= 1e-12 * scale
        for section in derivation.sections:
            for line in section.lines:
                if isinstance(line, Equation) and section.title == "chain":
                    for member in line.members[1:]:
                        assert abs(computed(member) - line.value) <= 1e-12 * scale, str(derivation)
                elif isinstance(line, Equation) and section.title == "backward" and len(line.members) > 1:
                    assert math.isclose(computed(line.members[1]), line.value, rel_tol=1e-6, abs_tol=1e-9 * scale)


def computed(term: Term) -> float:
    """What the numbers in a printed sum of products come to."""
    if isinstance(term, Product):
        return math.prod(computed(factor) for factor in term.factors)
    if isinstance(term, Sum):
        return math.fsum(computed(one) for one in term.terms)
    return term.value


def contributions(result: Value, leaf: Value) -> float:
    """Σ |contribution| over all routes: what rounding is measured against."""
    from autograd_scalar.graph import topological_order

    sizes = {result: 1.0}
    for node in reversed(topological_order(result)):
        for parent, partial in zip(node.parents, node.partials(), strict=True):
            sizes[parent] = sizes.get(parent, 0.0) + sizes.get(node, 0.0) * abs(partial)
    return sizes.get(leaf, 0.0) + 1e-300


@given(graphs())
def test_every_style_can_be_printed(drawn: Graph) -> None:
    result = drawn.result
    derivation = explain(result)
    assert derivation.ascii().isascii()
    ET.fromstring(derivation.mathml())
    assert derivation.latex().count("{") == derivation.latex().count("}")
    assert derivation.markdown().count("$$") % 2 == 0
    assert derivation._repr_html_().startswith("<div")


def mentioned(text: str) -> set[str]:
    return set(re.findall("t[₀-₉]+", text))


@given(graphs(operations=14))
def test_what_is_mentioned_is_defined(drawn: Graph) -> None:
    """Each made-up name of a derivation has a line of its own, or its number in a note."""
    result = drawn.result
    for leaf in leaves(result)[:2]:
        for detail in ("named", "every-op"):
            text = str(explain(result, leaf, detail=detail))
            lines = text.replace("forward ", "        ", 1).splitlines()
            defined = {line.split()[0] for line in lines} | mentioned(" ".join(lines[-1:]) * ("Beside" in lines[-1]))
            assert mentioned(text) <= defined, text


def beside(x: Value, v: Value, times: int) -> Value:
    node = x.sin() * v
    for _ in range(times):
        node = (node * v).sin() + node
    return node


def test_a_step_beside_the_route_is_spelled_out_or_told() -> None:
    x, w, v = Value(0.5, label="x"), Value(3.0, label="w"), Value(2.0, label="v")
    text = str(explain(((w * x + beside(x, v, 0)) ** 2).named("L"), w, detail="every-op"))
    assert " t₃ = v·sin(x) ≈ 2·0.479426     ≈ 0.958851\n" in text, text
    text = str(explain(((w * x + beside(x, v, 4)) ** 2).named("L"), w, detail="every-op"))
    assert re.search(r"(?m)^ +t₁₅ = t₁₄ \+ t₁₂ ≈ ", text), text  # in steps, where the whole is too long
    many = [Value(0.5, label=f"quantity_{place}") for place in range(12)]
    text = str(explain(((w * x + functions.sum(many)) ** 2).named("L"), w))
    assert text.startswith("forward   t₁ = 6\n"), text  # too long to be spelled
    text = str(explain((functions.sum([beside(x * float(n), v, 1) for n in range(13)]) * w).named("L"), w))
    assert "\nBeside the route: t" in text, text


def test_an_update_is_mathematics_in_latex_and_mathml() -> None:
    rate, w = Value(1.5, label="γ"), Value(3.0, label="ŵ")
    update = explain_update((rate * w).named("L"), [rate, w], lr=0.1)
    assert update.latex().splitlines()[1:-1] == [
        r"\gamma &\leftarrow \gamma - \eta \cdot \frac{dL}{d\gamma} = 1.5 - 0.1 \cdot 3 = 1.2 \\",
        r"\hat{w} &\leftarrow \hat{w} - \eta \cdot \frac{dL}{d\hat{w}} = 3 - 0.1 \cdot 1.5 = 2.85 \\",
        r"L &: 4.5 \to 3.42",
    ]
    assert "<mtext>" not in update.mathml()
    assert "<mo>←</mo>" in ET.tostring(ET.fromstring(update.mathml()), encoding="unicode").replace("ns0:", "")
    assert update.ascii().splitlines() == [
        "gamma <- gamma - eta*dL/dgamma = 1.5 - 0.1*3 = 1.2",
        "w_hat <- w_hat - eta*dL/dw_hat = 3 - 0.1*1.5 = 2.85",
        "L: 4.5 -> 3.42",
    ]


@pytest.mark.parametrize("name", ["ŷ", "ŷ_new", "ŷ1", "x̄", "σ_sq", "Δw", "γ", "naïve"])
@pytest.mark.parametrize("style", ["text", "ascii", "latex"])
def test_a_derivation_with_letters_of_all_kinds_is_read_in_every_style(name: str, style: str) -> None:
    y, w = Value(0.5, label=name), Value(2.0, label="w")
    L = (((y * w).named("z")) ** 2).named("L")
    assert check_derivation(getattr(explain(L, y), style)(), L, y).is_right


def test_equal_terms_of_a_slope_are_collected_from_three_on() -> None:
    w, x = Value(2.0), Value(0.5)
    assert "dy/dw = 3·0.3·w² = 3·0.3·2² ≈ 3.6\n" in str(explain((0.3 * w * w * w).named("y"), w))
    assert "dy/dw = x + 4·w³ = 0.5 + 4·2³ = 32.5\n" in str(explain((w * x + w * w * w * w).named("y"), w))
    assert "dy/dw = w + w = 2 + 2 = 4\n" in str(explain((w * w).named("y"), w))  # the product rule, to be seen
    assert "dy/dw = 1 + 1 + 1 = 3\n" in str(explain((w + w + w).named("y"), w))
    assert "dy/dw = −3·w² = −3·2² = −12\n" in str(explain((-(w * w * w)).named("y"), w))


def test_ascii_tells_a_partial_from_the_whole_derivative() -> None:
    tau, k = Value(0.5, label="τ"), Value(2.0)
    f = tau**2 * sin(k * tau)
    derivation = explain(f, tau)
    shown = derivation.ascii()
    assert "chain     df/dtau = df/dt1 * dt1/dtau + partial f/partial tau\n" in shown
    assert "\ntau.grad is 0: no backward pass has reached tau yet;" in shown
    for line in derivation.sections[2].lines:
        assert isinstance(line, Equation)
        assert str(check_derivation(Line(line).ascii().replace("~=", "="), f, tau)).endswith("t is right.")


def test_a_long_chain_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_scalar.steps.BLOCK", 500)
    monkeypatch.setattr("autograd_scalar.explain.chain.LARGE", 100)
    x = Value(0.5)
    node = x
    for _ in range(2_000):
        node = (node * 1.0001).tanh()
    text = str(explain(node, x))
    assert "left out" in text
    assert " · … · " in text  # the factors of the product
    assert len(text.splitlines()) < 150
    assert len(str(explain(node, x, lines=4)).splitlines()) < 30


@pytest.mark.parametrize("digits", [0, -3, 99, "6"])
def test_digits_must_mean_something(digits: Any) -> None:
    with pytest.raises(UsageError, match="significant digits"):
        explain(Value(1.0) * 2, digits=digits)


def test_an_error_lists_all_names_or_says_how_many_more_there_are() -> None:
    w, x, b, v = ([Value(0.1 * i + j, label=f"{name}{i}") for i in range(1, 8)] for j, name in enumerate("wxbv"))
    few = dot(w, x[:1] * 7)
    few.label = "few"
    listed = "few, w1, x1, w2, w3, w4, w5, w6 and w7"
    h = dot(w, x)
    h.label = "h"
    L = (((h * 2 + dot(v, b)).tanh() * h).tanh() * b[0]).tanh() * v[0]
    start = "L, h, w1, w2, w3, w4, w5, w6, w7, x1, x2, x3"
    for ask in (explain, paths):
        with pytest.raises(UsageError) as caught:
            ask(few, "M")
        names = str(caught.value).partition("; it has ")[2]
        assert sorted(names.replace(" and", ",").split(", ")) == sorted(listed.replace(" and", ",").split(", "))
        with pytest.raises(UsageError, match=f"there is no node called 'M' in this graph; it has {start} and 21 more$"):
            ask(L, "M")
    names = "L, h, w₁, w₂, w₃, w₄, w₅, w₆, w₇, x₁, x₂, x₃"
    with pytest.raises(UsageError, match=f"there is no 'M' in this graph; it has {names} and 21 more\n"):
        check_derivation("dL/dM = 2", L, w[0])


def test_bad_requests_get_a_sentence() -> None:
    w, q = Value(3.0), Value(4.0)
    L = w * 2
    with pytest.raises(UsageError, match="q does not reach L"):
        explain(L, q)
    with pytest.raises(UsageError, match="there is no node called 'nothing'"):
        explain(L, "nothing")
    with pytest.raises(UsageError, match="2 nodes are called 'twin'"):
        explain(Value(1.0, label="twin") * Value(2.0, label="twin"), "twin")
    with pytest.raises(UsageError, match="every-op"):
        explain(L, w, detail="all")
    with pytest.raises(UsageError, match="first or the second"):
        explain(L, w, order=3)
    with pytest.raises(UsageError, match="for one w: say which"):
        explain(L, order=2)
    with pytest.raises(UsageError, match="no gradient can have come through it"):
        explain(lambda x: float(x.data), x=2, wrt="x")


def test_explaining_keeps_nothing_alive() -> None:
    import gc

    def build() -> str:
        x, w = Value(2), Value(3)
        z = w * x
        L = z.relu() + 1
        return str(explain(L, w))

    build()
    gc.collect()
    gc.disable()
    try:
        before = sum(type(one) is Value for one in gc.get_objects())
        build()
        assert sum(type(one) is Value for one in gc.get_objects()) == before
    finally:
        gc.enable()


def test_nodes_of_one_label_are_told_apart() -> None:
    p, p2 = Value(2, label="p"), Value(3, label="p")
    s = (p * p2 + p2) ** 2
    assert str(s.formula()) == "s = (p·p₂ + p₂)²"
    assert "ds/dp = 2·p₂·(p·p₂ + p₂)" in str(explain(s, p))


def test_a_function_takes_its_arguments_by_place_too() -> None:
    assert "dL/dw = x = 3" in str(explain(lambda x, w: w * x, 3, 2, wrt="w"))


def test_a_slope_by_convention_is_called_one() -> None:
    x = Value(0.0)
    t = functions.atan2(x, x)
    assert "dt/dx = 0   by convention" in str(explain(t, x))


def test_a_formula_with_numbers_refuses_an_edited_leaf() -> None:
    w = Value(3.0)
    L = w * 2
    w.data = 10.0
    assert str(L.formula()) == "L = 2·w"
    with pytest.raises(UsageError, match="was edited"):
        L.formula(numbers=True)
    with pytest.raises(UsageError, match="lr"):
        explain_update(Value(1.0, label="w") * 2, lr="a")  # type: ignore[arg-type]  # what is refused


def test_a_wide_sum_is_shortened_and_shows_what_is_asked() -> None:
    w = [Value(0.5) for _ in range(500)]
    L = functions.sum([one * 2 for one in w[:250]]) + functions.mean(w[250:])
    for asked in (w[137], w[400]):
        lines = str(explain(L, asked)).splitlines()
        assert max(map(len, lines)) < 400
        assert f"w[{137 if asked is w[137] else 400}]" in lines[0] + lines[1]
        assert "more)…" in lines[0] + lines[1]
    text = str(explain(L, w[400]))
    assert "≈ 0.5" in text or "= 0.5" in text
    assert "/250" in text


def test_of_a_very_large_graph_both_ends_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_scalar.steps.BLOCK", 500)
    monkeypatch.setattr("autograd_scalar.explain.chain.LARGE", 100)
    x = node = Value(0.5)
    used_again = node * 1.0
    for _ in range(2_000):
        node = (node * 1.0001).tanh()
    L = node + used_again
    for derivation in (explain(L, x), explain(L), explain(L, x, lines=7)):
        assert len(str(derivation)) < 6000
        assert "operations between, left out" in str(derivation)
    assert len(str(explain(L, x, lines=40))) > 2 * len(str(explain(L, x)))  # who asks for more gets more
    assert sum(section.title == "forward" for section in explain(L, x).sections) == 1
    L.backward()
    assert explain(L, x).value == pytest.approx(x.grad, rel=1e-12)
    (forward, *_) = explain(L, "t2001").sections
    assert str(forward.lines[0].left.name) == "t2003"  # type: ignore[union-attr]  # an equation, its name a symbol
    middle = explain(L, "t2001")
    assert middle.wrt == "t2001"
    assert middle.value != 0


def test_no_derivation_is_longer_than_a_person_reads() -> None:
    """Of a layer of many neurons: a screen or two unless more is asked for, and what is left out is counted."""
    x = [Value(0.1 * place, label=f"x{place}") for place in range(20)]
    h = x
    for layer in range(3):
        h = [functions.dot([0.1 + layer] * 20, h).tanh().named(f"h{layer}_{place}") for place in range(20)]
    L = functions.sum(*h).named("L")
    brief, whole = explain(L, x[3]), explain(L, x[3], lines=100)
    assert len(str(brief)) < 6000
    assert len(str(whole)) > 20_000
    assert "slopes between, left out; lines= shows more" in str(brief)
    slopes = [line for line in whole.sections[1].lines if isinstance(line, Equation)]
    assert len(slopes) == 200  # twice the lines asked for; and the others are counted
    assert "… 700 more slopes between, left out" in str(whole)
    assert len(str(explain(L))) < 9000


def test_an_update_of_what_is_trained() -> None:
    x, w, b, q = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(7, label="q")
    L = ((w * x + b) ** 2).named("L")
    everything = explain_update(L, lr=0.1)
    assert [name for name, _ in everything.after] == ["w", "x", "b"]
    assert "All leaves are moved, data included" in str(everything)
    assert [name for name, _ in explain_update(L, [w, "b"], lr=0.1).after] == ["w", "b"]
    assert str(explain_update(L, [w], lr=0.1)) == str(explain_update(L, w, lr=0.1))
    frozen = explain_update(L, [w, q], lr=0.1)
    assert [name for name, _ in frozen.after] == ["w"]
    assert "q does not reach L, and stays as it is." in str(frozen)
    assert (x.data, w.data, b.data, q.data) == (2.0, 3.0, 1.0, 7.0)
    for nothing in ([], 3, [3]):
        with pytest.raises(UsageError, match=r"nothing to move|no leaf to move"):
            explain_update(L, nothing, lr=0.1)


def test_an_update_of_a_model() -> None:
    from autograd_scalar import nn

    model = nn.MLP(2, [2, 1])
    loss = (model([1.0, 2.0]) - 1) ** 2
    assert explain_update(loss, model, lr=0.1).after == explain_update(loss, model.parameters(), lr=0.1).after


def test_the_limit_of_lines_is_one_or_more() -> None:
    x = Value(2.0)
    L = (x * x + 3).relu() ** 2
    assert "dL/dx" in str(explain(L, x, lines=1))
    for lines in (0, -1, 1.5, True):
        with pytest.raises(UsageError, match="lines="):
            explain(L, x, lines=lines)  # type: ignore[arg-type]  # the point


def test_without_arguments_the_numbers_are_the_function_s_own_defaults() -> None:
    def neuron(x: Any = 2, w: Any = 3.0, *, b: Any = 1, y: Any = 5, squared: bool = True) -> Any:
        e = (w * x + b).relu() - y
        return e**2 if squared else e

    assert "chain     dL/dw = dL/de · de/dw = 4 · 2 = 8" in str(explain(neuron, wrt="w"))
    assert len(program(neuron).inputs) == 4

    def power(x: Any, n: int = 3) -> Any:
        y = x
        for _ in range(n - 1):  # a number that counts stays one
            y = y * x
        return y

    assert str(explain(power, x=2)).endswith("= 12")


def test_numbers_that_do_not_fit_a_function_are_refused_with_its_names() -> None:
    def slope(x: Any, w: Any) -> Any:
        return x * w

    for numbers, what in {
        (): "missing a required argument: 'x'",
        (1.0, 2.0, 3.0): "too many positional arguments",
    }.items():
        with pytest.raises(UsageError) as caught:
            explain(slope, *numbers)
        assert str(caught.value) == f"explain: {what}; its numbers are given by name, as in explain(f, x=…, w=…)"
    assert "dL/dL = 1" in str(explain(max, 3, 2))  # what is not written in Python may have no signature


def test_a_name_given_to_a_function_as_an_argument() -> None:
    def f(x: Value, w: Value) -> Value:
        return (w * x) ** 2

    assert str(explain(f, "w", x=2, w=3)) == str(explain(f, x=2, w=3, wrt="w"))
    with pytest.raises(UsageError, match="wrt='w'"):
        explain(f, 2, "w")


def test_what_is_to_be_typed_is_written_as_it_is_typed() -> None:
    w1, x1 = Value(2), Value(3)
    L3 = w1 * x1
    assert "w1.grad is 0: no backward pass has reached w₁ yet; L3.backward()" in str(explain(L3, w1))
    assert "explain_update([w1, …], lr=…)" in str(explain_update(L3, lr=0.1))
    L3.backward()
    L3.backward()
    assert "w1.grad is 6: it holds two passes" in str(explain(L3, w1))


def test_the_name_of_a_parameter_stands_in_brackets_after_a_d() -> None:
    """dm.w would look like a name of its own; and what is written is read again, in every style."""
    model = nn.MLP(2, [3, 1], activation="tanh", rng=random.Random(1))
    x = [Value(0.5, label="x1"), Value(0.0, label="x2")]
    L = ((model(x) - 1) ** 2).named("L")
    shown = explain(L, model.layers[0].w[0][1])
    derivative = "dL/d(model.layers[0].w[0][1])"
    assert f"\nchain     {derivative} = dL/dt₇ · dt₇/dt₂ · dt₂/dt₁ · dt₁/d(model.layers[0].w[0][1])\n" in str(shown)
    assert "          t₄ = tanh(t₃) ≈ tanh(0.0209772) ≈ 0.0209741\n" in str(shown)
    assert r"\frac{dL}{d\left(\mathrm{model}." in shown.latex()
    assert "<mi>d</mi><mrow><mo>(</mo>" in shown.mathml()
    assert f"so {derivative} is 0" in str(why(L, model.layers[0].w[0][1]))
    assert f"\n{derivative} = 0" in f"\n{paths(L, model.layers[0].w[0][1])}"
    for text in (str(shown), shown.ascii(), r"\frac{dL}{d\left(model.layers[0].w[0][1]\right)} = 0"):
        assert check_derivation(text, L, model.layers[0].w[0][1]).is_right
    assert check_derivation("∂L/∂(x1) = 1.32092", L, x[0]).is_right
    with pytest.raises(UsageError, match="a derivative is written"):
        check_derivation("∂L/∂(x1 + 1) = 2", L, x[0])


def test_a_zero_is_exact_where_it_is_made_by_a_zero() -> None:
    w, v = Value(0.1 + 0.2 / 7), Value(-1.85144 - 1e-9)
    a = (v * 1).named("z").relu().named("a")
    L = ((a - w) * (1 / 3)).named("L")
    told = str(explain(L, v))
    assert "≈ relu(−1.85144) = 0" in told
    assert "· 0 · 1 = 0" in told
    u = Value(1e-200 / 3)
    assert "≈ 0" in str(explain((u * u).named("tiny"), u))


def test_a_negative_rate_is_in_brackets_and_gets_a_word() -> None:
    x = Value(2, label="x")
    told = str(explain_update(x * x, x, lr=-1))
    assert "2 − (−1·4) = 6" in told
    assert "a step uphill" in told
    assert "uphill" not in str(explain_update(x * x, x, lr=1))


@pytest.mark.parametrize(("steps", "is_whole"), [(40, True), (41, False)])
def test_so_many_steps_are_a_whole_derivation(steps: int, is_whole: bool) -> None:
    x = node = Value(0.5, label="x")
    for place in range(steps):
        node = node.tanh().named(f"h{place}")
    assert ("left out" not in str(explain(node, x))) == is_whole
    assert "left out" not in str(explain(node, x, lines=steps))


@pytest.mark.parametrize(("width", "is_whole"), [(30, True), (31, False)])
def test_so_many_slopes_are_a_whole_derivation(width: int, is_whole: bool) -> None:
    """Each of so many steps has a slope to x, and the result one to each of them."""
    x = Value(0.5, label="x")
    L = functions.sum([(x * place).tanh().named(f"h{place}") for place in range(1, width + 1)]).named("L")
    backward = next(section for section in explain(L, x).sections if section.title == "backward")
    assert (len(backward.lines) == 2 * width) == is_whole
    assert any(isinstance(line, str) and "slopes between, left out" in line for line in backward.lines) != is_whole


def test_what_is_made_up_is_no_name_of_the_caller_s() -> None:
    w, x = Value(3), Value(2)
    L = w + x
    t1 = w - x
    assert str(explain(w * x, w)).splitlines()[0] == "forward   result = w·x = 3·2 = 6"
    assert str(paths(w * x, w)).startswith("dresult/dw = 2, by one route")
    assert str((w * x).formula()) == "result = w·x"
    result = L * t1
    assert str(explain(w * x, w)).splitlines()[0] == "forward   result₂ = w·x = 3·2 = 6"
    assert str((w * x).formula()) == "result₂ = w·x"
    y = ((w.exp() + x).exp() + x).sigmoid()
    assert "t₁" not in str(explain(y, w)).replace("t₁₀", "")
    assert "t₂" in str(explain(y, w))
    del L, result, t1
    assert str(explain(w * x, w)).splitlines()[0] == "forward   L = w·x = 3·2 = 6"
    assert "t₁" in str(explain(y, w))


def test_a_function_s_graph_has_names_of_its_own() -> None:
    L = Value(1)
    assert "dL/dw = x = 2" in str(explain(lambda w, x: w * x, w=3, x=2, wrt="w"))
    assert L.data == 1


@pytest.mark.parametrize(
    ("made", "slope"),
    [
        (lambda d: d**2 / 2, "dL/dd = d = 3"),
        (lambda d: d**2 / 4, "dL/dd = d/2 = 3/2 = 1.5"),
        (lambda d: 3 * d**2 / 2, "dL/dd = 3·d = 3·3 = 9"),
        (lambda d: 2 * d**2 / 6, "dL/dd = 2·d/3 = 2·3/3 = 2"),
        (lambda d: d**2 / 0.5, "dL/dd = 2·d/0.5 = 2·3/0.5 = 12"),
        (lambda d: d**3 / 2, "dL/dd = 3·d²/2 = 3·3²/2 = 13.5"),
        (lambda d: 6 * d / 3, "dL/dd = 6/3 = 2"),
    ],
)
def test_whole_numbers_above_and_below_are_reduced(made: Callable[[Value], Value], slope: str) -> None:
    d = Value(3)
    L = made(d)
    assert slope in str(explain(L, d)).replace("backward  ", "")


def test_numbers_are_not_put_in_where_they_would_lose_the_slope() -> None:
    for z, lost in ((36.0, "2.22045·10⁻¹⁶"), (37.0, "0")):
        x = Value(z)
        s = x.sigmoid()
        line = str(explain(s, x)).splitlines()[1]
        assert line.startswith("backward  ds/dx = σ(x)(1 − σ(x)) ≈ ")
        assert line.endswith(f"since the numbers put in would give {lost}, a stable form is computed")
        assert check_derivation(str(explain(s, x)), s, x).is_right
    x = Value(10)
    s = x.tanh()
    assert "ds/dx = 1 − tanh(x)² ≈ 8.24461·10⁻⁹" in str(explain(s, x))  # and not 1 − 1²
    assert "would give 8.24461454" in str(explain(s, x, digits=None))
    x = Value(0.5)
    s = x.sigmoid()
    assert "≈ 0.622459·0.377541 ≈ 0.235004" in str(explain(s, x))


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5])
def test_what_is_left_out_is_said_where_it_is(lines: int) -> None:
    x = Value(0.5, label="x")
    a = x
    for number in range(1, 9):
        a = (a * 2.0).named(f"a{number}")
    L = (a**2).named("L")
    head, tail = lines - lines // 2, lines // 2
    forward, backward = (section.lines for section in explain(L, x, lines=lines).sections[:2])
    assert [type(line) for line in forward] == [Equation] * head + [str] + [Equation] * tail
    assert [type(line) for line in backward] == [Equation] * max(0, tail - 1) + [str] + [Equation] * head
    whole = explain(L, lines=lines).sections[1].lines
    assert [type(line) for line in whole] == [Equation] * max(1, tail) + [str] + [Equation] * (head + 1)


def test_remarks_stand_below_the_formulas_of_a_notebook() -> None:
    x = Value(2, label="x<y")
    L = x * 3
    shown = explain(L, x)._repr_html_()
    formulas, _, words = shown.partition("</math></div>")
    assert "no backward pass" not in formulas
    assert words.startswith("<p>x&lt;y.grad is 0: no backward pass has reached x&lt;y yet")
    assert "no backward pass" in explain(L, x).mathml()


@pytest.mark.parametrize(
    ("x", "reason"),
    [(-2.0, "since x = −2 < 1 = c"), (1.0, "since x = c = 1"), (3.0, "since x = 3 > 1 = c")],
)
def test_the_reason_for_a_tie_is_the_tie(x: float, reason: str) -> None:
    at, c = Value(x, label="x"), Value(1.0, label="c")
    assert str(explain(at.max(c), at)).splitlines()[1].endswith(reason)


@pytest.mark.parametrize(
    ("x", "slope"), [(-2.0, "−1   since x = −2 < 0"), (0.0, "0   since x = 0"), (2.0, "1   since x = 2 > 0")]
)
def test_the_slope_of_abs_is_one_of_three_and_no_switch(x: float, slope: str) -> None:
    at = Value(x, label="x")
    assert str(explain(abs(at).named("L"), at)).splitlines()[1] == f"backward  dL/dx = {slope}"


def test_the_result_itself() -> None:
    L = (Value(3.0, label="w") * 2).named("L")
    derivation = explain(L, L)
    assert str(derivation).splitlines()[0] == "backward  dL/dL = 1"
    assert (derivation.value, derivation.factors) == (1.0, ())


def test_near_the_result_of_a_very_large_graph_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_scalar.steps.BLOCK", 100)
    node = Value(0.5, label="x")
    for _ in range(200):
        node = (node * 1.0001).tanh()
    last = node.named("last")
    assert str(explain((last * 3.0).named("L"), last)).splitlines()[1] == "backward  dL/dlast = 3"


def test_the_second_derivative_of_a_very_large_graph_is_a_formula_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_scalar.explain.second.LARGEST", 10)
    node = w = Value(0.5, label="w")
    for _ in range(20):
        node = node.sin()
    with pytest.raises(UsageError, match=r"L was made from 21 nodes, .* gradients\(gradients\(L, \[w\]\)\[0\], "):
        explain(node.named("L"), w, order=2)


def test_an_update_of_the_only_leaf_has_nothing_to_add() -> None:
    update = explain_update((Value(3.0, label="w") ** 2).named("L"), lr=0.1)
    assert str(update).splitlines() == ["w ← w − η·dL/dw = 3 − 0.1·6 = 2.4", "L: 9 → 5.76"]


def test_an_update_says_that_a_choice_stays_as_it_was() -> None:
    w = Value(0.5, label="w")
    (note,) = explain_update(functions.where(w > 0, w * w, w * 3).named("L"), w, lr=10).notes
    assert note.startswith(
        "The condition of L was a plain truth value when the graph was recorded, and stays as it was;"
    )
    assert explain_update(functions.where(w.relu(), w * w, w * 3).named("L"), w, lr=10).notes == ()


def test_an_update_out_of_a_domain_says_where_it_leads() -> None:
    with pytest.raises(DomainError, match=r"^log\(-30\.3333\) has no real value: log\(x\) needs x > 0"):
        explain_update(Value(3.0, label="w").log().named("L"), lr=100)


def test_of_a_very_large_graph_all_lines_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_scalar.steps.BLOCK", 100)
    monkeypatch.setattr("autograd_scalar.explain.chain.LARGE", 50)
    node = x = Value(0.5, label="x")
    for _ in range(150):
        node = (node * 1.0001).tanh()
    L = node.named("L")
    assert "left out" in str(explain(L, x))
    assert "left out" not in str(explain(L, x, lines=400))


@pytest.mark.parametrize("condition", [True, False, 0.25])
def test_a_choice_that_was_made_for_good_says_by_what(condition: float) -> None:
    """A comparison leaves no trace in the graph: only its outcome is known, and the derivation says that it is."""
    k, x = Value(3, label="k"), Value(2, label="x")
    a = functions.where(condition, k * x, x * 2).named("a")
    said = {True: "1", False: "0", 0.25: "0.25"}[condition]
    lines = str(explain((a - 1) ** 2, x)).splitlines()
    assert [line for line in lines if "since" in line] == [
        f"          da/dx = {'k = 3' if condition else '2'}   since the condition was {said} when it was recorded"
    ]


def test_a_choice_that_follows_its_leaves_or_leads_nowhere_says_nothing() -> None:
    x, k = Value(2, label="x"), Value(3, label="k")
    follows = functions.where(x.relu(), k * x, 0.0).named("a")
    beside = (functions.where(x > 0, x * x, 0.0).named("b") + k * 2).named("L")
    assert "since" not in str(explain(follows, x))
    assert "since" not in str(explain(beside, k))
