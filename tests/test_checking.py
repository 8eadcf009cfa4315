"""A right derivation is called right, whoever wrote it; a wrong one is found, with the slip that made it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given

from autograd_scalar import UsageError, Value, op
from autograd_scalar import steps as steps_module
from autograd_scalar.explain import check_derivation, explain
from autograd_scalar.explain.checking import SLIPS, Check
from autograd_scalar.explain.checking.points import Point
from autograd_scalar.functions import dot, maximum, mean, softmax, where
from autograd_scalar.graph import topological_order
from autograd_scalar.nn.losses import cross_entropy as cross_entropy_of_batch
from autograd_scalar.steps import Steps
from autograd_scalar.testing import Graph, graphs

pytestmark = pytest.mark.once


def neuron(activation: str, w: float = 3.0) -> tuple[Value, dict[str, Value]]:
    """Seed 1's neuron: x = 2, b = 1, y = 5."""
    leaves = {name: Value(number, label=name) for name, number in (("x", 2.0), ("w", w), ("b", 1.0), ("y", 5.0))}
    z = (leaves["w"] * leaves["x"] + leaves["b"]).named("z")
    a = getattr(z, activation)().named("a")
    return ((a - leaves["y"]) ** 2).named("L"), leaves


def half_neuron() -> tuple[Value, dict[str, Value]]:
    leaves = {"w": Value(5.0, label="w"), "x": Value(1.0, label="x"), "y": Value(2.0, label="y")}
    a = (leaves["w"] * leaves["x"]).named("a")
    return (0.5 * (a - leaves["y"]) ** 2).named("L"), leaves


def reused() -> tuple[Value, dict[str, Value]]:
    x = Value(2.0, label="x")
    return (x * x + 3 * x).named("y"), {"x": x}


def shared() -> tuple[Value, dict[str, Value]]:
    """Two routes: h is used twice, in steps of their own."""
    x = Value(2.0, label="x")
    h = (x * 3.0).named("h")
    u, v = (h * h * h).named("u"), h.exp().named("v")
    return (u * 0.001 + v * 0.002).named("q"), {"x": x}


def inner() -> tuple[Value, dict[str, Value]]:
    a = Value(2.0, label="a")
    return ((3 * a - 1) ** 2).named("L"), {"a": a}


def inner_exponential() -> tuple[Value, dict[str, Value]]:
    a = Value(0.5, label="a")
    return (a * -3.0).exp().named("p"), {"a": a}


def cross_entropy() -> tuple[Value, dict[str, Value]]:
    s, t = Value(1.0, label="s"), Value(0.3, label="t")
    p = (s.exp() / (s.exp() + t.exp())).named("p")
    return (-p.log()).named("loss"), {"s": s, "t": t}


def at_the_kink() -> tuple[Value, dict[str, Value]]:
    w, x = Value(0.0, label="w"), Value(2.0, label="x")
    y1 = (w * x).named("y1")
    h1 = y1.relu().named("h1")
    return ((h1 - 3.0) ** 2).named("L"), {"w": w, "x": x}


def maximum_at_the_kink() -> tuple[Value, dict[str, Value]]:
    w, x = Value(1.0, label="w"), Value(2.0, label="x")
    z = (w * x).named("z")
    m = z.max(2.0).named("m")
    return (m * 5.0).named("L"), {"w": w, "x": x}


def check(text: str, made: tuple[Value, dict[str, Value]], wrt: str = "w") -> Check:
    result, leaves = made
    return check_derivation(text, result, leaves[wrt])


# ------------------------------------------------------------------------------------------------------ right ones


@pytest.mark.parametrize(
    "text",
    [
        "dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8",
        "dL/dw = 4 * 1 * 2 = 8",
        "4*1*2 = 8",
        "8",
        "2(a-y)·1·x",
        "dL/dw = 4·2 = 8",
        "dL/dw = 2·2·2 = 8",
        "dL/dw = 2·4·1",
        "dL/da = 2(a - y) = 2(7 - 5) = 4",
        "dL/da = 2(7 - y)",
        "dL/da = 2(a - 5)",
        "dL/da = 2a - 2y",
        "dL/da = 2(relu(wx + b) - y)",
        r"\frac{dL}{da} = 2\left(a - y\right) = 4",
        "∂L/∂a = 4",
        "da/dz = 1{z > 0} = 1",
        "z = wx + b = 3·2 + 1 = 7",
        "z = 7, a = relu(7) = 7, L = (7-5)² = 4",
        "e = a - y\ndL/da = 2e\ndL/dw = 2e·x = 8",
        "dw = 8",
        "w.grad = 8",
        "gradient = 8",
        "dL/dw = 8 -> w_new = 3 - 0.1*8 = 2.2",
        "w ← w − η·dL/dw = 3 − 0.1·8 = 2.2",
        "dL/dw = 8; dL/dx = dL/dz · dz/dx = 4·3 = 12",
        "dL/db = 4\nw ← 3 - 0.1*8 = 2.2",
        "1. dL/da = 4\n2. da/dz = 1   since z = 7 > 0\n3. dz/dw = x = 2",
    ],
)
def test_right_derivations_of_the_relu_neuron(text: str) -> None:
    found = check(text, neuron("relu"))
    assert found.is_right, str(found)
    assert found.slips == ()


@pytest.mark.parametrize(
    "text",
    [
        "dL/dw = -8.00182 * 0.000910221 * 2 = -0.0145669",
        "dL/dw ≈ -0.01457",
        "da/dz = a(1 - a)",
        "da/dz = σ(z)(1 − σ(z)) ≈ 0.00091",
        "da/dz = e^(-z)/(1 + e^(-z))^2",
        "da/dz = sigmoid'(z)",
        "dL/dw = 2(a - y)·a(1 - a)·x",
        "a ≈ 0.999",
        "w_new = 3 - 0.1*(-0.0145669) = 3.00146",
    ],
)
def test_right_derivations_of_the_sigmoid_neuron(text: str) -> None:
    found = check(text, neuron("sigmoid"))
    assert found.is_right, str(found)
    assert found.slips == ()


@pytest.mark.parametrize("text", ["dy/dx = x + x + 3 = 7", "dy/dx = 2x + 3", "dy/dx = 2 + 2 + 3 = 7", "dy/dx = 7"])
def test_a_value_used_twice(text: str) -> None:
    assert check(text, reused(), "x").is_right


@given(graphs())
def test_our_own_derivations_are_right_in_every_style(graph: Graph) -> None:
    for leaf in graph.used:
        derivation = explain(graph.result, leaf)
        for text in (derivation.text(), derivation.ascii(), derivation.latex()):
            found = check_derivation(text, graph.result, leaf)
            assert found.is_right, f"{text}\n{found}"
            assert found.slips == (), f"{text}\n{found}"


@given(graphs())
def test_the_explanation_of_a_whole_pass_is_right(graph: Graph) -> None:
    found = check_derivation(explain(graph.result).text(), graph.result, graph.used[0])
    # A line that has symbols and plugged-in whole numbers in one sum cannot be told from an accident.
    wrong = [one for one in found.findings if not one.is_right and "by accident" not in one.remark]
    assert not wrong, str(found)


@given(graphs())
def test_a_wrong_number_is_never_called_right(graph: Graph) -> None:
    for leaf in graph.used:
        true = explain(graph.result, leaf).value
        if not 1e-4 < abs(true) < 1e6:
            continue
        for wrong in (1.1 * true, -true, 2 * true, true + 3.7, 0.0):
            found = check_derivation(
                f"dL/d{leaf.label} = {wrong!r}".replace("dL", f"d{graph.result.label}"), graph.result, leaf
            )
            assert not found.is_right, str(found)
            (finding,) = found.findings
            assert finding.slip in ("", *SLIPS)
            assert abs(finding.true - true) <= 1e-9 * abs(true)


def test_every_op_has_its_own_names() -> None:
    result, leaves = neuron("sigmoid")
    text = str(explain(result, leaves["w"], detail="every-op"))
    assert check_derivation(text, result, leaves["w"], detail="every-op").is_right


# ----------------------------------------------------------------------------------------------- slips, one by one

SLIPPED = [
    ("rounded too early", "da/dz = 0.999(1 - 0.999) = 0.000999", lambda: neuron("sigmoid"), "w"),
    ("rounded too early", "da/dz = 0.9991(1 - 0.9991)", lambda: neuron("sigmoid"), "w"),
    ("rounded too early", "da/dz = 0.000999", lambda: neuron("sigmoid"), "w"),
    ("rounded too early", "dL/dw = -8.002 * 0.000999 * 2 = -0.016", lambda: neuron("sigmoid"), "w"),
    ("rounded too early", "da/dz = 1 - 0.96^2 = 0.0784", lambda: neuron("tanh", 0.5), "w"),
    ("rounded too early", "da/dz = 0.0784", lambda: neuron("tanh", 0.5), "w"),
    ("missing factor", "dL/dx = da/dz · dz/dx = 3", lambda: neuron("relu"), "x"),
    ("missing factor", "dL/dw = 4", lambda: neuron("relu"), "w"),
    ("missing factor", "dL/da = a - y", lambda: neuron("relu"), "w"),
    ("missing factor", "dL/dw = 0.000910221 * 2", lambda: neuron("sigmoid"), "w"),
    ("missing factor", "da/dz = a = 0.999089", lambda: neuron("sigmoid"), "w"),
    ("inner derivative forgotten", "dL/da = 2(3a - 1) = 10", inner, "a"),
    ("inner derivative forgotten", "dp/da = exp(-3a)", inner_exponential, "a"),
    ("≥ for >", "dy1 = dh1 * (y1 >= 0)", at_the_kink, "w"),
    ("≥ for >", "dh1/dy1 = 1", at_the_kink, "w"),
    ("≥ for >", "dL/dw = -12", at_the_kink, "w"),
    ("≥ for >", "dL/dw = 10", maximum_at_the_kink, "w"),
    ("half forgotten", "dL/da = 2(a - y) = 6", half_neuron, "w"),
    ("half forgotten", "dL/dw = 6", half_neuron, "w"),
    ("half forgotten", "L = (a - y)^2 = 9", half_neuron, "w"),
    ("sign", "dL/da = 2(y - a) = -4", lambda: neuron("relu"), "w"),
    ("sign", "dL/dy = 2(a - y) = 4", lambda: neuron("relu"), "y"),
    ("sign", "dloss/dp = 1/p", cross_entropy, "s"),
    ("sum over uses forgotten", "dy/dx = x + 3 = 5", reused, "x"),
    ("sum over uses forgotten", "dy/dx = 2", reused, "x"),
    ("sum over uses forgotten", "dq/dx = 0.001·3h²·3", shared, "x"),
    ("function forgotten", "loss = e^s/(e^s + e^t)", cross_entropy, "s"),
    ("function forgotten", "a = wx + b", lambda: neuron("sigmoid"), "w"),
    ("missing term", "z = wx = 6", lambda: neuron("relu"), "w"),
]


@pytest.mark.parametrize(("slip", "text", "made", "wrt"), SLIPPED)
def test_a_slip_is_found_and_named(slip: str, text: str, made: object, wrt: str) -> None:
    assert callable(made)
    found = check(text, made(), wrt)
    assert not found.is_right, str(found)
    assert slip in found.slips, str(found)


def test_each_slip_of_the_list_is_found_on_two_graphs_or_more() -> None:
    for slip in SLIPS[:7]:
        texts = [text for name, text, _, _ in SLIPPED if name == slip]
        assert len(texts) >= 2, slip


# --------------------------------------------------------------------------------------- the documents' own slips


def test_c2_the_gradient_row_is_one_slope_only() -> None:
    found = check("gradient = 0.000999", neuron("sigmoid"))
    assert found.slips == ("missing factor",)
    assert "that is da/dz, not dL/dw" in str(found)


def test_b9_and_b11_rounding_before_the_subtraction() -> None:
    found = check("dL/dw = (-8.002) × (0.000999) × (2) ≈ -0.016", neuron("sigmoid"))
    assert [finding.verdict for finding in found.findings] == ["rounded", "off", "right", "off"]
    likely = "Likely: a was rounded to 0.999 before 1 − a."
    assert str(found).splitlines()[1] == (
        f"factor 2   0.000999   da/dz   9.75 % too large; it is 0.000910221. {likely}"
    )
    assert "follows from these factors (−0.015988), but dL/dw ≈ −0.0145669" in str(found)


def test_b12_the_update_carries_the_slip_on() -> None:
    found = check("w_new = 3 - 0.1 × (-0.016) = 3.0016", neuron("sigmoid"))
    assert not found.is_right
    assert "w_new ≈ 3.00146" in str(found)


def test_d10_the_factor_of_the_loss_is_missing() -> None:
    x = Value(1.0, label="x")
    weights = [Value(5.0, label=f"w{layer}") for layer in (1, 2, 3)]
    a = x
    for layer, weight in enumerate(weights, 1):
        z = (weight * a).named(f"z{layer}")
        a = z.relu().named(f"a{layer}")
    L = (0.5 * (a - 0.0) ** 2).named("L")
    text = "dL/dx = da3/dz3 · dz3/da2 · da2/dz2 · dz2/da1 · da1/dz1 · dz1/dx = 1·5·1·5·1·5 = 125"
    found = check_derivation(text, L, x)
    assert "missing factor" in found.slips
    assert "dL/da₃ = 125" in str(found)


def test_p2_the_logarithm_is_missing() -> None:
    scores = [Value(1.4, label="f1"), Value(0.1, label="f2")]
    p = softmax(scores)[0].named("p")
    loss = (-p.log()).named("loss")
    found = check_derivation("loss = exp(f1)/(exp(f1) + exp(f2)) = 0.785835", loss, scores[0])
    assert "function forgotten" in found.slips
    assert "log" in str(found)


SCORES, LABELS = [[1.4, 0.1], [1.025, 3.6], [-1.575, 1.25]], [0, 1, 1]  # seed 2's fixture


def batch(form: str) -> tuple[Value, dict[str, Value]]:
    """The mean loss of three samples, recorded in several ways."""
    rows = [[Value(score, label=f"f{i}{j}") for j, score in enumerate(row)] for i, row in enumerate(SCORES)]
    if form == "cross_entropy":
        return cross_entropy_of_batch(rows, LABELS).named("L"), {"f": rows[0][0]}
    p = [softmax(row)[label].named(f"p{i}") for i, (row, label) in enumerate(zip(rows, LABELS, strict=True))]
    losses = [-one.log() for one in p]
    if form == "named":
        losses = [one.named(f"loss{i}") for i, one in enumerate(losses)]
    L = mean(*losses) if form != "difference" else (-p[0].log() - p[1].log() - p[2].log()) / 3
    return L.named("L"), {"f": rows[0][0]}


@pytest.mark.parametrize("form", ["named", "unnamed", "difference", "cross_entropy"])
def test_p2_the_logarithm_is_missing_in_the_mean_of_a_batch(form: str) -> None:
    right = check("L = 0.124006", batch(form), "f")
    assert right.is_right, str(right)
    for text in ("L = 0.886361", "L = 0.88636069737479985", "L = -0.886361"):
        found = check(text, batch(form), "f")
        assert found.slips == ("function forgotten",), str(found)
        assert "the −log of each term was left out" in str(found)
    assert check("L = 0.5", batch(form), "f").slips == ()


def test_p19_greater_or_equal_is_a_slip_at_zero_and_a_remark_elsewhere() -> None:
    at_zero = check("dy1 = dh1 * (y1 >= 0)", at_the_kink())
    assert not at_zero.is_right
    assert at_zero.slips == ("≥ for >",)
    elsewhere = check("da/dz = 1{z >= 0} = 1", neuron("relu"))
    assert elsewhere.is_right
    assert elsewhere.slips == ("≥ for >",)
    assert "at z = 0 the slope taken is 0" in str(elsewhere)
    as_factor = check("dL/dw = 4·1{z >= 0}·2 = 8", neuron("relu"))
    assert as_factor.is_right
    assert as_factor.slips == ("≥ for >",)
    assert check("da/dz = 1{z > 0} = 1", neuron("relu")).slips == ()


# ------------------------------------------------------------------------------------------------- further contracts


@pytest.mark.parametrize("formula", ["(a - y)^2", "y - 1", "2x", "w + b"])
def test_a_formula_that_is_right_by_accident_is_not_right(formula: str) -> None:
    found = check(f"dL/da = {formula}", neuron("relu"))  # each is 4 at this point
    assert not found.is_right
    assert "by accident" in str(found)


def test_numbers_alone_are_judged_at_the_recorded_point() -> None:
    assert check("dL/da = 2·(7 - 5)", neuron("relu")).is_right
    assert check("dL/da = (7 - 5)^2", neuron("relu")).is_right


def direct_and_not() -> tuple[Value, dict[str, Value]]:
    x = Value(2.0, label="x")
    a = (x**2).named("a")
    return (x * a).named("y"), {"x": x}


def test_d_is_through_every_route_and_the_step_alone_is_a_slip() -> None:
    assert check("dy/dx = 3x² = 12", direct_and_not(), "x").is_right
    assert check("∂y/∂x = a = 4", direct_and_not(), "x").is_right
    found = check("dy/dx = a = 4", direct_and_not(), "x")
    assert not found.is_right
    assert found.slips == ("sum over uses forgotten",)
    # ASCII has no ∂: there both lines may say d, as our own text does.
    assert check("dy/dx = a = 4\ndy/dx = dy/da * da/dx + dy/dx = 2 * 4 + 4 = 12", direct_and_not(), "x").is_right


def test_nothing_is_changed_by_checking() -> None:
    result, leaves = neuron("relu")
    result.backward()
    before = [(leaf.data, leaf.grad) for leaf in leaves.values()]
    check_derivation("dL/da = 2(a - y)\ndL/dw = 9", result, leaves["w"])
    assert [(leaf.data, leaf.grad) for leaf in leaves.values()] == before


def test_a_wrong_number_without_a_known_slip_names_none() -> None:
    found = check("dL/da = 4.321", neuron("relu"))
    assert found.slips == ()
    assert str(found).startswith("slope   4.321   dL/da   8.02 % too large; it is 4.")
    assert "Likely" not in str(found)


def test_the_same_data_compares_equal_and_is_frozen() -> None:
    made = neuron("relu")
    first, second = check("dL/dw = 8", made), check("dL/dw = 8", made)
    assert first == second
    with pytest.raises(FrozenInstanceError):
        first.value = 3.0  # type: ignore[misc]  # the point
    finding = first.findings[0]
    assert (finding.kind, finding.written, finding.means, finding.verdict, finding.value, finding.true) == (
        "slope", "8", "dL/dw", "right", 8.0, 8.0,
    )  # fmt: skip


def test_html_is_escaped() -> None:
    found = check("da/dz = 1{z < 0}", neuron("relu"))
    assert "1{z &lt; 0}" in found._repr_html_()


def test_a_function_with_its_arguments() -> None:
    def net(x: Value, w: Value) -> Value:
        z = w * x
        a = z.relu()
        return (a - 1) ** 2

    assert check_derivation("dL/da = 2(a - 1) = 10\ndz/dw = x = 2\ndL/dw = 10·1·2 = 20", net, "w", x=2, w=3).is_right


def test_names_of_lists_and_labels_of_several_words() -> None:
    w = [Value(1.0), Value(2.0)]
    x = [Value(3.0, label="first input"), Value(4.0)]
    z = dot(w, x)
    assert check_derivation("dz/dw[0] = first input = 3", z, w[0]).is_right
    assert check_derivation("dz/dw[1] = x[1] = 4", z, w[1]).is_right


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("dL/da = 2(q - y)", "there is no 'q' in this graph", "q"),
        ("dL/dq = 4", "there is no 'q' in this graph", "q"),
        ("dL/da = 2(a - y", "this bracket is not closed", "("),
    ],
)
def test_bad_input_is_marked(text: str, message: str, marked: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(text, neuron("relu"))
    first, line, caret = str(caught.value).split("\n")
    assert first.startswith(message)
    assert line[caret.index("^")] == marked


def test_other_bad_input() -> None:
    result, leaves = neuron("relu")
    with pytest.raises(UsageError, match="digits"):
        check_derivation("dL/dw = 8", result, leaves["w"], digits=0)
    with pytest.raises(UsageError):
        check_derivation("dL/dw = 8", result, Value(1.0, label="elsewhere"))
    with pytest.raises(UsageError, match="no node called"):
        check_derivation("dL/dw = 8", result, "nobody")
    with pytest.raises(UsageError, match="a derivation is text"):
        check_derivation(8.0, result, leaves["w"])  # type: ignore[arg-type]  # the point


def test_a_part_left_out_is_not_compared() -> None:
    c = Value(1.0, label="c")
    node = c
    for _ in range(60):
        node = node * 1.01
    node.named("L")
    found = check_derivation(explain(node, c).text(), node, c)
    assert all(finding.is_right for finding in found.findings), str(found)


def test_what_was_rounded_too_early_is_not_all_right() -> None:
    result, leaves = neuron("sigmoid")
    found = check_derivation("dL/dw = -8.002 * 0.0009 * 2 = -0.0144", result, leaves["w"])
    assert not found
    assert found.summary == "Right, but rounded too early: what follows is off."
    assert (
        check_derivation("dL/dw = -8.002 * 0.00091 * 2 = -0.0146", result, leaves["w"]).summary == "All of it is right."
    )


def test_a_derivative_that_is_said_to_be_itself_is_no_answer() -> None:
    result, leaves = neuron("relu")
    found = check_derivation("dL/dw = dL/dw", result, leaves["w"])
    assert not found
    assert "the same on both sides: it says nothing" in str(found)
    assert check_derivation("dL/dw = dL/dw = 8", result, leaves["w"])
    assert not check_derivation("dL/dw = dL/dw = 9", result, leaves["w"])
    assert "nothing" not in str(check_derivation("d2L/dw2 = dL/dw = 8", result, leaves["w"]))
    assert "nothing" not in str(check_derivation("∂L/∂w = dL/dw", result, leaves["w"]))


def test_numbers_stand_for_the_slopes_that_their_line_spells_out() -> None:
    x = Value(0.0, label="x")  # on the kink, so that a 0 hides what the other factor is
    result = x.relu().sigmoid().asin().named("L")
    found = check_derivation(explain(result).text(), result, x)
    assert found, str(found)
    factors = [(one.written, one.means) for one in found.findings if one.kind == "factor"]
    assert factors[-2:] == [("0.288675", "dL/dt₁"), ("0", "dt₁/dx")]


def test_of_negative_numbers_the_size_is_too_large_or_too_small() -> None:
    result, leaves = neuron("sigmoid")
    for number, words in ((-0.016, "9.84 % too large in size"), (-0.0014, "10.4 times too small in size")):
        assert f"{words}; it is −0.0145669" in str(check_derivation(f"dL/dw = {number}", result, leaves["w"]))
    assert "the wrong sign, and 9.84 % too large; it is " in str(check_derivation("dL/dw = 0.016", result, leaves["w"]))


def test_a_label_of_two_nodes_means_the_one_asked_about() -> None:
    first, second, x = Value(2.0, label="w"), Value(3.0, label="w"), Value(5.0, label="x")
    result = (first * x + second).named("L")
    assert check_derivation("dL/dw = x = 5", result, first)
    assert check_derivation("dL/dw = 1", result, second)
    (finding,) = check_derivation("dL/dw = 5", result, second).findings
    assert (finding.verdict, finding.true) == ("off", 1.0)
    assert check_derivation(explain(result, second).text(), result, second)  # w and second: it tells them apart


def test_ties_between_many_have_their_share() -> None:
    p, q = Value(2.0, label="p"), Value(2.0, label="q")
    m = maximum(p, q).named("m")
    assert check_derivation("dm/dp = 0.5", m, p).is_right
    assert "≥ for >" in check_derivation("dm/dp = 1", m, p).slips


@pytest.mark.parametrize(
    ("activation", "text", "down"),
    [
        ("relu", "w_new = 3 + 0.1*8 = 3.8", "2.2"),
        ("relu", "w_new = w + 0.1*dL/dw = 3.8", "2.2"),
        ("relu", "w_new = 3 + 8*0.1 = 3.8", "2.2"),
        ("relu", "w_new = 0.1*8 + 3", "2.2"),
        ("relu", "w_new = 3 - (-0.1)*8 = 3.8", "2.2"),
        ("relu", "w ← w + η·dL/dw = 3 + 0.1·8 = 3.8", "2.2"),
        ("sigmoid", "w_new = 3 + 0.1*(-0.0145669) = 2.99854", "3.00146"),
    ],
)
def test_a_step_up_the_slope_is_found(activation: str, text: str, down: str) -> None:
    found = check(text, neuron(activation))
    assert not found.is_right
    assert found.slips == ("sign",)
    assert f"the step goes up the slope: w − η·dL/dw = {down}" in str(found)


def test_a_step_up_the_slope_without_a_number_for_its_size() -> None:
    for text in ("w_new = w + lr*dw", "w_new = 3 + 0.8 = 3.8"):
        found = check(text, neuron("relu"))
        assert found.slips == ("sign",), str(found)


@pytest.mark.parametrize(
    ("activation", "text"),
    [
        ("relu", "w_new = 3 - 0.1*8 = 2.2"),
        ("relu", "w_new = 3 - 8*0.1 = 2.2"),
        ("relu", "w_new = -0.1*8 + 3 = 2.2"),
        ("relu", "w_new = 3 + 0.1*(-8) = 2.2"),
        ("relu", "w_new = 3 - 0.1*4*1*2 = 2.2"),
        ("relu", "w_new = w - lr*dw = 3 - 0.1*8 = 2.2"),
        ("sigmoid", "w_new = 3 + 0.1*0.0145669 = 3.00146"),
        ("sigmoid", "w_new = 3 - 0.1*(-0.0145669)"),
    ],
)
def test_a_step_down_the_slope_is_right_however_it_is_written(activation: str, text: str) -> None:
    found = check(text, neuron(activation))
    assert found.is_right, str(found)
    assert found.slips == ()


def test_a_factor_that_stands_there_is_not_missing() -> None:
    found = check("dL/dw = (a-y)·a(1-a)·x", neuron("sigmoid"))
    assert "the factor 2 is missing" in str(found)
    assert "dz/dw = 2" not in str(found)
    assert str(found).count("Likely") == 1
    assert "Likely" not in str(check("dL/dw = 4·1·2 = 4", neuron("relu")))


@pytest.mark.parametrize("text", ["dz/dw = 1", "da/dz = 1"])
def test_no_slip_is_claimed_that_the_formula_cannot_have(text: str) -> None:
    found = check(text, neuron("sigmoid"))
    assert not found.is_right
    assert found.slips == ()
    assert "Likely" not in str(found)


def test_text_and_result_in_any_order() -> None:
    result, leaves = neuron("relu")
    w, text = leaves["w"], "dL/dw = 8"
    expected = check_derivation(text, result, w)
    wild: Any = check_derivation
    for given_ones in (
        (result, w, text),
        (result, text, w),
        (result, "w", text),
        (text, "w", result),
        (text, w, result),
    ):
        assert wild(*given_ones) == expected
    assert wild(result, text, wrt=w) == expected
    assert wild(lambda w: w * 2, "w", "8", w=3).value == 2


@pytest.mark.parametrize("given_ones", [(), ("dL/dw = 8", "w")])
def test_an_argument_that_is_missing_shows_the_right_call(given_ones: tuple[str, ...]) -> None:
    result, _ = neuron("relu")
    wild: Any = check_derivation
    arguments = (*given_ones, 3.0) if given_ones else (result,)
    with pytest.raises(UsageError, match=r'check_derivation\("dL/dw = 8", L, w\)') as caught:
        wild(*arguments, *([None] if not given_ones else []))
    assert "explain:" not in str(caught.value)


def test_an_error_names_the_verb_that_was_called() -> None:
    result, leaves = neuron("relu")
    with pytest.raises(UsageError, match=r"^check_derivation: .*no place here"):
        check_derivation("dL/dw = 8", result, leaves["w"], x=3)


def test_the_digits_that_are_shown_are_right() -> None:
    for text in ("da/dz = 0.000910221", "dL/da = 2(a - y) = -8.00182"):
        assert str(check(text, neuron("sigmoid"))).splitlines()[0].endswith("   right")
    assert "right, rounded (0.000910221)" in str(check("da/dz = 0.00091", neuron("sigmoid")))


def test_a_fraction_upside_down_and_one_thing_that_is_off() -> None:
    found = check("dw/dL = 3", neuron("relu"))
    assert "the fraction is upside down: it is dL/dw, which is 8" in str(found)
    assert str(found).endswith("\nIt is off.")


@pytest.mark.parametrize(
    ("derivation", "summary"),
    [
        ("dL/dw = 4 * 1 * 3 = 12", "1 of 3 factors is off; the product follows from it."),
        ("dL/dw = 5 * 1 * 3 = 15", "2 of 3 factors are off; the product follows from them."),
        ("dL/dw = 4 * 1 * 3 = 13", "2 of 4 are off."),
        ("dL/dw = 4 * 1 * 3", "1 of 3 factors is off; the product follows from it."),
        ("dL/dw = 9 = 9", "It is off; the rest follows from it."),
        ("z = 8; dL/dw = 4 * 1 * 3 = 12", "2 of 4 are off; the product follows from them."),
    ],
)
def test_what_follows_from_a_slip_is_not_counted_as_another(derivation: str, summary: str) -> None:
    x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    z = (w * x + b).named("z")
    a = z.relu().named("a")
    found = check_derivation(derivation, ((a - y) ** 2).named("L"), w)
    assert found.summary == summary
    assert not found.is_right


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("d²L/dw² = 2x² = 8", ["right"]),
        ("d^2L/dw^2 = 8", ["right"]),
        ("d²L/dw² = 4", ["off"]),
        ("d²L/dw² = 2x = 8", ["off", "right"]),
        ("d²L/da² = 2", ["right"]),
        ("d2L/dw2 = 2x^2 = 8", ["right"]),
        ("d2L/dw2 = 4", ["off"]),
        ("d^2L/dw^2 = 2x^2", ["right"]),
    ],
)
def test_a_second_derivative_is_compared_as_a_number(text: str, verdicts: list[str]) -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    a = (w * x + b).relu()
    L = (a - y) ** 2
    found = check_derivation(text, L, w)
    assert [one.verdict for one in found.findings] == verdicts
    assert found.is_right == ("off" not in verdicts)
    if "off" in verdicts:
        assert found.findings[0].true == 8.0


# ------------------------------------------------------------------------------------- factors, told from each other


def rows(found: Check) -> list[tuple[str, str, str]]:
    return [(one.written, one.means, one.verdict) for one in found.findings]


def dying() -> tuple[Value, dict[str, Value]]:
    return neuron("relu", -3.0)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("dL/dw = -10 * 0 * 3 = 0", ("3", "dz/dw", "off")),
        ("dL/dw = 4 * 0 * 2 = 0", ("4", "dL/da", "off")),
        ("dL/dw = 2(y - a) * 1{z > 0} * x = 0", ("2(y - a)", "dL/da", "off")),
    ],
)
def test_a_zero_does_not_hide_a_wrong_factor(text: str, wrong: tuple[str, str, str]) -> None:
    found = check(text, dying())
    assert not found.is_right
    assert [row for row in rows(found) if row[2] == "off"] == [wrong]
    assert rows(found)[-1] == ("0", "dL/dw", "right")


@pytest.mark.parametrize(
    "text",
    [
        "dL/dw = -10 * 0 * 2 = 0",
        "dL/dw = -20 * 0 = 0",
        "dL/dw = 2 * 0 * -10 = 0",
        "dL/dw = 2(a-y)·1{z>0}·x = 0",
        "dL/dw = -10 * 0 = 0",
        "0",
    ],
)
def test_a_product_that_is_zero_is_right_where_its_factors_are(text: str) -> None:
    found = check(text, dying())
    assert found.is_right, str(found)


def test_a_number_and_its_bracket_are_one_slope() -> None:
    found = check("dL/dw = 2*(0 - 5) * 2 = -20", dying())
    assert rows(found)[:3] == [("2*(0 - 5)", "dL/da", "right"), ("2", "dz/dw", "right"), ("", "da/dz", "off")]
    assert "missing: da/dz = 0" in str(found)
    for text in ("dL/dw = 2*(wx + b - y) = 4", "dL/dw = 2*(7 - 5) = 4"):
        found = check(text, neuron("relu"))
        assert rows(found)[0][1:] == ("dL/da", "right"), str(found)
        assert "missing: dz/dw = 2" in str(found)
        assert found.slips == ("missing factor",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dL/dw = x·1·(a - y) = 4", ["dz/dw", "da/dz", "dL/da"]),
        ("dL/dw = 2 * 1 * 5 = 10", ["dz/dw", "da/dz", "dL/da"]),
        ("dL/dw = 4 * 1 * 3 = 12", ["dL/da", "da/dz", "dz/dw"]),
    ],
)
def test_factors_in_another_order_are_told(text: str, expected: list[str]) -> None:
    found = check(text, neuron("relu"))
    assert [one.means for one in found.findings if one.kind == "factor"] == expected, str(found)
    assert sum(one.verdict == "off" for one in found.findings if one.kind == "factor") == 1


def test_a_factor_too_many_is_told() -> None:
    found = check("dL/dw = 4 * 1 * 2 * 3 = 24", neuron("relu"))
    assert next(row for row in rows(found) if row[2] == "off") == ("3", "", "off")
    assert "one too many: it is no slope of this chain" in str(found)


def test_one_wrong_factor_of_as_many_as_there_are_slopes_is_not_one_too_many() -> None:
    found = check("dL/db = 4 * 1 * 2 = 8", neuron("relu"), wrt="b")
    assert rows(found)[:3] == [("4", "dL/da", "right"), ("1", "da/dz", "right"), ("2", "dz/db", "off")]
    found = check("dL/db = 4 * 3 * 1 = 12", neuron("relu"), wrt="b")
    assert rows(found)[:3] == [("4", "dL/da", "right"), ("3", "da/dz", "off"), ("1", "dz/db", "right")]


@pytest.mark.parametrize(
    ("factors", "told"),
    [
        ("-4*3*2", ["-4 dL/da", "3 da/dz", "2 dz/dw"]),
        ("-4*0.5*3", ["-4 dL/da", "0.5 da/dz", "3 dz/dw"]),
        ("2*(7-5)*7*2", ["2*(7-5) dL/da", "7 da/dz", "2 dz/dw"]),
        ("2*(7-5)*0.5*3", ["2*(7-5) dL/da", "0.5 da/dz", "3 dz/dw"]),
        ("-4*2*3", ["-4 dL/da", "2 dz/dw", "3 "]),  # so one is right, and in their places none
    ],
)
def test_as_many_factors_as_slopes_stand_each_in_its_place(factors: str, told: list[str]) -> None:
    found = check(f"dL/dw = {factors}", neuron("relu"))
    assert [f"{one.written} {one.means}" for one in found.findings if one.kind == "factor"] == told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dL/db = 4*1*1", "This is dL/db, and right; dL/dw was asked about."),
        ("dL/db = 4\ndL/dx = 12", "These are dL/db and dL/dx, and right; dL/dw was asked about."),
        ("dL/da = 4\ndL/db = 3", "1 of 2 is off. This is dL/db; dL/dw was asked about."),
    ],
)
def test_another_derivative_than_the_one_asked_about_is_said_to_be_another(text: str, said: str) -> None:
    found = check(text, neuron("relu"))
    assert not found
    assert found.summary == said


@pytest.mark.parametrize("text", ["dL/db = 4\ndL/dw = 8", "dL/db = 4\nw ← 3 - 0.1*8 = 2.2", "dL/da = 4\nz = 7"])
def test_lines_beside_the_derivative_and_steps_on_the_way_to_it_are_welcome(text: str) -> None:
    found = check(text, neuron("relu"))
    assert found
    assert found.summary == "All of it is right."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dL/dx = 2*u*0*3 + 2*u*1*5", "Likely: the term 2*u*0*3 for the route x → p → h → u → L should be 114."),
        ("dL/dx = 2*u*(0*3 + 1*5)", "Likely: the term 0*3 for the route x → p → h → u should be 3."),
        ("dL/dx = 2*u*1*5 + 0 + 0", ""),
        ("dL/dx = 2*u*1*5", "Likely: only 1 of the 2 routes from x to u counted; they add up."),
    ],
)
def test_where_every_route_is_written_none_was_forgotten(text: str, said: str) -> None:
    x = Value(2.0, label="x")
    p, q = (x * 3.0 + 2.0).named("p"), (x * 5.0 + 1.0).named("q")
    u = (p.relu().named("h") + q).named("u")
    found = str(check_derivation(text, (u * u).named("L"), x))
    assert found.count("Likely") == bool(said)
    assert said in found


def test_that_only_rounding_keeps_a_number_from_the_kink_is_said() -> None:
    x = Value(0.5, label="x")
    z = (x - 0.6 + 0.1).named("z")
    found = str(check_derivation("da/dz = 0", z.relu().named("a"), x))
    assert "off; it is 1, since z = 2.77556·10⁻¹⁷ > 0, within rounding of the kink." in found
    found = str(check_derivation("da/dz = 0", z.leaky_relu(slope=1.0).named("a"), x))  # on both sides the same
    assert "off; it is 1, since z = 2.77556·10⁻¹⁷ > 0." in found


def test_factors_in_brackets_side_by_side_are_a_chain() -> None:
    assert len(check("dL/dw = (4)(1)(2) = 8", neuron("relu")).findings) == 4
    found = check("dL/dw = (4)(1)(3) = 12", neuron("relu"))
    assert ("3", "dz/dw", "off") in rows(found)


def test_the_reason_of_a_slope_is_given() -> None:
    assert "off; it is 0, since z = −5 ≤ 0" in str(check("da/dz = 1", dying()))


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("L' = 8", "L' does not say by what: write dL/dw", "L"),
        ("L'(w) = 8", "L' does not say by what: write dL/dw", "L"),
        ("dL/da = 2·a' + 3", "a' does not say by what: write da/dw", "a"),
        ("dL/dw = 8·w'", "w' is read as an update on the left", "w"),
        ("dL/dw = 8,0", "write 8.0 with a point", ","),
        ("dL/dw = 0,5", "write 0.5 with a point", ","),
        ("dL/dw = 2*(7,25 - 5)*2", "write 7.25 with a point", ","),
        ("dL/dw = 80%", "a percent sign is not read", "%"),
        ("da/dz = 1 if z > 0", "what is it otherwise?", "i"),
    ],
)
def test_a_way_of_writing_that_is_not_read_is_answered_with_one_that_is(text: str, message: str, marked: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(text, neuron("relu"))
    first, line, caret = str(caught.value).split("\n")
    assert first.startswith(message)
    assert line[caret.index("^")] == marked


@pytest.mark.parametrize("text", ["w' = 3 - 0.1*8 = 2.2", "dL/dw == 8", "z = 7,a = 7", "dL/dw = 1{z > 0}·4·2"])
def test_ways_of_writing_that_are_read(text: str) -> None:
    found = check(text, neuron("relu"))
    assert found.is_right, str(found)


# ------------------------------------------------------------------------------------------------------ large graphs


def long_sum(count: int) -> tuple[Value, dict[str, Value]]:
    """A graph that is read in blocks: z is near the leaves, L is far from it."""
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    z = (w * x).named("z")
    node = z
    for place in range(count):
        node = node + (z.relu() if place % 5 == 0 else 0.001)
    return (node * 1.0).named("L"), {"w": w, "x": x}


@pytest.mark.slow
def test_a_large_graph_is_computed_only_where_the_text_is(monkeypatch: pytest.MonkeyPatch) -> None:
    result, leaves = long_sum(21_000)
    count = copied = 0
    before = Point._walked

    def counted(self: Point, *args: Any) -> Any:
        nonlocal count, copied
        count += 1
        copied = max(copied, len(self.copies or ()))
        return before(self, *args)

    monkeypatch.setattr(Point, "_walked", counted)
    read: list[int] = []
    own_block = Steps._read_block

    def noted(self: Steps, start: int) -> None:
        read.append(start)
        own_block(self, start)

    monkeypatch.setattr(Steps, "_read_block", noted)
    found = check_derivation("dz/dw = x = 2\nz = w·x = 1", result, leaves["w"])
    assert found.is_right, str(found)
    assert found.value == 2.0 * (1 + 4200)
    assert len(read) <= 2  # of the blocks those of z and of the result
    assert count <= 4  # dL/dw, and dz/dw here and near by
    assert 3 <= copied <= 5  # z and what it was made from


@pytest.mark.slow
def test_slips_and_made_up_names_of_a_large_graph() -> None:
    result, leaves = long_sum(21_000)
    assert check_derivation("dL/dw = 8402", result, leaves["w"]).is_right
    assert check_derivation("dL/dw = -8402", result, leaves["w"]).slips == ("sign",)
    assert check_derivation("t6 = z + relu(z) + 0.003 = 2.003", result, leaves["w"]).is_right
    assert not check_derivation("t₆ = 5", result, leaves["w"]).is_right
    with pytest.raises(UsageError, match="there is no 't99999999' in this graph"):
        check_derivation("dL/dt99999999 = 2", result, leaves["w"])


def test_what_is_left_of_a_cancellation_is_zero_to_rounding() -> None:
    x = Value(1.0, label="x")
    y = (x * 0.1 + x * 0.2 - x * 0.3).named("y")  # its slope is 5.6e-17 in floating point
    assert check_derivation("dy/dx = 0", y, x).is_right
    assert not check_derivation("dy/dx = 0.1", y, x).is_right


def test_the_branch_that_was_not_taken_has_a_name_too() -> None:
    c, taken, other = Value(1.0, label="c"), Value(2.0, label="p"), Value(3.0, label="q")
    result = where(c, taken, other).named("L")
    assert check_derivation("q = 3\nL = p = 2", result, taken).is_right
    assert not check_derivation("q = 4", result, taken).is_right


def test_points_near_by_lie_on_the_same_side_of_a_kink() -> None:
    w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-0.9999, label="b")
    a = (w * x + b).relu().named("a")  # 0.0001: a small move of w shuts it
    L = ((a - 3.0) ** 2).named("L")
    assert check_derivation("dL/dw = 2(a - 3)·x", L, w).is_right


@pytest.mark.parametrize(
    ("said", "slope", "verdict"),
    [
        ("the gradient is 8", "dL/dw", "right"),
        ("The gradient of w is 8.", "dL/dw", "right"),
        ("the gradient of L is 8", "dL/dw", "right"),
        ("I think it is 9", "dL/dw", "12.5 % too large; it is 8."),
        ("So the slope of a by z is 1", "da/dz", "right"),
        ("the derivative of L with respect to b is 4, since the relu is open", "dL/db", "right"),
        ("it's (2(a - y)x)", "dL/dw", "right"),
        ("answer: 8", "dL/dw", "right"),
        ("Derivative of a: da/dz = 1", "da/dz", "right"),
        ("w.grad is 8", "dL/dw", "right"),
        ("dL/da equals -4", "dL/da", "the wrong sign; it is 4."),
    ],
)
def test_what_is_said_in_words_is_read_and_shown_as_what_it_was_read(said: str, slope: str, verdict: str) -> None:
    L, leaves = neuron("relu")
    (finding,) = check_derivation(said, L, leaves["w"]).findings
    assert (finding.means, finding.remark) == (slope, verdict)


def test_a_word_that_is_a_name_is_not_taken_for_a_word() -> None:
    answer = Value(3.0, label="answer")
    L = (answer * answer).named("L")
    (finding,) = check_derivation("answer = 3", L, answer).findings
    assert (finding.kind, finding.is_right) == ("value", True)


def test_a_name_twice_is_no_product() -> None:
    L, leaves = neuron("relu")
    with pytest.raises(UsageError, match="there is no 'yy' in this graph; if a product is meant, write y·y"):
        check_derivation("dL/dw = 2(a - yy)x", L, leaves["w"])
    assert check_derivation("dL/dw = 2ax - 2yx", L, leaves["w"]).is_right


@pytest.mark.parametrize("length", [3, 120])
def test_steps_are_known_by_their_names_and_numbers_in_graphs_of_any_size(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which step was rounded, and that the 7 in a formula is a; of a graph read in blocks only where names are."""
    monkeypatch.setattr(steps_module, "BLOCK", 50)
    read: list[int] = []
    own_block = Steps._read_block

    def noted(self: Steps, start: int) -> None:
        read.append(start)
        own_block(self, start)

    monkeypatch.setattr(Steps, "_read_block", noted)

    def beside_a_chain(activation: str) -> tuple[Value, Value]:
        square, leaves = neuron(activation)
        node = Value(0.0, label="aside")
        for _ in range(length):
            node = node + 0.001
        return (square.named("c") + node).named("L"), leaves["w"]

    rounded = check_derivation("da/dz = sigmoid(z)(1 - sigmoid(z)) = 0.000999", *beside_a_chain("sigmoid"))
    assert rounded.findings[1].remark.endswith("Likely: a was rounded to 0.999 before 1 − a.")
    L, w = beside_a_chain("relu")
    for right in ("dc/dw = 2*(7 - 5)*x", "dc/dw = 2*(7 - y)*2", "dc/da = 2*(7 - y)"):
        assert check_derivation(right, L, w).is_right, right
    assert "by accident" in str(check_derivation("dc/da = z - 3", L, w))
    assert length < 50 or set(read) <= {0, 100}


@pytest.mark.parametrize(
    "said",
    [r"\sigma(z) = \frac{1}{1 + e^{-z}}", r"\sigma'(z) = \sigma(z)(1 - \sigma(z))", r"\text{ReLU}(x) = \max(0, x)"],
)
def test_what_a_function_is_is_no_claim_about_the_gradient(said: str) -> None:
    L, leaves = neuron("sigmoid")
    assert check_derivation(said, L, leaves["w"]).findings == ()


def test_a_gradient_that_is_a_call_is_one() -> None:
    x = Value(2.0, label="x")
    L = x.exp().named("L")
    assert check_derivation("exp(x) = 7.389", L, x).findings[0].is_right


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dL/dw = 2(a-y) * ... * x", "a part is left out"),
        ("dL/dw = 8 = ... = 8", "a part is left out"),
        ("d²L/dw² = 2 x^2 ...", "a part is left out"),
        ("dL/dw = log(-1)", "it has no number at this point"),
        ("d²L/dw² = log(-1)", "it has no number at this point"),
        ("dL/dw = dL/da * d^3a/dz^3", "it has no number at this point"),
        ("d³L/dw³ = 0", "here only first and second derivatives are checked"),
    ],
)
def test_what_cannot_be_compared_says_why(text: str, why: str) -> None:
    result, leaves = neuron("relu")
    assert f"not compared: {why}" in str(check_derivation(text, result, leaves["w"]))


@pytest.mark.parametrize("condition", ["z >= 0", "0 <= z"])
def test_a_border_that_belongs_to_the_other_side_is_told_where_it_decides_nothing(condition: str) -> None:
    result, leaves = neuron("relu")
    told = str(check_derivation(f"dL/dw = 2(a - y) * 1{{{condition}}} * x", result, leaves["w"]))
    at = "z = 0" if condition.startswith("z") else "0 = z"
    assert f"right here; but ≥ was written for >: at {at} the slope taken is 0, as 1{{z > 0}} says" in told


def test_pi_and_the_differentials_are_known() -> None:
    result, leaves = neuron("relu")
    assert "2.55 times too small; it is 8." in str(check_derivation("dL/dw = pi", result, leaves["w"]))
    assert str(check_derivation("dL/dw = dw", result, leaves["w"])).endswith("It is right.")
    with pytest.raises(UsageError, match="what is it equal to"):
        check_derivation("dL/dw", result, leaves["w"])


def test_a_line_that_speaks_of_no_node_is_no_claim() -> None:
    result, leaves = neuron("relu")
    (finding,) = check_derivation("2(a - y) = 4\ndL/dw = 8", result, leaves["w"]).findings
    assert (finding.line, finding.written, finding.is_right) == (2, "8", True)
    assert check_derivation("gradient = 8", result, leaves["w"])
    assert check_derivation("z = 7\nanswer = 8", result, leaves["w"]).findings[1].is_right
    with pytest.raises(UsageError, match="what is this equal to") as refused:
        check_derivation("z + 1\nz = 7", result, leaves["w"])
    assert str(refused.value).splitlines()[1:] == ["    z + 1", "    ^"]
    assert "u is a name of your own" in str(check_derivation("u = z*2\ndu/dw = 3", result, leaves["w"]))
    with pytest.raises(UsageError, match=r"there is no \"q'\" in this graph"):
        check_derivation("dL/dw = q'", result, leaves["w"])
    with pytest.raises(UsageError, match=r"a derivation is text, not 3\.0"):
        check_derivation(3.0, result, leaves["w"])  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        ("3 - 0.9", "4.55 % too small; it is 2.2."),
        ("x - 5", "the wrong sign, and 36.4 % too large; it is 2.2."),
        ("w - 1.5·x·w/10", "4.55 % too small; it is 2.2."),
    ],
)
def test_each_member_of_an_update_is_judged(step: str, wrong: str) -> None:
    result, leaves = neuron("relu")
    first, found, last = check_derivation(f"w <- w - 0.1*8 = {step} = 2.2", result, leaves["w"]).findings
    assert (first.is_right, found.is_right, last.is_right) == (True, False, True)
    assert found.remark == wrong


def test_an_update_without_a_rate_is_not_compared() -> None:
    result, leaves = neuron("relu")
    (finding,) = check_derivation("w <- 3 - 0.8 = 2.2", result, leaves["w"]).findings
    assert finding.verdict == "unread"
    assert "with a number for η" in finding.remark
    assert check_derivation("w <- w - dL/dw·0.1 = 2.2", result, leaves["w"])


def test_of_very_many_factors_only_the_product_is_judged() -> None:
    result, leaves = neuron("relu")
    ones = "·".join(["1"] * 26)
    (finding,) = check_derivation(f"dL/dw = {ones}·4·3", result, leaves["w"]).findings
    assert (finding.kind, finding.remark) == (
        "product",
        "50 % too large; it is 8. Likely: that is dL/dx, not dL/dw.",
    )


def test_a_second_derivative_within_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    v = Value(3.0, label="v")
    result = (v * v).named("L")
    assert check_derivation("dL/dv = d²L/dv²·v", result, v)
    assert not check_derivation("dL/dv = d²L/dv²·v·v", result, v)
    monkeypatch.setattr("autograd_scalar.explain.checking.judging.TWICE", 1)
    (finding,) = check_derivation("d²L/dv² = 2", result, v).findings
    assert finding.verdict == "unread"


def test_what_was_plugged_in_with_many_digits_is_no_accident() -> None:
    result, leaves = neuron("sigmoid")
    assert check_derivation("da/dz = a·0.000911051", result, leaves["w"])


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("dL/dq = 0", True), ("dL/dq = 1", False), ("dL/dx = 2 + dL/dq", True), ("dL/dx = 2·dq/dq", True)],
)
def test_nothing_flows_to_the_branch_that_was_not_taken(text: str, is_right: bool) -> None:
    x, q = Value(2.0, label="x"), Value(3.0, label="q")
    result = (where(True, x, q * 2) * 2.0).named("L")
    (finding,) = check_derivation(text, result, x).findings
    assert finding.is_right == is_right


def test_at_a_kink_only_the_slope_of_the_other_side_is_a_slip() -> None:
    z = Value(0.0, label="z")
    result = (z.relu().named("a") * 3.0 + z).named("L")
    assert check_derivation("da/dz = 1", result, z).slips == ("≥ for >",)
    assert check_derivation("da/dz = 5", result, z).slips == ()
    unheard = (z.relu().named("a") * 0.0 + z).named("L")
    assert check_derivation("dL/dz = 3", unheard, z).slips == ()
    bent = z.elu(alpha=2.0).named("a")  # a very little to the left of 0 its slope is a very little less than 2
    assert check_derivation("da/dz = 2.0000005", bent, z).slips == ()


@pytest.mark.parametrize(
    ("slope", "strict"),
    [("1{x ≥ 0}", False), ("1{x ≥ 0 and x ≤ 1}", False), ("1{x > 0 and x < 1}", False)],
)
def test_of_a_border_of_two_sides_nothing_is_said(slope: str, strict: bool) -> None:
    x = Value(0.5, label="x")
    found = check_derivation(f"dc/dx = {slope}", x.clip(0, 1).named("c"), x)
    assert found
    assert ("≥ for >" in found.slips) == strict


def test_a_border_of_something_else_is_no_slip() -> None:
    result, leaves = neuron("relu")
    assert check_derivation("da/dz = 1{b ≥ 1}", result, leaves["w"]).slips == ()
    x = Value(0.5, label="x")
    for name, condition in (("lit", "x"), ("band", "0 < x < 1 < 2 * x + 1")):
        own = op(f"{name}(x)", f"x if {condition} else 0", f"1 if {condition} else 0")
        assert check_derivation("dL/dx = 1{x ≥ 0}", own(x).named("L"), x).slips == ()


def test_more_slips_in_a_value_and_in_a_slope() -> None:
    p, r, x = Value(0.5, label="p"), Value(0.25, label="r"), Value(2.0, label="x")

    def likely(text: str, result: Value) -> str:
        (finding,) = check_derivation(text, result.named("L"), p if p in topological_order(result) else x).findings
        assert not finding.is_right
        return finding.remark.partition(" Likely: ")[2]

    assert likely("L = 0.375", 0.5 * (-p.log() - r.log())) == "the −log of each term was left out."
    assert likely("L = 0.0625", (p - r) ** 2 / 2) == "the factor ½ was left out."
    assert likely("dL/dp = 0.5", (p - r) ** 2 / 2) == "the factor ½ was left out."
    assert likely("L = 0.25", (p - r) ** 2) == "the ( )² of (p − r)² was left out."
    assert likely("dL/dx = -1/36", 1 / (x * 3)) == "the inner derivative 3 was forgotten."
    assert likely("dL/dx = 2", (x * 3).erf() * 2) == ""


def test_sums_within_sums_are_looked_through_to_some_depth() -> None:
    def sum_of_logs(depth: int) -> Check:
        total, probabilities = Value(0.0), [Value(1.0 / (place + 2), label=f"p{place}") for place in range(depth)]
        for place, one in enumerate(probabilities):
            total = (total - one.log()).named(f"s{place}")
        wrong = sum(one.data for one in probabilities)
        return check_derivation(f"s{depth - 1} = {wrong!r}", total, probabilities[0])

    assert sum_of_logs(20).slips == ("function forgotten",)
    assert sum_of_logs(150).slips == ()


def test_near_the_end_of_a_domain_points_lie_on_its_inside() -> None:
    x = Value(1e-5, label="x")
    result = x.log().named("L")
    assert check_derivation("dL/dx = 1/x", result, x)
    assert not check_derivation("dL/dx = 10^10·x", result, x)


def test_a_slope_that_is_infinite_is_compared() -> None:
    x = Value(0.0, label="x")
    result = x.sqrt().named("L")
    assert check_derivation("dL/dx = inf", result, x)
    assert not check_derivation("dL/dx = 5", result, x)


def scaled(*constants: float) -> tuple[Value, Value]:
    """A chain of products, whose slopes are the constants, the first one at the leaf."""
    node = x = Value(2.0, label="x")
    for place, constant in enumerate(constants):
        node = (node * Value(constant, label=f"c{place}")).named(f"a{place}")
    return node, x


def test_a_stretch_of_the_chain_alone_is_named() -> None:
    result, x = scaled(3.0, 5.0, 7.0, 11.0, 13.0)
    (finding,) = check_derivation("da4/dx = 143", result, x).findings
    assert finding.remark.endswith("Likely: that is da₄/da₂, not da₄/dx; the other factors are missing.")


def test_a_wrong_factor_among_many_is_found_in_its_place() -> None:
    result, x = scaled(2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0)
    found = check_derivation("da6/dx = 17·13·11·4·5·3·2", result, x).findings
    assert [finding.means for finding in found if not finding.is_right] == ["da₃/da₂", "da₆/dx"]


def test_a_product_of_whole_numbers_was_not_rounded_before_it_was_subtracted() -> None:
    result, x = scaled(3.0, 5.0, 7.0, 11.0, 13.0)
    *_, product = check_derivation("da4/dx = 3·5·7·11·12", result, x).findings
    assert (product.remark, product.slip) == ("7.69 % too small; it is 15015.", "")
    result, x = scaled(1600.0)
    assert check_derivation("da0/dx = 11·11·12", result, x).slips == ()


def test_a_function_without_a_name_that_was_rounded_is_written_out() -> None:
    z = Value(7.0, label="z")
    found = check_derivation("dL/dz = 3·0.999·0.001", (z.sigmoid() * 3).named("L"), z)
    assert "Likely: σ(z) was rounded to 0.999 before 1 − σ(z)." in str(found)


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        ("dL/dw = 24 - 17 = 8", ["gives 7, 12.5 % too small; it is 8.", "right"]),
        ("dL/dw = 120 - 113 = 8", ["gives 7, 12.5 % too small; it is 8.", "right"]),
        ("dL/dw = 25 - 16 = 8", ["gives 9, 12.5 % too large; it is 8.", "right"]),
        (
            "dL/dw = 24 - 17 = 7",
            ["gives 7, 12.5 % too small; it is 8.", "follows from the step before (7), but dL/dw = 8"],
        ),
        ("dL/dw = 24 - 16 = 8", ["right"]),
        ("dL/dw = 24.1 - 16.1 = 8", ["right"]),
        ("dL/dw = 3000 - 2992", ["right"]),
        ("dL/dw = 1200 - 1193", ["gives 7, 12.5 % too small; it is 8."]),
    ],
)
def test_whole_numbers_that_are_subtracted_are_exact(text: str, remarks: list[str]) -> None:
    assert [one.remark for one in check(text, neuron("relu")).findings] == remarks


OFF_BY_HALF = "50 % too large; it is 2."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("e = a - y = 2", [("2", "e", "right")]),
        ("e = a - y = z - y = 2", [("2", "e", "right")]),
        ("e = 2 = a - y", [("2", "e", "right")]),
        ("e = a - y = 3", [("3", "e", OFF_BY_HALF)]),
        ("e = 7 - 5 = 3", [("3", "e", OFF_BY_HALF)]),
        ("e = a - y = z - b = 3", [("z - b", "e", "3 times too large; it is 2."), ("3", "e", OFF_BY_HALF)]),
        ("e = a - y = (z - b)/3 = 2", [("(z - b)/3", "e", "right at this point by accident"), ("2", "e", "right")]),
        ("δ = dL/dz = 2(a-y) = 4", [("4", "δ", "right")]),
        ("g = 2pi = 6.28", [("6.28", "g", "right, rounded (6.28319)")]),
        ("g = exp(-1) = 0.37", [("0.37", "g", "right, rounded (0.367879)")]),
    ],
)
def test_what_is_written_for_a_name_of_ones_own_is_its_number(text: str, told: list[tuple[str, str, str]]) -> None:
    found = check(text, neuron("relu")).findings
    assert [(one.written, one.means, one.remark.partition(":")[0]) for one in found] == told


def test_what_follows_from_a_wrong_number_of_ones_own_is_not_blamed_again() -> None:
    found = check("e = a - y = 3\ndL/dw = 2*e*1*x = 2*3*1*2 = 12", neuron("relu"))
    assert [one.remark for one in found.findings[4:]] == [
        "follows from e = 3, but dL/da = 4", "right", "right", "follows from these factors (12), but dL/dw = 8",
    ]  # fmt: skip
    assert found.summary == "1 of 6 is off; the rest follows from it."
    left_out = check("e = a - y = 3\ndL/dw = 2*e*x = 2*3*2", neuron("relu"))
    assert left_out.summary == "1 of 4 is off; the rest follows from it."
    taken_over = check("d = 2(a-y) = 6\ndL/dw = d*x = 12", neuron("relu"))
    assert [one.remark for one in taken_over.findings if not one.is_right] == [
        "50 % too large; it is 4.", "follows from these factors (12), but dL/dw = 8",
    ]  # fmt: skip
    unused = check("e = a - y = 3\ndL/dw = 2*(a-y)*1*x = 2*3*1*2 = 12", neuron("relu"))
    assert "follows from e" not in str(unused)
    other = check("e = a - y = 3\ndL/dw = 2*e*1*x = 2*5*1*2 = 20", neuron("relu"))
    assert "follows from e" not in str(other)
    assert [one.means for one in other.findings if one.kind == "factor" and not one.is_right] == ["dL/da"]
    named = check("e = a - y = 3\nf = 5 = 6\ndL/dw = 4*1*x = 4*1*3", neuron("relu"))
    assert "follows from f" not in str(named)
    both = check("e = a - y = 3\ndL/dw = x*2*e*1 = 2*2*3*1", neuron("relu"))
    assert "follows from e = 3" in str(both)
    apart = check("e = a - y = 3\ndL/dw = 2*x*e*1 = 2*2*3*1", neuron("relu"))
    assert ("2 · 3", "dL/da") in [(one.written, one.means) for one in apart.findings]
    merged = check("e = a - y = 3\ndL/dw = (a-y)*(2*x) = 2*5", neuron("relu"))
    assert "follows from e" not in str(merged)
    again = check("dL/dw = 8\ne = a - y = 2", neuron("relu"))
    assert again


def test_a_name_that_is_made_of_itself_is_refused() -> None:
    with pytest.raises(UsageError, match="r is made of itself: give one of the two another name"):
        check("r = 2\ns = r\nr = s\ndL/dw = r", neuron("relu"))
    assert check("r = 2\ns = r·r\nt = s + s + r\ndL/dw = s·r·a/7", neuron("relu")).findings


def two_ways() -> tuple[Value, dict[str, Value]]:
    leaf = {name: Value(number, label=name) for name, number in (("w", 0.5), ("u", -1.0), ("x", 2.0), ("t", 0.25))}
    h = (leaf["w"] * leaf["x"]).tanh().named("h")
    q = (h * leaf["u"] + leaf["w"]).named("q")
    return ((q - leaf["t"]) ** 2).named("L"), leaf


@pytest.mark.parametrize(("text", "is_right"), [("dq/dw = 1", False), ("∂q/∂w = 1", True), ("dq/dw = 0.160051", True)])
def test_a_d_is_the_derivative_through_every_route(text: str, is_right: bool) -> None:
    found = check(text, two_ways())
    assert bool(found) == is_right
    assert ("only 1 of the 2 routes from w to q counted; they add up." in str(found)) == (not is_right)


def tanh_and_sigmoid() -> tuple[Value, dict[str, Value]]:
    numbers = {"x": 1.5, "w1": 0.6, "w2": -1.2, "b1": -0.2, "b2": 0.3, "t": 1.0}
    leaf = {name: Value(number, label=name) for name, number in numbers.items()}
    h = (leaf["w1"] * leaf["x"] + leaf["b1"]).named("z1").tanh().named("h")
    p = (leaf["w2"] * h + leaf["b2"]).named("z2").sigmoid().named("p")
    return (-(leaf["t"] * p.log() + (1 - leaf["t"]) * (1 - p).log())).named("L"), leaf


@pytest.mark.parametrize(
    ("text", "made", "wrt", "likely"),
    [
        ("dL/dz2 = p - t = -0.601", tanh_and_sigmoid, "w1", ""),
        ("dL/dw1 = 0.687", tanh_and_sigmoid, "w1", ""),
        ("dh/dz1 = h(1-h)", tanh_and_sigmoid, "w1", "that is the slope of a sigmoid, and h is a tanh."),
        ("dp/dz2 = 1-p^2", tanh_and_sigmoid, "w1", "that is the slope of a tanh, and p is a sigmoid."),
        ("dh/dz1 = 1-h", tanh_and_sigmoid, "w1", "the term −h should be −h²."),
        ("dz2/dh = w1", tanh_and_sigmoid, "w1", "w₁ was written for w₂."),
        ("dz2/dh = p", tanh_and_sigmoid, "w1", "p was written for w₂."),
        ("dz2/dh = 0.604368", tanh_and_sigmoid, "w1", "that is dz₂/dw₂, not dz₂/dh."),
        ("dz2/dh = 0.6044", tanh_and_sigmoid, "w1", "that is dz₂/dw₂, not dz₂/dh."),
        ("dz/dw = w", lambda: neuron("relu"), "w", "that is dz/dx, not dz/dw."),
        ("dz/dw = 3", lambda: neuron("relu"), "w", "that is dz/dx, not dz/dw."),
        ("dL/dw = 12", lambda: neuron("relu"), "w", "that is dL/dx, not dL/dw."),
        ("dL/dw = -4", lambda: neuron("relu"), "w", "that is dL/dy, not dL/dw."),
        ("dz/dw = 5.5", lambda: neuron("relu"), "w", ""),
        ("dp/dz2 = h + 0.5*p", tanh_and_sigmoid, "w1", ""),
    ],
)
def test_a_guess_gives_the_number_that_was_written(text: str, made: Any, wrt: str, likely: str) -> None:
    off = [one for one in check(text, made(), wrt).findings if not one.is_right]
    assert [one.remark.partition(" Likely: ")[2] for one in off] == [likely]


def test_in_a_graph_that_is_read_in_blocks_only_the_sources_of_a_step_are_tried(monkeypatch: Any) -> None:
    monkeypatch.setattr(steps_module, "BLOCK", 2)
    u, v = Value(3.0, label="u"), Value(2.0, label="v")
    m = (u * v).named("m")
    assert "Likely: that is dm/dv, not dm/du." in str(check_derivation("dm/du = 3", m.exp().tanh().named("L"), u))


# --------------------------------------------------------------------------- what was left out, and where a sum is off


def two_routes() -> tuple[Value, dict[str, Value]]:
    """Two inputs, two hidden units, one output."""
    numbers = {"x1": 1.0, "x2": 2.0, "a1": 0.5, "a2": -0.3, "c1": 0.4, "c2": 0.6, "v1": -2.0, "v2": 3.0, "y": -0.3}
    leaf = {name: Value(number, label=name) for name, number in numbers.items()}
    h1 = (leaf["a1"] * leaf["x1"] + leaf["a2"] * leaf["x2"]).named("z1").tanh().named("h1")
    h2 = (leaf["c1"] * leaf["x1"] + leaf["c2"] * leaf["x2"]).named("z2").sigmoid().named("h2")
    o = (leaf["v1"] * h1 + leaf["v2"] * h2).named("o")
    return ((o - leaf["y"]) ** 2).named("L"), leaf


DL, DO, DH, DZ = ("dL/do", "do/dh₂", "dh₂/dz₂", "dz₂/dc₁")


@pytest.mark.parametrize(
    ("text", "right", "missing"),
    [
        ("2(o-y) * h2*(1-h2) * x1", [("2(o-y)", DL), ("h2*(1-h2)", DH), ("x1", DZ)], [f"{DO} = 3"]),
        ("2(o-y) * (h2*(1-h2)) * x1", [("2(o-y)", DL), ("(h2*(1-h2))", DH), ("x1", DZ)], [f"{DO} = 3"]),
        ("2*(o-y)·σ(z2)·(1−σ(z2))·x1", [("2*(o-y)", DL), ("σ(z2)·(1−σ(z2))", DH), ("x1", DZ)], [f"{DO} = 3"]),
        ("2(o-y) * v2 * x1", [("2(o-y)", DL), ("v2", DO), ("x1", DZ)], [f"{DH} = 0.139764"]),
        ("5.991 * 0.8325*0.1679 * 1", [("5.991", DL), ("0.8325*0.1679", DH), ("1", DZ)], [f"{DO} = 3"]),
        ("x1 * h2*(1-h2) * 2(o-y)", [("x1", DZ), ("h2*(1-h2)", DH), ("2(o-y)", DL)], [f"{DO} = 3"]),
        ("2(o-y)*x1", [("2(o-y)", DL), ("x1", DZ)], [f"{DO} = 3", f"{DH} = 0.139764"]),
        ("h2*(1-h2)*x1", [("h2*(1-h2)", DH), ("x1", DZ)], [f"{DL} = 5.99078", f"{DO} = 3"]),
        ("h2*(1-h2)", [("h2*(1-h2)", DH)], [f"{DL} = 5.99078", f"{DO} = 3"]),  # nor was dz₂/dc₁, which is 1
    ],
)
def test_where_every_factor_is_right_what_was_left_out_is_named(
    text: str, right: list[tuple[str, str]], missing: list[str]
) -> None:
    found = check(text, two_routes(), "c1")
    factors = [one for one in found.findings if one.kind == "factor"]
    assert [(one.written, one.means) for one in factors if one.is_right] == right, str(found)
    assert [one.remark for one in factors if not one.is_right] == [f"missing: {slope}." for slope in missing]
    verb = "is" if len(missing) == 1 else "are"
    assert f"{len(missing)} of {len(factors)} factors {verb} missing; the product follows" in found.summary


def test_a_factor_of_the_exploding_chain_that_was_left_out_is_not_another_one_that_is_wrong() -> None:
    result, x = scaled(5.0, 1.0, 5.0, 125.0)
    found = check_derivation("da3/dx = 5 * 1 * 5 = 25", result, x).findings
    assert [one.means for one in found if one.is_right] == ["da₂/da₁", "da₁/da₀", "da₀/dx"]
    assert found[3].remark == "missing: da₃/da₂ = 125."


@pytest.mark.parametrize(
    ("text", "constants", "off"),
    [
        ("6 * 1 * 2", (2.0, 2.0, 6.0), "da₁/da₀"),  # 1·2 happens to be 2, which would leave da₀/dx out
        ("12 * 5 * 3", (3.0, 4.0, 12.0), "da₁/da₀"),
        ("2 * 2 * 9", (9.0, 2.0, 4.0), "da₂/da₁"),  # 2·2 happens to be 4
    ],
)
def test_numbers_are_not_taken_together_where_one_of_them_may_be_wrong(
    text: str, constants: tuple[float, ...], off: str
) -> None:
    result, x = scaled(*constants)
    found = check_derivation(f"da2/dx = {text}", result, x).findings
    assert [one.means for one in found if not one.is_right] == [off, "da₂/dx"]


TOP, BOTTOM = "v2*h2*(1-h2)*c1", "v1*(1-h1^2)*a1"


@pytest.mark.parametrize(
    ("wrt", "text", "likely"),
    [
        ("x1", f"2(o-y)*({TOP} - {BOTTOM})", f"the term −{BOTTOM} has the wrong sign"),
        ("x1", f"2(o-y)*(−{TOP} + {BOTTOM})", f"the term −{TOP} has the wrong sign"),
        ("x1", f"-2(o-y)*({TOP} - {BOTTOM})", f"the term {TOP} has the wrong sign"),
        ("x1", f"2(o-y)*{TOP} - 2(o-y)*{BOTTOM}", f"the term −2(o-y)*{BOTTOM} has the wrong sign"),
        ("x1", "dL/dz1*a1 - dL/dz2*dz2/dx1", "the term −dL/dz2*dz2/dx1 has the wrong sign"),
        (
            "x1",
            f"2(o-y)*({TOP} + v1*(1-h1^2)*a2)",
            "the term v1*(1-h1^2)*a2 for the route x₁ → z₁ → h₁ → o should be −0.990066",
        ),
        ("c1", "dL/do = 2(o + y)", "the term y has the wrong sign"),
        ("y", "-2(o + y)", "the term y has the wrong sign"),
        ("y", "-(2o + 2y)", "the term 2y has the wrong sign"),
        ("c1", "o = v1*h1 - v2*h2", "the term −v2*h2 has the wrong sign"),
        ("c1", "z1 = a1*x1 + a2*x1", "the term a2*x1 should be a₂·x₂"),
    ],
)
def test_the_one_term_of_a_sum_that_is_off_is_named(wrt: str, text: str, likely: str) -> None:
    found = check(text, two_routes(), wrt)
    (finding,) = (one for one in found.findings if not one.is_right and not one.follows)
    assert finding.remark.endswith(f" Likely: {likely}."), str(found)
    assert finding.slip == ("sign" if likely.endswith("sign") else "wrong term")


@pytest.mark.parametrize(
    "text",
    [
        f"2(o-y)*({TOP} + {BOTTOM} + 1)",  # there is one too many
        f"0*{TOP} + 0*2*{BOTTOM}",
        f"2(o-y)*({TOP} + {BOTTOM})/2",
        "5*1{z1 > 0}",
    ],
)
def test_where_it_is_not_one_term_none_is_named(text: str) -> None:
    found = check(text, two_routes(), "x1")
    assert not found
    assert "the term" not in str(found)


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("dy/dx = 2x - 3", " Likely: the term −3 has the wrong sign."),
        ("dy/dx = x + x - 3", " Likely: the term −3 has the wrong sign."),
        ("dy/dx = 2 - 2 + 3", " Likely: the term −2 has the wrong sign."),
        ("dy/dx = 2x + 5", " Likely: the term 5 should be 3."),
        ("dy/dx = x + 6", ""),  # is 6 too large, or was the second x left out?
        ("dy/dx = x + x + 1 + 1", ""),
        ("dy/dx = x·x - 3", ""),  # x·x is 2x at this point only
    ],
)
def test_terms_of_a_value_that_is_used_twice(text: str, likely: str) -> None:
    (finding,) = check(text, reused(), "x").findings
    assert finding.remark.partition("it is 7.")[1:] == ("it is 7.", likely)


def test_nothing_is_said_of_the_terms_of_a_bracket_that_is_multiplied_by_0() -> None:
    x, k = Value(2.0, label="x"), Value(0.0, label="k")
    (finding,) = check_derivation("dL/dx = 0·(x + 5)", (x * k + 5 * x).named("L"), x).findings
    assert finding.remark.startswith("off; it is 5.")
    assert "the term" not in finding.remark


def test_the_step_alone_is_not_what_d_means() -> None:
    x = Value(2.0, label="x")
    y = (3 * x * (x**2).named("a") + 5 * x).named("y")
    assert "the term" not in str(check_derivation("dy/dx = 3a - 5", y, x))
    assert "the term −5 has the wrong sign" in str(check_derivation("∂y/∂x = 3a - 5", y, x))


@pytest.mark.parametrize(("count", "is_told"), [(12, True), (13, False)])
def test_of_very_many_routes_none_is_named(count: int, is_told: bool) -> None:
    x = Value(2.0, label="x")
    nodes = [(x * (place + 1.5)).named(f"h{place}") for place in range(count)]
    text = "dL/dx = " + " + ".join(f"{place + 1.5}" for place in range(count - 1)) + f" - {count + 0.5}"
    found = check_derivation(text, dot(nodes, [1.0] * count).named("L"), x)
    assert ("has the wrong sign" in str(found)) == is_told


def test_a_long_route_is_not_written_out() -> None:
    x = Value(2.0, label="x")
    node = x
    for place in range(5):
        node = (node * 3.0).named(f"h{place}")
    result = (node + x.exp().named("e")).named("L")
    (finding,) = check_derivation("dL/dx = 3*3*3*3*4 + e", result, x).findings
    assert finding.remark.endswith(" Likely: the term 3*3*3*3*4 should be 243.")
