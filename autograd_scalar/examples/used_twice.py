"""A value used twice: which of the two slopes is the gradient?

x stands in x·x twice, and in 3·x once more. If x grows, y grows for three reasons at once.
"""

from autograd_scalar.examples import beside
from autograd_scalar.graph import topological_order

from .example import Example, Exercise


def used_twice(x=2):
    y = x * x + 3 * x
    return y


def story(y, x):
    """Each way from x to y is a route. Along a route the slopes multiply; the routes add:"""
    y.paths(x)
    assert (x.grad, len(y.paths(x).routes)) == (7, 3), "P10"
    """School calculus agrees: y = x² + 3x has the slope 2x + 3, at x = 2 it is 7. The derivation writes the same
    sum:"""
    y.explain(x)
    """A backward pass need not list the routes. It hands each node's gradient to its parents, times the slope, and
    *adds* it to what is there already. Adding is all there is to it."""


def broken(y, x):
    """The same pass with = where += belongs. Each route overwrites the one before:"""

    def backward(result):
        grad = {result: 1.0}
        for node in reversed(topological_order(result)):
            for parent, slope in zip(node.parents, node.partials(), strict=True):
                grad[parent] = grad[node] * slope  # = and not +=
        return grad

    beside(backward(y))
    assert backward(y)[x] != x.grad
    """Every graph without reuse hides this mistake, and so does any test on such a graph."""


EXAMPLE = Example(
    __doc__,
    used_twice,
    wrt="x",
    story=story,
    broken=broken,
    exercise=Exercise(
        "What is dy/dx at x = −1.5? Write one product for each route.", "dy/dx = -1.5 + -1.5 + 3 = 0", "x", {"x": -1.5}
    ),
)
