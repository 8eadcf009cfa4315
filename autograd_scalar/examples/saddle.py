"""A saddle: the gradient is 0, so is this the bottom?

Two weights in a row, v and w, no activation. They should make 1 out of 1, and both begin at 0.
"""

from autograd_scalar import gradients
from autograd_scalar.examples import Table

from .example import Example, Exercise


def saddle(v=0, w=0, x=1, y=1):
    o = v * w * x
    return (o - y) ** 2


def story(L, v, w, x, y):
    """Ask for the gradients. Then ask why:"""
    [v.grad, w.grad, L.data]
    L.why(v)
    """Each is blocked by the other. It is no minimum: L is 1, and v = w = 1 would make it 0. The second derivatives
    tell what kind of place it is. Row by row:"""
    dv, dw = gradients(L, [v, w])
    [[node.data for node in gradients(row, [v, w])] for row in (dv, dw)]
    assert [[node.data for node in gradients(row, [v, w])] for row in (dv, dw)] == [[0, -2], [-2, 0]]
    """Along v = w the curvature is −2: downhill. Along v = −w it is +2: uphill. Down in one direction and up in another
    is a saddle. Stay exactly on it and nothing happens; leave it by a hair and it takes a while, then goes fast:"""

    def descend(start, steps):
        v.data = w.data = start
        for _ in range(steps):
            L = saddle(v, w, x, y)
            L.zero_grad()
            L.backward()
            for leaf in (v, w):
                leaf.data -= 0.1 * leaf.grad
        return saddle(v, w, x, y).data

    steps = (0, 10, 20, 30, 40, 50)
    Table(
        ("steps", "L, from 0", "L, from 0.001", "L, from 0.1"),
        [(n, descend(0, n), descend(0.001, n), descend(0.1, n)) for n in steps],
    )
    assert descend(0, 50) == 1
    assert descend(0.001, 60) < 0.01


def broken(v, w, x, y):
    """ "Stop when the gradient is small." Near a saddle that is at once:"""
    for start in (0.001, 0.004, 0.01):
        v.data = w.data = start
        for step in range(1000):
            L = saddle(v, w, x, y)
            L.zero_grad()
            L.backward()
            if abs(v.grad) + abs(w.grad) < 0.02:
                break
            for leaf in (v, w):
                leaf.data -= 0.1 * leaf.grad
        print(f"from {start}: stopped after {step} steps, L = {L.data:.5f}")
    """A small gradient says that the ground is level, not that it is the bottom. The curvature knows."""


EXAMPLE = Example(
    __doc__,
    saddle,
    wrt="v",
    story=story,
    broken=broken,
    exercise=Exercise(
        "A hair off the saddle: v = w = 0.5. What is dL/dv?",
        "dL/dv = 2*(0.25 - 1) * 0.5 * 1 = -0.75",
        "v",
        {"v": 0.5, "w": 0.5},
    ),
)
