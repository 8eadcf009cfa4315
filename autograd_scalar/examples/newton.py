"""Newton: how far should a step go, if nobody chooses η?

The slope says which way, the curvature how soon the slope will be gone. Dividing one by the other gives a step.
"""

from autograd_scalar import grad
from autograd_scalar.examples import Table

from .example import Example, Exercise


def newton(x=3):
    L = x**4 - 3 * x**3 + 2
    return L


def story(L, x):
    """The second derivative is the derivative's derivative, and as easy to ask for:"""
    L.explain(x, order=2)
    """Newton's step is x − slope/curvature = 3 − 27/54. It ends where the slope would be 0 if the curvature stayed as
    it is. It does not quite, so go again:"""
    slope, curvature = grad(newton), grad(grad(newton))
    path = [3.0]
    for _ in range(4):
        path.append(path[-1] - slope(path[-1]) / curvature(path[-1]))
    Table(("step", "x", "dL/dx"), [(n, at, slope(at)) for n, at in enumerate(path)])
    assert path[-1] - 2.25 < 1e-5
    assert curvature(3.0) == 54
    """Near the goal the number of right digits doubles with each step. Gradient descent wins a fixed share of the way
    each time, and somebody has to choose η:"""
    path = [3.0]
    for _ in range(4):
        path.append(path[-1] - 0.02 * slope(path[-1]))
    Table(("step", "x", "dL/dx"), [(n, at, slope(at)) for n, at in enumerate(path)])
    """The lowest point is at x = 9/4: 4x³ − 9x² = x²(4x − 9) is 0 there. It is 0 at x = 0 as well."""


def broken():
    """Newton looks for a slope of 0, not for a low place. Where the curve bends downwards the step goes uphill. From
    1:"""
    slope, curvature = grad(newton), grad(grad(newton))
    slope(1.0), curvature(1.0)
    path = [1.0]
    for _ in range(5):
        path.append(path[-1] - slope(path[-1]) / curvature(path[-1]))
    Table(("step", "x", "L"), [(n, at, newton(at)) for n, at in enumerate(path)])
    assert newton(path[-1]) > newton(path[0])
    """L has risen from 0 to 2. It creeps towards x = 0, where the curve is level for a moment before it falls on."""


EXAMPLE = Example(
    __doc__,
    newton,
    wrt="x",
    story=story,
    broken=broken,
    exercise=Exercise(
        "Write dL/dx at x = 2 from the rule for powers.", "dL/dx = 4*x**3 - 9*x**2 = 32 - 36 = -4", "x", {"x": 2}
    ),
)
