"""Derivations as documents write them: formulas between dollar signs, choices behind a brace, numbers of layers."""

from __future__ import annotations

import pytest

from autograd_scalar import UsageError, Value, check_derivation


def neuron(activation: str) -> tuple[Value, Value]:
    x, w, b, y = (Value(data, label=label) for data, label in ((2, "x"), (3, "w"), (1, "b"), (5, "y")))
    z = (w * x + b).named("z")
    a = getattr(z, activation)().named("a")
    return ((a - y) ** 2).named("L"), w


CHOICES = [
    "da/dz = 1 if z > 0 else 0",
    "da/dz = 0 if z <= 0 else 1 = 1",
    "da/dz = 1 if z > 0 else (0 if z < 0 else 0)",
    r"\frac{da}{dz} = \begin{cases} 1, & \text{if } z > 0 \\ 0, & \text{if } z \leq 0 \end{cases}",
    r"$$\frac{da}{dz} = \begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases} = 1$$",
    "\\frac{da}{dz} = \\begin{cases}\n1 & z > 0 \\\\\n0 & z \\le 0\n\\end{cases}",
    r"a = \begin{cases} z, & \text{if } z > 0 \\ 0, & \text{if } z \leq 0 \end{cases} = 7",
    "a = z if z > 0 else 0 = 7",
]


@pytest.mark.parametrize("text", CHOICES)
def test_choices_are_read_as_documents_and_python_write_them(text: str) -> None:
    L, w = neuron("relu")
    check = check_derivation(text, L, w)
    assert check.is_right
    assert [finding.verdict for finding in check.findings] == ["right"]


def test_a_choice_with_its_sides_exchanged_is_off_and_one_with_the_wrong_border_is_told() -> None:
    L, w = neuron("relu")
    assert not check_derivation("da/dz = 0 if z > 0 else 1", L, w).is_right
    cases = r"\frac{da}{dz} = \begin{cases} 1 & z \ge 0 \\ 0 & \text{otherwise} \end{cases}"
    assert "≥ was written for >" in check_derivation(cases, L, w).findings[0].remark


DOCUMENT = r"""Step 3: Backpropagation

To update w , compute:

$$\frac{dL}{dw}$$

1. Compute $\frac{dL}{da}$, where $y = 5$ and $x = 2$.

$$\frac{dL}{da} = 2(a - y) = 2(0.999 - 5) = -8.002$$

2. Compute $\frac{da}{dz}$ (Sigmoid Derivative)

$$\frac{da}{dz} = \sigma(z)(1 - \sigma(z)) = 0.999(1 - 0.999) = 0.000999$$
"""


def test_a_document_is_read_by_its_formulas() -> None:
    L, w = neuron("sigmoid")
    check = check_derivation(DOCUMENT, L, w)
    assert [(one.line, one.means, one.verdict) for one in check.findings] == [
        (7, "y", "right"),
        (7, "x", "right"),
        (9, "dL/da", "rounded"),
        (13, "da/dz", "right"),
        (13, "da/dz", "off"),
        (13, "da/dz", "off"),
    ]
    assert check.words[:2] == ("Step 3: Backpropagation", "To update w , compute")
    broken = DOCUMENT.replace("2(0.999 - 5)", "2(0.999 - 5")
    with pytest.raises(UsageError) as caught:
        check_derivation(broken, L, w)
    message, line, caret = str(caught.value).split("\n")
    assert message == "this bracket is not closed"
    assert line[caret.index("^") :].startswith("(0.999 - 5 =")


def test_the_layers_lines_of_a_document_are_read() -> None:
    x, y, w1, w2 = Value(1), Value(0), Value(5), Value(5)
    z1 = w1 * x
    a1 = z1.relu()
    z2 = w2 * a1
    a2 = z2.relu()
    L = (a2 - y) ** 2 / 2
    for text in (
        r"$$\frac{da^{(2)}}{dz^{(2)}} = 1 \quad (\text{ReLU' since } z^{(2)} > 0)$$",
        r"$$z^{(2)} = 5 \cdot 5 = 25, \quad a^{(2)} = \text{ReLU}(25) = 25$$",
        r"$$\frac{dL}{da^{(2)}} = a^{(2)} - y = 25$$",
    ):
        assert check_derivation(text, L, w1).is_right, text
    check = check_derivation(r"\frac{dL}{dw^{(1)}} = 25 \cdot 1 \cdot 5 \cdot 1 \cdot 1 = \boxed{125}", L, w1)
    assert check.is_right
    assert check.findings[-1].written == "125"


def test_a_text_that_says_nothing_of_the_graph_is_answered_in_one_line() -> None:
    L, w = neuron("sigmoid")
    assert str(check_derivation("sigmoid(z) = 1/(1 + exp(-z))", L, w)) == "Nothing here could be compared."
