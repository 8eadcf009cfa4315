"""Killed by a step: how does a network die with a loss of 0?

The exploding chain takes one step of gradient descent, η = 0.1, and its loss falls from 7812.5 to 0. Is that good?
"""

from autograd_scalar.examples import Table

from .example import Claim, Example, Exercise, near
from .exploding_chain import exploding_chain


def story(L, x, w1, w2, w3, y):
    """Every weight has the gradient 3125, so every weight goes from 5 to 5 − 312.5 = −307.5:"""
    L.at(w1=-307.5, w2=-307.5, w3=-307.5)
    assert L.at(w1=-307.5, w2=-307.5, w3=-307.5).value == 0, "E10"
    """All relus are shut. The network answers 0 to every x, and 0 happens to be what was asked. A loss of 0 does not
    say why it is 0. Ask for y = 1, and the same step shows what it did:"""

    def descend(lr, goal, steps):
        for leaf, number in ((w1, 5), (w2, 5), (w3, 5), (y, goal)):
            leaf.data = number
        path = []
        for step in range(steps + 1):
            loss = exploding_chain(x, w1, w2, w3, y)
            loss.zero_grad()
            loss.backward()
            path.append((step, w1.data, loss.data, w1.grad))
            for w in (w1, w2, w3):
                w.data -= lr * w.grad
        return path

    Table(("step", "w₁", "L", "dL/dw₁"), descend(0.1, 1, 3))
    assert descend(0.1, 1, 3)[0][3] == 3100, "E10"
    assert descend(0.1, 1, 3)[1][1:] == descend(0.1, 1, 3)[3][1:] == (-305, 0.5, 0), "E10"
    """Dead: L = 0.5 for ever, and no gradient to leave by. A hundredth of that step, with y = 0 again, goes well:"""
    Table(("step", "w₁", "L", "dL/dw₁"), descend(0.001, 0, 3))
    assert descend(0.001, 0, 3)[1][1] == 1.875, "E10"
    assert near(descend(0.001, 0, 3)[1][2], 21.725893020629883), "E10"
    """So look at the gradients before you believe a loss: a network that has learnt has small ones, a dead one has
    none."""


def broken(L, w1):
    """The step of w₁ by itself, written out. It looks like any other, and the loss falls:"""
    L.explain_update(w1, lr=0.1)
    """Only its length is odd: 62 times the weight. A gradient speaks of the point where it was taken. If a relu shuts
    on the way, it has nothing to say about the far end. For a short step it keeps its word: η · 3125² ≈ 9.77 is what L
    should lose, and loses."""
    L.explain_update(w1, lr=1e-6)


def written():
    return [
        Claim("E10", "the loss went down, so the step was good", because="L = 0 and every gradient is 0: it is dead")
    ]


EXAMPLE = Example(
    __doc__,
    exploding_chain,
    wrt="w1",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "How long may a step be? Take dL/dw₁ at w = 1.875, after the gentle step, and find the three factors above 1.",
        "dL/dw1 = 6.591796875 * 1 * 1.875 * 1 * 1.875 * 1 * 1 = 23.1743",
        "w1",
        {"w1": 1.875, "w2": 1.875, "w3": 1.875},
    ),
)
