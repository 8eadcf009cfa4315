"""Errata: what do texts on backpropagation get wrong, and who notices?

Two texts are behind these examples: one on relu, sigmoid, exploding gradients and He's initialisation, one on the
matrices of a softmax network. Most of what they say is right. This is what is not, and the run that finds it. The graph
is the sigmoid neuron, with which it begins.
"""

from math import sqrt

from autograd_scalar import Value, check_derivation, log, relu, sigmoid
from autograd_scalar.examples import find
from autograd_scalar.nn import init
from autograd_scalar.testing import gradcheck

from .example import Claim, Example, Exercise, near
from .sigmoid_neuron import sigmoid_neuron


def story(L, w, a):
    """# The first text

    "da/dz = 0.999(1 − 0.999) = 0.000999, so dL/dw = −8.002 · 0.000999 · 2 = −0.016." Three factors; let them be
    marked:"""
    check_derivation("dL/dw = -8.002 * 0.000999 * 2 = -0.016", L, w)
    assert not check_derivation("dL/dw = -8.002 * 0.000999 * 2 = -0.016", L, w).is_right, "B9 B11"
    """"Gradient: 1 with relu, 0.000999 with sigmoid", says its table. Which gradient? It is the slope of the activation
    alone, and not what a step is made with:"""
    a.partials()[0], w.grad
    assert near(w.grad, a.grad * a.partials()[0] * 2), "C2"
    """"The sigmoid never gives a zero gradient." On paper. A float ends somewhere:"""
    sigmoid(Value(745)).partials()[0], sigmoid(Value(746)).partials()[0]
    assert sigmoid(Value(746)).partials()[0] == 0, "B3"
    """"dL/dx is the product of all da/dz and dz/da." For the exploding chain (its loss is called E here) that is
    125:"""
    chain = find("exploding-chain").record()
    check_derivation("dL/dx = 1 * 5 * 1 * 5 * 1 * 5 = 125", chain.result, "x")
    assert chain.result.explain("x").value == 15625, "D10"
    """"Var[relu(z)] = ½·Var[z]", the step on which He's initialisation is built. It is the second moment that is
    halved:"""
    init.relu_moments(1.0)
    assert near(init.relu_moments(1.0).variance, 0.34084505690810466), "H3"
    """"w ~ N(0, √(2/n))" in one place, "N(0, 2/n)" in another. If both numbers are variances, one of them multiplies
    the second moment by 7 in each layer of 100:"""
    init.relu_factor(2 / 100, 100), init.relu_factor(sqrt(2 / 100), 100)
    assert near(init.relu_factor(sqrt(2 / 100), 100), 100 * sqrt(0.02) / 2), "H8"
    """"Xavier: N(0, 1/(n_in + n_out))." The library's own, for 100 and 100, is twice that:"""
    init.xavier_normal().variance(100, 100), 1 / (100 + 100)
    assert init.xavier_normal().variance(100, 100) == 2 / (100 + 100), "I1"
    """# The second text

    "dy1 = dh1 * (y1 >= 0)" in the code, 1(x > 0) in the derivation above it. They differ at 0 only, and gradcheck goes
    there and asks:"""
    gradcheck(relu, 0.0)
    assert relu(Value(0)).partials()[0] == 0, "P19"
    """"Lᵢ = e^y / Σ e^y", without −log. The code below it has the logarithm. Let the right score lead by 2, then by 3.
    What the text calls the loss grows as the net gets better; the code's falls:"""
    sigmoid(2.0), sigmoid(3.0)
    -log(sigmoid(2.0)), -log(sigmoid(3.0))
    assert sigmoid(2.0) < sigmoid(3.0), "P2"
    """And "b is a (C, 1) column vector", which NumPy refuses, or takes and adds along the wrong side: see
    scalars-to-matrices. The rest is in the list at the end."""


def broken(L, w):
    """Not everything that looks wrong is wrong. Rounded as it should be, at the end and not before 1 − a, the same line
    passes, with only three digits in it:"""
    check_derivation("dL/dw = -8.002 * 0.00091 * 2 = -0.0146", L, w)
    """Mended half, it does not. The second slip, a lost x, hides behind the first, since the number is now too small
    and not too large:"""
    check_derivation("dL/dw = -8.002 * 0.000999 = -0.008", L, w)


def written(w, a):
    return [
        Claim("B9", "da/dz = 0.000999", "0.000999", a.partials()[0], "rounded before 1 − a"),
        Claim("B11", "dL/dw ≈ −0.016", "-0.016", w.grad),
        Claim("B12", "w_new = 3.0016", "3.0016", w.data - 0.1 * w.grad),
        Claim("B3", "σ never gives a zero gradient", because="in floats it does: see sigmoid-neuron"),
        Claim("C2", "gradient 1 against 0.000999", because="that is da/dz, not dL/dw: see relu-or-sigmoid"),
        Claim("D7", "100 layers of N(0, 1) explode", because="if wide: see hundred-layers"),
        Claim("D10", "dL/dx = ∏ da/dz · dz/da", because="dL/da is missing: see exploding-chain"),
        Claim("H2", "Var[z] = n·Var[w]·Var[a]", because="E[a²]: see he-initialisation"),
        Claim("H3", "Var[relu(z)] = ½·Var[z]", "0.5", init.relu_moments(1.0).variance),
        Claim("H8", "N(0, √(2/n))", because="a standard deviation: see he-initialisation"),
        Claim("I1", "Xavier: 1/(n_in + n_out)", "0.005", 0.01, "see xavier"),
        Claim("P2", "Lᵢ = e^y / Σ e^y", because="−log is missing: see softmax-network"),
        Claim("P13", "b is (C, 1)", because="(C,): see scalars-to-matrices"),
        Claim("P14", "Y = W·x + b beside y = h·W + b", because="transposed: see scalars-to-matrices"),
        Claim("P15", "the identity I_HC", because="square, C × C: see scalars-to-matrices"),
        Claim("P19", "dy1 = dh1 * (y1 >= 0)", because="> 0: see kinks"),
    ]


EXAMPLE = Example(
    __doc__,
    sigmoid_neuron,
    wrt="w",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Mend the first line: write the three factors with six digits, and the product.",
        "dL/dw = -8.00182 * 0.000910221 * 2 = -0.0145669",
        "w",
    ),
)
