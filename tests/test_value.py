"""A Value among Python's own numbers: operators, conversions, comparisons, text, and the words of micrograd users."""

# Much here is what types forbid, to see what happens then:
# mypy: disable-error-code="arg-type, attr-defined, list-item, misc, operator, union-attr"
# ruff: noqa: UP031  # numbers that are True, and the old formatting, are tried here

from __future__ import annotations

import inspect
import math
import operator
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd_scalar import RangeError, UsageError, Value, functions, no_grad
from autograd_scalar.ops import table

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
NUMBERS = [
    2,
    2.0,
    True,
    np.float64(2),
    np.float32(2),
    np.int64(2),
    np.bool_(True),
    np.array(2.0),
    Fraction(1, 2),
    Decimal(2),
]


# ---------------------------------------------------------------------------------------------------- what is a number


@pytest.mark.parametrize(
    ("given", "data"),
    [
        (3, 3.0),
        (True, 1.0),
        (False, 0.0),
        (np.float32(0.1), 0.10000000149011612),
        (np.int64(3), 3.0),
        (np.bool_(True), 1.0),
        (np.array(3), 3.0),
        (Fraction(1, 4), 0.25),
        (Decimal("0.5"), 0.5),
        (-math.inf, -math.inf),
    ],
)
def test_numbers_of_every_kind_become_floats(given: Any, data: Any) -> None:
    v = Value(given)
    assert type(v.data) is float
    assert v.data == data
    v.data = given
    assert type(v.data) is float
    v.grad = given
    assert type(v.grad) is float


def test_special_floats_are_kept_as_they_are() -> None:
    assert math.isnan(Value(math.nan).data)
    assert math.copysign(1, Value(-0.0).data) == -1
    assert math.isnan((Value(math.nan) * 2).data)
    assert (Value(1e308) * 10).data == math.inf
    assert (Value(1e308) + 1e308).data == math.inf


@pytest.mark.parametrize(
    "given",
    [
        "3",
        b"3",
        1j,
        None,
        [1],
        (1,),
        {},
        {1},
        object(),
        np.array([3]),
        np.array(["a"]),
        np.complex128(1j),
        Value(1),
        Decimal("sNaN"),
    ],
    ids=lambda given: repr(given) if type(given) is not object else "an object",
)
def test_what_is_no_number_is_refused(given: Any) -> None:
    with pytest.raises(UsageError):
        Value(given)
    v = Value(7.0)
    with pytest.raises(UsageError):
        v.data = given
    if given is not None:  # which clears a gradient
        with pytest.raises(UsageError):
            v.grad = given
    with pytest.raises(UsageError):
        v.exp().backward(given)
    assert (v.data, v.grad, v.reached) == (7.0, 0.0, False)


def test_a_call_that_does_not_fit_is_refused_in_python_s_own_words() -> None:
    with pytest.raises(TypeError, match=r"^Value\(\) missing 1 required positional argument: 'data'$"):
        Value()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^Value\(\) got an unexpected keyword argument 'lable'"):
        Value(3.0, lable="w")  # type: ignore[call-arg]
    assert list(inspect.signature(Value).parameters)[:4] == ["data", "_children", "_op", "label"]


@pytest.mark.parametrize(
    "given", [10**400, -(10**400), 10**5000, Fraction(10**400)], ids=["+", "-", "long", "fraction"]
)
def test_a_number_too_large_for_a_float_is_a_range_error(given: Any) -> None:
    v = Value(1.0)
    for attempt in (lambda: Value(given), lambda: v + given, lambda: given * v, lambda: functions.dot([v], [given])):
        with pytest.raises(RangeError, match="largest float"):
            attempt()


# ----------------------------------------------------------------------------------------------------------- operators


@pytest.mark.parametrize("apply", OPERATORS)
@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_operators_take_numbers_on_both_sides(apply: Any, number: Any) -> None:
    v = Value(3.0)
    for result, expected in (
        (apply(v, number), apply(3.0, float(number))),
        (apply(number, v), apply(float(number), 3.0)),
    ):
        assert type(result) is Value
        assert type(result.data) is float
        assert result.data == expected
        assert result.parents == (v,)
        assert all(type(x) in (Value, float) for x in result.operands)


@pytest.mark.parametrize("apply", OPERATORS)
def test_operators_between_values(apply: Any) -> None:
    v, w = Value(3.0), Value(2.0)
    result = apply(v, w)
    assert result.data == apply(3.0, 2.0)
    assert result.parents[0] is v
    assert result.parents[1] is w


@pytest.mark.parametrize("apply", OPERATORS)
def test_an_array_takes_part_element_by_element(apply: Any) -> None:
    v = Value(3.0)
    for result in (apply(v, np.array([1.0, 2.0])), apply(np.array([1.0, 2.0]), v)):
        assert result.dtype == object
        assert [type(one) for one in result] == [Value, Value]
    assert apply(v, np.array([1.0, 2.0]))[1].data == apply(3.0, 2.0)


def test_arrays_of_values_compute() -> None:
    w = np.array([Value(1.0), Value(2.0)])
    L = (w * w).sum() + np.exp(w).dot(np.array([1.0, 2.0]))
    L.backward()
    assert [v.grad for v in w] == [2 + math.exp(1), 4 + 2 * math.exp(2)]


@pytest.mark.parametrize("apply", OPERATORS)
@pytest.mark.parametrize("other", [None, "a", b"a", 1j, [1], (1,), {}, {1}], ids=repr)
def test_operators_refuse_what_is_no_number(apply: Any, other: Any) -> None:
    v = Value(3.0)
    for left, right in ((v, other), (other, v)):
        with pytest.raises(UsageError, match="is not a real number"):
            apply(left, right)


def test_an_unknown_class_has_its_say() -> None:
    class Other:
        def __radd__(self, other: Any) -> Any:
            return "its own sum"

    v = Value(1.0)
    assert v + Other() == "its own sum"
    with pytest.raises(UsageError, match=r"^max: <.* \(an Other\) is not a real number"):
        v.max(Other())
    with pytest.raises(TypeError, match="unsupported operand"):
        v * Other()


def test_unary_operators() -> None:
    v = Value(-3.0)
    assert ((-v).data, abs(v).data, (+v).data) == (3.0, 3.0, -3.0)
    assert math.copysign(1, (-Value(0.0)).data) == -1


def test_python_s_sum_and_max_work() -> None:
    v, w = Value(1.0), Value(2.0)
    total = sum([v, w, 3])
    assert total.data == 6.0
    total.backward()
    assert (v.grad, w.grad) == (1.0, 1.0)
    assert max(v, w) is w
    assert min([w, v]) is v
    assert sorted([w, v]) == [v, w]
    assert sum([]) == 0


# -------------------------------------------------------------------------------------- methods and functions agree


@pytest.mark.parametrize(
    "row", [row for row in table.values() if all(a.kind == "scalar" for a in row.arguments)], ids=lambda row: row.name
)
def test_method_and_function_are_the_same(row: Any) -> None:
    function = getattr(functions, row.name)
    operands = [0.5, 0.25, 0.75][: len(row.operands)]
    if row.name == "acosh":
        operands = [1.5]
    plain = function(*operands)
    assert type(plain) is float
    recorded = function(*map(Value, operands))
    assert (type(recorded), recorded.data, recorded.op) == (Value, plain, row.name)
    if hasattr(Value, row.name):
        method = getattr(Value(operands[0]), row.name)(*operands[1:])
        assert (method.data, method.op) == (plain, row.name)


@pytest.mark.parametrize(
    "row", [row for row in table.values() if row.built_in and len(row.operands) > 1], ids=lambda row: row.name
)
def test_an_int_beside_values_is_a_float(row: Any) -> None:
    places = [[1.0] if one.kind == "sequence" else 1.0 for one in row.operands]
    call = getattr(functions, row.name)
    for ints in range(1, 2 ** len(places)):
        operands = [
            place if not ints >> i & 1 else [1] if isinstance(place, list) else 1 for i, place in enumerate(places)
        ]
        taken = [one if ints >> i & 1 else values_of(one) for i, one in enumerate(operands)]
        result = call(*taken)
        assert type(result.data if isinstance(result, Value) else result) is float
        assert (result.data if isinstance(result, Value) else result) == call(*places)


def values_of(operand: Any) -> Any:
    return [Value(x) for x in operand] if isinstance(operand, list) else Value(operand)


def test_sequences_may_be_lists_generators_arrays_and_mixtures() -> None:
    v, w = Value(2.0), Value(3.0)
    assert functions.sum([v, w]).data == functions.sum(v, w).data == functions.sum(x for x in (v, w)).data == 5.0
    assert functions.sum(np.array([1.0, 2.0])) == 3.0
    assert functions.sum([v, 1, True, 2.5]).operands == ((v, 1.0, 1.0, 2.5),)
    mixed = functions.dot((x for x in (v, 2)), [1, w], True)
    assert mixed.data == 9.0
    assert mixed.parents == (v, w)
    mixed.backward()
    assert (v.grad, w.grad) == (1.0, 2.0)
    assert functions.dot([1, 2], [3, 4]) == 11.0
    assert functions.softmax([v, 2]) == [0.5, 0.5]
    assert functions.sum([]) == 0.0
    assert functions.dot([], []) == 0.0


MANY = [row for row in table.values() if row.built_in and any(one.kind == "sequence" for one in row.operands)]


@pytest.mark.parametrize("row", MANY, ids=lambda row: row.name)
def test_a_sequence_of_ints_alone_becomes_floats_and_one_of_words_is_refused(row: Any) -> None:
    call = getattr(functions, row.name)
    count = sum(one.kind == "sequence" for one in row.operands)
    for numbers in ([3, 2], [True, True], [Fraction(1, 2), Fraction(3)]):
        assert type(call(*[numbers] * count)) is float
    for words in (["a", "b"], [None], [1j]):
        with pytest.raises(UsageError, match="is not a real number"):
            call(*[words] * count)
    node = call([Value(1.0)], *[[2]] * (count - 1))
    assert {type(x) for operand in node.operands for x in flat(operand)} <= {Value, float}


def flat(operand: Any) -> tuple[Any, ...]:
    return operand if isinstance(operand, tuple) else (operand,)


# -------------------------------------------------------------------------------------- no gradient is lost silently


@pytest.mark.parametrize("convert", [float, math.exp, math.sqrt, np.float64, lambda v: "%.2f" % v])
def test_a_value_does_not_become_a_float_by_itself(convert: Any) -> None:
    velocity = Value(3.0)
    with pytest.raises(UsageError, match=r"v\w* \(= 3\).*exp\(v\).*v\.data"):
        convert(velocity)


@pytest.mark.parametrize("convert", [int, complex, math.trunc, range, lambda v: [1, 2][v]])
def test_nor_anything_else(convert: Any) -> None:
    velocity = Value(1.0)
    with pytest.raises(UsageError, match=r"v\w* \(= 1\) would lose its gradient .*v\.data"):
        convert(velocity)


@pytest.mark.parametrize(
    "refused",
    [round, math.floor, math.ceil, lambda v: v // 2, lambda v: 2 // v, lambda v: round(v, 2)],
    ids=["round", "floor", "ceil", "//", "2 //", "round 2"],
)
def test_staircases_are_refused_with_the_reason(refused: Any) -> None:
    velocity = Value(3.0)
    with pytest.raises(
        UsageError, match=r"v\w* \(= 3\) cannot be rounded .* a gradient of zero everywhere is no gradient"
    ):
        refused(velocity)


@pytest.mark.parametrize(
    "refused",
    [lambda v: v % 2, lambda v: 2 % v, lambda v: divmod(v, 2), lambda v: divmod(2, v)],
    ids=["%", "2 %", "divmod", "2 divmod"],
)
def test_remainders_are_refused_with_the_reason(refused: Any) -> None:
    velocity = Value(3.0)
    with pytest.raises(UsageError, match=r"v\w* \(= 3\) cannot go through % .* a gradient of zero everywhere"):
        refused(velocity)


def test_item_and_formatting_read_the_number() -> None:
    v = Value(math.pi)
    assert (v.item(), type(v.item())) == (math.pi, float)
    assert f"{v:.2f}" == "3.14"
    assert f"{v:>8.1f}|" == "     3.1|"
    assert f"{v}" == str(v) == "Value(3.141592653589793)"
    with pytest.raises(
        UsageError, match=r"'d' is no format of v \(= 3\.14159\), which holds a float .*'\.6g' and '\.0f' are"
    ):
        f"{v:d}"


# -------------------------------------------------------------------------------------------- comparing, hashing, text


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne])
@pytest.mark.parametrize(
    "other",
    [1, 2.0, 3.0, True, np.float64(2), np.float32(0.1), np.int64(2), Fraction(1, 3), Decimal("0.1"), math.nan],
    ids=repr,
)
def test_comparisons_compare_numbers(compare: Any, other: Any) -> None:
    for number in (2.0, 0.1, 1 / 3, -math.inf if isinstance(other, Decimal) else math.nan):  # Decimals do not order NaN
        v = Value(number)
        expected = float(other) if isinstance(other, np.generic) else other
        for result, want in (
            (compare(v, other), compare(number, expected)),
            (compare(other, v), compare(expected, number)),
            (compare(v, Value(2.0)), compare(number, 2.0)),
        ):
            assert type(result) is bool or isinstance(other, np.generic)  # where NumPy stands at the left, it answers
            assert bool(result) is want
    assert type(compare(Value(2.0), other)) is bool


def test_comparisons_with_ints_are_exact() -> None:
    assert Value(2.0**53) != 2**53 + 1
    assert Value(1e308) < 10**400
    assert Value(1e308) != 10**400


@pytest.mark.parametrize("other", [None, "a", 1j, [2.0], object()])
def test_a_value_equals_nothing_but_numbers(other: Any) -> None:
    v = Value(2.0)
    assert (v == other) is False
    assert (v != other) is True
    with pytest.raises(TypeError, match="not supported between"):
        _ = v < other


def test_hashing_is_by_identity() -> None:
    v, same = Value(2.0), Value(2.0)
    assert v == same
    assert len({v, same}) == 2
    assert {v: "v"}.get(same) is None


def test_truth_is_the_number_s_truth() -> None:
    assert not Value(0.0)
    assert not Value(-0.0)
    assert Value(1e-300)
    assert Value(math.nan)


def test_repr_shows_number_and_label() -> None:
    assert repr(Value(3)) == "Value(3.0)"
    assert repr(Value(3, label="w")) == "Value(3.0, label='w')"
    assert repr((Value(3) * 2).named("z")) == "Value(6.0, label='z')"


# -------------------------------------------------------------------------------------------------------------- labels


def test_leaves_and_results_bear_labels() -> None:
    w = Value(3, label="w")
    z = (w * 2).named("z")
    other = w * 2
    assert (w.label, z.label, other.label) == ("w", "z", "")
    z.label, w.label = "score", "weight"
    assert (w.label, z.label) == ("weight", "score")
    z.backward()
    assert (z.op, z.parents, w.grad) == ("mul", (w,), 2.0)
    z.label = ""
    assert z.label == ""


@pytest.mark.parametrize("label", [5, None, ["w"]])
def test_a_label_is_text(label: Any) -> None:
    v = Value(3.0, label="kept")
    with pytest.raises(UsageError, match="a label is a str"):
        Value(3, label=label)
    with pytest.raises(UsageError, match="a label is a str"):
        v.label = label
    with pytest.raises(UsageError, match="a label is a str"):
        (v * 2).named(label)
    assert v.label == "kept"


# ------------------------------------------------------------------------------------------------------- what is fixed


def test_a_value_cannot_be_subclassed() -> None:
    with pytest.raises(UsageError, match=r"keep Values in your own class, or add an operation with op\(\)"):
        type("Mine", (Value,), {})


@pytest.mark.parametrize(
    "arguments", [((Value(1.0),), "+"), ((Value(1.0),),), ((), "tanh"), ([Value(1.0)], "")], ids=repr
)
def test_a_node_cannot_be_built_by_hand(arguments: Any) -> None:
    with pytest.raises(UsageError, match=r"op\('cube\(x\)', 'x\*\*3', '3 \* x\*\*2'\)"):
        Value(3.0, *arguments)


def test_a_label_goes_by_its_name() -> None:
    with pytest.raises(UsageError, match=r"write Value\(2, label='w'\)"):
        Value(2, "w")


def test_a_node_has_no_room_for_other_attributes() -> None:
    v = Value(3.0)
    with pytest.raises(AttributeError):
        v.colour = "red"
    with pytest.raises(AttributeError):
        v.op = "mine"


def test_detach_gives_a_new_leaf() -> None:
    w = Value(3.0)
    d = (w * 2).detach()
    assert (d.data, d.op, d.parents) == (6.0, "", ())
    (d * w).backward()
    assert w.grad == 6.0


def test_reading_a_node() -> None:
    w, b = Value(3.0), Value(1.0)
    z = functions.dot([w, 2.0], [5, w], b)
    assert (z.op, z.operands, z.parents) == ("dot", ((w, 2.0), (5.0, w), b), (w, w, b))
    assert z.partials() == (5.0, 2.0, 1.0)
    slope = w.leaky_relu(slope=0.5)
    assert (slope.operands, slope.parameters, slope.row.name) == ((w,), {"slope": 0.5}, "leaky_relu")
    assert w.clip(1, 2).parameters == {"low": 1.0, "high": 2.0}
    assert (w.op, w.operands, w.parents, w.partials(), w.row, w.parameters) == ("", (), (), (), None, {})
    chosen = functions.where(w > 2, w, b)
    assert (chosen.operands, chosen.parents) == ((1.0, w, b), (w,))


# ----------------------------------------------------------------------------------------------- micrograd's own words


def trace(root: Any) -> Any:
    """The helper everybody has copied from the lecture: all nodes and edges of a graph."""
    nodes, edges = set(), set()

    def build(v: Any) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def test_the_drawing_helper_walks_prev() -> None:
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
    e = a * b
    e.label = "e"
    d = e + c
    d.label = "d"
    L = d * d
    nodes, edges = trace(L)
    assert {n.label for n in nodes} == {"a", "b", "c", "d", "e", ""}
    assert {(child.label, n.label) for child, n in edges} == {("a", "e"), ("b", "e"), ("e", "d"), ("c", "d"), ("d", "")}
    assert {n._op for n in nodes} == {"", "*", "+"}
    assert "{ %s | data %.4f | grad %.4f }" % (a.label, a.data, a.grad) == "{ a | data 2.0000 | grad 0.0000 }"


def test_micrograd_s_own_example_gives_micrograd_s_numbers() -> None:
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert f"{g.data:.4f}" == "24.7041"
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


class Neuron:
    """As micrograd's nn.py has it."""

    def __init__(self, nin: Any, nonlin: Any) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Any) -> Any:
        act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self) -> Any:
        return [*self.w, self.b]


def test_a_micrograd_training_loop_learns() -> None:
    random.seed(1337)
    hidden = [Neuron(2, nonlin=True) for _ in range(8)]
    out = Neuron(8, nonlin=False)
    parameters = [p for n in (*hidden, out) for p in n.parameters()]
    xs = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    ys = [-1.0, 1.0, 1.0, -1.0]
    losses = []
    for _ in range(150):
        scores = [out([n(x) for n in hidden]) for x in xs]
        loss = sum((1 + -yi * si).relu() for yi, si in zip(ys, scores, strict=True)) * (1.0 / len(ys))
        loss += 1e-4 * sum(p * p for p in parameters)
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.data -= 0.1 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.05 < losses[0]
    assert [(s.data > 0) == (y > 0) for s, y in zip(scores, ys, strict=True)] == [True] * 4


def test_no_grad_results_and_updates_in_place() -> None:
    w = Value(3.0)
    z = w * 2
    z.backward()
    with no_grad():
        w -= 0.5 * w.grad
    assert (w.data, w.op, w.parents) == (2.0, "", ())


def test_none_clears_a_gradient() -> None:
    w = Value(3.0)
    (w * 2).backward()
    w.grad = None  # as PyTorch's users write
    assert (w.grad, w.reached) == (0.0, False)
