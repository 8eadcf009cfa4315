"""Weight decay: what does a penalty on large weights do to a gradient?

The exploding chain, and to its error E a half of λ times the sum of the squared weights is added, λ = 0.1. Large
weights now cost something by themselves.
"""

from autograd_scalar import Value, relu
from autograd_scalar.examples import Table
from autograd_scalar.nn import SGD, Adam, AdamW, l2_penalty

from .example import Claim, Example, Exercise, near


def weight_decay(x=1, w1=5, w2=5, w3=5, y=0):
    a1 = relu(w1 * x)
    a2 = relu(w2 * a1)
    a3 = relu(w3 * a2)
    E = 0.5 * (a3 - y) ** 2
    R = 0.05 * (w1**2 + w2**2 + w3**2)
    return E + R


def story(L, w1, w2, w3, R):
    """Two routes lead from w₁ to L, and the second is short:"""
    L.paths(w1)
    [w.grad for w in (w1, w2, w3)]
    assert [w.grad for w in (w1, w2, w3)] == [3125.5] * 3, "G4"
    assert near(l2_penalty([w1, w2, w3], 0.05).data, R.data), "G4"
    """λ·w = 0.5, whatever the error does. Beside 3125 it is nothing: weight decay does not stop an explosion that is
    there. Its work is patient. Where nothing else pulls, a step is

    w ← w − η·λ·w = (1 − η·λ)·w

    so each weight loses the same share of itself in every step. A net in which all relus are shut shows it alone:"""

    def left(steps):
        weights = [Value(-307.5) for _ in range(3)]
        for _ in range(steps):
            loss = weight_decay(1, *weights)
            loss.zero_grad()
            loss.backward()
            for w in weights:
                w.data -= 0.1 * w.grad
        return steps, weights[0].data, -307.5 * 0.99**steps

    Table(("steps", "w₁", "−307.5 · 0.99ⁿ"), [left(n) for n in (0, 1, 10, 100)])
    assert near(left(100)[1], left(100)[2]), "G4"
    """# Penalty or decay

    With plain gradient descent a penalty in the loss and a shrinking of the weights are the same. With Adam they are
    not: it divides each gradient by its usual size, the penalty's part included. AdamW shrinks the weight beside that.
    A gradient of 1, then of 100, from the loss, and λ = 0.1 in all three:"""

    def step(optimiser, slope):
        w = Value(5.0)
        optimiser = optimiser([w], lr=0.01, weight_decay=0.1)
        (slope * w).backward()
        optimiser.step()
        return 5 - w.data

    Table(
        ("w becomes smaller by", "slope 0", "slope 1", "slope 100"),
        [(one.__name__, step(one, 0), step(one, 1), step(one, 100)) for one in (SGD, Adam, AdamW)],
    )
    assert near(step(SGD, 0), 0.005), "G4"
    assert near(step(AdamW, 0), 0.005), "G4"
    """Read the first column: nothing but decay. 0.005 = η·λ·w with SGD and AdamW; Adam makes of that same small pull a
    whole step, 0.01."""


def broken():
    """Mind the ½. Some write λ·Σw², some ½·λ·Σw², and the λ of one is half that of the other. Taken for each other, the
    pull is twice what was meant:"""
    w = Value(5.0)
    l2_penalty([w], 0.1).backward()
    w.grad
    assert w.grad == 1
    """l2_penalty is the one without the ½, as in micrograd; weight_decay of an optimiser is the one with it."""


EXAMPLE = Example(
    __doc__,
    weight_decay,
    wrt="w1",
    story=story,
    broken=broken,
    exercise=Exercise(
        "At w = 1 nothing explodes. Write dL/dw₁ as the sum of its two parts.",
        "dL/dw1 = 1*1*1*1*1*1*1 + 0.1*1 = 1.1",
        "w1",
        {"w1": 1, "w2": 1, "w3": 1},
    ),
    written=lambda: [
        Claim("G4", "regularisation controls the size of weights", because="slowly: 0.5 beside a gradient of 3125"),
        Claim("D8", "so it handles exploding gradients", because="it keeps weights from growing, no more"),
    ],
)
