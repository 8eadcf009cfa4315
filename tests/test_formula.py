"""Formulas against outside oracles: Python, SymPy and latex2mathml read them and get the node's number."""

from __future__ import annotations

import importlib
import inspect
import math
import re
import sys
import unicodedata
import xml.etree.ElementTree as ET
from fractions import Fraction
from typing import Any

import latex2mathml.converter
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy.parsing.latex import parse_latex

from autograd_scalar import UsageError, Value, compare, custom, functions, op
from autograd_scalar.explain import explain, why
from autograd_scalar.formula import expression, formula, number, operations
from autograd_scalar.formula.exactness import IRRATIONAL, exactly
from autograd_scalar.formula.styles import STYLES
from autograd_scalar.formula.terms import (
    Bars,
    Call,
    Dots,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Term,
    call,
    multiply,
)
from autograd_scalar.graph import leaves, topological_order
from autograd_scalar.ops import table
from autograd_scalar.testing import Graph, graphs


def close(a: float, b: float) -> bool:
    return a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def values_of(node: Value) -> dict[str, Any]:
    return {leaf.label: leaf.data for leaf in topological_order(node, all_operands=True) if not leaf.op}


def python_names() -> dict[str, Any]:
    return {name: getattr(functions, name) for name in table}


SYMPY = {
    "relu": lambda x: sympy.Max(0, x),
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "leaky_relu": lambda x: sympy.Piecewise((0.01 * x, x <= 0), (x, True)),
    "logsumexp": lambda *x: sympy.log(sum(map(sympy.exp, x))),
    "maximum": sympy.Max,
    "max": sympy.Max,
    "min": sympy.Min,
    "abs": sympy.Abs,
}
SYMPY_ROWS = (
    *SYMPY, "add", "sub", "mul", "div", "neg", "square", "reciprocal", "sqrt", "exp", "log", "sin", "cos", "tan",
    "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "sum", "mean", "prod",
    "dot",
)  # fmt: skip


@given(graphs())
def test_ascii_is_what_python_computes(drawn: Graph) -> None:
    node = drawn.result
    text = formula(node, digits=None, full=True).ascii().partition("=")[2]
    assert close(eval(text, python_names() | values_of(node)), node.data), text


@given(graphs(operations=5, rows=SYMPY_ROWS))
def test_ascii_is_what_sympy_computes(drawn: Graph) -> None:
    node = drawn.result
    text = formula(node, digits=None, full=True).ascii().partition("=")[2]
    parsed = sympy.sympify(
        text.strip(), locals=SYMPY | {name: sympy.Float(x, 30) for name, x in values_of(node).items()}
    )
    assert close(float(parsed), node.data), text


LATEX_FUNCTIONS = ("exp", "sin", "cos", "log", "sqrt", "abs", "square", "reciprocal")


def candidates(tree: Any) -> list[Any]:
    return [c for child in tree.children for c in candidates(child)] if hasattr(tree, "children") else [tree]


@pytest.mark.slow
@pytest.mark.parametrize("name", LATEX_FUNCTIONS)
def test_latex_is_read_back(name: str) -> None:
    x, y = Value(1.25, label="x"), Value(0.75, label="y")
    node = (getattr(functions, name)(x * y + 0.5) / (y - 3) + (x - y) ** 2 - x * (y + 1)).named("L")
    text = formula(node, digits=None).latex().splitlines()[1].partition("&=")[2]
    readings = candidates(parse_latex(text.replace(r"\left", "").replace(r"\right", ""), backend="lark"))
    at = {"x": x.data, "y": y.data}
    numbers = [float(reading.subs(at)) for reading in readings if set(map(str, reading.free_symbols)) <= {"x", "y"}]
    assert any(close(one, node.data) for one in numbers), text


@given(graphs())
def test_mathml_is_well_formed_and_says_what_the_latex_says(drawn: Graph) -> None:
    node = drawn.result
    shown = formula(node, digits=None, full=True)
    ours = tokens(shown.mathml())
    latex = shown.latex().splitlines()[1].replace("&", "")
    for row in sorted(table.values(), key=lambda row: -len(row.latex)):
        if row.latex and row.symbol.isascii():  # \\arccos is read as arccos; in MathML we write the function's own name
            latex = latex.replace(row.latex, rf"\mathrm{{{row.symbol}}}")
    theirs = tokens(latex2mathml.converter.convert(re.sub(r"\\operatorname\{(.*?)\}", r"\\mathrm{\1}", latex)))
    assert ours == theirs, latex


def tokens(mathml: str) -> list[str]:
    """Everything that is read aloud, in order: digits and letters and signs, without the layout."""
    text = "".join(part for element in ET.fromstring(mathml).iter() for part in [element.text or ""])
    same = str.maketrans({"-": "−", "⋅": "·", "⁡": "", "⁢": "", "\\": "", " ": "", "\xa0": "", "\u2003": "", "∣": "|"})
    return sorted(text.translate(same))


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda x, y: (x - y) ** 2, "L = (x − y)²"),
        (lambda x, y: (x - y) * 2, "L = 2(x − y)"),
        (lambda x, y: x * y * 3, "L = 3·x·y"),
        (lambda x, y: x - (y - 1), "L = x − (y − 1)"),
        (lambda x, y: x - y - 1, "L = x − y − 1"),
        (lambda x, y: -(x + y), "L = −(x + y)"),
        (lambda x, y: x / (y * 2), "L = x/(2·y)"),
        (lambda x, y: (x / y) ** 2, "L = (x/y)²"),
        (lambda x, y: x**y, "L = x^y"),
        (lambda x, _: x**math.inf, "L = x^∞"),
        (lambda x, _: x**math.nan, "L = x^NaN"),
        (lambda x, _: (x**0.5) ** 2, "L = (x^0.5)²"),
        (lambda x, y: x / -y, "L = −x/y"),
        (lambda x, y: x / (y / -3), "L = −x/(y/3)"),
        (lambda x, _: (-x) ** 2, "L = (−x)²"),
        (lambda x, y: functions.sqrt(x + y), "L = √(x + y)"),
        (lambda x, y: functions.abs(x - y), "L = |x − y|"),
        (lambda x, y: x.sigmoid() * (1 - y), "L = σ(x)(1 − y)"),
        (lambda x, y: (1 - y) * x.log(), "L = (1 − y)·log(x)"),
        (lambda x, y: x.log() * (1 - y) ** 2, "L = (1 − y)²·log(x)"),
        (lambda x, y: x.tanh() ** 2 * (1 - y), "L = tanh(x)²·(1 − y)"),
        (lambda x, y: x.sqrt() * (1 - y), "L = √x·(1 − y)"),
        (lambda x, y: x**0.5 * (1 - y), "L = x^0.5·(1 − y)"),
        (lambda x, y: x**2 * (1 - y), "L = x²(1 − y)"),
        (lambda x, y: functions.abs(x) * (1 - y) * 2, "L = 2·|x|(1 − y)"),
        (lambda x, y: functions.mean([x, y]), "L = (x + y)/2"),
        (lambda x, y: functions.dot([x, y], [2.0, y], 1), "L = 2·x + y·y + 1"),
        (lambda x, y: functions.maximum(x, y, 0), "L = max(x, y, 0)"),
        (lambda x, _: x.leaky_relu(0.2), "L = leaky_relu(x, 0.2)"),
        (lambda x, y: functions.where(1, x, y), "L = where(1, x, y)"),
        (lambda x, _: 1e-9 * x, "L = 10⁻⁹·x"),
    ],
)
def test_it_is_written_as_a_person_writes(build: Any, text: str) -> None:
    x, y = Value(2.0), Value(3.0)
    L = build(x, y)
    assert str(formula(L)) == text
    assert x is not y  # they are held under their names until here


NOT_READ_ON = re.compile(r"(?:[^\W\d]\w*|√|\^[\d.]+)\(")  # a bracket after these is what they are of


def end_of(text: str, opened: int) -> int:
    """Where the bracket ends that is opened there."""
    depth = 0
    for place in range(opened, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            break
    return place + 1


FACTORS: tuple[Any, ...] = (
    lambda x: x, lambda _: 2.0, lambda x: 1 - x, lambda x: (2 - x) ** 2, lambda x: x.log(), lambda x: x.tanh() ** 2,
    lambda x: x.sqrt(), lambda x: x**0.5, lambda x: x**x, functions.abs, lambda x: x.sigmoid(),
    lambda x: x**2, lambda x: (1 - x) / x, lambda x: -x.exp(),
)  # fmt: skip


@given(st.lists(st.sampled_from(FACTORS), min_size=2, max_size=5))
def test_no_bracket_follows_a_function(chosen: list[Any]) -> None:
    """log(1 − p)(1 − y) would be read as the logarithm of a product; in every style the dot is there.

    σ(z)(1 − σ(z)) is read as it is meant: nobody writes σ z.
    """
    x = Value(0.5, label="x")
    product: Any = 1.5 * x
    for factor in chosen:
        product = product * factor(x)
    shown = formula(product, digits=None, full=True)
    text = shown.text().partition(" = ")[2]
    for found in NOT_READ_ON.finditer(text):
        assert found[0] == "σ(" or text[end_of(text, found.end() - 1) :][:1] not in {"(", "|", "√"}, text
    assert re.search(r"[√^]x\(|0\.5\(", text) is None, text
    assert text.count("·") == shown.latex().count(r"\cdot ") == shown.mathml().count("<mo>·</mo>")


def test_numbers_are_plugged_in() -> None:
    w, x, b = Value(3.0), Value(2.0), Value(1.0)
    z = w * x + b
    assert str(formula(z, numbers=True)) == "z = w·x + b = 3·2 + 1 = 7"
    assert b.label == ""


def test_it_stops_where_it_is_told_to() -> None:
    w, x = Value(3.0), Value(2.0)
    z = w * x
    L = z.relu() + 1
    assert str(formula(L, "z")) == str(formula(L, z)) == "L = relu(z) + 1"
    with pytest.raises(UsageError, match="no node is called 'q' in this graph; it has w, x, z and L"):
        formula(L, "q")
    with pytest.raises(UsageError, match="no node is called 'q' in this graph; none of its nodes has a name"):
        formula(Value(2.0) + 1, "q")
    assert w is not x


def test_a_name_of_two_nodes_stops_nothing() -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="a")
    with pytest.raises(UsageError, match="2 nodes are called 'a' in this graph; pass the Value itself"):
        formula((a + 1) * (b + 2), "a")


def test_long_ones_are_shortened_and_say_by_how_much() -> None:
    terms = [Value(1.0, label=f"a{place}") for place in range(1000)]
    total = functions.sum(terms)
    assert str(formula(total)).startswith("total = a₀ + a₁ + a₂")
    assert "…(988 more)…" in str(formula(total))
    assert "a₅₀₀" not in str(formula(total))
    assert "a₅₀₀" in str(formula(total, show=[terms[500]]))
    assert len(str(formula(total, full=True))) > 4000


def test_a_long_product_and_a_long_call_are_shortened_in_every_style() -> None:
    terms = [Value(1.0, label=f"a{place}") for place in range(20)]
    product, largest = functions.prod(terms), functions.maximum(terms)
    assert "a₅·…(8 more)…·a₁₄" in str(formula(product))
    assert "a5*...(8 more)...*a14" in formula(product).ascii()
    assert r"\cdots \text{(8 more)} \cdots" in formula(product).latex()
    assert "a₅, …(8 more)…, a₁₄" in str(formula(largest))
    assert str(formula(largest)).startswith("largest = max(a₀, ")


def test_the_parts_of_a_formula_are_data() -> None:
    x = Value(3.0)
    L = x * 2
    shown = formula(L)
    assert shown.value == 6.0
    assert shown.term == shown.equation.members[0]
    assert shown.term.value == 6.0
    room: Any = importlib.import_module("autograd_scalar.formula")  # which `autograd_scalar.formula` may be
    assert room(L) == shown
    assert x.data == 3.0


def test_three_nodes_of_one_name_are_told_apart() -> None:
    nodes = [Value(x, label="w") for x in (1.0, 2.0, 3.0)]
    assert str(formula(nodes[0] * nodes[1] + nodes[2])) == "L = w·w′ + w′′"


# A partial by x of a user's row, which nobody has written out in a second way, as a derivation reads it at x, y = 2, 3.
READ = {
    "one(x)": {
        "nan if x == 2 else 1": "NaN",
        "inf if x == 2 else 1 / (x - 2)": "∞",
        "1 if x > 0 else 0": "1{x > 0} = 1",
        "floor(x + 0.5) * x": "2·x = 2·2 = 4",
        "+(2 * x)": "2·x = 2·2 = 4",
        "sqrt(x - 2) if x < 2 else log(x) if x > 2 else x": "x = 2",
    },
    "two(x, y)": {
        "x / (x * y)": "1/y = 1/3 ≈ 0.333333",
        "x / (y / x)": "x·x/y = 2·2/3 ≈ 1.33333",
        "x / (-y)": "−x/y = −2/3 ≈ −0.666667",
        "2 * x / (2 * y)": "x/y = 2/3 ≈ 0.666667",
        "x / (x * x) * x": "1",
        "x / y / x": "1/y = 1/3 ≈ 0.333333",
    },
    "all_of(*x)": {
        "product(x) / x": "y = 3",
        "total(x * x) - largest(x)": "x·x + y·y − max(x, y) = 2·2 + 3·3 − 3 = 10",
        "smallest(x) * count(x)": "2·min(x, y) = 2·2 = 4",
        "1 if x == smallest(x) else 0": "1{x = min(x, y)} = 1",
    },
}


@pytest.mark.parametrize(("signature", "partial"), [(row, partial) for row, read in READ.items() for partial in read])
def test_a_partial_of_a_user_s_row_is_read_as_it_stands(signature: str, partial: str) -> None:
    value, *rest = {"one(x)": ["x"], "two(x, y)": ["x", "0"], "all_of(*x)": ["total(x)"]}[signature]
    row = op(signature, value, partial, *rest)
    x, y = Value(2.0), Value(3.0)
    L = row([x, y]) if "*" in signature else row(*[x, y][: 1 + len(rest)])
    line = next(line for line in str(explain(L, x)).splitlines() if "dL/dx" in line)
    assert line.partition("dL/dx = ")[2].partition("   ")[0] == READ[signature][partial]
    assert y.data == 3.0


def test_a_slope_whose_formula_divides_by_zero_is_read_all_the_same() -> None:
    x = Value(0.0)
    assert "dL/dx = ∞" in str(explain((x**0.5).named("L"), x))
    y = Value(3.0)
    assert re.search("dL/dy = (.* = )?0", str(explain((x**y).named("L"), y)))


def test_what_is_given_is_read_where_it_is_needed() -> None:
    x = Value(2.0)
    L = op("one(x)", "x * h", "h + x", given="h = x + 1")(x)
    assert "dL/dx = x + 1 + x = 2 + 1 + 2 = 5" in str(explain(L, x))


@pytest.mark.slow
def test_a_deep_one_is_short_and_quick() -> None:
    node = Value(0.5, label="x")
    for _ in range(100_000):
        node = node.sin() + 0.1
    assert len(str(formula(node))) < 2000
    assert "more" in str(formula(node))


def test_names_from_users_are_escaped() -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    L = Value(1.0, label=evil) * Value(2.0, label=r"\input{x}_$")
    assert "<img" not in formula(L).mathml()
    ET.fromstring(formula(L).mathml())
    assert r"\input" not in formula(L).latex().replace(r"\textbackslash", "")


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.0, "0"), (-0.0, "0"), (2.0, "2"), (1 / 3, "0.333333"), (-8.001822102388801, "−8.00182"), (1e-7, "10⁻⁷"),
     (1.5e30, "1.5·10³⁰"), (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "NaN"), (123456.0, "123456")],
)  # fmt: skip
def test_numbers(x: float, text: str) -> None:
    assert number(x) == text


def of_text(text: str) -> float:
    """What a formula in numbers says, read as it stands there: 10⁶² is ten to the sixty-second."""
    raised = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda one: f"**({unicodedata.normalize('NFKC', one[0])})", text)
    return float(eval(raised.replace("−", "-").replace("·", "*").replace("^", "**")))


def of_mathml(element: ET.Element) -> str:
    """The same of MathML, as Python; what is raised is raised from all that stands below it, and no more."""
    inside = [of_mathml(one) for one in element]
    match element.tag:
        case "msup":
            assert all(one.tag not in ("msup", "mfrac") for one in element[:1]), "two exponents, one upon the other"
            base = inside[0] if element[0].tag == "mn" or inside[0].startswith("(") else f"?{inside[0]}"
            return f"{base}**({inside[1]})"
        case "mrow":
            return "".join(inside)
        case "mn" | "mo":
            return (element.text or "").replace("−", "-").replace("·", "*")
    raise AssertionError(element.tag)


@given(
    st.sampled_from([1e6, 1e-8, 1e16, 2e7, -2e7, -1e-8, -3.0, 3.0, 0.25]),
    st.sampled_from([2.0, 3.0, -1.0, -2.0, -3.0]),
    st.sampled_from([1.0, 3.0, 1e6, 2e-7, -1e6]),
)
def test_a_number_that_is_raised_is_what_it_looks_like(base: float, exponent: float, factor: float) -> None:
    term = Power(base**exponent, Number(base), Number(exponent))
    for one in (term, multiply([Number(factor), term], fold=False), multiply([term, Number(factor)], fold=False)):
        text, latex, ascii_ = (STYLES[name](6).write(one) for name in ("text", "latex", "ascii"))
        assert of_text(text) == pytest.approx(one.value), text
        assert eval(ascii_) == pytest.approx(one.value), ascii_
        assert not re.search(r"\^\{[^{}]*\}\^", latex), latex
        assert of_text(re.sub(r"\\(?:left|right)|[{}]", "", latex.replace(r" \cdot ", "·").replace("^{", "^"))) == (
            pytest.approx(one.value)
        ), latex
        assert eval(of_mathml(ET.fromstring(STYLES["mathml"](6).write(one)))) == pytest.approx(one.value)


def test_a_power_of_ten_is_no_exponent_by_itself() -> None:
    k, e, variance = Value(1e6, label="k"), Value(1e-8, label="e"), Value(2.0, label="σ²")
    assert str(formula((k**2).named("f"), numbers=True)) == "f = k² = (10⁶)² = 10¹²"
    assert str(formula((k**e).named("f"), numbers=True)) == "f = k^e = (10⁶)^(10⁻⁸) ≈ 1"
    assert str(formula((variance**2 * variance).named("f"))) == "f = (σ²)²·σ²"


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda x: x(1e-200) * x(1e-200), "= 10⁻²⁰⁰·10⁻²⁰⁰ ≈ 0"),
        (lambda x: x(1e16) + 1.0, "= 10¹⁶ + 1 ≈ 10¹⁶"),
        (lambda x: 1.0 + x(1e-17), "= 1 + 10⁻¹⁷ ≈ 1"),
        (lambda x: 1.0 - x(40.0).sigmoid(), "≈ 1 − 1 = 0"),  # 1 − 1 is 0, whatever it is instead of
        (lambda x: 2.5 * (1.0 - x(40.0).sigmoid()), "≈ 2.5·(1 − 1) = 0"),
        (lambda x: x(40.0).tanh(), "= tanh(40) ≈ 1"),
        (lambda x: x(40.0).softplus(), "= softplus(40) ≈ 40"),
        (lambda x: x(-800.0).exp(), "= exp(−800) ≈ 0"),
        (lambda x: x(-60.0).elu(), "= elu(−60) ≈ −1"),
        (lambda x: x(1e-9).sin(), "= sin(10⁻⁹) ≈ 10⁻⁹"),
        (lambda x: functions.hypot(x(1e20), x(1.0)), "= hypot(10²⁰, 1) ≈ 10²⁰"),
        (lambda x: (x(1e16) * 1e16 + 1.0) ** 0.5, "= (10¹⁶·10¹⁶ + 1)^0.5 ≈ 10¹⁶"),
        (lambda x: functions.log2(x(8.0) + 1e-20), "= log2(8 + 10⁻²⁰) ≈ 3"),
        (lambda x: x(0.0).exp(), "= exp(0) = 1"),
        (lambda x: x(0.0).sigmoid(), "= σ(0) = 0.5"),
        (lambda x: x(1.0).log(), "= log(1) = 0"),
        (lambda x: functions.log2(x(8.0)), "= log2(8) = 3"),
        (lambda x: functions.log10(x(0.001)), "= log10(0.001) = −3"),
        (lambda x: functions.cbrt(x(8.0)), "= cbrt(8) = 2"),
        (lambda x: functions.hypot(x(3.0), x(4.0)), "= hypot(3, 4) = 5"),
        (lambda x: x(2.25).sqrt(), "= √2.25 = 1.5"),
        (lambda x: x(4.0) ** -1.5, "= 4^(−1.5) = 0.125"),
        (lambda x: x(3.0).elu(), "= elu(3) = 3"),
        (lambda x: x(-4.0).leaky_relu(), "= leaky_relu(−4) = −0.04"),
        (lambda x: functions.maximum(x(0.1), x(0.3), 0.2), "= max(0.1, 0.3, 0.2) = 0.3"),
        (lambda x: abs(x(-0.1)) / 8.0, "= |−0.1|/8 = 0.1/8 = 0.0125"),
        (lambda x: 0.0 * x(40.0).tanh(), "= 0·tanh(40) = 0·1 = 0"),
    ],
)
def test_a_number_is_equal_only_where_arithmetic_gives_it(build: Any, text: str) -> None:
    assert str(formula(build(Value), numbers=True)).endswith(text)


@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(-999, 999), st.integers(0, 2)), min_size=1, max_size=5))
def test_an_equals_sign_between_numbers_is_true_of_the_decimals_that_are_shown(chosen: list[Any]) -> None:
    node = Value(0.1, label="x")
    for place, (sign, tenths, power) in enumerate(chosen):
        other = tenths / 10**power
        node = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}[sign](node, other)
        node.named(f"n{place}")
    for line in explain(node, "x").ascii().replace("forward", "").replace("backward", "").splitlines():
        members = re.split(r" +(~?=) ", re.sub("^chain", "", line.partition(" since ")[0]))
        for left, relation, right in zip(members[::2], members[1::2], members[2::2], strict=False):
            if left and right and not re.search("[a-z]", left + right):
                shown = [eval(re.sub(r"\d[\d.]*(e[-+]?\d+)?", r"Fraction('\g<0>')", one)) for one in (left, right)]
                assert relation == "~=" or shown[0] == shown[1], line


def test_what_is_not_known_to_be_exact() -> None:
    seven, third = Number(7.0), Quotient(1 / 3, Number(1.0), Number(3.0))
    odd = call(table["tanh"], [seven], math.tanh(7.0))
    unknown = Dots(1.0, 3)
    custom(lambda x: x * x, lambda x: 2 * x, name="opaque_square")
    assert exactly(third) == Fraction(1, 3)
    assert exactly(Bars(7.0, Number(-7.0))) == 7
    assert exactly(Product(0.0, (Number(0.0), odd))) == 0
    assert exactly(Power(49.0, seven, Number(2.0))) == 49
    assert exactly(Power(0.2, Number(0.04), Number(0.5))) == Fraction(1, 5)
    assert exactly(call(table["tanh"], [Number(1.0)], math.tanh(1.0))) == IRRATIONAL
    op("circle(x)", "pi * x * x", "2 * pi * x")
    op("to_the(x, y)", "x**y", "y * x**(y - 1)", "x**y * log(x)", domain="x > 0")
    term: Term
    for term in (
        odd,
        call(table["circle"], [seven], 22.0),
        call(table["to_the"], [seven, seven], 800000.0),
        Bars(1.0, odd),
        Sum(8.0, (seven, odd)),
        Product(7.0, (seven, odd)),
        Power(7.0, seven, odd),
        Power(1.0, odd, seven),
        Power(1.01, seven, Number(0.005)),  # the two-hundredth root
        Root(math.sqrt(7.0), seven),
        call(table["relu"], [odd], 1.0),
        call(table["log2"], [seven], 2.5),
        call(table["log2"], [seven], 3.0),
        call(table["hypot"], [seven, seven], 7.0),
    ):
        assert exactly(term) == IRRATIONAL, term
    for term in (
        unknown,
        Number(math.inf),
        Sum(1.0, (seven, unknown)),
        Product(0.0, (Number(0.0), unknown)),
        Bars(1.0, unknown),
        Power(1.0, unknown, seven),
        Power(1.0, seven, unknown),
        Power(7.0**65, seven, Number(65.0)),
        Power(math.inf, Number(0.0), Number(-1.0)),
        Root(math.inf, seven),
        call(table["relu"], [unknown], 1.0),
        call(table["relu"], [seven], math.inf),
        expression(functions.opaque_square(Value(2.0)), {}),
        Call(1.0, "nobody", (seven,), "nobody", "nobody"),
    ):
        assert exactly(term) is None, term


def test_a_power_of_ten_stands_alone() -> None:
    assert (number(1e20, style="latex"), number(-3e20, style="latex")) == ("10^{20}", r"-3 \cdot 10^{20}")


def test_negative_numbers_have_one_pair_of_brackets() -> None:
    a, b, c = Value(1.5, label="a"), Value(0.25, label="b"), Value(-1.5, label="c")
    made = [a + c / b, a - c / (a + b), a + c * b, a / (c / b), c / b + a]
    plugged = [str(explain(one.named("L"), c)).partition("\n")[0].split(" = ")[2].partition(" ≈")[0] for one in made]
    assert plugged == [
        "1.5 + (−1.5)/0.25",
        "1.5 − (−1.5)/(1.5 + 0.25)",
        "1.5 + (−1.5·0.25)",
        "1.5/((−1.5)/0.25)",
        "(−1.5)/0.25 + 1.5",
    ]


@pytest.mark.parametrize("digits", [0, -1, 18, 2.5, "6", True])
def test_digits_must_mean_something(digits: Any) -> None:
    with pytest.raises(UsageError, match="significant digits"):
        formula(Value(1.0) * 2, digits=digits)


def test_numbers_are_not_taken_here() -> None:
    w1 = Value(2.0)
    L = w1 * w1
    said = (
        "formula: w1=3 has no place here; formula takes stop, numbers, digits, show and full, "
        "and L.at(w1=3) gives the graph at other numbers"
    )
    with pytest.raises(UsageError, match=re.escape(said)):
        L.formula(w1=3)


@pytest.mark.parametrize("columns", [80, 100])
def test_in_a_window_lines_are_broken_at_signs_and_blanks_only(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    weights = [Value(0.1 * place - 0.25, label=f"layers[0].weight[{place}]") for place in range(6)]
    inputs = [Value(1.0 + place / 7, label=f"the_inputs[{place}]") for place in range(6)]
    made = functions.dot(weights, inputs).named("hidden").tanh().named("out")
    whole = [explain(made, weights[3]), formula(made), why(made, weights[3])]
    assert [str(one) for one in whole] == [one.text() for one in whole]  # no window: as wide as it is
    assert max(len(line) for line in whole[0].text().splitlines()) > 100
    monkeypatch.setenv("COLUMNS", str(columns))
    for one in whole:
        lines = str(one).splitlines()
        assert max(map(len, lines)) <= columns
        assert str(one).split() == one.text().split()
        assert repr(one) == str(one)


def test_a_product_that_begins_with_a_negative_number_has_brackets_after_a_minus() -> None:
    w, v = Value(-0.5, label="w"), Value(0.25, label="v")
    line = formula((-(w * v) * w.abs()).named("L"), numbers=True)
    assert str(line) == "L = −w·v·|w| = −(−0.5·0.25·0.5) = 0.0625"
    assert line.ascii() == "L = -w*v*abs(w) = -(-0.5*0.25*0.5) = 0.0625"
    assert "<mo>−</mo><mo>−</mo>" not in line.mathml()


def logistic(turns: int) -> Value:
    """The logistic map: each turn uses the last one twice."""
    y = Value(0.3, label="y0")
    for _ in range(turns):
        y = 3.7 * y * (1 - y)
    return y.named("y")


def halved_double(turns: int) -> Value:
    y = Value(0.3, label="x")
    for _ in range(turns):
        y = (y + y) * 0.5
    return y.named("y")


@pytest.mark.parametrize("graph", [logistic(25), logistic(300), halved_double(40), halved_double(3000)])
def test_what_is_used_again_and_again_does_not_double_its_formula(graph: Value) -> None:
    leaf = leaves(graph)[0]
    for shown in (formula(graph), formula(graph, numbers=True), formula(graph, show=[leaf])):
        for written in (shown.text(), shown.ascii(), shown.latex(), shown.mathml(), shown._repr_html_()):
            assert len(written) < 8000
        assert re.search(r"…\(\d[\d,]* more\)…", shown.text())
        (note,) = shown.notes
        assert re.search(
            r"this formula would have (\d+(,\d{3})*|more than a billion) operations\. explain writes", note
        )
    with pytest.raises(
        UsageError, match=r"formula\(full=True\): this formula would have .* operations, .* at most 5,000"
    ):
        formula(graph, full=True)


def test_what_is_used_again_and_again_has_a_page() -> None:
    assert "steps" in str(logistic(25).page())
    assert "autograd-page" in halved_double(40).steps()._repr_html_()


def test_what_is_long_without_being_used_again_is_shown_where_it_is_asked_for() -> None:
    x = y = Value(1.0, label="x")
    for _ in range(1500):
        y = y + 1.0
    shown = formula(y, show=[x])
    assert str(shown).startswith("y = x + 1 + 1")
    assert not shown.notes


@pytest.mark.parametrize("turns", range(1, 11))
def test_operations_are_counted_as_often_as_they_are_written(turns: int) -> None:
    graph = logistic(turns)
    text = formula(graph, full=True).ascii().partition("=")[2]
    written = len(re.findall(r"[*]| - ", text))
    order = topological_order(graph)
    assert operations(order)[graph] == written == 3 * (2**turns - 1)
    assert operations(order, dict.fromkeys(order, "t"))[graph] == 1
    assert ("Nodes are used again" in str(formula(graph))) == (written > 1000)


def test_a_long_sequence_is_counted_as_it_is_cut() -> None:
    layer = [Value(1.0, label=f"x{place}") for place in range(40)]
    for _ in range(2):
        layer = [functions.dot(layer, [Value(0.5) for _ in layer]).tanh() for _ in range(40)]
    assert not formula(functions.dot(layer, layer)).notes


def deep(steps: int) -> Value:
    y = Value(1.0, label="x")
    for _ in range(steps):
        y = y * 1.5 + 0.25
    return y.named("y")


@pytest.mark.parametrize("style", ["text", "ascii", "latex", "markdown", "mathml", "_repr_html_"])
def test_a_deep_formula_is_written_without_recursion(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = formula(deep(60), full=True, numbers=True)
    written = getattr(shown, style)()
    monkeypatch.setattr("autograd_scalar.formula.styles.is_deep", lambda _: False)  # as it is without care
    assert written == getattr(shown, style)()
    monkeypatch.undo()
    depth = len(inspect.stack())
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 120)
    try:
        assert getattr(formula(deep(100), full=True, numbers=True), style)()
    finally:
        sys.setrecursionlimit(limit)


def test_zeros_within_a_deep_formula_are_zeros() -> None:
    x = y = Value(0.0, label="x")
    for _ in range(120):
        y = y * 2.0 + x
    assert str(formula(y.named("y"), full=True, numbers=True)).endswith(" = 0")


def test_a_formula_that_is_too_deep_is_refused() -> None:
    assert str(formula(deep(200), full=True)).count("0.25") == 200
    with pytest.raises(UsageError, match="more than 500 brackets within brackets, and at most 500 are written"):
        formula(deep(300), full=True)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda a, b, _: a + b, "a + b ≈ 10³⁰⁸ + 1.23457·10³⁰⁸ ≈ ∞"),
        (lambda a, b, c: a + b + c, "a + b + c ≈ 10³⁰⁸ + 1.23457·10³⁰⁸ + (−10³⁰⁸) ≈ ∞"),
        (lambda a, *_: a - (-a), "L = a + a = 10³⁰⁸ + 10³⁰⁸ = ∞"),
        (lambda a, *_: functions.mean([a, a, a]), "(a + a + a)/3 = (10³⁰⁸ + 10³⁰⁸ + 10³⁰⁸)/3 = 10³⁰⁸"),
        (lambda a, b, _: functions.mean([a, b]), "(a + b)/2 ≈ (10³⁰⁸ + 1.23457·10³⁰⁸)/2 ≈ 1.11728·10³⁰⁸"),
        (lambda a, b, _: functions.mean([a, b]) ** 0.5, "((a + b)/2)^0.5 ≈ (1.11728·10³⁰⁸)^0.5 ≈ 1.05702·10¹⁵⁴"),
        (lambda a, b, c: functions.sum([a, b, c]), "a + b + c ≈ 10³⁰⁸ + 1.23457·10³⁰⁸ + (−10³⁰⁸)"),
        (lambda a, b, _: functions.dot([a, b], [b, a]), "a·b + b·a"),
        (lambda a, b, _: (a + b) - (a + b), "a + b − (a + b)"),
        (lambda a, b, _: (a + b) * 0.0, "0(a + b)"),
        (lambda a, b, _: (a - b) * a * b, "−∞"),
    ],
)
def test_a_sum_that_leaves_the_range_is_shown_everywhere(build: Any, text: str) -> None:
    graph = build(Value(1e308, label="a"), Value(1.23456789e308, label="b"), Value(-1e308, label="c")).named("L")
    leaf = leaves(graph)[-1]
    assert text in str(formula(graph, numbers=True))
    for ask in (graph.explain, graph.why, graph.paths):
        assert str(ask(leaf))
    for show in (graph.step, graph.steps, graph.page):
        assert str(show())
    assert str(compare(graph, graph, wrt=leaf))
    assert "<math" in formula(graph, numbers=True)._repr_html_()
