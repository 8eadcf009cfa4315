"""Two layers by hand: what changes when there is more than one?

One input, two hidden neurons with a relu, one output. Small whole numbers, so that paper and pencil are enough.
"""

from autograd_scalar import check_derivation, relu

from .example import Claim, Example, Exercise


def two_layers(x=2, w1=1, b1=1, w2=-1, b2=4, v1=2, v2=3, c=-5, y=4):
    h1 = relu(w1 * x + b1)
    h2 = relu(w2 * x + b2)
    o = v1 * h1 + v2 * h2 + c
    return (o - y) ** 2


def story(L, x, w1, v1, o):
    """Begin at the loss. A weight of the last layer is a single neuron's weight, and its input is h₁:"""
    L.explain(v1)
    """For a weight of the first layer the chain goes on, through v₁ and the relu. Nothing new: one more neuron, and the
    number that comes in from above is dL/dh₁ in place of dL/da."""
    L.explain(w1)
    """So keep dL/dh₁: every weight below needs it. A backward pass keeps one number for each node, and goes down from
    L:"""
    L.explain()
    assert (o.data, L.data) == (7, 9), "J6"
    assert (v1.grad, w1.grad, x.grad) == (18, 24, -6), "J6"
    """Look at dL/dx: x feeds both hidden neurons, and what comes back through either adds up."""


def broken(L):
    """The step that is most often forgotten by hand is the one between the layers: dL/dh₁ = dL/do · v₁. Without it the
    first layer learns as if v₁ were 1:"""
    check_derivation("dL/dw1 = 6 * 1 * 2 = 12", L, "w1")
    assert not check_derivation("dL/dw1 = 6 * 1 * 2 = 12", L, "w1").is_right, "P20"


def written(h1):
    return [
        Claim(
            "P20",
            "dh1 is used and never derived",
            "",
            h1.grad,
            "it is dL/do · v₁, the gradient of what the next layer reads",
        ),
    ]


EXAMPLE = Example(
    __doc__,
    two_layers,
    wrt="w1",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise("And dL/dw₂? Mind the sign of w₂: it is not in the chain.", "dL/dw2 = 6 * 3 * 1 * 2 = 36", "w2"),
)
