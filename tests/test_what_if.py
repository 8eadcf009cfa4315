"""The recorded graph at other leaves: what comes out is what recording it anew would give, and nothing is touched."""

from __future__ import annotations

import copy
import math
import pickle
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import Value, no_grad, op
from autograd_scalar.errors import DomainError, UsageError
from autograd_scalar.explain.again import evaluated
from autograd_scalar.explain.what_if import WhatIf, at
from autograd_scalar.functions import abs as absolute
from autograd_scalar.functions import clip, dot, maximum, relu, sigmoid, where
from autograd_scalar.graph import topological_order

NUMBERS = st.floats(-4, 4).map(lambda x: round(x, 2))


def made(x: Value, w: Value, b: Value) -> Value:
    """A bit of everything: n-ary nodes, reuse, kinks, a choice, parameters."""
    z = dot([w, x], [x, 2.0], b)
    a = relu(z) + absolute(w) * sigmoid(x)
    m = maximum([a, b, x * x])
    result: Value = m * clip(z, low=-1, high=1) + where(x, a, b) - z
    return result


@given(old=st.tuples(NUMBERS, NUMBERS, NUMBERS), new=st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_it_is_what_recording_anew_gives(old: tuple[float, float, float], new: tuple[float, float, float]) -> None:
    leaves = [Value(x) for x in old]
    result = made(*leaves)
    before = [(node.data, node.reached) for node in topological_order(result, all_operands=True)]
    answer = at(result, dict(zip(leaves, new, strict=True)))
    again = [Value(x) for x in new]
    expected = made(*again)
    expected.backward()
    assert answer.value == expected.data
    gradients = {change.name: change.gradient_after for change in answer.changes}
    for name, leaf in zip(answer.moved, again, strict=True):
        assert gradients[name] == leaf.grad
    assert evaluated(topological_order(result), dict(zip(leaves, new, strict=True)))[result] == expected.data
    assert before == [(node.data, node.reached) for node in topological_order(result, all_operands=True)]


def test_names_old_and_new() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = relu(z)
    L = (a - y) ** 2
    answer = at(L, w=-3)
    change = answer["w"]
    assert (change.before, change.after, change.gradient_before, change.gradient_after) == (3.0, -3.0, 8.0, 0.0)
    assert (answer["a"].after, answer["a"].gradient_after, answer.value) == (0.0, -10.0, 25.0)
    (switched,) = answer.switched
    assert switched.how == "shut"
    assert str(switched) == "a = relu(z) shuts: z = 7 > 0 before, z = −5 ≤ 0 now."
    assert at(L, {w: 2.2}) == at(L, w=2.2) == at(L, {"w": 2.2})
    assert not L.reached
    assert w.data == 3.0


def test_a_relu_that_opens_and_a_choice_that_falls_otherwise() -> None:
    w, v = Value(-1), Value(4)
    a = relu(w)
    assert [one.how for one in at(a, w=1).switched] == ["opened"]
    m = maximum([w, v])
    (one,) = at(m, w=9).switched
    assert (one.how, one.before, one.after) == ("switched", "it takes v", "w")
    assert at(m, w=3).switched == ()
    c = where(w, v, a)
    assert at(c, w=0)["a"].gradient_after == 1.0


def test_a_relu_that_is_still_shut_is_said_to_be() -> None:
    x, w, b, y = Value(2), Value(-3), Value(1), Value(5)
    z = w * x + b
    a = relu(z)
    L = (a - y) ** 2
    assert at(L, b=5.9).notes == ("a = relu(z) is still shut: z = −0.1 ≤ 0.",)
    assert str(at(L, b=5.9)).endswith("\na = relu(z) is still shut: z = −0.1 ≤ 0.")
    assert at(L, b=5.9).ascii().endswith("\na = relu(z) is still shut: z = -0.1 <= 0.")
    assert at(L, b=7).notes == ()
    assert at(L, y=3).notes == ()  # y was heard
    assert at(L, b=5.9, y=3).notes == ()
    many = sum(relu(w * k) for k in (1.0, 2.0, 3.0, 4.0, 5.0)) + relu(b - 9) + relu(y)
    (*told, more, _) = at(many, w=-1).notes
    assert told == [f"relu({k}w) is still shut: {k}w = −{n} ≤ 0." for k, n in (("", 1), ("2·", 2), ("3·", 3))]
    assert more == "… and 2 more are still shut."
    assert at(absolute(w) * 0.0, w=-1).notes == ()  # no gate


def test_a_condition_that_python_decided_stays_and_is_mentioned() -> None:
    x = Value(2)
    s = where(x > 0, x, 0.0)
    answer = at(s, x=-1)
    assert answer.value == -1.0
    (note,) = answer.notes
    assert note == (
        "The condition of s was a plain truth value when the graph was recorded, and stays as it was; "
        "a Value, such as x.relu() for x > 0, would follow the leaves."
    )
    assert at(relu(x), x=1).notes == ()
    assert at(where(relu(x), x, 0.0), x=-1).notes == ()


def test_of_many_such_conditions_the_first_are_named() -> None:
    x = Value(2)
    a, b, c, d, e = (where(x > 0, x, float(k)) for k in range(5))
    (note, *_) = at((a + b + c + d + e).named("L"), x=-1).notes
    assert note.startswith("The condition of a, b, c and 2 more was a plain truth value")


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_the_condition_that_the_note_advises_chooses_as_the_comparison_does(x: float, to: float) -> None:
    """At the recorded number and at any other; with a bound besides, and with two."""

    def compared(v: float) -> list[bool]:
        return [v > 0, v - 3 > 0, v > 0 and v - 3 > 0]

    leaf = Value(x, label="x")
    advised: list[Value] = [relu(leaf), relu(leaf - 3), relu(leaf) * relu(leaf - 3)]
    for condition, then, now in zip(advised, compared(x), compared(to), strict=True):
        graph: Value = where(condition, leaf * 2, leaf + 100.0).named("L")
        assert graph.data == (x * 2 if then else x + 100.0)
        assert at(graph, {leaf: to}).value == (to * 2 if now else to + 100.0)


def test_a_leaf_of_the_branch_that_was_not_taken() -> None:
    c, p, q = Value(1), Value(10), Value(20)
    s = where(c, p, q)
    answer = at(s, c=0, q=21)
    assert (answer.value, answer["q"].gradient_before, answer["q"].gradient_after) == (21.0, 0.0, 1.0)


def test_it_records_whatever_the_mode() -> None:
    x = Value(2)
    y = x * x
    with no_grad():
        assert at(y, x=3)["x"].gradient_after == 6.0


def test_what_is_refused() -> None:
    x, w = Value(2), Value(3)
    z = w * x
    L = z.log()
    other = Value(1.0)
    with pytest.raises(UsageError, match=r"z is the result of mul, and only leaves .* The leaves are w, x"):
        at(L, z=1)
    with pytest.raises(UsageError, match="no node called 'q' in this graph; it has"):
        at(L, q=1)
    with pytest.raises(UsageError, match="no leaf is given"):
        at(L)
    with pytest.raises(UsageError, match="w is given twice"):
        at(L, {w: 1}, w=2)
    with pytest.raises(UsageError, match=r"at: w: '3' \(a str\) is not a real number"):
        at(L, w="3")  # type: ignore[arg-type]  # the point
    with pytest.raises(UsageError):
        at(L, {other: 1})
    with pytest.raises(UsageError, match="digits=0"):
        at(L, w=1, digits=0)
    with pytest.raises(DomainError, match=r"log\(z\).* at z = -2"):
        at(L, w=-1)
    w.data = 4.0
    with pytest.raises(UsageError, match=r"w .* was edited after"):
        at(L, w=5)


def test_a_long_chain_is_told_briefly() -> None:
    start = Value(1.0)
    node = start
    for _ in range(2000):
        node = relu(node * 1.0001)
    answer = at(node, start=-1.0)
    assert len(str(answer).splitlines()) < 60
    assert len(answer.changes) > 2000
    assert len(answer.switched) + answer.more_switched == 2000


class Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_printings() -> None:
    w1, x = Value(3, label="w1"), Value(2, label="<b>")
    L = relu(w1 * x).named("L")
    answer: WhatIf = at(L, w1=-1 / 3)
    assert str(answer).splitlines()[:3] == [
        "with w₁ = −0.333333 in place of 3:",
        "      value           gradient of L",
        "w₁    3 → −0.333333   2 → 0",
    ]
    assert answer.ascii().isascii()
    assert r"w_1 & 3 \to -0.333333 & 2 \to 0" in answer.latex()
    assert r"| $w_1$ | $3 \to -0.333333$ | $2 \to 0$ |" in answer.markdown()
    ET.fromstring(answer.mathml())
    html = answer._repr_html_()
    parser = Balanced()
    parser.feed(html)
    assert not parser.open
    assert "&lt;b&gt;" in html
    assert at(L, w1=1 / 3, digits=None)["w1"].after == 1 / 3
    assert repr(1 / 3) in str(at(L, w1=1 / 3, digits=None))


def test_nan_stays_nan() -> None:
    x = Value(2)
    assert math.isnan(at(x * 3, x=math.nan).value)


def test_an_operation_that_comes_to_lie_on_a_kink_is_told() -> None:
    w, x = Value(3, label="w"), Value(2, label="x")
    z = (w * x + 1).named("z")
    a = relu(z).named("a")
    told = at(a, w=-0.5)
    assert "z = 0 is exactly on the kink of a = relu(z): the slope taken there is a convention." in told.notes
    assert told.ascii().isascii()
    assert not at(a, w=-0.4).notes
    assert not at(relu(x * w).named("b"), w=2).notes


def test_made_up_names_are_explained() -> None:
    w, x = Value(3, label="w"), Value(2, label="x")
    L = (relu(w * x) * relu(w * x - 1)).named("L")
    told = at(L, w=1)
    assert told["t1"].after == 1
    assert told.notes == ("where t₁ = relu(w·x − 1)",)


def test_a_leaf_out_of_a_domain_is_called_by_its_name() -> None:
    x = Value(4, label="x")
    with pytest.raises(DomainError, match=r"^x \*\* 0\.5 has no real value at x = -1: "):
        at((x**0.5).named("r"), x=-1)


def test_of_several_choices_the_one_that_falls_out_otherwise_is_told() -> None:
    stair = op("stair(x)", "0 if x < 0 else x if x < 1 else 2*x - 1", "0 if x < 0 else 1 if x < 1 else 2")
    (told,) = at(stair(Value(0.5, label="x")).named("e"), x=2).switched
    assert str(told) == "e = stair(x) switches: x = 0.5 < 1 before, x = 2 ≥ 1 now."


def test_another_slope_of_the_same_branch_is_no_switch() -> None:
    answer = at(Value(-1.0, label="x").elu().named("e"), x=-2)
    assert answer["x"].gradient_after != answer["x"].gradient_before
    assert answer.switched == ()


def test_what_is_asked_wrongly_is_answered_by_a_sentence() -> None:
    L = Value(3, label="w").exp().named("L")
    with pytest.raises(UsageError, match=r"there is no row for 'v' here; there is w, L$"):
        at(L, w=1)["v"]
    with pytest.raises(UsageError, match=r"is not a Value; at\(L, w=2\.2\) takes the result"):
        at(lambda w: w, w=1)  # type: ignore[arg-type]  # the point


def test_what_has_no_graph_says_how_to_get_one() -> None:
    x, w = Value(2, label="x"), Value(3, label="w")
    L = (w * x - 1).relu().named("L")
    answer: Any = at(L, w=-3)
    with pytest.raises(AttributeError) as caught:
        answer.why("w")
    said, _, remedy = str(caught.value).partition("; ")
    assert said == "at() gives numbers, not a graph, so there is no .why here"
    assert remedy == "L.program().record(w=-3) is the graph at these leaves"
    there = eval(remedy.partition(" is ")[0], {"L": L})
    assert there.why("w").kind == "shut"
    with pytest.raises(AttributeError, match="'WhatIf' object has no attribute 'whi'"):
        answer.whi  # noqa: B018  # the point
    p = [Value(2.0), Value(3.0)]
    M = p[0] * p[1]
    answer = M.at({"p[0]": 5.0})
    with pytest.raises(AttributeError, match=r"M\.program\(\)\.record\(\{'p\[0\]': 5\}\) is the graph"):
        answer.explain(p[1])
    assert copy.deepcopy(answer) == pickle.loads(pickle.dumps(answer)) == answer


def test_of_a_very_large_graph_what_has_a_name_and_both_ends_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_scalar.steps.BLOCK", 100)
    node = Value(1.0, label="x")
    for place in range(400):
        node = (node * 1.001).sin()
        if place == 200:
            node = node.named("middle")
    answer = at(node.named("L"), x=1.5)
    names = [change.name for change in answer.changes]
    assert {"x", "middle", "L"} <= {*names}
    assert len(names) < 100
    assert answer.left_out + sum(change.name != "x" for change in answer.changes) == 800
    assert f"{answer.left_out + max(0, len(names) - 40):,} more" in str(answer)
