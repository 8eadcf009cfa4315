"""Derivations as homework has them: updates, names of one's own, notations of books and programs."""

from __future__ import annotations

from typing import Any

import pytest

from autograd_scalar import UsageError, Value
from autograd_scalar.explain import check_derivation, explain

pytestmark = pytest.mark.once

NUMBERS: dict[str, Any] = {"x": 2.0, "w": 3.0, "b": 1.0, "y": 5.0}
NET: dict[str, Any] = {"x": 1.5, "w1": 0.6, "w2": -1.2, "b1": -0.2, "b2": 0.3, "t": 1.0}


def neuron(x: Value, w: Value, b: Value, y: Value) -> Value:
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    return L  # noqa: RET504 - its name


def net(x: Value, w1: Value, w2: Value, b1: Value, b2: Value, t: Value) -> Value:
    z1 = w1 * x + b1
    h = z1.tanh()
    z2 = w2 * h + b2
    p = z2.sigmoid()
    L = -(t * p.log() + (1 - t) * (1 - p).log())
    return L  # noqa: RET504 - its name


def told(text: str) -> list[tuple[str, str, str]]:
    """What each line is taken for, and how it is judged."""
    return [(one.kind, one.means, one.verdict) for one in check_derivation(text, neuron, "w", **NUMBERS).findings]


def test_a_power_of_names_that_stand_together_is_that_of_the_last() -> None:
    for text in ("2wx^2 + 2x(b-y)", "2wx² + 2x(b-y)", r"2wx^{2} + 2x(b-y)"):
        assert check_derivation(f"dL/dw = {text} = 24 - 16 = 8", neuron, "w", **NUMBERS).is_right


UPDATES = [
    "w := w - 0.1*8 = {}",
    "w ≔ w − 0.1·8 = {}",
    r"w \coloneqq w - 0.1 \cdot 8 = {}",
    "w := w - lr*dL/dw = 3 - 0.1*8 = {}",
    "w := 3 - 0.1*8 = {}",
    "w = w - 0.1*8 = {}",
    "w = w - 0.1(8) = {}",
    "w = w - lr*grad_w = 3 - 0.1*8 = {}",
    "w_new = w_old - 0.1*8 = {}",
    r"w_{{\text{{new}}}} = w_{{\text{{old}}}} - 0.1 \cdot 8 = {}",
    "new_w = w - 0.1*8 = {}",
    "w_next = w - 0.1*8 = {}",
    "w_{{t+1}} = w_t - 0.1*8 = {}",
    "w_(k+1) = w_k - 0.1*8 = {}",
    "w^{{(t+1)}} = w^{{(t)}} - 0.1*8 = {}",
    r"w_{{t+1}} = w_t - \eta \frac{{dL}}{{dw}} = 3 - 0.1 \cdot 8 = {}",
    "w_1 = w_0 - 0.1*8 = {}",
    "w2 = w1 - 0.1*8 = {}",
]


@pytest.mark.parametrize("text", UPDATES)
def test_an_update_in_every_notation(text: str) -> None:
    check = check_derivation(text.format(2.2), neuron, "w", **NUMBERS)
    assert [finding.kind for finding in check.findings] == ["update"]
    assert check.is_right
    last = check_derivation(text.format(2.3), neuron, "w", **NUMBERS).findings[-1]
    assert (last.kind, last.verdict, round(last.true, 12)) == ("update", "off", 2.2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w := 2.2", ("update", "w", "unread")),
        ("w := 3", ("value", "w", "right")),
        ("z := w*x + b = 7", ("value", "z", "right")),
        ("z := w*x = 6", ("value", "z", "off")),
        ("w = 4", ("value", "w", "off")),
        ("w = w", ("value", "w", "right")),
    ],
)
def test_what_only_gives_a_number_is_no_update(text: str, expected: tuple[str, str, str]) -> None:
    assert expected in told(text)


@pytest.mark.parametrize("text", ["y1 = y - a", "w2 = w + b", "v = w - 0.1*8", "w_1 = 3", "q_{t+1} = 3"])
def test_a_name_of_ones_own_is_no_update(text: str) -> None:
    assert all(kind != "update" for kind, _, _ in told(text))


def test_a_step_needs_the_name_that_it_begins_with() -> None:
    with pytest.raises(UsageError, match="there is no 'w_t' in this graph"):
        told("w_new = w_t - 0.1*8")


@pytest.mark.parametrize(
    "name", ["L_w", "dL_dw", "dLdw", "grad_w", "w_grad", "dw", "w.grad", r"\nabla_w", "∇_w L", "∂L/∂w", r"\nabla_w L"]
)
def test_a_gradient_by_every_name(name: str) -> None:
    assert [(kind, verdict) for kind, _, verdict in told(f"{name} = 8")] == [("slope", "right")]
    (finding,) = check_derivation(f"{name} = 9", neuron, "w", **NUMBERS).findings
    assert finding.remark == "12.5 % too large; it is 8."


def test_slopes_in_one_word_make_a_chain() -> None:
    text = "dL_da = 4; dadz = 1\ndL_dw = dL_da*dadz*dz_dw = 4*1*3"
    assert ("factor", "dz/dw", "off") in told(text)


def test_factors_side_by_side_are_told_apart() -> None:
    assert told("dL/dw = 4(1)(3) = 12")[:3] == [
        ("factor", "dL/da", "right"),
        ("factor", "da/dz", "right"),
        ("factor", "dz/dw", "off"),
    ]
    text = r"\frac{dL}{dw_1} = (p-t)\, w_1 (1-h^2) x"
    findings = check_derivation(text, net, "w1", **NET).findings
    assert [one.written for one in findings if one.kind == "factor" and not one.is_right] == ["w_1"]


@pytest.mark.parametrize("power", [r"\tanh^2(z_1)", "tanh^2(z1)", "tanh²(z1)", r"\tanh^{2} z_1", "tanh(z1)^2"])
def test_powers_of_functions(power: str) -> None:
    assert check_derivation(f"dh/dz1 = 1 - {power}", net, "w1", **NET).is_right
    assert check_derivation(f"dL/dw1 = (p-t)*w2*(1 - {power})*x", net, "w1", **NET).is_right
    assert not check_derivation(f"dh/dz1 = 1 + {power}", net, "w1", **NET).is_right


def test_the_secant_is_known() -> None:
    for text in ("sech^2(z1)", r"\operatorname{sech}^2 z_1", "sech(z1)^2", "sech²(z1)", "1/cosh^2(z1)"):
        assert check_derivation(f"dh/dz1 = {text}", net, "w1", **NET).is_right


@pytest.mark.parametrize("text", ["dh/dz1 = tanh", "dh/dz1 = 1 - sech", "dh/dz1 = σ*2"])
def test_a_function_of_nothing(text: str) -> None:
    with pytest.raises(UsageError, match=r"of what\? Write \w+\(z\)"):
        check_derivation(text, net, "w1", **NET)


OWN = "e = a - y = 2\nL = e^2 = 4\ndL/de = {}\nde/da = 1\ndL/dw = dL/de*de/da*da/dz*dz/dw = {}*1*1*2 = 8"


def test_slopes_by_a_name_of_ones_own_that_is_a_node() -> None:
    check = check_derivation(OWN.format("2e = 4", 4), neuron, "w", **NUMBERS)
    assert check.is_right
    assert {"dL/de", "de/da"} <= {one.means for one in check.findings}
    wrong = check_derivation(OWN.format("3e = 6", 6), neuron, "w", **NUMBERS)
    assert "dL/de" in {one.means for one in wrong.findings if one.verdict == "off"}


def test_the_result_by_a_name_of_ones_own() -> None:
    assert told("loss = (a-y)**2\ndloss/da = 2(a-y) = 4\ndloss/dw = 9") == [
        ("slope", "dloss/da", "right"),
        ("slope", "dloss/dw", "off"),
    ]
    assert told("Let e = a - y. Then dL/de = 2e") == [("slope", "dL/de", "right")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("e = y - a\ndL/de = 2e", "not compared: e is no step of this graph, but −e is; turn its sign around"),
        ("s = x + w\nds/dw = 1", "not compared: s is a name of your own, and no step of this graph;"),
        ("k = 2\ndL/dk = 12", "not compared: k is a name of your own, and no step of this graph;"),
        ("u = 9*a - 8*a\ndu/dw = 2", ""),
    ],
)
def test_slopes_by_a_name_that_is_no_node(text: str, said: str) -> None:
    last = check_derivation(text, neuron, "w", **NUMBERS).findings[-1]
    assert last.remark.startswith(said)
    assert (last.verdict == "unread") is bool(said)


def test_our_own_explanation_is_read_in_every_form() -> None:
    leaves = {name: Value(number, label=name) for name, number in NUMBERS.items()}
    h = (leaves["w"] * leaves["x"] - leaves["y"]).tanh().named("h")
    L = ((h - leaves["b"]) ** 2).named("L")
    for detail in ("named", "every-op"):
        shown = explain(L, leaves["w"], detail=detail)
        for text in (shown.markdown(), shown.text(), shown.latex(), shown.ascii()):
            assert check_derivation(text, L, leaves["w"]).is_right, text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("dL/dw = 2(a-y)*x", 8.0),
        ("dL/da = 4\ndL/dw = dL/da*x", 8.0),
        ("dL/da = 4", 4.0),
        ("dw = 8", 8.0),
        ("so w.grad is 8", 8.0),
        ("e = a - y\ndL/db = 2e", 4.0),
    ],
)
def test_the_text_says_which_slope_is_meant(text: str, value: float) -> None:
    check = check_derivation(text, neuron, **NUMBERS)
    assert check.is_right
    assert check.value == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dL/dw = 8\ndL/db = 4", r'\(text, result, "w"\); the text names dL/dw and dL/db'),
        ("4*1*2 = 8", r'\(text, result, "w"\); the text names no derivative of L'),
        ("dL/da = 4\ndL/dz = 4", r'\(text, result, "a"\); the text names dL/da and dL/dz'),
    ],
)
def test_a_text_that_does_not_say_it(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"say which slope is meant, as in check_derivation{said}"):
        check_derivation(text, neuron, **NUMBERS)


def test_the_result_and_the_text_alone_in_any_order() -> None:
    leaves = {name: Value(number, label=name) for name, number in NUMBERS.items()}
    L = neuron(**leaves)
    assert check_derivation("dL/dw = 8", L).is_right
    assert check_derivation(L, "dL/dw = 8").is_right  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize("text", ["suppose dL/dw = 8", "dL/dw = 8 surely", "dL/dw = dL/da * the rest", "energy; z = 7"])
def test_words_that_cannot_be_read_are_said_to_be_the_trouble(text: str) -> None:
    with pytest.raises(UsageError, match="words stand on lines of their own, or are left out"):
        told(text)
