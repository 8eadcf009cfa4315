"""Kinks: what is the slope of relu at 0?

A line that bends has two slopes at the bend, one on each side, and no derivative there. An engine must answer
something.
"""

from autograd_scalar import Value, compare, maximum, where
from autograd_scalar.testing import gradcheck

from .example import Claim, Example, Exercise


def kinks(x=2, w=3, b=-6, y=5):
    z = w * x + b
    a = z.relu()
    return (a - y) ** 2


def story(L, w, z):
    """w·x + b is exactly 0 here. Ask where the graph stands on a kink, and what was done about it:"""
    L.kinks()
    assert (z.data, w.grad, len(L.kinks())) == (0, 0, 1), "A2"
    """Any slope from 0 to 1 could be defended. The convention is 0, it stands in relu's row, and the derivation says
    so:"""
    L.explain(w)
    """Coming from the left the gradient is 0, from the right it is not. A thousandth of a step to each side:"""
    [L.at(b=b)["w"].gradient_after for b in (-6.001, -6, -5.999)]
    """A gradient check finds the same, and does not call it an error:"""
    gradcheck(kinks, 2.0, 3.0, -6.0, 5.0)
    """# A tie

    Of two Values that are equal, which one is the larger? Moving either moves the maximum one way only, so both get
    half:"""
    p, q = Value(2), Value(2)
    m = maximum(p, q)
    m.kinks()


def broken():
    """The slip of one sign: ≥ for >. relu written as "z if z ≥ 0 else 0" has the same values everywhere, and at 0 the
    other slope:"""

    def with_slip(x, w, b, y):
        z = w * x + b
        a = where(z >= 0, z, 0)
        return (a - y) ** 2

    compare(kinks, with_slip, x=2, w=3, b=-6, y=5, wrt="w")
    """A network full of zeros (empty pixels, biases that start at 0) meets this point all the time. Forward nobody can
    tell the two apart; the gradients part at da/dz."""


def written():
    return [
        Claim("A2", "f′(x) = 0 if x ≤ 0", because="at x = 0 a convention, not a derivative: 0 to 1 are all possible"),
        Claim("P19", "dy1 = dh1 * (y1 >= 0)", because="slope 1 at 0, against 1(x > 0) in the derivation before it"),
    ]


EXAMPLE = Example(
    __doc__,
    kinks,
    wrt="w",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "A little to the right, b = −5, the relu is open. What is dL/dw there?",
        "dL/dw = 2*(1 - 5) * 1 * 2 = -16",
        "w",
        {"b": -5},
    ),
)
