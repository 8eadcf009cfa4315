"""Each error of contract 1: its class, the words a learner reads, and that nothing in the graph has changed."""

# Most attempts here are mistakes on purpose:
# mypy: disable-error-code="attr-defined"
# ruff: noqa: E501, ISC004  # an error is one line, as it is read; the attempts are written here

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

import autograd_scalar
from autograd_scalar import (
    AutogradError,
    DivisionError,
    DomainError,
    RangeError,
    UsageError,
    Value,
    functions,
    gradients,  # noqa: F401  # in an attempt
    op,
    other_words,
)
from autograd_scalar.graph import topological_order
from autograd_scalar.ops import table


def test_each_kind_is_also_python_s_own() -> None:
    assert issubclass(DomainError, ValueError)
    assert issubclass(DivisionError, ZeroDivisionError)
    assert issubclass(RangeError, OverflowError)
    assert issubclass(UsageError, TypeError)
    assert all(issubclass(kind, AutogradError) for kind in (DomainError, DivisionError, RangeError, UsageError))


# An attempt, as source, on mass = −2, rest = 0, big = 1000 and long (unnamed results of them): the class, and all it says.
ATTEMPTS = {
    "mass ** 0.5": (
        DomainError,
        "mass ** 0.5 has no real value at mass = -2: pow(x, y) needs x >= 0 or y == floor(y) "
        "(a negative base with a fractional exponent gives a complex number). Bring it into that range first",
    ),
    "mass.log()": (DomainError, "log(mass) has no real value at mass = -2: log(x) needs x > 0. Bring it into that range first"),
    "functions.log(rest)": (DomainError, "log(rest) has no real value at rest = 0: log(x) needs x > 0."),
    "(mass - 1).sqrt()": (DomainError, "sqrt(mass - 1) has no real value at mass - 1 = -3: sqrt(x) needs x >= 0."),
    "functions.asin(Value(2, label='tilt'))": (DomainError, "asin(tilt) has no real value at tilt = 2: asin(x) needs -1 <= x <= 1."),
    "(mass - rest - 1).sqrt()": (DomainError, "sqrt((mass - rest) - 1) has no real value at (mass - rest) - 1 = -3: sqrt(x) needs x >= 0."),
    "1 / (mass - mass - rest)": (DivisionError, "1 / ((mass - mass) - rest) divides by zero at (mass - mass) - rest = 0;"),
    "(((mass - big) * 2 - big) * 2 - big * mass).log()": (DomainError, "log((-6008) - (-2000)) has no real value"),
    "Value(math.inf).sin()": (DomainError, "sin(inf) has no real value: sin(x) needs -inf < x < inf."),
    "functions.log(-1.0)": (DomainError, "log(-1) has no real value: log(x) needs x > 0."),
    "(-8) ** Value(0.5)": (DomainError, "(-8) ** 0.5 has no real value"),
    "functions.softmax([])": (DomainError, "softmax of no numbers has no value; give at least one"),
    "functions.mean([])": (DomainError, "mean of no numbers has no value; give at least one"),
    "functions.logsumexp([])": (DomainError, "logsumexp of no numbers has no value; give at least one"),
    "functions.maximum([])": (DomainError, "maximum of no numbers has no value; give at least one"),
    "mass / 0": (DivisionError, "mass / 0 divides by zero at mass = -2; keep the denominator away from 0"),
    "1 / rest": (DivisionError, "1 / rest divides by zero at rest = 0; keep the denominator away from 0"),
    "mass / (rest * 2)": (DivisionError, "mass / (rest * 2) divides by zero at mass = -2, rest * 2 = 0;"),
    "rest ** -1": (DivisionError, "rest ** (-1) divides by zero at rest = 0;"),
    "rest ** mass": (DivisionError, "rest ** mass divides by zero at rest = 0, mass = -2;"),
    "rest.reciprocal()": (DivisionError, "reciprocal(rest) divides by zero at rest = 0;"),
    "big.exp()": (RangeError, "exp(big) is beyond the largest float, about 1.8e308, at big = 1000; bring its operands into a smaller range"),
    "(big * 2).exp()": (RangeError, "exp(big * 2) is beyond the largest float, about 1.8e308, at big * 2 = 2000;"),
    "Value(1e200) ** 2": (RangeError, "1e+200 ** 2 is beyond the largest float, about 1.8e308; bring"),
    "big * 10**400": (RangeError, "big * an int: an int of 1329 bits is beyond the largest float, about 1.8e308; scale it down first"),
    "Value(10**400)": (RangeError, "Value(…): an int of 1329 bits is beyond the largest float"),
    "Value('3')": (UsageError, "Value(…): '3' (a str) is not a real number; write float(…) around it"),
    "Value(1j)": (UsageError, "Value(…): 1j (a complex) is not a real number; this engine differentiates real functions only"),
    "Value([1])": (UsageError, "Value(…): [1] (a list) is not a real number; make one Value for each number: [Value(x) for x in …]"),
    "Value(None)": (UsageError, "Value(…): None is not a real number; did a function forget its return?"),
    "Value(mass)": (UsageError, "Value(…): mass (= -2) is a Value where a plain number belongs; read it with .item()"),
    "Value('long ' * 40)": (UsageError, "…"),
    "mass + None": (UsageError, "mass + None: None is not a real number"),
    "'a' * mass": (UsageError, "'a' * mass: 'a' (a str) is not a real number"),
    "functions.max('a', mass)": (UsageError, "max('a', mass): 'a' (a str) is not a real number"),
    "functions.relu('a')": (UsageError, "relu: 'a' (a str) is not a real number"),
    "mass.leaky_relu(slope=big)": (UsageError, "leaky_relu: big (= 1000) is a Value where a plain number belongs"),
    "functions.dot([mass, 'a'], [1, 2])": (UsageError, "dot, w[1]: 'a' (a str) is not a real number"),
    "functions.dot([mass, big], [1])": (UsageError, "dot: the sequences have 2 and 1 elements; they must be of one length"),
    "functions.dot(mass, big)": (UsageError, "dot: mass (= -2) is not a sequence of numbers; put the numbers in a list"),
    "functions.sum('abc')": (UsageError, "sum: 'abc' (a str) is not a sequence of numbers"),
    "functions.softmax(mass)": (UsageError, "softmax: mass (= -2) is not a sequence of numbers"),
    "functions.where(None, mass, big)": (UsageError, "where, condition: None is not a real number"),
    "math.exp(mass)": (UsageError, "mass (= -2) would lose its gradient as a plain float."),
    "mass % 2": (UsageError, "mass (= -2) cannot go through %"),
    "(mass * rest).backward(seed=big)": (UsageError, "backward: big (= 1000) is no seed, which is a number; L.backward() finds the gradients of all leaves, and then big.grad is dL/dbig"),
    "gradients(mass, big)": (UsageError, "gradients(L, wrt): wrt is a list of Values; write gradients(L, [big])"),
    "gradients(2.0, [mass])": (UsageError, "gradients(L, wrt): L is 2.0 (a float), not a Value"),
}  # fmt: skip


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_error_says_what_where_and_what_to_do(attempt: Any) -> None:
    kind, words = ATTEMPTS[attempt]
    mass, rest, big = Value(-2.0), Value(0.0), Value(1000.0)
    graph = [mass, rest, big, mass * rest + big]
    before = [(v.data, v.grad, v.reached, v.parents, v._clock) for v in graph]
    scope = {**globals(), "mass": mass, "rest": rest, "big": big}
    with pytest.raises(AutogradError) as caught:
        eval(attempt, scope)  # the attempts above
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert len(str(caught.value)) < 250
    assert [(v.data, v.grad, v.reached, v.parents, v._clock) for v in graph] == before
    assert len(topological_order(graph[-1])) == 5


@pytest.mark.parametrize("row", [row for row in table.values() if row.poles or row.domain], ids=lambda row: row.name)
def test_a_row_refuses_outside_its_domain_in_its_own_words(row: Any) -> None:
    names = [argument.name for argument in row.operands]
    outside = {"pow": [-2.0, 0.5], "div": [1.0, 0.0], "reciprocal": [0.0], "acosh": [0.5]}.get(row.name)
    if outside is None:
        outside = [math.inf] if "inf" in row.domain else [-2.0]
    for take in (lambda x: x, Value):
        with pytest.raises(AutogradError) as caught:
            getattr(functions, row.name)(*map(take, outside))
        words = f"{row.name}({', '.join(names)}) needs {row.domain}" if row.domain else "divides by zero"
        assert words in str(caught.value)


class Reluctant:
    def __float__(self) -> float:
        raise ValueError("not today")


@pytest.mark.parametrize("row", [row for row in table.values() if row.built_in], ids=lambda row: row.name)
def test_an_operand_that_is_no_float_is_refused_at_every_place(row: Any) -> None:
    places = len(row.operands)
    for place, others, (given, kind, words) in itertools.product(
        range(places),
        (1.0, Value(1.0)),
        ((10**400, RangeError, "an int of 1329 bits is beyond"), (Reluctant(), UsageError, "is not a real number")),
    ):
        operands = [given if i == place else others for i in range(places)]
        shaped = [[others, x] if one.kind == "sequence" else x for x, one in zip(operands, row.operands, strict=True)]
        with pytest.raises(AutogradError, match=words) as caught:
            getattr(functions, row.name)(*shaped, **{one.name: 1.0 for one in row.arguments if one.kind == "parameter"})
        assert type(caught.value) is kind
        assert row.name in str(caught.value) or row.infix in str(caught.value)


@pytest.mark.parametrize("name", ["mean", "logsumexp", "maximum", "minimum", "sum", "prod", "dot"])
def test_no_numbers_have_a_value_or_are_refused(name: str) -> None:
    count = len([one for one in table[name].operands if one.kind == "sequence"])
    if name in {"sum", "prod", "dot"}:
        assert getattr(functions, name)(*[[]] * count) == (name == "prod")
    else:
        with pytest.raises(DomainError, match=f"{name} of no numbers has no value; give at least one"):
            getattr(functions, name)(*[[]] * count)


def test_a_label_wins_over_a_variable_and_a_number_stands_for_what_has_no_name() -> None:
    inner = Value(-1.0, label="speed")
    with pytest.raises(DomainError, match=r"log\(speed\) has no real value at speed = -1"):
        inner.log()
    with pytest.raises(DomainError, match=r"log\(-1\) has no real value: log"):
        Value(-1.0).log()
    weights = [Value(1.0), Value(-1.0)]
    with pytest.raises(DomainError, match=r"log\(weights\[1\]\) has no real value at weights\[1\] = -1"):
        weights[1].log()


def test_a_user_s_row_speaks_too() -> None:
    op("half_life(x, *, rate)", "log(x) / rate", "1 / (rate * x)", domain="x > 0", poles="rate == 0")
    dose = Value(1.0)
    with pytest.raises(DivisionError, match=r"half_life\(dose\) divides by zero at dose = 1"):
        dose.half_life(rate=0)
    with pytest.raises(DomainError, match=r"half_life\(dose - 2\) .* half_life\(x\) needs x > 0"):
        (dose - 2).half_life(rate=1)


def test_a_row_whose_name_looks_like_one_of_ours_is_called_by_its_name() -> None:
    op("radd_(x, y)", "x * y", "y", "x")
    speed = Value(2.0)
    with pytest.raises(UsageError, match=r"^radd_\(speed, None\): None is not a real number"):
        functions.radd_(speed, None)
    with pytest.raises(RangeError, match=r"^radd_\(an int, speed\): an int of 1329 bits"):
        functions.radd_(10**400, speed)


def test_words_of_other_libraries_are_answered_with_the_word_here() -> None:
    w: Any = Value(3.0)
    for word, said in {
        "ln": "a Value has no ln; it is called log here",
        "gradient": "a Value has no gradient; it is called grad here",
        "requires_grad": "a Value has no requires_grad; every leaf gets a gradient",
    }.items():
        for attempt in (lambda word=word: getattr(w, word), lambda word=word: setattr(w, word, True)):
            with pytest.raises(AttributeError) as caught:
                attempt()
            assert str(caught.value) == said
        assert not hasattr(w, word)
        assert word not in dir(w)
    for word, here in (other_words._FUNCTIONS | other_words._ATTRIBUTES).items():
        assert hasattr(w, here), word
        assert not hasattr(w, word)
    for module in (autograd_scalar, functions):
        with pytest.raises(AttributeError, match=r"has no attribute 'swish'; it is called silu here$"):
            module.swish  # noqa: B018  # the point
    assert "log" in dir(w)


def test_an_operation_of_the_user_s_own_may_bear_such_a_word() -> None:
    op("ln(x)", "log(x)", "1 / x")
    w: Any = Value(2.0)
    assert w.ln() == functions.log(2.0)
    assert "ln" in dir(w)


def test_an_object_that_cannot_be_shown_is_named_by_its_class() -> None:
    class Shy:
        def __repr__(self) -> str:
            raise RuntimeError("not now")

    with pytest.raises(UsageError, match=r"^Value\(…\): <Shy> \(a Shy\) is not a real number"):
        Value(Shy())  # type: ignore[arg-type]  # the point


def test_an_error_keeps_the_message_short_for_long_operands() -> None:
    many = [Value(float(n)) for n in range(1000)]
    op("spread(*x)", "sqrt(total(x) - 1000000)", "1")
    with pytest.raises(DomainError) as caught:
        functions.spread(many)
    assert len(str(caught.value)) < 250
