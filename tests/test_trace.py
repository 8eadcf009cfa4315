"""The trace: what is said at each step, and that it is what the backward pass does."""

from __future__ import annotations

import gc
import json
import math
import pickle
import random
import struct
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from test_accuracy import ROWS, flat, points, shaped

from autograd_scalar import AutogradError, UsageError, Value, dot, functions, maximum, op
from autograd_scalar import trace as room
from autograd_scalar.graph import topological_order
from autograd_scalar.ops import table
from autograd_scalar.testing import Graph, graphs
from autograd_scalar.trace import Step, Trace, trace

if TYPE_CHECKING:
    from autograd_scalar.ops import Row

RELU = """\
 [1/10] forward   z = w·x + b = 3·2 + 1 = 7
 [2/10] forward   a = relu(z) = relu(7) = 7
 [3/10] forward   L = (a − y)² = (7 − 5)² = 4
 [4/10] seed      dL/dL = 1
 [5/10] backward  L = (a − y)²   dL/da = 2(a − y) = 2·(7 − 5) = 4   (was unknown)
 [6/10] backward  L = (a − y)²   dL/dy = −2(a − y) = −2·(7 − 5) = −4   (was unknown)
 [7/10] backward  a = relu(z)    dL/dz = dL/da · da/dz = 4 · 1 = 4   (was unknown)
 [8/10] backward  z = w·x + b    dL/dw = dL/dz · dz/dw = 4 · 2 = 8   (was unknown)
 [9/10] backward  z = w·x + b    dL/dx = dL/dz · dz/dx = 4 · 3 = 12   (was unknown)
[10/10] backward  z = w·x + b    dL/db = dL/dz · dz/db = 4 · 1 = 4   (was unknown)"""

SIGMOID = """\
 [1/10] forward   z = w·x + b = 3·2 + 1 = 7
 [2/10] forward   a = σ(z) = σ(7) ≈ 0.999089
 [3/10] forward   L = (a − y)² ≈ (−4.00091)² ≈ 16.0073
 [4/10] seed      dL/dL = 1
 [5/10] backward  L = (a − y)²   dL/da = 2(a − y) ≈ 2·(−4.00091) ≈ −8.00182   (was unknown)
 [6/10] backward  L = (a − y)²   dL/dy = −2(a − y) ≈ −2·(−4.00091) ≈ 8.00182   (was unknown)
 [7/10] backward  a = σ(z)       dL/dz = dL/da · da/dz ≈ (−8.00182) · 0.000910221 ≈ −0.00728343   (was unknown)
 [8/10] backward  z = w·x + b    dL/dw = dL/dz · dz/dw ≈ (−0.00728343) · 2 ≈ −0.0145669   (was unknown)
 [9/10] backward  z = w·x + b    dL/dx = dL/dz · dz/dx ≈ (−0.00728343) · 3 ≈ −0.0218503   (was unknown)
[10/10] backward  z = w·x + b    dL/db = dL/dz · dz/db ≈ (−0.00728343) · 1 ≈ −0.00728343   (was unknown)"""

REUSE = """\
[1/5] forward   y = x·x + 3·x = 2·2 + 3·2 = 10
[2/5] seed      dy/dy = 1
[3/5] backward  y = x·x + 3·x   ∂y/∂x = x = 2   dy/dx: 2 (1st of 3)
[4/5] backward  y = x·x + 3·x   ∂y/∂x = x = 2   dy/dx: 2 + 2 = 4 (2nd of 3)
[5/5] backward  y = x·x + 3·x   ∂y/∂x = 3   dy/dx: 4 + 3 = 7 (3rd of 3)"""

REUSE_BY_OP = """\
[1/9] forward   t₁ = x·x = 2·2 = 4
[2/9] forward   t₂ = 3·x = 3·2 = 6
[3/9] forward   y = t₁ + t₂ = 4 + 6 = 10
[4/9] seed      dy/dy = 1
[5/9] backward  y = t₁ + t₂   dy/dt₁ = 1   (was unknown)
[6/9] backward  y = t₁ + t₂   dy/dt₂ = 1   (was unknown)
[7/9] backward  t₂ = 3·x      dy/dt₂ · ∂t₂/∂x = 1 · 3 = 3   dy/dx: 3 (1st of 3)
[8/9] backward  t₁ = x·x      dy/dt₁ · ∂t₁/∂x = 1 · 2 = 2   dy/dx: 3 + 2 = 5 (2nd of 3)
[9/9] backward  t₁ = x·x      dy/dt₁ · ∂t₁/∂x = 1 · 2 = 2   dy/dx: 5 + 2 = 7 (3rd of 3)"""


def neuron(activation: str = "relu", weight: float = 3.0) -> Value:
    x, w, b, y = Value(2, label="x"), Value(weight, label="w"), Value(1, label="b"), Value(5, label="y")
    z = (w * x + b).named("z")
    a: Value = getattr(z, activation)().named("a")
    return ((a - y) ** 2).named("L")


def reuse() -> Value:
    x = Value(2, label="x")
    return (x * x + 3 * x).named("y")


def bits(x: float) -> bytes:
    return struct.pack("d", x)


# ------------------------------------------------------------------------------------------------------ what is said


def test_the_documents_neurons_in_ten_steps() -> None:
    assert str(trace(neuron())) == RELU
    assert str(trace(neuron("sigmoid"))) == SIGMOID


def test_a_reuse_is_added_up_before_the_readers_eyes() -> None:
    assert str(trace(reuse())) == REUSE
    assert str(trace(reuse(), every_op=True)) == REUSE_BY_OP


def test_names_are_the_callers() -> None:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    assert str(trace(L)) == RELU


def test_a_function_and_its_arguments() -> None:
    def f(x: Value, w: Value, b: Value, y: Value) -> Value:
        z = w * x + b
        a = z.relu()
        return (a - y) ** 2

    assert str(trace(f, x=2, w=3, b=1, y=5)) == RELU
    assert str(trace(f, 2, 3, b=1, y=Value(5.0))) == RELU


def test_every_leaf_has_a_name() -> None:
    made = trace((Value(2.0) * Value(3.0)).named("L"))
    assert [step.equation.text() for step in made] == [
        "L = v₁·v₂ = 2·3 = 6", "dL/dL = 1", "dL/dv₁ = v₂ = 3", "dL/dv₂ = v₁ = 2",
    ]  # fmt: skip


def test_a_choice_of_a_plain_number_ends_the_way_back() -> None:
    c, y = Value(1.0, label="c"), Value(3.0, label="y")
    made = trace((functions.where(c, 2.0, y) * y).named("L"))
    assert [step.equation.text() for step in made][-1] == "dL/dy = where(c, 2, y) = where(1, 2, 3) = 2"
    assert [(node.op, node.grad) for node in made.nodes] == [("where", 3.0), ("", 2.0), ("mul", 1.0)]
    assert made.state(2).grad == (3.0, None, 1.0)


def test_a_leaf_alone() -> None:
    made = trace(Value(2.0, label="x"))
    assert [step.phase for step in made] == ["seed"]
    assert made.state(0).data == (2.0,)
    assert made.state(1).grad == (1.0,)


def test_look_alikes_are_shown_as_typed() -> None:
    made = trace((Value(2.0, label="w1") * Value(3.0, label="w_1")).named("L"))
    assert made.steps[0].equation.text() == "L = w1·w_1 = 2·3 = 6"
    assert [node.shown for node in made.nodes] == ["w1", "w_1", "L"]
    assert made.find("w_1") == 1


def test_digits() -> None:
    third = (Value(1.0, label="x") / 3).named("L")
    assert trace(third, digits=3).steps[0].equation.text() == "L = x/3 = 1/3 ≈ 0.333"
    assert trace(third, digits=None).steps[0].equation.text() == "L = x/3 = 1/3 ≈ 0.3333333333333333"
    with pytest.raises(UsageError, match="digits=0"):
        trace(third, digits=0)


@pytest.mark.parametrize("label", ["</script><img src=x onerror=alert(1)>", '"]; evil', "a\nb", "\u202e"])
def test_names_of_users_are_text(label: str) -> None:
    made = trace((Value(2.0, label=label) * Value(3.0, label="w")).named("L"))
    for step in made:
        for line in filter(None, (step.equation, step.slope, step.formula, step.total)):
            ET.fromstring(line.mathml())
            assert line.ascii().isascii()
            assert "\n" not in line.text()
    assert json.loads(made.to_json())["nodes"][0]["name"] == label


# -------------------------------------------------------------------------------------------------------- the reasons


def reason(made: Trace, name: str) -> str:
    return made.steps_of(made.find(name) or 0)[-1].reason


def test_reasons() -> None:
    open_, shut = trace(neuron()), trace(neuron(weight=-3))
    assert reason(open_, "z") == "relu lets the gradient through unchanged, because z = 7 > 0."
    assert reason(open_, "w") == "z rises 2 times as fast as w, so the gradient is multiplied by 2."
    assert reason(open_, "b") == "z changes exactly as b does, so the gradient comes through unchanged."
    assert reason(open_, "y") == "L falls 4 times as fast as y rises."
    assert reason(shut, "z") == "relu lets nothing through, because z = −5 ≤ 0."
    assert reason(shut, "w") == "dL/dz is 0 already, so nothing can flow on to w."
    assert open_.steps[0].reason == "z is computed from w, x and b."
    assert open_.steps[3].reason == "The way back begins here: L changes exactly as L does."
    assert [step.reason.partition("; ")[2] for step in trace(reuse())][2:] == [
        "dy/dx is a sum, and 2 more contributions will come.",
        "dy/dx is a sum, and 1 more contribution will come.",
        "with this, the last of 3 contributions, dy/dx is complete.",
    ]


CHOICES = [
    row.name
    for row in table.values()
    if row.built_in and row.kinks and len(row.operands) == 1 and row.operands[0].kind == "scalar"
]


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_in_a_rule_is_the_reason(name: str) -> None:
    parameters = [one.name for one in table[name].arguments if one.kind == "parameter" and one.default is None]
    given = {one: float(2 * place - 1) for place, one in enumerate(parameters)}
    for x in (-1.25, -0.5, 0.5, 1.25):
        leaf = Value(x, label="x")
        made = trace(getattr(functions, name)(leaf, **given).named("a"))
        said = made.steps[-1].reason
        assert " because " in said
        assert table[name].symbol in said
        assert any(number in said for number in ("x = 0.5", "x = 1.25", "x = −0.5", "x = −1.25"))


def test_a_slope_without_a_number_says_so() -> None:
    x = Value(0.0, label="x")
    made = trace((x * math.inf).named("a") * 0.0)
    assert "no finite value" in reason(made, "x")


def test_where_the_formula_of_a_slope_has_no_value_there_is_the_number_of_the_row() -> None:
    made = trace(functions.hypot(Value(0.0, label="x"), Value(0.0, label="y")).named("L"))
    assert [step.equation.text() for step in made][2:] == ["dL/dx = 0", "dL/dy = 0"]
    assert reason(made, "x") == "the formula of this slope has no value here, and by convention the slope is 0."
    (root,) = [step for step in trace(functions.sqrt(Value(0.0, label="x")).named("L")) if step.phase == "backward"]
    assert root.equation.text() == "dL/dx = ∞"


@pytest.mark.parametrize(
    ("condition", "x", "because"),
    [
        ("x < -1 or x > 1", 2.0, "x = 2 > 1"),
        ("x < -1 or x > 1", -2.0, "x = −2 < −1"),
        ("x < -1 or x > 1", 0.5, "x = 0.5 ≥ −1 and x = 0.5 ≤ 1"),
        ("-1 < x < 1", 0.5, "x = 0.5 > −1 and x = 0.5 < 1"),
        ("-1 < x < 1", 2.0, "x = 2 ≥ 1"),
        ("not x > 1", 0.5, "x = 0.5 ≤ 1"),
        ("not x > 1", 2.0, "x = 2 > 1"),
        ("not (x > -1 and x < 1)", 2.0, "x = 2 ≥ 1"),
        ("x", 2.0, "x = 2 ≠ 0"),
        ("x", 0.0, "x = 0"),
        ("not x", 2.0, "x = 2 ≠ 0"),
    ],
)
def test_the_condition_that_holds_is_the_reason(condition: str, x: float, because: str) -> None:
    band = op("band(x)", f"2 * x if {condition} else x", f"2 if {condition} else 1")
    leaf = Value(x, label="x")
    done = "multiplies the gradient by 2" if eval(condition) else "lets the gradient through unchanged"
    assert reason(trace((band(leaf) * 3).named("L"), every_op=True), "x") == f"band {done}, because {because}."


# ------------------------------------------------------------------------------------------- it is what backward does


@given(graphs())
def test_the_numbers_are_those_of_the_pass(graph: Graph) -> None:
    order = topological_order(graph.result)
    for every_op in (False, True):
        for node in order:
            node.grad = None
        made = trace(graph.result, every_op=every_op)
        assert not any(node.reached for node in order)
        graph.result.backward()
        assert [bits(node.grad) for node in made.nodes] == [bits(node.grad) for node in order]
        assert [node.data for node in made.nodes] == [node.data for node in order]
        grads = made.state(len(made)).grad
        assert [bits(grad) for grad in grads if grad is not None] == [bits(node.grad) for node in order]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_passes_on_its_adjoint_times_its_partial_to_the_last_bit(row: Row) -> None:
    rng = random.Random(row.name)
    for operands, parameters in points(row, 40):
        for share in (1.0, 0.6):
            leaves = [Value(x) if rng.random() < share else x for x in flat(operands)]
            try:
                result = getattr(functions, row.name)(*shaped(operands, leaves), **parameters)
                if not isinstance(result, Value):
                    continue
                result.backward(0.7)
                slopes = result.partials()
            except AutogradError:
                continue
            expected = dict.fromkeys(result.parents, 0.0)
            for parent, slope in zip(result.parents, slopes, strict=True):
                expected[parent] += 0.7 * slope
            assert [bits(one.grad) for one in expected] == [bits(one) for one in expected.values()], leaves


@given(graphs())
def test_each_step_follows_from_the_one_before(graph: Graph) -> None:
    for every_op in (False, True):
        made = trace(graph.result, every_op=every_op)
        own = [step for step in made if step.phase == "backward"]
        gradients: dict[int, float] = {made.root: 1.0}
        seen: dict[int, int] = {}
        for step in own:
            assert step.source is not None
            assert step.upstream == gradients[step.source]
            contribution, at = step.upstream, step.source
            for node, place in step.edges:
                assert node == at
                contribution *= made.nodes[node].partials[place]
                at = made.nodes[node].parents[place]
            assert at == step.node
            assert step.contribution is not None
            assert bits(step.contribution) == bits(contribution)
            assert step.before == gradients.get(step.node)
            total = (step.before or 0.0) + contribution
            if every_op:
                assert bits(total + 0.0) == bits(step.after + 0.0)
            else:
                assert math.isclose(total, step.after, rel_tol=1e-12, abs_tol=1e-12 * largest(own, step.node))
            gradients[step.node] = step.after
            seen[step.node] = seen.get(step.node, 0) + 1
            assert step.use[0] == seen[step.node]
        assert all(step.use[1] == seen[step.node] for step in own)


def test_a_complete_gradient_is_the_passs_own_whatever_the_order_of_adding() -> None:
    x = Value(1.0, label="x")
    y = (0.1 * x + 0.2 * x + 0.3 * x).named("y")
    last = trace(y).steps[-1]
    y.backward()
    assert bits(x.grad) != bits(0.1 + 0.2 + 0.3)
    assert bits(last.after) == bits(x.grad)


def largest(steps: list[Step], node: int) -> float:
    return max(abs(step.contribution or 0.0) for step in steps if step.node == node)


@given(graphs())
def test_every_step_changes_what_it_says_and_nothing_else(graph: Graph) -> None:
    made = trace(graph.result)
    assert [step.number for step in made] == list(range(1, len(made) + 1))
    assert made.state(0).grad == (None,) * len(made.nodes)
    assert [x is not None for x in made.state(0).data] == [node.kind == "leaf" for node in made.nodes]
    for step in made:
        before, after = made.state(step.number - 1), made.state(step.number)
        data = {place for place, (a, b) in enumerate(zip(before.data, after.data, strict=True)) if a != b}
        grad = {place for place, (a, b) in enumerate(zip(before.grad, after.grad, strict=True)) if a != b}
        folded = {node.number for node in made.nodes if not node.is_step}
        if step.phase == "forward":
            assert data - folded == {step.node}
            assert not grad
            assert after.data[step.node] == step.after
        else:
            assert not data
            assert grad - folded <= {step.node}
            assert grad & folded <= {node for node, _ in step.edges}
            assert after.grad[step.node] == step.after
            assert before.grad[step.node] == step.before
    last = made.state(len(made))
    assert None not in last.data
    assert None not in last.grad


@given(graphs())
def test_a_trace_is_data(graph: Graph) -> None:
    made = trace(graph.result)
    again = trace(graph.result)
    assert made == again
    assert pickle.loads(pickle.dumps(made)) == made
    assert str(made) == str(again)
    assert made.to_json() == again.to_json()
    read = json.loads(made.to_json())
    assert len(read["steps"]) == len(made)
    assert [node["data"] for node in read["nodes"]] == [node.data for node in made.nodes]


def test_an_equation_is_written_in_every_style() -> None:
    line = trace(neuron()).steps[4].equation
    assert repr(line) == str(line) == line.text() == "dL/da = 2(a − y) = 2·(7 − 5) = 4"
    assert line.ascii() == "dL/da = 2*(a - y) = 2*(7 - 5) = 4"
    assert line.latex() == r"\frac{dL}{da} = 2\left(a - y\right) = 2 \cdot \left(7 - 5\right) = 4"
    assert ET.fromstring(line.mathml()).tag == "{http://www.w3.org/1998/Math/MathML}math"


def test_a_short_trace_is_its_steps_at_the_prompt_and_a_long_one_says_how_many() -> None:
    assert repr(trace(neuron())) == RELU
    x = Value(0.5, label="x")
    wave = x
    for _ in range(20):
        wave = wave.sin()
    made = trace(wave.named("L"), every_op=True)
    assert repr(made) == "L in 41 steps; print(…) lists them"
    assert str(made).count("\n") == 40


def test_the_graph_is_not_kept() -> None:
    held = [neuron()]  # a variable would stay in the frame's snapshot where a debugger or a coverage tool is at work
    made = trace(held[0])
    made.state(3)
    gc.disable()
    try:
        count = sum(type(one) is Value for one in gc.get_objects())
        held.clear()
        assert sum(type(one) is Value for one in gc.get_objects()) == count - 9
    finally:
        gc.enable()
    assert len(made) == 10


def test_numbers_that_json_lacks() -> None:
    made = trace((Value(math.inf, label="x") - Value(math.inf, label="y")).named("L"))
    read = json.loads(made.to_json(), parse_constant=pytest.fail)
    assert [node["data"] for node in read["nodes"]] == ["Infinity", "Infinity", "NaN"]


def test_a_graph_that_has_seen_other_passes_is_traced_afresh() -> None:
    result = neuron()
    result.backward(seed=100.0)
    result.backward()
    grads = [node.grad for node in topological_order(result)]
    assert str(trace(result)) == RELU
    assert [node.grad for node in topological_order(result)] == grads


# ------------------------------------------------------------------------------------------------- large, and refused


@pytest.mark.slow
def test_a_graph_too_large_is_answered_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Value(1.0)
    chain = x
    for _ in range(200_000):
        chain = chain + 1.0
    monkeypatch.setattr(room, "Steps", pytest.fail)  # which reads all of it
    with pytest.raises(UsageError, match=r"more than 100,000 nodes.*L\.explain"):
        trace(chain)


def test_too_many_steps() -> None:
    x = chain = Value(1.0, label="x")
    for _ in range(room.LISTED // 2):
        chain = chain.tanh()
    with pytest.raises(UsageError, match="10,001 steps, and at most 10,000 are listed"):
        trace(chain, every_op=True)
    assert x.data == 1.0


def test_a_wide_sum_is_shortened_and_each_of_its_edges_is_a_step() -> None:
    w = [Value(0.5, label=f"w[{place}]") for place in range(600)]
    x = [Value(2.0, label=f"x[{place}]") for place in range(600)]
    made = trace(dot(w, x).named("z"))
    assert len(made) == 1 + 1 + 1200
    assert len(made.steps[0].equation.text()) < 1000
    assert made.steps[-1].equation.text() == "dz/dx[599] = w[599] = 0.5"


def test_refusals() -> None:
    x = Value(2.0, label="x")
    square = (x * x).named("L")
    with pytest.raises(UsageError, match="has no place here"):
        trace(square, 3)
    with pytest.raises(UsageError, match="neither a Value nor a function"):
        trace(3)  # type: ignore[arg-type]  # the point
    with pytest.raises(UsageError, match="returned 3"):
        trace(lambda: 3)
    with pytest.raises(UsageError, match="there are 4 steps"):
        trace(square).state(5)
    x.data = 3.0
    with pytest.raises(UsageError, match=r"x \(= 3\) was edited"):
        trace(square)


def test_a_tie_is_told() -> None:
    x, y = Value(2.0, label="x"), Value(2.0, label="y")
    made = trace(maximum(x, y).named("m"))
    assert [step.after for step in made][-2:] == [0.5, 0.5]
    assert made.steps[-1].reason == "m rises 0.5 times as fast as y."
