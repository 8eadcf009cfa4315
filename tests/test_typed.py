"""Programs typed as text: Python's arithmetic and no more, errors that point at the place, nothing that breaks it."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import AutogradError, Value, typed
from autograd_scalar.errors import DivisionError, DomainError, UsageError
from autograd_scalar.explain import explain
from autograd_scalar.ops import table
from autograd_scalar.typed import LONGEST, evaluate, parse


def number(text: str, **names: float) -> float:
    return evaluate(text, names).result.data


def test_the_steps_bear_their_names() -> None:
    made = evaluate("z = w*x + b; a = relu(z); (a - y)**2", w=3, x=2, b=1, y=5)
    assert {name: node.data for name, node in made.names.items()} == {"w": 3, "x": 2, "b": 1, "y": 5, "z": 7, "a": 7}
    assert "dL/da = 2(a − y) = 2·(7 − 5) = 4" in str(explain(made.result, made.names["w"]))
    assert parse("z = w*x + b\nz**2").inputs == ("w", "x", "b")


@given(
    st.recursive(
        st.sampled_from(["x", "y", "2", "0.5", "3e0"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join),
            inner.map("({})".format),
            inner.map("-{}".format),
            inner.map("+{}".format),
            inner.map("{} ** 2".format),
            inner.map("2 ** -{}".format),
            inner.map("abs({})".format),
        ),
        max_leaves=12,
    )
)
def test_it_means_what_python_means(text: str) -> None:
    x, y = 1.25, -0.75
    code = compile(text, "<test>", "eval")
    try:
        expected = eval(code, {"x": Value(x), "y": Value(y), "abs": abs})
    except (ArithmeticError, ValueError):
        with pytest.raises(AutogradError):
            evaluate(text, {name: one for name, one in (("x", x), ("y", y)) if name in text})
        return
    if isinstance(expected, complex):
        return
    found = evaluate(text, {name: one for name, one in (("x", x), ("y", y)) if name in text})
    wanted = expected.data if isinstance(expected, Value) else float(expected)
    assert found.result.data == pytest.approx(wanted, rel=1e-15, abs=0, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2**3**2", 512.0),
        ("2^3", 8.0),
        ("-2**2", -4.0),
        ("-2²", -4.0),
        ("x² · 3 − 1", 11.0),
        ("x⁻¹", 0.5),
        ("σ(0)", 0.5),
        ("x₁ = 3; x1 + x", 5.0),
        ("pi", math.pi),
        ("x.relu().pow(3)", 8.0),
        ("leaky_relu(-x, slope=0.5)", -1.0),
        ("clip(x, low=-1, high=1)", 1.0),
        ("clip(x, -1, 1)", 1.0),
        ("dot([x, 1], [3, x], b=1)", 9.0),
        ("dot([x, 1], [3, x])", 8.0),
        ("sum([x, 1, 2])", 5.0),
        ("sum(x, 1, 2)", 5.0),
        ("where(x > 1, x, 0)", 2.0),
        ("where(x*2 <= 1 + 1, x, 0)", 0.0),
        ("max(x,\n  3)", 3.0),
        ("x = x*x  # the square\n\n x + 1;", 5.0),
        ("(\n x +\n 1\n)", 3.0),
        ("2x", 4.0),
        ("-2x² - 3(x + 1)", -17.0),
        ("3*2x - 0.5exp(0)", 11.5),
        ("where(2x > 3, 2.5x.relu(), 0)", 5.0),
        ("sum([2x, -3(2)])", -2.0),
    ],
)
def test_what_can_be_written(text: str, value: float) -> None:
    asked = parse(text).inputs
    assert number(text, **({"x": 2.0} if "x" in asked else {})) == value


def test_every_row_can_be_called() -> None:
    for row in table.values():
        arguments = ["[x, 0.5]" if one.kind == "sequence" else "x" for one in row.operands if one.default is None]
        arguments += [f"{one.name}=0.5" for one in row.arguments if one.kind == "parameter" and one.default is None]
        made = evaluate(f"{row.name}({', '.join(arguments)})", x=1.5 if row.name == "acosh" else 0.75)
        assert row.name == made.result.op or row.form == "same"


def test_names_move_on() -> None:
    made = evaluate("x = x*x; y = x; k = 3; x*k", x=2)
    assert [made.names[name].data for name in ("x", "k")] == [4.0, 3.0]
    assert made.names["y"] is made.names["x"]
    assert made.names["x"].parents[0].label == ""


ERRORS = [
    ("rleu(x)", "there is no function 'rleu'; did you mean relu?", 0),
    ("1 + qqqq(2)", "there is no function 'qqqq'", 4),
    ("1 + ln(2)", "there is no function 'ln'; the natural logarithm is log", 4),
    ("1 + e^2", "e has no number; give e=…, or write exp(x) for a power of e", 4),
    ("2 x", "no operator between 2 and x", 2),
    ("1/2x", "no operator between 2 and x", 3),
    ("3**2(x)", "no operator between 2 and (", 4),
    ("x^-2x", "no operator between 2 and x", 4),
    ("6/-2x", "no operator between 2 and x", 4),
    ("2 3", "no operator between 2 and 3", 2),
    ("1 +", "ends where a number or a name is expected", 3),
    ("(1", "bracket ( that opens here is not closed", 0),
    ("sum([1, 2", "bracket [ that opens here is not closed", 4),
    ("1)", "this ) closes nothing", 1),
    ("(1]", "this ] closes nothing", 2),
    ("1 @ 2", "'@' is no part of a formula", 2),
    ("1 % 2", "'%' is no part of a formula", 2),
    ("relu()", "relu is called as relu(x)", 0),
    ("1 + hypot(1)", "hypot is called as hypot(x, y)", 4),
    ("clip(1)", "clip is called as clip(x, low, high)", 0),
    ("leaky_relu(1, slop=2)", "has no parameter 'slop'; it has slope", 14),
    ("leaky_relu(1, slope=2, slope=2)", "slope is given twice", 23),
    ("clip(1, low=2, 3)", "an argument needs its name too", 15),
    ("1 > 2", "a comparison is a choice", 2),
    ("where(1 < 2 < 3, 1, 2)", "a comparison is a choice", 12),
    ("a[0]", "there is no indexing here", 1),
    ("[1]", "a list can only be an argument", 0),
    ("sum([[1]])", "a list can only be an argument", 5),
    ("sum([])", "this list is empty", 4),
    ("1, 2", "a comma stands between the arguments", 1),
    ("(1, 2)", "a comma stands between the arguments", 2),
    ("relu(1,)", "an argument is missing", 7),
    ("1 + = 2", "'=' stands where a number or a name is expected", 4),
    ("1 = 2", "only a name can be given a value", 2),
    ("2*x = 3", "a name is given its value at the beginning of a statement", 4),
    ("x²⁻³", "'²⁻³' is no exponent", 1),
    ("1e999", "larger than the largest float", 0),
    ("x.data", "is a call, such as z.relu()", 2),
    ("__import__('os')", "is no part of a formula", 11),
    ("softmax(1)", "it gives several numbers", 0),
    ("1\n2 +\n3", "ends where a number or a name is expected", 3),
    ("y + 1", "y has no number; give y=…", 0),
]


@pytest.mark.parametrize(("text", "problem", "column"), ERRORS)
def test_errors_mark_the_place(text: str, problem: str, column: int) -> None:
    with pytest.raises(UsageError) as caught:
        evaluate(text)
    message, line, caret = str(caught.value).split("\n")
    assert problem in message
    assert caret == " " * (4 + column) + "^"
    assert line[4:] in text


def test_refusals_of_operations_mark_the_place_too() -> None:
    with pytest.raises(DomainError) as domain:
        evaluate("1 + log(x)", x=-1)
    assert str(domain.value).endswith("\n    1 + log(x)\n        ^")
    with pytest.raises(DivisionError) as division:
        evaluate("y = 2; y/0")
    assert str(division.value).endswith("^")


def test_a_long_line_is_shown_around_the_place() -> None:
    with pytest.raises(UsageError) as caught:
        evaluate("1 + " * 300 + "&" + " + 1" * 300)
    _, line, caret = str(caught.value).split("\n")
    assert len(line) < 90
    assert line[len(caret) - 1] == "&"


def test_numbers_for_names_that_are_not_asked_for() -> None:
    with pytest.raises(UsageError, match="q is given a number, but the program does not ask for it; it asks for x"):
        evaluate("x + 1", x=1, q=2)
    with pytest.raises(UsageError, match=r"x: '1' .* is not a real number"):
        evaluate("x + 1", {"x": "1"})  # type: ignore[dict-item]  # the point
    with pytest.raises(UsageError, match="there is no formula here"):
        evaluate(" ; ")


ALPHABET = "xy12.e+-*/^()[],;=<>! \n\t#²⁻·σ_'\"\\%relusumdotpw0\x00é𝟙"


@given(st.one_of(st.text(ALPHABET, max_size=60), st.text(max_size=40)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        program = parse(text)
        program.run(dict.fromkeys(program.inputs, 0.5))
    except AutogradError as error:
        assert str(error)  # noqa: PT017  # whatever the kind, it says something


HOSTILE = ["(", "-", "relu(", "2**", "sum([", "x.", "(x+", "((", "1;", "x.relu()", "[", "²", "where(x<", "|"]


@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_depth_is_no_recursion(part: str) -> None:
    closing = {"(": ")", "relu(": ")", "sum([": "])", "(x+": ")", "((": "))"}.get(part, "")
    count = (LONGEST - 1) // (len(part) + len(closing))
    text = part * count + "x" + closing * count
    try:
        result = parse(text[:LONGEST]).run({"x": 0.0}).result
    except AutogradError:
        return
    str(explain(result))


def test_the_length_is_limited() -> None:
    with pytest.raises(UsageError, match="10,001 characters"):
        parse("1" * (LONGEST + 1))


def test_nothing_is_ever_given_to_python() -> None:
    tree = ast.parse(Path(typed.__file__).read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile", "__import__"}


def test_names_written_side_by_side_may_be_a_product() -> None:
    with pytest.raises(UsageError, match=r"wx1 has no number; give wx1=…, or did you mean w\*x1\?"):
        evaluate("wx1 + b", w=3, x1=2, b=1)
    with pytest.raises(UsageError, match=r"give wz=…\n"):
        evaluate("wz + b", w=3, b=1)
