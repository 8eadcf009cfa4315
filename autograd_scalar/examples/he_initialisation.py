"""He's initialisation: which weights keep a deep relu net at its size?

A neuron with a relu behind n inputs. Whatever the layer before made, this one should make numbers of the same size.
Size is meant as the second moment, the mean of a². Here is one neuron with two inputs, and its share of that mean.
"""

from math import exp, sqrt
from random import Random
from statistics import fmean, median, pvariance

from autograd_scalar import relu
from autograd_scalar.examples import Table
from autograd_scalar.nn import init

from .example import Claim, Example, Exercise, near


def he_initialisation(a1=1, a2=2, w1=-0.5, w2=1.5):
    z = w1 * a1 + w2 * a2
    a = relu(z)
    return a**2


def story():
    """# The sum

    z² has the terms w₁²a₁² and w₂²a₂², and a mixed one, 2·w₁a₁·w₂a₂. In the mean over all weights that could be drawn
    the mixed one is gone: w₁ and w₂ have the mean 0 and do not know of each other. What is left is

    E[z²] = n · Var[w] · E[a²]

    Often Var[a] is written in place of E[a²]. Behind a relu these differ, since no a is below 0. Let it be measured:"""
    rng = Random(0)
    a = [max(0.0, rng.gauss(0, 1)) for _ in range(100)]
    sums = [sum(rng.gauss(0, 0.1) * t for t in a) for _ in range(400)]
    second = fmean(t * t for t in a)
    Table(
        ("E[z²], 400 neurons", "n · Var[w] · E[a²]", "n · Var[w] · Var[a]"),
        [(fmean(z * z for z in sums), 100 * 0.1**2 * second, 100 * 0.1**2 * pvariance(a))],
        digits=3,
    )
    assert abs(fmean(z * z for z in sums) / second - 1) < 0.2, "H1 H2"
    assert fmean(z * z for z in sums) > 1.2 * pvariance(a), "H2"
    """# The relu

    It makes 0 of the lower half, so of z ~ N(0, 1) it leaves half of the second moment. It does not leave half of the
    variance: what comes out has a mean."""
    init.relu_moments(1.0)
    assert init.relu_moments(1.0).second == 0.5, "H3"
    assert near(init.relu_moments(1.0).mean, 0.3989422804014327), "H3"
    assert near(init.relu_moments(1.0).variance, 0.34084505690810466), "H3"
    """"Var[relu(z)] = ½·Var[z]" is wrong, then, and so is the sum above with Var[a]. Both slips together give the right
    end, because the second moment was meant all along:

    # Both

    A layer multiplies the second moment by n·Var[w]/2. It stays if that is 1: Var[w] = 2/n."""
    init.relu_factor(2 / 100, 100)
    init.he_normal().variance(100, 100), init.he_normal().std(100, 100)
    assert init.relu_factor(2 / 100, 100) == 1, "H4 H6 G1 F6"
    assert near(init.he_normal().std(100, 100), 0.1414213562373095), "H7"
    """That is the variance, and its root, the standard deviation. Some texts write N(0, 2/n), some N(0, √(2/n)), and
    mean the same. Mixed up, they are not. Through 100 layers of 100, on paper and in a net:"""

    def through(layers, variance, rng):
        a = [1.0] * 100
        for _ in range(layers):
            deviation = sqrt(variance * sum(t * t for t in a))
            a = [max(0.0, rng.gauss(0, deviation)) for _ in a]
        return sqrt(fmean(t * t for t in a))

    factors = [(variance, 100 * variance / 2) for variance in (0.01, 0.02, sqrt(0.02), 1)]
    Table(
        ("Var[w]", "factor a layer", "root mean square after 100", "in a net"),
        [(v, factor, factor**50, through(100, v, rng)) for v, factor in factors],
        digits=3,
    )
    assert near(init.relu_factor(0.01, 100) ** 50, 8.881784197001252e-16), "H5"
    assert near(init.relu_factor(1, 100) ** 50, 50.0**50), "H5"
    assert abs(init.relu_factor(sqrt(0.02), 100) - 7.0711) < 1e-4, "H8"
    assert abs(init.relu_factor(sqrt(0.02), 100) ** 50 / 2.98e42 - 1) < 0.01, "H8"
    """Too small vanishes, too large explodes, and 2/n is not only good, it is the only one. (The third row is √(2/n),
    taken for a variance.)

    # The mean, and your net

    The factor 1 holds in the mean over all nets. Most nets lie below it, and a few far above make up for them. Forty
    nets with He's variance, 20 layers each:"""
    sizes = sorted(through(20, 0.02, rng) ** 2 for _ in range(40))
    fmean(sizes), median(sizes), sizes[2], sizes[-3]
    assert 0.5 < fmean(sizes) < 1.6, "H5"
    assert 0.35 < median(sizes) < 0.95, "H5"
    """Mean, median, and where nine nets in ten begin and end. Each layer multiplies by a factor that scatters around 1,
    by 5/n in variance, and a product of such factors is typically e^(−½·5/n) for each: here e^(−½), after 100 layers
    e^(−2.5). Nothing has vanished; it drifts, and the wider the net, the less."""
    exp(-0.5), exp(-2.5)
    assert abs(sqrt(exp(-2.5)) - 0.27) < 0.02, "H5"


def broken():
    """Forget the half: Var[w] = 1/n keeps a sum at its size, and the relu after it takes half of it away each time."""
    [init.relu_factor(1 / 100, 100) ** layers for layers in (1, 10, 100)]
    assert init.relu_factor(init.lecun_normal().variance(100, 100), 100) == 0.5, "H5"
    """1/n is right where no relu follows: in the last layer. It is called lecun_normal there."""


def written():
    return [
        Claim("H2", "Var[z] = n · Var[w] · Var[a]", because="only if E[a] = 0; behind a relu it is E[a²]"),
        Claim("H3", "Var[relu(z)] = ½ · Var[z]", "0.5", init.relu_moments(1.0).variance, "it is E[a²] that is halved"),
        Claim("H4", "v ← ½ · n · Var[w] · v, layer by layer", because="right for the second moment"),
        Claim("H6 J5", "Var[w] = 2/n keeps Var[a]", because="2/n is right; kept is E[a²], and Var[a] = 0.68·E[a²]"),
        Claim("H7", "N(0, 2/n), n = 100", "0.02", init.he_normal().variance(100, 100)),
        Claim("H8 F6 D8", "N(0, √(2/n))", because="is the standard deviation; as a variance ×7.07 a layer"),
        Claim("H11", "a chain of factors is the root cause", because="right: forward and backward alike"),
        Claim("J9 G1", "with He the sizes stay", because="in the mean over nets; a typical deep net drifts down"),
    ]


EXAMPLE = Example(
    __doc__,
    he_initialisation,
    wrt="w2",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "How does a² hang on w₂? Write dL/dw₂ with the three slopes.", "dL/dw2 = 2*2.5 * 1 * 2 = 10", "w2"
    ),
)
