"""The perfect step: why does one step of 0.1 end at a loss of 0?

The neuron again. Its gradient says which way is down, not how far to go. How far is a matter of curvature: how fast the
slope itself changes.
"""

from autograd_scalar import explain, gradients
from autograd_scalar.examples import Table

from .example import Example, Exercise, near
from .relu_neuron import relu_neuron


def story(L, x, w, b, y):
    """Let w take steps of 0.1 · dL/dw, and b stay where it is:"""
    path = []
    for _ in range(5):
        L = relu_neuron(x, w, b, y)
        L.zero_grad()
        L.backward()
        path.append((w.data, w.data * 2 + 1, L.data))
        w.data -= 0.1 * w.grad
    Table(("w", "z", "L"), path)
    assert near(path[1][1], 5.4), "A14"
    assert all(near(z, true) for (_, z, _), true in zip(path, (7, 5.4, 5.08, 5.016, 5.0032), strict=True)), "A14"
    assert abs(path[1][2] - 0.16) < 1e-15, "A14 G7"
    """The error z − 5 is 0.2 times the one before, each time. Why 0.2? Derive the derivative once more:"""
    w.data = 3
    explain(relu_neuron, x=x, w=w, b=b, y=y, wrt=w, order=2)
    """The slope falls by 8 for every 1 that w goes. A step of η · slope removes η · 8 = 0.8 of the slope, and 0.2 of it
    is left. With η = 1/8 nothing would be left.

    # Both together

    Now let b step too. Along the gradient g = (8, 4) the curvature is what H·g says: the gradient of g · (dL/dw, dL/db)
    with g held still."""
    L = relu_neuron(x, w, b, y)
    dw, db = gradients(L, [w, b])
    along = 8 * dw + 4 * db
    [node.data for node in gradients(along, [w, b])]
    assert [node.data for node in gradients(along, [w, b])] == [80, 40], "A14"
    """That is 10 times (8, 4): along the gradient the curvature is 10 = 2(x² + 1), and η = 0.1 is exactly 1/10. One
    step, and nothing is left:"""
    L.at(w=3 - 0.1 * 8, b=1 - 0.1 * 4)
    assert abs(L.at(w=3 - 0.1 * 8, b=1 - 0.1 * 4).value) < 1e-29, "A14"


def broken(x, w, b, y):
    """The same two, with η = 0.3. Each step now multiplies the error by 1 − 0.3 · 10 = −2: it jumps over 5 and lands
    twice as far on the other side."""
    path = []
    for _ in range(5):
        L = relu_neuron(x, w, b, y)
        L.zero_grad()
        L.backward()
        path.append((w.data, b.data, w.data * 2 + b.data, L.data, w.grad))
        for leaf in (w, b):
            leaf.data -= 0.3 * leaf.grad
    Table(("w", "b", "z", "L", "dL/dw"), path)
    assert path[-1][3:] == (25, 0)
    """The third jump lands where the relu is shut, and there it stays. A step that is too long does more than waste
    time."""


EXAMPLE = Example(
    __doc__,
    relu_neuron,
    wrt="w",
    story=story,
    broken=broken,
    exercise=Exercise(
        "After one step w is 2.2. What is dL/dw there? It should be 0.2 of what it was.",
        "dL/dw = 2*(5.4 - 5) * 1 * 2 = 1.6",
        "w",
        {"w": 2.2},
    ),
)
