"""Clipping: may one simply make a gradient smaller?

The exploding chain again: three weights of 5, each with the gradient 3125, and one step kills the net. Weights cannot
be drawn better once they are there. But the step can be made shorter.
"""

from autograd_scalar import Value
from autograd_scalar.examples import Table
from autograd_scalar.nn import clip_grad_norm, clip_grad_value

from .example import Claim, Example, Exercise, near
from .exploding_chain import exploding_chain


def story(L, x, w1, w2, w3, y):
    """By norm: if the gradient, taken as an arrow, is longer than 1, it is made 1 long. What comes back is how long it
    was:"""
    clip_grad_norm([w1, w2, w3], 1)
    [w.grad for w in (w1, w2, w3)]
    assert near(w1.grad, 0.57735026918962576), "G2"
    assert near(w1.data - 0.1 * w1.grad, 4.9422649730810374), "G2"
    """So a step with η = 0.1 goes a tenth of a unit, and w₁ becomes 4.94 instead of −307.5. By value each number is cut
    off by itself:"""
    L.zero_grad()
    L.backward()
    clip_grad_value([w1, w2, w3], 1)
    [w.grad for w in (w1, w2, w3)]
    assert [w.grad for w in (w1, w2, w3)] == [1, 1, 1], "G3"
    """Here the arrow points the same way, because all three were equal. It need not. With w₃ = 0.05 the third gradient
    is a hundred times the others, and only the norm keeps that:"""

    def direction(clip, limit):
        w3.data = 0.05
        loss = exploding_chain(x, w1, w2, w3, y)
        loss.zero_grad()
        loss.backward()
        clip([w1, w2, w3], limit)
        return [w.grad for w in (w1, w2, w3)]

    Table(
        ("", "w₁", "w₂", "w₃"),
        [
            ("as it is", *direction(clip_grad_norm, 1e9)),
            ("by norm", *direction(clip_grad_norm, 1)),
            ("by value", *direction(clip_grad_value, 1)),
        ],
    )
    assert near(direction(clip_grad_norm, 1)[2] / w1.grad, 100), "G2"
    assert direction(clip_grad_value, 1) == [0.3125, 0.3125, 1], "G3"
    """# Does it learn?

    The chain, its weights at 5, asked for y = 1. Without clipping the first step kills it; with a norm of 1 it walks
    down, slowly and alive:"""

    def descend(max_norm, steps):
        for w in (w1, w2, w3):
            w.data = 5
        for _ in range(steps):
            loss = exploding_chain(x, w1, w2, w3, 1)
            loss.zero_grad()
            loss.backward()
            clip_grad_norm([w1, w2, w3], max_norm)
            for w in (w1, w2, w3):
                w.data -= 0.1 * w.grad
        return exploding_chain(x, w1, w2, w3, 1).data

    Table(
        ("steps", "L, not clipped", "L, clipped to norm 1"),
        [(n, descend(1e9, n), descend(1, n)) for n in (0, 1, 10, 50, 100, 200)],
    )
    assert descend(1e9, 100) == 0.5, "D8"
    assert descend(1, 200) < 1e-6, "D8 F7"
    """The loss does not say so in its first steps, but it is a rescue. It cures the step, not the gradient: the sizes
    are as bad as before, and where every step is clipped η says nothing any more."""


def broken(w1, w2, w3):
    """In the wrong place: clipped before the backward pass has made the gradient. Nothing is refused, nothing helps."""
    loss = exploding_chain(1, w1, w2, w3, 0)
    loss.zero_grad()
    clip_grad_norm([w1, w2, w3], 1)
    loss.backward()
    w1.grad
    assert w1.grad == 3125
    """And what has become infinite cannot be scaled back. Two hundred layers of 100 are too much for a float:"""
    w = Value(100.0, label="w")
    a = w
    for _ in range(199):
        a = a * w
    a.backward()
    clip_grad_norm([w], 1)


EXAMPLE = Example(
    __doc__,
    exploding_chain,
    wrt="w1",
    story=story,
    broken=broken,
    exercise=Exercise(
        "With w₃ = 0.05 the gradient of w₃ is a hundred times that of w₁. Write dL/dw₃ there.",
        "dL/dw3 = 1.25 * 1 * 25 = 31.25",
        "w3",
        {"w3": 0.05},
    ),
    written=lambda: [
        Claim("G2", "clip to a max norm", because="right: the direction stays"),
        Claim("G3", "clip by value", because="helps too, but turns the arrow"),
        Claim("D8 F7", "clipping stops explosions", because="of the step; the sizes in the net stay as they are"),
    ],
)
