"""A recurrent network: what does one weight do when it is used in every step?

The simplest memory there is: each step multiplies the state h by the same weight w. It has to remember the 1 it was
given, four steps later.
"""

from autograd_scalar import Value
from autograd_scalar.examples import Table
from autograd_scalar.nn import LSTMCell, RNNCell

from .example import Claim, Example, Exercise, near


def recurrent_weight(h0=1, w=1.1):
    h1 = w * h0
    h2 = w * h1
    h3 = w * h2
    h4 = w * h3
    return h4


def story(h4, w):
    """One weight, four uses, four routes. That is backpropagation through time:"""
    h4.paths(w)
    assert (h4.paths(w).count, near(w.grad, 4 * 1.1**3)) == (4, True), "F7"
    """All four are alike, w³, so dh₄/dw = 4·w³, the derivative of w⁴. In a deep net each layer has a weight of its own,
    and factors above and below 1 may make up for each other. Here it is always the same one:"""
    Table(
        ("w", "after 10 steps", "after 100 steps", "after 1000 steps"),
        [(w, w**10, w**100, w**1000) for w in (0.9, 0.99, 1.0, 1.01, 1.1)],
        digits=3,
    )
    """There is hardly a w between forgetting and exploding. Hence clipping, and hence cells with a tanh: |h| stays
    below 1, and an explosion has an end. But a tanh only ever takes away from the gradient:"""

    def remembers(u, steps):
        cell = RNNCell(1, 1, bias=False)
        cell.w[0][0].data, cell.u[0][0].data = 1.0, u
        first = Value(1.0)
        states = cell.unroll([[first], *[[0.0]] * (steps - 1)])
        states[-1][0].backward()
        return u, steps, states[-1][0].data, first.grad

    Table(
        ("u", "steps", "state", "d state / d first input"),
        [remembers(u, steps) for u in (0.5, 1.0, 1.5, 3.0) for steps in (5, 50)],
        digits=3,
    )
    assert remembers(1.5, 50)[3] < 1e-6, "F7"
    """For u = 1.5 the state after 50 steps is far from 0, and still the first input is forgotten: the state has gone
    where it goes from any start.

    # A way around, in time

    An LSTM does not multiply its memory c by a weight. It adds to it, and a gate f says how much is kept: a residual
    connection through time. With f near 1 the first input is still heard after fifty steps:"""

    def keeps(steps):
        cell, first = LSTMCell(1, 1, forget_bias=6), Value(1)
        _, c = cell.unroll([[first], *[[0]] * (steps - 1)])[-1]
        c[0].backward()
        return steps, c[0].data, first.grad

    Table(("steps", "memory", "d memory / d first input"), map(keeps, (1, 10, 50)), digits=3)
    assert abs(keeps(50)[2]) > 0.2 * abs(keeps(1)[2]), "F7"


def broken(h3, w):
    """Cut off after one step, to save time: h₃ is taken as a number and not as a node. The answer is the same, and
    three of the four routes are gone:"""
    w.zero_grad()
    last = w * h3.data
    last.backward()
    last.data, w.grad
    assert near(w.grad, 1.1**3)
    """That is called truncated backpropagation, and it is done on purpose, by people who know what they give up:
    nothing that happened before the cut can be learnt."""


EXAMPLE = Example(
    __doc__,
    recurrent_weight,
    wrt="w",
    story=story,
    broken=broken,
    exercise=Exercise(
        "How much does the answer hang on what was given at first? Write dh₄/dh₀ at w = 2.",
        "dh4/dh0 = 2 * 2 * 2 * 2 = 16",
        "h0",
        {"w": 2},
    ),
    written=lambda: [
        Claim("F7", "clipping: in very deep or recurrent nets", because="right: one weight, to the power of the steps"),
    ],
)
