"""What a person writes is read as they mean it, or refused with the place marked; never anything else."""

from __future__ import annotations

from math import cosh, isclose, isnan, pi, tanh

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import UsageError
from autograd_scalar.explain.reading import Literal, evaluate, read
from autograd_scalar.explain.reading.asides import JOINING
from autograd_scalar.formula.equations import walk
from autograd_scalar.formula.styles import STYLES
from autograd_scalar.formula.terms import Condition, Derivative, Dots, Power, Switch, Symbol, Term
from autograd_scalar.graph import topological_order
from autograd_scalar.steps import Steps
from autograd_scalar.testing import Graph, graphs

pytestmark = pytest.mark.once

NUMBERS = {
    "x": 2.0,
    "w": 3.0,
    "b": 1.0,
    "y": 5.0,
    "z": 7.0,
    "a": 7.0,
    "w1": 0.5,
    "a3": 125.0,
    "loss": 4.0,
    "alpha": 0.1,
}


def value(text: str) -> float:
    """The number of an expression in which the names above stand for their numbers."""
    (statement,) = read(text, NUMBERS.__contains__).statements
    return evaluate(statement.members[-1].term, lambda one: NUMBERS[one.name] if isinstance(one, Symbol) else 10.0)[0]


def only_term(text: str) -> Term:
    (statement,) = read(text).statements
    (member,) = statement.members
    return member.term


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2(a - y)", 4.0),
        ("2(a − y)", 4.0),
        ("2·(7 − 5)", 4.0),
        ("2*(7-5)", 4.0),
        ("(3)(2) + 1", 7.0),
        ("4 × 1 × 2", 8.0),
        ("wx + b", 7.0),
        ("wx^2", 12.0),
        ("wx²", 12.0),
        ("2wx^{2}b", 24.0),
        ("wxx^2w", 2.0 * 3 * 4 * 3),
        ("(wx)^2", 36.0),
        ("x²^3", 64.0),
        ("1/wx^2", 1 / 12),
        ("\u221awx²", 12**0.5),
        ("tanh^2(0.5)", tanh(0.5) ** 2),
        ("1 - tanh²(0.5)", 1 - tanh(0.5) ** 2),
        (r"\tanh^{2}(0.5)", tanh(0.5) ** 2),
        (r"\sin^2 x + \cos^2 x", 1.0),
        ("sech(0.5)", 1 / cosh(0.5)),
        ("sech^2(0.5)", 1 - tanh(0.5) ** 2),
        (r"2\operatorname{sech}^2 x", 2 / cosh(2.0) ** 2),
        (r"\underbrace{2(a-y)}_{dL/da} \cdot \overbrace{x}^{dz/dw}", 8.0),
        (r"a \overset{(1)}{=} 7", 7.0),
        ("2x²", 8.0),
        ("2x**2", 8.0),
        ("-x^2", -4.0),
        ("2^-1", 0.5),
        ("2^3^2", 512.0),
        ("x⁻¹", 0.5),
        ("12/2/3", 2.0),
        ("1/2x", 1.0),
        ("1/2(a − y)²", 2.0),
        ("x/2y", 0.2),
        ("½(a − y)²", 2.0),
        ("1.5e-3", 0.0015),
        ("1.5·10⁻³", 0.0015),
        ("1.5 × 10^-3", 0.0015),
        (r"1.5 \cdot 10^{-3}", 0.0015),
        ("10⁻³", 0.001),
        ("1,953,125", 1953125.0),
        ("max(1,200)", 200.0),
        ("max(1, 2, 3)", 3.0),
        ("|y - z| + √(4) + √4", 6.0),
        ("1{z > 0}", 1.0),
        ("1{z ≤ 0}", 0.0),
        ("1(z > 0)", 1.0),
        ("(z > 0)·x", 2.0),
        ("1{z > 0 and x >= 3 or y = 5}", 1.0),
        (r"\mathbf{1}\{z > 0 \land x \ge 3\}", 0.0),
        ("σ(0)", 0.5),
        ("sigmoid(0)(1 − sigmoid(0))", 0.25),
        (r"\sigma(0)(1 - \sigma(0))", 0.25),
        ("σ'(0)", 0.25),
        ("ReLU(z)", 7.0),
        ("ln(1)", 0.0),
        (r"\log 1", 0.0),
        ("a^{(3)}", 125.0),
        ("a^(3)", 125.0),
        (r"\frac{a - y}{2}", 1.0),
        (r"\frac{1}{2}", 0.5),
        (r"\left(a - y\right)^{2}", 4.0),
        (r"$$ 2\left(a-y\right) $$", 4.0),
        ("dL/dx · 2", 20.0),
        (r"\frac{\partial L}{\partial x}", 10.0),
        ("partial L/partial x", 10.0),
        ("0.999(1-0.999)", 0.999 * (1 - 0.999)),
        ("−8.002 · 0.000999", -8.002 * 0.000999),
        ("+3", 3.0),
        ("e^0", 1.0),
        ("3 if (z > 0) else 0", 3.0),
        (r"\begin{cases} 1 & z > 9 \\\\ 2 & z > 8 \\\\ 3 & \text{otherwise} \end{cases}", 3.0),
        ("inf", float("inf")),
    ],
)  # fmt: skip
def test_an_expression_means_what_a_person_means(text: str, expected: float) -> None:
    assert isclose(value(text), expected, rel_tol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["dL/dw", "∂L/∂w", "d L/d w", r"\frac{dL}{dw}", r"\frac{d L}{dw}", r"\frac{\partial L}{\partial w}", "dL / dw"],
)
def test_a_derivative_in_every_spelling(text: str) -> None:
    term = only_term(text)
    assert isinstance(term, Derivative)
    assert (term.of, term.wrt, term.order) == ("L", "w", 1)


@pytest.mark.parametrize("text", ["d²L/dw²", "d^2L/dw^2", "d2L/dw2", r"\frac{d^{2} L}{dw^{2}}", "∂²L/∂w²"])
def test_a_second_derivative(text: str) -> None:
    term = only_term(text)
    assert isinstance(term, Derivative)
    assert (term.of, term.wrt, term.order) == ("L", "w", 2)


def test_plain_second_derivatives_are_of_names_that_are_known() -> None:
    (statement,) = read("d2L/dw2 = 8", {"L", "w"}.__contains__).statements
    term = statement.members[0].term
    assert isinstance(term, Derivative)
    assert (term.of, term.wrt, term.order) == ("L", "w", 2)
    (statement,) = read("s = d2a/dz2", {"s", "d2a", "dz2"}.__contains__).statements
    assert not isinstance(statement.members[1].term, Derivative)


def test_two_names_that_begin_with_d_are_a_quotient_where_both_are_known() -> None:
    (statement,) = read("s = d1/d2", {"s", "d1", "d2"}.__contains__).statements
    assert not isinstance(statement.members[1].term, Derivative)


def test_indices_of_layers_belong_to_the_name() -> None:
    term = only_term(r"\frac{dL}{dw^{(1)}}")
    assert isinstance(term, Derivative)
    assert term.wrt == "w1"
    term = only_term(r"a_{12}")
    assert isinstance(term, Symbol)
    assert term.name == "a_12"


def test_a_statement_has_members_addends_and_factors() -> None:
    (statement,) = read("dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8").statements
    assert [member.text for member in statement.members] == ["dL/dw", "dL/da · da/dz · dz/dw", "4 · 1 · 2", "8"]
    assert [factor.text for factor in statement.members[1].addends[0]] == ["dL/da", "da/dz", "dz/dw"]
    (statement,) = read("2(a − y)·x − 3·4").statements
    assert [[factor.text for factor in addend] for addend in statement.members[0].addends] == [
        ["2(a − y)", "x"],
        ["−3", "4"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "z = 7\na = 7",
        "z = 7; a = 7",
        "z = 7, a = 7",
        "z = 7 -> a = 7",
        "z = 7 ⇒ a = 7",
        r"z &= 7 \\ a &= 7",
        "1. z = 7\n2. a = 7",
    ],
)
def test_statements_are_told_apart(text: str) -> None:
    reading = read(text)
    assert [[member.text for member in statement.members] for statement in reading.statements] == [
        ["z", "7"],
        ["a", "7"],
    ]


def test_a_line_that_begins_with_an_equals_sign_goes_on() -> None:
    (statement,) = read("dL/dw = 4 · 2\n      = 8").statements
    assert len(statement.members) == 3


def test_titles_reasons_and_plain_words_are_left_out() -> None:
    text = "backward  da/dz = 1{z > 0} = 1   since z = 7 > 0\nThis is the slope of the relu.\nStep 2: dz/dw = x = 2"
    reading = read(text)
    assert [statement.members[-1].text for statement in reading.statements] == ["1", "2"]
    assert reading.words == ("This is the slope of the relu.",)


def test_a_number_knows_its_digits() -> None:
    digits = {"0.000999": 3, "−8.002": 4, "8": 1, "100": 1, "0.10": 2, "1.20e5": 3}
    for text, expected in digits.items():
        term = only_term(text)
        assert isinstance(term, Literal)
        assert term.digits == expected, text


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("dL/da = 2(a - y", "this bracket is not closed", "("),
        ("dL/da = 2a - y)", "this bracket was never opened", ")"),
        ("dL/da = 2 3", "an operator is missing before this number", "3"),
        ("dL/da = * 3", "a number, a name or a bracket is missing here", "*"),
        ("dL/da = 4 + ?", "a number, a name or a bracket is missing here", "?"),
        ("dL/da = 4 @ 2", "'@' has no meaning in a formula", "@"),
        ("z = 3\ndL/da = |a", "this bar is not closed", "|"),
        (r"\frac{1}2", r"\frac needs two groups in braces", "2"),
        ("sigmoid(1, 2)", "sigmoid takes 1 argument, not 2", "s"),
        ("x = 8,0", "write 8.0 with a point; after a comma another statement begins", ","),
        ("x = (8,5 + 1)", "write 8.5 with a point; after a comma another statement begins", ","),
        ("x = 5 %", "a percent sign is not read: write 0.05 for 5 %", "%"),
        ("x = else 0", "a choice is written 1{z > 0}, or 1 if z > 0 else 0", "e"),
        ("x = 1 if z > 0", "what is it otherwise? 'else' and a value are missing: 1 if z > 0 else 0", "i"),
        ("x = 1 if z else 0", "a condition is missing here, such as z > 0", "z"),
        (r"x = \begin{cases} 1 & z > 0", "this choice is not closed: \\end{cases} is missing", "\\"),
        (r"x = \begin{cases} 1 & z \\ 0 \end{cases}", "a condition is missing here, such as z > 0", "z"),
        (r"x = \begin{cases} 1 \\ 0 \end{cases}", "a condition is missing here, such as z > 0", "\\"),
        (r"x = \begin{cases} \end{cases}", "there is nothing to choose from", "\\"),
        ("= =", "something is missing before this sign", "="),
        ("w -= 3", "write w ← w − … for w -= …", "="),
        ("x = tanh^-1(z)", "tanh to a negative power may mean its inverse: write 1/tanh(z) or atanh(z)", "t"),
        ("x = sech⁻¹(z)", "sech to a negative power may mean its inverse: write 1/sech(z)", "s"),
        ("x = 1 - tanh^2", "tanh of what? Write tanh(z)^2", "t"),
    ],
)
def test_a_typing_error_is_marked(text: str, message: str, marked: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    first, line, caret = str(caught.value).split("\n")
    assert first == message
    assert line[caret.index("^")] == marked


@pytest.mark.parametrize("text", ["x = ", "dL/dw =", "4 +"])
def test_a_missing_end_is_marked_behind_the_text(text: str) -> None:
    with pytest.raises(UsageError, match="something is missing at the end"):
        read(text)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "so much for the many words"])
def test_no_formula_at_all(text: str) -> None:
    with pytest.raises(UsageError, match="there is no formula here"):
        read(text)


def test_what_is_not_text_is_refused() -> None:
    with pytest.raises(UsageError, match="a derivation is text"):
        read(8.0)  # type: ignore[arg-type]  # the point


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "(" * 5_000 + "1" + ")" * 5_000,
        "-" * 100_000 + "1",
        "2^" * 50_000 + "1",
        "x = " + "√" * 10_000 + "4",
        "|" * 10_000,
        "1" + "/1" * 50_000,
        "\\frac{" * 10_000,
        "1{" + "not " * 10_000 + "x > 0}",
        "sin " * 10_000,
        "a" * 100_000,
        " " * 100_000 + "=" + " " * 99_000,
        "9" * 100_000,
        "1" + ",000" * 40_000,
        "x" * 300_000,
        "→" * 10_000 + ":" * 10_000,
        "so " * 30_000,
        "z = 7 and " * 2_000,
        "\\underbrace{" * 10_000,
        "z = 7 (" * 10_000,
    ],
    ids=lambda text: f"{text[:6]!r} and {len(text)}",
)
def test_nothing_is_too_deep_or_too_long_for_a_plain_answer(text: str) -> None:
    try:
        read(text)
    except UsageError:
        return


@pytest.mark.slow
def test_a_long_sum_and_a_long_product_are_read() -> None:
    assert value("+".join(["1"] * 5000)) == 5000.0
    assert value("·".join(["1"] * 5000)) == 1.0


PIECES = [
    "dL/dw", "=", "≈", " ", "2", "0.5", "(", ")", "[", "]", "{", "}", "a", "x²", "·", "*", "/", "^", "−", "-", "+",
    "σ(", "max(", ",", "1{", ">", "≥", "\\frac{", "\\cdot", "\\left(", "\\right)", "\\text{", "∂", "'", "|", "√", "…",
    "...", "e", "1e", "->", ";", "\n", "w_{", "^{(3)}", "since", "\\\\", "d", "d²", "10", "⁻³", "½", "1,000", "not",
    "and", "w[0]", '["', ":", "∞",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_pieces_of_formulas_are_read_or_refused(text: str) -> None:
    for known in (None, NUMBERS.__contains__):
        try:
            reading = read(text, known)
        except UsageError:
            continue
        for statement in reading.statements:
            for member in statement.members:
                evaluate(member.term, lambda _: 1.5)
                assert member.text in text


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reading = read(text)
    except UsageError:
        return
    assert reading.statements


@given(graphs())
def test_what_our_own_printers_write_is_read_back(graph: Graph) -> None:
    steps = Steps(graph.result)
    numbers = {leaf.label: leaf.data for leaf in graph.leaves}
    shown = [*topological_order(graph.result, all_operands=True), *steps.order]  # what decides a `where` is no step
    numbers |= {steps.name(node) or node.label: node.data for node in shown if steps.name(node) or node.label}

    def value_of(one: Symbol | Derivative) -> float:
        assert isinstance(one, Symbol)
        if one.name == "pi":
            return pi
        name = one.name if one.name in numbers else one.name.replace("_", "")
        return numbers[name.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))]

    def is_known(name: str) -> bool:
        return name.replace("_", "").translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")) in numbers

    for step in steps.steps():
        formula = steps.formula(step)
        slopes = [steps.slope(step, source).term for source in steps.sources(step) if steps.name(source)]
        for term in [formula, *slopes]:
            expected, slack = evaluate(term, value_of)
            for name in ("text", "ascii", "latex"):
                text = STYLES[name](None).write(term)
                (statement,) = read(text, is_known).statements
                found, error = evaluate(statement.members[0].term, value_of)
                close = isclose(found, expected, rel_tol=1e-12, abs_tol=2 * (slack + error))
                assert close or (isnan(found) and isnan(expected)), text


def test_a_switch_comes_back_as_a_switch() -> None:
    term = only_term("1{z > 0}")
    assert isinstance(term, Switch)
    assert isinstance(term.condition, Condition)
    assert STYLES["text"](None).write(term) == "1{z > 0}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("½x", 1.0),
        ("x.", 2.0),
        ("x²³", 2.0**23),
        ("(-2)^3", -8.0),
        ("1{not x > 3}", 1.0),
        ("1{not not x > 3}", 0.0),
        ("1{x > 0 and w > 5}", 0.0),
        ("1{x > 0 and w > 1}", 1.0),
        ("1{1{x > 0} and x > 1}", 1.0),
        ("a^(3)", 125.0),  # an index, where there is a name like that,
        ("a^{(3)}", 125.0),
        ("w^{(9)}", 3.0**9),  # and a power where there is none
        ("w^{(1)x}", 9.0),
        (r"\text{}x", 2.0),
        (r"x\,w", 6.0),
        (r"\frac{w}{x}", 1.5),
    ],
)
def test_rarer_ways_to_write(text: str, expected: float) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text", ["1/0", "0^-1", "10^400", "(-8)^(1/3)", "log(0)", "exp(10000)", "x + … + …(12 more)… + b"]
)
def test_what_has_no_number_has_none(text: str) -> None:
    assert isnan(value(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x⁺⁻", "this exponent cannot be read"),
        ("not x", "'not' belongs into a condition, 1{not …}"),
        ("1{x > 0 and w}", "'and' and 'or' join conditions, such as x > 0"),
        ("x and w", "an operator is missing here; words stand on lines of their own, or are left out"),
        ("x 3", "an operator is missing before this number"),
        ("x 3,000", "an operator is missing before this number"),
        ("w x ]", "this bracket was never opened"),
        ("{x]", "this bracket is not closed"),
        ("w_{3", "this bracket is not closed"),
        (r"\frac{dL}{dw", "this bracket is not closed"),
        (r"\frac{dL}x", r"\frac needs two groups in braces"),
        (r"\underbrace{3", "this bracket is not closed"),
        (r"\text", r"\text needs its text in braces"),
        ("\\", "a LaTeX command has no name"),
        (r"\begin{x", "this bracket is not closed"),
        ("sigmoid(1, 2)", "sigmoid takes 1 argument, not 2"),
        ("log' + 2", "log needs an argument in brackets"),
        (r"\frac12", r"\frac needs two groups in braces"),
        ("1 if (z) else 0", "a condition is missing here, such as z > 0"),
        ("2(a - y 3)", "an operator or a closing bracket is missing here"),
        ("5%", "a percent sign is not read: write 0.05 for 5 %"),
    ],
)
def test_rarer_mistakes_are_said(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        value(text)
    assert said in str(refused.value)


@pytest.mark.parametrize("text", [r"\frac{dL x}{x}", r"\frac{w}{dL}", r"\frac{dL}{2}", r"\frac{dL}{dw^2 x}"])
def test_a_fraction_that_only_begins_like_a_derivative_is_a_quotient(text: str) -> None:
    (statement,) = read(text).statements
    assert not any(isinstance(one, Derivative) for one in walk(statement.members[0].term))


def test_an_exponent_in_brackets_is_a_layers_number_in_braces_only() -> None:
    layer = only_term("a^{(3)}")
    assert isinstance(layer, Symbol)
    assert layer.name == "a3"
    assert isinstance(only_term("a^(3)"), Power)


@pytest.mark.parametrize("text", [r"w·\text{(12 more)}·x", "w·…(12 more)…·x", "w·… …(12 more)·x"])
def test_parts_that_were_left_out_are_counted(text: str) -> None:
    assert [one.count for one in walk(only_term(text)) if isinstance(one, Dots)] == [12]


def test_a_comparison_after_a_number_is_a_remark() -> None:
    (statement,) = read("z = 7 > 0; a = 7").statements[:1]
    assert [member.text for member in statement.members] == ["z", "7"]


def members(text: str) -> list[list[str]]:
    return [[member.text for member in statement.members] for statement in read(text, NUMBERS.__contains__).statements]


CHAIN = [["dL/da", "4"], ["dz/dw", "x", "2"]]


@pytest.mark.parametrize(
    "text",
    [
        "dL/da = 4 and dz/dw = x = 2",
        "So dL/da = 4; therefore, dz/dw = x = 2.",
        "By the chain rule, dL/da = 4. Hence we get dz/dw = x = 2.",
        "chain rule: dL/da = 4\nthen dz/dw = x = 2",
        "output layer: dL/da = 4\ninput layer: dz/dw = x = 2",
        "dL/da = 4 by the power rule, and dz/dw = x = 2 as before",
        "dL/da = 4 (power rule)\ndz/dw = x = 2 [by definition]",
        "dL/da = 4 (exactly)\ndz/dw = x = 2 (as w = 3 and x = 2)",
        "(chain rule) dL/da = 4\n(the other one) dz/dw = x = 2",
        "dL/da = 4  # the loss\n# and the sum\ndz/dw = x = 2  #done",
        "# Backward\ndL/da = 4\n**Chain**\n```\n`dz/dw = x = 2` ✓\n```",
        "Backward:\ndL/da = 4\nthe rest:\ndz/dw = x = 2",
        "% a comment of LaTeX\ndL/da = about 4\ndz/dw = x, which is 2",
        "we know that dL/da = 4, and we also know that dz/dw = x = 2, which is the slope of the sum",
        "The local slope of this layer is known: dL/da = 4. With the other we find dz/dw = x = 2.",
        "so the first slope is dL/da = 4 and the other is dz/dw = x = 2",
        r"dL/da = 4 \quad\text{ and so }\quad dz/dw = x = 2",
        r"dL/da &= 4 \tag{1} \label{eq} \\[4pt] dz/dw &= x \\ &= 2",
        r"\begin{align*} dL/da &= 4, & dz/dw &= x \\ & = 2 \end{align*}",
        "\\begin{aligned}[t]\ndL/da &= 4 \\\\\ndz/dw &= x \\\\\n&= 2\n\\end{aligned}",
        r"dL/da \big|_{a=7} = 4; \left. dz/dw \right|_{w = 3} = x = 2",
    ],
)
def test_words_around_equations_are_left_out(text: str) -> None:
    assert members(text) == CHAIN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so = 3", [["so", "3"]]),  # what stands like a name is one
        ("it = 2·total", [["it", "2·total"]]),
        ("z = step", [["z", "step"]]),
        ("z = 3 by", [["z", "3"]]),
        ("z = 2 step", [["z", "2 step"]]),
        ("so_1 = 3", [["so_1", "3"]]),
        ("z = (so)", [["z", "(so)"]]),
        ("z = 1 if x > 0 and w > 0 else 0", [["z", "1 if x > 0 and w > 0 else 0"]]),
        (r"z = \begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}", None),
        (r"dL/da = 4 \text{ so z}", [["dL/da", r"4 \text{ so z}"]]),
        ("dL/da = 4 (loss)", [["dL/da", "4 (loss)"]]),  # loss is known
        ("dL/da = 4 (w x)", [["dL/da", "4 (w x)"]]),
        ("dL/da = 4 (guess)", [["dL/da", "4 (guess)"]]),
        ("z = 7. ", [["z", "7"]]),
        (r"z = \boxed{7}", [["z", "7"]]),
    ],
)
def test_what_stands_like_a_name_is_no_joining_word(text: str, expected: list[list[str]] | None) -> None:
    found = members(text)
    assert found == (expected or [["z", text.removeprefix("z = ")]])


def test_a_known_name_is_no_joining_word() -> None:
    (statement,) = read("so x = 4", {"so", "x"}.__contains__).statements
    assert statement.members[0].text == "so x"


@pytest.mark.parametrize(
    "text", ["When w = 5 we would get dL/dw = 24", "If it were larger by one, dL/dw = 24 might be right"]
)
def test_an_equation_among_other_words_is_not_read(text: str) -> None:
    with pytest.raises(UsageError, match="an equation stands on a line of its own, without other words"):
        read(text, NUMBERS.__contains__)


@pytest.mark.parametrize("word", sorted(JOINING))
def test_no_joining_word_changes_what_an_equation_says(word: str) -> None:
    if word not in NUMBERS:
        assert members(f"so {word}, z = 7") == [["z", "7"]]
        assert members(f"z = 7 so {word}") == [["z", "7"]]


@given(st.lists(st.sampled_from(sorted(JOINING - set(NUMBERS))), max_size=6))
def test_runs_of_words_part_two_equations(words: list[str]) -> None:
    assert members(" ".join(["z = 7 so", *words, "that x = 2"])) == [["z", "7"], ["x", "2"]]


@pytest.mark.parametrize("text", ["dL_dw", "dLdw", "∇_w L", r"\nabla_w L", r"\nabla_{w} L", "d\\mathcal{L}/dw"])
def test_derivatives_as_programs_and_books_have_them(text: str) -> None:
    (statement,) = read(f"{text} = 8", {"L", "w"}.__contains__).statements
    term = statement.members[0].term
    assert isinstance(term, Derivative)
    assert (term.of, term.wrt, term.order) == ("L", "w", 1)


@pytest.mark.parametrize("text", ["dL_dq", "dLdq", "d_dw", "dadd", "dw", "d" + "L" * 80 + "dw"])
def test_what_only_looks_like_a_derivative_is_a_name(text: str) -> None:
    (statement,) = read(f"{text} = 8", {"L", "w", "a"}.__contains__).statements
    assert isinstance(statement.members[0].term, Symbol)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("w_{t+1} = w_t", ["w_t+1", "w_t"]),
        ("w_(t+1) = w_t", ["w_t+1", "w_t"]),
        ("w^{(t+1)} = w^{(t)}", ["w_t+1", "w_t"]),
        ("w^(t+1) = w^(t)", ["w_t+1", "w_t"]),
        (r"w_{\text{new}} = w_{\text{old}}", ["w_new", "w_old"]),
    ],
)
def test_indices_of_steps_belong_to_the_name(text: str, names: list[str]) -> None:
    (statement,) = read(text, {"w", "L"}.__contains__).statements
    terms = [member.term for member in statement.members]
    assert [term.name for term in terms if isinstance(term, Symbol)] == names


@pytest.mark.parametrize("text", ["w^{(t)}", "w^{(x+2)}", "w^{(x+1}", "q^{(x)}"])
def test_an_exponent_that_is_no_step_is_an_exponent(text: str) -> None:
    known = {"w", "t"}.__contains__
    try:
        (statement,) = read(text, known).statements
    except UsageError:
        return
    assert isinstance(statement.members[0].term, Power)


def test_factors_side_by_side_are_factors() -> None:
    def factors(text: str) -> list[str]:
        (statement,) = read(text, NUMBERS.__contains__).statements
        return [factor.text for factor in statement.members[0].addends[0]]

    assert factors(r"(a-y)\, w (1-b^2) x") == ["(a-y)", "w", "(1-b^2)", "x"]
    assert factors("4(1)(3)") == ["4", "1", "3"]
    assert factors("(2wx)·b") == ["(2wx)", "b"]
    assert factors("2(a-y)·x") == ["2(a-y)", "x"]
    assert factors("wx^2") == ["wx^2"]


def test_an_assignment_is_marked() -> None:
    for sign in (":=", "≔", r"\coloneqq"):
        (statement,) = read(f"w {sign} 3").statements
        assert statement.is_assigned
        assert not statement.is_update


def test_what_stands_below_something_else_is_kept() -> None:
    (statement,) = read(r"z = \underset{x}{3}").statements
    assert {one.name for one in walk(statement.members[1].term) if isinstance(one, Symbol)} == {"underset", "x"}


def test_an_index_alone_is_no_factor() -> None:
    (statement,) = read("w_t", {"w", "t", "_t"}.__contains__).statements  # a graph takes _t for t
    assert isinstance(statement.members[0].term, Symbol)
