"""`detect_anomaly`: the first operation that makes a NaN or an infinity is caught in the act, forward and backward."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from math import inf, isfinite, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import (
    AnomalyError,
    AutogradError,
    Value,
    _generated,
    detect_anomaly,
    functions,
    grad,
    gradients,
    no_grad,
    op,
)
from autograd_scalar.graph import topological_order
from autograd_scalar.testing import Graph, graphs


def message(block: Any) -> str:
    """What is said about the first anomaly in `block`."""
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        block()
    assert isinstance(caught.value, ArithmeticError)
    assert _generated.modes == 0
    return str(caught.value)


def test_the_operation_its_operands_and_the_line_are_named() -> None:
    a, b = Value(1e200), Value(1e200)

    def block() -> None:
        L = a * b - a  # the product is the first
        L.backward()

    said = message(block)
    assert said.startswith("mul made inf out of finite numbers: a * b at a = 1e+200, b = 1e+200\n  line ")
    assert said.endswith(" of test_anomaly.py: L = a * b - a  # the product is the first")
    line = block.__code__.co_firstlineno + 1
    assert f"line {line} of" in said


def test_of_a_path_the_file_s_own_name_is_shown() -> None:
    for path in (r"C:\work\net.py", "/work/net.py", "net.py"):
        code = compile("L = a * a", path, "exec")
        said = message(lambda: exec(code, {"a": Value(1e200)}))  # noqa: B023  # run at once
        assert said.endswith("a * a at a = 1e+200\n  line 1 of net.py")


def test_a_nan_is_told_from_an_infinity() -> None:
    x = Value(inf)
    said = message(lambda: x - x)
    assert said.startswith("sub met x (= inf), a leaf that is inf itself: x - x at x = inf")


def test_a_plain_number_that_is_not_finite_is_named_as_the_source() -> None:
    a = Value(2.0)
    assert message(lambda: a * inf).startswith("mul made inf out of a number that was not finite: a * inf at a = 2")
    assert message(lambda: a + nan).startswith("add made nan out of a number that was not finite: a + nan")
    assert message(lambda: functions.dot([a, a], [1.0, inf])).startswith("dot made inf out of a number that was not")


def test_what_was_not_finite_before_is_said_to_be_older() -> None:
    a = Value(1e200)
    product = a * a
    said = message(lambda: product - product)
    assert "sub met product (= inf), which is older than this detect_anomaly()" in said
    assert "compute that inside the block too" in said


def test_backward_names_the_operation_whose_partial_is_too_large() -> None:
    a = Value(0.0)

    def block() -> None:
        b = a * 1e200
        c = b * 1e200
        c.backward()

    said = message(block)
    assert said.startswith("the pass back through mul made a gradient of inf: ")
    assert "the adjoint 1e+200 times the partial 1e+200 is more than a float holds: a * 1e+200 at a = 0" in said
    assert said.endswith(" of test_anomaly.py: b = a * 1e200")
    assert not a.reached


def test_backward_of_a_graph_from_outside_is_watched_too() -> None:
    a = Value(0.0)
    b = a * 1e200
    c = b * 1e200
    c.backward()
    assert a.grad == inf
    a.grad = 7.0
    said = message(c.backward)
    assert "the pass back through mul" in said
    assert "line" not in said
    assert (a.grad, b.reached) == (7.0, False)  # as before the pass: nothing half-done


def test_routes_that_add_up_to_too_much_and_a_seed_that_is_no_number() -> None:
    x = Value(0.0)
    assert "what the routes bring to x" in message(lambda: (x * 1e308 + x * 1e308).backward())  # noqa: PLW0108  # recorded inside
    assert "it began with a seed of nan" in message(lambda: (x * x).backward(nan))


def test_a_partial_that_is_infinite_where_the_value_is_not() -> None:
    name = "steep_for_a_test"
    op(f"{name}(x)", "x", "x * 1e300 * 1e300")
    x = Value(1.0)
    said = message(lambda: getattr(functions, name)(x).backward())
    assert "the partial by x (= 1) is inf there" in said


def test_derivatives_as_graphs_are_watched() -> None:
    assert "the pass back through mul" in message(lambda: grad(lambda t: t * 1e300 * 1e300)(0.0))
    x = Value(1e-200)
    y = x * x
    assert gradients(y, [x])[0].data == 2e-200
    with detect_anomaly():
        assert gradients(y, [x])[0].data == 2e-200


@given(graphs(), st.sampled_from([1.0, 1e305, -1e308]))
def test_it_stops_if_and_only_if_something_is_not_finite(graph: Graph, seed: Any) -> None:
    order = topological_order(graph.result)
    graph.result.backward(seed)
    adjoints = [node.grad for node in order]
    graph.result.zero_grad()
    try:
        with detect_anomaly():
            graph.result.backward(seed)
    except AnomalyError:
        assert not all(map(isfinite, adjoints))
        assert not any(node.reached for node in order)
    else:
        assert all(map(isfinite, adjoints))
        assert [node.grad for node in order] == adjoints


def test_what_was_recorded_inside_is_an_ordinary_graph() -> None:
    w, x = Value(3.0), Value(2.0)
    with detect_anomaly():
        z = (w * x).named("z")
        L = z.relu() ** 2
    assert (z.label, z.op, L.parents[0].op) == ("z", "mul", "relu")
    L.backward()
    assert w.grad == 24.0
    again = pickle.loads(pickle.dumps(L))
    for twin in (copy.copy(L), copy.deepcopy(L), again):
        assert [node.op for node in topological_order(twin)] == [node.op for node in topological_order(L)]
    said = str(L.explain(w))
    z = (w * x).named("z")
    L = z.relu() ** 2
    L.zero_grad()
    L.backward()
    assert said == str(L.explain(w))


def test_with_no_grad_numbers_are_watched_all_the_same() -> None:
    a = Value(1e200)
    with pytest.raises(AnomalyError), detect_anomaly(), no_grad():
        a * a
    with pytest.raises(AnomalyError), no_grad(), detect_anomaly():
        a * a
    with detect_anomaly(), no_grad():
        small = a * 2
    assert (small.data, small.parents) == (2e200, ())


def test_it_is_local_to_its_thread() -> None:
    a, results = Value(1e200), []
    inside, done = threading.Event(), threading.Event()

    def other() -> None:
        inside.wait()
        results.append((a * a).data)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with detect_anomaly():
        inside.set()
        done.wait()
        with pytest.raises(AnomalyError):
            a * a
    thread.join()
    assert results == [inf]


def test_where_no_line_is_the_caller_s_none_is_named() -> None:
    a = Value(1e200, label="a")
    with detect_anomaly(), ThreadPoolExecutor(1) as threads:
        work = threads.submit(copy_context().run, a.__mul__, a)
        with pytest.raises(AnomalyError, match=r"^mul made inf out of finite numbers: a \* a at a = 1e\+200") as caught:
            work.result()
    assert "line" not in str(caught.value)


def test_refusals_stay_what_they_were() -> None:
    x = Value(-1.0)
    with detect_anomaly(), pytest.raises(AutogradError, match=r"log\(x\) has no real value"):
        x.log()


def test_the_line_is_the_scripts_own(tmp_path: Any) -> None:
    script = tmp_path / "net.py"
    script.write_text(
        "from autograd_scalar import Value, detect_anomaly\n"
        "from autograd_scalar.nn import MLP\n"
        "import random\n"
        "model = MLP(1, [2, 1], rng=random.Random(0))\n"
        "with detect_anomaly():\n"
        "    model([Value(float('nan'), label='pixel')])\n",
        encoding="utf-8",
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert "AnomalyError: dot met pixel (= nan), a leaf that is nan itself" in ended.stderr
    assert "line 6 of net.py: model([Value(float('nan'), label='pixel')])" in ended.stderr
    assert ended.returncode == 1
