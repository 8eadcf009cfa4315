"""The depth laboratory: which activation, which start, how deep?

What is left of the numbers, and of the gradient, behind eight layers? First three layers of one tanh each: enough
to see what a single layer does on the way back.
"""

from random import Random

from autograd_scalar import tanh
from autograd_scalar.examples import Table
from autograd_scalar.nn import MLP, init
from autograd_scalar.train import report

from .example import Claim, Example, Exercise


def depth_laboratory(x=0.5, w1=1.5, w2=-1, w3=2):
    a1 = tanh(w1 * x)
    a2 = tanh(w2 * a1)
    a3 = tanh(w3 * a2)
    return a3


def story(a3, x):
    """Each layer multiplies the gradient by its weight and by the slope of its activation, which for tanh is 1 − a²:"""
    a3.explain(x)
    """So the size of a decides: where a is large tanh is flat, and the slope small. Sizes are made forward, slopes
    follow backward. Now seven nets, eight layers of 16 numbers each, measured with one example. Beside it what theory
    says from the variance of the weights alone, as the mean over all nets of that kind:"""

    def laboratory(activation, start):
        rng = Random(3)
        net = MLP(16, [16] * 8, activation=activation, output=activation, init=start, rng=rng)
        layers = report(net, [[rng.gauss(0, 1) for _ in range(16)]], [[0] * 16])
        first, last = layers[0], layers[-1]
        is_flat = last.saturated if last.shut is None else last.shut
        sizes = (last.second, last.expected, last.gradient, first.gradient)
        return activation, start.name, *sizes, is_flat

    starts = [init.normal(std=1), init.xavier_normal(), init.he_normal()]
    rows = [laboratory(activation, start) for activation in ("relu", "tanh") for start in starts]
    rows.append(laboratory("sigmoid", init.xavier_normal()))
    heads = ("activation", "start", "a², layer 8", "theory", "gradient", "layer 1", "flat")
    Table(heads, rows, digits=2)
    assert rows[0][2] > 1e6, "J9"
    assert rows[0][5] > 1e3 * rows[0][4], "J8"
    assert rows[1][2] < 0.01, "J9"
    assert 0.1 < rows[2][2] < 10, "I5 J9"
    assert 0.1 < rows[2][5] / rows[2][4] < 10, "I5 J8"
    assert 0.01 < rows[4][2] < 0.2, "I5"
    assert 0.05 < rows[4][5] / rows[4][4] < 10, "I5"
    assert rows[6][5] < 1e-4 * rows[6][4], "J8"
    """Three starts, three fates for a relu: it explodes, vanishes, or is kept, forward and backward alike. tanh keeps
    every a² below 1, so with std 1 it looks healthy forward. But half of its numbers are saturated: their slope is
    below a twentieth of that at 0, and what stands before them hardly learns. Xavier leaves none of them so. The
    sigmoid's slope is 1/4 at best, and only weights so large that they saturate it make up for that: here nearly
    nothing of the gradient reaches layer 1. A relu or a tanh mends it, or a way around, as in residual-connections.

    In a notebook `report(net, X, Y).plot()` draws all layers on the line that theory says, with the band in which nine
    nets in ten lie."""


def broken():
    """Every weight the same, 0.1. All neurons of a layer compute the same number, get the same gradient and stay the
    same for ever: sixteen copies of one neuron."""
    net = MLP(16, [16] * 2, activation="tanh", output="tanh", init=init.constant(0.1))
    outputs = net([1.0] * 16)
    sum(outputs).backward()
    {y.data for y in outputs}, {w.grad for row in net.layers[0].w for w in row}
    assert len({w.grad for row in net.layers[0].w for w in row}) == 1
    """And if the number is 0, nothing moves at all:"""
    zeros = MLP(16, [16] * 2, init=init.zeros())
    print(*report(zeros, [[1] * 16], [[1] * 16]).verdicts, sep="\n")


def written():
    return [
        Claim("I5", "relu: He; tanh and sigmoid: Xavier", because="right, as the table says; sigmoid shrinks even so"),
        Claim("H11", "too small vanishes, too large explodes", because="right for relu; tanh saturates instead"),
    ]


EXAMPLE = Example(
    __doc__,
    depth_laboratory,
    wrt="x",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Where is the gradient largest? At x = 0 every tanh has the slope 1. Write da₃/dx there.",
        "da3/dx = 2 * (-1) * 1.5 = -3",
        "x",
        {"x": 0},
    ),
)
