"""`kinks`: nodes on or near a kink, the slope taken, and the interval of possible slopes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import UsageError, Value, functions, no_grad, op
from autograd_scalar.explain import kinks
from autograd_scalar.explain.kink import Kink
from autograd_scalar.explain.kink_place import is_on_kink
from autograd_scalar.ops import Row, table

SCALAR_KINKS = [
    row for row in table.values() if row.kinks and row.built_in and all(one.kind != "sequence" for one in row.arguments)
]
SEQUENCE_KINKS = [
    row for row in table.values() if row.kinks and row.built_in and any(one.kind == "sequence" for one in row.arguments)
]
PARAMETERS = {"elu": {"alpha": 2.0}, "clip": {"low": 0.0, "high": 1.0}}


def on_kink(row: Row) -> tuple[Value, list[Value]]:
    """A node of a row whose operands are all 0, which is where the built-in rows have a kink."""
    operands = [Value(0.0, label=argument.name) for argument in row.operands]
    return getattr(functions, row.name)(*operands, **PARAMETERS.get(row.name, {})).named("v"), operands


def only(result: Value, near: float = 1e-6) -> Kink:
    (found,) = kinks(result, near)
    return found


@pytest.mark.parametrize("row", SCALAR_KINKS, ids=lambda row: row.name)
def test_every_row_with_kinks_is_found_on_its_kink(row: Row) -> None:
    node, operands = on_kink(row)
    found = only(node)
    assert found.is_on
    assert is_on_kink(node)
    assert [one.wrt for one in found.slopes] == [operand.label for operand in operands]
    for slopes, taken in zip(found.slopes, node.partials(), strict=True):
        assert slopes.taken == taken
        assert slopes.low <= taken <= slopes.high
        assert slopes.low < slopes.high


@pytest.mark.parametrize("row", SCALAR_KINKS, ids=lambda row: row.name)
def test_the_interval_holds_the_differences_on_both_sides(row: Row) -> None:
    node, operands = on_kink(row)
    f = getattr(functions, row.name)
    for place, slopes in enumerate(only(node).slopes):
        for step in (1e-6, -1e-6):
            numbers = [0.0] * len(operands)
            numbers[place] = step
            slope = (f(*numbers, **PARAMETERS.get(row.name, {})) - node.data) / step
            if row.name != "atan2":  # its slopes have no bound
                assert slopes.low - 1e-5 <= slope <= slopes.high + 1e-5


@pytest.mark.parametrize("row", SCALAR_KINKS, ids=lambda row: row.name)
def test_far_from_the_kink_nothing_is_found(row: Row) -> None:
    operands = [Value(0.5 + 0.1 * place) for place, _ in enumerate(row.operands)]
    node = getattr(functions, row.name)(*operands, **PARAMETERS.get(row.name, {}))
    assert len(kinks(node)) == 0
    assert not is_on_kink(node)
    assert str(kinks(node)) == "No node is on a kink, or within 10⁻⁶ of one."


@pytest.mark.parametrize("row", SEQUENCE_KINKS, ids=lambda row: row.name)
def test_ties_of_sequences(row: Row) -> None:
    f = getattr(functions, row.name)
    p, q, far = Value(2.0, label="p"), Value(2.0, label="q"), Value(2.0, label="r")
    found = only(f(p, q, far).named("m"))
    assert [(one.wrt, one.low, one.high) for one in found.slopes] == [("p", 0.0, 1.0), ("q", 0.0, 1.0), ("r", 0.0, 1.0)]
    assert all(one.taken == pytest.approx(1 / 3) for one in found.slopes)
    assert found.where == "p = q = r = 2"
    single = only(f(p, 2.0).named("m"))
    assert [(one.wrt, one.taken, one.low, one.high) for one in single.slopes] == [("p", 0.0, 0.0, 1.0)]
    assert len(kinks(f(p, p).named("m"))) == 0  # the same Value twice: no tie of two things
    near = only(f(p, Value(2.0 + 1e-9, label="q")).named("m"))
    assert 0 < near.distance < 1e-9
    assert [(one.low, one.high) for one in near.slopes] == [(0.0, 1.0)] * 2


@pytest.mark.parametrize("row", SEQUENCE_KINKS, ids=lambda row: row.name)
def test_ties_of_very_many(row: Row) -> None:
    values = [Value(1.0, label=f"x{place}") for place in range(40)]
    found = only(getattr(functions, row.name)(values))
    assert len(found.slopes) == 40
    assert {(one.low, one.high) for one in found.slopes} == {(0.0, 1.0)}
    assert "37 more" in found.where


def test_plain_numbers_that_tie_far_from_the_value_are_no_kink() -> None:
    p = Value(1.0)
    assert len(kinks(functions.maximum(p, 3.0, 3.0))) == 0
    assert len(kinks(functions.minimum(p, 3.0, 3.0))) == 0


def test_the_text() -> None:
    w = Value(-0.5)
    z = w * 2 + 1
    a = z.relu()
    p, q = Value(2.0), Value(2.0)
    m = p.max(q)
    L = a + m
    assert str(kinks(L)) == (
        "2 nodes on a kink, where the slope is a convention\n"
        "  a = relu(z)     z = 0       da/dz: 0 is taken, of [0, 1]\n"
        "  m = max(p, q)   p = q = 2   ∂m/∂p: 0.5 is taken, of [0, 1]; ∂m/∂q: 0.5 is taken, of [0, 1]"
    )
    assert kinks(L).ascii().isascii()
    assert kinks(L).latex().startswith(r"\begin{array}")
    assert "<td" in kinks(L)._repr_html_()


def test_nearness_is_relative_to_what_was_added_up() -> None:
    big, small = Value(1e9), Value(-1e9 + 1e-1)
    z = big + small
    assert only(z.relu()).distance == pytest.approx(1e-10, rel=1e-3)
    tiny = Value(1e-5) * Value(1e-5) * Value(-3.0)  # a product: no small change of its factors moves it over 0
    assert len(kinks(tiny.relu())) == 0
    assert len(kinks(z.relu(), near=0)) == 0


def test_near_a_kink_the_other_side_counts() -> None:
    x = Value(1e-8, label="x")
    found = only(x.relu().named("a"))
    assert (found.slopes[0].taken, found.slopes[0].low, found.slopes[0].high) == (1.0, 0.0, 1.0)
    assert found.where == "x = 10⁻⁸, near 0"


@pytest.mark.parametrize(("x", "place"), [(0.0, "x = 0"), (1.0, "x = 1")])
def test_either_end_of_clip(x: float, place: str) -> None:
    assert only(Value(x, label="x").clip(0, 1)).where == place


def test_conditions_joined_by_and() -> None:
    e = Value(0.0)
    assert len(kinks(e.elu())) == 0  # smooth for alpha = 1
    assert len(kinks(e.elu(alpha=2.0))) == 1
    assert len(kinks(functions.hypot(e, Value(1.0)))) == 0


def test_a_row_of_the_users_own() -> None:
    op("ramp(x)", "abs(x) if abs(x) > 1 else 1", "-1 if x < -1 else 1 if x > 1 else 0", kinks="abs(x) == 1")
    for x, low, high in ((1.0, 0.0, 1.0), (-1.0, -1.0, 0.0), (1.0 - 1e-9, 0.0, 1.0)):
        (slopes,) = only(Value(x, label="x").ramp()).slopes  # type: ignore[attr-defined]  # added above
        assert (slopes.low, slopes.high) == (low, high)


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=2, max_size=5), st.booleans())
def test_one_sided_slopes_of_maximum(numbers: list[float], plain: bool) -> None:
    values = [Value(one, label=f"x{place}") for place, one in enumerate(numbers)]
    operands: list[Value | float] = [*values, 1.0] if plain else [*values]
    node = functions.maximum(operands)
    ties = sum(one == node.data for one in operands)
    found = list(kinks(node))
    assert bool(found) == (ties > 1 and any(one.data == node.data for one in values))
    for slopes in found[0].slopes if found else ():
        assert (slopes.low, slopes.high) == (0.0, 1.0)


# ------------------------------------------------------------------------------- the two-layer network of the paper

X = [[1.0, 2.0], [-1.0, 0.5], [0.0, -1.0]]
W1 = [[0.5, -1.0, 1.0], [0.25, 0.5, -0.75]]
W2 = [[1.0, -1.0], [0.5, 2.0], [-1.5, 1.0]]


def network(b1: list[float]) -> tuple[Value, list[Value]]:
    """The loss, and the six hidden sums that matter here, labelled y1[row][column]."""
    w1 = [[Value(one) for one in row] for row in W1]
    bias = [Value(one) for one in b1]
    losses, hidden = [], []
    for number, (row, label) in enumerate(zip(X, (0, 1, 1), strict=True)):
        sums = [functions.dot(row, [w1[0][j], w1[1][j]], bias[j]).named(f"y1[{number}][{j}]") for j in range(3)]
        hidden += sums
        h = [one.relu() for one in sums]
        scores = [functions.dot(h, [W2[j][k] for j in range(3)], 0.1 if k == 0 else -0.1) for k in range(2)]
        losses.append(functions.logsumexp(scores) - scores[label])
    return functions.mean(losses).named("L"), hidden


def test_the_kinks_of_the_papers_fixture() -> None:
    L, _ = network([0.0, 0.5, 0.5])
    found = kinks(L)
    assert L.data == pytest.approx(0.11592591153798683, rel=1e-14)
    assert [kink.where for kink in found] == ["y₁[0][2] = 0", "y₁[2][1] = 0"]
    assert [one.wrt for kink in found for one in kink.slopes] == ["y1[0][2]", "y1[2][1]"]
    assert [(one.taken, one.low, one.high) for kink in found for one in kink.slopes] == [(0.0, 0.0, 1.0)] * 2
    smooth, _ = network([0.0, 0.6, 0.4])
    assert len(kinks(smooth)) == 0


# ----------------------------------------------------------------------------------------------------- all the rest


def test_modes_and_gradients_are_left_alone() -> None:
    x = Value(0.0, label="x")
    y = abs(x)
    with no_grad():
        (found,) = kinks(y)
    assert (found.slopes[0].low, found.slopes[0].high) == (-1.0, 1.0)
    assert not x.reached
    assert not y.reached


def test_a_long_list_is_cut() -> None:
    L = functions.sum([Value(0.0).relu() for _ in range(100)])
    assert len(kinks(L)) == 100
    assert len(str(kinks(L)).splitlines()) == 42
    assert "60 more" in str(kinks(L))


def test_a_function_and_its_arguments() -> None:
    def f(x: Value) -> Value:
        z = x - 1
        return z.relu()

    (found,) = kinks(f, x=1)
    assert found.where == "z = 0"


@pytest.mark.parametrize("near", [-1.0, math.nan, math.inf, "close", True])
def test_bad_input(near: float) -> None:
    with pytest.raises(UsageError, match="relative distance"):
        kinks(Value(1.0).relu(), near)


def test_a_leaf_without_a_name_is_not_called_by_its_number() -> None:
    near = kinks(functions.relu(Value(1e-9)))
    assert "an unnamed leaf = 10⁻⁹, near 0   for an unnamed leaf: 1 is taken, of [0, 1]" in str(near)
    on = kinks(functions.maximum(Value(2.0), Value(2.0)))
    assert "an unnamed leaf = 2" in str(on)
    assert "/d2" not in str(on)
    assert "∂2" not in str(on)
    assert [one.wrt for one in on.kinks[0].slopes] == ["an unnamed leaf"] * 2


def test_a_kink_at_the_end_of_a_domain_has_the_slopes_of_one_side() -> None:
    op("edge(x)", "x * sqrt(x)", "1 if x == 0 else 1.5 * sqrt(x)", domain="x >= 0", kinks="x == 0")
    (slopes,) = only(Value(0.0, label="x").edge()).slopes  # type: ignore[attr-defined]  # added above
    assert (slopes.taken, slopes.high) == (1.0, 1.0)
    assert 0 < slopes.low < 1e-150


def test_two_values_near_each_other_are_told_by_their_difference() -> None:
    p, q = Value(2.0, label="p"), Value(2.0 + 1e-9, label="q")
    assert only(p.max(q)).where == "p − q ≈ −10⁻⁹"


def test_a_condition_on_a_plain_number_cannot_be_moved() -> None:
    corner = op("corner(x, y)", "abs(x) + y", "-1 if x < 0 else 0 if x == 0 else 1", "1", kinks="x == 0 and y == 1")
    found = only(corner(Value(0.0, label="x"), 1 + 1e-9).named("c"))
    assert not found.is_on
    assert [(one.wrt, one.low, one.high) for one in found.slopes] == [("x", -1.0, 1.0)]


def test_a_kink_that_has_no_number_here_is_none() -> None:
    pole = op("pole(x, y)", "abs(x - y)", "1 if x > y else -1", "-1 if x > y else 1", kinks="1 / x == 1 / y")
    assert len(kinks(pole(Value(0.0), Value(1.0)))) == 0
    assert not is_on_kink(pole(Value(0.0), Value(1.0)))
    assert is_on_kink(pole(Value(2.0), Value(2.0)))


@pytest.mark.parametrize("number", [math.inf, math.nan])
def test_what_is_not_finite_is_near_no_kink(number: float) -> None:
    x = Value(number)
    assert len(kinks(x.relu())) == len(kinks(functions.maximum([x, 3.0]))) == 0


def test_a_value_near_plain_numbers_at_the_top_is_near_a_kink() -> None:
    low = 3.0 - 1e-9
    assert only(functions.maximum([Value(low, label="x"), 3.0, low])).slopes[0].high == 1.0
    assert len(kinks(functions.maximum([Value(1.0), 3.0, low]))) == 0
    assert len(kinks(functions.maximum([Value(2.0).min(2.0), 2.0]))) == 2  # a plain number may tie with a Value


def test_an_operand_made_of_terms_that_are_0_has_its_own_size() -> None:
    one = Value(0.0, label="x").cos()
    assert len(kinks(functions.minimum([one, 0.0]))) == len(kinks(one.min(0.0))) == 0
    assert len(kinks(functions.minimum([one, 1.0 - 1e-9]))) == 1
