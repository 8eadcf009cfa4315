"""Two moons: how does a net bend a line around a crowd?

Two half circles, one inside the other, and no straight line between them. The loss is the hinge: a score should be on
the right side of 0 by at least 1, and then nothing more is asked. Here it is for one point of each moon and a straight
line, before anything was learnt.
"""

from math import cos, pi, sin
from random import Random

from autograd_scalar import relu
from autograd_scalar.nn import MLP
from autograd_scalar.train import boundary, fit

from .example import Example, Exercise


def two_moons(w1=0.5, w2=1.5, b=0):
    upper = w1 * 0 + w2 * 1 + b
    lower = w1 * 1 + w2 * -0.5 + b
    return relu(1 - upper) + relu(1 + lower)


def moons(count, rng):
    points, labels = [], []
    for i in range(count):
        angle = rng.uniform(0, pi)
        x, y = cos(angle), sin(angle)
        if i % 2:
            x, y = 1 - x, 0.5 - y
        points.append([x + rng.gauss(0, 0.1), y + rng.gauss(0, 0.1)])
        labels.append(-1 if i % 2 else 1)
    return points, labels


def story(L, w1):
    """A point that is far enough on its side is silent; only the others pull. Which of the two is it here?"""
    L.explain(w1)
    """# Fifty points

    In turn from the upper and the lower moon, and a net of 2, 8, 8 and 1 that goes through them 24 times:"""
    X, Y = moons(50, Random(5))
    net = MLP(2, [8, 8, 1], rng=Random(0))
    fit(net, X, Y, loss="hinge", lr=0.1, epochs=24, batch=25)
    """And where it says yes and where no:"""
    boundary(net, X, Y, points=33)
    assert len(boundary(net, X, Y, points=2).wrong) == 0
    """Every hidden neuron of the first layer draws a straight line, where it opens. The second layer puts them together
    to a bend. In a notebook `boundary(net, X, Y).plot()` is a picture."""


def broken():
    """The same net without its relus: three layers, each a product with a matrix. The three products are one product
    with one matrix: a straight line, at three times the price."""
    X, Y = moons(50, Random(5))
    net = MLP(2, [8, 8, 1], activation=None, rng=Random(0))
    fit(net, X, Y, loss="hinge", lr=0.1, epochs=12, batch=25)[-1].accuracy
    boundary(net, X, Y, points=33)
    assert len(boundary(net, X, Y, points=2).wrong) > 5


EXAMPLE = Example(
    __doc__,
    two_moons,
    wrt="w1",
    story=story,
    broken=broken,
    exercise=Exercise(
        "With w₂ = 3 and b = −1 both points are on their sides, but is it far enough? Write dL/dw₁ there.",
        "dL/dw1 = 0",
        "w1",
        {"w2": 3, "b": -1},
    ),
)
