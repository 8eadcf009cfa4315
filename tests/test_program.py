"""Programs: the graph as data, the same to the last bit wherever it goes, and nothing else than data."""

from __future__ import annotations

import copy
import json
import math
import pickle
import re
import subprocess
import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd_scalar
from autograd_scalar import AutogradError, DomainError, UsageError, Value, functions, no_grad, op, program
from autograd_scalar.ops import table
from autograd_scalar.program import Equation, Program, numbered
from autograd_scalar.testing import Graph, graphs

NEURON = """\
inputs   w, x, b, y = 3, 2, 1, 5
forward  t₁ = w·x
         z  = t₁ + b
         a  = relu(z)
         t₂ = a − y
         L  = t₂²
output   L"""


def neuron() -> Program:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    return L.program()  # the verb reads the names of the lines above


def test_a_program_reads_as_what_was_typed() -> None:
    assert str(neuron()) == repr(neuron()) == NEURON
    assert neuron().names == ("w", "x", "b", "y", "", "t1", "z", "a", "t2", "L")
    html = neuron()._repr_html_()
    assert "<math" in html
    assert "relu" in html


def test_a_function_stands_for_its_result() -> None:
    def line(x: Value, w: Value, b: float = 0.5) -> Value:
        s = functions.dot([x, w, 2.0], [w, x, x], b)
        return functions.where(s, functions.leaky_relu(s, slope=0.3), x - 1)  # type: ignore[no-any-return]

    assert str(autograd_scalar.program(line, 2, w=-3)) == (
        "inputs   x, w = 2, −3\n"
        "forward  s  = x·w + w·x + 2·x + 0.5\n"
        "         t₁ = leaky_relu(s, 0.3)\n"
        "         t₂ = x − 1\n"
        "         L  = where(s, t₁, t₂)\n"
        "output   L"
    )
    with pytest.raises(UsageError, match="the function returned 3, not a Value"):
        program(lambda: 3)
    with pytest.raises(UsageError, match="'L' is neither a Value nor a function"):
        program("L")  # type: ignore[arg-type]  # the point
    with pytest.raises(UsageError, match="3 has no place here"):
        program(Value(1.0), 3)


def test_constants_stand_once_each_with_all_their_bits() -> None:
    x = Value(1.0, label="x")
    line = program(((x * 2.0 + 2.0) * 0.0 + -0.0) * math.nan + math.nan * x)
    assert [repr(one) for one in line.constants] == ["2.0", "0.0", "-0.0", "nan"]
    assert program(x.clip(low=-1.0, high=1.0)).equations == (Equation("", "clip", (0,), (1, 2)),)


def test_unnamed_nodes_get_names_that_nobody_else_has() -> None:
    first = Value(1.0, label="t1") * Value(2.0) * Value(3.0, label="v1") * Value(4.0, label="L")
    assert program((first + 1.0) * 2).names == ("t1", "v2", "v1", "L", "", "", "t2", "t3", "first", "t4", "L1")
    assert program(Value(7.0)).names == ("v1",)
    assert program(Value(7.0)).run() == (7.0, {"v1": 1.0})


def test_a_long_program_is_printed_in_part_and_says_so() -> None:
    y = Value(1.0, label="x")
    for _ in range(100):
        y = y * Value(2.0)
    text = str(program(y))
    assert len(text.splitlines()) < 90
    assert "… 60 more equations" in text
    listing = neuron().listing(lines=2)
    assert "… 3 more equations" in str(listing)
    assert "t_1" in neuron().listing().latex()


def test_of_many_inputs_the_first_and_the_last_are_printed() -> None:
    line = program(functions.sum([Value(1.0, label=f"x{place}") for place in range(20)]).named("L"))
    assert str(line.listing(lines=2)).splitlines()[:3] == [
        "inputs   x₀, x₁, x₂, x₃ = 1, 1, 1, 1",
        "         … 12 more inputs",
        "         x₁₆, x₁₇, x₁₈, x₁₉ = 1, 1, 1, 1",
    ]
    with pytest.raises(UsageError, match="one line is shown at least"):
        line.listing(lines=0)


def test_an_edited_leaf_is_no_part_of_what_was_recorded() -> None:
    x = Value(1.0, label="x")
    y = x * 2.0
    x.data = 3.0
    with pytest.raises(UsageError, match="x"):
        program(y)


# ------------------------------------------------------------------------------------------------------- running


@given(graphs())
def test_a_run_is_the_graph_bit_for_bit(graph: Graph) -> None:
    line, places = numbered(graph.result)
    value, gradients = line.run()
    graph.result.backward()
    assert value == graph.result.data
    leaves = [one for one in places if not one.op]
    assert [gradients[line.names[places[one]]] for one in leaves] == [one.grad for one in leaves]
    again = line.record()
    assert program(again) == line
    assert Program.from_json(line.to_json()) == line
    assert pickle.loads(pickle.dumps(line)) == copy.deepcopy(line) == line
    assert hash(pickle.loads(pickle.dumps(line))) == hash(line)


def test_a_run_takes_other_inputs() -> None:
    line = neuron()
    assert line.run() == (4.0, {"w": 8.0, "x": 12.0, "b": 4.0, "y": -4.0})
    assert line.run(w=-1.0) == line.run({"w": -1}) == line.run([-1.0, 2.0, 1.0, 5.0])
    assert line.run(w=-1.0).gradients["y"] == 10.0
    with no_grad():
        assert line.run().gradients["w"] == 8.0
    assert program(Value(2.0) * Value(3.0, label="w[0]")).run({"w[0]": 5.0, "v1": 1.0}).value == 5.0
    for wrong, words in (
        (lambda: line.run(q=1.0), "no input called 'q'; it has w, x, b and y"),
        (lambda: line.run([1.0]), "has 4 inputs, not 1"),
        (lambda: line.run(3.0), "takes inputs by name"),  # type: ignore[arg-type]  # the point
        (lambda: line.run(w="3"), "run\\(w=…\\): '3'"),  # type: ignore[arg-type]  # the point
        (lambda: line.record(w="3"), "record\\(w=…\\): '3'"),  # type: ignore[arg-type]  # the point
    ):
        with pytest.raises(UsageError, match=words):
            wrong()
    with pytest.raises(DomainError, match=r"log\(q\) has no real value at q = -1"):
        program(Value(1.0, label="q").log()).run(q=-1.0)


def test_a_recorded_graph_has_the_leaves_that_are_given() -> None:
    own = Value(7.0)
    L = neuron().record(w=own, b=2.0)
    L.backward()
    assert (own.grad, L.data, L.label) == (44.0, 121.0, "L")
    assert own.label == ""
    assert [one.label for one in autograd_scalar.graph.leaves(L)] == ["", "x", "b", "y"]


@pytest.mark.slow
def test_a_long_chain() -> None:
    """In a process of its own, with little stack: nothing recurses."""
    work = (
        "import sys; sys.setrecursionlimit(300)\n"
        "from autograd_scalar import Value\n"
        "from autograd_scalar.program import Program, program\n"
        "x = y = Value(1.0, label='x')\n"
        "for _ in range(50_000): y = y * 0.5 + x\n"
        "line = program(y)\n"
        "assert Program.from_json(line.to_json()) == line and len(line.constants) == 1\n"
        "assert line.run().value == y.data and 'more equations' in str(line)\n"
    )
    subprocess.run([sys.executable, "-c", work], check=True)


# --------------------------------------------------------------------------------------------------------- files

HOSTILE = ["</script><img src=x onerror=alert(1)>", '"]; evil', "\u2028", "\ud800", "__import__('os')", "a\nb", "α"]


def test_the_same_program_the_same_bytes() -> None:
    assert neuron().to_json() == neuron().to_json()
    assert neuron().to_json().count("\n") == 10
    assert neuron() != program(Value(1.0))
    assert neuron() != "neuron"


def test_the_parameters_of_an_operation_survive() -> None:
    line = program(functions.clip(Value(2.0, label="x"), low=-0.5, high=0.5).leaky_relu(slope=0.1).named("y"))
    assert Program.from_json(line.to_json()) == line
    assert Program.from_json(line.to_json()).run().value == 0.5


@example([math.inf, -math.inf, math.nan], ["x"])
@given(st.lists(st.floats(), min_size=1), st.lists(st.text() | st.sampled_from(HOSTILE), unique=True, min_size=1))
def test_every_bit_and_every_name_survives(numbers: list[float], names: list[str]) -> None:
    total = functions.sum([Value(0.0, label=name) for name in names] + numbers)
    line = program(total)
    text = line.to_json()
    again = Program.from_json(text)
    assert again == line
    assert set(map(float.hex, again.constants)) == set(map(float.hex, numbers))
    assert {name for name, _ in again.inputs} == set(names)
    assert text.isascii()
    assert not set("<>&") & set(text)
    assert "\n\n" not in str(line)
    json.loads(text, parse_constant=pytest.fail)


def changed(**parts: Any) -> str:
    return json.dumps(json.loads(neuron().to_json()) | parts)


def with_equation(*equation: Any) -> str:
    return changed(equations=[list(equation)], output=5)


def broken() -> list[tuple[str, str]]:
    return [
        ("", "not JSON, or cut short"),
        (neuron().to_json()[:-20], "not JSON, or cut short"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "of something else"),
        ('{"format": "autograd_scalar model"}', "of something else"),
        (changed(version=2), "version 2, and this library reads version 1"),
        ('{"format": "autograd_scalar program", "version": 1}', "its inputs is missing"),
        (changed(inputs={}), "its inputs is {} in place of a list"),
        (changed(inputs=[["w"]]), r"input 0 is \['w'\] in place of a name and a number"),
        (changed(inputs=[["w", True]]), "input 0 is True in place of a number"),
        (changed(inputs=[["w", "infinity"]]), "input 0 is 'infinity' in place of a number"),
        (changed(inputs=[["w", 10**400]]), "input 0 is a number that no float can hold"),
        (changed().replace("[2.0]", "[1e999]"), "constant 0 is a number that no float can hold"),
        (changed().replace("[2.0]", "[NaN]"), "NaN is not JSON"),
        (changed().replace("[2.0]", f"[{'9' * 5000}]"), "cannot be read|cut short"),
        (changed(output=4), "its output is 4, which is the number of no input and of no equation"),
        (changed(output=10), "its output is 10"),
        (changed(output=True), "its output is True"),
        (changed(output="L"), "its output is 'L'"),
        (with_equation("", "mul"), "equation 0 is"),
        (with_equation("", "reelu", [0]), "equation 0 cannot be read: there is no operation 'reelu' here"),
        (with_equation("", "softmax", [[0]]), "no operation 'softmax'"),
        (with_equation("", "__class__", [0]), "no operation '__class__'"),
        (with_equation(3, "mul", [0, 1]), "has 3 and 'mul' in place of a name and an operation"),
        (with_equation("", "mul", 0), "in place of operands and parameters"),
        (with_equation("", "mul", [0]), r"gives mul 1 operands and 0 parameters, which is mul\(x, y\)"),
        (with_equation("", "mul", [0, 1, 2]), "gives mul 3 operands"),
        (with_equation("", "mul", [0, 1], [4]), "and 1 parameters"),
        (with_equation("", "mul", [0, 5]), "equation 0 reads 5, which does not come before it"),
        (with_equation("", "mul", [0, -1]), "reads -1, which is no node"),
        (with_equation("", "mul", [0, True]), "reads True, which is no node"),
        (with_equation("", "mul", [0, [1]]), r"reads \[1\], which is no node"),
        (with_equation("", "mul", [0, 1.0]), "reads 1.0, which is no node"),
        (with_equation("", "mul", [4, 4]), "reads constants only"),
        (with_equation("", "sum", [0]), "has 0 where sum takes a sequence"),
        (with_equation("", "sum", [[]]), "reads constants only"),
        (with_equation("", "dot", [[0, 1], [2], 3]), "sequences of 1 and 2 elements"),
        (with_equation("", "leaky_relu", [0], [1]), "has the parameter 1, which is the number of no constant"),
        (with_equation("w", "mul", [0, 1]), "two nodes are called 'w'"),
    ]


def test_what_is_no_program_is_refused() -> None:
    for text, words in broken():
        with pytest.raises(AutogradError, match=words):
            Program.from_json(text)


def test_only_text_is_read() -> None:
    assert Program.from_json(neuron().to_json().encode()) == neuron()
    with pytest.raises(UsageError, match="reads text, not dict"):
        Program.from_json({})  # type: ignore[arg-type]  # the point


def test_a_program_of_an_operation_that_is_defined_elsewhere() -> None:
    row = op("cube(x)", "x**3", "3 * x**2")
    text = program(row(Value(2.0, label="x"))).to_json()
    line = Program.from_json(text)
    assert line.run() == (8.0, {"x": 12.0})
    assert "cube(x)" in str(line)
    del table["cube"]
    with pytest.raises(AutogradError, match=r"no operation 'cube' here; define it with op\('cube\(…\)', …\)"):
        Program.from_json(text)
    with pytest.raises(UsageError, match="no operation 'cube' here"):
        line.run()
    table["cube"] = row


def test_a_program_says_which_choices_stay_as_they_were() -> None:
    """A comparison is a plain truth value: nobody can know from the graph what it compared."""
    note = (
        "condition of a was a plain truth value when the graph was recorded, and stays as it was; "
        "a Value, such as x.relu() for x > 0, would follow the leaves."
    )
    x, k = Value(2, label="x"), Value(3, label="k")
    a = functions.where(x > 0, k * x, x * x).named("a")
    made = (a - 1).named("L").program()
    assert str(made).splitlines()[-1] == f"The {note}"
    for again in (made, Program.from_json(made.to_json())):
        with pytest.warns(UserWarning, match=re.escape(f"run: the {note}")) as caught:
            assert again.run(x=-1).value == -4.0
        assert caught[0].filename == __file__
        assert again.run().value == again.run(x=2).value == 5.0  # as it was recorded: nothing to be said
    follows = (functions.where(x.relu(), k * x, x * x) - 1).named("L").program()
    assert str(follows).endswith("output   L")
    assert follows.run(x=-1).value == 0.0


@pytest.mark.parametrize("name", ["\u00b5", "\ufb01t", "x\u0308"])  # µ, ﬁt, and x with two dots
def test_an_input_is_given_by_its_name_as_python_reads_it(name: str) -> None:
    read = unicodedata.normalize("NFKC", name)
    line = program(Value(2.0, label=name) * Value(3.0, label="q"))
    assert line.run(**{read: 5.0}).value == line.run(**{name: 5.0}).value == line.run({name: 5.0}).value == 15.0
    both = program(Value(2.0, label=name) * Value(3.0, label=read))
    assert (both.run(**{read: 5.0}).value, both.run(**{name: 5.0}).value) == (10.0, 15.0)
