"""Logistic regression: why not the squared error?

A neuron with a sigmoid answers with a probability. It should answer 1. It answers 0.0025: it is sure, and wrong.
"""

from autograd_scalar import compare, log, sigmoid
from autograd_scalar.examples import Table
from autograd_scalar.nn import binary_cross_entropy

from .example import Example, Exercise, near


def cross_entropy(x=2, w=-3.5, b=1):
    z = w * x + b
    a = sigmoid(z)
    return -log(a)


def squared_error(x=2, w=-3.5, b=1):
    z = w * x + b
    a = sigmoid(z)
    return (a - 1) ** 2


def story(x, w, b, z, a):
    """Both losses are small when a is near 1. What they send back when it is not could hardly differ more:"""
    compare(squared_error, cross_entropy, x=2, w=-3.5, b=1, wrt="w")
    assert near(w.grad, (a.data - 1) * 2)
    """The squared error is sent through the sigmoid, which is flat where it is sure. So the worse the mistake, the less
    is learnt from it. The cross-entropy grows without bound as a goes to 0, just as fast as σ flattens. The two
    cancel:"""
    z.grad, a.data - 1
    """dL/dz = a − 1: the error itself, no slope in between. Let both learn:"""

    def descend(loss, steps):
        w.data, b.data = -3.5, 1
        for _ in range(steps):
            L = loss(x, w, b)
            L.zero_grad()
            L.backward()
            for leaf in (w, b):
                leaf.data -= 0.5 * leaf.grad
        return sigmoid(w * x + b).data

    steps = (0, 1, 2, 5, 20, 100)
    Table(
        ("steps", "a, squared error", "a, cross-entropy"),
        [(n, descend(squared_error, n), descend(cross_entropy, n)) for n in steps],
    )
    assert descend(squared_error, 20) < 0.01
    assert descend(cross_entropy, 20) > 0.9


def broken():
    """Sigmoid first, logarithm after: at z = −800 there is nothing left to take the logarithm of."""
    log(sigmoid(-800.0))
    """So take the score z, not a. binary_cross_entropy does both in one, and −log σ(z) is simply about −z out there:"""
    binary_cross_entropy(-800.0, 1.0)
    assert binary_cross_entropy(-800.0, 1.0) == 800


EXAMPLE = Example(
    __doc__,
    cross_entropy,
    wrt="w",
    story=story,
    broken=broken,
    exercise=Exercise(
        "dL/dz is a − 1. So write dL/dw at w = −0.5 with two factors.", "dL/dw = (a - 1)*x = -1", "w", {"w": -0.5}
    ),
)
