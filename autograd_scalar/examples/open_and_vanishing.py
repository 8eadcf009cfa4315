"""Every relu open, and the gradient vanishes: was relu not the cure?

The chain again, with weights of 0.5 in place of 5. Not one relu is shut.
"""

from autograd_scalar import Value, check_derivation, compare, relu, sigmoid, tanh
from autograd_scalar.examples import Table

from .example import Claim, Example, Exercise


def open_and_vanishing(x=1, w1=0.5, w2=0.5, w3=0.5, y=0):
    z1 = w1 * x
    a1 = relu(z1)
    z2 = w2 * a1
    a2 = relu(z2)
    z3 = w3 * a2
    a3 = relu(z3)
    return 0.5 * (a3 - y) ** 2


def story(L, w1):
    """Ask why it is so small:"""
    L.why(w1)
    assert w1.grad == 0.03125 == 0.5**5, "F4"
    """k²ⁿ⁻¹ is a law for small k too. What relu cures is one cause of vanishing, its own slope. The weights are
    another.

    # The other cause

    What would a sigmoid do? In the best case its slope is 0.25, in every layer:"""
    Table(("layers", "0.25ⁿ", "0.5ⁿ"), [(n, 0.25**n, 0.5**n) for n in (1, 3, 10, 30)])
    assert 0.25**10 == 9.5367431640625e-07, "D5"
    """tanh is named in the same breath, and does not belong there: its slope at 0 is 1. Only far out it is flat."""
    Table(("z", "slope of tanh"), [(z, tanh(Value(z)).partials()[0]) for z in (0, 0.5, 2, 5)])
    assert tanh(Value(0.0)).partials() == (1,), "D5"
    """Side by side, three layers of each, every weight 1:"""

    def sigmoid_chain(x, w1, w2, w3, y):
        z1 = w1 * x
        a1 = sigmoid(z1)
        z2 = w2 * a1
        a2 = sigmoid(z2)
        z3 = w3 * a2
        a3 = sigmoid(z3)
        return 0.5 * (a3 - y) ** 2

    compare(open_and_vanishing, sigmoid_chain, x=1, w1=1, w2=1, w3=1, y=0, wrt="w1")


def broken(L, w1):
    """ "All relus are open, their slopes are 1, so the gradient arrives as it started." Have that checked:"""
    check_derivation("dL/dw1 = 0.125 * 1 * 1 * 1 * 1 * 1 * 1 = 0.125", L, w1)
    assert not check_derivation("dL/dw1 = 0.125 * 1 * 1 * 1 * 1 * 1 * 1 = 0.125", L, w1).is_right, "A15"
    """The slopes of the relus are right. The factors between them are the weights."""


def written():
    return [
        Claim(
            "A15 D9",
            "relu prevents vanishing gradients",
            because="its own slope does not vanish; the product can, see above",
        ),
        Claim("F4", "k = 0.5, 10 layers: vanishes", because="right: 1.9·10⁻⁶, and every relu is open"),
        Claim("F3", "k = 1 is stable", because="right, at every depth: L = 0.5 and a gradient of 1"),
        Claim("D5", "unlike sigmoid and tanh", because="sigmoid at most 0.25 per layer; tanh up to 1, at 0"),
    ]


EXAMPLE = Example(
    __doc__,
    open_and_vanishing,
    wrt="w1",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "At which weights does nothing vanish and nothing explode? Write the seven factors for w = 1.",
        "dL/dw1 = 1 * 1 * 1 * 1 * 1 * 1 * 1 = 1",
        "w1",
        {"w1": 1, "w2": 1, "w3": 1},
    ),
)
