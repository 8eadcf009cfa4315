"""XOR: what can two layers do that one cannot?

True if one of two inputs is true, but not both. Here is a net that can do it: two hidden neurons with a relu, one
output, and weights that were thought up and not learnt. L is its squared error over all four cases.
"""

from random import Random

from autograd_scalar import relu
from autograd_scalar.examples import Table
from autograd_scalar.nn import MLP, Linear, init
from autograd_scalar.train import fit

from .example import Example, Exercise

CASES = [[0, 0], [0, 1], [1, 0], [1, 1]]
ANSWERS = [0, 1, 1, 0]


def xor(u1=1, u2=1, v1=1, v2=1, c=-1, s=1, t=-2):
    h1 = [relu(u1 * p + u2 * q) for p, q in CASES]
    h2 = [relu(v1 * p + v2 * q + c) for p, q in CASES]
    o1, o2, o3, o4 = (s * a + t * b for a, b in zip(h1, h2, strict=True))
    return o1**2 + (o2 - 1) ** 2 + (o3 - 1) ** 2 + o4**2


def story(h1, h2, o1, o2, o3, o4):
    """h₁ counts the inputs that are true; h₂ is 1 only where both are, and takes back what is too much:"""
    Table(("inputs", "h₁", "h₂", "output"), zip(CASES, h1, h2, (o1, o2, o3, o4), strict=True))
    """Without h₂ it would be a sum, and the last answer 2: that is what one layer can do.

    # One layer

    A single neuron draws one straight line, and no line has two opposite corners on one side and two on the other. It
    does not give up at once. It learns to say "one half" to everybody:"""
    line = Linear(2, 1, rng=Random(1))
    fit(line, CASES, ANSWERS, lr=0.1, epochs=100)
    [round(y.data, 3) for [y] in line.batch(CASES)]
    assert all(abs(y.data - 0.5) < 0.05 for [y] in line.batch(CASES))
    """# Two layers

    Four hidden neurons with a tanh. The loss asks for a score: above 0 is true."""
    net = MLP(2, [4, 1], activation="tanh", rng=Random(0))
    fit(net, CASES, ANSWERS, loss="binary_cross_entropy", lr=0.1, epochs=60)
    [round(y.data, 2) for y in net.batch(CASES)]
    assert [y.data > 0 for y in net.batch(CASES)] == [False, True, True, False]
    """Four numbers of the right sign. What have the hidden neurons found? Here is what each says to each case:"""
    hidden = net.layers[0]
    Table(
        ("inputs", "h₁", "h₂", "h₃", "h₄", "score"),
        [(f"{p}, {q}", *hidden([p, q]), net([p, q])) for p, q in CASES],
        digits=2,
    )
    """No neuron is XOR by itself: each draws a line of its own, and the last layer adds the sides up."""


def broken():
    """All weights begin alike, at 0.5. Then all hidden neurons are alike, and stay so: four copies of one, which is a
    single line again."""
    net = MLP(2, [4, 1], activation="tanh", init=init.constant(0.5))
    fit(net, CASES, ANSWERS, loss="binary_cross_entropy", lr=0.1, epochs=60)[-1].loss
    [[round(w.data, 3) for w in row] for row in net.layers[0].w]
    assert len({row[0].data for row in net.layers[0].w}) == 1


EXAMPLE = Example(
    __doc__,
    xor,
    wrt="t",
    story=story,
    broken=broken,
    exercise=Exercise(
        "With t = −1 only the last case has an error, of 1, and there h₂ = 1. Write dL/dt.",
        "dL/dt = 2*1 * 1 = 2",
        "t",
        {"t": -1},
    ),
)
