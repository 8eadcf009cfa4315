"""Residual connections: does a way around every layer help?

Each layer adds to what it was given instead of replacing it: a + relu(w·a). Three such layers, all weights ½.
"""

from math import exp

from autograd_scalar import relu
from autograd_scalar.examples import Table, beside

from .example import Claim, Example, Exercise


def residual_connections(x=1, w1=0.5, w2=0.5, w3=0.5):
    a1 = x + relu(w1 * x)
    a2 = a1 + relu(w2 * a1)
    a3 = a2 + relu(w3 * a2)
    return a3


def story(a3, x):
    """Every layer offers two ways, through it and past it, so there are 2 · 2 · 2 routes. The largest meets no weight
    at all:"""
    a3.paths(x, k=4)
    assert (a3.paths(x).count, x.grad) == (8, 1.5**3), "G6"
    """Without the way around there is one route, ½ · ½ · ½. With it the factor of a layer is 1 + w in place of w. Add
    up the eight by layers, and they are a product again: 1.5 · 1.5 · 1.5."""
    a3.explain(x)

    """So it rescues what would vanish. And it worsens what explodes:"""
    Table(
        ("w", "layers", "without: wⁿ", "with: (1 + w)ⁿ"),
        [(w, n, float(w) ** n, (1.0 + w) ** n) for w in (0.5, 5) for n in (3, 10, 100)],
        digits=3,
    )
    assert (x.grad, 216) == ((1 + 0.5) ** 3, (1 + 5) ** 3), "G6"
    """Neither column is healthy at a hundred layers. What helps is a small branch: w divided by the number of layers.
    Then (1 + w/n)ⁿ stays below exp(w), at any depth:"""
    Table(
        ("w", "n = 3", "n = 10", "n = 100", "n = 1000", "exp(w)"),
        [(w, *((1 + w / n) ** n for n in (3, 10, 100, 1000)), exp(w)) for w in (0.5, 5)],
    )
    assert exp(5) > (1 + 5 / 1000) ** 1000, "D8"
    """That is why residual nets begin with small branches, or with a norm in them, and may then be very deep."""


def broken(x):
    """The way around forgotten on the way back: each layer hands on w instead of 1 + w. The forward pass is right, so
    the loss shows nothing."""
    beside({x: 0.5 * 0.5 * 0.5})
    """And the other slip, a product in place of the sum, a·relu(w·a), squares what it is given: the way around is no
    way around, but one more factor that explodes or vanishes."""


EXAMPLE = Example(
    __doc__,
    residual_connections,
    wrt="x",
    story=story,
    broken=broken,
    exercise=Exercise(
        "w₁ goes one way through its own layer, then through the two layers after it. Write da₃/dw₁ in three factors.",
        "da3/dw1 = 1.5 * 1.5 * 1 = 2.25",
        "w1",
    ),
    written=lambda: [
        Claim("G6 D8", "residual connections help gradients flow", because="right for small branches; w = 5 becomes 6"),
    ],
)
