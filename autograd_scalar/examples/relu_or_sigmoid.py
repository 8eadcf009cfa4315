"""Relu or sigmoid: which of the slopes makes the difference?

Two neurons, alike but for one function. With the relu dL/dw is 8, with the sigmoid −0.0146. Lay them side by side.
"""

from autograd_scalar import check_derivation, compare

from .example import Claim, Example, Exercise
from .relu_neuron import relu_neuron
from .sigmoid_neuron import sigmoid_neuron


def story(w):
    """`compare` calls both with the same numbers and matches their steps; lr = 0.1 adds one step of gradient
    descent."""
    compare(relu_neuron, sigmoid_neuron, x=2, w=3, b=1, y=5, wrt="w", lr=0.1)
    assert round(8 / abs(w.grad), 2) == 549.19, "C4"
    """The slope dz/dw is the same: both multiply w by x. The slope of the activation, da/dz, is 1099 times smaller. But
    the losses differ too: the sigmoid is farther from 5, which doubles dL/da and turns its sign. So the gap is 549, and
    not all of it is the activation.

    # A target in reach

    No sigmoid reaches 5. Ask both for y = 0.5. Now it is the relu that is far off, and the sigmoid still hardly
    moves:"""
    compare(relu_neuron, sigmoid_neuron, x=2, w=3, b=1, y=0.5, wrt="w")
    """It need not be so flat. At z = 0.1 it is near its steepest, da/dz is almost a quarter, and it keeps up:"""
    compare(relu_neuron, sigmoid_neuron, x=2, w=-0.45, b=1, y=0.2, wrt="w")


def broken(L):
    """ "The gradient" is often said of da/dz, one slope of three. Ask whether it is dL/dw:"""
    check_derivation("dL/dw = 0.000910221", L, "w")
    check_derivation("da/dz = 0.000910221", L, "w")
    assert not check_derivation("dL/dw = 0.000910221", L, "w").is_right, "C2"


def written(w, a):
    return [
        Claim("C1", "forward, sigmoid: 0.999", "0.999", a),
        Claim(
            "C2", "the gradient, sigmoid: 0.000999", "0.000999", w.grad, "that was meant for da/dz, and rounded early"
        ),
        Claim("C3", "w after the step, sigmoid: 3.0016", "3.0016", w.data - 0.1 * w.grad, "rounded early"),
        Claim("C4", "8 : 0.016, 500 times", "500", 8 / abs(w.grad), "and the losses' own slopes differ, 4 and −8"),
        Claim("C5", "the sigmoid learns slowly", because="1000 steps lower L from 16.0073 to 16.0019 only"),
        Claim("C6", "relu's gradient is strong for z > 0", because="its slope is 1 there"),
        Claim("C7", "σ lies between 0 and 1", because="in floats σ(37) is exactly 1"),
    ]


EXAMPLE = Example(
    __doc__,
    sigmoid_neuron,
    wrt="w",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "At which z is da/dz of the sigmoid largest, and what is dL/dw there, with y = 0.2 and w = −0.5?",
        "dL/dw = 2*(0.5 - 0.2) * 0.25 * 2 = 0.3",
        "w",
        {"w": -0.5, "y": 0.2},
    ),
)
