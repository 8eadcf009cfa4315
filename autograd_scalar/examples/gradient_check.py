"""The gradient check: how do I know that a derivative is right?

Move x a little, see how far y goes, divide. That takes no calculus, so it can check calculus. But how little is a
little?
"""

from autograd_scalar.testing import gradcheck

from .example import Example, Exercise


def gradient_check(x=2):
    y = x * x / (1 + x)
    return y


def story(y, x):
    """What there is to check:"""
    y.explain(x)
    """Go h to the left and h to the right, and divide the difference by 2h:"""
    h = 0.1
    (gradient_check(2 + h) - gradient_check(2 - h)) / (2 * h)
    """Three digits agree. With a smaller h it should be better. Let gradcheck try many:"""
    print(gradcheck(gradient_check, 2.0).curve)
    assert gradcheck(gradient_check, 2.0).passed
    """The error makes a V. From above, h is too large: the curve bends within it, and for a tenth of h a hundredth of
    the error is left. Then h is too small: y(2 + h) and y(2 − h) agree in all but their last digits, and what is left
    of them is rounding. Best is the middle, near h = 10⁻⁵. gradcheck looks for it by itself, and says:"""
    gradcheck(gradient_check, 2.0)


def broken():
    """The slope of the numerator over the denominator, 2x/(1 + x): so much for the quotient rule."""
    wrong = 2 * 2 / (1 + 2)
    for h in (1e-1, 1e-3, 1e-5, 1e-7, 1e-9):
        numerical = (gradient_check(2 + h) - gradient_check(2 - h)) / (2 * h)
        print(f"h = {h:.0e}   off by {wrong - numerical:.6f}")
    assert abs(wrong - 8 / 9) > 0.1
    """No V, but a floor: no h makes the two agree. A single h leaves it open whether h or the derivative is to blame.
    The whole curve does not."""


EXAMPLE = Example(
    __doc__,
    gradient_check,
    wrt="x",
    story=story,
    broken=broken,
    exercise=Exercise("Write dy/dx with the quotient rule.", "dy/dx = (2*x*(1 + x) - x*x) / (1 + x)**2 = 8/9", "x"),
)
