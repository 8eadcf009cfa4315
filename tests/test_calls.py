"""A call that does not fit is answered with what is wrong and with what to write; what a function raises is its own."""

# Most calls here are mistakes on purpose:
# mypy: disable-error-code="call-arg, arg-type, misc, attr-defined, operator, call-overload"

from __future__ import annotations

import math
import pickle
import re
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import autograd_scalar
from autograd_scalar import (
    UsageError,
    Value,
    check_derivation,
    custom,
    gradients,
    op,
    other_words,
    relu,
    values,
)
from autograd_scalar.calls import called_as
from autograd_scalar.nn import MLP, SGD, Activation, Adam, Layer, Linear, Neuron
from autograd_scalar.testing import gradcheck
from autograd_scalar.train import boundary, fit, report
from autograd_scalar.whole import Written

PUBLIC: tuple[Any, ...] = (
    MLP, SGD, Adam, Layer, Linear, Neuron, Value, boundary, check_derivation, custom, fit, gradcheck, gradients, op,
    report, values,
)  # fmt: skip
IN_LAYERS = "write MLP(2, [8, 1]), for 2 numbers in and layers of 8 and 1 neurons"

SEED = "is no seed, which is a number; L.backward() finds the gradients of all leaves, and then"

# A call, as source, on L = (relu(w·x + b) − y)² with its leaves, a model and a function f: all that is said.
CALLS = {
    "L.paths()": "paths: wrt is missing; write L.paths(w)",
    "L.paths(w, 3, 6, 7)": "paths: 7 is one argument too many; write L.paths(w)",
    "L.paths(w, wrt=w)": "paths: wrt is given twice; write L.paths(w)",
    "L.paths(x=2)": "paths: wrt is missing; write L.paths(w)",
    "L.quiz()": "quiz: wrt is missing; write L.quiz(w)",
    "L.explain_update(w)": "explain_update: lr= is missing; write L.explain_update(w, lr=0.1)",
    "L.explain_update(w, 0.1)": "explain_update: 0.1 is one argument too many; write L.explain_update(w, lr=0.1)",
    "L.frames()": 'frames: pattern is missing; write L.frames("step-{:02}.svg")',
    "L.frames(w)": 'Value(3.0) is no name of a file; write L.frames("relu-{:02}.svg")',
    "L.tree(w)": "tree: Value(3.0) is one argument too many; write L.tree()",
    "L.draw(w)": "draw: w (= 3) is no name of a file; L.draw(to=w) draws what lies between w and L",
    "L.draw(3)": '3 is no name of a file; write L.draw("graph.svg")',
    "L.page(w)": 'Value(3.0) is no name of a file; write L.page("page.html")',
    "L.page().save(3)": '3 is no name of a file; write L.page("page.html")',
    "L.page('a.html', w)": 'page: Value(3.0) is one argument too many; write L.page("page.html")',
    "Value.page(path='b')": 'page: result is missing; write L.page("page.html")',
    "L.explain(w, x)": "explain: w (= 3) and x (= 2) are several nodes; ask about one after the other",
    "L.explain([w, x])": (
        "[Value(3.0), Value(2.0)] is neither a Value nor the name of one; ask about one after the other"
    ),
    "L.explain(3)": "3 is neither a Value nor the name of one",
    "L.program(w)": "program: Value(3.0) has no place here; arguments go with a function, not with a Value",
    "L.backward(w)": f"backward: w (= 3) {SEED} w.grad is dL/dw",
    "L.backward([x, w])": f"backward: [Value(2.0), Value(3.0)] (a list) {SEED} x.grad is dL/dx",
    "(w * x).backward('w')": f"backward: 'w' (a str) {SEED} w.grad is dL/dw",
    "L.at(3)": "at: 3 does not say which leaf has which number; write L.at(w=2.2) or L.at({w: 2.2})",
    "L.at(w)": "at: w (= 3) does not say which leaf has which number; write L.at(w=2.2) or L.at({w: 2.2})",
    "L.at({w: 1}, 3)": "at: 3 is one argument too many; write L.at(w=2.2)",
    "check_derivation(L)": 'check_derivation: result is missing; write check_derivation("dL/dw = 8", L, w)',
    "gradients(L)": "gradients: wrt is missing; write gradients(L, [w])",
    "gradcheck()": "gradcheck: f is missing; write gradcheck(f, 1.5)",
    "gradcheck(lambda x, y: x * y, [2, w])": (
        "gradcheck: f(x, y) takes 2 numbers, and [2, 3] is one list; write gradcheck(f, 2, 3)"
    ),
    "gradcheck(lambda x, y: x * y, [1, 2, 3])": "gradcheck: f(x, y) does not fit 1 argument; write gradcheck(f, x, y)",
    "gradcheck(lambda x, y=2: x * y, 1, 2, 3)": "gradcheck: f(x, y=2) does not fit 3 arguments; write gradcheck(f, x)",
    "gradcheck(lambda x, *, k: x * k, 2)": (
        "gradcheck: f(x, *, k) does not fit 1 argument; write gradcheck(lambda x: f(x, k=…), x)"
    ),
    "gradcheck(lambda *, k: k, [2])": "gradcheck: f(*, k) does not fit 1 argument; write gradcheck(lambda: f(k=…))",
    "gradcheck(lambda: w * x, 2)": (
        "gradcheck: f() takes no argument; write gradcheck(f, wrt=[w, b]), if w and b are what it reads"
    ),
    "gradcheck(neuron, 2)": (
        "gradcheck: neuron() takes no argument; write gradcheck(neuron, wrt=[w, b]), if w and b are what it reads"
    ),
    "gradcheck(f, [0.5, w])": (
        "gradcheck: relu takes a number, and [0.5, 3] is a list; check one point after the other: gradcheck(relu, 0.5)"
    ),
    "gradcheck(lambda x, y, z: x.exp() * y, 2, [1, 2, 3, 4, 5], 'a')": (
        "gradcheck: f takes numbers, and [1, 2, 3, 4, …] is a list; check one point after the other: "
        "gradcheck(f, 2, 1, …)"
    ),
    "gradcheck(op('fit_once(x)', 'x', '1'), 1, 2)": (
        "gradcheck: fit_once(x) does not fit 2 arguments; write gradcheck(f, x)"
    ),
    "gradcheck(1, 2, f=f)": "gradcheck: f is given twice; write gradcheck(f, 1.5)",
    "gradcheck(f, x=1)": (
        "gradcheck has no argument x=; it has order=, wrt=, tolerance=, raises=; write gradcheck(f, 1.5)"
    ),
    "gradcheck(f, 1.0, eps=0.1)": "gradcheck has no argument eps=; did you mean tolerance=?",
    "custom(f)": "custom: partials is missing; write custom(f, df), where df(x) gives the slope of f at x",
    "custom()": "custom: fn and partials are missing; write custom(f, df), where df(x) gives the slope of f at x",
    "boundary(model)": "boundary: X and Y are missing; write boundary(model, X, Y)",
    "report(model)": "report: X is missing; write report(model, X)",
    "fit(model, [])": "fit: Y is missing; write fit(model, X, Y, epochs=100)",
    "fit(model, [], [], seed=1)": "fit has no argument seed=; did you mean rng=random.Random(1)?",
    "MLP([2, 8, 1])": f"MLP: n_outs is missing; {IN_LAYERS}",
    "MLP(2, 8, 1)": f"MLP: 1 is one argument too many; {IN_LAYERS}",
    "MLP(2, [8, 1], seed=1)": "MLP has no argument seed=; did you mean rng=random.Random(1)?",
    "MLP(2, [8, 1], nonlin='relu')": "MLP has no argument nonlin=; did you mean activation=?",
    "MLP(2, [8, 1], activations='relu')": "MLP has no argument activations=; did you mean activation=?",
    "MLP(2, [8, 1], depth=2)": f"MLP has no argument depth=; it has activation=, output=, init=, rng=; {IN_LAYERS}",
    "MLP(2, [8, 1], activation='rel')": "there is no operation called 'rel'; did you mean relu?",
    "MLP(2, [8, 1], activation='TANH')": "there is no operation called 'TANH'; did you mean tanh?",
    "MLP(2, [8, 1], activation='swish')": "there is no operation called 'swish'; it is called silu here",
    "MLP(2, [8, 1], activation='zzz')": (
        "there is no operation called 'zzz'; the table has relu, tanh, sigmoid and more"
    ),
    "Neuron()": "Neuron: n_in is missing; write Neuron(2)",
    "Linear(2)": "Linear: n_out is missing; write Linear(2, 3)",
    "Layer(2)": "Layer: n_out is missing; write Layer(2, 3)",
    "SGD()": "SGD: parameters is missing; write SGD(model, lr=0.01)",
    "Adam(model, learning_rate=0.1)": "Adam has no argument learning_rate=; did you mean lr=?",
    "Value(3, name='w')": "Value: name='w' is no label; write Value(3, label='w')",
    "Value(3, 'w')": "Value: the second argument is no label; write Value(3, label='w')",
    "Value(3, requires_grad=True)": ("Value: requires_grad is not needed: every leaf gets a gradient; write Value(3)"),
    "Value(3, requires_grad=False)": ("Value: requires_grad is not needed: every leaf gets a gradient; write Value(3)"),
    "w ^ 2": "w (= 3) cannot go through ^, which is no power in Python: x² is written x ** 2",
    "2 ^ w": "w (= 3) cannot go through ^, which is no power in Python: x² is written x ** 2",
    "w @ x": (
        "w (= 3) cannot go through @, which multiplies arrays: numbers are multiplied with *, "
        "and dot([w1, w2], [x1, x2]) is w1·x1 + w2·x2"
    ),
    "w @ values([1.0, 2.0])": "@ multiplies matrices and vectors; for a single number write *",
    "op('dbl(x)', '2x', '2')": (
        "op('dbl(x)', '2x', …): its value does not parse; a product is written with *: 2 * x\n    2x\n    ^"
    ),
    "op('dbl(x)', '1.5x + 3(x)', '2')": (
        "op('dbl(x)', '1.5x + 3(x)', …): its value does not parse; a product is written with *: "
        "1.5 * x + 3 * (x)\n    1.5x + 3(x)\n      ^"
    ),
    "op('dbl(x)', '2x +', '2')": "op('dbl(x)', '2x +', …): its value does not parse\n    2x +\n    ^",
    "op('dbl(x)', '2*x', 2)": "op('dbl(x)', '2*x', …): its partial 1 is text, not 2, so in quotes: '2'",
    "op('dbl(x)', '2*x', f)": (
        f"op('dbl(x)', '2*x', …): its partial 1 is text, not {relu!r}; custom(fn, partials) takes callables"
    ),
}


def neuron() -> dict[str, Any]:
    x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    z = w * x + b
    a = z.relu()
    L = (a - y) ** 2
    return {"x": x, "w": w, "b": b, "y": y, "z": z, "a": a, "L": L}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_does_not_fit_says_what_to_write(call: str) -> None:
    scope = {**neuron(), "model": MLP(2, [1]), "f": relu, "neuron": neuron} | {one.__name__: one for one in PUBLIC}
    with pytest.raises(UsageError) as caught:
        eval(call, scope)  # the calls above
    assert str(caught.value) == CALLS[call]


def test_what_a_function_raises_is_its_own() -> None:
    @called_as("shift(x, by=1)")
    def shift(x: Any, *, by: Any) -> Any:
        """Move x."""
        return x + by

    assert shift(1, by=2) == 3
    assert (shift.__name__, shift.__doc__) == ("shift", "Move x.")
    assert [*signature(shift).parameters] == ["x", "by"]
    with pytest.raises(TypeError, match="unsupported operand") as caught:
        shift(1, by="2")
    assert type(caught.value) is TypeError
    with pytest.raises(UsageError, match=r"^shift: by= is missing; write shift\(x, by=1\)$") as refused:
        shift(1)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None

    @called_as("move(x, by)")
    def move(x: Any, /, by: Any, **more: Any) -> Any:
        return x + by, more

    assert move(1, 2, x=3) == (3, {"x": 3})
    with pytest.raises(UsageError, match=r"^move: by is missing;"):
        move(1, x=3)


def test_an_operator_without_a_row_is_free_for_one_of_the_user_s_own() -> None:
    op("both(x, y)", "x * y + x + y", "y + 1", "x + 1", infix="^", form="infix", dunder="xor")
    w: Any = Value(3.0)
    assert (w ^ 2).data == (2 ^ w).data == 11.0
    with pytest.raises(ValueError, match="matmul"):
        w @ np.array([1.0, 2.0])


def test_any_operation_of_one_number_is_an_activation() -> None:
    assert Activation("tan")([0.5]) == [math.tan(0.5)]
    assert MLP(1, [2, 1], activation="sin")([Value(0.0)]).data == 0.0


def test_what_is_in_another_room_is_said_to_be_there() -> None:
    for name, room in other_words._ROOMS.items():
        with pytest.raises(AttributeError, match=rf"'{name}'; write from autograd_scalar\.{room} import {name}$"):
            getattr(autograd_scalar, name)
        assert hasattr(import_module(f"autograd_scalar.{room}"), name)


# ---------------------------------------------------------------------------------------------- what was written where


def test_a_page_that_was_written_says_where_and_is_a_path(tmp_path: Path) -> None:
    x, w = Value(2.0), Value(3.0)
    L = (w * x - 1) ** 2
    written = L.page(tmp_path / "relu.html")
    assert repr(written) == f"{tmp_path / 'relu.html'}: page of L, 4 steps; open it in a browser"
    assert isinstance(written, Path)
    assert written == tmp_path / "relu.html"
    assert {written: 1}[tmp_path / "relu.html"] == 1
    with open(written, encoding="utf-8") as file:  # noqa: PTH123  # as a user would
        assert file.read().startswith("<!DOCTYPE html>")
    assert repr(written.parent) == repr(tmp_path)
    assert repr(written.with_suffix(".svg")) == repr(tmp_path / "relu.svg")
    assert pickle.loads(pickle.dumps(written)) == written
    assert str(Written.of("a.html", "a page")) == "a.html"


def test_frames_that_were_written_are_counted(tmp_path: Path) -> None:
    x, w = Value(2.0), Value(3.0)
    L = (w * x - 1) ** 2
    paths = L.frames(tmp_path / "{:02}.svg")
    assert repr(paths) == f"4 pictures: {tmp_path / '01.svg'}, {tmp_path / '02.svg'}, …, {tmp_path / '04.svg'}"
    assert paths == tuple(sorted(tmp_path.iterdir()))
    few = x.exp().frames(tmp_path / "few-{}.svg")
    assert repr(few) == f"3 pictures: {', '.join(map(str, few))}"


# --------------------------------------------------------------------------------------------- small things to be read


def test_at_says_which_leaf_has_the_number_it_had() -> None:
    scope = neuron()
    w, x, L = scope["w"].named("w"), scope["x"].named("x"), scope["L"].named("L")
    assert str(L.at(w=3)).splitlines()[0] == "with w = 3 as before:"
    assert str(L.at({w: 3, x: 4})).splitlines()[0] == "with w = 3 as before, x = 4 in place of 2:"


def test_a_label_of_several_words_is_quoted_in_a_formula() -> None:
    w, x = Value(3, label="first weight"), Value(2, label="x")
    L = (w * x).named("L")
    L.backward()
    assert str(L.formula()) == 'L = "first weight"·x'
    assert str(w.formula()) == "first weight = 3"
    derivation = L.explain(w)
    assert 'dL/d"first weight" = x = 2' in derivation.text()
    assert 'dL/d"first weight" = x = 2' in derivation.ascii()
    assert r"\text{first weight}" in derivation.latex()
    assert '"' not in derivation.latex()
    for text in ('dL/d"first weight" = x', "dL/dfirst weight = x", 'L = "first weight" * x = 6'):
        assert check_derivation(text, L, w).is_right
    assert not check_derivation('dL/d"first weight" = "first weight"', L, w).is_right


ONES: list[tuple[str, str, str]] = [
    ("w", "dL/dw = 4*2", "da/dz = 1"),
    ("w", "dL/dw = 4*2 = 8", "da/dz = 1"),
    ("w", "dL/da = 4\ndL/dw = 2(a - y) * x", "da/dz = 1"),
    ("b", "dL/db = 2*2", "da/dz = 1 and dz/db = 1"),
    ("w", "dL/dw = 4*1*2", ""),
    ("b", "dL/db = 4*1", ""),  # either of the two may be meant
    ("w", "dL/dw = 8", ""),
    ("w", "dL/dw = 5*2", ""),
    ("w", "dL/da = 5\ndL/dw = 4*2", ""),
    ("w", "dL/dw = dL/dz * dz/dw = 4*2", ""),
]


@pytest.mark.parametrize(("leaf", "text", "ones"), ONES)
def test_a_slope_of_one_that_is_left_out_is_mentioned(leaf: str, text: str, ones: str) -> None:
    scope = neuron()
    for name, one in scope.items():
        one.label = name
    found = check_derivation(text, scope["L"], scope[leaf])
    assert found.is_right == ("5" not in text)
    said = re.search(r" The chain also has (.*), which changes nothing here\.$", found.summary)
    assert (said[1] if said else "") == ones


def test_a_shut_slope_is_not_said_to_change_nothing() -> None:
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    z = (w * x).named("z")
    L = (z.relu().named("a") ** 2).named("L")
    assert "changes nothing" not in check_derivation("dL/dw = 0*2", L, w).summary


def test_verbs_still_read_the_names_of_their_caller() -> None:
    speed, time = Value(2.0), Value(3.0)
    way = speed * time
    assert str(way.paths(speed)).startswith("dway/dspeed = 3")
    assert str(way.explain_update(time, lr=0.5)).startswith("time ← time − η·dway/dtime")


@pytest.mark.parametrize("name", ["draw", "explain", "formula", "page", "program"])
def test_a_package_that_is_called_like_its_function_says_what_it_takes(name: str) -> None:
    room = getattr(autograd_scalar, name)
    assert isinstance(room, ModuleType)
    assert signature(room) == signature(getattr(room, name))
    assert f"help(Value.{name})" in " ".join(str(room.__doc__).split())
