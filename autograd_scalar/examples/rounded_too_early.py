"""Rounded too early: how does one digit become ten per cent?

By hand one writes σ(7) ≈ 0.999, which is true to three digits, and goes on with it.
"""

from autograd_scalar import check_derivation
from autograd_scalar.examples import Table

from .example import Claim, Example, Exercise
from .sigmoid_neuron import sigmoid_neuron


def story(L, w, a):
    """A derivation as it is often written. Have it checked:"""
    check_derivation("dL/dw = -8.002 * 0.000999 * 2 = -0.016", L, w)
    assert len(check_derivation("dL/dw = -8.002 * 0.000999 * 2 = -0.016", L, w).slips) == 1, "B9 B11"
    """The first factor was rounded too, and no harm was done. So it is not the rounding: it is the subtraction after
    it. The true 1 − a is 0.000911. Of 0.999 only the last digit says anything about that, and it says 0.001.

    Keep more digits of a before subtracting, and see how many are left afterwards:"""
    true = a.data * (1 - a.data)
    rows = []
    for digits in (2, 3, 4, 6, 8):
        rounded = round(a.data, digits)
        slope = rounded * (1 - rounded)
        rows.append((digits, rounded, slope, 100 * (slope / true - 1)))
    Table(("digits", "a", "a(1 − a)", "wrong by %"), rows, digits=8)
    assert round(100 * (0.999 * 0.001 / true - 1), 2) == 9.75, "B9"
    """Three digits are lost, however many there were: as many as a has nines. Where two numbers nearly agree, subtract
    first and round afterwards. Or do not subtract: 1 − σ(z) is σ(−z), which has all its digits."""


def broken(w):
    """The update has the slip in its fourth decimal, where nobody looks for it:"""
    right, wrong = w.data - 0.1 * w.grad, w.data - 0.1 * (-8.002 * 0.000999 * 2)
    right, wrong
    assert (round(right, 4), round(wrong, 4)) == (3.0015, 3.0016), "B12"


def written(w, a):
    return [
        Claim("B9", "da/dz = 0.999(1 − 0.999) = 0.000999", "0.000999", a.partials()[0], "rounded, then subtracted"),
        Claim("B11", "dL/dw = −0.015987996", "-0.015987996", w.grad, "more digits do not mend it afterwards"),
        Claim("B12", "w_new = 3.0016", "3.0016", w.data - 0.1 * w.grad),
    ]


EXAMPLE = Example(
    __doc__,
    sigmoid_neuron,
    wrt="w",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Write the chain again, with digits enough that check finds nothing to say.",
        "dL/dw = -8.00182 * 0.000910221 * 2 = -0.0145669",
        "w",
    ),
)
