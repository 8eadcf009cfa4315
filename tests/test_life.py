"""A million nodes: nothing recurses, nothing is left over, and the garbage collector is not needed.

Each shape goes through its life in a Python of its own, with a low recursion limit and the collector off.
"""

# ruff: noqa: RUF061  # a use is one expression

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from typing import Any

import pytest

from autograd_scalar import AutogradError, Value, functions, gradients, value_and_grad

SHAPES = {
    "chain": "root, slope = x, size + 1.0\n    for _ in range(size): root = root + x",
    "fan-out": "root, slope = functions.sum([x * 2.0 for _ in range(size)]), 2.0 * size",
}

LIFE = """
import copy, gc, pickle, sys
from autograd_scalar import Value, functions

gc.disable()
sys.setrecursionlimit(120)

def live(size):
    x = Value(1.0)
    {shape}
    root.backward()
    assert x.grad == slope
    x.grad = 0.0
    assert copy.copy(root).parents[0] is not root.parents[0]
    for duplicate in (copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both, -1))):
        twin = duplicate([root, x])
        twin[0].backward()
        assert twin[1].grad == slope and x.grad == 0.0
        del twin
    try:
        (root * 0.0).log()
    except ValueError as error:
        assert "root" in str(error)
    repr(root)

live(10)  # what a first use imports is no part of a graph
before = len(gc.get_objects())
live(1_000_000)
print(len(gc.get_objects()) - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_the_life_of_a_million_nodes(shape: Any) -> None:
    code = LIFE.format(shape=shape)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert int(done.stdout) < 10, f"{done.stdout.strip()} objects were left behind"


# ------------------------------------------------------------------------------------------ nothing else holds a graph


class Witness(float):
    """A number that can be watched: it dies with the node that holds it."""


def _watched() -> Any:
    """A leaf, and a weak reference that is alive as long as the leaf is."""
    x = Value(2.0)
    x._data = Witness(2.0)
    return x, weakref.ref(x._data)


def _gradients(x: Any) -> None:
    (first,) = gradients(x**3 * 2.0, [x])
    gradients(first, [x])


def _refusal(x: Any) -> None:
    with pytest.raises(AutogradError):
        (x * 0.0).log()


def _stale(x: Any) -> None:
    L = x * x
    x.data = Witness(3.0)
    with pytest.raises(AutogradError):
        L.backward()


USES = {
    "arithmetic": lambda x: (x * x + 1.0).sin(),
    "backward": lambda x: functions.dot([x, 2.0], [1.0, x]).backward(),
    "gradients": _gradients,
    "value_and_grad": lambda x: value_and_grad(lambda y: y * x)(1.0),
    "a refusal": _refusal,
    "a stale graph": _stale,
    "a name in a message": lambda x: pytest.raises(TypeError, float, x),
    "explain": lambda x: str((x * x).named("L").explain(x)),
    "formula": lambda x: str((x * x).named("L").formula()),
    "tree": lambda x: (x * x).tree(),
    "draw": lambda x: (x * x).draw().svg,
}


@pytest.mark.slow
@pytest.mark.skipif(sys.gettrace() is not None, reason="under a tracer Python before 3.13 keeps snapshots of frames")
@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_without_the_collector_a_graph_is_gone_with_its_root(use: Any) -> None:
    gc.collect()
    gc.disable()
    try:
        x, alive = _watched()
        use(x)
        del x
        assert alive() is None
    finally:
        gc.enable()
