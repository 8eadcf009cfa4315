"""A million nodes: nothing recurses, nothing is left over, and the garbage collector is not needed.

Each shape goes through its life in a Python of its own, with a low recursion limit and the collector off.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import pytest

from autograd_scalar import AutogradError, Value, functions, gradients, value_and_grad

SHAPES = {
    "chain": "v = x\nfor _ in range(SIZE): v = v + x\nroot, slope = v, SIZE + 1.0",
    "alternating chain": "v = x\nfor _ in range(SIZE // 2): v = functions.sum([v, x]) * 1.0\nroot, slope = v, SIZE // 2 + 1.0",
    "fan-out": "root, slope = functions.sum([x * 2.0 for _ in range(SIZE)]), 2.0 * SIZE",
}

LIFE = """
import copy, gc, pickle, sys
from autograd_scalar import Value, functions
from autograd_scalar.graph import topological_order

gc.disable()
SIZE = 1_000_000
sys.setrecursionlimit(120)

def alive():
    return len(gc.get_objects())

def live(step):
    x = Value(1.0, label="x")
    {shape}
    nodes = len(topological_order(root))
    assert nodes > SIZE
    if step == "backward":
        root.backward()
        assert x.grad == slope, x.grad
        root.zero_grad()
    elif step == "copy":
        twin = copy.copy(root)
        assert twin.data == root.data and twin is not root
    elif step == "deepcopy":
        twin = copy.deepcopy({{"root": root, "x": x}})
        twin["root"].backward()
        assert twin["x"].grad == slope and x.grad == 0.0
    elif step == "pickle":
        twin = pickle.loads(pickle.dumps([root, x], -1))
        twin[0].backward()
        assert twin[1].grad == slope and x.grad == 0.0
    elif step == "error":
        try:
            (root * 0.0).log()
        except ValueError as error:
            assert "root" in str(error)
    repr(root), str(root)

for step in {steps}:
    before = alive()
    live(step)
    left = alive() - before
    assert abs(left) < 2000, (step, left)  # modules that a first use imports, nothing of a million nodes
print("done")
"""


@pytest.mark.parametrize("steps", [("backward", "copy", "error"), ("deepcopy",), ("pickle",)], ids=" ".join)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_the_life_of_a_million_nodes(shape, steps):
    code = LIFE.format(shape=shape.replace("\n", "\n    "), steps=steps)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "done\n", done.stderr[-2000:]


# ------------------------------------------------------------------------------------------ nothing else holds a graph


class Witness(float):
    """A number that can be watched: it dies with the node that holds it."""


def _watched():
    """A leaf, and a weak reference that is alive as long as the leaf is."""
    x = Value(2.0)
    x._data = Witness(2.0)
    return x, weakref.ref(x._data)


def _gradients(x):
    (first,) = gradients(x**3 * 2.0, [x])
    gradients(first, [x])


def _refusal(x):
    with pytest.raises(AutogradError):
        (x * 0.0).log()


def _stale(x):
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


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_without_the_collector_a_graph_is_gone_with_its_root(use):
    gc.collect()
    gc.disable()
    try:
        x, alive = _watched()
        use(x)
        del x
        assert alive() is None
    finally:
        gc.enable()
