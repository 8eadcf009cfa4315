"""A hundred layers of N(0, 1): do they explode?

A hundred layers of relu, no biases, every weight drawn from the normal distribution with mean 0 and variance 1. Here
are the first four, one relu each, with the first four weights that were drawn.
"""

from math import erfc, log, sqrt
from random import Random

from autograd_scalar import relu
from autograd_scalar.examples import Table
from autograd_scalar.nn import MLP, init
from autograd_scalar.train import report

from .example import Claim, Example, Exercise, near


def hundred_layers(x=1, w1=0.94, w2=-1.4, w3=-0.68, w4=0.37):
    a1 = relu(w1 * x)
    a2 = relu(w2 * a1)
    a3 = relu(w3 * a2)
    a4 = relu(w4 * a3)
    return a4


def story(a4, w1):
    """Every other weight is negative, and the first of them ends it:"""
    a4.why(w1)
    """All hundred relus are open only if all hundred weights are above 0:"""
    2.0**-100
    assert near(2.0**-100, 7.888609052210118e-31), "D7"
    """# The same without relus

    Then nothing is shut, and the output is the product of the weights. Each of them "could double or triple it". Count
    how many do, and what they do in the mean: a product grows if the mean of log |w| is above 0."""
    rng = Random(1)
    weights = [rng.gauss(0, 1) for _ in range(10_000)]
    for k in (1, 2, 3):
        print(f"|w| > {k}: {sum(abs(w) > k for w in weights) / 100} % of them")
    sum(log(abs(w)) for w in weights) / 10_000
    assert abs(erfc(2 / sqrt(2)) - 0.0455) < 5e-5, "D7"
    assert abs(erfc(3 / sqrt(2)) - 0.0027) < 5e-5, "D7"
    assert abs(sum(log(abs(w)) for w in weights) / 10_000 + 0.635) < 0.03, "D7"
    """Two in three are below 1. On paper the mean is −0.635, so of a typical product of a hundred e⁻⁶³ is left, about
    3·10⁻²⁸. With one number to a layer N(0, 1) does not explode: it vanishes.

    # A hundred relus to a layer

    Now each z is a sum of a hundred products. A sum of normal weights times given numbers is normal itself, and its
    variance is the sum of the squares of these numbers. So a layer can be drawn without drawing its weights:"""

    def size_after(layers, n, variance=1.0):
        rng, a = Random(0), [1.0] * n
        for _ in range(layers):
            deviation = sqrt(variance * sum(t * t for t in a))
            a = [max(0.0, rng.gauss(0, deviation)) for _ in range(n)]
        return sqrt(sum(t * t for t in a) / n)

    widths = (1, 2, 4, 16, 100)
    Table(
        ("relus to a layer", "root mean square after 100 layers", "√(n/2) a layer"),
        [(n, size_after(100, n), sqrt(n / 2) ** 100) for n in widths],
        digits=3,
    )
    assert 1e83 < size_after(100, 100) < 1e86, "D7 J7"
    assert near(sqrt(100 / 2) ** 100, 50.0**50), "D7 J7"
    """It is the width that explodes: n weights bring n times the square, the relu halves it, and √(n/2) is left for
    each layer. The last column is the mean over all nets that could be drawn; a single net, above all a narrow one,
    lies below it.

    # A net with all its weights

    Eight layers of 16, really drawn, once with variance 1 and once with He's variance 2/n. `report` sends an example
    forward and its gradient backward:"""
    x = [rng.gauss(0, 1) for _ in range(16)]
    plain, he = (
        report(MLP(16, [16] * 8, output="relu", init=how, rng=Random(2)), [x], [[1] * 16])
        for how in (init.normal(std=1), init.he_normal())
    )
    pairs = zip(plain, he, strict=True)
    Table(
        ("layer", "N(0, 1): mean a²", "gradient", "He: mean a²", "gradient", "shut"),
        [(a.name, a.second, a.gradient, b.second, b.gradient, b.shut) for a, b in pairs],
        digits=3,
    )
    print(plain.verdicts[1], he.verdicts[0], sep="\n")
    assert plain.verdicts[0].startswith("Exploding"), "J8"
    assert plain.verdicts[1].startswith("Exploding gradient"), "J7 J8"
    assert he.verdicts[0].startswith("Healthy"), "J7 J8"
    assert all(p.shut == h.shut and 0.3 < (h.shut or 0) < 0.7 for p, h in zip(plain, he, strict=True)), "F5"
    """Read the gradients from below: that is the way they go. The last column is the same for both: size does not
    matter to a relu, and about half of them are shut. Where 2/n comes from is the question of he-initialisation."""


def broken():
    """A first cure: divide every weight by n, so that a sum of n products becomes a mean. For n = 100 that is a
    variance of 1/10000, and per layer the square is multiplied by:"""
    init.relu_factor(1 / 100**2, 100)
    init.relu_factor(1 / 100**2, 100) ** 100
    """Of the square of the input 10⁻²³⁰ is left: too much of a good thing, and 200 times too much in each layer. To
    keep the size the factor has to be 1, and then the weights are divided by √(n/2) and not by n."""
    assert init.relu_factor(1 / 100**2, 100) == 0.005


def written():
    return [
        Claim("D7", "100 layers with w ~ N(0, 1): explode", because="if wide; one relu to a layer gives exactly 0"),
        Claim("D7", "each weight could double or triple", because="4.6 % of them double, 0.27 % triple"),
        Claim("D7", "a = w₁x → w₂a → … → w₁₀₀a", because="the relus are left out, and they shut"),
        Claim("F5", "sparse activations: zeros", because="right: about half, in each layer"),
        Claim("J7", "He's initialisation fixes it", because="right: see the table above"),
    ]


EXAMPLE = Example(
    __doc__,
    hundred_layers,
    wrt="w1",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Open all four: w₂ = 1.4 and w₃ = 0.68. Write da₄/dw₁ as a product, without the slopes of the relus.",
        "da4/dw1 = 0.37 * 0.68 * 1.4 * 1",
        "w1",
        {"w2": 1.4, "w3": 0.68},
    ),
)
