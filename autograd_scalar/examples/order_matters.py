"""Why an order: may a node pass its gradient on as soon as it has some?

a is used twice by b, and b twice by y. The gradient of b comes in two parts; what b hands to a depends on both.
"""

from autograd_scalar.examples import beside
from autograd_scalar.graph import topological_order

from .example import Example, Exercise


def order_matters(x=3):
    a = 2 * x
    b = a * a
    y = b + 0.5 * b
    return y


def story(y, x):
    """A topological order puts every node behind all that it was made of. Backward goes through it from the end, so
    that a node is not visited before all who used it have handed it their part:"""
    [node.label for node in reversed(topological_order(y)) if node.label]
    y.explain(x)
    """Without an order one could follow each route by itself, to its end. That is right too, and it does not scale.
    Here each step doubles the number of routes: 41 nodes, and a million million routes."""
    t = x
    for _ in range(40):
        t = t + t
    [len(topological_order(t)), t.paths(x, k=1).count]
    assert (len(topological_order(t)), t.paths(x, k=1).count) == (41, 2**40)
    """One visit for each node, one multiplication for each use: that is what the order buys."""


def broken(y, x):
    """Recursion without an order. `push` adds to the parents and goes on at once, with what it has so far:"""

    def backward(result):
        grad = dict.fromkeys(reversed(topological_order(result)), 0.0)
        grad[result] = 1.0

        def push(node):
            for parent, slope in zip(node.parents, node.partials(), strict=True):
                grad[parent] += grad[node] * slope
                push(parent)

        push(result)
        return grad

    beside(backward(y))
    assert backward(y)[x] > x.grad
    """b is right in the end. But it was pushed twice, the second time with its first part once more: what a got counts
    that part double. The deeper the graph, the worse."""


EXAMPLE = Example(
    __doc__,
    order_matters,
    wrt="x",
    story=story,
    broken=broken,
    exercise=Exercise(
        "y = 1.5·(2x)². Write dy/dx at x = 3 with the slopes dy/db, db/da, da/dx.", "dy/dx = 1.5 * 12 * 2 = 36", "x"
    ),
)
