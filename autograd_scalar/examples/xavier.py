"""Xavier's initialisation: why inputs plus outputs?

A layer from two numbers to three. Forward each output adds up two products; backward each input hears from three
outputs. L is half of the sum of their squares.
"""

from math import tanh
from random import Random
from statistics import fmean

from autograd_scalar.examples import Table
from autograd_scalar.nn import MLP, init

from .example import Claim, Example, Exercise, near


def xavier(x1=1, x2=2, u1=0.5, u2=-0.5, v1=1, v2=0.5, w1=-1, w2=0.25):
    z1 = u1 * x1 + u2 * x2
    z2 = v1 * x1 + v2 * x2
    z3 = w1 * x1 + w2 * x2
    return 0.5 * z1**2 + 0.5 * z2**2 + 0.5 * z3**2


def story(L, x1):
    """Count the terms of z₁, and the terms of dL/dx₁:"""
    L.explain(x1)
    """Two forward, three backward: as many as there are inputs, as many as there are outputs. So the layer multiplies
    the second moment of the numbers by n_in·Var[w], and that of the gradients by n_out·Var[w]. Both should be 1, and
    both cannot be unless n_in = n_out. Xavier Glorot goes half way, 2/(n_in + n_out):"""
    init.xavier_normal().variance(256, 128), init.xavier_normal().variance(100, 100)
    assert init.xavier_normal().variance(100, 100) == 0.01, "I1"
    """He takes the inputs alone, and twice as much for the relu. By what do both multiply, forward and backward, in a
    net of 256, 128, 64 and 10?"""

    def factors(n, m):
        he, xavier = (one.variance(n, m) for one in (init.he_normal(), init.xavier_normal()))
        return f"{n} → {m}", n * he / 2, m * he / 2, n * xavier, m * xavier

    sizes = [(256, 128), (128, 64), (64, 10)]
    Table(
        ("layer", "He: forward", "backward", "Xavier: forward", "backward"),
        [factors(n_in, n_out) for n_in, n_out in sizes],
        digits=4,
    )
    [init.he_normal().std(n_in, n_out) for n_in, n_out in sizes]
    assert near(init.he_normal().std(256, 128), 0.088388347648318447), "I3"
    assert init.he_normal().std(128, 64) == 0.125, "I3"
    assert near(init.he_normal().std(64, 10), 0.17677669529663687), "I3"
    assert near(init.lecun_normal().std(64, 10), 0.125), "I4"
    """Is He's backward factor a danger, then? Its factors are n_out/n_in, and multiplied along a net they cancel:
    10/256 is all that is left, at any depth. A number, not a power."""
    (128 / 256) * (64 / 128) * (10 / 64), 10 / 256
    assert (128 / 256) * (64 / 128) * (10 / 64) == 10 / 256, "H9"
    """And how many numbers are drawn? In that net the weights; the biases begin at 0:"""
    net = MLP(256, [128, 64, 10], init="he_normal", rng=Random(0))
    len(net.parameters()), {p.data for name, p in net.named_parameters() if ".b[" in name}
    assert len(net.parameters()) == 41_802, "I3"
    """# Each to its own

    tanh is nearly x for small x, so it takes away little. A relu takes half, a leaky relu of slope s leaves (1 + s²)/2.
    With the wrong start a hundred layers show it; here is what one layer does to the second moment:"""
    Table(
        ("layers of 100", "Var[w]", "factor", "after 100 layers: root mean square"),
        [
            (name, v, init.relu_factor(v, 100, slope), init.relu_factor(v, 100, slope) ** 50)
            for name, v, slope in [
                ("relu, He", 0.02, 0),
                ("relu, Xavier", 0.01, 0),
                ("leaky 0.2, He", 0.02, 0.2),
                ("leaky 0.2, He for 0.2", 0.02 / 1.04, 0.2),
            ]
        ],
        digits=3,
    )
    assert near(init.relu_factor(0.01, 100) ** 50, 8.881784197001252e-16), "I1"
    assert near(init.he_normal(slope=0.2).variance(100, 100), 0.02 / 1.04), "H10"


def broken():
    """Xavier's variance is often written 1/(n_in + n_out). The 2 belongs there. Without it each layer of tanh loses
    half, and a relu three quarters. After 30 layers of tanh:"""
    rng = Random(0)
    for variance in (2 / (100 + 100), 1 / (100 + 100)):
        a = [1.0] * 100
        for _ in range(30):
            deviation = (variance * sum(t * t for t in a)) ** 0.5
            a = [tanh(rng.gauss(0, deviation)) for _ in a]
        print(f"variance {variance}: mean square {fmean(t * t for t in a):.1g}")
    assert fmean(t * t for t in a) < 1e-8, "I1"
    init.relu_factor(1 / 200, 100), init.relu_factor(1 / 200, 100) ** 50
    assert init.relu_factor(1 / 200, 100) == 0.25, "I1"
    assert near(init.relu_factor(1 / 200, 100) ** 50, 7.888609052210118e-31), "I1"


def written():
    return [
        Claim(
            "I1", "Xavier: N(0, 1/(n_in + n_out))", "0.005", init.xavier_normal().variance(100, 100), "a 2 is missing"
        ),
        Claim("I2 I5", "He: N(0, 2/n_in), for relu and leaky relu", because="right; leaky: 2/((1 + s²)·n_in)"),
        Claim("H10", "×2, because half is zeroed", because="right for relu; a leaky one zeroes nothing"),
        Claim("H9", "forward and backward stay", because="backward n_out counts: the product is 10/256, and no power"),
        Claim("I3", "256, 128, 64, 10: how many numbers?", "", 41_802, "41,600 weights and 202 biases"),
        Claim("I4", "He for every layer", "0.17677669529663687", 0.125, "the last has no relu: its std is 1/√n"),
    ]


EXAMPLE = Example(
    __doc__,
    xavier,
    wrt="x1",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Write dL/dx₂ as a sum of three products: what each z sends back, times its weight.",
        "dL/dx2 = z1*u2 + z2*v2 + z3*w2 = 0.25 + 1 - 0.125 = 1.125",
        "x2",
    ),
)
