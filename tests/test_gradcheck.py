"""The checker is checked: it passes what is right at thousands of points, and rejects what is wrong by a thousandth."""

# What types forbid is tried here too:
# mypy: disable-error-code="arg-type, attr-defined, no-any-return, no-untyped-call, no-untyped-def"
# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202, ANN204, ARG005, PLW0108  # functions as users write them

from __future__ import annotations

import builtins
import itertools
import math
import random
from collections import OrderedDict, defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_scalar import AutogradError, DomainError, UsageError, Value, functions, nn, op
from autograd_scalar.functions import dot, exp, log, log1p, relu, sin, sqrt
from autograd_scalar.graph import topological_order
from autograd_scalar.ops import Row, table
from autograd_scalar.testing import GradientError, Graph, gradcheck, graphs
from autograd_scalar.testing.rules import wrong_partials, wrong_second_partials
from autograd_scalar.testing.slopes import _digits_left
from autograd_scalar.validation import intervals

pytestmark = pytest.mark.once

ROWS = [row for row in table.values() if row.built_in]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def verdict(f: Any, *args: Any, **options: Any) -> str:
    return gradcheck(f, *args, raises=False, **options).verdict


def tame(row: Row, rng: random.Random) -> Any:
    """A node of a row at numbers of moderate size, inside its domain."""
    ends = {name: (low, high) for name, low, high in intervals(row)}
    while True:
        operands: list[Any] = []
        for argument in row.operands:
            low, high = ends.get(argument.name, (-2.0, 2.0))
            low, high = max(low, -2.0), high if high < 2 else 2.0
            draw = [Value(rng.uniform(low, high)) for _ in range(3)]
            if row.form == "select" and not operands:
                draw = [Value(rng.choice((0.0, 1.0)))]
            operands.append(draw if argument.kind == "sequence" else draw[0])
        fixed = {"low": -1.5, "high": 1.5}
        parameters = {a.name: fixed.get(a.name, 0.3) for a in row.arguments if a.kind == "parameter"}
        try:
            node = getattr(functions, row.name)(*operands, **parameters)
            if all(map(math.isfinite, node.partials())):
                return node
        except AutogradError:
            continue


def with_partials(row: Row, partials: list[str], name: str) -> Row:
    """The row under another name, and with other partials."""
    signature = name + row.signature[len(row.name) :]
    facts = {"given": row.given_text, "domain": row.domain, "poles": row.poles, "kinks": row.kinks}
    return op(signature, row.value, *partials, **facts, form=row.form if row.form == "select" else "call")


NAMES = (f"mistaken_{n}" for n in itertools.count())

# ---------------------------------------------------------------------------------------- no alarm where all is right


@each_row
def test_no_rule_of_the_table_is_called_wrong(row: Row) -> None:
    rng = random.Random(row.name)
    for _ in range(5):
        node = tame(row, rng)
        assert not list(wrong_partials(node))
    assert not list(wrong_second_partials(tame(row, rng)))


@each_row
def test_no_rule_is_called_wrong_far_out(row: Row) -> None:
    from test_accuracy import points

    for point in points(row, settings().max_examples * 6 // 10):
        operands = [[*map(Value, x)] if isinstance(x, list) else Value(x) for x in point.operands]
        try:
            node = getattr(functions, row.name)(*operands, **point.parameters)
        except AutogradError:
            continue
        assert not [str(wrong) for wrong in wrong_partials(node)]


@given(graphs())
def test_random_graphs_pass(graph: Graph) -> None:
    result = gradcheck(graph, raises=False)
    assert result or result.verdict in ("kink", "not differentiable", "non-finite")
    graph.result.backward()
    if result.verdict == "pass":
        assert [slope.engine for slope in result.slopes] == [leaf.grad for leaf in graph.used]


# -------------------------------------------------------------------------------------------------------- wrong rules

CHANGES = {
    "a thousandth too large": "1.001 * ({})",
    "a millionth too large": "1.000001 * ({})",
    "a thousandth too small": "0.999 * ({})",
    "of the other sign": "-({})",
    "dropped": "0 * ({})",
}


@pytest.mark.slow
@each_row
@pytest.mark.parametrize("change", CHANGES)
def test_a_wrong_partial_is_named(row: Row, change: str) -> None:
    for place, text in enumerate(row.partials):
        partial = text.replace("others(x)", "z / x")  # an expression of one element, as other partials are
        if "nothing" in partial and place == 0:
            continue
        wrong = partial.replace("1 if", "1.001 if") if "nothing" in partial else CHANGES[change].format(partial)
        wrong = wrong.replace("else 1", "else 1.001") if "nothing" in partial else wrong
        partials = [wrong if other == place else own for other, own in enumerate(row.partials)]
        mistaken = with_partials(row, partials, next(NAMES))
        rng = random.Random(1)
        name = row.operands[place].name
        for _ in range(50):
            node = tame(mistaken, rng)
            found = {one.argument.partition("[")[0] for one in wrong_partials(node)}
            assert found <= {name}
            if found:
                break
        assert found == {name}
        del table[mistaken.name]


def test_a_rule_that_is_wrong_beyond_some_point_is_found_beyond_it() -> None:
    op("late(x)", "sin(x)", "cos(x) if x < 2 else 1.001 * cos(x)")
    assert gradcheck(functions.late, 1.9)
    assert verdict(functions.late, 2.5) == "wrong rule"
    op("huge(x)", "x * x", "2 * x if x < 1e150 else 2.002 * x")
    op("tiny(x)", "x * x", "2 * x if x > 1e-100 else 2.002 * x")
    assert [verdict(functions.huge, x) for x in (1e149, 1e151)] == ["pass", "wrong rule"]
    assert [verdict(functions.tiny, x) for x in (1e-99, 1e-101)] == ["pass", "wrong rule"]


SMOOTH = [
    row for row in ROWS if len(row.operands) == 1 and row.operands[0].kind == "scalar" and len(row.arguments) == 1
]


@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: row.name)
def test_a_rule_that_is_wrong_at_second_order_only_is_named(row: Row) -> None:
    op("unlike(x)", "x", "1.001")  # as a number right, as a formula wrong
    mistaken = with_partials(row, [f"unlike({row.partials[0]})"], "second_only")
    rng = random.Random(2)
    nodes = [tame(mistaken, rng) for _ in range(5)]
    assert not any(list(wrong_partials(node)) for node in nodes)
    found = [one for node in nodes for one in wrong_second_partials(node)]
    (slopes,) = [node.partials()[0] for node in nodes[:1]]
    is_straight = all(node.partials()[0] == slopes for node in nodes) or row.kinks
    assert is_straight or {(one.op, one.order) for one in found} == {("second_only", 2)}


def test_forward_mode_is_quoted_only_where_it_speaks_of_the_rule_alone() -> None:
    bad = op("wrongone(x)", "x**3 * exp(x)", "3*x**2*exp(x)")
    alone, with_more = (str(gradcheck(f, 0.7, raises=False)) for f in (bad, lambda x: bad(x) * 2 + x))
    assert alone.endswith("(Forward mode also says 2.96021648: it reads the same row.)")
    assert with_more == alone.replace("also says 2.96021648", "agrees with the engine")


def test_gradcheck_of_second_order_names_the_rule() -> None:
    op("unlike(x)", "x", "1.001")
    bent = op("bent(x)", "sin(x)", "unlike(cos(x))")
    assert gradcheck(lambda x: bent(x), 1.3)
    result = gradcheck(lambda x: bent(x), 1.3, order=2, raises=False)
    assert (result.verdict, result.wrong_rules[0].order) == ("wrong rule", 2)
    assert "rule 'bent': the derivative of its partial for x, “unlike(cos(x))”, says −0.964521743" in str(result)
    assert gradcheck(lambda x, y: sin(x * y) * x, 1.3, 0.4, order=2).verdict == "pass"
    late = op("late_bend(x)", "sin(x)", "cos(x) if x < 2 else unlike(cos(x))")
    places = [0.1, 0.2, 0.3, 0.4, 0.5, 2.5]  # of so many alike not every one is differentiated twice
    result = gradcheck(lambda *xs: functions.sum([late(x) for x in xs]), *places, order=2, raises=False)
    assert "rule 'unlike': its partial for x, “1.001”" in str(result)
    assert str(result).endswith("The second derivatives of f use it.")


def test_second_order_at_the_end_of_a_domain_and_at_a_kink() -> None:
    assert gradcheck(lambda x: x**2.5, 0.0, order=2).verdict == "pass"
    result = gradcheck(lambda x: x * relu(x), 0.0, order=2)
    assert result.verdict == "kink"
    assert "relu at x = 0: left slope 0, right slope 2, central difference 1, engine 0" in str(result)
    assert [slope.name for slope in result.slopes] == ["df/dx", "d²f/dx²"]


def test_a_pass_that_overwrites_is_not_believed(monkeypatch: Any) -> None:
    def overwriting(self: Value) -> None:
        self.grad = 1.0
        for node in reversed(topological_order(self)):
            for parent, partial in zip(node.parents, node.partials(), strict=True):
                parent.grad = node.grad * partial

    assert gradcheck(lambda x: x * 3 + x * 5, 2.0)
    monkeypatch.setattr(Value, "backward", overwriting)
    result = gradcheck(lambda x: x * 3 + x * 5, 2.0, raises=False)
    assert result.verdict == "wrong"
    assert "by the backward pass, and 8 by forward mode" in str(result)
    lying = op("lying_twice(x)", "x * x", "3 * x")
    assert str(gradcheck(lambda x: lying(x) + x * 5, 2.0, raises=False)).endswith(
        "its values say 4."
    )  # no more is said


def test_where_directions_are_many_forward_mode_goes_in_one(monkeypatch: Any) -> None:
    def f(x, y):
        return [x * y, sin(x) * x]

    one_by_one = gradcheck(f, 1.3, 0.4)
    monkeypatch.setattr("autograd_scalar.testing.slopes.DIRECTIONS", 0)
    assert gradcheck(f, 1.3, 0.4).slopes == one_by_one.slopes
    monkeypatch.setattr("autograd_scalar.testing.slopes.engine_slopes", lambda _: [[0.4, 1.3], [1.0, 0.0]])
    result = gradcheck(f, 1.3, 0.4, raises=False)
    assert result.verdict == "wrong"
    assert "forward mode says 1.31" in str(result)


def test_a_graph_that_is_wrong_is_not_believed(monkeypatch: Any) -> None:
    from autograd_scalar import transforms

    right = transforms.gradients
    monkeypatch.setattr(
        "autograd_scalar.testing.trial.gradients", lambda L, wrt: [1.001 * one for one in right(L, wrt)]
    )
    assert verdict(sin, 1.3) == "pass"
    assert verdict(sin, 1.3, order=2) == "wrong"


# ----------------------------------------------------------------------------------------------- what a person reads


def g(x):
    return sin(x)


def open_relu(x):
    z = x * 1.0
    return z.relu()


def test_a_pass_says_where() -> None:
    def many(v: Any, k: float = 1.0) -> Any:
        return v[0] * v[1] * v[2] * v[3] * v[4] * k

    def both(x: Any, y: Any) -> Any:
        return x * y + sin(x)

    start = "pass   2 slopes at x = 1.3, y = 2; the least certain is dboth/dx = 2.26749882862: the best of 12 "
    assert str(gradcheck(both, 1.3, 2)).startswith(start)
    assert " at v[0] = 1, v[1] = 2, v[2] = 3, v[3] = 4, v[4] = 5; " in str(gradcheck(many, [1, 2, 3, 4, 5]))
    assert " at v[0] = 1, v[1] = 2, v[2] = 3, v[3] = 4 and 2 more; " in str(gradcheck(many, [1, 2, 3, 4, 5], 0.5))
    assert str(gradcheck(sin, 1.3, order=2)).count(" at x = 1.3") == 1  # the second derivative is taken there too


def test_the_texts_of_the_three_examples() -> None:
    shown = str(gradcheck(g, 1.3))
    assert shown.startswith(
        "pass   dg/dx = 0.267498828624587 at x = 1.3; the best of 12 numerical steps (6.1e-06) differs by "
    )
    assert float(shown.rpartition(" ")[2]) < 1e-11
    assert str(gradcheck(open_relu, 0.0)) == (
        "kink   relu at z = 0: left slope 0, right slope 1, central difference 0.5, engine 0 (its stated convention). "
        "Not an error."
    )
    cube = op("lying_cube(x)", "x**3", "x**3")

    def lying(x):
        return cube(x)

    with pytest.raises(GradientError) as caught:
        gradcheck(lying, 2.0)
    assert str(caught.value) == (
        "WRONG  rule 'lying_cube': its partial for x, “x**3”, says 8 at x = 2; its values say 12. "
        "(Forward mode also says 8: it reads the same row.)"
    )
    assert isinstance(caught.value, AssertionError)
    assert isinstance(caught.value, AutogradError)
    assert caught.value.result.wrong_rules[0].op == "lying_cube"


def test_it_is_quiet(capsys: Any) -> None:
    assert gradcheck(g, 1.3)
    assert capsys.readouterr() == ("", "")


def if_positive(x):
    return x if x > 0 else x + 1


def if_absolute(x):
    return x if x > 0 else -x


def seven_sines(x):
    for _ in range(7):
        x = sin(100 * x)
    return x


VERDICTS: dict[str, tuple[Any, tuple[Any, ...], str, bool, str]] = {
    "abs": (lambda x: abs(x), (0.0,), "kink", True, "left slope −1, right slope 1, central difference 0, engine 0"),
    "a tie": (lambda x: x.max(x**2), (1.0,), "kink", True, "left slope 1, right slope 2"),
    "two kinks": (lambda x: relu(x) - relu(-x), (0.0,), "kink", False, "none of the slopes between"),
    "Python's if": (if_absolute, (0.0,), "kink", True, "a Python if, max() or abs()"),
    "Python's max": (lambda x, y: max(x, y), (2.0, 2.0), "kink", True, "left slope 0, right slope 1"),
    "near a kink": (lambda x: relu(x - 1), (1 + 1e-9,), "pass", True, "df/dx = 1"),
    "nearer": (lambda x: relu(x), (-1e-15,), "pass", True, "df/dx = 0"),
    "one side only": (lambda x: abs(x) + x**1.5, (0.0,), "kink", False, "abs at x = 0: right slope 1, engine 0"),
    "one side as the row says": (lambda x: relu(-x) + x**1.5, (0.0,), "kink", True, "right slope 0, engine 0. Not an"),
    "branches that meet": (lambda x: x * x if x > 1 else 2 * x - 1, (1.0,), "pass", True, "df/dx = 2"),
    "a jump": (if_positive, (0.0,), "not differentiable", False, "jumps at x = 0"),
    "a root": (lambda x: sqrt(x), (0.0,), "not differentiable", False, "infinite slope at x = 0"),
    "a cube root": (lambda x: x.cbrt(), (0.0,), "not differentiable", False, "infinite slope"),
    "cancellation": (
        lambda x: (x + 1e16) - 1e16,
        (1.3,),
        "cancellation",
        True,
        "0 of its 16 digits left after x + 10¹⁶ − 10¹⁶",
    ),
    "some cancellation": (lambda x: (x + 1e8) - 1e8, (1.3,), "pass", True, "df/dx = 1"),
    "fast": (lambda x: sin(x * 1e15), (1.0,), "cancellation", True, "magnifies relative errors"),
    "faster": (lambda x: sin(x * 1e25), (0.0,), "scale", True, "cannot tell df/dx = 10²⁵"),
    "bit by bit": (seven_sines, (1.0,), "cancellation", True, "4 of its 16 digits left: too few"),
    "fast at 0": (lambda x: sin(x * 1e15), (0.0,), "pass", True, "df/dx = 10¹⁵"),
    "data": (lambda x: x * x.data, (3.0,), "gradient lost", False, "given the plain number 3, which changes with x"),
    "all data": (lambda x: exp(x.data), (3.0,), "gradient lost", False, "plain number that changes with x"),
    "a copy": (lambda x: Value(x.data) * 2, (3.0,), "gradient lost", False, "which changes with x"),
    "data at a kink": (
        lambda x: Value(abs(x.data) + 2 * x.data) + 0 * x,
        (0.0,),
        "gradient lost",
        False,
        "given the plain number 0",
    ),
    "data near an if": (
        lambda x: x * x.data if x < 3.001 else sin(x),
        (3.0,),
        "gradient lost",
        False,
        "given the plain number 3, which changes with x",
    ),
    "data in a narrow place": (
        lambda x: Value(math.sqrt(1e-8 - (x.data - 1) ** 2)),
        (1.00003,),
        "gradient lost",
        False,
        "f changes with x, but no operation in its graph uses x",
    ),
    "float": (lambda x: math.exp(x), (3.0,), "gradient lost", False, "exp(v) and v.exp() keep the gradient"),
    "lost when large": (lambda x: (x + x.data) * 1e3 + 1e12, (3.0,), "gradient lost", False, "changes with x"),
    "infinite": (lambda x: exp(x) * math.inf, (3.0,), "non-finite", False, "f is ∞"),
    "NaN": (lambda x: x * math.nan, (3.0,), "non-finite", False, "f is NaN"),
    "too much flows back": (
        lambda x: x * 1e-300 * 1e200 * 1e200,
        (1.3,),
        "non-finite",
        False,
        "df/dx is ∞ at x = 1.3. Every partial is finite, but what flows back is ∞ at 10⁻³⁰⁰·x",
    ),
    "too much times nothing": (
        lambda x: x * 0 * 1e200 * 1e200,
        (1.3,),
        "non-finite",
        False,
        "df/dx is NaN at x = 1.3. Every partial is finite, but what flows back is ∞ at 0·x",
    ),
    "a constant": (lambda x: 3.0, (1.0,), "pass", True, "df/dx = 0"),
    "flat": (lambda x: x * 0.0, (1.0,), "pass", True, "df/dx = 0"),
    "saturated": (lambda x: x.tanh(), (30.0,), "pass", True, "10⁻²⁶"),
    "tiny x": (lambda x: (x - 1) ** 2, (1e-20,), "pass", True, "df/dx = −2"),
    "tiny scale": (lambda x: log(x), (1e-20,), "pass", True, "df/dx = 10²⁰"),
    "huge": (lambda x: exp(x), (700.0,), "pass", True, "·10³⁰⁴"),
    "small": (lambda x: x * 1e-300, (1.0,), "pass", True, "df/dx = 10⁻³⁰⁰"),
    "near an edge": (lambda x: log1p(x), (-1 + 1e-9,), "pass", True, "df/dx = "),
    "at an edge": (lambda x: x**1.5, (0.0,), "pass", True, "df/dx = 0"),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_a_verdict_and_its_reason(case: str) -> None:
    f, args, expected, passed, words = VERDICTS[case]
    result = gradcheck(f, *args, raises=False)
    assert (result.verdict, bool(result)) == (expected, passed), result
    assert words in str(result)
    if not passed:
        with pytest.raises(GradientError):
            gradcheck(f, *args)


def test_an_unstated_kink_is_a_kink() -> None:
    op("hinged(x)", "x if x > 0 else 0 - x", "1 if x > 0 else -1")
    assert "states no kink" in str(gradcheck(functions.hinged, 0.0))
    op("mishinged(x)", "x if x > 0 else 0 - x", "1 if x > 0 else -2")
    assert verdict(functions.mishinged, 0.0) == verdict(functions.mishinged, -1.0) == "wrong rule"


def test_a_row_without_a_slope_where_it_has_a_value() -> None:
    op("entropy(x)", "x * log(x) if x > 0 else 0", "log(x) + 1", domain="x >= 0")
    result = gradcheck(functions.entropy, 0.0, raises=False)
    assert result.verdict == "non-finite"
    assert "entropy(x) cannot be computed at x = 0" in str(result)
    with pytest.raises(GradientError, match=r"at xs\[40\] = 0"):  # of so many alike the last ones are not looked at
        gradcheck(lambda *xs: functions.sum([functions.entropy(x) for x in xs]), *[1.0] * 40, 0.0)
    op("bulk(x)", "x * x * log(x) / 2 - x * x / 4 if x > 0 else 0", "entropy(x)", domain="x >= 0")
    assert gradcheck(functions.bulk, 0.0)
    assert verdict(functions.bulk, 0.0, order=2) == "non-finite"
    op("overflowing(x)", "x * x", "2 * x * x * x / (x * x)")
    assert (
        "is ∞ at x = 10¹²⁰; differences say 2·10¹²⁰. The first partial that is not finite is that of L = overflowing(x)"
    ) in str(gradcheck(functions.overflowing, 1e120, raises=False))


def test_what_a_difference_magnifies_is_wrong_though_no_rule_is() -> None:
    """A rule may be off by less than the tolerance, and a difference of two near numbers makes that visible."""
    nearly = op("nearly_square(x)", "x * x", "2 * x * (1 + 8e-10)")
    assert gradcheck(nearly, 1.0)
    result = gradcheck(lambda x: nearly(x) - 0.999 * x * x, 1.0, raises=False)
    assert result.verdict == "wrong"
    assert "df/dx is 0.0020000016 by the engine; differences say 0.002 " in str(result)


LOSING: dict[str, tuple[Any, Any]] = {  # with their slopes beside 0, from the series
    "(1 − cos x)/x²": (lambda x: (1 - x.cos()) / x**2, lambda x: -x / 12),
    "(exp x − 1)/x": (lambda x: (exp(x) - 1) / x, lambda x: 1 / 2 + x / 3),
    "expm1(x)/x": (lambda x: x.expm1() / x, lambda x: 1 / 2 + x / 3),
    "(√(1 + x) − 1)/x": (lambda x: (sqrt(1 + x) - 1) / x, lambda x: -1 / 8 + x / 8),
    "log(1 + x)/x": (lambda x: log(1 + x) / x, lambda x: -1 / 2 + 2 * x / 3),
    "(x − sin x)/x³": (lambda x: (x - sin(x)) / x**3, lambda x: -x / 60),
}


@pytest.mark.parametrize("name", LOSING)
def test_a_slope_that_its_own_arithmetic_has_lost_is_not_trusted(name: str) -> None:
    """Every rule is right, and both modes may agree: larger steps tell the slope, or that nothing can."""
    f, slope = LOSING[name]
    verdicts = set()
    for exponent in range(2, 16):
        x = 10.0**-exponent
        result = gradcheck(f, x, raises=False)
        off = abs(result.slopes[0].engine / slope(x) - 1)
        assert not result or off < 1e-2, (x, result)
        if not result:
            verdicts.add(result.verdict)
            assert "The rules are right, the arithmetic cancels: digits are lost in " in str(result)
    assert verdicts == {"cancellation"}


def test_a_lost_slope_is_told_with_its_cause() -> None:
    f = LOSING["(1 − cos x)/x²"][0]
    assert str(gradcheck(f, 1e-4, raises=False)) == (
        "cancellation df/dx is 4.4108·10⁻⁵ by the engine; differences say −8.33·10⁻⁶ (step 6.2e-03). The rules are "
        "right, the arithmetic cancels: digits are lost in 1 − cos(x) = 5·10⁻⁹, which magnifies relative errors "
        "2·10⁸ times"
    )
    assert "differences say −8.3·10⁻⁹ (step 2.5e-02)" in str(gradcheck(f, 1e-7, raises=False))
    assert "1 − cos(x) = 0, which leaves no digit" in str(gradcheck(f, 1e-9, raises=False))
    routes = gradcheck(LOSING["expm1(x)/x"][0], 1e-15, raises=False)
    assert "in the sum over the routes to x, which magnifies" in str(routes)


MAGNIFYING: dict[str, tuple[Any, Any, list[float]]] = {  # with their slopes, in a form that loses nothing
    "log(1 − σ(x))": (lambda x: log(1 - x.sigmoid()), lambda x: -1 / (1 + math.exp(-x)), [10, 20, 25, 30, 34, 35, 36]),
    "log(1 − erf x)": (
        lambda x: log(1 - functions.erf(x)),
        lambda x: -2 / math.sqrt(math.pi) * math.exp(-x * x) / math.erfc(x),
        [1, 3, 4, 5, 5.4, 5.5, 5.7],
    ),
    "log(exp x − 1)": (lambda x: log(exp(x) - 1), lambda x: -1 / math.expm1(-x), [10.0**-n for n in range(2, 16)]),
    "√(x² + 1) − x": (
        lambda x: sqrt(x * x + 1) - x,
        lambda x: -1 / (math.hypot(x, 1) * (math.hypot(x, 1) + x)),
        [10.0**n for n in range(9)],
    ),
    "tan(atan x)": (lambda x: functions.tan(functions.atan(x)), lambda x: 1.0, [10.0**n for n in range(17)]),
    "acos(cos x)": (
        lambda x: functions.acos(functions.cos(x)),
        lambda x: 1.0,
        [digit * 10.0**-n for n in range(2, 8) for digit in (1, 3)] + [2e-8],
    ),
    "asin(tanh x)": (lambda x: functions.asin(x.tanh()), lambda x: 1 / math.cosh(x), [1, 5, 10, 15, 18, 18.3]),
}


@pytest.mark.parametrize("name", MAGNIFYING)
def test_what_is_trusted_is_right_to_three_digits(name: str) -> None:
    """Where differences cannot tell, the engine's own rounding decides, or decimal numbers do."""
    f, slope, points = MAGNIFYING[name]
    trusted = set()
    for x in map(float, points):
        result = gradcheck(f, x, raises=False)
        off = abs(result.slopes[0].engine / slope(x) - 1)
        trusted.add(bool(result))
        assert not result or off < 1e-3, (x, result)
        assert result or (result.verdict == "cancellation" and off > 1e-8), (x, result)
        assert result.verdict != "kink"
    assert trusted == {False, True}


def test_how_far_off_a_slope_may_be_is_said() -> None:
    def said(name: str, x: float) -> str:
        return str(gradcheck(MAGNIFYING[name][0], x, raises=False))

    assert said("log(1 − σ(x))", 35.0) == (
        "cancellation df/dx is −0.946524 by the engine; with more digits it is −1. The rules are right, the arithmetic "
        "cancels: digits are lost in 1 − σ(x) = 6.66134·10⁻¹⁶, which magnifies relative errors 1.5·10¹⁵ times"
    )
    assert "is −11.2226 by the engine; it may be off by 3 %, and differences cannot" in said("log(1 − erf x)", 5.5)
    assert "is 2.66709 by the engine; it may have no right digit, and differences cannot" in said("tan(atan x)", 1e16)
    wide = gradcheck(MAGNIFYING["tan(atan x)"][0], 1e13, tolerance=0.1)
    assert (wide.verdict, bool(wide)) == ("cancellation", True)  # who allows a tenth is given what may be off by less


SOFTMAX = [20.0, 25.0, 30.0, 33.0, 36.0, 38.0, 40.0, 100.0]


@pytest.mark.parametrize("s", SOFTMAX)
def test_what_softmax_subtracts_is_no_lost_gradient(s: float) -> None:
    result = gradcheck(lambda s: log(functions.softmax([s, 0.0])[0]), s, raises=False)
    assert result.verdict in ("pass", "cancellation")
    outputs = gradcheck(lambda s: [log(p) for p in functions.softmax([s, 0.0])], s, raises=False)
    assert outputs.verdict in ("pass", "cancellation")
    one = gradcheck(lambda s: functions.softmax([s * s.data, s])[0], 1.5, raises=False)
    assert "was given the plain number 1.5, which changes with s" in str(one)


def test_a_number_lost_within_a_function_of_the_library_is_found() -> None:
    lost = gradcheck(lambda x: nn.squared_error([x * 2], [x.data]), 1.5, raises=False)
    assert "sub (line" in str(lost)
    assert "was given the plain number 1.5, which changes with x" in str(lost)
    summed = gradcheck(lambda x: dot([x, 2.0], [1.0, x.data]), 1.5, raises=False)
    assert "dot (line" in str(summed)
    no_value = gradcheck(lambda x: sqrt(1e-8 - (x - x.data) ** 2) * x.data, 3.0, raises=False)  # where only one moves
    assert "was given the plain number 3, which changes with x" in str(no_value)


@pytest.mark.parametrize("distance", [10.0**-n for n in range(9, 16)])
def test_a_kink_nearby_is_no_kink_here(distance: float) -> None:
    for start in (0.0, 1.0):
        for sign, slope in ((1, 1.0), (-1, 0.0)):
            result = gradcheck(lambda x, a=start, d=sign * distance: relu(x - a + d), start)
            assert (result.verdict, result.slopes[0].engine) == ("pass", slope), result
            result = gradcheck(lambda x, a=start, d=sign * distance: relu(x - a + d) + 2 * x, start)
            assert (result.verdict, result.slopes[0].engine) == ("pass", slope + 2), result


@pytest.mark.parametrize("power", range(7, 20))
def test_a_steep_slope_and_a_rounded_one_are_not_infinite(power: int) -> None:
    assert gradcheck(lambda x: (x + 10.0**power) - 10.0**power, 1.0)
    near = 10.0 ** -min(power, 15)
    for f, x in ((functions.asin, 1 - near), (functions.acosh, 1 + near), (sqrt, near), (functions.atanh, near - 1)):
        assert gradcheck(f, x).verdict in ("pass", "scale")
    f = [functions.asin, functions.acosh, sqrt, lambda x: sqrt(x) + 1 + 0 * x][power % 4]
    assert "infinite slope" in str(gradcheck(f, 0.0 if power % 4 > 1 else 1.0, raises=False))


@pytest.mark.parametrize(
    "zero", [lambda: log(Value(1.0)), lambda: Value(3.0) * 0.0, lambda: Value(2.0) - 2.0], ids=range(3)
)
def test_a_constant_beside_an_edge_is_no_cancellation(zero: Any) -> None:
    assert verdict(lambda x: sin(x) + sqrt(zero()), 1.3) == "pass"


def test_an_unstated_slope_between_is_called_so() -> None:
    op("middling(x)", "x if x > 0 else 0 - 2 * x", "1 if x > 0 else 0 if x == 0 else -2")
    assert str(gradcheck(functions.middling, 0.0)).endswith("engine 0 (between the two). Not an error.")


def test_what_varies_faster_than_steps_is_not_called_wrong() -> None:
    assert verdict(lambda x: sqrt(2 + (x * 1e15).cos()), 1.0) == "cancellation"
    for scale in (1e12, 1e13, 1e14, 3e14, 2e15, 3e15):
        assert verdict(lambda x, k=scale: sqrt(2 + (x * k).cos()), 1.0) != "wrong"


def test_where_values_cannot_tell_no_rule_is_called_wrong() -> None:
    """Steps that are small enough for the ripples drown in rounding, and those that are not leap over them."""
    op("ripples(x)", "1 + 1e-15 * sin(1e10 * x)", "1e-5 * cos(1e10 * x)")
    assert not list(wrong_partials(functions.ripples(Value(1e-20))))


def test_a_function_with_moods() -> None:
    rng = random.Random(1)
    assert verdict(lambda x: x * rng.random(), 1.0) == "not deterministic"
    noisy = gradcheck(lambda x: x + 1e-12 * rng.random(), 0.5, raises=False)
    one, other = str(noisy).removeprefix("not deterministic f is ").split(", and ")
    assert one != other.partition(" ")[0]
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5, rng=random.Random(3)), nn.Linear(2, 1))
    assert verdict(model, [1.0, 2.0]) == "not deterministic"
    assert gradcheck(model.eval(), [1.0, 2.0])


def test_a_function_that_edits() -> None:
    def edits(x):
        x.data += 1
        return x * 2

    w = Value(2.0)

    def edits_what_it_reads(x):
        z = w * x
        w.data = 3.0
        w.data = 2.0
        return z

    def appends(xs):
        xs.append(1.0)
        return functions.sum(xs)

    assert "edits edits its argument x: 3 → 4" in str(gradcheck(edits, 3.0, raises=False))
    assert verdict(appends, [3.0]) == "edited"
    result = gradcheck(edits_what_it_reads, 3.0, raises=False)
    assert result.verdict == "edited"
    assert "in edits_what_it_reads, w (= 2) was edited after mul had used it" in str(result)


# ------------------------------------------------------------------------------------------------ what it works on


def test_nested_arguments_and_results() -> None:
    def f(x, p, pair, word, flag):
        assert (word, flag) == ("text", True)
        z = dot(x, p["w"], p["b"])
        return [z**2 * pair[1], {"a": sin(z)}]

    result = gradcheck(f, [1.0, 2.0], {"w": [0.3, 0.4], "b": 0.5}, (1, 2), "text", True)
    names = [slope.name for slope in result.slopes]
    assert names[:2] == ["df[0]/dx[0]", 'df[1]["a"]/dx[0]']
    assert 'df[1]["a"]/dp["w"][1]' in names
    assert len(names) == 14


def test_modules_losses_and_what_they_leave() -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", rng=random.Random(1))
    before = model.state_dict()
    model(x := [1.0, 2.0]).backward()
    gradients = [parameter.grad for parameter in model.parameters()]
    old = model(x)
    assert len(gradcheck(model, x).slopes) == len(gradients) + 2
    result = gradcheck(lambda: nn.squared_error([model(x)], [1.0]), wrt=model)
    assert result.slopes[0].name == "df/dlayers[0].w[0][0]"
    assert gradcheck(lambda m, x: m(x) ** 2, model, x)
    assert model.state_dict() == before
    assert [parameter.grad for parameter in model.parameters()] == gradients
    old.backward()  # a graph that was there before is as good as before
    w = Value(3.0)
    assert gradcheck(lambda x: w * x, 2.0, wrt=w).slopes[1].name == "df/dw"
    assert [slope.name for slope in gradcheck(lambda x: w * x, 2.0, wrt=[w, w]).slopes] == ["df/dx", "df/dw"]
    both = gradcheck(lambda m, n, x: [m(x)[0] + n(x)[0]], *[nn.Linear(2, 1)] * 2, x).slopes  # one module, given twice
    assert [slope.name for slope in both][:3] == ["df[0]/dm.w[0][0]", "df[0]/dm.w[0][1]", "df[0]/dm.b[0]"]
    assert len(both) == 5
    assert (w.data, w.reached) == (3.0, False)


def test_a_layer_with_running_statistics_keeps_them() -> None:
    layer = nn.BatchNorm(2)
    before = layer.state_dict()
    assert gradcheck(
        lambda layer, X: [z for row in layer.batch(X) for z in row], layer, [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]
    )
    assert layer.state_dict() == before


def test_a_wrong_layer_is_found() -> None:
    op("leaky_mistake(x)", "0.1 * x if x <= 0 else x", "0.01 if x <= 0 else 1", kinks="x == 0")

    class Layer(nn.Module):
        def __init__(self) -> None:
            self.w = Value(-1.5)

        def __call__(self, x):
            return functions.leaky_mistake(self.w * x)

    assert "rule 'leaky_mistake': its partial for x" in str(gradcheck(Layer(), 2.0, raises=False))


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: gradcheck(3.0, 1.0), "3.0 .a float. is not a function; write gradcheck.f, x."),
        (lambda: gradcheck(sin), "no number among the arguments of sin"),
        (lambda: gradcheck(sin, 1.0, order=3), "order=3"),
        (lambda: gradcheck(sin, 1.0, wrt="w"), "neither a leaf nor a module"),
        (lambda: gradcheck(lambda x: None, 1.0), "did a function forget its return"),
        (lambda: gradcheck(lambda x: [], 1.0), "returned nothing"),
        (lambda: gradcheck(sin, 1.0, raises=False).plot(look="pink"), "look is"),
        (lambda: gradcheck(lambda x: x * math.nan, 1.0, raises=False).plot(), "swept no steps, so there is no curve"),
        (lambda: gradcheck(lambda x: x * 2, 1.0).plot(), "no step differs from the engine's slope by anything"),
        (lambda: gradcheck(lambda x: x.relu() + math.exp(x), 1.0), "would lose its gradient as a plain float"),
    ],
)
def test_what_cannot_be_checked_is_refused(attempt: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        attempt()


@pytest.mark.parametrize("tolerance", [math.inf, math.nan, -math.inf, -1.0, -5e-324, "a", None, [1e-9], 1j])
def test_a_tolerance_is_a_finite_number(tolerance: Any) -> None:
    with pytest.raises(UsageError, match=r"tolerance=.*: it is a relative difference, a finite number that is not neg"):
        gradcheck(sin, 1.0, tolerance=tolerance)
    assert gradcheck(sin, 1.0, tolerance=0)


def test_errors_of_f_are_its_own() -> None:
    with pytest.raises(DomainError, match="log"):
        gradcheck(log, -1.0)
    with pytest.raises(KeyError):
        gradcheck(lambda x: {}[x.data], 1.0)
    with pytest.raises(TypeError, match="not iterable"):
        gradcheck(builtins.max, 1.0)
    with pytest.raises(AttributeError, match="'list' object has no attribute 'nothing'"):
        gradcheck(lambda x: x.nothing, [1.0, 2.0])


# ----------------------------------------------------------------------------------------------------- the curve


def test_the_curve_is_a_v() -> None:
    curve = gradcheck(g, 1.3).curve
    assert curve is not None
    off = [abs(step.central - curve.engine) for step in curve.steps]
    bottom = off.index(min(off))
    assert off[:bottom] == sorted(off[:bottom], reverse=True)
    assert curve.best == curve.steps[bottom].step
    assert str(curve).count("\n") == 13
    assert "← best" in str(curve)


@pytest.mark.slow
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_curve_is_plotted(look: str, tmp_path: Any) -> None:
    pytest.importorskip("matplotlib")
    plot = gradcheck(g, 1.3).plot(look=look)
    plot.save(tmp_path / "v.svg")
    assert "dg/dx at 1.3" in (tmp_path / "v.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("f", "x", "labels"),
    [
        (g, 1.3, ["off from the engine by", "rounding of f / step", "best step, 6.1e-06"]),
        (lambda x: x * 3, 0.125, ["off from the engine by", "rounding of f / step"]),  # the best is off by nothing
        (lambda x: sin(x * 1e25 + 1), 0.0, ["off from the engine by", "best step, 2.0e-01"]),  # all of it is noise
    ],
)
def test_the_plot_shows_what_there_is(f: Any, x: float, labels: list[str]) -> None:
    pytest.importorskip("matplotlib")
    (axes,) = gradcheck(f, x).plot().figure.axes
    assert axes.get_legend_handles_labels()[1] == labels


# --------------------------------------------------------------------------------------------------- metamorphic laws


MODERATE = st.integers(-20, 20).map(lambda n: n / 8)


@given(MODERATE, st.floats(0.1, 3), st.floats(-1, 1))
def test_rewriting_a_function_changes_no_verdict(x: float, k: float, c: float) -> None:
    versions = [
        lambda x: k * sin(x + c) ** 2,
        lambda x: k * (1 - (x + c).cos() ** 2),
        lambda x: k / 2 * (1 - (2 * (x + c)).cos()),
    ]
    slopes = [gradcheck(f, x).slopes[0].engine for f in versions]
    assert slopes == pytest.approx([slopes[0]] * 3, abs=1e-12)


@given(MODERATE, MODERATE)
def test_scaled_and_shifted_functions_are_judged_alike(x: float, y: float) -> None:
    for scale in (1e-200, 1.0, 1e200):
        assert verdict(lambda x, y, scale=scale: scale * (x * y + sin(x)), x, y) == "pass"


def test_arguments_are_called_as_the_function_calls_them() -> None:
    def f(x, /, *more, k=2, **rest):
        assert not rest
        return k * x * more[0]

    assert [slope.name for slope in gradcheck(f, 1.0, 2.0).slopes] == ["df/dx", "df/dmore[0]"]
    names = [slope.name for slope in gradcheck(builtins.max, 1.0, 2.0).slopes]  # this one does not say
    assert names == ["dmax/dx1", "dmax/dx2"]


def test_a_row_is_called_by_its_own_names() -> None:
    product = op("checked_product(p, *, k=2)", "k * p", "k")
    (slope,) = gradcheck(product, 1.3).slopes
    assert slope.name == "dchecked_product/dp"
    many = op("checked_total(*u)", "total(u)", "1")
    assert [one.name for one in gradcheck(many, 1.0, 2.0).slopes] == ["dchecked_total/du[0]", "dchecked_total/du[1]"]


def test_of_very_many_operands_their_number_is_said() -> None:
    def product_of_all(*xs: Value) -> Value:
        p = functions.prod(xs)
        return p * 2

    with pytest.raises(GradientError, match=r"The first on the way is p = prod of 9 operands = ∞$"):
        gradcheck(product_of_all, *[1e200] * 9)


def test_a_number_that_is_all_noise_has_no_digits_left() -> None:
    left = [
        _digits_left(size, noise)
        for size, noise in ((1.0, 0.0), (1.0, math.inf), (0.0, 1.0), (1e300, 5e-324), (100.0, 1.0))
    ]
    assert left == [16.0, 0.0, 0.0, 16.0, 2.0]


class Asked(dict[str, Any]):
    """A dict that answers for keys it does not have, and takes them in, as defaultdict does."""

    def __missing__(self, key: str) -> float:
        return self.setdefault(key, 3.0)


class Numbers(list[Any]):
    """A list with a method of its own."""

    def total(self) -> Any:
        return functions.sum(self)


def test_arguments_are_made_anew_as_what_they_are() -> None:
    asked = defaultdict(lambda: 3.0, a=1.0)
    for given_ in (asked, Asked(a=1.0)):
        assert gradcheck(lambda d: d["a"] * d["q"], given_).slopes[0].engine == 3.0
    assert asked == {"a": 1.0}
    assert gradcheck(lambda x: x.total(), Numbers([1.0, 2.0]))
    assert gradcheck(lambda d: next(iter(d.values())), OrderedDict(a=1.0, b=2.0))


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d["list"].append(1.0),
        lambda d: d.update(new=1.0),
        lambda d: d.pop("list"),
        lambda d: d.update(list=3.0),
        lambda d: d.update(x=[3.0]),
        lambda d: d.update(inner=3.0),
        lambda d: d["inner"].pop("y"),
        lambda d: d["inner"].clear(),
    ],
    ids=range(8),
)
def test_edits_of_nested_arguments_are_found(edit: Any) -> None:
    def f(d: Any) -> Any:
        x = d["x"]
        edit(d)
        return x * 2

    given_ = {"x": 1.0, "list": [2.0, 3.0], "inner": Asked(y=1.0)}
    with pytest.raises(GradientError, match="edits the lists it is given"):
        gradcheck(f, given_)
