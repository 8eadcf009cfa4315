"""Modes: local to their block, thread and task, and not there at all when none is on."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from autograd_scalar import (
    Mode,
    Value,
    _generated,
    check_derivation,
    compare,
    explain,
    functions,
    grad,
    no_grad,
    program,
    value_and_grad,
)
from autograd_scalar.nn import MLP
from autograd_scalar.recording import own_graph
from autograd_scalar.testing import gradcheck
from autograd_scalar.train import fit, report


@pytest.fixture(autouse=True)
def _flag_is_down_before_and_after() -> Any:
    assert _generated.modes == 0
    yield
    assert _generated.modes == 0


def is_recorded(w: Any) -> Any:
    """Whether operations of every kind remember their operands."""
    results = [w * 2, 2 - w, w.sin(), functions.sum([w, 1.0]), functions.dot([w], [w]), functions.where(w > 0, w, 0.0)]
    answers = {result.parents != () for result in results}
    assert len(answers) == 1
    return answers.pop()


def test_no_grad_computes_and_remembers_nothing() -> None:
    w = Value(3.0)
    with no_grad():
        y = w * 2 + 1
        assert not is_recorded(w)
    assert (y.data, y.op, y.parents) == (7.0, "", ())
    y.data = 8.0  # a leaf, that may be edited
    assert is_recorded(w)
    (w * y).backward()
    assert (w.grad, y.grad) == (8.0, 3.0)


def test_leaves_may_be_edited_inside() -> None:
    w = Value(3.0)
    L = w * w
    L.backward()
    with no_grad():
        w.data -= 0.1 * w.grad
    assert w.data == 2.4


def test_it_nests_and_one_object_serves_many_times() -> None:
    w = Value(3.0)
    mode = no_grad()
    with mode, mode:
        with no_grad():
            assert not is_recorded(w)
        with mode:
            assert not is_recorded(w)
        assert not is_recorded(w)
    assert is_recorded(w)
    with mode:
        assert not is_recorded(w)


def test_it_ends_with_an_exception() -> None:
    w = Value(3.0)
    with pytest.raises(ValueError, match="no real value"), no_grad():
        (w * -1).log()
    assert is_recorded(w)


class Listing(Mode):
    """A mode that lists what it sees."""

    def __init__(self, seen: Any, name: Any) -> None:
        self.seen, self.name = seen, name

    def recorded(self, node: Any) -> Any:
        self.seen.append((self.name, node.op))
        return node


def test_a_mode_sees_each_operation_the_innermost_first() -> None:
    seen: list[tuple[str, str]] = []
    w = Value(3.0)
    with Listing(seen, "outer"):
        w * 2
        with no_grad(), Listing(seen, "inner"):
            functions.sum([w, w])
    w + 1
    assert seen == [("outer", "mul"), ("inner", "sum"), ("outer", "")]


def test_a_mode_may_answer_with_another_node() -> None:
    class Labelling(Mode):
        def recorded(self, node: Any) -> Any:
            return node.named(f"a {node.op}")

    with Labelling():
        z = Value(3.0) * 2
    assert z.label == "a mul"


def test_a_mode_without_a_purpose_is_a_mistake() -> None:
    with pytest.raises(NotImplementedError), Mode():
        Value(1.0) + 1


def test_eight_threads_at_once() -> None:
    mode, barrier, answers = no_grad(), threading.Barrier(8), {}

    def work(number: Any) -> None:
        w = Value(3.0)
        seen = []
        for round_ in range(200):
            barrier.wait()
            if (number + round_) % 2:
                with mode:
                    seen.append(is_recorded(w))
            else:
                seen.append(not is_recorded(w))
        answers[number] = seen

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: [False] * 200 for number in range(8)}


def test_a_thread_started_inside_records() -> None:
    answers = []
    with no_grad():
        thread = threading.Thread(target=lambda: answers.append(is_recorded(Value(1.0))))
        thread.start()
        thread.join()
    assert answers == [True]


def test_tasks_do_not_disturb_each_other() -> None:
    async def with_mode(w: Any) -> None:
        for _ in range(20):
            with no_grad():
                await asyncio.sleep(0)
                assert not is_recorded(w)
            assert is_recorded(w)

    async def without(w: Any) -> None:
        for _ in range(40):
            assert is_recorded(w)
            await asyncio.sleep(0)

    async def main() -> None:
        w = Value(3.0)
        await asyncio.gather(with_mode(w), without(w), with_mode(w))

    asyncio.run(main())


def test_a_task_started_inside_inherits_for_as_long_as_the_block_lasts() -> None:
    async def main() -> None:
        w = Value(3.0)
        inside, outside = asyncio.Event(), asyncio.Event()

        async def child() -> Any:
            answers = [is_recorded(w)]
            inside.set()
            await outside.wait()
            return [*answers, is_recorded(w)]

        with no_grad():
            task = asyncio.create_task(child())
            await inside.wait()
        with Listing([], "another mode is on"):
            outside.set()
            assert await task == [False, True]

    asyncio.run(main())


def test_edits_from_eight_threads_lose_no_tick() -> None:
    before = _generated.clock
    leaves = [Value(0.0) for _ in range(8)]

    def work(leaf: Any) -> None:
        for number in range(2000):
            leaf.data = number

    threads = [threading.Thread(target=work, args=(leaf,)) for leaf in leaves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _generated.clock == before + 8 * 2000
    assert len({leaf._clock for leaf in leaves}) == 8


def test_a_mode_is_a_decorator_too() -> None:
    @no_grad()
    def evaluate(w: Value) -> Value:
        return w * 2

    w = Value(3.0)
    assert evaluate(w).parents == ()
    assert (w * 2).parents == (w,)


def net(w: Any, x: Any) -> Any:
    z = w * x
    a = z.tanh()
    return a * w


EXAMPLES = ([[1.0, 2.0], [2.0, -1.0]], [1.0, 0.0])


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda: grad(net)(0.2, 0.3), id="grad"),
        pytest.param(lambda: grad(net, (0, 1))(0.2, 0.3), id="argnums"),
        pytest.param(lambda: value_and_grad(net)(0.2, 0.3), id="value_and_grad"),
        pytest.param(lambda: grad(grad(net), 1)(0.2, 0.3), id="grad of grad"),
        pytest.param(lambda: program(net, w=2, x=3), id="program"),
        pytest.param(lambda: explain(net, w=2, x=3, wrt="w"), id="explain"),
        pytest.param(lambda: explain(net, w=2, x=3, wrt="w", order=2), id="explain, order 2"),
        pytest.param(lambda: compare(net, lambda w, x: w * x * w, w=2, x=3, wrt="w"), id="compare"),
        pytest.param(lambda: check_derivation("dL/dw = w + a", net, w=2, x=3, wrt="w"), id="check_derivation"),
        pytest.param(lambda: gradcheck(net, 0.2, 0.3, order=2), id="gradcheck"),
        pytest.param(lambda: report(MLP(2, [4, 1], activation="tanh"), *EXAMPLES), id="report"),
        pytest.param(lambda: fit(MLP(2, [4, 1]), *EXAMPLES, epochs=2, progress=False).losses, id="fit"),
    ],
)
def test_what_makes_its_own_graph_does_so_inside_no_grad_too(read: Any) -> None:
    expected = str(read())
    with no_grad():
        assert str(read()) == expected
        assert not is_recorded(Value(3.0))


def test_a_second_derivative_of_a_graph_from_outside_is_no_zero_inside_no_grad() -> None:
    w = Value(0.2, label="w")
    L = (w * w * w).named("L")
    expected = str(L.explain(w, order=2))
    with no_grad():
        assert str(L.explain(w, order=2)) == expected


def test_a_no_grad_within_the_function_holds() -> None:
    def half(x: Any) -> Any:
        with no_grad():
            still = x * 1.0
        return still * x

    assert grad(half)(3.0) == 3.0
    with no_grad():
        assert grad(half)(3.0) == 3.0
        assert grad(no_grad()(lambda x: x * x))(3.0) == 0.0


def test_what_comes_out_of_grad_has_no_graph_inside_no_grad() -> None:
    w, x = Value(3.0), Value(2.0)
    with no_grad():
        outside = value_and_grad(lambda x: w * x**2)(2.0)
        nested = value_and_grad(lambda x: x**3)(x)
        still = value_and_grad(lambda _: w)(2.0)[0]
    assert [(one.data, one.parents) for one in (*outside, *nested)] == [(12.0, ()), (12.0, ()), (8.0, ()), (12.0, ())]
    assert still is w

    def inner(x: Any) -> Any:
        with no_grad():
            slope = grad(lambda y: x * y * y)(1.0)  # 2x, a constant from here on
        return slope * x

    assert grad(inner)(3.0) == 6.0


def test_own_graph_suspends_only_no_grad_and_only_in_its_block() -> None:
    seen: list[tuple[str, str]] = []
    w = Value(3.0)
    with Listing(seen, "outer"), no_grad(), no_grad():
        with own_graph() as suspends:
            assert suspends
            assert is_recorded(w)
            with no_grad(), own_graph():
                assert is_recorded(w)
        assert not is_recorded(w)
        with pytest.raises(ZeroDivisionError), own_graph():
            w / 0.0
        assert not is_recorded(w)
    assert ("outer", "sin") in seen
    with own_graph() as suspends:
        assert not suspends
    with Listing(seen, "alone"), own_graph() as suspends:
        assert not suspends
        assert is_recorded(w)


def test_a_no_grad_that_ends_while_it_is_suspended_has_ended() -> None:
    def numbers() -> Any:
        with no_grad():
            yield 1.0
        yield 2.0

    w = Value(3.0)
    with Listing([], "another mode is on"):
        each = numbers()
        assert next(each) == 1.0
        with own_graph():
            assert next(each) == 2.0
            assert is_recorded(w)
        assert is_recorded(w)
