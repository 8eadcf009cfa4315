"""The backward pass: what it adds up, how often it looks, what it refuses, and that it happens whole or not at all."""

from __future__ import annotations

import itertools
import math
import os
import signal
import sys
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import DivisionError, UsageError, Value, _generated, backward, custom, functions, gradients, op
from autograd_scalar.graph import Rule, edges, topological_order


def test_why_an_order_is_needed() -> None:
    a = Value(3.0)
    b = a + a
    c = b + b
    c.backward()
    assert (a.grad, b.grad, c.grad) == (4.0, 2.0, 1.0)


def test_a_value_used_in_many_ways_gets_the_sum_of_its_routes() -> None:
    x = Value(2.0)
    y = x * x + 3 * x
    (y * 1.0).backward()
    assert x.grad == 7.0
    x.zero_grad()
    functions.dot([x, x, 2.0], [x, 5.0, x], x).backward()
    assert x.grad == 2 * 2 + 5 + 2 + 1


def test_twice_is_right() -> None:
    w, x = Value(3.0), Value(2.0)
    z = w * x
    L = z * z
    L.backward()
    once = (w.grad, x.grad)
    L.backward()
    assert (z.grad, L.grad) == (12.0, 1.0)  # results are set by the pass
    assert (w.grad, x.grad) == (2 * once[0], 2 * once[1]) == (48.0, 72.0)  # leaves add up
    L.zero_grad()
    assert [(v.grad, v.reached) for v in (w, x, z, L)] == [(0.0, False)] * 4
    L.backward()
    assert (w.grad, x.grad) == once


def test_two_graphs_share_a_leaf() -> None:
    w = Value(3.0)
    (w * 2).backward()
    (w * 5).backward()
    assert w.grad == 7.0


def test_the_seed_is_the_derivative_of_what_follows() -> None:
    w = Value(3.0)
    z = w * w
    z.backward(0.5)
    z.backward(seed=True)
    assert (z.grad, w.grad) == (1.0, 9.0)


def test_a_leaf_is_its_own_graph() -> None:
    w = Value(3.0)
    w.backward()
    w.backward(2)
    assert (w.grad, w.reached) == (3.0, True)


def test_grad_is_a_float_before_any_pass_and_says_whether_one_came() -> None:
    w, unused = Value(3.0), Value(4.0)
    z = w * 0
    assert (w.grad, w.reached, z.reached) == (0.0, False, False)
    z.backward()
    assert (w.grad, w.reached, z.reached) == (0.0, True, True)
    assert not unused.reached


def test_infinite_and_nan_adjoints_are_passed_on() -> None:
    w = Value(2.0)
    (w * 3).backward(math.inf)
    assert w.grad == math.inf
    (w * 3).backward(math.nan)
    assert math.isnan(w.grad)


# ------------------------------------------------------------------------------------------- how often does it look?


class Counted(float):
    """A number that counts the multiplications it takes part in."""

    count = 0

    def __mul__(self, other: Any) -> Any:
        Counted.count += 1
        return Counted(float(self) * float(other))

    __rmul__ = __mul__


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=30))
def test_one_visit_for_each_node_and_one_multiplication_for_each_edge(pairs: Any) -> None:
    nodes = [Value(1.0), Value(1.0)]
    for leaf in nodes:
        leaf._data = Counted(1.0)
    for i, j in pairs:
        nodes.append(nodes[i % len(nodes)] * nodes[j % len(nodes)])
    root = nodes[-1]
    order = topological_order(root)
    visited: list[Value] = []
    rule, original = _generated.MUL_XY, _generated.MUL_XY.backward

    def counting(node: Any) -> None:
        visited.append(node)
        original(node)

    rule.backward = counting
    Counted.count = 0
    try:
        root.backward()
    finally:
        rule.backward = original
    assert list(map(id, visited)) == [id(node) for node in reversed(order) if node.op]
    assert Counted.count == len(list(edges(root)))


@pytest.mark.slow
def test_the_visits_do_not_grow_from_a_thousand_nodes_to_a_million(monkeypatch: Any) -> None:
    visits = itertools.count()
    original = _generated.ADD_XY.backward

    def counting(node: Any) -> None:
        next(visits)
        original(node)

    monkeypatch.setattr(_generated.ADD_XY, "backward", counting)
    for size in (10**3, 10**6):
        x = v = Value(1.0)
        for _ in range(size):
            v = v + x
        before = next(visits)
        v.backward()
        assert next(visits) - before - 1 == size
        assert x.grad == size + 1


# --------------------------------------------------------------------------------------------------------------- edits


def test_a_result_that_took_the_number_of_a_where_has_no_leaves() -> None:
    w = Value(2.0)
    result = functions.where(1, 3.0, w)
    result.backward()
    assert (result.data, result.grad, w.grad, w.reached) == (3.0, 1.0, 0.0, False)


def test_leaves_may_be_edited_between_graphs() -> None:
    w = Value(3.0)
    for _ in range(3):
        L = (w - 1) ** 2
        L.backward()
        w.data -= 0.5 * w.grad
        w.grad = 0
    assert w.data == 1.0
    ((w - 1) ** 2).backward()


def test_an_edited_leaf_is_named() -> None:
    height, width = Value(3.0), Value(2.0)
    L = (height * width) * (width + 1)
    width.data = 5.0
    for _ in range(2):
        with pytest.raises(
            UsageError, match=r"width \(= 5\) was edited after mul had used it.*Compute the result again"
        ):
            L.backward()
    assert (height.grad, width.grad, height.reached) == (0.0, 0.0, False)
    (height * width).backward()
    assert (height.grad, width.grad) == (5.0, 3.0)


def test_a_pass_refused_for_an_edit_leaves_what_the_docstring_says() -> None:
    w, x = Value(3.0), Value(2.0)
    z = w * x
    L = z * z
    L.backward()
    w.data = 5.0
    with pytest.raises(UsageError, match="was edited after mul had used it"):
        L.backward()
    assert (w.grad, x.grad) == (24.0, 36.0)  # of the pass before the edit
    assert (z.reached, L.reached) == (False, False)


def test_an_edit_of_another_leaf_or_before_the_use_is_no_matter() -> None:
    w, other = Value(3.0), Value(1.0)
    z = w * 2
    other.data = 7.0
    z.backward()
    w.data = 4.0
    (w * w).backward()
    assert w.grad == 2.0 + 8.0


def test_an_edit_deep_down_is_found_whatever_was_made_since() -> None:
    w, b = Value(3.0, label="w"), Value(1.0)
    deep = w * b
    w.data = 4.0
    L = functions.sum([deep, w, b * w])  # newer than the edit, on an older part
    with pytest.raises(UsageError, match=r"w .* was edited"):
        L.backward()


def test_a_result_cannot_be_edited() -> None:
    w = Value(3.0)
    score = w * 2
    with pytest.raises(UsageError, match=r"score \(= 6\) is the result of mul.*Edit the leaves"):
        score.data = 5.0
    assert score.data == 6.0
    score.backward()


def test_minus_equals_makes_a_new_result() -> None:
    w = leaf = Value(3.0)
    w -= 1.0
    assert w is not leaf
    assert (w.op, w.parents, leaf.data) == ("sub", (leaf,), 3.0)


# ------------------------------------------------------------------------------------------------- whole, or not at all


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_an_interrupted_pass_leaves_no_trace_in_the_leaves(error: Any) -> None:
    x, w, fresh = Value(2.0), Value(3.0), Value(1.0)
    (x * w).backward()
    z = x * w
    middle = z.sin()
    L = middle * w * fresh
    before = (x.grad, w.grad)
    rule, original = _generated.SIN_X, _generated.SIN_X.backward

    def interrupted(node: Any) -> None:
        original(node)
        raise error

    rule.backward = interrupted
    try:
        with pytest.raises(error):
            L.backward()
    finally:
        rule.backward = original
    assert (x.grad, w.grad, fresh.grad) == (*before, 0.0)
    assert (fresh.reached, L.reached, middle.reached, z.reached) == (False, False, False, False)
    L.backward()
    assert (x.grad, w.grad) != before


def test_a_pass_interrupted_on_its_way_down_leaves_no_trace() -> None:
    class InterruptedOnce(Rule):
        calm = False

        @property
        def in_x(self) -> bool:
            if self.calm:
                return True
            self.calm = True
            raise KeyboardInterrupt

        @in_x.setter
        def in_x(self, there: bool) -> None:
            pass

    x, w = Value(2.0), Value(3.0)
    first = x * w
    (first * w).backward()
    last = first.sin() * w
    before = x.grad, w.grad
    first._rule = InterruptedOnce("mul", "xy", _generated.MUL_XY.backward, _generated.MUL_XY.partials)
    with pytest.raises(KeyboardInterrupt):
        last.backward()
    assert (x.grad, w.grad, first.reached, last.reached) == (*before, False, False)
    last.backward()
    assert (last.grad, w.grad) == (1.0, before[1] + math.sin(6.0) + 3.0 * math.cos(6.0) * 2.0)


def test_passes_take_turns_where_threads_share_results() -> None:
    """Without turns, one thread's pass would clear what another's has brought to a result so far."""
    w = Value(1.0)
    shared = w
    for _ in range(3000):
        shared = shared + 0.0
    rounds, number = 20, 4
    barrier = threading.Barrier(number)

    def passes() -> None:
        barrier.wait()
        for _ in range(rounds):
            (shared * 2.0).backward()

    threads = [threading.Thread(target=passes) for _ in range(number)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert w.grad == 2.0 * rounds * number


def test_a_graph_is_not_zeroed_amid_another_thread_s_pass() -> None:
    w = Value(1.0)
    trunk = w
    for _ in range(300):
        trunk = trunk * 1.0
    one, other = trunk * 3.0, trunk * 5.0
    done = threading.Event()

    def zeroing() -> None:
        while not done.is_set():
            other.zero_grad()

    thread = threading.Thread(target=zeroing)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        for _ in range(300):
            one.backward()  # which would meet a None for a gradient
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert one.grad == 1.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on Windows")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_does_not_wait_for_a_thread_that_it_has_not() -> None:
    held, over = threading.Event(), threading.Event()

    def holding() -> None:
        with backward.turn, _generated.edits:
            held.set()
            over.wait()

    thread = threading.Thread(target=holding)
    thread.start()
    held.wait()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(5)  # ends a process that waits
        x = Value(3.0)
        (x * x).backward()
        x.data = 4.0
        os._exit(7 if x.grad == 6.0 else 1)
    over.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_pass_within_a_pass_has_its_turn() -> None:
    def slope(x: float) -> float:
        inner = Value(x)
        (inner * inner).backward()
        return inner.grad

    square = custom(lambda x: x * x, [slope], name="squared_by_a_pass")
    x = Value(3.0)
    (square(x) * 2.0).backward()
    assert x.grad == 12.0


def test_a_partial_that_cannot_be_computed_says_so() -> None:
    op("halfway(x)", "x * x", "1 / x")
    speed = Value(0.0)
    L = functions.halfway(speed) * 2
    with pytest.raises(
        DivisionError, match=r"the derivative of halfway\(speed\) cannot be computed at speed = 0.*1 / x"
    ):
        L.backward()
    with pytest.raises(DivisionError, match=r"halfway\(speed\)"):
        L.parents[0].partials()
    with pytest.raises(DivisionError, match=r"the derivative of halfway\(speed\) cannot be computed"):
        L.explain()
    assert not speed.reached


# ------------------------------------------------------------------------------------------------------ kinks and ties


def _slope(f: Any, *numbers: Any) -> Any:
    leaves = [Value(x) for x in numbers]
    f(*leaves).backward()
    return [leaf.grad for leaf in leaves]


def test_slopes_at_kinks_are_those_of_the_rows() -> None:
    assert _slope(functions.relu, 0.0) == _slope(functions.relu, -0.0) == [0.0]
    assert _slope(functions.abs, 0.0) == [0.0]
    assert _slope(lambda x: x.leaky_relu(slope=0.1), 0.0) == [0.1]
    assert _slope(lambda x: x.clip(0, 1), 0.0) == _slope(lambda x: x.clip(0, 1), 1.0) == [0.0]


@pytest.mark.parametrize("f", [functions.max, functions.min, functions.maximum, functions.minimum])
def test_ties_between_values_are_shared_and_against_a_number_take_zero(f: Any) -> None:
    assert _slope(f, 2.0, 2.0) == [0.5, 0.5]
    assert _slope(lambda x: f(x, 2.0), 2.0) == [0.0]
    assert _slope(lambda x: f(2.0, x), 2.0) == [0.0]
    assert _slope(lambda x: f(x, x), 2.0) == [1.0]
    larger = [0.0, 1.0] if f(1.0, 3.0) == 3.0 else [1.0, 0.0]
    assert _slope(f, 1.0, 3.0) == larger


def test_ties_among_many() -> None:
    assert _slope(lambda *x: functions.maximum(x), 1.0, 3.0, 3.0, 3.0) == [0.0, *[1 / 3] * 3]
    assert _slope(lambda *x: functions.maximum([*x, 3.0]), 1.0, 3.0) == [0.0, 0.0]


def test_nothing_flows_from_the_branch_not_taken() -> None:
    x, y = Value(-1.0), Value(3.0)
    root = functions.where(x > 0, functions.where(x > 0, x, y) * 1e300 * 1e300, y)
    root.backward()
    assert (x.grad, y.grad, x.reached) == (0.0, 1.0, False)


def test_an_edited_condition_is_noticed_and_an_edit_of_the_branch_not_taken_is_no_matter() -> None:
    c, x, y = Value(1.0), Value(2.0), Value(5.0)
    for other in (3.0, y * y):
        z = functions.where(c, x * x, other)
        c.data = 0.0
        for use in (z.backward, lambda z=z: z.explain(x), z.program, lambda z=z: gradients(z, [x])):
            with pytest.raises(UsageError, match=r"c \(= 0\) was edited after where had used it"):
                use()
        c.data = 1.0
    z = functions.where(c, x * x, y * y)
    y.data = 6.0
    z.backward()
    assert (x.grad, y.grad, c.grad) == (4.0, 0.0, 0.0)


def test_zero_grad_clears_the_branch_not_taken_too() -> None:
    x, y = Value(2.0), Value(5.0)
    functions.where(1.0, x * x, y * y).backward()
    functions.where(0.0, x * x, y * y).zero_grad()
    assert (x.reached, y.reached) == (False, False)
