"""The same neuron with a sigmoid: where did the gradient go?

σ(z) = 1/(1 + e⁻ᶻ) bends every number into the range from 0 to 1. All else is as it was: x = 2, w = 3, b = 1, y = 5.
"""

from math import exp

from autograd_scalar import Value, sigmoid
from autograd_scalar.examples import Table

from .example import Claim, Example, Exercise, near


def sigmoid_neuron(x=2, w=3, b=1, y=5):
    z = w * x + b
    a = sigmoid(z)
    return (a - y) ** 2


def story(L, x, w, b, y, z, a):
    """The same three steps as with the relu, and one slope that is nearly nothing:"""
    L.explain(w)
    assert z.data == 7, "B5 J2"
    assert near(a.data, 0.99908894880559935), "B1 B6"
    assert near(L.data, 16.00728923956948), "B7"
    assert near(a.grad, -8.0018221023888013), "B8"
    assert near(w.grad, -0.014566855914322499), "B10 B11"
    assert near(b.grad, -0.0072834279571612496), "B13"
    assert near(x.grad, -0.021850283871483749), "B13"
    L.why(w)
    """# How flat it is

    The slope of σ is steepest at 0, and even there only 0.25. Farther out it falls tenfold for every 2.3 that z
    grows:"""
    far = (0, 7, 10, 20, 36, 37, 745)
    slopes = [(t, sigmoid(Value(t)).partials()[0], sigmoid(t) * (1 - sigmoid(t))) for t in far]
    Table(("z", "slope of σ", "σ(z)(1 − σ(z)), in plain floats"), slopes)
    assert slopes[0][1] == 0.25, "B2"
    assert near(slopes[1][1], 9.1022118012182652e-4), "B4"
    assert near(slopes[2][1], 4.5395807735951673e-5), "B4"
    assert near(slopes[3][1], 2.0611536139418486e-9), "B4"
    assert near(slopes[4][1], 2.3195228302435686e-16), "B3"
    assert near(slopes[4][2], 2.220446049250313e-16), "B3"
    assert slopes[5][2] == 0 < slopes[6][1], "B3"
    assert sigmoid(37.0) == 1, "C7"
    """On paper the slope is never 0. In floats it is: from z = 37 on σ(z) is exactly 1, and 1 − σ(z) is exactly 0. The
    engine computes σ(z)·σ(−z) instead, which is the same and keeps its digits up to z = 745.

    # A target out of reach

    σ stays below 1, and y is 5. So L stays above (1 − 5)² = 16, however long it learns:"""
    for _ in range(1000):
        loss = sigmoid_neuron(x, w, b, y)
        loss.zero_grad()
        loss.backward()
        w.data -= 0.1 * w.grad
    w.data, sigmoid_neuron(x, w, b, y).data
    assert abs(w.data - 3.68277) < 5e-6, "B14 C5"
    assert abs(sigmoid_neuron(x, w, b, y).data - 16.00186) < 5e-6, "B14"


def broken():
    """σ typed as it stands on paper. It is right, until z is far below 0; then e⁻ᶻ is no float any more."""
    1 / (1 + exp(7.0)), sigmoid(-7.0)
    1 / (1 + exp(710.0))
    sigmoid(-710.0)
    assert near(1 / (1 + exp(7.0)), sigmoid(-7.0)), "B1"
    assert 0 < sigmoid(-710.0) < 1e-300, "B1"
    """The library's σ has the same row for both sides and takes, of e⁻ᶻ and eᶻ, the one that is small."""


def written(L, x, w, z, a):
    early = "a was rounded to 0.999 before 1 − a, see rounded-too-early"
    return [
        Claim("B5", "z = 7", "7", z),
        Claim("B6", "a = σ(7) ≈ 0.999", "0.999", a),
        Claim("B7", "L = (a − y)²", "", L, "the loss itself is often left out"),
        Claim("B8", "dL/da = 2(0.999 − 5) = −8.002", "-8.002", a.grad),
        Claim("B9", "da/dz = 0.999(1 − 0.999) = 0.000999", "0.000999", a.partials()[0], early),
        Claim("B10", "dz/dw = x = 2", "2", x),
        Claim("B11", "dL/dw ≈ −0.016", "-0.016", w.grad, "the same slip, carried on"),
        Claim("B12", "w_new = 3.0016", "3.0016", w.data - 0.1 * w.grad, "the same slip, in the 4th decimal"),
        Claim("B3", "σ never gives a zero gradient", because="true on paper; in floats it does, from z = 746 on"),
        Claim("B14", "y = 5 as the target", because="σ never comes near it: L stays above 16"),
    ]


EXAMPLE = Example(
    __doc__,
    sigmoid_neuron,
    wrt="w",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Move the neuron to where σ is steepest: w = −0.5, so that z = 0. What is dL/dw now?",
        "dL/dw = 2*(0.5 - 5) * 0.25 * 2 = -4.5",
        "w",
        {"w": -0.5},
    ),
)
