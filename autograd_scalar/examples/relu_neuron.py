"""A neuron with a relu: what is dL/dw, and why?

One input x, one weight w, one bias b. The neuron should answer y = 5 and answers 7, so the loss L is not 0. How would L
change if w were a little larger? That is dL/dw.

Below, x, w, b and y are the Values that the function is given, and L is what it gives back, after L.backward().
"""

from autograd_scalar import check_derivation, relu
from autograd_scalar.explain import why

from .example import Claim, Example, Exercise


def relu_neuron(x=2, w=3, b=1, y=5):
    z = w * x + b
    a = relu(z)
    return (a - y) ** 2


def story(L, x, w, b, y, z, a):
    """Ask for the derivation. Forward, each line makes a number; backward, each line is the slope of one step."""
    L.explain(w)
    assert (z.data, a.data, L.data) == (7, 7, 4), "A5 A6 A7 J1"
    assert (a.grad, w.grad) == (4, 8), "A8 A11"
    """Read the chain from right to left. If w grows a little, z grows twice as much, because w is multiplied by x = 2.
    Then a grows just as much as z, because the relu is open, and L four times as much as a. So L grows 2 · 1 · 4 = 8
    times as fast as w: slopes multiply.

    The same pass gives the gradient of everything else."""
    [a.grad, z.grad, w.grad, b.grad, x.grad, y.grad]
    assert (b.grad, x.grad, y.grad, z.grad) == (4, 12, -4, 4), "A13"
    """dL/dw is above 0, so a larger w makes L larger. Gradient descent goes the other way, η times the slope:"""
    L.explain_update(w, lr=0.1)
    assert 3 - 0.1 * w.grad == 2.2, "A12"
    """# The relu itself

    It lets a positive number through and makes a 0 of any other, so its slope is 1 or 0, never anything between."""
    [relu(7.0), relu(0.0), relu(-5.0)]
    assert [relu(7.0), relu(0.0), relu(-5.0)] == [7, 0, 0], "A1"
    assert [relu(z * k).partials()[0] for k in (1, 0, -1)] == [1, 0, 0], "A2 A17 D4"
    """An open relu passes the gradient on whole; a shut one stops it. With w = −3 this one is shut:"""
    L.at(w=-3)
    assert L.at(w=-3)["w"].gradient_after == 0, "A3"


def broken():
    """By hand the relu is often left out of the way back, since its slope "is 1 anyway". At w = 3 nobody notices; at w
    = −3 a weight moves that cannot matter:"""
    check_derivation("dL/dw = -10 * 2 = -20", relu_neuron, "w", x=2, w=-3, b=1, y=5)
    why(relu_neuron, "w", x=2, w=-3, b=1, y=5)
    assert not check_derivation("dL/dw = -20", relu_neuron, "w", x=2, w=-3, b=1, y=5).is_right, "A3"


def written(L, x, w, z, a):
    return [
        Claim("A5", "z = wx + b = 7", "7", z),
        Claim("A6", "a = max(0, 7) = 7", "7", a),
        Claim("A7", "L = (a − y)²", "", L, "the loss itself is often left out"),
        Claim("A8", "dL/da = 2(7 − 5) = 4", "4", a.grad),
        Claim("A9", "da/dz = 1", "1", a.partials()[0]),
        Claim("A10", "dz/dw = x = 2", "2", x),
        Claim("A11 D11", "dL/dw = 4 × 1 × 2 = 8", "8", w.grad),
        Claim("A12", "w_new = 3 − 0.1 × 8 = 2.2", "2.2", w.data - 0.1 * w.grad),
        Claim("A4", "a network with one hidden layer", because="this is a single neuron, no hidden layer"),
        Claim("A2", "f′(x) = 0 if x ≤ 0", because="at 0 there is no derivative; 0 is a convention, see kinks"),
        Claim(
            "A15",
            "relu prevents vanishing gradients",
            because="weights can make them vanish, see open-and-vanishing",
        ),
    ]


EXAMPLE = Example(
    __doc__,
    relu_neuron,
    wrt="w",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise("What is dL/db? Write the three slopes and their product.", "dL/db = 4 * 1 * 1 = 4", "b"),
)
