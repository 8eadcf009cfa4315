"""Batch and layer norm: which way does the gradient take?

Four numbers are brought to mean 0 and variance 1. h₁ is the first of the four that come out. It depends on all that
went in: m and s hear from each.
"""

from random import Random

from autograd_scalar import mean, sqrt
from autograd_scalar.examples import Table, beside
from autograd_scalar.nn import MLP, BatchNorm, LayerNorm, Linear, Sequential, init
from autograd_scalar.train import report

from .example import Claim, Example, Exercise, near


def batch_and_layer_norm(x1=1, x2=2, x3=3, x4=4):
    m = mean([x1, x2, x3, x4])
    d1, d2, d3, d4 = x1 - m, x2 - m, x3 - m, x4 - m
    v = mean([d1**2, d2**2, d3**2, d4**2])
    s = sqrt(v)
    h1 = d1 / s
    return h1


def story(h1, x1, x2, x3, x4):
    """Seven routes lead from x₁ to h₁. The three largest:"""
    h1.paths(x1, k=3)
    """Straight on, as if nothing else happened; by the spread s; by the mean m. The four that are left go by the mean
    to the spread, and add up to 0: a shift of all numbers does not spread them. The other three inputs do not even
    stand in the formula of h₁, and yet:"""
    [x.grad for x in (x1, x2, x3, x4)]
    assert near(h1.data, -1.3416407864998738), "G5"
    assert near(x1.grad, 0.26832815729997476), "G5"
    assert near(x2.grad, -0.35777087639996635), "G5"
    assert near(x3.grad, -0.089442719099991588), "G5"
    assert near(x4.grad, 0.17888543819998318), "G5"
    """Add them up: 0, but for rounding. If all four grow alike, the mean grows with them, and nothing changes. And if
    all are doubled, nothing changes either:"""
    sum(x.grad for x in (x1, x2, x3, x4)), sum(x.data * x.grad for x in (x1, x2, x3, x4))
    assert abs(sum(x.grad for x in (x1, x2, x3, x4))) < 1e-15, "G5"
    """# Over what?

    Layer norm takes mean and variance over the numbers of one example, batch norm over the examples of a batch, for
    each number. The same arithmetic, along the other side of the table:"""
    LayerNorm(4, eps=0, affine=False)([1, 2, 3, 4])
    BatchNorm(1, eps=0, affine=False).batch([[1], [2], [3], [4]])
    assert near(LayerNorm(4, eps=0, affine=False)([1.0, 2.0, 3.0, 4.0])[0], -1.3416407864998738), "G5"
    assert near(BatchNorm(1, eps=0, affine=False).batch([[1], [2], [3], [4]])[0][0], -1.3416407864998738), "G5"
    """# What it is good for

    Ten layers of 16 with weights from N(0, 1), which explode; and the same with a layer norm in front of each relu.
    What reaches layers 1, 4, 7 and 10, and what comes back to them:"""
    start, rng = init.normal(std=1), Random(0)
    wild = MLP(16, [16] * 10, output="relu", init=start, rng=rng)
    parts = [(Linear(16, 16, init=start, rng=rng), LayerNorm(16), "relu") for _ in range(10)]
    tamed = Sequential(*[part for layer in parts for part in layer])
    example = [[Random(k).gauss(0, 1) for k in range(16)]]
    a, b = report(wild, example, [[0] * 16]), report(tamed, example, [[0] * 16])
    pairs = [(k + 1, a[k], b[3 * k + 2]) for k in (0, 3, 6, 9)]
    Table(
        ("layer", "mean a²", "gradient", "with norm: mean a²", "gradient"),
        [(k, p.second, p.gradient, q.second, q.gradient) for k, p, q in pairs],
        digits=2,
    )
    assert a.verdicts[0].startswith("Exploding"), "D8"
    assert all(0.2 < b[3 * k + 2].second < 1 for k in range(10)), "D8"
    """No size can build up, for each layer throws it away. Backward the gradient drifts, by a factor of ten in ten
    layers of this narrow net, and does not explode."""


def broken(x1, x2, x3, x4, s):
    """By hand one likes to treat m and s as constants; then h₁ depends on x₁ alone, with the slope 1/s:"""
    beside({x1: 1 / s.data, x2: 0.0, x3: 0.0, x4: 0.0})
    """Three times too large for x₁, and silent about the rest. A step along it would move the mean too, and find that
    nothing had been gained."""


EXAMPLE = Example(
    __doc__,
    batch_and_layer_norm,
    wrt="x1",
    story=story,
    broken=broken,
    exercise=Exercise(
        "x₂ does not stand in the formula of h₁. It is heard by m and by s: write dh₁/dx₂ as a sum of two.",
        "dh1/dx2 = 1/s * (-1/4) + d1/s**2 * (-d2/(4*s)) = -0.357771",
        "x2",
    ),
    written=lambda: [
        Claim("G5 D8", "they stabilise activations and gradients", because="right: no size builds up, at any depth"),
    ],
)
